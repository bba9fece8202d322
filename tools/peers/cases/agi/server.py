"""FastAGI: what a server does with calls, whatever they say."""

import threading
import time
from typing import Final

from tools.peers.catalogue import case
from tools.peers.fakes.agi import ENVIRONMENT, AgiConnection
from tools.peers.outcome import Hangs, Leaks, Wrong, ends, eventually, open_files
from tools.peers.runners.interface import AgiCall, AgiRunner

from .steps import ROUTE, Handler, is_served

# Kept open until the process ends.
SILENT: Final[list[AgiConnection]] = []


@case(81, "600 connections that say nothing; then a call")
def silent_connections(lib: AgiRunner) -> str:
    lib.need_server()
    handler = Handler()
    port = lib.serve(ROUTE, handler)
    SILENT.extend(AgiConnection(port) for _ in range(600))
    threading.Event().wait(1.0)
    threads = threading.active_count()
    refused = sum(connection.closed(0.01) for connection in SILENT[-10:])
    with AgiConnection(port) as call:
        served = is_served(call)
    if threads > 500:
        raise Wrong(f"{threads} threads")
    if not refused and served:
        raise Wrong("accepts them all, without a bound")
    return f"refuses at a bound; the next call is {'served' if served else 'refused'}"


@case("U3", "a route whose handler is a plain function")
def plain_function(lib: AgiRunner) -> str:
    lib.need_server()
    called = threading.Event()
    try:
        port = lib.serve_sync(ROUTE, called.set)
    except AttributeError as error:
        raise Wrong(f"{type(error).__name__}: {error}") from None
    except ValueError as error:
        return f"refused where it becomes a handler: {error}"
    with AgiConnection(port) as call:
        call.write(ENVIRONMENT + b"\n")
        told = call.command()
        if not called.is_set():
            raise Wrong("it is never called")
        return "called, and the dialplan is told that it failed" if told == b"failure" else ""


@case(15, "a handler raises; then another call")
def handler_raises(lib: AgiRunner) -> None:
    lib.need_server()
    failing = [True]

    def handler(call: AgiCall) -> None:
        if failing and failing.pop():
            raise ValueError("a mistake in the application")
        call.command("NOOP")

    port = lib.serve(ROUTE, handler)
    with AgiConnection(port) as call:
        call.write(ENVIRONMENT + b"\n")
        told = call.command()
    with AgiConnection(port) as call:
        if not is_served(call):
            raise Wrong("the next call is not served")
    if told != b"failure":
        raise Wrong("only closed: the dialplan reads AGISTATUS=SUCCESS")


@case(22, "100 calls, one after the other")
def many_calls(lib: AgiRunner) -> None:
    lib.need_server()
    port = lib.serve(ROUTE, Handler())
    before = (0, 0)
    for number in range(100):
        with AgiConnection(port) as call:
            if not is_served(call):
                raise Wrong(f"call {number + 1} is not served")
            call.write(b"200 result=0\n")
            if not call.closed():
                raise Hangs("the connection is not closed after the handler")
        if number == 19:
            before = settled((0, 0))
    after = settled(before)
    if after[0] > before[0] + 3 or after[1] > before[1] + 3:
        raise Leaks(f"{after[0] - before[0]} descriptors and {after[1] - before[1]} threads for 80 calls")


def settled(before: tuple[int, int]) -> tuple[int, int]:
    """Return how many descriptors and threads there are, once they are those of *before*, or after a second."""
    eventually(lambda: open_files() <= before[0] and threading.active_count() <= before[1], 1.0)
    return open_files(), threading.active_count()


@case(83, "the server is closed, with a call under way whose handler waits", seconds=60.0)
def closed_with_a_call(lib: AgiRunner) -> str:
    lib.need_server()
    port = lib.serve(ROUTE, Handler(lambda call: call.command("GET DATA", "beep")))
    with AgiConnection(port) as call:
        call.write(ENVIRONMENT + b"\n")
        call.command()
        began = time.monotonic()
        ends(lib.close(), 20.0, "closing")
        seconds = time.monotonic() - began
        if accepts(port):
            raise Wrong("goes on accepting calls")
        if not call.closed(1.0):
            raise Wrong(f"closed after {seconds:.0f} s, and the call is left as it was")
        if call.command(0.1) != b"failure":
            raise Wrong("the call is only closed: the dialplan reads AGISTATUS=SUCCESS")
        return f"the dialplan is told after {seconds:.0f} s"


def accepts(port: int) -> bool:
    """Return whether somebody listens there."""
    try:
        with AgiConnection(port) as call:
            return not call.closed(0.5)
    except OSError:
        return False
