"""Requests: what is on the request line, and what is refused before a byte is written."""

import pytest

from asterisk_py_ari import InputError
from asterisk_py_ari.protocol.requests import MAX_BODY, MAX_REQUEST_LINE, Answer, Request, segment

LINE = "GET /ari{} HTTP/1.1\r\n"


def test_the_target_is_path_and_query_encoded_once() -> None:
    request = Request(
        operation="channels.get",
        method="GET",
        path="/channels/" + segment("channel_id", "a/b%2F+ü"),
        query=(("variable", "A B+C&d=é"), ("x", "")),
    )

    assert request.target == "/channels/a%2Fb%252F%2B%C3%BC?variable=A%20B%2BC%26d%3D%C3%A9&x="


def test_a_request_without_a_query_has_no_question_mark() -> None:
    assert Request(operation="asterisk.ping", method="GET", path="/asterisk/ping").target == "/asterisk/ping"


def test_093_a_request_line_at_the_limit_passes_and_one_byte_more_is_refused() -> None:
    path = "/" + "x" * (MAX_REQUEST_LINE - len(LINE.format("/")))

    assert len(LINE.format(Request(operation="a.b", method="GET", path=path).target)) == MAX_REQUEST_LINE
    with pytest.raises(InputError, match=r"a\.b makes a request line of 4,096 bytes; Asterisk takes 4,095"):
        Request(operation="a.b", method="GET", path=path + "x")


def test_093_the_query_counts_encoded() -> None:
    with pytest.raises(InputError, match="request line"):
        Request(operation="a.b", method="GET", path="/x", query=(("value", "ü" * 1_000),))


def test_093_a_body_at_the_limit_passes_and_one_byte_more_is_refused() -> None:
    Request(operation="a.b", method="POST", path="/x", body=b"x" * MAX_BODY)
    with pytest.raises(InputError, match=r"a\.b has a body of 40,961 bytes; Asterisk takes 40,960"):
        Request(operation="a.b", method="POST", path="/x", body=b"x" * (MAX_BODY + 1))


@pytest.mark.parametrize("value", ["", ".", "..", "a\0b", "\ud800", None, 7, b"x"])
def test_093_a_segment_that_would_be_another_path_is_refused(value: object) -> None:
    with pytest.raises(InputError) as caught:
        segment("channels.get: channel_id", value)

    assert caught.value.field == "channels.get: channel_id"


def test_bodies_and_queries_are_not_in_the_repr() -> None:
    body = b'{"variables":{"PIN":"4711"}}'
    request = Request(operation="a.b", method="POST", path="/x", query=(("value", "4711"),), body=body)

    assert "4711" not in repr(request) + repr(Answer(status=200, body=b'{"value":"4711"}'))
