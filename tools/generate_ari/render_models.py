"""Writes `models.py` and `events.py`: a class for each object that Asterisk sends."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from tools.generator import docstring

from .corrections import HandleRow
from .description import Description, Model, Property
from .names import attribute
from .sentences import EVENTS, MODELS
from .types import property_type

__all__ = ["event_models", "render_events", "render_models"]

_MODELS_HEAD: Final = '''"""What Asterisk {version} answers with and puts into events, typed.

Attributes have Asterisk's names. What it need not send is ``None`` where it is missing. Times are in seconds unless
their name or description says otherwise.
"""

from typing import Any

import msgspec

from asterisk_py_core import domain

from .handles import {handles}
from .protocol.model import Model, Time, Word
'''
_EVENTS_HEAD: Final = '''"""The events of Asterisk {version}, typed.

Events that are not described arrive as :class:`UnknownEvent`. What Asterisk need not send is ``None`` where it is
missing.
"""

from typing import Any, Final, TypeAlias

from asterisk_py_core import domain

from .models import {models}
from .protocol.event import AriEvent, UnknownEvent
from .protocol.model import Code, Time, Word
'''
_INDENT: Final = "    "
# What all events have: the time comes first on the wire, and these come last.
_TIMESTAMP: Final = Property("timestamp", "Date", is_required=True)
_BEFORE: Final = (_TIMESTAMP,)
_AFTER: Final = (Property("asterisk_id", "string"), Property("application", "string", is_required=True))
# A message, not an event: it comes without a time, for no application.
_MESSAGES: Final = {"MissingParams"}


def event_models(description: Description, subtypes: Iterable[str]) -> tuple[list[Model], list[Model]]:
    """Return the models that are no events, each after those it is made of, and the events by their names."""
    events = {name for name in subtypes if name != "Event"}
    others = {model.name: model for model in description.models if model.name not in events}
    ordered: dict[str, Model] = {}
    for name in sorted(others):
        _add(name, others, ordered)
    return list(ordered.values()), sorted((m for m in description.models if m.name in events), key=lambda m: m.name)


def _add(name: str, models: Mapping[str, Model], ordered: dict[str, Model]) -> None:
    if name in ordered:
        return
    for each in models[name].properties:
        part = each.type.removeprefix("List[").removesuffix("]")
        if part in models:
            _add(part, models, ordered)
    ordered[name] = models[name]


def render_models(models: list[Model], handles: Mapping[str, HandleRow], *, version: str) -> str:
    """Return the source of `models.py`; *version* is Asterisk's."""
    known = {model.name for model in models}
    classes = []
    for model in models:
        bases = f"{model.name}Operations, Model" if model.name in handles else "Model"
        classes.append("\n".join(_class(model, bases, MODELS, known, model.properties)))
    imports = ", ".join(f"{name}Operations" for name in sorted(handles))
    head = _MODELS_HEAD.format(version=version, handles=imports)
    return f"{head}\n{_all(known)}\n\n\n" + "\n\n\n".join(classes) + "\n"


def render_events(events: list[Model], models: list[Model], handles: Mapping[str, HandleRow], *, version: str) -> str:
    """Return the source of `events.py`; *version* is Asterisk's."""
    known = {model.name: model for model in models}
    classes = []
    for event in events:
        own = sorted(event.properties, key=lambda each: each.type in known)  # channels come last
        properties = (*own, _AFTER[0]) if event.name in _MESSAGES else (*_BEFORE, *own, *_AFTER)
        lines = list(_class(event, "AriEvent", EVENTS, set(known), properties))
        if event.name in _MESSAGES:
            lines += [f"{_INDENT}timestamp: Time | None = None", f'{_INDENT}application: str = ""']
        paths = tuple(_paths(event, known, handles))
        if paths:
            lines += ["", f"{_INDENT}_handles = {paths!r}"]
        classes.append("\n".join(lines))
    names = [event.name for event in events]
    used = sorted({each.type for event in events for each in event.properties if each.type in known})
    head = _EVENTS_HEAD.format(version=version, models=", ".join(used))
    union = " | ".join(names)
    listed = ", ".join(names)
    return (
        f"{head}\n{_all([*names, 'EVENTS', 'AnyEvent', 'AriEvent', 'UnknownEvent'])}\n\n\n"
        + "\n\n\n".join(classes)
        + f"\n\n\nAnyEvent: TypeAlias = ({union})\nEVENTS: Final[tuple[type[AriEvent], ...]] = ({listed})\n"
    )


def _all(names: Iterable[str]) -> str:
    return "__all__ = [\n" + "\n".join(f'{_INDENT}"{name}",' for name in sorted(names)) + "\n]"


def _class(
    model: Model, bases: str, sentences: Mapping[str, str], known: set[str], properties: Iterable[Property]
) -> Iterator[str]:
    yield f"class {model.name}({bases}, frozen=True, kw_only=True):"
    sentence, facts = sentences.get(model.name, f"``{model.name}``."), _facts(model)
    yield from docstring(sentence, facts) if facts else docstring("", sentence)
    yield ""
    for each in properties:
        name = attribute(each.name)
        annotation = property_type(each, known)
        renamed = name != each.name
        default = "" if each.is_required else "None"
        if renamed:
            default = f'msgspec.field(name="{each.name}"{", default=None" if default else ""})'
        yield f"{_INDENT}{name}: {annotation}{f' = {default}' if default else ''}"


def _facts(model: Model) -> str:
    listed = [each for each in model.properties if each.words and ":" not in each.type]
    return " ".join([f"``{each.name}`` is one of ``{'``, ``'.join(each.words)}``." for each in listed])


def _paths(model: Model, known: Mapping[str, Model], handles: Mapping[str, HandleRow]) -> Iterator[str]:
    for each in model.properties:
        if each.type in handles:
            yield attribute(each.name)
        elif each.type in known:
            yield from (f"{attribute(each.name)}.{path}" for path in _paths(known[each.type], known, handles))
