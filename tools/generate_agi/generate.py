"""From the documentation of a provisioned Asterisk to the module."""

from pathlib import Path
from typing import Final

from tools.asterisk.provision import asterisk_version
from tools.generator import DOCUMENTATION, finished, source_folder

from .corrections import corrected
from .documentation import read
from .render_commands import render_commands

__all__ = ["generate"]

_EXEMPT: Final = "# ruff: noqa: A002, FBT001, PLR0913 - commands and parameters are Asterisk's\n"


def generate(root: Path) -> dict[str, str]:
    """Return the text of the generated module by its file name, for the Asterisk in a root folder.

    Raises:
        GenerateError: its documentation and the corrections do not fit.
        ProvisionError: that Asterisk does not tell its version.
    """
    version = asterisk_version(root)
    text = render_commands(corrected(read(root / DOCUMENTATION)), version=version)
    file = source_folder("agi") / "commands.py"
    return {file.name: finished(file, text, version=version, exempt=_EXEMPT)}
