"""What most of the cases begin with."""

from collections.abc import Callable
from typing import Any, Final

from tools.peers.fakes.agi import ENVIRONMENT, AgiConnection
from tools.peers.outcome import Hangs, Outcome, eventually
from tools.peers.runners.interface import AgiCall, AgiRunner

ROUTE: Final = "test"


class Handler:
    """The application: runs *body* for each call, and keeps what it returned or raised."""

    def __init__(self, body: Callable[[AgiCall], Any] = lambda call: call.command("NOOP")) -> None:
        self.results: list[Any] = []
        self.calls: list[AgiCall] = []
        self._body = body

    def __call__(self, call: AgiCall) -> None:
        self.calls.append(call)
        try:
            self.results.append(self._body(call))
        except Exception as error:  # noqa: BLE001 - it is the result
            self.results.append(error)

    def result(self, seconds: float = 4.0) -> Any:
        """Return how the first call went."""
        if not eventually(lambda: self.results, seconds):
            raise Hangs("the handler waits" if self.calls else "the handler is never called")
        if isinstance(self.results[0], Outcome):
            raise self.results[0]
        return self.results[0]


def named(result: Any) -> str:
    """Return a word for what a command came to."""
    if isinstance(result, dict) and "error" in result:
        return str(result["error"])
    return type(result).__name__ if isinstance(result, Exception) else repr(result)


def replies(lib: AgiRunner, body: Callable[[AgiCall], Any], *answers: bytes) -> Any:
    """Return what *body* makes of *answers*, one for each command that comes."""
    handler = Handler(body)
    port = lib.serve(ROUTE, handler)
    with AgiConnection(port) as call:
        call.write(ENVIRONMENT + b"\n")
        for answer in answers:
            if call.command() is None:
                break
            call.write(answer)
        return handler.result(6.0)


def is_served(call: AgiConnection) -> bool:
    """Return whether *call* gets to its handler, whose first command is NOOP."""
    call.write(ENVIRONMENT + b"\n")
    return call.command() == b"NOOP"
