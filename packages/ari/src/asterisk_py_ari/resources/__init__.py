# Generated from the documentation of Asterisk 22.10.1 by `make generate`; do not edit.
"""The operations of ARI, by resource; :class:`AriOperations` has all of them."""

from .applications import Applications
from .ari import AriOperations
from .asterisk import Asterisk
from .bridges import Bridges
from .channels import Channels
from .device_states import DeviceStates
from .endpoints import Endpoints
from .events import Events
from .mailboxes import Mailboxes
from .playbacks import Playbacks
from .recordings import Recordings
from .resource import Resource
from .sounds import Sounds

__all__ = [
    "Applications",
    "AriOperations",
    "Asterisk",
    "Bridges",
    "Channels",
    "DeviceStates",
    "Endpoints",
    "Events",
    "Mailboxes",
    "Playbacks",
    "Recordings",
    "Resource",
    "Sounds",
]
