"""Whole calls on a real Asterisk, beside the records it writes of them itself (Cdr events)."""

import asyncio
from collections import Counter
from datetime import UTC, datetime
from typing import Final

import pytest

from asterisk_py_ami import (
    AmiClient,
    ConnectionState,
    ConnectionStateChanged,
    DialStatus,
    EventSubscription,
    HangupCause,
    NotSentError,
    OriginateResult,
    ReconnectPolicy,
)
from asterisk_py_ami.calls import CallLeg, CallTracker, CompletedCall, Gap
from asterisk_py_ami.events import BridgeEnter, Cdr, Newchannel
from tests.live.ami import LIMIT, QUICKLY, Watch, client, mark, next_state, originate, until_quiet, within
from tools.asterisk import Asterisk

COUNT: Final = 1000
AT_ONCE: Final = 60

# What is called, and how the call ends: whether answered, the dial's status, the cause.
OUTCOMES: Final = {
    "Local/answer@dial": (True, DialStatus.ANSWER, HangupCause.NORMAL_CLEARING),
    "Local/busy@dial": (False, DialStatus.BUSY, HangupCause.USER_BUSY),
    "Local/noanswer@dial": (False, DialStatus.NO_ANSWER, HangupCause.NORMAL_CLEARING),
    "Local/congestion@dial": (False, DialStatus.CONGESTION, HangupCause.NORMAL_CIRCUIT_CONGESTION),
    "Local/short@scenarios": (True, DialStatus.ANSWER, HangupCause.NORMAL_CLEARING),
    "Local/busy@scenarios": (False, DialStatus.BUSY, HangupCause.USER_BUSY),
    "Local/reject@scenarios": (False, DialStatus.NO_ANSWER, HangupCause.CALL_REJECTED),
}


async def collect(ami: AmiClient, calls: EventSubscription[CompletedCall], count: int) -> list[CompletedCall]:
    """Return the next *count* calls; the last event of one may need a nudge, as :class:`Watch` tells."""
    collected: list[CompletedCall] = []
    async with asyncio.timeout(LIMIT):
        while len(collected) < count:
            try:
                async with asyncio.timeout(1.0):
                    collected.append(await calls.recv())
            except TimeoutError:
                await ami.ping()
    return collected


def recorded(text: str) -> datetime:
    """Return the time in a Cdr event; the machine that writes it is this one."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").astimezone().astimezone(UTC)


def is_near(seen: datetime, written: datetime) -> bool:
    """Whether *seen* is less than a second away from the second that was *written*: records have whole ones."""
    return -1 < (seen - written).total_seconds() < 2


def disagreements(leg: CallLeg, records: list[Cdr]) -> list[str]:
    """Return in what *leg* differs from Asterisk's own *records* of it."""
    assert leg.ended is not None
    started = min(recorded(record.start_time) for record in records)
    ended = max(recorded(record.end_time) for record in records)
    answers = [recorded(record.answer_time) for record in records if record.answer_time]
    billed = (ended - min(answers)).total_seconds() if answers else 0.0
    agree = {
        "started": is_near(leg.started, started),
        "ended": is_near(leg.ended, ended),
        "answered": is_near(leg.answered, min(answers)) if answers and leg.answered else not (answers or leg.answered),
        "billable": abs(leg.billable - billed) < 2,
    }
    return [f"{leg.channel} {name}: {leg}, {records}" for name, does in agree.items() if not does]


async def test_a_thousand_calls_are_tracked_each_once_and_as_asterisk_itself_records_it(
    ami: AmiClient, figures: list[str]
) -> None:
    await until_quiet(ami)
    watch = Watch(ami)
    calls: list[CompletedCall] = []
    results: list[OriginateResult] = []
    channels = [list(OUTCOMES)[number % len(OUTCOMES)] for number in range(COUNT)]
    async with CallTracker(ami) as tracker:
        subscription = tracker.subscribe()
        for first in range(0, COUNT, AT_ONCE):
            wave = channels[first : first + AT_ONCE]
            originated = asyncio.gather(
                *(ami.originate(channel, context="scenarios", exten="short", priority=1) for channel in wave)
            )
            calls += await collect(ami, subscription, len(wave))
            results += await within(originated)
        assert tracker.active == ()
        assert (tracker.malformed_count, tracker.evicted_count, subscription.backlog) == (0, 0, 0)

    assert len({call.linkedid for call in calls}) == COUNT
    assert all(call.complete for call in calls)
    seen = Counter(
        (call.caller.channel.partition("-")[0], call.answered is not None, call.dial_status, call.cause)
        for call in calls
    )
    assert seen == Counter((channel, *OUTCOMES[channel]) for channel in channels)

    # What became of the called channel is told by its Originate, too.
    assert Counter(result.answered for result in results) == Counter(OUTCOMES[channel][0] for channel in channels)
    assert {result.uniqueid for result in results if result.answered} == {
        call.linkedid for call in calls if call.answered is not None
    }
    figures.append(f"calls: {len(results):,} originated, {len(calls):,} tracked")

    # Nothing is lost, nothing is made up: each channel that came is a leg of one call, and each record is of a leg.
    # A record comes soon after the end; a channel that was dialled has none of its own.
    await mark(ami, watch)
    await watch.until(lambda: {call.linkedid for call in calls} <= {record.unique_id for record in watch.of(Cdr)})
    legs = {leg.uniqueid: leg for call in calls for leg in call.legs}
    assert len(legs) == sum(len(call.legs) for call in calls)
    assert set(legs) == {event.uniqueid for event in watch.of(Newchannel)}
    records: dict[str, list[Cdr]] = {}
    for record in watch.of(Cdr):
        records.setdefault(record.unique_id, []).append(record)
    assert [wrong for uniqueid, rows in records.items() for wrong in disagreements(legs[uniqueid], rows)] == []


async def test_a_call_over_sip_is_told_with_its_numbers_and_what_was_dialled(ami: AmiClient) -> None:
    async with CallTracker(ami) as tracker:
        subscription = tracker.subscribe()
        await originate(ami, "Local/sip@dial", "short")
        # To ourselves: the side that is called takes it for a call of its own.
        calls = await collect(ami, subscription, 2)
    (call,) = (call for call in calls if call.caller.channel.startswith("Local/"))
    (received,) = (call for call in calls if call.caller.channel.startswith("PJSIP/"))
    assert (call.caller.context, call.caller.exten) == ("dial", "sip")
    (dialled,) = call.dialled
    assert (dialled.channel.partition("-")[0], dialled.dial_string) == ("PJSIP/loop", "short@loop")
    assert dialled.dialled_by in {leg.uniqueid for leg in call.legs}
    assert call.answered is not None
    assert call.bridged is not None
    # In either order: the first half of the Local channel may hear of the answer when its second is in the bridge.
    assert call.started <= min(call.answered, call.bridged)
    assert max(call.answered, call.bridged) <= call.ended
    assert 0.1 < call.billable <= call.duration < 5
    assert (received.caller.exten, received.bridged) == ("short", None)
    assert received.answered is not None


async def test_two_calls_that_are_joined_become_one(ami: AmiClient) -> None:
    watch = Watch(ami)
    async with CallTracker(ami) as tracker:
        subscription = tracker.subscribe()
        first, second = [await lasting_call(ami, watch) for _ in range(2)]
        await until_active(ami, tracker, 2)
        assert [len(call.legs) for call in tracker.active] == [2, 2]
        await ami.send("Bridge", {"Channel1": first.channel, "Channel2": second.channel})
        await watch.wait_for(BridgeEnter, lambda event: event.uniqueid == second.uniqueid)
        # The other does not outlast the bridge.
        await ami.send("Hangup", {"Channel": first.channel})
        (call,) = await collect(ami, subscription, 1)
        assert (tracker.active, subscription.backlog) == ((), 0)
    assert call.linkedids == (first.uniqueid, second.uniqueid)
    assert (len(call.legs), call.complete) == (4, True)
    assert call.bridged is not None


async def test_line_ends_in_channel_data_do_not_hide_the_end_of_a_call(ami: AmiClient) -> None:
    async with CallTracker(ami) as tracker:
        subscription = tracker.subscribe()
        # They cut off the rear of every message about the channel, where its ids are.
        await originate(ami, "Local/payload@scenarios", variables={"PAYLOAD": "x%0D%0A%0D%0Ay"})
        (call,) = await collect(ami, subscription, 1)
        assert (tracker.active, subscription.backlog) == ((), 0)
        assert tracker.malformed_count > 0
    assert (len(call.legs), call.complete, call.dial_status) == (2, True, DialStatus.ANSWER)
    assert {leg.account_code for leg in call.legs} == {"", "x"}


async def lasting_call(ami: AmiClient, watch: Watch) -> Newchannel:
    """Make a call that stays, and return how its first channel came once it is answered."""
    response = await watch.answer(await originate(ami, "Local/answer@scenarios"))
    return await watch.wait_for(Newchannel, lambda event: event.uniqueid == response.uniqueid)


async def lose(pbx: Asterisk, user: str, states: EventSubscription[ConnectionStateChanged]) -> None:
    """Have Asterisk close the connection of *user*, and return when the client knows."""
    sessions = await asyncio.to_thread(pbx.cli, "manager show connected")
    # The columns before the last three: the file descriptor, how often it is used by HTTP, what it may read and write.
    (descriptor,) = [line.split()[-4] for line in sessions.splitlines() if line.split()[:1] == [user]]
    await asyncio.to_thread(pbx.cli, f"manager kick session {descriptor}")
    await next_state(states, ConnectionState.RECONNECTING)


async def test_a_gap_is_bridged_by_asking_what_there_is(own_pbx: Asterisk) -> None:
    # The tracker's client is away for a second, and another one makes and ends calls meanwhile.
    tracked = client(own_pbx, "single", policy=ReconnectPolicy.fixed(1.0))
    states = tracked.states()
    async with client(own_pbx) as ami, tracked, CallTracker(tracked) as tracker:
        watch, subscription = Watch(ami), tracker.subscribe()
        goes_on, ends = [await lasting_call(ami, watch) for _ in range(2)]
        await until_active(tracked, tracker, 2)
        await lose(own_pbx, own_pbx.user("single").username, states)
        await ami.send("Hangup", {"Channel": ends.channel})
        unseen = await lasting_call(ami, watch)
        await next_state(states, ConnectionState.CONNECTED)

        (ended,) = await collect(tracked, subscription, 1)
        assert (ended.linkedid, ended.gaps, ended.cause) == (ends.uniqueid, (Gap.CONNECTION, Gap.END), None)
        assert {call.linkedid: call.gaps for call in tracker.active} == {
            goes_on.uniqueid: (Gap.CONNECTION,),
            unseen.uniqueid: (Gap.START, Gap.ANSWER),
        }
        for channel in (goes_on, unseen):
            await ami.send("Hangup", {"Channel": channel.channel})
        calls = {call.linkedid: call for call in await collect(tracked, subscription, 2)}
        assert tracker.active == ()
    assert calls[goes_on.uniqueid].gaps == (Gap.CONNECTION,)
    assert calls[goes_on.uniqueid].answered is not None
    assert calls[unseen.uniqueid].gaps == (Gap.START, Gap.ANSWER)
    # The Hangup action gives no cause unless it is told one.
    assert {call.cause for call in calls.values()} == {HangupCause.NOT_DEFINED}


@pytest.mark.parametrize("end", ["restart", "kill"])
async def test_a_restart_of_asterisk_ends_its_calls_and_those_after_it_are_tracked(own_pbx: Asterisk, end: str) -> None:
    def end_and_start() -> None:
        if end == "kill":
            own_pbx.kill()
        own_pbx.restart()

    ami = client(own_pbx, policy=QUICKLY)
    states = ami.states()
    async with ami, CallTracker(ami) as tracker:
        subscription = tracker.subscribe()
        for _ in range(5):
            await originate(ami, "Local/answer@scenarios")
        await until_active(ami, tracker, 5)
        former = {call.linkedid for call in tracker.active}
        restarting = asyncio.create_task(asyncio.to_thread(end_and_start))
        await next_state(states, ConnectionState.RECONNECTING)
        with pytest.raises(NotSentError):
            await originate(ami, "Local/short@scenarios", "short")
        await restarting
        while (await next_state(states, ConnectionState.CONNECTED)).epoch < 2:
            pass
        ended = await collect(ami, subscription, 5)
        assert {call.linkedid for call in ended} == former
        # While it stops it hangs channels up, and has the time to say so of some.
        for call in ended:
            assert call.complete or (Gap.END in call.gaps and call.caller.cause in {None, HangupCause.NOT_DEFINED})
        assert end != "kill" or {(call.gaps, call.cause) for call in ended} == {((Gap.CONNECTION, Gap.END), None)}

        for _ in range(5):
            await originate(ami, "Local/short@scenarios", "short")
        later = await collect(ami, subscription, 5)
        assert (tracker.active, subscription.backlog) == ((), 0)
    assert all(call.complete for call in later)
    # Not that their ids are new: they are made of the second and a count, and an Asterisk can be back in a second.
    assert len({call.linkedid for call in later}) == 5


async def test_who_may_not_list_channels_is_told_so_and_still_tracks(
    own_pbx: Asterisk, caplog: pytest.LogCaptureFixture
) -> None:
    async with client(own_pbx, "limited") as ami, CallTracker(ami) as tracker:
        assert "Permission denied" in caplog.text
        subscription = tracker.subscribe()
        await originate(ami, "Local/short@scenarios", "short")
        (call,) = await collect(ami, subscription, 1)
    assert call.complete
    assert call.dial_status is DialStatus.ANSWER


async def until_active(ami: AmiClient, tracker: CallTracker, count: int) -> None:
    """Wait until *count* answered calls are under way, as the tracker sees it."""
    async with asyncio.timeout(LIMIT):
        while [call.answered is None for call in tracker.active] != [False] * count:
            await ami.ping()
