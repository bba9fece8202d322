"""What holds for the calls of any series of events, lost, out of order, repeated or made up."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from asterisk_py_ami.calls import Call, CompletedCall, Gap
from asterisk_py_ami.calls.assembler import CallAssembler
from asterisk_py_ami.calls.record import Instant
from asterisk_py_ami.protocol.codec import Decoder
from asterisk_py_ami.protocol.message import AmiEvent
from asterisk_py_core.reconnect import ConnectionState, ConnectionStateChanged

NOON = 1_795_435_200.0
LOST = ConnectionStateChanged(
    state=ConnectionState.RECONNECTING, previous=ConnectionState.CONNECTED, epoch=1, attempt=0
)
FOUND = ConnectionStateChanged(state=ConnectionState.CONNECTED, previous=ConnectionState.CONNECTING, epoch=2, attempt=1)


def event(name: str, **headers: object) -> AmiEvent:
    lines = [f"Event: {name}", *(f"{header}: {value}" for header, value in headers.items())]
    (decoded,) = Decoder().receive_data("\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape"))
    assert isinstance(decoded, AmiEvent)
    return decoded


def channel(uniqueid: str, linkedid: str, state: int, prefix: str = "") -> dict[str, Any]:
    headers = {"Channel": f"PJSIP/{uniqueid}", "ChannelState": state, "Uniqueid": uniqueid, "Linkedid": linkedid}
    return {f"{prefix}{name}": value for name, value in headers.items()}


@st.composite
def a_call(draw: st.DrawFn, number: int) -> list[AmiEvent]:
    """Return a call from its start to its end: a caller, who dials others one after the other or all at once."""
    linkedid = f"{number}.0"
    story = [event("Newchannel", **channel(linkedid, linkedid, 4))]
    rests: list[list[AmiEvent]] = []
    for leg in range(1, draw(st.integers(1, 4))):
        uniqueid = f"{number}.{leg}"
        dial = channel(linkedid, linkedid, 4) | channel(uniqueid, linkedid, 5, "Dest")
        state, status = draw(st.sampled_from([(6, "ANSWER"), (5, "BUSY"), (5, "NOANSWER")]))
        story += [event("Newchannel", **channel(uniqueid, linkedid, 0)), event("DialBegin", **dial, DialString="2")]
        rest = [
            event("Newstate", **channel(uniqueid, linkedid, state)),
            event("DialEnd", **dial, DialStatus=status),
            event("BridgeEnter", BridgeNumChannels=leg, **channel(uniqueid, linkedid, state)),
            event("Hangup", **channel(uniqueid, linkedid, state), Cause=16),
        ]
        if draw(st.booleans()):
            story += rest
        else:
            rests.append(rest)
    story += draw(interleaved(rests))
    story.append(event("Hangup", **channel(linkedid, linkedid, 4), Cause=16))
    return story


@st.composite
def interleaved(draw: st.DrawFn, stories: list[list[AmiEvent]]) -> list[AmiEvent]:
    """Return all events of *stories*, those of each in order."""
    turns = [number for number, story in enumerate(stories) for _ in story]
    left = [iter(story) for story in stories]
    return [next(left[number]) for number in draw(st.permutations(turns))]


TRAFFIC = (
    st.integers(1, 5)
    .flatmap(lambda count: st.tuples(*(a_call(number) for number in range(count))))
    .flatmap(lambda calls: interleaved(list(calls)))
)


def ids(events: Iterable[AmiEvent]) -> set[str]:
    """Return the channels that *events* say anything about."""
    return {
        found
        for each in events
        for found in (each.get("Uniqueid"), each.get("DestUniqueid"))
        if found and each.name != "UserEvent"
    }


def check(call: Call) -> None:
    """What is true of every call ever shown."""
    assert call.legs
    assert call.linkedids[0] == call.linkedid
    assert call.caller in call.legs
    assert call.started == min(leg.started for leg in call.legs)
    assert 0.0 <= call.billable <= call.duration
    assert call.answered is None or call.started <= call.answered
    for leg in call.legs:
        assert 0.0 <= leg.billable <= leg.duration
        assert leg.answered is None or leg.started <= leg.answered
        assert leg.ended is None or leg.duration == (leg.ended - leg.started).total_seconds()
        assert set(leg.gaps) <= set(call.gaps)
    if isinstance(call, CompletedCall):
        assert all(leg.ended is not None for leg in call.legs)
        assert call.duration == (call.ended - call.started).total_seconds()


def reported(calls: Iterable[Call]) -> Counter[str]:
    """Return how often each channel is in *calls*."""
    return Counter(leg.uniqueid for call in calls for leg in call.legs)


def finish(assembler: CallAssembler, now: Instant) -> list[CompletedCall]:
    """Let the connection be lost, and Asterisk say that there are no channels."""
    return [*assembler.feed(LOST, now), *assembler.feed(FOUND, now), *assembler.resync([], now), *assembler.settle()]


def feed(assembler: CallAssembler, events: Iterable[AmiEvent]) -> list[CompletedCall]:
    calls: list[CompletedCall] = []
    for second, each in enumerate(events):
        calls += assembler.feed(each, Instant(NOON + second, float(second)))
    for call in calls:
        check(call)
    return calls


@given(TRAFFIC)
def test_each_call_of_a_whole_stream_completes_once_with_all_its_legs(traffic: list[AmiEvent]) -> None:
    assembler = CallAssembler()
    calls = feed(assembler, traffic)
    assert all(call.complete for call in calls)
    assert reported(calls) == Counter(ids(traffic))
    assert len(calls) == len({each["Linkedid"] for each in traffic})
    assert assembler.active(Instant(NOON, 0.0)) == ()
    assert assembler.malformed_count == 0


@given(TRAFFIC, st.data())
def test_whatever_is_lost_each_channel_ends_once_and_is_active_until_then(
    traffic: list[AmiEvent], data: st.DataObject
) -> None:
    kept = [each for each in traffic if data.draw(st.booleans())]
    assembler = CallAssembler()
    calls = feed(assembler, kept)
    now = Instant(NOON + 1000, 1000.0)
    active = assembler.active(now)
    for call in active:
        check(call)
    assert set(reported([*calls, *active]).values()) <= {1}
    # What only an event of somebody else has mentioned after its own end is not brought back.
    assert reported([*calls, *active]).keys() == ids(kept)
    rest = finish(assembler, now)
    for call in rest:
        check(call)
        assert Gap.CONNECTION in call.gaps
    assert reported(rest) == reported(active)
    assert assembler.active(now) == ()


@given(TRAFFIC.flatmap(st.permutations))
def test_in_any_order_every_channel_is_told_of_and_none_stays(traffic: list[AmiEvent]) -> None:
    assembler = CallAssembler()
    calls = feed(assembler, traffic)
    calls += finish(assembler, Instant(NOON + 1000, 1000.0))
    assert reported(calls).keys() == ids(traffic)
    assert assembler.active(Instant(NOON, 0.0)) == ()


NAMES = st.sampled_from(
    [
        *["Newchannel", "Newstate", "NewCallerid", "Rename", "DialBegin", "DialEnd", "BridgeEnter", "Hangup"],
        *["Shutdown", "UserEvent", "VarSet", "NobodyKnowsThis"],
    ]
)
# Few ids, so that they meet; and values that are right somewhere and wrong elsewhere.
HEADERS = st.sampled_from(
    [
        *(f"{prefix}{name}" for prefix in ("", "Dest") for name in ("Uniqueid", "Linkedid", "Channel", "ChannelState")),
        *["Cause", "DialStatus", "BridgeNumChannels", "Timestamp", "Duration", "Newname", "Exten", "CallerIDNum"],
    ]
)
VALUES = st.sampled_from(
    [
        *["", "1.0", "1.1", "2.0", "3.0", "x" * 257, "0", "4", "6", "6.0", "up", "16", "-1", "9" * 400, "ANSWER"],
        *["nan", "inf", "1e300", str(NOON), str(NOON + 1e6), "00:00:10", "999999:59:59", "1:2:3", "\udcff\0"],
    ]
)
CHANNELS = st.sampled_from(
    [channel(uniqueid, linkedid, 6) for uniqueid in ("1.0", "1.1", "2.0", "3.0") for linkedid in ("1.0", "2.0", "3.0")]
)


@st.composite
def forged(draw: st.DrawFn, names: st.SearchStrategy[str]) -> AmiEvent:
    headers = draw(CHANNELS) | dict(draw(st.lists(st.tuples(HEADERS, VALUES), max_size=4)))
    return event(draw(names), **headers)


LISTS = st.lists(forged(st.just("CoreShowChannel")), max_size=3)
STEPS = st.tuples(
    forged(NAMES) | forged(NAMES) | forged(NAMES) | st.sampled_from([LOST, FOUND]) | LISTS | st.just("settle"),
    st.sampled_from([0.0, 0.0, 60.0, -60.0, 1e6, -1e6]),
)


@given(st.lists(STEPS, max_size=40), st.integers(1, 4))
def test_no_forgery_raises_or_grows_beyond_the_bound(
    steps: list[tuple[AmiEvent | ConnectionStateChanged | list[AmiEvent] | str, float]], bound: int
) -> None:
    assembler = CallAssembler(max_channels=bound)
    for second, (step, jump) in enumerate(steps):
        now = Instant(NOON + second + jump, float(second))
        if isinstance(step, str):
            calls = assembler.settle()
        elif isinstance(step, list):
            calls = assembler.resync(step, now)
        else:
            calls = assembler.feed(step, now)
        active = assembler.active(now)
        for call in (*calls, *active):
            check(call)
        assert sum(len(call.legs) for call in active) <= bound
        assert sum(len(call.linkedids) for call in active) <= bound
        live = [leg.uniqueid for call in active for leg in call.legs if leg.ended is None]
        assert len(live) == len(set(live))
        assert len(assembler._gone) <= bound


@st.composite
def of_a_stranger(draw: st.DrawFn) -> AmiEvent:
    """Return an event about a channel that TRAFFIC does not have, with some of its headers missing."""
    headers = channel(draw(st.sampled_from(["x.0", "x.1"])), draw(st.sampled_from(["x.0", "x.1"])), 6)
    others = draw(st.dictionaries(st.sampled_from(["Cause", "DialStatus", "Timestamp", "Newname"]), VALUES, max_size=2))
    missing = draw(st.sets(st.sampled_from(list(headers)), max_size=2))
    return event(draw(NAMES), **{name: value for name, value in (headers | others).items() if name not in missing})


@given(TRAFFIC, st.data())
def test_events_that_come_twice_change_nothing_but_a_channel_made_anew(
    traffic: list[AmiEvent], data: st.DataObject
) -> None:
    # Asterisk refuses an id that is in use, so a second Newchannel says that the end of the first was missed.
    doubled = [
        each for each in traffic for _ in range(1 if each.name == "Newchannel" else data.draw(st.integers(1, 3)))
    ]
    calls, truth = feed(CallAssembler(), doubled), feed(CallAssembler(), traffic)
    assert [told(call) for call in calls] == [told(call) for call in truth]
    assert all(call.complete for call in calls)


@given(TRAFFIC, st.data())
def test_events_about_nobody_it_knows_leave_the_calls_as_they_are(traffic: list[AmiEvent], data: st.DataObject) -> None:
    strange = data.draw(st.lists(of_a_stranger(), max_size=20))
    mixed = data.draw(interleaved([traffic, strange]))
    calls = [call for call in feed(CallAssembler(), mixed) if call.linkedid in ids(traffic)]
    assert [told(call) for call in calls] == [told(call) for call in feed(CallAssembler(), traffic)]


@given(TRAFFIC, st.integers(1, 6))
def test_what_does_not_fit_is_said_and_what_calls_itself_complete_is_the_truth(
    traffic: list[AmiEvent], bound: int
) -> None:
    assembler = CallAssembler(max_channels=bound)
    calls = feed(assembler, traffic)
    calls += finish(assembler, Instant(NOON + 1000, 1000.0))
    truth = {call.linkedid: told(call) for call in feed(CallAssembler(), traffic)}
    assert reported(calls).keys() == ids(traffic)
    assert [told(call) for call in calls if call.complete] == [truth[call.linkedid] for call in calls if call.complete]
    assert sum(Gap.EVICTED in call.gaps for call in calls) == assembler.evicted_count
    assert all(call.complete for call in calls) or assembler.evicted_count


def told(call: Call) -> tuple[object, ...]:
    """Return what *call* tells but its times, which depend on what else has come."""
    legs = [(leg.uniqueid, leg.dial_status, leg.cause, leg.answered is not None, leg.gaps) for leg in call.legs]
    return (call.linkedids, legs, call.dial_status, call.answered is not None, call.bridged is not None, call.gaps)
