"""One program, three protocols, one timeline, and a PBX that is stopped and started under it: `make demo`.

Without arguments it brings a fake PBX along, so it runs anywhere. `--live` starts a real Asterisk of its own (after
`make asterisk`), and ASTERISK_HOST=... follows one that is running, for a while, without placing calls on it.
"""

import argparse
import asyncio
import os
import sys
from contextlib import AsyncExitStack

from asterisk_py_agi import AgiServer, SessionStarted
from asterisk_py_ami import AmiClient, AsteriskError, ConnectionState, NotSentError, ReconnectPolicy
from asterisk_py_ami.events import Hangup, Newchannel
from asterisk_py_ari import AriClient, Resynchronized
from asterisk_py_ari.events import PlaybackStarted
from examples.demo_calls import agi_server, answer_stasis_calls
from examples.demo_pbx import FakePbx, Pbx, RealPbx
from examples.demo_timeline import Timeline
from tools.asterisk import AsteriskToolError

# What the demo dials, in the dialplan of the fake and of tools/asterisk alike, and whom it connects that with.
CALLS = (
    ("answered, then hung up", "Local/600@scenarios", "answer@dial"),
    ("nobody answers", "Local/600@scenarios", "noanswer@dial"),
    ("busy", "Local/600@scenarios", "busy@dial"),
    ("rejected by the called side", "Local/reject@scenarios", "answer@dial"),
)
AGI_CALL = ("FastAGI: a function of this program answers", "Local/demo@fastagi/n", "senddtmf@scenarios")
ARI_CALL = ("Stasis: this program controls the call over ARI", "Local/demo@stasis/n", "senddtmf@scenarios")
# Callers who press nothing, so that their calls are still there when the PBX is stopped.
AGI_WAITS = ("one that stays in AGI", "Local/demo@fastagi/n", "answer@scenarios")
ARI_WAITS = ("one that stays in Stasis", "Local/demo@stasis/n", "answer@scenarios")

QUICKLY = ReconnectPolicy.exponential(initial=0.5, max=5.0)
WATCHING_SECONDS = 20.0


async def place(ami: AmiClient, timeline: Timeline, call: tuple[str, str, str]) -> None:
    """Have the PBX make *call*."""
    title, channel, destination = call
    timeline.say(f"call: {title}", "bold")
    exten, context = destination.split("@")
    headers = {"Channel": channel, "Context": context, "Exten": exten, "Priority": "1", "Async": "true"}
    await ami.send("Originate", headers)


async def place_and_wait(ami: AmiClient, timeline: Timeline, *calls: tuple[str, str, str]) -> None:
    """Make each of *calls* and wait until it is over: until every channel that came has gone."""
    for call in calls:
        with ami.events(Newchannel, Hangup) as lives:
            await place(ami, timeline, call)
            channels: set[str] = set()
            async with asyncio.timeout(10):
                async for event in lives:
                    if isinstance(event, Newchannel):
                        channels.add(event.uniqueid)
                    else:
                        channels.discard(event["Uniqueid"])
                    if not channels:
                        break


async def restart(pbx: Pbx, ami: AmiClient, agi: AgiServer, ari: AriClient, timeline: Timeline) -> None:
    """Stop the PBX under all three, start it again after a failed try, and wait until the clients are back."""
    timeline.say("the PBX is stopped", "bold magenta")
    with ami.states() as states, ari.states() as ari_states, ari.events(Resynchronized) as resynchronized:
        await pbx.stop()
        await asyncio.gather(states.recv(), ari_states.recv())
        for name, request in (("AMI", ami.ping), ("ARI", ari.asterisk.ping)):
            try:
                await request()
            except NotSentError as error:
                timeline.say(f"● a request now is a {type(error).__name__}", "yellow", name)
        timeline.say(f"● the server is {agi.state.value}, Asterisk may call again", "yellow", "AGI")
        async for change in states:
            if change.state is ConnectionState.RECONNECTING and change.attempt == 2:
                timeline.say("the PBX is started", "bold magenta")
                await pbx.start()
            if change.state is ConnectionState.CONNECTED:
                break
        await resynchronized.recv()


async def tell_the_story(pbx: Pbx, ami: AmiClient, agi: AgiServer, ari: AriClient, timeline: Timeline) -> None:
    """Make calls of every kind, restart the PBX under two of them, and make calls again."""
    await place_and_wait(ami, timeline, *CALLS, AGI_CALL, ARI_CALL)
    with agi.events(SessionStarted) as in_agi, ari.events(PlaybackStarted) as in_stasis:
        await place(ami, timeline, AGI_WAITS)
        await in_agi.recv()
        await place(ami, timeline, ARI_WAITS)
        await in_stasis.recv()
    await restart(pbx, ami, agi, ari, timeline)
    await place_and_wait(ami, timeline, CALLS[0], AGI_CALL, ARI_CALL)


async def run(pbx: Pbx, timeline: Timeline) -> None:
    """Follow *pbx* over all three protocols if it is ours, over AMI if we may only look."""
    timeline.say(f"following {pbx.title}", "bold")
    async with AsyncExitStack() as stack:
        ami = AmiClient(pbx.host, pbx.port, credentials=pbx.credentials, policy=QUICKLY)
        # Subscribed before connecting, so that nothing is missed; it ends when the client does.
        await stack.enter_async_context(timeline.following("AMI", ami))
        await stack.enter_async_context(ami)
        if not pbx.ours:
            timeline.say(f"watching for {WATCHING_SECONDS:.0f} seconds; no calls are placed, nothing is restarted")
            await asyncio.sleep(WATCHING_SECONDS)
            return
        agi = agi_server(pbx.agi_port)
        await stack.enter_async_context(timeline.following("AGI", agi))
        await stack.enter_async_context(agi)
        pbx.agi_port = agi.port
        ari = AriClient(pbx.ari_url, app="demo", credentials=pbx.ari_credentials, policy=QUICKLY)
        await stack.enter_async_context(timeline.following("ARI", ari))
        await stack.enter_async_context(answer_stasis_calls(ari, timeline.say))
        await stack.enter_async_context(ari)
        await tell_the_story(pbx, ami, agi, ari, timeline)


async def main(pbx: Pbx) -> None:
    """Run the demo on *pbx* and print the summary."""
    timeline = Timeline()
    try:
        await pbx.open()
        await run(pbx, timeline)
    finally:
        await pbx.aclose()
    timeline.sum_up()


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--live", action="store_true", help="a real Asterisk of its own, or ASTERISK_HOST")
    real = arguments.parse_args().live or os.environ.get("ASTERISK_HOST")
    try:
        asyncio.run(main(RealPbx() if real else FakePbx()))
    except KeyboardInterrupt:
        sys.exit(130)
    except (AsteriskError, AsteriskToolError) as error:  # Whichever of the three protocols it is from.
        sys.exit(f"demo: {error}")
