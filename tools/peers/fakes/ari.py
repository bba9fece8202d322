"""An Asterisk REST Interface: HTTP and WebSocket by hand, and as much of the API's description as clients ask for."""

import base64
import hashlib
import re
from collections.abc import Callable
from typing import Final, TypeAlias

from .server import Link, Server

__all__ = ["OK", "ScriptedAri", "response"]

RESOURCES: Final = (
    b'{"apiVersion":"8.0.0","swaggerVersion":"1.1","basePath":"http://127.0.0.1:%PORT%/ari","apis":['
    b'{"path":"/api-docs/channels.{format}","description":"Channel resources"},'
    b'{"path":"/api-docs/events.{format}","description":"WebSocket resource"}]}'
)
EVENTS: Final = (
    b'{"apiVersion":"8.0.0","swaggerVersion":"1.1","basePath":"http://127.0.0.1:%PORT%/ari",'
    b'"resourcePath":"/api-docs/events.{format}","apis":[{"path":"/events","description":"Events from Asterisk",'
    b'"operations":[{"httpMethod":"GET","upgrade":"websocket","websocketProtocol":"ari","nickname":"eventWebsocket",'
    b'"responseClass":"Message","parameters":[{"name":"app","paramType":"query","required":true,"allowMultiple":true,'
    b'"dataType":"string"}]}]}],"models":{'
    b'"ChannelUserevent":{"id":"ChannelUserevent","properties":{"type":{"type":"string"},"eventname":{"type":"string"},'
    b'"userevent":{"type":"object"},"channel":{"type":"Channel"}}},'
    b'"ApplicationReplaced":{"id":"ApplicationReplaced","properties":{"type":{"type":"string"}}}}}'
)
CHANNELS: Final = (
    b'{"apiVersion":"8.0.0","swaggerVersion":"1.1","basePath":"http://127.0.0.1:%PORT%/ari",'
    b'"resourcePath":"/api-docs/channels.{format}","apis":['
    b'{"path":"/channels","description":"Active channels","operations":[{"httpMethod":"POST","nickname":"originate",'
    b'"responseClass":"Channel","parameters":['
    b'{"name":"endpoint","paramType":"query","required":true,"dataType":"string"},'
    b'{"name":"app","paramType":"query","required":false,"dataType":"string"}]}]},'
    b'{"path":"/channels/{channelId}","description":"Active channel","operations":['
    b'{"httpMethod":"GET","nickname":"get","responseClass":"Channel","parameters":['
    b'{"name":"channelId","paramType":"path","required":true,"dataType":"string"}]},'
    b'{"httpMethod":"DELETE","nickname":"hangup","responseClass":"void","parameters":['
    b'{"name":"channelId","paramType":"path","required":true,"dataType":"string"}]}]}],"models":{}}'
)
APPLICATION: Final = (
    b'{"name":"demo","channel_ids":[],"bridge_ids":[],"endpoint_ids":[],"device_names":[],"events_allowed":[],'
    b'"events_disallowed":[]}'
)
CHANNEL: Final = (
    b'{"id":"1795418684.85","name":"Local/200@default-0000002a;2","state":"Up","caller":{"name":"","number":""},'
    b'"connected":{"name":"","number":""},"accountcode":"","dialplan":{"context":"default","exten":"200","priority":1},'
    b'"creationtime":"2026-11-25T12:00:00.000+0000","language":"en"}'
)
Answer: TypeAlias = bytes | Callable[[Link], None] | None


def response(status: bytes, body: bytes, kind: bytes = b"application/json") -> bytes:
    """Return an HTTP response as Asterisk writes it."""
    head = b"HTTP/1.1 %s\r\nServer: Asterisk/22.10.1\r\nContent-type: %s\r\nContent-Length: %d\r\n\r\n"
    return head % (status, kind, len(body)) + body


OK: Final = response(b"200 OK", CHANNEL)


class ScriptedAri(Server):
    """Answers as Asterisk does, or as `script` says, by method and path: bytes, None for silence, or a function."""

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[bytes] = []
        self.script: dict[bytes, Answer] = {
            b"GET /ari/channels/": OK,
            b"GET /ari/channels ": response(b"200 OK", b"[]"),
            b"GET /ari/applications/demo ": response(b"200 OK", APPLICATION),
            b"POST /ari/channels": OK,
        }
        self.websockets: list[Link] = []
        self.refusal: bytes | None = None
        """Answers every request; on the WebSocket alone if `refuse_events_only`."""
        self.refuse_events_only = False
        self._parsed: dict[Link, int] = {}

    def hear(self, link: Link) -> None:
        """Answer every request that is whole; of what a WebSocket says, a close frame (RFC 6455, 5.5.1)."""
        if link in self.websockets:
            if link.received[self._parsed[link] :].startswith(b"\x88"):
                link.write(b"\x88\x00")
                link.close()
            self._parsed[link] = len(link.received)
        while link not in self.websockets:
            request = link.received[self._parsed.get(link, 0) :]
            head, end, rest = request.partition(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
            size = int(length[1]) if length else 0
            if not end or len(rest) < size:
                return
            self._parsed[link] = self._parsed.get(link, 0) + len(head) + 4 + size
            line = head.partition(b"\r\n")[0]
            self.requests.append(line)
            self._answer(link, line, head)

    def _answer(self, link: Link, line: bytes, head: bytes) -> None:
        if self.refusal is not None and not self.refuse_events_only:
            link.write(self.refusal)
            return
        for name, document in ((b"resources", RESOURCES), (b"events", EVENTS), (b"channels", CHANNELS)):
            if line.startswith(b"GET /ari/api-docs/" + name):
                link.write(response(b"200 OK", document.replace(b"%PORT%", b"%d" % self.port)))
                return
        if line.startswith(b"GET /ari/events"):
            self._upgrade(link, head)
            return
        for start, answer in self.script.items():
            if line.startswith(start):
                if callable(answer):
                    answer(link)
                elif answer is not None:
                    link.write(answer)
                return
        link.write(response(b"404 Not Found", b'{"message":"Invalid resource"}'))

    def _upgrade(self, link: Link, head: bytes) -> None:
        if self.refusal is not None:
            link.write(self.refusal)
            return
        key = re.search(rb"sec-websocket-key: *(\S+)", head, re.IGNORECASE)
        # RFC 6455, 1.3.
        digest = hashlib.sha1((key[1] if key else b"") + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()  # noqa: S324
        accept = base64.b64encode(digest)
        self.websockets.append(link)
        link.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
        )

    def say(self, text: bytes, opcode: int = 1) -> None:
        """Send *text* as a frame (RFC 6455, 5.2) to every WebSocket."""
        size = len(text)
        length = (
            bytes([size]) if size < 126 else b"\x7e" + size.to_bytes(2) if size < 65_536 else b"\x7f" + size.to_bytes(8)
        )
        for link in self.websockets:
            link.write(bytes([0x80 | opcode]) + length + text)

    def count(self, start: bytes) -> int:
        """Return how many requests began with *start*."""
        return sum(line.startswith(start) for line in self.requests)

    @property
    def url(self) -> str:
        """Where clients connect to."""
        return f"http://127.0.0.1:{self.port}/"
