"""AMI: the connection, requests, events, bytes."""

import io
import logging
import pickle
import re
import threading
import time
from concurrent.futures import Future
from typing import Any, Final

from tools.peers.catalogue import case
from tools.peers.fakes.ami import ACCEPTED, ANSWERS, QUEUED, SECRET, VALUE, ScriptedAmi, header, with_id
from tools.peers.fakes.server import Link
from tools.peers.outcome import Hangs, Leaks, NotOffered, Outcome, Wrong, busy, ends, eventually, open_files, resident
from tools.peers.outcome import result, said
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


# --- connection ------------------------------------------------------------------------------------------------------


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
        pauses = [later - earlier for earlier, later in zip(tries, tries[1:], strict=False)]
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
        seen: dict[str, str] = {"the log": log.getvalue()}
        for thing in lib.objects():
            seen["repr"] = seen.get("repr", "") + repr(thing) + f"{thing}"
            seen["vars"] = seen.get("vars", "") + repr(getattr(thing, "__dict__", ""))
            try:
                seen["pickle"] = seen.get("pickle", "") + repr(pickle.dumps(thing))
            except Exception as error:  # noqa: BLE001 - a thread or a socket cannot be pickled: as good as refused
                seen["pickle"] = repr(error)
        pbx.script[b"login"] = b"Response: Error\r\nActionID: %ID%\r\nMessage: Authentication failed\r\n\r\n"
        refused = type(lib)().connect(pbx.port)
        try:
            error = ends(refused, 8.0)
        except Outcome:
            error = None
        seen["the error"] = repr(error) + repr(getattr(error, "__dict__", ""))
    leaks = [where for where, text in seen.items() if any(word in text for word in [SECRET, *keys])]
    if leaks:
        raise Leaks(f"in {', '.join(leaks)}")


@case(22, "40 times connect, one request, close", seconds=120.0)
def connect_and_close(lib: AmiRunner) -> str:
    with ScriptedAmi() as pbx:
        before: tuple[int, int] = (0, 0)
        for number in range(40):
            client = type(lib)()
            result(client.connect(pbx.port), 8.0, "connecting")
            result(client.send("Ping"), 8.0, "a Ping")
            if error := ends(client.close(), 6.0, "closing"):
                raise Wrong(f"closing raises {type(error).__name__}: {error}")
            del client
            if number == 9:
                eventually(lambda: all(link.ended for link in pbx.links))
                before = open_files(), threading.active_count()
        eventually(lambda: open_files() <= before[0] and threading.active_count() <= before[1], 2.0)
        files, threads = open_files() - before[0], threading.active_count() - before[1]
        if files > 3 or threads > 3:
            raise Leaks(f"{files} descriptors and {threads} threads for 30 clients")


# --- input -----------------------------------------------------------------------------------------------------------


def refused(lib: AmiRunner, pbx: ScriptedAmi, headers: Fields, smuggled: bytes) -> str:
    """Send a Setvar with *headers*; wrong if *smuggled* reaches the wire as a line of its own."""
    connected(lib, pbx)
    request = lib.send("Setvar", headers)
    if pbx.got(b"\r\n" + smuggled, seconds=1.5):
        raise Wrong("a second action reaches the wire" if smuggled.startswith(b"Action") else "a header is injected")
    error = ends(request, 8.0)
    return said(error, but="sent, with something else in it")


@case(26, "CR LF and a second action in a value")
def line_ends_in_a_value(lib: AmiRunner) -> str:
    with ScriptedAmi() as pbx:
        value = "x\r\n\r\nAction: Command\r\nCommand: core stop now"
        return refused(lib, pbx, {"Variable": "X", "Value": value}, b"Action: Command")


@case(27, "CR LF and a second action in the name of a header")
def line_ends_in_a_name(lib: AmiRunner) -> str:
    with ScriptedAmi() as pbx:
        name = "Value: x\r\n\r\nAction: Command\r\nCommand"
        return refused(lib, pbx, {"Variable": "X", name: "core stop now"}, b"Action: Command")


@case(28, "one action object is sent twice at once")
def same_action_twice(lib: AmiRunner) -> None:
    with ScriptedAmi() as pbx:
        connected(lib, pbx)
        requests = lib.send_twice("Getvar", {"Variable": "X"})
        eventually(lambda: pbx.count(b"Getvar") == 2)
        frames = [frame for frame in pbx.received.split(b"\r\n\r\n") if header(frame, b"Action") == b"Getvar"]
        used = {header(frame, b"ActionID") for frame in frames}
        if len(used) < len(frames):
            raise Wrong("both with one ActionID")
        for request in requests:
            result(request, 5.0, "a request")


@case(29, "a line of 1,023 bytes: Asterisk refuses it twice, once without an ActionID")
def line_too_long(lib: AmiRunner) -> str:
    with ScriptedAmi() as pbx:
        pbx.script[b"setvar"] = (
            b"Response: Error\r\nActionID: %ID%\r\nMessage: Failed to parse message: line too long\r\n\r\n"
            b"Response: Error\r\nMessage: Missing action in request\r\n\r\n"
        )
        connected(lib, pbx)
        request = lib.send("Setvar", {"Variable": "X", "Value": "x" * (1023 - len("Value: "))})
        error = ends(request, 8.0, "the request")
        if not answered(lib):
            raise Wrong("sent; the next request gets the second refusal for an answer")
        if pbx.count(b"Setvar"):
            return "sent, and refused by Asterisk"
        return said(error, but="not sent")


@case(31, "a channel variable with a comma: x,PWN=1")
def comma_in_a_variable(lib: AmiRunner) -> str:
    with ScriptedAmi() as pbx:
        connected(lib, pbx)
        lib.originate({"A": "x,PWN=1"})
        if not pbx.got(b"Originate"):
            raise Wrong("it was not sent")
        eventually(lambda: b"PWN" in pbx.received)
        line = next((line for line in pbx.received.split(b"\r\n") if b"PWN" in line), b"")
        if b"A=x,PWN" in line:
            raise Wrong("Asterisk sets PWN, too")
        return line.decode()


# --- answers ---------------------------------------------------------------------------------------------------------


@case(32, "forged answers without, and with a guessed ActionID come before the real one")
def forged_answers(lib: AmiRunner) -> None:
    def forge(frame: bytes, link: Link) -> None:
        link.write(b"Response: Success\r\nVariable: X\r\nValue: forged\r\n\r\n")
        for guess in (b"", b"0", b"1", b"2", b"3"):
            if guess != header(frame, b"ActionID"):
                link.write(FORGED % guess)
        link.write(with_id(VALUE, frame))

    with ScriptedAmi() as pbx:
        pbx.script[b"getvar"] = forge
        connected(lib, pbx)
        if result(lib.send("Getvar", {"Variable": "X"})).get("Value") == "forged":
            raise Wrong("takes the forged one for the answer")
        if not answered(lib):
            raise Wrong("the next request gets no answer of its own")


@case(34, "OriginateResponse: an event with a Response header and our ActionID")
def originate_response(lib: AmiRunner) -> None:
    seen: list[Fields] = []
    lib.listen(lambda event: seen.append(event) if event.get("Event") == "OriginateResponse" else None)

    def answer(frame: bytes, link: Link) -> None:
        event = (
            b"Event: OriginateResponse\r\nPrivilege: call,all\r\nActionID: %ID%\r\nResponse: Failure\r\n"
            b"Channel: Local/100@default\r\nContext: default\r\nExten: 200\r\nReason: 3\r\nUniqueid: <null>\r\n\r\n"
        )
        link.write(with_id(QUEUED + event, frame))

    with ScriptedAmi() as pbx:
        pbx.script[b"originate"] = answer
        connected(lib, pbx)
        lib.originate({})
        if not eventually(lambda: seen):
            raise Wrong("handlers do not see it")


@case(52, "no answer within the timeout; it comes when another request is under way")
def late_answer(lib: AmiRunner) -> str:
    late: list[bytes] = []
    with ScriptedAmi() as pbx:
        pbx.script[b"getvar"] = lambda frame, _link: late.append(FORGED % header(frame, b"ActionID"))
        connected(lib, pbx)
        how = outcome_of(lib.send("Getvar", {"Variable": "X"}), 14.0)
        pbx.emit(late[0])
        if not answered(lib):
            raise Wrong("the next request gets no answer of its own")
        return how


@case(53, "Permission denied")
def permission_denied(lib: AmiRunner) -> str:
    with ScriptedAmi() as pbx:
        pbx.script[b"getvar"] = b"Response: Error\r\nActionID: %ID%\r\nMessage: Permission denied\r\n\r\n"
        connected(lib, pbx)
        request = lib.send("Getvar", {"Variable": "X"})
        error = ends(request)
        if error is None:
            if "denied" not in str(request.result()):
                raise Wrong(f"returns {dict(request.result())}")
            return "returned like any answer"
        return said(error, but="")


def items(lib: AmiRunner, action: str, item: str, answer: bytes) -> list[Fields]:
    """Return what the library makes of *answer* to *action*."""
    with ScriptedAmi() as pbx:
        pbx.script[action.lower().encode()] = answer
        connected(lib, pbx)
        request = lib.collect(action, item)
        if error := ends(request, 12.0, "the list"):
            raise Wrong(f"raises {type(error).__name__}: {error}")
        return request.result()


CHANNELS: Final = ("CoreShowChannels", "CoreShowChannel")
LIST: Final = b"Response: Success\r\nActionID: %ID%\r\nEventList: start\r\nMessage: Channels will follow\r\n\r\n"
ITEM: Final = b"Event: CoreShowChannel\r\nActionID: %ID%\r\nChannel: Local/1@default-0000000a;1\r\n\r\n"
END: Final = b"Event: CoreShowChannelsComplete\r\nActionID: %ID%\r\nEventList: Complete\r\nListItems: 2\r\n\r\n"


@case(54, "a list of two items")
def list_of_two(lib: AmiRunner) -> None:
    if len(seen := items(lib, *CHANNELS, LIST + ITEM + ITEM + END)) != 2:
        raise Wrong(f"{len(seen)} items")


@case("54b", "an empty VoicemailUsersList, which is no more than Success")
def empty_list(lib: AmiRunner) -> None:
    answer = (
        b"Response: Success\r\nActionID: %ID%\r\n"
        b"Message: There are no voicemail users currently defined.\r\n\r\n"
    )
    if seen := items(lib, "VoicemailUsersList", "VoicemailUserEntry", answer):
        raise Wrong(f"{len(seen)} items")


@case("54c", "the link drops in the middle of a list")
def list_cut_off(lib: AmiRunner) -> str:
    def cut(frame: bytes, link: Link) -> None:
        link.write(with_id(LIST + ITEM, frame))
        link.close()

    with ScriptedAmi() as pbx:
        pbx.script[b"coreshowchannels"] = cut
        connected(lib, pbx)
        request = lib.collect(*CHANNELS)
        error = ends(request, 12.0, "the list")
        name = said(error, but=f"returns {0 if error else len(request.result())} item as if that were all")
        return name + (", with the item" if getattr(error, "partial", ()) else ", the item is lost")


@case("54d", "the end of a list never comes")
def list_without_end(lib: AmiRunner) -> str:
    with ScriptedAmi() as pbx:
        pbx.script[b"coreshowchannels"] = LIST + ITEM
        connected(lib, pbx)
        request = lib.collect(*CHANNELS)
        return said(ends(request, 14.0, "the list"), but="returns as if that were all")


@case(57, "output of a command that looks like an event, with an empty line")
def command_output(lib: AmiRunner) -> str:
    seen: list[Any] = []
    lib.listen(seen.append)
    lines = ["one", "Event: Hangup", "", "Response: Error", "last"]
    with ScriptedAmi() as pbx:
        output = b"".join(b"Output: %s\r\n" % line.encode() for line in lines)
        pbx.script[b"command"] = (
            b"Response: Success\r\nActionID: %ID%\r\nMessage: Command output follows\r\n" + output + b"\r\n"
        )
        connected(lib, pbx)
        text = result(lib.command("core show version"), 8.0, "the command")
        if any(event.get("Event") == "Hangup" for event in seen):
            raise Wrong("an event is born of it")
        if text.split("\n") != lines:
            raise Wrong(f"of 5 lines it returns {text.split(chr(10))}")
        return ""


@case(58, "two requests at once, answered in the other order")
def answers_in_another_order(lib: AmiRunner) -> None:
    frames: list[bytes] = []

    def hold(frame: bytes, link: Link) -> None:
        frames.append(frame)
        if len(frames) == 2:
            for each in reversed(frames):
                value = header(each, b"Variable")
                link.write(with_id(b"Response: Success\r\nActionID: %ID%\r\nValue: of " + value + b"\r\n\r\n", each))

    with ScriptedAmi() as pbx:
        pbx.script[b"getvar"] = hold
        connected(lib, pbx)
        first = lib.send("Getvar", {"Variable": "A"})
        pbx.got(b"Variable: A")
        second = lib.send("Getvar", {"Variable": "B"})
        got = result(first, 8.0).get("Value"), result(second, 8.0).get("Value")
        if got != ("of A", "of B"):
            raise Wrong("each gets the other's answer" if got == ("of B", "of A") else f"they get {got}")


# --- bytes -----------------------------------------------------------------------------------------------------------


@case(35, "UTF-8, a byte at a time")
def byte_by_byte(lib: AmiRunner) -> None:
    seen: list[Fields] = []
    lib.listen(lambda event: seen.append(event) if event.get("UserEvent") == "Test" else None)
    with ScriptedAmi() as pbx:
        connected(lib, pbx)
        data = "Event: UserEvent\r\nUserEvent: Test\r\nName: Ünïcödé\r\n\r\n".encode()
        for at in range(len(data)):
            pbx.emit(data[at : at + 1])
            threading.Event().wait(0.005)
        if not eventually(lambda: seen):
            raise Wrong("the event is lost")
        if seen[0]["Name"] != "Ünïcödé":
            raise Wrong(f"reads {seen[0]['Name']!r}")


@case(36, "a byte that is not UTF-8, and one more event")
def not_utf8(lib: AmiRunner) -> str:
    seen: list[Fields] = []
    lib.listen(lambda event: seen.append(event) if event.get("UserEvent") == "Test" else None)
    with ScriptedAmi() as pbx:
        connected(lib, pbx)
        pbx.emit(b"Event: UserEvent\r\nUserEvent: Test\r\nName: Zo\xeb\r\n\r\n" + EVENT % 1)
        if not eventually(lambda: len(seen) == 2):
            raise Wrong(f"{len(seen)} of 2 events arrive")
        name = str(seen[0]["Name"])
        if name in {"Zo", "Zo\N{REPLACEMENT CHARACTER}"}:
            raise Wrong(f"the byte is lost: {ascii(name)}")
        return ascii(name)


@case(37, "a bare LF before the blank line, a header without a space, one without a value, blank lines between")
def odd_lines(lib: AmiRunner) -> None:
    seen: list[Fields] = []
    lib.listen(lambda event: seen.append(event) if event.get("UserEvent") == "Test" else None)
    with ScriptedAmi() as pbx:
        connected(lib, pbx)
        pbx.emit(
            b"Event: UserEvent\r\nUserEvent: Test\r\nTight:1\r\nEmpty: \r\nMessage: x\n\r\n\r\n" b"\r\n\r\n" + EVENT % 1
        )
        if not eventually(lambda: len(seen) == 2):
            raise Wrong(f"{len(seen)} of 2 events arrive")
        wanted = {"Tight": "1", "Empty": "", "Message": "x"}
        got = {name: seen[0].get(name) for name in wanted}
        if got != wanted:
            raise Wrong(f"reads {got}")


@case(38, "32 MiB without a line end", seconds=90.0)
def no_line_end(lib: AmiRunner) -> str:
    with ScriptedAmi() as pbx:
        connected(lib, pbx)
        before, used = resident(), time.process_time()
        link = pbx.links[0]

        poured = 0

        def pour() -> None:
            nonlocal poured
            while poured < 512 and not link.ended:
                link.write(b"x" * 65_536)
                poured += 1

        pouring = threading.Thread(target=pour, daemon=True)
        pouring.start()
        pouring.join(60.0)
        eventually(lambda: link.ended, 1.0)
        grown, spent = resident() - before, time.process_time() - used
        if not link.ended:
            how = "buffers it all" if poured == 512 else f"reads {poured / 16:.0f} MiB of it in 60 s"
            raise Wrong(f"{how}: +{grown:.0f} MiB, {spent:.1f} s of CPU; stays connected")
        return f"cut off; +{grown:.0f} MiB"


@case(61, "half a message, then the end")
def half_a_message(lib: AmiRunner) -> None:
    seen = numbers(lib)
    with ScriptedAmi() as pbx:
        connected(lib, pbx)
        pbx.emit(EVENT % 1 + b"Event: UserEvent\r\nUserEvent: Test\r\nNumber: 2\r\n")
        eventually(lambda: seen)
        pbx.stop()
        threading.Event().wait(0.5)
        if seen != [1]:
            raise Wrong(f"the half is an event: {seen}")


# --- login -----------------------------------------------------------------------------------------------------------


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
def channel_variables(lib: AmiRunner) -> str:
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
        return "both are kept" if "1" in values and "2" in values else "read as a list"


@case("U12", "the server goes away for good, and nobody asks for anything")
def idle_after_a_drop(lib: AmiRunner) -> None:
    with ScriptedAmi() as pbx:
        connected(lib, pbx)
        pbx.stop()
        threading.Event().wait(0.5)
        if (share := busy(2.0)) > 0.5:
            raise Hangs(f"spins: {share:.0%} CPU")
