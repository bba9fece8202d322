"""What must hold for all bytes and all values of AGI, not only for those somebody thought of."""

import contextlib
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from asterisk_py_agi import AgiRequest, DesyncError, FrameTooLargeError, InputError, MalformedFrameError, Reply
from asterisk_py_agi.protocol.command import encode_command
from asterisk_py_agi.protocol.session import Conversation, ConversationState

pytestmark = pytest.mark.parser

TRANSCRIPT = Path(__file__).parents[2] / "transcripts/agi-args-url.s2c.bin"
ENVIRONMENT = TRANSCRIPT.read_bytes().partition(b"\n\n")[0] + b"\n\n"
LINES = ENVIRONMENT[:-2].split(b"\n")

CUTS = st.lists(st.integers(0, 2000), max_size=12)
COMMANDS = st.sampled_from(["NOOP", "GET VARIABLE", "GET FULL VARIABLE", "STREAM FILE", "GOSUB", "SPEECH RECOGNIZE"])
# Pieces that an answer, or what looks like one, is made of.
PIECES = st.sampled_from(
    [
        *[b"200 result=", b"200 result=1 (", b"200 result=0\n", b"200 result=-1\n", b"HANGUP\n", b"HANG", b"UP\n"],
        *[
            b"100 result=0 Trying...\n",
            b"510 x\n",
            b"511 dead\n",
            b"520 x\n",
            b"520-x\n",
            b"520 End of proper usage.\n",
        ],
        *[
            b"(",
            b")",
            b")\n",
            b"(timeout)",
            b" endpos=",
            b"1",
            b"\n",
            b"\r",
            b"\0",
            b" ",
            b"\xff",
            b"agi_x: y\n",
            b"\n\n",
        ],
    ]
)
STREAMS = st.lists(PIECES | st.binary(max_size=3), max_size=12).map(b"".join)


def told(data: bytes, cuts: list[int], command: str = "", *, environment: bool = False) -> list[object]:
    """Feed *data*, cut at *cuts*, and return all that came out: the request, the answer, the hangup, the error."""
    conversation = Conversation()
    if not environment:
        conversation.receive_data(ENVIRONMENT)
    if command:
        conversation.start(command)
    borders = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    replies: list[Reply] = []
    error: type[Exception] | None = None
    try:
        for start, end in pairwise(borders):
            if (reply := conversation.receive_data(data[start:end])) is not None:
                replies.append(reply)
    except (DesyncError, FrameTooLargeError) as caught:
        error = type(caught)
    assert len(replies) <= bool(command)
    assert (conversation.state is ConversationState.POISONED) == (error is not None)
    return [conversation.request, conversation.state, error, replies, conversation.hungup and error is None]


@given(st.lists(st.sampled_from([*(line + b"\n" for line in LINES), b"\n"]) | PIECES, max_size=30).map(b"".join), CUTS)
@example(ENVIRONMENT, list(range(len(ENVIRONMENT))))
@example(ENVIRONMENT + b"HANGUP\n", [3])
@example(ENVIRONMENT + b"\n", [len(ENVIRONMENT)])
def test_067_any_bytes_are_one_environment_or_one_error_however_they_are_cut(data: bytes, cuts: list[int]) -> None:
    whole = told(data, [], environment=True)
    assert told(data, cuts, environment=True) == whole
    assert told(data, list(range(len(data))), environment=True) == whole


@given(COMMANDS, STREAMS, CUTS)
@example("GET VARIABLE", b"200 result=1 (a\nHANGUP\nb)\n", [16])
@example("GET VARIABLE", b"200 result=1 (a)\n200 result=1 (b))\n", [17])
@example("NOOP", b"200 result=0\nHANG", [4])
@example("NOOP", b"HANGUP\n511 dead\nHANGUP\n", [])
def test_072_any_bytes_are_at_most_one_answer_however_they_are_cut(command: str, data: bytes, cuts: list[int]) -> None:
    whole = told(data, [], command)
    for borders in (cuts, list(range(len(data)))):
        piecewise = told(data, borders, command)
        # What follows an answer in the same piece takes it back: nobody has seen it yet.
        assert piecewise[:3] == whole[:3]
        assert piecewise[3] == whole[3] or whole[2] is DesyncError


@given(st.text(st.characters(codec="utf-8") | st.sampled_from("\n()\udcff \x00"), max_size=30), CUTS)
def test_072_whatever_a_value_is_it_is_returned_whole_or_the_session_ends(value: str, cuts: list[int]) -> None:
    data = f"200 result=1 ({value})\n".encode("utf-8", "surrogateescape")
    assume("\udcff" not in value or data.decode("utf-8", "surrogateescape") == f"200 result=1 ({value})\n")
    _, state, error, replies, hungup = told(data, cuts, "GET VARIABLE")
    if ")\n" in value:
        assert (state, error) == (ConversationState.POISONED, DesyncError)
    else:
        assert (state, error, hungup) == (ConversationState.READY, None, False)
        assert [reply.data for reply in replies] == [value]  # type: ignore[attr-defined]


@given(st.binary(max_size=60) | STREAMS)
def test_073_any_text_is_an_answer_or_none(data: bytes) -> None:
    with contextlib.suppress(MalformedFrameError):
        reply = Reply.parse(data.decode("utf-8", "surrogateescape"))
        assert reply.code in {100, 200, 510, 511, 520}
        assert reply.text.encode("utf-8", "surrogateescape") == data
        assert reply.data is None or f"({reply.data})" in reply.text


@given(st.lists(st.sampled_from(LINES) | st.binary(max_size=20), max_size=30))
def test_067_any_lines_are_a_request_or_a_desync(lines: list[bytes]) -> None:
    try:
        request = AgiRequest.parse(lines)
    except DesyncError:
        return
    assert len(request.environment) == len(lines)
    assert len(request.args) == sum(name.startswith("agi_arg_") for name in request.environment)


def words_of(line: bytes) -> list[bytes]:
    """Cut *line* as res/res_agi.c does (parse_args)."""
    words: list[bytes] = []
    word, quoted, escaped, begun = b"", False, False, False
    for byte in (bytes([value]) for value in line):
        if escaped:
            word, escaped, begun = word + byte, False, True
        elif byte == b"\\":
            escaped = True
        elif byte == b'"':
            quoted, begun = not quoted, True
        elif byte in b" \t" and not quoted:
            words += [word] * begun
            word, begun = b"", False
        else:
            word, begun = word + byte, True
    return words + [word] * begun


TEXTS = st.text(st.characters(codec="utf-8") | st.sampled_from('"\\ \t\n\r\x00#,'), max_size=20)


@given(COMMANDS, st.lists(TEXTS | st.integers(-(2**63) + 1, 2**63 - 1) | st.floats(-1e9, 1e9), max_size=101))
def test_070_a_command_is_one_line_whose_words_are_its_arguments(command: str, args: list[str | float]) -> None:
    try:
        line = encode_command(command, tuple(args))
    except InputError:
        assert len(args) > 100 or any(char in str(arg) for arg in args for char in "\r\n\0")
        return
    assert line.endswith(b"\n")
    assert not set(line[:-1]) & set(b"\r\n\0")
    assert len(line) <= 8191
    names = len(command.split())
    assert words_of(line[:-1])[names:] == [str(arg).encode() for arg in args]
