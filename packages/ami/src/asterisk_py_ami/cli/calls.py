"""``calls``: a live table of the calls under way, or a line for each call that ends."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import textwrap
import unicodedata
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from asterisk_py_ami.calls import Call, CallTracker
from asterisk_py_core.domain import ChannelState
from asterisk_py_core.errors import AsteriskError, EventsLostError

from .output import clock, logging_to, pairs, printable, to_json, utf8
from .printer import Printer, state_text

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence
    from typing import NoReturn

    from asterisk_py_ami.calls import CallLeg, CompletedCall
    from asterisk_py_core.event_bus import EventSubscription
    from asterisk_py_core.reconnect import ConnectionStateChanged

    from .access import Access
    from .output import Output, Terminal

__all__ = ["Table", "calls"]

# How many calls wait for an output that is not read: some 20 MB. What is dropped then is counted and said.
_BACKLOG: Final = 10_000
# Seconds between two drawings of the table.
_REDRAW_AFTER: Final = 0.5


async def calls(args: argparse.Namespace, access: Access, terminal: Terminal) -> NoReturn:
    """Follow the calls until interrupted."""
    client = access.client()
    tracker = CallTracker(client)
    view: _Screen | Printer[CompletedCall]
    if terminal.out.can_redraw and not args.json:
        view = _Screen(terminal.out, access.address, tracker)
        say = view.warn
    else:
        view = Printer(terminal, access.address, _call_json if args.json else _call_line, as_json=args.json)
        say = terminal.notice_soon
    with logging_to(say), tracker.subscribe(capacity=_BACKLOG) as completed, client.states() as states:
        # Before the connection, so that nothing is waited for: the tracker asks for the channels once there is one.
        async with contextlib.aclosing(client), tracker:
            await client.connect()
            while True:
                await _show_next(view, completed, states)


async def _show_next(
    view: _Screen | Printer[CompletedCall],
    completed: EventSubscription[CompletedCall],
    states: EventSubscription[ConnectionStateChanged],
) -> None:
    """Show what has come, and at the latest after a while that time has passed."""
    batch: list[CompletedCall | ConnectionStateChanged] = []
    end: AsteriskError | None = None
    try:
        async with asyncio.timeout(_REDRAW_AFTER):
            batch += await completed.recv_batch()
    except EventsLostError as error:
        await view.lost(error)
    except AsteriskError as error:
        end = error
    except TimeoutError:  # None of ours, those are caught above.
        pass
    changes = await states.recv_batch(states.backlog) if states.backlog else []
    await view.show([*changes, *batch])
    if end is not None:
        raise end


# --- lines -----------------------------------------------------------------------------------------------------------


def _call_line(call: CompletedCall) -> str:
    caller, cause = call.caller, call.cause
    shown = [
        ("Linkedid", call.linkedid),
        ("Channel", caller.channel),
        ("Caller", _person(caller)),
        ("Exten", _target(caller)),
        ("Dialled", ",".join(leg.channel for leg in call.dialled)),
        ("Duration", f"{call.duration:.1f}"),
        ("Billable", f"{call.billable:.1f}"),
        ("DialStatus", call.dial_status or ""),
        ("Cause", "" if cause is None else str(cause.code)),
        ("Cause-txt", "" if cause is None else cause.description),
        ("Gaps", ",".join(call.gaps)),
    ]
    return f"{clock()} {pairs((name, value) for name, value in shown if value)}\n"


def _call_json(call: CompletedCall) -> str:
    return to_json({"Call": _plain(call)})


def _plain(value: object) -> object:
    """Return *value* in what JSON knows; times are in ISO 8601, channel states are Asterisk's words."""
    if is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds")
    if isinstance(value, ChannelState):
        return value.wire
    if isinstance(value, float):
        return round(value, 3)
    return utf8(value) if isinstance(value, str) else value


def _person(leg: CallLeg) -> str:
    name, number = leg.caller_id_name, leg.caller_id_num
    return f"{name} <{number}>" if name and number else name or number or ""


def _target(leg: CallLeg) -> str:
    """Return what was dialled: by this leg, or to reach it."""
    if leg.dial_string is not None:
        return leg.dial_string
    return f"{leg.exten}@{leg.context}" if leg.exten else leg.context


# --- the table -------------------------------------------------------------------------------------------------------

_STATE_STYLES: Final = {
    ChannelState.UP: "green",
    ChannelState.RING: "yellow",
    ChannelState.RINGING: "yellow",
    ChannelState.BUSY: "red",
}
# Of the columns whose width is always the same: time, time since the answer, state.
_FIXED: Final = (8, 8, 8)
_LEAST: Final = 10
_MOST: Final = 40
# Lines for one thing that is said.
_MOST_SAID: Final = 3


class _Screen:
    """The table, drawn over itself."""

    def __init__(self, out: Output, address: str, tracker: CallTracker) -> None:
        self._out = out
        self._address = address
        self._tracker = tracker
        self._state = ""
        self._warning = ""
        self._drawn = False

    def warn(self, text: str) -> None:
        self._warning = f"{clock()[:8]}  {text}"

    async def show(self, batch: Iterable[CompletedCall | ConnectionStateChanged]) -> None:
        for item in batch:
            # A completed call is one that is no longer in the table.
            if not isinstance(item, Call):
                self._state = state_text(item, self._address) or self._state
        size = shutil.get_terminal_size()
        # A line that fills the last column would be cut there by what clears its rest.
        table = Table(self._out, size.columns - 1, size.lines - 1)
        head = f"{clock()[:8]}  {self._address}"
        if self._tracker.evicted_count:
            head += f"  given up because there were too many: {self._tracker.evicted_count}"
        lines = table.lines(head, [self._state, *filter(None, [self._warning])], self._tracker.active)
        # What the terminal showed before is scrolled away, not drawn over.
        start = "" if self._drawn else "\n" * (size.lines - 1)
        self._drawn = True
        # Home, each line to its end, and what is below: no flicker, and nothing to put back at the end.
        await self._out.write(f"{start}\x1b[H" + "".join(f"{line}\x1b[K\n" for line in lines) + "\x1b[J")

    async def lost(self, _error: EventsLostError) -> None:
        """Say nothing: what was lost are calls that have ended, and the table shows those that have not."""


class Table:
    """Calls as lines that fit a terminal of *width* columns and *height* lines."""

    def __init__(self, out: Output, width: int, height: int) -> None:
        self._out = out
        self._width = width
        self._height = height
        room = width - sum(_FIXED) - len(_FIXED)
        person = min(_MOST, max(_LEAST, room // 3 - 1))
        self._widths = (*_FIXED, person, person, max(_LEAST, room - 2 * person - 2))

    def lines(self, head: str, said: Sequence[str], calls: Sequence[Call]) -> list[str]:
        """Return the head, what is to be *said*, and a line for each channel of *calls* that is up."""
        legs = [(call, leg) for call in calls for leg in call.legs if leg.ended is None]
        lines = [
            self._out.paint(_cut(f"{head}  calls: {len(calls)}  channels: {len(legs)}", self._width), "bold"),
            *(self._out.paint(line, "dim") for text in said for line in self._wrapped(text)),
            self._row(["TIME", "ANSWERED", "STATE", "CALLER", "EXTEN", "CHANNEL"]),
        ]
        room = self._height - len(lines)
        if len(legs) > room:
            room = max(0, room - 1)
            more = [_cut(f"and {len(legs) - room} more", self._width)]
        else:
            more = []
        lines += [self._leg(call, leg) for call, leg in legs[:room]]
        return [*lines, *more][: max(1, self._height)]

    def _wrapped(self, text: str) -> list[str]:
        # What becomes of a connection can be long, and its end is what matters.
        return textwrap.wrap(printable(text), max(1, self._width))[:_MOST_SAID] or [""]

    def _leg(self, call: Call, leg: CallLeg) -> str:
        answered = "" if leg.answered is None else _elapsed(leg.billable)
        state = "" if leg.state is None else leg.state.wire
        # Those that belong to the call above are set in.
        channel = leg.channel if leg is call.legs[0] else f"  {leg.channel}"
        line = self._row([_elapsed(leg.duration), answered, state, _person(leg), _target(leg), channel])
        return self._out.paint(line, _STATE_STYLES.get(leg.state, "") if leg.state is not None else "")

    def _row(self, texts: Sequence[str]) -> str:
        cells = [_cut(text, width) for text, width in zip(texts, self._widths, strict=True)]
        padded = [cell + " " * (width - _cells(cell)) for cell, width in zip(cells, self._widths, strict=True)]
        return _cut(" ".join(padded).rstrip(), self._width)


def _cut(text: str, width: int) -> str:
    """Return *text*, printable, in *width* cells of a terminal."""
    shown = printable(text)
    if _cells(shown) <= width:
        return shown
    shown = shown[: 2 * width]
    while shown and _cells(shown) >= width:
        shown = shown[:-1]
    return shown + ">"


def _cells(text: str) -> int:
    """Return how many cells of a terminal *text* takes: two for a Chinese character, none for an accent of its own."""
    return len(text) if text.isascii() else sum(map(_cells_of, text))


def _cells_of(char: str) -> int:
    if unicodedata.category(char) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _elapsed(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"
