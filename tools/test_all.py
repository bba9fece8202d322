"""Run the tests on every supported Python that is on this machine; name the ones that are not."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
VERSIONS = ("3.11", "3.12", "3.13")


def main() -> None:
    """Test with the uv named on the command line; exit with 1 if any version fails."""
    uv = sys.argv[1]
    results = {}
    for version in VERSIONS:
        python = find_python(version)
        results[version] = "not on this machine" if python is None else run_tests(uv, version, python)
    print("\n".join(f"Python {version}: {result}" for version, result in results.items()))
    if "failed" in results.values():
        sys.exit(1)


def find_python(version: str) -> str | None:
    """Return an interpreter of *version*: on PATH, or kept by pyenv or uv."""
    kept = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    kept += sorted(Path.home().glob(f".local/share/uv/python/cpython-{version}.*/bin/python"))
    for candidate in (shutil.which(f"python{version}"), *map(str, kept)):
        if candidate and is_version(candidate, version):
            return candidate
    return None


def is_version(python: str, version: str) -> bool:
    """Whether *python* runs and is of *version*: a pyenv shim on PATH may stand for nothing."""
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    answer = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    return answer.stdout.strip() == version


def run_tests(uv: str, version: str, python: str) -> str:
    """Run the tests in an environment of their own and say how they went."""
    environ = os.environ | {"UV_PROJECT_ENVIRONMENT": str(ROOT / f".venv-{version}")}
    environ.pop("VIRTUAL_ENV", None)
    run = [uv, "run", "--quiet", "--locked", "--python", python, "pytest", "-q"]
    done = subprocess.run(run, cwd=ROOT, env=environ, check=False)
    return "passed" if done.returncode == 0 else "failed"


if __name__ == "__main__":
    main()
