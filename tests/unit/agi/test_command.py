"""Commands as bytes."""

import pytest

from asterisk_py_agi import InputError
from asterisk_py_agi.protocol.command import encode_command, normalize


@pytest.mark.parametrize(
    ("args", "line"),
    [
        ((), b"NOOP\n"),
        (("",), b'NOOP ""\n'),
        (("beep", "#"), b'NOOP "beep" "#"\n'),
        (("a b\tc",), b'NOOP "a b\tc"\n'),
        (('a "b"',), b'NOOP "a \\"b\\""\n'),
        (("a\\b\\",), b'NOOP "a\\\\b\\\\"\n'),
        (("Zoë ☎",), 'NOOP "Zoë ☎"\n'.encode()),
        (("Zo\udceb",), b'NOOP "Zo\xeb"\n'),
        ((5, -1, 0.5), b'NOOP "5" "-1" "0.5"\n'),
        ((7, 'x"'), b'NOOP "7" "x\\""\n'),
    ],
)
def test_071_everything_is_quoted_and_quotes_and_backslashes_are_escaped(
    args: tuple[str | float, ...], line: bytes
) -> None:
    assert encode_command("NOOP", args) == line


@pytest.mark.parametrize("char", ["\r", "\n", "\0"])
@pytest.mark.parametrize("value", ["{}", "x{}", "{}x", "x{}NOOP"])
@pytest.mark.parametrize("before", [(), ("a",), (1,)])
def test_070_what_would_end_the_command_is_refused(char: str, value: str, before: tuple[str | float, ...]) -> None:
    with pytest.raises(InputError, match=f"argument {len(before) + 1} of SET VARIABLE"):
        encode_command("SET VARIABLE", (*before, value.format(char), "last"))


def test_070_the_longest_command_is_8190_bytes() -> None:
    room = 8190 - len('NOOP ""')

    assert len(encode_command("NOOP", ("x" * room,))) == 8191
    with pytest.raises(InputError, match="at most 8,190 bytes, not 8,191"):
        encode_command("NOOP", ("x" * (room + 1),))


def test_070_the_limit_is_on_bytes_and_what_escaping_adds_counts() -> None:
    with pytest.raises(InputError, match="bytes"):
        encode_command("NOOP", ("ë" * 4095,))
    with pytest.raises(InputError, match="bytes"):
        encode_command("NOOP", ('"' * 4095,))


def test_070_a_hundred_arguments_are_the_most() -> None:
    assert encode_command("NOOP", ("",) * 100).count(b'""') == 100
    with pytest.raises(InputError, match="at most 100 arguments, not 101"):
        encode_command("NOOP", ("",) * 101)


@pytest.mark.parametrize(
    "value", [None, b"bytes", True, float("nan"), float("inf"), 10**5000, ["x"], 1j, object()], ids=type
)
def test_what_is_no_text_or_number_is_refused_by_its_place(value: object) -> None:
    with pytest.raises(InputError, match="argument 2 of NOOP"):
        encode_command("NOOP", ("x", value))  # type: ignore[arg-type]  # the mistake under test


def test_text_that_has_no_bytes_is_refused() -> None:
    with pytest.raises(InputError, match="no text"):
        encode_command("NOOP", ("\ud800",))


@pytest.mark.parametrize("name", ["get data", "GET DATA", "Get Data"])
def test_a_name_is_upper_case_on_the_wire(name: str) -> None:
    assert normalize(name) == "GET DATA"


@pytest.mark.parametrize(
    "name",
    [
        *("", " ", "  NOOP", "NOOP ", "GET  DATA", "NOOP\n", "NOOP\r", "NO\0OP", 'NOOP "x"', "GET\tDATA", "É", "9"),
        *("x" * 81, None, 1, b"NOOP", ["NOOP"]),
    ],
)
def test_077_what_is_no_name_is_refused(name: object) -> None:
    with pytest.raises(InputError, match="command"):
        normalize(name)
