"""A supervisor under random failures, losses, closes and cancellations; the invariants hold after every step.

The numbers of the invariants are those of the simulation: I1 only legal moves, I3 after the end
no task, timer or link, I4 two tries are never closer than 0.1 s, I5 the epoch only grows, and one change of state
announces it, I8 nothing is delivered after the end, I9 at most one link is open.
"""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NoReturn

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, precondition, rule

from asterisk_py_core.errors import (
    AsteriskError,
    ClientClosedError,
    ConnectFailedError,
    ConnectionClosedError,
    LoginRejectedError,
)
from asterisk_py_core.event_bus import Event, EventBus
from asterisk_py_core.reconnect import TRANSITIONS, ConnectionState, ConnectionStateChanged, ReconnectPolicy
from asterisk_py_core.supervisor import Supervisor
from tests.virtual_clock import VirtualClockLoop

DISCONNECTED, CONNECTED = ConnectionState.DISCONNECTED, ConnectionState.CONNECTED
ADDRESS = "pbx:5038"
ERRORS: list[Callable[[], AsteriskError]] = [
    lambda: ConnectFailedError(address=ADDRESS, cause="connection refused"),
    lambda: ConnectionClosedError(address=ADDRESS),
    lambda: LoginRejectedError(address=ADDRESS, username="admin", reason="Authentication failed"),
]
latencies = st.sampled_from([0.0, 0.0, 0.0, 0.3, 60.0])
errors = st.sampled_from([*ERRORS[:2], *ERRORS[:2], *ERRORS])  # a fatal one ends the run, so it is rare
lifetimes = st.sampled_from([None, 0.0, 1.0, 29.9, 31.0])
pauses = st.sampled_from([0.0, None, 0.05, 1.0, 35.0, 100.0])
rarely = st.sampled_from([False] * 15 + [True])
mostly = rarely.map(lambda value: not value)
policies = st.one_of(
    st.builds(ReconnectPolicy, jitter=st.sampled_from([0.0, 0.5, 1.0]), max_retries=st.none() | st.integers(0, 5)),
    st.builds(ReconnectPolicy.fixed, st.sampled_from([0.1, 1.0, 60.0]), stable_after=st.sampled_from([0.0, 30.0])),
)


@dataclass(frozen=True)
class Heard(Event):
    epoch: int
    number: int


class Link:
    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.is_open = True
        self.ended: asyncio.Future[AsteriskError] = loop.create_future()


class SupervisorMachine(RuleBasedStateMachine):
    tasks = Bundle("tasks")

    def __init__(self) -> None:
        super().__init__()
        self.loop = VirtualClockLoop()
        self.complaints: list[dict[str, Any]] = []
        self.loop.set_exception_handler(lambda _, context: self.complaints.append(context))
        self.bus: EventBus[Any] = EventBus()
        self.everything = self.bus.subscribe()
        self.history: list[Any] = []
        self.tries: list[float] = []
        self.links: list[Link] = []
        self.failures: list[Callable[[], AsteriskError]] = []
        self.latency = self.cleanup = 0.0
        self.lifetime: float | None = None
        self.published = 0
        self.watched: list[asyncio.Task[None]] = []

    @initialize(target=tasks, policy=policies, seed=st.integers(0, 1000), retry_first=mostly, started=mostly)
    def begin(self, policy: ReconnectPolicy, seed: int, *, retry_first: bool, started: bool) -> asyncio.Task[None]:
        self.supervisor: Supervisor[Link] = Supervisor(
            self.connect,
            self.serve,
            bus=self.bus,
            what="Client",
            policy=policy,
            retry_first=retry_first,
            rng=random.Random(seed),
        )
        return self.watch(self.supervisor.start() if started else self.supervisor.wait_for(CONNECTED))

    # What the supervisor runs

    async def connect(self) -> Link:
        self.tries.append(self.loop.time())
        try:
            await asyncio.sleep(self.latency)
        except asyncio.CancelledError:
            await asyncio.sleep(self.cleanup)
            raise
        if self.failures:
            failure = self.failures.pop(0)
            raise failure()
        self.links.append(Link(self.loop))
        return self.links[-1]

    async def serve(self, link: Link) -> NoReturn:
        self.hear()
        try:
            await asyncio.wait([link.ended], timeout=self.lifetime)
            raise link.ended.result() if link.ended.done() else ConnectionClosedError(address=ADDRESS)
        finally:
            try:
                await asyncio.sleep(self.cleanup)
            finally:
                # A second cancellation, by the shutdown of a loop after a close, cuts the wait and not the closing.
                self.hear()
                link.is_open = False

    def hear(self) -> None:
        self.published += 1
        self.bus.publish(Heard(self.supervisor.epoch, self.published))

    # What happens to it; then time passes, or a turn of the loop (0.0), or nothing: several things may be in one turn

    def watch(self, waiting: Any) -> asyncio.Task[None]:
        self.watched.append(self.loop.create_task(waiting))
        return self.watched[-1]

    def let_pass(self, pause: float | None) -> None:
        if pause is not None:
            self.loop.run_until_complete(asyncio.sleep(pause))

    @rule(pause=pauses)
    def wait(self, pause: float | None) -> None:
        self.let_pass(pause)

    @rule(target=tasks, pause=pauses)
    def start(self, pause: float | None) -> asyncio.Task[None]:
        starting = self.watch(self.supervisor.start())
        self.let_pass(pause)
        return starting

    @rule(target=tasks, state=st.sampled_from(ConnectionState), pause=pauses)
    def wait_for(self, state: ConnectionState, pause: float | None) -> asyncio.Task[None]:
        waiting = self.watch(self.supervisor.wait_for(state))
        self.let_pass(pause)
        return waiting

    @rule(errors=st.lists(errors, max_size=4), latency=latencies, cleanup=latencies, lifetime=lifetimes)
    def change(
        self, errors: list[Callable[[], AsteriskError]], latency: float, cleanup: float, lifetime: float | None
    ) -> None:
        """From now on connecting meets *errors* first, and each connection dies after *lifetime* seconds."""
        self.failures, self.latency, self.cleanup, self.lifetime = errors, latency, cleanup, lifetime

    @precondition(lambda self: self.links and not self.links[-1].ended.done())
    @rule(error=errors, pause=pauses)
    def lose(self, error: Callable[[], AsteriskError], pause: float | None) -> None:
        self.links[-1].ended.set_result(error())
        self.let_pass(pause)

    @rule(target=tasks, pause=pauses, really=rarely)
    def close(self, pause: float | None, *, really: bool) -> Any:
        if not really:
            return multiple()
        closing = self.watch(self.supervisor.aclose())
        self.let_pass(pause)
        return closing

    @rule(task=tasks, pause=pauses, really=rarely)
    def cancel(self, task: asyncio.Task[None], pause: float | None, *, really: bool) -> None:
        if really:
            task.cancel()
            self.let_pass(pause)

    @precondition(lambda self: self.supervisor._task is not None)
    @rule(pause=pauses, really=rarely)
    def cancel_the_run(self, pause: float | None, *, really: bool) -> None:
        assert self.supervisor._task is not None
        if really:
            self.supervisor._task.cancel()
            self.let_pass(pause)

    # What holds at any time

    def received(self) -> list[Any]:
        """Everything published since this was last asked, without a turn of the loop."""
        if not self.everything.backlog:
            return []
        try:
            self.everything.recv_batch(10**6).send(None)
        except StopIteration as done:
            return list(done.value)
        raise AssertionError("waits although there is a backlog")

    def changes(self) -> list[ConnectionStateChanged]:
        return [event for event in self.history if isinstance(event, ConnectionStateChanged)]

    @invariant()
    def i1_only_legal_moves_are_made_and_told_in_order(self) -> None:
        self.history += self.received()
        changes = self.changes()
        for change in changes:
            assert change.state in TRANSITIONS[change.previous]
        assert [change.state for change in changes[:-1]] == [change.previous for change in changes[1:]]
        assert not changes or changes[0].previous is DISCONNECTED
        assert self.supervisor.state is (changes[-1].state if changes else DISCONNECTED)

    @invariant()
    def i3_after_the_end_nothing_is_left(self) -> None:
        task = self.supervisor._task
        if self.supervisor.ended and (task is None or task.done()):
            mine = {each for each in self.watched if not each.done()}
            assert asyncio.all_tasks(self.loop) <= mine
            timers = self.loop._scheduled  # type: ignore[attr-defined]  # asyncio's own list of timers
            assert [timer for timer in timers if not timer.cancelled()] == []
            assert [link for link in self.links if link.is_open] == []
            self.loop.run_until_complete(asyncio.sleep(0))
            self.loop.run_until_complete(asyncio.sleep(0))
            assert self.supervisor._waiters == {}
            assert all(each.done() for each in self.watched)

    @invariant()
    def i4_two_tries_are_never_closer_than_a_tenth_of_a_second(self) -> None:
        assert all(later - earlier > 0.1 - 1e-6 for earlier, later in pairwise(self.tries))

    @invariant()
    def i5_the_epoch_grows_by_one_with_each_connection_and_every_event_is_in_its_own(self) -> None:
        epoch = number = 0
        for event in self.history:
            if isinstance(event, Heard):
                assert event.number > number
                number = event.number
            elif event.state is CONNECTED:
                epoch += 1
            assert event.epoch == epoch

    @invariant()
    def i8_disconnected_is_the_last_event_and_nothing_follows_it(self) -> None:
        last = [change.state for change in self.changes()].count(DISCONNECTED)
        assert last <= 1
        if last:
            assert self.history[-1].state is DISCONNECTED
            assert self.history[-1].cause is self.supervisor.cause
        if self.supervisor.ended:
            assert self.supervisor.state is DISCONNECTED
            assert self.bus.closed
            assert self.bus.publish(Heard(0, 0)) == 0

    @invariant()
    def i9_at_most_one_link_is_open(self) -> None:
        assert sum(link.is_open for link in self.links) <= 1

    @invariant()
    def whoever_waited_got_the_state_or_what_ended_the_run(self) -> None:
        for task in self.watched:
            if task.done() and not task.cancelled() and (error := task.exception()) is not None:
                assert self.supervisor.ended
                assert error is self.supervisor.cause or type(error) is ClientClosedError
                assert (self.supervisor.cause is None) == (type(error) is ClientClosedError)

    @invariant()
    def asyncio_has_nothing_to_complain_of(self) -> None:
        assert self.complaints == []

    def teardown(self) -> None:
        self.watch(self.supervisor.aclose())
        self.loop.run_until_complete(asyncio.gather(*self.watched, return_exceptions=True))
        self.i1_only_legal_moves_are_made_and_told_in_order()
        self.i3_after_the_end_nothing_is_left()
        self.i8_disconnected_is_the_last_event_and_nothing_follows_it()
        self.whoever_waited_got_the_state_or_what_ended_the_run()
        self.loop.close()
        assert self.complaints == []


SupervisorMachine.TestCase.settings = settings(max_examples=150, stateful_step_count=50, deadline=None)
TestSupervisorMachine = SupervisorMachine.TestCase
