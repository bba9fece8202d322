import pickle
from typing import assert_type

import pytest

from asterisk_py_ami.errors import HeaderValueError, MissingHeaderError
from asterisk_py_ami.events import BridgeMerge, DialBegin, DialEnd, Hangup, HangupRequest
from asterisk_py_ami.protocol.fields import field, optional
from asterisk_py_ami.protocol.message import AmiEvent
from asterisk_py_ami.protocol.values import flag, known
from asterisk_py_ami.snapshot import ChannelSnapshot
from asterisk_py_core.domain import ChannelState, DialStatus, HangupCause
from asterisk_py_core.errors import UnknownValueError


def hangup(*lines: str) -> Hangup:
    return Hangup("\r\n".join(["Event: Hangup", *lines]).encode())


def test_a_field_is_typed() -> None:
    event = hangup("Channel: PJSIP/200-1", "ChannelState: 6", "Priority: 3", "Cause: 17")
    assert assert_type(event.cause, HangupCause) is HangupCause.USER_BUSY
    assert assert_type(event.channel, str) == "PJSIP/200-1"
    assert assert_type(event.priority, int) == 3
    assert assert_type(event.tech_cause, str | None) is None
    assert event.channel_state is ChannelState.UP


def test_a_field_is_read_the_same_way_before_and_after_the_message_is_parsed() -> None:
    lines = ["cause: 1", "Cause:17", "Cause: 16", "Channel:x\n", "Exten: \n"]
    fresh, parsed = hangup(*lines), hangup(*lines)
    assert parsed.headers
    for event in (fresh, parsed):
        assert event.cause is HangupCause.USER_BUSY
        assert (event.channel, event.exten) == ("x", "")
        assert event["Cause"] == "17"


def test_a_field_in_another_case_of_letters_is_found() -> None:
    assert hangup("CAUSE: 17").cause is HangupCause.USER_BUSY


def test_spaces_of_a_value_are_kept_however_its_header_is_spelled() -> None:
    for spelling in (b"Cause", b"CAUSE"):
        assert HangupRequest(b"Event: HangupRequest\r\n" + spelling + b":  16").get("Cause") == " 16"
        with pytest.raises(HeaderValueError, match="' 16' is not a HangupCause"):
            _ = HangupRequest(b"Event: HangupRequest\r\n" + spelling + b":  16").cause


def test_a_missing_required_header_raises_on_access_only() -> None:
    event = hangup("Channel: x")
    with pytest.raises(MissingHeaderError, match="Hangup has no Cause header") as caught:
        _ = event.cause
    assert (caught.value.message, caught.value.header) == ("Hangup", "Cause")
    assert not hasattr(event, "cause")


def test_a_missing_required_header_makes_a_pattern_not_match() -> None:
    match hangup("Channel: x"):
        case Hangup(cause=HangupCause.USER_BUSY):
            outcome = "busy"
        case Hangup(channel="x"):
            outcome = "no cause"
        case _:
            outcome = "no match"
    assert outcome == "no cause"


def test_a_value_that_does_not_parse_names_message_header_and_value() -> None:
    with pytest.raises(HeaderValueError, match="'soon' is not a int, which Priority of Hangup should be") as caught:
        _ = hangup("Priority: soon").priority
    assert isinstance(caught.value, UnknownValueError)
    assert isinstance(caught.value.__cause__, ValueError)
    with pytest.raises(HeaderValueError, match="HangupCause, which Cause of Hangup"):
        _ = hangup("Cause: nonsense").cause


def test_an_optional_field_is_none_where_the_header_is_missing_or_an_empty_word() -> None:
    missing = HangupRequest(b"Event: HangupRequest\r\nChannel: x")
    empty = HangupRequest(b"Event: HangupRequest\r\nChannel: x\r\nCause: ")
    assert missing.cause is None
    assert empty.cause is None
    assert DialEnd(b"Event: DialEnd\r\nDialStatus: \r\nForward: ").dial_status is None
    assert DialEnd(b"Event: DialEnd\r\nDialStatus: \r\nForward: ").forward == ""
    with pytest.raises(HeaderValueError):
        _ = HangupRequest(b"Event: HangupRequest\r\nCause: nonsense").cause


def test_more_values_than_are_remembered_are_still_read() -> None:
    assert [hangup(f"Priority: {number}").priority for number in range(200)] == list(range(200))


def test_a_snapshot_reads_the_headers_behind_its_prefix() -> None:
    event = DialBegin(
        b"Event: DialBegin\r\nChannel: A\r\nUniqueid: 1\r\nDestChannel: B\r\nDestUniqueid: 2\r\nDestChannelState: 5\r\n"
        b"destexten: 600\r\nDialString: B/x"
    )
    dest = assert_type(event.dest, ChannelSnapshot)
    assert (dest.channel, dest.uniqueid, dest.exten) == ("B", "2", "600")
    assert dest.channel_state is ChannelState.RINGING
    assert dest["Channel"] == dest.get("channel") == "B"
    assert (dest.prefix, dest.event) == ("Dest", event)
    assert isinstance(dest, ChannelSnapshot)
    caller = assert_type(event.caller, ChannelSnapshot | None)
    assert caller is not None
    assert (caller.channel, caller.uniqueid) == ("A", "1")
    with pytest.raises(MissingHeaderError, match="DialBegin has no DestLinkedid header"):
        _ = dest.linkedid


def test_a_merge_has_two_bridges() -> None:
    event = BridgeMerge(
        b"Event: BridgeMerge\r\nToBridgeUniqueid: a\r\nFromBridgeUniqueid: b\r\nToBridgeName: <unknown>"
    )
    assert (event.to_bridge.bridge_uniqueid, event.from_bridge.bridge_uniqueid) == ("a", "b")
    assert event.to_bridge.bridge_name is None


def test_a_dial_without_a_caller_has_none() -> None:
    assert DialBegin(b"Event: DialBegin\r\nDestChannel: B").caller is None


def test_snapshots_of_equal_events_are_equal() -> None:
    raw = b"Event: DialBegin\r\nChannel: A\r\nDestChannel: B"
    first, second = DialBegin(raw), DialBegin(raw)
    assert first.dest == second.dest
    assert hash(first.dest) == hash(second.dest)
    assert first.dest != first.caller
    assert first.dest != "B"
    assert pickle.loads(pickle.dumps(first.dest)) == first.dest  # noqa: S301 - our own bytes
    assert repr(first.dest).startswith("<ChannelSnapshot Dest* of <DialBegin Channel='A'")


def test_a_snapshot_cannot_be_changed() -> None:
    dest = DialBegin(b"Event: DialBegin\r\nDestChannel: B").dest
    for name in ("channel", "event", "prefix", "anything"):
        with pytest.raises(AttributeError):
            setattr(dest, name, "C")


def test_fields_say_what_they_read() -> None:
    assert Hangup.cause.header == "Cause"
    assert Hangup.cause.is_required
    assert not Hangup.tech_cause.is_required
    assert DialBegin.dest.kind.channel.header == "DestChannel"
    assert DialBegin.caller.sign.header == "Channel"


def test_a_user_can_describe_an_event_of_his_own() -> None:
    class QueueLength(AmiEvent, event="QueueLengthOfOurOwn"):
        __slots__ = ()
        length = field("Length", int)
        queue = optional("Queue", known)
        is_open = field("Open", flag)

    event = QueueLength(b"Event: QueueLengthOfOurOwn\r\nLength: 4\r\nQueue: <unknown>\r\nOpen: yes")
    assert (event.length, event.queue, event.is_open) == (4, None, True)
    assert event.name == "QueueLengthOfOurOwn"


@pytest.mark.parametrize("text", ["<unknown>", "<null>"])
def test_what_asterisk_prints_for_none_is_none(text: str) -> None:
    assert known(text) is None
    assert known("unknown") == "unknown"


def test_dial_status_is_an_enum_of_core() -> None:
    assert DialEnd(b"Event: DialEnd\r\nDialStatus: NOANSWER").dial_status is DialStatus.NO_ANSWER
