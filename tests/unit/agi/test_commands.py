"""The typed commands: what each sends, and what it makes of Asterisk's answer, word for word."""

import inspect
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from asterisk_py_agi.commands import AgiCommands
from asterisk_py_agi.errors import AgiCommandFailedError
from asterisk_py_agi.protocol.reply import Reply
from asterisk_py_agi.results import (
    ControlledPlayback,
    Digits,
    Playback,
    Recognition,
    Recording,
    SpeechResult,
)
from asterisk_py_core import ChannelState, InputError, UnexpectedResponseError


class Call(AgiCommands):
    """Answers every command with the same reply."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.sent: tuple[str | float, ...] = ()
        self.timeout: float | None = None

    async def send(self, command: str, *args: str | float, timeout: float | None = None) -> Reply:
        self.sent = (command, *args)
        self.timeout = timeout
        return Reply.parse(self.text)


# A text and a grammar may hold anything.
HEARD = (
    '200 result=1 (speech) endpos=5 results=2 score0=9 text0="say "no" (or) endpos=9" grammar0=a b '
    'score1=-1 text1="" grammar1=c)'
)
Use = Callable[[Call], Awaitable[object]]

MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
SECONDS = 1767323045

# What is called, what is sent, Asterisk's answer, what is returned. The answers are Asterisk 22's, those of the speech
# commands by its source.
ROWS: list[tuple[Use, tuple[str | float, ...], str, object]] = [
    (lambda call: call.answer(), ("ANSWER",), "200 result=0", None),
    (lambda call: call.asyncagi_break(), ("ASYNCAGI BREAK",), "200 result=0", None),
    (lambda call: call.channel_status(), ("CHANNEL STATUS",), "200 result=6", ChannelState.UP),
    (
        lambda call: call.channel_status(channel="Local/1@a;2"),
        ("CHANNEL STATUS", "Local/1@a;2"),
        "200 result=4",
        ChannelState.RING,
    ),
    (
        lambda call: call.control_stream_file("menu", "12"),
        ("CONTROL STREAM FILE", "menu", "12"),
        "200 result=50 endpos=1500",
        ControlledPlayback("2", 1.5),
    ),
    (
        lambda call: call.control_stream_file("menu", skip=0.5, pause_digit="5"),
        ("CONTROL STREAM FILE", "menu", "", 500, "", "", "5"),
        "200 result=0 endpos=-1",
        ControlledPlayback(None, None),
    ),
    (
        lambda call: call.control_stream_file("menu", forward_digit="6", rewind_digit="4", offset=2),
        ("CONTROL STREAM FILE", "menu", "", 3000, "6", "4", "", 2000),
        "200 result=0 endpos=0",
        ControlledPlayback(None, 0.0),
    ),
    (lambda call: call.database_del("a", "b"), ("DATABASE DEL", "a", "b"), "200 result=1", None),
    # 0 is success, and 1 none: the opposite of what is documented.
    (lambda call: call.database_deltree("a"), ("DATABASE DELTREE", "a"), "200 result=0", True),
    (lambda call: call.database_deltree("a", keytree="b"), ("DATABASE DELTREE", "a", "b"), "200 result=1", False),
    (lambda call: call.database_get("a", "b"), ("DATABASE GET", "a", "b"), "200 result=1 (v w)", "v w"),
    (lambda call: call.database_get("a", "b"), ("DATABASE GET", "a", "b"), "200 result=0", None),
    (lambda call: call.database_put("a", "b", 5), ("DATABASE PUT", "a", "b", 5), "200 result=1", None),
    (lambda call: call.exec("NoOp", "x"), ("EXEC", "NoOp", "x"), "200 result=0", 0),
    (lambda call: call.exec("Wait"), ("EXEC", "Wait", ""), "200 result=-1", -1),
    (lambda call: call.execute("Dial", "PJSIP/1", 5), ("EXEC", "Dial", "PJSIP/1,5"), "200 result=0", 0),
    (lambda call: call.get_data("pin"), ("GET DATA", "pin", 0), "200 result=0071", Digits("0071", timed_out=False)),
    (
        lambda call: call.get_data("pin", timeout=5.0, max_digits=4),
        ("GET DATA", "pin", 5000, 4),
        "200 result=12 (timeout)",
        Digits("12", timed_out=True),
    ),
    # 0 would be the channel's own time, which is not what was asked for.
    (
        lambda call: call.get_data("pin", timeout=0, max_digits=1),
        ("GET DATA", "pin", 1, 1),
        "200 result= (timeout)",
        Digits("", timed_out=True),
    ),
    (lambda call: call.get_data("pin"), ("GET DATA", "pin", 0), "200 result=*1", Digits("*1", timed_out=False)),
    (
        lambda call: call.get_full_variable("${FOO} x"),
        ("GET FULL VARIABLE", "${FOO} x"),
        "200 result=1 ((a)b (c) x)",
        "(a)b (c) x",
    ),
    (
        lambda call: call.get_full_variable("${FOO}", channel="Local/1"),
        ("GET FULL VARIABLE", "${FOO}", "Local/1"),
        "200 result=0",
        None,
    ),
    (
        lambda call: call.get_option("menu", "12", timeout=0.3),
        ("GET OPTION", "menu", "12", 300),
        "200 result=49 endpos=8000",
        Playback("1", 8000),
    ),
    (
        lambda call: call.get_option("menu"),
        ("GET OPTION", "menu", ""),
        "200 result=0 endpos=8000",
        Playback(None, 8000),
    ),
    (lambda call: call.get_variable("FOO"), ("GET VARIABLE", "FOO"), "200 result=1 (one\ntwo)", "one\ntwo"),
    (lambda call: call.get_variable("FOO"), ("GET VARIABLE", "FOO"), "200 result=1 ()", ""),
    (lambda call: call.get_variable("FOO"), ("GET VARIABLE", "FOO"), "200 result=0", None),
    (lambda call: call.gosub("a", "s", 1), ("GOSUB", "a", "s", 1), "200 result=0 Gosub complete", None),
    (
        lambda call: call.gosub("a", "s", "label", args=["x y", 5]),
        ("GOSUB", "a", "s", "label", "x y,5"),
        "200 result=0 Gosub complete",
        None,
    ),
    (lambda call: call.hangup(), ("HANGUP",), "200 result=1", None),
    (lambda call: call.hangup(channel="Local/1"), ("HANGUP", "Local/1"), "200 result=1", None),
    (lambda call: call.noop(), ("NOOP",), "200 result=0", None),
    (lambda call: call.receive_char(), ("RECEIVE CHAR", -1), "200 result=104", "h"),
    (lambda call: call.receive_char(0), ("RECEIVE CHAR", 0), "200 result=-1 (hangup)", None),
    (lambda call: call.receive_char(1.5), ("RECEIVE CHAR", 1500), "200 result=0 (timeout)", None),
    (lambda call: call.receive_char(), ("RECEIVE CHAR", -1), "200 result=195", "\udcc3"),
    (lambda call: call.receive_text(), ("RECEIVE TEXT", -1), "200 result=1 (hello)", "hello"),
    (lambda call: call.receive_text(0.1), ("RECEIVE TEXT", 100), "200 result=-1", None),
    (
        lambda call: call.record_file("r", "wav"),
        ("RECORD FILE", "r", "wav", "", -1),
        "200 result=35 (dtmf) endpos=4000",
        Recording("#", 4000, timed_out=False, hung_up=False),
    ),
    # The result of a recording that timed out may be any number of milliseconds: no digit.
    (
        lambda call: call.record_file("r", "wav", "#", 10, sample_offset=0, beep=True, silence=3),
        ("RECORD FILE", "r", "wav", "#", 10000, 0, "BEEP", "s=3"),
        "200 result=53 (timeout) endpos=9600",
        Recording(None, 9600, timed_out=True, hung_up=False),
    ),
    (
        lambda call: call.record_file("r", "wav", silence=3),
        ("RECORD FILE", "r", "wav", "", -1, "s=3"),
        "200 result=-1 (hangup) endpos=80",
        Recording(None, 80, timed_out=False, hung_up=True),
    ),
    (
        lambda call: call.record_file("r", "wav", beep=True),
        ("RECORD FILE", "r", "wav", "", -1, "BEEP"),
        "200 result=49 (randomerror) endpos=0",
        Recording("1", 0, timed_out=False, hung_up=False),
    ),
    (lambda call: call.say_alpha("abc", "#"), ("SAY ALPHA", "abc", "#"), "200 result=35", "#"),
    (lambda call: call.say_date(MOMENT), ("SAY DATE", SECONDS, ""), "200 result=0", None),
    (lambda call: call.say_datetime(MOMENT), ("SAY DATETIME", SECONDS, ""), "200 result=0", None),
    (
        lambda call: call.say_datetime(5.9, "#", timezone="UTC"),
        ("SAY DATETIME", 5, "#", "ABdY 'digits/at' IMp", "UTC"),
        "200 result=0",
        None,
    ),
    (lambda call: call.say_datetime(0, format="Q"), ("SAY DATETIME", 0, "", "Q"), "200 result=0", None),
    (lambda call: call.say_digits("007"), ("SAY DIGITS", "007", ""), "200 result=0", None),
    (lambda call: call.say_number(5), ("SAY NUMBER", 5, ""), "200 result=0", None),
    (lambda call: call.say_number(5, gender="f"), ("SAY NUMBER", 5, "", "f"), "200 result=0", None),
    (lambda call: call.say_phonetic("abc"), ("SAY PHONETIC", "abc", ""), "200 result=0", None),
    (lambda call: call.say_time(MOMENT, "1"), ("SAY TIME", SECONDS, "1"), "200 result=49", "1"),
    (lambda call: call.send_image("logo"), ("SEND IMAGE", "logo"), "200 result=0", None),
    (lambda call: call.send_text("hi"), ("SEND TEXT", "hi"), "200 result=0", None),
    (lambda call: call.set_autohangup(0.5), ("SET AUTOHANGUP", 0.5), "200 result=0", None),
    (lambda call: call.set_callerid("Zoe <5>"), ("SET CALLERID", "Zoe <5>"), "200 result=1", None),
    (lambda call: call.set_context("a"), ("SET CONTEXT", "a"), "200 result=0", None),
    (lambda call: call.set_extension("s"), ("SET EXTENSION", "s"), "200 result=0", None),
    (lambda call: call.set_music(True), ("SET MUSIC", "on"), "200 result=0", None),
    (lambda call: call.set_music(False, music_class="m"), ("SET MUSIC", "off", "m"), "200 result=0", None),
    (lambda call: call.set_priority("label"), ("SET PRIORITY", "label"), "200 result=0", None),
    (lambda call: call.set_variable("FOO", 1.5), ("SET VARIABLE", "FOO", 1.5), "200 result=1", None),
    (lambda call: call.speech_activate_grammar("g"), ("SPEECH ACTIVATE GRAMMAR", "g"), "200 result=1", None),
    (lambda call: call.speech_create("engine"), ("SPEECH CREATE", "engine"), "200 result=1", None),
    (lambda call: call.speech_deactivate_grammar("g"), ("SPEECH DEACTIVATE GRAMMAR", "g"), "200 result=1", None),
    (lambda call: call.speech_destroy(), ("SPEECH DESTROY",), "200 result=1", None),
    (lambda call: call.speech_load_grammar("g", "/g"), ("SPEECH LOAD GRAMMAR", "g", "/g"), "200 result=1", None),
    (
        lambda call: call.speech_recognize("prompt", 5),
        ("SPEECH RECOGNIZE", "prompt", 5),
        "200 result=1 (timeout) endpos=0",
        Recognition((), None, timed_out=True, hung_up=False, end_position=0),
    ),
    (
        lambda call: call.speech_recognize("prompt", sample_offset=100),
        ("SPEECH RECOGNIZE", "prompt", 0, 100),
        "200 result=1 (digit) digit=* endpos=77",
        Recognition((), "*", timed_out=False, hung_up=False, end_position=77),
    ),
    (
        lambda call: call.speech_recognize("prompt"),
        ("SPEECH RECOGNIZE", "prompt", 0),
        "200 result=1 (hangup) endpos=1",
        Recognition((), None, timed_out=False, hung_up=True, end_position=1),
    ),
    (
        lambda call: call.speech_recognize("prompt"),
        ("SPEECH RECOGNIZE", "prompt", 0),
        HEARD,
        Recognition(
            (SpeechResult(9, 'say "no" (or) endpos=9', "a b"), SpeechResult(-1, "", "c)")),
            None,
            timed_out=False,
            hung_up=False,
            end_position=5,
        ),
    ),
    (
        lambda call: call.speech_recognize("prompt"),
        ("SPEECH RECOGNIZE", "prompt", 0),
        "200 result=1 (speech) endpos=0 results=0 ",
        Recognition((), None, timed_out=False, hung_up=False, end_position=0),
    ),
    (lambda call: call.speech_set("a", "b"), ("SPEECH SET", "a", "b"), "200 result=1", None),
    (lambda call: call.speech_unload_grammar("g"), ("SPEECH UNLOAD GRAMMAR", "g"), "200 result=1", None),
    (
        lambda call: call.stream_file("welcome", "12", sample_offset=800),
        ("STREAM FILE", "welcome", "12", 800),
        "200 result=49 endpos=3360",
        Playback("1", 3360),
    ),
    (
        lambda call: call.stream_file("welcome"),
        ("STREAM FILE", "welcome", ""),
        "200 result=0 endpos=8000",
        Playback(None, 8000),
    ),
    (lambda call: call.tdd_mode(True), ("TDD MODE", "on"), "200 result=1", True),
    (lambda call: call.tdd_mode(False), ("TDD MODE", "off"), "200 result=0", False),
    (lambda call: call.verbose("hi"), ("VERBOSE", "hi", 1), "200 result=1", None),
    (lambda call: call.verbose("hi", 3), ("VERBOSE", "hi", 3), "200 result=1", None),
    (lambda call: call.wait_for_digit(), ("WAIT FOR DIGIT", -1), "200 result=42", "*"),
    (lambda call: call.wait_for_digit(0.0001), ("WAIT FOR DIGIT", 1), "200 result=0", None),
]


def name(row: tuple[Use, tuple[str | float, ...], str, object]) -> str:
    return f"{' '.join(map(str, row[1]))} -> {row[2]}"


@pytest.mark.parametrize(("use", "sent", "answer", "returned"), [pytest.param(*row, id=name(row)) for row in ROWS])
async def test_a_command_sends_its_arguments_and_types_the_answer(
    use: Use, sent: tuple[str | float, ...], answer: str, returned: object
) -> None:
    call = Call(answer)

    assert await use(call) == returned
    assert call.sent == sent
    # 1 == 1.0 == True: what is written is the text.
    assert [type(each) for each in call.sent] == [type(each) for each in sent]
    assert call.timeout is None


def test_every_command_has_a_row() -> None:
    commands = {sent[0] for _, sent, _, _ in ROWS}
    methods = {name for name in vars(AgiCommands) if not name.startswith("_")} - {"send", "execute"}

    assert {str(command).lower().replace(" ", "_") for command in commands} == methods
    assert len(methods) == 47


@pytest.mark.parametrize("method", [each for each in vars(AgiCommands) if not each.startswith("_")])
def test_every_command_has_a_sentence_and_no_timeout_of_ours(method: str) -> None:
    function = getattr(AgiCommands, method)
    documentation = inspect.getdoc(function)
    timeout = inspect.signature(function).parameters.get("timeout")

    assert documentation is not None
    assert documentation.partition("\n")[0].endswith(".")
    assert timeout is None or timeout.default is None


FAILURES: list[tuple[Use, str]] = [
    (lambda call: call.answer(), "200 result=-1"),
    (lambda call: call.channel_status(channel="none"), "200 result=-1"),
    (lambda call: call.control_stream_file("none"), "200 result=-1 endpos=-1"),
    (lambda call: call.database_del("a", "b"), "200 result=0"),
    (lambda call: call.database_get("a", "b"), "200 result=-1"),
    (lambda call: call.database_put("a", "b", "c"), "200 result=0"),
    (lambda call: call.exec("None"), "200 result=-2"),
    (lambda call: call.execute("None"), "200 result=-2"),
    (lambda call: call.get_data("none"), "200 result=-1"),
    (lambda call: call.get_option("none"), "200 result=-1 endpos=0"),
    (lambda call: call.gosub("a", "none", 1), "200 result=-1 Gosub label not found"),
    (lambda call: call.gosub("a", "s", 1), "200 result=0 Gosub complete (abnormal exit)"),
    (lambda call: call.gosub("a", "s", 1), "200 result=1 Gosub failed"),
    (lambda call: call.hangup(channel="none"), "200 result=-1"),
    (lambda call: call.record_file("/none/r", "wav"), "200 result=-1 (writefile)"),
    (lambda call: call.record_file("r", "wav"), "200 result=-1 (waitfor) endpos=10"),
    (lambda call: call.record_file("r", "wav", beep=True), "200 result=-1 (randomerror) endpos=0"),
    (lambda call: call.say_number(1), "200 result=-1"),
    (lambda call: call.send_text("x"), "200 result=-1"),
    (lambda call: call.speech_create("none"), "200 result=0"),
    (lambda call: call.speech_recognize("x"), "200 result=0"),
    (lambda call: call.stream_file("none"), "200 result=-1 endpos=0"),
    (lambda call: call.wait_for_digit(), "200 result=-1"),
]


@pytest.mark.parametrize(("use", "answer"), FAILURES)
async def test_a_result_that_means_failure_is_an_error_that_names_the_command(use: Use, answer: str) -> None:
    call = Call(answer)

    with pytest.raises(AgiCommandFailedError) as raised:
        await use(call)

    assert raised.value.request == call.sent[0]
    assert raised.value.reply.text == answer
    assert str(raised.value).startswith(f"{call.sent[0]} failed: Asterisk answered ")
    assert f"{answer:.200}" in str(raised.value)


@pytest.mark.parametrize("answer", ["200 result=", "200 result=x", "200 result=#"])
async def test_an_answer_that_is_no_number_is_unexpected(answer: str) -> None:
    with pytest.raises(UnexpectedResponseError, match="WAIT FOR DIGIT"):
        await Call(answer).wait_for_digit()


REFUSED: list[tuple[Use, str]] = [
    (lambda call: call.wait_for_digit(-1), "WAIT FOR DIGIT: parameter timeout"),
    (lambda call: call.wait_for_digit(float("nan")), "WAIT FOR DIGIT: parameter timeout"),
    (lambda call: call.wait_for_digit(float("inf")), "WAIT FOR DIGIT: parameter timeout"),
    (lambda call: call.wait_for_digit(True), "WAIT FOR DIGIT: parameter timeout"),
    (lambda call: call.get_data("x", timeout=-0.5), "GET DATA: parameter timeout"),
    (lambda call: call.get_option("x", timeout=-0.5), "GET OPTION: parameter timeout"),
    (lambda call: call.control_stream_file("x", skip=-1), "CONTROL STREAM FILE: parameter skip"),
    (lambda call: call.record_file("x", "wav", silence=0.5), "RECORD FILE: parameter silence"),
    (lambda call: call.record_file("x", "wav", silence=0), "RECORD FILE: parameter silence"),
    (lambda call: call.speech_recognize("x", 0.5), "SPEECH RECOGNIZE: parameter timeout"),
    (lambda call: call.set_autohangup(-1), "SET AUTOHANGUP: parameter time"),
    (lambda call: call.say_date(float("nan")), "SAY DATE: parameter date"),
    (lambda call: call.gosub("a", "s", 1, args=["x,y"]), "GOSUB: parameter args"),
    (lambda call: call.gosub("a", "s", 1, args=['x"y']), "GOSUB: parameter args"),
    (lambda call: call.gosub("a", "s", 1, args=["x)y"]), "GOSUB: parameter args"),
]


@pytest.mark.parametrize(("use", "field"), REFUSED)
async def test_what_asterisk_would_misread_is_refused_before_it_is_sent(use: Use, field: str) -> None:
    call = Call("200 result=0")

    with pytest.raises(InputError) as raised:
        await use(call)

    assert raised.value.field == field
    assert call.sent == ()


async def test_a_wrong_type_is_refused_too() -> None:
    wrong: Any = "soon"
    call: Any = Call("200 result=0")

    with pytest.raises(InputError, match="SAY TIME"):
        await call.say_time(wrong)
    with pytest.raises(InputError, match="WAIT FOR DIGIT"):
        await call.wait_for_digit(wrong)


async def test_a_text_of_arguments_is_given_to_a_subroutine_as_it_is() -> None:
    call = Call("200 result=0 Gosub complete")

    await call.gosub("a", "s", 1, args="x,y")
    assert call.sent[3:] == (1, "x,y")
    await call.gosub("a", "s", 1, args=[])
    assert call.sent[3:] == (1,)


async def test_sending_is_left_to_the_session() -> None:
    with pytest.raises(NotImplementedError):
        await AgiCommands().send("NOOP")
