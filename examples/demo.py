"""Follow the calls on a PBX, through a restart of it, and sum up: `make demo`.

Without arguments it brings a fake PBX along, so it runs anywhere. `--live` starts a real Asterisk of its own (after
`make asterisk`), and ASTERISK_HOST=... follows one that is running, for a while, without placing calls on it.
"""

import argparse
import asyncio
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from asterisk_py_ami import (
    AmiClient,
    AmiEvent,
    AsteriskError,
    ChannelState,
    ConnectionState,
    ConnectionStateChanged,
    DialStatus,
    EventSubscription,
    HangupCause,
    ReconnectPolicy,
)
from asterisk_py_ami.events import BridgeEnter, DialBegin, DialEnd, Hangup, Newchannel, Newstate
from examples.demo_agi import answer_a_call
from examples.demo_pbx import FakePbx, Pbx, RealPbx
from tools.asterisk import AsteriskToolError

# What the demo dials, in the dialplan of the fake and of tools/asterisk alike.
CALLS = (
    ("answered, then hung up", "Local/600@scenarios", "answer"),
    ("nobody answers", "Local/600@scenarios", "noanswer"),
    ("busy", "Local/600@scenarios", "busy"),
    ("congestion", "Local/600@scenarios", "congestion"),
    ("rejected by the called side", "Local/reject@scenarios", "answer"),
)
WATCHING_SECONDS = 20.0


class Timeline:
    """Prints one line for each thing that happens, and counts for the summary."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._started = time.monotonic()
        self.events: Counter[str] = Counter()
        self.causes: Counter[HangupCause] = Counter()
        self.outages: list[float] = []

    def say(self, text: str, style: str = "") -> None:
        """Print *text* behind the time since the start."""
        elapsed = f"{time.monotonic() - self._started:7.2f}s  "
        self._console.print(Text.assemble((elapsed, "dim"), (text, style)), soft_wrap=True)

    def show(self, event: AmiEvent | ConnectionStateChanged) -> None:
        """Show *event* if it is part of the story; count it in any case."""
        if isinstance(event, AmiEvent):
            self.events[event.name] += 1
        match event:
            case ConnectionStateChanged():
                self._show_state(event)
            case Newchannel():
                self.say(f"  ┌ {event.channel}  new channel")
            case Newstate(channel_state=ChannelState.RINGING):
                self.say(f"  │ {event.channel}  ringing", "yellow")
            case Newstate(channel_state=ChannelState.UP):
                self.say(f"  │ {event.channel}  answered", "green")
            case DialBegin():
                self.say(f"  │ {event.dest.channel}  is dialled")
            case DialEnd(dial_status=DialStatus() as status):
                self.say(
                    f"  │ {event.dest.channel}  dial ended: {status.name}", "green" if status == "ANSWER" else "red"
                )
            case BridgeEnter():
                self.say(f"  │ {event.channel}  joins bridge {event.bridge_uniqueid[:8]}", "cyan")
            case Hangup():
                self.causes[event.cause] += 1
                ok = event.cause is HangupCause.NORMAL_CLEARING
                self.say(f"  └ {event.channel}  hung up: {event.cause.description}", "dim" if ok else "red")
            case _:
                pass

    def _show_state(self, change: ConnectionStateChanged) -> None:
        match change.state:
            case ConnectionState.CONNECTED if change.epoch > 1:
                self.outages.append(change.down_for)
                self.say(f"● connected again after {change.down_for:.1f} s, attempt {change.attempt}", "bold green")
            case ConnectionState.CONNECTED:
                self.say("● connected", "bold green")
            case ConnectionState.RECONNECTING:
                self.say(f"● {change.cause}; next try in {change.retry_in:.1f} s", "bold yellow")
            case ConnectionState.DISCONNECTED:
                self.say("● closed" if change.cause is None else f"● given up: {change.cause}", "bold")
            case ConnectionState.CONNECTING:
                pass

    def summary(self, *, epochs: int) -> Table:
        """Return what happened, as a table."""
        table = Table(title="What one subscription saw", title_justify="left", show_header=False)
        table.add_row("events", f"{self.events.total()} of {len(self.events)} kinds")
        table.add_row(
            "hangups", ", ".join(f"{count} x {cause.name}" for cause, count in self.causes.most_common()) or "-"
        )
        down = ", ".join(f"{seconds:.1f} s" for seconds in self.outages) or "none"
        table.add_row("connections", f"{epochs}, outages: {down}")
        return table


async def place_calls(ami: AmiClient, timeline: Timeline, calls: Sequence[tuple[str, str, str]]) -> None:
    """Place each of *calls* and wait until it is over: until every channel that came has gone."""
    for title, channel, exten in calls:
        timeline.say(f"call: {title}", "bold")
        with ami.events(Newchannel, Hangup) as lives:
            headers: dict[str, str | int] = {
                "Channel": channel,
                "Context": "dial",
                "Exten": exten,
                "Priority": 1,
                "Async": "true",
            }
            await ami.send("Originate", headers)
            channels: set[str] = set()
            async with asyncio.timeout(10):
                async for event in lives:
                    if isinstance(event, Newchannel):
                        channels.add(event.uniqueid)
                    else:
                        channels.discard(event["Uniqueid"])
                    if not channels:
                        break


async def restart(pbx: Pbx, ami: AmiClient, timeline: Timeline) -> None:
    """Stop the PBX under the client, start it again after a failed try, and wait until the client is back."""
    timeline.say("the PBX is stopped", "bold magenta")
    with ami.states() as states:
        await pbx.stop()
        async for change in states:
            if change.state is ConnectionState.RECONNECTING and change.attempt == 2:
                timeline.say("the PBX is started", "bold magenta")
                await pbx.start()
            if change.state is ConnectionState.CONNECTED:
                return


async def follow(events: EventSubscription[AmiEvent | ConnectionStateChanged], timeline: Timeline) -> None:
    """Show everything *events* brings, until the client is closed."""
    async for event in events:
        timeline.show(event)


async def run(pbx: Pbx, timeline: Timeline) -> int:
    """Follow *pbx* through calls and, if it is ours, through a restart; return how many connections that took."""
    timeline.say(f"following {pbx.title}", "bold")
    policy = ReconnectPolicy.exponential(initial=0.5, max=5.0)
    ami = AmiClient(pbx.host, pbx.port, credentials=pbx.credentials, policy=policy)
    # Subscribed before connecting, so that nothing is missed.
    follower = asyncio.create_task(follow(ami.events(), timeline))
    try:
        async with ami:
            if pbx.ours:
                await place_calls(ami, timeline, CALLS)
                await restart(pbx, ami, timeline)
                await place_calls(ami, timeline, CALLS[:1])
                timeline.say("call: this program answers it, by FastAGI", "bold")
                await answer_a_call(pbx.agi_port, lambda port: pbx.call_agi(ami, "pin", port), timeline.say)
            else:
                timeline.say(f"watching for {WATCHING_SECONDS:.0f} seconds; no calls are placed, nothing is restarted")
                await asyncio.sleep(WATCHING_SECONDS)
    finally:
        await asyncio.wait([follower])
    return ami.epoch


async def main(pbx: Pbx) -> None:
    """Run the demo on *pbx* and print the summary."""
    console = Console(highlight=False)
    timeline = Timeline(console)
    try:
        await pbx.open()
        epochs = await run(pbx, timeline)
    finally:
        await pbx.aclose()
    console.print()
    console.print(timeline.summary(epochs=epochs))


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--live", action="store_true", help="a real Asterisk of its own, or ASTERISK_HOST")
    real = arguments.parse_args().live or os.environ.get("ASTERISK_HOST")
    try:
        asyncio.run(main(RealPbx() if real else FakePbx()))
    except KeyboardInterrupt:
        sys.exit(130)
    except (AsteriskError, AsteriskToolError) as error:
        sys.exit(f"demo: {error}")
