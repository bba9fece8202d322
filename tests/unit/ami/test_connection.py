"""One connection against a scripted server: the login, requests and answers, and every way to end."""

import asyncio
import datetime as dt
import gc
import logging
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import trustme

from asterisk_py_ami.client import AmiClient
from asterisk_py_ami.connection import AmiConnection
from asterisk_py_ami.errors import LoginInUseError
from asterisk_py_ami.protocol.codec import Decoder
from asterisk_py_ami.protocol.gathering import Gathering, ListGathering, OriginateGathering
from asterisk_py_ami.protocol.login import LoginMethod
from asterisk_py_ami.protocol.message import AmiEvent, Response
from asterisk_py_ami.protocol.session import AmiSession
from asterisk_py_ami.testing import FakeAmiServer, ReceivedAction, fake_ami
from asterisk_py_core.credentials import Credentials
from asterisk_py_core.errors import (
    AsteriskError,
    ChallengeFailedError,
    ClientClosedError,
    ConnectFailedError,
    ConnectionClosedError,
    FrameTooLargeError,
    InputError,
    LoginRejectedError,
    LoginTimeoutError,
    NotSentError,
    OutcomeUnknownError,
    ReadTimeoutError,
    TlsError,
    UnsupportedVersionError,
    WriteTimeoutError,
)
from asterisk_py_core.reconnect import ConnectionState

TRANSCRIPTS = Path(__file__).parents[2] / "transcripts"
FOREVER = 1e9
CLOSED = ClientClosedError(what="the test")
SILENCE = b""

pbx = pytest_asyncio.fixture(fake_ami)
Opener = Callable[..., Awaitable[AmiConnection]]


@pytest.fixture(autouse=True)
async def nothing_is_left() -> AsyncIterator[None]:
    yield
    async with asyncio.timeout(5):
        while asyncio.all_tasks() != {asyncio.current_task()}:  # noqa: ASYNC110 - tasks that end set no event
            await asyncio.sleep(0)
    gc.collect()  # A transport left open warns here, and warnings fail tests.


@pytest.fixture
async def open_connection(pbx: FakeAmiServer) -> AsyncIterator[Opener]:
    opened: list[AmiConnection] = []

    async def open_connection(
        login: str = "md5", *, secret: str = "", events: str = "off", timeout: float = 5, ssl: Any = None
    ) -> AmiConnection:
        credentials = Credentials("admin", secret) if secret else pbx.credentials
        session = AmiSession(
            address=f"{pbx.host}:{pbx.port}", credentials=credentials, login=LoginMethod(login), events=events
        )
        opened.append(await AmiConnection.open(pbx.host, pbx.port, session, ssl=ssl, timeout=timeout))
        return opened[-1]

    yield open_connection
    for connection in opened:
        await connection.aclose(CLOSED)


@pytest.fixture
async def connection(open_connection: Opener) -> AmiConnection:
    return await open_connection()


def names(pbx: FakeAmiServer) -> list[str]:
    return [action.name for action in pbx.received]


async def settle(pbx: FakeAmiServer) -> None:
    """Return when the server has noticed that nobody is connected any more."""
    await pbx.wait_until(lambda: "connected=0" in repr(pbx))


# --- the login -------------------------------------------------------------------------------------------------------


async def test_the_login_answers_a_challenge_and_sends_no_secret(pbx: FakeAmiServer, open_connection: Opener) -> None:
    connection = await open_connection()
    assert (pbx.logins, connection.cause, connection.session.version) == (1, None, (11, 0, 0))
    assert names(pbx) == ["Challenge", "Login"]
    sent = [value for action in pbx.received for _, value in action.headers]
    assert pbx.credentials.reveal() not in sent


async def test_a_plain_login_sends_the_secret_as_it_was_asked_to(pbx: FakeAmiServer, open_connection: Opener) -> None:
    await open_connection("plain")
    assert names(pbx) == ["Login"]
    assert pbx.received[0]["Secret"] == pbx.credentials.reveal()


async def test_the_login_works_byte_by_byte(pbx: FakeAmiServer, open_connection: Opener) -> None:
    pbx.split(1)
    connection = await open_connection(events="on")
    assert (await connection.request("Ping", timeout=5)).is_success


@pytest.mark.parametrize("login", ["md5", "plain"])
async def test_042_a_wrong_secret_is_rejected_and_closes(
    pbx: FakeAmiServer, open_connection: Opener, login: str
) -> None:
    with pytest.raises(LoginRejectedError, match="refused the login of 'admin': Authentication failed") as caught:
        await open_connection(login, secret="wrong")
    assert not caught.value.is_retryable
    assert caught.value.address == f"127.0.0.1:{pbx.port}"
    await settle(pbx)
    assert (pbx.connections, pbx.logins) == (1, 0)


async def test_044_a_login_in_use_is_an_error_of_its_own_that_heals(
    pbx: FakeAmiServer, open_connection: Opener
) -> None:
    pbx.refuse_logins("Login Already In Use")
    with pytest.raises(LoginInUseError) as caught:
        await open_connection()
    assert caught.value.is_retryable
    await settle(pbx)


async def test_045_a_refused_challenge_is_no_reason_to_send_the_secret(
    pbx: FakeAmiServer, open_connection: Opener
) -> None:
    pbx.on("Challenge", b"Response: Error\r\nMessage: Must specify AuthType\r\n\r\n")
    with pytest.raises(ChallengeFailedError, match="Must specify AuthType"):
        await open_connection()
    await settle(pbx)
    assert names(pbx) == ["Challenge"]


@pytest.mark.parametrize(
    "banner",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"\r\n",
        b"x" * 1_000_000,
        b"Asterisk Call Manager/eleven\r\n",
    ],
)
async def test_039_a_server_that_is_no_asterisk_is_told_nothing(
    pbx: FakeAmiServer, open_connection: Opener, banner: bytes
) -> None:
    pbx.banner = banner
    with pytest.raises(UnsupportedVersionError) as caught:
        await open_connection("plain")
    assert not caught.value.is_retryable
    await settle(pbx)
    assert pbx.received == []


async def test_040_silence_before_the_banner_is_a_login_timeout(pbx: FakeAmiServer, open_connection: Opener) -> None:
    pbx.banner = SILENCE
    with pytest.raises(LoginTimeoutError, match=r"did not complete the login within 0\.05 s") as caught:
        await open_connection(timeout=0.05)
    assert caught.value.is_retryable
    await settle(pbx)


@pytest.mark.parametrize("silent", ["Challenge", "Login"])
async def test_silence_during_the_login_is_a_login_timeout(
    pbx: FakeAmiServer, open_connection: Opener, silent: str
) -> None:
    pbx.on(silent, None)
    with pytest.raises(LoginTimeoutError):
        await open_connection(timeout=0.05)
    await settle(pbx)
    assert names(pbx)[-1] == silent


async def test_a_peer_that_closes_without_a_banner_says_what_that_means(
    pbx: FakeAmiServer, open_connection: Opener
) -> None:
    pbx.banner = SILENCE
    opening = asyncio.create_task(anything(open_connection()))
    await pbx.wait_until(lambda: pbx.connections)
    pbx.drop()
    error = await opening
    assert isinstance(error, ConnectionClosedError)
    assert "closed without a banner (authlimit reached" in str(error)


async def test_a_peer_that_closes_during_the_login_is_said_to(pbx: FakeAmiServer, open_connection: Opener) -> None:
    pbx.on("Login", None)
    opening = asyncio.create_task(anything(open_connection()))
    await pbx.wait_for_action("Login")
    pbx.drop()
    error = await opening
    assert isinstance(error, ConnectionClosedError)
    assert "the peer closed during the login" in str(error)


async def anything(awaitable: Awaitable[object]) -> object:
    """Return what *awaitable* gives or raises."""
    try:
        return await awaitable
    except AsteriskError as error:
        return error


async def test_a_reset_during_the_login_is_said_to_be_one(pbx: FakeAmiServer, open_connection: Opener) -> None:
    pbx.on("Login", None)
    opening = asyncio.create_task(anything(open_connection()))
    await pbx.wait_for_action("Login")
    pbx.reset()
    error = await opening
    assert isinstance(error, ConnectionClosedError)
    assert error.reason == "Connection reset by peer"


async def test_a_server_that_is_not_there_is_a_failed_connect(pbx: FakeAmiServer, open_connection: Opener) -> None:
    await pbx.stop()
    with pytest.raises(ConnectFailedError, match=f"cannot connect to 127.0.0.1:{pbx.port}: Connection refused"):
        await open_connection()


@pytest.mark.parametrize("silent", ["the banner", "Challenge", "Login"])
async def test_007_a_cancelled_login_leaves_nothing_open(
    pbx: FakeAmiServer, open_connection: Opener, silent: str
) -> None:
    if silent == "the banner":
        pbx.banner = SILENCE
    else:
        pbx.on(silent, None)
    opening = asyncio.ensure_future(open_connection())
    await pbx.wait_until(lambda: pbx.called(silent) or (not pbx.banner and pbx.connections))
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    await settle(pbx)


async def test_063_tls_to_a_trusted_server_hides_even_a_plain_login(authority: trustme.CA) -> None:
    async with FakeAmiServer(ssl=server_context(authority)) as pbx:
        session = AmiSession(address="x", credentials=pbx.credentials, login="plain")
        trusting = ssl.create_default_context()
        authority.configure_trust(trusting)
        connection = await AmiConnection.open(pbx.host, pbx.port, session, ssl=trusting, timeout=5)
        assert (await connection.request("Ping", timeout=5)).is_success
        await connection.aclose(CLOSED)


async def test_063_an_untrusted_certificate_is_fatal_and_nothing_is_sent(authority: trustme.CA) -> None:
    async with FakeAmiServer(ssl=server_context(authority)) as pbx:
        session = AmiSession(address="x", credentials=pbx.credentials, login="plain")
        with pytest.raises(TlsError) as caught:
            await AmiConnection.open(pbx.host, pbx.port, session, ssl=True, timeout=5)
        assert caught.value.certificate
        assert not caught.value.is_retryable
        assert pbx.received == []


async def test_063_a_certificate_for_another_host_is_fatal(authority: trustme.CA) -> None:
    await refuses(authority, authority.issue_cert("pbx.example"), "not valid for '127.0.0.1'")


async def test_063_an_expired_certificate_is_fatal(authority: trustme.CA) -> None:
    past = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    await refuses(
        authority, authority.issue_cert("127.0.0.1", not_before=past, not_after=past), "certificate has expired"
    )


async def test_063_a_certificate_that_signed_itself_is_fatal(authority: trustme.CA) -> None:
    await refuses(authority, trustme.CA().issue_cert("127.0.0.1"), "self-signed certificate|unable to get local issuer")


async def refuses(authority: trustme.CA, certificate: trustme.LeafCert, why: str) -> None:
    """Check that a client that trusts *authority* gives up at once and tells the server nothing."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    certificate.configure_cert(context)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    async with FakeAmiServer(ssl=context) as pbx:
        client = AmiClient(
            pbx.host, pbx.port, credentials=pbx.credentials, login="plain", ssl=trusting, retry_first=True
        )
        with pytest.raises(TlsError, match=why) as caught:
            await client.connect()
        assert caught.value.certificate
        assert client.state is ConnectionState.DISCONNECTED
        assert (pbx.received, pbx.logins) == ([], 0)


@pytest.mark.parametrize("how", ["drop", "reset"])
async def test_063_a_handshake_that_is_cut_may_heal(how: str) -> None:
    # No TLS: the client says hello, and hears nothing.
    async with FakeAmiServer() as pbx:
        pbx.banner = SILENCE
        session = AmiSession(address="x", credentials=pbx.credentials, login="plain")
        opening = asyncio.create_task(
            anything(AmiConnection.open(pbx.host, pbx.port, session, ssl=ssl.create_default_context(), timeout=5))
        )
        await pbx.wait_until(lambda: pbx.connections)
        getattr(pbx, how)()
        error = await opening
        assert isinstance(error, TlsError)
        assert (error.certificate, error.is_retryable) == (False, True)
        assert pbx.received == []


async def test_063_tls_to_a_plain_port_fails_and_may_heal(pbx: FakeAmiServer, open_connection: Opener) -> None:
    with pytest.raises(TlsError) as caught:
        await open_connection("plain", ssl=True)
    assert caught.value.is_retryable
    await settle(pbx)
    assert pbx.received == []


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def server_context(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


# --- events ----------------------------------------------------------------------------------------------------------


async def test_events_that_come_with_the_login_are_kept_until_taken(open_connection: Opener) -> None:
    connection = await open_connection(events="on")
    seen: list[AmiEvent] = []
    connection.deliver_to(seen.extend)
    assert [event.name for event in seen] == ["FullyBooted"]


async def test_events_come_in_order_and_apart_from_answers(pbx: FakeAmiServer, open_connection: Opener) -> None:
    connection = await open_connection(events="on")
    seen: list[AmiEvent] = []
    connection.deliver_to(seen.extend)
    pbx.on("Ping", b"Event: A\r\nActionID: x\r\n\r\nResponse: Success\r\n\r\nEvent: B\r\n\r\n")
    assert (await connection.request("Ping", timeout=5)).is_success
    assert [event.name for event in seen] == ["FullyBooted", "A", "B"]


# --- requests --------------------------------------------------------------------------------------------------------


async def test_058_answers_find_their_requests_in_any_order(pbx: FakeAmiServer, connection: AmiConnection) -> None:
    pbx.on("Getvar", None)
    requests = [
        asyncio.create_task(connection.request("Getvar", {"Variable": name}, timeout=5)) for name in ("a", "b", "c")
    ]
    await pbx.wait_for_action("Getvar", 3)
    for action in reversed(pbx.called("Getvar")):
        action.reply(f"Response: Success\r\nValue: {action['Variable']}\r\n\r\n".encode())
    assert [(await request)["Value"] for request in requests] == ["a", "b", "c"]
    assert len(connection.pending) == 0


async def test_a_thousand_requests_are_answered_at_once(pbx: FakeAmiServer, connection: AmiConnection) -> None:
    pbx.on("Echo", lambda action: f"Response: Success\r\nText: {action['Text']}\r\n\r\n".encode())
    answers = await asyncio.gather(
        *(connection.request("Echo", {"Text": str(number)}, timeout=5) for number in range(1000))
    )
    assert [answer["Text"] for answer in answers] == [str(number) for number in range(1000)]


async def test_an_answer_that_says_no_is_an_answer_here(connection: AmiConnection) -> None:
    response = await connection.request("NoSuchThing", timeout=5)
    assert isinstance(response, Response)
    assert not response.is_success


async def test_026_bad_input_is_refused_before_a_byte_is_written(pbx: FakeAmiServer, connection: AmiConnection) -> None:
    for action, headers in (
        ("Getvar", {"Variable": "x\r\nAction: Originate"}),
        ("Getvar", {"Vari able": "x"}),
        ("Get\nvar", {}),
        ("Getvar", {"ActionID": "mine"}),
    ):
        with pytest.raises(InputError):
            await connection.request(action, headers, timeout=5)
    await connection.request("Ping", timeout=5)
    assert names(pbx)[2:] == ["Ping"]
    assert len(connection.pending) == 0


async def test_010_the_late_answer_to_a_cancelled_request_is_dropped(
    pbx: FakeAmiServer, connection: AmiConnection, caplog: pytest.LogCaptureFixture
) -> None:
    pbx.on("Getvar", None)
    request = asyncio.create_task(connection.request("Getvar", timeout=5))
    getvar = await pbx.wait_for_action("Getvar")
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    assert len(connection.pending) == 0
    getvar.reply(b"Response: Success\r\n\r\n")
    assert (await connection.request("Ping", timeout=5))["Ping"] == "Pong"
    assert (connection.pending.late, connection.pending.unmatched) == (1, 0)
    assert caplog.records == []


@pytest.mark.parametrize(("action", "is_busy"), [("WaitEvent", True), ("command", True), ("Getvar", False)])
async def test_050_giving_up_a_blocking_action_does_not_stop_it(
    pbx: FakeAmiServer,
    connection: AmiConnection,
    action: str,
    is_busy: bool,  # noqa: FBT001
) -> None:
    pbx.on(action, None)
    pbx.on("Ping", None)
    before = asyncio.get_running_loop().time()
    request = asyncio.create_task(connection.request(action, timeout=60))
    await pbx.wait_for_action(action)
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    assert len(connection.pending) == 0
    assert (connection.busy_until >= before + 60) == is_busy


@pytest.mark.parametrize(
    ("action", "gathering", "is_busy"),
    [
        ("WaitEvent", ListGathering(), True),
        ("Status", ListGathering(), False),
        ("Originate", OriginateGathering(), False),
    ],
)
async def test_050_giving_up_what_is_gathered_does_not_stop_it_either(
    pbx: FakeAmiServer,
    connection: AmiConnection,
    action: str,
    gathering: Gathering,
    is_busy: bool,  # noqa: FBT001
) -> None:
    pbx.on(action, None)
    pbx.on("Ping", None)
    before = asyncio.get_running_loop().time()
    request = asyncio.create_task(connection.gather(action, (), gathering, timeout=60))
    await pbx.wait_for_action(action)
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    assert (connection.busy_until >= before + 60) == is_busy


async def test_050_what_updateconfig_reloads_keeps_asterisk_busy_after_its_answer(
    pbx: FakeAmiServer, connection: AmiConnection
) -> None:
    # As on the wire: the answer at once, and nothing more before the reload is done.
    pbx.on("UpdateConfig", b"Response: Success\r\n\r\n")
    pbx.on("Ping", None)
    before = asyncio.get_running_loop().time()
    await connection.request("UpdateConfig", {"Reload": True}, timeout=60)
    assert connection.busy_until >= before + 60
    ping = await pbx.wait_for_action("Ping")
    pbx.off("Ping")
    ping.reply(b"Response: Success\r\nPing: Pong\r\n\r\n")
    await connection.request("Ping", timeout=5)
    assert connection.busy_until < before + 60


async def test_050_an_older_ping_does_not_tell_that_a_blocking_action_is_over(
    pbx: FakeAmiServer, connection: AmiConnection
) -> None:
    pbx.on("WaitEvent", None)
    pbx.on("Ping", None)
    before = asyncio.get_running_loop().time()
    connection.ping()
    request = asyncio.create_task(connection.request("WaitEvent", timeout=60))
    await pbx.wait_for_action("WaitEvent")
    request.cancel()
    await asyncio.wait([request])
    newer = await pbx.wait_for_action("Ping", 2)
    older = pbx.called("Ping")[0]
    pbx.off("Ping")
    older.reply(b"Response: Success\r\nPing: Pong\r\n\r\n")
    await connection.request("Ping", timeout=5)
    assert connection.busy_until >= before + 60
    newer.reply(b"Response: Success\r\nPing: Pong\r\n\r\n")
    await connection.request("Ping", timeout=5)
    assert connection.busy_until < before + 60


async def test_052_an_answer_after_the_timeout_is_dropped_and_the_connection_kept(
    pbx: FakeAmiServer, connection: AmiConnection
) -> None:
    pbx.on("Getvar", None)
    with pytest.raises(ReadTimeoutError, match=r"^Getvar: 127\.0\.0\.1:\d+ did not answer within 0\.01 s$"):
        await connection.request("Getvar", timeout=0.01)
    (await pbx.wait_for_action("Getvar")).reply(b"Response: Success\r\n\r\n")
    assert (await connection.request("Ping", timeout=5)).is_success
    assert (connection.pending.late, connection.cause) == (1, None)


async def test_032_forged_answers_are_counted_reported_once_and_never_delivered(
    pbx: FakeAmiServer, connection: AmiConnection, caplog: pytest.LogCaptureFixture
) -> None:
    pbx.on("Getvar", None)
    request = asyncio.create_task(connection.request("Getvar", timeout=5))
    getvar = await pbx.wait_for_action("Getvar")
    for forged in ("", "ActionID: \r\n", f"ActionID: {getvar['ActionID'].upper()}0\r\n", "ActionID: 1\r\n"):
        pbx.emit(f"Response: Error\r\n{forged}Message: forged\r\n\r\n".encode())
    getvar.reply(b"Response: Success\r\nValue: real\r\n\r\n")
    assert (await request)["Value"] == "real"
    getvar.reply(b"Response: Success\r\nValue: again\r\n\r\n")
    await connection.request("Ping", timeout=5)
    assert (connection.pending.unmatched, connection.pending.late) == (5, 0)
    assert [record.getMessage() for record in caplog.records] == [
        f"127.0.0.1:{pbx.port} sent an answer to no request of ours; such answers are dropped"
    ]


async def test_032_a_recorded_injection_reaches_no_request_and_disturbs_none(
    pbx: FakeAmiServer, connection: AmiConnection, caplog: pytest.LogCaptureFixture
) -> None:
    pbx.on("Getvar", None)
    requests = [asyncio.create_task(connection.request("Getvar", timeout=5)) for _ in range(3)]
    await pbx.wait_for_action("Getvar", 3)
    seen: list[AmiEvent] = []
    connection.deliver_to(seen.extend)
    stream = (TRANSCRIPTS / "ami-event-injection.s2c.bin").read_bytes().partition(b"\n")[2]
    pbx.emit(stream)
    for action in pbx.called("Getvar"):
        action.reply(b"Response: Success\r\nValue: real\r\n\r\n")
    assert {(await request)["Value"] for request in requests} == {"real"}
    forged = [message for message in Decoder().receive_data(stream) if isinstance(message, Response)]
    assert connection.pending.unmatched == len(forged) == 5
    assert len(seen) > 20
    assert connection.cause is None
    assert len(caplog.records) == 1


@pytest.mark.parametrize("action_id", ["a" * 65, "a\rb", "a b", "mine", ""])
async def test_028_an_action_id_of_the_callers_own_is_refused(
    pbx: FakeAmiServer, connection: AmiConnection, action_id: str
) -> None:
    for name in ("ActionID", "actionid"):
        with pytest.raises(InputError, match=f"action Ping: header {name} is set by"):
            await connection.request("Ping", {name: action_id}, timeout=5)
    await asyncio.gather(*(connection.request("Ping", timeout=5) for _ in range(100)))
    assert len({ping["ActionID"] for ping in pbx.called("Ping")}) == len(pbx.called("Ping")) == 100


async def test_a_late_answer_is_not_taken_for_a_forgery_after_one(
    pbx: FakeAmiServer, connection: AmiConnection, caplog: pytest.LogCaptureFixture
) -> None:
    pbx.on("Getvar", None)
    with pytest.raises(ReadTimeoutError):
        await connection.request("Getvar", timeout=0.01)
    pbx.emit(b"Response: Error\r\n\r\n")
    await connection.request("Ping", timeout=5)
    (await pbx.wait_for_action("Getvar")).reply(b"Response: Success\r\n\r\n")
    await connection.request("Ping", timeout=5)
    assert (connection.pending.unmatched, connection.pending.late, len(caplog.records)) == (1, 1, 1)


async def test_answers_to_keepalive_pings_are_neither_late_nor_forged(
    pbx: FakeAmiServer, connection: AmiConnection
) -> None:
    pbx.on("Ping", None)
    connection.ping()
    connection.ping()
    await pbx.wait_for_action("Ping", 2)
    for ping in pbx.called("Ping"):
        ping.reply(b"Response: Success\r\nPing: Pong\r\n\r\n")
    await connection.request("Events", {"EventMask": "off"}, timeout=5)
    assert (connection.pending.late, connection.pending.unmatched) == (0, 0)


async def test_requests_of_one_turn_are_written_in_order_and_together(
    pbx: FakeAmiServer, connection: AmiConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[bytes] = []
    write = connection._stream.write

    def spy(data: bytes) -> None:
        written.append(data)
        write(data)

    monkeypatch.setattr(connection._stream, "write", spy)
    pbx.on("Setvar", b"Response: Success\r\n\r\n")
    variables = [f"V{number}" for number in range(50)]
    answers = await asyncio.gather(*(connection.request("Setvar", {"Variable": v}, timeout=5) for v in variables))
    assert all(answer.is_success for answer in answers)
    assert [action["Variable"] for action in pbx.called("Setvar")] == variables
    assert [data.count(b"Action: Setvar") for data in written] == [1, 49]
    assert (await connection.request("Ping", timeout=5)).is_success


async def test_what_was_just_written_goes_out_before_the_connection_is_closed(
    pbx: FakeAmiServer, connection: AmiConnection
) -> None:
    asking = [asyncio.create_task(connection.request("Setvar", timeout=5)) for _ in range(3)]
    await asyncio.sleep(0)
    connection.log_off()
    await connection.aclose(CLOSED)
    ends = await asyncio.gather(*asking, return_exceptions=True)
    assert {type(end) for end in ends} == {ClientClosedError}
    await pbx.wait_until(lambda: names(pbx)[2:] == ["Setvar"] * 3 + ["Logoff"])


async def test_what_is_still_held_when_the_connection_breaks_ends_with_it(connection: AmiConnection) -> None:
    asking = [asyncio.create_task(connection.request("Setvar", timeout=5)) for _ in range(3)]
    await asyncio.sleep(0)
    connection.abort(ConnectionClosedError(address=connection.address, reason="the test"))
    connection.ping()
    ends = await asyncio.gather(*asking, return_exceptions=True)
    assert {type(end) for end in ends} == {OutcomeUnknownError}


# --- a server that stops reading -------------------------------------------------------------------------------------


async def fill_the_link(pbx: FakeAmiServer, connection: AmiConnection) -> list[asyncio.Task[Response]]:
    """Send until nothing goes out any more; the last request of those returned was not written."""
    pbx.freeze()
    padding = [("Variable", "x" * 1000)] * 100
    requests: list[asyncio.Task[Response]] = []
    while all(each._written for each in connection.pending):
        requests.append(asyncio.create_task(connection.request("Setvar", padding, timeout=FOREVER)))
        await asyncio.sleep(0)
    return requests


async def cancel(requests: list[asyncio.Task[Response]]) -> None:
    for request in requests:
        request.cancel()
    await asyncio.wait(requests)


async def test_060_a_server_that_stops_reading_is_a_write_timeout_and_nothing_is_cut(
    pbx: FakeAmiServer, connection: AmiConnection
) -> None:
    requests = await fill_the_link(pbx, connection)
    with pytest.raises(WriteTimeoutError, match=r"Hangup: .* did not accept the data within 0.01 s"):
        await connection.request("Hangup", timeout=0.01)
    await cancel(requests)
    pbx.thaw()
    assert (await connection.request("Ping", timeout=5)).is_success
    assert names(pbx)[2:] == ["Setvar"] * (len(requests) - 1) + ["Ping"]
    assert {len(action.headers) for action in pbx.called("Setvar")} == {102}


async def test_060_a_request_whose_time_is_up_as_the_link_clears_is_not_written(
    pbx: FakeAmiServer, connection: AmiConnection
) -> None:
    requests = await fill_the_link(pbx, connection)
    late = asyncio.create_task(connection.request("Hangup", timeout=FOREVER))
    await asyncio.sleep(0)
    next(each for each in connection.pending if each.request == "Hangup").expire()
    pbx.thaw()
    with pytest.raises(WriteTimeoutError):
        await late
    await connection.request("Ping", timeout=5)
    assert pbx.called("Hangup") == []
    await cancel(requests)


@pytest.mark.parametrize("how", ["drop", "reset"])
async def test_009_a_lost_connection_tells_written_requests_from_unwritten_ones(
    pbx: FakeAmiServer, connection: AmiConnection, how: str
) -> None:
    requests = await fill_the_link(pbx, connection)
    getattr(pbx, how)()
    async with asyncio.timeout(5):
        *written, unwritten = await asyncio.gather(*requests, return_exceptions=True)
    assert {type(error) for error in written} == {OutcomeUnknownError}
    assert type(unwritten) is NotSentError
    assert len(connection.pending) == 0


# --- the end ---------------------------------------------------------------------------------------------------------


async def test_009_a_thousand_requests_end_exactly_once_and_before_anybody_runs(
    pbx: FakeAmiServer, connection: AmiConnection
) -> None:
    pbx.on("Getvar", None)
    requests = [asyncio.create_task(connection.request("Getvar", timeout=5)) for _ in range(1000)]
    await pbx.wait_for_action("Getvar", 1000)
    waiting: list[int] = []
    for request in requests:
        request.add_done_callback(lambda _: waiting.append(sum(each.waits for each in connection.pending)))
    pbx.drop()
    async with asyncio.timeout(5):
        errors = await asyncio.gather(*requests, return_exceptions=True)
    assert {type(error) for error in errors} == {OutcomeUnknownError}
    assert waiting == [0] * 1000


async def test_whoever_waits_for_the_end_runs_before_those_whose_requests_ended(
    pbx: FakeAmiServer, connection: AmiConnection
) -> None:
    order: list[str] = []

    async def request() -> None:
        with pytest.raises(OutcomeUnknownError):
            await connection.request("Getvar", timeout=5)
        order.append("request")

    async def owner() -> None:
        await connection.wait_ended(FOREVER)
        order.append("owner")

    pbx.on("Getvar", None)
    tasks = [asyncio.create_task(request()), asyncio.create_task(owner())]
    await pbx.wait_for_action("Getvar")
    pbx.drop()
    async with asyncio.timeout(5):
        await asyncio.gather(*tasks)
    assert order == ["owner", "request"]


async def test_061_half_a_message_before_the_end_is_no_event(pbx: FakeAmiServer, connection: AmiConnection) -> None:
    seen: list[AmiEvent] = []
    connection.deliver_to(seen.extend)
    pbx.emit(b"Event: Hangup\r\nCause: 16\r\n\r\nEvent: Hangup\r\nCause: 17\r\n")
    pbx.drop()
    await connection.wait_ended(FOREVER)
    assert [event["Cause"] for event in seen] == ["16"]
    assert isinstance(connection.cause, ConnectionClosedError)
    assert connection.cause.reason == "the peer closed the connection"
    assert connection.cause.is_retryable


async def test_061_a_reset_within_a_message_is_named(pbx: FakeAmiServer, connection: AmiConnection) -> None:
    seen: list[AmiEvent] = []
    connection.deliver_to(seen.extend)
    pbx.emit(b"Event: Hangup\r\nCau")
    pbx.reset()
    await connection.wait_ended(FOREVER)
    assert seen == []
    assert isinstance(connection.cause, ConnectionClosedError)
    assert connection.cause.reason == "Connection reset by peer"


async def test_038_a_message_without_end_ends_the_connection(pbx: FakeAmiServer, connection: AmiConnection) -> None:
    pbx.emit(b"Event: " + b"x" * 1_100_000 + b"\r\n\r\n")
    await connection.wait_ended(FOREVER)
    assert isinstance(connection.cause, FrameTooLargeError)
    assert connection.cause.address == connection.address
    assert str(connection.cause).startswith(f"127.0.0.1:{pbx.port}: a line of an AMI message (bytes) exceeds")
    await settle(pbx)


async def test_a_request_on_an_ended_connection_was_not_sent(pbx: FakeAmiServer, connection: AmiConnection) -> None:
    pbx.drop()
    await connection.wait_ended(FOREVER)
    await connection.wait_ended(FOREVER)
    with pytest.raises(NotSentError, match=r"Ping was not sent to .*: the peer closed the connection"):
        await connection.request("Ping", timeout=5)


async def test_a_request_on_a_connection_that_is_going_down_was_not_sent(connection: AmiConnection) -> None:
    connection.abort(ConnectionClosedError(address="x", reason="given up"))
    connection.ping()
    connection.log_off()
    with pytest.raises(NotSentError, match="given up"):
        await connection.request("Ping", timeout=5)


async def test_an_aborted_connection_keeps_the_cause_it_was_given(
    pbx: FakeAmiServer, connection: AmiConnection
) -> None:
    cause = ConnectionClosedError(address="x", reason="given up")
    connection.abort(cause)
    await connection.wait_ended(FOREVER)
    assert connection.cause is cause
    await settle(pbx)


async def test_closing_ends_requests_and_still_writes_what_was_written(
    pbx: FakeAmiServer, connection: AmiConnection
) -> None:
    pbx.on("Getvar", None)
    request = asyncio.create_task(connection.request("Getvar", timeout=5))
    await pbx.wait_for_action("Getvar")
    connection.log_off()
    await connection.aclose(CLOSED)
    with pytest.raises(ClientClosedError, match="the test is closed"):
        await request
    await settle(pbx)
    assert names(pbx)[-1] == "Logoff"
    with pytest.raises(ClientClosedError):
        await connection.request("Ping", timeout=5)


async def test_waiting_for_the_end_has_an_end_of_its_own(connection: AmiConnection) -> None:
    loop = asyncio.get_running_loop()
    await connection.wait_ended(loop.time() + 0.01)
    assert connection.cause is None


# --- the log ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("login", ["md5", "plain"])
async def test_021_the_wire_log_shows_everything_but_secrets(
    pbx: FakeAmiServer, open_connection: Opener, caplog: pytest.LogCaptureFixture, login: str
) -> None:
    caplog.set_level(logging.DEBUG)
    connection = await open_connection(login, events="on")
    await connection.request("Ping", timeout=5)
    pbx.emit(b"Event: UserEvent\r\nUserEvent: x\r\nSecret: not for logs\r\n\r\n")
    await connection.request("Ping", timeout=5)
    lines = [record.getMessage() for record in caplog.records if record.name.startswith("asterisk_py")]
    everything = "\n".join(lines)
    ping = pbx.called("Ping")[0]["ActionID"]
    assert f"to 127.0.0.1:{pbx.port}: b'Action: Ping\\r\\nActionID: {ping}\\r\\n\\r\\n'" in lines
    assert any(line.startswith(f"from 127.0.0.1:{pbx.port}: b'Event: FullyBooted\\r\\n") for line in lines)
    assert pbx.called("Login")[0]["Username"] in everything
    for secret in (pbx.credentials.reveal(), pbx.called("Login")[0].get("Key") or "no key", "not for logs"):
        assert secret not in everything


async def test_nothing_is_logged_above_debug_in_a_healthy_run(
    pbx: FakeAmiServer, connection: AmiConnection, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    def answer(action: ReceivedAction) -> bytes:
        return b"Response: Success\r\n\r\n" if action["Variable"] else b""

    pbx.on("Getvar", answer)
    await connection.request("Getvar", {"Variable": "x"}, timeout=5)
    await connection.aclose(CLOSED)
    assert caplog.records == []
