"""What a protocol has to offer to be soaked: everything else here knows no protocol."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from asterisk_py_core.supervised import Supervised
from tools.asterisk import Asterisk

__all__ = ["Ended", "Numbered", "Subject"]

C = TypeVar("C", bound=Supervised[Any])


@dataclass(frozen=True, slots=True)
class Numbered:
    """An event that its *source* gave a *number*, from 0 on."""

    source: str
    number: int


@dataclass(frozen=True, slots=True)
class Ended:
    """The last word of a *source* that has numbered *total* events."""

    source: str
    total: int


class Subject(ABC, Generic[C]):
    """One protocol at *pbx*; *C* is its client. Another one is a file beside `ami.py` and a line in `__main__`."""

    name: ClassVar[str]

    def __init__(self, pbx: Asterisk) -> None:
        self.pbx = pbx

    @abstractmethod
    def observer(self) -> C:
        """Return a client that hears everything, and comes back soon when it is cut off."""

    @abstractmethod
    def driver(self) -> C:
        """Return a client for :meth:`load`, which need not hear anything, and comes back soon."""

    @abstractmethod
    async def use(self, client: C) -> None:
        """Make one request and see it answered."""

    @abstractmethod
    async def load(self, driver: C, start: int) -> int:
        """Have Asterisk send events as fast as it can for a moment, numbered from *start*; return the next number.

        It is called again and again, and *driver* may be cut off in the middle: then wait until it is back.
        """

    @abstractmethod
    def read(self, event: object) -> Numbered | Ended | None:
        """Return what *event* says about numbers."""
