"""Whatever happens, the secret and what is made of it are seen nowhere."""

import asyncio
import base64
import copy
import logging
import pickle
import traceback
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from asterisk_py_core import (
    AsteriskError,
    ClientClosedError,
    ConnectFailedError,
    InputError,
    LoginRejectedError,
    LoginTimeoutError,
    OutcomeUnknownError,
    ProtocolError,
    ReadTimeoutError,
    ReconnectPolicy,
    RequestRejectedError,
)
from tests.contract.harness import Capability, Client, Harness, needs
from tests.contract.watching import QUICKLY, K, R

pytestmark = needs(Capability.LOGIN)

Scenario = Callable[[Harness, Client], Awaitable[None]]


async def healthy(protocol: Harness, client: Client) -> None:
    async with client:
        protocol.emit(1)
        await protocol.request(client)


async def rejected(protocol: Harness, client: Client) -> None:
    protocol.reject_logins()
    await client.connect()


async def refused(protocol: Harness, client: Client) -> None:
    await protocol.stop_peer()
    await client.connect()


async def silent(protocol: Harness, client: Client) -> None:
    protocol.freeze()
    await client.connect()


async def nonsense(protocol: Harness, client: Client) -> None:
    protocol.talk_nonsense()
    await client.connect()


async def lost(protocol: Harness, client: Client) -> None:
    await client.connect()
    protocol.hold_answers()
    before = protocol.requests  # Of another way to log in.
    request = asyncio.ensure_future(protocol.request(client))
    await protocol.wait_for_requests(before + 1)
    protocol.reset()
    await request


async def unanswered(protocol: Harness, client: Client) -> None:
    await client.connect()
    protocol.hold_answers()
    await protocol.request(client)


async def back_again(protocol: Harness, client: Client) -> None:
    await client.connect()
    protocol.drop()
    await client.wait_for(R)
    await client.wait_for(K)
    await protocol.rejected_request(client)


async def malformed(protocol: Harness, client: Client) -> None:
    async with client:
        await protocol.malformed_request(client)


async def closed(protocol: Harness, client: Client) -> None:
    async with client:
        pass
    await protocol.request(client)


async def rejected_in_the_end(protocol: Harness, client: Client) -> None:
    async with client:
        protocol.reject_logins()
        protocol.drop()
        async for _ in client.states():
            pass


# How each ends: one that ended otherwise would not have looked where it should.
SCENARIOS: dict[Scenario, type[AsteriskError] | None] = {
    healthy: None,
    rejected: LoginRejectedError,
    refused: ConnectFailedError,
    silent: LoginTimeoutError,
    nonsense: ProtocolError,
    lost: OutcomeUnknownError,
    unanswered: ReadTimeoutError,
    back_again: RequestRejectedError,
    malformed: InputError,
    closed: ClientClosedError,
    rejected_in_the_end: LoginRejectedError,
}


def sinks_of(value: object) -> Iterator[str]:
    """Everything a program may do to show *value*."""
    yield from (repr(value), str(value), f"{value}", "%s" % (value,))  # noqa: UP031 - one more way
    yield repr(getattr(value, "__dict__", ""))
    try:
        yield repr(pickle.dumps(value))
        yield repr(copy.deepcopy(value))
    except (TypeError, AttributeError, pickle.PicklingError):
        pass  # What cannot be copied shows nothing.


def sinks_of_error(error: BaseException) -> Iterator[str]:
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        if (each := waiting.pop()) is not None and id(each) not in seen:
            seen.add(id(each))
            waiting += [each.__cause__, each.__context__]
            yield from sinks_of(each)
            yield from map(repr, each.args)
            yield "".join(traceback.TracebackException.from_exception(each, capture_locals=True).format())


@pytest.mark.parametrize("debug", [False, True], ids=["", "asyncio-debug"])
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
async def test_020_the_secret_is_seen_nowhere(
    protocol: Harness, scenario: Scenario, caplog: pytest.LogCaptureFixture, *, debug: bool
) -> None:
    caplog.set_level(logging.DEBUG)
    asyncio.get_running_loop().set_debug(debug)
    sinks: list[str] = []
    for login in protocol.logins:
        options: dict[str, Any] = {"timeout": 0.2, "policy": QUICKLY, **login}
        if scenario is silent:
            options["policy"] = ReconnectPolicy.none()
        client = protocol.client(**options)
        events = client.events()
        sinks += sinks_of(client)
        end: AsteriskError | None = None
        try:
            await scenario(protocol, client)
        except AsteriskError as error:
            end = error
            sinks += sinks_of_error(error)
        kind = SCENARIOS[scenario]
        assert end is None if kind is None else isinstance(end, kind)
        sinks += sinks_of(client)
        await client.aclose()
        try:
            async for event in events:
                sinks += sinks_of(event)
                cause = getattr(event, "cause", None)
                sinks += sinks_of_error(cause) if cause else ()
        except AsteriskError as error:
            sinks += sinks_of_error(error)
        sinks += sinks_of(client)
    sinks += [logging.Formatter().format(record) for record in caplog.records]
    sinks += [repr(record.args) for record in caplog.records]
    secrets = protocol.secrets + [base64.b64encode(secret.encode()).decode() for secret in protocol.secrets]
    for secret in secrets:
        assert [sink for sink in sinks if secret in sink] == []
    assert len(sinks) > 20


async def test_the_search_would_find_a_secret(protocol: Harness) -> None:
    def leak(given: str) -> None:
        raise ValueError(len(given))

    with pytest.raises(ValueError, match="16") as caught:
        leak(protocol.secrets[0])
    assert [sink for sink in sinks_of_error(caught.value) if protocol.secrets[0] in sink]
