"""The control messages of chan_websocket, as Asterisk 22.10.1 wrote them on two calls, and what it understood."""

import pickle
from typing import Any

import msgspec
import pytest

from asterisk_py_ari.protocol.media_commands import (
    MAX_COMMAND,
    ControlFormat,
    MediaCommand,
    MediaDirection,
    encode_command,
    read_start,
)
from asterisk_py_ari.protocol.media_events import (
    DtmfEnd,
    MediaBufferingCompleted,
    MediaDecoder,
    MediaEvent,
    MediaMarkProcessed,
    MediaRefused,
    MediaStart,
    MediaStatus,
    MediaXoff,
    MediaXon,
    QueueDrained,
    UnknownMediaEvent,
    decode_event,
)
from asterisk_py_core.errors import InputError, MalformedFrameError, UnexpectedResponseError

PLAIN, JSON = ControlFormat.PLAIN_TEXT, ControlFormat.JSON
CHANNEL = "WebSocket/media/0x7f56740055d0"
START = f"MEDIA_START connection_id:media channel:{CHANNEL} channel_id:1.0 format:ulaw optimal_frame_size:160 ptime:20"

# What Asterisk wrote in plain text and in JSON, and what both mean. Plain text says less.
RECORDED: list[tuple[str, str, MediaEvent, dict[str, Any]]] = [
    (
        START,
        (
            f'{{"event":"MEDIA_START","connection_id":"media","channel":"{CHANNEL}","channel_id":"1.0","format":"ulaw",'
            '"optimal_frame_size":160,"ptime":20,"channel_variables":{"FOO":"b ar"}}'
        ),
        MediaStart(
            channel_id="1.0", connection_id="media", channel=CHANNEL, format="ulaw", optimal_frame_size=160, ptime=20
        ),
        {"channel_variables": {"FOO": "b ar"}},
    ),
    (
        "DTMF_END digit:# channel_id:1.0",
        '{"event":"DTMF_END","channel_id":"1.0","digit":"#"}',
        DtmfEnd(channel_id="1.0", digit="#"),
        {},
    ),
    (
        (
            "STATUS channel_id:1.0 queue_length:1200 xon_level:800 xoff_level:900 queue_full:true bulk_media:false "
            "media_paused:false"
        ),
        (
            '{"event":"STATUS","channel_id":"1.0","queue_length":1200,"xon_level":800,"xoff_level":900,"queue_full":true,'
            '"bulk_media":false,"media_paused":false}'
        ),
        MediaStatus(
            channel_id="1.0",
            queue_length=1200,
            xon_level=800,
            xoff_level=900,
            queue_full=True,
            bulk_media=False,
            media_paused=False,
        ),
        {},
    ),
    (
        "MEDIA_MARK_PROCESSED m 1",
        '{"event":"MEDIA_MARK_PROCESSED","channel_id":"1.0","correlation_id":"m 1"}',
        MediaMarkProcessed(correlation_id="m 1"),
        {"channel_id": "1.0"},
    ),
    (
        "MEDIA_BUFFERING_COMPLETED",
        '{"event":"MEDIA_BUFFERING_COMPLETED","channel_id":"1.0","correlation_id":""}',
        MediaBufferingCompleted(),
        {"channel_id": "1.0"},
    ),
    ("MEDIA_XOFF", '{"event":"MEDIA_XOFF","channel_id":"1.0"}', MediaXoff(), {"channel_id": "1.0"}),
    ("MEDIA_XON", '{"event":"MEDIA_XON","channel_id":"1.0"}', MediaXon(), {"channel_id": "1.0"}),
    ("QUEUE_DRAINED", '{"event":"QUEUE_DRAINED","channel_id":"1.0"}', QueueDrained(), {"channel_id": "1.0"}),
    (
        "ERROR channel_id:1.0 error_text:MARK_MEDIA not supported in passthrough mode",
        '{"event":"ERROR","channel_id":"1.0","error_text":"MARK_MEDIA not supported in passthrough mode"}',
        MediaRefused(channel_id="1.0", error_text="MARK_MEDIA not supported in passthrough mode"),
        {},
    ),
]


@pytest.mark.parametrize(("plain", "json", "event", "only_json"), RECORDED, ids=[row[0][:25] for row in RECORDED])
def test_both_formats_say_the_same(plain: str, json: str, event: MediaEvent, only_json: dict[str, Any]) -> None:
    assert decode_event(plain) == event
    assert decode_event(json) == type(event)(
        **(dict(zip(event.__struct_fields__, _values(event), strict=True)) | only_json)
    )


def _values(event: MediaEvent) -> list[Any]:
    return [getattr(event, name) for name in event.__struct_fields__]


def test_the_line_end_of_a_plain_text_error_is_no_part_of_it() -> None:
    refused = decode_event("ERROR channel_id:1.0 error_text:SET_MEDIA_DIRECTION only supports JSON format.\n")

    assert refused == MediaRefused(channel_id="1.0", error_text="SET_MEDIA_DIRECTION only supports JSON format.")


def test_the_text_of_an_error_may_look_like_keys() -> None:
    refused = decode_event("ERROR channel_id:1.0 error_text:'digit:5 event:x' is not a valid direction")

    assert refused == MediaRefused(channel_id="1.0", error_text="'digit:5 event:x' is not a valid direction")


def test_a_value_may_hold_spaces_and_colons() -> None:
    start = decode_event(START.replace("1.0", "my call 7:x"))

    assert isinstance(start, MediaStart)
    assert (start.channel_id, start.format) == ("my call 7:x", "ulaw")


def test_a_start_without_what_older_versions_did_not_send_is_understood() -> None:
    start = decode_event(f"MEDIA_START connection_id:x channel:{CHANNEL} format:slin16 optimal_frame_size:640")

    assert isinstance(start, MediaStart)
    assert (start.channel_id, start.ptime, start.frame_duration) == ("", 20, 0.02)


@pytest.mark.parametrize("text", ["MEDIA_NEWS a:b c", '{"event":"MEDIA_NEWS","a":1}'])
def test_an_unknown_event_is_delivered_whole(text: str) -> None:
    assert decode_event(text) == UnknownMediaEvent(name="MEDIA_NEWS", raw=text)


def test_values_that_are_not_described_are_passed_over() -> None:
    assert decode_event("DTMF_END digit:1 duration_ms:80 channel_id:7") == DtmfEnd(channel_id="7", digit="1")
    assert decode_event('{"event":"DTMF_END","digit":"1","duration_ms":80}') == DtmfEnd(digit="1")


STATUS = "STATUS queue_length:7 xon_level:800 xoff_level:900 queue_full:true bulk_media:false media_paused:false"


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("DTMF_END", "digit", None),
        ('{"event":"DTMF_END"}', "digit", None),
        ('{"event":"DTMF_END","digit":5}', "digit", 5),
        ('{"event":"DTMF_END","digit":{"key":[5]}}', "digit", {"key": [5]}),
        (STATUS.replace("length:7", "length:many"), "queue_length", "many"),
        (STATUS.replace("length:7", "length:-7"), "queue_length", "-7"),
        (STATUS.replace("length:7", "length:\ud800"), "queue_length", "\ud800"),
        (STATUS.replace("full:true", "full:"), "queue_full", ""),
        (START.replace(":20", ":0"), "ptime", "0"),
        ('{"event":"ERROR","error_text":null}', "error_text", None),
        ('{"event":"MEDIA_MARK_PROCESSED","correlation_id":["m"]}', "correlation_id", ["m"]),
    ],
)
def test_an_event_that_does_not_fit_is_of_its_class_with_the_value_as_it_came(
    text: str, field: str, value: object
) -> None:
    event = decode_event(text)

    name = text[1:].split('"')[3] if text.startswith("{") else text.split(maxsplit=1)[0]
    assert type(event).__struct_config__.tag == name
    assert getattr(event, field) == value
    (misfit,) = event.misfits
    assert misfit.startswith(f"{name}.{field}: ")


def test_what_does_not_fit_survives_a_trip_to_another_process() -> None:
    event = decode_event("DTMF_END channel_id:7")
    copy = pickle.loads(pickle.dumps(event))  # noqa: S301 - our own

    assert (copy, copy.misfits) == (event, ("DTMF_END.digit: is missing",))
    assert decode_event("MEDIA_XON").misfits == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n",
        "{",
        "{}",
        '{"event":5}',
        '{"event":"MEDIA_XON"} and more',
        '{"event":"\ud800"}',
        '{"event":"MEDIA_XON","x":' + "[" * 100_000,
    ],
)
def test_what_is_no_event_is_refused_and_left_out_of_a_call(text: str) -> None:
    with pytest.raises(MalformedFrameError, match="control message"):
        decode_event(text)
    decoder = MediaDecoder()
    assert decoder.decode(text) is None
    assert (decoder.junk, decoder.misfitting) == (1, 0)


def test_what_is_odd_is_counted_and_each_kind_logged_once_up_to_a_bound(caplog: pytest.LogCaptureFixture) -> None:
    decoder = MediaDecoder()
    for digit in range(2):
        assert isinstance(decoder.decode(f'{{"event":"DTMF_END","digit":{digit}}}'), DtmfEnd)
    assert decoder.misfitting == 2
    assert len(caplog.records) == 1
    assert "DTMF_END.digit" in caplog.text
    for number in range(300):
        decoder.note(_odd(f"DTMF_END.{number}: is odd"))
    assert len(caplog.records) == 256


def _odd(misfit: str) -> MediaEvent:
    event = MediaXon()
    msgspec.structs.force_setattr(event, "_misfits", (misfit,))
    return event


def test_the_first_message_says_the_format_of_all() -> None:
    json = RECORDED[0][1]

    assert read_start(START, "pbx:1")[1] is PLAIN
    assert read_start(json, "pbx:1")[1] is JSON


def test_a_conversation_that_does_not_begin_with_its_start_is_refused() -> None:
    with pytest.raises(UnexpectedResponseError, match="pbx:1 began with 'MEDIA_XON'"):
        read_start("MEDIA_XON", "pbx:1")
    with pytest.raises(UnexpectedResponseError, match=r"pbx:1 .* unusable MEDIA_START: MEDIA_START.optimal_frame_size"):
        read_start(START.replace("size:160", "size:-160"), "pbx:1")
    with pytest.raises(MalformedFrameError, match="pbx:1 sent audio"):
        read_start(b"\xff" * 160, "pbx:1")


@pytest.mark.parametrize(
    ("command", "plain", "json"),
    [
        (MediaCommand.ANSWER, "ANSWER", '{"command":"ANSWER"}'),
        (MediaCommand.HANGUP, "HANGUP", '{"command":"HANGUP"}'),
        (MediaCommand.GET_STATUS, "GET_STATUS", '{"command":"GET_STATUS"}'),
        (MediaCommand.FLUSH_MEDIA, "FLUSH_MEDIA", '{"command":"FLUSH_MEDIA"}'),
        (MediaCommand.REPORT_QUEUE_DRAINED, "REPORT_QUEUE_DRAINED", '{"command":"REPORT_QUEUE_DRAINED"}'),
    ],
)
def test_a_command_is_a_word_or_an_object(command: MediaCommand, plain: str, json: str) -> None:
    assert encode_command(command, PLAIN) == plain
    assert encode_command(command, JSON) == json


def test_a_correlation_id_goes_with_its_command() -> None:
    assert encode_command(MediaCommand.MARK_MEDIA, PLAIN, correlation_id="m 1") == "MARK_MEDIA m 1"
    assert (
        encode_command(MediaCommand.STOP_MEDIA_BUFFERING, JSON, correlation_id='"\u00fc"')
        == '{"command":"STOP_MEDIA_BUFFERING","correlation_id":"\\"\u00fc\\""}'
    )


def test_a_direction_goes_in_json_alone() -> None:
    in_json = encode_command(MediaCommand.SET_MEDIA_DIRECTION, JSON, direction=MediaDirection.IN)

    assert in_json == '{"command":"SET_MEDIA_DIRECTION","direction":"in"}'
    with pytest.raises(InputError, match="SET_MEDIA_DIRECTION needs a channel with JSON"):
        encode_command(MediaCommand.SET_MEDIA_DIRECTION, PLAIN, direction=MediaDirection.IN)


@pytest.mark.parametrize(("form", "longest"), [(PLAIN, 117), (JSON, 84)])
def test_a_command_is_as_long_as_asterisk_takes(form: ControlFormat, longest: int) -> None:
    assert len(encode_command(MediaCommand.MARK_MEDIA, form, correlation_id="x" * longest)) == MAX_COMMAND
    with pytest.raises(InputError, match="correlation_id is 1 bytes longer"):
        encode_command(MediaCommand.MARK_MEDIA, form, correlation_id="x" * (longest + 1))


@pytest.mark.parametrize("bad", ["", " x", "x ", "a\nb", "a\0b", "\ud800", 5])
def test_a_correlation_id_that_would_not_come_back_is_refused(bad: Any) -> None:
    for form in ControlFormat:
        with pytest.raises(InputError, match="correlation_id must be"):
            encode_command(MediaCommand.MARK_MEDIA, form, correlation_id=bad)
