"""Typed views of headers: what event classes are made of.

::

    class Hangup(AmiEvent, event="Hangup"):
        __slots__ = ()
        cause = field("Cause", HangupCause.parse)  # a HangupCause, or MissingHeaderError
        tech_cause = optional("TechCause")  # a str, or None

Nothing is looked for before the attribute is read.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, Self, TypeVar, overload

from asterisk_py_ami.errors import HeaderValueError

from .message import AmiEvent, Message
from .values import Unless

__all__ = ["Field", "OptionalPart", "Part", "Snapshot", "field", "optional"]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
S_co = TypeVar("S_co", bound="Snapshot", covariant=True)

# Causes, states and priorities repeat; durations do not, and strangers may choose any value.
_REMEMBERED: Final = 64


class Snapshot:
    """The part of an event whose headers share a prefix (``DestChannel``, ``DestUniqueid``): one channel or bridge.

    Subclasses declare fields by their header names without the prefix. Immutable; equal parts of equal events are
    equal.
    """

    __slots__ = ("_event", "_raw")

    _kind: ClassVar[type["Snapshot"]]
    _prefix: ClassVar[str] = ""

    def __init__(self, event: AmiEvent) -> None:
        self._event = event
        self._raw = event._raw  # noqa: SLF001 - a snapshot is a part of the event

    @property
    def event(self) -> AmiEvent:
        """The event this is a part of."""
        return self._event

    @property
    def prefix(self) -> str:
        """What its headers begin with; empty for the channel or bridge the event is about."""
        return self._prefix

    def get(self, name: str) -> str | None:
        """Return the value of the header called prefix + *name*, as :meth:`Message.get` finds it, or ``None``."""
        return self._event.get(self._prefix + name)

    def __getitem__(self, name: str) -> str:
        return self._event[self._prefix + name]

    def __eq__(self, other: object) -> bool:
        return self._event == other._event if type(self) is type(other) else NotImplemented

    def __hash__(self) -> int:
        return hash((self._prefix, self._event))

    def __reduce__(self) -> tuple[Any, ...]:
        return _take_part, (self._kind, self._prefix, self._event)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._prefix}* of {self._event!r}>"


class Field(property, Generic[T_co]):
    """A header, read as an attribute; :func:`field` and :func:`optional` make it.

    It is a property because the ``__get__`` of that is written in C: one in Python costs a sixth more.
    """

    def __init__(self, header: str, parse: Callable[[str], Any], *, is_required: bool) -> None:
        self.header = header
        self.parse = parse
        self.is_required = is_required
        mark = f"\r\n{header}:".encode("ascii")
        if parse is str:
            super().__init__(self._text_reader(mark))
        elif isinstance(parse, Unless):
            super().__init__(self._text_unless_reader(mark, parse.words if is_required else parse.words | {""}))
        else:
            super().__init__(self._value_reader(mark))

    if TYPE_CHECKING:

        @overload
        def __get__(self, source: None, owner: type[Any], /) -> Self: ...
        @overload
        def __get__(self, source: Any, owner: type[Any] | None = None, /) -> T_co: ...
        def __get__(self, source: Any, owner: type[Any] | None = None, /) -> Any: ...

    # The readers do the same as `get`, which looks for the exact spelling first too, but without parsing the other
    # headers. A line that is not UTF-8 or without a value, or none at all, is left to `get`.

    def _text_reader(self, mark: bytes) -> Callable[[Message | Snapshot], Any]:
        def read(source: Message | Snapshot) -> Any:
            line = source._raw.partition(mark)[2].partition(b"\r\n")[0]  # noqa: SLF001 - a field is a part of its class
            if not line:
                return self._look_up(source)
            try:
                # As `_text` does, if without surrogates: a call more would cost a tenth.
                return line.decode().removeprefix(" ").removesuffix("\n")
            except UnicodeDecodeError:
                return self._look_up(source)

        return read

    def _text_unless_reader(self, mark: bytes, words: frozenset[str]) -> Callable[[Message | Snapshot], Any]:
        def read(source: Message | Snapshot) -> Any:
            line = source._raw.partition(mark)[2].partition(b"\r\n")[0]  # noqa: SLF001 - a field is a part of its class
            if not line:
                return self._look_up(source)
            try:
                text = line.decode().removeprefix(" ").removesuffix("\n")
            except UnicodeDecodeError:
                return self._look_up(source)
            return None if text in words else text

        return read

    def _value_reader(self, mark: bytes) -> Callable[[Message | Snapshot], Any]:
        value_of = lru_cache(maxsize=_REMEMBERED)(lambda line: self._value(_text(line)))

        def read(source: Message | Snapshot) -> Any:
            line = source._raw.partition(mark)[2].partition(b"\r\n")[0]  # noqa: SLF001 - a field is a part of its class
            if not line:
                return self._look_up(source)
            try:
                return value_of(line)
            except ValueError as error:
                raise self._unreadable(source, _text(line)) from error

        return read

    def _value(self, text: str) -> Any:
        return self.parse(text) if text or self.is_required else None

    def _look_up(self, source: Message | Snapshot) -> Any:
        message = source.event if isinstance(source, Snapshot) else source
        text = message[self.header] if self.is_required else message.get(self.header)
        if text is None or self.parse is str:
            return text
        try:
            return self._value(text)
        except ValueError as error:
            raise self._unreadable(source, text) from error

    def _unreadable(self, source: Message | Snapshot, text: str) -> HeaderValueError:
        message = source.event if isinstance(source, Snapshot) else source
        of: object = getattr(self.parse, "__self__", self.parse)
        return HeaderValueError(
            message=type(message).__name__,
            header=self.header,
            vocabulary=getattr(of, "__name__", "value"),
            value=text,
        )


def _text(line: bytes) -> str:
    """Return the value in what stands between a header's colon and its line end."""
    return line.decode("utf-8", "surrogateescape").removeprefix(" ").removesuffix("\n")


class Part(property, Generic[S_co]):
    """A snapshot that is always there; a property for the reason that :class:`Field` is one."""

    def __init__(self, kind: type[S_co], prefix: str) -> None:
        self.kind = _prefixed(kind, prefix)
        super().__init__(self.kind)

    if TYPE_CHECKING:

        @overload
        def __get__(self, event: None, owner: type[Any], /) -> Self: ...
        @overload
        def __get__(self, event: Any, owner: type[Any] | None = None, /) -> S_co: ...
        def __get__(self, event: Any, owner: type[Any] | None = None, /) -> Any: ...


class OptionalPart(Generic[S_co]):
    """A snapshot that may be missing; it is there if the header *sign* (without its prefix) is."""

    __slots__ = ("kind", "sign")

    def __init__(self, kind: type[S_co], prefix: str, sign: str) -> None:
        self.kind = _prefixed(kind, prefix)
        self.sign: Field[str | None] = optional(prefix + sign)

    @overload
    def __get__(self, event: None, owner: type[Any]) -> Self: ...
    @overload
    def __get__(self, event: AmiEvent, owner: type[Any]) -> S_co | None: ...
    def __get__(self, event: AmiEvent | None, owner: type[Any]) -> Self | S_co | None:
        if event is None:
            return self
        return None if self.sign.__get__(event, owner) is None else self.kind(event)


@overload
def field(header: str) -> Field[str]: ...
@overload
def field(header: str, parse: Callable[[str], T]) -> Field[T]: ...
def field(header: str, parse: Callable[[str], Any] = str) -> Field[Any]:
    """Declare a *header* that is always sent; *parse*, a pure function, makes the attribute's value of its text.

    Reading it raises :class:`MissingHeaderError` if the header is missing after all, and :class:`HeaderValueError` if
    *parse* raises ``ValueError``.
    """
    return Field(header, parse, is_required=True)


@overload
def optional(header: str) -> Field[str | None]: ...
@overload
def optional(header: str, parse: Callable[[str], T]) -> Field[T | None]: ...
def optional(header: str, parse: Callable[[str], Any] = str) -> Field[Any]:
    """Declare a *header* that may be missing: the attribute is ``None`` then.

    With *parse* it is ``None`` for an empty header too, which is how Asterisk leaves out a number or a word.
    """
    return Field(header, parse, is_required=False)


# Made once for each declaration, so it is as large as the event classes make it.
_PREFIXED: Final[dict[tuple[type[Snapshot], str], type[Any]]] = {}


def _prefixed(kind: type[S_co], prefix: str) -> type[S_co]:
    """Return *kind* with *prefix* before the header of each of its fields."""
    known_kind = _PREFIXED.get((kind, prefix))
    if known_kind is None:
        fields: dict[str, Field[Any]] = {}
        for base in reversed(kind.__mro__):
            for name, declared in vars(base).items():
                if isinstance(declared, Field):
                    fields[name] = Field(prefix + declared.header, declared.parse, is_required=declared.is_required)
        attributes = {"__slots__": (), "_prefix": prefix, "_kind": kind, **fields}
        known_kind = _PREFIXED[kind, prefix] = type(kind.__name__, (kind,), attributes)
    return known_kind


def _take_part(kind: type[Snapshot], prefix: str, event: AmiEvent) -> Snapshot:
    return _prefixed(kind, prefix)(event)
