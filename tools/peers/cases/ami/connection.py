"""Connections that are lost, handlers that fail, what is left afterwards."""

import contextlib
import io
import itertools
import logging
import pickle
import re
import threading

from tools.peers.catalogue import case
from tools.peers.fakes.ami import SECRET, ScriptedAmi
from tools.peers.fakes.server import Link
from tools.peers.outcome import (
    Leaks,
    Outcome,
    Wrong,
    ends,
    eventually,
    open_files,
    resident,
    result,
)
from tools.peers.runners.interface import AmiRunner, Fields

from .steps import EVENT, answered, connected, numbers, outcome_of


@case(1, "the server drops whoever connects, for 9 s; then it accepts", seconds=60.0)
def refused_for_a_while(lib: AmiRunner) -> str:
    lib.stay_connected()
    with ScriptedAmi() as pbx:
        connected(lib, pbx)
        pbx.on_connect = Link.close
        pbx.accepted_at.clear()
        pbx.drop()
        threading.Event().wait(9.0)
        tries = list(pbx.accepted_at)
        pauses = [later - earlier for earlier, later in itertools.pairwise(tries)]
        pbx.on_connect = pbx.greet
        seen = f"{len(tries)} tries, pauses of {', '.join(f'{pause:.1f}' for pause in pauses[:5])} s"
        if not tries or min(pauses, default=1.0) < 0.05:
            raise Wrong(seen)
        logins = pbx.count(b"Login")
        if not eventually(lambda: pbx.count(b"Login") > logins, 15.0):
            raise Wrong(f"{seen}; then no login")
        return seen


@case(2, "three retries are allowed, and the server refuses for ever")
def bounded_retries(lib: AmiRunner) -> str:
    lib.stay_connected(retries=3)
    with ScriptedAmi() as pbx:
        connected(lib, pbx)
        pbx.on_connect = Link.close
        pbx.accepted_at.clear()
        pbx.drop()
        threading.Event().wait(12.0)
        if len(pbx.accepted_at) != 3:
            raise Wrong(f"no bound to set; still trying after 12 s ({len(pbx.accepted_at)} tries)")
        return "gives up after 3, and can be asked" if not lib.says_connected() else "gives up after 3"


@case(6, "closed by the application, twice")
def closes(lib: AmiRunner) -> None:
    with ScriptedAmi() as pbx:
        connected(lib, pbx)
        for _ in range(2):
            if error := ends(lib.close(), 6.0, "closing"):
                raise Wrong(f"closing raises {type(error).__name__}: {error}")
        if not eventually(lambda: pbx.links[0].ended):
            raise Leaks("the connection stays open")
        threading.Event().wait(3.0)
        if len(pbx.links) > 1:
            raise Wrong("connects again after it was closed")


@case(9, "the connection drops with three requests under way")
def drop_with_requests(lib: AmiRunner) -> str:
    with ScriptedAmi() as pbx:
        pbx.script[b"getvar"] = None
        connected(lib, pbx)
        requests = [lib.send("Getvar", {"Variable": "X"}) for _ in range(3)]
        if not pbx.got(b"Getvar", 3):
            raise Wrong(f"{pbx.count(b'Getvar')} of 3 requests were sent")
        pbx.stop()
        return ", ".join(sorted({outcome_of(request) for request in requests}))


@case(10, "twenty requests are given up, which nobody answers")
def requests_given_up(lib: AmiRunner) -> None:
    with ScriptedAmi() as pbx:
        pbx.script[b"silence"] = None
        connected(lib, pbx)
        if held := lib.abandon(20):
            raise Leaks(f"keeps {held} of 20")


@case(12, "a request while the link is down")
def request_while_down(lib: AmiRunner) -> str:
    with ScriptedAmi() as pbx:
        connected(lib, pbx)
        pbx.stop()
        threading.Event().wait(0.5)
        return outcome_of(lib.send("Getvar", {"Variable": "X"}))


@case(13, "an Originate is under way when the link drops and comes back")
def originate_at_a_drop(lib: AmiRunner) -> None:
    lib.stay_connected()
    with ScriptedAmi() as pbx:
        pbx.script[b"originate"] = None
        connected(lib, pbx)
        lib.send("Originate", {"Channel": "Local/100@default", "Async": "true"})
        if not pbx.got(b"Originate"):
            raise Wrong("it was not sent")
        pbx.drop()
        if not eventually(lambda: pbx.count(b"Login") > 1, 8.0):
            raise Wrong("does not reconnect")
        threading.Event().wait(1.0)
        if pbx.count(b"Originate") > 1:
            raise Wrong(f"sent {pbx.count(b'Originate')} times: two calls")


@case(14, "20,000 events for a handler that waits for ever", seconds=90.0)
def handler_waits_in_a_flood(lib: AmiRunner) -> str:
    begun = threading.Event()
    lib.listen_for_ever(begun.set)
    with ScriptedAmi() as pbx:
        connected(lib, pbx)
        before = resident()
        flood = b"".join(EVENT % number for number in range(20_000))
        writing = threading.Thread(target=pbx.emit, args=[flood], daemon=True)
        writing.start()
        begun.wait(3.0)
        writing.join(20.0)
        if writing.is_alive():
            raise Wrong("stops reading: Asterisk would cut it off")
        if not answered(lib, 30.0):
            raise Wrong("no request is answered any more")
        tasks = getattr(lib, "tasks", int)()
        if tasks > 100 or threading.active_count() > 100:
            raise Leaks(f"{tasks:,} tasks")
        return f"+{resident() - before:.0f} MiB, all kept for the handler"


@case(15, "a handler raises")
def handler_raises(lib: AmiRunner) -> None:
    def fail(event: Fields) -> None:
        if event.get("UserEvent") == "Test":
            raise ValueError("a mistake in the application")

    lib.listen(fail)
    others = numbers(lib)
    with ScriptedAmi() as pbx:
        connected(lib, pbx)
        pbx.emit(EVENT % 1 + EVENT % 2)
        eventually(lambda: len(others) == 2)
        if pbx.links[0].ended:
            raise Wrong("the connection is closed")
        if not answered(lib):
            raise Wrong("no request is answered any more")
        pbx.emit(EVENT % 3)
        eventually(lambda: 3 in others)
        if others != [1, 2, 3]:
            raise Wrong(f"of the events 1, 2, 3 another handler gets {others}")


@case(16, "a handler waits for ever; another one is there")
def one_handler_waits(lib: AmiRunner) -> None:
    lib.listen_for_ever(lambda: None)
    others = numbers(lib)
    with ScriptedAmi() as pbx:
        connected(lib, pbx)
        pbx.emit(b"".join(EVENT % number for number in range(100)))
        if not eventually(lambda: len(others) == 100):
            raise Wrong(f"the other one gets {len(others)} of 100 events")


@case(18, "the link drops and comes back while events are read")
def drop_while_reading(lib: AmiRunner) -> str:
    lib.stay_connected()
    seen = numbers(lib)
    with ScriptedAmi() as pbx:
        connected(lib, pbx)
        pbx.emit(EVENT % 1)
        eventually(lambda: seen)
        pbx.drop()
        if not eventually(lambda: pbx.count(b"Login") > 1, 10.0):
            raise Wrong("does not reconnect")
        threading.Event().wait(0.5)
        pbx.emit(EVENT % 2)
        if not eventually(lambda: seen == [1, 2]):
            raise Wrong(f"events after the reconnect do not arrive: {seen}")
        if not lib.told():
            raise Wrong("the application is not told that it missed events")
        return "told by " + ("a callback" if "disconnected" in lib.told()[0] else "the stream, in order")


@case("18b", "the link drops for good while events are read")
def end_while_reading(lib: AmiRunner) -> str:
    numbers(lib)
    with ScriptedAmi() as pbx:
        connected(lib, pbx)
        pbx.stop()
        threading.Event().wait(3.0)
        if lib.told():
            return "told"
        if lib.says_connected():
            raise Wrong("not told, and it says that it is connected")
        raise Wrong("not told; it can be asked")


@case(20, "where the secret is seen: repr, vars, pickle, the log at DEBUG, the error of a refused login")
def secret(lib: AmiRunner) -> None:
    log = io.StringIO()
    logging.getLogger().handlers[:] = [logging.StreamHandler(log)]
    logging.getLogger().setLevel(logging.DEBUG)
    with ScriptedAmi() as pbx:
        connected(lib, pbx)
        answered(lib)
        keys = [key.decode() for key in re.findall(rb"Key: (\w+)", pbx.received)]
        things = lib.objects()
        seen = {
            "the log": log.getvalue(),
            "repr": " ".join(f"{thing!r} {thing}" for thing in things),
            "vars": " ".join(repr(getattr(thing, "__dict__", "")) for thing in things),
            "pickle": " ".join(map(pickled, things)),
        }
        pbx.script[b"login"] = b"Response: Error\r\nActionID: %ID%\r\nMessage: Authentication failed\r\n\r\n"
        with contextlib.suppress(Outcome):
            refusal = ends(type(lib)().connect(pbx.port), 8.0)
            seen["the error"] = repr(refusal) + repr(getattr(refusal, "__dict__", ""))
    leaks = [where for where, text in seen.items() if any(word in text for word in [SECRET, *keys])]
    if leaks:
        raise Leaks(f"in {', '.join(leaks)}")


def pickled(thing: object) -> str:
    """Return *thing* as it would be stored; a thread or a socket in it is as good as a refusal."""
    try:
        return repr(pickle.dumps(thing))
    except Exception as refusal:  # noqa: BLE001 - see above
        return repr(refusal)


@case(22, "16 times connect, one request, close", seconds=120.0)
def connect_and_close(lib: AmiRunner) -> None:
    with ScriptedAmi() as pbx:
        before: tuple[int, int] = (0, 0)
        for number in range(16):
            client = type(lib)()
            result(client.connect(pbx.port), 8.0, "connecting")
            result(client.send("Ping"), 8.0, "a Ping")
            if error := ends(client.close(), 6.0, "closing"):
                raise Wrong(f"closing raises {type(error).__name__}: {error}")
            del client
            if number == 5:
                eventually(lambda: all(link.ended for link in pbx.links))
                before = open_files(), threading.active_count()
        eventually(lambda: open_files() <= before[0] and threading.active_count() <= before[1], 2.0)
        files, threads = open_files() - before[0], threading.active_count() - before[1]
        if files > 3 or threads > 3:
            raise Leaks(f"{files} descriptors and {threads} threads for 10 clients")
