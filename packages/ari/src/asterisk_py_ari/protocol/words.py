"""Words of core's vocabularies in messages, where one that a newer Asterisk made up must not be an error."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from asterisk_py_core.domain import DeviceState
from asterisk_py_core.errors import UnknownValueError

__all__ = ["keep_time", "keep_word"]

# The code of a word that has none: no number Asterisk uses.
_NO_CODE: Final = -(2**31)


def keep_word(vocabulary: Any, value: str | int) -> Any:
    """Return the member of *vocabulary* that *value* stands for, or one more that keeps it.

    That one is equal to no member; its ``wire`` is *value*, its name ``UNKNOWN``, and its code, where there are codes,
    none that Asterisk uses.
    """
    try:
        return vocabulary.parse(value)
    except UnknownValueError:
        return _unlisted(vocabulary, str(value))


def _unlisted(vocabulary: Any, text: str) -> Any:
    if issubclass(vocabulary, str):
        word: Any = str.__new__(vocabulary, text)
        word._value_ = text
    else:
        word = int.__new__(vocabulary, _NO_CODE)
        word._value_ = _NO_CODE
        word.wire = word.description = text
    word._name_ = "UNKNOWN"
    if vocabulary is DeviceState:  # words that have codes
        word.code = _NO_CODE
    return word


def keep_time(text: str) -> datetime | str:
    """Return the time that *text* (ISO 8601) tells, or the text, should Asterisk ever write something else."""
    try:
        return datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return text
