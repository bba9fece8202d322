"""Bytes: characters, line ends, sizes, halves."""

import threading
import time

from tools.peers.catalogue import case
from tools.peers.fakes.ami import ScriptedAmi
from tools.peers.outcome import (
    Wrong,
    eventually,
    resident,
)
from tools.peers.runners.interface import AmiRunner, Fields

from .steps import EVENT, connected, numbers


def keep_still(pbx: ScriptedAmi) -> None:
    """See to it that no answer to a keepalive gets between the bytes of the case."""
    threading.Event().wait(0.5)
    pbx.say_nothing()


@case(35, "UTF-8, a byte at a time")
def byte_by_byte(lib: AmiRunner) -> None:
    seen: list[Fields] = []
    lib.listen(lambda event: seen.append(event) if event.get("UserEvent") == "Test" else None)
    with ScriptedAmi() as pbx:
        connected(lib, pbx)
        keep_still(pbx)
        data = "Event: UserEvent\r\nUserEvent: Test\r\nName: Ünïcödé\r\n\r\n".encode()
        for at in range(len(data)):
            pbx.emit(data[at : at + 1])
            threading.Event().wait(0.005)
        if not eventually(lambda: seen):
            raise Wrong("the event is lost")
        if seen[0]["Name"] != "Ünïcödé":
            raise Wrong(f"reads {seen[0]['Name']!r}")


@case(36, "a byte that is not UTF-8, and one more event")
def not_utf8(lib: AmiRunner) -> str:
    seen: list[Fields] = []
    lib.listen(lambda event: seen.append(event) if event.get("UserEvent") == "Test" else None)
    with ScriptedAmi() as pbx:
        connected(lib, pbx)
        pbx.emit(b"Event: UserEvent\r\nUserEvent: Test\r\nName: Zo\xeb\r\n\r\n" + EVENT % 1)
        if not eventually(lambda: len(seen) == 2):
            raise Wrong(f"{len(seen)} of 2 events arrive")
        name = str(seen[0]["Name"])
        if name in {"Zo", "Zo\N{REPLACEMENT CHARACTER}"}:
            raise Wrong(f"the byte is lost: {name!a}")
        return ascii(name)


@case(37, "a bare LF before the blank line, a header without a space, one without a value, blank lines between")
def odd_lines(lib: AmiRunner) -> None:
    seen: list[Fields] = []
    lib.listen(lambda event: seen.append(event) if event.get("UserEvent") == "Test" else None)
    with ScriptedAmi() as pbx:
        connected(lib, pbx)
        pbx.emit(
            b"Event: UserEvent\r\nUserEvent: Test\r\nTight:1\r\nEmpty: \r\nMessage: x\n\r\n\r\n\r\n\r\n" + EVENT % 1
        )
        if not eventually(lambda: len(seen) == 2):
            raise Wrong(f"{len(seen)} of 2 events arrive")
        wanted = {"Tight": "1", "Empty": "", "Message": "x"}
        got = {name: seen[0].get(name) for name in wanted}
        if got != wanted:
            raise Wrong(f"reads {got}")


@case(38, "32 MiB without a line end", seconds=90.0)
def no_line_end(lib: AmiRunner) -> str:
    with ScriptedAmi() as pbx:
        connected(lib, pbx)
        before, used = resident(), time.process_time()
        link = pbx.links[0]

        poured = 0

        def pour() -> None:
            nonlocal poured
            while poured < 512 and not link.ended:
                link.write(b"x" * 65_536)
                poured += 1

        pouring = threading.Thread(target=pour, daemon=True)
        pouring.start()
        pouring.join(60.0)
        eventually(lambda: link.ended, 1.0)
        grown, spent = resident() - before, time.process_time() - used
        if not link.ended:
            how = "buffers it all" if poured == 512 else f"reads {poured / 16:.0f} MiB of it in 60 s"
            raise Wrong(f"{how}: +{grown:.0f} MiB, {spent:.1f} s of CPU; stays connected")
        return f"cut off; +{grown:.0f} MiB"


@case(61, "half a message, then the end")
def half_a_message(lib: AmiRunner) -> None:
    seen = numbers(lib)
    with ScriptedAmi() as pbx:
        connected(lib, pbx)
        keep_still(pbx)
        pbx.emit(EVENT % 1 + b"Event: UserEvent\r\nUserEvent: Test\r\nNumber: 2\r\n")
        eventually(lambda: seen)
        pbx.stop()
        threading.Event().wait(0.5)
        if seen != [1]:
            raise Wrong(f"the half is an event: {seen}")
