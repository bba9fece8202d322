"""Logging in to AMI: who gets in, who does not, and what that costs."""

import asyncio
import socket

import pytest

from asterisk_py_ami import (
    AmiClient,
    AmiEvent,
    ClientClosedError,
    ConnectFailedError,
    ConnectionState,
    Credentials,
    LoginInUseError,
    LoginMethod,
    LoginRejectedError,
    NotSentError,
    PermissionDeniedError,
)
from asterisk_py_ami.events import FullyBooted
from tests.live.ami import QUICKLY, Watch, client, mark, next_state, run_of, within
from tools.asterisk import Asterisk

by_md5_and_plain = pytest.mark.parametrize("login", list(LoginMethod))

# Asterisk's security events, one for each login that it refused.
FAILURES = {"ChallengeResponseFailed", "FailedACL", "InvalidAccountID", "InvalidPassword"}


async def failures_of(pbx: Asterisk, watch: Watch) -> list[AmiEvent]:
    """Return what Asterisk reported of refused logins; there is one at least."""
    await watch.wait_for(AmiEvent, lambda event: event.name in FAILURES)
    # Logins are reported in order, so none of an earlier one is missing once this one is there.
    seen = len(watch.events)
    async with client(pbx):
        await watch.wait_for(AmiEvent, lambda event: event.name == "SuccessfulAuth", start=seen)
    return [event for event in watch.events if event.name in FAILURES]


@by_md5_and_plain
async def test_the_right_secret_logs_in(pbx: Asterisk, login: LoginMethod) -> None:
    ami = client(pbx, login=login)
    states = ami.states()
    async with ami:
        assert ami.state is ConnectionState.CONNECTED
        assert ami.epoch == 1
        await ami.ping()
    assert await run_of(states) == ["CONNECTING", "CONNECTED", "DISCONNECTED"]


async def test_the_event_of_a_booted_asterisk_comes_with_the_login_and_is_not_lost(pbx: Asterisk) -> None:
    ami = client(pbx)
    watch = Watch(ami)
    async with ami:
        booted = await watch.wait_for(FullyBooted)
    assert booted.status == "Fully Booted"
    assert booted.uptime is not None


@by_md5_and_plain
async def test_042_a_wrong_secret_is_refused_after_exactly_one_attempt(
    pbx: Asterisk, ami: AmiClient, login: LoginMethod
) -> None:
    watch = Watch(ami)
    refused = client(pbx, secret="made-up", login=login, policy=QUICKLY, retry_first=True)
    states = refused.states()
    with pytest.raises(LoginRejectedError, match="Authentication failed") as caught:
        await within(refused.connect())
    assert caught.value.username == pbx.user().username
    assert "made-up" not in str(caught.value)
    assert await run_of(states) == ["CONNECTING", "DISCONNECTED"]
    assert len(await failures_of(pbx, watch)) == 1


async def test_042_a_client_whose_login_was_refused_stays_refused(pbx: Asterisk) -> None:
    refused = client(pbx, secret="made-up")
    with pytest.raises(LoginRejectedError) as first:
        await within(refused.connect())
    with pytest.raises(LoginRejectedError) as second:
        await refused.connect()
    assert second.value is first.value
    with pytest.raises(NotSentError, match="refused the login"):
        await refused.send("Ping")


async def test_an_unknown_user_is_refused_with_the_same_words(pbx: Asterisk, ami: AmiClient) -> None:
    watch = Watch(ami)
    nobody = AmiClient(pbx.host, pbx.ami_port, credentials=Credentials("nobody", "made-up"))
    with pytest.raises(LoginRejectedError, match="'nobody': Authentication failed"):
        await within(nobody.connect())
    assert [event.name for event in await failures_of(pbx, watch)] == ["InvalidAccountID"]


async def test_a_user_whose_acl_denies_this_address_is_refused_for_good(our_pbx: Asterisk, ami: AmiClient) -> None:
    watch = Watch(ami)
    denied = client(our_pbx, "denied", policy=QUICKLY, retry_first=True)
    with pytest.raises(LoginRejectedError, match="'denied': Authentication failed"):
        await within(denied.connect())
    assert denied.state is ConnectionState.DISCONNECTED
    assert [event.name for event in await failures_of(our_pbx, watch)] == ["FailedACL"]


async def test_044_a_user_in_use_is_refused_at_first(our_pbx: Asterisk) -> None:
    async with client(our_pbx, "single"):
        second = client(our_pbx, "single")
        with pytest.raises(LoginInUseError, match="Login Already In Use"):
            await within(second.connect())
        assert second.state is ConnectionState.DISCONNECTED


async def test_044_a_user_in_use_gets_in_by_retrying_once_the_other_has_left(our_pbx: Asterisk) -> None:
    second = client(our_pbx, "single", policy=QUICKLY, retry_first=True)
    states = second.states()
    async with client(our_pbx, "single"):
        connecting = asyncio.create_task(second.connect())
        refused = await next_state(states, ConnectionState.RECONNECTING)
        assert isinstance(refused.cause, LoginInUseError)
        assert not connecting.done()
    await within(connecting)
    async with second:
        assert second.epoch == 1
        await second.ping()


async def test_047_a_user_who_may_not_see_system_events_connects_without_fully_booted(
    our_pbx: Asterisk, ami: AmiClient
) -> None:
    limited = client(our_pbx, "limited")
    watch, other = Watch(limited), Watch(ami)
    async with limited:
        name = (await mark(ami, other)).user_event
        assert (await watch.user_event(name)) is watch.events[0]
        with pytest.raises(PermissionDeniedError, match="CoreStatus was rejected: Permission denied"):
            await limited.send("CoreStatus")


async def test_a_user_who_may_do_nothing_can_ping_and_see(our_pbx: Asterisk, ami: AmiClient) -> None:
    readonly = client(our_pbx, "readonly")
    watch, other = Watch(readonly), Watch(ami)
    async with readonly:
        await readonly.ping()
        with pytest.raises(PermissionDeniedError, match="UserEvent was rejected: Permission denied"):
            await readonly.send("UserEvent", {"UserEvent": "Denied"})
        await watch.user_event((await mark(ami, other)).user_event)


async def test_events_off_leaves_the_answers(pbx: Asterisk, ami: AmiClient) -> None:
    deaf = client(pbx, events="off")
    received, other = deaf.events(AmiEvent), Watch(ami)
    async with deaf:
        await mark(ami, other)
        await deaf.ping()
    assert [event async for event in received] == []


async def test_where_nobody_listens_the_first_connection_fails_at_once() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and never listens, so the port refuses, and nobody else can have it
        port = taken.getsockname()[1]
        ami = AmiClient("127.0.0.1", port, credentials=Credentials("admin", "secret"))
        with pytest.raises(ConnectFailedError, match=f"127.0.0.1:{port}: Connection refused"):
            await within(ami.connect())
        assert ami.state is ConnectionState.DISCONNECTED


async def test_where_nobody_listens_yet_a_patient_client_keeps_trying() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        ami = AmiClient("127.0.0.1", port, credentials=Credentials("admin", "secret"), policy=QUICKLY, retry_first=True)
        states = ami.states()
        connecting = asyncio.create_task(ami.connect())
        for attempt in (1, 2, 3):
            refused = await next_state(states, ConnectionState.RECONNECTING)
            assert refused.attempt == attempt
            assert isinstance(refused.cause, ConnectFailedError)
        await ami.aclose()
        with pytest.raises(ClientClosedError):
            await connecting


async def test_a_client_that_is_there_before_asterisk_logs_in_while_it_boots(own_pbx: Asterisk) -> None:
    await asyncio.to_thread(own_pbx.stop)
    ami = client(own_pbx, policy=QUICKLY, retry_first=True)
    watch = Watch(ami)
    connecting = asyncio.create_task(ami.connect())
    await asyncio.to_thread(own_pbx.restart, wait=False)
    await within(connecting)
    async with ami:
        await ami.ping()
        assert (await watch.wait_for(FullyBooted)).status == "Fully Booted"
        assert ami.epoch == 1
