"""AMI clients for the Asterisk under test, and ways to wait for its events that have an end."""

import asyncio
import contextlib
import inspect
import secrets
import ssl
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Final, Self, TypeVar

from asterisk_py_ami import (
    AmiClient,
    AmiEvent,
    AsteriskError,
    ConnectionState,
    ConnectionStateChanged,
    Credentials,
    EventSubscription,
    NotSentError,
    ReconnectPolicy,
    RequestRejectedError,
    encode_variables,
)
from asterisk_py_ami.events import Hangup, Newchannel, OriginateResponse, UserEvent
from asterisk_py_ami.protocol.fields import Snapshot
from asterisk_py_ami.protocol.message import Message, event_class
from tests.live.tables import EventTable
from tools.asterisk import Asterisk

__all__ = [
    "LIMIT",
    "QUICKLY",
    "Call",
    "Watch",
    "client",
    "mark",
    "next_state",
    "originate",
    "read_all",
    "read_everything",
    "run_of",
    "trusting",
    "within",
]

T = TypeVar("T")
E = TypeVar("E", bound=AmiEvent)

LIMIT: Final = 60.0
"""Seconds after which something that must happen has not; only a test that fails waits that long."""

# Asterisk wakes a session for an event by a signal to its thread, and one that comes just before the thread begins to
# wait is lost (main/manager.c, get_input). The event then stays where it is until another one comes or the client says
# something. Seen once in 100,000 events on 22.10.1, more often on a busy machine.
_OVERDUE: Final = 1.0

QUICKLY: Final = ReconnectPolicy.fixed(0.1)


def client(pbx: Asterisk, name: str = "admin", *, secret: str | None = None, **options: Any) -> AmiClient:
    """Return a client that has not connected yet, for the user called *name*; over TLS if there is an ``ssl``."""
    user = pbx.user(name)
    address: dict[str, Any] = {"host": pbx.host, "port": pbx.ami_tls_port if options.get("ssl") else pbx.ami_port}
    return AmiClient(credentials=Credentials(user.username, secret or user.secret), **(address | options))


def trusting(pbx: Asterisk) -> ssl.SSLContext:
    """Return a TLS context that trusts *pbx* and nobody else."""
    return ssl.create_default_context(cafile=pbx.ca_file)


async def within(awaitable: Awaitable[T]) -> T:
    """Return what *awaitable* returns, if that is within the limit."""
    async with asyncio.timeout(LIMIT):
        return await awaitable


async def next_state(
    states: EventSubscription[ConnectionStateChanged], state: ConnectionState
) -> ConnectionStateChanged:
    """Return the next change to *state*."""
    async with asyncio.timeout(LIMIT):
        while (change := await states.recv()).state is not state:
            pass
        return change


async def run_of(states: EventSubscription[ConnectionStateChanged]) -> list[str]:
    """Return the names of all states of a run that has ended, or is about to."""
    names: list[str] = []
    async with asyncio.timeout(LIMIT):
        with contextlib.suppress(AsteriskError):  # What ended it comes last, and the caller knows it.
            while True:
                names += [change.state.name for change in await states.recv_batch()]
    return names


class Watch:
    """Keeps every event that a client receives from now on, so that what came early can be waited for too."""

    def __init__(self, ami: AmiClient) -> None:
        self.events: list[AmiEvent] = []
        self._ami = ami
        self._subscription = ami.events(AmiEvent)

    async def wait_for(self, kind: type[E], where: Callable[[E], bool] = lambda _: True, *, start: int = 0) -> E:
        """Return the first event of *kind* that *where* accepts, from number *start* on."""
        async with asyncio.timeout(LIMIT):
            while True:
                for event in self.events[start:]:
                    if isinstance(event, kind) and where(event):
                        return event
                start = len(self.events)
                await self._receive()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Receive until *condition* holds for what has come."""
        async with asyncio.timeout(LIMIT):
            while not condition():
                await self._receive()

    async def _receive(self) -> None:
        try:
            async with asyncio.timeout(_OVERDUE):
                self.events += await self._subscription.recv_batch()
        except TimeoutError:
            with contextlib.suppress(NotSentError):
                await self._ami.ping()

    async def call_over(self, action_id: str) -> OriginateResponse:
        """Wait until the call that *action_id* originated is answered or refused and no channel is left."""
        response = await self.answer(action_id)
        await self.until(lambda: not self.open_channels())
        return response

    async def answer(self, action_id: str) -> OriginateResponse:
        return await self.wait_for(OriginateResponse, lambda event: event.action_id == action_id)

    async def user_event(self, name: str, where: Callable[[UserEvent], bool] = lambda _: True) -> UserEvent:
        return await self.wait_for(UserEvent, lambda event: event.user_event == name and where(event))

    def open_channels(self) -> set[str]:
        """Return the unique ids of the channels that came and did not go."""
        came = {event.uniqueid for event in self.of(Newchannel)}
        return came - {event.uniqueid for event in self.of(Hangup)}

    def of(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]


async def mark(ami: AmiClient, watch: Watch) -> UserEvent:
    """Send an event of our own and wait for it: what the session's earlier actions brought has come before it."""
    name = f"Mark{secrets.token_hex(4)}"
    await ami.send("UserEvent", {"UserEvent": name})
    return await watch.user_event(name)


async def until_quiet(ami: AmiClient) -> None:
    """Return when no call is up: the test before may have left one that ends by itself."""
    with ami.events(Hangup) as hangups:
        while await ami.collect("CoreShowChannels"):
            await within(hangups.recv())


async def originate(
    ami: AmiClient,
    channel: str,
    exten: str = "answer",
    *,
    variables: Mapping[str, str] | None = None,
    timeout: float = LIMIT,
) -> str:
    """Call *channel* and send it to *exten* in the scenarios; returns the ActionID, which its answer carries."""
    headers: dict[str, str | int | list[str]] = {
        "Channel": channel,
        "Context": "scenarios",
        "Exten": exten,
        "Priority": 1,
        "Timeout": round(timeout * 1000),
        "Async": True,
        "Variable": encode_variables(variables or {}),
    }
    response = await ami.send("Originate", headers)
    assert response.action_id is not None
    return response.action_id


def read_everything(source: Message | Snapshot) -> int:
    """Read every attribute that the class of *source* describes, and return how many those are."""
    count = 0
    for name in dir(type(source)):
        declared = inspect.getattr_static(type(source), name)
        if name.startswith("_") or inspect.isroutine(declared) or not hasattr(declared, "__get__"):
            continue
        value = getattr(source, name)
        count += 1 + (read_everything(value) if isinstance(value, Snapshot) else 0)
    return count


def read_all(events: Iterable[AmiEvent], table: EventTable) -> set[str]:
    """Read every attribute of every event and count them in *table*; returns the errors, of which there are none."""
    errors: set[str] = set()
    for event in events:
        assert type(event) is event_class(event.name)
        try:
            read_everything(event)
        except AsteriskError as error:
            errors.add(f"{error}: {event.raw!r}")
        table[event.name, type(event) is not AmiEvent] += 1
    return errors


class Call:
    """A call under way; on the way out it is hung up, if nobody has done so, and over."""

    def __init__(self, ami: AmiClient, channel: str, exten: str = "answer", **variables: str) -> None:
        self._ami = ami
        self._channel = channel
        self._exten = exten
        self._variables = variables
        self.watch = Watch(ami)
        self.response: OriginateResponse

    async def __aenter__(self) -> Self:
        action_id = await originate(self._ami, self._channel, self._exten, variables=self._variables)
        self.response = await self.watch.answer(action_id)
        assert self.response.is_success, self.response
        return self

    async def __aexit__(self, *_: object) -> None:
        with contextlib.suppress(RequestRejectedError):  # No such channel.
            await self._ami.send("Hangup", {"Channel": self.response.channel})
        await self.watch.wait_for(Hangup, lambda event: event.uniqueid == self.response.uniqueid)

    @property
    def channel(self) -> str:
        """The channel that was called."""
        assert self.response.channel is not None
        return self.response.channel

    async def sees(self, kind: type[E], where: Callable[[E], bool] = lambda _: True) -> E:
        """Wait for an event that *where* accepts and that is of this call, or of no call at all."""
        ours = {None, self.response.uniqueid}
        return await self.watch.wait_for(kind, lambda event: event.get("Linkedid") in ours and where(event))

    async def sees_one_called(self, name: str) -> AmiEvent:
        return await self.sees(AmiEvent, lambda event: event.name == name)
