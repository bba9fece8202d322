"""How much audio goes out, and in which pieces."""

import re

import pytest

from asterisk_py_ari.protocol.media_commands import MediaCommand
from asterisk_py_ari.protocol.media_events import MAX_MESSAGE, MediaStart, MediaStatus, decode_event
from asterisk_py_ari.protocol.media_window import SendWindow
from asterisk_py_core.errors import InputError, UnexpectedResponseError

SECOND = b"\xff" * 8000


def window(frame_size: int = 160, ptime: int = 20) -> SendWindow:
    return SendWindow(
        MediaStart(connection_id="media", channel="c", format="f", optimal_frame_size=frame_size, ptime=ptime)
    )


def status(queue_length: int) -> MediaStatus:
    return MediaStatus(
        queue_length=queue_length,
        xon_level=800,
        xoff_level=900,
        queue_full=queue_length >= 900,
        bulk_media=False,
        media_paused=False,
    )


def fill(sends: SendWindow) -> int:
    """Send seconds of audio until there is no room, and return how many."""
    seconds = 0
    while sends.has_room(SECOND):
        sends.sent(SECOND)
        seconds += 1
    return seconds


@pytest.mark.parametrize("frame_size", [50, 160, 640, 7680, 65_000, MAX_MESSAGE])
@pytest.mark.parametrize("length", [0, 1, 159, 160, 161, 8000, 300_001])
def test_messages_hold_whole_frames_and_fit(frame_size: int, length: int) -> None:
    audio = bytes(index % 251 for index in range(length))
    messages = list(window(frame_size).messages(audio))

    assert b"".join(messages) == audio
    assert all(len(message) <= MAX_MESSAGE for message in messages)
    assert all(len(message) % frame_size == 0 for message in messages[:-1])


def test_a_frame_that_varies_is_one_message() -> None:
    sends = window(frame_size=0)

    assert list(sends.messages(b"opus!")) == [b"opus!"]
    assert sends.frames(b"opus!") == 1
    assert not sends.must_buffer(b"opus!")
    with pytest.raises(InputError, match=r"audio is one frame of 65,501 bytes, over 65,500"):
        list(sends.messages(bytes(MAX_MESSAGE + 1)))


def test_audio_that_ends_within_a_frame_is_buffered() -> None:
    sends = window()

    assert not sends.must_buffer(SECOND)
    assert sends.must_buffer(SECOND + b"\xff")
    sends.commanded(MediaCommand.START_MEDIA_BUFFERING)
    assert not sends.must_buffer(SECOND + b"\xff")


def test_no_more_is_sent_unasked_than_the_queue_takes() -> None:
    assert fill(window()) == 18


def test_an_answer_makes_room_for_what_has_been_played() -> None:
    sends = window()
    fill(sends)
    sends.commanded(MediaCommand.GET_STATUS)
    sends.update(status(750))

    assert fill(sends) == 3


def test_what_was_sent_after_the_question_comes_on_top_of_the_answer() -> None:
    sends = window()
    sends.commanded(MediaCommand.GET_STATUS)
    sends.sent(SECOND)
    sends.commanded(MediaCommand.GET_STATUS)
    sends.sent(SECOND)
    sends.update(status(850))
    assert not sends.has_room(SECOND)
    sends.update(status(800))
    assert fill(sends) == 1


def test_an_answer_to_nothing_changes_nothing() -> None:
    sends = window()
    sends.update(status(900))

    assert fill(sends) == 18


def test_a_flush_empties_the_queue_and_ends_buffering() -> None:
    sends = window()
    sends.commanded(MediaCommand.START_MEDIA_BUFFERING)
    fill(sends)
    sends.commanded(MediaCommand.FLUSH_MEDIA)

    assert fill(sends) == 18
    assert not sends.buffering


def test_the_wait_is_as_long_as_what_is_in_the_way_plays() -> None:
    sends = window()
    fill(sends)
    sends.commanded(MediaCommand.GET_STATUS)
    sends.update(status(890))

    assert sends.seconds_until_room(SECOND) == pytest.approx(0.8)
    assert sends.seconds_until_room(b"") == pytest.approx(0.02)


@pytest.mark.parametrize("odd", ["queue_length:many", "queue_length:", "xoff_level:-900"])
def test_an_answer_that_says_nothing_usable_is_an_error_and_answers_its_question(odd: str) -> None:
    sends = window()
    fill(sends)
    sends.commanded(MediaCommand.GET_STATUS)
    sends.commanded(MediaCommand.GET_STATUS)
    text = "STATUS queue_length:0 xon_level:800 xoff_level:900 queue_full:false bulk_media:false media_paused:false"
    unusable = decode_event(re.sub(rf"{odd.partition(':')[0]}:\d+", odd, text))
    assert isinstance(unusable, MediaStatus)
    with pytest.raises(UnexpectedResponseError, match=odd.partition(":")[0]):
        sends.update(unusable)
    assert not sends.has_room(SECOND)
    sends.update(status(750))

    assert fill(sends) == 3
    sends.update(status(0))
    assert fill(sends) == 0
