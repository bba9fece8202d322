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

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterable, Iterator

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
    """A stretch of a log, beginning at event number *start*."""

    __slots__ = ("items", "next", "start")

    def __init__(self, start: int) -> None:
        self.items: list[Any] = []
        self.next: _Chunk | None = None
        self.start = start


class EventLog(Generic[E]):
    """Events in order, for as many cursors as are open; *on_reader_gone* is called when one is closed or forgotten."""

    __slots__ = ("_check_at", "_cursors", "_on_reader_gone", "_tail", "cause", "closed", "items", "sleepers")

    def __init__(self, on_reader_gone: Callable[[], None], start: int = 0) -> None:
        self._tail = _Chunk(start)
        self.items: list[E] = self._tail.items
        self._cursors: set[weakref.ref[Cursor[E]]] = set()
        self._on_reader_gone = on_reader_gone
        self.sleepers: dict[asyncio.Future[None], None] = {}
        self._check_at = BACKLOG_WARNING
        self.closed = False
        self.cause: BaseException | None = None

    @classmethod
    def ended(cls, total: int = 0, cause: BaseException | None = None) -> EventLog[E]:
        """Return a log that ended after *total* events, none of which it holds."""
        log = cls(lambda: None, total)
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

    def open_cursor(self, capacity: int | None) -> Cursor[E]:
        """Return a cursor at the end of the log."""
        place = self._tail, len(self.items)
        cursor = Cursor(self, *place) if capacity is None else BoundedCursor(self, *place, capacity)
        cursor.reference = weakref.ref(cursor, self.unregister)
        self._cursors.add(cursor.reference)
        return cursor

    def unregister(self, reference: weakref.ref[Cursor[E]]) -> None:
        """Stop counting the cursor of *reference*."""
        if reference in self._cursors:
            self._cursors.remove(reference)
            self._on_reader_gone()

    def wake(self) -> None:
        """Resolve everybody who sleeps; once per burst, for those who are awake are not in the list."""
        sleepers, self.sleepers = self.sleepers, {}
        if len(sleepers) <= DIRECT_WAKES:
            _resolve(sleepers)
        else:
            next(iter(sleepers)).get_loop().call_soon(_resolve, sleepers)

    def close(self, cause: BaseException | None = None) -> None:
        """End the log: cursors still read what is there."""
        self.closed = True
        self.cause = cause
        self.wake()

    def start_chunk(self) -> None:
        """Link an empty chunk, and look after the cursors: once in a chunk is often enough."""
        self._tail.next = chunk = _Chunk(self.total)
        self._tail = chunk
        self.items = chunk.items
        cursors = [cursor for reference in tuple(self._cursors) if (cursor := reference()) is not None]
        for cursor in cursors:
            cursor.drop_overrun()
        if chunk.start >= self._check_at:
            # Not even the cursor nearest to its next warning reaches it in fewer events than it is short of.
            self._check_at = chunk.start + min((cursor.warn_if_behind() for cursor in cursors), default=0)


class Cursor(Generic[E]):
    """One reader's place in a log.

    Events are taken in batches, plain iterators over a private list, because nothing hands out objects faster.
    """

    __slots__ = ("__weakref__", "_chunk", "_dropped", "_index", "_start", "_warn_at", "batch", "log", "reference")
    batch_size = CHUNK_SIZE

    def __init__(self, log: EventLog[E], chunk: _Chunk, index: int) -> None:
        self.log = log
        self.batch: Iterator[E] = iter(())
        self.reference: weakref.ref[Cursor[E]] | None = None
        self._chunk = chunk
        self._index = index
        self._start = chunk.start + index
        self._dropped = 0
        self._warn_at = BACKLOG_WARNING

    @property
    def delivered(self) -> int:
        """How many events were handed out."""
        return self._chunk.start + self._index - length_hint(self.batch) - self._start - self._dropped

    @property
    def lost(self) -> int:
        """How many events were dropped: pushed out by newer ones, or left behind when the cursor was closed."""
        return self._dropped

    @property
    def backlog(self) -> int:
        """How many events wait to be handed out."""
        return self.log.total - self._chunk.start - self._index + length_hint(self.batch)

    def take(self) -> Iterator[E] | None:
        """Return the events that can be handed out now, or None."""
        if length_hint(self.batch):
            return self.batch
        events = self._chunk.items[self._index : self._index + self.batch_size]
        if not events:
            if self._chunk.next is None:
                return None
            self._chunk, self._index = self._chunk.next, 0
            events = self._chunk.items[: self.batch_size]
        self._index += len(events)
        self.batch = batch = iter(events)
        return batch if events else None

    def take_list(self, limit: int) -> list[E]:
        """Return up to *limit* events that can be handed out now, perhaps none."""
        batch = list(islice(self.batch, limit))
        while len(batch) < limit and (more := self.take()) is not None:
            batch.extend(islice(more, limit - len(batch)))
        return batch

    def take_loss(self) -> int:
        """Return how many events were pushed out since this was last asked."""
        return 0

    def drop_overrun(self) -> None:
        """Step over what is pushed out, so that its memory is freed."""

    def warn_if_behind(self) -> int:
        """Warn when the backlog has reached the next mark; return how many events are left until the one after."""
        backlog = self.backlog
        if backlog >= self._warn_at:
            logger.warning("a subscriber is %s events behind; all of them are held in memory", f"{backlog:,}")
            while self._warn_at <= backlog:
                self._warn_at *= 2
        return self._warn_at - backlog

    def close(self) -> None:
        """Leave the log; what was not handed out counts as lost."""
        if self.reference is None:
            return
        log = self.log
        self._dropped = self.lost + self.backlog
        self.batch = iter(())
        self.log = EventLog.ended(log.total)
        self._chunk, self._index = _Chunk(log.total), 0
        log.unregister(self.reference)
        self.reference = None
        log.wake()


class BoundedCursor(Cursor[E]):
    """A cursor that keeps the newest *capacity* events.

    It takes events one by one, for what it has not handed out may still be pushed out. How much was is known from its
    place and the end of the log, so appending need not count.
    """

    __slots__ = ("_capacity", "_unreported")
    batch_size = 1

    def __init__(self, log: EventLog[E], chunk: _Chunk, index: int, capacity: int) -> None:
        super().__init__(log, chunk, index)
        self._capacity = capacity
        self._unreported = 0

    @property
    def lost(self) -> int:
        """How many events were dropped: pushed out by newer ones, or left behind when the cursor was closed."""
        return self._dropped + self._overrun

    @property
    def backlog(self) -> int:
        """How many events wait to be handed out, at most the capacity."""
        return super().backlog - self._overrun

    def take(self) -> Iterator[E] | None:
        """Return the next event as a batch of one, or None."""
        self.drop_overrun()
        return super().take()

    def take_loss(self) -> int:
        """Return how many events were pushed out since this was last asked."""
        self.drop_overrun()
        count, self._unreported = self._unreported, 0
        return count

    def drop_overrun(self) -> None:
        """Step over what is pushed out, so that its memory is freed."""
        count = self._overrun
        self._dropped += count
        self._unreported += count
        self._index += count
        while self._index > len(self._chunk.items) and self._chunk.next is not None:
            self._index -= len(self._chunk.items)
            self._chunk = self._chunk.next

    def close(self) -> None:
        """Leave the log; what was not handed out counts as lost."""
        super().close()
        self._unreported = 0

    @property
    def _overrun(self) -> int:
        return max(0, self.log.total - self._chunk.start - self._index - self._capacity)


def _resolve(sleepers: Iterable[asyncio.Future[None]]) -> None:
    for waiter in sleepers:
        if not waiter.done():
            waiter.set_result(None)
