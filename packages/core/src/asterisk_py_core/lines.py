"""Bytes in, lines out: what the AGI conversation and the AMI banner are made of."""

from .checks import shown
from .errors import FrameTooLargeError, InputError

__all__ = ["LineBuffer"]


class LineBuffer:
    """Cuts a byte stream into lines, in time linear in the bytes however they arrive.

    LF ends a line. With *strip_cr* one CR before it belongs to the line end (AMI); without, CR is data (AGI, where
    Asterisk sends and takes bare LF only: res_agi.c). *max_line* is the longest line in bytes without its end, and
    *what* names it in the error.

    Call :meth:`receive_data`, then :meth:`next_line` until it returns None: then at most *max_line* bytes stay here.

    Raises:
        InputError: *max_line* is no positive int.
    """

    def __init__(self, *, max_line: int, strip_cr: bool = True, what: str = "line") -> None:
        if type(max_line) is not int or max_line < 1:
            raise InputError(field="max_line", problem=f"must be a positive int, not {shown(max_line)}")
        self._max_line = max_line
        self._strip_cr = strip_cr
        self._what = what
        self._buffer = bytearray()
        self._scanned = 0  # The buffer holds no LF before this index.
        self._failed = False

    @property
    def pending(self) -> int:
        """The number of bytes received and not yet returned."""
        return len(self._buffer)

    def receive_data(self, data: bytes) -> None:
        """Take *data* from the peer; after a line that was too long it is dropped, as nothing can be read any more."""
        if not self._failed:
            self._buffer += data

    def next_line(self) -> bytes | None:
        """Return the next line without its end, or None if it is not complete yet.

        Raises:
            FrameTooLargeError: the line is longer than *max_line*, complete or not. Every later call raises it too.
        """
        end = self._buffer.find(b"\n", self._scanned)
        stop = len(self._buffer) if end < 0 else end
        # A CR at the very end of what arrived may turn out to be the line's end.
        size = stop - 1 if self._strip_cr and stop and self._buffer[stop - 1] == 0x0D else stop
        if self._failed or size > self._max_line:
            self._failed = True
            self._buffer.clear()
            raise FrameTooLargeError(what=self._what, limit=self._max_line)
        if end < 0:
            self._scanned = stop
            return None
        line = bytes(self._buffer[:size])
        # Cutting the front off a bytearray moves its start; it copies only when half of it has gone.
        del self._buffer[: end + 1]
        self._scanned = 0
        return line

    def take_rest(self) -> bytes:
        """Return every byte not yet returned as a line, and forget it: the rest is for another codec."""
        rest = bytes(self._buffer)
        self._buffer.clear()
        self._scanned = 0
        return rest
