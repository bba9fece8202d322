"""The event bus beside one asyncio.Queue per subscriber.

``python benchmarks/bench_event_bus.py [--rounds N] [--markdown]``. Each measurement runs in a new process; within it the
contestants take turns, round after round, so that the load of the machine falls on all alike, and medians are compared.
Speed is CPU time. A mark is what the project promises to reach; the table says whether this run did.
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
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final, NamedTuple

from asterisk_py_core.errors import ClientClosedError
from asterisk_py_core.event_bus import Event, EventBus, EventSubscription

BURST: Final = 100
DELIVERIES: Final = 200_000  # per contestant and round
# Until all who were woken have run: the bus wakes many subscribers by way of one turn of the loop.
TURNS: Final = 2
# An asyncio iteration of any kind costs more from Python 3.12 on, a queue does not.
PER_EVENT_MARK: Final = 3.3 if sys.version_info < (3, 12) else 1.8


class Ping(Event):
    """An event."""


KINDS: Final = [type(f"Event{number}", (Event,), {}) for number in range(100)]
PINGS: Final = [Ping() for _ in range(BURST)]

Queue = asyncio.Queue[Event | None]
Times = dict[str, list[float]]


class Row(NamedTuple):
    """A line of the table."""

    work: str
    base: str
    ours: str
    ratio: float
    mark: float
    at_most: bool = False

    def cells(self) -> list[str]:
        """Return what is printed."""
        reached = self.ratio <= self.mark if self.at_most else self.ratio >= self.mark
        sign = "<=" if self.at_most else ">="
        return [self.work, self.base, self.ours, f"{self.ratio:.2f}", f"{sign} {self.mark:g}", "yes" if reached else "NO"]


# --- deliveries ------------------------------------------------------------------------------------------------------


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


async def bursts_through(
    bursts: list[list[Event]], consumers: list[Awaitable[int]], publish: Callable[[list[Event]], object], end: Callable[[], None]
) -> tuple[float, int]:
    """Publish each burst and let it be received; return the CPU seconds and how many events arrived."""
    tasks = [asyncio.ensure_future(consumer) for consumer in consumers]
    await asyncio.sleep(0)
    start = time.process_time()
    for burst in bursts:
        publish(burst)
        for _ in range(TURNS):
            await asyncio.sleep(0)
    end()
    received = await asyncio.gather(*tasks)
    return time.process_time() - start, sum(received)


async def queues_round(subscribers: int, bursts: list[list[Event]]) -> tuple[float, int]:
    """Put every event into every queue."""
    queues = [Queue() for _ in range(subscribers)]

    def publish(burst: list[Event]) -> None:
        for event in burst:
            for queue in queues:
                queue.put_nowait(event)

    return await bursts_through(bursts, [from_queue(queue) for queue in queues], publish, lambda: end_queues(queues))


def end_queues(queues: list[Queue]) -> None:
    """Tell every consumer to stop."""
    for queue in queues:
        queue.put_nowait(None)
