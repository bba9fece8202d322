"""AMI under soak: user events by action and from the dialplan, beside all that a busy dialplan says of itself."""

import asyncio
import contextlib
from typing import ClassVar, Final

from asterisk_py_ami import (
    AmiClient,
    ConnectionState,
    ConnectionStateChanged,
    Credentials,
    ReconnectPolicy,
    RequestRejectedError,
    actions,
)
from asterisk_py_ami import ConnectionError as LinkError
from asterisk_py_ami.events import Hangup, Newexten, UserEvent
from tools.asterisk import Asterisk

from .subject import Ended, Numbered, Subject

__all__ = ["AmiSubject"]

# User events by action, at once.
BATCH: Final = 200
# User events of one call to Local/flood@scenarios; each comes with four others, of the loop that makes it.
CALL: Final = 5_000
# What Asterisk says while it stops, and while it boots and has no dialplan yet.
NOT_NOW: Final = frozenset({"Asterisk is shutting down", "Extension does not exist."})
SOON: Final = ReconnectPolicy.exponential(initial=0.1, max=1.0)


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
        return self._client("on")

    def driver(self) -> AmiClient:
        """Return a client without events."""
        return self._client("off")

    async def use(self, client: AmiClient) -> None:
        """Ping."""
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
                if isinstance(end, BaseException):
                    _check_not_now(end)
            # Some of those that failed may have been carried out.
            start += BATCH
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._echoed.wait(), 1.0)
        except RequestRejectedError as error:
            _check_not_now(error)
            self._may_call = True
        except LinkError:
            pass  # The next call is made once the observer is back, too.
        if driver.state is not ConnectionState.CONNECTED:
            await driver.wait_for(ConnectionState.CONNECTED)
        return start

    def read(self, event: object) -> Numbered | Ended | None:
        """Read the numbers of both sources, and the end of a call."""
        if isinstance(event, UserEvent):
            seen = Numbered(event.uniqueid or "actions", int(event["Number"]))
            if seen == Numbered("actions", self._last):
                self._echoed.set()
            return seen
        if isinstance(event, Newexten) and event.exten == "flood" and event.application == "Hangup":
            return Ended(event.uniqueid, CALL)
        if isinstance(event, Hangup) and event.exten == "flood":
            # At the end of its dialplan, or because Asterisk stops.
            self._may_call = True
        if isinstance(event, ConnectionStateChanged):
            self._may_call = event.state is ConnectionState.CONNECTED
            self._echoed.set()
        return None

    def _client(self, events: str) -> AmiClient:
        user = self.pbx.user("admin")
        credentials = Credentials(user.username, user.secret)
        return AmiClient(self.pbx.host, self.pbx.ami_port, credentials=credentials, events=events, policy=SOON)

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


def _check_not_now(error: BaseException) -> None:
    """Raise *error* unless it says no more than that Asterisk is about to go, gone, or not quite there."""
    if isinstance(error, RequestRejectedError) and error.reason in NOT_NOW:
        return
    if not isinstance(error, LinkError):
        raise error
