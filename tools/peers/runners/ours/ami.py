"""AMI with asterisk-py-ami."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any, ClassVar

from asterisk_py_ami import AmiClient, AmiEvent, ConnectionStateChanged, Credentials, ReconnectPolicy
from asterisk_py_ami.protocol import Message
from tools.peers.fakes.ami import SECRET, USERNAME
from tools.peers.outcome import result
from tools.peers.runners.background import EventLoop
from tools.peers.runners.interface import AmiRunner, Fields

from .listening import Listeners

__all__ = ["OursAmi"]


class OursAmi(AmiRunner):
    """AmiClient."""

    distribution: ClassVar[str] = "asterisk-py-ami"

    def __init__(self) -> None:
        self._background = EventLoop.shared()
        self._listeners = Listeners()
        self._options: dict[str, Any] = {}
        self._client: AmiClient | None = None
        self._told: list[str] = []

    @property
    def client(self) -> AmiClient:
        """The client, once there is a port to connect to."""
        assert self._client is not None
        return self._client

    def stay_connected(self, retries: int | None = None) -> None:
        if retries is not None:
            self._options["policy"] = ReconnectPolicy.fixed(0.1, max_retries=retries)

    def connect(self, port: int) -> Future[None]:
        async def connect() -> None:
            credentials = Credentials(USERNAME, SECRET)
            self._client = AmiClient("127.0.0.1", port, credentials=credentials, **self._options)
            self._listeners.begin(self._client)
            await self._client.connect()

        return self._background.run(connect())

    def send(self, action: str, headers: Fields | None = None) -> Future[Fields]:
        async def send() -> Fields:
            return _fields(await self.client.send(action, headers or {}))

        return self._background.run(send())

    def listen(self, handler: Callable[[Fields], None]) -> None:
        async def listen(events: Any) -> None:
            async for event in events:
                if isinstance(event, ConnectionStateChanged):
                    self._told.append(event.state.value)
                else:
                    handler(_fields(event))

        self._listeners.add(listen)

    def listen_for_ever(self, started: Callable[[], None]) -> None:
        async def listen(events: Any) -> None:
            async for event in events:
                if isinstance(event, AmiEvent):
                    started()
                    await asyncio.sleep(3600.0)

        self._listeners.add(listen)

    def close(self) -> Future[None]:
        return self._background.run(self.client.aclose())

    def objects(self) -> Sequence[object]:
        return [self.client, self.client._credentials]

    def abandon(self, count: int) -> int:
        async def abandon() -> int:
            tasks = [asyncio.ensure_future(self.client.send("Silence")) for _ in range(count)]
            await asyncio.sleep(0.2)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            assert self.client._connection is not None
            return len(self.client._connection.pending)

        return result(self._background.run(abandon()))

    def collect(self, action: str, item: str) -> Future[list[Fields]]:
        async def collect() -> list[Fields]:
            events = await self.client.collect(action)
            return [_fields(event) for event in events if event.name == item]

        return self._background.run(collect())

    def command(self, text: str) -> Future[str]:
        async def command() -> str:
            return "\n".join(await self.client.command(text))

        return self._background.run(command())

    def originate(self, variables: Mapping[str, str]) -> Future[Any]:
        return self._background.run(
            self.client.originate(
                "Local/100@default", context="default", exten="200", priority=1, variables=variables, timeout=1.0
            )
        )

    def told(self) -> list[str]:
        return self._told

    def says_connected(self) -> bool | None:
        return self.client.state.value == "connected"


def _fields(message: Message) -> Fields:
    """Return the headers of *message*; those that repeat as lists."""
    fields: dict[str, Any] = {}
    for name, value in message:
        if name in fields:
            fields[name] = [*(fields[name] if isinstance(fields[name], list) else [fields[name]]), value]
        else:
            fields[name] = value
    return fields
