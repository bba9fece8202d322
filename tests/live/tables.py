"""What live tests found out, printed at the end of the run: what became of each of many things, and sentences."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import pytest

__all__ = [
    "EVENTS",
    "FIGURES",
    "OPERATIONS",
    "OUTCOMES",
    "EventTable",
    "OperationTable",
    "OutcomeTable",
    "print_tables",
]

EventTable: TypeAlias = Counter[tuple[str, bool]]
"""Event names and whether each has a class, with how often each came."""
OutcomeTable: TypeAlias = dict[str, tuple[str, str]]
"""What became of each action or command (success, rejected, not loaded), and Asterisk's words or the result."""


@dataclass
class OperationTable:
    """How often each operation of ARI got which status (200 for any success), and how many the server documents."""

    served: int = 0
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)


EVENTS: Final = pytest.StashKey[EventTable]()
# By what they are tables of ("AMI actions").
OUTCOMES: Final = pytest.StashKey[dict[str, OutcomeTable]]()
OPERATIONS: Final = pytest.StashKey[OperationTable]()
# Sentences about what was measured.
FIGURES: Final = pytest.StashKey[list[str]]()


def print_tables(reporter: pytest.TerminalReporter, stash: pytest.Stash) -> None:
    """Print everything that tests have put into *stash*."""
    if events := stash.get(EVENTS, Counter()):
        typed = sum(has_class for _, has_class in events)
        reporter.section(f"{len(events)} kinds of events seen, {typed} of them typed")
        for (name, has_class), count in sorted(events.items(), key=lambda row: (-row[0][1], row[0][0].lower())):
            reporter.line(f"{count:7,}  {'typed' if has_class else '-':5}  {name}")
    for what, outcomes in stash.get(OUTCOMES, {}).items():
        counts = Counter(became for became, _ in outcomes.values())
        reporter.section(f"{len(outcomes)} {what}: " + ", ".join(f"{n} {became}" for became, n in counts.items()))
        for name, (became, words) in sorted(outcomes.items(), key=lambda row: row[0].lower()):
            reporter.line(f"{became:10}  {name:44}  {words}"[:160])
    _print_operations(reporter, stash.get(OPERATIONS, OperationTable()))
    if figures := stash.get(FIGURES, []):
        reporter.section("measured")
        for sentence in figures:
            reporter.line(sentence)


def _print_operations(reporter: pytest.TerminalReporter, table: OperationTable) -> None:
    if not table.answers:
        return
    called = {name for name, _ in table.answers}
    succeeded = {name for name, status in table.answers if status == 200}
    reporter.section(
        f"ARI operations: {table.served} documented, {len(called)} called, {len(succeeded)} of them with success"
    )
    for (name, status), count in sorted(table.answers.items()):
        reporter.line(f"{count:4}  {'2xx' if status == 200 else status}  {name}")
