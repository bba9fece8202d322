"""The generated event classes, held against what Asterisk really sent."""

import inspect
import lzma
from collections.abc import Iterator
from pathlib import Path
from typing import assert_type

import pytest

from asterisk_py_ami import events
from asterisk_py_ami.protocol.codec import Decoder
from asterisk_py_ami.protocol.fields import Field, OptionalPart, Part, Snapshot
from asterisk_py_ami.protocol.message import AmiEvent, Message, event_class
from asterisk_py_ami.protocol.values import clock, measured, unless_global
from asterisk_py_ami.snapshot import ChannelSnapshot
from asterisk_py_core.domain import DeviceState, HangupCause, QueueStrategy
from asterisk_py_core.errors import AsteriskError

RECORDED = Path(__file__).parents[2] / "transcripts/ami-events.bin"
CORPUS = Path(__file__).parents[3] / "benchmarks/corpus/ami-events.bin.xz"
CLASSES: list[type[AmiEvent]] = [getattr(events, name) for name in events.__all__]


def recorded() -> list[AmiEvent]:
    messages = Decoder().receive_data(RECORDED.read_bytes())
    found = [message for message in messages if isinstance(message, AmiEvent)]
    assert len(found) == len(messages)
    return found


RECORDED_EVENTS = recorded()

every_recorded_event = pytest.mark.parametrize(
    "event", RECORDED_EVENTS, ids=[f"{number}-{event.name}" for number, event in enumerate(RECORDED_EVENTS)]
)


Declared = tuple[str, Field[object] | Part[Snapshot] | OptionalPart[Snapshot]]


_DECLARED: dict[type[object], list[Declared]] = {}


def declared(owner: type[object]) -> list[Declared]:
    if owner not in _DECLARED:
        members = [(name, inspect.getattr_static(owner, name)) for name in dir(owner)]
        _DECLARED[owner] = [member for member in members if isinstance(member[1], Field | Part | OptionalPart)]
    return _DECLARED[owner]


def headers_read(source: AmiEvent | Snapshot) -> Iterator[str]:
    """Read every attribute that *source* describes; yields the headers they stand for."""
    for name, value in declared(type(source)):
        found = getattr(source, name)
        if isinstance(found, Snapshot):
            yield from headers_read(found)
        elif isinstance(value, Field):
            yield value.header


@every_recorded_event
def test_every_attribute_of_a_recorded_event_reads(event: AmiEvent) -> None:
    assert type(event) is not AmiEvent
    assert list(headers_read(event)) or event.name == "WaitEventComplete"


def test_every_attribute_of_the_traffic_of_590_calls_reads() -> None:
    events = Decoder().receive_data(lzma.decompress(CORPUS.read_bytes()) + b"\r\n")
    assert len(events) == 25_394
    errors: set[str] = set()
    for event in events:
        assert isinstance(event, AmiEvent)
        assert (type(event) is not AmiEvent) == (event.name != "TestEvent")  # Only a build for Asterisk's own tests.
        try:
            list(headers_read(event))
        except AsteriskError as error:
            errors.add(str(error))
    assert errors == set()


# What any event may have, and a bridge with pictures. Status and UserEvent have what they are asked to have, too.
_NOT_ITS_OWN = {"Event", "Privilege", "Timestamp", "ActionID", "BridgeVideoSource"}


@every_recorded_event
def test_every_header_of_a_recorded_event_has_an_attribute(event: AmiEvent) -> None:
    if event.name not in {"Status", "UserEvent"}:
        assert {name for name, _ in event.headers} - _NOT_ITS_OWN - set(headers_read(event)) == set()


def test_the_sample_has_all_kinds_of_events_that_a_pbx_without_hardware_sends() -> None:
    assert len({event.name for event in RECORDED_EVENTS}) == 180


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_no_attribute_hides_what_all_messages_have(kind: type[AmiEvent]) -> None:
    own = {name for name, _ in declared(kind)}
    assert not own & {name for name in dir(Message) if not name.startswith("_")}
    assert "name" not in own


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_a_class_is_found_by_the_name_of_its_event(kind: type[AmiEvent]) -> None:
    name = kind(b"Event: other").name
    assert event_class(name) is kind
    assert "".join(filter(str.isalnum, name)) == kind.__name__


def test_the_names_on_the_wire_win_over_the_documented_ones() -> None:
    assert event_class("Newexten") is events.Newexten
    assert events.AsyncAGIExec.command_id.header == "CommandId"
    assert events.TransportDetail.async_operations.header == "AsyncOperations"
    assert events.QueueParams.servicelevel_perf.header == "ServicelevelPerf"


def event_of(name: str, *lines: str) -> bytes:
    return "\r\n".join([f"Event: {name}", *lines]).encode()


def test_words_and_numbers_of_queues_are_typed() -> None:
    member = events.QueueMember(event_of("QueueMember", "Name: Ann", "Status: 6", "Paused: 1", "Penalty: 3"))
    assert assert_type(member.status, DeviceState) is DeviceState.RINGING
    assert assert_type(member.paused, bool) is True
    assert assert_type(member.penalty, int) == 3
    assert (member.member_name, member.name) == ("Ann", "QueueMember")
    params = events.QueueParams(event_of("QueueParams", "Strategy: rrmemory", "ServicelevelPerf: 93.3"))
    assert assert_type(params.strategy, QueueStrategy) is QueueStrategy.ROUND_ROBIN
    assert assert_type(params.servicelevel_perf, float) == 93.3


def test_times_and_measurements_are_numbers() -> None:
    channel = events.CoreShowChannel(event_of("CoreShowChannel", "Duration: 27:03:05"))
    assert assert_type(channel.duration, int) == 27 * 3600 + 185
    contact = events.ContactStatusDetail(event_of("ContactStatusDetail", "RoundtripUsec: N/A", "QualifyTimeout: 3.000"))
    assert assert_type(contact.roundtrip_usec, int | None) is None
    assert contact.qualify_timeout == 3.0
    assert clock("00:00:59") == 59
    assert measured("336") == 336
    for text in ("1:2:3", "00:60:00", "soon", ""):
        with pytest.raises(ValueError, match="is not hours, minutes and seconds"):
            clock(text)


def test_a_global_variable_has_no_channel() -> None:
    event = events.VarSet(event_of("VarSet", "Channel: none", "Uniqueid: none", "Variable: A", "Value: none"))
    assert (event.channel, event.uniqueid, event.variable, event.value) == (None, None, "A", "none")
    assert unless_global("PJSIP/200-00000001") == "PJSIP/200-00000001"


def test_an_event_of_a_client_has_no_channel_and_one_of_the_dialplan_has_all_of_it() -> None:
    ours = events.UserEvent(event_of("UserEvent", "UserEvent: Mine", "Key: value"))
    assert (ours.channel, ours.linkedid, ours["Key"]) == (None, None, "value")
    theirs = events.UserEvent(event_of("UserEvent", "Channel: Local/1@a-1;2", "Priority: 3", "UserEvent: Mine"))
    assert (theirs.channel, theirs.priority) == ("Local/1@a-1;2", 3)


def test_a_queue_s_call_may_be_over_when_both_channels_are_gone() -> None:
    # As it came from 22.10.1 where both sides hung up at once.
    raw = event_of(
        "AgentComplete", "Privilege: agent,all", "Queue: support", "Interface: Local/agent1@members/n",
        "MemberName: Agent One", "HoldTime: 0", "TalkTime: 1", "Reason: caller",
    )  # fmt: skip
    over = events.AgentComplete(raw)
    assert (over.caller, over.dest, over.talk_time, over.reason) == (None, None, 1, "caller")
    (recorded,) = [event for event in RECORDED_EVENTS if isinstance(event, events.AgentComplete)]
    assert recorded.caller is not None


def test_a_transfer_has_the_channels_and_bridges_it_was_made_of() -> None:
    transfer = next(event for event in RECORDED_EVENTS if isinstance(event, events.AttendedTransfer))
    assert assert_type(transfer.orig_transferer, ChannelSnapshot).channel == transfer["OrigTransfererChannel"]
    assert transfer.orig_bridge is not None
    assert transfer.orig_bridge.bridge_uniqueid == transfer["OrigBridgeUniqueid"]
    assert transfer.local_one is None


def test_the_cause_of_a_hangup_request_is_the_hangup_s() -> None:
    event = events.HangupRequest(event_of("HangupRequest", "Cause: 17", "TechCause: 486"))
    assert assert_type(event.cause, HangupCause | None) is HangupCause.USER_BUSY
    assert event.tech_cause == "486"


def test_a_second_header_that_is_called_event_does_not_change_the_event_s_name() -> None:
    found = next(event for event in RECORDED_EVENTS if isinstance(event, events.ResourceListDetail))
    assert found.name == "ResourceListDetail"
    assert found.get_all("Event") == ["ResourceListDetail", "presence"]
