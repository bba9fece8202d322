"""A network in memory, on a virtual clock: every connection of a simulation, and all that can happen to it.

A :class:`SimulatedLoop` is an event loop whose TCP connections are pairs of queues. Clients and servers use it as any
other (``sock_connect``, ``create_connection``, ``create_server``), so the code under test and the fakes run as they
are. Chance comes from one seeded source, and nothing waits for real time: the same seed gives the same run.
"""

import asyncio
import errno
import os
import random
import socket
import struct
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, cast

from tests.virtual_clock import VirtualClockLoop

__all__ = ["Link", "SimulatedLoop", "Weather"]

# What a kernel takes from one side before the other has read it; asyncio's own mark for a writer that is too fast.
_KERNEL: Final = 256 * 1024
_HIGH_WATER: Final = 64 * 1024
_RESET: Final = struct.pack("ii", 1, 0)


@dataclass
class Weather:
    """What the network does to everybody: *latency* in seconds from one side to the other, each chunk up to twice that.

    ``pieces`` cuts what is written at random. With ``refuses`` nobody can connect; with ``swallows`` connecting hangs.
    """

    latency: float = 0.001
    pieces: bool = False
    refuses: bool = False
    swallows: bool = False


class SimulatedLoop(VirtualClockLoop):
    """An event loop with a network of its own; ``links`` are the connections whose client has not closed."""

    def __init__(self, rng: random.Random) -> None:
        super().__init__()
        self.rng = rng
        self.weather = Weather()
        self.links: list[Link] = []
        self.tries: list[float] = []
        self._listeners: dict[int, Callable[[], asyncio.BaseProtocol]] = {}
        self._targets: dict[socket.socket, int] = {}
        self._next_port = 40_000

    def jump(self, seconds: float) -> None:
        """Let *seconds* pass in which nothing runs, as on a host that was suspended."""
        self._clock.now += seconds

    async def sock_connect(self, sock: socket.socket, address: Any) -> None:
        """Connect *sock*, as far as its user can tell."""
        self.tries.append(self.time())
        await self._reach(address[1])
        self._targets[sock] = address[1]

    async def create_connection(self, factory: Callable[[], Any], *args: Any, **options: Any) -> Any:  # type: ignore[override]
        """Put a protocol of *factory* on one end of a new link, and one of the listener's on the other."""
        sock = options.get("sock")
        port = args[1] if sock is None else self._targets.pop(sock)
        if sock is None:
            await self._reach(port)
        if port not in self._listeners:
            raise ConnectionResetError(errno.ECONNRESET, "the listener went before it accepted")
        # As asyncio does it: the transport owns the socket from here on, and closes it when its maker is cancelled.
        link = Link(self, port, sock)
        self.links.append(link)
        protocol = factory()
        link.client.begin(protocol)
        link.server.begin(self._listeners[port]())
        try:
            await asyncio.sleep(0)
        except BaseException:
            link.client.close()
            raise
        return link.client, protocol

    async def create_server(self, factory: Callable[[], Any], *args: Any, **options: Any) -> Any:  # type: ignore[override]
        """Listen: on the port asked for, or on one that nobody has."""
        port = next(iter(args[1:2]), options.get("port")) or self._free_port()
        if port in self._listeners:
            raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))
        self._listeners[port] = factory
        return _Server(self, port)

    def stop_listening(self, port: int) -> None:
        """Refuse whoever connects to *port* from now on."""
        self._listeners.pop(port, None)

    async def _reach(self, port: int) -> None:
        await asyncio.sleep(self.weather.latency)
        if self.weather.swallows:
            await self.create_future()
        if self.weather.refuses or port not in self._listeners:
            raise ConnectionRefusedError(errno.ECONNREFUSED, os.strerror(errno.ECONNREFUSED))

    def _free_port(self) -> int:
        self._next_port += 1
        return self._next_port


class _Server:
    """A listening port, as far as those who listen need it."""

    def __init__(self, loop: SimulatedLoop, port: int) -> None:
        self._loop = loop
        self._port = port
        self.sockets = (_Socket(port),)

    def close(self) -> None:
        self._loop.stop_listening(self._port)

    async def wait_closed(self) -> None:
        await asyncio.sleep(0)


class _Socket:
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
        self.client = End(self, sock or _Socket(0), port)
        self.server = End(self, _Socket(port), 0)
        self.client.peer, self.server.peer = self.server, self.client

    @property
    def is_open(self) -> bool:
        """Whether the client still has it."""
        return not self.client.is_over

    def silence(self) -> None:
        """Swallow everything from now on, in both directions, and tell nobody: a half-open connection."""
        self.silent = True

    def reset(self) -> None:
        """Break the connection for both ends; what was on its way is lost."""
        for end in (self.client, self.server):
            end.lose(ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET)))

    def inject(self, data: bytes) -> None:
        """Put *data* into what the client receives."""
        self.server.write(data)


class End(asyncio.Transport):
    """One end of a link, and the transport of the protocol there."""

    peer: "End"

    def __init__(self, link: Link, sock: Any, peer_port: int) -> None:
        super().__init__({"socket": sock, "peername": ("127.0.0.1", peer_port), "sockname": ("127.0.0.1", 0)})
        self.is_over = False
        self._link = link
        self._loop = link.loop
        self._sock = sock
        self._protocol: Any = None
        self._closing = False
        self._paused = False
        self._under_way = 0  # Bytes written here that the peer's protocol has not taken.
        self._writer_waits = False
        self._arrival = 0.0
        self._wire: deque[bytes | None] = deque()  # Sent and not yet arrived; None is the end.
        self._inbox: deque[bytes | None] = deque()

    def begin(self, protocol: Any) -> None:
        """Have *protocol* use this end."""
        self._protocol = protocol
        protocol.connection_made(self)

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
        if getattr(self._sock, "resets", False):
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
        self._inbox.clear()
        if isinstance(self._sock, socket.socket):
            self._sock.close()
        self._loop.links = [link for link in self._loop.links if link.is_open]
        self._protocol.connection_lost(error)

    def _send(self, data: bytes | None) -> None:
        if self._link.silent:
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
        if self.is_over:
            if data is not None:
                self.peer.lose(ConnectionResetError(errno.ECONNRESET, "the other end is closed"))
            return
        self._inbox.append(data)
        self._take()

    def _take(self) -> None:
        while self._inbox and not self._paused and not self.is_over:
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
