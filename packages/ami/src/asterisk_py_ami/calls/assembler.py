"""Events go in, completed calls come out. Nothing here waits, and time is an argument.

Any series of events is taken, in any order, with any of them missing or forged: what cannot be read is counted, and
nothing raises. What is kept is bounded by *max_channels*.
"""

import re
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any, ClassVar, Final, TypeGuard, TypeVar

from asterisk_py_ami.events import (
    BridgeEnter,
    DialBegin,
    DialEnd,
    Hangup,
    NewCallerid,
    Newchannel,
    Newstate,
    Rename,
    Shutdown,
)
from asterisk_py_ami.protocol.message import AmiEvent, Message
from asterisk_py_ami.protocol.values import known
from asterisk_py_core.domain import ChannelState, DialStatus, HangupCause
from asterisk_py_core.errors import InputError
from asterisk_py_core.reconnect import ConnectionState, ConnectionStateChanged

from .call import Call, CompletedCall, Gap
from .record import CallRecord, Instant, LegRecord, by_steady

__all__ = ["CallAssembler"]

T = TypeVar("T")

# Characters. Asterisk's ids are shorter (AST_MAX_UNIQUEID, include/asterisk/channel.h), so a longer one is refused; any
# other text is cut.
_MAX_TEXT: Final = 256
# In one call that goes on; a queue may ring its agents for hours.
_MAX_LEGS: Final = 1000
_DURATION: Final = re.compile(r"([0-9]{1,6}):([0-5][0-9]):([0-5][0-9])")
# The year 3000: what is later is no time.
_LAST_TIMESTAMP: Final = 32_503_680_000.0
# A channel this much younger than the one we know by its id is another one; a channel's age comes in whole seconds.
_YOUNGER: Final = 5.0
# Asterisk closes the connection 2 ms after it said so; a Shutdown without that end was forged.
_SHUTDOWN_LASTS: Final = 60.0


class CallAssembler:
    """Makes calls of the events about the channels of one Asterisk.

    After a gap, call :meth:`resync` with what ``CoreShowChannels`` lists, go on feeding, and :meth:`settle` once
    everything was fed that Asterisk had sent by the time of the list.

    *max_channels* bounds the channels it keeps, those included that have ended in a call that goes on. Past it, the
    oldest call is given up: reported with :attr:`Gap.EVICTED`, and counted.

    Raises:
        InputError: *max_channels* is no positive integer.
    """

    def __init__(self, *, max_channels: int = 10_000) -> None:
        _check_count("max_channels", max_channels)
        self.evicted_count = 0
        self.malformed_count = 0
        self._max = max_channels
        self._legs: dict[str, LegRecord] = {}
        # By every Linkedid the call has had: the other channels of a joined call may keep theirs to their end.
        self._calls: dict[str, CallRecord] = {}
        self._kept = 0
        # The channels that are done with, so that a late event does not bring them back.
        self._gone: OrderedDict[str, None] = OrderedDict()
        self._missing: list[LegRecord] = []
        self._shutdown: Instant | None = None
        self._completed: list[CompletedCall] = []

    def feed(self, event: AmiEvent | ConnectionStateChanged, now: Instant) -> list[CompletedCall]:
        """Take note of *event*, received *now*, and return the calls that are completed by it."""
        if isinstance(event, ConnectionStateChanged):
            if event.previous is ConnectionState.CONNECTED:
                self._connection_lost(now)
        elif (handler := self._HANDLERS.get(type(event))) is not None:
            handler(self, event, self._instant(event, now))
        return self._take_completed()

    def resync(self, channels: Iterable[Message], now: Instant) -> list[CompletedCall]:
        """Compare with a whole list of ``CoreShowChannel`` messages that was asked for *now*.

        Channels that began unseen are taken in. Those not in the list that were there when the connection was lost
        are over, but what Asterisk still has to say about them may come after the list.
        """
        for item in channels:
            self._listed(item, now)
        self._missing = [leg for leg in self._legs.values() if leg.lost is not None]
        return self._take_completed()

    def settle(self) -> list[CompletedCall]:
        """End the channels that :meth:`resync` missed and no event has ended since."""
        missing, self._missing = self._missing, []
        for leg in missing:
            if leg.end is None:
                self._end(leg, leg.lost or leg.seen, gap=Gap.END)
        return self._take_completed()

    def active(self, now: Instant) -> tuple[Call, ...]:
        """Return the calls under way, the oldest first."""
        calls = [call.active(now) for call in dict.fromkeys(self._calls.values())]
        return tuple(sorted(calls, key=lambda call: call.started))

    # --- events ------------------------------------------------------------------------------------------------------

    def _on_newchannel(self, event: AmiEvent, at: Instant) -> None:
        uniqueid = event.get("Uniqueid", "")
        if not uniqueid:
            self.malformed_count += 1
            return
        self._gone.pop(uniqueid, None)
        leg = self._legs.get(uniqueid)
        if leg is not None and Gap.START not in leg.gaps:
            # Ids can be chosen by whoever originates, and be used again.
            self._end(leg, leg.lost or leg.seen, gap=Gap.END)
            self._gone.pop(uniqueid, None)
        leg = self._see(event, at)
        if leg is not None:
            # Also if a list was ahead of this event: the start is seen after all.
            leg.start = at
            leg.gaps.discard(Gap.START)

    def _on_change(self, event: AmiEvent, at: Instant) -> None:
        self._see(event, at)

    def _on_rename(self, event: AmiEvent, at: Instant) -> None:
        leg = self._legs.get(event.get("Uniqueid", ""))
        if leg is not None:
            leg.channel = event.get("Newname", leg.channel)[:_MAX_TEXT]
            leg.seen, leg.lost = at, None

    def _on_dial(self, event: AmiEvent, at: Instant) -> None:
        # No channel dials when AMI or ARI does.
        caller = self._see(event, at) if "Uniqueid" in event else None
        dialled = self._see(event, at, "Dest")
        if dialled is None:
            return
        if caller is not None:
            dialled.dialled_by = caller.uniqueid
        if (dial_string := event.get("DialString")) is not None:
            dialled.dial_string = dial_string[:_MAX_TEXT]
        status = self._parsed(DialStatus.parse, event.get("DialStatus"))
        if status is not None:
            call = dialled.call
            dialled.dial_status = status
            rank = (dialled.dialled_by is not None, status is DialStatus.ANSWER)
            if rank >= call.dial_rank:
                call.dial_status, call.dial_rank, call.dialled = status, rank, dialled

    def _on_bridge_enter(self, event: AmiEvent, at: Instant) -> None:
        leg = self._see(event, at)
        # In a holding bridge (parking, BridgeWait) nobody hears the others.
        alone = event.get("BridgeNumChannels", "1") in {"0", "1"} or event.get("BridgeTechnology") == "holding_bridge"
        if leg is not None and leg.call.bridged is None and not alone:
            leg.call.bridged = at

    def _on_hangup(self, event: AmiEvent, at: Instant) -> None:
        leg = self._see(event, at)
        if leg is not None:
            self._end(leg, at, cause=self._parsed(HangupCause.parse, event.get("Cause")))

    def _on_shutdown(self, _event: AmiEvent, at: Instant) -> None:
        self._shutdown = at

    def _connection_lost(self, now: Instant) -> None:
        self._missing = []
        shutdown, self._shutdown = self._shutdown, None
        if shutdown is not None and now.steady - shutdown.steady <= _SHUTDOWN_LASTS:
            for leg in list(self._legs.values()):
                self._end(leg, shutdown, gap=Gap.END)
        for leg in self._legs.values():
            leg.lost = leg.lost or now
            leg.call.gaps.add(Gap.CONNECTION)

    def _listed(self, item: Message, now: Instant) -> None:
        age = _seconds(item.get("Duration", ""))
        start = Instant(max(0.0, now.wall - age), now.steady - age)
        leg = self._legs.get(item.get("Uniqueid", ""))
        if leg is not None and start.steady - leg.start.steady > _YOUNGER:
            self._end(leg, leg.lost or leg.seen, gap=Gap.END)
        # Asterisk knows better than we what has ended.
        self._gone.pop(item.get("Uniqueid", ""), None)
        leg = self._see(item, now)
        if leg is not None and Gap.START in leg.gaps:
            leg.start = min(leg.start, start, key=by_steady)

    _HANDLERS: ClassVar[dict[type[Any], Callable[["CallAssembler", AmiEvent, Instant], None]]] = {
        Newchannel: _on_newchannel,
        Newstate: _on_change,
        NewCallerid: _on_change,
        Rename: _on_rename,
        DialBegin: _on_dial,
        DialEnd: _on_dial,
        BridgeEnter: _on_bridge_enter,
        Hangup: _on_hangup,
        Shutdown: _on_shutdown,
    }
    FOLLOWED: ClassVar[tuple[type[AmiEvent], ...]] = tuple(_HANDLERS)
    """The classes of the events that :meth:`feed` looks at."""

    # --- legs --------------------------------------------------------------------------------------------------------

    def _see(self, message: Message, at: Instant, prefix: str = "") -> LegRecord | None:
        """Return the leg that the headers with *prefix* are about, brought up to date; None if there is none."""
        uniqueid, linkedid = message.get(f"{prefix}Uniqueid"), message.get(f"{prefix}Linkedid")
        if _is_id(uniqueid) and _is_id(linkedid):
            leg = self._legs.get(uniqueid)
        else:
            self.malformed_count += 1
            leg = None if uniqueid else self._named(message.get(f"{prefix}Channel"))
            if leg is None:
                return None
            uniqueid, linkedid = leg.uniqueid, leg.call.linkedids[0]
        if leg is None and uniqueid in self._gone:
            return None
        is_watched = leg is not None and leg.lost is None and type(message) in self._HANDLERS
        if leg is None:
            leg = self._add(uniqueid, linkedid, at)
        else:
            self._join(leg.call, linkedid)
        self._update(leg, message, prefix)
        leg.seen, leg.lost = at, None
        if leg.state is ChannelState.UP:
            _answer(leg, at, is_change=type(message) in _CHANGES, is_watched=is_watched)
        return leg

    def _named(self, channel: str | None) -> LegRecord | None:
        """Return the leg whose channel has this name.

        The ids come late in a message, and a line end in channel data, such as an account code, cuts off the rear.
        """
        return next((leg for leg in self._legs.values() if leg.channel == channel), None) if channel else None

    def _update(self, leg: LegRecord, message: Message, prefix: str) -> None:
        def text(name: str) -> str:
            return (known(message.get(prefix + name, "")) or "")[:_MAX_TEXT]

        leg.channel = text("Channel") or leg.channel
        state = self._parsed(ChannelState.parse, message.get(f"{prefix}ChannelState"))
        leg.state = leg.state if state is None else state
        leg.caller_id_num = text("CallerIDNum") or leg.caller_id_num
        leg.caller_id_name = text("CallerIDName") or leg.caller_id_name
        leg.account_code = text("AccountCode") or leg.account_code
        if not leg.exten:
            leg.context, leg.exten = text("Context"), text("Exten")

    def _add(self, uniqueid: str, linkedid: str, at: Instant) -> LegRecord:
        while self._kept >= self._max or (linkedid not in self._calls and len(self._calls) >= self._max):
            self._evict(next(iter(self._calls.values())), at)
        call = self._calls.get(linkedid)
        if call is None:
            call = self._calls[linkedid] = CallRecord([linkedid])
        leg = self._legs[uniqueid] = LegRecord(uniqueid, call, start=at, seen=at, gaps={Gap.START})
        call.legs.append(leg)
        call.live += 1
        self._kept += 1
        return leg

    def _join(self, call: CallRecord, linkedid: str) -> None:
        """Make *call* known as *linkedid*, together with the call that is already: Asterisk has put them together."""
        older = self._calls.get(linkedid)
        if older is call or (older is None and len(self._calls) >= self._max):
            return
        if older is None:
            call.linkedids.insert(0, linkedid)
            self._calls[linkedid] = call
            return
        older.linkedids += call.linkedids
        self._calls.update(dict.fromkeys(call.linkedids, older))
        for leg in call.legs:
            leg.call = older
        older.legs += call.legs
        older.live += call.live
        older.gaps |= call.gaps
        older.bridged = min(filter(None, (older.bridged, call.bridged)), key=by_steady, default=None)
        if call.dial_rank > older.dial_rank or older.dial_status is None:
            older.dial_status, older.dial_rank, older.dialled = call.dial_status, call.dial_rank, call.dialled

    def _end(self, leg: LegRecord, at: Instant, *, cause: HangupCause | None = None, gap: Gap | None = None) -> None:
        leg.end = at
        leg.cause = cause
        if gap is not None:
            leg.gaps.add(gap)
        del self._legs[leg.uniqueid]
        self._gone[leg.uniqueid] = None
        if len(self._gone) > self._max:
            self._gone.popitem(last=False)
        call = leg.call
        call.live -= 1
        if not call.live:
            self._complete(call)
        elif len(call.legs) > _MAX_LEGS:
            self._drop_leg(call)

    def _drop_leg(self, call: CallRecord) -> None:
        spare = next((leg for leg in call.legs if leg.end is not None and leg.uniqueid != call.linkedids[0]), None)
        if spare is not None:
            call.legs.remove(spare)
            call.gaps.add(Gap.LEGS)
            self._kept -= 1

    def _evict(self, call: CallRecord, at: Instant) -> None:
        self.evicted_count += 1
        for leg in [leg for leg in call.legs if leg.end is None]:
            self._end(leg, at, gap=Gap.EVICTED)

    def _complete(self, call: CallRecord) -> None:
        for linkedid in call.linkedids:
            del self._calls[linkedid]
        self._kept -= len(call.legs)
        self._completed.append(call.completed())

    def _take_completed(self) -> list[CompletedCall]:
        completed, self._completed = self._completed, []
        return completed

    def _instant(self, event: AmiEvent, now: Instant) -> Instant:
        stamp = self._parsed(float, event.get("Timestamp"))
        # Not true of NaN either.
        if stamp is not None and 0.0 <= stamp < _LAST_TIMESTAMP:
            return Instant(stamp, now.steady, stamped=True)
        return now

    def _parsed(self, parse: Callable[[str], T], value: str | None) -> T | None:
        if not value:
            return None
        try:
            return parse(value)
        except ValueError:
            self.malformed_count += 1
            return None


# Those that say what has just come about; in the others a channel may have been up for long.
_CHANGES: Final = frozenset({Newchannel, Newstate})


def _answer(leg: LegRecord, at: Instant, *, is_change: bool, is_watched: bool) -> None:
    """Note that the channel is up. A list may say so before the event of that change comes."""
    if leg.answer is None or (is_change and Gap.ANSWER in leg.gaps):
        leg.answer = at
        (leg.gaps.discard if is_change or is_watched else leg.gaps.add)(Gap.ANSWER)


def _is_id(value: str | None) -> TypeGuard[str]:
    return value is not None and 0 < len(value) <= _MAX_TEXT


def _seconds(duration: str) -> float:
    """Return the seconds in ``01:02:03``, the way ``CoreShowChannel`` gives a channel's age; 0.0 for anything else."""
    found = _DURATION.fullmatch(duration)
    return 0.0 if found is None else int(found[1]) * 3600.0 + int(found[2]) * 60.0 + int(found[3])


def _check_count(field: str, value: object) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise InputError(field=field, problem=f"must be a positive integer, not {value!r}")
