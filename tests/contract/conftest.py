"""The `protocol` fixture: every test of this folder runs once for each protocol, and must leave nothing behind."""

import asyncio
import contextlib
import gc
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from asterisk_py_core import AsteriskError, ConnectionStateChanged, EventSubscription
from tests.contract.harness import CANNOT, Client, Harness
from tests.contract.harnesses import HARNESSES
from tests.contract.watching import is_next


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "needs(*capabilities): skips protocols that lack one of them")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "harness" in metafunc.fixturenames:
        metafunc.parametrize("harness", HARNESSES, ids=[harness.name for harness in HARNESSES])


def sockets() -> int:
    fds = Path("/proc/self/fd")
    links = [fd.readlink() for fd in fds.iterdir() if fd.is_symlink()] if fds.exists() else []
    return sum(str(link).startswith("socket:") for link in links)


def timers() -> set[asyncio.TimerHandle]:
    """Return what the running loop will call some time; the loop's own list of it is the only one there is."""
    scheduled = asyncio.get_running_loop()._scheduled  # type: ignore[attr-defined]
    return {timer for timer in scheduled if not timer.cancelled()}


@pytest.fixture(scope="module", autouse=True)
def frozen() -> Iterator[None]:
    """Let the collections below look at what the tests made, and not at every module there is again and again."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture
async def protocol(harness: type[Harness], request: pytest.FixtureRequest) -> AsyncIterator[Harness]:
    """Return the harness of one protocol, its peer running."""
    for marker in request.node.iter_markers("needs"):
        for capability in marker.args:
            if capability not in harness.capabilities:
                pytest.skip(f"{harness.name}: {CANNOT[harness.name][capability]}")
    complaints: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    before = sockets(), set(threading.enumerate()), timers()
    protocol = harness()
    await protocol.start_peer()
    yield protocol
    async with asyncio.timeout(5):  # The limit below may be used up.
        await protocol.aclose()
    assert asyncio.all_tasks() == {asyncio.current_task()}
    gc.collect()  # A transport left open warns here, and warnings fail tests; an error that reached nobody complains.
    assert complaints == []
    assert (sockets(), set(threading.enumerate()), timers()) == before


@pytest.fixture
async def make_client(protocol: Harness) -> AsyncIterator[Callable[..., Client]]:
    """Return what makes clients that have not connected; they are closed at the end, and none has made a wrong move."""
    made: list[tuple[Client, EventSubscription[ConnectionStateChanged]]] = []

    def make_client(**options: Any) -> Client:
        client = protocol.client(**options)
        made.append((client, client.states()))
        return client

    yield make_client
    for client, states in made:
        await client.aclose()
        changes: list[ConnectionStateChanged] = []
        with contextlib.suppress(AsteriskError):  # What ended the run.
            async for change in states:
                changes.append(change)  # noqa: PERF401 - what came before the error counts
        assert [
            change for before, change in zip([None, *changes], changes, strict=False) if not is_next(before, change)
        ] == []


@pytest.fixture
async def connect(make_client: Callable[..., Client]) -> Callable[..., Awaitable[Client]]:
    """Return what makes clients that are connected."""

    async def connect(**options: Any) -> Client:
        client = make_client(**options)
        await client.connect()
        return client

    return connect


@pytest.fixture(autouse=True)
async def limit() -> AsyncIterator[None]:
    """Bound every test: what must happen happens in milliseconds."""

    def give_up() -> None:
        for task in asyncio.all_tasks():
            task.cancel("it should have been over long ago")

    timer = asyncio.get_running_loop().call_later(10, give_up)
    yield
    timer.cancel()
