"""Whatever the arguments of an application are, it finds them again."""

from hypothesis import given
from hypothesis import strategies as st

from asterisk_py_agi.protocol.arguments import joined

HARD = st.text(st.sampled_from('ab ,"\\()[]|&^;')) | st.text()


def split(options: str) -> list[str]:
    """Split as AST_STANDARD_APP_ARGS does (main/app.c), for an application that knows more arguments than there are."""
    found = [""]
    parentheses = brackets = place = 0
    is_quoted = False
    while place < len(options):
        character = options[place]
        if character == "(":
            parentheses += 1
        elif character == ")" and parentheses:
            parentheses -= 1
        elif character == "[":
            brackets += 1
        elif character == "]" and brackets:
            brackets -= 1
        if character == "\\":
            place += 1
            found[-1] += options[place : place + 1]
        elif character == '"':
            is_quoted = not is_quoted
        elif character == "," and not (parentheses or brackets or is_quoted):
            found.append("")
        else:
            found[-1] += character
        place += 1
    return found


@given(st.lists(HARD, min_size=1))
def test_an_application_finds_every_argument_as_it_was_given(arguments: list[str]) -> None:
    assert split(joined(arguments)) == arguments


@given(st.text(st.characters(exclude_characters='\\",()[]')))
def test_plain_text_and_options_with_brackets_stay_as_they_are(text: str) -> None:
    assert joined([text, f"tU({text})", f"[{text}]"]) == f"{text},tU({text}),[{text}]"
