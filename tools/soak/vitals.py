"""What a process holds, sampled over a long run, and whether it grew."""

import asyncio
import gc
import os
import sys
import tracemalloc
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Final

__all__ = ["Chart", "Vitals", "waited_for_processor"]

MIB: Final = 1024 * 1024
# Memory comes from the system in arenas of 1 MiB (Objects/obmalloc.c); less than two of them is the allocator's affair.
RESIDENT_LIMIT: Final = 2 * MIB
# Blocks are counted one by one, so this is the sharp measure: who keeps one object in so many times is found.
TIMES_PER_BLOCK: Final = 1_000
_TOP: Final = 15


def waited_for_processor() -> float:
    """Return how many seconds this process could have run and had no processor (Linux, schedstat)."""
    return int(Path("/proc/self/schedstat").read_text(encoding="ascii").split()[1]) / 1e9


@dataclass(frozen=True, slots=True)
class Vitals:
    """One sample; *done* is how many cycles or events lie behind, *resident* is in bytes."""

    seconds: float
    done: int
    descriptors: int
    tasks: int
    resident: int
    blocks: int

    @classmethod
    def take(cls, seconds: float, done: int) -> "Vitals":
        """Collect garbage, then count what this process and the running loop hold."""
        gc.collect()
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        traced = tracemalloc.get_tracemalloc_memory() if tracemalloc.is_tracing() else 0
        return cls(
            seconds=seconds,
            done=done,
            # One of them is the listing's own.
            descriptors=len(os.listdir("/proc/self/fd")) - 1,  # noqa: PTH208 - pathlib's listing costs more objects
            tasks=len(asyncio.all_tasks()),
            resident=pages * os.sysconf("SC_PAGE_SIZE") - traced,
            blocks=sys.getallocatedblocks(),
        )

    def __str__(self) -> str:
        return (
            f"{self.seconds:7.1f} s  {self.done:12,}  {self.descriptors:4}  {self.tasks:5}"
            f"  {self.resident / MIB:8.2f} MiB  {self.blocks:9,}"
        )


class Chart:
    """Prints samples as they come, and judges them at the end; the first quarter is for warming up.

    *noise* is how many blocks more or less two samples may hold though nothing grows. Memory that grows is traced from
    then on, so that the verdict can name the lines that hold it.
    """

    def __init__(self, what: str, *, noise: int) -> None:
        self.samples: list[Vitals] = []
        self._noise = noise
        self._traced_from: tracemalloc.Snapshot | None = None
        print(f"\n{'time':>9}  {what:>12}  {'fds':>4}  {'tasks':>5}  {'resident':>12}  {'blocks':>9}", flush=True)

    def add(self, sample: Vitals) -> None:
        """Keep and print *sample*."""
        self.samples.append(sample)
        print(sample, flush=True)
        steady = self.steady
        if not tracemalloc.is_tracing() and len(steady) >= 8 and self._growth(steady[:4], steady[-4:]):
            print("        memory grows: tracing allocations from here on", flush=True)
            tracemalloc.start(8)
            self._traced_from = tracemalloc.take_snapshot()

    @property
    def steady(self) -> list[Vitals]:
        """The samples after the first quarter."""
        return self.samples[len(self.samples) // 4 :]

    def problems(self) -> Iterator[str]:
        """Yield what did not stay flat, each in a line or more."""
        steady = self.steady
        third = max(1, len(steady) // 3)
        early, late = steady[:third], steady[-third:]
        for name in ("descriptors", "tasks"):
            first, last = getattr(early[0], name), getattr(late[-1], name)
            if last != first:
                yield f"{name}: {first} at {early[0].seconds:.0f} s, {last} at {late[-1].seconds:.0f} s"
        if grown := self._growth(early, late):
            yield grown
            yield from self._holders()
        tracemalloc.stop()  # What comes next would take several times as long.

    def _holders(self) -> Iterator[str]:
        if self._traced_from is None:
            return
        for difference in tracemalloc.take_snapshot().compare_to(self._traced_from, "lineno")[:_TOP]:
            yield f"  {difference}"

    def _growth(self, early: Sequence[Vitals], late: Sequence[Vitals]) -> str:
        """Return how memory grew from *early* to *late*, or nothing."""
        done = late[-1].done - early[0].done
        blocks = fmean(sample.blocks for sample in late) - fmean(sample.blocks for sample in early)
        resident = fmean(sample.resident for sample in late) - fmean(sample.resident for sample in early)
        if blocks > self._noise + done / TIMES_PER_BLOCK or resident > RESIDENT_LIMIT:
            return f"memory: {blocks:+,.0f} blocks, {resident / MIB:+.2f} MiB resident, over {done:,} times"
        return ""
