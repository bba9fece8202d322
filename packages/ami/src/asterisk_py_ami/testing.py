r"""A fake Asterisk for your own tests: it speaks AMI over a loopback socket and does what you tell it.

::

    async with FakeAmiServer() as pbx:
        pbx.on("Originate", b"Response: Success\r\nMessage: Originate successfully queued\r\n\r\n")
        async with AmiClient(pbx.host, pbx.port, credentials=pbx.credentials) as ami:
            ...  # the code under test
        assert pbx.called("Originate")[0]["Channel"] == "PJSIP/200"

As a pytest fixture, whichever plugin runs your async tests, in ``conftest.py``::

    pbx = pytest_asyncio.fixture(fake_ami)  # or, with anyio: pytest.fixture(fake_ami)

Without a script it is a healthy Asterisk 22, except that it refuses a login at once (Asterisk takes a second), answers
every CLI command alike, and keeps clients that do not read. It writes literal bytes and has a parser of its own, so
that no mistake of the client can hide behind the same mistake here.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING, TypeAlias

from asterisk_py_core.testing import FakeLink, FakeServer, FakeSession

from .protocol.masking import mask_header

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from ssl import SSLContext

__all__ = ["FakeAmiServer", "ReceivedAction", "Reply", "fake_ami"]

BANNER = b"Asterisk Call Manager/11.0.0\r\n"
FULLY_BOOTED = (
    b"Event: FullyBooted\r\nPrivilege: system,all\r\nUptime: 251\r\nLastReload: 251\r\nStatus: Fully Booted\r\n\r\n"
)
ANSWERS = {
    "ping": b"Response: Success\r\nPing: Pong\r\nTimestamp: 1795418274.638330\r\n\r\n",
    "command": b"Response: Success\r\nMessage: Command output follows\r\nOutput: Asterisk 22.10.1\r\nOutput: \r\n\r\n",
    "logoff": b"Response: Goodbye\r\nMessage: Thanks for all the fish.\r\n\r\n",
}
# Words that turn events off (main/manager.c, strings_to_mask); an empty mask is refused.
OFF = frozenset({"off", "no", "false", "none", "0"})

_Hook: TypeAlias = "Callable[[_Session], object]"
Reply: TypeAlias = "bytes | Callable[[ReceivedAction], bytes | None] | None"


class ReceivedAction:
    """An action as it came from a client: ``headers`` in the order of the wire, names found in any case of letters.

    ``name`` is what it asks for (``Ping``), empty if it does not say.
    """

    def __init__(self, frame: bytes, session: _Session) -> None:
        lines = [line.partition(":") for line in frame.decode("utf-8", "surrogateescape").split("\r\n")]
        self.headers = [(name, value.lstrip(" ")) for name, _, value in lines]
        self.name = self.get("Action")
        self._session = session

    def get(self, name: str, default: str = "") -> str:
        """Return the value of the first header called *name*, or *default*."""
        return next(iter(self.get_all(name)), default)

    def get_all(self, name: str) -> list[str]:
        """Return the values of all headers called *name*."""
        return [value for header, value in self.headers if header.lower() == name.lower()]

    def __getitem__(self, name: str) -> str:
        values = self.get_all(name)
        if not values:
            raise KeyError(name)
        return values[0]

    def reply(self, answer: bytes) -> None:
        """Answer now, as often as you like; for actions the server was told to be silent about."""
        self._session.write(_with_action_id(answer, self.get("ActionID")))

    def __repr__(self) -> str:
        headers = [f"{name}: {mask_header(self.name, name, value)}" for name, value in self.headers]
        return f"<ReceivedAction {', '.join(headers)}>"


class FakeAmiServer(FakeServer["_Session"]):
    """An Asterisk on a loopback port of its own, for as long as the ``async with`` block lasts.

    *username* and *secret* are who may log in; *port* 0 takes a free one and keeps it for restarts; with *ssl* it
    speaks TLS. ``banner`` is what clients are greeted with, b"" for silence. What they sent is in ``received``, logins
    included; ``connections`` and ``logins`` (those that succeeded) are counted. It may be used in the event loop only.
    """

    def __init__(
        self,
        *,
        username: str = "admin",
        secret: str = "a made-up secret",  # noqa: S107 - it guards nothing
        host: str = "127.0.0.1",
        port: int = 0,
        ssl: SSLContext | None = None,
    ) -> None:
        super().__init__(username=username, secret=secret, host=host, port=port, ssl=ssl)
        self.banner = BANNER
        self.received: list[ReceivedAction] = []
        self.logins = 0
        self._script: dict[str, Reply] = {}
        self._refusal: str | None = None

    def called(self, name: str) -> list[ReceivedAction]:
        """Return what was received so far of the action *name*."""
        return [action for action in self.received if action.name.lower() == name.lower()]

    async def wait_for_login(self, count: int = 1) -> None:
        """Return when *count* logins have succeeded since the server was made."""
        await self.wait_until(lambda: self.logins >= count)

    async def wait_for_action(self, name: str, count: int = 1) -> ReceivedAction:
        """Return the action number *count* called *name*, once it is received."""
        await self.wait_until(lambda: len(self.called(name)) >= count)
        return self.called(name)[count - 1]

    def on(self, action: str, reply: Reply) -> None:
        r"""Answer *action* with *reply* from now on, instead of what Asterisk would say.

        *reply* is the bytes of one message or more (``b"Response: Success\r\n\r\n"``), a function of the
        :class:`ReceivedAction` that returns them, or None for silence. The client's ActionID is put into every message
        that has none.
        """
        self._script[action.lower()] = reply

    def off(self, action: str) -> None:
        """Answer *action* as Asterisk does again."""
        self._script.pop(action.lower(), None)

    def refuse_logins(self, text: str | None = "Authentication failed") -> None:
        """Refuse every login with *text*; None accepts them again. Asterisk's other text is Login Already In Use."""
        self._refusal = text

    def emit(self, data: bytes) -> int:
        """Write *data* as it is, half a message or a thousand, to all logged-in clients; return how many those are."""
        return sum(session.write(data) for session in self._sessions if session.logged_in)

    def emit_event(self, name: str, **headers: object) -> int:
        """Send an event to the logged-in clients that want any; return how many those are.

        A list is sent as a header for each item; names with a dash go in as ``**{"Cause-txt": "User busy"}``.
        """
        lines = [f"Event: {name}"]
        for header, value in {"Privilege": "call,all", **headers}.items():
            lines += [f"{header}: {item}" for item in (value if isinstance(value, list) else [value])]
        data = "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape")
        return sum(session.write(data) for session in self._sessions if session.wants_events)

    def __repr__(self) -> str:
        return f"<FakeAmiServer {self.host}:{self.port} connected={self.connected} logins={self.logins}>"

    def _session(self) -> _Session:
        return _Session(self._link, self._joined, self._left, self._perform)

    def _welcome(self, session: _Session) -> None:
        session.write(self.banner)

    def _perform(self, session: _Session, action: ReceivedAction) -> None:
        self.received.append(action)
        name = action.name.lower()
        if not name:
            action.reply(_response("Error", "Message: Missing action in request"))
        elif not session.logged_in and name not in {"challenge", "login", "logoff"}:
            action.reply(_response("Error", "Message: Permission denied"))
        elif name in self._script:
            reply = self._script[name]
            answer = reply(action) if callable(reply) else reply
            if answer is not None:
                action.reply(answer)
        else:
            self._answer_as_asterisk(name, session, action)
        self._changed.set()

    def _answer_as_asterisk(self, name: str, session: _Session, action: ReceivedAction) -> None:
        if name in ANSWERS:
            action.reply(ANSWERS[name])
            if name == "logoff":
                session.close()
        elif name == "challenge":
            session.challenge = str(secrets.randbelow(10**9))
            action.reply(_response("Success", f"Challenge: {session.challenge}"))
        elif name == "login":
            self._log_in(session, action)
        elif name == "events":
            session.wants_events = action.get("EventMask").lower() not in OFF
            action.reply(_response("Success", f"Events: {'On' if session.wants_events else 'Off'}"))
        else:
            text = f"Invalid/unknown command: {action.name}. Use Action: ListCommands to show available commands."
            action.reply(_response("Error", f"Message: {text}"))

    def _log_in(self, session: _Session, action: ReceivedAction) -> None:
        if session.logged_in:
            action.reply(_response("Success", "Message: Already authenticated"))
        elif self._refusal is not None or not self._is_authentic(session, action):
            action.reply(_response("Error", f"Message: {self._refusal or 'Authentication failed'}"))
            session.close()
        else:
            self.logins += 1
            session.logged_in = True
            session.wants_events = action.get("Events").lower() not in OFF
            answer = _with_action_id(_response("Success", "Message: Authentication accepted"), action.get("ActionID"))
            # In one write: Asterisk sends its first event in one burst with the answer.
            session.write(answer + FULLY_BOOTED * session.wants_events)

    def _is_authentic(self, session: _Session, action: ReceivedAction) -> bool:
        credentials = self.credentials
        if action.get("AuthType").lower() == "md5":
            text = (session.challenge + credentials.reveal()).encode("utf-8", "surrogateescape")
            key = hashlib.md5(text, usedforsecurity=False).hexdigest()
            proven = bool(session.challenge) and action.get("Key") == key
        else:
            proven = action.get("Secret") == credentials.reveal()
        return proven and action.get("Username") == credentials.username


class _Session(FakeSession):
    """One client's connection, and what the server has to know about the client."""

    def __init__(
        self, link: FakeLink, joined: _Hook, left: _Hook, perform: Callable[[_Session, ReceivedAction], None]
    ) -> None:
        super().__init__(link, joined, left)
        self.logged_in = False
        self.wants_events = False
        self.challenge = ""
        self._perform = perform

    def take(self) -> bool:
        frame, end, rest = self.incoming.partition(b"\r\n\r\n")
        if end:
            self.incoming = rest
            self._perform(self, ReceivedAction(frame, self))
        return bool(end)


async def fake_ami() -> AsyncIterator[FakeAmiServer]:
    """Yield a running :class:`FakeAmiServer`: the body of a fixture, see the top of this module."""
    async with FakeAmiServer() as pbx:
        yield pbx


def _response(result: str, header: str) -> bytes:
    return f"Response: {result}\r\n{header}\r\n\r\n".encode("utf-8", "surrogateescape")


def _with_action_id(messages: bytes, action_id: str) -> bytes:
    """Put the ActionID where Asterisk puts it, after the first line, into each of *messages* that has none."""
    header = f"\r\nActionID: {action_id}".encode("utf-8", "surrogateescape") if action_id else b""
    *whole, rest = messages.split(b"\r\n\r\n")
    for number, message in enumerate(whole):
        if b"\r\nactionid:" not in message.lower():
            first, end, others = message.partition(b"\r\n")
            whole[number] = first + header + end + others
    return b"\r\n\r\n".join([*whole, rest])
