"""Which events Asterisk sends at all."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from asterisk_py_core.checks import shown
from asterisk_py_core.errors import InputError

from .events import EVENTS
from .protocol.requests import Request, segment

if TYPE_CHECKING:
    from .protocol.event import AriEvent

    Kind: TypeAlias = "type[AriEvent] | str"

__all__ = ["EventFilter"]

# Asterisk filters these like any event (res/stasis/app.c, stasis_app_event_allowed; seen on 22.10.1): answers would not
# come, and a client that was replaced would be deaf and not know it.
NEEDED: Final = ("ApplicationReplaced", "RESTResponse")


@dataclass(frozen=True, slots=True, init=False)
class EventFilter:
    """The types of events that an application wants, or does not: classes of :mod:`asterisk_py_ari.events`, or names.

    With *allowed*, only those are sent; never those that are *disallowed*. With neither, all are. The client itself
    cannot do without ``ApplicationReplaced`` and ``RESTResponse``, so those are always let through; to say what is gone
    after a reconnect it needs ``StasisStart`` and ``StasisEnd``, too.

    Raises:
        InputError: a type is no name, or one that the client needs is disallowed.
    """

    allowed: tuple[str, ...]
    disallowed: tuple[str, ...]

    def __init__(self, *, allowed: Iterable[Kind] = (), disallowed: Iterable[Kind] = ()) -> None:
        object.__setattr__(self, "allowed", _names("allowed", allowed))
        object.__setattr__(self, "disallowed", _names("disallowed", disallowed))
        if needed := set(self.disallowed) & set(NEEDED):
            raise InputError(field="disallowed", problem=f"must not have {min(needed)}, which the client needs")

    def request(self, application: str) -> Request:
        """Return the request that gives *application* this filter."""
        allowed = dict.fromkeys([*self.allowed, *NEEDED]) if self.allowed else ()
        body = {
            "allowed": [{"type": name} for name in allowed],
            "disallowed": [{"type": name} for name in self.disallowed],
        }
        return Request(
            operation="applications.filter",
            method="PUT",
            path=f"/applications/{segment('application', application)}/eventFilter",
            body=json.dumps(body).encode(),
        )


def _names(field: str, kinds: Iterable[Kind]) -> tuple[str, ...]:
    if isinstance(kinds, str) or not isinstance(kinds, Iterable):
        raise InputError(field=field, problem=f"must be several types, not {shown(kinds):.100}")
    return tuple(_name(field, kind) for kind in kinds)


def _name(field: str, kind: object) -> str:
    if isinstance(kind, str) and kind.isidentifier():
        return kind
    if isinstance(kind, type) and kind in EVENTS:
        return kind.__name__
    raise InputError(field=field, problem=f"must be event classes or their names, not {shown(kind):.100}")
