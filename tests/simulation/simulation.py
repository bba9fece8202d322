"""What every simulated hour has: acts in turn, weather, and what must hold of whatever is supervised.

The numbers of the invariants are stable names, the same wherever they are checked; each simulation adds to these:

- I1 only legal changes of state, and none after the end; I4 two tries are never closer than 0.1 s, nor than announced
- I2 each request ends once, with an answer or an error that says what is known
- I5 the epoch only grows, by one, and only by connecting
- I6 the secret is in no log and no error
"""

import asyncio
import random
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, ClassVar, Final

from asterisk_py_core import (
    AsteriskError,
    ConnectionState,
    ConnectionStateChanged,
    EventSubscription,
    ReconnectPolicy,
    Supervised,
)
from asterisk_py_core.reconnect import TRANSITIONS
from tests.simulation.network import SimulatedLoop

__all__ = ["CONNECTED", "DISCONNECTED", "GARBAGE", "HOUR", "Acts", "Simulation", "States", "take_batch"]

HOUR: Final = 3600.0
CONNECTED: Final = ConnectionState.CONNECTED
DISCONNECTED: Final = ConnectionState.DISCONNECTED

# What an AMI, AGI or ARI parser may stumble over; chance adds bytes of its own.
GARBAGE: Final = (
    b"\r\n\r\n\r\n",
    b"Response: Success\r\nActionID: 1\r\n\r\n",
    b"Event\r\n:\r\n\r\n",
    b"\x81\x00\x82\x7f\xff\xff\xff\xff\xff\xff\xff\xff",
    b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n{",
    b"\xff\x00\r\n" * 50,
)

Acts = Sequence[tuple[Callable[[Any], Awaitable[None]], int]]
"""What can happen, each with its weight."""

_PAUSES: Final = (0.0, 0.0, 0.01, 0.3, 2.0, 5.0, 31.0, 31.0)
_POLICIES: Final = (
    ReconnectPolicy.exponential(),
    ReconnectPolicy.exponential(initial=0.2, max=5.0),
    ReconnectPolicy.fixed(0.5),
    ReconnectPolicy.fixed(3.0, max_retries=5),
    ReconnectPolicy.none(),
)


class Simulation(ABC):
    """One simulated hour; *rng* is all chance there is, ``trouble`` what happened last."""

    acts: ClassVar[Acts]
    recovers_in: ClassVar[float]
    """How many seconds after all faults have ended everything is well."""

    def __init__(self, rng: random.Random, loop: SimulatedLoop) -> None:
        self.rng = rng
        self.loop = loop
        self.trouble = "the beginning"
        self.jumped_at = 0.0
        self.asked = 0
        self.outcomes = 0
        self.requests: dict[asyncio.Task[object], bool] = {}
        self._acts = [act for act, _ in self.acts]
        self._weights = [weight for _, weight in self.acts]

    async def run(self, until: float) -> None:
        """Live until the virtual time *until*; whoever ends before is replaced."""
        await self.begin()
        while self.loop.time() < until:
            await asyncio.sleep(self.rng.choice(_PAUSES))
            act = self.rng.choices(self._acts, weights=self._weights)[0]
            self.trouble = act.__name__
            await act(self)
            await self.check()
            if self.is_over:
                await self.end()
                await self.begin()
        self.trouble = "all is well again"
        await self.recover()
        await asyncio.sleep(self.recovers_in)
        await self.check_recovery()
        await self.end()
        await self.clear_up()

    # --- a simulation's own ---

    @property
    @abstractmethod
    def was_eventful(self) -> bool:
        """Whether there was enough to be proud of having lived through it."""

    @property
    @abstractmethod
    def secrets(self) -> Sequence[str]:
        """What must be seen in no log and no error."""

    @property
    @abstractmethod
    def is_over(self) -> bool:
        """Whether the run of the client or server has ended."""

    @abstractmethod
    async def begin(self) -> None:
        """Make a client or server."""

    @abstractmethod
    async def end(self) -> None:
        """Close it, and look what is left of it."""

    @abstractmethod
    async def check(self) -> None:
        """Look at what must always hold."""

    @abstractmethod
    async def check_recovery(self) -> None:
        """Look whether all faults are overcome."""

    @abstractmethod
    async def clear_up(self) -> None:
        """End what is beside the client or server."""

    # --- what all have ---

    def policy(self) -> ReconnectPolicy:
        """Return a policy by chance."""
        return self.rng.choice(_POLICIES)

    def watch(self, request: Awaitable[object], patience: float | None = None) -> asyncio.Task[object]:
        """Begin *request* and see to its end; who asks gives up after *patience* seconds."""

        async def ask() -> object:
            async with asyncio.timeout(patience):
                return await request

        self.asked += 1
        task = asyncio.ensure_future(ask())
        self.requests[task] = patience is not None
        return task

    def check_requests(self) -> None:
        """Look how those requests have ended that did."""
        for request in [request for request in self.requests if request.done()]:
            impatient = self.requests.pop(request)
            self.outcomes += 1
            assert not request.cancelled(), "I2: a request was cancelled by nobody"
            error = request.exception()
            known = error is None or isinstance(error, AsteriskError) or (impatient and isinstance(error, TimeoutError))
            assert known, f"I2: a request ended with {error!r}"
            if isinstance(error, AsteriskError):
                self.look_for_secrets(f"{error} {error!r} {vars(error)}")

    def look_for_secrets(self, text: str) -> None:
        """Fail if *text* shows one."""
        assert not [secret for secret in self.secrets if secret in text], "I6: a secret shows"

    # --- what happens to all ---

    async def change_weather(self) -> None:
        weather = self.loop.weather
        weather.latency = self.rng.choice([0.0, 0.001, 0.05, 1.0, 6.0])
        weather.pieces = self.rng.random() < 0.3
        weather.refuses = self.rng.random() < 0.2
        weather.swallows = self.rng.random() < 0.2

    async def heal(self) -> None:
        weather = self.loop.weather
        weather.latency, weather.pieces, weather.refuses, weather.swallows = 0.001, False, False, False

    async def recover(self) -> None:
        """End all faults for good."""
        await self.heal()

    async def jump(self) -> None:
        self.loop.jump(self.rng.choice([1.0, 30.0, 600.0]))
        self.jumped_at = self.loop.time()  # Nobody can find or do anything while suspended.


class States:
    """The changes of state of one client or server, looked at as they come."""

    def __init__(self, of: Supervised[Any]) -> None:
        self._changes: EventSubscription[ConnectionStateChanged] = of.states()
        self._last: ConnectionStateChanged | None = None

    def check(self) -> None:
        """Look at those since the last call."""
        while self._changes.backlog:
            for change in take_batch(self._changes):
                self._check(change)

    def _check(self, change: ConnectionStateChanged) -> None:
        previous, self._last = self._last, change
        if previous is not None:
            assert previous.state is not DISCONNECTED, f"I1: it had ended, and is {change.state}"
            assert change.previous is previous.state, "I1: a change begins where the last one ended"
            if previous.retry_in is not None and change.epoch and change.state is not DISCONNECTED:
                waited = change.down_for - previous.down_for
                assert waited > previous.retry_in - 1e-6, f"I4: {waited} s were waited, not {previous.retry_in}"
            assert change.epoch in {previous.epoch, previous.epoch + 1}, "I5: the epoch grows by one"
            assert (change.epoch > previous.epoch) == (change.state is CONNECTED), "I5: connecting is an epoch"
        assert change.state in TRANSITIONS[change.previous], "I1: an illegal change"
        assert change.retry_in is None or change.retry_in >= 0.1, "I4: the next try comes too soon"


def take_batch(events: EventSubscription[Any]) -> list[Any]:
    """Return what *events* has ready: what is in a backlog needs no waiting."""
    steps = events.recv_batch().__await__()
    try:
        next(steps)
    except StopIteration as done:
        return list(done.value)
    raise AssertionError("I7: a receive waits although there is a backlog")
