"""The documentation as the wire has it: `corrections` applied, and every row of them proved to be of use."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from . import corrections
from .documentation import Action, Documentation, Event, Parameter, Snapshot
from .errors import CorrectionError
from .parameter_types import absorbed

__all__ = ["corrected"]


def corrected(documentation: Documentation) -> Documentation:
    """Return the actions and events as they really are, in the order of their names.

    Raises:
        CorrectionError: a correction says what the documentation says already, or speaks of what is not there.
    """
    events = [*map(_event, documentation.events), *_undocumented({event.name for event in documentation.events})]
    actions = [_action(action) for action in documentation.actions if action.name not in corrections.NOT_GENERATED]
    _check_names("events", {event.name for event in events}, _event_rows())
    _refuse("headers renamed:", "is not there", _unused_renames(documentation.events))
    _check_names("actions", {action.name for action in documentation.actions}, _action_rows())
    return Documentation(tuple(sorted(actions, key=_by_name)), tuple(sorted(events, key=_by_name)))


def _by_name(described: Action | Event) -> tuple[str, str]:
    return described.name.lower(), described.name


def _event(event: Event) -> Event:
    name = corrections.RENAMED_EVENTS.get(event.name, event.name)
    parts = list(_parts(name, event.parts))
    headers = {part.name for part in parts if isinstance(part, Parameter)}
    added = corrections.ADDED_HEADERS.get(name, ())
    _refuse(name, "is documented by now", (header for header in added if header in headers))
    optional = corrections.OPTIONAL.get(name, ())
    _refuse(name, "is not there", (header for header in optional if header not in {*headers, *added}))
    parts += [Parameter(header, is_required=header not in optional) for header in added]
    loose_parts = corrections.OPTIONAL_PARTS.get(name, ())
    snapshots = {f"{part.kind} {part.prefix}" for part in parts if isinstance(part, Snapshot)}
    _refuse(name, "is not there", (part for part in loose_parts if part not in snapshots))
    return replace(event, name=name, parts=tuple(parts))


def _parts(event: str, documented: Iterable[Parameter | Snapshot]) -> Iterator[Parameter | Snapshot]:
    unsent = ("ActionID", *corrections.UNSENT.get(event, ()))
    for part in documented:
        if isinstance(part, Snapshot):
            required = f"{part.kind} {part.prefix}" not in corrections.OPTIONAL_PARTS.get(event, ())
            yield replace(part, is_required=required)
        elif part.name not in unsent:
            header = _renamed(event, part.name)
            optional = part.is_required is False or header in corrections.OPTIONAL.get(event, ())
            yield replace(part, name=header, is_required=not optional and event not in corrections.NOT_SEEN)


def _renamed(event: str, header: str) -> str:
    for row, name in corrections.RENAMED_HEADERS.items():
        owner, _, old = row.partition(".")
        if owner == event and header.startswith(old):
            return name + header.removeprefix(old)
    return header


def _unused_renames(events: Iterable[Event]) -> Iterator[str]:
    documented = {event.name: [part.name for part in event.parts if isinstance(part, Parameter)] for event in events}
    for row in corrections.RENAMED_HEADERS:
        owner, _, old = row.partition(".")
        if not any(header.startswith(old) for header in documented.get(owner, ())):
            yield row


def _undocumented(documented: set[str]) -> Iterator[Event]:
    _refuse("", "is documented by now", (name for name in corrections.UNDOCUMENTED if name in documented))
    for name, (module, *headers) in corrections.UNDOCUMENTED.items():
        optional = corrections.OPTIONAL.get(name, ())
        yield Event(
            name,
            "",
            module,
            tuple(
                Snapshot("bridge") if header == "bridge" else Parameter(header, is_required=header not in optional)
                for header in headers
            ),
        )


def _action(action: Action) -> Action:
    required = corrections.REQUIRED_PARAMETERS.get(action.name, ())
    left_out = ("ActionID", *absorbed(action.name))
    parameters = [parameter for parameter in action.parameters if parameter.name not in left_out]
    _refuse(
        action.name,
        "is required by now",
        (each.name for each in parameters if each.is_required and each.name in required),
    )
    parameters = [replace(each, is_required=bool(each.is_required) or each.name in required) for each in parameters]
    items, end = action.items, action.end
    if action.name in corrections.ACTION_LISTS:
        _refuse(action.name, "has a documented list by now", items)
        *items_found, end = corrections.ACTION_LISTS[action.name]
        items = tuple(items_found)
    return replace(action, parameters=tuple(parameters), items=items, end=end)


def _event_rows() -> set[str]:
    tables: tuple[Mapping[str, object], ...] = (
        corrections.ADDED_HEADERS,
        corrections.UNSENT,
        corrections.OPTIONAL,
        corrections.OPTIONAL_PARTS,
    )
    rows = {name for table in tables for name in table}
    rows |= {row.partition(".")[0] for row in corrections.RENAMED_HEADERS}
    rows |= {*corrections.RENAMED_EVENTS.values(), *corrections.CALLERS, *corrections.LOOSE_CHANNELS}
    return rows | {*corrections.NOT_SEEN}


def _action_rows() -> set[str]:
    return {
        *corrections.NOT_GENERATED,
        *corrections.REQUIRED_PARAMETERS,
        *corrections.MAY_BE_EMPTY,
        *corrections.ACTION_LISTS,
    }


def _check_names(what: str, known: set[str], rows: set[str]) -> None:
    _refuse(what, "is not there", sorted(rows - known))


def _refuse(owner: str, problem: str, rows: Iterable[str]) -> None:
    for row in rows:
        raise CorrectionError(f"corrections: {owner} {row} {problem}")
