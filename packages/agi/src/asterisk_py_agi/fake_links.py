"""How a fake call reaches its handler: through memory, or through a socket to a server."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["CallingSocket", "MemoryLink"]


class MemoryLink:
    """A link without a network: what is written arrives in the next turn of the loop."""

    address = "a fake call"

    def __init__(self, received: Callable[[bytes], object], lost: Callable[[], object]) -> None:
        self._loop = asyncio.get_running_loop()
        self._received = received
        self._closed: asyncio.Future[None] = self._loop.create_future()
        self._closed.add_done_callback(lambda _: lost())

    def write(self, data: bytes) -> None:
        """Send *data*."""
        self._loop.call_soon(self._received, data)

    def close(self) -> None:
        """End the session."""
        self._loop.call_soon(self._closed.set_result, None)

    async def wait_closed(self) -> None:
        """Return when it has ended."""
        await asyncio.wait((self._closed,))


class CallingSocket(asyncio.Protocol):
    """The connection of a call to a server."""

    def __init__(
        self,
        begin: Callable[[Callable[[bytes], object]], object],
        received: Callable[[bytes], object],
        closed: asyncio.Future[None],
    ) -> None:
        self._begin = begin
        self._received = received
        self._closed = closed

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Part of asyncio's protocol interface."""
        self._begin(cast("asyncio.Transport", transport).write)

    def data_received(self, data: bytes) -> None:
        """Part of asyncio's protocol interface."""
        self._received(data)

    def connection_lost(self, _: Exception | None) -> None:
        """Part of asyncio's protocol interface."""
        self._closed.set_result(None)
