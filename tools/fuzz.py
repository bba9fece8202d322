"""Coverage-guided fuzzing of every parser with atheris: `make fuzz`.

The targets are the property tests marked ``parser``: Hypothesis turns the bytes of atheris into their arguments, so a
finding is a failing test with arguments to copy, and there is one description of what a parser must do.

``fuzz.py [--seconds 20] [TARGET ...]``, where a target is a part of ``module::test``; ``--list`` prints them.
"""

import argparse
import importlib
import inspect
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import atheris

ROOT = Path(__file__).parent.parent
# This script is run by its path, so what stands beside its folder is not found by itself.
sys.path.insert(0, str(ROOT))


def main() -> None:
    """Fuzz the targets asked for, one process each, and exit with 1 if one of them fails."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", nargs="*", help="part of a name; all targets by default")
    parser.add_argument("--seconds", type=int, default=20, help="for each target (%(default)s)")
    parser.add_argument("--list", action="store_true", help="print the targets")
    parser.add_argument("--here", metavar="NAME", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.here:
        fuzz_here(arguments.here, arguments.seconds)
    names = [name for name in targets() if not arguments.target or any(part in name for part in arguments.target)]
    if missing := [part for part in arguments.target or [""] if not any(part in name for name in names)]:
        parser.error(f"there is no target {missing[0]!r}; see --list")
    failed = []
    for name in names:
        print(name, flush=True)
        if not arguments.list:
            command = [sys.executable, __file__, "--here", name, "--seconds", str(arguments.seconds)]
            done = subprocess.run(command, check=False, capture_output=True, text=True)
            progress = summary(done.stderr)
            print(f"  {progress or 'no input was tried'}", flush=True)
            if done.returncode or not progress:
                failed.append(name)
                print(done.stdout + done.stderr)
    print(f"{len(names)} targets, {len(failed)} failed" + "".join(f"\n  {name}" for name in failed))
    sys.exit(bool(failed))


def targets() -> Iterator[str]:
    """Yield the name of each property test of a parser."""
    for path in sorted((ROOT / "tests/property").rglob("test_*.py")):
        if "pytest.mark.parser" in path.read_text(encoding="utf-8"):
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            for name, test in inspect.getmembers(importlib.import_module(module), inspect.isfunction):
                if hasattr(test, "hypothesis") and not getattr(test, "pytestmark", None):
                    yield f"{module}::{name}"


def fuzz_here(name: str, seconds: int) -> None:
    """Fuzz one target in this process, which ends with it."""
    module, _, test = name.partition("::")
    with atheris.instrument_imports(
        include=["asterisk_py_core", "asterisk_py_ami", "asterisk_py_agi", "asterisk_py_ari"]
    ):
        target: Callable[[bytes], object] = getattr(importlib.import_module(module), test).hypothesis.fuzz_one_input
    atheris.Setup([sys.argv[0], f"-max_total_time={seconds}", "-rss_limit_mb=2048", "-timeout=10"], target)
    atheris.Fuzz()


def summary(output: str) -> str:
    """Return the last line in which libFuzzer says how far it came; none if it has tried nothing."""
    lines = [line for line in output.splitlines() if "DONE" in line or "cov:" in line]
    return lines[-1].strip() if lines else ""


if __name__ == "__main__":
    main()
