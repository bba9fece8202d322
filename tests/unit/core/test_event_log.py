"""The log and its cursors, without a bus: places, chunks, counts and memory."""

import asyncio
import gc
import logging
import weakref
from collections.abc import Iterable

import pytest

from asterisk_py_core.errors import EventsLostError
from asterisk_py_core.event_log import BACKLOG_WARNING, CHUNK_SIZE, Cursor, EventLog

AROUND_A_CHUNK = [CHUNK_SIZE - 1, CHUNK_SIZE, CHUNK_SIZE + 1, 2 * CHUNK_SIZE, 2 * CHUNK_SIZE + 1]


class Thing:
    """Something a weak reference can watch."""


def new_log() -> EventLog[object]:
    return EventLog("things", lambda: None)


def append(log: EventLog[object], things: Iterable[object]) -> None:
    for thing in things:
        log.items.append(thing)
        if len(log.items) == CHUNK_SIZE:
            log.start_chunk()
        if log.sleepers:
            log.wake()


def counts(cursor: Cursor[object]) -> tuple[int, int, int]:
    return cursor.delivered, cursor.lost, cursor.backlog


def take_one(cursor: Cursor[object]) -> object:
    return next(cursor.take())


@pytest.mark.parametrize("count", AROUND_A_CHUNK)
def test_what_was_appended_is_taken_in_order_whatever_the_place_in_a_chunk(count: int) -> None:
    log = new_log()
    cursor = log.open_cursor()
    append(log, range(count))
    assert counts(cursor) == (0, 0, count)
    taken: list[object] = []
    while cursor.has_events():
        taken.extend(cursor.take())
    assert taken == list(range(count))
    assert counts(cursor) == (count, 0, 0)


@pytest.mark.parametrize("count", AROUND_A_CHUNK)
def test_a_list_is_taken_across_chunks(count: int) -> None:
    log = new_log()
    cursor = log.open_cursor()
    append(log, range(count))
    assert cursor.take_list(count + 1) == list(range(count))
    assert cursor.take_list(1) == []
    assert counts(cursor) == (count, 0, 0)


@pytest.mark.parametrize("before", AROUND_A_CHUNK)
def test_a_cursor_begins_at_the_end_of_the_log(before: int) -> None:
    log = new_log()
    append(log, range(before))
    cursor = log.open_cursor()
    assert not cursor.has_events()
    append(log, ["first"])
    assert cursor.take_list(5) == ["first"]


def test_a_list_is_never_longer_than_its_limit_and_takes_what_an_iterator_left_first() -> None:
    log = new_log()
    cursor = log.open_cursor()
    append(log, range(CHUNK_SIZE + 10))
    assert take_one(cursor) == 0
    assert cursor.take_list(3) == [1, 2, 3]
    assert cursor.take_list(CHUNK_SIZE) == list(range(4, CHUNK_SIZE + 4))
    assert take_one(cursor) == CHUNK_SIZE + 4
    assert counts(cursor) == (CHUNK_SIZE + 5, 0, 5)


def test_an_event_counts_as_delivered_when_the_iterator_yields_it() -> None:
    log = new_log()
    cursor = log.open_cursor()
    append(log, range(3))
    iterator = cursor.take()
    assert counts(cursor) == (0, 0, 3)
    next(iterator)
    assert counts(cursor) == (1, 0, 2)


def test_there_is_one_pending_iterator_so_that_nothing_is_taken_twice() -> None:
    log = new_log()
    cursor = log.open_cursor()
    append(log, range(4))
    one, other = cursor.take(), cursor.take()
    assert [next(one), next(other), next(one), next(other)] == [0, 1, 2, 3]


def test_an_interrupted_iterator_ends_and_its_events_stay() -> None:
    log = new_log()
    cursor = log.open_cursor()
    append(log, range(3))
    iterator = cursor.take()
    next(iterator)
    cursor.interrupt()
    assert list(iterator) == []
    assert cursor.take_list(9) == [1, 2]


def test_closing_counts_what_is_left_as_lost_and_ends_the_iterator_under_way() -> None:
    log = new_log()
    cursor = log.open_cursor()
    append(log, range(CHUNK_SIZE + 3))
    iterator = cursor.take()
    next(iterator)
    cursor.close()
    append(log, range(5))
    assert list(iterator) == []
    assert not cursor.has_events()
    assert counts(cursor) == (1, CHUNK_SIZE + 2, 0)
    assert log.readers == 0


def test_closing_a_cursor_twice_changes_nothing() -> None:
    log = new_log()
    cursor = log.open_cursor()
    append(log, range(3))
    cursor.close()
    cursor.close()
    assert counts(cursor) == (0, 3, 0)


def test_a_closed_or_forgotten_cursor_is_no_reader_and_is_reported_once() -> None:
    reports: list[str] = []
    log: EventLog[object] = EventLog("things", lambda: reports.append("gone"))
    closed, forgotten = log.open_cursor(), log.open_cursor()
    assert log.readers == 2
    closed.close()
    assert (log.readers, reports) == (1, ["gone"])
    del forgotten
    assert (log.readers, reports) == (0, ["gone", "gone"])
    del closed
    assert reports == ["gone", "gone"]


def test_a_cursor_in_a_reference_cycle_is_forgotten_by_the_garbage_collector() -> None:
    log = new_log()
    cursor = log.open_cursor()
    append(log, [cursor])  # the cursor, its chunk, and the event in it that is the cursor
    append(log, range(CHUNK_SIZE))
    del cursor
    gc.collect()
    assert log.readers == 0


# --- memory ----------------------------------------------------------------------------------------------------------


def test_what_the_slowest_cursor_left_behind_is_freed_and_what_it_still_needs_is_not() -> None:
    log = new_log()
    fast, slow = log.open_cursor(), log.open_cursor()
    things = [Thing() for _ in range(3 * CHUNK_SIZE)]
    watched = [weakref.ref(thing) for thing in things]
    append(log, things)
    del things
    fast.take_list(3 * CHUNK_SIZE)
    assert all(ref() for ref in watched)
    slow.take_list(CHUNK_SIZE)
    assert not any(ref() for ref in watched[:CHUNK_SIZE])
    assert all(ref() for ref in watched[CHUNK_SIZE:])


def test_a_closed_cursor_keeps_no_event_alive() -> None:
    log = new_log()
    cursor = log.open_cursor()
    thing = Thing()
    watched = weakref.ref(thing)
    append(log, [thing, *range(2 * CHUNK_SIZE)])
    del thing
    assert watched()
    cursor.close()
    assert not watched()


def test_a_log_nobody_reads_keeps_one_chunk_at_most() -> None:
    log = new_log()
    thing = Thing()
    watched = weakref.ref(thing)
    append(log, [thing])
    del thing
    append(log, range(CHUNK_SIZE))
    assert not watched()
    assert log.total == CHUNK_SIZE + 1


def test_a_chain_of_a_hundred_thousand_chunks_is_freed_without_deep_recursion() -> None:
    log = new_log()
    cursor = log.open_cursor()
    first, last = Thing(), Thing()
    watched = [weakref.ref(first), weakref.ref(last)]
    log.items.append(first)
    for _ in range(100_000):
        log.start_chunk()  # before it is full: only the links are of interest here
    log.items.append(last)
    log.start_chunk()
    del first, last
    assert all(ref() for ref in watched)
    del cursor
    assert not any(ref() for ref in watched)


# --- bounded ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [9, 10, 11, *AROUND_A_CHUNK])
@pytest.mark.parametrize("capacity", [1, 10, CHUNK_SIZE - 1, CHUNK_SIZE, CHUNK_SIZE + 1])
def test_a_bounded_cursor_keeps_the_newest_and_knows_at_once_how_many_it_lost(capacity: int, count: int) -> None:
    log = new_log()
    cursor = log.open_cursor(capacity)
    for number in range(count):
        append(log, [number])
        assert counts(cursor) == (0, max(0, number + 1 - capacity), min(number + 1, capacity))
    if count > capacity:
        with pytest.raises(EventsLostError) as caught:
            cursor.take()
        assert caught.value.count == count - capacity
    assert cursor.take_list(count) == list(range(max(0, count - capacity), count))
    assert counts(cursor) == (min(count, capacity), max(0, count - capacity), 0)


def test_a_loss_is_raised_once_by_whichever_way_of_taking_comes_next() -> None:
    log = new_log()
    cursor = log.open_cursor(2)
    append(log, range(3))
    with pytest.raises(EventsLostError):
        cursor.take_list(5)
    assert take_one(cursor) == 1
    append(log, [3, 4, 5])
    with pytest.raises(EventsLostError) as caught:
        cursor.take()
    assert caught.value.count == 2
    assert cursor.take_list(5) == [4, 5]


def test_a_lossy_cursor_only_counts() -> None:
    log = new_log()
    cursor = log.open_cursor(2, lossy=True)
    append(log, range(CHUNK_SIZE + 5))
    assert take_one(cursor) == CHUNK_SIZE + 3
    assert counts(cursor) == (1, CHUNK_SIZE + 3, 1)


def test_closing_a_bounded_cursor_counts_everything_left_as_lost_and_raises_nothing() -> None:
    log = new_log()
    cursor = log.open_cursor(2)
    append(log, range(5))
    cursor.close()
    assert counts(cursor) == (0, 5, 0)
    assert list(cursor.take()) == []


@pytest.mark.parametrize("capacity", [1, 100, CHUNK_SIZE])
def test_what_a_bounded_cursor_lost_is_freed_though_it_never_takes(capacity: int) -> None:
    log = new_log()
    cursor = log.open_cursor(capacity)
    things = [Thing() for _ in range(10 * CHUNK_SIZE)]
    watched = [weakref.ref(thing) for thing in things]
    append(log, things)
    del things
    assert sum(ref() is not None for ref in watched) <= capacity + CHUNK_SIZE
    assert counts(cursor) == (0, 10 * CHUNK_SIZE - capacity, capacity)


# --- warnings --------------------------------------------------------------------------------------------------------


def backlogs_warned_of(caplog: pytest.LogCaptureFixture) -> list[int]:
    return [int(str(record.args[1]).replace(",", "")) for record in caplog.records if isinstance(record.args, tuple)]


def test_a_growing_backlog_is_warned_of_once_per_doubling(caplog: pytest.LogCaptureFixture) -> None:
    log = new_log()
    cursor = log.open_cursor()
    with caplog.at_level(logging.WARNING):
        append(log, range(9 * BACKLOG_WARNING))
    warned = backlogs_warned_of(caplog)
    assert len(warned) == 4
    for backlog, mark in zip(warned, (1, 2, 4, 8), strict=True):
        assert mark * BACKLOG_WARNING <= backlog < mark * BACKLOG_WARNING + CHUNK_SIZE
    assert caplog.messages[0] == "a subscriber to things is 100,352 events behind; all of them are held in memory"
    assert cursor.backlog == 9 * BACKLOG_WARNING


def test_a_cursor_opened_while_another_is_far_behind_is_warned_of_in_its_turn(caplog: pytest.LogCaptureFixture) -> None:
    log = new_log()
    far_behind = log.open_cursor()
    append(log, range(4 * BACKLOG_WARNING + CHUNK_SIZE))
    later = log.open_cursor()
    caplog.clear()
    with caplog.at_level(logging.WARNING):
        append(log, range(BACKLOG_WARNING + CHUNK_SIZE))
    assert len(backlogs_warned_of(caplog)) == 1
    assert later.backlog < far_behind.backlog


def test_whoever_keeps_up_or_is_bounded_is_never_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    log = new_log()
    keeps_up, bounded = log.open_cursor(), log.open_cursor(2 * BACKLOG_WARNING)
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            append(log, range(BACKLOG_WARNING // 2))
            keeps_up.take_list(BACKLOG_WARNING)
    assert not caplog.records
    assert bounded.backlog == 3 * (BACKLOG_WARNING // 2)


# --- sleepers --------------------------------------------------------------------------------------------------------


def sleep_at(log: EventLog[object], cursor: Cursor[object], count: int) -> list[asyncio.Future[None]]:
    waiters = [asyncio.get_running_loop().create_future() for _ in range(count)]
    log.sleepers.update(dict.fromkeys(waiters, cursor))
    return waiters


async def test_up_to_eight_sleepers_are_woken_at_once() -> None:
    log = new_log()
    waiters = sleep_at(log, log.open_cursor(), 8)
    append(log, ["event"])
    assert all(waiter.done() for waiter in waiters)
    assert not log.sleepers


async def test_more_than_eight_sleepers_are_woken_by_the_next_turn_of_the_loop() -> None:
    log = new_log()
    waiters = sleep_at(log, log.open_cursor(), 9)
    append(log, ["event", "another"])
    assert not any(waiter.done() for waiter in waiters)
    assert not log.sleepers
    waiters[3].cancel()
    async with asyncio.timeout(5):
        await asyncio.wait(waiters)
    assert [waiter.cancelled() for waiter in waiters].count(True) == 1


async def test_interrupting_a_cursor_wakes_those_who_sleep_there_and_nobody_else() -> None:
    log = new_log()
    cursor, other = log.open_cursor(), log.open_cursor()
    here, elsewhere = sleep_at(log, cursor, 2), sleep_at(log, other, 2)
    here[0].cancel()
    cursor.interrupt()
    assert all(waiter.done() for waiter in here)
    assert not any(waiter.done() for waiter in elsewhere)
    assert list(log.sleepers) == elsewhere


def test_an_ended_log_holds_nothing_and_knows_its_total_and_cause() -> None:
    cause = RuntimeError("over")
    log: EventLog[object] = EventLog.ended(7, cause)
    assert (log.total, log.closed, log.cause) == (7, True, cause)
    assert counts(log.open_cursor()) == (0, 0, 0)
