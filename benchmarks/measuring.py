"""What the benchmarks share: a clock, ratios and their marks, and a table."""

import importlib.util
import statistics
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

__all__ = ["Clock", "Times", "installed", "print_table", "ratio_of", "verdict"]


class Times(NamedTuple):
    """Seconds by the clock on the wall, and of CPU time in all threads of the process."""

    wall: float
    cpu: float


class Clock:
    """Measures from where it is made."""

    def __init__(self) -> None:
        self._wall = time.perf_counter()
        self._cpu = time.process_time()

    def times(self) -> Times:
        """Return what has passed."""
        return Times(time.perf_counter() - self._wall, time.process_time() - self._cpu)


def installed(modules: Mapping[str, str]) -> list[str]:
    """Return the contestants whose module is there, and name the others."""
    missing = [name for name, module in modules.items() if not is_installed(module)]
    if missing:
        print(f"not installed, left out: {', '.join(missing)}\n")
    return [name for name in modules if name not in missing]


def ratio_of(base: Sequence[float] | None, seconds: Sequence[float]) -> float | None:
    """Return how many times as fast as *base* something was: the median over rounds, whose load was the same."""
    if base is None:
        return None
    return statistics.median(b / s for b, s in zip(base, seconds, strict=True))


def verdict(ratio: float | None, mark: float | None) -> tuple[str, str, str]:
    """Return three cells: the ratio, its mark, and whether it was reached."""
    shown = "-" if ratio is None else f"{ratio:.2f}"
    if ratio is None or mark is None:
        return shown, "-", "-"
    return shown, f">= {mark:g}", "yes" if ratio >= mark else "NO"


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]], *, markdown: bool) -> None:
    """Print a table as Markdown, or in columns."""
    if markdown:
        for cells in (header, ["---"] * len(header), *rows):
            print("|", " | ".join(cells), "|")
        return
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    for first, *others in (header, *rows):
        print(
            first.ljust(widths[0]),
            *(cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)),
            sep="  ",
        )


def is_installed(module: str) -> bool:
    """Return whether *module* can be imported, without importing it."""
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False
