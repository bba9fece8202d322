"""pyst2: AMI on threads, and AGI over two files."""

import io
import signal
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from importlib import import_module
from typing import Any, ClassVar
from unittest import mock

from tools.peers.fakes.ami import SECRET, USERNAME
from tools.peers.outcome import NotOffered

from .background import call, waiting
from .interface import AgiCall, AgiRunner, AmiRunner, Fields, joined

__all__ = ["Pyst2Agi", "Pyst2Ami"]


class Pyst2Ami(AmiRunner):
    """manager.Manager."""

    distribution: ClassVar[str] = "pyst2"

    def __init__(self) -> None:
        self._manager: Any = import_module("asterisk.manager").Manager()

    def connect(self, port: int) -> Future[None]:
        def connect() -> None:
            self._manager.connect("127.0.0.1", port)
            self._manager.login(USERNAME, SECRET)

        return call(connect)

    def send(self, action: str, headers: Fields | None = None) -> Future[Fields]:
        return self._send({"Action": action, **(headers or {})})

    def _send(self, action: dict[str, Any]) -> Future[Fields]:
        return call(lambda: dict(self._manager.send_action(action).headers))

    def send_twice(self, action: str, headers: Fields) -> list[Future[Fields]]:
        same = {"Action": action, **headers}
        return [self._send(same), self._send(same)]

    def listen(self, handler: Callable[[Fields], None]) -> None:
        # One that returns something true would keep the event from the others.
        self._manager.register_event("*", lambda event, _manager: handler(dict(event.headers)))

    def listen_for_ever(self, started: Callable[[], None]) -> None:
        self.listen(waiting(started))

    def close(self) -> Future[None]:
        return call(self._manager.close)

    def objects(self) -> Sequence[object]:
        return [self._manager]

    def command(self, text: str) -> Future[str]:
        def command() -> str:
            answer = self._manager.command(text)
            return str(answer.data or answer.get_header("Output", ""))

        return call(command)

    def originate(self, variables: Mapping[str, str]) -> Future[Any]:
        return call(
            self._manager.originate,
            "Local/100@default",
            "200",
            context="default",
            priority="1",
            run_async=True,
            variables=variables,
        )

    def says_connected(self) -> bool | None:
        return bool(self._manager.connected())


class Pyst2Agi(AgiRunner):
    """agi.AGI on the files of a socket: its own fastagi module is Python 2."""

    distribution: ClassVar[str] = "pyst2"

    def need_server(self) -> None:
        raise NotOffered("no server")

    def serve(self, route: str, handler: Callable[[AgiCall], None]) -> int:
        listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, args=[listener, route, handler], daemon=True).start()
        port: int = listener.getsockname()[1]
        return port

    def _accept(self, listener: socket.socket, route: str, handler: Callable[[AgiCall], None]) -> None:
        while True:
            sock, _ = listener.accept()
            threading.Thread(target=self._handle, args=[sock, route, handler], daemon=True).start()

    def _handle(self, sock: socket.socket, route: str, handler: Callable[[AgiCall], None]) -> None:
        # It sets a signal handler, which only the main thread may.
        files = sock.makefile("rb"), sock.makefile("w", encoding="utf-8")
        with sock, files[0], files[1], mock.patch.object(signal, "signal"):
            agi = import_module("asterisk.agi").AGI(stdin=files[0], stdout=files[1], stderr=io.StringIO())
            if agi.env.get("agi_network_script") == route:
                handler(_Call(agi))


class _Call(AgiCall):
    def __init__(self, agi: Any) -> None:
        self.env = agi.env
        self._agi = agi

    def command(self, name: str, *args: str | int) -> Any:
        return self._agi.execute(joined(name, *args))

    def set_variable(self, name: str, value: str) -> Any:
        return self._agi.set_variable(name, value)

    def get_variable(self, name: str) -> Any:
        return self._agi.get_variable(name)
