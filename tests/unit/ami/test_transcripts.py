import random
from itertools import pairwise
from pathlib import Path

import pytest

from asterisk_py_ami.events import Hangup, OriginateResponse, Shutdown, VarSet
from asterisk_py_ami.protocol.codec import Decoder
from asterisk_py_ami.protocol.fields import Field, OptionalPart, Part, Snapshot
from asterisk_py_ami.protocol.gathering import ListGathering
from asterisk_py_ami.protocol.message import AmiEvent, Message, Response

RECORDED = sorted((Path(__file__).parents[2] / "transcripts").glob("ami-*.s2c.bin"))


def read(name: str) -> bytes:
    """Return what Asterisk sent after its banner."""
    _banner, _, stream = (
        next(path for path in RECORDED if path.name == f"ami-{name}.s2c.bin").read_bytes().partition(b"\n")
    )
    return stream


def decode(stream: bytes, cuts: list[int] | None = None) -> list[Message]:
    decoder = Decoder()
    borders = [0, *(cuts or []), len(stream)]
    return [m for start, end in pairwise(borders) for m in decoder.receive_data(stream[start:end])]


def test_every_transcript_is_here() -> None:
    assert len(RECORDED) == 39


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.name)
def test_035_the_same_messages_come_of_a_transcript_however_it_is_cut(path: Path) -> None:
    _banner, _, stream = path.read_bytes().partition(b"\n")
    whole = decode(stream)
    assert decode(stream, list(range(1, len(stream)))) == whole
    chance = random.Random(path.name)
    for _ in range(20):
        cuts = sorted(chance.choices(range(len(stream) + 1), k=chance.randint(1, 30)))
        assert decode(stream, cuts) == whole
    # All bytes are in the messages but the blank lines that end them and what was cut off by a close.
    assert sum(len(message.raw) for message in whole) <= len(stream)
    assert b"\r\n\r\n".join(message.raw for message in whole).strip() in stream.replace(b"\r\n\n", b"\r\n\r\n")
    assert all(type(message) is not Message for message in whole) or path.name == "ami-event-injection.s2c.bin"


def test_every_typed_event_reads_without_an_error() -> None:
    fields = 0
    for path in RECORDED:
        _banner, _, stream = path.read_bytes().partition(b"\n")
        for message in decode(stream):
            fields += read_fields(message)
    assert fields > 1500


def read_fields(source: Message | Snapshot) -> int:
    """Read every field and every snapshot of *source*, and return how many fields there were."""
    count = 0
    for name in dir(type(source)):
        declared = getattr(type(source), name)
        if isinstance(declared, Field):
            getattr(source, name)
            count += 1
        elif isinstance(declared, Part | OptionalPart):
            part = getattr(source, name)
            count += read_fields(part) if part is not None else 0
    return count


def test_032_forged_answers_carry_no_action_id_a_client_could_wait_for() -> None:
    messages = decode(read("event-injection"))
    answers = [message for message in messages if isinstance(message, Response)]
    forged = [answer for answer in answers if "Message" not in answer]
    assert forged
    # A client's own begin with sixteen random hexadecimal digits; these had to be known or guessed beforehand.
    assert {answer.action_id for answer in answers} <= {"L1", "B1", "B1,Baz: 1"}
    assert all(len(answer.action_id or "") < 16 for answer in answers)


def test_032_escaped_values_cannot_forge_anything() -> None:
    values = [event.value for event in decode(read("event-injection")) if isinstance(event, VarSet)]
    assert any("\\r\\n" in value for value in values)
    assert not any("\r" in value or "\n" in value for value in values)


def test_034_the_recorded_originate_responses_are_events() -> None:
    outcomes = []
    for name in ("originate-async-ok", "originate-async-fail"):
        events = [message for message in decode(read(name)) if isinstance(message, OriginateResponse)]
        outcomes += [(event.action_id, event.response) for event in events]
    assert outcomes[0][1] == "Success"
    assert {response for _, response in outcomes[1:]} == {"Failure"}
    assert all(action_id for action_id, _ in outcomes)


@pytest.mark.parametrize("name", ["shutdown", "shutdown-graceful"])
def test_048_a_recorded_shutdown_says_so_with_its_last_event(name: str) -> None:
    last = decode(read(name))[-1]
    assert isinstance(last, Shutdown)
    assert (last["Shutdown"], last["Restart"]) == ("Cleanly", "False")


def test_050_a_recorded_synchronous_originate_holds_back_the_answer_to_a_ping_sent_after_it() -> None:
    assert [message.action_id for message in decode(read("originate-sync-blocks"))][1:] == ["BLK", "AFTER-BLK"]


def test_053_the_recorded_rejections_say_why() -> None:
    reasons = {m.message for m in decode(read("perm-denied")) if isinstance(m, Response) and not m.is_success}
    assert "Permission denied" in reasons
    unknown = [m for m in decode(read("unknown-and-missing")) if isinstance(m, Response) and not m.is_success]
    assert unknown[0].message.startswith("Invalid/unknown command: NoSuchThing.")


def test_054_an_empty_pjsip_list_ends_with_a_bare_lf_in_its_text() -> None:
    texts = [m.message for m in decode(read("lists")) if isinstance(m, Response)]
    assert "No endpoints found" in texts


def test_054_each_recorded_list_has_as_many_items_as_its_end_says() -> None:
    lists: dict[str, ListGathering] = {}
    messages = decode(read("lists"))
    for message in messages:
        key = message.get("ActionID", "")
        if isinstance(message, Response) and message.get("EventList"):
            lists[key] = ListGathering()
        if key in lists and isinstance(message, Response | AmiEvent):
            lists[key].receive(message)
    assert len(lists) >= 5
    for gathering in lists.values():
        assert gathering.end is not None
        assert gathering.announced == len(gathering.events)


def test_057_recorded_command_output_is_complete() -> None:
    outputs = [m.output for m in decode(read("command")) if isinstance(m, Response) and m.output]
    assert outputs[0][0].startswith("System uptime:")
    assert sum(len(lines) for lines in outputs) == read("command").count(b"\r\nOutput:")


def test_a_recorded_call_is_typed_from_begin_to_end() -> None:
    events = [message for message in decode(read("one-call-burst")) if isinstance(message, AmiEvent)]
    untyped = {event.name for event in events if type(event) is AmiEvent}
    assert untyped <= {"SuccessfulAuth", "TestEvent", "NewAccountCode", "QueueMemberStatus", "ChannelHungup"} | {
        "ChannelsHungupListComplete"
    }
    hangups = [event for event in events if isinstance(event, Hangup)]
    assert len(hangups) == 2
    assert all(hangup.cause.name == "NORMAL_CLEARING" for hangup in hangups)
