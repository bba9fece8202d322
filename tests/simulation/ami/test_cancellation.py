"""Cancelling is safe at every single step: nothing is left, nothing is cut, and the client works on."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pytest

from asterisk_py_ami import AmiClient, ReconnectPolicy
from asterisk_py_ami.actions import QueueStatus
from asterisk_py_ami.testing import FakeAmiServer
from asterisk_py_core.errors import ClientClosedError
from asterisk_py_core.reconnect import ConnectionState
from tests.virtual_clock import on_virtual_clock, run_virtual
from tests.virtual_network import VirtualNetwork

Operation = Callable[[AmiClient], Awaitable[object]]

OUTCOME = b"Event: OriginateResponse\r\nResponse: Failure\r\nReason: 5\r\n\r\n"
ANSWERS = {
    "Originate": b"Response: Success\r\nMessage: Originate successfully queued\r\n\r\n" + OUTCOME,
    "Filter": b"Response: Success\r\n\r\n",
    "Getvar": b"Response: Success\r\nValue: 1\r\n\r\n",
    "QueueStatus": (
        b"Response: Success\r\nEventList: start\r\n\r\n"
        b"Event: QueueMember\r\nQueue: a\r\n\r\nEvent: QueueMember\r\nQueue: b\r\n\r\n"
        b"Event: QueueStatusComplete\r\nEventList: Complete\r\nListItems: 2\r\n\r\n"
    ),
}
OPERATIONS: dict[str, Operation] = {
    "send": lambda ami: ami.send("Getvar", {"Variable": "x" * 900}),
    "collect": lambda ami: ami.collect(QueueStatus()),
    "originate": lambda ami: ami.originate("PJSIP/1", application="Wait"),
    "command": lambda ami: ami.command("core show version"),
    "set_event_mask": lambda ami: ami.set_event_mask("call"),
    "add_filter": lambda ami: ami.add_filter("!Event: Newexten"),
    "ping": lambda ami: ami.ping(),
}


@pytest.fixture
def pbx(monkeypatch: pytest.MonkeyPatch) -> FakeAmiServer:
    pbx = FakeAmiServer()
    for action, answer in ANSWERS.items():
        pbx.on(action, answer)
    # In small pieces, so that there are many moments to be cancelled at.
    VirtualNetwork(pbx._session, piece=100).install(monkeypatch)
    return pbx


def make_client(pbx: FakeAmiServer, **options: Any) -> AmiClient:
    arguments: dict[str, Any] = {"credentials": pbx.credentials, "policy": ReconnectPolicy.fixed(1.0)}
    return AmiClient("127.0.0.1", 5038, **(arguments | options))


def run_and_cancel(main: Callable[[int], Coroutine[Any, Any, bool]]) -> int:
    """Run *main* for each number of turns after which to cancel, until it says that it was done before; how many?"""
    turns = 0
    while not run_virtual(main(turns)):
        turns += 1
        assert turns < 1000
    return turns


async def turns_later(operation: Awaitable[object], turns: int, *, cancellations: int = 1) -> bool:
    """Begin *operation*, cancel it after so many turns of the loop, and return whether it had ended by then."""
    task = asyncio.ensure_future(operation)
    for _ in range(turns):
        await asyncio.sleep(0)
    was_done = task.done()
    for _ in range(cancellations):
        task.cancel()
        await asyncio.sleep(0)
    with contextlib.nullcontext() if was_done else pytest.raises(asyncio.CancelledError):
        await task
    return was_done


def nothing_is_left() -> None:
    loop = asyncio.get_running_loop()
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert [timer for timer in loop._scheduled if not timer.cancelled()] == []  # type: ignore[attr-defined]


async def settled(pbx: FakeAmiServer) -> None:
    """Return when the server has noticed that nobody is connected any more."""
    for _ in range(10_000):
        if not pbx._sessions:
            return
        await asyncio.sleep(0)
    raise AssertionError(f"{pbx!r} still has somebody connected")


@pytest.mark.parametrize("cancellations", [1, 2])
@pytest.mark.parametrize("name", OPERATIONS)
def test_007_a_request_cancelled_at_any_step_leaves_a_client_that_works(
    pbx: FakeAmiServer, name: str, cancellations: int, caplog: pytest.LogCaptureFixture
) -> None:
    async def main(turns: int) -> bool:
        async with make_client(pbx) as ami:
            was_done = await turns_later(OPERATIONS[name](ami), turns, cancellations=cancellations)
            connection = ami._connection
            assert connection is not None
            assert (len(connection.pending), connection._gatherings) == (0, {})
            # Whatever it was, the next request gets its own answer, and what comes late is known to be late.
            assert await ami.ping() == 0
            assert (await ami.send("Getvar", {"Variable": "y"}))["Value"] == "1"
            assert connection.pending.unmatched == 0
            assert ami.epoch == 1
        # What was written was written whole.
        assert all(action.get("ActionID") or action.name == "Logoff" for action in pbx.received)
        assert all(len(variable) in {1, 900} for getvar in pbx.called("Getvar") for variable in [getvar["Variable"]])
        await settled(pbx)
        nothing_is_left()
        return was_done

    assert run_and_cancel(main) >= 5
    assert caplog.records == []


@pytest.mark.parametrize("login", ["md5", "plain"])
def test_007_connecting_cancelled_at_any_step_leaves_nothing(pbx: FakeAmiServer, login: str) -> None:
    async def main(turns: int) -> bool:
        ami = make_client(pbx, login=login)
        was_done = await turns_later(ami.connect(), turns)
        if was_done:
            await ami.aclose()
        assert ami.state is ConnectionState.DISCONNECTED
        if turns:  # What never began to connect was not closed.
            with pytest.raises(ClientClosedError):
                await ami.connect()
        await settled(pbx)
        nothing_is_left()
        return was_done

    assert run_and_cancel(main) >= 8


def test_007_restoring_filters_cancelled_at_any_step_leaves_nothing(pbx: FakeAmiServer) -> None:
    async def main(turns: int) -> bool:
        ami = make_client(pbx)
        await ami.connect()
        await ami.add_filter("!Event: Newexten")
        pbx.drop()
        await ami.wait_for(ConnectionState.CONNECTING)
        for _ in range(turns):
            await asyncio.sleep(0)
        was_done = ami.epoch == 2
        await ami.aclose()
        assert ami.state is ConnectionState.DISCONNECTED
        await settled(pbx)
        nothing_is_left()
        return was_done

    assert run_and_cancel(main) >= 10


@pytest.mark.parametrize("busy", [True, False])
def test_006_closing_cancelled_at_any_step_closes_all_the_same(pbx: FakeAmiServer, busy: bool) -> None:  # noqa: FBT001
    pbx.on("Getvar", None)

    async def main(turns: int) -> bool:
        ami = make_client(pbx)
        await ami.connect()
        request = asyncio.create_task(ami.send("Getvar")) if busy else None
        await asyncio.sleep(0)
        was_done = await turns_later(ami.aclose(), turns)
        assert ami.state is ConnectionState.DISCONNECTED or turns == 0
        await ami.aclose()
        if request is not None:
            with pytest.raises(ClientClosedError):
                await request
        await settled(pbx)
        nothing_is_left()
        return was_done

    assert run_and_cancel(main) >= 2


@pytest.mark.parametrize("how", ["drop", "reset"])
@pytest.mark.parametrize("name", ["send", "collect", "originate"])
def test_009_a_connection_lost_at_any_step_ends_the_request_exactly_once(
    pbx: FakeAmiServer, name: str, how: str
) -> None:
    async def main(turns: int) -> bool:
        async with make_client(pbx) as ami:
            request = asyncio.ensure_future(OPERATIONS[name](ami))
            for _ in range(turns):
                await asyncio.sleep(0)
            was_done = request.done()
            received = len(pbx.received)
            getattr(pbx, how)()
            outcome = (await asyncio.gather(request, return_exceptions=True))[0]
            if isinstance(outcome, BaseException):
                kinds = {"NotSentError", "OutcomeUnknownError", "ListLostError"}
                assert type(outcome).__name__ in kinds
                # What Asterisk has seen is never said to be unsent.
                assert type(outcome).__name__ != "NotSentError" or len(pbx.received) == received
            await ami.wait_for(ConnectionState.CONNECTED)
            if ami.epoch == 1:
                await ami.wait_for(ConnectionState.RECONNECTING)
                await ami.wait_for(ConnectionState.CONNECTED)
            assert await ami.ping() == 0
        await settled(pbx)
        nothing_is_left()
        return was_done

    assert run_and_cancel(main) >= 4


@on_virtual_clock
async def test_060_cancelling_what_waits_for_a_full_link_leaves_whole_messages_only(pbx: FakeAmiServer) -> None:
    async with make_client(pbx) as ami:
        pbx.on("Setvar", b"Response: Success\r\n\r\n")
        pbx.freeze()
        padding = [("Variable", "x" * 1000)] * 100
        requests = [asyncio.create_task(ami.send("Setvar", padding, timeout=5.0)) for _ in range(20)]
        for each in requests[1::2]:
            await asyncio.sleep(0)
            each.cancel()
        done = await asyncio.gather(*requests, return_exceptions=True)
        assert {type(each).__name__ for each in done} <= {"CancelledError", "WriteTimeoutError", "ReadTimeoutError"}
        pbx.thaw()
        assert await ami.ping() == 0
        assert all(len(action.headers) == 102 for action in pbx.called("Setvar"))
    await settled(pbx)
