"""What only AGI can say no with; every other error is in :mod:`asterisk_py_core.errors`.

::

    AsteriskError
    ├── ProtocolError
    │   └── DesyncError
    │       └── SessionPoisonedError    a command was cancelled or timed out, or bytes were forged: the session is over
    ├── RequestRejectedError            Asterisk understood the command, and said no
    │   ├── AgiInvalidCommandError      510: no such command
    │   ├── AgiDeadChannelError         511: the channel has hung up, and this command needs a live one
    │   ├── AgiUsageError               520: wrong arguments; .usage is Asterisk's own text
    │   └── AgiCommandFailedError       200 with a result that means failure (-1); .reply is the whole answer
    └── ConcurrentCommandError          (also RuntimeError) another command of the session is under way

A hangup is no error: see ``AgiSession.hungup``. Asterisk closing the connection is: ``NotSentError`` or
``OutcomeUnknownError``.
"""

from typing import TYPE_CHECKING

from asterisk_py_core.errors import AsteriskError, DesyncError, RequestRejectedError

if TYPE_CHECKING:
    from .protocol.reply import Reply

__all__ = [
    "AgiCommandFailedError",
    "AgiDeadChannelError",
    "AgiInvalidCommandError",
    "AgiUsageError",
    "ConcurrentCommandError",
    "SessionPoisonedError",
]


class AgiInvalidCommandError(RequestRejectedError):
    """Asterisk has no command *request* (510), often because the module that brings it is not loaded."""


class AgiDeadChannelError(RequestRejectedError):
    """The channel has hung up, and *request* needs a live one (511, or refused here because the hangup is known).

    Variables, the database, VERBOSE, NOOP and most of EXEC still work.
    """


class AgiUsageError(RequestRejectedError):
    """*request* was given arguments Asterisk does not take (520); *usage* is its explanation."""

    def __init__(self, *, request: str, usage: str) -> None:
        summary = usage.strip().partition("\n")[0]
        super().__init__(request=request, reason=f"wrong arguments: {summary:.200}")
        self.usage = usage


class AgiCommandFailedError(RequestRejectedError):
    """Asterisk carried *request* out and it failed: a file that is not there, a channel that went away.

    *reply* is the whole answer; its ``result`` (most often ``-1``) does not say which of them it was.
    """

    def __init__(self, *, request: str, reply: "Reply") -> None:
        super().__init__(request=request, reason=f"{reply.text:.200}")
        self.args = (f"{request} failed: Asterisk answered {self.reason!r}, and only its own log says why",)
        self.reply = reply


class SessionPoisonedError(DesyncError):
    """*request* was not sent: *reason*, so the next answer might belong to something else. Only closing is left."""

    def __init__(self, *, request: str, reason: str) -> None:
        super().__init__(f"{request} was not sent: {reason}, so answers could no longer be told apart")
        self.request = request
        self.reason = reason


class ConcurrentCommandError(AsteriskError, RuntimeError):
    """*request* was not sent, because *running* has not been answered yet: AGI takes one command at a time."""

    def __init__(self, *, request: str, running: str) -> None:
        super().__init__(f"{request} was not sent: {running} of the same session has not been answered yet")
        self.request = request
        self.running = running
