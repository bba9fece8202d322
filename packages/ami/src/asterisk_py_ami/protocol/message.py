"""One AMI message: the bytes Asterisk sent, and its headers looked up on demand."""

import re
from collections.abc import Iterator, Mapping
from itertools import compress
from typing import ClassVar, Final, TypeVar, overload

from asterisk_py_ami.errors import MissingHeaderError
from asterisk_py_core.errors import InputError
from asterisk_py_core.event_bus import Event
from asterisk_py_core.redaction import redact

from .headers import Parsed, ShapeParser, ShapeParsers, parse_by_line, parse_lines

__all__ = ["EVENT_CLASSES", "AmiEvent", "Message", "Response", "event_class"]

T = TypeVar("T")

_VARIABLE_HEADER: Final = re.compile(r"\w*ChanVariable(?:\(.*\))?|Variable", re.IGNORECASE)
_SUCCESS: Final = frozenset({"success", "goodbye", "follows"})

_REPR_HEADERS: Final = 6
_REPR_VALUE: Final = 48
_REPR_SKIPPED: Final = frozenset({"event", "privilege", "timestamp"})


class Message:
    """One AMI message: ordered headers that may repeat.

    A name finds the first header spelled exactly so, or else the first in any case of letters. ``message["Cause"]``
    raises :class:`MissingHeaderError` where ``message.get("Cause")`` returns ``None``. Values are ``str``: decoded as
    UTF-8, and bytes that are not survive as lone surrogates (``surrogateescape``). Messages are immutable; equal bytes
    are equal messages.
    """

    __slots__ = ("_parsed", "_raw")

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        # Most messages are only counted, dispatched by name, or dropped: nothing is parsed until a header is asked for.
        self._parsed: Parsed | None = None

    @property
    def raw(self) -> bytes:
        """The bytes of the message as received, without the blank line that ended it."""
        return self._raw

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """All headers as (name, value), in wire order."""
        return tuple(self)

    @property
    def junk(self) -> tuple[str, ...]:
        """The lines of the message that are no header."""
        return tuple(parse_lines(self._raw.decode("utf-8", "surrogateescape"))[1])

    @property
    def action_id(self) -> str | None:
        """The ActionID of the action that brought this message, if it says so."""
        # Asked of every answer, and of every event while an action waits for some of them: nothing else is parsed for
        # it. It is what `get` finds, as the fields of an event are.
        line = self._raw.partition(b"\r\nActionID:")[2].partition(b"\r\n")[0]
        if line:
            return line.decode("utf-8", "surrogateescape").removeprefix(" ").removesuffix("\n")
        return self.get("ActionID") if b"actionid:" in self._raw.lower() else None

    @property
    def variables(self) -> Mapping[str, str]:
        """The channel variables in the message (``ChanVariable: name=value`` and its relatives), by name.

        The first of a name wins; where several channels send their own, read :meth:`get_all`.
        """
        variables: dict[str, str] = {}
        for header, content in self.headers:
            name, equals, value = content.partition("=")
            if equals and _VARIABLE_HEADER.fullmatch(header):
                variables.setdefault(name, value)
        return variables

    @overload
    def get(self, name: str) -> str | None: ...
    @overload
    def get(self, name: str, default: T) -> str | T: ...
    def get(self, name: str, default: T | None = None) -> str | T | None:
        """Return the value of the header *name*, or *default*."""
        shape, values = self._parsed or self._parse()
        number = shape.exact.get(name) or shape.folded.get(name.lower())
        return default if number is None else values[number]

    def get_all(self, name: str) -> list[str]:
        """Return the values of all headers called *name* in any case of letters, in wire order."""
        shape, values = self._parsed or self._parse()
        # In C, because a command may have printed hundreds of thousands of lines.
        return list(compress(values.groups(), map(name.lower().__eq__, map(str.lower, shape.names))))

    def __getitem__(self, name: str) -> str:
        value = self.get(name)
        if value is None:
            raise MissingHeaderError(message=self._kind(), header=name)
        return value

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.get(name) is not None

    def __iter__(self) -> Iterator[tuple[str, str]]:
        shape, values = self._parsed or self._parse()
        return zip(shape.names, values.groups())  # noqa: B905 - there is one value for each name; strict costs a tenth

    def __eq__(self, other: object) -> bool:
        return self._raw == other._raw if isinstance(other, Message) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._raw)

    def __reduce__(self) -> tuple[type["Message"], tuple[bytes]]:
        return type(self), (self._raw,)

    def __repr__(self) -> str:
        headers = [pair for pair in self.headers if pair[0].lower() not in _REPR_SKIPPED]
        shown = [_abridged(name, value) for name, value in headers[:_REPR_HEADERS]]
        if len(headers) > _REPR_HEADERS:
            shown.append(f"+{len(headers) - _REPR_HEADERS} headers")
        return f"<{' '.join([self._kind(), *shown])}>"

    def _kind(self) -> str:
        return type(self).__name__

    def _parse(self) -> Parsed:
        self._parsed = parsed = parse_by_line(self._raw)
        return parsed


class Response(Message):
    """Asterisk's answer to an action."""

    __slots__ = ()

    @property
    def is_success(self) -> bool:
        """Whether Asterisk did what it was asked (``Success``; ``Goodbye`` to a Logoff)."""
        # Most answers begin so, and are not parsed for it.
        return self._raw.startswith(b"Response: Success\r\n") or self.get("Response", "").lower() in _SUCCESS

    @property
    def message(self) -> str:
        """Asterisk's own text, empty if it sent none."""
        return self.get("Message", "")

    @property
    def output(self) -> list[str]:
        """The lines a ``Command`` printed, with both spellings of the protocol (Asterisk before 14, and since)."""
        return self.get_all("Output")


class AmiEvent(Message, Event):
    """An event. Subclasses say what its headers mean; an event nobody described is an ``AmiEvent`` itself.

    A subclass names the event it describes, exactly as on the wire, and the decoder uses it from then on::

        class Hangup(AmiEvent, event="Hangup"):
            __slots__ = ()
            cause = field("Cause", HangupCause.parse)

    Raises:
        InputError: two subclasses name one event.
    """

    __slots__ = ()

    _name: ClassVar[str | None] = None
    _parser: ClassVar[ShapeParser | ShapeParsers] = ShapeParsers()

    def __init_subclass__(cls, *, event: str | None = None) -> None:
        super().__init_subclass__()
        if event is not None:
            _register(event, cls)
            cls._name = event
            cls._parser = ShapeParser()

    @property
    def name(self) -> str:
        """The event's name as Asterisk spells it."""
        if self._name is not None:
            return self._name
        # Programs choose by name: for one that nobody described, too, the other headers need not be parsed.
        start, _, name = self._raw.partition(b"\r\n")[0].partition(b"Event: ")
        return self["Event"] if start or not name else name.decode("utf-8", "surrogateescape").removesuffix("\n")

    def _kind(self) -> str:
        return (self._name or self.get("Event") or type(self).__name__)[:_REPR_VALUE]

    def _parse(self) -> Parsed:
        self._parsed = parsed = self._parser.parse(self._raw)
        return parsed


# The classes that describe an event, by its name in lower case.
EVENT_CLASSES: Final[dict[str, type[AmiEvent]]] = {}


def event_class(name: str) -> type[AmiEvent]:
    """Return the class that describes the event *name*, in any case of letters; :class:`AmiEvent` if none does."""
    return EVENT_CLASSES.get(name.lower(), AmiEvent)


def _register(name: str, cls: type[AmiEvent]) -> None:
    if name.lower() in EVENT_CLASSES:
        raise InputError(field=f"event={name!r} of {cls.__name__}", problem="is described by another class already")
    EVENT_CLASSES[name.lower()] = cls


def _abridged(name: str, value: str) -> str:
    # Redacted before it is cut: half a secret is still one.
    shown = redact(f"{name}: {value}").partition(": ")[2]
    return f"{name}={shown[:_REPR_VALUE]!r}" + ("..." if len(shown) > _REPR_VALUE else "")
