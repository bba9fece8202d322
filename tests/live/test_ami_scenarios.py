"""Every scenario of the dialplan once, all side by side: whatever Asterisk tells of them can be read."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

import pytest

from asterisk_py_ami import AmiClient, AmiEvent, ChannelState, DeviceState
from asterisk_py_ami.events import BridgeEnter, DeviceStateChange, ExtensionStatus, Hangup, MusicOnHoldStart, Newstate, OriginateResponse
from asterisk_py_ami.protocol.message import event_class
from tests.live.ami import LIMIT, Watch, mark, originate, read_everything
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


class Call:
    """A call under way, hung up and waited for on the way out."""

    def __init__(self, ami: AmiClient, channel: str, exten: str = "answer", **variables: str) -> None:
        self._ami = ami
        self._channel = channel
        self._exten = exten
        self._variables = variables
        self.watch = Watch(ami)
        self.response: OriginateResponse

    async def __aenter__(self) -> "Call":
        action_id = await originate(self._ami, self._channel, self._exten, variables=self._variables)
        self.response = await self.watch.answer(action_id)
        assert self.response.is_success, self.response
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._ami.send("Hangup", {"Channel": self.channel})
        await self.gone()

    @property
    def channel(self) -> str:
        assert self.response.channel is not None
        return self.response.channel

    async def gone(self) -> None:
        await self.watch.wait_for(Hangup, lambda event: event.uniqueid == self.response.uniqueid)

    async def joined(self) -> BridgeEnter:
        """Wait until both sides of this call are in a bridge, and return how the second came in."""
        return await self.watch.wait_for(
            BridgeEnter, lambda event: event.linkedid == self.response.uniqueid and event.bridge_num_channels == 2
        )

    async def sees(self, *names: str) -> AmiEvent:
        """Wait for an event of this call, or of nobody's in particular."""
        return await self.watch.wait_for(
            AmiEvent,
            lambda event: event.name in names and event.get("Linkedid") in {None, self.response.uniqueid},
        )


async def brief(ami: AmiClient, channel: str, exten: str) -> None:
    watch = Watch(ami)
    response = await watch.answer(await originate(ami, channel, exten))
    if response.is_success:
        await watch.wait_for(Hangup, lambda event: event.uniqueid == response.uniqueid)


async def lasting(ami: AmiClient, channel: str, event: str) -> None:
    async with Call(ami, channel) as call:
        await call.sees(event)


async def ringing(ami: AmiClient) -> None:
    watch = Watch(ami)
    response = await watch.answer(await originate(ami, "Local/ring@scenarios", timeout=0.5))
    assert not response.is_success


async def a_websocket_nobody_opens(ami: AmiClient) -> None:
    watch = Watch(ami)
    assert not (await watch.answer(await originate(ami, "WebSocket/INCOMING", timeout=0.5))).is_success


async def agi_by_its_whole_url(ami: AmiClient, pbx: Asterisk) -> None:
    watch = Watch(ami)
    url = f"agi://127.0.0.1:{pbx.agi_port}/demo,one,two"
    await originate(ami, "Local/run@fastagi-url", variables={"AGI_URL": url})
    await watch.user_event("Agi")


async def spying(ami: AmiClient) -> None:
    async with (
        Call(ami, "Local/music@scenarios", "echo") as call,
        Call(ami, "Local/spy@scenarios", SPY=call.channel) as spy,
    ):
        await spy.sees("ChanSpyStart")


async def parking(ami: AmiClient) -> None:
    async with Call(ami, "Local/park@scenarios") as parked:
        space = (await parked.sees("ParkedCall"))["ParkingSpace"]
        async with Call(ami, "Local/retrieve@scenarios", SPACE=space) as retriever:
            await retriever.sees("UnParkedCall")


async def picking_up(ami: AmiClient) -> None:
    called = Watch(ami)
    calling = await originate(ami, "Local/ring@scenarios")
    await called.wait_for(Newstate, lambda event: event.channel_state is ChannelState.RINGING)
    async with Call(ami, "Local/pickup@scenarios", PICKUP="ring@scenarios") as call:
        await call.sees("Pickup")
    # It is answered under the name of the channel that took its place.
    answered = await called.answer(calling)
    await ami.send("Hangup", {"Channel": answered.channel})


async def an_agent(ami: AmiClient) -> None:
    async with Call(ami, "Local/agentlogin@scenarios", "music") as agent:
        await agent.watch.wait_for(
            MusicOnHoldStart, lambda event: event.linkedid == agent.response.uniqueid and event.exten == "agentlogin"
        )
        async with Call(ami, "Local/agentrequest@scenarios", "music") as request:
            await request.sees("BridgeEnter")
    await agent.sees("AgentLogoff")


async def agi_over_ami(ami: AmiClient) -> None:
    async with Call(ami, "Local/asyncagi@scenarios") as call:
        start = await call.sees("AsyncAGIStart")
        await ami.send("AGI", {"Channel": start["Channel"], "Command": "VERBOSE hello 1", "CommandID": "first"})
        await call.sees("AsyncAGIExec")


async def hints(ami: AmiClient) -> None:
    watch = Watch(ami)
    await ami.send("Setvar", {"Variable": "DEVICE_STATE(Custom:hints)", "Value": "RINGING"})
    await watch.wait_for(DeviceStateChange, lambda event: event.state is DeviceState.RINGING)
    await watch.wait_for(ExtensionStatus, lambda event: event.exten == "hints")
    await ami.send("Setvar", {"Variable": "PRESENCE_STATE(CustomPresence:hints)", "Value": "away,lunch,back soon"})
    await watch.wait_for(AmiEvent, lambda event: event.name == "PresenceStatus")
    await ami.send("Setvar", {"Variable": "DEVICE_STATE(Custom:hints)", "Value": "NOT_INUSE"})


async def a_blind_transfer(ami: AmiClient) -> None:
    async with Call(ami, "Local/bridge@dial") as call:
        entered = await call.joined()
        await ami.send("BlindTransfer", {"Channel": entered.channel, "Context": "scenarios", "Exten": "600"})
        await call.sees("BlindTransfer")


async def an_attended_transfer(ami: AmiClient) -> None:
    async with Call(ami, "Local/bridge@dial") as call:
        entered = await call.joined()
        await ami.send("Atxfer", {"Channel": entered.channel, "Context": "scenarios", "Exten": "600"})
        await call.watch.wait_for(
            BridgeEnter, lambda event: event.channel == entered.channel and event.bridge_uniqueid != entered.bridge_uniqueid
        )
        await ami.send("Hangup", {"Channel": entered.channel})
        await call.sees("AttendedTransfer")


async def test_every_event_of_every_scenario_can_be_read_whole(
    our_pbx: Asterisk, ami: AmiClient, agi_server: None, event_table: Counter[tuple[str, bool]]
) -> None:
    del agi_server
    everything = Watch(ami)
    scenarios: dict[str, Awaitable[None]] = {
        **{channel: brief(ami, channel, exten) for channel, exten in BRIEF.items()},
        **{channel: lasting(ami, channel, event) for channel, event in LASTING.items()},
        "agi-url": agi_by_its_whole_url(ami, our_pbx),
        **{each.__name__: each(ami) for each in (ringing, a_websocket_nobody_opens, spying, parking, picking_up, an_agent, agi_over_ami, hints, a_blind_transfer, an_attended_transfer)},
    }
    ends = await asyncio.gather(*scenarios.values(), return_exceptions=True)
    for n,e in zip(scenarios,ends):
        if e is not None: print(n, type(e), e)
    await mark(ami, everything)
    await everything.until(lambda: not everything.open_channels())
    unreadable=Counter()
    for event in everything.events:
        assert type(event) is event_class(event.name)
        try: read_everything(event)
        except Exception as e: unreadable[f"{event.name} {e}"]+=1
        event_table[event.name, type(event) is not AmiEvent] += 1
    print(unreadable)
    assert 0
