"""A client without a connection: it keeps the requests, and answers what a test has laid ready."""

import json
from collections.abc import Callable
from typing import Any, TypeVar, overload

from asterisk_py_ari.protocol.envelope import FrameDecoder, decode_answer
from asterisk_py_ari.protocol.event import AriEvent
from asterisk_py_ari.protocol.requests import Answer, Request
from asterisk_py_ari.resources import AriOperations
from asterisk_py_core import EventBus, FilteredSubscription

T = TypeVar("T")

CALLER = {"name": "Ann", "number": "55"}
CHANNEL: dict[str, Any] = {
    "id": "1795418882.119",
    "name": "Local/300@default-0000003c;1",
    "state": "Up",
    "protocol_id": "",
    "caller": CALLER,
    "connected": {"name": "", "number": ""},
    "accountcode": "",
    "dialplan": {"context": "default", "exten": "300", "priority": 1, "app_name": "Stasis", "app_data": "demo,a1"},
    "creationtime": "2026-11-23T07:28:02.046+0000",
    "language": "en",
}
EVENT: dict[str, Any] = {
    "type": "StasisStart",
    "timestamp": "2026-11-23T07:28:03.047+0000",
    "args": ["a1"],
    "channel": CHANNEL,
    "asterisk_id": "02:fc:00:00:00:01",
    "application": "demo",
}
PLAYBACK = {"id": "p1", "media_uri": "sound:beep", "target_uri": "channel:c1", "language": "en", "state": "queued"}
BRIDGE = {
    "id": "b1",
    "technology": "simple_bridge",
    "bridge_type": "mixing",
    "bridge_class": "stasis",
    "creator": "Stasis",
    "name": "",
    "channels": [],
    "creationtime": "2026-11-23T07:28:02.046+0000",
    "video_mode": "none",
}


class StandIn(AriOperations):
    """What handles and resources need of a client."""

    def __init__(self, *answers: object) -> None:
        super().__init__(self)
        self.requests: list[Request] = []
        self.answers = list(answers)
        self.bus: EventBus[Any] = EventBus()
        self.decoder = FrameDecoder(self)

    @overload
    async def call(self, request: Request, result: None = None, *, timeout: float | None = None) -> None: ...
    @overload
    async def call(self, request: Request, result: type[T], *, timeout: float | None = None) -> T: ...
    async def call(self, request: Request, result: type[T] | None = None, *, timeout: float | None = None) -> T | None:
        del timeout
        self.requests.append(request)
        if result is None:
            return None
        return decode_answer(request, Answer(status=200, body=json.dumps(self.answers.pop(0)).encode()), result, self)

    def events(
        self, *types: type[Any], where: Callable[[Any], bool], capacity: int | None = None, lossy: bool = False
    ) -> FilteredSubscription[Any]:
        return self.bus.subscribe(*types, where=where, capacity=capacity, lossy=lossy)

    def decode(self, **changes: Any) -> AriEvent:
        """Return the event of a frame: a StasisStart with some of it changed."""
        event = self.decoder.decode(json.dumps({**EVENT, **changes}))
        assert isinstance(event, AriEvent)
        return event
