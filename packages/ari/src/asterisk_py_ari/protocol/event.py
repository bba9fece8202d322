"""What every event is made of; the events themselves are in :mod:`asterisk_py_ari.events`."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar, Final

import msgspec

from asterisk_py_core.event_bus import Event

from .fitting import Sent
from .handle import Handle
from .model import Model, Time

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["AriEvent", "UnknownEvent"]

_NOT_SHOWN: Final = frozenset({"asterisk_id", "timestamp"})


class AriEvent(Event, Sent, Model, frozen=True, kw_only=True, tag_field="type", tag=True):
    """Something that happened: one text frame of the events' WebSocket.

    Events are equal if all they say is. Hashable and picklable; an unpickled event is of no client any more, so its
    handles cannot be asked for anything.
    """

    # The paths to the handles in the event, of generated classes.
    _handles: ClassVar[tuple[str, ...]] = ()

    if TYPE_CHECKING:
        # Each class declares these in the order of the wire, where decoding is a little faster.
        application: str
        timestamp: Time | None
        asterisk_id: str | None = None

    @property
    def type(self) -> str:
        """The name of the event, as in ``StasisStart``."""
        return str(self.__struct_config__.tag)

    @property
    def raw(self) -> bytes:
        """The JSON it came as; of an event made here, what it would be."""
        try:
            raw = self._raw
        except AttributeError:
            return msgspec.json.encode(self)
        return raw if isinstance(raw, bytes) else raw.encode()

    @property
    def fields(self) -> dict[str, Any]:
        """All that was sent, by Asterisk's own names, also what this version has no attribute for.

        Decoded anew each time.
        """
        found: dict[str, Any] = msgspec.json.decode(self.raw)
        return found

    def handles(self) -> Iterator[Handle]:
        """Yield the channels, bridges and other things with operations that the event holds."""
        for path in self._handles:
            found = getattr(self, path, None) if "." not in path else self._at(path)
            if isinstance(found, Handle):
                yield found

    def _at(self, path: str) -> object:
        try:
            return attrgetter(path)(self)
        except AttributeError:  # something on the way to it is missing
            return None

    def concerns(self, handle: Handle) -> bool:
        """Say whether the event is about *handle*, or about something that is played to it or recorded from it."""
        if handle.kind == "application":
            return self.application == handle.key
        target = f"{handle.kind}:{handle.key}"
        return any(found == handle or getattr(found, "target_uri", None) == target for found in self.handles())

    def __eq__(self, other: object) -> bool:
        # By value, all the way down: two handles are equal whatever state they are in.
        return type(self) is type(other) and msgspec.to_builtins(self) == msgspec.to_builtins(other)

    def __hash__(self) -> int:
        return hash((type(self), str(self.timestamp), str(self.application)))

    def _shown(self) -> Iterator[str]:
        return (part for part in super()._shown() if part.partition("=")[0] not in _NOT_SHOWN)


class UnknownEvent(AriEvent, frozen=True, kw_only=True, tag=False):
    """An event this version has no class for; all of it is in :attr:`fields`."""

    type: str
    timestamp: Time | None = None
    asterisk_id: str | None = None
    application: str = ""

    def concerns(self, handle: Handle) -> bool:
        """Say whether anything in the event has the name of *handle*."""
        return super().concerns(handle) or _mentions(self.fields, handle)


def _mentions(value: object, handle: Handle) -> bool:
    if isinstance(value, list):
        return any(_mentions(each, handle) for each in value)
    if not isinstance(value, dict):
        return False
    key = tuple(value.get(name) for name in handle.key_fields)
    return key == handle.key_values or any(_mentions(each, handle) for each in value.values())
