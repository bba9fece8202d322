"""What a protocol has to offer to be soaked: everything else here knows no protocol."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any, ClassVar, Final, Generic, TypeVar

from asterisk_py_core.reconnect import ConnectionState, ConnectionStateChanged, ReconnectPolicy
from asterisk_py_core.supervised import Supervised
from tools.asterisk import Asterisk

from .ledger import Ledger

__all__ = ["SOON", "Subject"]

D = TypeVar("D", bound=Supervised[Any])

SOON: Final = ReconnectPolicy.exponential(initial=0.1, max=1.0)


class Subject(ABC, Generic[D]):
    """One protocol at *pbx*; *D* is the client that drives it. Another one is a file here and a line in `__main__`.

    ``restarting`` is whether Asterisk is being ended and restarted, when much may fail. What failed otherwise is in
    ``refusals``.
    """

    name: ClassVar[str]
    cycle_is: ClassVar[str] = "connect, one request, close"
    # Asterisk cuts off who does not read for 100 ms (main/manager.c, writetimeout; the same in res_ari).
    cuts_off_who_is_slow: ClassVar[bool] = True
    # Blocks of memory more or less that two samples of the load may hold: what is on its way when they are taken, and
    # some hundred events more or less that the bounded subscription keeps, which drops them by the chunk.
    noise: ClassVar[int] = 5_000

    def __init__(self, pbx: Asterisk) -> None:
        self.pbx = pbx
        self.ledger = Ledger()
        self.restarting = False
        self.refusals: list[str] = []

    @abstractmethod
    def observer(self) -> Supervised[Any]:
        """Return a client, or a server, that hears everything, and comes back soon when it is cut off."""

    @abstractmethod
    def driver(self) -> D:
        """Return a client for :meth:`load`, which need not hear anything, and comes back soon."""

    @abstractmethod
    async def cycle(self, driver: D) -> None:
        """Connect (or listen), make one request (or take one call) and see it answered, and close."""

    @abstractmethod
    async def load(self, driver: D, start: int) -> int:
        """Have Asterisk send events as fast as it can for a moment, numbered from *start*; return the next number.

        It is called again and again, and *driver* may be cut off in the middle: then wait until it is back.
        """

    async def settle(self, driver: D) -> None:
        """Return when nothing is under way that :meth:`load` left, so that a sample counts what lasts alone."""

    def read(self, event: object) -> None:
        """Book what *event* of the observer says."""
        if isinstance(event, ConnectionStateChanged):
            self.ledger.begin(event.epoch)

    def loss(self, event: object) -> object:
        """Return why a connection was lost that should not have been, if *event* says that one was."""
        if isinstance(event, ConnectionStateChanged) and event.previous is ConnectionState.CONNECTED:
            return event.cause
        return None

    def failed(self, error: Exception) -> None:
        """Book that a request of the driver failed with *error*, one that a restart explains."""
        if not self.restarting:
            self.refusals.append(f"Asterisk was up, and a request failed: {error}")

    def problems(self) -> Iterator[str]:
        """Yield what was lost without a word."""
        yield from self.ledger.unsaid[:10]

    def story(self) -> str:
        """Return what there is to tell beside the numbers."""
        return ""
