"""Every action of Asterisk's documentation, sent once by its class to an Asterisk that has something to do it with."""

import asyncio
import contextlib
import socket
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, Final

import pytest

from asterisk_py_ami import (
    AmiClient,
    RequestRejectedError,
    UnknownActionError,
    actions,
    events,
)
from asterisk_py_ami.protocol.action import Action, ListAction
from tests.live.ami import LIMIT, Call, Watch, client, mark, read_all, within
from tests.live.tables import EventTable, OutcomeTable
from tools.asterisk import Asterisk

_HARDWARE: Final = "needs telephony cards: chan_dahdi is built for their driver alone"
LEFT_OUT: Final = {
    "DAHDIDNDoff": _HARDWARE,
    "DAHDIDNDon": _HARDWARE,
    "DAHDIDialOffhook": _HARDWARE,
    "DAHDIHangup": _HARDWARE,
    "DAHDIRestart": _HARDWARE,
    "DAHDIShowChannels": _HARDWARE,
    "DAHDIShowStatus": _HARDWARE,
    "DAHDITransfer": _HARDWARE,
    "PRIDebugFileSet": _HARDWARE,
    "PRIDebugFileUnset": _HARDWARE,
    "PRIDebugSet": _HARDWARE,
    "PRIShowSpans": _HARDWARE,
    "IAXnetstats": "is answered with text for the command line and no Response (channels/chan_iax2.c)",
}

# What the Asterisk of the tests lacks a module for, and why. Everything else must succeed.
NOT_LOADED: Final = {
    "JabberSend": "res_xmpp needs a server to talk to",
    "MeetmeList": "app_meetme needs DAHDI",
    "MeetmeListRooms": "app_meetme needs DAHDI",
    "MeetmeMute": "app_meetme needs DAHDI",
    "MeetmeUnmute": "app_meetme needs DAHDI",
    "MWIDelete": "res_mwi_external and app_voicemail exclude each other",
    "MWIGet": "res_mwi_external and app_voicemail exclude each other",
    "MWIUpdate": "res_mwi_external and app_voicemail exclude each other",
}

CONFIG: Final = {
    # Nobody is there to register with.
    "iax.conf": "[general]\nbindaddr = 127.0.0.1\nbindport = {iax_port}\nregister => tour:secret@127.0.0.1:9\n"
    "[tour]\ntype = peer\nhost = 127.0.0.1",
    "sorcery.conf": "[res_pjsip]\n"
    "endpoint/cache = memory_cache,name=endpoints,full_backend_cache=yes\n"
    "endpoint = config,pjsip.conf,criteria=type=endpoint\n"
    "aor/cache = memory_cache,name=aors\n"
    "aor = config,pjsip.conf,criteria=type=aor",
    "pjsip.conf": "[elsewhere]\ntype = registration\ntransport = loopback\n"
    "server_uri = sip:127.0.0.1:9\nclient_uri = sip:test@127.0.0.1:9\nretry_interval = 3600",
    "queuerules.conf": "[patience]\npenaltychange => 30,+3",
}


class Tour:
    """Sends actions and keeps what became of each."""

    def __init__(self, ami: AmiClient, table: OutcomeTable) -> None:
        self.ami = ami
        self.table = table
        self.watch = Watch(ami)

    async def ask(self, action: Action, *, ami: AmiClient | None = None) -> Any:
        """Send *action*; returns its response or the items of its list, None if it was refused."""
        ami = ami or self.ami
        answer: Any = None
        try:
            if isinstance(action, ListAction):
                answer = await within(ami.collect(action))
                row = "success", f"{len(answer)} items"
            else:
                answer = await within(ami.send(action))
                row = "success", answer.message
        except UnknownActionError as error:
            row = "not loaded", str(error)
        except RequestRejectedError as error:
            row = "rejected", error.reason
        # A refusal does not hide behind a success, nor a success behind a refusal.
        if self.table.get(action.name, row)[0] == row[0]:
            self.table[action.name] = row
        else:
            self.table[action.name] = "differs", f"{self.table[action.name]} and {row}"
        return answer

    @contextlib.asynccontextmanager
    async def call(self, channel: str, exten: str = "music", **variables: str) -> AsyncIterator[Call]:
        """Make a call that lasts as long as the block around it."""
        async with Call(self.ami, channel, exten, **variables) as call:
            yield call


def other_end(call: Call) -> str:
    """Return the half of a Local channel that runs the dialplan which was called."""
    return f"{call.channel[:-1]}2"


async def the_server(tour: Tour) -> None:
    for action in (
        actions.Ping(),
        actions.Challenge("MD5"),
        actions.Command("core show uptime"),
        actions.CoreSettings(),
        actions.CoreStatus(),
        actions.ListCommands(),
        actions.LoggerRotate(),
        actions.ModuleCheck("app_queue"),
        actions.ModuleLoad("load", module="chan_iax2.so"),
        actions.Reload(module="features"),
        actions.Events("on"),
        actions.Filter("Add", filter="!Event: NeverSeen"),
        actions.UserEvent("Tour", fields={"Key": "value"}),
        actions.WaitEvent(1),
        actions.IAXpeerlist(),
        actions.IAXpeers(),
        actions.IAXregistry(),
        actions.JabberSend("account", "somebody@localhost", "hello"),
        actions.MeetmeList(),
        actions.MeetmeListRooms(),
        actions.MeetmeMute("100", 1),
        actions.MeetmeUnmute("100", 1),
        actions.MWIUpdate("100@default", old_messages=1, new_messages=2),
        actions.MWIGet("100@default"),
        actions.MWIDelete("100@default"),
    ):
        await tour.ask(action)


async def configuration(tour: Tour) -> None:
    for action in (
        actions.CreateConfig("tour.conf"),
        actions.UpdateConfig("tour.conf", "tour.conf", changes=[{"Action": "NewCat", "Cat": "general"}]),
        actions.ListCategories("tour.conf"),
        actions.GetConfig("queues.conf"),
        actions.GetConfigJSON("queues.conf"),
        actions.DBPut("tour", "key", val="value"),
        actions.DBGet("tour", "key"),
        actions.DBGetTree(family="tour"),
        actions.DBDel("tour", "key"),
        actions.DBPut("tour", "other", val="value"),
        actions.DBDelTree("tour"),
        actions.Setvar("TOUR", "value"),
        actions.Getvar("TOUR"),
        actions.DialplanExtensionAdd("tour", "100", 1, "NoOp"),
        actions.ShowDialPlan(context="tour"),
        actions.DialplanExtensionRemove("tour", "100"),
        actions.DeviceStateList(),
        actions.ExtensionState("hints", "scenarios"),
        actions.ExtensionStateList(),
        actions.PresenceState("CustomPresence:hints"),
        actions.PresenceStateList(),
        actions.SorceryMemoryCachePopulate("endpoints"),
        actions.SorceryMemoryCacheStale("endpoints"),
        actions.SorceryMemoryCacheExpire("endpoints"),
    ):
        await tour.ask(action)


async def one_channel(tour: Tour) -> None:
    async with tour.call("Local/answer@scenarios/n") as call:
        channel, other = call.channel, other_end(call)
        for action in (
            actions.AbsoluteTimeout(channel, 600),
            actions.AOCMessage("D", channel=channel, charge_type="FREE"),
            actions.ControlPlayback(channel, "pause"),
            actions.CoreShowChannels(),
            actions.CoreShowChannelMap(channel),
            actions.MixMonitor(channel, file="tour.wav"),
            actions.MixMonitorMute(channel, "both", state=True),
            actions.StopMixMonitor(channel),
            actions.MuteAudio(channel, "all", state=True),
            actions.PlayDTMF(channel, "1"),
            actions.PlayMF(channel, "1"),
            actions.SendFlash(channel),
            actions.SendText(channel, "hello"),
            actions.Status(channel=channel),
            actions.LocalOptimizeAway(channel),
            actions.Redirect(channel, "music", "scenarios", 1),
            actions.Hangup(other),
        ):
            await tour.ask(action)


async def asynchronous_agi(tour: Tour) -> None:
    async with tour.call("Local/asyncagi@scenarios", "answer") as call:
        start = await call.sees_one_called("AsyncAGIStart")
        await tour.ask(actions.AGI(start["Channel"], "VERBOSE hello 1", command_id="first"))
        await call.sees_one_called("AsyncAGIExec")


async def bridges(tour: Tour) -> None:
    watch = Watch(tour.ami)
    async with tour.call("Local/answer@scenarios/n") as one, tour.call("Local/answer@scenarios/n") as two:
        await tour.ask(actions.Bridge(one.channel, two.channel))
        entered = await watch.wait_for(events.BridgeEnter, lambda event: event.uniqueid == two.response.uniqueid)
        for action in (
            actions.BridgeList(),
            actions.BridgeInfo(entered.bridge_uniqueid),
            actions.BridgeKick(one.channel),
            actions.BridgeTechnologyList(),
            actions.BridgeTechnologySuspend("softmix"),
            actions.BridgeTechnologyUnsuspend("softmix"),
        ):
            await tour.ask(action)
    async with tour.call("Local/bridgewait@scenarios") as waiting:
        held = await waiting.sees(events.BridgeEnter)
        await tour.ask(actions.BridgeDestroy(held.bridge_uniqueid))


async def conferences(tour: Tour) -> None:
    async with tour.call("Local/conference@scenarios") as call:
        joined = await call.sees_one_called("ConfbridgeJoin")
        for action in (
            actions.ConfbridgeListRooms(),
            actions.ConfbridgeList("100"),
            actions.ConfbridgeLock("100"),
            actions.ConfbridgeUnlock("100"),
            actions.ConfbridgeMute("100", joined["Channel"]),
            actions.ConfbridgeUnmute("100", joined["Channel"]),
            actions.ConfbridgeSetSingleVideoSrc("100", joined["Channel"]),
            actions.ConfbridgeStartRecord("100"),
            actions.ConfbridgeStopRecord("100"),
            actions.ConfbridgeKick("100", joined["Channel"]),
        ):
            await tour.ask(action)


async def transfers(tour: Tour) -> None:
    for action in (actions.BlindTransfer, actions.Atxfer):
        async with tour.call("Local/bridge@dial", "answer") as call:
            await call.sees(events.BridgeEnter, lambda event: event.bridge_num_channels == 2)
            ours = await call.sees(events.BridgeEnter, lambda event: event.channel.startswith("Local/answer@"))
            await tour.ask(action(ours.channel, "600", context="scenarios"))
            if action is actions.BlindTransfer:
                await call.watch.wait_for(events.BlindTransfer)
                continue
            # He has left the bridge to ask first.
            await call.sees(events.BridgeLeave)
            await tour.ask(actions.CancelAtxfer(ours.channel))
    # What a blind transfer left behind.
    await tour.ami.send(actions.Hangup("/.*/"))


async def parking(tour: Tour) -> None:
    async with tour.call("Local/answer@scenarios/n") as call:
        await tour.ask(actions.Park(call.channel, parkinglot="default"))
        await call.sees_one_called("ParkedCall")
        await tour.ask(actions.ParkedCalls())
        await tour.ask(actions.Parkinglots())


async def queues(tour: Tour) -> None:
    member = "Local/tour@members"
    for action in (
        actions.QueueAdd("support", member, penalty=1, member_name="Tour"),
        actions.QueuePause(member, paused=True, queue="support"),
        actions.QueuePenalty(member, 2, queue="support"),
        actions.QueueMemberRingInUse(member, ring_in_use=False, queue="support"),
        actions.QueueLog("support", "TOUR", message="hello"),
        actions.QueueRule(rule="patience"),
        actions.QueueStatus(queue="support"),
        actions.QueueSummary(queue="support"),
        actions.QueueReset(queue="support"),
        actions.QueueReload(queue="support", parameters=True),
        actions.QueueRemove("support", member),
    ):
        await tour.ask(action)
    async with tour.call("Local/queueunanswered@scenarios") as call:
        caller = (await call.sees_one_called("QueueCallerJoin"))["Channel"]
        await tour.ask(actions.QueueChangePriorityCaller("unanswered", caller, 5))
        await tour.ask(actions.QueueWithdrawCaller("unanswered", caller))


async def an_agent(tour: Tour) -> None:
    async with tour.call("Local/agentlogin@scenarios") as agent:
        await agent.sees_one_called("AgentLogin")
        await tour.ask(actions.Agents())
        await tour.ask(actions.AgentLogoff("1001"))
        await agent.sees_one_called("AgentLogoff")


async def sip(tour: Tour) -> None:
    for action in (
        actions.PJSIPShowAors(),
        actions.PJSIPShowAuths(),
        actions.PJSIPShowContacts(),
        actions.PJSIPShowEndpoint("loop"),
        actions.PJSIPShowEndpoints(),
        actions.PJSIPShowRegistrationInboundContactStatuses(),
        actions.PJSIPShowRegistrationsInbound(),
        actions.PJSIPShowRegistrationsOutbound(),
        actions.PJSIPShowResourceLists(),
        actions.PJSIPShowSubscriptionsInbound(),
        actions.PJSIPShowSubscriptionsOutbound(),
        actions.PJSIPQualify("loop"),
        actions.PJSIPNotify(endpoint="loop", variables={"Event": "check-sync"}),
        actions.PJSIPSetMaintenance("loop", state=True),
        actions.PJSIPShowMaintenance(),
        actions.PJSIPSetMaintenance("loop", state=False),
        actions.PJSIPRegister("elsewhere"),
        actions.PJSIPUnregister("elsewhere"),
        actions.MessageSend(destination="pjsip:loop", from_uri="sip:tour@127.0.0.1", body="hello"),
    ):
        await tour.ask(action)
    # The object is in its cache by now.
    await tour.ask(actions.SorceryMemoryCacheStaleObject("aors", "loop"))
    await tour.ask(actions.SorceryMemoryCacheExpireObject("aors", "loop"))
    async with tour.call("PJSIP/answer@loop") as call:
        await tour.ask(actions.PJSIPHangup(call.channel, 16))


async def voicemail(tour: Tour) -> None:
    await tour.ask(actions.MailboxCount("100@default"))
    await tour.ask(actions.MailboxStatus("100@default"))
    watch = Watch(tour.ami)
    async with tour.call("Local/voicemail@scenarios"):
        await watch.wait_for(events.MessageWaiting)
    await tour.ask(actions.VoicemailUsersList())
    await tour.ask(actions.VoicemailUserStatus("default", "100"))
    message = await tour.ask(actions.VoicemailBoxSummary("default", "100"))
    number = message[0].id
    await tour.ask(actions.VoicemailForward("default", "100", "INBOX", number, "default", "100", "Old"))
    await tour.ask(actions.VoicemailMove("default", "100", "INBOX", number, "Work"))
    await tour.ask(actions.VoicemailRemove("default", "100", "Work", number))
    await tour.ask(actions.VoicemailRefresh(context="default", mailbox="100"))


async def a_fax(tour: Tour) -> None:
    await tour.ask(actions.FAXStats())
    async with tour.call("Local/fax@scenarios") as call:
        await call.sees(events.Newexten, lambda event: event.application == "ReceiveFAX")
        sessions: list[events.FAXSessionsEntry] = []
        async with asyncio.timeout(LIMIT):
            while not sessions:  # No event tells that the session has begun.
                sessions = await tour.ask(actions.FAXSessions())
        await tour.ask(actions.FAXSession(sessions[0].session_number))


async def coming_and_going(tour: Tour, pbx: Asterisk) -> None:
    watch = Watch(tour.ami)
    response = await tour.ask(
        actions.Originate("Local/short@scenarios", context="scenarios", exten="short", priority=1)
    )
    await watch.call_over(response.action_id)
    async with client(pbx) as leaving:
        await tour.ask(actions.Logoff(), ami=leaving)


ALL: Final[tuple[Callable[[Tour], Any], ...]] = (
    the_server,
    configuration,
    one_channel,
    asynchronous_agi,
    bridges,
    conferences,
    transfers,
    parking,
    queues,
    an_agent,
    sip,
    voicemail,
    a_fax,
)


@pytest.fixture
def furnished_pbx(our_pbx: Asterisk) -> Iterator[Asterisk]:
    """An Asterisk that has what the actions ask for, for one test: they leave it changed."""
    del our_pbx  # Asked for its skip.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        iax_port = str(free.getsockname()[1])
    config = {name: text.replace("{iax_port}", iax_port) for name, text in CONFIG.items()}
    with Asterisk.start(extra_config=config) as asterisk:
        yield asterisk


async def test_every_action_that_needs_no_hardware_is_carried_out_or_refused_for_a_known_reason(
    furnished_pbx: Asterisk, action_table: OutcomeTable, event_table: EventTable
) -> None:
    async with client(furnished_pbx) as ami:
        tour = Tour(ami, action_table)
        for part in ALL:
            await part(tour)
        await coming_and_going(tour, furnished_pbx)
        await mark(ami, tour.watch)
        assert ami.epoch == 1

    described = {getattr(actions, name).name for name in actions.__all__}
    assert described - set(action_table) == set(LEFT_OUT)
    assert set(action_table) <= described
    became = defaultdict(set)
    for name, (what, words) in action_table.items():
        became[what].add(name if what in {"success", "not loaded"} else f"{name}: {words}")
    assert became.keys() == {"success", "not loaded"}, became
    assert became["not loaded"] == set(NOT_LOADED)
    assert read_all(tour.watch.events, event_table) == set()
