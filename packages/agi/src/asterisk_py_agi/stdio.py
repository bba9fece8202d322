"""Standard input and output as the link of a script that Asterisk has started."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import stat
import sys
from typing import TYPE_CHECKING, Any, Self

from asterisk_py_core.errors import ConnectFailedError, ConnectionClosedError

if TYPE_CHECKING:
    from io import FileIO

    from .exchange import Exchange

__all__ = ["StdioLink"]


class StdioLink:
    """The two pipes to Asterisk, made by :meth:`open`.

    From then on what the program prints goes to standard error, and it reads nothing: a line of its own on standard
    output would be a command. Asterisk tells a script of the hangup by SIGHUP, which would end it; as long as the link
    is open it only sets the flag. Asterisk also sends it after ``failure`` (res/res_agi.c, run_agi), whenever it gets
    there. So after the link a handler that the program had set before has it back, and without one it does nothing.
    """

    address = "standard input and output"

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._loop = asyncio.get_running_loop()
        self._reader: asyncio.ReadTransport
        self._writer: asyncio.WriteTransport
        self._closed: asyncio.Future[None] = self._loop.create_future()
        self._old_handler: Any = None

    @classmethod
    async def open(cls, exchange: Exchange) -> Self:
        """Take standard input and output over for *exchange*.

        Raises:
            ConnectFailedError: they are no pipes, so it was not Asterisk that started this program.
        """
        link = cls(exchange)
        _check()
        incoming, outgoing = _take_over()
        exchange.attach(link)
        with contextlib.ExitStack() as undo:
            undo.callback(incoming.close)
            undo.callback(outgoing.close)
            try:
                link._writer, _ = await link._loop.connect_write_pipe(lambda: _Pipe(link), outgoing)
                undo.callback(link._writer.abort)
                link._reader, _ = await link._loop.connect_read_pipe(lambda: _Pipe(link), incoming)
            except OSError as error:
                raise ConnectFailedError(address=cls.address, cause=error) from error
            undo.pop_all()
        # Only the main thread may; elsewhere the hangup shows at the next command.
        with contextlib.suppress(ValueError, RuntimeError, NotImplementedError):
            link._old_handler = signal.getsignal(signal.SIGHUP)
            link._loop.add_signal_handler(signal.SIGHUP, exchange.hang_up)
        return link

    def write(self, data: bytes) -> None:
        """Send *data*; raises ConnectionClosedError if Asterisk has closed the pipes."""
        if self._writer.is_closing():
            raise ConnectionClosedError(address=self.address, reason="it was closed")
        self._writer.write(data)

    def close(self) -> None:
        """Close both pipes once everything is written."""
        self._reader.close()
        self._writer.close()
        self._let_go_of_sighup()

    async def wait_closed(self) -> None:
        """Return when everything is written and closed."""
        await asyncio.wait((self._closed,))

    def lost(self, pipe: asyncio.BaseTransport, error: Exception | None) -> None:
        """Note that *pipe* is closed."""
        if pipe is self._writer:
            self._closed.set_result(None)
        else:
            # Asterisk closes the pipe to the script first when the channel is gone.
            self._writer.close()
            self._let_go_of_sighup()
        cause = ConnectionClosedError(address=self.address)
        cause.__cause__ = error
        self._exchange.connection_lost(cause)

    def _let_go_of_sighup(self) -> None:
        # Not later: a loop that is closed restores the default, and the script has to print its traceback after that.
        # Blocked meanwhile, because the loop restores the default here, too.
        with contextlib.suppress(ValueError, RuntimeError, NotImplementedError):
            mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
            try:
                if self._loop.remove_signal_handler(signal.SIGHUP):
                    is_own = callable(self._old_handler) or self._old_handler is signal.SIG_IGN
                    signal.signal(signal.SIGHUP, self._old_handler if is_own else _do_nothing)
            finally:
                signal.pthread_sigmask(signal.SIG_SETMASK, mask)

    def received(self, data: bytes) -> None:
        """Hand *data* on."""
        self._exchange.receive_data(data)


class _Pipe(asyncio.Protocol):
    """One of the two pipes."""

    def __init__(self, link: StdioLink) -> None:
        self._link = link
        self._transport: asyncio.BaseTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._link.received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._link.lost(self._transport, exc)


def _do_nothing(*_: object) -> None:
    """Handle a signal; unlike SIG_IGN it is not inherited by the programs that a script starts."""


def _check() -> None:
    """Refuse what Asterisk does not start a script with, before anything is changed."""
    for name, stream, number in (("input", sys.__stdin__, 0), ("output", sys.__stdout__, 1)):
        # Where there was none at the start, the number is another file's by now.
        mode = 0 if stream is None else os.fstat(number).st_mode
        if not stat.S_ISFIFO(mode) and not stat.S_ISSOCK(mode):
            cause = f"standard {name} is no pipe: Asterisk has not started this program"
            raise ConnectFailedError(address=StdioLink.address, cause=cause)


def _take_over() -> tuple[FileIO, FileIO]:
    """Return standard input and output as files of our own, and leave nothing there for others to spoil."""
    sys.stdout.flush()
    incoming = os.fdopen(os.dup(0), "rb", buffering=0)
    outgoing = os.fdopen(os.dup(1), "wb", buffering=0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return incoming, outgoing
