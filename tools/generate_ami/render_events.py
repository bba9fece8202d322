"""Writes `events.py`: a class for each event, of the field machinery that the AMI package has."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from .docstrings import of_event
from .documentation import Documentation, Event, Parameter, Snapshot
from .header_types import CHANNEL, parser
from .names import attribute, class_name, part_name

__all__ = ["render_events"]

_HEAD = '''"""The events of Asterisk {version}, typed.

Each class carries the name its event has on the wire. Every header stays reachable by its own name
(``event["Cause-txt"]``), described here or not; events that are not described arrive as plain :class:`AmiEvent`. A
header that is not always sent is ``None`` where it is missing.
"""

from asterisk_py_core import domain

from .protocol.fields import OptionalPart, field, optional
from .protocol.message import AmiEvent
from .protocol.values import clock, flag, known, measured, unless_global
from .snapshot import BridgeEvent, BridgeSnapshot, ChannelEvent, ChannelFields, bridge, channel, optional_channel
'''
_INDENT = "    "


def render_events(documentation: Documentation, *, version: str) -> str:
    """Return the source of the module; *version* is Asterisk's."""
    lists = _lists(documentation)
    names = "\n".join(f'{_INDENT}"{class_name(event.name)}",' for event in documentation.events)
    classes = "\n\n\n".join("\n".join(_class(event, *lists)) for event in documentation.events)
    return f"{_HEAD.format(version=version)}\n__all__ = [\n{names}\n]\n\n\n{classes}\n"


def _lists(documentation: Documentation) -> tuple[Mapping[str, Sequence[str]], Mapping[str, Sequence[str]]]:
    """Return, for events that lists are made of, the actions of which they are items and ends."""
    items: dict[str, list[str]] = defaultdict(list)
    ends: dict[str, list[str]] = defaultdict(list)
    for action in documentation.actions:
        for item in action.items:
            items[item].append(action.name)
        if action.end is not None:
            ends[action.end].append(action.name)
    return items, ends


def _class(event: Event, items_of: Mapping[str, Sequence[str]], ends: Mapping[str, Sequence[str]]) -> Iterator[str]:
    yield f'class {class_name(event.name)}({", ".join(_bases(event))}, event="{event.name}"):'
    yield from of_event(event, items_of, ends)
    yield ""
    yield f"{_INDENT}__slots__ = ()"
    members = [f"{_INDENT}{name} = {value}" for name, value in _members(event)]
    if members:
        yield ""
        yield from members
    if event.name == "OriginateResponse":
        yield _IS_SUCCESS


_IS_SUCCESS = '''
    @property
    def is_success(self) -> bool:
        """Whether the channel answered."""
        return self.response.lower() == "success"'''


def _bases(event: Event) -> list[str]:
    flat = {part.kind for part in event.parts if isinstance(part, Snapshot) and _is_flat(part)}
    if "bridge" in flat:
        return ["BridgeEvent", "ChannelFields"] if "channel" in flat else ["BridgeEvent"]
    return ["ChannelEvent"] if "channel" in flat else ["AmiEvent"]


def _is_flat(part: Snapshot) -> bool:
    """Whether it is what the event itself is about, always there, and so a base of its class."""
    return not part.prefix and part.is_required


def _members(event: Event) -> Iterator[tuple[str, str]]:
    for part in event.parts:
        if isinstance(part, Parameter):
            read = parser(event.name, part.name, part.words)
            yield attribute(event.name, part.name), _field(part.name, read, is_required=bool(part.is_required))
        elif part.is_loose:
            for name, header, read in CHANNEL:
                yield name, _field(header, parser(event.name, header) or read, is_required=False)
        elif not _is_flat(part):
            yield part_name(part.kind, part.prefix), _part(part)


def _field(header: str, read: str, *, is_required: bool) -> str:
    kind = "field" if is_required else "optional"
    return f'{kind}("{header}", {read})' if read else f'{kind}("{header}")'


def _part(part: Snapshot) -> str:
    if part.is_required:
        return f'{part.kind}("{part.prefix}")'
    if part.kind == "bridge":
        return f'OptionalPart(BridgeSnapshot, "{part.prefix}", "BridgeUniqueid")'
    return f'optional_channel("{part.prefix}")'
