"""AMI under soak: user events by action and from the dialplan, beside all that a busy dialplan says of itself."""

import asyncio
import contextlib
from typing import ClassVar, Final

from asterisk_py_ami import (
    AmiClient,
    ConnectionState,
    ConnectionStateChanged,
    Credentials,
    RequestRejectedError,
    actions,
)
from asterisk_py_ami import ConnectionError as LinkError
from asterisk_py_ami.events import Hangup, Newexten, UserEvent
from tools.asterisk import Asterisk

from .subject import SOON, Subject

__all__ = ["AmiSubject", "ami_client", "is_not_now"]

# User events by action, at once.
BATCH: Final = 200
# User events of one call to Local/flood@scenarios; each comes with four others, of the loop that makes it.
CALL: Final = 5_000
# What Asterisk says while it stops, and while it boots and has no dialplan yet.
NOT_NOW: Final = frozenset({"Asterisk is shutting down", "Extension does not exist."})


class AmiSubject(Subject[AmiClient]):
    """AMI. One source of numbers are the actions of the driver; every flooding call is another."""

    name: ClassVar[str] = "ami"

    def __init__(self, pbx: Asterisk) -> None:
        super().__init__(pbx)
        # One call at a time, and none that the observer does not hear from its beginning.
        self._may_call = False
        # The last number of a batch, and whether the observer has read it: a driver that went on at once would keep
        # the loop from reading, and Asterisk cuts off who does not read.
        self._last = 0
        self._echoed = asyncio.Event()

    def observer(self) -> AmiClient:
        """Return a client with all events."""
        return ami_client(self.pbx, "on")

    def driver(self) -> AmiClient:
        """Return a client without events."""
        return ami_client(self.pbx, "off")

    async def cycle(self, driver: AmiClient) -> None:
        """Connect with all events, ping, and close."""
        del driver
        async with self.observer() as client:
            await client.ping()

    async def load(self, driver: AmiClient, start: int) -> int:
        """Keep one call flooding, and send a batch of actions that make events."""
        try:
            if self._may_call:
                self._may_call = False
                await self._call(driver)
            self._last = start + BATCH - 1
            self._echoed.clear()
            numbers = range(start, start + BATCH)
            sending = [driver.send(actions.UserEvent("Soak", fields={"Number": number})) for number in numbers]
            for end in await asyncio.gather(*sending, return_exceptions=True):
                if isinstance(end, Exception):
                    self._check_not_now(end)
            # Some of those that failed may have been carried out.
            start += BATCH
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._echoed.wait(), 1.0)
        except RequestRejectedError as error:
            self._check_not_now(error)
            self._may_call = True
        except LinkError as error:
            self.failed(error)  # The next call is made once the observer is back, too.
        if driver.state is not ConnectionState.CONNECTED:
            await driver.wait_for(ConnectionState.CONNECTED)
        return start

    def read(self, event: object) -> None:
        """Book the numbers of both sources, and the end of a call."""
        super().read(event)
        if isinstance(event, UserEvent):
            source, number = event.uniqueid or "actions", int(event["Number"])
            self.ledger.saw(source, number)
            if (source, number) == ("actions", self._last):
                self._echoed.set()
        elif isinstance(event, Newexten) and event.exten == "flood" and event.application == "Hangup":
            self.ledger.ended(event.uniqueid, CALL)
        elif isinstance(event, Hangup) and event.exten == "flood":
            # At the end of its dialplan, or because Asterisk stops.
            self._may_call = True
        elif isinstance(event, ConnectionStateChanged):
            self._may_call = event.state is ConnectionState.CONNECTED
            self._echoed.set()

    async def _call(self, driver: AmiClient) -> None:
        # Sent, not `originate`d: its outcome is an event, and the driver has none.
        call = actions.Originate(
            "Local/flood@scenarios",
            context="scenarios",
            exten="answer",
            priority=1,
            variables={"COUNT": CALL},
        )
        await driver.send(call)

    def _check_not_now(self, error: Exception) -> None:
        if not is_not_now(error):
            raise error
        self.failed(error)


def ami_client(pbx: Asterisk, events: str) -> AmiClient:
    """Return a client that has not connected yet, of the user who may do and see everything."""
    user = pbx.user("admin")
    credentials = Credentials(user.username, user.secret)
    return AmiClient(pbx.host, pbx.ami_port, credentials=credentials, events=events, policy=SOON)


def is_not_now(error: BaseException) -> bool:
    """Say whether *error* means no more than that Asterisk is about to go, gone, or not quite there."""
    if isinstance(error, RequestRejectedError):
        return error.reason in NOT_NOW
    return isinstance(error, LinkError)
