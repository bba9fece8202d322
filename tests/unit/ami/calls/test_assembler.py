"""From events to calls, as values on two clocks."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from asterisk_py_ami.calls import Call, CompletedCall, Gap
from asterisk_py_ami.calls.assembler import CallAssembler
from asterisk_py_ami.calls.record import Instant
from asterisk_py_ami.protocol.codec import Decoder
from asterisk_py_ami.protocol.message import AmiEvent
from asterisk_py_core.domain import ChannelState, DialStatus, HangupCause
from asterisk_py_core.errors import InputError
from asterisk_py_core.reconnect import ConnectionStateChanged
from tests.unit.ami.calls.messages import FOUND, LOST, channel, dial, enter, events, hangup, listed, message, new, up

TRANSCRIPTS = Path(__file__).parents[3] / "transcripts"
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class Assembler(CallAssembler):
    """An assembler with a clock that is set by hand: *at* seconds after noon."""

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
    assembler = Assembler()
    assembler.take(new("1.0", CallerIDNum="0301234", CallerIDName="Zoë", AccountCode="sales", state=4), at=0)
    assembler.take(new("1.1", "1.0", Exten=""), dial("DialBegin", "1.0", "1.1", "1.0", DialString="200"), at=1)
    assembler.take(up("1.1", "1.0"), dial("DialEnd", "1.0", "1.1", "1.0", DialStatus="ANSWER"), up("1.0"), at=5)
    assembler.take(enter("1.1", "1.0", among=1), at=5.25)
    assembler.take(enter("1.0"), at=5.5)
    assert assembler.take(hangup("1.1", "1.0"), at=65) == []
    call = assembler.one(hangup("1.0", Exten="h"), at=66)

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
    assert assembler.active(assembler.now) == ()


def test_a_call_under_way_is_shown_as_far_as_it_has_come() -> None:
    assembler = Assembler()
    assembler.take(new("1.0"), at=0)
    assembler.take(new("1.1", "1.0"), dial("DialBegin", "1.0", "1.1", "1.0", DialString="200"), at=2)
    assembler.at = 3
    call = assembler.active_now()["1.0"]
    assert (call.duration, call.billable, call.answered, call.dial_status) == (3.0, 0.0, None, None)
    assert [leg.state for leg in call.legs] == [ChannelState.DOWN, ChannelState.DOWN]
    assembler.take(up("1.1", "1.0"), up("1.0"), at=4)
    assembler.at = 10
    call = assembler.active_now()["1.0"]
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
    assembler = Assembler()
    assembler.take(new("1.0"), new("1.1", "1.0"))
    assembler.take(dial("DialEnd", "1.0", "1.1", "1.0", DialStatus=status), hangup("1.1", "1.0", cause))
    call = assembler.one(hangup("1.0", cause=16))
    assert (call.dial_status, call.cause) == (DialStatus.parse(status), told)
    assert (call.answered, call.billable) == (None, 0.0)


def test_the_half_of_a_local_channel_that_was_dialled_takes_the_cause_of_the_other_half() -> None:
    assembler = Assembler()
    assembler.take(new("1.0"), new("1.1", "1.0", Channel="Local/2@x-1;1"), new("1.2", "1.0", Channel="Local/2@x-1;2"))
    dialled = channel("1.1", "1.0", prefix="Dest") | {"DestChannel": "Local/2@x-1;1"}
    assembler.take(message("DialEnd", **channel("1.0"), **dialled, DialStatus="BUSY"))
    assembler.take(hangup("1.2", "1.0", 17, Channel="Local/2@x-1;2"), hangup("1.1", "1.0", 0, Channel="Local/2@x-1;1"))
    assert assembler.one(hangup("1.0", cause=16)).cause is HangupCause.USER_BUSY


def test_a_side_that_picked_up_and_was_refused_to_the_caller_does_not_answer_the_call() -> None:
    assembler = Assembler()
    assembler.take(new("1.0"), new("1.1", "1.0"), up("1.1", "1.0"))
    assembler.take(dial("DialEnd", "1.0", "1.1", "1.0", DialStatus="ABORT"), hangup("1.1", "1.0"), at=3)
    call = assembler.one(hangup("1.0"))
    assert (call.answered, call.billable, call.dial_status) == (None, 0.0, DialStatus.ABORT)
    assert call.dialled[0].billable == 3.0


def test_answer_counts_for_more_than_the_other_sides_that_rang_along() -> None:
    assembler = Assembler()
    assembler.take(new("1.0"), new("1.1", "1.0"), new("1.2", "1.0"))
    assembler.take(dial("DialEnd", "1.0", "1.1", "1.0", DialStatus="ANSWER"))
    assembler.take(dial("DialEnd", "1.0", "1.2", "1.0", DialStatus="CANCEL"))
    assembler.take(hangup("1.1", "1.0"), hangup("1.2", "1.0", 26))
    call = assembler.one(hangup("1.0"))
    assert (call.dial_status, call.cause) == (DialStatus.ANSWER, HangupCause.NORMAL_CLEARING)
    assert [leg.dial_status for leg in call.dialled] == [DialStatus.ANSWER, DialStatus.CANCEL]


def test_the_dial_of_an_originate_counts_only_if_nothing_else_was_dialled() -> None:
    assembler = Assembler()
    assembler.take(new("1.0"), dial("DialEnd", None, "1.0", "1.0", DialStatus="ANSWER"), up("1.0"))
    assert assembler.active_now()["1.0"].dial_status is DialStatus.ANSWER
    assembler.take(new("1.1", "1.0"), dial("DialEnd", "1.0", "1.1", "1.0", DialStatus="BUSY"), hangup("1.1", "1.0", 17))
    call = assembler.one(hangup("1.0"))
    assert (call.dial_status, call.cause) == (DialStatus.BUSY, HangupCause.NORMAL_CLEARING)
    assert call.answered is not None


@pytest.mark.parametrize(("among", "technology"), [(1, "simple_bridge"), (3, "holding_bridge")])
def test_who_is_alone_or_on_hold_in_a_bridge_talks_to_nobody(among: int, technology: str) -> None:
    assembler = Assembler()
    assembler.take(new("1.0"), enter("1.0", among=among, technology=technology))
    assert assembler.one(hangup("1.0")).bridged is None


def test_a_renamed_channel_keeps_its_place() -> None:
    assembler = Assembler()
    assembler.take(new("1.0"), message("Rename", Channel="PJSIP/1.0", Newname="PJSIP/1.0<MASQ>", Uniqueid="1.0"))
    assembler.take(message("Rename", Channel="SIP/x", Newname="SIP/y", Uniqueid="9.9"))
    assert assembler.active_now()["1.0"].legs[0].channel == "PJSIP/1.0<MASQ>"
    assert list(assembler.active_now()) == ["1.0"]


def test_events_of_the_dialplan_that_are_called_like_others_change_nothing() -> None:
    assembler = Assembler()
    assembler.take(new("1.0"))
    headers = {**channel("1.0"), "UserEvent": "Hangup", "Cause": 16}
    assert assembler.take(message("UserEvent", **headers), message("HangupRequest", **channel("1.0"))) == []
    assert list(assembler.active_now()) == ["1.0"]


# --- calls that are joined -------------------------------------------------------------------------------------------


def test_calls_that_asterisk_joins_are_one_from_then_on() -> None:
    assembler = Assembler()
    assembler.take(new("1.0"), new("1.1", "1.0"), up("1.0"), at=0)
    assembler.take(new("2.0"), new("2.1", "2.0"), dial("DialEnd", "2.0", "2.1", "2.0", DialStatus="ANSWER"), at=5)
    assembler.take(enter("2.0", "2.0", among=2), at=6)
    assembler.take(enter("2.0", "1.0", among=2), at=7)
    assert list(assembler.active_now()) == ["1.0"]
    # The other channel of the younger call keeps its Linkedid, and what it dials inherits that.
    assembler.take(new("2.2", "2.0"), hangup("1.0"), hangup("1.1", "1.0"), hangup("2.0", "1.0"), at=8)
    assert assembler.take(hangup("2.1", "2.0"), at=9) == []
    call = assembler.one(hangup("2.2", "2.0"), at=10)
    assert (call.linkedid, call.linkedids) == ("1.0", ("1.0", "2.0"))
    assert [leg.uniqueid for leg in call.legs] == ["1.0", "1.1", "2.0", "2.1", "2.2"]
    assert (call.caller.uniqueid, call.duration, call.billable) == ("1.0", 10.0, 10.0)
    assert (call.bridged, call.dial_status, call.complete) == (after(6), DialStatus.ANSWER, True)


def test_a_joined_call_talks_since_the_first_did_and_knows_what_neither_knew() -> None:
    assembler = Assembler()
    assembler.take(new("2.0"), LOST, FOUND, enter("2.0"), at=1)
    assembler.take(new("1.0"), enter("1.0"), at=2)
    assembler.take(up("2.0", "1.0"), hangup("2.0", "1.0"), at=3)
    call = assembler.one(hangup("1.0"), at=4)
    assert (call.bridged, call.gaps) == (after(1), (Gap.CONNECTION,))


def test_a_call_that_goes_on_under_a_linkedid_nobody_has_seen_keeps_its_own_too() -> None:
    assembler = Assembler()
    assembler.take(new("2.0"), up("2.0", "1.0"), new("2.1", "2.0"), hangup("2.1", "2.0"))
    call = assembler.one(hangup("2.0", "1.0"))
    assert (call.linkedid, call.linkedids, len(call.legs)) == ("1.0", ("1.0", "2.0"), 2)
    assert (call.caller.uniqueid, call.gaps) == ("2.0", (Gap.START,))


# --- clocks ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("jump", [-3600.0, 3600.0])
def test_a_wall_clock_that_is_set_does_not_change_a_duration(jump: float) -> None:
    assembler = Assembler()
    assembler.take(new("1.0"), at=0)
    assembler.take(up("1.0"), at=2)
    assembler.set_by = jump
    call = assembler.one(hangup("1.0"), at=12)
    assert (call.duration, call.billable, call.ended) == (12.0, 10.0, after(12))


def stamp(seconds: float) -> float:
    return NOON.timestamp() + seconds


def test_asterisks_own_time_is_taken_where_it_gives_it() -> None:
    assembler = Assembler()
    assembler.take(new("1.0", Timestamp=stamp(0.5)), at=2)
    assembler.take(up("1.0", Timestamp=stamp(1.5)), at=3)
    # This one was late: the loop was busy, or the network was.
    call = assembler.one(hangup("1.0", Timestamp=stamp(4)), at=20)
    assert (call.started, call.answered, call.ended) == (after(0.5), after(1.5), after(4))
    assert (call.duration, call.billable) == (3.5, 2.5)


def test_a_clock_of_asterisk_that_is_set_does_not_change_a_duration() -> None:
    assembler = Assembler()
    assembler.take(new("1.0", Timestamp=stamp(0)), at=0)
    call = assembler.one(hangup("1.0", Timestamp=stamp(-3590)), at=10)
    assert (call.duration, call.started) == (10.0, NOON)


def test_asterisks_time_is_not_mixed_with_ours() -> None:
    assembler = Assembler()
    assembler.ask(listed("1.0"), at=0)
    # Its clock is half a minute fast.
    assert assembler.one(hangup("1.0", Timestamp=stamp(40)), at=10).duration == 10.0


@pytest.mark.parametrize("text", ["nan", "inf", "-1", "1e300", "soon", "9" * 400])
def test_a_timestamp_that_is_no_time_is_not_taken(text: str) -> None:
    assembler = Assembler()
    assembler.take(new("1.0", Timestamp=text), at=0)
    assert assembler.one(hangup("1.0"), at=1).started == NOON


def test_a_time_line_never_runs_backwards() -> None:
    assembler = Assembler()
    assembler.take(new("1.0", Timestamp=stamp(10)), up("1.0", Timestamp=stamp(12)), at=0)
    assembler.take(message("BridgeEnter", **channel("1.0", state=6), BridgeNumChannels=2, Timestamp=stamp(9)), at=0)
    call = assembler.one(hangup("1.0", Timestamp=stamp(11)), at=0)
    assert call.answered is not None
    assert call.started <= call.answered <= call.ended
    assert (call.duration, call.billable, call.bridged) == (1.0, 0.0, call.started)


# --- what was not seen -----------------------------------------------------------------------------------------------


def test_a_channel_of_before_is_counted_from_when_asterisk_made_it() -> None:
    assembler = Assembler()
    assembler.ask(listed("1.0", age="01:02:03", state=6), listed("1.1", "1.0", age="soon"), at=0)
    call = assembler.active_now()["1.0"]
    assert (call.started, call.duration) == (after(-3723), 3723.0)
    assert (call.answered, call.gaps) == (NOON, (Gap.START, Gap.ANSWER))
    assembler.take(hangup("1.1", "1.0"))
    call = assembler.one(hangup("1.0"), at=10)
    assert (call.duration, call.billable, call.complete) == (3733.0, 10.0, False)


def test_a_hangup_alone_is_a_call_that_began_unseen() -> None:
    call = Assembler().one(hangup("1.0", state=6))
    assert (call.gaps, call.duration, call.cause) == ((Gap.START, Gap.ANSWER), 0.0, HangupCause.NORMAL_CLEARING)


def test_an_event_that_comes_after_the_hangup_does_not_bring_a_channel_back() -> None:
    assembler = Assembler()
    assembler.take(new("1.0"), hangup("1.0"))
    assert assembler.take(up("1.0"), hangup("1.0"), dial("DialEnd", None, "1.0", "1.0", DialStatus="ANSWER")) == []
    assert assembler.active(assembler.now) == ()


def test_an_id_that_is_used_again_is_another_channel() -> None:
    assembler = Assembler()
    assembler.take(new("mine"), hangup("mine"))
    assembler.take(new("mine"), at=5)
    assembler.take(up("mine"), at=6)
    # And once more, without a Hangup between: the former ended unseen, some time after what was last seen of it.
    former = assembler.one(new("mine"), at=9)
    assert (former.duration, former.gaps, former.cause) == (1.0, (Gap.END,), None)
    assert assembler.one(hangup("mine"), at=11).duration == 2.0


def test_after_a_gap_the_calls_that_are_gone_have_ended_unseen() -> None:
    assembler = Assembler()
    assembler.take(new("1.0"), up("1.0"), new("2.0"), at=0)
    assembler.take(LOST, at=10)
    assembler.take(FOUND, at=14)
    assert assembler.ask(listed("2.0", age="00:00:15"), at=15) == []
    (gone,) = assembler.settle()
    assert (gone.linkedid, gone.gaps, gone.cause) == ("1.0", (Gap.CONNECTION, Gap.END), None)
    assert (gone.ended, gone.duration, gone.billable) == (after(10), 10.0, 10.0)
    assert assembler.settle() == []
    call = assembler.one(hangup("2.0"), at=20)
    assert (call.duration, call.gaps, call.cause) == (20.0, (Gap.CONNECTION,), HangupCause.NORMAL_CLEARING)


def test_a_call_answered_in_a_gap_was_answered_at_the_latest_when_it_was_listed() -> None:
    assembler = Assembler()
    assembler.take(new("1.0"), at=0)
    assembler.take(LOST, FOUND, at=5)
    assembler.ask(listed("1.0", age="00:00:08", state=6), at=8)
    assert assembler.settle() == []
    call = assembler.one(hangup("1.0"), at=10)
    assert (call.answered, call.billable) == (after(8), 2.0)
    assert call.gaps == (Gap.ANSWER, Gap.CONNECTION)


def test_events_that_a_list_was_ahead_of_correct_it() -> None:
    assembler = Assembler()
    assembler.take(new("1.0"), LOST, FOUND, at=0)
    # While these were still queued in Asterisk, the list was written: 1.0 is gone, and 2.0 is up.
    assembler.ask(listed("2.0", state=6), at=5)
    assert assembler.take(new("2.0"), up("2.0"), at=6) == []
    ended = assembler.one(hangup("1.0", cause=17), at=6)
    assert (ended.cause, ended.gaps) == (HangupCause.USER_BUSY, (Gap.CONNECTION,))
    assert assembler.settle() == []
    call = assembler.one(hangup("2.0"), at=9)
    assert (call.complete, call.started, call.answered) == (True, after(6), after(6))


def test_what_an_event_still_said_of_a_channel_that_is_gone_makes_it_end_later() -> None:
    assembler = Assembler()
    assembler.take(new("1.0"), LOST, FOUND, at=0)
    assembler.ask(at=5)
    assembler.take(up("1.0"), at=6)
    (gone,) = assembler.settle()
    assert (gone.duration, gone.gaps) == (6.0, (Gap.CONNECTION, Gap.END))


def test_a_list_is_only_about_the_gap_before_it() -> None:
    assembler = Assembler()
    assembler.take(new("1.0"), LOST, FOUND, at=0)
    assembler.take(new("2.0"), at=1)
    assembler.ask(at=2)
    # The connection is lost again before everything was heard: the next list will tell.
    assembler.take(LOST, at=3)
    assert assembler.settle() == []
    assert set(assembler.active_now()) == {"1.0", "2.0"}
    assembler.take(FOUND, at=4)
    assembler.ask(listed("2.0", age="00:00:04"), at=5)
    (gone,) = assembler.settle()
    assert (gone.linkedid, gone.ended) == ("1.0", NOON)


def test_a_listed_channel_that_is_too_young_is_another_one() -> None:
    assembler = Assembler()
    assembler.take(new("mine"), at=0)
    assembler.take(LOST, at=50)
    (former,) = assembler.ask(listed("mine", age="00:00:10"), at=60)
    assert (former.duration, former.gaps) == (50.0, (Gap.CONNECTION, Gap.END))
    assert assembler.active_now()["mine"].duration == 10.0
    assert assembler.settle() == []


def test_a_list_of_ended_channels_brings_them_back() -> None:
    assembler = Assembler()
    assembler.take(new("1.0"), hangup("1.0"), LOST)  # A Hangup that was forged, then.
    assembler.ask(listed("1.0"))
    assert assembler.active_now()["1.0"].gaps == (Gap.START,)


def test_asterisk_takes_all_its_calls_with_it_when_it_shuts_down() -> None:
    assembler = Assembler()
    assembler.take(new("1.0"), new("1.1", "1.0"), new("2.0"), at=0)
    assembler.take(message("Shutdown", Shutdown="Cleanly", Restart="False"), at=4)
    assert len(assembler.active(assembler.now)) == 2
    calls = assembler.take(LOST, at=5)
    assert {(call.linkedid, call.duration, call.gaps, call.cause) for call in calls} == {
        ("1.0", 4.0, (Gap.END,), None),
        ("2.0", 4.0, (Gap.END,), None),
    }
    assert assembler.active(assembler.now) == ()


def test_a_shutdown_that_does_not_end_the_connection_was_none() -> None:
    assembler = Assembler()
    assembler.take(new("1.0"), message("Shutdown", Shutdown="Cleanly"), at=0)
    assert assembler.take(LOST, at=3600) == []
    assert assembler.active_now()["1.0"].gaps == (Gap.CONNECTION,)


# --- what should not be ----------------------------------------------------------------------------------------------


def test_a_message_cut_short_by_a_line_end_in_channel_data_is_matched_by_its_channel() -> None:
    assembler = Assembler()
    assembler.take(new("1.0"), at=0)
    head = {"Channel": "PJSIP/1.0", "ChannelState": 6, "AccountCode": "x"}
    assembler.take(message("Newstate", **head), at=1)
    call = assembler.one(message("Hangup", **head), at=4)
    assert (call.billable, call.cause, call.caller.account_code) == (3.0, None, "x")
    assert assembler.malformed_count == 2


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
    assembler = Assembler()
    assembler.take(new("5.0"))
    assert assembler.take(data) == []
    assert (list(assembler.active_now()), assembler.malformed_count) == (["5.0"], 1)


def test_values_nobody_knows_are_counted_and_left_out() -> None:
    assembler = Assembler()
    assembler.take(new("1.0", state=4), message("Newstate", **channel("1.0") | {"ChannelState": "flying"}))
    assembler.take(dial("DialEnd", None, "1.0", "1.0", DialStatus="SOMEHOW"))
    call = assembler.one(message("Hangup", **channel("1.0", state=4), Cause="because"))
    assert (call.caller.state, call.dial_status, call.cause, assembler.malformed_count) == (
        ChannelState.RING,
        None,
        None,
        3,
    )


def test_huge_values_are_cut() -> None:
    assembler = Assembler()
    assembler.take(new("1.0", Channel="c" * 9999, CallerIDName="n" * 9999, AccountCode="a" * 9999, Exten="e" * 9999))
    assembler.take(dial("DialBegin", None, "1.0", "1.0", DialString="d" * 9999))
    assembler.take(message("Rename", Newname="r" * 9999, Uniqueid="1.0"))
    leg = assembler.one(hangup("1.0", Channel="")).caller
    texts = (leg.channel, leg.caller_id_name, leg.account_code, leg.exten, leg.dial_string)
    assert [len(text or "") for text in texts] == [256] * 5


@pytest.mark.parametrize("count", [0, -1, True, 1.5, "many"])
def test_a_bound_that_is_none_is_refused(count: Any) -> None:
    with pytest.raises(InputError, match="max_channels"):
        CallAssembler(max_channels=count)


# --- bounds ----------------------------------------------------------------------------------------------------------


def test_past_the_bound_the_oldest_call_is_given_up_and_said_to_be() -> None:
    assembler = Assembler(max_channels=3)
    assembler.take(new("1.0"), new("1.1", "1.0"), new("2.0"), at=0)
    call = assembler.one(new("3.0"), at=5)
    assert (call.linkedid, len(call.legs), call.duration, call.gaps) == ("1.0", 2, 5.0, (Gap.EVICTED,))
    assert (assembler.evicted_count, set(assembler.active_now())) == (1, {"2.0", "3.0"})
    # Its channels are not taken for new ones.
    assert assembler.take(up("1.0"), hangup("1.1", "1.0"), hangup("1.0")) == []
    assert (assembler.evicted_count, set(assembler.active_now())) == (1, {"2.0", "3.0"})


def test_channels_that_ended_in_a_call_that_goes_on_are_bounded_too() -> None:
    assembler = Assembler()
    assembler.take(new("1.0"), new("9.0"))
    for number in range(1, 3000):
        assembler.take(new(f"1.{number}", "1.0"), hangup(f"1.{number}", "1.0"))
    assert len(assembler.active_now()["1.0"].legs) == 1000
    assembler.take(new("9.1", "9.0"), hangup("9.1", "9.0"), hangup("9.0"))
    call = assembler.one(hangup("1.0"))
    assert (call.gaps, call.caller.uniqueid, call.legs[-1].uniqueid) == ((Gap.LEGS,), "1.0", "1.2999")
    assert assembler.evicted_count == 0


def test_the_leg_of_the_caller_is_kept_when_others_are_dropped() -> None:
    assembler = Assembler()
    assembler.take(new("1.0", AccountCode="sales"), new("1.x", "1.0"), hangup("1.0"))
    for number in range(1, 2000):
        assembler.take(new(f"1.{number}", "1.0"), hangup(f"1.{number}", "1.0"))
    call = assembler.one(hangup("1.x", "1.0"))
    assert (call.caller.uniqueid, call.caller.account_code) == ("1.0", "sales")


def test_calls_that_ended_make_room() -> None:
    assembler = Assembler(max_channels=3)
    for number in range(50):
        assembler.take(new(f"{number}.0"), new(f"{number}.1", f"{number}.0"), new(f"{number}.2", f"{number}.0"))
        for leg in range(3):
            assembler.take(hangup(f"{number}.{leg}", f"{number}.0"))
    assert assembler.evicted_count == 0


def held(assembler: CallAssembler) -> int:
    """Return how much a assembler holds, whatever it is."""
    return sum(len(part) for part in vars(assembler).values() if isinstance(part, dict | list))


def test_a_flood_of_channels_leaves_nothing_behind() -> None:
    assembler = Assembler(max_channels=100)
    for number in range(5000):
        assembler.take(new(f"{number}.0"))
        assert held(assembler) <= 300
    for number in range(5000):
        assembler.take(hangup(f"{number}.0"))
    assert held(assembler) <= 300
    # The one more had been forgotten when its Hangup came.
    assert assembler.evicted_count == 4901


def test_a_channel_that_changes_its_linkedid_for_ever_is_bounded() -> None:
    assembler = Assembler(max_channels=10)
    for number in range(100):
        assembler.take(up("1.0", f"link{number}"))
    assert len(assembler.active_now()) == 1
    assert len(assembler.one(new("2.0")).linkedids) == 10
    assembler.take(hangup("2.0"))
    assert held(assembler) <= 2


# --- as recorded -----------------------------------------------------------------------------------------------------


def replay(name: str, assembler: CallAssembler) -> list[CompletedCall]:
    """Feed a recorded session, a tenth of a second between its events."""
    _banner, _, stream = (TRANSCRIPTS / f"ami-{name}.s2c.bin").read_bytes().partition(b"\n")
    recorded = [each for each in Decoder().receive_data(stream) if isinstance(each, AmiEvent)]
    return [
        call
        for number, event in enumerate(recorded)
        for call in assembler.feed(event, Instant(NOON.timestamp() + number / 10, number / 10))
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
    assembler = CallAssembler()
    calls = replay(name, assembler)
    assert [(call.answered is not None, call.dial_status, call.cause) for call in calls] == outcomes
    # Each an originate to a Local channel, which has two halves.
    assert [(len(call.legs), call.complete, call.dialled) for call in calls] == [(2, True, ())] * len(outcomes)
    assert (assembler.active(Instant(NOON.timestamp(), 99.0)), assembler.malformed_count) == ((), 0)
