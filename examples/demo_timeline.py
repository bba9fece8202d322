"""What the demo prints: a line for each thing that happens, whatever protocol tells it, and a summary."""

import asyncio
import contextlib
import sys
import time
from collections import Counter
from collections.abc import AsyncIterable, AsyncIterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from asterisk_py_agi import AgiServer, SessionEnded, SessionFailed, SessionHungUp, SessionStarted
from asterisk_py_ami import (
    AmiClient,
    ChannelState,
    ConnectionState,
    ConnectionStateChanged,
    DialStatus,
    Event,
    HangupCause,
)
from asterisk_py_ami.events import BridgeEnter, DialBegin, DialEnd, Hangup, Newchannel, Newstate
from asterisk_py_ari import AriClient, Resynchronized
from asterisk_py_ari.events import ChannelDtmfReceived, PlaybackStarted, StasisEnd, StasisStart

__all__ = ["Timeline"]

COLORS = {"AMI": "blue", "AGI": "magenta", "ARI": "cyan"}


class Seen:
    """What the one subscription of a protocol has brought."""

    def __init__(self, client: AmiClient | AgiServer | AriClient) -> None:
        self.client = client
        self.events: Counter[str] = Counter()
        self.calls: Counter[str] = Counter()
        self.outages: list[float] = []


class Timeline:
    """Prints what happens as it happens, and counts for the summary."""

    def __init__(self) -> None:
        # Rich takes 80 columns where there is no terminal; lines in a file need not be cut there.
        self._console = Console(highlight=False, width=None if sys.stdout.isatty() else 200)
        self._started = time.monotonic()
        self._seen: dict[str, Seen] = {}

    def say(self, text: str, style: str = "", protocol: str = "") -> None:
        """Print *text* behind the time since the start and the name of the *protocol* it is from."""
        line = Table.grid(padding=(0, 2))
        elapsed = Text(f"{time.monotonic() - self._started:6.2f}s", "dim")
        line.add_row(elapsed, Text(f"{protocol:3}", COLORS.get(protocol, "")), Text(text, style))
        self._console.print(line)

    @contextlib.asynccontextmanager
    async def following(self, protocol: str, client: AmiClient | AgiServer | AriClient) -> AsyncIterator[None]:
        """Show all that *client* has to tell, from now on until it is closed."""
        seen = self._seen[protocol] = Seen(client)
        # The same for all three: their events are of one bus type.
        follower = asyncio.create_task(self._follow(protocol, seen, client.events()))
        try:
            yield
        finally:
            await client.aclose()
            await follower

    async def _follow(self, protocol: str, seen: Seen, events: AsyncIterable[Event]) -> None:
        async for event in events:
            if isinstance(event, ConnectionStateChanged):
                self._show_state(protocol, seen, event)
                continue
            seen.events[type(event).__name__] += 1
            line = describe(event)
            if line is not None:
                self.say(*line, protocol)
            if isinstance(event, Hangup):
                seen.calls[event.cause.name] += 1
            elif isinstance(event, SessionEnded):
                seen.calls["hung up" if event.hungup else "went on"] += 1
            elif isinstance(event, StasisEnd):
                seen.calls["ended"] += 1
            elif isinstance(event, Resynchronized):
                seen.calls["gone in an outage"] += len(event.gone)

    def _show_state(self, protocol: str, seen: Seen, change: ConnectionStateChanged) -> None:
        up = "listening" if protocol == "AGI" else "connected"
        match change.state:
            case ConnectionState.CONNECTED if change.epoch > 1:
                seen.outages.append(change.down_for)
                self.say(f"● {up} again after {change.down_for:.1f} s", "bold green", protocol)
            case ConnectionState.CONNECTED:
                self.say(f"● {up}", "bold green", protocol)
            case ConnectionState.RECONNECTING:
                self.say(f"● {change.cause}; next try in {change.retry_in:.1f} s", "bold yellow", protocol)
            case ConnectionState.DISCONNECTED:
                self.say("● closed" if change.cause is None else f"● given up: {change.cause}", "bold", protocol)
            case ConnectionState.CONNECTING:
                pass

    def sum_up(self) -> None:
        """Print what each subscription has seen."""
        table = Table("", *self._seen)
        every = self._seen.values()
        table.add_row("events", *(f"{seen.events.total()} of {len(seen.events)} kinds" for seen in every))
        table.add_row("ends of calls", *(counted(seen.calls) for seen in every))
        table.add_row("connections", *(str(seen.client.epoch) for seen in every))
        table.add_row("outages", *(", ".join(f"{down:.1f} s" for down in seen.outages) or "none" for seen in every))
        self._console.print("\nWhat one subscription of each protocol saw")
        self._console.print(table)


def counted(calls: Counter[str]) -> str:
    """Return how often there was each, the most frequent first."""
    return "\n".join(f"{count} x {what}" for what, count in calls.most_common() if count) or "-"


def describe(event: Event) -> tuple[str, str] | None:
    """Return how *event* is shown, and in which style; None if it is not part of the story."""
    return describe_ami(event) or describe_agi(event) or describe_ari(event)


def describe_ami(event: Event) -> tuple[str, str] | None:
    match event:
        case Newchannel():
            return f"┌ {event.channel}  new channel", ""
        case Newstate(channel_state=ChannelState.RINGING):
            return f"│ {event.channel}  ringing", "yellow"
        case Newstate(channel_state=ChannelState.UP):
            return f"│ {event.channel}  answered", "green"
        case DialBegin():
            return f"│ {event.dest.channel}  is dialled", ""
        case DialEnd(dial_status=DialStatus() as status):
            return f"│ {event.dest.channel}  dial: {status.name}", "green" if status == "ANSWER" else "red"
        case BridgeEnter():
            return f"│ {event.channel}  joins bridge {event.bridge_uniqueid[:8]}", "cyan"
        case Hangup():
            normal = event.cause is HangupCause.NORMAL_CLEARING
            return f"└ {event.channel}  hung up: {event.cause.description}", "dim" if normal else "red"
        case _:
            return None


def describe_agi(event: Event) -> tuple[str, str] | None:
    match event:
        case SessionStarted():
            return f"┌ {event.request.channel}  is in AGI, for {event.request.script!r}", ""
        case SessionFailed():
            return f"│ {event.request.channel}  its handler failed: {event.error}", "red"
        case SessionHungUp():
            return f"│ {event.request.channel}  the caller hung up", "red"
        case SessionEnded():
            return f"└ {event.request.channel}  has left AGI after {event.duration:.1f} s", "dim"
        case _:
            return None


def describe_ari(event: Event) -> tuple[str, str] | None:
    match event:
        case StasisStart():
            return f"┌ {event.channel.name}  is in Stasis, for {event.application!r}", ""
        case PlaybackStarted():
            return f"│ {event.playback.media_uri}  is played", ""
        case ChannelDtmfReceived():
            return f"│ {event.channel.name}  pressed {event.digit}", "green"
        case StasisEnd():
            return f"└ {event.channel.name}  has left Stasis", "dim"
        case Resynchronized():
            return f"● resynchronized: {len(event.channels)} calls are here, {len(event.gone)} gone", "bold green"
        case _:
            return None
