"""How a connection is lost and comes back: the states, the epochs, the attempts, and when it ends."""

import asyncio
import logging
import re
from collections.abc import Awaitable
from itertools import pairwise

import pytest

from asterisk_py_core import (
    AsteriskError,
    ClientClosedError,
    ConnectFailedError,
    ConnectionClosedError,
    ConnectionState,
    InputError,
    LoginRejectedError,
    NotSentError,
    OutcomeUnknownError,
    ReconnectPolicy,
)
from tests.contract.harness import Capability, Client, Harness, needs
from tests.contract.watching import QUICKLY, C, Connect, D, K, MakeClient, R, Step, ended, step, steps, take

LATER = ReconnectPolicy.fixed(3600)


# --- the way of the states -------------------------------------------------------------------------------------------


async def test_connecting_and_closing_is_three_steps(make_client: MakeClient) -> None:
    client = make_client()
    states = client.states()
    assert (client.state, client.epoch) == (D, 0)
    async with client:
        assert (client.state, client.epoch) == (K, 1)
    assert await steps(states, 3) == [Step(C, 0), Step(K, 1), Step(D, 1)]
    assert [change async for change in states] == []


@pytest.mark.parametrize("how", ["drop", "reset"])
async def test_a_lost_connection_comes_back_in_three_steps(protocol: Harness, connect: Connect, how: str) -> None:
    client = await connect(policy=QUICKLY)
    states = client.states()
    getattr(protocol, how)()
    assert await steps(states, 3) == [Step(R, 1, 1), Step(C, 1, 1), Step(K, 2, 1)]
    assert (client.state, client.epoch) == (K, 2)


async def test_the_loss_says_what_lost_it_and_the_return_how_long_it_took(protocol: Harness, connect: Connect) -> None:
    client = await connect(policy=QUICKLY)
    states = client.states()
    protocol.drop()
    lost, trying, back = await take(states, 3)
    assert isinstance(lost.cause, ConnectionClosedError)
    assert lost.retry_in == 0.1
    assert (trying.cause, back.cause) == (None, None)
    assert (trying.retry_in, back.retry_in) == (None, None)
    assert 0.1 <= trying.down_for <= back.down_for


async def test_the_loss_and_the_return_are_a_line_of_the_log_each(
    protocol: Harness, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "asterisk_py_core.supervisor")
    client = await connect(policy=QUICKLY)
    states = client.states()
    protocol.drop()
    lost, _, _ = await take(states, 3)
    lines = [record.getMessage() for record in caplog.records if record.name == "asterisk_py_core.supervisor"]
    name = re.escape(type(client).__name__)
    assert len(lines) == 2
    assert re.fullmatch(rf"{name}\(.+\): {re.escape(str(lost.cause))}; next try in 0\.1 s", lines[0])
    assert re.fullmatch(rf"{name}\(.+\): connected again after \d+\.\d s, at try 1 \(connection 2\)", lines[1])
    assert {record.levelname for record in caplog.records if record.getMessage() in lines} == {"INFO"}


async def test_every_change_begins_where_the_last_one_ended(protocol: Harness, make_client: MakeClient) -> None:
    client = make_client(policy=QUICKLY)
    states = client.states()
    await client.connect()
    for epoch in range(2, 5):
        protocol.drop()
        await protocol.wait_for_logins(epoch)
    await client.wait_for(K)
    await client.aclose()
    changes = [change async for change in states]
    assert changes[0].previous is D
    assert all(one.state is other.previous for one, other in pairwise(changes))
    assert all(0 <= other.epoch - one.epoch <= 1 for one, other in pairwise(changes))
    assert [change.epoch for change in changes if change.state is K] == [1, 2, 3, 4]


async def test_a_peer_that_is_away_is_tried_until_it_is_back(protocol: Harness, connect: Connect) -> None:
    client = await connect(policy=QUICKLY)
    states = client.states()
    await protocol.stop_peer()
    assert await steps(states, 5) == [Step(R, 1, 1), Step(C, 1, 1), Step(R, 1, 2), Step(C, 1, 2), Step(R, 1, 3)]
    await protocol.start_peer()
    assert await steps(states, 2) == [Step(C, 1, 3), Step(K, 2, 3)]


async def test_a_refusal_while_away_names_itself_as_the_cause(protocol: Harness, connect: Connect) -> None:
    client = await connect(policy=QUICKLY)
    states = client.states()
    await protocol.stop_peer()
    lost, _, refused = await take(states, 3)
    assert type(lost.cause) is ConnectionClosedError
    assert isinstance(refused.cause, ConnectFailedError)


# --- the policy ------------------------------------------------------------------------------------------------------


async def test_flapping_below_the_stability_window_uses_up_the_retries_and_waits_longer(
    protocol: Harness, connect: Connect
) -> None:
    policy = ReconnectPolicy.exponential(0.1, 0.2, jitter=0, max_retries=3, stable_after=3600)
    client = await connect(policy=policy)
    states = client.states()
    for number, wait in enumerate((0.1, 0.2, 0.2), start=1):
        protocol.drop()
        changes = await take(states, 3)
        assert list(map(step, changes)) == [
            Step(R, number, number),
            Step(C, number, number),
            Step(K, number + 1, number),
        ]
        assert changes[0].retry_in == wait
    protocol.drop()
    (end,) = await take(states, 1)
    assert (step(end), type(end.cause), end.retry_in) == (Step(D, 4, 3), ConnectionClosedError, None)


async def test_flapping_above_the_stability_window_begins_anew_each_time(protocol: Harness, connect: Connect) -> None:
    policy = ReconnectPolicy.exponential(0.1, 3600, jitter=0, factor=1000, max_retries=1, stable_after=0)
    client = await connect(policy=policy)
    states = client.states()
    for epoch in range(1, 4):
        protocol.drop()
        changes = await take(states, 3)
        assert list(map(step, changes)) == [Step(R, epoch, 1), Step(C, epoch, 1), Step(K, epoch + 1, 1)]
        assert changes[0].retry_in == 0.1


async def test_without_a_policy_to_retry_the_first_loss_is_the_end(protocol: Harness, connect: Connect) -> None:
    client = await connect(policy=ReconnectPolicy.none())
    states = client.states()
    protocol.drop()
    (end,) = await take(states, 1)
    assert (end.state, type(end.cause)) == (D, ConnectionClosedError)
    assert protocol.connections == 1


@pytest.mark.parametrize(
    ("policy", "low", "high"),
    [
        (ReconnectPolicy.fixed(0.125), 0.125, 0.125),
        (ReconnectPolicy.exponential(0.1, 0.2), 0.1, 0.2),
    ],
)
async def test_the_wait_is_the_one_of_the_policy(
    protocol: Harness, connect: Connect, policy: ReconnectPolicy, low: float, high: float
) -> None:
    client = await connect(policy=policy)
    states = client.states()
    protocol.drop()
    (lost, _, back) = await take(states, 3)
    assert low <= lost.retry_in <= high
    assert back.down_for >= lost.retry_in


async def test_002_spent_retries_end_it_with_the_last_failure_for_everybody(
    protocol: Harness, connect: Connect
) -> None:
    client = await connect(policy=ReconnectPolicy.fixed(0.1, max_retries=2))
    waiter = asyncio.ensure_future(client.wait_for(C))
    hopeful = asyncio.ensure_future(_until_connected_again(client))
    await protocol.stop_peer()
    cause = await ended(client)
    assert isinstance(cause, ConnectFailedError)
    assert client.state is D
    await waiter  # It passed through that state.
    assert await hopeful is cause
    for again in (client.connect(), client.wait_for(K)):
        with pytest.raises(ConnectFailedError) as caught:
            await again
        assert caught.value is cause
    assert protocol.connections == 1


async def _until_connected_again(client: Client) -> AsteriskError | None:
    await client.wait_for(R)
    try:
        await client.wait_for(K)
    except AsteriskError as error:
        return error
    return None


async def test_the_first_failure_shows_at_once(protocol: Harness, make_client: MakeClient) -> None:
    await protocol.stop_peer()
    client = make_client(policy=QUICKLY)
    states = client.states()
    with pytest.raises(ConnectFailedError):
        await client.connect()
    assert await steps(states, 2) == [Step(C, 0), Step(D, 0)]


async def test_the_first_failure_is_retried_if_asked_for(protocol: Harness, make_client: MakeClient) -> None:
    await protocol.stop_peer()
    client = make_client(policy=QUICKLY, retry_first=True)
    states = client.states()
    connecting = asyncio.ensure_future(client.connect())
    assert await steps(states, 2) == [Step(C, 0), Step(R, 0, 1)]
    await protocol.start_peer()
    await connecting
    assert await steps(states, 2) == [Step(C, 0, 1), Step(K, 1, 1)]


async def test_a_fatal_failure_after_a_loss_is_the_end(protocol: Harness, connect: Connect) -> None:
    client = await connect(policy=QUICKLY)
    states = client.states()
    protocol.fail_for_good()
    protocol.drop()
    changes = await take(states, 3)
    assert list(map(step, changes)) == [Step(R, 1, 1), Step(C, 1, 1), Step(D, 1, 1)]
    cause = changes[-1].cause
    assert isinstance(cause, protocol.fatal_error)
    assert not cause.is_retryable
    for again in (client.connect(), client.wait_for(K)):
        with pytest.raises(protocol.fatal_error) as caught:
            await again
        assert caught.value is cause
    assert await ended(client) is cause


@needs(Capability.LOGIN)
async def test_a_login_rejected_after_a_loss_is_the_end(protocol: Harness, connect: Connect) -> None:
    client = await connect(policy=QUICKLY)
    states = client.states()
    protocol.reject_logins()
    protocol.drop()
    assert await steps(states, 3) == [Step(R, 1, 1), Step(C, 1, 1), Step(D, 1, 1)]
    with pytest.raises(LoginRejectedError):
        await client.wait_for(K)
    assert protocol.login_attempts == 2


# --- closing ---------------------------------------------------------------------------------------------------------


async def test_006_closing_what_never_connected_moves_nothing(protocol: Harness, make_client: MakeClient) -> None:
    client = make_client()
    states = client.states()
    await client.aclose()
    assert [change async for change in states] == []
    assert (client.state, protocol.connections) == (D, 0)
    with pytest.raises(ClientClosedError):
        await client.connect()
    with pytest.raises(ClientClosedError):
        await client.wait_for(K)


async def never(*_: object, **__: object) -> None:
    await asyncio.get_running_loop().create_future()


async def is_stopped_by_closing(client: Client, until: Awaitable[object]) -> None:
    """Connect, close when *until* is done, and see that it was for nothing."""
    states = client.states()
    connecting = asyncio.ensure_future(client.connect())
    await until
    assert client.state is C
    await client.aclose()
    with pytest.raises(ClientClosedError):
        await connecting
    assert await steps(states, 2) == [Step(C, 0), Step(D, 0)]
    assert [change async for change in states] == []


async def test_006_closing_while_a_name_is_looked_up_stops_it(
    protocol: Harness, make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", never)
    client = make_client(host="pbx.invalid")
    await is_stopped_by_closing(client, client.wait_for(C))
    assert protocol.connections == 0


@needs(Capability.DIALS)
async def test_006_closing_while_tcp_connects_stops_it(
    protocol: Harness, make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    trying = asyncio.Event()

    async def sock_connect(*_: object) -> None:
        trying.set()
        await never()

    monkeypatch.setattr(asyncio.get_running_loop(), "sock_connect", sock_connect)
    await is_stopped_by_closing(make_client(), trying.wait())
    assert protocol.connections == 0


@needs(Capability.TLS)
async def test_006_closing_during_the_tls_handshake_stops_it(protocol: Harness, make_client: MakeClient) -> None:
    protocol.freeze()
    await is_stopped_by_closing(make_client(ssl=True), protocol.wait_for_connections(1))


@needs(Capability.LOGIN)
async def test_006_closing_during_the_login_stops_it(protocol: Harness, make_client: MakeClient) -> None:
    protocol.freeze()
    await is_stopped_by_closing(make_client(), protocol.wait_for_connections(1))


@needs(Capability.LOGIN)
async def test_006_closing_during_the_login_after_a_loss_stops_it(protocol: Harness, connect: Connect) -> None:
    client = await connect(policy=QUICKLY)
    states = client.states()
    protocol.freeze()
    protocol.reset()
    await protocol.wait_for_connections(2)
    assert client.state is C
    await client.aclose()
    assert await steps(states, 3) == [Step(R, 1, 1), Step(C, 1, 1), Step(D, 1, 1)]


async def test_006_closing_while_connected_ends_without_a_cause(connect: Connect) -> None:
    client = await connect()
    states = client.states()
    await client.aclose()
    (end,) = await take(states, 1)
    assert (end.state, end.previous, end.cause) == (D, K, None)


async def test_008_closing_during_backoff_returns_at_once_and_tries_no_more(
    protocol: Harness, connect: Connect
) -> None:
    client = await connect(policy=LATER)
    protocol.drop()
    await client.wait_for(R)
    turns = 0

    def count() -> None:
        nonlocal turns
        turns += 1
        if not closing.done():
            asyncio.get_running_loop().call_soon(count)

    closing = asyncio.ensure_future(client.aclose())
    asyncio.get_running_loop().call_soon(count)
    await closing
    assert turns < 10
    assert (client.state, protocol.connections) == (D, 1)


async def test_006_the_state_is_final_before_closing_waits_for_anything(connect: Connect) -> None:
    client = await connect()
    closing = asyncio.ensure_future(client.aclose())
    await asyncio.sleep(0)
    assert client.state is D
    await closing


async def test_006_closing_twice_and_at_once_is_closing(connect: Connect) -> None:
    client = await connect()
    states = client.states()
    await asyncio.gather(client.aclose(), client.aclose(), client.aclose())
    await client.aclose()
    assert await steps(states, 1) == [Step(D, 1)]
    assert [change async for change in states] == []


async def test_006_closing_what_has_ended_changes_nothing(protocol: Harness, connect: Connect) -> None:
    client = await connect(policy=ReconnectPolicy.none())
    protocol.drop()
    cause = await ended(client)
    await client.aclose()
    assert client.state is D
    with pytest.raises(ConnectionClosedError) as caught:
        await client.wait_for(K)
    assert caught.value is cause


async def test_006_whoever_follows_the_states_may_close(protocol: Harness, connect: Connect) -> None:
    client = await connect(policy=LATER)
    states = client.states()
    protocol.drop()
    seen = []
    async for change in states:
        seen.append(change.state)
        await client.aclose()
    assert seen == [R, D]


async def test_006_closing_while_everybody_waits_releases_everybody(connect: Connect) -> None:
    client = await connect(policy=LATER)
    waiters = [asyncio.ensure_future(client.wait_for(state)) for state in (C, R)]
    await asyncio.sleep(0)
    await client.aclose()
    for waiter in waiters:
        with pytest.raises(ClientClosedError):
            await waiter


# --- requests and the loss -------------------------------------------------------------------------------------------


@needs(Capability.SENDS)
async def test_013_nothing_is_ever_sent_again(protocol: Harness, connect: Connect) -> None:
    client = await connect(policy=QUICKLY)
    protocol.hold_answers()
    request = asyncio.ensure_future(protocol.request(client))
    await protocol.wait_for_requests(1)
    protocol.drop()
    with pytest.raises(OutcomeUnknownError):
        await request
    await protocol.wait_for_logins(2)
    await client.wait_for(K)
    protocol.answer_held()
    await protocol.request(client)
    assert protocol.requests == 2


@needs(Capability.SENDS, Capability.ONE_LINK)
@pytest.mark.parametrize("policy", [QUICKLY, ReconnectPolicy.none()], ids=["retrying", "ending"])
async def test_whoever_learns_of_the_loss_finds_the_state_changed(
    protocol: Harness, connect: Connect, policy: ReconnectPolicy
) -> None:
    client = await connect(policy=policy)
    protocol.hold_answers()
    seen: list[ConnectionState] = []
    requests = [asyncio.ensure_future(protocol.request(client)) for _ in range(10)]
    for request in requests:
        request.add_done_callback(lambda _: seen.append(client.state))
    await protocol.wait_for_requests(10)
    protocol.drop()
    await asyncio.gather(*requests, return_exceptions=True)
    assert set(seen) == {D if policy.max_retries == 0 else R}


@needs(Capability.SENDS, Capability.ONE_LINK)
async def test_whoever_sends_again_at_once_gets_through_in_the_end(protocol: Harness, connect: Connect) -> None:
    client = await connect(policy=QUICKLY)

    async def stubborn() -> None:
        while True:
            try:
                await protocol.request(client)
            except NotSentError:
                await client.wait_for(K)
            else:
                return

    await protocol.stop_peer()
    await protocol.start_peer()
    await asyncio.gather(*(stubborn() for _ in range(10)))
    assert protocol.requests == 10


async def test_only_states_can_be_waited_for(connect: Connect) -> None:
    client = await connect()
    with pytest.raises(InputError, match="state"):
        await client.wait_for("connected")  # type: ignore[arg-type]  # the mistake under test
