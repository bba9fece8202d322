"""What a server publishes about its sessions."""

from dataclasses import dataclass

from asterisk_py_core.event_bus import Event

from .protocol.request import AgiRequest

__all__ = ["AgiEvent", "SessionEnded", "SessionFailed", "SessionHungUp", "SessionRefused", "SessionStarted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgiEvent(Event):
    """Something happened to a session with *address*, the Asterisk (``host:port``) that has the call."""

    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionStarted(AgiEvent):
    """Asterisk described a call, and its handler starts. One SessionEnded follows, whatever happens."""

    request: AgiRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionHungUp(AgiEvent):
    """The channel hung up, or the connection to Asterisk was lost; the handler may go on."""

    request: AgiRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFailed(AgiEvent):
    """The handler raised *error*; the dialplan sees ``AGISTATUS=FAILURE``."""

    request: AgiRequest
    error: Exception


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEnded(AgiEvent):
    """The handler is done and the connection closed.

    ``duration`` is in seconds. ``hungup`` is whether the caller hung up before. ``error`` is what ended the handler,
    None if it came to its end, or was ended by the hangup.
    """

    request: AgiRequest
    duration: float
    hungup: bool
    error: Exception | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRefused(AgiEvent):
    """A connection got no handler: *reason* says why, and ``AGISTATUS`` is ``FAILURE``.

    ``script`` is what was asked for, None if that was not known yet; ``error`` is the reason as an error, if it is one.
    """

    reason: str
    script: str | None = None
    error: Exception | None = None
