"""What is known so far about a call and its channels, and how it becomes what users see."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from asterisk_py_core.domain import ChannelState, DialStatus, HangupCause

from .call import Call, CallLeg, CompletedCall, Gap

__all__ = ["CallRecord", "Instant", "LegRecord", "by_steady"]

# By so many seconds Asterisk's clock and ours may differ over a call because events came late; beyond it, somebody has
# set a clock.
_MAX_DELAY: Final = 60.0


class Instant(NamedTuple):
    """A point in time on two clocks, in seconds: *wall* since 1970, and *steady*, which never jumps."""

    wall: float
    steady: float
    stamped: bool = False
    """Whether *wall* is by Asterisk's clock (``timestampevents=yes``), and so more exact than *steady*."""


def by_steady(instant: Instant) -> float:
    """Order instants as they came."""
    return instant.steady


@dataclass(slots=True, eq=False)
class CallRecord:
    """A call under way."""

    linkedids: list[str]
    legs: list["LegRecord"] = field(default_factory=list)
    live: int = 0
    """How many of the legs have not ended."""
    bridged: Instant | None = None
    dial_status: DialStatus | None = None
    dial_rank: tuple[bool, bool] = (False, False)
    dialled: "LegRecord | None" = None
    """The leg that ``dial_status`` is of."""
    gaps: set[Gap] = field(default_factory=set)

    def active(self, now: Instant) -> Call:
        """Return what is known of it *now*."""
        return Call(**self._facts(now))

    def completed(self) -> CompletedCall:
        """Return what became of it; all its legs have ended."""
        end = max((leg.end or leg.seen for leg in self.legs), key=by_steady)
        facts = self._facts(end)
        ended = max(leg.ended for leg in facts["legs"])
        return CompletedCall(**facts, ended=ended, cause=self._cause())

    def _facts(self, now: Instant) -> dict[str, Any]:
        records = sorted(self.legs, key=lambda leg: leg.start.steady)
        line = _TimeLine(records[0].start)
        legs = tuple(leg.view(line, now) for leg in records)
        caller = legs[records.index(self._caller())]
        end = max(leg.started + timedelta(seconds=leg.duration) for leg in legs)
        return {
            "linkedid": self.linkedids[0],
            "linkedids": tuple(self.linkedids),
            "legs": legs,
            "started": legs[0].started,
            "answered": caller.answered,
            "bridged": None if self.bridged is None else line.time(self.bridged),
            "duration": (end - legs[0].started).total_seconds(),
            "billable": 0.0 if caller.answered is None else (end - caller.answered).total_seconds(),
            "dial_status": self.dial_status,
            "gaps": _in_order(self.gaps.union(*(leg.gaps for leg in self.legs), self._beginning_unseen())),
        }

    def _first(self) -> "LegRecord | None":
        return next((leg for leg in self.legs if leg.uniqueid == self.linkedids[0]), None)

    def _beginning_unseen(self) -> set[Gap]:
        # Asterisk names a call for its oldest channel (main/channel_internal_api.c), so there has been that one.
        return {Gap.START} if self._first() is None else set()

    def _caller(self) -> "LegRecord":
        return self._first() or min(self.legs, key=lambda leg: leg.start.steady)

    def _cause(self) -> HangupCause | None:
        caller = self._caller()
        deciding = [caller, *sorted(self.legs, key=lambda leg: leg.seen.steady, reverse=True)]
        if caller.answer is None and self.dialled is not None:
            # The half of a Local channel that ran into it knows why, and the half that was dialled may not.
            name = self.dialled.local_name
            deciding = [self.dialled, *(leg for leg in self.legs if leg.local_name == name), *deciding]
        # NOT_DEFINED is 0, and false.
        return next((leg.cause for leg in deciding if leg.cause), caller.cause)


@dataclass(slots=True, eq=False)
class LegRecord:
    """A channel, until its call is completed."""

    uniqueid: str
    call: CallRecord
    start: Instant
    seen: Instant
    """When an event last mentioned it."""
    channel: str = ""
    state: ChannelState | None = None
    caller_id_num: str | None = None
    caller_id_name: str | None = None
    account_code: str = ""
    context: str = ""
    exten: str = ""
    dialled_by: str | None = None
    dial_string: str | None = None
    answer: Instant | None = None
    lost: Instant | None = None
    """When the connection was lost, as long as no event has mentioned it since."""
    end: Instant | None = None
    cause: HangupCause | None = None
    dial_status: DialStatus | None = None
    gaps: set[Gap] = field(default_factory=set)

    @property
    def local_name(self) -> str:
        """The name of its channel, the same for both halves of a Local channel (``Local/600@default-0000001f;1``)."""
        return self.channel.removesuffix(";1").removesuffix(";2")

    def view(self, line: "_TimeLine", now: Instant) -> CallLeg:
        """Return what is known of it *now*."""
        started = line.time(self.start)
        last = max(started, line.time(self.end or now))
        answered = None if self.answer is None else min(max(started, line.time(self.answer)), last)
        return CallLeg(
            uniqueid=self.uniqueid,
            channel=self.channel,
            state=self.state,
            caller_id_num=self.caller_id_num,
            caller_id_name=self.caller_id_name,
            account_code=self.account_code,
            context=self.context,
            exten=self.exten,
            dialled_by=self.dialled_by,
            dial_string=self.dial_string,
            started=started,
            answered=answered,
            ended=None if self.end is None else last,
            duration=(last - started).total_seconds(),
            billable=0.0 if answered is None else (last - answered).total_seconds(),
            cause=self.cause,
            dial_status=self.dial_status,
            gaps=_in_order(self.gaps),
        )


class _TimeLine:
    """Puts instants on one line that begins at the wall clock time of *start*."""

    def __init__(self, start: Instant) -> None:
        self._start = start
        self._began = datetime.fromtimestamp(start.wall, UTC)

    def time(self, instant: Instant) -> datetime:
        start = self._start
        seconds = instant.steady - start.steady
        if start.stamped and instant.stamped and abs(instant.wall - start.wall - seconds) <= _MAX_DELAY:
            seconds = instant.wall - start.wall
        return self._began + timedelta(seconds=max(0.0, seconds))


def _in_order(gaps: Iterable[Gap]) -> tuple[Gap, ...]:
    found = set(gaps)
    return tuple(gap for gap in Gap if gap in found)
