# Generated from the documentation of Asterisk 22.10.1 by `make generate`; do not edit.
# ruff: noqa: A002, PLR0913 - the parameters are Asterisk's
"""What can be asked of a channel, a bridge and so on, as methods of the thing itself.

Each returns what the method of the resource does, which asks when it is awaited: ``await channel.answer()`` is
``await ari.channels.answer(channel.id)``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .protocol.handle import Handle, Named

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping, Sequence
    from typing import Any, Literal

    from asterisk_py_core import domain
    from asterisk_py_core.domain import HangupCause

    from .models import (
        Application,
        Bridge,
        Channel,
        DeviceState,
        Endpoint,
        LiveRecording,
        Mailbox,
        Playback,
        RTPstat,
        Sound,
        StoredRecording,
        Variable,
        Variables,
    )
    from .protocol.operation import VariableMap

__all__ = [
    "ApplicationHandle",
    "ApplicationOperations",
    "BridgeHandle",
    "BridgeOperations",
    "ChannelHandle",
    "ChannelOperations",
    "DeviceStateHandle",
    "DeviceStateOperations",
    "EndpointHandle",
    "EndpointOperations",
    "LiveRecordingHandle",
    "LiveRecordingOperations",
    "MailboxHandle",
    "MailboxOperations",
    "PlaybackHandle",
    "PlaybackOperations",
    "SoundHandle",
    "SoundOperations",
    "StoredRecordingHandle",
    "StoredRecordingOperations",
]


class ApplicationOperations(Handle):
    """What can be asked of an application."""

    __slots__ = ()
    kind = "application"
    key_fields = ("name",)

    if TYPE_CHECKING:
        name: str

    def get(self) -> Coroutine[Any, Any, Application]:
        """Return the application and what it is subscribed to.

        ``GET /applications/{applicationName}``; refused with 404.
        """
        return self._client.applications.get(application_name=self.name)

    def subscribe(self, event_source: str | Handle | Sequence[str | Handle]) -> Coroutine[Any, Any, Application]:
        """Subscribe the application to channels, bridges, endpoints or device states.

        ``POST /applications/{applicationName}/subscription``; refused with 400, 404 or 422.
        """
        return self._client.applications.subscribe(application_name=self.name, event_source=event_source)

    def unsubscribe(self, event_source: str | Handle | Sequence[str | Handle]) -> Coroutine[Any, Any, Application]:
        """End a subscription of the application.

        ``DELETE /applications/{applicationName}/subscription``; refused with 400, 404, 409 or 422.
        """
        return self._client.applications.unsubscribe(application_name=self.name, event_source=event_source)

    def filter(self, *, filter: Mapping[str, Any] | None = None) -> Coroutine[Any, Any, Application]:
        """Choose which events the application gets: ``{'allowed': [...], 'disallowed': [...]}``.

        ``PUT /applications/{applicationName}/eventFilter``; refused with 400 or 404.
        """
        return self._client.applications.filter(application_name=self.name, filter=filter)


class ApplicationHandle(ApplicationOperations, Named):
    """Of an application, nothing but name; it may not be there yet."""

    __slots__ = ("name",)


class BridgeOperations(Handle):
    """What can be asked of a bridge."""

    __slots__ = ()
    kind = "bridge"
    key_fields = ("id",)
    _repr_fields = ("id", "bridge_type", "channels")

    if TYPE_CHECKING:
        id: str

    def get(self) -> Coroutine[Any, Any, Bridge]:
        """Return the bridge as it is now.

        ``GET /bridges/{bridgeId}``; refused with 404.
        """
        return self._client.bridges.get(bridge_id=self.id)

    def destroy(self) -> Coroutine[Any, Any, None]:
        """Destroy the bridge; its channels stay in Stasis.

        ``DELETE /bridges/{bridgeId}``; refused with 404.
        """
        return self._client.bridges.destroy(bridge_id=self.id)

    def get_var(self, variable: str) -> Coroutine[Any, Any, Variable]:
        """Read a variable of the bridge.

        ``GET /bridges/{bridgeId}/variable``; refused with 400, 404 or 409.
        """
        return self._client.bridges.get_bridge_var(bridge_id=self.id, variable=variable)

    def set_var(
        self, variable: str, *, value: str | None = None, report_events: bool | None = None
    ) -> Coroutine[Any, Any, None]:
        """Set a variable of the bridge.

        ``POST /bridges/{bridgeId}/variable``; refused with 400, 404 or 409.
        """
        return self._client.bridges.set_bridge_var(
            bridge_id=self.id, variable=variable, value=value, report_events=report_events
        )

    def get_vars(self, variables: str | Sequence[str]) -> Coroutine[Any, Any, Variables]:
        """Read several variables of the bridge.

        ``GET /bridges/{bridgeId}/variables``; refused with 400, 404 or 409.
        """
        return self._client.bridges.get_bridge_vars(bridge_id=self.id, variables=variables)

    def set_vars(self, variables: VariableMap) -> Coroutine[Any, Any, None]:
        """Set several variables of the bridge.

        ``POST /bridges/{bridgeId}/variables``; refused with 400, 404 or 409.
        """
        return self._client.bridges.set_bridge_vars(bridge_id=self.id, variables=variables)

    def add_channel(
        self,
        channel: str | ChannelOperations | Sequence[str | ChannelOperations],
        *,
        role: str | None = None,
        absorb_dtmf: bool | None = None,
        mute: bool | None = None,
        inhibit_connected_line_updates: bool | None = None,
    ) -> Coroutine[Any, Any, None]:
        """Put channels that are in Stasis into the bridge.

        ``POST /bridges/{bridgeId}/addChannel``; refused with 400, 404, 409 or 422.
        """
        return self._client.bridges.add_channel(
            bridge_id=self.id,
            channel=channel,
            role=role,
            absorb_dtmf=absorb_dtmf,
            mute=mute,
            inhibit_connected_line_updates=inhibit_connected_line_updates,
        )

    def remove_channel(
        self, channel: str | ChannelOperations | Sequence[str | ChannelOperations]
    ) -> Coroutine[Any, Any, None]:
        """Take channels out of the bridge; they stay in Stasis.

        ``POST /bridges/{bridgeId}/removeChannel``; refused with 400, 404, 409 or 422.
        """
        return self._client.bridges.remove_channel(bridge_id=self.id, channel=channel)

    def set_video_source(self, channel_id: str | ChannelOperations) -> Coroutine[Any, Any, None]:
        """Show everybody in the bridge the video of one channel.

        ``POST /bridges/{bridgeId}/videoSource/{channelId}``; refused with 404, 409 or 422.
        """
        return self._client.bridges.set_video_source(bridge_id=self.id, channel_id=channel_id)

    def clear_video_source(self) -> Coroutine[Any, Any, None]:
        """Let the bridge choose whose video is shown.

        ``DELETE /bridges/{bridgeId}/videoSource``; refused with 404.
        """
        return self._client.bridges.clear_video_source(bridge_id=self.id)

    def start_moh(self, *, moh_class: str | None = None) -> Coroutine[Any, Any, None]:
        """Play music on hold to the bridge, if nothing else is played.

        ``POST /bridges/{bridgeId}/moh``; refused with 404 or 409.
        """
        return self._client.bridges.start_moh(bridge_id=self.id, moh_class=moh_class)

    def stop_moh(self) -> Coroutine[Any, Any, None]:
        """Stop the music on hold.

        ``DELETE /bridges/{bridgeId}/moh``; refused with 404 or 409.
        """
        return self._client.bridges.stop_moh(bridge_id=self.id)

    def play(
        self,
        media: str | Sequence[str],
        *,
        playback_id: str | PlaybackOperations | None = None,
        announcer_format: str | None = None,
        lang: str | None = None,
        offset: float | None = None,
        skip: float | None = None,
    ) -> Coroutine[Any, Any, Playback]:
        """Play to all in the bridge; events tell how it goes.

        ``POST /bridges/{bridgeId}/play/{playbackId}``; refused with 404, 409 or 422.
        """
        return self._client.bridges.play(
            bridge_id=self.id,
            playback_id=playback_id,
            media=media,
            announcer_format=announcer_format,
            lang=lang,
            offset=offset,
            skip=skip,
        )

    def record(
        self,
        format: str,
        *,
        name: str | LiveRecordingOperations | None = None,
        recorder_format: str | None = None,
        max_duration_seconds: int | None = None,
        max_silence_seconds: int | None = None,
        if_exists: Literal["fail", "overwrite", "append"] | None = None,
        beep: bool | None = None,
        terminate_on: Literal["none", "any", "*", "#"] | None = None,
    ) -> Coroutine[Any, Any, LiveRecording]:
        """Record what all in the bridge hear; events tell how it goes.

        ``POST /bridges/{bridgeId}/record``; refused with 400, 404, 409 or 422.
        """
        return self._client.bridges.record(
            bridge_id=self.id,
            name=name,
            format=format,
            recorder_format=recorder_format,
            max_duration_seconds=max_duration_seconds,
            max_silence_seconds=max_silence_seconds,
            if_exists=if_exists,
            beep=beep,
            terminate_on=terminate_on,
        )


class BridgeHandle(BridgeOperations, Named):
    """Of a bridge, nothing but id; it may not be there yet."""

    __slots__ = ("id",)

    def create(
        self, *, type: str | None = None, name: str | None = None, variables: VariableMap | None = None
    ) -> Coroutine[Any, Any, Bridge]:
        """Make a bridge, or change its name.

        ``POST /bridges/{bridgeId}``; refused with 409.
        """
        return self._client.bridges.create(bridge_id=self.id, type=type, name=name, variables=variables)


class ChannelOperations(Handle):
    """What can be asked of a channel."""

    __slots__ = ()
    kind = "channel"
    key_fields = ("id",)
    _repr_fields = ("id", "name", "state")

    if TYPE_CHECKING:
        id: str

    def get(self) -> Coroutine[Any, Any, Channel]:
        """Return the channel as it is now.

        ``GET /channels/{channelId}``; refused with 404.
        """
        return self._client.channels.get(channel_id=self.id)

    def hangup(
        self,
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
    ) -> Coroutine[Any, Any, None]:
        """Hang the channel up, for a reason by its word or its cause.

        ``DELETE /channels/{channelId}``; refused with 400 or 404.
        """
        return self._client.channels.hangup(channel_id=self.id, reason_code=reason_code, reason=reason)

    def continue_in_dialplan(
        self,
        *,
        context: str | None = None,
        extension: str | None = None,
        priority: int | None = None,
        label: str | None = None,
    ) -> Coroutine[Any, Any, None]:
        """Let the channel leave Stasis and go on in the dialplan.

        ``POST /channels/{channelId}/continue``; refused with 404, 409 or 412.
        """
        return self._client.channels.continue_in_dialplan(
            channel_id=self.id, context=context, extension=extension, priority=priority, label=label
        )

    def move(self, app: str, *, app_args: str | None = None) -> Coroutine[Any, Any, None]:
        """Move the channel to another application; whether that failed is told in an event.

        ``POST /channels/{channelId}/move``; refused with 404 or 409.
        """
        return self._client.channels.move(channel_id=self.id, app=app, app_args=app_args)

    def redirect(self, endpoint: str) -> Coroutine[Any, Any, None]:
        """Tell the caller's device to call another endpoint instead.

        ``POST /channels/{channelId}/redirect``; refused with 400, 404, 409, 412 or 422.
        """
        return self._client.channels.redirect(channel_id=self.id, endpoint=endpoint)

    def answer(self) -> Coroutine[Any, Any, None]:
        """Answer the channel.

        ``POST /channels/{channelId}/answer``; refused with 404, 409 or 412.
        """
        return self._client.channels.answer(channel_id=self.id)

    def ring(self) -> Coroutine[Any, Any, None]:
        """Tell the caller that it rings.

        ``POST /channels/{channelId}/ring``; refused with 404, 409 or 412.
        """
        return self._client.channels.ring(channel_id=self.id)

    def ring_stop(self) -> Coroutine[Any, Any, None]:
        """Tell the caller no longer that it rings.

        ``DELETE /channels/{channelId}/ring``; refused with 404, 409 or 412.
        """
        return self._client.channels.ring_stop(channel_id=self.id)

    def progress(self) -> Coroutine[Any, Any, None]:
        """Tell the caller that there is progress, and let early media through.

        ``POST /channels/{channelId}/progress``; refused with 404, 409 or 412.
        """
        return self._client.channels.progress(channel_id=self.id)

    def send_dtmf(
        self,
        *,
        dtmf: str | None = None,
        before: float | None = None,
        between: float | None = None,
        duration: float | None = None,
        after: float | None = None,
    ) -> Coroutine[Any, Any, None]:
        """Send DTMF digits to the channel.

        ``POST /channels/{channelId}/dtmf``; refused with 400, 404, 409 or 412.
        """
        return self._client.channels.send_dtmf(
            channel_id=self.id, dtmf=dtmf, before=before, between=between, duration=duration, after=after
        )

    def mute(self, *, direction: Literal["both", "in", "out"] = "both") -> Coroutine[Any, Any, None]:
        """Mute the channel.

        ``POST /channels/{channelId}/mute``; refused with 404, 409 or 412.
        """
        return self._client.channels.mute(channel_id=self.id, direction=direction)

    def unmute(self, *, direction: Literal["both", "in", "out"] = "both") -> Coroutine[Any, Any, None]:
        """Mute the channel no longer.

        ``DELETE /channels/{channelId}/mute``; refused with 404, 409 or 412.
        """
        return self._client.channels.unmute(channel_id=self.id, direction=direction)

    def hold(self) -> Coroutine[Any, Any, None]:
        """Put the far end on hold.

        ``POST /channels/{channelId}/hold``; refused with 404, 409 or 412.
        """
        return self._client.channels.hold(channel_id=self.id)

    def unhold(self) -> Coroutine[Any, Any, None]:
        """Take the far end off hold.

        ``DELETE /channels/{channelId}/hold``; refused with 404, 409 or 412.
        """
        return self._client.channels.unhold(channel_id=self.id)

    def start_moh(self, *, moh_class: str | None = None) -> Coroutine[Any, Any, None]:
        """Play music on hold to the channel.

        ``POST /channels/{channelId}/moh``; refused with 404, 409 or 412.
        """
        return self._client.channels.start_moh(channel_id=self.id, moh_class=moh_class)

    def stop_moh(self) -> Coroutine[Any, Any, None]:
        """Stop the music on hold.

        ``DELETE /channels/{channelId}/moh``; refused with 404, 409 or 412.
        """
        return self._client.channels.stop_moh(channel_id=self.id)

    def start_silence(self) -> Coroutine[Any, Any, None]:
        """Play silence to the channel.

        ``POST /channels/{channelId}/silence``; refused with 404, 409 or 412.
        """
        return self._client.channels.start_silence(channel_id=self.id)

    def stop_silence(self) -> Coroutine[Any, Any, None]:
        """Stop the silence.

        ``DELETE /channels/{channelId}/silence``; refused with 404, 409 or 412.
        """
        return self._client.channels.stop_silence(channel_id=self.id)

    def play(
        self,
        media: str | Sequence[str],
        *,
        playback_id: str | PlaybackOperations | None = None,
        lang: str | None = None,
        offset: float | None = None,
        skip: float | None = None,
    ) -> Coroutine[Any, Any, Playback]:
        """Play sounds, recordings, numbers or tones to the channel; events tell how it goes.

        ``POST /channels/{channelId}/play/{playbackId}``; refused with 404, 409 or 412.
        """
        return self._client.channels.play(
            channel_id=self.id, playback_id=playback_id, media=media, lang=lang, offset=offset, skip=skip
        )

    def record(
        self,
        format: str,
        *,
        name: str | LiveRecordingOperations | None = None,
        max_duration_seconds: int | None = None,
        max_silence_seconds: int | None = None,
        if_exists: Literal["fail", "overwrite", "append"] | None = None,
        beep: bool | None = None,
        terminate_on: Literal["none", "any", "*", "#"] | None = None,
    ) -> Coroutine[Any, Any, LiveRecording]:
        """Record what comes from the channel; events tell how it goes.

        ``POST /channels/{channelId}/record``; refused with 400, 404, 409 or 422.
        """
        return self._client.channels.record(
            channel_id=self.id,
            name=name,
            format=format,
            max_duration_seconds=max_duration_seconds,
            max_silence_seconds=max_silence_seconds,
            if_exists=if_exists,
            beep=beep,
            terminate_on=terminate_on,
        )

    def get_var(self, variable: str) -> Coroutine[Any, Any, Variable]:
        """Read a variable or function of the channel.

        ``GET /channels/{channelId}/variable``; refused with 400, 404 or 409.
        """
        return self._client.channels.get_channel_var(channel_id=self.id, variable=variable)

    def set_var(
        self, variable: str, *, value: str | None = None, report_events: bool | None = None
    ) -> Coroutine[Any, Any, None]:
        """Set a variable or function of the channel.

        ``POST /channels/{channelId}/variable``; refused with 400, 404 or 409.
        """
        return self._client.channels.set_channel_var(
            channel_id=self.id, variable=variable, value=value, report_events=report_events
        )

    def get_vars(self, variables: str | Sequence[str]) -> Coroutine[Any, Any, Variables]:
        """Read several variables or functions of the channel.

        ``GET /channels/{channelId}/variables``; refused with 400, 404 or 409.
        """
        return self._client.channels.get_channel_vars(channel_id=self.id, variables=variables)

    def set_vars(self, variables: VariableMap) -> Coroutine[Any, Any, None]:
        """Set several variables or functions of the channel.

        ``POST /channels/{channelId}/variables``; refused with 400, 404 or 409.
        """
        return self._client.channels.set_channel_vars(channel_id=self.id, variables=variables)

    def snoop(
        self,
        app: str,
        *,
        snoop_id: str | ChannelOperations | None = None,
        spy: Literal["none", "both", "out", "in"] | None = None,
        whisper: Literal["none", "both", "out", "in"] | None = None,
        app_args: str | None = None,
    ) -> Coroutine[Any, Any, Channel]:
        """Listen to the channel, or whisper to it, by way of a new channel.

        ``POST /channels/{channelId}/snoop/{snoopId}``; refused with 400 or 404.
        """
        return self._client.channels.snoop_channel(
            channel_id=self.id, snoop_id=snoop_id, spy=spy, whisper=whisper, app=app, app_args=app_args
        )

    def dial(
        self, *, caller: str | ChannelOperations | None = None, timeout: int | None = None
    ) -> Coroutine[Any, Any, None]:
        """Dial a channel that was made by ``create``; *timeout* is in whole seconds.

        ``POST /channels/{channelId}/dial``; refused with 404 or 409.
        """
        return self._client.channels.dial(channel_id=self.id, caller=caller, timeout=timeout)

    def rtp_statistics(self) -> Coroutine[Any, Any, RTPstat]:
        """Return the RTP statistics of the channel.

        ``GET /channels/{channelId}/rtp_statistics``; refused with 404.
        """
        return self._client.channels.rtp_statistics(channel_id=self.id)

    def transfer_progress(self, states: str) -> Coroutine[Any, Any, None]:
        """Tell who asked for a transfer how it goes.

        ``POST /channels/{channelId}/transfer_progress``; refused with 400, 404, 409 or 412.
        """
        return self._client.channels.transfer_progress(channel_id=self.id, states=states)


class ChannelHandle(ChannelOperations, Named):
    """Of a channel, nothing but id; it may not be there yet."""

    __slots__ = ("id",)

    def originate(
        self,
        endpoint: str,
        *,
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
    ) -> Coroutine[Any, Any, Channel]:
        """Make a channel and dial it, for an application or a place in the dialplan; *timeout* is in whole seconds.

        ``POST /channels/{channelId}``; refused with 400 or 409.
        """
        return self._client.channels.originate(
            channel_id=self.id,
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
        )

    def create(
        self,
        endpoint: str,
        app: str,
        *,
        app_args: str | None = None,
        other_channel_id: str | ChannelOperations | None = None,
        originator: str | ChannelOperations | None = None,
        formats: str | None = None,
        variables: VariableMap | None = None,
    ) -> Coroutine[Any, Any, Channel]:
        """Make a channel that is in Stasis from the start and not dialled yet: see ``dial``.

        ``POST /channels/create``; refused with 409.
        """
        return self._client.channels.create(
            channel_id=self.id,
            endpoint=endpoint,
            app=app,
            app_args=app_args,
            other_channel_id=other_channel_id,
            originator=originator,
            formats=formats,
            variables=variables,
        )

    def external_media(
        self,
        app: str,
        format: str,
        *,
        variables: VariableMap | None = None,
        external_host: str | None = None,
        encapsulation: Literal["rtp", "audiosocket", "none"] | None = None,
        transport: Literal["udp", "tcp", "websocket"] | None = None,
        connection_type: Literal["client", "server"] | None = None,
        direction: Literal["both"] | None = None,
        data: str | None = None,
        transport_data: str | None = None,
    ) -> Coroutine[Any, Any, Channel]:
        """Make a channel whose media goes to and comes from a server of your own.

        ``POST /channels/externalMedia``; refused with 400 or 409.
        """
        return self._client.channels.external_media(
            channel_id=self.id,
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
        )


class DeviceStateOperations(Handle):
    """What can be asked of a device state."""

    __slots__ = ()
    kind = "deviceState"
    key_fields = ("name",)
    _repr_fields = ("name", "state")

    if TYPE_CHECKING:
        name: str

    def get(self) -> Coroutine[Any, Any, DeviceState]:
        """Return the device state as it is now.

        ``GET /deviceStates/{deviceName}``.
        """
        return self._client.device_states.get(device_name=self.name)

    def update(self, device_state: domain.DeviceState | str) -> Coroutine[Any, Any, None]:
        """Set a device state of the application's own.

        ``PUT /deviceStates/{deviceName}``; refused with 404 or 409.
        """
        return self._client.device_states.update(device_name=self.name, device_state=device_state)

    def delete(self) -> Coroutine[Any, Any, None]:
        """Forget a device state of the application's own.

        ``DELETE /deviceStates/{deviceName}``; refused with 404 or 409.
        """
        return self._client.device_states.delete(device_name=self.name)


class DeviceStateHandle(DeviceStateOperations, Named):
    """Of a device state, nothing but name; it may not be there yet."""

    __slots__ = ("name",)


class EndpointOperations(Handle):
    """What can be asked of an endpoint."""

    __slots__ = ()
    kind = "endpoint"
    key_fields = ("technology", "resource")
    _repr_fields = ("technology", "resource", "state")

    if TYPE_CHECKING:
        technology: str
        resource: str

    def get(self) -> Coroutine[Any, Any, Endpoint]:
        """Return the endpoint as it is now.

        ``GET /endpoints/{tech}/{resource}``; refused with 400 or 404.
        """
        return self._client.endpoints.get(technology=self.technology, resource=self.resource)

    def send_message(
        self, from_: str, *, body: str | None = None, variables: VariableMap | None = None
    ) -> Coroutine[Any, Any, None]:
        """Send a text message to the endpoint.

        ``PUT /endpoints/{tech}/{resource}/sendMessage``; refused with 400 or 404.
        """
        return self._client.endpoints.send_message_to_endpoint(
            technology=self.technology, resource=self.resource, from_=from_, body=body, variables=variables
        )

    def refer(
        self, from_: str, refer_to: str, *, to_self: bool | None = None, variables: VariableMap | None = None
    ) -> Coroutine[Any, Any, None]:
        """Ask the endpoint to call somebody else, outside of any call.

        ``POST /endpoints/{tech}/{resource}/refer``; refused with 400 or 404.
        """
        return self._client.endpoints.refer_to_endpoint(
            technology=self.technology,
            resource=self.resource,
            from_=from_,
            refer_to=refer_to,
            to_self=to_self,
            variables=variables,
        )


class EndpointHandle(EndpointOperations, Named):
    """Of an endpoint, nothing but technology and resource; it may not be there yet."""

    __slots__ = ("resource", "technology")


class LiveRecordingOperations(Handle):
    """What can be asked of a recording that goes on."""

    __slots__ = ()
    kind = "recording"
    key_fields = ("name",)
    _repr_fields = ("name", "target_uri", "state")

    if TYPE_CHECKING:
        name: str

    def get(self) -> Coroutine[Any, Any, LiveRecording]:
        """Return the recording as it is now.

        ``GET /recordings/live/{recordingName}``; refused with 404.
        """
        return self._client.recordings.get_live(recording_name=self.name)

    def cancel(self) -> Coroutine[Any, Any, None]:
        """Stop the recording and throw it away.

        ``DELETE /recordings/live/{recordingName}``; refused with 404.
        """
        return self._client.recordings.cancel(recording_name=self.name)

    def stop(self) -> Coroutine[Any, Any, None]:
        """Stop the recording and keep it.

        ``POST /recordings/live/{recordingName}/stop``; refused with 404.
        """
        return self._client.recordings.stop(recording_name=self.name)

    def pause(self) -> Coroutine[Any, Any, None]:
        """Record nothing until further notice.

        ``POST /recordings/live/{recordingName}/pause``; refused with 404 or 409.
        """
        return self._client.recordings.pause(recording_name=self.name)

    def unpause(self) -> Coroutine[Any, Any, None]:
        """Go on recording.

        ``DELETE /recordings/live/{recordingName}/pause``; refused with 404 or 409.
        """
        return self._client.recordings.unpause(recording_name=self.name)

    def mute(self) -> Coroutine[Any, Any, None]:
        """Record silence instead.

        ``POST /recordings/live/{recordingName}/mute``; refused with 404 or 409.
        """
        return self._client.recordings.mute(recording_name=self.name)

    def unmute(self) -> Coroutine[Any, Any, None]:
        """Record sound again.

        ``DELETE /recordings/live/{recordingName}/mute``; refused with 404 or 409.
        """
        return self._client.recordings.unmute(recording_name=self.name)


class LiveRecordingHandle(LiveRecordingOperations, Named):
    """Of a recording that goes on, nothing but name; it may not be there yet."""

    __slots__ = ("name",)


class MailboxOperations(Handle):
    """What can be asked of a mailbox."""

    __slots__ = ()
    kind = "mailbox"
    key_fields = ("name",)
    _repr_fields = ("name", "new_messages", "old_messages")

    if TYPE_CHECKING:
        name: str

    def get(self) -> Coroutine[Any, Any, Mailbox]:
        """Return the mailbox as it is now.

        ``GET /mailboxes/{mailboxName}``; refused with 404.
        """
        return self._client.mailboxes.get(mailbox_name=self.name)

    def update(self, old_messages: int, new_messages: int) -> Coroutine[Any, Any, None]:
        """Set how many messages the mailbox has; this makes it if need be.

        ``PUT /mailboxes/{mailboxName}``; refused with 404.
        """
        return self._client.mailboxes.update(
            mailbox_name=self.name, old_messages=old_messages, new_messages=new_messages
        )

    def delete(self) -> Coroutine[Any, Any, None]:
        """Forget the mailbox.

        ``DELETE /mailboxes/{mailboxName}``; refused with 404.
        """
        return self._client.mailboxes.delete(mailbox_name=self.name)


class MailboxHandle(MailboxOperations, Named):
    """Of a mailbox, nothing but name; it may not be there yet."""

    __slots__ = ("name",)


class PlaybackOperations(Handle):
    """What can be asked of a playback."""

    __slots__ = ()
    kind = "playback"
    key_fields = ("id",)
    _repr_fields = ("id", "media_uri", "state")

    if TYPE_CHECKING:
        id: str

    def get(self) -> Coroutine[Any, Any, Playback]:
        """Return the playback as it is now.

        ``GET /playbacks/{playbackId}``; refused with 404.
        """
        return self._client.playbacks.get(playback_id=self.id)

    def stop(self) -> Coroutine[Any, Any, None]:
        """Stop the playback.

        ``DELETE /playbacks/{playbackId}``; refused with 404.
        """
        return self._client.playbacks.stop(playback_id=self.id)

    def control(
        self, operation: Literal["restart", "pause", "unpause", "reverse", "forward"]
    ) -> Coroutine[Any, Any, None]:
        """Stop, pause, wind or restart the playback.

        ``POST /playbacks/{playbackId}/control``; refused with 400, 404 or 409.
        """
        return self._client.playbacks.control(playback_id=self.id, operation=operation)


class PlaybackHandle(PlaybackOperations, Named):
    """Of a playback, nothing but id; it may not be there yet."""

    __slots__ = ("id",)


class SoundOperations(Handle):
    """What can be asked of a sound."""

    __slots__ = ()
    kind = "sound"
    key_fields = ("id",)

    if TYPE_CHECKING:
        id: str

    def get(self) -> Coroutine[Any, Any, Sound]:
        """Return a sound and what it comes in.

        ``GET /sounds/{soundId}``.
        """
        return self._client.sounds.get(sound_id=self.id)


class SoundHandle(SoundOperations, Named):
    """Of a sound, nothing but id; it may not be there yet."""

    __slots__ = ("id",)


class StoredRecordingOperations(Handle):
    """What can be asked of a stored recording."""

    __slots__ = ()
    kind = "stored_recording"
    key_fields = ("name",)
    _repr_fields = ("name", "format")

    if TYPE_CHECKING:
        name: str

    def get(self) -> Coroutine[Any, Any, StoredRecording]:
        """Return the stored recording.

        ``GET /recordings/stored/{recordingName}``; refused with 404.
        """
        return self._client.recordings.get_stored(recording_name=self.name)

    def delete(self) -> Coroutine[Any, Any, None]:
        """Delete the recording.

        ``DELETE /recordings/stored/{recordingName}``; refused with 404.
        """
        return self._client.recordings.delete_stored(recording_name=self.name)

    def get_file(self) -> Coroutine[Any, Any, bytes]:
        """Return the sound file of the recording.

        ``GET /recordings/stored/{recordingName}/file``; refused with 403 or 404.
        """
        return self._client.recordings.get_stored_file(recording_name=self.name)

    def copy(self, destination_recording_name: str) -> Coroutine[Any, Any, StoredRecording]:
        """Copy the recording under another name.

        ``POST /recordings/stored/{recordingName}/copy``; refused with 404 or 409.
        """
        return self._client.recordings.copy_stored(
            recording_name=self.name, destination_recording_name=destination_recording_name
        )


class StoredRecordingHandle(StoredRecordingOperations, Named):
    """Of a stored recording, nothing but name; it may not be there yet."""

    __slots__ = ("name",)
