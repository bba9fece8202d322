"""What Asterisk answers to one command."""

import re
from typing import Final, NamedTuple

from asterisk_py_core.errors import MalformedFrameError

__all__ = ["SHORT_REPLIES", "Reply"]

# res/res_agi.c: "200 result=1 (value)", "200 result=35 endpos=3360", "200 result=0 (timeout) endpos=0",
# "200 result= (timeout)". A value may hold anything, so it runs to the last parenthesis where that ends the reply;
# where more fields follow (RECORD FILE, the SPEECH commands), to the first.
_RESULT: Final = re.compile(
    r"[12]00 result=([^ ]*)(?: \((?:(.*)\)\Z|([^)]*)\)))?(?: endpos=(-?[0-9]{1,18})(?![0-9]))?", re.DOTALL
)
_VALUE: Final = "200 result=1 ("  # What most replies with a value begin with, and nothing but that follows.


class Reply(NamedTuple):
    """One whole answer of Asterisk.

    *code* is 200, 510, 511 or 520 (100 for the notice before the answer to GOSUB). *result* is the text after
    ``result=``: a number mostly, digits of a caller (``*1``, ``007``) or empty. *data* is what stands in the
    parentheses behind it, None if there are none; a variable's value may hold line ends and parentheses. *endpos* is
    the position in samples. *timed_out* is whether ``(timeout)`` was said. *text* is all of it,
    without the last line end.
    """

    code: int
    result: str
    data: str | None
    timed_out: bool
    endpos: int | None
    text: str

    @classmethod
    def with_value(cls, text: str) -> "Reply":
        """Read an answer that begins with ``200 result=1 (`` and ends with a parenthesis."""
        data = text[len(_VALUE) : -1]
        return cls(200, "1", data, data == "timeout", None, text)

    @classmethod
    def parse(cls, text: str) -> "Reply":
        """Read the whole *text* of an answer.

        Raises:
            MalformedFrameError: it is no answer of AGI.
        """
        if text.startswith(_VALUE) and text.endswith(")"):
            return cls.with_value(text)
        if text.startswith(("200 result=", "100 result=")) and (found := _RESULT.match(text)) is not None:
            result, value, first, endpos = found.groups()
            data = first if value is None else value
            return cls(int(text[:3]), result, data, data == "timeout", None if endpos is None else int(endpos), text)
        if text[:3] in {"510", "511", "520"} and text[3:4] in {" ", "-", ""}:
            return cls(int(text[:3]), "", None, timed_out=False, endpos=None, text=text)
        raise MalformedFrameError(f"{text!r:.100} is no answer to an AGI command")


# From -2 (no such application) to the codes of the digits.
SHORT_REPLIES: Final = {
    text.encode(): Reply.parse(text) for text in (f"200 result={number}" for number in range(-2, 128))
}
"""The answers that most commands have, by the line they come in: a reply is immutable, so one will do for all."""
