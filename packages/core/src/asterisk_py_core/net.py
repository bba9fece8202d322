"""TCP and TLS byte streams: the one file of core that touches the network.

Nothing here knows a protocol: bytes go in and out, and every way a connection can fail has one error.
"""

import asyncio
import builtins
import contextlib
import ipaddress
import logging
import math
import os
import socket
from collections.abc import Callable
from itertools import zip_longest
from ssl import SSLCertVerificationError, SSLContext, SSLError, create_default_context
from typing import Any, cast

from .errors import (
    AsteriskError,
    ConnectFailedError,
    ConnectionClosedError,
    ConnectTimeoutError,
    DnsError,
    InputError,
    TlsError,
    WriteTimeoutError,
)

__all__ = ["Stream", "check_target", "check_timeout", "format_address", "open_stream"]

logger = logging.getLogger(__name__)

# One buffer per stream, used for every read. Plain protocols allocate 256 KiB for each read, which the C library serves
# with mmap and munmap: 1.9 times the CPU on small messages. Larger buffers also leave the cache on large ones.
_BUFFER_SIZE = 64 * 1024
_CLOSE_TIMEOUT = 1.0
# RFC 8305 section 5: the wait before the next address is tried beside the ones under way.
_HEAD_START = 0.25

# A host that vanished without a word is found within a minute even where the protocol has no keepalive of its own.
_SOCKET_OPTIONS = [
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    *(
        (socket.IPPROTO_TCP, int(getattr(socket, option)), value)
        for option, value in (
            ("TCP_NODELAY", 1),
            ("TCP_KEEPIDLE", 30),
            ("TCP_KEEPALIVE", 30),  # macOS's name for TCP_KEEPIDLE
            ("TCP_KEEPINTVL", 10),
            ("TCP_KEEPCNT", 3),
            ("TCP_USER_TIMEOUT", 60_000),
        )
        if hasattr(socket, option)
    ),
]

_AddressInfo = tuple[int, int, int, str, Any]


def format_address(host: str, port: int) -> str:
    """Return ``host:port``, with an IPv6 address in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


class Stream(asyncio.BufferedProtocol):
    """A connected byte stream, plain or TLS, made by :func:`open_stream` or as the protocol of ``loop.create_server``.

    - ``on_connected(stream)`` is called once, when the stream can be used (a server's moment to look at the peer).
    - ``on_data(data)`` gets the bytes as they arrive, until the stream is closed from either side. An exception out of
      it ends the connection and becomes the cause: an :class:`AsteriskError` as it is; any other is a bug, which is
      logged and becomes the ``__cause__`` of a :class:`ConnectionClosedError`.
    - ``on_closed(error)`` is called exactly once, last. *error* is None only when this side closed the stream.

    Callbacks run in the event loop and must not block. ``address`` is the peer as ``host:port``; ``last_received`` is
    the loop time in seconds of the last byte (before the first, of the stream's making).
    """

    def __init__(
        self,
        *,
        on_data: Callable[[bytes], object],
        on_closed: Callable[[AsteriskError | None], object],
        on_connected: "Callable[[Stream], object] | None" = None,
        address: str = "",
    ) -> None:
        self.address = address
        self._on_data = on_data
        self._receive = on_data  # Where bytes go now: `on_data`, or `_held` while reading is paused.
        self._held: list[bytes] = []
        self._paused = False
        self._on_closed = on_closed
        self._on_connected = on_connected
        loop = asyncio.get_running_loop()
        self._loop = loop
        self.last_received = loop.time()
        self._transport: asyncio.Transport
        self._open = False
        self._cause: AsteriskError | None = None
        self._buffer = memoryview(bytearray(_BUFFER_SIZE))
        self._closed: asyncio.Future[None] = loop.create_future()
        self._resumed: asyncio.Future[None] | None = None  # Exists while the write buffer is full.
        self._close_timer: asyncio.TimerHandle | None = None

    # --- for the owner ---

    @property
    def is_closing(self) -> bool:
        """Whether nothing can be written any more."""
        return not self._open or self._transport.is_closing()

    def get_extra_info(self, name: str) -> Any:
        """Return what the transport knows under *name* (``"peername"``, ``"ssl_object"``), None if it does not."""
        return self._transport.get_extra_info(name)

    def write(self, data: bytes) -> None:
        """Hand *data* to the connection, whole; never waits. What the peer does not take yet stays in memory.

        Raises:
            ConnectionClosedError: the stream is closed or closing, and nothing of *data* was written.
        """
        if self.is_closing:
            raise self._closed_error()
        self._transport.write(data)

    async def drain(self, timeout: float, *, request: str | None = None) -> None:
        """Wait until the peer has taken enough of what was written (64 KiB may wait, 512 KiB with TLS).

        The data stays on its way after a timeout or a cancellation: it may be late, never cut.

        Raises:
            WriteTimeoutError: the peer did not take it within *timeout* seconds; *request* is named in the message.
            ConnectionClosedError: the stream is closed or closing.
        """
        if self._resumed is not None:
            # `wait` leaves the future alone when this task is cancelled: others may be waiting for it.
            done, _ = await asyncio.wait((self._resumed,), timeout=timeout)
            if not done:
                raise WriteTimeoutError(address=self.address, timeout=timeout, request=request)
        if self.is_closing:
            raise self._closed_error()

    def pause_reading(self) -> None:
        """Call ``on_data`` no more until :meth:`resume_reading`; does nothing on a closed stream."""
        if self._open:
            self._paused = True
            self._receive = self._held.append
            self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Undo :meth:`pause_reading`; ``on_data`` is not called before the next turn of the loop."""
        if self._open:
            self._paused = False
            self._transport.resume_reading()
            self._loop.call_soon(self._release)

    def close(self) -> None:
        """Close after what was written has gone out, or at the latest in 1 s; ``on_data`` is not called any more."""
        if self._open:
            self._open = False
            self._close_timer = self._loop.call_later(_CLOSE_TIMEOUT, self._transport.abort)
            self._transport.close()

    def abort(self, cause: AsteriskError | None = None) -> None:
        """Close at once, losing what was not sent yet; ``on_closed`` gets *cause* (the first one given)."""
        if not self._closed.done():
            self._open = False
            self._cause = self._cause or cause
            self._transport.abort()

    async def wait_closed(self) -> None:
        """Wait until the socket is closed; ``on_closed`` has been called by then."""
        await asyncio.wait((self._closed,))

    # --- for the event loop ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Part of asyncio's protocol interface."""
        self._transport = cast("asyncio.Transport", transport)
        self._open = True
        if not self.address:
            peer = transport.get_extra_info("peername")
            self.address = format_address(*peer[:2]) if peer else "unknown peer"
        sock = transport.get_extra_info("socket")
        for option in _SOCKET_OPTIONS:
            with contextlib.suppress(OSError):  # They help and are not needed.
                sock.setsockopt(*option)
        if self._on_connected is not None:
            try:
                self._on_connected(self)
            except Exception as error:  # noqa: BLE001 - whatever it is, it becomes the cause of the end
                self._callback_failed(error)

    def get_buffer(self, sizehint: int) -> memoryview:
        """Part of asyncio's protocol interface."""
        del sizehint
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Part of asyncio's protocol interface."""
        if self._open:
            self.last_received = self._loop.time()
            try:
                self._receive(self._buffer[:nbytes].tobytes())
            except Exception as error:  # noqa: BLE001 - whatever it is, it becomes the cause of the end
                self._callback_failed(error)

    def eof_received(self) -> None:
        """Part of asyncio's protocol interface."""
        # A peer that closed reads no more either: waiting until it takes what was written could be for ever.
        if self._open:
            self.abort(ConnectionClosedError(address=self.address))

    def connection_lost(self, exc: Exception | None) -> None:
        """Part of asyncio's protocol interface."""
        if self._open:
            self._cause = ConnectionClosedError(address=self.address, reason=_reason(exc))
            self._cause.__cause__ = exc
        self._open = False
        self._buffer = memoryview(b"")  # Whoever keeps a closed stream does not keep 64 KiB.
        if self._close_timer is not None:
            self._close_timer.cancel()
        self._closed.set_result(None)
        self.resume_writing()
        self._on_closed(self._cause)

    def pause_writing(self) -> None:
        """Part of asyncio's protocol interface."""
        self._resumed = self._loop.create_future()

    def resume_writing(self) -> None:
        """Part of asyncio's protocol interface."""
        if self._resumed is not None:
            self._resumed.set_result(None)
            self._resumed = None

    # --- inside ---

    def _release(self) -> None:
        """Deliver what came in spite of the pause: uvloop starts reading after connection_made, paused or not."""
        if self._paused:
            return
        self._receive = self._on_data
        try:
            while self._held and self._open:
                self._on_data(self._held.pop(0))
        except Exception as error:  # noqa: BLE001 - as in buffer_updated
            self._callback_failed(error)

    def _callback_failed(self, error: Exception) -> None:
        if isinstance(error, AsteriskError):
            self.abort(error)
            return
        logger.error("a callback of the connection with %s failed", self.address, exc_info=error)
        cause = ConnectionClosedError(address=self.address, reason=f"a callback raised {type(error).__name__}")
        cause.__cause__ = error
        self.abort(cause)

    def _closed_error(self) -> ConnectionClosedError:
        cause = self._cause
        reason = cause.reason if isinstance(cause, ConnectionClosedError) else str(cause or "closed by this program")
        error = ConnectionClosedError(address=self.address, reason=reason)
        error.__cause__ = cause
        return error


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
    context = _tls_context(ssl)
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


def check_target(host: object, port: object) -> None:
    """Refuse what cannot be connected to.

    Raises:
        InputError: *host* is no bare name or IP address, or *port* is no int from 1 to 65535.
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
    if type(port) is not int or not 1 <= port <= 65_535:
        raise InputError(field="port", problem=f"must be an int from 1 to 65535, not {port!r}")


def check_timeout(field: str, seconds: object) -> float:
    """Return *seconds* if it can be waited for.

    Raises:
        InputError: it is no positive, finite number; the message names *field*.
    """
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds < math.inf:
        raise InputError(field=field, problem=f"must be a positive number of seconds, not {seconds!r}")
    return seconds


def _is_ipv6(host: str) -> bool:
    try:
        ipaddress.IPv6Address(host)
    except ValueError:
        return False
    return True


def _tls_context(ssl: object) -> SSLContext | None:
    if ssl is None or ssl is False:
        return None
    if ssl is True:
        return create_default_context()
    if isinstance(ssl, SSLContext):
        return ssl
    raise InputError(field="ssl", problem=f"must be an SSLContext, a bool or None, not {type(ssl).__name__}")


async def _connect(host: str, port: int, address: str) -> socket.socket:
    """Return a connected socket; all failures are ours."""
    try:
        candidates = await _resolve(host, port)
    except UnicodeError as error:
        raise InputError(field="host", problem="is no valid host name") from error
    except OSError as error:
        raise DnsError(address=address, cause=_reason(error)) from error
    try:
        return await _first_to_connect(candidates)
    except OSError as error:
        raise ConnectFailedError(address=address, cause=_reason(error)) from error


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
    reasons = list(dict.fromkeys(map(_reason, errors)))
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
            raise ConnectFailedError(address=stream.address, cause=_reason(error)) from error
        certificate = isinstance(error, SSLCertVerificationError)
        raise TlsError(address=stream.address, cause=_reason(error), certificate=certificate) from error
    except BaseException:
        # Cancelled when the handshake has just ended, asyncio says goodbye and gives the peer 30 s to answer. The
        # transport owns the socket by then, so it is not ours to close; cut off, the transport closes it at once.
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
        raise


def _reason(error: BaseException | None) -> str:
    """What the system says about *error*, in words."""
    if error is None or (isinstance(error, builtins.ConnectionResetError) and error.errno is None):
        return "the peer closed the connection"  # asyncio's error for EOF in a handshake has no text.
    if isinstance(error, SSLError | socket.gaierror):
        return str(error)  # Their errno is a number of their own libraries.
    if isinstance(error, OSError) and error.errno is not None:
        return os.strerror(error.errno)  # asyncio's own text leaves out what happened.
    return str(error) or type(error).__name__
