"""Every scenario of the dialplan once, all side by side: whatever Asterisk tells of them can be read."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from asterisk_py_ami import AmiClient, AmiEvent, DeviceState
from asterisk_py_ami.events import (
    BridgeEnter,
    DeviceStateChange,
    ExtensionStatus,
    Hangup,
    Newstate,
    UserEvent,
)
from tests.live.ami import Call, Watch, mark, originate, read_all
from tests.live.tables import EventTable
from tools.asterisk import Asterisk

# Calls that come to an end by themselves: the channel, and the extension it is sent to once it is answered.
BRIEF = {
    "Local/short@scenarios": "answer",
    "Local/busy@scenarios": "answer",
    "Local/congestion@scenarios": "answer",
    "Local/reject@scenarios": "answer",
    "Local/nosuch@scenarios": "answer",
    "Local/userevent@scenarios": "answer",
    "Local/flood@scenarios": "answer",
    "Local/playback@scenarios": "answer",
    "Local/record@scenarios": "answer",
    "Local/mixmonitor@scenarios": "music",
    "Local/voicemail@scenarios": "music",
    "Local/senddtmf@scenarios": "read",
    "Local/queueunanswered@scenarios": "answer",
    "Local/queueempty@scenarios": "answer",
    "Local/17@cause": "answer",
    "Local/answer@dial": "answer",
    "Local/busy@dial": "answer",
    "Local/congestion@dial": "answer",
    "Local/noanswer@dial": "answer",
    "Local/cancel@dial": "answer",
    "Local/unavailable@dial": "answer",
    "Local/unregistered@dial": "answer",
    "Local/two@dial": "answer",
    "Local/abort@dial": "answer",
    "Local/continue@dial": "answer",
    "Local/sip@dial": "answer",
    "Local/sipbusy@dial": "answer",
    "Local/demo@fastagi": "answer",
    "Local/hello@script": "answer",
    "Local/demo@stasis": "answer",
    "WebSocket/media": "answer",
}

UNANSWERED = ["Local/ring@scenarios", "WebSocket/INCOMING"]

# Calls that stay until they are hung up: the channel, and the event that says it has come to the point.
LASTING = {
    "Local/answer@scenarios": "Newexten",
    "Local/600@scenarios": "Newexten",
    "Local/ringanswer@scenarios": "Newstate",
    "Local/progress@scenarios": "Newstate",
    "Local/proceeding@scenarios": "Newstate",
    "Local/echo@scenarios": "Newexten",
    "Local/variables@scenarios": "UserEvent",
    "Local/music@scenarios": "MusicOnHoldStart",
    "Local/fax@scenarios": "Newexten",
    "Local/conference@scenarios": "ConfbridgeJoin",
    "Local/conferenceadmin@scenarios": "ConfbridgeJoin",
    "Local/bridgewait@scenarios": "BridgeEnter",
    "Local/queue@scenarios": "AgentConnect",
    "Local/bridge@dial": "BridgeEnter",
    "Local/sipbridge@dial": "BridgeEnter",
}


@pytest.fixture
async def agi_server(our_pbx: Asterisk) -> AsyncIterator[None]:
    """Answers FastAGI with one command, then closes, which ends the script as a success."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\n\n")
        writer.write(b'VERBOSE "hello" 1\n')
        await reader.readline()
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(serve, "127.0.0.1", our_pbx.agi_port):
        yield


async def brief(ami: AmiClient, channel: str, exten: str) -> None:
    watch = Watch(ami)
    response = await watch.answer(await originate(ami, channel, exten))
    if response.is_success:
        await watch.wait_for(Hangup, lambda event: event.uniqueid == response.uniqueid)


async def lasting(ami: AmiClient, channel: str, event: str) -> None:
    async with Call(ami, channel) as call:
        await call.sees_one_called(event)


async def unanswered(ami: AmiClient, channel: str) -> None:
    watch = Watch(ami)
    assert not (await watch.answer(await originate(ami, channel, timeout=0.5))).is_success


async def agi_by_its_whole_url(ami: AmiClient, pbx: Asterisk) -> None:
    watch = Watch(ami)
    url = f"agi://127.0.0.1:{pbx.agi_port}/demo,one,two"
    await originate(ami, "Local/run@fastagi-url", variables={"AGI_URL": url})
    await watch.user_event("Agi", lambda event: event.get("Context") == "fastagi-url")


async def agi_over_ami(ami: AmiClient) -> None:
    async with Call(ami, "Local/asyncagi@scenarios") as call:
        start = await call.sees_one_called("AsyncAGIStart")
        await ami.send("AGI", {"Channel": start["Channel"], "Command": "VERBOSE hello 1", "CommandID": "first"})
        await call.sees_one_called("AsyncAGIExec")


async def spying(ami: AmiClient) -> None:
    async with (
        Call(ami, "Local/music@scenarios", "echo") as call,
        Call(ami, "Local/spy@scenarios", SPY=str(call.response.channel)) as spy,
    ):
        await spy.watch.wait_for(
            AmiEvent, lambda event: event.name == "ChanSpyStart" and event["SpyeeLinkedid"] == call.response.uniqueid
        )


async def parking(ami: AmiClient) -> None:
    async with Call(ami, "Local/park@scenarios") as parked:
        space = (await parked.sees_one_called("ParkedCall"))["ParkingSpace"]
        async with Call(ami, "Local/retrieve@scenarios", SPACE=space) as retrieving:
            await retrieving.sees_one_called("UnParkedCall")


async def picking_up(ami: AmiClient) -> None:
    called = Watch(ami)
    calling = await originate(ami, "Local/ring@scenarios")
    await called.wait_for(Newstate, lambda event: event.channel.startswith("Local/ring@scenarios"))
    async with Call(ami, "Local/pickup@scenarios", PICKUP="ring@scenarios") as call:
        await call.sees_one_called("Pickup")
        assert (await called.answer(calling)).is_success


async def an_agent(ami: AmiClient) -> None:
    async with Call(ami, "Local/agentlogin@scenarios", "music") as agent:
        # For its first five seconds an agent is on probation (app_agent_pool).
        await agent.sees(
            DeviceStateChange, lambda event: event.device == "Agent:1001" and event.state is DeviceState.NOT_IN_USE
        )
        async with Call(ami, "Local/agentrequest@scenarios", "music") as request:
            await request.sees(BridgeEnter)
    await agent.sees_one_called("AgentLogoff")


async def hints(ami: AmiClient) -> None:
    watch = Watch(ami)
    await ami.send("Setvar", {"Variable": "DEVICE_STATE(Custom:hints)", "Value": "RINGING"})
    await watch.wait_for(DeviceStateChange, lambda event: event.state is DeviceState.RINGING)
    await watch.wait_for(ExtensionStatus, lambda event: event.exten == "hints")
    await ami.send("Setvar", {"Variable": "PRESENCE_STATE(CustomPresence:hints)", "Value": "away,lunch,back soon"})
    await watch.wait_for(AmiEvent, lambda event: event.name == "PresenceStatus")


async def transferring(ami: AmiClient, action: str, told_as: str) -> None:
    async with Call(ami, "Local/bridge@dial") as call:
        await call.sees(BridgeEnter, lambda event: event.bridge_num_channels == 2)
        ours = await call.sees(BridgeEnter, lambda event: event.channel.startswith("Local/answer@"))
        await ami.send(action, {"Channel": ours.channel, "Context": "scenarios", "Exten": "600"})
        if action == "Atxfer":
            # Two bridges now; whoever transfers leaves, and they become one.
            await call.watch.wait_for(
                BridgeEnter,
                lambda event: event.channel == ours.channel and event.bridge_uniqueid != ours.bridge_uniqueid,
            )
            await ami.send("Hangup", {"Channel": ours.channel})
        await call.watch.wait_for(AmiEvent, lambda event: event.name == told_as)


async def test_every_event_of_every_scenario_can_be_read_whole(
    our_pbx: Asterisk, ami: AmiClient, agi_server: None, event_table: EventTable
) -> None:
    del agi_server
    watch = Watch(ami)
    async with asyncio.TaskGroup() as scenarios:
        for channel, exten in BRIEF.items():
            scenarios.create_task(brief(ami, channel, exten), name=channel)
        for channel, event_name in LASTING.items():
            scenarios.create_task(lasting(ami, channel, event_name), name=channel)
        for channel in UNANSWERED:
            scenarios.create_task(unanswered(ami, channel), name=channel)
        for scenario in (agi_over_ami, spying, parking, picking_up, an_agent, hints):
            scenarios.create_task(scenario(ami), name=scenario.__name__)
        scenarios.create_task(agi_by_its_whole_url(ami, our_pbx))
        scenarios.create_task(transferring(ami, "BlindTransfer", "BlindTransfer"))
        scenarios.create_task(transferring(ami, "Atxfer", "AttendedTransfer"))
    # What transfers left behind.
    await ami.send("Hangup", {"Channel": "/.*/"})
    await mark(ami, watch)
    await watch.until(lambda: not watch.open_channels())

    assert ami.epoch == 1
    assert {event.get("UserEvent") for event in watch.of(UserEvent)} >= {"Agi", "Dial", "Flood", "Queue", "Stasis"}
    # The second line of a variable's value, in the `variables` scenario.
    assert {line for event in watch.events for line in event.junk} == {"two"}
    assert read_all(watch.events, event_table) == set()
