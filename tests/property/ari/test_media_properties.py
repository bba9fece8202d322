"""Media WebSockets: what must hold for all messages and all audio, not only for those somebody thought of."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from asterisk_py_ari.protocol.media_commands import (
    MAX_COMMAND,
    ControlFormat,
    MediaCommand,
    encode_command,
    read_start,
)
from asterisk_py_ari.protocol.media_events import (
    MAX_MESSAGE,
    MediaDecoder,
    MediaEvent,
    MediaStart,
    MediaStatus,
    UnknownMediaEvent,
    decode_event,
)
from asterisk_py_ari.protocol.media_window import SendWindow
from asterisk_py_core.errors import InputError, ProtocolError

pytestmark = pytest.mark.parser

NAMES = [
    "MEDIA_START", "MEDIA_XOFF", "MEDIA_XON", "MEDIA_BUFFERING_COMPLETED", "MEDIA_MARK_PROCESSED", "QUEUE_DRAINED",
    "DTMF_END", "STATUS", "ERROR", "NEWS",
]  # fmt: skip
KEYS = [
    "event", "connection_id", "channel", "channel_id", "format", "optimal_frame_size", "ptime", "channel_variables",
    "digit", "correlation_id", "error_text", "queue_length", "xon_level", "xoff_level", "queue_full", "bulk_media",
    "media_paused",
]  # fmt: skip

# Pieces of plain text, and JSON that is nearly right.
PLAIN_TEXT = st.lists(
    st.sampled_from([*NAMES, *[f"{key}:" for key in KEYS], " ", ":", "1", "true", "-5", "\n", "{", "\0", "\ud800"])
    | st.text(max_size=5),
    max_size=20,
).map("".join)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(NAMES) | st.text(max_size=5)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
)
OBJECTS = st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=3), VALUES, max_size=8).map(json.dumps)
WHOLE_STARTS = st.fixed_dictionaries(
    {
        "event": st.just("MEDIA_START"),
        "connection_id": st.text(max_size=5),
        "channel": st.text(max_size=5),
        "format": st.text(max_size=5),
        "optimal_frame_size": st.integers(),
    },
    optional={"ptime": st.integers() | st.text(max_size=2)},
).map(json.dumps)


@given(PLAIN_TEXT | OBJECTS | st.text())
@example("{" * 100_000)
@example('{"event":"STATUS","queue_length":' + "9" * 5000 + "}")
def test_any_message_is_an_event_or_a_protocol_error(text: str) -> None:
    try:
        event = decode_event(text)
    except ProtocolError:
        return
    assert isinstance(event, MediaEvent)
    assert MediaDecoder().decode(text) == event
    if isinstance(event, UnknownMediaEvent):
        assert event.raw == text
    assert isinstance(repr(event), str)


@given(PLAIN_TEXT | WHOLE_STARTS | st.binary(max_size=20))
def test_any_first_message_is_a_start_or_a_protocol_error(message: str | bytes) -> None:
    try:
        start, form = read_start(message, "pbx:1")
    except ProtocolError:
        return
    assert isinstance(start, MediaStart)
    assert form is (ControlFormat.JSON if str(message).startswith("{") else ControlFormat.PLAIN_TEXT)
    assert start.optimal_frame_size in range(MAX_MESSAGE + 1)
    assert 0 < start.frame_duration <= 1
    # Whatever it says, audio can be cut by it.
    assert b"".join(SendWindow(start).messages(b"x" * 100)) == b"x" * 100


@given(st.text(max_size=140), st.sampled_from(ControlFormat))
def test_any_correlation_id_is_refused_or_goes_out_whole(key: str, form: ControlFormat) -> None:
    try:
        message = encode_command(MediaCommand.MARK_MEDIA, form, correlation_id=key)
    except InputError:
        return
    assert len(message.encode()) <= MAX_COMMAND
    assert "\n" not in message
    if form is ControlFormat.JSON:
        assert json.loads(message) == {"command": "MARK_MEDIA", "correlation_id": key}
    else:
        # As Asterisk reads it: stripped, up to a NUL, cut at the first space (chan_websocket.c, handle_command).
        assert message.strip(" \t\r\n").partition("\0")[0].partition(" ") == ("MARK_MEDIA", " ", key)


class Queue:
    """What Asterisk holds: frames come in as sent, some are played, and it answers questions in order, late."""

    def __init__(self) -> None:
        self.length = 0
        self.written: list[bytes | None] = []

    def take(self, window: SendWindow) -> None:
        """Take one message from the wire."""
        message = self.written.pop(0)
        if message is None:
            window.update(
                MediaStatus(
                    queue_length=self.length,
                    xon_level=800,
                    xoff_level=900,
                    queue_full=self.length >= 900,
                    bulk_media=False,
                    media_paused=False,
                )
            )
            return
        # A message is dropped only where the queue holds 1,000, and XOFF is never needed below 900.
        assert self.length < 1000
        self.length += window.frames(message)


@pytest.mark.parametrize("frame_size", [160, 7680])
@given(steps=st.lists(st.sampled_from(["send", "take", "play", "ask", "flush"]) | st.integers(1, 20_000), max_size=300))
def test_no_order_of_sending_playing_and_asking_overfills_the_queue(frame_size: int, steps: list[str | int]) -> None:
    window = SendWindow(MediaStart(connection_id="", channel="", format="", optimal_frame_size=frame_size))
    queue = Queue()
    size = 8000
    for step in steps:
        match step:
            case int():
                size = step
            case "ask":
                window.commanded(MediaCommand.GET_STATUS)
                queue.written.append(None)
            case "take" if queue.written:
                queue.take(window)
            case "play":
                queue.length = max(0, queue.length - 100)
            case "flush":
                # In order with everything else, so what was written before it is gone as well.
                queue.written = [message for message in queue.written if message is None]
                queue.length = 0
                window.commanded(MediaCommand.FLUSH_MEDIA)
            case _:
                for message in window.messages(bytes(size)):
                    if window.has_room(message):
                        window.sent(message)
                        queue.written.append(message)
    while queue.written:
        queue.take(window)
    assert queue.length <= 900
