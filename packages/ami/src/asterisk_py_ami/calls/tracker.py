"""Who called whom, when it was answered, how it ended: whole calls instead of single events."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Final, Self, TypeVar, overload

from asterisk_py_ami.actions import CoreShowChannels
from asterisk_py_core.errors import AsteriskError, ClientClosedError, NotSentError, RequestRejectedError
from asterisk_py_core.event_bus import EventBus
from asterisk_py_core.reconnect import ConnectionState, ConnectionStateChanged

from .assembler import CallAssembler
from .record import Instant

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
    from types import TracebackType

    from asterisk_py_ami.client import AmiClient
    from asterisk_py_ami.events import CoreShowChannel
    from asterisk_py_ami.protocol.message import AmiEvent
    from asterisk_py_core.event_bus import EventSubscription, FilteredSubscription

    from .call import Call, CompletedCall

__all__ = ["CallTracker"]

logger = logging.getLogger(__name__)

T = TypeVar("T")

# Seconds for the list of all channels: more than for a plain answer, because there may be thousands.
_LIST_TIMEOUT: Final = 30.0
# Seconds until there may be room for a request again.
_PAUSE: Final = 1.0


class CallTracker:
    """Makes calls of a client's events, and publishes each as a :class:`CompletedCall` when its last channel is gone.

    ::

        async with AmiClient("127.0.0.1", credentials=...) as ami, CallTracker(ami) as calls:
            async for call in calls:
                print(call.caller.caller_id_num, call.caller.exten, call.billable, call.cause)

    It needs the ``call`` class of events and, to see what is under way when it starts and after the connection was
    lost, the right to CoreShowChannels (``write = system`` or ``reporting``). Without that right it says so in the log,
    and a call whose end was missed stays in :attr:`active` until its place is needed.

    Times are those of Asterisk where it stamps its events (``timestampevents=yes`` in manager.conf), otherwise those of
    receipt. *max_channels* bounds the channels that are kept, those included that have ended in a call that goes on;
    past it the oldest call is given up, published with :attr:`Gap.EVICTED`, and counted in :attr:`evicted_count`.

    ``async for`` begins with the calls that complete from then on, as :meth:`subscribe` does. It ends when the tracker
    or its client is closed, and raises what ended the client.

    Raises:
        InputError: *max_channels* is no positive integer.
    """

    def __init__(self, ami: AmiClient, *, max_channels: int = 10_000) -> None:
        self._ami = ami
        self._assembler = CallAssembler(max_channels=max_channels)
        self._bus: EventBus[CompletedCall] = EventBus()
        self._source: EventSubscription[AmiEvent | ConnectionStateChanged] | None = None
        self._task: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()

    @property
    def active(self) -> tuple[Call, ...]:
        """The calls under way, the oldest first, as known now; those that were, once the tracker is closed."""
        return self._assembler.active(_now())

    @property
    def evicted_count(self) -> int:
        """How many calls were given up because there were too many."""
        return self._assembler.evicted_count

    @property
    def malformed_count(self) -> int:
        """How many headers were not what Asterisk sends; most likely somebody forged them."""
        return self._assembler.malformed_count

    async def start(self) -> None:
        """Follow the client from now on; what is under way is in :attr:`active` once this returns. Idempotent.

        Calling it again meanwhile waits for the same. If the first call is cancelled, the next begins anew.

        Raises:
            ClientClosedError: this tracker is closed.
        """
        async with self._starting:
            if self._bus.closed:
                raise ClientClosedError(what="the call tracker")
            if self._task is not None:
                return
            self._source = self._ami.events(*CallAssembler.FOLLOWED, ConnectionStateChanged)
            try:
                if self._ami.state is ConnectionState.CONNECTED:
                    await self._take_list()
            except BaseException:
                self._source.close()
                self._source = None
                raise
            if self._bus.closed:  # Meanwhile, by another task.
                raise ClientClosedError(what="the call tracker")
            self._task = asyncio.create_task(self._run(self._source), name="call tracker")

    async def aclose(self) -> None:
        """Stop following. Subscriptions deliver what was published, then end. Idempotent."""
        self._bus.close()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        if self._source is not None:
            self._source.close()

    @overload
    def subscribe(
        self, *, where: None = None, capacity: int | None = None, lossy: bool = False
    ) -> EventSubscription[CompletedCall]: ...
    @overload
    def subscribe(
        self, *, where: Callable[[CompletedCall], bool], capacity: int | None = None, lossy: bool = False
    ) -> FilteredSubscription[CompletedCall]: ...
    def subscribe(
        self, *, where: Callable[[CompletedCall], bool] | None = None, capacity: int | None = None, lossy: bool = False
    ) -> EventSubscription[CompletedCall]:
        """Subscribe to every call that completes from now on and that *where* accepts; see :meth:`EventBus.subscribe`.

        Subscribe before :meth:`start` to miss none.
        """
        if where is None:
            return self._bus.subscribe(capacity=capacity, lossy=lossy)
        return self._bus.subscribe(where=where, capacity=capacity, lossy=lossy)

    def __aiter__(self) -> AsyncIterator[CompletedCall]:
        return aiter(self.subscribe())

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _run(self, source: EventSubscription[AmiEvent | ConnectionStateChanged]) -> None:
        try:
            while True:
                is_connected = self._feed(await source.recv_batch())
                while is_connected:
                    is_connected = await self._resync(source)
                # A backlog is handed out without waiting, and others want to run, too.
                await asyncio.sleep(0)
        except ClientClosedError:
            self._bus.close()
        except Exception as error:  # noqa: BLE001 - whatever ended it is told to those who wait for calls
            self._bus.close(error)

    def _feed(self, events: Iterable[AmiEvent | ConnectionStateChanged]) -> bool:
        """Publish the calls that *events* complete, and return whether a new connection was made among them."""
        now = _now()
        is_connected = False
        for event in events:
            self._bus.publish_many(self._assembler.feed(event, now))
            if isinstance(event, ConnectionStateChanged):
                is_connected = event.state is ConnectionState.CONNECTED
        return is_connected

    async def _resync(self, source: EventSubscription[AmiEvent | ConnectionStateChanged]) -> bool:
        """Find out what happened in a gap, and return whether there was another gap meanwhile."""
        if not await self._take_list():
            return False
        try:
            # A list goes out ahead of the events that are queued for the session; the answer to a later action does
            # not (main/manager.c, do_message). So once it is here, so is every Hangup that came before the list.
            await self._answer(self._ami.ping)
        except AsteriskError:
            return False
        if source.backlog and self._feed(await source.recv_batch(source.backlog)):
            return True
        self._bus.publish_many(self._assembler.settle())
        return False

    async def _take_list(self) -> bool:
        """Compare with the channels there are now; False if that is not to be had before the next connection."""
        try:
            channels, asked = await self._answer(self._list)
        except RequestRejectedError as error:
            logger.warning(
                "%r: calls from before, and ends that were missed, stay unknown: %s (it needs write = system or "
                "reporting)",
                self._ami,
                error,
            )
            return False
        except AsteriskError:
            return False
        self._bus.publish_many(self._assembler.resync(channels, asked))
        return True

    async def _list(self) -> tuple[list[CoreShowChannel], Instant]:
        asked = _now()
        return await self._ami.collect(CoreShowChannels(), timeout=_LIST_TIMEOUT), asked

    async def _answer(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Return what *ask* does, which is called again as long as this connection gives no answer."""
        while True:
            try:
                return await ask()
            except TimeoutError as error:
                # An Asterisk that answers nothing on this connection sends no events either: nothing is held up here.
                logger.warning("%r: no answer about its channels, asking again: %s", self._ami, error)
            except NotSentError as error:
                if self._ami.state is not ConnectionState.CONNECTED:
                    raise
                logger.warning("%r: cannot ask for its channels yet: %s", self._ami, error)
                await asyncio.sleep(_PAUSE)


def _now() -> Instant:
    return Instant(time.time(), time.monotonic())
