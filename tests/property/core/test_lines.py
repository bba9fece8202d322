from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asterisk_py_core.errors import FrameTooLargeError
from asterisk_py_core.lines import LineBuffer

pytestmark = pytest.mark.parser

# Few different bytes, so that line ends and long lines are everywhere.
streams = st.lists(st.sampled_from([b"\n", b"\r", b"\r\n", b"a", b"bb", b"\xff", b"c" * 5]), max_size=60).map(b"".join)
cuts = st.lists(st.integers(0, 200), max_size=30)


def in_chunks(data: bytes, borders: list[int]) -> list[bytes]:
    marks = [0, *sorted(min(border, len(data)) for border in borders), len(data)]
    return [data[start:stop] for start, stop in pairwise(marks)]


def read(chunks: list[bytes], *, max_line: int, strip_cr: bool) -> tuple[list[bytes], bytes | None]:
    """Return the lines, and the rest (None where a line was too long)."""
    buffer = LineBuffer(max_line=max_line, strip_cr=strip_cr)
    lines: list[bytes] = []
    try:
        for chunk in chunks:
            buffer.receive_data(chunk)
            while (line := buffer.next_line()) is not None:
                lines.append(line)
            assert buffer.pending <= max_line + strip_cr
    except FrameTooLargeError:
        return lines, None
    return lines, buffer.take_rest()


@given(streams, cuts, st.integers(1, 12), st.booleans())
def test_any_chunking_gives_the_same_lines_and_the_same_refusal(
    data: bytes,
    borders: list[int],
    max_line: int,
    strip_cr: bool,  # noqa: FBT001 - given by position
) -> None:
    whole = read([data], max_line=max_line, strip_cr=strip_cr)
    assert read(in_chunks(data, borders), max_line=max_line, strip_cr=strip_cr) == whole
    assert read(in_chunks(data, list(range(len(data)))), max_line=max_line, strip_cr=strip_cr) == whole


@given(streams, cuts)
def test_lines_and_rest_are_the_bytes_that_came_in(data: bytes, borders: list[int]) -> None:
    lines, rest = read(in_chunks(data, borders), max_line=1000, strip_cr=False)
    assert rest is not None
    assert b"".join(line + b"\n" for line in lines) + rest == data


@given(streams)
def test_lines_are_those_of_a_plain_split(data: bytes) -> None:
    lines, _ = read([data], max_line=1000, strip_cr=True)
    assert lines == [line.removesuffix(b"\r") for line in data.split(b"\n")[:-1]]
