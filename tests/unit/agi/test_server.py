"""The server on loopback: peers are sockets that write literal bytes."""

import asyncio
import contextlib
import errno
import inspect
import logging
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from asterisk_py_agi import (
    AgiServer,
    AgiSession,
    ClientClosedError,
    ConnectionClosedError,
    ConnectionState,
    ConnectionStateChanged,
    InputError,
    ListenFailedError,
    ReconnectPolicy,
    SessionEnded,
    SessionHungUp,
    SessionRefused,
    SessionStarted,
)
from asterisk_py_core.listener import Listener
from tests.unit.agi.scripted import ENVIRONMENT, environment

QUICKLY = ReconnectPolicy.fixed(0.1)
LOOPBACK = "127.0.0.1"
RESET = struct.pack("ii", 1, 0)

Serve = Callable[..., Awaitable[AgiServer]]


class Caller:
    """One connection to the server, driven byte by byte."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def say(self, data: bytes) -> None:
        self.writer.write(data)

    async def line(self) -> bytes:
        return await self.reader.readline()

    async def rest(self) -> bytes:
        try:
            return await self.reader.read()
        except ConnectionResetError:
            return b""

    async def close(self) -> None:
        self.writer.close()
        with contextlib.suppress(OSError):
            await self.writer.wait_closed()


async def answer(call: AgiSession) -> None:
    await call.answer()


async def wait(call: AgiSession) -> None:
    await call.wait_for_digit()


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Return what makes servers that listen; each gives its calls to the handler it is made with."""
    servers: list[AgiServer] = []

    async def serve(handler: Any = answer, **options: Any) -> AgiServer:
        server = AgiServer(port=0, **options)
        server.route()(handler)
        servers.append(server)
        await server.connect()
        return server

    yield serve
    for server in servers:
        server._drain_timeout = 0.01
        await server.aclose()


@pytest.fixture
async def dial() -> AsyncIterator[Callable[[AgiServer], Awaitable[Caller]]]:
    callers: list[Caller] = []

    async def dial(server: AgiServer) -> Caller:
        callers.append(Caller(*await asyncio.open_connection(LOOPBACK, server.port)))
        return callers[-1]

    yield dial
    for caller in callers:
        await caller.close()


@pytest.fixture(autouse=True)
async def limit() -> AsyncIterator[None]:
    """Bound every test, and look for what it left behind."""
    task = asyncio.current_task()
    assert task is not None
    timer = asyncio.get_running_loop().call_later(20, lambda: [each.cancel() for each in asyncio.all_tasks()])
    yield
    timer.cancel()
    assert asyncio.all_tasks() == {asyncio.current_task()}


Dial = Callable[[AgiServer], Awaitable[Caller]]


def taken_port() -> tuple[socket.socket, int]:
    listener = socket.create_server((LOOPBACK, 0))
    return listener, listener.getsockname()[1]


def accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, port)) == 0


# --- calls -----------------------------------------------------------------------------------------------------------


async def test_a_call_is_served(serve: Serve, dial: Dial) -> None:
    async def handler(call: AgiSession) -> None:
        await call.answer()
        await call.set_variable("CALLER", call.request.caller_id_name or "")

    server = await serve(handler)
    events = server.events(SessionStarted, SessionEnded)
    caller = await dial(server)
    caller.say(ENVIRONMENT)
    assert await caller.line() == b"ANSWER\n"
    assert server.sessions == 1
    caller.say(b"200 result=0\n")
    assert await caller.line() == b'SET VARIABLE "CALLER" "Ann"\n'
    caller.say(b"200 result=1\n")
    assert await caller.rest() == b""
    assert [type(await events.recv()) for _ in range(2)] == [SessionStarted, SessionEnded]


async def test_the_route_decorator_returns_the_handler_and_names_one(serve: Serve, dial: Dial) -> None:
    server = await serve()

    @server.route("menu", on_hangup="cancel")
    async def menu(call: AgiSession) -> None:
        await call.verbose("menu")

    assert inspect.iscoroutinefunction(menu)
    caller = await dial(server)
    caller.say(environment("menu"))
    assert await caller.line() == b'VERBOSE "menu" "1"\n'


async def test_065_a_port_scan_is_dropped_and_costs_nothing(serve: Serve, dial: Dial) -> None:
    server = await serve()
    refused = server.events(SessionRefused)
    for said in (b"", b"agi_net", ENVIRONMENT[:-1]):
        caller = await dial(server)
        caller.say(said)
        await caller.close()
        assert (await refused.recv()).script is None
    while server.sessions:  # noqa: ASYNC110 - no event says that the last byte is written
        await asyncio.sleep(0)
    caller = await dial(server)
    caller.say(ENVIRONMENT)
    assert await caller.line() == b"ANSWER\n"


async def test_066_a_flood_instead_of_an_environment_is_refused(serve: Serve, dial: Dial) -> None:
    server = await serve()
    caller = await dial(server)
    caller.say(b"agi_x: " + b"x" * 1_000_000)
    assert await caller.rest() in {b"failure\n", b""}  # Closing with bytes unread resets: the line may be lost.
    caller = await dial(server)
    caller.say(b"agi_x: " + b"x" * 8186)
    assert await caller.rest() == b"failure\n"


async def test_066_a_caller_who_says_nothing_is_refused_in_time(serve: Serve, dial: Dial) -> None:
    server = await serve(environment_timeout=0.05)
    caller = await dial(server)
    assert await caller.rest() == b"failure\n"


async def test_067_a_forged_environment_reaches_no_handler(serve: Serve, dial: Dial) -> None:
    server = await serve()
    caller = await dial(server)
    caller.say(ENVIRONMENT.replace(b"Ann", b"Ann\nagi_arg_9: x\n"))
    assert await caller.rest() == b"failure\n"


async def test_068_a_caller_name_that_is_not_utf8_is_served(serve: Serve, dial: Dial) -> None:
    async def handler(call: AgiSession) -> None:
        await call.set_variable("NAME", call.request.caller_id_name or "")

    caller = await dial(await serve(handler))
    caller.say(ENVIRONMENT.replace(b"Ann", b"Zo\xeb"))
    assert await caller.line() == b'SET VARIABLE "NAME" "Zo\xeb"\n'


async def test_069_an_unknown_script_is_refused(dial: Dial) -> None:
    async with AgiServer(port=0) as server:
        server.route("menu")(answer)
        caller = await dial(server)
        caller.say(environment("a/../menu"))
        assert await caller.rest() == b"failure\n"


async def test_074_a_peer_that_vanishes_is_a_hangup(serve: Serve, dial: Dial) -> None:
    server = await serve(wait)
    events = server.events(SessionHungUp, SessionEnded)
    caller = await dial(server)
    caller.say(ENVIRONMENT)
    await caller.line()
    sock = caller.writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    caller.writer.transport.abort()
    assert [type(await events.recv()) for _ in range(2)] == [SessionHungUp, SessionEnded]


async def test_081_one_call_too_many_is_refused_while_the_others_go_on(serve: Serve, dial: Dial) -> None:
    server = await serve(wait, max_sessions=20)
    callers = [await dial(server) for _ in range(20)]
    for caller in callers:
        caller.say(ENVIRONMENT)
        assert await caller.line() == b'WAIT FOR DIGIT "-1"\n'
    for _ in range(100):
        assert await (await dial(server)).rest() == b"failure\n"
    assert server.sessions == 20
    for caller in callers:
        caller.say(b"200 result=49\n")
        assert await caller.rest() == b""
    caller = await dial(server)
    caller.say(ENVIRONMENT)
    assert await caller.line() == b'WAIT FOR DIGIT "-1"\n'


@pytest.mark.parametrize(
    ("allow", "let_in"),
    [
        (None, True),
        (["127.0.0.1"], True),
        (["10.0.0.0/8", "127.0.0.0/8"], True),
        (["10.0.0.0/8"], False),
        (["::1"], False),
        ([], False),
    ],
)
async def test_082_only_peers_on_the_list_are_let_in(
    serve: Serve, dial: Dial, allow: list[str] | None, *, let_in: bool
) -> None:
    server = await serve(allow=allow)
    caller = await dial(server)
    if let_in:
        caller.say(ENVIRONMENT)
        assert await caller.line() == b"ANSWER\n"
    else:
        assert await caller.rest() == b"failure\n"
        assert server.sessions == 0


async def test_082_a_peer_that_is_gone_at_once_is_no_bug(
    serve: Serve, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = await serve(allow=["127.0.0.1"])
    refusals = server.events(SessionRefused)
    # What a transport knows whose peer reset the connection before it was made.
    monkeypatch.setattr("asterisk_py_core.stream.Stream.get_extra_info", lambda *_: None)
    with socket.create_connection((LOOPBACK, server.port)):
        assert (await refusals.recv()).reason == "the peer is gone"
    assert [record.levelname for record in caplog.records] == ["WARNING"]


# --- closing ---------------------------------------------------------------------------------------------------------


async def test_083_closing_lets_calls_end_and_publishes_their_ends(serve: Serve, dial: Dial) -> None:
    server = await serve(wait)
    ends = server.events(SessionEnded)
    caller = await dial(server)
    caller.say(ENVIRONMENT)
    await caller.line()
    closing = asyncio.ensure_future(server.aclose())
    await server.wait_for(ConnectionState.DISCONNECTED)
    while accepts(server.port):  # noqa: ASYNC110 - for a turn or two; the system tells nobody
        await asyncio.sleep(0)
    assert not closing.done()
    caller.say(b"200 result=49\n")
    await closing
    assert [event.error async for event in ends] == [None]
    assert await caller.rest() == b""


async def test_083_closing_ends_the_calls_that_go_on_and_on(serve: Serve, dial: Dial) -> None:
    server = await serve(wait, drain_timeout=0.05)
    ends = server.events(SessionEnded)
    caller = await dial(server)
    caller.say(ENVIRONMENT)
    await caller.line()
    await server.aclose()
    assert [type(event.error) async for event in ends] == [ClientClosedError]
    assert await caller.rest() == b"failure\n"
    assert server.sessions == 0


async def test_083_closing_says_what_it_waits_for_once(
    serve: Serve, dial: Dial, caplog: pytest.LogCaptureFixture
) -> None:
    server = await serve(wait, drain_timeout=0.05)
    for _ in range(3):
        caller = await dial(server)
        caller.say(ENVIRONMENT)
        await caller.line()
    await asyncio.gather(server.aclose(), server.aclose())
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == [
        "AgiServer(127.0.0.1:0) waits 0.05 s at most for calls to end: 3"
    ]


async def test_083_closing_goes_on_without_a_handler_that_swallows_its_cancellation(
    serve: Serve, dial: Dial, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = asyncio.Event()

    async def stubborn(call: AgiSession) -> None:
        while not release.is_set():
            with contextlib.suppress(asyncio.CancelledError):
                await release.wait()
        assert call.request.script == "test"

    monkeypatch.setattr("asterisk_py_agi.service._CANCEL_TIMEOUT", 0.05)
    server = await serve(stubborn, drain_timeout=0.05)
    started, ends = server.events(SessionStarted), server.events(SessionEnded)
    caller = await dial(server)
    caller.say(ENVIRONMENT)
    await started.recv()
    (task,) = [task for task in asyncio.all_tasks() if " call from " in task.get_name()]
    await server.aclose()
    assert [type(event.error) async for event in ends] == [ClientClosedError]
    assert await caller.rest() == b"failure\n"
    assert server.sessions == 0
    release.set()
    await task


async def test_083_cancelling_the_closing_does_not_stop_it(serve: Serve, dial: Dial) -> None:
    server = await serve(wait, drain_timeout=0.05)
    caller = await dial(server)
    caller.say(ENVIRONMENT)
    await caller.line()
    closing = asyncio.ensure_future(server.aclose())
    await server.wait_for(ConnectionState.DISCONNECTED)
    closing.cancel()
    assert await caller.rest() == b"failure\n"
    await server.aclose()


async def test_serving_forever_ends_when_the_server_is_closed() -> None:
    server = AgiServer(port=0)
    serving = asyncio.ensure_future(server.serve_forever())
    await server.wait_for(ConnectionState.CONNECTED)
    await server.aclose()
    await serving


async def test_serving_forever_ends_when_the_server_is_closed_before_it_could_listen() -> None:
    listener, port = taken_port()
    with listener:
        server = AgiServer(port=port)
        serving = asyncio.ensure_future(server.serve_forever())
        await server.wait_for(ConnectionState.RECONNECTING)
        await server.aclose()
        await serving
    with pytest.raises(ClientClosedError):
        await server.serve_forever()


async def test_cancelling_serving_forever_closes_the_server() -> None:
    server = AgiServer(port=0)
    serving = asyncio.ensure_future(server.serve_forever())
    await server.wait_for(ConnectionState.CONNECTED)
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving
    assert server.state is ConnectionState.DISCONNECTED


async def test_serving_forever_raises_what_ended_it() -> None:
    listener, port = taken_port()
    with listener, pytest.raises(ListenFailedError):
        await AgiServer(port=port, retry_first=False).serve_forever()
    server = AgiServer(port=0, policy=ReconnectPolicy.none())
    serving = asyncio.ensure_future(server.serve_forever())
    await server.wait_for(ConnectionState.CONNECTED)
    break_listener(server)
    with pytest.raises(ConnectionClosedError):
        await serving


async def test_a_run_that_is_over_leaves_its_calls_alone(serve: Serve, dial: Dial) -> None:
    server = await serve(wait, policy=ReconnectPolicy.none())
    events = server.events()
    caller = await dial(server)
    caller.say(ENVIRONMENT)
    await caller.line()
    break_listener(server)
    await server.wait_for(ConnectionState.DISCONNECTED)
    caller.say(b"200 result=49\n")
    assert await caller.rest() == b""
    seen = [type(await events.recv()) for _ in range(3)]
    assert seen == [SessionStarted, ConnectionStateChanged, SessionEnded]
    with pytest.raises(ConnectionClosedError):
        await events.recv()


async def test_083_closing_ends_the_calls_of_a_run_that_is_over(serve: Serve, dial: Dial) -> None:
    server = await serve(wait, policy=ReconnectPolicy.none(), drain_timeout=0.01)
    caller = await dial(server)
    caller.say(ENVIRONMENT)
    await caller.line()
    break_listener(server)
    await server.wait_for(ConnectionState.DISCONNECTED)
    await server.aclose()
    assert server.sessions == 0
    assert await caller.rest() == b"failure\n"


# --- the port --------------------------------------------------------------------------------------------------------


def break_listener(server: AgiServer) -> None:
    """Make the listening socket fail."""
    (task,) = [task for task in asyncio.all_tasks() if task.get_name().endswith("supervisor")]
    frame = task.get_coro()
    while not isinstance(listener := frame.cr_frame.f_locals.get("listener"), Listener):  # type: ignore[union-attr]
        frame = frame.cr_await  # type: ignore[union-attr]
    assert listener.port == server.port
    for sock in listener._sockets:
        sock.shutdown(socket.SHUT_RDWR)


async def test_a_taken_port_is_tried_until_it_is_free(caplog: pytest.LogCaptureFixture) -> None:
    listener, port = taken_port()
    server = AgiServer(port=port, policy=QUICKLY)
    states = server.states()
    with listener:
        connecting = asyncio.ensure_future(server.connect())
        changes = [await states.recv() for _ in range(4)]
    await connecting
    await server.aclose()
    assert [change.state.name for change in changes] == ["CONNECTING", "RECONNECTING"] * 2
    cause = changes[1].cause
    assert isinstance(cause, ListenFailedError)
    assert str(cause) == f"cannot listen on 127.0.0.1:{port}: Address already in use"
    assert isinstance(cause.__cause__, OSError)
    assert [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING] == [
        f"AgiServer(127.0.0.1:{port}): {cause}; it is tried again as the policy says"
    ]


async def test_a_taken_port_can_be_a_failure_at_once() -> None:
    listener, port = taken_port()
    with listener, pytest.raises(ListenFailedError, match="Address already in use"):
        await AgiServer(port=port, retry_first=False).connect()


async def test_a_lost_listener_comes_back_on_its_port_and_calls_go_on(serve: Serve, dial: Dial) -> None:
    server = await serve(wait, policy=QUICKLY)
    port = server.port
    states = server.states()
    caller = await dial(server)
    caller.say(ENVIRONMENT)
    await caller.line()
    break_listener(server)
    lost, _, back = [await states.recv() for _ in range(3)]
    assert (lost.state, back.state) == (ConnectionState.RECONNECTING, ConnectionState.CONNECTED)
    assert isinstance(lost.cause, ConnectionClosedError)
    assert (server.port, server.epoch) == (port, 2)
    caller.say(b"200 result=49\n")
    assert await caller.rest() == b""
    caller = await dial(server)
    caller.say(ENVIRONMENT)
    assert await caller.line() == b'WAIT FOR DIGIT "-1"\n'


async def test_a_port_that_is_denied_is_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    def bind(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", bind)
    server = AgiServer(port=443)
    with pytest.raises(ListenFailedError, match="Permission denied") as caught:
        await server.connect()
    assert not caught.value.is_retryable


# --- arguments -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"host": ""}, "host"),
        ({"host": "agi://127.0.0.1"}, "host"),
        ({"port": -1}, "port"),
        ({"port": 65536}, "port"),
        ({"port": "4573"}, "port"),
        ({"allow": "127.0.0.1"}, "allow"),
        ({"allow": ["localhost"]}, "allow"),
        ({"allow": ["10.0.0.1/8"]}, "allow"),
        ({"allow": [None]}, "allow"),
        ({"allow": [1]}, "allow"),
        ({"allow": [b"\x7f\0\0\1"]}, "allow"),
        ({"allow": b"127.0.0.1"}, "allow"),
        ({"allow": 1}, "allow"),
        ({"max_sessions": 0}, "max_sessions"),
        ({"max_sessions": True}, "max_sessions"),
        ({"on_hangup": "ignore"}, "on_hangup"),
        ({"environment_timeout": 0}, "environment_timeout"),
        ({"drain_timeout": -1}, "drain_timeout"),
        ({"policy": "exponential"}, "policy"),
    ],
)
async def test_an_unusable_argument_is_refused_by_name(options: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError, match=field):
        AgiServer(**options)


@pytest.mark.parametrize("script", ["", "/menu", "menu?x=1", "me\nnu", "me\0nu", 7, answer])
async def test_a_route_that_no_call_can_ask_for_is_refused_where_it_is_written(script: object) -> None:
    with pytest.raises(InputError, match="script"):
        AgiServer().route(script)  # type: ignore[arg-type]


async def test_the_defaults_are_this_machine_and_asterisks_port() -> None:
    server = AgiServer()
    assert (server.host, server.port, server.state) == ("127.0.0.1", 4573, ConnectionState.DISCONNECTED)


@pytest.mark.parametrize(
    ("host", "options", "warned"),
    [
        ("127.0.0.1", {}, False),
        ("127.8.8.8", {}, False),
        ("::1", {}, False),
        ("localhost", {}, False),
        ("0.0.0.0", {}, True),  # noqa: S104 - never listened on
        ("::", {}, True),
        ("192.0.2.1", {}, True),
        ("pbx.example", {}, True),
        ("0.0.0.0", {"allow": ["192.0.2.0/24"]}, False),  # noqa: S104 - as above
    ],
)
async def test_listening_for_everybody_is_warned_of(
    host: str, options: dict[str, Any], caplog: pytest.LogCaptureFixture, *, warned: bool
) -> None:
    AgiServer(host, **options)
    assert [record.levelname for record in caplog.records] == ["WARNING"] * warned
    if warned:
        assert "allow=" in caplog.text
