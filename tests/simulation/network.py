"""A network in memory, on a virtual clock: every connection of a simulation, and all that can happen to it.

A :class:`SimulatedLoop` is an event loop whose TCP connections are pairs of queues. Clients and servers use it as any
other (``sock_connect``, ``create_connection``, ``create_server``, ``sock_accept``), so the code under test and the
fakes run as they are; who listens by a socket of his own has to make a :class:`SimulatedSocket`. Chance comes from one
seeded source, and nothing waits for real time: the same seed gives the same run.
"""

import asyncio
import errno
import os
import random
import socket
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn, cast

from tests.simulation.links import KEEPALIVE, End, Link, PlainSocket
from tests.virtual_clock import VirtualClockLoop

__all__ = ["SimulatedLoop", "SimulatedSocket", "Weather"]


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
    """An event loop with a network of its own.

    ``links`` are the connections whose client has not closed; ``on_link`` is told of each, in the task that made it.
    ``tries`` is when somebody tried to connect, ``binds`` when to listen, and in which task. ``listening`` has the
    sockets that do, by port; ``withheld`` the ports that nobody can listen on, and why (``errno.EADDRINUSE``).
    """

    def __init__(self, rng: random.Random) -> None:
        super().__init__()
        self._clock.watches = False
        self.rng = rng
        self.weather = Weather()
        self.links: list[Link] = []
        self.tries: list[float] = []
        self.binds: list[tuple[float, asyncio.Task[Any] | None]] = []
        self.listening: dict[int, SimulatedSocket] = {}
        self.on_link: Callable[[Link], object] = lambda _: None
        self.withheld: dict[int, int] = {}
        self._listeners: dict[int, Callable[[End], object]] = {}
        self._targets: dict[socket.socket, int] = {}
        self._next_port = 40_000
        self._next_caller = 50_000

    @property
    def ports(self) -> list[int]:
        """The ports that somebody listens on."""
        return list(self._listeners)

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
        self.on_link(link)
        protocol = factory()
        link.client.begin(protocol)
        self._listeners[port](link.server)
        try:
            await asyncio.sleep(0)
        except BaseException:
            link.client.close()
            raise
        return link.client, protocol

    async def create_server(self, factory: Callable[[], Any], *args: Any, **options: Any) -> Any:  # type: ignore[override]
        """Listen: on the port asked for, or on one that nobody has."""
        port = self.listen(next(iter(args[1:2]), options.get("port")) or 0, lambda end: end.begin(factory()))
        return _Server(self, port)

    def add_reader(self, fd: Any, callback: Any, *args: Any) -> NoReturn:  # type: ignore[override]
        """Refuse, as Windows' own loop does: there is nothing to watch, and who listens has to await connections."""
        raise NotImplementedError

    async def sock_accept(self, sock: Any) -> Any:
        """Return the next connection of *sock*, for :meth:`connect_accepted_socket`, and where it is from."""
        connection = await cast("SimulatedSocket", sock).accepted()
        return connection, connection.end.get_extra_info("peername")

    async def connect_accepted_socket(self, protocol_factory: Callable[[], Any], sock: Any, **_: Any) -> Any:
        """Put a protocol of *protocol_factory* on the server's end of an accepted connection."""
        end = cast("SimulatedSocket", sock).end
        protocol = protocol_factory()
        self.call_soon(end.begin, protocol)
        try:
            await asyncio.sleep(0)
        except BaseException:
            end.close()
            raise
        return end, protocol

    def listen(self, port: int, arrived: Callable[["End"], object]) -> int:
        """Hand the server's end of whatever comes to *port* (0: a free one, which is returned) to *arrived*."""
        port = port or self._free_port()
        error = errno.EADDRINUSE if port in self._listeners else self.withheld.get(port)
        if error is not None:
            raise OSError(error, os.strerror(error))
        self._listeners[port] = arrived
        return port

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

    def caller_port(self) -> int:
        """Return a port for somebody who connects, each its own."""
        self._next_caller += 1
        return self._next_caller


class SimulatedSocket(socket.socket):
    """A socket that listens on the network of the running loop, or came from there; the machine's is not asked."""

    _loop: SimulatedLoop | None = None
    end: "End"

    def bind(self, address: Any) -> None:
        loop = cast("SimulatedLoop", asyncio.get_running_loop())
        loop.binds.append((loop.time(), asyncio.current_task()))
        self._backlog: deque[End] = deque()
        self._errors: deque[int] = deque()
        self._wanted: asyncio.Future[None] | None = None
        self._port = loop.listen(address[1], self._arrived)
        self._loop = loop
        loop.listening[self._port] = self

    def listen(self, backlog: int = 0, /) -> None:
        """Do nothing: a port that is bound here is listened on."""

    def getsockname(self) -> Any:
        return "127.0.0.1", 0 if self._loop is None else self._port

    def fail(self, error: int) -> None:
        """Make the next accept fail with the errno *error*."""
        self._errors.append(error)
        self._wake()

    async def accepted(self) -> "SimulatedSocket":
        """Return the next connection; raises OSError where accepting fails."""
        while not self._errors and not self._backlog:
            self._wanted = asyncio.get_running_loop().create_future()
            await self._wanted
        if self._errors:
            error = self._errors.popleft()
            raise OSError(error, os.strerror(error))
        connection = SimulatedSocket(self.family, self.type, self.proto)
        connection.end = self._backlog.popleft()
        connection.end.use(connection)
        # What is accepted has the options of the socket that listens.
        for level, option in ((socket.SOL_SOCKET, socket.SO_KEEPALIVE), *KEEPALIVE):
            connection.setsockopt(level, option, self.getsockopt(level, option))
        return connection

    def close(self) -> None:
        super().close()
        if self._loop is not None:
            loop, self._loop = self._loop, None
            loop.stop_listening(self._port)
            del loop.listening[self._port]
            while self._backlog:
                self._backlog.popleft().refuse()
        elif hasattr(self, "end"):
            self.end.refuse()

    def _arrived(self, end: "End") -> None:
        self._backlog.append(end)
        self._wake()

    def _wake(self) -> None:
        if self._wanted is not None and not self._wanted.done():
            self._wanted.set_result(None)


class _Server:
    """A listening port, as far as those who listen need it."""

    def __init__(self, loop: SimulatedLoop, port: int) -> None:
        self._loop = loop
        self._port = port
        self.sockets = (PlainSocket(port),)

    def close(self) -> None:
        self._loop.stop_listening(self._port)

    async def wait_closed(self) -> None:
        await asyncio.sleep(0)
