"""``calls``: the channels that are up, as a table that follows them, or as a line for each change."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from asterisk_py_core.errors import (
    ConnectionClosedError,
    EventsLostError,
    ReadTimeoutError,
    RequestRejectedError,
    WriteTimeoutError,
)
from asterisk_py_core.reconnect import ConnectionState, ConnectionStateChanged

from .commands import BACKLOG, state_text
from .output import clock, pairs, printable

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable
    from typing import NoReturn

    from asterisk_py_ami.client import AmiClient
    from asterisk_py_ami.protocol.message import AmiEvent

    from .access import Access
    from .output import Output, Terminal

__all__ = ["Change", "Channel", "LiveChannels", "calls"]

# --- what is up ------------------------------------------------------------------------------------------------------

_TELLING: Final = frozenset(
    {"Newchannel", "Newstate", "NewCallerid", "NewConnectedLine", "BridgeEnter", "CoreShowChannel", "Hangup"}
)
# Far more than one Asterisk carries; whoever forges events can make up more.
_MAX_CHANNELS: Final = 20_000


class Change(StrEnum):
    """What an event said about a channel."""

    FOUND = "found"
    NEW = "new"
    CHANGED = "now"
    ENDED = "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A channel; *since* is the loop time at which it came to be, or else was first heard of."""

    name: str
    call: str
    state: str
    caller: str
    connected: str
    exten: str
    since: float


class LiveChannels:
    """The channels that are up, from the events of their lives: feed it, then read ``channels``.

    Past its bound, further channels are left out and counted in ``left_out``.
    """

    def __init__(self) -> None:
        self.left_out = 0
        self._channels: dict[str, Channel] = {}

    @property
    def channels(self) -> list[Channel]:
        """All of them, those of a call together, in the order in which they came."""
        calls: dict[str, list[Channel]] = {}
        for channel in sorted(self._channels.values(), key=lambda channel: channel.since):
            calls.setdefault(channel.call, []).append(channel)
        return [channel for call in calls.values() for channel in call]

    def clear(self) -> None:
        """Forget everything."""
        self._channels.clear()
        self.left_out = 0

    def feed(self, event: AmiEvent, now: float) -> tuple[Change, Channel] | None:
        """Take *event* in at the loop time *now*; return what it changed, if anything."""
        key = self._key(event)
        if event.name not in _TELLING or key is None:
            return None
        known = self._channels.get(key)
        channel = _channel(event, known.since if known else now - _duration(event))
        if event.name == "Hangup":
            self._channels.pop(key, None)
            return Change.ENDED, channel
        if channel == known:
            return None
        if known is None and len(self._channels) >= _MAX_CHANNELS:
            self.left_out += 1
            return None
        self._channels[key] = channel
        if known is not None:
            return Change.CHANGED, channel
        return (Change.NEW if event.name == "Newchannel" else Change.FOUND), channel

    def _key(self, event: AmiEvent) -> str | None:
        uniqueid = event.get("Uniqueid")
        if uniqueid is None and event.name == "Hangup":
            # Channel data with line ends in it cuts the message short, and what it cuts off is the rear part.
            name = event.get("Channel")
            return next((key for key, channel in self._channels.items() if channel.name == name), None)
        return uniqueid


def _channel(event: AmiEvent, since: float) -> Channel:
    exten, context = event.get("Exten", ""), event.get("Context", "")
    return Channel(
        name=event.get("Channel", ""),
        call=event.get("Linkedid", ""),
        state=event.get("ChannelStateDesc", ""),
        caller=_person(event, "CallerID"),
        connected=_person(event, "ConnectedLine"),
        exten=f"{exten}@{context}" if exten else context,
        since=since,
    )


def _person(event: AmiEvent, header: str) -> str:
    name, number = (event.get(f"{header}{part}", "") for part in ("Name", "Num"))
    name, number = ("" if text == "<unknown>" else text for text in (name, number))
    return f"{name} <{number}>" if name and number else name or number


def _duration(event: AmiEvent) -> int:
    """Return how many seconds old the channel is, where the event says it (CoreShowChannel: ``01:02:03``)."""
    parts = event.get("Duration", "").split(":")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 6 for part in parts):
        return 0
    hours, minutes, seconds = map(int, parts)
    return hours * 3600 + minutes * 60 + seconds


# --- the command -----------------------------------------------------------------------------------------------------

# A table is drawn when something has changed, not more often than the eye can follow, and each second for its clock.
_REDRAW_AFTER: Final = 0.1
_REDRAW_WITHIN: Final = 1.0


async def calls(_args: argparse.Namespace, access: Access, terminal: Terminal) -> NoReturn:
    """Follow the channels until interrupted."""
    view = _Screen(terminal.out, access.address) if terminal.out.is_terminal else _Lines(terminal, access.address)
    channels = LiveChannels()
    client = access.client()
    events = client.events(
        where=lambda event: isinstance(event, ConnectionStateChanged) or event.name in _TELLING, capacity=BACKLOG
    )
    async with contextlib.aclosing(client), events:
        await client.connect()
        while True:
            try:
                async with asyncio.timeout(_REDRAW_WITHIN):
                    batch = await events.recv_batch()
            except TimeoutError:
                batch = []
            except EventsLostError as error:
                # Some of what is shown may be gone by now.
                await view.say(f"{error}; asking for the channels again")
                await _begin(client, channels, view)
                continue
            for item in batch:
                if isinstance(item, ConnectionStateChanged):
                    if text := state_text(item, access.address):
                        await view.say(text)
                    if item.state is ConnectionState.CONNECTED:
                        await _begin(client, channels, view)
                elif change := channels.feed(item, asyncio.get_running_loop().time()):
                    view.changed(item, *change)
            await view.show(channels)


async def _begin(client: AmiClient, channels: LiveChannels, view: _Screen | _Lines) -> None:
    """Begin with an empty table, and ask for the channels that are up: they come as events, in order."""
    channels.clear()
    try:
        await client.send("CoreShowChannels")
    except RequestRejectedError as error:
        await view.say(f"channels from before are not shown: {error} (it needs write = system or reporting)")
    except (ReadTimeoutError, WriteTimeoutError) as error:
        await view.say(f"channels from before are not shown: {error}")
    except ConnectionClosedError:
        pass  # Said by the change of state that follows.


class _Lines:
    """A line for each change: for pipes, files and terminals that cannot redraw."""

    def __init__(self, terminal: Terminal, address: str) -> None:
        self._terminal = terminal
        self._address = address
        self._lines: list[str] = []

    async def say(self, text: str) -> None:
        await self._terminal.notice(text)

    def changed(self, event: AmiEvent, change: Change, channel: Channel) -> None:
        shown = [
            ("Channel", channel.name),
            ("State", channel.state),
            ("Caller", channel.caller),
            ("Connected", channel.connected),
            ("Exten", channel.exten),
            ("Call", channel.call),
        ]
        if change is Change.ENDED:
            seconds = asyncio.get_running_loop().time() - channel.since
            shown += [("Seconds", f"{seconds:.1f}"), ("Cause", event.get("Cause-txt", ""))]
        self._lines.append(f"{clock()} {change:<5} {pairs(shown)}\n")

    async def show(self, _channels: LiveChannels) -> None:
        if self._lines:
            text = "".join(self._lines)
            self._lines.clear()
            await self._terminal.out.write(text)


# Title and width of each column but the first.
_COLUMNS: Final = (("STATE", 9), ("CHANNEL", 36), ("CALLER", 24), ("CONNECTED", 24), ("EXTEN", 24))
_STATE_STYLES: Final = {"Up": "green", "Ring": "yellow", "Ringing": "yellow", "Busy": "red"}


class _Screen:
    """A table that is drawn over itself."""

    def __init__(self, out: Output, address: str) -> None:
        self._out = out
        self._address = address
        self._said = ""

    async def say(self, text: str) -> None:
        self._said = text

    def changed(self, _event: AmiEvent, _change: Change, _channel: Channel) -> None:
        pass  # The table shows what is, not what changed.

    async def show(self, channels: LiveChannels) -> None:
        size = shutil.get_terminal_size()
        lines = self._table(channels, asyncio.get_running_loop().time(), size.columns, size.lines - 1)
        # Home, each line to its end, and what is below: no flicker, and nothing to put back at the end.
        await self._out.write("\x1b[H" + "".join(f"{line}\x1b[K\n" for line in lines) + "\x1b[J")
        await asyncio.sleep(_REDRAW_AFTER)

    def _table(self, live: LiveChannels, now: float, width: int, height: int) -> list[str]:
        channels = live.channels
        count = len({channel.call for channel in channels})
        head = f"{clock()[:8]}  {self._address}  channels: {len(channels)}  calls: {count}"
        lines = [
            self._out.paint(_cut(head, width), "bold"),
            self._out.paint(_cut(self._said, width), "dim"),
            _cut(_row("TIME", [title for title, _ in _COLUMNS]), width),
        ]
        room = max(0, height - len(lines) - 1)
        lines += [self._line(channel, now, width) for channel in channels[:room]]
        hidden = len(channels) - room
        if hidden > 0 or live.left_out:
            lines.append(f"and {max(hidden, 0) + live.left_out} more")
        return lines

    def _line(self, channel: Channel, now: float, width: int) -> str:
        texts = [channel.state, channel.name, channel.caller, channel.connected, channel.exten]
        line = _cut(_row(_elapsed(now - channel.since), texts), width)
        return self._out.paint(line, _STATE_STYLES.get(channel.state, ""))


def _row(time: str, texts: Iterable[str]) -> str:
    cells = [_cut(text, width).ljust(width) for text, (_, width) in zip(texts, _COLUMNS, strict=True)]
    return " ".join([f"{time:>8}", *cells]).rstrip()


def _cut(text: str, width: int) -> str:
    shown = printable(text)
    return shown if len(shown) <= width else shown[: max(0, width - 1)] + ">"


def _elapsed(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"
