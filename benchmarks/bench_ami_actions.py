"""AMI actions beside other libraries: Pings to a real Asterisk, many under way at a time.

``python benchmarks/bench_ami_actions.py [--rounds N] [--markdown]``. A real Asterisk is started, or the one
``ASTERISK_HOST`` names is used (see tools/asterisk). The contestants take turns, each time in a new process, round
after round, so that the load of the machine falls on all alike, and ratios are medians of those within a round. A mark
is what the project promises to reach; the table says whether this run did. By the clock, Asterisk's own work counts as
much as the client's, and it is the same for all: the bare socket shows what is left to win. pyst2 and pystrix cannot
send an action before the one before it was answered.
"""

import argparse
import asyncio
import socket
import statistics
import sys
import time
from collections import deque
from collections.abc import Awaitable, Callable
from importlib import import_module
from pathlib import Path
from typing import Any, Final, NamedTuple

# This script is run by its path, so what stands beside its folder is not found by itself.
sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.bench_ami_wire import END, LOGIN, PATIENCE, Target, answer, child, client, panoramisk_manager
from benchmarks.measuring import Clock, installed, print_table, ratio_of, verdict
from tools.asterisk import AsteriskToolError, find

IN_FLIGHT: Final = 100
ONE_BY_ONE: Final = 2000


class Result(NamedTuple):
    """Seconds that all actions took by the clock and of CPU time, and the median that one alone took."""

    wall: float
    cpu: float
    one: float


# --- contestants -----------------------------------------------------------------------------------------------------


async def pipelined(ping: Callable[[], Awaitable[object]], count: int) -> Result:
    """Send *count* Pings, of which IN_FLIGHT are under way at any time, then some one by one."""
    pings = iter(range(count))

    async def work() -> None:
        for _ in pings:
            await ping()

    clock = Clock()
    await asyncio.gather(*(work() for _ in range(IN_FLIGHT)))
    done = clock.times()
    each = []
    for _ in range(ONE_BY_ONE):
        start = time.perf_counter()
        await ping()
        each.append(time.perf_counter() - start)
    return Result(*done, statistics.median(each))


def ours_pings(target: Target) -> Result:
    """Ours: ``send``."""

    async def run() -> Result:
        async with client(target, events="off") as ami:
            return await pipelined(lambda: ami.send("Ping"), target.total)

    return asyncio.run(run())


def panoramisk_pings(target: Target) -> Result:
    """panoramisk: ``send_action``."""

    async def run() -> Result:
        manager = panoramisk_manager(target, events="off")
        await manager.connect()
        assert await manager.authenticated_future
        return await pipelined(lambda: manager.send_action({"Action": "Ping"}), target.total)

    return asyncio.run(run())


def asterisk_ami_pings(target: Target) -> Result:
    """asterisk-ami: ``send_action``, whose answers come in a thread of the library's."""
    ami = import_module("asterisk.ami")
    manager = ami.AMIClient(port=target.port)
    manager.connect()
    login = ami.SimpleAction("Login", Username=target.username, Secret=target.secret, Events="off")
    assert not manager.send_action(login).response.is_error()
    clock = Clock()
    waiting: deque[Any] = deque()
    for _ in range(target.total):
        if len(waiting) == IN_FLIGHT:
            assert waiting.popleft().response
        waiting.append(manager.send_action(ami.SimpleAction("Ping")))
    assert all(future.response for future in waiting)
    done = clock.times()
    each = []
    for _ in range(ONE_BY_ONE):
        start = time.perf_counter()
        assert manager.send_action(ami.SimpleAction("Ping")).response
        each.append(time.perf_counter() - start)
    return Result(*done, statistics.median(each))


def socket_pings(target: Target) -> Result:
    """Do it on a blocking socket, counting the ends of the answers: the limit."""
    ping = b"Action: Ping\r\nActionID: 1\r\n\r\n"
    with socket.create_connection(("127.0.0.1", target.port)) as peer:
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        peer.settimeout(PATIENCE)
        peer.sendall(LOGIN.format(username=target.username, secret=target.secret, events="off").encode())
        answer = b""
        while not answer.endswith(END):
            answer += peer.recv(65536)
        assert b"Response: Success" in answer
        clock = Clock()
        peer.sendall(ping * IN_FLIGHT)
        sent, received, rest = IN_FLIGHT, 0, b""
        while received < target.total:
            data = peer.recv(65536)
            answers = (rest + data).count(END)
            rest = data[1 - len(END) :]
            received += answers
            more = min(answers, target.total - sent)
            peer.sendall(ping * more)
            sent += more
        done = clock.times()
        each = []
        for _ in range(ONE_BY_ONE):
            start = time.perf_counter()
            peer.sendall(ping)
            while not peer.recv(65536).endswith(END):
                pass
            each.append(time.perf_counter() - start)
    return Result(*done, statistics.median(each))


# --- the run ---------------------------------------------------------------------------------------------------------


class Contestant(NamedTuple):
    """One row of the table; so many actions take a second or so."""

    run: Callable[[Target], Result]
    module: str
    actions: int


CONTESTANTS: Final = {
    "panoramisk": Contestant(panoramisk_pings, "panoramisk", 25_000),
    "asterisk-ami": Contestant(asterisk_ami_pings, "asterisk.ami", 25_000),
    "ours": Contestant(ours_pings, "asterisk_py_ami", 50_000),
    "bare socket (limit)": Contestant(socket_pings, "asterisk_py_ami", 50_000),
}
OURS: Final = "ours"
MARKS: Final = {"panoramisk": 2.2, "bare socket (limit)": 0.85}


def run_all(rounds: int, *, markdown: bool) -> None:
    """Run all contestants *rounds* times in turn and print the table."""
    present = installed({name: contestant.module for name, contestant in CONTESTANTS.items()})
    runs: dict[str, list[Result]] = {name: [] for name in present}
    with find() as pbx:
        user = pbx.user("admin")
        for _ in range(rounds):
            for name in present:
                count = CONTESTANTS[name].actions
                wall, cpu, one = child(__file__, name, Target(pbx.ami_port, user.username, user.secret, count))
                runs[name].append(Result(wall / count, cpu / count, one))
    wall_times = {name: [result.wall for result in each] for name, each in runs.items()}
    cpu_times = {name: [result.cpu for result in each] for name, each in runs.items()}
    print(f"Python {sys.version.split()[0]}, {IN_FLIGHT} Pings under way, medians of {rounds} rounds\n")
    rows = []
    for name, results in runs.items():
        each, cpu, one = (statistics.median(column) for column in zip(*results, strict=True))
        ours_beside = verdict(ratio_of(wall_times[name], wall_times[OURS]), MARKS.get(name))
        by_cpu, *_ = verdict(ratio_of(cpu_times[name], cpu_times[OURS]), None)
        rows.append([name, f"{1 / each:,.0f}", *ours_beside, f"{cpu * 1e6:.1f}", by_cpu, f"{one * 1e6:.0f}"])
    header = ["", "actions/s", "ours beside it", "mark", "reached", "CPU us/action", "by CPU", "alone, us (p50)"]
    print_table(header, rows, markdown=markdown)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    parser.add_argument("--one", choices=CONTESTANTS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        answer(CONTESTANTS[options.one].run)
        return
    try:
        run_all(options.rounds, markdown=options.markdown)
    except AsteriskToolError as error:
        print(f"AMI actions are left out, there is no Asterisk: {error}")


if __name__ == "__main__":
    main()
