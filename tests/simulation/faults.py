"""One simulated hour of one client: random faults, and what must hold whatever happens.

Protocol-blind: the peer and the client are a harness of the contract suite, on a :class:`SimulatedLoop`. Beside what
holds for every simulation, numbered in the same way:

- I3 after closing no connection is left; I9 at most one is open
- I5 a change of state stands between the events of two epochs
- I7 delivered + lost + backlog is what was published since subscribing; within an epoch no event is missing or twice
- I8 nothing is delivered after the end
- a link that went silent is given up within what the protocol promises, and once all is well the client is connected
"""

import asyncio
import contextlib
import random
from dataclasses import dataclass
from typing import Any, ClassVar

from asterisk_py_core import AsteriskError, ConnectionStateChanged, EventsLostError, EventSubscription
from tests.contract.harness import Client, Harness
from tests.simulation.network import SimulatedLoop
from tests.simulation.simulation import CONNECTED, DISCONNECTED, GARBAGE, Acts, Simulation, States, take_batch

__all__ = ["ClientSimulation"]


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


class ClientSimulation(Simulation):
    """One client and its peer, which is *protocol*."""

    recovers_in = 100.0

    def __init__(self, protocol: Harness, rng: random.Random, loop: SimulatedLoop) -> None:
        super().__init__(rng, loop)
        self.protocol = protocol
        self.client: Client
        self.states: States
        self.witness: EventSubscription[Any]
        self.published = 0
        self.emitted = 0
        self.subscribers: list[Subscriber] = []
        self.noisy: set[int | None] = set()

    # --- a client's life ---

    @property
    def was_eventful(self) -> bool:
        return self.emitted > 100 and self.asked > 20

    @property
    def secrets(self) -> list[str]:
        return self.protocol.secrets

    @property
    def is_over(self) -> bool:
        return self.client.state is DISCONNECTED

    async def begin(self) -> None:
        await self.protocol.start_peer()
        self.client = self.protocol.client(
            policy=self.policy(), retry_first=self.rng.random() < 0.8, timeout=self.rng.choice([2.0, 10.0])
        )
        self.states = States(self.client)
        self.loop.tries.clear()
        self.witness = self.client.events()
        self.published = 0
        self.subscribers.clear()
        self.noisy = {None}
        self._subscribe()
        if self.rng.random() < 0.2:
            with contextlib.suppress(TimeoutError, AsteriskError):
                async with asyncio.timeout(self.rng.choice([0.0, 0.001, 1.0])):
                    await self.client.connect()
        else:
            self.watch(self.client.connect())

    async def end(self) -> None:
        links = self.loop.links
        await self.client.aclose()
        assert self.client.state is DISCONNECTED
        assert not [link for link in links if link.is_open], "I3: a connection outlives its client"
        if self.requests:
            await asyncio.wait(self.requests, timeout=0.1)
        await self.check()
        assert not self.requests, f"I2: {len(self.requests)} requests did not end with the client"
        for subscriber in self.subscribers:
            await self._read_on(subscriber)
            assert not subscriber.events.backlog, "I8: a subscription did not drain"

    async def clear_up(self) -> None:
        await self.protocol.stop_peer()

    def _subscribe(self) -> None:
        capacity = self.rng.choice([None, None, 1, 10])
        self._count_published()
        events = self.client.events(capacity=capacity)
        self.subscribers.append(Subscriber(events, capacity is not None, self.published))

    # --- what must hold ---

    async def check(self) -> None:
        self.states.check()
        self.check_requests()
        limit = self.protocol.finds_silence_in
        for link in self.loop.links:
            late = limit is not None and self.loop.time() - max(link.silent_since, self.jumped_at) > limit + 0.1
            assert not late or self.client.state is not CONNECTED, f"a silent link is taken for alive after {limit} s"
        assert len(self.loop.links) <= self.protocol.links, "I9: more connections are open than there may be"
        tries = self.loop.tries[-2:]
        # Where one client has several connections, the policy's own word has to do.
        at_once = len(tries) == 2 and self.protocol.links == 1 and tries[1] - tries[0] < 0.1 - 1e-6
        assert not at_once, "I4: two tries at once"

    async def check_recovery(self) -> None:
        assert self.client.state in {CONNECTED, DISCONNECTED}, f"all is well, and the client is {self.client.state}"

    async def _read_on(self, subscriber: Subscriber) -> None:
        events = subscriber.events
        while events.backlog:
            try:
                batch = take_batch(events)
            except EventsLostError as error:
                assert subscriber.bounded, "I7: an unbounded subscription lost something"
                subscriber.told += error.count
                subscriber.last_number = None
                continue
            subscriber.received += len(batch)
            for event in batch:
                self._read(subscriber, event)
        assert subscriber.told == events.lost or not subscriber.bounded, "I7: a loss was not said"
        self._count_published()
        since = self.published - subscriber.begins_at
        assert subscriber.received + subscriber.told == since, f"I7: {since} were published, {subscriber} got others"

    def _count_published(self) -> None:
        while self.witness.backlog:
            self.published += len(take_batch(self.witness))

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
        for _ in range(self.rng.choice([1, 1, 5])):
            self.watch(self.protocol.request(self.client, timeout=self.rng.choice([0.5, 5.0, 40.0])))

    async def request_and_give_up(self) -> None:
        self.watch(self.protocol.request(self.client), self.rng.choice([0.0, 0.001, 0.5]))

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

    async def heal(self) -> None:
        await super().heal()
        self.protocol.thaw()
        self.protocol.behave()
        self.protocol.answer_held()

    async def close(self) -> None:
        await self.client.aclose()

    acts: ClassVar[Acts] = (
        (emit, 30),
        (read, 15),
        (request, 15),
        (heal, 15),
        (request_and_give_up, 6),
        (subscribe, 4),
        (hold_answers, 3),
        (answer_held, 3),
        (drop, 3),
        (reset, 3),
        (silence, 2),
        (garbage, 3),
        (restart, 2),
        (freeze, 2),
        (misbehave, 1),
        (Simulation.change_weather, 5),
        (Simulation.jump, 1),
        (close, 1),
    )
