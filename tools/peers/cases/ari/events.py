"""ARI: the WebSocket and its events."""

import threading
from typing import Any

from tools.peers.catalogue import case
from tools.peers.fakes.ami import SECRET, USERNAME
from tools.peers.fakes.ari import ScriptedAri, response
from tools.peers.outcome import Leaks, Wrong, ends, eventually, resident, said
from tools.peers.runners.interface import AriRunner

from .steps import EVENT, connected, how_it_ended, names, numbers, text_of


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


@case("88g", "an event with NaN, and one with a name twice; then another")
def odd_json(lib: AriRunner) -> None:
    survives(lib, (b'{"type":"ChannelUserevent","a":NaN}', 1), (b'{"type":"ChannelUserevent","a":1,"a":2}', 1))


@case("88h", "a StasisStart whose channel is a number, and one without a channel; then another event")
def misfit(lib: AriRunner) -> None:
    start = b'{"type":"StasisStart","application":"demo","args":[]%s}'
    survives(lib, (start % b',"channel":7', 1), (start % b"", 1))


@case("88i", "a frame of 256 MiB, of which 64 come; then an event, perhaps after a reconnect")
def endless_frame(lib: AriRunner) -> str:
    seen = numbers(lib)
    with ScriptedAri() as pbx:
        connected(lib, pbx)
        link, before, sent = pbx.websockets.pop(), resident(), 0
        link.write(b"\x81\x7f" + (256 * 1024 * 1024).to_bytes(8))
        while sent < 64 and not link.ended:
            link.write(b"x" * 1024 * 1024)
            sent += 1
        grown = resident() - before
        if grown > 32.0:
            raise Wrong(f"buffers it all: +{grown:.0f} MiB")
        if not eventually(lambda: pbx.websockets, 6.0):
            raise Wrong(f"cut off, and does not reconnect; {how_it_ended(lib)}")
        pbx.say(EVENT % 1)
        if not eventually(lambda: seen):
            raise Wrong("events after the reconnect do not arrive")
        return "cut off, and reconnects"


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
        if not eventually(lambda: link.ended or lib.ended().done(), 45.0):
            pings = "nothing is asked" if len(link.received) == before else "it asks, and goes on waiting"
            raise Wrong(f"not noticed in 45 s; {pings}")
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


@case(15, "a handler raises; another one is there")
def handler_raises(lib: AriRunner) -> str:
    def fail(_: Any) -> None:
        raise ValueError("a mistake in the application")

    lib.listen(fail)
    others = numbers(lib)
    with ScriptedAri() as pbx:
        connected(lib, pbx)
        pbx.say(EVENT % 1)
        pbx.say(EVENT % 2)
        eventually(lambda: len(others) == 2)
        if lib.ended().done():
            return how_it_ended(lib)
        if error := ends(lib.get_channel("1"), 5.0, "a request"):
            raise Wrong(f"requests fail with {names(error)}")
        if others != [1, 2]:
            raise Wrong(f"of the events 1, 2 another handler gets {others}")
        return "nothing else ends"
