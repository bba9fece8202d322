# Generated from the documentation of Asterisk 22.10.1 by `make generate`; do not edit.
"""The events of Asterisk 22.10.1, typed.

Each class carries the name its event has on the wire. Every header stays reachable by its own name
(``event["Cause-txt"]``), described here or not; events that are not described arrive as plain :class:`AmiEvent`. A
header that is not always sent is ``None`` where it is missing.
"""

from asterisk_py_core import domain

from .protocol.fields import OptionalPart, field, optional
from .protocol.message import AmiEvent
from .protocol.values import clock, flag, known, measured, unless_global
from .snapshot import BridgeEvent, BridgeSnapshot, ChannelEvent, ChannelFields, bridge, channel, optional_channel

__all__ = [
    "AOCD",
    "AOCE",
    "AOCS",
    "CEL",
    "MCID",
    "AGIExecEnd",
    "AGIExecStart",
    "AgentCalled",
    "AgentComplete",
    "AgentConnect",
    "AgentDump",
    "AgentLogin",
    "AgentLogoff",
    "AgentRingNoAnswer",
    "Agents",
    "AgentsComplete",
    "Alarm",
    "AlarmClear",
    "AorDetail",
    "AorList",
    "AorListComplete",
    "AsyncAGIEnd",
    "AsyncAGIExec",
    "AsyncAGIStart",
    "AttendedTransfer",
    "AuthDetail",
    "AuthList",
    "AuthListComplete",
    "AuthMethodNotAllowed",
    "BlindTransfer",
    "BridgeCreate",
    "BridgeDestroy",
    "BridgeEnter",
    "BridgeInfoChannel",
    "BridgeInfoComplete",
    "BridgeLeave",
    "BridgeListComplete",
    "BridgeListItem",
    "BridgeMerge",
    "BridgeTechnologyListComplete",
    "BridgeTechnologyListItem",
    "BridgeVideoSourceUpdate",
    "Cdr",
    "ChallengeResponseFailed",
    "ChallengeSent",
    "ChanSpyStart",
    "ChanSpyStop",
    "ChannelHungup",
    "ChannelTalkingStart",
    "ChannelTalkingStop",
    "ChannelsHungupListComplete",
    "ConfbridgeEnd",
    "ConfbridgeJoin",
    "ConfbridgeLeave",
    "ConfbridgeList",
    "ConfbridgeListComplete",
    "ConfbridgeListRooms",
    "ConfbridgeListRoomsComplete",
    "ConfbridgeMute",
    "ConfbridgeRecord",
    "ConfbridgeStart",
    "ConfbridgeStopRecord",
    "ConfbridgeTalking",
    "ConfbridgeUnmute",
    "ContactList",
    "ContactListComplete",
    "ContactStatus",
    "ContactStatusDetail",
    "ContactStatusDetailComplete",
    "CoreShowChannel",
    "CoreShowChannelMap",
    "CoreShowChannelMapComplete",
    "CoreShowChannelsComplete",
    "DAHDIChannel",
    "DBGetComplete",
    "DBGetResponse",
    "DBGetTreeComplete",
    "DBGetTreeResponse",
    "DNDState",
    "DTMFBegin",
    "DTMFEnd",
    "DeadlockStart",
    "DeviceStateChange",
    "DeviceStateListComplete",
    "DialBegin",
    "DialEnd",
    "DialState",
    "EndpointDetail",
    "EndpointDetailComplete",
    "EndpointList",
    "EndpointListComplete",
    "ExtensionStateListComplete",
    "ExtensionStatus",
    "FAXSession",
    "FAXSessionsComplete",
    "FAXSessionsEntry",
    "FAXStats",
    "FAXStatus",
    "FailedACL",
    "Flash",
    "FullyBooted",
    "Hangup",
    "HangupHandlerPop",
    "HangupHandlerPush",
    "HangupHandlerRun",
    "HangupRequest",
    "Hold",
    "IdentifyDetail",
    "InboundRegistrationDetail",
    "InboundRegistrationDetailComplete",
    "InboundSubscriptionDetail",
    "InboundSubscriptionDetailComplete",
    "InvalidAccountID",
    "InvalidPassword",
    "InvalidTransport",
    "ListDialplan",
    "Load",
    "LoadAverageLimit",
    "LocalBridge",
    "LocalOptimizationBegin",
    "LocalOptimizationEnd",
    "LogChannel",
    "MWIGet",
    "MWIGetComplete",
    "MeetmeEnd",
    "MeetmeJoin",
    "MeetmeLeave",
    "MeetmeList",
    "MeetmeListRooms",
    "MeetmeMute",
    "MeetmeTalkRequest",
    "MeetmeTalking",
    "MemoryLimit",
    "MessageWaiting",
    "MiniVoiceMail",
    "MixMonitorMute",
    "MixMonitorStart",
    "MixMonitorStop",
    "MusicOnHoldStart",
    "MusicOnHoldStop",
    "NewAccountCode",
    "NewCallerid",
    "NewConnectedLine",
    "Newchannel",
    "Newexten",
    "Newstate",
    "OriginateResponse",
    "OutboundRegistrationDetail",
    "OutboundRegistrationDetailComplete",
    "OutboundSubscriptionDetail",
    "OutboundSubscriptionDetailComplete",
    "PJSIPMaintenanceStatus",
    "PJSIPMaintenanceStatusComplete",
    "ParkedCall",
    "ParkedCallGiveUp",
    "ParkedCallSwap",
    "ParkedCallTimeOut",
    "ParkedCallsComplete",
    "Parkinglot",
    "ParkinglotsComplete",
    "PeerEntry",
    "PeerStatus",
    "PeerlistComplete",
    "Pickup",
    "PresenceStateChange",
    "PresenceStateListComplete",
    "PresenceStatus",
    "QueueCallerAbandon",
    "QueueCallerJoin",
    "QueueCallerLeave",
    "QueueEntry",
    "QueueMember",
    "QueueMemberAdded",
    "QueueMemberPause",
    "QueueMemberPenalty",
    "QueueMemberRemoved",
    "QueueMemberRinginuse",
    "QueueMemberStatus",
    "QueueParams",
    "QueueStatusComplete",
    "QueueSummary",
    "QueueSummaryComplete",
    "RTCPReceived",
    "RTCPSent",
    "ReceiveFAX",
    "RegistrationsComplete",
    "Registry",
    "RegistryEntry",
    "Reload",
    "Rename",
    "RequestBadFormat",
    "RequestNotAllowed",
    "RequestNotSupported",
    "ResourceListDetail",
    "ResourceListDetailComplete",
    "SendFAX",
    "SessionLimit",
    "ShowDialPlanComplete",
    "Shutdown",
    "SoftHangupRequest",
    "SpanAlarm",
    "SpanAlarmClear",
    "Status",
    "StatusComplete",
    "SuccessfulAuth",
    "TransportDetail",
    "UnParkedCall",
    "UnexpectedAddress",
    "Unhold",
    "Unload",
    "UserEvent",
    "VarSet",
    "VoicemailBoxDetail",
    "VoicemailBoxDetailComplete",
    "VoicemailPasswordChange",
    "VoicemailUserDetail",
    "VoicemailUserDetailComplete",
    "VoicemailUserEntry",
    "VoicemailUserEntryComplete",
    "WaitEventComplete",
    "Wink",
]


class AgentCalled(ChannelEvent, event="AgentCalled"):
    """A queue calls a member.

    Event ``AgentCalled``, class ``agent``, sent by app_queue.
    """

    __slots__ = ()

    dest = channel("Dest")
    queue = field("Queue")
    member_name = field("MemberName")
    interface = field("Interface")


class AgentComplete(AmiEvent, event="AgentComplete"):
    """A member has finished a queue's call; each channel is ``None`` where it was gone by then.

    Event ``AgentComplete``, class ``agent``, sent by app_queue.
    """

    __slots__ = ()

    caller = optional_channel("")
    dest = optional_channel("Dest")
    queue = field("Queue")
    member_name = field("MemberName")
    interface = field("Interface")
    hold_time = field("HoldTime", int)
    talk_time = field("TalkTime", int)
    reason = field("Reason")


class AgentConnect(ChannelEvent, event="AgentConnect"):
    """A member answered a queue's call.

    Event ``AgentConnect``, class ``agent``, sent by app_queue.
    """

    __slots__ = ()

    dest = channel("Dest")
    queue = field("Queue")
    member_name = field("MemberName")
    interface = field("Interface")
    ring_time = field("RingTime", int)
    hold_time = field("HoldTime", int)


class AgentDump(ChannelEvent, event="AgentDump"):
    """A member refused a caller while the announcement played.

    Event ``AgentDump``, class ``agent``, sent by app_queue.
    """

    __slots__ = ()

    dest = channel("Dest")
    queue = field("Queue")
    member_name = field("MemberName")
    interface = field("Interface")


class AgentLogin(ChannelEvent, event="AgentLogin"):
    """An agent logged in.

    Event ``AgentLogin``, class ``agent``.
    """

    __slots__ = ()

    agent = field("Agent")


class AgentLogoff(ChannelEvent, event="AgentLogoff"):
    """An agent logged off.

    Event ``AgentLogoff``, class ``agent``.
    """

    __slots__ = ()

    agent = field("Agent")
    logintime = field("Logintime", int)


class AgentRingNoAnswer(ChannelEvent, event="AgentRingNoAnswer"):
    """A member did not answer a queue's call.

    Event ``AgentRingNoAnswer``, class ``agent``, sent by app_queue.
    """

    __slots__ = ()

    dest = channel("Dest")
    queue = field("Queue")
    member_name = field("MemberName")
    interface = field("Interface")
    ring_time = field("RingTime", int)


class Agents(AmiEvent, event="Agents"):
    """An agent; channel and :attr:`logged_in_time` are there while the agent is logged in.

    Event ``Agents``, sent by app_agent_pool; an item of Agents.
    """

    __slots__ = ()

    agent = field("Agent")
    agent_name = field("Name")
    status = field("Status")
    talking_to_chan = optional("TalkingToChan")
    call_started = optional("CallStarted", int)
    logged_in_time = optional("LoggedInTime", int)
    channel = optional("Channel")
    channel_state = optional("ChannelState", domain.ChannelState.parse)
    channel_state_desc = optional("ChannelStateDesc")
    caller_id_num = optional("CallerIDNum", known)
    caller_id_name = optional("CallerIDName", known)
    connected_line_num = optional("ConnectedLineNum", known)
    connected_line_name = optional("ConnectedLineName", known)
    language = optional("Language")
    account_code = optional("AccountCode")
    context = optional("Context")
    exten = optional("Exten")
    priority = optional("Priority", int)
    uniqueid = optional("Uniqueid")
    linkedid = optional("Linkedid")


class AgentsComplete(AmiEvent, event="AgentsComplete"):
    """The list is complete.

    Event ``AgentsComplete``, sent by app_agent_pool; the end of Agents.
    """

    __slots__ = ()

    event_list = field("EventList")
    list_items = field("ListItems", int)


class AGIExecEnd(ChannelEvent, event="AGIExecEnd"):
    """A command of an AGI script is done.

    Event ``AGIExecEnd``, class ``agi``, sent by res_agi.
    """

    __slots__ = ()

    command = field("Command")
    command_id = field("CommandId")
    result_code = field("ResultCode", int)
    result = field("Result")


class AGIExecStart(ChannelEvent, event="AGIExecStart"):
    """A command of an AGI script begins.

    Event ``AGIExecStart``, class ``agi``, sent by res_agi.
    """

    __slots__ = ()

    command = field("Command")
    command_id = field("CommandId")


class Alarm(AmiEvent, event="Alarm"):
    """A DAHDI channel has an alarm.

    Event ``Alarm``, class ``system``, sent by chan_dahdi.
    """

    __slots__ = ()

    dahdi_channel = optional("DAHDIChannel")
    alarm = optional("Alarm")


class AlarmClear(AmiEvent, event="AlarmClear"):
    """The alarm of a DAHDI channel is over.

    Event ``AlarmClear``, class ``system``, sent by chan_dahdi.
    """

    __slots__ = ()

    dahdi_channel = optional("DAHDIChannel")


class AOCD(AmiEvent, event="AOC-D"):
    """What a call has cost so far.

    Event ``AOC-D``, class ``aoc``.
    """

    __slots__ = ()

    channel = optional("Channel")
    channel_state = optional("ChannelState", domain.ChannelState.parse)
    channel_state_desc = optional("ChannelStateDesc")
    caller_id_num = optional("CallerIDNum", known)
    caller_id_name = optional("CallerIDName", known)
    connected_line_num = optional("ConnectedLineNum", known)
    connected_line_name = optional("ConnectedLineName", known)
    language = optional("Language")
    account_code = optional("AccountCode")
    context = optional("Context")
    exten = optional("Exten")
    priority = optional("Priority", int)
    uniqueid = optional("Uniqueid")
    linkedid = optional("Linkedid")
    charge = optional("Charge")
    type = optional("Type")
    billing_id = optional("BillingID")
    total_type = optional("TotalType")
    currency = optional("Currency")
    currency_name = optional("Name")
    cost = optional("Cost")
    multiplier = optional("Multiplier")
    units = optional("Units")
    number_of = optional("NumberOf")
    type_of = optional("TypeOf")


class AOCE(AmiEvent, event="AOC-E"):
    """What a call has cost in all.

    Event ``AOC-E``, class ``aoc``.
    """

    __slots__ = ()

    channel = optional("Channel")
    channel_state = optional("ChannelState", domain.ChannelState.parse)
    channel_state_desc = optional("ChannelStateDesc")
    caller_id_num = optional("CallerIDNum", known)
    caller_id_name = optional("CallerIDName", known)
    connected_line_num = optional("ConnectedLineNum", known)
    connected_line_name = optional("ConnectedLineName", known)
    language = optional("Language")
    account_code = optional("AccountCode")
    context = optional("Context")
    exten = optional("Exten")
    priority = optional("Priority", int)
    uniqueid = optional("Uniqueid")
    linkedid = optional("Linkedid")
    charging_association = optional("ChargingAssociation")
    number = optional("Number")
    plan = optional("Plan")
    id = optional("ID")
    charge = optional("Charge")
    type = optional("Type")
    billing_id = optional("BillingID")
    total_type = optional("TotalType")
    currency = optional("Currency")
    currency_name = optional("Name")
    cost = optional("Cost")
    multiplier = optional("Multiplier")
    units = optional("Units")
    number_of = optional("NumberOf")
    type_of = optional("TypeOf")


class AOCS(AmiEvent, event="AOC-S"):
    """What a call is going to cost.

    Event ``AOC-S``, class ``aoc``.
    """

    __slots__ = ()

    channel = optional("Channel")
    channel_state = optional("ChannelState", domain.ChannelState.parse)
    channel_state_desc = optional("ChannelStateDesc")
    caller_id_num = optional("CallerIDNum", known)
    caller_id_name = optional("CallerIDName", known)
    connected_line_num = optional("ConnectedLineNum", known)
    connected_line_name = optional("ConnectedLineName", known)
    language = optional("Language")
    account_code = optional("AccountCode")
    context = optional("Context")
    exten = optional("Exten")
    priority = optional("Priority", int)
    uniqueid = optional("Uniqueid")
    linkedid = optional("Linkedid")
    chargeable = optional("Chargeable")
    rate_type = optional("RateType")
    currency = optional("Currency")
    currency_name = optional("Name")
    cost = optional("Cost")
    multiplier = optional("Multiplier")
    charging_type = optional("ChargingType")
    step_function = optional("StepFunction")
    granularity = optional("Granularity")
    length = optional("Length")
    scale = optional("Scale")
    unit = optional("Unit")
    special_code = optional("SpecialCode")


class AorDetail(AmiEvent, event="AorDetail"):
    """An AOR of the endpoint.

    Event ``AorDetail``, sent by res_pjsip; an item of PJSIPShowEndpoint.
    """

    __slots__ = ()

    object_type = field("ObjectType")
    object_name = field("ObjectName")
    minimum_expiration = field("MinimumExpiration", int)
    maximum_expiration = field("MaximumExpiration", int)
    default_expiration = field("DefaultExpiration", int)
    qualify_frequency = field("QualifyFrequency", int)
    authenticate_qualify = field("AuthenticateQualify", flag)
    max_contacts = field("MaxContacts", int)
    remove_existing = field("RemoveExisting", flag)
    remove_unavailable = field("RemoveUnavailable", flag)
    mailboxes = field("Mailboxes")
    outbound_proxy = field("OutboundProxy")
    support_path = field("SupportPath", flag)
    qualify_2xx_only = field("Qualify2xxOnly", flag)
    qualify_timeout = field("QualifyTimeout", float)
    voicemail_extension = field("VoicemailExtension")
    contacts = field("Contacts")
    total_contacts = field("TotalContacts", int)
    contacts_registered = field("ContactsRegistered", int)
    endpoint_name = field("EndpointName")


class AorList(AmiEvent, event="AorList"):
    """An AOR.

    Event ``AorList``, sent by res_pjsip; an item of PJSIPShowAors.
    """

    __slots__ = ()

    object_type = field("ObjectType")
    object_name = field("ObjectName")
    minimum_expiration = field("MinimumExpiration", int)
    maximum_expiration = field("MaximumExpiration", int)
    default_expiration = field("DefaultExpiration", int)
    qualify_frequency = field("QualifyFrequency", int)
    qualify_timeout = field("QualifyTimeout", float)
    qualify_2xx_only = field("Qualify2xxOnly", flag)
    authenticate_qualify = field("AuthenticateQualify", flag)
    max_contacts = field("MaxContacts", int)
    remove_existing = field("RemoveExisting", flag)
    remove_unavailable = field("RemoveUnavailable", flag)
    mailboxes = field("Mailboxes")
    voicemail_extension = field("VoicemailExtension")
    outbound_proxy = field("OutboundProxy")
    support_path = field("SupportPath", flag)
    contacts = field("Contacts")


class AorListComplete(AmiEvent, event="AorListComplete"):
    """The list is complete.

    Event ``AorListComplete``, sent by res_pjsip; the end of PJSIPShowAors.
    """

    __slots__ = ()

    event_list = field("EventList")
    list_items = field("ListItems", int)


class AsyncAGIEnd(ChannelEvent, event="AsyncAGIEnd"):
    """A channel has left AsyncAGI.

    Event ``AsyncAGIEnd``, class ``agi``, sent by res_agi.
    """

    __slots__ = ()


class AsyncAGIExec(ChannelEvent, event="AsyncAGIExec"):
    """A command given to AsyncAGI is done; :attr:`result` is URL-encoded.

    Event ``AsyncAGIExec``, class ``agi``, sent by res_agi.
    """

    __slots__ = ()

    command_id = optional("CommandId")
    result = field("Result")


class AsyncAGIStart(ChannelEvent, event="AsyncAGIStart"):
    """A channel entered AsyncAGI and waits for commands; :attr:`env` is URL-encoded.

    Event ``AsyncAGIStart``, class ``agi``, sent by res_agi.
    """

    __slots__ = ()

    env = field("Env")


class AttendedTransfer(AmiEvent, event="AttendedTransfer"):
    """An attended transfer is done.

    Event ``AttendedTransfer``, class ``call``.
    """

    __slots__ = ()

    result = field("Result")
    orig_transferer = channel("OrigTransferer")
    orig_bridge = OptionalPart(BridgeSnapshot, "Orig", "BridgeUniqueid")
    second_transferer = channel("SecondTransferer")
    second_bridge = OptionalPart(BridgeSnapshot, "Second", "BridgeUniqueid")
    dest_type = field("DestType")
    dest_bridge_uniqueid = optional("DestBridgeUniqueid")
    dest_app = optional("DestApp")
    local_one = optional_channel("LocalOne")
    local_two = optional_channel("LocalTwo")
    dest_transferer_channel = optional("DestTransfererChannel")
    transferee = optional_channel("Transferee")
    transfer_target = optional_channel("TransferTarget")
    is_external = field("IsExternal", flag)


class AuthDetail(AmiEvent, event="AuthDetail"):
    """How the endpoint or registration authenticates. The password is in it.

    Event ``AuthDetail``, sent by res_pjsip; an item of PJSIPShowEndpoint and PJSIPShowRegistrationsOutbound.
    """

    __slots__ = ()

    object_type = field("ObjectType")
    object_name = field("ObjectName")
    username = field("Username")
    password = field("Password")
    md5_cred = field("Md5Cred")
    realm = field("Realm")
    nonce_lifetime = field("NonceLifetime", int)
    auth_type = field("AuthType")
    endpoint_name = optional("EndpointName")
    oauth_clientid = field("OauthClientid")
    oauth_secret = field("OauthSecret")
    password_digest = field("PasswordDigest")
    refresh_token = field("RefreshToken")
    supported_algorithms_uac = field("SupportedAlgorithmsUac")
    supported_algorithms_uas = field("SupportedAlgorithmsUas")


class AuthList(AmiEvent, event="AuthList"):
    """A way to authenticate. The password is in it.

    Event ``AuthList``, sent by res_pjsip; an item of PJSIPShowAuths.
    """

    __slots__ = ()

    object_type = field("ObjectType")
    object_name = field("ObjectName")
    username = field("Username")
    md5_cred = field("Md5Cred")
    realm = field("Realm")
    auth_type = field("AuthType")
    password = field("Password")
    nonce_lifetime = field("NonceLifetime", int)
    oauth_clientid = field("OauthClientid")
    oauth_secret = field("OauthSecret")
    password_digest = field("PasswordDigest")
    refresh_token = field("RefreshToken")
    supported_algorithms_uac = field("SupportedAlgorithmsUac")
    supported_algorithms_uas = field("SupportedAlgorithmsUas")


class AuthListComplete(AmiEvent, event="AuthListComplete"):
    """The list is complete.

    Event ``AuthListComplete``, sent by res_pjsip; the end of PJSIPShowAuths.
    """

    __slots__ = ()

    event_list = field("EventList")
    list_items = field("ListItems", int)


class AuthMethodNotAllowed(AmiEvent, event="AuthMethodNotAllowed"):
    """Somebody tried to authenticate by a method that is not allowed.

    Event ``AuthMethodNotAllowed``, class ``security``.
    """

    __slots__ = ()

    event_tv = field("EventTV")
    severity = field("Severity")
    service = field("Service")
    event_version = field("EventVersion", int)
    account_id = field("AccountID")
    session_id = field("SessionID")
    local_address = field("LocalAddress")
    remote_address = field("RemoteAddress")
    auth_method = field("AuthMethod")
    module = optional("Module")
    session_tv = optional("SessionTV")


class BlindTransfer(AmiEvent, event="BlindTransfer"):
    """A blind transfer was tried; :attr:`bridge` and :attr:`transferee` may be missing.

    Event ``BlindTransfer``, class ``call``.
    """

    __slots__ = ()

    result = field("Result")
    transferer = channel("Transferer")
    transferee = optional_channel("Transferee")
    bridge = OptionalPart(BridgeSnapshot, "", "BridgeUniqueid")
    is_external = field("IsExternal", flag)
    context = field("Context")
    extension = field("Extension")


class BridgeCreate(BridgeEvent, event="BridgeCreate"):
    """A bridge came to be.

    Event ``BridgeCreate``, class ``call``.
    """

    __slots__ = ()


class BridgeDestroy(BridgeEvent, event="BridgeDestroy"):
    """A bridge is gone.

    Event ``BridgeDestroy``, class ``call``.
    """

    __slots__ = ()


class BridgeEnter(BridgeEvent, ChannelFields, event="BridgeEnter"):
    """A channel entered a bridge.

    Event ``BridgeEnter``, class ``call``.
    """

    __slots__ = ()

    swap_uniqueid = optional("SwapUniqueid")


class BridgeInfoChannel(ChannelEvent, event="BridgeInfoChannel"):
    """A channel in the bridge.

    Event ``BridgeInfoChannel``; an item of BridgeInfo.
    """

    __slots__ = ()


class BridgeInfoComplete(BridgeEvent, event="BridgeInfoComplete"):
    """The list is complete.

    Event ``BridgeInfoComplete``; the end of BridgeInfo.
    """

    __slots__ = ()

    event_list = field("EventList")
    list_items = field("ListItems", int)


class BridgeLeave(BridgeEvent, ChannelFields, event="BridgeLeave"):
    """A channel left a bridge.

    Event ``BridgeLeave``, class ``call``.
    """

    __slots__ = ()


class BridgeListComplete(AmiEvent, event="BridgeListComplete"):
    """The list is complete.

    Event ``BridgeListComplete``; the end of BridgeList.
    """

    __slots__ = ()

    event_list = field("EventList")
    list_items = field("ListItems", int)


class BridgeListItem(BridgeEvent, event="BridgeListItem"):
    """A bridge.

    Event ``BridgeListItem``; an item of BridgeList.
    """

    __slots__ = ()


class BridgeMerge(AmiEvent, event="BridgeMerge"):
    """All channels of one bridge went over to another.

    Event ``BridgeMerge``, class ``call``.
    """

    __slots__ = ()

    to_bridge = bridge("To")
    from_bridge = bridge("From")


class BridgeTechnologyListComplete(AmiEvent, event="BridgeTechnologyListComplete"):
    """The list is complete.

    Event ``BridgeTechnologyListComplete``; the end of BridgeTechnologyList.
    """

    __slots__ = ()

    event_list = field("EventList")
    list_items = field("ListItems", int)


class BridgeTechnologyListItem(AmiEvent, event="BridgeTechnologyListItem"):
    """A way to bridge channels.

    Event ``BridgeTechnologyListItem``; an item of BridgeTechnologyList.
    """

    __slots__ = ()

    bridge_technology = field("BridgeTechnology")
    bridge_type = field("BridgeType")
    bridge_priority = field("BridgePriority", int)
    bridge_suspended = field("BridgeSuspended", flag)


class BridgeVideoSourceUpdate(BridgeEvent, event="BridgeVideoSourceUpdate"):
    """Another channel gives a bridge its picture.

    Event ``BridgeVideoSourceUpdate``, class ``call``.
    """

    __slots__ = ()

    bridge_previous_video_source = field("BridgePreviousVideoSource")


class Cdr(AmiEvent, event="Cdr"):
    """A call detail record. Times are Asterisk's local time as text, empty where there is none.

    Event ``Cdr``, class ``cdr``, sent by cdr_manager.
    """

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


class CEL(AmiEvent, event="CEL"):
    """An entry in the log of what happens to channels.

    Event ``CEL``, class ``call``, sent by cel_manager.
    """

    __slots__ = ()

    event_name = field("EventName")
    account_code = field("AccountCode")
    caller_id_num = field("CallerIDnum")
    caller_id_name = field("CallerIDname")
    caller_id_ani = field("CallerIDani")
    caller_id_rdnis = field("CallerIDrdnis")
    caller_id_dnid = field("CallerIDdnid")
    exten = field("Exten")
    context = field("Context")
    application = field("Application")
    app_data = field("AppData")
    event_time = field("EventTime")
    ama_flags = field("AMAFlags")
    unique_id = field("UniqueID")
    linked_id = field("LinkedID")
    userfield = field("Userfield")
    peer = field("Peer")
    peer_account = field("PeerAccount")
    extra = field("Extra")
    channel = field("Channel")
    tenant_id = optional("TenantID")
    user_def_type = optional("UserDefType")


class ChallengeResponseFailed(AmiEvent, event="ChallengeResponseFailed"):
    """Somebody gave a wrong answer to a challenge.

    Event ``ChallengeResponseFailed``, class ``security``.
    """

    __slots__ = ()

    event_tv = field("EventTV")
    severity = field("Severity")
    service = field("Service")
    event_version = field("EventVersion", int)
    account_id = field("AccountID")
    session_id = field("SessionID")
    local_address = field("LocalAddress")
    remote_address = field("RemoteAddress")
    challenge = field("Challenge")
    response = field("Response")
    expected_response = field("ExpectedResponse")
    module = optional("Module")
    session_tv = optional("SessionTV")


class ChallengeSent(AmiEvent, event="ChallengeSent"):
    """Somebody was given a challenge.

    Event ``ChallengeSent``, class ``security``.
    """

    __slots__ = ()

    event_tv = field("EventTV")
    severity = field("Severity")
    service = field("Service")
    event_version = field("EventVersion", int)
    account_id = field("AccountID")
    session_id = field("SessionID")
    local_address = field("LocalAddress")
    remote_address = field("RemoteAddress")
    challenge = field("Challenge")
    module = optional("Module")
    session_tv = optional("SessionTV")


class ChannelHungup(AmiEvent, event="ChannelHungup"):
    """A channel that the pattern of the Hangup matched.

    Event ``ChannelHungup``.
    """

    __slots__ = ()

    channel = field("Channel")


class ChannelsHungupListComplete(AmiEvent, event="ChannelsHungupListComplete"):
    """Event ``ChannelsHungupListComplete``."""

    __slots__ = ()

    event_list = field("EventList")
    list_items = field("ListItems", int)


class ChannelTalkingStart(ChannelEvent, event="ChannelTalkingStart"):
    """Somebody began to talk on a channel that has TALK_DETECT set.

    Event ``ChannelTalkingStart``, class ``call``.
    """

    __slots__ = ()


class ChannelTalkingStop(ChannelEvent, event="ChannelTalkingStop"):
    """Somebody stopped talking on a channel; :attr:`duration` is in milliseconds.

    Event ``ChannelTalkingStop``, class ``call``.
    """

    __slots__ = ()

    duration = field("Duration", int)


class ChanSpyStart(AmiEvent, event="ChanSpyStart"):
    """A channel begins to listen to another.

    Event ``ChanSpyStart``, class ``call``.
    """

    __slots__ = ()

    spyer = channel("Spyer")
    spyee = channel("Spyee")


class ChanSpyStop(AmiEvent, event="ChanSpyStop"):
    """A channel no longer listens to another.

    Event ``ChanSpyStop``, class ``call``.
    """

    __slots__ = ()

    spyer = channel("Spyer")
    spyee = channel("Spyee")


class ConfbridgeEnd(BridgeEvent, event="ConfbridgeEnd"):
    """A conference is over.

    Event ``ConfbridgeEnd``, class ``call``, sent by confbridge_manager.
    """

    __slots__ = ()

    conference = field("Conference")


class ConfbridgeJoin(BridgeEvent, ChannelFields, event="ConfbridgeJoin"):
    """Somebody joined a conference.

    Event ``ConfbridgeJoin``, class ``call``, sent by confbridge_manager.
    """

    __slots__ = ()

    conference = field("Conference")
    admin = field("Admin", flag)
    muted = field("Muted", flag)


class ConfbridgeLeave(BridgeEvent, ChannelFields, event="ConfbridgeLeave"):
    """Somebody left a conference.

    Event ``ConfbridgeLeave``, class ``call``, sent by confbridge_manager.
    """

    __slots__ = ()

    conference = field("Conference")
    admin = field("Admin", flag)


class ConfbridgeList(ChannelEvent, event="ConfbridgeList"):
    """Somebody in the conference; :attr:`answered_time` is in seconds.

    Event ``ConfbridgeList``, sent by app_confbridge; an item of ConfbridgeList.
    """

    __slots__ = ()

    conference = field("Conference")
    admin = field("Admin", flag)
    marked_user = field("MarkedUser", flag)
    wait_marked = field("WaitMarked", flag)
    end_marked = field("EndMarked", flag)
    waiting = field("Waiting", flag)
    muted = field("Muted", flag)
    talking = field("Talking", flag)
    answered_time = field("AnsweredTime", int)
    end_marked_any = field("EndMarkedAny", flag)


class ConfbridgeListComplete(AmiEvent, event="ConfbridgeListComplete"):
    """The list is complete.

    Event ``ConfbridgeListComplete``, sent by app_confbridge; the end of ConfbridgeList.
    """

    __slots__ = ()

    event_list = field("EventList")
    list_items = field("ListItems", int)


class ConfbridgeListRooms(AmiEvent, event="ConfbridgeListRooms"):
    """A conference.

    Event ``ConfbridgeListRooms``, sent by app_confbridge; an item of ConfbridgeListRooms.
    """

    __slots__ = ()

    conference = field("Conference")
    parties = field("Parties", int)
    marked = field("Marked", int)
    locked = field("Locked", flag)
    muted = field("Muted", flag)


class ConfbridgeListRoomsComplete(AmiEvent, event="ConfbridgeListRoomsComplete"):
    """The list is complete.

    Event ``ConfbridgeListRoomsComplete``, sent by app_confbridge; the end of ConfbridgeListRooms.
    """

    __slots__ = ()

    event_list = field("EventList")
    list_items = field("ListItems", int)


class ConfbridgeMute(BridgeEvent, ChannelFields, event="ConfbridgeMute"):
    """Somebody in a conference was muted.

    Event ``ConfbridgeMute``, class ``call``, sent by confbridge_manager.
    """

    __slots__ = ()

    conference = field("Conference")
    admin = field("Admin", flag)


class ConfbridgeRecord(BridgeEvent, event="ConfbridgeRecord"):
    """A conference is being recorded.

    Event ``ConfbridgeRecord``, class ``call``, sent by confbridge_manager.
    """

    __slots__ = ()

    conference = field("Conference")


class ConfbridgeStart(BridgeEvent, event="ConfbridgeStart"):
    """A conference began.

    Event ``ConfbridgeStart``, class ``call``, sent by confbridge_manager.
    """

    __slots__ = ()

    conference = field("Conference")


class ConfbridgeStopRecord(BridgeEvent, event="ConfbridgeStopRecord"):
    """A conference is no longer recorded.

    Event ``ConfbridgeStopRecord``, class ``call``, sent by confbridge_manager.
    """

    __slots__ = ()

    conference = field("Conference")


class ConfbridgeTalking(BridgeEvent, ChannelFields, event="ConfbridgeTalking"):
    """Somebody in a conference began or stopped talking.

    Event ``ConfbridgeTalking``, class ``call``, sent by confbridge_manager.
    """

    __slots__ = ()

    conference = field("Conference")
    talking_status = field("TalkingStatus", flag)
    admin = field("Admin", flag)


class ConfbridgeUnmute(BridgeEvent, ChannelFields, event="ConfbridgeUnmute"):
    """Somebody in a conference is no longer muted.

    Event ``ConfbridgeUnmute``, class ``call``, sent by confbridge_manager.
    """

    __slots__ = ()

    conference = field("Conference")
    admin = field("Admin", flag)


class ContactList(AmiEvent, event="ContactList"):
    """Where an AOR is reached.

    Event ``ContactList``, sent by res_pjsip; an item of PJSIPShowContacts.
    """

    __slots__ = ()

    object_type = field("ObjectType")
    object_name = field("ObjectName")
    via_addr = field("ViaAddr")
    via_port = field("ViaPort", int)
    qualify_timeout = field("QualifyTimeout", float)
    call_id = field("CallId")
    reg_server = field("RegServer")
    prune_on_boot = field("PruneOnBoot", flag)
    path = field("Path")
    endpoint = field("Endpoint")
    authenticate_qualify = field("AuthenticateQualify", flag)
    uri = field("Uri")
    qualify_frequency = field("QualifyFrequency", int)
    user_agent = field("UserAgent")
    expiration_time = field("ExpirationTime", int)
    outbound_proxy = field("OutboundProxy")
    status = field("Status")
    roundtrip_usec = field("RoundtripUsec", measured)
    qualify_2xx_only = field("Qualify2xxOnly", flag)


class ContactListComplete(AmiEvent, event="ContactListComplete"):
    """The list is complete.

    Event ``ContactListComplete``, sent by res_pjsip; the end of PJSIPShowContacts.
    """

    __slots__ = ()

    event_list = field("EventList")
    list_items = field("ListItems", int)


class ContactStatus(AmiEvent, event="ContactStatus"):
    """A contact is reachable, or no longer.

    Event ``ContactStatus``, class ``system``.
    """

    __slots__ = ()

    uri = field("URI")
    contact_status = field("ContactStatus")
    aor = field("AOR")
    endpoint_name = field("EndpointName")
    roundtrip_usec = field("RoundtripUsec", measured)


class ContactStatusDetail(AmiEvent, event="ContactStatusDetail"):
    """A contact and whether it is reachable.

    Event ``ContactStatusDetail``, sent by res_pjsip; an item of PJSIPShowEndpoint and
    PJSIPShowRegistrationInboundContactStatuses.
    """

    __slots__ = ()

    aor = field("AOR")
    uri = field("URI")
    status = field("Status")
    roundtrip_usec = field("RoundtripUsec", measured)
    endpoint_name = field("EndpointName")
    user_agent = field("UserAgent")
    reg_expire = field("RegExpire", int)
    via_address = optional("ViaAddress")
    call_id = optional("CallID")
    id = field("ID")
    authenticate_qualify = field("AuthenticateQualify", flag)
    outbound_proxy = field("OutboundProxy")
    path = field("Path")
    qualify_frequency = field("QualifyFrequency", int)
    qualify_timeout = field("QualifyTimeout", float)
    qualify_2xx_only = field("Qualify2xxOnly", flag)


class ContactStatusDetailComplete(AmiEvent, event="ContactStatusDetailComplete"):
    """The list is complete.

    Event ``ContactStatusDetailComplete``, sent by res_pjsip_registrar; the end of
    PJSIPShowRegistrationInboundContactStatuses.
    """

    __slots__ = ()

    event_list = field("EventList")
    list_items = field("ListItems", int)


class CoreShowChannel(ChannelEvent, event="CoreShowChannel"):
    """A channel; :attr:`duration` is in seconds.

    Event ``CoreShowChannel``; an item of CoreShowChannels.
    """

    __slots__ = ()

    bridge_id = field("BridgeId")
    application = field("Application")
    application_data = field("ApplicationData")
    duration = field("Duration", clock)


class CoreShowChannelMap(AmiEvent, event="CoreShowChannelMap"):
    """A channel that the given one is connected to, directly or by way of others.

    Event ``CoreShowChannelMap``; an item of CoreShowChannelMap.
    """

    __slots__ = ()

    channel = field("Channel")
    connected_channel = field("ConnectedChannel")


class CoreShowChannelMapComplete(AmiEvent, event="CoreShowChannelMapComplete"):
    """The list is complete.

    Event ``CoreShowChannelMapComplete``; the end of CoreShowChannelMap.
    """

    __slots__ = ()

    event_list = field("EventList")
    list_items = field("ListItems", int)


class CoreShowChannelsComplete(AmiEvent, event="CoreShowChannelsComplete"):
    """The list is complete.

    Event ``CoreShowChannelsComplete``; the end of CoreShowChannels.
    """

    __slots__ = ()

    event_list = field("EventList")
    list_items = field("ListItems", int)


class DAHDIChannel(ChannelEvent, event="DAHDIChannel"):
    """A channel got its DAHDI channel.

    Event ``DAHDIChannel``, class ``call``, sent by chan_dahdi.
    """

    __slots__ = ()

    dahdi_group = optional("DAHDIGroup")
    dahdi_span = optional("DAHDISpan")
    dahdi_channel = optional("DAHDIChannel")


class DBGetComplete(AmiEvent, event="DBGetComplete"):
    """The list is complete.

    Event ``DBGetComplete``; the end of DBGet.
    """

    __slots__ = ()

    event_list = field("EventList")
    list_items = field("ListItems", int)


class DBGetResponse(AmiEvent, event="DBGetResponse"):
    """The value asked for.

    Event ``DBGetResponse``; an item of DBGet.
    """

    __slots__ = ()

    family = field("Family")
    key = field("Key")
    val = field("Val")


class DBGetTreeComplete(AmiEvent, event="DBGetTreeComplete"):
    """The list is complete.

    Event ``DBGetTreeComplete``; the end of DBGetTree.
    """

    __slots__ = ()

    event_list = field("EventList")
    list_items = field("ListItems", int)


class DBGetTreeResponse(AmiEvent, event="DBGetTreeResponse"):
    """A value; its key begins with a slash and the family.

    Event ``DBGetTreeResponse``; an item of DBGetTree.
    """

    __slots__ = ()

    key = field("Key")
    val = field("Val")


class DeadlockStart(AmiEvent, event="DeadlockStart"):
    """A thread has waited for a lock for too long: Asterisk was built to look for deadlocks.

    Event ``DeadlockStart``, class ``system``.
    """

    __slots__ = ()

    mutex = optional("Mutex")


class DeviceStateChange(AmiEvent, event="DeviceStateChange"):
    """A device's state changed.

    Event ``DeviceStateChange``, class ``call``; an item of DeviceStateList.
    """

    __slots__ = ()

    device = field("Device")
    state = field("State", domain.DeviceState.parse)


class DeviceStateListComplete(AmiEvent, event="DeviceStateListComplete"):
    """The list is complete.

    Event ``DeviceStateListComplete``, sent by res_manager_devicestate; the end of DeviceStateList.
    """

    __slots__ = ()

    event_list = field("EventList")
    list_items = field("ListItems", int)


class DialBegin(AmiEvent, event="DialBegin"):
    """A channel is dialled. There is no :attr:`caller` where no channel dials: any AMI and ARI originate.

    Event ``DialBegin``, class ``call``.
    """

    __slots__ = ()

    caller = optional_channel("")
    dest = channel("Dest")
    dial_string = field("DialString")


class DialEnd(AmiEvent, event="DialEnd"):
    """A dial is over; :attr:`dial_status` is ``None`` where Asterisk does not know how.

    Event ``DialEnd``, class ``call``.
    """

    __slots__ = ()

    caller = optional_channel("")
    dest = channel("Dest")
    dial_status = optional("DialStatus", domain.DialStatus.parse)
    forward = optional("Forward")


class DialState(AmiEvent, event="DialState"):
    """A dialled channel rings, or makes other progress.

    Event ``DialState``, class ``call``.
    """

    __slots__ = ()

    caller = optional_channel("")
    dest = channel("Dest")
    dial_status = optional("DialStatus", domain.DialStatus.parse)
    forward = optional("Forward")


class DNDState(AmiEvent, event="DNDState"):
    """Do Not Disturb of a DAHDI channel was switched.

    Event ``DNDState``, class ``system``, sent by chan_dahdi.
    """

    __slots__ = ()

    dahdi_channel = optional("DAHDIChannel")
    status = optional("Status")


class DTMFBegin(ChannelEvent, event="DTMFBegin"):
    """A digit began.

    Event ``DTMFBegin``, class ``dtmf``.
    """

    __slots__ = ()

    digit = field("Digit")
    direction = field("Direction")


class DTMFEnd(ChannelEvent, event="DTMFEnd"):
    """A digit ended.

    Event ``DTMFEnd``, class ``dtmf``.
    """

    __slots__ = ()

    digit = field("Digit")
    duration_ms = field("DurationMs", int)
    direction = field("Direction")


class EndpointDetail(AmiEvent, event="EndpointDetail"):
    """The endpoint and all its settings.

    Event ``EndpointDetail``, sent by res_pjsip; an item of PJSIPShowEndpoint.
    """

    __slots__ = ()

    object_type = field("ObjectType")
    object_name = field("ObjectName")
    context = field("Context")
    allow = field("Allow")
    dtmf_mode = field("DtmfMode")
    rtp_ipv6 = field("RtpIpv6", flag)
    rtp_symmetric = field("RtpSymmetric", flag)
    ice_support = field("IceSupport", flag)
    use_ptime = field("UsePtime", flag)
    force_rport = field("ForceRport", flag)
    rewrite_contact = field("RewriteContact", flag)
    transport = field("Transport")
    outbound_proxy = field("OutboundProxy")
    moh_suggest = field("MohSuggest")
    rel100 = field("100rel")
    timers = field("Timers")
    timers_min_se = field("TimersMinSe", int)
    timers_sess_expires = field("TimersSessExpires", int)
    auth = field("Auth")
    outbound_auth = field("OutboundAuth")
    aors = field("Aors")
    media_address = field("MediaAddress")
    identify_by = field("IdentifyBy")
    direct_media = field("DirectMedia", flag)
    direct_media_method = field("DirectMediaMethod")
    trust_connected_line = field("TrustConnectedLine", flag)
    send_connected_line = field("SendConnectedLine", flag)
    connected_line_method = field("ConnectedLineMethod")
    direct_media_glare_mitigation = field("DirectMediaGlareMitigation")
    disable_direct_media_on_nat = field("DisableDirectMediaOnNat", flag)
    callerid = field("Callerid")
    callerid_privacy = field("CalleridPrivacy")
    callerid_tag = field("CalleridTag")
    trust_id_inbound = field("TrustIdInbound", flag)
    trust_id_outbound = field("TrustIdOutbound", flag)
    send_pai = field("SendPai", flag)
    send_rpid = field("SendRpid", flag)
    send_diversion = field("SendDiversion", flag)
    mailboxes = field("Mailboxes")
    aggregate_mwi = field("AggregateMwi", flag)
    media_encryption = field("MediaEncryption")
    media_encryption_optimistic = field("MediaEncryptionOptimistic", flag)
    use_avpf = field("UseAvpf", flag)
    force_avp = field("ForceAvp", flag)
    media_use_received_transport = field("MediaUseReceivedTransport", flag)
    one_touch_recording = field("OneTouchRecording", flag)
    inband_progress = field("InbandProgress", flag)
    call_group = field("CallGroup")
    pickup_group = field("PickupGroup")
    named_call_group = field("NamedCallGroup")
    named_pickup_group = field("NamedPickupGroup")
    device_state_busy_at = field("DeviceStateBusyAt", int)
    t38_udptl = field("T38Udptl", flag)
    t38_udptl_ec = field("T38UdptlEc")
    t38_udptl_maxdatagram = field("T38UdptlMaxdatagram", int)
    fax_detect = field("FaxDetect", flag)
    t38_udptl_nat = field("T38UdptlNat", flag)
    t38_udptl_ipv6 = field("T38UdptlIpv6", flag)
    t38_bind_udptl_to_media_address = field("T38BindUdptlToMediaAddress", flag)
    tone_zone = field("ToneZone")
    language = field("Language")
    record_on_feature = field("RecordOnFeature")
    record_off_feature = field("RecordOffFeature")
    allow_transfer = field("AllowTransfer", flag)
    user_eq_phone = field("UserEqPhone", flag)
    moh_passthrough = field("MohPassthrough", flag)
    sdp_owner = field("SdpOwner")
    sdp_session = field("SdpSession")
    tos_audio = field("TosAudio")
    tos_video = field("TosVideo")
    cos_audio = field("CosAudio")
    cos_video = field("CosVideo")
    allow_subscribe = field("AllowSubscribe", flag)
    sub_min_expiry = field("SubMinExpiry", int)
    from_user = field("FromUser")
    from_domain = field("FromDomain")
    mwi_from_user = field("MwiFromUser")
    rtp_engine = field("RtpEngine")
    dtls_verify = field("DtlsVerify")
    dtls_rekey = field("DtlsRekey", int)
    dtls_cert_file = field("DtlsCertFile")
    dtls_private_key = field("DtlsPrivateKey")
    dtls_cipher = field("DtlsCipher")
    dtls_ca_file = field("DtlsCaFile")
    dtls_ca_path = field("DtlsCaPath")
    dtls_setup = field("DtlsSetup")
    srtp_tag32 = field("SrtpTag32", flag)
    redirect_method = field("RedirectMethod")
    set_var = field("SetVar")
    message_context = field("MessageContext")
    accountcode = field("Accountcode")
    preferred_codec_only = field("PreferredCodecOnly", flag)
    device_state = field("DeviceState", domain.DeviceState.parse)
    active_channels = field("ActiveChannels", int)
    subscribe_context = field("SubscribeContext")
    allow_overlap = field("AllowOverlap", flag)
    overlap_context = field("OverlapContext")
    accept_multiple_sdp_answers = field("AcceptMultipleSdpAnswers", flag)
    acl = field("Acl")
    allow_unauthenticated_options = field("AllowUnauthenticatedOptions", flag)
    asymmetric_rtp_codec = field("AsymmetricRtpCodec", flag)
    bind_rtp_to_media_address = field("BindRtpToMediaAddress", flag)
    bundle = field("Bundle", flag)
    codec_prefs_incoming_answer = field("CodecPrefsIncomingAnswer")
    codec_prefs_incoming_offer = field("CodecPrefsIncomingOffer")
    codec_prefs_outgoing_answer = field("CodecPrefsOutgoingAnswer")
    codec_prefs_outgoing_offer = field("CodecPrefsOutgoingOffer")
    contact_acl = field("ContactAcl")
    dtls_auto_generate_cert = field("DtlsAutoGenerateCert", flag)
    dtls_fingerprint = field("DtlsFingerprint")
    fax_detect_timeout = field("FaxDetectTimeout", int)
    follow_early_media_fork = field("FollowEarlyMediaFork", flag)
    g726_non_standard = field("G726NonStandard", flag)
    geoloc_incoming_call_profile = field("GeolocIncomingCallProfile")
    geoloc_outgoing_call_profile = field("GeolocOutgoingCallProfile")
    ignore183_without_sdp = field("Ignore183WithoutSdp", flag)
    incoming_call_offer_pref = field("IncomingCallOfferPref")
    incoming_mwi_mailbox = field("IncomingMwiMailbox")
    max_audio_streams = field("MaxAudioStreams", int)
    max_video_streams = field("MaxVideoStreams", int)
    mwi_subscribe_replaces_unsolicited = field("MwiSubscribeReplacesUnsolicited", flag)
    notify_early_inuse_ringing = field("NotifyEarlyInuseRinging", flag)
    outgoing_call_offer_pref = field("OutgoingCallOfferPref")
    refer_blind_progress = field("ReferBlindProgress", flag)
    rpid_immediate = field("RpidImmediate", flag)
    rtcp_mux = field("RtcpMux", flag)
    rtp_keepalive = field("RtpKeepalive", int)
    rtp_timeout = field("RtpTimeout", int)
    rtp_timeout_hold = field("RtpTimeoutHold", int)
    rtp_port_start = field("RtpPortStart", int)
    rtp_port_end = field("RtpPortEnd", int)
    security_negotiation = field("SecurityNegotiation")
    send_aoc = field("SendAoc", flag)
    send_history_info = field("SendHistoryInfo", flag)
    stir_shaken = field("StirShaken")
    stir_shaken_profile = field("StirShakenProfile")
    suppress_moh_on_sendonly = field("SuppressMohOnSendonly", flag)
    suppress_q850_reason_headers = field("SuppressQ850ReasonHeaders", flag)
    tenantid = field("Tenantid")
    voicemail_extension = field("VoicemailExtension")
    webrtc = field("Webrtc", flag)
    follow_redirect_methods = field("FollowRedirectMethods")


class EndpointDetailComplete(AmiEvent, event="EndpointDetailComplete"):
    """The list is complete.

    Event ``EndpointDetailComplete``, sent by res_pjsip; the end of PJSIPShowEndpoint.
    """

    __slots__ = ()

    event_list = field("EventList")
    list_items = field("ListItems", int)


class EndpointList(AmiEvent, event="EndpointList"):
    """An endpoint.

    Event ``EndpointList``, sent by res_pjsip; an item of PJSIPShowEndpoints.
    """

    __slots__ = ()

    object_type = field("ObjectType")
    object_name = field("ObjectName")
    transport = field("Transport")
    aor = field("Aor")
    auths = field("Auths")
    outbound_auths = field("OutboundAuths")
    device_state = field("DeviceState", domain.DeviceState.parse)
    active_channels = field("ActiveChannels", int)
    contacts = field("Contacts")


class EndpointListComplete(AmiEvent, event="EndpointListComplete"):
    """The list is complete.

    Event ``EndpointListComplete``, sent by res_pjsip; the end of PJSIPShowEndpoints.
    """

    __slots__ = ()

    event_list = field("EventList")
    list_items = field("ListItems", int)


class ExtensionStateListComplete(AmiEvent, event="ExtensionStateListComplete"):
    """The list is complete.

    Event ``ExtensionStateListComplete``; the end of ExtensionStateList.
    """

    __slots__ = ()

    event_list = field("EventList")
    list_items = field("ListItems", int)


class ExtensionStatus(AmiEvent, event="ExtensionStatus"):
    """The state of the devices behind a hint changed.

    Event ``ExtensionStatus``, class ``call``; an item of ExtensionStateList.
    """

    __slots__ = ()

    exten = field("Exten")
    context = field("Context")
    hint = field("Hint")
    status = field("Status", domain.ExtensionState.parse)
    status_text = field("StatusText")


class FailedACL(AmiEvent, event="FailedACL"):
    """Somebody came from an address that an ACL refuses.

    Event ``FailedACL``, class ``security``.
    """

    __slots__ = ()

    event_tv = field("EventTV")
    severity = field("Severity")
    service = field("Service")
    event_version = field("EventVersion", int)
    account_id = field("AccountID")
    session_id = field("SessionID")
    local_address = field("LocalAddress")
    remote_address = field("RemoteAddress")
    module = optional("Module")
    acl_name = optional("ACLName")
    session_tv = optional("SessionTV")


class FAXSession(AmiEvent, event="FAXSession"):
    """The session asked for.

    Event ``FAXSession``, sent by res_fax.
    """

    __slots__ = ()

    session_number = field("SessionNumber", int)
    operation = field("Operation")
    state = field("State")
    error_correction_mode = optional("ErrorCorrectionMode", flag)
    data_rate = optional("DataRate", int)
    image_resolution = optional("ImageResolution")
    page_number = optional("PageNumber", int)
    file_name = optional("FileName")
    pages_transmitted = optional("PagesTransmitted", int)
    pages_received = optional("PagesReceived", int)
    total_bad_lines = optional("TotalBadLines", int)


class FAXSessionsComplete(AmiEvent, event="FAXSessionsComplete"):
    """The list is complete.

    Event ``FAXSessionsComplete``, sent by res_fax; the end of FAXSessions.
    """

    __slots__ = ()

    total = field("Total", int)
    event_list = field("EventList")
    list_items = field("ListItems", int)


class FAXSessionsEntry(AmiEvent, event="FAXSessionsEntry"):
    """A fax on its way.

    Event ``FAXSessionsEntry``, sent by res_fax; an item of FAXSessions.
    """

    __slots__ = ()

    channel = field("Channel")
    technology = field("Technology")
    session_number = field("SessionNumber", int)
    session_type = field("SessionType")
    operation = field("Operation")
    state = field("State")
    files = field("Files")


class FAXStats(AmiEvent, event="FAXStats"):
    """How many faxes there were.

    Event ``FAXStats``, sent by res_fax.
    """

    __slots__ = ()

    current_sessions = field("CurrentSessions", int)
    reserved_sessions = field("ReservedSessions", int)
    transmit_attempts = field("TransmitAttempts", int)
    receive_attempts = field("ReceiveAttempts", int)
    completed_faxes = field("CompletedFAXes", int)
    failed_faxes = field("FailedFAXes", int)


class FAXStatus(ChannelEvent, event="FAXStatus"):
    """How far a fax is.

    Event ``FAXStatus``, class ``call``.
    """

    __slots__ = ()

    operation = optional("Operation")
    status = optional("Status")
    local_station_id = optional("LocalStationID")
    file_name = optional("FileName")


class Flash(ChannelEvent, event="Flash"):
    """Somebody pressed the hook for a moment.

    Event ``Flash``, class ``call``.
    """

    __slots__ = ()


class FullyBooted(AmiEvent, event="FullyBooted"):
    """Asterisk has started; also sent with the login, to users who may read ``system`` events.

    Event ``FullyBooted``, class ``system``.
    """

    __slots__ = ()

    status = field("Status")
    uptime = field("Uptime", int)
    last_reload = field("LastReload", int)


class Hangup(ChannelEvent, event="Hangup"):
    """A channel is gone.

    Event ``Hangup``, class ``call``.
    """

    __slots__ = ()

    cause = field("Cause", domain.HangupCause.parse)
    cause_txt = field("Cause-txt")
    tech_cause = optional("TechCause")


class HangupHandlerPop(ChannelEvent, event="HangupHandlerPop"):
    """A hangup handler was taken off a channel.

    Event ``HangupHandlerPop``, class ``dialplan``.
    """

    __slots__ = ()

    handler = field("Handler")


class HangupHandlerPush(ChannelEvent, event="HangupHandlerPush"):
    """A channel got a hangup handler.

    Event ``HangupHandlerPush``, class ``dialplan``.
    """

    __slots__ = ()

    handler = field("Handler")


class HangupHandlerRun(ChannelEvent, event="HangupHandlerRun"):
    """A hangup handler runs.

    Event ``HangupHandlerRun``, class ``dialplan``.
    """

    __slots__ = ()

    handler = field("Handler")


class HangupRequest(ChannelEvent, event="HangupRequest"):
    """A hangup was asked for, with a cause in most cases.

    Event ``HangupRequest``, class ``call``.
    """

    __slots__ = ()

    cause = optional("Cause", domain.HangupCause.parse)
    tech_cause = optional("TechCause")


class Hold(ChannelEvent, event="Hold"):
    """A channel was put on hold.

    Event ``Hold``, class ``call``.
    """

    __slots__ = ()

    music_class = optional("MusicClass")


class IdentifyDetail(AmiEvent, event="IdentifyDetail"):
    """How requests are recognised as the endpoint's.

    Event ``IdentifyDetail``, sent by res_pjsip; an item of PJSIPShowEndpoint.
    """

    __slots__ = ()

    object_type = field("ObjectType")
    object_name = field("ObjectName")
    endpoint = field("Endpoint")
    srv_lookups = field("SrvLookups", flag)
    match = field("Match")
    match_header = field("MatchHeader")
    match_request_uri = field("MatchRequestUri")
    endpoint_name = field("EndpointName")


class InboundRegistrationDetail(AmiEvent, event="InboundRegistrationDetail"):
    """An AOR and where it is registered.

    Event ``InboundRegistrationDetail``, sent by res_pjsip_registrar; an item of PJSIPShowRegistrationsInbound.
    """

    __slots__ = ()

    object_type = field("ObjectType")
    object_name = field("ObjectName")
    minimum_expiration = field("MinimumExpiration", int)
    default_expiration = field("DefaultExpiration", int)
    qualify_timeout = field("QualifyTimeout", float)
    qualify_2xx_only = field("Qualify2xxOnly", flag)
    mailboxes = field("Mailboxes")
    support_path = field("SupportPath", flag)
    remove_unavailable = field("RemoveUnavailable", flag)
    voicemail_extension = field("VoicemailExtension")
    max_contacts = field("MaxContacts", int)
    authenticate_qualify = field("AuthenticateQualify", flag)
    maximum_expiration = field("MaximumExpiration", int)
    qualify_frequency = field("QualifyFrequency", int)
    remove_existing = field("RemoveExisting", flag)
    outbound_proxy = field("OutboundProxy")
    contacts = field("Contacts")
    contact = field("Contact")


class InboundRegistrationDetailComplete(AmiEvent, event="InboundRegistrationDetailComplete"):
    """The list is complete.

    Event ``InboundRegistrationDetailComplete``, sent by res_pjsip_registrar; the end of PJSIPShowRegistrationsInbound.
    """

    __slots__ = ()

    event_list = field("EventList")
    list_items = field("ListItems", int)


class InboundSubscriptionDetail(AmiEvent, event="InboundSubscriptionDetail"):
    """What somebody subscribed to here.

    Event ``InboundSubscriptionDetail``, sent by res_pjsip_pubsub; an item of PJSIPShowSubscriptionsInbound.
    """

    __slots__ = ()

    role = field("Role")
    endpoint = field("Endpoint")
    callid = field("Callid")
    state = field("State")
    callerid = field("Callerid")
    subscription_type = field("SubscriptionType")
    extension = optional("Extension")
    extension_states = optional("ExtensionStates")
    mailboxes = optional("Mailboxes")


class InboundSubscriptionDetailComplete(AmiEvent, event="InboundSubscriptionDetailComplete"):
    """The list is complete.

    Event ``InboundSubscriptionDetailComplete``, sent by res_pjsip_pubsub; the end of PJSIPShowSubscriptionsInbound.
    """

    __slots__ = ()

    event_list = field("EventList")
    list_items = field("ListItems", int)


class InvalidAccountID(AmiEvent, event="InvalidAccountID"):
    """Somebody gave an account that does not exist.

    Event ``InvalidAccountID``, class ``security``.
    """

    __slots__ = ()

    event_tv = field("EventTV")
    severity = field("Severity")
    service = field("Service")
    event_version = field("EventVersion", int)
    account_id = field("AccountID")
    session_id = field("SessionID")
    local_address = field("LocalAddress")
    remote_address = field("RemoteAddress")
    module = optional("Module")
    session_tv = optional("SessionTV")


class InvalidPassword(AmiEvent, event="InvalidPassword"):
    """Somebody gave a wrong password.

    Event ``InvalidPassword``, class ``security``.
    """

    __slots__ = ()

    event_tv = field("EventTV")
    severity = field("Severity")
    service = field("Service")
    event_version = field("EventVersion", int)
    account_id = field("AccountID")
    session_id = field("SessionID")
    local_address = field("LocalAddress")
    remote_address = field("RemoteAddress")
    module = optional("Module")
    session_tv = optional("SessionTV")
    challenge = optional("Challenge")
    received_challenge = optional("ReceivedChallenge")
    received_hash = optional("ReceivedHash")


class InvalidTransport(AmiEvent, event="InvalidTransport"):
    """Somebody came by a transport that is not allowed.

    Event ``InvalidTransport``, class ``security``.
    """

    __slots__ = ()

    event_tv = field("EventTV")
    severity = field("Severity")
    service = field("Service")
    event_version = field("EventVersion", int)
    account_id = field("AccountID")
    session_id = field("SessionID")
    local_address = field("LocalAddress")
    remote_address = field("RemoteAddress")
    attempted_transport = field("AttemptedTransport")
    module = optional("Module")
    session_tv = optional("SessionTV")


class ListDialplan(AmiEvent, event="ListDialplan"):
    """A step of an extension, or one of the context's includes, switches and ignored patterns.

    Event ``ListDialplan``; an item of ShowDialPlan.
    """

    __slots__ = ()

    context = field("Context")
    extension = optional("Extension")
    extension_label = optional("ExtensionLabel")
    priority = optional("Priority")
    application = optional("Application")
    app_data = optional("AppData")
    registrar = field("Registrar")
    include_context = optional("IncludeContext")
    ignore_pattern = optional("IgnorePattern")
    switch = optional("Switch")


class Load(AmiEvent, event="Load"):
    """A module was loaded, or could not be.

    Event ``Load``, class ``system``.
    """

    __slots__ = ()

    module = field("Module")
    status = field("Status")


class LoadAverageLimit(AmiEvent, event="LoadAverageLimit"):
    """A request was refused because the machine has too much to do.

    Event ``LoadAverageLimit``, class ``security``.
    """

    __slots__ = ()

    event_tv = field("EventTV")
    severity = field("Severity")
    service = field("Service")
    event_version = field("EventVersion", int)
    account_id = field("AccountID")
    session_id = field("SessionID")
    local_address = field("LocalAddress")
    remote_address = field("RemoteAddress")
    module = optional("Module")
    session_tv = optional("SessionTV")


class LocalBridge(AmiEvent, event="LocalBridge"):
    """The two halves of a Local channel were joined.

    Event ``LocalBridge``, class ``call``.
    """

    __slots__ = ()

    local_one = channel("LocalOne")
    local_two = channel("LocalTwo")
    context = field("Context")
    exten = field("Exten")
    local_optimization = field("LocalOptimization", flag)


class LocalOptimizationBegin(AmiEvent, event="LocalOptimizationBegin"):
    """A Local channel begins to take itself out of the way.

    Event ``LocalOptimizationBegin``, class ``call``.
    """

    __slots__ = ()

    local_one = channel("LocalOne")
    local_two = channel("LocalTwo")
    source = optional_channel("Source")
    dest_unique_id = optional("DestUniqueId")
    id = field("Id", int)


class LocalOptimizationEnd(AmiEvent, event="LocalOptimizationEnd"):
    """A Local channel took itself out of the way, or failed to.

    Event ``LocalOptimizationEnd``, class ``call``.
    """

    __slots__ = ()

    local_one = channel("LocalOne")
    local_two = channel("LocalTwo")
    success = field("Success", flag)
    id = field("Id", int)


class LogChannel(AmiEvent, event="LogChannel"):
    """A log is written again, or no longer.

    Event ``LogChannel``, class ``system``.
    """

    __slots__ = ()

    channel = optional("Channel")


class MCID(ChannelEvent, event="MCID"):
    """Somebody asked that a malicious call be traced.

    Event ``MCID``, class ``call``, sent by sig_pri.
    """

    __slots__ = ()

    m_caller_id_num_valid = optional("MCallerIDNumValid")
    m_caller_id_num = optional("MCallerIDNum")
    m_caller_id_ton = optional("MCallerIDton")
    m_caller_id_num_plan = optional("MCallerIDNumPlan")
    m_caller_id_num_pres = optional("MCallerIDNumPres")
    m_caller_id_name_valid = optional("MCallerIDNameValid")
    m_caller_id_name = optional("MCallerIDName")
    m_caller_id_name_char_set = optional("MCallerIDNameCharSet")
    m_caller_id_name_pres = optional("MCallerIDNamePres")
    m_caller_id_subaddr = optional("MCallerIDSubaddr")
    m_caller_id_subaddr_type = optional("MCallerIDSubaddrType")
    m_caller_id_subaddr_odd = optional("MCallerIDSubaddrOdd")
    m_caller_id_pres = optional("MCallerIDPres")
    m_connected_id_num_valid = optional("MConnectedIDNumValid")
    m_connected_id_num = optional("MConnectedIDNum")
    m_connected_id_ton = optional("MConnectedIDton")
    m_connected_id_num_plan = optional("MConnectedIDNumPlan")
    m_connected_id_num_pres = optional("MConnectedIDNumPres")
    m_connected_id_name_valid = optional("MConnectedIDNameValid")
    m_connected_id_name = optional("MConnectedIDName")
    m_connected_id_name_char_set = optional("MConnectedIDNameCharSet")
    m_connected_id_name_pres = optional("MConnectedIDNamePres")
    m_connected_id_subaddr = optional("MConnectedIDSubaddr")
    m_connected_id_subaddr_type = optional("MConnectedIDSubaddrType")
    m_connected_id_subaddr_odd = optional("MConnectedIDSubaddrOdd")
    m_connected_id_pres = optional("MConnectedIDPres")


class MeetmeEnd(AmiEvent, event="MeetmeEnd"):
    """A MeetMe conference is over.

    Event ``MeetmeEnd``, class ``call``, sent by app_meetme.
    """

    __slots__ = ()

    meetme = optional("Meetme")


class MeetmeJoin(ChannelEvent, event="MeetmeJoin"):
    """Somebody joined a MeetMe conference.

    Event ``MeetmeJoin``, class ``call``, sent by app_meetme.
    """

    __slots__ = ()

    meetme = optional("Meetme")
    user = optional("User")


class MeetmeLeave(ChannelEvent, event="MeetmeLeave"):
    """Somebody left a MeetMe conference.

    Event ``MeetmeLeave``, class ``call``, sent by app_meetme.
    """

    __slots__ = ()

    meetme = optional("Meetme")
    user = optional("User")
    duration = optional("Duration", int)


class MeetmeList(AmiEvent, event="MeetmeList"):
    """Somebody in a MeetMe conference.

    Event ``MeetmeList``, class ``call``, sent by app_meetme; an item of MeetmeList.
    """

    __slots__ = ()

    conference = optional("Conference")
    user_number = optional("UserNumber")
    caller_id_num = optional("CallerIDNum")
    caller_id_name = optional("CallerIDName")
    connected_line_num = optional("ConnectedLineNum")
    connected_line_name = optional("ConnectedLineName")
    channel = optional("Channel")
    admin = optional("Admin", flag)
    role = optional("Role")
    marked_user = optional("MarkedUser")
    muted = optional("Muted")
    talking = optional("Talking")


class MeetmeListRooms(AmiEvent, event="MeetmeListRooms"):
    """A MeetMe conference.

    Event ``MeetmeListRooms``, class ``call``, sent by app_meetme; an item of MeetmeListRooms.
    """

    __slots__ = ()

    conference = optional("Conference")
    parties = optional("Parties", int)
    marked = optional("Marked")
    activity = optional("Activity")
    creation = optional("Creation")
    locked = optional("Locked")


class MeetmeMute(ChannelEvent, event="MeetmeMute"):
    """Somebody in a MeetMe conference was muted, or no longer is.

    Event ``MeetmeMute``, class ``call``, sent by app_meetme.
    """

    __slots__ = ()

    meetme = optional("Meetme")
    user = optional("User")
    duration = optional("Duration", int)
    status = optional("Status", flag)


class MeetmeTalking(ChannelEvent, event="MeetmeTalking"):
    """Somebody in a MeetMe conference began or stopped talking.

    Event ``MeetmeTalking``, class ``call``, sent by app_meetme.
    """

    __slots__ = ()

    meetme = optional("Meetme")
    user = optional("User")
    duration = optional("Duration", int)
    status = optional("Status", flag)


class MeetmeTalkRequest(ChannelEvent, event="MeetmeTalkRequest"):
    """Somebody in a MeetMe conference would like to speak, or no longer.

    Event ``MeetmeTalkRequest``, class ``call``, sent by app_meetme.
    """

    __slots__ = ()

    meetme = optional("Meetme")
    user = optional("User")
    duration = optional("Duration", int)
    status = optional("Status", flag)


class MemoryLimit(AmiEvent, event="MemoryLimit"):
    """A request was refused for lack of memory.

    Event ``MemoryLimit``, class ``security``.
    """

    __slots__ = ()

    event_tv = field("EventTV")
    severity = field("Severity")
    service = field("Service")
    event_version = field("EventVersion", int)
    account_id = field("AccountID")
    session_id = field("SessionID")
    local_address = field("LocalAddress")
    remote_address = field("RemoteAddress")
    module = optional("Module")
    session_tv = optional("SessionTV")


class MessageWaiting(AmiEvent, event="MessageWaiting"):
    """A mailbox has messages waiting, or no longer.

    Event ``MessageWaiting``, class ``call``.
    """

    __slots__ = ()

    channel = optional("Channel")
    channel_state = optional("ChannelState", domain.ChannelState.parse)
    channel_state_desc = optional("ChannelStateDesc")
    caller_id_num = optional("CallerIDNum", known)
    caller_id_name = optional("CallerIDName", known)
    connected_line_num = optional("ConnectedLineNum", known)
    connected_line_name = optional("ConnectedLineName", known)
    language = optional("Language")
    account_code = optional("AccountCode")
    context = optional("Context")
    exten = optional("Exten")
    priority = optional("Priority", int)
    uniqueid = optional("Uniqueid")
    linkedid = optional("Linkedid")
    mailbox = field("Mailbox")
    waiting = field("Waiting", flag)
    new = field("New", int)
    old = field("Old", int)


class MiniVoiceMail(ChannelEvent, event="MiniVoiceMail"):
    """A message was left with app_minivm.

    Event ``MiniVoiceMail``, class ``call``, sent by app_minivm.
    """

    __slots__ = ()

    action = optional("Action")
    mailbox = optional("Mailbox")
    counter = optional("Counter")


class MixMonitorMute(ChannelEvent, event="MixMonitorMute"):
    """A recording was muted, or no longer is.

    Event ``MixMonitorMute``, class ``call``, sent by app_mixmonitor.
    """

    __slots__ = ()

    direction = field("Direction")
    state = field("State", flag)


class MixMonitorStart(ChannelEvent, event="MixMonitorStart"):
    """A channel is being recorded.

    Event ``MixMonitorStart``, class ``call``, sent by app_mixmonitor.
    """

    __slots__ = ()


class MixMonitorStop(ChannelEvent, event="MixMonitorStop"):
    """A channel is no longer recorded.

    Event ``MixMonitorStop``, class ``call``, sent by app_mixmonitor.
    """

    __slots__ = ()


class MusicOnHoldStart(ChannelEvent, event="MusicOnHoldStart"):
    """Music on hold started on a channel.

    Event ``MusicOnHoldStart``, class ``call``.
    """

    __slots__ = ()

    music_class = field("Class")


class MusicOnHoldStop(ChannelEvent, event="MusicOnHoldStop"):
    """Music on hold stopped on a channel.

    Event ``MusicOnHoldStop``, class ``call``.
    """

    __slots__ = ()


class MWIGet(AmiEvent, event="MWIGet"):
    """How many messages a mailbox has.

    Event ``MWIGet``, class ``reporting``, sent by res_mwi_external_ami; an item of MWIGet.
    """

    __slots__ = ()

    mailbox = optional("Mailbox")
    old_messages = optional("OldMessages", int)
    new_messages = optional("NewMessages", int)


class MWIGetComplete(AmiEvent, event="MWIGetComplete"):
    """The list is complete.

    Event ``MWIGetComplete``, sent by res_mwi_external_ami; the end of MWIGet.
    """

    __slots__ = ()

    event_list = optional("EventList")
    list_items = optional("ListItems", int)


class NewAccountCode(ChannelEvent, event="NewAccountCode"):
    """A channel's account code changed.

    Event ``NewAccountCode``, class ``call``.
    """

    __slots__ = ()

    old_account_code = field("OldAccountCode")


class NewCallerid(ChannelEvent, event="NewCallerid"):
    """A channel's caller ID changed.

    Event ``NewCallerid``, class ``call``.
    """

    __slots__ = ()

    cid_calling_pres = field("CID-CallingPres")


class Newchannel(ChannelEvent, event="Newchannel"):
    """A channel came to be.

    Event ``Newchannel``, class ``call``.
    """

    __slots__ = ()


class NewConnectedLine(ChannelEvent, event="NewConnectedLine"):
    """A channel's connected line changed.

    Event ``NewConnectedLine``, class ``call``.
    """

    __slots__ = ()


class Newexten(ChannelEvent, event="Newexten"):
    """A channel enters a step of the dialplan.

    Event ``Newexten``, class ``dialplan``.
    """

    __slots__ = ()

    extension = field("Extension")
    application = field("Application")
    app_data = field("AppData")


class Newstate(ChannelEvent, event="Newstate"):
    """A channel's state changed.

    Event ``Newstate``, class ``call``.
    """

    __slots__ = ()


class OriginateResponse(AmiEvent, event="OriginateResponse"):
    """How an asynchronous Originate went; it carries the ActionID of the action.

    Event ``OriginateResponse``, class ``call``.
    """

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


class OutboundRegistrationDetail(AmiEvent, event="OutboundRegistrationDetail"):
    """A registration with somebody else.

    Event ``OutboundRegistrationDetail``, sent by res_pjsip_outbound_registration; an item of
    PJSIPShowRegistrationsOutbound.
    """

    __slots__ = ()

    object_type = field("ObjectType")
    object_name = field("ObjectName")
    max_retries = field("MaxRetries", int)
    client_uri = field("ClientUri")
    security_negotiation = field("SecurityNegotiation")
    auth_rejection_permanent = field("AuthRejectionPermanent", flag)
    server_uri = field("ServerUri")
    max_random_initial_delay = field("MaxRandomInitialDelay", int)
    support_path = field("SupportPath", flag)
    retry_interval = field("RetryInterval", int)
    contact_header_params = field("ContactHeaderParams")
    expiration = field("Expiration", int)
    transport = field("Transport")
    line = field("Line", flag)
    contact_user = field("ContactUser")
    endpoint = field("Endpoint")
    user_agent = field("UserAgent")
    forbidden_retry_interval = field("ForbiddenRetryInterval", int)
    outbound_auth = field("OutboundAuth")
    outbound_proxy = field("OutboundProxy")
    fatal_retry_interval = field("FatalRetryInterval", int)
    support_outbound = field("SupportOutbound", flag)
    status = field("Status")
    next_reg = field("NextReg", int)


class OutboundRegistrationDetailComplete(AmiEvent, event="OutboundRegistrationDetailComplete"):
    """The list is complete.

    Event ``OutboundRegistrationDetailComplete``, sent by res_pjsip_outbound_registration; the end of
    PJSIPShowRegistrationsOutbound.
    """

    __slots__ = ()

    event_list = field("EventList")
    list_items = field("ListItems", int)
    registered = field("Registered", int)
    not_registered = field("NotRegistered", int)


class OutboundSubscriptionDetail(AmiEvent, event="OutboundSubscriptionDetail"):
    """What Asterisk subscribed to elsewhere.

    Event ``OutboundSubscriptionDetail``, sent by res_pjsip_pubsub; an item of PJSIPShowSubscriptionsOutbound.
    """

    __slots__ = ()

    role = field("Role")
    endpoint = field("Endpoint")
    callid = field("Callid")
    state = field("State")
    callerid = field("Callerid")
    subscription_type = field("SubscriptionType")
    extension = optional("Extension")
    extension_states = optional("ExtensionStates")
    mailboxes = optional("Mailboxes")


class OutboundSubscriptionDetailComplete(AmiEvent, event="OutboundSubscriptionDetailComplete"):
    """The list is complete.

    Event ``OutboundSubscriptionDetailComplete``, sent by res_pjsip_pubsub; the end of PJSIPShowSubscriptionsOutbound.
    """

    __slots__ = ()

    event_list = field("EventList")
    list_items = field("ListItems", int)


class ParkedCall(AmiEvent, event="ParkedCall"):
    """A call was parked; times are in seconds.

    Event ``ParkedCall``, class ``call``, sent by parking_manager; an item of ParkedCalls.
    """

    __slots__ = ()

    parkee = channel("Parkee")
    parker_dial_string = field("ParkerDialString")
    parkinglot = field("Parkinglot")
    parking_space = field("ParkingSpace", int)
    parking_timeout = field("ParkingTimeout", int)
    parking_duration = field("ParkingDuration", int)


class ParkedCallGiveUp(AmiEvent, event="ParkedCallGiveUp"):
    """A parked caller hung up.

    Event ``ParkedCallGiveUp``, class ``call``, sent by parking_manager.
    """

    __slots__ = ()

    parkee = channel("Parkee")
    parker = optional_channel("Parker")
    parker_dial_string = field("ParkerDialString")
    parkinglot = field("Parkinglot")
    parking_space = field("ParkingSpace", int)
    parking_timeout = field("ParkingTimeout", int)
    parking_duration = field("ParkingDuration", int)


class ParkedCallsComplete(AmiEvent, event="ParkedCallsComplete"):
    """The list is complete.

    Event ``ParkedCallsComplete``, sent by res_parking; the end of ParkedCalls.
    """

    __slots__ = ()

    event_list = field("EventList")
    list_items = field("ListItems", int)
    total = field("Total", int)


class ParkedCallSwap(AmiEvent, event="ParkedCallSwap"):
    """A channel took the place of a parked one.

    Event ``ParkedCallSwap``, class ``call``, sent by parking_manager.
    """

    __slots__ = ()

    parkee = channel("Parkee")
    parker = optional_channel("Parker")
    parker_dial_string = field("ParkerDialString")
    parkinglot = field("Parkinglot")
    parking_space = field("ParkingSpace", int)
    parking_timeout = field("ParkingTimeout", int)
    parking_duration = field("ParkingDuration", int)


class ParkedCallTimeOut(AmiEvent, event="ParkedCallTimeOut"):
    """A call was parked for too long.

    Event ``ParkedCallTimeOut``, class ``call``, sent by parking_manager.
    """

    __slots__ = ()

    parkee = channel("Parkee")
    parker = optional_channel("Parker")
    parker_dial_string = field("ParkerDialString")
    parkinglot = field("Parkinglot")
    parking_space = field("ParkingSpace", int)
    parking_timeout = field("ParkingTimeout", int)
    parking_duration = field("ParkingDuration", int)


class Parkinglot(AmiEvent, event="Parkinglot"):
    """A parking lot.

    Event ``Parkinglot``, sent by res_parking; an item of Parkinglots.
    """

    __slots__ = ()

    parkinglot = field("Name")
    start_space = field("StartSpace", int)
    stop_space = field("StopSpace", int)
    timeout = field("Timeout", int)


class ParkinglotsComplete(AmiEvent, event="ParkinglotsComplete"):
    """The list is complete.

    Event ``ParkinglotsComplete``, sent by res_parking; the end of Parkinglots.
    """

    __slots__ = ()

    event_list = field("EventList")
    list_items = field("ListItems", int)


class PeerEntry(AmiEvent, event="PeerEntry"):
    """An IAX peer.

    Event ``PeerEntry``, sent by chan_iax2; an item of IAXpeerlist.
    """

    __slots__ = ()

    channel_type = field("Channeltype")
    object_name = field("ObjectName")
    chan_object_type = field("ChanObjectType")
    ip_address = field("IPaddress")
    mask = optional("Mask")
    port = optional("Port", int)
    ip_port = optional("IPport", int)
    dynamic = field("Dynamic", flag)
    trunk = field("Trunk", flag)
    encryption = field("Encryption", flag)
    status = field("Status")
    description = optional("Description")


class PeerlistComplete(AmiEvent, event="PeerlistComplete"):
    """The list is complete.

    Event ``PeerlistComplete``, sent by chan_iax2; the end of IAXpeerlist.
    """

    __slots__ = ()

    event_list = field("EventList")
    list_items = field("ListItems", int)


class PeerStatus(AmiEvent, event="PeerStatus"):
    """A peer or an AOR is known otherwise than before.

    Event ``PeerStatus``, class ``system``.
    """

    __slots__ = ()

    channel_type = field("ChannelType")
    peer = field("Peer")
    peer_status = field("PeerStatus", domain.PeerStatus.parse)
    cause = optional("Cause")
    address = optional("Address")
    port = optional("Port")
    time = optional("Time", int)


class Pickup(ChannelEvent, event="Pickup"):
    """A channel picked up a call that rang elsewhere.

    Event ``Pickup``, class ``call``.
    """

    __slots__ = ()

    target = channel("Target")


class PJSIPMaintenanceStatus(AmiEvent, event="PJSIPMaintenanceStatus"):
    """An endpoint went into maintenance, or came back.

    Event ``PJSIPMaintenanceStatus``, class ``system``, sent by res_pjsip_maintenance; an item of PJSIPShowMaintenance.
    """

    __slots__ = ()

    endpoint = field("Endpoint")
    status = field("Status")


class PJSIPMaintenanceStatusComplete(AmiEvent, event="PJSIPMaintenanceStatusComplete"):
    """The list is complete.

    Event ``PJSIPMaintenanceStatusComplete``, sent by res_pjsip_maintenance; the end of PJSIPShowMaintenance.
    """

    __slots__ = ()

    event_list = field("EventList")
    list_items = field("ListItems", int)


class PresenceStateChange(AmiEvent, event="PresenceStateChange"):
    """Somebody's presence changed.

    Event ``PresenceStateChange``, class ``call``; an item of PresenceStateList.
    """

    __slots__ = ()

    presentity = field("Presentity")
    status = field("Status")
    subtype = field("Subtype")
    message = field("Message")


class PresenceStateListComplete(AmiEvent, event="PresenceStateListComplete"):
    """The list is complete.

    Event ``PresenceStateListComplete``, sent by res_manager_presencestate; the end of PresenceStateList.
    """

    __slots__ = ()

    event_list = field("EventList")
    list_items = field("ListItems", int)


class PresenceStatus(AmiEvent, event="PresenceStatus"):
    """The presence behind a hint changed.

    Event ``PresenceStatus``, class ``call``.
    """

    __slots__ = ()

    exten = field("Exten")
    context = field("Context")
    hint = field("Hint")
    status = field("Status")
    subtype = field("Subtype")
    message = field("Message")


class QueueCallerAbandon(ChannelEvent, event="QueueCallerAbandon"):
    """A caller hung up while waiting in a queue.

    Event ``QueueCallerAbandon``, class ``agent``, sent by app_queue.
    """

    __slots__ = ()

    queue = field("Queue")
    position = field("Position", int)
    original_position = field("OriginalPosition", int)
    hold_time = field("HoldTime", int)


class QueueCallerJoin(ChannelEvent, event="QueueCallerJoin"):
    """A caller entered a queue.

    Event ``QueueCallerJoin``, class ``agent``, sent by app_queue.
    """

    __slots__ = ()

    queue = field("Queue")
    position = field("Position", int)
    count = field("Count", int)


class QueueCallerLeave(ChannelEvent, event="QueueCallerLeave"):
    """A caller left a queue, for whatever reason.

    Event ``QueueCallerLeave``, class ``agent``, sent by app_queue.
    """

    __slots__ = ()

    queue = field("Queue")
    count = field("Count", int)
    position = field("Position", int)


class QueueEntry(AmiEvent, event="QueueEntry"):
    """A caller who waits; :attr:`wait` is in seconds.

    Event ``QueueEntry``, sent by app_queue; an item of QueueStatus.
    """

    __slots__ = ()

    queue = field("Queue")
    position = field("Position", int)
    channel = field("Channel")
    uniqueid = field("Uniqueid")
    caller_id_num = field("CallerIDNum")
    caller_id_name = field("CallerIDName")
    connected_line_num = field("ConnectedLineNum")
    connected_line_name = field("ConnectedLineName")
    wait = field("Wait", int)
    priority = field("Priority", int)


class QueueMember(AmiEvent, event="QueueMember"):
    """A member of a queue.

    Event ``QueueMember``, sent by app_queue; an item of QueueStatus.
    """

    __slots__ = ()

    queue = field("Queue")
    member_name = field("Name")
    location = field("Location")
    state_interface = field("StateInterface")
    membership = field("Membership")
    penalty = field("Penalty", int)
    calls_taken = field("CallsTaken", int)
    last_call = field("LastCall", int)
    last_pause = field("LastPause", int)
    login_time = field("LoginTime", int)
    in_call = field("InCall", flag)
    status = field("Status", domain.DeviceState.parse)
    paused = field("Paused", flag)
    paused_reason = field("PausedReason")
    wrapuptime = field("Wrapuptime", int)


class QueueMemberAdded(AmiEvent, event="QueueMemberAdded"):
    """A queue has a new member.

    Event ``QueueMemberAdded``, class ``agent``, sent by app_queue.
    """

    __slots__ = ()

    queue = field("Queue")
    member_name = field("MemberName")
    interface = field("Interface")
    state_interface = field("StateInterface")
    membership = field("Membership")
    penalty = field("Penalty", int)
    calls_taken = field("CallsTaken", int)
    last_call = field("LastCall", int)
    last_pause = field("LastPause", int)
    login_time = field("LoginTime", int)
    in_call = field("InCall", flag)
    status = field("Status", domain.DeviceState.parse)
    paused = field("Paused", flag)
    paused_reason = field("PausedReason")
    ringinuse = field("Ringinuse", flag)
    wrapuptime = field("Wrapuptime", int)


class QueueMemberPause(AmiEvent, event="QueueMemberPause"):
    """A member was paused, or no longer is.

    Event ``QueueMemberPause``, class ``agent``, sent by app_queue.
    """

    __slots__ = ()

    queue = field("Queue")
    member_name = field("MemberName")
    interface = field("Interface")
    state_interface = field("StateInterface")
    membership = field("Membership")
    penalty = field("Penalty", int)
    calls_taken = field("CallsTaken", int)
    last_call = field("LastCall", int)
    last_pause = field("LastPause", int)
    login_time = field("LoginTime", int)
    in_call = field("InCall", flag)
    status = field("Status", domain.DeviceState.parse)
    paused = field("Paused", flag)
    paused_reason = field("PausedReason")
    ringinuse = field("Ringinuse", flag)
    wrapuptime = field("Wrapuptime", int)


class QueueMemberPenalty(AmiEvent, event="QueueMemberPenalty"):
    """A member's penalty changed.

    Event ``QueueMemberPenalty``, class ``agent``, sent by app_queue.
    """

    __slots__ = ()

    queue = field("Queue")
    member_name = field("MemberName")
    interface = field("Interface")
    state_interface = field("StateInterface")
    membership = field("Membership")
    penalty = field("Penalty", int)
    calls_taken = field("CallsTaken", int)
    last_call = field("LastCall", int)
    last_pause = field("LastPause", int)
    login_time = field("LoginTime", int)
    in_call = field("InCall", flag)
    status = field("Status", domain.DeviceState.parse)
    paused = field("Paused", flag)
    paused_reason = field("PausedReason")
    ringinuse = field("Ringinuse", flag)
    wrapuptime = field("Wrapuptime", int)


class QueueMemberRemoved(AmiEvent, event="QueueMemberRemoved"):
    """A member was taken out of a queue.

    Event ``QueueMemberRemoved``, class ``agent``, sent by app_queue.
    """

    __slots__ = ()

    queue = field("Queue")
    member_name = field("MemberName")
    interface = field("Interface")
    state_interface = field("StateInterface")
    membership = field("Membership")
    penalty = field("Penalty", int)
    calls_taken = field("CallsTaken", int)
    last_call = field("LastCall", int)
    last_pause = field("LastPause", int)
    login_time = field("LoginTime", int)
    in_call = field("InCall", flag)
    status = field("Status", domain.DeviceState.parse)
    paused = field("Paused", flag)
    paused_reason = field("PausedReason")
    ringinuse = field("Ringinuse", flag)
    wrapuptime = field("Wrapuptime", int)


class QueueMemberRinginuse(AmiEvent, event="QueueMemberRinginuse"):
    """Whether a member is called while in use changed.

    Event ``QueueMemberRinginuse``, class ``agent``, sent by app_queue.
    """

    __slots__ = ()

    queue = field("Queue")
    member_name = field("MemberName")
    interface = field("Interface")
    state_interface = field("StateInterface")
    membership = field("Membership")
    penalty = field("Penalty", int)
    calls_taken = field("CallsTaken", int)
    last_call = field("LastCall", int)
    last_pause = field("LastPause", int)
    login_time = field("LoginTime", int)
    in_call = field("InCall", flag)
    status = field("Status", domain.DeviceState.parse)
    paused = field("Paused", flag)
    paused_reason = field("PausedReason")
    ringinuse = field("Ringinuse", flag)
    wrapuptime = field("Wrapuptime", int)


class QueueMemberStatus(AmiEvent, event="QueueMemberStatus"):
    """The state of a member's device, or of its calls, changed.

    Event ``QueueMemberStatus``, class ``agent``, sent by app_queue.
    """

    __slots__ = ()

    queue = field("Queue")
    member_name = field("MemberName")
    interface = field("Interface")
    state_interface = field("StateInterface")
    membership = field("Membership")
    penalty = field("Penalty", int)
    calls_taken = field("CallsTaken", int)
    last_call = field("LastCall", int)
    last_pause = field("LastPause", int)
    login_time = field("LoginTime", int)
    in_call = field("InCall", flag)
    status = field("Status", domain.DeviceState.parse)
    paused = field("Paused", flag)
    paused_reason = field("PausedReason")
    ringinuse = field("Ringinuse", flag)
    wrapuptime = field("Wrapuptime", int)


class QueueParams(AmiEvent, event="QueueParams"):
    """A queue and its figures; times are in seconds.

    Event ``QueueParams``, sent by app_queue; an item of QueueStatus.
    """

    __slots__ = ()

    max = field("Max", int)
    strategy = field("Strategy", domain.QueueStrategy.parse)
    calls = field("Calls", int)
    holdtime = field("Holdtime", int)
    talk_time = field("TalkTime", int)
    completed = field("Completed", int)
    abandoned = field("Abandoned", int)
    servicelevel_perf = field("ServicelevelPerf", float)
    servicelevel_perf2 = field("ServicelevelPerf2", float)
    queue = field("Queue")
    service_level = field("ServiceLevel", int)
    weight = field("Weight", int)


class QueueStatusComplete(AmiEvent, event="QueueStatusComplete"):
    """The list is complete.

    Event ``QueueStatusComplete``, sent by app_queue; the end of QueueStatus.
    """

    __slots__ = ()

    event_list = field("EventList")
    list_items = field("ListItems", int)


class QueueSummary(AmiEvent, event="QueueSummary"):
    """A queue in short; times are in seconds.

    Event ``QueueSummary``, sent by app_queue; an item of QueueSummary.
    """

    __slots__ = ()

    queue = field("Queue")
    logged_in = field("LoggedIn", int)
    available = field("Available", int)
    callers = field("Callers", int)
    hold_time = field("HoldTime", int)
    talk_time = field("TalkTime", int)
    longest_hold_time = field("LongestHoldTime", int)


class QueueSummaryComplete(AmiEvent, event="QueueSummaryComplete"):
    """The list is complete.

    Event ``QueueSummaryComplete``, sent by app_queue; the end of QueueSummary.
    """

    __slots__ = ()

    event_list = field("EventList")
    list_items = field("ListItems", int)


class ReceiveFAX(ChannelEvent, event="ReceiveFAX"):
    """A fax was received, or not.

    Event ``ReceiveFAX``, class ``call``.
    """

    __slots__ = ()

    local_station_id = optional("LocalStationID")
    remote_station_id = optional("RemoteStationID")
    pages_transferred = optional("PagesTransferred", int)
    resolution = optional("Resolution")
    transfer_rate = optional("TransferRate", int)
    file_name = optional("FileName")


class RegistrationsComplete(AmiEvent, event="RegistrationsComplete"):
    """The list is complete.

    Event ``RegistrationsComplete``, sent by chan_iax2; the end of IAXregistry.
    """

    __slots__ = ()

    event_list = field("EventList")
    list_items = field("ListItems", int)


class Registry(AmiEvent, event="Registry"):
    """A registration with somebody else came about, or ended.

    Event ``Registry``, class ``system``.
    """

    __slots__ = ()

    channel_type = field("ChannelType")
    username = field("Username")
    domain = field("Domain")
    status = field("Status")
    cause = optional("Cause")


class RegistryEntry(AmiEvent, event="RegistryEntry"):
    """A registration of ours with an IAX peer.

    Event ``RegistryEntry``, sent by chan_iax2; an item of IAXregistry.
    """

    __slots__ = ()

    host = field("Host")
    dns_manager = field("DNSmanager")
    username = field("Username")
    perceived = field("Perceived")
    refresh = field("Refresh", int)
    state = field("State")


class Reload(AmiEvent, event="Reload"):
    """A module was reloaded.

    Event ``Reload``, class ``system``.
    """

    __slots__ = ()

    module = field("Module")
    status = field("Status", int)


class Rename(AmiEvent, event="Rename"):
    """A channel has a new name.

    Event ``Rename``, class ``call``.
    """

    __slots__ = ()

    channel = field("Channel")
    newname = field("Newname")
    uniqueid = field("Uniqueid")


class RequestBadFormat(AmiEvent, event="RequestBadFormat"):
    """Somebody sent a request that is not understood, or an action of a module that is not loaded.

    Event ``RequestBadFormat``, class ``security``.
    """

    __slots__ = ()

    event_tv = field("EventTV")
    severity = field("Severity")
    service = field("Service")
    event_version = field("EventVersion", int)
    account_id = field("AccountID")
    session_id = field("SessionID")
    local_address = field("LocalAddress")
    remote_address = field("RemoteAddress")
    request_type = field("RequestType")
    module = optional("Module")
    session_tv = optional("SessionTV")
    request_params = optional("RequestParams")


class RequestNotAllowed(AmiEvent, event="RequestNotAllowed"):
    """Somebody asked for what is not allowed.

    Event ``RequestNotAllowed``, class ``security``.
    """

    __slots__ = ()

    event_tv = field("EventTV")
    severity = field("Severity")
    service = field("Service")
    event_version = field("EventVersion", int)
    account_id = field("AccountID")
    session_id = field("SessionID")
    local_address = field("LocalAddress")
    remote_address = field("RemoteAddress")
    request_type = field("RequestType")
    module = optional("Module")
    session_tv = optional("SessionTV")
    request_params = optional("RequestParams")


class RequestNotSupported(AmiEvent, event="RequestNotSupported"):
    """Somebody asked for what is not supported.

    Event ``RequestNotSupported``, class ``security``.
    """

    __slots__ = ()

    event_tv = field("EventTV")
    severity = field("Severity")
    service = field("Service")
    event_version = field("EventVersion", int)
    account_id = field("AccountID")
    session_id = field("SessionID")
    local_address = field("LocalAddress")
    remote_address = field("RemoteAddress")
    request_type = field("RequestType")
    module = optional("Module")
    session_tv = optional("SessionTV")


class ResourceListDetail(AmiEvent, event="ResourceListDetail"):
    """A list of resources.

    Event ``ResourceListDetail``, sent by res_pjsip_pubsub; an item of PJSIPShowResourceLists.
    """

    __slots__ = ()

    object_type = field("ObjectType")
    object_name = field("ObjectName")
    full_state = field("FullState", flag)
    list_item = field("ListItem")
    notification_batch_interval = field("NotificationBatchInterval", int)
    resource_display_name = field("ResourceDisplayName", flag)


class ResourceListDetailComplete(AmiEvent, event="ResourceListDetailComplete"):
    """The list is complete.

    Event ``ResourceListDetailComplete``, sent by res_pjsip_pubsub; the end of PJSIPShowResourceLists.
    """

    __slots__ = ()

    event_list = field("EventList")
    list_items = field("ListItems", int)


class RTCPReceived(ChannelEvent, event="RTCPReceived"):
    """An RTCP report came in. Of several reports in it, the first has attributes.

    Event ``RTCPReceived``, class ``reporting``.
    """

    __slots__ = ()

    ssrc = field("SSRC")
    pt = field("PT")
    from_address = field("From")
    rtt = optional("RTT", float)
    report_count = field("ReportCount", int)
    sent_ntp = optional("SentNTP")
    sent_rtp = optional("SentRTP", int)
    sent_packets = optional("SentPackets", int)
    sent_octets = optional("SentOctets", int)
    report0_source_ssrc = optional("Report0SourceSSRC")
    report0_fraction_lost = optional("Report0FractionLost", int)
    report0_cumulative_lost = optional("Report0CumulativeLost", int)
    report0_highest_sequence = optional("Report0HighestSequence", int)
    report0_sequence_number_cycles = optional("Report0SequenceNumberCycles", int)
    report0_ia_jitter = optional("Report0IAJitter", int)
    report0_lsr = optional("Report0LSR", int)
    report0_dlsr = optional("Report0DLSR", float)
    to_address = field("To")
    mes = optional("MES", float)


class RTCPSent(ChannelEvent, event="RTCPSent"):
    """An RTCP report went out. Of several reports in it, the first has attributes.

    Event ``RTCPSent``, class ``reporting``.
    """

    __slots__ = ()

    ssrc = field("SSRC")
    pt = field("PT")
    to_address = field("To")
    report_count = field("ReportCount", int)
    sent_ntp = optional("SentNTP")
    sent_rtp = optional("SentRTP", int)
    sent_packets = optional("SentPackets", int)
    sent_octets = optional("SentOctets", int)
    report0_source_ssrc = optional("Report0SourceSSRC")
    report0_fraction_lost = optional("Report0FractionLost", int)
    report0_cumulative_lost = optional("Report0CumulativeLost", int)
    report0_highest_sequence = optional("Report0HighestSequence", int)
    report0_sequence_number_cycles = optional("Report0SequenceNumberCycles", int)
    report0_ia_jitter = optional("Report0IAJitter", int)
    report0_lsr = optional("Report0LSR", int)
    report0_dlsr = optional("Report0DLSR", float)
    from_address = field("From")
    mes = optional("MES", float)


class SendFAX(ChannelEvent, event="SendFAX"):
    """A fax was sent, or not.

    Event ``SendFAX``, class ``call``.
    """

    __slots__ = ()

    local_station_id = optional("LocalStationID")
    remote_station_id = optional("RemoteStationID")
    pages_transferred = optional("PagesTransferred", int)
    resolution = optional("Resolution")
    transfer_rate = optional("TransferRate", int)
    file_name = optional("FileName")


class SessionLimit(AmiEvent, event="SessionLimit"):
    """A session was refused because there are too many.

    Event ``SessionLimit``, class ``security``.
    """

    __slots__ = ()

    event_tv = field("EventTV")
    severity = field("Severity")
    service = field("Service")
    event_version = field("EventVersion", int)
    account_id = field("AccountID")
    session_id = field("SessionID")
    local_address = field("LocalAddress")
    remote_address = field("RemoteAddress")
    module = optional("Module")
    session_tv = optional("SessionTV")


class ShowDialPlanComplete(AmiEvent, event="ShowDialPlanComplete"):
    """The list is complete.

    Event ``ShowDialPlanComplete``; the end of ShowDialPlan.
    """

    __slots__ = ()

    event_list = field("EventList")
    list_items = field("ListItems", int)
    list_extensions = field("ListExtensions", int)
    list_priorities = field("ListPriorities", int)
    list_contexts = field("ListContexts", int)


class Shutdown(AmiEvent, event="Shutdown"):
    """Asterisk stops; the connection closes right after.

    Event ``Shutdown``, class ``system``.
    """

    __slots__ = ()

    shutdown = field("Shutdown")
    restart = field("Restart", flag)


class SoftHangupRequest(ChannelEvent, event="SoftHangupRequest"):
    """A hangup was asked for that the channel carries out when it next looks.

    Event ``SoftHangupRequest``, class ``call``.
    """

    __slots__ = ()

    cause = optional("Cause", domain.HangupCause.parse)
    tech_cause = optional("TechCause")


class SpanAlarm(AmiEvent, event="SpanAlarm"):
    """A DAHDI span has an alarm.

    Event ``SpanAlarm``, class ``system``, sent by chan_dahdi.
    """

    __slots__ = ()

    span = optional("Span")
    alarm = optional("Alarm")


class SpanAlarmClear(AmiEvent, event="SpanAlarmClear"):
    """The alarm of a DAHDI span is over.

    Event ``SpanAlarmClear``, class ``system``, sent by chan_dahdi.
    """

    __slots__ = ()

    span = optional("Span")


class Status(ChannelEvent, event="Status"):
    """A channel; :attr:`variables` has the variables asked for.

    Event ``Status``; an item of Status.
    """

    __slots__ = ()

    type = field("Type")
    dnid = field("DNID")
    effective_connected_line_num = field("EffectiveConnectedLineNum")
    effective_connected_line_name = field("EffectiveConnectedLineName")
    time_to_hangup = field("TimeToHangup", int)
    bridge_id = field("BridgeID")
    application = field("Application")
    data = field("Data")
    nativeformats = field("Nativeformats")
    readformat = field("Readformat")
    readtrans = field("Readtrans")
    writeformat = field("Writeformat")
    writetrans = field("Writetrans")
    callgroup = field("Callgroup", int)
    pickupgroup = field("Pickupgroup", int)
    seconds = field("Seconds", int)


class StatusComplete(AmiEvent, event="StatusComplete"):
    """The list is complete.

    Event ``StatusComplete``; the end of Status.
    """

    __slots__ = ()

    items = field("Items", int)
    event_list = field("EventList")
    list_items = field("ListItems", int)


class SuccessfulAuth(AmiEvent, event="SuccessfulAuth"):
    """Somebody logged in.

    Event ``SuccessfulAuth``, class ``security``.
    """

    __slots__ = ()

    event_tv = field("EventTV")
    severity = field("Severity")
    service = field("Service")
    event_version = field("EventVersion", int)
    account_id = field("AccountID")
    session_id = field("SessionID")
    local_address = field("LocalAddress")
    remote_address = field("RemoteAddress")
    using_password = field("UsingPassword", flag)
    module = optional("Module")
    session_tv = optional("SessionTV")


class TransportDetail(AmiEvent, event="TransportDetail"):
    """The transport of the endpoint.

    Event ``TransportDetail``, sent by res_pjsip; an item of PJSIPShowEndpoint.
    """

    __slots__ = ()

    object_type = field("ObjectType")
    object_name = field("ObjectName")
    protocol = field("Protocol")
    bind = field("Bind")
    async_operations = field("AsyncOperations", int)
    ca_list_file = field("CaListFile")
    ca_list_path = field("CaListPath")
    cert_file = field("CertFile")
    priv_key_file = field("PrivKeyFile")
    password = field("Password")
    external_signaling_address = field("ExternalSignalingAddress")
    external_signaling_port = field("ExternalSignalingPort", int)
    external_media_address = field("ExternalMediaAddress")
    domain = field("Domain")
    verify_server = field("VerifyServer", flag)
    verify_client = field("VerifyClient", flag)
    require_client_cert = field("RequireClientCert", flag)
    method = field("Method")
    cipher = field("Cipher")
    local_net = field("LocalNet")
    tos = field("Tos")
    cos = field("Cos")
    websocket_write_timeout = field("WebsocketWriteTimeout", int)
    allow_reload = field("AllowReload", flag)
    allow_wildcard_certs = field("AllowWildcardCerts", flag)
    symmetric_transport = field("SymmetricTransport", flag)
    tcp_keepalive_enable = field("TcpKeepaliveEnable", flag)
    tcp_keepalive_idle_time = field("TcpKeepaliveIdleTime", int)
    tcp_keepalive_interval_time = field("TcpKeepaliveIntervalTime", int)
    tcp_keepalive_probe_count = field("TcpKeepaliveProbeCount", int)
    endpoint_name = field("EndpointName")


class UnexpectedAddress(AmiEvent, event="UnexpectedAddress"):
    """A request came from another address than the session's.

    Event ``UnexpectedAddress``, class ``security``.
    """

    __slots__ = ()

    event_tv = field("EventTV")
    severity = field("Severity")
    service = field("Service")
    event_version = field("EventVersion", int)
    account_id = field("AccountID")
    session_id = field("SessionID")
    local_address = field("LocalAddress")
    remote_address = field("RemoteAddress")
    expected_address = field("ExpectedAddress")
    module = optional("Module")
    session_tv = optional("SessionTV")


class Unhold(ChannelEvent, event="Unhold"):
    """A channel was taken off hold.

    Event ``Unhold``, class ``call``.
    """

    __slots__ = ()


class Unload(AmiEvent, event="Unload"):
    """A module was unloaded.

    Event ``Unload``, class ``system``.
    """

    __slots__ = ()

    module = field("Module")
    status = field("Status")


class UnParkedCall(AmiEvent, event="UnParkedCall"):
    """A parked call was fetched.

    Event ``UnParkedCall``, class ``call``, sent by parking_manager.
    """

    __slots__ = ()

    parkee = channel("Parkee")
    parker = optional_channel("Parker")
    parker_dial_string = field("ParkerDialString")
    parkinglot = field("Parkinglot")
    parking_space = field("ParkingSpace", int)
    parking_timeout = field("ParkingTimeout", int)
    parking_duration = field("ParkingDuration", int)
    retriever = channel("Retriever")


class UserEvent(AmiEvent, event="UserEvent"):
    """An event with headers of somebody's own. That of a client, and not of the dialplan, has no channel.

    Event ``UserEvent``, class ``user``.
    """

    __slots__ = ()

    channel = optional("Channel")
    channel_state = optional("ChannelState", domain.ChannelState.parse)
    channel_state_desc = optional("ChannelStateDesc")
    caller_id_num = optional("CallerIDNum", known)
    caller_id_name = optional("CallerIDName", known)
    connected_line_num = optional("ConnectedLineNum", known)
    connected_line_name = optional("ConnectedLineName", known)
    language = optional("Language")
    account_code = optional("AccountCode")
    context = optional("Context")
    exten = optional("Exten")
    priority = optional("Priority", int)
    uniqueid = optional("Uniqueid")
    linkedid = optional("Linkedid")
    user_event = field("UserEvent")


class VarSet(AmiEvent, event="VarSet"):
    """A variable was set: a channel's, or a global one where :attr:`channel` is ``None``.

    Event ``VarSet``, class ``dialplan``, sent by app_stack.
    """

    __slots__ = ()

    channel = optional("Channel", unless_global)
    channel_state = optional("ChannelState", domain.ChannelState.parse)
    channel_state_desc = optional("ChannelStateDesc")
    caller_id_num = optional("CallerIDNum", known)
    caller_id_name = optional("CallerIDName", known)
    connected_line_num = optional("ConnectedLineNum", known)
    connected_line_name = optional("ConnectedLineName", known)
    language = optional("Language")
    account_code = optional("AccountCode")
    context = optional("Context")
    exten = optional("Exten")
    priority = optional("Priority", int)
    uniqueid = optional("Uniqueid", unless_global)
    linkedid = optional("Linkedid")
    variable = field("Variable")
    value = field("Value")


class VoicemailBoxDetail(AmiEvent, event="VoicemailBoxDetail"):
    """A message in the mailbox.

    Event ``VoicemailBoxDetail``, sent by app_voicemail; an item of VoicemailBoxSummary.
    """

    __slots__ = ()

    folder = field("Folder")
    caller_id = field("CallerID")
    date = field("Date")
    duration = field("Duration")
    flag = field("Flag")
    id = field("ID")


class VoicemailBoxDetailComplete(AmiEvent, event="VoicemailBoxDetailComplete"):
    """The list is complete.

    Event ``VoicemailBoxDetailComplete``, sent by app_voicemail; the end of VoicemailBoxSummary.
    """

    __slots__ = ()

    event_list = field("EventList")
    list_items = field("ListItems", int)


class VoicemailPasswordChange(AmiEvent, event="VoicemailPasswordChange"):
    """The password of a mailbox was changed. The new one is in it.

    Event ``VoicemailPasswordChange``, class ``user``, sent by app_voicemail.
    """

    __slots__ = ()

    context = field("Context")
    mailbox = field("Mailbox")
    new_password = field("NewPassword")


class VoicemailUserDetail(AmiEvent, event="VoicemailUserDetail"):
    """The mailbox and its settings.

    Event ``VoicemailUserDetail``, sent by app_voicemail; an item of VoicemailUserStatus.
    """

    __slots__ = ()

    vm_context = field("VMContext")
    voice_mailbox = field("VoiceMailbox")
    fullname = field("Fullname")
    email = field("Email")
    pager = field("Pager")
    server_email = field("ServerEmail")
    from_string = field("FromString")
    mail_command = field("MailCommand")
    language = field("Language")
    time_zone = field("TimeZone")
    callback = field("Callback")
    dialout = field("Dialout")
    unique_id = field("UniqueID")
    exit_context = field("ExitContext")
    say_duration_minimum = field("SayDurationMinimum", int)
    say_envelope = field("SayEnvelope", flag)
    say_cid = field("SayCID", flag)
    attach_message = field("AttachMessage", flag)
    attachment_format = field("AttachmentFormat")
    delete_message = field("DeleteMessage", flag)
    volume_gain = field("VolumeGain", float)
    can_review = field("CanReview", flag)
    can_mark_urgent = field("CanMarkUrgent", flag)
    call_operator = field("CallOperator", flag)
    max_message_count = field("MaxMessageCount", int)
    max_message_length = field("MaxMessageLength", int)
    new_message_count = field("NewMessageCount", int)
    old_message_count = field("OldMessageCount", int)


class VoicemailUserDetailComplete(AmiEvent, event="VoicemailUserDetailComplete"):
    """The list is complete.

    Event ``VoicemailUserDetailComplete``, sent by app_voicemail; the end of VoicemailUserStatus.
    """

    __slots__ = ()

    event_list = field("EventList")
    list_items = field("ListItems", int)


class VoicemailUserEntry(AmiEvent, event="VoicemailUserEntry"):
    """A mailbox and its settings.

    Event ``VoicemailUserEntry``, sent by app_voicemail; an item of VoicemailUsersList.
    """

    __slots__ = ()

    vm_context = field("VMContext")
    voice_mailbox = field("VoiceMailbox")
    fullname = field("Fullname")
    email = field("Email")
    pager = field("Pager")
    server_email = field("ServerEmail")
    from_string = field("FromString")
    mail_command = field("MailCommand")
    language = field("Language")
    time_zone = field("TimeZone")
    callback = field("Callback")
    dialout = field("Dialout")
    unique_id = field("UniqueID")
    exit_context = field("ExitContext")
    say_duration_minimum = field("SayDurationMinimum", int)
    say_envelope = field("SayEnvelope", flag)
    say_cid = field("SayCID", flag)
    attach_message = field("AttachMessage", flag)
    attachment_format = field("AttachmentFormat")
    delete_message = field("DeleteMessage", flag)
    volume_gain = field("VolumeGain", float)
    can_review = field("CanReview", flag)
    can_mark_urgent = field("CanMarkUrgent", flag)
    call_operator = field("CallOperator", flag)
    max_message_count = field("MaxMessageCount", int)
    max_message_length = field("MaxMessageLength", int)
    new_message_count = field("NewMessageCount", int)
    old_message_count = field("OldMessageCount", int)


class VoicemailUserEntryComplete(AmiEvent, event="VoicemailUserEntryComplete"):
    """The list is complete.

    Event ``VoicemailUserEntryComplete``, sent by app_voicemail; the end of VoicemailUsersList.
    """

    __slots__ = ()

    event_list = field("EventList")
    list_items = field("ListItems", int)


class WaitEventComplete(AmiEvent, event="WaitEventComplete"):
    """The wait is over.

    Event ``WaitEventComplete``.
    """

    __slots__ = ()


class Wink(ChannelEvent, event="Wink"):
    """A channel received a wink.

    Event ``Wink``, class ``call``.
    """

    __slots__ = ()
