"""AMI without sockets: bytes to messages, actions to bytes, and the login; nothing here waits."""

from .codec import Decoder, check_action_id, encode_action, encode_variables
from .event_mask import check_event_mask
from .fields import field, optional
from .framing import Limits
from .login import LoginMethod
from .message import AmiEvent, Message, Response, event_class
from .session import AmiSession, SessionState
from .values import flag, known

__all__ = [
    "AmiEvent",
    "AmiSession",
    "Decoder",
    "Limits",
    "LoginMethod",
    "Message",
    "Response",
    "SessionState",
    "check_action_id",
    "check_event_mask",
    "encode_action",
    "encode_variables",
    "event_class",
    "field",
    "flag",
    "known",
    "optional",
]
