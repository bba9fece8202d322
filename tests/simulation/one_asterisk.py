"""A fake Asterisk and a client of it on the network in memory, for the moments and timetables of AMI."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, TypeVar

from asterisk_py_ami import AmiClient
from asterisk_py_ami.testing import FakeAmiServer
from tests.simulation.network import SimulatedLoop

__all__ = ["asterisk", "make_client", "run_simulated", "simulated_loop"]

T = TypeVar("T")


def run_simulated(main: Callable[[FakeAmiServer], Coroutine[Any, Any, T]]) -> T:
    """Run *main* with a server; nothing may be left of it.

    Bytes arrive in the next turn of the loop, so that turns are all the moments there are.
    """

    def simulated() -> SimulatedLoop:
        loop = SimulatedLoop(random.Random(1))
        loop.weather.latency = 0.0
        return loop

    async def run() -> T:
        async with asterisk() as pbx:
            return await main(pbx)

    with asyncio.Runner(loop_factory=simulated) as runner:
        return runner.run(run())


@contextlib.asynccontextmanager
async def asterisk() -> AsyncIterator[FakeAmiServer]:
    """Run a server, and see to it that nobody is connected and nothing waits in the end."""
    async with FakeAmiServer() as pbx:
        yield pbx
        await pbx.wait_until(lambda: not pbx._sessions)
    loop = simulated_loop()
    assert loop.links == []
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert [timer for timer in loop._scheduled if not timer.cancelled()] == []  # type: ignore[attr-defined]


def simulated_loop() -> SimulatedLoop:
    """Return the running loop, which has the network."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, SimulatedLoop)
    return loop


def make_client(pbx: FakeAmiServer, **options: Any) -> AmiClient:
    """Return a client that is not connected yet."""
    arguments: dict[str, Any] = {"credentials": pbx.credentials}
    return AmiClient(pbx.host, pbx.port, **(arguments | options))
