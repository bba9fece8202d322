"""What became of an application's channels while nobody was connected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asterisk_py_core.event_bus import Event

from .events import ChannelDestroyed, StasisEnd, StasisStart

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .models import Application, Channel
    from .protocol.event import AriEvent

__all__ = ["Membership", "Resynchronized"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resynchronized(Event):
    """Where things stand after a reconnect; published after the change to CONNECTED, before every new event.

    Asterisk keeps no event for a client that is away, so this says what can still be said. ``channels`` are those whose
    events the applications get: the ones in Stasis, and others that are subscribed to (the far half of a Local channel
    is). ``gone`` are the ids of those that were in Stasis and are not any more: they hung up, or went on in the
    dialplan. ``applications`` have all that is subscribed to. It is made of ``GET /applications/{app}`` and
    ``GET /channels``; the library invents no event of Asterisk.
    """

    epoch: int
    applications: tuple[Application, ...]
    channels: tuple[Channel, ...]
    gone: tuple[str, ...]


class Membership:
    """The ids of the channels that are in the applications, as the events tell it."""

    def __init__(self) -> None:
        # A dict, for its order: what is reported gone is so in the order it came.
        self._held: dict[str, None] = {}

    def __contains__(self, channel_id: str) -> bool:
        return channel_id in self._held

    def note(self, event: AriEvent) -> None:
        """Take *event* into account."""
        if not isinstance(event, (StasisStart, StasisEnd, ChannelDestroyed)):
            return
        id_ = _id(event.channel)
        if id_ is not None and isinstance(event, StasisStart):
            self._held[id_] = None
        elif id_ is not None:
            self._held.pop(id_, None)

    def compare(
        self, epoch: int, applications: Sequence[Application], channels: Iterable[Channel], early: Iterable[AriEvent]
    ) -> Resynchronized:
        """Take over what Asterisk says, and return how it differs; what *early* events tell is nobody's loss."""
        held = {id_ for application in applications for id_ in _texts(application.channel_ids)}
        told = {_id(event.channel) for event in early if isinstance(event, (StasisEnd, ChannelDestroyed))}
        gone = tuple(id_ for id_ in self._held if id_ not in held and id_ not in told)
        here = tuple(channel for channel in channels if _id(channel) in held)
        # Of one that came while nobody was connected nothing was heard, and it may go so, too.
        came = {channel.id: None for channel in here if _is_in_stasis(channel)}
        self._held = {id_: None for id_ in self._held if id_ in held} | came
        return Resynchronized(epoch=epoch, applications=tuple(applications), channels=here, gone=gone)


# What does not fit its model is as it came (see protocol.fitting), so a channel may be anything, and have any id.


def _id(channel: object) -> str | None:
    id_: object = getattr(channel, "id", None)
    return id_ if isinstance(id_, str) else None


def _is_in_stasis(channel: object) -> bool:
    return getattr(getattr(channel, "dialplan", None), "app_name", None) == "Stasis"


def _texts(value: object) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
