# Generated from the documentation of Asterisk 22.10.1 by `make generate`; do not edit.
"""The events of Asterisk 22.10.1, typed.

Events that are not described arrive as :class:`UnknownEvent`. What Asterisk need not send is ``None`` where it is
missing.
"""

from typing import Any, Final, TypeAlias

from asterisk_py_core import domain

from .models import (
    Bridge,
    Channel,
    ContactInfo,
    DeviceState,
    Endpoint,
    LiveRecording,
    Peer,
    Playback,
    ReferredBy,
    ReferTo,
    TextMessage,
)
from .protocol.event import AriEvent, UnknownEvent
from .protocol.model import Code, Time, Word

__all__ = [
    "EVENTS",
    "AnyEvent",
    "ApplicationMoveFailed",
    "ApplicationRegistered",
    "ApplicationReplaced",
    "ApplicationUnregistered",
    "AriEvent",
    "BridgeAttendedTransfer",
    "BridgeBlindTransfer",
    "BridgeCreated",
    "BridgeDestroyed",
    "BridgeMerged",
    "BridgeVideoSourceChanged",
    "CallBroadcast",
    "CallClaimed",
    "ChannelCallerId",
    "ChannelConnectedLine",
    "ChannelCreated",
    "ChannelDestroyed",
    "ChannelDialplan",
    "ChannelDtmfReceived",
    "ChannelEnteredBridge",
    "ChannelHangupRequest",
    "ChannelHold",
    "ChannelLeftBridge",
    "ChannelStateChange",
    "ChannelTalkingFinished",
    "ChannelTalkingStarted",
    "ChannelToneDetected",
    "ChannelTransfer",
    "ChannelUnhold",
    "ChannelUserevent",
    "ChannelVarset",
    "ContactStatusChange",
    "DeviceStateChanged",
    "Dial",
    "EndpointStateChange",
    "MissingParams",
    "PeerStatusChange",
    "PlaybackContinuing",
    "PlaybackFinished",
    "PlaybackStarted",
    "RecordingFailed",
    "RecordingFinished",
    "RecordingStarted",
    "StasisEnd",
    "StasisStart",
    "TextMessageReceived",
    "UnknownEvent",
]


class ApplicationMoveFailed(AriEvent, frozen=True, kw_only=True):
    """A channel could not be moved to another application."""

    timestamp: Time
    destination: str
    args: list[str]
    channel: Channel
    asterisk_id: str | None = None
    application: str

    _handles = ("channel",)


class ApplicationRegistered(AriEvent, frozen=True, kw_only=True):
    """An application came to be."""

    timestamp: Time
    asterisk_id: str | None = None
    application: str


class ApplicationReplaced(AriEvent, frozen=True, kw_only=True):
    """Another WebSocket took the application over; this one gets no more of its events."""

    timestamp: Time
    asterisk_id: str | None = None
    application: str


class ApplicationUnregistered(AriEvent, frozen=True, kw_only=True):
    """An application is gone."""

    timestamp: Time
    asterisk_id: str | None = None
    application: str


class BridgeAttendedTransfer(AriEvent, frozen=True, kw_only=True):
    """An attended transfer was made."""

    timestamp: Time
    result: str
    is_external: bool
    destination_type: str
    destination_bridge: str | None = None
    destination_application: str | None = None
    transferer_first_leg: Channel
    transferer_second_leg: Channel
    replace_channel: Channel | None = None
    transferee: Channel | None = None
    transfer_target: Channel | None = None
    transferer_first_leg_bridge: Bridge | None = None
    transferer_second_leg_bridge: Bridge | None = None
    destination_link_first_leg: Channel | None = None
    destination_link_second_leg: Channel | None = None
    destination_threeway_channel: Channel | None = None
    destination_threeway_bridge: Bridge | None = None
    asterisk_id: str | None = None
    application: str

    _handles = (
        "transferer_first_leg",
        "transferer_second_leg",
        "replace_channel",
        "transferee",
        "transfer_target",
        "transferer_first_leg_bridge",
        "transferer_second_leg_bridge",
        "destination_link_first_leg",
        "destination_link_second_leg",
        "destination_threeway_channel",
        "destination_threeway_bridge",
    )


class BridgeBlindTransfer(AriEvent, frozen=True, kw_only=True):
    """A blind transfer was made."""

    timestamp: Time
    exten: str
    context: str
    result: str
    is_external: bool
    channel: Channel
    replace_channel: Channel | None = None
    transferee: Channel | None = None
    bridge: Bridge | None = None
    asterisk_id: str | None = None
    application: str

    _handles = ("channel", "replace_channel", "transferee", "bridge")


class BridgeCreated(AriEvent, frozen=True, kw_only=True):
    """A bridge came to be."""

    timestamp: Time
    bridge: Bridge
    asterisk_id: str | None = None
    application: str

    _handles = ("bridge",)


class BridgeDestroyed(AriEvent, frozen=True, kw_only=True):
    """A bridge is gone."""

    timestamp: Time
    bridge: Bridge
    asterisk_id: str | None = None
    application: str

    _handles = ("bridge",)


class BridgeMerged(AriEvent, frozen=True, kw_only=True):
    """A bridge was merged into another one."""

    timestamp: Time
    bridge: Bridge
    bridge_from: Bridge
    asterisk_id: str | None = None
    application: str

    _handles = ("bridge", "bridge_from")


class BridgeVideoSourceChanged(AriEvent, frozen=True, kw_only=True):
    """The video in a bridge comes from somebody else."""

    timestamp: Time
    old_video_source_id: str | None = None
    bridge: Bridge
    asterisk_id: str | None = None
    application: str

    _handles = ("bridge",)


class CallBroadcast(AriEvent, frozen=True, kw_only=True):
    """A call is offered to several applications; the first to claim it gets it."""

    timestamp: Time
    caller: str | None = None
    called: str | None = None
    channel: Channel
    asterisk_id: str | None = None
    application: str

    _handles = ("channel",)


class CallClaimed(AriEvent, frozen=True, kw_only=True):
    """An application took a call that was offered to several."""

    timestamp: Time
    winner_app: str
    channel: Channel
    asterisk_id: str | None = None
    application: str

    _handles = ("channel",)


class ChannelCallerId(AriEvent, frozen=True, kw_only=True):
    """A channel's caller ID changed."""

    timestamp: Time
    caller_presentation: int
    caller_presentation_txt: str
    channel: Channel
    asterisk_id: str | None = None
    application: str

    _handles = ("channel",)


class ChannelConnectedLine(AriEvent, frozen=True, kw_only=True):
    """Who a channel is connected to changed."""

    timestamp: Time
    channel: Channel
    asterisk_id: str | None = None
    application: str

    _handles = ("channel",)


class ChannelCreated(AriEvent, frozen=True, kw_only=True):
    """A channel came to be."""

    timestamp: Time
    channel: Channel
    asterisk_id: str | None = None
    application: str

    _handles = ("channel",)


class ChannelDestroyed(AriEvent, frozen=True, kw_only=True):
    """A channel is gone."""

    timestamp: Time
    cause: Code[domain.HangupCause]
    cause_txt: str
    tech_cause: int | None = None
    channel: Channel
    asterisk_id: str | None = None
    application: str

    _handles = ("channel",)


class ChannelDialplan(AriEvent, frozen=True, kw_only=True):
    """A channel enters a step of the dialplan."""

    timestamp: Time
    dialplan_app: str
    dialplan_app_data: str
    channel: Channel
    asterisk_id: str | None = None
    application: str

    _handles = ("channel",)


class ChannelDtmfReceived(AriEvent, frozen=True, kw_only=True):
    """A DTMF digit came from a channel and is over; its duration is in milliseconds."""

    timestamp: Time
    digit: str
    duration_ms: int
    channel: Channel
    asterisk_id: str | None = None
    application: str

    _handles = ("channel",)


class ChannelEnteredBridge(AriEvent, frozen=True, kw_only=True):
    """A channel entered a bridge."""

    timestamp: Time
    bridge: Bridge
    channel: Channel | None = None
    asterisk_id: str | None = None
    application: str

    _handles = ("bridge", "channel")


class ChannelHangupRequest(AriEvent, frozen=True, kw_only=True):
    """Somebody asked for a channel to be hung up."""

    timestamp: Time
    cause: Code[domain.HangupCause] | None = None
    tech_cause: int | None = None
    soft: bool | None = None
    channel: Channel
    asterisk_id: str | None = None
    application: str

    _handles = ("channel",)


class ChannelHold(AriEvent, frozen=True, kw_only=True):
    """A channel asked for hold."""

    timestamp: Time
    musicclass: str | None = None
    channel: Channel
    asterisk_id: str | None = None
    application: str

    _handles = ("channel",)


class ChannelLeftBridge(AriEvent, frozen=True, kw_only=True):
    """A channel left a bridge."""

    timestamp: Time
    bridge: Bridge
    channel: Channel
    asterisk_id: str | None = None
    application: str

    _handles = ("bridge", "channel")


class ChannelStateChange(AriEvent, frozen=True, kw_only=True):
    """A channel's state changed."""

    timestamp: Time
    channel: Channel
    asterisk_id: str | None = None
    application: str

    _handles = ("channel",)


class ChannelTalkingFinished(AriEvent, frozen=True, kw_only=True):
    """Somebody stopped talking; the duration is in milliseconds."""

    timestamp: Time
    duration: int
    channel: Channel
    asterisk_id: str | None = None
    application: str

    _handles = ("channel",)


class ChannelTalkingStarted(AriEvent, frozen=True, kw_only=True):
    """Somebody began to talk."""

    timestamp: Time
    channel: Channel
    asterisk_id: str | None = None
    application: str

    _handles = ("channel",)


class ChannelToneDetected(AriEvent, frozen=True, kw_only=True):
    """A tone was heard on a channel."""

    timestamp: Time
    channel: Channel
    asterisk_id: str | None = None
    application: str

    _handles = ("channel",)


class ChannelTransfer(AriEvent, frozen=True, kw_only=True):
    """A channel asked for a transfer that the application is to carry out."""

    timestamp: Time
    state: str | None = None
    refer_to: ReferTo
    referred_by: ReferredBy
    asterisk_id: str | None = None
    application: str

    _handles = (
        "refer_to.destination_channel",
        "refer_to.connected_channel",
        "refer_to.bridge",
        "referred_by.source_channel",
        "referred_by.connected_channel",
        "referred_by.bridge",
    )


class ChannelUnhold(AriEvent, frozen=True, kw_only=True):
    """A channel asked for the end of hold."""

    timestamp: Time
    channel: Channel
    asterisk_id: str | None = None
    application: str

    _handles = ("channel",)


class ChannelUserevent(AriEvent, frozen=True, kw_only=True):
    """An event of somebody's own."""

    timestamp: Time
    eventname: str
    userevent: dict[str, Any]
    channel: Channel | None = None
    bridge: Bridge | None = None
    endpoint: Endpoint | None = None
    asterisk_id: str | None = None
    application: str

    _handles = ("channel", "bridge", "endpoint")


class ChannelVarset(AriEvent, frozen=True, kw_only=True):
    """A variable was set: a channel's, or a global one where :attr:`channel` is ``None``."""

    timestamp: Time
    variable: str
    value: str
    channel: Channel | None = None
    asterisk_id: str | None = None
    application: str

    _handles = ("channel",)


class ContactStatusChange(AriEvent, frozen=True, kw_only=True):
    """A contact can be reached now, or no longer."""

    timestamp: Time
    endpoint: Endpoint
    contact_info: ContactInfo
    asterisk_id: str | None = None
    application: str

    _handles = ("endpoint",)


class DeviceStateChanged(AriEvent, frozen=True, kw_only=True):
    """A device does something else than before."""

    timestamp: Time
    device_state: DeviceState
    asterisk_id: str | None = None
    application: str

    _handles = ("device_state",)


class Dial(AriEvent, frozen=True, kw_only=True):
    """A dial begins, goes on or ends; the status is ``None`` when it begins."""

    timestamp: Time
    forward: str | None = None
    dialstring: str | None = None
    dialstatus: Word[domain.DialStatus] | None
    caller: Channel | None = None
    peer: Channel
    forwarded: Channel | None = None
    asterisk_id: str | None = None
    application: str

    _handles = ("caller", "peer", "forwarded")


class EndpointStateChange(AriEvent, frozen=True, kw_only=True):
    """An endpoint can be reached now, or no longer."""

    timestamp: Time
    endpoint: Endpoint
    asterisk_id: str | None = None
    application: str

    _handles = ("endpoint",)


class MissingParams(AriEvent, frozen=True, kw_only=True):
    """A message to Asterisk lacked something. It belongs to no application and tells no time."""

    params: list[str]
    asterisk_id: str | None = None
    timestamp: Time | None = None
    application: str = ""


class PeerStatusChange(AriEvent, frozen=True, kw_only=True):
    """A peer is known otherwise than before."""

    timestamp: Time
    endpoint: Endpoint
    peer: Peer
    asterisk_id: str | None = None
    application: str

    _handles = ("endpoint",)


class PlaybackContinuing(AriEvent, frozen=True, kw_only=True):
    """A playback goes on with the next of its media."""

    timestamp: Time
    playback: Playback
    asterisk_id: str | None = None
    application: str

    _handles = ("playback",)


class PlaybackFinished(AriEvent, frozen=True, kw_only=True):
    """A playback is over."""

    timestamp: Time
    playback: Playback
    asterisk_id: str | None = None
    application: str

    _handles = ("playback",)


class PlaybackStarted(AriEvent, frozen=True, kw_only=True):
    """A playback began."""

    timestamp: Time
    playback: Playback
    asterisk_id: str | None = None
    application: str

    _handles = ("playback",)


class RecordingFailed(AriEvent, frozen=True, kw_only=True):
    """A recording failed."""

    timestamp: Time
    recording: LiveRecording
    asterisk_id: str | None = None
    application: str

    _handles = ("recording",)


class RecordingFinished(AriEvent, frozen=True, kw_only=True):
    """A recording is over and kept."""

    timestamp: Time
    recording: LiveRecording
    asterisk_id: str | None = None
    application: str

    _handles = ("recording",)


class RecordingStarted(AriEvent, frozen=True, kw_only=True):
    """A recording began."""

    timestamp: Time
    recording: LiveRecording
    asterisk_id: str | None = None
    application: str

    _handles = ("recording",)


class StasisEnd(AriEvent, frozen=True, kw_only=True):
    """A channel left the application."""

    timestamp: Time
    channel: Channel
    asterisk_id: str | None = None
    application: str

    _handles = ("channel",)


class StasisStart(AriEvent, frozen=True, kw_only=True):
    """A channel entered the application."""

    timestamp: Time
    args: list[str]
    channel: Channel
    replace_channel: Channel | None = None
    asterisk_id: str | None = None
    application: str

    _handles = ("channel", "replace_channel")


class TextMessageReceived(AriEvent, frozen=True, kw_only=True):
    """A text message came in."""

    timestamp: Time
    message: TextMessage
    endpoint: Endpoint | None = None
    asterisk_id: str | None = None
    application: str

    _handles = ("endpoint",)


AnyEvent: TypeAlias = (
    ApplicationMoveFailed
    | ApplicationRegistered
    | ApplicationReplaced
    | ApplicationUnregistered
    | BridgeAttendedTransfer
    | BridgeBlindTransfer
    | BridgeCreated
    | BridgeDestroyed
    | BridgeMerged
    | BridgeVideoSourceChanged
    | CallBroadcast
    | CallClaimed
    | ChannelCallerId
    | ChannelConnectedLine
    | ChannelCreated
    | ChannelDestroyed
    | ChannelDialplan
    | ChannelDtmfReceived
    | ChannelEnteredBridge
    | ChannelHangupRequest
    | ChannelHold
    | ChannelLeftBridge
    | ChannelStateChange
    | ChannelTalkingFinished
    | ChannelTalkingStarted
    | ChannelToneDetected
    | ChannelTransfer
    | ChannelUnhold
    | ChannelUserevent
    | ChannelVarset
    | ContactStatusChange
    | DeviceStateChanged
    | Dial
    | EndpointStateChange
    | MissingParams
    | PeerStatusChange
    | PlaybackContinuing
    | PlaybackFinished
    | PlaybackStarted
    | RecordingFailed
    | RecordingFinished
    | RecordingStarted
    | StasisEnd
    | StasisStart
    | TextMessageReceived
)
EVENTS: Final[tuple[type[AriEvent], ...]] = (
    ApplicationMoveFailed,
    ApplicationRegistered,
    ApplicationReplaced,
    ApplicationUnregistered,
    BridgeAttendedTransfer,
    BridgeBlindTransfer,
    BridgeCreated,
    BridgeDestroyed,
    BridgeMerged,
    BridgeVideoSourceChanged,
    CallBroadcast,
    CallClaimed,
    ChannelCallerId,
    ChannelConnectedLine,
    ChannelCreated,
    ChannelDestroyed,
    ChannelDialplan,
    ChannelDtmfReceived,
    ChannelEnteredBridge,
    ChannelHangupRequest,
    ChannelHold,
    ChannelLeftBridge,
    ChannelStateChange,
    ChannelTalkingFinished,
    ChannelTalkingStarted,
    ChannelToneDetected,
    ChannelTransfer,
    ChannelUnhold,
    ChannelUserevent,
    ChannelVarset,
    ContactStatusChange,
    DeviceStateChanged,
    Dial,
    EndpointStateChange,
    MissingParams,
    PeerStatusChange,
    PlaybackContinuing,
    PlaybackFinished,
    PlaybackStarted,
    RecordingFailed,
    RecordingFinished,
    RecordingStarted,
    StasisEnd,
    StasisStart,
    TextMessageReceived,
)
