"""Where the commands print, and how: nothing printed can command a terminal, and no slow reader stops the loop."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import logging
import os
import stat
import threading
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import TextIO

    from asterisk_py_ami.protocol.message import Message

__all__ = [
    "PROGRAM",
    "Output",
    "Terminal",
    "clock",
    "logging_to",
    "message_object",
    "pairs",
    "printable",
    "to_json",
    "utf8",
]

PROGRAM: Final = "asterisk-py-ami"

_STYLES: Final = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33"}


def printable(text: str) -> str:
    r"""Return *text* on one line, with all that could command a terminal or reorder the line as ``\x1b``, ``\u202e``.

    Bytes that are not UTF-8 come out as ``\xe9``. Callers choose their names, so what Asterisk says is not trusted.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escape(char) for char in text)


def _escape(char: str) -> str:
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:  # One byte, kept by surrogateescape.
        code -= 0xDC00
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def pairs(items: Iterable[tuple[str, str]]) -> str:
    """Return *items* as ``Name=value Other="with spaces"``, printable."""
    return " ".join(f"{printable(name)}={_quoted(printable(value))}" for name, value in items)


def _quoted(value: str) -> str:
    if value and " " not in value and '"' not in value:
        return value
    return '"' + value.replace('"', '\\"') + '"'


def message_object(message: Message) -> dict[str, str | list[str]]:
    r"""Return the headers of *message* for JSON: in order, those that repeat (in any case of letters) as lists.

    Bytes that are not UTF-8 become the text ``\xe9``. As lone surrogates, which JSON can write too, they would stop
    every strict reader: a caller's name could end whatever reads this.
    """
    merged: dict[str, str | list[str]] = {}
    spelled: dict[str, str] = {}
    for name, value in message:
        key, text = spelled.setdefault(name.lower(), utf8(name)), utf8(value)
        known = merged.get(key)
        if known is None:
            merged[key] = text
        elif isinstance(known, list):
            known.append(text)
        else:
            merged[key] = [known, text]
    return merged


def utf8(text: str) -> str:
    r"""Return *text* with its bytes that are not UTF-8 as ``\xe9``."""
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def to_json(value: Mapping[str, object]) -> str:
    """Return *value* as one line of JSON, in ASCII."""
    return json.dumps(value) + "\n"


def clock() -> str:
    """Return the local time, to the millisecond."""
    return datetime.now().astimezone().strftime("%H:%M:%S.%f")[:-3]


class Output:
    """Standard output, or standard error.

    ``is_terminal`` is true where a person reads it, ``can_redraw`` where that terminal can also draw over itself:
    TERM=dumb cannot. :meth:`paint` also heeds NO_COLOR (https://no-color.org).
    """

    def __init__(self, stream: TextIO | None, environ: Mapping[str, str] = os.environ) -> None:
        # A closed descriptor at the start of the program makes it None.
        self._fd = None if stream is None else stream.fileno()
        self._encoding = getattr(stream, "encoding", None) or "utf-8"
        self.is_terminal = stream is not None and stream.isatty()
        self.can_redraw = self.is_terminal and environ.get("TERM") != "dumb"
        self._has_colour = self.can_redraw and not environ.get("NO_COLOR")

    @property
    def pipe(self) -> int | None:
        """The descriptor if this is a pipe, whose reader may go away, and one that event loops can watch."""
        is_pipe = os.name == "posix" and self._fd is not None and stat.S_ISFIFO(os.fstat(self._fd).st_mode)
        return self._fd if is_pipe else None

    def paint(self, text: str, style: str) -> str:
        """Return *text* in *style* (``bold``, ``dim`` or a colour), or as it is where that has no place."""
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if self._has_colour and style else text

    def write_now(self, text: str) -> None:
        """Write *text* and wait for it; raises OSError if it cannot be."""
        if self._fd is None:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        # Past Python's own buffer: a write that blocks in it would also block the end of the program.
        rest = memoryview(text.encode(self._encoding, "backslashreplace"))
        while rest:
            rest = rest[os.write(self._fd, rest) :]

    async def write(self, text: str) -> None:
        """Write *text* without keeping the loop from its work; raises OSError if it cannot be.

        A terminal that was stopped or a pager may take minutes, and a client that does not read meanwhile is cut off
        by Asterisk. The thread is a daemon, so that one that never gets done does not keep the program.
        """
        loop = asyncio.get_running_loop()
        written: asyncio.Future[OSError | None] = loop.create_future()

        def work() -> None:
            failure: OSError | None = None
            try:
                self.write_now(text)
            except OSError as error:
                failure = error
            with contextlib.suppress(RuntimeError):  # The loop is closed: nobody waits any more.
                loop.call_soon_threadsafe(_settle, written, failure)

        threading.Thread(target=work, daemon=True).start()
        failure = await written
        if failure is not None:
            raise failure


def _settle(written: asyncio.Future[OSError | None], failure: OSError | None) -> None:
    if not written.done():
        written.set_result(failure)


@dataclass(frozen=True, slots=True)
class Terminal:
    """What a command was started with: its output, and where it says what is not output."""

    out: Output
    err: Output
    _notices: set[asyncio.Task[None]] = field(default_factory=set)

    async def notice(self, text: str) -> None:
        """Say *text* on standard error, on one line."""
        with contextlib.suppress(OSError):
            await self.err.write(f"{PROGRAM}: {printable(text)}\n")

    def notice_soon(self, text: str) -> None:
        """Say *text* as :meth:`notice` does, where nobody can wait for it; :meth:`flush` does."""
        task = asyncio.get_running_loop().create_task(self.notice(text))
        self._notices.add(task)
        task.add_done_callback(self._notices.discard)

    async def flush(self) -> None:
        """Wait a second at most for what is still to be said."""
        if self._notices:
            await asyncio.wait(self._notices, timeout=1.0)

    def complain(self, text: str) -> None:
        """Say *text* as :meth:`notice` does, without a loop."""
        with contextlib.suppress(OSError):
            self.err.write_now(f"{PROGRAM}: {printable(text)}\n")

    def end_line(self) -> None:
        """Go to a new line where a terminal has echoed ``^C``."""
        if self.err.is_terminal:
            with contextlib.suppress(OSError):
                self.err.write_now("\n")


@contextlib.contextmanager
def logging_to(say: Callable[[str], None]) -> Iterator[None]:
    """Have *say* told what the libraries warn of, instead of logging's last resort, which prints it as it is."""

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            say(record.getMessage())

    loggers = [logging.getLogger(name) for name in ("asterisk_py_ami", "asterisk_py_core")]
    former = [logger.handlers for logger in loggers]
    for logger in loggers:
        logger.handlers = [Handler(logging.WARNING)]
    try:
        yield
    finally:
        for logger, handlers in zip(loggers, former, strict=True):
            logger.handlers = handlers
