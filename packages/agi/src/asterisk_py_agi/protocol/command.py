"""One command as the line Asterisk reads: every argument quoted, and nothing that would be read as another line."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, cast

from asterisk_py_core.checks import shown
from asterisk_py_core.errors import InputError

__all__ = ["LIVE_ONLY", "encode_command", "normalize"]

# main/tcptls.c and res_agi.c read a command into 8 KiB: what is longer is cut, and its rest runs as another command.
_MAX_BYTES: Final = 8_190
# res_agi.c, parse_args does not check the bounds of its 128 words inside quotes.
_MAX_ARGUMENTS: Final = 100
_MAX_NAME: Final = 80  # res_agi.c, char fullcmd[MAX_CMD_LEN]
_COMMAND: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?: [A-Za-z][A-Za-z0-9_]*)*")
# Arguments with none of these can be sent as they are.
_SPECIAL: Final = re.compile(r"[\r\n\0\\\"]")
_MAX_NUMBER: Final = 2**63 - 1
_FORBIDDEN: Final = {"\r": "a carriage return", "\n": "a line feed", "\0": "a NUL"}

LIVE_ONLY: Final = frozenset(
    {
        "ANSWER", "CHANNEL STATUS", "CONTROL STREAM FILE", "GET DATA", "GET OPTION", "GOSUB", "HANGUP", "RECEIVE CHAR",
        "RECEIVE TEXT", "RECORD FILE", "SAY ALPHA", "SAY DATE", "SAY DATETIME", "SAY DIGITS", "SAY NUMBER",
        "SAY PHONETIC", "SAY TIME", "SEND IMAGE", "SEND TEXT", "SET AUTOHANGUP", "SET CALLERID", "SET CONTEXT",
        "SET EXTENSION", "SET MUSIC", "SET PRIORITY", "SPEECH ACTIVATE GRAMMAR", "SPEECH CREATE",
        "SPEECH DEACTIVATE GRAMMAR", "SPEECH LOAD GRAMMAR", "SPEECH RECOGNIZE", "SPEECH SET", "STREAM FILE",
        "TDD MODE", "WAIT FOR DIGIT",
    }
)  # fmt: skip
"""The commands that Asterisk answers with 511 after the hangup (column "Dead" of its ``agi show commands``)."""


def normalize(command: object) -> str:
    """Return the name of *command* as this package knows it: upper case.

    Raises:
        InputError: it is empty, or not made of words with one space between them.
    """
    name = _normalized(command) if isinstance(command, str) else None
    if name is None:
        raise InputError(
            field="command", problem=f"must be words with one space between them, not {shown(command):.100}"
        )
    return name


# There are few commands, and each is sent many times.
@lru_cache(maxsize=128)
def _normalized(command: str) -> str | None:
    return command.upper() if len(command) <= _MAX_NAME and _COMMAND.fullmatch(command) else None


def encode_command(command: str, args: tuple[str | float, ...] = ()) -> bytes:
    """Return the line that makes Asterisk run *command* (as :func:`normalize` returned it) with *args*.

    Everything is quoted, with a backslash before quotes and backslashes: Asterisk then takes each value as it is.

    Raises:
        InputError: an argument holds CR, LF or NUL, is no text or finite number, or there are more than 100 of them or
            8,190 bytes in all.
    """
    if len(args) > _MAX_ARGUMENTS:
        raise InputError(field=command, problem=f"must have at most {_MAX_ARGUMENTS} arguments, not {len(args)}")
    if args:
        quoted = '" "'.join(_texts(command, args))
        line = f'{command} "{quoted}"\n'
    else:
        line = f"{command}\n"
    try:
        data = line.encode() if line.isascii() else line.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        raise InputError(field=command, problem=f"holds {error.object[error.start]!r}, which is no text") from error
    if len(data) > _MAX_BYTES + 1:
        raise InputError(field=command, problem=f"must be at most {_MAX_BYTES:,} bytes, not {len(data) - 1:,}")
    return data


def _texts(command: str, args: tuple[str | float, ...]) -> Iterable[str]:
    """Return what stands between the quotes."""
    try:
        if _SPECIAL.search("".join(cast("tuple[str, ...]", args))) is None:
            return cast("tuple[str, ...]", args)
    except TypeError:
        pass  # A number; or what will be refused.
    return [_text(f"argument {number} of {command}", value) for number, value in enumerate(args, start=1)]


def _text(field: str, value: object) -> str:
    if isinstance(value, str):
        for char, name in _FORBIDDEN.items():
            if char in value:
                raise InputError(field=field, problem=f"must not hold {name}, which would end the command")
        return value.replace("\\", "\\\\").replace('"', '\\"')
    if isinstance(value, bool) or not isinstance(value, int | float) or not -_MAX_NUMBER <= value <= _MAX_NUMBER:
        kind = type(value).__name__
        raise InputError(field=field, problem=f"must be text or a number of at most {_MAX_NUMBER:,}, and is of {kind}")
    return str(value)
