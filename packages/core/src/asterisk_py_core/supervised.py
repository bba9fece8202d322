"""The face every supervised client or server shows: connect and close, the state, and the events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, overload

from .reconnect import ConnectionState, ConnectionStateChanged

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from .event_bus import EventBus, EventSubscription, FilteredSubscription
    from .supervisor import Supervisor

__all__ = ["Supervised"]

E = TypeVar("E")
T = TypeVar("T")


class Supervised(Generic[E]):
    """Base of clients and servers, for which to connect is to listen; *E* is the protocol's event class.

    ``async with client:`` connects, and closes at the end. It is for one run: after :meth:`aclose`, or once the
    supervisor has given up, make a new one.
    """

    def __init__(self, bus: EventBus[E | ConnectionStateChanged], supervisor: Supervisor[Any]) -> None:
        self._bus = bus
        self._supervisor = supervisor

    @property
    def state(self) -> ConnectionState:
        """Where the connection stands now."""
        return self._supervisor.state

    @property
    def epoch(self) -> int:
        """How many connections were made so far; events of two epochs may have others missing between them."""
        return self._supervisor.epoch

    async def connect(self) -> None:
        """Connect and log in; from then on the connection is kept up as the policy says.

        Idempotent. Raises what made the first try fail or ended the run, and ClientClosedError after :meth:`aclose`.
        Cancelling the first call closes the client.
        """
        await self._supervisor.start()

    async def aclose(self) -> None:
        """Close the connection for good; requests under way end with ClientClosedError. Idempotent.

        Subscriptions deliver what was published, then end.
        """
        await self._supervisor.aclose()

    async def wait_for(self, state: ConnectionState) -> None:
        """Return when the connection is in *state*, or passes through it from now on.

        Raises what ended the run, or ClientClosedError, once *state* can no longer come.
        """
        await self._supervisor.wait_for(state)

    def states(self) -> EventSubscription[ConnectionStateChanged]:
        """Subscribe to the changes of the connection's state alone; they are among :meth:`events`, too."""
        return self._bus.subscribe(ConnectionStateChanged)

    @overload
    def events(
        self, *, where: None = None, capacity: int | None = None, lossy: bool = False
    ) -> EventSubscription[E | ConnectionStateChanged]: ...
    @overload
    def events(
        self, *, where: Callable[[E | ConnectionStateChanged], bool], capacity: int | None = None, lossy: bool = False
    ) -> FilteredSubscription[E | ConnectionStateChanged]: ...
    @overload
    def events(
        self, *types: type[T], where: None = None, capacity: int | None = None, lossy: bool = False
    ) -> EventSubscription[T]: ...
    @overload
    def events(
        self, *types: type[T], where: Callable[[T], bool], capacity: int | None = None, lossy: bool = False
    ) -> FilteredSubscription[T]: ...
    def events(
        self,
        *types: type[Any],
        where: Callable[[Any], bool] | None = None,
        capacity: int | None = None,
        lossy: bool = False,
    ) -> EventSubscription[Any]:
        """Subscribe to every event from now on that is of one of *types* and that *where* accepts.

        Without *types* it is to everything, state changes included: they mark in order where the connection was lost
        and came back. The subscription lasts across reconnects. Subscribe before :meth:`connect` to miss nothing.
        *capacity* and *lossy* are those of :meth:`EventBus.subscribe`.
        """
        return self._bus.subscribe(*types, where=where, capacity=capacity, lossy=lossy)

    async def __aenter__(self) -> Self:
        await self.connect()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()
