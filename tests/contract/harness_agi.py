"""AGI under the contract: AgiServer, whose connection is its listening socket; nothing is at the other end.

What AMI's peer does to a connection, the system does to a listening socket: it takes it away.
"""

import asyncio
import socket
import weakref
from collections.abc import Mapping, Sequence
from ssl import SSLContext
from typing import Any, ClassVar, NoReturn

from asterisk_py_agi import AgiEvent, AgiServer
from asterisk_py_core.listener import Listener
from tests.contract.harness import Capability, Client, Harness

__all__ = ["AgiHarness"]


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class _Counted(AgiServer):
    """A server that tells the harness what it listens on."""

    harness: "AgiHarness"

    async def _open(self) -> Listener:
        listener = await super()._open()
        self.harness.opened(listener)
        return listener


class AgiHarness(Harness):
    """AGI."""

    name = "agi"
    capabilities: ClassVar[frozenset[Capability]] = frozenset()
    event_type: ClassVar[type[AgiEvent]] = AgiEvent
    logins: ClassVar[Sequence[Mapping[str, Any]]] = ()

    def __init__(self) -> None:
        self._opened = 0
        self._listeners: weakref.WeakSet[Listener] = weakref.WeakSet()
        self._changed = asyncio.Event()

    def opened(self, listener: Listener) -> None:
        self._opened += 1
        self._listeners.add(listener)
        self._changed.set()

    async def start_peer(self) -> None:
        """Do nothing: who is called needs nobody to be there."""

    async def stop_peer(self) -> None:
        """Do nothing, as above."""

    def drop(self) -> None:
        """Make every listening socket fail."""
        for listener in self._listeners:
            for sock in listener._sockets:
                if sock.fileno() >= 0:
                    sock.shutdown(socket.SHUT_RDWR)

    def reset(self) -> None:
        self.drop()

    def freeze(self) -> NoReturn:
        raise NotImplementedError(Capability.DIALS.value)

    def thaw(self) -> NoReturn:
        raise NotImplementedError(Capability.DIALS.value)

    def reject_logins(self) -> NoReturn:
        raise NotImplementedError(Capability.LOGIN.value)

    def talk_nonsense(self) -> NoReturn:
        raise NotImplementedError(Capability.DIALS.value)

    def speak_tls(self, context: SSLContext) -> NoReturn:
        raise NotImplementedError(Capability.TLS.value)

    def behave(self) -> None:
        """Do nothing: there was nothing to undo."""

    def emit(self, number: int) -> NoReturn:
        raise NotImplementedError(Capability.HEARS.value)

    def emit_too_much(self) -> NoReturn:
        raise NotImplementedError(Capability.HEARS.value)

    def hold_answers(self) -> NoReturn:
        raise NotImplementedError(Capability.SENDS.value)

    def answer_held(self) -> NoReturn:
        raise NotImplementedError(Capability.SENDS.value)

    @property
    def connections(self) -> int:
        return self._opened

    @property
    def login_attempts(self) -> int:
        return 0

    @property
    def requests(self) -> int:
        return 0

    async def wait_for_logins(self, count: int) -> None:
        while self._opened < count:
            self._changed.clear()
            await self._changed.wait()

    async def wait_for_connections(self, count: int) -> None:
        await self.wait_for_logins(count)

    async def wait_for_requests(self, count: int) -> NoReturn:
        raise NotImplementedError(Capability.SENDS.value)

    async def wait_until_alone(self) -> None:
        for listener in self._listeners:
            while _accepts(listener.port):  # noqa: ASYNC110 - the system tells nobody
                await asyncio.sleep(0)

    @property
    def address(self) -> str:
        return "127.0.0.1:0"

    @property
    def secrets(self) -> list[str]:
        return []

    def client(self, **options: Any) -> Client:
        if "timeout" in options:
            options["environment_timeout"] = options.pop("timeout")
        server = _Counted(**({"port": 0} | options))
        server.harness = self
        return server

    def number_of(self, event: object) -> int | None:
        del event
        return None

    async def request(self, client: Client, **options: Any) -> NoReturn:
        raise NotImplementedError(Capability.SENDS.value)

    async def rejected_request(self, client: Client) -> NoReturn:
        raise NotImplementedError(Capability.SENDS.value)

    async def malformed_request(self, client: Client) -> NoReturn:
        raise NotImplementedError(Capability.SENDS.value)

    async def large_request(self, client: Client, **options: Any) -> NoReturn:
        raise NotImplementedError(Capability.SENDS.value)
