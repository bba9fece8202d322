"""What the protocol packages make their fakes of Asterisk of: a port that clients connect to, and ways to lose them.

It knows no protocol. :class:`FakeServer` listens, and does to its clients what a network can do; :class:`FakeSession`
carries the bytes of one of them.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, cast

from .checks import check_count
from .credentials import Credentials

if TYPE_CHECKING:
    from collections.abc import Callable
    from ssl import SSLContext

__all__ = ["FakeLink", "FakeServer", "FakeSession"]

_RESET = struct.pack("ii", 1, 0)  # SO_LINGER on, for 0 s: closing resets.


@dataclass
class FakeLink:
    """What the network between the server and all of its clients does."""

    frozen: bool = False
    piece: int | None = None


class FakeSession(asyncio.Protocol, ABC):
    """One client's connection: bytes in both directions, as the link lets them through.

    What came and was not taken yet is in ``incoming``. *joined* and *left* are called with the session when the
    connection can be used, and when it is gone.
    """

    def __init__(self, link: FakeLink, joined: Callable[[Any], object], left: Callable[[Any], object]) -> None:
        self.transport: asyncio.Transport
        self.incoming = b""
        self._link = link
        self._joined, self._left = joined, left
        self._outgoing = bytearray()
        self._next_piece: asyncio.Handle | None = None
        self._closing = self._is_up = self._is_lost = False

    @abstractmethod
    def take(self) -> bool:
        """Take one whole message from ``incoming`` and do what it asks for; False if there is none."""

    # --- for the server ---

    def write(self, data: bytes) -> bool:
        """Send *data*, as the link allows; always true, so that the sessions it went to can be counted."""
        self._outgoing += data
        self._flush()
        return True

    def close(self) -> None:
        """Close (FIN), after what was written."""
        self._closing = True
        self._flush()

    def go_on(self) -> None:
        """Go on after a freeze."""
        self.transport.resume_reading()
        self._flush()
        self.data_received(b"")

    # --- for the event loop ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Part of asyncio's protocol interface."""
        # After a TLS handshake it comes late: bytes, and even the end, may have come before it.
        if self._is_lost:
            return
        self._is_up = True
        self.transport = cast("asyncio.Transport", transport)
        if self._link.frozen:
            self.transport.pause_reading()
        self._joined(self)
        self.data_received(b"")

    def data_received(self, data: bytes) -> None:
        """Part of asyncio's protocol interface."""
        self.incoming += data
        while self._is_up and not self._link.frozen and self.take():
            pass

    def connection_lost(self, _: Exception | None) -> None:
        """Part of asyncio's protocol interface."""
        self._is_lost = True
        if self._is_up:
            self._left(self)

    # --- inside ---

    def _flush(self) -> None:
        ready = not self._link.frozen and self._next_piece is None and not self.transport.is_closing()
        if self._outgoing and ready:
            data = bytes(self._outgoing[: self._link.piece])
            self.transport.write(data)
            del self._outgoing[: len(data)]
            if self._outgoing:
                self._next_piece = asyncio.get_running_loop().call_soon(self._flush_next)
        if self._closing and (self._link.frozen or not self._outgoing):
            self.transport.close()

    def _flush_next(self) -> None:
        self._next_piece = None
        self._flush()


S = TypeVar("S", bound=FakeSession)


class FakeServer(ABC, Generic[S]):
    """An Asterisk on a loopback port of its own, for as long as the ``async with`` block lasts.

    *username* and *secret* are who may log in; *port* 0 takes a free one and keeps it for restarts; with *ssl* it
    speaks TLS. ``connections`` counts those made so far. It may be used in the event loop only.
    """

    def __init__(self, *, username: str, secret: str, host: str, port: int, ssl: SSLContext | None) -> None:
        self.host = host
        self.port = port
        self.credentials = Credentials(username, secret)
        self.connections = 0
        self._ssl = ssl
        self._server: asyncio.Server | None = None
        self._sessions: list[S] = []
        self._handshakes: set[_Handshake] = set()
        self._link = FakeLink()
        self._changed = asyncio.Event()

    @property
    def connected(self) -> int:
        """How many clients are connected now."""
        return len(self._sessions)

    async def start(self) -> None:
        """Listen: on a free port the first time (unless one was asked for), then always on the same. Idempotent."""
        if self._server is None:
            loop = asyncio.get_running_loop()
            factory: Callable[[], asyncio.Protocol] = self._session
            if self._ssl is not None:
                factory = partial(_Handshake, self._ssl, self._session, self._handshakes)
            self._server = await loop.create_server(factory, self.host, self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close the port and all connections, as an Asterisk that is shut down does. Idempotent."""
        if self._server is None:
            return
        server, self._server = self._server, None
        server.close()
        self.drop()
        with contextlib.suppress(TimeoutError):
            await self.wait_until(lambda: not self._sessions, timeout=1.0)
        for session in self._sessions:  # A client that does not read what was written, or say goodbye over TLS.
            session.transport.abort()
        await self.wait_until(lambda: not self._sessions)
        await server.wait_closed()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def wait_until(self, condition: Callable[[], object], *, timeout: float = 5.0) -> None:
        """Return when *condition* holds; it is looked at when a client connects, asks for something or leaves.

        Raises TimeoutError after *timeout* seconds, as the other waits do.
        """
        try:
            async with asyncio.timeout(timeout):
                while not condition():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            raise TimeoutError(f"what was waited for did not happen within {timeout:g} s: {self!r}") from None

    # --- the link ---

    def drop(self) -> None:
        """Close all connections (FIN), after what was written; those in a TLS handshake at once."""
        for session in self._sessions:
            session.close()
        for handshake in self._handshakes:
            handshake.transport.abort()

    def reset(self) -> None:
        """Break all connections (RST); what was written may be lost."""
        for transport in [*(each.transport for each in self._sessions), *(each.transport for each in self._handshakes)]:
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            transport.abort()

    def freeze(self) -> None:
        """Go silent without closing anything, as a host that lost its network: clients connect and hear nothing."""
        self._link.frozen = True
        for session in self._sessions:
            session.transport.pause_reading()

    def thaw(self) -> None:
        """Undo :meth:`freeze`: go on with what came meanwhile."""
        self._link.frozen = False
        for session in list(self._sessions):
            session.go_on()

    def split(self, size: int | None) -> None:
        """Send everything in pieces of *size* bytes, one for each turn of the event loop; None: whole again."""
        self._link.piece = None if size is None else check_count("size", size)

    # --- for the protocol ---

    @abstractmethod
    def _session(self) -> S:
        """Return a session for a client that has just connected."""

    @abstractmethod
    def _welcome(self, session: S) -> None:
        """Say what a client is told before it has said anything."""

    def _joined(self, session: S) -> None:
        self._sessions.append(session)
        self.connections += 1
        self._welcome(session)
        self._changed.set()

    def _left(self, session: S) -> None:
        self._sessions.remove(session)
        self._changed.set()


class _Handshake(asyncio.Protocol):
    """A connection that has to become TLS first, and is in *open_ones* until then: asyncio's server cannot drop it."""

    def __init__(self, context: SSLContext, make: Callable[[], FakeSession], open_ones: set[_Handshake]) -> None:
        self.transport: asyncio.Transport
        self._context, self._make, self._open_ones = context, make, open_ones
        self._task: asyncio.Task[None]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self._open_ones.add(self)
        self._task = asyncio.create_task(self._agree(), name="TLS handshake of a fake Asterisk")

    async def _agree(self) -> None:
        session, loop = self._make(), asyncio.get_running_loop()
        with contextlib.suppress(OSError):
            # None where the connection was lost before the client had said anything.
            if secure := await loop.start_tls(self.transport, session, self._context, server_side=True):
                session.connection_made(secure)
        self._open_ones.discard(self)
