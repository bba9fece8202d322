"""One client's connection to the fake Asterisk of :mod:`.testing`: HTTP and WebSocket, byte by byte.

Of both it has only what ARI needs, written down from RFC 9112 and RFC 6455 and independent of what the client uses.
"""

from __future__ import annotations

import base64
import hashlib
import json
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from asterisk_py_core.redaction import redact
from asterisk_py_core.testing import FakeLink, FakeSession

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["FakeAriSession", "ReceivedRequest", "Reply"]

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


class ReceivedRequest:
    """What a client asked, by HTTP or ``over_websocket``.

    ``target`` is the path and the query as they came, ``path`` decoded and without ``/ari``; names of headers are in
    lower case.
    """

    def __init__(
        self,
        session: FakeAriSession,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: bytes,
        key: str | None,
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


class FakeAriSession(FakeSession):
    """One client's connection, and what the server has to know about the client."""

    def __init__(
        self,
        link: FakeLink,
        joined: Callable[[FakeAriSession], object],
        left: Callable[[FakeAriSession], object],
        perform: Callable[[ReceivedRequest], None],
    ) -> None:
        super().__init__(link, joined, left)
        self.is_websocket = False
        self.applications: list[str] = []
        self.muted = False
        self._perform = perform

    def take(self) -> bool:
        """Take a request, or a frame once it is a WebSocket."""
        return self._take_frame() if self.is_websocket else self._take_request()

    def connection_lost(self, exc: Exception | None) -> None:
        """Part of asyncio's protocol interface."""
        self.applications = []
        super().connection_lost(exc)

    def write(self, data: bytes) -> bool:
        """Send *data*, as the link allows."""
        return not self.muted and super().write(data)

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

    # --- inside ---

    def _take_request(self) -> bool:
        if self.incoming and not self.incoming[:1].isalpha():
            # The first byte of TLS, for instance.
            self.incoming = b""
            self.write(_http(Reply(400, b"<h1>Bad Request</h1>", content_type="text/html"), {"connection": "close"}))
            self.close()
        head, end, rest = self.incoming.partition(b"\r\n\r\n")
        if not end:
            return False
        line, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in lines)}
        size = int(headers.get("content-length", "0"))
        if len(rest) < size:
            return False
        body, self.incoming = rest[:size], rest[size:]
        method, target, _ = line.split(" ")
        self._perform(ReceivedRequest(self, method, target, headers, body, None))
        return True

    def _take_frame(self) -> bool:
        data = self.incoming
        if len(data) < 2:
            return False
        size, start = data[1] & 0x7F, 2
        if size >= 126:
            width = 2 if size == 126 else 8
            size, start = int.from_bytes(data[2 : 2 + width], "big"), 2 + width
        if len(data) < start + 4 + size:
            return False
        mask, masked = data[start : start + 4], data[start + 4 : start + 4 + size]
        self.incoming = data[start + 4 + size :]
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
