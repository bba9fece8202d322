"""AGI under the contract: AgiServer, called by `asterisk_py_agi.testing`'s calls.

The connection that has a state is the listening socket. There is no peer at its other end, so what AMI's peer does to a
connection the system does here: it takes the socket away, gives the port to somebody else, or denies it. An event is a
call that comes and goes; a request is a command in a call that stays. Calls and losses happen in the order they were
asked for, each when the one before is over.
"""

import asyncio
import contextlib
import errno
import os
import socket
import struct
import weakref
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from ssl import SSLContext
from typing import Any, ClassVar, Final, NoReturn
from unittest import mock

from asterisk_py_agi import AgiServer, AgiSession, ListenFailedError, SessionFailed, SessionRefused, SessionStarted
from asterisk_py_agi.testing import FakeAsteriskCall
from asterisk_py_core import ConnectionState, ReadTimeoutError
from tests.contract.harness import Capability, Client, Harness

__all__ = ["AgiHarness"]

HOST: Final = "127.0.0.1"
ANSWER: Final = b"200 result=1 (1)\n"
RESET: Final = struct.pack("ii", 1, 0)  # To linger for 0 s: closing resets.

# What the system itself does; `_System` stands before it.
_bind = socket.socket.bind
_listen = socket.socket.listen
_connect = socket.socket.connect


class _System:
    """What this process asks of the system about one port: it can be taken away, or refused."""

    def __init__(self) -> None:
        self.opened = 0
        self.changed = asyncio.Event()
        self.fault: int | None = None
        self._listening: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        self._calling: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        self._holder = socket.socket()
        self.port = 0
        self._hold()
        self._patches = contextlib.ExitStack()
        # Not bound to `self`: what the class of all sockets has must not keep a system alive.
        me = weakref.proxy(self)
        for name, method in (("bind", _System.bind), ("listen", _System.listen), ("connect", _System.connect)):
            patch = mock.patch.object(socket.socket, name, lambda sock, *args, do=method: do(me, sock, *args))
            self._patches.enter_context(patch)
        self.close = weakref.finalize(self, self._patches.close)

    def bind(self, sock: socket.socket, address: Any) -> None:
        if self.fault is not None:
            raise OSError(self.fault, os.strerror(self.fault))
        _bind(sock, address)

    def listen(self, sock: socket.socket, *backlog: int) -> None:
        _listen(sock, *backlog)
        self._listening.add(sock)
        self.opened += 1
        self.changed.set()

    def connect(self, sock: socket.socket, address: Any) -> None:
        self._calling.add(sock)
        _connect(sock, address)

    @property
    def is_listening(self) -> bool:
        """Whether the server has a listening socket, be it broken."""
        return any(sock.fileno() >= 0 for sock in self._listening)

    @property
    def is_taken(self) -> bool:
        """Whether another program listens on the port."""
        return bool(self._holder.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))

    def fail(self) -> None:
        """Make every listening socket fail."""
        for sock in self._listening:
            if sock.fileno() >= 0:
                with contextlib.suppress(OSError):  # It has failed already.
                    sock.shutdown(socket.SHUT_RDWR)

    def reset_calls(self) -> None:
        """Make the connections of calls end with a reset when they are closed."""
        for sock in self._calling:
            if sock.fileno() >= 0:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)

    def take(self) -> None:
        """Let another program listen on the port."""
        _listen(self._holder, 1)

    def give_back(self) -> None:
        """Undo :meth:`take`."""
        self._holder.close()
        self._holder = socket.socket()
        self._hold()

    def release(self) -> None:
        """Need the port no more."""
        self._holder.close()

    def _hold(self) -> None:
        # A socket that is bound and does not listen keeps the system from giving the port to anybody who wants any,
        # and is not in the way of who binds it by number.
        self._holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        _bind(self._holder, (HOST, self.port))
        self.port = self._holder.getsockname()[1]


@dataclass(eq=False)
class _Call:
    """A call that stays, for requests."""

    fake: FakeAsteriskCall
    dialled: asyncio.Task[None]
    session: asyncio.Future[AgiSession] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    is_busy: bool = False

    @property
    def is_free(self) -> bool:
        return not (self.is_busy or self.dialled.done() or self.dialled.cancelling())


class AgiHarness(Harness):
    """AGI."""

    name = "agi"
    capabilities = frozenset({Capability.SENDS, Capability.HEARS, Capability.HANDLERS})
    event_type: ClassVar[type[SessionStarted]] = SessionStarted
    logins: ClassVar[Sequence[Mapping[str, Any]]] = ()
    at_once = 10  # A call for each.
    refusal = errno.EADDRINUSE
    unreachable = errno.EADDRNOTAVAIL
    fatal_error = ListenFailedError

    def __init__(self) -> None:
        self._system = _System()
        self._to_do: deque[Callable[[], Awaitable[object]]] = deque()
        self._doing: asyncio.Task[None] | None = None
        self._dialled: set[asyncio.Task[None]] = set()
        self._calls: weakref.WeakKeyDictionary[Client, list[_Call]] = weakref.WeakKeyDictionary()
        self._staying: dict[str, _Call] = {}
        self._peer = ""
        self._holding = False
        self._held: list[FakeAsteriskCall] = []
        self._requests = 0
        self._asked = asyncio.Event()
        self._fails_on = ""

    # --- the peer ---

    async def start_peer(self) -> None:
        """Take the port from whoever :meth:`stop_peer` gave it to."""
        if self._system.is_taken:
            self._system.give_back()

    async def stop_peer(self) -> None:
        """Break the listening socket and every call, and let another program have the port."""
        await self._done()
        self._break()
        if not self._system.is_taken:
            self._system.take()
        await self.wait_until_alone()

    async def aclose(self) -> None:
        await self.stop_peer()
        self._system.release()
        self._system.close()

    def drop(self) -> None:
        self._then(self._break_link)

    def reset(self) -> None:
        self._then(lambda: self._break_link(reset=True))

    def freeze(self) -> NoReturn:
        raise NotImplementedError(Capability.DIALS.value)

    def thaw(self) -> NoReturn:
        raise NotImplementedError(Capability.DIALS.value)

    def reject_logins(self) -> NoReturn:
        raise NotImplementedError(Capability.LOGIN.value)

    def fail_for_good(self) -> None:
        """Deny the port, as the system does to who may not have it."""
        self._system.fault = errno.EACCES

    def cut_off(self) -> None:
        """Take the address from this machine."""
        self._system.fault = errno.EADDRNOTAVAIL

    def talk_nonsense(self) -> None:
        self._then(self._call_with_nonsense)

    def speak_tls(self, context: SSLContext) -> NoReturn:
        raise NotImplementedError(Capability.TLS.value)

    def behave(self) -> None:
        self._system.fault = None

    def emit(self, number: int) -> None:
        self._then(lambda: self._call(FakeAsteriskCall("event", args=[str(number)])))

    def emit_too_much(self) -> None:
        self._then(lambda: self._call(FakeAsteriskCall("event", args=["x" * 8000] * 10)))

    def hold_answers(self) -> None:
        self._holding = True

    def answer_held(self) -> None:
        self._holding = False
        while self._held:
            self._held.pop().reply(ANSWER)

    @property
    def connections(self) -> int:
        return self._system.opened

    @property
    def login_attempts(self) -> int:
        return 0

    @property
    def accepted_logins(self) -> int:
        return self._system.opened

    @property
    def requests(self) -> int:
        return self._requests

    async def wait_for_logins(self, count: int, *, timeout: float = 5.0) -> None:
        async with asyncio.timeout(timeout):
            while self._system.opened < count:
                self._system.changed.clear()
                await self._system.changed.wait()

    async def wait_for_connections(self, count: int) -> None:
        await self.wait_for_logins(count)

    async def wait_for_requests(self, count: int) -> None:
        while self._requests < count:
            self._asked.clear()
            await self._asked.wait()

    async def wait_until_alone(self) -> None:
        while self._dialled or self._system.is_listening:  # noqa: ASYNC110 - the system tells nobody
            await asyncio.sleep(0)

    # --- the server ---

    @property
    def address(self) -> str:
        return f"{HOST}:{self._system.port}"

    @property
    def peer(self) -> str:
        return self._peer

    @property
    def secrets(self) -> list[str]:
        return []

    def client(self, **options: Any) -> Client:
        if "timeout" in options:
            options["environment_timeout"] = options.pop("timeout")
        # A server retries its first try unless it is told otherwise; calls that stay would stay for ever.
        defaults: dict[str, Any] = {"port": self._system.port, "retry_first": False, "drain_timeout": 0.01}
        server = AgiServer(**(defaults | options))
        server.route("event")(self._handle_event)
        server.route("requests")(self._stay)
        return server

    def number_of(self, event: object) -> int | None:
        if not isinstance(event, SessionStarted) or event.request.script != "event":
            return None
        return int(event.request.args[0])

    async def request(self, client: Client, **options: Any) -> object:
        return await self._send(client, "GET VARIABLE", "x", **options)

    async def rejected_request(self, client: Client) -> object:
        return await self._send(client, "NO SUCH THING")

    async def malformed_request(self, client: Client) -> object:
        return await self._send(client, "GET VARIABLE", "x\nGET VARIABLE x")

    async def oversized_request(self, client: Client) -> object:
        return await self._send(client, "GET VARIABLE", "x" * 8190)

    async def large_request(self, client: Client, **options: Any) -> NoReturn:
        raise NotImplementedError(Capability.BULK.value)

    async def after_too_much(self, client: Client) -> BaseException | None:
        refusals = client.events(SessionRefused)
        self.emit_too_much()
        refused = await refusals.recv()
        self._peer = refused.address
        return refused.error

    async def after_nonsense(self, client: Client) -> BaseException | None:
        await client.connect()
        refusals = client.events(SessionRefused)
        self.talk_nonsense()
        return (await refusals.recv()).error

    async def after_handler_failure(self, client: Client, number: int) -> BaseException:
        failures = client.events(SessionFailed)
        self._fails_on = str(number)
        self.emit(number)
        return (await failures.recv()).error

    # --- one thing after the other ---

    def _then(self, act: Callable[[], Awaitable[object]]) -> None:
        """Do *act* when everything before it is done."""
        self._to_do.append(act)
        if self._doing is None or self._doing.done():
            self._doing = asyncio.create_task(self._do())

    async def _do(self) -> None:
        while self._to_do:
            await self._to_do.popleft()()

    async def _done(self) -> None:
        if self._doing is not None:
            await asyncio.wait((self._doing,))

    async def _break_link(self, *, reset: bool = False) -> None:
        if reset:
            self._system.reset_calls()
        self._break()

    def _break(self) -> None:
        self._system.fail()
        for call in self._dialled:
            call.cancel()

    # --- calls ---

    def _dial(self, call: FakeAsteriskCall) -> asyncio.Task[None]:
        task = asyncio.create_task(call.dial(HOST, self._system.port))
        self._dialled.add(task)
        task.add_done_callback(self._dialled.discard)
        return task

    async def _call(self, call: FakeAsteriskCall) -> None:
        """Bring *call*, and return when it is over, or was refused."""
        if not self._system.is_taken:
            (outcome,) = await asyncio.gather(self._dial(call), return_exceptions=True)
            assert outcome is None or isinstance(outcome, OSError | asyncio.CancelledError)

    async def _call_with_nonsense(self) -> None:
        reader, writer = await asyncio.open_connection(HOST, self._system.port)
        self._peer = f"{HOST}:{writer.get_extra_info('sockname')[1]}"
        writer.write(b"220 smtp.example.net ESMTP\n\n")
        await reader.read()
        writer.close()
        await writer.wait_closed()

    async def _handle_event(self, session: AgiSession) -> None:
        if session.request.args[0] == self._fails_on:
            raise ZeroDivisionError

    async def _stay(self, session: AgiSession) -> None:
        self._staying[session.request.args[0]].session.set_result(session)
        await session.wait_hangup()

    async def _send(self, client: Client, command: str, *args: str, **options: Any) -> object:
        """Send *command* in a call that has none under way."""
        call = await self._find_call(client)
        session = call.session.result()
        self._peer = session.address
        call.is_busy = True
        try:
            return await session.send(command, *args, **options)
        except (ReadTimeoutError, asyncio.CancelledError):
            call.dialled.cancel()  # Nothing more can be done in it.
            raise
        finally:
            call.is_busy = False

    async def _find_call(self, client: Client) -> _Call:
        calls = self._calls.setdefault(client, [])
        for call in calls:
            if call.is_free:
                return call
        if client.state is not ConnectionState.CONNECTED:
            return calls[-1]  # No call can come; the handler of the last one may have kept its session.
        fake = FakeAsteriskCall("requests", args=[str(len(self._staying))])
        fake.on("GET VARIABLE", lambda _: self._answer(fake))
        call = _Call(fake, self._dial(fake), is_busy=True)
        self._staying[fake.environment["agi_arg_1"]] = call
        calls.append(call)
        await asyncio.wait((call.dialled, call.session), return_when=asyncio.FIRST_COMPLETED)
        assert call.session.done(), "the call did not get through"
        return call

    def _answer(self, fake: FakeAsteriskCall) -> bytes | None:
        self._requests += 1
        self._asked.set()
        if self._holding:
            self._held.append(fake)
            return None
        return ANSWER
