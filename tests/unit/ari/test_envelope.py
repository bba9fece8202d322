"""Frames to events and bodies to models: what is known, what is not, and what is nothing at all."""

import json
import logging
from datetime import UTC, datetime
from typing import Any

import pytest

from asterisk_py_ari import ChannelState, HangupCause, InputError, UnexpectedResponseError
from asterisk_py_ari.events import (
    ChannelDestroyed,
    ChannelEnteredBridge,
    ChannelTransfer,
    ChannelUserevent,
    Dial,
    MissingParams,
    StasisStart,
    UnknownEvent,
)
from asterisk_py_ari.models import AsteriskPing, Channel, Playback, Variable
from asterisk_py_ari.protocol.envelope import MAX_FRAME, FrameDecoder, RestResponse, decode_answer, encode_request
from asterisk_py_ari.protocol.requests import Answer, Request
from tests.unit.ari.standin import BRIDGE, CHANNEL, EVENT, PLAYBACK, StandIn

REQUEST = Request(operation="channels.get", method="GET", path="/channels/c1")


@pytest.fixture
def ari() -> StandIn:
    return StandIn()


def frame(**changes: Any) -> str:
    return json.dumps({**EVENT, **changes})


# --- events ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encode", [str, str.encode])
def test_a_frame_of_a_known_type_is_its_event(ari: StandIn, encode: Any) -> None:
    event = ari.decoder.decode(encode(frame()))

    assert isinstance(event, StasisStart)
    assert (event.type, event.application, event.args) == ("StasisStart", "demo", ["a1"])
    assert event.timestamp == datetime(2026, 11, 23, 7, 28, 3, 47000, tzinfo=UTC)
    assert event.channel.state is ChannelState.UP
    assert event.channel.caller.number == "55"
    assert event.replace_channel is None
    assert event.raw == frame().encode()
    assert event.misfits == ()


def test_every_handle_of_an_event_is_bound(ari: StandIn) -> None:
    events = [
        ari.decode(),
        ari.decode(replace_channel={**CHANNEL, "id": "c2"}),
        ari.decode(type="ChannelEnteredBridge", bridge=BRIDGE),
        ari.decode(type="PlaybackStarted", playback=PLAYBACK),
        ari.decode(
            type="ChannelTransfer",
            refer_to={"requested_destination": {}, "destination_channel": CHANNEL, "bridge": BRIDGE},
            referred_by={"source_channel": CHANNEL, "connected_channel": CHANNEL},
        ),
    ]
    handles = [handle for event in events for handle in event.handles()]

    assert [handle.kind for handle in handles] == (
        ["channel"]
        + ["channel"] * 2
        + ["bridge", "channel"]
        + ["playback"]
        + ["channel", "bridge", "channel", "channel"]
    )
    assert all(handle._client is ari for handle in handles)


def test_a_field_that_is_not_known_is_reachable(ari: StandIn) -> None:
    event = ari.decode(mood="good", channel={**CHANNEL, "colour": "red"})

    assert isinstance(event, StasisStart)
    assert event.misfits == ()
    assert event.fields["mood"] == "good"
    assert event.fields["channel"]["colour"] == "red"


def test_088_an_event_that_is_not_known_is_delivered_with_all_it_says(ari: StandIn) -> None:
    event = ari.decode(type="ChannelLevitating", height=3)

    assert isinstance(event, UnknownEvent)
    assert (event.type, event.application, event.fields["height"]) == ("ChannelLevitating", "demo", 3)
    assert event.timestamp == datetime(2026, 11, 23, 7, 28, 3, 47000, tzinfo=UTC)
    assert event.raw == frame(type="ChannelLevitating", height=3).encode()
    assert ari.decoder.unknown == 1


def test_088_an_event_that_says_nothing_but_a_type_is_delivered(ari: StandIn) -> None:
    event = ari.decoder.decode('{"type":"New"}')

    assert isinstance(event, UnknownEvent)
    assert (event.type, event.application, event.timestamp, event.asterisk_id) == ("New", "", None, None)


def test_a_message_that_is_no_event_of_an_application_is_one_here(ari: StandIn) -> None:
    event = ari.decoder.decode('{"type":"MissingParams","params":["app"],"asterisk_id":"x"}')

    assert isinstance(event, MissingParams)
    assert (event.params, event.timestamp, event.application) == (["app"], None, "")


JUNK = {
    "no JSON": "not json",
    "cut": '{"type":"StasisStart"',
    "empty": "",
    "a list": "[1,2]",
    "a number": "7",
    "null": "null",
    "text": '"StasisStart"',
    "no type": "{}",
    "a type that is a number": '{"type":7}',
    "a type that is a list": '{"type":["StasisStart"]}',
    "a type that is null": '{"type":null}',
    "NaN": '{"type":"StasisStart","application":NaN}',
    "Infinity": '{"type":"ChannelVarset","value":Infinity}',
    "nesting of 10,000": '{"type":"X","a":' + "[" * 10_000 + "]" * 10_000 + "}",
    "nesting of 10,000 in what is not known of a known event": frame(a=0)[:-2] + "[" * 10_000 + "]" * 10_000 + "}",
    "nesting of 10,000 that does not end": "[" * 10_000,
    "bytes that are no UTF-8": b'{"type":"StasisStart","application":"\xff"}',
    "an answer that is none": '{"type":"RESTResponse","status_code":"many"}',
    "half a surrogate pair": '{"type":"\ud800"}',
}


@pytest.mark.parametrize("junk", JUNK.values(), ids=JUNK.keys())
def test_088_junk_is_counted_and_the_stream_goes_on(ari: StandIn, junk: str | bytes) -> None:
    assert ari.decoder.decode(junk) is None
    assert ari.decoder.junk == 1
    assert isinstance(ari.decoder.decode(frame()), StasisStart)


def test_088_a_binary_frame_is_counted(ari: StandIn, caplog: pytest.LogCaptureFixture) -> None:
    ari.decoder.skip("a binary frame")

    assert ari.decoder.junk == 1
    assert "a binary frame" in caplog.text


def test_088_junk_is_logged_once_for_each_kind_and_never_with_what_was_in_it(
    ari: StandIn, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(3):
        ari.decoder.decode('{"PIN":"4711"')

    assert len(caplog.records) == 1
    assert "4711" not in caplog.text


def test_088_a_peer_that_invents_types_fills_no_log(ari: StandIn, caplog: pytest.LogCaptureFixture) -> None:
    for number in range(1_000):
        ari.decode(type=f"Invented{number}")

    assert ari.decoder.unknown == 1_000
    assert len(caplog.records) == 256


def test_088_of_duplicate_keys_one_counts(ari: StandIn) -> None:
    event = ari.decoder.decode(frame()[:-1] + ',"args":["b"],"application":"other"}')

    assert isinstance(event, StasisStart)
    assert (event.args, event.application) == (["b"], "other")


def test_088_an_event_of_10_mb_is_delivered(ari: StandIn) -> None:
    event = ari.decode(type="ChannelVarset", variable="X", value="x" * 10_000_000)

    assert len(event.fields["value"]) == 10_000_000


# --- values that do not fit ------------------------------------------------------------------------------------------


def test_a_value_of_another_type_stays_as_it_came_and_the_rest_is_as_good_as_ever(
    ari: StandIn, caplog: pytest.LogCaptureFixture
) -> None:
    event = ari.decode(args="a1", channel={**CHANNEL, "name": 7, "dialplan": None})

    assert isinstance(event, StasisStart)
    assert [str(event.args), repr(event.channel.name), str(event.channel.dialplan)] == ["a1", "7", "None"]
    assert isinstance(event.channel, Channel)
    assert event.channel.state is ChannelState.UP
    assert event.channel._client is ari
    assert event.misfits == (
        "StasisStart.args: Expected `array`, got `str`",
        "StasisStart.channel.name: Expected `str`, got `int`",
        "StasisStart.channel.dialplan: Expected `object`, got `null`",
    )
    assert ari.decoder.misfitting == 1
    assert "StasisStart.channel.name" in caplog.text


def test_what_is_missing_is_none(ari: StandIn) -> None:
    channel = {name: value for name, value in CHANNEL.items() if name != "creationtime"}
    event = ari.decode(type="ChannelEnteredBridge", channel=channel)

    assert isinstance(event, ChannelEnteredBridge)
    assert event.channel is not None
    assert [str(event.channel.creationtime), str(event.bridge)] == ["None", "None"]
    assert event.misfits == (
        "ChannelEnteredBridge.bridge: is missing",
        "ChannelEnteredBridge.channel.creationtime: is missing",
    )


def test_a_handle_that_is_none_is_no_handle(ari: StandIn) -> None:
    event = ari.decode(channel="c1")

    assert isinstance(event, StasisStart)
    assert list(event.handles()) == []


def test_a_misfit_in_parts_of_an_event_keeps_its_handles(ari: StandIn) -> None:
    event = ari.decode(
        type="ChannelTransfer",
        refer_to=7,
        referred_by={"source_channel": {**CHANNEL, "language": 1}},
    )

    assert isinstance(event, ChannelTransfer)
    assert [handle.key for handle in event.handles()] == [CHANNEL["id"]]


def test_words_nobody_knows_keep_their_text(ari: StandIn) -> None:
    event = ari.decode(channel={**CHANNEL, "state": "Levitating"})

    assert isinstance(event, StasisStart)
    assert isinstance(event.channel.state, ChannelState)
    assert event.channel.state not in list(ChannelState)
    assert (event.channel.state.wire, event.channel.state.name) == ("Levitating", "UNKNOWN")
    assert event.misfits == ()


def test_a_time_nobody_can_read_keeps_its_text(ari: StandIn) -> None:
    event = ari.decode(timestamp="yesterday")

    assert str(event.timestamp) == "yesterday"


@pytest.mark.parametrize(
    ("cause", "expected"),
    [(16, HangupCause.NORMAL_CLEARING), (32, HangupCause.parse(32)), (0, HangupCause.NOT_DEFINED)],
)
def test_a_cause_is_a_hangup_cause(ari: StandIn, cause: int, expected: HangupCause) -> None:
    event = ari.decode(type="ChannelDestroyed", cause=cause, cause_txt="x")

    assert isinstance(event, ChannelDestroyed)
    assert event.cause == expected


def test_a_cause_that_can_be_none_keeps_its_number(ari: StandIn) -> None:
    event = ari.decode(type="ChannelDestroyed", cause=-5, cause_txt="x")

    assert isinstance(event, ChannelDestroyed)
    assert (event.cause.wire, event.cause.description) == ("-5", "-5")


def test_an_empty_dial_status_is_none(ari: StandIn) -> None:
    began = ari.decode(type="Dial", peer=CHANNEL, dialstatus="")
    ended = ari.decode(type="Dial", peer=CHANNEL, dialstatus="ANSWER")

    assert isinstance(began, Dial)
    assert isinstance(ended, Dial)
    assert (began.dialstatus, ended.dialstatus) == (None, "ANSWER")


def test_what_a_caller_sends_in_a_user_event_is_not_taken_for_the_event(ari: StandIn) -> None:
    event = ari.decode(type="ChannelUserevent", eventname="x", userevent={"type": "StasisStart", "eventname": "x"})

    assert isinstance(event, ChannelUserevent)


# --- answers ---------------------------------------------------------------------------------------------------------


def test_an_answer_is_its_model_bound_to_the_client(ari: StandIn) -> None:
    channel = decode_answer(REQUEST, Answer(status=200, body=json.dumps(CHANNEL).encode()), Channel, ari)

    assert (channel.id, channel._client) == (CHANNEL["id"], ari)


def test_each_of_a_list_is_bound(ari: StandIn) -> None:
    channels = decode_answer(REQUEST, Answer(status=200, body=json.dumps([CHANNEL] * 2).encode()), list[Channel], ari)

    assert [channel._client for channel in channels] == [ari, ari]


def test_a_body_can_be_had_as_it_is(ari: StandIn) -> None:
    assert decode_answer(REQUEST, Answer(status=200, body=b"RIFF\xff"), bytes, ari) == b"RIFF\xff"


def test_a_ping_tells_the_time(ari: StandIn) -> None:
    body = b'{"ping":"pong","timestamp":"2026-11-23T07:28:11.139+0000","asterisk_id":"x"}'

    ping = decode_answer(REQUEST, Answer(status=200, body=body), AsteriskPing, ari)
    assert ping.timestamp == datetime(2026, 11, 23, 7, 28, 11, 139000, tzinfo=UTC)


def test_a_value_in_an_answer_that_does_not_fit_stays_as_it_came(
    ari: StandIn, caplog: pytest.LogCaptureFixture
) -> None:
    body = json.dumps([{**CHANNEL, "name": 7}, CHANNEL]).encode()
    channels = decode_answer(REQUEST, Answer(status=200, body=body), list[Channel], ari)

    assert [channel.name for channel in channels] == [7, CHANNEL["name"]]
    assert all(channel._client is ari for channel in channels)
    assert "channels.get[0].name" in caplog.text


@pytest.mark.parametrize(
    ("body", "content_type", "problem"),
    [
        (b"<html>", "text/html", "channels.get: the answer (200, text/html) is no JSON"),
        (b"", "", "channels.get: the answer (200, no content type) is no JSON"),
        (b'{"id":"\xff"}', "application/json", "is no JSON"),
        (b"[" * 10_000, "application/json", "is no JSON"),
        (b"[]", "application/json", "is not what was asked for"),
        (b"7", "application/json", "is not what was asked for"),
    ],
)
def test_an_answer_of_another_kind_is_an_error_that_names_the_request(
    ari: StandIn, body: bytes, content_type: str, problem: str
) -> None:
    with pytest.raises(UnexpectedResponseError) as caught:
        decode_answer(REQUEST, Answer(status=200, body=body, content_type=content_type), Channel, ari)

    assert problem in str(caught.value)


def test_the_value_of_a_variable_is_in_no_log(ari: StandIn, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    decode_answer(REQUEST, Answer(status=200, body=b'{"value":4711}'), Variable, ari)

    assert "4711" not in caplog.text


def test_a_playback_is_a_handle(ari: StandIn) -> None:
    playback = decode_answer(REQUEST, Answer(status=201, body=json.dumps(PLAYBACK).encode()), Playback, ari)

    assert playback._client is ari


# --- requests in frames ----------------------------------------------------------------------------------------------


def test_a_request_in_a_frame_is_what_asterisk_documents() -> None:
    request = Request(
        operation="channels.set_channel_vars",
        method="POST",
        path="/channels/a%2Fb/variables",
        query=(("x", "ü +"),),
        body='{"variables":{"A":"ü"}}'.encode(),
    )

    assert json.loads(encode_request(request, "17")) == {
        "type": "RESTRequest",
        "transaction_id": "17",
        "request_id": "17",
        "method": "POST",
        "uri": "channels/a%2Fb/variables?x=%C3%BC%20%2B",
        "content_type": "application/json",
        "message_body": '{"variables":{"A":"ü"}}',
    }


def test_a_request_without_a_body_has_none_in_its_frame() -> None:
    assert json.loads(encode_request(REQUEST, "1")).keys() == {
        "type",
        "transaction_id",
        "request_id",
        "method",
        "uri",
    }


def test_a_frame_that_asterisk_would_close_upon_is_refused() -> None:
    request = Request(operation="a.b", method="POST", path="/x", body=b'"' * 40_000)

    with pytest.raises(InputError, match=rf"a\.b makes a frame of 80,\d+ bytes; Asterisk takes {MAX_FRAME:,}"):
        encode_request(request, "1")


def test_the_answer_to_a_request_in_a_frame_is_that_of_http(ari: StandIn) -> None:
    answer = ari.decoder.decode(
        '{"type":"RESTResponse","transaction_id":"t2","request_id":"r2","status_code":404,"reason_phrase":"Not Found",'
        '"uri":"channels/nope","content_type":"application/json",'
        '"message_body":"{\\"message\\":\\"Channel not found\\"}",'
        '"application":"test-app","timestamp":"2026-11-23T07:28:11.440+0000","asterisk_id":"02:fc:00:00:00:01"}'
    )

    assert isinstance(answer, RestResponse)
    assert answer.request_id == "r2"
    assert answer.answer == Answer(status=404, body=b'{"message":"Channel not found"}', content_type="application/json")


def test_the_decoders_of_two_clients_bind_to_their_own(ari: StandIn) -> None:
    other = StandIn()
    events = [FrameDecoder(each).decode(frame()) for each in (ari, other)]

    assert [event.channel._client for event in events if isinstance(event, StasisStart)] == [ari, other]
