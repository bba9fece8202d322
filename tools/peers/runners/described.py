"""What aioari and asyncari share: operations named by Asterisk's own description of them, on one event loop."""

from concurrent.futures import Future
from typing import Any

from .background import EventLoop
from .interface import AriRunner

__all__ = ["DescribedAriRunner"]


class DescribedAriRunner(AriRunner):
    """A library whose ``client.channels`` and the like are made from Asterisk's ``/ari/api-docs``."""

    def __init__(self) -> None:
        self._background = EventLoop.shared()
        self._client: Any = None
        self._run: Future[None] | None = None

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
