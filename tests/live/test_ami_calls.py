"""Calls as their events tell them."""

import asyncio

import pytest

from asterisk_py_ami import AmiClient, DialStatus, HangupCause, OriginateReason, RequestRejectedError
from asterisk_py_ami.events import DialBegin, DialEnd, Hangup, Newchannel, Newstate, OriginateResponse, VarSet
from tests.live.ami import Watch, originate, read_everything, within

# DialEnd's status, the one in the dialplan, and the hangup cause of the side that was dialled.
ENDS = {
    "answer": (DialStatus.ANSWER, DialStatus.ANSWER, HangupCause.NORMAL_CLEARING),
    "busy": (DialStatus.BUSY, DialStatus.BUSY, HangupCause.USER_BUSY),
    "congestion": (DialStatus.CONGESTION, DialStatus.CONGESTION, HangupCause.NORMAL_CIRCUIT_CONGESTION),
    "noanswer": (DialStatus.NO_ANSWER, DialStatus.NO_ANSWER, HangupCause.NOT_DEFINED),
    "cancel": (DialStatus.CANCEL, DialStatus.CANCEL, HangupCause.NORMAL_CLEARING),
}


async def test_a_call_is_told_from_newchannel_to_hangup_in_typed_events(ami: AmiClient) -> None:
    watch = Watch(ami)
    response = await watch.call_over(await originate(ami, "Local/short@scenarios", variables={"MY": "own"}))
    call = [event for event in watch.events if {"Linkedid", "DestLinkedid", "LocalOneLinkedid"} & set(dict(event))]
    assert [type(event).__name__ for event in call] == [event.name for event in call]
    assert {event.name for event in call} >= {
        "Newchannel",
        "Newstate",
        "Newexten",
        "LocalBridge",
        "DialBegin",
        "Hangup",
    }
    for event in call:
        assert not event.junk
        assert read_everything(event) > 4

    first, last = call[0], call[-1]
    assert isinstance(first, Newchannel)
    assert isinstance(last, Hangup)
    assert (first.channel, first.uniqueid) == (response.channel, response.uniqueid)
    assert {event.linkedid for event in watch.of(Hangup)} == {response.uniqueid}
    assert [event.cause for event in watch.of(Hangup)] == [HangupCause.NORMAL_CLEARING] * 2
    assert {event.uniqueid for event in watch.of(Newchannel)} == {event.uniqueid for event in watch.of(Hangup)}

    # No channel dials when AMI does.
    assert [event.caller for event in watch.of(DialBegin)] == [None]
    assert [(event.caller, event.dial_status) for event in watch.of(DialEnd)] == [(None, DialStatus.ANSWER)]
    states = [event.channel_state.name for event in watch.of(Newstate) if event.uniqueid == response.uniqueid]
    assert states[-1] == "UP"
    assert {event.value for event in watch.of(VarSet) if event.variable == "MY"} == {"own"}


@pytest.mark.parametrize("exten", ENDS)
async def test_a_dial_ends_with_the_status_and_the_cause_it_should(ami: AmiClient, exten: str) -> None:
    watch = Watch(ami)
    await watch.call_over(await originate(ami, f"Local/{exten}@dial"))
    (end,) = (event for event in watch.of(DialEnd) if event.caller is not None)
    in_dialplan = (await watch.user_event("Dial"))["DialStatus"]
    (dialled,) = (event for event in watch.of(Hangup) if event.channel == f"{end.dest.channel[:-1]}2")
    assert (end.dial_status, DialStatus.parse(in_dialplan), dialled.cause) == ENDS[exten]


@pytest.mark.parametrize("exten", ["unavailable", "unregistered"])
async def test_a_dial_that_reaches_nobody_ends_as_unavailable(ami: AmiClient, exten: str) -> None:
    watch = Watch(ami)
    await watch.call_over(await originate(ami, f"Local/{exten}@dial"))
    assert DialStatus.parse((await watch.user_event("Dial"))["DialStatus"]) is DialStatus.CHAN_UNAVAIL


@pytest.mark.parametrize(
    ("channel", "reason"),
    [
        ("Local/short@scenarios", 4),
        ("Local/busy@scenarios", 5),
        ("Local/congestion@scenarios", 8),
        ("Local/ring@scenarios", 3),
        ("Local/nosuch@scenarios", 0),
        ("Local/nosuch@nowhere", 0),
        ("NoSuchTechnology/600", 0),
    ],
)
async def test_034_an_originate_is_answered_at_once_and_its_outcome_comes_as_an_event(
    ami: AmiClient, channel: str, reason: int
) -> None:
    watch = Watch(ami)
    response = await watch.call_over(await originate(ami, channel, timeout=0.5 if "ring" in channel else 5.0))
    assert response.is_success == (reason == 4)
    assert response.reason == reason


@pytest.mark.parametrize(
    ("channel", "reason"),
    [
        ("Local/short@scenarios", OriginateReason.ANSWERED),
        ("Local/busy@scenarios", OriginateReason.BUSY),
        ("Local/ring@scenarios", OriginateReason.RINGING),
        ("Local/nosuch@nowhere", OriginateReason.FAILED),
        ("NoSuchTechnology/600", OriginateReason.FAILED),
    ],
)
async def test_originate_returns_what_became_of_the_call(ami: AmiClient, channel: str, reason: OriginateReason) -> None:
    watch = Watch(ami)
    result = await ami.originate(
        channel, context="scenarios", exten="answer", priority=1, timeout=0.5 if "ring" in channel else 5.0
    )
    assert (result.reason, result.answered) == (reason, reason is OriginateReason.ANSWERED)
    assert (result.channel is None, result.uniqueid is None) == (not result.answered, not result.answered)
    await watch.wait_for(OriginateResponse, lambda event: event == result.event)
    await watch.until(lambda: not watch.open_channels())


async def test_an_originate_that_cannot_be_tried_is_rejected(ami: AmiClient) -> None:
    with pytest.raises(RequestRejectedError, match="Originate was rejected: Invalid channel"):
        await ami.originate("600", context="scenarios", exten="answer", priority=1)


async def test_a_channel_without_a_technology_is_rejected_at_once(ami: AmiClient) -> None:
    with pytest.raises(RequestRejectedError, match="Originate was rejected: Invalid channel"):
        await originate(ami, "600")


async def test_every_hangup_cause_arrives_as_itself(ami: AmiClient) -> None:
    watch = Watch(ami)
    causes = [cause for cause in HangupCause if cause is not HangupCause.NOT_DEFINED]
    calls = await within(asyncio.gather(*(originate(ami, f"Local/{cause.code}@cause") for cause in causes)))
    for call in calls:
        await watch.call_over(call)
    seen = {(event.channel.partition("@")[0], event.cause) for event in watch.of(Hangup)}
    assert seen == {(f"Local/{cause.code}", cause) for cause in causes}
    assert all(type(event.cause) is HangupCause for event in watch.of(Hangup))


async def test_a_hangup_cause_nobody_has_described_keeps_its_number(ami: AmiClient) -> None:
    watch = Watch(ami)
    await watch.call_over(await originate(ami, "Local/99@cause"))
    assert {(event.cause.code, isinstance(event.cause, HangupCause)) for event in watch.of(Hangup)} == {(99, True)}


async def test_100_calls_at_once_all_come_and_go(ami: AmiClient) -> None:
    watch = Watch(ami)
    calls = await within(asyncio.gather(*(originate(ami, "Local/short@scenarios", "short") for _ in range(100))))
    answered = [await watch.call_over(call) for call in calls]
    assert len({response.uniqueid for response in answered if response.is_success}) == 100
    assert len(watch.of(Newchannel)) == len(watch.of(Hangup)) == 200
