"""Connect and close ten thousand times, then listen to all that a busy Asterisk says while it is killed and restarted.

``python -m tools.soak [--cycles 10000] [--minutes 10] [--protocol ami]`` starts the Asterisk of `make asterisk` for
itself. It prints what the process holds at intervals, and exits with 1 if that grew, or if an event, an answer or a
call is missing and nothing said so.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import sys
import time
import warnings
from typing import TYPE_CHECKING, Any, Final

from asterisk_py_core.reconnect import ConnectionState
from tools.asterisk import Asterisk

from .agi import AgiSubject
from .ami import AmiSubject
from .ari import AriSubject
from .vitals import Chart, Vitals, waited_for_processor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

    from asterisk_py_core.event_bus import EventSubscription
    from asterisk_py_core.supervised import Supervised

    from .subject import Subject

SUBJECTS: Final[dict[str, Callable[[Asterisk], Subject[Any]]]] = {
    subject.name: subject for subject in (AmiSubject, AgiSubject, AriSubject)
}
SAMPLES: Final = 40
# One restart for so many samples, by turns as a crash and as an administrator's stop.
SAMPLES_PER_RESTART: Final = 4
# Events that may wait to be read when a sample is taken: what one read of the socket brings.
BACKLOG: Final = 500
# Seconds that a restart may take; longer without an event, something stands still.
STANDSTILL: Final = 10.0
# Seconds for what takes two on an idle machine.
PATIENCE: Final = 60.0


def main() -> None:
    """Read the command line, soak, and print the verdict."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cycles", type=int, default=10_000, help="connects and closes (%(default)s)")
    parser.add_argument("--minutes", type=float, default=10.0, help="of events, with restarts (%(default)s)")
    parser.add_argument("--protocol", choices=SUBJECTS, action="append", help="all of them by default")
    options = parser.parse_args()
    problems: list[str] = []
    # A socket or a task that nobody closed is found by the collector, where only the hook below can see it.
    warnings.simplefilter("error", ResourceWarning)
    sys.unraisablehook = lambda broken: problems.append(f"left behind: {broken.exc_value!r}")
    logging.getLogger().addHandler(Complaints(problems))
    with Asterisk.start() as pbx:
        for name in options.protocol or SUBJECTS:
            problems += asyncio.run(_cycles(SUBJECTS[name](pbx), options.cycles))
            problems += asyncio.run(_load(SUBJECTS[name](pbx), options.minutes * 60))
    print("\n" + ("\n".join(problems) or "flat, and nothing was lost that was not said to be lost"))
    sys.exit(bool(problems))


async def _cycles(subject: Subject[Any], cycles: int) -> list[str]:
    """Connect, use and close again and again; nothing may be left of any."""
    print(f"\n{subject.name}: {cycles:,} times {subject.cycle_is}")
    # The samples themselves are kept, and caches fill: of regular expressions, of the resolver.
    chart, started = Chart("cycles", noise=500), time.monotonic()
    step = max(1, cycles // SAMPLES)
    async with subject.driver() as driver:
        for done in range(1, cycles + 1):
            await subject.cycle(driver)
            if done % step == 0:
                chart.add(Vitals.take(time.monotonic() - started, done))
    print(f"{(time.monotonic() - started) / cycles * 1000:.1f} ms each")
    return [f"{subject.name}, cycles: {problem}" for problem in (*chart.problems(), *subject.problems())]


async def _load(subject: Subject[Any], seconds: float) -> list[str]:
    """Listen to all events for so many *seconds*, through restarts."""
    restarts = (SAMPLES - 1) // SAMPLES_PER_RESTART
    print(f"\n{subject.name}: {seconds:.0f} s of events as fast as they come, {restarts} restarts of Asterisk")
    before = Vitals.take(0, 0)
    listener = Listener(subject)
    chart = Chart("events", noise=subject.noise)
    async with listener.client, subject.driver() as driver, listener:
        await _drive(subject, driver, listener, chart, seconds)
    problems = [*chart.problems(), *listener.problems(), *subject.problems()]
    if not listener.starved:  # Whoever was cut off may have been refused for it.
        problems += subject.refusals[:10]
    print(listener)
    del listener, driver
    after = Vitals.take(seconds, 0)
    if (after.descriptors, after.tasks) != (before.descriptors, before.tasks):
        problems.append(f"after closing: {after.descriptors} descriptors and {after.tasks} tasks, before: {before}")
    return [f"{subject.name}, load: {problem}" for problem in problems]


async def _drive(
    subject: Subject[Any], driver: Supervised[Any], listener: Listener, chart: Chart, seconds: float
) -> None:
    """Keep up the load for so many *seconds*, take samples, and restart Asterisk now and then."""
    started, number, epoch = time.monotonic(), 0, driver.epoch
    for sample in range(1, SAMPLES + 1):
        due = started + seconds * sample / SAMPLES
        number = await subject.load(driver, number)
        while time.monotonic() < due:
            number = await subject.load(driver, number)
        await subject.settle(driver)
        await listener.caught_up()
        if driver.epoch != epoch:
            listener.losses.append(f"Asterisk was up, and the driver was cut off before the sample {sample}")
        if chart.samples and listener.events == chart.samples[-1].done and seconds / SAMPLES > STANDSTILL:
            listener.losses.append(f"no event came between the samples {sample - 1} and {sample}")
        chart.add(Vitals.take(time.monotonic() - started, listener.events))
        if sample % SAMPLES_PER_RESTART == 0 and sample < SAMPLES:
            subject.restarting = True
            number = await _restart(subject, driver, number, crash=sample % (2 * SAMPLES_PER_RESTART) == 0)
            await listener.caught_up()
            subject.restarting = False
        epoch = driver.epoch


async def _restart(subject: Subject[Any], driver: Supervised[Any], number: int, *, crash: bool) -> int:
    """End and restart Asterisk in the middle of the load; return the next number."""

    def restart() -> None:
        if crash:
            subject.pbx.kill()
        subject.pbx.restart()

    # There was a sample just now, and nothing is under way.
    number = await subject.load(driver, number)
    restarting = asyncio.create_task(asyncio.to_thread(restart))
    while not restarting.done():
        number = await subject.load(driver, number)
    await restarting
    return number


class Complaints(logging.Handler):
    """Adds to *problems* what is logged as an error: a defect of ours, or one of asyncio's that reached nobody."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(logging.ERROR)
        self._problems = problems

    def emit(self, record: logging.LogRecord) -> None:
        """Add *record*, and print all of it."""
        print(f"        {self.format(record)}", flush=True)
        self._problems.append(f"logged as an error: {record.getMessage()}")


class Listener:
    """Reads every event of a client of its own, and has a bounded subscription that nobody reads."""

    def __init__(self, subject: Subject[Any]) -> None:
        self.client = subject.observer()
        self.events = 0
        self.losses: list[str] = []
        self.starved = 0
        self._started = time.monotonic()
        self._sampled = _clocks()
        self._subject = subject
        self._story: EventSubscription[Any] = self.client.events()
        self._unread: EventSubscription[Any] = self.client.events(capacity=1_000, lossy=True)
        self._tasks = asyncio.TaskGroup()

    async def __aenter__(self) -> None:
        await self._tasks.__aenter__()
        self._tasks.create_task(self._listen())

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # What was published before the client is closed is delivered, then the stream ends.
        await self.client.aclose()
        await self._tasks.__aexit__(kind, error, trace)

    async def caught_up(self) -> None:
        """Return when the client is connected and what has come is read."""
        async with asyncio.timeout(PATIENCE):
            if self.client.state is not ConnectionState.CONNECTED:
                await self.client.wait_for(ConnectionState.CONNECTED)
            while self._story.backlog > BACKLOG:  # noqa: ASYNC110 - the backlog has no event
                await asyncio.sleep(0)  # One turn of the loop for the task that reads.
        self._sampled = _clocks()

    def problems(self) -> Iterator[str]:
        """Yield what was lost without a word, and without a reason."""
        yield from self.losses
        if not (self.events and self._subject.ledger.received):
            yield f"nothing was put to the test: {self.events} events, {self._subject.ledger.received} numbers"
        lost, backlog, published = self._unread.lost, self._unread.backlog, self._story.delivered
        if lost + backlog != published:
            yield f"the bounded subscription that nobody reads counts {lost} lost, {backlog} there, of {published}"

    def __str__(self) -> str:
        ledger = self._subject.ledger
        return (
            f"{self.events:,} events, {self.events / (time.monotonic() - self._started):,.0f}/s; {ledger.received:,}"
            f" numbers, {ledger.said:,} missing in the announced gaps, {len(ledger.unsaid)} elsewhere;"
            f" cut off for want of a processor: {self.starved}{self._subject.story()}"
        )

    def _lost(self, cause: object) -> None:
        """Book a loss that no restart explains.

        Who waited for a processor for more than half of the time could not have read; who computed or slept could.
        """
        at, waited, computed = (now - then for now, then in zip(_clocks(), self._sampled, strict=True))
        loss = (
            f"{time.monotonic() - self._started:.1f} s: Asterisk was up, and the connection was lost ({cause}); in the"
            f" {at:.1f} s before, this process computed for {computed:.1f} s and waited {waited:.1f} s for a processor"
        )
        print(f"        {loss}", flush=True)
        self._sampled = _clocks()
        if self._subject.cuts_off_who_is_slow and waited > at / 2:
            self.starved += 1
        else:
            self.losses.append(loss)

    async def _listen(self) -> None:
        async for event in self._story:
            self.events += 1
            self._subject.read(event)
            if not self._subject.restarting and (cause := self._subject.loss(event)):
                self._lost(cause)


def _clocks() -> tuple[float, float, float]:
    """Return seconds that have passed, that this process has waited for a processor, and that it has computed."""
    return time.monotonic(), waited_for_processor(), time.process_time()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
