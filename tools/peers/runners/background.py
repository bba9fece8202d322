"""Calls that may never return, and event loops that may stand still, kept off the thread that judges them."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, ClassVar, TypeVar

__all__ = ["EventLoop", "call", "waiting"]

T = TypeVar("T")


def call(function: Callable[..., T], *arguments: Any, **options: Any) -> Future[T]:
    """Call *function* on a thread of its own."""
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(function(*arguments, **options))
        except BaseException as error:  # noqa: BLE001 - it is the result
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future


def waiting(started: Callable[[], None]) -> Callable[[object], None]:
    """Return a handler that calls *started* and keeps its thread for ever."""

    def handler(_: object) -> None:
        started()
        threading.Event().wait()

    return handler


class EventLoop:
    """The asyncio loop of this process, on a thread of its own."""

    _shared: ClassVar["EventLoop | None"] = None

    @classmethod
    def shared(cls) -> "EventLoop":
        """Return the one loop: several clients cost several loops only where a library makes them."""
        if cls._shared is None:
            cls._shared = cls()
        return cls._shared

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self._run, daemon=True).start()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> Future[T]:
        """Run *coroutine* there."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop)

    def tasks(self) -> int:
        """Return how many tasks there are."""
        return len(asyncio.all_tasks(self.loop))

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()
