"""What the soak judges by: numbers that are missing, and samples that grow. The soak itself is `make soak`."""

import asyncio
import logging
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tools.asterisk.instance import User
from tools.soak.__main__ import Complaints, Listener
from tools.soak.ami import AmiSubject
from tools.soak.calls import LIMIT, Calls
from tools.soak.ledger import Ledger
from tools.soak.vitals import MIB, Chart, Vitals


def test_numbers_in_a_row_are_in_order() -> None:
    ledger = Ledger()
    ledger.begin(1)
    for number in range(3):
        ledger.saw("a", number)
        ledger.saw("b", number)
    ledger.ended("a", 3)
    assert (ledger.received, ledger.said, ledger.unsaid) == (6, 0, [])


@pytest.mark.parametrize(
    ("numbers", "complaint"),
    [
        ([0, 2], "a: 2 where 1 was due, in epoch 1"),
        ([0, 0], "a: 0 where 1 was due, in epoch 1"),
        ([1], "a: 1 where 0 was due, in epoch 1"),
    ],
)
def test_a_number_missing_or_repeated_within_one_epoch_is_unsaid(numbers: list[int], complaint: str) -> None:
    ledger = Ledger()
    ledger.begin(1)
    for number in numbers:
        ledger.saw("a", number)
    assert ledger.unsaid == [complaint]


def test_a_source_that_ends_too_soon_is_unsaid() -> None:
    ledger = Ledger()
    ledger.begin(1)
    ledger.saw("a", 0)
    ledger.ended("a", 2)
    assert ledger.unsaid == ["a: 2 where 1 was due, in epoch 1"]


def test_numbers_missing_across_a_change_of_epoch_are_said_and_counted() -> None:
    ledger = Ledger()
    ledger.begin(1)
    ledger.saw("a", 0)
    ledger.begin(2)
    ledger.saw("a", 5)
    ledger.saw("a", 6)
    assert (ledger.said, ledger.unsaid) == (4, [])


def test_a_source_that_was_silent_for_a_whole_epoch_goes_on_where_it_was() -> None:
    ledger = Ledger()
    ledger.begin(1)
    ledger.saw("a", 0)
    ledger.begin(2)
    ledger.begin(3)
    ledger.saw("a", 2)
    assert (ledger.said, ledger.unsaid) == (1, [])


def test_a_number_that_comes_again_in_the_next_epoch_is_unsaid() -> None:
    ledger = Ledger()
    ledger.begin(1)
    ledger.saw("a", 0)
    ledger.begin(2)
    ledger.saw("a", 0)
    assert ledger.unsaid == ["a: 0 where 1 was due, in epoch 2"]


def test_numbers_of_a_source_that_was_said_to_be_cut_off_are_said() -> None:
    ledger = Ledger()
    ledger.begin(1)
    for number in range(3):
        ledger.saw("a", number)
    ledger.cut("a", 10)
    ledger.cut("b", 10)
    assert (ledger.received, ledger.said, ledger.unsaid) == (3, 17, [])


def test_what_is_logged_as_an_error_is_a_problem_and_what_is_less_is_not() -> None:
    problems: list[str] = []
    logger = logging.getLogger("a soak")
    logger.addHandler(complaints := Complaints(problems))
    logger.warning("that happens")
    logger.error("the handler of %r failed", "soak")
    logger.removeHandler(complaints)
    assert problems == ["logged as an error: the handler of 'soak' failed"]


async def test_a_load_of_which_nothing_came_is_a_problem() -> None:
    subject = AmiSubject(cast("Any", SimpleNamespace(user=lambda _: User("a", "b"), host="127.0.0.1", ami_port=5038)))
    listener = Listener(subject)
    assert list(listener.problems()) == ["nothing was put to the test: 0 events, 0 numbers"]
    listener.events, subject.ledger.received = 2, 1
    assert list(listener.problems()) == []


class Clock:
    """A clock that goes when it is told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_call_that_begins_and_ends_is_as_it_should_be() -> None:
    calls = Calls()
    calls.make("a")
    assert calls.under_way == 1
    calls.begin("a")
    assert calls.under_way == 1
    calls.end("a")
    assert (calls.under_way, calls.ended, calls.said, calls.unsaid) == (0, 1, 0, [])


@pytest.mark.parametrize(
    ("story", "complaint"),
    [
        (["begin"], "a began, and was not due"),
        (["make", "begin", "begin"], "a began, and was not due"),
        (["make", "end"], "a ended, and had not begun"),
        (["make", "begin", "end", "end"], "a ended, and had not begun"),
        (["lose"], "a was said to be lost, and was not there"),
        (["make", "refuse", "begin"], "a began, and was not due"),
    ],
)
def test_a_call_out_of_order_is_unsaid(story: list[str], complaint: str) -> None:
    calls = Calls()
    for step in story:
        getattr(calls, step)("a")
    assert calls.unsaid == [complaint]


@pytest.mark.parametrize("steps", [["make"], ["make", "begin"]])
def test_a_call_that_stands_still_is_unsaid_and_waited_for_no_longer(steps: list[str]) -> None:
    clock = Clock()
    calls = Calls(clock)
    for step in steps:
        getattr(calls, step)("a")
    clock.now = LIMIT
    calls.check()
    assert calls.unsaid == []
    clock.now += 0.1
    calls.check()
    what = "end" if "begin" in steps else "begin"
    assert calls.unsaid == [f"a did not {what} within 10 s, and nobody said why"]
    assert calls.under_way == 0


def test_after_a_gap_what_had_not_begun_may_come_or_not_and_what_had_must_end() -> None:
    clock = Clock()
    calls = Calls(clock)
    for call in ("comes", "does not", "ends unseen", "goes on", "is gone"):
        calls.make(call)
    calls.begin("goes on")
    calls.begin("is gone")
    clock.now = LIMIT
    calls.gap()
    assert (calls.under_way, calls.said) == (2, 3)
    calls.begin("comes")
    calls.end("comes")
    calls.end("ends unseen")
    calls.lose("is gone")
    clock.now = 2 * LIMIT
    calls.check()
    assert calls.unsaid == []
    clock.now += 0.1
    calls.check()
    assert calls.unsaid == ["goes on did not end within 10 s, and nobody said why"]


def test_a_call_whose_request_failed_may_come_or_not() -> None:
    calls = Calls()
    for call in ("comes", "does not"):
        calls.make(call)
        calls.excuse(call)
    calls.begin("comes")
    calls.end("comes")
    assert (calls.under_way, calls.ended, calls.unsaid) == (0, 1, [])


async def test_who_waits_for_calls_goes_on_when_few_enough_are_left() -> None:
    calls = Calls()
    for call in ("a", "b"):
        calls.make(call)
    waiting = asyncio.create_task(calls.until(1))
    await asyncio.sleep(0)
    calls.begin("a")
    await asyncio.sleep(0)
    assert not waiting.done()
    calls.end("a")
    await waiting
    await calls.until(0, timeout=0.0)
    assert calls.under_way == 1


@pytest.fixture(autouse=True)
def _trace_no_longer() -> Iterator[None]:
    yield
    tracemalloc.stop()


def chart(*, per_sample: int = 0, descriptors: int = 0, tasks: int = 0, resident: int = 0) -> Chart:
    """Return a chart of 40 samples, 1,000 times each, with growth in each of them."""
    filled = Chart("times", noise=500)
    for number in range(40):
        filled.add(
            Vitals(
                seconds=number,
                done=number * 1_000,
                descriptors=9 + number * descriptors,
                tasks=1 + number * tasks,
                resident=44 * MIB + number * resident,
                # Some noise that goes up and down.
                blocks=150_000 + number % 3 * 400 + number * per_sample,
            )
        )
    return filled


def test_what_goes_up_and_down_is_flat() -> None:
    assert list(chart(per_sample=6).problems()) == []


def test_one_object_kept_in_a_hundred_times_is_found_and_traced(capsys: pytest.CaptureFixture[str]) -> None:
    kept = chart(per_sample=100)
    problem, *holders = kept.problems()
    assert problem.startswith("memory: +")
    assert holders
    assert "tracing allocations from here on" in capsys.readouterr().out
    assert not tracemalloc.is_tracing()


def test_growth_of_resident_memory_alone_is_found() -> None:
    assert next(chart(resident=MIB // 5).problems()).startswith("memory: ")


@pytest.mark.parametrize("what", ["descriptors", "tasks"])
def test_one_descriptor_or_task_for_each_sample_is_found(what: str) -> None:
    assert [problem.split(":")[0] for problem in chart(**{what: 1}).problems()] == [what]


async def test_the_vitals_of_this_process_count_descriptors_tasks_and_memory(tmp_path: Path) -> None:
    before = Vitals.take(0.0, 0)
    with (tmp_path / "open").open("w", encoding="utf-8"):
        asleep = asyncio.create_task(asyncio.Event().wait())
        kept = [object() for _ in range(10_000)]
        held = Vitals.take(1.0, 1)
    asleep.cancel()
    assert (held.descriptors - before.descriptors, held.tasks - before.tasks) == (1, 1)
    assert len(kept) - 100 < held.blocks - before.blocks < len(kept) + 1_000
    assert before.resident > MIB
