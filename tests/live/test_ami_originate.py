"""`originate` and what it refuses, against a real Asterisk: the outcomes, and the facts the refusals rest on."""

import asyncio

import pytest

from asterisk_py_ami import AmiClient, InputError, OriginateReason, RequestRejectedError
from asterisk_py_ami.actions import Originate
from asterisk_py_ami.events import OriginateResponse
from tests.live.ami import LIMIT, Watch, within


@pytest.mark.parametrize(
    ("channel", "reason", "seconds"),
    [
        ("Local/short@scenarios", OriginateReason.ANSWERED, 5.0),
        ("Local/busy@scenarios", OriginateReason.BUSY, 5.0),
        ("Local/congestion@scenarios", OriginateReason.CONGESTION, 5.0),
        ("Local/ring@scenarios", OriginateReason.RINGING, 0.5),
        ("Local/nosuch@scenarios", OriginateReason.FAILED, 5.0),
        ("NoSuchTechnology/600", OriginateReason.FAILED, 5.0),
    ],
)
async def test_034_a_call_ends_with_the_outcome_it_should(
    ami: AmiClient, channel: str, reason: OriginateReason, seconds: float
) -> None:
    seen = ami.events(OriginateResponse)
    result = await within(ami.originate(channel, application="Wait", data="0.2", timeout=seconds))
    assert result.reason is reason
    assert result.answered == (reason is OriginateReason.ANSWERED)
    assert (result.channel is None) == (result.uniqueid is None) == (not result.answered)
    assert (await within(seen.recv())) == result.event


async def test_034_a_call_sends_who_answers_to_its_extension(ami: AmiClient) -> None:
    watch = Watch(ami)
    result = await within(ami.originate("Local/short@scenarios", context="scenarios", exten="short", priority=1))
    assert result.answered
    assert result.channel is not None
    assert result.channel.startswith("Local/short@scenarios-")
    await watch.until(lambda: not watch.open_channels())


@pytest.mark.parametrize(
    ("goal", "reason"),
    [
        ({"exten": "nosuchexten", "context": "nowhere", "priority": 1}, "Extension does not exist"),
        ({"exten": "short", "context": "scenarios", "priority": "nolabel"}, "Invalid priority"),
    ],
)
async def test_053_a_goal_that_does_not_exist_is_rejected_by_asterisk(
    ami: AmiClient, goal: dict[str, str | int], reason: str
) -> None:
    with pytest.raises(RequestRejectedError, match=f"Originate was rejected: {reason}"):
        await ami.originate("Local/short@scenarios", **goal)  # type: ignore[arg-type]  # as a mapping, for short


async def test_a_priority_of_0_is_refused_because_asterisk_takes_it(ami: AmiClient) -> None:
    with pytest.raises(InputError, match="priority must be 1 or more"):
        await ami.originate("Local/short@scenarios", context="scenarios", exten="answer", priority=0)
    action = Originate("Local/short@scenarios", context="nowhere", exten="x", priority=0)
    assert (await ami.send(action)).message == "Originate successfully queued"


@pytest.mark.parametrize(
    ("mask", "events"),
    [("CALL", "Off"), ("call ", "Off"), ("ALL", "Off"), ("calls", "Off"), ("call, dtmf", "On"), ("ON", "On")],
)
async def test_an_event_mask_means_to_asterisk_what_it_means_to_us(ami: AmiClient, mask: str, events: str) -> None:
    answer = await ami.send("Events", {"EventMask": mask})
    assert answer["Events"] == events
    if events == "On":
        await ami.set_event_mask(mask)
    else:
        with pytest.raises(InputError, match="no event class of Asterisk"):
            await ami.set_event_mask(mask)
    await ami.set_event_mask("on")


async def test_057_a_command_that_prints_nothing_gives_no_line(ami: AmiClient) -> None:
    await ami.command("channel request hangup all")
    async with asyncio.timeout(LIMIT):
        while (printed := await ami.command("core show channels concise")) != []:
            assert all(printed)
    assert (await ami.command("core show uptime"))[0].startswith("System uptime:")
