import contextlib
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asterisk_py_core import domain
from asterisk_py_core.domain import ExtensionState
from asterisk_py_core.errors import UnknownValueError

pytestmark = pytest.mark.parser

ENUMS: list[Any] = [getattr(domain, name) for name in domain.__all__]
SEPARATORS = str.maketrans("", "", " _-+")
codes = st.integers(0, 2**31 - 1)


@given(st.sampled_from(ENUMS), st.one_of(st.text(), st.integers(), st.booleans(), st.none(), st.floats(), st.binary()))
def test_parse_gives_a_member_that_parses_back_or_refuses_and_nothing_else(enum: Any, value: Any) -> None:
    with contextlib.suppress(UnknownValueError):
        member = enum.parse(value)
        assert isinstance(member, enum)
        assert enum.parse(member.wire) == member


@given(st.sampled_from([domain.HangupCause, domain.ChannelState, ExtensionState]), codes)
def test_open_vocabularies_keep_every_number(enum: Any, code: int) -> None:
    value = enum.parse(str(code))
    assert (value, value.code, hash(value)) == (code, code, hash(enum.parse(code)))
    assert pickle.loads(pickle.dumps(value)) == value  # noqa: S301 - our own bytes


@given(codes, codes)
def test_extension_states_combine_like_the_masks_they_are(one: int, other: int) -> None:
    state = ExtensionState(one) | ExtensionState(other)
    assert state == one | other
    for part in (one, other):
        assert (ExtensionState(part) in state) is (part > 0 or state == part)


@given(st.sampled_from(ENUMS), st.data())
def test_case_and_separators_do_not_count_in_words(enum: Any, data: st.DataObject) -> None:
    member = data.draw(st.sampled_from(list(enum)))
    spelled = "".join(
        data.draw(st.sampled_from([char.upper(), char.lower(), char + "_", "-" + char])) for char in member.name
    )
    assert enum.parse(spelled) is member


@pytest.mark.parametrize("enum", ENUMS)
def test_no_two_members_share_a_spelling(enum: Any) -> None:
    words = [
        {form.lower() if form.lstrip("-").isdigit() else form.lower().translate(SEPARATORS) for form in forms}
        for forms in ((member.name, member.wire) for member in enum)
    ]
    assert sum(map(len, words)) == len(set().union(*words))
