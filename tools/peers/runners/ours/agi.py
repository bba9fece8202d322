"""FastAGI with asterisk-py-agi."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, ClassVar

from asterisk_py_agi import AgiServer, AgiSession
from tools.peers.outcome import result
from tools.peers.runners.background import EventLoop
from tools.peers.runners.interface import AgiCall, AgiRunner

__all__ = ["OursAgi"]


class OursAgi(AgiRunner):
    """AgiServer."""

    distribution: ClassVar[str] = "asterisk-py-agi"

    def __init__(self) -> None:
        self._background = EventLoop.shared()
        self._server = AgiServer(port=0)

    def serve(self, route: str, handler: Callable[[AgiCall], None]) -> int:
        async def serve(session: AgiSession) -> None:
            # The handlers of the cases block; this one's calls come back to the loop one by one.
            await asyncio.to_thread(handler, _Call(session, self._background))

        return self._serve(route, serve)

    def serve_sync(self, route: str, handler: Callable[[], None]) -> int:
        return self._serve(route, lambda _session: handler())

    def _serve(self, route: str, handler: Callable[[AgiSession], Any]) -> int:
        self._server.route(route)(handler)
        result(self._background.run(self._server.connect()), what="listening")
        return self._server.port

    def close(self) -> Future[None]:
        return self._background.run(self._server.aclose())


class _Call(AgiCall):
    def __init__(self, session: AgiSession, background: EventLoop) -> None:
        self.env = session.request.environment
        self._session = session
        self._background = background

    def command(self, name: str, *args: str | int) -> Any:
        return self._run(self._session.send(name, *args))

    def command_within(self, seconds: float, name: str, *args: str | int) -> Any:
        with contextlib.suppress(TimeoutError):
            return self._run(self._session.send(name, *args, timeout=seconds))

    def set_variable(self, name: str, value: str) -> Any:
        return self._run(self._session.set_variable(name, value))

    def get_variable(self, name: str) -> Any:
        return self._run(self._session.get_variable(name))

    def _run(self, command: Coroutine[Any, Any, Any]) -> Any:
        return self._background.run(command).result(30)
