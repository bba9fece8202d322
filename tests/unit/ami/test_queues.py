"""Queues as values, and what the client adds to single actions."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from asterisk_py_ami import AmiClient, HangupCause, InputError, PermissionDeniedError, RequestRejectedError
from asterisk_py_ami.testing import FakeAmiServer, fake_ami

START = b"Response: Success\r\nEventList: start\r\nMessage: Queue status will follow\r\n\r\n"
END = b"Event: QueueStatusComplete\r\nEventList: Complete\r\nListItems: 5\r\n\r\n"
DENIED = b"Response: Error\r\nMessage: Permission denied\r\n\r\n"

pbx = pytest_asyncio.fixture(fake_ami)


@pytest_asyncio.fixture
async def ami(pbx: FakeAmiServer) -> AsyncIterator[AmiClient]:
    async with AmiClient(pbx.host, pbx.port, credentials=pbx.credentials) as client:
        yield client


def item(event: str, **headers: object) -> bytes:
    return "\r\n".join([f"Event: {event}", *(f"{name}: {value}" for name, value in headers.items()), "", ""]).encode()


async def test_the_list_of_queues_is_sorted_by_queue(pbx: FakeAmiServer, ami: AmiClient) -> None:
    support = [
        item("QueueParams", Queue="support", Calls=2),
        item("QueueMember", Queue="support", Name="Agent One"),
        item("QueueEntry", Queue="support", Position=1, Channel="PJSIP/a"),
        item("QueueEntry", Queue="support", Position=2, Channel="PJSIP/b"),
    ]
    pbx.on("QueueStatus", START + b"".join(support) + item("QueueParams", Queue="sales", Calls=0) + END)
    first, second = await ami.queues()
    assert (first.name, first.params.calls, [member["Name"] for member in first.members]) == (
        "support",
        2,
        ["Agent One"],
    )
    assert [(caller.position, caller.channel) for caller in first.callers] == [(1, "PJSIP/a"), (2, "PJSIP/b")]
    assert (second.name, second.members, second.callers) == ("sales", (), ())
    assert pbx.called("QueueStatus")[0].get_all("Queue") == []


async def test_a_queue_that_does_not_exist_is_no_queue(pbx: FakeAmiServer, ami: AmiClient) -> None:
    pbx.on("QueueStatus", START + END.replace(b"5", b"0"))
    assert await ami.queues("nope") == []
    assert pbx.called("QueueStatus")[0]["Queue"] == "nope"


async def test_a_value_of_the_database_is_text_or_none(pbx: FakeAmiServer, ami: AmiClient) -> None:
    entry = item("DBGetResponse", Family="f", Key="k", Val="v: 1, x")
    complete = item("DBGetComplete", EventList="Complete", ListItems=1)
    pbx.on("DBGet", START + entry + complete)
    assert await ami.db_get("f", "k") == "v: 1, x"
    pbx.on("DBGet", b"Response: Error\r\nMessage: Database entry not found\r\n\r\n")
    assert await ami.db_get("f", "k") is None
    pbx.on("DBGet", DENIED)
    with pytest.raises(PermissionDeniedError):
        await ami.db_get("f", "k")


async def test_hanging_up_says_whether_the_channel_was_still_there(pbx: FakeAmiServer, ami: AmiClient) -> None:
    pbx.on("Hangup", b"Response: Success\r\nMessage: Channel Hungup\r\n\r\n")
    assert await ami.hangup("PJSIP/a-1", cause=HangupCause.USER_BUSY)
    assert (pbx.called("Hangup")[0]["Channel"], pbx.called("Hangup")[0]["Cause"]) == ("PJSIP/a-1", "17")
    pbx.on("Hangup", b"Response: Error\r\nMessage: No such channel\r\n\r\n")
    assert not await ami.hangup("PJSIP/a-1")
    pbx.on("Hangup", b"Response: Error\r\nMessage: Something else\r\n\r\n")
    with pytest.raises(RequestRejectedError, match="Something else"):
        await ami.hangup("PJSIP/a-1")


async def test_a_pattern_is_no_channel_to_hang_up(pbx: FakeAmiServer, ami: AmiClient) -> None:
    with pytest.raises(InputError, match=r"channel must be a channel's name, not the pattern '/\.\*/'"):
        await ami.hangup("/.*/")
    assert pbx.called("Hangup") == []
