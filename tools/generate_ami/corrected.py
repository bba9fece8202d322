"""The documentation as the wire has it: corrections applied, and every row of them proved to correct something."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from tools.generator import CorrectionError

from .corrections import Corrections
from .documentation import Action, Documentation, Event, Parameter, Snapshot
from .parameter_types import absorbed

__all__ = ["corrected"]


def corrected(documentation: Documentation, table: Corrections) -> Documentation:
    """Return the actions and events as they really are, in the order of their names.

    Whether a header or parameter is required is decided afterwards.

    Raises:
        CorrectionError: a row says what is documented already, or speaks of what is not there.
    """
    documented = {event.name for event in documentation.events}
    _refuse_any("event", (name for name in table.undocumented if name in documented), "is documented")
    events = [_event(event, table) for event in documentation.events]
    events += [_undocumented(name, table) for name in table.undocumented]
    _check_events(documentation, {event.name for event in events}, table)
    _check_actions({action.name for action in documentation.actions}, table)
    actions = [_action(action, table) for action in documentation.actions if action.name not in table.not_generated]
    return Documentation(tuple(sorted(actions, key=_by_name)), tuple(sorted(events, key=_by_name)))


def _by_name(described: Action | Event) -> tuple[str, str]:
    return described.name.lower(), described.name


# --- events ----------------------------------------------------------------------------------------------------------


def _event(documented: Event, table: Corrections) -> Event:
    name = table.renamed_events.get(documented.name, documented.name)
    optional = table.optional_headers.get(name, ())
    added = table.added_headers.get(name, ())
    parts = [*_parts(name, documented.parts, table), *_headers(added, optional)]
    _check_parts(name, parts, table)
    privilege = table.classes.get(name, documented.privilege)
    if name in table.classes and privilege == documented.privilege:
        raise CorrectionError(f"corrections: {name} is documented to be of class {privilege}")
    return replace(documented, name=name, privilege=privilege, parts=tuple(parts))


def _parts(
    event: str, documented: Iterable[Parameter | Snapshot], table: Corrections
) -> Iterator[Parameter | Snapshot]:
    # The ActionID is an attribute of every message.
    unsent = ("ActionID", *table.unsent_headers.get(event, ()))
    optional = table.optional_headers.get(event, ())
    for part in documented:
        if isinstance(part, Snapshot):
            is_loose = event in table.loose_channels and (part.kind, part.prefix) == ("channel", "")
            is_required = _label(part) not in table.optional_parts.get(event, ()) and not is_loose
            yield replace(part, is_required=is_required, is_loose=is_loose)
        elif part.name not in unsent:
            name = _renamed(event, part.name, table)
            is_optional = part.is_required is False or name in optional or event in table.not_seen
            yield replace(part, name=name, is_required=not is_optional)


def _label(part: Snapshot) -> str:
    return f"{part.kind} {part.prefix}"


def _headers(names: Iterable[str], optional: Collection[str]) -> list[Parameter]:
    return [Parameter(name, is_required=name not in optional) for name in names]


def _renamed(event: str, header: str, table: Corrections) -> str:
    for row, name in table.renamed_headers.items():
        owner, _, old = row.partition(".")
        if owner == event and header.startswith(old):
            return name + header.removeprefix(old)
    return header


def _undocumented(name: str, table: Corrections) -> Event:
    module, *names = table.undocumented[name]
    parts: list[Parameter | Snapshot] = [Snapshot("bridge")] if "bridge" in names else []
    parts += _headers((each for each in names if each != "bridge"), table.optional_headers.get(name, ()))
    return Event(name, "", module, tuple(parts))


# --- actions ---------------------------------------------------------------------------------------------------------


def _action(documented: Action, table: Corrections) -> Action:
    name = documented.name
    required = table.required_parameters.get(name, ())
    may_be_empty = table.may_be_empty.get(name, ())
    left_out = ("ActionID", *absorbed(name))
    parameters = [each for each in documented.parameters if each.name not in left_out]
    _refuse_any(name, (each.name for each in parameters if each.is_required and each.name in required), "is required")
    items, end = documented.items, documented.end
    if name in table.lists:
        _refuse_any(name, items, "is documented as an item")
        *found, end = table.lists[name]
        items = tuple(found)
    return replace(
        documented,
        parameters=tuple(
            replace(
                each,
                is_required=bool(each.is_required) or each.name in required,
                may_be_empty=each.name in may_be_empty,
            )
            for each in parameters
        ),
        items=items,
        end=end,
    )


# --- rows that correct nothing ---------------------------------------------------------------------------------------


def _check_parts(event: str, parts: Collection[Parameter | Snapshot], table: Corrections) -> None:
    headers = [part.name for part in parts if isinstance(part, Parameter)]
    snapshots = [_label(part) for part in parts if isinstance(part, Snapshot)]
    _refuse_any(event, (name for name in headers if headers.count(name) > 1), "is documented")
    _refuse_any(event, _others(table.optional_headers.get(event, ()), headers), "is not sent")
    _refuse_any(event, _others(table.optional_parts.get(event, ()), snapshots), "is not sent")


def _check_events(documentation: Documentation, known: Collection[str], table: Corrections) -> None:
    documented = [
        f"{table.renamed_events.get(event.name, event.name)}.{part.name}"
        for event in documentation.events
        for part in event.parts
        if isinstance(part, Parameter)
    ]
    rows = [*table.classes, *table.added_headers, *table.unsent_headers, *table.optional_headers, *table.optional_parts]
    rows += [*table.renamed_events.values(), *table.loose_channels, *table.not_seen]
    _refuse_any("event", _others(rows, known), "is not there")
    _refuse_any("event", _others(table.renamed_events, {event.name for event in documentation.events}), "is not there")
    unused = (row for row in table.renamed_headers if not any(header.startswith(row) for header in documented))
    _refuse_any("header", unused, "is not documented")


def _check_actions(known: Collection[str], table: Corrections) -> None:
    rows = [*table.not_generated, *table.required_parameters, *table.may_be_empty, *table.lists]
    _refuse_any("action", _others(rows, known), "is not there")


def _others(rows: Iterable[str], known: Collection[str]) -> Iterator[str]:
    return (row for row in rows if row not in known)


def _refuse_any(owner: str, rows: Iterable[str], problem: str) -> None:
    for row in rows:
        raise CorrectionError(f"corrections: {owner} {row} {problem}")
