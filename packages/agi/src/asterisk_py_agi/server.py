"""The FastAGI server: a supervised listening socket, and a handler for each call."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, TypeAlias

from asterisk_py_core.checks import check_count, check_timeout, shown
from asterisk_py_core.errors import ClientClosedError, InputError
from asterisk_py_core.event_bus import EventBus
from asterisk_py_core.reconnect import ConnectionState, ConnectionStateChanged
from asterisk_py_core.server import SupervisedServer
from asterisk_py_core.stream import Stream

from .events import AgiEvent
from .exchange import Exchange
from .routes import Handler, OnHangup, Route, check_script
from .service import Service

if TYPE_CHECKING:
    from collections.abc import Callable

    from asterisk_py_core.reconnect import ReconnectPolicy

__all__ = ["AgiServer"]

_Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
_BUFFER_SIZE: Final = 4096  # An environment has 700 bytes, an answer mostly 20.


class AgiServer(SupervisedServer[AgiEvent]):
    """Answers the dialplan's ``AGI(agi://host/NAME)``: a listening socket that comes back by itself.

    ::

        server = AgiServer()


        @server.route("pin-check")
        async def pin_check(call: AgiSession) -> None:
            await call.answer()
            pin = await call.get_data("enter-pin", timeout=5.0, max_digits=4)


        async with server:
            await server.serve_forever()

    FastAGI has no login and no TLS: whoever reaches the port has his calls handled. So *host* is this machine alone
    unless you say otherwise, and *allow* names the addresses and networks (``"10.0.0.0/8"``) that are let in.
    More than *max_sessions* calls at a time are refused at once. *on_hangup* is what becomes of a handler when the
    caller hangs up: ``"tell"`` lets it go on and see it, ``"cancel"`` cancels it. Asterisk has *environment_timeout*
    seconds to describe a call, and closing the server gives the calls that run *drain_timeout* seconds to end.

    *policy* says when to try again to listen, and *retry_first* whether also when it fails at the start: the last
    instance of a service may still be closing. For the server, connecting is binding the port, CONNECTED is listening,
    RECONNECTING that nobody can call. What happens to calls is published as an :class:`AgiEvent`.

    Raises:
        InputError: an argument is unusable.
    """

    def __init__(  # noqa: PLR0913 - the address, and options that all have names
        self,
        host: str = "127.0.0.1",
        port: int = 4573,
        *,
        allow: Iterable[str | _Network] | None = None,
        max_sessions: int = 256,
        on_hangup: OnHangup | str = OnHangup.TELL,
        environment_timeout: float = 5.0,
        drain_timeout: float = 10.0,
        policy: ReconnectPolicy | None = None,
        retry_first: bool = True,
    ) -> None:
        self._allow = None if allow is None else _networks(allow)
        self._on_hangup = OnHangup.of(on_hangup)
        self._drain_timeout = check_timeout("drain_timeout", drain_timeout)
        self._draining: asyncio.Task[None] | None = None
        self._ended: tuple[Exception | None] | None = None
        self._events: EventBus[AgiEvent | ConnectionStateChanged] = EventBus()
        super().__init__(
            host,
            port,
            make_protocol=self._new_stream,
            bus=self._events,
            policy=policy,
            retry_first=retry_first,
            close_bus=self._run_ended,
            remedy="name the peers with allow=" if self._allow is None else None,
        )
        self._service = Service(
            what=self._name,
            publish=self._events.publish,
            idle=self._close_bus,
            max_sessions=check_count("max_sessions", max_sessions),
            environment_timeout=check_timeout("environment_timeout", environment_timeout),
        )

    @property
    def sessions(self) -> int:
        """How many calls are under way."""
        return self._service.sessions

    def route(
        self, script: str | None = None, *, on_hangup: OnHangup | str | None = None
    ) -> Callable[[Handler], Handler]:
        """Make the decorated async function the handler of calls for *script*; without it, of all calls left over.

        *script* is compared as it is with NAME in ``agi://host/NAME?query``; nothing is decoded. *on_hangup* is the
        server's by default. When the handler returns, the dialplan goes on with ``AGISTATUS=SUCCESS``; when it raises,
        the error is logged and published, and ``AGISTATUS`` is ``FAILURE``. So does one that turns out not to be async.

        Raises:
            InputError: *script* is no name that a call could ask for, or has a handler; or what was decorated is a
                plain function.
        """
        if script is not None:
            check_script(script)
        mode = self._on_hangup if on_hangup is None else OnHangup.of(on_hangup)

        def add(handler: Handler) -> Handler:
            self._service.routes.add(script, Route(handler, mode))
            return handler

        return add

    async def serve_forever(self) -> None:
        """Listen until :meth:`aclose` is called elsewhere; cancelling this closes the server, draining it.

        Raises what ended the run, if that was not closing it.
        """
        was_closed = self._supervisor.ended
        try:
            await self.connect()
            await self._supervisor.wait_for(ConnectionState.DISCONNECTED)
            if self._supervisor.cause is not None:
                raise self._supervisor.cause
        except ClientClosedError:
            if was_closed:
                raise
        finally:
            await self.aclose()

    async def aclose(self) -> None:
        """Stop listening, let the calls that run end within ``drain_timeout``, and end the rest with FAILURE.

        Idempotent. Events of the calls are published until then. Cancelling this stops the waiting, not the closing.
        Handlers that have not ended by then are cancelled, and have 2 s more to clean up. One that goes on all the same
        is reported as an error and left alone, with its call closed: nobody can end a task that does not want to.
        """
        await super().aclose()
        if self._draining is None and self._service.sessions:
            self._drain()  # The run had ended by itself, and left the calls alone.
        if self._draining is not None:
            await asyncio.wait((self._draining,))

    # --- connections ---

    def _new_stream(self) -> Stream:
        exchange = Exchange()

        def connected(stream: Stream) -> None:
            exchange.attach(stream)
            self._service.admit(exchange, self._refusal(stream))

        return Stream(
            on_data=exchange.receive_data,
            on_closed=exchange.connection_lost,
            on_connected=connected,
            buffer_size=_BUFFER_SIZE,
        )

    def _refusal(self, stream: Stream) -> str | None:
        if self._ended is not None:
            return f"{self._name} is closed"
        if self._allow is None:
            return None
        peername = stream.get_extra_info("peername")
        if peername is None:
            return "the peer is gone"  # Before it was looked at.
        host = ipaddress.ip_address(peername[0])
        # A socket for both families shows IPv4 peers as addresses of IPv6.
        peer = getattr(host, "ipv4_mapped", None) or host
        return None if any(peer in network for network in self._allow) else "the peer is not allowed"

    # --- the end ---

    def _run_ended(self, cause: Exception | None) -> None:
        """End the events, but not before the last call has ended."""
        self._ended = (cause,)
        if not self._service.sessions:
            self._events.close(cause)
        elif cause is None:
            self._drain()

    def _drain(self) -> None:
        self._draining = asyncio.create_task(self._service.drain(self._drain_timeout), name=f"{self._name} draining")

    def _close_bus(self) -> None:
        if self._ended is not None:
            self._events.close(*self._ended)


def _networks(allow: Iterable[str | _Network]) -> tuple[_Network, ...]:
    if isinstance(allow, str | bytes) or not isinstance(allow, Iterable):
        raise InputError(field="allow", problem=f"must be a list of addresses or networks, not {shown(allow):.100}")
    networks = []
    for peer in allow:
        try:
            # A number or bytes would be an address, too, and hardly the one that was meant.
            networks.append(ipaddress.ip_network(str(peer)))
        except ValueError as error:
            raise InputError(field="allow", problem=f"must hold addresses or networks: {error}") from error
    return tuple(networks)
