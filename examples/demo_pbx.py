"""The PBX the demo follows: an embedded fake, a real Asterisk of its own, or one that is running."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from asterisk_py_ami import Credentials
from examples.demo_fake import FakePbx
from tools.asterisk import find

__all__ = ["FakePbx", "Pbx", "RealPbx"]


class Pbx(Protocol):
    """What the demo needs of a PBX."""

    title: str
    host: str
    port: int
    credentials: Credentials
    ari_url: str
    ari_credentials: Credentials
    agi_port: int
    """Where it calls FastAGI; 0 where it wants to be told."""
    ours: bool
    """Whether it may be stopped, started and called."""

    async def open(self) -> None:
        """Have it running."""

    async def stop(self) -> None:
        """Stop it under its clients."""

    async def start(self) -> None:
        """Start it again, on the same ports."""

    async def aclose(self) -> None:
        """Leave nothing behind."""


class RealPbx:
    """A real Asterisk: one of its own, or the running one that ASTERISK_HOST names, which is only looked at."""

    async def open(self) -> None:
        await to_its_end(self._find)
        self.host, self.port = self._asterisk.host, self._asterisk.ami_port
        self.title = f"Asterisk {self._asterisk.version} at {self.host}:{self.port}"
        self.ours = self._asterisk.owned
        self.credentials = self._login("admin")
        self.ari_url = f"http://{self.host}:{self._asterisk.http_port}"
        self.ari_credentials = self._login("ari") if self.ours else self.credentials
        self.agi_port = self._asterisk.agi_port

    async def stop(self) -> None:
        await to_its_end(self._asterisk.stop)

    async def start(self) -> None:
        await to_its_end(self._asterisk.restart)

    async def aclose(self) -> None:
        if hasattr(self, "_asterisk"):
            await to_its_end(self._asterisk.close)

    def _find(self) -> None:
        self._asterisk = find()

    def _login(self, name: str) -> Credentials:
        user = self._asterisk.user(name)
        return Credentials(user.username, user.secret)


async def to_its_end(function: Callable[[], None]) -> None:
    """Run *function* in a thread, to its end even if cancelled: a starting Asterisk would be left over."""
    running = asyncio.ensure_future(asyncio.to_thread(function))
    try:
        await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        raise
