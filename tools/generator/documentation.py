"""Asterisk's documentation XML, as far as all generators read it alike."""

from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree as ET

__all__ = ["DOCUMENTATION", "Parameter", "parameter"]

DOCUMENTATION: Final = "usr/share/asterisk/documentation/core-en_US.xml"
"""Where it is in the root folder of an installed Asterisk."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of an action or command, or a header of an event."""

    name: str
    is_required: bool | None = None
    """None where the documentation does not say."""
    words: tuple[str, ...] = ()
    """The values it may have, if the documentation lists them."""
    may_be_empty: bool = False


def parameter(element: ET.Element) -> Parameter:
    """Read a `<parameter>`."""
    words = [word.attrib["name"] for word in element.iterfind("enumlist/enum")]
    required = element.get("required")
    return Parameter(element.attrib["name"], None if required is None else required == "true", tuple(words))
