"""What `QueueStatus` lists, sorted by queue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .events import QueueEntry, QueueMember, QueueParams

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["QueueState", "by_queue"]


@dataclass(frozen=True, slots=True)
class QueueState:
    """A queue: its figures, who answers it, and who waits in it, the first caller first."""

    params: QueueParams
    members: tuple[QueueMember, ...]
    callers: tuple[QueueEntry, ...]

    @property
    def name(self) -> str:
        """The queue's name in queues.conf."""
        return self.params.queue


def by_queue(items: Sequence[QueueParams | QueueMember | QueueEntry]) -> list[QueueState]:
    """Return the queues in the order of *items*, which Asterisk sends queue after queue (apps/app_queue.c)."""
    return [
        QueueState(
            params,
            tuple(item for item in items if isinstance(item, QueueMember) and item.queue == params.queue),
            tuple(item for item in items if isinstance(item, QueueEntry) and item.queue == params.queue),
        )
        for params in items
        if isinstance(params, QueueParams)
    ]
