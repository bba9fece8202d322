"""Try the built wheels as users get them: each alone in an empty environment, without the workspace around it.

``wheels.py try UV`` installs and imports each; ``wheels.py contract UV`` also runs each protocol's share of the
contract suite there, and proves that a sibling of another version is refused. Both take the wheels in ``dist`` and
nothing else of this project.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("core", "ami", "agi", "ari")
# What the contract suite needs beside the package under test.
TEST_TOOLS = ("pytest>=8.3", "pytest-asyncio>=1.0", "trustme>=1.2")

# Run inside the empty environment: the version is the distribution's, and type checkers are told there are types.
PROBE = """
import importlib.metadata, importlib.resources, sys
name = sys.argv[1]
module = importlib.import_module(name)
missing = [export for export in module.__all__ if not hasattr(module, export)]
assert not missing, missing
assert importlib.resources.files(name).joinpath("py.typed").is_file(), "py.typed is missing"
metadata = importlib.metadata.metadata(name)
assert metadata["License-Expression"] == "MIT OR Apache-2.0", metadata["License-Expression"]
assert len(metadata.get_all("License-File")) == 2, metadata.get_all("License-File")
siblings = sorted(d.metadata["Name"] for d in importlib.metadata.distributions() if "asterisk" in d.metadata["Name"])
print(f"{metadata['Name']} {metadata['Version']}: {len(module.__all__)} names, with {', '.join(siblings)}")
"""


def main() -> None:
    """Do what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["try", "contract"])
    parser.add_argument("uv", help="the uv to install with")
    arguments = parser.parse_args()
    if arguments.what == "try":
        for package in PACKAGES:
            with environment(arguments.uv, wheel(package)) as python:
                probe(python, package)
        return
    for package in PACKAGES[1:]:
        with environment(arguments.uv, wheel(package), *TEST_TOOLS) as python:
            probe(python, package)
            run_contract(python, package)
    refuse_other_versions(arguments.uv)


def wheel(package: str) -> Path:
    """Return the one wheel of *package* in `dist`."""
    wheels = sorted((ROOT / "dist").glob(f"asterisk_py_{package}-*.whl"))
    if len(wheels) != 1:
        sys.exit(f"expected one wheel of {package} in dist, found {len(wheels)}")
    return wheels[0]


@contextmanager
def environment(uv: str, *what: str | Path) -> Iterator[Path]:
    """Yield the Python of an environment that holds *what* and what that needs, and nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        python = Path(folder, "bin", "python")
        subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, folder], check=True)
        subprocess.run(install_command(uv, python, ROOT / "dist", *what), check=True)
        yield python


def install_command(uv: str, python: Path, siblings: Path, *what: str | Path) -> list[str | Path]:
    """Return the command that installs *what*, and our own packages that it needs from the folder *siblings*."""
    # Of a file in a folder of links uv's cache knows the version alone, and that is the same after each change.
    refresh = [f"--refresh-package=asterisk-py-{package}" for package in PACKAGES]
    return [uv, "pip", "install", "--quiet", "--python", python, *refresh, "--find-links", siblings, *what]


def probe(python: Path, package: str) -> None:
    """Import *package* there, and check what an installed package must have."""
    subprocess.run([python, "-I", "-c", PROBE, f"asterisk_py_{package}"], check=True, cwd=python.parent)


def run_contract(python: Path, package: str) -> None:
    """Run the share of *package* in the contract suite, against what is installed there."""
    environ = os.environ | {"CONTRACT_PACKAGE": package}
    options = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/contract"]
    subprocess.run([python, *options], check=True, cwd=ROOT, env=environ)


def refuse_other_versions(uv: str) -> None:
    """Prove that no protocol package can be installed beside a core of another version."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "core")
        shutil.copytree(ROOT / "packages/core", source)
        project = source / "pyproject.toml"
        other = project.read_text(encoding="utf-8").replace('\nversion = "', '\nversion = "9.', 1)
        project.write_text(other, encoding="utf-8")
        subprocess.run([uv, "build", "--quiet", "--wheel", "--out-dir", folder, source], check=True)
        (core,) = Path(folder).glob("*.whl")
        subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, f"{folder}/venv"], check=True)
        for package in PACKAGES[1:]:
            command = install_command(uv, Path(folder, "venv/bin/python"), ROOT / "dist", wheel(package), core)
            done = subprocess.run(command, check=False, capture_output=True, text=True)
            if done.returncode == 0 or "asterisk-py-core" not in done.stderr:
                sys.exit(f"{wheel(package).name} was not refused beside {core.name}: {done.stderr}")
            print(f"{wheel(package).name} is refused beside {core.name}")


if __name__ == "__main__":
    main()
