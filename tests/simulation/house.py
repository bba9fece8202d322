"""One simulated AgiServer: its handlers, which do what comes to them, and what it has published."""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ClassVar

from asterisk_py_agi import (
    AgiDeadChannelError,
    AgiEvent,
    AgiInvalidCommandError,
    AgiServer,
    AgiSession,
    AgiUsageError,
    AsteriskError,
    ConcurrentCommandError,
    DesyncError,
    FrameTooLargeError,
    InputError,
    NotSentError,
    OutcomeUnknownError,
    ReadTimeoutError,
    SessionEnded,
    SessionPoisonedError,
    SessionStarted,
)
from tests.simulation.callers import COMMANDS, SECRET, Caller
from tests.simulation.network import SimulatedLoop
from tests.simulation.simulation import States, take_batch

__all__ = ["House"]

ROUTES = ("menu", "tell", "cancel", "calm")


class House:
    """A server made with *options*, and the calls *callers*, by their number.

    ``stories`` is what it published of each address. Whatever a handler finds wrong is in ``wrongs``: an exception of
    its own would be the server's to deal with.
    """

    def __init__(self, callers: Mapping[str, Caller], rng: random.Random, loop: SimulatedLoop, **options: Any) -> None:
        self.server = server = AgiServer(**options)
        self.options = options
        self.limit: int = options["max_sessions"]
        self.running = 0
        self.is_leaving = self.is_closed = False
        self.wrongs: list[str] = []
        self.stories: dict[str, list[AgiEvent]] = {}
        self._callers = callers
        self._rng = rng
        self._loop = loop
        self._open = 0  # Sessions that have started and not ended, going by what was published.
        self._states = States(server)
        self._events = server.events()
        self._deeds = [deed for deed, _ in self._DEEDS]
        self._weights = [weight for _, weight in self._DEEDS]
        server.route("menu")(self.handle)
        server.route("tell", on_hangup="tell")(self.handle)
        server.route("cancel", on_hangup="cancel")(self.handle)
        server.route("calm")(self.handle_calmly)

    # --- what was published ---

    def check(self) -> None:
        """Read on, and look at what must always hold."""
        self._states.check()
        while self._events.backlog:
            for event in take_batch(self._events):
                self._read(event)
        assert not self.wrongs, self.wrongs
        assert self._open == self.running, f"{self._open} sessions have started and not ended, {self.running} run"
        sessions = self.server.sessions
        assert self.running <= sessions <= self.limit, f"{self.running} handlers, {sessions} sessions"

    async def read_to_the_end(self) -> None:
        """Read what is left of a server that is closed."""
        if self.is_closed:
            return
        self.is_closed = True
        cause: Exception | None = None
        try:
            async with asyncio.timeout(1.0):
                async for event in self._events:
                    self._read(event)
        except TimeoutError:
            raise AssertionError("the events go on when the server is closed") from None
        except AsteriskError as error:
            cause = error
        ended_by = self.server._supervisor.cause
        assert cause is ended_by, f"the server ended with {ended_by!r}, its events with {cause!r}"
        self.check()
        assert self.running == self.server.sessions == 0, "sessions outlive their server"

    def _read(self, event: Any) -> None:
        if isinstance(event, AgiEvent):
            self.stories.setdefault(event.address, []).append(event)
            self._open += isinstance(event, SessionStarted) - isinstance(event, SessionEnded)

    # --- handlers ---

    async def handle(self, session: AgiSession) -> None:
        """Do what chance says, and look at what comes of it."""
        async with self._handling(session) as caller:
            for _ in range(self._rng.randint(0, 8)):
                if self.is_leaving:
                    break
                deed = self._rng.choices(self._deeds, weights=self._weights)[0]
                try:
                    await deed(self, session, caller)
                except AsteriskError:
                    if self._rng.random() < 0.3:
                        raise

    async def handle_calmly(self, session: AgiSession) -> None:
        """Do what works as long as nothing is wrong."""
        async with self._handling(session) as caller:
            await session.answer()
            token = caller.token()
            await session.set_variable("PIN", token)
            self._expect(await session.get_variable("PIN") == token, "a variable has another value")
            await session.stream_file("goodbye")

    @contextlib.asynccontextmanager
    async def _handling(self, session: AgiSession) -> Any:
        caller = self._callers[session.request.uniqueid]
        self._expect(caller.describes, "a handler got a forged call")
        self._expect(caller.session is None, "a call was handled twice")
        caller.session = session
        self.running += 1
        self._expect(self.running <= self.limit, f"{self.running} handlers run, and {self.limit} may")
        try:
            yield caller
        except asyncio.CancelledError as error:
            caller.raised = error
            if self._rng.random() < 0.3:
                await asyncio.sleep(0.5)  # There is something to put away.
            raise
        except Exception as error:
            caller.raised = error
            raise
        finally:
            self.running -= 1
            caller.handled_until = self._loop.time()

    # --- what handlers do ---

    async def _send(self, session: AgiSession, caller: Caller, timeout: float | None = None) -> None:
        command, token = self._rng.choice(COMMANDS), caller.token()
        began = self._loop.time()
        caller.waits_for = token
        try:
            reply = await session.send(command, token, timeout=timeout)
        except asyncio.CancelledError:
            caller.given_up = True
            raise
        except AsteriskError as error:
            patience = None if timeout is None or self._loop.time() - began < timeout - 1e-6 else timeout
            self._expect(self._is_apt(error, caller, token, patience), f"I2: {command} {token} ended with {error!r}")
            caller.given_up = caller.given_up or isinstance(error, ReadTimeoutError)
            raise
        finally:
            caller.waits_for = ""
        right = token not in caller.spoiled and reply.text == caller.said.get(token)
        self._expect(right, f"I2: {command} {token} got the answer {reply.text[:80]!r}, not {caller.said.get(token)!r}")
        # After a -1 the session asks for the channel's state, and may give up on that.
        caller.given_up = caller.given_up or (timeout is not None and reply.result == "-1")

    def _is_apt(self, error: AsteriskError, caller: Caller, token: str, patience: float | None) -> bool:
        """Whether *error* says what has happened to the command with *token*; *patience* is over unless None."""
        assert caller.link is not None
        is_gone = caller.link.server.is_closing()
        match error:
            case NotSentError():
                caller.unsent.add(token)
                return is_gone
            case OutcomeUnknownError():
                return is_gone
            case AgiDeadChannelError():
                return caller.dead or caller.call.hungup or is_gone or caller.noisy
            case AgiInvalidCommandError() | AgiUsageError():
                return token in f"{error} {getattr(error, 'usage', '')}"
            case ReadTimeoutError():
                return patience is not None
            case SessionPoisonedError():
                return caller.given_up or caller.noisy
            case DesyncError() | FrameTooLargeError():
                return caller.noisy
        return False

    async def _send_with_timeout(self, session: AgiSession, caller: Caller) -> None:
        await self._send(session, caller, timeout=self._rng.choice([0.001, 0.5, 30.0]))

    async def _send_and_give_up(self, session: AgiSession, caller: Caller) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._rng.choice([0.0, 0.001, 0.5, 30.0])):
                await self._send(session, caller)

    async def _send_two(self, session: AgiSession, caller: Caller) -> None:
        first = self._loop.create_task(self._send(session, caller))
        try:
            await asyncio.sleep(0)
            if not first.done():
                try:
                    await session.send("NOOP", caller.token())
                except ConcurrentCommandError:
                    pass
                else:
                    self._expect(first.done(), "two commands were under way at once")
            await first
        finally:
            first.cancel()
            await asyncio.wait((first,))

    async def _send_what_cannot_be_sent(self, session: AgiSession, caller: Caller) -> None:
        try:
            await session.send("SET VARIABLE", f"{caller.token()}\nSET VARIABLE PWNED yes")
        except InputError:
            pass
        except AsteriskError:
            raise
        else:
            self._expect(False, "a second command was sent inside of one")

    async def _pause(self, _session: AgiSession, _caller: Caller) -> None:
        await asyncio.sleep(self._rng.choice([0.0, 0.1, 3.0, 30.0]))

    async def _wait_for_hangup(self, session: AgiSession, caller: Caller) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._rng.choice([0.5, 30.0, None])):
                await session.wait_hangup()
                assert caller.link is not None
                told = caller.call.hungup or caller.dead or caller.noisy or caller.link.server.is_closing()
                # The late answer of a command that was given up may hold a line that looks like it.
                told = told or caller.given_up
                self._expect(session.hungup and told, "a hangup was seen that was none")

    async def _fail(self, _session: AgiSession, _caller: Caller) -> None:
        raise ValueError(f"a handler of {SECRET} has failed")

    def _expect(self, condition: object, text: str) -> None:
        if not condition:
            self.wrongs.append(text)

    _DEEDS: ClassVar[list[tuple[Callable[["House", AgiSession, Caller], Awaitable[None]], int]]] = [
        (_send, 60),
        (_send_with_timeout, 8),
        (_send_and_give_up, 6),
        (_send_two, 3),
        (_send_what_cannot_be_sent, 2),
        (_pause, 15),
        (_wait_for_hangup, 4),
        (_fail, 2),
    ]
