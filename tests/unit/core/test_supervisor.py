"""Time is virtual here, and every test ends with a look for tasks, timers, links and waiters left behind."""

import asyncio
import functools
import gc
import logging
import random
import traceback
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from itertools import pairwise, product
from typing import Any, NoReturn

import pytest

from asterisk_py_core.errors import (
    AsteriskError,
    ClientClosedError,
    ConnectFailedError,
    ConnectionClosedError,
    InputError,
    LoginRejectedError,
    NotSentError,
    UnsupportedVersionError,
)
from asterisk_py_core.event_bus import Event, EventBus, EventSubscription
from asterisk_py_core.reconnect import TRANSITIONS, ConnectionState, ConnectionStateChanged, ReconnectPolicy
from asterisk_py_core.supervisor import Supervisor
from tests.virtual_clock import VirtualClockLoop, on_virtual_clock, run_virtual

DISCONNECTED, CONNECTING, CONNECTED, RECONNECTING = ConnectionState
ADDRESS = "pbx:5038"
REFUSED = ConnectFailedError(address=ADDRESS, cause="connection refused")
LOST = ConnectionClosedError(address=ADDRESS)
FATAL = LoginRejectedError(address=ADDRESS, username="admin", reason="Authentication failed")
EVERY_SECOND = ReconnectPolicy.fixed(1.0)


@dataclass(frozen=True)
class Ring(Event):
    epoch: int


class Link:
    """A connection, up until it is lost."""

    def __init__(self) -> None:
        self.is_open = True
        self.ended: asyncio.Future[BaseException] = asyncio.get_running_loop().create_future()

    def lose(self, error: BaseException = LOST) -> None:
        self.ended.set_result(error)


class Peer:
    """Both coroutine functions of a supervisor: connecting meets *failures* first, and serving lasts until `lose`."""

    def __init__(self, *failures: BaseException, latency: float = 0.0, cleanup: float = 0.0) -> None:
        self.failures = list(failures)
        self.latency = latency
        self.cleanup = cleanup
        self.tries: list[float] = []
        self.links: list[Link] = []
        self.cancelled = 0
        self.bus: EventBus[Any] = EventBus()
        self.changes: EventSubscription[ConnectionStateChanged] = self.bus.subscribe(ConnectionStateChanged)
        self.supervisor: Supervisor[Link]

    def supervise(
        self, policy: ReconnectPolicy | None = EVERY_SECOND, *, retry_first: bool = False
    ) -> Supervisor[Link]:
        self.supervisor = Supervisor(
            self.connect,
            self.serve,
            bus=self.bus,
            what="Client",
            policy=policy,
            retry_first=retry_first,
            rng=random.Random(1),
        )
        return self.supervisor

    async def connect(self) -> Link:
        self.tries.append(asyncio.get_running_loop().time())
        try:
            await asyncio.sleep(self.latency)
        except asyncio.CancelledError:
            await self.clean_up()
            raise
        if self.failures:
            raise self.failures.pop(0).with_traceback(None)  # one error serves many tests
        self.links.append(Link())
        return self.links[-1]

    async def serve(self, link: Link) -> NoReturn:
        self.bus.publish(Ring(self.supervisor.epoch))
        try:
            raise (await link.ended).with_traceback(None)
        except asyncio.CancelledError:
            await self.clean_up()
            raise
        finally:
            link.is_open = False

    async def clean_up(self) -> None:
        self.cancelled += 1
        await asyncio.sleep(self.cleanup)

    def lose(self, error: BaseException = LOST) -> None:
        self.links[-1].lose(error)

    async def seen(self) -> list[ConnectionStateChanged]:
        return await self.changes.recv_batch(10**6) if self.changes.backlog else []

    async def states(self) -> list[ConnectionState]:
        return [change.state for change in await self.seen()]

    def assert_nothing_is_left(self) -> None:
        assert [link for link in self.links if link.is_open] == []
        assert self.supervisor._waiters == {}


def leaves_nothing(test: Callable[..., Coroutine[Any, Any, Peer | None]]) -> Callable[..., None]:
    """Run the test on a virtual clock; the peer it returns must have no link left."""

    @functools.wraps(test)
    async def main(*args: Any, **kwargs: Any) -> None:
        peer = await test(*args, **kwargs)
        if peer is not None:
            peer.assert_nothing_is_left()

    return on_virtual_clock(main)


@pytest.fixture(autouse=True)
def _no_noise(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Nothing is logged but what a test expects; above all no exception that "was never retrieved"."""
    yield
    gc.collect(1)
    records = [*caplog.get_records("call"), *caplog.get_records("teardown")]
    assert [record.getMessage() for record in records if record.levelno >= logging.WARNING] == []


def take_log(caplog: pytest.LogCaptureFixture) -> list[str]:
    messages = [record.getMessage() for record in caplog.records]
    caplog.clear()
    return messages


def now() -> float:
    return asyncio.get_running_loop().time()


async def turns(count: int = 3) -> None:
    """Let everything run that is ready, and what that makes ready."""
    for _ in range(count):
        await asyncio.sleep(0)


async def ended(task: asyncio.Task[Any]) -> object:
    """What *task* returns or raises."""
    return (await asyncio.gather(task, return_exceptions=True))[0]


# --- connecting ------------------------------------------------------------------------------------------------------


@leaves_nothing
async def test_starting_returns_once_the_first_connection_stands() -> Peer:
    peer = Peer(latency=2.0)
    supervisor = peer.supervise()
    assert (supervisor.state, supervisor.epoch, supervisor.ended, supervisor.cause) == (DISCONNECTED, 0, False, None)
    await supervisor.start()
    assert now() == 2.0
    assert (supervisor.state, supervisor.epoch, supervisor.ended, supervisor.cause) == (CONNECTED, 1, False, None)
    assert await peer.seen() == [
        ConnectionStateChanged(state=CONNECTING, previous=DISCONNECTED, epoch=0, attempt=0),
        ConnectionStateChanged(state=CONNECTED, previous=CONNECTING, epoch=1, attempt=0),
    ]
    await supervisor.aclose()
    return peer


@leaves_nothing
async def test_starting_again_and_at_the_same_time_makes_one_connection() -> Peer:
    peer = Peer(latency=2.0)
    supervisor = peer.supervise()
    await asyncio.gather(*(supervisor.start() for _ in range(5)))
    await supervisor.start()
    assert peer.tries == [0.0]
    assert len(peer.links) == 1
    await supervisor.aclose()
    return peer


@leaves_nothing
async def test_starting_again_while_reconnecting_waits_for_the_next_connection() -> Peer:
    peer = Peer()
    supervisor = peer.supervise(ReconnectPolicy.fixed(7))
    await supervisor.start()
    peer.lose()
    await supervisor.wait_for(RECONNECTING)
    await supervisor.start()
    assert (now(), supervisor.epoch) == (7.0, 2)
    await supervisor.aclose()
    return peer


@leaves_nothing
async def test_the_task_is_named_after_its_owner() -> Peer:
    peer = Peer()
    supervisor = peer.supervise()
    await supervisor.start()
    assert "Client supervisor" in {task.get_name() for task in asyncio.all_tasks()}
    await supervisor.aclose()
    return peer


@leaves_nothing
async def test_a_first_failure_is_raised_and_ends_the_run() -> Peer:
    peer = Peer(REFUSED)
    supervisor = peer.supervise()
    with pytest.raises(ConnectFailedError) as caught:
        await supervisor.start()
    assert caught.value is REFUSED
    assert (supervisor.state, supervisor.ended, supervisor.cause) == (DISCONNECTED, True, REFUSED)
    assert peer.tries == [0.0]
    assert await peer.states() == [CONNECTING, DISCONNECTED]
    return peer


@leaves_nothing
async def test_001_with_retry_first_a_server_that_refuses_five_times_is_reached_at_the_sixth() -> Peer:
    peer = Peer(*[REFUSED] * 5)
    supervisor = peer.supervise(ReconnectPolicy.exponential(), retry_first=True)
    await supervisor.start()
    seen = await peer.seen()
    assert [change.state for change in seen] == [CONNECTING, RECONNECTING] * 5 + [CONNECTING, CONNECTED]
    assert [change.attempt for change in seen] == [0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 5]
    waits = [later - earlier for earlier, later in pairwise(peer.tries)]
    assert all(0.1 <= wait <= 0.1 + min(30, 2**n) for n, wait in enumerate(waits))
    announced = [change.retry_in for change in seen if change.state is RECONNECTING]
    assert announced == pytest.approx(waits)
    assert {change.down_for for change in seen} == {0.0}
    assert {change.cause for change in seen if change.state is RECONNECTING} == {REFUSED}
    await supervisor.aclose()
    return peer


@leaves_nothing
async def test_002_a_spent_budget_ends_the_run_with_the_last_failure_for_everybody_who_waits() -> Peer:
    last = ConnectFailedError(address=ADDRESS, cause="no route")
    peer = Peer(REFUSED, REFUSED, REFUSED, last)
    supervisor = peer.supervise(ReconnectPolicy.fixed(1, max_retries=3), retry_first=True)
    waiting = [asyncio.create_task(supervisor.wait_for(CONNECTED)) for _ in range(10)]
    with pytest.raises(ConnectFailedError, match="no route"):
        await supervisor.start()
    assert [await ended(task) for task in waiting] == [last] * 10
    assert (supervisor.state, supervisor.cause, len(peer.tries)) == (DISCONNECTED, last, 4)
    assert (await peer.seen())[-1] == ConnectionStateChanged(
        state=DISCONNECTED, previous=CONNECTING, epoch=0, attempt=3, cause=last
    )
    return peer


@leaves_nothing
@pytest.mark.parametrize(
    "error",
    [
        FATAL,
        UnsupportedVersionError(address=ADDRESS, banner="SSH-2.0"),
        InputError(field="host", problem="must not be empty"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_a_fatal_error_is_never_retried(error: AsteriskError) -> Peer:
    peer = Peer(REFUSED, error)
    supervisor = peer.supervise(retry_first=True)
    with pytest.raises(type(error)):
        await supervisor.start()
    assert (supervisor.state, supervisor.cause) == (DISCONNECTED, error)
    assert await peer.states() == [CONNECTING, RECONNECTING, CONNECTING, DISCONNECTED]
    return peer


# --- losing and coming back ------------------------------------------------------------------------------------------


@leaves_nothing
async def test_a_lost_connection_comes_back_and_every_change_says_what_happened() -> Peer:
    peer = Peer()
    supervisor = peer.supervise(ReconnectPolicy.fixed(4))
    await supervisor.start()
    await peer.seen()
    await asyncio.sleep(100)
    peer.failures = [REFUSED]
    peer.latency = 0.5
    peer.lose()
    await supervisor.wait_for(RECONNECTING)
    await supervisor.wait_for(CONNECTED)
    change = functools.partial(ConnectionStateChanged, epoch=1)
    assert await peer.seen() == [
        change(state=RECONNECTING, previous=CONNECTED, attempt=1, cause=LOST, down_for=0.0, retry_in=4),
        change(state=CONNECTING, previous=RECONNECTING, attempt=1, down_for=4.0),
        change(state=RECONNECTING, previous=CONNECTING, attempt=2, cause=REFUSED, down_for=4.5, retry_in=4),
        change(state=CONNECTING, previous=RECONNECTING, attempt=2, down_for=8.5),
        change(state=CONNECTED, previous=CONNECTING, attempt=2, down_for=9.0, epoch=2),
    ]
    await asyncio.sleep(50)
    peer.lose(FATAL)
    await supervisor.wait_for(DISCONNECTED)
    assert await peer.seen() == [
        change(state=DISCONNECTED, previous=CONNECTED, attempt=0, cause=FATAL, down_for=0.0, epoch=2)
    ]
    return peer


@leaves_nothing
async def test_a_connection_that_came_back_is_not_down_any_more() -> Peer:
    peer = Peer()
    supervisor = peer.supervise()
    await supervisor.start()
    peer.lose()
    await supervisor.wait_for(RECONNECTING)
    await supervisor.wait_for(CONNECTED)
    await asyncio.sleep(50)
    await supervisor.aclose()
    assert [change.down_for for change in await peer.seen()] == [0.0, 0.0, 0.0, 1.0, 1.0, 0.0]
    return peer


@leaves_nothing
async def test_coming_back_is_logged_as_the_loss_is(caplog: pytest.LogCaptureFixture) -> Peer:
    caplog.set_level(logging.INFO, "asterisk_py_core.supervisor")
    peer = Peer()
    supervisor = peer.supervise(ReconnectPolicy.fixed(4))
    await supervisor.start()
    assert take_log(caplog) == []
    for epoch, refusals in ((2, 0), (3, 2)):
        await asyncio.sleep(100)
        peer.failures = [REFUSED] * refusals
        peer.latency = 0.5
        peer.lose()
        await supervisor.wait_for(RECONNECTING)
        await supervisor.wait_for(CONNECTED)
        tries = refusals + 1
        assert take_log(caplog) == [
            f"Client: {LOST}; next try in 4.0 s",
            *[f"Client: {REFUSED}; next try in 4.0 s"] * refusals,
            f"Client: connected again after {4.5 * tries:.1f} s, at try {tries} (connection {epoch})",
        ]
    await supervisor.aclose()
    assert take_log(caplog) == []
    return peer


@leaves_nothing
async def test_coming_up_after_failures_is_logged_as_they_are(caplog: pytest.LogCaptureFixture) -> Peer:
    caplog.set_level(logging.INFO, "asterisk_py_core.supervisor")
    peer = Peer(REFUSED, latency=1)
    supervisor = peer.supervise(ReconnectPolicy.fixed(4), retry_first=True)
    await supervisor.start()
    assert take_log(caplog) == [
        f"Client: {REFUSED}; next try in 4.0 s",
        "Client: connected after 6.0 s, at try 2 (connection 1)",
    ]
    await supervisor.aclose()
    return peer


@leaves_nothing
async def test_018_the_change_of_epoch_comes_before_the_first_event_of_the_new_one() -> Peer:
    peer = Peer()
    supervisor = peer.supervise()
    everything = peer.bus.subscribe()
    await supervisor.start()
    for _ in range(2):
        peer.lose()
        await supervisor.wait_for(RECONNECTING)
        await supervisor.wait_for(CONNECTED)
    await supervisor.aclose()
    order = [event.epoch if isinstance(event, Ring) else event.state.value async for event in everything]
    assert order == [
        *("connecting", "connected", 1),
        *("reconnecting", "connecting", "connected", 2),
        *("reconnecting", "connecting", "connected", 3),
        "disconnected",
    ]
    return peer


@leaves_nothing
async def test_a_fatal_error_while_connected_ends_the_run_without_another_try() -> Peer:
    peer = Peer()
    supervisor = peer.supervise()
    await supervisor.start()
    waiting = asyncio.create_task(supervisor.wait_for(RECONNECTING))
    await turns()
    peer.lose(FATAL)
    assert await ended(waiting) is FATAL
    assert await peer.states() == [CONNECTING, CONNECTED, DISCONNECTED]
    assert len(peer.tries) == 1
    with pytest.raises(LoginRejectedError):
        await supervisor.start()
    return peer


@leaves_nothing
async def test_without_retries_the_first_loss_ends_the_run() -> Peer:
    peer = Peer()
    supervisor = peer.supervise(ReconnectPolicy.none())
    await supervisor.start()
    peer.lose()
    await supervisor.wait_for(DISCONNECTED)
    assert supervisor.cause is LOST
    return peer


@leaves_nothing
async def test_003_connections_that_die_after_29_9_seconds_use_up_the_budget_and_wait_ever_longer() -> Peer:
    peer = Peer()
    supervisor = peer.supervise(ReconnectPolicy.exponential(1, 1000, jitter=0, max_retries=10))
    await supervisor.start()
    for _ in range(10):
        await asyncio.sleep(29.9)
        peer.lose()
        await supervisor.wait_for(RECONNECTING)
        await supervisor.wait_for(CONNECTED)
    lost = [change for change in await peer.seen() if change.state is RECONNECTING]
    assert [change.attempt for change in lost] == list(range(1, 11))
    assert [change.retry_in for change in lost] == [2**n for n in range(10)]
    await asyncio.sleep(29.9)
    peer.lose()
    await supervisor.wait_for(DISCONNECTED)
    assert (supervisor.cause, supervisor.epoch) == (LOST, 11)
    return peer


@leaves_nothing
async def test_004_connections_that_last_30_1_seconds_begin_the_count_and_the_delays_anew() -> Peer:
    peer = Peer()
    supervisor = peer.supervise(ReconnectPolicy.exponential(1, 1000, jitter=0, max_retries=1))
    await supervisor.start()
    for _ in range(10):
        await asyncio.sleep(30.1)
        peer.lose()
        await supervisor.wait_for(RECONNECTING)
        await supervisor.wait_for(CONNECTED)
    lost = [change for change in await peer.seen() if change.state is RECONNECTING]
    assert [(change.attempt, change.retry_in) for change in lost] == [(1, 1.0)] * 10
    await supervisor.aclose()
    return peer


@leaves_nothing
async def test_004_only_time_connected_counts_as_stable() -> Peer:
    peer = Peer(REFUSED, REFUSED, latency=100.0)
    supervisor = peer.supervise(ReconnectPolicy.exponential(1, 1000, jitter=0), retry_first=True)
    await supervisor.start()
    peer.lose()
    await supervisor.wait_for(RECONNECTING)
    await supervisor.wait_for(CONNECTED)
    attempts = [change.attempt for change in await peer.seen() if change.state is RECONNECTING]
    assert attempts == [1, 2, 3]
    await supervisor.aclose()
    return peer


def test_ten_thousand_reconnects_with_the_same_seed_are_the_same_run() -> None:
    async def run(seed: int) -> list[tuple[float, object]]:
        peer = Peer()
        chance = random.Random(seed)
        supervisor = Supervisor(
            peer.connect, peer.serve, bus=peer.bus, what="Client", retry_first=True, rng=random.Random(seed)
        )
        peer.supervisor = supervisor
        await supervisor.start()
        history: list[tuple[float, object]] = []
        while supervisor.epoch < 10_000:
            await asyncio.sleep(chance.choice((0.0, 1.0, 29.0, 31.0)))
            peer.failures = [REFUSED] * chance.choice((0, 0, 0, 0, 1, 3))
            peer.lose()
            await supervisor.wait_for(RECONNECTING)
            await supervisor.wait_for(CONNECTED)
            history += ((now(), change) for change in await peer.seen())
        await supervisor.aclose()
        peer.assert_nothing_is_left()
        return history

    first, second, other = run_virtual(run(seed=7)), run_virtual(run(seed=7)), run_virtual(run(seed=8))
    assert len(first) > 30_000
    assert first == second
    assert first != other


# --- waiting for a state ---------------------------------------------------------------------------------------------


@leaves_nothing
async def test_waiting_for_the_state_that_is_there_returns_at_once() -> Peer:
    peer = Peer()
    supervisor = peer.supervise()
    await supervisor.wait_for(DISCONNECTED)
    await supervisor.start()
    await supervisor.wait_for(CONNECTED)
    assert now() == 0.0
    await supervisor.aclose()
    await supervisor.wait_for(DISCONNECTED)
    return peer


@leaves_nothing
async def test_a_state_that_is_only_passed_through_is_not_missed() -> Peer:
    peer = Peer()
    supervisor = peer.supervise()
    waiting = [asyncio.create_task(supervisor.wait_for(state)) for state in (CONNECTING, CONNECTED, RECONNECTING)]
    await turns()
    starting = asyncio.create_task(supervisor.start())
    await turns()
    # Lost in the very turn in which it came up: the state is another one before any waiter runs.
    peer.lose()
    await asyncio.gather(*waiting, starting)
    assert (now(), supervisor.state) == (0.0, RECONNECTING)
    await supervisor.aclose()
    return peer


@leaves_nothing
@pytest.mark.parametrize("state", [CONNECTING, CONNECTED, RECONNECTING])
async def test_a_state_that_can_no_longer_come_raises_what_ended_the_run(state: ConnectionState) -> Peer:
    peer = Peer(FATAL)
    supervisor = peer.supervise()
    with pytest.raises(LoginRejectedError):
        await supervisor.start()
    with pytest.raises(LoginRejectedError):
        await supervisor.wait_for(state)
    await supervisor.wait_for(DISCONNECTED)
    return peer


@leaves_nothing
@pytest.mark.parametrize("state", [CONNECTING, CONNECTED, RECONNECTING])
async def test_a_state_that_can_no_longer_come_after_closing_raises_that(state: ConnectionState) -> Peer:
    peer = Peer()
    supervisor = peer.supervise()
    await supervisor.aclose()
    with pytest.raises(ClientClosedError, match=r"^Client is closed$"):
        await supervisor.wait_for(state)
    return peer


@leaves_nothing
async def test_a_thousand_waiters_are_released_by_the_end_each_with_its_own_answer() -> Peer:
    peer = Peer()
    supervisor = peer.supervise()
    await supervisor.start()
    down = [asyncio.create_task(supervisor.wait_for(DISCONNECTED)) for _ in range(1000)]
    again = [asyncio.create_task(supervisor.wait_for(RECONNECTING)) for _ in range(1000)]
    await turns()
    await supervisor.aclose()
    assert {await ended(task) for task in down} == {None}
    assert {type(await ended(task)) for task in again} == {ClientClosedError}
    return peer


@leaves_nothing
async def test_cancelling_a_wait_leaves_nothing_and_disturbs_nobody() -> Peer:
    peer = Peer()
    supervisor = peer.supervise()
    await supervisor.start()
    cancelled, kept = (asyncio.create_task(supervisor.wait_for(RECONNECTING)) for _ in range(2))
    await turns()
    peer.lose()
    cancelled.cancel()  # its task runs after the state has passed a waiter that is cancelled already
    assert isinstance(await ended(cancelled), asyncio.CancelledError)
    assert await ended(kept) is None
    ending = asyncio.create_task(supervisor.wait_for(CONNECTED))
    await turns()
    ending.cancel()
    await supervisor.aclose()
    assert isinstance(await ended(ending), asyncio.CancelledError)
    return peer


@leaves_nothing
@pytest.mark.parametrize("state", ["connected", None, 2, ConnectionState])
async def test_waiting_for_what_is_no_state_is_refused(state: Any) -> Peer:
    peer = Peer()
    supervisor = peer.supervise()
    with pytest.raises(InputError) as caught:
        await supervisor.wait_for(state)
    assert str(caught.value) == f"state must be a ConnectionState, not {state!r}"
    return peer


@leaves_nothing
async def test_012_what_a_request_ends_with_says_why_there_is_no_connection() -> Peer:
    peer = Peer(REFUSED, latency=1.0)
    supervisor = peer.supervise()

    def said() -> str:
        error = supervisor.not_connected("Ping", address=ADDRESS)
        assert isinstance(error, NotSentError)
        assert (error.request, error.address, error.__cause__) == ("Ping", ADDRESS, supervisor.cause)
        return error.reason

    assert said() == "the client is disconnected (`async with` connects it, or `await client.connect()`)"
    starting = asyncio.create_task(supervisor.start())
    await turns()
    assert said() == "the client is connecting"
    await ended(starting)
    assert said() == "the client has ended: cannot connect to pbx:5038: connection refused"
    return peer


@leaves_nothing
async def test_012_after_closing_a_request_ends_with_that() -> Peer:
    peer = Peer()
    supervisor = peer.supervise()
    await supervisor.aclose()
    error = supervisor.not_connected("Ping", address=ADDRESS)
    assert isinstance(error, ClientClosedError)
    assert error.what == "Client"
    return peer


@leaves_nothing
async def test_asking_an_ended_supervisor_again_and_again_does_not_grow_its_error() -> Peer:
    peer = Peer(REFUSED)
    supervisor = peer.supervise()
    frames = []
    for _ in range(5):
        with pytest.raises(ConnectFailedError) as caught:
            await supervisor.start()
        frames.append([frame.name for frame in traceback.extract_tb(caught.value.__traceback__)])
    assert frames == [frames[0]] * 5
    assert "connect" in frames[0]
    return peer


# --- closing ---------------------------------------------------------------------------------------------------------


async def supervisor_in(peer: Peer, state: ConnectionState) -> tuple[Supervisor[Link], asyncio.Task[None] | None]:
    """Return a supervisor that is in *state* for at least 10 seconds, and who waits in `start`, if anybody does."""
    supervisor = peer.supervise(ReconnectPolicy.fixed(10), retry_first=True)
    if state is DISCONNECTED:
        return supervisor, None
    if state is CONNECTING:
        peer.latency = 10
    if state is RECONNECTING:
        peer.failures = [REFUSED]
    starting = asyncio.create_task(supervisor.start())
    await turns()
    assert supervisor.state is state
    return supervisor, starting


@leaves_nothing
@pytest.mark.parametrize("state", ConnectionState)
async def test_006_closing_in_any_state_ends_the_run_at_once(state: ConnectionState) -> Peer:
    peer = Peer()
    supervisor, starting = await supervisor_in(peer, state)
    tries = list(peer.tries)
    closing = [asyncio.create_task(supervisor.aclose()) for _ in range(3)]
    await asyncio.gather(*closing)
    await supervisor.aclose()
    assert now() == 0.0
    assert (supervisor.state, supervisor.ended, supervisor.cause, peer.bus.closed) == (DISCONNECTED, True, None, True)
    if starting is not None:
        assert isinstance(await ended(starting), ClientClosedError if state is not CONNECTED else type(None))
        assert (await peer.states())[-1] is DISCONNECTED
    with pytest.raises(ClientClosedError, match=r"^Client is closed$"):
        await supervisor.start()
    assert peer.tries == tries
    assert peer.cancelled <= 1
    return peer


@leaves_nothing
@pytest.mark.parametrize("state", ConnectionState)
async def test_006_the_state_is_disconnected_before_closing_waits_for_anything(state: ConnectionState) -> Peer:
    peer = Peer(cleanup=60.0)
    supervisor, starting = await supervisor_in(peer, state)
    closing = asyncio.create_task(supervisor.aclose())
    await asyncio.sleep(0)
    assert supervisor.state is DISCONNECTED
    await closing
    assert now() == (60.0 if state in {CONNECTING, CONNECTED} else 0.0)
    if starting is not None:
        await ended(starting)
    return peer


@leaves_nothing
async def test_006_closing_before_the_task_has_had_its_first_turn_connects_nothing() -> Peer:
    peer = Peer()
    supervisor = peer.supervise()
    starting = asyncio.create_task(supervisor.start())
    closing = asyncio.create_task(supervisor.aclose())
    await closing
    assert isinstance(await ended(starting), ClientClosedError)
    assert peer.tries == []
    assert await peer.states() == []
    return peer


@leaves_nothing
async def test_006_a_second_close_waits_for_the_first_and_does_not_cut_its_cleaning_up() -> Peer:
    peer = Peer(cleanup=60.0)
    supervisor = peer.supervise()
    await supervisor.start()
    first = asyncio.create_task(supervisor.aclose())
    await asyncio.sleep(10)
    await supervisor.aclose()
    assert (now(), peer.cancelled) == (60.0, 1)
    await first
    return peer


@leaves_nothing
async def test_006_cancelling_a_close_stops_the_waiting_and_not_the_closing() -> Peer:
    peer = Peer(cleanup=60.0)
    supervisor = peer.supervise()
    await supervisor.start()
    closing = asyncio.create_task(supervisor.aclose())
    await asyncio.sleep(10)
    closing.cancel()
    assert isinstance(await ended(closing), asyncio.CancelledError)
    assert now() == 10.0
    assert peer.links[0].is_open
    await supervisor.aclose()
    assert now() == 60.0
    return peer


@leaves_nothing
async def test_006_serving_may_close_its_own_supervisor() -> Peer:
    peer = Peer()

    async def serve(link: Link) -> NoReturn:
        await supervisor.aclose()
        assert supervisor.state is DISCONNECTED
        await peer.serve(link)

    supervisor = peer.supervisor = Supervisor(peer.connect, serve, bus=peer.bus, what="Client")
    await supervisor.start()
    await supervisor.aclose()
    assert peer.cancelled == 1
    assert await peer.states() == [CONNECTING, CONNECTED, DISCONNECTED]
    return peer


@leaves_nothing
async def test_006_serving_may_close_and_raise_without_waiting_once_more() -> Peer:
    peer = Peer()

    async def serve(link: Link) -> NoReturn:
        link.is_open = False
        await supervisor.aclose()
        raise LOST

    supervisor = peer.supervisor = Supervisor(peer.connect, serve, bus=peer.bus, what="Client")
    await supervisor.start()
    await supervisor.aclose()
    assert (supervisor.state, supervisor.cause) == (DISCONNECTED, None)
    assert await peer.states() == [CONNECTING, CONNECTED, DISCONNECTED]
    return peer


@leaves_nothing
async def test_006_connecting_may_close_its_own_supervisor() -> Peer:
    peer = Peer()

    async def connect() -> Link:
        await supervisor.aclose()
        return await peer.connect()

    supervisor = peer.supervisor = Supervisor(connect, peer.serve, bus=peer.bus, what="Client")
    with pytest.raises(ClientClosedError):
        await supervisor.start()
    await supervisor.aclose()
    assert peer.links == []
    assert await peer.states() == [CONNECTING, DISCONNECTED]
    return peer


@leaves_nothing
async def test_006_a_task_that_serving_waits_for_may_close_the_supervisor() -> Peer:
    peer = Peer()

    async def serve(link: Link) -> NoReturn:
        await asyncio.create_task(supervisor.aclose())
        await peer.serve(link)

    supervisor = peer.supervisor = Supervisor(peer.connect, serve, bus=peer.bus, what="Client")
    await supervisor.start()
    await turns()
    assert supervisor.state is DISCONNECTED
    peer.links[0].is_open = False  # cancelled before it was served
    return peer


@leaves_nothing
async def test_closing_after_a_fatal_end_keeps_the_cause() -> Peer:
    peer = Peer(FATAL)
    supervisor = peer.supervise()
    with pytest.raises(LoginRejectedError):
        await supervisor.start()
    await supervisor.aclose()
    assert supervisor.cause is FATAL
    with pytest.raises(LoginRejectedError):
        await supervisor.start()
    assert await peer.states() == [CONNECTING, DISCONNECTED]
    return peer


@leaves_nothing
async def test_008_closing_while_a_reconnect_waits_returns_in_one_turn_and_nothing_is_tried_later() -> Peer:
    peer = Peer()
    supervisor = peer.supervise(ReconnectPolicy.fixed(30))
    await supervisor.start()
    peer.lose()
    await supervisor.wait_for(RECONNECTING)
    await asyncio.sleep(10)
    await supervisor.aclose()
    assert now() == 10.0
    assert (await peer.seen())[-1] == ConnectionStateChanged(
        state=DISCONNECTED, previous=RECONNECTING, epoch=1, attempt=1, down_for=10.0
    )
    await asyncio.sleep(1000)
    assert peer.tries == [0.0]
    return peer


@leaves_nothing
@pytest.mark.parametrize("state", [CONNECTING, CONNECTED])
async def test_an_error_while_cleaning_up_after_the_close_changes_nothing(state: ConnectionState) -> Peer:
    peer = Peer()

    async def clean_up() -> None:
        raise LOST

    peer.clean_up = clean_up  # type: ignore[method-assign]  # breaks on purpose
    supervisor, starting = await supervisor_in(peer, state)
    await supervisor.aclose()
    assert supervisor.cause is None
    assert (await peer.states())[-1] is DISCONNECTED
    assert starting is not None
    await ended(starting)
    return peer


@leaves_nothing
async def test_a_defect_while_cleaning_up_after_the_close_is_logged(caplog: pytest.LogCaptureFixture) -> Peer:
    peer = Peer()

    async def clean_up() -> None:
        raise LookupError("a defect")

    peer.clean_up = clean_up  # type: ignore[method-assign]  # breaks on purpose
    supervisor = peer.supervise()
    await supervisor.start()
    await supervisor.aclose()
    assert take_log(caplog) == ["Client stopped on an unexpected error"]
    assert supervisor.cause is None
    return peer


@leaves_nothing
async def test_a_connection_made_in_spite_of_the_close_is_closed_too() -> Peer:
    peer = Peer()
    made = asyncio.Event()

    async def connect() -> Link:
        try:
            await made.wait()
        except asyncio.CancelledError:
            await asyncio.sleep(1)
        return await peer.connect()

    supervisor = peer.supervisor = Supervisor(connect, peer.serve, bus=peer.bus, what="Client")
    starting = asyncio.create_task(supervisor.start())
    await turns()
    await supervisor.aclose()
    assert isinstance(await ended(starting), ClientClosedError)
    assert [link.is_open for link in peer.links] == [False]
    assert (supervisor.state, supervisor.epoch) == (DISCONNECTED, 0)
    assert await peer.states() == [CONNECTING, DISCONNECTED]
    return peer


def test_an_ended_supervisor_may_be_closed_in_another_event_loop() -> None:
    peer = Peer()
    run_virtual(peer.supervise().start())
    run_virtual(peer.supervisor.aclose())
    assert peer.supervisor.state is DISCONNECTED


# --- cancelling ------------------------------------------------------------------------------------------------------


@leaves_nothing
@pytest.mark.parametrize("state", [CONNECTING, RECONNECTING])
async def test_007_cancelling_start_while_connecting_or_waiting_closes_everything(state: ConnectionState) -> Peer:
    peer = Peer(cleanup=5.0)
    supervisor, starting = await supervisor_in(peer, state)
    assert starting is not None
    starting.cancel()
    assert isinstance(await ended(starting), asyncio.CancelledError)
    assert now() == (5.0 if state is CONNECTING else 0.0)
    assert (supervisor.state, supervisor.ended, supervisor.cause) == (DISCONNECTED, True, None)
    return peer


@leaves_nothing
async def test_007_cancelling_start_in_the_turn_it_began_closes_everything() -> Peer:
    peer = Peer()
    supervisor = peer.supervise()
    starting = asyncio.create_task(supervisor.start())
    asyncio.get_running_loop().call_soon(starting.cancel)
    assert isinstance(await ended(starting), asyncio.CancelledError)
    assert (supervisor.state, supervisor.ended) == (DISCONNECTED, True)
    return peer


@leaves_nothing
async def test_007_cancelling_start_in_the_very_turn_the_connection_stands_closes_it() -> Peer:
    peer = Peer()
    supervisor = peer.supervise()

    async def cancel_when_connected() -> None:
        await supervisor.wait_for(CONNECTED)
        assert not starting.done()
        starting.cancel()

    cancelling = asyncio.create_task(cancel_when_connected())
    await turns()
    starting = asyncio.create_task(supervisor.start())
    await cancelling
    assert isinstance(await ended(starting), asyncio.CancelledError)
    assert (supervisor.state, supervisor.epoch) == (DISCONNECTED, 1)
    return peer


@leaves_nothing
async def test_007_cancelling_another_start_than_the_first_stops_only_its_waiting() -> Peer:
    peer = Peer(latency=2.0)
    supervisor = peer.supervise()
    first, second = (asyncio.create_task(supervisor.start()) for _ in range(2))
    await turns()
    second.cancel()
    assert isinstance(await ended(second), asyncio.CancelledError)
    await first
    peer.lose()
    await supervisor.wait_for(RECONNECTING)
    third = asyncio.create_task(supervisor.start())
    await turns()
    third.cancel()
    assert isinstance(await ended(third), asyncio.CancelledError)
    assert supervisor.state is RECONNECTING
    await supervisor.aclose()
    return peer


@leaves_nothing
@pytest.mark.parametrize("state", [CONNECTING, CONNECTED, RECONNECTING])
async def test_025_a_cancelled_run_ends_disconnected_and_releases_everybody(state: ConnectionState) -> Peer:
    peer = Peer()
    supervisor, starting = await supervisor_in(peer, state)
    waiting = asyncio.create_task(supervisor.wait_for(RECONNECTING if state is CONNECTED else CONNECTED))
    await turns()
    assert supervisor._task is not None
    supervisor._task.cancel()
    assert isinstance(await ended(waiting), ClientClosedError)
    assert (supervisor.state, supervisor.ended, supervisor.cause) == (DISCONNECTED, True, None)
    assert supervisor._task.cancelled()
    assert starting is not None
    assert isinstance(await ended(starting), type(None) if state is CONNECTED else ClientClosedError)
    return peer


def test_025_the_shutdown_of_the_event_loop_closes_a_connection_that_still_stands() -> None:
    peer = Peer(cleanup=60.0)

    async def main() -> None:
        await peer.supervise().start()

    run_virtual(main())
    assert (peer.supervisor.state, peer.cancelled) == (DISCONNECTED, 1)
    peer.assert_nothing_is_left()

    async def rest() -> list[ConnectionState]:
        return [change.state async for change in peer.changes]

    assert run_virtual(rest()) == [CONNECTING, CONNECTED, DISCONNECTED]


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("state", [CONNECTING, CONNECTED])
def test_025_the_end_of_the_program_is_not_swallowed_and_releases_everybody(
    error: type[BaseException], state: ConnectionState
) -> None:
    peer = Peer(*([error()] if state is CONNECTING else []), latency=1.0)
    loop = VirtualClockLoop()
    supervisor = peer.supervise()
    starting = loop.create_task(supervisor.start())
    waiting = loop.create_task(supervisor.wait_for(RECONNECTING))
    reading = loop.create_task(ended(loop.create_task(peer.bus.subscribe(Ring).recv())))
    if state is CONNECTED:
        loop.run_until_complete(starting)
        peer.lose(error())
    with pytest.raises(error):
        loop.run_forever()
    assert (supervisor.state, supervisor.cause) == (DISCONNECTED, None)
    assert isinstance(loop.run_until_complete(ended(waiting)), ClientClosedError)
    loop.run_until_complete(ended(starting))
    loop.run_until_complete(supervisor.aclose())
    loop.run_until_complete(reading)
    assert supervisor._task is not None
    assert isinstance(supervisor._task.exception(), error)
    peer.assert_nothing_is_left()
    assert not asyncio.all_tasks(loop)
    loop.close()


def test_a_loop_that_was_closed_under_the_supervisor_causes_no_error_of_ours(caplog: pytest.LogCaptureFixture) -> None:
    def abandon() -> None:
        peer = Peer()
        loop = VirtualClockLoop()

        async def main() -> None:
            await peer.supervise().start()
            peer.lose(ConnectionClosedError(address=ADDRESS))  # its traceback holds on to everything, so not LOST
            await peer.supervisor.wait_for(RECONNECTING)

        loop.run_until_complete(main())
        waiting = loop.create_task(peer.supervisor.wait_for(CONNECTED))
        loop.run_until_complete(asyncio.sleep(0))
        assert not waiting.done()
        loop.close()

    abandon()
    gc.collect()  # whatever is raised here fails the test
    # asyncio itself says that two tasks were left in the loop.
    assert [message.split("!")[0] for message in take_log(caplog)] == ["Task was destroyed but it is pending"] * 2


# --- defects ---------------------------------------------------------------------------------------------------------


@leaves_nothing
@pytest.mark.parametrize("retry_first", [False, True])
async def test_an_unexpected_error_of_connecting_is_logged_once_and_ends_the_run(
    caplog: pytest.LogCaptureFixture,
    retry_first: bool,  # noqa: FBT001 - a parameter of the test
) -> Peer:
    defect = LookupError("a defect")
    peer = Peer(defect)
    supervisor = peer.supervise(retry_first=retry_first)
    with pytest.raises(LookupError, match="a defect"):
        await supervisor.start()
    assert (supervisor.state, supervisor.cause, len(peer.tries)) == (DISCONNECTED, defect, 1)
    assert caplog.records[0].exc_info is not None
    assert caplog.records[0].exc_info[1] is defect
    assert take_log(caplog) == ["Client stopped on an unexpected error"]
    return peer


@leaves_nothing
async def test_an_unexpected_error_of_serving_is_logged_once_and_ends_the_run(
    caplog: pytest.LogCaptureFixture,
) -> Peer:
    defect = ExceptionGroup("a defect", [LOST])
    peer = Peer()
    supervisor = peer.supervise()
    await supervisor.start()
    peer.lose(defect)
    await supervisor.wait_for(DISCONNECTED)
    assert supervisor.cause is defect
    assert await peer.states() == [CONNECTING, CONNECTED, DISCONNECTED]
    assert take_log(caplog) == ["Client stopped on an unexpected error"]
    return peer


@leaves_nothing
async def test_serving_that_just_returns_is_a_defect_and_no_hot_loop(caplog: pytest.LogCaptureFixture) -> Peer:
    peer = Peer()

    async def serve(link: Link) -> None:
        link.is_open = False

    supervisor = peer.supervisor = Supervisor(
        peer.connect,
        serve,  # type: ignore[arg-type]  # breaks its promise on purpose
        bus=peer.bus,
        what="Client",
    )
    await supervisor.start()
    await supervisor.wait_for(DISCONNECTED)
    assert repr(supervisor.cause) == "RuntimeError('Client: serving ended without an error')"
    assert len(peer.tries) == 1
    assert take_log(caplog) == ["Client stopped on an unexpected error"]
    return peer


@leaves_nothing
@pytest.mark.parametrize(("previous", "state"), list(product(ConnectionState, repeat=2)))
async def test_every_move_outside_the_table_raises(previous: ConnectionState, state: ConnectionState) -> None:
    peer = Peer()
    supervisor = peer.supervise()
    supervisor._state = previous
    if state in TRANSITIONS[previous]:
        supervisor._move(state)
        assert supervisor.state is state
        assert await peer.states() == [state]
    else:
        with pytest.raises(RuntimeError, match=f"^Client: {previous.name} does not lead to {state.name}$"):
            supervisor._move(state)
        assert supervisor.state is previous
        assert await peer.states() == []


@pytest.mark.parametrize("policy", [0, 5.0, "exponential", ReconnectPolicy, ReconnectPolicy.none])
def test_a_policy_that_is_none_is_refused(policy: Any) -> None:
    with pytest.raises(InputError) as caught:
        Peer().supervise(policy)
    assert str(caught.value) == f"policy must be a ReconnectPolicy, not {policy!r}"


@leaves_nothing
async def test_without_a_policy_and_chance_of_its_own_the_default_delays_are_used() -> Peer:
    peer = Peer()
    supervisor = peer.supervisor = Supervisor(peer.connect, peer.serve, bus=peer.bus, what="Client")
    await supervisor.start()
    peer.lose()
    await supervisor.wait_for(RECONNECTING)
    delay = (await peer.seen())[-1].retry_in
    assert delay is not None
    assert 0.1 <= delay <= 1.1
    await supervisor.aclose()
    return peer


# --- the end on the bus ----------------------------------------------------------------------------------------------


@leaves_nothing
async def test_the_bus_ends_after_disconnected_with_the_terminal_cause_raised_once() -> Peer:
    peer = Peer()
    supervisor = peer.supervise()
    everything = peer.bus.subscribe()
    await supervisor.start()
    peer.lose(FATAL)
    received: list[object] = []
    with pytest.raises(LoginRejectedError):
        received.extend([event async for event in everything])
    received = [event async for event in everything]
    assert received == []
    assert await peer.states() == [CONNECTING, CONNECTED, DISCONNECTED]
    assert peer.bus.publish(Ring(9)) == 0
    return peer


@leaves_nothing
async def test_what_is_published_while_closing_reaches_nobody() -> Peer:
    peer = Peer()

    async def clean_up() -> None:
        assert peer.bus.publish(Ring(9)) == 0

    peer.clean_up = clean_up  # type: ignore[method-assign]  # publishes too late on purpose
    supervisor = peer.supervise()
    everything = peer.bus.subscribe()
    await supervisor.start()
    await supervisor.aclose()
    received = [event async for event in everything]
    assert received[-1] == ConnectionStateChanged(state=DISCONNECTED, previous=CONNECTED, epoch=1, attempt=0)
    assert Ring(9) not in received
    return peer


# --- an owner that closes the bus itself -----------------------------------------------------------------------------


@on_virtual_clock
async def test_an_owner_may_close_the_bus_later_and_is_told_the_cause() -> None:
    peer = Peer()
    told: list[Exception | None] = []
    supervisor = peer.supervisor = Supervisor(
        peer.connect, peer.serve, bus=peer.bus, what="Server", policy=ReconnectPolicy.none(), close_bus=told.append
    )
    await supervisor.start()
    peer.lose(FATAL)
    with pytest.raises(LoginRejectedError):
        await supervisor.wait_for(RECONNECTING)
    assert told == [FATAL]
    assert not peer.bus.closed
    assert (await peer.states())[-1] is DISCONNECTED
    peer.bus.close(FATAL)
    await supervisor.aclose()
    assert told == [FATAL]
