"""The WebSocket of events where Asterisk opened it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

import aiohttp

from .websocket import EventSocket

if TYPE_CHECKING:
    from asterisk_py_core.errors import AsteriskError

__all__ = ["OutboundSocket"]

# Asterisk closes with 1000 when the call is over that it had connected for, with 1001 when it stops.
_NORMAL: Final = (aiohttp.WSCloseCode.OK, aiohttp.WSCloseCode.GOING_AWAY)


class OutboundSocket(EventSocket):
    """A WebSocket that Asterisk opened. ``hung_up`` says whether it closed it normally, ``over`` that it has ended."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self.hung_up = False
        self.over = asyncio.Event()
        super().__init__(*args, **options)

    def _closed(self, message: aiohttp.WSMessage) -> AsteriskError:
        self.hung_up = message.type is aiohttp.WSMsgType.CLOSE and message.data in _NORMAL
        return super()._closed(message)

    def _end(self, cause: AsteriskError) -> None:
        super()._end(cause)
        self.over.set()
