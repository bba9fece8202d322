"""The generator of the AGI package's commands, on documentation of our own."""

import ast
from xml.etree import ElementTree as ET

import pytest

from tools.generate_agi.arguments import ARGUMENTS, argument
from tools.generate_agi.corrections import corrected
from tools.generate_agi.documentation import Command, parse
from tools.generate_agi.render_commands import render_commands
from tools.generate_agi.results import RESULTS, result
from tools.generate_agi.sentences import COMMANDS
from tools.generator import CorrectionError, DocumentationError, Parameter, source_folder


def docs(*elements: str) -> ET.Element:
    return ET.fromstring(f"<docs>{''.join(elements)}</docs>")  # noqa: S314 - our own text


def agi(name: str, syntax: str = "") -> str:
    return f'<agi name="{name}"><synopsis>Words</synopsis><syntax>{syntax}</syntax><description/></agi>'


def method(source: str, name: str) -> str:
    """Return the source of a method, formatted as the parser has it and without its docstring."""
    found = [each for each in ast.walk(ast.parse(source)) if isinstance(each, ast.AsyncFunctionDef)]
    function = next(each for each in found if each.name == name)
    function.body = function.body[1:]
    return ast.unparse(function)


# --- reading ---------------------------------------------------------------------------------------------------------


def test_a_command_is_its_name_and_parameters_and_commands_are_in_the_order_of_names() -> None:
    syntax = (
        '<parameter name="filename" required="true"><para>Words</para></parameter>'
        '<parameter name="boolean"><enumlist><enum name="on"/><enum name="off"/></enumlist></parameter>'
    )
    assert parse(docs(agi("wait for digit"), agi("answer"), agi("stream file", syntax))) == (
        Command("ANSWER"),
        Command(
            "STREAM FILE",
            (Parameter("filename", is_required=True), Parameter("boolean", words=("on", "off"))),
        ),
        Command("WAIT FOR DIGIT"),
    )


def test_a_command_without_a_syntax_has_no_parameters() -> None:
    assert parse(docs('<agi name="noop"/>')) == (Command("NOOP"),)


@pytest.mark.parametrize(
    "syntax",
    [
        pytest.param("<mystery/>", id="an unknown element"),
        pytest.param('<parameter name="a"/><parameter name="b" required="true"/>', id="required after optional"),
    ],
)
def test_documentation_of_a_form_that_is_not_known_is_refused(syntax: str) -> None:
    with pytest.raises(DocumentationError, match="NOOP"):
        parse(docs(agi("noop", syntax)))


# --- correcting ------------------------------------------------------------------------------------------------------


def test_a_parameter_is_made_optional_and_others_stay_as_they_are() -> None:
    first, second = Parameter("boolean", is_required=True), Parameter("class", is_required=True)
    (command,) = corrected([Command("SET MUSIC", (first, second))], {"SET MUSIC.class"})

    assert command.parameters == (first, Parameter("class", is_required=False))


@pytest.mark.parametrize("row", ["SET MUSIC.class", "SET MUSIC.none", "NONE.class"])
def test_a_row_that_corrects_nothing_is_refused(row: str) -> None:
    with pytest.raises(CorrectionError, match=row):
        corrected([Command("SET MUSIC", (Parameter("class", is_required=False),))], {row})


# --- writing ---------------------------------------------------------------------------------------------------------


def test_a_command_without_parameters_is_sent_alone() -> None:
    source = method(render_commands([Command("NOOP")], version="22.0.0"), "noop")

    assert source == (
        "async def noop(self) -> None:\n    reply = await self.send('NOOP')\n    results.success('NOOP', reply)"
    )


def test_required_parameters_come_first_and_the_others_by_name() -> None:
    parameters = (
        Parameter("filename", is_required=True),
        Parameter("escape_digits", is_required=True),
        Parameter("sample offset"),
    )
    source = method(render_commands([Command("STREAM FILE", parameters)], version="22.0.0"), "stream_file")

    assert source == (
        "async def stream_file(self, filename: str, escape_digits: str='', *, sample_offset: int | None=None)"
        " -> Playback:\n"
        "    reply = await self.send('STREAM FILE', filename, escape_digits, "
        "*arguments.trailing((sample_offset, None)))\n"
        "    return results.playback('STREAM FILE', reply)"
    )


def test_the_docstring_has_our_sentence_the_notes_and_the_name_on_the_wire() -> None:
    command = Command("WAIT FOR DIGIT", (Parameter("timeout", is_required=True),))
    source = render_commands([command], version="22.0.0")

    assert COMMANDS["WAIT FOR DIGIT"] in source
    assert "*timeout* is in seconds; None waits for ever. Command ``WAIT FOR DIGIT``." in source
    assert "Asterisk 22.0.0" in source


# --- tables ----------------------------------------------------------------------------------------------------------


def test_what_is_in_no_table_is_refused() -> None:
    with pytest.raises(DocumentationError, match="NEW COMMAND"):
        result("NEW COMMAND")
    with pytest.raises(DocumentationError, match="'new'"):
        argument("ANSWER", Parameter("new"))


def test_every_command_has_a_result_and_a_sentence_and_no_row_is_about_nothing() -> None:
    tree = ast.parse((source_folder("agi") / "commands.py").read_text(encoding="utf-8"))
    methods = {each.name for each in ast.walk(tree) if isinstance(each, ast.AsyncFunctionDef)}

    assert RESULTS.keys() == COMMANDS.keys()
    assert {name.lower().replace(" ", "_") for name in RESULTS} == methods - {"send", "execute"}
    assert {row.partition(".")[0] for row in ARGUMENTS if "." in row} <= RESULTS.keys()
