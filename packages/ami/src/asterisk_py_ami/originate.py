"""How an Originate went, and what can be known before it to go wrong."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Final, Self

from asterisk_py_core.errors import InputError

if TYPE_CHECKING:
    from .events import OriginateResponse

__all__ = ["OriginateReason", "OriginateResult", "check_goal", "check_outcome_comes"]

# include/asterisk/manager.h, EVENT_FLAG_CALL.
_CALL: Final = 1 << 1


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


def check_goal(*, exten: str | None, context: str | None, priority: int | str | None, application: str | None) -> None:
    """Refuse a call that Asterisk would make and then hang up on whoever answers it, for want of an extension.

    Raises:
        InputError: neither an extension (all three of it) nor an application is given, or both are.
    """
    extension = {"exten": exten, "context": context, "priority": priority}
    missing = [name for name, value in extension.items() if value is None or value == ""]
    if application:
        if len(missing) < len(extension):
            raise InputError(field="application", problem="excludes exten, context and priority")
    elif missing:
        problem = "must be given: exten, context and priority, or an application"
        raise InputError(field=", ".join(missing), problem=problem)


def check_outcome_comes(mask: str) -> None:
    """Refuse an event mask without the class of OriginateResponse (main/manager.c, strings_to_mask).

    Raises:
        InputError: *mask* leaves out class ``call``.
    """
    if mask.isdecimal():
        comes = bool(int(mask) & _CALL)
    else:
        comes = mask.lower() in {"on", "yes", "true"} or not {"call", "all"}.isdisjoint(mask.split(","))
    if comes:
        return
    problem = "leaves out class call, and with it how a call went; send(Originate(...)) does not wait for that"
    raise InputError(field=f"the event mask {mask!r}", problem=problem)
