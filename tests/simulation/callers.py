"""Who connects to a simulated AgiServer: Asterisk, with calls that go well or badly, and strangers."""

import asyncio
import math
import random
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, Final

from asterisk_py_agi.testing import FakeAsteriskCall, ReceivedCommand
from tests.simulation.network import SimulatedLoop
from tests.simulation.simulation import GARBAGE
from tests.unit.agi.scripted import ENVIRONMENT

if TYPE_CHECKING:
    from asterisk_py_agi import AgiSession
    from tests.simulation.links import Link

__all__ = ["COMMANDS", "SECRET", "Caller", "Peer", "Stranger", "noise"]

SECRET: Final = "s3cret-pin"
"""What all arguments and answers hold: a log must not."""
COMMANDS: Final = (
    "DATABASE GET", "EXEC", "GET DATA", "GET VARIABLE", "GOSUB", "NOOP", "RECEIVE TEXT", "SAY DIGITS", "SET VARIABLE",
    "STREAM FILE", "VERBOSE", "WAIT FOR DIGIT",
)  # fmt: skip

_HOST: Final = "127.0.0.1"
_PATIENCE: Final = 2.0  # res/res_agi.c, MAX_AGI_CONNECT: so many seconds Asterisk waits for a connection.
_SHORT: Final = ("200 result=1 ({})", "200 result={}", "200 result={} (timeout)", "200 result=0 ({}) endpos=77")
_WITH_LINES: Final = "200 result=1 ({}\n200 result=0\n\nHANGUP\n)"
_WITH_TEXT: Final = {"DATABASE GET", "GET VARIABLE", "RECEIVE TEXT"}
_LONG: Final = "x" * 700
_REFUSALS: Final = (
    "510 Invalid or unknown command {}",
    "511 Command Not Permitted on a dead channel or intercept routine",
    "520-Invalid command syntax.  Proper usage follows:\nUsage: {}\n520 End of proper usage.",
)
_FORGED_ANSWER: Final = b"200 result=1 (forged)\n"
_FORGED: Final[tuple[dict[str, str], ...]] = (
    {"agi_calleridname": "x\nagi_calleridname: y"},
    {"agi_calleridname": "x\n\n200 result=1 (x)"},
    {"agi_calleridname": "x\nagi_arg_1: y"},
    {"agi_calleridname": "x\n\xff\x00"},
    {"agi_accountcode": "x" * 9_000},
    {f"agi_arg_{number}": "x" for number in range(1, 300)},
)


def noise(rng: random.Random) -> bytes:
    """Return bytes that are no answer of Asterisk's."""
    return rng.choice([*GARBAGE, b"HANG", b"250 what\n", b"100 \n", rng.randbytes(rng.randint(1, 300))])


class Peer(ABC):
    """Somebody who connects to *port*, and what becomes of it.

    ``link`` is the connection once there is one. It is ``broken`` when this side ended it, or the network: what the
    server said last need not have come.
    """

    def __init__(self, rng: random.Random, loop: SimulatedLoop, port: int) -> None:
        self.link: Link | None = None
        self.broken = False
        self.session: AgiSession | None = None
        self.handled_until: float | None = None
        self.task = loop.create_task(self._live(port))
        self._rng = rng
        self._loop = loop

    async def _live(self, port: int) -> None:
        patience = self._loop.call_later(_PATIENCE, self._give_up)
        try:
            await self._talk(port)
        except OSError:
            pass  # Nobody listens.
        finally:
            patience.cancel()

    @abstractmethod
    async def _talk(self, port: int) -> None:
        """Connect, and return when the connection has ended."""

    @property
    @abstractmethod
    def heard_failure(self) -> bool:
        """Whether the server said that it failed."""

    @property
    def is_connected(self) -> bool:
        """Whether this side has the connection."""
        return self.link is not None and self.link.is_open

    @property
    def is_handled(self) -> bool:
        """Whether a handler has the call now."""
        return self.session is not None and self.handled_until is None

    @property
    def address(self) -> str:
        """What the server calls this side."""
        assert self.link is not None
        return f"{_HOST}:{self.link.caller_port}"

    def took_room_at(self, time: float) -> bool:
        """Whether the server had this connection, or a handler the call, at *time*."""
        if self.link is None or self.link.server.begun_at is None:
            return False
        begun_at = self.link.server.begun_at
        # What was lost before it was looked at has a session for a moment, too.
        until = math.inf if self.is_handled else max(begun_at, self.link.server.over_at, self.handled_until or 0.0)
        return begun_at <= time <= until

    def leave(self) -> None:
        """Close the connection, as far as there is one."""
        self.broken = True
        if self.link is None or self.link.silent:
            self.task.cancel()
        else:
            self.link.client.close()

    def reset(self) -> None:
        """Break the connection."""
        self.broken = True
        if self.link is not None:
            self.link.reset()

    def vanish(self) -> None:
        """Be gone without a word."""
        self.broken = True
        if self.link is not None:
            self.link.silence()
        if self._rng.random() < 0.5:
            self.task.cancel()

    def _give_up(self) -> None:
        if self.link is None:
            self.task.cancel()


class Stranger(Peer):
    """Somebody who is not Asterisk: no handler may hear of him."""

    def __init__(self, rng: random.Random, loop: SimulatedLoop, port: int) -> None:
        super().__init__(rng, loop, port)
        self.received = b""
        self._end = loop.create_future()

    @property
    def heard_failure(self) -> bool:
        return self.received == b"failure\n"

    async def _talk(self, port: int) -> None:
        transport, _ = await self._loop.create_connection(lambda: _Ear(self), _HOST, port)
        try:
            await self._rng.choice([self._say_nothing, self._trickle, self._shout, self._hurry, self._break_off])(
                transport
            )
            await self._end
        finally:
            transport.abort()

    async def _say_nothing(self, _: asyncio.Transport) -> None:
        pass

    async def _trickle(self, transport: asyncio.Transport) -> None:
        for byte in ENVIRONMENT:
            if self._end.done():
                break
            transport.write(bytes([byte]))
            await asyncio.sleep(0.3)

    async def _shout(self, transport: asyncio.Transport) -> None:
        transport.write(self._rng.choice([noise(self._rng) + b"\n\n", b"GET / HTTP/1.1\r\n\r\n\n", b"x" * 70_000]))

    async def _hurry(self, _: asyncio.Transport) -> None:
        self._rng.choice([self.leave, self.reset])()

    async def _break_off(self, transport: asyncio.Transport) -> None:
        transport.write(ENVIRONMENT[: self._rng.randrange(len(ENVIRONMENT))])
        await asyncio.sleep(self._rng.choice([0.0, 0.01, 1.0]))
        self._rng.choice([self.leave, self.reset])()

    def ended(self) -> None:
        """Note the end of the connection."""
        self._end.set_result(None)


class _Ear(asyncio.Protocol):
    def __init__(self, stranger: Stranger) -> None:
        self._stranger = stranger

    def data_received(self, data: bytes) -> None:
        self._stranger.received += data

    def connection_lost(self, _: Exception | None) -> None:
        if not self._stranger._end.done():
            self._stranger.ended()


class Caller(Peer):
    """A call for *script*. A *calm* one is answered as its handler expects; any other as chance has it.

    ``heard`` has the arguments that came, which no two commands share, ``unsent`` those of which the handler was told
    that they were not sent. ``said`` has the answer to each, ``spoiled`` those whose answer was none, and
    ``answered_at`` when either was said. ``waits_for`` is the argument of the command that the handler waits for. The
    line is ``noisy`` when bytes came that Asterisk does not write; the channel is ``dead`` when a 511 said so.
    ``given_up`` is whether the handler has abandoned a command. What *describes* the call may be forged.
    """

    def __init__(self, rng: random.Random, loop: SimulatedLoop, port: int, number: int, script: str) -> None:
        self.calm = script == "calm"
        self.script = script
        forged = {} if self.calm or rng.random() < 0.9 else rng.choice(_FORGED)
        self.describes = not forged
        self.number = number
        self.tells = self.calm or rng.random() < 0.8
        self.call = FakeAsteriskCall(script, environment={"agi_uniqueid": str(number), **forged}, sighup=self.tells)
        self.heard: set[str] = set()
        self.unsent: set[str] = set()
        self.said: dict[str, str] = {}
        self.spoiled: set[str] = set()
        self.answered_at: dict[str, float] = {}
        self.waits_for = ""
        self.hung_up_at = math.inf
        self.noisy = self.dead = self.given_up = False
        self.raised: BaseException | None = None
        self._tokens = 0
        self._unanswered: str | None = None
        self._late: asyncio.TimerHandle | None = None
        if not self.calm:
            for command in COMMANDS:
                self.call.on(command, self._answer)
        super().__init__(rng, loop, port)

    @property
    def heard_failure(self) -> bool:
        return self.call.status == "FAILURE"

    async def _talk(self, port: int) -> None:
        try:
            await self.call.dial(_HOST, port)
        finally:
            self._forget_late()

    def token(self) -> str:
        """Return an argument that no command had before."""
        self._tokens += 1
        return f"{SECRET}-{self.number}-{self._tokens}"

    def hang_up(self) -> None:
        """Hang up, as a caller does; does nothing the second time."""
        if self.call.hungup:
            return
        self._forget_late()
        if self._unanswered is not None:
            self._say(self._unanswered, "200 result=-1")
        self.hung_up_at = self._loop.time()
        self.call.hang_up()

    def disturb(self) -> None:
        """Put bytes on the line that Asterisk does not write there."""
        if self.link is not None:
            self.noisy = True
            self.link.client.write(noise(self._rng))

    # --- answers ---

    def _say(self, token: str, text: str) -> bytes:
        self.said[token] = text
        self.answered_at[token] = self._loop.time()
        return text.encode() + b"\n"

    def _answer(self, command: ReceivedCommand) -> bytes | None:
        kinds = self._ANSWERS
        answer = self._rng.choices([kind for kind, _ in kinds], weights=[weight for _, weight in kinds])[0]
        token = _token(command)
        self.heard.add(token)
        return answer(self, command.name, token)

    def _plainly(self, name: str, token: str) -> bytes:
        texts = [*_SHORT, f"200 result=1 ({{}}{_LONG})", *([_WITH_LINES] if name in _WITH_TEXT else [])]
        answer = self._say(token, self._rng.choice(texts).format(token))
        return b"100 result=0 Trying...\n" + answer if name == "GOSUB" else answer

    def _later(self, name: str, token: str) -> None:
        def answer() -> None:
            self._unanswered = None
            self.call.reply(self._plainly(name, token))

        self._unanswered = token
        self._late = self._loop.call_later(self._rng.choice([0.2, 3.0, 40.0]), answer)

    def _never(self, _: str, token: str) -> None:
        self._unanswered = token

    def _refuse(self, _: str, token: str) -> bytes:
        text = self._rng.choice(_REFUSALS).format(token)
        self.dead = self.dead or text.startswith("511")
        return self._say(token, text)

    def _fail(self, _: str, token: str) -> bytes:
        return self._say(token, "200 result=-1")

    def _hang_up(self, name: str, token: str) -> bytes | None:
        if self.call.hungup:
            return self._fail(name, token)
        self._unanswered = token
        self.hang_up()
        return None

    def _spoil(self, _: str, token: str) -> None:
        self.noisy = True
        self.spoiled.add(token)
        ways = (self._answer_twice, self._answer_at_length, self._talk_nonsense, self._explain_for_ever)
        self._rng.choice(ways)(token)

    def _answer_twice(self, token: str) -> None:
        """Give two answers, so short that one read has all of it: Asterisk writes an answer whole."""
        self.answered_at[token] = self._loop.time()
        weather = self._loop.weather
        pieces, weather.pieces = weather.pieces, False
        self.call.reply(f"200 result=1 ({token})\n".encode() + _FORGED_ANSWER)
        weather.pieces = pieces

    def _answer_at_length(self, token: str) -> None:
        """Give a long answer that ends with a second one, which a read of its own may have."""
        self.answered_at[token] = self._loop.time()
        self.call.reply(f"200 result=1 ({token}{_LONG})\n".encode())
        self.call.reply(_FORGED_ANSWER)

    def _talk_nonsense(self, token: str) -> None:
        self.answered_at[token] = self._loop.time()
        self.call.reply(self._rng.choice([b"250 what\n", b"\xff\x00\n", b"x" * 70_000]))

    def _explain_for_ever(self, _: str) -> None:
        self.call.reply(b"520-Invalid command syntax.  Proper usage follows:\n")

    def _forget_late(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    _ANSWERS: ClassVar[list[tuple[Callable[["Caller", str, str], bytes | None], int]]] = [
        (_plainly, 60),
        (_later, 10),
        (_never, 5),
        (_refuse, 6),
        (_fail, 5),
        (_hang_up, 4),
        (_spoil, 6),
    ]


def _token(command: ReceivedCommand) -> str:
    return command.args[0] if command.args else ""
