"""Time is virtual here, and every test ends with a look for tasks, timers and futures left behind."""

import asyncio
import gc
import logging
import math
from collections.abc import Awaitable, Iterator
from typing import Any

import pytest

from asterisk_py_core.errors import (
    AsteriskError,
    ClientClosedError,
    ConnectionClosedError,
    DesyncError,
    InputError,
    NotSentError,
    OutcomeUnknownError,
    ReadTimeoutError,
    WriteTimeoutError,
)
from asterisk_py_core.pending import PendingRequest, PendingRequests
from tests.virtual_clock import on_virtual_clock

ADDRESS = "pbx:5038"
LOST = ConnectionClosedError(address=ADDRESS, reason="reset by peer")


@pytest.fixture(autouse=True)
def _no_noise(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Nobody is told of an exception that "was never retrieved"."""
    yield
    gc.collect(1)
    records = [*caplog.get_records("call"), *caplog.get_records("teardown")]
    assert [record.getMessage() for record in records if record.levelno >= logging.WARNING] == []


@pytest.fixture
def table() -> PendingRequests[str]:
    return PendingRequests(address=ADDRESS)


async def ask(
    table: PendingRequests[str], key: str, *, written: bool = True, timeout: float = 10.0, request: str = "Ping"
) -> str:
    with table.start(key, request=request, timeout=timeout) as pending:
        if written:
            pending.mark_written()
        return await pending


async def outcome(request: Awaitable[str]) -> str | BaseException:
    try:
        return await request
    except (AsteriskError, asyncio.CancelledError) as error:
        return error


async def turn() -> None:
    """Let everything run that is ready."""
    await asyncio.sleep(0)


def matched(table: PendingRequests[str], key: str) -> PendingRequest[str]:
    pending = table.match(key)
    assert pending is not None
    return pending


# --- answers ---------------------------------------------------------------------------------------------------------


@on_virtual_clock
async def test_a_request_ends_with_the_answer_that_has_its_key(table: PendingRequests[str]) -> None:
    asking = [asyncio.create_task(ask(table, key)) for key in ("a", "b", "c")]
    await turn()
    for key in ("c", "a", "b"):
        matched(table, key).resolve(f"to {key}")
    assert await asyncio.gather(*asking) == ["to a", "to b", "to c"]
    assert len(table) == table.late == table.unmatched == 0


@on_virtual_clock
async def test_a_pending_request_can_be_listed_with_what_it_is_and_when_it_is_due(table: PendingRequests[str]) -> None:
    await asyncio.sleep(2)
    with table.start("a", request="Originate", timeout=30) as pending:
        assert list(table) == [pending]
        assert (pending.key, pending.request, pending.timeout, pending.deadline) == ("a", "Originate", 30, 32)
        assert (pending.waits, pending.answered) == (True, False)
    assert list(table) == []
    assert (pending.waits, pending.answered) == (False, False)


@on_virtual_clock
async def test_only_the_first_of_two_ends_counts(table: PendingRequests[str]) -> None:
    with table.start("a", request="Ping", timeout=10) as pending:
        pending.resolve("first")
        pending.resolve("second")
        pending.fail(DesyncError("too late"))
        pending.lose(LOST)
        assert await pending == "first"
        assert pending.answered
    with table.start("b", request="Ping", timeout=10) as pending:
        pending.fail(DesyncError("first"))
        pending.resolve("too late")
        with pytest.raises(DesyncError, match="first"):
            await pending
        assert not pending.answered


@on_virtual_clock
async def test_an_answer_to_nobody_is_counted_and_not_delivered(table: PendingRequests[str]) -> None:
    asking = asyncio.create_task(ask(table, "a"))
    await turn()
    for forged in ("b", "", "A", None):
        assert table.match(forged) is None
    assert (table.unmatched, table.late) == (4, 0)
    assert not asking.done()
    matched(table, "a").resolve("pong")
    assert await asking == "pong"


@on_virtual_clock
async def test_a_second_answer_to_an_answered_request_is_unmatched_at_once_and_later(
    table: PendingRequests[str],
) -> None:
    asking = asyncio.create_task(ask(table, "a"))
    await turn()
    matched(table, "a").resolve("pong")
    assert table.match("a") is None  # its task has not run yet
    assert await asking == "pong"
    assert table.match("a") is None
    assert (table.unmatched, table.late) == (2, 0)


# --- giving up -------------------------------------------------------------------------------------------------------


@on_virtual_clock
async def test_010_cancelling_one_request_frees_its_slot_and_counts_its_late_answer(
    table: PendingRequests[str],
) -> None:
    asking = {key: asyncio.create_task(ask(table, key)) for key in ("a", "b", "c")}
    await turn()
    asking["b"].cancel()
    assert isinstance(await outcome(asking.pop("b")), asyncio.CancelledError)
    assert [pending.key for pending in table] == ["a", "c"]
    assert table.match("b") is None
    assert (table.late, table.unmatched) == (1, 0)
    for key in asking:
        matched(table, key).resolve("pong")
    assert await asyncio.gather(*asking.values()) == ["pong", "pong"]


@on_virtual_clock
async def test_010_a_thousand_cancelled_requests_leave_nothing(table: PendingRequests[str]) -> None:
    for _ in range(3):
        asking = [asyncio.create_task(ask(table, f"{n}")) for n in range(1000)]
        await turn()
        assert len(table) == 1000
        for task in asking:
            task.cancel()
        assert {type(await outcome(task)) for task in asking} == {asyncio.CancelledError}
        assert len(table) == 0


@on_virtual_clock
async def test_010_an_answer_in_the_very_turn_of_the_cancellation_is_late(table: PendingRequests[str]) -> None:
    asking = asyncio.create_task(ask(table, "a"))
    await turn()
    asking.cancel()
    assert table.match("a") is None
    assert (table.late, table.unmatched) == (1, 0)
    assert isinstance(await outcome(asking), asyncio.CancelledError)


@on_virtual_clock
async def test_a_request_answered_in_the_very_turn_of_its_cancellation_expects_no_late_answer(
    table: PendingRequests[str],
) -> None:
    asking = asyncio.create_task(ask(table, "a"))
    await turn()
    matched(table, "a").resolve("pong")
    asking.cancel()
    assert isinstance(await outcome(asking), asyncio.CancelledError)
    assert table.match("a") is None
    assert (table.late, table.unmatched) == (0, 1)


@on_virtual_clock
async def test_a_request_nobody_waited_for_any_more_makes_no_noise(table: PendingRequests[str]) -> None:
    with table.start("a", request="Ping", timeout=10) as pending:
        pending.fail(DesyncError("nobody listens"))
    with pytest.raises(LookupError), table.start("b", request="Ping", timeout=10) as pending:  # noqa: PT012 - as a caller would
        pending.lose(LOST)
        raise LookupError
    with table.start("c", request="Ping", timeout=10) as pending:
        pass
    pending.fail(DesyncError("after the end"))
    assert len(table) == 0


@on_virtual_clock
async def test_a_request_that_was_not_written_in_time_ends_with_a_write_timeout(table: PendingRequests[str]) -> None:
    with pytest.raises(WriteTimeoutError) as caught:
        await ask(table, "a", written=False, timeout=2.5)
    assert str(caught.value) == f"Ping: {ADDRESS} did not accept the data within 2.5 s"
    assert (caught.value.address, caught.value.timeout, caught.value.request) == (ADDRESS, 2.5, "Ping")
    assert asyncio.get_running_loop().time() == 2.5


@on_virtual_clock
async def test_a_request_that_was_not_answered_in_time_ends_with_a_read_timeout_and_its_answer_is_late(
    table: PendingRequests[str],
) -> None:
    with pytest.raises(ReadTimeoutError) as caught:
        await ask(table, "a", timeout=10)
    assert str(caught.value) == f"Ping: {ADDRESS} did not answer within 10 s"
    assert asyncio.get_running_loop().time() == 10
    assert table.match("a") is None
    assert table.match("a") is None
    assert (table.late, table.unmatched, len(table)) == (2, 0, 0)


@on_virtual_clock
async def test_each_request_ends_at_its_own_time_whatever_the_others_do(table: PendingRequests[str]) -> None:
    loop = asyncio.get_running_loop()
    ends: list[tuple[float, str]] = []

    async def ask_until(key: str, timeout: float) -> None:
        with pytest.raises(ReadTimeoutError):
            await ask(table, key, timeout=timeout)
        ends.append((loop.time(), key))

    async with asyncio.TaskGroup() as tasks:
        for key, timeout in (("a", 30.0), ("b", 10.0), ("c", 20.0), ("d", 10.0)):
            tasks.create_task(ask_until(key, timeout))
        await asyncio.sleep(9)
        answered = asyncio.create_task(ask(table, "e", timeout=15))
        tasks.create_task(ask_until("f", 0.5))
        await asyncio.sleep(2)
        matched(table, "e").resolve("pong")
        await answered
    assert ends == [(9.5, "f"), (10, "b"), (10, "d"), (20, "c"), (30, "a")]


@on_virtual_clock
async def test_all_requests_have_one_timer_and_none_is_left_when_they_are_answered(table: PendingRequests[str]) -> None:
    timers = asyncio.get_running_loop()._scheduled  # type: ignore[attr-defined]  # asyncio's own list of timers
    asking = [asyncio.create_task(ask(table, str(number), timeout=10 + number)) for number in range(100)]
    await turn()
    assert len([timer for timer in timers if not timer.cancelled()]) == 1
    for number in range(100):
        matched(table, str(number)).resolve("pong")
    await asyncio.gather(*asking)
    assert [timer for timer in timers if not timer.cancelled()] == []


@on_virtual_clock
async def test_an_answer_in_the_very_turn_of_the_timeout_is_late(table: PendingRequests[str]) -> None:
    asking = asyncio.create_task(ask(table, "a", timeout=10))
    await turn()
    asyncio.get_running_loop().call_at(10, lambda: answers.append(table.match("a")))
    answers: list[PendingRequest[str] | None] = []
    assert isinstance(await outcome(asking), ReadTimeoutError)
    assert answers == [None]
    assert (table.late, table.unmatched) == (1, 0)


@on_virtual_clock
async def test_the_keys_of_given_up_requests_are_forgotten_oldest_first_beyond_1024(
    table: PendingRequests[str],
) -> None:
    for n in range(1024 + 76):
        with table.start(f"{n}", request="Ping", timeout=10):
            pass
    assert len(table._forgotten) == 1024
    assert table.match("75") is None
    assert (table.late, table.unmatched) == (0, 1)
    assert table.match("76") is None
    assert table.match("1099") is None
    assert (table.late, table.unmatched) == (2, 1)


# --- the end of the connection ---------------------------------------------------------------------------------------


@on_virtual_clock
async def test_009_a_thousand_pending_requests_end_once_each_in_the_turn_the_connection_drops(
    table: PendingRequests[str],
) -> None:
    ended: list[tuple[int, str | BaseException]] = []

    async def one(n: int) -> None:
        ended.append((n, await outcome(ask(table, f"{n}", written=n % 2 == 0, request=f"Action{n}"))))

    asking = [asyncio.create_task(one(n)) for n in range(1000)]
    await turn()
    assert len(table) == 1000
    table.end(LOST)
    assert not any(pending.waits for pending in table)
    await turn()  # a single turn of the loop
    assert sorted(n for n, _ in ended) == list(range(1000))
    for n, error in ended:
        assert type(error) is (OutcomeUnknownError if n % 2 == 0 else NotSentError)
        assert (error.address, error.reason, error.request) == (ADDRESS, "reset by peer", f"Action{n}")
        assert error.__cause__ is LOST
    assert len(table) == 0
    await asyncio.gather(*asking)


@on_virtual_clock
async def test_a_loss_that_is_no_closing_gives_its_own_text_as_the_reason(table: PendingRequests[str]) -> None:
    asking = asyncio.create_task(outcome(ask(table, "a")))
    await turn()
    table.end(DesyncError("two answers to one question"))
    assert str(await asking) == (
        f"Ping was sent to {ADDRESS} and not answered (two answers to one question): Asterisk may have carried it out"
    )


@on_virtual_clock
@pytest.mark.parametrize("written", [True, False])
async def test_006_requests_under_way_end_as_closed_when_this_program_closes(
    table: PendingRequests[str],
    written: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    asking = [asyncio.create_task(outcome(ask(table, f"{n}", written=written))) for n in range(2)]
    await turn()
    table.end(ClientClosedError(what="AmiClient(pbx:5038)"))
    errors = await asyncio.gather(*asking)
    assert [str(error) for error in errors] == ["AmiClient(pbx:5038) is closed"] * 2
    assert {type(error) for error in errors} == {ClientClosedError}
    assert errors[0] is not errors[1]


@on_virtual_clock
async def test_012_a_request_after_the_end_is_refused_at_once_as_not_sent(table: PendingRequests[str]) -> None:
    table.end(LOST)
    with pytest.raises(NotSentError) as caught:
        table.start("a", request="Originate", timeout=10)
    assert str(caught.value) == f"Originate was not sent to {ADDRESS}: reset by peer"
    assert caught.value.__cause__ is LOST
    assert len(table) == 0


@on_virtual_clock
async def test_a_request_after_closing_is_refused_as_closed(table: PendingRequests[str]) -> None:
    table.end(ClientClosedError(what="AmiClient"))
    with pytest.raises(ClientClosedError, match=r"^AmiClient is closed$"):
        table.start("a", request="Ping", timeout=10)


@on_virtual_clock
async def test_only_the_first_end_counts(table: PendingRequests[str]) -> None:
    table.end(LOST)
    table.end(ClientClosedError(what="AmiClient"))
    with pytest.raises(NotSentError):
        table.start("a", request="Ping", timeout=10)


@on_virtual_clock
async def test_a_request_answered_in_the_very_turn_of_the_drop_keeps_its_answer(table: PendingRequests[str]) -> None:
    asking = asyncio.create_task(ask(table, "a"))
    await turn()
    matched(table, "a").resolve("pong")
    table.end(LOST)
    assert await asking == "pong"


@on_virtual_clock
async def test_the_drop_ends_a_request_whose_task_is_cancelled_in_the_same_turn(table: PendingRequests[str]) -> None:
    asking = asyncio.create_task(ask(table, "a"))
    await turn()
    table.end(LOST)
    asking.cancel()
    assert isinstance(await outcome(asking), asyncio.CancelledError)
    assert len(table) == 0


# --- refused requests ------------------------------------------------------------------------------------------------


@on_virtual_clock
async def test_a_key_in_use_is_refused_and_the_first_request_is_untouched(table: PendingRequests[str]) -> None:
    asking = asyncio.create_task(ask(table, "a"))
    await turn()
    with pytest.raises(InputError, match=r"^key 'a' belongs to a request that is in flight$"):
        table.start("a", request="Originate", timeout=10)
    assert len(table) == 1
    matched(table, "a").resolve("pong")
    assert await asking == "pong"


@on_virtual_clock
async def test_one_request_above_the_limit_is_not_sent_and_a_freed_slot_can_be_used() -> None:
    table: PendingRequests[str] = PendingRequests(address=ADDRESS, limit=2)
    with table.start("a", request="Ping", timeout=10):
        with table.start("b", request="Ping", timeout=10):
            with pytest.raises(NotSentError) as caught:
                table.start("c", request="Originate", timeout=10)
            assert str(caught.value) == f"Originate was not sent to {ADDRESS}: 2 requests are in flight already"
            assert len(table) == 2
        with table.start("c", request="Originate", timeout=10):
            assert len(table) == 2


@on_virtual_clock
async def test_the_limit_is_1024_unless_told(table: PendingRequests[str]) -> None:
    asking = [asyncio.create_task(ask(table, f"{n}")) for n in range(1024)]
    await turn()
    with pytest.raises(NotSentError, match="1024 requests are in flight already"):
        table.start("one more", request="Ping", timeout=10)
    for pending in list(table):
        pending.resolve("pong")
    assert await asyncio.gather(*asking) == ["pong"] * 1024


@on_virtual_clock
@pytest.mark.parametrize("timeout", [0, -1, math.nan, math.inf, -math.inf])
async def test_a_timeout_that_cannot_be_waited_for_is_refused(table: PendingRequests[str], timeout: float) -> None:
    with pytest.raises(InputError) as caught:
        table.start("a", request="Ping", timeout=timeout)
    assert str(caught.value) == f"timeout must be a positive number of seconds, not {timeout!r}"
    assert len(table) == 0


@pytest.mark.parametrize("limit", [0, -1, 1.5, True, "3", None])
def test_a_limit_that_is_no_positive_integer_is_refused(limit: Any) -> None:
    with pytest.raises(InputError) as caught:
        PendingRequests(address=ADDRESS, limit=limit)
    assert str(caught.value) == f"limit must be a positive integer, not {limit!r}"


# --- an answer that somebody else brings -----------------------------------------------------------------------------


class Work:
    """Brings the answer when told to, and notes what became of it."""

    def __init__(self, *, stubborn: str | None = None, fails: Exception | None = None) -> None:
        self.answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.interrupted_at: float | None = None
        self._stubborn = stubborn
        self._fails = fails

    async def run(self) -> str:
        try:
            return await self.answer
        except asyncio.CancelledError:
            self.interrupted_at = asyncio.get_running_loop().time()
            if self._fails is not None:
                raise self._fails from None
            if self._stubborn is not None:
                return self._stubborn
            raise


async def ask_during(table: PendingRequests[str], work: Work, *, written: bool = True) -> str:
    with table.start("a", request="Ping", timeout=10.0) as pending:
        if written:
            pending.mark_written()
        try:
            return await pending.during(work.run())
        finally:
            task = asyncio.current_task()
            assert task is not None
            # Nothing of the interruption is left for whoever runs in this task next.
            assert task.cancelling() == (1 if task.get_name() == "cancelled" else 0)


@on_virtual_clock
async def test_an_answer_may_be_brought_by_work(table: PendingRequests[str]) -> None:
    work = Work()
    asking = asyncio.ensure_future(ask_during(table, work))
    await turn()
    work.answer.set_result("Pong")
    assert await asking == "Pong"
    assert table.match("a") is None
    assert (table.late, table.unmatched) == (0, 1)


@on_virtual_clock
@pytest.mark.parametrize(("written", "kind"), [(True, ReadTimeoutError), (False, WriteTimeoutError)])
async def test_work_is_interrupted_when_its_request_is_due(
    table: PendingRequests[str],
    written: bool,  # noqa: FBT001 - a parameter
    kind: type[AsteriskError],
) -> None:
    work = Work()
    with pytest.raises(kind) as caught:
        await ask_during(table, work, written=written)
    assert work.interrupted_at == 10.0
    assert caught.value.__context__ is None
    assert table.match("a") is None
    assert table.late == 1


@on_virtual_clock
@pytest.mark.parametrize(("written", "kind"), [(True, OutcomeUnknownError), (False, NotSentError)])
async def test_work_is_interrupted_when_the_connection_ends(
    table: PendingRequests[str],
    written: bool,  # noqa: FBT001 - a parameter
    kind: type[AsteriskError],
) -> None:
    work = Work()
    asking = asyncio.ensure_future(outcome(ask_during(table, work, written=written)))
    await turn()
    table.end(LOST)
    assert type(await asking) is kind
    assert work.interrupted_at == 0.0


@on_virtual_clock
async def test_an_answer_that_work_has_by_the_turn_of_the_drop_is_the_outcome(table: PendingRequests[str]) -> None:
    work = Work()
    asking = asyncio.ensure_future(ask_during(table, work))
    await turn()
    work.answer.set_result("Pong")
    table.end(LOST)
    assert await asking == "Pong"


@on_virtual_clock
async def test_what_goes_wrong_in_the_work_is_raised(table: PendingRequests[str]) -> None:
    work = Work()
    asking = asyncio.ensure_future(outcome(ask_during(table, work)))
    await turn()
    error = DesyncError("the work's own")
    work.answer.set_exception(error)
    assert await asking is error


@on_virtual_clock
async def test_work_that_fails_when_interrupted_is_heard(table: PendingRequests[str]) -> None:
    error = DesyncError("while it was interrupted")
    asking = asyncio.ensure_future(outcome(ask_during(table, Work(fails=error))))
    await turn()
    table.end(LOST)
    assert await asking is error


@on_virtual_clock
async def test_work_that_answers_all_the_same_has_answered(table: PendingRequests[str]) -> None:
    asking = asyncio.ensure_future(ask_during(table, Work(stubborn="Pong")))
    await turn()
    table.end(LOST)
    assert await asking == "Pong"


@on_virtual_clock
@pytest.mark.parametrize("drops", [False, True])
async def test_cancelling_who_asks_cancels_the_work_whatever_else_happens(
    table: PendingRequests[str],
    drops: bool,  # noqa: FBT001 - a parameter
) -> None:
    work = Work()
    asking = asyncio.create_task(ask_during(table, work), name="cancelled")
    await turn()
    if drops:
        table.end(LOST)
        await turn()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert work.interrupted_at == 0.0
    assert len(table) == 0
