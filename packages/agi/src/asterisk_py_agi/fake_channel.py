"""The channel of a fake call: what each AGI command does to it, and what it is answered.

Commands are read with a parser of its own, and answers are literal bytes: no mistake of the session can hide behind the
same mistake here.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["INTERRUPTED", "FakeChannel", "ReceivedCommand"]

# The columns "Command" and "Dead" of `agi show commands`: these are answered after the hangup, too.
_DEAD_TOO = {
    "ASYNCAGI BREAK", "DATABASE DEL", "DATABASE DELTREE", "DATABASE GET", "DATABASE PUT", "EXEC", "GET FULL VARIABLE",
    "GET VARIABLE", "NOOP", "SET VARIABLE", "SPEECH DESTROY", "SPEECH UNLOAD GRAMMAR", "VERBOSE",
}  # fmt: skip
# What else there is, and what it is answered with where nobody says otherwise (recorded from Asterisk 22.10.1).
_PLAIN = {
    "ASYNCAGI BREAK": b"200 result=0\n", "HANGUP": b"200 result=1\n", "NOOP": b"200 result=0\n",
    "RECEIVE CHAR": b"200 result=0\n", "RECEIVE TEXT": b"200 result=-1\n",
    "SEND IMAGE": b"200 result=0\n", "SEND TEXT": b"200 result=0\n",
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
INTERRUPTED = {
    "RECEIVE CHAR": b"200 result=-1 (hangup)\n",
    "RECORD FILE": b"200 result=-1 (hangup) endpos=8000\n",
}
_LENGTH = 16000  # Samples that every prompt and recording has: two seconds.
_DEAD = b"511 Command Not Permitted on a dead channel or intercept routine\n"


class ReceivedCommand(NamedTuple):
    """A command as it came: its name in upper case, and its arguments without quotes and escapes."""

    name: str
    args: tuple[str, ...]


class FakeChannel:
    """A channel whose caller is patient: every prompt plays to its end, every recording is made.

    Base of ``FakeAsteriskCall``, which says what the attributes hold, and takes the commands.
    """

    def __init__(self, variables: Mapping[str, str]) -> None:
        self.played: list[str] = []
        self.said: list[str] = []
        self.recorded: list[str] = []
        self.executed: list[tuple[str, str]] = []
        self.variables = dict(variables)
        self.database: dict[tuple[str, str], str] = {}
        self.answered = False
        self.hungup = False
        self._digits = ""

    def press(self, digits: str) -> None:
        """Press *digits* (``0-9*#A-D``): each is taken by the next command that listens for it."""
        self._digits += digits

    def _read(self, line: str) -> ReceivedCommand:
        """Return the command in *line*; what is none has all of it for its name."""
        words = _words(line)
        for length in (3, 2, 1):
            name = " ".join(words[:length]).upper()
            if name in self._known:
                return ReceivedCommand(name, tuple(words[length:]))
        return ReceivedCommand(line.upper(), ())

    def _refuses(self, command: ReceivedCommand) -> bool:
        """Whether the channel has hung up and *command* needs a live one."""
        return self.hungup and command.name in self._known - _DEAD_TOO

    def _perform(self, command: ReceivedCommand) -> bytes:
        """Do *command* and return the whole answer."""
        if self._refuses(command):
            return _DEAD
        if command.name in self._answers:
            # What was not given is empty.
            args = (*command.args, "", "", "", "", "")
            return f"200 result={self._answers[command.name](args)}\n".encode("utf-8", "surrogateescape")
        return _PLAIN.get(command.name, b"510 Invalid or unknown command\n")

    @cached_property
    def _known(self) -> set[str]:
        return {*_PLAIN, *self._answers}

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
