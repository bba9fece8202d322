"""AMI events over loopback beside other libraries: from a socket to the code of their users.

``python benchmarks/bench_ami_wire.py [--corpus FILE] [--rounds N] [--markdown]``. A process of its own sends recorded
events, some times over, as fast as they are taken, and a contestant counts them where its users would see them, in a
new process each time. The contestants take turns, round after round, so that the load of the machine falls on all
alike, and ratios are medians of those within a round. A mark is what the project promises to reach; the table says
whether this run did.
"""

import argparse
import asyncio
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import threading
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, Final, NamedTuple

# This script is run by its path, so what stands beside its folder is not found by itself.
sys.path.insert(0, str(Path(__file__).parents[1]))

from asterisk_py_ami import AmiClient, AmiEvent, Credentials
from benchmarks.bench_ami import CORPUS, OTHERS, READERS, load_corpus
from benchmarks.measuring import Clock, Times, installed, print_table, ratio_of, verdict

END: Final = b"\r\n\r\n"
LOGIN: Final = "Action: Login\r\nUsername: {username}\r\nSecret: {secret}\r\nEvents: {events}\r\n\r\n"
PATIENCE: Final = 120.0


class Target(NamedTuple):
    """Where a contestant connects to, and how much it will see or do there."""

    port: int
    username: str
    secret: str
    total: int


# --- contestants ------------------------------------------------------------------------------------------


def ours(target: Target, read: Callable[[AmiEvent], object] | None = None) -> Times:
    """Count in the body of an ``async for``."""

    async def count() -> Times:
        ami = client(target)
        events = ami.events(AmiEvent)
        left = target.total
        clock = Clock()
        async with ami:
            if read is None:
                async for _ in events:
                    left -= 1
                    if not left:
                        break
            else:
                async for event in events:
                    read(event)
                    left -= 1
                    if not left:
                        break
            return clock.times()

    return asyncio.run(count())


def ours_three_fields(target: Target) -> Times:
    """The same, three typed fields of every event read in the body."""
    return ours(target, lambda event: READERS.get(type(event), OTHERS)(event))


def client(target: Target, events: str = "on") -> AmiClient:
    """Return our client; the login is the one all others know."""
    credentials = Credentials(target.username, target.secret)
    return AmiClient("127.0.0.1", target.port, credentials=credentials, login="plain", events=events)


def panoramisk(target: Target, read: Callable[[Any], object] | None = None) -> Times:
    """Count in a handler of every event."""

    async def count() -> Times:
        left = target.total
        done = asyncio.Event()

        def handle(_manager: object, event: Any) -> None:
            nonlocal left
            if read is not None:
                read(event)
            left -= 1
            if not left:
                done.set()

        manager = panoramisk_manager(target)
        manager.register_event("*", handle)
        clock = Clock()
        await manager.connect()
        await done.wait()
        return clock.times()

    return asyncio.run(count())


def panoramisk_three_fields(target: Target) -> Times:
    """The same, three fields of every event read in the handler."""
    return panoramisk(target, lambda event: (event.event, event.channel, event.uniqueid))


def panoramisk_manager(target: Target, events: str = "on") -> Any:
    """Return panoramisk's client for the running loop."""
    make = import_module("panoramisk").Manager
    loop = asyncio.get_running_loop()
    return make(loop=loop, port=target.port, username=target.username, secret=target.secret, events=events)


class Countdown:
    """Counts events in whatever thread calls it."""

    def __init__(self, count: int) -> None:
        self._left = count
        self._done = threading.Event()
        self._clock = Clock()

    def __call__(self, *_arguments: object, **_named: object) -> None:
        """Count one."""
        self._left -= 1
        if not self._left:
            self._done.set()

    def wait(self) -> Times:
        """Wait for the last."""
        assert self._done.wait(PATIENCE), f"{self._left} events did not come"
        return self._clock.times()


def asterisk_ami(target: Target) -> Times:
    """asterisk-ami: a listener, called in a thread of the library's."""
    counter = Countdown(target.total)
    manager = import_module("asterisk.ami").AMIClient(port=target.port)
    manager.add_listener(on_event=counter)
    manager.login(target.username, target.secret)
    return counter.wait()


def pystrix(target: Target) -> Times:
    """pystrix: a callback for every event, called in a thread of the library's."""
    counter = Countdown(target.total)
    manager = import_module("pystrix.ami").Manager()
    manager.register_callback("", counter)
    manager.connect("127.0.0.1", target.port)
    manager.send_action(import_module("pystrix.ami.core").Login(target.username, target.secret))
    return counter.wait()


def pyst2(target: Target) -> Times:
    """pyst2: a callback for every event, called in a thread of the library's."""
    counter = Countdown(target.total)
    manager = import_module("asterisk.manager").Manager()
    manager.register_event("*", counter)
    manager.connect("127.0.0.1", target.port)
    manager.login(target.username, target.secret)
    return counter.wait()


class FrameCounter(asyncio.Protocol):
    """Logs in and counts the ends of messages, and nothing else."""

    def __init__(self, target: Target) -> None:
        self._login = LOGIN.format(username=target.username, secret=target.secret, events="on").encode()
        self._left = target.total + 1  # The answer to the login ends too.
        self._rest = b""
        self.done = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Log in."""
        assert isinstance(transport, asyncio.Transport)
        transport.write(self._login)

    def data_received(self, data: bytes) -> None:
        """Count."""
        self._left -= (self._rest + data).count(END)
        self._rest = data[1 - len(END) :]
        if self._left <= 0:
            self.done.set()


def frames_only(target: Target) -> Times:
    """Count frames in a bare ``asyncio.Protocol``: the limit."""

    async def count() -> Times:
        clock = Clock()
        _, protocol = await asyncio.get_running_loop().create_connection(
            lambda: FrameCounter(target), "127.0.0.1", target.port
        )
        await protocol.done.wait()
        return clock.times()

    return asyncio.run(count())


# --- the server -------------------------------------------------------------------------------------------


def serve(corpus: str, copies: float) -> None:
    """Print the port and the number of events, let one client log in, and send it *copies* times the corpus."""
    data = b"".join(load_corpus(corpus))
    if copies < 1:
        data = data[: data.index(END, int(len(data) * copies)) + len(END)]
        copies = 1
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(PATIENCE)
        print(json.dumps([listener.getsockname()[1], int(copies) * data.count(END)]), flush=True)
        peer, _ = listener.accept()
    with peer:
        peer.settimeout(PATIENCE)
        peer.sendall(b"Asterisk Call Manager/11.0.0\r\n")
        login = b""
        while END not in login:
            login += peer.recv(4096)
        action_id = re.search(rb"ActionID:[^\r]*\r\n", login)
        peer.sendall(b"Response: Success\r\n" + (action_id[0] if action_id else b""))
        peer.sendall(b"Message: Authentication accepted\r\n\r\n")
        for _ in range(int(copies)):
            peer.sendall(data)
        while peer.recv(4096):
            pass


# --- the run ---------------------------------------------------------------------------------------------------------


class Contestant(NamedTuple):
    """One row of the table; so many *copies* of the corpus take a second or more."""

    run: Callable[[Target], Times]
    module: str
    copies: float
    mark: float | None = None


CONTESTANTS: Final = {
    "panoramisk": Contestant(panoramisk, "panoramisk", 3),
    "panoramisk, 3 fields": Contestant(panoramisk_three_fields, "panoramisk", 3),
    "asterisk-ami": Contestant(asterisk_ami, "asterisk.ami", 5),
    "pystrix": Contestant(pystrix, "pystrix", 2),
    "pyst2": Contestant(pyst2, "asterisk.manager", 0.1),
    "ours, 3 typed fields": Contestant(ours_three_fields, "asterisk_py_ami", 15, mark=3.8),
    "ours": Contestant(ours, "asterisk_py_ami", 30, mark=9),
    "frames only (limit)": Contestant(frames_only, "asterisk_py_ami", 150),
}
BASE: Final = "panoramisk"
BASE_THREE: Final = "panoramisk, 3 fields"
OURS_THREE: Final = "ours, 3 typed fields"


def flood(name: str, corpus: str) -> Times:
    """Run one contestant against a server of its own, and return its times for each event."""
    command = [sys.executable, __file__, "--corpus", corpus, "--serve", str(CONTESTANTS[name].copies)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603 - this script itself
        assert server.stdout is not None
        try:
            port, count = json.loads(server.stdout.readline())
            wall, cpu = child(__file__, name, Target(port, "bench", "bench", count))
            return Times(wall / count, cpu / count)
        finally:
            server.kill()


def child(script: str, name: str, target: Target) -> list[float]:
    """Run one contestant of *script* in a new process and return the numbers it printed."""
    command = [sys.executable, script, "--one", name]
    # By standard input: a secret does not belong on a command line.
    done = subprocess.run(command, input=json.dumps(target), check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603
    numbers: list[float] = json.loads(done.stdout.splitlines()[-1])
    return numbers


def answer(run: Callable[[Target], tuple[float, ...]]) -> None:
    """Be that process."""
    print(json.dumps(run(Target(*json.load(sys.stdin)))), flush=True)
    # The threads of some libraries never end.
    os._exit(0)


def run_all(corpus: str, rounds: int, *, markdown: bool) -> None:
    """Run all contestants *rounds* times in turn and print the table."""
    present = installed({name: contestant.module for name, contestant in CONTESTANTS.items()})
    runs: dict[str, list[Times]] = {name: [] for name in present}
    for _ in range(rounds):
        for name in present:
            runs[name].append(flood(name, corpus))
    wall = {name: [times.wall for times in each] for name, each in runs.items()}
    cpu = {name: [times.cpu for times in each] for name, each in runs.items()}
    print(f"Python {sys.version.split()[0]}, medians of {rounds} rounds\n")
    rows = []
    for name in present:
        by_clock, mark, reached = verdict(ratio_of(wall.get(BASE), wall[name]), CONTESTANTS[name].mark)
        by_cpu, *_ = verdict(ratio_of(cpu.get(BASE), cpu[name]), None)
        each = statistics.median(wall[name]), statistics.median(cpu[name])
        rows.append([name, f"{1 / each[0]:,.0f}", by_clock, mark, reached, f"{each[1] * 1e6:.2f}", by_cpu])
    header = ["", "events/s", f"x {BASE}", "mark", "reached", "CPU us/event", f"x {BASE}"]
    print_table(header, rows, markdown=markdown)
    if like_for_like := ratio_of(wall.get(BASE_THREE), wall[OURS_THREE]):
        print(f"\nthree fields against three fields: {like_for_like:.2f} x {BASE}")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", default=str(CORPUS), help="recorded events, .xz or plain")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    parser.add_argument("--one", choices=CONTESTANTS, help=argparse.SUPPRESS)
    parser.add_argument("--serve", type=float, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        answer(CONTESTANTS[options.one].run)
    elif options.serve:
        serve(options.corpus, options.serve)
    else:
        run_all(options.corpus, options.rounds, markdown=options.markdown)


if __name__ == "__main__":
    main()
