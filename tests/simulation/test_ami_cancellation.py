"""Cancelling is safe at every single step: nothing is left, nothing is cut, and the client works on."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any

import pytest

from asterisk_py_ami import AmiClient, ReconnectPolicy
from asterisk_py_ami.actions import QueueStatus
from asterisk_py_ami.testing import FakeAmiServer
from asterisk_py_core.errors import ClientClosedError
from asterisk_py_core.reconnect import ConnectionState
from tests.simulation.one_asterisk import make_client, run_simulated

Operation = Callable[[AmiClient], Coroutine[Any, Any, object]]
Scenario = Callable[[FakeAmiServer, int], Coroutine[Any, Any, bool]]

SOON = ReconnectPolicy.fixed(1.0)

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


def at_every_moment(scenario: Scenario) -> int:
    """Run *scenario* for each number of turns of the loop, until it says that there is no more to disturb; how many?"""
    for turns in range(1000):
        if run_simulated(partial(_with_answers, scenario, turns)):
            return turns
    raise AssertionError("it never came to an end by itself")


async def _with_answers(scenario: Scenario, turns: int, pbx: FakeAmiServer) -> bool:
    for action, answer in ANSWERS.items():
        pbx.on(action, answer)
    pbx.split(100)  # In small pieces, so that there are many moments.
    return await scenario(pbx, turns)


async def pass_turns(turns: int) -> None:
    for _ in range(turns):
        await asyncio.sleep(0)


async def cancelled_after(turns: int, operation: Awaitable[object], *, times: int = 1) -> bool:
    """Begin *operation*, cancel it after so many turns of the loop, and return whether it had ended by then."""
    task = asyncio.ensure_future(operation)
    await pass_turns(turns)
    was_done = task.done()
    for _ in range(times):
        task.cancel()
        await asyncio.sleep(0)
    with contextlib.nullcontext() if was_done else pytest.raises(asyncio.CancelledError):
        await task
    return was_done


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("name", OPERATIONS)
def test_007_a_request_cancelled_at_any_moment_leaves_a_client_that_works(
    name: str, times: int, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario(pbx: FakeAmiServer, turns: int) -> bool:
        async with make_client(pbx, policy=SOON) as ami:
            was_done = await cancelled_after(turns, OPERATIONS[name](ami), times=times)
            connection = ami._connection
            assert connection is not None
            assert (len(connection.pending), connection._gatherings) == (0, {})
            # Whatever it was, the next request gets its own answer, and what comes late is known to be late.
            await ami.ping()
            assert (await ami.send("Getvar", {"Variable": "y"}))["Value"] == "1"
            assert (connection.pending.unmatched, ami.epoch) == (0, 1)
        await pbx.wait_until(lambda: pbx.called("Logoff"))
        # What was written was written whole.
        assert all(action.get("ActionID") or action.name == "Logoff" for action in pbx.received)
        assert {getvar["Variable"] for getvar in pbx.called("Getvar")} <= {"x" * 900, "y"}
        return was_done

    assert at_every_moment(scenario) >= 4
    assert caplog.records == []


@pytest.mark.parametrize("login", ["md5", "plain"])
def test_007_connecting_cancelled_at_any_moment_leaves_nothing(login: str) -> None:
    async def scenario(pbx: FakeAmiServer, turns: int) -> bool:
        ami = make_client(pbx, login=login)
        was_done = await cancelled_after(turns, ami.connect())
        if was_done:
            await ami.aclose()
        assert ami.state is ConnectionState.DISCONNECTED
        if turns:  # What never began to connect was not closed.
            with pytest.raises(ClientClosedError):
                await ami.connect()
        return was_done

    assert at_every_moment(scenario) >= 8


def test_007_closing_at_any_moment_of_a_reconnection_leaves_nothing() -> None:
    async def scenario(pbx: FakeAmiServer, turns: int) -> bool:
        ami = make_client(pbx, policy=SOON)
        await ami.connect()
        await ami.add_filter("!Event: Newexten")
        pbx.drop()
        await ami.wait_for(ConnectionState.RECONNECTING)
        await ami.wait_for(ConnectionState.CONNECTING)
        await pass_turns(turns)
        was_done = ami.epoch == 2
        await ami.aclose()
        assert ami.state is ConnectionState.DISCONNECTED
        return was_done

    assert at_every_moment(scenario) >= 10


@pytest.mark.parametrize("is_busy", [True, False])
def test_006_closing_cancelled_at_any_moment_closes_all_the_same(is_busy: bool) -> None:  # noqa: FBT001
    async def scenario(pbx: FakeAmiServer, turns: int) -> bool:
        pbx.on("Getvar", None)
        ami = make_client(pbx)
        await ami.connect()
        request = asyncio.create_task(ami.send("Getvar")) if is_busy else None
        await asyncio.sleep(0)
        was_done = await cancelled_after(turns, ami.aclose())
        assert ami.state is ConnectionState.DISCONNECTED or turns == 0
        await ami.aclose()
        if request is not None:
            with pytest.raises(ClientClosedError):
                await request
        return was_done

    assert at_every_moment(scenario) >= 2


@pytest.mark.parametrize("how", ["drop", "reset"])
@pytest.mark.parametrize("name", ["send", "collect", "originate"])
def test_009_a_connection_lost_at_any_moment_ends_the_request_once_and_says_what_is_known(name: str, how: str) -> None:
    async def scenario(pbx: FakeAmiServer, turns: int) -> bool:
        async with make_client(pbx, policy=SOON) as ami:
            request = asyncio.ensure_future(OPERATIONS[name](ami))
            await pass_turns(turns)
            was_done = request.done()
            seen = len(pbx.received)
            getattr(pbx, how)()
            (outcome,) = await asyncio.gather(request, return_exceptions=True)
            if isinstance(outcome, BaseException):
                assert type(outcome).__name__ in {"NotSentError", "OutcomeUnknownError", "ListLostError"}
                # What Asterisk has seen is never said to be unsent.
                assert type(outcome).__name__ != "NotSentError" or len(pbx.received) == seen
            await asyncio.sleep(10)
            assert (ami.state, ami.epoch) == (ConnectionState.CONNECTED, 2)
            await ami.ping()
        return was_done

    assert at_every_moment(scenario) >= 3


def test_060_cancelling_what_waits_for_a_full_link_leaves_whole_messages_only() -> None:
    async def main(pbx: FakeAmiServer) -> None:
        pbx.on("Setvar", b"Response: Success\r\n\r\n")
        async with make_client(pbx) as ami:
            pbx.freeze()
            padding = [("Variable", "x" * 1000)] * 100
            requests = [asyncio.create_task(ami.send("Setvar", padding, timeout=5.0)) for _ in range(20)]
            for request in requests[1::2]:
                await asyncio.sleep(0)
                request.cancel()
            outcomes = await asyncio.gather(*requests, return_exceptions=True)
            kinds = {type(outcome).__name__ for outcome in outcomes}
            assert kinds == {"CancelledError", "WriteTimeoutError", "ReadTimeoutError"}
            pbx.thaw()
            await ami.ping()
            assert 0 < len(pbx.called("Setvar")) < 20
            assert {len(action.headers) for action in pbx.called("Setvar")} == {102}

    run_simulated(main)
