"""Recorded frames of a real Asterisk, through the decoder."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from asterisk_py_ari import events
from asterisk_py_ari.protocol.envelope import RestResponse
from asterisk_py_ari.protocol.event import AriEvent
from tests.unit.ari.standin import StandIn

TRANSCRIPTS = Path(__file__).parents[2] / "transcripts"
FILES = sorted(TRANSCRIPTS.glob("ari-ws-*.jsonl"))


def lines(file: Path) -> list[Any]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def frames(file: Path) -> list[dict[str, Any]]:
    return [line["frame"] for line in lines(file) if isinstance(line, dict) and "frame" in line]


FRAMES = [frame for file in FILES for frame in frames(file)]


def test_there_are_recorded_frames() -> None:
    assert len(FILES) == 6
    assert len(FRAMES) == 46


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_recorded_frame_is_typed_and_fits(file: Path) -> None:
    ari = StandIn()
    decoded = [ari.decoder.decode(json.dumps(frame)) for frame in frames(file)]

    assert [type(event) for event in decoded] == [
        RestResponse if frame["type"] == "RESTResponse" else getattr(events, frame["type"]) for frame in frames(file)
    ]
    assert (ari.decoder.unknown, ari.decoder.misfitting, ari.decoder.junk) == (0, 0, 0)


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: frame["type"])
def test_every_recorded_field_has_an_attribute(frame: dict[str, Any]) -> None:
    event = StandIn().decoder.decode(json.dumps(frame))

    if isinstance(event, AriEvent):
        assert without_nothing(json.loads(json.dumps(event.fields))) == frame
        assert missing(event, frame) == Counter()


def missing(value: Any, sent: Any) -> Counter[str]:
    """Count the fields Asterisk sent that the models do not have."""
    found: Counter[str] = Counter()
    for name, each in sent.items():
        if not hasattr(value, name):
            found[f"{type(value).__name__}.{name}"] += 1
        elif isinstance(each, dict):
            found += missing(getattr(value, name), each)
    return found


def without_nothing(value: dict[str, Any]) -> dict[str, Any]:
    return {name: each for name, each in value.items() if each is not None}


def test_092_the_first_event_of_a_channel_was_there_before_the_answer_that_made_it() -> None:
    # The recorder wrote the answer when it came, and the frames when they came: the channel's id was chosen by it.
    recorded = lines(TRANSCRIPTS / "ari-ws-one-call.jsonl")
    answered = next(line["t"] for line in recorded if "mark" in line)
    ari = StandIn()
    channel = ari.channel("chan-1")
    about = [
        (line["t"], event)
        for line in recorded
        if "frame" in line
        for event in [ari.decoder.decode(json.dumps(line["frame"]))]
        if isinstance(event, AriEvent) and event.concerns(channel)
    ]

    assert about[0][0] - answered < 0.01
    assert about[0][1].type == "Dial"
    assert about[-1][1].type == "ChannelDestroyed"


def test_a_request_that_is_none_is_answered_without_an_id() -> None:
    ari = StandIn()
    answers = [ari.decoder.decode(json.dumps(frame)) for frame in frames(TRANSCRIPTS / "ari-ws-rest-over-ws.jsonl")]

    assert [(each.request_id, each.status_code) for each in answers if isinstance(each, RestResponse)] == [
        ("", 400)
    ] * 4 + [("r1", 200), ("r2", 404), ("", 400)]
