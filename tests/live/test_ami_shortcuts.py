"""What the client adds to single actions, on a real Asterisk."""

import pytest

from asterisk_py_ami import AmiClient, HangupCause, QueueStrategy
from asterisk_py_ami.actions import DBDel, DBPut
from asterisk_py_ami.events import Hangup, QueueCallerJoin
from tests.live.ami import Watch, originate


async def test_hangup_ends_a_channel_once_and_knows_that_it_is_gone(ami: AmiClient) -> None:
    watch = Watch(ami)
    channel = (await watch.answer(await originate(ami, "Local/answer@scenarios"))).channel
    assert channel is not None
    assert await ami.hangup(channel, cause=HangupCause.USER_BUSY)
    ended = await watch.wait_for(Hangup, lambda event: event.channel == channel)
    assert ended.cause is HangupCause.USER_BUSY
    assert not await ami.hangup(channel)


@pytest.mark.parametrize("value", ["one, two: 3", 'Zoë \\ "quoted"', "x"])
async def test_db_get_returns_what_was_put_and_none_for_what_is_not_there(ami: AmiClient, value: str) -> None:
    await ami.send(DBPut("asterisk-py", "test", val=value))
    assert await ami.db_get("asterisk-py", "test") == value
    await ami.send(DBDel("asterisk-py", "test"))
    assert await ami.db_get("asterisk-py", "test") is None


async def test_queues_have_their_members_and_callers(ami: AmiClient) -> None:
    queues = {queue.name: queue for queue in await ami.queues()}
    assert {"support", "unanswered"} <= queues.keys()
    support = queues["support"]
    assert isinstance(support.params.strategy, QueueStrategy)
    assert [member["Name"] for member in support.members] == ["Agent One", "Agent Two"]
    assert support.callers == ()
    assert [queue.name for queue in await ami.queues("support")] == ["support"]
    assert await ami.queues("nope") == []

    watch = Watch(ami)
    action_id = await originate(ami, "Local/queueunanswered@scenarios", "answer")
    joined = await watch.wait_for(QueueCallerJoin)
    (caller,) = (await ami.queues("unanswered"))[0].callers
    assert (caller.position, caller.uniqueid) == (1, joined.uniqueid)
    await watch.call_over(action_id)
