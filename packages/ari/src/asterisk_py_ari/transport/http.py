"""REST over HTTP: a small pool of connections to Asterisk's web server, and the handshake of the WebSocket."""

from __future__ import annotations

import asyncio
import base64
import builtins
import contextlib
import itertools
import logging
import socket
import weakref
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final

import aiohttp
from yarl import URL

from asterisk_py_ari.protocol.requests import Answer
from asterisk_py_core.errors import (
    ConnectionClosedError,
    ConnectTimeoutError,
    FrameTooLargeError,
    LoginTimeoutError,
    NotSentError,
    OutcomeUnknownError,
    UnexpectedResponseError,
)
from asterisk_py_core.redaction import redact
from asterisk_py_core.stream import format_address, set_options

from .faults import connect_failure, lost
from .websocket import FRAME_LIMIT

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from ssl import SSLContext

    from asterisk_py_ari.protocol.address import Address
    from asterisk_py_ari.protocol.requests import Request
    from asterisk_py_core.credentials import Credentials
    from asterisk_py_core.errors import AsteriskError
    from asterisk_py_core.pending import PendingRequest, PendingRequests

__all__ = ["HandshakeRefused", "HttpTransport"]

logger = logging.getLogger(__name__)

# Asterisk serves 100 sessions to all of its clients together (http.conf, sessionlimit).
POOL_SIZE: Final = 10
# Asterisk closes a connection that is idle for 15 s (http.conf, session_keep_alive). Reused just then, it would leave
# the outcome of a request unknown, so we close first.
KEEP_ALIVE: Final = 10.0
# An hour of signed linear sound is 58 MB; a list of 50,000 channels less.
ANSWER_LIMIT: Final = 64 * 1024 * 1024
# What is read of the body of an error.
ERROR_LIMIT: Final = 64 * 1024
# What is shown of an answer in the log.
DEBUG_LIMIT: Final = 4096
CLOSE_TIMEOUT: Final = 1.0


class HandshakeRefused(Exception):  # noqa: N818 - not an error of ours: what it becomes is the caller's to say
    """Asterisk gave *answer* where the WebSocket should have begun."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class _Broken(Exception):  # noqa: N818 - never leaves this module
    """Carries an error of aiohttp past its own handler, which would send the request a second time."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


class HttpTransport:
    """The HTTP connections of one client to *address*, for as long as its WebSocket lasts.

    The Authorization header is put in at the last moment, where no frame holds it that a traceback could show.
    """

    def __init__(self, address: Address, credentials: Credentials, *, ssl: SSLContext | None) -> None:
        self.address = format_address(address.host, address.port)
        self._base = address.base
        self._sockets: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        self._connector = _Connector(
            limit=POOL_SIZE + 1,  # The WebSocket has one as well.
            keepalive_timeout=KEEP_ALIVE,
            ssl=ssl if ssl is not None else True,
            resolver=aiohttp.ThreadedResolver(),
            socket_factory=self._new_socket,
        )
        self._options: dict[str, Any] = {
            "cookie_jar": aiohttp.DummyCookieJar(),
            "timeout": aiohttp.ClientTimeout(),  # Ours bound the whole of it.
            # Nothing is unpacked, so nothing small unpacks to something huge.
            "auto_decompress": False,
            "headers": {"Accept-Encoding": "identity", "User-Agent": "asterisk-py-ari"},
        }
        self._authenticate = _authenticating(credentials)
        self._session = aiohttp.ClientSession(
            connector=self._connector, middlewares=(self._authenticate,), **self._options
        )
        self._slots = asyncio.Semaphore(POOL_SIZE)
        self._keys = itertools.count()
        self._pending: PendingRequests[Answer]
        self._settle: Callable[[], Awaitable[None]]

    def attach(self, pending: PendingRequests[Answer], settle: Callable[[], Awaitable[None]]) -> None:
        """Count requests among *pending* from now on; *settle* returns when it is known whether the WebSocket lives."""
        self._pending = pending
        self._settle = settle

    async def open_websocket(
        self, target: str, *, timeout: float
    ) -> tuple[aiohttp.ClientWebSocketResponse[Any], Callable[[], object]]:
        """Open a WebSocket on *target*, which follows ``/ari``; return it and what breaks it off at once.

        Raises:
            HandshakeRefused: Asterisk answered and said no.
            ConnectFailedError, TlsError, DnsError: there is no connection.
            ConnectTimeoutError, LoginTimeoutError: no connection, or no answer, within *timeout* seconds.
            ConnectionClosedError: the connection was closed before an answer came.
            UnsupportedVersionError: the peer speaks no HTTP.
        """
        handshake = _Handshake()
        failure: Exception
        try:
            async with (
                asyncio.timeout(timeout),
                aiohttp.ClientSession(
                    connector=self._connector,
                    connector_owner=False,
                    trace_configs=[handshake.trace()],
                    middlewares=(handshake.look_at, self._authenticate),
                    **self._options,
                ) as session,
            ):
                opened = await session.ws_connect(
                    URL(self._base + target, encoded=True),
                    autoping=False,
                    max_msg_size=FRAME_LIMIT,
                    timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_TIMEOUT),
                    decode_text=False,
                )
                return opened, handshake.abort
        except builtins.TimeoutError:
            kind = LoginTimeoutError if handshake.connected else ConnectTimeoutError
            failure = kind(address=self.address, timeout=timeout)
        except _Broken as broken:
            failure = connect_failure(broken.error, self.address) or lost(broken.error, self.address)
            if type(failure) is ConnectionClosedError:
                text = f"{failure.reason} before it answered (a TLS port wants an address with https)"
                failure = ConnectionClosedError(address=self.address, reason=text)
        except _Refused as refused:
            failure = HandshakeRefused(refused.answer)
        except aiohttp.WSServerHandshakeError as error:
            failure = UnexpectedResponseError(f"{self.address} began no WebSocket: {error.message}")
        raise failure

    async def exchange(self, request: Request, *, timeout: float) -> Answer:
        """Send *request* and return the answer, within *timeout* seconds; see :meth:`PendingRequests.start`."""
        with self._pending.start(f"h{next(self._keys)}", request=request.operation, timeout=timeout) as pending:
            return await pending.during(self._perform(request, pending))

    async def aclose(self) -> None:
        """Close all connections, at once: whoever waited for an answer has been told why there is none."""
        for sock in self._sockets:
            # Closed otherwise, a connection whose peer takes no data would last until it does.
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        await self._session.close()

    def _new_socket(self, info: tuple[Any, Any, Any, str, Any]) -> socket.socket:
        sock = socket.socket(*info[:3])
        sock.setblocking(False)
        set_options(sock)
        self._sockets.add(sock)
        return sock

    async def _perform(self, request: Request, pending: PendingRequest[Answer]) -> Answer:
        async with self._slots:
            try:
                return await self._send(request, pending)
            except _Broken as broken:
                failure = self._failure(broken.error, request)
            # The slot is kept until it is known whether the WebSocket lives: if not, nothing more is to be sent.
            await self._settle()
        raise failure

    async def _send(self, request: Request, pending: PendingRequest[Answer]) -> Answer:
        if logger.isEnabledFor(logging.DEBUG):
            body = "" if request.body is None else redact(request.body.decode(errors="backslashreplace"))
            logger.debug("to %s: %s %s %s", self.address, request.method, redact(request.target), body)
        under_way = _UNDER_WAY.set(pending)
        try:
            async with self._session.request(
                request.method,
                URL(self._base + request.target, encoded=True),
                data=request.body,
                headers=None if request.body is None else {"Content-Type": "application/json"},
                allow_redirects=False,
            ) as response:
                content = await _read(response, request.operation)
                if logger.isEnabledFor(logging.DEBUG):
                    logger.debug("from %s: %d %r", self.address, response.status, redact(content[:DEBUG_LIMIT]))
                return _answer(response, content)
        except (aiohttp.ClientError, OSError) as error:
            failure = error
        finally:
            _UNDER_WAY.reset(under_way)
        raise _Broken(failure)

    def _failure(self, error: Exception, request: Request) -> AsteriskError:
        """What *request* ended with when its connection did, of the two that tell whether it may have been done."""
        cause = connect_failure(error, self.address)
        kind = OutcomeUnknownError if cause is None else NotSentError
        cause = cause or lost(error, self.address)
        text = cause.reason if isinstance(cause, ConnectionClosedError) else str(cause)
        failure = kind(request=request.operation, address=self.address, reason=text)
        failure.__cause__ = cause
        return failure


# The request that the current task is about to send.
_UNDER_WAY: ContextVar[PendingRequest[Answer] | None] = ContextVar("_UNDER_WAY", default=None)


class _Connector(aiohttp.TCPConnector):
    """Notes that a request may have been seen by Asterisk: aiohttp writes it as soon as it has a connection.

    Its tracing could tell, too, for a tenth of the whole cost of a request.
    """

    async def connect(self, *args: Any, **kwargs: Any) -> aiohttp.connector.Connection:
        connection = await super().connect(*args, **kwargs)
        if (pending := _UNDER_WAY.get()) is not None:
            if not pending.waits:
                # It ended in this turn of the loop as not sent, and is interrupted in the next: it must not be written.
                connection.release()
                await asyncio.sleep(0)
                raise aiohttp.ClientConnectionError("the request has ended")
            pending.mark_written()
        return connection


class _Refused(Exception):  # noqa: N818 - never leaves this module
    """Carries an answer that is no WebSocket past aiohttp, which would drop its body, or follow it elsewhere."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


class _Handshake:
    """How far a handshake has come, and the connection it was made on."""

    def __init__(self) -> None:
        self.connected = False
        self._transport: asyncio.BaseTransport | None = None

    def trace(self) -> aiohttp.TraceConfig:
        config = aiohttp.TraceConfig()
        config.on_connection_create_end.append(self._on_connected)
        return config

    async def look_at(
        self, request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        response = await handler(request)
        if response.status != 101:
            # A redirection, too: it would take the login to whatever it names.
            body = b""
            # Cut off, its status still says whether it is worth trying again.
            with contextlib.suppress(aiohttp.ClientError, OSError):
                body = await _read(response, "events.eventWebsocket")
            response.close()
            raise _Refused(_answer(response, body))
        if response.connection is not None:
            self._transport = response.connection.transport
        return response

    def abort(self) -> None:
        if isinstance(self._transport, asyncio.WriteTransport):
            self._transport.abort()

    async def _on_connected(self, *_: object) -> None:
        self.connected = True


def _authenticating(credentials: Credentials) -> aiohttp.ClientMiddlewareType:
    """Return what puts the login into each request, at the last moment, and keeps aiohttp from sending one twice."""
    login = _basic(credentials)

    async def send(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        request.headers["Authorization"] = login()
        try:
            return await handler(request)
        except (aiohttp.ClientError, OSError) as error:
            # aiohttp sends GET, PUT and DELETE again by itself when a kept connection turns out to be dead. Asterisk
            # may have hung up, moved or deleted by then, so whether to try again is the caller's decision.
            failure = error
        raise _Broken(failure)

    return send


def _basic(credentials: Credentials) -> Callable[[], str]:
    """Return what makes the header, hidden as core hides the secret itself."""
    login = f"{credentials.username}:{credentials.reveal()}".encode("utf-8", "surrogateescape")
    header = f"Basic {base64.b64encode(login).decode()}"
    return lambda: header


def _answer(response: aiohttp.ClientResponse, body: bytes) -> Answer:
    return Answer(status=response.status, body=body, content_type=response.headers.get("Content-Type", ""))


async def _read(response: aiohttp.ClientResponse, operation: str) -> bytes:
    """Return the body: all of it, or of an error the beginning.

    Raises:
        FrameTooLargeError: it is larger than any answer of Asterisk.
    """
    limit = ANSWER_LIMIT if response.status < 300 else ERROR_LIMIT
    announced = response.content_length
    if announced is not None and announced <= limit:
        return await response.read()
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > limit:
            # The rest is not worth reading, and nobody else can use the connection.
            response.close()
            if response.status < 300:
                raise FrameTooLargeError(what=f"the answer to {operation}", limit=limit)
            break
    return bytes(body[:limit])
