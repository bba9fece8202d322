"""AsyncAGI as the link of a session: commands go out as AMI actions, answers come back as events."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import unquote

from asterisk_py_core.errors import (
    AsteriskError,
    ConnectionClosedError,
    DesyncError,
    InputError,
    NotSentError,
    OutcomeUnknownError,
    RequestRejectedError,
)
from asterisk_py_core.reconnect import ConnectionState, ConnectionStateChanged
from asterisk_py_core.stream import reason

from .protocol.request import AgiRequest

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Callable, Coroutine, Mapping

    from .exchange import Exchange

__all__ = ["AsyncAgiLink", "Manager", "ManagerEvent", "parse_environment"]

logger = logging.getLogger(__name__)

_EVENTS = frozenset({"AsyncAGIExec", "AsyncAGIEnd", "Hangup"})


class ManagerEvent(Protocol):
    """An AMI event: its name, and its headers by name."""

    @property
    def name(self) -> str:
        """``AsyncAGIStart``."""

    def get(self, name: str, default: str, /) -> str:
        """Return the header called *name*, or *default*."""


class Manager(Protocol):
    """What AsyncAGI needs of an AMI client; ``asterisk_py_ami.AmiClient`` is one.

    Its user needs the class ``agi`` for reading and writing, and the class ``call`` to see the hangup.
    """

    async def send(self, action: str, headers: Mapping[str, str], /) -> object:
        """Send *action*, and return once Asterisk has accepted it.

        Raises an AsteriskError if it has not; RequestRejectedError, NotSentError and InputError if that is certain.
        """

    def events(self, *, where: Callable[[Any], bool]) -> AsyncIterable[Any]:
        """Return all events from now on that *where* accepts, ConnectionStateChanged among them."""


def parse_environment(start: ManagerEvent) -> AgiRequest:
    """Read the call out of an ``AsyncAGIStart`` event.

    Raises:
        DesyncError: it is none, or there is more in it than Asterisk writes.
    """
    text = unquote(start.get("Env", ""), errors="surrogateescape")
    if not text.endswith("\n\n"):
        raise DesyncError(f"{start.name} has no AGI environment, or one that does not end")
    return AgiRequest.parse(text[:-2].encode("utf-8", "surrogateescape").split(b"\n"))


class AsyncAgiLink:
    """The way to one channel in ``AGI(agi:async)``, through *manager*, since its *start* event."""

    def __init__(self, manager: Manager, start: ManagerEvent, exchange: Exchange) -> None:
        self._manager = manager
        self._channel = start.get("Channel", "")
        self._uniqueid = start.get("Uniqueid", "")
        self._exchange = exchange
        self._over = False
        # Unguessable: whoever controls channel data can forge events.
        self._mark = secrets.token_hex(8)
        self._count = 0
        self._sending: set[asyncio.Task[None]] = set()
        self._follower = asyncio.create_task(self._follow(manager.events(where=self._concerns)))
        exchange.attach(self)

    @property
    def address(self) -> str:
        """The channel."""
        return f"AsyncAGI on {self._channel}"

    def write(self, data: bytes) -> None:
        """Send the command *data*; what becomes of that shows later."""
        if self._over:
            raise ConnectionClosedError(address=self.address, reason="the channel has left AsyncAGI")
        if data != b"failure\n":  # AsyncAGI has no word for failure.
            self._count += 1
            self._start(self._send(data[:-1].decode("utf-8", "surrogateescape")))

    def close(self) -> None:
        """Give the channel back to the dialplan."""
        if not self._over:
            self._over = True
            self._start(self._leave())

    async def wait_closed(self) -> None:
        """Return when the channel was given back."""
        try:
            if self._sending:
                await asyncio.wait(self._sending)
        finally:
            self._follower.cancel()
        await asyncio.wait((self._follower,))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _send(self, command: str) -> None:
        try:
            await self._act(command)
        except (InputError, NotSentError) as error:
            self._exchange.not_sent(error)
        except RequestRejectedError as error:
            # Most often: there is no such channel any more, or it is in AsyncAGI no more.
            self._exchange.not_sent(NotSentError(address=self.address, reason=error.reason, request=error.request))
        except AsteriskError as error:
            self._exchange.fail(error)

    async def _leave(self) -> None:
        with contextlib.suppress(AsteriskError):  # The channel is gone already.
            await self._act("ASYNCAGI BREAK")

    async def _act(self, command: str) -> None:
        command_id = f"{self._mark}-{self._count}"
        try:
            await self._manager.send("AGI", {"Channel": self._channel, "Command": command, "CommandID": command_id})
        except AsteriskError:
            raise
        except Exception as error:  # A manager of another make may raise anything.
            running = self._exchange.conversation.running or None
            raise OutcomeUnknownError(address=self.address, reason=reason(error), request=running) from error

    def _concerns(self, event: Any) -> bool:
        if isinstance(event, ConnectionStateChanged):
            return event.state is not ConnectionState.CONNECTED
        return event.name in _EVENTS and event.get("Uniqueid", "") == self._uniqueid

    async def _follow(self, events: AsyncIterable[Any]) -> None:
        why = "the manager has no more events"
        try:
            async for event in events:
                if isinstance(event, ConnectionStateChanged):
                    why = "the manager lost its connection"
                    break
                if event.name == "AsyncAGIEnd":
                    why = "the channel has left AsyncAGI"
                    break
                if event.name == "Hangup":
                    self._exchange.hang_up()
                elif event.get("CommandId", "") == f"{self._mark}-{self._count}":
                    text = unquote(event.get("Result", ""), errors="surrogateescape")
                    self._exchange.receive_reply(text.removesuffix("\n"))
        except AsteriskError:
            pass  # Its owner is told.
        except Exception:
            logger.exception("%s: the manager's events failed", self.address)
        if not self._over:
            self._over = True
            self._exchange.connection_lost(ConnectionClosedError(address=self.address, reason=why))
