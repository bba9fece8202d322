"""From the text of a message to its headers: a line parser, and patterns learned from what it parsed.

The line parser is the definition. Asterisk sends one event with the same header names in the same order thousands of
times, so each such shape is turned into one regular expression made of those literal names. It matches in C, cuts a
value only where it is asked for, and cannot be shifted by a value that looks like a header: whatever it does not match
to the letter goes back to the line parser.
"""

import re
from collections.abc import Callable
from typing import Final, TypeAlias

__all__ = ["Shape", "ShapeCache", "Values", "parse_headers", "parse_lines"]

# Value number n (from 1) belongs to `Shape.names[n - 1]`; number 0 is the whole text, so that a match is used as it is.
Values: TypeAlias = "re.Match[str] | tuple[str, ...]"

_FOLLOWS: Final = "Response: Follows\r\n"
_END_COMMAND: Final = "--END COMMAND--"
_FOLLOWS_HEADERS: Final = frozenset({"response", "privilege", "actionid", "message"})

# A pattern takes milliseconds to compile and some 10 kB, and the header names of a UserEvent or of a forged message are
# chosen by strangers: past these bounds the line parser does the work, as correctly and a few times slower.
_MAX_SHAPES: Final = 8
_MAX_SHAPE_HEADERS: Final = 96


class Shape:
    """The header names of a message, in order: ``index`` finds the number of the first header of a name.

    Names are in ``index`` as spelled on the wire and in lower case.
    """

    __slots__ = ("index", "names")

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        self.index: dict[str, int] = {}
        for number, name in enumerate(names, start=1):
            # The first header of a name wins, as in Asterisk (main/manager.c, astman_get_header), in any case.
            self.index.setdefault(name, self.index.setdefault(name.lower(), number))


def parse_lines(text: str) -> tuple[list[tuple[str, str]], list[str]]:
    r"""Split the *text* of one message into (name, value) pairs and the lines that are no header.

    A line ends with CR LF; a bare LF belongs to the value, but one at its end is dropped (``No endpoints found\n``,
    res_pjsip). The name ends at the first colon, and one space after it is dropped.
    """
    if text.startswith(_FOLLOWS):
        return _parse_follows(text), []
    pairs: list[tuple[str, str]] = []
    junk: list[str] = []
    for line in text.split("\r\n"):
        name, colon, value = line.partition(":")
        if colon and name:
            pairs.append((name, value.removeprefix(" ").removesuffix("\n")))
        else:
            junk.append(line)
    return pairs, junk


def _parse_follows(text: str) -> list[tuple[str, str]]:
    """Parse the command output of Asterisk before 14 as if it had come in the ``Output`` headers of today.

    A few headers end with CR LF, then comes the output as the CLI prints it, up to a marker.
    """
    pairs: list[tuple[str, str]] = []
    rest = text.removesuffix(_END_COMMAND)
    while rest:
        line, end, after = rest.partition("\r\n")
        name, _, value = line.partition(":")
        if not end or name.lower() not in _FOLLOWS_HEADERS:
            break
        pairs.append((name, value.removeprefix(" ")))
        rest = after
    lines = rest.removesuffix("\n").split("\n") if rest else []
    pairs.extend(("Output", line.removesuffix("\r")) for line in lines)
    return pairs


def parse_headers(text: str) -> tuple[Shape, tuple[str, ...]]:
    """Parse the *text* of one message line by line."""
    pairs, _ = parse_lines(text)
    return Shape(tuple([name for name, _ in pairs])), (text, *[value for _, value in pairs])


class ShapeCache:
    """The shapes learned for messages of one kind; they are tried one after the other, so there are few."""

    __slots__ = ("known",)

    def __init__(self) -> None:
        self.known: list[tuple[Callable[[str], re.Match[str] | None], Shape]] = []

    def learn(self, text: str) -> tuple[Shape, tuple[str, ...]]:
        """Parse *text*, which fits no known shape, line by line, and make its shape known if there is room."""
        shape, values = parse_headers(text)
        if len(self.known) < _MAX_SHAPES and 0 < len(shape.names) <= _MAX_SHAPE_HEADERS:
            # "." is everything but LF: a value that holds one, and may have to lose one at its end, fits no shape.
            fullmatch = re.compile("\r\n".join(f"{re.escape(name)}: (.*)" for name in shape.names)).fullmatch
            # Nor do headers without a space after the colon, and lines that are no header.
            match = fullmatch(text)
            if match and match.groups() == values[1:]:
                self.known.append((fullmatch, shape))
        return shape, values
