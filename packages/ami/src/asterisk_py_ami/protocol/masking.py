"""What a log of the wire, and the repr of an action, must not show.

Names that speak of a secret are masked everywhere (:mod:`asterisk_py_core.redaction`). Here is what no name tells: the
values of variables and of the database, the arguments of applications, commands and messages, digits that somebody
dials. Any of them may be a PIN or a password. Names stay, so that a log can still be followed.
"""

import re
from collections.abc import Iterable
from typing import Final

from asterisk_py_core.redaction import redact

__all__ = ["mark_secret", "mask_action", "mask_header", "mask_message"]

# By the name of the action, all in lower case; the actions say themselves which of their headers these are.
_SECRET_HEADERS: Final[dict[str, frozenset[str]]] = {}

# `Value-000001` of UpdateConfig.
_NUMBER: Final = re.compile(r"-[0-9]+\Z")
# Commands of the CLI that set something, and how many of their arguments come before the value.
_ARGUMENTS_KEPT: Final = {
    "database put": 2,
    "dialplan set global": 1,
    "dialplan set chanvar": 2,
    "dialplan add extension": 0,
    "channel originate": 3,
    "agi exec": 1,
}
_ARGUMENT: Final = r'\s+(?:"[^"]*+"|\S++)'
_SETTING: Final = re.compile(
    "(" + "|".join(
        rf"\s*{words}(?:{_ARGUMENT}){{{kept}}}\s+".replace(" ", r"\s+") for words, kept in _ARGUMENTS_KEPT.items()
    ) + r")\S.*",
    re.IGNORECASE | re.DOTALL,
)  # fmt: skip

# Bytes. What a command prints may be megabytes, and to mask them holds up the event loop.
_MAX_SHOWN: Final = 64 * 1024
# The rest of a header: CR LF ends it, a lone CR or LF is a part of the value.
_REST: Final = rb"[^\r]*+(?:\r(?!\n)[^\r]*+)*+"
_VALUE: Final = re.compile(
    rb"((?:\A|\r\n)(?:value|val|output: *value|appdata|applicationdata|data|digit|env|result):[ ]?)" + _REST,
    re.IGNORECASE,
)
_VARIABLE: Final = re.compile(
    rb"((?:\A|\r\n)(?:\w*+(?<=variable)|\w*+(?<=variable)\([^)\r\n]*+\)):[^=\r\n]*+=)" + _REST, re.IGNORECASE
)


def mark_secret(action: str, headers: Iterable[str]) -> None:
    """Have the *headers* of *action* masked, whoever writes them."""
    _SECRET_HEADERS[action.lower()] = frozenset(header.lower() for header in headers)


def mask_header(action: str, header: str, value: str) -> str:
    """Return the *value* of a header of *action* as it may be shown."""
    name = _NUMBER.sub("", header.lower())
    if name in _SECRET_HEADERS.get(action.lower(), ()):
        variable, equals, _ = value.partition("=")
        return f"{variable}=***" if equals and name == "variable" else "***"
    if name == "command":
        value = _SETTING.sub(r"\1***", value, count=1)
    return redact(f"{header}: {value}").partition(": ")[2]


def mask_action(data: bytes) -> bytes:
    """Return an encoded action as it may be shown."""
    lines = data.decode("utf-8", "surrogateescape").split("\r\n")
    headers = [(name, value) for name, colon, value in (line.partition(": ") for line in lines) if colon]
    action = headers[0][1]
    shown = [f"{name}: {mask_header(action, name, value)}" for name, value in headers]
    return "\r\n".join([*shown, "", ""]).encode("utf-8", "surrogateescape")


def mask_message(raw: bytes) -> bytes:
    """Return a message of Asterisk as it may be shown: the beginning of one that is very long."""
    shown = redact(_VARIABLE.sub(rb"\1***", _VALUE.sub(rb"\1***", raw[:_MAX_SHOWN])))
    rest = len(raw) - _MAX_SHOWN
    return shown if rest <= 0 else shown + b" ... and %d bytes more" % rest
