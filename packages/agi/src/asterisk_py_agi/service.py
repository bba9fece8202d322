"""The calls a server has: who gets in, what runs, and how each of them ends."""

from __future__ import annotations

import asyncio
import builtins
import logging
from typing import TYPE_CHECKING, Final

from asterisk_py_core.errors import AsteriskError, ClientClosedError, ConnectionError

from .errors import AgiCommandFailedError, AgiDeadChannelError
from .events import AgiEvent, SessionEnded, SessionFailed, SessionHungUp, SessionRefused, SessionStarted
from .routes import OnHangup, Route, Routes
from .session import AgiSession

if TYPE_CHECKING:
    from collections.abc import Callable

    from .exchange import Exchange
    from .protocol.request import AgiRequest

__all__ = ["Service"]

logger = logging.getLogger(__name__)

# What a handler stumbles over when the caller has hung up, and need not catch.
_ENDED_BY_HANGUP = (AgiDeadChannelError, AgiCommandFailedError, ConnectionError)
# Seconds that a handler has to clean up in when it was cancelled by closing.
_CANCEL_TIMEOUT: Final = 2.0


class Service:
    """Runs a handler for each call, at most *max_sessions* at a time.

    *what* names the server in logs and errors; events go to *publish*. Asterisk has *environment_timeout* seconds to
    describe a call. *idle* is called whenever the last call has ended.
    """

    def __init__(
        self,
        *,
        what: str,
        publish: Callable[[AgiEvent], object],
        idle: Callable[[], object],
        max_sessions: int,
        environment_timeout: float,
    ) -> None:
        self.routes = Routes()
        self._what = what
        self._publish = publish
        self._idle = idle
        self._max_sessions = max_sessions
        self._environment_timeout = environment_timeout
        self._calls: dict[asyncio.Task[None], _Call] = {}
        self._warned: set[str] = set()  # The kinds of refusals since a handler was called last.

    @property
    def sessions(self) -> int:
        """How many calls there are, those that are still being described included."""
        return len(self._calls)

    def admit(self, exchange: Exchange, refusal: str | None = None) -> None:
        """Serve the call that comes over *exchange*, or refuse it at once, because of *refusal* or for lack of room."""
        if refusal is None and len(self._calls) >= self._max_sessions:
            refusal = f"all {self._max_sessions} sessions are taken"
        if refusal is not None:
            self._refuse(exchange, refusal)
        else:
            call = _Call(exchange, self._publish)
            task = asyncio.create_task(self._run(call), name=f"{self._what} call from {exchange.address}")
            call.task = task
            self._calls[task] = call
            task.add_done_callback(self._done)

    async def drain(self, timeout: float) -> None:
        """Let the calls that run end within *timeout* seconds, and end the rest; admit none meanwhile.

        A handler that has not ended 2 s after it was cancelled is given up: its call is closed, its task goes on.
        """
        for call in self._calls.values():
            if not call.is_begun:
                call.cancel("close")
        running = sum(call.is_begun and not call.is_over for call in self._calls.values())
        if running and timeout:
            # A warning, because that is what is shown by default: somebody has pressed Ctrl-C, and nothing happens.
            logger.warning("%s waits %g s at most for calls to end: %d", self._what, timeout, running)
        await self._wait(timeout)
        for call in self._calls.values():
            call.cancel("close")
        await self._wait(_CANCEL_TIMEOUT)
        stuck = [call for call in self._calls.values() if call.is_begun and not call.is_over]
        for call in stuck:
            self._give_up(call)
        for call in stuck:
            await call.exchange.wait_closed()
            self._done(call.task)
        await self._wait(None)  # Handlers have ended, and links take a second at most.

    async def _wait(self, timeout: float | None) -> None:
        if self._calls:
            await asyncio.wait(self._calls, timeout=timeout)

    def _give_up(self, call: _Call) -> None:
        logger.error(
            "%s: the handler %s of %r goes on though it was cancelled %g s ago: its call is closed, it is left alone",
            call.exchange.address,
            call.route.name,
            call.request.script,
            _CANCEL_TIMEOUT,
        )
        call.end(ClientClosedError(what=self._what))

    def _done(self, task: asyncio.Task[None]) -> None:
        if self._calls.pop(task, None) is not None and not self._calls:
            self._idle()

    async def _run(self, call: _Call) -> None:
        exchange = call.exchange
        try:
            if (found := await self._route(exchange)) is not None:
                self._warned.clear()
                call.begin(*found)
                await self._handle(call)
        except asyncio.CancelledError:
            if call.cancelled is not None and not call.is_begun:
                self._refuse(exchange, f"{self._what} is closed")
            exchange.close(failed=True)
            if call.cancelled is None:
                raise
        except BaseException:
            exchange.close(failed=True)
            raise
        await exchange.wait_closed()

    async def _route(self, exchange: Exchange) -> tuple[Route, AgiRequest] | None:
        """Read what Asterisk says about the call, and return it and who handles it; None if it was refused."""
        try:
            async with asyncio.timeout(self._environment_timeout):
                request = await exchange.request()
        except AsteriskError as error:
            self._refuse(exchange, str(error), kind=type(error).__name__, error=error)
            return None
        except builtins.TimeoutError:
            self._refuse(exchange, f"the call was not described within {self._environment_timeout:g} s")
            return None
        route = self.routes.find(request.script)
        if route is None:
            self._refuse(exchange, f"there is no route {request.script!r:.200}", kind="no route", script=request.script)
            return None
        return route, request

    async def _handle(self, call: _Call) -> None:
        error: Exception | None = ClientClosedError(what=self._what)
        try:
            await call.route.start(AgiSession(call.exchange, call.request))
            error = None
        except asyncio.CancelledError as cancellation:
            if call.cancelled == "hangup":
                error = None
            elif call.task.cancelling():
                raise
            else:
                error = RuntimeError("what the handler waited for was cancelled")
                error.__cause__ = cancellation
                self._failed(call, error)
        except Exception as raised:  # noqa: BLE001 - whatever it is, it is logged and published
            error = None if call.exchange.hungup.done() and isinstance(raised, _ENDED_BY_HANGUP) else raised
            if error is not None:
                self._failed(call, error)
        finally:
            call.end(error)

    def _failed(self, call: _Call, error: Exception) -> None:
        address, request = call.exchange.address, call.request
        logger.error("%s: the handler of %r failed", address, request.script, exc_info=error)
        if not call.is_over:
            self._publish(SessionFailed(address=address, request=request, error=error))

    def _refuse(
        self,
        exchange: Exchange,
        reason: str,
        *,
        kind: str | None = None,
        script: str | None = None,
        error: Exception | None = None,
    ) -> None:
        """Close *exchange* because of *reason*, of which there may be any number of one *kind*."""
        exchange.close(failed=True)
        kind = kind or reason
        # A connection that ended is a port scan, or a channel that hung up meanwhile. Of the others one is warned of
        # until there is a call again: whoever reaches the port could fill the log.
        if isinstance(error, ConnectionError) or kind in self._warned:
            logger.debug("%s was refused: %s", exchange.address, reason)
        else:
            self._warned.add(kind)
            logger.warning(
                "%s was refused: %s (more are logged as debug until a call is served)", exchange.address, reason
            )
        self._publish(SessionRefused(address=exchange.address, reason=reason, script=script, error=error))


class _Call:
    """One call: its exchange, its task, and why that was cancelled if it was.

    ``route`` and ``request`` are there once it ``is_begun``: its handler was called. It ``is_over`` when that has
    ended, or was given up.
    """

    def __init__(self, exchange: Exchange, publish: Callable[[AgiEvent], object]) -> None:
        self.exchange = exchange
        self.task: asyncio.Task[None]
        self.route: Route
        self.request: AgiRequest
        self.is_begun = False
        self.is_over = False
        self.cancelled: str | None = None
        self._publish = publish
        self._loop = asyncio.get_running_loop()
        self._started = 0.0

    def begin(self, route: Route, request: AgiRequest) -> None:
        """Publish that a handler starts; and the hangup, when it comes or has come."""
        self.route, self.request = route, request
        self.is_begun = True
        self._started = self._loop.time()
        self._publish(SessionStarted(address=self.exchange.address, request=request))
        self.exchange.on_hangup = self._hung_up
        if self.exchange.hungup.done():
            self._hung_up()

    def end(self, error: Exception | None) -> None:
        """Close the connection and publish the end, with *error* as its reason; the first time only."""
        if self.is_over:
            return
        self.is_over = True
        self.exchange.close(failed=error is not None)
        self._publish(
            SessionEnded(
                address=self.exchange.address,
                request=self.request,
                duration=self._loop.time() - self._started,
                hungup=self.exchange.hungup.done(),
                error=error,
            )
        )

    def cancel(self, why: str) -> None:
        """End the task, because of the ``hangup`` or because the server is to ``close``, which is the last word."""
        if not self.is_over and self.cancelled in {None, "hangup"} - {why}:
            self.cancelled = why
            self.task.cancel()

    def _hung_up(self) -> None:
        self._publish(SessionHungUp(address=self.exchange.address, request=self.request))
        if self.route.on_hangup is OnHangup.CANCEL:
            self.cancel("hangup")
