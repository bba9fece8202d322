"""Install each built wheel alone into an empty environment, and import it there.

What a user gets from `pip install asterisk-py-ami` must work without the workspace around it: the wheel, its pinned
sibling, and its declared dependencies, nothing else.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("core", "ami", "agi", "ari")

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
    """Try the wheels in `dist` with the uv named on the command line."""
    uv = sys.argv[1]
    for package in PACKAGES:
        wheels = sorted((ROOT / "dist").glob(f"asterisk_py_{package}-*.whl"))
        if len(wheels) != 1:
            sys.exit(f"expected one wheel of {package} in dist, found {len(wheels)}")
        with tempfile.TemporaryDirectory() as folder:
            python = Path(folder, "bin", "python")
            subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, folder], check=True)
            install: list[str | Path] = [
                uv,
                "pip",
                "install",
                "--quiet",
                "--python",
                python,
                "--find-links",
                ROOT / "dist",
                wheels[0],
            ]
            subprocess.run(install, check=True)
            subprocess.run([python, "-I", "-c", PROBE, f"asterisk_py_{package}"], check=True, cwd=folder)


if __name__ == "__main__":
    main()
