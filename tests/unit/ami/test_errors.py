import pickle

import pytest

from asterisk_py_ami.errors import (
    HeaderValueError,
    LoginInUseError,
    MissingHeaderError,
    PermissionDeniedError,
    UnknownActionError,
    rejection,
)
from asterisk_py_ami.protocol.message import Response
from asterisk_py_core.errors import AsteriskError, LoginRejectedError, RequestRejectedError


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Permission denied", PermissionDeniedError),
        (
            "Invalid/unknown command: Nope. Use Action: ListCommands to show available commands.",
            UnknownActionError,
        ),
        ("No such channel", RequestRejectedError),
        ("No such channel: Permission denied", RequestRejectedError),
    ],
)
def test_053_a_rejection_is_told_by_its_text_and_names_the_action(text: str, kind: type[RequestRejectedError]) -> None:
    error = rejection("Hangup", Response(f"Response: Error\r\nActionID: a-1\r\nMessage: {text}".encode()))
    assert type(error) is kind
    assert (error.request, error.reason) == ("Hangup", text)
    assert str(error) == f"Hangup was rejected: {text}"
    assert "a-1" not in str(error)
    assert not error.is_retryable


def test_053_a_rejection_without_a_text_says_so_and_a_long_one_is_cut() -> None:
    assert rejection("Hangup", Response(b"Response: Error")).reason == "no reason was given"
    assert len(rejection("Hangup", Response(b"Response: Error\r\nMessage: " + b"x" * 5000)).reason) == 1024


def test_044_a_login_in_use_is_a_rejected_login_that_may_be_tried_again() -> None:
    error = LoginInUseError(address="127.0.0.1:5038", username="admin", reason="Login Already In Use")
    assert isinstance(error, LoginRejectedError)
    assert error.is_retryable


@pytest.mark.parametrize(
    "error",
    [
        LoginInUseError(address="127.0.0.1:5038", username="admin", reason="Login Already In Use"),
        MissingHeaderError(message="Hangup", header="Cause"),
        HeaderValueError(message="Hangup", header="Cause", vocabulary="HangupCause", value="x"),
        PermissionDeniedError(request="Ping", reason="Permission denied"),
        UnknownActionError(request="Ping", reason="Invalid/unknown command: Ping."),
    ],
)
def test_errors_survive_a_pickle(error: AsteriskError) -> None:
    twin = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert type(twin) is type(error)
    assert str(twin) == str(error)
    assert vars(twin) == vars(error)
