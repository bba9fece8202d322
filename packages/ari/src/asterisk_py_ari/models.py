# Generated from the documentation of Asterisk 22.10.1 by `make generate`; do not edit.
"""What Asterisk 22.10.1 answers with and puts into events, typed.

Attributes have Asterisk's names. What it need not send is ``None`` where it is missing. Times are in seconds unless
their name or description says otherwise.
"""

from typing import Any

import msgspec

from asterisk_py_core import domain

from .handles import (
    ApplicationOperations,
    BridgeOperations,
    ChannelOperations,
    DeviceStateOperations,
    EndpointOperations,
    LiveRecordingOperations,
    MailboxOperations,
    PlaybackOperations,
    SoundOperations,
    StoredRecordingOperations,
)
from .protocol.model import Model, Time, Word

__all__ = [
    "AdditionalParam",
    "Application",
    "AsteriskInfo",
    "AsteriskPing",
    "Bridge",
    "BuildInfo",
    "CallerID",
    "Channel",
    "ConfigInfo",
    "ConfigTuple",
    "ContactInfo",
    "DeviceState",
    "DialplanCEP",
    "Endpoint",
    "FormatLangPair",
    "LiveRecording",
    "LogChannel",
    "Mailbox",
    "Module",
    "Peer",
    "Playback",
    "RTPstat",
    "ReferTo",
    "ReferredBy",
    "RequiredDestination",
    "SetId",
    "Sound",
    "StatusInfo",
    "StoredRecording",
    "SystemInfo",
    "TextMessage",
    "Variable",
    "Variables",
]


class AdditionalParam(Model, frozen=True, kw_only=True):
    """A further parameter of a transfer."""

    parameter_name: str
    parameter_value: str


class Application(ApplicationOperations, Model, frozen=True, kw_only=True):
    """A Stasis application and what it is subscribed to."""

    name: str
    channel_ids: list[str]
    bridge_ids: list[str]
    endpoint_ids: list[str]
    device_names: list[str]
    events_allowed: list[dict[str, Any]]
    events_disallowed: list[dict[str, Any]]


class BuildInfo(Model, frozen=True, kw_only=True):
    """How Asterisk was built."""

    os: str
    kernel: str
    options: str
    machine: str
    date: str
    user: str


class SystemInfo(Model, frozen=True, kw_only=True):
    """The version of Asterisk."""

    version: str
    entity_id: str


class SetId(Model, frozen=True, kw_only=True):
    """The user and group Asterisk runs as."""

    user: str
    group: str


class ConfigInfo(Model, frozen=True, kw_only=True):
    """How Asterisk is set up."""

    name: str
    default_language: str
    max_channels: int | None = None
    max_open_files: int | None = None
    max_load: float | None = None
    setid: SetId


class StatusInfo(Model, frozen=True, kw_only=True):
    """Since when Asterisk runs."""

    startup_time: Time
    last_reload_time: Time


class AsteriskInfo(Model, frozen=True, kw_only=True):
    """What this Asterisk is."""

    build: BuildInfo | None = None
    system: SystemInfo | None = None
    config: ConfigInfo | None = None
    status: StatusInfo | None = None


class AsteriskPing(Model, frozen=True, kw_only=True):
    """The answer to a ping."""

    asterisk_id: str
    ping: str
    timestamp: Time


class Bridge(BridgeOperations, Model, frozen=True, kw_only=True):
    """A bridge and who is in it.

    ``bridge_type`` is one of ``mixing``, ``holding``.
    """

    id: str
    technology: str
    bridge_type: str
    bridge_class: str
    creator: str
    name: str
    channels: list[str]
    creationtime: Time
    video_mode: str | None = None
    video_source_id: str | None = None
    bridgevars: dict[str, Any] | None = None


class CallerID(Model, frozen=True, kw_only=True):
    """A name and a number."""

    name: str
    number: str


class DialplanCEP(Model, frozen=True, kw_only=True):
    """A place in the dialplan."""

    context: str
    exten: str
    priority: int
    app_name: str
    app_data: str


class Channel(ChannelOperations, Model, frozen=True, kw_only=True):
    """A channel, as it was when it was sent."""

    id: str
    name: str
    state: Word[domain.ChannelState]
    protocol_id: str
    caller: CallerID
    connected: CallerID
    accountcode: str
    dialplan: DialplanCEP
    creationtime: Time
    language: str
    channelvars: dict[str, Any] | None = None
    caller_rdnis: str | None = None
    tenantid: str | None = None


class ConfigTuple(Model, frozen=True, kw_only=True):
    """An attribute of a configuration object."""

    attribute: str
    value: str


class ContactInfo(Model, frozen=True, kw_only=True):
    """Where an endpoint is registered.

    ``contact_status`` is one of ``Unreachable``, ``Reachable``, ``Unknown``, ``NonQualified``, ``Removed``.
    """

    uri: str
    contact_status: str
    aor: str
    roundtrip_usec: str | None = None


class DeviceState(DeviceStateOperations, Model, frozen=True, kw_only=True):
    """What a device is doing."""

    name: str
    state: Word[domain.DeviceState]


class Endpoint(EndpointOperations, Model, frozen=True, kw_only=True):
    """A device or provider that channels are made to.

    ``state`` is one of ``unknown``, ``offline``, ``online``.
    """

    technology: str
    resource: str
    state: str | None = None
    channel_ids: list[str]


class FormatLangPair(Model, frozen=True, kw_only=True):
    """What a sound comes in."""

    language: str
    format: str


class LiveRecording(LiveRecordingOperations, Model, frozen=True, kw_only=True):
    """A recording that goes on, or just ended; durations are in whole seconds.

    ``state`` is one of ``queued``, ``recording``, ``paused``, ``done``, ``failed``, ``canceled``.
    """

    name: str
    format: str
    target_uri: str
    state: str
    duration: int | None = None
    talking_duration: int | None = None
    silence_duration: int | None = None
    cause: str | None = None


class LogChannel(Model, frozen=True, kw_only=True):
    """A place that is logged to."""

    channel: str
    type: str
    status: str
    configuration: str


class Mailbox(MailboxOperations, Model, frozen=True, kw_only=True):
    """A mailbox and how many messages it has."""

    name: str
    old_messages: int
    new_messages: int


class Module(Model, frozen=True, kw_only=True):
    """A module of Asterisk."""

    name: str
    description: str
    use_count: int
    status: str
    support_level: str


class Peer(Model, frozen=True, kw_only=True):
    """A peer and whether it can be reached."""

    peer_status: Word[domain.PeerStatus]
    cause: str | None = None
    address: str | None = None
    port: str | None = None
    time: str | None = None


class Playback(PlaybackOperations, Model, frozen=True, kw_only=True):
    """Something that is played to a channel or bridge.

    ``state`` is one of ``queued``, ``playing``, ``continuing``, ``done``, ``failed``.
    """

    id: str
    media_uri: str
    next_media_uri: str | None = None
    target_uri: str
    language: str | None = None
    state: str


class RTPstat(Model, frozen=True, kw_only=True):
    """RTP statistics."""

    txcount: int
    rxcount: int
    txjitter: float | None = None
    rxjitter: float | None = None
    remote_maxjitter: float | None = None
    remote_minjitter: float | None = None
    remote_normdevjitter: float | None = None
    remote_stdevjitter: float | None = None
    local_maxjitter: float | None = None
    local_minjitter: float | None = None
    local_normdevjitter: float | None = None
    local_stdevjitter: float | None = None
    txploss: int
    rxploss: int
    remote_maxrxploss: float | None = None
    remote_minrxploss: float | None = None
    remote_normdevrxploss: float | None = None
    remote_stdevrxploss: float | None = None
    local_maxrxploss: float | None = None
    local_minrxploss: float | None = None
    local_normdevrxploss: float | None = None
    local_stdevrxploss: float | None = None
    rtt: float | None = None
    maxrtt: float | None = None
    minrtt: float | None = None
    normdevrtt: float | None = None
    stdevrtt: float | None = None
    local_ssrc: int
    remote_ssrc: int
    txoctetcount: int
    rxoctetcount: int
    channel_uniqueid: str


class RequiredDestination(Model, frozen=True, kw_only=True):
    """Where a transfer goes."""

    protocol_id: str | None = None
    destination: str | None = None
    additional_protocol_params: list[AdditionalParam] | None = None


class ReferTo(Model, frozen=True, kw_only=True):
    """Who is to be called in a transfer."""

    requested_destination: RequiredDestination
    destination_channel: Channel | None = None
    connected_channel: Channel | None = None
    bridge: Bridge | None = None


class ReferredBy(Model, frozen=True, kw_only=True):
    """Who asked for a transfer."""

    source_channel: Channel
    connected_channel: Channel | None = None
    bridge: Bridge | None = None


class Sound(SoundOperations, Model, frozen=True, kw_only=True):
    """A sound that can be played."""

    id: str
    text: str | None = None
    formats: list[FormatLangPair]


class StoredRecording(StoredRecordingOperations, Model, frozen=True, kw_only=True):
    """A recording in Asterisk's spool."""

    name: str
    format: str


class TextMessage(Model, frozen=True, kw_only=True):
    """A text message."""

    from_: str = msgspec.field(name="from")
    to: str
    body: str
    variables: dict[str, Any] | None = None


class Variable(Model, frozen=True, kw_only=True):
    """The value of a variable."""

    value: str


class Variables(Model, frozen=True, kw_only=True):
    """The values of several variables, by their names."""

    variables: dict[str, Any]
