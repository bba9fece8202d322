"""Every error of the asterisk-py packages, under one root.

::

    AsteriskError  (also exported as Error)
    ├── ConnectionError  (also builtins.ConnectionError)
    │   ├── ConnectFailedError         refused, unreachable, reset before anything was agreed
    │   │   ├── DnsError               the host name has no address
    │   │   ├── ListenFailedError      this program could not listen there: the port is taken
    │   │   └── TlsError               the TLS handshake failed; .certificate says whether trust did
    │   ├── ConnectionClosedError      the peer closed, or the socket died
    │   │   ├── NotSentError           nothing reached Asterisk: sending again is safe
    │   │   └── OutcomeUnknownError    written, no answer came: Asterisk may have done it
    │   └── ClientClosedError          closed by this program
    ├── AuthError
    │   ├── LoginRejectedError         Asterisk refused the user or the secret
    │   ├── MissingCredentialsError    a login is needed and none was given
    │   └── ChallengeFailedError       the challenge of the login was missing or unusable
    ├── TimeoutError  (also builtins.TimeoutError)
    │   ├── ConnectTimeoutError  ├── LoginTimeoutError
    │   └── ReadTimeoutError           └── WriteTimeoutError
    ├── ProtocolError                  the peer does not speak the protocol
    │   ├── MalformedFrameError  ├── FrameTooLargeError  ├── UnexpectedResponseError
    │   ├── UnsupportedVersionError    └── DesyncError
    │   └── UnknownValueError          (also ValueError) a word the vocabulary does not know
    ├── RequestRejectedError           Asterisk understood, and said no
    ├── InputError  (also ValueError)  refused here, before a byte was written
    └── EventsLostError                a bounded subscription fell behind

Two branches carry the names of builtins and inherit them, so ``except ConnectionError`` means the right thing whichever
of the two a module has in scope. Messages are built from the fields, so that each names what failed; no field ever
holds a secret.
"""

import builtins
from typing import Any

__all__ = [
    "AsteriskError",
    "AuthError",
    "ChallengeFailedError",
    "ClientClosedError",
    "ConnectFailedError",
    "ConnectTimeoutError",
    "ConnectionClosedError",
    "ConnectionError",
    "DesyncError",
    "DnsError",
    "Error",
    "EventsLostError",
    "FrameTooLargeError",
    "InputError",
    "ListenFailedError",
    "LoginRejectedError",
    "LoginTimeoutError",
    "MalformedFrameError",
    "MissingCredentialsError",
    "NotSentError",
    "OutcomeUnknownError",
    "ProtocolError",
    "ReadTimeoutError",
    "RequestRejectedError",
    "TimeoutError",
    "TlsError",
    "UnexpectedResponseError",
    "UnknownValueError",
    "UnsupportedVersionError",
    "WriteTimeoutError",
]


class AsteriskError(Exception):
    """Anything that goes wrong in an asterisk-py package.

    ``is_retryable`` says what a supervised connection does when it meets this error: try again after a delay (true)
    or stop for good (false). Whether a request may be sent again is another question: see :class:`NotSentError`.
    """

    is_retryable: bool = False

    def __reduce__(self) -> tuple[Any, ...]:
        # The default calls the class with `args`, which keyword-only constructors refuse.
        return _rebuild, (type(self), self.args, self.__cause__), self.__dict__

    def __str__(self) -> str:
        # OSError, a base of two branches, would print errno and file name, and ours have neither.
        return str(self.args[0]) if self.args else type(self).__name__


def _rebuild(cls: type[AsteriskError], args: tuple[object, ...], cause: BaseException | None) -> AsteriskError:
    error = cls.__new__(cls)
    error.args = args
    error.__cause__ = cause
    return error


Error = AsteriskError


# --- connection ------------------------------------------------------------------------------------------------------


class ConnectionError(AsteriskError, builtins.ConnectionError):
    """The link to Asterisk could not be made, or is gone."""

    is_retryable = True


class ConnectFailedError(ConnectionError):
    """No connection to *address* (``host:port``) could be made; *cause* is what the system said."""

    _step = "connect to"

    def __init__(self, *, address: str, cause: BaseException | str) -> None:
        super().__init__(f"cannot {self._step} {address}: {_reason(cause)}")
        self.address = address
        if isinstance(cause, BaseException):
            self.__cause__ = cause


class DnsError(ConnectFailedError):
    """The host name in *address* has no address."""

    _step = "find"


class ListenFailedError(ConnectFailedError):
    """This program cannot listen on *address*; *denied* is whether the system does not let it, which does not heal."""

    _step = "listen on"

    def __init__(self, *, address: str, cause: BaseException | str, denied: bool = False) -> None:
        super().__init__(address=address, cause=cause)
        self.denied = denied
        self.is_retryable = not denied


class TlsError(ConnectFailedError):
    """The TLS handshake with *address* failed.

    ``certificate`` is true when the peer's certificate was not trusted; that does not heal by trying again, so only
    the other failures (a handshake cut short, a peer that speaks no TLS yet) are retryable.
    """

    _step = "agree on TLS with"

    def __init__(self, *, address: str, cause: BaseException | str, certificate: bool = False) -> None:
        super().__init__(address=address, cause=cause)
        self.certificate = certificate
        self.is_retryable = not certificate


class ConnectionClosedError(ConnectionError):
    """The connection to *address* ended; *reason* says how. *request*, if any, is what it interrupted."""

    _text = "connection to {address} lost: {reason}"

    def __init__(
        self, *, address: str, reason: str = "the peer closed the connection", request: str | None = None
    ) -> None:
        super().__init__(self._text.format(address=address, reason=reason, request=request or "a request"))
        self.address = address
        self.reason = reason
        self.request = request


class NotSentError(ConnectionClosedError):
    """*request* was not written, so nothing reached Asterisk: sending it again is safe."""

    _text = "{request} was not sent to {address}: {reason}"


class OutcomeUnknownError(ConnectionClosedError):
    """*request* was written and the connection ended before its answer: Asterisk may have carried it out."""

    _text = "{request} was sent to {address} and not answered ({reason}): Asterisk may have carried it out"


class ClientClosedError(ConnectionError):
    """The client or server object *what* was closed by this program."""

    is_retryable = False

    def __init__(self, *, what: str) -> None:
        super().__init__(f"{what} is closed")
        self.what = what


# --- login -----------------------------------------------------------------------------------------------------------


class AuthError(AsteriskError):
    """Asterisk and this program could not agree on who is calling."""


class LoginRejectedError(AuthError):
    """Asterisk at *address* refused the login of *username*; *reason* is its own text.

    Asterisk gives one text for a wrong secret, an unknown user and an address its access list denies
    (main/manager.c, action_login).
    """

    def __init__(self, *, address: str, username: str, reason: str) -> None:
        super().__init__(f"{address} refused the login of {username!r}: {reason}")
        self.address = address
        self.username = username
        self.reason = reason


class MissingCredentialsError(AuthError):
    """*what* needs credentials and was given none."""

    def __init__(self, *, what: str) -> None:
        super().__init__(f"{what} needs credentials: pass credentials=Credentials(username, secret)")
        self.what = what


class ChallengeFailedError(AuthError):
    """The login challenge of *address* was missing or unusable; *reason* says why.

    There is no silent fall-back to a login that sends the secret in the clear.
    """

    def __init__(self, *, address: str, reason: str) -> None:
        super().__init__(f"login challenge of {address} failed: {reason}")
        self.address = address
        self.reason = reason


# --- time ------------------------------------------------------------------------------------------------------------


class TimeoutError(AsteriskError, builtins.TimeoutError):
    """*address* did not do its part within *timeout* seconds."""

    is_retryable = True
    _missed = "did not answer"

    def __init__(self, *, address: str, timeout: float, request: str | None = None) -> None:
        subject = f"{request}: {address}" if request else address
        super().__init__(f"{subject} {self._missed} within {timeout:g} s")
        self.address = address
        self.timeout = timeout
        self.request = request


class ConnectTimeoutError(TimeoutError):
    """No connection was made within *timeout* seconds (TCP and TLS together)."""

    _missed = "did not accept the connection"


class LoginTimeoutError(TimeoutError):
    """The peer accepted the connection and did not finish the login within *timeout* seconds."""

    _missed = "did not complete the login"


class ReadTimeoutError(TimeoutError):
    """No answer to *request* within *timeout* seconds; Asterisk may still carry it out."""


class WriteTimeoutError(TimeoutError):
    """The peer did not take *request* within *timeout* seconds."""

    _missed = "did not accept the data"


# --- protocol --------------------------------------------------------------------------------------------------------


class ProtocolError(AsteriskError):
    """The peer sent something the protocol does not allow; ``address`` is the peer, None where no connection is."""

    is_retryable = True
    address: str | None = None

    def name_peer(self, address: str) -> None:
        """Put the peer's *address* into the message, unless it is there: code that only sees bytes knows no peer."""
        self.address = address
        if address not in str(self):
            self.args = (f"{address}: {self}",)


class MalformedFrameError(ProtocolError):
    """Bytes that are no message of the protocol."""


class FrameTooLargeError(ProtocolError):
    """*what* is larger than *limit* (bytes, or the unit named in *what*)."""

    def __init__(self, *, what: str, limit: int) -> None:
        super().__init__(f"{what} exceeds the limit of {limit:,}")
        self.what = what
        self.limit = limit


class UnexpectedResponseError(ProtocolError):
    """An answer that makes no sense at this point of the conversation."""


class UnsupportedVersionError(ProtocolError):
    """*address* greeted with *banner*, which no version this package speaks does: it may not be Asterisk at all."""

    is_retryable = False
    address: str

    def __init__(self, *, address: str, banner: str) -> None:
        super().__init__(f"{address} greeted with {banner!r}, which is not a supported Asterisk")
        self.address = address
        self.banner = banner


class DesyncError(ProtocolError):
    """Questions and answers no longer match, by accident or by forgery: the session cannot be trusted further."""


class UnknownValueError(ProtocolError, ValueError):
    """*value* is no word of *vocabulary*."""

    is_retryable = False

    def __init__(self, *, vocabulary: str, value: object) -> None:
        # A peer chooses the value, and its length.
        super().__init__(f"{value!r:.100} is not a {vocabulary}")
        self.vocabulary = vocabulary
        self.value = value


# --- requests, input, events -----------------------------------------------------------------------------------------


class RequestRejectedError(AsteriskError):
    """Asterisk understood *request* and said no; *reason* is its own text."""

    def __init__(self, *, request: str, reason: str) -> None:
        super().__init__(f"{request} was rejected: {reason}")
        self.request = request
        self.reason = reason


class InputError(AsteriskError, ValueError):
    """*field* was refused here, before a byte was written; *problem* says why."""

    def __init__(self, *, field: str, problem: str) -> None:
        super().__init__(f"{field} {problem}")
        self.field = field
        self.problem = problem


class EventsLostError(AsteriskError):
    """A bounded subscription fell behind and lost *count* events; the next receive goes on after them."""

    def __init__(self, *, count: int) -> None:
        super().__init__(f"{count:,} events were lost: the subscription fell behind its capacity")
        self.count = count


def _reason(cause: BaseException | str) -> str:
    """What *cause* says, or its class where it says nothing (a bare timeout, a cancelled read)."""
    return str(cause) or type(cause).__name__
