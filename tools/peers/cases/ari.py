"""ARI: the WebSocket, events, requests."""

import io
import logging
import threading
from typing import Any, Final

from tools.peers.catalogue import case
from tools.peers.fakes.ami import SECRET, USERNAME
from tools.peers.fakes.ari import OK, ScriptedAri, response
from tools.peers.fakes.server import Link
from tools.peers.outcome import Hangs, Leaks, Wrong, ends, eventually, result, said
from tools.peers.runners.interface import AriRunner

EVENT: Final = b'{"type":"ChannelUserevent","application":"demo","eventname":"test","userevent":{"number":%d}}'


def connected(lib: AriRunner, pbx: ScriptedAri) -> None:
    """Connect, and see that the WebSocket is there."""
    result(lib.connect(pbx.url, USERNAME, SECRET), 8.0, "connecting")
    if not eventually(lambda: pbx.websockets):
        raise Hangs("no WebSocket is opened")


def numbers(lib: AriRunner) -> list[int]:
    """Return a list that fills with the numbers of the events that come."""
    seen: list[int] = []
    lib.listen(lambda event: seen.append(event["userevent"]["number"]) if "userevent" in event else None)
    return seen


def how_it_ended(lib: AriRunner) -> str:
    """Return a word for what a client that hears nothing more has come to."""
    if not lib.ended().done():
        return "nothing is raised"
    error = lib.ended().exception()
    return f"ends with {names(error)}" if error else "run() returns as if all were well"


def names(error: BaseException | None) -> str:
    """Return the name of *error*, and those in a group."""
    if isinstance(error, BaseExceptionGroup):
        return f"{type(error).__name__} of {', '.join(sorted({names(each) for each in error.exceptions}))}"
    return type(error).__name__


def text_of(error: BaseException | None) -> str:
    """Return all that *error* says, in itself and in those it is made of."""
    if error is None:
        return ""
    parts = [f"{error}", repr(error), repr(getattr(error, "__dict__", "")), *map(str, error.args)]
    parts.append(str(getattr(getattr(error, "response", None), "text", "")))
    inner = error.exceptions if isinstance(error, BaseExceptionGroup) else [error.__cause__, error.__context__]
    return " ".join([*parts, *map(text_of, inner)])


# --- requests --------------------------------------------------------------------------------------------------------


@case(86, "404 with a JSON message, 500 with HTML, 500 with a broken byte")
def statuses(lib: AriRunner) -> str:
    answers = {
        "404 JSON": response(b"404 Not Found", b'{"message":"Channel not found"}'),
        "500 HTML": response(b"500 Internal Server Error", b"<html><h1>Broken</h1></html>", b"text/html"),
        "500 broken": response(b"500 Internal Server Error", b'{"message":"Zo\xeb"}'),
    }
    seen = []
    with ScriptedAri() as pbx:
        connected(lib, pbx)
        for name, answer in answers.items():
            pbx.script[b"GET /ari/channels/"] = answer
            error = ends(lib.get_channel("1"), 5.0, f"the request answered with {name}")
            if error is not None and name == "404 JSON" and "Channel not found" not in text_of(error):
                raise Wrong(f"{names(error)} without what Asterisk said")
            seen.append(said(error, but=f"nothing is raised for {name}"))
    return ", ".join(seen)


@case("96b", "the link drops after a POST /channels was written")
def drop_after_a_post(lib: AriRunner) -> str:
    def cut(link: Link) -> None:
        link.close()

    with ScriptedAri() as pbx:
        connected(lib, pbx)
        pbx.script[b"POST /ari/channels"] = cut
        error = ends(lib.originate(), 8.0, "the request")
        if (count := pbx.count(b"POST /ari/channels")) > 1:
            raise Wrong(f"sent {count} times: {count} calls")
        said(error, but="nothing is raised")
        if later := ends(lib.get_channel("1"), 8.0, "a later request"):
            raise Wrong(f"{names(error)}; and every later request fails: {later}")
        return names(error)


@case(96, "no answer to POST /channels", seconds=60.0)
def no_answer(lib: AriRunner) -> str:
    with ScriptedAri() as pbx:
        connected(lib, pbx)
        pbx.script[b"POST /ari/channels"] = None
        return said(ends(lib.originate(), 25.0, "the request"), but="nothing is raised")


@case(93, "a channel's id with / .. % ? # + and a space")
def strange_identifier(lib: AriRunner) -> None:
    with ScriptedAri() as pbx:
        pbx.script[b"GET "] = OK
        connected(lib, pbx)
        error = ends(lib.get_channel("a/../b%c?d#e f+g"), 5.0, "the request")
        line = next((line for line in pbx.requests if line.startswith(b"GET /ari/channels")), b"")
        path = line.removeprefix(b"GET ").split(b"?")[0].split(b" ")[0]
        # A real Asterisk reads a plus sign in a path as a space, too.
        if path.replace(b"+", b"%20") != b"/ari/channels/a%2F..%2Fb%25c%3Fd%23e%20f%2Bg":
            raise Wrong(f"on the wire: {path.decode() or 'nothing'}" + (f", {names(error)}" if error else ""))


@case(95, "where the secret is seen: request lines, the log at DEBUG, errors")
def secret(lib: AriRunner) -> None:
    log = io.StringIO()
    logging.getLogger().handlers[:] = [logging.StreamHandler(log)]
    logging.getLogger().setLevel(logging.DEBUG)
    with ScriptedAri() as pbx:
        connected(lib, pbx)
        pbx.script[b"GET /ari/channels/"] = response(b"500 Internal Server Error", b'{"error":"Allocation failed"}')
        error = ends(lib.get_channel("1"), 5.0, "the request")
        places = {
            "URLs": b" ".join(pbx.requests).decode(),
            "the log": log.getvalue(),
            "the error": text_of(error),
        }
    if leaks := [where for where, text in places.items() if SECRET in text]:
        raise Leaks(f"in {', '.join(leaks)}")


# --- events ----------------------------------------------------------------------------------------------------------


def unauthorised(lib: AriRunner, *, events_only: bool) -> str:
    """Connect with a secret that is refused, everywhere or on the WebSocket alone."""
    with ScriptedAri() as pbx:
        pbx.refusal = response(b"401 Unauthorized", b'{"message":"Authentication required"}')
        pbx.refuse_events_only = events_only
        error = ends(lib.connect(pbx.url, USERNAME, SECRET), 8.0, "connecting")
        if SECRET in text_of(error):
            raise Leaks(f"the secret is in the text of {names(error)}")
        threading.Event().wait(2.0)
        if (tries := pbx.count(b"GET /ari/events")) > 1:
            raise Wrong(f"{tries} tries")
        said(error, but="nothing is raised")
        return names(error)


@case(87, "a wrong secret: 401 for everything")
def wrong_secret(lib: AriRunner) -> str:
    return unauthorised(lib, events_only=False)


@case("87b", "401 on the WebSocket alone")
def wrong_secret_on_the_websocket(lib: AriRunner) -> str:
    return unauthorised(lib, events_only=True)


def survives(lib: AriRunner, *frames: tuple[bytes, int]) -> None:
    """Send *frames*, then a good event, which has to arrive."""
    seen = numbers(lib)
    with ScriptedAri() as pbx:
        connected(lib, pbx)
        for text, opcode in frames:
            pbx.say(text, opcode)
        pbx.say(EVENT % 1)
        if not eventually(lambda: seen, 3.0):
            raise Wrong(f"the next event does not arrive; {how_it_ended(lib)}")


@case(88, "an event of a type that nobody knows; then another")
def unknown_type(lib: AriRunner) -> None:
    survives(lib, (b'{"type":"SomethingNew","application":"demo"}', 1))


@case("88b", "events that are a list, a number, without a type, with a number for a type; then another")
def no_objects(lib: AriRunner) -> None:
    survives(lib, (b"[1]", 1), (b"7", 1), (b'{"a":1}', 1), (b'{"type":7}', 1))


@case("88c", "an event that is no JSON; then another")
def no_json(lib: AriRunner) -> None:
    survives(lib, (b'{"type":', 1))


@case("88d", "a binary frame; then an event")
def binary_frame(lib: AriRunner) -> None:
    survives(lib, (b"\x00\x01", 2))


@case("88e", "an event nested 10,000 deep; then another")
def nested(lib: AriRunner) -> None:
    survives(lib, (b'{"type":"ChannelUserevent","a":' + b"[" * 10_000 + b"]" * 10_000 + b"}", 1))


@case("88f", "an event of 5 MiB; then another")
def large(lib: AriRunner) -> None:
    survives(lib, (b'{"type":"ChannelUserevent","a":"' + b"x" * (5 * 1024 * 1024) + b'"}', 1))


@case(89, "another client takes the application")
def replaced(lib: AriRunner) -> str:
    seen: list[Any] = []
    lib.listen(seen.append)
    with ScriptedAri() as pbx:
        connected(lib, pbx)
        pbx.say(b'{"type":"ApplicationReplaced","application":"demo"}')
        threading.Event().wait(3.0)
        if not lib.ended().done():
            raise Wrong(f"deaf from then on, nothing is raised{'' if seen else '; the event is not seen'}")
        return how_it_ended(lib)


@case(90, "the WebSocket drops, and Asterisk is there")
def websocket_drops(lib: AriRunner) -> None:
    seen = numbers(lib)
    with ScriptedAri() as pbx:
        connected(lib, pbx)
        pbx.say(EVENT % 1)
        eventually(lambda: seen)
        old = list(pbx.websockets)
        pbx.websockets.clear()
        for link in old:
            link.close()
        if not eventually(lambda: pbx.websockets, 6.0):
            raise Wrong(f"does not reconnect; {how_it_ended(lib)}")
        pbx.say(EVENT % 2)
        if not eventually(lambda: seen == [1, 2]):
            raise Wrong("events after the reconnect do not arrive")


@case("90b", "a close frame, 1001")
def websocket_closed(lib: AriRunner) -> str:
    numbers(lib)
    with ScriptedAri() as pbx:
        connected(lib, pbx)
        old = list(pbx.websockets)
        pbx.say(b"\x03\xe9", 8)
        pbx.websockets.clear()
        for link in old:
            link.close()
        if eventually(lambda: pbx.websockets, 6.0):
            return "reconnects"
        raise Wrong(f"does not reconnect; {how_it_ended(lib)}")


@case(91, "the WebSocket is silent, and TCP stands", seconds=90.0)
def silent_websocket(lib: AriRunner) -> str:
    with ScriptedAri() as pbx:
        connected(lib, pbx)
        link = pbx.websockets[0]
        before = len(link.received)
        if not eventually(lambda: link.ended or lib.ended().done(), 40.0):
            pings = "nothing is asked" if len(link.received) == before else "it asks, and goes on waiting"
            raise Wrong(f"not noticed in 40 s; {pings}")
        return "noticed"


@case("U7", "a handler takes 1.7 s for an event; more come meanwhile")
def slow_handler(lib: AriRunner) -> None:
    seen: list[Any] = []
    lib.listen_slowly(1.7, seen.append)
    with ScriptedAri() as pbx:
        connected(lib, pbx)
        for number in range(4):
            pbx.say(EVENT % number)
        if not eventually(lambda: len(seen) == 4, 10.0):
            raise Wrong(f"{len(seen)} of 4 events arrive; {how_it_ended(lib)}")


@case(14, "20,000 events for a handler that waits for ever")
def flood(lib: AriRunner) -> None:
    seen: list[Any] = []
    lib.listen_slowly(3600.0, seen.append)
    with ScriptedAri() as pbx:
        connected(lib, pbx)
        padded = EVENT[:-1] + b',"padding":"' + b"x" * 400 + b'"}'

        def pour() -> None:
            for number in range(20_000):
                pbx.say(padded % number)

        pouring = threading.Thread(target=pour, daemon=True)
        pouring.start()
        threading.Event().wait(4.0)
        if lib.ended().done():
            raise Wrong(how_it_ended(lib))
        pouring.join(6.0)
        if pouring.is_alive():
            raise Wrong("stops reading: Asterisk would cut it off")


@case(15, "a handler raises")
def handler_raises(lib: AriRunner) -> str:
    def fail(_: Any) -> None:
        raise ValueError("a mistake in the application")

    lib.listen(fail)
    with ScriptedAri() as pbx:
        connected(lib, pbx)
        pbx.say(EVENT % 1)
        threading.Event().wait(1.0)
        if lib.ended().done():
            return how_it_ended(lib)
        if error := ends(lib.get_channel("1"), 5.0, "a request"):
            raise Wrong(f"requests fail with {names(error)}")
        return "logged, and it goes on"
