"""ARI under soak: user events by request and from the dialplan, calls in Stasis, and all that a busy Asterisk says."""

import asyncio
import contextlib
import itertools
from collections.abc import Iterator
from typing import ClassVar, Final

from asterisk_py_ari import (
    AriClient,
    ConnectionState,
    ConnectionStateChanged,
    Credentials,
    NotFoundError,
    Resynchronized,
    StatusError,
)
from asterisk_py_ari import ConnectionError as LinkError
from asterisk_py_ari.events import ChannelDestroyed, ChannelDialplan, ChannelUserevent, StasisEnd, StasisStart
from tools.asterisk import Asterisk

from .calls import Calls
from .subject import SOON, Subject

__all__ = ["AriSubject"]

APP: Final = "soak"
# Each sends its user events one after the other: Asterisk serves each HTTP connection in a thread of its own, so only
# the events of one line come in order. As many as fill the client's pool, or nearly.
LINES: Final = 8
# User events of a line in a row.
ROW: Final = 25
# Calls in Stasis at a time.
AT_ONCE: Final = 20
# User events of one call to Local/flood@scenarios; each comes with four others, of the loop that makes it, and all of
# them are not much more than Asterisk's socket takes when nobody reads for a moment.
FLOOD: Final = 1_000


class AriSubject(Subject[AriClient]):
    """ARI. Sources of numbers are the lines of the driver, over HTTP, and every flooding call.

    A call that was in Stasis when Asterisk ended is said to be lost by the Resynchronized that has to be the first
    event of each new connection.
    """

    name: ClassVar[str] = "ari"
    cycle_is: ClassVar[str] = "connect, one request, close, over HTTP and over the WebSocket"
    noise: ClassVar[int] = 15_000  # An event holds a channel of twenty fields.

    def __init__(self, pbx: Asterisk) -> None:
        super().__init__(pbx)
        self.calls = Calls()
        self.reports = 0
        self._serial = itertools.count()
        self._in_stasis: list[str] = []
        # One flooding call at a time, and none that the observer does not hear from its beginning.
        self._may_flood = False
        # The last events of a batch that the observer has not read: a driver that went on at once would keep the loop
        # from reading, and Asterisk cuts off who does not read.
        self._awaited: set[tuple[str, int]] = set()
        self._echoed = asyncio.Event()
        # The epoch that has to begin with a report.
        self._due: int | None = None

    def observer(self) -> AriClient:
        """Return a client with the events of everything, whose few requests go over the WebSocket."""
        return self._client(APP, "websocket", subscribe_all=True)

    def driver(self) -> AriClient:
        """Return a client of an application of its own, which sends requests over HTTP."""
        return self._client("driver", "http")

    async def cycle(self, driver: AriClient) -> None:
        """Connect, ping, and close, over HTTP and over the WebSocket."""
        del driver
        for transport in ("http", "websocket"):
            async with self._client(APP, transport) as client:
                await client.asterisk.ping()

    async def load(self, driver: AriClient, start: int) -> int:
        """Keep one call flooding, send a batch of user events, call into Stasis, and hang up who is there."""
        self._awaited = {(_line(line), start + ROW - 1) for line in range(LINES)}
        self._echoed.clear()
        new_calls = range(AT_ONCE - self.calls.under_way)
        async with asyncio.TaskGroup() as tasks:
            if self._may_flood:
                self._may_flood = False
                tasks.create_task(self._flood(driver))
            for line in range(LINES):
                tasks.create_task(self._send_row(driver, _line(line), start))
            for _ in new_calls:
                tasks.create_task(self._call(driver, f"{APP}-{next(self._serial)}"))
            tasks.create_task(self._hang_up(driver))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._echoed.wait(), 1.0)
        if self._due is None:
            self.calls.check()
        if driver.state is not ConnectionState.CONNECTED:
            await driver.wait_for(ConnectionState.CONNECTED)
        return start + ROW

    async def settle(self, driver: AriClient) -> None:
        """Return when every call in Stasis has ended."""
        while self.calls.under_way:
            await self._hang_up(driver)
            await self.calls.until(0, timeout=0.1)
            self.calls.check()

    def read(self, event: object) -> None:
        """Book the numbers of all sources, and the beginning and the end of calls."""
        super().read(event)
        if isinstance(event, ConnectionStateChanged):
            self._may_flood = is_back = event.state is ConnectionState.CONNECTED
            self._due = event.epoch if is_back and event.epoch > 1 else None
            self._echoed.set()
        elif isinstance(event, Resynchronized):
            self._read_report(event)
        elif self._due is not None:
            self.ledger.unsaid.append(f"{type(event).__name__} came before the report of epoch {self._due}")
        if isinstance(event, ChannelUserevent):
            self._read_number(event)
        elif isinstance(event, ChannelDialplan) and event.dialplan_app == "Hangup" and _is_flood(event):
            self.ledger.ended(event.channel.id, FLOOD)
        elif isinstance(event, ChannelDestroyed) and _is_flood(event):
            # At the end of its dialplan, or because Asterisk stops.
            self._may_flood = True
        elif isinstance(event, StasisStart):
            self.calls.begin(event.channel.id)
            self._in_stasis.append(event.channel.id)
        elif isinstance(event, StasisEnd):
            self.calls.end(event.channel.id)

    def problems(self) -> Iterator[str]:
        """Yield what was lost without a word."""
        yield from super().problems()
        yield from self.calls.unsaid[:10]
        if self._due is not None:
            yield f"epoch {self._due} has no report"

    def story(self) -> str:
        """Return what became of the calls."""
        return (
            f"\n{self.calls.ended:,} calls left Stasis, {self.calls.said:,} were said to be gone or did not come before"
            f" a restart; {self.reports} gaps, each with its report"
        )

    def _client(self, app: str, transport: str, *, subscribe_all: bool = False) -> AriClient:
        user = self.pbx.user("ari")
        return AriClient(
            f"http://{self.pbx.host}:{self.pbx.http_port}",
            app=app,
            credentials=Credentials(user.username, user.secret),
            transport=transport,
            subscribe_all=subscribe_all,
            policy=SOON,
        )

    def _read_report(self, report: Resynchronized) -> None:
        if report.epoch != self._due:
            self.ledger.unsaid.append(f"a report of epoch {report.epoch} came, and {self._due} was due")
        self._due = None
        self.reports += 1
        for call in report.gone:
            self.calls.lose(call)
        self.calls.gap()

    def _read_number(self, event: ChannelUserevent) -> None:
        fields = event.userevent
        source = event.channel.id if event.channel else str(fields["Line"])
        number = int(fields["Number"])
        self.ledger.saw(source, number)
        self._awaited.discard((source, number))
        if not self._awaited:
            self._echoed.set()

    async def _send_row(self, driver: AriClient, line: str, start: int) -> None:
        for number in range(start, start + ROW):
            try:
                await driver.event_resource.user_event(APP, APP, variables={"Line": line, "Number": number})
            except (LinkError, StatusError) as error:
                self.failed(error)
                return

    async def _call(self, driver: AriClient, call: str) -> None:
        self.calls.make(call)
        try:
            await driver.channels.originate("Local/answer@scenarios/n", channel_id=call, app=APP)
        except StatusError as error:
            self.calls.refuse(call)
            self.failed(error)
        except LinkError as error:
            self.calls.excuse(call)
            self.failed(error)

    async def _flood(self, driver: AriClient) -> None:
        count = {"COUNT": str(FLOOD)}
        try:
            await driver.channels.originate(
                "Local/flood@scenarios", context="scenarios", extension="answer", priority=1, variables=count
            )
        except (LinkError, StatusError) as error:
            self.failed(error)
            self._may_flood = True

    async def _hang_up(self, driver: AriClient) -> None:
        calls, self._in_stasis = self._in_stasis, []
        for call in calls:
            try:
                await driver.channels.hangup(call)
            except NotFoundError:
                pass
            except (LinkError, StatusError) as error:
                self.failed(error)


def _line(number: int) -> str:
    return f"line {number}"


def _is_flood(event: ChannelDialplan | ChannelDestroyed) -> bool:
    return event.channel.dialplan.exten == "flood"
