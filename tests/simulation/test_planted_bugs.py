"""A simulation that finds nothing proves nothing: each of these bugs is found by one of a few seeds."""

import asyncio
import gc
import logging
import warnings
from collections.abc import Awaitable, Callable, Iterator
from types import SimpleNamespace
from typing import Any, Final

import pytest

from asterisk_py_agi import AgiSession
from asterisk_py_agi.exchange import Exchange
from asterisk_py_agi.protocol.session import Conversation
from asterisk_py_agi.service import Service
from asterisk_py_ami import client as ami_client
from asterisk_py_ami import connection as ami_connection
from asterisk_py_ari.transport import websocket
from asterisk_py_core import ConnectionState, NotSentError, OutcomeUnknownError, listener, pending, supervisor
from asterisk_py_core.stream import Stream
from tests.simulation.seeds import simulate

SEEDS = range(5)


@pytest.fixture(autouse=True)
def _nothing_is_left_for_other_tests() -> Iterator[None]:
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # Sockets that a bug has left open.
        gc.collect()


def nothing(*_: object, **__: object) -> None:
    """Stand for what a bug leaves out."""


async def nothing_async(*_: object, **__: object) -> None:
    """Stand for it, where it is awaited."""


def goes_on_after_giving_up(self: Exchange, _waiter: object, _reason: str) -> None:
    self._waiter = None
    self.conversation.take_back()


def with_room_for(by: int) -> Callable[..., None]:
    def make(self: Service, *, max_sessions: int, **options: Any) -> None:
        make_service(self, max_sessions=max(1, max_sessions + by), **options)

    return make


def logs_what_it_sends(self: Exchange, command: str, args: tuple[str | float, ...] = ()) -> asyncio.Future[Any]:
    logging.getLogger(__name__).debug("%s %s", command, args)
    return start(self, command, args)


def succeeds_always(self: Exchange, *, failed: bool = False) -> None:
    del failed
    close(self)


def refuses_silently(_: Service, refused: Exchange, *__: object, **___: object) -> None:
    refused.close(failed=True)


def run_seeds(protocol: str = "agi") -> None:
    for seed in SEEDS:
        simulate(protocol, seed)


def patient(self: Service, **options: Any) -> None:
    make_service(self, **options | {"environment_timeout": 3600.0})


start, close, make_service = Exchange.start, Exchange.close, Service.__init__
BUGS: Final[dict[str, tuple[tuple[object, str, object], str]]] = {
    "an answer that was given up goes to the next command": (
        (Exchange, "abandon", goes_on_after_giving_up),
        r"I2: .* got the answer .*, not ",
    ),
    "a forged answer behind a long one goes to the next command": (
        (AgiSession, "_look_for_more", nothing_async),
        r"I2: .* got the answer ",
    ),
    "bytes that answer nothing are ignored": ((Exchange, "fail", nothing), "was answered, and is still waited for"),
    "the end of a connection is not told": ((Exchange, "connection_lost", nothing), "is gone, and has not hung up"),
    "a hangup is not told": ((Exchange, "_hang_up", nothing), "nobody heard it|has not hung up"),
    "a line HANGUP is not heard": (
        (Conversation, "hungup", property(lambda _: False, nothing)),
        "hung up, and nobody heard it",
    ),
    "a caller that vanished is never missed": ((listener, "set_options", nothing), "and nobody has found out"),
    "a stranger may take his time": ((Service, "__init__", patient), "has described no call in"),
    "one session too many is let in": ((Service, "__init__", with_room_for(1)), "handlers run, and . may|sessions"),
    "a call is refused while there is room": ((Service, "__init__", with_room_for(-1)), "was refused, with . of"),
    "closing leaves the calls alone": ((Service, "drain", nothing_async), "the events go on|outlive|I3"),
    "a failure is told as a success": ((Exchange, "close", succeeds_always), "has heard something else"),
    "a failure is published to nobody": ((Service, "_failed", nothing), "had no failure"),
    "a refusal is published to nobody": ((Service, "_refuse", refuses_silently), "has no end: ''"),
    "what may have been done is said to be unsent": ((pending, "OutcomeUnknownError", NotSentError), "I2: .* unsent"),
    "arguments are logged": ((Exchange, "start", logs_what_it_sends), "I6"),
}


@pytest.mark.parametrize("bug", BUGS)
def test_a_planted_bug_is_found(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    patch, finding = BUGS[bug]
    monkeypatch.setattr(*patch, raising=False)
    with pytest.raises(AssertionError, match=finding) as found:
        run_seeds()
    assert "replay with: make simulation SEED=" in found.value.__notes__[0]


# --- clients ---


def sends_again(send: Callable[..., Awaitable[object]]) -> Callable[..., Awaitable[object]]:
    async def send_again(self: Any, *args: Any, **options: Any) -> object:
        try:
            return await send(self, *args, **options)
        except OutcomeUnknownError:
            await self.wait_for(ConnectionState.CONNECTED)
            return await send(self, *args, **options)

    return send_again


def loses_the_first(self: websocket.EventSocket, deliver: Callable[[Any], object]) -> None:
    del self._early[:1]
    deliver_to(self, deliver)


def is_deaf(self: ami_connection.AmiConnection, _deliver: Callable[[Any], object]) -> None:
    self._deliver = nothing


async def serves_epoch_one(self: supervisor.Supervisor[Any], *args: Any, **options: Any) -> Any:
    self._epoch = 0
    return await serve(self, *args, **options)


async def waits_less(delay: float) -> None:
    await asyncio.sleep(delay / 2)


def is_back_from_the_dead(self: supervisor.Supervisor[Any], cause: Exception | None) -> None:
    end(self, cause)
    if cause is not None:
        self._move(ConnectionState.CONNECTING)


async def waits_for_ever(_: object) -> None:
    await asyncio.Event().wait()


async def spins(*_: object) -> None:
    while True:  # noqa: ASYNC110 - that is the bug
        await asyncio.sleep(0)


deliver_to, serve, end = (
    websocket.EventSocket.deliver_to,
    supervisor.Supervisor._serve_until_lost,
    supervisor.Supervisor._end,
)
CLIENT_BUGS: Final[dict[str, tuple[str, tuple[object, str, object], str]]] = {
    "a lost action is sent again": (
        "ami",
        (ami_client.AmiClient, "_request", sends_again(ami_client.AmiClient._request)),
        r"I2: of \d+ requests",
    ),
    "what may have been done is said to be unsent": ("ami", (pending, "OutcomeUnknownError", NotSentError), "I2: of"),
    "a request outlives its connection": (
        "ami",
        (pending.PendingRequests, "end", nothing),
        "I2: .* did not end with the client",
    ),
    "what came before the report is lost": (
        "ari_websocket",
        (websocket.EventSocket, "deliver_to", loses_the_first),
        "I7: event .* was not the first",
    ),
    "nobody hears the events": (
        "ami",
        (ami_connection.AmiConnection, "deliver_to", is_deaf),
        r"I7: all is well, and of .* only \[\] came",
    ),
    "the epoch stays": ("ari_http", (supervisor.Supervisor, "_serve_until_lost", serves_epoch_one), "I5|I7"),
    "the next try comes sooner than announced": (
        "ari_http",
        (supervisor, "asyncio", SimpleNamespace(**vars(asyncio) | {"sleep": waits_less})),
        "I4: .* were waited",
    ),
    "the end is not the end": (
        "ami",
        (supervisor.Supervisor, "_end", is_back_from_the_dead),
        "all is well, and the client is ConnectionState.CONNECTING",
    ),
    "a silent AMI is never missed": ("ami", (ami_client, "PING_AFTER", 1e9), "a silent link is taken for alive"),
    "a silent ARI is never missed": ("ari_http", (websocket, "PING_AFTER", 1e9), "a silent link is taken for alive"),
    "a closed connection stays": ("ami", (Stream, "close", nothing), "I3: a connection outlives"),
    "closing never returns": ("ami", (supervisor.Supervisor, "aclose", waits_for_ever), "it has no end"),
    "the keepalive spins": ("ami", (ami_client, "_probe", spins), "no time has passed"),
    "a secret is logged": ("ami", (ami_connection, "mask_action", bytes), "I6"),
}


@pytest.mark.parametrize("bug", CLIENT_BUGS)
def test_a_bug_planted_in_a_client_is_found(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    protocol, patch, finding = CLIENT_BUGS[bug]
    monkeypatch.setattr(*patch)
    with pytest.raises(AssertionError, match=finding) as found:
        run_seeds(protocol)
    assert f"PROTOCOL={protocol}" in found.value.__notes__[0]
