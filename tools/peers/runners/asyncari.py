"""asyncari: ARI on anyio."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from importlib import import_module
from typing import ClassVar

from .described import DescribedAriRunner
from .interface import Fields

__all__ = ["AsyncariAri"]


class AsyncariAri(DescribedAriRunner):
    """``async with connect(...) as client`` and ``async for event in client``, as in its documentation."""

    distribution: ClassVar[str] = "asyncari"

    def __init__(self) -> None:
        super().__init__()
        self._handlers: list[tuple[Callable[[Fields], None], float]] = []
        self._task: asyncio.Task[None] | None = None

    def connect(self, url: str, username: str, secret: str) -> Future[None]:
        ready: Future[None] = Future()

        async def run() -> None:
            self._task = asyncio.current_task()
            try:
                async with import_module("asyncari").connect(url, "demo", username, secret) as client:
                    self._client = client
                    events = aiter(client)
                    ready.set_result(None)
                    async for event in events:
                        for handler, seconds in self._handlers:
                            handler(event._orig_msg)
                            await asyncio.sleep(seconds)
            except BaseException as error:
                if not ready.done():
                    ready.set_exception(error)
                raise

        self._run = self._background.run(run())
        return ready

    def listen(self, handler: Callable[[Fields], None]) -> None:
        self.listen_slowly(0.0, handler)

    def listen_slowly(self, seconds: float, handler: Callable[[Fields], None]) -> None:
        self._handlers.append((handler, seconds))

    def close(self) -> Future[None]:
        async def close() -> None:
            # Out of the `async with`, which is what closes it.
            assert self._task is not None
            self._task.cancel()
            await asyncio.wait([self._task])

        return self._background.run(close())
