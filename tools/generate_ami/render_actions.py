"""Writes `actions.py`: a class for each action, with its parameters as arguments."""

from collections.abc import Iterable, Iterator

from .docstrings import of_action
from .documentation import Action, Documentation, Parameter
from .names import class_name
from .parameter_types import SECRET, ParameterType, parameter_type

__all__ = ["render_actions"]

_HEAD = '''"""The actions of Asterisk {version}, typed.

::

    await ami.send(Hangup("PJSIP/200-00000007", cause=HangupCause.USER_BUSY))

What Asterisk requires comes first, by position or by name, and must not be empty; everything else has a name, and is
left to Asterisk where it is ``None``. Arguments are checked before anything is written. Durations are in seconds. The
ActionID is the client's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .protocol.action import (
    Action,
    ListAction,
    escaped,
    indexed,
    joined,
    milliseconds,
    numbered,
    on_off,
    pairs,
    required,
    yes_no,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Literal

    from asterisk_py_core.domain import HangupCause

    from . import events
    from .protocol.codec import Scalar
    from .protocol.message import AmiEvent
'''
_INDENT = "    "


def render_actions(documentation: Documentation, *, version: str) -> str:
    """Return the source of the module; *version* is Asterisk's."""
    events = {event.name for event in documentation.events}
    names = "\n".join(f'{_INDENT}"{class_name(action.name)}",' for action in documentation.actions)
    classes = "\n\n\n".join("\n".join(_class(action, events)) for action in documentation.actions)
    return f"{_HEAD.format(version=version)}\n__all__ = [\n{names}\n]\n\n\n{classes}\n"


def _class(action: Action, events: set[str]) -> Iterator[str]:
    types = {each.name: parameter_type(action.name, each) for each in action.parameters}
    yield f"class {class_name(action.name)}({_base(action, events)}):"
    yield from of_action(action, [each.note for each in types.values() if each.note])
    yield ""
    slots = sorted(each.argument for each in types.values())
    yield f"{_INDENT}__slots__ = {_tuple(slots)}"
    yield f'{_INDENT}name = "{action.name}"'
    if action.name in SECRET:
        yield f"{_INDENT}secret_headers = {_tuple(SECRET[action.name])}"
    if action.items:
        yield f"{_INDENT}item_events = {_tuple(action.items)}"
    if action.end:
        yield f'{_INDENT}end_event = "{action.end}"'
    yield ""
    yield f"{_INDENT}def __init__({_signature(action, types)}) -> None:"
    yield from (f"{_INDENT * 2}{line}" for line in _body(action, types))


def _tuple(names: Iterable[str]) -> str:
    quoted = [f'"{name}"' for name in names]
    # Without a comma at its end, a line stays one line as long as it fits.
    return f"({quoted[0]},)" if len(quoted) == 1 else f"({', '.join(quoted)})"


def _base(action: Action, events: set[str]) -> str:
    if not action.items:
        return "Action"
    known = [f"events.{class_name(item)}" if item in events else "AmiEvent" for item in action.items]
    return f'ListAction["{" | ".join(dict.fromkeys(known))}"]'


def _signature(action: Action, types: dict[str, ParameterType]) -> str:
    required = [types[each.name] for each in action.parameters if each.is_required]
    optional = [types[each.name] for each in action.parameters if not each.is_required]
    arguments = ["self", *(f"{each.argument}: {each.annotation}" for each in required)]
    if optional:
        arguments.append("*")
    for each in optional:
        annotation = each.annotation if each.default != "None" else f"{each.annotation} | None"
        arguments.append(f"{each.argument}: {annotation} = {each.default}")
    return ", ".join(arguments)


def _body(action: Action, types: dict[str, ParameterType]) -> Iterator[str]:
    for each in action.parameters:
        name = types[each.name].argument
        is_checked = each.is_required and not each.may_be_empty
        value = f'required(self, "{name}", {name})' if is_checked else name
        yield f"self.{name}: Final = {value}"
    headers = [_headers(each, types[each.name]) for each in action.parameters]
    yield f"super().__init__({', '.join(headers)})"


def _headers(parameter: Parameter, kind: ParameterType) -> str:
    return kind.headers.format(header=parameter.name, argument=kind.argument)
