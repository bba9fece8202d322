"""What a protocol has to offer to be held to the contract, and the table of what it cannot.

A harness is a peer on loopback together with the client under test; the tests use the public API of the packages and
nothing else. A new protocol joins with a harness in ``harnesses.py`` and a row in :data:`CANNOT`.
"""

import asyncio
import errno
import os
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from enum import Enum
from ssl import SSLContext
from typing import Any, ClassVar, Final, TypeAlias

import pytest

from asterisk_py_core import AsteriskError, LoginRejectedError, Supervised

__all__ = ["CANNOT", "Capability", "Client", "Harness", "needs"]

Client: TypeAlias = Supervised[Any]


class Capability(Enum):
    """What not every protocol can do; a test that needs it says so with :func:`needs`."""

    DIALS = "opens the connection to a peer it is told the address of"
    LOGIN = "logs in with a secret that the peer may refuse"
    TLS = "can be had over TLS"
    SENDS = "sends requests that the peer answers"
    HEARS = "gets events from the peer"
    ONE_LINK = "has one connection, whose state it shows and on which its requests depend"
    LATE_ANSWERS = "goes on with a connection on which an answer was given up"
    BULK = "has more to send than a connection takes at a time"
    HANDLERS = "calls a function of the program for what comes"


_NO_HANDLERS: Final = {
    Capability.HANDLERS: "events are iterated: whoever does something about one is a task of its own",
}

CANNOT: Final[Mapping[str, Mapping[Capability, str]]] = {
    "ami": _NO_HANDLERS,
    "agi": {
        Capability.DIALS: "Asterisk connects to the server, which waits on its own port",
        Capability.LOGIN: "FastAGI has no login (res/res_agi.c, launch_netscript)",
        Capability.TLS: "FastAGI has no TLS (res/res_agi.c, launch_netscript)",
        Capability.ONE_LINK: "what has a state is the listening socket; a command needs the connection of its call",
        Capability.LATE_ANSWERS: "an answer does not say what it answers, so a session that gave one up is over",
        Capability.BULK: "a session has one command at a time under way (ConcurrentCommandError), of 8 KiB at most",
    },
    "ari_http": {
        **_NO_HANDLERS,
        Capability.LATE_ANSWERS: "an answer comes by its request's own connection, which closes when it is given up",
    },
    "ari_websocket": _NO_HANDLERS,
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
    refusal: ClassVar[int] = errno.ECONNREFUSED
    """What the system says to a client whose peer is stopped."""
    unreachable: ClassVar[int] = errno.EHOSTUNREACH
    """What the system says after :meth:`cut_off`."""
    fatal_error: ClassVar[type[AsteriskError]] = LoginRejectedError
    """What :meth:`fail_for_good` makes of every try."""
    finds_silence_in: ClassVar[float | None] = None
    """Within how many seconds the client finds that its connection is half-open; None if it does not look for that."""

    # --- the peer ---

    @abstractmethod
    async def start_peer(self) -> None:
        """Listen, always on the same address; idempotent."""

    @abstractmethod
    async def stop_peer(self) -> None:
        """Close the port and every connection, and return when they are closed; idempotent."""

    async def aclose(self) -> None:
        """Stop the peer for good, and leave nothing of the harness behind."""
        await self.stop_peer()

    @abstractmethod
    def drop(self) -> None:
        """Close every connection as a peer does that ends (FIN)."""

    @abstractmethod
    def reset(self) -> None:
        """Break every connection as a peer does that crashed (RST)."""

    def cut_off(self) -> None:
        """Let the system of this test's loop find no way to any address."""

        async def sock_connect(*_: object) -> None:
            raise OSError(errno.EHOSTUNREACH, os.strerror(errno.EHOSTUNREACH))

        asyncio.get_running_loop().sock_connect = sock_connect  # type: ignore[method-assign,assignment]

    @abstractmethod
    def freeze(self) -> None:
        """Read and write nothing any more, and close nothing; new connections are accepted and hear nothing."""

    @abstractmethod
    def thaw(self) -> None:
        """Go on where :meth:`freeze` stopped."""

    @abstractmethod
    def reject_logins(self) -> None:
        """Refuse every login from now on."""

    def fail_for_good(self) -> None:
        """Make every try from now on fail in a way that no waiting mends."""
        self.reject_logins()

    @abstractmethod
    def talk_nonsense(self) -> None:
        """Greet newcomers with bytes that are not of the protocol."""

    @abstractmethod
    def speak_tls(self, context: SSLContext) -> None:
        """Speak TLS with *context* from the next start on; the peer has to be stopped."""

    @abstractmethod
    def behave(self) -> None:
        """Undo :meth:`reject_logins`, :meth:`fail_for_good` and :meth:`talk_nonsense`."""

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
    def accepted_logins(self) -> int:
        """How many logins have succeeded so far: from each on, :meth:`emit` is for that connection, too."""

    @property
    @abstractmethod
    def requests(self) -> int:
        """How many requests of :meth:`request` have reached the peer so far."""

    @abstractmethod
    async def wait_for_logins(self, count: int, *, timeout: float = 5.0) -> None:
        """Return when *count* logins have succeeded; TimeoutError after *timeout* seconds."""

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
    def peer(self) -> str:
        """Who is at the other end of the connection that the last request was about, as errors name it."""
        return self.address

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
    async def oversized_request(self, client: Client) -> object:
        """Ask for something that is larger than Asterisk reads."""

    @abstractmethod
    async def large_request(self, client: Client, **options: Any) -> object:
        """Ask for something of about 100 kB, so that a few of them fill the link."""

    # --- what becomes of a connection whose peer breaks the rules ---

    async def after_too_much(self, client: Client) -> BaseException | None:
        """Return what ends the connection on which :meth:`emit_too_much` sends."""
        states = client.states()
        self.emit_too_much()
        return (await states.recv()).cause

    async def after_nonsense(self, client: Client) -> BaseException | None:
        """Return what ends the connection of *client*, new, whose peer speaks something else."""
        self.talk_nonsense()
        try:
            await client.connect()
        except AsteriskError as error:
            return error
        return None

    async def after_handler_failure(self, client: Client, number: int) -> BaseException:
        """Send *number* to a handler that raises ZeroDivisionError, and return what *client* says about it."""
        raise NotImplementedError(Capability.HANDLERS.value)
