"""What every model and event is made of: a frozen ``msgspec.Struct`` that knows Asterisk's words.

::

    class Peer(Model, frozen=True, kw_only=True):
        peer_status: Word[PeerStatus]  # decoded as text, read as a PeerStatus
        address: str | None = None
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from functools import partial
from inspect import get_annotations
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeAlias, TypeVar, get_args

import msgspec

from .words import keep_time, keep_word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Code", "Model", "Time", "Word", "abridged"]

V = TypeVar("V")

_REPR_VALUE: Final = 48

if TYPE_CHECKING:
    Word = Annotated[V, "decoded as text, and made a word of the vocabulary when it is read"]
    Code = Annotated[V, "decoded as a number, and made a word of the vocabulary when it is read"]
    Time: TypeAlias = datetime
else:

    class Word:
        """A word of one of core's vocabularies; one that is not known keeps its text.

        The vocabulary is consulted when the attribute is read: most are not, and decoding would take half as long
        again.
        """

        def __class_getitem__(cls, vocabulary: type[Enum]) -> Any:
            return Annotated[str, vocabulary]

    class Code:
        """The same, where Asterisk sends the code of the word."""

        def __class_getitem__(cls, vocabulary: type[Enum]) -> Any:
            return Annotated[int, vocabulary]

    # A time, with its zone: text too, until it is read.
    Time = Annotated[str, datetime]


class Model(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A value that Asterisk sent.

    Immutable. Fields a newer Asterisk adds are no error, and are in the ``fields`` of an event. Values that do not fit
    their type are kept as they came (see :mod:`.envelope`).
    """

    # No garbage collection: values that are made once, of others made before them, form no cycles.

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        for name, annotation in get_annotations(cls, eval_str=True).items():
            kind, may_be_empty = _kept_as_text(annotation)
            if kind is not None:
                parse = keep_time if kind is datetime else partial(keep_word, kind)
                setattr(cls, name, _reader(cls.__dict__[name].__get__, parse, may_be_empty=may_be_empty))

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), msgspec.structs.asdict(self))

    def __copy__(self) -> Model:
        return self

    def __deepcopy__(self, _memo: Any) -> Model:
        return self

    def __repr__(self) -> str:
        return f"<{' '.join([type(self).__name__, *self._shown()])}>"

    def _shown(self) -> Iterator[str]:
        for name, value in msgspec.structs.asdict(self).items():
            if value is not None:
                yield f"{name}={abridged(value)}"


def abridged(value: object) -> str:
    """Return the repr of *value*, with the middle of a long one left out."""
    text = repr(value)
    if isinstance(value, Model) or len(text) <= _REPR_VALUE:
        return text
    return f"{text[: _REPR_VALUE - 8]}...{text[-4:]}"


def _kept_as_text(annotation: Any) -> tuple[Any, bool]:
    """Return what an attribute is read as, if it is not what it is decoded as, and whether it may be missing."""
    arguments = get_args(annotation)
    for argument in arguments:
        if isinstance(argument, type) and issubclass(argument, Enum | datetime):
            return argument, False
        kind, _ = _kept_as_text(argument)
        if kind is not None:
            return kind, type(None) in arguments
    return None, False


def _reader(read: Callable[[Any, Any], Any], parse: Callable[[Any], Any], *, may_be_empty: bool) -> property:
    def word(model: Model) -> Any:
        value = read(model, type(model))
        if value is None or (may_be_empty and value == ""):
            return None
        return parse(value)

    return property(word)


def _rebuild(kind: type[Model], fields: dict[str, Any]) -> Model:
    return kind(**fields)
