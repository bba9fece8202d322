"""What must hold for all bytes and all values, not only for those somebody thought of."""

from itertools import count, pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from asterisk_py_ami.events import Hangup
from asterisk_py_ami.protocol.codec import Decoder, encode_action, encode_variables
from asterisk_py_ami.protocol.framing import Limits
from asterisk_py_ami.protocol.headers import ShapeParser, parse_by_line, parse_lines
from asterisk_py_ami.protocol.masking import mask_message
from asterisk_py_ami.protocol.message import AmiEvent, Message, Response
from asterisk_py_ami.protocol.session import AmiSession, SessionState
from asterisk_py_core.credentials import Credentials
from asterisk_py_core.errors import AuthError, InputError, ProtocolError

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.parser

# Small enough that random streams reach them.
LIMITS = Limits(line=24, message=60, lines=4, output_lines=3)

# Pieces a stream is likely to go wrong at.
PIECES = st.sampled_from(
    [
        *[b"\r", b"\n", b"\r\n", b"\r\n\r\n", b"\r\n\n", b":", b": ", b"x", b"\0", b"\xc3", b"\xbc", b"\xff"],
        *[b"Event: ", b"Event: Hangup\r\n", b"event: x", b"Privilege: call,all\r\n", b"Cause: 16", b"cause:17\r\n"],
        *[b"Response: ", b"ActionID: 1", b"Response: Follows\r\n", b"--END COMMAND--", b"Output: "],
    ]
)
STREAMS = st.lists(PIECES | st.binary(max_size=4), max_size=40).map(b"".join) | st.binary(max_size=200)
CUTS = st.lists(st.integers(0, 200), max_size=12)


def receive(stream: bytes, cuts: list[int], *, legacy_output: bool, limits: Limits) -> tuple[list[Message], str]:
    """Return the messages of *stream* cut at *cuts*, and what it was refused for."""
    decoder = Decoder(legacy_output=legacy_output, limits=limits)
    borders = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    messages: list[Message] = []
    try:
        for start, end in pairwise(borders):
            messages += decoder.receive_data(stream[start:end])
        messages += decoder.receive_data(b"")
    except ProtocolError as error:
        return messages, str(error)
    return messages, ""


@given(STREAMS, CUTS, st.booleans(), st.sampled_from([LIMITS, Limits()]))
@example(b"\r\n" + b"x" * 60 + b"\r\n\r\n", [1], False, LIMITS)
@example(b"\n\n" + b"x" * 24 + b"\r\n\r\n", [1, 2], False, LIMITS)
@example(b"A: 1\r\n\r\nB: " + b"x" * 60, [12], False, LIMITS)
def test_035_any_bytes_give_the_same_messages_or_the_same_error_however_they_are_cut(
    stream: bytes,
    cuts: list[int],
    legacy_output: bool,  # noqa: FBT001 - Hypothesis gives values by position
    limits: Limits,
) -> None:
    whole, refused = receive(stream, [], legacy_output=legacy_output, limits=limits)
    for borders in (cuts, list(range(len(stream)))):
        messages, error = receive(stream, borders, legacy_output=legacy_output, limits=limits)
        assert [(type(message), message.raw) for message in messages] == [(type(m), m.raw) for m in whole]
        assert bool(error) == bool(refused)


BANNERS = st.sampled_from([b"Asterisk Call Manager/11.0.0\r\n", b"Asterisk Call Manager/2.8.0\n", b"Asterisk Call Man"])
LOGIN = st.sampled_from(
    [
        b"",
        b"Response: Success\r\nActionID: p-1\r\nChallenge: 1\r\n\r\n",
        b"Response: Success\r\nActionID: p-2\r\n\r\n",
        b"Response: Error\r\nActionID: p-2\r\nMessage: Login Already In Use\r\n\r\n",
        b"Response: Success\r\nActionID: p-1\r\n\r\n",
    ]
)


def converse(stream: bytes, cuts: list[int], login: str) -> tuple[object, ...]:
    """Return all that a session makes of *stream* cut at *cuts*: what it received and sent, and how it ended."""
    session = AmiSession(
        address="127.0.0.1:5038",
        credentials=Credentials("admin", "hunter2"),
        login=login,
        action_ids=(f"p-{number}" for number in count(1)),
    )
    received: list[tuple[type[Message], bytes]] = []
    sent, error = b"", ""
    borders = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    try:
        for start, end in pairwise(borders):
            received += [(type(message), message.raw) for message in session.receive_data(stream[start:end])]
            sent += session.data_to_send()
    except (ProtocolError, AuthError) as caught:
        error = str(caught)
        sent += session.data_to_send()
    return received, sent, error, session.state, session.version, 0 if error else session.junk_count


@given(st.lists(BANNERS | LOGIN | STREAMS, max_size=6), CUTS, st.sampled_from(["md5", "plain"]))
def test_035_a_session_says_and_hears_the_same_however_the_bytes_are_cut(
    parts: list[bytes], cuts: list[int], login: str
) -> None:
    for stream in (b"".join(parts), b"Asterisk Call Manager/11.0.0\r\n" + b"".join(parts)):
        received, sent, error, *end = converse(stream, [], login)
        for borders in (cuts, list(range(len(stream)))):
            *same, refused, state, version, junk = converse(stream, borders, login)
            assert [state, version, junk] == end
            assert same[0] == received
            # What was to be sent when everything came at once may have been overtaken by a refusal.
            assert same[1] == sent or (error and sent == b"")
            assert bool(refused) == bool(error)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.binary(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=5) | st.integers(), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(ANYTHING, ANYTHING, ANYTHING)
def test_026_whatever_is_given_for_an_action_is_written_whole_or_refused(
    name: Any, headers: Any, variables: Any
) -> None:
    makes: list[Callable[[], bytes]] = [
        lambda: encode_action(name, headers),
        lambda: encode_action("Ping", headers),
        lambda: encode_action("Ping", {"A": headers}),
        lambda: encode_action("Ping", {"A": 1}, name),
        lambda: encode_action("Ping", {"Variable": encode_variables(variables)}),
    ]
    for make in makes:
        try:
            data = make()
        except InputError:
            continue
        assert data.endswith(b"\r\n\r\n")
        assert data.count(b"\r\n\r\n") == 1
        assert data.count(b"Action: ") == data.count(b"\r\nAction: ") + 1
        assert b"\0" not in data


@given(STREAMS)
def test_021_whatever_comes_can_be_logged(stream: bytes) -> None:
    once = mask_message(stream)
    assert mask_message(once) == once


@given(STREAMS)
def test_036_every_part_of_any_message_can_be_read(stream: bytes) -> None:
    for message in Decoder().receive_data(stream + b"\r\n\r\n"):
        assert message.headers or message.junk
        assert repr(message)
        assert isinstance(message.variables, dict)
        for name, _ in message:
            assert message.get(name) == message[name] == message.get_all(name)[0] or message.get_all(name)[1:]
            assert name in message
            # Case is that of ASCII: some letters of Unicode become two in upper case.
            assert not name.isascii() or name.swapcase() in message
        if isinstance(message, AmiEvent):
            assert isinstance(message.name, str)


NAMES = st.sampled_from(
    ["Event", "Cause", "cause", "Channel", "A b", "X-1", "CHANNEL", "TechCause", "\nOdd", "\rOdd", "Output"]
)
VALUES = st.text(st.sampled_from("ab:, \r\n\\\u00fc\udcff"), max_size=6)
LINES = st.lists(
    st.tuples(NAMES, st.sampled_from([":", ": ", ":  "]), VALUES).map("".join) | VALUES, min_size=1, max_size=6
)


@given(st.lists(LINES, min_size=1, max_size=4))
def test_headers_parsed_by_a_learned_shape_are_those_parsed_by_line(messages: list[list[str]]) -> None:
    # One parser sees all of them, twice, and so matches each message with the shapes of the others.
    parser = ShapeParser()
    for lines in messages * 2:
        raw = "\r\n".join(lines).encode("utf-8", "surrogateescape")
        shape, values = parser.parse(raw)
        expected, expected_values = parse_by_line(raw)
        assert shape.names == expected.names
        assert values.groups() == expected_values.groups()
        assert (shape.exact, shape.folded) == (expected.exact, expected.folded)


OUTPUT_LINES = st.lists(st.sampled_from(["Output: ", "Output: a", "Output:", "output: b", "X: 1", "\n", "\r"]) | VALUES)


@given(st.sampled_from(["Response: Success", "Response: Follows", "Output: x", ""]), OUTPUT_LINES)
def test_057_what_a_command_printed_is_parsed_at_once_as_it_is_line_by_line(first: str, lines: list[str]) -> None:
    raw = "\r\n".join([first, *lines]).encode("utf-8", "surrogateescape")
    shape, values = parse_by_line(raw)
    pairs, _ = parse_lines(raw.decode("utf-8", "surrogateescape"))
    assert list(zip(shape.names, values.groups(), strict=True)) == pairs
    for number, (name, _) in reversed(list(enumerate(pairs, start=1))):
        assert shape.exact[name] <= number
        assert shape.folded[name.lower()] <= shape.exact[name]
    assert Message(raw).get_all("OUTPUT") == [value for name, value in pairs if name.lower() == "output"]


@given(LINES)
def test_a_field_finds_the_header_that_get_finds(lines: list[str]) -> None:
    event = Hangup("\r\n".join(["Event: Hangup", *lines]).encode("utf-8", "surrogateescape"))
    assert getattr(event, "channel", None) == event.get("Channel")
    assert event.tech_cause == event.get("TechCause")


@given(
    LINES.flatmap(st.permutations), st.sampled_from(["ActionID: 1-2", "actionid:1", "ActionID:", "ActionID: \udcff"])
)
def test_the_action_id_of_an_answer_is_that_of_its_header(lines: list[str], action_id: str) -> None:
    for there in ([], [action_id], [action_id, "ActionID: second"]):
        message = Response("\r\n".join(["Response: Success", *lines, *there]).encode("utf-8", "surrogateescape"))
        assert message.action_id == message.get("ActionID")
        assert message.is_success == (message["Response"] == "Success")


@given(LINES, st.sampled_from([":", ": ", ":  "]), st.sampled_from(["<unknown>", "<null>", "", "<\udcff>", "Ann\n"]))
def test_text_that_may_stand_for_nothing_is_that_of_its_header(lines: list[str], colon: str, value: str) -> None:
    event = Hangup(
        "\r\n".join(["Event: Hangup", *lines, f"CallerIDName{colon}{value}"]).encode("utf-8", "surrogateescape")
    )
    text = event["CallerIDName"]
    assert event.caller_id_name == (None if text in {"<unknown>", "<null>"} else text)


@given(st.sampled_from(["Event: Odd", "Event:", "Event: ", "event: Odd", "An Event: Odd", "Event: O\udcff\n"]), LINES)
def test_the_name_of_an_event_is_its_first_event_header(first: str, lines: list[str]) -> None:
    event = AmiEvent("\r\n".join([first, *lines]).encode("utf-8", "surrogateescape"))
    assert getattr(event, "name", None) == event.get("Event")


ACTION_NAMES = st.text(st.sampled_from("abcXYZ019-_.()"), min_size=1, max_size=12)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("\udc80\udcff,\\\"'=:; \t"), max_size=40)


@given(ACTION_NAMES, st.lists(st.tuples(ACTION_NAMES, TEXTS), max_size=8), st.none() | ACTION_NAMES)
def test_026_an_action_is_read_back_as_it_was_given_or_refused(
    name: str, headers: list[tuple[str, str]], action_id: str | None
) -> None:
    try:
        data = encode_action(name, headers, action_id)
    except InputError:
        forbidden = any(sign in value for _, value in headers for sign in "\r\n\0")
        assert forbidden or any(header.lower() in {"action", "actionid"} for header, _ in headers)
        return
    assert data.endswith(b"\r\n\r\n")
    assert data.count(b"\r\n\r\n") == 1
    (message,) = Decoder().receive_data(data)
    ours = [("Action", name), *([("ActionID", action_id)] if action_id is not None else [])]
    assert list(message.headers) == ours + headers


@given(st.dictionaries(ACTION_NAMES, TEXTS.filter(lambda text: not set(text) & set("\r\n\0")), max_size=5))
def test_031_variables_are_read_back_by_asterisks_rules(variables: dict[str, str]) -> None:
    found: dict[str, str] = {}
    for header in encode_variables(variables):
        for assignment in split_arguments(header):
            name, _, value = assignment.partition("=")
            found[name] = value
    assert found == variables


def split_arguments(text: str) -> list[str]:
    """Split at commas as Asterisk does (main/app.c, __ast_app_separate_args), outside of quotes, escapes undone."""
    arguments = [""]
    is_quoted = False
    signs = iter(text)
    for sign in signs:
        if sign == "\\":
            arguments[-1] += next(signs, "")
        elif sign == '"':
            is_quoted = not is_quoted
        elif sign == "," and not is_quoted:
            arguments.append("")
        else:
            arguments[-1] += sign
    return arguments


@given(STREAMS, st.integers(1, 9))
def test_039_whatever_a_peer_sends_before_the_login_is_a_typed_error_or_nothing(stream: bytes, size: int) -> None:
    for start in (b"", b"Asterisk Call Manager/11.0.0\r\n"):
        session = AmiSession(address="127.0.0.1:5038", credentials=Credentials("admin", "hunter2"))
        data = start + stream
        try:
            for at in range(0, len(data), size):
                assert session.receive_data(data[at : at + size]) == []
        except (ProtocolError, AuthError):
            assert session.state is SessionState.FAILED
        assert b"Login" not in session.data_to_send()
