"""How an Originate went."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from .events import OriginateResponse
    from .protocol.message import AmiEvent

__all__ = ["OriginateReason", "OriginateResult"]


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
    """The outcome of an Originate: ``channel`` and ``uniqueid`` of the called channel, if it came to be, and why.

    ``reason`` is a plain number where Asterisk gives one that has no name here. ``event`` is the OriginateResponse.
    """

    channel: str | None
    uniqueid: str | None
    reason: OriginateReason | int
    event: AmiEvent

    @property
    def answered(self) -> bool:
        """Whether the called channel answered, and so was sent to its extension or application."""
        return self.event.get("Response", "").lower() == "success"

    @classmethod
    def of(cls, event: OriginateResponse) -> Self:
        """Read *event*."""
        code = event.reason
        reason = OriginateReason(code) if code in OriginateReason.__members__.values() else code
        return cls(channel=event.channel, uniqueid=event.uniqueid, reason=reason, event=event)
