"""Asterisk ends, freezes and comes back under a client."""

import asyncio
import re
from collections.abc import Callable

import pytest

from asterisk_py_ami import (
    AmiClient,
    AmiEvent,
    ClientClosedError,
    ConnectionClosedError,
    ConnectionState,
    ConnectionStateChanged,
    LoginTimeoutError,
    NotSentError,
    OutcomeUnknownError,
    ReconnectPolicy,
    RequestRejectedError,
)
from asterisk_py_ami.actions import UpdateConfig
from asterisk_py_ami.events import Newchannel, Shutdown
from tests.live.ami import QUICKLY, Watch, client, mark, next_state, run_of, trusting, within
from tools.asterisk import Asterisk

AN_HOUR = 3600.0

# What becomes of a client whose Asterisk goes away and comes back, however often it is tried in between.
LOST_AND_FOUND = re.compile(
    r"CONNECTING CONNECTED RECONNECTING (CONNECTING RECONNECTING )*CONNECTING CONNECTED DISCONNECTED"
)


def calling(seconds: float) -> dict[str, str | int]:
    """Return an Originate that is answered after so many *seconds*, because nobody answers the call.

    It is not asynchronous, so it keeps its session busy until then.
    """
    return {"Channel": "Local/ring@scenarios", "Application": "Wait", "Timeout": round(seconds * 1000)}


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Make the keepalive find a dead link in a second; what is returned makes it patient again."""
    monkeypatch.setattr("asterisk_py_ami.client.PING_AFTER", 0.5)
    monkeypatch.setattr("asterisk_py_ami.client.PING_PATIENCE", 0.5)
    return monkeypatch.undo


@pytest.mark.parametrize("over", ["plain TCP", "TLS"])
async def test_018_a_client_survives_that_asterisk_is_killed_and_started_again(own_pbx: Asterisk, over: str) -> None:
    ami = client(own_pbx, policy=QUICKLY, ssl=trusting(own_pbx) if over == "TLS" else None)
    states, story = ami.states(), ami.events()
    async with ami:
        before = await mark(ami, Watch(ami))
        await asyncio.to_thread(own_pbx.kill)
        lost = await next_state(states, ConnectionState.RECONNECTING)
        assert isinstance(lost.cause, ConnectionClosedError)
        assert (lost.epoch, ami.epoch) == (1, 1)
        with pytest.raises(NotSentError, match="Ping was not sent"):
            await ami.send("Ping")
        await asyncio.to_thread(own_pbx.restart)
        found = await next_state(states, ConnectionState.CONNECTED)
        assert (found.epoch, ami.epoch) == (2, 2)
        assert found.down_for > 0
        after = await mark(ami, Watch(ami))

    told = [event async for event in story]
    changes = [event for event in told if isinstance(event, ConnectionStateChanged)]
    assert LOST_AND_FOUND.fullmatch(" ".join(change.state.name for change in changes))
    assert [change.attempt for change in changes[3:-1:2]] == list(range(1, len(changes[3:-1:2]) + 1))
    # Between the loss and the change to the new epoch there is nothing but changes.
    gap = told[told.index(lost) : told.index(found) + 1]
    assert [event for event in gap if isinstance(event, AmiEvent)] == []
    assert told.index(before) < told.index(lost)
    assert told.index(found) < told.index(after)


@pytest.mark.parametrize("how", ["now", "gracefully"])
async def test_048_asterisk_says_that_it_stops_before_the_connection_is_lost(own_pbx: Asterisk, how: str) -> None:
    told = await _stopped(own_pbx, gracefully=how == "gracefully")
    for _ in range(4):
        if not told:
            # It does not wait until a session has sent its last event, so on a busy machine it may be gone before.
            await asyncio.to_thread(own_pbx.restart)
            told = await _stopped(own_pbx, gracefully=how == "gracefully")
    assert [event.shutdown for event in told] == ["Cleanly"]
    assert [event.restart for event in told] == [False]


async def _stopped(pbx: Asterisk, *, gracefully: bool) -> list[Shutdown]:
    """Stop *pbx* under a client, and return what that was told of it before the connection was lost."""
    ami = client(pbx, policy=QUICKLY)
    states, story = ami.states(), ami.events()
    async with ami:
        await asyncio.to_thread(pbx.stop, graceful=gracefully)
        lost = await next_state(states, ConnectionState.RECONNECTING)
    told = [event async for event in story]
    return [event for event in told[: told.index(lost)] if isinstance(event, Shutdown)]


async def test_009_requests_pending_when_asterisk_is_killed_end_at_once_and_are_never_sent_again(
    own_pbx: Asterisk,
) -> None:
    ami, other = client(own_pbx, policy=QUICKLY, timeout=AN_HOUR), client(own_pbx)
    async with ami, other:
        states = ami.states()
        # Whatever follows it waits behind it.
        watch = Watch(other)
        requests = [asyncio.create_task(ami.send("Originate", calling(AN_HOUR)))]
        requests += [asyncio.create_task(ami.send("Ping")) for _ in range(20)]
        await watch.wait_for(Newchannel)
        assert not any(request.done() for request in requests)
        await asyncio.to_thread(own_pbx.kill)
        ends = await within(asyncio.gather(*requests, return_exceptions=True))
        assert {type(end) for end in ends} == {OutcomeUnknownError}
        assert "Originate was sent to" in str(ends[0])

        again = Watch(ami)
        await asyncio.to_thread(own_pbx.restart)
        await next_state(states, ConnectionState.CONNECTED)
        await mark(ami, again)
        assert again.of(Newchannel) == []


async def test_012_a_request_during_the_gap_fails_at_once_and_disturbs_nothing(own_pbx: Asterisk) -> None:
    ami = client(own_pbx, policy=ReconnectPolicy.fixed(AN_HOUR))
    states = ami.states()
    async with ami:
        await asyncio.to_thread(own_pbx.kill)
        await next_state(states, ConnectionState.RECONNECTING)
        for _ in range(3):
            with pytest.raises(NotSentError, match="the client is reconnecting"):
                await within(ami.send("Ping"))
        assert ami.state is ConnectionState.RECONNECTING


async def test_closing_during_the_gap_returns_at_once_and_leaves_nothing(own_pbx: Asterisk) -> None:
    tasks = asyncio.all_tasks()
    ami = client(own_pbx, policy=ReconnectPolicy.fixed(AN_HOUR))
    states = ami.states()
    await ami.connect()
    await asyncio.to_thread(own_pbx.kill)
    await next_state(states, ConnectionState.RECONNECTING)
    connected = asyncio.create_task(ami.wait_for(ConnectionState.CONNECTED))
    await within(ami.aclose())
    with pytest.raises(ClientClosedError):
        await connected
    assert await run_of(states) == ["DISCONNECTED"]
    assert asyncio.all_tasks() == tasks
    with pytest.raises(ClientClosedError):
        await ami.send("Ping")


async def test_049_a_frozen_asterisk_is_found_by_the_keepalive_and_taken_back_when_it_thaws(
    own_pbx: Asterisk, impatient: Callable[[], None]
) -> None:
    ami = client(own_pbx, policy=QUICKLY)
    states = ami.states()
    async with ami:
        await asyncio.to_thread(own_pbx.freeze)
        request = asyncio.create_task(ami.send("Ping"))
        lost = await next_state(states, ConnectionState.RECONNECTING)
        assert "not even an answer to Ping" in str(lost.cause)
        with pytest.raises(OutcomeUnknownError, match="not even an answer to Ping"):
            await request
        impatient()
        await asyncio.to_thread(own_pbx.thaw)
        await next_state(states, ConnectionState.CONNECTED)
        assert ami.epoch == 2
        await mark(ami, Watch(ami))


async def test_an_asterisk_that_is_frozen_costs_a_login_its_timeout_and_a_close_no_more(own_pbx: Asterisk) -> None:
    tasks = asyncio.all_tasks()
    ami = client(own_pbx)
    await ami.connect()
    await asyncio.to_thread(own_pbx.freeze)
    pings = [asyncio.create_task(ami.send("Ping")) for _ in range(10)]
    other = client(own_pbx, timeout=0.5)
    with pytest.raises(LoginTimeoutError, match="did not complete the login"):
        await within(other.connect())
    await within(ami.aclose())
    ends = await asyncio.gather(*pings, return_exceptions=True)
    assert {type(end) for end in ends} == {ClientClosedError}
    assert asyncio.all_tasks() == tasks


async def test_a_silent_link_is_kept_while_the_keepalive_is_answered(
    our_pbx: Asterisk, ami: AmiClient, impatient: Callable[[], None]
) -> None:
    del impatient
    # A user who may do nothing and sees nothing: what is heard are answers to the keepalive.
    async with client(our_pbx, "readonly", events="off") as silent:
        assert silent._connection is not None
        connected_at = silent._connection.last_received
        with pytest.raises(RequestRejectedError, match="Originate failed"):
            await ami.send("Originate", calling(2.5))
        assert silent._connection is not None
        assert silent._connection.last_received > connected_at
        assert silent.epoch == 1


async def test_050_an_action_that_keeps_the_session_busy_does_not_look_like_a_dead_link(
    pbx: Asterisk, impatient: Callable[[], None]
) -> None:
    del impatient
    ami = client(pbx, events="off")
    async with ami:
        # Answered after five times the patience of the keepalive, and nothing is heard until then.
        with pytest.raises(RequestRejectedError, match="Originate failed"):
            await ami.send("Originate", calling(2.5))
        assert ami.epoch == 1
        await ami.ping()


async def test_050_what_updateconfig_reloads_does_not_look_like_a_dead_link_though_its_answer_came_before(
    own_pbx_with: Callable[[dict[str, str]], Asterisk], impatient: Callable[[], None]
) -> None:
    del impatient
    # Reading its configuration takes the queue module 2.5 s, with the boot as well.
    slow = {"asterisk.conf": "\nexecincludes = yes\n", "queues.conf": "\n#exec /bin/sleep 2.5\n"}
    pbx = await asyncio.to_thread(own_pbx_with, slow)
    file = "queuerules.conf"
    async with client(pbx, events="off") as ami, client(pbx) as other:
        await ami.send(UpdateConfig(file, file, reload="app_queue.so"))
        behind = asyncio.create_task(ami.ping())
        await other.ping()
        assert not behind.done()  # The action is answered, and the session is busy.
        await behind
        assert ami.epoch == 1
