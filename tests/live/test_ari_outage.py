"""Asterisk starts, ends, freezes, and forgets a client that uses ARI."""

import asyncio

import pytest

from asterisk_py_ari import (
    ApplicationReplacedError,
    AsteriskError,
    ClientClosedError,
    ConnectFailedError,
    ConnectionClosedError,
    ConnectionState,
    ConnectionStateChanged,
    NotBootedError,
    NotFoundError,
    NotSentError,
    ReadTimeoutError,
    ReconnectPolicy,
    Resynchronized,
)
from asterisk_py_ari.events import ApplicationReplaced, AriEvent, ChannelVarset, StasisStart
from asterisk_py_ari.protocol.requests import Request
from tests.live.ari import LIMIT, call, client, next_of, next_state
from tools.asterisk import Asterisk

over_either = pytest.mark.parametrize("transport", ["http", "websocket"])
K, R = ConnectionState.CONNECTED, ConnectionState.RECONNECTING


async def test_087_an_asterisk_that_starts_is_waited_for(own_pbx: Asterisk) -> None:
    await asyncio.to_thread(own_pbx.kill)
    ari = client(own_pbx, retry_first=True)
    story = ari.states()
    connecting = asyncio.create_task(ari.connect())
    lost = await next_state(story, R)
    assert isinstance(lost.cause, ConnectFailedError)
    await asyncio.to_thread(own_pbx.restart, wait=False)
    async with asyncio.timeout(LIMIT):
        await connecting
    assert (await ari.asterisk.ping()).ping == "pong"
    await ari.aclose()
    causes = {type(change.cause) for change in [change async for change in story] if change.cause is not None}
    # Which of them a try meets is a matter of tenths of a second.
    assert causes <= {ConnectFailedError, NotFoundError, NotBootedError}


@over_either
async def test_090_a_call_that_an_outage_ended_is_reported_gone(own_pbx: Asterisk, transport: str) -> None:
    ari = client(own_pbx, transport=transport)
    story = ari.events()
    async with ari:
        channel = await call(ari)
        await asyncio.to_thread(own_pbx.kill)
        lost = await next_state(story, R)
        assert isinstance(lost.cause, ConnectionClosedError)
        with pytest.raises(NotSentError):
            await channel.answer()
        await asyncio.to_thread(own_pbx.restart)
        found = await next_state(story, K)
        # Nothing comes between the change and the report.
        report = await story.recv()
        assert isinstance(report, Resynchronized)
        assert (found.epoch, report.epoch) == (2, 2)
        assert report.gone == (channel.id,)
        assert report.channels == ()
        # And it works as before.
        await (await call(ari)).hangup()


@over_either
async def test_090_a_call_that_survived_a_loss_is_reported_and_goes_on(pbx: Asterisk, transport: str) -> None:
    ari = client(pbx, transport=transport)
    story = ari.events()
    async with ari:
        stays, ends = await call(ari), await call(ari)
        async with client(pbx, app="other") as other:
            assert ari._connection is not None
            ari._connection.abort(ConnectionClosedError(address="the test", reason="cut off by the test"))
            await other.channels.hangup(ends.id)
            report = await next_of(story, Resynchronized)
        there = {each.id: each for each in report.channels}
        assert stays.id in there
        assert ends.id not in there
        assert report.gone in {(ends.id,), ()}  # If it was quick, it is said by an event.
        async with there[stays.id].events(ChannelVarset) as events:
            await there[stays.id].set_var("GAP", value="over")
            assert (await next_of(events, ChannelVarset)).variable == "GAP"
        await there[stays.id].hangup()


async def test_089_who_is_replaced_ends_and_who_insists_takes_it_back(pbx: Asterisk) -> None:
    first, second = client(pbx), client(pbx, take_over=True)
    story = first.events()
    async with first, second:
        await next_of(story, ApplicationReplaced)
        ended = await next_of(story, ConnectionStateChanged)
        assert isinstance(ended.cause, ApplicationReplacedError)
        with pytest.raises(ApplicationReplacedError):
            await story.recv()
        with pytest.raises(NotSentError, match="taken the application 'demo'"):
            await first.asterisk.ping()
        async with client(pbx) as third:
            await second.wait_for(R)
            await second.wait_for(K)
            with pytest.raises(AsteriskError):
                await third.wait_for(ConnectionState.CONNECTING)
        # The last to ask has it.
        channel = await call(second)
        await channel.hangup()


@over_either
async def test_091_a_frozen_asterisk_is_found_and_taken_back_when_it_thaws(
    own_pbx: Asterisk, monkeypatch: pytest.MonkeyPatch, transport: str
) -> None:
    monkeypatch.setattr("asterisk_py_ari.transport.websocket.PING_AFTER", 1.0)
    ari = client(own_pbx, transport=transport)
    story = ari.events()
    async with ari:
        channel = await call(ari)
        await asyncio.to_thread(own_pbx.freeze)
        request = asyncio.create_task(ari.asterisk.ping())
        lost = await next_state(story, R)
        assert "not even an answer to a ping" in str(lost.cause)
        with pytest.raises(ConnectionClosedError, match="not even an answer to a ping"):
            await request
        await asyncio.to_thread(own_pbx.thaw)
        report = await next_of(story, Resynchronized)
        assert channel.id in [each.id for each in report.channels]
        assert report.gone == ()


@over_either
async def test_a_frozen_asterisk_costs_a_request_its_timeout_and_a_close_little(
    own_pbx: Asterisk, transport: str
) -> None:
    tasks = asyncio.all_tasks()
    ari = client(own_pbx, transport=transport)
    await ari.connect()
    await asyncio.to_thread(own_pbx.freeze)
    assert ari._connection is not None
    pings = [asyncio.create_task(ari.asterisk.ping()) for _ in range(30)]
    with pytest.raises(ReadTimeoutError):
        await ari._connection.request(Request(operation="a", method="GET", path="/channels"), timeout=0.5)
    async with asyncio.timeout(LIMIT):
        await ari.aclose()
    ends = await asyncio.gather(*pings, return_exceptions=True)
    assert {type(end) for end in ends} == {ClientClosedError}
    assert asyncio.all_tasks() == tasks


async def test_closing_during_the_gap_returns_at_once(own_pbx: Asterisk) -> None:
    ari = client(own_pbx, policy=ReconnectPolicy.fixed(3600))
    story = ari.events()
    await ari.connect()
    await asyncio.to_thread(own_pbx.kill)
    await next_state(story, R)
    async with asyncio.timeout(LIMIT):
        await ari.aclose()
    with pytest.raises(ClientClosedError):
        await ari.asterisk.ping()


async def test_a_burst_that_nobody_reads_does_not_cost_the_connection(pbx: Asterisk) -> None:
    """Asterisk cuts who stops reading for 100 ms once the socket is full; the client reads whoever is behind."""
    async with client(pbx, app="burst") as ari:
        slow = ari.events(AriEvent)
        channels = [await call(ari) for _ in range(3)]
        for number in range(2000):
            await channels[number % 3].set_var("LARGE", value="x" * 2000)
        assert slow.backlog > 2000
        assert ari.epoch == 1
        for channel in channels:
            await channel.hangup()
        starts = [event for event in await slow.recv_batch() if isinstance(event, StasisStart)]
        assert len(starts) == 3
