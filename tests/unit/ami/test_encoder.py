from collections.abc import Callable
from enum import IntEnum, StrEnum
from typing import Any

import pytest

from asterisk_py_ami.protocol.codec import check_action_id, encode_action, encode_variables
from asterisk_py_core.errors import InputError


class Word(StrEnum):
    A = "word"


class Number(IntEnum):
    A = 7


def test_an_action_is_one_header_for_each_value_and_a_blank_line() -> None:
    data = encode_action("Originate", {"Channel": "PJSIP/200", "Variable": ["A=1", "B=2"], "Account": None}, "a-1")
    assert data == (
        b"Action: Originate\r\nActionID: a-1\r\nChannel: PJSIP/200\r\nVariable: A=1\r\nVariable: B=2\r\n\r\n"
    )
    assert encode_action("Ping") == b"Action: Ping\r\n\r\n"
    assert encode_action("A", [("X", "1"), ("X", "2")]) == b"Action: A\r\nX: 1\r\nX: 2\r\n\r\n"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("", b""),
        (" x ", b" x "),
        (0, b"0"),
        (-5, b"-5"),
        (2.5, b"2.5"),
        (True, b"true"),
        (False, b"false"),
        (Word.A, b"word"),
        (Number.A, b"7"),
        ("M\u00fcnchen", b"M\xc3\xbcnchen"),
        ("J\udcfcrgen", b"J\xfcrgen"),
        ((1, "b"), b"1\r\nX: b"),
    ],
)
def test_a_value_is_written_as_asterisk_reads_it(value: Any, text: bytes) -> None:
    assert encode_action("A", {"X": value}) == b"Action: A\r\nX: " + text + b"\r\n\r\n"


def test_an_empty_sequence_is_no_header() -> None:
    assert encode_action("A", {"X": []}) == b"Action: A\r\n\r\n"


@pytest.mark.parametrize("bad", ["\r", "\n", "\r\n", "\0", "x\r\nAction: Originate\r\n"])
def test_026_cr_lf_and_nul_in_a_value_are_refused(bad: str) -> None:
    for value in (bad, f"a{bad}b", ["fine", bad]):
        with pytest.raises(InputError, match="action Login: header Secret must not hold CR, LF or NUL"):
            encode_action("Login", {"Secret": value})


@pytest.mark.parametrize("text", ["a\x85b", "a\u2028b"])
def test_026_line_ends_of_unicode_are_plain_text(text: str) -> None:
    assert encode_action("A", {"X": text}) == b"Action: A\r\nX: " + text.encode() + b"\r\n\r\n"


@pytest.mark.parametrize(
    "bad",
    [
        *("", " ", "A B", "A:", ":", "A\r", "A\n", "A\r\n", "A\0", "A\x85", "A\u2028", "\u00c4", "A\x7f", "A\t"),
        *("\udcff", None, 5, b"A"),
    ],
)
def test_027_header_and_action_names_that_are_no_names_are_refused(bad: Any) -> None:
    with pytest.raises(InputError, match=r"header name .* must be printable ASCII"):
        encode_action("A", {bad: "x"})
    with pytest.raises(InputError, match=r"action name .* must be printable ASCII"):
        encode_action(bad)


@pytest.mark.parametrize("name", ["Action", "actionid", "ACTIONID"])
def test_027_a_second_action_or_action_id_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="is set by"):
        encode_action("Ping", {name: "x"})


@pytest.mark.parametrize("bad", ["", "a" * 65, "a b", "a\r", "a\n", "\u00e4", "a\tb", 5, None])
def test_028_an_action_id_asterisk_may_not_give_back_is_refused(bad: Any) -> None:
    with pytest.raises(InputError, match="ActionID"):
        check_action_id(bad)
    if bad is not None:
        with pytest.raises(InputError, match="ActionID"):
            encode_action("Ping", action_id=bad)


def test_028_an_action_id_of_64_bytes_is_fine() -> None:
    assert encode_action("Ping", action_id="a" * 64) == b"Action: Ping\r\nActionID: " + b"a" * 64 + b"\r\n\r\n"


@pytest.mark.parametrize("letter", ["x", "\u00e4"])
def test_029_a_line_of_1022_bytes_is_sent_and_one_of_1023_refused(letter: str) -> None:
    size = len(letter.encode())
    room = 1022 - len("Extra: ")
    fits = letter * (room // size) + "x" * (room % size)
    assert len(encode_action("A", {"Extra": fits}).split(b"\r\n")[1]) == 1022
    with pytest.raises(InputError, match=r"action A: header Extra makes a line of 1,023 bytes; Asterisk takes 1,022"):
        encode_action("A", {"Extra": fits + "x"})


def test_030_128_lines_are_sent_and_129_refused() -> None:
    for lines in (127, 128):
        assert encode_action("A", {"X": ["x"] * (lines - 2)}, "1").count(b"\r\n") == lines + 1
    with pytest.raises(InputError, match="action A has 129 lines; Asterisk takes 128"):
        encode_action("A", {"X": ["x"] * 127}, "1")


def test_031_variables_are_escaped_so_that_only_they_are_set() -> None:
    values = encode_variables({"A": "x,PWN=1", "B": '"', "C": "\\", "__D": 5, "CDR(x)": True})
    assert values == ["A=x\\,PWN=1", 'B=\\"', "C=\\\\", "__D=5", "CDR(x)=true"]
    assert encode_action("A", {"Variable": values[:2]}) == (
        b'Action: A\r\nVariable: A=x\\,PWN=1\r\nVariable: B=\\"\r\n\r\n'
    )


@pytest.mark.parametrize("bad", ["", "A=B", "A,B", 'A"', "A\\", "A B", "A\n", "A\0", None])
def test_031_a_variable_name_that_would_set_another_is_refused(bad: Any) -> None:
    with pytest.raises(InputError, match="variable name"):
        encode_variables({bad: "x"})


@pytest.mark.parametrize(
    "bad",
    [
        b"x",
        float("nan"),
        float("inf"),
        object(),
        {"a": 1},
        [["x"]],
        [None],
        "\ud800",
        pytest.param(10**5000, id="huge"),
        -(2**64),
    ],
)
def test_a_value_that_is_no_text_and_no_number_is_refused(bad: Any) -> None:
    with pytest.raises(InputError, match="action A: header X"):
        encode_action("A", {"X": bad})


@pytest.mark.parametrize(
    "bad",
    [None, 5, "Variable: x", b"Variable: x", object(), ["Variable: x"], ["ab"], [("a",)], [("a", "b", "c")], [None]],
)
def test_headers_that_are_neither_a_mapping_nor_pairs_are_refused(bad: Any) -> None:
    with pytest.raises(
        InputError, match=r"^action Getvar: headers must be a mapping or \(name, value\) pairs"
    ) as caught:
        encode_action("Getvar", bad)
    assert "Variable: x" not in str(caught.value)


def test_pairs_may_come_from_anything_that_can_be_iterated() -> None:
    pairs = [("X", "1"), ("Y", "2")]
    for headers in (pairs, tuple(pairs), iter(pairs), (pair for pair in pairs), dict(pairs), [list(p) for p in pairs]):
        assert encode_action("A", headers) == b"Action: A\r\nX: 1\r\nY: 2\r\n\r\n"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "refused",
    [
        lambda: encode_action("Login", {"Secret": "hunter2\n"}),
        lambda: encode_action("Login", {"Secret": "hunter2" * 200}),
        lambda: encode_action("Login", {"Secret": "hunter2\ud800"}),
        lambda: encode_action("Login", {"Secret: hunter2": "x"}),
        lambda: encode_action("Login\r\nSecret: hunter2"),
        lambda: encode_action("Ping", action_id="hunter2 "),
        lambda: encode_variables({"SECRET=hunter2": "x"}),
        lambda: encode_action("Login", ["Secret: hunter2"]),  # type: ignore[list-item]
        lambda: encode_action("Login", "Secret: hunter2"),  # type: ignore[arg-type]
    ],
)
def test_020_a_refusal_never_shows_a_secret(refused: Callable[[], object]) -> None:
    with pytest.raises(InputError) as caught:
        refused()
    assert "hunter2" not in str(caught.value) + repr(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
