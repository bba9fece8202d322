"""A subscriber that does not keep up is its own problem, not the session's."""

import asyncio

from asterisk_py_ami import AmiClient, AmiEvent
from asterisk_py_ami.events import UserEvent
from tests.live.ami import LIMIT, Watch, originate

COUNT = 5_000
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
