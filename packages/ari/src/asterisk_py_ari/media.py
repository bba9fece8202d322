"""One call's audio over a media WebSocket (Asterisk's chan_websocket): listen to it, speak into it, control it.

This is what users call, and what reads; :mod:`.media_sender` writes.
"""

from __future__ import annotations

import asyncio
import builtins
import contextlib
import logging
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar, overload

from asterisk_py_core.checks import check_count, check_timeout
from asterisk_py_core.errors import AsteriskError, ClientClosedError, ConnectionClosedError, ReadTimeoutError
from asterisk_py_core.event_bus import EventBus

from .media_sender import MediaSender
from .protocol.address import Address
from .protocol.media_commands import MediaCommand, read_start
from .protocol.media_events import MediaDecoder, MediaEvent
from .protocol.requests import segment
from .transport.media_socket import open_media_socket

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from ssl import SSLContext
    from types import TracebackType

    from asterisk_py_core.event_bus import EventSubscription

    from .protocol.media_commands import ControlFormat, MediaDirection
    from .protocol.media_events import MediaStart, MediaStatus
    from .transport.media_socket import MessageSocket

__all__ = ["FRAME_CAPACITY", "MediaConnection"]

logger = logging.getLogger(__name__)

E = TypeVar("E", bound=MediaEvent)

# Half a minute at the usual 20 ms: a pause in reading loses nothing, and a call that nobody reads holds 240 kB of ulaw.
FRAME_CAPACITY: Final = 1_500


class MediaConnection:
    """The audio of one call: ``async for frame in media`` hears it, :meth:`send` speaks.

    Made by :class:`MediaServer`, where Asterisk connects to this program, or by :meth:`connect`. Nothing is read until
    the first iteration, subscription or command (or *timeout* seconds later), so what is subscribed to first misses
    nothing. From then on everything is read as it comes, whatever the program does with it, because Asterisk hangs up
    on a peer that does not read: the newest *frame_capacity* frames are kept, and if older ones fell out, the next
    receive raises EventsLostError with their number, and goes on after it.

    Iteration ends when the call is hung up, by either side; it raises what else ended the connection, once. A control
    message that is not what it should be does not end it: see :attr:`MediaEvent.misfits`.
    """

    def __init__(
        self,
        socket: MessageSocket,
        start: MediaStart,
        form: ControlFormat,
        *,
        parameters: Mapping[str, str],
        frame_capacity: int,
        timeout: float,
    ) -> None:
        self.start = start
        """What the audio is, and whose."""
        self.control_format = form
        """How control messages are written on this connection."""
        self.parameters = parameters
        """What the dial string added to the URI, ``v(name=value)``, where Asterisk connected to this program."""
        self._socket = socket
        self._sender = MediaSender(socket, start, form, timeout=timeout, listen=self._begin)
        self._decoder = MediaDecoder()
        self._decoder.note(start)
        self._bus: EventBus[bytes | MediaEvent] = EventBus()
        self._frames: EventSubscription[bytes] = self._bus.subscribe(bytes, capacity=frame_capacity)
        self._reader: asyncio.Task[None] | None = None
        # One that nobody uses has to notice its end as well.
        self._patience = asyncio.get_running_loop().call_later(timeout, self._begin)
        self._ended = False
        self._closed = asyncio.Event()

    @classmethod
    @contextlib.asynccontextmanager
    async def connect(
        cls,
        url: str,
        connection_id: str,
        *,
        ssl: SSLContext | bool | None = None,
        frame_capacity: int = FRAME_CAPACITY,
        timeout: float = 10.0,
    ) -> AsyncIterator[Self]:
        """``async with MediaConnection.connect(...) as media:`` connects to Asterisk's channel ``WebSocket/INCOMING``.

        *url* is that of Asterisk's web server, ``http://127.0.0.1:8088``; *connection_id* is the channel's variable
        ``MEDIA_WEBSOCKET_CONNECTION_ID``. There is no login: who knows the id has the call. *timeout* is in seconds,
        for connecting and for each message.

        Raises:
            InputError: an argument cannot be right.
            ConnectionError: no connection could be made.
            RequestRejectedError: the id is unknown (404) or in use (409), among others.
            ProtocolError: what connected does not begin as Asterisk does.
            TimeoutError: it took longer than *timeout*.
        """
        check_count("frame_capacity", frame_capacity)
        check_timeout("timeout", timeout)
        path = f"/media/{segment('connection_id', connection_id)}"
        address = Address.parse(url)
        socket = await open_media_socket(address, path, what="media connection", ssl=ssl, timeout=timeout)
        async with await cls.begin(socket, frame_capacity=frame_capacity, timeout=timeout) as media:
            yield media

    @classmethod
    async def begin(
        cls, socket: MessageSocket, *, frame_capacity: int, timeout: float, parameters: Mapping[str, str] | None = None
    ) -> Self:
        """Read how the call's audio is from *socket*, and return its connection; *socket* is closed if that fails."""
        try:
            try:
                async with asyncio.timeout(timeout):
                    message = await socket.receive()
            except builtins.TimeoutError:
                raise ReadTimeoutError(address=socket.address, timeout=timeout, request="MEDIA_START") from None
            # An empty message is refused below, and so is the close of a call that is over already.
            start, form = read_start(message or "", socket.address)
        except BaseException:
            await socket.aclose()
            raise
        return cls(socket, start, form, parameters=parameters or {}, frame_capacity=frame_capacity, timeout=timeout)

    # --- listening ---

    def __aiter__(self) -> AsyncIterator[bytes]:
        return aiter(self.frames)

    @property
    def frames(self) -> EventSubscription[bytes]:
        """What ``async for`` iterates over, with ``recv``, ``recv_batch``, ``backlog`` and ``lost``."""
        self._begin()
        return self._frames

    @overload
    def events(self) -> EventSubscription[MediaEvent]: ...
    @overload
    def events(self, *types: type[E]) -> EventSubscription[E]: ...
    def events(self, *types: type[Any]) -> EventSubscription[Any]:
        """Subscribe to what Asterisk tells from now on: everything, or the events of *types*.

        It ends when the connection does, as iteration does.
        """
        self._begin()
        return self._bus.subscribe(*(types or (MediaEvent,)))

    # --- speaking ---

    async def send(self, audio: bytes | bytearray | memoryview) -> bool:
        """Send *audio*, of any length, in the codec of the call, and return once Asterisk has all of it.

        Asterisk plays it in real time, up to 18 s after it gets it; what is longer is sent as fast as it is played.
        Where *audio* does not end with a frame, the rest waits in Asterisk for what is sent next, or for
        :meth:`wait_played`. With a codec whose frames vary, *audio* is one frame, to be sent when it is due. Calls from
        several tasks take turns. Returns False if :meth:`flush` came in between: what was left was not sent.

        Raises:
            InputError: *audio* is not bytes, or is one frame that is longer than 65,500 bytes.
            ConnectionClosedError: the call is over.
            TimeoutError: Asterisk does not take it, or does not answer how much it can take.
            UnexpectedResponseError: it answers, and does not say how much.
        """
        return await self._sender.send(audio)

    async def wait_played(self) -> bool:
        """Return True when all that was sent has been played, False if it was flushed first.

        A rest that does not fill a frame is filled up with silence. There is no time limit, because media may be
        paused: use :func:`asyncio.timeout`.

        Raises:
            RequestRejectedError: the channel passes frames through as they are, and keeps no count.
            ConnectionClosedError: the call is over.
        """
        return await self._sender.wait_played()

    async def mark(self, correlation_id: str) -> None:
        """Have Asterisk send MediaMarkProcessed with *correlation_id* when all frames sent so far have been played.

        Raises:
            InputError: *correlation_id* is longer than Asterisk takes (117 bytes, in JSON 84), or not printable.
        """
        await self._sender.mark(correlation_id)

    async def flush(self) -> None:
        """Throw away what was sent and is not played yet, marks included; a :meth:`send` under way ends."""
        await self.command(MediaCommand.FLUSH_MEDIA)

    async def pause(self) -> None:
        """Play silence, and keep what was sent, until :meth:`resume`; a flush does not end the pause."""
        await self.command(MediaCommand.PAUSE_MEDIA)

    async def resume(self) -> None:
        """Go on playing after :meth:`pause`."""
        await self.command(MediaCommand.CONTINUE_MEDIA)

    # --- the call ---

    async def answer(self) -> None:
        """Answer the channel, where its dial string says not to do so by itself (option ``n``)."""
        await self.command(MediaCommand.ANSWER)

    async def hangup(self) -> None:
        """Have Asterisk hang up; iteration then ends."""
        await self.command(MediaCommand.HANGUP)

    async def set_direction(self, direction: MediaDirection) -> None:
        """Let audio go one way only, or both ways again; needs a channel with JSON control messages (``f(json)``)."""
        await self.command(MediaCommand.SET_MEDIA_DIRECTION, direction=direction)

    async def status(self) -> MediaStatus:
        """Ask Asterisk how much it has to play.

        Raises:
            ReadTimeoutError: no answer within the connection's timeout.
            UnexpectedResponseError: the answer does not say how much.
            OutcomeUnknownError: the call ended first.
        """
        return await self._sender.status()

    async def command(
        self, command: MediaCommand, *, correlation_id: str | None = None, direction: MediaDirection | None = None
    ) -> None:
        """Send any *command*; what Asterisk says to it comes as an event, if it says anything.

        Raises:
            InputError: an argument cannot be sent.
            ConnectionClosedError: the call is over.
            WriteTimeoutError: Asterisk does not take it within the connection's timeout.
        """
        await self._sender.command(command, correlation_id=correlation_id, direction=direction)

    async def aclose(self) -> None:
        """Close the connection; Asterisk hangs up. Idempotent."""
        self._finish(ClientClosedError(what=self._name))
        await self._close_socket()
        if self._reader is not None and self._reader is not asyncio.current_task():
            await asyncio.wait((self._reader,))
        await self._sender.wait_written()

    async def wait_closed(self) -> None:
        """Wait until the connection has ended and its socket is closed."""
        await self._closed.wait()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        state = "closed" if self._ended else "open"
        return f"<MediaConnection {self.start.channel} {self.start.format} {state}>"

    # --- reading, and the end ---

    @property
    def _name(self) -> str:
        return f"the media connection of {self.start.channel}"

    def _begin(self) -> None:
        if self._reader is None and not self._ended:
            self._patience.cancel()
            self._reader = asyncio.create_task(self._read(), name=f"media of {self.start.channel}")

    async def _read(self) -> None:
        try:
            while (message := await self._socket.receive()) is not None:
                if isinstance(message, bytes):
                    self._bus.publish(message)
                elif (event := self._decoder.decode(message)) is not None:
                    self._sender.received(event)
                    self._bus.publish(event)
        except AsteriskError as error:
            self._finish(error)
        except Exception as error:
            logger.exception("media of %s ended on an unexpected error", self.start.channel)
            self._finish(ConnectionClosedError(address=self._socket.address, reason=type(error).__name__))
        else:
            self._finish(None)
        finally:
            self._finish(ClientClosedError(what=self._name))  # Cancelled.
            await self._close_socket()

    def _finish(self, cause: AsteriskError | None) -> None:
        """End everything that waits, once; None is a normal hangup."""
        if self._ended:
            return
        self._ended = True
        self._patience.cancel()
        self._sender.end(cause or ConnectionClosedError(address=self._socket.address, reason="the call was hung up"))
        self._bus.close(None if isinstance(cause, ClientClosedError) else cause)

    async def _close_socket(self) -> None:
        try:
            await self._socket.aclose()
        finally:
            self._closed.set()
