"""AGI calls of the Asterisk under test: a server for them, and calls that cost no channel."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from asterisk_py_agi import AgiServer, AgiSession
from asterisk_py_ami import AmiClient
from tests.live.ami import Watch, originate, within
from tools.asterisk import Asterisk

__all__ = ["NAME", "Caller", "Handler", "call", "hang_up", "serving", "status_of"]

Handler = Callable[[AgiSession], Awaitable[Any]]

NAME: Final = "handler"
_ENVIRONMENT: Final = (
    (Path(__file__).parents[1] / "transcripts/agi-normal.s2c.bin")
    .read_bytes()
    .partition(b"\n\n")[0]
    .replace(b"agi_network_script: test", f"agi_network_script: {NAME}".encode())
)


@asynccontextmanager
async def serving(pbx: Asterisk, handler: Handler, **options: Any) -> AsyncIterator[AgiServer]:
    """Serve the calls of ``Local/handler@fastagi`` with *handler*."""
    server = AgiServer(port=pbx.agi_port, drain_timeout=1.0, **options)
    server.route(NAME)(handler)
    async with server:
        yield server


async def call(ami: AmiClient, script: str = NAME, *, context: str = "fastagi", **variables: str) -> str:
    """Make a channel that is in AGI, *script*; returns the ActionID of its Originate."""
    return await originate(ami, f"Local/{script}@{context}/n", variables=variables)


async def hang_up(ami: AmiClient, channel: str) -> None:
    """Hang *channel* up, as its caller would."""
    await ami.send("Hangup", {"Channel": channel})


async def status_of(watch: Watch, event: str = "Agi") -> str:
    """Return the AGISTATUS that the dialplan sees; ``AgiHangup`` is the event after the caller has hung up."""
    return (await watch.user_event(event))["AgiStatus"]


class Caller:
    """A call that costs no channel: the test sends what Asterisk would."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def call(cls, pbx: Asterisk) -> "Caller":
        caller = cls(*await asyncio.open_connection("127.0.0.1", pbx.agi_port))
        caller.writer.write(_ENVIRONMENT + b"\n\n")
        return caller

    async def line(self) -> bytes:
        """Return the next line the server sends."""
        return await within(self.reader.readline())

    async def close(self) -> None:
        self.writer.close()
        await asyncio.wait((asyncio.ensure_future(self.writer.wait_closed()),))
