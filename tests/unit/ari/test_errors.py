"""What Asterisk refuses becomes one class for each status, whatever the body is."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asterisk_py_ari.errors import (
    ApplicationReplacedError,
    BadRequestError,
    ConflictError,
    FailedDependencyError,
    ForbiddenError,
    MethodNotAllowedError,
    NotBootedError,
    NotFoundError,
    PayloadTooLargeError,
    PreconditionFailedError,
    ServerError,
    StatusError,
    UnansweredError,
    UnprocessableError,
    UnsupportedTransportError,
    rejection,
)
from asterisk_py_ari.protocol.requests import Answer
from asterisk_py_core.errors import OutcomeUnknownError, ReadTimeoutError, RequestRejectedError

CLASSES = {
    400: BadRequestError,
    403: ForbiddenError,
    404: NotFoundError,
    405: MethodNotAllowedError,
    409: ConflictError,
    412: PreconditionFailedError,
    413: PayloadTooLargeError,
    418: StatusError,
    422: UnprocessableError,
    424: FailedDependencyError,
    500: ServerError,
    502: ServerError,
    503: NotBootedError,
}
# Recorded in ari-404-405, ari-400-409-422 and ari-limits, but for what a proxy or a defect would send.
BODIES = {
    b'{"message":"Channel not found"}': "Channel not found",
    b'{"error":"Allocation failed"}': "Allocation failed",
    b'  {"message":"spaces before"}': "spaces before",
    b'<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\r\n<html><head>\r\n<title>404 Not Found</title>\r\n</head>'
    b"<body>\r\n<h1>Not Found</h1>\r\n<p>The requested URL was not found on this server.</p>\r\n<hr />\r\n<address>"
    b"Asterisk/22.10.1</address>\r\n</body></html>": "Not Found The requested URL was not found on this server.",
    b"": "no reason was given",
    b"<p>a &lt; b &amp;&amp; c</p>": "a < b && c",
    b"\xff\xfe no UTF-8": "\\xff\\xfe no UTF-8",
    b'{"message":{"a":1}}': '{"message":{"a":1}}',
    b'{"message":"cut off': '{"message":"cut off',
    b'{"message":"two\\r\\nlines\\u0000\\u001b[31m"}': "two lines [31m",
    b"[1,2]": "[1,2]",
    b'{"a":' * 100_000: ('{"a":' * 200),
    b"x" * 10_000_000: "x" * 1000,
}


@pytest.mark.parametrize("status", CLASSES)
@pytest.mark.parametrize("body", BODIES, ids=lambda body: body[:20].decode("latin-1"))
def test_086_each_status_is_a_class_and_each_body_a_short_reason(status: int, body: bytes) -> None:
    error = rejection("channels.originate", Answer(status=status, body=body))
    assert type(error) is CLASSES[status]
    assert isinstance(error, RequestRejectedError)
    assert (error.status, error.request, error.reason) == (status, "channels.originate", BODIES[body])
    assert str(error) == f"channels.originate was rejected with {status}: {BODIES[body]}"
    assert len(error.reason) <= 1000
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    assert (type(copy), str(copy), copy.status) == (type(error), str(error), status)


@given(st.integers(300, 599), st.binary(max_size=2000))
def test_086_no_body_is_too_strange(status: int, body: bytes) -> None:
    error = rejection("channels.list", Answer(status=status, body=body, content_type="application/json"))
    assert 0 < len(error.reason) <= 1000
    assert error.reason.isprintable()


def test_a_change_that_was_not_answered_is_both_what_it_may_be_caught_as() -> None:
    error = UnansweredError(request="channels.originate", address="127.0.0.1:8088", timeout=5.0)
    assert isinstance(error, OutcomeUnknownError)
    assert isinstance(error, ReadTimeoutError)
    assert isinstance(error, TimeoutError)
    assert isinstance(error, ConnectionError)
    assert str(error) == (
        "channels.originate was sent to 127.0.0.1:8088 and not answered (no answer within 5 s): "
        "Asterisk may have carried it out"
    )
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    assert (str(copy), copy.timeout, copy.request, copy.reason) == (str(error), 5.0, error.request, error.reason)


@pytest.mark.parametrize("is_retryable", [False, True])
def test_089_a_replaced_application_says_what_to_do(is_retryable: bool) -> None:  # noqa: FBT001 - a parameter
    error = ApplicationReplacedError(application="demo", address="127.0.0.1:8088", is_retryable=is_retryable)
    assert error.is_retryable is is_retryable
    assert "'demo'" in str(error)
    assert "take_over=True" in str(error)
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    assert (str(copy), copy.is_retryable) == (str(error), is_retryable)


def test_an_asterisk_without_requests_over_the_websocket_is_named_with_the_versions_that_have_them() -> None:
    error = UnsupportedTransportError(address="127.0.0.1:8088")
    assert not error.is_retryable
    assert "127.0.0.1:8088" in str(error)
    assert "22.4" in str(error)
