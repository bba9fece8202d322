"""Servers, whatever they speak: a listening socket that is kept up like a client's connection."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, NoReturn, TypeVar

from .errors import AsteriskError
from .listener import Listener
from .net import check_target, is_loopback
from .stream import format_address
from .supervised import Supervised
from .supervisor import Supervisor

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable
    from ssl import SSLContext

    from .event_bus import EventBus
    from .reconnect import ConnectionStateChanged, ReconnectPolicy

__all__ = ["SupervisedServer"]

logger = logging.getLogger(__name__)

E = TypeVar("E")


class SupervisedServer(Supervised[E]):
    """Base of servers on *host* and *port*, for which to connect is to listen; *E* is the protocol's event class.

    Each connection that is accepted gets what *make_protocol* returns, over TLS with *ssl*, a server's context.
    CONNECTED is listening, RECONNECTING that nobody can come in. A port that cannot be had is tried again as *policy*
    says, at the start only with *retry_first*; connections that were accepted outlive the listening socket. *remedy* is
    what to do about strangers, where whoever reaches the port is let in: it is logged, unless only this machine can.
    *bus* and *close_bus* are the supervisor's.

    Raises:
        InputError: *host*, *port* or *policy* is unusable.
    """

    def __init__(  # noqa: PLR0913 - the address, and options that all have names
        self,
        host: str,
        port: int,
        *,
        make_protocol: Callable[[], asyncio.BaseProtocol],
        bus: EventBus[E | ConnectionStateChanged],
        ssl: SSLContext | None = None,
        policy: ReconnectPolicy | None,
        retry_first: bool,
        close_bus: Callable[[Exception | None], object] | None = None,
        remedy: str | None = None,
    ) -> None:
        check_target(host, port, lowest_port=0)
        self._host = host
        self._port = port
        self._name = f"{type(self).__name__}({format_address(host, port)})"
        self._make_protocol = make_protocol
        self._ssl = ssl
        self._retries_first = retry_first
        self._warned = False
        supervisor: Supervisor[Listener] = Supervisor(
            self._open,
            self._serve,
            bus=bus,
            what=self._name,
            policy=policy,
            retry_first=retry_first,
            close_bus=close_bus,
        )
        super().__init__(bus, supervisor)
        if remedy is not None and not is_loopback(host):
            logger.warning("%s lets in whoever reaches it: %s", self._name, remedy)

    @property
    def host(self) -> str:
        """Where the server listens."""
        return self._host

    @property
    def port(self) -> int:
        """The port it listens on; for port 0 the one it was given, and keeps, once it listens."""
        return self._port

    async def _open(self) -> Listener:
        try:
            listener = await Listener.open(self._host, self._port)
        except AsteriskError as error:
            is_retried = error.is_retryable and (self._retries_first or self.epoch > 0)
            if is_retried and not self._warned:
                self._warned = True  # Once an outage; each try is logged by the supervisor.
                logger.warning("%s: %s; it is tried again as the policy says", self._name, error)
            raise
        self._warned = False
        self._port = listener.port
        logger.info("%s listens on %s", self._name, listener.address)
        return listener

    async def _serve(self, listener: Listener) -> NoReturn:
        try:
            await listener.serve(self._make_protocol, ssl=self._ssl)
        finally:
            listener.close()
