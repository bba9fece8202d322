# Generated from the documentation of Asterisk 22.10.1 by `make generate`; do not edit.
# ruff: noqa: A002, E501, F401, FBT001, PLR0913, PLR0917 - the parameters are Asterisk's
"""The actions of Asterisk 22.10.1, typed.

::

    await ami.send(Hangup("PJSIP/200-00000007", cause=HangupCause.USER_BUSY))

What Asterisk requires comes first, by position or by name, and must not be empty; everything else has a name, and is
left to Asterisk where it is ``None``. Arguments are checked before anything is written. Durations are in seconds. The
ActionID is the client's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .protocol.action import (
    Action,
    ListAction,
    escaped,
    indexed,
    joined,
    milliseconds,
    numbered,
    on_off,
    pairs,
    required,
    yes_no,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Literal

    from asterisk_py_core.domain import HangupCause

    from . import events
    from .protocol.codec import Scalar
    from .protocol.message import AmiEvent

__all__ = [
    "AGI",
    "AOCMessage",
    "AbsoluteTimeout",
    "AgentLogoff",
    "Agents",
    "Atxfer",
    "BlindTransfer",
    "Bridge",
    "BridgeDestroy",
    "BridgeInfo",
    "BridgeKick",
    "BridgeList",
    "BridgeTechnologyList",
    "BridgeTechnologySuspend",
    "BridgeTechnologyUnsuspend",
    "CancelAtxfer",
    "Challenge",
    "Command",
    "ConfbridgeKick",
    "ConfbridgeList",
    "ConfbridgeListRooms",
    "ConfbridgeLock",
    "ConfbridgeMute",
    "ConfbridgeSetSingleVideoSrc",
    "ConfbridgeStartRecord",
    "ConfbridgeStopRecord",
    "ConfbridgeUnlock",
    "ConfbridgeUnmute",
    "ControlPlayback",
    "CoreSettings",
    "CoreShowChannelMap",
    "CoreShowChannels",
    "CoreStatus",
    "CreateConfig",
    "DAHDIDNDoff",
    "DAHDIDNDon",
    "DAHDIDialOffhook",
    "DAHDIHangup",
    "DAHDIRestart",
    "DAHDIShowChannels",
    "DAHDIShowStatus",
    "DAHDITransfer",
    "DBDel",
    "DBDelTree",
    "DBGet",
    "DBGetTree",
    "DBPut",
    "DeviceStateList",
    "DialplanExtensionAdd",
    "DialplanExtensionRemove",
    "Events",
    "ExtensionState",
    "ExtensionStateList",
    "FAXSession",
    "FAXSessions",
    "FAXStats",
    "Filter",
    "GetConfig",
    "GetConfigJSON",
    "Getvar",
    "Hangup",
    "IAXnetstats",
    "IAXpeerlist",
    "IAXpeers",
    "IAXregistry",
    "JabberSend",
    "ListCategories",
    "ListCommands",
    "LocalOptimizeAway",
    "LoggerRotate",
    "Logoff",
    "MWIDelete",
    "MWIGet",
    "MWIUpdate",
    "MailboxCount",
    "MailboxStatus",
    "MeetmeList",
    "MeetmeListRooms",
    "MeetmeMute",
    "MeetmeUnmute",
    "MessageSend",
    "MixMonitor",
    "MixMonitorMute",
    "ModuleCheck",
    "ModuleLoad",
    "MuteAudio",
    "Originate",
    "PJSIPHangup",
    "PJSIPNotify",
    "PJSIPQualify",
    "PJSIPRegister",
    "PJSIPSetMaintenance",
    "PJSIPShowAors",
    "PJSIPShowAuths",
    "PJSIPShowContacts",
    "PJSIPShowEndpoint",
    "PJSIPShowEndpoints",
    "PJSIPShowMaintenance",
    "PJSIPShowRegistrationInboundContactStatuses",
    "PJSIPShowRegistrationsInbound",
    "PJSIPShowRegistrationsOutbound",
    "PJSIPShowResourceLists",
    "PJSIPShowSubscriptionsInbound",
    "PJSIPShowSubscriptionsOutbound",
    "PJSIPUnregister",
    "PRIDebugFileSet",
    "PRIDebugFileUnset",
    "PRIDebugSet",
    "PRIShowSpans",
    "Park",
    "ParkedCalls",
    "Parkinglots",
    "Ping",
    "PlayDTMF",
    "PlayMF",
    "PresenceState",
    "PresenceStateList",
    "QueueAdd",
    "QueueChangePriorityCaller",
    "QueueLog",
    "QueueMemberRingInUse",
    "QueuePause",
    "QueuePenalty",
    "QueueReload",
    "QueueRemove",
    "QueueReset",
    "QueueRule",
    "QueueStatus",
    "QueueSummary",
    "QueueWithdrawCaller",
    "Redirect",
    "Reload",
    "SendFlash",
    "SendText",
    "Setvar",
    "ShowDialPlan",
    "SorceryMemoryCacheExpire",
    "SorceryMemoryCacheExpireObject",
    "SorceryMemoryCachePopulate",
    "SorceryMemoryCacheStale",
    "SorceryMemoryCacheStaleObject",
    "Status",
    "StopMixMonitor",
    "UpdateConfig",
    "UserEvent",
    "VoicemailBoxSummary",
    "VoicemailForward",
    "VoicemailMove",
    "VoicemailRefresh",
    "VoicemailRemove",
    "VoicemailUserStatus",
    "VoicemailUsersList",
    "WaitEvent",
]


class AbsoluteTimeout(Action):
    """Hang a channel up after a while.

    *timeout* is in seconds. Action ``AbsoluteTimeout``.
    """

    __slots__ = ("channel", "timeout")
    name = "AbsoluteTimeout"

    def __init__(self, channel: str, timeout: float) -> None:
        self.channel: Final = required(self, "channel", channel)
        self.timeout: Final = required(self, "timeout", timeout)
        super().__init__(("Channel", channel), ("Timeout", timeout))


class AgentLogoff(Action):
    """Log an agent off.

    Action ``AgentLogoff``, of app_agent_pool.
    """

    __slots__ = ("agent", "soft")
    name = "AgentLogoff"

    def __init__(self, agent: str, *, soft: bool | None = None) -> None:
        self.agent: Final = required(self, "agent", agent)
        self.soft: Final = soft
        super().__init__(("Agent", agent), ("Soft", soft))


class Agents(ListAction["events.Agents"]):
    """List the agents.

    Action ``Agents``, of app_agent_pool. Answered with a list of ``Agents``, ended by ``AgentsComplete``.
    """

    __slots__ = ()
    name = "Agents"
    item_events = ("Agents",)
    end_event = "AgentsComplete"

    def __init__(self) -> None:
        super().__init__()


class AGI(Action):
    """Give a command to a channel in AsyncAGI; AsyncAGIExec tells how it went.

    Action ``AGI``, of res_agi.
    """

    __slots__ = ("channel", "command", "command_id")
    name = "AGI"
    secret_headers = ("Command",)

    def __init__(self, channel: str, command: str, *, command_id: str | None = None) -> None:
        self.channel: Final = required(self, "channel", channel)
        self.command: Final = required(self, "command", command)
        self.command_id: Final = command_id
        super().__init__(("Channel", channel), ("Command", command), ("CommandID", command_id))


class AOCMessage(Action):
    """Tell a channel what its call costs.

    *unit_types* and *unit_amounts* go together. Action ``AOCMessage``.
    """

    __slots__ = (
        "aoc_billing_id",
        "channel",
        "channel_prefix",
        "charge_type",
        "charged_item",
        "charging_association_id",
        "charging_association_number",
        "charging_association_plan",
        "charging_type",
        "code",
        "currency_amount",
        "currency_multiplier",
        "currency_name",
        "granularity",
        "granularity_time_scale",
        "msg_type",
        "rate_type",
        "time",
        "time_scale",
        "total_type",
        "unit_amounts",
        "unit_types",
        "volume_unit",
    )
    name = "AOCMessage"

    def __init__(
        self,
        msg_type: Literal["S", "D", "E"],
        *,
        channel: str | None = None,
        channel_prefix: str | None = None,
        charge_type: Literal["NA", "FREE", "Currency", "Unit"] | None = None,
        unit_amounts: Sequence[int] | None = None,
        unit_types: Sequence[int] | None = None,
        currency_name: str | None = None,
        currency_amount: int | None = None,
        currency_multiplier: Literal["OneThousandth", "OneHundredth", "OneTenth", "One", "Ten", "Hundred", "Thousand"]
        | None = None,
        total_type: Literal["Total", "SubTotal"] | None = None,
        aoc_billing_id: Literal[
            "Normal",
            "ReverseCharge",
            "CreditCard",
            "CallFwdUnconditional",
            "CallFwdBusy",
            "CallFwdNoReply",
            "CallDeflection",
            "CallTransfer",
        ]
        | None = None,
        charging_association_id: int | None = None,
        charging_association_number: str | None = None,
        charging_association_plan: int | None = None,
        charged_item: Literal[
            "NA",
            "SpecialArrangement",
            "BasicCommunication",
            "CallAttempt",
            "CallSetup",
            "UserUserInfo",
            "SupplementaryService",
        ]
        | None = None,
        rate_type: Literal["NA", "Free", "FreeFromBeginning", "Duration", "Flat", "Volume", "SpecialCode"]
        | None = None,
        time: int | None = None,
        time_scale: Literal["OneHundredthSecond", "OneTenthSecond", "Second", "TenSeconds", "Minute", "Hour", "Day"]
        | None = None,
        granularity: int | None = None,
        granularity_time_scale: Literal[
            "OneHundredthSecond", "OneTenthSecond", "Second", "TenSeconds", "Minute", "Hour", "Day"
        ]
        | None = None,
        charging_type: Literal["ContinuousCharging", "StepFunction"] | None = None,
        volume_unit: Literal["Octet", "Segment", "Message"] | None = None,
        code: int | None = None,
    ) -> None:
        self.channel: Final = channel
        self.channel_prefix: Final = channel_prefix
        self.msg_type: Final = required(self, "msg_type", msg_type)
        self.charge_type: Final = charge_type
        self.unit_amounts: Final = unit_amounts
        self.unit_types: Final = unit_types
        self.currency_name: Final = currency_name
        self.currency_amount: Final = currency_amount
        self.currency_multiplier: Final = currency_multiplier
        self.total_type: Final = total_type
        self.aoc_billing_id: Final = aoc_billing_id
        self.charging_association_id: Final = charging_association_id
        self.charging_association_number: Final = charging_association_number
        self.charging_association_plan: Final = charging_association_plan
        self.charged_item: Final = charged_item
        self.rate_type: Final = rate_type
        self.time: Final = time
        self.time_scale: Final = time_scale
        self.granularity: Final = granularity
        self.granularity_time_scale: Final = granularity_time_scale
        self.charging_type: Final = charging_type
        self.volume_unit: Final = volume_unit
        self.code: Final = code
        super().__init__(
            ("Channel", channel),
            ("ChannelPrefix", channel_prefix),
            ("MsgType", msg_type),
            ("ChargeType", charge_type),
            *indexed("UnitAmount", unit_amounts),
            *indexed("UnitType", unit_types),
            ("CurrencyName", currency_name),
            ("CurrencyAmount", currency_amount),
            ("CurrencyMultiplier", currency_multiplier),
            ("TotalType", total_type),
            ("AOCBillingId", aoc_billing_id),
            ("ChargingAssociationId", charging_association_id),
            ("ChargingAssociationNumber", charging_association_number),
            ("ChargingAssociationPlan", charging_association_plan),
            ("ChargedItem", charged_item),
            ("RateType", rate_type),
            ("Time", time),
            ("TimeScale", time_scale),
            ("Granularity", granularity),
            ("GranularityTimeScale", granularity_time_scale),
            ("ChargingType", charging_type),
            ("VolumeUnit", volume_unit),
            ("Code", code),
        )


class Atxfer(Action):
    """Begin an attended transfer.

    Action ``Atxfer``.
    """

    __slots__ = ("channel", "context", "exten")
    name = "Atxfer"

    def __init__(self, channel: str, exten: str, *, context: str | None = None) -> None:
        self.channel: Final = required(self, "channel", channel)
        self.exten: Final = required(self, "exten", exten)
        self.context: Final = context
        super().__init__(("Channel", channel), ("Exten", exten), ("Context", context))


class BlindTransfer(Action):
    """Transfer a channel's peer.

    Action ``BlindTransfer``.
    """

    __slots__ = ("channel", "context", "exten")
    name = "BlindTransfer"

    def __init__(self, channel: str, exten: str, *, context: str | None = None) -> None:
        self.channel: Final = required(self, "channel", channel)
        self.context: Final = context
        self.exten: Final = required(self, "exten", exten)
        super().__init__(("Channel", channel), ("Context", context), ("Exten", exten))


class Bridge(Action):
    """Join two channels in a bridge.

    Action ``Bridge``.
    """

    __slots__ = ("channel1", "channel2", "tone")
    name = "Bridge"

    def __init__(
        self, channel1: str, channel2: str, *, tone: Literal["no", "Channel1", "Channel2", "Both"] | None = None
    ) -> None:
        self.channel1: Final = required(self, "channel1", channel1)
        self.channel2: Final = required(self, "channel2", channel2)
        self.tone: Final = tone
        super().__init__(("Channel1", channel1), ("Channel2", channel2), ("Tone", tone))


class BridgeDestroy(Action):
    """Destroy a bridge and hang its channels up.

    Action ``BridgeDestroy``.
    """

    __slots__ = ("bridge_uniqueid",)
    name = "BridgeDestroy"

    def __init__(self, bridge_uniqueid: str) -> None:
        self.bridge_uniqueid: Final = required(self, "bridge_uniqueid", bridge_uniqueid)
        super().__init__(("BridgeUniqueid", bridge_uniqueid))


class BridgeInfo(ListAction["events.BridgeInfoChannel"]):
    """List the channels in a bridge.

    Action ``BridgeInfo``. Answered with a list of ``BridgeInfoChannel``, ended by ``BridgeInfoComplete``.
    """

    __slots__ = ("bridge_uniqueid",)
    name = "BridgeInfo"
    item_events = ("BridgeInfoChannel",)
    end_event = "BridgeInfoComplete"

    def __init__(self, bridge_uniqueid: str) -> None:
        self.bridge_uniqueid: Final = required(self, "bridge_uniqueid", bridge_uniqueid)
        super().__init__(("BridgeUniqueid", bridge_uniqueid))


class BridgeKick(Action):
    """Take a channel out of its bridge.

    Action ``BridgeKick``.
    """

    __slots__ = ("bridge_uniqueid", "channel")
    name = "BridgeKick"

    def __init__(self, channel: str, *, bridge_uniqueid: str | None = None) -> None:
        self.bridge_uniqueid: Final = bridge_uniqueid
        self.channel: Final = required(self, "channel", channel)
        super().__init__(("BridgeUniqueid", bridge_uniqueid), ("Channel", channel))


class BridgeList(ListAction["events.BridgeListItem"]):
    """List the bridges.

    Action ``BridgeList``. Answered with a list of ``BridgeListItem``, ended by ``BridgeListComplete``.
    """

    __slots__ = ("bridge_type",)
    name = "BridgeList"
    item_events = ("BridgeListItem",)
    end_event = "BridgeListComplete"

    def __init__(self, *, bridge_type: str | None = None) -> None:
        self.bridge_type: Final = bridge_type
        super().__init__(("BridgeType", bridge_type))


class BridgeTechnologyList(ListAction["events.BridgeTechnologyListItem"]):
    """List the ways to bridge channels.

    Action ``BridgeTechnologyList``. Answered with a list of ``BridgeTechnologyListItem``, ended by
    ``BridgeTechnologyListComplete``.
    """

    __slots__ = ()
    name = "BridgeTechnologyList"
    item_events = ("BridgeTechnologyListItem",)
    end_event = "BridgeTechnologyListComplete"

    def __init__(self) -> None:
        super().__init__()


class BridgeTechnologySuspend(Action):
    """Use a way to bridge channels no longer.

    Action ``BridgeTechnologySuspend``.
    """

    __slots__ = ("bridge_technology",)
    name = "BridgeTechnologySuspend"

    def __init__(self, bridge_technology: str) -> None:
        self.bridge_technology: Final = required(self, "bridge_technology", bridge_technology)
        super().__init__(("BridgeTechnology", bridge_technology))


class BridgeTechnologyUnsuspend(Action):
    """Use a way to bridge channels again.

    Action ``BridgeTechnologyUnsuspend``.
    """

    __slots__ = ("bridge_technology",)
    name = "BridgeTechnologyUnsuspend"

    def __init__(self, bridge_technology: str) -> None:
        self.bridge_technology: Final = required(self, "bridge_technology", bridge_technology)
        super().__init__(("BridgeTechnology", bridge_technology))


class CancelAtxfer(Action):
    """Call an attended transfer off.

    Action ``CancelAtxfer``.
    """

    __slots__ = ("channel",)
    name = "CancelAtxfer"

    def __init__(self, channel: str) -> None:
        self.channel: Final = required(self, "channel", channel)
        super().__init__(("Channel", channel))


class Challenge(Action):
    """Ask for a challenge to log in with. The client logs in by itself.

    Action ``Challenge``.
    """

    __slots__ = ("auth_type",)
    name = "Challenge"

    def __init__(self, auth_type: Literal["MD5"]) -> None:
        self.auth_type: Final = required(self, "auth_type", auth_type)
        super().__init__(("AuthType", auth_type))


class Command(Action):
    """Run a command of Asterisk's command line.

    Action ``Command``.
    """

    __slots__ = ("command",)
    name = "Command"

    def __init__(self, command: str) -> None:
        self.command: Final = required(self, "command", command)
        super().__init__(("Command", command))


class ConfbridgeKick(Action):
    """Put somebody out of a conference.

    Action ``ConfbridgeKick``, of app_confbridge.
    """

    __slots__ = ("channel", "conference")
    name = "ConfbridgeKick"

    def __init__(self, conference: str, channel: str) -> None:
        self.conference: Final = required(self, "conference", conference)
        self.channel: Final = required(self, "channel", channel)
        super().__init__(("Conference", conference), ("Channel", channel))


class ConfbridgeList(ListAction["events.ConfbridgeList"]):
    """List who is in a conference.

    Action ``ConfbridgeList``, of app_confbridge. Answered with a list of ``ConfbridgeList``, ended by
    ``ConfbridgeListComplete``.
    """

    __slots__ = ("conference",)
    name = "ConfbridgeList"
    item_events = ("ConfbridgeList",)
    end_event = "ConfbridgeListComplete"

    def __init__(self, conference: str) -> None:
        self.conference: Final = required(self, "conference", conference)
        super().__init__(("Conference", conference))


class ConfbridgeListRooms(ListAction["events.ConfbridgeListRooms"]):
    """List the conferences.

    Action ``ConfbridgeListRooms``, of app_confbridge. Answered with a list of ``ConfbridgeListRooms``, ended by
    ``ConfbridgeListRoomsComplete``.
    """

    __slots__ = ()
    name = "ConfbridgeListRooms"
    item_events = ("ConfbridgeListRooms",)
    end_event = "ConfbridgeListRoomsComplete"

    def __init__(self) -> None:
        super().__init__()


class ConfbridgeLock(Action):
    """Let nobody else into a conference.

    Action ``ConfbridgeLock``, of app_confbridge.
    """

    __slots__ = ("conference",)
    name = "ConfbridgeLock"

    def __init__(self, conference: str) -> None:
        self.conference: Final = required(self, "conference", conference)
        super().__init__(("Conference", conference))


class ConfbridgeMute(Action):
    """Mute somebody in a conference.

    Action ``ConfbridgeMute``, of app_confbridge.
    """

    __slots__ = ("channel", "conference")
    name = "ConfbridgeMute"

    def __init__(self, conference: str, channel: str) -> None:
        self.conference: Final = required(self, "conference", conference)
        self.channel: Final = required(self, "channel", channel)
        super().__init__(("Conference", conference), ("Channel", channel))


class ConfbridgeSetSingleVideoSrc(Action):
    """Let everybody in a conference see one of them.

    Action ``ConfbridgeSetSingleVideoSrc``, of app_confbridge.
    """

    __slots__ = ("channel", "conference")
    name = "ConfbridgeSetSingleVideoSrc"

    def __init__(self, conference: str, channel: str) -> None:
        self.conference: Final = required(self, "conference", conference)
        self.channel: Final = required(self, "channel", channel)
        super().__init__(("Conference", conference), ("Channel", channel))


class ConfbridgeStartRecord(Action):
    """Record a conference.

    Action ``ConfbridgeStartRecord``, of app_confbridge.
    """

    __slots__ = ("conference", "record_file")
    name = "ConfbridgeStartRecord"

    def __init__(self, conference: str, *, record_file: str | None = None) -> None:
        self.conference: Final = required(self, "conference", conference)
        self.record_file: Final = record_file
        super().__init__(("Conference", conference), ("RecordFile", record_file))


class ConfbridgeStopRecord(Action):
    """Record a conference no longer.

    Action ``ConfbridgeStopRecord``, of app_confbridge.
    """

    __slots__ = ("conference",)
    name = "ConfbridgeStopRecord"

    def __init__(self, conference: str) -> None:
        self.conference: Final = required(self, "conference", conference)
        super().__init__(("Conference", conference))


class ConfbridgeUnlock(Action):
    """Let others into a conference again.

    Action ``ConfbridgeUnlock``, of app_confbridge.
    """

    __slots__ = ("conference",)
    name = "ConfbridgeUnlock"

    def __init__(self, conference: str) -> None:
        self.conference: Final = required(self, "conference", conference)
        super().__init__(("Conference", conference))


class ConfbridgeUnmute(Action):
    """Mute somebody in a conference no longer.

    Action ``ConfbridgeUnmute``, of app_confbridge.
    """

    __slots__ = ("channel", "conference")
    name = "ConfbridgeUnmute"

    def __init__(self, conference: str, channel: str) -> None:
        self.conference: Final = required(self, "conference", conference)
        self.channel: Final = required(self, "channel", channel)
        super().__init__(("Conference", conference), ("Channel", channel))


class ControlPlayback(Action):
    """Stop, pause or wind what is played to a channel.

    Action ``ControlPlayback``, of app_controlplayback.
    """

    __slots__ = ("channel", "control")
    name = "ControlPlayback"

    def __init__(self, channel: str, control: Literal["stop", "forward", "reverse", "pause", "restart"]) -> None:
        self.channel: Final = required(self, "channel", channel)
        self.control: Final = required(self, "control", control)
        super().__init__(("Channel", channel), ("Control", control))


class CoreSettings(Action):
    """Ask how Asterisk is set up.

    Action ``CoreSettings``.
    """

    __slots__ = ()
    name = "CoreSettings"

    def __init__(self) -> None:
        super().__init__()


class CoreShowChannelMap(ListAction["events.CoreShowChannelMap"]):
    """List the channels a channel is connected to, directly or by way of others.

    Action ``CoreShowChannelMap``. Answered with a list of ``CoreShowChannelMap``, ended by
    ``CoreShowChannelMapComplete``.
    """

    __slots__ = ("channel",)
    name = "CoreShowChannelMap"
    item_events = ("CoreShowChannelMap",)
    end_event = "CoreShowChannelMapComplete"

    def __init__(self, channel: str) -> None:
        self.channel: Final = required(self, "channel", channel)
        super().__init__(("Channel", channel))


class CoreShowChannels(ListAction["events.CoreShowChannel"]):
    """List the channels.

    Action ``CoreShowChannels``. Answered with a list of ``CoreShowChannel``, ended by ``CoreShowChannelsComplete``.
    """

    __slots__ = ()
    name = "CoreShowChannels"
    item_events = ("CoreShowChannel",)
    end_event = "CoreShowChannelsComplete"

    def __init__(self) -> None:
        super().__init__()


class CoreStatus(Action):
    """Ask since when Asterisk runs, and how many calls it has.

    Action ``CoreStatus``.
    """

    __slots__ = ()
    name = "CoreStatus"

    def __init__(self) -> None:
        super().__init__()


class CreateConfig(Action):
    """Make an empty configuration file.

    Action ``CreateConfig``.
    """

    __slots__ = ("filename",)
    name = "CreateConfig"

    def __init__(self, filename: str) -> None:
        self.filename: Final = required(self, "filename", filename)
        super().__init__(("Filename", filename))


class DAHDIDialOffhook(Action):
    """Dial on a DAHDI channel that is off hook.

    Action ``DAHDIDialOffhook``, of chan_dahdi.
    """

    __slots__ = ("dahdi_channel", "number")
    name = "DAHDIDialOffhook"

    def __init__(self, dahdi_channel: int, number: str) -> None:
        self.dahdi_channel: Final = required(self, "dahdi_channel", dahdi_channel)
        self.number: Final = required(self, "number", number)
        super().__init__(("DAHDIChannel", dahdi_channel), ("Number", number))


class DAHDIDNDoff(Action):
    """Switch Do Not Disturb of a DAHDI channel off.

    Action ``DAHDIDNDoff``, of chan_dahdi.
    """

    __slots__ = ("dahdi_channel",)
    name = "DAHDIDNDoff"

    def __init__(self, dahdi_channel: int) -> None:
        self.dahdi_channel: Final = required(self, "dahdi_channel", dahdi_channel)
        super().__init__(("DAHDIChannel", dahdi_channel))


class DAHDIDNDon(Action):
    """Switch Do Not Disturb of a DAHDI channel on.

    Action ``DAHDIDNDon``, of chan_dahdi.
    """

    __slots__ = ("dahdi_channel",)
    name = "DAHDIDNDon"

    def __init__(self, dahdi_channel: int) -> None:
        self.dahdi_channel: Final = required(self, "dahdi_channel", dahdi_channel)
        super().__init__(("DAHDIChannel", dahdi_channel))


class DAHDIHangup(Action):
    """Hang a DAHDI channel up.

    Action ``DAHDIHangup``, of chan_dahdi.
    """

    __slots__ = ("dahdi_channel",)
    name = "DAHDIHangup"

    def __init__(self, dahdi_channel: int) -> None:
        self.dahdi_channel: Final = required(self, "dahdi_channel", dahdi_channel)
        super().__init__(("DAHDIChannel", dahdi_channel))


class DAHDIRestart(Action):
    """Restart the DAHDI channels; this ends their calls.

    Action ``DAHDIRestart``, of chan_dahdi.
    """

    __slots__ = ()
    name = "DAHDIRestart"

    def __init__(self) -> None:
        super().__init__()


class DAHDIShowChannels(ListAction["AmiEvent"]):
    """List the DAHDI channels.

    Action ``DAHDIShowChannels``, of chan_dahdi. Answered with a list of ``DAHDIShowChannels``, ended by
    ``DAHDIShowChannelsComplete``.
    """

    __slots__ = ("dahdi_channel",)
    name = "DAHDIShowChannels"
    item_events = ("DAHDIShowChannels",)
    end_event = "DAHDIShowChannelsComplete"

    def __init__(self, *, dahdi_channel: int | None = None) -> None:
        self.dahdi_channel: Final = dahdi_channel
        super().__init__(("DAHDIChannel", dahdi_channel))


class DAHDIShowStatus(Action):
    """Ask for the state of the DAHDI spans.

    Action ``DAHDIShowStatus``, of chan_dahdi.
    """

    __slots__ = ()
    name = "DAHDIShowStatus"

    def __init__(self) -> None:
        super().__init__()


class DAHDITransfer(Action):
    """Flash the hook of a DAHDI channel, as for a transfer.

    Action ``DAHDITransfer``, of chan_dahdi.
    """

    __slots__ = ("dahdi_channel",)
    name = "DAHDITransfer"

    def __init__(self, dahdi_channel: int) -> None:
        self.dahdi_channel: Final = required(self, "dahdi_channel", dahdi_channel)
        super().__init__(("DAHDIChannel", dahdi_channel))


class DBDel(Action):
    """Delete a value of Asterisk's database.

    Action ``DBDel``.
    """

    __slots__ = ("family", "key")
    name = "DBDel"

    def __init__(self, family: str, key: str) -> None:
        self.family: Final = required(self, "family", family)
        self.key: Final = required(self, "key", key)
        super().__init__(("Family", family), ("Key", key))


class DBDelTree(Action):
    """Delete a family of Asterisk's database, or a part of it.

    Action ``DBDelTree``.
    """

    __slots__ = ("family", "key")
    name = "DBDelTree"

    def __init__(self, family: str, *, key: str | None = None) -> None:
        self.family: Final = required(self, "family", family)
        self.key: Final = key
        super().__init__(("Family", family), ("Key", key))


class DBGet(ListAction["events.DBGetResponse"]):
    """Read a value of Asterisk's database.

    Action ``DBGet``. Answered with a list of ``DBGetResponse``, ended by ``DBGetComplete``.
    """

    __slots__ = ("family", "key")
    name = "DBGet"
    item_events = ("DBGetResponse",)
    end_event = "DBGetComplete"

    def __init__(self, family: str, key: str) -> None:
        self.family: Final = required(self, "family", family)
        self.key: Final = required(self, "key", key)
        super().__init__(("Family", family), ("Key", key))


class DBGetTree(ListAction["events.DBGetTreeResponse"]):
    """List the values of Asterisk's database, of a family, or of a part of it.

    Action ``DBGetTree``. Answered with a list of ``DBGetTreeResponse``, ended by ``DBGetTreeComplete``.
    """

    __slots__ = ("family", "key")
    name = "DBGetTree"
    item_events = ("DBGetTreeResponse",)
    end_event = "DBGetTreeComplete"

    def __init__(self, *, family: str | None = None, key: str | None = None) -> None:
        self.family: Final = family
        self.key: Final = key
        super().__init__(("Family", family), ("Key", key))


class DBPut(Action):
    """Write a value to Asterisk's database.

    Action ``DBPut``.
    """

    __slots__ = ("family", "key", "val")
    name = "DBPut"
    secret_headers = ("Val",)

    def __init__(self, family: str, key: str, *, val: str | None = None) -> None:
        self.family: Final = required(self, "family", family)
        self.key: Final = required(self, "key", key)
        self.val: Final = val
        super().__init__(("Family", family), ("Key", key), ("Val", val))


class DeviceStateList(ListAction["events.DeviceStateChange"]):
    """List the states of all devices.

    Action ``DeviceStateList``, of res_manager_devicestate. Answered with a list of ``DeviceStateChange``, ended by
    ``DeviceStateListComplete``.
    """

    __slots__ = ()
    name = "DeviceStateList"
    item_events = ("DeviceStateChange",)
    end_event = "DeviceStateListComplete"

    def __init__(self) -> None:
        super().__init__()


class DialplanExtensionAdd(Action):
    """Add a step to the dialplan.

    Action ``DialplanExtensionAdd``, of pbx_config.
    """

    __slots__ = ("application", "application_data", "context", "extension", "priority", "replace")
    name = "DialplanExtensionAdd"
    secret_headers = ("ApplicationData",)

    def __init__(
        self,
        context: str,
        extension: str,
        priority: int | str,
        application: str,
        *,
        application_data: str | None = None,
        replace: bool | None = None,
    ) -> None:
        self.context: Final = required(self, "context", context)
        self.extension: Final = required(self, "extension", extension)
        self.priority: Final = required(self, "priority", priority)
        self.application: Final = required(self, "application", application)
        self.application_data: Final = application_data
        self.replace: Final = replace
        super().__init__(
            ("Context", context),
            ("Extension", extension),
            ("Priority", priority),
            ("Application", application),
            ("ApplicationData", application_data),
            ("Replace", replace),
        )


class DialplanExtensionRemove(Action):
    """Take an extension, or a step of it, out of the dialplan.

    Action ``DialplanExtensionRemove``, of pbx_config.
    """

    __slots__ = ("context", "extension", "priority")
    name = "DialplanExtensionRemove"

    def __init__(self, context: str, extension: str, *, priority: int | str | None = None) -> None:
        self.context: Final = required(self, "context", context)
        self.extension: Final = required(self, "extension", extension)
        self.priority: Final = priority
        super().__init__(("Context", context), ("Extension", extension), ("Priority", priority))


class Events(Action):
    """Choose which events this session gets. The client does so when it logs in.

    Action ``Events``.
    """

    __slots__ = ("event_mask",)
    name = "Events"

    def __init__(self, event_mask: str) -> None:
        self.event_mask: Final = required(self, "event_mask", event_mask)
        super().__init__(("EventMask", event_mask))


class ExtensionState(Action):
    """Ask for the state behind a hint.

    Action ``ExtensionState``.
    """

    __slots__ = ("context", "exten")
    name = "ExtensionState"

    def __init__(self, exten: str, context: str) -> None:
        self.exten: Final = required(self, "exten", exten)
        self.context: Final = required(self, "context", context)
        super().__init__(("Exten", exten), ("Context", context))


class ExtensionStateList(ListAction["events.ExtensionStatus"]):
    """List the states behind all hints.

    Action ``ExtensionStateList``. Answered with a list of ``ExtensionStatus``, ended by ``ExtensionStateListComplete``.
    """

    __slots__ = ()
    name = "ExtensionStateList"
    item_events = ("ExtensionStatus",)
    end_event = "ExtensionStateListComplete"

    def __init__(self) -> None:
        super().__init__()


class FAXSession(Action):
    """Ask for a fax on its way; the answer comes in an event FAXSession.

    Action ``FAXSession``, of res_fax.
    """

    __slots__ = ("session_number",)
    name = "FAXSession"

    def __init__(self, session_number: int) -> None:
        self.session_number: Final = required(self, "session_number", session_number)
        super().__init__(("SessionNumber", session_number))


class FAXSessions(ListAction["events.FAXSessionsEntry"]):
    """List the faxes on their way.

    Action ``FAXSessions``, of res_fax. Answered with a list of ``FAXSessionsEntry``, ended by ``FAXSessionsComplete``.
    """

    __slots__ = ()
    name = "FAXSessions"
    item_events = ("FAXSessionsEntry",)
    end_event = "FAXSessionsComplete"

    def __init__(self) -> None:
        super().__init__()


class FAXStats(Action):
    """Ask how many faxes there were; the answer comes in an event FAXStats.

    Action ``FAXStats``, of res_fax.
    """

    __slots__ = ()
    name = "FAXStats"

    def __init__(self) -> None:
        super().__init__()


class Filter(Action):
    """Let this session get fewer events.

    Action ``Filter``.
    """

    __slots__ = ("filter", "match_criteria", "operation")
    name = "Filter"

    def __init__(
        self, operation: Literal["Add"], *, match_criteria: str | None = None, filter: str | None = None
    ) -> None:
        self.operation: Final = required(self, "operation", operation)
        self.match_criteria: Final = match_criteria
        self.filter: Final = filter
        super().__init__(("Operation", operation), ("MatchCriteria", match_criteria), ("Filter", filter))


class GetConfig(Action):
    """Read a configuration file.

    Action ``GetConfig``.
    """

    __slots__ = ("category", "filename", "filter")
    name = "GetConfig"

    def __init__(self, filename: str, *, category: str | None = None, filter: str | None = None) -> None:
        self.filename: Final = required(self, "filename", filename)
        self.category: Final = category
        self.filter: Final = filter
        super().__init__(("Filename", filename), ("Category", category), ("Filter", filter))


class GetConfigJSON(Action):
    """Read a configuration file as JSON.

    Action ``GetConfigJSON``.
    """

    __slots__ = ("category", "filename", "filter")
    name = "GetConfigJSON"

    def __init__(self, filename: str, *, category: str | None = None, filter: str | None = None) -> None:
        self.filename: Final = required(self, "filename", filename)
        self.category: Final = category
        self.filter: Final = filter
        super().__init__(("Filename", filename), ("Category", category), ("Filter", filter))


class Getvar(Action):
    """Read a variable: a channel's, or a global one.

    Action ``Getvar``.
    """

    __slots__ = ("channel", "variable")
    name = "Getvar"

    def __init__(self, variable: str, *, channel: str | None = None) -> None:
        self.channel: Final = channel
        self.variable: Final = required(self, "variable", variable)
        super().__init__(("Channel", channel), ("Variable", variable))


class Hangup(Action):
    """Hang a channel up, or all that a ``/pattern/`` matches; the answer to a pattern is a list.

    Action ``Hangup``.
    """

    __slots__ = ("cause", "channel")
    name = "Hangup"

    def __init__(self, channel: str, *, cause: HangupCause | int | None = None) -> None:
        self.channel: Final = required(self, "channel", channel)
        self.cause: Final = cause
        super().__init__(("Channel", channel), ("Cause", cause))


class IAXnetstats(Action):
    """Ask how well the calls over IAX go.

    Action ``IAXnetstats``, of chan_iax2.
    """

    __slots__ = ()
    name = "IAXnetstats"

    def __init__(self) -> None:
        super().__init__()


class IAXpeerlist(ListAction["events.PeerEntry"]):
    """List the IAX peers.

    Action ``IAXpeerlist``, of chan_iax2. Answered with a list of ``PeerEntry``, ended by ``PeerlistComplete``.
    """

    __slots__ = ()
    name = "IAXpeerlist"
    item_events = ("PeerEntry",)
    end_event = "PeerlistComplete"

    def __init__(self) -> None:
        super().__init__()


class IAXpeers(Action):
    """Ask for the IAX peers; they come in events without an ActionID, so prefer IAXpeerlist.

    Action ``IAXpeers``, of chan_iax2.
    """

    __slots__ = ()
    name = "IAXpeers"

    def __init__(self) -> None:
        super().__init__()


class IAXregistry(ListAction["events.RegistryEntry"]):
    """List the registrations over IAX.

    Action ``IAXregistry``, of chan_iax2. Answered with a list of ``RegistryEntry``, ended by ``RegistrationsComplete``.
    """

    __slots__ = ()
    name = "IAXregistry"
    item_events = ("RegistryEntry",)
    end_event = "RegistrationsComplete"

    def __init__(self) -> None:
        super().__init__()


class JabberSend(Action):
    """Send an XMPP message.

    Action ``JabberSend``, of res_xmpp.
    """

    __slots__ = ("jabber", "jid", "message")
    name = "JabberSend"
    secret_headers = ("Message",)

    def __init__(self, jabber: str, jid: str, message: str) -> None:
        self.jabber: Final = required(self, "jabber", jabber)
        self.jid: Final = required(self, "jid", jid)
        self.message: Final = required(self, "message", message)
        super().__init__(("Jabber", jabber), ("JID", jid), ("Message", message))


class ListCategories(Action):
    """List the sections of a configuration file.

    Action ``ListCategories``.
    """

    __slots__ = ("filename",)
    name = "ListCategories"

    def __init__(self, filename: str) -> None:
        self.filename: Final = required(self, "filename", filename)
        super().__init__(("Filename", filename))


class ListCommands(Action):
    """Ask which actions there are.

    Action ``ListCommands``.
    """

    __slots__ = ()
    name = "ListCommands"

    def __init__(self) -> None:
        super().__init__()


class LocalOptimizeAway(Action):
    """Let a Local channel made with ``/n`` take itself out of the way.

    Action ``LocalOptimizeAway``.
    """

    __slots__ = ("channel",)
    name = "LocalOptimizeAway"

    def __init__(self, channel: str) -> None:
        self.channel: Final = required(self, "channel", channel)
        super().__init__(("Channel", channel))


class LoggerRotate(Action):
    """Begin new log files.

    Action ``LoggerRotate``.
    """

    __slots__ = ()
    name = "LoggerRotate"

    def __init__(self) -> None:
        super().__init__()


class Logoff(Action):
    """End this session; the client then connects again. To stop, close the client.

    Action ``Logoff``.
    """

    __slots__ = ()
    name = "Logoff"

    def __init__(self) -> None:
        super().__init__()


class MailboxCount(Action):
    """Ask how many messages a mailbox has.

    Action ``MailboxCount``.
    """

    __slots__ = ("mailbox",)
    name = "MailboxCount"

    def __init__(self, mailbox: str) -> None:
        self.mailbox: Final = required(self, "mailbox", mailbox)
        super().__init__(("Mailbox", mailbox))


class MailboxStatus(Action):
    """Ask whether a mailbox has messages.

    Action ``MailboxStatus``.
    """

    __slots__ = ("mailbox",)
    name = "MailboxStatus"

    def __init__(self, mailbox: str) -> None:
        self.mailbox: Final = required(self, "mailbox", mailbox)
        super().__init__(("Mailbox", mailbox))


class MeetmeList(ListAction["events.MeetmeList"]):
    """List who is in a MeetMe conference, or in all of them.

    Action ``MeetmeList``, of app_meetme. Answered with a list of ``MeetmeList``, ended by ``MeetmeListComplete``.
    """

    __slots__ = ("conference",)
    name = "MeetmeList"
    item_events = ("MeetmeList",)
    end_event = "MeetmeListComplete"

    def __init__(self, *, conference: str | None = None) -> None:
        self.conference: Final = conference
        super().__init__(("Conference", conference))


class MeetmeListRooms(ListAction["events.MeetmeListRooms"]):
    """List the MeetMe conferences.

    Action ``MeetmeListRooms``, of app_meetme. Answered with a list of ``MeetmeListRooms``, ended by
    ``MeetmeListRoomsComplete``.
    """

    __slots__ = ()
    name = "MeetmeListRooms"
    item_events = ("MeetmeListRooms",)
    end_event = "MeetmeListRoomsComplete"

    def __init__(self) -> None:
        super().__init__()


class MeetmeMute(Action):
    """Mute somebody in a MeetMe conference.

    Action ``MeetmeMute``, of app_meetme.
    """

    __slots__ = ("meetme", "usernum")
    name = "MeetmeMute"

    def __init__(self, meetme: str, usernum: int | str) -> None:
        self.meetme: Final = required(self, "meetme", meetme)
        self.usernum: Final = required(self, "usernum", usernum)
        super().__init__(("Meetme", meetme), ("Usernum", usernum))


class MeetmeUnmute(Action):
    """Mute somebody in a MeetMe conference no longer.

    Action ``MeetmeUnmute``, of app_meetme.
    """

    __slots__ = ("meetme", "usernum")
    name = "MeetmeUnmute"

    def __init__(self, meetme: str, usernum: int | str) -> None:
        self.meetme: Final = required(self, "meetme", meetme)
        self.usernum: Final = required(self, "usernum", usernum)
        super().__init__(("Meetme", meetme), ("Usernum", usernum))


class MessageSend(Action):
    """Send a text message to an endpoint, outside of any call.

    Action ``MessageSend``.
    """

    __slots__ = ("base64_body", "body", "destination", "from_uri", "to_uri", "variables")
    name = "MessageSend"
    secret_headers = ("Body", "Base64Body", "Variable")

    def __init__(
        self,
        *,
        destination: str | None = None,
        to_uri: str | None = None,
        from_uri: str | None = None,
        body: str | None = None,
        base64_body: str | None = None,
        variables: Mapping[str, Scalar] | None = None,
    ) -> None:
        self.destination: Final = destination
        self.to_uri: Final = to_uri
        self.from_uri: Final = from_uri
        self.body: Final = body
        self.base64_body: Final = base64_body
        self.variables: Final = variables
        super().__init__(
            ("Destination", destination),
            ("To", to_uri),
            ("From", from_uri),
            ("Body", body),
            ("Base64Body", base64_body),
            ("Variable", escaped(variables)),
        )


class MixMonitor(Action):
    """Record a channel.

    Action ``MixMonitor``, of app_mixmonitor.
    """

    __slots__ = ("channel", "command", "file", "options")
    name = "MixMonitor"
    secret_headers = ("Command",)

    def __init__(
        self, channel: str, *, file: str | None = None, options: str | None = None, command: str | None = None
    ) -> None:
        self.channel: Final = required(self, "channel", channel)
        self.file: Final = file
        self.options: Final = options
        self.command: Final = command
        super().__init__(("Channel", channel), ("File", file), ("Options", options), ("Command", command))


class MixMonitorMute(Action):
    """Mute a recording, or no longer.

    Action ``MixMonitorMute``, of app_mixmonitor.
    """

    __slots__ = ("channel", "direction", "state")
    name = "MixMonitorMute"

    def __init__(self, channel: str, direction: str, state: bool) -> None:
        self.channel: Final = required(self, "channel", channel)
        self.direction: Final = required(self, "direction", direction)
        self.state: Final = required(self, "state", state)
        super().__init__(("Channel", channel), ("Direction", direction), ("State", state))


class ModuleCheck(Action):
    """Ask whether a module is loaded.

    Action ``ModuleCheck``.
    """

    __slots__ = ("module",)
    name = "ModuleCheck"

    def __init__(self, module: str) -> None:
        self.module: Final = required(self, "module", module)
        super().__init__(("Module", module))


class ModuleLoad(Action):
    """Load, unload or reload a module.

    Action ``ModuleLoad``.
    """

    __slots__ = ("load_type", "module", "recursive")
    name = "ModuleLoad"

    def __init__(
        self,
        load_type: Literal["load", "unload", "reload", "refresh"],
        *,
        module: str | None = None,
        recursive: bool | None = None,
    ) -> None:
        self.module: Final = module
        self.load_type: Final = required(self, "load_type", load_type)
        self.recursive: Final = recursive
        super().__init__(("Module", module), ("LoadType", load_type), ("Recursive", recursive))


class MuteAudio(Action):
    """Mute a channel, or no longer.

    Action ``MuteAudio``, of res_mutestream.
    """

    __slots__ = ("channel", "direction", "state")
    name = "MuteAudio"

    def __init__(self, channel: str, direction: Literal["in", "out", "all"], state: bool) -> None:
        self.channel: Final = required(self, "channel", channel)
        self.direction: Final = required(self, "direction", direction)
        self.state: Final = required(self, "state", state)
        super().__init__(("Channel", channel), ("Direction", direction), ("State", on_off(state)))


class MWIDelete(Action):
    """Forget the messages of a mailbox.

    Action ``MWIDelete``, of res_mwi_external_ami.
    """

    __slots__ = ("mailbox",)
    name = "MWIDelete"

    def __init__(self, mailbox: str) -> None:
        self.mailbox: Final = required(self, "mailbox", mailbox)
        super().__init__(("Mailbox", mailbox))


class MWIGet(ListAction["events.MWIGet"]):
    """List the mailboxes and how many messages they have.

    Action ``MWIGet``, of res_mwi_external_ami. Answered with a list of ``MWIGet``, ended by ``MWIGetComplete``.
    """

    __slots__ = ("mailbox",)
    name = "MWIGet"
    item_events = ("MWIGet",)
    end_event = "MWIGetComplete"

    def __init__(self, mailbox: str) -> None:
        self.mailbox: Final = required(self, "mailbox", mailbox)
        super().__init__(("Mailbox", mailbox))


class MWIUpdate(Action):
    """Say how many messages a mailbox has.

    Action ``MWIUpdate``, of res_mwi_external_ami.
    """

    __slots__ = ("mailbox", "new_messages", "old_messages")
    name = "MWIUpdate"

    def __init__(self, mailbox: str, *, old_messages: int | None = None, new_messages: int | None = None) -> None:
        self.mailbox: Final = required(self, "mailbox", mailbox)
        self.old_messages: Final = old_messages
        self.new_messages: Final = new_messages
        super().__init__(("Mailbox", mailbox), ("OldMessages", old_messages), ("NewMessages", new_messages))


class Originate(Action):
    """Call a channel, and connect it to an extension or application; OriginateResponse tells how it went.

    *timeout* is in seconds. Not *asynchronous*, it keeps all that is asked after it waiting until somebody answers.
    Action ``Originate``.
    """

    __slots__ = (
        "account",
        "application",
        "asynchronous",
        "caller_id",
        "channel",
        "channel_id",
        "codecs",
        "context",
        "data",
        "early_media",
        "exten",
        "other_channel_id",
        "pre_dial_gosub",
        "priority",
        "timeout",
        "variables",
    )
    name = "Originate"
    secret_headers = ("Data", "Variable")

    def __init__(
        self,
        channel: str,
        *,
        exten: str | None = None,
        context: str | None = None,
        priority: int | str | None = None,
        application: str | None = None,
        data: str | None = None,
        timeout: float | None = None,
        caller_id: str | None = None,
        variables: Mapping[str, Scalar] | None = None,
        account: str | None = None,
        early_media: bool | None = None,
        asynchronous: bool = True,
        codecs: str | Sequence[str] | None = None,
        channel_id: str | None = None,
        other_channel_id: str | None = None,
        pre_dial_gosub: str | None = None,
    ) -> None:
        self.channel: Final = required(self, "channel", channel)
        self.exten: Final = exten
        self.context: Final = context
        self.priority: Final = priority
        self.application: Final = application
        self.data: Final = data
        self.timeout: Final = timeout
        self.caller_id: Final = caller_id
        self.variables: Final = variables
        self.account: Final = account
        self.early_media: Final = early_media
        self.asynchronous: Final = asynchronous
        self.codecs: Final = codecs
        self.channel_id: Final = channel_id
        self.other_channel_id: Final = other_channel_id
        self.pre_dial_gosub: Final = pre_dial_gosub
        super().__init__(
            ("Channel", channel),
            ("Exten", exten),
            ("Context", context),
            ("Priority", priority),
            ("Application", application),
            ("Data", data),
            ("Timeout", milliseconds(self, "timeout", timeout)),
            ("CallerID", caller_id),
            ("Variable", escaped(variables)),
            ("Account", account),
            ("EarlyMedia", early_media),
            ("Async", asynchronous),
            ("Codecs", joined(codecs)),
            ("ChannelId", channel_id),
            ("OtherChannelId", other_channel_id),
            ("PreDialGoSub", pre_dial_gosub),
        )


class Park(Action):
    """Park a channel.

    *timeout* is in seconds. Action ``Park``, of parking_manager.
    """

    __slots__ = ("announce_channel", "channel", "parking_space", "parkinglot", "timeout", "timeout_channel")
    name = "Park"

    def __init__(
        self,
        channel: str,
        *,
        timeout_channel: str | None = None,
        announce_channel: str | None = None,
        timeout: float | None = None,
        parkinglot: str | None = None,
        parking_space: int | str | None = None,
    ) -> None:
        self.channel: Final = required(self, "channel", channel)
        self.timeout_channel: Final = timeout_channel
        self.announce_channel: Final = announce_channel
        self.timeout: Final = timeout
        self.parkinglot: Final = parkinglot
        self.parking_space: Final = parking_space
        super().__init__(
            ("Channel", channel),
            ("TimeoutChannel", timeout_channel),
            ("AnnounceChannel", announce_channel),
            ("Timeout", milliseconds(self, "timeout", timeout)),
            ("Parkinglot", parkinglot),
            ("ParkingSpace", parking_space),
        )


class ParkedCalls(ListAction["events.ParkedCall"]):
    """List the parked calls.

    Action ``ParkedCalls``, of parking_manager. Answered with a list of ``ParkedCall``, ended by
    ``ParkedCallsComplete``.
    """

    __slots__ = ("parking_lot",)
    name = "ParkedCalls"
    item_events = ("ParkedCall",)
    end_event = "ParkedCallsComplete"

    def __init__(self, *, parking_lot: str | None = None) -> None:
        self.parking_lot: Final = parking_lot
        super().__init__(("ParkingLot", parking_lot))


class Parkinglots(ListAction["events.Parkinglot"]):
    """List the parking lots.

    Action ``Parkinglots``, of parking_manager. Answered with a list of ``Parkinglot``, ended by
    ``ParkinglotsComplete``.
    """

    __slots__ = ()
    name = "Parkinglots"
    item_events = ("Parkinglot",)
    end_event = "ParkinglotsComplete"

    def __init__(self) -> None:
        super().__init__()


class Ping(Action):
    """Keep the connection alive, and see that it is.

    Action ``Ping``.
    """

    __slots__ = ()
    name = "Ping"

    def __init__(self) -> None:
        super().__init__()


class PJSIPHangup(Action):
    """Refuse a PJSIP channel that is not answered yet with an answer of SIP.

    Action ``PJSIPHangup``, of chan_pjsip.
    """

    __slots__ = ("cause", "channel")
    name = "PJSIPHangup"

    def __init__(self, channel: str, cause: int | str) -> None:
        self.channel: Final = required(self, "channel", channel)
        self.cause: Final = required(self, "cause", cause)
        super().__init__(("Channel", channel), ("Cause", cause))


class PJSIPNotify(Action):
    """Send a SIP NOTIFY.

    Action ``PJSIPNotify``, of res_pjsip_notify.
    """

    __slots__ = ("channel", "endpoint", "option", "uri", "variables")
    name = "PJSIPNotify"
    secret_headers = ("Variable",)

    def __init__(
        self,
        *,
        endpoint: str | None = None,
        uri: str | None = None,
        channel: str | None = None,
        option: str | None = None,
        variables: Mapping[str, Scalar] | None = None,
    ) -> None:
        self.endpoint: Final = endpoint
        self.uri: Final = uri
        self.channel: Final = channel
        self.option: Final = option
        self.variables: Final = variables
        super().__init__(
            ("Endpoint", endpoint),
            ("URI", uri),
            ("channel", channel),
            ("Option", option),
            ("Variable", escaped(variables)),
        )


class PJSIPQualify(Action):
    """Try whether an endpoint is reachable.

    Action ``PJSIPQualify``, of res_pjsip.
    """

    __slots__ = ("endpoint",)
    name = "PJSIPQualify"

    def __init__(self, endpoint: str) -> None:
        self.endpoint: Final = required(self, "endpoint", endpoint)
        super().__init__(("Endpoint", endpoint))


class PJSIPRegister(Action):
    """Register with somebody else again.

    Action ``PJSIPRegister``, of res_pjsip_outbound_registration.
    """

    __slots__ = ("registration",)
    name = "PJSIPRegister"

    def __init__(self, registration: str) -> None:
        self.registration: Final = required(self, "registration", registration)
        super().__init__(("Registration", registration))


class PJSIPSetMaintenance(Action):
    """Put an endpoint into maintenance, or back into service.

    Action ``PJSIPSetMaintenance``, of res_pjsip_maintenance.
    """

    __slots__ = ("endpoint", "state")
    name = "PJSIPSetMaintenance"

    def __init__(self, endpoint: str, state: bool) -> None:
        self.endpoint: Final = required(self, "endpoint", endpoint)
        self.state: Final = required(self, "state", state)
        super().__init__(("Endpoint", endpoint), ("State", on_off(state)))


class PJSIPShowAors(ListAction["events.AorList"]):
    """List the AORs.

    Action ``PJSIPShowAors``, of res_pjsip. Answered with a list of ``AorList``, ended by ``AorListComplete``.
    """

    __slots__ = ()
    name = "PJSIPShowAors"
    item_events = ("AorList",)
    end_event = "AorListComplete"

    def __init__(self) -> None:
        super().__init__()


class PJSIPShowAuths(ListAction["events.AuthList"]):
    """List the ways to authenticate; passwords are among the answer.

    Action ``PJSIPShowAuths``, of res_pjsip. Answered with a list of ``AuthList``, ended by ``AuthListComplete``.
    """

    __slots__ = ()
    name = "PJSIPShowAuths"
    item_events = ("AuthList",)
    end_event = "AuthListComplete"

    def __init__(self) -> None:
        super().__init__()


class PJSIPShowContacts(ListAction["events.ContactList"]):
    """List the contacts that have registered.

    Action ``PJSIPShowContacts``, of res_pjsip. Answered with a list of ``ContactList``, ended by
    ``ContactListComplete``.
    """

    __slots__ = ()
    name = "PJSIPShowContacts"
    item_events = ("ContactList",)
    end_event = "ContactListComplete"

    def __init__(self) -> None:
        super().__init__()


class PJSIPShowEndpoint(
    ListAction[
        "events.EndpointDetail | events.IdentifyDetail | events.ContactStatusDetail | events.AuthDetail | events.TransportDetail | events.AorDetail"
    ]
):
    """List what belongs to an endpoint; its password is among the answer.

    Action ``PJSIPShowEndpoint``, of res_pjsip. Answered with a list of ``EndpointDetail``, ``IdentifyDetail``,
    ``ContactStatusDetail``, ``AuthDetail``, ``TransportDetail``, ``AorDetail``, ended by ``EndpointDetailComplete``.
    """

    __slots__ = ("endpoint",)
    name = "PJSIPShowEndpoint"
    item_events = (
        "EndpointDetail",
        "IdentifyDetail",
        "ContactStatusDetail",
        "AuthDetail",
        "TransportDetail",
        "AorDetail",
    )
    end_event = "EndpointDetailComplete"

    def __init__(self, endpoint: str) -> None:
        self.endpoint: Final = required(self, "endpoint", endpoint)
        super().__init__(("Endpoint", endpoint))


class PJSIPShowEndpoints(ListAction["events.EndpointList"]):
    """List the endpoints.

    Action ``PJSIPShowEndpoints``, of res_pjsip. Answered with a list of ``EndpointList``, ended by
    ``EndpointListComplete``.
    """

    __slots__ = ()
    name = "PJSIPShowEndpoints"
    item_events = ("EndpointList",)
    end_event = "EndpointListComplete"

    def __init__(self) -> None:
        super().__init__()


class PJSIPShowMaintenance(ListAction["events.PJSIPMaintenanceStatus"]):
    """List the endpoints in maintenance.

    Action ``PJSIPShowMaintenance``, of res_pjsip_maintenance. Answered with a list of ``PJSIPMaintenanceStatus``, ended
    by ``PJSIPMaintenanceStatusComplete``.
    """

    __slots__ = ("endpoint",)
    name = "PJSIPShowMaintenance"
    item_events = ("PJSIPMaintenanceStatus",)
    end_event = "PJSIPMaintenanceStatusComplete"

    def __init__(self, *, endpoint: str | None = None) -> None:
        self.endpoint: Final = endpoint
        super().__init__(("Endpoint", endpoint))


class PJSIPShowRegistrationInboundContactStatuses(ListAction["events.ContactStatusDetail"]):
    """List the registered contacts and whether they are reachable.

    Action ``PJSIPShowRegistrationInboundContactStatuses``, of res_pjsip_registrar. Answered with a list of
    ``ContactStatusDetail``, ended by ``ContactStatusDetailComplete``.
    """

    __slots__ = ()
    name = "PJSIPShowRegistrationInboundContactStatuses"
    item_events = ("ContactStatusDetail",)
    end_event = "ContactStatusDetailComplete"

    def __init__(self) -> None:
        super().__init__()


class PJSIPShowRegistrationsInbound(ListAction["events.InboundRegistrationDetail"]):
    """List the AORs and where they are registered.

    Action ``PJSIPShowRegistrationsInbound``, of res_pjsip_registrar. Answered with a list of
    ``InboundRegistrationDetail``, ended by ``InboundRegistrationDetailComplete``.
    """

    __slots__ = ()
    name = "PJSIPShowRegistrationsInbound"
    item_events = ("InboundRegistrationDetail",)
    end_event = "InboundRegistrationDetailComplete"

    def __init__(self) -> None:
        super().__init__()


class PJSIPShowRegistrationsOutbound(ListAction["events.OutboundRegistrationDetail | events.AuthDetail"]):
    """List the registrations with others.

    Action ``PJSIPShowRegistrationsOutbound``, of res_pjsip_outbound_registration. Answered with a list of
    ``OutboundRegistrationDetail``, ``AuthDetail``, ended by ``OutboundRegistrationDetailComplete``.
    """

    __slots__ = ()
    name = "PJSIPShowRegistrationsOutbound"
    item_events = ("OutboundRegistrationDetail", "AuthDetail")
    end_event = "OutboundRegistrationDetailComplete"

    def __init__(self) -> None:
        super().__init__()


class PJSIPShowResourceLists(ListAction["events.ResourceListDetail"]):
    """List the lists of resources.

    Action ``PJSIPShowResourceLists``, of res_pjsip_pubsub. Answered with a list of ``ResourceListDetail``, ended by
    ``ResourceListDetailComplete``.
    """

    __slots__ = ()
    name = "PJSIPShowResourceLists"
    item_events = ("ResourceListDetail",)
    end_event = "ResourceListDetailComplete"

    def __init__(self) -> None:
        super().__init__()


class PJSIPShowSubscriptionsInbound(ListAction["events.InboundSubscriptionDetail"]):
    """List what others subscribed to here.

    Action ``PJSIPShowSubscriptionsInbound``, of res_pjsip_pubsub. Answered with a list of
    ``InboundSubscriptionDetail``, ended by ``InboundSubscriptionDetailComplete``.
    """

    __slots__ = ()
    name = "PJSIPShowSubscriptionsInbound"
    item_events = ("InboundSubscriptionDetail",)
    end_event = "InboundSubscriptionDetailComplete"

    def __init__(self) -> None:
        super().__init__()


class PJSIPShowSubscriptionsOutbound(ListAction["events.OutboundSubscriptionDetail"]):
    """List what Asterisk subscribed to elsewhere.

    Action ``PJSIPShowSubscriptionsOutbound``, of res_pjsip_pubsub. Answered with a list of
    ``OutboundSubscriptionDetail``, ended by ``OutboundSubscriptionDetailComplete``.
    """

    __slots__ = ()
    name = "PJSIPShowSubscriptionsOutbound"
    item_events = ("OutboundSubscriptionDetail",)
    end_event = "OutboundSubscriptionDetailComplete"

    def __init__(self) -> None:
        super().__init__()


class PJSIPUnregister(Action):
    """Be registered with somebody else no longer.

    Action ``PJSIPUnregister``, of res_pjsip_outbound_registration.
    """

    __slots__ = ("registration",)
    name = "PJSIPUnregister"

    def __init__(self, registration: str) -> None:
        self.registration: Final = required(self, "registration", registration)
        super().__init__(("Registration", registration))


class PlayDTMF(Action):
    """Send DTMF digits on a channel, or make it receive some.

    *duration* is in seconds. Action ``PlayDTMF``, of app_senddtmf.
    """

    __slots__ = ("channel", "digit", "duration", "receive")
    name = "PlayDTMF"
    secret_headers = ("Digit",)

    def __init__(self, channel: str, digit: str, *, duration: float | None = None, receive: bool | None = None) -> None:
        self.channel: Final = required(self, "channel", channel)
        self.digit: Final = required(self, "digit", digit)
        self.duration: Final = duration
        self.receive: Final = receive
        super().__init__(
            ("Channel", channel),
            ("Digit", digit),
            ("Duration", milliseconds(self, "duration", duration)),
            ("Receive", receive),
        )


class PlayMF(Action):
    """Send an MF digit on a channel.

    *duration* is in seconds. Action ``PlayMF``, of app_mf.
    """

    __slots__ = ("channel", "digit", "duration")
    name = "PlayMF"
    secret_headers = ("Digit",)

    def __init__(self, channel: str, digit: str, *, duration: float | None = None) -> None:
        self.channel: Final = required(self, "channel", channel)
        self.digit: Final = required(self, "digit", digit)
        self.duration: Final = duration
        super().__init__(("Channel", channel), ("Digit", digit), ("Duration", milliseconds(self, "duration", duration)))


class PresenceState(Action):
    """Ask for somebody's presence.

    Action ``PresenceState``.
    """

    __slots__ = ("provider",)
    name = "PresenceState"

    def __init__(self, provider: str) -> None:
        self.provider: Final = required(self, "provider", provider)
        super().__init__(("Provider", provider))


class PresenceStateList(ListAction["events.PresenceStateChange"]):
    """List the presence of everybody.

    Action ``PresenceStateList``, of res_manager_presencestate. Answered with a list of ``PresenceStateChange``, ended
    by ``PresenceStateListComplete``.
    """

    __slots__ = ()
    name = "PresenceStateList"
    item_events = ("PresenceStateChange",)
    end_event = "PresenceStateListComplete"

    def __init__(self) -> None:
        super().__init__()


class PRIDebugFileSet(Action):
    """Write the debug output of PRI to a file.

    Action ``PRIDebugFileSet``, of chan_dahdi.
    """

    __slots__ = ("file",)
    name = "PRIDebugFileSet"

    def __init__(self, file: str) -> None:
        self.file: Final = required(self, "file", file)
        super().__init__(("File", file))


class PRIDebugFileUnset(Action):
    """Write the debug output of PRI to no file.

    Action ``PRIDebugFileUnset``, of chan_dahdi.
    """

    __slots__ = ()
    name = "PRIDebugFileUnset"

    def __init__(self) -> None:
        super().__init__()


class PRIDebugSet(Action):
    """Choose the debug output of a PRI span.

    Action ``PRIDebugSet``, of chan_dahdi.
    """

    __slots__ = ("level", "span")
    name = "PRIDebugSet"

    def __init__(self, span: int, level: int | str) -> None:
        self.span: Final = required(self, "span", span)
        self.level: Final = required(self, "level", level)
        super().__init__(("Span", span), ("Level", level))


class PRIShowSpans(ListAction["AmiEvent"]):
    """List the PRI spans.

    Action ``PRIShowSpans``, of chan_dahdi. Answered with a list of ``PRIShowSpans``, ended by ``PRIShowSpansComplete``.
    """

    __slots__ = ("span",)
    name = "PRIShowSpans"
    item_events = ("PRIShowSpans",)
    end_event = "PRIShowSpansComplete"

    def __init__(self, *, span: int | None = None) -> None:
        self.span: Final = span
        super().__init__(("Span", span))


class QueueAdd(Action):
    """Make an interface a member of a queue.

    Action ``QueueAdd``, of app_queue.
    """

    __slots__ = ("interface", "member_name", "paused", "penalty", "queue", "reason", "state_interface")
    name = "QueueAdd"

    def __init__(
        self,
        queue: str,
        interface: str,
        *,
        penalty: int | None = None,
        paused: bool | None = None,
        reason: str | None = None,
        member_name: str | None = None,
        state_interface: str | None = None,
    ) -> None:
        self.queue: Final = required(self, "queue", queue)
        self.interface: Final = required(self, "interface", interface)
        self.penalty: Final = penalty
        self.paused: Final = paused
        self.reason: Final = reason
        self.member_name: Final = member_name
        self.state_interface: Final = state_interface
        super().__init__(
            ("Queue", queue),
            ("Interface", interface),
            ("Penalty", penalty),
            ("Paused", paused),
            ("Reason", reason),
            ("MemberName", member_name),
            ("StateInterface", state_interface),
        )


class QueueChangePriorityCaller(Action):
    """Give a caller in a queue another priority.

    Action ``QueueChangePriorityCaller``, of app_queue.
    """

    __slots__ = ("caller", "immediate", "priority", "queue")
    name = "QueueChangePriorityCaller"

    def __init__(self, queue: str, caller: str, priority: int, *, immediate: bool | None = None) -> None:
        self.queue: Final = required(self, "queue", queue)
        self.caller: Final = required(self, "caller", caller)
        self.priority: Final = required(self, "priority", priority)
        self.immediate: Final = immediate
        super().__init__(("Queue", queue), ("Caller", caller), ("Priority", priority), ("Immediate", immediate))


class QueueLog(Action):
    """Write an entry of your own to the queue log.

    Action ``QueueLog``, of app_queue.
    """

    __slots__ = ("event", "interface", "message", "queue", "uniqueid")
    name = "QueueLog"

    def __init__(
        self,
        queue: str,
        event: str,
        *,
        uniqueid: str | None = None,
        interface: str | None = None,
        message: str | None = None,
    ) -> None:
        self.queue: Final = required(self, "queue", queue)
        self.event: Final = required(self, "event", event)
        self.uniqueid: Final = uniqueid
        self.interface: Final = interface
        self.message: Final = message
        super().__init__(
            ("Queue", queue), ("Event", event), ("Uniqueid", uniqueid), ("Interface", interface), ("Message", message)
        )


class QueueMemberRingInUse(Action):
    """Choose whether a member is called while in use.

    Action ``QueueMemberRingInUse``, of app_queue.
    """

    __slots__ = ("interface", "queue", "ring_in_use")
    name = "QueueMemberRingInUse"

    def __init__(self, interface: str, ring_in_use: bool, *, queue: str | None = None) -> None:
        self.interface: Final = required(self, "interface", interface)
        self.ring_in_use: Final = required(self, "ring_in_use", ring_in_use)
        self.queue: Final = queue
        super().__init__(("Interface", interface), ("RingInUse", ring_in_use), ("Queue", queue))


class QueuePause(Action):
    """Pause a member, or no longer.

    Action ``QueuePause``, of app_queue.
    """

    __slots__ = ("interface", "paused", "queue", "reason")
    name = "QueuePause"

    def __init__(self, interface: str, paused: bool, *, queue: str | None = None, reason: str | None = None) -> None:
        self.interface: Final = required(self, "interface", interface)
        self.paused: Final = required(self, "paused", paused)
        self.queue: Final = queue
        self.reason: Final = reason
        super().__init__(("Interface", interface), ("Paused", paused), ("Queue", queue), ("Reason", reason))


class QueuePenalty(Action):
    """Give a member another penalty.

    Action ``QueuePenalty``, of app_queue.
    """

    __slots__ = ("interface", "penalty", "queue")
    name = "QueuePenalty"

    def __init__(self, interface: str, penalty: int, *, queue: str | None = None) -> None:
        self.interface: Final = required(self, "interface", interface)
        self.penalty: Final = required(self, "penalty", penalty)
        self.queue: Final = queue
        super().__init__(("Interface", interface), ("Penalty", penalty), ("Queue", queue))


class QueueReload(Action):
    """Read the queues' configuration again.

    Action ``QueueReload``, of app_queue.
    """

    __slots__ = ("members", "parameters", "queue", "rules")
    name = "QueueReload"

    def __init__(
        self,
        *,
        queue: str | None = None,
        members: bool | None = None,
        rules: bool | None = None,
        parameters: bool | None = None,
    ) -> None:
        self.queue: Final = queue
        self.members: Final = members
        self.rules: Final = rules
        self.parameters: Final = parameters
        super().__init__(
            ("Queue", queue), ("Members", yes_no(members)), ("Rules", yes_no(rules)), ("Parameters", yes_no(parameters))
        )


class QueueRemove(Action):
    """Take a member out of a queue.

    Action ``QueueRemove``, of app_queue.
    """

    __slots__ = ("interface", "queue")
    name = "QueueRemove"

    def __init__(self, queue: str, interface: str) -> None:
        self.queue: Final = required(self, "queue", queue)
        self.interface: Final = required(self, "interface", interface)
        super().__init__(("Queue", queue), ("Interface", interface))


class QueueReset(Action):
    """Set the figures of a queue to nothing.

    Action ``QueueReset``, of app_queue.
    """

    __slots__ = ("queue",)
    name = "QueueReset"

    def __init__(self, *, queue: str | None = None) -> None:
        self.queue: Final = queue
        super().__init__(("Queue", queue))


class QueueRule(Action):
    """Ask for the rules of queuerules.conf.

    Action ``QueueRule``, of app_queue.
    """

    __slots__ = ("rule",)
    name = "QueueRule"

    def __init__(self, *, rule: str | None = None) -> None:
        self.rule: Final = rule
        super().__init__(("Rule", rule))


class QueueStatus(ListAction["events.QueueParams | events.QueueMember | events.QueueEntry"]):
    """List the queues, their members and the callers who wait.

    Action ``QueueStatus``, of app_queue. Answered with a list of ``QueueParams``, ``QueueMember``, ``QueueEntry``,
    ended by ``QueueStatusComplete``.
    """

    __slots__ = ("member", "queue")
    name = "QueueStatus"
    item_events = ("QueueParams", "QueueMember", "QueueEntry")
    end_event = "QueueStatusComplete"

    def __init__(self, *, queue: str | None = None, member: str | None = None) -> None:
        self.queue: Final = queue
        self.member: Final = member
        super().__init__(("Queue", queue), ("Member", member))


class QueueSummary(ListAction["events.QueueSummary"]):
    """List the queues in short.

    Action ``QueueSummary``, of app_queue. Answered with a list of ``QueueSummary``, ended by ``QueueSummaryComplete``.
    """

    __slots__ = ("queue",)
    name = "QueueSummary"
    item_events = ("QueueSummary",)
    end_event = "QueueSummaryComplete"

    def __init__(self, *, queue: str | None = None) -> None:
        self.queue: Final = queue
        super().__init__(("Queue", queue))


class QueueWithdrawCaller(Action):
    """Take a caller out of a queue, back into the dialplan.

    Action ``QueueWithdrawCaller``, of app_queue.
    """

    __slots__ = ("caller", "queue", "withdraw_info")
    name = "QueueWithdrawCaller"

    def __init__(self, queue: str, caller: str, *, withdraw_info: str | None = None) -> None:
        self.queue: Final = required(self, "queue", queue)
        self.caller: Final = required(self, "caller", caller)
        self.withdraw_info: Final = withdraw_info
        super().__init__(("Queue", queue), ("Caller", caller), ("WithdrawInfo", withdraw_info))


class Redirect(Action):
    """Send a channel, and another one with it, to another place in the dialplan.

    Action ``Redirect``.
    """

    __slots__ = (
        "channel",
        "context",
        "exten",
        "extra_channel",
        "extra_context",
        "extra_exten",
        "extra_priority",
        "priority",
    )
    name = "Redirect"

    def __init__(
        self,
        channel: str,
        exten: str,
        context: str,
        priority: int | str,
        *,
        extra_channel: str | None = None,
        extra_exten: str | None = None,
        extra_context: str | None = None,
        extra_priority: int | str | None = None,
    ) -> None:
        self.channel: Final = required(self, "channel", channel)
        self.extra_channel: Final = extra_channel
        self.exten: Final = required(self, "exten", exten)
        self.extra_exten: Final = extra_exten
        self.context: Final = required(self, "context", context)
        self.extra_context: Final = extra_context
        self.priority: Final = required(self, "priority", priority)
        self.extra_priority: Final = extra_priority
        super().__init__(
            ("Channel", channel),
            ("ExtraChannel", extra_channel),
            ("Exten", exten),
            ("ExtraExten", extra_exten),
            ("Context", context),
            ("ExtraContext", extra_context),
            ("Priority", priority),
            ("ExtraPriority", extra_priority),
        )


class Reload(Action):
    """Read a module's configuration again, or everybody's.

    Action ``Reload``.
    """

    __slots__ = ("module",)
    name = "Reload"

    def __init__(self, *, module: str | None = None) -> None:
        self.module: Final = module
        super().__init__(("Module", module))


class SendFlash(Action):
    """Flash a channel's hook, or make it receive a flash.

    Action ``SendFlash``, of app_senddtmf.
    """

    __slots__ = ("channel", "receive")
    name = "SendFlash"

    def __init__(self, channel: str, *, receive: bool | None = None) -> None:
        self.channel: Final = required(self, "channel", channel)
        self.receive: Final = receive
        super().__init__(("Channel", channel), ("Receive", receive))


class SendText(Action):
    """Send text on a channel.

    Action ``SendText``.
    """

    __slots__ = ("channel", "content_type", "message")
    name = "SendText"
    secret_headers = ("Message",)

    def __init__(self, channel: str, message: str, *, content_type: str | None = None) -> None:
        self.channel: Final = required(self, "channel", channel)
        self.message: Final = required(self, "message", message)
        self.content_type: Final = content_type
        super().__init__(("Channel", channel), ("Message", message), ("Content-Type", content_type))


class Setvar(Action):
    """Set a variable: a channel's, or a global one.

    Action ``Setvar``.
    """

    __slots__ = ("channel", "value", "variable")
    name = "Setvar"
    secret_headers = ("Value",)

    def __init__(self, variable: str, value: str, *, channel: str | None = None) -> None:
        self.channel: Final = channel
        self.variable: Final = required(self, "variable", variable)
        self.value: Final = value
        super().__init__(("Channel", channel), ("Variable", variable), ("Value", value))


class ShowDialPlan(ListAction["events.ListDialplan"]):
    """List the dialplan. It may be long.

    Action ``ShowDialPlan``. Answered with a list of ``ListDialplan``, ended by ``ShowDialPlanComplete``.
    """

    __slots__ = ("context", "extension")
    name = "ShowDialPlan"
    item_events = ("ListDialplan",)
    end_event = "ShowDialPlanComplete"

    def __init__(self, *, extension: str | None = None, context: str | None = None) -> None:
        self.extension: Final = extension
        self.context: Final = context
        super().__init__(("Extension", extension), ("Context", context))


class SorceryMemoryCacheExpire(Action):
    """Drop everything from a cache.

    Action ``SorceryMemoryCacheExpire``, of res_sorcery_memory_cache.
    """

    __slots__ = ("cache",)
    name = "SorceryMemoryCacheExpire"

    def __init__(self, cache: str) -> None:
        self.cache: Final = required(self, "cache", cache)
        super().__init__(("Cache", cache))


class SorceryMemoryCacheExpireObject(Action):
    """Drop an object from a cache.

    Action ``SorceryMemoryCacheExpireObject``, of res_sorcery_memory_cache.
    """

    __slots__ = ("cache", "object")
    name = "SorceryMemoryCacheExpireObject"

    def __init__(self, cache: str, object: str) -> None:
        self.cache: Final = required(self, "cache", cache)
        self.object: Final = required(self, "object", object)
        super().__init__(("Cache", cache), ("Object", object))


class SorceryMemoryCachePopulate(Action):
    """Fill a cache.

    Action ``SorceryMemoryCachePopulate``, of res_sorcery_memory_cache.
    """

    __slots__ = ("cache",)
    name = "SorceryMemoryCachePopulate"

    def __init__(self, cache: str) -> None:
        self.cache: Final = required(self, "cache", cache)
        super().__init__(("Cache", cache))


class SorceryMemoryCacheStale(Action):
    """Let everything in a cache be read anew when it is next used.

    Action ``SorceryMemoryCacheStale``, of res_sorcery_memory_cache.
    """

    __slots__ = ("cache",)
    name = "SorceryMemoryCacheStale"

    def __init__(self, cache: str) -> None:
        self.cache: Final = required(self, "cache", cache)
        super().__init__(("Cache", cache))


class SorceryMemoryCacheStaleObject(Action):
    """Let an object in a cache be read anew when it is next used.

    Action ``SorceryMemoryCacheStaleObject``, of res_sorcery_memory_cache.
    """

    __slots__ = ("cache", "object", "reload")
    name = "SorceryMemoryCacheStaleObject"

    def __init__(self, cache: str, object: str, *, reload: bool | None = None) -> None:
        self.cache: Final = required(self, "cache", cache)
        self.object: Final = required(self, "object", object)
        self.reload: Final = reload
        super().__init__(("Cache", cache), ("Object", object), ("Reload", reload))


class Status(ListAction["events.Status"]):
    """List the channels, or ask for one, with what they are doing.

    Action ``Status``. Answered with a list of ``Status``, ended by ``StatusComplete``.
    """

    __slots__ = ("all_variables", "channel", "variables")
    name = "Status"
    item_events = ("Status",)
    end_event = "StatusComplete"

    def __init__(
        self,
        *,
        channel: str | None = None,
        variables: str | Sequence[str] | None = None,
        all_variables: bool | None = None,
    ) -> None:
        self.channel: Final = channel
        self.variables: Final = variables
        self.all_variables: Final = all_variables
        super().__init__(("Channel", channel), ("Variables", joined(variables)), ("AllVariables", all_variables))


class StopMixMonitor(Action):
    """Record a channel no longer.

    Action ``StopMixMonitor``, of app_mixmonitor.
    """

    __slots__ = ("channel", "mix_monitor_id")
    name = "StopMixMonitor"

    def __init__(self, channel: str, *, mix_monitor_id: str | None = None) -> None:
        self.channel: Final = required(self, "channel", channel)
        self.mix_monitor_id: Final = mix_monitor_id
        super().__init__(("Channel", channel), ("MixMonitorID", mix_monitor_id))


class UpdateConfig(Action):
    """Change a configuration file.

    Each of the *changes* has ``Action`` and what that needs: ``Cat``, ``Var``, ``Value``, ``Match``, ``Line``,
    ``Options``. Action ``UpdateConfig``.
    """

    __slots__ = ("changes", "dst_filename", "preserve_effective_context", "reload", "src_filename")
    name = "UpdateConfig"
    secret_headers = ("Match", "Value")

    def __init__(
        self,
        src_filename: str,
        dst_filename: str,
        *,
        reload: bool | str | None = None,
        preserve_effective_context: bool | None = None,
        changes: Sequence[Mapping[str, Scalar]] | None = None,
    ) -> None:
        self.src_filename: Final = required(self, "src_filename", src_filename)
        self.dst_filename: Final = required(self, "dst_filename", dst_filename)
        self.reload: Final = reload
        self.preserve_effective_context: Final = preserve_effective_context
        self.changes: Final = changes
        super().__init__(
            ("SrcFilename", src_filename),
            ("DstFilename", dst_filename),
            ("Reload", reload),
            ("PreserveEffectiveContext", preserve_effective_context),
            *numbered(changes),
        )


class UserEvent(Action):
    """Send an event of your own to all who read ``user`` events.

    *fields* are headers of your own. Action ``UserEvent``.
    """

    __slots__ = ("fields", "user_event")
    name = "UserEvent"

    def __init__(self, user_event: str, *, fields: Mapping[str, Scalar] | None = None) -> None:
        self.user_event: Final = required(self, "user_event", user_event)
        self.fields: Final = fields
        super().__init__(("UserEvent", user_event), *pairs(fields))


class VoicemailBoxSummary(ListAction["events.VoicemailBoxDetail"]):
    """List the messages in a mailbox.

    Action ``VoicemailBoxSummary``, of app_voicemail. Answered with a list of ``VoicemailBoxDetail``, ended by
    ``VoicemailBoxDetailComplete``.
    """

    __slots__ = ("context", "mailbox")
    name = "VoicemailBoxSummary"
    item_events = ("VoicemailBoxDetail",)
    end_event = "VoicemailBoxDetailComplete"

    def __init__(self, context: str, mailbox: str) -> None:
        self.context: Final = required(self, "context", context)
        self.mailbox: Final = required(self, "mailbox", mailbox)
        super().__init__(("Context", context), ("Mailbox", mailbox))


class VoicemailForward(Action):
    """Copy a message to another mailbox.

    Action ``VoicemailForward``, of app_voicemail.
    """

    __slots__ = ("context", "folder", "id", "mailbox", "to_context", "to_folder", "to_mailbox")
    name = "VoicemailForward"

    def __init__(
        self, context: str, mailbox: str, folder: str, id: str, to_context: str, to_mailbox: str, to_folder: str
    ) -> None:
        self.context: Final = required(self, "context", context)
        self.mailbox: Final = required(self, "mailbox", mailbox)
        self.folder: Final = required(self, "folder", folder)
        self.id: Final = required(self, "id", id)
        self.to_context: Final = required(self, "to_context", to_context)
        self.to_mailbox: Final = required(self, "to_mailbox", to_mailbox)
        self.to_folder: Final = required(self, "to_folder", to_folder)
        super().__init__(
            ("Context", context),
            ("Mailbox", mailbox),
            ("Folder", folder),
            ("ID", id),
            ("ToContext", to_context),
            ("ToMailbox", to_mailbox),
            ("ToFolder", to_folder),
        )


class VoicemailMove(Action):
    """Move a message to another folder.

    Action ``VoicemailMove``, of app_voicemail.
    """

    __slots__ = ("context", "folder", "id", "mailbox", "to_folder")
    name = "VoicemailMove"

    def __init__(self, context: str, mailbox: str, folder: str, id: str, to_folder: str) -> None:
        self.context: Final = required(self, "context", context)
        self.mailbox: Final = required(self, "mailbox", mailbox)
        self.folder: Final = required(self, "folder", folder)
        self.id: Final = required(self, "id", id)
        self.to_folder: Final = required(self, "to_folder", to_folder)
        super().__init__(
            ("Context", context), ("Mailbox", mailbox), ("Folder", folder), ("ID", id), ("ToFolder", to_folder)
        )


class VoicemailRefresh(Action):
    """Look again how many messages mailboxes have.

    Action ``VoicemailRefresh``, of app_voicemail.
    """

    __slots__ = ("context", "mailbox")
    name = "VoicemailRefresh"

    def __init__(self, *, context: str | None = None, mailbox: str | None = None) -> None:
        self.context: Final = context
        self.mailbox: Final = mailbox
        super().__init__(("Context", context), ("Mailbox", mailbox))


class VoicemailRemove(Action):
    """Delete a message.

    Action ``VoicemailRemove``, of app_voicemail.
    """

    __slots__ = ("context", "folder", "id", "mailbox")
    name = "VoicemailRemove"

    def __init__(self, context: str, mailbox: str, folder: str, id: str) -> None:
        self.context: Final = required(self, "context", context)
        self.mailbox: Final = required(self, "mailbox", mailbox)
        self.folder: Final = required(self, "folder", folder)
        self.id: Final = required(self, "id", id)
        super().__init__(("Context", context), ("Mailbox", mailbox), ("Folder", folder), ("ID", id))


class VoicemailUsersList(ListAction["events.VoicemailUserEntry"]):
    """List the mailboxes.

    Action ``VoicemailUsersList``, of app_voicemail. Answered with a list of ``VoicemailUserEntry``, ended by
    ``VoicemailUserEntryComplete``.
    """

    __slots__ = ()
    name = "VoicemailUsersList"
    item_events = ("VoicemailUserEntry",)
    end_event = "VoicemailUserEntryComplete"

    def __init__(self) -> None:
        super().__init__()


class VoicemailUserStatus(ListAction["events.VoicemailUserDetail"]):
    """Ask for a mailbox and its settings.

    Action ``VoicemailUserStatus``, of app_voicemail. Answered with a list of ``VoicemailUserDetail``, ended by
    ``VoicemailUserDetailComplete``.
    """

    __slots__ = ("context", "mailbox")
    name = "VoicemailUserStatus"
    item_events = ("VoicemailUserDetail",)
    end_event = "VoicemailUserDetailComplete"

    def __init__(self, context: str, mailbox: str) -> None:
        self.context: Final = required(self, "context", context)
        self.mailbox: Final = required(self, "mailbox", mailbox)
        super().__init__(("Context", context), ("Mailbox", mailbox))


class WaitEvent(Action):
    """Wait for an event, over HTTP. Here events come by themselves, and nothing else is done meanwhile.

    *timeout* is in whole seconds, -1 for ever. Action ``WaitEvent``.
    """

    __slots__ = ("timeout",)
    name = "WaitEvent"

    def __init__(self, timeout: int) -> None:
        self.timeout: Final = required(self, "timeout", timeout)
        super().__init__(("Timeout", timeout))
