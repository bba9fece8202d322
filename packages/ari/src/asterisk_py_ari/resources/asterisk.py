# Generated from the documentation of Asterisk 22.10.1 by `make generate`; do not edit.
# ruff: noqa: A002 - the parameters are Asterisk's
"""Asterisk itself: what it is, its modules, logs, configuration and global variables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from asterisk_py_ari.models import AsteriskInfo, AsteriskPing, ConfigTuple, LogChannel, Module, Variable
from asterisk_py_ari.protocol.operation import Operation, attributes, text, texts

from .resource import Resource

if TYPE_CHECKING:
    import builtins
    from collections.abc import Mapping, Sequence
    from typing import Literal

__all__ = ["Asterisk"]

_GET_OBJECT: Final = Operation(
    "asterisk.get_object",
    "GET",
    "/asterisk/config/dynamic/{config_class}/{object_type}/{id}",
    refusals=(404,),
    stands_for=("getObject",),
)
_UPDATE_OBJECT: Final = Operation(
    "asterisk.update_object",
    "PUT",
    "/asterisk/config/dynamic/{config_class}/{object_type}/{id}",
    refusals=(400, 403, 404),
    body=("fields", "fields", attributes),
    stands_for=("updateObject",),
)
_DELETE_OBJECT: Final = Operation(
    "asterisk.delete_object",
    "DELETE",
    "/asterisk/config/dynamic/{config_class}/{object_type}/{id}",
    refusals=(403, 404),
    stands_for=("deleteObject",),
)
_GET_INFO: Final = Operation(
    "asterisk.get_info", "GET", "/asterisk/info", refusals=(), query=(("only", "only", texts),), stands_for=("getInfo",)
)
_PING: Final = Operation("asterisk.ping", "GET", "/asterisk/ping", refusals=(), stands_for=("ping",))
_LIST_MODULES: Final = Operation(
    "asterisk.list_modules", "GET", "/asterisk/modules", refusals=(), stands_for=("listModules",)
)
_GET_MODULE: Final = Operation(
    "asterisk.get_module", "GET", "/asterisk/modules/{module_name}", refusals=(404, 409), stands_for=("getModule",)
)
_LOAD_MODULE: Final = Operation(
    "asterisk.load_module", "POST", "/asterisk/modules/{module_name}", refusals=(409,), stands_for=("loadModule",)
)
_UNLOAD_MODULE: Final = Operation(
    "asterisk.unload_module",
    "DELETE",
    "/asterisk/modules/{module_name}",
    refusals=(404, 409),
    stands_for=("unloadModule",),
)
_RELOAD_MODULE: Final = Operation(
    "asterisk.reload_module",
    "PUT",
    "/asterisk/modules/{module_name}",
    refusals=(404, 409),
    stands_for=("reloadModule",),
)
_LIST_LOG_CHANNELS: Final = Operation(
    "asterisk.list_log_channels", "GET", "/asterisk/logging", refusals=(), stands_for=("listLogChannels",)
)
_ADD_LOG: Final = Operation(
    "asterisk.add_log",
    "POST",
    "/asterisk/logging/{log_channel_name}",
    refusals=(400, 409),
    query=(("configuration", "configuration", text),),
    stands_for=("addLog",),
)
_DELETE_LOG: Final = Operation(
    "asterisk.delete_log", "DELETE", "/asterisk/logging/{log_channel_name}", refusals=(404,), stands_for=("deleteLog",)
)
_ROTATE_LOG: Final = Operation(
    "asterisk.rotate_log",
    "PUT",
    "/asterisk/logging/{log_channel_name}/rotate",
    refusals=(404,),
    stands_for=("rotateLog",),
)
_GET_GLOBAL_VAR: Final = Operation(
    "asterisk.get_global_var",
    "GET",
    "/asterisk/variable",
    refusals=(400,),
    query=(("variable", "variable", text),),
    stands_for=("getGlobalVar",),
)
_SET_GLOBAL_VAR: Final = Operation(
    "asterisk.set_global_var",
    "POST",
    "/asterisk/variable",
    refusals=(400,),
    query=(
        ("variable", "variable", text),
        ("value", "value", text),
    ),
    stands_for=("setGlobalVar",),
)


class Asterisk(Resource):
    """Asterisk itself: what it is, its modules, logs, configuration and global variables."""

    __slots__ = ()
    operations = (
        _GET_OBJECT,
        _UPDATE_OBJECT,
        _DELETE_OBJECT,
        _GET_INFO,
        _PING,
        _LIST_MODULES,
        _GET_MODULE,
        _LOAD_MODULE,
        _UNLOAD_MODULE,
        _RELOAD_MODULE,
        _LIST_LOG_CHANNELS,
        _ADD_LOG,
        _DELETE_LOG,
        _ROTATE_LOG,
        _GET_GLOBAL_VAR,
        _SET_GLOBAL_VAR,
    )

    async def get_object(self, config_class: str, object_type: str, id: str) -> builtins.list[ConfigTuple]:
        """Read an object of the dynamic configuration (sorcery).

        ``GET /asterisk/config/dynamic/{configClass}/{objectType}/{id}``; refused with 404.
        """
        return await self._caller.call(
            _GET_OBJECT.request(config_class=config_class, object_type=object_type, id=id), list[ConfigTuple]
        )

    async def update_object(
        self, config_class: str, object_type: str, id: str, *, fields: Mapping[str, str] | None = None
    ) -> builtins.list[ConfigTuple]:
        """Make or change an object of the dynamic configuration (sorcery).

        ``PUT /asterisk/config/dynamic/{configClass}/{objectType}/{id}``; refused with 400, 403 or 404.
        """
        return await self._caller.call(
            _UPDATE_OBJECT.request(config_class=config_class, object_type=object_type, id=id, fields=fields),
            list[ConfigTuple],
        )

    async def delete_object(self, config_class: str, object_type: str, id: str) -> None:
        """Delete an object of the dynamic configuration (sorcery).

        ``DELETE /asterisk/config/dynamic/{configClass}/{objectType}/{id}``; refused with 403 or 404.
        """
        await self._caller.call(_DELETE_OBJECT.request(config_class=config_class, object_type=object_type, id=id))

    async def get_info(
        self,
        *,
        only: Literal["build", "system", "config", "status"]
        | Sequence[Literal["build", "system", "config", "status"]]
        | None = None,
    ) -> AsteriskInfo:
        """Return what this Asterisk is, or parts of it.

        ``GET /asterisk/info``.
        """
        return await self._caller.call(_GET_INFO.request(only=only), AsteriskInfo)

    async def ping(self) -> AsteriskPing:
        """See that Asterisk answers.

        ``GET /asterisk/ping``.
        """
        return await self._caller.call(_PING.request(), AsteriskPing)

    async def list_modules(self) -> builtins.list[Module]:
        """Return all loaded modules.

        ``GET /asterisk/modules``.
        """
        return await self._caller.call(_LIST_MODULES.request(), list[Module])

    async def get_module(self, module_name: str) -> Module:
        """Return a module and its state.

        ``GET /asterisk/modules/{moduleName}``; refused with 404 or 409.
        """
        return await self._caller.call(_GET_MODULE.request(module_name=module_name), Module)

    async def load_module(self, module_name: str) -> None:
        """Load a module.

        ``POST /asterisk/modules/{moduleName}``; refused with 409.
        """
        await self._caller.call(_LOAD_MODULE.request(module_name=module_name))

    async def unload_module(self, module_name: str) -> None:
        """Unload a module.

        ``DELETE /asterisk/modules/{moduleName}``; refused with 404 or 409.
        """
        await self._caller.call(_UNLOAD_MODULE.request(module_name=module_name))

    async def reload_module(self, module_name: str) -> None:
        """Let a module read its configuration again.

        ``PUT /asterisk/modules/{moduleName}``; refused with 404 or 409.
        """
        await self._caller.call(_RELOAD_MODULE.request(module_name=module_name))

    async def list_log_channels(self) -> builtins.list[LogChannel]:
        """Return the log files and other places that are logged to.

        ``GET /asterisk/logging``.
        """
        return await self._caller.call(_LIST_LOG_CHANNELS.request(), list[LogChannel])

    async def add_log(self, log_channel_name: str, configuration: str) -> None:
        """Make a log file; the configuration says what goes into it, as in logger.conf.

        ``POST /asterisk/logging/{logChannelName}``; refused with 400 or 409.
        """
        await self._caller.call(_ADD_LOG.request(log_channel_name=log_channel_name, configuration=configuration))

    async def delete_log(self, log_channel_name: str) -> None:
        """Remove a log file from those that are written.

        ``DELETE /asterisk/logging/{logChannelName}``; refused with 404.
        """
        await self._caller.call(_DELETE_LOG.request(log_channel_name=log_channel_name))

    async def rotate_log(self, log_channel_name: str) -> None:
        """Begin a log file anew.

        ``PUT /asterisk/logging/{logChannelName}/rotate``; refused with 404.
        """
        await self._caller.call(_ROTATE_LOG.request(log_channel_name=log_channel_name))

    async def get_global_var(self, variable: str) -> Variable:
        """Read a global variable or a function.

        ``GET /asterisk/variable``; refused with 400.
        """
        return await self._caller.call(_GET_GLOBAL_VAR.request(variable=variable), Variable)

    async def set_global_var(self, variable: str, *, value: str | None = None) -> None:
        """Set a global variable or a function.

        ``POST /asterisk/variable``; refused with 400.
        """
        await self._caller.call(_SET_GLOBAL_VAR.request(variable=variable, value=value))
