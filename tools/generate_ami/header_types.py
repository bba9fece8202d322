"""What type the text of an event's header has.

The documentation gives most headers no type. Those below print as numbers or truth values on the wire, everywhere they
occur; a row `Event.Header` is for one event.
"""

from typing import Final

__all__ = ["CHANNEL", "parser"]

_INTEGERS: Final = frozenset((
    "Abandoned", "ActiveChannels", "AnsweredTime", "AsyncOperations", "Available", "BillableSeconds",
    "BridgePriority", "CallStarted", "Callers", "Callgroup", "Calls", "CallsTaken", "Completed", "CompletedFAXes",
    "ContactsRegistered", "Count", "CurrentSessions", "DataRate", "DefaultExpiration", "DeviceStateBusyAt",
    "DtlsRekey", "Duration", "DurationMs", "EventVersion", "Expiration", "ExpirationTime", "ExternalSignalingPort",
    "FailedFAXes", "FatalRetryInterval", "FaxDetectTimeout", "ForbiddenRetryInterval", "HoldTime", "Holdtime", "Id",
    "Items", "LastCall", "LastPause", "LastReload", "ListContexts", "ListExtensions", "ListItems", "ListPriorities",
    "LoggedIn", "LoggedInTime", "LoginTime", "Logintime", "LongestHoldTime", "Marked", "Max", "MaxAudioStreams",
    "MaxContacts", "MaxMessageCount", "MaxMessageLength", "MaxRandomInitialDelay", "MaxRetries", "MaxVideoStreams",
    "MaximumExpiration", "MinimumExpiration", "New", "NewMessageCount", "NewMessages", "NextReg", "NonceLifetime",
    "NotRegistered", "NotificationBatchInterval", "Old", "OldMessageCount", "OldMessages", "OriginalPosition",
    "PageNumber", "PagesReceived", "PagesTransferred", "PagesTransmitted", "ParkingDuration", "ParkingSpace",
    "ParkingTimeout", "Parties", "Penalty", "Pickupgroup", "Position", "QualifyFrequency", "ReceiveAttempts",
    "RegExpire", "Registered", "Report0CumulativeLost", "Report0FractionLost", "Report0HighestSequence",
    "Report0IAJitter", "Report0LSR", "Report0SequenceNumberCycles", "ReportCount", "ReservedSessions", "ResultCode",
    "RetryInterval", "RingTime", "RtpKeepalive", "RtpPortEnd", "RtpPortStart", "RtpTimeout", "RtpTimeoutHold",
    "SayDurationMinimum", "Seconds", "SentOctets", "SentPackets", "SentRTP", "ServiceLevel", "SessionNumber",
    "StartSpace", "StopSpace", "SubMinExpiry", "T38UdptlMaxdatagram", "TalkTime", "TcpKeepaliveIdleTime",
    "TcpKeepaliveIntervalTime", "TcpKeepaliveProbeCount", "TimeToHangup", "Timeout", "TimersMinSe",
    "TimersSessExpires", "Total", "TotalBadLines", "TotalContacts", "TransferRate", "TransmitAttempts", "Uptime",
    "ViaPort", "Wait", "WebsocketWriteTimeout", "Weight", "Wrapuptime",
))  # fmt: skip
_FLOATS: Final = frozenset(
    ("MES", "QualifyTimeout", "RTT", "Report0DLSR", "ServicelevelPerf", "ServicelevelPerf2", "VolumeGain")
)
_FLAGS: Final = frozenset((
    "AcceptMultipleSdpAnswers", "Admin", "AggregateMwi", "AllowOverlap", "AllowReload", "AllowSubscribe",
    "AllowTransfer", "AllowUnauthenticatedOptions", "AllowWildcardCerts", "AsymmetricRtpCodec", "AttachMessage",
    "AuthRejectionPermanent", "AuthenticateQualify", "BindRtpToMediaAddress", "BridgeSuspended", "Bundle",
    "CallOperator", "CanMarkUrgent", "CanReview", "DeleteMessage", "DirectMedia", "DisableDirectMediaOnNat",
    "DtlsAutoGenerateCert", "EndMarkedAny", "FaxDetect", "FollowEarlyMediaFork", "ForceAvp", "ForceRport",
    "FullState", "G726NonStandard", "IceSupport", "Ignore183WithoutSdp", "InbandProgress", "IsExternal", "Line",
    "MediaEncryptionOptimistic", "MediaUseReceivedTransport", "MohPassthrough", "MwiSubscribeReplacesUnsolicited",
    "NotifyEarlyInuseRinging", "OneTouchRecording", "PreferredCodecOnly", "PruneOnBoot", "Qualify2xxOnly",
    "ReferBlindProgress", "RemoveExisting", "RemoveUnavailable", "RequireClientCert", "ResourceDisplayName",
    "RewriteContact", "RpidImmediate", "RtcpMux", "RtpIpv6", "RtpSymmetric", "SayCID", "SayEnvelope", "SendAoc",
    "SendConnectedLine", "SendDiversion", "SendHistoryInfo", "SendPai", "SendRpid", "SrtpTag32", "SrvLookups",
    "Success", "SupportOutbound", "SupportPath", "SuppressMohOnSendonly", "SuppressQ850ReasonHeaders",
    "SymmetricTransport", "T38BindUdptlToMediaAddress", "T38Udptl", "T38UdptlIpv6", "T38UdptlNat",
    "TcpKeepaliveEnable", "TrustConnectedLine", "TrustIdInbound", "TrustIdOutbound", "UseAvpf", "UsePtime",
    "UserEqPhone", "UsingPassword", "VerifyClient", "VerifyServer", "Waiting", "Webrtc",
))  # fmt: skip
_PARSERS: Final = {
    "Cdr.Disposition": "domain.CdrDisposition.parse",
    "CoreShowChannel.Duration": "clock",
    "DeviceState": "domain.DeviceState.parse",
    "DeviceStateChange.State": "domain.DeviceState.parse",
    "DialEnd.DialStatus": "domain.DialStatus.parse",
    "DialState.DialStatus": "domain.DialStatus.parse",
    "ExtensionStatus.Status": "domain.ExtensionState.parse",
    "Hangup.Cause": "domain.HangupCause.parse",
    "HangupRequest.Cause": "domain.HangupCause.parse",
    "MeetmeListRooms.Marked": "",  # "N/A", or a number
    "MixMonitorMute.State": "flag",
    "OriginateResponse.CallerIDName": "known",
    "OriginateResponse.CallerIDNum": "known",
    "OriginateResponse.Channel": "known",
    "OriginateResponse.Reason": "int",
    "OriginateResponse.Uniqueid": "known",
    "PeerEntry.Dynamic": "flag",
    "PeerEntry.Encryption": "flag",
    "PeerEntry.IPport": "int",
    "PeerEntry.Port": "int",
    "PeerEntry.Trunk": "flag",
    "PeerStatus.PeerStatus": "domain.PeerStatus.parse",
    "PeerStatus.Time": "int",
    "QueueEntry.Priority": "int",
    "QueueMember.InCall": "flag",
    "QueueMember.Paused": "flag",
    "QueueMember.Status": "domain.DeviceState.parse",
    "QueueMemberAdded.Status": "domain.DeviceState.parse",
    "QueueMemberPause.Status": "domain.DeviceState.parse",
    "QueueMemberPenalty.Status": "domain.DeviceState.parse",
    "QueueMemberRemoved.Status": "domain.DeviceState.parse",
    "QueueMemberRinginuse.Status": "domain.DeviceState.parse",
    "QueueMemberStatus.Status": "domain.DeviceState.parse",
    "QueueParams.Strategy": "domain.QueueStrategy.parse",
    "RegistryEntry.Refresh": "int",
    "Reload.Status": "int",
    "RoundtripUsec": "measured",
    "SoftHangupRequest.Cause": "domain.HangupCause.parse",
    "VarSet.Uniqueid": "unless_global",
    "VoicemailBoxDetail.Duration": "",  # empty where the message has none
    "VarSet.Channel": "unless_global",
}
_TRUTH: Final = ({"yes", "no"}, {"true", "false"}, {"on", "off"}, {"0", "1"})

# The headers of a channel without a prefix, for events that may lack them: attribute, header and parser, as in
# asterisk_py_ami.snapshot.ChannelFields.
CHANNEL: Final = (
    ("channel", "Channel", ""),
    ("channel_state", "ChannelState", "domain.ChannelState.parse"),
    ("channel_state_desc", "ChannelStateDesc", ""),
    ("caller_id_num", "CallerIDNum", "known"),
    ("caller_id_name", "CallerIDName", "known"),
    ("connected_line_num", "ConnectedLineNum", "known"),
    ("connected_line_name", "ConnectedLineName", "known"),
    ("language", "Language", ""),
    ("account_code", "AccountCode", ""),
    ("context", "Context", ""),
    ("exten", "Exten", ""),
    ("priority", "Priority", "int"),
    ("uniqueid", "Uniqueid", ""),
    ("linkedid", "Linkedid", ""),
)


def parser(event: str, header: str, words: tuple[str, ...] = ()) -> str:
    """Return the name of the function that reads a header, or nothing where it is text.

    *words* are the values that the documentation lists.
    """
    for row in (f"{event}.{header}", header):
        if row in _PARSERS:
            return _PARSERS[row]
    if {word.lower() for word in words} in _TRUTH or header in _FLAGS:
        return "flag"
    if header in _INTEGERS:
        return "int"
    return "float" if header in _FLOATS else ""
