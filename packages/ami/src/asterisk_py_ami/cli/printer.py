"""What ``tail`` and ``calls`` print line by line: items, and between them what became of the connection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from asterisk_py_core.reconnect import ConnectionState, ConnectionStateChanged

from .output import clock, printable, to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from asterisk_py_core.errors import EventsLostError

    from .output import Terminal

__all__ = ["Printer", "state_text"]

T = TypeVar("T")


class Printer(Generic[T]):
    """Prints items, each as the line that *render* makes of it, and says what became of the connection.

    Changes and losses are said on standard error, and marked in the output as well unless both are one terminal: a log
    file shows its gaps.
    """

    def __init__(self, terminal: Terminal, address: str, render: Callable[[T], str], *, as_json: bool) -> None:
        self._terminal = terminal
        self._address = address
        self._render = render
        self._json = as_json
        self._marks = not (terminal.out.is_terminal and terminal.err.is_terminal)

    async def show(self, batch: Iterable[T | ConnectionStateChanged]) -> None:
        """Print all of *batch*."""
        lines: list[str] = []
        for item in batch:
            if isinstance(item, ConnectionStateChanged):
                text = state_text(item, self._address)
                lines += self._state_lines(item, text)
                if text:
                    await self._terminal.notice(text)
            else:
                lines.append(self._render(item))
        if lines:
            await self._terminal.out.write("".join(lines))

    async def lost(self, error: EventsLostError) -> None:
        """Say that *error* made a gap."""
        if self._json:
            await self._terminal.out.write(to_json({"EventsLost": error.count}))
        elif self._marks:
            await self._terminal.out.write(_mark(str(error)))
        await self._terminal.notice(str(error))

    def _state_lines(self, change: ConnectionStateChanged, text: str) -> list[str]:
        if self._json:
            return [to_json(_state_object(change))]
        return [_mark(text)] if text and self._marks else []


def state_text(change: ConnectionStateChanged, address: str) -> str:
    """Return what to say of *change*; nothing of those that only lead to the next."""
    if change.state is ConnectionState.RECONNECTING:
        return f"{change.cause}; trying again in {change.retry_in or 0:.1f} s"
    if change.state is not ConnectionState.CONNECTED:
        return ""
    again = f" again after {change.down_for:.1f} s; the events of that time are missing" if change.epoch > 1 else ""
    return f"connected to {address}{again}"


def _state_object(change: ConnectionStateChanged) -> dict[str, object]:
    return {
        "ConnectionState": change.state.value,
        "Previous": change.previous.value,
        "Epoch": change.epoch,
        "Attempt": change.attempt,
        "Cause": None if change.cause is None else printable(str(change.cause)),
        "DownFor": round(change.down_for, 3),
        "RetryIn": None if change.retry_in is None else round(change.retry_in, 3),
    }


def _mark(text: str) -> str:
    return f"{clock()} -- {printable(text)}\n"
