"""The event bus beside one asyncio.Queue per subscriber.

``python benchmarks/bench_event_bus.py [--rounds N] [--markdown]``. Each measurement runs in a new process; within it
the contestants take turns, round after round, so that the load of the machine falls on all alike, and the medians of
times and of ratios within a round are shown. Speed is CPU time. A mark is what the project promises to reach; the table
says whether this run did.
"""

import argparse
import asyncio
import json
import logging
import os
import random
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Awaitable, Callable, Iterable
from typing import Final, NamedTuple

from asterisk_py_core.errors import ClientClosedError
from asterisk_py_core.event_bus import Event, EventBus, EventSubscription

BURST: Final = 100
DELIVERIES: Final = 100_000  # per contestant and round
# How often the publisher lets the others run after a burst: the bus wakes many subscribers by way of one turn.
TURNS: Final = 2
HELD: Final = 1_000_000
# Handing out an event one by one costs more from Python 3.12 on, whoever does it; getting it from a queue does not.
PER_EVENT_MARK: Final = 3.3 if sys.version_info < (3, 12) else 1.8

KINDS: Final = [type(f"Event{number}", (Event,), {}) for number in range(100)]
Queue = asyncio.Queue[Event | None]
Bursts = list[list[Event]]


class Contestant(NamedTuple):
    """One way to get events from a publisher to its subscribers."""

    publish: Callable[[list[Event]], object]
    end: Callable[[], object]
    consumers: list[Awaitable[int]]


class Row(NamedTuple):
    """A line of the table."""

    work: str
    base: str
    ours: str
    ratio: float
    mark: float | None = None
    at_most: bool = False

    def cells(self) -> tuple[str, ...]:
        """Return the texts of the line."""
        texts = self.work, self.base, self.ours, f"{self.ratio:.2f}"
        if self.mark is None:
            return *texts, "-", "-"
        reached = self.ratio <= self.mark if self.at_most else self.ratio >= self.mark
        return *texts, f"{'<=' if self.at_most else '>='} {self.mark:g}", "yes" if reached else "NO"


# --- contestants -----------------------------------------------------------------------------------------------------


def queues(subscribers: int) -> Contestant:
    """Every event into the queue of every subscriber."""
    all_queues = [Queue() for _ in range(subscribers)]

    def publish(burst: Iterable[Event | None]) -> None:
        for event in burst:
            for queue in all_queues:
                queue.put_nowait(event)

    return Contestant(publish, lambda: publish([None]), [from_queue(queue) for queue in all_queues])


def predicates_over_queues() -> Contestant:
    """Every event into the queue of the one subscriber whose predicate accepts it."""

    def wants(kind: type[Event]) -> Callable[[Event], bool]:
        return lambda event: isinstance(event, kind)

    subscribers = [(Queue(), wants(kind)) for kind in KINDS]

    def publish(burst: list[Event]) -> None:
        for event in burst:
            for queue, accepts in subscribers:
                if accepts(event):
                    queue.put_nowait(event)

    def end() -> None:
        for queue, _ in subscribers:
            queue.put_nowait(None)

    return Contestant(publish, end, [from_queue(queue) for queue, _ in subscribers])


def bus(subscribers: int, consume: Callable[[EventSubscription[Event]], Awaitable[int]]) -> Contestant:
    """The bus, and everybody subscribed to everything."""
    events: EventBus[Event] = EventBus()
    return Contestant(events.publish_many, events.close, [consume(events.subscribe()) for _ in range(subscribers)])


def bus_by_type() -> Contestant:
    """The bus, and everybody subscribed to one type."""
    events: EventBus[Event] = EventBus()
    return Contestant(events.publish_many, events.close, [per_event(events.subscribe(kind)) for kind in KINDS])


async def from_queue(queue: Queue) -> int:
    """Receive until the queue says so."""
    count = 0
    while await queue.get() is not None:
        count += 1
    return count


async def per_event(subscription: EventSubscription[Event]) -> int:
    """Receive with ``async for`` until the bus closes."""
    count = 0
    async for _ in subscription:
        count += 1
    return count


async def per_batch(subscription: EventSubscription[Event]) -> int:
    """Receive batches until the bus closes."""
    count = 0
    try:
        while True:
            count += len(await subscription.recv_batch())
    except ClientClosedError:
        return count


async def run(contestant: Contestant, bursts: Bursts) -> tuple[float, int]:
    """Send *bursts* through and return the CPU seconds, and how many events arrived."""
    tasks = [asyncio.ensure_future(consumer) for consumer in contestant.consumers]
    await asyncio.sleep(0)
    start = time.process_time()
    for burst in bursts:
        contestant.publish(burst)
        for _ in range(TURNS):
            await asyncio.sleep(0)
    contestant.end()
    received = await asyncio.gather(*tasks)
    return time.process_time() - start, sum(received)


class Result(NamedTuple):
    """The medians of a contestant: nanoseconds per delivery, and how many times faster it was than the first one."""

    ns: float
    ratio: float


def take_turns(makers: list[Callable[[], Contestant]], bursts: Bursts, expected: int, rounds: int) -> list[Result]:
    """Run the contestants in turn, *rounds* times; ratios are of times from the same round."""

    async def once(make: Callable[[], Contestant]) -> float:
        seconds, received = await run(make(), bursts)
        assert received == expected, f"{received} of {expected} events arrived"
        return seconds / expected * 1e9

    times = [[asyncio.run(once(make)) for make in makers] for _ in range(rounds + 1)][1:]  # the first one warms up
    return [
        Result(statistics.median(mine), statistics.median(row[0] / ns for row, ns in zip(times, mine, strict=True)))
        for mine in zip(*times, strict=True)
    ]


# --- measurements ----------------------------------------------------------------------------------------------------


def deliveries(subscribers: int, rounds: int) -> list[Row]:
    """Everybody wants everything."""
    burst: list[Event] = [KINDS[0]() for _ in range(BURST)]
    bursts = [burst] * (DELIVERIES // subscribers // BURST)
    makers: list[Callable[[], Contestant]] = [
        lambda: queues(subscribers),
        lambda: bus(subscribers, per_event),
        lambda: bus(subscribers, per_batch),
    ]
    base, one, batch = take_turns(makers, bursts, len(bursts) * BURST * subscribers, rounds)
    work, beside = f"{subscribers} subscribers, bursts of {BURST}", f"queues {base.ns:.0f} ns"
    return [
        Row(f"{work}: async for", beside, f"{one.ns:.0f} ns", one.ratio, PER_EVENT_MARK),
        Row(f"{work}: batches", beside, f"{batch.ns:.0f} ns", batch.ratio, 7),
    ]


def selective(rounds: int) -> list[Row]:
    """A hundred subscribers, of whom each wants one of a hundred types."""
    chance = random.Random(1)
    bursts: Bursts = [[kind() for kind in chance.choices(KINDS, k=BURST)] for _ in range(100)]
    base, ours = take_turns([predicates_over_queues, bus_by_type], bursts, len(bursts) * BURST, rounds)
    beside = f"predicates over queues {base.ns:,.0f} ns"
    return [Row("100 subscribers, each to one of 100 types", beside, f"{ours.ns:,.0f} ns", ours.ratio, 3.5)]


def behind(rounds: int) -> list[Row]:
    """Publish to subscribers who never read: a thousand against one."""
    events: list[Event] = [KINDS[0]() for _ in range(5_000)]
    buses: dict[int, EventBus[Event]] = {1: EventBus(), 1000: EventBus()}
    kept = {count: [events_bus.subscribe() for _ in range(count)] for count, events_bus in buses.items()}
    times: dict[int, list[float]] = {count: [] for count in buses}
    for number in range(rounds + 1):
        for count, events_bus in buses.items():
            start = time.process_time()
            for event in events:
                events_bus.publish(event)
            if number:
                times[count].append((time.process_time() - start) / len(events) * 1e9)
    assert all(subscription.backlog == len(events) * (rounds + 1) for subscription in kept[1000])
    one, many = (statistics.median(values) for values in times.values())
    # "The same": what is within 15 % is noise.
    return [
        Row("publish, 1,000 subscribers behind", f"1 behind {one:.0f} ns", f"{many:.0f} ns", many / one, 1.15, True)
    ]


async def median_publish_us(publish: Callable[[], object], consumers: list[Awaitable[int]], rounds: int) -> float:
    """Publish to *consumers* while all of them sleep; return the median of what one call takes, in microseconds."""
    tasks = [asyncio.ensure_future(consumer) for consumer in consumers]
    times = []
    for _ in range(rounds):
        for _ in range(TURNS + 1):
            await asyncio.sleep(0)
        start = time.perf_counter_ns()
        publish()
        times.append((time.perf_counter_ns() - start) / 1000)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return statistics.median(times)


def asleep(rounds: int) -> list[Row]:
    """One call of publish while a thousand subscribers sleep."""
    event = KINDS[0]()

    async def measure(make: Callable[[], Contestant]) -> float:
        contestant = make()
        return await median_publish_us(lambda: contestant.publish([event]), contestant.consumers, 20 * rounds)

    base = asyncio.run(measure(lambda: queues(1000)))
    ours = asyncio.run(measure(lambda: bus(1000, per_event)))
    return [Row("publish, 1,000 subscribers asleep (p50)", f"queues {base:,.0f} us", f"{ours:.1f} us", base / ours)]


def held_by(subscribers: int) -> float:
    """Return the bytes an undelivered event costs, beside the event itself."""
    events: EventBus[Event] = EventBus()
    kept = [events.subscribe() for _ in range(subscribers)]
    event = KINDS[0]()
    tracemalloc.start()
    for _ in range(HELD):
        events.publish(event)
    size, _ = tracemalloc.get_traced_memory()
    assert all(subscription.backlog == HELD for subscription in kept)
    return size / HELD


MEASUREMENTS: Final[dict[str, Callable[[int], list[Row]]]] = {
    "deliveries-10": lambda rounds: deliveries(10, rounds),
    "deliveries-100": lambda rounds: deliveries(100, rounds),
    "selective": selective,
    "behind": behind,
    "asleep": asleep,
    "held-1": lambda _: [Row("", "", "", held_by(1))],
    "held-100": lambda _: [Row("", "", "", held_by(100))],
}


# --- the table -------------------------------------------------------------------------------------------------------


def child(name: str, rounds: int) -> list[Row]:
    """Run one measurement in a new process."""
    command = [sys.executable, __file__, "--rounds", str(rounds), "--one", name]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 - this script itself
    return [Row(*row) for row in json.loads(done.stdout)]


def all_rows(rounds: int) -> list[Row]:
    """Run everything."""
    rows = {name: child(name, rounds) for name in MEASUREMENTS}
    one, many = rows.pop("held-1")[0].ratio, rows.pop("held-100")[0].ratio
    memory = Row(
        "1 M undelivered events, 100 subscribers", f"1 subscriber {one:.2f} B", f"{many:.2f} B", many / one, 1.1, True
    )
    return [*(row for group in rows.values() for row in group), memory]


def print_table(rows: list[Row], *, markdown: bool) -> None:
    """Print *rows* under their heading."""
    table = [("work", "beside", "ours", "ratio", "mark", "reached"), *(row.cells() for row in rows)]
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores; ns are CPU time, per delivery or call\n")
    if markdown:
        table.insert(1, ("---",) * 6)
        for cells in table:
            print("|", " | ".join(cells), "|")
        return
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for cells in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip())


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=31)
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    parser.add_argument("--one", choices=MEASUREMENTS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    # A thousand subscribers who never read are warned of, one by one.
    logging.getLogger("asterisk_py_core").setLevel(logging.ERROR)
    if options.one:
        print(json.dumps(MEASUREMENTS[options.one](options.rounds)))
    else:
        print_table(all_rows(options.rounds), markdown=options.markdown)


if __name__ == "__main__":
    main()
