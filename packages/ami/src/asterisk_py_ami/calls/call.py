"""Calls and their legs, as :class:`~asterisk_py_ami.calls.CallTracker` reports them.

A call is what Asterisk gives one ``Linkedid``; its legs are the channels that had it. Where two calls are joined (a
transfer, a pickup, a conference), Asterisk goes on with the older Linkedid, and so does the call.

All times of a call lie on one time line: it begins at a wall clock time, and goes on by a clock that does not jump. So
``ended - started`` is ``duration``, and never negative, whatever happens to the wall clock meanwhile.

What could not be seen is never guessed: times are then the closest that is certain, so that a duration is the least
there can have been, and ``gaps`` says which it concerns.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from asterisk_py_core.domain import ChannelState, DialStatus, HangupCause
from asterisk_py_core.event_bus import Event

__all__ = ["Call", "CallLeg", "CompletedCall", "Gap"]


class Gap(StrEnum):
    """What is not known about a call or a leg."""

    START = "start"
    """It was under way when it was first seen: ``started`` is when Asterisk made it, as far as Asterisk says so in a
    list of channels (in whole seconds), or else when it was first seen. A call also has it where no leg is the channel
    that its Linkedid is named for."""
    ANSWER = "answer"
    """It was answered unseen: ``answered`` is when it was first seen up."""
    CONNECTION = "connection"
    """The connection was lost during the call: legs that came and went meanwhile are missing."""
    END = "end"
    """It ended unseen: ``ended`` is when it was last known to exist, and there is no ``cause``."""
    LEGS = "legs"
    """It had more legs than are kept: the first of those that had ended were dropped."""
    EVICTED = "evicted"
    """There were more calls than are kept, and it was given up while it went on: ``ended`` is when."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLeg:
    """One channel of a call.

    A leg is answered when its channel is first up. ``duration`` and ``billable`` are the seconds from its start and
    from its answer to its end, or to now; ``billable`` is 0.0 without an answer.
    """

    uniqueid: str
    channel: str
    """Its latest name."""
    state: ChannelState | None
    """The latest seen, the one it ended in for a leg that has ended."""
    caller_id_num: str | None
    """The number of whoever is on this channel: the caller's own for a calling leg, the dialled one for a dialled."""
    caller_id_name: str | None
    account_code: str
    context: str
    """Where it entered the dialplan, or would have, as ``exten``."""
    exten: str
    """The number that was dialled, for a calling leg."""
    dialled_by: str | None
    """The ``uniqueid`` of the leg that dialled it; None for calling legs and for those of an originate."""
    dial_string: str | None
    """What was dialled, without the technology (``200``, ``short@scenarios``); None if nobody dialled it."""
    started: datetime
    answered: datetime | None
    ended: datetime | None
    """None as long as it exists."""
    duration: float
    billable: float
    cause: HangupCause | None
    dial_status: DialStatus | None
    """How the dial to it ended; None if nobody dialled it, or it is still dialled."""
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call, under way or completed.

    The call is answered when its caller's channel is: by whom it called, or by the dialplan. So a call that an IVR or a
    queue has answered is; one that only its dialled side has picked up, and was refused to the caller, is not. For an
    originate the caller is the channel that was originated, because it exists first.
    """

    linkedid: str
    linkedids: tuple[str, ...]
    """All it has had, ``linkedid`` first; several if calls were joined."""
    legs: tuple[CallLeg, ...]
    """Its channels as they came, Local channels with both their halves."""
    started: datetime
    answered: datetime | None
    bridged: datetime | None
    """When it was first one of two or more channels in a bridge: since then somebody could talk to somebody."""
    duration: float
    """Seconds from ``started`` to the end of its last leg, or to now."""
    billable: float
    """Seconds from ``answered`` to the end of its last leg, or to now; 0.0 without an answer."""
    dial_status: DialStatus | None
    """How its dials ended: ANSWER if one of them did so, else the last. That of the originate itself counts only if
    nothing else was dialled. None if nothing was, or it is still ringing."""
    gaps: tuple[Gap, ...]
    """What is not known about it or one of its legs."""

    @property
    def complete(self) -> bool:
        """Whether everything about it was seen."""
        return not self.gaps

    @property
    def caller(self) -> CallLeg:
        """The leg that began it: the one the Linkedid is named for, or else the first."""
        return next((leg for leg in self.legs if leg.uniqueid == self.linkedid), self.legs[0])

    @property
    def dialled(self) -> tuple[CallLeg, ...]:
        """The legs that another leg has dialled."""
        return tuple(leg for leg in self.legs if leg.dialled_by is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletedCall(Call, Event):
    """A call whose last leg has ended. Each is published once."""

    ended: datetime
    cause: HangupCause | None
    """Why it ended: the cause of the leg that ``dial_status`` is about, if the call was not answered, else that of the
    caller's. Where Asterisk gives no reason there (NOT_DEFINED), the last it gave for another leg. None if it
    has not said any."""
