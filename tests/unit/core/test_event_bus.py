"""What a program sees of the bus: order, loss, closing, cancelling, sharing, and what is freed."""

import asyncio
import gc
import logging
import threading
import weakref
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import pytest

from asterisk_py_core.errors import ClientClosedError, EventsLostError, InputError
from asterisk_py_core.event_bus import Event, EventBus, EventSubscription, FilteredSubscription
from asterisk_py_core.event_log import BACKLOG_WARNING, CHUNK_SIZE


@dataclass(frozen=True)
class Numbered(Event):
    number: int


@dataclass(frozen=True)
class Special(Numbered):
    """A subclass."""


@dataclass(frozen=True)
class Other(Event):
    number: int


def numbered(*numbers: int) -> list[Numbered]:
    return [Numbered(number) for number in numbers]


def is_even(event: Numbered) -> bool:
    return event.number % 2 == 0


def raise_at(*numbers: int) -> Callable[[Numbered], bool]:
    def predicate(event: Numbered) -> bool:
        if event.number in numbers:
            raise ZeroDivisionError(event.number)
        return True

    return predicate


def counts(subscription: EventSubscription[Numbered]) -> tuple[int, int, int]:
    return subscription.delivered, subscription.lost, subscription.backlog


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - what is waited for here announces itself to nobody
            await asyncio.sleep(0)


async def asleep(bus: EventBus[Numbered], count: int = 1) -> None:
    """Wait until *count* tasks sleep until the next event."""
    await until(lambda: sum(len(log.sleepers) for log in bus._logs.values()) == count)


async def received(subscription: EventSubscription[Numbered], count: int) -> list[int]:
    """Receive *count* events one by one, and see that they were there."""
    async with asyncio.timeout(5):
        return [(await subscription.recv()).number for _ in range(count)]


async def collect(events: AsyncIterator[Numbered], seen: list[int], then: Callable[[], object] = lambda: None) -> None:
    """Iterate to the end, call *then* after each event, and leave in *seen* how far it came."""
    async for event in events:
        seen.append(event.number)
        then()


async def rest(subscription: EventSubscription[Numbered]) -> list[int]:
    """Receive until the subscription ends."""
    async with asyncio.timeout(5):
        return [event.number async for event in subscription]


Iterate = Callable[[EventSubscription[Numbered]], AsyncIterator[Numbered]]


# `async for` takes one way on Python 3.11 and the other one later: both must be right on every version.
@pytest.fixture(params=["generator", "itself"])
def iterate(request: pytest.FixtureRequest) -> Iterate:
    return EventSubscription._generate if request.param == "generator" else lambda subscription: subscription


@pytest.fixture
def bus() -> EventBus[Numbered]:
    return EventBus()


# --- publish and receive ---------------------------------------------------------------------------------------------


def test_publishing_to_nobody_is_fine(bus: EventBus[Numbered]) -> None:
    assert bus.publish(Numbered(1)) == 0
    assert bus.publish_many(numbered(1, 2)) == 0


async def test_every_subscriber_receives_every_event_in_order(bus: EventBus[Numbered]) -> None:
    subscriptions = [bus.subscribe() for _ in range(3)]
    assert bus.publish(Numbered(1)) == 3
    assert bus.publish_many(numbered(2, 3)) == 6
    for subscription in subscriptions:
        assert await received(subscription, 3) == [1, 2, 3]


async def test_a_subscription_begins_when_it_is_made(bus: EventBus[Numbered]) -> None:
    early = bus.subscribe()
    bus.publish(Numbered(1))
    late = bus.subscribe()
    bus.publish(Numbered(2))
    assert await received(early, 2) == [1, 2]
    assert await received(late, 1) == [2]


@pytest.mark.parametrize("count", [1, CHUNK_SIZE - 1, CHUNK_SIZE, CHUNK_SIZE + 1, 3 * CHUNK_SIZE])
@pytest.mark.parametrize("types", [(), (Numbered,)])
async def test_iteration_hands_out_everything_whatever_the_size_of_the_burst(
    bus: EventBus[Numbered], iterate: Iterate, count: int, types: tuple[type[Numbered], ...]
) -> None:
    subscription = bus.subscribe(*types)
    bus.publish(Numbered(-1))
    assert await received(subscription, 1) == [-1]
    bus.publish_many(map(Numbered, range(count)))
    bus.close()
    assert [event.number async for event in iterate(subscription)] == list(range(count))
    assert counts(subscription) == (count + 1, 0, 0)


@pytest.mark.parametrize("subscribers", [1, 8, 9, 100])
async def test_sleeping_subscribers_are_woken_however_many_they_are(
    bus: EventBus[Numbered], iterate: Iterate, subscribers: int
) -> None:
    async def consume(subscription: EventSubscription[Numbered]) -> list[int]:
        return [event.number async for event in iterate(subscription)]

    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        tasks = [group.create_task(consume(bus.subscribe())) for _ in range(subscribers)]
        for number in range(3):
            await asleep(bus, subscribers)
            bus.publish_many(numbered(number, number + 10))
        bus.close()
    assert all(task.result() == [0, 10, 1, 11, 2, 12] for task in tasks)


async def test_a_batch_is_what_is_pending_up_to_its_limit(bus: EventBus[Numbered]) -> None:
    subscription = bus.subscribe()
    bus.publish_many(map(Numbered, range(CHUNK_SIZE + 10)))
    assert await received(subscription, 1) == [0]
    assert await subscription.recv_batch(2) == numbered(1, 2)
    assert await subscription.recv_batch() == numbered(*range(3, CHUNK_SIZE + 10))


async def test_a_batch_waits_for_its_first_event(bus: EventBus[Numbered]) -> None:
    subscription = bus.subscribe()
    task = asyncio.create_task(subscription.recv_batch())
    await asleep(bus)
    bus.publish_many(numbered(1, 2))
    assert await task == numbered(1, 2)


@pytest.mark.parametrize("limit", [0, -1, 1.5, True, "3"])
async def test_a_batch_limit_that_is_no_positive_integer_is_refused(bus: EventBus[Numbered], limit: int) -> None:
    for subscription in (bus.subscribe(), bus.subscribe(where=is_even)):
        bus.publish(Numbered(2))
        with pytest.raises(InputError, match="limit must be a positive integer"):
            await subscription.recv_batch(limit)
        assert await received(subscription, 1) == [2]


@pytest.mark.parametrize("types", [(), (Numbered,)])
async def test_a_burst_whose_iteration_fails_is_not_published_in_part(
    bus: EventBus[Numbered], types: tuple[type[Numbered], ...]
) -> None:
    subscription = bus.subscribe(*types)
    with pytest.raises(ZeroDivisionError):
        bus.publish_many(Numbered(1 // number) for number in (1, 0))
    assert subscription.backlog == 0


@pytest.mark.parametrize("types", [(), (Numbered,)])
async def test_an_empty_burst_wakes_nobody(bus: EventBus[Numbered], types: tuple[type[Numbered], ...]) -> None:
    subscription = bus.subscribe(*types)
    task = asyncio.create_task(subscription.recv())
    await asleep(bus)
    assert bus.publish_many([]) == 0
    await asleep(bus)
    bus.publish(Numbered(1))
    assert await task == Numbered(1)


def test_repr_shows_the_counts(bus: EventBus[Numbered]) -> None:
    bounded, filtered = bus.subscribe(capacity=1), bus.subscribe(where=is_even)
    bus.publish_many(numbered(1, 2, 3))
    assert repr(bounded) == "<EventSubscription delivered=0 lost=2 backlog=1>"
    assert repr(filtered) == "<FilteredSubscription delivered=0 lost=0 backlog=3 skipped=0>"


# --- by type ---------------------------------------------------------------------------------------------------------


async def test_a_subscription_to_types_receives_those_and_their_subclasses() -> None:
    bus: EventBus[Event] = EventBus()
    to_all, to_special = bus.subscribe(), bus.subscribe(Special)
    to_numbered, to_two = bus.subscribe(Numbered), bus.subscribe(Special, Other)
    events = [Numbered(1), Special(2), Other(3)]
    assert [bus.publish(event) for event in events] == [2, 4, 2]
    assert await to_all.recv_batch() == events
    assert await to_special.recv_batch() == [Special(2)]
    assert await to_numbered.recv_batch() == [Numbered(1), Special(2)]
    assert await to_two.recv_batch() == [Special(2), Other(3)]


async def test_an_event_that_is_of_several_of_the_types_comes_once() -> None:
    bus: EventBus[Event] = EventBus()
    subscription = bus.subscribe(Numbered, Special, Special, Event)
    assert bus.publish(Special(1)) == 1
    assert await subscription.recv_batch() == [Special(1)]


def test_subscriptions_to_the_same_types_share_one_log() -> None:
    bus: EventBus[Event] = EventBus()
    subscriptions = [bus.subscribe(), bus.subscribe(), bus.subscribe(Numbered, Other), bus.subscribe(Other, Numbered)]
    assert len(bus._logs) == 2
    assert bus.subscriber_count == len(subscriptions)


async def test_a_type_first_seen_before_anybody_wanted_it_is_routed_anew(bus: EventBus[Numbered]) -> None:
    bus.publish(Special(1))
    subscription = bus.subscribe(Special)
    assert bus.publish(Special(2)) == 1
    assert await subscription.recv() == Special(2)


def test_a_class_that_refuses_issubclass_does_not_make_publish_raise(bus: EventBus[Numbered]) -> None:
    class Refusing(type):
        def __subclasscheck__(cls, subclass: type) -> bool:
            raise RuntimeError

    class Wanted(metaclass=Refusing):
        pass

    subscription = bus.subscribe(Wanted)
    assert bus.publish(Numbered(1)) == 0
    assert subscription.backlog == 0


@pytest.mark.parametrize("wanted", ["Numbered", Numbered(1), Numbered | Other, None])
def test_a_type_that_is_no_class_is_refused(bus: EventBus[Numbered], wanted: type[Numbered]) -> None:
    with pytest.raises(InputError, match="types must be event classes"):
        bus.subscribe(wanted)
    assert bus.subscriber_count == 0


# --- capacity --------------------------------------------------------------------------------------------------------


async def test_a_bounded_subscription_raises_its_loss_once_and_goes_on_with_the_newest(bus: EventBus[Numbered]) -> None:
    subscription = bus.subscribe(capacity=2)
    bus.publish_many(numbered(1, 2, 3, 4))
    assert counts(subscription) == (0, 2, 2)
    with pytest.raises(EventsLostError) as caught:
        await subscription.recv()
    assert caught.value.count == 2
    assert await received(subscription, 2) == [3, 4]
    assert counts(subscription) == (2, 2, 0)


async def test_capacity_one_keeps_the_last_event(bus: EventBus[Numbered]) -> None:
    subscription = bus.subscribe(capacity=1)
    bus.publish(Numbered(1))
    assert await received(subscription, 1) == [1]
    bus.publish_many(numbered(2, 3))
    with pytest.raises(EventsLostError):
        await subscription.recv_batch()
    assert await subscription.recv_batch() == numbered(3)


async def test_a_loss_ends_an_iteration_and_the_next_one_goes_on(bus: EventBus[Numbered], iterate: Iterate) -> None:
    subscription = bus.subscribe(capacity=2)
    bus.publish_many(numbered(1, 2))
    seen: list[int] = []
    with pytest.raises(EventsLostError) as caught:
        await collect(iterate(subscription), seen, lambda: bus.publish_many(numbered(3, 4, 5)))
    assert (seen, caught.value.count) == ([1], 2)
    bus.close()
    assert [event.number async for event in iterate(subscription)] == [4, 5]


async def test_a_lossy_subscription_only_counts(bus: EventBus[Numbered]) -> None:
    subscription = bus.subscribe(capacity=2, lossy=True)
    bus.publish_many(numbered(1, 2, 3))
    assert await received(subscription, 1) == [2]
    assert counts(subscription) == (1, 1, 1)


@pytest.mark.parametrize("capacity", [0, -1, 2.0, True, "many"])
def test_a_capacity_that_is_no_positive_integer_is_refused(bus: EventBus[Numbered], capacity: int) -> None:
    with pytest.raises(InputError, match="capacity must be a positive integer"):
        bus.subscribe(capacity=capacity)
    assert bus.subscriber_count == 0


def test_lossy_without_a_capacity_is_refused(bus: EventBus[Numbered]) -> None:
    with pytest.raises(InputError, match="lossy needs a capacity"):
        bus.subscribe(lossy=True)


async def test_014_a_subscriber_that_never_reads_costs_the_others_nothing_and_knows_what_it_lost(
    bus: EventBus[Numbered],
) -> None:
    stuck, reader = bus.subscribe(capacity=1000), bus.subscribe()
    watched = []
    for number in range(100_000):
        event = Numbered(number)
        if number < 90_000:
            watched.append(weakref.ref(event))
        bus.publish(event)
        if number % 100 == 99:
            assert len(await reader.recv_batch()) == 100
    assert not any(ref() for ref in watched)
    assert counts(reader) == (100_000, 0, 0)
    with pytest.raises(EventsLostError) as caught:
        await stuck.recv()
    assert caught.value.count == 99_000
    assert await received(stuck, 1000) == list(range(99_000, 100_000))
    assert stuck.delivered + stuck.lost == 100_000


async def test_016_a_subscriber_that_waits_for_ever_delays_only_itself(bus: EventBus[Numbered]) -> None:
    async def hang(subscription: EventSubscription[Numbered]) -> None:
        async for _ in subscription:
            await asyncio.get_running_loop().create_future()

    stuck, reader = bus.subscribe(), bus.subscribe()
    task = asyncio.create_task(hang(stuck))
    await asleep(bus)
    bus.publish_many(map(Numbered, range(1000)))
    assert await received(reader, 1000) == list(range(1000))
    await until(lambda: counts(stuck) == (1, 0, 999))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await received(stuck, 999) == list(range(1, 1000))


def test_a_growing_backlog_is_warned_of_by_the_names_of_its_types(
    bus: EventBus[Numbered], caplog: pytest.LogCaptureFixture
) -> None:
    subscriptions = bus.subscribe(), bus.subscribe(Numbered, Other)
    with caplog.at_level(logging.WARNING):
        bus.publish_many([Numbered(1)] * (BACKLOG_WARNING + CHUNK_SIZE))
    assert [message.split(" is ")[0] for message in caplog.messages] == [
        "a subscriber to all events",
        "a subscriber to Numbered or Other",
    ]
    assert subscriptions[0].backlog == BACKLOG_WARNING + CHUNK_SIZE


# --- cancelling and leaving ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["recv", "recv_batch", "__anext__"])
async def test_a_cancelled_receive_loses_nothing_and_leaves_no_trace(bus: EventBus[Numbered], method: str) -> None:
    subscription = bus.subscribe()
    for _ in range(100):
        task = asyncio.create_task(getattr(subscription, method)())
        await asleep(bus)
        task.cancel()
        await asleep(bus, 0)
        assert task.cancelled()
    bus.publish(Numbered(1))
    assert await received(subscription, 1) == [1]


@pytest.mark.parametrize("subscribers", [1, 9])
async def test_a_receive_cancelled_after_the_event_came_leaves_it_to_the_next(
    bus: EventBus[Numbered], subscribers: int
) -> None:
    subscriptions = [bus.subscribe() for _ in range(subscribers)]
    tasks = [asyncio.create_task(subscription.recv()) for subscription in subscriptions]
    await asleep(bus, subscribers)
    bus.publish(Numbered(1))
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert all(task.cancelled() for task in tasks)
    for subscription in subscriptions:
        assert await received(subscription, 1) == [1]


async def test_a_receive_abandoned_without_cancelling_leaves_no_trace(bus: EventBus[Numbered]) -> None:
    receive = bus.subscribe().recv()
    receive.send(None)
    await asleep(bus)
    receive.close()
    await asleep(bus, 0)


async def test_a_timeout_inside_a_kept_iteration_ends_only_that_iteration(
    bus: EventBus[Numbered], iterate: Iterate
) -> None:
    subscription = bus.subscribe()
    bus.publish_many(numbered(1, 2))
    seen: list[int] = []

    async def collect_for_a_moment() -> None:
        async with asyncio.timeout(0):
            await collect(iterate(subscription), seen)

    with pytest.raises(TimeoutError):
        await collect_for_a_moment()
    assert seen == [1, 2]
    bus.publish(Numbered(3))
    async for event in iterate(subscription):
        assert event == Numbered(3)
        break
    assert counts(subscription) == (3, 0, 0)


async def test_an_iteration_left_by_break_or_exception_is_taken_up_where_it_was(
    bus: EventBus[Numbered], iterate: Iterate
) -> None:
    subscription = bus.subscribe()
    bus.publish_many(numbered(1, 2, 3, 4))
    async for event in iterate(subscription):
        assert event == Numbered(1)
        break
    seen: list[int] = []
    with pytest.raises(ZeroDivisionError):
        await collect(iterate(subscription), seen, lambda: raise_at(2)(Numbered(2)))
    assert seen == [2]
    assert await received(subscription, 1) == [3]
    bus.close()
    assert [event.number async for event in iterate(subscription)] == [4]


async def test_leaving_an_iteration_leaves_no_task_and_no_subscription_behind(
    bus: EventBus[Numbered], iterate: Iterate
) -> None:
    subscription = bus.subscribe()
    bus.publish_many(numbered(1, 2))
    async for _ in iterate(subscription):
        break
    del subscription
    await until(lambda: bus.subscriber_count == 0 and len(asyncio.all_tasks()) == 1)


async def test_two_iterations_at_once_share_what_there_is(bus: EventBus[Numbered], iterate: Iterate) -> None:
    subscription = bus.subscribe()
    bus.publish_many(map(Numbered, range(CHUNK_SIZE + 100)))
    bus.close()

    async def consume() -> list[int]:
        seen = []
        async for event in iterate(subscription):
            seen.append(event.number)
            await asyncio.sleep(0)
        return seen

    one, other = await asyncio.gather(consume(), consume())
    assert one == sorted(one)
    assert other == sorted(other)
    assert sorted(one + other) == list(range(CHUNK_SIZE + 100))
    assert min(len(one), len(other)) > 0


async def test_two_tasks_that_wait_at_one_subscription_get_one_event_each(bus: EventBus[Numbered]) -> None:
    subscription = bus.subscribe()
    tasks = [asyncio.create_task(subscription.recv()) for _ in range(2)]
    await asleep(bus, 2)
    bus.publish(Numbered(1))
    await until(lambda: any(task.done() for task in tasks))
    await asleep(bus, 1)
    bus.publish(Numbered(2))
    assert {event.number for event in await asyncio.gather(*tasks)} == {1, 2}


async def test_of_two_tasks_that_wait_for_a_batch_one_gets_it_and_the_other_sleeps_on(bus: EventBus[Numbered]) -> None:
    subscription = bus.subscribe()
    tasks = [asyncio.create_task(subscription.recv_batch()) for _ in range(2)]
    await asleep(bus, 2)
    bus.publish_many(numbered(1, 2))
    await until(lambda: any(task.done() for task in tasks))
    await asleep(bus, 1)
    bus.publish(Numbered(3))
    assert await asyncio.gather(*tasks) == [numbered(1, 2), numbered(3)]


async def test_an_event_meant_for_a_cancelled_task_goes_to_the_other_one(bus: EventBus[Numbered]) -> None:
    subscription = bus.subscribe()
    first, second = (asyncio.create_task(subscription.recv()) for _ in range(2))
    await asleep(bus, 2)
    bus.publish(Numbered(1))
    first.cancel()
    assert await second == Numbered(1)
    assert first.cancelled()


# --- closing ---------------------------------------------------------------------------------------------------------


async def test_closing_the_bus_drains_and_then_ends(bus: EventBus[Numbered]) -> None:
    one, other = bus.subscribe(), bus.subscribe()
    bus.publish_many(numbered(1, 2))
    bus.close()
    assert bus.closed
    assert await rest(one) == [1, 2]
    assert await rest(one) == []
    assert await other.recv_batch() == numbered(1, 2)
    for receive in (other.recv, other.recv_batch):
        with pytest.raises(ClientClosedError, match="the event subscription is closed"):
            await receive()


@pytest.mark.parametrize("method", ["recv", "recv_batch", "__anext__"])
async def test_the_terminal_cause_is_raised_once_by_each_subscription_after_its_events(
    bus: EventBus[Numbered], method: str
) -> None:
    subscriptions = [bus.subscribe(), bus.subscribe(where=is_even), bus.subscribe(capacity=5)]
    bus.publish(Numbered(2))
    cause = ZeroDivisionError("over")
    bus.close(cause)
    for subscription in subscriptions:
        assert await received(subscription, 1) == [2]
        with pytest.raises(ZeroDivisionError) as caught:
            await getattr(subscription, method)()
        assert caught.value is cause
        with pytest.raises(ClientClosedError):
            await subscription.recv()
        assert counts(subscription) == (1, 0, 0)


async def test_the_terminal_cause_keeps_the_traceback_it_came_with_however_many_raise_it(
    bus: EventBus[Numbered],
) -> None:
    def depth() -> int:
        frames, trace = 0, cause.__traceback__
        while trace is not None:
            frames, trace = frames + 1, trace.tb_next
        return frames

    subscriptions = [bus.subscribe() for _ in range(10)]
    with pytest.raises(ZeroDivisionError) as origin:
        raise_at(1)(Numbered(1))
    cause = origin.value
    bus.close(cause)
    depths = []
    for subscription in subscriptions:
        with pytest.raises(ZeroDivisionError):
            await subscription.recv()
        depths.append(depth())
    assert len(set(depths)) == 1


@pytest.mark.parametrize("cause", [None, ZeroDivisionError("over")])
async def test_whoever_waits_when_the_bus_closes_is_told(bus: EventBus[Numbered], cause: Exception | None) -> None:
    subscriptions = [bus.subscribe() for _ in range(20)]
    tasks = [asyncio.create_task(rest(subscription)) for subscription in subscriptions]
    await asleep(bus, 20)
    bus.close(cause)
    async with asyncio.timeout(5):
        results = await asyncio.gather(*tasks, return_exceptions=True)
    assert results == [[] if cause is None else cause] * 20


async def test_two_tasks_at_one_subscription_see_the_cause_once_between_them(bus: EventBus[Numbered]) -> None:
    subscription = bus.subscribe()
    tasks = [asyncio.create_task(rest(subscription)) for _ in range(2)]
    await asleep(bus, 2)
    bus.close(cause := ZeroDivisionError())
    async with asyncio.timeout(5):
        assert await asyncio.gather(*tasks, return_exceptions=True) == [cause, []]


async def test_subscribing_to_a_closed_bus_ends_as_it_ended_for_all(bus: EventBus[Numbered]) -> None:
    bus.close(ZeroDivisionError())
    bus.close(KeyError("a second cause"))
    subscription = bus.subscribe(Numbered, where=is_even, capacity=3)
    assert bus.subscriber_count == 0
    with pytest.raises(ZeroDivisionError):
        await subscription.recv()
    assert await rest(subscription) == []


async def test_publishing_to_a_closed_bus_reaches_nobody(bus: EventBus[Numbered]) -> None:
    subscription = bus.subscribe()
    bus.publish(Numbered(1))
    bus.close()
    assert bus.publish(Numbered(2)) == 0
    assert await rest(subscription) == [1]


async def test_a_loss_before_the_bus_closed_is_raised_before_the_end(bus: EventBus[Numbered]) -> None:
    subscription = bus.subscribe(capacity=1)
    bus.publish_many(numbered(1, 2))
    bus.close()
    with pytest.raises(EventsLostError):
        await subscription.recv()
    assert await rest(subscription) == [2]


async def test_a_closed_subscription_ends_at_once_and_counts_the_rest_as_lost(
    bus: EventBus[Numbered], iterate: Iterate
) -> None:
    subscription = bus.subscribe()
    bus.publish_many(numbered(1, 2, 3))
    seen = []
    async for event in iterate(subscription):
        seen.append(event.number)
        subscription.close()
    assert seen == [1]
    assert bus.publish(Numbered(4)) == 0
    assert counts(subscription) == (1, 2, 0)
    assert await rest(subscription) == []


async def test_closing_a_subscription_wakes_those_who_wait_there_and_nobody_else(bus: EventBus[Numbered]) -> None:
    closed, other = bus.subscribe(), bus.subscribe()
    waiting = [asyncio.create_task(closed.recv()) for _ in range(2)]
    elsewhere = asyncio.create_task(other.recv())
    await asleep(bus, 3)
    closed.close()
    for task in waiting:
        with pytest.raises(ClientClosedError):
            await task
    await asleep(bus, 1)
    bus.publish(Numbered(1))
    assert await elsewhere == Numbered(1)


@pytest.mark.parametrize("count", [2, CHUNK_SIZE + 2])
async def test_a_subscription_closed_by_itself_raises_neither_loss_nor_cause(
    bus: EventBus[Numbered], count: int
) -> None:
    subscription = bus.subscribe(capacity=1)
    bus.publish_many(map(Numbered, range(count)))
    subscription.close()
    bus.close(ZeroDivisionError())
    assert await rest(subscription) == []
    assert counts(subscription) == (0, count, 0)


async def test_leaving_with_or_async_with_closes(bus: EventBus[Numbered]) -> None:
    with bus.subscribe() as subscription:
        assert bus.publish(Numbered(1)) == 1
    async with bus.subscribe() as other:
        assert bus.publish(Numbered(2)) == 1
    assert bus.publish(Numbered(3)) == 0
    assert counts(subscription) == counts(other) == (0, 1, 0)


# --- predicates ------------------------------------------------------------------------------------------------------


async def test_a_predicate_is_applied_before_delivery(bus: EventBus[Numbered], iterate: Iterate) -> None:
    subscription = bus.subscribe(where=is_even)
    assert bus.publish_many(map(Numbered, range(CHUNK_SIZE * 2))) == CHUNK_SIZE * 2
    assert await received(subscription, 2) == [0, 2]
    assert await subscription.recv_batch(2) == numbered(4, 6)
    bus.close()
    assert [event.number async for event in iterate(subscription)] == list(range(8, CHUNK_SIZE * 2, 2))
    assert (subscription.delivered, subscription.skipped) == (CHUNK_SIZE, CHUNK_SIZE)
    with pytest.raises(ClientClosedError):
        await subscription.recv_batch()


async def test_a_filtered_receive_sleeps_on_through_what_is_refused(bus: EventBus[Numbered]) -> None:
    subscription = bus.subscribe(where=is_even)
    for method in (subscription.recv, subscription.recv_batch):
        task = asyncio.create_task(method())
        await asleep(bus)
        bus.publish(Numbered(1))
        await until(lambda: subscription.backlog == 0)
        await asleep(bus)
        bus.publish(Numbered(2))
        async with asyncio.timeout(5):
            assert await task in (Numbered(2), [Numbered(2)])
    assert subscription.skipped == 2


async def test_a_bounded_filtered_subscription_counts_what_the_predicate_never_saw(bus: EventBus[Numbered]) -> None:
    subscription = bus.subscribe(where=is_even, capacity=2)
    bus.publish_many(numbered(1, 2, 3, 4))
    with pytest.raises(EventsLostError):
        await subscription.recv_batch()
    assert await subscription.recv_batch() == numbered(4)
    assert (counts(subscription), subscription.skipped) == ((1, 2, 0), 1)


async def test_015_a_predicate_that_raises_fails_its_own_subscriber_only(
    bus: EventBus[Numbered], iterate: Iterate
) -> None:
    failing, fine = bus.subscribe(where=raise_at(1)), bus.subscribe()
    bus.publish_many(numbered(0, 1, 2))
    seen: list[int] = []
    with pytest.raises(ZeroDivisionError):
        await collect(iterate(failing), seen)
    assert seen == [0]
    assert await received(failing, 1) == [2]
    assert (counts(failing), failing.skipped) == ((2, 0, 0), 1)
    assert await received(fine, 3) == [0, 1, 2]


async def test_a_predicate_that_raises_within_a_batch_does_so_after_what_was_accepted(bus: EventBus[Numbered]) -> None:
    subscription = bus.subscribe(where=raise_at(2, 3))
    bus.publish_many(numbered(0, 1, 2, 3, 4))
    assert await subscription.recv_batch() == numbered(0, 1)
    with pytest.raises(ZeroDivisionError, match="2"):
        await subscription.recv_batch()
    with pytest.raises(ZeroDivisionError, match="3"):
        await subscription.recv_batch()
    assert await subscription.recv_batch() == numbered(4)
    assert (counts(subscription), subscription.skipped) == ((3, 0, 0), 2)


@pytest.mark.parametrize("method", ["recv", "__anext__"])
async def test_what_a_batch_deferred_comes_before_what_is_left_of_it(bus: EventBus[Numbered], method: str) -> None:
    subscription = bus.subscribe(where=raise_at(1))
    bus.publish_many(numbered(0, 1, 2))
    assert await subscription.recv_batch() == numbered(0)
    with pytest.raises(ZeroDivisionError):
        await getattr(subscription, method)()
    assert await getattr(subscription, method)() == Numbered(2)


async def test_a_predicate_that_publishes_past_the_capacity_defers_the_loss_too(bus: EventBus[Numbered]) -> None:
    def publish_more(event: Numbered) -> bool:
        if event.number == 1:
            bus.publish_many(numbered(3, 4, 5))
        return True

    subscription = bus.subscribe(where=publish_more, capacity=3)
    bus.publish_many(numbered(0, 1, 2))
    assert await subscription.recv_batch() == numbered(0, 1)
    with pytest.raises(EventsLostError) as caught:
        await subscription.recv()
    assert caught.value.count == 1
    assert await subscription.recv_batch() == numbered(3, 4, 5)


async def coroutine_predicate(event: Numbered) -> bool:
    return is_even(event)


@pytest.mark.parametrize("predicate", [coroutine_predicate, "is_even", 1])
async def test_a_predicate_that_is_no_plain_function_is_refused_and_nothing_changes(
    bus: EventBus[Numbered], predicate: Callable[[Numbered], bool]
) -> None:
    with pytest.raises(InputError, match="predicate must be a plain function"):
        bus.subscribe(where=predicate)
    assert bus.subscriber_count == 0
    for subscription in (bus.subscribe(), bus.subscribe(where=is_even)):
        with pytest.raises(InputError, match="predicate must be a plain function"):
            subscription.filter(predicate)
        bus.publish(Numbered(2))
        assert await received(subscription, 1) == [2]


# --- filter() --------------------------------------------------------------------------------------------------------


async def test_filter_goes_on_from_here_and_takes_the_counts_along(bus: EventBus[Numbered]) -> None:
    subscription = bus.subscribe(capacity=4)
    bus.publish_many(numbered(1, 2, 3, 4, 5, 6))
    with pytest.raises(EventsLostError):
        await subscription.recv()
    assert await received(subscription, 1) == [3]
    filtered = subscription.filter(is_even)
    assert isinstance(filtered, FilteredSubscription)
    assert bus.subscriber_count == 1
    assert counts(filtered) == (1, 2, 3)
    assert await filtered.recv_batch() == numbered(4, 6)
    assert (counts(filtered), filtered.skipped) == ((3, 2, 0), 1)
    assert counts(subscription) == (0, 0, 0)
    assert await rest(subscription) == []


async def test_filters_add_up(bus: EventBus[Numbered]) -> None:
    first = bus.subscribe(where=is_even)
    bus.publish_many(numbered(1, 2))
    assert await received(first, 1) == [2]
    both = first.filter(lambda event: event.number % 3 == 0)
    bus.publish_many(numbered(3, 4, 6))
    bus.close()
    assert await rest(both) == [6]
    assert (counts(both), both.skipped) == ((2, 0, 0), 3)
    assert (counts(first), first.skipped) == ((0, 0, 0), 0)


async def test_a_deferred_failure_goes_along_with_filter(bus: EventBus[Numbered]) -> None:
    subscription = bus.subscribe(where=raise_at(1))
    bus.publish_many(numbered(0, 1))
    assert await subscription.recv_batch() == numbered(0)
    both = subscription.filter(is_even)
    with pytest.raises(ZeroDivisionError):
        await both.recv()
    assert await rest(subscription) == []


@pytest.mark.parametrize("where", [None, raise_at()])
async def test_filter_ends_an_iteration_under_way_and_its_events_go_along(
    bus: EventBus[Numbered], iterate: Iterate, where: Callable[[Numbered], bool] | None
) -> None:
    subscription = bus.subscribe() if where is None else bus.subscribe(where=where)
    bus.publish_many(numbered(1, 2, 3, 4))
    filtered = subscription
    seen = []
    async for event in iterate(subscription):
        seen.append(event.number)
        filtered = subscription.filter(is_even)
    assert seen == [1]
    bus.close()
    assert await rest(filtered) == [2, 4]


async def test_filter_tells_whoever_waits(bus: EventBus[Numbered]) -> None:
    subscription = bus.subscribe()
    task = asyncio.create_task(subscription.recv())
    await asleep(bus)
    filtered = subscription.filter(is_even)
    with pytest.raises(ClientClosedError):
        await task
    bus.publish(Numbered(2))
    assert await received(filtered, 1) == [2]


# --- what is forgotten -----------------------------------------------------------------------------------------------


def test_a_forgotten_subscription_closes_itself_and_its_log_goes_with_the_next_event() -> None:
    bus: EventBus[Event] = EventBus()
    kept, forgotten = bus.subscribe(Other), bus.subscribe(Numbered)
    assert bus.publish(Numbered(1)) == 1
    del forgotten
    assert bus.subscriber_count == 1
    assert bus.publish(Numbered(2)) == 0
    assert list(bus._logs) == [frozenset([Other])]
    assert kept.backlog == 0


@pytest.mark.parametrize("where", [None, is_even])
async def test_a_forgotten_subscription_needs_no_garbage_collector_even_in_mid_iteration(
    bus: EventBus[Numbered], where: Callable[[Numbered], bool] | None
) -> None:
    gc.disable()
    try:
        subscription = bus.subscribe() if where is None else bus.subscribe(where=where)
        bus.publish_many(numbered(1, 2, 3, 4))
        assert await anext(subscription) == Numbered(1 if where is None else 2)
        del subscription
        assert bus.subscriber_count == 0
    finally:
        gc.enable()


async def test_what_filter_returned_is_forgotten_though_the_old_subscription_is_kept(bus: EventBus[Numbered]) -> None:
    subscription = bus.subscribe(where=is_even)
    bus.publish_many(numbered(2, 4))
    assert await anext(subscription) == Numbered(2)
    filtered = subscription.filter(is_even)
    assert bus.subscriber_count == 1
    del filtered
    assert bus.subscriber_count == 0


@pytest.mark.parametrize("publish_next", [EventBus.publish, lambda bus, event: bus.publish_many([event])])
def test_what_a_forgotten_subscription_held_is_freed_with_the_next_event(
    bus: EventBus[Numbered], publish_next: Callable[[EventBus[Numbered], Numbered], int]
) -> None:
    subscription = bus.subscribe()
    event = Numbered(1)
    watched = weakref.ref(event)
    bus.publish(event)
    del event, subscription
    assert publish_next(bus, Numbered(2)) == 0
    assert watched() is None


def test_a_subscription_in_a_reference_cycle_is_found_by_the_garbage_collector(bus: EventBus[Numbered]) -> None:
    cycle: list[object] = [bus.subscribe()]
    cycle.append(cycle)
    assert bus.subscriber_count == 1
    del cycle
    gc.collect()
    assert bus.subscriber_count == 0


async def test_a_subscription_in_use_by_a_sleeping_task_is_not_forgotten(bus: EventBus[Numbered]) -> None:
    task = asyncio.create_task(bus.subscribe().recv())
    await asleep(bus)
    gc.collect()
    assert bus.publish(Numbered(1)) == 1
    assert await task == Numbered(1)


async def test_a_bus_let_go_of_with_its_subscriptions_is_freed() -> None:
    bus: EventBus[Numbered] = EventBus()
    subscription = bus.subscribe()
    bus.publish(Numbered(1))
    watched = weakref.ref(bus)
    del bus
    assert watched() is None
    assert await received(subscription, 1) == [1]


# --- threads ---------------------------------------------------------------------------------------------------------


def in_a_thread(call: Callable[[], None]) -> list[Exception]:
    errors: list[Exception] = []

    def run() -> None:
        try:
            call()
        except (InputError, ClientClosedError) as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return errors


async def test_another_thread_can_publish(bus: EventBus[Numbered]) -> None:
    subscription = bus.subscribe()
    task = asyncio.create_task(subscription.recv_batch())
    await asleep(bus)

    def publish() -> None:
        for number in range(3):
            bus.publish_threadsafe(Numbered(number))

    assert in_a_thread(publish) == []
    assert subscription.backlog == 0
    async with asyncio.timeout(5):
        assert (await task)[0] == Numbered(0)
    await until(lambda: subscription.delivered + subscription.backlog == 3)


def test_another_thread_publishes_to_nobody_while_nobody_subscribed(bus: EventBus[Numbered]) -> None:
    assert in_a_thread(lambda: bus.publish_threadsafe(Numbered(1))) == []


def test_another_thread_is_refused_while_no_subscription_names_a_loop(bus: EventBus[Numbered]) -> None:
    subscription = bus.subscribe()
    (error,) = in_a_thread(lambda: bus.publish_threadsafe(Numbered(1)))
    assert str(error) == "publish_threadsafe needs a subscription made in a running event loop"
    assert subscription.backlog == 0


def test_another_thread_is_told_that_the_loop_is_closed(bus: EventBus[Numbered]) -> None:
    async def subscribe() -> EventSubscription[Numbered]:
        return bus.subscribe()

    subscription = asyncio.run(subscribe())
    (error,) = in_a_thread(lambda: bus.publish_threadsafe(Numbered(1)))
    assert isinstance(error, ClientClosedError)
    assert subscription.backlog == 0
