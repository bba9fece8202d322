"""asterisk-ami: AMI on a thread, with futures."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from importlib import import_module
from typing import Any, ClassVar

from tools.peers.fakes.ami import SECRET, USERNAME
from tools.peers.outcome import NotOffered

from .background import call, waiting
from .interface import AmiRunner, Fields

__all__ = ["AsteriskAmi"]


class AsteriskAmi(AmiRunner):
    """AMIClient, with AutoReconnect where a case asks for it."""

    distribution: ClassVar[str] = "asterisk-ami"

    def __init__(self) -> None:
        self._ami: Any = import_module("asterisk.ami")
        self._client: Any = self._ami.AMIClient()
        self._told: list[str] = []
        self._actions: list[Any] = []
        self._client.add_listener(
            on_action=lambda source, action: self._actions.append(action),  # noqa: ARG005 - by name
            on_disconnect=lambda source, error: self._told.append(f"disconnected: {error!r}"),  # noqa: ARG005 - by name
        )

    def stay_connected(self, retries: int | None = None) -> None:
        if retries is not None:
            raise NotOffered("no bound on retries")
        self._ami.AutoReconnect(self._client)

    def connect(self, port: int) -> Future[None]:
        def connect() -> None:
            self._client._port = port
            future = self._client.login(USERNAME, SECRET)
            if future.response.is_error():
                raise ConnectionError(str(future.response))

        return call(connect)

    def send(self, action: str, headers: Fields | None = None) -> Future[Fields]:
        return self._send(self._ami.SimpleAction(action, **(headers or {})))

    def _send(self, action: Any) -> Future[Fields]:
        def send() -> Fields:
            response = self._client.send_action(action).response
            return {} if response is None else {"Response": response.status, **response.keys}

        return call(send)

    def send_twice(self, action: str, headers: Fields) -> list[Future[Fields]]:
        same = self._ami.SimpleAction(action, **headers)
        return [self._send(same), self._send(same)]

    def listen(self, handler: Callable[[Fields], None]) -> None:
        def on_event(event: Any, source: Any) -> None:
            del source
            handler({"Event": event.name, **event.keys})

        self._client.add_event_listener(on_event)

    def listen_for_ever(self, started: Callable[[], None]) -> None:
        self.listen(waiting(started))

    def close(self) -> Future[None]:
        def close() -> None:
            self._client.logoff()
            self._client.disconnect()

        return call(close)

    def objects(self) -> Sequence[object]:
        # Its hook for logging is given every action, the login first.
        return [self._client, *self._actions[:1]]

    def abandon(self, count: int) -> int:
        self._client._timeout = 0.1
        futures = [self._client.send_action(self._ami.SimpleAction("Silence")) for _ in range(count)]
        for future in futures:
            assert future.response is None  # Has waited, and given up.
        return len(self._client._futures)

    def command(self, text: str) -> Future[str]:
        def command() -> str:
            response = self._client.send_action(self._ami.SimpleAction("Command", Command=text)).response
            return response.keys.get("Output") or "\n".join(response.follows)

        return call(command)

    def originate(self, variables: Mapping[str, str]) -> Future[Any]:
        action = self._ami.Action(
            "Originate",
            {"Channel": "Local/100@default", "Context": "default", "Exten": "200", "Priority": 1, "Async": "true"},
            variables,
        )
        return self._send(action)

    def told(self) -> list[str]:
        return self._told

    def says_connected(self) -> bool | None:
        return not self._client.finished.is_set()
