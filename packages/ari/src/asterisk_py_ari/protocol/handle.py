"""What every handle is made of: something in Asterisk that a client can ask for operations."""

from __future__ import annotations

from functools import partial
from secrets import token_hex
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, overload

from asterisk_py_core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from asterisk_py_ari.resources.ari import AriOperations
    from asterisk_py_core.event_bus import FilteredSubscription

    from .event import AriEvent

__all__ = ["Handle", "Named", "new_id"]

T = TypeVar("T")


def new_id() -> str:
    """Return a name for something to be made in Asterisk that nothing else has, and nobody can guess."""
    return token_hex(8)


class Handle:
    """Something in Asterisk, by its name, with its operations.

    The handles in events and answers are models as well, and tell what they were like then. Two handles are equal if
    they are for the same thing, whatever they were like. An operation asks Asterisk when it is awaited, through the
    client the handle came from.
    """

    # Outside the fields of the models that are handles, so that it is neither compared nor sent.
    __slots__ = ("_ari",)

    if TYPE_CHECKING:
        _ari: AriOperations
    kind: ClassVar[str]
    """``channel``, ``bridge``...: as in Asterisk's ``target_uri``, and in the sources of an application's events."""
    key_fields: ClassVar[tuple[str, ...]]
    _repr_fields: ClassVar[tuple[str, ...]] = ()

    @property
    def key_values(self) -> tuple[Any, ...]:
        """The values of what identifies it among its kind."""
        return tuple([getattr(self, name) for name in self.key_fields])

    @property
    def key(self) -> str:
        """What identifies it among its kind: the id, the name, or of an endpoint both, as in ``PJSIP/200``."""
        return "/".join(map(str, self.key_values))

    @overload
    def events(
        self,
        *,
        where: Callable[[AriEvent], bool] | None = None,
        capacity: int | None = None,
        lossy: bool = False,
    ) -> FilteredSubscription[AriEvent]: ...
    @overload
    def events(
        self,
        *types: type[T],
        where: Callable[[T], bool] | None = None,
        capacity: int | None = None,
        lossy: bool = False,
    ) -> FilteredSubscription[T]: ...
    def events(
        self,
        *types: type[Any],
        where: Callable[[Any], bool] | None = None,
        capacity: int | None = None,
        lossy: bool = False,
    ) -> FilteredSubscription[Any]:
        """Subscribe to the events from now on that are about this, or about what is played to it or recorded from it.

        Those of *types* that *where* accepts, as in the ``events`` of the client, which the other arguments go to.
        """
        from .event import AriEvent  # noqa: PLC0415 - which is made of handles

        accepts = partial(_concerns, self, where)
        return self._client.events(*(types or (AriEvent,)), where=accepts, capacity=capacity, lossy=lossy)

    @property
    def _client(self) -> AriOperations:
        try:
            return self._ari
        except AttributeError:
            problem = "is of no client: it was made by hand or unpickled. Take it from an event, an answer or a client"
            raise InputError(field=repr(self), problem=problem) from None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Handle):
            return NotImplemented
        return self.kind == other.kind and self.key_values == other.key_values

    def __hash__(self) -> int:
        return hash((self.kind, self.key))

    def __repr__(self) -> str:
        values = [getattr(self, name, None) for name in self._repr_fields or self.key_fields]
        shown = [str(getattr(value, "wire", value)) for value in values if value is not None]
        return f"<{' '.join([type(self).__name__, *shown])}>"


class Named(Handle):
    """A handle that is nothing but the name, for something that may not be there yet."""

    __slots__ = ()

    def __init__(self, ari: AriOperations, *key: str) -> None:
        self._ari = ari
        for name, value in zip(self.key_fields, key, strict=True):
            setattr(self, name, value)

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.key_values)


def _rebuild(kind: type[Named], key: tuple[str, ...]) -> Named:
    handle = kind.__new__(kind)
    for name, value in zip(kind.key_fields, key, strict=True):
        setattr(handle, name, value)
    return handle


def _concerns(handle: Handle, where: Callable[[Any], bool] | None, event: AriEvent) -> bool:
    return event.concerns(handle) and (where is None or where(event))
