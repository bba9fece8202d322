"""The fake Asterisk, seen by a client that is nothing but a socket."""

import asyncio
import hashlib
import ssl
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
import trustme

from asterisk_py_ami.testing import FakeAmiServer, ReceivedAction, fake_ami

BANNER = b"Asterisk Call Manager/11.0.0\r\n"
LOGIN = b"Action: Login\r\nActionID: L1\r\nUsername: admin\r\nSecret: a made-up secret\r\n"
ACCEPTED = b"Response: Success\r\nActionID: L1\r\nMessage: Authentication accepted\r\n\r\n"
REFUSED = b"Response: Error\r\nActionID: L1\r\nMessage: Authentication failed\r\n\r\n"
BOOTED = (
    b"Event: FullyBooted\r\nPrivilege: system,all\r\nUptime: 251\r\nLastReload: 251\r\nStatus: Fully Booted\r\n\r\n"
)
PONG = b"Response: Success\r\nActionID: P1\r\nPing: Pong\r\nTimestamp: 1795418274.638330\r\n\r\n"

# As the docstring tells users to do it.
pbx = pytest_asyncio.fixture(fake_ami)


class RawClient:
    """A socket: literal bytes out, exactly the bytes that came in."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, server: FakeAmiServer, context: ssl.SSLContext | None = None) -> "RawClient":
        return cls(*await asyncio.open_connection(server.host, server.port, ssl=context))

    async def send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def expect(self, expected: bytes) -> None:
        async with asyncio.timeout(5):
            assert await self._reader.readexactly(len(expected)) == expected

    async def expect_end(self) -> None:
        async with asyncio.timeout(5):
            assert await self._reader.read() == b""

    async def close(self) -> None:
        self._writer.close()
        await asyncio.wait([asyncio.ensure_future(self._writer.wait_closed())])


@pytest.fixture
async def client(pbx: FakeAmiServer) -> AsyncIterator[RawClient]:
    """Logged in, with events off."""
    client = await RawClient.open(pbx)
    await client.expect(BANNER)
    await client.send(LOGIN + b"Events: off\r\n\r\n")
    await client.expect(ACCEPTED)
    yield client
    await client.close()


@pytest.fixture
async def stranger(pbx: FakeAmiServer) -> AsyncIterator[RawClient]:
    """Greeted, and not logged in."""
    client = await RawClient.open(pbx)
    await client.expect(BANNER)
    yield client
    await client.close()


# --- logging in ------------------------------------------------------------------------------------------------------


async def test_a_plain_login_is_accepted_and_followed_by_fully_booted(pbx: FakeAmiServer, stranger: RawClient) -> None:
    await stranger.send(LOGIN + b"\r\n")
    await stranger.expect(ACCEPTED + BOOTED)
    assert pbx.logins == 1


@pytest.mark.parametrize("mask", ["off", "Off", "no", "false", "none", "0"])
async def test_a_login_without_events_brings_none(pbx: FakeAmiServer, stranger: RawClient, mask: str) -> None:
    await stranger.send(LOGIN + f"Events: {mask}\r\n\r\n".encode())
    await stranger.expect(ACCEPTED)
    assert pbx.emit_event("Hangup") == 0


async def login_by_md5(client: RawClient, secret: str, *, upper: bool = False) -> None:
    await client.send(b"Action: Challenge\r\nActionID: C1\r\nAuthType: MD5\r\n\r\n")
    await client.expect(b"Response: Success\r\nActionID: C1\r\nChallenge: ")
    async with asyncio.timeout(5):
        challenge = (await client._reader.readuntil(b"\r\n\r\n")).removesuffix(b"\r\n\r\n")
    assert challenge.isdigit()
    key = hashlib.md5(challenge + secret.encode(), usedforsecurity=False).hexdigest()
    await client.send(
        b"Action: Login\r\nActionID: L1\r\nAuthType: MD5\r\nUsername: admin\r\nEvents: off\r\nKey: "
        + (key.upper() if upper else key).encode()
        + b"\r\n\r\n"
    )


async def test_a_login_by_md5_is_accepted(stranger: RawClient) -> None:
    await login_by_md5(stranger, "a made-up secret")
    await stranger.expect(ACCEPTED)


async def test_a_key_made_of_another_secret_is_refused(pbx: FakeAmiServer, stranger: RawClient) -> None:
    await login_by_md5(stranger, "another secret")
    await stranger.expect(REFUSED)
    await stranger.expect_end()
    assert (pbx.logins, len(pbx.called("Login"))) == (0, 1)


async def test_a_key_in_upper_case_is_refused_as_asterisk_does(stranger: RawClient) -> None:
    await login_by_md5(stranger, "a made-up secret", upper=True)
    await stranger.expect(REFUSED)


async def test_a_key_without_a_challenge_is_refused(stranger: RawClient) -> None:
    key = hashlib.md5(b"a made-up secret", usedforsecurity=False).hexdigest().encode()
    await stranger.send(
        b"Action: Login\r\nActionID: L1\r\nAuthType: MD5\r\nUsername: admin\r\nKey: " + key + b"\r\n\r\n"
    )
    await stranger.expect(REFUSED)


@pytest.mark.parametrize(
    ("right", "wrong"), [(b"a made-up secret", b"a wrong secret"), (b"Username: admin", b"Username: root")]
)
async def test_a_wrong_user_or_secret_is_refused_with_one_text(stranger: RawClient, right: bytes, wrong: bytes) -> None:
    await stranger.send(LOGIN.replace(right, wrong) + b"\r\n")
    await stranger.expect(REFUSED)
    await stranger.expect_end()


async def test_logins_are_refused_with_any_text_until_they_are_not(pbx: FakeAmiServer, stranger: RawClient) -> None:
    pbx.refuse_logins("Login Already In Use")
    await stranger.send(LOGIN + b"\r\n")
    await stranger.expect(b"Response: Error\r\nActionID: L1\r\nMessage: Login Already In Use\r\n\r\n")
    await stranger.expect_end()
    pbx.refuse_logins(None)
    again = await RawClient.open(pbx)
    await again.send(LOGIN + b"\r\n")
    await again.expect(BANNER + ACCEPTED)
    await again.close()


async def test_a_second_login_changes_nothing(client: RawClient) -> None:
    await client.send(LOGIN.replace(b"a made-up", b"a wrong") + b"\r\n")
    await client.expect(b"Response: Success\r\nActionID: L1\r\nMessage: Already authenticated\r\n\r\n")


async def test_nothing_else_is_permitted_before_the_login(pbx: FakeAmiServer, stranger: RawClient) -> None:
    pbx.on("Ping", b"Response: Success\r\n\r\n")
    await stranger.send(b"Action: Ping\r\nActionID: P1\r\n\r\n")
    await stranger.expect(b"Response: Error\r\nActionID: P1\r\nMessage: Permission denied\r\n\r\n")


async def test_the_banner_can_be_anything(pbx: FakeAmiServer) -> None:
    pbx.banner = b"SSH-2.0-OpenSSH_9.2\r\n"
    client = await RawClient.open(pbx)
    await client.expect(b"SSH-2.0-OpenSSH_9.2\r\n")
    await client.close()


# --- answers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "answer"),
    [
        (b"Action: Ping\r\nActionID: P1\r\n\r\n", PONG),
        (b"action: PING\r\nactionid:P1\r\n\r\n", PONG),
        (b"Action: Ping\r\n\r\n", PONG.replace(b"ActionID: P1\r\n", b"")),
        (
            b"Action: Events\r\nActionID: E1\r\nEventMask: on\r\n\r\n",
            b"Response: Success\r\nActionID: E1\r\nEvents: On\r\n\r\n",
        ),
        (
            b"Action: Events\r\nActionID: E1\r\nEventMask: off\r\n\r\n",
            b"Response: Success\r\nActionID: E1\r\nEvents: Off\r\n\r\n",
        ),
        (
            b"Action: Command\r\nActionID: K\r\nCommand: core show version\r\n\r\n",
            (
                b"Response: Success\r\nActionID: K\r\nMessage: Command output follows\r\n"
                b"Output: Asterisk 22.10.1\r\nOutput: \r\n\r\n"
            ),
        ),
        (
            b"Action: NoSuchThing\r\nActionID: U1\r\n\r\n",
            (
                b"Response: Error\r\nActionID: U1\r\nMessage: Invalid/unknown command: NoSuchThing. "
                b"Use Action: ListCommands to show available commands.\r\n\r\n"
            ),
        ),
        (
            b"ActionID: M1\r\nFoo: bar\r\n\r\n",
            b"Response: Error\r\nActionID: M1\r\nMessage: Missing action in request\r\n\r\n",
        ),
    ],
)
async def test_actions_are_answered_as_asterisk_does(client: RawClient, action: bytes, answer: bytes) -> None:
    await client.send(action)
    await client.expect(answer)


async def test_a_log_off_is_answered_and_closes(client: RawClient) -> None:
    await client.send(b"Action: Logoff\r\nActionID: X1\r\n\r\n")
    await client.expect(b"Response: Goodbye\r\nActionID: X1\r\nMessage: Thanks for all the fish.\r\n\r\n")
    await client.expect_end()


async def test_the_action_id_goes_into_every_message_of_a_scripted_answer(
    pbx: FakeAmiServer, client: RawClient
) -> None:
    pbx.on(
        "CoreShowChannels",
        b"Response: Success\r\nEventList: start\r\n\r\nEvent: CoreShowChannelsComplete\r\nListItems: 0\r\n\r\n",
    )
    await client.send(b"Action: CoreShowChannels\r\nActionID: C1\r\n\r\n")
    await client.expect(
        b"Response: Success\r\nActionID: C1\r\nEventList: start\r\n\r\n"
        b"Event: CoreShowChannelsComplete\r\nActionID: C1\r\nListItems: 0\r\n\r\n"
    )


@pytest.mark.parametrize(
    ("script", "answer"),
    [
        (b"Response: Success\r\nPing: Pong\r\nActionID: forged\r\n\r\n",) * 2,
        (b"Response: Success\r\n\r\n", b"Response: Success\r\nActionID: P1\r\n\r\n"),
        (b"Response: Success\r\nPing: Po", b"Response: Success\r\nPing: Po"),
        (b"Response: S\r\n\r\nResp", b"Response: S\r\nActionID: P1\r\n\r\nResp"),
    ],
)
async def test_an_answer_with_an_action_id_or_cut_short_is_left_alone(
    pbx: FakeAmiServer, client: RawClient, script: bytes, answer: bytes
) -> None:
    pbx.on("Ping", script)
    await client.send(b"Action: Ping\r\nActionID: P1\r\n\r\n")
    await client.expect(answer)


async def test_a_function_answers_by_what_it_is_asked(pbx: FakeAmiServer, client: RawClient) -> None:
    def echo(action: ReceivedAction) -> bytes:
        return f"Response: Success\r\nWas: {action['Variable']}\r\n\r\n".encode()

    pbx.on("Getvar", echo)
    await client.send(b"Action: Getvar\r\nActionID: G1\r\nVariable: A\r\n\r\n")
    await client.expect(b"Response: Success\r\nActionID: G1\r\nWas: A\r\n\r\n")


async def test_silence_can_be_ended_later_and_for_good(pbx: FakeAmiServer, client: RawClient) -> None:
    pbx.on("Ping", None)
    await client.send(b"Action: Ping\r\nActionID: P1\r\n\r\nAction: Events\r\nEventMask: off\r\n\r\n")
    await client.expect(b"Response: Success\r\nEvents: Off\r\n\r\n")
    (await pbx.wait_for_action("ping")).reply(b"Response: Success\r\n\r\n")
    await client.expect(b"Response: Success\r\nActionID: P1\r\n\r\n")
    pbx.off("Ping")
    await client.send(b"Action: Ping\r\nActionID: P1\r\n\r\n")
    await client.expect(PONG)


async def test_what_was_received_is_there_to_be_looked_at(pbx: FakeAmiServer, client: RawClient) -> None:
    await client.send(
        b"Action: Originate\r\nActionID: O1\r\nVariable: A=1\r\nVariable:B=2\r\nExten: \xe9\r\n\r\nAction: Ping\r\n"
    )
    await client.send(b"ActionID: P1\r\n\r\n")
    originate = await pbx.wait_for_action("Originate")
    await pbx.wait_for_action("Ping")
    assert [action.name for action in pbx.received] == ["Login", "Originate", "Ping"]
    assert originate.headers == [
        ("Action", "Originate"),
        ("ActionID", "O1"),
        ("Variable", "A=1"),
        ("Variable", "B=2"),
        ("Exten", "\udce9"),
    ]
    assert originate["variable"] == "A=1"
    assert originate.get_all("Variable") == ["A=1", "B=2"]
    assert (originate.get("Priority"), originate.get("Priority", "1")) == ("", "1")
    with pytest.raises(KeyError, match="Priority"):
        originate["Priority"]


# --- events and faults -----------------------------------------------------------------------------------------------


async def test_bytes_are_emitted_as_they_are_to_whoever_is_logged_in(
    pbx: FakeAmiServer, client: RawClient, stranger: RawClient
) -> None:
    assert pbx.emit(b"Event: Hangup\r\nCau") == 1
    assert pbx.emit(b"se: 16\r\n\r\n") == 1
    await client.expect(b"Event: Hangup\r\nCause: 16\r\n\r\n")
    await stranger.send(b"Action: Ping\r\n\r\n")
    await stranger.expect(b"Response: Error\r\nMessage: Permission denied\r\n\r\n")


async def test_an_event_goes_to_whoever_wants_events(pbx: FakeAmiServer, client: RawClient) -> None:
    assert pbx.emit_event("Hangup", Cause=16) == 0
    await client.send(b"Action: Events\r\nEventMask: call,system\r\n\r\n")
    await client.expect(b"Response: Success\r\nEvents: On\r\n\r\n")
    assert pbx.emit_event("Hangup", Cause=16, ChanVariable=["a=1", "b=é"], **{"Cause-txt": "Normal Clearing"}) == 1
    await client.expect(
        b"Event: Hangup\r\nPrivilege: call,all\r\nCause: 16\r\nChanVariable: a=1\r\nChanVariable: b=\xc3\xa9\r\n"
        b"Cause-txt: Normal Clearing\r\n\r\n"
    )
    pbx.emit_event("FullyBooted", Privilege="system,all")
    await client.expect(b"Event: FullyBooted\r\nPrivilege: system,all\r\n\r\n")


async def test_a_drop_sends_what_was_written_first(pbx: FakeAmiServer, client: RawClient) -> None:
    pbx.emit(b"Event: Hang")
    pbx.drop()
    await client.expect(b"Event: Hang")
    await client.expect_end()


async def test_a_reset_resets(pbx: FakeAmiServer, client: RawClient) -> None:
    pbx.reset()
    with pytest.raises(ConnectionResetError):
        await client.expect_end()


async def test_a_frozen_server_reads_and_writes_nothing_until_it_thaws(pbx: FakeAmiServer, client: RawClient) -> None:
    pbx.freeze()
    pbx.emit(b"Event: Hangup\r\n\r\n")
    await client.send(b"Action: Ping\r\nActionID: P1\r\n\r\n")
    newcomer = await RawClient.open(pbx)
    await newcomer.send(LOGIN + b"Events: off\r\n\r\n")
    await pbx.wait_until(lambda: pbx.connections == 2)
    with pytest.raises(TimeoutError):
        await pbx.wait_until(lambda: len(pbx.received) > 1, timeout=0.05)
    pbx.thaw()
    await client.expect(b"Event: Hangup\r\n\r\n" + PONG)
    await newcomer.expect(BANNER + ACCEPTED)
    await newcomer.close()


async def test_a_frozen_connection_can_be_dropped(pbx: FakeAmiServer, client: RawClient) -> None:
    pbx.freeze()
    pbx.emit(b"Event: never seen")
    pbx.drop()
    await client.expect_end()


class SpyTransport:
    """A transport that remembers in which pieces it was written to."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self.pieces: list[bytes] = []

    def write(self, data: bytes) -> None:
        self.pieces.append(data)
        self._transport.write(data)

    def __getattr__(self, name: str) -> object:
        return getattr(self._transport, name)


async def test_bytes_can_be_sent_in_pieces(
    pbx: FakeAmiServer, client: RawClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    pbx.split(7)
    spy = SpyTransport(pbx._sessions[0].transport)
    pieces = spy.pieces
    monkeypatch.setattr(pbx._sessions[0], "transport", spy)
    await client.send(b"Action: Ping\r\nActionID: P1\r\n\r\n")
    await client.expect(PONG)
    assert b"".join(pieces) == PONG
    assert {len(piece) for piece in pieces[:-1]} == {7}
    pbx.split(None)
    await client.send(b"Action: Ping\r\nActionID: P1\r\n\r\n")
    await client.expect(PONG)
    assert pieces[-1] == PONG


async def test_pieces_stop_when_the_client_has_gone(pbx: FakeAmiServer, client: RawClient) -> None:
    pbx.split(1)
    pbx.emit(b"x" * 100_000)
    pbx.reset()
    await pbx.wait_until(lambda: not pbx._sessions)
    with pytest.raises(ConnectionResetError):
        await client.expect(b"x" * 100_000)


# --- running ---------------------------------------------------------------------------------------------------------


async def test_it_comes_back_on_the_same_port_with_its_script(pbx: FakeAmiServer, client: RawClient) -> None:
    port = pbx.port
    pbx.on("Ping", b"Response: Success\r\nPing: scripted\r\n\r\n")
    await pbx.stop()
    await pbx.stop()
    await client.expect_end()
    with pytest.raises(ConnectionRefusedError):
        await RawClient.open(pbx)
    await pbx.start()
    await pbx.start()
    assert pbx.port == port
    again = await RawClient.open(pbx)
    await again.send(LOGIN + b"Events: off\r\n\r\nAction: Ping\r\n\r\n")
    await again.expect(BANNER + ACCEPTED + b"Response: Success\r\nPing: scripted\r\n\r\n")
    assert (pbx.connections, pbx.logins) == (2, 2)
    await again.close()


async def test_stopping_does_not_wait_for_a_client_that_does_not_read(pbx: FakeAmiServer, client: RawClient) -> None:
    client._reader._transport.pause_reading()  # type: ignore[attr-defined]  # nothing public stops a reader
    pbx.emit(b"x" * 20_000_000)
    async with asyncio.timeout(5):
        await pbx.stop()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
async def secure(authority: trustme.CA) -> AsyncIterator[FakeAmiServer]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    async with FakeAmiServer(ssl=context) as pbx:
        yield pbx
        async with asyncio.timeout(5):
            await pbx.stop()
    assert asyncio.all_tasks() == {asyncio.current_task()}


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


async def test_it_speaks_tls(secure: FakeAmiServer, authority: trustme.CA) -> None:
    client = await RawClient.open(secure, trusting(authority))
    await client.send(LOGIN + b"\r\n")
    await client.expect(BANNER + ACCEPTED + BOOTED)
    secure.reset()
    await secure.wait_until(lambda: not secure._sessions)
    await client.close()


async def test_stopping_waits_for_no_tls_handshake(secure: FakeAmiServer, authority: trustme.CA) -> None:
    silent, talking = await RawClient.open(secure), await RawClient.open(secure)
    await talking.send(b"\x16\x03\x01")
    patient = await RawClient.open(secure, trusting(authority))
    await patient.expect(BANNER)
    assert len(secure._handshakes) == 2
    async with asyncio.timeout(5):
        await secure.stop()
    for client in (silent, talking, patient):
        await client.expect_end()
        await client.close()
    assert not secure._handshakes


@pytest.mark.parametrize("how", ["drop", "reset"])
async def test_connections_in_a_tls_handshake_are_ended_like_all_others(secure: FakeAmiServer, how: str) -> None:
    client = await RawClient.open(secure)
    async with asyncio.timeout(5):
        while not secure._handshakes:  # noqa: ASYNC110 - nothing tells of a connection that has not said anything
            await asyncio.sleep(0)
    getattr(secure, how)()
    if how == "drop":
        await client.expect_end()
    else:
        with pytest.raises(ConnectionResetError):
            await client.expect_end()
    await client.close()


async def test_who_speaks_no_tls_or_leaves_is_forgotten(secure: FakeAmiServer, authority: trustme.CA) -> None:
    client = await RawClient.open(secure)
    await client.send(b"Action: Ping\r\n\r\n")
    await client.expect_end()
    await client.close()
    await (await RawClient.open(secure)).close()
    client = await RawClient.open(secure, trusting(authority))
    await client.expect(BANNER)
    await client.close()
    async with asyncio.timeout(5):
        while secure._handshakes or secure._sessions:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0)
    assert secure.connections == 1


async def test_it_takes_the_user_the_secret_and_the_port_asked_for(pbx: FakeAmiServer) -> None:
    port = pbx.port
    await pbx.stop()
    async with FakeAmiServer(username="demo", secret="hunter2", port=port) as other:
        client = await RawClient.open(other)
        await client.send(b"Action: Login\r\nActionID: L1\r\nUsername: demo\r\nSecret: hunter2\r\nEvents: off\r\n\r\n")
        await client.expect(BANNER + ACCEPTED)
        await other.wait_for_login()
        assert (other.port, other.credentials.username) == (port, "demo")
        await client.close()


async def test_what_does_not_happen_is_named_after_the_timeout(pbx: FakeAmiServer) -> None:
    with pytest.raises(TimeoutError, match=rf"within 0\.01 s: <FakeAmiServer 127\.0\.0\.1:{pbx.port} connected=0"):
        await pbx.wait_until(lambda: pbx.logins, timeout=0.01)


async def test_no_repr_holds_a_secret(pbx: FakeAmiServer, client: RawClient) -> None:
    await client.send(b"Action: Ping\r\n\r\n")
    await pbx.wait_for_action("Ping")
    shown = f"{pbx!r} {pbx.received!r} {pbx.credentials!r}"
    assert "made-up" not in shown
    assert "Secret: ***" in shown
