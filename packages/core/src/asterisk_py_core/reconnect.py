"""Reconnection as values: when to try again, and which states a connection goes through.

Nothing here waits; :mod:`.supervisor` does. The random source is an argument, so that a policy is a list of numbers in
a test.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final, Self

from .checks import check_number, shown
from .errors import InputError
from .event_bus import Event

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from random import Random

__all__ = ["ConnectionState", "ConnectionStateChanged", "ReconnectPolicy"]

# Two tries are never closer than this (seconds), whatever the policy and the dice say.
SHORTEST_DELAY: Final = 0.1


class ConnectionState(Enum):
    """Where a supervised connection stands."""

    DISCONNECTED = "disconnected"
    """Not started, or ended for good: a new client is made for a new run."""
    CONNECTING = "connecting"
    """A try is under way, login included."""
    CONNECTED = "connected"
    """Logged in; requests are accepted and events flow."""
    RECONNECTING = "reconnecting"
    """Waiting for the next try after a failure or a loss."""


TRANSITIONS: Final[Mapping[ConnectionState, frozenset[ConnectionState]]] = {
    ConnectionState.DISCONNECTED: frozenset({ConnectionState.CONNECTING}),
    ConnectionState.CONNECTING: frozenset(
        {ConnectionState.CONNECTED, ConnectionState.RECONNECTING, ConnectionState.DISCONNECTED}
    ),
    ConnectionState.CONNECTED: frozenset({ConnectionState.RECONNECTING, ConnectionState.DISCONNECTED}),
    ConnectionState.RECONNECTING: frozenset({ConnectionState.CONNECTING, ConnectionState.DISCONNECTED}),
}
"""Every legal move. A supervisor that makes another one has a defect, and raises RuntimeError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionStateChanged(Event):
    """A connection moved from *previous* to *state*; published on the client's own bus, in order with everything else.

    ``epoch`` counts the connections made so far, so two events with a state change to a new epoch between them may have
    others missing between them. ``attempt`` counts the retries since the connection was last stable. ``cause`` is what
    ended or prevented the connection. ``down_for`` is how many seconds ago it was lost (0.0 if it never was), and
    ``retry_in`` how many seconds until the next try, while reconnecting.
    """

    state: ConnectionState
    previous: ConnectionState
    epoch: int
    attempt: int
    cause: BaseException | None = None
    down_for: float = 0.0
    retry_in: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconnectPolicy:
    """When to try again; made by :meth:`exponential` (the default everywhere), :meth:`fixed` or :meth:`none`.

    The n-th delay, counted from 0, is ``d = min(max, initial * factor**n)`` seconds; of it the part *jitter* (0 to 1)
    is replaced by chance: with 1.0, full jitter, the delay is ``0.1 + uniform(0, d)``. Full jitter brings a lone client
    back soonest after a blip and spreads a thousand of them after a restart.

    *max_retries* bounds how many retries follow each other (None: no bound). The count begins anew, and so do the
    delays, after the connection has lasted *stable_after* seconds: accepting and dying is no proof of health.

    Raises:
        InputError: a number is negative, not finite, or does not go with the others; the message names the field.
    """

    initial: float = 1.0
    max: float = 30.0
    factor: float = 2.0
    jitter: float = 1.0
    max_retries: int | None = None
    stable_after: float = 30.0

    def __post_init__(self) -> None:
        check_number("initial", self.initial, at_least=SHORTEST_DELAY)
        check_number("max", self.max, at_least=self.initial)
        check_number("factor", self.factor, at_least=1.0)
        check_number("jitter", self.jitter, at_least=0.0, at_most=1.0)
        check_number("stable_after", self.stable_after, at_least=0.0)
        if self.max_retries is not None:
            _check_retries(self.max_retries)

    @classmethod
    def exponential(
        cls,
        initial: float = 1.0,
        max: float = 30.0,  # noqa: A002 - the field's name; nothing here needs the builtin
        *,
        factor: float = 2.0,
        jitter: float = 1.0,
        max_retries: int | None = None,
        stable_after: float = 30.0,
    ) -> Self:
        """Wait longer after each failure, from *initial* up to *max* seconds."""
        return cls(
            initial=initial,
            max=max,
            factor=factor,
            jitter=jitter,
            max_retries=max_retries,
            stable_after=stable_after,
        )

    @classmethod
    def fixed(
        cls, interval: float, *, jitter: float = 0.0, max_retries: int | None = None, stable_after: float = 30.0
    ) -> Self:
        """Wait *interval* seconds (at least 0.1) after each failure."""
        check_number("interval", interval, at_least=SHORTEST_DELAY)
        return cls(
            initial=interval,
            max=interval,
            factor=1.0,
            jitter=jitter,
            max_retries=max_retries,
            stable_after=stable_after,
        )

    @classmethod
    def none(cls) -> Self:
        """Never try again: the first failure or loss ends the connection."""
        return cls(max_retries=0)

    def delays(self, rng: Random) -> Iterator[float]:
        """Yield the seconds to wait before each retry, until there are no retries left."""
        step = self.initial
        retries = 0
        while self.max_retries is None or retries < self.max_retries:
            retries += 1
            chance = SHORTEST_DELAY + rng.uniform(0, step)
            yield max(SHORTEST_DELAY, (1 - self.jitter) * step + self.jitter * chance)
            # Multiplied step by step and capped each time: `factor**n` would overflow in a long outage.
            step = min(self.max, step * self.factor)


def _check_retries(value: object) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise InputError(field="max_retries", problem=f"must be None or an integer of at least 0, not {shown(value)}")
