r"""A fake call for your own tests: it plays Asterisk to your handler, and needs none.

::

    async def test_the_right_pin_opens_the_door() -> None:
        call = FakeAsteriskCall("pin-check", caller_id="200")
        call.press("1234")
        await call.run(pin_check)
        assert call.played == ["enter-pin", "welcome"]
        assert call.variables["PIN_OK"] == "yes"

:meth:`FakeAsteriskCall.run` calls a handler without any network; :meth:`FakeAsteriskCall.dial` calls a running
``AgiServer``. As a pytest fixture, in ``conftest.py``::

    call = pytest.fixture(fake_call)

Without a script it is a patient caller who presses what he was told to, and nothing else: every prompt plays to its
end, every recording is made, every application runs.

Here is how a call goes: its script, its hangup, its way to the handler. What commands do is in :mod:`.fake_channel`.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeAlias, cast

from .events import AgiEvent, SessionEnded
from .exchange import Exchange
from .fake_channel import INTERRUPTED, FakeChannel, ReceivedCommand
from .routes import Handler, OnHangup, Route
from .service import Service

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = ["FakeAsteriskCall", "ReceivedCommand", "Reply", "fake_call"]

Reply: TypeAlias = "bytes | Callable[[ReceivedCommand], bytes | None] | None"

# What Asterisk 22.10.1 says about a call, in its order.
_ENVIRONMENT = {
    "agi_network": "yes", "agi_network_script": "", "agi_request": "", "agi_channel": "PJSIP/200-0000002a",
    "agi_language": "en", "agi_type": "PJSIP", "agi_uniqueid": "1795418684.85", "agi_version": "22.10.1",
    "agi_callerid": "", "agi_calleridname": "", "agi_callingpres": "0", "agi_callingani2": "0", "agi_callington": "0",
    "agi_callingtns": "0", "agi_dnid": "", "agi_rdnis": "unknown", "agi_context": "default", "agi_extension": "",
    "agi_priority": "2", "agi_enhanced": "0.0", "agi_accountcode": "", "agi_threadid": "139664741185216",
}  # fmt: skip


class FakeAsteriskCall(FakeChannel):
    """One call that is in ``AGI()``, to *script* with *args*.

    *script* may have a query (``"menu?lang=en"``). *variables* are the channel's, and hold what is set later, too;
    *environment* replaces or adds lines of what Asterisk says about the call (``{"agi_dnid": "600"}``). With *sighup*
    false the hangup is not said, as with ``AGISIGHUP=no``.

    What happened is in ``commands``, ``played`` (files), ``said`` (what SAY was given), ``recorded`` (files),
    ``executed`` (application and options), ``variables``, ``database`` (by family and key) and ``answered``. ``status``
    is what ``AGISTATUS`` would be (``SUCCESS``, ``FAILURE``, ``HANGUP``), None while the call is in AGI.
    """

    def __init__(  # noqa: PLR0913 - the script, and options that all have names
        self,
        script: str = "test",
        *,
        args: Iterable[str] = (),
        caller_id: str = "unknown",
        caller_id_name: str = "unknown",
        extension: str = "600",
        variables: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
        sighup: bool = True,
    ) -> None:
        super().__init__(variables or {})
        self.environment = {
            **_ENVIRONMENT,
            "agi_network_script": script,
            "agi_request": f"agi://127.0.0.1:4573/{script}",
            "agi_callerid": caller_id,
            "agi_calleridname": caller_id_name,
            "agi_dnid": extension,
            "agi_extension": extension,
            **{f"agi_arg_{number}": arg for number, arg in enumerate(args, start=1)},
            **(environment or {}),
        }
        self.commands: list[ReceivedCommand] = []
        self.status: str | None = None
        self._sighup = sighup
        self._script: dict[str, Reply] = {"HANGUP": self._hang_up_call}
        self._deadly: set[str] = set()
        self._incoming = b""
        self._waits = False  # A command has been received and not answered.
        self._write: Callable[[bytes], object] = _nowhere
        self._changed = asyncio.Event()

    # --- what happens ---

    def on(self, command: str, reply: Reply) -> None:
        r"""Answer *command* with *reply* from now on.

        *reply* is the bytes of the whole answer (``b"200 result=1 (x)\n"``), a function of the :class:`ReceivedCommand`
        that returns them, or None for silence: then the command lasts until :meth:`reply` or :meth:`hang_up`.
        """
        self._script[command.upper()] = reply

    def reply(self, answer: bytes) -> None:
        """Send *answer* now, as it is."""
        self._waits = False
        self._write(answer)

    def hang_up(self) -> None:
        """Hang up now; a command that lasts is answered with -1."""
        if not self.hungup:
            self.hungup = True
            if self._waits:
                self.reply(INTERRUPTED.get(self.commands[-1].name, b"200 result=-1\n"))
            if self._sighup:
                self._write(b"HANGUP\n")

    def hang_up_on(self, command: str) -> None:
        """Hang up as soon as *command* is under way."""
        self._deadly.add(command.upper())

    # --- running it ---

    async def run(self, handler: Handler, *, on_hangup: OnHangup | str = OnHangup.TELL) -> None:
        """Give the call to *handler* as a server does, and return when it is over.

        Raises what the handler raised, unless that was how it ended after the hangup.
        """
        self._check_not_over()
        ended = asyncio.Event()
        events: list[AgiEvent] = []
        service = Service(
            what="FakeAsteriskCall", publish=events.append, idle=ended.set, max_sessions=1, environment_timeout=5.0
        )
        service.routes.add(None, Route(handler, OnHangup.of(on_hangup)))
        exchange = Exchange()
        exchange.attach(_MemoryLink(self._received, self._lost))
        self._begin(exchange.receive_data)
        service.admit(exchange)
        try:
            await ended.wait()
        finally:
            await service.drain(0.0)  # Of a test that gave up.
        for event in events:
            if isinstance(event, SessionEnded) and event.error is not None:
                raise event.error

    async def dial(self, host: str, port: int) -> None:
        """Call the server on *host* and *port*, and return when it is over."""
        loop = asyncio.get_running_loop()
        closed: asyncio.Future[None] = loop.create_future()
        self._check_not_over()
        transport, _ = await loop.create_connection(
            lambda: _CallingSocket(self._begin, self._received, closed), host, port
        )
        try:
            await asyncio.wait((closed,))  # A cancellation leaves the future to the connection.
        finally:
            transport.abort()
            self._lost()

    async def wait_for(self, command: str, *, timeout: float = 5.0) -> ReceivedCommand:
        """Return the first *command* (``GET DATA``) once it is received; TimeoutError after *timeout* seconds."""
        async with asyncio.timeout(timeout):
            while not (found := self.called(command)):
                self._changed.clear()
                await self._changed.wait()
        return found[0]

    def called(self, command: str) -> list[ReceivedCommand]:
        """Return what was received of *command* so far."""
        return [each for each in self.commands if each.name == command.upper()]

    def __repr__(self) -> str:
        return f"<FakeAsteriskCall {self.environment['agi_network_script']!r} status={self.status}>"

    def _check_not_over(self) -> None:
        if self.status is not None:
            raise RuntimeError(f"{self!r} is over: a call is for one run, make another")

    # --- Asterisk's side ---

    def _begin(self, write: Callable[[bytes], object]) -> None:
        self._write = write
        lines = "".join(f"{name}: {value}\n" for name, value in self.environment.items())
        write(f"{lines}\n".encode("utf-8", "surrogateescape"))
        if self.hungup and self._sighup:
            write(b"HANGUP\n")

    def _received(self, data: bytes) -> None:
        self._incoming += data
        while b"\n" in self._incoming and self.status is None:
            line, _, self._incoming = self._incoming.partition(b"\n")
            if line.startswith(b"failure"):
                self.status = "FAILURE"
            else:
                self._take(self._read(line.decode("utf-8", "surrogateescape")))

    def _lost(self) -> None:
        if self.status is None:
            self.status = "HANGUP" if self.hungup else "SUCCESS"
        self._write = _nowhere
        self._changed.set()

    def _take(self, command: ReceivedCommand) -> None:
        self.commands.append(command)
        self._waits = True
        if command.name in self._deadly:
            self.hang_up()
        else:
            # A text without variables is its own value, whatever was scripted: after a long answer the session asks so.
            literal = command.name == "GET FULL VARIABLE" and "$" not in "".join(command.args)
            is_scripted = not literal and not self._refuses(command)
            scripted = self._script.get(command.name, self._perform) if is_scripted else self._perform
            answer = scripted(command) if callable(scripted) else scripted
            if answer is not None and self._waits:
                self.reply(answer)
        self._changed.set()

    def _hang_up_call(self, command: ReceivedCommand) -> bytes:
        asyncio.get_running_loop().call_soon(self.hang_up)
        return self._perform(command)


def fake_call() -> FakeAsteriskCall:
    """Return a :class:`FakeAsteriskCall`: the body of a fixture, see the top of this module."""
    return FakeAsteriskCall()


def _nowhere(_: bytes) -> None:
    """Where a call writes that is not connected."""


class _MemoryLink:
    """A link without a network: what is written arrives in the next turn of the loop."""

    address = "a fake call"

    def __init__(self, received: Callable[[bytes], object], lost: Callable[[], object]) -> None:
        self._loop = asyncio.get_running_loop()
        self._received = received
        self._closed: asyncio.Future[None] = self._loop.create_future()
        self._closed.add_done_callback(lambda _: lost())

    def write(self, data: bytes) -> None:
        """Send *data*."""
        self._loop.call_soon(self._received, data)

    def close(self) -> None:
        """End the session."""
        self._loop.call_soon(self._closed.set_result, None)

    async def wait_closed(self) -> None:
        """Return when it has ended."""
        await asyncio.wait((self._closed,))


class _CallingSocket(asyncio.Protocol):
    """The connection of a call to a server."""

    def __init__(
        self,
        begin: Callable[[Callable[[bytes], object]], object],
        received: Callable[[bytes], object],
        closed: asyncio.Future[None],
    ) -> None:
        self._begin = begin
        self._received = received
        self._closed = closed

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Part of asyncio's protocol interface."""
        self._begin(cast("asyncio.Transport", transport).write)

    def data_received(self, data: bytes) -> None:
        """Part of asyncio's protocol interface."""
        self._received(data)

    def connection_lost(self, _: Exception | None) -> None:
        """Part of asyncio's protocol interface."""
        self._closed.set_result(None)
