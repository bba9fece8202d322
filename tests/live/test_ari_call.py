"""A whole call in Stasis: answer, play, record, DTMF, bridge, hold, snoop, continue, as its handles' events tell."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import pytest

from asterisk_py_ari import ChannelState, HangupCause
from asterisk_py_ari.client import AriClient
from asterisk_py_ari.events import (
    ChannelDestroyed,
    ChannelDtmfReceived,
    ChannelEnteredBridge,
    ChannelHold,
    ChannelLeftBridge,
    ChannelUnhold,
    ChannelVarset,
    Dial,
    PlaybackContinuing,
    PlaybackFinished,
    PlaybackStarted,
    RecordingFinished,
    RecordingStarted,
    StasisEnd,
    StasisStart,
)
from asterisk_py_ari.models import Channel
from tests.live.ari import client, next_event
from tools.asterisk import Asterisk

# A call that leaves over SIP and comes back into our application; hold goes with it, as a re-INVITE.
CONFIG = {
    "extensions.conf": "[scenarios](+)\nexten => call,1,Ringing()\n same => n,Stasis(call)\n same => n,Hangup()\n",
    "pjsip.conf": "[loop](+type=endpoint)\nmoh_passthrough = yes\n",
}


@pytest.fixture
async def ari(pbx: Asterisk) -> AsyncIterator[AriClient]:
    async with client(pbx, app="call") as connected:
        yield connected


@pytest.fixture
async def over_sip(own_pbx_with: Callable[[Mapping[str, str]], Asterisk]) -> AsyncIterator[AriClient]:
    async with client(own_pbx_with(CONFIG), app="call") as connected:
        yield connected


async def both_ends(ari: AriClient) -> tuple[Channel, Channel]:
    """Call our own application: return the end that was originated and the one that came in, when it has answered."""
    near = ari.channel()
    async with ari.events(StasisStart) as starts:
        await near.originate("PJSIP/call@loop", app="call", app_args="near", timeout=10)
        incoming = await next_event(starts)
        assert (incoming.args, incoming.channel.state) == ([], ChannelState.RING)
        await incoming.channel.answer()
        outgoing = await next_event(starts)
        assert (outgoing.args, outgoing.channel) == (["near"], near)
    return outgoing.channel, incoming.channel


async def test_a_whole_call(over_sip: AriClient) -> None:
    ari = over_sip
    near, far = await both_ends(ari)
    with near.events(StasisEnd, ChannelDestroyed) as ends:
        assert (await far.get()).state is ChannelState.UP
        await played_and_recorded(ari, near, far)
        await bridged(ari, near)
        await held(near, far)
        await snooped(ari, near)
        await went_on(far)
        await near.hangup(reason_code=HangupCause.NORMAL_CLEARING)
        assert isinstance(await next_event(ends), StasisEnd)
        destroyed = await next_event(ends)
        assert isinstance(destroyed, ChannelDestroyed)
        assert destroyed.cause is HangupCause.NORMAL_CLEARING

    decoder = ari._decoder
    assert (decoder.unknown, decoder.misfitting, decoder.junk) == (0, 0, 0)


async def played_and_recorded(ari: AriClient, near: Channel, far: Channel) -> None:
    playback, recording = ari.playback(), ari.live_recording()
    with recording.events() as recorded, playback.events() as told, near.events(ChannelDtmfReceived) as digits:
        await near.record("wav", name=recording)
        assert isinstance(await next_event(recorded), RecordingStarted)
        await far.play(["sound:beep", "sound:beep"], playback_id=playback)
        kinds = [type(await next_event(told)) for _ in range(4)]
        assert kinds == [PlaybackStarted, PlaybackContinuing, PlaybackStarted, PlaybackFinished]
        await far.send_dtmf(dtmf="1#", duration=0.1, between=0.1)
        assert [(await next_event(digits)).digit for _ in "1#"] == ["1", "#"]
        await recording.stop()
        finished = await next_event(recorded)
        assert isinstance(finished, RecordingFinished)
        assert finished.recording.duration is not None
    stored = ari.stored_recording(recording.name)
    assert len(await stored.get_file()) > 8_000  # half a second and more of 8 kHz and 16 bits
    await stored.delete()


async def bridged(ari: AriClient, near: Channel) -> None:
    other, bridge = ari.channel(), ari.bridge()
    with other.events(StasisStart) as starts:
        await other.originate("Local/answer@scenarios", app="call", timeout=10)
        await next_event(starts)
    with bridge.events(ChannelEnteredBridge, ChannelLeftBridge) as moves, near.events(ChannelEnteredBridge) as of_near:
        await bridge.create(type="mixing")
        await bridge.add_channel([near, other])
        entered = [await next_event(moves) for _ in "12"]
        assert {event.channel for event in entered} == {near, other}
        assert (await next_event(of_near)).bridge == bridge
        assert set((await bridge.get()).channels) == {near.id, other.id}
        await bridge.remove_channel([near, other])
        assert {type(await next_event(moves)) for _ in "12"} == {ChannelLeftBridge}
        await bridge.destroy()
    await other.hangup()


async def held(near: Channel, far: Channel) -> None:
    with far.events(ChannelHold, ChannelUnhold) as holds:
        await near.hold()
        assert isinstance(await next_event(holds), ChannelHold)
        await near.unhold()
        assert isinstance(await next_event(holds), ChannelUnhold)


async def snooped(ari: AriClient, near: Channel) -> None:
    snoop = ari.channel()
    with snoop.events(StasisStart) as starts:
        assert await near.snoop("call", spy="both", snoop_id=snoop, app_args="snoop") == snoop
        assert (await next_event(starts)).args == ["snoop"]
        await snoop.hangup()


async def went_on(far: Channel) -> None:
    with far.events(StasisEnd, ChannelDestroyed) as ends:
        await far.continue_in_dialplan(context="scenarios", extension="short", priority=1)
        assert isinstance(await next_event(ends), StasisEnd)


async def test_092_events_of_a_channel_come_before_the_answer_that_made_it_and_are_heard(ari: AriClient) -> None:
    channel = ari.channel()
    with channel.events() as events:
        made = await channel.originate("Local/answer@scenarios", app="call")
        assert made == channel
        # The first there is of a channel, and sent before its request is answered (see ari-ws-one-call.jsonl).
        first = await next_event(events)
        assert isinstance(first, Dial)
        assert first.peer == channel
        assert first.dialstatus is None
        await channel.hangup()


async def test_093_an_id_with_everything_in_it_comes_back_as_it_was(ari: AriClient) -> None:
    for name in ("a/b", "..%2F", "%41?x=1&y#z", "a b+c", "ü☎"):
        bridge = ari.bridge(name)
        await bridge.create(name=name)
        assert (await bridge.get()).id == name
        await bridge.set_var("V", value=name)
        assert (await bridge.get_var("V")).value == name
        await bridge.destroy()


@pytest.mark.parametrize("value", ["a,b", 'say "hi"', "back\\slash", "(paren", "x;y", "[z]", "☎"])
async def test_every_item_of_a_list_arrives_whole(ari: AriClient, value: str) -> None:
    async with ari.events(PlaybackStarted) as starts:
        bridge = await ari.bridges.create()
        playback = await bridge.play([f"sound:{value}", "sound:beep"])
        assert (playback.media_uri, playback.next_media_uri) == (f"sound:{value}", "sound:beep")
        await bridge.destroy()
        starts.close()


async def test_what_a_caller_writes_into_a_variable_is_no_event(ari: AriClient) -> None:
    forged: dict[str, Any] = {"type": "StasisStart", "application": "call", "args": ["forged"]}
    channel = ari.channel()
    async with ari.events(StasisStart) as starts, channel.events(ChannelVarset) as variables:
        await channel.originate("Local/answer@scenarios", app="call")
        assert (await next_event(starts)).channel == channel
        await channel.set_var("X", value=f'"}}{forged}'.replace("'", '"'))
        while (event := await next_event(variables)).variable != "X":
            pass
        assert event.value.startswith('"}{"type"')
        assert starts.backlog == 0
        await channel.hangup()


async def test_two_tasks_follow_two_calls(ari: AriClient) -> None:
    async def follow(number: int) -> str:
        channel = ari.channel()
        with channel.events(StasisStart, ChannelDestroyed) as events:
            await channel.originate("Local/answer@scenarios", app="call", app_args=str(number))
            started = await next_event(events)
            assert isinstance(started, StasisStart)
            await started.channel.hangup()
            while not isinstance(await next_event(events), ChannelDestroyed):
                pass
            return started.args[0]

    assert await asyncio.gather(*map(follow, range(5))) == list("01234")
