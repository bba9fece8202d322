"""A virtual-time event loop: flow tests run hours of timers in milliseconds, and never sleep.

Only for code that touches neither sockets nor threads: what is not ready now can then only become ready by a timer, so
the clock jumps to the next one. Where there is none left, the test would wait for ever, and that is an error.
"""

import asyncio
import functools
import math
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, Final, TypeVar

__all__ = ["SpinsForeverError", "VirtualClockLoop", "WaitsForeverError", "on_virtual_clock", "run_virtual"]

T = TypeVar("T")

# The busiest moment of a simulated hour takes some hundreds.
_MOST_TURNS: Final = 100_000


class WaitsForeverError(AssertionError):
    """Every task waits and no timer is set: nothing can ever happen again."""


class SpinsForeverError(AssertionError):
    """Some task goes on and on without waiting for any time to pass."""


class _JumpingSelector(selectors.DefaultSelector):
    """The one place where a loop blocks; here it moves the clock instead."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self._turns = 0  # Since the clock moved last.
        self.watches = True  # False where there is not even a socket to ask the system about.

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0) if self.watches else []
        if ready or (timeout is not None and timeout <= 0):
            self._turns += 1
            if self._turns > _MOST_TURNS:
                self._turns = 0  # There are still tasks to be ended.
                raise SpinsForeverError(f"the loop has turned {_MOST_TURNS:,} times, and no time has passed")
            return ready
        self._turns = 0
        if timeout is None:
            waiting = "".join(f"\n  {task!r}" for task in asyncio.all_tasks())
            raise WaitsForeverError(f"nothing is ready and no timer is set; these tasks wait for ever:{waiting}")
        self.now += timeout
        # The loop runs timers due before now + 1 ns; half a year out, a float no longer holds that difference.
        if self.now + 1e-9 == self.now:
            self.now = math.nextafter(self.now, math.inf)
        return ready


class VirtualClockLoop(asyncio.SelectorEventLoop):
    """An event loop whose ``time()`` starts at 0.0 seconds and jumps to the next timer when nothing is ready."""

    def __init__(self) -> None:
        self._clock = _JumpingSelector()
        super().__init__(self._clock)

    def time(self) -> float:
        """Return the virtual time in seconds since the loop was made."""
        return self._clock.now


def run_virtual(main: Coroutine[Any, Any, T]) -> T:
    """Run *main* to its end on a fresh :class:`VirtualClockLoop`; tasks it left behind are cancelled and awaited.

    Raises:
        WaitsForeverError: every task waits and no timer is set.
        SpinsForeverError: some task never waits for a timer.
    """
    with asyncio.Runner(loop_factory=VirtualClockLoop) as runner:
        return runner.run(main)


def on_virtual_clock(test: Callable[..., Coroutine[Any, Any, object]]) -> Callable[..., None]:
    """Make an async test run on a virtual clock; it must leave no task and no timer behind."""

    async def main(*args: Any, **kwargs: Any) -> None:
        await test(*args, **kwargs)
        timers = asyncio.get_running_loop()._scheduled  # type: ignore[attr-defined]  # asyncio's own list of timers
        assert [timer for timer in timers if not timer.cancelled()] == []
        assert asyncio.all_tasks() == {asyncio.current_task()}

    @functools.wraps(test)
    def run(*args: Any, **kwargs: Any) -> None:
        run_virtual(main(*args, **kwargs))

    return run
