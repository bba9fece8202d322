"""Connecting over TCP and TLS under one deadline, and listening; every way it can fail has one error."""

import asyncio
import builtins
import contextlib
import errno
import ipaddress
import logging
import os
import socket
from collections.abc import Callable
from itertools import zip_longest
from ssl import SSLCertVerificationError, SSLContext, create_default_context
from typing import Any, NoReturn, Self

from .checks import check_timeout, shown
from .errors import (
    AsteriskError,
    ConnectFailedError,
    ConnectionClosedError,
    ConnectTimeoutError,
    DnsError,
    InputError,
    ListenFailedError,
    TlsError,
)
from .stream import Stream, format_address, reason, set_options

__all__ = ["Listener", "check_target", "is_loopback", "open_stream", "tls_context"]

logger = logging.getLogger(__name__)

# RFC 8305 section 5: the wait before the next address is tried beside the ones under way.
_HEAD_START = 0.25
# Connections that the system keeps for us until they are accepted; it takes its own limit if that is lower.
_BACKLOG = 1024
# Out of file descriptors or memory: who connects waits in the backlog until a try some seconds later.
_EXHAUSTED = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
_EXHAUSTED_PAUSE = 1.0
# TLS handshakes at a time; who comes next waits in the backlog.
_HANDSHAKES = 64
_HANDSHAKE_TIMEOUT = 5.0
# So many connections are accepted before whatever else there is to do.
_AT_A_TIME = 64

_AddressInfo = tuple[int, int, int, str, Any]


async def open_stream(
    host: str,
    port: int,
    *,
    ssl: SSLContext | bool | None = None,
    timeout: float,
    on_data: Callable[[bytes], object],
    on_closed: Callable[[AsteriskError | None], object],
) -> Stream:
    """Connect to *host* and *port*, over TLS if *ssl* is true or a context, all within *timeout* seconds.

    ``ssl=True`` means ``ssl.create_default_context()``. The addresses of a name are tried side by side (RFC 8305). The
    callbacks are those of :class:`Stream`; none is called unless the stream is returned, and none before the caller has
    it in hand. Cancelling leaves nothing open.

    Raises:
        InputError: an argument is unusable; nothing was opened.
        DnsError: the name has no address.
        ConnectFailedError: no address accepts the connection.
        TlsError: the handshake failed; ``certificate`` says whether the peer's certificate was not trusted.
        ConnectTimeoutError: *timeout* seconds have passed.
    """
    check_target(host, port)
    check_timeout("timeout", timeout)
    context = tls_context(ssl)
    address = format_address(host, port)
    handed_over = False
    lost_before: AsteriskError | None = None

    def report(error: AsteriskError | None) -> None:
        nonlocal lost_before
        if handed_over:
            on_closed(error)
        else:
            lost_before = error

    stream = Stream(on_data=on_data, on_closed=report, on_connected=Stream.pause_reading, address=address)
    try:
        async with asyncio.timeout(timeout):
            sock = await _connect(host, port, address)
            await _start(stream, sock, host, context)
    except builtins.TimeoutError:
        raise ConnectTimeoutError(address=address, timeout=timeout) from None
    if lost_before is not None:
        raise ConnectFailedError(address=address, cause=lost_before)
    handed_over = True
    stream.resume_reading()
    return stream


class Listener:
    """The sockets that accept connections on one port, made by :meth:`open`; ``address`` is theirs as ``host:port``."""

    def __init__(self, sockets: list[socket.socket], host: str) -> None:
        self.port: int = sockets[0].getsockname()[1]
        self.address = format_address(host, self.port)
        self._sockets = sockets
        self._starting: set[asyncio.Task[None]] = set()
        self._accepted: set[socket.socket] = set()  # Those whose task has not begun.

    @classmethod
    async def open(cls, host: str, port: int) -> Self:
        """Listen on all addresses of *host*; *port* 0 takes a free one.

        Raises:
            InputError: an argument is unusable.
            DnsError: the name has no address.
            ListenFailedError: the port is taken, or the address is not this machine's.
        """
        check_target(host, port, lowest_port=0)
        address = format_address(host, port)
        found = await _addresses(host, port, address)
        sockets: list[socket.socket] = []
        try:
            for info in found:
                # All of them on one port, also where the first has been given a free one.
                at = (info[4][0], sockets[0].getsockname()[1] if sockets else port, *info[4][2:])
                sockets.append(_listen(info, at))
        except OSError as error:
            for sock in sockets:
                sock.close()
            denied = isinstance(error, PermissionError)
            raise ListenFailedError(address=address, cause=reason(error), denied=denied) from error
        return cls(sockets, host)

    async def serve(
        self, make_protocol: Callable[[], asyncio.BaseProtocol], *, ssl: SSLContext | None = None
    ) -> NoReturn:
        """Accept connections, each with a protocol (a :class:`Stream`) of its own, until a socket fails.

        With *ssl* they are TLS; a handshake that is not done in 5 s ends, and hears of it nobody but the peer.

        Raises:
            ConnectionClosedError: no connection can be accepted any more.
        """
        accepting = [asyncio.create_task(self._accept(sock, make_protocol, ssl)) for sock in self._sockets]
        try:
            done, _ = await asyncio.wait(accepting, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            await self._stop(accepting, ssl)
            raise
        await self._stop(accepting, ssl)
        raise ConnectionClosedError(address=self.address, reason=done.pop().result())

    def close(self) -> None:
        """Accept nothing any more; the connections that were accepted live on."""
        for sock in self._sockets:
            sock.close()

    async def _stop(self, accepting: list[asyncio.Task[str]], ssl: SSLContext | None) -> None:
        # Who was accepted is served, a few turns of the loop from now; a handshake may take its peer seconds.
        for task in accepting if ssl is None else [*accepting, *self._starting]:
            task.cancel()
        await asyncio.wait([*accepting, *self._starting])
        while self._accepted:
            self._accepted.pop().close()

    async def _accept(
        self, sock: socket.socket, make_protocol: Callable[[], asyncio.BaseProtocol], ssl: SSLContext | None
    ) -> str:
        """Accept until that fails, and return why."""
        loop = asyncio.get_running_loop()
        with _Incoming(sock) as incoming:
            while True:
                try:
                    connection = await incoming.next()
                except ConnectionAbortedError:
                    continue
                except OSError as error:
                    if error.errno not in _EXHAUSTED:
                        return f"the listening socket failed: {reason(error)}"
                    logger.warning("%s accepts nothing for %g s: %s", self.address, _EXHAUSTED_PAUSE, reason(error))
                    await incoming.pause(_EXHAUSTED_PAUSE)
                    continue
                # Beside the others: a transport is ready some turns of the loop later, and a peer may take its time
                # over a handshake.
                self._accepted.add(connection)
                task = loop.create_task(self._begin(connection, make_protocol, ssl))
                self._starting.add(task)
                task.add_done_callback(self._starting.discard)
                if ssl is not None and len(self._starting) >= _HANDSHAKES:
                    await asyncio.wait(self._starting, return_when=asyncio.FIRST_COMPLETED)

    async def _begin(
        self, connection: socket.socket, make_protocol: Callable[[], asyncio.BaseProtocol], ssl: SSLContext | None
    ) -> None:
        self._accepted.discard(connection)
        timeout = None if ssl is None else _HANDSHAKE_TIMEOUT
        try:
            await asyncio.get_running_loop().connect_accepted_socket(
                make_protocol, connection, ssl=ssl, ssl_handshake_timeout=timeout
            )
        except OSError:
            pass  # The peer was gone before it was looked at, or does not speak TLS.
        except BaseException:
            _cut_off(connection)
            raise


class _Incoming:
    """The connections that come to one listening socket.

    The loop watches the socket all the time: ``sock_accept`` begins to watch it for each connection, which is a quarter
    of what a short call costs. Windows' own loop cannot watch sockets, and accepts by itself.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._loop = asyncio.get_running_loop()
        self._readable = asyncio.Event()
        self._in_a_row = 0

    def __enter__(self) -> Self:
        self._watches = self._watch()
        return self

    def __exit__(self, *_: object) -> None:
        if self._watches:
            with contextlib.suppress(RuntimeError):  # The loop is closed, and watches nothing any more.
                self._loop.remove_reader(self._sock)

    async def next(self) -> socket.socket:
        """Return the next connection; raises the OSError of accepting it."""
        self._in_a_row += 1
        if self._in_a_row > _AT_A_TIME:
            self._in_a_row = 0
            await asyncio.sleep(0)
        if not self._watches:
            return (await self._loop.sock_accept(self._sock))[0]
        while True:
            try:
                connection, _ = self._sock.accept()
            except BlockingIOError:
                self._in_a_row = 0
                self._readable.clear()
                await self._readable.wait()
            else:
                connection.setblocking(False)
                return connection

    async def pause(self, seconds: float) -> None:
        """Do nothing for so long, however many are waiting."""
        if self._watches:
            self._loop.remove_reader(self._sock)
        await asyncio.sleep(seconds)
        if self._watches:
            self._watch()

    def _watch(self) -> bool:
        try:
            self._loop.add_reader(self._sock, self._readable.set)
        except NotImplementedError:
            return False
        return True


def _listen(info: _AddressInfo, address: Any) -> socket.socket:
    sock = socket.socket(*info[:3])
    try:
        # A restarted server need not wait until the connections of the last one are forgotten. On Windows it need not
        # anyway, and the option would take the port from a program that listens.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, os.name == "posix")
        if info[0] == socket.AF_INET6:
            # Its own family only: the other one is another address.
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        set_options(sock)  # The sockets of accepted connections inherit them.
        sock.setblocking(False)
        sock.bind(address)
        sock.listen(_BACKLOG)
    except BaseException:
        sock.close()
        raise
    return sock


def check_target(host: object, port: object, *, lowest_port: int = 1) -> None:
    """Refuse what cannot be connected to, or listened on.

    Raises:
        InputError: *host* is no bare name or IP address, or *port* is no int from *lowest_port* to 65535.
    """
    if not isinstance(host, str) or not host:
        raise InputError(field="host", problem="must be a name or an IP address")
    # The value is not repeated: what looks like `user:secret@host` is somebody's secret.
    if any(char in "@/[]\\" or char <= " " or char == "\x7f" for char in host):
        raise InputError(
            field="host", problem="must be a bare name or IP address, without scheme, user, path or brackets"
        )
    if ":" in host and not _is_ipv6(host):
        raise InputError(field="host", problem="must not hold a port: it is an argument of its own")
    if type(port) is not int or not lowest_port <= port <= 65_535:
        raise InputError(field="port", problem=f"must be an int from {lowest_port} to 65535, not {shown(port)}")


def is_loopback(host: str) -> bool:
    """Whether who listens on *host* is reached from this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_ipv6(host: str) -> bool:
    try:
        ipaddress.IPv6Address(host)
    except ValueError:
        return False
    return True


def tls_context(ssl: object) -> SSLContext | None:
    """Return the context that *ssl* stands for: itself, a verifying default for True, None for False and None.

    Raises:
        InputError: it is anything else.
    """
    if ssl is None or ssl is False:
        return None
    if ssl is True:
        return create_default_context()
    if isinstance(ssl, SSLContext):
        return ssl
    raise InputError(field="ssl", problem=f"must be an SSLContext, a bool or None, not {type(ssl).__name__}")


async def _connect(host: str, port: int, address: str) -> socket.socket:
    """Return a connected socket; all failures are ours."""
    candidates = await _addresses(host, port, address)
    try:
        sock = await _first_to_connect(candidates)
    except OSError as error:
        raise ConnectFailedError(address=address, cause=reason(error)) from error
    set_options(sock)
    return sock


async def _addresses(host: str, port: int, address: str) -> list[_AddressInfo]:
    """Return the addresses of *host*; all failures are ours, with *address* in them."""
    try:
        return await _resolve(host, port)
    except UnicodeError as error:
        raise InputError(field="host", problem="is no valid host name") from error
    except OSError as error:
        raise DnsError(address=address, cause=reason(error)) from error


async def _resolve(host: str, port: int) -> list[_AddressInfo]:
    """Return the addresses of *host*, families alternating so that one dead family costs one attempt."""
    try:
        # An IP address needs no resolver, and so no thread.
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except socket.gaierror:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    if not found:
        raise OSError("the name has no address")
    families: dict[int, list[_AddressInfo]] = {}
    for info in found:
        families.setdefault(info[0], []).append(info)
    return [info for row in zip_longest(*families.values()) for info in row if info is not None]


async def _first_to_connect(candidates: list[_AddressInfo]) -> socket.socket:
    """Return the first socket that connects; each address gets a head start over the next (RFC 8305)."""
    attempts: list[asyncio.Task[socket.socket]] = []
    winner: asyncio.Task[socket.socket] | None = None
    try:
        for number, candidate in enumerate(candidates, start=1):
            attempts.append(asyncio.create_task(_connect_one(candidate)))
            last = number == len(candidates)
            while running := [attempt for attempt in attempts if not attempt.done()]:
                await asyncio.wait(running, timeout=None if last else _HEAD_START, return_when=asyncio.FIRST_COMPLETED)
                winner = next((attempt for attempt in attempts if _has_socket(attempt)), None)
                if winner is not None:
                    return winner.result()
                if not last:
                    break
        raise _combined([error for attempt in attempts if (error := attempt.exception())])
    finally:
        for attempt in attempts:
            if attempt is not winner:
                attempt.cancel()  # One under way closes its socket in the next turn of the loop.
                if _has_socket(attempt):
                    attempt.result().close()


def _has_socket(attempt: asyncio.Task[socket.socket]) -> bool:
    return attempt.done() and not attempt.cancelled() and attempt.exception() is None


def _combined(errors: list[BaseException]) -> BaseException:
    reasons = list(dict.fromkeys(map(reason, errors)))
    if len(reasons) == 1:
        return errors[0]
    combined = OSError("; ".join(reasons))
    combined.__cause__ = errors[0]
    return combined


async def _connect_one(candidate: _AddressInfo) -> socket.socket:
    family, kind, protocol, _name, address = candidate
    sock = socket.socket(family, kind, protocol)
    try:
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, address)
    except BaseException:
        sock.close()
        raise
    return sock


async def _start(stream: Stream, sock: socket.socket, host: str, context: SSLContext | None) -> None:
    """Put *stream* on *sock*, after the TLS handshake if there is a *context*; all failures are ours."""
    try:
        await asyncio.get_running_loop().create_connection(
            lambda: stream, sock=sock, ssl=context, server_hostname=host if context else None
        )
    except OSError as error:
        sock.close()
        if context is None:
            raise ConnectFailedError(address=stream.address, cause=reason(error)) from error
        certificate = isinstance(error, SSLCertVerificationError)
        raise TlsError(address=stream.address, cause=reason(error), certificate=certificate) from error
    except BaseException:
        _cut_off(sock)
        raise


def _cut_off(sock: socket.socket) -> None:
    """End a TLS handshake that was cancelled.

    asyncio says goodbye and gives the peer 30 s to answer. The transport owns the socket by then, so it is not ours to
    close; cut off, the transport closes it at once.
    """
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
