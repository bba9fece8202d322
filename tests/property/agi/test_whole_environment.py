"""An environment read at one look is what it is line by line, and refused where that is."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from asterisk_py_agi.protocol.request import AgiRequest
from asterisk_py_core import DesyncError

pytestmark = pytest.mark.parser

USUAL = [
    b"agi_network: yes",
    b"agi_network_script: a?b=c",
    b"agi_request: agi://127.0.0.1/a?b=c",
    b"agi_channel: PJSIP/200-1",
    b"agi_language: en",
    b"agi_type: PJSIP",
    b"agi_uniqueid: 1.1",
    b"agi_version: 22.10.1",
    b"agi_callerid: 200",
    b"agi_calleridname: Zo\xeb",
    b"agi_callingpres: 0",
    b"agi_callingani2: 0",
    b"agi_callington: -1",
    b"agi_callingtns: 0",
    b"agi_dnid: unknown",
    b"agi_rdnis: unknown",
    b"agi_context: internal",
    b"agi_extension: 600",
    b"agi_priority: 1",
    b"agi_enhanced: 0.0",
    b"agi_accountcode: ",
    b"agi_threadid: 140",
]
LINES = st.sampled_from(
    [
        *USUAL,
        b"agi_arg_1: x",
        b"agi_arg_2: ",
        b"agi_arg_2:",
        b"agi_arg_3: y: z",
        b"agi_arg_1x: ",
        b"no line",
        b"agi_other: 1",
    ]
) | st.binary(max_size=30).map(lambda line: line.replace(b"\n", b" "))


def outcome(read: object) -> object:
    assert callable(read)
    try:
        request = read()
    except DesyncError as error:
        return str(error)
    return request, dict(request.environment)


@given(
    arguments=st.lists(st.binary(max_size=9).map(lambda value: value.replace(b"\n", b"\r")), max_size=3),
    changes=st.lists(st.tuples(st.sampled_from(["add", "remove", "replace"]), st.integers(0, 40), LINES), max_size=2),
)
@example(arguments=[], changes=[])
@example(arguments=[b"x", b"", b"y: z"], changes=[])
@example(arguments=[b"x"], changes=[("add", 40, b"agi_arg_3: x")])
@example(arguments=[b"x"], changes=[("add", 40, b"agi_arg_2:")])
@example(arguments=[], changes=[("add", 40, b"agi_threadid: 1")])
@example(arguments=[], changes=[("replace", 10, b"agi_callingpres: x")])
def test_a_whole_environment_is_read_as_its_lines_are(
    arguments: list[bytes], changes: list[tuple[str, int, bytes]]
) -> None:
    lines = [*USUAL, *(b"agi_arg_%d: %s" % (number, value) for number, value in enumerate(arguments, start=1))]
    for change, place, line in changes:
        at = place % (len(lines) + 1) if change == "add" else place % len(lines)
        lines[at : at + (change != "add")] = [] if change == "remove" else [line]

    assert outcome(lambda: AgiRequest.parse_block(b"\n".join(lines))) == outcome(lambda: AgiRequest.parse(lines))
