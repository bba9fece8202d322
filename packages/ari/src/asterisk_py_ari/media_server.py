"""Where Asterisk brings its calls' audio: a server for ``WebSocket/NAME`` channels (websocket_client.conf)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from asterisk_py_core.checks import check_count

from .accepting import AcceptingServer
from .media import FRAME_CAPACITY, MediaConnection
from .transport.media_socket import HEARTBEAT, MAX_RECEIVED, SUBPROTOCOL, MediaSocket

if TYPE_CHECKING:
    from ssl import SSLContext

    from asterisk_py_core.credentials import Credentials
    from asterisk_py_core.reconnect import ReconnectPolicy

    from .transport.acceptor import Peer, Socket

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

    _subprotocol = SUBPROTOCOL
    _websocket_options: ClassVar = {"max_msg_size": MAX_RECEIVED, "heartbeat": HEARTBEAT}

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
        self._frame_capacity = check_count("frame_capacity", frame_capacity)
        super().__init__(
            host,
            port,
            path=path,
            credentials=credentials,
            ssl=ssl,
            policy=policy,
            retry_first=retry_first,
            max_connections=max_connections,
            timeout=timeout,
        )

    async def _begin(self, websocket: Socket, peer: Peer) -> MediaConnection:
        return await MediaConnection.begin(
            MediaSocket(websocket, peer.address, peer.abort),
            frame_capacity=self._frame_capacity,
            timeout=self._timeout,
            parameters=peer.parameters,
        )
