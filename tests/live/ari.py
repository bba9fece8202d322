"""ARI clients for the Asterisk under test, and ways to wait for its events that have an end."""

import asyncio
import ssl
from collections.abc import Callable
from typing import Any, Final, TypeVar

from asterisk_py_ari import (
    AriClient,
    ConnectionState,
    ConnectionStateChanged,
    Credentials,
    EventSubscription,
    ReconnectPolicy,
)
from asterisk_py_ari.events import DeviceStateChanged, StasisStart
from asterisk_py_ari.models import Channel
from tools.asterisk import Asterisk

__all__ = ["LIMIT", "QUICKLY", "call", "client", "next_event", "next_of", "next_state", "settled", "trusting"]

T = TypeVar("T")

LIMIT: Final = 20.0
"""Seconds after which something that must happen has not; only a test that fails waits that long."""

QUICKLY: Final = ReconnectPolicy.fixed(0.1)


def client(pbx: Asterisk, name: str = "ari", *, secret: str | None = None, **options: Any) -> AriClient:
    """Return a client that has not connected yet, for the user called *name*; over TLS if there is an ``ssl``."""
    user = pbx.user(name)
    address = f"https://{pbx.host}:{pbx.https_port}" if options.get("ssl") else f"http://{pbx.host}:{pbx.http_port}"
    arguments: dict[str, Any] = {"url": address, "app": "demo", "policy": QUICKLY}
    return AriClient(credentials=Credentials(user.username, secret or user.secret), **(arguments | options))


def trusting(pbx: Asterisk) -> ssl.SSLContext:
    """Return a TLS context that trusts *pbx* and nobody else."""
    return ssl.create_default_context(cafile=pbx.ca_file)


async def next_event(events: EventSubscription[Any]) -> Any:
    """Return the next event."""
    async with asyncio.timeout(LIMIT):
        return await events.recv()


async def next_of(events: EventSubscription[Any], kind: type[T], where: Callable[[T], bool] = lambda _: True) -> T:
    """Return the next event of *kind* that *where* accepts."""
    async with asyncio.timeout(LIMIT):
        while True:
            event = await events.recv()
            if isinstance(event, kind) and where(event):
                return event


async def next_state(events: EventSubscription[Any], state: ConnectionState) -> ConnectionStateChanged:
    """Return the next change to *state*."""
    return await next_of(events, ConnectionStateChanged, lambda change: change.state is state)


async def settled(devices: EventSubscription[DeviceStateChanged], *, legs: int) -> None:
    """Wait until the device of a call with so many *legs* has come to rest: to be done before a client of all closes.

    Asterisk 22.10.1 may lock itself up for good, and answer no login any more, if a client with ``subscribe_all``
    closes while the state of a device is being told (asterisk issue 2170).
    """
    for _ in range(legs):
        await next_of(devices, DeviceStateChanged, lambda event: event.device_state.state == "NOT_INUSE")


async def call(ari: AriClient, exten: str = "answer") -> Channel:
    """Make a call from Stasis to *exten* of the scenarios, and return its channel once it is in the application."""
    handle = ari.channel()
    async with handle.events(StasisStart) as starts:
        await handle.originate(f"Local/{exten}@scenarios", app=ari.app)
        return (await next_of(starts, StasisStart)).channel
