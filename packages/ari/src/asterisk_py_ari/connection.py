"""One connection to Asterisk: the WebSocket that events come by, and the way requests take."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final, Protocol, Self

from asterisk_py_core.checks import shown
from asterisk_py_core.errors import (
    AsteriskError,
    ClientClosedError,
    ConnectionClosedError,
    InputError,
    LoginRejectedError,
    OutcomeUnknownError,
    ReadTimeoutError,
)

from .errors import UnansweredError, UnsupportedTransportError, reason_of, rejection
from .protocol.requests import Answer, Request
from .transport.http import HandshakeRefused, HttpTransport
from .transport.websocket import EventSocket

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from ssl import SSLContext

    from asterisk_py_core.credentials import Credentials

    from .protocol.address import Address
    from .protocol.envelope import FrameDecoder
    from .protocol.event import AriEvent

__all__ = ["AriConnection", "Transport", "TransportChoice"]

# How long Asterisk may take to answer the first request over the WebSocket before it is taken for one that cannot.
PROBE_TIMEOUT: Final = 3.0
PING: Final = Request(operation="asterisk.ping", method="GET", path="/asterisk/ping")


class TransportChoice(enum.Enum):
    """What carries requests."""

    HTTP = "http"
    """A pool of HTTP connections beside the WebSocket; every version of Asterisk can."""
    WEBSOCKET = "websocket"
    """The WebSocket that events come by, from Asterisk 20.14, 21.9 and 22.4 on; sound files still come over HTTP."""
    AUTO = "auto"
    """The WebSocket where Asterisk can, found out when connecting, and HTTP where it cannot."""

    @classmethod
    def of(cls, choice: object) -> TransportChoice:
        """Return the choice that *choice* is or names; InputError otherwise."""
        try:
            return cls(choice)
        except ValueError:
            names = ", ".join(repr(each.value) for each in cls)
            raise InputError(field="transport", problem=f"must be one of {names}, not {shown(choice):.100}") from None


class Transport(Protocol):
    """What takes a request to Asterisk and brings its answer, whatever that says."""

    async def exchange(self, request: Request, *, timeout: float) -> Answer:
        """Send *request* and return the answer; see :class:`AriConnection` for the errors."""


class AriConnection:
    """A WebSocket that stands, and what carries requests; made by :meth:`open`, or over a *socket* Asterisk opened.

    ``address`` is Asterisk's. ``cause`` is the error that ended the connection, None as long as it lasts.
    """

    def __init__(self, socket: EventSocket, http: HttpTransport | None = None) -> None:
        self.address = socket.address
        self._socket = socket
        self._http = http
        self._transport: Transport = socket if http is None else http
        if http is not None:
            http.attach(socket.pending, socket.settle)

    @classmethod
    async def open(  # noqa: PLR0913 - where to, who, and how, all named
        cls,
        address: Address,
        decoder: FrameDecoder,
        *,
        apps: Sequence[str],
        target: str,
        credentials: Credentials,
        ssl: SSLContext | None,
        timeout: float,
    ) -> Self:
        """Open the WebSocket of *apps*, which is at *target*, within *timeout* seconds.

        Raises what :meth:`HttpTransport.open_websocket` raises, but for refusals: LoginRejectedError (401), and a
        StatusError for the rest. Those of an Asterisk that is starting are retryable: 503, 500, and 404 from its web
        server, where ARI is not there yet.
        """
        http = HttpTransport(address, credentials, ssl=ssl)
        refusal: Answer
        try:
            socket, abort = await http.open_websocket(target, timeout=timeout)
            return cls(EventSocket(socket, decoder, address=http.address, abort=abort), http)
        except HandshakeRefused as refused:
            refusal = refused.answer
            await http.aclose()
        except BaseException:
            await http.aclose()
            raise
        raise _refused(refusal, http.address, apps, credentials.username)

    @property
    def cause(self) -> AsteriskError | None:
        """What ended the connection; None as long as it lasts."""
        return self._socket.cause

    @property
    def early(self) -> Sequence[AriEvent]:
        """The events that came before :meth:`deliver_to`."""
        return self._socket.early

    def deliver_to(self, deliver: Callable[[AriEvent], object]) -> None:
        """Hand every event to *deliver* from now on, those first that came before."""
        self._socket.deliver_to(deliver)

    async def takes_requests(self, choice: TransportChoice, *, timeout: float) -> bool:
        """Return whether requests shall go over the WebSocket: whether *choice* says so, and Asterisk answers there.

        Raises:
            UnsupportedTransportError: the WebSocket was chosen, and this Asterisk answers nothing over it.
        """
        if choice is TransportChoice.HTTP:
            return False
        try:
            await self._socket.exchange(PING, timeout=min(timeout, PROBE_TIMEOUT))
        except ReadTimeoutError:
            if choice is TransportChoice.AUTO:
                return False
        else:
            return True
        raise UnsupportedTransportError(address=self.address)

    def use_websocket(self, over_websocket: bool) -> None:  # noqa: FBT001 - the only thing there is to say
        """Send requests over the WebSocket from now on, or not."""
        if over_websocket:
            self._transport = self._socket

    async def request(self, request: Request, *, timeout: float, is_download: bool = False) -> Answer:
        """Send *request* and return Asterisk's answer, whatever it says; see :meth:`AriClient.call` for the errors.

        A download goes over HTTP if it can: the bytes of a sound file are no text, which is all a WebSocket answer has.
        """
        transport = self._http if is_download and self._http is not None else self._transport
        failure: AsteriskError
        try:
            return await transport.exchange(request, timeout=timeout)
        except ReadTimeoutError as error:
            # What only reads may be asked again, whether it was done or not.
            if request.method == "GET":
                raise
            failure = UnansweredError(request=request.operation, address=self.address, timeout=error.timeout)
        except OutcomeUnknownError as error:
            if request.method != "GET":
                raise
            failure = ConnectionClosedError(address=self.address, reason=error.reason, request=request.operation)
            failure.__cause__ = error.__cause__
        raise failure

    async def wait_ended(self) -> AsteriskError:
        """Return what ended the connection, once it has; for one task, which runs before those with requests."""
        return await self._socket.wait_ended()

    def abort(self, cause: AsteriskError) -> None:
        """Give the connection up: it ends with *cause*, now."""
        self._socket.abort(cause)

    async def aclose(self, cause: AsteriskError | None = None) -> None:
        """End the pending requests, with *cause*, and close everything; takes 2 s at the longest."""
        try:
            await self._socket.aclose(cause or ClientClosedError(what="the connection"))
        finally:
            if self._http is not None:
                await self._http.aclose()


def _refused(answer: Answer, address: str, apps: Sequence[str], username: str) -> AsteriskError:
    """Return the error for a WebSocket that Asterisk refused with *answer*."""
    if answer.status == 401:
        return LoginRejectedError(address=address, username=username, reason=reason_of(answer))
    error = rejection(f"the WebSocket of {', '.join(apps)} to {address}", answer)
    if answer.status == 404 and "json" not in answer.content_type:
        # Asterisk's web server answers for as long as ARI is not there (seen for 0.2 s while it starts).
        error.add_hint("is ARI enabled in ari.conf and res_ari loaded, or is Asterisk still starting?")
        error.is_retryable = True
    elif answer.status >= 500:
        error.is_retryable = True
    return error
