"""Asterisk's description of its REST interface, Swagger 1.1 in a file for each resource."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tools.generator import DocumentationError

__all__ = ["DESCRIPTION", "Description", "Model", "Operation", "Parameter", "Property", "parse", "read"]

DESCRIPTION: Final = "usr/share/asterisk/rest-api"
"""Where it is in the root folder of an installed Asterisk."""

_PLACES: Final = {"path", "query", "body"}


@dataclass(frozen=True, slots=True)
class Parameter:
    """An argument of an operation."""

    name: str
    place: str
    """`path`, `query` or `body`."""
    type: str
    is_required: bool = False
    is_list: bool = False
    words: tuple[str, ...] = ()
    """The values it may have, if they are listed."""
    default: str | None = None
    """What is sent where the caller gives nothing."""
    is_chosen: bool = False
    """Whether a value is made up here where the caller gives none."""


@dataclass(frozen=True, slots=True)
class Operation:
    """A method of a path."""

    resource: str
    """The name of the file, as in `deviceStates`."""
    nickname: str
    method: str
    path: str
    result: str
    parameters: tuple[Parameter, ...] = ()
    refusals: tuple[int, ...] = ()
    stands_for: tuple[str, ...] = ()
    """The nicknames of all that was folded into it."""

    @property
    def name(self) -> str:
        """The name in Asterisk's spelling, as in `channels.playWithId`."""
        return f"{self.resource}.{self.nickname}"


@dataclass(frozen=True, slots=True)
class Property:
    """An attribute of a model."""

    name: str
    type: str
    is_required: bool = False
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Model:
    """An object that Asterisk sends."""

    name: str
    resource: str
    properties: tuple[Property, ...] = ()
    subtypes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Description:
    """All of it, in the order of the files."""

    operations: tuple[Operation, ...]
    models: tuple[Model, ...]


def read(folder: Path) -> Description:
    """Read the files of a folder.

    Raises:
        DocumentationError: there are none, or something in them has a form that is not known here.
    """
    files = {file.stem: json.loads(file.read_bytes()) for file in sorted(folder.glob("*.json"))}
    if not files:
        raise DocumentationError(f"{folder} has no JSON")
    return parse(files)


def parse(files: dict[str, Any]) -> Description:
    """Return what is in the content of files, by their names."""
    operations: list[Operation] = []
    models: list[Model] = []
    for resource, content in files.items():
        if resource == "resources":  # the list of the others
            continue
        try:
            operations += _operations(resource, content["apis"])
            models += [_model(resource, name, each) for name, each in content.get("models", {}).items()]
        except (KeyError, TypeError, ValueError) as error:
            raise DocumentationError(f"{resource}.json: {error!r}") from error
    return Description(tuple(operations), tuple(models))


def _operations(resource: str, paths: list[dict[str, Any]]) -> Iterator[Operation]:
    for path in paths:
        for each in path["operations"]:
            yield Operation(
                resource,
                each["nickname"],
                each["httpMethod"],
                path["path"],
                each["responseClass"],
                tuple([_parameter(resource, parameter) for parameter in each.get("parameters", ())]),
                # One of them has its numbers in quotes.
                tuple(sorted({int(error["code"]) for error in each.get("errorResponses", ())})),
                (each["nickname"],),
            )


def _parameter(resource: str, each: dict[str, Any]) -> Parameter:
    if each["paramType"] not in _PLACES:
        raise DocumentationError(f"{resource}.json: {each['name']} is in the {each['paramType']}")
    return Parameter(
        each["name"],
        each["paramType"],
        each["dataType"],
        # What is in the path cannot be left out, and is not always called required.
        is_required=each.get("required", False) or each["paramType"] == "path",
        is_list=each.get("allowMultiple", False),
        words=_words(each),
    )


def _model(resource: str, name: str, each: dict[str, Any]) -> Model:
    properties = [
        Property(key, value["type"], value.get("required", False), _words(value))
        for key, value in each["properties"].items()
    ]
    return Model(name, resource, tuple(properties), tuple(each.get("subTypes", ())))


def _words(each: dict[str, Any]) -> tuple[str, ...]:
    return tuple(each.get("allowableValues", {}).get("values", ()))
