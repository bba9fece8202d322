"""Whether calls that Asterisk is asked for begin and end, and those that do not were said to be lost."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import Final

__all__ = ["Calls"]

# Seconds for a call that takes some hundredths, with many others at a time.
LIMIT: Final = 10.0


class Calls:
    """Books calls by their names; each has to begin and to end, once and soon.

    ``ended`` counts those that did, ``said`` those that were said to be lost, ``unsaid`` describes what must not be.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self.ended = 0
        self.said = 0
        self.unsaid: list[str] = []
        self._now = now
        # When each was asked for; of those that have begun, when that was.
        self._made: dict[str, float] = {}
        self._begun: dict[str, float] = {}
        # Those that may come and need not.
        self._excused: set[str] = set()
        self._changed = asyncio.Event()

    @property
    def under_way(self) -> int:
        """How many have still to end."""
        return len(self._made) + len(self._begun)

    def make(self, call: str) -> None:
        """Book that Asterisk is asked for *call*."""
        self._made[call] = self._now()

    def refuse(self, call: str) -> None:
        """Book that Asterisk said no."""
        self._made.pop(call, None)
        self._changed.set()

    def excuse(self, call: str) -> None:
        """Book that *call* need not begin, because an error said so to whom asked for it."""
        if self._made.pop(call, None) is not None:
            self._excused.add(call)
            self._changed.set()

    def begin(self, call: str) -> None:
        """Book that *call* has begun."""
        if self._made.pop(call, None) is None and call not in self._excused:
            self.unsaid.append(f"{call} began, and was not due")
        self._excused.discard(call)
        self._begun[call] = self._now()

    def end(self, call: str) -> None:
        """Book that *call* has ended."""
        if self._begun.pop(call, None) is None and call not in self._excused:
            self.unsaid.append(f"{call} ended, and had not begun")
        self._excused.discard(call)
        self.ended += 1
        self._changed.set()

    def lose(self, call: str) -> None:
        """Book that *call* was said to be lost."""
        if self._begun.pop(call, None) is None and call not in self._excused:
            self.unsaid.append(f"{call} was said to be lost, and was not there")
        self._excused.discard(call)
        self.said += 1
        self._changed.set()

    def gap(self) -> None:
        """Book that the connection was another one: what has not begun may have done so unseen, or never will."""
        self.said += len(self._made)
        self._excused.update(self._made)
        self._made.clear()
        self._begun = dict.fromkeys(self._begun, self._now())
        self._changed.set()

    def check(self) -> None:
        """Book as missing what should have begun, or ended, long ago."""
        overdue = self._now() - LIMIT
        for due, what in ((self._made, "begin"), (self._begun, "end")):
            for call in [call for call, since in due.items() if since < overdue]:
                del due[call]
                self.unsaid.append(f"{call} did not {what} within {LIMIT:g} s, and nobody said why")

    async def until(self, under_way: int, *, timeout: float = LIMIT) -> None:
        """Return when no more than so many are under way, or after *timeout* seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                while self.under_way > under_way:
                    self._changed.clear()
                    await self._changed.wait()
