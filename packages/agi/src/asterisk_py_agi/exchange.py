"""The exchange of commands and answers over one link: what waits for what, and how it ends."""

from __future__ import annotations

import asyncio
import logging
import re
from typing import TYPE_CHECKING, Final, Protocol

from asterisk_py_core.errors import (
    AsteriskError,
    ClientClosedError,
    ConnectionClosedError,
    ProtocolError,
)
from asterisk_py_core.pending import loss

from .protocol.session import Conversation

if TYPE_CHECKING:
    from collections.abc import Callable

    from .protocol.reply import Reply
    from .protocol.request import AgiRequest

__all__ = ["Exchange", "Link"]

logger = logging.getLogger(__name__)

# What the log shows of answers: they hold what callers key in, and what variables hold.
_KINDS: Final = re.compile(rb"^(?:[0-9]{3}(?= )|HANGUP$|agi_request(?=:))", re.MULTILINE)


class Link(Protocol):
    """Where the bytes of a session go: a socket, the pipes of a script, the actions of AMI."""

    @property
    def address(self) -> str:
        """The other side, as errors name it."""

    def write(self, data: bytes) -> None:
        """Send *data*, whole; never waits. Raises ConnectionClosedError if nothing can be sent any more."""

    def close(self) -> None:
        """Close after what was written has gone out."""

    async def wait_closed(self) -> None:
        """Return when it is closed."""


class Exchange:
    """One conversation on one link.

    The link's owner calls :meth:`attach` once, then :meth:`receive_data` (or :meth:`receive_reply`) with what comes and
    :meth:`connection_lost` at the end. ``hungup`` is done, and ``on_hangup`` called, when the channel is known to have
    hung up. ``cause`` is what ended the exchange, None as long as it lasts.
    """

    def __init__(self, request: AgiRequest | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        self.conversation = Conversation(request)
        self.hungup: asyncio.Future[None] = self._loop.create_future()
        self.on_hangup: Callable[[], object] | None = None
        self.cause: AsteriskError | None = None
        self._link: Link
        self._waiter: asyncio.Future[Reply] | None = None
        self._failure: AsteriskError | None = None
        self._described: asyncio.Future[AgiRequest] = self._loop.create_future()
        if request is not None:
            self._described.set_result(request)

    # --- for the session ---

    @property
    def address(self) -> str:
        """The other side of the link."""
        return self._link.address

    async def request(self) -> AgiRequest:
        """Return what Asterisk says about the call, once it has said all of it.

        Raises DesyncError, FrameTooLargeError, or ConnectionClosedError if that does not come.
        """
        request = await self._described
        # Where a forged end of the environment was the end of a read, the true lines behind it are there by now, as
        # Asterisk writes them all at once: the next turn of the loop reads them, before anybody is told of the call.
        await asyncio.sleep(0)
        if self._failure is not None:
            raise self._failure
        return request

    def start(self, command: str, args: tuple[str | float, ...] = ()) -> asyncio.Future[Reply]:
        """Send *command* and return the future of its answer.

        Raises what :meth:`Conversation.start` raises, and NotSentError if the link is closed.
        """
        if self.cause is not None:
            raise loss(command, self.address, self.cause, written=False)
        data = self.conversation.start(command, args)
        waiter = self._waiter = self._loop.create_future()
        try:
            self._link.write(data)
        except ConnectionClosedError as error:
            # Nothing of it was written. A stream knows of its end a turn of the loop before it says so, and whoever
            # learns of it now has to see the hangup now.
            self._waiter = None
            self.connection_lost(error)
            raise loss(command, self.address, error, written=False) from error
        if logger.isEnabledFor(logging.DEBUG):
            logger.debug("to %s: %s, %d arguments", self.address, self.conversation.running, len(args))
        return waiter

    def abandon(self, waiter: asyncio.Future[Reply], reason: str) -> None:
        """Give the conversation up if *waiter* has no answer yet: *reason* is what later commands are told."""
        if waiter is self._waiter:
            self._waiter = None
            self.conversation.abandon(reason)

    def close(self, *, failed: bool = False) -> None:
        """End the session; *failed* makes the dialplan see ``AGISTATUS=FAILURE``.

        Closing alone is success to Asterisk; a line ``failure`` is not (res/res_agi.c, run_agi).
        """
        if self.cause is None:
            if failed:
                try:
                    self._link.write(b"failure\n")
                except ConnectionClosedError:
                    logger.debug("%s was gone before it could be told of the failure", self.address)
            self._end(ClientClosedError(what=f"the AGI session with {self.address}"))
            self._link.close()

    async def wait_closed(self) -> None:
        """Return when the link is closed."""
        await self._link.wait_closed()

    # --- for the owner of the link ---

    def attach(self, link: Link) -> None:
        """Use *link* from now on."""
        self._link = link

    def receive_data(self, data: bytes) -> None:
        """Take the bytes that came."""
        conversation = self.conversation
        if logger.isEnabledFor(logging.DEBUG):
            kinds = b" ".join(_KINDS.findall(data)).decode("ascii")
            logger.debug("from %s: %d bytes, %s", self.address, len(data), kinds or "other")
        try:
            reply = conversation.receive_data(data)
        except AsteriskError as error:
            self.fail(error)
            reply = None
        if reply is not None:
            self._answered(reply)
        elif not self._described.done() and conversation.request is not None:
            self._described.set_result(conversation.request)
        if conversation.hungup and not self.hungup.done():
            self._hang_up()

    def receive_reply(self, text: str) -> None:
        """Take a whole answer; one that was not asked for is dropped."""
        try:
            reply = self.conversation.receive_reply(text)
        except AsteriskError as error:
            self.fail(error)
            return
        if reply is not None:
            self._answered(reply)
            if self.conversation.hungup and not self.hungup.done():
                self._hang_up()

    def not_sent(self, error: AsteriskError) -> None:
        """End the command under way with *error*: Asterisk never saw it, and others may follow."""
        self.conversation.take_back()
        self._raise(error)

    def fail(self, error: AsteriskError) -> None:
        """End the command under way with *error*, and the conversation: what Asterisk does is not known any more."""
        if isinstance(error, ProtocolError):
            error.name_peer(self.address)
        self.conversation.abandon("the conversation has failed", error)
        self._failure = error
        self._raise(error)

    def hang_up(self) -> None:
        """Note that the channel has hung up."""
        self.conversation.hungup = True
        if not self.hungup.done():
            self._hang_up()

    def connection_lost(self, error: AsteriskError | None) -> None:
        """Note that the link is closed; *error* says how, None if this side closed it."""
        if self.cause is None:
            self._end(error or ClientClosedError(what=f"the AGI session with {self.address}"))
            self.hang_up()
        self.on_hangup = None

    def _answered(self, reply: Reply) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(reply)

    def _hang_up(self) -> None:
        self.hungup.set_result(None)
        if self.on_hangup is not None:
            self.on_hangup()

    def _raise(self, error: AsteriskError) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_exception(error)
        self._no_request(error)

    def _end(self, cause: AsteriskError) -> None:
        self.cause = cause
        running = self.conversation.running
        self.conversation.abandon("the connection is closed", cause)
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_exception(loss(running, self.address, cause, written=True))
        self._no_request(cause)

    def _no_request(self, error: AsteriskError) -> None:
        if not self._described.done():
            self._described.set_exception(error)
            self._described.exception()  # Who waits for it is told, and nobody need be waiting.
