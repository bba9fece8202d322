"""ARI's wire for all inputs: nothing in a frame ends the stream, and every argument arrives as it was given."""

import json
import logging
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asterisk_py_ari import InputError, UnexpectedResponseError, events
from asterisk_py_ari.models import AsteriskInfo, Bridge, Channel
from asterisk_py_ari.protocol.envelope import RestResponse, decode_answer, encode_request
from asterisk_py_ari.protocol.event import AriEvent, UnknownEvent
from asterisk_py_ari.protocol.operation import texts
from asterisk_py_ari.protocol.requests import Answer, Request, segment
from tests.unit.ari.standin import StandIn

pytestmark = pytest.mark.parser

TRANSCRIPTS = Path(__file__).parents[2] / "transcripts"
FRAMES: list[dict[str, Any]] = [
    line["frame"]
    for file in sorted(TRANSCRIPTS.glob("ari-ws-*.jsonl"))
    for line in map(json.loads, file.read_text(encoding="utf-8").splitlines())
    if isinstance(line, dict) and "frame" in line and line["frame"]["type"] != "RESTResponse"
]
KNOWN = {kind.__name__ for kind in events.EVENTS}

# What JSON can carry in bytes: text without lone surrogates.
plain_text = st.text(st.characters(exclude_categories=["Cs"]))
words = st.text('aé☎"\\/\n\0', max_size=3)
numbers = st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False)
scalars = st.none() | st.booleans() | numbers | words
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)
objects = st.dictionaries(words | st.sampled_from(["type", "channel", "timestamp"]), values, max_size=5)
# A text that can be a name: Asterisk's own rules come later.
names = plain_text.filter(lambda text: "\0" not in text and text not in {"", ".", ".."})


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Thousands of surprises are no news here."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


def paths(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield (*path, name)
            yield from paths(each, (*path, name))


@st.composite
def drifted(draw: st.DrawFn) -> dict[str, Any]:
    """Return a recorded event in which another version of Asterisk does as it likes, but for the type."""
    frame: dict[str, Any] = json.loads(json.dumps(draw(st.sampled_from(FRAMES))))
    changes = st.sampled_from([path for path in paths(frame) if path != ("type",)])
    for path in draw(st.lists(changes, min_size=1, max_size=4, unique=True)):
        parent: Any = frame
        for name in path[:-1]:
            parent = parent.get(name) if isinstance(parent, dict) else None
        if not isinstance(parent, dict):
            continue
        if draw(st.booleans()):
            parent[path[-1]] = draw(values)
        else:
            parent.pop(path[-1], None)
    return frame


# --- frames ----------------------------------------------------------------------------------------------------------


@given(st.lists(st.binary() | plain_text | values.map(json.dumps) | objects.map(json.dumps)))
def test_088_every_frame_is_an_event_an_answer_or_counted(frames: list[str | bytes]) -> None:
    ari = StandIn()
    decoded = [ari.decoder.decode(frame) for frame in frames]

    assert sum(each is None for each in decoded) == ari.decoder.junk
    assert sum(isinstance(each, UnknownEvent) for each in decoded) == ari.decoder.unknown
    assert all(isinstance(each, AriEvent | RestResponse | None) for each in decoded)


@given(objects, plain_text)
def test_088_an_object_with_a_type_is_delivered_with_all_it_says(sent: dict[str, Any], name: str) -> None:
    sent["type"] = name
    event = StandIn().decoder.decode(json.dumps(sent))

    if name != "RESTResponse":
        assert isinstance(event, AriEvent)
        assert event.type == name
        assert event.fields == json.loads(json.dumps(sent))


@given(drifted())
def test_an_event_of_another_version_is_of_its_class_and_works(sent: dict[str, Any]) -> None:
    ari = StandIn()
    event = ari.decoder.decode(json.dumps(sent))

    assert isinstance(event, AriEvent)
    assert type(event).__name__ == sent["type"]
    assert event.fields == sent
    assert all(handle._client is ari for handle in event.handles())
    assert ari.decoder.misfitting == bool(event.misfits)
    # Nothing that everybody does with an event may raise.
    assert repr(event)
    for name in event.__struct_fields__:
        getattr(event, name)
    assert event == event  # noqa: PLR0124 - by value, whatever the values are
    for handle in (ari.channel("x"), ari.bridge("x"), ari.endpoint("x", "y"), ari.application("x")):
        event.concerns(handle)


@given(st.integers(0, 2_500), st.sampled_from(["[]", '{"a":}']))
def test_088_depth_is_delivered_or_counted(depth: int, brackets: str) -> None:
    opening, closing = (brackets[:1], brackets[1:]) if brackets == "[]" else (brackets[:-1], brackets[-1:])
    ari = StandIn()
    event = ari.decoder.decode('{"type":"Deep","value":' + opening * depth + "1" + closing * depth + "}")

    assert (event is None) == (ari.decoder.junk == 1)
    assert event is not None or depth > 500


@given(st.integers(0, 500_000))
def test_088_size_is_delivered(size: int) -> None:
    event = StandIn().decoder.decode('{"type":"Large","value":"' + "x" * size + '"}')

    assert isinstance(event, UnknownEvent)
    assert len(event.fields["value"]) == size


# --- answers ---------------------------------------------------------------------------------------------------------


@given(
    st.binary() | values.map(lambda value: json.dumps(value).encode()),
    st.sampled_from([Channel, AsteriskInfo, list[Bridge]]),
)
def test_every_body_is_a_result_or_an_error_of_ours(body: bytes, result: Any) -> None:
    request = Request(operation="a.b", method="GET", path="/x")
    with suppress(UnexpectedResponseError):
        found = decode_answer(request, Answer(status=200, body=body), result, StandIn())
        assert isinstance(found, getattr(result, "__origin__", result))


# --- requests --------------------------------------------------------------------------------------------------------


@given(names)
def test_093_a_segment_is_encoded_once_and_comes_back(name: str) -> None:
    encoded = segment("a.b: c", name)

    assert unquote(encoded, errors="strict") == name
    assert encoded.isascii()
    assert not set(encoded) & set("/?#+ \r\n&=")


@given(st.text())
def test_093_every_text_is_a_segment_or_refused(name: str) -> None:
    with suppress(InputError):
        assert unquote(segment("a.b: c", name)) == name


@given(names | st.text() | st.integers(500, 2_000).map(lambda size: "x" * size))
async def test_093_every_id_makes_a_request_asterisk_reads_or_none(name: str) -> None:
    ari = StandIn()
    with suppress(InputError):
        await ari.channels.set_channel_var(name, name, value=name)
    for request in ari.requests:
        path, _, query = request.target.partition("?")
        assert [unquote(part) for part in path.split("/")] == ["", "channels", name, "variable"]
        assert parse_qsl(query, keep_blank_values=True, strict_parsing=True) == [("variable", name), ("value", name)]
        assert len(f"POST /ari{request.target} HTTP/1.1\r\n") <= 4_095


@given(st.dictionaries(plain_text, plain_text, max_size=4))
async def test_variables_arrive_as_they_are(variables: dict[str, str]) -> None:
    ari = StandIn()
    await ari.channels.set_channel_vars("c1", variables)
    body = ari.requests[0].body

    assert body is not None
    assert json.loads(body) == {"variables": variables}
    frame = json.loads(encode_request(ari.requests[0], "1"))
    assert json.loads(frame["message_body"]) == {"variables": variables}


@given(st.lists(names, min_size=1, max_size=10))
def test_a_list_is_cut_where_it_was_joined(items: list[str]) -> None:
    assert cut_as_asterisk_does(texts("a.b: c", items)) == items


def cut_as_asterisk_does(text: str) -> list[str]:
    """Return the parts of *text* as `__ast_app_separate_args` (main/app.c) makes them of a list with commas."""
    parts, part, depth, quoted = [], "", 0, False
    characters = iter(text)
    for character in characters:
        if character == "\\":
            part += next(characters, "")
        elif character == '"':
            quoted = not quoted
        elif character == "," and not depth and not quoted:
            parts.append(part)
            part = ""
        else:
            depth = depth + 1 if character == "(" else max(0, depth - 1) if character == ")" else depth
            part += character
    return [*parts, part]
