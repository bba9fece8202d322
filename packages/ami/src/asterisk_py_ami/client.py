"""The AMI client: one supervised connection, requests with answers, and events."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, NoReturn

from asterisk_py_core.checks import check_timeout
from asterisk_py_core.client import SupervisedClient
from asterisk_py_core.credentials import Credentials
from asterisk_py_core.errors import ClientClosedError, ConnectionClosedError, MissingCredentialsError, NotSentError
from asterisk_py_core.event_bus import EventBus
from asterisk_py_core.net import check_target
from asterisk_py_core.stream import format_address
from asterisk_py_core.supervisor import Supervisor

from .connection import AmiConnection
from .errors import rejection
from .protocol.message import AmiEvent, Response
from .protocol.session import AmiSession, LoginMethod

if TYPE_CHECKING:
    from ssl import SSLContext

    from asterisk_py_core.errors import AsteriskError
    from asterisk_py_core.reconnect import ConnectionStateChanged, ReconnectPolicy

    from .protocol.codec import Headers

__all__ = ["AmiClient"]

# After so many seconds without a byte a Ping is sent, and after so many more the link is dead: found in 20 s.
PING_AFTER: Final = 15.0
PING_PATIENCE: Final = 5.0

# Asterisk runs the actions of a session one after the other, and these may keep it busy: until they are done or due,
# silence proves nothing.
BLOCKING_ACTIONS: Final = frozenset({"command", "moduleload", "originate", "reload", "waitevent"})


class AmiClient(SupervisedClient[AmiEvent]):
    """A connection to the Asterisk Manager Interface that comes back by itself.

    ::

        async with AmiClient("127.0.0.1", credentials=Credentials("admin", "secret")) as ami:
            async for event in ami.events(Hangup):
                print(event.channel, event.cause.description)

    *ssl* is an SSLContext, or True for one that verifies against the system's authorities. *login* is ``"md5"``
    (challenge and response) or ``"plain"``. *events* is the event mask of manager.conf's ``read`` classes (``"on"``,
    ``"off"``, ``"call,system"``). *timeout* bounds an answer, connecting, and logging in, in seconds each.
    *policy* says when to reconnect, and *retry_first* whether also when the very first connection fails.

    Raises:
        InputError: an argument is unusable.
        MissingCredentialsError: there are no credentials.
    """

    def __init__(  # noqa: PLR0913 - the address, and options that all have names
        self,
        host: str = "127.0.0.1",
        port: int = 5038,
        *,
        credentials: Credentials,
        ssl: SSLContext | bool | None = None,
        login: LoginMethod | str = LoginMethod.MD5,
        events: str = "on",
        timeout: float = 10.0,
        policy: ReconnectPolicy | None = None,
        retry_first: bool = False,
    ) -> None:
        check_target(host, port)
        if not isinstance(credentials, Credentials):
            raise MissingCredentialsError(what="AmiClient")
        self._host = host
        self._port = port
        self._address = format_address(host, port)
        self._name = f"AmiClient({self._address})"
        self._credentials = credentials
        self._ssl = ssl
        self._login = login
        self._event_mask = events
        self._timeout = check_timeout("timeout", timeout)
        self._connection: AmiConnection | None = None
        # Made for what it refuses: the word for the login, the mask, credentials that fit no line.
        self._new_session()
        bus: EventBus[AmiEvent | ConnectionStateChanged] = EventBus()
        super().__init__(
            bus, Supervisor(self._open, self._serve, bus=bus, what=self._name, policy=policy, retry_first=retry_first)
        )

    async def send(self, action: str, headers: Headers = (), *, timeout: float | None = None) -> Response:
        """Send *action* with *headers* (a mapping, or pairs where a header repeats) and return Asterisk's answer.

        *timeout* seconds bound the whole of it, the client's by default. Cancelling is safe: a late answer is dropped,
        never given to another request.

        Raises:
            InputError: the action would be misread; nothing was written.
            RequestRejectedError: Asterisk said no (:class:`PermissionDeniedError`, :class:`UnknownActionError`).
            NotSentError: there is no connection, or 1,024 requests are under way; nothing was written, and sending it
                again is safe.
            OutcomeUnknownError: the connection ended after the action was written; Asterisk may have carried it out.
            ReadTimeoutError: no answer in time; Asterisk may still carry it out.
            WriteTimeoutError: Asterisk took no data in time.
            ClientClosedError: the client is closed.
        """
        seconds = self._timeout if timeout is None else check_timeout("timeout", timeout)
        try:
            response = await self._request(action, headers, seconds)
        except NotSentError:
            # A caller that tries again at once would otherwise keep the loop from ever getting to the reconnection.
            await asyncio.sleep(0)
            raise
        if not response.is_success:
            raise rejection(action, response)
        return response

    async def ping(self, *, timeout: float | None = None) -> float:
        """Return how many seconds Asterisk took to answer; raises what :meth:`send` raises."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        await self.send("Ping", timeout=timeout)
        return loop.time() - started

    def __repr__(self) -> str:
        return f"<AmiClient {self._address} {self.state.value}>"

    async def _request(self, action: str, headers: Headers, seconds: float) -> Response:
        connection = self._connection
        # Once the run has ended, the last connection lingers for a turn of the loop, to log off.
        if connection is None or self._supervisor.ended:
            raise self._not_connected(action)
        return await connection.request(action, headers, timeout=seconds)

    def _not_connected(self, action: str) -> AsteriskError:
        cause = self._supervisor.cause
        if self._supervisor.ended and cause is None:
            return ClientClosedError(what=self._name)
        reason = f"the client is {self.state.value}" if cause is None else f"the client has ended: {cause}"
        error = NotSentError(request=action, address=self._address, reason=reason)
        error.__cause__ = cause
        return error

    def _new_session(self) -> AmiSession:
        return AmiSession(
            address=self._address, credentials=self._credentials, login=self._login, events=self._event_mask
        )

    async def _open(self) -> AmiConnection:
        return await AmiConnection.open(
            self._host, self._port, self._new_session(), ssl=self._ssl, timeout=self._timeout
        )

    async def _serve(self, connection: AmiConnection) -> NoReturn:
        self._connection = connection
        try:
            connection.deliver_to(self._bus.publish_many)
            raise await _keep_alive(connection)
        except asyncio.CancelledError:
            connection.log_off()
            raise
        finally:
            self._connection = None
            # A lost connection is closed already, and the state must change before anybody else gets to run.
            if connection.cause is None:
                await connection.aclose(ClientClosedError(what=self._name))


async def _keep_alive(connection: AmiConnection) -> AsteriskError:
    """Ping the link when it is silent, give it up if it stays silent, and return what ended it."""
    while connection.cause is None:
        heard = connection.last_received
        await connection.wait_ended(heard + PING_AFTER)
        if connection.last_received == heard:
            await _probe(connection)
    return connection.cause


async def _probe(connection: AmiConnection) -> None:
    """Ping, and give the link up if nothing was received by the time an answer is due."""
    loop = asyncio.get_running_loop()
    heard = connection.last_received
    connection.ping()
    due = max(loop.time() + PING_PATIENCE, _busy_until(connection))
    while connection.cause is None and connection.last_received == heard:
        if loop.time() >= due:
            reason = f"no byte for {loop.time() - heard:.0f} s, not even an answer to Ping"
            connection.abort(ConnectionClosedError(address=connection.address, reason=reason))
            return
        # In steps, because a long wait for a blocking action may be over early.
        await connection.wait_ended(min(due, loop.time() + PING_PATIENCE))


def _busy_until(connection: AmiConnection) -> float:
    """Until when, in loop time, Asterisk may be busy with what it was asked."""
    return max((each.deadline for each in connection.pending if each.request.lower() in BLOCKING_ACTIONS), default=0.0)
