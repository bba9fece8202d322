"""Values of headers that Asterisk writes in a way of their own; :mod:`asterisk_py_ami.events` names them as parsers."""

import re
from typing import Final

__all__ = ["Unless", "clock", "flag", "known", "measured", "unless_global"]

_CLOCK: Final = re.compile(r"(-?[0-9]+):([0-5][0-9]):([0-5][0-9])")


class Unless:
    """A parser that returns the text as it is, or ``None`` for one of the *words* that stand for nothing."""

    __slots__ = ("words",)

    def __init__(self, *words: str) -> None:
        self.words = frozenset(words)

    def __call__(self, text: str) -> str | None:
        """Return *text* or ``None``."""
        return None if text in self.words else text


known: Final = Unless("<unknown>", "<null>")
"""Asterisk prints these two where there is no text."""

unless_global: Final = Unless("none")
"""What VarSet says of a global variable is that its channel is ``none`` (main/manager_channels.c, varset_to_ami)."""


def clock(text: str) -> int:
    """Return the seconds that ``01:02:03`` stands for (main/manager.c, action_coreshowchannels).

    Raises:
        ValueError: *text* is no such time.
    """
    match = _CLOCK.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not hours, minutes and seconds")
    hours, minutes, seconds = match.groups()
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds)


def measured(text: str) -> int | None:
    """Return a measured number, or ``None`` for ``N/A``, which stands for one that nobody measured (res_pjsip).

    Raises:
        ValueError: *text* is neither.
    """
    return None if text == "N/A" else int(text)


def flag(text: str) -> bool:
    """Return whether *text* is one of the words Asterisk takes for true (main/utils.c, ast_true)."""
    return text.lower() in {"yes", "true", "y", "t", "1", "on"}
