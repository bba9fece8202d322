"""What the wire says otherwise than the documentation, and what the documentation leaves out.

Every row was seen in traffic recorded from Asterisk 22.10.1, unless its comment names the source file of Asterisk that
says so. A row that no longer corrects anything is an error, so that this table cannot outlive its reasons.
"""

from typing import Final

__all__ = [
    "ACTION_LISTS",
    "ADDED_HEADERS",
    "CALLERS",
    "LOOSE_CHANNELS",
    "MAY_BE_EMPTY",
    "NOT_GENERATED",
    "NOT_SEEN",
    "OPTIONAL",
    "OPTIONAL_PARTS",
    "RENAMED_EVENTS",
    "RENAMED_HEADERS",
    "REQUIRED_PARAMETERS",
    "UNDOCUMENTED",
    "UNSENT",
]

# --- events ----------------------------------------------------------------------------------------------------------

RENAMED_EVENTS: Final = {"NewExten": "Newexten"}

# By how the documented name begins.
RENAMED_HEADERS: Final = {
    "AsyncAGIExec.CommandID": "CommandId",
    "CEL.UserField": "Userfield",
    "QueueParams.ServiceLevelPerf": "ServicelevelPerf",
    "TransportDetail.AsycOperations": "AsyncOperations",
    # X stands for the number of a report, and there is one.
    "RTCPReceived.ReportX": "Report0",
    "RTCPSent.ReportX": "Report0",
}

_LIST_END: Final = ("EventList", "ListItems")

# Headers that are sent and not documented, behind the documented ones.
ADDED_HEADERS: Final = {
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
    "Rename": ("Channel", "Newname", "Uniqueid"),  # main/manager_channels.c, channel_renamed
    "SoftHangupRequest": ("TechCause",),
    "StatusComplete": _LIST_END,
}

# Documented, and no header: `Event` of ResourceListDetail is a second header of the name that all events begin with.
UNSENT: Final = {"ResourceListDetail": ("Event",)}

# Headers that are not always sent, beyond those the documentation calls optional.
OPTIONAL: Final = {
    "Agents": ("TalkingToChan", "CallStarted", "LoggedInTime"),
    "AttendedTransfer": ("DestBridgeUniqueid", "DestApp", "DestTransfererChannel"),
    "AuthDetail": ("EndpointName",),
    "BridgeEnter": ("SwapUniqueid",),
    "CEL": ("TenantID", "UserDefType"),
    "ContactStatusDetail": ("ViaAddress", "CallID"),
    "DialEnd": ("DialStatus",),
    "DialState": ("DialStatus",),
    "Hangup": ("TechCause",),
    "HangupRequest": ("Cause", "TechCause"),
    "Hold": ("MusicClass",),
    "InboundSubscriptionDetail": ("Extension", "ExtensionStates", "Mailboxes"),
    "ListDialplan": ("AppData", "Application", "Extension", "ExtensionLabel", "IgnorePattern", "IncludeContext",
                     "Priority", "Switch"),
    "LocalOptimizationBegin": ("DestUniqueId",),  # main/core_local.c, local_message_to_ami
    "OriginateResponse": ("Channel", "Context", "Exten", "Application", "Data", "Uniqueid", "CallerIDNum",
                          "CallerIDName"),
    "OutboundSubscriptionDetail": ("Extension", "ExtensionStates", "Mailboxes"),
    "PeerStatus": ("Cause", "Address", "Port", "Time"),
    # main/manager_channels.c, channel_fax_cb: each only if it is known
    "ReceiveFAX": ("LocalStationID", "RemoteStationID", "PagesTransferred", "Resolution", "TransferRate", "FileName"),
    "SendFAX": ("LocalStationID", "RemoteStationID", "PagesTransferred", "Resolution", "TransferRate", "FileName"),
    "Registry": ("Cause",),
    "RTCPReceived": ("MES", "RTT", "Report0SourceSSRC", "Report0FractionLost", "Report0CumulativeLost",
                     "Report0HighestSequence", "Report0SequenceNumberCycles", "Report0IAJitter", "Report0LSR",
                     "Report0DLSR"),
    "RTCPSent": ("MES", "Report0SourceSSRC", "Report0FractionLost", "Report0CumulativeLost", "Report0HighestSequence",
                 "Report0SequenceNumberCycles", "Report0IAJitter", "Report0LSR", "Report0DLSR"),
    "SoftHangupRequest": ("Cause", "TechCause"),
}  # fmt: skip

# Channels and bridges that are not always there, by prefix.
OPTIONAL_PARTS: Final = {
    "AttendedTransfer": ("channel LocalOne", "channel LocalTwo", "channel Transferee", "channel TransferTarget",
                         "bridge Orig", "bridge Second"),
    "BlindTransfer": ("channel Transferee", "bridge "),
    "LocalOptimizationBegin": ("channel Source",),
    "ParkedCallGiveUp": ("channel Parker",),
    "ParkedCallSwap": ("channel Parker",),
    "ParkedCallTimeOut": ("channel Parker",),
    "UnParkedCall": ("channel Parker",),
}  # fmt: skip

# The channel without a prefix may be missing as a whole: nobody dials (AMI and ARI originates). It is one attribute.
CALLERS: Final = ("DialBegin", "DialEnd", "DialState")

# The same, where a caller of ours would rather ask the event itself: each of the channel's headers is optional.
LOOSE_CHANNELS: Final = ("AOC-D", "AOC-E", "AOC-S", "Agents", "MessageWaiting", "UserEvent", "VarSet")

# Events of hardware, of modules that Debian does not package, and of states no test brings about: what could not be
# seen promises nothing, so that all their own headers are optional.
NOT_SEEN: Final = (
    "AOC-D", "AOC-E", "AOC-S", "Alarm", "AlarmClear", "DAHDIChannel", "DNDState", "DeadlockStart", "FAXStatus",
    "LogChannel", "MCID", "MWIGet", "MWIGetComplete", "MeetmeEnd", "MeetmeJoin", "MeetmeLeave", "MeetmeList",
    "MeetmeListRooms", "MeetmeMute", "MeetmeTalkRequest", "MeetmeTalking", "MiniVoiceMail", "SpanAlarm",
    "SpanAlarmClear",
)  # fmt: skip

_VOICEMAIL_USER: Final = (
    "VMContext", "VoiceMailbox", "Fullname", "Email", "Pager", "ServerEmail", "FromString", "MailCommand", "Language",
    "TimeZone", "Callback", "Dialout", "UniqueID", "ExitContext", "SayDurationMinimum", "SayEnvelope", "SayCID",
    "AttachMessage", "AttachmentFormat", "DeleteMessage", "VolumeGain", "CanReview", "CanMarkUrgent", "CallOperator",
    "MaxMessageCount", "MaxMessageLength", "NewMessageCount", "OldMessageCount",
)  # fmt: skip

# Events that are sent and not documented: the module, and the headers. `bridge` stands for those of a bridge.
UNDOCUMENTED: Final = {
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
    "QueueMember": ("app_queue", "Queue", "Name", "Location", "StateInterface", "Membership", "Penalty", "CallsTaken",
                    "LastCall", "LastPause", "LoginTime", "InCall", "Status", "Paused", "PausedReason", "Wrapuptime"),
    "QueueStatusComplete": ("app_queue", *_LIST_END),
    "QueueSummary": ("app_queue", "Queue", "LoggedIn", "Available", "Callers", "HoldTime", "TalkTime",
                     "LongestHoldTime"),
    "QueueSummaryComplete": ("app_queue", *_LIST_END),
    "ResourceListDetailComplete": ("res_pjsip_pubsub", *_LIST_END),
    "ShowDialPlanComplete": ("builtin", *_LIST_END, "ListExtensions", "ListPriorities", "ListContexts"),
    "VoicemailBoxDetail": ("app_voicemail", "Folder", "CallerID", "Date", "Duration", "Flag", "ID"),
    "VoicemailBoxDetailComplete": ("app_voicemail", *_LIST_END),
    "VoicemailUserDetail": ("app_voicemail", *_VOICEMAIL_USER),
    "VoicemailUserDetailComplete": ("app_voicemail", *_LIST_END),
    "VoicemailUserEntry": ("app_voicemail", *_VOICEMAIL_USER),
    "VoicemailUserEntryComplete": ("app_voicemail", *_LIST_END),
    "WaitEventComplete": ("builtin",),
}  # fmt: skip

# --- actions ---------------------------------------------------------------------------------------------------------

# The client logs in by itself, and holds the secret.
NOT_GENERATED: Final = ("Login",)

# Refused without them, in spite of what is documented.
REQUIRED_PARAMETERS: Final = {
    "BlindTransfer": ("Exten",),
    "CoreShowChannelMap": ("Channel",),
    "Filter": ("Operation",),
    "MixMonitorMute": ("Direction", "State"),
}

# Required, and taken empty: `Setvar` then sets the variable to nothing.
MAY_BE_EMPTY: Final = {"Setvar": ("Value",)}

# Lists that the documentation does not describe: the items, and the event that ends them. Those of chan_iax2 are named
# in its binary; chan_dahdi and app_meetme are not packaged (channels/chan_dahdi.c, apps/app_meetme.c).
ACTION_LISTS: Final = {
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
}  # fmt: skip
