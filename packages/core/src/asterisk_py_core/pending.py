"""The requests that wait for an answer: each ends exactly once, and none is ever sent again.

The table of one connection. When that ends, what was not written fails with NotSentError and what was written with
OutcomeUnknownError, all in the same turn of the event loop.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from math import inf
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, cast

from .checks import check_count, check_timeout
from .errors import (
    ClientClosedError,
    ConnectionClosedError,
    InputError,
    NotSentError,
    OutcomeUnknownError,
    ReadTimeoutError,
    WriteTimeoutError,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Generator, Iterator
    from types import TracebackType

    from .errors import AsteriskError

__all__ = ["PendingRequest", "PendingRequests", "loss"]

R = TypeVar("R")

# More than any real caller has in flight, and few enough that a server which stopped answering cannot fill the memory.
IN_FLIGHT_LIMIT = 1024
# How many given-up requests are remembered, so that their late answers are told from forged ones.
FORGOTTEN_LIMIT = 1024


class PendingRequest(Generic[R]):
    """One request, from :meth:`PendingRequests.start` until the ``with`` block around it is left.

    Awaiting it gives the answer, or raises why there is none. Say :meth:`mark_written` once its bytes are on their way.
    """

    __slots__ = (
        "_answer", "_interrupted", "_table", "_worker", "_written", "answered", "deadline", "key", "request", "timeout",
    )  # fmt: skip

    def __init__(
        self, table: PendingRequests[R], loop: asyncio.AbstractEventLoop, key: str, request: str, timeout: float
    ) -> None:
        self.key = key
        self.request = request
        self.timeout = timeout
        self.deadline = loop.time() + timeout
        """The loop time, in seconds, at which the request ends by itself."""
        self.answered = False
        """Whether the request has ended with an answer."""
        self._table = table
        self._written = False
        self._worker: asyncio.Task[Any] | None = None
        self._interrupted = False
        self._answer: asyncio.Future[R] = loop.create_future()

    @property
    def waits(self) -> bool:
        """Whether the request has not ended yet."""
        return not self._answer.done()

    def mark_written(self) -> None:
        """Note that Asterisk may see the request from now on."""
        self._written = True

    def resolve(self, answer: R) -> None:
        """End the request with its answer, unless it has ended already."""
        if not self._answer.done():
            self._answer.set_result(answer)
            self.answered = True

    def fail(self, error: BaseException) -> None:
        """End the request with *error*, unless it has ended already."""
        if not self._answer.done():
            self._answer.set_exception(error)
            # Asking for it keeps asyncio from reporting one that nobody waits for any more.
            self._answer.exception()
            if self._worker is not None:
                # A turn later: an answer that has come by now is still the outcome.
                self._answer.get_loop().call_soon(self._interrupt)

    def expire(self) -> None:
        """End the request because its time is up."""
        kind = ReadTimeoutError if self._written else WriteTimeoutError
        self.fail(kind(address=self._table.address, timeout=self.timeout, request=self.request))

    def lose(self, cause: AsteriskError) -> None:
        """End the request because its connection ended with *cause*."""
        self.fail(loss(self.request, self._table.address, cause, written=self._written))

    async def during(self, work: Awaitable[R]) -> R:
        """Await *work* and return the answer it brings; if the request ends before, interrupt it, and raise why.

        For an answer that does not come by :meth:`resolve`. It is what ``asyncio.timeout`` does, for any way to end.
        """
        task = cast("asyncio.Task[Any]", asyncio.current_task())
        cancelling = task.cancelling()
        self._worker = task
        try:
            answer = await work
        except asyncio.CancelledError:
            # Whoever else cancelled the task meanwhile is to see it cancelled.
            if not self._leave(task, cancelling):
                raise
        except BaseException:
            self._leave(task, cancelling)
            raise
        else:
            self._leave(task, cancelling)
            self.resolve(answer)
            return answer
        # Here, because what is raised in a handler is shown with what was handled.
        return await self._answer

    def __await__(self) -> Generator[object, None, R]:
        return self._answer.__await__()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._answer.cancel()
        self._table.forget(self.key, answered=self.answered)

    def _leave(self, worker: asyncio.Task[Any], cancelling: int) -> bool:
        """Interrupt no more; return whether the work was, and nobody else cancelled its task since."""
        self._worker = None
        return self._interrupted and worker.uncancel() <= cancelling

    def _interrupt(self) -> None:
        if self._worker is not None:
            self._interrupted = True
            self._worker.cancel()


class PendingRequests(Generic[R]):
    """The pending requests of one connection to *address*, by a key that no answer can guess; for one event loop.

    ``late`` counts answers to requests that had been given up, ``unmatched`` all others that nobody waits for.

    Raises:
        InputError: *limit*, how many requests may be in flight, is no positive integer.
    """

    def __init__(self, *, address: str, limit: int = IN_FLIGHT_LIMIT) -> None:
        check_count("limit", limit)
        self.address = address
        self.late = 0
        self.unmatched = 0
        self._limit = limit
        self._requests: dict[str, PendingRequest[R]] = {}
        self._forgotten: OrderedDict[str, None] = OrderedDict()
        self._ended: AsteriskError | None = None
        # That of the first request: to ask for it each time costs a system call on Python 3.11.
        self._loop: asyncio.AbstractEventLoop | None = None
        # One timer for all: to make one for each request and cancel it costs as much as the rest of a request's life.
        # It is set for the earliest deadline there was since it was set, so nothing that waits is due before it.
        self._timer: asyncio.TimerHandle | None = None
        self._timer_due = inf

    def __len__(self) -> int:
        return len(self._requests)

    def __iter__(self) -> Iterator[PendingRequest[R]]:
        return iter(self._requests.values())

    def start(self, key: str, *, request: str, timeout: float) -> PendingRequest[R]:
        """Register *request* under *key*; it ends by itself after *timeout* seconds.

        Raises:
            InputError: *key* is in use, or *timeout* is not a positive number.
            NotSentError: the connection has ended, or too many requests are in flight.
            ClientClosedError: the connection was closed by this program.
        """
        check_timeout("timeout", timeout)
        if self._ended is not None:
            raise loss(request, self.address, self._ended, written=False)
        if len(self._requests) >= self._limit:
            reason = f"{self._limit} requests are in flight already"
            raise NotSentError(request=request, address=self.address, reason=reason)
        if key in self._requests:
            raise InputError(field="key", problem=f"{key!r} belongs to a request that is in flight")
        loop = self._loop = self._loop or asyncio.get_running_loop()
        self._requests[key] = pending = PendingRequest(self, loop, key, request, timeout)
        if pending.deadline < self._timer_due:
            self._set_timer(pending.deadline)
        return pending

    def match(self, key: str | None) -> PendingRequest[R] | None:
        """Return the request that *key* belongs to; None, and counted, when it belongs to none that still waits."""
        pending = None if key is None else self._requests.get(key)
        if pending is not None and pending.waits:
            return pending
        # One that ended in this turn of the loop is in the table until its task runs.
        given_up = key in self._forgotten if pending is None else not pending.answered
        if given_up:
            self.late += 1
        else:
            self.unmatched += 1
        return None

    def end(self, cause: AsteriskError) -> None:
        """End every request, and refuse new ones: the connection ended with *cause*."""
        if self._ended is None:
            self._ended = cause
            for pending in self._requests.values():
                pending.lose(cause)

    def forget(self, key: str, *, answered: bool) -> None:
        """Drop the request under *key*; one that was not *answered* is remembered for its late answer."""
        del self._requests[key]
        if not self._requests:
            self._clear_timer()
        if not answered:
            self._forgotten[key] = None
            if len(self._forgotten) > FORGOTTEN_LIMIT:
                self._forgotten.popitem(last=False)

    def _set_timer(self, due: float) -> None:
        self._clear_timer()
        self._timer = asyncio.get_running_loop().call_at(due, self._expire)
        self._timer_due = due

    def _clear_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
        self._timer_due = inf

    def _expire(self) -> None:
        # The loop runs a timer up to the resolution of its clock before it is due.
        now = max(self._timer_due, asyncio.get_running_loop().time())
        waiting = [pending for pending in self._requests.values() if pending.waits]
        for pending in waiting:
            if pending.deadline <= now:
                pending.expire()
        self._clear_timer()
        if later := [pending.deadline for pending in waiting if pending.waits]:
            self._set_timer(min(later))


def loss(request: str, address: str, cause: AsteriskError, *, written: bool) -> AsteriskError:
    """Return what *request* ends with whose connection to *address* ended with *cause*."""
    if isinstance(cause, ClientClosedError):
        return ClientClosedError(what=cause.what)
    reason = cause.reason if isinstance(cause, ConnectionClosedError) else str(cause)
    kind = OutcomeUnknownError if written else NotSentError
    error = kind(request=request, address=address, reason=reason)
    error.__cause__ = cause
    return error
