"""Python values as the arguments of a command."""

from collections.abc import Sequence
from datetime import datetime
from math import isfinite
from typing import Final, TypeGuard

from asterisk_py_core.errors import InputError

__all__ = ["epoch", "for_subroutine", "joined", "milliseconds", "on_off", "seconds", "trailing", "whole_seconds"]

Argument = str | float

_OPENING: Final = {"(": ")", "[": "]"}


def milliseconds(command: str, parameter: str, value: float | None, none: int | None = None) -> int:
    """Return the whole milliseconds in *value* seconds, of which more than nothing is one at least.

    *none* is the number that stands for None, another one for each command. Where that is 0, 0 s is one millisecond.

    Raises:
        InputError: *value* is no finite number of 0 or more; the message names the command and the parameter.
    """
    if value is None and none is not None:
        return none
    duration = seconds(command, parameter, value)
    return max(round(duration * 1000), 1 if duration or none == 0 else 0)


def seconds(command: str, parameter: str, value: float | None) -> float:
    """Return *value*.

    Raises:
        InputError: it is no finite number of 0 or more.
    """
    if not _is_number(value) or value < 0:
        raise _refused(command, parameter, f"must be a number of seconds, 0 or more, not {value!r}")
    return value


def whole_seconds(command: str, parameter: str, value: float | None) -> int:
    """Return *value*, which Asterisk takes as whole seconds; None is no limit.

    Raises:
        InputError: it is not a whole number of 1 or more.
    """
    if value is None:
        return 0
    if not _is_number(value) or value < 1 or value != int(value):
        raise _refused(command, parameter, f"must be a whole number of seconds, 1 or more, not {value!r}")
    return int(value)


def epoch(command: str, parameter: str, moment: datetime | float) -> int:
    """Return the seconds since 1970 at *moment*; a datetime without a time zone is in this machine's.

    Raises:
        InputError: it is no datetime and no finite number.
    """
    if isinstance(moment, datetime):
        return int(moment.timestamp())
    if not _is_number(moment):
        raise _refused(command, parameter, f"must be a datetime or seconds since 1970, not {moment!r}")
    return int(moment)


def on_off(value: bool) -> str:  # noqa: FBT001 - a value to write, not an option
    """Return ``on`` or ``off``."""
    return "on" if value else "off"


def trailing(*optional: tuple[Argument | None, Argument | None]) -> list[Argument]:
    """Return the optional arguments at the end of a command, up to the last that is given.

    Each comes with what Asterisk reads as "not given" in its place, which is needed before others that are given. None
    there says that the place need not be kept.
    """
    given = [argument is not None for argument, _ in optional]
    end = len(given) - given[::-1].index(True) if any(given) else 0
    arguments = [blank if argument is None else argument for argument, blank in optional[:end]]
    return [argument for argument in arguments if argument is not None]


def for_subroutine(command: str, parameter: str, values: str | Sequence[Argument] | None) -> str | None:
    r"""Return *values* as the arguments of a subroutine; text is that already.

    Raises:
        InputError: one of them has a comma, ``\``, ``"``, or a bracket without a partner: Gosub splits there, and what
            would prevent it would stay in the argument (apps/app_stack.c, gosub_exec).
    """
    if values is None or isinstance(values, str):
        return values or None
    for value in map(str, values):
        if joined([value]) != value:
            problem = f"cannot pass {value!r}, for its commas, quotes, backslashes or brackets: set a variable instead"
            raise _refused(command, parameter, problem)
    return joined(values) or None


def joined(arguments: Sequence[Argument]) -> str:
    r"""Return *arguments* as the one text in which an application finds each of them again.

    ``\``, ``"`` and commas are escaped, and brackets without a partner, behind which Asterisk would not look for commas
    (main/app.c, __ast_app_separate_args). Brackets in pairs stay: options such as ``U(subroutine)`` need them.
    """
    return ",".join([_escaped(str(argument)) for argument in arguments])


def _escaped(argument: str) -> str:
    special = {place for place, character in enumerate(argument) if character in '\\",'} | set(_unpaired(argument))
    return "".join([f"\\{character}" if place in special else character for place, character in enumerate(argument)])


def _unpaired(argument: str) -> list[int]:
    """Return where brackets stand that are not opened or not closed."""
    unpaired: list[int] = []
    for opening, closing in _OPENING.items():
        opened: list[int] = []
        for place, character in enumerate(argument):
            if character == opening:
                opened.append(place)
            elif character == closing:
                if opened:
                    opened.pop()
                else:
                    unpaired.append(place)
        unpaired += opened
    return unpaired


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _refused(command: str, parameter: str, problem: str) -> InputError:
    return InputError(field=f"{command}: parameter {parameter}", problem=problem)
