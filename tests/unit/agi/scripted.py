"""A link whose other side is the test: what was written is kept, and the test says what comes back."""

import asyncio
from pathlib import Path

from asterisk_py_agi import AgiSession
from asterisk_py_agi.exchange import Exchange
from asterisk_py_core import AsteriskError, ConnectionClosedError

__all__ = ["ENVIRONMENT", "ScriptedLink", "environment", "scripted_session"]

ENVIRONMENT = (Path(__file__).parents[2] / "transcripts/agi-normal.s2c.bin").read_bytes().partition(b"\n\n")[
    0
] + b"\n\n"


def environment(script: str) -> bytes:
    """Return the environment of a call for *script*."""
    return ENVIRONMENT.replace(b"agi_network_script: test\n", f"agi_network_script: {script}\n".encode())


class ScriptedLink:
    """Asterisk's side of one session, without a network."""

    address = "192.0.2.1:40000"

    def __init__(self) -> None:
        self.exchange = Exchange()
        self.written = b""
        self.open = True
        self.broken = False
        self._closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._changed = asyncio.Event()
        self.exchange.attach(self)

    def write(self, data: bytes) -> None:
        if self.broken or not self.open:
            raise ConnectionClosedError(address=self.address, reason="it is over")
        self.written += data
        self._changed.set()

    def close(self) -> None:
        self.lose(None)

    async def wait_closed(self) -> None:
        await asyncio.wait((self._closed,))

    def say(self, data: bytes) -> None:
        """Send *data* to the session."""
        self.exchange.receive_data(data)

    def lose(self, error: AsteriskError | None) -> None:
        """End the connection."""
        if self.open:
            self.open = False
            self._closed.set_result(None)
            self.exchange.connection_lost(error)
            self._changed.set()

    async def wait_written(self, data: bytes) -> None:
        """Return when what was written ends with *data*."""
        while not self.written.endswith(data):
            self._changed.clear()
            await self._changed.wait()


async def scripted_session() -> tuple[AgiSession, ScriptedLink]:
    """Return a session that is ready for commands, and its link."""
    link = ScriptedLink()
    link.say(ENVIRONMENT)
    return AgiSession(link.exchange, await link.exchange.request()), link
