"""Requests of the client that take more than one message to answer, and what is refused before one is written."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from asterisk_py_ami import (
    AmiClient,
    ListLostError,
    ListTimeoutError,
    OriginateReason,
    ReconnectPolicy,
    RequestRejectedError,
)
from asterisk_py_ami.actions import Ping, QueueStatus
from asterisk_py_ami.testing import FakeAmiServer, ReceivedAction, fake_ami
from asterisk_py_core.errors import InputError
from asterisk_py_core.reconnect import ConnectionState

QUEUED = b"Response: Success\r\nMessage: Originate successfully queued\r\n\r\n"
START = b"Response: Success\r\nEventList: start\r\nMessage: Queue status will follow\r\n\r\n"
ITEM = b"Event: QueueMember\r\nQueue: support\r\n\r\n"
END = b"Event: QueueStatusComplete\r\nEventList: Complete\r\nListItems: 1\r\n\r\n"

pbx = pytest_asyncio.fixture(fake_ami)


@pytest_asyncio.fixture
async def ami(pbx: FakeAmiServer) -> AsyncIterator[AmiClient]:
    policy = ReconnectPolicy.fixed(0.1)
    async with AmiClient(pbx.host, pbx.port, credentials=pbx.credentials, policy=policy) as client:
        yield client


async def test_054_a_list_is_its_items_and_its_end_is_not_one_of_them(pbx: FakeAmiServer, ami: AmiClient) -> None:
    pbx.on("QueueStatus", START + ITEM + END)
    assert [item["Queue"] for item in await ami.collect(QueueStatus())] == ["support"]


@pytest.mark.parametrize(
    "answer",
    [
        START + END.replace(b"1", b"0"),
        b"Response: Success\r\nMessage: There are no users\r\n\r\n",
        b"Response: Error\r\nMessage: No endpoints found\n\r\n\r\n",
    ],
)
async def test_054_each_of_the_three_forms_of_an_empty_list_is_empty(
    pbx: FakeAmiServer, ami: AmiClient, answer: bytes
) -> None:
    pbx.on("PJSIPShowEndpoints", answer)
    assert await ami.collect("PJSIPShowEndpoints") == []


async def test_054_a_list_whose_end_does_not_come_ends_with_what_came(pbx: FakeAmiServer, ami: AmiClient) -> None:
    pbx.on("QueueStatus", START + ITEM)
    with pytest.raises(ListTimeoutError) as late:
        await ami.collect(QueueStatus(), timeout=0.1)
    assert [item["Queue"] for item in late.value.partial] == ["support"]

    def answer_and_go(action: ReceivedAction) -> None:
        action.reply(START + ITEM)
        pbx.drop()

    pbx.on("QueueStatus", answer_and_go)
    with pytest.raises(ListLostError) as lost:
        await ami.collect(QueueStatus())
    assert [item["Queue"] for item in lost.value.partial] == ["support"]


async def test_053_a_list_that_is_refused_is_rejected(pbx: FakeAmiServer, ami: AmiClient) -> None:
    pbx.on("QueueStatus", b"Response: Error\r\nMessage: Permission denied\r\n\r\n")
    with pytest.raises(RequestRejectedError, match="Permission denied"):
        await ami.collect(QueueStatus())


@pytest.mark.parametrize("first", ["response", "outcome"])
async def test_034_the_outcome_of_a_call_is_awaited_in_either_order(
    pbx: FakeAmiServer, ami: AmiClient, first: str
) -> None:
    outcome = (
        b"Event: OriginateResponse\r\nResponse: Failure\r\nChannel: Local/1@a\r\nReason: 5\r\nUniqueid: <null>\r\n\r\n"
    )
    pbx.on("Originate", QUEUED + outcome if first == "response" else outcome + QUEUED)
    result = await ami.originate("Local/1@a", context="a", exten="1", priority=1)
    assert (result.answered, result.reason, result.uniqueid) == (False, OriginateReason.BUSY, None)
    assert pbx.called("Originate")[0]["Async"] == "true"


async def test_057_a_command_gives_its_lines_and_one_that_fails_says_what_it_printed(
    pbx: FakeAmiServer, ami: AmiClient
) -> None:
    pbx.on(
        "Command", b"Response: Success\r\nMessage: Command output follows\r\nOutput: Event: Hangup\r\nOutput: \r\n\r\n"
    )
    assert await ami.command("core show uptime") == ["Event: Hangup", ""]
    pbx.on("Command", b"Response: Error\r\nMessage: Command output follows\r\nOutput: No such command 'x'\r\n\r\n")
    with pytest.raises(RequestRejectedError, match="No such command 'x'"):
        await ami.command("x")


async def test_headers_beside_an_action_object_are_refused(pbx: FakeAmiServer, ami: AmiClient) -> None:
    with pytest.raises(InputError, match="belong to an action given by name"):
        await ami.send(Ping(), {"X": "1"})  # type: ignore[call-overload]  # what a caller without types can do
    assert pbx.called("Ping") == []


async def test_mask_and_filters_are_there_again_after_a_reconnect(pbx: FakeAmiServer, ami: AmiClient) -> None:
    pbx.on("Filter", b"Response: Success\r\nMessage: Filter added successfully\r\n\r\n")
    await ami.set_event_mask("call")
    await ami.add_filter("!Event: Newexten")
    with ami.states() as states:
        pbx.drop()
        async for change in states:
            if change.state is ConnectionState.CONNECTED:
                break
    assert [login["Events"] for login in pbx.called("Login")] == ["on", "call"]
    assert [each["Filter"] for each in pbx.called("Filter")] == ["!Event: Newexten"] * 2
