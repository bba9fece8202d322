"""All operations of ARI, and handles by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asterisk_py_ari import handles
from asterisk_py_ari.protocol.handle import new_id

from .applications import Applications
from .asterisk import Asterisk
from .bridges import Bridges
from .channels import Channels
from .device_states import DeviceStates
from .endpoints import Endpoints
from .events import Events
from .mailboxes import Mailboxes
from .playbacks import Playbacks
from .recordings import Recordings
from .sounds import Sounds

if TYPE_CHECKING:
    from collections.abc import Callable

    from asterisk_py_ari.protocol.requests import Caller
    from asterisk_py_core.event_bus import FilteredSubscription

__all__ = ["AriOperations"]


class AriOperations:
    """What a client offers beyond its connection: the resources, and handles for what has a name.

    ``ari.channel()`` asks Asterisk for nothing. It is a name that nothing else has, so whoever subscribes to its events
    and then lets ``originate`` make it misses none::

        channel = ari.channel()
        async with channel.events() as events:
            await channel.originate("PJSIP/200", app="demo")
    """

    if TYPE_CHECKING:
        # Of the client, for the handles; see `Supervised.events`.
        events: Callable[..., FilteredSubscription[Any]]

    def __init__(self, caller: Caller) -> None:
        self.applications = Applications(caller)
        self.asterisk = Asterisk(caller)
        self.bridges = Bridges(caller)
        self.channels = Channels(caller)
        self.device_states = DeviceStates(caller)
        self.endpoints = Endpoints(caller)
        self.event_resource = Events(caller)
        """The operations Asterisk files under ``events``; ``events`` itself subscribes to them."""
        self.mailboxes = Mailboxes(caller)
        self.playbacks = Playbacks(caller)
        self.recordings = Recordings(caller)
        self.sounds = Sounds(caller)

    def application(self, name: str) -> handles.ApplicationHandle:
        """Return the application of this name."""
        return handles.ApplicationHandle(self, name)

    def bridge(self, id: str | None = None) -> handles.BridgeHandle:  # noqa: A002 - as the attribute is called
        """Return the bridge of this id, or one to be made under a new id."""
        return handles.BridgeHandle(self, new_id() if id is None else id)

    def channel(self, id: str | None = None) -> handles.ChannelHandle:  # noqa: A002 - as the attribute is called
        """Return the channel of this id, or one to be made under a new id."""
        return handles.ChannelHandle(self, new_id() if id is None else id)

    def device_state(self, name: str) -> handles.DeviceStateHandle:
        """Return the device state of this name, as in ``Stasis:lamp``."""
        return handles.DeviceStateHandle(self, name)

    def endpoint(self, technology: str, resource: str) -> handles.EndpointHandle:
        """Return the endpoint of this technology and name, as in ``PJSIP`` and ``200``."""
        return handles.EndpointHandle(self, technology, resource)

    def live_recording(self, name: str | None = None) -> handles.LiveRecordingHandle:
        """Return the recording of this name, or one to be made under a new name."""
        return handles.LiveRecordingHandle(self, new_id() if name is None else name)

    def mailbox(self, name: str) -> handles.MailboxHandle:
        """Return the mailbox of this name."""
        return handles.MailboxHandle(self, name)

    def playback(self, id: str | None = None) -> handles.PlaybackHandle:  # noqa: A002 - as the attribute is called
        """Return the playback of this id, or one to be made under a new id."""
        return handles.PlaybackHandle(self, new_id() if id is None else id)

    def sound(self, id: str) -> handles.SoundHandle:  # noqa: A002 - as the attribute is called
        """Return the sound of this id."""
        return handles.SoundHandle(self, id)

    def stored_recording(self, name: str) -> handles.StoredRecordingHandle:
        """Return the stored recording of this name."""
        return handles.StoredRecordingHandle(self, name)
