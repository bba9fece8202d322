"""The event mask: which classes of events Asterisk sends to a session (main/manager.c, strings_to_mask)."""

import re
from typing import Final

from asterisk_py_core.errors import InputError

__all__ = ["check_event_mask", "lets_calls_pass"]

# One word for all or nothing, in any case of letters (main/utils.c, ast_true and ast_false); or a number; or classes,
# in small letters, perhaps with spaces before them. Any other word counts as no class at all: `CALL` is as good as
# `off`, and `on,system` is `system` (all seen on 22.10.1, which answers Success).
_EVERYTHING: Final = frozenset({"on", "yes", "true", "y", "t"})
_NOTHING: Final = frozenset({"off", "no", "false", "n", "f"})
_CLASS: Final = re.compile(
    " *(?:system|call|log|verbose|command|agent|user|config|dtmf|reporting|cdr|dialplan|originate|agi|cc|aoc|test"
    "|security|message|all|none)"
)
# A larger one gets the answer "Invalid event mask".
_NUMBER: Final = re.compile(r"[0-9]{1,10}")
_LARGEST: Final = 2**31 - 1
# include/asterisk/manager.h, EVENT_FLAG_CALL.
_CALL_FLAG: Final = 1 << 1


def check_event_mask(mask: str) -> None:
    """Refuse an event mask (``on``, ``off``, ``call,system``) that Asterisk would silently take for less.

    Raises:
        InputError: a word is no event class, spelled as Asterisk spells it; one that a later Asterisk adds can be given
            as its number, alone.
    """
    if not isinstance(mask, str):
        raise InputError(field="events", problem=f"must be text such as 'on' or 'call,system', not {mask!r:.100}")
    if mask.lower() in _EVERYTHING | _NOTHING or (_NUMBER.fullmatch(mask) and int(mask) <= _LARGEST):
        return
    for word in mask.split(","):
        if not _CLASS.fullmatch(word):
            problem = f"names {word!r:.100}, which is no event class of Asterisk"
            raise InputError(field=f"events={mask!r:.100}", problem=problem)


def lets_calls_pass(mask: str) -> bool:
    """Whether a checked *mask* holds the class ``call``, which tells what becomes of channels."""
    if _NUMBER.fullmatch(mask):
        return bool(int(mask) & _CALL_FLAG)
    words = {word.lstrip(" ") for word in mask.split(",")}
    return mask.lower() in _EVERYTHING or not words.isdisjoint({"call", "all"})
