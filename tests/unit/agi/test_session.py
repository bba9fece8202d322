"""The session on a virtual clock, with the test as Asterisk."""

import asyncio
import builtins
import logging
import pickle
import re

import pytest

from asterisk_py_agi import (
    AgiCommandFailedError,
    AgiDeadChannelError,
    AgiInvalidCommandError,
    AgiSession,
    AgiUsageError,
    ClientClosedError,
    ConcurrentCommandError,
    ConnectionClosedError,
    DesyncError,
    FrameTooLargeError,
    InputError,
    NotSentError,
    OutcomeUnknownError,
    ReadTimeoutError,
    RequestRejectedError,
    SessionPoisonedError,
)
from tests.unit.agi.scripted import ENVIRONMENT, ScriptedLink, scripted_session
from tests.virtual_clock import on_virtual_clock

LOST = ConnectionClosedError(address="192.0.2.1:40000")
DEAD = b"511 Command Not Permitted on a dead channel or intercept routine\n"


async def turns(count: int = 3) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


@on_virtual_clock
async def test_a_command_is_written_and_its_answer_returned() -> None:
    call, link = await scripted_session()
    sending = asyncio.ensure_future(call.send("get variable", "FOO"))
    await link.wait_written(b'GET VARIABLE "FOO"\n')
    link.say(b"200 result=1 (bar)\n")

    reply = await sending
    assert (reply.result, reply.data) == ("1", "bar")


@on_virtual_clock
async def test_the_session_knows_its_call() -> None:
    call, link = await scripted_session()

    assert call.request.caller_id_name == "Ann"
    assert call.address == link.address
    assert not call.hungup


@on_virtual_clock
async def test_a_command_waits_as_long_as_it_takes() -> None:
    call, link = await scripted_session()
    sending = asyncio.ensure_future(call.send("WAIT FOR DIGIT", -1))
    await asyncio.sleep(86_400)
    link.say(b"200 result=49\n")

    assert (await sending).result == "49"


@pytest.mark.parametrize(
    ("answer", "error", "said"),
    [
        (b"510 Invalid or unknown command\n", AgiInvalidCommandError, "NOOP was rejected: Invalid or unknown command"),
        (DEAD, AgiDeadChannelError, "NOOP was rejected: Command Not Permitted"),
        (b"520 Invalid command syntax.  Proper usage not available.\n", AgiUsageError, "Invalid command syntax"),
        (b"520-Invalid.  Proper usage follows:\nSay x\nor y.\n520 End of proper usage.\n", AgiUsageError, "Say x"),
        (b"510\n", AgiInvalidCommandError, "no reason"),
        (b"520-Invalid\n520 End of proper usage.\n", AgiUsageError, "Invalid"),
    ],
)
def test_077_a_refusal_is_an_error_of_its_own_and_the_session_goes_on(
    answer: bytes, error: type[RequestRejectedError], said: str
) -> None:
    @on_virtual_clock
    async def scenario() -> None:
        call, link = await scripted_session()
        sending = asyncio.ensure_future(call.send("noop"))
        await turns()
        link.say(answer)
        with pytest.raises(error, match=said) as caught:
            await sending
        assert caught.value.request == "NOOP"
        assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)  # noqa: S301 - our own
        again = asyncio.ensure_future(call.send("GET VARIABLE", "X"))
        await turns()
        link.say(b"200 result=0\n")
        assert (await again).result == "0"

    scenario()


@on_virtual_clock
async def test_a_usage_error_has_the_usage() -> None:
    call, link = await scripted_session()
    sending = asyncio.ensure_future(call.send("GET DATA"))
    await turns()
    link.say(b"520-Invalid command syntax.  Proper usage follows:\nSay x\nor y.\n520 End of proper usage.\n")

    with pytest.raises(AgiUsageError) as caught:
        await sending
    assert caught.value.usage == "Say x\nor y."


@pytest.mark.parametrize("command", ["", "  ", "NO\nOP"])
def test_077_an_empty_command_is_refused_and_nothing_written(command: str) -> None:
    @on_virtual_clock
    async def scenario() -> None:
        call, link = await scripted_session()
        with pytest.raises(InputError):
            await call.send(command)
        assert link.written == b""

    scenario()


@on_virtual_clock
async def test_070_what_cannot_be_sent_leaves_the_session_as_it_was() -> None:
    call, link = await scripted_session()
    with pytest.raises(InputError, match="argument 2 of SET VARIABLE"):
        await call.set_variable("X", "a\nHANGUP")
    with pytest.raises(InputError, match="timeout"):
        await call.send("NOOP", timeout=0)
    assert link.written == b""

    sending = asyncio.ensure_future(call.noop())
    await turns()
    link.say(b"200 result=0\n")
    await sending


# --- one at a time ---------------------------------------------------------------------------------------------------


@on_virtual_clock
async def test_079_of_two_commands_at_once_the_second_is_refused_and_not_written() -> None:
    call, link = await scripted_session()
    first = asyncio.ensure_future(call.send("GET DATA", "beep"))
    await turns()
    with pytest.raises(ConcurrentCommandError) as caught:
        await call.send("NOOP")
    assert isinstance(caught.value, RuntimeError)
    assert link.written == b'GET DATA "beep"\n'

    link.say(b"200 result=1234\n")
    assert (await first).result == "1234"


@on_virtual_clock
async def test_078_a_cancelled_command_poisons_its_session() -> None:
    call, link = await scripted_session()
    sending = asyncio.ensure_future(call.send("GET DATA", "beep"))
    await turns()
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    written = link.written
    link.say(b"200 result=1234\n")  # The late answer.

    with pytest.raises(SessionPoisonedError, match="GET DATA was cancelled before its answer came"):
        await call.send("GET VARIABLE", "X")
    assert link.written == written


@on_virtual_clock
async def test_078_a_command_given_up_by_a_timeout_around_it_poisons_its_session() -> None:
    call, _ = await scripted_session()
    with pytest.raises(builtins.TimeoutError):
        async with asyncio.timeout(3):
            await call.wait_for_digit()
    with pytest.raises(SessionPoisonedError, match="WAIT FOR DIGIT was cancelled"):
        await call.noop()


@on_virtual_clock
async def test_078_a_timeout_of_the_command_is_a_read_timeout_and_poisons_its_session() -> None:
    call, link = await scripted_session()
    begun = asyncio.get_running_loop().time()
    with pytest.raises(ReadTimeoutError, match=r"GET VARIABLE: 192\.0\.2\.1:40000 did not answer within 2\.5 s"):
        await call.send("get variable", "X", timeout=2.5)
    assert asyncio.get_running_loop().time() - begun == 2.5
    link.say(b"200 result=1 (late)\n")
    with pytest.raises(SessionPoisonedError, match="GET VARIABLE was not answered in time"):
        await call.noop()


@on_virtual_clock
async def test_an_answer_within_the_timeout_is_returned() -> None:
    call, link = await scripted_session()
    sending = asyncio.ensure_future(call.send("NOOP", timeout=2.5))
    await turns()
    link.say(b"200 result=0\n")

    assert (await sending).result == "0"


@on_virtual_clock
async def test_078_a_command_cancelled_when_its_answer_is_there_poisons_nothing() -> None:
    call, link = await scripted_session()
    sending = asyncio.ensure_future(call.send("NOOP"))
    await turns()
    link.say(b"200 result=0\n")
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending

    again = asyncio.ensure_future(call.send("NOOP"))
    await turns()
    link.say(b"200 result=0\n")
    await again


# --- forged and lost -------------------------------------------------------------------------------------------------


@on_virtual_clock
async def test_072_a_forged_answer_ends_the_command_and_the_session() -> None:
    call, link = await scripted_session()
    sending = asyncio.ensure_future(call.get_variable("X"))
    await turns()
    link.say(b"200 result=1 (x)\n200 result=1 (FORGED))\n")
    with pytest.raises(DesyncError, match=r"^192\.0\.2\.1:40000: ") as caught:
        await sending
    assert caught.value.address == "192.0.2.1:40000"
    with pytest.raises(SessionPoisonedError):
        await call.get_variable("Y")


@on_virtual_clock
async def test_072_forged_bytes_that_come_later_end_the_session_before_the_next_command() -> None:
    call, link = await scripted_session()
    sending = asyncio.ensure_future(call.get_variable("X"))
    await turns()
    link.say(b"200 result=1 (x)\n")
    await sending
    written = link.written
    link.say(b"200 result=1 (FORGED))\n")
    with pytest.raises(SessionPoisonedError) as caught:
        await call.get_variable("Y")
    assert isinstance(caught.value, DesyncError)
    assert link.written == written


def long_answer(size: int, rest: str = "") -> bytes:
    """Return the answer to GET FULL VARIABLE in *size* bytes, and *rest* behind them."""
    start = b"200 result=1 ("
    return start + b"A" * (size - len(start) - 2) + b")\n" + rest.encode()


@pytest.mark.parametrize("read", ["before the question", "alone", "with the answer to the question"])
def test_072_the_next_command_never_gets_what_a_long_value_has_behind_its_end(read: str) -> None:
    @on_virtual_clock
    async def scenario() -> None:
        call, link = await scripted_session()
        sending = asyncio.ensure_future(call.get_full_variable("${EVIL}"))
        await turns()
        link.say(long_answer(4096))  # What one read takes: the rest is there, and not read yet.
        rest = b"200 result=1 (FORGED)\n"
        if read != "before the question":
            await turns()
            assert not sending.done()
            if read != "alone":
                rest += b"200 result=1 (" + link.written[-18:-2] + b")\n"
        link.say(rest)
        with pytest.raises(DesyncError) as caught:
            await sending
        problem = "the answer to GET FULL VARIABLE went on behind its end: it holds forged bytes"
        assert str(caught.value) == f"{link.address}: {problem}"
        assert (caught.value.__cause__ is None) == (read == "alone")
        with pytest.raises(SessionPoisonedError):
            await call.get_variable("CHANNEL")

    scenario()


@on_virtual_clock
async def test_072_a_long_value_is_returned_once_it_is_known_to_be_whole() -> None:
    call, link = await scripted_session()
    sending = asyncio.ensure_future(call.get_full_variable("${LONG}"))
    await turns()
    link.say(long_answer(4096))
    await turns()
    mark = re.fullmatch(rb'GET FULL VARIABLE "\$\{LONG\}"\nGET FULL VARIABLE "([0-9a-f]{16})"\n', link.written)
    assert mark is not None
    link.say(b"200 result=1 (" + mark[1] + b")\n")
    assert len(await sending or "") == 4096 - len("200 result=1 ()\n")
    assert await answered(call, link)


@pytest.mark.parametrize("lost", ["before the question", "before its answer"])
def test_072_a_long_value_of_a_connection_that_is_lost_is_of_a_command_that_was_sent(lost: str) -> None:
    @on_virtual_clock
    async def scenario() -> None:
        call, link = await scripted_session()
        sending = asyncio.ensure_future(call.get_variable("LONG"))
        await turns()
        link.say(long_answer(4096))
        if lost == "before the question":
            link.broken = True
        await turns()
        link.lose(LOST)
        with pytest.raises(OutcomeUnknownError, match=r"^GET VARIABLE was sent to") as caught:
            await sending
        unsent = isinstance(caught.value.__cause__, NotSentError)
        assert unsent == (lost == "before the question")

    scenario()


async def answered(call: AgiSession, link: ScriptedLink) -> bool:
    """Send a command, and return whether it gets its answer."""
    sending = asyncio.ensure_future(call.send("NOOP"))
    await turns()
    link.say(b"200 result=0\n")
    return (await sending).result == "0"


@on_virtual_clock
async def test_072_a_value_that_comes_in_one_segment_costs_no_question() -> None:
    call, link = await scripted_session()
    sending = asyncio.ensure_future(call.get_variable("X"))
    await turns()
    link.say("200 result=1 ({})\n".format("\N{GRINNING FACE}" * 285).encode())
    assert await sending == "\N{GRINNING FACE}" * 285
    assert link.written == b'GET VARIABLE "X"\n'


@on_virtual_clock
async def test_078_who_is_cancelled_with_his_answer_there_disturbs_nobody_who_sent_meanwhile() -> None:
    call, link = await scripted_session()
    first = asyncio.ensure_future(call.send("NOOP"))
    await turns()
    link.say(b"200 result=1\n")
    second = link.exchange.start("NOOP")
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    link.say(b"200 result=2\n")
    async with asyncio.timeout(1):
        assert (await second).result == "2"


@on_virtual_clock
async def test_085_an_answer_without_end_is_a_frame_too_large() -> None:
    call, link = await scripted_session()
    sending = asyncio.ensure_future(call.get_variable("X"))
    await turns()
    link.say(b"200 result=1 (" + b"x" * 65536)
    with pytest.raises(FrameTooLargeError):
        await sending


@on_virtual_clock
async def test_a_connection_lost_during_a_command_leaves_its_outcome_unknown() -> None:
    call, link = await scripted_session()
    sending = asyncio.ensure_future(call.send("EXEC", "Dial", "PJSIP/200"))
    await turns()
    link.lose(LOST)
    with pytest.raises(OutcomeUnknownError, match=r"EXEC was sent to 192\.0\.2\.1:40000") as caught:
        await sending
    assert caught.value.__cause__ is LOST
    with pytest.raises(NotSentError, match="NOOP was not sent") as later:
        await call.send("NOOP")
    assert later.value.__cause__ is LOST


@on_virtual_clock
async def test_a_link_that_takes_nothing_any_more_is_not_sent_and_has_hung_up() -> None:
    call, link = await scripted_session()
    link.broken = True  # As a stream between the end of what it reads and `connection_lost`.
    for _ in range(2):
        with pytest.raises(NotSentError, match="NOOP was not sent") as caught:
            await call.send("NOOP")
        assert isinstance(caught.value.__cause__, ConnectionClosedError)
        assert call.hungup
        link.lose(LOST)


@on_virtual_clock
async def test_a_session_closed_here_says_so() -> None:
    call, link = await scripted_session()
    sending = asyncio.ensure_future(call.send("NOOP"))
    await turns()
    link.exchange.close()
    with pytest.raises(ClientClosedError):
        await sending
    with pytest.raises(ClientClosedError):
        await call.send("NOOP")
    assert not call.hungup


@on_virtual_clock
async def test_who_waits_for_the_call_learns_that_it_is_lost() -> None:
    link = ScriptedLink()
    waiting = asyncio.ensure_future(link.exchange.request())
    link.say(ENVIRONMENT[:100])
    await turns()
    link.lose(LOST)
    with pytest.raises(ConnectionClosedError):
        await waiting


# --- the hangup ------------------------------------------------------------------------------------------------------


@on_virtual_clock
async def test_074_the_hangup_is_a_flag_and_can_be_waited_for() -> None:
    call, link = await scripted_session()
    waiting = asyncio.ensure_future(call.wait_hangup())
    await turns()
    assert not waiting.done()
    link.say(b"HANGUP\n")
    link.say(b"HANGUP\n")
    await waiting
    assert call.hungup
    await call.wait_hangup()


@on_virtual_clock
async def test_074_who_stops_waiting_for_the_hangup_disturbs_nobody() -> None:
    call, link = await scripted_session()
    one, other = (asyncio.ensure_future(call.wait_hangup()) for _ in range(2))
    await turns()
    one.cancel()
    await turns()
    link.say(b"HANGUP\n")
    await other


@on_virtual_clock
async def test_074_a_lost_connection_is_a_hangup_too() -> None:
    call, link = await scripted_session()
    link.lose(LOST)
    await call.wait_hangup()
    assert call.hungup


@on_virtual_clock
async def test_074_after_the_hangup_a_live_only_command_is_refused_here_and_variables_work() -> None:
    call, link = await scripted_session()
    link.say(b"HANGUP\n")
    with pytest.raises(AgiDeadChannelError):
        await call.stream_file("beep")
    assert link.written == b""
    sending = asyncio.ensure_future(call.get_variable("X"))
    await turns()
    link.say(b"200 result=1 (x)\n")
    assert await sending == "x"


@on_virtual_clock
async def test_074_a_command_that_the_hangup_ended_shows_it_at_once() -> None:
    call, link = await scripted_session()
    sending = asyncio.ensure_future(call.stream_file("beep"))
    await turns()
    link.say(b"200 result=-1 endpos=8000\n")
    await link.wait_written(b"CHANNEL STATUS\n")
    link.say(DEAD)
    with pytest.raises(AgiCommandFailedError):
        await sending
    assert call.hungup


@on_virtual_clock
async def test_074_a_subroutine_that_the_hangup_ended_shows_it_at_once() -> None:
    call, link = await scripted_session()
    sending = asyncio.ensure_future(call.send("GOSUB", "sub", "s", 1))
    await turns()
    link.say(b"100 result=0 Trying...\n200 result=0 Gosub complete (abnormal exit)\n")
    await link.wait_written(b"CHANNEL STATUS\n")
    link.say(DEAD)
    assert (await sending).result == "0"
    assert call.hungup


@on_virtual_clock
async def test_074_a_command_that_failed_for_another_reason_shows_no_hangup() -> None:
    call, link = await scripted_session()
    sending = asyncio.ensure_future(call.stream_file("no-such-file"))
    await turns()
    link.say(b"200 result=-1 endpos=0\n")
    await link.wait_written(b"CHANNEL STATUS\n")
    link.say(b"200 result=6\n")
    with pytest.raises(AgiCommandFailedError):
        await sending
    assert not call.hungup


@on_virtual_clock
async def test_074_nobody_asks_for_a_hangup_that_is_known() -> None:
    call, link = await scripted_session()
    sending = asyncio.ensure_future(call.send("WAIT FOR DIGIT", 1000))
    await turns()
    link.say(b"200 result=-1\nHANGUP\n")
    assert (await sending).result == "-1"
    assert link.written == b'WAIT FOR DIGIT "1000"\n'


@on_virtual_clock
async def test_074_who_sends_next_is_not_disturbed_by_the_question() -> None:
    call, link = await scripted_session()
    first = asyncio.ensure_future(call.send("WAIT FOR DIGIT", 1000))
    await turns()
    link.say(b"200 result=-1\n")
    second = link.exchange.start("NOOP")
    assert (await first).result == "-1"
    link.say(b"200 result=0\n")
    assert (await second).result == "0"


@on_virtual_clock
async def test_a_lost_connection_while_asking_ends_the_command_that_asked() -> None:
    call, link = await scripted_session()
    sending = asyncio.ensure_future(call.send("WAIT FOR DIGIT", 1000))
    await turns()
    link.say(b"200 result=-1\n")
    await link.wait_written(b"CHANNEL STATUS\n")
    link.lose(LOST)
    assert (await sending).result == "-1"
    assert call.hungup


async def test_the_wire_is_logged_at_debug_without_what_callers_key_in(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    call, link = await scripted_session()
    sending = asyncio.ensure_future(call.set_variable("PIN", "1234"))
    await turns()
    link.say(b"200 result=1 (1234)\nHANGUP\n")
    await sending
    assert [record.getMessage() for record in caplog.records if record.name == "asterisk_py_agi.exchange"] == [
        f"from 192.0.2.1:40000: {len(ENVIRONMENT)} bytes, agi_request",
        "to 192.0.2.1:40000: SET VARIABLE, 2 arguments",
        "from 192.0.2.1:40000: 27 bytes, 200 HANGUP",
    ]
    assert "1234" not in caplog.text
