# Generated from the documentation of Asterisk 22.10.1 by `make generate`; do not edit.
"""Device states, of which those called ``Stasis:...`` are an application's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from asterisk_py_ari.models import DeviceState
from asterisk_py_ari.protocol.operation import Operation, text

from .resource import Resource

if TYPE_CHECKING:
    import builtins

    from asterisk_py_ari.handles import DeviceStateOperations
    from asterisk_py_core import domain

__all__ = ["DeviceStates"]

_LIST: Final = Operation("device_states.list", "GET", "/deviceStates", refusals=(), stands_for=("list",))
_GET: Final = Operation("device_states.get", "GET", "/deviceStates/{device_name}", refusals=(), stands_for=("get",))
_UPDATE: Final = Operation(
    "device_states.update",
    "PUT",
    "/deviceStates/{device_name}",
    refusals=(404, 409),
    query=(("device_state", "deviceState", text),),
    stands_for=("update",),
)
_DELETE: Final = Operation(
    "device_states.delete", "DELETE", "/deviceStates/{device_name}", refusals=(404, 409), stands_for=("delete",)
)


class DeviceStates(Resource):
    """Device states, of which those called ``Stasis:...`` are an application's own."""

    __slots__ = ()
    operations = (
        _LIST,
        _GET,
        _UPDATE,
        _DELETE,
    )

    async def list(self) -> builtins.list[DeviceState]:
        """Return the device states of the application's own.

        ``GET /deviceStates``.
        """
        return await self._caller.call(_LIST.request(), list[DeviceState])

    async def get(self, device_name: str | DeviceStateOperations) -> DeviceState:
        """Return the device state as it is now.

        ``GET /deviceStates/{deviceName}``.
        """
        return await self._caller.call(_GET.request(device_name=device_name), DeviceState)

    async def update(self, device_name: str | DeviceStateOperations, device_state: domain.DeviceState | str) -> None:
        """Set a device state of the application's own.

        ``PUT /deviceStates/{deviceName}``; refused with 404 or 409.
        """
        await self._caller.call(_UPDATE.request(device_name=device_name, device_state=device_state))

    async def delete(self, device_name: str | DeviceStateOperations) -> None:
        """Forget a device state of the application's own.

        ``DELETE /deviceStates/{deviceName}``; refused with 404 or 409.
        """
        await self._caller.call(_DELETE.request(device_name=device_name))
