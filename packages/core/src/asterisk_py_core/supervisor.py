"""Keeps one connection alive: connect, serve until it is lost, wait as the policy says, connect again.

Protocol-blind: what connecting and serving mean is given as two coroutine functions. Time is the event loop's time, so
a loop with a virtual clock runs an outage of hours in a moment.
"""

from __future__ import annotations

import asyncio
import logging
import random
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar

from .checks import shown
from .errors import AsteriskError, ClientClosedError, InputError, NotSentError
from .reconnect import TRANSITIONS, ConnectionState, ConnectionStateChanged, ReconnectPolicy

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import TracebackType

    from .event_bus import EventBus

__all__ = ["Supervisor"]

logger = logging.getLogger(__name__)

C = TypeVar("C")


class Supervisor(Generic[C]):
    """Runs one connection after another until it is closed, a fatal error comes, or the policy gives up.

    *connect* returns a connection that is ready for use (logged in), or raises. *serve* is called with it in the same
    turn of the loop as the state becomes CONNECTED; it runs until the connection ends, closes it, and always raises:
    the error that ended it. An error is retried if its ``is_retryable`` says so; anything but an
    :class:`AsteriskError` is a defect, is logged, and ends the run. Closing cancels whichever of the two is running,
    once, and waits for it.

    State changes are published on *bus*, which is closed with the terminal cause at the end; *close_bus* does that
    instead, for an owner that has more to publish by then. *what* names the owner in errors and task names. With
    *retry_first* a first connection that fails is retried as well; otherwise it ends the run, so that a wrong address
    shows at once.

    Raises:
        InputError: *policy* is no ReconnectPolicy.
    """

    def __init__(  # noqa: PLR0913 - two to call and six named options, of which two must be given
        self,
        connect: Callable[[], Awaitable[C]],
        serve: Callable[[C], Awaitable[NoReturn]],
        *,
        bus: EventBus[Any],
        what: str,
        policy: ReconnectPolicy | None = None,
        retry_first: bool = False,
        close_bus: Callable[[Exception | None], object] | None = None,
        rng: random.Random | None = None,
    ) -> None:
        if policy is not None and not isinstance(policy, ReconnectPolicy):
            raise InputError(field="policy", problem=f"must be a ReconnectPolicy, not {shown(policy):.100}")
        self._connect = connect
        self._serve = serve
        self._bus = bus
        self._close_bus = close_bus or bus.close
        self._what = what
        self._policy = policy or ReconnectPolicy.exponential()
        self._retry_first = retry_first
        self._rng = rng or random.Random()  # noqa: S311 - jitter, not cryptography
        self._task: asyncio.Task[None] | None = None
        self._state = ConnectionState.DISCONNECTED
        self._ended = False
        self._cause: Exception | None = None
        self._cause_traceback: TracebackType | None = None
        self._epoch = 0
        self._attempt = 0
        self._lost_at: float | None = None
        self._waiters: dict[asyncio.Future[bool], ConnectionState] = {}

    @property
    def state(self) -> ConnectionState:
        """Where the connection stands now."""
        return self._state

    @property
    def epoch(self) -> int:
        """How many connections were made so far."""
        return self._epoch

    @property
    def ended(self) -> bool:
        """Whether the run is over: closed, or ended by :attr:`cause`."""
        return self._ended

    @property
    def cause(self) -> Exception | None:
        """What ended the run; None while it lasts, and if it was closed."""
        return self._cause

    async def start(self) -> None:
        """Begin, and return once connected. Calling it again waits for the same.

        Raises what ended the run (the error of the first try, if that is not to be retried), and ClientClosedError
        after :meth:`aclose`. Cancelling the call that began the run closes the supervisor; cancelling another only
        stops its waiting.
        """
        begins = self._task is None and not self._ended
        if begins:
            self._task = asyncio.create_task(self._run(), name=f"{self._what} supervisor")
        try:
            await self.wait_for(ConnectionState.CONNECTED)
        except asyncio.CancelledError:
            # Even if the connection stands by now: the caller never learns of it, so nobody else would close it.
            if begins:
                await self.aclose()
            raise

    async def wait_for(self, state: ConnectionState) -> None:
        """Return when the connection is in *state*, or passes through it from now on.

        Raises the terminal cause, or ClientClosedError, once *state* can no longer come; InputError if it never could.
        """
        if not isinstance(state, ConnectionState):
            raise InputError(field="state", problem=f"must be a ConnectionState, not {shown(state):.100}")
        if self._state is state:
            return
        if not self._ended:
            waiter: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
            self._waiters[waiter] = state
            try:
                if await waiter:
                    return
            finally:
                del self._waiters[waiter]
        if self._cause is None:
            raise ClientClosedError(what=self._what)
        # One object for everybody who asks: its traceback would grow, and hold the frames of all of them.
        raise self._cause.with_traceback(self._cause_traceback)

    async def aclose(self) -> None:
        """Stop, close the connection and end the bus; return when nothing is left. Idempotent.

        The state is DISCONNECTED before anything is waited for. Cancelling this stops the waiting, not the closing.
        """
        task = self._task
        if not self._ended:
            self._end(None)
            if task is not None:
                # Once: a second cancellation would interrupt the closing that the first one began.
                task.cancel()
        if task is not None and task is not asyncio.current_task() and not task.done():
            await asyncio.wait([task])

    def not_connected(self, request: str, *, address: str) -> AsteriskError:
        """Return what *request* to *address* ends with where there is no connection to send it by."""
        if self._ended and self._cause is None:
            return ClientClosedError(what=self._what)
        if self._cause is not None:
            reason = f"the client has ended: {self._cause}"
        else:
            reason = f"the client is {self._state.value}"
            if self._task is None:
                reason += " (`async with` connects it, or `await client.connect()`)"
        error = NotSentError(request=request, address=address, reason=reason)
        error.__cause__ = self._cause
        return error

    async def _run(self) -> None:
        try:
            await self._keep_connected()
        except AsteriskError as error:
            self._end(error)
        except Exception as error:
            logger.exception("%s stopped on an unexpected error", self._what)
            self._end(error)
        except GeneratorExit:
            # The loop is gone, and with it everybody who could be told.
            raise
        except BaseException:
            # Cancelled by `aclose`, which has ended the run already; or the loop or the program is going down, and
            # that is for nobody else to raise.
            self._end(None)
            raise

    async def _keep_connected(self) -> NoReturn:
        loop = asyncio.get_running_loop()
        delays = self._policy.delays(self._rng)
        down_since, tries = loop.time(), 0
        while True:
            self._move(ConnectionState.CONNECTING)
            tries += 1
            try:
                connection = await self._connect()
            except AsteriskError as error:
                failure = error
                if self._epoch == 0 and not self._retry_first:
                    raise
            else:
                connected_at = loop.time()
                failure = await self._serve_until_lost(connection, after=connected_at - down_since, tries=tries)
                down_since, tries = loop.time(), 0
                if down_since - connected_at >= self._policy.stable_after:
                    delays = self._policy.delays(self._rng)
                    self._attempt = 0
            delay = next(delays, None) if failure.is_retryable else None
            if delay is None or self._ended:
                raise failure
            self._attempt += 1
            self._move(ConnectionState.RECONNECTING, cause=failure, retry_in=delay)
            logger.info("%s: %s; next try in %.1f s", self._what, failure, delay)
            await asyncio.sleep(delay)

    async def _serve_until_lost(self, connection: C, *, after: float, tries: int) -> AsteriskError:
        if self._ended and self._task is not None:
            # Closed, and `connect` did not heed it. Only `serve` can close what it made, so that is cancelled instead.
            self._task.cancel()
        else:
            self._epoch += 1
            self._move(ConnectionState.CONNECTED)
            if self._epoch > 1 or tries > 1:
                # As loud as the loss or the failures before it were.
                again = " again" if self._epoch > 1 else ""
                message = "%s: connected%s after %.1f s, at try %d (connection %d)"
                logger.info(message, self._what, again, after, tries, self._epoch)
        self._lost_at = None
        try:
            await self._serve(connection)
        except AsteriskError as error:
            self._lost_at = asyncio.get_running_loop().time()
            return error
        raise RuntimeError(f"{self._what}: serving ended without an error")

    def _move(
        self, state: ConnectionState, *, cause: BaseException | None = None, retry_in: float | None = None
    ) -> None:
        previous = self._state
        if state not in TRANSITIONS[previous]:
            raise RuntimeError(f"{self._what}: {previous.name} does not lead to {state.name}")
        self._state = state
        self._bus.publish(
            ConnectionStateChanged(
                state=state,
                previous=previous,
                epoch=self._epoch,
                attempt=self._attempt,
                cause=cause,
                down_for=0.0 if self._lost_at is None else asyncio.get_running_loop().time() - self._lost_at,
                retry_in=retry_in,
            )
        )
        for waiter, wanted in self._waiters.items():
            if wanted is state and not waiter.done():
                waiter.set_result(True)

    def _end(self, cause: Exception | None) -> None:
        if self._ended:
            return
        self._ended = True
        self._cause = cause
        self._cause_traceback = None if cause is None else cause.__traceback__
        if self._state is not ConnectionState.DISCONNECTED:
            self._move(ConnectionState.DISCONNECTED, cause=cause)
        self._close_bus(cause)
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(False)
