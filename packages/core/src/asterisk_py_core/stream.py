"""A connected byte stream, plain or TLS: bytes go in and out, and every way it can end has one error."""

import asyncio
import builtins
import contextlib
import logging
import os
import socket
from collections.abc import Callable
from ssl import SSLError
from typing import Any, cast

from .errors import AsteriskError, ConnectionClosedError, ProtocolError, WriteTimeoutError

__all__ = ["Stream", "format_address", "reason", "set_options"]

logger = logging.getLogger(__name__)

# One buffer per stream, used for every read. Plain protocols allocate 256 KiB for each read, which the C library serves
# with mmap and munmap: 1.9 times the CPU on small messages. Larger buffers also leave the cache on large ones.
_BUFFER_SIZE = 64 * 1024
_CLOSE_TIMEOUT = 1.0
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


def _nobody(_: object) -> None:
    """Stands for the owner of a stream that is closed."""


def set_options(sock: socket.socket) -> None:
    """Make *sock* notice a peer that vanished, and send at once what is written."""
    for option in _SOCKET_OPTIONS:
        with contextlib.suppress(OSError):  # They help and are not needed.
            sock.setsockopt(*option)


def format_address(host: str, port: int) -> str:
    """Return ``host:port``, with an IPv6 address in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def reason(error: BaseException | None) -> str:
    """What the system says about *error*, in words."""
    if error is None or (isinstance(error, builtins.ConnectionResetError) and error.errno is None):
        return "the peer closed the connection"  # asyncio's error for EOF in a handshake has no text.
    if isinstance(error, SSLError | socket.gaierror):
        return str(error)  # Their errno is a number of their own libraries.
    if isinstance(error, OSError) and error.errno is not None:
        return os.strerror(error.errno)  # asyncio's own text leaves out what happened.
    return str(error) or type(error).__name__


class Stream(asyncio.BufferedProtocol):
    """A connected byte stream, plain or TLS, made by :func:`open_stream` or for a :class:`Listener`.

    - ``on_connected(stream)`` is called once, when the stream can be used (a server's moment to look at the peer).
    - ``on_data(data)`` gets the bytes as they arrive, until the stream is closed from either side. An exception out of
      it ends the connection and becomes the cause: an :class:`AsteriskError` as it is (a :class:`ProtocolError` learns
      the peer's address); any other is a bug, which is logged and becomes the ``__cause__`` of a
      :class:`ConnectionClosedError`.
    - ``on_closed(error)`` is called exactly once, last. *error* is None only when this side closed the stream.

    Callbacks run in the event loop and must not block. ``address`` is the peer as ``host:port``; ``last_received`` is
    the loop time in seconds of the last byte (before the first, of the stream's making). *buffer_size* is how many
    bytes are read at a time: less than the default where there are many streams and messages are short.
    """

    def __init__(
        self,
        *,
        on_data: Callable[[bytes], object],
        on_closed: Callable[[AsteriskError | None], object],
        on_connected: "Callable[[Stream], object] | None" = None,
        address: str = "",
        buffer_size: int = _BUFFER_SIZE,
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
        self._buffer = memoryview(bytearray(buffer_size))
        self._closed: asyncio.Future[None] = loop.create_future()
        self._resumed: asyncio.Future[None] | None = None  # Exists while the write buffer is full.
        self._close_timer: asyncio.TimerHandle | None = None

    # --- for the owner ---

    @property
    def is_closing(self) -> bool:
        """Whether nothing can be written any more."""
        return not self._open or self._transport.is_closing()

    @property
    def is_full(self) -> bool:
        """Whether :meth:`drain` has to wait."""
        return self._resumed is not None

    def get_extra_info(self, name: str) -> Any:
        """Return what the transport knows under *name* (``"peername"``, ``"ssl_object"``), None if it does not."""
        return self._transport.get_extra_info(name)

    def write(self, data: bytes) -> None:
        """Hand *data* to the connection, whole; never waits. What the peer does not take yet stays in memory.

        Raises:
            ConnectionClosedError: the stream is closed or closing, and nothing of *data* was written.
        """
        # `is_closing`, without a call: this is done for every message.
        if not self._open or self._transport.is_closing():
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
            # With nothing left to send, and no goodbye of TLS, closing is done in the next turn of the loop.
            if self._transport.get_write_buffer_size() or self._transport.get_extra_info("ssl_object") is not None:
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
        # Cancelling one who waits does not cancel the others.
        await asyncio.shield(self._closed)

    # --- for the event loop ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Part of asyncio's protocol interface."""
        self._transport = cast("asyncio.Transport", transport)
        self._open = True
        if not self.address:
            peer = transport.get_extra_info("peername")
            self.address = format_address(*peer[:2]) if peer else "unknown peer"
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
            self._cause = ConnectionClosedError(address=self.address, reason=reason(exc))
            self._cause.__cause__ = exc
        self._open = False
        self._buffer = memoryview(b"")  # Whoever keeps a closed stream does not keep 64 KiB.
        if self._close_timer is not None:
            self._close_timer.cancel()
        self._closed.set_result(None)
        self.resume_writing()
        on_closed = self._on_closed
        # The owner mostly holds the stream: without this, each would keep the other until the garbage collector comes.
        self._receive = self._on_data = self._on_closed = _nobody
        self._on_connected = None
        on_closed(self._cause)

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
            if isinstance(error, ProtocolError):
                error.name_peer(self.address)
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
