"""An Asterisk Manager Interface that writes what it is told to, byte for byte."""

import re
from collections.abc import Callable
from typing import Final, TypeAlias

from .server import Link, Server

__all__ = ["ACCEPTED", "ANSWERS", "BANNER", "QUEUED", "SECRET", "USERNAME", "VALUE", "ScriptedAmi", "header", "with_id"]

USERNAME: Final = "admin"
SECRET: Final = "xyzzy-the-secret"  # noqa: S105 - it guards nothing
BANNER: Final = b"Asterisk Call Manager/11.0.0\r\n"
FULLY_BOOTED: Final = (
    b"Event: FullyBooted\r\nPrivilege: system,all\r\nUptime: 251\r\nLastReload: 251\r\nStatus: Fully Booted\r\n\r\n"
)
ACCEPTED: Final = b"Response: Success\r\nActionID: %ID%\r\nMessage: Authentication accepted\r\n\r\n"
VALUE: Final = b"Response: Success\r\nActionID: %ID%\r\nVariable: X\r\nValue: 1\r\n\r\n"
QUEUED: Final = b"Response: Success\r\nActionID: %ID%\r\nMessage: Originate successfully queued\r\n\r\n"
# What Asterisk 22 says; %ID% is where the ActionID of the action goes.
ANSWERS: Final = {
    b"login": ACCEPTED + FULLY_BOOTED,
    b"challenge": b"Response: Success\r\nActionID: %ID%\r\nChallenge: 123456789\r\n\r\n",
    b"ping": b"Response: Success\r\nActionID: %ID%\r\nPing: Pong\r\nTimestamp: 1795418274.638330\r\n\r\n",
    b"logoff": b"Response: Goodbye\r\nActionID: %ID%\r\nMessage: Thanks for all the fish.\r\n\r\n",
    b"getvar": VALUE,
    b"setvar": b"Response: Success\r\nActionID: %ID%\r\nMessage: Variable Set\r\n\r\n",
    b"originate": QUEUED,
}

Answer: TypeAlias = bytes | Callable[[bytes, Link], None] | None


class ScriptedAmi(Server):
    """Answers as Asterisk does, or as `script` says: bytes, None for silence, or a function of frame and link."""

    def __init__(self, banner: bytes = BANNER) -> None:
        super().__init__()
        self.banner = banner
        self.script: dict[bytes, Answer] = dict(ANSWERS)
        self._heard: dict[Link, int] = {}

    def greet(self, link: Link) -> None:
        """Send the banner."""
        link.write(self.banner)

    def hear(self, link: Link) -> None:
        """Answer every action that is whole."""
        *frames, rest = link.received.split(b"\r\n\r\n")
        done = self._heard.get(link, 0)
        self._heard[link] = len(frames)
        del rest
        for frame in frames[done:]:
            answer = self.script.get(header(frame, b"Action").lower(), b"Response: Success\r\nActionID: %ID%\r\n\r\n")
            if callable(answer):
                answer(frame, link)
            elif answer:
                link.write(with_id(answer, frame))
                if answer.startswith(b"Response: Goodbye"):
                    link.close()

    def say_nothing(self) -> None:
        """Answer no action any more."""
        self.script = dict.fromkeys([*self.script, b"coreshowchannels", b"command"])

    def count(self, action: bytes) -> int:
        """Return how many actions of that name came."""
        return len(re.findall(rb"^Action: ?" + action + rb"\r$", self.received, re.MULTILINE | re.IGNORECASE))


def header(frame: bytes, name: bytes) -> bytes:
    """Return the value of a header in what a client sent."""
    found = re.search(rb"^" + name + rb": ?([^\r\n]*)", frame, re.MULTILINE | re.IGNORECASE)
    return found[1] if found else b""


def with_id(answer: bytes, frame: bytes) -> bytes:
    """Return *answer* to *frame*, with its ActionID."""
    return answer.replace(b"%ID%", header(frame, b"ActionID"))
