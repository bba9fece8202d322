"""What a library did with an input."""

import resource
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, TypeVar

__all__ = [
    "SPINNING",
    "Hangs",
    "Kind",
    "Leaks",
    "NotOffered",
    "Outcome",
    "Wrong",
    "busy",
    "ends",
    "eventually",
    "open_files",
    "resident",
    "result",
    "said",
]

T = TypeVar("T")

MIB: Final = 1024 * 1024


SPINNING: Final = 0.25
"""Who computes for more of the time than this, and has nothing to do, spins; pollers take a few hundredths."""
# What nobody raises on purpose to tell a caller something.
_ACCIDENTS: Final = (AttributeError, TypeError, NameError, LookupError, AssertionError, UnicodeError)


class Kind(StrEnum):
    """The verdicts of the table; `BROKEN` is a mistake of this tool's."""

    FINE = "fine"
    WRONG = "wrong"
    HANGS = "hangs"
    LEAKS = "leaks"
    NOT_OFFERED = "not offered"
    BROKEN = "broken"


class Outcome(Exception):  # noqa: N818 - an outcome, not an error
    """Raised by a case; *what* says in a few words what was seen. A case that returns is fine."""

    kind = Kind.BROKEN

    def __init__(self, what: str = "") -> None:
        super().__init__(what)
        self.what = what


class Wrong(Outcome):
    """It did something else than what a caller has to be able to rely on."""

    kind = Kind.WRONG


class Hangs(Outcome):
    """It waits for what cannot come, or spins."""

    kind = Kind.HANGS


class Leaks(Outcome):
    """It keeps what nobody will ask for."""

    kind = Kind.LEAKS


class NotOffered(Outcome):
    """It has no such thing."""

    kind = Kind.NOT_OFFERED


def result(future: Future[T], seconds: float = 5.0, what: str = "it") -> T:
    """Return what *future* holds within so many *seconds*, or raise: it :class:`Hangs`, or how it failed."""
    try:
        return future.result(seconds)
    except TimeoutError:
        if future.done():
            raise
        raise Hangs(f"{what} has not ended after {seconds:g} s") from None


def ends(future: Future[Any], seconds: float = 5.0, what: str = "it") -> BaseException | None:
    """Return how *future* failed within so many *seconds*, None if it did not; or raise that it :class:`Hangs`."""
    try:
        return future.exception(seconds)
    except TimeoutError:
        raise Hangs(f"{what} has not ended after {seconds:g} s") from None


def said(error: BaseException | None, *, but: str) -> str:
    """Return the name of *error*; raise :class:`Wrong` if there is none, or one that is an accident."""
    if error is None:
        raise Wrong(but)
    if isinstance(error, _ACCIDENTS):
        raise Wrong(f"by accident: {type(error).__name__}: {error}")
    return type(error).__name__


def eventually(condition: Callable[[], object], seconds: float = 3.0) -> bool:
    """Return whether *condition* came to hold within so many *seconds*."""
    deadline = time.monotonic() + seconds
    while not (held := condition()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return bool(held)


def busy(seconds: float = 0.5) -> float:
    """Return which part of so many *seconds* this process spends computing, though nobody asks it to."""
    threading.Event().wait(0.1)
    used = time.process_time()
    threading.Event().wait(seconds)
    return (time.process_time() - used) / seconds


def open_files() -> int:
    """Return how many descriptors this process has."""
    return len(list(Path("/proc/self/fd").iterdir()))


def resident() -> float:
    """Return how many MiB this process has in memory."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / MIB
