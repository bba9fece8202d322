"""Where Asterisk brings its events by itself: a server for outbound WebSockets (ari.conf, websocket_client.conf)."""

from __future__ import annotations

import asyncio
import builtins
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from asterisk_py_core.credentials import Credentials
from asterisk_py_core.errors import ClientClosedError, ConnectionClosedError, ReadTimeoutError
from asterisk_py_core.reconnect import ReconnectPolicy

from .accepting import AcceptingServer
from .client import AriClient
from .connection import AriConnection
from .events import ApplicationRegistered
from .transport.outbound_socket import OutboundSocket
from .transport.websocket import FRAME_LIMIT

if TYPE_CHECKING:
    from ssl import SSLContext

    from asterisk_py_core.event_bus import EventSubscription

    from .protocol.event import AriEvent
    from .transport.acceptor import Peer, Socket

__all__ = ["AriServer", "OutboundAriClient"]


class OutboundAriClient(AriClient):
    """An :class:`AriClient` over a WebSocket that Asterisk opened; made by :class:`AriServer`.

    ``async with`` and everything after it is the same, and requests go over the WebSocket, for there is nothing else: a
    sound file cannot be downloaded. Events wait until the first subscription (*timeout* seconds at most), so that the
    StasisStart which comes at once is not missed. Only Asterisk can connect again, and then the server has a new
    client; this one is over when its WebSocket is: subscriptions end, without an error if Asterisk closed it, which it
    does some seconds after the call for which it had connected.

    ``apps`` are the applications as Asterisk calls them. One that connects for each call has the channel's name in it,
    ``demo:PJSIP/alice-00000001`` (seen on 22.10.1).
    """

    def __init__(self, websocket: Socket, peer: Peer, *, timeout: float) -> None:
        # Nobody logs in here, and nothing is sent to the address.
        super().__init__(
            f"http://{peer.address}",
            app="outbound",
            credentials=Credentials("outbound", ""),
            policy=ReconnectPolicy.none(),
            timeout=timeout,
        )
        self.apps = ()
        self._held: list[AriEvent] | None = []
        self._wanted = False
        self._registered = asyncio.Event()
        self._socket = OutboundSocket(websocket, self._decoder, address=peer.address, abort=peer.abort)
        self._opened = AriConnection(self._socket)
        self._opened.deliver_to(self._received)
        self._patience = asyncio.get_running_loop().call_later(timeout, self._release)
        self._goodbye: asyncio.Task[None] | None = None

    async def wait_registered(self) -> None:
        """Wait until Asterisk has said which application it is.

        Raises what ended the WebSocket, and ReadTimeoutError.
        """
        waits = [asyncio.create_task(event.wait()) for event in (self._registered, self._socket.over)]
        try:
            async with asyncio.timeout(self._timeout):
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        except builtins.TimeoutError:
            what = "ApplicationRegistered"
            raise ReadTimeoutError(address=self._address, timeout=self._timeout, request=what) from None
        finally:
            for wait in waits:
                wait.cancel()
        if not self._registered.is_set() and self._socket.cause is not None:
            raise self._socket.cause

    async def wait_closed(self) -> None:
        """Wait until the WebSocket has ended."""
        await self._socket.over.wait()

    async def aclose(self) -> None:
        """Close the WebSocket; requests under way end with ClientClosedError. Idempotent."""
        self._patience.cancel()
        await super().aclose()
        await self._opened.aclose(ClientClosedError(what=self._name))

    if not TYPE_CHECKING:  # Its signature is the one of the base.

        def events(self, *types: type[Any], **options: Any) -> EventSubscription[Any]:
            """Subscribe, as :meth:`AriClient.events` does; the first one lets the events go that came before."""
            self._wanted = True
            if self._connection is not None:
                # A turn later, so that several subscriptions made together all get them.
                asyncio.get_running_loop().call_soon(self._release)
            return super().events(*types, **options)

    async def _open(self) -> AriConnection:
        if self._opened.cause is not None:
            raise self._opened.cause
        self._opened.use_websocket(True)
        return self._opened

    async def _serve(self, connection: AriConnection) -> NoReturn:
        if self._wanted:
            asyncio.get_running_loop().call_soon(self._release)
        try:
            await super()._serve(connection)
        except ConnectionClosedError:
            self._release()
            if not self._socket.hung_up:
                raise
            # The end of a call is no error: it is as if this program had closed the client.
            self._goodbye = asyncio.create_task(self.aclose())
            await asyncio.Event().wait()
        raise AssertionError("unreachable")

    def _received(self, event: AriEvent) -> None:
        if isinstance(event, ApplicationRegistered) and not event.misfits:
            self.apps = tuple(dict.fromkeys((*self.apps, event.application)))
            self._registered.set()
        if self._held is not None:
            self._held.append(event)
        else:
            super()._received(event)

    def _release(self) -> None:
        self._patience.cancel()
        held, self._held = self._held, None
        for event in held or ():
            super()._received(event)


class AriServer(AcceptingServer[OutboundAriClient]):
    """Accepts the WebSockets that Asterisk opens for its applications: ``async for ari in server``.

    ::

        async with AriServer(credentials=Credentials("demo", "secret")) as server:
            async for ari in server:
                tasks.create_task(handle(ari))  # in which `async with ari:` goes on as with an AriClient

    ari.conf has an ``outbound_websocket`` whose ``websocket_client_id`` names a section of websocket_client.conf; there
    ``uri`` is ``ws://HOST:PORT/ari`` (*path*), ``protocols`` is ``ari``, and ``username`` and ``password`` are the
    *credentials*, if any: without them whoever reaches the port is let in, and can play an Asterisk to this program.
    With *ssl*, a server's context, the URI is ``wss://``. With ``connection_type = persistent`` Asterisk connects as it
    starts, and again when the connection is lost; with ``per_call_config`` for each call that enters the application.

    The server has the states of a client: CONNECTED is listening. A port that is taken is tried again as *policy* says
    (the first time only with *retry_first*), and connections outlive the listening socket. There are at most
    *max_connections*. *timeout* is that of each client, in seconds.

    Raises:
        InputError: an argument cannot be right.
    """

    # websocket_client.conf, `protocols`: what res_ari names when it connects.
    _subprotocol = "ari"
    _websocket_options: ClassVar = {"max_msg_size": FRAME_LIMIT, "autoping": False, "decode_text": False}

    def __init__(  # noqa: PLR0913 - the address, and options that all have names
        self,
        host: str = "127.0.0.1",
        port: int = 8765,
        *,
        path: str = "/ari",
        credentials: Credentials | None = None,
        ssl: SSLContext | None = None,
        policy: ReconnectPolicy | None = None,
        retry_first: bool = False,
        max_connections: int = 256,
        timeout: float = 10.0,
    ) -> None:
        super().__init__(
            host,
            port,
            path=path,
            credentials=credentials,
            ssl=ssl,
            policy=policy,
            retry_first=retry_first,
            max_connections=max_connections,
            timeout=timeout,
        )

    async def _begin(self, websocket: Socket, peer: Peer) -> OutboundAriClient:
        client = OutboundAriClient(websocket, peer, timeout=self._timeout)
        try:
            await client.wait_registered()
        except BaseException:
            await client.aclose()
            raise
        return client
