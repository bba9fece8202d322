"""asyncari: ARI on anyio."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from importlib import import_module
from typing import Any, ClassVar

from .background import EventLoop
from .interface import AriRunner, Fields

__all__ = ["AsyncariAri"]


class AsyncariAri(AriRunner):
    """``async with connect(...) as client`` and ``async for event in client``, as in its documentation."""

    distribution: ClassVar[str] = "asyncari"

    def __init__(self) -> None:
        self._background = EventLoop.shared()
        self._handlers: list[tuple[Callable[[Fields], None], float]] = []
        self._client: Any = None
        self._run: Future[None] | None = None
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

    def get_channel(self, identifier: str) -> Future[Any]:
        async def get() -> Any:
            return await self._client.channels.get(channelId=identifier)

        return self._background.run(get())

    def originate(self) -> Future[Any]:
        async def originate() -> Any:
            return await self._client.channels.originate(endpoint="Local/200@default", app="demo")

        return self._background.run(originate())

    def hangup(self, identifier: str) -> Future[Any]:
        async def hangup() -> Any:
            return await self._client.channels.hangup(channelId=identifier)

        return self._background.run(hangup())

    def ended(self) -> Future[None]:
        assert self._run is not None
        return self._run

    def close(self) -> Future[None]:
        async def close() -> None:
            # Out of the `async with`, which is what closes it.
            assert self._task is not None
            self._task.cancel()
            await asyncio.wait([self._task])

        return self._background.run(close())
