"""One simulated hour of one client: random faults, and what must hold whatever happens.

Protocol-blind: the peer and the client are a harness of the contract suite, on a :class:`SimulatedLoop`. The numbers of
the invariants are those of the fault catalogue:

- I1 only legal changes of state; I4 two tries are never closer than 0.1 s; I9 at most one connection is open
- I2 each request ends once, with an answer or an error that says what is known
- I3 after closing no task, timer or connection is left
- I5 the epoch only grows, by one, and a change of state stands between the events of two
- I6 the secret is in no log and no error
- I7 delivered + lost + backlog is what was published since subscribing; within an epoch no event is missing or twice
- I8 nothing is delivered after the end
- a link that went silent is given up within what the protocol promises, and once all is well the client is connected
"""

import asyncio
import contextlib
import logging
import random
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final
from unittest import mock

from asterisk_py_core import (
    AsteriskError,
    ConnectionState,
    ConnectionStateChanged,
    EventsLostError,
    EventSubscription,
    ReconnectPolicy,
)
from asterisk_py_core.reconnect import TRANSITIONS
from tests.contract.harness import Capability, Client, Harness
from tests.contract.harnesses import HARNESSES
from tests.simulation.network import Link, SimulatedLoop

__all__ = ["HOUR", "SIMULATED", "simulate"]

HOUR: Final = 3600.0
# A listening server has no peer of its own, so nothing of a simulation could happen to it.
SIMULATED: Final = [
    each for each in HARNESSES if {Capability.DIALS, Capability.SENDS, Capability.HEARS} <= each.capabilities
]

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


@dataclass
class Subscriber:
    """A subscription that is read now and then, and what it has said so far."""

    events: EventSubscription[Any]
    bounded: bool
    begins_at: int
    told: int = 0
    received: int = 0
    epoch: int | None = None
    last_number: int | None = None


@dataclass
class Simulation:
    """One client and its peer; *protocol* is the peer, *rng* all chance there is."""

    protocol: Harness
    rng: random.Random
    loop: SimulatedLoop
    client: Client = field(init=False)
    history: EventSubscription[ConnectionStateChanged] = field(init=False)
    published: int = 0
    emitted: int = 0
    subscribers: list[Subscriber] = field(default_factory=list)
    requests: dict[asyncio.Task[object], bool] = field(default_factory=dict)
    outcomes: int = 0
    asked: int = 0
    trouble: str = "the beginning"
    last: ConnectionStateChanged | None = None
    noisy: set[int | None] = field(default_factory=set)
    silent_since: dict[Link, float] = field(default_factory=dict)

    async def run(self, until: float) -> None:
        """Live until the virtual time *until*; whoever ends before is replaced."""
        await self.protocol.start_peer()
        await self._begin()
        while self.loop.time() < until:
            await asyncio.sleep(self.rng.choice(PAUSES))
            act, _ = self.rng.choices(ACTS, weights=[weight for _, weight in ACTS])[0]
            self.trouble = act.__name__
            await act(self)
            await self._check()
            if self.client.state is DISCONNECTED:
                await self._end()
                await self._begin()
        await self._heal()
        await asyncio.sleep(100)
        assert self.client.state in {CONNECTED, DISCONNECTED}, f"all is well, and the client is {self.client.state}"
        await self._end()
        await self.protocol.stop_peer()

    # --- a client's life ---

    async def _begin(self) -> None:
        self.client = self.protocol.client(
            policy=self.rng.choice(POLICIES), retry_first=self.rng.random() < 0.8, timeout=self.rng.choice([2.0, 10.0])
        )
        self.history = self.client.states()
        self.last = None
        self.loop.tries.clear()
        self.published = 0
        self.subscribers.clear()
        self.noisy = {None}
        self._subscribe()
        if self.rng.random() < 0.2:
            with contextlib.suppress(TimeoutError, AsteriskError):
                async with asyncio.timeout(self.rng.choice([0.0, 0.001, 1.0])):
                    await self.client.connect()
        else:
            self._watch(self.client.connect())

    async def _end(self) -> None:
        links = self.loop.links
        await self.client.aclose()
        assert self.client.state is DISCONNECTED
        assert not [link for link in links if link.is_open], "I3: a connection outlives its client"
        if self.requests:
            await asyncio.wait(self.requests, timeout=0.1)
        await self._check()
        assert not self.requests, f"I2: {len(self.requests)} requests did not end with the client"
        for subscriber in self.subscribers:
            await self._read_on(subscriber)
            assert not subscriber.events.backlog, "I8: a subscription did not drain"

    def _subscribe(self) -> None:
        capacity = self.rng.choice([None, None, 1, 10])
        events = self.client.events(capacity=capacity)
        self.subscribers.append(Subscriber(events, capacity is not None, self.published))

    def _watch(self, request: Awaitable[object], patience: float | None = None) -> None:
        async def ask() -> object:
            async with asyncio.timeout(patience):
                return await request

        self.asked += 1
        self.requests[asyncio.ensure_future(ask())] = patience is not None

    # --- what must hold ---

    async def _check(self) -> None:
        self._check_history()
        self._check_requests()
        limit = self.protocol.finds_silence_in
        for link in self.loop.links:
            since = self.silent_since.get(link)
            late = since is not None and limit is not None and self.loop.time() - since > limit + 0.1
            assert not late or self.client.state is not CONNECTED, f"a silent link is taken for alive after {limit} s"
        assert len(self.loop.links) <= self.protocol.links, "I9: more connections are open than there may be"
        tries = self.loop.tries[-2:]
        # Where one client has several connections, the policy's own word has to do.
        at_once = len(tries) == 2 and self.protocol.links == 1 and tries[1] - tries[0] < 0.1 - 1e-6
        assert not at_once, "I4: two tries at once"

    def _check_history(self) -> None:
        for change in self.history_since():
            previous = self.last
            if previous is not None:
                assert change.previous is previous.state, "I1: a change begins where the last one ended"
                assert change.epoch in {previous.epoch, previous.epoch + 1}, "I5: the epoch grows by one"
                assert (change.epoch > previous.epoch) == (change.state is CONNECTED), "I5: connecting is an epoch"
            assert change.state in TRANSITIONS[change.previous], "I1: an illegal change"
            assert change.retry_in is None or change.retry_in >= 0.1, "I4: the next try comes too soon"
            self.last = change

    def history_since(self) -> list[ConnectionStateChanged]:
        """Return the changes of state since the last call."""
        changes = []
        while self.history.backlog:
            changes += self._now(self.history.recv_batch())
        return changes

    def _check_requests(self) -> None:
        for request in [request for request in self.requests if request.done()]:
            impatient = self.requests.pop(request)
            self.outcomes += 1
            if request.cancelled():
                continue
            error = request.exception()
            known = error is None or isinstance(error, AsteriskError) or (impatient and isinstance(error, TimeoutError))
            assert known, f"I2: a request ended with {error!r}"
            if isinstance(error, AsteriskError):
                self._look_for_secrets(f"{error} {error!r} {vars(error)}")

    async def _read_on(self, subscriber: Subscriber) -> None:
        events = subscriber.events
        while events.backlog:
            try:
                batch = self._now(events.recv_batch())
            except EventsLostError as error:
                assert subscriber.bounded, "I7: an unbounded subscription lost something"
                subscriber.told += error.count
                subscriber.last_number = None
                continue
            subscriber.received += len(batch)
            for event in batch:
                self._read(subscriber, event)
        assert subscriber.told == events.lost or not subscriber.bounded, "I7: a loss was not said"

    def _read(self, subscriber: Subscriber, event: object) -> None:
        if isinstance(event, ConnectionStateChanged):
            if event.state is CONNECTED:
                assert subscriber.epoch is None or event.epoch > subscriber.epoch, "I5: the epoch only grows"
                subscriber.epoch, subscriber.last_number = event.epoch, None
            return
        number = self.protocol.number_of(event)
        if number is not None:
            last, subscriber.last_number = subscriber.last_number, number
            # Noise on the line may spoil a message for good; a bounded subscription may have missed the epoch's begin.
            noisy = subscriber.epoch in self.noisy or (subscriber.bounded and len(self.noisy) > 1)
            in_turn = last is None or number == last + 1 or (number > last and noisy)
            assert in_turn, f"I7: event {number} came after {last}"

    def _now(self, receiving: Awaitable[Any]) -> Any:
        """Return what *receiving* has ready: what is in a backlog needs no waiting."""
        steps = receiving.__await__()
        try:
            next(steps)
        except StopIteration as done:
            return done.value
        raise AssertionError("I7: a receive waits although there is a backlog")

    def _look_for_secrets(self, text: str) -> None:
        assert not [secret for secret in self.protocol.secrets if secret in text], "I6: a secret shows"

    # --- what happens ---

    async def emit(self) -> None:
        for _ in range(self.rng.choice([1, 1, 3, 20])):
            self.emitted += 1
            self.protocol.emit(self.emitted)

    async def read(self) -> None:
        for subscriber in self.subscribers:
            await self._read_on(subscriber)

    async def subscribe(self) -> None:
        if len(self.subscribers) < 5:
            self._subscribe()
        else:
            subscriber = self.subscribers.pop(self.rng.randrange(5))
            await subscriber.events.aclose() if hasattr(subscriber.events, "aclose") else subscriber.events.close()

    async def request(self) -> None:
        if Capability.SENDS in self.protocol.capabilities:
            for _ in range(self.rng.choice([1, 1, 5])):
                self._watch(self.protocol.request(self.client, timeout=self.rng.choice([0.5, 5.0, 40.0])))

    async def request_and_give_up(self) -> None:
        if Capability.SENDS in self.protocol.capabilities:
            self._watch(self.protocol.request(self.client), self.rng.choice([0.0, 0.001, 0.5]))

    async def hold_answers(self) -> None:
        self.protocol.hold_answers()

    async def answer_held(self) -> None:
        self.protocol.answer_held()

    async def drop(self) -> None:
        self.protocol.drop()

    async def reset(self) -> None:
        for link in self.loop.links:
            link.reset()

    async def silence(self) -> None:
        for link in self.loop.links:
            link.silence()
            self.silent_since.setdefault(link, self.loop.time())

    async def garbage(self) -> None:
        noise = self.rng.choice([*GARBAGE, self.rng.randbytes(self.rng.randint(1, 300))])
        for link in self.loop.links:
            link.inject(noise)
            self.noisy |= {self.client.epoch, self.client.epoch + 1}

    async def restart(self) -> None:
        await self.protocol.stop_peer()
        await asyncio.sleep(self.rng.choice([0.0, 0.5, 20.0, 90.0]))
        await self.protocol.start_peer()

    async def freeze(self) -> None:
        self.protocol.freeze()

    async def misbehave(self) -> None:
        self.rng.choice([self.protocol.reject_logins, self.protocol.talk_nonsense])()

    async def change_weather(self) -> None:
        weather = self.loop.weather
        weather.latency = self.rng.choice([0.0, 0.001, 0.05, 1.0, 6.0])
        weather.pieces = self.rng.random() < 0.3
        weather.refuses = self.rng.random() < 0.2
        weather.swallows = self.rng.random() < 0.2

    async def heal(self) -> None:
        await self._heal()

    async def _heal(self) -> None:
        weather = self.loop.weather
        weather.latency, weather.pieces, weather.refuses, weather.swallows = 0.001, False, False, False
        self.protocol.thaw()
        self.protocol.behave()
        self.protocol.answer_held()

    async def jump(self) -> None:
        self.loop.jump(self.rng.choice([1.0, 30.0, 600.0]))
        self.silent_since.clear()  # Nobody can find anything while suspended.

    async def close(self) -> None:
        await self.client.aclose()


PAUSES: Final = (0.0, 0.0, 0.01, 0.3, 2.0, 5.0, 31.0, 31.0)
POLICIES: Final = (
    ReconnectPolicy.exponential(),
    ReconnectPolicy.exponential(initial=0.2, max=5.0),
    ReconnectPolicy.fixed(0.5),
    ReconnectPolicy.fixed(3.0, max_retries=5),
    ReconnectPolicy.none(),
)
ACTS: Final[list[tuple[Callable[[Simulation], Awaitable[None]], int]]] = [
    (Simulation.emit, 30),
    (Simulation.read, 15),
    (Simulation.request, 15),
    (Simulation.heal, 15),
    (Simulation.request_and_give_up, 6),
    (Simulation.subscribe, 4),
    (Simulation.hold_answers, 3),
    (Simulation.answer_held, 3),
    (Simulation.drop, 3),
    (Simulation.reset, 3),
    (Simulation.silence, 2),
    (Simulation.garbage, 3),
    (Simulation.restart, 2),
    (Simulation.freeze, 2),
    (Simulation.misbehave, 1),
    (Simulation.change_weather, 5),
    (Simulation.jump, 1),
    (Simulation.close, 1),
]


def simulate(harness: type[Harness], seed: int, *, seconds: float = HOUR) -> Simulation:
    """Run the simulation of *seed* for *seconds* of virtual time; AssertionError says what did not hold, and when."""
    rng = random.Random(seed)
    complaints: list[str] = []
    log = logging.Handler()
    log.emit = lambda record: complaints.append(record.getMessage())  # type: ignore[method-assign]

    async def main() -> Simulation:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, SimulatedLoop)
        loop.set_exception_handler(lambda _, context: complaints.append(f"asyncio: {context}"))
        simulation = Simulation(harness(), rng, loop)
        try:
            await simulation.run(seconds)
            await asyncio.sleep(60)  # What is still on its way arrives.
            simulation._look_for_secrets("\n".join(complaints))
            unhandled = [complaint for complaint in complaints if complaint.startswith("asyncio: ")]
            assert not unhandled, f"an error reached nobody: {unhandled[:3]}"
            assert asyncio.all_tasks() == {asyncio.current_task()}, f"I3: tasks are left: {asyncio.all_tasks()}"
            timers = [timer for timer in loop._scheduled if not timer.cancelled()]  # type: ignore[attr-defined]
            assert not timers, f"I3: timers are left: {timers}"
        except AssertionError as error:
            error.add_note(
                f"{harness.name}, seed {seed}: after {simulation.trouble!r} at {loop.time():.3f} s; "
                f"replay with: make simulation SEED={seed}"
            )
            raise
        return simulation

    logging.getLogger().addHandler(log)
    try:
        # All chance comes from *rng*: that of the client's policy, and the challenges of a fake, too.
        with (
            mock.patch.object(random, "Random", return_value=rng),
            mock.patch.object(secrets, "randbelow", rng.randrange),
            asyncio.Runner(loop_factory=lambda: SimulatedLoop(rng)) as runner,
        ):
            return runner.run(main())
    finally:
        logging.getLogger().removeHandler(log)
