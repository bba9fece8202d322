"""AGI under soak: calls as fast as Asterisk makes them, and in each of them commands whose answers are numbered."""

import asyncio
import itertools
from collections.abc import Iterator
from typing import ClassVar, Final

from asterisk_py_agi import AgiServer, AgiSession, SessionEnded, SessionHungUp, SessionRefused, SessionStarted
from asterisk_py_agi import ConnectionError as LinkError
from asterisk_py_ami import AmiClient, ConnectionState, RequestRejectedError, actions
from asterisk_py_ami import ConnectionError as AmiLinkError
from tools.asterisk import Asterisk

from .ami import ami_client, is_not_now
from .calls import Calls
from .subject import SOON, Subject

__all__ = ["AgiSubject"]

SCRIPT: Final = "soak"
# Calls at a time; more of them make no more of them in a second.
AT_ONCE: Final = 20
# Times that a call sets a variable, and asks for it.
ROUNDS: Final = 10
# Seconds for a call that takes some hundredths.
PATIENCE: Final = 60.0


class AgiSubject(Subject[AmiClient]):
    """AGI. What connects is a server that listens; its driver is a client of AMI, and each call a source of numbers.

    A call that Asterisk's end cuts off is said to be lost by SessionHungUp and SessionEnded, one that Asterisk took and
    never made by the end of the driver's connection.
    """

    name: ClassVar[str] = "agi"
    cycle_is: ClassVar[str] = "listen, one call from Asterisk, close"
    # Asterisk waits for AGI for ever.
    cuts_off_who_is_slow: ClassVar[bool] = False
    noise: ClassVar[int] = 15_000  # An event holds all that Asterisk says about its call.

    def __init__(self, pbx: Asterisk) -> None:
        super().__init__(pbx)
        self.calls = Calls()
        self.started = 0
        self.ended = 0
        self.hung_up = 0
        self.cut = 0
        self._serial = itertools.count()
        self._epoch = 0
        self._server: AgiServer

    def observer(self) -> AgiServer:
        """Return a server for the calls of Local/soak@fastagi-only."""
        self._server = AgiServer(self.pbx.host, self.pbx.agi_port, policy=SOON)
        self._server.route(SCRIPT)(self._count)
        return self._server

    def driver(self) -> AmiClient:
        """Return a client of AMI without events."""
        return ami_client(self.pbx, "off")

    async def cycle(self, driver: AmiClient) -> None:
        """Listen, take one call to its end, and close."""
        server = self.observer()
        ends = server.events(SessionEnded)
        async with server:
            await driver.send(_call(str(next(self._serial))))
            async with asyncio.timeout(PATIENCE):
                ended = await ends.recv()
        if ended.error or ended.hungup:
            self.ledger.unsaid.append(f"a call did not come to its end: {ended}")

    async def load(self, driver: AmiClient, start: int) -> int:
        """Ask for as many calls as are missing, and wait until half of them have ended."""
        try:
            await self._see_gap(driver)
            numbers = range(start, start + AT_ONCE - self.calls.under_way)
            start = numbers.stop
            await asyncio.gather(*[self._make(driver, str(number)) for number in numbers])
            await self.calls.until(AT_ONCE // 2, timeout=1.0)
            self.calls.check()
        except AmiLinkError as error:
            self.failed(error)
        if driver.state is not ConnectionState.CONNECTED:
            await driver.wait_for(ConnectionState.CONNECTED)
        return start

    async def settle(self, driver: AmiClient) -> None:
        """Return when every call has ended, and its socket and task have gone."""
        await self._see_gap(driver)
        await self.calls.until(0)
        self.calls.check()
        async with asyncio.timeout(PATIENCE):
            while self._server.sessions:  # noqa: ASYNC110 - no event says that a call's task has ended
                await asyncio.sleep(0)

    def read(self, event: object) -> None:
        """Book the beginning and the end of calls."""
        super().read(event)
        if isinstance(event, SessionStarted):
            self.started += 1
            self.calls.begin(*event.request.args)
        elif isinstance(event, SessionHungUp):
            self.hung_up += 1
        elif isinstance(event, SessionEnded):
            self.ended += 1
            self.cut += event.hungup
            self.calls.end(*event.request.args)
            if event.error is not None:
                self.ledger.unsaid.append(f"the call {event.request.args} failed: {event.error!r}")

    def loss(self, event: object) -> object:
        """Return why a call was lost: nobody hangs up, and nobody else calls."""
        if isinstance(event, SessionRefused) or (isinstance(event, SessionEnded) and event.hungup):
            return event
        return super().loss(event)

    def problems(self) -> Iterator[str]:
        """Yield what was lost without a word, and what the events of the sessions do not agree in."""
        yield from super().problems()
        yield from self.calls.unsaid[:10]
        if self.started != self.ended:
            yield f"{self.started:,} sessions started, and {self.ended:,} ended"
        if self.hung_up != self.cut:
            yield f"{self.hung_up:,} sessions were said to be hung up, and {self.cut:,} were when they ended"

    def story(self) -> str:
        """Return what became of the calls."""
        return (
            f"\n{self.started:,} sessions started, {self.ended:,} ended, {self.cut:,} of them cut off by a restart and"
            f" said so; {self.calls.said:,} calls asked for did not begin before a restart"
        )

    async def _see_gap(self, driver: AmiClient) -> None:
        if driver.epoch != self._epoch:
            # Until then there is a dialplan, perhaps, and no AGI.
            await driver.command("core waitfullybooted")
            self.calls.gap()
            self._epoch = driver.epoch

    async def _make(self, driver: AmiClient, number: str) -> None:
        self.calls.make(number)
        try:
            await driver.send(_call(number))
        except RequestRejectedError as error:
            self.calls.refuse(number)
            if not is_not_now(error):
                raise
            self.failed(error)
        except AmiLinkError as error:
            self.calls.excuse(number)
            self.failed(error)

    async def _count(self, call: AgiSession) -> None:
        """Set a variable to number after number, and read each from the answer to the next question."""
        source = f"the answers to {call.address}"
        try:
            for number in range(ROUNDS):
                await call.set_variable("SOAK", str(number))
                self.ledger.saw(source, int(await call.get_variable("SOAK") or -1))
        except LinkError:
            self.ledger.cut(source, ROUNDS)
            raise
        self.ledger.ended(source, ROUNDS)


def _call(number: str) -> actions.Originate:
    # The place in the dialplan is never reached, for the channel is not answered. That it is there is checked at once.
    return actions.Originate(
        f"Local/{SCRIPT}@fastagi-only/n",
        context="scenarios",
        exten="answer",
        priority=1,
        variables={"AGI_ARGS": f",{number}"},
    )
