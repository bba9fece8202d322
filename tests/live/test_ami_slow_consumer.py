"""A subscriber that does not keep up is its own problem, not the session's."""

import asyncio

from asterisk_py_ami import AmiClient, AmiEvent
from asterisk_py_ami.events import UserEvent
from tests.live.ami import LIMIT, Watch, client, originate
from tools.asterisk import Asterisk

COUNT = 5_000
RATE = 5_000
SECONDS = 30
# Asterisk cuts a client off once some 4 MB of events are not read (and 100 ms have passed); these are 5 MB.
PADDING = "x" * 900


async def flood(ami: AmiClient) -> None:
    for start in range(0, COUNT, 500):
        await asyncio.gather(
            *(
                ami.send("UserEvent", {"UserEvent": "Flood", "Number": str(number), "Padding": PADDING})
                for number in range(start, start + 500)
            )
        )


async def test_014_a_subscriber_that_never_reads_costs_neither_the_session_nor_the_others(ami: AmiClient) -> None:
    stuck = ami.events(AmiEvent)
    stuck_and_bounded = ami.events(UserEvent, capacity=100)
    reading = ami.events(UserEvent)
    async with asyncio.timeout(6 * LIMIT):
        flooding = asyncio.create_task(flood(ami))
        numbers = [int((await reading.recv())["Number"]) for _ in range(COUNT)]
        await flooding
    assert numbers == list(range(COUNT))
    assert ami.epoch == 1
    assert stuck.delivered == stuck.lost == 0
    assert stuck.backlog >= COUNT
    assert (stuck_and_bounded.backlog, stuck_and_bounded.lost) == (100, COUNT - 100)
    await ami.ping()


async def test_014_a_flood_from_the_dialplan_reaches_whoever_reads_and_waits_for_who_does_not(ami: AmiClient) -> None:
    late = ami.events(UserEvent)
    watch = Watch(ami)
    await watch.call_over(await originate(ami, "Local/flood@scenarios", variables={"COUNT": str(COUNT)}))
    assert [event["Number"] for event in watch.of(UserEvent)] == [str(number) for number in range(COUNT)]
    assert [await late.recv() for _ in range(COUNT)] == watch.of(UserEvent)
    assert ami.epoch == 1


async def steady_flood(ami: AmiClient) -> None:
    """Have Asterisk send RATE events a second for SECONDS, in ten waves a second."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    wave = RATE // 10
    for number in range(0, RATE * SECONDS, wave):
        # The load is defined by the clock; a machine that cannot keep up gets as many events, in more time.
        await asyncio.sleep(began + number / RATE - loop.time())
        await asyncio.gather(
            *(
                ami.send("UserEvent", {"UserEvent": "Steady", "Number": str(each), "Padding": PADDING[:200]})
                for each in range(number, number + wave)
            )
        )


async def numbers_of(ami: AmiClient) -> list[int]:
    """Return the numbers of all events of the steady flood, as they come."""
    numbers: list[int] = []
    async for event in ami.events(UserEvent):
        numbers.append(int(event["Number"]))
        if len(numbers) == RATE * SECONDS:
            break
    return numbers


async def test_062_subscribers_frozen_for_30_seconds_of_5000_events_a_second_cost_nobody_anything(
    pbx: Asterisk, figures: list[str]
) -> None:
    total, loop = RATE * SECONDS, asyncio.get_running_loop()
    async with client(pbx) as ami, client(pbx) as other, client(pbx, events="off") as flooding:
        never_read = ami.events(AmiEvent)
        bounded = ami.events(UserEvent, capacity=100)
        began = asyncio.Event()

        async def freeze() -> None:
            async for _ in ami.events(UserEvent):
                began.set()
                await asyncio.Event().wait()

        async with asyncio.TaskGroup() as tasks:
            frozen = tasks.create_task(freeze())
            reading = [tasks.create_task(numbers_of(each)) for each in (ami, ami, other)]
            started = loop.time()
            await steady_flood(flooding)
            async with asyncio.timeout(6 * LIMIT):
                while not all(each.done() for each in reading):
                    # Asterisk may sleep over the last event of a burst (see Watch).
                    await ami.ping()
                    await other.ping()
                    await asyncio.wait(reading, timeout=1)
            assert [each.result() == list(range(total)) for each in reading] == [True] * 3
            seconds = loop.time() - started
            assert began.is_set()
            frozen.cancel()
        rate = f"{total:,} events in {seconds:.1f} s, {total / seconds:,.0f} a second"
        figures.append(f"beside frozen subscribers: {rate}, none lost")
        assert (ami.epoch, other.epoch, flooding.epoch) == (1, 1, 1)
        assert never_read.delivered == never_read.lost == 0
        assert never_read.backlog >= total
        assert (bounded.backlog, bounded.lost) == (100, total - 100)
        await ami.ping()
