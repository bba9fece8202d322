"""Reading subscriptions in a test: so many events, the steps of the connection, the numbers a peer sent."""

from collections.abc import Awaitable, Callable
from typing import Any, Final, NamedTuple, TypeAlias

from asterisk_py_core import (
    ConnectionState,
    ConnectionStateChanged,
    EventSubscription,
    ReconnectPolicy,
)
from tests.contract.harness import Client, Harness

__all__ = [
    "QUICKLY",
    "C",
    "Connect",
    "D",
    "K",
    "MakeClient",
    "R",
    "Step",
    "ended",
    "is_next",
    "numbers_and_states",
    "step",
    "steps",
    "take",
]

D: Final = ConnectionState.DISCONNECTED
C: Final = ConnectionState.CONNECTING
K: Final = ConnectionState.CONNECTED
R: Final = ConnectionState.RECONNECTING

# All the moves there are: "close" leads from each state to D, and D is where a run ends as well as where it begins.
MOVES: Final = {(D, C), (C, K), (C, R), (C, D), (K, R), (K, D), (R, C), (R, D)}

# As fast as a policy may be: a tenth of a second between two tries.
QUICKLY: Final = ReconnectPolicy.fixed(0.1)

MakeClient: TypeAlias = Callable[..., Client]
Connect: TypeAlias = Callable[..., Awaitable[Client]]


class Step(NamedTuple):
    """What a test says about a change of state."""

    state: ConnectionState
    epoch: int
    attempt: int = 0


async def take(subscription: EventSubscription[Any], count: int) -> list[Any]:
    return [await subscription.recv() for _ in range(count)]


def step(change: ConnectionStateChanged) -> Step:
    return Step(change.state, change.epoch, change.attempt)


async def steps(states: EventSubscription[ConnectionStateChanged], count: int) -> list[Step]:
    return [step(change) for change in await take(states, count)]


async def numbers_and_states(
    protocol: Harness, events: EventSubscription[Any], count: int
) -> list[int | ConnectionState]:
    """Return the next *count* events that are changes of state or came from :meth:`Harness.emit`."""
    seen: list[int | ConnectionState] = []
    while len(seen) < count:
        event = await events.recv()
        if isinstance(event, ConnectionStateChanged):
            seen.append(event.state)
        elif (number := protocol.number_of(event)) is not None:
            seen.append(number)
    return seen


def is_next(before: ConnectionStateChanged | None, change: ConnectionStateChanged) -> bool:
    """Whether *change* can follow *before*, None being the beginning."""
    state, epoch, attempt = (D, 0, 0) if before is None else step(before)
    return (
        change.previous is state
        and (change.previous, change.state) in MOVES
        and change.epoch == epoch + (change.state is K)
        and change.attempt in ((attempt + 1, 1) if change.state is R else (attempt,))
        and (change.retry_in is not None) == (change.state is R)
        and (before is None or before.state is not D)
    )


async def ended(client: Client) -> BaseException | None:
    """Wait for the end of *client*'s run, and return what ended it."""
    states = client.states()
    try:
        async for _ in states:
            pass
    except Exception as error:  # noqa: BLE001 - whatever it is, that is the question
        return error
    return None
