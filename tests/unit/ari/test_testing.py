"""The fake Asterisk, seen by a client that is nothing but a socket."""

import asyncio
import contextlib
import json
import ssl
import struct
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
import trustme

from asterisk_py_ari.testing import NO_ARI, FakeAriServer, ReceivedRequest, Reply, fake_ari
from tests.unit.ari.conftest import ENCODED

LOGIN = f"Authorization: Basic {ENCODED}\r\n".encode()
# RFC 6455 section 1.3.
HANDSHAKE = (
    b"GET /ari/events?app=demo HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n" + LOGIN + b"\r\n"
)
ACCEPTED = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
)
PING = b"GET /ari/asterisk/ping HTTP/1.1\r\nHost: x\r\n" + LOGIN + b"\r\n"
HEAD = b"Server: Asterisk/22.10.1\r\nDate: Mon, 23 Nov 2026 07:26:29 GMT\r\nCache-Control: no-cache, no-store\r\n"
PONG = b'{"ping":"pong","timestamp":"2026-11-23T07:28:09.935+0000","asterisk_id":"02:fc:00:00:00:01"}'
PONG_ANSWER = (
    b"HTTP/1.1 200 OK\r\n" + HEAD + b"Content-type: application/json\r\nContent-Length: %d\r\n\r\n" % len(PONG) + PONG
)

# As the docstring tells users to do it.
pbx = pytest_asyncio.fixture(fake_ari)


class RawClient:
    """A socket: literal bytes out, exactly the bytes that came in."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def send_text(self, text: bytes) -> None:
        """Send a masked frame, the way clients have to."""
        mask = b"\x01\x02\x03\x04"
        masked = bytes(byte ^ mask[number % 4] for number, byte in enumerate(text))
        size = len(text)
        if size < 126:
            head = bytes([0x81, 0x80 | size])
        elif size < 65_536:
            head = b"\x81\xfe" + struct.pack(">H", size)
        else:
            head = b"\x81\xff" + struct.pack(">Q", size)
        await self.send(head + mask + masked)

    async def expect(self, expected: bytes) -> None:
        async with asyncio.timeout(5):
            assert await self._reader.readexactly(len(expected)) == expected

    async def next_text(self) -> bytes:
        async with asyncio.timeout(5):
            first, size = await self._reader.readexactly(2)
            assert first == 0x81
            if size == 126:
                size = int.from_bytes(await self._reader.readexactly(2), "big")
            elif size == 127:
                size = int.from_bytes(await self._reader.readexactly(8), "big")
            return await self._reader.readexactly(size)

    async def expect_end(self) -> None:
        async with asyncio.timeout(5):
            assert await self._reader.read() == b""

    async def close(self) -> None:
        self._writer.close()
        await self._writer.wait_closed()


@pytest.fixture
async def raw(pbx: FakeAriServer) -> AsyncIterator[RawClient]:
    client = RawClient(*await asyncio.open_connection(pbx.host, pbx.port))
    yield client
    await client.close()


async def test_it_answers_as_asterisk_does_byte_for_byte(raw: RawClient) -> None:
    for _ in range(2):  # Over the same connection.
        await raw.send(PING)
        await raw.expect(PONG_ANSWER)


async def test_bytes_may_come_and_go_one_by_one(pbx: FakeAriServer, raw: RawClient) -> None:
    pbx.split(1)
    for byte in PING:
        await raw.send(bytes([byte]))
    await raw.expect(PONG_ANSWER)


async def test_who_has_no_login_is_told_what_asterisk_tells(raw: RawClient) -> None:
    await raw.send(PING.replace(LOGIN, b""))
    body = b'{"message":"Authentication required"}'
    await raw.expect(
        b"HTTP/1.1 401 Unauthorized\r\n" + HEAD + b'WWW-Authenticate: Basic realm="Asterisk REST Interface"\r\n'
        b"Content-type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    )


async def test_a_websocket_is_opened_as_the_rfc_has_it_and_gets_events(pbx: FakeAriServer, raw: RawClient) -> None:
    await raw.send(HANDSHAKE)
    await raw.expect(ACCEPTED)
    assert (pbx.applications, pbx.handshakes) == (["demo"], 1)
    assert pbx.emit(b"as it is \xff") == 1
    assert await raw.next_text() == b"as it is \xff"
    assert pbx.emit_event("StasisStart", args=["x" * 70_000]) == 1
    event = json.loads(await raw.next_text())
    assert (event["type"], event["application"], len(event["args"][0])) == ("StasisStart", "demo", 70_000)
    assert pbx.emit_event("StasisStart", application="other") == 0


async def test_requests_come_over_the_websocket_too(pbx: FakeAriServer, raw: RawClient) -> None:
    pbx.on("POST", "/channels/c", Reply(409, b'{"message":"exists"}'))
    await raw.send(HANDSHAKE)
    await raw.expect(ACCEPTED)
    await raw.send_text(
        b'{"type":"RESTRequest","request_id":"7","method":"POST","uri":"channels/c?app=a%20b",'
        b'"content_type":"application/json","message_body":"{\\"variables\\":{}}"}'
    )
    answer = json.loads(await raw.next_text())
    assert (answer["type"], answer["request_id"], answer["status_code"]) == ("RESTResponse", "7", 409)
    assert answer["message_body"] == '{"message":"exists"}'
    (request,) = pbx.called("POST", "/channels/*")
    assert request.over_websocket
    assert request.query == {"app": "a b"}
    assert request.json() == {"variables": {}}


async def test_a_frame_that_asterisk_would_not_take_is_answered_with_1009(raw: RawClient) -> None:
    await raw.send(HANDSHAKE)
    await raw.expect(ACCEPTED)
    await raw.send_text(b"x" * 65_536)
    await raw.expect(b"\x88\x02\x03\xf1")
    await raw.expect_end()


async def test_pings_and_goodbyes_are_answered_until_it_is_muted(pbx: FakeAriServer, raw: RawClient) -> None:
    await raw.send(HANDSHAKE)
    await raw.expect(ACCEPTED)
    await raw.send(b"\x89\x81\x00\x00\x00\x00!")
    await raw.expect(b"\x8a\x01!")
    pbx.mute_websockets()
    await raw.send(b"\x89\x80\x00\x00\x00\x00\x88\x82\x00\x00\x00\x00\x03\xe8")
    await raw.expect_end()


async def test_a_script_answers_late_in_part_or_not_at_all(pbx: FakeAriServer, raw: RawClient) -> None:
    pbx.on("GET", "/asterisk/ping", None)
    await raw.send(PING)
    request = await pbx.wait_for_request("GET", "/asterisk/ping")
    request.reply(Reply(204))
    await raw.expect(b"HTTP/1.1 204 No Content\r\n" + HEAD + b"Content-Length: 0\r\n\r\n")

    def half(request: ReceivedRequest) -> None:
        request.write(b"HTTP/1.1 200")
        request.drop()

    pbx.on("GET", "/asterisk/*", half)
    await raw.send(PING)
    await raw.expect(b"HTTP/1.1 200")
    await raw.expect_end()


async def test_what_is_said_last_goes_first_and_can_be_taken_back(pbx: FakeAriServer, raw: RawClient) -> None:
    pbx.on("*", "/asterisk/*", Reply(500))
    pbx.answer_everything(NO_ARI)
    await raw.send(PING)
    await raw.expect(b"HTTP/1.1 500 Internal Server Error\r\n" + HEAD + b"Content-Length: 0\r\n\r\n")
    pbx.off("*", "/asterisk/*")
    await raw.send(PING)
    await raw.expect(b"HTTP/1.1 404 Not Found\r\n" + HEAD + b"Content-type: text/html\r\n")


async def test_an_application_that_is_taken_over_is_told_so_and_nothing_more(
    pbx: FakeAriServer, raw: RawClient
) -> None:
    await raw.send(HANDSHAKE)
    await raw.expect(ACCEPTED)
    pbx.replace("demo")
    assert json.loads(await raw.next_text())["type"] == "ApplicationReplaced"
    assert pbx.emit_event("StasisEnd") == 0


async def test_a_request_does_not_show_the_login(pbx: FakeAriServer, raw: RawClient) -> None:
    await raw.send(PING)
    await raw.expect(PONG_ANSWER)
    shown = repr(pbx.received)
    assert "authorization: ***" in shown
    assert ENCODED not in shown


async def test_waiting_for_what_does_not_come_has_an_end(pbx: FakeAriServer) -> None:
    with pytest.raises(TimeoutError, match="FakeAriServer"):
        await pbx.wait_until(lambda: False, timeout=0.01)


async def test_it_comes_back_on_the_same_port(pbx: FakeAriServer, raw: RawClient) -> None:
    url = pbx.url
    await pbx.stop()
    await raw.expect_end()
    await pbx.stop()
    await pbx.start()
    await pbx.start()
    assert pbx.url == url


async def test_stopping_waits_for_no_tls_handshake() -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    async with asyncio.timeout(5), FakeAriServer(ssl=context) as pbx:
        reader, writer = await asyncio.open_connection(pbx.host, pbx.port)
        writer.write(b"\x16\x03\x01")  # The beginning of a ClientHello.
        while not pbx._handshakes:  # noqa: ASYNC110 - nothing tells of a connection that is no client yet
            await asyncio.sleep(0)
        await pbx.stop()
        with contextlib.suppress(ConnectionResetError):
            assert await reader.read() == b""
        writer.close()
        assert (pbx.connections, pbx.connected) == (0, 0)
