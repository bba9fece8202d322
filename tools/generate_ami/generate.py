"""From the documentation of a provisioned Asterisk to the two modules."""

from pathlib import Path
from typing import Final

from tools.asterisk.provision import asterisk_version
from tools.generator import DOCUMENTATION, finished, source_folder

from .corrected import corrected
from .corrections import ASTERISK_22
from .documentation import read
from .render_actions import render_actions
from .render_events import render_events

__all__ = ["generate"]

# Asterisk says which parameters there are, and how they are called; F401 does not see what is used in quotes.
_EXEMPT: Final = "# ruff: noqa: A002, E501, F401, FBT001, PLR0913, PLR0917 - the parameters are Asterisk's\n"


def generate(root: Path) -> dict[str, str]:
    """Return the text of each generated module, by its file name, for the Asterisk in a root folder.

    Raises:
        GenerateError: its documentation and the corrections do not fit.
        ProvisionError: that Asterisk does not tell its version.
    """
    version = asterisk_version(root)
    documentation = corrected(read(root / DOCUMENTATION), ASTERISK_22)
    actions = render_actions(documentation, version=version)
    events = render_events(documentation, version=version)
    folder = source_folder("ami")
    return {
        "actions.py": finished(folder / "actions.py", actions, version=version, exempt=_EXEMPT),
        "events.py": finished(folder / "events.py", events, version=version),
    }
