"""ARI with asterisk-py-ari."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, ClassVar

from asterisk_py_ari import AriClient, AriEvent, Credentials
from tools.peers.runners.background import EventLoop
from tools.peers.runners.interface import AriRunner, Fields

from .listening import Listeners

__all__ = ["OursAri"]


class OursAri(AriRunner):
    """AriClient."""

    distribution: ClassVar[str] = "asterisk-py-ari"

    def __init__(self) -> None:
        self._background = EventLoop.shared()
        self._listeners = Listeners()
        self._client: AriClient | None = None
        self._ended: Future[None] = Future()
        self._listeners.add(self._listen_to_the_end)

    @property
    def client(self) -> AriClient:
        """The client, once there is an address to connect to."""
        assert self._client is not None
        return self._client

    def connect(self, url: str, username: str, secret: str) -> Future[None]:
        async def connect() -> None:
            self._client = AriClient(url, app="demo", credentials=Credentials(username, secret))
            self._listeners.begin(self._client)
            await self._client.connect()

        return self._background.run(connect())

    def listen(self, handler: Callable[[Fields], None]) -> None:
        self.listen_slowly(0.0, handler)

    def listen_slowly(self, seconds: float, handler: Callable[[Fields], None]) -> None:
        async def listen(events: Any) -> None:
            async for event in events:
                if isinstance(event, AriEvent):
                    handler(event.fields)
                    await asyncio.sleep(seconds)

        self._listeners.add(listen)

    async def _listen_to_the_end(self, events: Any) -> None:
        try:
            async for _ in events:
                pass
        except Exception as error:  # noqa: BLE001 - it is the reason
            self._ended.set_exception(error)
        else:
            self._ended.set_result(None)

    def get_channel(self, identifier: str) -> Future[Any]:
        return self._background.run(self.client.channels.get(identifier))

    def originate(self) -> Future[Any]:
        return self._background.run(self.client.channels.originate("Local/200@default", app="demo"))

    def hangup(self, identifier: str) -> Future[Any]:
        return self._background.run(self.client.channels.hangup(identifier))

    def ended(self) -> Future[None]:
        return self._ended

    def close(self) -> Future[None]:
        return self._background.run(self.client.aclose())
