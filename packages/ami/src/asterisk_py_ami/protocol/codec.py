"""From bytes to messages, and from an action to bytes."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import isfinite
from typing import Any, Final, TypeAlias, TypeGuard

from asterisk_py_core.errors import InputError
from asterisk_py_core.redaction import redact

from .framing import FrameSplitter, Limits
from .message import EVENT_CLASSES, AmiEvent, Message, Response, event_class

__all__ = [
    "Decoder",
    "HeaderValue",
    "Headers",
    "Scalar",
    "check_action_id",
    "encode_action",
    "encode_variables",
]

Scalar: TypeAlias = str | int | float | bool
HeaderValue: TypeAlias = Scalar | Sequence[Scalar] | None
Headers: TypeAlias = Mapping[str, HeaderValue] | Iterable[tuple[str, HeaderValue]]

# --- from bytes to messages ------------------------------------------------------------------------------------------

_EVENT: Final = b"Event: "
_RESPONSE: Final = b"response:"
# The first bytes of most events hold their whole first line, so they tell the class, and to cut them off costs half of
# what it costs to find the end of that line. What else is in them may come from strangers: hence a bound.
_BEGINNING: Final = 32
_MAX_BEGINNINGS: Final = 1024


class Decoder:
    """Turns what Asterisk sends into messages, however the bytes are cut.

    A message that begins with ``Response`` answers an action. Any other with an ``Event`` header is an event, even if
    it has a ``Response`` header too (``OriginateResponse``); one with a ``Response`` header alone is an answer, too.
    Anything else is junk, handed on as a plain :class:`Message` and counted.
    """

    def __init__(self, *, legacy_output: bool = False, limits: Limits | None = None) -> None:
        self._splitter = FrameSplitter(limits or Limits(), legacy_output=legacy_output)
        self._junk_count = 0
        self._beginnings: dict[bytes, Callable[[bytes], Message]] = {}
        self._described = 0

    @property
    def junk_count(self) -> int:
        """How many messages were neither event nor response."""
        return self._junk_count

    def receive_data(self, data: bytes | bytearray | memoryview) -> list[Message]:
        """Return the messages that *data* completes, in order.

        Raises:
            FrameTooLargeError: a message breaks a limit. Messages that came before it are returned first, and the next
                call raises, whatever it brings; nothing can be received after that.
        """
        frames = self._splitter.receive_data(data)
        if self._described != len(EVENT_CLASSES):
            # A program has described one more event.
            self._beginnings.clear()
            self._described = len(EVENT_CLASSES)
        find, classify = self._beginnings.get, self._classify
        return [find(frame[:_BEGINNING], classify)(frame) for frame in frames]

    def _classify(self, frame: bytes) -> Message:
        # Whatever comes behind: command output of old may hold lines that look like headers, and so may the value of a
        # variable, which Getvar's answer brings as it is (main/manager.c, action_getvar).
        if frame[: len(_RESPONSE)].lower() == _RESPONSE:
            return Response(frame)
        line, _, _ = frame.partition(b"\r\n")
        if line.startswith(_EVENT):
            name = line[len(_EVENT) :].removesuffix(b"\n").decode("utf-8", "surrogateescape")
            event = event_class(name)
            if len(line) + len(b"\r\n") <= _BEGINNING and len(self._beginnings) < _MAX_BEGINNINGS:
                self._beginnings[frame[:_BEGINNING]] = event
            return event(frame)
        # Not by pattern: one that is blind to case takes ten times as long over what a command printed.
        lines = b"\r\n" + frame.lower()
        if b"\r\nevent:" in lines:
            return event_class(AmiEvent(frame).name)(frame)
        if b"\r\nresponse:" in lines:
            return Response(frame)
        self._junk_count += 1
        return Message(frame)


# --- from an action to bytes -----------------------------------------------------------------------------------------

# A line of 1,023 bytes gets two error answers, the second without an ActionID; more than 128 lines are refused
# (main/manager.c; both seen on 22.10.1). An ActionID of 67 bytes overflows the smallest reply buffer (ConfBridge), and
# the answer then loses line ends.
_MAX_LINE: Final = 1022
_MAX_LINES: Final = 128
_MAX_ACTION_ID: Final = 64
# Asterisk reads numbers of 64 bits at most; Python even refuses to write those of thousands of digits.
_MAX_BITS: Final = 64

_NAME: Final = re.compile(r"[!-9;-~]+")
_ACTION_ID: Final = re.compile(r"[!-~]+")
_FORBIDDEN: Final = re.compile(r"[\r\n\0]")
_VARIABLE_NAME: Final = re.compile(r"[^\0-\x20=,\"\\\x7f]+")
_SPECIAL: Final = re.compile(r'[\\",]')
_MAX_SHOWN: Final = 40
_SET_HERE: Final = frozenset({"action", "actionid"})


def encode_action(name: str, headers: Headers = (), action_id: str | None = None) -> bytes:
    r"""Return the bytes of one action, ready to be written in one piece.

    *headers* is a mapping or a series of pairs. A value is text (UTF-8; lone surrogates of ``surrogateescape`` go back
    to the bytes they came from), a number, a ``bool`` (``true``, ``false``), a list or tuple of these (a header for
    each) or ``None`` (no header). ``Variable`` takes what :func:`encode_variables` returns.

    Raises:
        InputError: a name or value Asterisk would misread or that would end the header: CR, LF or NUL in a value,
            anything but printable ASCII without a colon in a name, a line over 1,022 bytes, over 128 lines, an ActionID
            over 64 bytes or with a space, *headers* that are neither a mapping nor pairs. The message names the action
            and the header, never the value.
    """
    if not _fits(_NAME, name):
        raise InputError(field=f"action name {_shown(name)}", problem="must be printable ASCII without colon and space")
    lines = [f"Action: {name}".encode("ascii")]
    if action_id is not None:
        check_action_id(action_id)
        lines.append(f"ActionID: {action_id}".encode("ascii"))
    if headers != ():  # To find out that there are none costs a tenth of what `send` does.
        for header, value in _pairs(name, headers):
            lines += _encode_header(name, header, value)
    if len(lines) > _MAX_LINES:
        raise InputError(field=f"action {name}", problem=f"has {len(lines)} lines; Asterisk takes {_MAX_LINES}")
    for line in lines:
        if len(line) > _MAX_LINE:
            header = line.partition(b":")[0].decode("ascii")
            raise InputError(
                field=f"action {name}: header {header}",
                problem=f"makes a line of {len(line):,} bytes; Asterisk takes {_MAX_LINE:,}",
            )
    return b"\r\n".join([*lines, b"", b""])


def check_action_id(action_id: str) -> None:
    """Refuse an ActionID that Asterisk's answers may not carry whole.

    Raises:
        InputError: it is empty, over 64 bytes, or holds a space or anything but printable ASCII.
    """
    if not _fits(_ACTION_ID, action_id):
        raise InputError(field="ActionID", problem="must be printable ASCII without spaces")
    if len(action_id) > _MAX_ACTION_ID:
        raise InputError(field="ActionID", problem=f"has {len(action_id)} bytes; {_MAX_ACTION_ID} are safe")


def encode_variables(variables: Mapping[str, Scalar]) -> list[str]:
    r"""Return the values of ``Variable`` headers that set exactly *variables*, one header for each.

    Backslash, quote and comma are escaped with a backslash: Asterisk splits the header at commas, so a plain
    ``V1=x,PWN=1`` would set ``PWN`` too.

    Raises:
        InputError: a name is empty or holds ``=``, a comma, a quote, a backslash, a space or a control character.
    """
    if not isinstance(variables, Mapping):
        raise InputError(field="variables", problem=f"must be a mapping, not of type {type(variables).__name__}")
    encoded = []
    for name, value in variables.items():
        if not _fits(_VARIABLE_NAME, name):
            raise InputError(field=f"variable name {_shown(name)}", problem='must be text without = , " \\ and spaces')
        encoded.append(f"{name}=" + _SPECIAL.sub(r"\\\g<0>", _text(f"variable {name}", value)))
    return encoded


def _pairs(action: str, headers: object) -> Iterator[tuple[Any, Any]]:
    """Yield the (name, value) pairs of what a caller gave for headers."""
    where = f"action {action}: headers"
    items = headers.items() if isinstance(headers, Mapping) else headers
    if not isinstance(items, Iterable) or isinstance(items, str | bytes | bytearray):
        problem = f"must be a mapping or (name, value) pairs, not of type {type(headers).__name__}"
        raise InputError(field=where, problem=problem)
    for item in items:
        # What is no pair is not shown: it may be a whole header with its secret.
        if not isinstance(item, tuple | list) or len(item) != 2:
            problem = f"must be a mapping or (name, value) pairs, and one is of type {type(item).__name__}"
            raise InputError(field=where, problem=problem)
        yield item[0], item[1]


def _encode_header(action: str, header: str, value: HeaderValue) -> list[bytes]:
    if not _fits(_NAME, header):
        raise InputError(
            field=f"action {action}: header name {_shown(header)}",
            problem="must be printable ASCII without colon and space",
        )
    where = f"action {action}: header {header}"
    if header.lower() in _SET_HERE:
        raise InputError(field=where, problem="is set by the arguments of their own")
    if value is None:
        return []
    items = value if isinstance(value, list | tuple) else [value]
    return [_encode_line(where, header, item) for item in items]


def _encode_line(where: str, header: str, value: object) -> bytes:
    text = _text(where, value)
    if _FORBIDDEN.search(text):
        raise InputError(field=where, problem="must not hold CR, LF or NUL")
    try:
        return f"{header}: {text}".encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        # Not chained: the error keeps the whole value in its `object`.
        problem = "cannot be written as UTF-8"
    raise InputError(field=where, problem=problem)


def _text(where: str, value: object) -> str:
    """Return *value* as Asterisk reads it; an enum that is text or a number too is sent as that."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        if value.bit_length() > _MAX_BITS:
            raise InputError(field=where, problem=f"is a number of {value.bit_length():,} bits; Asterisk has 64")
        return int.__repr__(value)
    if isinstance(value, float) and isfinite(value):
        return float.__repr__(value)
    raise InputError(
        field=where,
        problem=f"must be text or a finite number, not {value if isinstance(value, float) else type(value).__name__}",
    )


def _fits(pattern: re.Pattern[str], text: object) -> TypeGuard[str]:
    return isinstance(text, str) and pattern.fullmatch(text) is not None


def _shown(name: object) -> str:
    """Return a refused *name* for a message: it may be anything, even a whole header with its secret."""
    return repr(redact(name)[:_MAX_SHOWN]) if isinstance(name, str) else f"of type {type(name).__name__}"
