"""From the documentation of a provisioned Asterisk to the two modules, formatted."""

import subprocess
import sys
from pathlib import Path
from typing import Final

from tools.asterisk.provision import asterisk_version

from .corrected import corrected
from .corrections import ASTERISK_22
from .documentation import read
from .render_actions import render_actions
from .render_events import render_events

__all__ = ["COMMAND", "generate", "package_folder"]

COMMAND: Final = "make generate"
_DOCUMENTATION: Final = "usr/share/asterisk/documentation/core-en_US.xml"
_ROOT: Final = Path(__file__).parents[2]
# Asterisk says which parameters there are, and how they are called; F401 does not see what is used in quotes.
_EXEMPT: Final = {
    "actions.py": "# ruff: noqa: A002, E501, F401, FBT001, PLR0913, PLR0917 - the parameters are Asterisk's\n",
    "events.py": "",
}


def package_folder() -> Path:
    """Return the folder that the generated modules are in."""
    return _ROOT / "packages/ami/src/asterisk_py_ami"


def generate(root: Path) -> dict[str, str]:
    """Return the text of each generated module, by its file name, for the Asterisk in a root folder.

    Raises:
        GenerateError: its documentation and the corrections do not fit.
        ProvisionError: that Asterisk does not tell its version.
    """
    version = asterisk_version(root)
    documentation = corrected(read(root / _DOCUMENTATION), ASTERISK_22)
    modules = {
        "actions.py": render_actions(documentation, version=version),
        "events.py": render_events(documentation, version=version),
    }
    mark = f"# Generated from the documentation of Asterisk {version} by `{COMMAND}`; do not edit.\n"
    return {name: _formatted(name, mark + _EXEMPT[name] + text) for name, text in modules.items()}


def _formatted(name: str, text: str) -> str:
    """Return *text* as ruff has it: names sorted, lines broken."""
    file = ["--stdin-filename", str(package_folder() / name), "-"]
    text = _ruff(["check", "--quiet", "--fix-only", "--select", "RUF022,RUF023", *file], text)
    return _ruff(["format", "--quiet", *file], text)


def _ruff(arguments: list[str], text: str) -> str:
    command = [str(Path(sys.executable).with_name("ruff")), *arguments]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True, cwd=_ROOT).stdout
