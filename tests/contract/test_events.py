"""Every event since subscribing, in order, each once; and what happens at the end."""

import asyncio
from typing import Any

import pytest

from asterisk_py_core import (
    ClientClosedError,
    ConnectionClosedError,
    ConnectionStateChanged,
    EventsLostError,
    InputError,
    ReconnectPolicy,
)
from tests.contract.harness import Capability, Harness, needs
from tests.contract.watching import QUICKLY, C, Connect, D, K, MakeClient, R, ended, numbers_and_states, take

pytestmark = needs(Capability.HEARS)


def numbers(protocol: Harness, events: list[Any]) -> list[int | None]:
    return [protocol.number_of(event) for event in events]


async def test_every_event_since_subscribing_comes_once_and_in_order(protocol: Harness, connect: Connect) -> None:
    client = await connect()
    before = client.events(protocol.event_type)
    protocol.emit(0)
    await take(before, 1)
    events = client.events(protocol.event_type)
    for number in range(1, 2001):
        protocol.emit(number)
    assert numbers(protocol, await take(events, 2000)) == list(range(1, 2001))
    assert (events.delivered, events.lost, events.backlog) == (2000, 0, 0)


async def test_who_subscribes_before_connecting_misses_nothing(protocol: Harness, make_client: MakeClient) -> None:
    client = make_client()
    events = client.events()
    async with client:
        protocol.emit(1)
        assert await numbers_and_states(protocol, events, 3) == [C, K, 1]


async def test_all_subscribers_get_the_same_objects(protocol: Harness, connect: Connect) -> None:
    client = await connect()
    one, other = client.events(protocol.event_type), client.events(protocol.event_type)
    for number in range(10):
        protocol.emit(number)
    assert [id(event) for event in await take(one, 10)] == [id(event) for event in await take(other, 10)]


async def test_a_type_selects(protocol: Harness, connect: Connect) -> None:
    client = await connect(policy=QUICKLY)
    events, states = client.events(protocol.event_type), client.states()
    protocol.emit(1)
    protocol.drop()
    await protocol.wait_for_logins(2)
    protocol.emit(2)
    assert numbers(protocol, await take(events, 2)) == [1, 2]
    assert {type(change) for change in await take(states, 3)} == {ConnectionStateChanged}


async def test_a_predicate_selects_before_delivery(protocol: Harness, connect: Connect) -> None:
    client = await connect()
    even = client.events(protocol.event_type, where=lambda event: (protocol.number_of(event) or 0) % 2 == 0)
    for number in range(1, 11):
        protocol.emit(number)
    assert numbers(protocol, await take(even, 5)) == [2, 4, 6, 8, 10]
    assert (even.delivered, even.skipped, even.lost, even.backlog) == (5, 5, 0, 0)


async def test_015_a_predicate_that_raises_fails_its_own_subscriber_only(protocol: Harness, connect: Connect) -> None:
    client = await connect()

    def explode(event: object) -> bool:
        raise ZeroDivisionError(event)

    broken = client.events(protocol.event_type, where=explode)
    whole = client.events(protocol.event_type)
    protocol.emit(1)
    protocol.emit(2)
    assert numbers(protocol, await take(whole, 2)) == [1, 2]
    with pytest.raises(ZeroDivisionError):
        await broken.recv()
    assert client.state is K


async def test_015_a_consumer_that_raises_ends_itself_and_nothing_else(protocol: Harness, connect: Connect) -> None:
    client = await connect()

    async def consume() -> None:
        async for event in client.events(protocol.event_type):
            raise ZeroDivisionError(protocol.number_of(event))

    whole = client.events(protocol.event_type)
    broken = asyncio.ensure_future(consume())
    await asyncio.sleep(0)  # It has subscribed.
    protocol.emit(1)
    with pytest.raises(ZeroDivisionError, match="1"):
        await broken
    protocol.emit(2)
    assert numbers(protocol, await take(whole, 2)) == [1, 2]
    assert (client.state, client.epoch) == (K, 1)


@needs(Capability.HANDLERS)
async def test_015_a_handler_that_raises_fails_what_it_was_called_for_and_nothing_else(
    protocol: Harness, connect: Connect
) -> None:
    client = await connect()
    whole = client.events(protocol.event_type)
    protocol.emit(1)
    error = await protocol.after_handler_failure(client, 2)
    assert isinstance(error, ZeroDivisionError)
    protocol.emit(3)
    assert numbers(protocol, await take(whole, 3)) == [1, 2, 3]
    assert (client.state, client.epoch) == (K, 1)


async def test_a_bounded_subscription_keeps_the_newest_and_says_once_what_it_lost(
    protocol: Harness, connect: Connect
) -> None:
    client = await connect()
    bounded, whole = client.events(protocol.event_type, capacity=10), client.events(protocol.event_type)
    for number in range(100):
        protocol.emit(number)
    await take(whole, 100)
    with pytest.raises(EventsLostError) as caught:
        await bounded.recv()
    assert caught.value.count == 90
    assert numbers(protocol, await take(bounded, 10)) == list(range(90, 100))
    assert (bounded.delivered, bounded.lost, bounded.backlog) == (10, 90, 0)


async def test_a_lossy_subscription_only_counts_what_it_lost(protocol: Harness, connect: Connect) -> None:
    client = await connect()
    lossy, whole = client.events(protocol.event_type, capacity=1, lossy=True), client.events(protocol.event_type)
    for number in range(100):
        protocol.emit(number)
    await take(whole, 100)
    assert numbers(protocol, await take(lossy, 1)) == [99]
    assert lossy.lost == 99


@pytest.mark.parametrize("options", [{"capacity": 0}, {"capacity": True}, {"capacity": 1.5}, {"lossy": True}])
async def test_unusable_bounds_are_refused(make_client: MakeClient, options: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        make_client().events(**options)


async def test_014_a_subscriber_that_never_reads_disturbs_nobody(protocol: Harness, connect: Connect) -> None:
    client = await connect()
    frozen, live = client.events(protocol.event_type), client.events(protocol.event_type)
    for number in range(2000):
        protocol.emit(number)
    await take(live, 2000)
    assert (frozen.backlog, client.state) == (2000, K)


@pytest.mark.parametrize("how", ["drop", "reset"])
async def test_018_a_subscription_goes_on_after_a_reconnect_with_the_gap_in_its_place(
    protocol: Harness, connect: Connect, how: str
) -> None:
    client = await connect(policy=QUICKLY)
    events = client.events()
    protocol.emit(1)
    assert await numbers_and_states(protocol, events, 1) == [1]
    getattr(protocol, how)()
    protocol.emit(2)  # In the gap: nobody hears it.
    await protocol.wait_for_logins(2)
    protocol.emit(3)
    assert await numbers_and_states(protocol, events, 4) == [R, C, K, 3]


async def test_closing_delivers_what_was_published_and_then_ends(protocol: Harness, connect: Connect) -> None:
    client = await connect()
    events, counting = client.events(), client.events(protocol.event_type)
    for number in range(3):
        protocol.emit(number)
    await take(counting, 3)
    await client.aclose()
    assert await numbers_and_states(protocol, events, 4) == [0, 1, 2, D]
    assert [event async for event in events] == []
    with pytest.raises(ClientClosedError):
        await events.recv()


async def test_the_terminal_cause_comes_last_and_once(protocol: Harness, connect: Connect) -> None:
    client = await connect(policy=ReconnectPolicy.none())
    events, others = client.events(), client.events(protocol.event_type)
    protocol.emit(1)
    protocol.drop()
    assert await numbers_and_states(protocol, events, 2) == [1, D]
    with pytest.raises(ConnectionClosedError) as caught:
        await events.recv()
    with pytest.raises(ClientClosedError):
        await events.recv()
    # Each subscription is told, of whatever type it is.
    await take(others, 1)
    with pytest.raises(ConnectionClosedError) as again:
        await others.recv()
    assert again.value is caught.value


async def test_iterating_ends_with_the_terminal_cause(protocol: Harness, connect: Connect) -> None:
    client = await connect(policy=ReconnectPolicy.none())
    events = client.events(protocol.event_type)
    protocol.emit(1)
    protocol.drop()
    seen: list[object] = []

    async def follow() -> None:
        async for event in events:
            seen.append(protocol.number_of(event))  # noqa: PERF401 - what came before the error is the question

    with pytest.raises(ConnectionClosedError):
        await follow()
    assert seen == [1]


async def test_a_fatal_error_while_reconnecting_ends_subscriptions(protocol: Harness, connect: Connect) -> None:
    client = await connect(policy=QUICKLY)
    events = client.events(protocol.event_type)
    protocol.fail_for_good()
    protocol.drop()
    with pytest.raises(protocol.fatal_error):
        await events.recv()


async def test_who_subscribes_after_the_end_is_told_the_same(protocol: Harness, connect: Connect) -> None:
    client = await connect(policy=ReconnectPolicy.none())
    protocol.drop()
    cause = await ended(client)
    with pytest.raises(ConnectionClosedError) as caught:
        await client.events().recv()
    assert caught.value is cause


async def test_cancelling_a_receive_loses_nothing(protocol: Harness, connect: Connect) -> None:
    client = await connect()
    events = client.events(protocol.event_type)
    for _ in range(10):
        receiving = asyncio.ensure_future(events.recv())
        await asyncio.sleep(0)
        receiving.cancel()
        await asyncio.wait([receiving])
    for number in range(5):
        protocol.emit(number)
    assert numbers(protocol, await take(events, 5)) == list(range(5))


async def test_a_closed_subscription_hears_no_more_and_the_others_do(protocol: Harness, connect: Connect) -> None:
    client = await connect()
    whole = client.events(protocol.event_type)
    async with client.events(protocol.event_type) as events:
        protocol.emit(1)
        assert numbers(protocol, await take(events, 1)) == [1]
    protocol.emit(2)
    assert numbers(protocol, await take(whole, 2)) == [1, 2]
    assert [event async for event in events] == []
