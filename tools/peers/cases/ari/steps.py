"""What most of the cases begin with."""

from typing import Final

from tools.peers.fakes.ami import SECRET, USERNAME
from tools.peers.fakes.ari import ScriptedAri
from tools.peers.outcome import Hangs, eventually, result
from tools.peers.runners.interface import AriRunner

EVENT: Final = (
    b'{"type":"ChannelUserevent","timestamp":"2026-11-25T12:00:00.000+0000","eventname":"test",'
    b'"userevent":{"eventname":"test","number":%d},"asterisk_id":"00:00:5e:00:53:01","application":"demo"}'
)


def connected(lib: AriRunner, pbx: ScriptedAri) -> None:
    """Connect, and see that the WebSocket is there."""
    result(lib.connect(pbx.url, USERNAME, SECRET), 8.0, "connecting")
    if not eventually(lambda: pbx.websockets):
        raise Hangs("no WebSocket is opened")


def numbers(lib: AriRunner) -> list[int]:
    """Return a list that fills with the numbers of the events that come."""
    seen: list[int] = []
    lib.listen(lambda event: seen.append(event["userevent"]["number"]) if "userevent" in event else None)
    return seen


def how_it_ended(lib: AriRunner) -> str:
    """Return a word for what a client that hears nothing more has come to."""
    ended = lib.ended()
    if not ended.done():
        return "nothing is raised" + ("" if eventually(lib.get_channel("1").done, 4.0) else ", and requests hang")
    error = ended.exception()
    return f"ends with {names(error)}" if error else "run() returns as if all were well"


def names(error: BaseException | None) -> str:
    """Return the name of *error*, and those in a group."""
    if isinstance(error, BaseExceptionGroup):
        return f"{type(error).__name__} of {', '.join(sorted({names(each) for each in error.exceptions}))}"
    return type(error).__name__


def text_of(error: BaseException | None) -> str:
    """Return all that *error* says, in itself and in those it is made of."""
    if error is None:
        return ""
    parts = [f"{error}", repr(error), repr(getattr(error, "__dict__", "")), *map(str, error.args)]
    parts.append(str(getattr(getattr(error, "response", None), "text", "")))
    inner = error.exceptions if isinstance(error, BaseExceptionGroup) else [error.__cause__, error.__context__]
    return " ".join([*parts, *map(text_of, inner)])
