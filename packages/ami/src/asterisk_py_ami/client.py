"""The AMI client: one supervised connection, requests with answers, and events."""

from __future__ import annotations

import asyncio
import logging
import re
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar, overload

from asterisk_py_core.checks import check_timeout
from asterisk_py_core.credentials import Credentials
from asterisk_py_core.errors import (
    ClientClosedError,
    ConnectionClosedError,
    InputError,
    MissingCredentialsError,
    NotSentError,
    OutcomeUnknownError,
    ReadTimeoutError,
    RequestRejectedError,
)
from asterisk_py_core.event_bus import EventBus
from asterisk_py_core.net import check_target, tls_context
from asterisk_py_core.stream import format_address
from asterisk_py_core.supervised import Supervised
from asterisk_py_core.supervisor import Supervisor

from .actions import DBGet, Filter, Hangup, Originate, QueueStatus
from .connection import AmiConnection
from .errors import ListCancelledError, ListLostError, ListTimeoutError, rejection
from .events import OriginateResponse
from .originate import OriginateResult, check_goal, check_outcome_comes
from .protocol.action import Action, ListAction
from .protocol.event_mask import check_event_mask
from .protocol.gathering import Gathering, ListGathering, OriginateGathering
from .protocol.login import LoginMethod
from .protocol.message import AmiEvent, Response
from .protocol.session import AmiSession
from .queues import by_queue

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from ssl import SSLContext

    from asterisk_py_core.domain import HangupCause
    from asterisk_py_core.errors import AsteriskError
    from asterisk_py_core.reconnect import ConnectionStateChanged, ReconnectPolicy

    from .protocol.codec import Headers, Scalar
    from .queues import QueueState

__all__ = ["AmiClient"]

logger = logging.getLogger(__name__)

E = TypeVar("E", bound=AmiEvent)

# After so many seconds without a byte a Ping is sent, and after so many more the link is dead: found in 20 s. The Ping
# comes early because it also shakes loose what Asterisk holds back: now and then it sleeps over the last event of a
# burst, until the session has something to do (seen on 22.10.1, once in some 100,000 events).
PING_AFTER: Final = 5.0
PING_PATIENCE: Final = 15.0
# Who looks so many seconds later than planned was suspended or busy, and may not have read what came meanwhile.
HELD_UP: Final = 1.0

# How some modules answer when a list is empty: "No endpoints found" (res_pjsip), "No active conferences." and, for one
# that nobody is in, "No Conference by that name found." (app_confbridge).
_NOTHING_FOUND: Final = re.compile(r"No (?:active conferences|[\w ]+ found)\b", re.IGNORECASE)


class AmiClient(Supervised[AmiEvent]):
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
        self._ssl = tls_context(ssl)
        self._login = login
        self._event_mask = events
        self._timeout = check_timeout("timeout", timeout)
        self._filters: list[Filter] = []
        self._connection: AmiConnection | None = None
        # Made for what it refuses: the word for the login, the mask, credentials that fit no line.
        self._new_session()
        bus: EventBus[AmiEvent | ConnectionStateChanged] = EventBus()
        super().__init__(
            bus, Supervisor(self._open, self._serve, bus=bus, what=self._name, policy=policy, retry_first=retry_first)
        )

    @overload
    async def send(self, action: Action, /, *, timeout: float | None = None) -> Response: ...
    @overload
    async def send(self, action: str, headers: Headers = (), /, *, timeout: float | None = None) -> Response: ...
    async def send(self, action: Action | str, headers: Headers = (), /, *, timeout: float | None = None) -> Response:
        """Send *action* and return Asterisk's answer.

        *action* is one of :mod:`asterisk_py_ami.actions`, or a name with *headers* (a mapping, or pairs where a header
        repeats). *timeout* seconds bound the whole of it, the client's by default; of an action that keeps Asterisk
        busy (a command, a reload) they say how long it may be silent, too. Cancelling is safe: a late answer is
        dropped, never given to another request.

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
        name, headers = _parts(action, headers)
        response = await self._request(name, headers, timeout)
        if not response.is_success:
            raise rejection(name, response)
        return response

    @overload
    async def collect(self, action: ListAction[E], /, *, timeout: float | None = None) -> list[E]: ...
    @overload
    async def collect(
        self, action: Action | str, headers: Headers = (), /, *, timeout: float | None = None
    ) -> list[AmiEvent]: ...
    async def collect(
        self, action: Action | str, headers: Headers = (), /, *, timeout: float | None = None
    ) -> list[Any]:
        """Send *action*, which Asterisk answers with a list, and return the items; the arguments are those of `send`.

        The items are published to subscribers, too: some are events like any other (``DeviceStateChange``).

        Raises what :meth:`send` raises. An error in the middle of the list has the items that came in ``partial``:
        :class:`ListLostError`, :class:`ListTimeoutError`, :class:`ListCancelledError`.
        """
        name, headers = _parts(action, headers)
        gathering = ListGathering()
        try:
            response = await self._request(name, headers, timeout, gathering)
        except OutcomeUnknownError as error:
            raise ListLostError(
                request=name, address=error.address, reason=error.reason, partial=tuple(gathering.events)
            ) from error
        except ReadTimeoutError as error:
            raise ListTimeoutError(
                request=name, address=error.address, timeout=error.timeout, partial=tuple(gathering.events)
            ) from error
        if not response.is_success and not _NOTHING_FOUND.match(response.message):
            raise rejection(name, response)
        if gathering.is_cancelled:
            reason = "Asterisk gave the list up half way"
            raise ListCancelledError(request=name, reason=reason, partial=tuple(gathering.events))
        count = len(gathering.events)
        if gathering.announced not in {None, count}:
            logger.warning("%s: %s sent %d items and says %d", name, self._address, count, gathering.announced)
        return gathering.events

    async def command(self, command: str, /, *, timeout: float | None = None) -> list[str]:
        """Run *command* on Asterisk's command line and return the lines it printed; none if it printed nothing.

        Raises what :meth:`send` raises; a command that fails is a RequestRejectedError with what it printed.
        """
        response = await self._request("Command", {"Command": command}, timeout)
        lines = response.output
        if response.is_success:
            # Of a command that prints nothing, one empty line comes.
            return [] if lines == [""] else lines
        raise rejection("Command", response, printed=lines)

    async def originate(  # noqa: PLR0913 - the parameters of the action, all with names
        self,
        channel: str,
        *,
        exten: str | None = None,
        context: str | None = None,
        priority: int | str | None = None,
        application: str | None = None,
        data: str | None = None,
        caller_id: str | None = None,
        variables: Mapping[str, Scalar] | None = None,
        account: str | None = None,
        early_media: bool | None = None,
        codecs: str | Sequence[str] | None = None,
        channel_id: str | None = None,
        timeout: float = 30.0,
    ) -> OriginateResult:
        """Call *channel*, connect it to an extension or an *application* when it answers, and return how that went.

        Give *exten*, *context* and *priority*, or *application* and *data*. *timeout* is how many seconds the channel
        may ring. On the wire the call is always asynchronous, so the session stays free for other actions. A call that
        nobody takes is an outcome, not an error. It comes as an event of class ``call``, which the user's ``read`` in
        manager.conf and the filters must let pass.

        Raises what :meth:`send` raises; ReadTimeoutError if no outcome came within *timeout* and the client's own;
        InputError also if Asterisk would call and then not know what to do, or the event mask leaves out the outcome.
        """
        check_timeout("timeout", timeout)
        check_goal(exten=exten, context=context, priority=priority, application=application, data=data)
        check_outcome_comes(self._event_mask)
        action = Originate(
            channel,
            exten=exten,
            context=context,
            priority=priority,
            application=application,
            data=data,
            caller_id=caller_id,
            variables=variables,
            account=account,
            early_media=early_media,
            codecs=codecs,
            channel_id=channel_id,
            timeout=timeout,
        )
        gathering = OriginateGathering()
        response = await self._request(action.name, action.headers(), timeout + self._timeout, gathering)
        if not isinstance(gathering.end, OriginateResponse):
            raise rejection(action.name, response)
        return OriginateResult.of(gathering.end)

    async def set_event_mask(self, mask: str, /) -> None:
        """Choose which events Asterisk sends (``"on"``, ``"off"``, ``"call,system"``), also after a reconnect.

        Raises what :meth:`send` raises; then the mask is what it was.
        """
        check_event_mask(mask)
        await self.send("Events", {"EventMask": mask})
        self._event_mask = mask

    async def add_filter(self, filter: str, /, *, match_criteria: str | None = None) -> None:  # noqa: A002 - its name
        """Let Asterisk send fewer events: those a filter of the `Filter` action lets pass, also after a reconnect.

        Raises what :meth:`send` raises; then there is no such filter.
        """
        action = Filter("Add", filter=filter, match_criteria=match_criteria)
        await self.send(action)
        self._filters.append(action)

    async def ping(self, *, timeout: float | None = None) -> float:
        """Return how many seconds Asterisk took to answer; raises what :meth:`send` raises."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        await self.send("Ping", timeout=timeout)
        return loop.time() - started

    async def hangup(
        self, channel: str, *, cause: HangupCause | int | None = None, timeout: float | None = None
    ) -> bool:
        """Have Asterisk hang *channel* up, and return whether there was one: it may have ended in the meantime.

        The ``Hangup`` event follows. Raises what :meth:`send` raises; InputError also for a ``/pattern/``, which would
        hang up all channels it matches: :meth:`collect` the action to do that.
        """
        if str(channel).startswith("/"):
            raise InputError(field="channel", problem=f"must be a channel's name, not the pattern {channel!r}")
        try:
            await self.send(Hangup(channel, cause=cause), timeout=timeout)
        except RequestRejectedError as error:
            if error.reason == "No such channel":  # main/manager.c, action_hangup
                return False
            raise
        return True

    async def db_get(self, family: str, key: str, *, timeout: float | None = None) -> str | None:
        """Return a value of Asterisk's database, or None if there is no such key; raises what :meth:`collect` raises.

        On the wire the value is the one item of a list, and a missing one an error.
        """
        try:
            items = await self.collect(DBGet(family, key), timeout=timeout)
        except RequestRejectedError as error:
            if error.reason == "Database entry not found":  # main/db.c, manager_dbget
                return None
            raise
        return items[0].val if items else None

    async def queues(self, queue: str | None = None, *, timeout: float | None = None) -> list[QueueState]:
        """Return all queues, or the one called *queue* if it exists, each with its members and those who wait in it.

        Raises what :meth:`collect` raises.
        """
        return by_queue(await self.collect(QueueStatus(queue=queue), timeout=timeout))

    def __repr__(self) -> str:
        return f"<AmiClient {self._address} {self.state.value}>"

    async def _request(
        self, action: str, headers: Headers, timeout: float | None, gathering: Gathering | None = None
    ) -> Response:
        seconds = self._timeout if timeout is None else check_timeout("timeout", timeout)
        try:
            connection = self._connection
            # Once the run has ended, the last connection lingers for a turn of the loop, to log off.
            if connection is None or self._supervisor.ended:
                raise self._supervisor.not_connected(action, address=self._address)
            if gathering is None:
                return await connection.request(action, headers, timeout=seconds)
            return await connection.gather(action, headers, gathering, timeout=seconds)
        except NotSentError:
            # A caller that tries again at once would otherwise keep the loop from ever getting to the reconnection.
            await asyncio.sleep(0)
            raise

    def _new_session(self) -> AmiSession:
        return AmiSession(
            address=self._address, credentials=self._credentials, login=self._login, events=self._event_mask
        )

    async def _open(self) -> AmiConnection:
        connection = await AmiConnection.open(
            self._host, self._port, self._new_session(), ssl=self._ssl, timeout=self._timeout
        )
        try:
            for action in self._filters:
                response = await connection.request(action.name, action.headers(), timeout=self._timeout)
                if not response.is_success:
                    # More events than asked for are better than none.
                    logger.warning("%s refuses %r after the reconnect: %s", self._name, action, response.message)
        except BaseException:
            await connection.aclose(ClientClosedError(what="the connection attempt"))
            raise
        return connection

    async def _serve(self, connection: AmiConnection) -> NoReturn:
        self._connection = connection
        try:
            connection.deliver_to(self._bus.publish_many)
            cause = await _keep_alive(connection)
        except GeneratorExit:
            raise  # The loop is gone, and with it everything that could be waited for.
        except BaseException as error:
            self._connection = None
            if isinstance(error, asyncio.CancelledError):
                connection.log_off()
            if connection.cause is None:
                await connection.aclose(ClientClosedError(what=self._name))
            raise
        # A lost connection is closed already, and the state must change before anybody else gets to run.
        self._connection = None
        raise cause


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
    due = max(loop.time() + PING_PATIENCE, connection.busy_until)
    while connection.cause is None and connection.last_received == heard:
        if loop.time() >= due:
            reason = f"no byte for {loop.time() - heard:.0f} s, not even an answer to Ping"
            connection.abort(ConnectionClosedError(address=connection.address, reason=reason))
            return
        # In steps: what comes after the first byte has to be pinged in time, too.
        planned = min(due, loop.time() + PING_AFTER)
        await connection.wait_ended(planned)
        if loop.time() - planned > HELD_UP:
            return  # It is asked anew.


def _parts(action: object, headers: Headers) -> tuple[str, Headers]:
    if isinstance(action, str):
        return action, headers
    if not isinstance(action, Action):
        kind = f"the class {action.__name__}" if isinstance(action, type) else f"of type {type(action).__name__}"
        raise InputError(field="action", problem=f"must be an action, as Ping() is, or the name of one, not {kind}")
    if headers:
        raise InputError(field="headers", problem=f"belong to an action given by name; {action.name} has its own")
    return action.name, action.headers()
