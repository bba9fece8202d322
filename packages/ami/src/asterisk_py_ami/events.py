"""The events of a call's life, typed.

Each class carries the name its event has on the wire. Every header stays reachable by its own name
(``event["Cause-txt"]``), described here or not; events that are not described arrive as plain :class:`AmiEvent`.
"""

from asterisk_py_core import domain

from .protocol.fields import field, flag, known, optional
from .protocol.message import AmiEvent
from .snapshot import BridgeEvent, ChannelEvent, ChannelFields, bridge, channel, optional_channel

__all__ = [
    "BridgeCreate",
    "BridgeDestroy",
    "BridgeEnter",
    "BridgeLeave",
    "BridgeMerge",
    "Cdr",
    "DTMFBegin",
    "DTMFEnd",
    "DeviceStateChange",
    "DialBegin",
    "DialEnd",
    "DialState",
    "ExtensionStatus",
    "FullyBooted",
    "Hangup",
    "HangupRequest",
    "Hold",
    "LocalBridge",
    "MusicOnHoldStart",
    "MusicOnHoldStop",
    "NewCallerid",
    "NewConnectedLine",
    "Newchannel",
    "Newexten",
    "Newstate",
    "OriginateResponse",
    "PeerStatus",
    "Rename",
    "Shutdown",
    "SoftHangupRequest",
    "Unhold",
    "UserEvent",
    "VarSet",
]


def _unless_global(text: str) -> str | None:
    # VarSet of a global variable (main/manager_channels.c, varset_to_ami).
    return None if text == "none" else text


# --- the system ------------------------------------------------------------------------------------------------------


class FullyBooted(AmiEvent, event="FullyBooted"):
    """Asterisk has started; also sent with the login, to users who may read ``system`` events."""

    __slots__ = ()

    status = field("Status")
    uptime = optional("Uptime", int)
    last_reload = optional("LastReload", int)


class Shutdown(AmiEvent, event="Shutdown"):
    """Asterisk stops; the connection closes right after."""

    __slots__ = ()

    shutdown = field("Shutdown")
    restart = field("Restart", flag)


# --- channels --------------------------------------------------------------------------------------------------------


class Newchannel(ChannelEvent, event="Newchannel"):
    """A channel came to be."""

    __slots__ = ()


class Newstate(ChannelEvent, event="Newstate"):
    """A channel's state changed."""

    __slots__ = ()


class Newexten(ChannelEvent, event="Newexten"):
    """A channel enters a step of the dialplan."""

    __slots__ = ()

    extension = field("Extension")
    application = field("Application")
    app_data = field("AppData")


class NewCallerid(ChannelEvent, event="NewCallerid"):
    """A channel's caller ID changed."""

    __slots__ = ()

    cid_calling_pres = field("CID-CallingPres")


class NewConnectedLine(ChannelEvent, event="NewConnectedLine"):
    """A channel's connected line changed."""

    __slots__ = ()


class Rename(AmiEvent, event="Rename"):
    """A channel has a new name."""

    __slots__ = ()

    channel = field("Channel")
    newname = field("Newname")
    uniqueid = field("Uniqueid")


class VarSet(AmiEvent, event="VarSet"):
    """A variable was set: a channel's, or a global one where :attr:`channel` is ``None``."""

    __slots__ = ()

    channel = optional("Channel", _unless_global)
    uniqueid = optional("Uniqueid", _unless_global)
    linkedid = optional("Linkedid")
    variable = field("Variable")
    value = field("Value")


class HangupRequest(ChannelEvent, event="HangupRequest"):
    """A hangup was asked for, with a cause in most cases."""

    __slots__ = ()

    cause = optional("Cause", domain.HangupCause.parse)


class SoftHangupRequest(ChannelEvent, event="SoftHangupRequest"):
    """A hangup was asked for that the channel carries out when it next looks."""

    __slots__ = ()

    cause = optional("Cause", domain.HangupCause.parse)


class Hangup(ChannelEvent, event="Hangup"):
    """A channel is gone."""

    __slots__ = ()

    cause = field("Cause", domain.HangupCause.parse)
    cause_txt = field("Cause-txt")
    tech_cause = optional("TechCause")


# --- dialling --------------------------------------------------------------------------------------------------------


class DialBegin(AmiEvent, event="DialBegin"):
    """A channel is being dialled. There is no :attr:`caller` when no channel dials: every AMI and ARI originate."""

    __slots__ = ()

    caller = optional_channel("")
    dest = channel("Dest")
    dial_string = field("DialString")


class DialState(AmiEvent, event="DialState"):
    """A dialled channel rings, or makes other progress."""

    __slots__ = ()

    caller = optional_channel("")
    dest = channel("Dest")
    dial_status = optional("DialStatus", domain.DialStatus.parse)
    forward = optional("Forward")


class DialEnd(AmiEvent, event="DialEnd"):
    """A dial is over; :attr:`dial_status` is ``None`` where Asterisk does not know how."""

    __slots__ = ()

    caller = optional_channel("")
    dest = channel("Dest")
    dial_status = optional("DialStatus", domain.DialStatus.parse)
    forward = optional("Forward")


class OriginateResponse(AmiEvent, event="OriginateResponse"):
    """How an asynchronous Originate went; it carries the ActionID of the action."""

    __slots__ = ()

    response = field("Response")
    channel = optional("Channel", known)
    context = optional("Context")
    exten = optional("Exten")
    application = optional("Application")
    data = optional("Data")
    reason = field("Reason", int)
    uniqueid = optional("Uniqueid", known)
    caller_id_num = optional("CallerIDNum", known)
    caller_id_name = optional("CallerIDName", known)

    @property
    def is_success(self) -> bool:
        """Whether the channel answered."""
        return self.response.lower() == "success"


# --- bridges ---------------------------------------------------------------------------------------------------------


class BridgeCreate(BridgeEvent, event="BridgeCreate"):
    """A bridge came to be."""

    __slots__ = ()


class BridgeDestroy(BridgeEvent, event="BridgeDestroy"):
    """A bridge is gone."""

    __slots__ = ()


class BridgeEnter(BridgeEvent, ChannelFields, event="BridgeEnter"):
    """A channel entered a bridge."""

    __slots__ = ()

    swap_uniqueid = optional("SwapUniqueid")


class BridgeLeave(BridgeEvent, ChannelFields, event="BridgeLeave"):
    """A channel left a bridge."""

    __slots__ = ()


class BridgeMerge(AmiEvent, event="BridgeMerge"):
    """All channels of one bridge went over to another."""

    __slots__ = ()

    to_bridge = bridge("To")
    from_bridge = bridge("From")


class LocalBridge(AmiEvent, event="LocalBridge"):
    """The two halves of a Local channel were joined."""

    __slots__ = ()

    local_one = channel("LocalOne")
    local_two = channel("LocalTwo")
    context = field("Context")
    exten = field("Exten")
    local_optimization = field("LocalOptimization", flag)


# --- during a call ---------------------------------------------------------------------------------------------------


class DTMFBegin(ChannelEvent, event="DTMFBegin"):
    """A digit began."""

    __slots__ = ()

    digit = field("Digit")
    direction = field("Direction")


class DTMFEnd(ChannelEvent, event="DTMFEnd"):
    """A digit ended."""

    __slots__ = ()

    digit = field("Digit")
    direction = field("Direction")
    duration_ms = field("DurationMs", int)


class Hold(ChannelEvent, event="Hold"):
    """A channel was put on hold."""

    __slots__ = ()

    music_class = optional("MusicClass")


class Unhold(ChannelEvent, event="Unhold"):
    """A channel was taken off hold."""

    __slots__ = ()


class MusicOnHoldStart(ChannelEvent, event="MusicOnHoldStart"):
    """Music on hold started on a channel."""

    __slots__ = ()

    music_class = field("Class")


class MusicOnHoldStop(ChannelEvent, event="MusicOnHoldStop"):
    """Music on hold stopped on a channel."""

    __slots__ = ()


class UserEvent(AmiEvent, event="UserEvent"):
    """An event of the dialplan's own; its further headers are up to whoever sends it."""

    __slots__ = ()

    user_event = field("UserEvent")
    channel = optional("Channel")
    uniqueid = optional("Uniqueid")
    linkedid = optional("Linkedid")


class Cdr(AmiEvent, event="Cdr"):
    """A call detail record. Times are Asterisk's local time as text, empty where there is none."""

    __slots__ = ()

    account_code = field("AccountCode")
    source = field("Source")
    destination = field("Destination")
    destination_context = field("DestinationContext")
    caller_id = field("CallerID")
    channel = field("Channel")
    destination_channel = field("DestinationChannel")
    last_application = field("LastApplication")
    last_data = field("LastData")
    start_time = field("StartTime")
    answer_time = field("AnswerTime")
    end_time = field("EndTime")
    duration = field("Duration", int)
    billable_seconds = field("BillableSeconds", int)
    disposition = field("Disposition", domain.CdrDisposition.parse)
    ama_flags = field("AMAFlags")
    unique_id = field("UniqueID")
    user_field = field("UserField")


# --- devices and extensions ------------------------------------------------------------------------------------------


class DeviceStateChange(AmiEvent, event="DeviceStateChange"):
    """A device's state changed; also the items of DeviceStateList."""

    __slots__ = ()

    device = field("Device")
    state = field("State", domain.DeviceState.parse)


class ExtensionStatus(AmiEvent, event="ExtensionStatus"):
    """The state of the devices behind a hint changed; also the items of ExtensionStateList."""

    __slots__ = ()

    exten = field("Exten")
    context = field("Context")
    hint = field("Hint")
    status = field("Status", domain.ExtensionState.parse)
    status_text = field("StatusText")


class PeerStatus(AmiEvent, event="PeerStatus"):
    """A peer or an AOR is known otherwise than before."""

    __slots__ = ()

    channel_type = field("ChannelType")
    peer = field("Peer")
    peer_status = field("PeerStatus", domain.PeerStatus.parse)
    cause = optional("Cause")
    address = optional("Address")
    port = optional("Port")
    time = optional("Time", int)
