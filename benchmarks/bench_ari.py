"""ARI decoding beside ``json.loads``, on recorded frames.

``python benchmarks/bench_ari.py [--rounds N] [--markdown]``. The frames are those of the ``ari-ws-*.jsonl`` in
``tests/transcripts``, as bytes without spaces, which is how Asterisk sends them. Contestants run one after the other,
each time in a new process, round after round, so that the load of the machine falls on all alike; medians of CPU time
are compared. A mark is what the project promises to reach; the table says whether this run did.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple, cast

import msgspec

# This script is run by its path, so what stands beside its folder is not found by itself.
sys.path.insert(0, str(Path(__file__).parents[1]))

from asterisk_py_ari.events import AnyEvent
from asterisk_py_ari.protocol.envelope import FrameDecoder
from asterisk_py_ari.protocol.event import AriEvent
from asterisk_py_ari.resources import AriOperations
from benchmarks.measuring import print_table, ratio_of, verdict

TRANSCRIPTS: Final = Path(__file__).parents[1] / "tests" / "transcripts"
PASSES: Final = 5
REPEAT: Final = 500


class NoClient(AriOperations):
    """What handles are bound to: it is never asked for anything."""

    def __init__(self) -> None:
        super().__init__(cast("Any", None))


# --- contestants -----------------------------------------------------------------------------------------------------


def json_loads(frames: Sequence[bytes]) -> None:
    """Do what a program without a library does: one dict for each event."""
    for frame in frames:
        json.loads(frame)


def json_loads_read(frames: Sequence[bytes]) -> None:
    """Read the time, and id, name and state of the channel, as the text that is there."""
    for frame in frames:
        event = json.loads(frame)
        channel = event.get("channel")
        if channel is not None:
            _ = event["timestamp"], channel["id"], channel["name"], channel["state"]


def msgspec_untyped(frames: Sequence[bytes]) -> None:
    """Decode into dicts with msgspec."""
    for frame in frames:
        msgspec.json.decode(frame)


def msgspec_typed(frames: Sequence[bytes]) -> None:
    """Decode into the same classes and nothing else: the limit."""
    decode = msgspec.json.Decoder(cast("Any", AnyEvent)).decode
    for frame in frames:
        decode(frame)


def ours_ready(frames: Sequence[bytes]) -> None:
    """Typed events whose handles are bound to their client."""
    decode = FrameDecoder(NoClient()).decode
    for frame in frames:
        decode(frame)


def ours_read(frames: Sequence[bytes]) -> None:
    """The same, and the time (a datetime), and id, name and state (a ChannelState) of the channel."""
    decode = FrameDecoder(NoClient()).decode
    for frame in frames:
        event: Any = decode(frame)
        channel = getattr(event, "channel", None)
        if channel is not None:
            _ = event.timestamp, channel.id, channel.name, channel.state


class Contestant(NamedTuple):
    """Something to measure, and how many times as fast as ``json.loads`` it has to be."""

    decode: Callable[[Sequence[bytes]], None]
    mark: float | None = None


CONTESTANTS: Final = {
    "json.loads": Contestant(json_loads),
    "json.loads, 4 fields as text": Contestant(json_loads_read),
    "msgspec into dicts": Contestant(msgspec_untyped),
    "ours, 4 typed fields": Contestant(ours_read),
    "ours, ready to read": Contestant(ours_ready, mark=4),
    "msgspec, typed (limit)": Contestant(msgspec_typed),
}
BASE: Final = "json.loads"


# --- running them ----------------------------------------------------------------------------------------------------


def load_frames() -> list[bytes]:
    """Return the recorded frames of events, in the order of the files."""
    lines = [
        json.loads(line)
        for file in sorted(TRANSCRIPTS.glob("ari-ws-*.jsonl"))
        for line in file.read_text(encoding="utf-8").splitlines()
    ]
    frames = [line["frame"] for line in lines if isinstance(line, dict) and "frame" in line]
    return [
        json.dumps(frame, separators=(",", ":"), ensure_ascii=False).encode()
        for frame in frames
        if frame["type"] != "RESTResponse"
    ]


def run_one(name: str) -> None:
    """Decode the frames again and again and print the CPU seconds: the best pass after one to warm up."""
    frames = load_frames() * REPEAT
    decode = CONTESTANTS[name].decode
    seconds = []
    for _ in range(PASSES + 1):
        start = time.process_time()
        decode(frames)
        seconds.append(time.process_time() - start)
    print(json.dumps(min(seconds[1:])))


def child(name: str) -> float:
    """Run a contestant in a new process and return its seconds."""
    command = [sys.executable, __file__, "--one", name]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - this script itself
    return float(json.loads(done.stdout))


def run_all(rounds: int, *, markdown: bool) -> None:
    """Run all contestants *rounds* times in turn and print the table."""
    frames = load_frames()
    typed = [FrameDecoder(NoClient()).decode(frame) for frame in frames]
    assert all(isinstance(event, AriEvent) and not event.misfits for event in typed)
    count = len(frames) * REPEAT
    times: dict[str, list[float]] = {name: [] for name in CONTESTANTS}
    for _ in range(rounds):
        for name, seconds in times.items():
            seconds.append(child(name))
    size = sum(map(len, frames)) / len(frames)
    print(f"Python {sys.version.split()[0]}, {count:,} events of {size:.0f} B, CPU time, medians of {rounds} rounds\n")
    rows = []
    for name, seconds in times.items():
        each = statistics.median(seconds) / count
        ratio = ratio_of(times[BASE], seconds)
        rows.append([name, f"{each * 1e6:.2f}", f"{1 / each:,.0f}", *verdict(ratio, CONTESTANTS[name].mark)])
    print_table(["", "us/event", "events/s", f"x {BASE}", "mark", "reached"], rows, markdown=markdown)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    parser.add_argument("--one", choices=CONTESTANTS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        run_one(options.one)
    else:
        run_all(options.rounds, markdown=options.markdown)


if __name__ == "__main__":
    main()
