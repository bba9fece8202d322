"""What the servers for Asterisk's own WebSockets have in common: a supervised socket, and who came in, one by one."""

from __future__ import annotations

import abc
import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, NoReturn, Protocol, TypeVar

from asterisk_py_core.checks import check_count
from asterisk_py_core.event_bus import Event, EventBus
from asterisk_py_core.listener import Listener
from asterisk_py_core.net import check_target, is_loopback
from asterisk_py_core.stream import format_address
from asterisk_py_core.supervised import Supervised
from asterisk_py_core.supervisor import Supervisor

from .transport.tls import server_context

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable
    from ssl import SSLContext

    from asterisk_py_core.reconnect import ConnectionStateChanged, ReconnectPolicy

    from .transport.acceptor import Acceptor, Visitor

__all__ = ["AcceptingServer", "PeerRefused"]

logger = logging.getLogger(__name__)

C = TypeVar("C")


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerRefused(Event):
    """Somebody at *peer* (``host:port``) connected and was sent away; *reason* does not repeat what they presented."""

    peer: str
    reason: str


class _Closable(Protocol):
    async def aclose(self) -> None: ...


class AcceptingServer(Supervised[PeerRefused], abc.ABC, Generic[C]):
    """Base of the servers; *C* is what ``async for connection in server`` gives for each WebSocket.

    The server has the states of a client: CONNECTED is listening. A port that is taken is tried again as the policy
    says (the first time only with *retry_first*), and connections outlive the listening socket.
    """

    def __init__(  # noqa: PLR0913 - the address, and options that all have names
        self,
        host: str,
        port: int,
        *,
        what: str,
        ssl: SSLContext | None,
        policy: ReconnectPolicy | None,
        retry_first: bool,
        max_connections: int,
    ) -> None:
        check_target(host, port, lowest_port=0)
        self._host = host
        self._port = port
        self._ssl = server_context(ssl)
        self._connections: EventBus[C] = EventBus()
        # Those that nobody took are at most as many as there can be; who takes none is told of the loss.
        self._accepted = self._connections.subscribe(capacity=check_count("max_connections", max_connections))
        self._acceptor = self._make_acceptor(max_connections)
        bus: EventBus[PeerRefused | ConnectionStateChanged] = EventBus()
        supervisor = Supervisor(
            self._listen,
            self._serve,
            bus=bus,
            what=f"{what} on {format_address(host, port)}",
            policy=policy,
            retry_first=retry_first,
            close_bus=self._close_buses,
        )
        super().__init__(bus, supervisor)

    @property
    def port(self) -> int:
        """The port it listens on, or is to: with port 0 known once it listens."""
        return self._port

    def __aiter__(self) -> AsyncIterator[C]:
        return aiter(self._accepted)

    async def aclose(self) -> None:
        """Stop listening and close every connection, in a few seconds whatever their peers do. Idempotent."""
        await super().aclose()
        # All at once: each may take its two seconds.
        await asyncio.gather(*(connection.aclose() for connection in self._open_connections()))
        await self._acceptor.aclose()

    @abc.abstractmethod
    def _make_acceptor(self, limit: int) -> Acceptor:
        """Return what lets *limit* WebSockets in at a time."""

    @abc.abstractmethod
    def _open_connections(self) -> Iterable[_Closable]:
        """Return what was accepted and has not ended."""

    async def _listen(self) -> Listener:
        if not is_loopback(self._host) and self._acceptor.is_open_to_all:
            where = format_address(self._host, self._port)
            logger.warning("%s lets in whoever reaches it: give it credentials", where)
        listener = await Listener.open(self._host, self._port)
        self._port = listener.port
        return listener

    async def _serve(self, listener: Listener) -> NoReturn:
        try:
            await listener.serve(self._acceptor.make_protocol, ssl=self._ssl)
        finally:
            listener.close()

    def _refused(self, visitor: Visitor, problem: str) -> None:
        self._bus.publish(PeerRefused(peer=visitor.address, reason=problem))

    def _close_buses(self, cause: Any) -> None:
        self._bus.close(cause)
        self._connections.close(cause)
