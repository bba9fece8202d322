"""What the documentation says otherwise than Asterisk's code has it.

Observed on Asterisk 22.10.1, and read in res/res_agi.c.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

from tools.generator import CorrectionError

from .documentation import Command

__all__ = ["OPTIONAL", "corrected"]

# Documented as required, and not needed.
OPTIONAL: Final = frozenset(["SET MUSIC.class"])


def corrected(commands: Sequence[Command], optional: Collection[str] = OPTIONAL) -> tuple[Command, ...]:
    """Return the commands as they really are.

    Raises:
        CorrectionError: a row says what is documented already, or speaks of what is not there.
    """
    required = {
        f"{command.name}.{each.name}" for command in commands for each in command.parameters if each.is_required
    }
    for row in optional:
        if row not in required:
            raise CorrectionError(f"corrections: {row} is not documented as required")
    return tuple(_corrected(command, optional) for command in commands)


def _corrected(command: Command, optional: Collection[str]) -> Command:
    parameters = [
        replace(each, is_required=bool(each.is_required) and f"{command.name}.{each.name}" not in optional)
        for each in command.parameters
    ]
    return Command(command.name, tuple(parameters))
