# Generated from the documentation of Asterisk 22.10.1 by `make generate`; do not edit.
"""Events of your own, and calls that were offered to several applications."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from asterisk_py_ari.protocol.operation import Operation, json_object, sources, text

from .resource import Resource

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from asterisk_py_ari.handles import ApplicationOperations, ChannelOperations
    from asterisk_py_ari.protocol.handle import Handle

__all__ = ["Events"]

_USER_EVENT: Final = Operation(
    "events.user_event",
    "POST",
    "/events/user/{event_name}",
    refusals=(400, 404, 422),
    query=(
        ("application", "application", text),
        ("source", "source", sources),
    ),
    body=("variables", "variables", json_object),
    stands_for=("userEvent",),
)
_CLAIM_CHANNEL: Final = Operation(
    "events.claim_channel",
    "POST",
    "/events/claim",
    refusals=(404, 409),
    query=(
        ("channel_id", "channelId", text),
        ("application", "application", text),
    ),
    stands_for=("claimChannel",),
)


class Events(Resource):
    """Events of your own, and calls that were offered to several applications."""

    __slots__ = ()
    operations = (
        _USER_EVENT,
        _CLAIM_CHANNEL,
    )

    async def user_event(
        self,
        event_name: str,
        application: str | ApplicationOperations,
        *,
        source: str | Handle | Sequence[str | Handle] | None = None,
        variables: Mapping[str, Any] | None = None,
    ) -> None:
        """Send an event of your own to an application.

        ``POST /events/user/{eventName}``; refused with 400, 404 or 422.
        """
        await self._caller.call(
            _USER_EVENT.request(event_name=event_name, application=application, source=source, variables=variables)
        )

    async def claim_channel(
        self, channel_id: str | ChannelOperations, application: str | ApplicationOperations
    ) -> None:
        """Take a channel that was offered to several applications.

        ``POST /events/claim``; refused with 404 or 409.
        """
        await self._caller.call(_CLAIM_CHANNEL.request(channel_id=channel_id, application=application))
