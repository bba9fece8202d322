"""Words that a newer Asterisk made up: kept, and equal to none that is known."""

from datetime import UTC, datetime
from typing import Any

import pytest

from asterisk_py_ari.protocol.words import keep_time, keep_word
from asterisk_py_core import domain

VOCABULARIES = [getattr(domain, name) for name in domain.__all__]


@pytest.mark.parametrize("vocabulary", VOCABULARIES)
def test_a_known_word_is_its_member(vocabulary: Any) -> None:
    assert [keep_word(vocabulary, member.wire) for member in vocabulary] == list(vocabulary)


@pytest.mark.parametrize("vocabulary", VOCABULARIES)
def test_a_word_made_up_later_is_kept_and_equal_to_no_member(vocabulary: Any) -> None:
    kept = keep_word(vocabulary, "Levitating")

    assert isinstance(kept, vocabulary)
    assert (kept.wire, kept.name) == ("Levitating", "UNKNOWN")
    assert kept not in list(vocabulary)
    assert getattr(kept, "code", -(2**31)) == -(2**31)
    assert getattr(kept, "description", "Levitating") == "Levitating"
    assert list(vocabulary) == list(vocabulary.__members__.values())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-23T07:27:54.773+0000", datetime(2026, 11, 23, 7, 27, 54, 773000, tzinfo=UTC)),
        ("2026-11-23T07:27:54.773Z", datetime(2026, 11, 23, 7, 27, 54, 773000, tzinfo=UTC)),
        ("yesterday", "yesterday"),
        ("", ""),
        (7, 7),
        (None, None),
    ],
)
def test_a_time_that_can_be_read_is_one_and_anything_else_stays(text: Any, expected: object) -> None:
    assert keep_time(text) == expected
