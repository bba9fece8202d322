import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from asterisk_py_core.redaction import redact

pytestmark = pytest.mark.parser

NAMES = ["Secret", "KEY", "password", "X-Api-Key", "Authorization"]
values = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"), max_size=30)
# What the patterns are made of, so that near misses are everywhere.
fragments = st.sampled_from(
    [
        *(
            "password",
            "secret",
            "api_key",
            "key",
            "token",
            ":",
            "=",
            "//",
            "://",
            "@",
            '"',
            "\\",
            "\r",
            "\n",
            " ",
            "\t",
        ),
        *("Line-0-0: ", "{", "}", ",", "&", "a", "-", "_", "é", "***"),
    ]
)
hostile = st.lists(fragments, max_size=40).map("".join)


@given(st.sampled_from(NAMES), values)
def test_021_any_value_of_a_secret_header_is_masked_and_the_rest_intact(name: str, value: str) -> None:
    message = f"Action: Login\r\nUsername: admin\r\n{name}: ~~{value}\r\nEvents: off\r\n\r\n"
    assert redact(message) == f"Action: Login\r\nUsername: admin\r\n{name}: ***\r\nEvents: off\r\n\r\n"


@given(hostile)
@example("secret:\rkey: x")
def test_masking_is_stable_and_the_same_for_text_and_bytes(message: str) -> None:
    once = redact(message)
    assert redact(once) == once
    assert redact(message.encode()) == once.encode()


@given(st.text(st.sampled_from("abc \r\n.;{}"), max_size=200))
def test_text_without_names_of_secrets_is_intact(message: str) -> None:
    assert redact(message) == message


@pytest.mark.parametrize("prefix", ["", '"token" ', '"token":"', "secret:", "://x:", "\n"])
@given(st.lists(fragments, min_size=1, max_size=3).map("".join))
@example("password")
@example("a-")
@settings(max_examples=30, deadline=None)
def test_long_repetitions_are_redacted_in_linear_time(prefix: str, fragment: str) -> None:
    # No clock is needed: half a million characters take milliseconds, and a pattern that scans again from each start
    # would not come to an end while anybody watches.
    once = redact(prefix + fragment * (500_000 // len(fragment)))
    assert redact(once) == once
