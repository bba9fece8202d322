"""Logging in to AMI: who gets in, who does not, and what that costs."""

import asyncio
import socket

import pytest

from asterisk_py_ami import (
    AmiClient,
    AmiEvent,
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
from tests.live.ami import QUICKLY, Watch, client, mark, within
from tools.asterisk import Asterisk

BY_BOTH = pytest.mark.parametrize("login", list(LoginMethod))


@BY_BOTH
async def test_the_right_secret_logs_in(pbx: Asterisk, ami: AmiClient, login: LoginMethod) -> None:
    watch = Watch(ami)
    async with client(pbx, login=login) as other:
        assert other.state is ConnectionState.CONNECTED
        assert other.epoch == 1
        await other.ping()
    assert other.state is ConnectionState.DISCONNECTED
    await watch.wait_for(AmiEvent, lambda event: event.name == "SuccessfulAuth")


async def test_fully_booted_comes_with_the_login(pbx: Asterisk) -> None:
    watch = Watch(other := client(pbx))
    async with other:
        assert (await watch.wait_for(FullyBooted)).status == "Fully Booted"


@BY_BOTH
async def test_042_a_wrong_secret_is_refused_after_exactly_one_attempt(
    pbx: Asterisk, ami: AmiClient, login: LoginMethod
) -> None:
    watch = Watch(ami)
    refused = client(pbx, secret="made-up", login=login, retry_first=True, policy=QUICKLY)
    states = refused.states()
    with pytest.raises(LoginRejectedError, match="Authentication failed") as caught:
        await within(refused.connect())
    assert "made-up" not in str(caught.value)
    assert refused.state is ConnectionState.DISCONNECTED
    assert [change.state async for change in _to_the_end(states)] == ["CONNECTING", "DISCONNECTED"]
    # Asterisk tells of every login in order: this one after all of the refused client's.
    failures = {"ChallengeResponseFailed", "InvalidPassword"}
    await watch.wait_for(AmiEvent, lambda event: event.name in failures)
