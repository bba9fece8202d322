"""Hours of outages in a moment: silent, slow, flapping and hostile servers, on the virtual clock."""

import asyncio
import itertools
import random
from collections import Counter
from typing import Any

import pytest

from asterisk_py_ami import AmiClient, ConnectionStateChanged, ReconnectPolicy
from asterisk_py_ami.events import FullyBooted, UserEvent
from asterisk_py_ami.testing import FakeAmiServer
from asterisk_py_core.errors import (
    AsteriskError,
    LoginRejectedError,
    LoginTimeoutError,
    NotSentError,
    OutcomeUnknownError,
    ReadTimeoutError,
)
from asterisk_py_core.event_bus import EventSubscription
from asterisk_py_core.reconnect import ConnectionState
from tests.virtual_clock import on_virtual_clock
from tests.virtual_network import VirtualNetwork

D, C, K, R = (
    ConnectionState.DISCONNECTED,
    ConnectionState.CONNECTING,
    ConnectionState.CONNECTED,
    ConnectionState.RECONNECTING,
)


ADDRESS = "127.0.0.1:5038"


class Server:
    """A fake Asterisk on a network in memory, which can also refuse connections."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, piece: int = 1 << 16) -> None:
        self.pbx = FakeAmiServer()
        self.is_away = False
        self.network = VirtualNetwork(lambda: None if self.is_away else self.pbx._session(), piece=piece, latency=0.01)
        self.network.install(monkeypatch)

    def client(self, **options: Any) -> AmiClient:
        arguments: dict[str, Any] = {"credentials": self.pbx.credentials}
        return AmiClient("127.0.0.1", 5038, **(arguments | options))


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    return Server(monkeypatch)


def now() -> float:
    return asyncio.get_running_loop().time()


@on_virtual_clock
async def test_040_a_peer_without_a_banner_is_given_up_after_10_seconds(server: Server) -> None:
    server.pbx.banner = b""
    client = server.client()
    with pytest.raises(LoginTimeoutError, match="did not complete the login within 10 s"):
        await client.connect()
    assert now() == pytest.approx(10.01)
    assert client.state is D


@on_virtual_clock
async def test_042_a_refusal_that_takes_a_second_and_closes_is_one_attempt(server: Server) -> None:
    server.pbx.on("Login", None)
    client = server.client(retry_first=True)
    connecting = asyncio.create_task(client.connect())
    await asyncio.sleep(1.01)
    server.pbx.called("Login")[0].reply(b"Response: Error\r\nMessage: Authentication failed\r\n\r\n")
    server.pbx.drop()
    with pytest.raises(LoginRejectedError, match="Authentication failed"):
        await connecting
    assert now() == pytest.approx(1.01)
    await asyncio.sleep(3600)
    assert (client.state, len(server.network.attempts)) == (D, 1)


@on_virtual_clock
async def test_049_a_half_open_link_is_found_in_20_seconds_and_its_requests_with_it(server: Server) -> None:
    async with server.client(policy=ReconnectPolicy.fixed(1.0)) as ami:
        server.pbx.on("Getvar", None)
        request = asyncio.create_task(ami.send("Getvar", timeout=600))
        await asyncio.sleep(0.001)
        heard = now()
        server.pbx.freeze()
        with pytest.raises(OutcomeUnknownError, match="no byte for 20 s, not even an answer to Ping"):
            await request
        assert now() - heard == pytest.approx(20.0, abs=0.01)
        assert ami.state is R
        server.pbx.thaw()
        await ami.wait_for(K)


@on_virtual_clock
async def test_050_a_blocking_action_of_25_seconds_is_waited_for(server: Server) -> None:
    async with server.client() as ami:
        server.pbx.on("WaitEvent", None)
        server.pbx.on("Ping", None)
        action = asyncio.create_task(ami.send("WaitEvent", {"Timeout": 30}, timeout=35))
        await asyncio.sleep(25)
        server.pbx.called("WaitEvent")[0].reply(b"Response: Success\r\n\r\n")
        await action
        assert (ami.state, ami.epoch) == (K, 1)


@on_virtual_clock
async def test_051_a_link_on_which_only_events_come_stays(server: Server) -> None:
    async with server.client() as ami:
        server.pbx.on("Ping", None)
        for _ in range(100):
            await asyncio.sleep(15)
            server.pbx.emit_event("UserEvent")
        assert (ami.state, ami.epoch) == (K, 1)
        assert server.pbx.called("Ping")


@on_virtual_clock
async def test_048_after_a_shutdown_it_waits_out_the_boot(server: Server) -> None:
    async with server.client() as ami:
        events = ami.events()
        await asyncio.sleep(1)
        server.pbx.emit(b"Event: Shutdown\r\nShutdown: Cleanly\r\nRestart: False\r\n\r\n")
        server.is_away = True
        server.pbx.drop()
        await ami.wait_for(R)
        await asyncio.sleep(600)
        # It listens before it is ready: the first logins come to nothing.
        server.is_away = False
        server.pbx.banner = b""
        await ami.wait_for(C)
        await asyncio.sleep(1)
        server.pbx.drop()
        await ami.wait_for(R)
        server.pbx.banner = b"Asterisk Call Manager/11.0.0\r\n"
        await ami.wait_for(K)
        await asyncio.sleep(1)
        seen = [each for each in await events.recv_batch() if not isinstance(each, ConnectionStateChanged)]
        assert [each.name for each in seen] == ["Shutdown", "FullyBooted"]
    gaps = [later - earlier for earlier, later in itertools.pairwise(server.network.attempts)]
    assert all(0.1 <= gap <= 31 for gap in gaps[1:])


@pytest.mark.parametrize("cut", range(0, 700, 7))
def test_061_a_login_cut_after_any_byte_is_tried_again_and_works(monkeypatch: pytest.MonkeyPatch, cut: int) -> None:
    server = Server(monkeypatch, piece=1)

    @on_virtual_clock
    async def main() -> None:
        async def cutter() -> None:
            await asyncio.sleep(0.01)
            for _ in range(cut):
                await asyncio.sleep(0)
            server.pbx.reset()

        cutting = asyncio.create_task(cutter())
        async with server.client(retry_first=True) as ami:
            await cutting
            await asyncio.sleep(60)
            await ami.ping()
            assert ami.state is K
            assert server.pbx.logins in {1, 2}
        await asyncio.sleep(1)
        assert server.pbx._sessions == []

    main()


class Chaos:
    """Does to a server whatever can happen to one, at random, for hours."""

    def __init__(self, server: Server, seed: int) -> None:
        self.server = server
        self.chance = random.Random(seed)
        self.number = 0
        self.most_at_once = 0

    async def run(self) -> None:
        pbx = self.server.pbx
        for _ in range(300):
            await asyncio.sleep(self.chance.choice([0.0, 0.01, 0.05, 1.0, 5.0, 40.0]))
            self.most_at_once = max(self.most_at_once, len(pbx._sessions))
            match self.chance.randrange(8):
                case 0:
                    pbx.drop()
                case 1:
                    pbx.reset()
                case 2:
                    pbx.freeze()
                    await asyncio.sleep(self.chance.choice([1.0, 19.0, 25.0]))
                    pbx.thaw()
                case 3:
                    self.server.is_away = True
                    pbx.drop()
                    await asyncio.sleep(self.chance.uniform(0, 120))
                    self.server.is_away = False
                case 4:
                    pbx.emit(b"Event: UserEvent\r\nNumber: half")
                    pbx.reset()
                case 5:
                    pbx.emit(b"Event: " + b"x" * 1_100_000 + b"\r\n\r\n")
                case 6:
                    pbx.emit(b"Response: Error\r\nActionID: 1\r\n\r\n\r\n\n\x00\xff: \r\n\r\n")
                case _:
                    for _ in range(self.chance.randrange(50)):
                        self.number += 1
                        pbx.emit_event("UserEvent", Number=self.number)


async def ask_for_ever(ami: AmiClient, outcomes: Counter[str]) -> None:
    while True:
        try:
            await ami.send("Getvar", {"Variable": "x"}, timeout=5)
            outcomes["answered"] += 1
            await asyncio.sleep(0.5)
        except AsteriskError as error:
            outcomes[type(error).__name__ if ADDRESS in str(error) else "names no peer"] += 1
            await asyncio.sleep(0.5)


@pytest.mark.parametrize("seed", range(10))
def test_a_flapping_and_hostile_server_for_hours_leaves_everything_in_order(
    monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    server = Server(monkeypatch)
    server.pbx.on("Getvar", lambda action: f"Response: Success\r\nValue: {action['Variable']}\r\n\r\n".encode())
    chaos = Chaos(server, seed)
    outcomes: Counter[str] = Counter()

    @on_virtual_clock
    async def main() -> None:
        async with server.client(retry_first=True) as ami:
            frozen = ami.events(UserEvent)
            events = ami.events()
            asking = asyncio.create_task(ask_for_ever(ami, outcomes))
            await chaos.run()
            await asyncio.sleep(300)
            assert ami.state is K
            asking.cancel()
            await asyncio.wait([asking])
            assert ami._connection is not None
            assert len(ami._connection.pending) == 0
            # A subscriber that never read has everything, too.
            assert frozen.backlog == check_order(await everything(events))
        await asyncio.sleep(2)
        assert server.pbx._sessions == []

    main()
    attempts = server.network.attempts
    assert all(later - earlier >= 0.1 for earlier, later in itertools.pairwise(attempts))
    # The one that is thawed may not have noticed yet that the client has given it up.
    assert chaos.most_at_once <= 2
    assert set(outcomes) <= {
        "answered",
        *(kind.__name__ for kind in (NotSentError, OutcomeUnknownError, ReadTimeoutError)),
    }
    assert outcomes["answered"] > 10


def check_order(events: list[Any]) -> int:
    """Check that nothing is missing within an epoch, and that there is a state change between two; count UserEvents."""
    state, epoch, last, may_skip = K, 1, 0, True
    for event in events:
        if isinstance(event, ConnectionStateChanged):
            assert event.previous is state
            assert event.epoch == epoch + (event.state is K)
            assert event.cause is None or (isinstance(event.cause, AsteriskError) and ADDRESS in str(event.cause))
            state, epoch, may_skip = event.state, event.epoch, True
        elif isinstance(event, UserEvent):
            assert state is K
            number = int(event["Number"])
            assert number > last if may_skip else number == last + 1
            last, may_skip = number, False
        else:
            assert isinstance(event, FullyBooted)
    return sum(isinstance(event, UserEvent) for event in events)


async def everything(subscription: EventSubscription[Any]) -> list[Any]:
    events: list[Any] = []
    while subscription.backlog:
        events += await subscription.recv_batch()
    return events
