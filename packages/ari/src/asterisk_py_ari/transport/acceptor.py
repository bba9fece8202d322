"""The server's side of a WebSocket's handshake: who may come in, and how many."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
import logging
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from aiohttp import web
from aiohttp.http import HttpProcessingError

from asterisk_py_core.checks import shown
from asterisk_py_core.credentials import Credentials
from asterisk_py_core.errors import InputError
from asterisk_py_core.stream import format_address

from .media_socket import CLOSE_TIMEOUT

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    Socket: TypeAlias = "web.WebSocketResponse[Any]"

__all__ = ["HANDSHAKE_LIMIT", "HANDSHAKE_TIMEOUT", "Acceptor", "Peer", "Socket"]

logger = logging.getLogger(__name__)

# Who has connected and asked for nothing: how many, and for how many seconds. Asterisk asks at once.
HANDSHAKE_LIMIT: Final = 256
HANDSHAKE_TIMEOUT: Final = 5.0


class Peer:
    """Somebody who connected: *address* is theirs as ``host:port``, *parameters* the query they asked with, decoded."""

    def __init__(self, request: web.BaseRequest) -> None:
        self._transport = request.transport
        self.address = _address(self._transport)
        self.parameters: dict[str, str] = dict(request.query)

    def abort(self) -> None:
        """Break the connection off, at once."""
        if self._transport is not None:
            self._transport.abort()


class Acceptor:
    """Answers the handshakes of WebSockets for *path* with the subprotocol *subprotocol*.

    *on_socket* has each WebSocket, until it returns; *on_refused* hears of everybody else who is sent away: the address
    and, of few texts there are, what the peer did. With *credentials*, who comes has to present them (Basic). There are
    at most *limit* WebSockets at a time; *options* are further ones of aiohttp's.

    Raises:
        InputError: *path* is none, or *credentials* are none.
    """

    def __init__(  # noqa: PLR0913 - two to call and five that say who may come in
        self,
        on_socket: Callable[[Socket, Peer], Awaitable[None]],
        on_refused: Callable[[str, str], object],
        *,
        path: object,
        subprotocol: str,
        credentials: object,
        limit: int,
        options: Mapping[str, Any],
    ) -> None:
        if credentials is not None and not isinstance(credentials, Credentials):
            raise InputError(
                field="credentials", problem=f"must be Credentials or None, not {type(credentials).__name__}"
            )
        if not isinstance(path, str) or not path.startswith("/") or "?" in path or "#" in path:
            raise InputError(field="path", problem=f"must be like /{subprotocol}, not {shown(path):.100}")
        self._on_socket = on_socket
        self._on_refused = on_refused
        self._path = path
        self._subprotocol = subprotocol
        self._credentials = credentials
        self._limit = limit
        self._options = options
        self._open = 0
        # Connections that are closing: over TLS asyncio would wait 30 s for the peer's goodbye.
        self._leaving: dict[asyncio.Transport, asyncio.TimerHandle] = {}
        self._silent: dict[asyncio.BaseProtocol, asyncio.TimerHandle] = {}
        self._server: web.Server | None = None

    def make_protocol(self) -> asyncio.BaseProtocol:
        """Return the protocol of one more connection."""
        if self._server is None:  # It belongs to an event loop, and this object may be made before there is one.
            self._server = web.Server(self._handle)
        return _PeerProtocol(self._server, on_made=self._expect, on_garbage=self._refuse_garbage, on_lost=self._forget)

    async def aclose(self) -> None:
        """End all connections; those of WebSockets should have ended before."""
        for timer in self._silent.values():
            timer.cancel()
        self._silent.clear()
        if self._server is not None:
            await self._server.shutdown(CLOSE_TIMEOUT)
        for transport, timer in list(self._leaving.items()):
            timer.cancel()
            self._cut_off(transport)
        await asyncio.sleep(0)

    def _cut_off(self, transport: asyncio.Transport) -> None:
        del self._leaving[transport]
        transport.abort()

    def _expect(self, protocol: web.RequestHandler) -> None:
        """Wait for what *protocol* asks for, if it is not one too many.

        Not before it is connected: of a TLS handshake that fails nobody would say that it is gone, and the listener
        bounds those.
        """
        if len(self._silent) >= HANDSHAKE_LIMIT:
            problem = f"came while {HANDSHAKE_LIMIT} others had not asked for anything yet"
            self._on_refused(_address(protocol.transport), problem)
            if protocol.transport is not None:
                protocol.transport.abort()
            return
        self._silent[protocol] = asyncio.get_running_loop().call_later(HANDSHAKE_TIMEOUT, self._give_up, protocol)

    def _give_up(self, protocol: web.RequestHandler) -> None:
        del self._silent[protocol]
        self._on_refused(_address(protocol.transport), f"asked for nothing within {HANDSHAKE_TIMEOUT:g} s")
        protocol.force_close()

    def _forget(self, protocol: asyncio.BaseProtocol) -> None:
        """Wait for nothing any more of who has asked, or is gone."""
        timer = self._silent.pop(protocol, None)
        if timer is not None:
            timer.cancel()

    def _leave(self, transport: asyncio.Transport | None) -> None:
        if transport is not None:
            loop = asyncio.get_running_loop()
            self._leaving[transport] = loop.call_later(CLOSE_TIMEOUT, self._cut_off, transport)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        self._forget(request.protocol)
        transport = request.transport
        try:
            return await self._answer(request)
        finally:
            self._leave(transport)

    def _refuse_garbage(self, request: web.BaseRequest) -> web.StreamResponse:
        self._forget(request.protocol)
        self._leave(request.transport)
        return self._refuse(Peer(request), 400, "sent what is no HTTP")

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        peer = Peer(request)
        status, problem = self._refusal(request)
        if problem:
            return self._refuse(peer, status, problem)
        socket: Socket = web.WebSocketResponse(
            timeout=CLOSE_TIMEOUT,
            protocols=(self._subprotocol,),
            compress=False,
            **self._options,
        )
        self._open += 1
        try:
            try:
                await socket.prepare(request)
            except ConnectionError:
                return web.Response()  # To nobody: whoever asked is gone, which is no defect to be logged.
            except (web.HTTPException, ValueError) as error:  # The latter for a key that is not ASCII.
                status = error.status if isinstance(error, web.HTTPException) else 400
                return self._refuse(peer, status, "did not ask for a WebSocket as RFC 6455 says")
            await self._on_socket(socket, peer)
        finally:
            self._open -= 1
        return socket

    def _refusal(self, request: web.BaseRequest) -> tuple[int, str]:
        """Say why *request* is refused, and with which status; nothing if it is not."""
        if self._credentials is not None and not _presents(request, self._credentials):
            return 401, "presented no credentials, or wrong ones"
        if request.path != self._path:
            return 404, f"asked for another path than {self._path}"
        offered = request.headers.get("Sec-WebSocket-Protocol", "")
        if self._subprotocol not in [name.strip() for name in offered.split(",")]:
            return 400, f"does not offer the subprotocol {self._subprotocol!r}"
        if self._open >= self._limit:
            return 503, f"came while {self._limit:,} others are connected, which is the limit"
        return 0, ""

    def _refuse(self, peer: Peer, status: int, problem: str) -> web.Response:
        self._on_refused(peer.address, problem)
        response = web.Response(status=status, text=f"refused: {problem}\n")
        if status == 401:
            response.headers["WWW-Authenticate"] = 'Basic realm="asterisk-py"'
        response.force_close()
        return response


class _PeerProtocol(web.RequestHandler):
    """aiohttp's side of one connection: it says when it begins and ends, and has *on_garbage* answer what is no HTTP.

    aiohttp would log an error with a traceback for each stranger.
    """

    __slots__ = ("_on_garbage", "_on_lost", "_on_made")

    def __init__(
        self,
        server: web.Server,
        *,
        on_made: Callable[[web.RequestHandler], object],
        on_garbage: Callable[[web.BaseRequest], web.StreamResponse],
        on_lost: Callable[[asyncio.BaseProtocol], object],
    ) -> None:
        no_log: Any = None
        loop = asyncio.get_running_loop()
        # Nobody is waited for who was sent away and has not sent the whole of his request yet: aiohttp would do so for
        # 10 s, be he gone, or the server closed.
        super().__init__(server, loop=loop, access_log=no_log, logger=logger, auto_decompress=False, lingering_time=0)
        self._on_made = on_made
        self._on_garbage = on_garbage
        self._on_lost = on_lost

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        if isinstance(exc, HttpProcessingError):
            return self._on_garbage(request)
        return super().handle_error(request, status, exc, message)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._on_made(self)

    def connection_lost(self, exc: BaseException | None) -> None:
        super().connection_lost(exc)
        self._on_lost(self)


def _address(transport: asyncio.BaseTransport | None) -> str:
    peer = None if transport is None else transport.get_extra_info("peername")
    return format_address(*peer[:2]) if peer else "unknown peer"


def _presents(request: web.BaseRequest, credentials: Credentials) -> bool:
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    try:
        presented = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        presented = b""
    # Both are compared whole and in constant time, so that neither is learned from how long it takes.
    wanted = f"{credentials.username}:{credentials.reveal()}".encode("utf-8", "surrogateescape")
    return hmac.compare_digest(presented, wanted) and scheme.lower() == "basic"
