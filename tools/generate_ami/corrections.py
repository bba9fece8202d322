"""What the wire says otherwise than the documentation, and what the documentation leaves out.

Every row was seen in traffic recorded from Asterisk 22.10.1, unless its comment names the source file of Asterisk that
says so. A row that no longer corrects anything is an error, so that this table cannot outlive its reasons.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

__all__ = ["ASTERISK_22", "Corrections"]

Rows: TypeAlias = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrections:
    """Rows by the name of the event or action, which is the one on the wire."""

    # --- events ---

    renamed_events: Mapping[str, str] = field(default_factory=dict)
    """From the documented name."""
    classes: Mapping[str, str] = field(default_factory=dict)
    """The privilege class on the wire; nothing for events that only answer an action, and need none."""
    renamed_headers: Mapping[str, str] = field(default_factory=dict)
    """From `Event.Header`, or how it begins."""
    added_headers: Rows = field(default_factory=dict)
    """Sent and not documented; they come last."""
    unsent_headers: Rows = field(default_factory=dict)
    """Documented, and no header that could be read."""
    optional_headers: Rows = field(default_factory=dict)
    """Not always sent, beyond those that the documentation calls optional."""
    optional_parts: Rows = field(default_factory=dict)
    """Channels and bridges that are not always there: the kind, a space, and the prefix."""
    loose_channels: tuple[str, ...] = ()
    """Events whose own channel may be missing, and whose headers are asked of the event itself all the same."""
    not_seen: tuple[str, ...] = ()
    """What could not be seen promises nothing: all the event's own headers are optional."""
    undocumented: Rows = field(default_factory=dict)
    """Events that are sent and not documented: the module, then the headers; `bridge` stands for those of a bridge."""

    # --- actions ---

    not_generated: tuple[str, ...] = ()
    """Actions that are not for the caller."""
    required_parameters: Rows = field(default_factory=dict)
    """Refused without, in spite of what is documented."""
    may_be_empty: Rows = field(default_factory=dict)
    """Required, and taken empty."""
    lists: Rows = field(default_factory=dict)
    """Lists that the documentation does not describe: the items, and the event that ends them."""


_LIST_END: Final = ("EventList", "ListItems")
_FAX: Final = ("LocalStationID", "RemoteStationID", "PagesTransferred", "Resolution", "TransferRate", "FileName")
_RTCP_REPORT: Final = (
    "Report0SourceSSRC", "Report0FractionLost", "Report0CumulativeLost", "Report0HighestSequence",
    "Report0SequenceNumberCycles", "Report0IAJitter", "Report0LSR", "Report0DLSR",
)  # fmt: skip
_SUBSCRIPTION: Final = ("Extension", "ExtensionStates", "Mailboxes")
_VOICEMAIL_USER: Final = (
    "VMContext", "VoiceMailbox", "Fullname", "Email", "Pager", "ServerEmail", "FromString", "MailCommand", "Language",
    "TimeZone", "Callback", "Dialout", "UniqueID", "ExitContext", "SayDurationMinimum", "SayEnvelope", "SayCID",
    "AttachMessage", "AttachmentFormat", "DeleteMessage", "VolumeGain", "CanReview", "CanMarkUrgent", "CallOperator",
    "MaxMessageCount", "MaxMessageLength", "NewMessageCount", "OldMessageCount",
)  # fmt: skip

ASTERISK_22: Final = Corrections(
    renamed_events={"NewExten": "Newexten"},
    classes={
        "Agents": "",
        "ChannelTalkingStart": "call",
        "ChannelTalkingStop": "call",
        "ConfbridgeList": "",
        "ConfbridgeListRooms": "",
        "CoreShowChannel": "",
        "FAXSession": "",
        "FAXSessionsEntry": "",
        "FAXStats": "",
        "QueueEntry": "",
        "QueueParams": "",
        "Status": "",
    },
    renamed_headers={
        "AsyncAGIExec.CommandID": "CommandId",
        "CEL.UserField": "Userfield",
        "QueueParams.ServiceLevelPerf": "ServicelevelPerf",
        "TransportDetail.AsycOperations": "AsyncOperations",
        # X stands for the number of a report, and there is one.
        "RTCPReceived.ReportX": "Report0",
        "RTCPSent.ReportX": "Report0",
    },
    added_headers={
        "AgentsComplete": _LIST_END,
        "AttendedTransfer": ("IsExternal",),
        "BridgeInfoComplete": _LIST_END,
        "CEL": ("Channel", "TenantID", "UserDefType"),
        "ConfbridgeList": ("EndMarkedAny",),
        "EndpointDetail": ("FollowRedirectMethods",),
        "FAXSessionsComplete": _LIST_END,
        "HangupRequest": ("TechCause",),
        "QueueParams": ("Queue", "ServiceLevel", "Weight"),
        "RTCPReceived": ("To", "MES"),
        "RTCPSent": ("From", "MES"),
        "Rename": ("Channel", "Newname", "Uniqueid"),  # named in the binary: no syntax is documented
        "SoftHangupRequest": ("TechCause",),
        "StatusComplete": _LIST_END,
    },
    # A second header of the name that all events begin with.
    unsent_headers={"ResourceListDetail": ("Event",)},
    optional_headers={
        "Agents": ("TalkingToChan", "CallStarted", "LoggedInTime"),
        "AttendedTransfer": ("DestBridgeUniqueid", "DestApp", "DestTransfererChannel"),
        "AuthDetail": ("EndpointName",),
        "BridgeEnter": ("SwapUniqueid",),
        "CEL": ("TenantID", "UserDefType"),  # cel/cel_manager.c, manager_log: each only if it is set
        "ContactStatusDetail": ("ViaAddress", "CallID"),
        "DialEnd": ("DialStatus",),
        "DialState": ("DialStatus",),
        "Hangup": ("TechCause",),
        "HangupRequest": ("Cause", "TechCause"),
        "Hold": ("MusicClass",),
        "InboundSubscriptionDetail": _SUBSCRIPTION,
        "ListDialplan": ("Extension", "ExtensionLabel", "Priority", "Application", "AppData", "IncludeContext",
                         "IgnorePattern", "Switch"),
        "LocalOptimizationBegin": ("DestUniqueId",),  # main/core_local.c, local_message_to_ami
        "OriginateResponse": ("Channel", "Context", "Exten", "Application", "Data", "Uniqueid", "CallerIDNum",
                              "CallerIDName"),
        "OutboundSubscriptionDetail": _SUBSCRIPTION,
        "PeerEntry": ("Mask", "Port", "IPport", "Description"),  # IAXpeerlist sends the first two, IAXpeers the others
        "PeerStatus": ("Cause", "Address", "Port", "Time"),
        "RTCPReceived": ("RTT", "MES", *_RTCP_REPORT),
        "RTCPSent": ("MES", *_RTCP_REPORT),
        "ReceiveFAX": _FAX,  # the binary has a format for each of them
        "Registry": ("Cause",),
        "SendFAX": _FAX,
        "SoftHangupRequest": ("Cause", "TechCause"),
    },
    optional_parts={
        # Looked up after the hangup (app_queue.c, send_agent_complete): the member's channel may be gone, or both.
        "AgentComplete": ("channel ", "channel Dest"),
        "AttendedTransfer": ("channel LocalOne", "channel LocalTwo", "channel Transferee", "channel TransferTarget",
                             "bridge Orig", "bridge Second"),
        "BlindTransfer": ("channel Transferee", "bridge "),
        # Nobody dials: AMI and ARI originates.
        "DialBegin": ("channel ",),
        "DialEnd": ("channel ",),
        "DialState": ("channel ",),
        "LocalOptimizationBegin": ("channel Source",),
        "ParkedCallGiveUp": ("channel Parker",),
        "ParkedCallSwap": ("channel Parker",),
        "ParkedCallTimeOut": ("channel Parker",),
        "UnParkedCall": ("channel Parker",),
    },
    loose_channels=("AOC-D", "AOC-E", "AOC-S", "Agents", "MessageWaiting", "UserEvent", "VarSet"),
    # Events of hardware, of modules that Debian does not package, and of states no test brings about.
    not_seen=(
        "AOC-D", "AOC-E", "AOC-S", "Alarm", "AlarmClear", "DAHDIChannel", "DNDState", "DeadlockStart", "FAXStatus",
        "LogChannel", "MCID", "MWIGet", "MWIGetComplete", "MeetmeEnd", "MeetmeJoin", "MeetmeLeave", "MeetmeList",
        "MeetmeListRooms", "MeetmeMute", "MeetmeTalkRequest", "MeetmeTalking", "MiniVoiceMail", "SpanAlarm",
        "SpanAlarmClear",
    ),
    undocumented={
        "BridgeListComplete": ("builtin", *_LIST_END),
        "BridgeListItem": ("builtin", "bridge"),
        "BridgeTechnologyListComplete": ("builtin", *_LIST_END),
        "BridgeTechnologyListItem": ("builtin", "BridgeTechnology", "BridgeType", "BridgePriority", "BridgeSuspended"),
        "ChannelHungup": ("builtin", "Channel"),
        "ChannelsHungupListComplete": ("builtin", *_LIST_END),
        "ConfbridgeListComplete": ("app_confbridge", *_LIST_END),
        "ConfbridgeListRoomsComplete": ("app_confbridge", *_LIST_END),
        "ContactStatusDetailComplete": ("res_pjsip_registrar", *_LIST_END),
        "CoreShowChannelMap": ("builtin", "Channel", "ConnectedChannel"),
        "DBGetComplete": ("builtin", *_LIST_END),
        "DBGetResponse": ("builtin", "Family", "Key", "Val"),
        "DBGetTreeComplete": ("builtin", *_LIST_END),
        "DBGetTreeResponse": ("builtin", "Key", "Val"),
        "InboundRegistrationDetailComplete": ("res_pjsip_registrar", *_LIST_END),
        "InboundSubscriptionDetailComplete": ("res_pjsip_pubsub", *_LIST_END),
        "ListDialplan": ("builtin", "Context", "Extension", "ExtensionLabel", "Priority", "Application", "AppData",
                         "Registrar", "IncludeContext", "IgnorePattern", "Switch"),
        "OutboundRegistrationDetailComplete": ("res_pjsip_outbound_registration", *_LIST_END, "Registered",
                                               "NotRegistered"),
        "OutboundSubscriptionDetailComplete": ("res_pjsip_pubsub", *_LIST_END),
        "PJSIPMaintenanceStatusComplete": ("res_pjsip_maintenance", *_LIST_END),
        "ParkedCallsComplete": ("res_parking", *_LIST_END, "Total"),
        "Parkinglot": ("res_parking", "Name", "StartSpace", "StopSpace", "Timeout"),
        "ParkinglotsComplete": ("res_parking", *_LIST_END),
        "PeerEntry": ("chan_iax2", "Channeltype", "ObjectName", "ChanObjectType", "IPaddress", "Mask", "Port", "IPport",
                      "Dynamic", "Trunk", "Encryption", "Status", "Description"),
        "PeerlistComplete": ("chan_iax2", *_LIST_END),
        "QueueMember": ("app_queue", "Queue", "Name", "Location", "StateInterface", "Membership", "Penalty",
                        "CallsTaken", "LastCall", "LastPause", "LoginTime", "InCall", "Status", "Paused",
                        "PausedReason", "Wrapuptime"),
        "QueueStatusComplete": ("app_queue", *_LIST_END),
        "QueueSummary": ("app_queue", "Queue", "LoggedIn", "Available", "Callers", "HoldTime", "TalkTime",
                         "LongestHoldTime"),
        "QueueSummaryComplete": ("app_queue", *_LIST_END),
        "RegistrationsComplete": ("chan_iax2", *_LIST_END),
        "RegistryEntry": ("chan_iax2", "Host", "DNSmanager", "Username", "Perceived", "Refresh", "State"),
        "ResourceListDetailComplete": ("res_pjsip_pubsub", *_LIST_END),
        "ShowDialPlanComplete": ("builtin", *_LIST_END, "ListExtensions", "ListPriorities", "ListContexts"),
        "VoicemailBoxDetail": ("app_voicemail", "Folder", "CallerID", "Date", "Duration", "Flag", "ID"),
        "VoicemailBoxDetailComplete": ("app_voicemail", *_LIST_END),
        "VoicemailUserDetail": ("app_voicemail", *_VOICEMAIL_USER),
        "VoicemailUserDetailComplete": ("app_voicemail", *_LIST_END),
        "VoicemailUserEntry": ("app_voicemail", *_VOICEMAIL_USER),
        "VoicemailUserEntryComplete": ("app_voicemail", *_LIST_END),
        "WaitEventComplete": ("builtin",),
    },
    # The client logs in by itself, and holds the secret.
    not_generated=("Login",),
    required_parameters={
        "BlindTransfer": ("Exten",),
        "CoreShowChannelMap": ("Channel",),
        "Filter": ("Operation",),
        "MixMonitorMute": ("Direction", "State"),
    },
    # It sets the variable to nothing.
    may_be_empty={"Setvar": ("Value",)},
    # chan_dahdi and app_meetme are not packaged (channels/chan_dahdi.c, apps/app_meetme.c), nor res_mwi_external_ami.
    lists={
        "Agents": ("Agents", "AgentsComplete"),
        "BridgeList": ("BridgeListItem", "BridgeListComplete"),
        "BridgeTechnologyList": ("BridgeTechnologyListItem", "BridgeTechnologyListComplete"),
        "ConfbridgeList": ("ConfbridgeList", "ConfbridgeListComplete"),
        "ConfbridgeListRooms": ("ConfbridgeListRooms", "ConfbridgeListRoomsComplete"),
        "CoreShowChannelMap": ("CoreShowChannelMap", "CoreShowChannelMapComplete"),
        "DAHDIShowChannels": ("DAHDIShowChannels", "DAHDIShowChannelsComplete"),
        "DBGet": ("DBGetResponse", "DBGetComplete"),
        "DBGetTree": ("DBGetTreeResponse", "DBGetTreeComplete"),
        "FAXSessions": ("FAXSessionsEntry", "FAXSessionsComplete"),
        "IAXpeerlist": ("PeerEntry", "PeerlistComplete"),
        "IAXregistry": ("RegistryEntry", "RegistrationsComplete"),
        "MWIGet": ("MWIGet", "MWIGetComplete"),
        "MeetmeList": ("MeetmeList", "MeetmeListComplete"),
        "MeetmeListRooms": ("MeetmeListRooms", "MeetmeListRoomsComplete"),
        "PJSIPShowMaintenance": ("PJSIPMaintenanceStatus", "PJSIPMaintenanceStatusComplete"),
        "PJSIPShowRegistrationInboundContactStatuses": ("ContactStatusDetail", "ContactStatusDetailComplete"),
        "PJSIPShowRegistrationsInbound": ("InboundRegistrationDetail", "InboundRegistrationDetailComplete"),
        "PJSIPShowRegistrationsOutbound": ("OutboundRegistrationDetail", "AuthDetail",
                                           "OutboundRegistrationDetailComplete"),
        "PJSIPShowResourceLists": ("ResourceListDetail", "ResourceListDetailComplete"),
        "PJSIPShowSubscriptionsInbound": ("InboundSubscriptionDetail", "InboundSubscriptionDetailComplete"),
        "PJSIPShowSubscriptionsOutbound": ("OutboundSubscriptionDetail", "OutboundSubscriptionDetailComplete"),
        "PRIShowSpans": ("PRIShowSpans", "PRIShowSpansComplete"),
        "ParkedCalls": ("ParkedCall", "ParkedCallsComplete"),
        "Parkinglots": ("Parkinglot", "ParkinglotsComplete"),
        "QueueStatus": ("QueueParams", "QueueMember", "QueueEntry", "QueueStatusComplete"),
        "QueueSummary": ("QueueSummary", "QueueSummaryComplete"),
        "ShowDialPlan": ("ListDialplan", "ShowDialPlanComplete"),
        "VoicemailBoxSummary": ("VoicemailBoxDetail", "VoicemailBoxDetailComplete"),
        "VoicemailUserStatus": ("VoicemailUserDetail", "VoicemailUserDetailComplete"),
        "VoicemailUsersList": ("VoicemailUserEntry", "VoicemailUserEntryComplete"),
    },
)  # fmt: skip
