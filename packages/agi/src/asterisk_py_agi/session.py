"""What a handler is given: the call, and the commands to control it with."""

from __future__ import annotations

import asyncio
import builtins
import contextlib
import secrets
from typing import TYPE_CHECKING, Final, Self

from asterisk_py_core.checks import check_timeout
from asterisk_py_core.errors import (
    AsteriskError,
    DesyncError,
    NotSentError,
    OutcomeUnknownError,
    ReadTimeoutError,
    RequestRejectedError,
)

from .async_agi import AsyncAgiLink, parse_environment
from .commands import AgiCommands
from .errors import AgiDeadChannelError, AgiInvalidCommandError, AgiUsageError
from .exchange import Exchange
from .protocol.command import LIVE_ONLY
from .stdio import StdioLink

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from .async_agi import Manager, ManagerEvent
    from .protocol.reply import Reply
    from .protocol.request import AgiRequest

__all__ = ["AgiSession"]


class AgiSession(AgiCommands):
    """One call under the control of this program, from its environment to the end of the handler.

    Each AGI command is a method, and :meth:`send` sends any. There is one at a time. Cancelling one, or giving up on it
    by a *timeout*, ends the session's use: its late answer could be taken for that of the next.

    When the caller hangs up, :attr:`hungup` becomes true. Commands that need a live channel then raise
    :class:`AgiDeadChannelError`; variables, the database, VERBOSE and EXEC still work, as long as the handler likes.
    """

    def __init__(self, exchange: Exchange, request: AgiRequest) -> None:
        self._exchange = exchange
        self._request = request

    @classmethod
    @contextlib.asynccontextmanager
    async def from_stdio(cls, *, environment_timeout: float = 5.0) -> AsyncIterator[Self]:
        """Return the session of the script that Asterisk has started, for the length of an ``async with`` block.

        In the block, and after it, what the program prints goes to standard error, Asterisk's console. A script that
        raises out of the block ends with ``AGISTATUS=FAILURE``. *environment_timeout* is in seconds.

        SIGHUP is the hangup in the block. After it a handler that was set with ``signal.signal`` before has it back;
        without one it does nothing any more, because Asterisk sends it to a script that has failed as well.

        Raises:
            InputError: the timeout is unusable.
            ConnectFailedError: standard input or output is no pipe: Asterisk has not started this program.
            ReadTimeoutError: Asterisk did not describe the call in time.
            DesyncError, FrameTooLargeError, ConnectionClosedError: what it sent instead was no description of a call.
        """
        check_timeout("environment_timeout", environment_timeout)
        exchange = Exchange()
        await StdioLink.open(exchange)
        async with _closing(exchange):
            try:
                async with asyncio.timeout(environment_timeout):
                    request = await exchange.request()
            except builtins.TimeoutError as error:
                if isinstance(error, AsteriskError):
                    raise
                what = "the environment"
                raise ReadTimeoutError(address=exchange.address, timeout=environment_timeout, request=what) from None
            yield cls(exchange, request)

    @classmethod
    @contextlib.asynccontextmanager
    async def from_async_agi(cls, manager: Manager, start: ManagerEvent) -> AsyncIterator[Self]:
        """Return the session of a channel that is in ``AGI(agi:async)``, for the length of an ``async with`` block.

        *manager* is an AMI client that may read and write ``agi`` and read ``call`` events, *start* the
        ``AsyncAGIStart`` event of the channel. At the end of the block the channel goes on in the dialplan. A command
        with its arguments is one AMI header, so 1,013 bytes are the most it can have.

        Raises:
            DesyncError: the event does not describe a call.
        """
        request = parse_environment(start)
        exchange = Exchange(request)
        AsyncAgiLink(manager, start, exchange)
        async with _closing(exchange):
            yield cls(exchange, request)

    @property
    def request(self) -> AgiRequest:
        """The call, as Asterisk described it."""
        return self._request

    @property
    def address(self) -> str:
        """The Asterisk of the call (``host:port``)."""
        return self._exchange.address

    @property
    def hungup(self) -> bool:
        """Whether the channel is known to have hung up.

        Asterisk says so unless the dialplan sets ``AGISIGHUP=no``; then only the next command shows it.
        """
        return self._exchange.hungup.done()

    async def wait_hangup(self) -> None:
        """Return when the channel has hung up, or the connection has ended."""
        await asyncio.wait((self._exchange.hungup,))

    async def send(self, command: str, *args: str | float, timeout: float | None = None) -> Reply:
        """Send *command* with *args* and return Asterisk's answer, a 200.

        *timeout* bounds the wait in seconds. There is none by default: most commands wait for people.

        Raises:
            InputError: the command or an argument cannot be sent as it is; nothing was written.
            ConcurrentCommandError: another command of this session is under way; nothing was written.
            AgiInvalidCommandError: there is no such command (510).
            AgiDeadChannelError: the channel has hung up, and this command needs a live one (511).
            AgiUsageError: wrong arguments (520).
            NotSentError: the connection is closed; nothing was written.
            OutcomeUnknownError: the connection ended before the answer.
            ReadTimeoutError: no answer in time; the session can be used no more.
            SessionPoisonedError: an earlier command was cancelled or timed out.
            DesyncError: something else than an answer came: bytes were forged.
            FrameTooLargeError: the answer is longer than 64 KiB.
        """
        if timeout is not None:
            check_timeout("timeout", timeout)
        exchange = self._exchange
        waiter = exchange.start(command, args)
        try:
            if timeout is None:
                reply = await waiter
            else:
                async with asyncio.timeout(timeout):
                    reply = await waiter
        except builtins.TimeoutError as error:
            if isinstance(error, AsteriskError):
                raise
            exchange.abandon(waiter, f"{command.upper()} was not answered in time")
            raise ReadTimeoutError(address=exchange.address, timeout=timeout or 0.0, request=command.upper()) from None
        except asyncio.CancelledError:
            exchange.abandon(waiter, f"{command.upper()} was cancelled before its answer came")
            raise
        if reply.code != 200:
            raise _rejection(command.upper(), reply)
        if len(reply.text) > _ONE_SEGMENT and exchange.conversation.has_lines:
            await self._look_for_more(command.upper(), timeout)
        # apps/app_stack.c has an answer of its own for GOSUB: "200 result=0 Gosub complete (abnormal exit)".
        stopped = reply.result == "-1" or reply.text.endswith("(abnormal exit)")
        if stopped and not self.hungup and command.upper() in _ENDED_BY_HANGUP:
            await self._look_for_hangup(timeout)
        return reply

    async def _look_for_more(self, command: str, timeout: float | None) -> None:
        """Make sure that all of the answer to *command* has come, by a question to which nobody can know the answer.

        A value may hold the end of an answer and a second answer. Where one read ends between them, the second would
        come later, as the answer to the next command, and each further one would be that of the command before.
        """
        mark = secrets.token_hex(8)
        desync: DesyncError | None = None
        try:
            reply = await self.send("GET FULL VARIABLE", mark, timeout=timeout)
            if reply.data == mark:
                return
        except DesyncError as error:
            desync = error  # The second came before the question was sent, or in one read with the answer to it.
        except (NotSentError, OutcomeUnknownError) as error:
            # Of the question that may be so. The command was sent, and answered with what may not be all.
            raise OutcomeUnknownError(address=error.address, reason=error.reason, request=command) from error
        forged = DesyncError(f"the answer to {command} went on behind its end: it holds forged bytes")
        self._exchange.fail(forged)
        raise forged from desync

    async def _look_for_hangup(self, timeout: float | None) -> None:
        """Find out whether the channel has hung up, so that :attr:`hungup` says it as soon as a command fails of it.

        Asterisk says HANGUP only some 40 ms after it has answered the command, and with ``AGISIGHUP=no`` never.
        """
        # Whatever goes wrong here, the command was answered; and another task may have sent the next one by now.
        with contextlib.suppress(AsteriskError):
            await self.send("CHANNEL STATUS", timeout=timeout)


@contextlib.asynccontextmanager
async def _closing(exchange: Exchange) -> AsyncIterator[None]:
    """Close *exchange* at the end of the block, as failed if that raises."""
    try:
        yield
    except BaseException:
        exchange.close(failed=True)
        raise
    finally:
        exchange.close()
        await exchange.wait_closed()


# These are busy for as long as the call lasts, and answer -1 when it ends. CHANNEL STATUS says -1 of others' channels.
_ENDED_BY_HANGUP: Final = LIVE_ONLY - {"CHANNEL STATUS", "HANGUP"} | {"EXEC"}
# An answer of so many characters, of 4 bytes at most, fits into the smallest segment of TCP (1,220 bytes with IPv6):
# Asterisk writes it whole, so it is read whole.
_ONE_SEGMENT: Final = 300
_REFUSALS: Final = {510: AgiInvalidCommandError, 511: AgiDeadChannelError}


def _rejection(command: str, reply: Reply) -> RequestRejectedError:
    text = reply.text[4:].strip()
    if reply.code == 520:
        lines = reply.text.split("\n")
        return AgiUsageError(request=command, usage="\n".join(lines[1:-1]) or text)
    return _REFUSALS[reply.code](request=command, reason=text[:1024] or "no reason was given")
