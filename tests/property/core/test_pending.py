"""Requests and what ends them, in every order: each ends once, and every answer is counted once."""

import asyncio
import gc
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from asterisk_py_core.errors import (
    AsteriskError,
    ClientClosedError,
    ConnectionClosedError,
    NotSentError,
    OutcomeUnknownError,
    ReadTimeoutError,
    WriteTimeoutError,
)
from asterisk_py_core.pending import PendingRequest, PendingRequests
from tests.virtual_clock import VirtualClockLoop

ADDRESS = "pbx:5038"
LIMIT = 6
seconds = st.integers(min_value=1, max_value=20_000).map(lambda milliseconds: milliseconds / 1000)
pick = st.integers(min_value=0, max_value=1000)


class Asked:
    """One request, and the model of what it must end with."""

    def __init__(self, key: str, due: float) -> None:
        self.key = key
        self.due = due
        self.written = False
        self.expected: object = None
        self.outcomes: list[object] = []
        self.pending: PendingRequest[int]
        self.task: asyncio.Task[None]


class PendingMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.loop = VirtualClockLoop()
        self.table: PendingRequests[int] = PendingRequests(address=ADDRESS, limit=LIMIT)
        self.all: list[Asked] = []
        self.answers = self.delivered = 0
        self.end: AsteriskError | None = None
        self.complaints: list[dict[str, Any]] = []
        self.loop.set_exception_handler(lambda _, context: self.complaints.append(context))

    # Rules act between two turns of the loop, so that several things can happen in one.

    @rule(timeout=seconds)
    def ask(self, timeout: float) -> None:
        asked = Asked(f"key {len(self.all)}", self.loop.time() + timeout)
        asked.task = self.loop.create_task(self.wait(asked, timeout))
        self.turn()
        if self.end is not None:
            asked.expected = ClientClosedError if isinstance(self.end, ClientClosedError) else NotSentError
        elif len([other for other in self.all if not other.task.done()]) >= LIMIT:
            asked.expected = NotSentError
        self.all.append(asked)

    async def wait(self, asked: Asked, timeout: float) -> None:
        outcome: object
        try:
            with self.table.start(asked.key, request="Ping", timeout=timeout) as asked.pending:
                outcome = await asked.pending
        except (AsteriskError, asyncio.CancelledError) as error:
            outcome = type(error)
        asked.outcomes.append(outcome)

    def waiting(self) -> list[Asked]:
        return [asked for asked in self.all if asked.expected is None]

    @precondition(lambda self: self.waiting())
    @rule(n=pick)
    def write(self, n: int) -> None:
        asked = self.waiting()[n % len(self.waiting())]
        asked.pending.mark_written()
        asked.written = True

    @precondition(lambda self: self.all)
    @rule(n=pick, forged=st.booleans())
    def answer(self, n: int, *, forged: bool) -> None:
        asked = self.all[n % len(self.all)]
        self.answers += 1
        pending = self.table.match("forged" if forged else asked.key)
        if forged or asked.expected is not None:
            assert pending is None
            return
        assert pending is asked.pending
        self.delivered += 1
        asked.expected = self.answers
        pending.resolve(self.answers)
        pending.resolve(-1)

    @precondition(lambda self: self.waiting())
    @rule(n=pick)
    def cancel(self, n: int) -> None:
        asked = self.waiting()[n % len(self.waiting())]
        asked.task.cancel()
        asked.expected = asyncio.CancelledError

    @rule(closed=st.booleans())
    def lose(self, *, closed: bool) -> None:
        cause = ClientClosedError(what="the client") if closed else ConnectionClosedError(address=ADDRESS)
        if self.end is None:
            self.end = cause
            for asked in self.waiting():
                asked.expected = OutcomeUnknownError if asked.written else NotSentError
                if closed:
                    asked.expected = ClientClosedError
        self.table.end(cause)

    @rule(seconds=seconds)
    def advance(self, seconds: float) -> None:
        until = self.loop.time() + seconds
        self.loop.run_until_complete(asyncio.sleep(seconds))
        for asked in self.waiting():
            if asked.due <= until + 1e-6:  # less than a millisecond: rounding
                asked.expected = ReadTimeoutError if asked.written else WriteTimeoutError

    @rule()
    def turn(self) -> None:
        self.loop.run_until_complete(asyncio.sleep(0))
        self.loop.run_until_complete(asyncio.sleep(0))

    @invariant()
    def each_request_has_at_most_the_one_outcome_it_must_have(self) -> None:
        for asked in self.all:
            assert asked.outcomes in ([], [asked.expected])
            assert asked.task.done() == bool(asked.outcomes)

    @invariant()
    def every_answer_is_counted_once(self) -> None:
        assert self.delivered + self.table.late + self.table.unmatched == self.answers

    @invariant()
    def the_table_holds_those_whose_tasks_still_run(self) -> None:
        assert sorted(each.key for each in self.table) == sorted(
            asked.key for asked in self.all if not asked.task.done()
        )

    @invariant()
    def asyncio_has_nothing_to_complain_of(self) -> None:
        assert self.complaints == []

    def teardown(self) -> None:
        self.table.end(ConnectionClosedError(address=ADDRESS))
        self.turn()
        assert [len(asked.outcomes) for asked in self.all] == [1] * len(self.all)
        assert len(self.table) == 0
        assert not asyncio.all_tasks(self.loop)
        assert [timer for timer in self.loop._scheduled if not timer.cancelled()] == []  # type: ignore[attr-defined]  # asyncio's own list of timers
        self.loop.close()
        self.all.clear()
        gc.collect(1)
        assert self.complaints == []


PendingMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestPendingMachine = PendingMachine.TestCase
