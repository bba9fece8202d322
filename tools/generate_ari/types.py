"""From Asterisk's types to Python's."""

from dataclasses import dataclass
from typing import Final

from tools.generator import DocumentationError

from .description import Parameter, Property

__all__ = ["ParameterType", "parameter_type", "property_type", "result_type"]

_SCALARS: Final = {
    "string": "str",
    "int": "int",
    "long": "int",
    "double": "float",
    "boolean": "bool",
    "Date": "Time",
    "object": "dict[str, Any]",
}
_PARAMETERS: Final = {
    "string": ("str", "text"),
    "int": ("int", "number"),
    "long": ("int", "number"),
    "boolean": ("bool", "flag"),
    "milliseconds": ("float", "milliseconds"),
    "cause": ("HangupCause | int", "number"),
    "containers": ("VariableMap", "variables"),
    "attributes": ("Mapping[str, str]", "attributes"),
    "object": ("Mapping[str, Any]", "json_object"),
    "sources": ("str | Handle", "sources"),
    "whole": ("Mapping[str, Any]", "json_object"),
}


@dataclass(frozen=True, slots=True)
class ParameterType:
    """How an argument is annotated, and the function of `protocol.operation` that it goes through."""

    annotation: str
    convert: str


def parameter_type(parameter: Parameter) -> ParameterType:
    """Return the type of an argument.

    Raises:
        DocumentationError: it has a type that is not known here.
    """
    kind, _, name = parameter.type.partition(":")
    if kind == "handle":
        annotation, convert = f"str | {name}Operations", "text"
    elif kind == "word":
        annotation, convert = f"domain.{name} | str", "text"
    elif kind in _PARAMETERS:
        annotation, convert = _PARAMETERS[kind]
    else:
        raise DocumentationError(f"the parameter {parameter.name} is of a type that is not known: {parameter.type}")
    if kind == "sources":
        return ParameterType("str | Handle | Sequence[str | Handle]", convert)
    if parameter.words and annotation == "str":
        annotation = f"Literal[{', '.join(map(repr, parameter.words))}]"
    if parameter.is_list:
        return ParameterType(f"{annotation} | Sequence[{annotation}]", "texts")
    return ParameterType(annotation, convert)


def property_type(described: Property, models: set[str]) -> str:
    """Return the annotation of an attribute.

    Raises:
        DocumentationError: it has a type that is not known here.
    """
    kind, _, name = described.type.partition(":")
    word, _, may_be_empty = name.partition("|")
    if kind == "word":
        annotation = f"Word[domain.{word}]"
    elif kind == "code":
        annotation = f"Code[domain.{word}]"
    else:
        annotation = _annotation(described.type, models)
    return f"{annotation} | None" if may_be_empty or not described.is_required else annotation


def result_type(result: str, models: set[str]) -> str | None:
    """Return the annotation of what an operation returns; nothing for `void`."""
    if result == "void":
        return None
    return "bytes" if result == "binary" else _annotation(result, models)


def _annotation(name: str, models: set[str]) -> str:
    if name.startswith("List["):
        return f"list[{_annotation(name[5:-1], models)}]"
    if name in models:
        return name
    if name in _SCALARS:
        return _SCALARS[name]
    raise DocumentationError(f"{name} is neither a type that is known nor a model")
