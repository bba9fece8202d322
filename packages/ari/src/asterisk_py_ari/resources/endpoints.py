# Generated from the documentation of Asterisk 22.10.1 by `make generate`; do not edit.
"""Endpoints: the devices and providers that channels are made to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from asterisk_py_ari.models import Endpoint
from asterisk_py_ari.protocol.operation import Operation, flag, text, variables

from .resource import Resource

if TYPE_CHECKING:
    import builtins

    from asterisk_py_ari.protocol.operation import VariableMap

__all__ = ["Endpoints"]

_LIST: Final = Operation("endpoints.list", "GET", "/endpoints", refusals=(), stands_for=("list",))
_SEND_MESSAGE: Final = Operation(
    "endpoints.send_message",
    "PUT",
    "/endpoints/sendMessage",
    refusals=(400, 404),
    query=(
        ("to", "to", text),
        ("from_", "from", text),
        ("body", "body", text),
    ),
    body=("variables", "variables", variables),
    stands_for=("sendMessage",),
)
_REFER: Final = Operation(
    "endpoints.refer",
    "POST",
    "/endpoints/refer",
    refusals=(400, 404),
    query=(
        ("to", "to", text),
        ("from_", "from", text),
        ("refer_to", "refer_to", text),
        ("to_self", "to_self", flag),
    ),
    body=("variables", "variables", variables),
    stands_for=("refer",),
)
_LIST_BY_TECH: Final = Operation(
    "endpoints.list_by_tech", "GET", "/endpoints/{technology}", refusals=(404,), stands_for=("listByTech",)
)
_GET: Final = Operation(
    "endpoints.get", "GET", "/endpoints/{technology}/{resource}", refusals=(400, 404), stands_for=("get",)
)
_SEND_MESSAGE_TO_ENDPOINT: Final = Operation(
    "endpoints.send_message_to_endpoint",
    "PUT",
    "/endpoints/{technology}/{resource}/sendMessage",
    refusals=(400, 404),
    query=(
        ("from_", "from", text),
        ("body", "body", text),
    ),
    body=("variables", "variables", variables),
    stands_for=("sendMessageToEndpoint",),
)
_REFER_TO_ENDPOINT: Final = Operation(
    "endpoints.refer_to_endpoint",
    "POST",
    "/endpoints/{technology}/{resource}/refer",
    refusals=(400, 404),
    query=(
        ("from_", "from", text),
        ("refer_to", "refer_to", text),
        ("to_self", "to_self", flag),
    ),
    body=("variables", "variables", variables),
    stands_for=("referToEndpoint",),
)


class Endpoints(Resource):
    """Endpoints: the devices and providers that channels are made to."""

    __slots__ = ()
    operations = (
        _LIST,
        _SEND_MESSAGE,
        _REFER,
        _LIST_BY_TECH,
        _GET,
        _SEND_MESSAGE_TO_ENDPOINT,
        _REFER_TO_ENDPOINT,
    )

    async def list(self) -> builtins.list[Endpoint]:
        """Return all endpoints.

        ``GET /endpoints``.
        """
        return await self._caller.call(_LIST.request(), list[Endpoint])

    async def send_message(
        self, to: str, from_: str, *, body: str | None = None, variables: VariableMap | None = None
    ) -> None:
        """Send a text message to a technology's URI.

        ``PUT /endpoints/sendMessage``; refused with 400 or 404.
        """
        await self._caller.call(_SEND_MESSAGE.request(to=to, from_=from_, body=body, variables=variables))

    async def refer(
        self, to: str, from_: str, refer_to: str, *, to_self: bool | None = None, variables: VariableMap | None = None
    ) -> None:
        """Ask a device to call somebody else, outside of any call.

        ``POST /endpoints/refer``; refused with 400 or 404.
        """
        await self._caller.call(
            _REFER.request(to=to, from_=from_, refer_to=refer_to, to_self=to_self, variables=variables)
        )

    async def list_by_tech(self, technology: str) -> builtins.list[Endpoint]:
        """Return the endpoints of a technology.

        ``GET /endpoints/{tech}``; refused with 404.
        """
        return await self._caller.call(_LIST_BY_TECH.request(technology=technology), list[Endpoint])

    async def get(self, technology: str, resource: str) -> Endpoint:
        """Return the endpoint as it is now.

        ``GET /endpoints/{tech}/{resource}``; refused with 400 or 404.
        """
        return await self._caller.call(_GET.request(technology=technology, resource=resource), Endpoint)

    async def send_message_to_endpoint(
        self,
        technology: str,
        resource: str,
        from_: str,
        *,
        body: str | None = None,
        variables: VariableMap | None = None,
    ) -> None:
        """Send a text message to the endpoint.

        ``PUT /endpoints/{tech}/{resource}/sendMessage``; refused with 400 or 404.
        """
        await self._caller.call(
            _SEND_MESSAGE_TO_ENDPOINT.request(
                technology=technology, resource=resource, from_=from_, body=body, variables=variables
            )
        )

    async def refer_to_endpoint(
        self,
        technology: str,
        resource: str,
        from_: str,
        refer_to: str,
        *,
        to_self: bool | None = None,
        variables: VariableMap | None = None,
    ) -> None:
        """Ask the endpoint to call somebody else, outside of any call.

        ``POST /endpoints/{tech}/{resource}/refer``; refused with 400 or 404.
        """
        await self._caller.call(
            _REFER_TO_ENDPOINT.request(
                technology=technology,
                resource=resource,
                from_=from_,
                refer_to=refer_to,
                to_self=to_self,
                variables=variables,
            )
        )
