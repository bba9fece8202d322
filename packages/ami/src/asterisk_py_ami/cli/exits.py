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

__all__ = ["MEANINGS", "Exit", "exit_for"]


class Exit(IntEnum):
    """How the program ended."""

    DONE = 0
    REJECTED = 1
    USAGE = 2
    NO_CONNECTION = 3
    LOGIN_REFUSED = 4
    LOST = 5
    NO_OUTPUT = 6
    INTERRUPTED = 130
    READER_GONE = 141


MEANINGS: Final = {
    Exit.DONE: "done",
    Exit.REJECTED: "Asterisk said no",
    Exit.USAGE: "unusable options or input; nothing was sent",
    Exit.NO_CONNECTION: "no connection: unreachable, refused, TLS failed, silent, or not Asterisk",
    Exit.LOGIN_REFUSED: "the login was refused",
    Exit.LOST: "the connection was lost, or an answer did not come in time",
    Exit.NO_OUTPUT: "the output could not be written",
    Exit.INTERRUPTED: "interrupted (Ctrl-C)",
    Exit.READER_GONE: "whoever read the output has gone, as head(1) does",
}
"""What each exit code says, for ``--help``."""

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
