"""Typed views of headers: what event classes are made of.

::

    class Hangup(AmiEvent, event="Hangup"):
        __slots__ = ()
        cause = field("Cause", HangupCause.parse)  # a HangupCause, or MissingHeaderError
        tech_cause = optional("TechCause")  # a str, or None

Nothing is parsed before the attribute is read.
"""

from collections.abc import Callable
from typing import Any, Generic, Self, TypeAlias, TypeVar, overload

from asterisk_py_ami.errors import HeaderValueError

from .message import AmiEvent, Message

__all__ = [
    "Field",
    "OptionalField",
    "OptionalPart",
    "Part",
    "Snapshot",
    "field",
    "flag",
    "known",
    "optional",
]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
S_co = TypeVar("S_co", bound="Snapshot", covariant=True)


class Snapshot:
    """The part of an event whose headers share a prefix (``DestChannel``, ``DestUniqueid``): one channel or bridge.

    Subclasses declare fields by their header names without the prefix. Immutable; equal parts of equal events are
    equal.
    """

    __slots__ = ("_event", "_prefix")

    def __init__(self, event: AmiEvent, prefix: str) -> None:
        self._event = event
        self._prefix = prefix

    @property
    def event(self) -> AmiEvent:
        """The event this is a part of."""
        return self._event

    @property
    def prefix(self) -> str:
        """What its headers begin with; empty for the channel or bridge the event is about."""
        return self._prefix

    def get(self, name: str) -> str | None:
        """Return the value of the first header called prefix + *name*, or ``None``."""
        return self._event.get(self._prefix + name)

    def __getitem__(self, name: str) -> str:
        return self._event[self._prefix + name]

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._prefix == other._prefix and self._event == other._event

    def __hash__(self) -> int:
        return hash((self._prefix, self._event))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._prefix}* of {self._event!r}>"


Source: TypeAlias = Message | Snapshot


class Field(Generic[T_co]):
    """A header that is always there, parsed each time it is read."""

    __slots__ = ("header", "parse")

    def __init__(self, header: str, parse: Callable[[str], T_co]) -> None:
        self.header = header
        self.parse = parse

    @overload
    def __get__(self, source: None, owner: type[Any]) -> Self: ...
    @overload
    def __get__(self, source: Source, owner: type[Any]) -> T_co: ...
    def __get__(self, source: Source | None, owner: type[Any]) -> Self | T_co:
        if source is None:
            return self
        text = source.get(self.header)
        if text is None:
            text = source[self.header]  # Raises the error that names message and header.
        try:
            return self.parse(text)
        except ValueError as error:
            raise _unreadable(source, self.header, self.parse, text) from error


class OptionalField(Generic[T_co]):
    """A header that may be missing, or empty where it is no text; it is ``None`` then."""

    __slots__ = ("header", "parse")

    def __init__(self, header: str, parse: Callable[[str], T_co]) -> None:
        self.header = header
        self.parse = parse

    @overload
    def __get__(self, source: None, owner: type[Any]) -> Self: ...
    @overload
    def __get__(self, source: Source, owner: type[Any]) -> T_co | None: ...
    def __get__(self, source: Source | None, owner: type[Any]) -> Self | T_co | None:
        if source is None:
            return self
        text = source.get(self.header)
        if text is None or not (text or self.parse is str):
            return None
        try:
            return self.parse(text)
        except ValueError as error:
            raise _unreadable(source, self.header, self.parse, text) from error


class Part(Generic[S_co]):
    """A snapshot that is always there."""

    __slots__ = ("kind", "prefix")

    def __init__(self, kind: type[S_co], prefix: str) -> None:
        self.kind = kind
        self.prefix = prefix

    @overload
    def __get__(self, event: None, owner: type[Any]) -> Self: ...
    @overload
    def __get__(self, event: AmiEvent, owner: type[Any]) -> S_co: ...
    def __get__(self, event: AmiEvent | None, owner: type[Any]) -> Self | S_co:
        return self if event is None else self.kind(event, self.prefix)


class OptionalPart(Generic[S_co]):
    """A snapshot that may be missing; it is there if its *header* is."""

    __slots__ = ("header", "kind", "prefix")

    def __init__(self, kind: type[S_co], prefix: str, header: str) -> None:
        self.kind = kind
        self.prefix = prefix
        self.header = header

    @overload
    def __get__(self, event: None, owner: type[Any]) -> Self: ...
    @overload
    def __get__(self, event: AmiEvent, owner: type[Any]) -> S_co | None: ...
    def __get__(self, event: AmiEvent | None, owner: type[Any]) -> Self | S_co | None:
        if event is None:
            return self
        return self.kind(event, self.prefix) if self.prefix + self.header in event else None


@overload
def field(header: str) -> Field[str]: ...
@overload
def field(header: str, parse: Callable[[str], T]) -> Field[T]: ...
def field(header: str, parse: Callable[[str], Any] = str) -> Field[Any]:
    """Declare a *header* that is always sent; *parse* makes the attribute's value of its text.

    Reading it raises :class:`MissingHeaderError` if the header is missing after all, and :class:`HeaderValueError` if
    *parse* raises ``ValueError``.
    """
    return Field(header, parse)


@overload
def optional(header: str) -> OptionalField[str]: ...
@overload
def optional(header: str, parse: Callable[[str], T]) -> OptionalField[T]: ...
def optional(header: str, parse: Callable[[str], Any] = str) -> OptionalField[Any]:
    """Declare a *header* that may be missing: the attribute is ``None`` then.

    With *parse* it is ``None`` for an empty header too, which is how Asterisk leaves out a number or a word.
    """
    return OptionalField(header, parse)


def known(text: str) -> str | None:
    """Return *text*, or ``None`` for the two ways Asterisk prints that there is none: ``<unknown>`` and ``<null>``."""
    return None if text in {"<unknown>", "<null>"} else text


def flag(text: str) -> bool:
    """Return whether *text* is one of the words Asterisk takes for true (main/utils.c, ast_true)."""
    return text.lower() in {"yes", "true", "y", "t", "1", "on"}


def _unreadable(source: Source, header: str, parse: Callable[[str], object], text: str) -> HeaderValueError:
    event, prefix = (source.event, source.prefix) if isinstance(source, Snapshot) else (source, "")
    message = event.name if isinstance(event, AmiEvent) else type(event).__name__
    owner = getattr(parse, "__self__", parse)
    return HeaderValueError(
        message=message, header=prefix + header, vocabulary=getattr(owner, "__name__", "value"), value=text
    )
