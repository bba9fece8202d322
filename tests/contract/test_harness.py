"""The table of what a protocol cannot do is true, and nobody is forgotten."""

import os

import pytest

from tests.contract.harness import CANNOT, Capability, Harness
from tests.contract.harnesses import HARNESSES


def test_every_protocol_has_a_row_in_the_table() -> None:
    names = [harness.name for harness in HARNESSES]
    assert names == [name for name in CANNOT if name in names]
    # One package alone brings its own protocols; all of them together bring all.
    assert "CONTRACT_PACKAGE" in os.environ or names == list(CANNOT)


def test_the_table_names_exactly_what_the_harness_cannot(harness: type[Harness]) -> None:
    assert set(CANNOT[harness.name]) == set(Capability) - harness.capabilities


@pytest.mark.parametrize(("name", "row"), CANNOT.items())
def test_every_inability_has_a_reason(name: str, row: dict[Capability, str]) -> None:
    assert all(len(reason.split()) > 2 for reason in row.values()), name
