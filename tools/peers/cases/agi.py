"""FastAGI: the environment, commands, replies, hangup."""

import threading
import time
from collections.abc import Callable
from typing import Any, Final

from tools.peers.catalogue import case
from tools.peers.fakes.agi import ENVIRONMENT, AgiConnection
from tools.peers.outcome import SPINNING, Hangs, Outcome, Wrong, busy, eventually, resident
from tools.peers.runners.interface import AgiCall, AgiRunner

ROUTE: Final = "test"
# Kept open until the process ends.
SILENT: Final[list[AgiConnection]] = []


class Handler:
    """The application: runs *body* for each call, and keeps what it returned or raised."""

    def __init__(self, body: Callable[[AgiCall], Any] = lambda call: call.command("NOOP")) -> None:
        self.results: list[Any] = []
        self.calls: list[AgiCall] = []
        self._body = body

    def __call__(self, call: AgiCall) -> None:
        self.calls.append(call)
        try:
            self.results.append(self._body(call))
        except Exception as error:  # noqa: BLE001 - it is the result
            self.results.append(error)

    def result(self, seconds: float = 4.0) -> Any:
        """Return how the first call went."""
        if not eventually(lambda: self.results, seconds):
            raise Hangs("the handler waits" if self.calls else "the handler is never called")
        if isinstance(self.results[0], Outcome):
            raise self.results[0]
        return self.results[0]


def named(result: Any) -> str:
    """Return a word for what a command came to."""
    if isinstance(result, dict) and "error" in result:
        return str(result["error"])
    return type(result).__name__ if isinstance(result, Exception) else repr(result)


@case(65, "a port scan: half an environment, then the end; then a call")
def port_scan(lib: AgiRunner) -> None:
    handler = Handler()
    port = lib.serve(ROUTE, handler)
    with AgiConnection(port) as scan:
        scan.write(ENVIRONMENT[:100])
    threading.Event().wait(0.3)
    share = busy(1.0)
    if handler.calls:
        raise Wrong("the handler is called with half an environment")
    with AgiConnection(port) as call:
        call.write(ENVIRONMENT + b"\n")
        served = call.command(2.0) is not None
    if share > SPINNING or not served:
        raise Hangs(f"{share:.0%} CPU" + ("" if served else ", and the next call is not served"))


@case(66, "an environment that does not end: 8 MiB of it", seconds=60.0)
def endless_environment(lib: AgiRunner) -> str:
    port = lib.serve(ROUTE, Handler())
    before, used, written = resident(), time.process_time(), 0
    with AgiConnection(port) as call:
        line = b"agi_arg_1: " + b"x" * 1_012 + b"\n"
        deadline = time.monotonic() + 25.0
        while written < 8 * 1024 and time.monotonic() < deadline and call.write(line):
            written += 1
        if written < 8 * 1024 and time.monotonic() < deadline:
            return f"cut off after {written} KiB"
        grown, spent = resident() - before, time.process_time() - used
        raise Wrong(f"takes {written / 1024:.1f} MiB in 25 s: +{grown:.0f} MiB, {spent:.1f} s of CPU")


@case("66b", "an environment that stops half way, and the connection stays, for 10 s")
def stalled_environment(lib: AgiRunner) -> None:
    port = lib.serve(ROUTE, Handler())
    with AgiConnection(port) as call:
        call.write(ENVIRONMENT[:100])
        if not call.closed(10.0):
            raise Wrong("waits for ever")


@case(67, "a caller's name with line ends forges an argument, and the end of the environment")
def forged_environment(lib: AgiRunner) -> str:
    handler = Handler(lambda call: dict(call.env))
    port = lib.serve(ROUTE, handler)
    with AgiConnection(port) as call:
        start, _, end = ENVIRONMENT.partition(b"Ann\n")
        call.write(start + b"Ann\nagi_arg_9: forged\n\n" + end + b"\n")
        if not eventually(lambda: handler.calls, 2.0):
            return "the handler is not called"
        if handler.result().get("agi_arg_9") == "forged":
            raise Wrong("the forged argument is accepted")
        raise Wrong("the handler is called with half an environment")


@case(68, "a caller's name that is not UTF-8")
def caller_not_utf8(lib: AgiRunner) -> str:
    handler = Handler(lambda call: call.env["agi_calleridname"])
    port = lib.serve(ROUTE, handler)
    with AgiConnection(port) as call:
        call.write(ENVIRONMENT.replace(b"Ann", b"Zo\xeb") + b"\n")
        if not eventually(lambda: handler.calls, 2.0):
            raise Wrong("the handler is never called")
        if handler.result() in {"Zo", "Zo\N{REPLACEMENT CHARACTER}"}:
            raise Wrong("the byte is lost")
        return ascii(handler.result())


@case(69, "the script test/../../etc/passwd, where only test is a route")
def script_with_dots(lib: AgiRunner) -> None:
    handler = Handler()
    port = lib.serve(ROUTE, handler)
    with AgiConnection(port) as call:
        call.write(ENVIRONMENT.replace(b"script: test", b"script: test/../../etc/passwd") + b"\n")
        if eventually(lambda: handler.calls, 1.0):
            raise Wrong("served by the handler of test")


@case("69b", "a script without a route: what Asterisk is told")
def no_route(lib: AgiRunner) -> None:
    port = lib.serve(ROUTE, Handler())
    with AgiConnection(port) as call:
        call.write(ENVIRONMENT.replace(b"script: test", b"script: unknown") + b"\n")
        if call.command(3.0) != b"failure":
            raise Wrong("only closed: the dialplan reads AGISTATUS=SUCCESS")


def sent(lib: AgiRunner, value: str) -> tuple[list[bytes], Any]:
    """Return the lines on the wire for SET VARIABLE X *value*, and how that went."""
    handler = Handler(lambda call: call.set_variable("X", value))
    port = lib.serve(ROUTE, handler)
    with AgiConnection(port) as call:
        call.write(ENVIRONMENT + b"\n")
        while call.command(1.0) is not None:
            call.write(b"200 result=1\n")
        return call.commands, handler.result()


@case(70, "a line end and a second command in an argument")
def line_end_in_an_argument(lib: AgiRunner) -> str:
    lines, result = sent(lib, 'x"\nEXEC System "evil')
    if len(lines) > 1:
        raise Wrong("a second command is on the wire")
    return named(result)


@case(71, "an argument with quotes and a backslash")
def quotes_in_an_argument(lib: AgiRunner) -> None:
    lines, _ = sent(lib, 'say "hi" \\ now')
    if not lines or not lines[0].endswith(rb'"say \"hi\" \\ now"'):
        raise Wrong(f"on the wire: {lines[0].decode() if lines else 'nothing'}")


def replies(lib: AgiRunner, body: Callable[[AgiCall], Any], *answers: bytes) -> Any:
    """Return what *body* makes of *answers*, one for each command that comes."""
    handler = Handler(body)
    port = lib.serve(ROUTE, handler)
    with AgiConnection(port) as call:
        call.write(ENVIRONMENT + b"\n")
        for answer in answers:
            if call.command() is None:
                break
            call.write(answer)
        return handler.result(6.0)


@case(72, "the value of a variable has a line end and a forged reply; then another command")
def forged_reply(lib: AgiRunner) -> str:
    def body(call: AgiCall) -> tuple[Any, Any]:
        return call.get_variable("X"), call.get_variable("Y")

    result = replies(lib, body, b"200 result=1 (a\n200 result=1 (forged))\n", b"200 result=1 (real)\n")
    if isinstance(result, Exception):
        return type(result).__name__
    if "forged" in str(result[1]):
        raise Wrong("the next command gets the forged reply")
    if result[1] != "real":
        raise Wrong(f"the next command gets {result[1]!r}")
    if "a" not in str(result[0]):
        raise Wrong(f"the value is {result[0]!r}")
    return f"the value is {result[0]!r}"


@case(73, "200 result= (timeout)")
def empty_result(lib: AgiRunner) -> str:
    result = replies(lib, lambda call: call.command("GET DATA beep 1000 4"), b"200 result= (timeout)\n")
    if isinstance(result, Exception):
        raise Wrong(f"raises {type(result).__name__}: {result}")
    if "timeout" not in str(result):
        raise Wrong(f"the timeout is lost: {result}")
    return ""


@case(74, "HANGUP comes before the reply; then another command")
def hangup_before_the_reply(lib: AgiRunner) -> str:
    def body(call: AgiCall) -> list[Any]:
        seen: list[Any] = []
        for name in ("A", "B"):
            try:
                seen.append(call.command(f"GET VARIABLE {name}"))
            except Exception as error:  # noqa: BLE001 - it is the result
                seen.append(error)
        return seen

    first, second = replies(lib, body, b"HANGUP\n200 result=1 (of A)\n", b"200 result=1 (of B)\n")
    if "of A" in str(second):
        accident = f"{named(first)}, then " if isinstance(first, Exception) else ""
        raise Wrong(f"{accident}replies are shifted: the second command gets the first one's")
    return "both get their own" if "of B" in str(second) else f"{named(first)}, {named(second)}"


@case(75, "511 on a dead channel, then GET VARIABLE")
def dead_channel(lib: AgiRunner) -> str:
    def body(call: AgiCall) -> tuple[Any, Any]:
        try:
            first: Any = call.command("ANSWER")
        except Exception as error:  # noqa: BLE001 - it is the result
            first = error
        return first, call.get_variable("X")

    dead = b"511 Command Not Permitted on a dead channel or intercept routine\n"
    result = replies(lib, body, dead, b"200 result=1 (1)\n")
    if isinstance(result, Exception) or str(result[1]) != "1":
        raise Wrong(f"GET VARIABLE gets {named(result)}")
    if not isinstance(result[0], Exception) and "511" not in str(result[0]) and "rror" not in str(result[0]):
        raise Wrong(f"returns {result[0]}")
    return named(result[0])


@case(77, "510 Invalid or unknown command")
def invalid_command(lib: AgiRunner) -> str:
    result = replies(lib, lambda call: call.command("NONSENSE"), b"510 Invalid or unknown command\n")
    if not isinstance(result, Exception) and "Invalid" not in str(result):
        raise Wrong(f"returns {result}")
    return named(result)


@case(78, "a command is given up after 0.3 s; its reply comes after the next command was sent")
def late_reply(lib: AgiRunner) -> str:
    def body(call: AgiCall) -> Any:
        call.command_within("GET VARIABLE A", 0.3)
        return call.command("GET VARIABLE B")

    handler = Handler(body)
    port = lib.serve(ROUTE, handler)
    with AgiConnection(port) as call:
        call.write(ENVIRONMENT + b"\n")
        call.command()
        call.command(2.0)
        call.write(b"200 result=1 (of A)\n200 result=1 (of B)\n")
        result = handler.result()
        if "of A" in str(result):
            raise Wrong("the next command gets the late reply")
        return named(result)


@case(81, "600 connections that say nothing; then a call")
def silent_connections(lib: AgiRunner) -> str:
    handler = Handler()
    port = lib.serve(ROUTE, handler)
    silent = SILENT
    silent += [AgiConnection(port) for _ in range(600)]
    threading.Event().wait(1.0)
    threads = threading.active_count()
    refused = sum(connection.closed(0.01) for connection in silent[-10:])
    with AgiConnection(port) as call:
        call.write(ENVIRONMENT + b"\n")
        served = call.command(3.0) is not None
    if threads > 500:
        raise Wrong(f"{threads} threads")
    if not refused and served:
        raise Wrong("accepts them all, without a bound")
    return f"refuses at a bound; the next call is {'served' if served else 'refused'}"


@case(85, "a reply of 16 MiB without a line end", seconds=60.0)
def endless_reply(lib: AgiRunner) -> str:
    handler = Handler(lambda call: call.command("GET VARIABLE X"))
    port = lib.serve(ROUTE, handler)
    before = resident()
    with AgiConnection(port) as call:
        call.write(ENVIRONMENT + b"\n")
        call.command()
        call.write(b"200 result=1 (")
        for _ in range(256):
            if not call.write(b"x" * 65_536):
                break
        if eventually(lambda: handler.results, 3.0):
            return named(handler.results[0])[:60]
        raise Wrong(f"buffers it all: +{resident() - before:.0f} MiB, and waits for more")


@case("E1", "100 Trying, then 200: how GOSUB answers")
def trying(lib: AgiRunner) -> None:
    def body(call: AgiCall) -> tuple[Any, Any]:
        first = call.command("GOSUB sub 1 1")
        return first, call.get_variable("X")

    result = replies(lib, body, b"100 result=0 Trying...\n200 result=0 Gosub complete\n", b"200 result=1 (1)\n")
    if isinstance(result, Exception):
        raise Wrong(f"raises {named(result)}")
    if result[1] != "1":
        raise Wrong(f"replies are shifted: the next command gets {result[1]!r}")


@case("U3", "a route whose handler is a plain function")
def plain_function(lib: AgiRunner) -> None:
    called = threading.Event()
    try:
        port = lib.serve_sync(ROUTE, called.set)
    except AttributeError as error:
        raise Wrong(f"{type(error).__name__}: {error}") from None
    with AgiConnection(port) as call:
        call.write(ENVIRONMENT + b"\n")
        if not called.wait(2.0):
            raise Wrong("it is never called")
