import asyncio
import gc

import pytest

from tests.virtual_clock import SpinsForeverError, VirtualClockLoop, WaitsForeverError, run_virtual


def test_the_clock_starts_at_zero_and_three_days_pass_at_once() -> None:
    async def main() -> tuple[float, float]:
        loop = asyncio.get_running_loop()
        started = loop.time()
        await asyncio.sleep(86_400 * 3)
        return started, loop.time()

    assert run_virtual(main()) == (0.0, 259_200.0)


def test_timers_of_several_tasks_fire_in_order_at_their_exact_time() -> None:
    log: list[tuple[str, float]] = []

    async def tick(name: str, delay: float) -> None:
        await asyncio.sleep(delay)
        log.append((name, asyncio.get_running_loop().time()))

    async def main() -> None:
        await asyncio.gather(tick("c", 30.1), tick("a", 0.1), tick("b", 29.9))

    run_virtual(main())
    assert log == [("a", 0.1), ("b", 29.9), ("c", 30.1)]


def test_what_is_ready_runs_before_the_clock_moves() -> None:
    async def main() -> list[float]:
        times: list[float] = []
        asyncio.get_running_loop().call_later(1.0, times.append, -1.0)
        for _ in range(100):
            await asyncio.sleep(0)
            times.append(asyncio.get_running_loop().time())
        return times

    assert run_virtual(main()) == [0.0] * 100


def test_a_timeout_ends_a_wait_that_has_no_other_end() -> None:
    async def main() -> float:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(5):
                await asyncio.Event().wait()
        return asyncio.get_running_loop().time()

    assert run_virtual(main()) == 5.0


def test_years_of_short_timers_do_not_stall_where_a_float_is_coarser_than_a_nanosecond() -> None:
    async def main() -> float:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(10**9)
        for _ in range(10):
            await asyncio.sleep(0.1)
        return loop.time()

    assert run_virtual(main()) == pytest.approx(10**9 + 1)


def test_a_test_that_would_wait_for_ever_is_told_which_task_waits() -> None:
    async def never() -> None:
        await asyncio.Event().wait()

    with pytest.raises(WaitsForeverError, match=r"never\(\)"):
        run_virtual(never())


def test_a_task_that_spins_is_an_error_instead_of_a_test_without_end() -> None:
    async def spin() -> None:
        while True:  # noqa: ASYNC110 - the mistake under test
            await asyncio.sleep(0)

    with pytest.raises(SpinsForeverError, match="no time has passed"):
        run_virtual(spin())


def test_a_task_left_behind_is_cancelled_and_awaited() -> None:
    ended: list[str] = []

    async def forgotten() -> None:
        try:
            await asyncio.sleep(3600)
        finally:
            ended.append("cancelled")

    async def main() -> asyncio.Task[None]:
        task = asyncio.create_task(forgotten())
        await asyncio.sleep(0)
        return task

    assert run_virtual(main()).cancelled()
    assert ended == ["cancelled"]


@pytest.mark.parametrize("outcome", ["value", "error", "waits"])
def test_nothing_is_left_open_whatever_the_outcome(outcome: str) -> None:
    async def main() -> None:
        if outcome == "error":
            raise LookupError(outcome)
        if outcome == "waits":
            await asyncio.Event().wait()

    try:
        run_virtual(main())
    except (LookupError, WaitsForeverError):
        assert outcome != "value"
    gc.collect()  # a loop left open warns here, and warnings fail tests


def test_call_soon_threadsafe_works_inside_the_loop() -> None:
    async def main() -> bool:
        done = asyncio.Event()
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualClockLoop)
        loop.call_soon_threadsafe(done.set)
        return await done.wait()

    assert run_virtual(main())
