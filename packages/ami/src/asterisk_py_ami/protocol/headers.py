"""From the text of a message to its headers: a line parser, and patterns learned from what it parsed.

The line parser is the definition. Asterisk sends one event with the same header names in the same order thousands of
times, so each such shape is turned into one regular expression made of those literal names. It matches in C, cuts a
value only where it is asked for, and cannot be shifted by a value that looks like a header: whatever it does not match
to the letter goes back to the line parser.
"""

import re
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Parsed", "Shape", "ShapeParser", "ShapeParsers", "Values", "parse_by_line", "parse_lines"]

_FOLLOWS: Final = "Response: Follows\r\n"
_OUTPUT: Final = "\r\nOutput: "
_END_COMMAND: Final = "--END COMMAND--"
_FOLLOWS_HEADERS: Final = frozenset({"response", "privilege", "actionid", "message"})

# A pattern takes milliseconds to compile and some 10 kB, and the header names of a UserEvent or of a forged message are
# chosen by strangers: past these bounds the line parser does the work, as correctly and a few times slower.
_MAX_SHAPES: Final = 8
_MAX_SHAPE_HEADERS: Final = 96
# Characters in all of them; AttendedTransfer has 1,668. A name may be a megabyte, which takes a second to compile.
_MAX_SHAPE_NAMES: Final = 4096
_MAX_PARSERS: Final = 64
_MAX_FIRST_LINE: Final = 128


class Shape:
    """The header names of a message, in order, and where to find them.

    ``exact`` has the number (from 1) of the first header spelled so, and ``folded``, by names in lower case, that of
    the first in any case of letters.
    """

    __slots__ = ("exact", "folded", "names")

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        # Backwards, so that the first of a name stays.
        self.exact = dict(zip(reversed(names), range(len(names), 0, -1), strict=True))
        self.folded: dict[str, int] = {}
        for name, number in self.exact.items():
            first = self.folded.setdefault(name.lower(), number)
            if number < first:
                self.folded[name.lower()] = number


class Values(tuple[str, ...]):
    """The values of a message, numbered as its names are, in the manner of a match: number 0 is the whole message."""

    __slots__ = ()

    def groups(self) -> tuple[str, ...]:
        """Return the values in order."""
        return self[1:]


Parsed: TypeAlias = "tuple[Shape, re.Match[str] | Values]"


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


def parse_by_line(raw: bytes) -> tuple[Shape, Values]:
    """Parse a message line by line."""
    text = raw.decode("utf-8", "surrogateescape")
    head, printed = _cut_output(text)
    pairs, _ = parse_lines(head)
    names = [name for name, _ in pairs] + ["Output"] * len(printed)
    return Shape(tuple(names)), Values([text, *[value for _, value in pairs], *printed])


def _cut_output(text: str) -> tuple[str, list[str]]:
    """Return *text* up to what a command printed, and the lines of that, if nothing else is among them.

    There may be hundreds of thousands: one by one, they would hold up the event loop.
    """
    head, mark, output = text.partition(_OUTPUT)
    if not mark or "\n" in output.replace(_OUTPUT, "") or text.startswith(_FOLLOWS):
        return text, []
    return head, output.split(_OUTPUT)


class ShapeParser:
    """Parses messages of one kind, by the shapes it has learned where they fit."""

    __slots__ = ("_shapes",)

    def __init__(self) -> None:
        # Tried one after the other, so there are few.
        self._shapes: list[tuple[Callable[[str], re.Match[str] | None], Shape]] = []

    def parse(self, raw: bytes) -> Parsed:
        """Parse a message."""
        text = raw.decode("utf-8", "surrogateescape")
        for fullmatch, shape in self._shapes:
            match = fullmatch(text)
            if match is not None:
                return shape, match
        parsed = parse_by_line(raw)
        if len(self._shapes) < _MAX_SHAPES:
            self._learn(*parsed)
        return parsed

    def _learn(self, shape: Shape, values: Values) -> None:
        if not 0 < len(shape.names) <= _MAX_SHAPE_HEADERS or sum(map(len, shape.names)) > _MAX_SHAPE_NAMES:
            return
        # "." is everything but LF: a value that holds one, and may have to lose one at its end, fits no shape.
        fullmatch = re.compile("\r\n".join(f"{re.escape(name)}: (.*)" for name in shape.names)).fullmatch
        # Nor do headers without a space after the colon, and lines that are no header.
        match = fullmatch(values[0])
        if match is not None and match.groups() == values.groups():
            self._shapes.append((fullmatch, shape))


class ShapeParsers:
    """Parses messages of many kinds: a :class:`ShapeParser` for each first line (``Event: Name``) it meets."""

    __slots__ = ("_parsers",)

    def __init__(self) -> None:
        self._parsers: dict[bytes, ShapeParser] = {}

    def parse(self, raw: bytes) -> Parsed:
        """Parse a message."""
        line, _, _ = raw.partition(b"\r\n")
        parser = self._parsers.get(line)
        if parser is None:
            if len(self._parsers) >= _MAX_PARSERS or len(line) > _MAX_FIRST_LINE:
                return parse_by_line(raw)
            parser = self._parsers[line] = ShapeParser()
        return parser.parse(raw)
