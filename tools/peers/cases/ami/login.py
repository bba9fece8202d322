"""Banners, logins, and links that are dead or idle."""

import threading
import time
from typing import Any

from tools.peers.catalogue import case
from tools.peers.fakes.ami import ACCEPTED, ANSWERS, SECRET, ScriptedAmi, with_id
from tools.peers.fakes.server import Link
from tools.peers.outcome import (
    SPINNING,
    Hangs,
    Wrong,
    busy,
    ends,
    eventually,
    said,
)
from tools.peers.runners.interface import AmiRunner, Fields

from .steps import EVENT, answered, connected, numbers, outcome_of


@case(39, "HTTP instead of a banner")
def wrong_banner(lib: AmiRunner) -> str:
    with ScriptedAmi(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n") as pbx:
        return given_no_secret(lib, pbx)


def given_no_secret(lib: AmiRunner, pbx: ScriptedAmi) -> str:
    """Connect to *pbx*, which is no Asterisk and will not speak AMI."""
    pbx.say_nothing()
    connecting = lib.connect(pbx.port)
    if pbx.got(SECRET.encode(), seconds=2.0):
        called = " and it says that it is connected" if connecting.done() and not connecting.exception() else ""
        raise Wrong(f"the secret is sent to a stranger{called}")
    return said(ends(connecting, 15.0, "connecting"), but="it says that it is connected")


@case(40, "silence instead of a banner")
def no_banner(lib: AmiRunner) -> str:
    with ScriptedAmi(b"") as pbx:
        return given_no_secret(lib, pbx)


def refuse(message: bytes) -> Any:
    """Return how Asterisk refuses a login: after a second, and then it closes."""

    def answer(frame: bytes, link: Link) -> None:
        threading.Event().wait(1.0)
        link.write(with_id(b"Response: Error\r\nActionID: %ID%\r\nMessage: " + message + b"\r\n\r\n", frame))
        link.close()

    return answer


@case(42, "a wrong password")
def wrong_password(lib: AmiRunner) -> str:
    with ScriptedAmi() as pbx:
        pbx.script[b"login"] = refuse(b"Authentication failed")
        error = ends(lib.connect(pbx.port), 8.0, "connecting")
        threading.Event().wait(5.0)
        if (logins := pbx.count(b"Login")) > 1:
            raise Wrong(f"{logins} logins in 6 s" + ("" if error else ", and no exception"))
        return said(error, but="no exception")


@case(44, "the login is in use, and free again in the next second")
def login_in_use(lib: AmiRunner) -> str:
    with ScriptedAmi() as pbx:
        pbx.script[b"login"] = refuse(b"Login Already In Use")
        error = ends(lib.connect(pbx.port), 8.0, "connecting")
        pbx.script[b"login"] = ANSWERS[b"login"]
        return said(error, but="no exception")


@case(47, "FullyBooted never comes")
def never_fully_booted(lib: AmiRunner) -> None:
    with ScriptedAmi() as pbx:
        pbx.script[b"login"] = ACCEPTED
        connected(lib, pbx)
        if not answered(lib):
            raise Hangs("a request is not answered")


@case("47b", "a request is under way at a drop; the link comes back, and FullyBooted never does")
def never_fully_booted_again(lib: AmiRunner) -> str:
    lib.stay_connected()
    with ScriptedAmi() as pbx:
        pbx.script[b"login"] = ACCEPTED
        pbx.script[b"getvar"] = None
        connected(lib, pbx)
        request = lib.send("Getvar", {"Variable": "X"})
        pbx.got(b"Getvar")
        pbx.drop()
        if not eventually(lambda: pbx.count(b"Login") > 1, 8.0):
            raise Wrong("does not reconnect")
        return outcome_of(request)


@case(48, "Shutdown, the end, and Asterisk is back after two seconds")
def shutdown(lib: AmiRunner) -> None:
    lib.stay_connected()
    seen: list[Any] = []
    lib.listen(lambda event: seen.append(event.get("Event")))
    with ScriptedAmi() as pbx:
        connected(lib, pbx)
        pbx.emit(b"Event: Shutdown\r\nPrivilege: system,all\r\nShutdown: Cleanly\r\nRestart: False\r\n\r\n")
        threading.Event().wait(0.01)
        pbx.stop()
        threading.Event().wait(2.0)
        logins = pbx.count(b"Login")
        pbx.start()
        if not eventually(lambda: pbx.count(b"Login") > logins, 10.0):
            raise Wrong("does not come back")
        if "Shutdown" not in seen:
            raise Wrong("handlers do not see Shutdown")
        if not answered(lib):
            raise Wrong("back, and a request is not answered")


@case(49, "half-open: Asterisk is silent, and the connection stays", seconds=60.0)
def half_open(lib: AmiRunner) -> str:
    with ScriptedAmi() as pbx:
        connected(lib, pbx)
        link, started = pbx.links[0], time.monotonic()
        for action in list(pbx.script):
            pbx.script[action] = None
        request = lib.send("Getvar", {"Variable": "X"})
        if not eventually(lambda: link.ended or lib.told() or lib.says_connected() is False, 35.0):
            pings = pbx.count(b"Ping")
            pending = "" if request.done() else ", the request still waits"
            raise Wrong(f"not noticed in 35 s ({pings} pings{pending})")
        noticed = time.monotonic() - started
        ends(request, 3.0, "the request")
        return f"noticed after {noticed:.0f} s"


@case("U5", "nothing happens for 5 s; then an event", seconds=30.0)
def idle_link(lib: AmiRunner) -> None:
    seen = numbers(lib)
    with ScriptedAmi() as pbx:
        connected(lib, pbx)
        threading.Event().wait(5.0)
        pbx.emit(EVENT % 1)
        if not eventually(lambda: seen):
            raise Wrong("the event never arrives")


@case("U6", "an event with two ChanVariable headers, then a request")
def channel_variables(lib: AmiRunner) -> None:
    seen: list[Fields] = []
    lib.listen(lambda event: seen.append(event) if event.get("Event") == "Newstate" else None)
    with ScriptedAmi() as pbx:
        connected(lib, pbx)
        pbx.emit(b"Event: Newstate\r\nChannel: SIP/1\r\nChanVariable: A=1\r\nChanVariable: B=2\r\n\r\n")
        eventually(lambda: seen, 1.0)
        if not answered(lib):
            raise Hangs("no request is answered any more")
        if not seen:
            raise Wrong("the event is lost")
        values = str(seen[0].get("ChanVariable"))
        if not ("1" in values and "2" in values):
            raise Wrong(f"one of them is kept: {values}")


@case("U12", "the server goes away for good, and nobody asks for anything")
def idle_after_a_drop(lib: AmiRunner) -> None:
    with ScriptedAmi() as pbx:
        connected(lib, pbx)
        pbx.stop()
        threading.Event().wait(0.5)
        if (share := busy(2.0)) > SPINNING:
            raise Hangs(f"spins: {share:.0%} CPU")
