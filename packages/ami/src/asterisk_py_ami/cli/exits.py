"""The exit codes, and which of them tells of which error."""

from enum import IntEnum
from typing import Final

from asterisk_py_core.errors import (
    AsteriskError,
    AuthError,
    ConnectionError,
    InputError,
    NotSentError,
    OutcomeUnknownError,
    ReadTimeoutError,
    RequestRejectedError,
    TimeoutError,
    UnsupportedVersionError,
    WriteTimeoutError,
)

__all__ = ["Exit", "exit_for"]


class Exit(IntEnum):
    """An exit code and, as ``meaning``, what it says."""

    meaning: str

    def __new__(cls, code: int, meaning: str) -> "Exit":
        member = int.__new__(cls, code)
        member._value_ = code
        member.meaning = meaning
        return member

    DONE = 0, "done"
    REJECTED = 1, "Asterisk said no"
    USAGE = 2, "unusable options or input; nothing was sent"
    NO_CONNECTION = 3, "no connection: unreachable, refused, TLS failed, silent, or not Asterisk"
    LOGIN_REFUSED = 4, "the login was refused"
    LOST = 5, "the connection was lost, or an answer did not come in time"
    NO_OUTPUT = 6, "the output could not be written"
    INTERRUPTED = 130, "interrupted (Ctrl-C)"
    READER_GONE = 141, "whoever read the output has gone (`| head`)"


_BY_ERROR: Final[tuple[tuple[tuple[type[AsteriskError], ...], Exit], ...]] = (
    ((RequestRejectedError,), Exit.REJECTED),
    ((InputError,), Exit.USAGE),
    ((AuthError,), Exit.LOGIN_REFUSED),
    # A request always ends with one of these. What is left of the two branches ended an attempt to connect: the
    # commands that stay connected survive every loss.
    ((NotSentError, OutcomeUnknownError, ReadTimeoutError, WriteTimeoutError), Exit.LOST),
    ((ConnectionError, TimeoutError, UnsupportedVersionError), Exit.NO_CONNECTION),
)


def exit_for(error: AsteriskError) -> Exit:
    """Return the exit code that tells of *error*."""
    return next((code for kinds, code in _BY_ERROR if isinstance(error, kinds)), Exit.LOST)
