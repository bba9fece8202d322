"""The fake call: what a user's tests rely on."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from asterisk_py_agi import (
    AgiCommandFailedError,
    AgiDeadChannelError,
    AgiInvalidCommandError,
    AgiServer,
    AgiSession,
    ChannelState,
    SessionEnded,
)
from asterisk_py_agi.results import Digits, Playback, Recording
from asterisk_py_agi.testing import FakeAsteriskCall, ReceivedCommand, fake_call

Use = Callable[[AgiSession], Awaitable[object]]


async def using(call: FakeAsteriskCall, *uses: Use) -> list[object]:
    """Run a handler that does all of *uses*, and return what they returned."""
    returned: list[object] = []

    async def handler(session: AgiSession) -> None:
        returned.extend([await use(session) for use in uses])

    await call.run(handler)
    return returned


def test_the_fixture_is_a_fresh_call() -> None:
    assert fake_call() is not fake_call()


async def test_the_call_is_described_as_it_was_made() -> None:
    call = FakeAsteriskCall(
        "menu?lang=en", args=["a b", ""], caller_id="200", caller_id_name="Zo\udceb", extension="7",
        environment={"agi_accountcode": "acme"},
    )  # fmt: skip

    async def request(session: AgiSession) -> object:
        return session.request

    (seen,) = await using(call, request)
    assert (seen.script, seen.query, seen.args) == ("menu", "lang=en", ("a b", ""))  # type: ignore[attr-defined]
    assert (seen.caller_id, seen.caller_id_name) == ("200", "Zo\udceb")  # type: ignore[attr-defined]
    assert (seen.extension, seen.dnid, seen.account_code) == ("7", "7", "acme")  # type: ignore[attr-defined]
    assert call.status == "SUCCESS"


async def test_without_a_script_it_is_a_patient_caller() -> None:
    call = FakeAsteriskCall(variables={"LANG": "de"})
    returned = await using(
        call,
        lambda s: s.channel_status(),
        lambda s: s.answer(),
        lambda s: s.channel_status(),
        lambda s: s.stream_file("welcome", "1"),
        lambda s: s.get_data("enter", timeout=5.0, max_digits=4),
        lambda s: s.wait_for_digit(1.0),
        lambda s: s.record_file("message", "wav", "#", 10.0),
        lambda s: s.say_digits("123", "#"),
        lambda s: s.get_variable("LANG"),
        lambda s: s.get_variable("NONE"),
        lambda s: s.get_full_variable("${LANG}-${NONE}!"),
        lambda s: s.exec("Dial", "PJSIP/200"),
        lambda s: s.gosub("sub", "s", 1),
        lambda s: s.set_music(True),
        lambda s: s.verbose("hello"),
    )
    assert returned[:7] == [
        ChannelState.RING, None, ChannelState.UP, Playback(None, 16000), Digits("", timed_out=True), None,
        Recording(None, 16000, timed_out=True, hung_up=False),
    ]  # fmt: skip
    assert returned[7:12] == [None, "de", None, "de-!", 0]
    assert (call.answered, call.played, call.recorded, call.said) == (True, ["welcome", "enter"], ["message"], ["123"])
    assert call.executed == [("Dial", "PJSIP/200")]


async def test_digits_go_to_whoever_listens_for_them() -> None:
    call = FakeAsteriskCall()
    call.press("1x12#34*9#")
    returned = await using(
        call,
        lambda s: s.stream_file("menu", "12"),
        lambda s: s.stream_file("menu", "12"),  # x is none of them.
    )
    assert returned == [Playback("1", 8000), Playback(None, 16000)]
    call = FakeAsteriskCall()
    call.press("12#34*9")
    returned = await using(
        call,
        lambda s: s.get_data("enter", max_digits=4),
        lambda s: s.get_data("enter", max_digits=2),
        lambda s: s.wait_for_digit(),
        lambda s: s.get_data("enter", timeout=1.0),
        lambda s: s.wait_for_digit(),
    )
    assert returned == [
        Digits("12", timed_out=False), Digits("34", timed_out=False), "*", Digits("9", timed_out=True), None,
    ]  # fmt: skip


async def test_the_database_and_variables_are_kept() -> None:
    call = FakeAsteriskCall()
    returned = await using(
        call,
        lambda s: s.set_variable("X", 'a "b" \\c, d'),
        lambda s: s.get_variable("X"),
        lambda s: s.database_put("family", "a/1", "v w"),
        lambda s: s.database_put("family", "b", "x"),
        lambda s: s.database_get("family", "a/1"),
        lambda s: s.database_get("family", "none"),
        lambda s: s.database_del("family", "b"),
        lambda s: s.database_get("family", "b"),
        lambda s: s.database_deltree("family", keytree="a"),
        lambda s: s.database_deltree("family"),
    )
    assert returned == [None, 'a "b" \\c, d', None, None, "v w", None, None, None, True, False]
    assert (call.variables, call.database) == ({"X": 'a "b" \\c, d'}, {})


async def test_a_scripted_answer_replaces_the_ordinary_one() -> None:
    call = FakeAsteriskCall()
    call.on("exec", b"200 result=-2\n")
    call.on("GET VARIABLE", lambda command: f"200 result=1 ({command.args[0].lower()})\n".encode())
    with pytest.raises(AgiCommandFailedError):
        await using(call, lambda s: s.exec("NoSuchApp"))
    assert call.status == "FAILURE"
    call = FakeAsteriskCall()
    call.on("GET VARIABLE", lambda command: f"200 result=1 ({command.args[0].lower()})\n".encode())
    assert await using(call, lambda s: s.get_variable("NAME")) == ["name"]


async def test_a_long_value_is_believed_whatever_was_scripted() -> None:
    call = FakeAsteriskCall(variables={"LONG": "x" * 1000})
    call.on("GET FULL VARIABLE", b"200 result=1 (" + b"y" * 1000 + b")\n")
    assert await using(call, lambda s: s.get_variable("LONG"), lambda s: s.get_full_variable("${LONG}")) == [
        "x" * 1000,
        "y" * 1000,
    ]


async def test_an_unknown_command_is_one() -> None:
    call = FakeAsteriskCall()
    with pytest.raises(AgiInvalidCommandError):
        await using(call, lambda s: s.send("NO SUCH", "x"))


async def test_what_came_is_kept_in_order() -> None:
    call = FakeAsteriskCall()
    await using(call, lambda s: s.answer(), lambda s: s.send("set variable", "A B", 'c"d'))
    assert call.commands == [ReceivedCommand("ANSWER", ()), ReceivedCommand("SET VARIABLE", ("A B", 'c"d'))]
    assert call.called("set variable") == call.commands[1:]


# --- hanging up ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sighup", [True, False])
async def test_hanging_up_on_a_command_ends_it_and_what_needs_a_live_channel(*, sighup: bool) -> None:
    call = FakeAsteriskCall(sighup=sighup)
    call.hang_up_on("record file")
    seen: list[object] = []

    async def handler(session: AgiSession) -> None:
        seen.append((await session.record_file("message", "wav", "#")).hung_up)
        seen.append(session.hungup)
        await session.set_variable("SAVED", "yes")
        with pytest.raises(AgiDeadChannelError):
            await session.stream_file("thanks")
        await session.stream_file("thanks")

    await call.run(handler)
    assert seen == [True, True]
    assert (call.variables, call.status, call.hungup) == ({"SAVED": "yes"}, "HANGUP", True)


async def test_hanging_up_while_a_command_lasts() -> None:
    call = FakeAsteriskCall()
    call.on("WAIT FOR DIGIT", None)
    running = asyncio.ensure_future(using(call, lambda s: s.wait_for_digit()))
    await call.wait_for("wait for digit")
    call.hang_up()
    call.hang_up()
    await running
    assert call.status == "HANGUP"


async def test_the_handlers_own_hangup_is_one() -> None:
    call = FakeAsteriskCall()
    await using(call, lambda s: s.hangup(), lambda s: s.wait_hangup())
    assert (call.hungup, call.status) == (True, "HANGUP")


async def test_who_has_hung_up_before_is_gone_from_the_start() -> None:
    call = FakeAsteriskCall()
    call.hang_up()

    async def hungup(session: AgiSession) -> bool:
        return session.hungup

    assert await using(call, hungup) == [True]


async def test_a_handler_can_be_cancelled_by_the_hangup() -> None:
    call = FakeAsteriskCall()
    ends: list[str] = []

    async def handler(session: AgiSession) -> None:
        await session.answer()
        try:
            await asyncio.sleep(60)
        finally:
            ends.append("cleaned up")

    running = asyncio.ensure_future(call.run(handler, on_hangup="cancel"))
    await call.wait_for("ANSWER")
    call.hang_up()
    await running
    assert ends == ["cleaned up"]


# --- errors, and a real server ---------------------------------------------------------------------------------------


async def test_what_a_handler_raises_is_raised_by_the_test() -> None:
    async def crash(_: AgiSession) -> None:
        raise ZeroDivisionError

    call = FakeAsteriskCall()
    with pytest.raises(ZeroDivisionError):
        await call.run(crash)
    assert call.status == "FAILURE"


async def test_a_command_that_lasts_is_answered_by_hand() -> None:
    call = FakeAsteriskCall()
    call.on("GET DATA", None)
    running = asyncio.ensure_future(using(call, lambda s: s.get_data("enter")))
    assert (await call.wait_for("GET DATA")).args[0] == "enter"
    call.reply(b"200 result=42\n")
    assert await running == [Digits("42", timed_out=False)]


async def test_a_wait_for_what_does_not_come_ends() -> None:
    with pytest.raises(TimeoutError):
        await FakeAsteriskCall().wait_for("ANSWER", timeout=0.01)


async def test_a_server_can_be_called() -> None:
    server = AgiServer(port=0)

    @server.route("menu")
    async def menu(call: AgiSession) -> None:
        await call.stream_file("welcome")

    async with server:
        good, bad = FakeAsteriskCall("menu"), FakeAsteriskCall("nosuch")
        await asyncio.gather(*(call.dial(server.host, server.port) for call in (good, bad)))
    assert (good.played, good.status, bad.status) == (["welcome"], "SUCCESS", "FAILURE")
    assert "menu" in repr(good)


async def test_a_call_is_for_one_run() -> None:
    call = FakeAsteriskCall()
    await using(call)
    with pytest.raises(RuntimeError, match="is over"):
        await using(call, lambda s: s.answer())
    with pytest.raises(RuntimeError, match="is over"):
        await call.dial("127.0.0.1", 4573)


async def test_a_run_that_is_given_up_leaves_no_handler_behind() -> None:
    ends: list[str] = []

    async def handler(session: AgiSession) -> None:
        try:
            await session.wait_hangup()
        finally:
            ends.append("cleaned up")

    call = FakeAsteriskCall()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await call.run(handler)
    assert ends == ["cleaned up"]
    assert call.status == "FAILURE"
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_dialled_call_that_is_given_up_is_closed(caplog: pytest.LogCaptureFixture) -> None:
    server = AgiServer(port=0)
    server.route()(AgiSession.wait_hangup)
    async with server:
        ends = server.events(SessionEnded)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await FakeAsteriskCall().dial(server.host, server.port)
        assert (await ends.recv()).hungup
    assert caplog.records == []  # Of the loop, about a connection that was lost to nobody.
