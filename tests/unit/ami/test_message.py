import copy
import pickle

import pytest

from asterisk_py_ami.errors import MissingHeaderError
from asterisk_py_ami.events import Hangup
from asterisk_py_ami.protocol.message import AmiEvent, Message, Response, event_class
from asterisk_py_core.errors import InputError, ProtocolError
from asterisk_py_core.event_bus import Event

HANGUP = Hangup(b"Event: Hangup\r\nChannel: PJSIP/200-1\r\nCause: 16\r\nCause-txt: Normal Clearing")


def test_a_header_is_found_in_any_case_of_letters() -> None:
    assert HANGUP["cause"] == HANGUP["CAUSE"] == HANGUP["Cause"] == "16"
    assert "cAuSe-TXT" in HANGUP
    assert "Linkedid" not in HANGUP
    assert 7 not in HANGUP


def test_the_first_of_a_repeated_header_wins_and_all_are_kept() -> None:
    message = Message(b"State: one\r\nstate: two\r\nState: three")
    assert message["State"] == "one"
    assert message["STATE"] == "one"
    assert message.get_all("STATE") == ["one", "two", "three"]


def test_an_exact_spelling_wins_over_an_earlier_header_in_another_case() -> None:
    message = Message(b"cause: 1\r\nCause: 2")
    assert (message["Cause"], message["cause"], message["CAUSE"]) == ("2", "1", "1")


def test_headers_keep_the_order_of_the_wire() -> None:
    pairs = (("Event", "Hangup"), ("Channel", "PJSIP/200-1"), ("Cause", "16"), ("Cause-txt", "Normal Clearing"))
    assert HANGUP.headers == pairs
    assert tuple(HANGUP) == pairs


def test_a_missing_header_is_none_a_default_or_an_error_that_names_it() -> None:
    assert HANGUP.get("Linkedid") is None
    assert HANGUP.get("Linkedid", "x") == "x"
    with pytest.raises(MissingHeaderError, match="Hangup has no Linkedid header") as caught:
        HANGUP["Linkedid"]
    assert isinstance(caught.value, KeyError)
    assert isinstance(caught.value, AttributeError)
    assert isinstance(caught.value, ProtocolError)
    assert not caught.value.is_retryable


def test_a_repeated_name_of_an_event_shape_is_parsed_alike_by_shape_and_by_line() -> None:
    raw = b"Event: TestEventOfTwoStates\r\nState: a\r\nAppFile: x.c\r\nState: b"
    first, second = AmiEvent(raw), AmiEvent(raw)
    assert first.headers == second.headers
    assert second["State"] == "a"
    assert second.get_all("state") == ["a", "b"]


def test_an_event_of_very_many_headers_is_read_like_any_other() -> None:
    raw = b"Event: Hangup" + b"".join(b"\r\nChanVariable: N%d=1" % number for number in range(200))
    for _ in range(2):
        event = Hangup(raw)
        assert len(event.variables) == 200
        assert len(event.headers) == 201


def test_036_bytes_that_are_not_utf_8_survive() -> None:
    message = Message(b"Event: X\r\nName: J\xfcrgen \xff\xfe\r\nCity: M\xc3\xbcnchen")
    assert message["City"] == "München"
    assert message["Name"].encode("utf-8", "surrogateescape") == b"J\xfcrgen \xff\xfe"
    assert message.raw.endswith(b"M\xc3\xbcnchen")


@pytest.mark.parametrize(
    ("line", "value"),
    [(b"X:v", "v"), (b"X: v", "v"), (b"X:  v", " v"), (b"X:", ""), (b"X: ", ""), (b"X: a: b", "a: b")],
)
def test_037_one_space_after_the_colon_belongs_to_it(line: bytes, value: str) -> None:
    assert Message(line)["X"] == value


def test_037_lines_that_are_no_header_are_kept_as_junk() -> None:
    message = Message(b"Event: X\r\nno colon\r\n:v\r\nA: 1")
    assert message.junk == ("no colon", ":v")
    assert message.headers == (("Event", "X"), ("A", "1"))
    assert HANGUP.junk == ()


def test_037_a_bare_lf_stays_in_a_value_and_one_at_its_end_is_dropped() -> None:
    message = Message(b"Message: No endpoints found\n\r\nCallStarted: a\nb\r\nTwo: x\n\n")
    assert message.headers == (("Message", "No endpoints found"), ("CallStarted", "a\nb"), ("Two", "x\n"))


def test_a_space_before_the_colon_makes_another_name_as_in_asterisk() -> None:
    message = Message(b"Action : Ping")
    assert "Action" not in message
    assert message["Action "] == "Ping"


def test_channel_variables_are_found_under_every_spelling() -> None:
    message = AmiEvent(
        b"Event: Hangup\r\nChanVariable: A=1\r\nChanVariable: B=x=y\r\nDestChanVariable: C=\r\n"
        b"ChanVariable(Local/1@x-1;2): D=4\r\nVariable: E=5\r\nchanvariable: A=again\r\nChanVariable: no equals sign"
    )
    assert message.variables == {"A": "1", "B": "x=y", "C": "", "D": "4", "E": "5"}
    assert message.get_all("ChanVariable") == ["A=1", "B=x=y", "A=again", "no equals sign"]


def test_the_variable_of_a_varset_event_is_no_channel_variable() -> None:
    assert AmiEvent(b"Event: VarSet\r\nVariable: A\r\nValue: x=y").variables == {}


def test_equal_bytes_are_equal_messages() -> None:
    assert Hangup(HANGUP.raw) == HANGUP
    assert hash(Hangup(HANGUP.raw)) == hash(HANGUP)
    assert Hangup(b"Event: Hangup\r\nCause: 17") != HANGUP
    assert HANGUP.raw != HANGUP


def test_a_message_can_be_pickled_and_copied_before_and_after_it_was_read() -> None:
    fresh = Hangup(HANGUP.raw)
    assert pickle.loads(pickle.dumps(fresh)) == fresh  # noqa: S301 - our own bytes
    assert fresh["Cause"] == "16"
    for twin in (pickle.loads(pickle.dumps(fresh)), copy.copy(fresh), copy.deepcopy(fresh)):  # noqa: S301 - as above
        assert type(twin) is Hangup
        assert twin == fresh


def test_a_message_cannot_be_changed() -> None:
    for name in ("raw", "headers", "cause", "anything"):
        with pytest.raises(AttributeError):
            setattr(HANGUP, name, b"")


def test_repr_names_the_event_and_a_few_headers() -> None:
    many = b"".join(b"\r\nH%d: v" % number for number in range(9))
    assert repr(HANGUP) == "<Hangup Channel='PJSIP/200-1' Cause='16' Cause-txt='Normal Clearing'>"
    assert repr(Message(b"A: " + b"x" * 100)) == f"<Message A={'x' * 48!r}...>"
    assert repr(AmiEvent(b"Event: Odd" + many)).endswith("H5='v' +3 headers>")


def test_020_repr_and_errors_hold_no_secret() -> None:
    message = Message(b"Action: Login\r\nSecret: hunter2\r\nKey: hunter2\r\nPassword: hunter2")
    assert "hunter2" not in repr(message)
    assert "Secret='***'" in repr(message)


def test_an_event_nobody_described_is_a_plain_event_with_its_name() -> None:
    event = AmiEvent(b"Event: NeverHeardOf\r\nA: 1")
    assert event.name == "NeverHeardOf"
    assert event["A"] == "1"
    assert isinstance(event, Event)
    assert AmiEvent(b"A: 1\r\nevent: late").name == "late"


def test_an_event_class_is_found_in_any_case_of_letters() -> None:
    assert event_class("Hangup") is event_class("HANGUP") is Hangup
    assert event_class("NeverHeardOf") is AmiEvent


def test_two_classes_for_one_event_are_refused() -> None:
    with pytest.raises(InputError, match="described by another class"):
        type("Again", (AmiEvent,), {}, event="HANGUP")


def test_a_response_says_whether_it_is_one_of_success() -> None:
    assert Response(b"Response: Success\r\nActionID: 1").is_success
    assert Response(b"response: goodbye").is_success
    failed = Response(b"Response: Error\r\nActionID: a-1\r\nMessage: No such channel")
    assert not failed.is_success
    assert (failed.message, failed.action_id, failed.output) == ("No such channel", "a-1", [])
    assert Response(b"Response: Success").message == ""
    assert Response(b"Response: Success").action_id is None


def test_057_command_output_is_rebuilt_line_by_line() -> None:
    answer = Response(b"Response: Success\r\nMessage: Command output follows\r\nOutput: a\r\nOutput: \r\nOutput:  b")
    assert answer.output == ["a", "", " b"]


def test_057_command_output_of_asterisk_before_14_is_rebuilt_too() -> None:
    answer = Response(
        b"Response: Follows\r\nPrivilege: Command\r\nActionID: a-1\r\n"
        b"Name: not a header\nEvent: Hangup\r\n\nlast\n--END COMMAND--"
    )
    assert answer.is_success
    assert answer.action_id == "a-1"
    assert answer.output == ["Name: not a header", "Event: Hangup", "", "last"]
    assert "Event" not in answer
    assert Response(b"Response: Follows\r\nPrivilege: Command\r\n--END COMMAND--").output == []


def test_a_typed_event_keeps_memory_small_until_it_is_read() -> None:
    assert Hangup.__slots__ == ()
    assert not hasattr(HANGUP, "__dict__")
