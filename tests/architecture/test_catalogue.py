"""The fault catalogue of docs/reliability.md and the tests agree: no row without a test, no number without a row."""

import ast
import re
from collections import Counter
from importlib import import_module
from pathlib import Path
from typing import Final

from tools.peers.catalogue import CASES

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = (ROOT / "docs/reliability.md").read_text(encoding="utf-8")
ROWS: Final = [int(number) for number in re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE)]
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


def test_a_row_says_what_other_libraries_did_if_they_were_given_a_case_of_it_and_only_then() -> None:
    import_module("tools.peers.cases")
    tried = {case.number.rstrip("abcdefghi") for case in CASES.values()}
    said = {number for number, cell in re.findall(r"^\| (\w+) \|.*\| ([^|]+) \|$", PAGE, re.MULTILINE) if cell != "-"}
    assert said == tried
