"""What a command's parameter is in Python: its name and type, and how the argument is written.

The documentation gives no types.
"""

from dataclasses import dataclass
from typing import Final

from tools.generator import DocumentationError, Parameter

__all__ = ["ARGUMENTS", "Argument", "argument"]


@dataclass(frozen=True, slots=True)
class Argument:
    """The argument and its annotation; `value` is what is sent (`{argument}`, `{command}`)."""

    name: str
    annotation: str = "str"
    value: str = "{argument}"
    default: str = ""
    """Where there is none, what Asterisk requires has to be given, and what it does not is `None`."""
    blank: str = "None"
    """What is sent for an optional one that is not given, where others come after it that are."""
    note: str = ""
    """What the docstring has to say about it."""


def _milliseconds(name: str, none: str, note: str, *, default: str = "None") -> Argument:
    value = f'arguments.milliseconds("{{command}}", "{{argument}}", {{argument}}, {none})'
    return Argument(name, "float | None", value, default, note=f"*{name}* is in seconds; {note}.")


def _optional_milliseconds(name: str, blank: str, note: str) -> Argument:
    value = 'None if {argument} is None else arguments.milliseconds("{command}", "{argument}", {argument})'
    return Argument(name, "float", value, blank=blank, note=note)


def _moment(name: str) -> Argument:
    value = 'arguments.epoch("{command}", "{argument}", {argument})'
    note = f"*{name}* is a datetime, or seconds since 1970; Asterisk says it in its own time zone"
    return Argument(name, "datetime | float", value, note=f"{note}.")


_ON_OFF: Final = Argument("enabled", "bool", "arguments.on_off({argument})")
_PRIORITY: Final = Argument("priority", "int | str", note="*priority* is a number or a label.")
_SAMPLE_OFFSET: Final = Argument("sample_offset", "int", note="*sample_offset* is where to begin, in samples.")
_FOREVER: Final = "None waits for ever"

# A row `COMMAND.parameter` is for one command, and comes first.
ARGUMENTS: Final = {
    "CONTROL STREAM FILE.ffchar": Argument("forward_digit", blank='""', note="*forward_digit* skips (``#``),"),
    "CONTROL STREAM FILE.offsetms": _optional_milliseconds("offset", "None", "*offset* is where to begin, in seconds."),
    "CONTROL STREAM FILE.pausechr": Argument("pause_digit", blank='""', note="*pause_digit* pauses (none)."),
    "CONTROL STREAM FILE.rewchr": Argument("rewind_digit", blank='""', note="*rewind_digit* goes back (``*``),"),
    "CONTROL STREAM FILE.skipms": _optional_milliseconds("skip", "3000", "*skip* is how far, in seconds (3);"),
    "EXEC.options": Argument("options", default='""', note="*options* are the application's arguments, as they are."),
    "GET DATA.file": Argument("filename"),
    "GET DATA.maxdigits": Argument("max_digits", "int"),
    "GET DATA.timeout": Argument(
        "timeout",
        "float",
        'arguments.milliseconds("{command}", "{argument}", {argument}, 0)',
        note="*timeout* is in seconds, for each digit; None is what the channel has (6 for the first, then 2).",
    ),
    "GET OPTION.timeout": _optional_milliseconds(
        "timeout", "None", "*timeout* is in seconds, from the end of the file; None is what the channel has."
    ),
    "GOSUB.context": Argument("context"),
    "GOSUB.extension": Argument("extension"),
    "GOSUB.optional-argument": Argument(
        "args",
        "str | Sequence[str | float]",
        'arguments.for_subroutine("{command}", "{argument}", {argument})',
        note="*args* become ``ARG1``, ``ARG2`` and so on; a text is split at its commas.",
    ),
    "RECEIVE CHAR.timeout": _milliseconds("timeout", "-1", _FOREVER),
    "RECEIVE TEXT.timeout": _milliseconds("timeout", "-1", _FOREVER),
    "RECORD FILE.beep": Argument(
        "beep", "bool", '"BEEP" if {argument} else None', "False", note="*beep* plays one first."
    ),
    "RECORD FILE.format": Argument("format"),
    "RECORD FILE.offset_samples": _SAMPLE_OFFSET,
    "RECORD FILE.s=silence": Argument(
        "silence",
        "float",
        'None if {argument} is None else f"s={{arguments.whole_seconds("{command}", "{argument}", {argument})}}"',
        note="*silence* is how many whole seconds of it end the recording.",
    ),
    "RECORD FILE.timeout": _milliseconds("timeout", "-1", "None records without a limit"),
    "SAY ALPHA.number": Argument("text"),
    "SAY DATE.date": _moment("date"),
    "SAY DATETIME.format": Argument("format", blank="\"ABdY 'digits/at' IMp\""),
    "SAY DATETIME.time": _moment("time"),
    "SAY DATETIME.timezone": Argument("timezone", note="*timezone* is another to say it in, such as ``Europe/Paris``."),
    "SAY DIGITS.number": Argument("digits", "int | str"),
    "SAY NUMBER.gender": Argument("gender", note="*gender* is ``m``, ``f``, ``n`` or ``c`` where the language has it."),
    "SAY NUMBER.number": Argument("number", "int"),
    "SAY PHONETIC.string": Argument("text"),
    "SAY TIME.time": _moment("time"),
    "SEND TEXT.text to send": Argument("text"),
    "SET AUTOHANGUP.time": Argument(
        "time",
        "float",
        'arguments.seconds("{command}", "{argument}", {argument})',
        note="*time* is in seconds, 0 for no longer.",
    ),
    "SET CALLERID.number": Argument("callerid", note="*callerid* is a number, or a name with one: ``Name <100>``."),
    "SET CONTEXT.desired context": Argument("context"),
    "SET EXTENSION.new extension": Argument("extension"),
    "SET MUSIC.class": Argument("music_class"),
    "SPEECH LOAD GRAMMAR.path to grammar": Argument("path"),
    "SPEECH RECOGNIZE.offset": Argument("sample_offset", "int"),
    "SPEECH RECOGNIZE.timeout": Argument(
        "timeout",
        "float | None",
        'arguments.whole_seconds("{command}", "{argument}", {argument})',
        "None",
        note="*timeout* is in whole seconds from the end of the prompt; None waits for ever.",
    ),
    "STREAM FILE.sample offset": _SAMPLE_OFFSET,
    "VERBOSE.level": Argument("level", "int", default="1"),
    "WAIT FOR DIGIT.timeout": _milliseconds("timeout", "-1", _FOREVER),
    "application": Argument("application"),
    "boolean": _ON_OFF,
    "channelname": Argument("channel"),
    "engine": Argument("engine"),
    "escape_digits": Argument("escape_digits", default='""'),
    "expression": Argument("expression"),
    "family": Argument("family"),
    "filename": Argument("filename"),
    "grammar name": Argument("grammar"),
    "image": Argument("image"),
    "key": Argument("key"),
    "keytree": Argument("keytree"),
    "message": Argument("message"),
    "name": Argument("name"),
    "priority": _PRIORITY,
    "prompt": Argument("prompt"),
    "value": Argument("value", "str | float"),
    "variablename": Argument("variable"),
}


def argument(command: str, parameter: Parameter) -> Argument:
    """Return how to name, annotate and write a parameter of a command.

    Raises:
        DocumentationError: no row is about it.
    """
    for row in (f"{command}.{parameter.name}", parameter.name):
        if row in ARGUMENTS:
            return ARGUMENTS[row]
    raise DocumentationError(f"{command}: parameter {parameter.name!r} needs a row in the table of arguments")
