"""One connection of a simulated network: two ends, and all that can happen between them."""

from __future__ import annotations

import asyncio
import errno
import math
import os
import socket
import struct
from collections import deque
from typing import TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    from tests.simulation.network import SimulatedLoop

__all__ = ["KEEPALIVE", "End", "Link", "PlainSocket"]

# What a kernel takes from one side before the other has read it; asyncio's own mark for a writer that is too fast.
_KERNEL: Final = 256 * 1024
_HIGH_WATER: Final = 64 * 1024
_RESET: Final = struct.pack("ii", 1, 0)
# After how long silence a peer is asked, how often, and given up; TCPKEEPALIVE is macOS's name for TCP_KEEPIDLE.
KEEPALIVE: Final = [
    (socket.IPPROTO_TCP, int(getattr(socket, name)))
    for name in ("TCP_KEEPIDLE", "TCPKEEPALIVE", "TCP_KEEPINTVL", "TCP_KEEPCNT")
    if hasattr(socket, name)
]


class PlainSocket:
    """What a server's code asks of a socket."""

    family = socket.AF_INET

    def __init__(self, port: int) -> None:
        self._port = port
        self.resets = False

    def getsockname(self) -> tuple[str, int]:
        return "127.0.0.1", self._port

    def setsockopt(self, level: int, option: int, value: object) -> None:
        if (level, option) == (socket.SOL_SOCKET, socket.SO_LINGER):
            self.resets = value == _RESET


class Link:
    """One connection: two ends, and what the network does between them."""

    def __init__(self, loop: SimulatedLoop, port: int, sock: socket.socket | None) -> None:
        self.loop = loop
        self.silent = False
        self.silent_since = math.inf
        self.caller_port = loop.caller_port()
        self.client = End(self, sock or PlainSocket(self.caller_port), self.caller_port, port)
        self.server = End(self, PlainSocket(port), port, self.caller_port)
        self.client.peer, self.server.peer = self.server, self.client

    @property
    def is_open(self) -> bool:
        """Whether the client still has it."""
        return not self.client.is_over

    def silence(self) -> None:
        """Swallow everything from now on, in both directions, and tell nobody: a half-open connection."""
        if not self.silent:
            self.silent = True
            self.silent_since = self.loop.time()
            self.client.miss_peer()
            self.server.miss_peer()

    def reset(self) -> None:
        """Break the connection for both ends; what was on its way is lost."""
        for end in (self.client, self.server):
            end.lose(ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET)))

    def inject(self, data: bytes) -> None:
        """Put *data* into what the client receives."""
        self.server.write(data)


class End(asyncio.Transport):
    """One end of a link, and the transport of the protocol there."""

    peer: End

    def __init__(self, link: Link, sock: Any, port: int, peer_port: int) -> None:
        super().__init__({"socket": sock, "peername": ("127.0.0.1", peer_port), "sockname": ("127.0.0.1", port)})
        self.is_over = False
        self.begun_at: float | None = None
        self.over_at = math.inf
        self._link = link
        self._loop = link.loop
        self._sock = sock
        self._protocol: Any = None
        self._error: Exception | None = None
        self._unheard: asyncio.TimerHandle | None = None  # Keepalive's last probe, on a connection that went silent.
        self._unsaid = False  # Something was written since then.
        self._closing = False
        self._paused = False
        self._under_way = 0  # Bytes written here that the peer's protocol has not taken.
        self._writer_waits = False
        self._arrival = 0.0
        self._wire: deque[bytes | Exception | None] = deque()  # Sent and not yet arrived; None is the end.
        self._inbox: deque[bytes | None] = deque()

    def use(self, sock: Any) -> None:
        """Have *sock* stand for this end."""
        self._sock = self._extra["socket"] = sock  # type: ignore[attr-defined]

    def begin(self, protocol: Any) -> None:
        """Have *protocol* use this end: until then the system keeps what arrives."""
        self._protocol = protocol
        self.begun_at = self._loop.time()
        if self.is_over:
            self._extra["peername"] = None  # type: ignore[attr-defined]  # The system knows no peer any more.
            self._loop.call_soon(self._finish)
        protocol.connection_made(self)
        if self._inbox:
            self._loop.call_soon(self._take)

    def refuse(self) -> None:
        """Break the connection, which nobody will use; does nothing once somebody does, or it is over."""
        if self._protocol is None and not self.is_over:
            self.lose(None)
            self._send(ConnectionResetError(errno.ECONNRESET, "nobody accepted it"))

    # --- asyncio's interface ---

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self._protocol = protocol

    def get_protocol(self) -> asyncio.BaseProtocol:
        return cast("asyncio.BaseProtocol", self._protocol)

    def is_closing(self) -> bool:
        return self._closing

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if self._closing or self.is_over or not data:
            return
        self._under_way += len(data)
        rest = bytes(data)
        while rest:
            size = self._loop.rng.randint(1, len(rest)) if self._loop.weather.pieces else len(rest)
            self._send(rest[:size])
            rest = rest[size:]
        if self._under_way > _HIGH_WATER and not self._writer_waits:
            self._writer_waits = True
            self._protocol.pause_writing()

    def get_write_buffer_size(self) -> int:
        return max(0, self._under_way - _KERNEL)

    def close(self) -> None:
        if not self._closing:
            self._closing = True
            self._send(None)
            self._finish_closing()

    def abort(self) -> None:
        if self.is_over:
            return
        if not self._closing:
            self._closing = True
            self._send(None)
        self._loop.call_soon(self.lose, None)
        if getattr(self._sock, "resets", False) and not self._link.silent:
            self._loop.call_soon(self.peer.lose, ConnectionResetError(errno.ECONNRESET, "reset by the peer"))

    def pause_reading(self) -> None:
        self._paused = True

    def resume_reading(self) -> None:
        if self._paused:
            self._paused = False
            self._loop.call_soon(self._take)

    def is_reading(self) -> bool:
        return not self._paused and not self._closing

    # --- the network ---

    def lose(self, error: Exception | None) -> None:
        """End here, for the reason of *error*; does nothing the second time."""
        if self.is_over:
            return
        self._closing = self.is_over = True
        self.over_at = self._loop.time()
        self._inbox.clear()
        if self._unheard is not None:
            self._unheard.cancel()
        self._error = error
        if self is self._link.client:
            self._loop.links = [link for link in self._loop.links if link is not self._link]
        if self._protocol is not None:
            self._finish()

    def _finish(self) -> None:
        if isinstance(self._sock, socket.socket):
            self._sock.close()
        self._protocol.connection_lost(self._error)

    def miss_peer(self) -> None:
        """Begin to look whether the peer, of whom nothing will come any more, is still there: as the socket was told.

        What was written is repeated instead, and given up after the same time (``TCP_USER_TIMEOUT``).
        """
        if not self.is_over and isinstance(self._sock, socket.socket):
            if self._unheard is not None:
                self._unheard.cancel()
            patience = _patience(self._sock)
            gone = TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
            self._unheard = None if patience is None else self._loop.call_later(patience, self.lose, gone)

    def _send(self, data: bytes | Exception | None) -> None:
        if self._link.silent:
            if not self._unsaid:
                self._unsaid = True
                self.miss_peer()
            return  # It stays under way for ever, as in a kernel that sends it again and again.
        latency = self._loop.weather.latency
        self._arrival = max(self._arrival, self._loop.time() + self._loop.rng.uniform(latency, 2 * latency))
        # Timers of one time fire in any order, and bytes never overtake each other.
        self._wire.append(data)
        self._loop.call_at(self._arrival, self.peer.arrive)

    def arrive(self) -> None:
        """Take what was sent first and has not arrived."""
        data = self.peer._wire.popleft()
        if self._link.silent:
            return
        if isinstance(data, Exception):
            self.lose(data)
        elif not self.is_over:
            self._inbox.append(data)
            self._take()
        elif data is not None and not self.peer.is_over:
            # Behind what was sent before: who closes with a word is heard, though he hears no more.
            self._send(ConnectionResetError(errno.ECONNRESET, "the other end is closed"))

    def _take(self) -> None:
        while self._inbox and self._protocol is not None and not self._paused and not self.is_over:
            data = self._inbox.popleft()
            if data is None:
                if not self._closing and not self._protocol.eof_received():
                    self.close()
                continue
            self.peer.delivered(len(data))
            if not self._closing:
                self._hand_over(data)

    def _hand_over(self, data: bytes) -> None:
        if not isinstance(self._protocol, asyncio.BufferedProtocol):
            self._protocol.data_received(data)
            return
        while data and not self.is_over:
            buffer = memoryview(self._protocol.get_buffer(-1))
            size = min(len(buffer), len(data))
            buffer[:size] = data[:size]
            self._protocol.buffer_updated(size)
            data = data[size:]

    def delivered(self, size: int) -> None:
        """Note that the peer's protocol took *size* bytes more."""
        self._under_way -= size
        if self._writer_waits and self._under_way <= _HIGH_WATER // 4 and not self.is_over:
            self._writer_waits = False
            self._protocol.resume_writing()
        if self._closing:
            self._finish_closing()

    def _finish_closing(self) -> None:
        if self._under_way <= _KERNEL:
            self._loop.call_soon(self.lose, None)


def _patience(sock: socket.socket) -> float | None:
    """Return after how many seconds *sock* gives up a peer of whom nothing comes, None if never."""
    if len(KEEPALIVE) < 3 or not sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE):
        return None
    idle, interval, count = (sock.getsockopt(*option) for option in KEEPALIVE[-3:])
    return float(idle + interval * count)
