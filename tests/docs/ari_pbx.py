"""An Asterisk for the examples that speak ARI, in every direction: it answers, it sends a call, and it calls itself.

What connects to Asterisk meets :class:`FakeAriServer` and :class:`MediaPbx`; what Asterisk connects to meets a peer
that writes what Asterisk does (22.10.1), and is content once it was served.
"""

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from typing import Any, Final, Self

import aiohttp
from aiohttp import web

from asterisk_py_ari import AriClient, AriServer, MediaConnection, MediaServer
from asterisk_py_ari.testing import FakeAriServer, ReceivedRequest, Reply

__all__ = [
    "CONNECTION_ID",
    "MediaPbx",
    "Peers",
    "ari_server_of",
    "client_of",
    "media_connection_of",
    "media_server_of",
    "teach",
]

CONNECTION_ID: Final = "5b3f3c2d"
MEDIA_START: Final = (
    f"MEDIA_START connection_id:{CONNECTION_ID} channel:WebSocket/media/0x1 channel_id:1.0 format:ulaw "
    "optimal_frame_size:160 ptime:20"
)
FRAME: Final = b"\xff" * 160
STAMP: Final = "2026-11-25T16:11:47.606+0000"
CHANNEL: Final = {
    "id": "1795623107.1",
    "name": "PJSIP/alice-00000001",
    "state": "Ring",
    "protocol_id": "",
    "caller": {"name": "Alice", "number": "200"},
    "connected": {"name": "", "number": ""},
    "accountcode": "",
    "dialplan": {"context": "default", "exten": "600", "priority": 1, "app_name": "Stasis", "app_data": "demo"},
    "creationtime": "2026-11-25T16:11:47.104+0000",
    "language": "en",
}
PLAYBACK: Final = {"id": "1", "media_uri": "sound:beep", "target_uri": "channel:1795623107.1", "state": "queued"}
Peer = Callable[[int], Awaitable[None]]


def teach(pbx: FakeAriServer) -> None:
    """Have *pbx* answer what the examples ask: whom they call is there and answers."""

    def originate(request: ReceivedRequest) -> Reply:
        channel = {**CHANNEL, "id": request.path.removeprefix("/channels/")}
        pbx.emit_event("StasisStart", application="demo", args=[], channel=channel)
        return Reply(200, json.dumps(channel).encode())

    pbx.on("POST", "/channels/*", originate)
    pbx.on("POST", "/channels/*/answer", Reply(204))
    pbx.on("POST", "/channels/*/play*", Reply(201, json.dumps(PLAYBACK).encode()))


def client_of(pbx: FakeAriServer) -> type[AriClient]:
    """Return a client class that connects to *pbx* wherever it is told to; who subscribes gets a call."""

    class LocalClient(AriClient):
        def __init__(self, url: str = "http://127.0.0.1:8088", **options: Any) -> None:
            super().__init__(pbx.url if url.endswith(":8088") else url, **options)

        def events(self, *types: Any, **options: Any) -> Any:
            subscription = super().events(*types, **options)
            loop = asyncio.get_running_loop()
            loop.call_soon(lambda: pbx.emit_event("StasisStart", application="demo", args=[], channel=CHANNEL))
            return subscription

    return LocalClient


# --- where Asterisk connects to the example ---


class Peers:
    """What has connected to the servers of an example."""

    def __init__(self) -> None:
        self.started: list[asyncio.Task[None]] = []

    def start(self, peer: Awaitable[None]) -> None:
        """Let *peer* begin."""
        self.started.append(asyncio.ensure_future(peer))

    async def satisfied(self) -> None:
        """Return when all of them got what they came for; raise what one of them missed."""
        await asyncio.gather(*self.started)


def media_server_of(peers: Peers) -> type[MediaServer]:
    """Return a server class that gets a call as soon as it listens, on a free port instead of 8765."""

    class LocalServer(MediaServer):
        def __init__(self, **options: Any) -> None:
            super().__init__(**options | {"port": 0})

        async def connect(self) -> None:
            await super().connect()
            peers.start(speak(self.port))

    return LocalServer


async def speak(port: int) -> None:
    """Say one frame, and hear it again."""
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"http://127.0.0.1:{port}/media", protocols=("media",)) as websocket,
    ):
        await websocket.send_str(MEDIA_START)
        await websocket.send_bytes(FRAME)
        while (message := await websocket.receive()).type is aiohttp.WSMsgType.TEXT:
            pass  # What the connection has to arrange with Asterisk before it speaks.
        assert message.data == FRAME


def ari_server_of(peers: Peers) -> type[AriServer]:
    """Return a server class to which the application ``demo`` is connected as soon as it listens, with a call."""

    class LocalServer(AriServer):
        def __init__(self, **options: Any) -> None:
            login = options["credentials"]
            self._login = base64.b64encode(f"{login.username}:{login.reveal()}".encode()).decode()
            super().__init__(**options | {"port": 0})

        async def connect(self) -> None:
            await super().connect()
            peers.start(enter_stasis(self.port, self._login))

    return LocalServer


async def enter_stasis(port: int, login: str) -> None:
    """Be the application's WebSocket, with one call, until that is answered."""
    app = f"demo:{CHANNEL['name']}"
    said = {"timestamp": STAMP, "application": app, "asterisk_id": "02:fc:00:00:00:01"}
    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Basic {login}"}) as session,
        session.ws_connect(f"http://127.0.0.1:{port}/ari", protocols=("ari",)) as websocket,
    ):
        await websocket.send_json({"type": "ApplicationRegistered", **said})
        await websocket.send_json({"type": "StasisStart", "args": [], "channel": CHANNEL, **said})
        request = await websocket.receive_json()
        assert (request["method"], request["uri"]) == ("POST", f"channels/{CHANNEL['id']}/answer")
        answer = {"type": "RESTResponse", "request_id": request["request_id"], "uri": request["uri"]}
        await websocket.send_json({**answer, "status_code": 204, "reason_phrase": "No Content", "message_body": ""})


# --- where the example connects to Asterisk for a call's audio ---


class MediaPbx:
    """Asterisk's ``/media``: one call waits there that wants to be answered."""

    def __init__(self) -> None:
        self.url = ""
        self.answered = False

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get(f"/media/{CONNECTION_ID}", self._call)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _call(self, request: web.Request) -> web.WebSocketResponse:
        websocket = web.WebSocketResponse(protocols=("media",))
        await websocket.prepare(request)
        await websocket.send_str(MEDIA_START)
        async for message in websocket:
            self.answered = self.answered or message.data == "ANSWER"
        return websocket


def media_connection_of(pbx: MediaPbx) -> type[MediaConnection]:
    """Return a connection class that connects to *pbx*."""

    class LocalConnection(MediaConnection):
        @classmethod
        def connect(cls, url: str, connection_id: str, **options: Any) -> Any:
            assert url == "http://127.0.0.1:8088"
            return super().connect(pbx.url, connection_id, **options)

    return LocalConnection
