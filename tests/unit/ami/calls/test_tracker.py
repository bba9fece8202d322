"""The tracker over a client and a scripted server."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from asterisk_py_ami.calls import CallTracker, CompletedCall, Gap
from asterisk_py_ami.calls.assembler import CallAssembler
from asterisk_py_ami.client import AmiClient
from asterisk_py_ami.testing import FakeAmiServer, ReceivedAction, fake_ami
from asterisk_py_core.domain import HangupCause
from asterisk_py_core.errors import ClientClosedError, ConnectionClosedError
from asterisk_py_core.reconnect import ReconnectPolicy
from tests.unit.ami.calls.messages import FOUND, LOST, events, hangup, listed, message, new

pbx = pytest_asyncio.fixture(fake_ami)


@pytest.fixture
async def ami(pbx: FakeAmiServer) -> AsyncIterator[AmiClient]:
    async with AmiClient(
        pbx.host, pbx.port, credentials=pbx.credentials, policy=ReconnectPolicy.fixed(0.1)
    ) as connected:
        yield connected


def channel_list(*items: bytes) -> bytes:
    """Return what Asterisk answers to CoreShowChannels."""
    start = b"Response: Success\r\nEventList: start\r\nMessage: Channels will follow\r\n\r\n"
    return start + b"".join(items) + message("CoreShowChannelsComplete", EventList="Complete", ListItems=len(items))


async def until(ami: AmiClient, condition: Callable[[], object]) -> None:
    """Wait until *condition* holds; what the server has sent is here once it has answered a Ping."""
    async with asyncio.timeout(5):
        while not condition():
            await ami.ping()


async def test_calls_that_complete_are_iterated_over_until_the_tracker_is_closed(
    pbx: FakeAmiServer, ami: AmiClient
) -> None:
    pbx.on("CoreShowChannels", channel_list())
    seen: list[str] = []
    async with asyncio.timeout(5), CallTracker(ami) as tracker:
        pbx.emit(new("1.0") + new("2.0") + hangup("2.0") + hangup("1.0"))
        async for call in tracker:
            seen.append(call.linkedid)
            if len(seen) == 2:
                await tracker.aclose()
    assert seen == ["2.0", "1.0"]


async def test_what_is_under_way_at_the_start_is_active_at_once(pbx: FakeAmiServer, ami: AmiClient) -> None:
    pbx.on("CoreShowChannels", channel_list(listed("1.0", age="00:01:00"), listed("1.1", "1.0", age="00:00:50")))
    async with asyncio.timeout(5), CallTracker(ami) as tracker:
        (call,) = tracker.active
        assert (len(call.legs), call.gaps) == (2, (Gap.START,))
        assert 60 <= call.duration < 65
        await tracker.start()
        calls = tracker.subscribe(where=lambda call: call.linkedid != "2.0")
        pbx.emit(new("2.0") + hangup("2.0") + hangup("1.0") + hangup("1.1", "1.0"))
        assert (await calls.recv()).linkedid == "1.0"
    assert len(pbx.called("CoreShowChannels")) == 1


async def test_a_tracker_may_be_there_before_the_connection(pbx: FakeAmiServer) -> None:
    pbx.on("CoreShowChannels", channel_list(listed("1.0")))
    ami = AmiClient(pbx.host, pbx.port, credentials=pbx.credentials)
    tracker = CallTracker(ami)
    calls = tracker.subscribe()
    async with asyncio.timeout(5), tracker:
        assert tracker.active == ()
        async with ami:
            await pbx.wait_for_action("CoreShowChannels")
            pbx.emit(hangup("1.0"))
            assert (await calls.recv()).gaps == (Gap.START,)


async def test_after_a_lost_connection_asterisk_is_asked_what_there_is(pbx: FakeAmiServer, ami: AmiClient) -> None:
    pbx.on("CoreShowChannels", channel_list())
    async with asyncio.timeout(5), CallTracker(ami) as tracker:
        calls = tracker.subscribe()
        pbx.emit(new("1.0") + new("2.0") + new("3.0"))
        await until(ami, lambda: len(tracker.active) == 3)

        def answer(action: ReceivedAction) -> None:
            action.reply(channel_list(listed("2.0"), listed("4.0")))
            # What was queued for the session when the list was written follows it.
            pbx.emit(new("4.0") + hangup("3.0", cause=17))

        pbx.on("CoreShowChannels", answer)
        pbx.drop()
        ended = {call.linkedid: call for call in (await calls.recv(), await calls.recv())}
        assert ended["3.0"].cause is HangupCause.USER_BUSY
        assert ended["1.0"].gaps == (Gap.CONNECTION, Gap.END)
        assert {call.linkedid: call.gaps for call in tracker.active} == {"2.0": (Gap.CONNECTION,), "4.0": ()}


async def test_a_list_that_is_cut_off_is_asked_for_again_on_the_next_connection(
    pbx: FakeAmiServer, ami: AmiClient
) -> None:
    pbx.on("CoreShowChannels", channel_list())
    async with asyncio.timeout(5), CallTracker(ami) as tracker:
        calls = tracker.subscribe()
        pbx.emit(new("1.0") + new("2.0"))
        await until(ami, lambda: len(tracker.active) == 2)

        def half(action: ReceivedAction) -> bytes | None:
            whole = channel_list(listed("2.0"))
            if len(pbx.called("CoreShowChannels")) > 2:
                return whole
            action.reply(whole[: whole.index(b"Event: CoreShowChannelsComplete")])
            pbx.drop()
            return None

        pbx.on("CoreShowChannels", half)
        pbx.drop()
        assert (await calls.recv()).linkedid == "1.0"
        assert [call.linkedid for call in tracker.active] == ["2.0"]
    assert (ami.epoch, calls.delivered, calls.lost) == (3, 1, 0)


async def test_a_connection_lost_again_before_all_was_heard_leaves_the_verdict_to_the_next(
    pbx: FakeAmiServer, ami: AmiClient
) -> None:
    pbx.on("CoreShowChannels", channel_list())
    async with asyncio.timeout(5), CallTracker(ami) as tracker:
        calls = tracker.subscribe()
        pbx.emit(new("1.0") + new("2.0"))
        await until(ami, lambda: len(tracker.active) == 2)

        def drop(_action: ReceivedAction) -> None:
            pbx.off("Ping")
            pbx.on("CoreShowChannels", channel_list(listed("2.0")))
            pbx.drop()

        pbx.on("Ping", drop)
        pbx.drop()
        assert (await calls.recv()).linkedid == "1.0"
        assert [call.linkedid for call in tracker.active] == ["2.0"]
    assert (ami.epoch, len(pbx.called("CoreShowChannels"))) == (3, 3)


async def test_a_gap_that_ends_while_another_is_looked_into_is_looked_into_as_well(
    pbx: FakeAmiServer, ami: AmiClient
) -> None:
    pbx.on("CoreShowChannels", channel_list())
    async with asyncio.timeout(5), CallTracker(ami):

        def lag(_action: ReceivedAction) -> bytes:
            pbx.off("Ping")
            # As it is for a tracker that has not been given the time to follow.
            ami._bus.publish_many([LOST, FOUND])
            return b"Response: Success\r\nPing: Pong\r\n\r\n"

        pbx.on("Ping", lag)
        pbx.drop()
        await pbx.wait_for_action("CoreShowChannels", 3)
        await pbx.wait_for_action("Ping", 2)
    assert ami.epoch == 2


async def test_a_list_that_does_not_come_is_asked_for_again(
    pbx: FakeAmiServer, ami: AmiClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("asterisk_py_ami.calls.tracker._LIST_TIMEOUT", 0.05)
    pbx.on(
        "CoreShowChannels",
        lambda _: channel_list(listed("1.0")) if len(pbx.called("CoreShowChannels")) > 1 else None,
    )
    async with asyncio.timeout(5), CallTracker(ami) as tracker:
        assert [call.linkedid for call in tracker.active] == ["1.0"]
    assert "asking again" in caplog.text


async def test_ends_that_were_missed_are_told_though_the_answer_after_the_list_is_late(pbx: FakeAmiServer) -> None:
    pbx.on("CoreShowChannels", channel_list())
    policy = ReconnectPolicy.fixed(0.1)
    async with (
        asyncio.timeout(5),
        AmiClient(pbx.host, pbx.port, credentials=pbx.credentials, policy=policy, timeout=0.2) as ami,
        CallTracker(ami) as tracker,
    ):
        calls = tracker.subscribe()
        pbx.emit(new("1.0"))
        await until(ami, lambda: tracker.active)

        def busy(_action: ReceivedAction) -> None:
            pbx.off("Ping")  # Some slow action of another task is done by the next time.

        pbx.on("Ping", busy)
        pbx.drop()
        assert (await calls.recv()).gaps == (Gap.CONNECTION, Gap.END)


async def test_the_list_is_asked_for_again_when_there_was_no_room_for_one_more_request(
    pbx: FakeAmiServer, ami: AmiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("asterisk_py_ami.calls.tracker._PAUSE", 0.01)
    pbx.on("CoreShowChannels", channel_list(listed("1.0")))
    pbx.on("Full", None)
    async with asyncio.timeout(5):
        requests = [asyncio.create_task(ami.send("Full")) for _ in range(1024)]
        await pbx.wait_for_action("Full", 1024)
        refused = asyncio.Event()
        monkeypatch.setattr(logging.getLogger("asterisk_py_ami.calls.tracker"), "warning", lambda *_: refused.set())
        starting = asyncio.create_task(CallTracker(ami).start())
        await refused.wait()
        for request in requests:
            request.cancel()
        await starting
    assert len(pbx.called("CoreShowChannels")) == 1


async def test_who_may_not_list_channels_is_told_and_still_tracks(
    pbx: FakeAmiServer, ami: AmiClient, caplog: pytest.LogCaptureFixture
) -> None:
    pbx.on("CoreShowChannels", b"Response: Error\r\nMessage: Permission denied\r\n\r\n")
    async with asyncio.timeout(5), CallTracker(ami) as tracker:
        assert [record.levelno for record in caplog.records] == [logging.WARNING]
        assert "stay unknown: CoreShowChannels was rejected: Permission denied" in caplog.text
        calls = tracker.subscribe()
        pbx.emit(new("1.0") + new("2.0"))
        await until(ami, lambda: len(tracker.active) == 2)
        pbx.drop()
        await pbx.wait_for_login(2)
        pbx.emit(hangup("2.0"))
        assert (await calls.recv()).gaps == (Gap.CONNECTION,)
        assert [call.linkedid for call in tracker.active] == ["1.0"]


async def test_what_is_forged_and_what_is_too_much_is_counted(pbx: FakeAmiServer, ami: AmiClient) -> None:
    pbx.on("CoreShowChannels", channel_list())
    async with asyncio.timeout(5), CallTracker(ami, max_channels=1) as tracker:
        pbx.emit(new("1.0") + message("Hangup", Cause="16") + new("2.0"))
        await until(ami, lambda: tracker.evicted_count)
        assert (tracker.evicted_count, tracker.malformed_count) == (1, 1)


async def test_iteration_ends_with_the_client_and_raises_what_ended_it(pbx: FakeAmiServer) -> None:
    pbx.on("CoreShowChannels", channel_list())
    ami = AmiClient(pbx.host, pbx.port, credentials=pbx.credentials, policy=ReconnectPolicy.none())
    async with asyncio.timeout(5), ami, CallTracker(ami) as tracker:
        pbx.emit(new("1.0") + new("2.0") + hangup("2.0"))
        calls = tracker.subscribe()
        assert (await calls.recv()).linkedid == "2.0"
        pbx.drop()
        with pytest.raises(ConnectionClosedError):
            await calls.recv()
        assert [call.linkedid for call in tracker.active] == ["1.0"]


async def test_iteration_just_ends_when_the_client_is_closed(pbx: FakeAmiServer, ami: AmiClient) -> None:
    pbx.on("CoreShowChannels", channel_list())
    async with asyncio.timeout(5), CallTracker(ami) as tracker:
        calls = tracker.subscribe()
        await ami.aclose()
        assert [call async for call in calls] == []


async def test_a_closed_tracker_leaves_nothing_running_and_does_not_start_again(
    pbx: FakeAmiServer, ami: AmiClient
) -> None:
    pbx.on("CoreShowChannels", channel_list())
    before = asyncio.all_tasks()
    tracker = CallTracker(ami)
    await tracker.start()
    assert len(asyncio.all_tasks()) == len(before) + 1
    await tracker.aclose()
    await tracker.aclose()
    assert asyncio.all_tasks() == before
    with pytest.raises(ClientClosedError, match="the call tracker"):
        await tracker.start()


async def test_a_start_that_is_cancelled_can_be_made_again(pbx: FakeAmiServer, ami: AmiClient) -> None:
    pbx.on("CoreShowChannels", None)
    tracker = CallTracker(ami)
    start = asyncio.create_task(tracker.start())
    await pbx.wait_for_action("CoreShowChannels")
    start.cancel()
    with pytest.raises(asyncio.CancelledError):
        await start
    pbx.on("CoreShowChannels", channel_list(listed("1.0")))
    async with asyncio.timeout(5), tracker:
        assert [call.linkedid for call in tracker.active] == ["1.0"]


async def test_starts_at_once_are_one_and_each_returns_when_what_is_under_way_is_known(
    pbx: FakeAmiServer, ami: AmiClient
) -> None:
    pbx.on("CoreShowChannels", None)
    async with asyncio.timeout(5):
        tracker = CallTracker(ami)
        starts = [asyncio.create_task(tracker.start()) for _ in range(3)]
        action = await pbx.wait_for_action("CoreShowChannels")
        await ami.ping()
        assert not any(start.done() for start in starts)
        action.reply(channel_list(listed("1.0")))
        await asyncio.gather(*starts)
        assert [call.linkedid for call in tracker.active] == ["1.0"]
        await tracker.aclose()
    assert len(pbx.called("CoreShowChannels")) == 1


async def test_of_starts_at_once_the_next_goes_on_where_the_first_is_cancelled(
    pbx: FakeAmiServer, ami: AmiClient
) -> None:
    pbx.on("CoreShowChannels", None)
    async with asyncio.timeout(5):
        tracker = CallTracker(ami)
        first, second = (asyncio.create_task(tracker.start()) for _ in range(2))
        await pbx.wait_for_action("CoreShowChannels")
        pbx.on("CoreShowChannels", channel_list(listed("1.0")))
        first.cancel()
        await second
        assert first.cancelled()
        assert [call.linkedid for call in tracker.active] == ["1.0"]
        calls = tracker.subscribe()
        pbx.emit(hangup("1.0"))
        assert (await calls.recv()).linkedid == "1.0"
        await tracker.aclose()


async def test_starts_at_once_of_a_tracker_that_is_closed_all_say_so(pbx: FakeAmiServer, ami: AmiClient) -> None:
    pbx.on("CoreShowChannels", None)
    async with asyncio.timeout(5):
        tracker = CallTracker(ami)
        starts = [asyncio.create_task(tracker.start()) for _ in range(2)]
        action = await pbx.wait_for_action("CoreShowChannels")
        await tracker.aclose()
        action.reply(channel_list())
        ended = await asyncio.gather(*starts, return_exceptions=True)
    assert [type(each) for each in ended] == [ClientClosedError, ClientClosedError]
    assert ami._bus.subscriber_count == 0


async def test_a_tracker_that_is_closed_while_it_starts_does_not_start(pbx: FakeAmiServer, ami: AmiClient) -> None:
    pbx.on("CoreShowChannels", None)
    tracker = CallTracker(ami)
    before = asyncio.all_tasks()
    start = asyncio.create_task(tracker.start())
    request = await pbx.wait_for_action("CoreShowChannels")
    await tracker.aclose()
    request.reply(channel_list())
    with pytest.raises(ClientClosedError, match="the call tracker"):
        await start
    assert asyncio.all_tasks() == before


async def test_a_tracker_that_was_never_started_closes(ami: AmiClient) -> None:
    tracker = CallTracker(ami)
    await tracker.aclose()
    assert [call async for call in tracker] == []


async def test_a_mistake_of_ours_is_told_to_those_who_wait_for_calls(
    pbx: FakeAmiServer, ami: AmiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> list[CompletedCall]:
        raise ZeroDivisionError

    pbx.on("CoreShowChannels", channel_list())
    async with asyncio.timeout(5), CallTracker(ami) as tracker:
        calls = tracker.subscribe()
        monkeypatch.setattr(CallAssembler, "feed", fail)
        pbx.emit(new("1.0"))
        with pytest.raises(ZeroDivisionError):
            await calls.recv()


async def test_a_backlog_does_not_keep_others_from_running(pbx: FakeAmiServer, ami: AmiClient) -> None:
    pbx.on("CoreShowChannels", channel_list())
    flood = events(*(new(f"{number}.0") + hangup(f"{number}.0") for number in range(5000)))
    async with asyncio.timeout(5), CallTracker(ami) as tracker:
        calls = tracker.subscribe()
        # All at once, as it is after others have kept the loop busy.
        ami._bus.publish_many(flood)
        steps = set()
        while calls.backlog < 5000:
            steps.add(calls.backlog)
            await asyncio.sleep(0)
        assert len(steps) > 5
