"""Every operation of ARI, once each on a real Asterisk, its answer held against what Asterisk documents.

Most succeed. Where one cannot (a transfer without a transfer), its refusal has to be one of those documented.
"""

import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import suppress
from typing import Any, TypeVar

import pytest

from asterisk_py_ari import ChannelState, Credentials, DeviceState, HangupCause, RequestRejectedError
from asterisk_py_ari.client import AriClient
from asterisk_py_ari.events import (
    ChannelDestroyed,
    ChannelUserevent,
    Dial,
    PlaybackStarted,
    RecordingFinished,
    RecordingStarted,
    StasisEnd,
    StasisStart,
)
from asterisk_py_ari.models import Channel
from asterisk_py_ari.protocol.operation import Operation
from asterisk_py_ari.protocol.requests import Request
from asterisk_py_ari.resources import Resource
from tests.live.ari import client, next_event, next_of
from tools.asterisk import Asterisk
from tools.generate_ari.description import parse

T = TypeVar("T")

# The client's own connection.
CONNECTION = "events.eventWebsocket"
# Answered otherwise than documented, in spite of what the test does.
UNDOCUMENTED = {
    # Debian's package lacks res_ari_mailboxes.so, so the path is not there; 404 is documented for the others only.
    ("mailboxes.list", 404),
}
# An object that may be changed has to be in memory; pjsip.conf is read only.
SORCERY = {"sorcery.conf": "[res_pjsip]\nauth=memory\n"}


class Recorder(AriClient):
    """Notes how each operation was answered."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.answers: list[tuple[str, int]] = []
        self.decoder = self._decoder

    async def call(self, request: Request, result: Any = None, *, timeout: float | None = None) -> Any:
        try:
            answer = await super().call(request, result, timeout=timeout)
        except RequestRejectedError as error:
            self.answers.append((request.operation, getattr(error, "status", 0)))
            raise
        self.answers.append((request.operation, 200))
        return answer


def operations(ari: AriClient) -> Iterator[Operation]:
    for resource in vars(ari).values():
        if isinstance(resource, Resource):
            yield from resource.operations


@pytest.fixture
async def ari(own_pbx_with: Any) -> AsyncIterator[Recorder]:
    pbx = own_pbx_with(SORCERY)
    user = pbx.user("ari")
    credentials = Credentials(user.username, user.secret)
    url = f"http://{pbx.host}:{pbx.http_port}"
    async with Recorder(url, app=("operations", "elsewhere"), credentials=credentials) as connected:
        yield connected


# --- what there is ---------------------------------------------------------------------------------------------------


async def test_the_operations_are_those_of_the_running_server(pbx: Asterisk, operation_table: Any) -> None:
    async with client(pbx, app="operations") as ari:
        index = json.loads(await document(ari, "resources"))
        names = [api["path"].rpartition("/")[2].partition(".")[0] for api in index["apis"]]
        served = parse({name: json.loads(await document(ari, name)) for name in names})
        ours = {
            (f"{name}.{nickname}", operation.method)
            for operation in operations(ari)
            for name in [asterisk_name(operation.name.partition(".")[0])]
            for nickname in operation.stands_for
        }

    theirs = {(operation.name, operation.method) for operation in served.operations}
    operation_table.served = len(theirs)
    assert ours | {(CONNECTION, "GET")} == theirs
    assert len(theirs) == len(served.operations) == 109


def asterisk_name(resource: str) -> str:
    first, *others = ({"event_resource": "events"}.get(resource, resource)).split("_")
    return first + "".join(map(str.title, others))


async def document(ari: AriClient, name: str) -> bytes:
    return await ari.call(Request(operation="api-docs.get", method="GET", path=f"/api-docs/{name}.json"), bytes)


# --- all of it, once -------------------------------------------------------------------------------------------------


async def test_every_operation_is_answered_as_documented(ari: Recorder, operation_table: Any) -> None:
    await of_asterisk(ari)
    await of_applications(ari)
    channel = await in_stasis(ari)
    await of_channels(ari, channel)
    await of_media(ari, channel)
    await of_recordings(ari, channel)
    await of_bridges(ari, channel)
    await of_the_rest(ari, channel)
    await of_making_and_leaving(ari, channel)

    documented = {operation.name: operation.refusals for operation in operations(ari)}
    operation_table.answers = Counter(ari.answers)
    assert {name for name, _ in ari.answers} == documented.keys()
    assert [
        (name, status)
        for name, status in ari.answers
        if status != 200 and status not in documented[name] and (name, status) not in UNDOCUMENTED
    ] == []
    assert (ari.decoder.unknown, ari.decoder.misfitting, ari.decoder.junk) == (0, 0, 0)


async def refused(awaitable: Awaitable[T]) -> None:
    """Carry out what may be refused: the answer is noted, and looked at in the end."""
    with suppress(RequestRejectedError):
        await awaitable


async def in_stasis(ari: Recorder, endpoint: str = "Local/answer@scenarios") -> Channel:
    channel = ari.channel()
    async with channel.events(StasisStart) as starts:
        await channel.originate(endpoint, app="operations", app_args="a,b c", timeout=10, variables={"A": "1"})
        started = await next_event(starts)
    assert started.args == ["a", "b c"]
    found: Channel = started.channel
    assert found.state is ChannelState.UP
    return found


async def of_asterisk(ari: Recorder) -> None:
    asterisk = ari.asterisk
    assert (await asterisk.ping()).ping == "pong"
    info = await asterisk.get_info(only=["system", "status"])
    assert info.system is not None
    assert info.build is None
    assert "app_milliwatt.so" in [module.name for module in await asterisk.list_modules()]
    assert (await asterisk.get_module("app_milliwatt.so")).status == "Running"
    await asterisk.unload_module("app_milliwatt.so")
    await asterisk.load_module("app_milliwatt.so")
    await asterisk.reload_module("res_musiconhold.so")
    await asterisk.add_log("operations", "notice,warning")
    assert [log for log in await asterisk.list_log_channels() if log.channel.endswith("/operations")]
    await asterisk.delete_log("operations")
    # A log that was rotated cannot be deleted.
    await asterisk.add_log("operations", "notice,warning")
    await asterisk.rotate_log("operations")
    value = "a,b \N{BLACK TELEPHONE}"
    await asterisk.set_global_var("OPERATIONS", value=value)
    assert (await asterisk.get_global_var("OPERATIONS")).value == value
    fields = {"auth_type": "userpass", "username": "operations", "password": "x"}
    await asterisk.update_object("res_pjsip", "auth", "operations", fields=fields)
    found = await asterisk.get_object("res_pjsip", "auth", "operations")
    assert ("username", "operations") in [(each.attribute, each.value) for each in found]
    await asterisk.delete_object("res_pjsip", "auth", "operations")


async def of_applications(ari: Recorder) -> None:
    applications = ari.applications
    assert {application.name for application in await applications.list()} == {"operations", "elsewhere"}
    subscribed = await applications.subscribe("operations", ["endpoint:PJSIP/phone", "deviceState:Stasis:lamp"])
    assert (subscribed.endpoint_ids, subscribed.device_names) == (["PJSIP/phone"], ["Stasis:lamp"])
    left = await ari.application("operations").unsubscribe("endpoint:PJSIP/phone")
    assert left.endpoint_ids == []
    chosen = await applications.filter("elsewhere", filter={"disallowed": [{"type": "ChannelVarset"}]})
    assert chosen.events_disallowed == [{"type": "ChannelVarset"}]
    assert (await applications.get("elsewhere")).events_disallowed == chosen.events_disallowed


async def of_channels(ari: Recorder, channel: Channel) -> None:
    assert channel in await ari.channels.list()
    assert (await channel.get()).name == channel.name
    await channel.set_var("B", value="2", report_events=True)
    assert (await channel.get_var("B")).value == "2"
    await channel.set_vars({"C": "a,b", "D": {"value": "4", "report_events": True}})
    wanted = ["C", "D", "LEN(a,b)", "CHANNEL(state)"]
    assert (await channel.get_vars(wanted)).variables == {"C": "a,b", "D": "4", "LEN(a,b)": "3", "CHANNEL(state)": "Up"}
    await channel.answer()
    await channel.ring()
    await channel.ring_stop()
    await channel.progress()
    await channel.mute(direction="in")
    await channel.unmute(direction="in")
    await channel.hold()
    await channel.unhold()
    await channel.start_moh(moh_class="default")
    await channel.stop_moh()
    await channel.start_silence()
    await channel.stop_silence()
    await channel.send_dtmf(dtmf="1", duration=0.1, between=0.1)
    await refused(channel.transfer_progress("channel_answered"))
    await refused(channel.redirect("PJSIP/phone"))


async def of_media(ari: Recorder, channel: Channel) -> None:
    playback = ari.playback()
    async with playback.events(PlaybackStarted) as starts:
        played = await channel.play(["tone:ring", "sound:beep"], playback_id=playback, lang="en", offset=0, skip=1.0)
        assert played == playback
        assert played.next_media_uri == "sound:beep"
        await next_event(starts)
    assert (await playback.get()).target_uri == f"channel:{channel.id}"
    await refused(playback.control("restart"))
    await playback.stop()


async def of_recordings(ari: Recorder, channel: Channel) -> None:
    recording = ari.live_recording()
    async with recording.events(RecordingStarted, RecordingFinished) as events:
        await channel.record("wav", name=recording, beep=False, max_duration_seconds=30, if_exists="overwrite")
        assert isinstance(await next_event(events), RecordingStarted)
        assert (await recording.get()).state == "recording"
        await recording.pause()
        await recording.unpause()
        await recording.mute()
        await recording.unmute()
        await recording.stop()
        assert isinstance(await next_event(events), RecordingFinished)
    stored = ari.stored_recording(recording.name)
    assert stored in await ari.recordings.list_stored()
    assert (await stored.get()).format == "wav"
    assert (await stored.get_file()).startswith(b"RIFF")
    copy = await stored.copy("operations-copy")
    await copy.delete()
    await stored.delete()
    await record_and_cancel(channel)


async def record_and_cancel(owner: Any) -> None:
    async with owner.events(RecordingStarted) as starts:
        recording = await owner.record("wav")
        await next_event(starts)
    await recording.cancel()


async def of_bridges(ari: Recorder, channel: Channel) -> None:
    bridge = await ari.bridges.create(type="mixing,dtmf_events", name="operations", variables={"A": "1"})
    assert bridge in await ari.bridges.list()
    assert (await bridge.get()).name == "operations"
    await bridge.set_var("B", value="2")
    assert (await bridge.get_var("B")).value == "2"
    await bridge.set_vars({"C": "3"})
    assert (await bridge.get_vars(["A", "B", "C"])).variables == {"A": "1", "B": "2", "C": "3"}
    await bridge.add_channel(channel, role="participant")
    assert (await bridge.get()).channels == [channel.id]
    await refused(bridge.set_video_source(channel))
    await refused(bridge.clear_video_source())
    async with bridge.events(PlaybackStarted) as starts:
        playback = await bridge.play("tone:ring", lang="en")
        await next_event(starts)
    await playback.stop()
    await record_and_cancel(bridge)
    await bridge.start_moh(moh_class="default")
    await bridge.stop_moh()
    await bridge.remove_channel(channel)
    await bridge.destroy()


async def of_the_rest(ari: Recorder, channel: Channel) -> None:
    lamp = ari.device_state("Stasis:operations")
    await lamp.update(DeviceState.IN_USE)
    assert (await lamp.get()).state is DeviceState.IN_USE
    assert lamp in await ari.device_states.list()
    await lamp.delete()
    phone = ari.endpoint("PJSIP", "phone")
    assert phone in await ari.endpoints.list()
    assert phone in await ari.endpoints.list_by_tech("PJSIP")
    assert (await phone.get()).state == "offline"
    await refused(phone.send_message("sip:a@example.org", body="x", variables={"X-A": "1"}))
    await refused(phone.refer("sip:a@example.org", "sip:b@example.org"))
    await refused(ari.endpoints.send_message("pjsip:phone", "sip:a@example.org", body="x"))
    await refused(ari.endpoints.refer("pjsip:phone", "sip:a@example.org", "sip:b@example.org"))
    mailbox = ari.mailbox("operations")
    await refused(mailbox.update(1, 2))
    await refused(ari.mailboxes.list())
    await refused(mailbox.get())
    await refused(mailbox.delete())
    assert "beep" in [sound.id for sound in await ari.sounds.list(lang="en", format="gsm")]
    assert (await ari.sound("beep").get()).formats
    async with channel.events(ChannelUserevent) as events:
        variables = {"number": 1, "deep": {"a": [None]}}
        await ari.event_resource.user_event("tick", "operations", source=f"channel:{channel.id}", variables=variables)
        happened = await next_event(events)
    assert (happened.eventname, happened.userevent["deep"]) == ("tick", {"a": [None]})
    await refused(ari.event_resource.claim_channel(channel, "operations"))


async def of_making_and_leaving(ari: Recorder, channel: Channel) -> None:
    snoop = await channel.snoop("elsewhere", spy="both", whisper="none")
    await snoop.hangup(reason="normal")
    made = ari.channel()
    async with made.events(StasisStart, Dial, ChannelDestroyed) as events:
        await made.create("Local/answer@scenarios", "operations", variables={"A": "1"})
        assert isinstance(await next_event(events), StasisStart)
        await made.dial(timeout=10)
        assert isinstance(await next_event(events), Dial)
        await made.hangup(reason_code=HangupCause.USER_BUSY)
        ended = await next_of(events, ChannelDestroyed)
    assert ended.cause is HangupCause.USER_BUSY
    media = await ari.channels.external_media("operations", "ulaw", external_host="127.0.0.1:9", direction="both")
    await refused(media.rtp_statistics())
    await media.hangup()
    sip = await in_stasis(ari, "PJSIP/answer@loop")
    statistics = await sip.rtp_statistics()
    assert statistics.channel_uniqueid == sip.id
    await sip.hangup()
    async with channel.events(StasisStart, StasisEnd) as events:
        await channel.move("elsewhere", app_args="moved")
        event = await next_of(events, StasisStart)
        assert (event.application, event.args) == ("elsewhere", ["moved"])
        await channel.continue_in_dialplan(context="scenarios", extension="short", priority=1)
        await next_of(events, StasisEnd)
