"""Writes a module for each resource, with its operations as methods, and `handles.py`, with those of single things."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from tools.generator import docstring

from .corrections import HandleRow
from .description import Description, Operation, Parameter
from .names import argument, handle_method, method, module, resource_class
from .sentences import HANDLES, OPERATIONS, RESOURCES
from .types import parameter_type, result_type

__all__ = ["render_handles", "render_resource", "render_resources"]

_RESOURCE_HEAD: Final = '''"""{sentence}"""

from __future__ import annotations

from typing import {typing}

{models}from asterisk_py_ari.protocol.operation import {functions}

from .resource import Resource

{checked}__all__ = ["{name}"]
'''
_HANDLES_HEAD: Final = '''"""What can be asked of a channel, a bridge and so on, as methods of the thing itself.

Each returns what the method of the resource does, which asks when it is awaited: ``await channel.answer()`` is
``await ari.channels.answer(channel.id)``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .protocol.handle import Handle, Named

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping, Sequence
    from typing import Any, Literal

    from asterisk_py_core import domain
    from asterisk_py_core.domain import HangupCause

    from .models import {models}
    from .protocol.operation import VariableMap
'''
_INDENT: Final = "    "
_PARAMETER: Final = re.compile(r"\{(\w+)\}")


# --- resources -------------------------------------------------------------------------------------------------------


def render_resource(resource: str, description: Description, models: set[str]) -> str:
    """Return the source of a resource's module."""
    operations = [each for each in description.operations if each.resource == resource]
    name = resource_class(resource)
    constants = "\n".join(_constant(each) for each in operations)
    listed = ", ".join(map(_constant_name, operations))
    methods = "\n\n".join("\n".join(_method(each, models)) for each in operations)
    body = (
        f"{constants}\n\n\nclass {name}(Resource):\n"
        + "\n".join(docstring("", RESOURCES[resource]))
        + f"\n\n{_INDENT}__slots__ = ()\n{_INDENT}operations = ({listed},)\n\n{methods}\n"
    )
    return f"{_head(resource, name, operations, models, body)}\n{body}"


def _head(resource: str, name: str, operations: Iterable[Operation], models: set[str], body: str) -> str:
    results = sorted({each for each in models if any(each in _result_names(op) for op in operations)})
    functions = sorted({convert for op in operations for convert in _converters(op)})
    words = set(re.findall(r"\w+", body))
    # What only annotations name.
    checked = ["import builtins"] if "builtins" in words else []
    if abstract := sorted(words & {"Mapping", "Sequence"}):
        checked.append(f"from collections.abc import {', '.join(abstract)}")
    if typed := sorted(words & {"Any", "Literal"}):
        checked.append(f"from typing import {', '.join(typed)}")
    checked.append("")
    if handles := sorted(word for word in words if word.endswith("Operations")):
        checked.append(f"from asterisk_py_ari.handles import {', '.join(handles)}")
    if "Handle" in words:
        checked.append("from asterisk_py_ari.protocol.handle import Handle")
    if any(each.type == "containers" for operation in operations for each in operation.parameters):
        checked.append("from asterisk_py_ari.protocol.operation import VariableMap")
    if "domain" in words:
        checked.append("from asterisk_py_core import domain")
    if "HangupCause" in words:
        checked.append("from asterisk_py_core.domain import HangupCause")
    lines = "\n".join(f"{_INDENT}{line}" if line else "" for line in checked).strip("\n")
    lines = f"if TYPE_CHECKING:\n{lines}\n\n" if lines else ""
    return _RESOURCE_HEAD.format(
        sentence=RESOURCES[resource],
        models=f"from asterisk_py_ari.models import {', '.join(results)}\n" if results else "",
        functions=", ".join(["Operation", *functions]),
        checked=lines,
        name=name,
        typing="TYPE_CHECKING, Final" if lines else "Final",
    )


def _result_names(operation: Operation) -> set[str]:
    return set(re.findall(r"\w+", operation.result))


def _converters(operation: Operation) -> Iterator[str]:
    return (parameter_type(each).convert for each in operation.parameters if each.place != "path")


def _constant_name(operation: Operation) -> str:
    return f"_{method(operation.nickname).upper()}"


def _constant(operation: Operation) -> str:
    parts = [
        f'"{module(operation.resource)}.{method(operation.nickname)}"',
        f'"{operation.method}"',
        f'"{_template(operation)}"',
        f"refusals={operation.refusals!r}",
    ]
    query = [_converted(each) for each in operation.parameters if each.place == "query"]
    body = [_converted(each) for each in operation.parameters if each.place == "body"]
    if query:
        parts.append(f"query=({', '.join(query)},)")
    if body:
        parts.append(f"body={body[0]}")
    parts.append(f"stands_for={operation.stands_for!r}")
    return f"{_constant_name(operation)}: Final = Operation({', '.join(parts)})"


def _template(operation: Operation) -> str:
    return _PARAMETER.sub(lambda found: f"{{{argument(found[1])}}}", operation.path)


def _converted(parameter: Parameter) -> str:
    wire = "" if parameter.type == "whole" else parameter.name
    return f'("{argument(parameter.name)}", "{wire}", {parameter_type(parameter).convert})'


def _method(operation: Operation, models: set[str]) -> Iterator[str]:
    result = result_type(operation.result, models)
    # In a class with a method `list`, that is what the name means to a type checker.
    annotation = re.sub(r"\blist\[", "builtins.list[", str(result))
    yield f"{_INDENT}async def {method(operation.nickname)}({_signature(operation)}) -> {annotation}:"
    yield from docstring(OPERATIONS.get(operation.name, ""), _facts(operation), indent=_INDENT * 2)
    arguments = ", ".join(f"{argument(each.name)}={_value(each)}" for each in operation.parameters)
    request = f"{_constant_name(operation)}.request({arguments})"
    wanted = f", {result}" if result else ""
    yield f"{_INDENT * 2}{'return ' if result else ''}await self._caller.call({request}{wanted})"


def _value(parameter: Parameter) -> str:
    name = argument(parameter.name)
    return f"self._named({name})" if parameter.is_chosen else name


def _facts(operation: Operation) -> str:
    codes = [str(code) for code in operation.refusals]
    refused = ""
    if codes:
        listed = " or ".join([", ".join(codes[:-1]), codes[-1]] if len(codes) > 1 else codes)
        refused = f"; refused with {listed}"
    return f"``{operation.method} {operation.path}``{refused}."


def _signature(operation: Operation, *, without: Iterable[str] = ()) -> str:
    hidden = set(without)
    parameters = [each for each in operation.parameters if each.name not in hidden]
    required = sorted((each for each in parameters if each.is_required), key=lambda each: each.place != "path")
    optional = [each for each in parameters if not each.is_required]
    arguments = ["self", *(f"{argument(each.name)}: {parameter_type(each).annotation}" for each in required)]
    if optional:
        arguments.append("*")
    return ", ".join([*arguments, *map(_optional, optional)])


def _optional(parameter: Parameter) -> str:
    annotation = parameter_type(parameter).annotation
    if parameter.default is not None:
        return f'{argument(parameter.name)}: {annotation} = "{parameter.default}"'
    return f"{argument(parameter.name)}: {annotation} | None = None"


def render_resources(resources: Iterable[str]) -> str:
    """Return the source of the package's contents page."""
    names = {resource_class(each): module(each) for each in resources}
    imports = [f"from .{file} import {name}" for name, file in names.items()]
    imports = sorted([*imports, "from .ari import AriOperations", "from .resource import Resource"])
    listed = "\n".join(f'{_INDENT}"{name}",' for name in sorted([*names, "AriOperations", "Resource"]))
    return '"""The operations of ARI, by resource; :class:`AriOperations` has all of them."""\n\n' + (
        "\n".join(imports) + f"\n\n__all__ = [\n{listed}\n]\n"
    )


# --- handles ---------------------------------------------------------------------------------------------------------


def render_handles(description: Description, handles: Mapping[str, HandleRow], models: set[str]) -> str:
    """Return the source of `handles.py`."""
    classes = []
    for name, row in handles.items():
        classes.append("\n".join(_operations_class(name, row, description, models)))
        classes.append("\n".join(_named_class(name, row, description, models)))
    source = "\n\n\n".join(classes)
    used = sorted(models & set(re.findall(r"\w+", source)))
    listed = "\n".join(
        f'{_INDENT}"{each}",' for name in sorted(handles) for each in (f"{name}Handle", f"{name}Operations")
    )
    return f"{_HANDLES_HEAD.format(models=', '.join(used))}\n__all__ = [\n{listed}\n]\n\n\n{source}\n"


def _operations_class(name: str, row: HandleRow, description: Description, models: set[str]) -> Iterator[str]:
    keys = tuple(row.keys)
    yield f"class {name}Operations(Handle):"
    yield from docstring("", f"What can be asked of {HANDLES[name]}.")
    yield ""
    yield f"{_INDENT}__slots__ = ()"
    yield f'{_INDENT}kind = "{row.kind}"'
    yield f"{_INDENT}key_fields = {keys!r}"
    if row.shown:
        yield f"{_INDENT}_repr_fields = {row.shown!r}"
    yield ""
    yield f"{_INDENT}if TYPE_CHECKING:"
    yield from (f"{_INDENT * 2}{key}: str" for key in keys)
    for each in description.operations:
        if _is_of(each, row) and not _makes(each, name, row):
            yield ""
            yield from _handle_method(each, row.keys, models)


def _named_class(name: str, row: HandleRow, description: Description, models: set[str]) -> Iterator[str]:
    yield f"class {name}Handle({name}Operations, Named):"
    makers = [each for each in description.operations if _makes(each, name, row)]
    yield from docstring("", f"Of {HANDLES[name]}, nothing but {' and '.join(row.keys)}; it may not be there yet.")
    yield ""
    yield f"{_INDENT}__slots__ = {tuple(row.keys)!r}"
    for each in makers:
        chosen = next(parameter.name for parameter in each.parameters if parameter.is_chosen)
        yield ""
        yield from _handle_method(each, dict.fromkeys(row.keys, chosen), models)


def _is_of(operation: Operation, row: HandleRow) -> bool:
    return operation.path == row.path or operation.path.startswith(f"{row.path}/")


def _makes(operation: Operation, name: str, row: HandleRow) -> bool:
    """Whether an operation makes the thing itself, and not another one for it."""
    return (
        operation.path.split("/")[1] == row.path.split("/")[1]
        and any(each.is_chosen and each.type == f"handle:{name}" for each in operation.parameters)
        and not operation.path.startswith(f"{row.path}/")
    )


def _handle_method(operation: Operation, keys: Mapping[str, str], models: set[str]) -> Iterator[str]:
    name = method(operation.nickname)
    result = result_type(operation.result, models)
    signature = _signature(operation, without=keys.values())
    yield f"{_INDENT}def {handle_method(name)}({signature}) -> Coroutine[Any, Any, {result}]:"
    yield from docstring(OPERATIONS.get(operation.name, ""), _facts(operation), indent=_INDENT * 2)
    own = [f"{argument(parameter)}=self.{key}" for key, parameter in keys.items()]
    others = [
        f"{argument(each.name)}={argument(each.name)}"
        for each in operation.parameters
        if each.name not in keys.values()
    ]
    yield f"{_INDENT * 2}return self._client.{module(operation.resource)}.{name}({', '.join([*own, *others])})"
