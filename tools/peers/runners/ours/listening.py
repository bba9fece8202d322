"""What our users write around a client: a task for each subscription, which is made before connecting."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeAlias

from asterisk_py_core.event_bus import EventSubscription
from asterisk_py_core.supervised import Supervised

__all__ = ["Listener", "Listeners"]

Listener: TypeAlias = Callable[[EventSubscription[Any]], Coroutine[Any, Any, None]]


class Listeners:
    """Those that were asked for before there was a client."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []
        self._tasks: list[asyncio.Task[None]] = []

    def add(self, listener: Listener) -> None:
        """Have *listener* read a subscription of its own."""
        self._listeners.append(listener)

    def begin(self, client: Supervised[Any]) -> None:
        """Subscribe them all to *client*, in its event loop."""
        self._tasks += [asyncio.create_task(listener(client.events())) for listener in self._listeners]
