"""ari-client: ARI on asyncio, with websockets, httpx and pydantic."""

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import Future
from importlib import import_module
from typing import Any, ClassVar
from urllib.parse import urlsplit

from tools.peers.outcome import NotOffered

from .background import EventLoop
from .interface import AriRunner, Fields

__all__ = ["AriClientAri"]


class AriClientAri(AriRunner):
    """``@client.on_channel_userevent`` and ``await client.connect(app=...)``, as in its documentation."""

    distribution: ClassVar[str] = "ari_client"

    def __init__(self) -> None:
        self._background = EventLoop.shared()
        self._handler: Callable[[Any], Any] | None = None
        self._client: Any = None

    def connect(self, url: str, username: str, secret: str) -> Future[None]:
        async def connect() -> None:
            address = urlsplit(url)
            self._client = import_module("ari_client").AriClient(
                host=address.hostname, port=address.port, ari_user=username, ari_password=secret
            )
            if self._handler is not None:
                for kind in ("ChannelUserevent", "ApplicationReplaced"):
                    self._client.on_event(kind)(self._handler)
            await self._client.connect(app="demo")

        return self._background.run(connect())

    def listen(self, handler: Callable[[Fields], None]) -> None:
        self.listen_slowly(0.0, handler)

    def listen_slowly(self, seconds: float, handler: Callable[[Fields], None]) -> None:
        if self._handler is not None:
            raise NotOffered("one handler for each type of event")

        async def handle(event: Any) -> None:
            handler(event.model_dump(mode="json"))
            await asyncio.sleep(seconds)

        self._handler = handle

    def get_channel(self, identifier: str) -> Future[Any]:
        async def get() -> Any:
            return await self._client.ari.get_channel(identifier)

        return self._background.run(get())

    def originate(self) -> Future[Any]:
        async def originate() -> Any:
            return await self._client.ari.originate("Local/200@default")

        return self._background.run(originate())

    def hangup(self, identifier: str) -> Future[Any]:
        async def hangup() -> Any:
            return await self._client.ari.hangup_channel(identifier)

        return self._background.run(hangup())

    def ended(self) -> Future[None]:
        async def ended() -> None:
            await asyncio.shield(self._client.event_listener)

        future = self._background.run(ended())
        with contextlib.suppress(BaseException):
            future.exception(0.1)  # What has ended shows now.
        return future

    def close(self) -> Future[None]:
        async def close() -> None:
            await self._client.disconnect()

        return self._background.run(close())
