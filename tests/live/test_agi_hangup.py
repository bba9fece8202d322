"""Callers of a real Asterisk who hang up, at every moment there is."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from asterisk_py_agi import (
    AgiDeadChannelError,
    AgiSession,
    OutcomeUnknownError,
    RequestRejectedError,
    SessionEnded,
    SessionFailed,
    SessionHungUp,
    SessionStarted,
)
from asterisk_py_agi.protocol.command import LIVE_ONLY
from asterisk_py_ami import AmiClient
from asterisk_py_ami.events import AGIExecStart
from tests.live.agi import call, hang_up, serving, status_of
from tests.live.ami import LIMIT, Watch, within
from tools.asterisk import Asterisk, cache_folder, root_folder

STORY = (SessionStarted, SessionHungUp, SessionFailed, SessionEnded)

# Every command that can be under way for longer than a moment.
LASTING: dict[str, Callable[[AgiSession, str], Awaitable[object]]] = {
    "CONTROL STREAM FILE": lambda call, minute: call.control_stream_file(minute),
    "EXEC": lambda call, _: call.exec("Wait", "30"),
    "GET DATA": lambda call, minute: call.get_data(minute),
    "GET OPTION": lambda call, minute: call.get_option(minute, "1", timeout=30.0),
    "GOSUB": lambda call, _: call.send("GOSUB", "gosub", "wait", 1),
    "RECEIVE CHAR": lambda call, _: call.send("RECEIVE CHAR", 30_000),
    "RECEIVE TEXT": lambda call, _: call.send("RECEIVE TEXT", 30_000),
    "RECORD FILE": lambda call, minute: call.record_file(f"{minute}-hangup", "wav", "#"),
    "SAY ALPHA": lambda call, _: call.say_alpha("abcdefgh" * 20),
    "SAY DATETIME": lambda call, _: call.say_datetime(0, format="ABdY" * 10),
    "SAY DIGITS": lambda call, _: call.say_digits("12345678" * 20),
    "SAY NUMBER": lambda call, _: call.say_number(777_777_777),
    "SAY PHONETIC": lambda call, _: call.say_phonetic("abcdefgh" * 20),
    "STREAM FILE": lambda call, minute: call.stream_file(minute),
    "WAIT FOR DIGIT": lambda call, _: call.wait_for_digit(),
}


@pytest.mark.parametrize("sighup", ["yes", "no"])
@pytest.mark.parametrize("command", LASTING)
async def test_074_a_hangup_during_any_command_is_seen_and_is_no_failure(
    our_pbx: Asterisk, ami: AmiClient, command: str, sighup: str
) -> None:
    seen: list[object] = []

    async def handler(call: AgiSession) -> None:
        minute = f"{await call.get_variable('SOUNDS')}/minute"
        try:
            seen.append(await LASTING[command](call, minute))
        except RequestRejectedError as error:
            seen.append(error)
        seen.append(call.hungup)
        # Variables still work, and no answer is taken for another's.
        await call.set_variable("AFTER", "x")
        seen.append(await call.get_variable("AFTER"))
        await call.stream_file("beep")

    async with serving(our_pbx, handler) as server:
        events, watch = server.events(*STORY), Watch(ami)
        await call(ami, AGISIGHUP=sighup)
        begun = await watch.wait_for(AGIExecStart, lambda event: event["Command"].startswith(command))
        await hang_up(ami, begun["Channel"])
        assert [type(await within(events.recv())) for _ in range(3)] == [SessionStarted, SessionHungUp, SessionEnded]
    assert seen[1:] == [True, "x"]


@pytest.mark.parametrize("on_hangup", ["tell", "cancel"])
async def test_074_a_hangup_between_commands_tells_or_cancels(
    our_pbx: Asterisk, ami: AmiClient, on_hangup: str
) -> None:
    ends: list[bool] = []

    async def handler(call: AgiSession) -> None:
        try:
            await (call.wait_hangup() if on_hangup == "tell" else asyncio.sleep(60))
        finally:
            ends.append(call.hungup)

    async with serving(our_pbx, handler, on_hangup=on_hangup) as server:
        starts, events, watch = server.events(SessionStarted), server.events(*STORY[1:]), Watch(ami)
        await call(ami)
        started = await within(starts.recv())
        await hang_up(ami, started.request.channel)
        assert [type(await within(events.recv())) for _ in range(2)] == [SessionHungUp, SessionEnded]
        assert await status_of(watch, "AgiHangup") == "HANGUP"
    assert ends == [True]


async def test_074_an_asterisk_that_leaves_at_the_hangup_ends_the_command(our_pbx: Asterisk, ami: AmiClient) -> None:
    async def handler(call: AgiSession) -> None:
        await call.wait_for_digit()
        while True:
            await call.noop()

    async with serving(our_pbx, handler) as server:
        events, watch = server.events(*STORY), Watch(ami)
        await call(ami, AGIEXITONHANGUP="yes")
        begun = await watch.wait_for(AGIExecStart)
        await hang_up(ami, begun["Channel"])
        assert [type(await within(events.recv())) for _ in range(3)] == [SessionStarted, SessionHungUp, SessionEnded]


async def test_074_who_saves_after_the_hangup_is_not_disturbed(our_pbx: Asterisk, ami: AmiClient) -> None:
    results: list[object] = []
    message = asyncio.get_running_loop().create_future()

    async def voicemail(call: AgiSession) -> None:
        message.set_result(f"{await call.get_variable('SOUNDS')}/../spool/message-{call.request.uniqueid}")
        results.append((await call.record_file(message.result(), "wav", "#")).hung_up)
        results.append(call.hungup)
        await call.database_put("voicemail", "message", "saved")
        results.append(await call.database_get("voicemail", "message"))
        results.append(await call.execute("NoOp", "still works"))
        await call.database_del("voicemail", "message")

    async with serving(our_pbx, voicemail) as server:
        events, watch = server.events(*STORY), Watch(ami)
        await call(ami)
        begun = await watch.wait_for(AGIExecStart, lambda event: event["Command"].startswith("RECORD"))
        # The command has begun before the recording has, and no event says when that is: its file is there.
        file = Path(f"{root_folder(cache_folder())}{message.result()}.wav")
        async with asyncio.timeout(LIMIT):
            while not file.exists():  # noqa: ASYNC240 - a turn of the loop is a question to Asterisk
                await ami.ping()
        await hang_up(ami, begun["Channel"])
        assert [type(await within(events.recv())) for _ in range(3)] == [SessionStarted, SessionHungUp, SessionEnded]
    assert results == [True, True, "saved", 0]


async def test_075_on_a_dead_channel_asterisk_refuses_what_we_refuse(our_pbx: Asterisk, ami: AmiClient) -> None:
    refused: set[str] = set()
    told: list[bool] = []
    gone = asyncio.Event()

    async def handler(call: AgiSession) -> None:
        await gone.wait()
        told.append(call.hungup)  # Nobody has said so, with AGISIGHUP=no.
        for command in sorted(LIVE_ONLY):
            call._exchange.conversation.hungup = False  # Let Asterisk answer, and not us.
            try:
                await call.send(command)
            except AgiDeadChannelError:
                refused.add(command)
        told.append(call.hungup)
        assert await call.get_variable("CHANNEL(name)") == call.request.channel

    async with serving(our_pbx, handler) as server:
        starts, events = server.events(SessionStarted), server.events(*STORY[1:])
        await call(ami, AGISIGHUP="no")
        started = await within(starts.recv())
        await hang_up(ami, started.request.channel)
        gone.set()
        assert [type(await within(events.recv())) for _ in range(2)] == [SessionHungUp, SessionEnded]
    assert (sorted(refused), told) == (sorted(LIVE_ONLY), [False, True])


async def test_an_asterisk_that_is_killed_is_a_hangup(own_pbx: Asterisk) -> None:
    errors: list[Exception] = []

    async def handler(call: AgiSession) -> None:
        try:
            await call.wait_for_digit()
        except OutcomeUnknownError as error:
            errors.append(error)
            raise

    async with serving(own_pbx, handler) as server:
        events = server.events(*STORY)
        await asyncio.to_thread(own_pbx.cli, "channel originate Local/handler@fastagi/n application Wait 3600")
        await within(events.recv())
        await asyncio.to_thread(own_pbx.kill)
        assert [type(await within(events.recv())) for _ in range(2)] == [SessionHungUp, SessionEnded]
    assert len(errors) == 1
