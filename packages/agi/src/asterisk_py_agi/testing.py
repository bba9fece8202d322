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
end, every recording is made, every application runs. It writes literal bytes and reads commands with a parser of its
own, so that no mistake of the session can hide behind the same mistake here.
"""

from __future__ import annotations

import asyncio
import re
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from .events import AgiEvent, SessionEnded
from .exchange import Exchange
from .fake_links import CallingSocket, MemoryLink
from .routes import Handler, OnHangup, Route
from .service import Service

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = ["FakeAsteriskCall", "ReceivedCommand", "Reply", "fake_call"]

Reply: TypeAlias = "bytes | Callable[[ReceivedCommand], bytes | None] | None"

# The columns "Command" and "Dead" of `agi show commands`: these are answered after the hangup, too.
_DEAD_TOO = {
    "ASYNCAGI BREAK", "DATABASE DEL", "DATABASE DELTREE", "DATABASE GET", "DATABASE PUT", "EXEC", "GET FULL VARIABLE",
    "GET VARIABLE", "NOOP", "SET VARIABLE", "SPEECH DESTROY", "SPEECH UNLOAD GRAMMAR", "VERBOSE",
}  # fmt: skip
# What else there is, and what it is answered with where nobody says otherwise (recorded from Asterisk 22.10.1).
_PLAIN = {
    "ASYNCAGI BREAK": b"200 result=0\n", "NOOP": b"200 result=0\n", "RECEIVE CHAR": b"200 result=0\n",
    "RECEIVE TEXT": b"200 result=-1\n", "SEND IMAGE": b"200 result=0\n", "SEND TEXT": b"200 result=0\n",
    "SET AUTOHANGUP": b"200 result=0\n", "SET CALLERID": b"200 result=1\n", "SET CONTEXT": b"200 result=0\n",
    "SET EXTENSION": b"200 result=0\n", "SET MUSIC": b"200 result=0\n", "SET PRIORITY": b"200 result=0\n",
    "SPEECH ACTIVATE GRAMMAR": b"200 result=1\n", "SPEECH CREATE": b"200 result=1\n",
    "SPEECH DEACTIVATE GRAMMAR": b"200 result=1\n", "SPEECH DESTROY": b"200 result=1\n",
    "SPEECH LOAD GRAMMAR": b"200 result=1\n", "SPEECH RECOGNIZE": b"200 result=1 (timeout)\n",
    "SPEECH SET": b"200 result=1\n", "SPEECH UNLOAD GRAMMAR": b"200 result=1\n", "TDD MODE": b"200 result=1\n",
    "VERBOSE": b"200 result=1\n",
    "GOSUB": b"100 result=0 Trying...\n200 result=0 Gosub complete\n",
}  # fmt: skip
# What a command is answered with that the hangup interrupts.
_INTERRUPTED = {
    "RECEIVE CHAR": b"200 result=-1 (hangup)\n",
    "RECORD FILE": b"200 result=-1 (hangup) endpos=8000\n",
}
_LENGTH = 16000  # Samples that every prompt and recording has: two seconds.
_DEAD = b"511 Command Not Permitted on a dead channel or intercept routine\n"


# What Asterisk 22.10.1 says about a call, in its order.
_ENVIRONMENT = {
    "agi_network": "yes", "agi_network_script": "", "agi_request": "", "agi_channel": "PJSIP/200-0000002a",
    "agi_language": "en", "agi_type": "PJSIP", "agi_uniqueid": "1795418684.85", "agi_version": "22.10.1",
    "agi_callerid": "", "agi_calleridname": "", "agi_callingpres": "0", "agi_callingani2": "0", "agi_callington": "0",
    "agi_callingtns": "0", "agi_dnid": "", "agi_rdnis": "unknown", "agi_context": "default", "agi_extension": "",
    "agi_priority": "2", "agi_enhanced": "0.0", "agi_accountcode": "", "agi_threadid": "139664741185216",
}  # fmt: skip


class ReceivedCommand(NamedTuple):
    """A command as it came: its name in upper case, and its arguments without quotes and escapes."""

    name: str
    args: tuple[str, ...]


class FakeAsteriskCall:
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
        self.played: list[str] = []
        self.said: list[str] = []
        self.recorded: list[str] = []
        self.executed: list[tuple[str, str]] = []
        self.variables = dict(variables or {})
        self.database: dict[tuple[str, str], str] = {}
        self.answered = False
        self.hungup = False
        self.status: str | None = None
        self._sighup = sighup
        self._digits = ""
        self._script: dict[str, Reply] = {}
        self._deadly: set[str] = set()
        self._incoming = b""
        self._waits = False  # A command has been received and not answered.
        self._write: Callable[[bytes], object] = _nowhere
        self._changed = asyncio.Event()

    # --- what happens ---

    def press(self, digits: str) -> None:
        """Press *digits* (``0-9*#A-D``): each is taken by the next command that listens for it."""
        self._digits += digits

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
                self.reply(_INTERRUPTED.get(self.commands[-1].name, b"200 result=-1\n"))
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
        exchange.attach(MemoryLink(self._received, self._lost))
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
            lambda: CallingSocket(self._begin, self._received, closed), host, port
        )
        try:
            await closed
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
                self._perform(self._read(line.decode("utf-8", "surrogateescape")))

    def _lost(self) -> None:
        if self.status is None:
            self.status = "HANGUP" if self.hungup else "SUCCESS"
        self._write = _nowhere
        self._changed.set()

    def _perform(self, command: ReceivedCommand) -> None:
        self.commands.append(command)
        self._waits = True
        if command.name in self._deadly:
            self.hang_up()
        elif self.hungup and command.name in self._known - _DEAD_TOO:
            self.reply(_DEAD)
        else:
            # A text without variables is its own value, whatever was scripted: after a long answer the session asks so.
            literal = command.name == "GET FULL VARIABLE" and "$" not in "".join(command.args)
            scripted = self._answer if literal else self._script.get(command.name, self._answer)
            answer = scripted(command) if callable(scripted) else scripted
            if answer is not None and self._waits:
                self.reply(answer)
        self._changed.set()

    @cached_property
    def _known(self) -> set[str]:
        return {*_PLAIN, *self._answers}

    def _read(self, line: str) -> ReceivedCommand:
        words = _words(line)
        for length in (3, 2, 1):
            name = " ".join(words[:length]).upper()
            if name in self._known:
                return ReceivedCommand(name, tuple(words[length:]))
        return ReceivedCommand(line.upper(), ())

    def _answer(self, command: ReceivedCommand) -> bytes:
        if command.name in self._answers:
            # What was not given is empty.
            args = (*command.args, "", "", "", "", "")
            return f"200 result={self._answers[command.name](args)}\n".encode("utf-8", "surrogateescape")
        return _PLAIN.get(command.name, b"510 Invalid or unknown command\n")

    @cached_property
    def _answers(self) -> Mapping[str, Callable[[tuple[str, ...]], str]]:
        """How the commands are answered that do something, by name."""
        spoken = ("ALPHA", "DATE", "DATETIME", "DIGITS", "NUMBER", "PHONETIC", "TIME")
        return {
            "ANSWER": self._answer_call,
            "CHANNEL STATUS": lambda _: "6" if self.answered else "4",
            "CONTROL STREAM FILE": self._play,
            "DATABASE DEL": self._database_del,
            "DATABASE DELTREE": self._database_deltree,
            "DATABASE GET": self._database_get,
            "DATABASE PUT": self._database_put,
            "EXEC": self._execute,
            "GET DATA": self._ask,
            "GET FULL VARIABLE": self._evaluate,
            "GET OPTION": self._play,
            "GET VARIABLE": self._get_variable,
            "HANGUP": self._hang_up_call,
            "RECORD FILE": self._record,
            "SET VARIABLE": self._set_variable,
            "STREAM FILE": self._play,
            "WAIT FOR DIGIT": lambda _: str(self._code("0123456789*#ABCD")),
            **{f"SAY {what}": self._say for what in spoken},
        }

    def _digit(self, allowed: str) -> str:
        """Take the next digit that was pressed, if it is one of *allowed*."""
        digit = self._digits[:1] if self._digits[:1] in allowed else ""
        self._digits = self._digits[len(digit) :]
        return digit

    def _code(self, allowed: str) -> int:
        return ord(self._digit(allowed) or "\0")

    def _answer_call(self, _: tuple[str, ...]) -> str:
        self.answered = True
        return "0"

    def _hang_up_call(self, _: tuple[str, ...]) -> str:
        asyncio.get_running_loop().call_soon(self.hang_up)
        return "1"

    def _play(self, args: tuple[str, ...]) -> str:
        self.played.append(args[0])
        code = self._code(args[1])
        return f"{code} endpos={_LENGTH // 2 if code else _LENGTH}"

    def _ask(self, args: tuple[str, ...]) -> str:
        self.played.append(args[0])
        most = int(args[2] or 1024)
        digits = ""
        while len(digits) < most:
            digit = self._digit("0123456789*#ABCD")
            if digit in {"", "#"}:
                return digits + ("" if digit else " (timeout)")
            digits += digit
        return digits

    def _record(self, args: tuple[str, ...]) -> str:
        self.recorded.append(args[0])
        code = self._code(args[2])
        return f"{code} ({'dtmf' if code else 'timeout'}) endpos={_LENGTH}"

    def _say(self, args: tuple[str, ...]) -> str:
        self.said.append(args[0])
        return str(self._code(args[1]))

    def _execute(self, args: tuple[str, ...]) -> str:
        self.executed.append((args[0], args[1]))
        return "0"

    def _get_variable(self, args: tuple[str, ...]) -> str:
        value = self.variables.get(args[0])
        return "0" if value is None else f"1 ({value})"

    def _evaluate(self, args: tuple[str, ...]) -> str:
        return f"1 ({re.sub(r'[$][{]([^{}]*)[}]', lambda name: self.variables.get(name[1], ''), args[0])})"

    def _set_variable(self, args: tuple[str, ...]) -> str:
        self.variables[args[0]] = args[1]
        return "1"

    def _database_get(self, args: tuple[str, ...]) -> str:
        value = self.database.get((args[0], args[1]))
        return "0" if value is None else f"1 ({value})"

    def _database_put(self, args: tuple[str, ...]) -> str:
        self.database[args[0], args[1]] = args[2]
        return "1"

    def _database_del(self, args: tuple[str, ...]) -> str:
        self.database.pop((args[0], args[1]), None)
        return "1"

    def _database_deltree(self, args: tuple[str, ...]) -> str:
        gone = [key for key in self.database if key[0] == args[0] and key[1].startswith(args[1])]
        for key in gone:
            del self.database[key]
        return "0" if gone else "1"  # In this command alone 0 is success (res/res_agi.c, handle_dbdeltree).


def _nowhere(_: bytes) -> None:
    """Where a call writes that is not connected."""


def fake_call() -> FakeAsteriskCall:
    """Return a :class:`FakeAsteriskCall`: the body of a fixture, see the top of this module."""
    return FakeAsteriskCall()


def _words(line: str) -> list[str]:
    """Cut *line* where Asterisk does (res/res_agi.c, parse_args): at spaces outside of quotes that are not escaped."""
    words: list[str] = []
    word: str | None = None
    quoted = escaped = False
    for char in line:
        if escaped or (char not in '\\" \t') or (char in " \t" and quoted):
            word = (word or "") + char
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == '"':
            quoted = not quoted
            word = word or ""
        elif word is not None:
            words.append(word)
            word = None
    return words if word is None else [*words, word]
