"""aioari: ARI on asyncio."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from importlib import import_module
from typing import Any, ClassVar

from .described import DescribedAriRunner
from .interface import Fields

__all__ = ["AioariAri"]


class AioariAri(DescribedAriRunner):
    """``client.on_event(...)`` and ``await client.run(apps=...)``, as in its documentation."""

    distribution: ClassVar[str] = "aioari"

    def __init__(self) -> None:
        super().__init__()
        self._callbacks: list[Callable[[Any], Any]] = []

    def connect(self, url: str, username: str, secret: str) -> Future[None]:
        async def connect() -> None:
            self._client = await import_module("aioari").connect(url, username, secret)
            for callback in self._callbacks:
                self._client.on_event("*", callback)
            self._run = self._background.run(self._client.run(apps="demo"))
            # It runs for as long as it is connected; what is wrong at once is how connecting failed.
            async with asyncio.timeout(5.0):
                while not self._client.websockets and not self._run.done():  # noqa: ASYNC110 - it has no event
                    await asyncio.sleep(0.01)
            if self._run.done():
                self._run.result()

        return self._background.run(connect())

    def listen(self, handler: Callable[[Fields], None]) -> None:
        self._callbacks.append(handler)

    def listen_slowly(self, seconds: float, handler: Callable[[Fields], None]) -> None:
        async def callback(event: Any) -> None:
            handler(event)
            await asyncio.sleep(seconds)

        self._callbacks.append(callback)

    def close(self) -> Future[None]:
        return self._background.run(self._client.close())
