"""What is said otherwise here than in Asterisk's description, and why.

A row that no longer corrects anything is an error, so that this table cannot outlive its reasons.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

__all__ = ["ASTERISK_22", "Corrections", "HandleRow"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HandleRow:
    """A model that carries operations: those whose path begins with its own."""

    kind: str
    """As in a `target_uri` and in the sources of an application's events."""
    path: str
    keys: Mapping[str, str]
    """The model's attribute for each parameter of the path."""
    shown: tuple[str, ...] = ()
    """The attributes in the repr; the keys, unless told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrections:
    """Rows by Asterisk's names."""

    not_requests: tuple[str, ...] = ()
    """Operations that are no request with an answer."""
    folded: Mapping[str, str] = field(default_factory=dict)
    """Operations that another one does as well, which has the id in its path."""
    chosen: Mapping[str, str] = field(default_factory=dict)
    """The parameter that is made up here where it is not given: so events can be waited for first, and a request that
    got no answer be repeated. Asterisk refuses the second one (409)."""
    defaults: Mapping[str, str] = field(default_factory=dict)
    """What is documented as the default, and refused if it is left out: it is sent."""
    parameter_types: Mapping[str, str] = field(default_factory=dict)
    """By `resource.operation.parameter`, or by the parameter alone."""
    property_types: Mapping[str, str] = field(default_factory=dict)
    """By `Model.property`."""
    wire_order: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The properties Asterisk sends first: in this order decoding is fastest."""
    not_models: tuple[str, ...] = ()
    """What is not decoded to a model of the package."""
    handles: Mapping[str, HandleRow] = field(default_factory=dict)
    """Models with operations."""


_CHANNEL: Final = "handle:Channel"
_BRIDGE: Final = "handle:Bridge"
_APPLICATION: Final = "handle:Application"
_PLAYBACK: Final = "handle:Playback"

ASTERISK_22: Final = Corrections(
    # The WebSocket of the events is the client's connection.
    not_requests=("events.eventWebsocket",),
    folded={
        "bridges.create": "bridges.createWithId",
        "bridges.play": "bridges.playWithId",
        "channels.originate": "channels.originateWithId",
        "channels.play": "channels.playWithId",
        "channels.snoopChannel": "channels.snoopChannelWithId",
    },
    chosen={
        "bridges.create": "bridgeId",
        "bridges.play": "playbackId",
        "bridges.record": "name",
        "channels.create": "channelId",
        "channels.externalMedia": "channelId",
        "channels.originate": "channelId",
        "channels.play": "playbackId",
        "channels.record": "name",
        "channels.snoopChannel": "snoopId",
    },
    defaults={"channels.mute.direction": "both", "channels.unmute.direction": "both"},
    parameter_types={
        "application": _APPLICATION,
        "applicationName": _APPLICATION,
        "bridgeId": _BRIDGE,
        "bridges.record.name": "handle:LiveRecording",
        # The body is the filter itself.
        "applications.filter.filter": "whole",
        "caller": _CHANNEL,
        "channel": _CHANNEL,
        "channelId": _CHANNEL,
        "channels.hangup.reason_code": "cause",
        "channels.record.name": "handle:LiveRecording",
        "channels.sendDTMF.after": "milliseconds",
        "channels.sendDTMF.before": "milliseconds",
        "channels.sendDTMF.between": "milliseconds",
        "channels.sendDTMF.duration": "milliseconds",
        "deviceName": "handle:DeviceState",
        "eventSource": "sources",
        "events.userEvent.source": "sources",
        "deviceState": "word:DeviceState",
        "events.userEvent.variables": "object",
        "asterisk.updateObject.fields": "attributes",
        "mailboxName": "handle:Mailbox",
        "offsetms": "milliseconds",
        "originator": _CHANNEL,
        "otherChannelId": _CHANNEL,
        "playbackId": _PLAYBACK,
        "skipms": "milliseconds",
        "snoopId": _CHANNEL,
        "soundId": "handle:Sound",
    },
    property_types={
        "AsteriskPing.timestamp": "Date",
        "Channel.state": "word:ChannelState",
        "ChannelDestroyed.cause": "code:HangupCause",
        "ChannelHangupRequest.cause": "code:HangupCause",
        "DeviceState.state": "word:DeviceState",
        # Empty while it dials.
        "Dial.dialstatus": "word:DialStatus|None",
        "Peer.peer_status": "word:PeerStatus",
    },
    wire_order={
        "Bridge": ("id", "technology", "bridge_type", "bridge_class", "creator", "name", "channels", "creationtime"),
        "Channel": ("id", "name", "state", "protocol_id", "caller", "connected", "accountcode", "dialplan"),
    },
    not_models=(
        # The bases of all events; what is sent and answered in frames is the envelope's; no operation answers Dialed.
        "Dialed",
        "Event",
        "Message",
        "RESTHeader",
        "RESTQueryStringParameter",
        "RESTRequest",
        "RESTResponse",
    ),
    handles={
        "Application": HandleRow(
            kind="application", path="/applications/{applicationName}", keys={"name": "applicationName"}
        ),
        "Bridge": HandleRow(
            kind="bridge", path="/bridges/{bridgeId}", keys={"id": "bridgeId"}, shown=("id", "bridge_type", "channels")
        ),
        "Channel": HandleRow(
            kind="channel", path="/channels/{channelId}", keys={"id": "channelId"}, shown=("id", "name", "state")
        ),
        "DeviceState": HandleRow(
            kind="deviceState", path="/deviceStates/{deviceName}", keys={"name": "deviceName"}, shown=("name", "state")
        ),
        "Endpoint": HandleRow(
            kind="endpoint",
            path="/endpoints/{tech}/{resource}",
            keys={"technology": "tech", "resource": "resource"},
            shown=("technology", "resource", "state"),
        ),
        "LiveRecording": HandleRow(
            kind="recording",
            path="/recordings/live/{recordingName}",
            keys={"name": "recordingName"},
            shown=("name", "target_uri", "state"),
        ),
        "Mailbox": HandleRow(
            kind="mailbox",
            path="/mailboxes/{mailboxName}",
            keys={"name": "mailboxName"},
            shown=("name", "new_messages", "old_messages"),
        ),
        "Playback": HandleRow(
            kind="playback",
            path="/playbacks/{playbackId}",
            keys={"id": "playbackId"},
            shown=("id", "media_uri", "state"),
        ),
        "Sound": HandleRow(kind="sound", path="/sounds/{soundId}", keys={"id": "soundId"}),
        "StoredRecording": HandleRow(
            kind="stored_recording",
            path="/recordings/stored/{recordingName}",
            keys={"name": "recordingName"},
            shown=("name", "format"),
        ),
    },
)
