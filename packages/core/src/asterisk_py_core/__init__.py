"""What every Asterisk protocol shares: errors, events, reconnection, credentials and vocabulary."""

from .credentials import Credentials
from .domain import (
    AgiStatus,
    CdrDisposition,
    ChannelState,
    DeviceState,
    DialStatus,
    ExtensionState,
    HangupCause,
    PeerStatus,
    QueueStrategy,
)
from .errors import (
    AsteriskError,
    AuthError,
    ChallengeFailedError,
    ClientClosedError,
    ConnectFailedError,
    ConnectionClosedError,
    ConnectTimeoutError,
    DesyncError,
    DnsError,
    Error,
    EventsLostError,
    FrameTooLargeError,
    InputError,
    ListenFailedError,
    LoginRejectedError,
    LoginTimeoutError,
    MalformedFrameError,
    MissingCredentialsError,
    NotSentError,
    OutcomeUnknownError,
    ProtocolError,
    ReadTimeoutError,
    RequestRejectedError,
    TlsError,
    UnexpectedResponseError,
    UnknownValueError,
    UnsupportedVersionError,
    WriteTimeoutError,
)

# Not in `__all__`: `import *` would hide the builtins, of which these are but a part.
from .errors import ConnectionError as ConnectionError
from .errors import TimeoutError as TimeoutError
from .event_bus import Event, EventBus, EventSubscription, FilteredSubscription
from .lines import LineBuffer
from .pending import PendingRequests
from .reconnect import ConnectionState, ConnectionStateChanged, ReconnectPolicy
from .redaction import redact
from .supervised import Supervised
from .supervisor import Supervisor

__all__ = [
    "AgiStatus",
    "AsteriskError",
    "AuthError",
    "CdrDisposition",
    "ChallengeFailedError",
    "ChannelState",
    "ClientClosedError",
    "ConnectFailedError",
    "ConnectTimeoutError",
    "ConnectionClosedError",
    "ConnectionState",
    "ConnectionStateChanged",
    "Credentials",
    "DesyncError",
    "DeviceState",
    "DialStatus",
    "DnsError",
    "Error",
    "Event",
    "EventBus",
    "EventSubscription",
    "EventsLostError",
    "ExtensionState",
    "FilteredSubscription",
    "FrameTooLargeError",
    "HangupCause",
    "InputError",
    "LineBuffer",
    "ListenFailedError",
    "LoginRejectedError",
    "LoginTimeoutError",
    "MalformedFrameError",
    "MissingCredentialsError",
    "NotSentError",
    "OutcomeUnknownError",
    "PeerStatus",
    "PendingRequests",
    "ProtocolError",
    "QueueStrategy",
    "ReadTimeoutError",
    "ReconnectPolicy",
    "RequestRejectedError",
    "Supervised",
    "Supervisor",
    "TlsError",
    "UnexpectedResponseError",
    "UnknownValueError",
    "UnsupportedVersionError",
    "WriteTimeoutError",
    "redact",
]
