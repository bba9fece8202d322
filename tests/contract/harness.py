"""What a protocol has to offer to be held to the contract, and the table of what it cannot.

A harness is a peer on loopback together with the client under test; the tests use the public API of the packages and
nothing else. A new protocol joins with a harness in ``harnesses.py`` and a row in :data:`CANNOT`.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from enum import Enum
from ssl import SSLContext
from typing import Any, ClassVar, Final, TypeAlias

import pytest

from asterisk_py_core import Supervised

__all__ = ["CANNOT", "Capability", "Client", "Harness", "needs"]

Client: TypeAlias = Supervised[Any]


class Capability(Enum):
    """What not every protocol can do; a test that needs it says so with :func:`needs`."""

    DIALS = "opens the connection to a peer it is told the address of"
    LOGIN = "logs in with a secret that the peer may refuse"
    TLS = "can be had over TLS"
    SENDS = "sends requests that the peer answers"
    HEARS = "gets events from the peer"


CANNOT: Final[Mapping[str, Mapping[Capability, str]]] = {
    "ami": {},
    "agi": {
        Capability.DIALS: "Asterisk connects to the server, which waits on its own port",
        Capability.LOGIN: "FastAGI has no login (res/res_agi.c, launch_netscript)",
        Capability.TLS: "FastAGI has no TLS (res/res_agi.c, launch_netscript)",
        Capability.SENDS: "commands belong to one call's session, which ends with its connection",
        Capability.HEARS: "each call is a connection of its own, and they come in no order",
    },
    "ari_http": {},
    "ari_websocket": {},
}
"""By protocol: what it cannot do, and why. A test fails when this and the harness disagree."""


def needs(*capabilities: Capability) -> pytest.MarkDecorator:
    """Skip the test, with the reason the table gives, for a protocol that lacks one of *capabilities*."""
    return pytest.mark.needs(*capabilities)


class Harness(ABC):
    """One protocol: its fake peer, its client, and what they say to each other."""

    name: ClassVar[str]
    capabilities: ClassVar[frozenset[Capability]]
    event_type: ClassVar[type[Any]]
    """What :meth:`emit` makes the client publish."""
    logins: ClassVar[Sequence[Mapping[str, Any]]]
    """Options of :meth:`client`, one set for each way to log in."""
    at_once: ClassVar[int] = 1000
    """How many requests may be on their way to the peer at a time; the others wait here."""
    links: ClassVar[int] = 1
    """How many TCP connections the client may have at a time."""
    finds_silence_in: ClassVar[float | None] = None
    """Within how many seconds the client finds that its connection is half-open; None if it does not look for that."""

    # --- the peer ---

    @abstractmethod
    async def start_peer(self) -> None:
        """Listen, always on the same address; idempotent."""

    @abstractmethod
    async def stop_peer(self) -> None:
        """Close the port and every connection, and return when they are closed; idempotent."""

    @abstractmethod
    def drop(self) -> None:
        """Close every connection as a peer does that ends (FIN)."""

    @abstractmethod
    def reset(self) -> None:
        """Break every connection as a peer does that crashed (RST)."""

    @abstractmethod
    def freeze(self) -> None:
        """Read and write nothing any more, and close nothing; new connections are accepted and hear nothing."""

    @abstractmethod
    def thaw(self) -> None:
        """Go on where :meth:`freeze` stopped."""

    @abstractmethod
    def reject_logins(self) -> None:
        """Refuse every login from now on."""

    @abstractmethod
    def talk_nonsense(self) -> None:
        """Greet newcomers with bytes that are not of the protocol."""

    @abstractmethod
    def speak_tls(self, context: SSLContext) -> None:
        """Speak TLS with *context* from the next start on; the peer has to be stopped."""

    @abstractmethod
    def behave(self) -> None:
        """Undo :meth:`reject_logins` and :meth:`talk_nonsense`."""

    @abstractmethod
    def emit(self, number: int) -> None:
        """Send an event that carries *number* to every client that is logged in."""

    @abstractmethod
    def emit_too_much(self) -> None:
        """Send a message larger than any that the protocol has."""

    @abstractmethod
    def hold_answers(self) -> None:
        """Answer :meth:`request` no more."""

    @abstractmethod
    def answer_held(self) -> None:
        """Answer what was held, in whatever order, and everything that follows at once."""

    @property
    @abstractmethod
    def connections(self) -> int:
        """How many connections were made so far."""

    @property
    @abstractmethod
    def login_attempts(self) -> int:
        """How many logins were tried so far."""

    @property
    @abstractmethod
    def requests(self) -> int:
        """How many requests of :meth:`request` have reached the peer so far."""

    @abstractmethod
    async def wait_for_logins(self, count: int) -> None:
        """Return when *count* logins have succeeded."""

    @abstractmethod
    async def wait_for_connections(self, count: int) -> None:
        """Return when *count* connections were made."""

    @abstractmethod
    async def wait_for_requests(self, count: int) -> None:
        """Return when *count* requests of :meth:`request` have reached the peer."""

    @abstractmethod
    async def wait_until_alone(self) -> None:
        """Return when the peer has noticed that nobody is connected any more."""

    # --- the client ---

    @property
    @abstractmethod
    def address(self) -> str:
        """Where the client connects to, as errors name it."""

    @property
    @abstractmethod
    def secrets(self) -> list[str]:
        """What must be seen nowhere: the secret, and what was made of it in the logins so far."""

    @abstractmethod
    def client(self, **options: Any) -> Client:
        """Return a new client of the peer: with ``policy``, ``retry_first``, ``timeout`` and ``ssl`` as options.

        ``host`` replaces the peer's; other options are those in :attr:`logins`.
        """

    @abstractmethod
    def number_of(self, event: object) -> int | None:
        """Return what :meth:`emit` sent, None if the event is another."""

    @abstractmethod
    async def request(self, client: Client, **options: Any) -> object:
        """Ask the peer for something that has an answer; ``timeout`` is an option."""

    @abstractmethod
    async def rejected_request(self, client: Client) -> object:
        """Ask the peer for something it understands and refuses."""

    @abstractmethod
    async def malformed_request(self, client: Client) -> object:
        """Ask for something that must not be written: a value that would smuggle in a second request."""

    @abstractmethod
    async def large_request(self, client: Client, **options: Any) -> object:
        """Ask for something of about 100 kB, so that a few of them fill the link."""
