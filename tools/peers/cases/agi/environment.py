"""FastAGI: the environment, and which handler a call gets."""

import threading
import time

from tools.peers.catalogue import case
from tools.peers.fakes.agi import ENVIRONMENT, AgiConnection
from tools.peers.outcome import SPINNING, Hangs, Wrong, busy, eventually, resident
from tools.peers.runners.interface import AgiRunner

from .steps import ROUTE, Handler, is_served


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
        served = is_served(call)
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
            return "cut off"
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
    lib.need_server()
    handler = Handler()
    port = lib.serve(ROUTE, handler)
    with AgiConnection(port) as call:
        call.write(ENVIRONMENT.replace(b"script: test", b"script: test/../../etc/passwd") + b"\n")
        if eventually(lambda: handler.calls, 1.0):
            raise Wrong("served by the handler of test")


@case("69b", "a script without a route: what Asterisk is told")
def no_route(lib: AgiRunner) -> None:
    lib.need_server()
    port = lib.serve(ROUTE, Handler())
    with AgiConnection(port) as call:
        call.write(ENVIRONMENT.replace(b"script: test", b"script: unknown") + b"\n")
        if call.command(3.0) != b"failure":
            raise Wrong("only closed: the dialplan reads AGISTATUS=SUCCESS")
