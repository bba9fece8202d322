"""The ARI client: one supervised WebSocket of events, and requests beside it."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, NoReturn, TypeVar, overload

from asterisk_py_core.checks import check_timeout, shown
from asterisk_py_core.credentials import Credentials
from asterisk_py_core.errors import (
    AsteriskError,
    ClientClosedError,
    ConnectionClosedError,
    InputError,
    LoginRejectedError,
    MissingCredentialsError,
    NotSentError,
)
from asterisk_py_core.event_bus import EventBus
from asterisk_py_core.net import check_target
from asterisk_py_core.stream import format_address
from asterisk_py_core.supervised import Supervised
from asterisk_py_core.supervisor import Supervisor

from .connection import AriConnection, TransportChoice
from .errors import ApplicationReplacedError, StatusError, reason_of, rejection
from .event_filter import EventFilter
from .events import ApplicationReplaced
from .protocol.address import Address, application_names, events_target
from .protocol.envelope import FrameDecoder, decode_answer
from .protocol.event import AriEvent
from .resources import AriOperations
from .resync import Membership, Resynchronized
from .transport.tls import client_context

if TYPE_CHECKING:
    from collections.abc import Sequence
    from ssl import SSLContext

    from asterisk_py_core.reconnect import ConnectionStateChanged, ReconnectPolicy

    from .protocol.requests import Answer, Request

__all__ = ["AriClient"]

logger = logging.getLogger(__name__)

T = TypeVar("T")


class AriClient(Supervised[AriEvent | Resynchronized], AriOperations):
    """A connection to the Asterisk REST Interface that comes back by itself.

    ::

        async with AriClient("http://127.0.0.1:8088", app="demo", credentials=Credentials("ari", "secret")) as ari:
            async for event in ari.events(StasisStart):
                await event.channel.answer()

    *app* is the name of the Stasis application whose events this client gets, or several names. *subscribe_all* asks
    for the events of everything on this Asterisk, not only of what is in the application; *event_filter* for fewer.
    Asterisk keeps an application for as long as one of its channels is there, with the filter it had and the choice of
    *subscribe_all* it was made with: that is then not heeded, and without *event_filter* the old one stays. Asterisk
    22.10.1 may lock its ARI up for good, and answer no login any more, if a client of all closes while the state of a
    device is being told (asterisk issue 2170): let such a client live as long as your program.
    *ssl* is an SSLContext, or True for one that verifies against the system's authorities, the default for an address
    with ``https``. *transport* is what carries requests: ``"http"``, ``"websocket"``, or ``"auto"``.
    *timeout* bounds an answer, and connecting, in seconds each. *policy* says when to reconnect, and *retry_first*
    whether also when the very first connection fails. When another client takes an application over, this one ends,
    unless *take_over* says that it shall have it back.

    Raises:
        InputError: an argument is unusable.
        MissingCredentialsError: there are no credentials.
    """

    def __init__(  # noqa: PLR0913 - the address, and options that all have names
        self,
        url: str = "http://127.0.0.1:8088",
        *,
        app: str | Sequence[str],
        credentials: Credentials,
        ssl: SSLContext | bool | None = None,
        subscribe_all: bool = False,
        event_filter: EventFilter | None = None,
        transport: TransportChoice | str = TransportChoice.HTTP,
        take_over: bool = False,
        timeout: float = 10.0,
        policy: ReconnectPolicy | None = None,
        retry_first: bool = False,
    ) -> None:
        self._url = Address.parse(url)
        check_target(self._url.host, self._url.port)
        self._address = format_address(self._url.host, self._url.port)
        self._name = f"AriClient({self._address})"
        self.apps = application_names(app)
        self._credentials = _check_credentials(credentials)
        self._ssl = client_context(self._url, ssl)
        self._target = events_target(self.apps, subscribe_all=subscribe_all)
        self._filter = _check_filter(event_filter)
        self._choice = TransportChoice.of(transport)
        self._over_websocket: bool | None = None
        self._take_over = take_over
        self._timeout = check_timeout("timeout", timeout)
        self._decoder = FrameDecoder(self)
        self._membership = Membership()
        self._connection: AriConnection | None = None
        self._replaced: ApplicationReplacedError | None = None
        self._closing: asyncio.Task[None] | None = None
        bus: EventBus[AriEvent | Resynchronized | ConnectionStateChanged] = EventBus()
        Supervised.__init__(
            self,
            bus,
            Supervisor(self._open, self._serve, bus=bus, what=self._name, policy=policy, retry_first=retry_first),
        )
        AriOperations.__init__(self, self)

    @property
    def app(self) -> str:
        """The application; of several, the first."""
        return self.apps[0]

    @overload
    async def call(self, request: Request, result: None = None, *, timeout: float | None = None) -> None: ...
    @overload
    async def call(self, request: Request, result: type[T], *, timeout: float | None = None) -> T: ...
    async def call(self, request: Request, result: type[T] | None = None, *, timeout: float | None = None) -> T | None:
        """Send *request* and return the answer as *result*; resources and handles do, and you rarely need to.

        *result* is a model, a list of models, ``bytes`` for the body itself, or None if it does not matter. *timeout*
        seconds bound the whole of it, the client's by default. Nothing is ever sent again by itself. Cancelling is
        safe: a late answer is dropped.

        Raises:
            StatusError: Asterisk said no; there is a class for each status.
            LoginRejectedError: Asterisk does not know the user or the password any more.
            NotSentError: there is no connection; nothing was written, and sending it again is safe.
            OutcomeUnknownError: the connection ended after a request that changes something was written; Asterisk may
                have carried it out. For one that only reads (GET) it is a ConnectionClosedError.
            UnansweredError: no answer in time to a request that changes something. It is an OutcomeUnknownError and a
                ReadTimeoutError; for one that only reads it is a ReadTimeoutError.
            WriteTimeoutError: it could not be sent in time, because of others before it.
            UnexpectedResponseError: the answer is no *result*.
            FrameTooLargeError: the answer over HTTP is larger than any of Asterisk's (64 MiB); over the WebSocket such
                a frame (32 MiB) ends the connection instead.
            InputError: *timeout* is unusable, or the request is too long for a frame.
            ClientClosedError: the client is closed.
        """
        seconds = self._timeout if timeout is None else check_timeout("timeout", timeout)
        try:
            connection = self._connection
            if connection is None or self._supervisor.ended:
                raise self._supervisor.not_connected(request.operation, address=self._address)
            answer = await connection.request(request, timeout=seconds, is_download=result is bytes)
        except NotSentError:
            # A caller that tries again at once would otherwise keep the loop from ever getting to the reconnection.
            await asyncio.sleep(0)
            raise
        return self._result(request, answer, result)

    async def set_event_filter(self, event_filter: EventFilter, /) -> None:
        """Choose which events Asterisk sends to the applications of this client, also after a reconnect.

        Raises what :meth:`call` raises; then the filter is what it was, for some applications perhaps.
        """
        chosen = _check_filter(event_filter) or EventFilter()
        for name in self.apps:
            await self.call(chosen.request(name))
        self._filter = chosen

    async def aclose(self) -> None:
        """Close the connection for good; requests under way end with ClientClosedError. Idempotent.

        Subscriptions deliver what was published, then end.
        """
        await super().aclose()
        if self._closing is not None:
            await asyncio.wait([self._closing])

    def __repr__(self) -> str:
        return f"<AriClient {self._address} {','.join(self.apps)} {self.state.value}>"

    def _result(self, request: Request, answer: Answer, result: type[T] | None) -> T | None:
        if 200 <= answer.status < 300:
            return None if result is None else decode_answer(request, answer, result, self)
        if answer.status == 401:
            username = self._credentials.username
            raise LoginRejectedError(address=self._address, username=username, reason=reason_of(answer))
        raise rejection(request.operation, answer)

    async def _open(self) -> AriConnection:
        if self._closing is not None:
            await asyncio.wait([self._closing])
        self._replaced = None
        connection = await AriConnection.open(
            self._url,
            self._decoder,
            apps=self.apps,
            target=self._target,
            credentials=self._credentials,
            ssl=self._ssl,
            timeout=self._timeout,
        )
        try:
            if self._over_websocket is None:
                # Found out once: an Asterisk does not become older.
                self._over_websocket = await connection.takes_requests(self._choice, timeout=self._timeout)
            connection.use_websocket(self._over_websocket)
            if self._filter is not None:
                for name in self.apps:
                    request = self._filter.request(name)
                    self._result(request, await connection.request(request, timeout=self._timeout), None)
        except BaseException as error:
            await connection.aclose(connection.cause or ClientClosedError(what="the connection attempt"))
            if isinstance(error, StatusError) and (error.status == 404 or error.status >= 500):
                error.is_retryable = True  # Asterisk may be starting still.
            raise
        return connection

    async def _serve(self, connection: AriConnection) -> NoReturn:
        self._connection = connection
        resynchronizing: asyncio.Task[None] | None = None
        if self.epoch <= 1:
            connection.deliver_to(self._received)
        else:
            # Beside this task, which has to be the first to know of a loss. Events wait until it is done.
            resynchronizing = asyncio.create_task(self._resynchronize(connection), name=f"{self._name} resync")
        try:
            cause = await connection.wait_ended()
        except asyncio.CancelledError:
            self._connection = None
            await self._close(connection, resynchronizing)
            raise
        # Beside what follows: the state must change before anybody else gets to run.
        self._closing = asyncio.create_task(self._close(connection, resynchronizing), name=f"{self._name} closing")
        connection.deliver_to(self._received)
        self._connection = None
        # An application that was taken over is not to be asked for again, though the connection ended of something
        # else before that was heard.
        raise self._replaced or cause

    async def _close(self, connection: AriConnection, resynchronizing: asyncio.Task[None] | None) -> None:
        if resynchronizing is not None:
            resynchronizing.cancel()
            await asyncio.wait([resynchronizing])
        await connection.aclose(connection.cause or ClientClosedError(what=self._name))

    async def _resynchronize(self, connection: AriConnection) -> None:
        """Ask what is left after a gap, say so, and let the events go on that came since."""
        try:
            applications = [await self.applications.get(name) for name in self.apps]
            channels = await self.channels.list()
            report = self._membership.compare(self.epoch, applications, channels, connection.early)
        except Exception as error:
            if not isinstance(error, AsteriskError):
                # Not left to this task, whose end nobody looks at: events would wait for ever.
                logger.exception("%s could not make out what became of the channels", self._name)
            reason = f"it was not said what became of the channels: {error}"
            failure = ConnectionClosedError(address=self._address, reason=reason)
            failure.__cause__ = error
            connection.abort(failure)
        else:
            self._bus.publish(report)
            connection.deliver_to(self._received)

    def _received(self, event: AriEvent) -> None:
        self._membership.note(event)
        self._bus.publish(event)
        if isinstance(event, ApplicationReplaced) and self._connection is not None:
            self._replaced = ApplicationReplacedError(
                application=event.application, address=self._address, is_retryable=self._take_over
            )
            self._connection.abort(self._replaced)


def _check_credentials(credentials: object) -> Credentials:
    if not isinstance(credentials, Credentials):
        raise MissingCredentialsError(what="AriClient")
    if ":" in credentials.username:
        raise InputError(field="username", problem="must not hold a colon, where HTTP's login would cut it (RFC 7617)")
    return credentials


def _check_filter(event_filter: object) -> EventFilter | None:
    if event_filter is not None and not isinstance(event_filter, EventFilter):
        raise InputError(
            field="event_filter", problem=f"must be an EventFilter or None, not {shown(event_filter):.100}"
        )
    return event_filter
