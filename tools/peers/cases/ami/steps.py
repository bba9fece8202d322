"""What most of the cases begin with."""

import time
from concurrent.futures import Future
from typing import Final

from tools.peers.fakes.ami import ScriptedAmi
from tools.peers.outcome import (
    Hangs,
    Wrong,
    ends,
    result,
    said,
)
from tools.peers.runners.interface import AmiRunner, Fields

EVENT: Final = b"Event: UserEvent\r\nPrivilege: user,all\r\nUserEvent: Test\r\nNumber: %d\r\n\r\n"
FORGED: Final = b"Response: Success\r\nActionID: %s\r\nVariable: X\r\nValue: forged\r\n\r\n"


def connected(lib: AmiRunner, pbx: ScriptedAmi) -> None:
    """Connect, and see that the login came."""
    result(lib.connect(pbx.port), 8.0, "connecting")
    if not pbx.got(b"Login"):
        raise Hangs("no login was sent")


def numbers(lib: AmiRunner) -> list[int]:
    """Return a list that fills with the numbers of the events that come."""
    seen: list[int] = []
    lib.listen(lambda event: seen.append(int(event["Number"])) if event.get("UserEvent") == "Test" else None)
    return seen


def answered(lib: AmiRunner, seconds: float = 4.0) -> bool:
    """Return whether a Ping gets its answer."""
    ping = lib.send("Ping")
    try:
        return result(ping, seconds).get("Ping") == "Pong"
    except Exception:  # noqa: BLE001 - however it fails, it is not answered
        return False


def outcome_of(request: Future[Fields], seconds: float = 8.0) -> str:
    """Return the name of what a request without an answer raises in time; silence is wrong."""
    started = time.monotonic()
    error = ends(request, seconds, "the request")
    if error is None and not request.result():
        raise Wrong(f"returns None after {time.monotonic() - started:.0f} s")
    return said(error, but=f"returns {dict(request.result()) if error is None else ''}")
