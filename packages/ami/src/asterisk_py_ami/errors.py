"""What only AMI can say no with; every other error is in :mod:`asterisk_py_core.errors`.

::

    AsteriskError
    ├── AuthError
    │   └── LoginRejectedError
    │       └── LoginInUseError         the user is logged in already: heals by itself, so it is retryable
    ├── ProtocolError
    │   ├── MissingHeaderError          (also AttributeError, KeyError) the message lacks a header its model requires
    │   └── UnknownValueError
    │       └── HeaderValueError        a header holds a value its model cannot read
    ├── RequestRejectedError
    │   ├── PermissionDeniedError       not logged in, or the user lacks the privilege
    │   ├── UnknownActionError          Asterisk has no such action: a typing error, or a module that is not loaded
    │   └── ListCancelledError          Asterisk gave a list up half way; .partial has what came
    ├── OutcomeUnknownError
    │   └── ListLostError               the connection ended in the middle of a list; .partial has what came
    └── ReadTimeoutError
        └── ListTimeoutError            the end of a list did not come in time; .partial has what came
"""

from typing import TYPE_CHECKING, Final

from asterisk_py_core.errors import (
    LoginRejectedError,
    OutcomeUnknownError,
    ProtocolError,
    ReadTimeoutError,
    RequestRejectedError,
    UnknownValueError,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .protocol.message import AmiEvent, Response

__all__ = [
    "HeaderValueError",
    "ListCancelledError",
    "ListLostError",
    "ListTimeoutError",
    "LoginInUseError",
    "MissingHeaderError",
    "PermissionDeniedError",
    "UnknownActionError",
    "rejection",
]


class LoginInUseError(LoginRejectedError):
    """The user has ``allowmultiplelogin=no`` and is logged in already.

    Retryable: after a link died without a close, Asterisk keeps the old session until a write to it fails.
    """

    is_retryable = True


class MissingHeaderError(ProtocolError, AttributeError, KeyError):
    """The *message* (an event name, ``Response``) has no *header*.

    It is an ``AttributeError`` so that ``match`` and ``hasattr`` see an attribute that is not there, and a
    ``KeyError`` because ``message["Header"]`` raises it too.
    """

    is_retryable = False

    def __init__(self, *, message: str, header: str) -> None:
        super().__init__(f"{message} has no {header} header")
        self.message = message
        self.header = header


class HeaderValueError(UnknownValueError):
    """The *header* of *message* holds *value*, which is no *vocabulary* (``HangupCause``, ``int``)."""

    def __init__(self, *, message: str, header: str, vocabulary: str, value: str) -> None:
        super().__init__(vocabulary=f"{vocabulary}, which {header} of {message} should be", value=value)
        self.message = message
        self.header = header
        self.vocabulary = vocabulary


class PermissionDeniedError(RequestRejectedError):
    """The user may not do this: the action's privilege is missing from ``write=``, or nobody is logged in."""


class UnknownActionError(RequestRejectedError):
    """Asterisk knows no such action; most often the module that brings it is not loaded."""


class ListCancelledError(RequestRejectedError):
    """Asterisk gave the list up half way; *partial* are the items that came before."""

    def __init__(self, *, request: str, reason: str, partial: "tuple[AmiEvent, ...]") -> None:
        super().__init__(request=request, reason=reason)
        self.partial = partial


class ListLostError(OutcomeUnknownError):
    """The connection ended in the middle of the list; *partial* are the items that came before."""

    def __init__(self, *, request: str, address: str, reason: str, partial: "tuple[AmiEvent, ...]") -> None:
        super().__init__(request=request, address=address, reason=reason)
        self.partial = partial


class ListTimeoutError(ReadTimeoutError):
    """The end of the list did not come within *timeout* seconds; *partial* are the items that did."""

    def __init__(self, *, request: str, address: str, timeout: float, partial: "tuple[AmiEvent, ...]") -> None:
        super().__init__(request=request, address=address, timeout=timeout)
        self.partial = partial


# The texts of main/manager.c (process_message). They are not translated, and no code comes with them.
_BY_REASON: Final = (
    ("permission denied", PermissionDeniedError),
    ("invalid/unknown command", UnknownActionError),
)
# Asterisk's texts are short; a proxy's or a forger's need not be.
_MAX_REASON: Final = 1024


def rejection(action: str, response: "Response", *, printed: "Sequence[str]" = ()) -> RequestRejectedError:
    """Return the error that says what *response* refused: *action* is the action's name (``Originate``).

    What a command has *printed* says more than the message that came with it.
    """
    reason = "\n".join(printed[:_MAX_REASON]).strip()[:_MAX_REASON]
    if reason:
        return RequestRejectedError(request=action, reason=reason)
    reason = (response.message or "no reason was given")[:_MAX_REASON]
    for text, error in _BY_REASON:
        if reason.lower().startswith(text):
            return error(request=action, reason=reason)
    return RequestRejectedError(request=action, reason=reason)
