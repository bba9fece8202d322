"""The client as its users meet it, against a scripted server; the keepalive runs on a virtual clock."""

import asyncio
import gc
import itertools
import math
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, ClassVar, cast

import pytest
import pytest_asyncio

from asterisk_py_ami.client import AmiClient, _keep_alive
from asterisk_py_ami.connection import AmiConnection
from asterisk_py_ami.errors import LoginInUseError, PermissionDeniedError, UnknownActionError
from asterisk_py_ami.events import FullyBooted, Hangup, Newchannel, Shutdown
from asterisk_py_ami.protocol.message import AmiEvent
from asterisk_py_ami.testing import FakeAmiServer, fake_ami
from asterisk_py_core.credentials import Credentials
from asterisk_py_core.domain import HangupCause
from asterisk_py_core.errors import (
    AsteriskError,
    ClientClosedError,
    ConnectFailedError,
    ConnectionClosedError,
    InputError,
    LoginRejectedError,
    LoginTimeoutError,
    MissingCredentialsError,
    NotSentError,
    OutcomeUnknownError,
    ReadTimeoutError,
    RequestRejectedError,
    UnsupportedVersionError,
)
from asterisk_py_core.event_bus import EventSubscription
from asterisk_py_core.reconnect import ConnectionState, ConnectionStateChanged, ReconnectPolicy
from tests.virtual_clock import run_virtual

QUICKLY = ReconnectPolicy.fixed(0.1)
D, C, K, R = (
    ConnectionState.DISCONNECTED,
    ConnectionState.CONNECTING,
    ConnectionState.CONNECTED,
    ConnectionState.RECONNECTING,
)

pbx = pytest_asyncio.fixture(fake_ami)
MakeClient = Callable[..., AmiClient]


@pytest.fixture(autouse=True)
async def nothing_is_left() -> AsyncIterator[None]:
    yield
    async with asyncio.timeout(5):
        while asyncio.all_tasks() != {asyncio.current_task()}:  # noqa: ASYNC110 - tasks that end set no event
            await asyncio.sleep(0)
    gc.collect()  # A transport left open warns here, and warnings fail tests.


@pytest.fixture
async def make_client(pbx: FakeAmiServer) -> AsyncIterator[MakeClient]:
    made: list[AmiClient] = []

    def make_client(**options: Any) -> AmiClient:
        arguments: dict[str, Any] = {"credentials": pbx.credentials, "policy": QUICKLY}
        made.append(AmiClient(pbx.host, pbx.port, **(arguments | options)))
        return made[-1]

    yield make_client
    for client in made:
        await client.aclose()


@pytest.fixture
async def client(make_client: MakeClient) -> AmiClient:
    client = make_client()
    await client.connect()
    return client


async def settle(pbx: FakeAmiServer) -> None:
    """Return when the server has noticed that nobody is connected any more."""
    await pbx.wait_until(lambda: "connected=0" in repr(pbx))


async def wait_for(client: AmiClient, *states: ConnectionState) -> None:
    async with asyncio.timeout(5):
        for state in states:
            await client.wait_for(state)


async def end_of(client: AmiClient) -> None:
    """Return when the client has given up."""
    states = client.states()
    async with asyncio.timeout(5):
        while client.state is not D:
            await states.recv()


async def take(subscription: EventSubscription[Any], count: int) -> list[Any]:
    async with asyncio.timeout(5):
        return [await subscription.recv() for _ in range(count)]


def shown(events: Iterable[Any]) -> list[object]:
    return [event.state if isinstance(event, ConnectionStateChanged) else event.name for event in events]


# --- arguments -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"host": ""}, "host"),
        ({"host": None}, "host"),
        ({"host": "admin:secret@pbx"}, "host"),
        ({"port": 0}, "port"),
        ({"port": "5038"}, "port"),
        ({"timeout": 0}, "timeout"),
        ({"timeout": -1.0}, "timeout"),
        ({"timeout": math.nan}, "timeout"),
        ({"timeout": math.inf}, "timeout"),
        ({"timeout": None}, "timeout"),
        ({"login": "telepathy"}, "login"),
        ({"events": "calls"}, "events='calls'"),
        ({"events": "on\r\nAction: Logoff"}, "events="),
        ({"credentials": Credentials("a" * 2000, "secret")}, "action Login: header Username"),
        ({"credentials": Credentials("admin", "s" * 2000), "login": "plain"}, "action Login: header Secret"),
    ],
)
def test_unusable_arguments_are_refused_with_the_field_named(arguments: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as caught:
        AmiClient(**({"credentials": Credentials("admin", "secret")} | arguments))
    assert caught.value.field.startswith(field)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("credentials", [None, "admin:secret", ("admin", "secret")])
def test_there_must_be_credentials(credentials: Any) -> None:
    with pytest.raises(MissingCredentialsError, match="AmiClient needs credentials"):
        AmiClient(credentials=credentials)


@pytest.mark.parametrize("timeout", [0, -1, math.nan, math.inf, "5", True])
async def test_a_request_refuses_an_unusable_timeout(client: AmiClient, timeout: Any) -> None:
    with pytest.raises(InputError, match="timeout must be a positive number of seconds"):
        await client.send("Ping", timeout=timeout)


async def test_the_repr_names_the_address_and_the_state(make_client: MakeClient, pbx: FakeAmiServer) -> None:
    client = make_client()
    assert repr(client) == f"<AmiClient 127.0.0.1:{pbx.port} disconnected>"
    await client.connect()
    assert repr(client) == f"<AmiClient 127.0.0.1:{pbx.port} connected>"


# --- connecting ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("login", ["md5", "plain"])
async def test_it_logs_in_and_off(pbx: FakeAmiServer, login: str) -> None:
    async with AmiClient(pbx.host, pbx.port, credentials=pbx.credentials, login=login, events="call,user") as client:
        assert client.state is K
        assert client.epoch == 1
        assert 0 <= await client.ping() < 5
    await settle(pbx)
    assert client.state is D
    assert pbx.called("Login")[0]["Events"] == "call,user"
    assert [action.name for action in pbx.received][-2:] == ["Ping", "Logoff"]


async def test_042_a_wrong_secret_ends_it_after_one_attempt(pbx: FakeAmiServer, make_client: MakeClient) -> None:
    client = make_client(credentials=Credentials("admin", "wrong"), retry_first=True)
    with pytest.raises(LoginRejectedError):
        await client.connect()
    assert client.state is D
    await settle(pbx)
    assert (pbx.connections, len(pbx.called("Login"))) == (1, 1)
    with pytest.raises(LoginRejectedError):
        await client.connect()
    assert pbx.connections == 1


async def test_a_secret_changed_during_an_outage_ends_it(pbx: FakeAmiServer, client: AmiClient) -> None:
    pbx.refuse_logins()
    pbx.drop()
    await end_of(client)
    with pytest.raises(NotSentError, match=r"Ping was not sent to .*: the client has ended: .* refused") as caught:
        await client.ping()
    assert isinstance(caught.value.__cause__, LoginRejectedError)
    assert len(pbx.called("Login")) == 2


async def test_044_a_login_in_use_is_tried_again(pbx: FakeAmiServer, make_client: MakeClient) -> None:
    pbx.refuse_logins("Login Already In Use")
    client = make_client(retry_first=True)
    states = client.states()
    connecting = asyncio.create_task(client.connect())
    connecting_state, waiting = await take(states, 2)
    assert (connecting_state.state, waiting.state) == (C, R)
    assert isinstance(waiting.cause, LoginInUseError)
    pbx.refuse_logins(None)
    await connecting
    assert (client.epoch, pbx.logins) == (1, 1)


async def test_a_first_failure_shows_at_once_unless_asked_otherwise(
    pbx: FakeAmiServer, make_client: MakeClient
) -> None:
    await pbx.stop()
    client = make_client()
    with pytest.raises(ConnectFailedError):
        await client.connect()
    assert client.state is D

    patient = make_client(retry_first=True)
    connecting = asyncio.create_task(patient.connect())
    await wait_for(patient, R)
    await pbx.start()
    await connecting
    assert patient.state is K


async def test_039_a_server_that_is_no_asterisk_is_given_up_and_told_nothing(
    pbx: FakeAmiServer, make_client: MakeClient
) -> None:
    pbx.banner = b"220 smtp.example.net ESMTP\r\n"
    client = make_client(login="plain", retry_first=True)
    with pytest.raises(UnsupportedVersionError):
        await client.connect()
    await settle(pbx)
    assert (client.state, pbx.received, pbx.connections) == (D, [], 1)


async def test_040_silence_before_the_banner_is_a_timeout(pbx: FakeAmiServer, make_client: MakeClient) -> None:
    pbx.freeze()
    client = make_client(timeout=0.05)
    with pytest.raises(LoginTimeoutError):
        await client.connect()
    assert client.state is D


async def test_047_fully_booted_is_not_waited_for(make_client: MakeClient) -> None:
    client = make_client(events="off")
    await client.connect()
    assert client.state is K


# --- events ----------------------------------------------------------------------------------------------------------


async def test_events_of_the_login_come_after_the_state_and_in_order(
    pbx: FakeAmiServer, make_client: MakeClient
) -> None:
    client = make_client()
    events = client.events()
    await client.connect()
    pbx.emit_event("Newchannel", Channel="PJSIP/1")
    assert shown(await take(events, 4)) == [C, K, "FullyBooted", "Newchannel"]


async def test_events_are_typed_and_selected(pbx: FakeAmiServer, client: AmiClient) -> None:
    busy = client.events(Hangup, where=lambda event: event.cause is HangupCause.USER_BUSY)
    hangups = client.events(Hangup, Newchannel)
    pbx.emit_event("Newstate", Channel="PJSIP/1")
    pbx.emit_event("Hangup", Channel="PJSIP/1", Cause=16)
    pbx.emit_event("Hangup", Channel="PJSIP/2", Cause=17)
    assert [event.channel for event in await take(busy, 1)] == ["PJSIP/2"]
    assert [event["Channel"] for event in await take(hangups, 2)] == ["PJSIP/1", "PJSIP/2"]


async def test_an_event_nobody_described_arrives_as_it_is(pbx: FakeAmiServer, client: AmiClient) -> None:
    events = client.events(AmiEvent, where=lambda event: event.name == "NobodyKnows")
    pbx.emit(b"Event: NobodyKnows\r\nName: \xe9\r\nSays: Response: Error\r\n\r\n")
    (event,) = await take(events, 1)
    assert event.headers == (("Event", "NobodyKnows"), ("Name", "\udce9"), ("Says", "Response: Error"))


async def test_014_a_frozen_subscriber_disturbs_nobody(pbx: FakeAmiServer, client: AmiClient) -> None:
    frozen = client.events(Hangup)
    bounded = client.events(Hangup, capacity=10, lossy=True)
    live = client.events(Hangup)
    for number in range(10_000):
        pbx.emit_event("Hangup", Number=number)
    assert [event["Number"] for event in await take(live, 10_000)] == [str(number) for number in range(10_000)]
    assert (frozen.backlog, bounded.backlog, bounded.lost) == (10_000, 10, 9_990)
    await client.ping()


async def test_048_a_shutdown_is_delivered_and_then_the_reconnection_begins(
    pbx: FakeAmiServer, client: AmiClient
) -> None:
    events = client.events()
    pbx.emit(b"Event: Shutdown\r\nPrivilege: system,all\r\nShutdown: Cleanly\r\nRestart: False\r\n\r\n")
    await pbx.stop()
    shutdown, lost = await take(events, 2)
    assert isinstance(shutdown, Shutdown)
    assert (lost.state, lost.epoch, lost.cause.reason) == (R, 1, "the peer closed the connection")
    await pbx.start()
    await wait_for(client, K)
    while not isinstance((event := (await take(events, 1))[0]), FullyBooted):
        assert isinstance(event, ConnectionStateChanged)
    assert client.epoch == 2


# --- requests --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("Permission denied", PermissionDeniedError),
        ("Invalid/unknown command: Originate. Use Action: ListCommands to show ...", UnknownActionError),
        ("Extension does not exist.", RequestRejectedError),
    ],
)
async def test_053_an_answer_that_says_no_raises_with_action_and_reason(
    pbx: FakeAmiServer, client: AmiClient, text: str, error: type[RequestRejectedError]
) -> None:
    pbx.on("Originate", f"Response: Error\r\nMessage: {text}\r\n\r\n".encode())
    with pytest.raises(RequestRejectedError) as caught:
        await client.send("Originate", {"Channel": "PJSIP/200", "Variable": "PIN=1234"})
    assert type(caught.value) is error
    assert (caught.value.request, caught.value.reason) == ("Originate", text)
    assert "1234" not in str(caught.value)


async def test_an_answer_that_says_yes_is_returned_whole(client: AmiClient) -> None:
    response = await client.send("Command", {"Command": "core show version"})
    assert response.output == ["Asterisk 22.10.1", ""]
    assert (await client.send("Logoff"))["Message"] == "Thanks for all the fish."


async def test_012_requests_without_a_connection_fail_at_once_and_say_why(
    pbx: FakeAmiServer, make_client: MakeClient
) -> None:
    client = make_client()
    with pytest.raises(NotSentError, match=r"Ping was not sent to .*: the client is disconnected \(`async with`"):
        await client.ping()
    await client.connect()
    await pbx.stop()
    await wait_for(client, R)
    with pytest.raises(NotSentError, match=r"the client is reconnecting"):
        await client.ping()
    await client.aclose()
    with pytest.raises(ClientClosedError, match=rf"AmiClient\(127\.0\.0\.1:{pbx.port}\) is closed"):
        await client.ping()


async def test_052_an_answer_that_does_not_come_is_a_read_timeout_and_the_client_stays(
    pbx: FakeAmiServer, make_client: MakeClient
) -> None:
    client = make_client(timeout=0.2)
    await client.connect()
    pbx.on("Getvar", None)
    with pytest.raises(ReadTimeoutError, match=r"Getvar: .* did not answer within 0\.01 s"):
        await client.send("Getvar", timeout=0.01)
    with pytest.raises(ReadTimeoutError, match=r"within 0\.2 s"):
        await client.send("Getvar")
    assert client.state is K


# --- losing the connection -------------------------------------------------------------------------------------------


async def test_013_nothing_is_ever_sent_again(pbx: FakeAmiServer, client: AmiClient) -> None:
    pbx.on("Originate", None)
    originate = asyncio.create_task(client.send("Originate", {"Channel": "PJSIP/200"}))
    await pbx.wait_for_action("Originate")
    pbx.drop()
    with pytest.raises(OutcomeUnknownError, match=r"Originate was sent to .* Asterisk may have carried it out"):
        await originate
    await wait_for(client, K)
    await client.ping()
    assert pbx.logins == 2
    assert len(pbx.called("Originate")) == 1


async def test_whoever_learns_of_the_loss_finds_the_state_changed(pbx: FakeAmiServer, client: AmiClient) -> None:
    pbx.on("Getvar", None)
    request = asyncio.create_task(client.send("Getvar"))
    await pbx.wait_for_action("Getvar")
    seen: list[ConnectionState] = []
    request.add_done_callback(lambda _: seen.append(client.state))
    pbx.drop()
    with pytest.raises(OutcomeUnknownError):
        await request
    assert seen == [R]


async def test_sending_again_and_again_lets_the_reconnection_happen(pbx: FakeAmiServer, client: AmiClient) -> None:
    async def stubborn() -> None:
        while True:
            try:
                await client.ping()
            except ConnectionError:
                await client.wait_for(K)
            else:
                return

    connection = client._connection
    assert connection is not None
    closed = connection._stream._on_closed
    pings: list[asyncio.Task[None]] = []

    def on_closed(error: AsteriskError | None) -> None:
        # It runs in the turn in which the connection is lost, before anybody else can have been told.
        pings.append(asyncio.create_task(stubborn()))
        closed(error)

    connection._stream._on_closed = on_closed
    pbx.drop()
    await pbx.wait_for_action("Ping")
    await asyncio.gather(*pings)
    assert client.epoch == 2


async def test_a_full_table_of_requests_lets_others_run(pbx: FakeAmiServer, client: AmiClient) -> None:
    pbx.on("Getvar", None)
    requests = [asyncio.create_task(client.send("Getvar")) for _ in range(1024)]
    await pbx.wait_for_action("Getvar", 1024)
    ran: list[int] = []
    asyncio.get_running_loop().call_soon(ran.append, 1)
    with pytest.raises(NotSentError, match="1024 requests are in flight already"):
        await client.ping()
    assert ran == [1]
    for action in pbx.called("Getvar"):
        action.reply(b"Response: Success\r\n\r\n")
    await asyncio.gather(*requests)
    await client.ping()


@pytest.mark.parametrize("how", ["drop", "reset"])
async def test_subscribers_see_the_gap_and_go_on(pbx: FakeAmiServer, client: AmiClient, how: str) -> None:
    events = client.events()
    pbx.emit_event("Newchannel")
    assert shown(await take(events, 1)) == ["Newchannel"]
    getattr(pbx, how)()
    await pbx.wait_for_login(2)
    pbx.emit_event("Hangup")
    seen = await take(events, 5)
    assert shown(seen) == [R, C, K, "FullyBooted", "Hangup"]
    assert [change.epoch for change in seen[:3]] == [1, 1, 2]
    assert seen[2].down_for > 0


async def test_one_connection_at_a_time(pbx: FakeAmiServer, client: AmiClient) -> None:
    most = 0
    for epoch in range(2, 5):
        pbx.drop()
        await pbx.wait_for_login(epoch)
        most = max(most, int(repr(pbx).partition("connected=")[2].partition(" ")[0]))
    await wait_for(client, K)
    assert most == 1


# --- closing ---------------------------------------------------------------------------------------------------------


async def test_006_closing_a_client_that_never_connected_is_quiet(pbx: FakeAmiServer, make_client: MakeClient) -> None:
    client = make_client()
    await client.aclose()
    await client.aclose()
    assert (client.state, pbx.connections) == (D, 0)
    with pytest.raises(ClientClosedError):
        await client.connect()


@pytest.mark.parametrize("silent", ["banner", "Challenge", "Login"])
async def test_006_closing_while_connecting_stops_it(pbx: FakeAmiServer, make_client: MakeClient, silent: str) -> None:
    if silent == "banner":
        pbx.banner = b""
    else:
        pbx.on(silent, None)
    client = make_client()
    connecting = asyncio.create_task(client.connect())
    await pbx.wait_until(lambda: pbx.called(silent) or (not pbx.banner and pbx.connections))
    await client.aclose()
    with pytest.raises(ClientClosedError):
        await connecting
    await settle(pbx)
    assert (client.state, pbx.called("Logoff")) == (D, [])


async def test_006_closing_a_connected_client_ends_requests_logs_off_and_ends_events(
    pbx: FakeAmiServer, client: AmiClient
) -> None:
    events = client.events()
    pbx.on("Getvar", None)
    request = asyncio.create_task(client.send("Getvar"))
    await pbx.wait_for_action("Getvar")
    closing = asyncio.create_task(client.aclose())
    await asyncio.sleep(0)
    with pytest.raises(ClientClosedError):  # And not one byte after the end was decided.
        await client.ping()
    await closing
    with pytest.raises(ClientClosedError):
        await request
    assert shown([event async for event in events]) == [D]
    await settle(pbx)
    assert [action.name for action in pbx.received][-2:] == ["Getvar", "Logoff"]


async def test_008_closing_while_waiting_to_reconnect_tries_no_more(
    pbx: FakeAmiServer, make_client: MakeClient
) -> None:
    client = make_client(policy=ReconnectPolicy.fixed(3600))
    await client.connect()
    pbx.drop()
    await wait_for(client, R)
    async with asyncio.timeout(5):
        await client.aclose()
    assert (client.state, pbx.connections) == (D, 1)


async def test_006_closing_a_client_of_a_frozen_server_ends_soon(pbx: FakeAmiServer, client: AmiClient) -> None:
    pbx.freeze()
    async with asyncio.timeout(5):
        await client.aclose()
    assert client.state is D
    pbx.thaw()
    await settle(pbx)


async def test_007_cancelling_connect_leaves_nothing(pbx: FakeAmiServer, make_client: MakeClient) -> None:
    pbx.on("Login", None)
    client = make_client()
    connecting = asyncio.create_task(client.connect())
    await pbx.wait_for_action("Login")
    connecting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await connecting
    assert client.state is D
    await settle(pbx)


async def test_leaving_the_block_by_an_exception_closes_too(pbx: FakeAmiServer, make_client: MakeClient) -> None:
    with pytest.raises(ZeroDivisionError):
        async with make_client():
            raise ZeroDivisionError
    await settle(pbx)
    assert len(pbx.called("Logoff")) == 1


# --- the keepalive, on a virtual clock -------------------------------------------------------------------------------


@dataclass
class QuietConnection:
    """What `_keep_alive` sees of a connection: bytes arrive when the test says, the first of them answers requests."""

    arrivals: tuple[float, ...] = ()
    answers_ping: bool = False
    requests: tuple[tuple[str, float], ...] = ()
    lost_at: float = math.inf
    address: str = "127.0.0.1:5038"
    cause: AsteriskError | None = None
    pings: list[float] = field(default_factory=list)

    @property
    def now(self) -> float:
        return asyncio.get_running_loop().time()

    @property
    def last_received(self) -> float:
        heard = self.pings if self.answers_ping else []
        return max(time for time in (0.0, *self.arrivals, *heard) if time <= self.now)

    @property
    def pending(self) -> list[Any]:
        waiting = self.requests if self.now < min(self.arrivals, default=math.inf) else ()
        return [SimpleNamespace(key=name, request=name, deadline=time) for name, time in waiting if time > self.now]

    _gatherings: ClassVar[dict[str, Any]] = {}
    _unawaited_until: float = 0.0
    busy_until = AmiConnection.busy_until

    def ping(self) -> None:
        self.pings.append(self.now)

    def abort(self, cause: AsteriskError) -> None:
        self.cause = cause

    async def wait_ended(self, until: float) -> None:
        await asyncio.sleep(min(until, self.lost_at) - self.now)
        if self.now >= self.lost_at:
            self.cause = ConnectionClosedError(address=self.address)


def death_of(connection: QuietConnection) -> tuple[float, AsteriskError]:
    """Return when, in seconds, the keepalive found *connection* dead, and what it says about it."""

    async def main() -> tuple[float, AsteriskError]:
        error = await _keep_alive(cast("AmiConnection", connection))
        return asyncio.get_running_loop().time(), error

    return run_virtual(main())


def test_049_a_silent_link_is_pinged_after_5_seconds_and_dead_after_20() -> None:
    connection = QuietConnection()
    died_at, error = death_of(connection)
    assert (connection.pings, died_at) == ([5.0], 20.0)
    assert isinstance(error, ConnectionClosedError)
    assert error.reason == "no byte for 20 s, not even an answer to Ping"
    assert error.is_retryable


def test_049_the_time_counts_from_the_last_byte() -> None:
    connection = QuietConnection(arrivals=(3.0, 9.5))
    assert death_of(connection)[0] == 29.5
    assert connection.pings == [8.0, 14.5]


def test_a_link_that_answers_pings_lives_and_is_pinged_again() -> None:
    connection = QuietConnection(answers_ping=True, lost_at=3600)
    assert death_of(connection)[0] == 3600
    assert 3600 / 10 - 1 <= len(connection.pings) <= 3600 / 5


def test_051_a_link_with_events_lives_without_answers_to_pings() -> None:
    connection = QuietConnection(arrivals=tuple(itertools.takewhile(lambda t: t < 3600, itertools.count(0, 19.0))))
    died_at, error = death_of(connection)
    assert died_at > 3600
    assert isinstance(error, ConnectionClosedError)


def test_a_busy_link_is_never_pinged() -> None:
    connection = QuietConnection(arrivals=tuple(float(t) for t in range(100)), lost_at=100)
    death_of(connection)
    assert connection.pings == []


@pytest.mark.parametrize(
    "action",
    [
        "Command", "LoggerRotate", "ModuleLoad", "Originate", "originate", "PlayDTMF", "PlayMF", "QueueReload",
        "Reload", "UpdateConfig", "WaitEvent",
    ],
)  # fmt: skip
def test_050_a_blocking_action_moves_the_deadline_to_its_own(action: str) -> None:
    assert death_of(QuietConnection(requests=((action, 35.0), ("Ping", 50.0))))[0] == 35.0
    assert death_of(QuietConnection(requests=((action, 16.0),)))[0] == 20.0


def test_050_an_action_that_blocks_nothing_moves_nothing() -> None:
    assert death_of(QuietConnection(requests=(("Getvar", 35.0), ("Status", 50.0))))[0] == 20.0


def test_050_a_blocking_action_that_ends_early_does_not_hide_a_death_after_it() -> None:
    # It may take until 600 s, and is answered at 22 s; then the host vanishes.
    connection = QuietConnection(requests=(("Originate", 600.0),), arrivals=(22.0,))
    assert death_of(connection)[0] == 42.0
    assert connection.pings == [5.0, 27.0]


def test_050_a_blocking_action_that_was_cancelled_still_keeps_asterisk_busy() -> None:
    assert death_of(QuietConnection(_unawaited_until=35.0))[0] == 35.0
    assert death_of(QuietConnection(_unawaited_until=16.0))[0] == 20.0


def test_a_link_that_is_lost_while_a_ping_is_out_ends_with_what_ended_it() -> None:
    died_at, error = death_of(QuietConnection(lost_at=17.0))
    assert died_at == 17.0
    assert isinstance(error, ConnectionClosedError)
    assert error.reason == "the peer closed the connection"


async def test_049_a_half_open_connection_is_found_and_replaced(
    pbx: FakeAmiServer, make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("asterisk_py_ami.client.PING_AFTER", 0.05)
    monkeypatch.setattr("asterisk_py_ami.client.PING_PATIENCE", 0.5)
    client = make_client()
    await client.connect()
    await pbx.wait_for_action("Ping")
    pbx.on("Getvar", None)
    request = asyncio.create_task(client.send("Getvar"))
    await pbx.wait_for_action("Getvar")
    pbx.freeze()
    with pytest.raises(OutcomeUnknownError, match="not even an answer to Ping"):
        await request
    assert client.state is R
    pbx.thaw()
    await wait_for(client, K)
