# Generated from the documentation of Asterisk 22.10.1 by `make generate`; do not edit.
# ruff: noqa: A002, PLR0913 - the parameters are Asterisk's
"""Bridges, which join channels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from asterisk_py_ari.models import Bridge, LiveRecording, Playback, Variable, Variables
from asterisk_py_ari.protocol.operation import Operation, flag, milliseconds, number, text, texts, variables

from .resource import Resource

if TYPE_CHECKING:
    import builtins
    from collections.abc import Sequence
    from typing import Literal

    from asterisk_py_ari.handles import BridgeOperations, ChannelOperations, LiveRecordingOperations, PlaybackOperations
    from asterisk_py_ari.protocol.operation import VariableMap

__all__ = ["Bridges"]

_LIST: Final = Operation("bridges.list", "GET", "/bridges", refusals=(), stands_for=("list",))
_CREATE: Final = Operation(
    "bridges.create",
    "POST",
    "/bridges/{bridge_id}",
    refusals=(409,),
    query=(
        ("type", "type", text),
        ("name", "name", text),
    ),
    body=("variables", "variables", variables),
    stands_for=("create", "createWithId"),
)
_GET: Final = Operation("bridges.get", "GET", "/bridges/{bridge_id}", refusals=(404,), stands_for=("get",))
_DESTROY: Final = Operation(
    "bridges.destroy", "DELETE", "/bridges/{bridge_id}", refusals=(404,), stands_for=("destroy",)
)
_GET_BRIDGE_VAR: Final = Operation(
    "bridges.get_bridge_var",
    "GET",
    "/bridges/{bridge_id}/variable",
    refusals=(400, 404, 409),
    query=(("variable", "variable", text),),
    stands_for=("getBridgeVar",),
)
_SET_BRIDGE_VAR: Final = Operation(
    "bridges.set_bridge_var",
    "POST",
    "/bridges/{bridge_id}/variable",
    refusals=(400, 404, 409),
    query=(
        ("variable", "variable", text),
        ("value", "value", text),
        ("report_events", "report_events", flag),
    ),
    stands_for=("setBridgeVar",),
)
_GET_BRIDGE_VARS: Final = Operation(
    "bridges.get_bridge_vars",
    "GET",
    "/bridges/{bridge_id}/variables",
    refusals=(400, 404, 409),
    query=(("variables", "variables", texts),),
    stands_for=("getBridgeVars",),
)
_SET_BRIDGE_VARS: Final = Operation(
    "bridges.set_bridge_vars",
    "POST",
    "/bridges/{bridge_id}/variables",
    refusals=(400, 404, 409),
    body=("variables", "variables", variables),
    stands_for=("setBridgeVars",),
)
_ADD_CHANNEL: Final = Operation(
    "bridges.add_channel",
    "POST",
    "/bridges/{bridge_id}/addChannel",
    refusals=(400, 404, 409, 422),
    query=(
        ("channel", "channel", texts),
        ("role", "role", text),
        ("absorb_dtmf", "absorbDTMF", flag),
        ("mute", "mute", flag),
        ("inhibit_connected_line_updates", "inhibitConnectedLineUpdates", flag),
    ),
    stands_for=("addChannel",),
)
_REMOVE_CHANNEL: Final = Operation(
    "bridges.remove_channel",
    "POST",
    "/bridges/{bridge_id}/removeChannel",
    refusals=(400, 404, 409, 422),
    query=(("channel", "channel", texts),),
    stands_for=("removeChannel",),
)
_SET_VIDEO_SOURCE: Final = Operation(
    "bridges.set_video_source",
    "POST",
    "/bridges/{bridge_id}/videoSource/{channel_id}",
    refusals=(404, 409, 422),
    stands_for=("setVideoSource",),
)
_CLEAR_VIDEO_SOURCE: Final = Operation(
    "bridges.clear_video_source",
    "DELETE",
    "/bridges/{bridge_id}/videoSource",
    refusals=(404,),
    stands_for=("clearVideoSource",),
)
_START_MOH: Final = Operation(
    "bridges.start_moh",
    "POST",
    "/bridges/{bridge_id}/moh",
    refusals=(404, 409),
    query=(("moh_class", "mohClass", text),),
    stands_for=("startMoh",),
)
_STOP_MOH: Final = Operation(
    "bridges.stop_moh", "DELETE", "/bridges/{bridge_id}/moh", refusals=(404, 409), stands_for=("stopMoh",)
)
_PLAY: Final = Operation(
    "bridges.play",
    "POST",
    "/bridges/{bridge_id}/play/{playback_id}",
    refusals=(404, 409, 422),
    query=(
        ("media", "media", texts),
        ("announcer_format", "announcer_format", text),
        ("lang", "lang", text),
        ("offset", "offsetms", milliseconds),
        ("skip", "skipms", milliseconds),
    ),
    stands_for=("play", "playWithId"),
)
_RECORD: Final = Operation(
    "bridges.record",
    "POST",
    "/bridges/{bridge_id}/record",
    refusals=(400, 404, 409, 422),
    query=(
        ("name", "name", text),
        ("format", "format", text),
        ("recorder_format", "recorder_format", text),
        ("max_duration_seconds", "maxDurationSeconds", number),
        ("max_silence_seconds", "maxSilenceSeconds", number),
        ("if_exists", "ifExists", text),
        ("beep", "beep", flag),
        ("terminate_on", "terminateOn", text),
    ),
    stands_for=("record",),
)


class Bridges(Resource):
    """Bridges, which join channels."""

    __slots__ = ()
    operations = (
        _LIST,
        _CREATE,
        _GET,
        _DESTROY,
        _GET_BRIDGE_VAR,
        _SET_BRIDGE_VAR,
        _GET_BRIDGE_VARS,
        _SET_BRIDGE_VARS,
        _ADD_CHANNEL,
        _REMOVE_CHANNEL,
        _SET_VIDEO_SOURCE,
        _CLEAR_VIDEO_SOURCE,
        _START_MOH,
        _STOP_MOH,
        _PLAY,
        _RECORD,
    )

    async def list(self) -> builtins.list[Bridge]:
        """Return all bridges.

        ``GET /bridges``.
        """
        return await self._caller.call(_LIST.request(), list[Bridge])

    async def create(
        self,
        *,
        type: str | None = None,
        bridge_id: str | BridgeOperations | None = None,
        name: str | None = None,
        variables: VariableMap | None = None,
    ) -> Bridge:
        """Make a bridge, or change its name.

        ``POST /bridges/{bridgeId}``; refused with 409.
        """
        return await self._caller.call(
            _CREATE.request(type=type, bridge_id=self._named(bridge_id), name=name, variables=variables), Bridge
        )

    async def get(self, bridge_id: str | BridgeOperations) -> Bridge:
        """Return the bridge as it is now.

        ``GET /bridges/{bridgeId}``; refused with 404.
        """
        return await self._caller.call(_GET.request(bridge_id=bridge_id), Bridge)

    async def destroy(self, bridge_id: str | BridgeOperations) -> None:
        """Destroy the bridge; its channels stay in Stasis.

        ``DELETE /bridges/{bridgeId}``; refused with 404.
        """
        await self._caller.call(_DESTROY.request(bridge_id=bridge_id))

    async def get_bridge_var(self, bridge_id: str | BridgeOperations, variable: str) -> Variable:
        """Read a variable of the bridge.

        ``GET /bridges/{bridgeId}/variable``; refused with 400, 404 or 409.
        """
        return await self._caller.call(_GET_BRIDGE_VAR.request(bridge_id=bridge_id, variable=variable), Variable)

    async def set_bridge_var(
        self,
        bridge_id: str | BridgeOperations,
        variable: str,
        *,
        value: str | None = None,
        report_events: bool | None = None,
    ) -> None:
        """Set a variable of the bridge.

        ``POST /bridges/{bridgeId}/variable``; refused with 400, 404 or 409.
        """
        await self._caller.call(
            _SET_BRIDGE_VAR.request(bridge_id=bridge_id, variable=variable, value=value, report_events=report_events)
        )

    async def get_bridge_vars(self, bridge_id: str | BridgeOperations, variables: str | Sequence[str]) -> Variables:
        """Read several variables of the bridge.

        ``GET /bridges/{bridgeId}/variables``; refused with 400, 404 or 409.
        """
        return await self._caller.call(_GET_BRIDGE_VARS.request(bridge_id=bridge_id, variables=variables), Variables)

    async def set_bridge_vars(self, bridge_id: str | BridgeOperations, variables: VariableMap) -> None:
        """Set several variables of the bridge.

        ``POST /bridges/{bridgeId}/variables``; refused with 400, 404 or 409.
        """
        await self._caller.call(_SET_BRIDGE_VARS.request(bridge_id=bridge_id, variables=variables))

    async def add_channel(
        self,
        bridge_id: str | BridgeOperations,
        channel: str | ChannelOperations | Sequence[str | ChannelOperations],
        *,
        role: str | None = None,
        absorb_dtmf: bool | None = None,
        mute: bool | None = None,
        inhibit_connected_line_updates: bool | None = None,
    ) -> None:
        """Put channels that are in Stasis into the bridge.

        ``POST /bridges/{bridgeId}/addChannel``; refused with 400, 404, 409 or 422.
        """
        await self._caller.call(
            _ADD_CHANNEL.request(
                bridge_id=bridge_id,
                channel=channel,
                role=role,
                absorb_dtmf=absorb_dtmf,
                mute=mute,
                inhibit_connected_line_updates=inhibit_connected_line_updates,
            )
        )

    async def remove_channel(
        self, bridge_id: str | BridgeOperations, channel: str | ChannelOperations | Sequence[str | ChannelOperations]
    ) -> None:
        """Take channels out of the bridge; they stay in Stasis.

        ``POST /bridges/{bridgeId}/removeChannel``; refused with 400, 404, 409 or 422.
        """
        await self._caller.call(_REMOVE_CHANNEL.request(bridge_id=bridge_id, channel=channel))

    async def set_video_source(self, bridge_id: str | BridgeOperations, channel_id: str | ChannelOperations) -> None:
        """Show everybody in the bridge the video of one channel.

        ``POST /bridges/{bridgeId}/videoSource/{channelId}``; refused with 404, 409 or 422.
        """
        await self._caller.call(_SET_VIDEO_SOURCE.request(bridge_id=bridge_id, channel_id=channel_id))

    async def clear_video_source(self, bridge_id: str | BridgeOperations) -> None:
        """Let the bridge choose whose video is shown.

        ``DELETE /bridges/{bridgeId}/videoSource``; refused with 404.
        """
        await self._caller.call(_CLEAR_VIDEO_SOURCE.request(bridge_id=bridge_id))

    async def start_moh(self, bridge_id: str | BridgeOperations, *, moh_class: str | None = None) -> None:
        """Play music on hold to the bridge, if nothing else is played.

        ``POST /bridges/{bridgeId}/moh``; refused with 404 or 409.
        """
        await self._caller.call(_START_MOH.request(bridge_id=bridge_id, moh_class=moh_class))

    async def stop_moh(self, bridge_id: str | BridgeOperations) -> None:
        """Stop the music on hold.

        ``DELETE /bridges/{bridgeId}/moh``; refused with 404 or 409.
        """
        await self._caller.call(_STOP_MOH.request(bridge_id=bridge_id))

    async def play(
        self,
        bridge_id: str | BridgeOperations,
        media: str | Sequence[str],
        *,
        playback_id: str | PlaybackOperations | None = None,
        announcer_format: str | None = None,
        lang: str | None = None,
        offset: float | None = None,
        skip: float | None = None,
    ) -> Playback:
        """Play to all in the bridge; events tell how it goes.

        ``POST /bridges/{bridgeId}/play/{playbackId}``; refused with 404, 409 or 422.
        """
        return await self._caller.call(
            _PLAY.request(
                bridge_id=bridge_id,
                playback_id=self._named(playback_id),
                media=media,
                announcer_format=announcer_format,
                lang=lang,
                offset=offset,
                skip=skip,
            ),
            Playback,
        )

    async def record(
        self,
        bridge_id: str | BridgeOperations,
        format: str,
        *,
        name: str | LiveRecordingOperations | None = None,
        recorder_format: str | None = None,
        max_duration_seconds: int | None = None,
        max_silence_seconds: int | None = None,
        if_exists: Literal["fail", "overwrite", "append"] | None = None,
        beep: bool | None = None,
        terminate_on: Literal["none", "any", "*", "#"] | None = None,
    ) -> LiveRecording:
        """Record what all in the bridge hear; events tell how it goes.

        ``POST /bridges/{bridgeId}/record``; refused with 400, 404, 409 or 422.
        """
        return await self._caller.call(
            _RECORD.request(
                bridge_id=bridge_id,
                name=self._named(name),
                format=format,
                recorder_format=recorder_format,
                max_duration_seconds=max_duration_seconds,
                max_silence_seconds=max_silence_seconds,
                if_exists=if_exists,
                beep=beep,
                terminate_on=terminate_on,
            ),
            LiveRecording,
        )
