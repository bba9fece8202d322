"""One client's connection to the fake Asterisk of :mod:`.testing`: HTTP and WebSocket, byte by byte.

Of both it has only what ARI needs, written down from RFC 9112 and RFC 6455 and independent of what the client uses.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import socket
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qsl, unquote, urlsplit

from asterisk_py_core.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["FakeLink", "FakeSession", "ReceivedRequest", "Reply"]

PHRASES = {
    101: "Switching Protocols", 200: "OK", 201: "Created", 204: "No Content", 400: "Bad Request", 401: "Unauthorized",
    403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 409: "Conflict", 412: "Precondition Failed",
    413: "Request Entity Too Large", 422: "Unprocessable Entity", 426: "Upgrade Required",
    500: "Internal Server Error", 503: "Service Unavailable",
}  # fmt: skip
# RFC 6455 section 1.3.
WEBSOCKET_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
# What Asterisk takes in one frame (http_websocket.c, MAXIMUM_FRAME_SIZE); more is answered with a close of 1009.
FRAME_LIMIT = 65_535


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server answers: a status, and a body as it is."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class FakeLink:
    """What the network between the server and all of its clients does."""

    frozen: bool = False
    piece: int | None = None


class ReceivedRequest:
    """What a client asked, by HTTP or ``over_websocket``.

    ``target`` is the path and the query as they came, ``path`` decoded and without ``/ari``; names of headers are in
    lower case.
    """

    def __init__(
        self, session: FakeSession, method: str, target: str, headers: Mapping[str, str], body: bytes, key: str | None
    ) -> None:
        parts = urlsplit(target)
        self.method = method
        self.target = target
        self.path = unquote("/" + parts.path.partition("/ari/")[2]) if key is None else "/" + unquote(parts.path)
        self.query = dict(parse_qsl(parts.query, keep_blank_values=True))
        self.headers = headers
        self.body = body
        self.over_websocket = key is not None
        self._session = session
        self._key = key

    def json(self) -> Any:
        """Return the body, decoded."""
        return json.loads(self.body)

    def reply(self, reply: Reply) -> None:
        """Answer now; for requests the server was told to be silent about."""
        if self._key is None:
            self._session.write(_http(reply, self.headers))
        else:
            self._session.send_frame(TEXT, _rest_response(self, self._key, reply))

    def write(self, data: bytes) -> None:
        """Write *data* to the client as it is: half an answer, or what is none."""
        self._session.write(data)

    def drop(self) -> None:
        """Close the connection the request came by (FIN), after what was written."""
        self._session.close()

    def open_websocket(self, applications: list[str]) -> None:
        """Agree to the handshake, and make a WebSocket of the connection."""
        digest = hashlib.sha1(  # noqa: S324 - the RFC's choice, and no secret
            (self.headers.get("sec-websocket-key", "") + WEBSOCKET_GUID).encode()
        ).digest()
        accept = base64.b64encode(digest).decode()
        head = f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}"
        self._session.applications = applications
        self._session.is_websocket = True
        self._session.write(f"HTTP/1.1 101 Switching Protocols\r\n{head}\r\n\r\n".encode())

    def __repr__(self) -> str:
        headers = [redact(f"{name}: {value}") for name, value in self.headers.items()]
        return f"<ReceivedRequest {self.method} {redact(self.target)} {', '.join(headers)}>"


class FakeSession(asyncio.Protocol):
    """One client's connection: bytes in both directions, and what the server has to know about the client."""

    def __init__(
        self,
        link: FakeLink,
        *,
        joined: Callable[[FakeSession], None],
        left: Callable[[FakeSession], None],
        perform: Callable[[ReceivedRequest], None],
    ) -> None:
        self.transport: asyncio.Transport
        self.is_websocket = False
        self.applications: list[str] = []
        self.muted = False
        self._link = link
        self._joined, self._left, self._perform = joined, left, perform
        self._incoming = b""
        self._outgoing = bytearray()
        self._next_piece: asyncio.Handle | None = None
        self._closing = False

    # --- for the event loop ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Part of asyncio's protocol interface."""
        self.transport = cast("asyncio.Transport", transport)
        if self._link.frozen:
            self.transport.pause_reading()
        self._joined(self)

    def data_received(self, data: bytes) -> None:
        """Part of asyncio's protocol interface."""
        self._incoming += data
        while not self._link.frozen and (self._take_frame() if self.is_websocket else self._take_request()):
            pass

    def connection_lost(self, _: Exception | None) -> None:
        """Part of asyncio's protocol interface."""
        self.applications = []
        self._left(self)

    # --- for the server ---

    def write(self, data: bytes) -> None:
        """Send *data*, as the link allows."""
        if not self.muted:
            self._outgoing += data
            self._flush()

    def send_frame(self, opcode: int, data: bytes) -> bool:
        """Send one WebSocket frame; servers do not mask (RFC 6455 section 5.1)."""
        size = len(data)
        if size < 126:
            head = struct.pack(">BB", 0x80 | opcode, size)
        elif size < 65_536:
            head = struct.pack(">BBH", 0x80 | opcode, 126, size)
        else:
            head = struct.pack(">BBQ", 0x80 | opcode, 127, size)
        self.write(head + data)
        return True

    def close(self) -> None:
        """Close (FIN), after what was written."""
        self._closing = True
        self._flush()

    def reset(self) -> None:
        """Break the connection (RST)."""
        linger = struct.pack("ii", 1, 0)  # On, for 0 s: closing resets.
        self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.transport.abort()

    def go_on(self) -> None:
        """Go on after a freeze."""
        self.transport.resume_reading()
        self._flush()
        self.data_received(b"")

    # --- inside ---

    def _take_request(self) -> bool:
        if self._incoming and not self._incoming[:1].isalpha():
            # The first byte of TLS, for instance.
            self._incoming = b""
            self.write(_http(Reply(400, b"<h1>Bad Request</h1>", content_type="text/html"), {"connection": "close"}))
            self.close()
        head, end, rest = self._incoming.partition(b"\r\n\r\n")
        if not end:
            return False
        line, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in lines)}
        size = int(headers.get("content-length", "0"))
        if len(rest) < size:
            return False
        body, self._incoming = rest[:size], rest[size:]
        method, target, _ = line.split(" ")
        self._perform(ReceivedRequest(self, method, target, headers, body, None))
        return True

    def _take_frame(self) -> bool:
        data = self._incoming
        if len(data) < 2:
            return False
        size, start = data[1] & 0x7F, 2
        if size >= 126:
            width = 2 if size == 126 else 8
            size, start = int.from_bytes(data[2 : 2 + width], "big"), 2 + width
        if len(data) < start + 4 + size:
            return False
        mask, masked = data[start : start + 4], data[start + 4 : start + 4 + size]
        self._incoming = data[start + 4 + size :]
        key = int.from_bytes((mask * (size // 4 + 1))[:size], "big")
        content = (int.from_bytes(masked, "big") ^ key).to_bytes(size, "big")
        if size > FRAME_LIMIT:
            self.send_frame(CLOSE, (1009).to_bytes(2, "big"))
            self.close()
        else:
            self._frame(data[0] & 0x0F, content)
        return True

    def _frame(self, opcode: int, content: bytes) -> None:
        if opcode == PING:
            self.send_frame(PONG, content)
        elif opcode == CLOSE:
            self.send_frame(CLOSE, content[:2])
            self.close()
        elif opcode == TEXT:
            question = json.loads(content)
            headers = {"content-type": question.get("content_type", "")}
            body = question.get("message_body", "").encode()
            key = question.get("request_id", "")
            self._perform(ReceivedRequest(self, question["method"], question["uri"], headers, body, key))

    def _flush(self) -> None:
        ready = not self._link.frozen and self._next_piece is None and not self.transport.is_closing()
        if self._outgoing and ready:
            data = bytes(self._outgoing[: self._link.piece])
            self.transport.write(data)
            del self._outgoing[: len(data)]
            if self._outgoing:
                self._next_piece = asyncio.get_running_loop().call_soon(self._flush_next)
        if self._closing and (self._link.frozen or not self._outgoing):
            self.transport.close()

    def _flush_next(self) -> None:
        self._next_piece = None
        self._flush()


def _http(reply: Reply, asked: Mapping[str, str]) -> bytes:
    """Return *reply* as Asterisk's web server writes it."""
    lines = [
        f"HTTP/1.1 {reply.status} {PHRASES.get(reply.status, 'Unknown')}",
        "Server: Asterisk/22.10.1",
        "Date: Mon, 23 Nov 2026 07:26:29 GMT",
        *(["Connection: close"] if asked.get("connection", "").lower() == "close" else []),
        "Cache-Control: no-cache, no-store",
        *(['WWW-Authenticate: Basic realm="Asterisk REST Interface"'] if reply.status == 401 else []),
        *([f"Content-type: {reply.content_type}"] if reply.body else []),
        *(f"{name}: {value}" for name, value in reply.headers.items()),
        f"Content-Length: {len(reply.body)}",
    ]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + reply.body


def _rest_response(request: ReceivedRequest, key: str, reply: Reply) -> bytes:
    """Return *reply* as the frame that Asterisk writes (res/ari/ari_websockets.c)."""
    response = {
        "type": "RESTResponse",
        "transaction_id": "",
        "request_id": key,
        "status_code": reply.status,
        "reason_phrase": PHRASES.get(reply.status, "Unknown"),
        "uri": request.target,
        **({"content_type": reply.content_type, "message_body": reply.body.decode()} if reply.body else {}),
        "application": "demo",
        "timestamp": "2026-11-23T07:28:09.935+0000",
        "asterisk_id": "02:fc:00:00:00:01",
    }
    return json.dumps(response).encode()
