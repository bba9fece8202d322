"""Peers here are sockets that write literal bytes, on loopback only."""

import asyncio
import datetime as dt
import gc
import logging
import os
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import trustme

from asterisk_py_core import net
from asterisk_py_core import stream as stream_module
from asterisk_py_core.errors import (
    AsteriskError,
    ConnectFailedError,
    ConnectionClosedError,
    ConnectTimeoutError,
    DesyncError,
    DnsError,
    InputError,
    ReadTimeoutError,
    TlsError,
    WriteTimeoutError,
)
from asterisk_py_core.net import is_loopback, open_stream
from asterisk_py_core.stream import Stream, format_address

LOOPBACK = "127.0.0.1"
LINGER_ZERO = struct.pack("ii", 1, 0)  # close() sends RST


class Owner:
    """What owns a stream: it keeps what the callbacks were given, in order."""

    def __init__(self) -> None:
        self.received = b""
        self.ends: list[AsteriskError | None] = []
        self.changed = asyncio.Event()

    def on_data(self, data: bytes) -> None:
        assert type(data) is bytes
        assert not self.ends, "data after the end"
        self.received += data
        self.changed.set()

    def on_closed(self, error: AsteriskError | None) -> None:
        self.ends.append(error)
        self.changed.set()

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(5):
            while not condition():
                self.changed.clear()
                await self.changed.wait()

    async def end(self) -> AsteriskError | None:
        await self.until(lambda: self.ends)
        assert len(self.ends) == 1
        return self.ends[0]

    async def open(self, port: int, *, ssl: ssl.SSLContext | bool | None = None, timeout: float = 5) -> Stream:
        return await open_stream(
            LOOPBACK, port, ssl=ssl, timeout=timeout, on_data=self.on_data, on_closed=self.on_closed
        )


class Peer:
    """A listening socket whose accepted end the test drives byte by byte."""

    def __init__(self) -> None:
        self.listener = socket.create_server((LOOPBACK, 0))
        self.listener.setblocking(False)
        self.port: int = self.listener.getsockname()[1]
        self.accepted: list[socket.socket] = []

    async def accept(self) -> socket.socket:
        async with asyncio.timeout(5):
            sock, _ = await asyncio.get_running_loop().sock_accept(self.listener)
        self.accepted.append(sock)
        return sock

    def close(self) -> None:
        for sock in (self.listener, *self.accepted):
            sock.close()


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    peer = Peer()
    yield peer
    peer.close()


@pytest.fixture
async def owner() -> Owner:
    return Owner()


@pytest.fixture(autouse=True)
async def nothing_is_left() -> AsyncIterator[None]:
    sockets = count_sockets()
    yield
    await until_now(lambda: count_sockets() <= sockets)
    assert asyncio.all_tasks() == {asyncio.current_task()}
    gc.collect()  # a transport left open warns here, and warnings fail tests


def count_sockets() -> int:
    fds = Path("/proc/self/fd")
    if not fds.exists():
        return 0
    return sum(1 for fd in fds.iterdir() if fd.is_symlink() and str(fd.readlink()).startswith("socket:"))


async def until_now(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - what is awaited here (sockets, tasks that end) sets no event
            await asyncio.sleep(0)


async def receive(sock: socket.socket, size: int) -> bytes:
    data = b""
    async with asyncio.timeout(5):
        while len(data) < size:
            chunk = await asyncio.get_running_loop().sock_recv(sock, size - len(data))
            if not chunk:
                break
            data += chunk
    return data


async def send(sock: socket.socket, data: bytes) -> None:
    await asyncio.get_running_loop().sock_sendall(sock, data)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def server_context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


class TlsPeer:
    """A TLS server that greets with literal bytes and keeps what it receives."""

    def __init__(self, greeting: bytes) -> None:
        self.greeting = greeting
        self.ending: str | None = None
        self.received = b""
        self.done = asyncio.Event()
        self.server: asyncio.Server
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(self.greeting)
            if self.ending == "abort":
                await writer.drain()
                writer.transport.abort()
            elif self.ending is None:
                self.received = await reader.read()
        except OSError:
            pass
        finally:
            writer.close()
            self.done.set()

    async def start(self, certificate: trustme.LeafCert) -> None:
        self.server = await asyncio.start_server(self.serve, LOOPBACK, 0, ssl=server_context(certificate))
        self.port = self.server.sockets[0].getsockname()[1]


@pytest.fixture
async def tls_peer(authority: trustme.CA) -> AsyncIterator[TlsPeer]:
    peer = TlsPeer(b"Asterisk Call Manager/11.0.0\r\n")
    await peer.start(authority.issue_cert(LOOPBACK))
    yield peer
    peer.server.close()
    await peer.server.wait_closed()


def transport_without_a_peer() -> mock.Mock:
    """A transport whose peer had gone before anybody could ask who it was."""
    transport = mock.Mock(asyncio.Transport)
    transport.get_extra_info = {"socket": mock.Mock()}.get
    transport.is_closing.return_value = False
    return transport


# --- address -----------------------------------------------------------------------------------------------------


def test_an_ipv6_address_stands_in_brackets() -> None:
    assert format_address("pbx.example", 5038) == "pbx.example:5038"
    assert format_address("::1", 5038) == "[::1]:5038"


# --- data --------------------------------------------------------------------------------------------------------


async def test_bytes_go_both_ways_and_closing_is_no_error(peer: Peer, owner: Owner) -> None:
    stream = await owner.open(peer.port)
    other = await peer.accept()
    assert stream.address == f"127.0.0.1:{peer.port}"
    assert stream.get_extra_info("peername") == (LOOPBACK, peer.port)
    stream.write(b"Action: Ping\r\n\r\n")
    assert await receive(other, 16) == b"Action: Ping\r\n\r\n"
    await send(other, b"Response: Success\r\n")
    await owner.until(lambda: owner.received == b"Response: Success\r\n")
    states = [stream.is_closing]
    stream.close()
    assert [*states, stream.is_closing] == [False, True]
    assert await receive(other, 1) == b""
    assert await owner.end() is None
    await stream.wait_closed()


async def test_data_larger_than_the_buffer_arrives_whole_and_in_order(peer: Peer, owner: Owner) -> None:
    data = b"".join(b"%07d\n" % number for number in range(40_000))
    stream = await owner.open(peer.port)
    other = await peer.accept()
    sending = asyncio.create_task(send(other, data))
    await owner.until(lambda: len(owner.received) == len(data))
    assert owner.received == data
    await sending
    stream.abort()
    assert await owner.end() is None


async def test_a_peer_that_speaks_first_is_not_heard_before_the_caller_has_the_stream(peer: Peer) -> None:
    streams: list[Stream] = []
    heard: list[tuple[bytes, bool]] = []

    async def greet() -> None:
        await send(await peer.accept(), b"banner\n")

    greeting = asyncio.create_task(greet())
    stream = await open_stream(
        LOOPBACK,
        peer.port,
        timeout=5,
        on_data=lambda data: heard.append((data, bool(streams))),
        on_closed=lambda _: None,
    )
    streams.append(stream)
    await greeting
    await until_now(lambda: heard)
    assert heard == [(b"banner\n", True)]
    stream.abort()
    await stream.wait_closed()


async def test_the_time_of_the_last_byte_moves_with_every_read(peer: Peer, owner: Owner) -> None:
    stream = await owner.open(peer.port)
    other = await peer.accept()
    opened = stream.last_received
    await send(other, b"x")
    await owner.until(lambda: owner.received)
    assert opened < stream.last_received <= asyncio.get_running_loop().time()
    stream.abort()
    await stream.wait_closed()


async def test_nothing_is_read_while_reading_is_paused(peer: Peer, owner: Owner) -> None:
    stream = await owner.open(peer.port)
    other = await peer.accept()
    stream.pause_reading()
    await send(other, b"later")
    for _ in range(20):
        await asyncio.sleep(0)
    assert owner.received == b""
    stream.resume_reading()
    await owner.until(lambda: owner.received == b"later")
    stream.close()
    stream.pause_reading()
    stream.resume_reading()
    assert await owner.end() is None


async def test_what_a_transport_delivers_in_spite_of_the_pause_is_kept_in_order(owner: Owner) -> None:
    stream = Stream(on_data=owner.on_data, on_closed=owner.on_closed, on_connected=Stream.pause_reading)
    stream.connection_made(transport_without_a_peer())

    def deliver(data: bytes) -> None:
        stream.get_buffer(-1)[: len(data)] = data
        stream.buffer_updated(len(data))

    deliver(b"1")
    stream.resume_reading()
    deliver(b"2")
    stream.pause_reading()
    await asyncio.sleep(0)
    deliver(b"3")
    assert owner.received == b""
    stream.resume_reading()
    await asyncio.sleep(0)
    assert owner.received == b"123"
    deliver(b"4")
    assert owner.received == b"1234"


async def test_an_error_over_bytes_kept_during_a_pause_ends_the_stream_and_drops_the_rest(owner: Owner) -> None:
    seen: list[bytes] = []

    def refuse(data: bytes) -> None:
        seen.append(data)
        raise DesyncError("forged")

    stream = Stream(on_data=refuse, on_closed=owner.on_closed, on_connected=Stream.pause_reading)
    stream.connection_made(transport_without_a_peer())
    stream.buffer_updated(1)
    stream.buffer_updated(2)
    stream.resume_reading()
    await asyncio.sleep(0)
    stream.connection_lost(None)
    assert [len(data) for data in seen] == [1]
    assert isinstance(owner.ends[0], DesyncError)


async def test_the_socket_notices_a_peer_that_vanished(peer: Peer, owner: Owner) -> None:
    stream = await owner.open(peer.port)
    sock = stream.get_extra_info("socket")
    assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 60_000
    stream.abort()
    await stream.wait_closed()


async def test_a_socket_option_the_system_refuses_is_done_without(
    peer: Peer, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_module, "_SOCKET_OPTIONS", [(socket.SOL_SOCKET, 9999, 1)])
    stream = await owner.open(peer.port)
    stream.abort()
    await stream.wait_closed()


# --- ends --------------------------------------------------------------------------------------------------------


async def test_eof_is_told_once_with_the_address(peer: Peer, owner: Owner) -> None:
    stream = await owner.open(peer.port)
    other = await peer.accept()
    await send(other, b"half a mess")
    other.close()
    error = await owner.end()
    assert owner.received == b"half a mess"
    assert isinstance(error, ConnectionClosedError)
    assert str(error) == f"connection to 127.0.0.1:{peer.port} lost: the peer closed the connection"
    await stream.wait_closed()
    stream.close()
    stream.abort(DesyncError("too late"))
    assert owner.ends == [error]


async def test_eof_does_not_wait_for_a_peer_that_takes_nothing(peer: Peer, owner: Owner) -> None:
    stream = await owner.open(peer.port)
    other = await peer.accept()
    stream.write(b"x" * 16_000_000)
    other.shutdown(socket.SHUT_WR)
    assert isinstance(await owner.end(), ConnectionClosedError)


async def test_061_a_reset_in_the_middle_of_a_message_names_what_the_system_said(peer: Peer, owner: Owner) -> None:
    stream = await owner.open(peer.port)
    other = await peer.accept()
    await send(other, b"Event: Han")
    await owner.until(lambda: owner.received)
    other.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_ZERO)
    other.close()
    error = await owner.end()
    assert isinstance(error, ConnectionClosedError)
    assert error.reason == "Connection reset by peer"
    assert isinstance(error.__cause__, ConnectionResetError)
    assert stream.is_closing


@pytest.mark.parametrize("end", ["close", "abort", "eof", "cause"])
async def test_nothing_is_written_to_a_closed_stream(peer: Peer, owner: Owner, end: str) -> None:
    stream = await owner.open(peer.port)
    other = await peer.accept()
    cause = ReadTimeoutError(address=stream.address, timeout=5, request="Ping")
    match end:
        case "close":
            stream.close()
        case "abort":
            stream.abort()
        case "eof":
            other.close()
            await owner.end()
        case _:
            stream.abort(cause)
    reason = {"eof": "the peer closed the connection", "cause": str(cause)}.get(end, "closed by this program")
    with pytest.raises(ConnectionClosedError) as caught:
        stream.write(b"x")
    assert (caught.value.address, caught.value.reason) == (stream.address, reason)
    with pytest.raises(ConnectionClosedError):
        await stream.drain(5)
    assert await owner.end() is (cause if end == "cause" else owner.ends[0])


async def test_a_close_sends_what_was_written_first(peer: Peer, owner: Owner) -> None:
    data = b"0123456789" * 500_000
    stream = await owner.open(peer.port)
    other = await peer.accept()
    stream.write(data)
    stream.close()
    stream.close()
    assert await receive(other, len(data) + 1) == data
    assert await owner.end() is None


async def test_a_close_does_not_wait_for_ever_for_a_peer_that_takes_nothing(
    peer: Peer, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_module, "_CLOSE_TIMEOUT", 0.01)
    stream = await owner.open(peer.port)
    await peer.accept()
    stream.write(b"x" * 16_000_000)
    stream.close()
    assert await owner.end() is None


async def test_data_that_arrives_after_our_close_is_dropped(owner: Owner) -> None:
    stream = Stream(on_data=owner.on_data, on_closed=owner.on_closed)
    stream.connection_made(transport_without_a_peer())
    stream.close()
    stream.get_buffer(-1)[:4] = b"late"
    stream.buffer_updated(4)
    stream.eof_received()
    assert owner.received == b""
    stream.connection_lost(None)
    assert owner.ends == [None]


async def test_a_closed_stream_keeps_no_buffer(owner: Owner) -> None:
    stream = Stream(on_data=owner.on_data, on_closed=owner.on_closed)
    assert len(stream.get_buffer(-1)) == 65_536
    stream.connection_made(transport_without_a_peer())
    stream.connection_lost(OSError("the cable"))
    assert len(stream.get_buffer(-1)) == 0
    assert str(owner.ends[0]) == "connection to unknown peer lost: the cable"


async def test_every_waiter_of_the_end_is_woken_and_a_cancelled_one_disturbs_nobody(peer: Peer, owner: Owner) -> None:
    stream = await owner.open(peer.port)
    waiters = [asyncio.create_task(stream.wait_closed()) for _ in range(3)]
    await asyncio.sleep(0)
    waiters[1].cancel()
    await asyncio.sleep(0)
    stream.abort()
    async with asyncio.timeout(5):
        await waiters[0]
        await waiters[2]
    assert waiters[1].cancelled()


# --- callbacks that raise ----------------------------------------------------------------------------------------


async def test_a_protocol_error_out_of_on_data_is_the_cause_as_it_is(
    peer: Peer, owner: Owner, caplog: pytest.LogCaptureFixture
) -> None:
    refusal = DesyncError("reply to nothing")

    def refuse(data: bytes) -> None:
        owner.received += data
        raise refusal

    stream = await open_stream(LOOPBACK, peer.port, timeout=5, on_data=refuse, on_closed=owner.on_closed)
    other = await peer.accept()
    await send(other, b"nonsense")
    assert await owner.end() is refusal
    assert caplog.records == []
    assert stream.is_closing


async def test_any_other_error_out_of_on_data_is_logged_once_and_chained(
    peer: Peer, owner: Owner, caplog: pytest.LogCaptureFixture
) -> None:
    bug = KeyError("bug")

    def broken(_: bytes) -> None:
        raise bug

    await open_stream(LOOPBACK, peer.port, timeout=5, on_data=broken, on_closed=owner.on_closed)
    await send(await peer.accept(), b"x")
    error = await owner.end()
    assert isinstance(error, ConnectionClosedError)
    assert error.reason == "a callback raised KeyError"
    assert error.__cause__ is bug
    assert [(record.levelno, record.name) for record in caplog.records] == [(logging.ERROR, "asterisk_py_core.stream")]


async def test_a_stream_closed_in_its_own_callback_still_reports_what_was_raised_there(
    peer: Peer, owner: Owner
) -> None:
    streams: list[Stream] = []

    def say_goodbye(_: bytes) -> None:
        streams[0].write(b"failure\n")
        streams[0].close()
        raise DesyncError("forged")

    streams.append(await open_stream(LOOPBACK, peer.port, timeout=5, on_data=say_goodbye, on_closed=owner.on_closed))
    await send(await peer.accept(), b"x")
    assert isinstance(await owner.end(), DesyncError)


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
async def test_025_keyboard_interrupt_in_a_callback_is_not_swallowed(owner: Owner, error: type[BaseException]) -> None:
    def interrupted(_: bytes) -> None:
        raise error

    stream = Stream(on_data=interrupted, on_closed=owner.on_closed)
    stream.connection_made(transport_without_a_peer())
    with pytest.raises(error):
        stream.buffer_updated(1)
    assert owner.ends == []


# --- writing to a slow peer --------------------------------------------------------------------------------------


async def test_060_drain_waits_for_a_slow_peer_and_times_out_with_the_request_named(peer: Peer, owner: Owner) -> None:
    data = b"0123456789" * 1_600_000
    stream = await owner.open(peer.port)
    other = await peer.accept()
    await stream.drain(5)
    full = [stream.is_full]
    stream.write(data)
    full.append(stream.is_full)
    with pytest.raises(WriteTimeoutError) as caught:
        await stream.drain(0.01, request="Originate")
    assert str(caught.value) == f"Originate: 127.0.0.1:{peer.port} did not accept the data within 0.01 s"
    drained = asyncio.create_task(stream.drain(5))
    assert await receive(other, len(data)) == data
    async with asyncio.timeout(5):
        await drained
    assert [*full, stream.is_full] == [False, True, False]
    stream.close()
    assert await owner.end() is None


async def test_060_a_cancelled_drain_cuts_nothing_and_disturbs_no_other(peer: Peer, owner: Owner) -> None:
    data = b"0123456789" * 1_600_000
    stream = await owner.open(peer.port)
    other = await peer.accept()
    stream.write(data)
    drains = [asyncio.create_task(stream.drain(5)) for _ in range(2)]
    await asyncio.sleep(0)
    drains[0].cancel()
    assert await receive(other, len(data)) == data
    async with asyncio.timeout(5):
        await drains[1]
    stream.abort()
    await stream.wait_closed()


async def test_drain_ends_when_the_connection_does(peer: Peer, owner: Owner) -> None:
    stream = await owner.open(peer.port)
    other = await peer.accept()
    stream.write(b"x" * 16_000_000)
    drain = asyncio.create_task(stream.drain(5))
    await asyncio.sleep(0)
    other.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_ZERO)
    other.close()
    with pytest.raises(ConnectionClosedError):
        await drain
    assert isinstance(await owner.end(), ConnectionClosedError)


# --- accepted connections ----------------------------------------------------------------------------------------


async def accepting(
    owner: Owner, on_connected: Callable[[Stream], object] | None, context: ssl.SSLContext | None = None
) -> asyncio.Server:
    return await asyncio.get_running_loop().create_server(
        lambda: Stream(on_data=owner.on_data, on_closed=owner.on_closed, on_connected=on_connected),
        LOOPBACK,
        0,
        ssl=context,
    )


async def test_an_accepted_stream_tells_who_connected(owner: Owner) -> None:
    streams: list[Stream] = []
    server = await accepting(owner, streams.append)
    with socket.create_connection(server.sockets[0].getsockname()) as client:
        client.setblocking(False)
        await until_now(lambda: streams)
        assert streams[0].address == format_address(*client.getsockname())
        await send(client, b"agi_network: yes\n\n")
        await owner.until(lambda: owner.received == b"agi_network: yes\n\n")
        streams[0].write(b"ANSWER\n")
        assert await receive(client, 7) == b"ANSWER\n"
    assert isinstance(await owner.end(), ConnectionClosedError)
    server.close()
    await server.wait_closed()


async def test_082_a_peer_can_be_refused_before_a_byte_of_it_is_read(owner: Owner) -> None:
    server = await accepting(owner, Stream.abort)
    with socket.create_connection(server.sockets[0].getsockname()) as client:
        client.setblocking(False)
        client.send(b"agi_network: yes\n\n")
        assert await owner.end() is None
    assert owner.received == b""
    server.close()
    await server.wait_closed()


async def test_an_error_out_of_on_connected_ends_the_stream(owner: Owner, caplog: pytest.LogCaptureFixture) -> None:
    def broken(_: Stream) -> None:
        raise ZeroDivisionError

    server = await accepting(owner, broken)
    with socket.create_connection(server.sockets[0].getsockname()):
        error = await owner.end()
    assert isinstance(error, ConnectionClosedError)
    assert isinstance(error.__cause__, ZeroDivisionError)
    assert len(caplog.records) == 1
    server.close()
    await server.wait_closed()


async def test_an_accepted_stream_without_a_greeting_callback_works_over_tls(
    owner: Owner, authority: trustme.CA, trusting: ssl.SSLContext
) -> None:
    server = await accepting(owner, None, server_context(authority.issue_cert(LOOPBACK)))
    client = Owner()
    stream = await client.open(server.sockets[0].getsockname()[1], ssl=trusting)
    stream.write(b"hello")
    await owner.until(lambda: owner.received == b"hello")
    stream.close()
    assert isinstance(await owner.end(), ConnectionClosedError)
    assert await client.end() is None
    server.close()
    await server.wait_closed()


# --- connecting --------------------------------------------------------------------------------------------------


async def test_a_refused_connection_names_the_address_and_the_reason(peer: Peer, owner: Owner) -> None:
    peer.close()
    with pytest.raises(ConnectFailedError) as caught:
        await owner.open(peer.port)
    assert str(caught.value) == f"cannot connect to 127.0.0.1:{peer.port}: Connection refused"
    assert isinstance(caught.value.__cause__, ConnectionRefusedError)
    assert type(caught.value) is ConnectFailedError
    assert owner.ends == []


def resolving_to(monkeypatch: pytest.MonkeyPatch, *addresses: tuple[str, int]) -> None:
    """Let every name stand for *addresses*, so that no test asks a real resolver."""

    async def getaddrinfo(*_: object, **__: object) -> list[tuple[Any, ...]]:
        return [
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (host, port, 0, 0))
            if ":" in host
            else (socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port))
            for host, port in addresses
        ]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)


async def open_name(owner: Owner, name: str = "pbx.invalid") -> Stream:
    return await open_stream(name, 5038, timeout=5, on_data=owner.on_data, on_closed=owner.on_closed)


async def test_a_name_without_address_is_a_dns_error(owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    async def getaddrinfo(*_: object, **__: object) -> object:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)
    with pytest.raises(DnsError, match=r"cannot find pbx\.invalid:5038: .*Name or service not known") as caught:
        await open_name(owner)
    assert isinstance(caught.value.__cause__, socket.gaierror)


async def test_a_resolver_that_returns_nothing_is_a_dns_error(owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    resolving_to(monkeypatch)
    with pytest.raises(DnsError, match="the name has no address"):
        await open_name(owner)


async def test_the_next_address_is_tried_when_one_refuses(
    peer: Peer, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = Peer()
    closed.close()
    resolving_to(monkeypatch, (LOOPBACK, closed.port), ("::1", closed.port), (LOOPBACK, peer.port))
    stream = await open_name(owner)
    assert stream.address == "pbx.invalid:5038"
    stream.abort()
    await stream.wait_closed()


async def test_when_every_address_fails_each_reason_is_said_once(owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    errors = iter([111, 113, 111])

    async def sock_connect(*_: object) -> None:
        raise OSError(next(errors), "Connect call failed")

    resolving_to(monkeypatch, (LOOPBACK, 1), (LOOPBACK, 2), (LOOPBACK, 3))
    monkeypatch.setattr(asyncio.get_running_loop(), "sock_connect", sock_connect)
    with pytest.raises(ConnectFailedError) as caught:
        await open_name(owner)
    assert str(caught.value) == f"cannot connect to pbx.invalid:5038: {os.strerror(111)}; {os.strerror(113)}"


class Attempts:
    """A ``sock_connect`` that hangs for the ports it is told to, and says which were asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *hanging: int) -> None:
        loop = asyncio.get_running_loop()
        self.real = loop.sock_connect
        self.hanging = hanging
        self.asked: list[int] = []
        self.sockets: list[socket.socket] = []
        monkeypatch.setattr(loop, "sock_connect", self.sock_connect)

    async def sock_connect(self, sock: socket.socket, address: tuple[str, int]) -> None:
        self.asked.append(address[1])
        self.sockets.append(sock)
        if address[1] in self.hanging:
            await asyncio.Event().wait()
        await self.real(sock, address)


async def test_an_address_that_does_not_answer_delays_the_next_only_by_its_head_start(
    peer: Peer, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(net, "_HEAD_START", 0.001)
    attempts = Attempts(monkeypatch, 1, 2)
    resolving_to(monkeypatch, (LOOPBACK, 1), (LOOPBACK, 2), ("::1", 3), (LOOPBACK, peer.port))
    stream = await open_name(owner)
    assert attempts.asked == [1, 3, 2, peer.port]
    stream.abort()
    await stream.wait_closed()


async def test_of_two_addresses_that_connect_at_once_one_socket_is_closed(
    peer: Peer, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(net, "_HEAD_START", 0.001)
    go = asyncio.Event()
    loop = asyncio.get_running_loop()
    real = loop.sock_connect
    started: list[int] = []

    async def together(sock: socket.socket, address: tuple[str, int]) -> None:
        await real(sock, address)
        started.append(address[1])
        if len(started) == 2:
            go.set()
        await go.wait()

    monkeypatch.setattr(loop, "sock_connect", together)
    resolving_to(monkeypatch, (LOOPBACK, peer.port), (LOOPBACK, peer.port))
    stream = await open_name(owner)
    first, second = await peer.accept(), await peer.accept()
    stream.abort()
    await stream.wait_closed()
    assert {await receive(first, 1), await receive(second, 1)} == {b""}


async def test_connecting_has_one_deadline(owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    Attempts(monkeypatch, 5038)
    resolving_to(monkeypatch, (LOOPBACK, 5038))
    with pytest.raises(ConnectTimeoutError) as caught:
        await open_stream("pbx.invalid", 5038, timeout=0.01, on_data=owner.on_data, on_closed=owner.on_closed)
    assert str(caught.value) == "pbx.invalid:5038 did not accept the connection within 0.01 s"


async def test_a_timeout_reported_by_the_system_is_not_our_deadline(
    owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def sock_connect(*_: object) -> None:
        raise TimeoutError(110, "Connect call failed")

    resolving_to(monkeypatch, (LOOPBACK, 1))
    monkeypatch.setattr(asyncio.get_running_loop(), "sock_connect", sock_connect)
    with pytest.raises(ConnectFailedError, match=os.strerror(110)):
        await open_name(owner)


async def test_a_socket_that_cannot_become_a_stream_is_closed(
    peer: Peer, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def create_connection(*_: object, **__: object) -> None:
        raise OSError(107, "not connected")

    monkeypatch.setattr(asyncio.get_running_loop(), "create_connection", create_connection)
    with pytest.raises(ConnectFailedError, match=os.strerror(107)):
        await owner.open(peer.port)
    assert await receive(await peer.accept(), 1) == b""


async def test_a_connection_lost_before_the_caller_has_it_is_a_failed_one(
    peer: Peer, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = asyncio.get_running_loop()
    real = loop.create_connection

    async def create_connection(*args: Any, **kwargs: Any) -> object:
        transport, stream = await real(*args, **kwargs)
        stream.connection_lost(ConnectionResetError(104, "reset"))
        monkeypatch.setattr(stream, "connection_lost", lambda _: None)
        transport.abort()
        return transport, stream

    monkeypatch.setattr(loop, "create_connection", create_connection)
    with pytest.raises(ConnectFailedError, match=f"cannot connect to .*{os.strerror(104)}"):
        await owner.open(peer.port)
    assert owner.ends == []


BAD_TARGETS: list[tuple[str, dict[str, Any]]] = [
    *[("host", {"host": host}) for host in ("", None, b"pbx", 5, "a b", "a\0b", "a\nb", "[::1]", "http://pbx", "::x")],
    *[("host", {"host": host}) for host in ("pbx:5038", "user:secret@pbx", "a" * 64 + ".example", "a..b")],
    *[("port", {"port": port}) for port in (0, -1, 65_536, True, 5038.0, "5038", None)],
    *[("timeout", {"timeout": timeout}) for timeout in (0, -1, float("nan"), float("inf"), True, "5", None)],
    *[("ssl", {"ssl": value}) for value in (1, 0, "yes")],
]


@pytest.mark.parametrize(("field", "arguments"), BAD_TARGETS)
async def test_a_bad_argument_is_refused_before_anything_is_opened(
    owner: Owner, monkeypatch: pytest.MonkeyPatch, field: str, arguments: dict[str, Any]
) -> None:
    monkeypatch.setattr(socket, "socket", None)
    good: dict[str, Any] = {"host": LOOPBACK, "port": 5038, "timeout": 5.0}
    with pytest.raises(InputError) as caught:
        await open_stream(**good | arguments, on_data=owner.on_data, on_closed=owner.on_closed)
    assert caught.value.field == field
    assert "secret" not in str(caught.value)


async def test_ipv6_is_named_in_brackets(owner: Owner, peer: Peer) -> None:
    peer.close()
    with pytest.raises(ConnectFailedError, match=rf"cannot connect to \[::1\]:{peer.port}: "):
        await open_stream("::1", peer.port, timeout=5, on_data=owner.on_data, on_closed=owner.on_closed)


# --- TLS ---------------------------------------------------------------------------------------------------------


async def test_a_trusted_peer_is_read_and_written_over_tls(
    tls_peer: TlsPeer, owner: Owner, trusting: ssl.SSLContext
) -> None:
    stream = await owner.open(tls_peer.port, ssl=trusting)
    assert stream.get_extra_info("ssl_object") is not None
    await owner.until(lambda: owner.received == tls_peer.greeting)
    stream.write(b"Action: Logoff\r\n\r\n")
    stream.close()
    assert await owner.end() is None
    await tls_peer.done.wait()
    assert tls_peer.received == b"Action: Logoff\r\n\r\n"


@pytest.mark.parametrize("ending", ["close", "abort"])
async def test_a_tls_peer_that_closes_is_an_error(
    tls_peer: TlsPeer, owner: Owner, trusting: ssl.SSLContext, ending: str
) -> None:
    tls_peer.ending = ending
    await owner.open(tls_peer.port, ssl=trusting)
    error = await owner.end()
    assert isinstance(error, ConnectionClosedError)
    await tls_peer.done.wait()


async def test_ssl_true_trusts_what_the_system_trusts(
    tls_peer: TlsPeer, owner: Owner, monkeypatch: pytest.MonkeyPatch, authority: trustme.CA, tmp_path: Path
) -> None:
    with pytest.raises(TlsError):
        await owner.open(tls_peer.port, ssl=True)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    stream = await owner.open(tls_peer.port, ssl=True)
    stream.close()
    assert await owner.end() is None


async def test_ssl_false_is_a_plain_connection(peer: Peer, owner: Owner) -> None:
    stream = await owner.open(peer.port, ssl=False)
    assert stream.get_extra_info("ssl_object") is None
    stream.abort()
    await stream.wait_closed()


def wrong_certificate(kind: str, authority: trustme.CA) -> trustme.LeafCert:
    match kind:
        case "self-signed":
            return trustme.CA().issue_cert(LOOPBACK)
        case "wrong host":
            return authority.issue_cert("other.example")
        case _:
            yesterday = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
            return authority.issue_cert(LOOPBACK, not_after=yesterday)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [("self-signed", "unable to get local issuer"), ("wrong host", "mismatch"), ("expired", "expired")],
)
async def test_063_a_certificate_that_is_not_trusted_is_not_retried(
    owner: Owner, authority: trustme.CA, trusting: ssl.SSLContext, kind: str, reason: str
) -> None:
    peer = TlsPeer(b"")
    await peer.start(wrong_certificate(kind, authority))
    with pytest.raises(TlsError, match=reason) as caught:
        await owner.open(peer.port, ssl=trusting)
    assert caught.value.certificate
    assert not caught.value.is_retryable
    assert isinstance(caught.value.__cause__, ssl.SSLCertVerificationError)
    assert str(caught.value).startswith(f"cannot agree on TLS with 127.0.0.1:{peer.port}: ")
    peer.server.close()
    await peer.server.wait_closed()
    assert peer.received == b""
    assert owner.ends == []


async def answer(peer: Peer, act: Callable[[socket.socket], Awaitable[None]]) -> None:
    sock = await peer.accept()
    await receive(sock, 1)  # the client has said hello
    await act(sock)


async def plain_banner(sock: socket.socket) -> None:
    await send(sock, b"Asterisk Call Manager/11.0.0\r\n")


async def eof(sock: socket.socket) -> None:
    sock.shutdown(socket.SHUT_WR)


async def reset(sock: socket.socket) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_ZERO)
    sock.close()


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (plain_banner, "SSL"),
        (eof, "the peer closed the connection"),
        (reset, "Connection reset by peer"),
    ],
)
async def test_063_a_handshake_that_breaks_is_retried(
    peer: Peer, owner: Owner, trusting: ssl.SSLContext, act: Callable[[socket.socket], Awaitable[None]], reason: str
) -> None:
    answering = asyncio.create_task(answer(peer, act))
    with pytest.raises(TlsError, match=reason) as caught:
        await owner.open(peer.port, ssl=trusting)
    await answering
    assert not caught.value.certificate
    assert caught.value.is_retryable


async def test_a_peer_that_accepts_and_never_answers_tls_meets_the_deadline(
    peer: Peer, owner: Owner, trusting: ssl.SSLContext
) -> None:
    with pytest.raises(ConnectTimeoutError):
        await owner.open(peer.port, ssl=trusting, timeout=0.05)
    assert owner.ends == []


# --- cancellation ------------------------------------------------------------------------------------------------


@pytest.fixture
def fresh_owners() -> Iterator[list[Owner]]:
    owners: list[Owner] = []
    yield owners
    assert all(owner.ends in ([], [None]) for owner in owners)


async def cancel_at_every_turn(connect: Callable[[], Awaitable[Stream]]) -> int:
    """Cancel after 0, 1, 2... turns of the loop until a connection is made first; nothing may stay open."""
    sockets = count_sockets()
    tasks = asyncio.all_tasks()
    for turns in range(10_000):
        task = asyncio.ensure_future(connect())
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        try:
            stream = await task
        except asyncio.CancelledError:
            await until_now(lambda: count_sockets() <= sockets and asyncio.all_tasks() <= tasks)
        else:
            stream.abort()
            await stream.wait_closed()
            return turns
    pytest.fail("never connected")


async def test_007_cancelling_a_plain_connect_at_any_point_leaves_nothing(
    peer: Peer, fresh_owners: list[Owner]
) -> None:
    async def connect() -> Stream:
        fresh_owners.append(Owner())
        return await fresh_owners[-1].open(peer.port)

    assert await cancel_at_every_turn(connect) > 2


async def test_007_cancelling_a_tls_connect_at_any_point_leaves_nothing(
    authority: trustme.CA, trusting: ssl.SSLContext, fresh_owners: list[Owner]
) -> None:
    certificate = server_context(authority.issue_cert(LOOPBACK))
    server = await asyncio.get_running_loop().create_server(
        lambda: Stream(on_data=lambda _: None, on_closed=lambda _: None), LOOPBACK, 0, ssl=certificate
    )
    port = server.sockets[0].getsockname()[1]

    async def connect() -> Stream:
        fresh_owners.append(Owner())
        return await fresh_owners[-1].open(port, ssl=trusting)

    assert await cancel_at_every_turn(connect) > 4
    server.close()
    await server.wait_closed()


async def test_007_cancelling_a_connect_does_not_wait_for_the_goodbye_of_a_silent_tls_peer(
    authority: trustme.CA, trusting: ssl.SSLContext, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent: list[Stream] = []

    def greet(stream: Stream) -> None:
        stream.pause_reading()
        silent.append(stream)

    server = await accepting(Owner(), greet, server_context(authority.issue_cert(LOOPBACK)))
    port = server.sockets[0].getsockname()[1]
    attempts = Attempts(monkeypatch)
    cancelled = True
    turns = 0
    while cancelled:
        task = asyncio.create_task(owner.open(port, ssl=trusting))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait((task,))
        cancelled = task.cancelled()
        if not cancelled:
            (await task).abort()
        await until_now(lambda: all(sock.fileno() == -1 for sock in attempts.sockets))
        turns += 1
    assert turns > 4
    server.close()
    for stream in silent:
        stream.abort()
    await until_now(lambda: all(stream.is_closing for stream in silent))
    await server.wait_closed()


async def test_007_cancelling_during_a_race_of_addresses_leaves_nothing(
    peer: Peer, fresh_owners: list[Owner], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(net, "_HEAD_START", 0.0)
    Attempts(monkeypatch, 1)
    resolving_to(monkeypatch, (LOOPBACK, 1), ("::1", 1), (LOOPBACK, peer.port), (LOOPBACK, peer.port))

    async def connect() -> Stream:
        fresh_owners.append(Owner())
        return await open_name(fresh_owners[-1])

    assert await cancel_at_every_turn(connect) > 2


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost"])
def test_a_loopback_address_is_reached_from_this_machine_alone(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "pbx.example"])  # noqa: S104 - nothing is bound
def test_another_address_is_not(host: str) -> None:
    assert not is_loopback(host)
