"""Writes `commands.py`: a method for each command, with its parameters as arguments."""

from collections.abc import Iterator, Sequence

from tools.generator import docstring

from .arguments import Argument, argument
from .documentation import Command
from .results import result
from .sentences import COMMANDS

__all__ = ["render_commands"]

_HEAD = '''"""The AGI commands of Asterisk {version}, typed.

::

    pressed = await call.stream_file("welcome", "0")
    if pressed.digit == "0": ...

What Asterisk requires comes first, by position or by name; everything else has a name, and is left to Asterisk where it
is ``None``. Durations are in seconds. Files are named without their extension.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import results
from .protocol import arguments

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from asterisk_py_core.domain import ChannelState

    from .protocol.reply import Reply
    from .results import ControlledPlayback, Digits, Playback, Recognition, Recording

__all__ = ["AgiCommands"]


class AgiCommands:
    """One method for each AGI command; a session inherits them.

    None of them has a timeout of ours: a command takes as long as a person does. All of them raise what :meth:`send`
    raises, InputError for arguments that cannot be sent, and AgiCommandFailedError where Asterisk says that it did not
    work: there is no such file, or the caller hung up meanwhile.
    """

    __slots__ = ()

    async def send(self, command: str, *args: str | float, timeout: float | None = None) -> Reply:
        """Send *command* with *args* and return the final answer, which is a 200.

        Raises:
            AgiInvalidCommandError, AgiDeadChannelError, AgiUsageError: Asterisk said no (510, 511, 520).
        """
        raise NotImplementedError

    async def execute(self, application: str, *args: str | float) -> int:
        """Run an application of the dialplan with *args* and return its result, as :meth:`exec` does.

        The application finds each argument as it was given: commas, quotes and backslashes in it are escaped. That is
        for applications that take several arguments. One that takes all as one text, such as ``Set`` or ``System``,
        does not undo it, and neither does any with the last argument that it knows: use :meth:`exec` there.
        """
        return await self.exec(application, arguments.joined(args))
'''
_INDENT = "    "


def render_commands(commands: Sequence[Command], *, version: str) -> str:
    """Return the source of the module; *version* is Asterisk's."""
    methods = "\n\n".join("\n".join(_method(command)) for command in commands)
    return f"{_HEAD.format(version=version)}\n{methods}\n"


def _method(command: Command) -> Iterator[str]:
    known = [argument(command.name, each) for each in command.parameters]
    required = [each for each, described in zip(known, command.parameters, strict=True) if described.is_required]
    optional = known[len(required) :]
    annotation, function = result(command.name)
    name = command.name.lower().replace(" ", "_")
    yield f"{_INDENT}async def {name}({_signature(required, optional)}) -> {annotation}:"
    notes = [each.note for each in known if each.note]
    facts = " ".join([*notes, f"Command ``{command.name}``."])
    yield from docstring(COMMANDS.get(command.name, ""), facts, indent=_INDENT * 2)
    yield f"{_INDENT * 2}reply = await self.send({_sent(command.name, required, optional)})"
    call = f'results.{function}("{command.name}", reply)'
    yield f"{_INDENT * 2}{call}" if annotation == "None" else f"{_INDENT * 2}return {call}"


def _signature(required: Sequence[Argument], optional: Sequence[Argument]) -> str:
    parts = ["self", *(_declared(each) for each in required)]
    if optional:
        parts += ["*", *(_declared(each, " | None = None") for each in optional)]
    return ", ".join(parts)


def _declared(each: Argument, otherwise: str = "") -> str:
    return f"{each.name}: {each.annotation}" + (f" = {each.default}" if each.default else otherwise)


def _sent(command: str, required: Sequence[Argument], optional: Sequence[Argument]) -> str:
    parts = [f'"{command}"', *(_value(command, each) for each in required)]
    if optional:
        pairs = ", ".join(f"({_value(command, each)}, {each.blank})" for each in optional)
        parts.append(f"*arguments.trailing({pairs})")
    return ", ".join(parts)


def _value(command: str, sent: Argument) -> str:
    return sent.value.format(command=command, argument=sent.name)
