"""A listener that speaks TLS: nobody who takes their time over a handshake is in the way of others."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from typing import Any

import pytest
import trustme

from asterisk_py_core import listener as listener_module
from asterisk_py_core.listener import Listener
from asterisk_py_core.net import open_stream
from asterisk_py_core.stream import Stream

AUTHORITY = trustme.CA()


class Server:
    """Says hello to everybody whose handshake is done."""

    def __init__(self, listener: Listener) -> None:
        self.listener = listener
        self.greeted = 0

    def make_stream(self) -> Stream:
        def greet(stream: Stream) -> None:
            self.greeted += 1
            stream.write(b"hello")

        return Stream(on_data=lambda _: None, on_closed=lambda _: None, on_connected=greet)

    async def run(self) -> None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        AUTHORITY.issue_cert("127.0.0.1").configure_cert(context)
        try:
            await self.listener.serve(self.make_stream, ssl=context)
        finally:
            self.listener.close()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    served = Server(await Listener.open("127.0.0.1", 0))
    serving = asyncio.create_task(served.run())
    yield served
    serving.cancel()
    await asyncio.wait([serving])
    async with asyncio.timeout(5):
        while asyncio.all_tasks() != {asyncio.current_task()}:  # noqa: ASYNC110 - tasks that end set no event
            await asyncio.sleep(0)


async def hello(server: Server) -> bytes:
    """Connect over TLS and return what the server says."""
    context = ssl.create_default_context()
    AUTHORITY.configure_trust(context)
    said: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
    closed = asyncio.Event()
    stream = await open_stream(
        "127.0.0.1",
        server.listener.port,
        ssl=context,
        timeout=5,
        on_data=said.set_result,
        on_closed=lambda _: closed.set(),
    )
    try:
        async with asyncio.timeout(5):
            return await said
    finally:
        stream.abort()
        await closed.wait()


async def test_whoever_connects_over_tls_is_served(server: Server) -> None:
    assert await hello(server) == b"hello"


async def test_who_does_not_speak_tls_is_sent_away_and_the_next_one_served(server: Server) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.listener.port)
    writer.write(b"GET / HTTP/1.1\r\n\r\n")
    async with asyncio.timeout(5):
        with contextlib.suppress(ConnectionResetError):
            await reader.read()
    writer.close()

    assert await hello(server) == b"hello"
    assert server.greeted == 1


async def test_who_never_ends_a_handshake_is_in_nobodys_way(server: Server) -> None:
    _reader, writer = await asyncio.open_connection("127.0.0.1", server.listener.port)

    assert await hello(server) == b"hello"
    writer.transport.abort()


async def test_the_number_of_handshakes_at_a_time_is_bounded(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener_module, "_HANDSHAKES", 1)
    _reader, writer = await asyncio.open_connection("127.0.0.1", server.listener.port)
    greeting = asyncio.create_task(hello(server))
    done, _ = await asyncio.wait([greeting], timeout=0.1)
    assert not done

    writer.transport.abort()
    assert await greeting == b"hello"


async def test_a_handshake_under_way_ends_with_the_listener() -> None:
    server = Server(await Listener.open("127.0.0.1", 0))
    serving = asyncio.create_task(server.run())
    reader, writer = await asyncio.open_connection("127.0.0.1", server.listener.port)
    async with asyncio.timeout(5):
        while not server.listener._starting:  # noqa: ASYNC110 - nothing says that a connection was accepted
            await asyncio.sleep(0)
        serving.cancel()
        await asyncio.wait([serving])

        assert await reader.read() == b""
    writer.close()


async def test_a_connection_accepted_as_the_listener_stops_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(await Listener.open("127.0.0.1", 0))
    accept = listener_module._Incoming.next

    async def accept_and_stop(incoming: Any) -> Any:
        connection = await accept(incoming)
        serving.cancel()
        return connection

    monkeypatch.setattr(listener_module._Incoming, "next", accept_and_stop)
    serving = asyncio.create_task(server.run())
    reader, writer = await asyncio.open_connection("127.0.0.1", server.listener.port)
    async with asyncio.timeout(5):
        await asyncio.wait([serving])
        assert await reader.read() == b""
    writer.close()
    assert server.listener._accepted == set()


async def test_a_connection_that_comes_as_the_listener_stops_is_not_lost_open() -> None:
    """It waits in the backlog: accepting in the turn of the cancellation would lose it, with a warning that fails."""
    server = Server(await Listener.open("127.0.0.1", 0))
    for _ in range(20):
        serving = asyncio.create_task(server.listener.serve(server.make_stream))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        _reader, writer = await asyncio.open_connection("127.0.0.1", server.listener.port)
        serving.cancel()
        await asyncio.wait([serving])
        writer.transport.abort()
    server.listener.close()


async def test_a_loop_that_watches_no_sockets_accepts_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def add_reader(*_: object) -> None:
        raise NotImplementedError

    loop = asyncio.get_running_loop()
    accepted: list[bool] = []
    real = loop.sock_accept

    async def accept(sock: Any) -> Any:
        accepted.append(True)
        monkeypatch.undo()
        return await real(sock)

    server = Server(await Listener.open("127.0.0.1", 0))
    serving = asyncio.create_task(server.run())
    monkeypatch.setattr(loop, "add_reader", add_reader)
    monkeypatch.setattr(loop, "sock_accept", accept)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert await hello(server) == b"hello"
    assert accepted == [True]
    serving.cancel()
    await asyncio.wait([serving])
