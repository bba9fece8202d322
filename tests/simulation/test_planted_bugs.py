"""A simulation that finds nothing proves nothing: each of these bugs in AGI is found by one of a few seeds."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Final

import pytest

from asterisk_py_agi import AgiSession
from asterisk_py_agi.exchange import Exchange
from asterisk_py_agi.protocol.session import Conversation
from asterisk_py_agi.service import Service
from asterisk_py_core import listener
from tests.simulation.seeds import simulate

SEEDS = range(5)


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


def refuses_silently(_: Service, exchange: Exchange, *__: object, **___: object) -> None:
    exchange.close(failed=True)


def run_seeds() -> None:
    for seed in SEEDS:
        simulate("agi", seed)


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
    "arguments are logged": ((Exchange, "start", logs_what_it_sends), "I6"),
}


@pytest.mark.parametrize("bug", BUGS)
def test_a_planted_bug_is_found(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    patch, finding = BUGS[bug]
    monkeypatch.setattr(*patch, raising=False)
    with pytest.raises(AssertionError, match=finding) as found:
        run_seeds()
    assert "replay with: make simulation SEED=" in found.value.__notes__[0]
