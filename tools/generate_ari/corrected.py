"""The description as it is generated: corrections applied, and every row of them proved to correct something."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from tools.generator import CorrectionError

from .corrections import Corrections
from .description import Description, Model, Operation, Parameter, Property

__all__ = ["corrected"]


def corrected(description: Description, table: Corrections) -> Description:
    """Return the operations and models as they are to be.

    Raises:
        CorrectionError: a row speaks of what is not there.
    """
    _check(description, table)
    by_name = {operation.name: operation for operation in description.operations}
    hidden = {*table.not_requests, *table.folded.values()}
    operations = [
        _operation(_folded(each, by_name, table), table) for each in description.operations if each.name not in hidden
    ]
    models = [_model(each, table) for each in description.models if each.name not in table.not_models]
    return Description(tuple(operations), tuple(models))


def _folded(operation: Operation, by_name: dict[str, Operation], table: Corrections) -> Operation:
    if operation.name not in table.folded:
        return operation
    other = by_name[table.folded[operation.name]]
    return replace(
        operation,
        path=other.path,
        parameters=other.parameters,
        refusals=tuple(sorted({*operation.refusals, *other.refusals})),
        stands_for=(operation.nickname, other.nickname),
    )


def _operation(operation: Operation, table: Corrections) -> Operation:
    chosen = table.chosen.get(operation.name)
    parameters = [
        replace(
            each,
            type=_parameter_type(operation, each, table),
            default=table.defaults.get(f"{operation.name}.{each.name}"),
            is_chosen=each.name == chosen,
            is_required=each.is_required and each.name != chosen,
        )
        for each in operation.parameters
    ]
    return replace(operation, parameters=tuple(parameters))


def _parameter_type(operation: Operation, parameter: Parameter, table: Corrections) -> str:
    types = table.parameter_types
    return types.get(f"{operation.name}.{parameter.name}") or types.get(parameter.name) or parameter.type


def _model(model: Model, table: Corrections) -> Model:
    properties = [
        replace(each, type=table.property_types.get(f"{model.name}.{each.name}", each.type))
        for each in model.properties
    ]
    return replace(model, properties=tuple(_ordered(properties, table.wire_order.get(model.name, ()))))


def _ordered(properties: list[Property], first: tuple[str, ...]) -> Iterator[Property]:
    by_name = {each.name: each for each in properties}
    yield from (by_name.pop(name) for name in first)
    yield from by_name.values()


# --- rows that correct nothing ---------------------------------------------------------------------------------------


def _check(description: Description, table: Corrections) -> None:
    operations = {operation.name: operation for operation in description.operations}
    _refuse("operation", [*table.not_requests, *table.folded, *table.folded.values(), *table.chosen], operations)
    parameters = {
        name
        for operation in description.operations
        for each in operation.parameters
        for name in (each.name, f"{operation.name}.{each.name}")
    }
    chosen = [f"{table.folded.get(name, name)}.{parameter}" for name, parameter in table.chosen.items()]
    _refuse("parameter", [*table.parameter_types, *table.defaults, *chosen], parameters)
    models = {model.name: {each.name for each in model.properties} for model in description.models}
    _refuse("model", [*table.not_models, *table.wire_order, *table.handles], models)
    properties = {f"{model}.{name}" for model, names in models.items() for name in names}
    ordered = [f"{model}.{name}" for model, names in table.wire_order.items() for name in names]
    keys = [f"{model}.{name}" for model, row in table.handles.items() for name in (*row.keys, *row.shown)]
    _refuse("property", [*table.property_types, *ordered, *keys], properties)
    _refuse("path", [row.path for row in table.handles.values()], {each.path for each in description.operations})


def _refuse(kind: str, rows: Iterable[str], known: Collection[str]) -> None:
    for row in rows:
        if row not in known:
            raise CorrectionError(f"corrections: {kind} {row} is not there")
