"""One AMI connection from its first byte to its last: where the session meets the network."""

from __future__ import annotations

import asyncio
import builtins
import contextlib
import logging
from typing import TYPE_CHECKING, Final, Self

from asterisk_py_core.errors import AsteriskError, ClientClosedError, ConnectionClosedError, LoginTimeoutError
from asterisk_py_core.net import open_stream
from asterisk_py_core.pending import PendingRequest, PendingRequests
from asterisk_py_core.stream import Stream, format_address

from .protocol.codec import encode_action
from .protocol.gathering import OriginateGathering
from .protocol.masking import mask_action, mask_message
from .protocol.message import AmiEvent, Response
from .protocol.session import SessionState

if TYPE_CHECKING:
    from collections.abc import Callable
    from ssl import SSLContext

    from .protocol.codec import Headers
    from .protocol.gathering import Gathering
    from .protocol.session import AmiSession

__all__ = ["AmiConnection"]

logger = logging.getLogger(__name__)

# Asterisk runs the actions of a session one after the other, and these may keep it busy: until they are done or due,
# silence proves nothing. PlayDTMF and PlayMF last as long as the digit. What runs dialplan functions (Getvar, Status)
# or reads files (GetConfig) can be slow, too, where it is made so; but those are asked all the time, and then every
# link that died would be found late.
BLOCKING_ACTIONS: Final = frozenset(
    {
        "command", "loggerrotate", "moduleload", "originate", "playdtmf", "playmf", "queuereload", "reload",
        "updateconfig", "waitevent",
    }
)  # fmt: skip
# Its answer comes before the reload it asks for (main/manager.c, action_updateconfig).
_ANSWERED_FIRST: Final = "updateconfig"

# Bytes. More in one write saves nothing, and what is held here does not count as waiting for the peer.
_MAX_HELD: Final = 4096


class AmiConnection:
    """A logged-in connection, made by :meth:`open`.

    ``pending`` are the requests under way. ``cause`` is the error that ended the connection, None as long as it lasts;
    once it is set, every pending request has ended, too.
    """

    def __init__(self, session: AmiSession, address: str) -> None:
        loop = asyncio.get_running_loop()
        self.address = address
        self.session = session
        self.pending: PendingRequests[Response] = PendingRequests(address=address)
        self.cause: AsteriskError | None = None
        self._loop = loop
        self._stream: Stream
        self._held: bytearray | None = None  # What was written in this turn of the loop after the first.
        self._logged_in: asyncio.Future[None] = loop.create_future()
        self._end_waiter: asyncio.Future[None] | None = None
        # Events that come in one segment with the answer to the login are kept until somebody takes them.
        self._early: list[AmiEvent] = []
        self._deliver: Callable[[list[AmiEvent]], object] = self._early.extend
        # One for all keepalives: their answers are not looked at, and may come whenever they like.
        self._ping_id = session.next_action_id()
        self._forgery_reported = False
        self._unanswered_pings = 0
        # Until when Asterisk may be busy with what nobody waits for any more.
        self._unawaited_until = 0.0
        self._gatherings: dict[str, Gathering] = {}

    @classmethod
    async def open(
        cls, host: str, port: int, session: AmiSession, *, ssl: SSLContext | bool | None, timeout: float
    ) -> Self:
        """Connect and log in; each of the two may take *timeout* seconds.

        Raises what :func:`open_stream` and :class:`AmiSession` raise, and LoginTimeoutError. Nothing stays open.
        """
        connection = cls(session, format_address(host, port))
        connection._stream = await open_stream(
            host, port, ssl=ssl, timeout=timeout, on_data=connection._received, on_closed=connection._closed
        )
        try:
            async with asyncio.timeout(timeout):
                await connection._logged_in
        except builtins.TimeoutError:
            error = LoginTimeoutError(address=connection.address, timeout=timeout)
            await connection.aclose(error)
            raise error from None
        except BaseException:
            await connection.aclose(ClientClosedError(what="the connection attempt"))
            raise
        return connection

    @property
    def last_received(self) -> float:
        """The loop time of the last byte received."""
        return self._stream.last_received

    def deliver_to(self, deliver: Callable[[list[AmiEvent]], object]) -> None:
        """Hand all events to *deliver* from now on, those first that came with the login."""
        self._deliver = deliver
        early, self._early = self._early, []
        deliver(early)

    async def wait_ended(self, until: float) -> None:
        """Return when the connection has ended, at the latest at the loop time *until*; for one task only.

        That task runs before those whose requests ended with the connection, so what they see next may depend on it.
        """
        if self.cause is not None:
            return
        loop = asyncio.get_running_loop()
        self._end_waiter = loop.create_future()
        timer = loop.call_at(until, _release, self._end_waiter)
        try:
            await self._end_waiter
        finally:
            timer.cancel()

    @property
    def busy_until(self) -> float:
        """Until when, in loop time, Asterisk may be busy with what it was asked, and so silent."""
        blocking = (each for each in self.pending if _may_block(each.request, self._gatherings.get(each.key)))
        return max([*(each.deadline for each in blocking), self._unawaited_until])

    async def request(self, action: str, headers: Headers = (), *, timeout: float) -> Response:
        """Send *action* and return its answer, whatever it says; see :meth:`AmiClient.send` for the errors."""
        key = self.session.next_action_id()
        return await self._exchange(action, key, encode_action(action, headers, key), timeout)

    async def gather(self, action: str, headers: Headers, gathering: Gathering, *, timeout: float) -> Response:
        """Send *action*, put all that belongs to its answer into *gathering*, and return the first of it."""
        key = self.session.next_action_id()
        data = encode_action(action, headers, key)
        self._gatherings[key] = gathering
        try:
            return await self._exchange(action, key, data, timeout)
        finally:
            del self._gatherings[key]

    async def _exchange(self, action: str, key: str, data: bytes, timeout: float) -> Response:
        with self.pending.start(key, request=action, timeout=timeout) as pending:
            try:
                if self._stream.is_full:
                    await self._stream.drain(timeout, request=action)
                if pending.waits:
                    self._write(data)
                    pending.mark_written()
            except ConnectionClosedError:
                pass  # It ends as not sent, in this turn of the loop or the next.
            try:
                return await pending
            finally:
                if action.lower() in BLOCKING_ACTIONS:
                    self._leave(pending)

    def _leave(self, pending: PendingRequest[Response]) -> None:
        """Note what may go on though nobody waits for it: to give an action up does not stop it."""
        is_over = pending.answered and pending.request.lower() != _ANSWERED_FIRST
        if not is_over and _may_block(pending.request, self._gatherings.get(pending.key)):
            self._unawaited_until = max(self._unawaited_until, pending.deadline)
            self.ping()  # Its answer tells when that is done.

    def ping(self) -> None:
        """Make Asterisk say something; whatever it says shows in :attr:`last_received`."""
        with contextlib.suppress(ConnectionClosedError):
            self._write(encode_action("Ping", action_id=self._ping_id))
            self._unanswered_pings += 1

    def log_off(self) -> None:
        """Tell Asterisk that the connection ends on purpose, if it still listens; its answer is not waited for."""
        with contextlib.suppress(ConnectionClosedError):
            self._write(encode_action("Logoff"))

    async def aclose(self, cause: AsteriskError) -> None:
        """End the pending requests with *cause* and close the socket; what was written still goes out."""
        self._end(cause)
        self._write_held()
        self._stream.close()
        await self._stream.wait_closed()

    def abort(self, cause: AsteriskError) -> None:
        """Give the connection up: it ends with *cause* in the next turn of the loop."""
        self._stream.abort(cause)

    def _write(self, data: bytes) -> None:
        # The first of a turn of the loop goes out at once, those after it together: many small writes cost this side
        # and Asterisk more than the actions in them.
        if self._held is None or self._stream.is_closing:
            self._stream.write(data)
            self._held = bytearray()
            self._loop.call_soon(self._write_held)
        else:
            self._held += data
            if len(self._held) >= _MAX_HELD:
                self._stream.write(bytes(self._held))
                self._held.clear()
        if logger.isEnabledFor(logging.DEBUG):
            logger.debug("to %s: %r", self.address, mask_action(data))

    def _write_held(self) -> None:
        held, self._held = self._held, None
        if held and not self._stream.is_closing:
            self._stream.write(bytes(held))

    def _received(self, data: bytes) -> None:
        messages = self.session.receive_data(data)
        if not self._logged_in.done():
            self._go_on_with_login()
        if logger.isEnabledFor(logging.DEBUG):
            for message in messages:
                logger.debug("from %s: %r", self.address, mask_message(message.raw))
        events = [message for message in messages if isinstance(message, AmiEvent)]
        if len(events) < len(messages):
            self._answered([message for message in messages if isinstance(message, Response)])
        if events:
            if self._gatherings:
                self._gathered(events)
            self._deliver(events)

    def _go_on_with_login(self) -> None:
        if data := self.session.data_to_send():
            self._write(data)
        if self.session.state is SessionState.READY:
            self._logged_in.set_result(None)

    def _answered(self, responses: list[Response]) -> None:
        for response in responses:
            key = response.action_id
            if key == self._ping_id:
                self._pinged()
            elif (pending := self.pending.match(key)) is not None:
                gathering = self._gatherings.get(pending.key)
                if gathering is None or gathering.receive(response):
                    pending.resolve(response)
        if self.pending.unmatched and not self._forgery_reported:
            # Once per connection: whoever can forge answers can forge many.
            self._forgery_reported = True
            logger.warning("%s sent an answer to no request of ours; such answers are dropped", self.address)

    def _pinged(self) -> None:
        self._unanswered_pings -= 1
        if not self._unanswered_pings:  # This answers the last, and with it all that was asked before.
            self._unawaited_until = 0.0

    def _gathered(self, events: list[AmiEvent]) -> None:
        for event in events:
            # To read the headers of every event, for as long as somebody gathers, would cost a multiple of this.
            if b"\r\nActionID: " not in event.raw:
                continue
            # All of them: in an item whose ActionID comes last (QueueEntry), channel data may have forged one before.
            for key in event.get_all("ActionID"):
                gathering = self._gatherings.get(key)
                if gathering is None or not gathering.receive(event) or gathering.response is None:
                    continue
                if (pending := self.pending.match(key)) is not None:
                    pending.resolve(gathering.response)

    def _closed(self, error: AsteriskError | None) -> None:
        if error is None:
            return  # Closed by `aclose`, which has said why.
        if not self._logged_in.done() and isinstance(error, ConnectionClosedError) and error.__cause__ is None:
            # What a bare EOF most likely means depends on how far the login has come.
            error = ConnectionClosedError(address=self.address, reason=self.session.closed_reason)
        self._end(error)

    def _end(self, cause: AsteriskError) -> None:
        if self.cause is not None:
            return
        self.cause = cause
        if self._end_waiter is not None:
            _release(self._end_waiter)
        self.pending.end(cause)
        if not self._logged_in.done():
            self._logged_in.set_exception(cause)


def _may_block(action: str, gathering: Gathering | None) -> bool:
    # A call whose outcome is awaited is made beside the session, which is free again at once.
    return action.lower() in BLOCKING_ACTIONS and not isinstance(gathering, OriginateGathering)


def _release(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)
