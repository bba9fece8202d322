"""The client here supervises links that are lost by a word; time is virtual."""

import asyncio
from dataclasses import dataclass
from typing import NoReturn

import pytest

from asterisk_py_core.errors import (
    AsteriskError,
    ClientClosedError,
    ConnectFailedError,
    ConnectionClosedError,
    EventsLostError,
    InputError,
    LoginRejectedError,
)
from asterisk_py_core.event_bus import Event, EventBus
from asterisk_py_core.reconnect import ConnectionState, ConnectionStateChanged, ReconnectPolicy
from asterisk_py_core.supervised import Supervised
from asterisk_py_core.supervisor import Supervisor
from tests.virtual_clock import on_virtual_clock

DISCONNECTED, CONNECTING, CONNECTED, RECONNECTING = ConnectionState


@dataclass(frozen=True)
class Ring(Event):
    number: int


@dataclass(frozen=True)
class LoudRing(Ring):
    pass


@dataclass(frozen=True)
class Hangup(Event):
    number: int


class Client(Supervised[Ring | Hangup]):
    """The smallest client of a protocol: it publishes what `hears` is given, while connected."""

    def __init__(self, *failures: AsteriskError) -> None:
        self.failures = list(failures)
        self.open_links = 0
        self.lost: asyncio.Future[AsteriskError]
        bus: EventBus[Ring | Hangup | ConnectionStateChanged] = EventBus()
        policy = ReconnectPolicy.fixed(5)
        super().__init__(bus, Supervisor(self._open, self._serve, bus=bus, what="Client", policy=policy))

    async def _open(self) -> int:
        await asyncio.sleep(1)
        if self.failures:
            raise self.failures.pop(0)
        return self.epoch + 1

    async def _serve(self, number: int) -> NoReturn:
        self.open_links += 1
        self.lost = asyncio.get_running_loop().create_future()
        self.hears(Ring(number))
        try:
            raise await self.lost
        finally:
            self.open_links -= 1

    def hears(self, *events: Ring | Hangup) -> None:
        self._bus.publish_many(events)

    def lose(self, error: AsteriskError | None = None) -> None:
        self.lost.set_result(error or ConnectionClosedError(address="pbx:5038"))


@on_virtual_clock
async def test_async_with_connects_and_closes() -> None:
    async with Client() as client:
        assert isinstance(client, Client)
        assert (client.state, client.epoch, client.open_links) == (CONNECTED, 1, 1)
    assert (client.state, client.epoch, client.open_links) == (DISCONNECTED, 1, 0)


@on_virtual_clock
async def test_connect_and_aclose_do_the_same_and_may_be_repeated() -> None:
    client = Client()
    assert (client.state, client.epoch) == (DISCONNECTED, 0)
    await client.connect()
    await client.connect()
    assert (client.state, client.epoch, client.open_links) == (CONNECTED, 1, 1)
    await client.aclose()
    await client.aclose()
    assert (client.state, client.open_links) == (DISCONNECTED, 0)


@on_virtual_clock
async def test_async_with_closes_when_its_body_raises_and_lets_the_error_out() -> None:
    client = Client()
    with pytest.raises(LookupError):
        async with client:
            raise LookupError
    assert (client.state, client.open_links) == (DISCONNECTED, 0)


@on_virtual_clock
async def test_a_first_failure_comes_out_of_async_with() -> None:
    client = Client(ConnectFailedError(address="pbx:5038", cause="connection refused"))
    with pytest.raises(ConnectFailedError, match="connection refused"):
        async with client:
            pytest.fail("there is no connection")
    assert client.state is DISCONNECTED


@on_virtual_clock
async def test_007_a_time_limit_around_async_with_leaves_nothing_open() -> None:
    client = Client()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5), client:
            pytest.fail("there is no connection")
    assert (client.state, client.open_links) == (DISCONNECTED, 0)


@on_virtual_clock
async def test_007_a_time_limit_that_ends_in_the_turn_of_the_connection_leaves_nothing_open() -> None:
    client = Client()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1), client:
            pytest.fail("the time is over")
    assert (client.state, client.open_links) == (DISCONNECTED, 0)


@on_virtual_clock
async def test_a_closed_client_cannot_be_connected_again() -> None:
    client = Client()
    await client.aclose()
    with pytest.raises(ClientClosedError):
        await client.connect()
    with pytest.raises(ClientClosedError):
        await client.wait_for(CONNECTED)


@on_virtual_clock
async def test_states_are_the_changes_alone_and_end_with_the_client() -> None:
    client = Client()
    states = client.states()
    async with client:
        client.lose()
        await client.wait_for(RECONNECTING)
        await client.wait_for(CONNECTED)
    assert [(change.state, change.epoch) async for change in states] == [
        (CONNECTING, 0),
        (CONNECTED, 1),
        (RECONNECTING, 1),
        (CONNECTING, 1),
        (CONNECTED, 2),
        (DISCONNECTED, 2),
    ]


@on_virtual_clock
async def test_018_events_without_a_type_are_everything_with_the_changes_in_their_place() -> None:
    client = Client()
    events = client.events()
    async with client:
        client.hears(Hangup(1))
        client.lose()
        await client.wait_for(RECONNECTING)
        await client.wait_for(CONNECTED)
        client.hears(Hangup(2))
    received = [event.state if isinstance(event, ConnectionStateChanged) else event async for event in events]
    assert received == [
        *(CONNECTING, CONNECTED, Ring(1), Hangup(1)),
        *(RECONNECTING, CONNECTING, CONNECTED, Ring(2), Hangup(2)),
        DISCONNECTED,
    ]


@on_virtual_clock
async def test_events_of_some_types_are_those_and_their_subclasses_across_reconnects() -> None:
    client = Client()
    rings = client.events(Ring)
    ends = client.events(Hangup, ConnectionStateChanged)
    async with client:
        client.hears(LoudRing(7), Hangup(1))
        client.lose()
        await client.wait_for(RECONNECTING)
        await client.wait_for(CONNECTED)
    assert [ring async for ring in rings] == [Ring(1), LoudRing(7), Ring(2)]
    received = [event async for event in ends]
    assert len(received) == 7
    assert received[2] == Hangup(1)


@on_virtual_clock
async def test_events_can_be_chosen_by_a_predicate() -> None:
    client = Client()
    odd = client.events(Ring, where=lambda ring: ring.number % 2 == 1)
    far = client.events(where=lambda event: isinstance(event, ConnectionStateChanged) and event.epoch > 0)
    async with client:
        client.hears(Ring(2), Ring(3))
    assert [ring async for ring in odd] == [Ring(1), Ring(3)]
    assert len([event async for event in far]) == 2


@on_virtual_clock
async def test_a_capacity_bounds_what_is_kept_and_says_what_was_lost() -> None:
    client = Client()
    bounded = client.events(Ring, capacity=2)
    lossy = client.events(Ring, capacity=2, lossy=True)
    async with client:
        client.hears(Ring(2), Ring(3))
    with pytest.raises(EventsLostError) as caught:
        await bounded.recv()
    assert caught.value.count == 1
    assert [ring async for ring in bounded] == [Ring(2), Ring(3)]
    assert [ring async for ring in lossy] == [Ring(2), Ring(3)]
    assert lossy.lost == 1
    with pytest.raises(InputError, match="capacity"):
        client.events(capacity=0)


@on_virtual_clock
async def test_events_end_with_what_ended_the_client() -> None:
    fatal = LoginRejectedError(address="pbx:5038", username="admin", reason="Authentication failed")
    async with Client() as client:
        hangups = client.events(Hangup)
        client.lose(fatal)
        with pytest.raises(LoginRejectedError):
            await hangups.recv()
        with pytest.raises(ClientClosedError):
            await hangups.recv()
        with pytest.raises(LoginRejectedError):
            await client.wait_for(CONNECTED)
        with pytest.raises(LoginRejectedError):
            await client.events(Hangup).recv()
    assert client.state is DISCONNECTED
