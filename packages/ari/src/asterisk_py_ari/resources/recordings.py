# Generated from the documentation of Asterisk 22.10.1 by `make generate`; do not edit.
"""Recordings, live and stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from asterisk_py_ari.models import LiveRecording, StoredRecording
from asterisk_py_ari.protocol.operation import Operation, text

from .resource import Resource

if TYPE_CHECKING:
    import builtins

__all__ = ["Recordings"]

_LIST_STORED: Final = Operation(
    "recordings.list_stored", "GET", "/recordings/stored", refusals=(), stands_for=("listStored",)
)
_GET_STORED: Final = Operation(
    "recordings.get_stored", "GET", "/recordings/stored/{recording_name}", refusals=(404,), stands_for=("getStored",)
)
_DELETE_STORED: Final = Operation(
    "recordings.delete_stored",
    "DELETE",
    "/recordings/stored/{recording_name}",
    refusals=(404,),
    stands_for=("deleteStored",),
)
_GET_STORED_FILE: Final = Operation(
    "recordings.get_stored_file",
    "GET",
    "/recordings/stored/{recording_name}/file",
    refusals=(403, 404),
    stands_for=("getStoredFile",),
)
_COPY_STORED: Final = Operation(
    "recordings.copy_stored",
    "POST",
    "/recordings/stored/{recording_name}/copy",
    refusals=(404, 409),
    query=(("destination_recording_name", "destinationRecordingName", text),),
    stands_for=("copyStored",),
)
_GET_LIVE: Final = Operation(
    "recordings.get_live", "GET", "/recordings/live/{recording_name}", refusals=(404,), stands_for=("getLive",)
)
_CANCEL: Final = Operation(
    "recordings.cancel", "DELETE", "/recordings/live/{recording_name}", refusals=(404,), stands_for=("cancel",)
)
_STOP: Final = Operation(
    "recordings.stop", "POST", "/recordings/live/{recording_name}/stop", refusals=(404,), stands_for=("stop",)
)
_PAUSE: Final = Operation(
    "recordings.pause", "POST", "/recordings/live/{recording_name}/pause", refusals=(404, 409), stands_for=("pause",)
)
_UNPAUSE: Final = Operation(
    "recordings.unpause",
    "DELETE",
    "/recordings/live/{recording_name}/pause",
    refusals=(404, 409),
    stands_for=("unpause",),
)
_MUTE: Final = Operation(
    "recordings.mute", "POST", "/recordings/live/{recording_name}/mute", refusals=(404, 409), stands_for=("mute",)
)
_UNMUTE: Final = Operation(
    "recordings.unmute", "DELETE", "/recordings/live/{recording_name}/mute", refusals=(404, 409), stands_for=("unmute",)
)


class Recordings(Resource):
    """Recordings, live and stored."""

    __slots__ = ()
    operations = (
        _LIST_STORED,
        _GET_STORED,
        _DELETE_STORED,
        _GET_STORED_FILE,
        _COPY_STORED,
        _GET_LIVE,
        _CANCEL,
        _STOP,
        _PAUSE,
        _UNPAUSE,
        _MUTE,
        _UNMUTE,
    )

    async def list_stored(self) -> builtins.list[StoredRecording]:
        """Return all stored recordings.

        ``GET /recordings/stored``.
        """
        return await self._caller.call(_LIST_STORED.request(), list[StoredRecording])

    async def get_stored(self, recording_name: str) -> StoredRecording:
        """Return the stored recording.

        ``GET /recordings/stored/{recordingName}``; refused with 404.
        """
        return await self._caller.call(_GET_STORED.request(recording_name=recording_name), StoredRecording)

    async def delete_stored(self, recording_name: str) -> None:
        """Delete the recording.

        ``DELETE /recordings/stored/{recordingName}``; refused with 404.
        """
        await self._caller.call(_DELETE_STORED.request(recording_name=recording_name))

    async def get_stored_file(self, recording_name: str) -> bytes:
        """Return the sound file of the recording.

        ``GET /recordings/stored/{recordingName}/file``; refused with 403 or 404.
        """
        return await self._caller.call(_GET_STORED_FILE.request(recording_name=recording_name), bytes)

    async def copy_stored(self, recording_name: str, destination_recording_name: str) -> StoredRecording:
        """Copy the recording under another name.

        ``POST /recordings/stored/{recordingName}/copy``; refused with 404 or 409.
        """
        return await self._caller.call(
            _COPY_STORED.request(recording_name=recording_name, destination_recording_name=destination_recording_name),
            StoredRecording,
        )

    async def get_live(self, recording_name: str) -> LiveRecording:
        """Return the recording as it is now.

        ``GET /recordings/live/{recordingName}``; refused with 404.
        """
        return await self._caller.call(_GET_LIVE.request(recording_name=recording_name), LiveRecording)

    async def cancel(self, recording_name: str) -> None:
        """Stop the recording and throw it away.

        ``DELETE /recordings/live/{recordingName}``; refused with 404.
        """
        await self._caller.call(_CANCEL.request(recording_name=recording_name))

    async def stop(self, recording_name: str) -> None:
        """Stop the recording and keep it.

        ``POST /recordings/live/{recordingName}/stop``; refused with 404.
        """
        await self._caller.call(_STOP.request(recording_name=recording_name))

    async def pause(self, recording_name: str) -> None:
        """Record nothing until further notice.

        ``POST /recordings/live/{recordingName}/pause``; refused with 404 or 409.
        """
        await self._caller.call(_PAUSE.request(recording_name=recording_name))

    async def unpause(self, recording_name: str) -> None:
        """Go on recording.

        ``DELETE /recordings/live/{recordingName}/pause``; refused with 404 or 409.
        """
        await self._caller.call(_UNPAUSE.request(recording_name=recording_name))

    async def mute(self, recording_name: str) -> None:
        """Record silence instead.

        ``POST /recordings/live/{recordingName}/mute``; refused with 404 or 409.
        """
        await self._caller.call(_MUTE.request(recording_name=recording_name))

    async def unmute(self, recording_name: str) -> None:
        """Record sound again.

        ``DELETE /recordings/live/{recordingName}/mute``; refused with 404 or 409.
        """
        await self._caller.call(_UNMUTE.request(recording_name=recording_name))
