"""AsyncAGI: the manager is a fake that keeps actions and hands out events, some of them recorded."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from asterisk_py_agi import (
    AgiDeadChannelError,
    AgiInvalidCommandError,
    AgiSession,
    AsteriskError,
    ClientClosedError,
    ConnectionState,
    ConnectionStateChanged,
    DesyncError,
    EventBus,
    InputError,
    NotSentError,
    OutcomeUnknownError,
    ReadTimeoutError,
    RequestRejectedError,
    SessionPoisonedError,
)
from tests.virtual_clock import on_virtual_clock

RECORDED = (Path(__file__).parents[2] / "transcripts/ami-asyncagi.s2c.bin").read_bytes().decode()
UNIQUEID = "1795419681.16"


class Event:
    """An event as a client of any make may have it: a name, and headers by name."""

    def __init__(self, headers: dict[str, str]) -> None:
        self.headers = headers

    @property
    def name(self) -> str:
        return self.headers["Event"]

    def get(self, name: str, default: str) -> str:
        return self.headers.get(name, default)


def recorded(name: str) -> list[Event]:
    frames = [frame for frame in RECORDED.split("\r\n\r\n") if f"Event: {name}\r\n" in frame]
    return [Event(dict(re.findall(r"(\S+): (.*?)\r\n", frame + "\r\n"))) for frame in frames]


class Manager:
    """An AMI client as far as AsyncAGI needs one."""

    def __init__(self) -> None:
        self.bus: EventBus[Any] = EventBus()
        self.actions: list[tuple[str, dict[str, str]]] = []
        self.failure: AsteriskError | None = None
        self.answers: list[str] = []
        self.changed = asyncio.Event()

    async def send(self, action: str, headers: Mapping[str, str], /) -> object:
        await asyncio.sleep(0.01)
        if self.failure is not None:
            raise self.failure
        self.actions.append((action, dict(headers)))
        self.changed.set()
        if self.answers:
            self.executed(self.answers.pop(0))
        return None

    def events(self, *, where: Callable[[Any], bool]) -> AsyncIterator[Any]:
        return self.bus.subscribe(where=where)

    def executed(self, answer: str, *, uniqueid: str = UNIQUEID, command_id: str | None = None) -> None:
        headers = {"Event": "AsyncAGIExec", "Uniqueid": uniqueid, "Result": quote(f"{answer}\n")}
        headers["CommandId"] = self.actions[-1][1]["CommandID"] if command_id is None else command_id
        self.bus.publish(Event(headers))

    def happen(self, name: str, uniqueid: str = UNIQUEID) -> None:
        self.bus.publish(Event({"Event": name, "Uniqueid": uniqueid}))

    async def wait_for_action(self, count: int) -> None:
        while len(self.actions) < count:
            self.changed.clear()
            await self.changed.wait()

    @property
    def commands(self) -> list[str]:
        return [headers["Command"] for _, headers in self.actions]


def start() -> Event:
    return recorded("AsyncAGIStart")[0]


@on_virtual_clock
async def test_a_recorded_call_is_described_and_commanded() -> None:
    manager = Manager()
    results = [event.get("Result", "") for event in recorded("AsyncAGIExec")]
    assert results[0].startswith("200%20result%3D1%20(Local%2F203")
    async with AgiSession.from_async_agi(manager, start()) as call:
        assert (call.request.script, call.request.extension, call.request.caller_id) == ("async", "203", None)
        assert call.address == "AsyncAGI on Local/203@default-00000008;2"
        sending = asyncio.ensure_future(call.get_variable("CHANNEL(name)"))
        await manager.wait_for_action(1)
        manager.bus.publish(
            Event(recorded("AsyncAGIExec")[0].headers | {"CommandId": manager.actions[0][1]["CommandID"]})
        )
        assert await sending == "Local/203@default-00000008;2"
    action, headers = manager.actions[0]
    assert (action, headers["Channel"]) == ("AGI", "Local/203@default-00000008;2")
    assert manager.commands == ['GET VARIABLE "CHANNEL(name)"', "ASYNCAGI BREAK"]


@on_virtual_clock
async def test_each_command_has_an_id_that_nobody_can_guess() -> None:
    managers = [Manager() for _ in range(2)]
    for manager in managers:
        manager.answers = ["200 result=1", "200 result=1"]
        async with AgiSession.from_async_agi(manager, start()) as call:
            await call.verbose("one")
            await call.verbose("two")
    ids = [headers["CommandID"] for manager in managers for _, headers in manager.actions[:2]]
    assert len({each.rpartition("-")[0] for each in ids}) == 2
    assert all(len(each) <= 64 for each in ids)


@on_virtual_clock
async def test_answers_to_others_are_not_ours() -> None:
    manager = Manager()
    async with AgiSession.from_async_agi(manager, start()) as call:
        sending = asyncio.ensure_future(call.get_variable("X"))
        await manager.wait_for_action(1)
        manager.executed("200 result=1 (another channel's)", uniqueid="1.1")
        manager.executed("200 result=1 (forged)", command_id="cmd-1")
        manager.executed("200 result=1 (ours)")
        assert await sending == "ours"


@on_virtual_clock
async def test_072_a_value_with_line_ends_is_exactly_what_it_is() -> None:
    manager = Manager()
    value = "a)\n200 result=1 (b)\nHANGUP\n"
    manager.answers = [f"200 result=1 ({value})"]
    async with AgiSession.from_async_agi(manager, start()) as call:
        assert await call.get_variable("X") == value
        assert not call.hungup


@on_virtual_clock
async def test_gosubs_notice_is_in_the_same_answer() -> None:
    manager = Manager()
    manager.answers = ["100 result=0 Trying...\n200 result=0 Gosub complete"]
    async with AgiSession.from_async_agi(manager, start()) as call:
        reply = await call.send("GOSUB", "sub", "s", 1)
        assert reply.text == "200 result=0 Gosub complete"


@on_virtual_clock
async def test_077_refusals_are_errors() -> None:
    manager = Manager()
    manager.answers = ["510 Invalid or unknown command", "200 result=0"]
    async with AgiSession.from_async_agi(manager, start()) as call:
        with pytest.raises(AgiInvalidCommandError):
            await call.send("NOSUCH")
        await call.noop()


@on_virtual_clock
async def test_what_is_no_answer_is_a_desync() -> None:
    manager = Manager()
    manager.answers = ["nonsense"]
    async with AgiSession.from_async_agi(manager, start()) as call:
        with pytest.raises(DesyncError, match="AsyncAGI on Local/203"):
            await call.noop()
        with pytest.raises(SessionPoisonedError):
            await call.noop()


@on_virtual_clock
async def test_075_a_refusal_on_a_dead_channel_shows_the_hangup() -> None:
    manager = Manager()
    manager.answers = ["511 Command Not Permitted on a dead channel or intercept routine", "200 result=0"]
    async with AgiSession.from_async_agi(manager, start()) as call:
        with pytest.raises(AgiDeadChannelError):
            await call.answer()
        assert call.hungup
        assert await call.get_variable("X") is None


@on_virtual_clock
async def test_074_the_hangup_and_the_end_are_seen() -> None:
    manager = Manager()
    async with AgiSession.from_async_agi(manager, start()) as call:
        sending = asyncio.ensure_future(call.exec("Wait", "10"))
        await manager.wait_for_action(1)
        manager.happen("Hangup", "1.1")
        assert not call.hungup
        manager.happen("Hangup")
        await call.wait_hangup()
        manager.happen("AsyncAGIEnd")
        with pytest.raises(OutcomeUnknownError, match="the channel has left AsyncAGI"):
            await sending
        with pytest.raises(NotSentError):
            await call.noop()
    assert manager.commands == ['EXEC "Wait" "10"']


@pytest.mark.parametrize("how", ["reconnecting", "closed", "failed"])
def test_a_manager_that_is_lost_ends_the_session(how: str) -> None:
    @on_virtual_clock
    async def scenario() -> None:
        manager = Manager()
        async with AgiSession.from_async_agi(manager, start()) as call:
            sending = asyncio.ensure_future(call.exec("Wait", "10"))
            await manager.wait_for_action(1)
            if how == "reconnecting":
                states = ConnectionState.RECONNECTING, ConnectionState.CONNECTED
                manager.bus.publish(ConnectionStateChanged(state=states[0], previous=states[1], epoch=1, attempt=1))
            elif how == "closed":
                manager.bus.close()
            else:
                manager.bus.close(OutcomeUnknownError(address="pbx", reason="reset"))
            with pytest.raises(OutcomeUnknownError, match="the manager"):
                await sending
            assert call.hungup

    scenario()


@pytest.mark.parametrize(
    ("failure", "raised"),
    [
        (RequestRejectedError(request="AGI", reason="Channel does not exist"), NotSentError),
        (NotSentError(address="pbx", reason="disconnected"), NotSentError),
        (InputError(field="Command", problem="is too long"), InputError),
    ],
)
def test_an_action_that_was_not_accepted_leaves_the_session_as_it_was(
    failure: AsteriskError, raised: type[Exception]
) -> None:
    @on_virtual_clock
    async def scenario() -> None:
        manager = Manager()
        async with AgiSession.from_async_agi(manager, start()) as call:
            manager.failure = failure
            with pytest.raises(raised):
                await call.noop()
            manager.failure, manager.answers = None, ["200 result=0"]
            await call.noop()

    scenario()


@on_virtual_clock
async def test_an_action_whose_outcome_is_unknown_poisons_the_session() -> None:
    manager = Manager()
    async with AgiSession.from_async_agi(manager, start()) as call:
        manager.failure = ReadTimeoutError(address="pbx", timeout=10)
        with pytest.raises(ReadTimeoutError):
            await call.noop()
        with pytest.raises(SessionPoisonedError):
            await call.noop()


@on_virtual_clock
async def test_leaving_a_channel_that_is_gone_is_no_error() -> None:
    manager = Manager()
    async with AgiSession.from_async_agi(manager, start()):
        manager.failure = RequestRejectedError(request="AGI", reason="Channel does not exist")
    assert manager.actions == []


@on_virtual_clock
async def test_a_block_that_raises_gives_the_channel_back_too() -> None:
    manager = Manager()
    with pytest.raises(ZeroDivisionError):
        async with AgiSession.from_async_agi(manager, start()) as call:
            raise ZeroDivisionError
    assert manager.commands == ["ASYNCAGI BREAK"]
    with pytest.raises(ClientClosedError):
        await call.noop()


@pytest.mark.parametrize("environment", ["", "x", "agi_request: async\n", "agi_request: async\n\n", "\n\n"])
def test_067_an_event_that_describes_no_call_is_refused(environment: str) -> None:
    @on_virtual_clock
    async def scenario() -> None:
        headers = start().headers | {"Env": quote(environment)}
        with pytest.raises(DesyncError):
            await AgiSession.from_async_agi(Manager(), Event(headers)).__aenter__()

    scenario()


@on_virtual_clock
async def test_067_a_forged_environment_is_refused() -> None:
    forged = start().headers["Env"].replace("unknown%0Aagi_callingpres", "x%0A%0Aagi_arg_1%3A%20x%0Aagi_callingpres")
    with pytest.raises(DesyncError):
        await AgiSession.from_async_agi(Manager(), Event(start().headers | {"Env": forged})).__aenter__()


# --- managers of other makes -----------------------------------------------------------------------------------------


@on_virtual_clock
async def test_what_a_manager_raises_that_is_no_error_of_ours_ends_the_command() -> None:
    manager = Manager()
    manager.failure = OSError("broken pipe")  # type: ignore[assignment]
    async with AgiSession.from_async_agi(manager, start()) as call:
        async with asyncio.timeout(1):
            with pytest.raises(OutcomeUnknownError, match="broken pipe") as caught:
                await call.noop()
        assert caught.value.__cause__ is manager.failure


@on_virtual_clock
async def test_events_that_break_off_end_the_session(caplog: pytest.LogCaptureFixture) -> None:
    manager = Manager()
    async with AgiSession.from_async_agi(manager, start()) as call:
        waiting = asyncio.ensure_future(call.noop())
        await manager.wait_for_action(1)
        manager.bus.close(ValueError("no event"))
        async with asyncio.timeout(1):
            with pytest.raises(OutcomeUnknownError, match="the manager has no more events"):
                await waiting
    assert "the manager's events failed" in caplog.text


@on_virtual_clock
async def test_giving_the_channel_back_leaves_nobody_behind_who_listens() -> None:
    manager = Manager()
    left = asyncio.Event()

    async def handle() -> None:
        async with AgiSession.from_async_agi(manager, start()):
            left.set()

    handling = asyncio.ensure_future(handle())
    await left.wait()
    await asyncio.sleep(0)
    handling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await handling
    await asyncio.sleep(1)
    assert manager.commands == ["ASYNCAGI BREAK"]
    assert asyncio.all_tasks() == {asyncio.current_task()}
