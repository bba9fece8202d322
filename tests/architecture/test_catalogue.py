"""The fault catalogue of docs/reliability.md and the tests agree: no row without a test, no number without a row."""

import ast
import re
from collections import Counter
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
ROWS: Final = [
    int(number)
    for number in re.findall(r"^\| (\d+) \|", (ROOT / "docs/reliability.md").read_text(encoding="utf-8"), re.MULTILINE)
]
# Tests may begin with another number (an exit code, how many of a thing), but not below this.
CATALOGUED: Final = range(100)


def numbered_tests() -> Counter[int]:
    """Return how many tests there are by the number in their names."""
    names = [
        node.name
        for path in (ROOT / "tests").rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    numbers = [int(found[1]) for name in names if (found := re.match(r"test_(\d{3})_", name))]
    return Counter(number for number in numbers if number in CATALOGUED)


def test_the_rows_are_in_order_and_each_is_there_once() -> None:
    assert sorted(set(ROWS)) == ROWS
    assert len(ROWS) > 75


def test_every_row_has_a_test() -> None:
    assert sorted(set(ROWS) - set(numbered_tests())) == []


def test_every_number_is_a_row() -> None:
    assert sorted(set(numbered_tests()) - set(ROWS)) == []
