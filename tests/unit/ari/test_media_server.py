"""Media WebSockets on loopback, both ways: who is let in, who is not, and what is left when it is over."""

import asyncio
import base64
import contextlib
import logging
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import aiohttp
import pytest
import trustme
from aiohttp import web

from asterisk_py_ari.accepting import PeerRefused
from asterisk_py_ari.errors import ConflictError, NotFoundError, StatusError
from asterisk_py_ari.media import MediaConnection
from asterisk_py_ari.media_server import MediaServer
from asterisk_py_ari.transport import acceptor
from asterisk_py_core.credentials import Credentials
from asterisk_py_core.errors import (
    AsteriskError,
    ConnectFailedError,
    ConnectionClosedError,
    ConnectTimeoutError,
    FrameTooLargeError,
    InputError,
    ListenFailedError,
    MalformedFrameError,
    TlsError,
    WriteTimeoutError,
)
from asterisk_py_core.listener import Listener
from asterisk_py_core.reconnect import ConnectionState, ReconnectPolicy

START = (
    "MEDIA_START connection_id:media channel:WebSocket/media/0x1 channel_id:1.0 format:ulaw optimal_frame_size:160 "
    "ptime:20"
)
FRAME = b"\xff" * 160
SECRET = "hunter2"
LOGIN = Credentials("media", SECRET)
QUICKLY = ReconnectPolicy.fixed(0.1)

Peer = Callable[..., Awaitable[aiohttp.ClientWebSocketResponse]]


@pytest.fixture(autouse=True)
async def nothing_is_left(caplog: pytest.LogCaptureFixture) -> AsyncIterator[None]:
    caplog.set_level(logging.DEBUG)
    yield
    async with asyncio.timeout(5):
        while asyncio.all_tasks() != {asyncio.current_task()}:  # noqa: ASYNC110 - tasks that end set no event
            await asyncio.sleep(0)
    assert SECRET not in caplog.text
    assert basic() not in caplog.text


@pytest.fixture
async def server() -> AsyncIterator[MediaServer]:
    async with MediaServer(port=0) as listening:
        yield listening


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as made:
        yield made


@pytest.fixture
def asterisk(session: aiohttp.ClientSession) -> Iterator[Peer]:
    """Connects as Asterisk does, and says how the audio is; at the end it is gone, without a word."""
    opened: list[aiohttp.ClientWebSocketResponse] = []

    async def connect(server: MediaServer, path: str = "/media", **options: Any) -> aiohttp.ClientWebSocketResponse:
        url = f"http://127.0.0.1:{server.port}{path}"
        websocket = await session.ws_connect(url, **{"protocols": ("media",)} | options)
        opened.append(websocket)
        await websocket.send_str(START)
        return websocket

    yield connect
    for websocket in opened:
        websocket._response.close()


def basic(user: str = "media", secret: str = SECRET) -> str:
    return "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()


async def next_call(server: MediaServer) -> MediaConnection:
    async with asyncio.timeout(5):
        return await anext(aiter(server))


async def end_of(stream: asyncio.StreamReader) -> bytes:
    """Return what comes until the connection ends."""
    async with asyncio.timeout(5):
        with contextlib.suppress(ConnectionResetError):
            return await stream.read()
        return b""


class Clogged:
    """A connection whose peer reads nothing, filled until nothing more goes out."""

    def __init__(self, pbx: aiohttp.ClientWebSocketResponse, media: MediaConnection) -> None:
        assert pbx._response.connection is not None
        self.transport: Any = pbx._response.connection.transport
        self.media = media

    async def fill(self) -> asyncio.Task[None]:
        """Send until it stops, and return the task that is stuck."""
        self.transport.pause_reading()
        sent = 0

        async def send() -> None:
            nonlocal sent
            while True:
                await self.media._sender.write(bytes(60_000), "audio")
                sent += 1

        sending = asyncio.create_task(send())
        async with asyncio.timeout(5):
            before = -1
            while sent != before:
                before = sent
                for _ in range(20):
                    await asyncio.sleep(0)
        return sending


# --- Asterisk connects to us ---


async def test_a_call_is_heard_answered_and_hung_up_by_asterisk(server: MediaServer, asterisk: Peer) -> None:
    pbx = await asterisk(server, "/media?caller=Zo%C3%AB&n=1")
    media = await next_call(server)
    assert media.start.channel == "WebSocket/media/0x1"
    assert media.parameters == {"caller": "Zoë", "n": "1"}

    await pbx.send_bytes(FRAME)
    assert await anext(aiter(media)) == FRAME
    await media.send(FRAME * 2)
    assert await pbx.receive_bytes() == FRAME * 2
    await media.answer()
    assert await pbx.receive_str() == "ANSWER"

    await pbx.close()
    assert [frame async for frame in media] == []
    async with asyncio.timeout(5):
        await media.wait_closed()


async def test_each_call_is_a_connection_of_its_own(server: MediaServer, asterisk: Peer) -> None:
    for number in range(20):
        pbx = await asterisk(server)
        await pbx.send_bytes(b"%d" % number)
    calls = [await next_call(server) for _ in range(20)]

    heard = sorted([int(await anext(aiter(media))) for media in calls])
    assert heard == list(range(20))


async def test_closing_the_server_closes_its_calls_and_ends_the_iteration(asterisk: Peer) -> None:
    async with MediaServer(port=0) as server:
        taken, _untaken = await asterisk(server), await asterisk(server)
        media = await next_call(server)
    await server.aclose()

    assert (await taken.receive()).type is aiohttp.WSMsgType.CLOSE
    assert [frame async for frame in media] == []
    assert len([call async for call in server]) <= 1
    assert server.state is ConnectionState.DISCONNECTED


@pytest.mark.parametrize("moment", range(1, 10))
async def test_cancelling_the_closing_of_the_server_does_not_stop_it(asterisk: Peer, moment: int) -> None:
    server = MediaServer(port=0)
    await server.connect()
    pbx = await asterisk(server)
    media = await next_call(server)
    saying_goodbye = asyncio.ensure_future(pbx.receive())
    closing = asyncio.ensure_future(server.aclose())
    for _ in range(moment):
        await asyncio.sleep(0)
    closing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await closing
    assert server.state is ConnectionState.DISCONNECTED
    async with asyncio.timeout(5):
        await media.wait_closed()
    await saying_goodbye
    await server.aclose()


async def test_a_call_whose_connection_breaks_ends_with_an_error(server: MediaServer, asterisk: Peer) -> None:
    pbx = await asterisk(server)
    media = await next_call(server)
    assert pbx._response.connection is not None
    assert pbx._response.connection.transport is not None
    pbx._response.connection.transport.abort()

    with pytest.raises(ConnectionClosedError, match="the peer closed the connection"):
        async with asyncio.timeout(5):
            [frame async for frame in media]
    await pbx.close()


async def test_a_peer_that_stops_reading_is_an_error_in_time_and_can_be_closed(asterisk: Peer) -> None:
    async with MediaServer(port=0, timeout=0.2) as server:
        pbx = await asterisk(server)
        media = await next_call(server)
        stuck = await Clogged(pbx, media).fill()
        with pytest.raises(WriteTimeoutError, match="audio"):
            await stuck
        async with asyncio.timeout(5):
            await media.aclose()


async def test_closing_the_server_takes_no_longer_for_many_peers_that_stopped_reading(asterisk: Peer) -> None:
    server = MediaServer(port=0)
    await server.connect()
    stuck = [await Clogged(await asterisk(server), await next_call(server)).fill() for _ in range(4)]
    # Two seconds for one, and one after the other eight.
    async with asyncio.timeout(5):
        await server.aclose()
    await asyncio.wait(stuck)
    assert all(isinstance(task.exception(), AsteriskError) for task in stuck)


async def test_a_call_that_begins_as_the_server_closes_is_closed_with_it(
    session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acceptor, "CLOSE_TIMEOUT", 0.05)
    began = asyncio.Event()
    begin = MediaServer._begin

    async def begin_and_tell(*arguments: Any) -> MediaConnection:
        media = await begin(*arguments)
        began.set()
        return media

    monkeypatch.setattr(MediaServer, "_begin", begin_and_tell)
    server = MediaServer(port=0)
    await server.connect()
    websocket = await session.ws_connect(f"http://127.0.0.1:{server.port}/media", protocols=("media",))
    closing = asyncio.create_task(server.aclose())
    await server.wait_for(ConnectionState.DISCONNECTED)
    await websocket.send_str(START)
    async with asyncio.timeout(5):
        await began.wait()
        await closing
        assert (await websocket.receive()).type in {aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED}
    assert server._open_connections == set()


async def test_a_cancelled_send_does_no_harm_to_the_next(server: MediaServer, asterisk: Peer) -> None:
    pbx = await asterisk(server)
    media = await next_call(server)
    clogged = Clogged(pbx, media)
    stuck = await clogged.fill()
    stuck.cancel()
    await asyncio.wait([stuck])
    clogged.transport.resume_reading()
    async with asyncio.timeout(5):
        await media.answer()
        while (await pbx.receive()).data != "ANSWER":
            pass
        await media.pause()


async def test_a_frame_no_asterisk_sends_ends_the_call(server: MediaServer, asterisk: Peer) -> None:
    pbx = await asterisk(server)
    media = await next_call(server)
    await pbx.send_bytes(bytes(70_000))

    with pytest.raises(FrameTooLargeError, match="65,536"):
        async with asyncio.timeout(5):
            [frame async for frame in media]
    assert (await pbx.receive()).data == aiohttp.WSCloseCode.MESSAGE_TOO_BIG


async def test_a_close_with_another_code_is_an_error_that_names_it(server: MediaServer, asterisk: Peer) -> None:
    pbx = await asterisk(server)
    media = await next_call(server)
    media.events()
    await pbx.close(code=1009)

    with pytest.raises(ConnectionClosedError, match="closed it with 1009"):
        async with asyncio.timeout(5):
            [frame async for frame in media]


async def test_a_peer_that_is_no_asterisk_is_refused_and_reported(
    server: MediaServer, session: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    refused = server.events(PeerRefused)
    websocket = await session.ws_connect(f"http://127.0.0.1:{server.port}/media", protocols=("media",))
    await websocket.send_str("hello")

    async with asyncio.timeout(5):
        assert (await websocket.receive()).type is aiohttp.WSMsgType.CLOSE
        event = await refused.recv()
    assert "did not begin as Asterisk does" in event.reason
    assert [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING] == [
        f"MediaServer(127.0.0.1:0) refused {event.peer}: it {event.reason}"
    ]


@pytest.mark.parametrize(
    ("headers", "let_in"),
    [
        ({"Authorization": basic()}, True),
        ({"Authorization": basic().replace("Basic", "basic")}, True),
        ({}, False),
        ({"Authorization": basic(secret="hunter3")}, False),
        ({"Authorization": basic(user="other")}, False),
        ({"Authorization": basic().replace("Basic", "Bearer")}, False),
        ({"Authorization": "Basic"}, False),
        ({"Authorization": "Basic %%%"}, False),
        ({"Authorization": "Basic \u00fc"}, False),
    ],
)
async def test_only_who_presents_the_credentials_is_let_in(
    asterisk: Peer, headers: dict[str, str], *, let_in: bool
) -> None:
    async with MediaServer(port=0, credentials=LOGIN) as server:
        refused = server.events(PeerRefused)
        if let_in:
            await asterisk(server, headers=headers)
            assert (await next_call(server)).start.format == "ulaw"
        else:
            with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
                await asterisk(server, headers=headers)
            assert caught.value.status == 401
            assert (await refused.recv()).reason == "presented no credentials, or wrong ones"


@pytest.mark.parametrize(
    ("path", "protocols", "status"),
    [("/", ("media",), 404), ("/media/", ("media",), 404), ("/media", ("ari",), 400), ("/media", (), 400)],
)
async def test_who_wants_something_else_is_refused(
    server: MediaServer, asterisk: Peer, path: str, protocols: tuple[str, ...], status: int
) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
        await asterisk(server, path, protocols=protocols)

    assert caught.value.status == status


async def test_a_plain_request_is_refused(server: MediaServer, session: aiohttp.ClientSession) -> None:
    url = f"http://127.0.0.1:{server.port}/media"
    async with session.get(url, headers={"Sec-WebSocket-Protocol": "media"}) as answer:
        assert answer.status == 400
        assert "WebSocket" in await answer.text()


async def test_more_calls_than_the_limit_are_refused_until_one_ends(asterisk: Peer) -> None:
    async with MediaServer(port=0, max_connections=2) as server:
        first, _second = await asterisk(server), await asterisk(server)
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            await asterisk(server)
        assert caught.value.status == 503

        media = await next_call(server)
        media.events()
        await first.close()
        [frame async for frame in media]
        async with asyncio.timeout(5):
            while True:
                with contextlib.suppress(aiohttp.WSServerHandshakeError):
                    await asterisk(server)
                    break


async def test_who_asks_for_nothing_is_cut_off(server: MediaServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acceptor, "HANDSHAKE_TIMEOUT", 0.01)
    refused = server.events(PeerRefused)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"GET /media HTTP/1.1\r\nHost: ")

    assert await end_of(reader) == b""
    assert (await refused.recv()).reason == "asked for nothing within 0.01 s"
    writer.close()


async def test_many_who_ask_for_nothing_are_bounded(server: MediaServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acceptor, "HANDSHAKE_LIMIT", 3)
    refused = server.events(PeerRefused)
    streams = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(4)]

    assert await end_of(streams[3][0]) == b""
    assert (await refused.recv()).reason == "came while 3 others had not asked for anything yet"
    for _, writer in streams:
        writer.transport.abort()


async def test_who_asks_and_is_gone_is_no_defect(server: MediaServer, caplog: pytest.LogCaptureFixture) -> None:
    lines = ("GET /media HTTP/1.1", "Host: x", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Protocol: media", "", "")  # fmt: skip
    for _ in range(5):
        with socket.create_connection(("127.0.0.1", server.port)) as peer:
            peer.sendall("\r\n".join(lines).encode())
    # Accepted in turn, and so before this one is answered.
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{server.port}/media") as response:
        assert response.status == 400
    await server.aclose()
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_who_is_refused_before_his_request_is_whole_is_not_waited_for(server: MediaServer) -> None:
    answer = await knock(server, b"POST /admin HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nand")
    assert answer.startswith(b"HTTP/1.1 404 ")
    await server.aclose()
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_handshake_whose_key_is_no_base64_is_refused(server: MediaServer) -> None:
    refused = server.events(PeerRefused)
    lines = ("GET /media HTTP/1.1", "Host: x", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
             "Sec-WebSocket-Key: \xffGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Protocol: media", "", "")  # fmt: skip
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write("\r\n".join(lines).encode("latin-1"))
    assert (await end_of(reader)).startswith(b"HTTP/1.1 400 ")
    assert "RFC 6455" in (await refused.recv()).reason
    writer.close()


async def knock(server: MediaServer, data: bytes) -> bytes:
    """Connect, write *data*, and return what is answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    try:
        writer.write(data)
        return await end_of(reader)
    finally:
        writer.close()


def warnings(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.levelno >= logging.WARNING]


GARBAGE = [
    b"\x16\x03\x01\x02\x00" * 100,
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET /media HTTP/1.1\r\nno colon\r\n\r\n",
    b"GET /" + b"x" * 10_000 + b" HTTP/1.1\r\n\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: many\r\n\r\n",
]


@pytest.mark.parametrize("garbage", GARBAGE, ids=lambda data: data[:20].decode("latin-1"))
async def test_bytes_that_are_no_http_harm_nobody_and_are_a_line_in_the_log(
    server: MediaServer, asterisk: Peer, garbage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    refused = server.events(PeerRefused)
    assert b"400" in await knock(server, garbage)
    event = await refused.recv()
    assert event.peer.startswith("127.0.0.1:")
    assert event.reason == "sent what is no HTTP"
    (record,) = warnings(caplog)
    assert (record.levelname, record.exc_info) == ("WARNING", None)
    assert record.getMessage() == f"MediaServer(127.0.0.1:0) refused {event.peer}: it sent what is no HTTP"

    await asterisk(server)
    assert (await next_call(server)).start.format == "ulaw"


async def test_a_scan_is_a_line_for_each_reason_until_a_call_comes(
    server: MediaServer, asterisk: Peer, caplog: pytest.LogCaptureFixture
) -> None:
    refused = server.events(PeerRefused)

    async def scan() -> None:
        for _ in range(20):
            await knock(server, GARBAGE[0])
            await knock(server, b"GET /admin HTTP/1.1\r\nHost: x\r\n\r\n")

    await scan()
    reasons = [record.getMessage().partition(": it ")[2] for record in warnings(caplog)]
    assert reasons == ["sent what is no HTTP", "asked for another path than /media"]
    assert len([record for record in caplog.records if " refused 127.0.0.1:" in record.getMessage()]) == 40
    assert refused.backlog == 40

    await asterisk(server)
    await next_call(server)
    caplog.clear()
    await scan()
    assert len(warnings(caplog)) == 2


async def test_who_has_been_sent_away_takes_no_place(
    server: MediaServer, asterisk: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acceptor, "HANDSHAKE_LIMIT", 1)
    for _ in range(3):
        assert b"400" in await knock(server, GARBAGE[0])
        _, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.close()
        await writer.wait_closed()
        async with asyncio.timeout(5):
            while server._acceptor._silent:  # noqa: ASYNC110 - nothing says that it has noticed
                await asyncio.sleep(0)
    await asterisk(server)
    assert (await next_call(server)).start.format == "ulaw"


async def test_a_defect_of_ours_is_an_error_with_a_traceback(
    server: MediaServer, asterisk: Peer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def begin(*_: Any) -> MediaConnection:
        raise LookupError("a defect")

    monkeypatch.setattr(server, "_begin", begin)
    websocket = await asterisk(server)
    async with asyncio.timeout(5):
        assert (await websocket.receive()).type is aiohttp.WSMsgType.CLOSED
    assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [LookupError]


# --- the listening socket is supervised ---


async def test_a_port_that_is_taken_is_an_error_at_once(server: MediaServer) -> None:
    other = MediaServer(port=server.port)
    with pytest.raises(ListenFailedError, match=f"cannot listen on 127.0.0.1:{server.port}: Address already in use"):
        await other.connect()
    await other.aclose()


async def test_a_port_that_is_taken_is_tried_again_if_asked(asterisk: Peer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        server = MediaServer(port=taken.getsockname()[1], retry_first=True, policy=QUICKLY)
        states = server.states()
        connecting = asyncio.create_task(server.connect())
        async with asyncio.timeout(5):
            while (change := await states.recv()).state is not ConnectionState.RECONNECTING:
                pass
        assert isinstance(change.cause, ListenFailedError)
    async with asyncio.timeout(5):
        await connecting
    await asterisk(server)
    await next_call(server)
    await server.aclose()


async def test_a_listening_socket_that_fails_is_made_anew_and_calls_outlive_it(
    asterisk: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    listeners: list[Listener] = []
    open_listener = Listener.open

    async def opened(host: str, port: int) -> Listener:
        listeners.append(await open_listener(host, port))
        return listeners[-1]

    monkeypatch.setattr(Listener, "open", opened)
    async with MediaServer(port=0, policy=QUICKLY) as server:
        states = server.states()
        pbx = await asterisk(server)
        media = await next_call(server)
        listeners[0]._sockets[0].shutdown(socket.SHUT_RDWR)
        async with asyncio.timeout(5):
            seen = [(await states.recv()).state for _ in range(3)]
            await server.wait_for(ConnectionState.CONNECTED)
        assert seen == [ConnectionState.RECONNECTING, ConnectionState.CONNECTING, ConnectionState.CONNECTED]
        assert listeners[1].port == listeners[0].port

        await pbx.send_bytes(FRAME)
        assert await anext(aiter(media)) == FRAME
        await asterisk(server)
        await next_call(server)


@pytest.mark.parametrize(
    "options",
    [
        {"port": 70_000},
        {"host": "http://127.0.0.1"},
        {"max_connections": 0},
        {"frame_capacity": 0},
        {"timeout": -1},
        {"ssl": "yes"},
        {"policy": 5},
    ],
)
def test_options_that_cannot_be_meant_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        MediaServer(**options)


# --- we connect to Asterisk ---

Answer = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


@contextlib.asynccontextmanager
async def web_server(answer: Answer, context: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """Serve *answer* on a free port; yields the URL."""
    runner = web.ServerRunner(web.Server(answer, access_log=None), shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    try:
        yield f"{'https' if context else 'http'}://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def one_call(request: web.BaseRequest) -> web.StreamResponse:
    """Answer as chan_websocket does on /media/ID, and echo once."""
    assert request.path_qs == "/media/4%2F7"
    assert request.headers["Sec-WebSocket-Protocol"] == "media"
    assert "Authorization" not in request.headers
    websocket = web.WebSocketResponse(protocols=("media",), timeout=1)
    await websocket.prepare(request)
    await websocket.send_str(START)
    await websocket.send_bytes(await websocket.receive_bytes())
    await websocket.close()
    return websocket


async def test_a_waiting_channel_is_connected_to() -> None:
    async with web_server(one_call) as url, MediaConnection.connect(url, "4/7") as media:
        await media.send(FRAME)

        assert [frame async for frame in media] == [FRAME]


async def test_tls_is_verified() -> None:
    authority = trustme.CA()
    ours = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(ours)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)

    async with web_server(one_call, ours) as url:
        with pytest.raises(TlsError) as caught:
            async with MediaConnection.connect(url, "4/7"):
                pass
        assert caught.value.certificate
        async with MediaConnection.connect(url, "4/7", ssl=trusting) as media:
            assert media.start.format == "ulaw"


async def test_the_server_speaks_tls(session: aiohttp.ClientSession) -> None:
    authority = trustme.CA()
    ours = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(ours)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)

    async with MediaServer(port=0, ssl=ours) as server:
        url = f"https://127.0.0.1:{server.port}/media"
        pbx = await session.ws_connect(url, protocols=("media",), ssl=trusting)
        await pbx.send_str(START)
        assert (await next_call(server)).start.format == "ulaw"
        pbx._response.close()


async def test_who_cannot_agree_on_tls_takes_no_place(
    session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acceptor, "HANDSHAKE_LIMIT", 1)
    authority = trustme.CA()
    ours = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(ours)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)

    async with MediaServer(port=0, ssl=ours) as server:
        refused = server.events(PeerRefused)
        for _ in range(3):
            await knock(server, b"GET /media HTTP/1.1\r\n\r\n")
        url = f"https://127.0.0.1:{server.port}/media"
        pbx = await session.ws_connect(url, protocols=("media",), ssl=trusting)
        await pbx.send_str(START)
        assert (await next_call(server)).start.format == "ulaw"
        assert refused.backlog == 0
        pbx._response.close()


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [(404, NotFoundError, "no such connection"), (409, ConflictError, "connected already"), (500, StatusError, "500")],
)
async def test_086_what_asterisk_refuses_has_an_error_for_its_status(
    status: int, error: type[AsteriskError], words: str
) -> None:
    async def refuse(_: web.BaseRequest) -> web.StreamResponse:
        return web.Response(status=status, text="<html>no</html>", content_type="text/html")

    async with web_server(refuse) as url:
        with pytest.raises(error, match=words):
            async with MediaConnection.connect(url, "x"):
                pass


@pytest.mark.parametrize(
    ("url", "context"),
    [
        ("http://127.0.0.1:1", True),
        ("http://127.0.0.1:1", ssl.create_default_context()),
        ("https://127.0.0.1:1", False),
        ("https://127.0.0.1:1", "yes"),
    ],
)
async def test_tls_that_does_not_go_with_the_address_is_refused(url: str, context: Any) -> None:
    with pytest.raises(InputError, match="ssl"):
        async with MediaConnection.connect(url, "x", ssl=context):
            pass


async def test_095_a_redirection_is_not_followed() -> None:
    async with web_server(one_call) as other:

        async def redirect(_: web.BaseRequest) -> web.StreamResponse:
            return web.Response(status=302, headers={"Location": f"{other}/media/4%2F7"})

        async with web_server(redirect) as url:
            with pytest.raises(StatusError, match="302: a redirection"):
                async with MediaConnection.connect(url, "4/7"):
                    pass


async def test_what_is_no_websocket_is_an_error_of_ours() -> None:
    async def welcome(_: web.BaseRequest) -> web.StreamResponse:
        return web.Response(text="hello")

    async with web_server(welcome) as url:
        with pytest.raises(StatusError, match="200"):
            async with MediaConnection.connect(url, "x"):
                pass


async def test_a_call_that_ends_as_it_begins_is_an_error_of_ours() -> None:
    async def end(request: web.BaseRequest) -> web.StreamResponse:
        websocket = web.WebSocketResponse(protocols=("media",))
        await websocket.prepare(request)
        await websocket.close()
        return websocket

    async with web_server(end) as url:
        with pytest.raises(MalformedFrameError):
            async with MediaConnection.connect(url, "x"):
                pass


async def test_nobody_there_and_nobody_answering_are_errors_of_ours() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(ConnectTimeoutError):
            async with MediaConnection.connect(url, "x", timeout=0.05):
                pass
    with pytest.raises(ConnectFailedError, match="Connection refused"):
        async with MediaConnection.connect(url, "x"):
            pass


async def test_cancelling_while_connecting_leaves_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:

        async def connect() -> None:
            async with MediaConnection.connect(f"http://127.0.0.1:{silent.getsockname()[1]}", "x"):
                pass

        connecting = asyncio.create_task(connect())
        connection, _ = await asyncio.to_thread(silent.accept)
        connecting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await connecting
        connection.close()
