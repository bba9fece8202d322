"""A server of the smallest protocol there is: it says its name to whoever connects."""

import asyncio
import logging
import socket
import ssl
from typing import Any

import pytest
import trustme

from asterisk_py_core.errors import ClientClosedError, InputError, ListenFailedError
from asterisk_py_core.event_bus import Event, EventBus
from asterisk_py_core.listener import Listener
from asterisk_py_core.reconnect import ConnectionState, ConnectionStateChanged, ReconnectPolicy
from asterisk_py_core.server import SupervisedServer

DISCONNECTED, CONNECTING, CONNECTED, RECONNECTING = ConnectionState
QUICKLY = ReconnectPolicy.fixed(0.1)


class Greeting(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(b"hello")
        transport.close()


class GreetingServer(SupervisedServer[Event]):
    def __init__(self, host: str = "127.0.0.1", port: int = 0, **options: Any) -> None:
        self.listeners: list[Listener] = []
        bus: EventBus[Event | ConnectionStateChanged] = EventBus()
        arguments: dict[str, Any] = {"policy": QUICKLY, "retry_first": False}
        super().__init__(host, port, make_protocol=Greeting, bus=bus, **(arguments | options))

    async def _open(self) -> Listener:
        self.listeners.append(await super()._open())
        return self.listeners[-1]


async def greeting(server: GreetingServer, **options: Any) -> bytes:
    async with asyncio.timeout(5):
        reader, writer = await asyncio.open_connection(server.host, server.port, **options)
        try:
            return await reader.read()
        finally:
            writer.close()


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


async def test_who_connects_is_served_on_the_port_that_was_given() -> None:
    server = GreetingServer()
    assert (server.host, server.port, server.state) == ("127.0.0.1", 0, DISCONNECTED)
    async with server:
        assert server.port > 0
        assert await greeting(server) == b"hello"
        assert server.state is CONNECTED
    with pytest.raises(ConnectionRefusedError):
        await greeting(server)
    with pytest.raises(ClientClosedError, match=r"GreetingServer\(127\.0\.0\.1:0\) is closed"):
        await server.connect()


async def test_with_a_context_it_speaks_tls() -> None:
    authority = trustme.CA()
    ours = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(ours)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    async with GreetingServer(ssl=ours) as server:
        assert await greeting(server, ssl=trusting) == b"hello"


async def test_a_lost_listening_socket_comes_back_on_its_port() -> None:
    async with GreetingServer() as server:
        states = server.states()
        port = server.port
        for sock in server.listeners[0]._sockets:
            sock.shutdown(socket.SHUT_RDWR)
        async with asyncio.timeout(5):
            assert [(await states.recv()).state for _ in range(3)] == [RECONNECTING, CONNECTING, CONNECTED]
        assert (server.port, server.epoch) == (port, 2)
        assert await greeting(server) == b"hello"


async def test_a_taken_port_is_an_error_at_once_and_nobody_says_that_it_is_tried_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with GreetingServer() as first:
        with pytest.raises(ListenFailedError, match=f"cannot listen on 127.0.0.1:{first.port}: Address already in use"):
            await GreetingServer(port=first.port).connect()
    assert warnings(caplog) == []


async def test_a_taken_port_that_is_tried_again_is_warned_of_once_an_outage(caplog: pytest.LogCaptureFixture) -> None:
    async with GreetingServer() as first:
        second = GreetingServer(port=first.port, retry_first=True)
        states = second.states()
        connecting = asyncio.create_task(second.connect())
        async with asyncio.timeout(5):
            while (await states.recv()).attempt < 3:
                pass
    await connecting
    taken = f"cannot listen on 127.0.0.1:{second.port}: Address already in use"
    warning = f"GreetingServer(127.0.0.1:{second.port}): {taken}; it is tried again as the policy says"
    assert warnings(caplog) == [warning]
    # The next outage is another one: somebody is quicker than we are.
    (sock,) = second.listeners[0]._sockets
    sock.shutdown(socket.SHUT_RDWR)
    with socket.create_server(("127.0.0.1", second.port)):
        async with asyncio.timeout(5):
            while not isinstance((await states.recv()).cause, ListenFailedError):
                pass
    await second.aclose()
    assert warnings(caplog) == [warning] * 2


@pytest.mark.parametrize(
    ("host", "remedy", "warned"),
    [
        ("127.0.0.1", "do this", False),
        ("::1", "do this", False),
        ("0.0.0.0", "do this", True),  # noqa: S104 - never listened on
        ("pbx.example", "do this", True),
        ("0.0.0.0", None, False),  # noqa: S104 - as above
    ],
)
def test_letting_in_whoever_reaches_it_is_warned_of_with_what_to_do(
    host: str, remedy: str | None, caplog: pytest.LogCaptureFixture, *, warned: bool
) -> None:
    GreetingServer(host, 4573, remedy=remedy)
    assert warnings(caplog) == [f"GreetingServer({host}:4573) lets in whoever reaches it: do this"] * warned


@pytest.mark.parametrize("options", [{"host": "http://x"}, {"port": 70_000}, {"port": -1}, {"policy": 5}])
def test_what_cannot_be_listened_on_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(InputError) as caught:
        GreetingServer(**options)
    assert caught.value.field in options
