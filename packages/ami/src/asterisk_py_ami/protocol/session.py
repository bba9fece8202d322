"""The login of one connection: banner, challenge, login, and then messages."""

import secrets
from collections.abc import Iterator
from enum import Enum
from typing import Final

from asterisk_py_core.credentials import Credentials
from asterisk_py_core.errors import AsteriskError, DesyncError

from .banner import cut_banner
from .codec import Decoder, encode_action
from .login import Login, LoginMethod
from .message import Message, Response

__all__ = ["AmiSession", "SessionState"]


class SessionState(Enum):
    """What the session is waiting for."""

    GREETING = "waiting for the banner"
    CHALLENGE = "waiting for the challenge"
    LOGIN = "waiting for the answer to the login"
    READY = "logged in"
    FAILED = "failed"


_NEXT: Final = {
    (SessionState.GREETING, LoginMethod.MD5): SessionState.CHALLENGE,
    (SessionState.GREETING, LoginMethod.PLAIN): SessionState.LOGIN,
    (SessionState.CHALLENGE, LoginMethod.MD5): SessionState.LOGIN,
    (SessionState.LOGIN, LoginMethod.MD5): SessionState.READY,
    (SessionState.LOGIN, LoginMethod.PLAIN): SessionState.READY,
}

# What it most likely means when the peer closes now (main/manager.c, session_do and get_input).
_CLOSED: Final = {
    SessionState.GREETING: "the peer closed without a banner (authlimit reached, address refused, or a TLS port)",
    SessionState.CHALLENGE: "the peer closed during the login",
    SessionState.LOGIN: "the peer closed during the login",
    SessionState.READY: "the peer closed the connection",
    SessionState.FAILED: "the session had failed",
}

# Since AMI 3.0 (Asterisk 14) command output comes in headers.
_OUTPUT_IN_HEADERS: Final = (3,)


class AmiSession:
    """The wire side of one AMI connection, from its first byte: it logs in, then decodes.

    Feed it with :meth:`receive_data` and write what :meth:`data_to_send` returns, after every call. Nothing secret is
    sent before the peer has greeted as Asterisk does, and the secret is forgotten as soon as the login is written.

    *address* (``host:port``) is for messages; *events* is the event mask (``on``, ``off``, ``call,system``);
    *action_ids* are what :meth:`next_action_id` returns, random ones by default.

    Raises:
        InputError: *login* or *events* is a word AMI does not know, or the user name or secret does not fit a line.
    """

    def __init__(
        self,
        *,
        address: str,
        credentials: Credentials,
        login: LoginMethod | str = LoginMethod.MD5,
        events: str = "on",
        action_ids: Iterator[str] | None = None,
    ) -> None:
        self._address = address
        self._login = Login(address, credentials, login, events)
        self._state = SessionState.GREETING
        self._version: tuple[int, ...] = ()
        self._greeting = bytearray()
        self._decoder = Decoder()
        self._outgoing = b""
        self._action_ids = action_ids or _random_ids()
        self._awaited = ""
        self._stray_count = 0

    @property
    def state(self) -> SessionState:
        """What the session is waiting for."""
        return self._state

    @property
    def version(self) -> tuple[int, ...]:
        """The AMI version of the banner (``(11, 0, 0)`` is Asterisk 22); empty until it came."""
        return self._version

    @property
    def stray_count(self) -> int:
        """How many messages came during the login and did not answer it; they were dropped."""
        return self._stray_count

    @property
    def junk_count(self) -> int:
        """How many messages were neither event nor response."""
        return self._decoder.junk_count

    @property
    def closed_reason(self) -> str:
        """What to say if the peer closes the connection now."""
        return _CLOSED[self._state]

    def next_action_id(self) -> str:
        """Return an ActionID that nobody can guess, not even from all the others of this connection."""
        return next(self._action_ids)

    def data_to_send(self) -> bytes:
        """Return what must be written now, and forget it; empty most of the time."""
        data, self._outgoing = self._outgoing, b""
        return data

    def receive_data(self, data: bytes | bytearray | memoryview) -> list[Message]:
        """Return the messages that *data* completes; none before the login has succeeded.

        Raises:
            UnsupportedVersionError: the peer did not greet as Asterisk does. Nothing was sent.
            ChallengeFailedError: the challenge is missing, refused or unusable. The secret was not sent.
            LoginRejectedError: Asterisk refused the login (:class:`LoginInUseError`: for now).
            FrameTooLargeError: as for :meth:`Decoder.receive_data`.
            DesyncError: the session has failed before.
        """
        if self._state is SessionState.READY:
            return self._decoder.receive_data(data)
        try:
            return self._receive_login(data)
        except AsteriskError:
            self._state = SessionState.FAILED
            self._greeting.clear()
            self._outgoing = b""
            self._login.forget_secret()
            raise

    def _receive_login(self, data: bytes | bytearray | memoryview) -> list[Message]:
        if self._state is SessionState.FAILED:
            raise DesyncError(f"the session with {self._address} has failed and receives no more")
        if self._state is SessionState.GREETING:
            data = self._receive_banner(data)
        messages = self._decoder.receive_data(data)
        for number, message in enumerate(messages, start=1):
            if isinstance(message, Response) and message.action_id == self._awaited:
                self._receive_answer(message)
                if self._state is SessionState.READY:
                    return messages[number:]
            else:
                self._stray_count += 1
        return []

    def _receive_banner(self, data: bytes | bytearray | memoryview) -> bytes:
        """Take the banner from the stream and return what follows it."""
        self._greeting += data
        found = cut_banner(bytes(self._greeting), self._address)
        if found is None:
            return b""
        self._greeting.clear()
        self._version, rest = found
        if self._version < _OUTPUT_IN_HEADERS:
            self._decoder = Decoder(legacy_output=True)
        self._advance()
        return rest

    def _receive_answer(self, answer: Response) -> None:
        if self._state is SessionState.CHALLENGE:
            self._advance(self._login.challenge_in(answer))
        else:
            self._login.check_accepted(answer)
            self._advance()

    def _advance(self, challenge: str = "") -> None:
        """Go to the next state and queue what it waits for an answer to."""
        self._state = _NEXT[self._state, self._login.method]
        if self._state is SessionState.CHALLENGE:
            self._awaited = self.next_action_id()
            self._outgoing += encode_action("Challenge", {"AuthType": "MD5"}, self._awaited)
        elif self._state is SessionState.LOGIN:
            self._awaited = self.next_action_id()
            self._outgoing += self._login.encode(challenge, action_id=self._awaited)
            self._login.forget_secret()


def _random_ids() -> Iterator[str]:
    """Yield ActionIDs without end, 64 random bits each.

    Whoever controls channel data can put whole messages into the stream: a forged answer is never taken for a real one
    because nobody knows the ActionID. The events that Originate and UserEvent bring show theirs to all other users, so
    one must not tell anything of the next.
    """
    while True:
        # Many at a time, because asking the system costs more than all the rest.
        token = secrets.token_hex(8 * 64)
        yield from [token[start : start + 16] for start in range(0, len(token), 16)]
