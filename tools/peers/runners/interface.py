"""How a case talks to a library: blocking calls that return futures, so that what hangs can be seen from outside.

A runner does what the library's documentation tells its users to do, and no more. What it does not override, the
library does not offer.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any, ClassVar, TypeAlias

from tools.peers.outcome import NotOffered

__all__ = ["AgiCall", "AgiRunner", "AmiRunner", "AriRunner", "Fields", "Runner", "joined"]

Fields: TypeAlias = Mapping[str, Any]


class Runner(ABC):
    """One library, for one attempt in a process of its own."""

    distribution: ClassVar[str]


class AmiRunner(Runner):
    """A library that speaks AMI; it logs in as the fake's user, the way it does by default."""

    @abstractmethod
    def connect(self, port: int) -> Future[None]:
        """Connect and log in; done when the library says that it is."""

    @abstractmethod
    def send(self, action: str, headers: Fields | None = None) -> Future[Fields]:
        """Send an action; the answer's headers."""

    @abstractmethod
    def listen(self, handler: Callable[[Fields], None]) -> None:
        """Have every event given to *handler*, wherever the library calls handlers."""

    @abstractmethod
    def close(self) -> Future[None]:
        """Close the connection."""

    @abstractmethod
    def objects(self) -> Sequence[object]:
        """Return what an application holds: the client."""

    def stay_connected(self, retries: int | None = None) -> None:
        """Turn reconnection on where it is an option, with a bound on retries; before :meth:`connect`."""
        raise NotOffered("does not reconnect")

    def send_twice(self, action: str, headers: Fields) -> list[Future[Fields]]:
        """Send the same action object two times, at once."""
        return [self.send(action, headers), self.send(action, headers)]

    def listen_for_ever(self, started: Callable[[], None]) -> None:
        """Have every event given to a handler that calls *started* and then waits, in the library's own way."""
        raise NotOffered

    def abandon(self, count: int) -> int:
        """Give up *count* requests that nobody answers, and return how many the library still holds."""
        raise NotOffered("no way to give up a request")

    def collect(self, action: str, item: str) -> Future[list[Fields]]:
        """Send an action that is answered with a list; its items, which are events called *item*."""
        raise NotOffered("no lists")

    def command(self, text: str) -> Future[str]:
        """Run a CLI command; what it printed."""
        raise NotOffered("no commands")

    def originate(self, variables: Mapping[str, str]) -> Future[Any]:
        """Originate a call with channel variables."""
        raise NotOffered("no originate")

    def told(self) -> list[str]:
        """Return what told the application about the connection, since it was connected."""
        return []

    def says_connected(self) -> bool | None:
        """Return what the library says of the connection, None if it says nothing."""
        return None


def joined(name: str, *args: str | int) -> str:
    """Return a command as one line, for libraries that take no arguments."""
    return " ".join([name, *map(str, args)])


class AgiCall(ABC):
    """A call, in a handler."""

    env: Mapping[str, str]

    @abstractmethod
    def command(self, name: str, *args: str | int) -> Any:
        """Send a command with *args* that need no quotes, and return what the library makes of the reply."""

    @abstractmethod
    def set_variable(self, name: str, value: str) -> Any:
        """Set a channel variable, with the library's own quoting if it has any."""

    @abstractmethod
    def get_variable(self, name: str) -> Any:
        """Return a channel variable."""

    def command_within(self, seconds: float, name: str, *args: str | int) -> Any:
        """Send a command and give up after so many *seconds*."""
        raise NotOffered("no timeout")


class AgiRunner(Runner):
    """A library that serves FastAGI."""

    @abstractmethod
    def serve(self, route: str, handler: Callable[[AgiCall], None]) -> int:
        """Serve *route* with *handler*, on a free port, which is returned."""

    def need_server(self) -> None:
        """Say that the case is about a server, not about a session; raises where the library has none."""

    def serve_sync(self, route: str, handler: Callable[[], None]) -> int:
        """Serve *route* with a plain function."""
        raise NotOffered

    def close(self) -> Future[None]:
        """Stop serving."""
        raise NotOffered("no server")


class AriRunner(Runner):
    """A library that speaks ARI."""

    @abstractmethod
    def connect(self, url: str, username: str, secret: str) -> Future[None]:
        """Connect to *url* and register the application `demo`; done when it hears events."""

    @abstractmethod
    def listen(self, handler: Callable[[Fields], None]) -> None:
        """Have every event given to *handler*."""

    @abstractmethod
    def get_channel(self, identifier: str) -> Future[Any]:
        """GET /channels/{identifier}."""

    @abstractmethod
    def originate(self) -> Future[Any]:
        """POST /channels."""

    @abstractmethod
    def hangup(self, identifier: str) -> Future[Any]:
        """DELETE /channels/{identifier}."""

    @abstractmethod
    def ended(self) -> Future[None]:
        """Return what ends when the library stops hearing events, with the reason as its exception."""

    @abstractmethod
    def close(self) -> Future[None]:
        """Close the connection."""

    def listen_slowly(self, seconds: float, handler: Callable[[Fields], None]) -> None:
        """Have every event given to *handler*, which then takes so many *seconds*, in the library's own way."""
        raise NotOffered
