"""What harnesses share whose peer is a fake server that the client connects to."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

from asterisk_py_core.testing import FakeServer
from tests.contract.harness import Harness

__all__ = ["FakeServerHarness"]


class FakeServerHarness(Harness):
    """A protocol whose fake is a `FakeServer`, in ``_pbx``."""

    _pbx: FakeServer[Any]
    _looked_at = _requests = 0

    async def start_peer(self) -> None:
        await self._pbx.start()

    async def stop_peer(self) -> None:
        await self._pbx.stop()

    def drop(self) -> None:
        self._pbx.drop()

    def reset(self) -> None:
        self._pbx.reset()

    def freeze(self) -> None:
        self._pbx.freeze()

    def thaw(self) -> None:
        self._pbx.thaw()

    @property
    @abstractmethod
    def _received(self) -> Sequence[Any]:
        """What has come from clients."""

    @abstractmethod
    def _is_request(self, received: Any) -> bool:
        """Whether *received* has come of `request`."""

    @property
    def connections(self) -> int:
        return self._pbx.connections

    @property
    def requests(self) -> int:
        # Not from the beginning each time: the simulation asks after every step.
        new = self._received[self._looked_at :]
        self._looked_at += len(new)
        self._requests += sum(map(self._is_request, new))
        return self._requests

    async def wait_for_logins(self, count: int, *, timeout: float = 5.0) -> None:
        await self._pbx.wait_until(lambda: self.accepted_logins >= count, timeout=timeout)

    async def wait_for_connections(self, count: int) -> None:
        await self._pbx.wait_until(lambda: self._pbx.connections >= count)

    async def wait_for_requests(self, count: int) -> None:
        await self._pbx.wait_until(lambda: self.requests >= count)

    async def wait_until_alone(self) -> None:
        await self._pbx.wait_until(lambda: self._pbx.connected == 0)

    @property
    def address(self) -> str:
        return f"{self._pbx.host}:{self._pbx.port}"
