"""A generated module: marked as such, formatted, in the folder of its package."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

__all__ = ["COMMAND", "finished", "source_folder", "violated"]

COMMAND: Final = "make generate"
_ROOT: Final = Path(__file__).parents[2]


def source_folder(package: str) -> Path:
    """Return the folder that the modules of a package (`ami`, `agi`) are in."""
    return _ROOT / f"packages/{package}/src/asterisk_py_{package}"


def finished(file: Path, text: str, *, version: str, exempt: str = "") -> str:
    """Return *text* marked as generated from the documentation of an Asterisk, and as ruff has it.

    *exempt* is a line that exempts it from rules. Names are sorted and lines broken.
    """
    mark = f"# Generated from the documentation of Asterisk {version} by `{COMMAND}`; do not edit.\n"
    name = ["--stdin-filename", str(file), "-"]
    text = _ruff(["check", "--quiet", "--fix-only", "--select", "I001,RUF022,RUF023", *name], mark + exempt + text)
    return _ruff(["format", "--quiet", *name], text)


def violated(file: Path, text: str) -> set[str]:
    """Return the codes of the rules that *text*, the content of a module, breaks."""
    command = ["check", "--exit-zero", "--output-format", "json", "--stdin-filename", str(file), "-"]
    return {each["code"] for each in json.loads(_ruff(command, text))}


def _ruff(arguments: list[str], text: str) -> str:
    command = [str(Path(sys.executable).with_name("ruff")), *arguments]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True, cwd=_ROOT).stdout
