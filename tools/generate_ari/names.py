"""From Asterisk's names to Python's."""

import keyword
import re
from typing import Final

from tools.generator import DocumentationError

__all__ = ["argument", "attribute", "handle_method", "method", "module", "resource_class", "snake_case"]

# sendDTMF, absorbDTMF, getObject, transfer_progress
_BORDERS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

_METHODS: Final = {"rtpstatistics": "rtp_statistics"}
_ARGUMENTS: Final = {"from": "from_", "offsetms": "offset", "skipms": "skip", "tech": "technology"}
_ATTRIBUTES: Final = {"from": "from_"}
# A handle need not say what it is: `channel.get_var`, not `channel.get_channel_var`.
_HANDLE_METHODS: Final = {
    "copy_stored": "copy",
    "delete_stored": "delete",
    "get_bridge_var": "get_var",
    "get_bridge_vars": "get_vars",
    "get_channel_var": "get_var",
    "get_channel_vars": "get_vars",
    "get_live": "get",
    "get_stored": "get",
    "get_stored_file": "get_file",
    "refer_to_endpoint": "refer",
    "send_message_to_endpoint": "send_message",
    "set_bridge_var": "set_var",
    "set_bridge_vars": "set_vars",
    "set_channel_var": "set_var",
    "set_channel_vars": "set_vars",
    "snoop_channel": "snoop",
}


def snake_case(name: str) -> str:
    """Return `send_dtmf` for `sendDTMF`.

    Raises:
        DocumentationError: Python does not take what comes out for a name.
    """
    found = _BORDERS.sub("_", name).lower()
    if not found.isidentifier() or keyword.iskeyword(found):
        raise DocumentationError(f"{name!r} needs a row in the tables of names")
    return found


def module(resource: str) -> str:
    """Return the name of a resource's module, which is that of its attribute, too."""
    return snake_case(resource)


def resource_class(resource: str) -> str:
    """Return the class of a resource: `DeviceStates` for `deviceStates`."""
    return resource[0].upper() + resource[1:]


def method(nickname: str) -> str:
    """Return the method that is an operation."""
    return _METHODS.get(nickname) or snake_case(nickname)


def handle_method(name: str) -> str:
    """Return the name of a resource's method *name* on the handle itself."""
    return _HANDLE_METHODS.get(name, name)


def argument(parameter: str) -> str:
    """Return the argument that gives a parameter."""
    return _ARGUMENTS.get(parameter) or snake_case(parameter)


def attribute(property_name: str) -> str:
    """Return the attribute that holds a property: Asterisk's own spelling, wherever Python takes it."""
    return _ATTRIBUTES.get(property_name) or property_name
