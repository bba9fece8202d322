"""From events to calls: first as values on two clocks, then over a client and a scripted server."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from asterisk_py_ami.call_log import CallLog
from asterisk_py_ami.call_records import Instant
from asterisk_py_ami.call_tracker import CallTracker
from asterisk_py_ami.calls import Call, CompletedCall, Gap
from asterisk_py_ami.client import AmiClient
from asterisk_py_ami.protocol.codec import Decoder
from asterisk_py_ami.protocol.message import AmiEvent
from asterisk_py_ami.testing import FakeAmiServer, ReceivedAction, fake_ami
from asterisk_py_core.domain import ChannelState, DialStatus, HangupCause
from asterisk_py_core.errors import ClientClosedError, ConnectionClosedError, InputError
from asterisk_py_core.reconnect import ConnectionState, ConnectionStateChanged, ReconnectPolicy

TRANSCRIPTS = Path(__file__).parents[2] / "transcripts"
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LOST = ConnectionStateChanged(
    state=ConnectionState.RECONNECTING, previous=ConnectionState.CONNECTED, epoch=1, attempt=0
)
FOUND = ConnectionStateChanged(state=ConnectionState.CONNECTED, previous=ConnectionState.CONNECTING, epoch=2, attempt=1)


def message(event: str, **headers: object) -> bytes:
    lines = [f"Event: {event}", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape")


def channel(uniqueid: str, linkedid: str = "", *, state: int = 0, prefix: str = "", **others: object) -> dict[str, Any]:
    """Return the headers of a channel as Asterisk orders them."""
    headers = {
        "Channel": f"PJSIP/{uniqueid}",
        "ChannelState": state,
        "CallerIDNum": "<unknown>",
        "CallerIDName": "<unknown>",
        "AccountCode": "",
        "Context": "default",
        "Exten": "600",
        "Uniqueid": uniqueid,
        "Linkedid": linkedid or uniqueid,
        **others,
    }
    return {f"{prefix}{name}": value for name, value in headers.items()}


def new(uniqueid: str, linkedid: str = "", **others: Any) -> bytes:
    return message("Newchannel", **channel(uniqueid, linkedid, **others))


def up(uniqueid: str, linkedid: str = "", **others: Any) -> bytes:
    return message("Newstate", **channel(uniqueid, linkedid, state=6, **others))


def hangup(uniqueid: str, linkedid: str = "", cause: int = 16, **others: Any) -> bytes:
    return message("Hangup", **channel(uniqueid, linkedid, **others), Cause=cause)


def dial(event: str, caller: str | None, dialled: str, linkedid: str, **others: object) -> bytes:
    headers = {} if caller is None else channel(caller, linkedid)
    return message(event, **headers, **channel(dialled, linkedid, prefix="Dest"), **others)


def enter(uniqueid: str, linkedid: str = "", *, among: int = 2, technology: str = "simple_bridge") -> bytes:
    headers = channel(uniqueid, linkedid, state=6)
    return message("BridgeEnter", BridgeUniqueid="b", BridgeTechnology=technology, BridgeNumChannels=among, **headers)


def listed(uniqueid: str, linkedid: str = "", *, age: str = "00:00:00", **others: Any) -> bytes:
    return message("CoreShowChannel", **channel(uniqueid, linkedid, **others), Duration=age)


def events(*data: bytes) -> list[AmiEvent]:
    decoded = Decoder().receive_data(b"".join(data))
    assert all(isinstance(each, AmiEvent) for each in decoded)
    return [each for each in decoded if isinstance(each, AmiEvent)]


class Log(CallLog):
    """A log with a clock that is set by hand: *at* seconds after noon."""

    at = 0.0
    set_by = 0.0
    """How much the wall clock was set forward (or back) since noon."""

    @property
    def now(self) -> Instant:
        return Instant(NOON.timestamp() + self.at + self.set_by, 1000.0 + self.at)

    def take(self, *items: bytes | ConnectionStateChanged, at: float | None = None) -> list[CompletedCall]:
        self.at = self.at if at is None else at
        completed: list[CompletedCall] = []
        for item in items:
            for event in events(item) if isinstance(item, bytes) else [item]:
                completed += self.feed(event, self.now)
        return completed

    def ask(self, *items: bytes, at: float | None = None) -> list[CompletedCall]:
        self.at = self.at if at is None else at
        return self.resync(events(*items), self.now)

    def one(self, *items: bytes | ConnectionStateChanged, at: float | None = None) -> CompletedCall:
        (call,) = self.take(*items, at=at)
        return call

    def active_now(self) -> dict[str, Call]:
        return {call.linkedid: call for call in self.active(self.now)}


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


# --- a call ----------------------------------------------------------------------------------------------------------


def test_a_call_is_told_with_who_called_whom_when_and_how_it_ended() -> None:
    log = Log()
    log.take(new("1.0", CallerIDNum="0301234", CallerIDName="Zoë", AccountCode="sales", state=4), at=0)
    log.take(new("1.1", "1.0", Exten=""), dial("DialBegin", "1.0", "1.1", "1.0", DialString="200"), at=1)
    log.take(up("1.1", "1.0"), dial("DialEnd", "1.0", "1.1", "1.0", DialStatus="ANSWER"), up("1.0"), at=5)
    log.take(enter("1.1", "1.0", among=1), at=5.25)
    log.take(enter("1.0"), at=5.5)
    assert log.take(hangup("1.1", "1.0"), at=65) == []
    call = log.one(hangup("1.0", Exten="h"), at=66)

    assert (call.linkedid, call.linkedids, call.complete, call.gaps) == ("1.0", ("1.0",), True, ())
    assert (call.started, call.answered, call.bridged, call.ended) == (NOON, after(5), after(5.5), after(66))
    assert (call.duration, call.billable) == (66.0, 61.0)
    assert (call.cause, call.dial_status) == (HangupCause.NORMAL_CLEARING, DialStatus.ANSWER)
    assert (call.caller.caller_id_num, call.caller.caller_id_name) == ("0301234", "Zoë")
    assert (call.caller.exten, call.caller.context, call.caller.account_code) == ("600", "default", "sales")
    (dialled,) = call.dialled
    assert (dialled.uniqueid, dialled.dialled_by, dialled.dial_string) == ("1.1", "1.0", "200")
    assert (dialled.started, dialled.answered, dialled.ended) == (after(1), after(5), after(65))
    assert (dialled.duration, dialled.billable, dialled.dial_status) == (64.0, 60.0, DialStatus.ANSWER)
    assert log.active(log.now) == ()


def test_a_call_under_way_is_shown_as_far_as_it_has_come() -> None:
    log = Log()
    log.take(new("1.0"), at=0)
    log.take(new("1.1", "1.0"), dial("DialBegin", "1.0", "1.1", "1.0", DialString="200"), at=2)
    log.at = 3
    call = log.active_now()["1.0"]
    assert (call.duration, call.billable, call.answered, call.dial_status) == (3.0, 0.0, None, None)
    assert [leg.state for leg in call.legs] == [ChannelState.DOWN, ChannelState.DOWN]
    log.take(up("1.1", "1.0"), up("1.0"), at=4)
    log.at = 10
    call = log.active_now()["1.0"]
    assert (call.duration, call.billable, call.answered) == (10.0, 6.0, after(4))
    assert [(leg.ended, leg.duration, leg.billable) for leg in call.legs] == [(None, 10.0, 6.0), (None, 8.0, 6.0)]


@pytest.mark.parametrize(
    ("status", "cause", "told"),
    [
        ("BUSY", 17, HangupCause.USER_BUSY),
        ("CONGESTION", 34, HangupCause.NORMAL_CIRCUIT_CONGESTION),
        ("NOANSWER", 0, HangupCause.NORMAL_CLEARING),  # Nobody says why; the caller's dialplan just ended.
    ],
)
def test_an_unanswered_call_has_the_cause_of_the_side_that_was_dialled(
    status: str, cause: int, told: HangupCause
) -> None:
    log = Log()
    log.take(new("1.0"), new("1.1", "1.0"))
    log.take(dial("DialEnd", "1.0", "1.1", "1.0", DialStatus=status), hangup("1.1", "1.0", cause))
    call = log.one(hangup("1.0", cause=16))
    assert (call.dial_status, call.cause) == (DialStatus.parse(status), told)
    assert (call.answered, call.billable) == (None, 0.0)


def test_the_half_of_a_local_channel_that_was_dialled_takes_the_cause_of_the_other_half() -> None:
    log = Log()
    log.take(new("1.0"), new("1.1", "1.0", Channel="Local/2@x-1;1"), new("1.2", "1.0", Channel="Local/2@x-1;2"))
    dialled = channel("1.1", "1.0", prefix="Dest") | {"DestChannel": "Local/2@x-1;1"}
    log.take(message("DialEnd", **channel("1.0"), **dialled, DialStatus="BUSY"))
    log.take(hangup("1.2", "1.0", 17, Channel="Local/2@x-1;2"), hangup("1.1", "1.0", 0, Channel="Local/2@x-1;1"))
    assert log.one(hangup("1.0", cause=16)).cause is HangupCause.USER_BUSY


def test_a_side_that_picked_up_and_was_refused_to_the_caller_does_not_answer_the_call() -> None:
    log = Log()
    log.take(new("1.0"), new("1.1", "1.0"), up("1.1", "1.0"))
    log.take(dial("DialEnd", "1.0", "1.1", "1.0", DialStatus="ABORT"), hangup("1.1", "1.0"), at=3)
    call = log.one(hangup("1.0"))
    assert (call.answered, call.billable, call.dial_status) == (None, 0.0, DialStatus.ABORT)
    assert call.dialled[0].billable == 3.0


def test_answer_counts_for_more_than_the_other_sides_that_rang_along() -> None:
    log = Log()
    log.take(new("1.0"), new("1.1", "1.0"), new("1.2", "1.0"))
    log.take(dial("DialEnd", "1.0", "1.1", "1.0", DialStatus="ANSWER"))
    log.take(dial("DialEnd", "1.0", "1.2", "1.0", DialStatus="CANCEL"))
    log.take(hangup("1.1", "1.0"), hangup("1.2", "1.0", 26))
    call = log.one(hangup("1.0"))
    assert (call.dial_status, call.cause) == (DialStatus.ANSWER, HangupCause.NORMAL_CLEARING)
    assert [leg.dial_status for leg in call.dialled] == [DialStatus.ANSWER, DialStatus.CANCEL]


def test_the_dial_of_an_originate_counts_only_if_nothing_else_was_dialled() -> None:
    log = Log()
    log.take(new("1.0"), dial("DialEnd", None, "1.0", "1.0", DialStatus="ANSWER"), up("1.0"))
    assert log.active_now()["1.0"].dial_status is DialStatus.ANSWER
    log.take(new("1.1", "1.0"), dial("DialEnd", "1.0", "1.1", "1.0", DialStatus="BUSY"), hangup("1.1", "1.0", 17))
    call = log.one(hangup("1.0"))
    assert (call.dial_status, call.cause) == (DialStatus.BUSY, HangupCause.NORMAL_CLEARING)
    assert call.answered is not None


@pytest.mark.parametrize(("among", "technology"), [(1, "simple_bridge"), (3, "holding_bridge")])
def test_who_is_alone_or_on_hold_in_a_bridge_talks_to_nobody(among: int, technology: str) -> None:
    log = Log()
    log.take(new("1.0"), enter("1.0", among=among, technology=technology))
    assert log.one(hangup("1.0")).bridged is None


def test_a_renamed_channel_keeps_its_place() -> None:
    log = Log()
    log.take(new("1.0"), message("Rename", Channel="PJSIP/1.0", Newname="PJSIP/1.0<MASQ>", Uniqueid="1.0"))
    log.take(message("Rename", Channel="SIP/x", Newname="SIP/y", Uniqueid="9.9"))
    assert log.active_now()["1.0"].legs[0].channel == "PJSIP/1.0<MASQ>"
    assert list(log.active_now()) == ["1.0"]


def test_events_of_the_dialplan_that_are_called_like_others_change_nothing() -> None:
    log = Log()
    log.take(new("1.0"))
    headers = {**channel("1.0"), "UserEvent": "Hangup", "Cause": 16}
    assert log.take(message("UserEvent", **headers), message("HangupRequest", **channel("1.0"))) == []
    assert list(log.active_now()) == ["1.0"]


# --- calls that are joined -------------------------------------------------------------------------------------------


def test_calls_that_asterisk_joins_are_one_from_then_on() -> None:
    log = Log()
    log.take(new("1.0"), new("1.1", "1.0"), up("1.0"), at=0)
    log.take(new("2.0"), new("2.1", "2.0"), dial("DialEnd", "2.0", "2.1", "2.0", DialStatus="ANSWER"), at=5)
    log.take(enter("2.0", "2.0", among=2), at=6)
    log.take(enter("2.0", "1.0", among=2), at=7)
    assert list(log.active_now()) == ["1.0"]
    # The other channel of the younger call keeps its Linkedid, and what it dials inherits that.
    log.take(new("2.2", "2.0"), hangup("1.0"), hangup("1.1", "1.0"), hangup("2.0", "1.0"), at=8)
    assert log.take(hangup("2.1", "2.0"), at=9) == []
    call = log.one(hangup("2.2", "2.0"), at=10)
    assert (call.linkedid, call.linkedids) == ("1.0", ("1.0", "2.0"))
    assert [leg.uniqueid for leg in call.legs] == ["1.0", "1.1", "2.0", "2.1", "2.2"]
    assert (call.caller.uniqueid, call.duration, call.billable) == ("1.0", 10.0, 10.0)
    assert (call.bridged, call.dial_status, call.complete) == (after(6), DialStatus.ANSWER, True)


def test_a_joined_call_talks_since_the_first_did_and_knows_what_neither_knew() -> None:
    log = Log()
    log.take(new("2.0"), LOST, FOUND, enter("2.0"), at=1)
    log.take(new("1.0"), enter("1.0"), at=2)
    log.take(up("2.0", "1.0"), hangup("2.0", "1.0"), at=3)
    call = log.one(hangup("1.0"), at=4)
    assert (call.bridged, call.gaps) == (after(1), (Gap.CONNECTION,))


def test_a_call_that_goes_on_under_a_linkedid_nobody_has_seen_keeps_its_own_too() -> None:
    log = Log()
    log.take(new("2.0"), up("2.0", "1.0"), new("2.1", "2.0"), hangup("2.1", "2.0"))
    call = log.one(hangup("2.0", "1.0"))
    assert (call.linkedid, call.linkedids, len(call.legs)) == ("1.0", ("1.0", "2.0"), 2)
    assert call.caller.uniqueid == "2.0"


# --- clocks ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("jump", [-3600.0, 3600.0])
def test_a_wall_clock_that_is_set_does_not_change_a_duration(jump: float) -> None:
    log = Log()
    log.take(new("1.0"), at=0)
    log.take(up("1.0"), at=2)
    log.set_by = jump
    call = log.one(hangup("1.0"), at=12)
    assert (call.duration, call.billable, call.ended) == (12.0, 10.0, after(12))


def stamp(seconds: float) -> float:
    return NOON.timestamp() + seconds


def test_asterisks_own_time_is_taken_where_it_gives_it() -> None:
    log = Log()
    log.take(new("1.0", Timestamp=stamp(0.5)), at=2)
    log.take(up("1.0", Timestamp=stamp(1.5)), at=3)
    # This one was late: the loop was busy, or the network was.
    call = log.one(hangup("1.0", Timestamp=stamp(4)), at=20)
    assert (call.started, call.answered, call.ended) == (after(0.5), after(1.5), after(4))
    assert (call.duration, call.billable) == (3.5, 2.5)


def test_a_clock_of_asterisk_that_is_set_does_not_change_a_duration() -> None:
    log = Log()
    log.take(new("1.0", Timestamp=stamp(0)), at=0)
    call = log.one(hangup("1.0", Timestamp=stamp(-3590)), at=10)
    assert (call.duration, call.started) == (10.0, NOON)


def test_asterisks_time_is_not_mixed_with_ours() -> None:
    log = Log()
    log.ask(listed("1.0"), at=0)
    # Its clock is half a minute fast.
    assert log.one(hangup("1.0", Timestamp=stamp(40)), at=10).duration == 10.0


@pytest.mark.parametrize("text", ["nan", "inf", "-1", "1e300", "soon", "9" * 400])
def test_a_timestamp_that_is_no_time_is_not_taken(text: str) -> None:
    log = Log()
    log.take(new("1.0", Timestamp=text), at=0)
    assert log.one(hangup("1.0"), at=1).started == NOON


def test_a_time_line_never_runs_backwards() -> None:
    log = Log()
    log.take(new("1.0", Timestamp=stamp(10)), up("1.0", Timestamp=stamp(12)), at=0)
    log.take(message("BridgeEnter", **channel("1.0", state=6), BridgeNumChannels=2, Timestamp=stamp(9)), at=0)
    call = log.one(hangup("1.0", Timestamp=stamp(11)), at=0)
    assert call.answered is not None
    assert call.started <= call.answered <= call.ended
    assert (call.duration, call.billable, call.bridged) == (1.0, 0.0, call.started)


# --- what was not seen -----------------------------------------------------------------------------------------------


def test_a_channel_of_before_is_counted_from_when_asterisk_made_it() -> None:
    log = Log()
    log.ask(listed("1.0", age="01:02:03", state=6), listed("1.1", "1.0", age="soon"), at=0)
    call = log.active_now()["1.0"]
    assert (call.started, call.duration) == (after(-3723), 3723.0)
    assert (call.answered, call.gaps) == (NOON, (Gap.START, Gap.ANSWER))
    log.take(hangup("1.1", "1.0"))
    call = log.one(hangup("1.0"), at=10)
    assert (call.duration, call.billable, call.complete) == (3733.0, 10.0, False)


def test_a_hangup_alone_is_a_call_that_began_unseen() -> None:
    call = Log().one(hangup("1.0", state=6))
    assert (call.gaps, call.duration, call.cause) == ((Gap.START, Gap.ANSWER), 0.0, HangupCause.NORMAL_CLEARING)


def test_an_event_that_comes_after_the_hangup_does_not_bring_a_channel_back() -> None:
    log = Log()
    log.take(new("1.0"), hangup("1.0"))
    assert log.take(up("1.0"), hangup("1.0"), dial("DialEnd", None, "1.0", "1.0", DialStatus="ANSWER")) == []
    assert log.active(log.now) == ()


def test_an_id_that_is_used_again_is_another_channel() -> None:
    log = Log()
    log.take(new("mine"), hangup("mine"))
    log.take(new("mine"), at=5)
    log.take(up("mine"), at=6)
    # And once more, without a Hangup between: the former ended unseen, some time after what was last seen of it.
    former = log.one(new("mine"), at=9)
    assert (former.duration, former.gaps, former.cause) == (1.0, (Gap.END,), None)
    assert log.one(hangup("mine"), at=11).duration == 2.0


def test_after_a_gap_the_calls_that_are_gone_have_ended_unseen() -> None:
    log = Log()
    log.take(new("1.0"), up("1.0"), new("2.0"), at=0)
    log.take(LOST, at=10)
    log.take(FOUND, at=14)
    assert log.ask(listed("2.0", age="00:00:15"), at=15) == []
    (gone,) = log.settle()
    assert (gone.linkedid, gone.gaps, gone.cause) == ("1.0", (Gap.CONNECTION, Gap.END), None)
    assert (gone.ended, gone.duration, gone.billable) == (after(10), 10.0, 10.0)
    assert log.settle() == []
    call = log.one(hangup("2.0"), at=20)
    assert (call.duration, call.gaps, call.cause) == (20.0, (Gap.CONNECTION,), HangupCause.NORMAL_CLEARING)


def test_a_call_answered_in_a_gap_was_answered_at_the_latest_when_it_was_listed() -> None:
    log = Log()
    log.take(new("1.0"), at=0)
    log.take(LOST, FOUND, at=5)
    log.ask(listed("1.0", age="00:00:08", state=6), at=8)
    assert log.settle() == []
    call = log.one(hangup("1.0"), at=10)
    assert (call.answered, call.billable) == (after(8), 2.0)
    assert call.gaps == (Gap.ANSWER, Gap.CONNECTION)


def test_events_that_a_list_was_ahead_of_correct_it() -> None:
    log = Log()
    log.take(new("1.0"), LOST, FOUND, at=0)
    # While these were still queued in Asterisk, the list was written: 1.0 is gone, and 2.0 is up.
    log.ask(listed("2.0", state=6), at=5)
    assert log.take(new("2.0"), up("2.0"), at=6) == []
    ended = log.one(hangup("1.0", cause=17), at=6)
    assert (ended.cause, ended.gaps) == (HangupCause.USER_BUSY, (Gap.CONNECTION,))
    assert log.settle() == []
    call = log.one(hangup("2.0"), at=9)
    assert (call.complete, call.started, call.answered) == (True, after(6), after(6))


def test_what_an_event_still_said_of_a_channel_that_is_gone_makes_it_end_later() -> None:
    log = Log()
    log.take(new("1.0"), LOST, FOUND, at=0)
    log.ask(at=5)
    log.take(up("1.0"), at=6)
    (gone,) = log.settle()
    assert (gone.duration, gone.gaps) == (6.0, (Gap.CONNECTION, Gap.END))


def test_a_list_is_only_about_the_gap_before_it() -> None:
    log = Log()
    log.take(new("1.0"), LOST, FOUND, at=0)
    log.take(new("2.0"), at=1)
    log.ask(at=2)
    # The connection is lost again before everything was heard: the next list will tell.
    log.take(LOST, at=3)
    assert log.settle() == []
    assert set(log.active_now()) == {"1.0", "2.0"}
    log.take(FOUND, at=4)
    log.ask(listed("2.0", age="00:00:04"), at=5)
    (gone,) = log.settle()
    assert (gone.linkedid, gone.ended) == ("1.0", NOON)


def test_a_listed_channel_that_is_too_young_is_another_one() -> None:
    log = Log()
    log.take(new("mine"), at=0)
    log.take(LOST, at=50)
    (former,) = log.ask(listed("mine", age="00:00:10"), at=60)
    assert (former.duration, former.gaps) == (50.0, (Gap.CONNECTION, Gap.END))
    assert log.active_now()["mine"].duration == 10.0
    assert log.settle() == []


def test_a_list_of_ended_channels_brings_them_back() -> None:
    log = Log()
    log.take(new("1.0"), hangup("1.0"), LOST)  # A Hangup that was forged, then.
    log.ask(listed("1.0"))
    assert log.active_now()["1.0"].gaps == (Gap.START,)


def test_asterisk_takes_all_its_calls_with_it_when_it_shuts_down() -> None:
    log = Log()
    log.take(new("1.0"), new("1.1", "1.0"), new("2.0"), at=0)
    log.take(message("Shutdown", Shutdown="Cleanly", Restart="False"), at=4)
    assert len(log.active(log.now)) == 2
    calls = log.take(LOST, at=5)
    assert {(call.linkedid, call.duration, call.gaps, call.cause) for call in calls} == {
        ("1.0", 4.0, (Gap.END,), None),
        ("2.0", 4.0, (Gap.END,), None),
    }
    assert log.active(log.now) == ()


def test_a_shutdown_that_does_not_end_the_connection_was_none() -> None:
    log = Log()
    log.take(new("1.0"), message("Shutdown", Shutdown="Cleanly"), at=0)
    assert log.take(LOST, at=3600) == []
    assert log.active_now()["1.0"].gaps == (Gap.CONNECTION,)


# --- what should not be ----------------------------------------------------------------------------------------------


def test_a_message_cut_short_by_a_line_end_in_channel_data_is_matched_by_its_channel() -> None:
    log = Log()
    log.take(new("1.0"), at=0)
    head = {"Channel": "PJSIP/1.0", "ChannelState": 6, "AccountCode": "x"}
    log.take(message("Newstate", **head), at=1)
    call = log.one(message("Hangup", **head), at=4)
    assert (call.billable, call.cause, call.caller.account_code) == (3.0, None, "x")
    assert log.malformed_count == 2


@pytest.mark.parametrize(
    "data",
    [
        message("Newchannel"),
        message("Hangup"),
        message("Newstate", Channel="PJSIP/9"),
        message("Newstate", Channel=""),
        message("Newchannel", Uniqueid="1.0"),
        message("Newchannel", Uniqueid="1" * 257, Linkedid="1"),
        message("Newchannel", Uniqueid="1", Linkedid="1" * 257),
        message("DialEnd", DialStatus="ANSWER"),
        message("Hangup", Channel="PJSIP/5.0", Uniqueid="1" * 257, Linkedid="1"),
    ],
)
def test_an_event_about_no_channel_is_counted_and_makes_no_call(data: bytes) -> None:
    log = Log()
    log.take(new("5.0"))
    assert log.take(data) == []
    assert (list(log.active_now()), log.malformed_count) == (["5.0"], 1)


def test_values_nobody_knows_are_counted_and_left_out() -> None:
    log = Log()
    log.take(new("1.0", state=4), message("Newstate", **channel("1.0") | {"ChannelState": "flying"}))
    log.take(dial("DialEnd", None, "1.0", "1.0", DialStatus="SOMEHOW"))
    call = log.one(message("Hangup", **channel("1.0", state=4), Cause="because"))
    assert (call.caller.state, call.dial_status, call.cause, log.malformed_count) == (ChannelState.RING, None, None, 3)


def test_huge_values_are_cut() -> None:
    log = Log()
    log.take(new("1.0", Channel="c" * 9999, CallerIDName="n" * 9999, AccountCode="a" * 9999, Exten="e" * 9999))
    log.take(dial("DialBegin", None, "1.0", "1.0", DialString="d" * 9999))
    log.take(message("Rename", Newname="r" * 9999, Uniqueid="1.0"))
    leg = log.one(hangup("1.0", Channel="")).caller
    texts = (leg.channel, leg.caller_id_name, leg.account_code, leg.exten, leg.dial_string)
    assert [len(text or "") for text in texts] == [256] * 5


@pytest.mark.parametrize("count", [0, -1, True, 1.5, "many"])
def test_a_bound_that_is_none_is_refused(count: Any) -> None:
    with pytest.raises(InputError, match="max_channels"):
        CallLog(max_channels=count)


# --- bounds ----------------------------------------------------------------------------------------------------------


def test_past_the_bound_the_oldest_call_is_given_up_and_said_to_be() -> None:
    log = Log(max_channels=3)
    log.take(new("1.0"), new("1.1", "1.0"), new("2.0"), at=0)
    call = log.one(new("3.0"), at=5)
    assert (call.linkedid, len(call.legs), call.duration, call.gaps) == ("1.0", 2, 5.0, (Gap.EVICTED,))
    assert (log.evicted_count, set(log.active_now())) == (1, {"2.0", "3.0"})
    # Its channels are not taken for new ones.
    assert log.take(up("1.0"), hangup("1.1", "1.0"), hangup("1.0")) == []
    assert (log.evicted_count, set(log.active_now())) == (1, {"2.0", "3.0"})


def test_channels_that_ended_in_a_call_that_goes_on_are_bounded_too() -> None:
    log = Log()
    log.take(new("1.0"), new("9.0"))
    for number in range(1, 3000):
        log.take(new(f"1.{number}", "1.0"), hangup(f"1.{number}", "1.0"))
    assert len(log.active_now()["1.0"].legs) == 1000
    log.take(new("9.1", "9.0"), hangup("9.1", "9.0"), hangup("9.0"))
    call = log.one(hangup("1.0"))
    assert (call.gaps, call.caller.uniqueid, call.legs[-1].uniqueid) == ((Gap.LEGS,), "1.0", "1.2999")
    assert log.evicted_count == 0


def test_the_leg_of_the_caller_is_kept_when_others_are_dropped() -> None:
    log = Log()
    log.take(new("1.0", AccountCode="sales"), new("1.x", "1.0"), hangup("1.0"))
    for number in range(1, 2000):
        log.take(new(f"1.{number}", "1.0"), hangup(f"1.{number}", "1.0"))
    call = log.one(hangup("1.x", "1.0"))
    assert (call.caller.uniqueid, call.caller.account_code) == ("1.0", "sales")


def test_calls_that_ended_make_room() -> None:
    log = Log(max_channels=3)
    for number in range(50):
        log.take(new(f"{number}.0"), new(f"{number}.1", f"{number}.0"), new(f"{number}.2", f"{number}.0"))
        for leg in range(3):
            log.take(hangup(f"{number}.{leg}", f"{number}.0"))
    assert log.evicted_count == 0


def held(log: CallLog) -> int:
    """Return how much a log holds, whatever it is."""
    return sum(len(part) for part in vars(log).values() if isinstance(part, dict | list))


def test_a_flood_of_channels_leaves_nothing_behind() -> None:
    log = Log(max_channels=100)
    for number in range(5000):
        log.take(new(f"{number}.0"))
        assert held(log) <= 300
    for number in range(5000):
        log.take(hangup(f"{number}.0"))
    assert held(log) <= 300
    # The one more had been forgotten when its Hangup came.
    assert log.evicted_count == 4901


def test_a_channel_that_changes_its_linkedid_for_ever_is_bounded() -> None:
    log = Log(max_channels=10)
    for number in range(100):
        log.take(up("1.0", f"link{number}"))
    assert len(log.active_now()) == 1
    assert len(log.one(new("2.0")).linkedids) == 10
    log.take(hangup("2.0"))
    assert held(log) <= 2


# --- as recorded -----------------------------------------------------------------------------------------------------


def replay(name: str, log: CallLog) -> list[CompletedCall]:
    """Feed a recorded session, a tenth of a second between its events."""
    _banner, _, stream = (TRANSCRIPTS / f"ami-{name}.s2c.bin").read_bytes().partition(b"\n")
    recorded = [each for each in Decoder().receive_data(stream) if isinstance(each, AmiEvent)]
    return [
        call
        for number, event in enumerate(recorded)
        for call in log.feed(event, Instant(NOON.timestamp() + number / 10, number / 10))
    ]


ANSWERED = (True, DialStatus.ANSWER)


@pytest.mark.parametrize(
    ("name", "outcomes"),
    [
        ("one-call-burst", [(*ANSWERED, HangupCause.NORMAL_CLEARING)]),
        ("originate-async-ok", [(*ANSWERED, HangupCause.NOT_DEFINED)]),
        ("originate-async-fail", [(False, DialStatus.BUSY, HangupCause.USER_BUSY)]),
        ("originate-sync", [(*ANSWERED, HangupCause.NORMAL_CLEARING), (False, None, HangupCause.NOT_DEFINED)]),
    ],
)
def test_a_recorded_session_gives_its_calls(
    name: str, outcomes: list[tuple[bool, DialStatus | None, HangupCause]]
) -> None:
    log = CallLog()
    calls = replay(name, log)
    assert [(call.answered is not None, call.dial_status, call.cause) for call in calls] == outcomes
    # Each an originate to a Local channel, which has two halves.
    assert [(len(call.legs), call.complete, call.dialled) for call in calls] == [(2, True, ())] * len(outcomes)
    assert (log.active(Instant(NOON.timestamp(), 99.0)), log.malformed_count) == ((), 0)


# --- over a client ---------------------------------------------------------------------------------------------------

pbx = pytest_asyncio.fixture(fake_ami)


@pytest.fixture
async def ami(pbx: FakeAmiServer) -> AsyncIterator[AmiClient]:
    async with AmiClient(
        pbx.host, pbx.port, credentials=pbx.credentials, policy=ReconnectPolicy.fixed(0.1)
    ) as connected:
        yield connected


def channel_list(*items: bytes) -> bytes:
    """Return what Asterisk answers to CoreShowChannels."""
    start = b"Response: Success\r\nEventList: start\r\nMessage: Channels will follow\r\n\r\n"
    return start + b"".join(items) + message("CoreShowChannelsComplete", EventList="Complete", ListItems=len(items))


async def until(ami: AmiClient, condition: Callable[[], object]) -> None:
    """Wait until *condition* holds; what the server has sent is here once it has answered a Ping."""
    async with asyncio.timeout(5):
        while not condition():
            await ami.ping()


async def test_calls_that_complete_are_iterated_over_until_the_tracker_is_closed(
    pbx: FakeAmiServer, ami: AmiClient
) -> None:
    pbx.on("CoreShowChannels", channel_list())
    seen: list[str] = []
    async with asyncio.timeout(5), CallTracker(ami) as tracker:
        pbx.emit(new("1.0") + new("2.0") + hangup("2.0") + hangup("1.0"))
        async for call in tracker:
            seen.append(call.linkedid)
            if len(seen) == 2:
                await tracker.aclose()
    assert seen == ["2.0", "1.0"]


async def test_what_is_under_way_at_the_start_is_active_at_once(pbx: FakeAmiServer, ami: AmiClient) -> None:
    pbx.on("CoreShowChannels", channel_list(listed("1.0", age="00:01:00"), listed("1.1", "1.0", age="00:00:50")))
    async with asyncio.timeout(5), CallTracker(ami) as tracker:
        (call,) = tracker.active
        assert (len(call.legs), call.gaps) == (2, (Gap.START,))
        assert 60 <= call.duration < 65
        await tracker.start()
        calls = tracker.subscribe(where=lambda call: call.linkedid != "2.0")
        pbx.emit(new("2.0") + hangup("2.0") + hangup("1.0") + hangup("1.1", "1.0"))
        assert (await calls.recv()).linkedid == "1.0"
    assert len(pbx.called("CoreShowChannels")) == 1


async def test_a_tracker_may_be_there_before_the_connection(pbx: FakeAmiServer) -> None:
    pbx.on("CoreShowChannels", channel_list(listed("1.0")))
    ami = AmiClient(pbx.host, pbx.port, credentials=pbx.credentials)
    tracker = CallTracker(ami)
    calls = tracker.subscribe()
    async with asyncio.timeout(5), tracker:
        assert tracker.active == ()
        async with ami:
            await pbx.wait_for_action("CoreShowChannels")
            pbx.emit(hangup("1.0"))
            assert (await calls.recv()).gaps == (Gap.START,)


async def test_after_a_lost_connection_asterisk_is_asked_what_there_is(pbx: FakeAmiServer, ami: AmiClient) -> None:
    pbx.on("CoreShowChannels", channel_list())
    async with asyncio.timeout(5), CallTracker(ami) as tracker:
        calls = tracker.subscribe()
        pbx.emit(new("1.0") + new("2.0") + new("3.0"))
        await until(ami, lambda: len(tracker.active) == 3)

        def answer(action: ReceivedAction) -> None:
            action.reply(channel_list(listed("2.0"), listed("4.0")))
            # What was queued for the session when the list was written follows it.
            pbx.emit(new("4.0") + hangup("3.0", cause=17))

        pbx.on("CoreShowChannels", answer)
        pbx.drop()
        ended = {call.linkedid: call for call in (await calls.recv(), await calls.recv())}
        assert ended["3.0"].cause is HangupCause.USER_BUSY
        assert ended["1.0"].gaps == (Gap.CONNECTION, Gap.END)
        assert {call.linkedid: call.gaps for call in tracker.active} == {"2.0": (Gap.CONNECTION,), "4.0": ()}


async def test_a_list_that_is_cut_off_is_asked_for_again_on_the_next_connection(
    pbx: FakeAmiServer, ami: AmiClient
) -> None:
    pbx.on("CoreShowChannels", channel_list())
    async with asyncio.timeout(5), CallTracker(ami) as tracker:
        calls = tracker.subscribe()
        pbx.emit(new("1.0") + new("2.0"))
        await until(ami, lambda: len(tracker.active) == 2)

        def half(action: ReceivedAction) -> bytes | None:
            whole = channel_list(listed("2.0"))
            if len(pbx.called("CoreShowChannels")) > 2:
                return whole
            action.reply(whole[: whole.index(b"Event: CoreShowChannelsComplete")])
            pbx.drop()
            return None

        pbx.on("CoreShowChannels", half)
        pbx.drop()
        assert (await calls.recv()).linkedid == "1.0"
        assert [call.linkedid for call in tracker.active] == ["2.0"]
    assert (ami.epoch, calls.delivered, calls.lost) == (3, 1, 0)


async def test_a_connection_lost_again_before_all_was_heard_leaves_the_verdict_to_the_next(
    pbx: FakeAmiServer, ami: AmiClient
) -> None:
    pbx.on("CoreShowChannels", channel_list())
    async with asyncio.timeout(5), CallTracker(ami) as tracker:
        calls = tracker.subscribe()
        pbx.emit(new("1.0") + new("2.0"))
        await until(ami, lambda: len(tracker.active) == 2)

        def drop(_action: ReceivedAction) -> None:
            pbx.off("Ping")
            pbx.on("CoreShowChannels", channel_list(listed("2.0")))
            pbx.drop()

        pbx.on("Ping", drop)
        pbx.drop()
        assert (await calls.recv()).linkedid == "1.0"
        assert [call.linkedid for call in tracker.active] == ["2.0"]
    assert (ami.epoch, len(pbx.called("CoreShowChannels"))) == (3, 3)


async def test_a_gap_that_ends_while_another_is_looked_into_is_looked_into_as_well(
    pbx: FakeAmiServer, ami: AmiClient
) -> None:
    pbx.on("CoreShowChannels", channel_list())
    async with asyncio.timeout(5), CallTracker(ami):

        def lag(_action: ReceivedAction) -> bytes:
            pbx.off("Ping")
            # As it is for a tracker that has not been given the time to follow.
            ami._bus.publish_many([LOST, FOUND])
            return b"Response: Success\r\nPing: Pong\r\n\r\n"

        pbx.on("Ping", lag)
        pbx.drop()
        await pbx.wait_for_action("CoreShowChannels", 3)
        await pbx.wait_for_action("Ping", 2)
    assert ami.epoch == 2


async def test_a_list_that_does_not_come_is_asked_for_again(
    pbx: FakeAmiServer, ami: AmiClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("asterisk_py_ami.call_tracker._LIST_TIMEOUT", 0.05)
    pbx.on(
        "CoreShowChannels",
        lambda _: channel_list(listed("1.0")) if len(pbx.called("CoreShowChannels")) > 1 else None,
    )
    async with asyncio.timeout(5), CallTracker(ami) as tracker:
        assert [call.linkedid for call in tracker.active] == ["1.0"]
    assert "asking again" in caplog.text


async def test_who_may_not_list_channels_is_told_and_still_tracks(
    pbx: FakeAmiServer, ami: AmiClient, caplog: pytest.LogCaptureFixture
) -> None:
    pbx.on("CoreShowChannels", b"Response: Error\r\nMessage: Permission denied\r\n\r\n")
    async with asyncio.timeout(5), CallTracker(ami) as tracker:
        assert [record.levelno for record in caplog.records] == [logging.WARNING]
        assert "will not be noticed: CoreShowChannels was rejected: Permission denied" in caplog.text
        calls = tracker.subscribe()
        pbx.emit(new("1.0") + new("2.0"))
        await until(ami, lambda: len(tracker.active) == 2)
        pbx.drop()
        await pbx.wait_for_login(2)
        pbx.emit(hangup("2.0"))
        assert (await calls.recv()).gaps == (Gap.CONNECTION,)
        assert [call.linkedid for call in tracker.active] == ["1.0"]


async def test_what_is_forged_and_what_is_too_much_is_counted(pbx: FakeAmiServer, ami: AmiClient) -> None:
    pbx.on("CoreShowChannels", channel_list())
    async with asyncio.timeout(5), CallTracker(ami, max_channels=1) as tracker:
        pbx.emit(new("1.0") + message("Hangup", Cause="16") + new("2.0"))
        await until(ami, lambda: tracker.evicted_count)
        assert (tracker.evicted_count, tracker.malformed_count) == (1, 1)


async def test_iteration_ends_with_the_client_and_raises_what_ended_it(pbx: FakeAmiServer) -> None:
    pbx.on("CoreShowChannels", channel_list())
    ami = AmiClient(pbx.host, pbx.port, credentials=pbx.credentials, policy=ReconnectPolicy.none())
    async with asyncio.timeout(5), ami, CallTracker(ami) as tracker:
        pbx.emit(new("1.0") + new("2.0") + hangup("2.0"))
        calls = tracker.subscribe()
        assert (await calls.recv()).linkedid == "2.0"
        pbx.drop()
        with pytest.raises(ConnectionClosedError):
            await calls.recv()
        assert [call.linkedid for call in tracker.active] == ["1.0"]


async def test_iteration_just_ends_when_the_client_is_closed(pbx: FakeAmiServer, ami: AmiClient) -> None:
    pbx.on("CoreShowChannels", channel_list())
    async with asyncio.timeout(5), CallTracker(ami) as tracker:
        calls = tracker.subscribe()
        await ami.aclose()
        assert [call async for call in calls] == []


async def test_a_closed_tracker_leaves_nothing_running_and_does_not_start_again(
    pbx: FakeAmiServer, ami: AmiClient
) -> None:
    pbx.on("CoreShowChannels", channel_list())
    before = asyncio.all_tasks()
    tracker = CallTracker(ami)
    await tracker.start()
    assert len(asyncio.all_tasks()) == len(before) + 1
    await tracker.aclose()
    await tracker.aclose()
    assert asyncio.all_tasks() == before
    with pytest.raises(ClientClosedError, match="the call tracker"):
        await tracker.start()


async def test_a_start_that_is_cancelled_can_be_made_again(pbx: FakeAmiServer, ami: AmiClient) -> None:
    pbx.on("CoreShowChannels", None)
    tracker = CallTracker(ami)
    start = asyncio.create_task(tracker.start())
    await pbx.wait_for_action("CoreShowChannels")
    start.cancel()
    with pytest.raises(asyncio.CancelledError):
        await start
    pbx.on("CoreShowChannels", channel_list(listed("1.0")))
    async with asyncio.timeout(5), tracker:
        assert [call.linkedid for call in tracker.active] == ["1.0"]


async def test_a_tracker_that_is_closed_while_it_starts_does_not_start(pbx: FakeAmiServer, ami: AmiClient) -> None:
    pbx.on("CoreShowChannels", None)
    tracker = CallTracker(ami)
    before = asyncio.all_tasks()
    start = asyncio.create_task(tracker.start())
    request = await pbx.wait_for_action("CoreShowChannels")
    await tracker.aclose()
    request.reply(channel_list())
    with pytest.raises(ClientClosedError, match="the call tracker"):
        await start
    assert asyncio.all_tasks() == before


async def test_a_tracker_that_was_never_started_closes(ami: AmiClient) -> None:
    tracker = CallTracker(ami)
    await tracker.aclose()
    assert [call async for call in tracker] == []


async def test_a_mistake_of_ours_is_told_to_those_who_wait_for_calls(
    pbx: FakeAmiServer, ami: AmiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> list[CompletedCall]:
        raise ZeroDivisionError

    pbx.on("CoreShowChannels", channel_list())
    async with asyncio.timeout(5), CallTracker(ami) as tracker:
        calls = tracker.subscribe()
        monkeypatch.setattr(CallLog, "feed", fail)
        pbx.emit(new("1.0"))
        with pytest.raises(ZeroDivisionError):
            await calls.recv()


async def test_a_backlog_does_not_keep_others_from_running(pbx: FakeAmiServer, ami: AmiClient) -> None:
    pbx.on("CoreShowChannels", channel_list())
    flood = events(*(new(f"{number}.0") + hangup(f"{number}.0") for number in range(5000)))
    async with asyncio.timeout(5), CallTracker(ami) as tracker:
        calls = tracker.subscribe()
        # All at once, as it is after others have kept the loop busy.
        ami._bus.publish_many(flood)
        steps = set()
        while calls.backlog < 5000:
            steps.add(calls.backlog)
            await asyncio.sleep(0)
        assert len(steps) > 5
