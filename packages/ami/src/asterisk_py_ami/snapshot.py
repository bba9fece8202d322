"""The channels and bridges an event describes: the same headers in many events, behind changing prefixes.

What an event is about has no prefix (``Channel``, ``Uniqueid``); others have one (``DestChannel``,
``LocalOneChannel``, ``ToBridgeUniqueid``).
"""

from asterisk_py_core.domain import ChannelState

from .protocol.fields import OptionalPart, Part, Snapshot, field, optional
from .protocol.message import AmiEvent
from .protocol.values import known

__all__ = [
    "BridgeEvent",
    "BridgeFields",
    "BridgeSnapshot",
    "ChannelEvent",
    "ChannelFields",
    "ChannelSnapshot",
    "bridge",
    "channel",
    "optional_channel",
]


class ChannelFields:
    """What Asterisk says about a channel (main/manager_channels.c, ast_manager_build_channel_state_string_prefix)."""

    __slots__ = ()

    channel = field("Channel")
    channel_state = field("ChannelState", ChannelState.parse)
    channel_state_desc = field("ChannelStateDesc")
    caller_id_num = field("CallerIDNum", known)
    caller_id_name = field("CallerIDName", known)
    connected_line_num = field("ConnectedLineNum", known)
    connected_line_name = field("ConnectedLineName", known)
    language = field("Language")
    account_code = field("AccountCode")
    context = field("Context")
    exten = field("Exten")
    priority = field("Priority", int)
    uniqueid = field("Uniqueid")
    linkedid = field("Linkedid")


class ChannelSnapshot(ChannelFields, Snapshot):
    """One of the channels an event describes."""

    __slots__ = ()


class ChannelEvent(ChannelFields, AmiEvent):
    """An event about one channel."""

    __slots__ = ()


class BridgeFields:
    """What Asterisk says about a bridge (main/manager_bridges.c, ast_manager_build_bridge_state_string_prefix)."""

    __slots__ = ()

    bridge_uniqueid = field("BridgeUniqueid")
    bridge_type = field("BridgeType")
    bridge_technology = field("BridgeTechnology")
    bridge_creator = field("BridgeCreator", known)
    bridge_name = field("BridgeName", known)
    bridge_num_channels = field("BridgeNumChannels", int)
    bridge_video_source_mode = optional("BridgeVideoSourceMode")
    bridge_video_source = optional("BridgeVideoSource")


class BridgeSnapshot(BridgeFields, Snapshot):
    """One of the bridges an event describes."""

    __slots__ = ()


class BridgeEvent(BridgeFields, AmiEvent):
    """An event about one bridge."""

    __slots__ = ()


def channel(prefix: str) -> Part[ChannelSnapshot]:
    """Declare the channel whose headers begin with *prefix*."""
    return Part(ChannelSnapshot, prefix)


def optional_channel(prefix: str) -> OptionalPart[ChannelSnapshot]:
    """Declare the channel whose headers begin with *prefix*, or ``None`` where they are missing."""
    return OptionalPart(ChannelSnapshot, prefix, "Channel")


def bridge(prefix: str) -> Part[BridgeSnapshot]:
    """Declare the bridge whose headers begin with *prefix*."""
    return Part(BridgeSnapshot, prefix)
