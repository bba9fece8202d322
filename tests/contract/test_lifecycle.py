"""Cancelling at every wait, and leaving nothing behind; after each test the `protocol` fixture looks for it."""

import asyncio
import gc
import itertools
import sys
import warnings
import weakref
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from asterisk_py_core import ClientClosedError, ReconnectPolicy
from tests.contract.conftest import sockets
from tests.contract.harness import Capability, Client, Harness, needs
from tests.contract.watching import QUICKLY, Connect, D, K, MakeClient, R


async def cancelled(awaitable: Awaitable[object], when: Callable[[], Awaitable[object]]) -> None:
    """Start *awaitable*, cancel it after *when*, and make sure that it heeds that."""
    task = asyncio.ensure_future(awaitable)
    await when()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def a_turn() -> None:
    await asyncio.sleep(0)


async def test_nothing_is_left_the_moment_closing_returns(protocol: Harness, make_client: MakeClient) -> None:
    before = sockets()
    client = make_client()
    await client.connect()
    assert len(asyncio.all_tasks()) > 1
    await client.aclose()
    assert asyncio.all_tasks() == {asyncio.current_task()}
    await protocol.wait_until_alone()
    assert sockets() == before


async def test_leaving_the_block_closes_even_by_an_exception(protocol: Harness, make_client: MakeClient) -> None:
    client = make_client()
    with pytest.raises(ZeroDivisionError):
        async with client:
            raise ZeroDivisionError
    assert client.state is D
    await protocol.wait_until_alone()


async def test_connecting_twice_and_at_once_is_one_connection(protocol: Harness, make_client: MakeClient) -> None:
    client = make_client()
    await asyncio.gather(client.connect(), client.connect())
    await client.connect()
    assert (client.state, client.epoch, protocol.connections) == (K, 1, 1)


async def turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_007_cancelling_connect_at_any_moment_leaves_nothing(protocol: Harness, make_client: MakeClient) -> None:
    for moment in itertools.count(1):
        client = make_client()
        connecting = asyncio.ensure_future(client.connect())
        await turns(moment)
        if connecting.done():
            await connecting
            assert client.state is K
            break
        connecting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await connecting
        assert client.state is D
        await protocol.wait_until_alone()
        with pytest.raises(ClientClosedError):
            await client.connect()
    assert moment > 1


@needs(Capability.DIALS)
async def test_007_cancelling_connect_while_the_peer_is_silent_leaves_nothing(
    protocol: Harness, make_client: MakeClient
) -> None:
    protocol.freeze()
    client = make_client()
    await cancelled(client.connect(), lambda: protocol.wait_for_connections(1))
    assert client.state is D


async def test_007_cancelling_connect_during_backoff_leaves_nothing(protocol: Harness, make_client: MakeClient) -> None:
    await protocol.stop_peer()
    client = make_client(policy=ReconnectPolicy.fixed(3600), retry_first=True)
    await cancelled(client.connect(), lambda: client.wait_for(R))
    assert client.state is D


async def test_007_cancelling_a_second_connect_stops_only_its_waiting(
    protocol: Harness, make_client: MakeClient
) -> None:
    await protocol.stop_peer()
    client = make_client(policy=QUICKLY, retry_first=True)
    first = asyncio.ensure_future(client.connect())
    await client.wait_for(R)
    await cancelled(client.connect(), a_turn)
    await protocol.start_peer()
    await first
    assert (client.state, protocol.connections) == (K, 1)


async def test_cancelling_a_wait_for_a_state_disturbs_nothing(protocol: Harness, connect: Connect) -> None:
    client = await connect(policy=QUICKLY)
    other = asyncio.ensure_future(client.wait_for(R))
    await cancelled(client.wait_for(R), a_turn)
    protocol.drop()
    await other


async def test_006_cancelling_the_closing_at_any_moment_does_not_stop_it(protocol: Harness, connect: Connect) -> None:
    for moment in itertools.count(1):
        client = await connect()
        closing = asyncio.ensure_future(client.aclose())
        await turns(moment)
        if closing.done():
            break
        closing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await closing
        assert client.state is D
        await protocol.wait_until_alone()
        await client.aclose()
    assert moment > 1


@needs(Capability.SENDS)
async def test_010_a_request_cancelled_at_any_moment_leaves_a_client_that_works(
    protocol: Harness, connect: Connect
) -> None:
    client = await connect()
    for moment in itertools.count():
        request = asyncio.ensure_future(protocol.request(client))
        await turns(moment)
        if request.done():
            break
        request.cancel()
        with pytest.raises(asyncio.CancelledError):
            await request
        await protocol.request(client)
    assert moment > 1
    assert (client.state, client.epoch) == (K, 1)


@needs(Capability.SENDS)
async def test_010_cancelling_a_request_disturbs_no_other_and_its_answer_goes_nowhere(
    protocol: Harness, connect: Connect
) -> None:
    client = await connect()
    protocol.hold_answers()
    requests = [asyncio.ensure_future(protocol.request(client)) for _ in range(10)]
    await protocol.wait_for_requests(10)
    for request in requests[::2]:
        request.cancel()
    protocol.answer_held()
    outcomes = await asyncio.gather(*requests, return_exceptions=True)
    assert [isinstance(outcome, asyncio.CancelledError) for outcome in outcomes] == [True, False] * 5
    await protocol.request(client)


@needs(Capability.SENDS, Capability.BULK)
async def test_006_closing_a_client_of_a_peer_that_takes_no_data_ends_soon(protocol: Harness, connect: Connect) -> None:
    client = await connect()
    protocol.freeze()
    requests = [asyncio.ensure_future(protocol.large_request(client)) for _ in range(200)]
    await a_turn()
    await client.aclose()
    outcomes = await asyncio.gather(*requests, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {ClientClosedError}


async def test_022_a_hundred_connections_leave_nothing(protocol: Harness, make_client: MakeClient) -> None:
    before = sockets()
    for _ in range(100):
        async with make_client():
            pass
    await protocol.wait_until_alone()
    assert sockets() == before
    assert protocol.connections == 100


async def test_a_closed_client_is_freed(protocol: Harness) -> None:
    client: Client | None = protocol.client(policy=QUICKLY)
    assert client is not None
    async with client:
        protocol.drop()
        await protocol.wait_for_logins(2)
    reference = weakref.ref(client)
    client = None
    gc.collect()
    assert reference() is None


def test_023_a_loop_closed_under_a_connected_client_leaves_warnings_and_no_traceback(
    harness: type[Harness], monkeypatch: pytest.MonkeyPatch
) -> None:
    complaints: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", complaints.append)
    loop = asyncio.new_event_loop()

    async def connect() -> list[object]:
        protocol = harness()
        await protocol.start_peer()
        client = protocol.client()
        await client.connect()
        return [protocol, client]

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        connected = loop.run_until_complete(connect())
        loop.close()
        connected.clear()
        gc.collect()
    # aiohttp's finalizers want the loop that is gone; what they say is not ours to say.
    assert [each for each in complaints if not getattr(each.object, "__module__", "").startswith("aiohttp")] == []
    assert {warning.category for warning in caught} <= {ResourceWarning}
