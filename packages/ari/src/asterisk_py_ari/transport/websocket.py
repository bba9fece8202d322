"""The WebSocket of events, from its handshake to its end, and REST over it."""

from __future__ import annotations

import asyncio
import builtins
import contextlib
import itertools
import logging
from collections import deque
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import aiohttp

from asterisk_py_ari.protocol.envelope import RestResponse, encode_request
from asterisk_py_core.errors import AsteriskError, ClientClosedError, ConnectionClosedError
from asterisk_py_core.pending import PendingRequests
from asterisk_py_core.redaction import redact

from .faults import silence, socket_failure

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiohttp import web

    from asterisk_py_ari.protocol.envelope import FrameDecoder
    from asterisk_py_ari.protocol.event import AriEvent
    from asterisk_py_ari.protocol.requests import Answer, Request
    from asterisk_py_core.pending import PendingRequest

    Socket: TypeAlias = "aiohttp.ClientWebSocketResponse[Any] | web.WebSocketResponse[Any]"

__all__ = ["FRAME_LIMIT", "PING_AFTER", "EventSocket"]

logger = logging.getLogger(__name__)

# After so many seconds without a frame a ping is sent, and after half as many more without any the socket is given up:
# a silent one is found in 30 s. Asterisk may leave one open after it has dropped its session (seen on 22.10.1).
PING_AFTER: Final = 20.0
# Who looks so many seconds later than planned was suspended or busy, and has not read what came meanwhile.
HELD_UP: Final = 1.0
# The largest frame seen was a list of channels. A frame that is larger than this ends the connection.
FRAME_LIMIT: Final = 32 * 1024 * 1024
# What is shown of a frame in the log.
DEBUG_LIMIT: Final = 4096
CLOSE_TIMEOUT: Final = 1.0
SETTLE_TIMEOUT: Final = 1.0


class EventSocket:
    """A WebSocket that stands, to Asterisk at *address*, whose frames *decoder* reads; *abort* breaks it off at once.

    ``pending`` are the requests under way. ``cause`` is the error that ended the socket, None as long as it lasts; once
    it is set, every pending request has ended, too. Frames are read from the beginning: what comes before
    :meth:`deliver_to` is kept for it.
    """

    def __init__(self, socket: Socket, decoder: FrameDecoder, *, address: str, abort: Callable[[], object]) -> None:
        self.address = address
        self.pending: PendingRequests[Answer] = PendingRequests(address=address)
        self.cause: AsteriskError | None = None
        self._socket = socket
        self._decoder = decoder
        self._abort = abort
        self._early: list[AriEvent] = []
        self._deliver: Callable[[AriEvent], object] = self._early.append
        self._end_waiter: asyncio.Future[None] | None = None
        self._listeners: list[asyncio.Future[None]] = []
        # Bounded by the limit of pending requests. None asks for a ping.
        self._outgoing: deque[tuple[PendingRequest[Answer], str] | None] = deque()
        self._has_more = asyncio.Event()
        self._keys = itertools.count()
        self._loop = asyncio.get_running_loop()
        self._heard_at = self._asked_at = self._loop.time()
        self._heartbeat = self._loop.call_later(PING_AFTER, self._check_silence)
        self._reader = asyncio.create_task(self._read(), name=f"reader of {address}")
        self._writer = asyncio.create_task(self._write(), name=f"writer to {address}")

    @property
    def early(self) -> list[AriEvent]:
        """The events that came so far, while there is nobody to deliver them to."""
        return self._early

    def deliver_to(self, deliver: Callable[[AriEvent], object]) -> None:
        """Hand every event to *deliver* from now on, those first that came before."""
        self._deliver = deliver
        early, self._early = self._early, []
        for event in early:
            deliver(event)

    async def wait_ended(self) -> AsteriskError:
        """Return what ended the socket, once it has; for one task only.

        That task runs before those whose requests ended with the socket, so what they see next may depend on it.
        """
        while self.cause is None:
            self._end_waiter = asyncio.get_running_loop().create_future()
            await self._end_waiter
        return self.cause

    async def settle(self) -> None:
        """Return when it is known whether the socket lives: it has ended, or a frame has come; at the latest in 1 s."""
        if self.cause is not None:
            return
        heard: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._listeners.append(heard)
        self._send(None)
        await asyncio.wait([heard], timeout=SETTLE_TIMEOUT)

    async def exchange(self, request: Request, *, timeout: float) -> Answer:
        """Send *request* over the socket and return the answer, within *timeout* seconds.

        Raises:
            InputError: its frame would be larger than Asterisk takes.
        """
        key = f"w{next(self._keys)}"
        data = encode_request(request, key)
        with self.pending.start(key, request=request.operation, timeout=timeout) as pending:
            self._send((pending, data))
            return await pending

    def abort(self, cause: AsteriskError) -> None:
        """Give the socket up: it ends with *cause*, now."""
        self._end(cause)
        self._abort()

    async def aclose(self, cause: AsteriskError) -> None:
        """End the pending requests with *cause* and close the socket, in 1 s at the latest."""
        self._end(cause)
        try:
            async with asyncio.timeout(CLOSE_TIMEOUT):
                await self._socket.close()
        except builtins.TimeoutError:
            self._abort()
        except BaseException:  # Cancelled: nobody would close it later.
            self._abort()
            raise
        finally:
            self._reader.cancel()
            self._writer.cancel()
        await asyncio.wait([self._reader, self._writer])

    def _send(self, item: tuple[PendingRequest[Answer], str] | None) -> None:
        self._outgoing.append(item)
        self._has_more.set()

    async def _write(self) -> None:
        """Write what is asked for, one after the other, so that what waits for its turn has not been written.

        In a task of its own, which nothing cancels before the end: aiohttp never recovers from a cancelled write.
        """
        # A socket that breaks is its reader's to report.
        with contextlib.suppress(aiohttp.ClientError, OSError):
            while self.cause is None:
                if not self._outgoing:
                    self._has_more.clear()
                    await self._has_more.wait()
                    continue
                item = self._outgoing.popleft()
                if item is None:
                    await self._socket.ping()
                elif item[0].waits:
                    pending, data = item
                    pending.mark_written()
                    if logger.isEnabledFor(logging.DEBUG):
                        logger.debug("to %s: %s", self.address, redact(data))
                    await self._socket.send_str(data)

    async def _read(self) -> None:
        try:
            cause = await self._read_until_closed()
        except asyncio.CancelledError:
            self._end(ClientClosedError(what=f"the WebSocket to {self.address}"))
            raise
        except Exception as error:
            logger.exception("reading from %s failed", self.address)
            cause = ConnectionClosedError(address=self.address, reason=f"reading raised {type(error).__name__}")
            cause.__cause__ = error
        self._end(cause)

    async def _read_until_closed(self) -> AsteriskError:
        socket = self._socket
        while True:
            message = await socket.receive()
            self._heard_at = self._loop.time()
            kind = message.type
            if kind is aiohttp.WSMsgType.TEXT:
                self._received(message.data)
            elif kind is aiohttp.WSMsgType.PING:
                await socket.pong(message.data)
            elif kind is aiohttp.WSMsgType.BINARY:
                self._decoder.skip("a binary frame")
            elif kind is not aiohttp.WSMsgType.PONG:
                return self._closed(message)
            if self._listeners:
                self._heard()

    def _received(self, data: bytes) -> None:
        if logger.isEnabledFor(logging.DEBUG):
            logger.debug("from %s: %r", self.address, redact(data[:DEBUG_LIMIT]))
        frame = self._decoder.decode(data)
        if isinstance(frame, RestResponse):
            if (pending := self.pending.match(frame.request_id)) is not None:
                pending.resolve(frame.answer)
        elif frame is not None:
            self._deliver(frame)

    def _closed(self, message: aiohttp.WSMessage) -> AsteriskError:
        if message.type is aiohttp.WSMsgType.ERROR:
            return socket_failure(message.data, self.address, frame_limit=FRAME_LIMIT)
        if message.type is aiohttp.WSMsgType.CLOSE:
            text = f"the peer closed the WebSocket with code {message.data} {message.extra or ''}".rstrip()
            return ConnectionClosedError(address=self.address, reason=text)
        return ConnectionClosedError(address=self.address)

    def _check_silence(self) -> None:
        """Send a ping if nothing came for a while, and give up if nothing came of that.

        aiohttp's own heartbeat sets its timer again when the peer answers a close, and it would hold a closed client
        for 30 s more.
        """
        now = self._loop.time()
        due = self._heard_at + PING_AFTER
        # Only a ping without an answer counts: while this program was suspended, or busy, nobody was asked anything.
        if now >= due:
            if self._asked_at <= self._heard_at or now - self._heartbeat.when() > HELD_UP:
                self._asked_at = now
                self._send(None)
            due = self._asked_at + PING_AFTER / 2
            if now >= due:
                self.abort(silence(self.address, now - self._heard_at))
                return
        self._heartbeat = self._loop.call_at(due, self._check_silence)

    def _end(self, cause: AsteriskError) -> None:
        if self.cause is not None:
            return
        self.cause = cause
        self._heartbeat.cancel()
        # First, so that whoever waits for this runs before those whose requests end with it.
        if self._end_waiter is not None and not self._end_waiter.done():
            self._end_waiter.set_result(None)
        self.pending.end(cause)
        self._has_more.set()  # For the writer to end, where nobody ever closes the socket.
        self._heard()

    def _heard(self) -> None:
        listeners, self._listeners = self._listeners, []
        for listener in listeners:
            if not listener.done():
                listener.set_result(None)
