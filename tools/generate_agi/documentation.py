"""The AGI commands in Asterisk's documentation XML: names, parameters and flags, never prose."""

from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from tools.generator import DocumentationError, Parameter, parameter

__all__ = ["Command", "parse", "read"]


@dataclass(frozen=True, slots=True)
class Command:
    """A command by its name on the wire, and its parameters in their order."""

    name: str
    parameters: tuple[Parameter, ...] = ()


def read(file: Path) -> tuple[Command, ...]:
    """Read `core-en_US.xml`; the commands come in the order of their names.

    Raises:
        DocumentationError: it has a form that is not known here, so that something would be left out in silence.
    """
    return parse(ET.parse(file).getroot())  # noqa: S314 - a file of the Asterisk we installed


def parse(docs: ET.Element) -> tuple[Command, ...]:
    """Read the root element; raises what `read` raises."""
    commands = [_command(element) for element in docs.findall("agi")]
    return tuple(sorted(commands, key=lambda command: command.name))


def _command(element: ET.Element) -> Command:
    name = element.attrib["name"].upper()
    children = list(element.find("syntax") or ())
    for child in children:
        if child.tag != "parameter":
            raise DocumentationError(f"{name}: <{child.tag}> in its syntax is not known here")
    parameters = [parameter(child) for child in children]
    required = [bool(each.is_required) for each in parameters]
    if required != sorted(required, reverse=True):
        raise DocumentationError(f"{name}: a parameter that is required comes after one that is not")
    return Command(name, tuple(parameters))
