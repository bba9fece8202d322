"""FastAGI servers beside each other: calls and commands of one synthetic Asterisk.

``python benchmarks/bench_agi.py [--rounds N] [--markdown]``. A process of its own plays Asterisk with literal bytes: it
holds one call at a time or fifty, answers each ``GET VARIABLE`` at once, and calls again when the server hangs up.
Servers take turns, each time in a new process, round after round, so that the load of the machine falls on all alike,
and ratios are medians of those within a round. Modules are compiled before, as those of a program that has run before
are: compiling leaves memory behind that makes plain protocols look better than they are. CPU time is the server's, in
all its threads; the latency of a command is the time from an answer to the next command, as Asterisk would see it. A
mark is what the project promises to reach; the table says whether this run did.
"""

import argparse
import asyncio
import json
import os
import selectors
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Final, NamedTuple, cast

# This script is run by its path, so what stands beside its folder is not found by itself.
sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.measuring import Clock, installed, print_table, ratio_of

ROOT: Final = Path(__file__).parents[1]
HOST: Final = "127.0.0.1"
SCRIPT: Final = "bench"
VARIABLE: Final = "FOO"
VALUE: Final = "some value"
COMMAND: Final = b'GET VARIABLE "FOO"\n'
ANSWER: Final = b"200 result=1 (some value)\n"
PATIENCE: Final = 120.0


class Work(NamedTuple):
    """So many calls in all, so many of them at a time, and the commands of each."""

    calls: int
    at_a_time: int
    commands: int


class Result(NamedTuple):
    """Calls a second, microseconds of CPU for each command and of latency (median)."""

    calls: float
    cpu: float
    latency: float


WORKS: Final = {
    "50 calls at a time, 100 commands each": Work(250, 50, 100),
    "50 calls at a time, 2 commands each": Work(3000, 50, 2),
    "1 call at a time, 100 commands each": Work(60, 1, 100),
}


# --- servers ---------------------------------------------------------------------------------------------------------


class Meter:
    """Counts calls that ended: the clock runs from the end of the first, which warms up, to that of the last."""

    def __init__(self, work: Work) -> None:
        self.commands = work.commands
        self.done = threading.Event()
        self.on_done: Callable[[], object] = self.done.set
        self.cpu = 0.0
        self._left = work.calls + 1
        self._clock: Clock | None = None
        self._lock = threading.Lock()

    def call_ended(self) -> None:
        """Count one."""
        with self._lock:
            self._left -= 1
            if self._clock is None:
                self._clock = Clock()
            if not self._left:
                self.cpu = self._clock.times().cpu
                self.on_done()


def announce(port: int) -> None:
    """Say where the server listens."""
    print(port, flush=True)


async def until_done(meter: Meter) -> None:
    """Wait for the last call."""
    done = asyncio.Event()
    meter.on_done = done.set
    await done.wait()


async def ours(meter: Meter) -> None:
    """Ours: an AgiServer, and ``get_variable``."""
    server = import_module("asterisk_py_agi").AgiServer(HOST, 0)

    @server.route(SCRIPT)  # type: ignore[untyped-decorator]
    async def handle(call: Any) -> None:
        for _ in range(meter.commands):
            assert await call.get_variable(VARIABLE) == VALUE
        meter.call_ended()

    async with server:
        announce(server.port)
        await until_done(meter)


async def panoramisk(meter: Meter) -> None:
    """panoramisk: its FastAGI application, and ``send_command``."""
    application = import_module("panoramisk.fast_agi").Application(loop=asyncio.get_running_loop())

    async def handle(request: Any) -> None:
        for _ in range(meter.commands):
            answer = await request.send_command(f'GET VARIABLE "{VARIABLE}"')
            assert answer["result"] == ("1", VALUE)
        meter.call_ended()

    application.add_route(SCRIPT, handle)
    async with await asyncio.start_server(application.handler, HOST, 0) as server:
        announce(server.sockets[0].getsockname()[1])
        await until_done(meter)


class Bare(asyncio.Protocol):
    """What a program without a library does: one future for each command, and no check of anything."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self._loop = asyncio.get_running_loop()
        self._waiter: asyncio.Future[bytes] | None = None
        self._environment = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Take the environment, then answers."""
        if self._waiter is not None:
            self._waiter.set_result(data)
            return
        self._environment += data
        if self._environment.endswith(b"\n\n"):
            self._task = self._loop.create_task(self._handle())

    async def _handle(self) -> None:
        for _ in range(self._meter.commands):
            answer = await self._command(f'GET VARIABLE "{VARIABLE}"\n'.encode())
            assert answer[14:-2].decode() == VALUE
        self._meter.call_ended()
        self._transport.close()

    def _command(self, line: bytes) -> "asyncio.Future[bytes]":
        self._waiter = self._loop.create_future()
        self._transport.write(line)
        return self._waiter


class BareBuffered(asyncio.BufferedProtocol, Bare):
    """The same, receiving into one buffer."""

    def __init__(self, meter: Meter) -> None:
        super().__init__(meter)
        self._buffer = bytearray(64 * 1024)

    def get_buffer(self, sizehint: int) -> bytearray:
        """Lend the buffer."""
        del sizehint
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Take what is in it."""
        self.data_received(bytes(self._buffer[:nbytes]))


async def bare(meter: Meter, protocol: Callable[[Meter], asyncio.BaseProtocol] = Bare) -> None:
    """Nothing but a protocol."""
    async with await asyncio.get_running_loop().create_server(lambda: protocol(meter), HOST, 0) as server:
        announce(server.sockets[0].getsockname()[1])
        await until_done(meter)


async def bare_buffered(meter: Meter) -> None:
    """Nothing but a buffered protocol."""
    await bare(meter, BareBuffered)


def on_asyncio(serve: Callable[[Meter], Awaitable[None]]) -> Callable[[Meter], None]:
    """Run a server on asyncio's loop."""
    return lambda meter: asyncio.run(_run(serve, meter))


def on_uvloop(serve: Callable[[Meter], Awaitable[None]]) -> Callable[[Meter], None]:
    """Run a server on uvloop."""

    def run(meter: Meter) -> None:
        with asyncio.Runner(loop_factory=import_module("uvloop").new_event_loop) as runner:
            runner.run(_run(serve, meter))

    return run


async def _run(serve: Callable[[Meter], Awaitable[None]], meter: Meter) -> None:
    await serve(meter)


def pystrix(meter: Meter) -> None:
    """pystrix: its FastAGI server, a thread for each call."""
    fastagi = import_module("pystrix.agi")
    core = import_module("pystrix.agi.core")
    server = fastagi.FastAGIServer(HOST, 0)

    def handle(agi: Any, *_: object) -> None:
        for _number in range(meter.commands):
            assert agi.execute(core.GetVariable(VARIABLE)) == VALUE
        meter.call_ended()

    server.register_script_handler(None, handle)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    announce(server.server_address[1])
    assert meter.done.wait(PATIENCE)


# --- Asterisk --------------------------------------------------------------------------------------------------------


def environment(port: int) -> bytes:
    """Return what Asterisk says about a call."""
    fields = {
        "network": "yes",
        "network_script": SCRIPT,
        "request": f"agi://{HOST}:{port}/{SCRIPT}",
        "channel": "PJSIP/200-0000002a",
        "language": "en",
        "type": "PJSIP",
        "uniqueid": "1795621636.1",
        "version": "22.10.1",
        "callerid": "200",
        "calleridname": "unknown",
        "callingpres": "0",
        "callingani2": "0",
        "callington": "0",
        "callingtns": "0",
        "dnid": "unknown",
        "rdnis": "unknown",
        "context": "internal",
        "extension": "600",
        "priority": "2",
        "enhanced": "0.0",
        "accountcode": "",
        "threadid": "139664741185216",
    }
    return "".join([f"agi_{name}: {value}\n" for name, value in fields.items()]).encode() + b"\n"


class Caller:
    """Calls a server over and over, answering its commands."""

    def __init__(self, port: int) -> None:
        self._address = HOST, port
        self._environment = environment(port)
        self._latencies: list[float] = []

    def call(self, calls: int, at_a_time: int) -> None:
        """Make *calls* calls in all, up to *at_a_time* of them at once."""
        poll = selectors.DefaultSelector()
        for _ in range(at_a_time):
            self._dial(poll)
        begun, ended = at_a_time, 0
        clock, latencies = time.perf_counter, self._latencies
        while ended < calls:
            ready = poll.select(PATIENCE)
            assert ready, "the server says nothing any more"
            for key, _ in ready:
                peer: Any = key.fileobj
                command = peer.recv(4096)
                now = clock()
                if command:
                    assert command == COMMAND, command
                    latencies.append(now - key.data[0])
                    key.data[0] = clock()
                    peer.send(ANSWER)
                    continue
                poll.unregister(peer)
                peer.close()
                ended += 1
                if begun < calls:
                    begun += 1
                    self._dial(poll)
        poll.close()

    def _dial(self, poll: selectors.BaseSelector) -> None:
        peer = socket.create_connection(self._address, timeout=PATIENCE)
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        poll.register(peer, selectors.EVENT_READ, [time.perf_counter()])
        peer.send(self._environment)

    def measure(self, work: Work) -> tuple[float, float]:
        """Return the seconds that all calls took, and the median of a command's latency."""
        self.call(1, 1)
        self._latencies.clear()
        start = time.perf_counter()
        self.call(work.calls, work.at_a_time)
        return time.perf_counter() - start, statistics.median(self._latencies)


# --- the run ---------------------------------------------------------------------------------------------------------


class Server(NamedTuple):
    """One row of the table; *bare* is the row that its CPU time is compared to."""

    serve: Callable[[Meter], None]
    module: str
    bare: str


PANORAMISK: Final = "panoramisk"
PYSTRIX: Final = "pystrix"
OURS: Final = "ours"
OURS_UVLOOP: Final = "ours, uvloop"
BARE: Final = "bare protocol"
BARE_UVLOOP: Final = "bare protocol, uvloop"
SERVERS: Final = {
    PANORAMISK: Server(on_asyncio(panoramisk), "panoramisk", BARE),
    PYSTRIX: Server(pystrix, "pystrix", BARE),
    OURS: Server(on_asyncio(ours), "asterisk_py_agi", BARE),
    BARE: Server(on_asyncio(bare), "asyncio", BARE),
    "bare buffered protocol (limit)": Server(on_asyncio(bare_buffered), "asyncio", BARE),
    OURS_UVLOOP: Server(on_uvloop(ours), "uvloop", BARE_UVLOOP),
    BARE_UVLOOP: Server(on_uvloop(bare), "uvloop", BARE_UVLOOP),
    "bare buffered, uvloop (limit)": Server(on_uvloop(bare_buffered), "uvloop", BARE_UVLOOP),
}
CPU_MARK: Final = 1.1
PEER_MARK: Final = 1.0
UVLOOP_MARK: Final = 3.0


def measure(name: str, work: Work, cache: str) -> Result:
    """Run one server and one caller, each in a new process that finds compiled modules in *cache*."""
    numbers = [str(number) for number in work]
    script = [sys.executable, "-m", "benchmarks.bench_agi"]
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    options: dict[str, Any] = {"cwd": ROOT, "env": environ | {"PYTHONPYCACHEPREFIX": cache}, "text": True}
    with subprocess.Popen([*script, "--serve", name, *numbers], stdout=subprocess.PIPE, **options) as server:  # noqa: S603
        assert server.stdout is not None
        try:
            command = [*script, "--call", server.stdout.readline().strip(), *numbers]
            called = subprocess.run(command, check=True, stdout=subprocess.PIPE, **options)  # noqa: S603 - this script
            seconds, latency = json.loads(called.stdout)
            cpu = float(server.stdout.readline())
        finally:
            server.kill()
    return Result(work.calls / seconds, cpu / (work.calls * work.commands) * 1e6, latency * 1e6)


def serve(name: str, work: Work) -> None:
    """Be the server."""
    meter = Meter(work)
    SERVERS[name].serve(meter)
    print(meter.cpu, flush=True)
    # The threads of some libraries never end.
    os._exit(0)


def run_work(work: Work, present: Sequence[str], rounds: int) -> dict[str, list[Result]]:
    """Run all servers *rounds* times in turn."""
    runs: dict[str, list[Result]] = {name: [] for name in present}
    with tempfile.TemporaryDirectory() as cache:
        for name in present:
            measure(name, Work(1, 1, 1), cache)
        for _ in range(rounds):
            for name in present:
                runs[name].append(measure(name, work, cache))
    return runs


def print_runs(title: str, work: Work, runs: dict[str, list[Result]], *, markdown: bool) -> None:
    """Print the table and which marks were reached."""
    calls = {name: [1 / each.calls for each in results] for name, results in runs.items()}
    cpu = {name: [each.cpu for each in results] for name, results in runs.items()}
    rows = []
    for name, results in runs.items():
        each = Result(*(statistics.median(column) for column in zip(*results, strict=True)))
        by_clock = shown(ratio_of(calls.get(PANORAMISK), calls[name]))
        by_cpu = shown(ratio_of(cpu.get(PANORAMISK), cpu[name]))
        beside_bare = shown(ratio_of(cpu[name], cpu[SERVERS[name].bare])) if SERVERS[name].bare in cpu else "-"
        numbers = [f"{each.calls:,.0f}", by_clock, f"{each.cpu:.1f}", by_cpu, beside_bare, f"{each.latency:.0f}"]
        rows.append([name, *numbers])
    print(f"{title}\n")
    beside = f"x {PANORAMISK}"
    header = ["", "calls/s", beside, "CPU us/command", beside, "of bare, same loop", "latency us (p50)"]
    print_table(header, rows, markdown=markdown)
    print()
    print_marks(work, calls, cpu)


def print_marks(work: Work, calls: dict[str, list[float]], cpu: dict[str, list[float]]) -> None:
    """Print the marks that apply to *work*."""
    # A call of two commands is mostly the call.
    if work.commands > 2:
        for ours, beside in ((OURS, BARE), (OURS_UVLOOP, BARE_UVLOOP)):
            ratio = ratio_of(cpu.get(ours), cpu[beside]) if beside in cpu else None
            print_mark(f"CPU per command, {ours} / {beside}", ratio, f"<= {CPU_MARK}", lambda found: found <= CPU_MARK)
    if work.at_a_time > 1:
        for peer in (PANORAMISK, PYSTRIX):
            ratio = ratio_of(calls.get(peer), calls[OURS])
            print_mark(f"calls/s, {OURS} / {peer}", ratio, f"> {PEER_MARK}", lambda found: found > PEER_MARK)
    if work.at_a_time > 1 and work.commands > 2 and OURS_UVLOOP in calls:
        ratio = ratio_of(calls.get(PANORAMISK), calls[OURS_UVLOOP])
        name = f"calls/s, {OURS_UVLOOP} / {PANORAMISK}"
        print_mark(name, ratio, f">= {UVLOOP_MARK}", lambda found: found >= UVLOOP_MARK)
    print()


def print_mark(name: str, ratio: float | None, mark: str, is_reached: Callable[[float], bool]) -> None:
    """Print one mark and whether it was reached."""
    if ratio is not None:
        print(f"- {name}: {ratio:.2f}, mark {mark}: {'reached' if is_reached(ratio) else 'NOT REACHED'}")


def shown(ratio: float | None) -> str:
    """Return a ratio as a cell."""
    return "-" if ratio is None else f"{ratio:.2f}"


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--markdown", action="store_true", help="print the tables as Markdown")
    parser.add_argument("--only", action="append", choices=SERVERS, help="a server to run; all if none is named")
    parser.add_argument("--serve", choices=SERVERS, help=argparse.SUPPRESS)
    parser.add_argument("--call", type=int, help=argparse.SUPPRESS)
    parser.add_argument("work", nargs="*", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.serve, Work(*options.work))
    elif options.call:
        print(json.dumps(Caller(options.call).measure(Work(*options.work))))
    else:
        servers = {name: server.module for name, server in SERVERS.items() if name in (options.only or SERVERS)}
        present = installed(servers)
        print(f"Python {sys.version.split()[0]}, medians of {options.rounds} rounds")
        # A server and a caller need a core each; where they have to share, calls/s tell how the system shares.
        print(f"{os.cpu_count()} cores, load of other work at the start: {os.getloadavg()[0]:.1f}\n")
        for title, work in WORKS.items():
            print_runs(title, work, run_work(work, present, options.rounds), markdown=options.markdown)


if __name__ == "__main__":
    main()
