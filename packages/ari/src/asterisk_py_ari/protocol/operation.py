"""From the arguments of an operation to its request: what each parameter is called, where it goes, what it may be.

The operations themselves are in :mod:`asterisk_py_ari.resources`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf, isfinite
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import msgspec

from asterisk_py_core.checks import shown
from asterisk_py_core.errors import InputError

from .handle import Handle
from .requests import Request, check_text, segment

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "Operation",
    "VariableMap",
    "attributes",
    "flag",
    "json_object",
    "milliseconds",
    "number",
    "sources",
    "text",
    "texts",
    "variables",
]

VariableMap: TypeAlias = "Mapping[str, str | Mapping[str, str | bool]]"
"""Values by the names of variables; a value may be ``{"value": "1", "report_events": True}``."""

_ARGUMENT: Final = re.compile(r"\{(\w+)\}")
# res/ari/ari_model_validators and the generated res_ari_*.c: MAX_VALS, the most values one parameter may have.
_MAX_VALUES: Final = 127
# app.c, __ast_app_separate_args, which cuts a list at its commas: a backslash takes these for what they are.
_ESCAPES: Final = str.maketrans({each: f"\\{each}" for each in '\\,"()'})


@dataclass(frozen=True, slots=True)
class Operation:
    """One of ARI's operations, as Asterisk describes it."""

    name: str
    """``resource.operation``, in Python's spelling."""
    method: str
    path: str
    """With the arguments in it: ``/channels/{channel_id}/play/{playback_id}``."""
    refusals: tuple[int, ...] = ()
    """The statuses of a refusal that Asterisk documents."""
    query: tuple[tuple[str, str, Callable[[str, Any], str]], ...] = ()
    """The argument, Asterisk's name for it, and what makes text of it."""
    body: tuple[str, str, Callable[[str, Any], Any]] | None = None
    """The argument, Asterisk's name for it (empty where it is the whole body), and what makes JSON of it."""
    stands_for: tuple[str, ...] = ()
    """Asterisk's names for it: two, where it has one for a chosen id and one for an id of the caller's."""
    _path: tuple[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        names = tuple(_ARGUMENT.findall(self.path))
        object.__setattr__(self, "_path", (_ARGUMENT.sub("%s", self.path), names))

    def request(self, **arguments: Any) -> Request:
        """Return the request; an argument that is ``None`` is left to Asterisk, unless it is part of the path.

        Raises:
            InputError: an argument cannot be sent, or all of them together are too long.
        """
        template, names = self._path
        segments = [segment(f"{self.name}: {argument}", _name_of(arguments[argument])) for argument in names]
        query = [
            (name, convert(f"{self.name}: {argument}", value))
            for argument, name, convert in self.query
            if (value := arguments[argument]) is not None
        ]
        return Request(
            operation=self.name,
            method=self.method,
            path=template % tuple(segments),
            query=tuple(query),
            body=self._body(arguments),
        )

    def _body(self, arguments: Mapping[str, Any]) -> bytes | None:
        if self.body is None:
            return None
        argument, name, convert = self.body
        value = arguments[argument]
        if value is None:
            return None
        field = f"{self.name}: {argument}"
        content = convert(field, value)
        try:
            content = msgspec.to_builtins(content)
            _check_numbers(content, argument)
            return msgspec.json.encode({name: content} if name else content)
        except (TypeError, ValueError, RecursionError) as error:  # a set, half a surrogate pair, a dict in itself
            raise InputError(field=field, problem=f"cannot be written as JSON: {error}") from error


def _check_numbers(value: object, path: str) -> None:
    """Raise ValueError for a number that JSON has no word for: msgspec writes ``null``, and Asterisk takes that."""
    if isinstance(value, float) and not isfinite(value):
        raise ValueError(f"{path} is {value}")
    if isinstance(value, dict):
        for key, each in value.items():
            _check_numbers(each, f"{path}[{key!r:.100}]")
    elif isinstance(value, list | tuple):
        for number, each in enumerate(value):
            _check_numbers(each, f"{path}[{number}]")


def _name_of(value: Any) -> Any:
    return value.key if isinstance(value, Handle) else value


# --- from arguments to text and JSON ---------------------------------------------------------------------------------
# An error names the argument and not its value: the value of a variable may be a PIN.


def text(field: str, value: object) -> str:
    """Return *value*; a handle is its name."""
    value = _name_of(value)
    if not isinstance(value, str):
        raise InputError(field=field, problem=f"must be text, not {type(value).__name__}")
    return check_text(field, str(value))


def texts(field: str, value: object) -> str:
    """Return *value*, one text or several, as one parameter. A comma in a text is a part of it."""
    if isinstance(value, str | Handle):
        value = (value,)
    if not isinstance(value, Sequence) or isinstance(value, bytes | bytearray):
        raise InputError(field=field, problem=f"must be text or a sequence of texts, not {type(value).__name__}")
    if not 0 < len(value) <= _MAX_VALUES:
        raise InputError(field=field, problem=f"must be 1 to {_MAX_VALUES} texts, not {len(value)}")
    return ",".join([text(field, each).translate(_ESCAPES) for each in value])


def sources(field: str, value: object) -> str:
    """Return *value*, one source of events or several, as one parameter; a handle is its kind and name."""
    if isinstance(value, str | Handle):
        value = (value,)
    if isinstance(value, Sequence):
        value = [f"{each.kind}:{each.key}" if isinstance(each, Handle) else each for each in value]
    return texts(field, value)


def flag(field: str, value: object) -> str:
    """Return *value*, a bool, as Asterisk writes it."""
    if not isinstance(value, bool):
        raise InputError(field=field, problem=f"must be True or False, not {shown(value):.100}")
    return "true" if value else "false"


def number(field: str, value: object) -> str:
    """Return *value*, an integer, in digits: Asterisk takes a number up to the first letter or point."""
    if not isinstance(value, int) or isinstance(value, bool) or not -(2**31) <= value < 2**31:
        raise InputError(field=field, problem=f"must be an integer of 32 bits, not {shown(value):.100}")
    return str(int(value))


def milliseconds(field: str, seconds: object) -> str:
    """Return *seconds* in whole milliseconds."""
    if not isinstance(seconds, int | float) or isinstance(seconds, bool) or not 0 <= seconds < inf:
        raise InputError(field=field, problem=f"must be a number of seconds, not {shown(seconds):.100}")
    return number(field, round(seconds * 1000))


def variables(field: str, value: object) -> dict[str, Any]:
    """Return *value*, variables by their names, as JSON has them. Asterisk refuses values that are no text."""
    found = json_object(field, value)
    for name, each in found.items():
        content = each.get("value") if isinstance(each, Mapping) else each
        if not isinstance(content, str):
            raise InputError(field=field, problem=f"must have text for {name!r:.100}, not {type(content).__name__}")
    return found


def attributes(field: str, value: object) -> list[dict[str, str]]:
    """Return *value*, texts by the names of attributes, as Asterisk's list of pairs."""
    return [{"attribute": name, "value": text(field, each)} for name, each in json_object(field, value).items()]


def json_object(field: str, value: object) -> dict[str, Any]:
    """Return *value*, a mapping from texts, as JSON has it."""
    if not isinstance(value, Mapping):
        raise InputError(field=field, problem=f"must be a mapping, not {type(value).__name__}")
    for name in value:
        if not isinstance(name, str):
            raise InputError(field=field, problem=f"must have text for its names, not {shown(name):.100}")
    return {name: dict(each) if isinstance(each, Mapping) else each for name, each in value.items()}
