"""The calls a server has: who gets in, what runs, and how each of them ends."""

from __future__ import annotations

import asyncio
import builtins
import logging
from typing import TYPE_CHECKING

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
        self._full_reported = False

    @property
    def sessions(self) -> int:
        """How many calls there are, those that are still being described included."""
        return len(self._calls)

    def admit(self, exchange: Exchange, refusal: str | None = None) -> None:
        """Serve the call that comes over *exchange*, or refuse it at once, because of *refusal* or for lack of room."""
        if refusal is None and len(self._calls) >= self._max_sessions:
            refusal = f"all {self._max_sessions} sessions are taken"
            # Once for each time it fills up: a flood of calls is no reason for a flood of lines.
            level = logging.DEBUG if self._full_reported else logging.WARNING
            self._full_reported = True
            self._refuse(exchange, refusal, level=level)
        elif refusal is not None:
            self._refuse(exchange, refusal)
        else:
            call = _Call(exchange, self._publish)
            task = asyncio.create_task(self._run(call), name=f"{self._what} call from {exchange.address}")
            call.task = task
            self._calls[task] = call
            task.add_done_callback(self._done)

    async def drain(self, timeout: float) -> None:
        """Let the calls that run end within *timeout* seconds, and end the rest; admit none meanwhile."""
        for call in self._calls.values():
            if call.request is None:
                call.cancel("close")
        if self._calls:
            await asyncio.wait(self._calls, timeout=timeout)
        for call in self._calls.values():
            call.cancel("close")
        if self._calls:
            await asyncio.wait(self._calls)

    def _done(self, task: asyncio.Task[None]) -> None:
        del self._calls[task]
        self._full_reported = False
        if not self._calls:
            self._idle()

    async def _run(self, call: _Call) -> None:
        exchange = call.exchange
        try:
            route = await self._route(call)
            if route is not None and call.request is not None:
                await self._handle(call, route, call.request)
        except asyncio.CancelledError:
            exchange.close(failed=True)
            if call.cancelled is None:
                raise
        except BaseException:
            exchange.close(failed=True)
            raise
        await exchange.wait_closed()

    async def _route(self, call: _Call) -> Route | None:
        """Read what Asterisk says about the call, and return who handles it; None if it was refused."""
        exchange = call.exchange
        try:
            async with asyncio.timeout(self._environment_timeout):
                request = await exchange.request()
        except AsteriskError as error:
            gone = isinstance(error, ConnectionError)  # A port scan, or a channel that hung up meanwhile.
            self._refuse(exchange, str(error), error=error, level=logging.DEBUG if gone else logging.WARNING)
            return None
        except builtins.TimeoutError:
            self._refuse(exchange, f"the call was not described within {self._environment_timeout:g} s")
            return None
        route = self.routes.find(request.script)
        if route is None:
            self._refuse(exchange, f"there is no route {request.script!r:.200}", script=request.script)
            return None
        call.request = request
        return route

    async def _handle(self, call: _Call, route: Route, request: AgiRequest) -> None:
        exchange = call.exchange
        loop = asyncio.get_running_loop()
        started = loop.time()
        session = AgiSession(exchange, request)
        self._publish(SessionStarted(address=exchange.address, request=request))
        call.watch_hangup(cancel=route.on_hangup is OnHangup.CANCEL)
        error: Exception | None = ClientClosedError(what=self._what)
        try:
            await route.handler(session)
            error = None
        except asyncio.CancelledError as cancellation:
            if call.cancelled == "hangup":
                error = None
            elif call.task.cancelling():
                raise
            else:
                error = RuntimeError("what the handler waited for was cancelled")
                error.__cause__ = cancellation
                self._failed(exchange, request, error)
        except Exception as raised:  # noqa: BLE001 - whatever it is, it is logged and published
            error = None if session.hungup and isinstance(raised, _ENDED_BY_HANGUP) else raised
            if error is not None:
                self._failed(exchange, request, error)
        finally:
            exchange.close(failed=error is not None)
            self._publish(
                SessionEnded(
                    address=exchange.address,
                    request=request,
                    duration=loop.time() - started,
                    hungup=session.hungup,
                    error=error,
                )
            )

    def _failed(self, exchange: Exchange, request: AgiRequest, error: Exception) -> None:
        logger.error("%s: the handler of %r failed", exchange.address, request.script, exc_info=error)
        self._publish(SessionFailed(address=exchange.address, request=request, error=error))

    def _refuse(
        self,
        exchange: Exchange,
        reason: str,
        *,
        script: str | None = None,
        error: Exception | None = None,
        level: int = logging.WARNING,
    ) -> None:
        exchange.close(failed=True)
        logger.log(level, "%s was refused: %s", exchange.address, reason)
        self._publish(SessionRefused(address=exchange.address, reason=reason, script=script, error=error))


class _Call:
    """One call: its exchange, its task, and why that was cancelled if it was."""

    def __init__(self, exchange: Exchange, publish: Callable[[AgiEvent], object]) -> None:
        self.exchange = exchange
        self.task: asyncio.Task[None]
        self.request: AgiRequest | None = None
        self.cancelled: str | None = None
        self._publish = publish
        self._cancel_on_hangup = False

    def watch_hangup(self, *, cancel: bool) -> None:
        """Publish the hangup when it comes, or has come; and *cancel* the task then."""
        self._cancel_on_hangup = cancel
        self.exchange.on_hangup = self._hung_up
        if self.exchange.hungup.done():
            self._hung_up()

    def cancel(self, why: str) -> None:
        """End the task, because of the ``hangup`` or because the server is to ``close``, which is the last word."""
        if self.cancelled in {None, "hangup"} - {why}:
            self.cancelled = why
            self.task.cancel()

    def _hung_up(self) -> None:
        if self.request is not None:
            self._publish(SessionHungUp(address=self.exchange.address, request=self.request))
        if self._cancel_on_hangup:
            self.cancel("hangup")
