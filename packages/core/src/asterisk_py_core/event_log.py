"""The data structure under the event bus: an append-only log in chunks, and the cursors that read it.

Appending costs the same however many cursors there are and however far behind they stand. Chunks link forward only, so
what the slowest cursor has left behind is freed by reference counting. Nothing here waits.
"""

from __future__ import annotations

import logging
import weakref
from itertools import islice
from operator import length_hint
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from .errors import EventsLostError

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterable, Iterator
    from types import TracebackType

__all__ = ["BACKLOG_WARNING", "CHUNK_SIZE", "Cursor", "EventLog"]

logger = logging.getLogger(__name__)

E = TypeVar("E")

# Large enough that changing chunks vanishes in the cost of an event, small enough that what a chunk keeps alive behind
# its slowest reader stays within a few hundred kilobytes of AMI events.
CHUNK_SIZE = 512
# Unbounded must not mean unnoticed: a cursor warns at this backlog, and again at each doubling.
BACKLOG_WARNING = 100_000
# Waking a task costs about a microsecond. A few are woken at once, many by the next turn of the loop, so that
# appending stays short whoever listens.
DIRECT_WAKES = 8


class _Chunk:
    """A stretch of a log, beginning at event number *start*; a full one always has a *next*."""

    __slots__ = ("items", "next", "start")

    def __init__(self, start: int) -> None:
        self.items: list[Any] = []
        self.next: _Chunk | None = None
        self.start = start


class EventLog(Generic[E]):
    """Events in order, for as many cursors as are open.

    *name* says in warnings what is in it; *on_reader_gone* is called when a cursor is closed or forgotten. Beside
    :meth:`extend`, one may append to ``items``, and then must call :meth:`start_chunk` if that is full and :meth:`wake`
    if there are ``sleepers``: the bus does it in its innermost loop, where one more call would cost too much.
    """

    __slots__ = (
        "_check_at",
        "_cursors",
        "_name",
        "_on_reader_gone",
        "_tail",
        "cause",
        "cause_traceback",
        "closed",
        "items",
        "sleepers",
    )

    def __init__(self, name: str, on_reader_gone: Callable[[], None], start: int = 0) -> None:
        self._name = name
        self._on_reader_gone = on_reader_gone
        self._tail = _Chunk(start)
        self.items: list[E] = self._tail.items
        self._cursors: set[weakref.ref[Cursor[E]]] = set()
        self._check_at = start
        # Who waits for the next event, and at which cursor.
        self.sleepers: dict[asyncio.Future[None], Cursor[E]] = {}
        self.closed = False
        self.cause: BaseException | None = None
        self.cause_traceback: TracebackType | None = None

    @classmethod
    def ended(cls, total: int = 0, cause: BaseException | None = None) -> EventLog[E]:
        """Return a log that ended after *total* events, none of which it holds."""
        log = cls("nothing", lambda: None, total)
        log.close(cause)
        return log

    @property
    def total(self) -> int:
        """How many events were appended so far."""
        return self._tail.start + len(self.items)

    @property
    def readers(self) -> int:
        """How many cursors are open."""
        return len(self._cursors)

    def open_cursor(self, capacity: int | None = None, *, lossy: bool = False) -> Cursor[E]:
        """Return a cursor at the end of the log."""
        place = self._tail, len(self.items)
        cursor = Cursor(self, *place) if capacity is None else BoundedCursor(self, *place, capacity, lossy=lossy)
        cursor.reference = weakref.ref(cursor, self.forget)
        self._cursors.add(cursor.reference)
        self._check_at = 0
        return cursor

    def forget(self, reference: weakref.ref[Cursor[E]]) -> None:
        """Stop counting the cursor of *reference*; the garbage collector may call this at any time."""
        self._cursors.remove(reference)
        self._on_reader_gone()

    def extend(self, events: list[E]) -> None:
        """Append *events*, and wake whoever sleeps."""
        begin = 0
        while begin < len(events):
            room = CHUNK_SIZE - len(self.items)
            self.items.extend(events[begin : begin + room])
            begin += room
            if len(self.items) == CHUNK_SIZE:
                self.start_chunk()
        if self.sleepers and events:
            self.wake()

    def start_chunk(self) -> None:
        """Link an empty chunk, and look after the cursors if that is due."""
        self._tail.next = chunk = _Chunk(self.total)
        self._tail = chunk
        self.items = chunk.items
        if chunk.start >= self._check_at:
            # A copy, for the garbage collector may call `forget` meanwhile.
            cursors = [cursor for reference in self._cursors.copy() if (cursor := reference()) is not None]
            self._check_at = chunk.start + min((cursor.check() for cursor in cursors), default=0)

    def warn_of(self, backlog: int) -> None:
        """Log that a subscriber is *backlog* events behind."""
        logger.warning(
            "a subscriber to %s is %s events behind; all of them are held in memory", self._name, f"{backlog:,}"
        )

    def wake(self) -> None:
        """Resolve everybody who sleeps; once per burst, for those who are awake are not in the list."""
        sleepers, self.sleepers = self.sleepers, {}
        if len(sleepers) <= DIRECT_WAKES:
            _resolve(sleepers)
        else:
            next(iter(sleepers)).get_loop().call_soon(_resolve, sleepers)

    def wake_at(self, cursor: Cursor[E]) -> None:
        """Resolve those who sleep at *cursor*."""
        sleepers = [waiter for waiter, place in self.sleepers.items() if place is cursor]
        for waiter in sleepers:
            del self.sleepers[waiter]
        _resolve(sleepers)

    def close(self, cause: BaseException | None = None) -> None:
        """End the log: cursors still read what is there."""
        self.closed = True
        self.cause = cause
        # Each subscriber raises the cause with the traceback it came with: else it would grow by all of theirs.
        self.cause_traceback = None if cause is None else cause.__traceback__
        self.wake()


class Cursor(Generic[E]):
    """One reader's place in a log.

    Events are taken in batches, plain iterators over a private list, because nothing hands out objects faster.
    """

    __slots__ = (
        "__weakref__",
        "_chunk",
        "_dropped",
        "_index",
        "_start",
        "_warn_at",
        "batch",
        "log",
        "reference",
        "skipped",
    )
    _batch_size = CHUNK_SIZE

    def __init__(self, log: EventLog[E], chunk: _Chunk, index: int) -> None:
        self.log = log
        self.reference: weakref.ref[Cursor[E]] | None = None
        self.skipped = 0  # by a predicate, of what was handed out
        self.batch: Iterator[E] = iter(())
        # The place after `batch`: always in the chunk that holds the next event, or will.
        self._chunk = chunk
        self._index = index
        self._start = chunk.start + index
        self._dropped = 0
        self._warn_at = BACKLOG_WARNING

    @property
    def delivered(self) -> int:
        """How many events were handed out and not skipped."""
        handed_out = self._chunk.start + self._index - length_hint(self.batch) - self._start - self._dropped
        return handed_out - self.skipped

    @property
    def lost(self) -> int:
        """How many events were dropped: pushed out by newer ones, or left behind when the cursor was closed."""
        return self._dropped

    @property
    def backlog(self) -> int:
        """How many events wait to be handed out."""
        return self.log.total - self._chunk.start - self._index + length_hint(self.batch)

    def has_events(self) -> bool:
        """Whether there is an event to hand out."""
        return self._index < len(self._chunk.items) or length_hint(self.batch) > 0

    def take(self) -> Iterator[E]:
        """Return the next events to hand out; each counts as delivered when the iterator yields it.

        Raises:
            EventsLostError: events were pushed out since this was last raised; the next call goes on after them.
        """
        if not length_hint(self.batch):
            self.batch = iter(self._slice(self._batch_size))
        return self.batch

    def take_list(self, limit: int) -> list[E]:
        """Return all events to hand out, but at most *limit*. Raises what :meth:`take` raises."""
        events = list(islice(self.batch, limit))
        while len(events) < limit and self._index < len(self._chunk.items):
            events += self._slice(limit - len(events))
        return events

    def check(self) -> int:
        """Warn if the backlog has reached the next mark; return how many events later to check again."""
        backlog = self.backlog
        if backlog >= self._warn_at:
            self.log.warn_of(backlog)
            while self._warn_at <= backlog:
                self._warn_at *= 2
        return self._warn_at - backlog

    def interrupt(self) -> None:
        """End all iterators and waits of this cursor; the events are kept for the next ones."""
        self.batch = iter(list(self.batch))
        self.log.wake_at(self)

    def close(self) -> None:
        """Leave the log; what was not handed out counts as lost."""
        if self.reference is None:
            return
        self.interrupt()
        log, reference = self.log, self.reference
        self._dropped = self.lost + self.backlog
        self.batch = iter(())
        self._chunk, self._index = _Chunk(log.total), 0
        self.log = EventLog.ended(log.total)
        self.reference = None
        log.forget(reference)

    def _slice(self, limit: int) -> list[E]:
        events = self._chunk.items[self._index : self._index + limit]
        self._step(len(events))
        return events

    def _step(self, count: int) -> None:
        self._index += count
        while self._index >= CHUNK_SIZE and self._chunk.next is not None:
            self._chunk, self._index = self._chunk.next, self._index - CHUNK_SIZE


class BoundedCursor(Cursor[E]):
    """A cursor that keeps the newest *capacity* events.

    It takes events one by one, for what it has not handed out may still be pushed out. How much was is known from its
    place and the end of the log, so appending need not count.
    """

    __slots__ = ("_capacity", "_lossy", "_unreported")
    _batch_size = 1

    def __init__(self, log: EventLog[E], chunk: _Chunk, index: int, capacity: int, *, lossy: bool) -> None:
        super().__init__(log, chunk, index)
        self._capacity = capacity
        self._lossy = lossy
        self._unreported = 0

    @property
    def lost(self) -> int:
        """How many events were dropped: pushed out by newer ones, or left behind when the cursor was closed."""
        return self._dropped + self._overrun()

    @property
    def backlog(self) -> int:
        """How many events wait to be handed out, at most the capacity."""
        return super().backlog - self._overrun()

    def take(self) -> Iterator[E]:
        """Return the next event, as :meth:`Cursor.take` does."""
        self._report_loss()
        return super().take()

    def take_list(self, limit: int) -> list[E]:
        """Return the next events, as :meth:`Cursor.take_list` does."""
        self._report_loss()
        return super().take_list(limit)

    def check(self) -> int:
        """Step over what is pushed out, so that its memory is freed; that is due at every chunk."""
        self._drop_overrun()
        return 0

    def _overrun(self) -> int:
        return max(0, self.log.total - self._chunk.start - self._index - self._capacity)

    def _drop_overrun(self) -> None:
        count = self._overrun()
        self._dropped += count
        self._unreported += count
        self._step(count)

    def _report_loss(self) -> None:
        self._drop_overrun()
        count, self._unreported = self._unreported, 0
        if count and not self._lossy:
            raise EventsLostError(count=count)


def _resolve(sleepers: Iterable[asyncio.Future[None]]) -> None:
    for waiter in sleepers:
        if not waiter.done():
            waiter.set_result(None)
