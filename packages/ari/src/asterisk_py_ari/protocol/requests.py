"""One question to ARI and its answer, whatever carries them: HTTP or the events' WebSocket.

A request is checked when it is made, because Asterisk answers what is too large by closing the connection, and takes a
path with an empty segment for another operation.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol, TypeVar, overload
from urllib.parse import quote

from asterisk_py_core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any

__all__ = ["MAX_BODY", "MAX_REQUEST_LINE", "Answer", "Caller", "Request", "segment"]

T = TypeVar("T")

# http.c, get_content: a longer body is answered 413, and the connection closed.
MAX_BODY: Final = 40_960
# http.c, httpd_helper_thread: a request line with its line end has 4,095 bytes at most; one more is answered 400, and
# the connection closed.
MAX_REQUEST_LINE: Final = 4_095
# RFC 3986, 2.3.
_UNRESERVED: Final = re.compile(r"[A-Za-z0-9_.~-]*").fullmatch
_AROUND_TARGET: Final = len(" /ari HTTP/1.1\r\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to ask of Asterisk.

    Raises:
        InputError: the request line or the body is longer than Asterisk takes; it names the operation.
    """

    operation: str
    """``resource.operation``, as in ``channels.originate``: the name in errors and logs."""
    method: str
    path: str
    """The path below ``/ari``, percent-encoded: ``/channels/1795418882.120/answer``."""
    query: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """Names and values, not encoded. Like the body they may hold a secret, and are not in the repr."""
    body: bytes | None = field(default=None, repr=False)
    """JSON, or nothing."""
    target: str = field(init=False, repr=False, compare=False)
    """The path and the query, both percent-encoded: what follows ``/ari`` on the request line."""

    def __post_init__(self) -> None:
        target = self.path
        if self.query:
            # Asterisk reads `+` as a space (uri.c, ast_uri_http_legacy), so both are percent-encoded.
            target += "?" + "&".join([f"{_encoded(name)}={_encoded(value)}" for name, value in self.query])
        object.__setattr__(self, "target", target)
        line = len(self.method) + len(self.target) + _AROUND_TARGET
        if line > MAX_REQUEST_LINE:
            problem = f"makes a request line of {line:,} bytes; Asterisk takes {MAX_REQUEST_LINE:,}"
            raise InputError(field=self.operation, problem=problem)
        if self.body is not None and len(self.body) > MAX_BODY:
            problem = f"has a body of {len(self.body):,} bytes; Asterisk takes {MAX_BODY:,}"
            raise InputError(field=self.operation, problem=problem)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What Asterisk answered: the status, and a body that may be JSON, HTML, a sound file or nothing."""

    status: int
    body: bytes = field(default=b"", repr=False)
    content_type: str = ""


class Caller(Protocol):
    """Whoever sends a :class:`Request` and returns what Asterisk answered: the client, or a stand-in of a test."""

    @overload
    def call(
        self, request: Request, result: None = None, *, timeout: float | None = None
    ) -> Coroutine[Any, Any, None]: ...
    @overload
    def call(self, request: Request, result: type[T], *, timeout: float | None = None) -> Coroutine[Any, Any, T]: ...
    def call(
        self, request: Request, result: type[T] | None = None, *, timeout: float | None = None
    ) -> Coroutine[Any, Any, T | None]:
        """Send *request* and return the answer as *result*: a model, a list of models, or ``bytes`` for its body.

        Without *result* the body does not matter, and nothing is returned. *timeout* is in seconds.

        Raises:
            RequestRejectedError: Asterisk said no; there is a class for each status.
            NotSentError: nothing was written; sending again is safe.
            OutcomeUnknownError: the request was written and no answer came.
            ReadTimeoutError: no answer within *timeout*.
        """


def segment(field: str, value: object) -> str:
    """Return *value* as one segment of a path, percent-encoded once; *field* names it in an error.

    Raises:
        InputError: *value* is no text, is empty, ``.`` or ``..``, or holds a NUL, where Asterisk would end it.
    """
    if not isinstance(value, str):
        raise InputError(field=field, problem=f"must be text, not {type(value).__name__}")
    if value in {"", ".", ".."}:
        raise InputError(field=field, problem=f"must not be {value!r}: it would change the path")
    return _encoded(check_text(field, value))


def _encoded(text: str) -> str:
    # Most names and values are made of these alone; `quote` takes twelve times as long to find that out.
    return text if _UNRESERVED(text) else quote(text, safe="")


def check_text(field: str, value: str) -> str:
    """Return *value* if Asterisk can read all of it; InputError otherwise."""
    if value.isascii() and "\0" not in value:
        return value
    if "\0" in value:
        raise InputError(field=field, problem="holds a NUL, where Asterisk would end it")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise InputError(field=field, problem="holds half a surrogate pair, which UTF-8 has no bytes for") from None
    return value
