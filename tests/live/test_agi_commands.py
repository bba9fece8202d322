"""Every AGI command on a live call: what Asterisk answers, and that our types say the same."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from asterisk_py_agi import ChannelState
from asterisk_py_agi.errors import AgiCommandFailedError, AgiInvalidCommandError
from asterisk_py_agi.results import ControlledPlayback, Digits, Playback, Recording
from asterisk_py_agi.server import AgiServer
from asterisk_py_agi.session import AgiSession
from asterisk_py_ami import AmiClient
from asterisk_py_ami.actions import PlayDTMF, SendText
from asterisk_py_ami.events import AGIExecStart
from tests.live.ami import LIMIT, Watch, originate
from tests.live.tables import OutcomeTable
from tools import generate_agi
from tools.asterisk import Asterisk, cache_folder, root_folder
from tools.generator import DOCUMENTATION

Handler = Callable[[AgiSession], Awaitable[None]]
Run = Callable[..., Awaitable[Watch]]

NAME = "commands"


@pytest.fixture
async def run(our_pbx: Asterisk, ami: AmiClient) -> AsyncIterator[Run]:
    """Run a handler with a call of Asterisk's; returns what AMI told meanwhile."""
    server = AgiServer(port=our_pbx.agi_port)
    handlers: asyncio.Queue[tuple[Handler, asyncio.Future[None]]] = asyncio.Queue()

    @server.route(NAME)
    async def handle(call: AgiSession) -> None:
        handler, done = handlers.get_nowait()
        try:
            await handler(call)
        except Exception as error:  # noqa: BLE001 - the test has to see it, whatever it is
            done.set_exception(error)
        else:
            done.set_result(None)

    async def call(handler: Handler, *, other_side: str = "answer") -> Watch:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        handlers.put_nowait((handler, done))
        watch = Watch(ami)
        action_id = await originate(ami, f"Local/{NAME}@fastagi", other_side)
        async with asyncio.timeout(3 * LIMIT):  # Some sounds are long.
            await done
        await watch.call_over(action_id)
        return watch

    async with server:
        yield call


# --- all of them -----------------------------------------------------------------------------------------------------


def everything(call: AgiSession, sounds: str) -> dict[str, Callable[[], Awaitable[object]]]:
    """Return a use of every command that can succeed here, in the order in which they are tried."""
    second, spool = f"{sounds}/second", f"{sounds}/../spool"
    return {
        "ANSWER": call.answer,
        "NOOP": call.noop,
        "VERBOSE": lambda: call.verbose("every command", 3),
        "CHANNEL STATUS": call.channel_status,
        "SET VARIABLE": lambda: call.set_variable("FOO", 'a b"c\\d'),
        "GET VARIABLE": lambda: call.get_variable("FOO"),
        "GET FULL VARIABLE": lambda: call.get_full_variable("${FOO} (${CHANNEL(state)})"),
        "DATABASE PUT": lambda: call.database_put("agi", "key", "value"),
        "DATABASE GET": lambda: call.database_get("agi", "key"),
        "DATABASE DEL": lambda: call.database_del("agi", "key"),
        "DATABASE DELTREE": lambda: call.database_deltree("agi"),
        "EXEC": lambda: call.exec("NoOp", "x"),
        "GOSUB": lambda: call.gosub("gosub", "join", 1, args=["a b", 5]),
        "SET CALLERID": lambda: call.set_callerid("Zoe <200>"),
        "SET AUTOHANGUP": lambda: call.set_autohangup(0),
        "SET MUSIC": lambda: call.set_music(True, music_class="default"),
        "STREAM FILE": lambda: call.stream_file(second),
        "CONTROL STREAM FILE": lambda: call.control_stream_file(second, offset=0.5),
        "GET OPTION": lambda: call.get_option(second, "12", timeout=0.1),
        "GET DATA": lambda: call.get_data(second, timeout=0.1, max_digits=4),
        "WAIT FOR DIGIT": lambda: call.wait_for_digit(0.1),
        "RECORD FILE": lambda: call.record_file(f"{spool}/recorded", "wav", "#", 0.2, silence=5),
        "SAY ALPHA": lambda: call.say_alpha("a"),
        "SAY DATE": lambda: call.say_date(0),
        "SAY DATETIME": lambda: call.say_datetime(0, format="d", timezone="UTC"),
        "SAY DIGITS": lambda: call.say_digits("07"),
        "SAY NUMBER": lambda: call.say_number(7),
        "SAY PHONETIC": lambda: call.say_phonetic("a"),
        "SAY TIME": lambda: call.say_time(0),
        "SEND IMAGE": lambda: call.send_image("logo"),
        "SEND TEXT": lambda: call.send_text("hello"),
        "RECEIVE CHAR": lambda: call.receive_char(0.1),
        "RECEIVE TEXT": lambda: call.receive_text(0.1),
        "TDD MODE": lambda: call.tdd_mode(True),
        "SPEECH CREATE": lambda: call.speech_create("none"),
        "SPEECH SET": lambda: call.speech_set("name", "value"),
        "SPEECH LOAD GRAMMAR": lambda: call.speech_load_grammar("grammar", "/none"),
        "SPEECH ACTIVATE GRAMMAR": lambda: call.speech_activate_grammar("grammar"),
        "SPEECH RECOGNIZE": lambda: call.speech_recognize(second, 1),
        "SPEECH DEACTIVATE GRAMMAR": lambda: call.speech_deactivate_grammar("grammar"),
        "SPEECH UNLOAD GRAMMAR": lambda: call.speech_unload_grammar("grammar"),
        "SPEECH DESTROY": call.speech_destroy,
        "ASYNCAGI BREAK": call.asyncagi_break,
        "SET CONTEXT": lambda: call.set_context("scenarios"),
        "SET EXTENSION": lambda: call.set_extension("answer"),
        "SET PRIORITY": lambda: call.set_priority(1),
        "HANGUP": call.hangup,
    }


RETURNED: dict[str, object] = {
    "CHANNEL STATUS": ChannelState.UP,
    "GET VARIABLE": 'a b"c\\d',
    "GET FULL VARIABLE": 'a b"c\\d (Up)',
    "DATABASE GET": "value",
    "DATABASE DELTREE": False,
    "EXEC": 0,
    "STREAM FILE": Playback(None, 8000),
    "CONTROL STREAM FILE": ControlledPlayback(None, None),
    "GET OPTION": Playback(None, 8000),
    "GET DATA": Digits("", timed_out=True),
    "RECORD FILE": Recording(None, 0, timed_out=True, hung_up=False),
    "TDD MODE": False,
}


async def test_every_command_of_the_documentation_runs_once(run: Run, agi_table: OutcomeTable) -> None:
    returned: dict[str, object] = {}

    async def handler(call: AgiSession) -> None:
        sounds = await call.get_variable("SOUNDS")
        for name, use in everything(call, str(sounds)).items():
            try:
                returned[name] = await use()
                agi_table[name] = ("success", repr(returned[name]))
            except AgiCommandFailedError as error:
                agi_table[name] = ("failed", error.reply.text)
            except AgiInvalidCommandError as error:
                agi_table[name] = ("not loaded", error.reason)

    await run(handler)
    documented = {each.name for each in generate_agi.read(root_folder(cache_folder(os.environ)) / DOCUMENTATION)}
    classified = {name: outcome for name, (outcome, _) in agi_table.items()}

    assert classified.keys() == documented
    assert len(agi_table) == 47
    # There is no speech engine, so there is no speech object that could be used.
    assert {name for name, outcome in classified.items() if outcome == "failed"} == {
        name for name in documented if name.startswith("SPEECH ")
    }
    assert "not loaded" not in classified.values()
    assert {name: value for name, value in returned.items() if value is not None} == RETURNED


# --- what people do --------------------------------------------------------------------------------------------------

PRESSED: list[tuple[str, Callable[[AgiSession, str], Awaitable[Any]], Callable[[Any], object], object]] = [
    ("WAIT FOR DIGIT", lambda call, _: call.wait_for_digit(), lambda digit: digit, "7"),
    ("STREAM FILE", lambda call, sound: call.stream_file(sound, "78"), lambda result: result.digit, "7"),
    ("GET OPTION", lambda call, sound: call.get_option(sound, "78"), lambda result: result.digit, "7"),
    ("CONTROL STREAM FILE", lambda call, sound: call.control_stream_file(sound, "7"), lambda result: result.digit, "7"),
    ("GET DATA", lambda call, sound: call.get_data(sound, max_digits=1), lambda result: result, Digits("7", False)),
    ("SAY DATE", lambda call, _: call.say_date(0, "7"), lambda digit: digit, "7"),
    (
        "RECORD FILE",
        lambda call, sound: call.record_file(f"{sound}-recorded", "wav", "7"),
        lambda result: (result.digit, result.timed_out, result.hung_up),
        ("7", False, False),
    ),
]


@pytest.mark.parametrize(("command", "use", "seen", "expected"), PRESSED, ids=[row[0] for row in PRESSED])
async def test_a_digit_ends_what_it_ends_and_is_told(
    run: Run,
    ami: AmiClient,
    command: str,
    use: Callable[[AgiSession, str], Awaitable[Any]],
    seen: Callable[[Any], object],
    expected: object,
) -> None:
    results: list[Any] = []

    async def handler(call: AgiSession) -> None:
        await call.answer()
        sounds = await call.get_variable("SOUNDS")
        used = asyncio.ensure_future(use(call, f"{sounds}/minute"))
        await press(ami, command, until=used)
        results.append(await used)

    await run(handler)
    assert [seen(result) for result in results] == [expected]


async def press(ami: AmiClient, command: str, *, until: asyncio.Future[Any]) -> None:
    """Press 7 on the other side once Asterisk runs the command, and again as people do when nothing happens."""
    watch = Watch(ami)
    started = await watch.wait_for(AGIExecStart, lambda event: event.command.startswith(command))
    while not until.done():
        await ami.send(PlayDTMF(started.channel.removesuffix("2") + "1", "7"))
        await asyncio.wait([until], timeout=2)


async def test_a_recording_says_how_long_it_is_and_what_stopped_it(run: Run) -> None:
    results: list[Recording] = []

    async def handler(call: AgiSession) -> None:
        await call.answer()
        sounds = await call.get_variable("SOUNDS")
        results.append(await call.record_file(f"{sounds}/recorded", "wav", timeout=0.5))

    await run(handler, other_side="music")
    (result,) = results
    assert result.timed_out
    assert 0 < result.end_position <= 8000


async def test_text_is_received(run: Run, ami: AmiClient) -> None:
    results: list[str | None] = []

    async def handler(call: AgiSession) -> None:
        await call.answer()
        for command, receive in (("RECEIVE TEXT", call.receive_text), ("RECEIVE CHAR", call.receive_char)):
            sends = asyncio.ensure_future(send_text(ami, command))
            results.append(await receive())
            await sends

    await run(handler)
    assert results == ["hello (you)", "h"]


async def send_text(ami: AmiClient, command: str) -> None:
    watch = Watch(ami)
    started = await watch.wait_for(AGIExecStart, lambda event: event.command.startswith(command))
    await ami.send(SendText(started.channel.removesuffix("2") + "1", "hello (you)"))


# --- arguments -------------------------------------------------------------------------------------------------------


async def test_an_application_finds_every_argument_of_execute_as_it_was_given(run: Run) -> None:
    around = [("", ""), ("a", "b"), ("(", ")"), ("a,", ",b")]
    values = [f"{before}{hard}{after}" for hard in HARD for before, after in around]

    async def handler(call: AgiSession) -> None:
        await call.answer()
        for number, value in enumerate(values):
            assert await call.execute("UserEvent", "Hard", f"Number: {number}", f"Value: |{value}|", "End: 1") == 0

    watch = await run(handler)
    seen = {int(event["Number"]): event["Value"] for event in watch.events if event.get("UserEvent") == "Hard"}
    assert seen == {number: f"|{value}|" for number, value in enumerate(values)}


HARD = [
    "", ",", ",,", '"', '""', "\\", "\\\\", "\\,", '\\"', "(", ")", "()", ")(", "((", "[", "]", "[]", "][", "([)]",
    "a b", "|", "&", "^", ";", "=", ":", "#", "$", "{", "}", "%", "'", "`", "<", ">", "~", "\t", "Zo\u00eb \u260e",
    ",)", "(,", '",', ',"', "\\(", "a\\", "U(a^b,c)", "100%", "x" * 400,
]  # fmt: skip


async def test_a_subroutine_gets_its_arguments_and_one_that_does_not_return_is_an_error(run: Run) -> None:
    seen: list[object] = []

    async def handler(call: AgiSession) -> None:
        await call.answer()
        await call.gosub("gosub", "join", 1, args=["a (b) [c]", 5])
        seen.append(await call.get_variable("GOSUB_RETVAL"))
        await call.gosub("gosub", "join", 1, args="x,y")
        seen.append(await call.get_variable("GOSUB_RETVAL"))
        for extension in ("none", "noreturn"):
            with pytest.raises(AgiCommandFailedError) as raised:
                await call.gosub("gosub", extension, 1)
            seen.append(raised.value.reply.text)

    await run(handler)
    assert seen == [
        "a (b) [c]-5",
        "x-y",
        "200 result=-1 Gosub label not found",
        "200 result=0 Gosub complete (abnormal exit)",
    ]
