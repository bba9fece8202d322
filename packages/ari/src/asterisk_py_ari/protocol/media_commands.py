"""What Asterisk can be told on a media WebSocket (its chan_websocket); commands are case-sensitive."""

from __future__ import annotations

from enum import Enum
from typing import Final

import msgspec

from asterisk_py_core.checks import shown
from asterisk_py_core.errors import InputError, MalformedFrameError, UnexpectedResponseError

from .fitting import fits, listed
from .media_events import MediaStart, decode_event

__all__ = ["MAX_COMMAND", "ControlFormat", "MediaCommand", "MediaDirection", "encode_command", "read_start"]

# chan_websocket.c, process_text_message: a longer one is logged in Asterisk and otherwise ignored.
MAX_COMMAND: Final = 128


class ControlFormat(Enum):
    """How control messages are written."""

    PLAIN_TEXT = "plain-text"
    JSON = "json"


class MediaDirection(Enum):
    """Which way audio goes, seen from this program: IN is to receive only, OUT is to send only."""

    BOTH = "both"
    IN = "in"
    OUT = "out"


class MediaCommand(Enum):
    """What Asterisk can be told; all but the first two and GET_STATUS are refused in passthrough mode."""

    ANSWER = "ANSWER"
    HANGUP = "HANGUP"
    GET_STATUS = "GET_STATUS"
    START_MEDIA_BUFFERING = "START_MEDIA_BUFFERING"
    STOP_MEDIA_BUFFERING = "STOP_MEDIA_BUFFERING"
    MARK_MEDIA = "MARK_MEDIA"
    FLUSH_MEDIA = "FLUSH_MEDIA"
    REPORT_QUEUE_DRAINED = "REPORT_QUEUE_DRAINED"
    PAUSE_MEDIA = "PAUSE_MEDIA"
    CONTINUE_MEDIA = "CONTINUE_MEDIA"
    SET_MEDIA_DIRECTION = "SET_MEDIA_DIRECTION"


def encode_command(
    command: MediaCommand,
    form: ControlFormat,
    *,
    correlation_id: str | None = None,
    direction: MediaDirection | None = None,
) -> str:
    """Return *command* as a text message.

    Raises:
        InputError: *correlation_id* is empty, would not come back as it is, or makes the message longer than the 128
            bytes Asterisk takes; or the command needs JSON.
    """
    if not isinstance(command, MediaCommand):
        raise InputError(field="command", problem=f"must be a MediaCommand, not {shown(command):.100}")
    if direction is not None and not isinstance(direction, MediaDirection):
        raise InputError(field="direction", problem=f"must be a MediaDirection, not {shown(direction):.100}")
    if direction is not None and form is not ControlFormat.JSON:
        raise InputError(field=command.value, problem="needs a channel with JSON control messages: f(json)")
    if correlation_id is not None:
        _check_correlation_id(correlation_id)
    if form is ControlFormat.JSON:
        values = {"command": command.value, "correlation_id": correlation_id}
        values["direction"] = None if direction is None else direction.value
        message = msgspec.json.encode({key: value for key, value in values.items() if value is not None}).decode()
    else:
        message = command.value if correlation_id is None else f"{command.value} {correlation_id}"
    excess = len(message.encode()) - MAX_COMMAND
    if excess > 0:
        raise InputError(field="correlation_id", problem=f"is {excess} bytes longer than Asterisk takes")
    return message


def _check_correlation_id(value: object) -> None:
    if not isinstance(value, str):
        raise InputError(field="correlation_id", problem=f"must be text, not {shown(value):.100}")
    # Asterisk strips a message, and reads it up to a NUL.
    if not value or not value.isprintable() or value != value.strip():
        raise InputError(
            field="correlation_id", problem=f"must be printable text without spaces around it, not {shown(value):.100}"
        )


def read_start(message: str | bytes, address: str) -> tuple[MediaStart, ControlFormat]:
    """Return what the first *message* from *address* says, and the format it says it in.

    Raises:
        ProtocolError: Asterisk begins with MEDIA_START, and this is something else; or it does not say how long a frame
            is, without which nothing can be sent that Asterisk would not lose.
    """
    if isinstance(message, bytes):
        raise MalformedFrameError(f"{address} sent audio before MEDIA_START")
    start = decode_event(message)
    if not isinstance(start, MediaStart):
        raise UnexpectedResponseError(f"{address} began with {message[:100]!r}, not with MEDIA_START")
    if not fits(start, "optimal_frame_size"):
        raise UnexpectedResponseError(f"{address} began with an unusable MEDIA_START: {listed(start.misfits)}")
    return start, ControlFormat.JSON if message.startswith("{") else ControlFormat.PLAIN_TEXT
