"""The table of cases: a case is a function that gives one input to one library and says what it did."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

__all__ = ["CASES", "Case", "case"]

F = TypeVar("F", bound=Callable[..., str | None])


@dataclass(frozen=True, slots=True)
class Case:
    """*number* is that of the fault catalogue, with a letter where one row has several inputs.

    ``U`` numbers are defects that users reported, without a row. *protocol* says which runners can be given it.
    """

    number: str
    title: str
    protocol: str
    seconds: float
    run: Callable[..., str | None]


CASES: Final[dict[str, Case]] = {}


def case(number: int | str, title: str, *, seconds: float = 30.0) -> Callable[[F], F]:
    """Enter a function into the table; its module is named for the protocol, and *seconds* bound an attempt.

    It takes a runner and returns a few words on how that was fine, or nothing; else it raises an :class:`Outcome`.
    """

    def enter(run: F) -> F:
        key = str(number)
        if key in CASES:
            raise ValueError(f"there is a case {key} already: {CASES[key].title}")
        CASES[key] = Case(key, title, run.__module__.rpartition(".")[2], seconds, run)
        return run

    return enter


