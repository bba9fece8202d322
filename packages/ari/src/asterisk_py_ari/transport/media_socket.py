"""A WebSocket of one call's audio on aiohttp, whichever side opened it: messages in and out, and our errors."""

from __future__ import annotations

import asyncio
import builtins
import contextlib
import socket
from typing import TYPE_CHECKING, Final, Protocol

import aiohttp
from aiohttp import WSMsgType

from asterisk_py_ari.errors import rejection
from asterisk_py_ari.protocol.requests import Answer
from asterisk_py_core.errors import (
    ConnectionClosedError,
    ConnectTimeoutError,
)
from asterisk_py_core.stream import format_address, reason

from .faults import connect_failure, lost, silence, socket_failure
from .tls import client_context

if TYPE_CHECKING:
    from collections.abc import Callable
    from ssl import SSLContext

    from aiohttp.web import WebSocketResponse

    from asterisk_py_ari.protocol.address import Address
    from asterisk_py_core.errors import AsteriskError

__all__ = [
    "CLOSE_TIMEOUT",
    "HEARTBEAT",
    "MAX_RECEIVED",
    "SUBPROTOCOL",
    "MediaSocket",
    "MessageSocket",
    "open_media_socket",
]

# The subprotocol Asterisk names (websocket_client.conf, `protocols`) and offers (chan_websocket.c, load_module).
SUBPROTOCOL: Final = "media"
# Asterisk sends a frame as it has it: 160 bytes of ulaw, 7,680 of slin192. It cannot send more than this.
MAX_RECEIVED: Final = 65_536
# A ping after 20 s without a byte, and the end 10 s later: aiohttp waits half as long for the answer.
HEARTBEAT: Final = 20.0
# Asterisk does not answer a close; it only closes the connection (seen on 22.10.1).
CLOSE_TIMEOUT: Final = 1.0

# What a call that is over ends with: Asterisk's own close, and its shutting down.
_NORMAL: Final = (aiohttp.WSCloseCode.OK, aiohttp.WSCloseCode.GOING_AWAY)


class MessageSocket(Protocol):
    """What a media connection needs of a WebSocket."""

    address: str

    async def receive(self) -> str | bytes | None:
        """Return the next message, None after a normal close; ConnectionClosedError or ProtocolError otherwise."""

    async def send(self, message: str | bytes) -> None:
        """Write *message* whole before anything is waited for; ConnectionClosedError if there is no connection."""

    async def aclose(self) -> None:
        """Close and wait until it is; never raises for a connection that is gone."""


class MediaSocket:
    """One open WebSocket, which *abort* breaks off at once; *session* is closed with it."""

    def __init__(
        self,
        websocket: aiohttp.ClientWebSocketResponse | WebSocketResponse,
        address: str,
        abort: Callable[[], object],
        session: aiohttp.ClientSession | None = None,
    ) -> None:
        self.address = address
        self._abort = abort
        self._websocket = websocket
        self._session = session

    async def receive(self) -> str | bytes | None:
        """Return the next message, or None when the peer closes normally.

        Raises:
            ConnectionClosedError: the connection ended in any other way.
            FrameTooLargeError: a message is larger than Asterisk can send.
            MalformedFrameError: what came is no WebSocket frame, or no UTF-8 where it should be.
        """
        message = await self._websocket.receive()
        match message.type:
            case WSMsgType.TEXT | WSMsgType.BINARY:
                received: str | bytes = message.data
                return received
            case WSMsgType.CLOSE if message.data in _NORMAL:
                return None
            case WSMsgType.CLOSE:
                raise ConnectionClosedError(address=self.address, reason=f"the peer closed it with {message.data}")
            case WSMsgType.ERROR if isinstance(message.data, aiohttp.ServerTimeoutError):
                raise silence(self.address, HEARTBEAT * 1.5)
            case WSMsgType.ERROR:
                raise socket_failure(message.data, self.address, frame_limit=MAX_RECEIVED)
            case _:
                raise ConnectionClosedError(address=self.address)

    async def send(self, message: str | bytes) -> None:
        """Write *message*; returns when the peer has taken enough of what was written before.

        Raises:
            ConnectionClosedError: there is no connection any more.
        """
        try:
            if isinstance(message, str):
                await self._websocket.send_str(message)
            else:
                await self._websocket.send_bytes(message)
        except OSError as error:
            raise ConnectionClosedError(address=self.address, reason=reason(error)) from None

    async def aclose(self) -> None:
        """Close, in two seconds at most. Idempotent."""
        try:
            async with asyncio.timeout(2 * CLOSE_TIMEOUT):
                await self._websocket.close()
        except builtins.TimeoutError:
            self._abort()  # It does not even take our goodbye.
        finally:
            if self._session is not None:
                await self._session.close()


async def open_media_socket(
    address: Address, path: str, *, what: str, ssl: SSLContext | bool | None, timeout: float
) -> MediaSocket:
    """Connect to *path* on the web server at *address* within *timeout* seconds; *what* names it in errors.

    Raises:
        InputError: *ssl* does not go with *address*.
        ConnectFailedError: there is nobody, or no agreement on TLS.
        ConnectTimeoutError: it took too long.
        RequestRejectedError: Asterisk answered with something else than a WebSocket; a class for each status.
    """
    context = client_context(address, ssl)
    where = format_address(address.host, address.port)
    session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), trust_env=False, middlewares=(_stay_here,))
    try:
        async with asyncio.timeout(timeout):
            websocket = await session.ws_connect(
                f"{address.origin}{address.prefix}{path}",
                protocols=(SUBPROTOCOL,),
                timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_TIMEOUT),
                heartbeat=HEARTBEAT,
                max_msg_size=MAX_RECEIVED,
                ssl=True if context is None else context,
            )
    except BaseException as error:
        await session.close()
        # aiohttp's errors hold requests, with all their headers, so they are not chained.
        if isinstance(error, aiohttp.WSServerHandshakeError):
            raise _refusal(error, what) from None
        if isinstance(error, builtins.TimeoutError):
            raise ConnectTimeoutError(address=where, timeout=timeout) from None
        if isinstance(error, aiohttp.ClientError | OSError):
            raise (connect_failure(error, where) or lost(error, where)) from None
        raise
    return MediaSocket(websocket, where, _abort_of(websocket), session)


async def _stay_here(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Take a redirection for the refusal it is: aiohttp would go to whatever it names, and talk to that."""
    response = await handler(request)
    if 300 <= response.status < 400:
        response.close()
        raise aiohttp.WSServerHandshakeError(
            response.request_info, response.history, status=response.status, message="a redirection"
        )
    return response


def _abort_of(websocket: aiohttp.ClientWebSocketResponse) -> Callable[[], object]:
    sock = websocket.get_extra_info("socket")

    def abort() -> None:
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)

    return abort


def _refusal(error: aiohttp.WSServerHandshakeError, what: str) -> AsteriskError:
    # The body is not kept by aiohttp; these two are chan_websocket's own.
    reasons = {404: "there is no such connection", 409: "somebody is connected already"}
    text = reasons.get(error.status, error.message)
    return rejection(what, Answer(status=error.status, body=text.encode()))
