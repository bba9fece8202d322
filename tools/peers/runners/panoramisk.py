"""panoramisk: AMI and FastAGI on asyncio."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import Future
from importlib import import_module
from typing import Any, ClassVar

from tools.peers.fakes.ami import SECRET, USERNAME
from tools.peers.outcome import result

from .background import EventLoop
from .interface import AgiCall, AgiRunner, AmiRunner, Fields, joined

__all__ = ["PanoramiskAgi", "PanoramiskAmi"]


class PanoramiskAmi(AmiRunner):
    """Manager; it reconnects by itself."""

    distribution: ClassVar[str] = "panoramisk"

    def __init__(self) -> None:
        self._background = EventLoop.shared()
        self._callbacks: list[Callable[[Any, Any], Any]] = []
        self._told: list[str] = []
        self._manager: Any = None

    def stay_connected(self, retries: int | None = None) -> None:
        """It does, and there is no bound to set."""

    def connect(self, port: int) -> Future[None]:
        return self._background.run(self._connect(port))

    async def _connect(self, port: int) -> None:
        self._manager = import_module("panoramisk").Manager(
            loop=self._background.loop,
            host="127.0.0.1",
            port=port,
            username=USERNAME,
            secret=SECRET,
            on_disconnect=lambda _manager, error: self._told.append(f"disconnected: {error!r}"),
        )
        for callback in self._callbacks:
            self._manager.register_event("*", callback)
        await self._manager.connect()

    def send(self, action: str, headers: Fields | None = None) -> Future[Fields]:
        return self.send_object({"Action": action, **(headers or {})})

    def send_object(self, action: dict[str, Any]) -> Future[Fields]:
        async def send() -> Fields:
            answer = await self._manager.send_action(action)
            return dict((answer[0] if isinstance(answer, list) else answer).items())

        return self._background.run(send())

    def send_twice(self, action: str, headers: Fields) -> list[Future[Fields]]:
        same = {"Action": action, **headers}
        return [self.send_object(same), self.send_object(same)]

    def listen(self, handler: Callable[[Fields], None]) -> None:
        self._callbacks.append(lambda _manager, event: handler(dict(event.items())))

    def listen_for_ever(self, started: Callable[[], None]) -> None:
        async def wait(_manager: Any, _event: Any) -> None:
            started()
            await asyncio.sleep(3600.0)

        self._callbacks.append(wait)

    def close(self) -> Future[None]:
        async def close() -> None:
            self._manager.close()

        return self._background.run(close())

    def objects(self) -> Sequence[object]:
        # The action it makes of the login, which it logs where writing fails.
        login = import_module("panoramisk.actions").Action
        return [self._manager, result(self._background.run(_made(login, {"Action": "Login", "Secret": SECRET})))]

    def abandon(self, count: int) -> int:
        async def abandon() -> int:
            async def one() -> None:
                await self._manager.send_action({"Action": "Silence"})

            before = len(self._manager.protocol.responses)
            tasks = [asyncio.ensure_future(one()) for _ in range(count)]
            await asyncio.sleep(0.2)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            return len(self._manager.protocol.responses) - before

        return result(self._background.run(abandon()))

    def collect(self, action: str, item: str) -> Future[list[Fields]]:
        async def collect() -> list[Fields]:
            answer = await self._manager.send_action({"Action": action})
            messages = answer if isinstance(answer, list) else [answer]
            return [dict(message.items()) for message in messages if message.event == item]

        return self._background.run(collect())

    def command(self, text: str) -> Future[str]:
        async def command() -> str:
            answer = await self._manager.send_command(text)
            output = answer.output or answer.content
            return "\n".join(output) if isinstance(output, list) else str(output)

        return self._background.run(command())

    def originate(self, variables: Mapping[str, str]) -> Future[Any]:
        return self.send(
            "Originate",
            {
                "Channel": "Local/100@default",
                "Context": "default",
                "Exten": "200",
                "Priority": 1,
                "Async": "true",
                "Variable": [f"{name}={value}" for name, value in variables.items()],
            },
        )

    def told(self) -> list[str]:
        return self._told

    def says_connected(self) -> bool | None:
        connected: bool = self._manager._connected
        return connected


class PanoramiskAgi(AgiRunner):
    """fast_agi.Application."""

    distribution: ClassVar[str] = "panoramisk"

    def __init__(self) -> None:
        self._background = EventLoop.shared()
        self._server: asyncio.Server

    def serve(self, route: str, handler: Callable[[AgiCall], None]) -> int:
        async def endpoint(request: Any) -> None:
            # The handlers of the cases block; this one's calls come back to the loop one by one.
            await asyncio.to_thread(handler, _Call(request, self._background))

        return self._serve(route, endpoint)

    def serve_sync(self, route: str, handler: Callable[[], None]) -> int:
        return self._serve(route, lambda _request: handler())

    def _serve(self, route: str, endpoint: Callable[[Any], Any]) -> int:
        async def serve() -> int:
            application = import_module("panoramisk.fast_agi").Application(loop=self._background.loop)
            application.add_route(route, endpoint)
            self._server = await asyncio.start_server(application.handler, "127.0.0.1", 0)
            port: int = self._server.sockets[0].getsockname()[1]
            return port

        return result(self._background.run(serve()))

    def close(self) -> Future[None]:
        async def close() -> None:
            self._server.close()
            await self._server.wait_closed()

        return self._background.run(close())


async def _made(kind: Any, *arguments: Any) -> Any:
    """Make something that needs a running loop."""
    return kind(*arguments)


class _Call(AgiCall):
    def __init__(self, request: Any, background: EventLoop) -> None:
        self.env = request.headers
        self._request = request
        self._background = background

    def command(self, name: str, *args: str | int) -> Any:
        return self._run(self._request.send_command(joined(name, *args)))

    def command_within(self, seconds: float, name: str, *args: str | int) -> Any:
        with contextlib.suppress(TimeoutError):
            return self._run(asyncio.wait_for(self._request.send_command(joined(name, *args)), seconds))

    def set_variable(self, name: str, value: str) -> Any:
        return self.command("SET VARIABLE", name, f'"{value}"')

    def get_variable(self, name: str) -> Any:
        return self.command("GET VARIABLE", name)["result"][1]

    def _run(self, command: Coroutine[Any, Any, Any]) -> Any:
        return self._background.run(command).result(30)
