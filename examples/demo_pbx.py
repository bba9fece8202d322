"""The PBX the demo follows: an embedded fake, a real Asterisk of its own, or one that is running."""

import asyncio
from pathlib import Path
from typing import Protocol

from asterisk_py_agi.testing import FakeAsteriskCall
from asterisk_py_ami import AmiClient, Credentials
from asterisk_py_ami.testing import FakeAmiServer, ReceivedAction
from tools.asterisk import find

__all__ = ["FakePbx", "Pbx", "RealPbx"]

# What a real Asterisk 22 sent while these calls were made, byte for byte.
RECORDED_CALLS = Path(__file__).parent / "recorded_calls"
# Seconds between two events of a recorded call, so that it can be watched.
PACE = 0.012
END = b"\r\n\r\n"


class Pbx(Protocol):
    """What the demo needs of a PBX."""

    host: str
    port: int
    credentials: Credentials
    title: str
    ours: bool
    """Whether it may be stopped, started and called."""
    agi_port: int
    """Where it calls FastAGI; 0 for anywhere."""

    async def open(self) -> None:
        """Have it running."""

    async def stop(self) -> None:
        """Stop it under its clients."""

    async def start(self) -> None:
        """Start it again, on the same port."""

    async def call_agi(self, ami: AmiClient, script: str, port: int) -> None:
        """Make a call to *script* on *port*."""

    async def aclose(self) -> None:
        """Leave nothing behind."""


class FakePbx:
    """An AMI server that plays recorded calls when it is asked to originate one."""

    title = "a fake PBX that replays calls of a real Asterisk 22"
    ours = True
    agi_port = 0

    async def open(self) -> None:
        self._calls: set[asyncio.Task[None]] = set()
        self._server = FakeAmiServer(username="demo", secret="a secret of the demo")  # noqa: S106 - it guards a fake
        self._server.on("Originate", self._originate)
        await self._server.start()
        self.host, self.port, self.credentials = self._server.host, self._server.port, self._server.credentials

    async def stop(self) -> None:
        self._server.emit(b"Event: Shutdown\r\nPrivilege: system,all\r\nShutdown: Cleanly\r\nRestart: False\r\n\r\n")
        await self._server.stop()

    async def start(self) -> None:
        await self._server.start()

    async def call_agi(self, ami: AmiClient, script: str, port: int) -> None:
        del ami  # Nobody hears of this call but the server.
        caller = FakeAsteriskCall(script, caller_id="200")
        caller.press("1234")
        await caller.dial("127.0.0.1", port)

    async def aclose(self) -> None:
        for call in self._calls:
            call.cancel()
        await self._server.stop()

    def _originate(self, action: ReceivedAction) -> bytes:
        name = "rejected" if "reject" in action["Channel"] else action["Exten"]
        messages = (RECORDED_CALLS / f"{name}.bin").read_bytes().split(END)[:-1]
        call = asyncio.create_task(self._play(messages))
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)
        return b"Response: Success\r\nMessage: Originate successfully queued\r\n\r\n"

    async def _play(self, messages: list[bytes]) -> None:
        for message in messages:
            self._server.emit(message + END)
            await asyncio.sleep(PACE)


class RealPbx:
    """A real Asterisk: one of its own, or the running one that ASTERISK_HOST names, which is only looked at."""

    async def open(self) -> None:
        self._asterisk = await asyncio.to_thread(find)
        user = self._asterisk.user()
        self.host, self.port = self._asterisk.host, self._asterisk.ami_port
        self.credentials = Credentials(user.username, user.secret)
        self.ours = self._asterisk.owned
        self.agi_port = self._asterisk.agi_port
        self.title = f"Asterisk {self._asterisk.version} at {self.host}:{self.port}"

    async def stop(self) -> None:
        await asyncio.to_thread(self._asterisk.stop)

    async def start(self) -> None:
        await asyncio.to_thread(self._asterisk.restart)

    async def call_agi(self, ami: AmiClient, script: str, port: int) -> None:
        del port  # The dialplan knows it.
        await ami.originate(f"Local/{script}@fastagi/n", context="scenarios", exten="senddtmf", priority=1)

    async def aclose(self) -> None:
        await asyncio.to_thread(self._asterisk.close)
