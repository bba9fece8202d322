"""The client as its users meet it, against a scripted server."""

import asyncio
import base64
import gc
import json
import ssl
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
import trustme

from asterisk_py_ari.client import AriClient
from asterisk_py_ari.errors import (
    ApplicationReplacedError,
    ConflictError,
    ForbiddenError,
    NotBootedError,
    NotFoundError,
    ServerError,
    StatusError,
    UnansweredError,
    UnsupportedTransportError,
)
from asterisk_py_ari.event_filter import EventFilter
from asterisk_py_ari.events import ApplicationReplaced, AriEvent, ChannelDestroyed, StasisEnd, StasisStart
from asterisk_py_ari.protocol.requests import Request
from asterisk_py_ari.resync import Resynchronized
from asterisk_py_ari.testing import NO_ARI, NOT_BOOTED, UNAUTHORIZED, FakeAriServer, ReceivedRequest, Reply, fake_ari
from asterisk_py_core.credentials import Credentials
from asterisk_py_core.errors import (
    AsteriskError,
    ClientClosedError,
    ConnectFailedError,
    ConnectionClosedError,
    FrameTooLargeError,
    InputError,
    LoginRejectedError,
    MissingCredentialsError,
    NotSentError,
    OutcomeUnknownError,
    ReadTimeoutError,
    TlsError,
    UnexpectedResponseError,
    UnsupportedVersionError,
    WriteTimeoutError,
)
from asterisk_py_core.event_bus import EventSubscription
from asterisk_py_core.reconnect import ConnectionState, ConnectionStateChanged, ReconnectPolicy
from tests.unit.ari.conftest import ENCODED, SECRET

QUICKLY = ReconnectPolicy.fixed(0.1)
D, C, K, R = (
    ConnectionState.DISCONNECTED,
    ConnectionState.CONNECTING,
    ConnectionState.CONNECTED,
    ConnectionState.RECONNECTING,
)
PROGRESS: dict[str, Any] = {
    "context": "default", "exten": "200", "priority": 1, "app_name": "Stasis", "app_data": "demo",
}  # fmt: skip

pbx = pytest_asyncio.fixture(fake_ari)
MakeClient = Callable[..., AriClient]
over_either = pytest.mark.parametrize("transport", ["http", "websocket"])


def channel(name: str, **fields: Any) -> dict[str, Any]:
    """Return a channel as Asterisk 22 describes one."""
    return {
        "id": name, "name": f"PJSIP/{name}", "state": "Up", "protocol_id": "", "caller": {"name": "", "number": ""},
        "connected": {"name": "", "number": ""}, "accountcode": "", "dialplan": PROGRESS,
        "creationtime": "2026-11-23T07:28:02.545+0000", "language": "en", **fields,
    }  # fmt: skip


def application(*channels: str, name: str = "demo") -> Reply:
    """Return what Asterisk says about an application that has these channels."""
    body = {"name": name, "channel_ids": list(channels), "bridge_ids": [], "endpoint_ids": [], "device_names": [],
            "events_allowed": [], "events_disallowed": []}  # fmt: skip
    return Reply(200, json.dumps(body).encode())


def channels(*names: str) -> Reply:
    """Return the list of all channels."""
    return Reply(200, json.dumps([channel(name) for name in names]).encode())


@pytest.fixture(autouse=True)
async def nothing_is_left() -> AsyncIterator[None]:
    yield
    async with asyncio.timeout(5):
        while asyncio.all_tasks() != {asyncio.current_task()}:  # noqa: ASYNC110 - tasks that end set no event
            await asyncio.sleep(0)
    gc.collect()  # A transport left open warns here, and warnings fail tests.


@pytest.fixture
async def make_client(pbx: FakeAriServer) -> AsyncIterator[MakeClient]:
    made: list[AriClient] = []

    def make_client(**options: Any) -> AriClient:
        arguments: dict[str, Any] = {"url": pbx.url, "app": "demo", "credentials": pbx.credentials, "policy": QUICKLY}
        made.append(AriClient(**(arguments | options)))
        return made[-1]

    yield make_client
    for client in made:
        await client.aclose()


async def next_of(events: EventSubscription[Any], kind: type[Any]) -> Any:
    async with asyncio.timeout(5):
        while not isinstance(event := await events.recv(), kind):
            pass
        return event


async def ended(client: AriClient) -> tuple[list[ConnectionState], BaseException | None]:
    """Return the states until the end of *client*'s run, and what ended it."""
    states: list[ConnectionState] = []
    try:
        async for change in client.states():
            states.append(change.state)  # noqa: PERF401 - those before the error, too
    except AsteriskError as error:
        return states, error
    return states, None


# --- arguments -------------------------------------------------------------------------------------------------------


def new(**options: Any) -> AriClient:
    arguments: dict[str, Any] = {"app": "demo", "credentials": Credentials("ari", "x")}
    return AriClient(**(arguments | options))


@pytest.mark.parametrize(
    "options",
    [
        {"transport": 10**5000}, {"app": 10**5000}, {"app": [10**5000]}, {"event_filter": 10**5000},
        {"policy": 10**5000},
        {"app": "a\ud800"}, {"app": [f"a{number:072d}" for number in range(60)]},
        {"url": "http://h/\ud800"}, {"url": "http://\ud800"}, {"url": f"http://{'a' * 64}"}, {"url": "http://a..b"},
        {"url": "http://."}, {"url": "http://256.1.1.1"}, {"url": "http://127.1"}, {"url": "http://0"},
        {"transport": "carrier pigeon"}, {"transport": None}, {"event_filter": "StasisStart"}, {"ssl": True},
        {"url": "https://a", "ssl": False}, {"url": "https://a", "ssl": "yes"}, {"timeout": 0}, {"policy": "often"},
        {"credentials": Credentials("a:b", "x")},
    ],
)  # fmt: skip
def test_an_unusable_argument_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        new(**options)


def test_credentials_are_needed() -> None:
    with pytest.raises(MissingCredentialsError, match="AriClient"):
        new(credentials=("ari", "x"))


def test_a_client_shows_where_to_it_goes_and_for_whom() -> None:
    client = new(app=["a", "b"])
    assert repr(client) == "<AriClient 127.0.0.1:8088 a,b disconnected>"
    assert (client.app, client.apps) == ("a", ("a", "b"))


# --- connecting ------------------------------------------------------------------------------------------------------


async def test_the_handshake_asks_for_the_applications_by_header_alone(
    pbx: FakeAriServer, make_client: MakeClient
) -> None:
    async with make_client(app=["a b", "Zoë", "c&d=e"], subscribe_all=True):
        (request,) = pbx.called("GET", "/events")
        assert request.target == "/ari/events?app=a%20b,Zo%C3%AB,c%26d%3De&subscribeAll=true"
        assert request.query == {"app": "a b,Zoë,c&d=e", "subscribeAll": "true"}
        assert request.headers["authorization"].startswith("Basic ")
        assert sorted(pbx.applications) == ["Zoë", "a b", "c&d=e"]
    assert pbx.credentials.reveal() not in repr(pbx.received)


async def test_087_a_wrong_password_is_one_attempt_and_no_retry(pbx: FakeAriServer, make_client: MakeClient) -> None:
    client = make_client(credentials=Credentials("ari", "a made-up secret?"), retry_first=True)
    with pytest.raises(LoginRejectedError, match=r"refused the login of 'ari': Authentication required"):
        await client.connect()
    assert (client.state, len(pbx.called("GET", "/events"))) == (D, 1)


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(403, b'{"message":"Access denied"}'), ForbiddenError),
        (Reply(404, b'{"message":"Resource not found"}'), NotFoundError),
        (Reply(400, b"<h1>Bad Request</h1>", content_type="text/html"), StatusError),
    ],
)
async def test_087_what_does_not_heal_is_not_tried_again(
    pbx: FakeAriServer, make_client: MakeClient, reply: Reply, kind: type[StatusError]
) -> None:
    pbx.on("GET", "/events", reply)
    client = make_client(retry_first=True)
    with pytest.raises(kind, match="the WebSocket of demo to "):
        await client.connect()
    assert (client.state, len(pbx.called("GET", "/events"))) == (D, 1)


async def test_087_an_asterisk_that_starts_is_waited_for(pbx: FakeAriServer, make_client: MakeClient) -> None:
    """As recorded in ari-boot.json: refused, 404 from the web server, 503, and then there."""
    await pbx.stop()
    client = make_client(retry_first=True)
    changes = client.states()
    connecting = asyncio.ensure_future(client.connect())
    causes: list[object] = []

    async def next_cause() -> None:
        change = await next_of(changes, ConnectionStateChanged)
        while change.state is not R:
            change = await next_of(changes, ConnectionStateChanged)
        causes.append(change.cause)

    await next_cause()
    for reply in (NO_ARI, NOT_BOOTED, Reply(500, b"<h1>Internal Server Error</h1>", content_type="text/html")):
        pbx.answer_everything(reply)
        await pbx.start()
        while not isinstance(causes[-1], StatusError) or causes[-1].status != reply.status:
            await next_cause()
    pbx.answer_normally()
    async with asyncio.timeout(5):
        await connecting
    kinds = list(dict.fromkeys(type(cause) for cause in causes))
    assert kinds == [ConnectFailedError, NotFoundError, NotBootedError, ServerError]
    assert "ARI enabled in ari.conf" in str(next(cause for cause in causes if isinstance(cause, NotFoundError)))


async def test_connecting_can_be_cancelled_in_any_turn_and_leaves_nothing(
    pbx: FakeAriServer, make_client: MakeClient
) -> None:
    connected, turns = False, 0
    while not connected:
        turns += 1
        client = make_client(transport="auto", event_filter=EventFilter())
        connecting = asyncio.ensure_future(client.connect())
        for _ in range(turns):
            await asyncio.sleep(0)
        connected = connecting.done()
        connecting.cancel()
        await asyncio.wait([connecting])
        await client.aclose()
        assert asyncio.all_tasks() == {asyncio.current_task()}
    await pbx.wait_until(lambda: "connected=0" in repr(pbx))
    assert turns > 10


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_095_a_redirection_is_not_followed_with_the_login(
    pbx: FakeAriServer, make_client: MakeClient, status: int
) -> None:
    async with FakeAriServer() as elsewhere:
        for path in ("/events", "/channels"):
            away = {"Location": f"{elsewhere.url}/ari{path}?app=demo"}
            pbx.on("GET", path, Reply(status, b"<p>over there</p>", content_type="text/html", headers=away))
        client = make_client(retry_first=True)
        with pytest.raises(StatusError, match=f"rejected with {status}: over there"):
            await client.connect()
        pbx.off("GET", "/events")
        async with make_client() as client:
            with pytest.raises(StatusError, match=f"rejected with {status}: over there"):
                await client.channels.list()
        assert elsewhere.connections == 0


@pytest.mark.parametrize("body", [b"Content-Length: 99\r\n\r\nhalf", b"Transfer-Encoding: chunked\r\n\r\n9\r\nhalf"])
async def test_087_a_refusal_that_is_cut_off_counts_by_its_status(
    pbx: FakeAriServer, make_client: MakeClient, body: bytes
) -> None:
    def refuse(status: bytes) -> Callable[[ReceivedRequest], None]:
        def script(request: ReceivedRequest) -> None:
            request.write(b"HTTP/1.1 " + status + b"\r\n" + body)
            request.drop()

        return script

    pbx.on("GET", "/events", refuse(b"503 Starting"))
    client = make_client(retry_first=True)
    connecting = asyncio.create_task(client.connect())
    await client.wait_for(R)
    pbx.on("GET", "/events", refuse(b"401 Unauthorized"))
    with pytest.raises(LoginRejectedError):
        await connecting


async def test_what_speaks_no_http_is_quoted(pbx: FakeAriServer, make_client: MakeClient) -> None:
    pbx.greeting = b"Asterisk Call Manager/11.0.0\r\n"
    with pytest.raises(UnsupportedVersionError, match=r"greeted with 'Asterisk Call Manager/11.0.0'"):
        await make_client().connect()


async def test_a_peer_that_hangs_up_instead_of_answering_may_want_tls(
    pbx: FakeAriServer, make_client: MakeClient
) -> None:
    pbx.on("GET", "/events", lambda request: request.drop())
    with pytest.raises(ConnectionClosedError, match="before it answered"):
        await make_client(policy=ReconnectPolicy.none()).connect()


async def test_a_handshake_that_promises_and_does_not_keep_it_is_refused(
    pbx: FakeAriServer, make_client: MakeClient
) -> None:
    head = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    pbx.on("GET", "/events", lambda request: request.write(head + b"Sec-WebSocket-Accept: wrong\r\n\r\n"))
    with pytest.raises(UnexpectedResponseError, match="began no WebSocket"):
        await make_client(policy=ReconnectPolicy.none()).connect()


@pytest.mark.parametrize("trusts", [True, False])
async def test_tls_works_with_a_context_that_trusts_the_server_and_not_without(
    tmp_path: Path,
    trusts: bool,  # noqa: FBT001 - a parameter
) -> None:
    authority = trustme.CA()
    server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(server_context)
    context = ssl.create_default_context()
    if trusts:
        authority.configure_trust(context)
    del tmp_path
    async with FakeAriServer(ssl=server_context) as server:
        client = AriClient(server.url, app="demo", credentials=server.credentials, ssl=context, retry_first=True)
        try:
            if trusts:
                await client.connect()
                assert (await client.asterisk.ping()).ping == "pong"
            else:
                with pytest.raises(TlsError, match="certificate") as caught:
                    await client.connect()
                assert caught.value.certificate
                assert server.received == []
        finally:
            await client.aclose()


async def test_a_login_may_be_of_any_characters_and_bytes() -> None:
    username, secret = (
        "Zoë " + b"\xff".decode("utf-8", "surrogateescape"),
        "p:ä" + b"\xfe".decode("utf-8", "surrogateescape"),
    )
    given = base64.b64encode(b"Zo\xc3\xab \xff:p:\xc3\xa4\xfe").decode()
    async with FakeAriServer() as server:
        server.on("GET", "/events", UNAUTHORIZED)
        client = AriClient(server.url, app="demo", credentials=Credentials(username, secret))
        with pytest.raises(LoginRejectedError):
            await client.connect()
        assert server.received[0].headers["authorization"] == f"Basic {given}"


# --- which way requests take -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("transport", "can", "over_websocket"),
    [("http", True, False), ("websocket", True, True), ("auto", True, True), ("auto", False, False)],
)
async def test_requests_take_the_way_that_was_chosen_and_is_there(
    monkeypatch: pytest.MonkeyPatch,
    transport: str,
    can: bool,  # noqa: FBT001 - a parameter
    over_websocket: bool,  # noqa: FBT001 - a parameter
) -> None:
    monkeypatch.setattr("asterisk_py_ari.connection.PROBE_TIMEOUT", 0.1)
    async with FakeAriServer(rest_over_websocket=can) as server:
        server.on("GET", "/recordings/stored/a/file", Reply(200, b"RIFF\xff\x00", content_type="audio/x-wav"))
        credentials = server.credentials
        async with AriClient(server.url, app="demo", credentials=credentials, transport=transport) as client:
            assert (await client.asterisk.ping()).ping == "pong"
            assert server.received[-1].over_websocket is over_websocket
            # A sound file is no text, so it has one way only.
            assert await client.recordings.get_stored_file("a") == b"RIFF\xff\x00"
            assert not server.received[-1].over_websocket


async def test_an_asterisk_that_is_too_old_for_the_chosen_way_is_a_fatal_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("asterisk_py_ari.connection.PROBE_TIMEOUT", 0.1)
    async with FakeAriServer(rest_over_websocket=False) as server:
        credentials = server.credentials
        client = AriClient(server.url, app="demo", credentials=credentials, transport="websocket", retry_first=True)
        with pytest.raises(UnsupportedTransportError):
            await client.connect()
        assert server.handshakes == 1


async def test_the_way_is_found_out_once(pbx: FakeAriServer, make_client: MakeClient) -> None:
    client = make_client(transport="auto")
    async with client:
        pbx.drop()
        await next_of(client.events(), Resynchronized)
        await client.asterisk.ping()
    assert [request.over_websocket for request in pbx.called("GET", "/asterisk/ping")] == [True, True]


# --- requests --------------------------------------------------------------------------------------------------------


@over_either
async def test_a_request_has_its_query_and_body_as_asterisk_wants_them(
    pbx: FakeAriServer, make_client: MakeClient, transport: str
) -> None:
    pbx.on("POST", "/channels/a%2Fb", Reply(200, json.dumps(channel("a/b")).encode()))
    pbx.on("POST", "/channels/a/b", Reply(200, json.dumps(channel("a/b")).encode()))
    async with make_client(transport=transport) as client:
        made = await client.channels.originate(
            "PJSIP/200&201 + x", channel_id="a/b", app="demo", app_args="ä, ö", variables={"A": "ü"}
        )
    assert made.id == "a/b"
    request = pbx.received[-1]
    assert "channels/a%2Fb?" in request.target
    assert request.query == {"endpoint": "PJSIP/200&201 + x", "app": "demo", "appArgs": "ä, ö"}
    assert request.json() == {"variables": {"A": "ü"}}
    assert request.headers["content-type"] == "application/json"


@over_either
async def test_086_an_answer_of_any_kind_is_a_typed_error(
    pbx: FakeAriServer, make_client: MakeClient, transport: str
) -> None:
    async with make_client(transport=transport) as client:
        for status, body in (
            (404, b'{"message":"Channel not found"}'),
            (409, b""),
            (500, b"<html>oh dear</html>"),
            (302, b""),
            (412, b"x" * 10_000_000),
        ):
            pbx.on("POST", "/channels/c/answer", Reply(status, body, headers={"Location": "http://127.0.0.1:1/"}))
            with pytest.raises(StatusError) as caught:
                await client.channels.answer("c")
            assert caught.value.status == status
            assert len(str(caught.value)) < 1100
        pbx.on("POST", "/channels/c/answer", Reply(401, b'{"message":"Authentication required"}'))
        with pytest.raises(LoginRejectedError, match="'ari'"):
            await client.channels.answer("c")
        for body in (b"", b"<html>", b"[", b'"text"', b'{"ping":', b"\xff"):
            if transport == "http" or b"\xff" not in body:
                pbx.on("GET", "/asterisk/ping", Reply(200, body))
                with pytest.raises(UnexpectedResponseError, match=r"asterisk\.ping"):
                    await client.asterisk.ping()
        # Whatever it was, the next one is answered.
        pbx.off("GET", "/asterisk/ping")
        assert (await client.asterisk.ping()).ping == "pong"


async def test_an_answer_larger_than_any_of_asterisk_is_refused(
    pbx: FakeAriServer, make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("asterisk_py_ari.transport.http.ANSWER_LIMIT", 1000)
    pbx.on("GET", "/channels", Reply(200, b"[" + b" " * 100_000 + b"]"))
    async with make_client() as client:
        with pytest.raises(FrameTooLargeError, match=r"channels\.list"):
            await client.channels.list()
        assert (await client.asterisk.ping()).ping == "pong"


async def test_a_connection_is_kept_for_the_next_request_and_never_too_many_are_made(
    pbx: FakeAriServer, make_client: MakeClient
) -> None:
    async with make_client() as client:
        for _ in range(5):
            await client.asterisk.ping()
        assert pbx.connections == 2  # The WebSocket, and one for the requests.
        pbx.on("GET", "/asterisk/ping", None)
        pings = [asyncio.ensure_future(client.asterisk.ping()) for _ in range(50)]
        answered = 0
        while answered < 50:
            (request,) = [(await pbx.wait_for_request("GET", "/asterisk/ping", 6 + answered))]
            assert pbx.connections <= 11
            request.reply(Reply(200, b'{"ping":"pong","timestamp":"2026-11-23T07:28:09.935+0000","asterisk_id":"x"}'))
            answered += 1
        await asyncio.gather(*pings)


async def test_no_proxy_is_asked_and_no_cookie_kept(
    pbx: FakeAriServer, make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "WS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    pbx.on("GET", "/asterisk/ping", Reply(200, b"{}", headers={"Set-Cookie": "login=1; Path=/"}))
    async with make_client() as client:
        await client.asterisk.ping()
        await client.asterisk.ping()
    assert [request.headers.get("cookie") for request in pbx.received] == [None] * len(pbx.received)


async def test_only_the_user_is_in_a_request_by_http(pbx: FakeAriServer, make_client: MakeClient) -> None:
    pbx.on(
        "GET",
        "/asterisk/ping",
        Reply(200, b'{"ping":"p","timestamp":"x","asterisk_id":"x"}', headers={"Set-Cookie": "a=b"}),
    )
    async with make_client() as client:
        await client.asterisk.ping()
        await client.asterisk.ping()
    request = pbx.received[-1]
    assert set(request.headers) == {"host", "accept", "accept-encoding", "user-agent", "authorization"}
    assert request.headers["accept-encoding"] == "identity"


CUTS = {
    "nothing": b"",
    "half a head": b"HTTP/1.1 200 OK\r\nContent-Le",
    "half a body": b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n[]",
}


def cut_off_after(data: bytes) -> Callable[[ReceivedRequest], None]:
    """Return what writes *data* to whoever asks, and hangs up."""

    def cut_off(request: ReceivedRequest) -> None:
        request.write(data)
        request.drop()

    return cut_off


@pytest.mark.parametrize("cut", CUTS)
async def test_013_a_cut_off_change_is_never_sent_again_and_its_outcome_is_unknown(
    pbx: FakeAriServer, make_client: MakeClient, cut: str
) -> None:
    """Not even what HTTP calls idempotent, and aiohttp would repeat by itself."""
    async with make_client() as client:
        await client.asterisk.ping()  # So that the connection is one that was kept.
        changes: dict[tuple[str, str], Callable[[], Awaitable[None]]] = {
            ("DELETE", "/channels/c"): lambda: client.channels.hangup("c"),
            ("PUT", "/applications/demo/eventFilter"): lambda: client.set_event_filter(EventFilter()),
            ("POST", "/channels/c/answer"): lambda: client.channels.answer("c"),
        }
        for (method, path), ask in changes.items():
            pbx.on(method, path, cut_off_after(CUTS[cut]))
            with pytest.raises(OutcomeUnknownError, match="Asterisk may have carried it out") as caught:
                await ask()
            assert not isinstance(caught.value, ReadTimeoutError)
            assert len(pbx.called(method, path)) == 1
        assert client.state is K
        # What only reads is not sent again either; it may be by whoever asked.
        pbx.on("GET", "/channels", cut_off_after(CUTS[cut]))
        with pytest.raises(ConnectionClosedError) as read:
            await client.channels.list()
        assert type(read.value) is ConnectionClosedError
        assert len(pbx.called("GET", "/channels")) == 1


async def test_a_request_that_cannot_connect_is_not_sent(pbx: FakeAriServer, make_client: MakeClient) -> None:
    async with make_client() as client:
        # The WebSocket stays, and nobody else gets in.
        assert pbx._server is not None
        pbx._server.close()
        with pytest.raises(NotSentError, match="Connection refused"):
            await client.channels.answer("c")
        assert client.state is K


@over_either
async def test_096_a_change_that_is_not_answered_has_an_unknown_outcome_and_a_question_times_out(
    pbx: FakeAriServer, make_client: MakeClient, transport: str
) -> None:
    async with make_client(transport=transport) as client:
        pbx.on("POST", "/channels/mine", None)
        with pytest.raises(UnansweredError, match=r"channels\.originate was sent to 127.0.0.1:\d+ and not answered"):
            await client.call(originate("mine"), timeout=0.05)
        pbx.on("GET", "/channels", None)
        with pytest.raises(ReadTimeoutError) as caught:
            await client.call(listing(), timeout=0.05)
        assert not isinstance(caught.value, OutcomeUnknownError)
        # With an id of our own it is safe to ask again: 409 says that it happened.
        pbx.on("POST", "/channels/mine", Reply(409, b'{"message":"Channel with given unique ID already exists"}'))
        with pytest.raises(ConflictError):
            await client.call(originate("mine"))
        assert client.state is K


def originate(channel_id: str) -> Request:
    return Request(operation="channels.originate", method="POST", path=f"/channels/{channel_id}")


def listing() -> Request:
    return Request(operation="channels.list", method="GET", path="/channels")


@over_either
async def test_096_what_waits_for_its_turn_was_not_written(
    pbx: FakeAriServer, make_client: MakeClient, transport: str
) -> None:
    async with make_client(transport=transport) as client:
        pbx.freeze()
        body = b"x" * 40_960
        large = Request(operation="channels.set_variable", method="POST", path="/channels/c/variable", body=body)
        ends = await asyncio.gather(*(client.call(large, timeout=0.3) for _ in range(200)), return_exceptions=True)
        assert {type(end) for end in ends} == {UnansweredError, WriteTimeoutError}
        pbx.thaw()
        await client.asterisk.ping()
        written = len(pbx.called("POST", "/channels/c/variable"))
        assert written <= sum(type(end) is UnansweredError for end in ends)


async def test_096_a_request_whose_time_is_up_as_it_gets_a_connection_is_not_written(
    pbx: FakeAriServer, make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with make_client(transport="http") as client:
        assert client._connection is not None
        pending = client._connection._socket.pending
        connect = aiohttp.TCPConnector.connect

        async def connect_late(*args: Any, **kwargs: Any) -> Any:
            connection = await connect(*args, **kwargs)
            for each in pending:
                each.expire()
            return connection

        monkeypatch.setattr(aiohttp.TCPConnector, "connect", connect_late)
        with pytest.raises(WriteTimeoutError):
            await client.channels.answer("c")
        monkeypatch.undo()
        await client.asterisk.ping()
    assert pbx.called("POST", "/channels/c/answer") == []


@over_either
async def test_009_a_lost_connection_ends_every_request_once(
    pbx: FakeAriServer, make_client: MakeClient, transport: str
) -> None:
    async with make_client(transport=transport, policy=ReconnectPolicy.fixed(3600)) as client:
        pbx.on("POST", "/channels/*", None)
        requests = [asyncio.ensure_future(client.channels.answer(f"c{number}")) for number in range(500)]
        await pbx.wait_for_request("POST", "/channels/*", 10)
        pbx.reset()
        ends = await asyncio.gather(*requests, return_exceptions=True)
        assert {type(end) for end in ends} <= {OutcomeUnknownError, NotSentError}
        assert len(pbx.called("POST", "/channels/*")) <= sum(type(end) is OutcomeUnknownError for end in ends)
        with pytest.raises(NotSentError, match="the client is reconnecting"):
            await client.channels.answer("c")


@over_either
async def test_095_a_request_that_is_cancelled_shows_no_login_where_it_was(
    pbx: FakeAriServer, make_client: MakeClient, transport: str
) -> None:
    async with make_client(transport=transport) as client:
        for hold, wait in (
            (lambda _: None, pbx.wait_for_request("POST", "/channels/c/answer")),
            (lambda request: request.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"), None),
        ):
            pbx.on("POST", "/channels/c/answer", hold)
            request = asyncio.ensure_future(client.channels.answer("c"))
            await (wait or pbx.wait_for_request("POST", "/channels/c/answer", 2))
            for _ in range(5):
                await asyncio.sleep(0)
            request.cancel()
            with pytest.raises(asyncio.CancelledError) as caught:
                await request
            shown = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
            assert SECRET not in shown
            assert ENCODED not in shown
            if transport == "websocket":
                break  # There is nothing to cut in two.
        assert (await client.asterisk.ping()).ping == "pong"


# --- events ----------------------------------------------------------------------------------------------------------


async def test_an_event_is_typed_and_carries_handles_that_ask_this_client(
    pbx: FakeAriServer, make_client: MakeClient
) -> None:
    pbx.on("POST", "/channels/c1/answer", Reply(204))
    async with make_client() as client, client.events(StasisStart) as calls:
        pbx.emit_event("StasisStart", args=["a"], channel=channel("c1"))
        event = await calls.recv()
        await event.channel.answer()
    assert len(pbx.called("POST", "/channels/c1/answer")) == 1


@over_either
async def test_092_an_event_that_comes_before_the_answer_is_seen(
    pbx: FakeAriServer, make_client: MakeClient, transport: str
) -> None:
    def answer_late(request: ReceivedRequest) -> Reply:
        name = request.path.rpartition("/")[2]
        pbx.emit_event("StasisStart", args=[], channel=channel(name))
        return Reply(200, json.dumps(channel(name)).encode())

    pbx.on("POST", "/channels/*", answer_late)
    async with make_client(transport=transport) as client:
        handle = client.channel()
        async with handle.events() as events:
            await handle.originate("PJSIP/200", app="demo")
            event = await next_of(events, StasisStart)
    assert event.channel.id == handle.id
    assert pbx.called("POST", f"/channels/{handle.id}")


async def test_088_junk_ends_nothing(pbx: FakeAriServer, make_client: MakeClient) -> None:
    async with make_client() as client, client.events(AriEvent) as events:
        for junk in (
            b"",
            b"{",
            b"[]",
            b"7",
            b'{"type":7}',
            b"\xff\xfe",
            b"[" * 10_000,
            b'{"a":"' + b"x" * 10_000_000 + b'"}',
        ):
            pbx.emit(junk)
        for session in pbx._sessions:
            session.send_frame(2, b"binary")
            session.send_frame(9, b"a ping")
        pbx.emit_event("StasisStart", args=[], channel=channel("c1"))
        event = await next_of(events, StasisStart)
        assert event.channel.id == "c1"
        assert client.epoch == 1


async def test_a_frame_beyond_the_limit_ends_the_connection_and_names_it(
    pbx: FakeAriServer, make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("asterisk_py_ari.transport.http.FRAME_LIMIT", 1000)
    client = make_client()
    changes = client.states()
    async with client:
        pbx.emit(b'{"type":"' + b"x" * 2000 + b'"}')
        change = await next_of(changes, ConnectionStateChanged)
        while change.state is not R:
            change = await next_of(changes, ConnectionStateChanged)
        assert isinstance(change.cause, FrameTooLargeError)
        await client.wait_for(K)


async def test_what_is_no_frame_ends_the_connection(pbx: FakeAriServer, make_client: MakeClient) -> None:
    client = make_client(policy=ReconnectPolicy.none())
    async with client:
        for session in pbx._sessions:
            session.write(b"\xff\xff\xff")
        _, cause = await ended(client)
    assert "no WebSocket frame" in str(cause)


@pytest.mark.parametrize("code", [1000, 1001, 1009, 1011])
async def test_a_close_frame_is_a_loss_that_names_its_code(
    pbx: FakeAriServer, make_client: MakeClient, code: int
) -> None:
    client = make_client(policy=ReconnectPolicy.none())
    async with client:
        pbx.drop_websockets(code)
        _, cause = await ended(client)
    assert isinstance(cause, ConnectionClosedError)
    assert f"code {code}" in str(cause)


async def test_091_a_silent_websocket_is_found_though_everything_else_works(
    pbx: FakeAriServer, make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("asterisk_py_ari.transport.websocket.PING_AFTER", 0.05)
    client = make_client()
    changes = client.states()
    async with client:
        await pbx.wait_for_handshake()
        pbx.mute_websockets()
        await client.asterisk.ping()
        change = await next_of(changes, ConnectionStateChanged)
        while change.state is not R:
            change = await next_of(changes, ConnectionStateChanged)
        assert "not even an answer to a ping" in str(change.cause)
        await client.wait_for(K)


@pytest.mark.parametrize("transport", ["http", "websocket"])
async def test_022_no_timer_holds_a_closed_client(make_client: MakeClient, transport: str) -> None:
    def timers() -> list[str]:
        loop: Any = asyncio.get_running_loop()
        return [str(timer) for timer in loop._scheduled if not timer.cancelled()]

    before = timers()
    async with make_client(transport=transport) as client:
        await client.asterisk.ping()
    await asyncio.sleep(0)  # What the peer's last frames brought up.
    assert timers() == before


async def test_a_reader_that_is_behind_does_not_stop_the_connection(
    pbx: FakeAriServer, make_client: MakeClient
) -> None:
    async with make_client() as client, client.events(StasisStart) as slow, client.events(StasisEnd) as end:
        for number in range(5000):
            pbx.emit_event("StasisStart", args=[str(number)], channel=channel("c"))
        pbx.emit_event("StasisEnd", channel=channel("c"))
        await next_of(end, StasisEnd)
        assert slow.backlog == 5000
        assert client.epoch == 1


# --- the application is taken over -----------------------------------------------------------------------------------


async def test_089_who_is_replaced_hears_of_it_and_ends(pbx: FakeAriServer, make_client: MakeClient) -> None:
    first, second = make_client(), make_client()
    await first.connect()
    events = first.events()
    await second.connect()
    assert isinstance(await next_of(events, ApplicationReplaced), ApplicationReplaced)
    with pytest.raises(ApplicationReplacedError, match="'demo'"):
        await next_of(events, AriEvent)
    assert (first.state, second.state, pbx.handshakes) == (D, K, 2)
    with pytest.raises(NotSentError, match="taken the application 'demo'") as caught:
        await first.asterisk.ping()
    assert isinstance(caught.value.__cause__, ApplicationReplacedError)


async def test_089_who_insists_takes_it_back(pbx: FakeAriServer, make_client: MakeClient) -> None:
    insists, yields = make_client(take_over=True), make_client()
    await insists.connect()
    await yields.connect()
    await insists.wait_for(R)
    await insists.wait_for(K)
    _, cause = await ended(yields)
    assert isinstance(cause, ApplicationReplacedError)
    assert (insists.epoch, pbx.handshakes) == (2, 3)


async def test_089_who_is_replaced_and_then_cut_off_does_not_take_it_back(
    pbx: FakeAriServer, make_client: MakeClient
) -> None:
    async with make_client() as client:

        def replace(_: ReceivedRequest) -> None:
            pbx.replace("demo")
            pbx.drop()

        pbx.on("GET", "/applications/demo", replace)
        pbx.drop()
        async with asyncio.timeout(5):
            _, cause = await ended(client)
        assert isinstance(cause, ApplicationReplacedError)
        assert pbx.handshakes == 2


# --- after a gap -----------------------------------------------------------------------------------------------------


@over_either
async def test_090_what_is_left_after_a_gap_is_said_between_the_change_and_the_first_event(
    pbx: FakeAriServer, make_client: MakeClient, transport: str
) -> None:
    async with make_client(transport=transport) as client:
        events = client.events()
        for name in ("stays", "dies", "leaves", "left before"):
            pbx.emit_event("StasisStart", args=[], channel=channel(name))
        pbx.emit_event("StasisEnd", channel=channel("left before"))
        await next_of(events, StasisEnd)

        def say(_: ReceivedRequest) -> Reply:
            pbx.emit_event("StasisStart", args=[], channel=channel("new"))
            return application("stays", "new")

        pbx.on("GET", "/applications/demo", say)
        pbx.on("GET", "/channels", channels("stays", "leaves", "new", "somebody else's"))
        pbx.drop()
        story: list[Any] = []
        while not isinstance(story[-1] if story else None, StasisStart):
            story.append(await events.recv())
    assert [type(event) for event in story] == [*[ConnectionStateChanged] * 3, Resynchronized, StasisStart]
    assert [event.state for event in story[:3]] == [R, C, K]
    report = story[3]
    assert report.epoch == 2
    assert report.gone == ("dies", "leaves")
    assert [each.id for each in report.channels] == ["stays", "new"]
    assert [each.name for each in report.applications] == ["demo"]
    assert story[4].channel.id == "new"


async def test_090_a_channel_in_the_report_can_be_used(pbx: FakeAriServer, make_client: MakeClient) -> None:
    pbx.on("POST", "/channels/c/answer", Reply(204))
    pbx.on("GET", "/applications/demo", application("c"))
    pbx.on("GET", "/channels", channels("c"))
    async with make_client() as client:
        events = client.events(Resynchronized)
        pbx.drop()
        report = await next_of(events, Resynchronized)
        await report.channels[0].answer()
    assert len(pbx.called("POST", "/channels/c/answer")) == 1


async def test_090_an_end_that_was_heard_is_not_reported_again(pbx: FakeAriServer, make_client: MakeClient) -> None:
    async with make_client() as client:
        events = client.events()
        pbx.emit_event("StasisStart", args=[], channel=channel("c"))
        await next_of(events, StasisStart)

        def say(_: ReceivedRequest) -> Reply:
            pbx.emit_event("ChannelDestroyed", cause=16, cause_txt="Normal Clearing", channel=channel("c"))
            return application()

        pbx.on("GET", "/applications/demo", say)
        pbx.drop()
        report = await next_of(events, Resynchronized)
        destroyed = await next_of(events, ChannelDestroyed)
    assert report.gone == ()
    assert destroyed.channel.id == "c"


async def test_090_a_channel_that_came_in_one_gap_and_went_in_the_next_is_reported(
    pbx: FakeAriServer, make_client: MakeClient
) -> None:
    listed = [channel("came"), channel("only subscribed to", dialplan={**PROGRESS, "app_name": "Dial"})]
    async with make_client() as client:
        reports = client.events(Resynchronized)
        pbx.on("GET", "/applications/demo", application("came", "only subscribed to"))
        pbx.on("GET", "/channels", Reply(200, json.dumps(listed).encode()))
        pbx.drop()
        assert (await reports.recv()).gone == ()

        pbx.on("GET", "/applications/demo", application())
        pbx.drop()
        assert (await reports.recv()).gone == ("came",)


async def test_090_a_connection_that_cannot_say_what_is_left_is_given_up_and_tried_again(
    pbx: FakeAriServer, make_client: MakeClient
) -> None:
    async with make_client() as client:
        events = client.events()
        pbx.emit_event("StasisStart", args=[], channel=channel("c"))
        await next_of(events, StasisStart)
        pbx.on("GET", "/channels", NOT_BOOTED)
        pbx.drop()
        lost = await next_of(events, ConnectionStateChanged)
        while "what became of the channels" not in str(lost.cause):
            lost = await next_of(events, ConnectionStateChanged)
        pbx.off("GET", "/channels")
        report = await next_of(events, Resynchronized)
    assert report.gone == ("c",)


@pytest.mark.parametrize("odd", [{}, {"channel": 5}, {"channel": {}}, {"channel": {"id": {}}}, {"channel": None}])
@pytest.mark.parametrize("kind", ["StasisStart", "StasisEnd", "ChannelDestroyed"])
async def test_088_an_event_without_the_channel_it_should_have_ends_nothing(
    pbx: FakeAriServer, make_client: MakeClient, kind: str, odd: dict[str, Any]
) -> None:
    async with make_client() as client:
        events = client.events(AriEvent)
        pbx.emit_event(kind, **odd)
        pbx.emit_event("StasisStart", args=[], channel=channel("c"))
        async with asyncio.timeout(5):
            first, second = await events.recv(), await events.recv()
    assert (first.type, second.type, client.epoch) == (kind, "StasisStart", 1)
    assert first.misfits


@pytest.mark.parametrize(
    ("application_body", "channels_body"),
    [(b'{"name": "demo"}', b"[{}, 5, null]"), (b'{"channel_ids": [{}, "c"]}', b'[{"id": {}}, {"id": "c"}]')],
)
async def test_088_a_gap_is_reported_whatever_asterisk_says_of_it(
    pbx: FakeAriServer, make_client: MakeClient, application_body: bytes, channels_body: bytes
) -> None:
    pbx.on("GET", "/applications/demo", Reply(200, application_body))
    pbx.on("GET", "/channels", Reply(200, channels_body))
    async with make_client() as client:
        events = client.events(Resynchronized)
        pbx.drop()
        report = await next_of(events, Resynchronized)
    assert [each.id for each in report.channels] == (["c"] if b"c" in channels_body.replace(b"channel", b"") else [])


async def test_events_that_came_before_a_second_loss_are_delivered(pbx: FakeAriServer, make_client: MakeClient) -> None:
    async with make_client() as client:
        events = client.events()
        await pbx.wait_for_handshake()

        def hang(_: ReceivedRequest) -> None:
            pbx.emit_event("StasisStart", args=[], channel=channel("c"))
            pbx.off("GET", "/applications/demo")
            pbx.drop()

        pbx.on("GET", "/applications/demo", hang)
        pbx.drop()
        event = await next_of(events, StasisStart)
        report = await next_of(events, Resynchronized)
    assert event.channel.id == "c"
    assert (report.epoch, report.gone) == (3, ("c",))


# --- the filter ------------------------------------------------------------------------------------------------------


async def test_the_filter_is_set_when_connecting_and_again_after_a_loss(
    pbx: FakeAriServer, make_client: MakeClient
) -> None:
    wanted = EventFilter(allowed=[StasisStart, "StasisEnd"], disallowed=("ChannelVarset",))
    client = make_client(app=["a", "b"], event_filter=wanted)
    events = client.events()
    async with client:
        assert [request.path for request in pbx.called("PUT", "*")] == [
            f"/applications/{name}/eventFilter" for name in "ab"
        ]
        assert pbx.called("PUT", "*")[0].json() == {
            # With what the client cannot do without.
            "allowed": [{"type": name} for name in ("StasisStart", "StasisEnd", "ApplicationReplaced", "RESTResponse")],
            "disallowed": [{"type": "ChannelVarset"}],
        }
        await client.set_event_filter(EventFilter())
        pbx.drop()
        await next_of(events, Resynchronized)
        assert pbx.called("PUT", "*")[-1].json() == {"allowed": [], "disallowed": []}
        assert len(pbx.called("PUT", "*")) == 6


@pytest.mark.parametrize(("status", "again"), [(403, False), (404, True), (503, True)])
async def test_a_filter_that_cannot_be_set_is_no_connection(
    pbx: FakeAriServer,
    make_client: MakeClient,
    status: int,
    again: bool,  # noqa: FBT001 - a parameter
) -> None:
    pbx.on("PUT", "*", Reply(status))
    client = make_client(event_filter=EventFilter(), policy=ReconnectPolicy.none())
    with pytest.raises(StatusError) as caught:
        await client.connect()
    assert (caught.value.status, caught.value.is_retryable) == (status, again)


async def test_a_filter_that_is_refused_is_no_filter(pbx: FakeAriServer, make_client: MakeClient) -> None:
    pbx.on("PUT", "*", Reply(403, b'{"message":"Write access denied"}'))
    async with make_client() as client:
        with pytest.raises(ForbiddenError):
            await client.set_event_filter(EventFilter(allowed=["StasisStart"]))
        pbx.off("PUT", "*")
        pbx.drop()
        await next_of(client.events(), Resynchronized)
    assert len(pbx.called("PUT", "*")) == 1


@pytest.mark.parametrize("kinds", ["StasisStart", [7], ["Stasis Start"], [""], None, 7, [int], [AriEvent]])
def test_a_filter_is_of_event_types(kinds: Any) -> None:
    with pytest.raises(InputError, match=r"^allowed "):
        EventFilter(allowed=kinds)


@pytest.mark.parametrize("kind", [ApplicationReplaced, "RESTResponse"])
def test_what_the_client_needs_is_not_filtered(kind: Any) -> None:
    with pytest.raises(InputError, match=r"^disallowed must not have"):
        EventFilter(disallowed=[kind])


# --- closing ---------------------------------------------------------------------------------------------------------


@over_either
async def test_closing_says_goodbye_and_ends_what_waits(
    pbx: FakeAriServer, make_client: MakeClient, transport: str
) -> None:
    client = make_client(transport=transport)
    await client.connect()
    pbx.on("POST", "/channels/c/answer", None)
    request = asyncio.ensure_future(client.channels.answer("c"))
    await pbx.wait_for_request("POST", "/channels/c/answer")
    await client.aclose()
    with pytest.raises(ClientClosedError):
        await request
    await pbx.wait_until(lambda: "connected=0" in repr(pbx))
    with pytest.raises(ClientClosedError):
        await client.channels.answer("c")
