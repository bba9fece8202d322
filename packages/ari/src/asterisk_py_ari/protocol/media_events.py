"""What Asterisk tells on a media WebSocket (its chan_websocket); :mod:`.media_commands` has what it can be told.

Audio travels in binary messages, one frame each from Asterisk; everything else in text messages, in one of two formats.
Which one is up to the channel: ``f(json)`` in its dial string, else ``control_message_format`` in chan_websocket.conf,
else plain text. Seen on Asterisk 22.10.1, in this order on one call::

    <- MEDIA_START connection_id:media channel:WebSocket/media/0x7f56740055d0 channel_id:1795621209.0 format:ulaw
       optimal_frame_size:160 ptime:20
    <- DTMF_END digit:1 channel_id:1795621209.0
    -> MARK_MEDIA m 1
    <- MEDIA_MARK_PROCESSED m 1

and with JSON::

    <- {"event":"DTMF_END","channel_id":"1795621215.1","digit":"1"}
    -> {"command":"MARK_MEDIA","correlation_id":"m 1"}
    <- {"event":"MEDIA_MARK_PROCESSED","channel_id":"1795621215.1","correlation_id":"m 1"}

Some plain-text messages carry less than their JSON: no ``channel_id``, and no channel variables.

Nothing of this ends a call, which is more than one message of it. An event whose values are not what is described here
is of its class all the same (``misfits`` says what is odd), one that is not described at all an
:class:`UnknownMediaEvent`, and what is no event is junk: counted, logged without its content, and left out.
"""

from __future__ import annotations

import logging
import re
from typing import Annotated, Any, Final, TypeAlias

import msgspec

from asterisk_py_core.errors import MalformedFrameError
from asterisk_py_core.event_bus import Event

from .fitting import Sent, Surprises, fit, fits, listed

__all__ = [
    "MAX_MESSAGE",
    "DtmfEnd",
    "MediaBufferingCompleted",
    "MediaDecoder",
    "MediaEvent",
    "MediaMarkProcessed",
    "MediaRefused",
    "MediaStart",
    "MediaStatus",
    "MediaXoff",
    "MediaXon",
    "QueueDrained",
    "UnknownMediaEvent",
    "decode_event",
]

logger = logging.getLogger(__name__)

# res_http_websocket.c holds a message with its header in 65,535 bytes. 65,500 arrive; 65,535 are answered with a close
# (1009), and the call is hung up.
MAX_MESSAGE: Final = 65_500

# A key begins after a space; a value may hold spaces (the id of a channel is anything its creator wants).
_NEXT_KEY: Final = re.compile(r" (?=[a-z_]+:)")
_ONLY_AN_ID: Final = {"MEDIA_BUFFERING_COMPLETED", "MEDIA_MARK_PROCESSED"}
# Milliseconds in a frame, where they are not said.
_PTIME: Final = 20


# More than any queue of Asterisk holds, and few enough to count seconds with.
_Frames: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]


class MediaEvent(Event, Sent, msgspec.Struct, frozen=True, kw_only=True):
    """Anything Asterisk tells about a media connection; ``channel_id`` is empty where it does not say it."""

    channel_id: str = ""


class MediaStart(MediaEvent, tag_field="event", tag="MEDIA_START", frozen=True, kw_only=True):
    """The first message: what the audio is, and whose.

    ``channel_variables`` come in the JSON format only.
    """

    connection_id: str
    """The name in websocket_client.conf, or the id this program connected to."""
    channel: str
    """The channel's name."""
    format: str
    """The codec's name: ``ulaw``, ``slin16``. A frame from Asterisk is encoded by it, and so must be what is sent."""
    optimal_frame_size: Annotated[int, msgspec.Meta(ge=0, le=MAX_MESSAGE)]
    """Bytes in a frame; 0 for codecs whose frames vary (opus), which are passed through as they are."""
    ptime: Annotated[int, msgspec.Meta(ge=1, le=1000)] = _PTIME
    """Milliseconds in a frame."""
    channel_variables: dict[str, str] = {}

    @property
    def frame_duration(self) -> float:
        """Seconds of audio in a frame."""
        return (self.ptime if fits(self, "ptime") else _PTIME) / 1000


class MediaXoff(MediaEvent, tag_field="event", tag="MEDIA_XOFF", frozen=True, kw_only=True):
    """Asterisk holds 900 frames that are not played yet; it drops what comes when it holds 1,000."""


class MediaXon(MediaEvent, tag_field="event", tag="MEDIA_XON", frozen=True, kw_only=True):
    """After a MediaXoff, Asterisk holds less than 800 frames again. It does not come while media is paused."""


class MediaBufferingCompleted(
    MediaEvent, tag_field="event", tag="MEDIA_BUFFERING_COMPLETED", frozen=True, kw_only=True
):
    """What was sent before a STOP_MEDIA_BUFFERING has been played."""

    correlation_id: str = ""


class MediaMarkProcessed(MediaEvent, tag_field="event", tag="MEDIA_MARK_PROCESSED", frozen=True, kw_only=True):
    """What was sent before a MARK_MEDIA has been played. It never comes for a mark that was flushed."""

    correlation_id: str = ""


class QueueDrained(MediaEvent, tag_field="event", tag="QUEUE_DRAINED", frozen=True, kw_only=True):
    """Nothing is left to play; comes once for each REPORT_QUEUE_DRAINED."""


class DtmfEnd(MediaEvent, tag_field="event", tag="DTMF_END", frozen=True, kw_only=True):
    """The other side pressed a key."""

    digit: str


class MediaStatus(MediaEvent, tag_field="event", tag="STATUS", frozen=True, kw_only=True):
    """The answer to GET_STATUS; lengths and levels are in frames."""

    queue_length: _Frames
    xon_level: _Frames
    xoff_level: _Frames
    queue_full: bool
    bulk_media: bool
    """Whether a START_MEDIA_BUFFERING is in force."""
    media_paused: bool


class MediaRefused(MediaEvent, tag_field="event", tag="ERROR", frozen=True, kw_only=True):
    """Asterisk refused a command (``ERROR`` on the wire), and says why in ``error_text``."""

    error_text: str


class UnknownMediaEvent(MediaEvent, frozen=True, kw_only=True):
    """An event this version does not know; ``raw`` is all of it."""

    name: str
    raw: str


_KNOWN: Final[dict[str, type[MediaEvent]]] = {
    str(kind.__struct_config__.tag): kind
    for kind in MediaEvent.__subclasses__()
    if kind.__struct_config__.tag is not None
}


class MediaDecoder:
    """Makes events of the control messages of one connection."""

    def __init__(self) -> None:
        self._surprises = Surprises(logger)
        self.misfitting = 0
        """How many events had values that do not fit."""
        self.junk = 0
        """How many messages were no event, and left out."""

    def decode(self, text: str) -> MediaEvent | None:
        """Return the event in *text*; None for junk, which is counted. Never raises for what is in it."""
        try:
            event = decode_event(text)
        except MalformedFrameError as error:
            self.junk += 1
            why = type(error.__cause__).__name__
            self._surprises.say("Left out of the events of a call: a message that is none (%s)", why)
            return None
        self.note(event)
        return event

    def note(self, event: MediaEvent) -> None:
        """Count and log what does not fit in *event*, if anything."""
        if event.misfits:
            self.misfitting += 1
            what = listed(event.misfits)
            self._surprises.say("An event of a call does not fit its class, and has values as they came: %s", what)


def decode_event(text: str) -> MediaEvent:
    """Return the event in *text*, whichever its format; what it has beyond our description of it is passed over.

    Raises:
        MalformedFrameError: it is no event.
    """
    try:
        return _from_json(text) if text.startswith("{") else _from_plain_text(text)
    # msgspec raises RecursionError where JSON is nested too deep, and UnicodeEncodeError on half a surrogate pair.
    except (msgspec.MsgspecError, RecursionError, UnicodeEncodeError) as error:
        raise MalformedFrameError(f"control message {text[:100]!r} is no media event: {error}") from error


def _from_json(text: str) -> MediaEvent:
    values = msgspec.json.decode(text, type=dict[str, Any])
    name = values.get("event")
    if not isinstance(name, str):
        raise msgspec.ValidationError("it has no name")
    return _event(name, values, text, strict=True)


def _from_plain_text(text: str) -> MediaEvent:
    name, _, rest = text.strip().partition(" ")
    if not name:
        raise msgspec.ValidationError("it is empty")
    values: dict[str, Any] = {}
    if name in _ONLY_AN_ID:
        values["correlation_id"] = rest
    else:
        # The text of an error is all the rest, whatever it looks like.
        rest, _, error_text = rest.partition(" error_text:")
        if error_text:
            values["error_text"] = error_text
        values.update(pair.partition(":")[::2] for pair in _NEXT_KEY.split(rest))
    return _event(name, values, text, strict=False)


def _event(name: str, values: dict[str, Any], text: str, *, strict: bool) -> MediaEvent:
    if name not in _KNOWN:
        return UnknownMediaEvent(name=name, raw=text)
    misfits: list[str] = []
    event: MediaEvent = fit(_KNOWN[name], values | {"event": name}, name, misfits, strict=strict)
    if misfits:
        msgspec.structs.force_setattr(event, "_misfits", tuple(misfits))
    return event
