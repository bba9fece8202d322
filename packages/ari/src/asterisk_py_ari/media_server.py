"""Where Asterisk brings its calls' audio: a server for ``WebSocket/NAME`` channels (websocket_client.conf)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asterisk_py_core.checks import check_count, check_timeout
from asterisk_py_core.errors import AsteriskError

from .accepting import AcceptingServer
from .media import FRAME_CAPACITY, MediaConnection
from .transport.acceptor import Acceptor
from .transport.media_socket import MAX_RECEIVED, PROTOCOL, MediaSocket

if TYPE_CHECKING:
    from ssl import SSLContext

    from aiohttp import web

    from asterisk_py_core.credentials import Credentials
    from asterisk_py_core.reconnect import ReconnectPolicy

    from .transport.acceptor import Visitor

__all__ = ["MediaServer"]


class MediaServer(AcceptingServer[MediaConnection]):
    """Accepts the media WebSockets that Asterisk opens: ``async for media in server`` is one call after the other.

    In websocket_client.conf ``uri`` is ``ws://HOST:PORT/media`` (*path*), ``protocols`` is ``media``, and ``username``
    and ``password`` are the *credentials*, if any: without them whoever reaches the port is let in, so keep it on this
    machine or behind a firewall. With *ssl*, a server's context, the URI is ``wss://``.

    The server has the states of a client: CONNECTED is listening. A port that is taken is tried again as *policy* says
    (the first time only with *retry_first*), and calls outlive the listening socket. More than *max_connections* calls
    at a time are refused, which is where the memory of a flood ends. Each connection keeps *frame_capacity* frames for
    a slow reader; *timeout* is in seconds, for its first message and for everything sent on it.

    Raises:
        InputError: an argument cannot be right.
    """

    def __init__(  # noqa: PLR0913 - the address, and options that all have names
        self,
        host: str = "127.0.0.1",
        port: int = 8765,
        *,
        path: str = "/media",
        credentials: Credentials | None = None,
        ssl: SSLContext | None = None,
        policy: ReconnectPolicy | None = None,
        retry_first: bool = False,
        max_connections: int = 256,
        frame_capacity: int = FRAME_CAPACITY,
        timeout: float = 10.0,
    ) -> None:
        check_count("frame_capacity", frame_capacity)
        check_timeout("timeout", timeout)
        self._path = path
        self._credentials = credentials
        self._options: dict[str, Any] = {"frame_capacity": frame_capacity, "timeout": timeout}
        self._calls: set[MediaConnection] = set()
        super().__init__(
            host,
            port,
            what="media server",
            ssl=ssl,
            policy=policy,
            retry_first=retry_first,
            max_connections=max_connections,
        )

    def _make_acceptor(self, limit: int) -> Acceptor:
        return Acceptor(
            self._take,
            self._refused,
            path=self._path,
            protocol=PROTOCOL,
            credentials=self._credentials,
            limit=limit,
            options={"max_msg_size": MAX_RECEIVED},
        )

    def _open_connections(self) -> set[MediaConnection]:
        return self._calls

    async def _take(self, websocket: web.WebSocketResponse[Any], visitor: Visitor) -> None:
        socket = MediaSocket(websocket, visitor.address, visitor.abort)
        try:
            media = await MediaConnection.begin(socket, parameters=visitor.parameters, **self._options)
        except AsteriskError as error:
            self._refused(visitor, f"did not begin as Asterisk does: {error}")
            return
        self._calls.add(media)
        try:
            self._connections.publish(media)
            await media.wait_closed()
        finally:
            self._calls.discard(media)
            await media.aclose()
