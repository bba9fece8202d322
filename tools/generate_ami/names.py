"""From Asterisk's names to Python's."""

import keyword
import re
from typing import Final

from tools.generator import DocumentationError

__all__ = ["argument", "attribute", "class_name", "part_name", "snake_case"]

# `CallerIDton` and `CallerIDani` are read as if they were spelled like `CallerIDNum`.
_ID: Final = re.compile(r"ID(?=[a-z])")
# FAXSession, SrtpTag32, T38UdptlEc, Qualify2xxOnly, RtpIpv6
_WORDS: Final = re.compile(
    r"[A-Z]+(?=[A-Z][a-z])|[A-Z][0-9]+|[A-Z]?[a-z]+[0-9]*(?![a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+[a-z]*"
)

# A header by its own name would hide an attribute of every message (`name`), be no name in Python, or say too little.
_ATTRIBUTES: Final = {
    "100rel": "rel100",
    "AOC-D.Name": "currency_name",
    "AOC-E.Name": "currency_name",
    "AOC-S.Name": "currency_name",
    "Agents.Name": "agent_name",
    "Channeltype": "channel_type",
    "Class": "music_class",
    "CompletedFAXes": "completed_faxes",
    "DNSmanager": "dns_manager",
    "FailedFAXes": "failed_faxes",
    "IPaddress": "ip_address",
    "IPport": "ip_port",
    "Parkinglot.Name": "parkinglot",
    "QueueMember.Name": "member_name",
    "RTCPReceived.From": "from_address",
    "RTCPReceived.To": "to_address",
    "RTCPSent.From": "from_address",
    "RTCPSent.To": "to_address",
}
_ARGUMENTS: Final = {
    "MessageSend.From": "from_uri",
    "MessageSend.To": "to_uri",
    "Originate.Async": "asynchronous",
    "Originate.PreDialGoSub": "pre_dial_gosub",
}


def class_name(name: str) -> str:
    """Return the name of the class for an event or action: its own, without what a Python name cannot hold."""
    return re.sub(r"\W", "", name)


def attribute(event: str, header: str) -> str:
    """Return the attribute that holds a header of an event."""
    return _ATTRIBUTES.get(f"{event}.{header}") or _ATTRIBUTES.get(header) or snake_case(header)


def argument(action: str, parameter: str) -> str:
    """Return the argument that gives a parameter of an action."""
    return _ARGUMENTS.get(f"{action}.{parameter}") or _ARGUMENTS.get(parameter) or snake_case(parameter)


def part_name(kind: str, prefix: str) -> str:
    """Return the attribute that holds the channel or bridge whose headers begin with *prefix*."""
    if kind == "bridge":
        return f"{prefix.lower()}_bridge" if prefix else "bridge"
    return snake_case(prefix) if prefix else "caller"


def snake_case(name: str) -> str:
    """Return `caller_id_num` for `CallerIDNum`.

    Raises:
        DocumentationError: Python does not take what comes out for a name.
    """
    found = "_".join(_WORDS.findall(_ID.sub("ID_", name))).lower()
    if not found.isidentifier() or keyword.iskeyword(found):
        raise DocumentationError(f"{name!r} needs a row in the tables of names")
    return found
