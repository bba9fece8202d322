"""AMI decoding beside other libraries, on recorded traffic.

``python benchmarks/bench_ami.py [--corpus FILE] [--rounds N] [--markdown]``, where FILE holds the bytes of many events
(``.xz`` is unpacked): by default those in ``corpus/``. Contestants run one after the other, each time in a new process,
round after round, so that the load of the machine falls on all alike; medians of CPU time are compared. A library that
is not installed is named and left out. A mark is what the project promises to reach; the table says whether this run
did.
"""

import argparse
import contextlib
import json
import lzma
import statistics
import subprocess
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterable
from importlib import import_module
from operator import attrgetter
from pathlib import Path
from typing import Any, Final, NamedTuple

# This script is run by its path, so what stands beside its folder is not found by itself.
sys.path.insert(0, str(Path(__file__).parents[1]))

from asterisk_py_ami import events
from asterisk_py_ami.protocol import Decoder, Message
from asterisk_py_ami.snapshot import ChannelEvent
from benchmarks.measuring import installed, print_table, ratio_of, verdict

# What the edge reads at a time.
CHUNK: Final = 64 * 1024
CORPUS: Final = Path(__file__).parent / "corpus" / "ami-events.bin.xz"
PASSES: Final = 5

# Three fields of each event, typed where it has types.
READERS: Final[dict[type[Message], Callable[[Any], object]]] = {
    **dict.fromkeys(ChannelEvent.__subclasses__(), attrgetter("channel", "uniqueid", "channel_state")),
    events.VarSet: attrgetter("channel", "variable", "value"),
    events.DeviceStateChange: attrgetter("device", "state", "name"),
    events.DialBegin: attrgetter("dest.channel", "dest.channel_state", "dial_string"),
    events.DialEnd: attrgetter("dest.channel", "dest.channel_state", "dial_status"),
    events.LocalBridge: attrgetter("local_one.channel", "local_two.channel", "local_optimization"),
    events.OriginateResponse: attrgetter("channel", "response", "reason"),
    events.UserEvent: attrgetter("channel", "user_event", "uniqueid"),
    events.Cdr: attrgetter("channel", "duration", "disposition"),
    events.BridgeEnter: attrgetter("channel", "uniqueid", "bridge_num_channels"),
    events.BridgeLeave: attrgetter("channel", "uniqueid", "bridge_num_channels"),
    events.FullyBooted: attrgetter("status", "uptime", "last_reload"),
    events.BridgeCreate: attrgetter("bridge_uniqueid", "bridge_type", "bridge_num_channels"),
    events.BridgeDestroy: attrgetter("bridge_uniqueid", "bridge_type", "bridge_num_channels"),
    events.Hangup: attrgetter("channel", "uniqueid", "cause"),
    events.HangupRequest: attrgetter("channel", "uniqueid", "cause"),
}
OTHERS: Final = attrgetter("name", "action_id", "raw")


# --- ours ------------------------------------------------------------------------------------------------------------


def ours_ready(chunks: Iterable[bytes]) -> int:
    """Events that know their name and type."""
    decoder = Decoder()
    return sum(len(decoder.receive_data(chunk)) for chunk in chunks)


def ours_three_fields(chunks: Iterable[bytes]) -> int:
    """Three typed fields of every event."""
    decoder = Decoder()
    count = 0
    for chunk in chunks:
        for event in decoder.receive_data(chunk):
            READERS.get(type(event), OTHERS)(event)
            count += 1
    return count


def ours_all_fields(chunks: Iterable[bytes]) -> int:
    """Every header of every event as text."""
    decoder = Decoder()
    count = 0
    for chunk in chunks:
        for event in decoder.receive_data(chunk):
            for _name, _value in event:
                pass
            count += 1
    return count


# --- limits ----------------------------------------------------------------------------------------------------------


def frames_only(chunks: Iterable[bytes]) -> int:
    """Cut at blank lines and nothing else: the limit."""
    rest = b""
    count = 0
    for chunk in chunks:
        *frames, rest = (rest + chunk).split(b"\r\n\r\n")
        count += len(frames)
    return count


def split_into_dict(chunks: Iterable[bytes]) -> int:
    """Do what a program without a library does: one dict for each event."""
    rest = b""
    count = 0
    for chunk in chunks:
        *frames, rest = (rest + chunk).split(b"\r\n\r\n")
        for frame in frames:
            event = dict(line.partition(": ")[::2] for line in frame.decode("utf-8", "replace").split("\r\n"))
            assert event["Event"]
            count += 1
    return count


# --- other libraries, by their own code ------------------------------------------------------------------------------


class Counter:
    """Stands in for what dispatches a library's events, so that only decoding is measured."""

    def __init__(self, read: Callable[[Any], object] | None = None) -> None:
        self.count = 0
        self.read = read

    def dispatch(self, event: Any) -> None:
        """Count an event."""
        self.count += 1
        if self.read is not None:
            self.read(event)


def run_panoramisk(chunks: Iterable[bytes], read: Callable[[Any], object] | None = None) -> int:
    """Feed panoramisk's protocol."""
    protocol = import_module("panoramisk.ami_protocol").AMIProtocol()
    protocol.connection_made(None)
    protocol.encoding = "utf-8"
    protocol.factory = counter = Counter(read)
    protocol.version = "11.0.0"
    for chunk in chunks:
        protocol.data_received(chunk)
    return counter.count


def panoramisk(chunks: Iterable[bytes]) -> int:
    """panoramisk: every header in a dict without case."""
    return run_panoramisk(chunks)


def panoramisk_three_fields(chunks: Iterable[bytes]) -> int:
    """panoramisk, with three fields read."""
    return run_panoramisk(chunks, lambda event: (event.event, event.channel, event.uniqueid))


class Socket:
    """A socket that has received everything already."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self.parts = (memoryview(chunk)[at : at + 1024] for chunk in chunks for at in range(0, len(chunk), 1024))

    def recv(self, _size: int) -> bytes:
        """Return the next KiB, the size asterisk-ami asks for."""
        return bytes(next(self.parts, b""))

    def close(self) -> None:
        """Do nothing."""


def asterisk_ami(chunks: Iterable[bytes]) -> int:
    """asterisk-ami: every header in a dict."""
    client = import_module("asterisk.ami").AMIClient()
    counter = Counter()
    client.add_listener(on_event=lambda source, event: counter.dispatch(event))  # noqa: ARG005 - called by keyword
    client.finished = threading.Event()
    client._socket = Socket([b"Asterisk Call Manager/11.0.0\r\n", *chunks])  # noqa: SLF001 - its reader has no seam
    # Its generator ends with the data, which listen() does not expect.
    with contextlib.suppress(RuntimeError, StopIteration):
        client.listen()
    return counter.count


def messages_as_lines(chunks: Iterable[bytes]) -> Iterable[list[str]]:
    """Read lines as pyst2 and pystrix do, and give each message's."""
    lines: list[str] = []
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        for raw in whole:
            line = raw.decode("utf-8", "ignore") + "\n"
            if line != "\r\n":
                lines.append(line)
            elif lines:
                yield lines
                lines = []


def pyst2(chunks: Iterable[bytes]) -> int:
    """pyst2: every header in a dict."""
    manager = import_module("asterisk.manager")
    return sum(1 for lines in messages_as_lines(chunks) if manager.Event(manager.ManagerMsg(lines)).name)


def pystrix(chunks: Iterable[bytes]) -> int:
    """pystrix: every header in a dict."""
    event = import_module("pystrix.ami.ami")._Event  # noqa: SLF001 - its reader makes this of every event
    return sum(1 for lines in messages_as_lines(chunks) if event(lines).name)


# --- the run ---------------------------------------------------------------------------------------------------------


class Contestant(NamedTuple):
    """One row of the table; *module* must be installed, and *mark* is how many times as fast as panoramisk to be."""

    decode: Callable[[Iterable[bytes]], int]
    module: str = "asterisk_py_ami"
    mark: float | None = None


CONTESTANTS: Final = {
    "panoramisk": Contestant(panoramisk, "panoramisk"),
    "panoramisk, 3 fields": Contestant(panoramisk_three_fields, "panoramisk"),
    "asterisk-ami": Contestant(asterisk_ami, "asterisk.ami"),
    "pystrix": Contestant(pystrix, "pystrix"),
    "pyst2": Contestant(pyst2, "asterisk.manager"),
    "split into dict": Contestant(split_into_dict),
    "ours, all fields": Contestant(ours_all_fields, mark=3.5),
    "ours, 3 typed fields": Contestant(ours_three_fields, mark=4.5),
    "ours, ready to read": Contestant(ours_ready, mark=12),
    "frames only (limit)": Contestant(frames_only),
}
BASE: Final = "panoramisk"
BASE_THREE: Final = "panoramisk, 3 fields"
OURS: Final = "ours, ready to read"
OURS_THREE: Final = "ours, 3 typed fields"
MEMORY_MARK: Final = 600


def load_corpus(path: str) -> list[bytes]:
    """Return the recorded bytes in pieces as a socket would give them."""
    data = Path(path).read_bytes()
    if path.endswith(".xz"):
        data = lzma.decompress(data)
    return [data[at : at + CHUNK] for at in range(0, len(data), CHUNK)]


def run_one(name: str, corpus: str) -> None:
    """Decode the corpus and print the CPU seconds and the number of events: the best pass after one to warm up."""
    chunks = load_corpus(corpus)
    count = CONTESTANTS[name].decode(chunks)
    seconds = []
    for _ in range(PASSES):
        start = time.process_time()
        CONTESTANTS[name].decode(chunks)
        seconds.append(time.process_time() - start)
    print(json.dumps({"seconds": min(seconds), "events": count}))


def run_memory(corpus: str) -> None:
    """Print what it costs to hold each decoded event, unread."""
    chunks = load_corpus(corpus)
    ours_ready(chunks[:4])
    tracemalloc.start()
    decoder = Decoder()
    held: list[Message] = []
    for chunk in chunks:
        held += decoder.receive_data(chunk)
    size, _ = tracemalloc.get_traced_memory()
    wire = sum(len(event.raw) + 4 for event in held)
    print(json.dumps({"bytes": size / len(held), "wire": wire / len(held)}))


def child(corpus: str, *arguments: str) -> dict[str, float]:
    """Run this script in a new process and return what it printed."""
    command = [sys.executable, __file__, "--corpus", corpus, *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - this script itself
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


def run_all(corpus: str, rounds: int, *, markdown: bool) -> None:
    """Run all contestants *rounds* times in turn and print the table."""
    present = installed({name: contestant.module for name, contestant in CONTESTANTS.items()})
    times: dict[str, list[float]] = {name: [] for name in present}
    counts: dict[str, float] = {}
    for _ in range(rounds):
        for name in present:
            result = child(corpus, "--one", name)
            times[name].append(result["seconds"])
            counts[name] = result["events"]
    for name, count in counts.items():
        assert abs(count - counts[OURS]) <= 1, f"{name} decoded {count} events, we {counts[OURS]}"
    print(f"Python {sys.version.split()[0]}, {counts[OURS]:,.0f} events, CPU time, medians of {rounds} rounds\n")
    rows = []
    for name, seconds in times.items():
        each = statistics.median(seconds) / counts[name]
        ratio = ratio_of(times.get(BASE), seconds)
        rows.append([name, f"{each * 1e6:.2f}", f"{1 / each:,.0f}", *verdict(ratio, CONTESTANTS[name].mark)])
    print_table(["", "us/event", "events/s", f"x {BASE}", "mark", "reached"], rows, markdown=markdown)
    if like_for_like := ratio_of(times.get(BASE_THREE), times[OURS_THREE]):
        print(f"\nthree fields against three fields: {like_for_like:.2f} x {BASE}")
    memory = child(corpus, "--memory")
    reached = "reached" if memory["bytes"] <= MEMORY_MARK else "NOT REACHED"
    print(f"\nmemory of a held, unread event: {memory['bytes']:.0f} B ({memory['wire']:.0f} B on the wire)", end="")
    print(f", mark <= {MEMORY_MARK} B: {reached}")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", default=str(CORPUS), help="recorded events, .xz or plain")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    parser.add_argument("--one", choices=CONTESTANTS, help=argparse.SUPPRESS)
    parser.add_argument("--memory", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        run_one(options.one, options.corpus)
    elif options.memory:
        run_memory(options.corpus)
    else:
        run_all(options.corpus, options.rounds, markdown=options.markdown)


if __name__ == "__main__":
    main()
