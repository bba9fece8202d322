import collections
import itertools
import random
import re
import sys
import tracemalloc
from typing import Any

import pytest

from asterisk_py_ami.events import Hangup, OriginateResponse
from asterisk_py_ami.protocol.codec import Decoder
from asterisk_py_ami.protocol.framing import Limits
from asterisk_py_ami.protocol.headers import ShapeParser, ShapeParsers
from asterisk_py_ami.protocol.message import AmiEvent, Message, Response
from asterisk_py_core.errors import FrameTooLargeError, InputError, ProtocolError

SMALL = Limits(line=30, message=100, lines=6, output_lines=8)


def decode(*pieces: bytes, legacy_output: bool = False, limits: Limits | None = None) -> list[Message]:
    decoder = Decoder(legacy_output=legacy_output, limits=limits)
    return [message for piece in pieces for message in decoder.receive_data(piece)]


def bytewise(data: bytes) -> list[bytes]:
    return [data[at : at + 1] for at in range(len(data))]


def test_a_message_is_decoded_when_its_blank_line_is_there() -> None:
    decoder = Decoder()
    assert decoder.receive_data(b"Event: Hangup\r\nCause: 16\r\n\r") == []
    assert decoder.receive_data(b"\nEvent: Hang") == [Hangup(b"Event: Hangup\r\nCause: 16")]
    assert decoder.receive_data(memoryview(b"up\r\n\r\n")) == [Hangup(b"Event: Hangup")]


def test_034_a_message_with_event_and_response_is_an_event() -> None:
    (event,) = decode(b"Event: OriginateResponse\r\nActionID: a-1\r\nResponse: Failure\r\nReason: 5\r\n\r\n")
    assert isinstance(event, OriginateResponse)
    assert (event.action_id, event.reason, event.is_success) == ("a-1", 5, False)


@pytest.mark.parametrize("first", [b"Response: Success", b"response:Success"])
def test_032_a_value_that_looks_like_an_event_does_not_turn_the_answer_into_one(first: bytes) -> None:
    # Getvar of a variable that holds CR LF, which whoever calls may have put there.
    (answer,) = decode(first + b"\r\nActionID: a-1\r\nVariable: X\r\nValue: x\r\nEvent: Hangup\r\n\r\n")
    assert type(answer) is Response
    assert (answer.action_id, answer["Value"], answer["Event"]) == ("a-1", "x", "Hangup")


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b"Event: Hangup", Hangup),
        (b"event: hangup", Hangup),
        (b"Event:Hangup\r\nCause: 16", Hangup),
        (b"Event: Hangup\n\r\nCause: 16", Hangup),
        (b"Cause: 16\r\nEvent: Hangup", Hangup),
        (b"Event: Hangups", AmiEvent),
        (b"Event: Hangu", AmiEvent),
        (b"Event: ", AmiEvent),
        (b"Event: NoSuchEventWithAVeryLongNameIndeed\r\nA: 1", AmiEvent),
        (b"Response: Success", Response),
        (b"RESPONSE:Error", Response),
        (b"ActionID: 1\r\nResponse: Error", Response),
        (b"ActionID: 1\r\nResponse: Error\r\nEvent: Hangup", Hangup),
        (b"Responses: 1\r\nEvents: 2", Message),
        (b"Output: Event: Hangup", Message),
        (b"\rEvent: Hangup", Message),
        (b"hello", Message),
    ],
)
def test_messages_are_told_apart_by_event_and_response(raw: bytes, kind: type[Message]) -> None:
    # Twice, because the first of a kind is remembered.
    decoder = Decoder()
    for _ in range(2):
        (message,) = decoder.receive_data(raw + b"\r\n\r\n")
        assert type(message) is kind
        assert message.raw == raw
    assert decoder.junk_count == (2 if kind is Message else 0)


def test_an_event_is_not_taken_for_one_whose_name_is_the_beginning_of_its_own() -> None:
    class Short(AmiEvent, event="A" * 25):
        __slots__ = ()

    # The line of the first is as long as what the decoder looks at before anything else.
    events = decode(b"Event: " + b"A" * 25 + b"\r\n\r\n", b"Event: " + b"A" * 26 + b"\r\nX: 1\r\n\r\n")
    assert [type(event) for event in events] == [Short, AmiEvent]


def test_an_event_described_while_connected_is_typed_from_then_on() -> None:
    decoder = Decoder()
    stream = b"Event: DescribedLate\r\nA: 1\r\n\r\n"
    assert [type(event) for event in decoder.receive_data(stream * 2)] == [AmiEvent, AmiEvent]

    class DescribedLate(AmiEvent, event="DescribedLate"):
        __slots__ = ()

    assert [type(event) for event in decoder.receive_data(stream)] == [DescribedLate]


def test_057_no_event_is_born_from_command_output() -> None:
    (answer,) = decode(b"Response: Success\r\nOutput: Event: Hangup\r\nOutput: \r\nOutput: x\r\n\r\n")
    assert isinstance(answer, Response)
    assert answer.output == ["Event: Hangup", "", "x"]


def test_057_a_hundred_thousand_lines_of_output_are_one_message() -> None:
    lines = [f"line {number}" for number in range(100_000)]
    data = "".join(["Response: Success\r\n", *[f"Output: {line}\r\n" for line in lines], "\r\n"]).encode()
    (answer,) = decode(data)
    assert isinstance(answer, Response)
    assert answer.output == lines


def test_057_038_what_a_command_prints_costs_no_work_for_each_of_its_lines() -> None:
    # 10 MB, as a command may print; a call for each of the lines would be a second in which nothing else runs.
    line = b"Output: " + b"x" * 72 + b"\r\n"
    stream = b"Response: Success\r\nActionID: a-1\r\nMessage: x\r\n" + line * 125_000 + b"\r\n"
    decoder = Decoder()
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    sys.setprofile(count)
    try:
        (answer,) = decoder.receive_data(stream)
        assert isinstance(answer, Response)
        assert (answer.action_id, answer.is_success, answer.message) == ("a-1", True, "x")
        output = answer.output
    finally:
        sys.setprofile(None)
    assert output == ["x" * 72] * 125_000
    assert calls < 300


@pytest.mark.parametrize("legacy_output", [True, False])
def test_057_038_a_command_that_prints_without_end_is_given_up(legacy_output: bool) -> None:  # noqa: FBT001
    for stream in (
        b"Response: Success\r\n" + b"Output:\r\n" * 500_001 + b"\r\n",
        b"Response: Follows\r\nx" + b"\n" * 500_000 + b"--END COMMAND--\r\n\r\n",
    ):
        with pytest.raises(FrameTooLargeError, match=r"what a command printed \(lines\) exceeds the limit of 500,000"):
            decode(stream, b"", legacy_output=legacy_output)


@pytest.mark.parametrize("limit", ["line", "message", "lines", "output_lines"])
@pytest.mark.parametrize("value", [0, -1, 1.5, None])
def test_a_limit_is_a_positive_integer(limit: str, value: Any) -> None:
    with pytest.raises(InputError, match=f"^{limit} must be a positive integer"):
        Limits(**{limit: value})


LEGACY = (
    b"Response: Follows\r\nPrivilege: Command\r\nActionID: a-1\r\n"
    b"\n\r\n\r\nEvent: Hangup\r\n\r\nlast\n--END COMMAND--\r\n\r\nEvent: Hangup\r\n\r\n"
)


@pytest.mark.parametrize("pieces", [[LEGACY], bytewise(LEGACY)])
def test_057_output_of_asterisk_before_14_ends_at_its_marker(pieces: list[bytes]) -> None:
    answer, event = decode(*pieces, legacy_output=True)
    assert isinstance(answer, Response)
    assert answer.action_id == "a-1"
    assert answer.output == ["", "", "", "Event: Hangup", "", "last"]
    assert type(event) is Hangup


def test_057_nobody_can_hold_back_the_stream_of_a_later_asterisk_with_such_output() -> None:
    forged, event = decode(b"Response: Follows\r\n\r\nEvent: Hangup\r\n\r\n")
    assert isinstance(forged, Response)
    assert type(event) is Hangup


@pytest.mark.parametrize(
    "data",
    [
        b"A: 1\r\n\nB: 2\r\n\r\n",
        b"A: 1\r\n\r\n\r\n\r\n\n\n\r\nB: 2\r\n\r\n",
        b"\r\n\n\r\nA: 1\r\n\n\nB: 2\r\n\n",
        b"A: 1\n\r\n\r\nB: 2\r\n\r\n",
    ],
)
def test_037_every_end_of_a_message_ends_it_and_extra_blank_lines_are_ignored(data: bytes) -> None:
    for pieces in ([data], bytewise(data)):
        messages = decode(*pieces)
        assert [message.headers for message in messages] == [(("A", "1"),), (("B", "2"),)]


def test_037_a_bare_lf_does_not_end_a_message() -> None:
    (message,) = decode(b"A: 1\n\nB: 2\r\n\r\n")
    assert message.headers == (("A", "1\n\nB: 2"),)


def test_061_half_a_message_is_never_an_event() -> None:
    decoder = Decoder()
    assert decoder.receive_data(b"Event: Hangup\r\nCause: 16\r\n") == []


@pytest.mark.parametrize(
    ("message", "what"),
    [
        (b"A: " + b"x" * 27, None),
        (b"A: " + b"x" * 28, "a line of an AMI message"),
        (b"A: 1\r\nB: " + b"x" * 28 + b"\r\nC: 1", "a line of an AMI message"),
        (b"\r\n".join([b"A: 1"] * 6), None),
        (b"\r\n".join([b"A: 1"] * 7), r"an AMI message \(lines\)"),
        (b"\r\n".join([b"A: 1", *[b"Output: 1"] * 8]), None),
        (b"\r\n".join([b"A: 1", *[b"Output:"] * 8]), None),
        (b"\r\n".join([b"A: 1", *[b"Output:"] * 9]), r"what a command printed \(lines\)"),
        (b"Response: Follows\r\nx" + b"\n" * 7 + b"--END COMMAND--", None),
        (b"Response: Follows\r\nx" + b"\n" * 8 + b"--END COMMAND--", r"what a command printed \(lines\)"),
        (b"\r\n".join([b"Output: " + b"x" * 10] * 5), None),
        (b"\r\n".join([b"Output: " + b"x" * 12] * 4 + [b"Output: x2345"]), r"an AMI message \(bytes\)"),
    ],
)
def test_038_a_message_over_a_limit_is_refused_however_it_is_cut(message: bytes, what: str | None) -> None:
    for pieces in ([message + b"\r\n\r\n"], bytewise(message + b"\r\n\r\n")):
        if what is None:
            assert [m.raw for m in decode(*pieces, limits=SMALL)] == [message]
        else:
            with pytest.raises(FrameTooLargeError, match=what):
                decode(*pieces, b"", limits=SMALL)


def test_038_messages_before_one_that_is_too_large_are_delivered_first() -> None:
    decoder = Decoder(limits=SMALL)
    assert decoder.receive_data(b"A: 1\r\n\r\nB: " + b"x" * 200 + b"\r\n\r\nC: 1\r\n\r\n") == [Message(b"A: 1")]
    for _ in range(2):
        with pytest.raises(FrameTooLargeError, match="limit of 100") as caught:
            decoder.receive_data(b"D: 1\r\n\r\n")
        assert isinstance(caught.value, ProtocolError)


def test_038_bytes_that_never_end_a_line_cost_no_more_memory_than_a_message_may() -> None:
    decoder = Decoder()
    piece = bytes(64 * 1024)
    tracemalloc.start()
    try:
        with pytest.raises(FrameTooLargeError):
            collections.deque(map(decoder.receive_data, itertools.repeat(piece, 1600)), maxlen=0)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 32 * 1024 * 1024


@pytest.mark.parametrize("garbage", [b"\r\n", b"\n", b"\r\n\n"])
def test_038_blank_lines_for_ever_cost_no_memory(garbage: bytes) -> None:
    decoder = Decoder()
    assert decoder.receive_data(garbage * 30_000) == []
    tracemalloc.start()
    try:
        for _ in range(20):
            assert decoder.receive_data(garbage * 30_000) == []
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 100_000


def test_038_a_million_tiny_messages_are_all_decoded_and_leave_nothing() -> None:
    decoder = Decoder()
    # The last message of each piece is cut.
    assert decoder.receive_data(b"A:\r\n\r") == []
    piece = b"\n" + b"A:\r\n\r\n" * 9_999 + b"A:\r\n\r"
    count = sum(len(decoder.receive_data(piece)) for _ in range(97))
    tracemalloc.start()
    try:
        count += sum(len(decoder.receive_data(piece)) for _ in range(3))
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (count, decoder.junk_count) == (1_000_000, 1_000_000)
    assert held < 100_000


def test_038_a_hundred_thousand_headers_and_a_line_of_two_megabytes_are_refused() -> None:
    with pytest.raises(FrameTooLargeError, match="65,536"):
        decode(b"Response: Success\r\n" + b"X: 1\r\n" * 100_000 + b"\r\n")
    with pytest.raises(FrameTooLargeError, match="1,048,576"):
        decode(b"Event: X\r\nX: " + b"x" * 2_000_000 + b"\r\n\r\n")


def test_038_a_large_message_in_tiny_pieces_is_searched_and_copied_once() -> None:
    # Searched or copied again with each piece, these four megabytes would be a hundred gigabytes of work.
    decoder = Decoder()
    lines = b"Output: 0123456789abcdef0123456789abcdef0123456789abcdef012345\r\n"
    assert len(lines) == 64
    assert decoder.receive_data(b"Response: Success\r\n") == []
    assert not any(decoder.receive_data(lines) for _ in range(65_536))
    (answer,) = decoder.receive_data(b"\r\n")
    assert isinstance(answer, Response)
    assert len(answer.output) == 65_536


def test_a_stranger_who_invents_beginnings_and_names_fills_no_memory() -> None:
    decoder = Decoder()
    invented = random.Random(1)
    stream = b"".join(
        b"Event: Hangup\r\nX%d: 1\r\n\r\nEvent: N%d\r\nA: 1\r\n\r\n" % (number, number)
        for number in (invented.getrandbits(60) for _ in range(3000))
    )
    for event in decoder.receive_data(stream):
        assert event.headers[1][1] == "1"
    assert len(decoder._beginnings) <= 1024
    assert isinstance(Hangup._parser, ShapeParser)
    assert len(Hangup._parser._shapes) <= 8
    assert isinstance(AmiEvent._parser, ShapeParsers)
    assert len(AmiEvent._parser._parsers) <= 64


def test_a_header_name_of_a_megabyte_is_read_and_made_no_pattern_of(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stranger(AmiEvent, event="Stranger"):
        __slots__ = ()

    compiled: list[int] = []
    original = re.compile

    def compile_pattern(pattern: str) -> re.Pattern[str]:
        compiled.append(len(pattern))
        return original(pattern)

    monkeypatch.setattr("asterisk_py_ami.protocol.headers.re.compile", compile_pattern)
    for size in (1_000_000, 4096, 4000):
        (event,) = decode(b"Event: Stranger\r\n" + b"x" * size + b": 1\r\n\r\n")
        assert event["x" * size] == "1"
    assert len(compiled) == 1
    assert compiled[0] < 5000


def test_an_event_name_of_a_megabyte_is_not_kept() -> None:
    tracemalloc.start()
    try:
        for number in range(50):
            (event,) = decode(b"Event: N%d" % number + b"x" * 1_000_000 + b"\r\nA: 1\r\n\r\n")
            assert event["A"] == "1"
            del event
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 1_000_000
