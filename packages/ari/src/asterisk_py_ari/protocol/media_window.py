"""How much may be sent on a media WebSocket: whole frames, messages Asterisk can take, and no more than it keeps.

Asterisk plays what it gets in real time from a queue. A message that comes when the queue holds 1,000 frames is thrown
away without a word, and MEDIA_XOFF, sent at 900, comes too late for what is on its way by then: five messages of 400
frames written in one go leave 1,200 in the queue and 800 lost (seen on Asterisk 22.10.1). So frames are counted here,
and when 900 may be in the queue, GET_STATUS asks how many there really are: its answer comes after everything sent
before it was queued. XOFF and XON then only say when to ask.
"""

from __future__ import annotations

from collections import deque
from math import ceil
from typing import TYPE_CHECKING, Final

from asterisk_py_core.errors import InputError, UnexpectedResponseError

from .fitting import fits, listed
from .media_commands import MediaCommand
from .media_events import MAX_MESSAGE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .media_events import MediaStart, MediaStatus

__all__ = ["SendWindow"]

# chan_websocket.c, QUEUE_LENGTH_XOFF_LEVEL. Each status says it again.
_XOFF_LEVEL: Final = 900
# A second of audio at the usual 20 ms: a flush in between loses little time, and asking is rare.
_FRAMES_IN_MESSAGE: Final = 50


class SendWindow:
    """Counts the frames of one connection, described by *start*."""

    def __init__(self, start: MediaStart) -> None:
        self._frame_size = start.optimal_frame_size
        self._frame_duration = start.frame_duration
        self._credit = _XOFF_LEVEL
        self._sent = 0
        # For each GET_STATUS under way, how many frames had been sent before it.
        self._asked: deque[int] = deque()
        self.buffering = False
        """Whether Asterisk keeps what does not fill a frame for the next message, and does not drop it."""
        self.flushes = 0
        """How often the queue was flushed: what was to be sent before the last time is of no use any more."""

    def must_buffer(self, audio: bytes) -> bool:
        """Whether Asterisk has to be told to buffer before *audio* is sent, because it ends within a frame."""
        return not self.buffering and self._frame_size > 0 and len(audio) % self._frame_size != 0

    def messages(self, audio: bytes) -> Iterator[bytes]:
        """Cut *audio* into messages.

        Raises:
            InputError: *audio* is one frame of a codec whose frames vary, and longer than a message can be.
        """
        if self._frame_size == 0:
            if len(audio) > MAX_MESSAGE:
                raise InputError(field="audio", problem=f"is one frame of {len(audio):,} bytes, over {MAX_MESSAGE:,}")
            size = MAX_MESSAGE
        else:
            # Frames are a few hundred bytes, 7,680 for slin192; one larger than a message could not be sent at all.
            size = self._frame_size * max(1, min(_FRAMES_IN_MESSAGE, MAX_MESSAGE // self._frame_size))
        for start in range(0, len(audio), size):
            yield audio[start : start + size]

    def frames(self, message: bytes) -> int:
        """How many frames *message* is, counting one begun."""
        return ceil(len(message) / self._frame_size) if self._frame_size else 1

    def has_room(self, message: bytes) -> bool:
        """Whether *message* can be sent without asking first."""
        return self.frames(message) <= self._credit

    def sent(self, message: bytes) -> None:
        """Count *message* as sent."""
        frames = self.frames(message)
        self._sent += frames
        self._credit -= frames

    def commanded(self, command: MediaCommand) -> None:
        """Note that *command* is sent now: it may be a question, or change what the queue holds."""
        match command:
            case MediaCommand.GET_STATUS:
                self._asked.append(self._sent)
            case MediaCommand.START_MEDIA_BUFFERING:
                self.buffering = True
            case MediaCommand.STOP_MEDIA_BUFFERING:
                self.buffering = False
            case MediaCommand.FLUSH_MEDIA:
                self._credit = _XOFF_LEVEL
                self.buffering = False
                self.flushes += 1
            case _:
                pass

    def update(self, status: MediaStatus) -> None:
        """Take over what Asterisk says its queue holds; what was sent after it was asked comes on top.

        Raises:
            UnexpectedResponseError: it does not say so. The question is answered all the same.
        """
        sent_before = self._asked.popleft() if self._asked else None
        if not fits(status, "queue_length", "xoff_level"):
            odd = listed(status.misfits)
            raise UnexpectedResponseError(f"Asterisk does not say how much it has to play: {odd}")
        if sent_before is not None:
            on_the_way = self._sent - sent_before
            self._credit = status.xoff_level - status.queue_length - on_the_way

    def seconds_until_room(self, message: bytes) -> float:
        """How long Asterisk plays at least before there is room for *message*."""
        return max(1, self.frames(message) - self._credit) * self._frame_duration
