"""The same failure is the same class of error in every protocol, and it says what failed."""

import asyncio
import builtins
import os
import pickle
import socket
import ssl
from datetime import UTC, datetime
from typing import Any

import pytest
import trustme

from asterisk_py_core import (
    AsteriskError,
    ClientClosedError,
    ConnectFailedError,
    ConnectTimeoutError,
    DnsError,
    FrameTooLargeError,
    InputError,
    LoginRejectedError,
    LoginTimeoutError,
    NotSentError,
    OutcomeUnknownError,
    ProtocolError,
    ReadTimeoutError,
    RequestRejectedError,
    TlsError,
    WriteTimeoutError,
)
from tests.contract.harness import Capability, Client, Harness, needs
from tests.contract.watching import QUICKLY, C, Connect, D, K, MakeClient, R, ended, steps

SOON = 0.05
HOST = "127.0.0.1"


def is_well_made(error: AsteriskError, naming: str) -> bool:
    """Whether *error* names what failed and survives a trip to another process."""
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    same = type(copy) is type(error) and str(copy) == str(error) and copy.is_retryable == error.is_retryable
    return same and naming in str(error)


# --- connecting ------------------------------------------------------------------------------------------------------


async def test_a_refused_connection_is_a_failed_connect(protocol: Harness, make_client: MakeClient) -> None:
    await protocol.stop_peer()
    with pytest.raises(ConnectFailedError) as caught:
        await make_client().connect()
    assert isinstance(caught.value, builtins.ConnectionError)
    assert isinstance(caught.value.__cause__, OSError)
    assert caught.value.__cause__.errno == protocol.refusal
    assert caught.value.is_retryable
    assert is_well_made(caught.value, protocol.address)


async def test_an_unreachable_address_is_a_failed_connect(protocol: Harness, make_client: MakeClient) -> None:
    protocol.cut_off()
    with pytest.raises(ConnectFailedError, match=os.strerror(protocol.unreachable)) as caught:
        await make_client().connect()
    assert caught.value.is_retryable
    assert is_well_made(caught.value, protocol.address)


async def test_a_name_without_address_is_a_dns_error(make_client: MakeClient, monkeypatch: pytest.MonkeyPatch) -> None:
    async def getaddrinfo(*_: object, **__: object) -> object:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)
    with pytest.raises(DnsError) as caught:
        await make_client(host="pbx.invalid").connect()
    assert isinstance(caught.value, ConnectFailedError)
    assert caught.value.is_retryable
    assert is_well_made(caught.value, "pbx.invalid:")


@needs(Capability.DIALS)
async def test_a_connection_that_is_not_made_in_time_is_a_connect_timeout(
    protocol: Harness, make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def sock_connect(*_: object) -> None:
        await asyncio.get_running_loop().create_future()

    monkeypatch.setattr(asyncio.get_running_loop(), "sock_connect", sock_connect)
    with pytest.raises(ConnectTimeoutError) as caught:
        await make_client(timeout=SOON).connect()
    assert isinstance(caught.value, builtins.TimeoutError)
    assert caught.value.is_retryable
    assert is_well_made(caught.value, protocol.address)


@needs(Capability.TLS)
async def test_a_handshake_that_is_not_answered_is_a_connect_timeout(
    protocol: Harness, make_client: MakeClient
) -> None:
    protocol.freeze()
    with pytest.raises(ConnectTimeoutError) as caught:
        # The greeting of a peer that speaks first is held back, too.
        await make_client(ssl=True, timeout=SOON).connect()
    assert isinstance(caught.value, builtins.TimeoutError)
    assert caught.value.is_retryable
    assert is_well_made(caught.value, protocol.address)


@needs(Capability.TLS)
async def test_a_peer_that_speaks_no_tls_is_a_tls_error_that_may_heal(
    protocol: Harness, make_client: MakeClient
) -> None:
    with pytest.raises(TlsError) as caught:
        await make_client(ssl=True).connect()
    assert not caught.value.certificate
    assert caught.value.is_retryable
    assert is_well_made(caught.value, protocol.address)
    assert protocol.login_attempts == 0


async def speak_tls(
    protocol: Harness, authority: trustme.CA, name: str = HOST, not_after: datetime | None = None
) -> None:
    """Have the peer speak TLS, with a certificate of *authority* for *name*."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name, not_after=not_after).configure_cert(context)
    await protocol.stop_peer()
    protocol.speak_tls(context)
    await protocol.start_peer()


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@needs(Capability.TLS)
async def test_a_peer_with_a_certificate_that_is_trusted_is_connected_to(
    protocol: Harness, make_client: MakeClient
) -> None:
    authority = trustme.CA()
    await speak_tls(protocol, authority)
    client = make_client(ssl=trusting(authority))
    await client.connect()
    await protocol.request(client)
    assert (client.state, protocol.login_attempts) == (K, 1)


@needs(Capability.TLS)
@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({}, "local issuer certificate"),
        ({"name": "pbx.example"}, "IP address mismatch"),
        ({"not_after": datetime(2020, 1, 2, tzinfo=UTC)}, "certificate has expired"),
    ],
    ids=["unknown authority", "another name", "expired"],
)
async def test_063_a_certificate_that_is_not_trusted_is_a_fatal_tls_error_before_any_login(
    protocol: Harness, make_client: MakeClient, options: dict[str, Any], says: str
) -> None:
    authority = trustme.CA()
    await speak_tls(protocol, authority, **options)
    client = make_client(ssl=trusting(authority) if options else True, retry_first=True, policy=QUICKLY)
    states = client.states()
    with pytest.raises(TlsError, match=says) as caught:
        await client.connect()
    assert caught.value.certificate
    assert not caught.value.is_retryable
    assert isinstance(caught.value, ConnectFailedError)
    assert is_well_made(caught.value, protocol.address)
    assert [step.state for step in await steps(states, 2)] == [C, D]
    assert protocol.login_attempts == 0


async def test_a_peer_that_speaks_something_else_is_a_protocol_error(
    protocol: Harness, make_client: MakeClient
) -> None:
    error = await protocol.after_nonsense(make_client())
    assert isinstance(error, ProtocolError)
    assert is_well_made(error, protocol.peer)
    assert protocol.login_attempts == 0


@needs(Capability.DIALS)
async def test_a_peer_that_speaks_something_else_is_not_tried_again(protocol: Harness, make_client: MakeClient) -> None:
    client = make_client(retry_first=True, policy=QUICKLY)
    error = await protocol.after_nonsense(client)
    assert isinstance(error, ProtocolError)
    assert not error.is_retryable
    assert (client.state, protocol.connections) == (D, 1)


@needs(Capability.LOGIN)
async def test_a_login_that_is_not_answered_is_a_login_timeout(protocol: Harness, make_client: MakeClient) -> None:
    protocol.freeze()
    with pytest.raises(LoginTimeoutError) as caught:
        await make_client(timeout=SOON).connect()
    assert caught.value.is_retryable
    assert is_well_made(caught.value, protocol.address)


@needs(Capability.LOGIN)
async def test_a_rejected_login_is_not_tried_again(protocol: Harness, make_client: MakeClient) -> None:
    protocol.reject_logins()
    client = make_client(retry_first=True, policy=QUICKLY)
    with pytest.raises(LoginRejectedError) as caught:
        await client.connect()
    assert not caught.value.is_retryable
    assert is_well_made(caught.value, protocol.address)
    assert (client.state, protocol.login_attempts) == (D, 1)


# --- requests --------------------------------------------------------------------------------------------------------


@needs(Capability.SENDS, Capability.ONE_LINK)
async def test_012_a_request_without_a_connection_is_not_sent_and_names_the_state(
    protocol: Harness, make_client: MakeClient
) -> None:
    client = make_client()
    with pytest.raises(NotSentError, match="disconnected") as before:
        await protocol.request(client)
    await client.connect()
    await protocol.stop_peer()
    await client.wait_for(R)
    with pytest.raises(NotSentError, match="reconnecting") as after:
        await protocol.request(client)
    assert all(is_well_made(caught.value, protocol.address) for caught in (before, after))


@needs(Capability.SENDS)
async def test_012_a_request_after_the_loss_is_not_sent(protocol: Harness, connect: Connect) -> None:
    client = await connect()
    await protocol.request(client)
    await protocol.stop_peer()
    await client.wait_for(R)
    with pytest.raises(NotSentError) as caught:
        await protocol.request(client)
    assert isinstance(caught.value, builtins.ConnectionError)
    assert is_well_made(caught.value, protocol.peer)
    assert protocol.requests == 1


@needs(Capability.SENDS)
async def test_a_request_after_closing_says_that_it_is_closed(protocol: Harness, connect: Connect) -> None:
    client = await connect()
    await protocol.request(client)
    await client.aclose()
    with pytest.raises(ClientClosedError) as caught:
        await protocol.request(client)
    assert is_well_made(caught.value, protocol.peer)
    assert protocol.requests == 1


@needs(Capability.SENDS, Capability.LOGIN)
async def test_a_request_after_a_fatal_error_is_not_sent_and_says_why(protocol: Harness, connect: Connect) -> None:
    client = await connect(policy=QUICKLY)
    protocol.reject_logins()
    protocol.drop()
    await ended(client)
    with pytest.raises(NotSentError) as caught:
        await protocol.request(client)
    assert isinstance(caught.value.__cause__, LoginRejectedError)


@needs(Capability.SENDS)
@pytest.mark.parametrize("how", ["drop", "reset", "stop"])
async def test_a_request_lost_after_it_was_written_has_an_unknown_outcome(
    protocol: Harness, connect: Connect, how: str
) -> None:
    client = await connect()
    protocol.hold_answers()
    request = asyncio.ensure_future(protocol.request(client))
    await protocol.wait_for_requests(1)
    if how == "stop":
        await protocol.stop_peer()
    else:
        getattr(protocol, how)()
    with pytest.raises(OutcomeUnknownError) as caught:
        await request
    assert isinstance(caught.value, builtins.ConnectionError)
    assert is_well_made(caught.value, protocol.peer)


@needs(Capability.SENDS)
async def test_a_request_ended_by_closing_says_that_it_is_closed(protocol: Harness, connect: Connect) -> None:
    client = await connect()
    protocol.hold_answers()
    request = asyncio.ensure_future(protocol.request(client))
    await protocol.wait_for_requests(1)
    await client.aclose()
    with pytest.raises(ClientClosedError) as caught:
        await request
    assert is_well_made(caught.value, protocol.peer)


@needs(Capability.SENDS)
async def test_an_answer_that_does_not_come_is_a_read_timeout(protocol: Harness, connect: Connect) -> None:
    client = await connect()
    protocol.hold_answers()
    with pytest.raises(ReadTimeoutError) as caught:
        await protocol.request(client, timeout=SOON)
    assert isinstance(caught.value, builtins.TimeoutError)
    assert is_well_made(caught.value, protocol.peer)
    assert client.state is K
    protocol.answer_held()
    await protocol.request(client)


@needs(Capability.SENDS, Capability.LATE_ANSWERS)
async def test_an_answer_that_comes_late_is_dropped_and_the_connection_goes_on(
    protocol: Harness, connect: Connect
) -> None:
    client = await connect()
    protocol.hold_answers()
    with pytest.raises(ReadTimeoutError):
        await protocol.request(client, timeout=SOON)
    connections = protocol.connections
    waiting = asyncio.ensure_future(protocol.request(client))
    await protocol.wait_for_requests(2)
    protocol.answer_held()
    await waiting
    assert (client.epoch, protocol.connections) == (1, connections)


async def fill(protocol: Harness, client: Client, **options: float) -> list[object]:
    """Send more than a link holds, and return what each request ended with."""
    requests = [protocol.large_request(client, **options) for _ in range(200)]
    return await asyncio.gather(*requests, return_exceptions=True)


@needs(Capability.SENDS, Capability.BULK)
async def test_a_peer_that_takes_no_data_is_a_write_timeout(protocol: Harness, connect: Connect) -> None:
    client = await connect()
    protocol.freeze()
    errors = await fill(protocol, client, timeout=0.2)
    # What the link still held was written; the rest was not.
    assert {kind for error in errors for kind in (ReadTimeoutError, WriteTimeoutError) if isinstance(error, kind)} == {
        ReadTimeoutError,
        WriteTimeoutError,
    }
    assert all(isinstance(error, ReadTimeoutError | WriteTimeoutError) for error in errors)
    assert isinstance(errors[-1], WriteTimeoutError)
    assert is_well_made(errors[-1], protocol.address)
    protocol.thaw()
    await protocol.request(client)


@needs(Capability.SENDS, Capability.BULK)
async def test_a_lost_connection_tells_what_was_written_from_what_was_not(protocol: Harness, connect: Connect) -> None:
    client = await connect()
    protocol.freeze()
    filling = asyncio.ensure_future(fill(protocol, client))
    for _ in range(3):  # Each request gets to its first wait.
        await asyncio.sleep(0)
    protocol.reset()
    errors = await filling
    assert {type(error) for error in errors} == {OutcomeUnknownError, NotSentError}
    assert isinstance(errors[-1], NotSentError)


@needs(Capability.SENDS)
async def test_a_request_that_is_understood_and_refused_is_rejected(protocol: Harness, connect: Connect) -> None:
    client = await connect()
    with pytest.raises(RequestRejectedError) as caught:
        await protocol.rejected_request(client)
    assert caught.value.reason
    assert is_well_made(caught.value, caught.value.request)


@needs(Capability.SENDS)
async def test_a_request_that_would_smuggle_in_another_is_refused_before_a_byte(
    protocol: Harness, connect: Connect
) -> None:
    client = await connect()
    with pytest.raises(InputError) as caught:
        await protocol.malformed_request(client)
    assert isinstance(caught.value, ValueError)
    assert is_well_made(caught.value, caught.value.field)
    await protocol.request(client)
    assert protocol.requests == 1


@needs(Capability.SENDS)
async def test_a_request_that_is_too_large_is_refused_before_a_byte(protocol: Harness, connect: Connect) -> None:
    client = await connect()
    with pytest.raises(InputError) as caught:
        await protocol.oversized_request(client)
    assert is_well_made(caught.value, caught.value.field)
    await protocol.request(client)
    assert protocol.requests == 1


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf"), "soon", None])
async def test_a_client_refuses_an_unusable_timeout(protocol: Harness, timeout: object) -> None:
    with pytest.raises(InputError, match="timeout"):
        protocol.client(timeout=timeout)


@needs(Capability.SENDS)
async def test_an_answer_that_came_before_the_loss_is_the_outcome(protocol: Harness, connect: Connect) -> None:
    client = await connect()
    protocol.hold_answers()
    count = min(100, protocol.at_once)
    requests = [asyncio.ensure_future(protocol.request(client)) for _ in range(count)]
    await protocol.wait_for_requests(count)
    protocol.answer_held()
    protocol.drop()
    outcomes = await asyncio.gather(*requests, return_exceptions=True)
    assert not [outcome for outcome in outcomes if isinstance(outcome, BaseException)]


@needs(Capability.SENDS)
async def test_009_a_loss_ends_each_request_once_and_says_truly_whether_it_was_written(
    protocol: Harness, connect: Connect
) -> None:
    client = await connect()
    protocol.hold_answers()
    ends: list[asyncio.Future[object]] = []
    requests = [asyncio.ensure_future(protocol.request(client)) for _ in range(2 * min(100, protocol.at_once))]
    for request in requests:
        request.add_done_callback(ends.append)
    await protocol.wait_for_requests(min(len(requests), protocol.at_once))
    protocol.drop()
    outcomes = [type(outcome) for outcome in await asyncio.gather(*requests, return_exceptions=True)]
    await asyncio.sleep(0)
    assert len(ends) == len(set(ends)) == len(requests)
    assert set(outcomes) <= {OutcomeUnknownError, NotSentError}
    assert outcomes.count(OutcomeUnknownError) == protocol.requests


@needs(Capability.HEARS)
async def test_a_message_larger_than_any_ends_the_connection_it_came_by_and_nothing_else(
    protocol: Harness, connect: Connect
) -> None:
    client = await connect(policy=QUICKLY)
    error = await protocol.after_too_much(client)
    assert isinstance(error, FrameTooLargeError)
    assert is_well_made(error, protocol.peer)
    await client.wait_for(K)
    events = client.events(protocol.event_type)
    protocol.emit(1)
    assert protocol.number_of(await events.recv()) == 1
