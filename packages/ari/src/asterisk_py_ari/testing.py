r"""A fake Asterisk for your own tests: it speaks ARI on a loopback port and does what you tell it.

::

    async with FakeAriServer() as pbx:
        pbx.on("POST", "/channels", Reply(200, b'{"id": "1", "name": "PJSIP/200-1", "state": "Down"}'))
        async with AriClient(pbx.url, app="demo", credentials=pbx.credentials) as ari:
            ...  # the code under test
        assert pbx.called("POST", "/channels")[0].query["endpoint"] == "PJSIP/200"

As a pytest fixture, whichever plugin runs your async tests, in ``conftest.py``::

    pbx = pytest_asyncio.fixture(fake_ari)  # or, with anyio: pytest.fixture(fake_ari)

Without a script it is a healthy and empty Asterisk 22: it has no channels, takes every application, and knows one user.
Requests come by HTTP or over the WebSocket, and are the same to it. It writes literal bytes and has parsers of its own,
so that no mistake of the client can hide behind the same mistake here.
"""

from __future__ import annotations

import base64
import fnmatch
import hmac
import json
from typing import TYPE_CHECKING, Any, TypeAlias

from asterisk_py_core.testing import FakeServer

from .fake_session import FakeAriSession, ReceivedRequest, Reply

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from ssl import SSLContext

__all__ = [
    "NOT_BOOTED",
    "NO_ARI",
    "UNAUTHORIZED",
    "FakeAriServer",
    "ReceivedRequest",
    "Reply",
    "Script",
    "fake_ari",
]

HTML_404 = (
    b'<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\r\n<html><head>\r\n<title>404 Not Found</title>\r\n'
    b"</head><body>\r\n<h1>Not Found</h1>\r\n<p>The requested URL was not found on this server.</p>\r\n<hr />\r\n"
    b"<address>Asterisk/22.10.1</address>\r\n</body></html>\r\n"
)
NO_ARI = Reply(404, HTML_404, content_type="text/html")
NOT_BOOTED = Reply(503, b'{"message":"Asterisk not booted"}')
UNAUTHORIZED = Reply(401, b'{"message":"Authentication required"}')
EVERYTHING = ("*", "*")
ENTITY_ID = "02:fc:00:00:00:01"
NOW = "2026-11-23T07:28:09.935+0000"

Script: TypeAlias = "Reply | Callable[[ReceivedRequest], Reply | None] | None"


class FakeAriServer(FakeServer[FakeAriSession]):
    """An Asterisk on a loopback port of its own, for as long as the ``async with`` block lasts.

    *username* and *secret* are who may log in; *port* 0 takes a free one and keeps it for restarts; with *ssl* it
    speaks HTTPS. With *rest_over_websocket* false it is an Asterisk too old for that. ``greeting`` is written to who
    connects, instead of waiting for a request. What was asked is in ``received``; ``connections``, and ``handshakes``
    of WebSockets that succeeded, are counted. It may be used in the event loop only.
    """

    def __init__(
        self,
        *,
        username: str = "ari",
        secret: str = "a made-up secret",  # noqa: S107 - it guards nothing
        host: str = "127.0.0.1",
        port: int = 0,
        ssl: SSLContext | None = None,
        rest_over_websocket: bool = True,
    ) -> None:
        super().__init__(username=username, secret=secret, host=host, port=port, ssl=ssl)
        self.greeting = b""
        self.received: list[ReceivedRequest] = []
        self.handshakes = 0
        self._rest_over_websocket = rest_over_websocket
        self._script: dict[tuple[str, str], Script] = {}

    @property
    def url(self) -> str:
        """What a client is told to connect to."""
        return f"{'https' if self._ssl else 'http'}://{self.host}:{self.port}"

    # --- what came ---

    def called(self, method: str, path: str) -> list[ReceivedRequest]:
        """Return what was asked so far with *method* on *path* (below ``/ari``; ``*`` stands for anything)."""
        return [each for each in self.received if each.method == method and fnmatch.fnmatchcase(each.path, path)]

    async def wait_for_request(self, method: str, path: str, count: int = 1) -> ReceivedRequest:
        """Return the request number *count* of those :meth:`called` finds, once it is received."""
        await self.wait_until(lambda: len(self.called(method, path)) >= count)
        return self.called(method, path)[count - 1]

    async def wait_for_handshake(self, count: int = 1) -> None:
        """Return when *count* WebSockets were opened since the server was made."""
        await self.wait_until(lambda: self.handshakes >= count)

    @property
    def applications(self) -> list[str]:
        """The applications that have a WebSocket now."""
        return [name for session in self._sessions for name in session.applications]

    # --- what it answers ---

    def on(self, method: str, path: str, reply: Script) -> None:
        r"""Answer *method* on *path* with *reply* from now on, instead of what Asterisk would say.

        *path* is what follows ``/ari``; ``*`` in it stands for anything. The handshake of the WebSocket is ``GET`` on
        ``/events``. *reply* is a :class:`Reply`, a function of the :class:`ReceivedRequest` that returns one, or None
        for silence: answer later with its ``reply``. A function may ``write`` half an answer, ``drop`` and return None.
        """
        self._script.pop((method, path), None)  # The newest is looked at first.
        self._script[method, path] = reply

    def off(self, method: str, path: str) -> None:
        """Answer *method* on *path* as Asterisk does again."""
        self._script.pop((method, path), None)

    def answer_everything(self, reply: Script) -> None:
        """Answer all that :meth:`on` does not with *reply* (:data:`NO_ARI`, :data:`NOT_BOOTED`), handshakes, too."""
        self._script.pop(EVERYTHING, None)
        self._script = {EVERYTHING: reply, **self._script}

    def answer_normally(self) -> None:
        """Forget all that :meth:`on` and :meth:`answer_everything` said."""
        self._script.clear()

    def refuse_logins(self) -> None:
        """Refuse every login from now on, as for a user that ari.conf does not have any more."""
        self._script.pop(EVERYTHING, None)
        self._script[EVERYTHING] = UNAUTHORIZED

    # --- events ---

    def emit(self, data: bytes | str) -> int:
        """Send *data* as a text frame to all WebSockets, whatever it is; return how many those are."""
        text = data.encode() if isinstance(data, str) else data
        return sum(session.send_frame(1, text) for session in self._sessions if session.is_websocket)

    def emit_event(self, type: str, **fields: Any) -> int:  # noqa: A002 - Asterisk's word
        """Send an event to the WebSockets of its ``application`` (if not given, to all); return how many those are."""
        count = 0
        for session in self._sessions:
            for name in session.applications:
                if fields.get("application", name) == name:
                    event = {"type": type, "timestamp": NOW, "asterisk_id": ENTITY_ID, "application": name, **fields}
                    count += session.send_frame(1, json.dumps(event).encode())
                    break
        return count

    def replace(self, application: str) -> None:
        """Take *application* away from its WebSockets, as when another client asks for it: they get one last event."""
        self.emit_event("ApplicationReplaced", application=application)
        for session in self._sessions:
            session.applications = [name for name in session.applications if name != application]

    # --- the link ---

    def drop_websockets(self, code: int | None = None) -> None:
        """Close the WebSockets alone: with a close frame of *code*, or without a word."""
        for session in self._sessions:
            if session.is_websocket:
                if code is not None:
                    session.send_frame(8, code.to_bytes(2, "big"))
                session.close()

    def mute_websockets(self) -> None:
        """Send nothing over the WebSockets that stand, not even an answer to a ping, and leave them open."""
        for session in self._sessions:
            session.muted = session.is_websocket

    def __repr__(self) -> str:
        return f"<FakeAriServer {self.url} connected={self.connected} handshakes={self.handshakes}>"

    # --- inside ---

    def _session(self) -> FakeAriSession:
        return FakeAriSession(self._link, self._joined, self._left, self._perform)

    def _welcome(self, session: FakeAriSession) -> None:
        if self.greeting:
            session.write(self.greeting)
            session.close()

    def _perform(self, request: ReceivedRequest) -> None:
        if request.over_websocket and not self._rest_over_websocket:
            return
        self.received.append(request)
        script = self._script_for(request)
        if script is not _NOT_SCRIPTED:
            answer = script(request) if callable(script) else script
        elif not request.over_websocket and not self._is_authentic(request):
            answer = UNAUTHORIZED
        else:
            answer = self._answer_as_asterisk(request)
        if answer is not None:
            request.reply(answer)
        self._changed.set()

    def _script_for(self, request: ReceivedRequest) -> Any:
        for (method, path), script in reversed(self._script.items()):
            if method in {"*", request.method} and fnmatch.fnmatchcase(request.path, path):
                return script
        return _NOT_SCRIPTED

    def _is_authentic(self, request: ReceivedRequest) -> bool:
        login = f"{self.credentials.username}:{self.credentials.reveal()}".encode()
        given = request.headers.get("authorization", "")
        return hmac.compare_digest(given.encode(), b"Basic " + base64.b64encode(login))

    def _answer_as_asterisk(self, request: ReceivedRequest) -> Reply | None:
        match request.method, request.path.strip("/").split("/"):
            case "GET", ["events"]:
                return self._open_websocket(request)
            case "GET", ["asterisk", "ping"]:
                return Reply(200, f'{{"ping":"pong","timestamp":"{NOW}","asterisk_id":"{ENTITY_ID}"}}'.encode())
            case "GET", ["channels" | "bridges" | "endpoints" | "deviceStates" | "mailboxes" | "sounds"]:
                return Reply(200, b"[]")
            case "GET", ["applications"]:
                return Reply(200, b"[" + b",".join(map(_application, self.applications)) + b"]")
            case "GET", ["applications", name] if name in self.applications:
                return Reply(200, _application(name))
            case "PUT", ["applications", name, "eventFilter"] if name in self.applications:
                return Reply(200, _application(name))
            case _, ["channels", _, *_]:
                return Reply(404, b'{"message":"Channel not found"}')
            case _, ["bridges", _, *_]:
                return Reply(404, b'{"message":"Bridge not found"}')
            case _:
                return Reply(404, b'{"message":"Resource not found"}')

    def _open_websocket(self, request: ReceivedRequest) -> Reply | None:
        names = request.query.get("app", "").split(",")
        if names == [""]:
            return Reply(400, b"<h1>Bad Request</h1>", content_type="text/html")
        if "" in names:
            return Reply(500, b"<h1>Internal Server Error</h1>", content_type="text/html")
        if request.headers.get("upgrade", "").lower() != "websocket":
            return Reply(426, b"<h1>Upgrade Required</h1>", content_type="text/html")
        for name in names:
            self.replace(name)
        self.handshakes += 1
        request.open_websocket(names)
        return None


_NOT_SCRIPTED: Any = object()


def _application(name: str, channel_ids: Sequence[str] = ()) -> bytes:
    application = {
        "name": name,
        "channel_ids": list(channel_ids),
        "bridge_ids": [],
        "endpoint_ids": [],
        "device_names": [],
        "events_allowed": [],
        "events_disallowed": [],
    }
    return json.dumps(application).encode()


async def fake_ari() -> AsyncIterator[FakeAriServer]:
    """Yield a running :class:`FakeAriServer`: the body of a fixture, see the top of this module."""
    async with FakeAriServer() as pbx:
        yield pbx
