"""Actions that would be misread, and answers that are late, forged, refused or missing."""

from typing import Any, Final

from tools.peers.catalogue import case
from tools.peers.fakes.ami import QUEUED, VALUE, ScriptedAmi, header, with_id
from tools.peers.fakes.server import Link
from tools.peers.outcome import (
    Wrong,
    ends,
    eventually,
    result,
    said,
)
from tools.peers.runners.interface import AmiRunner, Fields

from .steps import FORGED, answered, connected, outcome_of


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
    answer = b"Response: Success\r\nActionID: %ID%\r\nMessage: There are no voicemail users currently defined.\r\n\r\n"
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
