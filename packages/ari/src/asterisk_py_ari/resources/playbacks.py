# Generated from the documentation of Asterisk 22.10.1 by `make generate`; do not edit.
"""What is being played."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from asterisk_py_ari.models import Playback
from asterisk_py_ari.protocol.operation import Operation, text

from .resource import Resource

if TYPE_CHECKING:
    from typing import Literal

    from asterisk_py_ari.handles import PlaybackOperations

__all__ = ["Playbacks"]

_GET: Final = Operation("playbacks.get", "GET", "/playbacks/{playback_id}", refusals=(404,), stands_for=("get",))
_STOP: Final = Operation("playbacks.stop", "DELETE", "/playbacks/{playback_id}", refusals=(404,), stands_for=("stop",))
_CONTROL: Final = Operation(
    "playbacks.control",
    "POST",
    "/playbacks/{playback_id}/control",
    refusals=(400, 404, 409),
    query=(("operation", "operation", text),),
    stands_for=("control",),
)


class Playbacks(Resource):
    """What is being played."""

    __slots__ = ()
    operations = (
        _GET,
        _STOP,
        _CONTROL,
    )

    async def get(self, playback_id: str | PlaybackOperations) -> Playback:
        """Return the playback as it is now.

        ``GET /playbacks/{playbackId}``; refused with 404.
        """
        return await self._caller.call(_GET.request(playback_id=playback_id), Playback)

    async def stop(self, playback_id: str | PlaybackOperations) -> None:
        """Stop the playback.

        ``DELETE /playbacks/{playbackId}``; refused with 404.
        """
        await self._caller.call(_STOP.request(playback_id=playback_id))

    async def control(
        self,
        playback_id: str | PlaybackOperations,
        operation: Literal["restart", "pause", "unpause", "reverse", "forward"],
    ) -> None:
        """Stop, pause, wind or restart the playback.

        ``POST /playbacks/{playbackId}/control``; refused with 400, 404 or 409.
        """
        await self._caller.call(_CONTROL.request(playback_id=playback_id, operation=operation))
