"""ARI beside other libraries: REST calls to a real Asterisk, and events from a socket to the code of their users.

``python benchmarks/bench_ari_wire.py [--rounds N] [--markdown]``. A real Asterisk is started, or the one
``ASTERISK_HOST`` names is used (see tools/asterisk): it answers ``GET /asterisk/ping``, one call after the other and
then some at a time. For the events a process of its own sends recorded frames as fast as they are taken, and a
contestant counts them where its users would see them. Each contestant runs in a new process each time; they take
turns, round after round, so that the load of the machine falls on all alike, and ratios are medians of those within a
round. A mark is what the project promises to reach; the table says whether this run did.
"""

import argparse
import asyncio
import base64
import contextlib
import hashlib
import json
import logging
import re
import socketserver
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, Final, NamedTuple

import aiohttp

# This script is run by its path, so what stands beside its folder is not found by itself.
sys.path.insert(0, str(Path(__file__).parents[1]))

from asterisk_py_ari.client import AriClient
from asterisk_py_ari.protocol.event import AriEvent
from asterisk_py_core.credentials import Credentials
from benchmarks.bench_ami_wire import Target, answer, child
from benchmarks.measuring import Clock, Times, installed, print_table, ratio_of, verdict
from tools.asterisk import Asterisk, AsteriskToolError, find

TRANSCRIPTS: Final = Path(__file__).parents[1] / "tests" / "transcripts"
AT_A_TIME: Final = 10
WEBSOCKET_GUID: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
HEAD_END: Final = b"\r\n\r\n"


class Rest(NamedTuple):
    """Seconds for each request: by the clock and of CPU, one by one and some at a time."""

    one_wall: float
    one_cpu: float
    many_wall: float
    many_cpu: float


# --- contestants: REST -----------------------------------------------------------------------------------------------


async def requests(ping: Callable[[], Awaitable[object]], count: int) -> Rest:
    """Measure *count* calls of *ping* one by one, and as many of which some are under way at any time."""
    for _ in range(20):
        await ping()
    clock = Clock()
    for _ in range(count):
        await ping()
    one = clock.times()
    left = iter(range(count))

    async def work() -> None:
        for _ in left:
            await ping()

    clock = Clock()
    await asyncio.gather(*(work() for _ in range(AT_A_TIME)))
    many = clock.times()
    return Rest(one.wall / count, one.cpu / count, many.wall / count, many.cpu / count)


def our_client(target: Target, transport: str = "http") -> AriClient:
    """Return our client."""
    credentials = Credentials(target.username, target.secret)
    return AriClient(f"http://127.0.0.1:{target.port}", app="bench", credentials=credentials, transport=transport)


def ours_requests(target: Target, transport: str = "http") -> Rest:
    """Ours, over HTTP."""

    async def run() -> Rest:
        async with our_client(target, transport) as ari:
            return await requests(ari.asterisk.ping, target.total)

    return asyncio.run(run())


def ours_over_websocket(target: Target) -> Rest:
    """Ours, over the WebSocket of events."""
    return ours_requests(target, "websocket")


def aiohttp_requests(target: Target) -> Rest:
    """Do it on aiohttp alone, with what every client has to do: a login, and JSON decoded."""

    async def run() -> Rest:
        login = base64.b64encode(f"{target.username}:{target.secret}".encode()).decode()
        url = f"http://127.0.0.1:{target.port}/ari/asterisk/ping"
        async with aiohttp.ClientSession(headers={"Authorization": f"Basic {login}"}) as session:

            async def ping() -> object:
                async with session.get(url) as response:
                    return await response.json()

            return await requests(ping, target.total)

    return asyncio.run(run())


def aioari_requests(target: Target) -> Rest:
    """Aioari."""

    async def run() -> Rest:
        async with aioari_client(target) as client:
            return await requests(client.asterisk.ping, target.total)

    return asyncio.run(run())


@contextlib.asynccontextmanager
async def aioari_client(target: Target) -> AsyncIterator[Any]:
    """Yield aioari's client."""
    connect = import_module("aioari").connect
    client = await connect(f"http://127.0.0.1:{target.port}/", target.username, target.secret)
    try:
        yield client
    finally:
        await client.close()


def asyncari_requests(target: Target) -> Rest:
    """Asyncari."""

    async def run() -> Rest:
        connect = import_module("asyncari").connect
        url = f"http://127.0.0.1:{target.port}/"
        async with connect(url, "bench", target.username, target.secret) as client:
            return await requests(client.asterisk.ping, target.total)

    with quiet():
        return asyncio.run(run())


def ari_client_requests(target: Target) -> Rest:
    """ari_client has no ping: its HTTP client sends one."""

    async def run() -> Rest:
        client = import_module("ari_client").AriClient("127.0.0.1", target.port, target.username, target.secret)
        await client.connect("bench")
        client.event_listener.cancel()

        async def ping() -> object:
            return (await client.controller.client.get("/asterisk/ping")).json()

        return await requests(ping, target.total)

    with quiet():
        return asyncio.run(run())


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep libraries from printing a line for each request or event, which would be most of their time."""
    logging.disable(logging.CRITICAL)
    yield


# --- contestants: events ---------------------------------------------------------------------------------------------


def ours_events(target: Target) -> Times:
    """Count in the body of an ``async for``: typed events, handles and all."""

    async def run() -> Times:
        ari = our_client(target)
        events = ari.events(AriEvent)
        left = target.total
        async with ari:
            clock = Clock()
            await ari.asterisk.ping()
            async for _ in events:
                left -= 1
                if not left:
                    break
            return clock.times()

    return asyncio.run(run())


def aioari_events(target: Target) -> Times:
    """aioari: a callback for every event, which it gets as a dict."""

    async def run() -> Times:
        left = target.total
        done = asyncio.Event()

        def count(_event: object) -> None:
            nonlocal left
            left -= 1
            if not left:
                done.set()

        async with aioari_client(target) as client:
            client.on_event("*", count)
            running = asyncio.create_task(client.run("bench"))
            clock = Clock()
            await client.asterisk.ping()
            await done.wait()
            times = clock.times()
            running.cancel()
            return times

    return asyncio.run(run())


def asyncari_events(target: Target) -> Times:
    """Count in the body of an ``async for``, as asyncari's documentation does."""

    async def run() -> Times:
        connect = import_module("asyncari").connect
        left = target.total
        url = f"http://127.0.0.1:{target.port}/"
        async with connect(url, "bench", target.username, target.secret) as client:
            events = aiter(client)
            clock = Clock()
            await client.asterisk.ping()
            async for _ in events:
                left -= 1
                if not left:
                    break
            return clock.times()

    with quiet():
        return asyncio.run(run())


def ari_client_events(target: Target) -> Times:
    """ari_client: a coroutine for each kind of event."""

    async def run() -> Times:
        left = target.total
        done = asyncio.Event()

        async def count(_event: object) -> None:
            nonlocal left
            left -= 1
            if not left:
                done.set()

        client = import_module("ari_client").AriClient("127.0.0.1", target.port, target.username, target.secret)
        for kind in {json.loads(frame)["type"] for frame in recorded_frames()}:
            client.on_event(kind)(count)
        await client.connect("bench")
        clock = Clock()
        await client.controller.client.get("/asterisk/ping")
        await done.wait()
        return clock.times()

    with quiet():
        return asyncio.run(run())


def frames_only(target: Target) -> Times:
    """Count the frames of a bare aiohttp WebSocket: what it costs before anybody looks at them."""

    async def run() -> Times:
        left = target.total
        url = f"http://127.0.0.1:{target.port}/ari"
        async with aiohttp.ClientSession() as session, session.ws_connect(f"{url}/events?app=bench") as websocket:
            clock = Clock()
            async with session.get(f"{url}/asterisk/ping") as response:
                await response.read()
            while left:
                await websocket.receive()
                left -= 1
            return clock.times()

    return asyncio.run(run())


# --- the server of events --------------------------------------------------------------------------------------------


def recorded_frames() -> list[str]:
    """Return the events of recorded calls, as Asterisk wrote them."""
    frames: list[str] = []
    for name in ("one-call", "dialplan-stasis", "after-reconnect"):
        for line in (TRANSCRIPTS / f"ari-ws-{name}.jsonl").read_text(encoding="utf-8").splitlines():
            frame = json.loads(line).get("frame")
            if isinstance(frame, dict) and frame.get("type") not in {None, "RESTResponse", "ApplicationReplaced"}:
                frames.append(json.dumps(frame, separators=(",", ":"), ensure_ascii=False))
    return frames


class Flood(socketserver.ThreadingTCPServer):
    """Serves the documents that some clients read first, and floods a WebSocket when somebody asks for a ping."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, documents: dict[str, str], total: int) -> None:
        super().__init__(("127.0.0.1", 0), Connection)
        port = self.server_address[1]
        self.documents = {path: text.replace("@PORT@", str(port)).encode() for path, text in documents.items()}
        self.asked = threading.Event()
        frames = [wrapped(frame.encode()) for frame in recorded_frames()]
        whole, rest = divmod(total, len(frames))
        self.burst, self.whole, self.rest = b"".join(frames), whole, b"".join(frames[:rest])


def wrapped(data: bytes) -> bytes:
    """Return *data* as a text frame of a server."""
    size = len(data)
    return (struct.pack(">BB", 0x81, size) if size < 126 else struct.pack(">BBH", 0x81, 126, size)) + data


class Connection(socketserver.BaseRequestHandler):
    """One connection of a client; answers in literal bytes."""

    server: Flood

    def handle(self) -> None:
        """Answer one request after the other."""
        received = b""
        while True:
            while HEAD_END not in received:
                data = self.request.recv(65_536)
                if not data:
                    return
                received += data
            head, _, received = received.partition(HEAD_END)
            path = head.split(b" ")[1].partition(b"?")[0].decode()
            if b"upgrade: websocket" in head.lower():
                self.flood(head)
                return
            if path.endswith("/asterisk/ping"):
                self.server.asked.set()
            ping = b'{"asterisk_id":"02:fc:00:00:00:01","ping":"pong","timestamp":"2026-11-25T16:11:47.606+0000"}'
            body = ping if path.endswith("/asterisk/ping") else self.server.documents.get(path, b"[]")
            self.request.sendall(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
            )

    def flood(self, head: bytes) -> None:
        """Agree to the handshake, wait for a ping, and send everything."""
        key = re.search(rb"(?i)sec-websocket-key: *(\S+)", head)
        assert key is not None
        accept = base64.b64encode(hashlib.sha1(key[1] + WEBSOCKET_GUID, usedforsecurity=False).digest())
        self.request.sendall(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept + HEAD_END
        )
        self.server.asked.wait()
        with contextlib.suppress(OSError):
            for _ in range(self.server.whole):
                self.request.sendall(self.server.burst)
            self.request.sendall(self.server.rest)
            while self.request.recv(65_536):
                pass


def serve(documents: str, total: int) -> None:
    """Print the port, and serve until killed."""
    with Flood(json.loads(Path(documents).read_text(encoding="utf-8")), total) as server:
        print(server.server_address[1], flush=True)
        server.serve_forever()


def api_documents(pbx: Asterisk) -> dict[str, str]:
    """Return the description of ARI that *pbx* serves, by path, with a placeholder for the port."""
    user = pbx.user("ari")
    login = base64.b64encode(f"{user.username}:{user.secret}".encode()).decode()

    def fetch(path: str) -> str:
        url = f"http://{pbx.host}:{pbx.http_port}{path}"
        with urllib.request.urlopen(
            urllib.request.Request(url, headers={"Authorization": f"Basic {login}"})
        ) as answered:
            text: str = answered.read().decode()
        return text.replace(f":{pbx.http_port}", ":@PORT@")

    root = "/ari/api-docs/resources.json"
    found = {root: fetch(root)}
    for api in json.loads(found[root])["apis"]:
        path = "/ari" + api["path"].replace("{format}", "json")
        found[path] = fetch(path)
    return found


# --- the run ---------------------------------------------------------------------------------------------------------


class Contestant(NamedTuple):
    """Two rows of the tables; so many requests and events take a second or so."""

    module: str
    rest: Callable[[Target], Rest]
    request_count: int
    events: Callable[[Target], Times] | None
    event_count: int


CONTESTANTS: Final = {
    "bare aiohttp": Contestant("aiohttp", aiohttp_requests, 2500, frames_only, 60_000),
    "aioari": Contestant("aioari", aioari_requests, 2000, aioari_events, 40_000),
    "asyncari": Contestant("asyncari", asyncari_requests, 500, asyncari_events, 2_000),
    "ari_client": Contestant("ari_client", ari_client_requests, 800, ari_client_events, 6_000),
    "ours": Contestant("asterisk_py_ari", ours_requests, 2500, ours_events, 60_000),
    "ours, over the WebSocket": Contestant("asterisk_py_ari", ours_over_websocket, 5000, None, 0),
}
BARE: Final = "bare aiohttp"
OURS: Final = "ours"
OVER_WEBSOCKET: Final = "ours, over the WebSocket"
CPU_MARK: Final = 1.3
WEBSOCKET_MARK: Final = 2.5


def flood(name: str, documents: str) -> Times:
    """Run one contestant against a server of its own, and return its times for each event."""
    count = CONTESTANTS[name].event_count
    command = [sys.executable, __file__, "--serve", str(count), "--documents", documents]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603 - this script itself
        assert server.stdout is not None
        try:
            port = int(server.stdout.readline())
            wall, cpu = child(__file__, f"events:{name}", Target(port, "bench", "bench", count))
            return Times(wall / count, cpu / count)
        finally:
            server.kill()


def run_all(rounds: int, *, markdown: bool) -> None:
    """Run all contestants *rounds* times in turn and print the tables."""
    present = installed({name: contestant.module for name, contestant in CONTESTANTS.items()})
    rest: dict[str, list[Rest]] = {name: [] for name in present}
    events: dict[str, list[Times]] = {name: [] for name in present if CONTESTANTS[name].events}
    with find() as pbx, tempfile.TemporaryDirectory() as folder:
        user = pbx.user("ari")
        documents = Path(folder) / "documents.json"
        documents.write_text(json.dumps(api_documents(pbx)), encoding="utf-8")
        for _ in range(rounds):
            for name, results in rest.items():
                target = Target(pbx.http_port, user.username, user.secret, CONTESTANTS[name].request_count)
                results.append(Rest(*child(__file__, f"rest:{name}", target)))
            for name, times in events.items():
                times.append(flood(name, str(documents)))
    print(f"Python {sys.version.split()[0]}, medians of {rounds} rounds\n")
    print_rest(rest, markdown=markdown)
    print_events(events, markdown=markdown)
    try:
        import_module("ari")
    except ImportError as error:
        print(f"\nari (ari-py) cannot be imported on this Python: {error}")


def print_rest(runs: dict[str, list[Rest]], *, markdown: bool) -> None:
    """Print the table of requests, and what was promised of them."""
    rows = []
    for name, results in runs.items():
        one, cpu, many, many_cpu = (statistics.median(column) for column in zip(*results, strict=True))
        beside = ratio_of([result.one_cpu for result in results], [result.one_cpu for result in runs[BARE]])
        both = ratio_of([result.many_cpu for result in results], [result.many_cpu for result in runs[BARE]])
        rows.append(
            [
                name,
                f"{1 / one:,.0f}",
                f"{cpu * 1e6:.0f}",
                f"{beside:.2f}",
                f"{1 / many:,.0f}",
                f"{many_cpu * 1e6:.0f}",
                f"{both:.2f}",
            ]
        )
    many = f"{AT_A_TIME} at a time"
    header = ["", "one by one: requests/s", "CPU us", "x bare", f"{many}: requests/s", "CPU us", "x bare"]
    print_table(header, rows, markdown=markdown)
    cpu_ratio = ratio_of([result.one_cpu for result in runs[OURS]], [result.one_cpu for result in runs[BARE]])
    assert cpu_ratio is not None
    reached = _yes(cpu_ratio <= CPU_MARK)
    print(f"\nCPU of a request beside bare aiohttp, one by one: {cpu_ratio:.2f} x, mark <= {CPU_MARK:g}: {reached}")
    for label, index in (("one by one", 0), (many, 2)):
        over = ratio_of([result[index] for result in runs[OURS]], [result[index] for result in runs[OVER_WEBSOCKET]])
        assert over is not None
        reached = _yes(over >= WEBSOCKET_MARK)
        print(
            f"requests/s over the WebSocket beside HTTP, {label}: {over:.2f} x, mark >= {WEBSOCKET_MARK:g}: {reached}"
        )
    print()


def print_events(runs: dict[str, list[Times]], *, markdown: bool) -> None:
    """Print the table of events: ours has to be ahead of each peer."""
    rows = []
    ours = [times.wall for times in runs[OURS]]
    for name, results in runs.items():
        wall, cpu = (statistics.median(column) for column in zip(*results, strict=True))
        peer = name not in {OURS, BARE}
        beside = verdict(ratio_of([times.wall for times in results], ours), 1.0 if peer else None)
        shown = f"{name}, frames only" if name == BARE else name
        rows.append([shown, f"{1 / wall:,.0f}", f"{cpu * 1e6:.1f}", *beside])
    print_table(["", "events/s", "CPU us/event", "ours beside it", "mark", "reached"], rows, markdown=markdown)


def _yes(reached: bool) -> str:  # noqa: FBT001 - the only thing there is to say
    return "yes" if reached else "NO"


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--markdown", action="store_true", help="print the tables as Markdown")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--documents", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        part, _, name = options.one.partition(":")
        answer(getattr(CONTESTANTS[name], part))
    elif options.serve:
        serve(options.documents, options.serve)
    else:
        try:
            run_all(options.rounds, markdown=options.markdown)
        except AsteriskToolError as error:
            print(f"ARI is left out, there is no Asterisk: {error}")


if __name__ == "__main__":
    main()
