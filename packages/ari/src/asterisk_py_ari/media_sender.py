"""What one call is told: audio, no faster than it is played, and commands, with the answers they have."""

from __future__ import annotations

import asyncio
import builtins
import contextlib
from collections import deque
from typing import TYPE_CHECKING

from asterisk_py_core.errors import (
    AsteriskError,
    ClientClosedError,
    ConnectionClosedError,
    InputError,
    RequestRejectedError,
    UnexpectedResponseError,
    WriteTimeoutError,
)
from asterisk_py_core.pending import PendingRequests

from .protocol.media_commands import MediaCommand, encode_command
from .protocol.media_events import MediaBufferingCompleted, MediaEvent, MediaRefused, MediaStatus, MediaXon
from .protocol.media_window import SendWindow

if TYPE_CHECKING:
    from collections.abc import Callable

    from .protocol.media_commands import ControlFormat, MediaDirection
    from .protocol.media_events import MediaStart
    from .transport.media_socket import MessageSocket

__all__ = ["MediaSender"]


class MediaSender:
    """Writes to *socket*, whose call began with *start* and is told commands in *form*.

    *timeout* bounds each message and each answer, in seconds. *listen* is called before a command is written, so that
    its answer is read; whoever reads hands every event to :meth:`received`, and says by :meth:`end` that it is over.
    What the methods promise is written where users see them, in :class:`MediaConnection`.
    """

    def __init__(
        self,
        socket: MessageSocket,
        start: MediaStart,
        form: ControlFormat,
        *,
        timeout: float,
        listen: Callable[[], None],
    ) -> None:
        self._socket = socket
        self._form = form
        self._timeout = timeout
        self._listen = listen
        self._window = SendWindow(start)
        # What has to be in order on the wire: the audio of one caller, and what is said about all before it.
        self._turn = asyncio.Lock()
        self._writes: set[asyncio.Task[None]] = set()
        self._pending: PendingRequests[MediaStatus] = PendingRequests(address=socket.address)
        self._asked: deque[str] = deque()
        self._playing: dict[str, asyncio.Future[bool]] = {}
        self._serial = 0
        self._news = asyncio.Event()
        self._end: AsteriskError | None = None

    # --- audio ---

    async def send(self, audio: bytes | bytearray | memoryview) -> bool:
        """Send *audio* once there is room for it; False if it was flushed before."""
        if not isinstance(audio, bytes | bytearray | memoryview):
            raise InputError(field="audio", problem=f"must be bytes, not {type(audio).__name__}")
        data = bytes(audio)
        window = self._window
        async with self._turn:
            flushes = window.flushes
            messages = window.messages(data)
            if window.must_buffer(data):
                await self.command(MediaCommand.START_MEDIA_BUFFERING)
            for message in messages:
                while flushes == window.flushes and not window.has_room(message):
                    await self._wait_for_room(message)
                if flushes != window.flushes:
                    return False
                window.sent(message)
                await self.write(message, "audio")
            return True

    async def _wait_for_room(self, message: bytes) -> None:
        await self.status()
        if not self._window.has_room(message):
            # XON may never come: not while media is paused, and not if the queue never was full.
            self._news.clear()
            with contextlib.suppress(builtins.TimeoutError):
                async with asyncio.timeout(self._window.seconds_until_room(message)):
                    await self._news.wait()

    async def wait_played(self) -> bool:
        """Wait until all that was sent has been played; False if it was flushed first."""
        self._serial += 1
        key = f"asterisk-py {self._serial}"
        played: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        async with self._turn:
            self._playing[key] = played
            try:
                await self.command(MediaCommand.STOP_MEDIA_BUFFERING, correlation_id=key)
            except BaseException:
                # The answer may have come by now, and taken it out.
                self._playing.pop(key, None)
                raise
        try:
            return await played
        finally:
            self._playing.pop(key, None)

    async def mark(self, correlation_id: str) -> None:
        """Send a mark behind the audio that is being sent."""
        async with self._turn:
            await self.command(MediaCommand.MARK_MEDIA, correlation_id=correlation_id)

    # --- commands ---

    async def status(self) -> MediaStatus:
        """Ask how much there is to play, and return the answer."""
        self._serial += 1
        name = MediaCommand.GET_STATUS.value
        with self._pending.start(str(self._serial), request=name, timeout=self._timeout) as pending:
            self._asked.append(pending.key)
            pending.mark_written()
            await self.command(MediaCommand.GET_STATUS)
            return await pending

    async def command(
        self, command: MediaCommand, *, correlation_id: str | None = None, direction: MediaDirection | None = None
    ) -> None:
        """Send *command*; of one that is refused here, nothing is noted."""
        message = encode_command(command, self._form, correlation_id=correlation_id, direction=direction)
        self._listen()
        self._window.commanded(command)
        if command is MediaCommand.FLUSH_MEDIA:
            self._news.set()
            for played in self._playing.values():
                _settle(played, played=False)
        await self.write(message, command.value)

    async def write(self, message: str | bytes, what: str) -> None:
        """Write *message*, which errors call *what*, whole or not at all."""
        if self._end is not None:
            raise self._over()
        # aiohttp never recovers from a cancelled write, so it goes on by itself.
        writing = asyncio.create_task(self._socket.send(message))
        self._writes.add(writing)
        writing.add_done_callback(self._written)
        done, _ = await asyncio.wait((writing,), timeout=self._timeout)
        if not done:
            raise WriteTimeoutError(address=self._socket.address, timeout=self._timeout, request=what)
        if writing.cancelled():  # By the closing, which gave up waiting for the same buffer to empty.
            raise self._over()
        writing.result()

    def _written(self, writing: asyncio.Task[None]) -> None:
        self._writes.discard(writing)
        if not writing.cancelled():
            writing.exception()  # So that asyncio does not report one that nobody waits for.

    # --- what comes back ---

    def received(self, event: MediaEvent) -> None:
        """Give *event* to whoever waits for it. It may be odd: only what fits is looked at."""
        match event:
            case MediaStatus():
                self._answered(event)
            case MediaBufferingCompleted(correlation_id=str(key)) if key in self._playing:
                _settle(self._playing.pop(key), played=True)
            case MediaRefused(error_text=str(text)) if MediaCommand.STOP_MEDIA_BUFFERING.value in text:
                for played in self._playing.values():
                    if not played.done():
                        played.set_exception(RequestRejectedError(request="wait_played", reason=text.strip()))
            case MediaXon():
                self._news.set()
            case _:
                pass

    def _answered(self, status: MediaStatus) -> None:
        pending = self._pending.match(self._asked.popleft() if self._asked else None)
        try:
            self._window.update(status)
        except UnexpectedResponseError as error:
            # Whoever asked cannot go on; the call can.
            error.name_peer(self._socket.address)
            if pending is not None:
                pending.fail(error)
        else:
            if pending is not None:
                pending.resolve(status)

    # --- the end ---

    def end(self, cause: AsteriskError) -> None:
        """End all that waits, and refuse to send from now on: the call ended with *cause*."""
        self._end = cause
        self._pending.end(cause)
        for played in self._playing.values():
            if not played.done():
                played.set_exception(self._over())
        self._news.set()

    async def wait_written(self) -> None:
        """Wait until nothing is being written any more, which is soon after the socket was closed."""
        if self._writes:
            await asyncio.wait(self._writes)

    def _over(self) -> AsteriskError:
        """Return why nothing can be sent, an error for each who asks: a shared one would keep the frames of all."""
        end = self._end
        if isinstance(end, ClientClosedError):
            return ClientClosedError(what=end.what)
        reason = end.reason if isinstance(end, ConnectionClosedError) else str(end)
        error = ConnectionClosedError(address=self._socket.address, reason=reason)
        error.__cause__ = end
        return error


def _settle(waiter: asyncio.Future[bool], *, played: bool) -> None:
    if not waiter.done():
        waiter.set_result(played)
