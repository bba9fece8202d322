"""How an Originate went, and what can be known before it to go wrong."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Final, Self

from asterisk_py_core.checks import shown
from asterisk_py_core.errors import InputError

from .protocol.event_mask import lets_calls_pass

if TYPE_CHECKING:
    from .events import OriginateResponse

__all__ = ["OriginateReason", "OriginateResult", "check_goal", "check_outcome_comes"]

_NUMBER: Final = re.compile(r"\s*([+-]?[0-9]{1,10})")


class OriginateReason(IntEnum):
    """What became of the called channel: the last control frame it sent (main/pbx.c, include/asterisk/frame.h)."""

    FAILED = 0
    """It could not be called at all, or refused."""
    HUNG_UP = 1
    """It was hung up before anybody answered."""
    RING = 2
    """It was still being called when the time was over."""
    RINGING = 3
    """It rang, and nobody answered in time."""
    ANSWERED = 4
    BUSY = 5
    CONGESTION = 8


@dataclass(frozen=True, slots=True)
class OriginateResult:
    """The outcome of an Originate: ``channel`` and ``uniqueid`` of the called channel, None if it did not answer.

    ``reason`` is a plain number where Asterisk gives one that has no name here. ``event`` is the OriginateResponse; if
    nobody answered, its ``channel`` is what was to be called.
    """

    channel: str | None
    uniqueid: str | None
    reason: OriginateReason | int
    event: OriginateResponse

    @property
    def answered(self) -> bool:
        """Whether the called channel answered, and so was sent to its extension or application."""
        return self.event.is_success

    @classmethod
    def of(cls, event: OriginateResponse) -> Self:
        """Read *event*."""
        code = event.reason
        reason = OriginateReason(code) if code in OriginateReason.__members__.values() else code
        channel, uniqueid = (event.channel, event.uniqueid) if event.is_success else (None, None)
        return cls(channel=channel, uniqueid=uniqueid, reason=reason, event=event)


def check_goal(
    *,
    exten: str | None,
    context: str | None,
    priority: int | str | None,
    application: str | None,
    data: str | None,
) -> None:
    """Refuse a call that Asterisk would make and then hang up on whoever answers it, for want of an extension.

    Raises:
        InputError: neither an extension (all three of it) nor an application is given, or parts of both are; or the
            priority is a number below 1, which Asterisk takes for none.
    """
    extension = {"exten": exten, "context": context, "priority": priority}
    missing = [name for name, value in extension.items() if value is None or value == ""]
    if application:
        if len(missing) < len(extension):
            raise InputError(field="application", problem="excludes exten, context and priority")
        return
    if missing:
        problem = "must be given: exten, context and priority, or an application"
        raise InputError(field=", ".join(missing), problem=problem)
    if data is not None:
        raise InputError(field="data", problem="is what an application gets, and none is given")
    if not _is_priority(priority):
        raise InputError(field="priority", problem=f"must be 1 or more, or a label, not {shown(priority)}")


def _is_priority(priority: object) -> bool:
    if isinstance(priority, str):
        # What begins with a number is one to Asterisk, whatever follows (main/manager.c, action_originate).
        number = _NUMBER.match(priority)
        return number is None or int(number[1]) >= 1
    return isinstance(priority, int) and not isinstance(priority, bool) and priority >= 1


def check_outcome_comes(mask: str) -> None:
    """Refuse to wait for an OriginateResponse that the event *mask* leaves out.

    Raises:
        InputError: *mask* is without class ``call``.
    """
    if not lets_calls_pass(mask):
        problem = "leaves out class call, and with it how a call went; send(Originate(...)) does not wait for that"
        raise InputError(field=f"the event mask {mask!r}", problem=problem)
