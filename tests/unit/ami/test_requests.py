"""Requests of the client that take more than one message to answer, and what is refused before one is written."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from asterisk_py_ami import (
    AmiClient,
    ListCancelledError,
    ListLostError,
    OriginateReason,
    PermissionDeniedError,
    ReconnectPolicy,
    RequestRejectedError,
)
from asterisk_py_ami.actions import Ping, QueueStatus
from asterisk_py_ami.events import OriginateResponse, QueueMember
from asterisk_py_ami.testing import FakeAmiServer, ReceivedAction, fake_ami
from asterisk_py_core.errors import InputError, OutcomeUnknownError
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
        b"Response: Error\r\nMessage: No active conferences.\r\n\r\n",
        b"Response: Error\r\nMessage: No Conference by that name found.\r\n\r\n",
    ],
)
async def test_054_each_of_the_three_forms_of_an_empty_list_is_empty(
    pbx: FakeAmiServer, ami: AmiClient, answer: bytes
) -> None:
    pbx.on("PJSIPShowEndpoints", answer)
    assert await ami.collect("PJSIPShowEndpoints") == []


@pytest.mark.parametrize(
    "text", ["Permission denied", "No such channel", "Not found", "x: No endpoints found", "Nothing found", "No. found"]
)
async def test_054_an_error_that_only_sounds_like_an_empty_list_is_one(
    pbx: FakeAmiServer, ami: AmiClient, text: str
) -> None:
    pbx.on("Status", f"Response: Error\r\nMessage: {text}\r\n\r\n".encode())
    with pytest.raises(RequestRejectedError, match=text):
        await ami.collect("Status")


@pytest.mark.parametrize("announced", ["7", "0"])
async def test_054_a_list_of_another_length_than_its_end_says_is_given_and_warned_of(
    pbx: FakeAmiServer, ami: AmiClient, caplog: pytest.LogCaptureFixture, announced: str
) -> None:
    pbx.on("QueueStatus", START + ITEM + END.replace(b"1", announced.encode()))
    assert len(await ami.collect(QueueStatus())) == 1
    assert [record.getMessage() for record in caplog.records] == [
        f"QueueStatus: 127.0.0.1:{pbx.port} sent 1 items and says {announced}"
    ]


@pytest.mark.parametrize("announced", [b"", b"many", b"-1", b"1" * 5000, b"\xd9\xa1"])
async def test_054_an_end_that_says_nothing_of_the_length_warns_of_nothing(
    pbx: FakeAmiServer, ami: AmiClient, caplog: pytest.LogCaptureFixture, announced: bytes
) -> None:
    pbx.on("QueueStatus", START + ITEM + END.replace(b"1", announced))
    assert len(await ami.collect(QueueStatus())) == 1
    assert caplog.records == []


async def test_054_a_list_that_asterisk_gives_up_has_what_came(pbx: FakeAmiServer, ami: AmiClient) -> None:
    pbx.on("QueueStatus", START + ITEM + END.replace(b"Complete\r\nList", b"Cancelled\r\nList"))
    with pytest.raises(
        ListCancelledError, match="QueueStatus was rejected: Asterisk gave the list up half way"
    ) as gone:
        await ami.collect(QueueStatus())
    assert [item["Queue"] for item in gone.value.partial] == ["support"]


async def test_054_two_equal_lists_at_once_get_their_own_items_however_they_are_mixed(
    pbx: FakeAmiServer, ami: AmiClient
) -> None:
    pbx.on("QueueStatus", None)
    lists = [asyncio.create_task(ami.collect(QueueStatus(queue=name))) for name in ("a", "b")]
    await pbx.wait_for_action("QueueStatus", 2)
    first, second = pbx.called("QueueStatus")
    for part in (START, ITEM, ITEM, END.replace(b"1", b"2")):
        for action in (second, first):
            action.reply(part.replace(b"support", action["Queue"].encode()))
    assert [[item["Queue"] for item in await each] for each in lists] == [["a", "a"], ["b", "b"]]


async def test_054_what_comes_after_the_end_of_a_list_does_not_belong_to_it(pbx: FakeAmiServer, ami: AmiClient) -> None:
    pbx.on("QueueStatus", START + ITEM + END + ITEM + END + START)
    members = ami.events(QueueMember)
    assert len(await ami.collect(QueueStatus())) == 1
    await ami.ping()
    assert members.backlog == 2


async def test_032_an_item_is_found_by_its_own_action_id_behind_a_forged_one(
    pbx: FakeAmiServer, ami: AmiClient
) -> None:
    # QueueEntry puts the ActionID last, behind what a caller may have put into the name.
    def answer(action: ReceivedAction) -> bytes:
        own = action["ActionID"].encode()
        entry = b"Event: QueueEntry\r\nCallerIDName: x\r\nActionID: forged-1\r\nWait: 3\r\nActionID: " + own
        return START + entry + b"\r\n\r\n" + END

    pbx.on("QueueStatus", answer)
    assert [item["Wait"] for item in await ami.collect(QueueStatus())] == ["3"]


async def test_054_events_of_others_during_a_list_are_not_of_it(pbx: FakeAmiServer, ami: AmiClient) -> None:
    other = b"Event: QueueMember\r\nQueue: other\r\nActionID: \r\n\r\n"
    pbx.on("QueueStatus", START + other + ITEM + b"Event: QueueMember\r\nActionID: 1\r\nQueue: other\r\n\r\n" + END)
    assert [item["Queue"] for item in await ami.collect(QueueStatus())] == ["support"]


async def test_054_an_action_that_answers_with_no_list_is_an_empty_one(ami: AmiClient) -> None:
    assert await ami.collect("Ping") == []


async def test_054_a_list_whose_connection_is_lost_ends_with_what_came(pbx: FakeAmiServer, ami: AmiClient) -> None:
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


async def test_034_the_outcome_of_a_call_that_is_answered_goes_to_caller_and_subscribers(
    pbx: FakeAmiServer, ami: AmiClient
) -> None:
    outcome = (
        b"Event: OriginateResponse\r\nResponse: Success\r\nChannel: PJSIP/200-00000001\r\nReason: 4\r\n"
        b"Uniqueid: 17.1\r\n\r\n"
    )
    # Somebody else's call, ended before ours.
    pbx.on("Originate", QUEUED + outcome.replace(b"Response\r\n", b"Response\r\nActionID: other\r\n", 1) + outcome)
    seen = ami.events(OriginateResponse)
    result = await ami.originate("PJSIP/200", application="Wait", data="5", timeout=2.5)
    assert (result.answered, result.channel, result.uniqueid) == (True, "PJSIP/200-00000001", "17.1")
    assert result.event.action_id == pbx.called("Originate")[0]["ActionID"]
    assert seen.backlog == 2
    assert pbx.called("Originate")[0]["Timeout"] == "2500"


async def test_053_a_call_that_is_refused_is_rejected(pbx: FakeAmiServer, ami: AmiClient) -> None:
    pbx.on("Originate", b"Response: Error\r\nMessage: Extension does not exist.\r\n\r\n")
    with pytest.raises(RequestRejectedError, match=r"Originate was rejected: Extension does not exist\."):
        await ami.originate("PJSIP/200", context="a", exten="nosuch", priority=1)


async def test_009_a_call_whose_connection_is_lost_has_an_unknown_outcome(pbx: FakeAmiServer, ami: AmiClient) -> None:
    pbx.on("Originate", QUEUED)
    call = asyncio.create_task(ami.originate("PJSIP/200", application="Wait"))
    await pbx.wait_for_action("Originate")
    pbx.drop()
    with pytest.raises(OutcomeUnknownError):
        await call


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"exten": "1", "context": "a"},
        {"exten": "1", "context": "a", "priority": 0},
        {"application": "Wait", "exten": "1"},
        {"application": "Wait", "timeout": 0},
        {"application": "Wait", "timeout": 1e308},
        {"application": "Wait", "timeout": "5"},
        {"application": "Wait", "variables": {"A=B": 1}},
        {"application": "Wait\r\nAction: Logoff"},
    ],
)
async def test_026_a_call_that_cannot_work_is_refused_before_a_byte_is_written(
    pbx: FakeAmiServer, ami: AmiClient, arguments: dict[str, Any]
) -> None:
    with pytest.raises(InputError):
        await ami.originate("PJSIP/200", **arguments)
    with pytest.raises(InputError):
        await ami.originate("", application="Wait")
    await ami.ping()
    assert pbx.called("Originate") == []


async def test_a_call_whose_outcome_would_not_be_seen_is_refused(pbx: FakeAmiServer, ami: AmiClient) -> None:
    await ami.set_event_mask("system,user")
    with pytest.raises(InputError, match="the event mask 'system,user' leaves out class call"):
        await ami.originate("PJSIP/200", application="Wait")
    assert pbx.called("Originate") == []


async def test_050_a_call_that_is_waited_for_leaves_the_keepalive_alone_and_another_does_not(
    pbx: FakeAmiServer, ami: AmiClient
) -> None:
    pbx.on("Originate", QUEUED)
    waiting = asyncio.create_task(ami.originate("PJSIP/200", application="Wait", timeout=600))
    await pbx.wait_for_action("Originate")
    connection = ami._connection
    assert connection is not None
    assert connection.busy_until == 0.0
    pbx.on("Originate", None)
    blocking = asyncio.create_task(ami.send("Originate", {"Channel": "PJSIP/200"}, timeout=60))
    await pbx.wait_for_action("Originate", 2)
    assert 0 < connection.busy_until - asyncio.get_running_loop().time() <= 60
    for task in (waiting, blocking):
        task.cancel()
    await asyncio.wait([waiting, blocking])


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
    pbx.on("Command", b"Response: Success\r\nMessage: Command output follows\r\nOutput: \r\n\r\n")
    assert await ami.command("core set verbose 0") == []
    pbx.on("Command", b"Response: Success\r\nMessage: Command output follows\r\n\r\n")
    assert await ami.command("core set verbose 0") == []
    pbx.on("Command", b"Response: Error\r\nMessage: Command output follows\r\nOutput: No such command 'x'\r\n\r\n")
    with pytest.raises(RequestRejectedError, match="Command was rejected: No such command 'x'"):
        await ami.command("x")
    pbx.on("Command", b"Response: Error\r\nMessage: Nothing printed\r\nOutput: \r\nOutput:  \r\n\r\n")
    with pytest.raises(RequestRejectedError, match="Command was rejected: Nothing printed"):
        await ami.command("x")
    pbx.on("Command", b"Response: Error\r\nMessage: Permission denied\r\n\r\n")
    with pytest.raises(PermissionDeniedError):
        await ami.command("x")
    pbx.on("Command", b"Response: Error\r\nMessage: x\r\n" + b"Output: y\r\n" * 5000 + b"\r\n")
    with pytest.raises(RequestRejectedError) as caught:
        await ami.command("x")
    assert len(caught.value.reason) <= 1024


async def test_headers_beside_an_action_object_are_refused(pbx: FakeAmiServer, ami: AmiClient) -> None:
    with pytest.raises(InputError, match="belong to an action given by name"):
        await ami.send(Ping(), {"X": "1"})  # type: ignore[call-overload]  # what a caller without types can do
    assert pbx.called("Ping") == []


@pytest.mark.parametrize(("action", "kind"), [(Ping, "the class Ping"), ({"Action": "Ping"}, "of type dict")])
async def test_what_is_neither_an_action_nor_a_name_is_refused(
    pbx: FakeAmiServer, ami: AmiClient, action: Any, kind: str
) -> None:
    with pytest.raises(InputError, match=rf"action must be an action, as Ping\(\) is, or the name of one, not {kind}"):
        await ami.send(action)
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
