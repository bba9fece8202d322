"""Asterisk's vocabulary: the nine sets of words and codes that AMI, AGI and ARI share.

Every enum has ``parse(value)``, which takes a code (``17``, ``"17"``), the word on the wire, the member's name or
another spelling Asterisk is known to use. Words are compared without case, and without spaces, ``_``, ``-`` and ``+``,
because one Asterisk writes the same device state as ``NOT_INUSE`` and ``Not in use``. Numbers are taken as they are:
Asterisk puts no space around them, so ``" 17"`` is refused. ``wire`` is what Asterisk writes, ``code`` its number where
the vocabulary has numbers.

Codes Asterisk may add later stay representable where a call depends on them: an unknown :class:`HangupCause` or
:class:`ChannelState` keeps its number, and :class:`ExtensionState` keeps unknown bits. Such values are equal, not
identical, to another of the same number: compare them with ``==``. They are never stored, so a peer that invents
numbers cannot fill the memory.

Read off Asterisk 22: causes.h, channelstate.h, devicestate.c, app_dial.c, cdr.c, stasis_endpoints.c, app_queue.c,
pbx.h, pbx.c, res_agi.c.
"""

import re
from collections.abc import Mapping
from enum import Enum, IntEnum, StrEnum
from typing import Any, ClassVar, Self, TypeGuard

from .errors import InputError, UnknownValueError

__all__ = [
    "AgiStatus",
    "CdrDisposition",
    "ChannelState",
    "DeviceState",
    "DialStatus",
    "ExtensionState",
    "HangupCause",
    "PeerStatus",
    "QueueStrategy",
]

_NUMBER = re.compile(r"-?[0-9]{1,10}")
_SEPARATORS = str.maketrans("", "", " _-+")
# Codes are C ints in Asterisk, and no code it may add is negative.
_MAX_CODE = 2**31 - 1
_UNKNOWN_STATE = re.compile(r"unknown \(([0-9]{1,10})\)", re.IGNORECASE)
# pbx.c, extension_states: what `StatusText` may say. Any other number is "Unknown" there.
_EXTENSION_TEXT = {
    0: "Idle",
    1: "InUse",
    2: "Busy",
    4: "Unavailable",
    8: "Ringing",
    9: "InUse&Ringing",
    16: "Hold",
    17: "InUse&Hold",
}


class _Vocabulary:
    """What the nine enums have in common: :meth:`parse`, over one table per enum."""

    _table: ClassVar[dict[str | int, Any]]

    def __init_subclass__(cls, aliases: Mapping[str, str] | None = None, **kwargs: Any) -> None:
        """Fill the table of *cls* with every spelling of its members; *aliases* maps further words to member names."""
        super().__init_subclass__(**kwargs)
        cls._table = {}
        members: Mapping[str, Any] = getattr(cls, "__members__", {})
        spellings = list(members.items())
        spellings += [(member.wire, member) for member in members.values()]
        spellings += [(word, members[name]) for word, name in (aliases or {}).items()]
        for word, member in spellings:
            cls._table |= dict.fromkeys((word, word.upper(), word.lower()), member)
            if (key := _key(word)).isalpha():  # Not the code -1, which would become 1.
                cls._table[key] = member
        for member in members.values():
            if (code := getattr(member, "code", None)) is not None:
                cls._table[code] = cls._table[str(code)] = member

    @classmethod
    def parse(cls, value: str | int) -> Self:
        """Return the member that *value* (a code, wire word, member name or alias, in any case) stands for.

        Raises:
            UnknownValueError: *value* is none of these, or no ``str`` or ``int`` (a ``bool`` is neither here).
        """
        kind = type(value)
        if kind is str or kind is int:
            member: Self | None = cls._table.get(value)
            if member is not None:
                return member
        return cls._parse_unusual(value)

    @classmethod
    def _parse_unusual(cls, value: object) -> Self:
        found: Self | None = None
        if isinstance(value, cls):
            found = value
        elif isinstance(value, bool | Enum):
            pass  # True is no code, and a member of another enum is a mistake even where its number would fit.
        elif isinstance(value, int):
            found = cls._from_code(int(value))
        elif isinstance(value, str):
            found = cls._from_code(int(value)) if _NUMBER.fullmatch(value) else cls._from_word(str(value))
        if found is None:
            raise UnknownValueError(vocabulary=cls.__name__, value=value)
        return found

    @classmethod
    def _from_code(cls, code: int) -> Self | None:
        found: Self | None = cls._table.get(code)
        return cls._missing_(code) if found is None else found

    @classmethod
    def _from_word(cls, word: str) -> Self | None:
        key = _key(word)
        # No word holds a digit, and "1-6" must not become the code 16.
        return cls._table.get(key) if key.isalpha() else None

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        # Enum's hook for a value that is no member: None refuses it. The open vocabularies override it.
        del value
        return None


def _key(word: str) -> str:
    return word.lower().translate(_SEPARATORS)


def _is_code(value: object) -> TypeGuard[int]:
    return type(value) is int and 0 <= value <= _MAX_CODE


class _WordEnum(_Vocabulary, StrEnum):
    def __new__(cls, wire: str, *_details: int) -> Self:
        member = str.__new__(cls, wire)
        member._value_ = wire
        return member

    @property
    def wire(self) -> str:
        """The word as Asterisk writes it."""
        return str(self)


class _CodeEnum(_Vocabulary, IntEnum):
    wire: str

    def __new__(cls, code: int, *_details: str) -> Self:
        member = int.__new__(cls, code)
        member._value_ = code
        return member

    def __init__(self, code: int, wire: str = "") -> None:
        self.wire = wire or str(code)

    @property
    def code(self) -> int:
        """The number as Asterisk writes it."""
        return int(self)

    @classmethod
    def _unlisted(cls, code: int, name: str, wire: str) -> Self:
        """Make a value that is no member, and is stored nowhere."""
        value = int.__new__(cls, code)
        value._name_ = name
        value._value_ = code
        value.wire = wire
        return value


class HangupCause(
    _CodeEnum,
    aliases={
        "NORMAL": "NORMAL_CLEARING",
        "BUSY": "USER_BUSY",
        "UNREGISTERED": "SUBSCRIBER_ABSENT",
        "CONGESTION": "NORMAL_CIRCUIT_CONGESTION",
        "FAILURE": "NETWORK_OUT_OF_ORDER",
        "NOSUCHDRIVER": "CHAN_NOT_IMPLEMENTED",
    },
):
    """Why a call ended (ITU-T Q.850): ``Cause: 16`` in AMI events, ``cause`` in ARI.

    An unknown cause keeps its number: ``HangupCause.parse(200)`` is ``HangupCause.UNKNOWN_200``.
    """

    description: str

    def __init__(self, code: int, description: str = "", wire: str = "") -> None:
        super().__init__(code, wire or self.name)
        self.description = description

    NOT_DEFINED = 0, "Unknown", "NOTDEFINED"
    UNALLOCATED = 1, "Unallocated (unassigned) number"
    NO_ROUTE_TRANSIT_NET = 2, "No route to specified transmit network"
    NO_ROUTE_DESTINATION = 3, "No route to destination"
    MISDIALLED_TRUNK_PREFIX = 5, "Misdialed trunk prefix"
    CHANNEL_UNACCEPTABLE = 6, "Channel unacceptable"
    CALL_AWARDED_DELIVERED = 7, "Call awarded and being delivered in an established channel"
    PRE_EMPTED = 8, "Pre-empted"
    NUMBER_PORTED_NOT_HERE = 14, "Number ported elsewhere"
    NORMAL_CLEARING = 16, "Normal Clearing"
    USER_BUSY = 17, "User busy"
    NO_USER_RESPONSE = 18, "No user responding"
    NO_ANSWER = 19, "User alerting, no answer"
    SUBSCRIBER_ABSENT = 20, "Subscriber absent"
    CALL_REJECTED = 21, "Call Rejected"
    NUMBER_CHANGED = 22, "Number changed"
    REDIRECTED_TO_NEW_DESTINATION = 23, "Redirected to new destination"
    ANSWERED_ELSEWHERE = 26, "Answered elsewhere"
    DESTINATION_OUT_OF_ORDER = 27, "Destination out of order"
    INVALID_NUMBER_FORMAT = 28, "Invalid number format"
    FACILITY_REJECTED = 29, "Facility rejected"
    RESPONSE_TO_STATUS_ENQUIRY = 30, "Response to STATus ENQuiry"
    NORMAL_UNSPECIFIED = 31, "Normal, unspecified"
    NORMAL_CIRCUIT_CONGESTION = 34, "Circuit/channel congestion"
    NETWORK_OUT_OF_ORDER = 38, "Network out of order"
    NORMAL_TEMPORARY_FAILURE = 41, "Temporary failure"
    SWITCH_CONGESTION = 42, "Switching equipment congestion"
    ACCESS_INFO_DISCARDED = 43, "Access information discarded"
    REQUESTED_CHAN_UNAVAIL = 44, "Requested channel not available"
    FACILITY_NOT_SUBSCRIBED = 50, "Facility not subscribed"
    OUTGOING_CALL_BARRED = 52, "Outgoing call barred"
    INCOMING_CALL_BARRED = 54, "Incoming call barred"
    BEARERCAPABILITY_NOTAUTH = 57, "Bearer capability not authorized"
    BEARERCAPABILITY_NOTAVAIL = 58, "Bearer capability not available"
    BEARERCAPABILITY_NOTIMPL = 65, "Bearer capability not implemented"
    CHAN_NOT_IMPLEMENTED = 66, "Channel not implemented"
    FACILITY_NOT_IMPLEMENTED = 69, "Facility not implemented"
    INVALID_CALL_REFERENCE = 81, "Invalid call reference value"
    INCOMPATIBLE_DESTINATION = 88, "Incompatible destination"
    INVALID_MSG_UNSPECIFIED = 95, "Invalid message unspecified"
    MANDATORY_IE_MISSING = 96, "Mandatory information element is missing"
    MESSAGE_TYPE_NONEXIST = 97, "Message type nonexist."
    WRONG_MESSAGE = 98, "Wrong message"
    IE_NONEXIST = 99, "Info. element nonexist or not implemented"
    INVALID_IE_CONTENTS = 100, "Invalid information element contents"
    WRONG_CALL_STATE = 101, "Message not compatible with call state"
    RECOVERY_ON_TIMER_EXPIRE = 102, "Recover on timer expiry"
    MANDATORY_IE_LENGTH_ERROR = 103, "Mandatory IE length error"
    PROTOCOL_ERROR = 111, "Protocol error, unspecified"
    INTERWORKING = 127, "Interworking, unspecified"

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not _is_code(value):
            return None
        cause = cls._unlisted(value, f"UNKNOWN_{value}", str(value))
        cause.description = f"Unknown cause {value}"
        return cause


class ChannelState(_CodeEnum):
    """What a channel is doing: ``ChannelState: 6`` and ``ChannelStateDesc: Up`` in AMI, ``state`` in ARI.

    A state Asterisk has no word for is ``Unknown (12)`` on the wire and keeps its number.
    """

    DOWN = 0, "Down"
    RESERVED = 1, "Rsrvd"
    OFF_HOOK = 2, "OffHook"
    DIALING = 3, "Dialing"
    RING = 4, "Ring"
    RINGING = 5, "Ringing"
    UP = 6, "Up"
    BUSY = 7, "Busy"
    DIALING_OFF_HOOK = 8, "Dialing Offhook"
    PRE_RING = 9, "Pre-ring"
    MUTE = 65536, "Mute"

    @classmethod
    def _from_word(cls, word: str) -> Self | None:
        unknown = _UNKNOWN_STATE.fullmatch(word)
        return cls._from_code(int(unknown[1])) if unknown else super()._from_word(word)

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        return cls._unlisted(value, f"UNKNOWN_{value}", f"Unknown ({value})") if _is_code(value) else None


class DeviceState(_WordEnum):
    """What a device is doing, as ``DeviceStateChange`` says it; ``QueueMember`` events carry the code in ``Status``."""

    code: int

    def __init__(self, _wire: str, code: int = 0) -> None:
        self.code = code

    UNKNOWN = "UNKNOWN", 0
    NOT_IN_USE = "NOT_INUSE", 1
    IN_USE = "INUSE", 2
    BUSY = "BUSY", 3
    INVALID = "INVALID", 4
    UNAVAILABLE = "UNAVAILABLE", 5
    RINGING = "RINGING", 6
    RING_IN_USE = "RINGINUSE", 7
    ON_HOLD = "ONHOLD", 8


class DialStatus(_WordEnum):
    """How a dial went: the ``DIALSTATUS`` variable, and ``DialStatus`` of ``DialEnd`` and ``DialState`` events.

    ABORT, CONTINUE and GOTO come in ``DialEnd`` only, RINGING, PROCEEDING and PROGRESS in ``DialState`` only. A
    ``DialEnd`` may also carry an empty status, which is no word of this vocabulary. GOTO may carry its target
    (``GOTO:context^exten^priority``), which parses to GOTO.
    """

    ANSWER = "ANSWER"
    BUSY = "BUSY"
    NO_ANSWER = "NOANSWER"
    CANCEL = "CANCEL"
    CONGESTION = "CONGESTION"
    CHAN_UNAVAIL = "CHANUNAVAIL"
    DONT_CALL = "DONTCALL"
    TORTURE = "TORTURE"
    INVALID_ARGS = "INVALIDARGS"
    UNAVAILABLE = "UNAVAILABLE"
    ABORT = "ABORT"
    CONTINUE = "CONTINUE"
    GOTO = "GOTO"
    RINGING = "RINGING"
    PROCEEDING = "PROCEEDING"
    PROGRESS = "PROGRESS"

    @classmethod
    def _from_word(cls, word: str) -> Self | None:
        verb, colon, _target = word.partition(":")
        found = super()._from_word(verb)
        return found if not colon or found is cls.GOTO else None


class CdrDisposition(_WordEnum):
    """How a call detail record ended: ``Disposition`` of a ``Cdr`` event."""

    NO_ANSWER = "NO ANSWER"
    ANSWERED = "ANSWERED"
    BUSY = "BUSY"
    FAILED = "FAILED"
    CONGESTION = "CONGESTION"
    CANCEL = "CANCEL"
    UNKNOWN = "UNKNOWN"


class PeerStatus(_WordEnum):
    """How a peer is known to Asterisk: ``PeerStatus`` events and ARI's ``peer_status``."""

    UNKNOWN = "Unknown"
    REGISTERED = "Registered"
    UNREGISTERED = "Unregistered"
    REJECTED = "Rejected"
    LAGGED = "Lagged"
    REACHABLE = "Reachable"
    UNREACHABLE = "Unreachable"


class QueueStrategy(_WordEnum):
    """How a queue chooses a member: ``Strategy`` of ``QueueParams`` and queues.conf."""

    RING_ALL = "ringall"
    LEAST_RECENT = "leastrecent"
    FEWEST_CALLS = "fewestcalls"
    RANDOM = "random"
    ROUND_ROBIN = "rrmemory"
    LINEAR = "linear"
    WEIGHTED_RANDOM = "wrandom"
    ROUND_ROBIN_ORDERED = "rrordered"


class ExtensionState(_CodeEnum, aliases={"Idle": "NOT_IN_USE", "Hold": "ON_HOLD"}):
    """What an extension's devices are doing: ``Status`` and ``StatusText`` of ``ExtensionStatus`` events.

    REMOVED and DEACTIVATED stand alone; the others are bits: ``IN_USE | RINGING`` is 9, and ``RINGING in state`` asks
    for one. Unknown bits are kept.
    """

    REMOVED = -2
    DEACTIVATED = -1
    NOT_IN_USE = 0
    IN_USE = 1
    BUSY = 2
    UNAVAILABLE = 4
    RINGING = 8
    ON_HOLD = 16

    @property
    def text(self) -> str | None:
        """What Asterisk writes in ``StatusText``; None where it has no text and writes ``Unknown``."""
        return _EXTENSION_TEXT.get(self.code)

    def __or__(self, other: int) -> "ExtensionState":
        """Return the state with the bits of both; ``ValueError`` for REMOVED and DEACTIVATED, which are no bits."""
        if self < 0 or other < 0:
            raise InputError(field="ExtensionState", problem="REMOVED and DEACTIVATED do not combine with others")
        return ExtensionState(int(self) | int(other))

    __ror__ = __or__

    def __contains__(self, state: int) -> bool:
        """Say whether every bit of *state* is set; REMOVED, DEACTIVATED and NOT_IN_USE hold only themselves."""
        if self <= 0 or state <= 0:
            return self == state
        return int(self) & int(state) == state

    @classmethod
    def _from_word(cls, word: str) -> Self | None:
        # `InUse&Ringing` (pbx.c) is the only punctuation between words.
        code = 0
        for part in word.split("&"):
            bit = super()._from_word(part)
            if bit is None or (bit <= 0 and "&" in word):
                return None
            code |= int(bit)
        return cls._from_code(code)

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not _is_code(value):
            return None
        known: Self | None = cls._table.get(value)
        if known is not None:
            return known
        bits = [bit for bit in cls if bit > 0]
        names = [bit.name for bit in bits if bit & value]
        unknown = value & ~sum(bits)
        state = cls._unlisted(value, "|".join([*names, f"UNKNOWN_{unknown}"] if unknown else names), str(value))
        if not unknown:
            # Kept: there are 26 of these and no more, and 9 (in use and ringing) is an everyday value.
            cls._table[value] = cls._table[str(value)] = state
        return state


class AgiStatus(
    _CodeEnum, aliases={"FAILURE": "INVALID_COMMAND", "DEAD_CHANNEL": "NOT_PERMITTED", "END_USAGE": "USAGE"}
):
    """The first three digits of an AGI reply; the dialplan variable ``AGISTATUS`` is another thing."""

    SUCCESS = 200
    INVALID_COMMAND = 510
    NOT_PERMITTED = 511
    USAGE = 520
