"""One simulated hour of one client: random faults, and what must hold whatever happens.

Protocol-blind: the peer and the client are a harness of the contract suite, on a :class:`SimulatedLoop`. Beside what
holds for every simulation, numbered in the same way:

- I2 no request reaches the peer twice, or though it was said not to have been sent
- I3 after closing no connection is left; I9 at most one is open
- I5 a change of state stands between the events of two epochs
- I7 delivered + lost + backlog is what was published since subscribing; within an epoch no event is missing or twice,
  from the first on that was sent after the login
- I8 nothing is delivered after the end
- a link that went silent is given up within what the protocol promises, and once all is well the client is connected,
  hears, and is answered
"""

import asyncio
import contextlib
import random
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar, Final

from asterisk_py_core import (
    AsteriskError,
    ConnectionStateChanged,
    EventsLostError,
    EventSubscription,
    NotSentError,
    WriteTimeoutError,
)
from tests.contract.harness import Client, Harness
from tests.simulation.links import Link
from tests.simulation.network import SimulatedLoop
from tests.simulation.simulation import CONNECTED, DISCONNECTED, GARBAGE, HOUR, Acts, Simulation, States, take_batch

__all__ = ["ClientSimulation"]

# Seconds in which what was on its way in bad weather has arrived, and what was asked is answered.
_CALM: Final = 20.0


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
        self.logins = 0  # So many there were when the last event was sent.
        self.first: set[int] = set()  # The events that were the first after a login.
        self.questions = 0
        self.unsent = 0  # Questions that were said not to have been sent.
        self.most_links = 0
        self.greeter: asyncio.Task[None] | None = None
        self.subscribers: list[Subscriber] = []
        self.noisy: set[int | None] = set()
        loop.on_link = self._linked

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
        self.greeter = self.greeter or self.loop.create_task(self._greet())
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
        assert self.greeter is not None
        assert not self.greeter.done(), f"nobody is greeted any more: {self.greeter}"
        self.greeter.cancel()
        await self.protocol.stop_peer()

    async def _greet(self) -> None:
        """Send an event right behind each login."""
        while True:
            with contextlib.suppress(TimeoutError):
                await self.protocol.wait_for_logins(self.logins + 1, timeout=HOUR)
                if self.protocol.accepted_logins > self.logins:
                    self._emit()

    def _linked(self, _: Link) -> None:
        self.most_links = max(self.most_links, len(self.loop.links))

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
        assert self.most_links <= self.protocol.links, "I9: more connections were open than there may be"
        if self.protocol.links == 1:  # Where one client has several, what was waited between two states has to do.
            at_once = [late for early, late in pairwise(self.loop.tries) if late - early < 0.1 - 1e-6]
            assert not at_once, f"I4: two tries at once, at {at_once}"
        del self.loop.tries[:-1]
        reached = self.protocol.requests
        assert reached + self.unsent <= self.questions, (
            f"I2: of {self.questions} requests {self.unsent} were not sent, and {reached} came"
        )

    async def check_recovery(self) -> None:
        assert self.client.state in {CONNECTED, DISCONNECTED}, f"all is well, and the client is {self.client.state}"
        await self.converse()

    async def converse(self) -> None:
        """Send an event and a request to a client that is connected, and see that both come through."""
        epoch = self.client.epoch
        if self.client.state is not CONNECTED or epoch in self.noisy or any(link.silent for link in self.loop.links):
            return
        events = self.client.events(self.protocol.event_type)
        self._emit()
        last = self.emitted
        answer = self._ask(timeout=_CALM)
        await asyncio.sleep(_CALM)
        if (self.client.state, self.client.epoch) == (CONNECTED, epoch):  # It was not being lost.
            heard = [self.protocol.number_of(event) for event in take_batch(events)] if events.backlog else []
            assert last in heard, f"I7: all is well, and of {last} only {heard} came"
            error = answer.exception() if answer.done() else "nothing"
            assert error is None, f"I2: all is well, and a request ended with {error!r}"
        events.close()

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
            # A bounded one may have lost what came before, and another may have been made in the middle of an epoch.
            is_first = last is None and not subscriber.bounded and subscriber.epoch not in self.noisy
            assert not is_first or number in self.first, f"I7: event {number} was not the first after a login"
            # Noise on the line may spoil a message for good; a bounded subscription may have missed the epoch's begin.
            noisy = subscriber.epoch in self.noisy or (subscriber.bounded and len(self.noisy) > 1)
            in_turn = last is None or number == last + 1 or (number > last and noisy)
            assert in_turn, f"I7: event {number} came after {last}"

    # --- what happens ---

    def _emit(self) -> None:
        self.emitted += 1
        if self.protocol.accepted_logins > self.logins:
            self.logins = self.protocol.accepted_logins
            self.first.add(self.emitted)
        self.protocol.emit(self.emitted)

    def _ask(self, patience: float | None = None, **options: float) -> asyncio.Task[object]:
        self.questions += 1
        question = self.watch(self.protocol.request(self.client, **options), patience)
        question.add_done_callback(self._count_unsent)
        return question

    def _count_unsent(self, question: asyncio.Task[object]) -> None:
        self.unsent += not question.cancelled() and isinstance(question.exception(), NotSentError | WriteTimeoutError)

    async def emit(self) -> None:
        for _ in range(self.rng.choice([1, 1, 3, 20])):
            self._emit()

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
            self._ask(timeout=self.rng.choice([0.5, 5.0, 40.0]))

    async def request_and_give_up(self) -> None:
        self._ask(self.rng.choice([0.0, 0.001, 0.5]))

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
        if self.rng.random() < 0.3:
            await self.converse()

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
