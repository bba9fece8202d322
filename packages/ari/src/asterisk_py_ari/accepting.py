"""What the servers for Asterisk's own WebSockets have in common: who is let in, and who came, one by one."""

from __future__ import annotations

import abc
import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar

from asterisk_py_core.checks import check_count, check_timeout
from asterisk_py_core.errors import AsteriskError
from asterisk_py_core.event_bus import Event, EventBus
from asterisk_py_core.server import SupervisedServer

from .transport.acceptor import Acceptor
from .transport.tls import server_context

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from ssl import SSLContext

    from asterisk_py_core.credentials import Credentials
    from asterisk_py_core.reconnect import ConnectionStateChanged, ReconnectPolicy

    from .transport.acceptor import Peer, Socket

__all__ = ["AcceptingServer", "PeerRefused"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerRefused(Event):
    """Somebody at *peer* (``host:port``) connected and was sent away; *reason* never repeats a login they presented."""

    peer: str
    reason: str


class _Connection(Protocol):
    async def wait_closed(self) -> None: ...
    async def aclose(self) -> None: ...


C = TypeVar("C", bound=_Connection)


class AcceptingServer(SupervisedServer[PeerRefused], abc.ABC, Generic[C]):
    """Base of the servers; *C* is what ``async for connection in server`` gives for each WebSocket.

    WebSockets are for *path*, and have the subprotocol and the options (of aiohttp) that a class says. There are at
    most *max_connections*. *timeout* is in seconds, for the first message of each and for everything sent on it.
    """

    _subprotocol: ClassVar[str]
    _websocket_options: ClassVar[Mapping[str, Any]]

    def __init__(  # noqa: PLR0913 - the address, and options that all have names
        self,
        host: str,
        port: int,
        *,
        path: str,
        credentials: Credentials | None,
        ssl: SSLContext | None,
        policy: ReconnectPolicy | None,
        retry_first: bool,
        max_connections: int,
        timeout: float,
    ) -> None:
        self._timeout = check_timeout("timeout", timeout)
        self._connections: EventBus[C] = EventBus()
        # Those that nobody took are at most as many as there can be; who takes none is told of the loss.
        self._accepted = self._connections.subscribe(capacity=check_count("max_connections", max_connections))
        self._open_connections: set[C] = set()
        self._reported: set[str] = set()
        self._closing: asyncio.Task[None] | None = None
        self._acceptor = Acceptor(
            self._take,
            self._refused,
            path=path,
            subprotocol=self._subprotocol,
            credentials=credentials,
            limit=max_connections,
            options=self._websocket_options,
        )
        bus: EventBus[PeerRefused | ConnectionStateChanged] = EventBus()
        super().__init__(
            host,
            port,
            make_protocol=self._acceptor.make_protocol,
            bus=bus,
            ssl=server_context(ssl),
            policy=policy,
            retry_first=retry_first,
            close_bus=self._close_buses,
            remedy="give it credentials=" if credentials is None else None,
        )

    def __aiter__(self) -> AsyncIterator[C]:
        return aiter(self._accepted)

    async def aclose(self) -> None:
        """Stop listening and close every connection, in a few seconds whatever their peers do. Idempotent.

        Cancelling this stops the waiting, not the closing.
        """
        if self._closing is None:
            self._closing = asyncio.create_task(self._close_connections(), name=f"{self._name} closing")
        await super().aclose()
        await asyncio.shield(self._closing)

    async def _close_connections(self) -> None:
        await super().aclose()  # Until then somebody may come in.
        # All at once: each may take its two seconds.
        await asyncio.gather(*(connection.aclose() for connection in self._open_connections))
        await self._acceptor.aclose()

    @abc.abstractmethod
    async def _begin(self, websocket: Socket, peer: Peer) -> C:
        """Return the connection over *websocket* once it has begun as Asterisk's do; else close it and say why not."""

    async def _take(self, websocket: Socket, peer: Peer) -> None:
        try:
            connection = await self._begin(websocket, peer)
        except AsteriskError as error:
            self._refused(peer.address, "did not begin as Asterisk does", error)
            return
        self._reported.clear()
        self._open_connections.add(connection)
        try:
            self._connections.publish(connection)
            await connection.wait_closed()
        except BaseException:  # Cancelled: it came as the server was closing.
            await connection.aclose()
            raise
        finally:
            self._open_connections.discard(connection)

    def _refused(self, address: str, problem: str, cause: AsteriskError | None = None) -> None:
        # Each problem once until somebody is let in: a scan would fill the log. The events say everyone.
        level = logging.DEBUG if problem in self._reported else logging.WARNING
        self._reported.add(problem)
        reason = problem if cause is None else f"{problem}: {cause}"
        logger.log(level, "%s refused %s: it %s", self._name, address, reason)
        self._bus.publish(PeerRefused(peer=address, reason=reason))

    def _close_buses(self, cause: Any) -> None:
        self._bus.close(cause)
        self._connections.close(cause)
