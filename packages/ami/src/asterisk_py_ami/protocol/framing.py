"""From a byte stream to the frames of messages, within limits, in time linear in the bytes."""

import re
from dataclasses import dataclass
from typing import Final

from asterisk_py_core.checks import check_count
from asterisk_py_core.errors import FrameTooLargeError

__all__ = ["FOLLOWS", "FrameSplitter", "Limits"]

# A message ends with blank lines. Lines end with CR LF; a bare LF is a blank line only right after one
# (CoreShowChannelMap of 18.19 and 20.4 ends that way), and belongs to a value anywhere else.
_END: Final = re.compile(rb"\r\n\r?\n(?:\r?\n)*+")
_BLANK_LINES: Final = re.compile(rb"(?:\r?\n)*+")

# Before Asterisk 14 (AMI 3.0) the output of Command came as text of any kind, up to a marker.
FOLLOWS: Final = b"Response: Follows\r\n"
_END_OF_FOLLOWS: Final = re.compile(rb"(?<=--END COMMAND--)\r\n\r?\n(?:\r?\n)*+")
_LONGEST_END: Final = len(b"--END COMMAND--\r\n\r\n")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one message may cost; the lines that a command prints have a limit of their own.

    The longest line seen from a real Asterisk is 39,007 bytes, the longest command output 42,786. What a large one
    prints (a dialplan of 100,000 extensions) is some 10 MB in lines of 60 to 100 bytes. At these limits a message is
    decoded in a tenth of a second; without that for lines, 1.8 million empty ones would take the event loop a second.
    """

    line: int = 1024 * 1024
    """Bytes in one line."""
    message: int = 16 * 1024 * 1024
    """Bytes in one message."""
    lines: int = 65_536
    """Lines in one message, but for those a command prints."""
    output_lines: int = 500_000
    """Lines a command prints: one ``Output`` header for each, or the text of Asterisk before 14."""

    def __post_init__(self) -> None:
        for name in ("line", "message", "lines", "output_lines"):
            check_count(name, getattr(self, name))


class FrameSplitter:
    """Cuts a byte stream into frames: the bytes of one message each, without the blank line that ends it.

    *legacy_output*: expect the command output of Asterisk before 14. Never set it for a later one: whoever can put
    line ends into channel data could then start such an output and hold back everything that follows.
    """

    def __init__(self, limits: Limits, *, legacy_output: bool = False) -> None:
        self._limits = limits
        self._legacy_output = legacy_output
        self._rest = bytearray()
        self._broken: tuple[str, int] | None = None
        # No line of a frame is empty and each is followed by two bytes more, so what is this short breaks no limit.
        self._always_fits = min(limits.line, 2 * limits.lines, limits.output_lines, limits.message)

    def receive_data(self, data: bytes | bytearray | memoryview) -> list[bytes]:
        """Return the frames that *data* completes; none is empty or begins with a blank line.

        Raises:
            FrameTooLargeError: a message breaks a limit. Frames that came before it are returned first, and the next
                call raises, whatever it brings; nothing can be received after that.
        """
        if self._broken is None:
            # The first bytes of an end may be among those searched before.
            searched = max(0, len(self._rest) - _LONGEST_END)
            self._rest += data
            del self._rest[: _skip_blank_lines(self._rest)]
            fits = len(self._rest) <= self._always_fits
            frames = self._split_legacy(searched) if self._legacy_output else self._split(searched)
            if fits:
                return frames
            frames = self._checked(frames)
            if frames or self._broken is None:
                return frames
        what, limit = self._broken
        raise FrameTooLargeError(what=what, limit=limit)

    def _split(self, searched: int) -> list[bytes]:
        frames: list[bytes] = []
        if _END.search(self._rest, searched):
            # As bytes: a pattern splits them a third faster than a bytearray.
            *frames, rest = _END.split(bytes(self._rest))
            self._rest = bytearray(rest)
        return frames

    def _split_legacy(self, searched: int) -> list[bytes]:
        rest = self._rest
        frames: list[bytes] = []
        start = 0
        while found := (_END_OF_FOLLOWS if rest.startswith(FOLLOWS, start) else _END).search(
            rest, max(start, searched)
        ):
            frames.append(bytes(rest[start : found.start()]))
            start = found.end()
        del rest[:start]
        return frames

    def _checked(self, frames: list[bytes]) -> list[bytes]:
        """Return the *frames* before the first that breaks a limit, and remember that it did."""
        for number, frame in enumerate(frames):
            self._broken = self._violation(frame)
            if self._broken:
                self._rest = bytearray()
                return frames[:number]
        # What is still to come may hold all of an end but its last byte.
        if len(self._rest) >= self._limits.message + _LONGEST_END:
            self._broken = ("an AMI message (bytes)", self._limits.message)
            self._rest = bytearray()
        return frames

    def _violation(self, frame: bytes) -> tuple[str, int] | None:
        limits = self._limits
        if len(frame) > limits.message:
            return "an AMI message (bytes)", limits.message
        if frame.startswith(FOLLOWS):
            lines, printed = 1, frame.count(b"\n")
        else:
            printed = frame.count(b"\r\nOutput:")
            lines = 1 + frame.count(b"\r\n") - printed
        if lines > limits.lines:
            return "an AMI message (lines)", limits.lines
        if printed > limits.output_lines:
            return "what a command printed (lines)", limits.output_lines
        # From line end to line end in leaps as long as a line may be, so that it costs no object for each line.
        start = 0
        while len(frame) - start > limits.line:
            end = frame.rfind(b"\r\n", start, start + limits.line + 2)
            if end < 0:
                return "a line of an AMI message (bytes)", limits.line
            start = end + 2
        return None


def _skip_blank_lines(data: bytearray) -> int:
    """Return where *data* goes on after the blank lines it begins with."""
    blank = _BLANK_LINES.match(data)
    return blank.end() if blank else 0
