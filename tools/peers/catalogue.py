"""The table of cases: a case is a function that gives one input to one library and says what it did."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

__all__ = ["CASES", "Case", "case"]

F = TypeVar("F", bound=Callable[..., str | None])


@dataclass(frozen=True, slots=True)
class Case:
    """*number* is that of the fault catalogue, with a letter where one row has several inputs.

    ``U`` and ``E`` numbers are defects without a row: reported by users, or found in parsers. *protocol* says which
    runners can be given it, and *seconds* bound an attempt.
    """

    number: str
    title: str
    protocol: str
    seconds: float
    run: Callable[..., str | None]

    @property
    def key(self) -> str:
        """What it is called by: rows of the core are tried in several protocols."""
        return f"{self.protocol}:{self.number}"

    @property
    def order(self) -> tuple[bool, int, str]:
        """Where it stands in the table: by number, those without a row last."""
        digits = "".join(filter(str.isdecimal, self.number))
        return not self.number[0].isdecimal(), int(digits), self.number


CASES: Final[dict[str, Case]] = {}


def case(number: int | str, title: str, *, seconds: float = 30.0) -> Callable[[F], F]:
    """Enter a function into the table; its module, or the package that is in, is named for the protocol.

    It takes a runner and returns a few words on how that was fine, or nothing; else it raises an :class:`Outcome`.
    """

    def enter(run: F) -> F:
        entry = Case(str(number), title, run.__module__.split(".")[3], seconds, run)
        if entry.key in CASES:
            raise ValueError(f"there is a case {entry.key} already: {CASES[entry.key].title}")
        CASES[entry.key] = entry
        return run

    return enter
