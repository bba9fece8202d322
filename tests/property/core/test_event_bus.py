"""The bus against a model that is a list per subscription, in any order of whatever can happen to it."""

import asyncio
import gc
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, precondition, rule

from asterisk_py_core.errors import ClientClosedError, EventsLostError
from asterisk_py_core.event_bus import Event, EventBus, EventSubscription, FilteredSubscription
from asterisk_py_core.event_log import CHUNK_SIZE


@dataclass(frozen=True)
class Base(Event):
    number: int


class Derived(Base):
    """A subclass."""


class Separate(Base):
    """Another one."""


class PredicateError(Exception):
    """What a predicate of ours raises."""


class CauseError(Exception):
    """What the bus is closed with."""


Predicate = Callable[[Base], bool]


def is_even(event: Base) -> bool:
    return event.number % 2 == 0


def fails_at_multiples_of_five(event: Base) -> bool:
    if event.number % 5 == 0:
        raise PredicateError(event.number)
    return event.number % 3 != 0


KINDS = st.sampled_from([Base, Derived, Separate])
TYPES = st.sampled_from([(), (Base,), (Derived,), (Derived, Separate), (Separate, Derived)])
PREDICATES = st.sampled_from([is_even, fails_at_multiples_of_five])
BURSTS = st.one_of(st.integers(0, 5), st.sampled_from([CHUNK_SIZE - 1, CHUNK_SIZE, CHUNK_SIZE + 1, 2 * CHUNK_SIZE]))
LIMITS = st.one_of(st.integers(1, 4), st.just(1024))
# What a receive came to: what it did, and with what.
Outcome = tuple[str, object]
WAITS: Outcome = ("waits", None)


@dataclass
class Model:
    """What a subscription must do, said as plainly as can be."""

    types: tuple[type[Base], ...]
    capacity: int | None
    lossy: bool
    predicate: Predicate | None
    open: bool = True
    ended: bool = False
    cause: CauseError | None = None
    failure: PredicateError | None = None
    pending: deque[Base] = field(default_factory=deque)
    published: int = 0
    delivered: int = 0
    lost: int = 0
    skipped: int = 0
    unreported: int = 0

    def wants(self, event: Base) -> bool:
        return self.open and not self.ended and (not self.types or isinstance(event, self.types))

    def publish(self, event: Base) -> None:
        self.published += 1
        self.pending.append(event)
        if self.capacity is not None and len(self.pending) > self.capacity:
            self.pending.popleft()
            self.lost += 1
            self.unreported += 1

    def close(self) -> None:
        self.lost += len(self.pending)
        self.pending.clear()
        self.unreported = 0
        self.open = False
        self.cause = None

    def blocked(self) -> Outcome | None:
        """Return what comes instead of an event, if something does."""
        if self.failure is not None:
            failure, self.failure = self.failure, None
            return "failed", failure.args
        count, self.unreported = self.unreported, 0
        if count and not self.lossy:
            return "lost", count
        if self.pending:
            return None
        if self.open and not self.ended:
            return WAITS
        cause, self.cause = self.cause, None
        self.open = False
        return ("ended", None) if cause is None else ("caused", cause)

    def accept(self) -> Base | None:
        event = self.pending.popleft()
        try:
            accepted = self.predicate is None or self.predicate(event)
        except PredicateError:
            self.skipped += 1
            raise
        if not accepted:
            self.skipped += 1
            return None
        self.delivered += 1
        return event

    def recv(self) -> Outcome:
        while (instead := self.blocked()) is None:
            try:
                event = self.accept()
            except PredicateError as error:
                return "failed", error.args
            if event is not None:
                return "received", event
        return instead

    def recv_batch(self, limit: int) -> Outcome:
        kind, first = self.recv()
        if kind != "received":
            return kind, first
        batch = [first]
        while self.pending and len(batch) < limit:
            try:
                event = self.accept()
            except PredicateError as error:
                self.failure = error
                break
            if event is not None:
                batch.append(event)
        return "received", batch


async def outcome_of(receive: Awaitable[object]) -> Outcome:
    try:
        return "received", await receive
    except EventsLostError as error:
        return "lost", error.count
    except PredicateError as error:
        return "failed", error.args
    except CauseError as error:
        return "caused", error
    except ClientClosedError:
        return "ended", None


async def turn() -> None:
    """Give every task that can go on the turns it needs to come to rest."""
    for _ in range(5):
        await asyncio.sleep(0)


async def outcome_now(receive: Awaitable[object]) -> Outcome:
    """Return what *receive* comes to with what is there; if it waits, cancel it."""
    task = asyncio.ensure_future(outcome_of(receive))
    await turn()
    if task.done():
        return task.result()
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
    return WAITS


async def iterate(subscription: EventSubscription[Base], count: int, *, by_generator: bool) -> list[Base]:
    """Leave an iteration after *count* events, or by cancelling it if there are fewer, or with what it raises."""
    events = subscription._generate() if by_generator else subscription
    seen = []

    async def body() -> None:
        async for event in events:
            seen.append(event)
            if len(seen) == count:
                break

    await outcome_now(body())
    return seen


class BusMachine(RuleBasedStateMachine):
    keys: Bundle[int] = Bundle("keys")

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.bus: EventBus[Any] = EventBus()
        self.cause: CauseError | None = None
        # Reached by number, for a bundle would keep what is to be forgotten.
        self.open: dict[int, tuple[EventSubscription[Base], Model]] = {}
        self.next_key = 0
        self.next_number = 0

    def teardown(self) -> None:
        self.runner.close()

    def add(self, subscription: EventSubscription[Base], model: Model) -> int:
        self.next_key += 1
        self.open[self.next_key] = subscription, model
        return self.next_key

    def count_open(self) -> int:
        return sum(model.open and not model.ended for _, model in self.open.values())

    def new_subscription(
        self, types: tuple[type[Base], ...], capacity: int | None, predicate: Predicate | None, *, lossy: bool
    ) -> int:
        model = Model(types, capacity, lossy, predicate, ended=self.bus.closed, cause=self.cause)
        if predicate is None:
            return self.add(self.bus.subscribe(*types, capacity=capacity, lossy=lossy), model)
        return self.add(self.bus.subscribe(*types, where=predicate, capacity=capacity, lossy=lossy), model)

    def events(self, kind: type[Base], count: int) -> list[Base]:
        self.next_number += count
        return [kind(number) for number in range(self.next_number - count, self.next_number)]

    def model_publish(self, events: Iterable[Base]) -> int:
        reached = 0
        for event in events:
            for _, model in self.open.values():
                if model.wants(event):
                    model.publish(event)
                    reached += 1
        return reached

    # --- publishing ---------------------------------------------------------------------------------------------------

    @rule(kind=KINDS)
    def publish(self, kind: type[Base]) -> None:
        (event,) = self.events(kind, 1)
        assert self.bus.publish(event) == self.model_publish([event])

    @rule(kind=KINDS, count=BURSTS)
    def publish_many(self, kind: type[Base], count: int) -> None:
        events = self.events(kind, count)
        assert self.bus.publish_many(events) == self.model_publish(events)

    # --- coming and going ---------------------------------------------------------------------------------------------

    @initialize(target=keys, capacity=st.sampled_from([None, 2]), predicate=st.one_of(st.none(), PREDICATES))
    def begin(self, *, capacity: int | None, predicate: Predicate | None) -> int:
        return self.new_subscription((), capacity, predicate, lossy=False)

    @rule(
        target=keys,
        types=TYPES,
        capacity=st.sampled_from([None, None, 1, 2, 600]),
        lossy=st.booleans(),
        predicate=st.one_of(st.none(), PREDICATES),
    )
    def subscribe(
        self, *, types: tuple[type[Base], ...], capacity: int | None, lossy: bool, predicate: Predicate | None
    ) -> int:
        return self.new_subscription(types, capacity, predicate, lossy=lossy and capacity is not None)

    @rule(target=keys, key=consumes(keys), predicate=PREDICATES)
    def filter(self, key: int, predicate: Predicate) -> int:
        subscription, model = self.open[key]
        first = model.predicate
        both = predicate if first is None else lambda event: first(event) and predicate(event)
        moved = replace(model, predicate=both)
        self.open[key] = subscription, Model((), None, lossy=False, predicate=None, open=False)
        return self.add(subscription.filter(predicate), moved)

    @rule(key=consumes(keys))
    def close(self, key: int) -> None:
        subscription, model = self.open[key]
        subscription.close()
        model.close()
        assert self.runner.run(outcome_now(subscription.recv())) == model.recv()

    @rule(key=consumes(keys))
    def forget(self, key: int) -> None:
        self.runner.run(turn())  # an abandoned generator is finalized by the loop
        del self.open[key]
        if self.bus.subscriber_count != self.count_open():
            # An error that was raised holds the frames it came through, and with them the subscription.
            gc.collect()

    @precondition(lambda self: self.next_key > 5)  # not before something has happened
    @rule(cause=st.sampled_from([None, CauseError("over")]))
    def close_bus(self, cause: CauseError | None) -> None:
        if not self.bus.closed:
            self.cause = cause
            for _, model in self.open.values():
                if model.open:
                    model.ended, model.cause = True, cause
        self.bus.close(cause)

    # --- receiving ----------------------------------------------------------------------------------------------------

    @rule(key=keys)
    def recv(self, key: int) -> None:
        subscription, model = self.open[key]
        assert self.runner.run(outcome_now(subscription.recv())) == model.recv()

    @rule(key=keys, limit=LIMITS)
    def recv_batch(self, key: int, limit: int) -> None:
        subscription, model = self.open[key]
        assert self.runner.run(outcome_now(subscription.recv_batch(limit))) == model.recv_batch(limit)

    @rule(key=keys, count=LIMITS, by_generator=st.booleans())
    def iterate(self, *, key: int, count: int, by_generator: bool) -> None:
        subscription, model = self.open[key]
        expected: list[object] = []
        while len(expected) < count and (outcome := model.recv())[0] == "received":
            expected.append(outcome[1])
        assert self.runner.run(iterate(subscription, count, by_generator=by_generator)) == expected

    @rule(
        key=keys,
        receivers=st.integers(1, 10),
        kind=KINDS,
        count=st.integers(0, 3),
        cancelled=st.sets(st.integers(0, 9)),
        in_time=st.booleans(),
    )
    def sleep_through_a_burst(
        self, *, key: int, receivers: int, kind: type[Base], count: int, cancelled: set[int], in_time: bool
    ) -> None:
        """Several tasks wait at one subscription; some are cancelled before or just after the events come."""
        subscription, model = self.open[key]
        first = model.recv()
        events = self.events(kind, count) if first == WAITS else []

        async def burst() -> list[Outcome]:
            if first != WAITS:
                return [await outcome_now(subscription.recv())]
            tasks = [asyncio.ensure_future(outcome_of(subscription.recv())) for _ in range(receivers)]
            await turn()
            if in_time:
                self.bus.publish_many(events)
            for number in cancelled & set(range(receivers)):
                tasks[number].cancel()
            if not in_time:
                await turn()
                self.bus.publish_many(events)
            await turn()
            done = [task.result() for task in tasks if task.done() and not task.cancelled()]
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            return done

        outcomes = self.runner.run(burst())
        if first != WAITS:
            assert outcomes == [first]
            return
        self.model_publish(events)
        expected: list[Outcome] = []
        while len(expected) < len(set(range(receivers)) - cancelled) and (outcome := model.recv()) != WAITS:
            expected.append(outcome)
        assert outcomes == expected

    # --- what always holds --------------------------------------------------------------------------------------------

    @invariant()
    def every_event_is_accounted_for(self) -> None:
        for subscription, model in self.open.values():
            skipped = subscription.skipped if isinstance(subscription, FilteredSubscription) else 0
            counts = subscription.delivered, skipped, subscription.lost, subscription.backlog
            assert counts == (model.delivered, model.skipped, model.lost, len(model.pending))
            assert sum(counts) == model.published

    @invariant()
    def the_bus_knows_its_subscribers_and_nobody_sleeps(self) -> None:
        assert self.bus.subscriber_count == self.count_open()
        assert not any(log.sleepers for log in self.bus._logs.values())


BusMachine.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
test_whatever_happens_nothing_is_lost_or_comes_twice_or_out_of_order = BusMachine.TestCase
