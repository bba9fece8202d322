"""The events of channels as Asterisk writes them, for the tests of calls."""

from typing import Any

from asterisk_py_ami.protocol.codec import Decoder
from asterisk_py_ami.protocol.message import AmiEvent
from asterisk_py_core.reconnect import ConnectionState, ConnectionStateChanged

__all__ = ["FOUND", "LOST", "channel", "dial", "enter", "events", "hangup", "listed", "message", "new", "up"]

LOST = ConnectionStateChanged(
    state=ConnectionState.RECONNECTING, previous=ConnectionState.CONNECTED, epoch=1, attempt=0
)
FOUND = ConnectionStateChanged(state=ConnectionState.CONNECTED, previous=ConnectionState.CONNECTING, epoch=2, attempt=1)


def message(event: str, **headers: object) -> bytes:
    lines = [f"Event: {event}", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape")


def channel(uniqueid: str, linkedid: str = "", *, state: int = 0, prefix: str = "", **others: object) -> dict[str, Any]:
    """Return the headers of a channel as Asterisk orders them."""
    headers = {
        "Channel": f"PJSIP/{uniqueid}",
        "ChannelState": state,
        "CallerIDNum": "<unknown>",
        "CallerIDName": "<unknown>",
        "AccountCode": "",
        "Context": "default",
        "Exten": "600",
        "Uniqueid": uniqueid,
        "Linkedid": linkedid or uniqueid,
        **others,
    }
    return {f"{prefix}{name}": value for name, value in headers.items()}


def new(uniqueid: str, linkedid: str = "", **others: Any) -> bytes:
    return message("Newchannel", **channel(uniqueid, linkedid, **others))


def up(uniqueid: str, linkedid: str = "", **others: Any) -> bytes:
    return message("Newstate", **channel(uniqueid, linkedid, state=6, **others))


def hangup(uniqueid: str, linkedid: str = "", cause: int = 16, **others: Any) -> bytes:
    return message("Hangup", **channel(uniqueid, linkedid, **others), Cause=cause)


def dial(event: str, caller: str | None, dialled: str, linkedid: str, **others: object) -> bytes:
    headers = {} if caller is None else channel(caller, linkedid)
    return message(event, **headers, **channel(dialled, linkedid, prefix="Dest"), **others)


def enter(uniqueid: str, linkedid: str = "", *, among: int = 2, technology: str = "simple_bridge") -> bytes:
    headers = channel(uniqueid, linkedid, state=6)
    return message("BridgeEnter", BridgeUniqueid="b", BridgeTechnology=technology, BridgeNumChannels=among, **headers)


def listed(uniqueid: str, linkedid: str = "", *, age: str = "00:00:00", **others: Any) -> bytes:
    return message("CoreShowChannel", **channel(uniqueid, linkedid, **others), Duration=age)


def events(*data: bytes) -> list[AmiEvent]:
    decoded = Decoder().receive_data(b"".join(data))
    assert all(isinstance(each, AmiEvent) for each in decoded)
    return [each for each in decoded if isinstance(each, AmiEvent)]
