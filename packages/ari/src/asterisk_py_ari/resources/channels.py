# Generated from the documentation of Asterisk 22.10.1 by `make generate`; do not edit.
# ruff: noqa: A002, PLR0913 - the parameters are Asterisk's
"""Channels: make them, and do to them what a dialplan could."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from asterisk_py_ari.models import Channel, LiveRecording, Playback, RTPstat, Variable, Variables
from asterisk_py_ari.protocol.operation import Operation, flag, milliseconds, number, text, texts, variables

from .resource import Resource

if TYPE_CHECKING:
    import builtins
    from collections.abc import Sequence
    from typing import Literal

    from asterisk_py_ari.handles import ChannelOperations, LiveRecordingOperations, PlaybackOperations
    from asterisk_py_ari.protocol.operation import VariableMap
    from asterisk_py_core.domain import HangupCause

__all__ = ["Channels"]

_LIST: Final = Operation("channels.list", "GET", "/channels", refusals=(), stands_for=("list",))
_ORIGINATE: Final = Operation(
    "channels.originate",
    "POST",
    "/channels/{channel_id}",
    refusals=(400, 409),
    query=(
        ("endpoint", "endpoint", text),
        ("extension", "extension", text),
        ("context", "context", text),
        ("priority", "priority", number),
        ("label", "label", text),
        ("app", "app", text),
        ("app_args", "appArgs", text),
        ("caller_id", "callerId", text),
        ("timeout", "timeout", number),
        ("other_channel_id", "otherChannelId", text),
        ("originator", "originator", text),
        ("formats", "formats", text),
    ),
    body=("variables", "variables", variables),
    stands_for=("originate", "originateWithId"),
)
_CREATE: Final = Operation(
    "channels.create",
    "POST",
    "/channels/create",
    refusals=(409,),
    query=(
        ("endpoint", "endpoint", text),
        ("app", "app", text),
        ("app_args", "appArgs", text),
        ("channel_id", "channelId", text),
        ("other_channel_id", "otherChannelId", text),
        ("originator", "originator", text),
        ("formats", "formats", text),
    ),
    body=("variables", "variables", variables),
    stands_for=("create",),
)
_GET: Final = Operation("channels.get", "GET", "/channels/{channel_id}", refusals=(404,), stands_for=("get",))
_HANGUP: Final = Operation(
    "channels.hangup",
    "DELETE",
    "/channels/{channel_id}",
    refusals=(400, 404),
    query=(
        ("reason_code", "reason_code", number),
        ("reason", "reason", text),
    ),
    stands_for=("hangup",),
)
_CONTINUE_IN_DIALPLAN: Final = Operation(
    "channels.continue_in_dialplan",
    "POST",
    "/channels/{channel_id}/continue",
    refusals=(404, 409, 412),
    query=(
        ("context", "context", text),
        ("extension", "extension", text),
        ("priority", "priority", number),
        ("label", "label", text),
    ),
    stands_for=("continueInDialplan",),
)
_MOVE: Final = Operation(
    "channels.move",
    "POST",
    "/channels/{channel_id}/move",
    refusals=(404, 409),
    query=(
        ("app", "app", text),
        ("app_args", "appArgs", text),
    ),
    stands_for=("move",),
)
_REDIRECT: Final = Operation(
    "channels.redirect",
    "POST",
    "/channels/{channel_id}/redirect",
    refusals=(400, 404, 409, 412, 422),
    query=(("endpoint", "endpoint", text),),
    stands_for=("redirect",),
)
_ANSWER: Final = Operation(
    "channels.answer", "POST", "/channels/{channel_id}/answer", refusals=(404, 409, 412), stands_for=("answer",)
)
_RING: Final = Operation(
    "channels.ring", "POST", "/channels/{channel_id}/ring", refusals=(404, 409, 412), stands_for=("ring",)
)
_RING_STOP: Final = Operation(
    "channels.ring_stop", "DELETE", "/channels/{channel_id}/ring", refusals=(404, 409, 412), stands_for=("ringStop",)
)
_PROGRESS: Final = Operation(
    "channels.progress", "POST", "/channels/{channel_id}/progress", refusals=(404, 409, 412), stands_for=("progress",)
)
_SEND_DTMF: Final = Operation(
    "channels.send_dtmf",
    "POST",
    "/channels/{channel_id}/dtmf",
    refusals=(400, 404, 409, 412),
    query=(
        ("dtmf", "dtmf", text),
        ("before", "before", milliseconds),
        ("between", "between", milliseconds),
        ("duration", "duration", milliseconds),
        ("after", "after", milliseconds),
    ),
    stands_for=("sendDTMF",),
)
_MUTE: Final = Operation(
    "channels.mute",
    "POST",
    "/channels/{channel_id}/mute",
    refusals=(404, 409, 412),
    query=(("direction", "direction", text),),
    stands_for=("mute",),
)
_UNMUTE: Final = Operation(
    "channels.unmute",
    "DELETE",
    "/channels/{channel_id}/mute",
    refusals=(404, 409, 412),
    query=(("direction", "direction", text),),
    stands_for=("unmute",),
)
_HOLD: Final = Operation(
    "channels.hold", "POST", "/channels/{channel_id}/hold", refusals=(404, 409, 412), stands_for=("hold",)
)
_UNHOLD: Final = Operation(
    "channels.unhold", "DELETE", "/channels/{channel_id}/hold", refusals=(404, 409, 412), stands_for=("unhold",)
)
_START_MOH: Final = Operation(
    "channels.start_moh",
    "POST",
    "/channels/{channel_id}/moh",
    refusals=(404, 409, 412),
    query=(("moh_class", "mohClass", text),),
    stands_for=("startMoh",),
)
_STOP_MOH: Final = Operation(
    "channels.stop_moh", "DELETE", "/channels/{channel_id}/moh", refusals=(404, 409, 412), stands_for=("stopMoh",)
)
_START_SILENCE: Final = Operation(
    "channels.start_silence",
    "POST",
    "/channels/{channel_id}/silence",
    refusals=(404, 409, 412),
    stands_for=("startSilence",),
)
_STOP_SILENCE: Final = Operation(
    "channels.stop_silence",
    "DELETE",
    "/channels/{channel_id}/silence",
    refusals=(404, 409, 412),
    stands_for=("stopSilence",),
)
_PLAY: Final = Operation(
    "channels.play",
    "POST",
    "/channels/{channel_id}/play/{playback_id}",
    refusals=(404, 409, 412),
    query=(
        ("media", "media", texts),
        ("lang", "lang", text),
        ("offset", "offsetms", milliseconds),
        ("skip", "skipms", milliseconds),
    ),
    stands_for=("play", "playWithId"),
)
_RECORD: Final = Operation(
    "channels.record",
    "POST",
    "/channels/{channel_id}/record",
    refusals=(400, 404, 409, 422),
    query=(
        ("name", "name", text),
        ("format", "format", text),
        ("max_duration_seconds", "maxDurationSeconds", number),
        ("max_silence_seconds", "maxSilenceSeconds", number),
        ("if_exists", "ifExists", text),
        ("beep", "beep", flag),
        ("terminate_on", "terminateOn", text),
    ),
    stands_for=("record",),
)
_GET_CHANNEL_VAR: Final = Operation(
    "channels.get_channel_var",
    "GET",
    "/channels/{channel_id}/variable",
    refusals=(400, 404, 409),
    query=(("variable", "variable", text),),
    stands_for=("getChannelVar",),
)
_SET_CHANNEL_VAR: Final = Operation(
    "channels.set_channel_var",
    "POST",
    "/channels/{channel_id}/variable",
    refusals=(400, 404, 409),
    query=(
        ("variable", "variable", text),
        ("value", "value", text),
        ("report_events", "report_events", flag),
    ),
    stands_for=("setChannelVar",),
)
_GET_CHANNEL_VARS: Final = Operation(
    "channels.get_channel_vars",
    "GET",
    "/channels/{channel_id}/variables",
    refusals=(400, 404, 409),
    query=(("variables", "variables", texts),),
    stands_for=("getChannelVars",),
)
_SET_CHANNEL_VARS: Final = Operation(
    "channels.set_channel_vars",
    "POST",
    "/channels/{channel_id}/variables",
    refusals=(400, 404, 409),
    body=("variables", "variables", variables),
    stands_for=("setChannelVars",),
)
_SNOOP_CHANNEL: Final = Operation(
    "channels.snoop_channel",
    "POST",
    "/channels/{channel_id}/snoop/{snoop_id}",
    refusals=(400, 404),
    query=(
        ("spy", "spy", text),
        ("whisper", "whisper", text),
        ("app", "app", text),
        ("app_args", "appArgs", text),
    ),
    stands_for=("snoopChannel", "snoopChannelWithId"),
)
_DIAL: Final = Operation(
    "channels.dial",
    "POST",
    "/channels/{channel_id}/dial",
    refusals=(404, 409),
    query=(
        ("caller", "caller", text),
        ("timeout", "timeout", number),
    ),
    stands_for=("dial",),
)
_RTP_STATISTICS: Final = Operation(
    "channels.rtp_statistics",
    "GET",
    "/channels/{channel_id}/rtp_statistics",
    refusals=(404,),
    stands_for=("rtpstatistics",),
)
_EXTERNAL_MEDIA: Final = Operation(
    "channels.external_media",
    "POST",
    "/channels/externalMedia",
    refusals=(400, 409),
    query=(
        ("channel_id", "channelId", text),
        ("app", "app", text),
        ("external_host", "external_host", text),
        ("encapsulation", "encapsulation", text),
        ("transport", "transport", text),
        ("connection_type", "connection_type", text),
        ("format", "format", text),
        ("direction", "direction", text),
        ("data", "data", text),
        ("transport_data", "transport_data", text),
    ),
    body=("variables", "variables", variables),
    stands_for=("externalMedia",),
)
_TRANSFER_PROGRESS: Final = Operation(
    "channels.transfer_progress",
    "POST",
    "/channels/{channel_id}/transfer_progress",
    refusals=(400, 404, 409, 412),
    query=(("states", "states", text),),
    stands_for=("transfer_progress",),
)


class Channels(Resource):
    """Channels: make them, and do to them what a dialplan could."""

    __slots__ = ()
    operations = (
        _LIST,
        _ORIGINATE,
        _CREATE,
        _GET,
        _HANGUP,
        _CONTINUE_IN_DIALPLAN,
        _MOVE,
        _REDIRECT,
        _ANSWER,
        _RING,
        _RING_STOP,
        _PROGRESS,
        _SEND_DTMF,
        _MUTE,
        _UNMUTE,
        _HOLD,
        _UNHOLD,
        _START_MOH,
        _STOP_MOH,
        _START_SILENCE,
        _STOP_SILENCE,
        _PLAY,
        _RECORD,
        _GET_CHANNEL_VAR,
        _SET_CHANNEL_VAR,
        _GET_CHANNEL_VARS,
        _SET_CHANNEL_VARS,
        _SNOOP_CHANNEL,
        _DIAL,
        _RTP_STATISTICS,
        _EXTERNAL_MEDIA,
        _TRANSFER_PROGRESS,
    )

    async def list(self) -> builtins.list[Channel]:
        """Return all channels.

        ``GET /channels``.
        """
        return await self._caller.call(_LIST.request(), list[Channel])

    async def originate(
        self,
        endpoint: str,
        *,
        channel_id: str | ChannelOperations | None = None,
        extension: str | None = None,
        context: str | None = None,
        priority: int | None = None,
        label: str | None = None,
        app: str | None = None,
        app_args: str | None = None,
        caller_id: str | None = None,
        timeout: int | None = None,
        variables: VariableMap | None = None,
        other_channel_id: str | ChannelOperations | None = None,
        originator: str | ChannelOperations | None = None,
        formats: str | None = None,
    ) -> Channel:
        """Make a channel and dial it, for an application or a place in the dialplan; *timeout* is in whole seconds.

        ``POST /channels/{channelId}``; refused with 400 or 409.
        """
        return await self._caller.call(
            _ORIGINATE.request(
                channel_id=self._named(channel_id),
                endpoint=endpoint,
                extension=extension,
                context=context,
                priority=priority,
                label=label,
                app=app,
                app_args=app_args,
                caller_id=caller_id,
                timeout=timeout,
                variables=variables,
                other_channel_id=other_channel_id,
                originator=originator,
                formats=formats,
            ),
            Channel,
        )

    async def create(
        self,
        endpoint: str,
        app: str,
        *,
        app_args: str | None = None,
        channel_id: str | ChannelOperations | None = None,
        other_channel_id: str | ChannelOperations | None = None,
        originator: str | ChannelOperations | None = None,
        formats: str | None = None,
        variables: VariableMap | None = None,
    ) -> Channel:
        """Make a channel that is in Stasis from the start and not dialled yet: see ``dial``.

        ``POST /channels/create``; refused with 409.
        """
        return await self._caller.call(
            _CREATE.request(
                endpoint=endpoint,
                app=app,
                app_args=app_args,
                channel_id=self._named(channel_id),
                other_channel_id=other_channel_id,
                originator=originator,
                formats=formats,
                variables=variables,
            ),
            Channel,
        )

    async def get(self, channel_id: str | ChannelOperations) -> Channel:
        """Return the channel as it is now.

        ``GET /channels/{channelId}``; refused with 404.
        """
        return await self._caller.call(_GET.request(channel_id=channel_id), Channel)

    async def hangup(
        self,
        channel_id: str | ChannelOperations,
        *,
        reason_code: HangupCause | int | None = None,
        reason: Literal[
            "normal",
            "busy",
            "congestion",
            "no_answer",
            "timeout",
            "rejected",
            "unallocated",
            "normal_unspecified",
            "number_incomplete",
            "codec_mismatch",
            "interworking",
            "failure",
            "answered_elsewhere",
        ]
        | None = None,
    ) -> None:
        """Hang the channel up, for a reason by its word or its cause.

        ``DELETE /channels/{channelId}``; refused with 400 or 404.
        """
        await self._caller.call(_HANGUP.request(channel_id=channel_id, reason_code=reason_code, reason=reason))

    async def continue_in_dialplan(
        self,
        channel_id: str | ChannelOperations,
        *,
        context: str | None = None,
        extension: str | None = None,
        priority: int | None = None,
        label: str | None = None,
    ) -> None:
        """Let the channel leave Stasis and go on in the dialplan.

        ``POST /channels/{channelId}/continue``; refused with 404, 409 or 412.
        """
        await self._caller.call(
            _CONTINUE_IN_DIALPLAN.request(
                channel_id=channel_id, context=context, extension=extension, priority=priority, label=label
            )
        )

    async def move(self, channel_id: str | ChannelOperations, app: str, *, app_args: str | None = None) -> None:
        """Move the channel to another application; whether that failed is told in an event.

        ``POST /channels/{channelId}/move``; refused with 404 or 409.
        """
        await self._caller.call(_MOVE.request(channel_id=channel_id, app=app, app_args=app_args))

    async def redirect(self, channel_id: str | ChannelOperations, endpoint: str) -> None:
        """Tell the caller's device to call another endpoint instead.

        ``POST /channels/{channelId}/redirect``; refused with 400, 404, 409, 412 or 422.
        """
        await self._caller.call(_REDIRECT.request(channel_id=channel_id, endpoint=endpoint))

    async def answer(self, channel_id: str | ChannelOperations) -> None:
        """Answer the channel.

        ``POST /channels/{channelId}/answer``; refused with 404, 409 or 412.
        """
        await self._caller.call(_ANSWER.request(channel_id=channel_id))

    async def ring(self, channel_id: str | ChannelOperations) -> None:
        """Tell the caller that it rings.

        ``POST /channels/{channelId}/ring``; refused with 404, 409 or 412.
        """
        await self._caller.call(_RING.request(channel_id=channel_id))

    async def ring_stop(self, channel_id: str | ChannelOperations) -> None:
        """Tell the caller no longer that it rings.

        ``DELETE /channels/{channelId}/ring``; refused with 404, 409 or 412.
        """
        await self._caller.call(_RING_STOP.request(channel_id=channel_id))

    async def progress(self, channel_id: str | ChannelOperations) -> None:
        """Tell the caller that there is progress, and let early media through.

        ``POST /channels/{channelId}/progress``; refused with 404, 409 or 412.
        """
        await self._caller.call(_PROGRESS.request(channel_id=channel_id))

    async def send_dtmf(
        self,
        channel_id: str | ChannelOperations,
        *,
        dtmf: str | None = None,
        before: float | None = None,
        between: float | None = None,
        duration: float | None = None,
        after: float | None = None,
    ) -> None:
        """Send DTMF digits to the channel.

        ``POST /channels/{channelId}/dtmf``; refused with 400, 404, 409 or 412.
        """
        await self._caller.call(
            _SEND_DTMF.request(
                channel_id=channel_id, dtmf=dtmf, before=before, between=between, duration=duration, after=after
            )
        )

    async def mute(
        self, channel_id: str | ChannelOperations, *, direction: Literal["both", "in", "out"] = "both"
    ) -> None:
        """Mute the channel.

        ``POST /channels/{channelId}/mute``; refused with 404, 409 or 412.
        """
        await self._caller.call(_MUTE.request(channel_id=channel_id, direction=direction))

    async def unmute(
        self, channel_id: str | ChannelOperations, *, direction: Literal["both", "in", "out"] = "both"
    ) -> None:
        """Mute the channel no longer.

        ``DELETE /channels/{channelId}/mute``; refused with 404, 409 or 412.
        """
        await self._caller.call(_UNMUTE.request(channel_id=channel_id, direction=direction))

    async def hold(self, channel_id: str | ChannelOperations) -> None:
        """Put the far end on hold.

        ``POST /channels/{channelId}/hold``; refused with 404, 409 or 412.
        """
        await self._caller.call(_HOLD.request(channel_id=channel_id))

    async def unhold(self, channel_id: str | ChannelOperations) -> None:
        """Take the far end off hold.

        ``DELETE /channels/{channelId}/hold``; refused with 404, 409 or 412.
        """
        await self._caller.call(_UNHOLD.request(channel_id=channel_id))

    async def start_moh(self, channel_id: str | ChannelOperations, *, moh_class: str | None = None) -> None:
        """Play music on hold to the channel.

        ``POST /channels/{channelId}/moh``; refused with 404, 409 or 412.
        """
        await self._caller.call(_START_MOH.request(channel_id=channel_id, moh_class=moh_class))

    async def stop_moh(self, channel_id: str | ChannelOperations) -> None:
        """Stop the music on hold.

        ``DELETE /channels/{channelId}/moh``; refused with 404, 409 or 412.
        """
        await self._caller.call(_STOP_MOH.request(channel_id=channel_id))

    async def start_silence(self, channel_id: str | ChannelOperations) -> None:
        """Play silence to the channel.

        ``POST /channels/{channelId}/silence``; refused with 404, 409 or 412.
        """
        await self._caller.call(_START_SILENCE.request(channel_id=channel_id))

    async def stop_silence(self, channel_id: str | ChannelOperations) -> None:
        """Stop the silence.

        ``DELETE /channels/{channelId}/silence``; refused with 404, 409 or 412.
        """
        await self._caller.call(_STOP_SILENCE.request(channel_id=channel_id))

    async def play(
        self,
        channel_id: str | ChannelOperations,
        media: str | Sequence[str],
        *,
        playback_id: str | PlaybackOperations | None = None,
        lang: str | None = None,
        offset: float | None = None,
        skip: float | None = None,
    ) -> Playback:
        """Play sounds, recordings, numbers or tones to the channel; events tell how it goes.

        ``POST /channels/{channelId}/play/{playbackId}``; refused with 404, 409 or 412.
        """
        return await self._caller.call(
            _PLAY.request(
                channel_id=channel_id,
                playback_id=self._named(playback_id),
                media=media,
                lang=lang,
                offset=offset,
                skip=skip,
            ),
            Playback,
        )

    async def record(
        self,
        channel_id: str | ChannelOperations,
        format: str,
        *,
        name: str | LiveRecordingOperations | None = None,
        max_duration_seconds: int | None = None,
        max_silence_seconds: int | None = None,
        if_exists: Literal["fail", "overwrite", "append"] | None = None,
        beep: bool | None = None,
        terminate_on: Literal["none", "any", "*", "#"] | None = None,
    ) -> LiveRecording:
        """Record what comes from the channel; events tell how it goes.

        ``POST /channels/{channelId}/record``; refused with 400, 404, 409 or 422.
        """
        return await self._caller.call(
            _RECORD.request(
                channel_id=channel_id,
                name=self._named(name),
                format=format,
                max_duration_seconds=max_duration_seconds,
                max_silence_seconds=max_silence_seconds,
                if_exists=if_exists,
                beep=beep,
                terminate_on=terminate_on,
            ),
            LiveRecording,
        )

    async def get_channel_var(self, channel_id: str | ChannelOperations, variable: str) -> Variable:
        """Read a variable or function of the channel.

        ``GET /channels/{channelId}/variable``; refused with 400, 404 or 409.
        """
        return await self._caller.call(_GET_CHANNEL_VAR.request(channel_id=channel_id, variable=variable), Variable)

    async def set_channel_var(
        self,
        channel_id: str | ChannelOperations,
        variable: str,
        *,
        value: str | None = None,
        report_events: bool | None = None,
    ) -> None:
        """Set a variable or function of the channel.

        ``POST /channels/{channelId}/variable``; refused with 400, 404 or 409.
        """
        await self._caller.call(
            _SET_CHANNEL_VAR.request(channel_id=channel_id, variable=variable, value=value, report_events=report_events)
        )

    async def get_channel_vars(self, channel_id: str | ChannelOperations, variables: str | Sequence[str]) -> Variables:
        """Read several variables or functions of the channel.

        ``GET /channels/{channelId}/variables``; refused with 400, 404 or 409.
        """
        return await self._caller.call(_GET_CHANNEL_VARS.request(channel_id=channel_id, variables=variables), Variables)

    async def set_channel_vars(self, channel_id: str | ChannelOperations, variables: VariableMap) -> None:
        """Set several variables or functions of the channel.

        ``POST /channels/{channelId}/variables``; refused with 400, 404 or 409.
        """
        await self._caller.call(_SET_CHANNEL_VARS.request(channel_id=channel_id, variables=variables))

    async def snoop_channel(
        self,
        channel_id: str | ChannelOperations,
        app: str,
        *,
        snoop_id: str | ChannelOperations | None = None,
        spy: Literal["none", "both", "out", "in"] | None = None,
        whisper: Literal["none", "both", "out", "in"] | None = None,
        app_args: str | None = None,
    ) -> Channel:
        """Listen to the channel, or whisper to it, by way of a new channel.

        ``POST /channels/{channelId}/snoop/{snoopId}``; refused with 400 or 404.
        """
        return await self._caller.call(
            _SNOOP_CHANNEL.request(
                channel_id=channel_id,
                snoop_id=self._named(snoop_id),
                spy=spy,
                whisper=whisper,
                app=app,
                app_args=app_args,
            ),
            Channel,
        )

    async def dial(
        self,
        channel_id: str | ChannelOperations,
        *,
        caller: str | ChannelOperations | None = None,
        timeout: int | None = None,
    ) -> None:
        """Dial a channel that was made by ``create``; *timeout* is in whole seconds.

        ``POST /channels/{channelId}/dial``; refused with 404 or 409.
        """
        await self._caller.call(_DIAL.request(channel_id=channel_id, caller=caller, timeout=timeout))

    async def rtp_statistics(self, channel_id: str | ChannelOperations) -> RTPstat:
        """Return the RTP statistics of the channel.

        ``GET /channels/{channelId}/rtp_statistics``; refused with 404.
        """
        return await self._caller.call(_RTP_STATISTICS.request(channel_id=channel_id), RTPstat)

    async def external_media(
        self,
        app: str,
        format: str,
        *,
        channel_id: str | ChannelOperations | None = None,
        variables: VariableMap | None = None,
        external_host: str | None = None,
        encapsulation: Literal["rtp", "audiosocket", "none"] | None = None,
        transport: Literal["udp", "tcp", "websocket"] | None = None,
        connection_type: Literal["client", "server"] | None = None,
        direction: Literal["both"] | None = None,
        data: str | None = None,
        transport_data: str | None = None,
    ) -> Channel:
        """Make a channel whose media goes to and comes from a server of your own.

        ``POST /channels/externalMedia``; refused with 400 or 409.
        """
        return await self._caller.call(
            _EXTERNAL_MEDIA.request(
                channel_id=self._named(channel_id),
                app=app,
                variables=variables,
                external_host=external_host,
                encapsulation=encapsulation,
                transport=transport,
                connection_type=connection_type,
                format=format,
                direction=direction,
                data=data,
                transport_data=transport_data,
            ),
            Channel,
        )

    async def transfer_progress(self, channel_id: str | ChannelOperations, states: str) -> None:
        """Tell who asked for a transfer how it goes.

        ``POST /channels/{channelId}/transfer_progress``; refused with 400, 404, 409 or 412.
        """
        await self._caller.call(_TRANSFER_PROGRESS.request(channel_id=channel_id, states=states))
