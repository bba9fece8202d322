# Generated from the documentation of Asterisk 22.10.1 by `make generate`; do not edit.
# ruff: noqa: A002 - the parameters are Asterisk's
"""Stasis applications, what they are subscribed to, and which events they get."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from asterisk_py_ari.models import Application
from asterisk_py_ari.protocol.operation import Operation, json_object, sources

from .resource import Resource

if TYPE_CHECKING:
    import builtins
    from collections.abc import Mapping, Sequence
    from typing import Any

    from asterisk_py_ari.handles import ApplicationOperations
    from asterisk_py_ari.protocol.handle import Handle

__all__ = ["Applications"]

_LIST: Final = Operation("applications.list", "GET", "/applications", refusals=(), stands_for=("list",))
_GET: Final = Operation(
    "applications.get", "GET", "/applications/{application_name}", refusals=(404,), stands_for=("get",)
)
_SUBSCRIBE: Final = Operation(
    "applications.subscribe",
    "POST",
    "/applications/{application_name}/subscription",
    refusals=(400, 404, 422),
    query=(("event_source", "eventSource", sources),),
    stands_for=("subscribe",),
)
_UNSUBSCRIBE: Final = Operation(
    "applications.unsubscribe",
    "DELETE",
    "/applications/{application_name}/subscription",
    refusals=(400, 404, 409, 422),
    query=(("event_source", "eventSource", sources),),
    stands_for=("unsubscribe",),
)
_FILTER: Final = Operation(
    "applications.filter",
    "PUT",
    "/applications/{application_name}/eventFilter",
    refusals=(400, 404),
    body=("filter", "", json_object),
    stands_for=("filter",),
)


class Applications(Resource):
    """Stasis applications, what they are subscribed to, and which events they get."""

    __slots__ = ()
    operations = (
        _LIST,
        _GET,
        _SUBSCRIBE,
        _UNSUBSCRIBE,
        _FILTER,
    )

    async def list(self) -> builtins.list[Application]:
        """Return all applications.

        ``GET /applications``.
        """
        return await self._caller.call(_LIST.request(), list[Application])

    async def get(self, application_name: str | ApplicationOperations) -> Application:
        """Return the application and what it is subscribed to.

        ``GET /applications/{applicationName}``; refused with 404.
        """
        return await self._caller.call(_GET.request(application_name=application_name), Application)

    async def subscribe(
        self, application_name: str | ApplicationOperations, event_source: str | Handle | Sequence[str | Handle]
    ) -> Application:
        """Subscribe the application to channels, bridges, endpoints or device states.

        ``POST /applications/{applicationName}/subscription``; refused with 400, 404 or 422.
        """
        return await self._caller.call(
            _SUBSCRIBE.request(application_name=application_name, event_source=event_source), Application
        )

    async def unsubscribe(
        self, application_name: str | ApplicationOperations, event_source: str | Handle | Sequence[str | Handle]
    ) -> Application:
        """End a subscription of the application.

        ``DELETE /applications/{applicationName}/subscription``; refused with 400, 404, 409 or 422.
        """
        return await self._caller.call(
            _UNSUBSCRIBE.request(application_name=application_name, event_source=event_source), Application
        )

    async def filter(
        self, application_name: str | ApplicationOperations, *, filter: Mapping[str, Any] | None = None
    ) -> Application:
        """Choose which events the application gets: ``{'allowed': [...], 'disallowed': [...]}``.

        ``PUT /applications/{applicationName}/eventFilter``; refused with 400 or 404.
        """
        return await self._caller.call(_FILTER.request(application_name=application_name, filter=filter), Application)
