"""Asterisk's documentation XML, read into what the generator works with: names, types and flags, never prose."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from xml.etree import ElementTree as ET

from tools.generator import DocumentationError, Parameter, parameter

__all__ = ["Action", "Documentation", "Event", "Parameter", "Snapshot", "read"]

T = TypeVar("T")

_INCLUDE = "{http://www.w3.org/2001/XInclude}include"
# The only forms that lead to a name or a type: all parameters of something, or one of them.
_POINTER = re.compile(
    r"xpointer\(/?docs/(?P<kind>manager|managerEvent|application)\[@name='(?P<owner>[^']+)'\]"
    r"(?:/managerEventInstance)?/syntax/parameter"
    r"(?:\[@name='(?P<name>[^']+)'\]|\[contains\(@name, '(?P<part>[^']+)'\)\])?\)"
)
_EVENT_POINTER = re.compile(r"xpointer\(/docs/managerEvent\[@name='([^']+)'\]\)")
_SNAPSHOTS = {"channel_snapshot": "channel", "bridge_snapshot": "bridge"}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The headers of a channel or a bridge (`kind`) behind a prefix, which may be empty."""

    kind: str
    prefix: str = ""
    is_required: bool = True
    is_loose: bool = False
    """Whether its headers are attributes of the event all the same, each of them optional."""


@dataclass(frozen=True, slots=True)
class Event:
    """An event: where it comes from, and its parts in wire order."""

    name: str
    privilege: str
    module: str
    parts: tuple[Parameter | Snapshot, ...] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """An action and, if it answers with a list, the events that are its items and the one that ends it."""

    name: str
    module: str
    parameters: tuple[Parameter, ...] = ()
    items: tuple[str, ...] = ()
    end: str | None = None


@dataclass(frozen=True, slots=True)
class Documentation:
    """Everything the documentation says about AMI, each name once, in the order of the names."""

    actions: tuple[Action, ...]
    events: tuple[Event, ...]


def read(file: Path) -> Documentation:
    """Read `core-en_US.xml`.

    Raises:
        DocumentationError: it has a form that is not known here, so that something would be left out in silence.
    """
    return parse(ET.parse(file).getroot())  # noqa: S314 - a file of the Asterisk we installed


def parse(docs: ET.Element) -> Documentation:
    """Read the root element; raises what `read` raises."""
    # Three builds of app_voicemail document the same actions: the first is as good as the others.
    actions: dict[str, Action] = {}
    for element in docs.findall("manager"):
        actions.setdefault(element.attrib["name"], _action(docs, element))
    events: dict[str, Event] = {}
    for element in docs.iter("managerEvent"):
        events.setdefault(element.attrib["name"], _event(docs, element))
    return Documentation(_by_name(actions), _by_name(events))


def _by_name(found: dict[str, T]) -> tuple[T, ...]:
    return tuple(found[name] for name in sorted(found, key=lambda name: (name.lower(), name)))


def _action(docs: ET.Element, element: ET.Element) -> Action:
    name = element.attrib["name"]
    parameters = [part for part in _syntax(docs, element, name) if isinstance(part, Parameter)]
    answer = element.find("responses")
    items: list[str] = []
    ends: list[str] = []
    if answer is not None:
        ends = list(_event_names(answer, name))
        elements = answer.find("list-elements")
        items = [] if elements is None else list(_event_names(elements, name))
    if len(ends) > 1:
        raise DocumentationError(f"action {name}: {len(ends)} events are said to end its list")
    return Action(name, element.attrib.get("module", ""), tuple(parameters), tuple(items), *ends)


def _event(docs: ET.Element, element: ET.Element) -> Event:
    name = element.attrib["name"]
    instance = element.find("managerEventInstance")
    if instance is None:
        raise DocumentationError(f"event {name} has no managerEventInstance")
    privilege = instance.attrib["class"].removeprefix("EVENT_FLAG_").lower()
    return Event(name, privilege, element.attrib.get("module", ""), tuple(_syntax(docs, instance, name)))


def _event_names(parent: ET.Element, owner: str) -> Iterator[str]:
    for child in parent:
        if child.tag == "managerEvent":
            yield child.attrib["name"]
        elif child.tag == _INCLUDE:
            pointer = child.attrib["xpointer"]
            match = _EVENT_POINTER.fullmatch(pointer)
            if match is None:
                raise DocumentationError(f"action {owner}: no event is found at {pointer}")
            yield match[1]


def _syntax(docs: ET.Element, described: ET.Element, owner: str) -> Iterator[Parameter | Snapshot]:
    """Yield the parts of a syntax in order, each once: an event may list a parameter and include it too."""
    syntax = described.find("syntax")
    seen: set[str] = set()
    for child in () if syntax is None else syntax:
        if child.tag in _SNAPSHOTS:
            yield Snapshot(_SNAPSHOTS[child.tag], child.get("prefix", ""))
            continue
        for found in _parameters(docs, child, owner):
            if found.name not in seen:
                seen.add(found.name)
                yield found


def _parameters(docs: ET.Element, child: ET.Element, owner: str) -> Iterator[Parameter]:
    if child.tag == "parameter":
        yield parameter(child)
    elif child.tag == _INCLUDE:
        yield from _included(docs, child.attrib["xpointer"], owner)
    else:
        raise DocumentationError(f"{owner}: <{child.tag}> in its syntax is not known here")


def _included(docs: ET.Element, pointer: str, owner: str) -> Iterator[Parameter]:
    match = _POINTER.fullmatch(pointer)
    found = [] if match is None else _find(docs, match)
    if not found:
        raise DocumentationError(f"{owner}: no parameter is found at {pointer}")
    for element in found:
        yield from _parameters(docs, element, owner)


def _find(docs: ET.Element, match: re.Match[str]) -> list[ET.Element]:
    owners = [each for each in docs.iter(match["kind"]) if each.get("name") == match["owner"]]
    syntaxes = [syntax for owner in owners[:1] for syntax in owner.iter("syntax")]
    # A parameter may be an include itself, of a whole syntax.
    children = [child for syntax in syntaxes for child in syntax if child.tag in {"parameter", _INCLUDE}]
    if match["name"] is not None:
        return [child for child in children if child.get("name") == match["name"]]
    if match["part"] is not None:
        return [child for child in children if match["part"] in child.get("name", "")]
    return children
