"""What becomes of calls, on a virtual clock, with the test as Asterisk."""

import asyncio
import contextlib
import logging

import pytest

from asterisk_py_agi import (
    AgiCommandFailedError,
    AgiEvent,
    AgiSession,
    ClientClosedError,
    ConnectionClosedError,
    DesyncError,
    FrameTooLargeError,
    OnHangup,
    SessionEnded,
    SessionFailed,
    SessionHungUp,
    SessionRefused,
    SessionStarted,
)
from asterisk_py_agi.routes import Handler, Route
from asterisk_py_agi.service import Service
from tests.unit.agi.scripted import ENVIRONMENT, ScriptedLink, environment
from tests.virtual_clock import on_virtual_clock

LOST = ConnectionClosedError(address=ScriptedLink.address)


class Bench:
    """A service, the calls it is given, and what it publishes."""

    def __init__(
        self, handler: Handler | None = None, *, on_hangup: OnHangup = OnHangup.TELL, max_sessions: int = 2
    ) -> None:
        self.events: list[AgiEvent] = []
        self.idle = 0
        self.service = Service(
            what="the bench",
            publish=self.events.append,
            idle=self._is_idle,
            max_sessions=max_sessions,
            environment_timeout=5.0,
        )
        if handler is not None:
            self.service.routes.add(None, Route(handler, on_hangup))

    def _is_idle(self) -> None:
        self.idle += 1

    def call(self, environment: bytes = ENVIRONMENT, refusal: str | None = None) -> ScriptedLink:
        link = ScriptedLink()
        self.service.admit(link.exchange, refusal)
        if environment:
            link.say(environment)
        return link

    async def over(self) -> None:
        while self.service.sessions:  # noqa: ASYNC110 - a call ends after its last event
            await asyncio.sleep(0.01)  # On the virtual clock.

    @property
    def story(self) -> list[type[AgiEvent]]:
        return [type(event) for event in self.events]


async def answer(call: AgiSession) -> None:
    await call.answer()


async def wait(call: AgiSession) -> None:
    await call.wait_for_digit()


async def sleep(call: AgiSession) -> None:
    del call
    await asyncio.sleep(3600)


# --- the ordinary end ------------------------------------------------------------------------------------------------


@on_virtual_clock
async def test_a_handler_that_returns_ends_its_call_with_success() -> None:
    bench = Bench(answer)
    link = bench.call()
    await link.wait_written(b"ANSWER\n")
    await asyncio.sleep(1.5)
    link.say(b"200 result=0\n")
    await bench.over()

    assert (link.written, link.open) == (b"ANSWER\n", False)
    assert bench.story == [SessionStarted, SessionEnded]
    ended = bench.events[-1]
    assert isinstance(ended, SessionEnded)
    assert (ended.duration, ended.hungup, ended.error) == (1.5, False, None)
    assert (ended.address, ended.request.caller_id) == (ScriptedLink.address, "55")
    assert bench.idle == 1


@on_virtual_clock
async def test_a_session_kept_after_the_end_of_its_handler_can_do_nothing() -> None:
    kept: list[AgiSession] = []

    async def keep(call: AgiSession) -> None:
        kept.append(call)

    bench = Bench(keep)
    link = bench.call()
    await bench.over()
    with pytest.raises(ClientClosedError):
        await kept[0].noop()
    assert link.written == b""


# --- failure ---------------------------------------------------------------------------------------------------------


@on_virtual_clock
async def test_a_handler_that_raises_fails_its_own_call_and_no_other(caplog: pytest.LogCaptureFixture) -> None:
    async def crash(call: AgiSession) -> None:
        if call.request.script == "bad":
            raise ZeroDivisionError
        await call.answer()

    bench = Bench(crash)
    good, bad = bench.call(environment("good")), bench.call(environment("bad"))
    await good.wait_written(b"ANSWER\n")

    assert (bad.written, bad.open, good.open) == (b"failure\n", False, True)
    good.say(b"200 result=0\n")
    await bench.over()
    assert good.written == b"ANSWER\n"
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert "the handler of 'bad' failed" in record.getMessage()
    assert record.exc_info is not None
    failed = next(event for event in bench.events if isinstance(event, SessionFailed))
    ended = next(event for event in bench.events if isinstance(event, SessionEnded))
    assert isinstance(failed.error, ZeroDivisionError)
    assert ended.error is failed.error


@on_virtual_clock
async def test_a_command_that_failed_while_the_caller_is_there_is_a_failure() -> None:
    async def play(call: AgiSession) -> None:
        await call.stream_file("no-such-file")

    bench = Bench(play)
    link = bench.call()
    await link.wait_written(b'STREAM FILE "no-such-file" ""\n')
    link.say(b"200 result=-1 endpos=0\n")
    await link.wait_written(b"CHANNEL STATUS\n")
    link.say(b"200 result=6\n")
    await bench.over()
    assert link.written.endswith(b"failure\n")
    assert bench.story == [SessionStarted, SessionFailed, SessionEnded]


@on_virtual_clock
async def test_072_a_forged_answer_fails_the_call() -> None:
    async def read(call: AgiSession) -> None:
        await call.get_variable("X")

    bench = Bench(read)
    link = bench.call()
    await link.wait_written(b'"X"\n')
    link.say(b"200 result=1 (a)\n200 result=1 (b))\n")
    await bench.over()
    assert link.written.endswith(b'"X"\nfailure\n')
    failed = bench.events[1]
    assert isinstance(failed, SessionFailed)
    assert isinstance(failed.error, DesyncError)


@on_virtual_clock
async def test_078_a_handler_that_times_out_fails_with_the_failure_line_behind_its_command() -> None:
    async def impatient(call: AgiSession) -> None:
        async with asyncio.timeout(1):
            await call.wait_for_digit()

    bench = Bench(impatient)
    link = bench.call()
    await bench.over()
    assert link.written.endswith(b"failure\n")
    assert bench.story == [SessionStarted, SessionFailed, SessionEnded]


@on_virtual_clock
async def test_a_failure_that_nobody_is_there_to_be_told_of_is_a_failure_all_the_same() -> None:
    async def crash(call: AgiSession) -> None:
        del call
        link.broken = True
        raise ZeroDivisionError

    bench = Bench(crash)
    link = bench.call()
    await bench.over()
    assert bench.story == [SessionStarted, SessionFailed, SessionEnded]


@on_virtual_clock
async def test_what_is_meant_to_end_the_program_closes_the_call_and_goes_on_its_way() -> None:
    class EndOfProgram(BaseException):
        pass

    async def leave(_: AgiSession) -> None:
        raise EndOfProgram

    bench = Bench(leave)
    link = bench.call()
    (task,) = bench.service._calls
    with pytest.raises(EndOfProgram):
        await task
    assert link.written == b"failure\n"
    assert bench.story == [SessionStarted, SessionEnded]


@on_virtual_clock
async def test_what_shows_only_when_called_that_it_is_not_async_fails_its_calls() -> None:
    class Menu:
        def __init__(self, call: AgiSession) -> None:
            pass

    bench = Bench(Menu)  # type: ignore[arg-type]  # the mistake under test
    link = bench.call()
    await bench.over()
    assert link.written == b"failure\n"
    failed = bench.events[1]
    assert isinstance(failed, SessionFailed)
    assert str(failed.error) == "handler must be an async function; it returned an object of Menu"


# --- refusal ---------------------------------------------------------------------------------------------------------


@on_virtual_clock
async def test_066_an_environment_that_takes_too_long_is_refused(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench(answer)
    link = bench.call(b"")
    begun = asyncio.get_running_loop().time()
    for byte in ENVIRONMENT:
        if not link.open:
            break
        link.say(bytes([byte]))
        await asyncio.sleep(1)
    await bench.over()

    assert asyncio.get_running_loop().time() - begun <= 6
    assert (link.written, bench.story) == (b"failure\n", [SessionRefused])
    assert "not described within 5 s" in caplog.text


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"agi_x: " + b"x" * 8192, FrameTooLargeError),
        (b"GET / HTTP/1.1\n\n", DesyncError),
        (ENVIRONMENT + b"200 result=1 (x)\n", DesyncError),
        (ENVIRONMENT.replace(b"agi_callerid: 55", b"agi_callerid: 55\nagi_arg_9: x"), DesyncError),
        (b"\n", DesyncError),
        (b"\x16\x03\x01\n\n", DesyncError),
    ],
)
def test_067_what_is_no_environment_is_refused_and_reaches_no_handler(data: bytes, error: type[Exception]) -> None:
    @on_virtual_clock
    async def scenario() -> None:
        bench = Bench(answer)
        link = bench.call(data)
        await bench.over()
        assert (link.written, bench.story) == (b"failure\n", [SessionRefused])
        refused = bench.events[0]
        assert isinstance(refused, SessionRefused)
        assert isinstance(refused.error, error)

    scenario()


@on_virtual_clock
async def test_065_who_goes_before_he_has_said_anything_is_no_warning(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    bench = Bench(answer)
    bench.call(ENVIRONMENT[:50]).lose(LOST)
    await bench.over()
    assert bench.story == [SessionRefused]
    assert caplog.records == []


@on_virtual_clock
async def test_069_a_script_that_has_no_route_is_refused_with_its_name(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench()
    bench.service.routes.add("passwd", Route(answer, OnHangup.TELL))
    link = bench.call(environment("a/../passwd"))
    await bench.over()
    assert link.written == b"failure\n"
    refused = bench.events[0]
    assert isinstance(refused, SessionRefused)
    assert (refused.script, refused.error) == ("a/../passwd", None)
    assert "there is no route 'a/../passwd'" in caplog.text


@on_virtual_clock
async def test_081_more_calls_than_there_is_room_for_are_refused_at_once(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench(wait, max_sessions=3)
    calls = [bench.call() for _ in range(3)]
    for call in calls:
        await call.wait_written(b'-1"\n')
    refused = [bench.call() for _ in range(50)]
    assert {link.written for link in refused} == {b"failure\n"}
    assert not any(link.open for link in refused)
    assert [record.levelno for record in caplog.records] == [logging.WARNING]

    calls[0].say(b"200 result=49\n")
    await asyncio.sleep(0.1)
    another = bench.call()
    await another.wait_written(b'-1"\n')
    bench.call()
    assert [record.levelno for record in caplog.records] == [logging.WARNING, logging.WARNING]
    for link in (*calls, another):
        link.say(b"200 result=49\n")
    await bench.over()


@pytest.mark.parametrize(
    ("environments", "refusal"),
    [
        ([b""], "the peer is not allowed"),
        ([environment(f"script-{number}") for number in range(50)], None),
        ([b"GET /%d HTTP/1.1\n\n" % number for number in range(50)], None),
        ([b"agi_x: " + b"x" * 8192], None),
    ],
    ids=["not allowed", "no route", "no environment", "too long"],
)
def test_065_refusals_of_one_kind_are_one_warning_until_a_call_is_served(
    environments: list[bytes], refusal: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    @on_virtual_clock
    async def scenario() -> None:
        bench = Bench()
        bench.service.routes.add("menu", Route(answer, OnHangup.TELL))

        async def scan() -> None:
            for said in environments * (50 // len(environments)):
                bench.call(said, refusal)
                await bench.over()

        caplog.set_level(logging.DEBUG, "asterisk_py_agi.service")
        await scan()
        assert [record.levelno for record in caplog.records] == [logging.WARNING] + [logging.DEBUG] * 49
        assert bench.story == [SessionRefused] * 50
        caplog.clear()
        await scan()
        assert {record.levelno for record in caplog.records} == {logging.DEBUG}
        bench.call(environment("menu")).lose(LOST)
        await bench.over()
        caplog.clear()
        await scan()
        assert [record.levelno for record in caplog.records] == [logging.WARNING] + [logging.DEBUG] * 49

    scenario()


@on_virtual_clock
async def test_065_refusals_of_each_kind_have_a_warning_of_their_own(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench()
    for _ in range(3):
        bench.call(b"", "the peer is not allowed")
        bench.call(environment("nowhere"))
        await bench.over()
        bench.call(b"\n")
        await bench.over()
        bench.call(b"")
        await bench.over()
    warnings = [record.getMessage() for record in caplog.records]
    assert len(warnings) == 4
    for warning, reason in zip(warnings, ("not allowed", "no route", "environment", "not described"), strict=True):
        assert warning.startswith(f"{ScriptedLink.address} was refused: ")
        assert reason in warning
        assert warning.endswith("(more are logged as debug until a call is served)")


@on_virtual_clock
async def test_082_who_must_not_come_in_is_closed_unread() -> None:
    bench = Bench(answer)
    link = bench.call(b"", "the peer is not allowed")
    assert (link.written, link.open, bench.service.sessions) == (b"failure\n", False, 0)
    assert bench.story == [SessionRefused]


# --- the hangup ------------------------------------------------------------------------------------------------------


@on_virtual_clock
async def test_074_a_handler_that_is_told_goes_on_after_the_hangup() -> None:
    async def record(call: AgiSession) -> None:
        await call.wait_hangup()
        await call.set_variable("SAVED", "yes")

    bench = Bench(record)
    link = bench.call()
    await asyncio.sleep(1)
    link.say(b"HANGUP\n")
    await link.wait_written(b'SET VARIABLE "SAVED" "yes"\n')
    link.say(b"200 result=1\n")
    await bench.over()
    assert bench.story == [SessionStarted, SessionHungUp, SessionEnded]
    ended = bench.events[-1]
    assert isinstance(ended, SessionEnded)
    assert (ended.hungup, ended.error) == (True, None)
    assert not link.written.endswith(b"failure\n")


@on_virtual_clock
async def test_074_a_handler_that_stumbles_over_the_hangup_has_not_failed(caplog: pytest.LogCaptureFixture) -> None:
    async def play(call: AgiSession) -> None:
        while True:
            await call.stream_file("music")

    bench = Bench(play)
    link = bench.call()
    await link.wait_written(b'"music" ""\n')
    link.say(b"HANGUP\n200 result=0 endpos=1\n")
    await bench.over()
    assert bench.story == [SessionStarted, SessionHungUp, SessionEnded]
    assert caplog.records == []


@on_virtual_clock
async def test_074_a_command_that_the_hangup_ended_is_no_failure_though_asterisk_says_it_later() -> None:
    async def play(call: AgiSession) -> None:
        await call.stream_file("music")

    bench = Bench(play)
    link = bench.call()
    await link.wait_written(b'"music" ""\n')
    link.say(b"200 result=-1 endpos=1\n")
    await link.wait_written(b"CHANNEL STATUS\n")
    link.say(b"511 Command Not Permitted on a dead channel or intercept routine\n")
    await bench.over()
    assert bench.story == [SessionStarted, SessionHungUp, SessionEnded]


@on_virtual_clock
async def test_074_a_lost_connection_ends_the_handler_and_is_no_failure() -> None:
    bench = Bench(wait)
    link = bench.call()
    await link.wait_written(b'-1"\n')
    link.lose(LOST)
    await bench.over()
    assert bench.story == [SessionStarted, SessionHungUp, SessionEnded]


@on_virtual_clock
async def test_074_a_connection_that_ends_between_two_commands_is_no_failure_either() -> None:
    async def handler(call: AgiSession) -> None:
        await call.send("NOOP", "one")
        await call.send("NOOP", "two")

    bench = Bench(handler)
    link = bench.call()
    await link.wait_written(b'NOOP "one"\n')
    # The answer and the end of the connection in one turn of the loop: the handler runs before the end is said.
    link.say(b"200 result=0\n")
    link.broken = True
    asyncio.get_running_loop().call_later(0.1, link.lose, LOST)
    await bench.over()
    assert bench.story == [SessionStarted, SessionHungUp, SessionEnded]


@on_virtual_clock
async def test_074_another_error_after_the_hangup_is_a_failure() -> None:
    async def crash(call: AgiSession) -> None:
        await call.wait_hangup()
        raise ZeroDivisionError

    bench = Bench(crash)
    link = bench.call()
    await asyncio.sleep(1)
    link.say(b"HANGUP\n")
    await bench.over()
    assert link.written == b"failure\n"
    assert bench.story == [SessionStarted, SessionHungUp, SessionFailed, SessionEnded]


@pytest.mark.parametrize("how", ["told", "lost", "with the environment"])
def test_074_a_handler_can_be_cancelled_by_the_hangup(how: str) -> None:
    @on_virtual_clock
    async def scenario() -> None:
        ends: list[str] = []

        async def handler(call: AgiSession) -> None:
            try:
                await sleep(call)
            finally:
                ends.append("cleaned up")

        bench = Bench(handler, on_hangup=OnHangup.CANCEL)
        link = bench.call(ENVIRONMENT + b"HANGUP\n" * (how == "with the environment"))
        await asyncio.sleep(1)
        if how == "told":
            link.say(b"HANGUP\n")
        elif how == "lost":
            link.lose(LOST)
        await bench.over()
        assert asyncio.get_running_loop().time() < 3
        assert ends == ["cleaned up"]
        assert bench.story == [SessionStarted, SessionHungUp, SessionEnded]
        assert link.written == b""

    scenario()


@pytest.mark.parametrize("shown_by", ["511 Command Not Permitted on a dead channel", "200 result=-1"])
def test_075_a_handler_is_cancelled_by_the_hangup_that_an_answer_shows_and_cleans_up(shown_by: str) -> None:
    @on_virtual_clock
    async def scenario() -> None:
        seen: list[object] = []

        async def handler(call: AgiSession) -> None:
            try:
                await call.execute("Dial", "PJSIP/200")  # A -1 of which is no error.
                await asyncio.sleep(3600)
            except BaseException as error:
                seen.append(type(error))
                await asyncio.sleep(1)
                seen.append(call.hungup)
                raise

        bench = Bench(handler, on_hangup=OnHangup.CANCEL)
        link = bench.call()
        await link.wait_written(b'EXEC "Dial" "PJSIP/200"\n')
        link.say(f"{shown_by}\n".encode())
        if shown_by.startswith("200"):
            await link.wait_written(b"CHANNEL STATUS\n")
            link.say(b"511 Command Not Permitted on a dead channel\n")
        await asyncio.sleep(0.04)
        link.say(b"HANGUP\n")
        await bench.over()
        assert asyncio.get_running_loop().time() < 3
        assert seen == [asyncio.CancelledError, True]
        assert bench.story == [SessionStarted, SessionHungUp, SessionEnded]
        assert link.written.count(b"failure") == 0

    scenario()


@on_virtual_clock
async def test_074_a_hangup_after_an_abandoned_command_cancels_too() -> None:
    async def handler(call: AgiSession) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                await call.wait_for_digit()
        await asyncio.sleep(3600)

    bench = Bench(handler, on_hangup=OnHangup.CANCEL)
    link = bench.call()
    await asyncio.sleep(2)
    link.say(b"200 result=-1\n")
    link.say(b"HANGUP\n")
    await bench.over()
    assert bench.story == [SessionStarted, SessionHungUp, SessionEnded]
    assert asyncio.get_running_loop().time() < 5


@on_virtual_clock
async def test_a_handler_whose_own_task_was_cancelled_has_failed(caplog: pytest.LogCaptureFixture) -> None:
    async def handler(_: AgiSession) -> None:
        task = asyncio.create_task(asyncio.sleep(3600))
        task.cancel()
        await task

    bench = Bench(handler)
    link = bench.call()
    await bench.over()
    assert link.written == b"failure\n"
    assert bench.story == [SessionStarted, SessionFailed, SessionEnded]
    ended = bench.events[-1]
    assert isinstance(ended, SessionEnded)
    assert isinstance(ended.error, RuntimeError)
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


@on_virtual_clock
async def test_067_an_environment_with_a_rest_in_the_next_read_reaches_no_handler() -> None:
    bench = Bench(answer)
    link = bench.call()
    # The next turn of the loop has read the socket after it has woken who waits for the environment.
    asyncio.get_running_loop().call_soon(link.say, b"agi_callingpres: 0\n")
    await bench.over()
    assert (link.written, bench.story) == (b"failure\n", [SessionRefused])


# --- draining --------------------------------------------------------------------------------------------------------


@on_virtual_clock
async def test_083_draining_waits_for_calls_that_end_in_time() -> None:
    bench = Bench(wait)
    link = bench.call()
    await link.wait_written(b'-1"\n')
    draining = asyncio.ensure_future(bench.service.drain(10))
    await asyncio.sleep(9)
    assert not draining.done()
    link.say(b"200 result=49\n")
    await draining
    assert b"failure" not in link.written
    assert asyncio.get_running_loop().time() < 10


@on_virtual_clock
async def test_083_draining_ends_the_calls_that_do_not() -> None:
    cleaned: list[bool] = []

    async def handler(call: AgiSession) -> None:
        try:
            await call.wait_for_digit()
        finally:
            await asyncio.sleep(0.5)
            cleaned.append(True)

    bench = Bench(handler)
    links = [bench.call() for _ in range(2)]
    for link in links:
        await link.wait_written(b'-1"\n')
    await bench.service.drain(10)
    assert asyncio.get_running_loop().time() == 10.5
    assert cleaned == [True, True]
    assert [link.written[-8:] for link in links] == [b"failure\n"] * 2
    ended = [event for event in bench.events if isinstance(event, SessionEnded)]
    assert [type(event.error) for event in ended] == [ClientClosedError] * 2
    assert SessionFailed not in bench.story


@on_virtual_clock
async def test_083_draining_does_not_wait_for_calls_that_are_not_described_yet() -> None:
    bench = Bench(answer)
    link = bench.call(b"")
    await asyncio.sleep(1)
    await bench.service.drain(10)
    assert asyncio.get_running_loop().time() == 1
    assert link.written == b"failure\n"
    (refused,) = bench.events
    assert isinstance(refused, SessionRefused)
    assert refused.reason == "the bench is closed"


@on_virtual_clock
async def test_083_draining_an_idle_service_takes_no_time() -> None:
    await Bench(answer).service.drain(10)
    assert asyncio.get_running_loop().time() == 0


@on_virtual_clock
async def test_a_call_cancelled_by_somebody_else_fails_and_stays_cancelled() -> None:
    bench = Bench(sleep)
    link = bench.call()
    await asyncio.sleep(1)
    (task,) = bench.service._calls
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert link.written == b"failure\n"
    assert bench.story == [SessionStarted, SessionEnded]


@on_virtual_clock
async def test_083_draining_ends_a_handler_that_goes_on_after_the_hangup_has_cancelled_it() -> None:
    async def handler(call: AgiSession) -> None:
        try:
            await sleep(call)
        finally:
            await sleep(call)

    bench = Bench(handler, on_hangup=OnHangup.CANCEL)
    link = bench.call()
    await asyncio.sleep(1)
    link.say(b"HANGUP\n")
    await bench.service.drain(10)
    assert asyncio.get_running_loop().time() < 20
    assert bench.service.sessions == 0


class Stubborn:
    """A handler that goes on when it is cancelled, until it is let go."""

    def __init__(self) -> None:
        self.cancelled = 0
        self.release = asyncio.Event()

    async def __call__(self, call: AgiSession) -> None:
        while not self.release.is_set():
            try:
                await self.release.wait()
            except asyncio.CancelledError:
                self.cancelled += 1
        await call.noop()


@on_virtual_clock
async def test_083_a_handler_that_does_not_let_itself_be_cancelled_is_given_up(
    caplog: pytest.LogCaptureFixture,
) -> None:
    stubborn = Stubborn()
    bench = Bench(max_sessions=3)
    bench.service.routes.add("stubborn", Route(stubborn, OnHangup.TELL))
    bench.service.routes.add("waits", Route(wait, OnHangup.TELL))
    links = [bench.call(environment(script)) for script in ("stubborn", "waits", "stubborn")]
    await asyncio.sleep(1)
    tasks = [*bench.service._calls]
    await bench.service.drain(10)

    assert asyncio.get_running_loop().time() == 13
    assert (bench.service.sessions, bench.idle, stubborn.cancelled) == (0, 1, 2)
    assert [link.written[-8:] for link in links] == [b"failure\n"] * 3
    assert not any(link.open for link in links)
    assert bench.story == [SessionStarted] * 3 + [SessionEnded] * 3
    assert [task.done() for task in tasks] == [False, True, False]
    assert [record.levelno for record in caplog.records] == [logging.WARNING] + [logging.ERROR] * 2
    assert caplog.messages[0] == "the bench waits 10 s at most for calls to end: 3"
    message = caplog.messages[1]
    assert message.startswith(f"{ScriptedLink.address}: the handler <tests.unit.agi.test_service.Stubborn object")
    assert "of 'stubborn' goes on though it was cancelled 2 s ago" in message

    # What becomes of it is logged, and is no event: its session has ended.
    stubborn.release.set()
    await asyncio.wait(tasks)
    assert bench.story == [SessionStarted] * 3 + [SessionEnded] * 3
    assert (bench.idle, stubborn.cancelled) == (1, 2)
    assert [record.exc_info is not None for record in caplog.records[3:]] == [True, True]


@on_virtual_clock
async def test_083_a_handler_that_has_ended_is_not_given_up_while_its_link_closes(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bench = Bench(answer)
    link = bench.call()
    await link.wait_written(b"ANSWER\n")
    link.close = lambda: asyncio.get_running_loop().call_later(5, link.lose, None)  # type: ignore[assignment]
    await bench.service.drain(1)
    assert asyncio.get_running_loop().time() == 6
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert not link.open


# --- routes ----------------------------------------------------------------------------------------------------------


@on_virtual_clock
async def test_069_a_call_gets_the_handler_of_exactly_its_script() -> None:
    served: list[str] = []

    def handler(name: str) -> Handler:
        async def serve(call: AgiSession) -> None:
            served.append(f"{name} {call.request.script}")

        return serve

    bench = Bench(handler("default"), max_sessions=10)
    for name in ("menu", "menu/de", "Menu"):
        bench.service.routes.add(name, Route(handler(name), OnHangup.TELL))
    for script in ("menu", "menu/de", "Menu", "MENU", "menu/", "/menu", "%6denu", "menu?x=1", ""):
        bench.call(environment(script))
    await bench.over()
    assert served == [
        "menu menu", "menu/de menu/de", "Menu Menu", "default MENU", "default menu/", "default /menu",
        "default %6denu", "menu menu", "default ",
    ]  # fmt: skip


def test_the_error_of_a_failed_command_has_the_answer() -> None:
    @on_virtual_clock
    async def scenario() -> None:
        seen: list[AgiCommandFailedError] = []

        async def play(call: AgiSession) -> None:
            try:
                await call.stream_file("x")
            except AgiCommandFailedError as error:
                seen.append(error)

        bench = Bench(play)
        link = bench.call()
        await link.wait_written(b'"x" ""\n')
        link.say(b"200 result=-1 endpos=0\nHANGUP\n")
        await bench.over()
        assert (seen[0].request, seen[0].reply.text) == ("STREAM FILE", "200 result=-1 endpos=0")

    scenario()
