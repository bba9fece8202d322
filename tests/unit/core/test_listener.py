"""Listening: the callers here are sockets on loopback."""

import asyncio
import contextlib
import errno
import gc
import logging
import os
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from asterisk_py_core import listener as listener_module
from asterisk_py_core import net
from asterisk_py_core.errors import AsteriskError, ConnectionClosedError, DnsError, InputError, ListenFailedError
from asterisk_py_core.listener import Listener
from asterisk_py_core.stream import Stream

LOOPBACK = "127.0.0.1"


class Owner:
    """What owns the accepted streams: each echoes what it receives."""

    def __init__(self) -> None:
        self.streams: list[Stream] = []
        self.ends: list[AsteriskError | None] = []

    def make(self) -> Stream:
        def echo(data: bytes) -> None:
            stream.write(data)

        stream = Stream(on_data=echo, on_closed=self.ends.append, on_connected=self.streams.append)
        return stream


@pytest.fixture
async def owner() -> AsyncIterator[Owner]:
    owner = Owner()
    yield owner
    for stream in owner.streams:
        stream.abort()
        await stream.wait_closed()
    assert asyncio.all_tasks() == {asyncio.current_task()}
    gc.collect()  # A socket left open warns here, and warnings fail tests.


@pytest.fixture(autouse=True, params=["a loop that watches", "a loop that does not"])
async def loop_of_both_kinds(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run each test also on a loop like Windows' own, for the listening socket."""
    if request.param == "a loop that does not":

        def add_reader(*_: object) -> None:
            raise NotImplementedError

        monkeypatch.setattr(asyncio.get_running_loop(), "add_reader", add_reader)


@contextlib.asynccontextmanager
async def serving(listener: Listener, owner: Owner) -> AsyncIterator[asyncio.Task[Any]]:
    task = asyncio.ensure_future(listener.serve(owner.make))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait((task,))
        listener.close()


async def echo(host: str, port: int, data: bytes = b"hello") -> bytes:
    async with asyncio.timeout(5):
        reader, writer = await asyncio.open_connection(host, port)
        try:
            writer.write(data)
            return await reader.readexactly(len(data))
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


def resolving_to(monkeypatch: pytest.MonkeyPatch, *addresses: tuple[Any, ...]) -> None:
    async def resolve(_: str, port: int) -> list[tuple[Any, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port, *rest)) for host, *rest in addresses]

    monkeypatch.setattr(net, "_resolve", resolve)


def accepting_by(monkeypatch: pytest.MonkeyPatch, *outcomes: OSError) -> Callable[[], int]:
    """Make the next accepts end as said, and the later ones as they do; what is returned counts those left."""
    loop = asyncio.get_running_loop()
    real_of_loop, real, left = loop.sock_accept, socket.socket.accept, list(outcomes)

    async def accept_by_loop(sock: socket.socket) -> tuple[socket.socket, Any]:
        if left:
            raise left.pop(0)
        return await real_of_loop(sock)

    def accept(sock: socket.socket) -> tuple[socket.socket, Any]:
        if left:
            raise left.pop(0)
        return real(sock)

    monkeypatch.setattr(loop, "sock_accept", accept_by_loop)
    monkeypatch.setattr(socket.socket, "accept", accept)
    return lambda: len(left)


async def test_connections_are_accepted_each_with_a_stream_of_its_own(owner: Owner) -> None:
    listener = await Listener.open(LOOPBACK, 0)
    assert listener.address == f"127.0.0.1:{listener.port}"
    async with serving(listener, owner):
        assert await asyncio.gather(*(echo(LOOPBACK, listener.port, b"%d" % n) for n in range(9))) == [
            b"%d" % n for n in range(9)
        ]
        assert len(owner.streams) == 9


async def test_an_accepted_socket_notices_a_peer_that_vanished(owner: Owner) -> None:
    listener = await Listener.open(LOOPBACK, 0)
    async with serving(listener, owner), asyncio.timeout(5):
        reader, writer = await asyncio.open_connection(LOOPBACK, listener.port)
        writer.write(b"a")
        await reader.readexactly(1)
        sock = owner.streams[0].get_extra_info("socket")
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 60_000
        writer.close()
        await writer.wait_closed()


async def test_closing_the_listener_leaves_the_streams_alone(owner: Owner) -> None:
    listener = await Listener.open(LOOPBACK, 0)
    async with serving(listener, owner):
        reader, writer = await asyncio.open_connection(LOOPBACK, listener.port)
        writer.write(b"a")
        await reader.readexactly(1)
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(LOOPBACK, listener.port)
    writer.write(b"b")
    assert await reader.readexactly(1) == b"b"
    writer.close()
    await writer.wait_closed()


async def test_a_port_can_be_had_again_at_once(owner: Owner) -> None:
    first = await Listener.open(LOOPBACK, 0)
    async with serving(first, owner):
        await echo(LOOPBACK, first.port)
    for stream in owner.streams:  # Closed by us, so that the port has connections to forget.
        stream.close()
    second = await Listener.open(LOOPBACK, first.port)
    async with serving(second, owner):
        assert await echo(LOOPBACK, first.port) == b"hello"


async def test_a_taken_port_is_said_and_leaves_nothing() -> None:
    with socket.create_server((LOOPBACK, 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(ListenFailedError) as caught:
            await Listener.open(LOOPBACK, port)
    assert str(caught.value) == f"cannot listen on 127.0.0.1:{port}: {os.strerror(errno.EADDRINUSE)}"
    assert (caught.value.denied, caught.value.is_retryable) == (False, True)
    assert isinstance(caught.value.__cause__, OSError)


async def test_a_port_that_is_denied_does_not_heal(monkeypatch: pytest.MonkeyPatch) -> None:
    def bind(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", bind)
    with pytest.raises(ListenFailedError) as caught:
        await Listener.open(LOOPBACK, 80)
    assert (caught.value.denied, caught.value.is_retryable) == (True, False)


async def test_a_name_is_listened_on_at_all_of_its_addresses_and_one_port(
    owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolving_to(monkeypatch, ("127.0.0.1",), ("127.0.0.2",))
    listener = await Listener.open("pbx.example", 0)
    assert listener.address == f"pbx.example:{listener.port}"
    async with serving(listener, owner):
        assert await echo("127.0.0.1", listener.port) == b"hello"
        assert await echo("127.0.0.2", listener.port) == b"hello"


async def test_if_one_address_fails_none_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving_to(monkeypatch, ("127.0.0.1",), ("192.0.2.1",))
    with pytest.raises(ListenFailedError, match=r"pbx\.example:0"):
        await Listener.open("pbx.example", 0)
    gc.collect()


async def test_an_ipv6_address_is_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    options: list[tuple[int, int, object]] = []
    monkeypatch.setattr(socket.socket, "setsockopt", lambda _, *option: options.append(option))
    monkeypatch.setattr(socket.socket, "bind", lambda *_: None)
    monkeypatch.setattr(socket.socket, "listen", lambda *_: None)
    monkeypatch.setattr(socket.socket, "getsockname", lambda _: ("::1", 4573, 0, 0))
    listener = await Listener.open("::1", 4573)
    listener.close()
    assert listener.address == "[::1]:4573"
    assert (socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1) in options


async def test_a_name_without_address_is_a_dns_error(monkeypatch: pytest.MonkeyPatch) -> None:
    async def getaddrinfo(*_: object, **__: object) -> object:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)
    with pytest.raises(DnsError, match=r"cannot find pbx\.invalid:4573"):
        await Listener.open("pbx.invalid", 4573)


@pytest.mark.parametrize(
    ("host", "port"), [("", 4573), ("a b", 4573), (LOOPBACK, -1), (LOOPBACK, 65536), (LOOPBACK, True)]
)
async def test_an_unusable_address_is_refused(host: str, port: int) -> None:
    with pytest.raises(InputError, match=r"host|port"):
        await Listener.open(host, port)


async def test_a_socket_that_fails_ends_the_serving(owner: Owner) -> None:
    listener = await Listener.open(LOOPBACK, 0)
    async with serving(listener, owner) as task:
        await echo(LOOPBACK, listener.port)
        listener._sockets[0].shutdown(socket.SHUT_RDWR)
        with pytest.raises(ConnectionClosedError, match=r"the listening socket failed: Invalid argument") as caught:
            await task
    assert caught.value.address == listener.address


async def test_if_one_of_two_sockets_fails_both_end(owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    resolving_to(monkeypatch, ("127.0.0.1",), ("127.0.0.2",))
    listener = await Listener.open("pbx.example", 0)
    async with serving(listener, owner) as task:
        await echo("127.0.0.2", listener.port)
        listener._sockets[1].shutdown(socket.SHUT_RDWR)
        with pytest.raises(ConnectionClosedError):
            await task


async def test_a_caller_gone_before_it_is_accepted_is_nobody(owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    left = accepting_by(monkeypatch, ConnectionAbortedError(errno.ECONNABORTED, "aborted"))
    listener = await Listener.open(LOOPBACK, 0)
    async with serving(listener, owner):
        assert await echo(LOOPBACK, listener.port) == b"hello"
        assert left() == 0


async def test_a_caller_gone_before_it_is_served_is_nobody(owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    loop = asyncio.get_running_loop()
    real = loop.connect_accepted_socket
    failures = [OSError(errno.ENOTCONN, "not connected")]

    async def connect(make: Callable[[], Stream], sock: socket.socket, **options: Any) -> object:
        if failures:
            sock.close()
            raise failures.pop()
        return await real(make, sock, **options)

    monkeypatch.setattr(loop, "connect_accepted_socket", connect)
    listener = await Listener.open(LOOPBACK, 0)
    async with serving(listener, owner):
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await echo(LOOPBACK, listener.port)
        assert await echo(LOOPBACK, listener.port) == b"hello"


async def test_without_file_descriptors_callers_wait(
    owner: Owner, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(listener_module, "_EXHAUSTED_PAUSE", 0)
    left = accepting_by(monkeypatch, *(OSError(number, "no more") for number in (errno.EMFILE, errno.ENFILE)))
    listener = await Listener.open(LOOPBACK, 0)
    async with serving(listener, owner):
        assert await echo(LOOPBACK, listener.port) == b"hello"
        assert left() == 0
    assert [record.levelno for record in caplog.records] == [logging.WARNING] * 2
    assert os.strerror(errno.EMFILE) in caplog.text


async def test_many_who_come_at_once_are_all_accepted_and_others_get_their_turn(
    owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener_module, "_AT_A_TIME", 3)
    listener = await Listener.open(LOOPBACK, 0)
    callers = [socket.create_connection((LOOPBACK, listener.port)) for _ in range(20)]
    async with serving(listener, owner), asyncio.timeout(5):
        seen = []
        while len(owner.streams) < 20:
            await asyncio.sleep(0)
            seen.append(len(owner.streams))
        assert len(set(seen)) > 4
    for caller in callers:
        caller.close()
