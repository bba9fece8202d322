"""WebSockets that Asterisk opens for its applications, on loopback: each is a client like any other."""

import asyncio
import base64
import json
import logging
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import aiohttp
import pytest

from asterisk_py_ari.accepting import PeerRefused
from asterisk_py_ari.errors import NotFoundError
from asterisk_py_ari.events import ApplicationRegistered, StasisEnd, StasisStart
from asterisk_py_ari.models import AsteriskPing
from asterisk_py_ari.outbound import AriServer, OutboundAriClient
from asterisk_py_core.credentials import Credentials
from asterisk_py_core.errors import ClientClosedError, ConnectionClosedError, InputError, NotSentError
from asterisk_py_core.reconnect import ConnectionState, ConnectionStateChanged

LOGIN = Credentials("outbound", "hunter2")
AUTHORIZATION = {"Authorization": "Basic " + base64.b64encode(b"outbound:hunter2").decode()}
STAMP = "2026-11-25T16:11:47.606+0000"
APP = "outbound:Local/outbound@stasis-00000000;2"
CHANNEL = (
    '{"id":"1795623107.1","name":"Local/outbound@stasis-00000000;2","state":"Up","protocol_id":"","caller":{"name":"",'
    '"number":""},"connected":{"name":"","number":""},"accountcode":"","dialplan":{"context":"stasis","exten":"outbound",'
    '"priority":2,"app_name":"Stasis","app_data":"outbound"},"creationtime":"2026-11-25T16:11:47.104+0000",'
    '"language":"en"}'
)
REGISTERED = f'{{"type":"ApplicationRegistered","timestamp":"{STAMP}","application":"{APP}","asterisk_id":"02:fc"}}'
START = f'{{"type":"StasisStart","timestamp":"{STAMP}","args":[],"channel":{CHANNEL},"application":"{APP}"}}'
END = f'{{"type":"StasisEnd","timestamp":"{STAMP}","channel":{CHANNEL},"application":"{APP}"}}'

Peer = Callable[..., Awaitable[aiohttp.ClientWebSocketResponse]]


@pytest.fixture(autouse=True)
async def nothing_is_left(caplog: pytest.LogCaptureFixture) -> AsyncIterator[None]:
    caplog.set_level(logging.DEBUG)
    yield
    async with asyncio.timeout(5):
        while asyncio.all_tasks() != {asyncio.current_task()}:  # noqa: ASYNC110 - tasks that end set no event
            await asyncio.sleep(0)
    assert "hunter2" not in caplog.text
    assert AUTHORIZATION["Authorization"] not in caplog.text


@pytest.fixture
async def server() -> AsyncIterator[AriServer]:
    async with AriServer(port=0, credentials=LOGIN) as listening:
        yield listening


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as made:
        yield made


@pytest.fixture
def asterisk(session: aiohttp.ClientSession) -> Iterator[Peer]:
    """Connects as Asterisk does, and sends *frames*."""
    opened: list[aiohttp.ClientWebSocketResponse] = []

    async def connect(server: AriServer, *frames: str, **options: Any) -> aiohttp.ClientWebSocketResponse:
        url = f"http://127.0.0.1:{server.port}/ari"
        websocket = await session.ws_connect(url, **{"protocols": ("ari",), "headers": AUTHORIZATION} | options)
        opened.append(websocket)
        for frame in frames:
            await websocket.send_str(frame)
        return websocket

    yield connect
    for websocket in opened:
        websocket._response.close()


async def next_client(server: AriServer) -> OutboundAriClient:
    async with asyncio.timeout(5):
        return await anext(aiter(server))


async def answer(pbx: aiohttp.ClientWebSocketResponse, status: int, body: str) -> dict[str, Any]:
    """Answer the next request as Asterisk does, and return it."""
    async with asyncio.timeout(5):
        request: dict[str, Any] = json.loads(await pbx.receive_str())
    response = {
        "type": "RESTResponse",
        "transaction_id": "",
        "request_id": request["request_id"],
        "status_code": status,
        "reason_phrase": "",
        "uri": request["uri"],
        "content_type": "application/json",
        "message_body": body,
    }
    await pbx.send_str(json.dumps(response))
    return request


async def test_a_call_is_handled_as_with_any_client(server: AriServer, asterisk: Peer) -> None:
    pbx = await asterisk(server, REGISTERED, START)
    async with await next_client(server) as ari:
        assert ari.apps == (APP,)
        assert ari.state is ConnectionState.CONNECTED
        start = await anext(aiter(ari.events(StasisStart)))
        hanging_up = asyncio.create_task(start.channel.hangup())
        request = await answer(pbx, 204, "")
        await hanging_up
        assert (request["type"], request["method"]) == ("RESTRequest", "DELETE")
        assert request["uri"].endswith("channels/1795623107.1")

        pinging = asyncio.create_task(ari.asterisk.ping())
        await answer(pbx, 200, f'{{"asterisk_id":"02:fc","ping":"pong","timestamp":"{STAMP}"}}')
        assert isinstance(await pinging, AsteriskPing)
        getting = asyncio.create_task(ari.channels.get("nobody"))
        await answer(pbx, 404, '{"message":"Channel not found"}')
        with pytest.raises(NotFoundError, match="Channel not found"):
            await getting


async def test_events_wait_for_who_subscribes_and_come_after_the_change_of_state(
    server: AriServer, asterisk: Peer
) -> None:
    await asterisk(server, REGISTERED, START)
    ari = await next_client(server)
    async with asyncio.timeout(5):
        while not ari._held or len(ari._held) < 2:  # noqa: ASYNC110 - nothing says that they have come
            await asyncio.sleep(0)
    before = ari.events()
    async with ari:
        both = ari.events(StasisStart), ari.events(StasisStart, StasisEnd)
        async with asyncio.timeout(5):
            assert [type(await before.recv()) for _ in range(4)] == [
                ConnectionStateChanged,
                ConnectionStateChanged,
                ApplicationRegistered,
                StasisStart,
            ]
            for each in both:
                assert isinstance(await each.recv(), StasisStart)


async def test_events_that_nobody_subscribes_to_are_not_kept_for_ever(asterisk: Peer) -> None:
    async with AriServer(port=0, credentials=LOGIN, timeout=0.05) as server:
        await asterisk(server, REGISTERED)
        async with await next_client(server) as ari, asyncio.timeout(5):
            while ari._held is not None:  # noqa: ASYNC110 - nothing says that a timer has run
                await asyncio.sleep(0.01)


async def test_a_websocket_that_asterisk_closes_ends_without_an_error(server: AriServer, asterisk: Peer) -> None:
    pbx = await asterisk(server, REGISTERED, START, END)
    async with await next_client(server) as ari:
        events = ari.events(StasisStart, StasisEnd)
        await pbx.close()
        async with asyncio.timeout(5):
            assert [type(event) async for event in events] == [StasisStart, StasisEnd]
        assert ari.state is ConnectionState.DISCONNECTED
        with pytest.raises(ClientClosedError):
            await ari.asterisk.ping()


async def test_what_nobody_took_leaves_nothing_when_it_has_ended(server: AriServer, asterisk: Peer) -> None:
    websockets = [await asterisk(server, REGISTERED) for _ in range(3)]
    clients = [await next_client(server) for _ in range(2)]
    await websockets[0].close()
    await websockets[1].close(code=1011)
    transport: Any = websockets[2]._response.connection.transport  # type: ignore[union-attr]
    transport.abort()
    async with asyncio.timeout(5):
        while any(task.get_name().startswith(("reader of ", "writer to ")) for task in asyncio.all_tasks()):  # noqa: ASYNC110 - tasks that end set no event
            await asyncio.sleep(0)
    assert [client.state for client in clients] == [ConnectionState.DISCONNECTED] * 2


async def test_a_websocket_that_breaks_ends_with_an_error(server: AriServer, asterisk: Peer) -> None:
    pbx = await asterisk(server, REGISTERED, START)
    async with await next_client(server) as ari:
        events = ari.events(StasisStart)
        assert pbx._response.connection is not None
        transport: Any = pbx._response.connection.transport
        transport.abort()
        async with asyncio.timeout(5):
            assert isinstance(await events.recv(), StasisStart)
            with pytest.raises(ConnectionClosedError):
                await events.recv()
        with pytest.raises(NotSentError):
            await ari.asterisk.ping()


async def test_one_that_broke_before_it_was_used_says_so(server: AriServer, asterisk: Peer) -> None:
    pbx = await asterisk(server, REGISTERED)
    ari = await next_client(server)
    await pbx.close(code=1011)
    await ari.wait_closed()
    with pytest.raises(ConnectionClosedError, match="1011"):
        await ari.connect()
    await ari.aclose()


async def test_several_applications_are_named_as_they_register(server: AriServer, asterisk: Peer) -> None:
    await asterisk(server, REGISTERED.replace(APP, "one"), REGISTERED.replace(APP, "two"), START)
    async with await next_client(server) as ari:
        await anext(aiter(ari.events(StasisStart)))
        assert ari.apps == ("one", "two")


async def test_a_registration_that_names_no_application_is_none(server: AriServer, asterisk: Peer) -> None:
    await asterisk(server, '{"type":"ApplicationRegistered"}', REGISTERED, REGISTERED)
    client = await next_client(server)
    async with client:
        assert client.apps == (APP,)
        assert APP in repr(client)


async def test_closing_the_server_closes_its_clients(asterisk: Peer) -> None:
    async with AriServer(port=0, credentials=LOGIN) as server:
        used, unused = await asterisk(server, REGISTERED), await asterisk(server, REGISTERED)
        first, _second = await next_client(server), await next_client(server)
        await first.connect()
        events = first.events()
    assert first.state is ConnectionState.DISCONNECTED
    assert len([event async for event in events]) >= 1
    for pbx in (used, unused):
        assert (await pbx.receive()).type is aiohttp.WSMsgType.CLOSE


async def test_who_does_not_present_the_credentials_is_refused(server: AriServer, asterisk: Peer) -> None:
    refused = server.events(PeerRefused)
    for headers in ({}, {"Authorization": "Basic " + base64.b64encode(b"outbound:hunter3").decode()}):
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            await asterisk(server, REGISTERED, headers=headers)
        assert caught.value.status == 401
        assert "credentials" in (await refused.recv()).reason


async def test_a_peer_that_is_no_asterisk_is_refused(asterisk: Peer) -> None:
    async with AriServer(port=0, credentials=LOGIN, timeout=0.05) as server:
        refused = server.events(PeerRefused)
        silent = await asterisk(server, "junk")
        async with asyncio.timeout(5):
            assert "ApplicationRegistered" in (await refused.recv()).reason
            assert (await silent.receive()).type is aiohttp.WSMsgType.CLOSE
            gone = await asterisk(server)
            await gone.close()
            assert "closed" in (await refused.recv()).reason


@pytest.mark.parametrize(
    "options",
    [
        {"port": -1},
        {"timeout": 0},
        {"max_connections": 0},
        {"ssl": "yes"},
        {"ssl": True},
        {"ssl": ssl.create_default_context()},
        {"credentials": ("demo", "hunter2")},
        {"path": 5},
        {"path": "ari"},
        {"path": "/ari?x=1"},
    ],
)
def test_options_that_cannot_be_meant_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(InputError) as caught:
        AriServer(**options)
    assert caught.value.field in options
    assert "hunter2" not in str(caught.value)


async def test_a_server_names_its_address_as_every_other_error_does() -> None:
    server = AriServer("::1", 1)
    await server.aclose()
    with pytest.raises(ClientClosedError, match=r"\[::1\]:1"):
        await server.connect()


async def test_a_server_that_anybody_may_reach_is_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    async with AriServer("0.0.0.0", 0):  # noqa: S104 - that is what is warned of
        assert "lets in whoever reaches it" in caplog.text
