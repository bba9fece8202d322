"""A real Asterisk 22 for live tests, the demonstration and the code generators."""

from .attach import attach, find
from .cache import cache_folder, root_folder
from .errors import (
    AsteriskToolError,
    AttachError,
    NotOwnedError,
    NotProvisionedError,
    ProvisionError,
    StartError,
)
from .instance import Asterisk, User
from .provision import provision

__all__ = [
    "Asterisk",
    "AsteriskToolError",
    "AttachError",
    "NotOwnedError",
    "NotProvisionedError",
    "ProvisionError",
    "StartError",
    "User",
    "attach",
    "cache_folder",
    "find",
    "provision",
    "root_folder",
]
