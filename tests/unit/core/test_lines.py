from typing import Any

import pytest

from asterisk_py_core.errors import FrameTooLargeError, InputError
from asterisk_py_core.lines import LineBuffer


def all_lines(buffer: LineBuffer) -> list[bytes]:
    return list(iter(buffer.next_line, None))


def test_a_line_is_returned_once_it_is_complete() -> None:
    buffer = LineBuffer(max_line=100)
    buffer.receive_data(b"Asterisk Call Man")
    assert buffer.next_line() is None
    buffer.receive_data(b"ager/11.0.0\r\nnext")
    assert buffer.next_line() == b"Asterisk Call Manager/11.0.0"
    assert buffer.next_line() is None


def test_crlf_and_lf_end_a_line_and_only_one_cr_belongs_to_the_end() -> None:
    buffer = LineBuffer(max_line=100)
    buffer.receive_data(b"a\r\nb\nc\r\r\nd\re\n\r\n\n")
    assert all_lines(buffer) == [b"a", b"b", b"c\r", b"d\re", b"", b""]


def test_in_agi_a_cr_is_data() -> None:
    buffer = LineBuffer(max_line=100, strip_cr=False)
    buffer.receive_data(b"agi_arg_1: x\r\n\r\n\n")
    assert all_lines(buffer) == [b"agi_arg_1: x\r", b"\r", b""]


def in_chunks(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


@pytest.mark.parametrize("chunk", [1, 11, 1000])
@pytest.mark.parametrize(("strip_cr", "end"), [(True, b"\n"), (True, b"\r\n"), (False, b"\n")])
def test_a_line_may_be_as_long_as_the_limit(*, strip_cr: bool, end: bytes, chunk: int) -> None:
    buffer = LineBuffer(max_line=10, strip_cr=strip_cr)
    lines: list[bytes] = []
    for part in in_chunks(b"0123456789" + end, chunk):
        buffer.receive_data(part)
        lines += all_lines(buffer)
    assert lines == [b"0123456789"]


@pytest.mark.parametrize(
    ("strip_cr", "data"),
    [
        (True, b"01234567890"),
        (True, b"01234567890\n"),
        (True, b"0123456789\r\r"),
        (True, b"01234567890\r\n"),
        (False, b"0123456789\r"),
    ],
)
def test_066_a_line_over_the_limit_is_refused_before_its_end_arrives(*, strip_cr: bool, data: bytes) -> None:
    buffer = LineBuffer(max_line=10, strip_cr=strip_cr, what="AGI line")
    buffer.receive_data(b"short\n" + data)
    assert buffer.next_line() == b"short"
    for _ in range(2):
        with pytest.raises(FrameTooLargeError, match="AGI line exceeds the limit of 10"):
            buffer.next_line()
        buffer.receive_data(b"x" * 1000)
        assert buffer.pending == 0


def test_the_memory_held_for_a_line_without_end_stays_within_the_limit_and_one_read() -> None:
    buffer = LineBuffer(max_line=8192)
    held = []
    with pytest.raises(FrameTooLargeError):  # noqa: PT012 - it is the growth until then that is asked for
        while True:
            buffer.receive_data(b"x" * 1000)
            held.append(buffer.pending)
            buffer.next_line()
    assert max(held) <= 8192 + 1000


def test_what_is_pending_is_counted_and_can_be_handed_to_another_codec() -> None:
    buffer = LineBuffer(max_line=100)
    buffer.receive_data(b"banner\r\nEvent: FullyBooted\r\n\r\nEv")
    assert buffer.next_line() == b"banner"
    assert buffer.pending == 24
    assert buffer.take_rest() == b"Event: FullyBooted\r\n\r\nEv"
    assert (buffer.pending, buffer.take_rest(), buffer.next_line()) == (0, b"", None)
    buffer.receive_data(b"x\n")
    assert buffer.next_line() == b"x"


def test_the_rest_can_be_taken_after_an_incomplete_line_was_looked_for() -> None:
    buffer = LineBuffer(max_line=100)
    buffer.receive_data(b"half")
    assert buffer.next_line() is None
    assert buffer.take_rest() == b"half"
    buffer.receive_data(b"a\nb\n")
    assert all_lines(buffer) == [b"a", b"b"]


class CountingBuffer(bytearray):
    """A bytearray that counts the bytes `find` may have to look at."""

    looked_at = 0

    def find(self, *args: Any) -> int:
        self.looked_at += len(self) - args[1]
        return super().find(*args)


def test_one_byte_at_a_time_is_looked_at_once() -> None:
    buffer = LineBuffer(max_line=10**6)
    counting = buffer._buffer = CountingBuffer()
    for _ in range(100_000):
        buffer.receive_data(b"x")
        assert buffer.next_line() is None
    assert counting.looked_at == 100_000


@pytest.mark.parametrize("limit", [0, -1, True, 1.5, "8192", None])
def test_a_limit_is_a_positive_int(limit: Any) -> None:
    with pytest.raises(InputError, match="max_line must be a positive int"):
        LineBuffer(max_line=limit)
