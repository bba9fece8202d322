"""What only ARI can say no with; every other error is in :mod:`asterisk_py_core.errors`.

::

    AsteriskError
    ├── ApplicationReplacedError        another client took the application over
    ├── ProtocolError
    │   └── UnsupportedTransportError   this Asterisk takes no requests over the WebSocket
    ├── OutcomeUnknownError, ReadTimeoutError
    │   └── UnansweredError             a change was asked for and not answered in time: Asterisk may have made it
    └── RequestRejectedError
        └── StatusError                 .status is what Asterisk answered; one class for each status it uses
            ├── BadRequestError         400    ├── NotFoundError          404    ├── ConflictError         409
            ├── ForbiddenError          403    ├── MethodNotAllowedError  405    ├── PreconditionFailedError  412
            ├── PayloadTooLargeError    413    ├── UnprocessableError     422    ├── FailedDependencyError    424
            └── ServerError             500 and others above it, 503 is NotBootedError

A wrong user or password (401) is a :class:`LoginRejectedError`, whatever asked for it.
"""

from __future__ import annotations

import html
import json
import re
from typing import TYPE_CHECKING, Any, Final

from asterisk_py_core.errors import (
    AsteriskError,
    OutcomeUnknownError,
    ProtocolError,
    ReadTimeoutError,
    RequestRejectedError,
)

if TYPE_CHECKING:
    from .protocol.requests import Answer

__all__ = [
    "ApplicationReplacedError",
    "BadRequestError",
    "ConflictError",
    "FailedDependencyError",
    "ForbiddenError",
    "MethodNotAllowedError",
    "NotBootedError",
    "NotFoundError",
    "PayloadTooLargeError",
    "PreconditionFailedError",
    "ServerError",
    "StatusError",
    "UnansweredError",
    "UnprocessableError",
    "UnsupportedTransportError",
    "reason_of",
    "rejection",
]


class ApplicationReplacedError(AsteriskError):
    """Another WebSocket has registered *application*; this one gets no event any more.

    Asterisk gives an application to whoever asks last, and never gives it back (res/stasis/app.c), so two clients that
    both insisted would take it from each other for ever. Retryable only for a client made with ``take_over=True``.
    """

    def __init__(self, *, application: str, address: str, is_retryable: bool = False) -> None:
        super().__init__(
            f"another client has taken the application {application!r} of {address} over; give each program an "
            "application of its own, or pass take_over=True to take it back"
        )
        self.application = application
        self.address = address
        self.is_retryable = is_retryable


class UnsupportedTransportError(ProtocolError):
    """*address* answers no requests over the WebSocket; Asterisk does from 20.14, 21.9 and 22.4 on."""

    is_retryable = False

    def __init__(self, *, address: str) -> None:
        super().__init__(
            f"{address} answers no requests over the WebSocket (Asterisk 20.14, 21.9, 22.4 and later do); "
            'use transport="http", or "auto"'
        )
        self.address = address


class UnansweredError(OutcomeUnknownError, ReadTimeoutError):
    """*request*, which changes something, was sent and not answered within *timeout* seconds.

    Asterisk may have carried it out. With an id chosen by this program it may be sent again: 409 says that it happened.
    """

    def __init__(self, *, request: str, address: str, timeout: float) -> None:
        self.reason = f"no answer within {timeout:g} s"
        # Not through the constructors of its two parents, which would each build a message of their own.
        AsteriskError.__init__(self, self._text.format(request=request, address=address, reason=self.reason))
        self.request = request
        self.address = address
        self.timeout = timeout


class StatusError(RequestRejectedError):
    """Asterisk answered *request* with *status*, which is no success; *reason* is its own text."""

    def __init__(self, *, request: str, status: int, reason: str) -> None:
        super().__init__(request=request, reason=reason)
        self.args = (f"{request} was rejected with {status}: {reason}",)
        self.status = status

    def add_hint(self, hint: str) -> None:
        """Say *hint*, too, where the error is printed."""
        self.args = (f"{self.args[0]} ({hint})",)


class BadRequestError(StatusError):
    """400: a parameter is missing or makes no sense."""


class ForbiddenError(StatusError):
    """403: the user may only read (``read_only`` in ari.conf), or an access list denies this address."""


class NotFoundError(StatusError):
    """404: there is no such channel, bridge, or other thing; or no such operation."""


class MethodNotAllowedError(StatusError):
    """405: this Asterisk has the path, and not the operation."""


class ConflictError(StatusError):
    """409: it cannot be done now (a channel that is not in Stasis), or the id exists already."""


class PreconditionFailedError(StatusError):
    """412: the state of the channel does not allow it."""


class PayloadTooLargeError(StatusError):
    """413: the body was larger than Asterisk takes; the connection is closed."""


class UnprocessableError(StatusError):
    """422: understood, and not possible (a format, a subscription, an application that is not there)."""


class FailedDependencyError(StatusError):
    """424: something that the operation builds upon failed."""


class ServerError(StatusError):
    """500 and above. Asterisk also answers some mistakes of the caller so, therefore it is no reason to try again."""


class NotBootedError(ServerError):
    """503: Asterisk is starting and not ready yet."""


_BY_STATUS: Final[dict[int, type[StatusError]]] = {
    400: BadRequestError,
    403: ForbiddenError,
    404: NotFoundError,
    405: MethodNotAllowedError,
    409: ConflictError,
    412: PreconditionFailedError,
    413: PayloadTooLargeError,
    422: UnprocessableError,
    424: FailedDependencyError,
    503: NotBootedError,
}
# Asterisk's texts are short; a proxy's need not be.
_MAX_REASON: Final = 1000
# What is looked at of a body: an error text further in is none that anybody wrote for a reader.
_MAX_BODY: Final = 16_384

_MARKUP: Final = re.compile(
    r"<(?:head|style|script)\b.*?</(?:head|style|script)>|<address>.*|<[^>]*>", re.DOTALL | re.IGNORECASE
)


def rejection(request: str, answer: Answer) -> StatusError:
    """Return the error that says what *answer* refused; *request* is the operation (``channels.originate``)."""
    kind = _BY_STATUS.get(answer.status) or (ServerError if answer.status >= 500 else StatusError)
    return kind(request=request, status=answer.status, reason=reason_of(answer))


def reason_of(answer: Answer) -> str:
    """Return the text of an error's body, 1,000 characters at most: its JSON ``message`` or ``error``, or its words.

    Bodies are HTML where Asterisk's web server answers and not ARI, and may be anything where a proxy does.
    """
    text = answer.body[:_MAX_BODY].decode("utf-8", "backslashreplace")
    words = _json_text(text)
    if words is None:
        words = html.unescape(_MARKUP.sub(" ", text))
    # One line of printable text, whatever it was.
    words = " ".join("".join(char if char.isprintable() else " " for char in words).split())
    return words[:_MAX_REASON] or "no reason was given"


def _json_text(text: str) -> str | None:
    if not text.lstrip().startswith("{"):
        return None
    try:
        content: dict[str, Any] = json.loads(text)
    except (ValueError, RecursionError):
        return None
    # `error` is what an allocation that failed says (resource_channels.c).
    return next((content[name] for name in ("message", "error") if isinstance(content.get(name), str)), None)
