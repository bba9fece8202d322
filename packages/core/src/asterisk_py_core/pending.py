"""The requests that wait for an answer: each ends exactly once, and none is ever sent again.

The table of one connection. When that ends, what was not written fails with NotSentError and what was written with
OutcomeUnknownError, all in the same turn of the event loop.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Generic, Self, TypeVar

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
    from collections.abc import Generator, Iterator
    from types import TracebackType

    from .errors import AsteriskError

__all__ = ["PendingRequest", "PendingRequests"]

R = TypeVar("R")

# More than any real caller has in flight, and few enough that a server which stopped answering cannot fill the memory.
IN_FLIGHT_LIMIT = 1024
# How many given-up requests are remembered, so that their late answers are told from forged ones.
FORGOTTEN_LIMIT = 1024


class PendingRequest(Generic[R]):
    """One request, from :meth:`PendingRequests.start` until the ``with`` block around it is left.

    Awaiting it gives the answer, or raises why there is none. Say :meth:`mark_written` once its bytes are on their way.
    """

    __slots__ = ("_answer", "_table", "_timer", "_written", "key", "request", "timeout")

    def __init__(self, table: PendingRequests[R], key: str, request: str, timeout: float) -> None:
        loop = asyncio.get_running_loop()
        self.key = key
        self.request = request
        self.timeout = timeout
        self._table = table
        self._written = False
        self._answer: asyncio.Future[R] = loop.create_future()
        self._timer = loop.call_later(timeout, self._expire)

    @property
    def deadline(self) -> float:
        """The loop time, in seconds, at which the request ends by itself."""
        return self._timer.when()

    def mark_written(self) -> None:
        """Note that Asterisk may see the request from now on."""
        self._written = True

    def resolve(self, answer: R) -> None:
        """End the request with its answer, unless it has ended already."""
        if not self._answer.done():
            self._answer.set_result(answer)

    def fail(self, error: BaseException) -> None:
        """End the request with *error*, unless it has ended already."""
        if not self._answer.done():
            self._answer.set_exception(error)

    def lose(self, cause: AsteriskError) -> None:
        """End the request because its connection ended with *cause*."""
        if isinstance(cause, ClientClosedError):
            self.fail(ClientClosedError(what=cause.what))
            return
        reason = cause.reason if isinstance(cause, ConnectionClosedError) else str(cause)
        kind = OutcomeUnknownError if self._written else NotSentError
        error = kind(request=self.request, address=self._table.address, reason=reason)
        error.__cause__ = cause
        self.fail(error)

    def __await__(self) -> Generator[object, None, R]:
        return self._answer.__await__()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        # An error is asked for, so that asyncio does not report one nobody waited for any more.
        answered = not self._answer.cancel() and self._answer.exception() is None
        self._table.forget(self.key, answered=answered)

    def _expire(self) -> None:
        kind = ReadTimeoutError if self._written else WriteTimeoutError
        self.fail(kind(address=self._table.address, timeout=self.timeout, request=self.request))


class PendingRequests(Generic[R]):
    """The pending requests of one connection to *address*, by a key that no answer can guess.

    ``late`` counts answers to requests that had been given up, ``unmatched`` answers to requests never made.
    """

    def __init__(self, *, address: str, limit: int = IN_FLIGHT_LIMIT) -> None:
        self.address = address
        self.late = 0
        self.unmatched = 0
        self._limit = limit
        self._requests: dict[str, PendingRequest[R]] = {}
        self._forgotten: dict[str, None] = {}
        self._ended: AsteriskError | None = None

    def __len__(self) -> int:
        return len(self._requests)

    def __iter__(self) -> Iterator[PendingRequest[R]]:
        return iter(self._requests.values())

    def start(self, key: str, *, request: str, timeout: float) -> PendingRequest[R]:
        """Register *request* under *key*; it ends by itself after *timeout* seconds.

        Raises:
            InputError: *key* is in use.
            NotSentError: the connection has ended, or too many requests are in flight.
        """
        if self._ended is not None:
            raise NotSentError(request=request, address=self.address, reason=str(self._ended)) from self._ended
        if len(self._requests) >= self._limit:
            reason = f"{self._limit} requests are in flight already"
            raise NotSentError(request=request, address=self.address, reason=reason)
        if key in self._requests:
            raise InputError(field="key", problem=f"{key!r} belongs to a request that is in flight")
        self._requests[key] = pending = PendingRequest(self, key, request, timeout)
        return pending

    def match(self, key: str | None) -> PendingRequest[R] | None:
        """Return the request that *key* belongs to; None, and counted, when it belongs to none that still waits."""
        if key is not None and (pending := self._requests.get(key)) is not None:
            return pending
        if key in self._forgotten:
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
        if not answered:
            self._forgotten[key] = None
            if len(self._forgotten) > FORGOTTEN_LIMIT:
                del self._forgotten[next(iter(self._forgotten))]
