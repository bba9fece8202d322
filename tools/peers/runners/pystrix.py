"""pystrix: AMI and FastAGI on threads."""

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from importlib import import_module
from typing import Any, ClassVar

from tools.peers.fakes.ami import SECRET, USERNAME

from .background import call, waiting
from .interface import AgiCall, AgiRunner, AmiRunner, Fields, joined

__all__ = ["PystrixAgi", "PystrixAmi"]


class PystrixAmi(AmiRunner):
    """Manager, as in its documentation: a login by challenge, and the monitor."""

    distribution: ClassVar[str] = "pystrix"

    def __init__(self) -> None:
        self._ami: Any = import_module("pystrix.ami")
        self._manager: Any = self._ami.Manager()
        self._login: Any = None

    def connect(self, port: int) -> Future[None]:
        def connect() -> None:
            core = self._ami.core
            self._manager.connect("127.0.0.1", port)
            challenge = self._manager.send_action(core.Challenge())
            if not (challenge and challenge.success):
                raise ConnectionError("Asterisk did not provide an MD5 challenge token")
            self._login = core.Login(USERNAME, SECRET, challenge=challenge.result["Challenge"])
            self._manager.send_action(self._login)
            self._manager.monitor_connection()

        return call(connect)

    def send(self, action: str, headers: Fields | None = None) -> Future[Fields]:
        return self._send(self._request(action, headers or {}))

    def _request(self, action: str, headers: Fields) -> Any:
        request = import_module("pystrix.ami.ami")._Request(action)
        request.update(headers)
        return request

    def _send(self, request: Any) -> Future[Fields]:
        def send() -> Fields:
            answer = self._manager.send_action(request)
            return {} if answer is None else dict(answer.response)

        return call(send)

    def send_twice(self, action: str, headers: Fields) -> list[Future[Fields]]:
        same = self._request(action, headers)
        return [self._send(same), self._send(same)]

    def listen(self, handler: Callable[[Fields], None]) -> None:
        self._manager.register_callback("", lambda event, _manager: handler(dict(event)))

    def listen_for_ever(self, started: Callable[[], None]) -> None:
        self.listen(waiting(started))

    def close(self) -> Future[None]:
        return call(self._manager.close)

    def objects(self) -> Sequence[object]:
        return [self._manager, self._login]

    def abandon(self, count: int) -> int:
        request = self._request("Silence", {})
        request.timeout = 0.1
        for _ in range(count):
            self._manager.send_action(request)
        return len(self._manager._outstanding_requests)

    def collect(self, action: str, item: str) -> Future[list[Fields]]:
        def collect() -> list[Fields]:
            request = getattr(self._ami.core, action)()
            request.synchronous = True
            answer = self._manager.send_action(request)
            if answer is None:
                raise EventsTimeout([])
            items: list[Fields] = [dict(event) for event in answer.events[item]]
            if answer.events_timeout:
                raise EventsTimeout(items)
            return items

        return call(collect)

    def command(self, text: str) -> Future[str]:
        def command() -> str:
            answer = self._manager.send_action(self._ami.core.Command(text))
            return "\n".join(answer.result.data) or str(answer.result.get("Output", ""))

        return call(command)

    def originate(self, variables: Mapping[str, str]) -> Future[Any]:
        request = self._ami.core.Originate_Context("Local/100@default", "default", "200", 1, variables=variables)
        return call(self._manager.send_action, request)

    def says_connected(self) -> bool | None:
        return bool(self._manager.is_connected())


class EventsTimeout(Exception):  # noqa: N818 - its name in the library
    """What an application reads off `events_timeout`, beside the events."""

    def __init__(self, partial: list[Fields]) -> None:
        super().__init__("events_timeout is set")
        self.partial = partial


class PystrixAgi(AgiRunner):
    """agi.FastAGIServer."""

    distribution: ClassVar[str] = "pystrix"

    def __init__(self) -> None:
        self._server: Any = None

    def serve(self, route: str, handler: Callable[[AgiCall], None]) -> int:
        agi = import_module("pystrix.agi")
        self._server = agi.FastAGIServer(port=0)
        self._server.register_script_handler(route, lambda call, *_: handler(_Call(call, agi.core)))
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        port: int = self._server.server_address[1]
        return port

    def close(self) -> Future[None]:
        def close() -> None:
            self._server.shutdown()
            self._server.server_close()

        return call(close)


class _Call(AgiCall):
    def __init__(self, agi: Any, core: Any) -> None:
        self.env = agi.get_environment()
        self._agi = agi
        self._core = core

    def command(self, name: str, *args: str | int) -> Any:
        return self._agi.execute(import_module("pystrix.agi.agi_core")._Action(joined(name, *args)))

    def set_variable(self, name: str, value: str) -> Any:
        return self._agi.execute(self._core.SetVariable(name, value))

    def get_variable(self, name: str) -> Any:
        return self._agi.execute(self._core.GetVariable(name))
