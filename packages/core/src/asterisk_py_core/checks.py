"""Numbers given by the caller, refused where they make no sense with a message that names the field and the value."""

import sys

from .errors import InputError

__all__ = ["check_count", "check_number", "check_timeout", "shown"]


def check_count(field: str, value: object) -> int:
    """Return *value* if it is a positive integer; InputError otherwise."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise InputError(field=field, problem=f"must be a positive integer, not {shown(value)}")
    return value


def check_number(field: str, value: object, *, at_least: float, at_most: float = sys.float_info.max) -> float:
    """Return *value* if it is a number in this range; InputError otherwise."""
    # NaN is in no range; neither are infinity and the integers too large for a float.
    if not isinstance(value, int | float) or isinstance(value, bool) or not at_least <= value <= at_most:
        bounds = f"at least {at_least:g}" if at_most == sys.float_info.max else f"{at_least:g} to {at_most:.10g}"
        raise InputError(field=field, problem=f"must be a number of {bounds}, not {shown(value)}")
    return value


def check_timeout(field: str, seconds: object) -> float:
    """Return *seconds* if it can be waited for, a positive number; InputError otherwise."""
    if not isinstance(seconds, int | float) or isinstance(seconds, bool) or not 0 < seconds <= sys.float_info.max:
        raise InputError(field=field, problem=f"must be a positive number of seconds, not {shown(seconds)}")
    return seconds


def shown(value: object) -> str:
    """Return the repr of *value* for a message, or words where there is none."""
    try:
        return repr(value)
    except ValueError:  # Python does not print integers of more than 4,300 digits.
        return "an integer of thousands of digits"
