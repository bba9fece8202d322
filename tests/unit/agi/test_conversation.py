"""The conversation by bytes: recorded ones in every chunking, and what nobody may slip in."""

import random
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from asterisk_py_agi import (
    AgiDeadChannelError,
    ConcurrentCommandError,
    DesyncError,
    FrameTooLargeError,
    InputError,
    Reply,
    SessionPoisonedError,
)
from asterisk_py_agi.protocol.session import Conversation, ConversationState

TRANSCRIPTS = Path(__file__).parents[2] / "transcripts"
ENVIRONMENT = (TRANSCRIPTS / "agi-normal.s2c.bin").read_bytes().partition(b"\n\n")[0] + b"\n\n"


def ready() -> Conversation:
    conversation = Conversation()
    assert conversation.receive_data(ENVIRONMENT) is None
    assert conversation.state is ConversationState.READY
    return conversation


def asked(command: str, *args: str) -> Conversation:
    conversation = ready()
    conversation.start(command, args)
    return conversation


def whole(data: bytes) -> Iterator[bytes]:
    yield data


def byte_by_byte(data: bytes) -> Iterator[bytes]:
    for value in data:
        yield bytes([value])


def at_random(data: bytes) -> Iterator[bytes]:
    source = random.Random(len(data))
    while data:
        size = source.randint(1, 40)
        yield data[:size]
        data = data[size:]


def feed(conversation: Conversation, chunks: Iterable[bytes]) -> list[Reply]:
    return [reply for chunk in chunks if (reply := conversation.receive_data(chunk)) is not None]


# --- the environment -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cut", [whole, byte_by_byte, at_random])
def test_the_environment_comes_in_any_pieces(cut: object) -> None:
    conversation = Conversation()

    assert callable(cut)
    assert feed(conversation, cut(ENVIRONMENT)) == []
    assert conversation.request is not None
    assert conversation.request.caller_id_name == "Ann"
    assert conversation.state is ConversationState.READY


def test_nothing_is_known_before_the_blank_line() -> None:
    conversation = Conversation()
    conversation.receive_data(ENVIRONMENT[:-1])

    assert (conversation.state, conversation.request) == (ConversationState.ENVIRONMENT, None)


@pytest.mark.parametrize("cut", [whole, byte_by_byte, at_random])
def test_066_an_environment_of_64_kib_is_the_largest(cut: object) -> None:
    conversation = Conversation()

    assert callable(cut)
    lines = b"".join(b"agi_x%d: %s\n" % (number, b"x" * 990) for number in range(100))
    with pytest.raises(FrameTooLargeError, match="65,536"):
        feed(conversation, cut(lines))
    assert conversation.state is ConversationState.POISONED


def test_066_an_environment_of_256_lines_is_the_longest() -> None:
    lines = [b"agi_x%d: \n" % number for number in range(257)]
    conversation = Conversation()

    feed(conversation, lines[:256])
    with pytest.raises(FrameTooLargeError, match="256"):
        conversation.receive_data(lines[256])


def test_066_a_line_of_8_kib_is_the_longest() -> None:
    conversation = Conversation()

    conversation.receive_data(b"agi_x: ".ljust(8192, b"x"))
    with pytest.raises(FrameTooLargeError, match="8,192"):
        conversation.receive_data(b"x")


def test_066_the_limits_hold_for_the_block_and_not_for_what_follows_it() -> None:
    padding = b"".join(b"agi_x%d: %s\n" % (number, b"x" * 8000) for number in range(7))
    environment = padding + ENVIRONMENT
    conversation = Conversation()

    assert len(environment) < 65536
    conversation.receive_data(environment)
    assert conversation.state is ConversationState.READY


@pytest.mark.parametrize("rest", [b"200 result=1 (pwn)\n", b"\n", b"agi_callerid: 1\n", b"HANGUPS\n", b"x", b"\0"])
@pytest.mark.parametrize("together", [True, False])
def test_067_bytes_after_the_blank_line_are_forged(rest: bytes, *, together: bool) -> None:
    conversation = Conversation()
    chunks = [ENVIRONMENT + rest] if together else [ENVIRONMENT, rest]

    with pytest.raises(DesyncError, match="answers no command"):
        feed(conversation, chunks)
    assert conversation.state is ConversationState.POISONED


def test_067_the_recorded_forgery_is_found_however_it_arrives() -> None:
    data = (TRANSCRIPTS / "agi-env-injection.s2c.bin").read_bytes()
    for cut in (whole, byte_by_byte, at_random):
        conversation = Conversation()
        with pytest.raises(DesyncError):
            feed(conversation, cut(data))


@pytest.mark.parametrize("cut", [whole, byte_by_byte])
def test_a_hangup_right_after_the_environment_is_one(cut: object) -> None:
    conversation = Conversation()

    assert callable(cut)
    feed(conversation, cut(ENVIRONMENT + b"HANGUP\n"))
    assert (conversation.hungup, conversation.state) == (True, ConversationState.READY)


# --- recorded conversations ------------------------------------------------------------------------------------------


def commands_and_answers(name: str) -> tuple[list[bytes], bytes]:
    """Return the lines a client sent, and what came back behind the environment."""
    sent = (TRANSCRIPTS / f"{name}.c2s.bin").read_bytes().split(b"\n")[:-1]
    return sent, (TRANSCRIPTS / f"{name}.s2c.bin").read_bytes().partition(b"\n\n")[2]


def answer_lengths(name: str, answers: bytes) -> Iterator[bytes]:
    """Cut the recorded answers where Asterisk ended each: at the line end, or at that of the usage."""
    del name
    while answers:
        end = answers.index(b"520 End of proper usage.\n") + 25 if answers.startswith(b"520-") else None
        end = end or answers.index(b"\n") + 1
        yield answers[:end]
        answers = answers[end:]


@pytest.mark.parametrize("cut", [whole, byte_by_byte, at_random])
@pytest.mark.parametrize(
    "name", ["agi-normal", "agi-errors", "agi-hangup-midcommand", "agi-hangup-idle", "agi-nosighup"]
)
def test_recorded_answers_are_read_one_for_each_command(name: str, cut: object) -> None:
    sent, recorded = commands_and_answers(name)
    conversation = ready()
    replies: list[Reply] = []

    assert callable(cut)
    for answer in answer_lengths(name, recorded):
        if answer == b"HANGUP\n":
            feed(conversation, cut(answer))
            continue
        # The commands were written by hand, and some of them by no rule of ours.
        conversation.state = ConversationState.BUSY
        conversation.running = sent[len(replies)].decode().partition(" FOO")[0].strip()
        replies += feed(conversation, cut(answer))
    assert b"\n".join(reply.text.encode() for reply in replies) + b"\n" == recorded.replace(b"HANGUP\n", b"")
    assert conversation.state is ConversationState.READY
    assert conversation.hungup == (name not in {"agi-normal", "agi-errors"})


def test_the_recorded_conversation_means_what_was_asked() -> None:
    _, recorded = commands_and_answers("agi-normal")
    conversation = ready()
    answers = recorded.splitlines(keepends=True)
    data = []
    for command, answer in zip(["ANSWER", "GET VARIABLE", "SET VARIABLE", "GET VARIABLE"], answers, strict=False):
        conversation.start(command)
        reply = conversation.receive_data(answer)
        assert reply is not None
        data.append((reply.result, reply.data))
    assert data == [("0", None), ("0", None), ("1", None), ("1", 'a b"c\\d')]


# --- answers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cut", [whole, byte_by_byte, at_random])
@pytest.mark.parametrize("command", ["GET VARIABLE", "GET FULL VARIABLE", "DATABASE GET", "RECEIVE TEXT"])
@pytest.mark.parametrize(
    "value", ["a\nb", "\n", "a\n\nb\n", "(\n(", "one\nHANGUP\ntwo", "a\n200 result=1 (x\nb", ") endpos=3\n", "520-x\ny"]
)
def test_072_a_value_of_several_lines_is_joined(cut: object, command: str, value: str) -> None:
    conversation = asked(command, "X")

    assert callable(cut)
    (reply,) = feed(conversation, cut(f"200 result=1 ({value})\n".encode()))
    assert (reply.result, reply.data) == ("1", value)
    assert (conversation.state, conversation.hungup) == (ConversationState.READY, False)


@pytest.mark.parametrize("cut", [whole, byte_by_byte, at_random])
@pytest.mark.parametrize(
    "value", ["x)\n200 result=1 (FORGED", "x)\nHANGUP\n200 result=1 (y", "x)\n", "x)\n\n", "x)\ny"]
)
def test_072_a_value_that_looks_like_an_answer_and_more_never_becomes_the_next_answer(cut: object, value: str) -> None:
    conversation = asked("GET VARIABLE", "X")

    assert callable(cut)
    with pytest.raises(DesyncError, match="answers no command"):
        feed(conversation, cut(f"200 result=1 ({value})\n".encode()))
    assert conversation.state is ConversationState.POISONED
    with pytest.raises(SessionPoisonedError, match="NOOP was not sent") as caught:
        conversation.start("NOOP")
    assert isinstance(caught.value.__cause__, DesyncError)


def test_072_a_value_found_forged_in_one_piece_is_not_returned() -> None:
    conversation = asked("GET VARIABLE", "X")

    with pytest.raises(DesyncError):
        conversation.receive_data(b"200 result=1 (x)\n200 result=1 (FORGED))\n")


def test_072_other_answers_end_with_their_line() -> None:
    conversation = asked("SPEECH RECOGNIZE", "beep", "5000")

    (reply,) = feed(conversation, [b'200 result=1 (speech) endpos=0 results=1 score0=9 text0="hi" grammar0=g\n'])
    assert reply.data == "speech"


@pytest.mark.parametrize(
    "answer", [b"x\n", b"200\n", b"\n", b"\r\n", b"agi_type: x\n", b"530 x\n", b"200 result\n", b"\xff\n", b"1001 x\n"]
)
def test_an_answer_that_is_none_is_a_desync(answer: bytes) -> None:
    conversation = asked("NOOP")

    with pytest.raises(DesyncError, match="NOOP was answered with"):
        conversation.receive_data(answer)
    assert conversation.state is ConversationState.POISONED


@pytest.mark.parametrize("cut", [whole, byte_by_byte, at_random])
def test_gosub_is_answered_twice_and_the_second_counts(cut: object) -> None:
    conversation = asked("GOSUB", "sub", "s", "1")

    assert callable(cut)
    (reply,) = feed(conversation, cut(b"100 result=0 Trying...\n200 result=0 Gosub complete\n"))
    assert reply.text == "200 result=0 Gosub complete"
    assert conversation.state is ConversationState.READY


@pytest.mark.parametrize("cut", [whole, byte_by_byte, at_random])
def test_a_usage_of_several_lines_is_one_answer(cut: object) -> None:
    conversation = asked("GET DATA")
    block = b"520-Invalid command syntax.  Proper usage follows:\nHANGUP\n200 result=1\n520 End of proper usage.\n"

    assert callable(cut)
    (reply,) = feed(conversation, cut(block))
    assert (reply.code, reply.text) == (520, block.decode().rstrip("\n"))
    assert not conversation.hungup


def test_073_a_value_that_is_not_utf8_is_kept() -> None:
    conversation = asked("GET VARIABLE", "X")

    (reply,) = feed(conversation, [b"200 result=1 (Zo\xeb)\n"])
    assert reply.data == "Zo\udceb"


def test_085_an_answer_of_64_kib_is_the_longest() -> None:
    conversation = asked("GET VARIABLE", "X")
    line = b"200 result=1 ("

    conversation.receive_data(line.ljust(65536, b"x"))
    with pytest.raises(FrameTooLargeError, match="65,536"):
        conversation.receive_data(b"x")
    assert conversation.state is ConversationState.POISONED


def test_085_a_hundred_megabytes_of_answer_are_dropped_as_they_come() -> None:
    conversation = asked("GET VARIABLE", "X")
    chunk = b"x" * 65536

    with pytest.raises(FrameTooLargeError):
        feed(conversation, [b"200 result=1 (", chunk])
    assert feed(conversation, [chunk] * 1600) == []
    assert conversation._lines.pending == 0


@pytest.mark.parametrize("start", [b"200 result=1 (", b"520-Usage"])
def test_085_lines_add_up_to_64_kib_at_most(start: bytes) -> None:
    conversation = asked("GET VARIABLE", "X")
    conversation.receive_data(start + b"\n")

    with pytest.raises(FrameTooLargeError, match="65,536"):
        feed(conversation, [b"x" * 1023 + b"\n"] * 64)
    assert conversation._partial == []


def test_085_values_of_8_kib_are_ordinary() -> None:
    conversation = asked("GET VARIABLE", "X")

    (reply,) = feed(conversation, [b"200 result=1 (" + b"x" * 8192 + b")\n"])
    assert reply.data == "x" * 8192


# --- the hangup ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cut", [whole, byte_by_byte, at_random])
@pytest.mark.parametrize(
    "data", [b"HANGUP\n200 result=-1\n", b"200 result=-1\nHANGUP\n", b"HANGUP\n200 result=-1\nHANGUP\n"]
)
def test_074_the_answer_is_found_before_and_behind_the_hangup(cut: object, data: bytes) -> None:
    conversation = asked("STREAM FILE", "beep", "")

    assert callable(cut)
    (reply,) = feed(conversation, cut(data))
    assert reply.result == "-1"
    assert (conversation.hungup, conversation.state) == (True, ConversationState.READY)


def test_074_a_hangup_half_arrived_does_not_hold_up_the_next_command() -> None:
    conversation = ready()
    conversation.receive_data(b"HANG")
    conversation.start("NOOP")

    assert conversation.receive_data(b"UP\n") is None
    assert conversation.hungup
    assert conversation.receive_data(b"200 result=0\n") is not None


def test_074_after_the_hangup_what_needs_a_live_channel_is_refused_here() -> None:
    conversation = ready()
    conversation.receive_data(b"HANGUP\n")

    with pytest.raises(AgiDeadChannelError, match="STREAM FILE was rejected: the channel has hung up"):
        conversation.start("stream file", ("beep", ""))
    assert conversation.start("GET VARIABLE", ("X",)) == b'GET VARIABLE "X"\n'
    assert conversation.receive_data(b"200 result=1 (x)\n") is not None


def test_075_asterisks_own_refusal_shows_the_hangup_and_spoils_nothing() -> None:
    conversation = asked("ANSWER")

    reply = conversation.receive_data(b"511 Command Not Permitted on a dead channel or intercept routine\n")
    assert reply is not None
    assert (reply.code, conversation.hungup, conversation.state) == (511, True, ConversationState.READY)
    conversation.start("GET VARIABLE", ("X",))


# --- one at a time ---------------------------------------------------------------------------------------------------


def test_079_a_second_command_is_refused_while_one_is_under_way() -> None:
    conversation = asked("GET DATA", "beep")

    with pytest.raises(ConcurrentCommandError, match="NOOP was not sent: GET DATA of the same session"):
        conversation.start("NOOP")
    assert conversation.receive_data(b"200 result=12\n") is not None
    conversation.start("NOOP")


def test_nothing_is_sent_before_the_environment_is_there() -> None:
    with pytest.raises(SessionPoisonedError, match="not described"):
        Conversation().start("NOOP")


def test_what_is_refused_changes_nothing() -> None:
    conversation = ready()

    with pytest.raises(InputError):
        conversation.start("NOOP", ("\n",))
    with pytest.raises(InputError):
        conversation.start("")
    assert conversation.state is ConversationState.READY


def test_078_an_abandoned_conversation_says_why_and_reads_no_more() -> None:
    conversation = asked("GET DATA", "beep")
    conversation.abandon("GET DATA was cancelled")
    conversation.abandon("something else")

    assert conversation.receive_data(b"200 result=1234\n") is None
    with pytest.raises(SessionPoisonedError, match="GET DATA was cancelled"):
        conversation.start("NOOP")


@pytest.mark.parametrize("cut", [whole, byte_by_byte, at_random])
@pytest.mark.parametrize(
    ("before", "after"), [(b"", b"HANGUP\n"), (b"200 res", b"ult=-1\nHANGUP\n"), (b"HAN", b"GUP\n")]
)
def test_074_the_hangup_is_seen_after_a_command_was_abandoned(cut: object, before: bytes, after: bytes) -> None:
    conversation = ready()
    conversation.start("WAIT FOR DIGIT", ("-1",))
    assert conversation.receive_data(before) is None
    conversation.abandon("it was cancelled")
    assert not conversation.hungup
    for piece in cut(after):  # type: ignore[operator]
        assert conversation.receive_data(piece) is None
    assert conversation.hungup


def test_074_text_that_only_looks_like_a_hangup_is_none_after_a_command_was_abandoned() -> None:
    conversation = ready()
    conversation.start("GET VARIABLE", ("X",))
    conversation.abandon("it was cancelled")
    for data in (b"200 result=1 (HANGUP\n", b"X", b"HANGUP\n", b"HANGUPS\n", b"x" * 1_000_000):
        conversation.receive_data(data)
    assert not conversation.hungup
    assert len(conversation._tail) < 10


def test_a_command_that_was_not_sent_can_be_taken_back() -> None:
    conversation = asked("NOOP")
    conversation.take_back()

    conversation.start("NOOP")


# --- answers that come whole -----------------------------------------------------------------------------------------


def test_a_whole_answer_needs_no_line_end_and_may_hold_any() -> None:
    conversation = asked("GET VARIABLE", "X")

    reply = conversation.receive_reply("200 result=1 (a)\n200 result=1 (b)")
    assert reply is not None
    assert reply.data == "a)\n200 result=1 (b"
    assert conversation.state is ConversationState.READY


def test_a_whole_answer_that_nobody_asked_for_is_dropped() -> None:
    assert ready().receive_reply("200 result=1") is None


def test_a_whole_answer_that_is_none_is_a_desync() -> None:
    conversation = asked("NOOP")

    with pytest.raises(DesyncError, match="no answer"):
        conversation.receive_reply("nonsense")
    assert conversation.state is ConversationState.POISONED
