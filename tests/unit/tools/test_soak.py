"""What the soak judges by: numbers that are missing, and samples that grow. The soak itself is `make soak`."""

import asyncio
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

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
