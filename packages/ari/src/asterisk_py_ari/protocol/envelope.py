"""What is around events and answers: text frames to events, bodies to models, and REST requests in frames.

Nothing that Asterisk sends ends a stream of events. A frame is one of

- an event this version knows, typed;
- an event it knows with values that do not fit: of its class all the same, with the values as they came (``misfits``);
- an event it does not know: an :class:`UnknownEvent`, with all that was sent in ``fields``;
- the answer to a request sent in a frame: a :class:`RestResponse`;
- junk: no JSON, no object, no ``type``. It is counted, logged without its content, and left out.
"""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import msgspec

from asterisk_py_ari import events
from asterisk_py_core.errors import InputError, UnexpectedResponseError

from .event import AriEvent, UnknownEvent
from .fitting import Surprises, fit, listed
from .handle import Handle
from .requests import Answer

if TYPE_CHECKING:
    from collections.abc import Hashable

    from asterisk_py_ari.resources.ari import AriOperations

    from .requests import Request

__all__ = ["MAX_FRAME", "FrameDecoder", "RestResponse", "decode_answer", "encode_request"]

T = TypeVar("T")

logger = logging.getLogger(__name__)

# res_http_websocket.c, MAXIMUM_FRAME_SIZE: Asterisk closes with 1009 on a longer frame.
MAX_FRAME: Final = 65_535


class RestResponse(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="RESTResponse"):
    """Asterisk's answer to a request that came in a frame (res/ari/ari_websocket_requests.c)."""

    request_id: str
    status_code: int
    reason_phrase: str = ""
    content_type: str = ""
    message_body: str = ""

    @property
    def answer(self) -> Answer:
        """The same as HTTP would have brought it."""
        return Answer(status=self.status_code, body=self.message_body.encode(), content_type=self.content_type)


def _handles(kind: type[AriEvent]) -> tuple[str, ...]:
    paths = kind._handles  # noqa: SLF001 - generated for us
    if any("." in path for path in paths):
        return _NESTED
    return _CHANNEL if paths == _CHANNEL else paths


_KINDS: Final[dict[str, type[AriEvent]]] = {kind.__name__: kind for kind in events.EVENTS}
# The attributes that are handles in each class, and nothing for a RestResponse. Most events are about one channel.
_CHANNEL: Final = ("channel",)
_NESTED: Final = ("handles in parts of the event",)
_HANDLES: Final[dict[type[Any], tuple[str, ...] | None]] = {
    RestResponse: None,
    **{kind: _handles(kind) for kind in events.EVENTS},
}
# The slots of frozen values are filled here; of the ways to do that this one takes a quarter of the time.
_set: Final[Any] = msgspec.structs.force_setattr
_decode: Final[Any] = msgspec.json.Decoder(events.AnyEvent | RestResponse).decode


class FrameDecoder:
    """Makes events of the text frames of one connection; their handles ask *ari* for their operations."""

    def __init__(self, ari: AriOperations) -> None:
        self._ari = ari
        self._surprises = Surprises(logger)
        self.unknown = 0
        """How many events had no class."""
        self.misfitting = 0
        """How many events had values that do not fit."""
        self.junk = 0
        """How many frames were no event at all, and left out."""

    def decode(self, frame: str | bytes) -> AriEvent | RestResponse | None:
        """Return what *frame* is; ``None`` for junk, which is counted. Never raises for what is in it."""
        try:
            event = _decode(frame)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            return self._decode_unusual(frame, error)
        names = _HANDLES[type(event)]
        if names is None:
            return event  # type: ignore[no-any-return]  # a RestResponse
        _set(event, "_raw", frame)
        if names is _CHANNEL:
            channel = event.channel
            if channel is not None:
                _set(channel, "_ari", self._ari)
        elif names is _NESTED:
            _bind_all(event, self._ari)
        else:
            for name in names:
                handle = getattr(event, name)
                if handle is not None:
                    _set(handle, "_ari", self._ari)
        return event  # type: ignore[no-any-return]

    def skip(self, what: str) -> None:
        """Count something that is no event, such as a binary frame, as junk; *what* is logged."""
        self.junk += 1
        self._surprises.say("Left out of the events: %s", what)

    def _decode_unusual(self, frame: str | bytes, error: Exception) -> AriEvent | RestResponse | None:
        try:
            fields = msgspec.json.decode(frame)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as problem:
            self.skip(f"a frame that is no JSON ({type(problem).__name__})")
            return None
        name = fields.get("type") if isinstance(fields, dict) else None
        if not isinstance(name, str):
            self.skip("a frame that has no type")
            return None
        if name == "RESTResponse":
            self.skip(f"an answer to nothing ({error})")
            return None
        misfits: list[str] = []
        kind = _KINDS.get(name)
        if kind is None:
            self.unknown += 1
            self._surprises.say("Asterisk sends events of a kind that has no class: %s", repr(name)[:100])
            event: AriEvent = _unknown(name, fields)
        else:
            event = fit(kind, fields, name, misfits)
            self.misfitting += 1
            self._surprises.say("An event does not fit its class, and has values as they came: %s", listed(misfits))
            _set(event, "_misfits", tuple(misfits))
        _set(event, "_raw", frame)
        _bind_all(event, self._ari)
        return event


def _unknown(name: str, fields: dict[str, Any]) -> UnknownEvent:
    event: UnknownEvent = fit(UnknownEvent, {**fields, "type": name}, name, [])
    return event


def _bind_all(event: AriEvent, ari: AriOperations) -> None:
    for handle in event.handles():
        _set(handle, "_ari", ari)


# --- answers ---------------------------------------------------------------------------------------------------------


def decode_answer(request: Request, answer: Answer, result: type[T], ari: AriOperations) -> T:
    """Return the body of *answer* as *result*, which may be ``bytes``: the body as it is. Handles are bound to *ari*.

    Values that do not fit their type are kept as they came.

    Raises:
        UnexpectedResponseError: the body is no JSON, or another kind of JSON.
    """
    if result is bytes:
        return answer.body  # type: ignore[return-value]
    try:
        found: Any = _decoder(cast("Hashable", result)).decode(answer.body)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        found = _fitted(request, answer, result, str(error))
    for each in found if isinstance(found, list) else (found,):
        if isinstance(each, Handle):
            _set(each, "_ari", ari)
    return found  # type: ignore[no-any-return]


@lru_cache(maxsize=64)
def _decoder(result: Hashable) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(cast("Any", result))


def _fitted(request: Request, answer: Answer, result: Any, problem: str) -> Any:
    try:
        value = msgspec.json.decode(answer.body)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise _unexpected(request, answer, "is no JSON") from error
    misfits: list[str] = []
    found = fit(result, value, request.operation, misfits)
    if not isinstance(found, getattr(result, "__origin__", result)):
        raise _unexpected(request, answer, f"is not what was asked for ({problem})")
    logger.warning("An answer does not fit its model, and has values as they came: %s", listed(misfits))
    return found


def _unexpected(request: Request, answer: Answer, problem: str) -> UnexpectedResponseError:
    kind = answer.content_type or "no content type"
    return UnexpectedResponseError(f"{request.operation}: the answer ({answer.status}, {kind}) {problem}")


# --- requests in frames ----------------------------------------------------------------------------------------------


def encode_request(request: Request, request_id: str) -> str:
    """Return *request* as a text frame; its answer will carry *request_id*.

    Raises:
        InputError: the frame is longer than Asterisk takes.
    """
    message = {
        "type": "RESTRequest",
        "transaction_id": request_id,
        "request_id": request_id,
        "method": request.method,
        "uri": request.target.removeprefix("/"),
    }
    if request.body is not None:
        message |= {"content_type": "application/json", "message_body": request.body.decode()}
    frame = msgspec.json.encode(message)
    if len(frame) > MAX_FRAME:
        problem = f"makes a frame of {len(frame):,} bytes; Asterisk takes {MAX_FRAME:,}"
        raise InputError(field=request.operation, problem=problem)
    return frame.decode()
