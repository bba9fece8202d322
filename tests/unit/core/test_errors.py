import builtins
import copy
import pickle
from collections.abc import Iterator

import pytest

from asterisk_py_core import errors
from asterisk_py_core.errors import (
    AsteriskError,
    AuthError,
    ChallengeFailedError,
    ClientClosedError,
    ConnectFailedError,
    ConnectionClosedError,
    ConnectTimeoutError,
    DesyncError,
    DnsError,
    EventsLostError,
    FrameTooLargeError,
    InputError,
    ListenFailedError,
    LoginRejectedError,
    LoginTimeoutError,
    MalformedFrameError,
    MissingCredentialsError,
    NotSentError,
    OutcomeUnknownError,
    ProtocolError,
    ReadTimeoutError,
    RequestRejectedError,
    TlsError,
    UnexpectedResponseError,
    UnknownValueError,
    UnsupportedVersionError,
    WriteTimeoutError,
)

PBX = "pbx:5038"
REFUSED = ConnectionRefusedError(111, "Connection refused")

# Each leaf as it is raised, what it says, and whether a supervised connection tries again.
LEAVES: list[tuple[AsteriskError, str, bool]] = [
    (
        ConnectFailedError(address=PBX, cause=REFUSED),
        "cannot connect to pbx:5038: [Errno 111] Connection refused",
        True,
    ),
    (ConnectFailedError(address=PBX, cause=OSError()), "cannot connect to pbx:5038: OSError", True),
    (DnsError(address=PBX, cause="no such name"), "cannot find pbx:5038: no such name", True),
    (ListenFailedError(address=PBX, cause="in use"), "cannot listen on pbx:5038: in use", True),
    (ListenFailedError(address=PBX, cause="no", denied=True), "cannot listen on pbx:5038: no", False),
    (TlsError(address=PBX, cause="EOF"), "cannot agree on TLS with pbx:5038: EOF", True),
    (TlsError(address=PBX, cause="expired", certificate=True), "cannot agree on TLS with pbx:5038: expired", False),
    (ConnectionClosedError(address=PBX), "connection to pbx:5038 lost: the peer closed the connection", True),
    (ConnectionClosedError(address=PBX, reason="reset"), "connection to pbx:5038 lost: reset", True),
    (NotSentError(address=PBX, reason="reset", request="Ping"), "Ping was not sent to pbx:5038: reset", True),
    (NotSentError(address=PBX, reason="reset"), "a request was not sent to pbx:5038: reset", True),
    (
        OutcomeUnknownError(address=PBX, reason="reset", request="Originate"),
        "Originate was sent to pbx:5038 and not answered (reset): Asterisk may have carried it out",
        True,
    ),
    (ClientClosedError(what="AmiClient"), "AmiClient is closed", False),
    (
        LoginRejectedError(address=PBX, username="admin", reason="Authentication failed"),
        "pbx:5038 refused the login of 'admin': Authentication failed",
        False,
    ),
    (
        MissingCredentialsError(what="AriClient"),
        "AriClient needs credentials: pass credentials=Credentials(username, secret)",
        False,
    ),
    (ChallengeFailedError(address=PBX, reason="empty"), "login challenge of pbx:5038 failed: empty", False),
    (ConnectTimeoutError(address=PBX, timeout=10), "pbx:5038 did not accept the connection within 10 s", True),
    (LoginTimeoutError(address=PBX, timeout=1.5), "pbx:5038 did not complete the login within 1.5 s", True),
    (ReadTimeoutError(address=PBX, timeout=5, request="Ping"), "Ping: pbx:5038 did not answer within 5 s", True),
    (WriteTimeoutError(address=PBX, timeout=5), "pbx:5038 did not accept the data within 5 s", True),
    (MalformedFrameError("no colon in a header"), "no colon in a header", True),
    (MalformedFrameError(), "MalformedFrameError", True),
    (FrameTooLargeError(what="AMI line", limit=1048576), "AMI line exceeds the limit of 1,048,576", True),
    (UnexpectedResponseError("a reply nobody asked for"), "a reply nobody asked for", True),
    (DesyncError("bytes after the reply"), "bytes after the reply", True),
    (
        UnsupportedVersionError(address=PBX, banner="SSH-2.0"),
        "pbx:5038 greeted with 'SSH-2.0', which is not a supported Asterisk",
        False,
    ),
    (UnknownValueError(vocabulary="HangupCause", value="x"), "'x' is not a HangupCause", False),
    (RequestRejectedError(request="Hangup", reason="No such channel"), "Hangup was rejected: No such channel", False),
    (InputError(field="port", problem="must be an int"), "port must be an int", False),
    (EventsLostError(count=1234), "1,234 events were lost: the subscription fell behind its capacity", False),
]


def branches(root: type[AsteriskError]) -> Iterator[type[AsteriskError]]:
    for child in root.__subclasses__():
        if child.__module__ == errors.__name__:
            yield child
            yield from branches(child)


@pytest.mark.parametrize(("error", "text", "retryable"), LEAVES)
def test_each_error_says_what_failed_and_whether_trying_again_helps(
    error: AsteriskError, text: str, *, retryable: bool
) -> None:
    assert str(error) == text
    assert error.is_retryable is retryable
    assert error.args == ((text,) if error.args else ())


def test_an_error_of_a_protocol_is_told_its_peer_once() -> None:
    error = FrameTooLargeError(what="AMI line", limit=9)
    assert vars(error) == {"what": "AMI line", "limit": 9}
    for _ in range(2):
        error.name_peer(PBX)
    assert (error.address, str(error)) == (PBX, "pbx:5038: AMI line exceeds the limit of 9")
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert (again.address, str(again)) == (PBX, str(error))
    stranger = UnsupportedVersionError(address=PBX, banner="SSH-2.0")
    stranger.name_peer(PBX)
    assert str(stranger).count(PBX) == 1


@pytest.mark.parametrize(("error", "text"), [(error, text) for error, text, _ in LEAVES])
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_each_error_survives_pickle_with_its_fields_and_its_cause(
    error: AsteriskError, text: str, protocol: int
) -> None:
    again = pickle.loads(pickle.dumps(error, protocol))  # noqa: S301 - our own bytes
    assert type(again) is type(error)
    assert (str(again), again.args) == (text, error.args)
    assert vars(again) == vars(error)
    assert again.is_retryable is error.is_retryable
    assert repr(again.__cause__) == repr(error.__cause__)
    assert str(copy.copy(error)) == str(copy.deepcopy(error)) == text


def test_each_class_is_exported_documented_and_made_in_the_table_above() -> None:
    classes = set(branches(AsteriskError))
    made = {type(error) for error, _, _ in LEAVES}
    assert {cls.__name__ for cls in classes} | {"AsteriskError", "Error"} == set(errors.__all__)
    assert errors.Error is AsteriskError
    assert all(cls.__doc__ for cls in classes)
    assert classes - made == {errors.ConnectionError, errors.TimeoutError, AuthError, ProtocolError}


def test_the_tree_in_the_docstring_names_every_class() -> None:
    assert errors.__doc__ is not None
    assert [name for name in errors.__all__ if name not in errors.__doc__] == []


@pytest.mark.parametrize(
    ("cls", "bases"),
    [
        (errors.ConnectionError, (AsteriskError, builtins.ConnectionError, OSError)),
        (errors.TimeoutError, (AsteriskError, builtins.TimeoutError, OSError)),
        (ConnectFailedError, (errors.ConnectionError,)),
        (DnsError, (ConnectFailedError,)),
        (ListenFailedError, (ConnectFailedError,)),
        (TlsError, (ConnectFailedError,)),
        (NotSentError, (ConnectionClosedError, builtins.ConnectionError)),
        (OutcomeUnknownError, (ConnectionClosedError, builtins.ConnectionError)),
        (ClientClosedError, (errors.ConnectionError,)),
        (ReadTimeoutError, (errors.TimeoutError, builtins.TimeoutError)),
        (LoginRejectedError, (AuthError,)),
        (UnknownValueError, (ProtocolError, ValueError)),
        (InputError, (AsteriskError, ValueError)),
    ],
)
def test_a_branch_is_caught_by_the_names_of_the_field_and_of_the_builtins(
    cls: type[AsteriskError], bases: tuple[type[Exception], ...]
) -> None:
    assert all(issubclass(cls, base) for base in bases)


def test_a_request_that_was_not_sent_is_told_from_one_that_may_have_happened() -> None:
    assert not issubclass(NotSentError, OutcomeUnknownError)
    assert not issubclass(OutcomeUnknownError, NotSentError)


def test_the_cause_of_a_failed_connection_is_kept_and_a_text_makes_none() -> None:
    assert ConnectFailedError(address=PBX, cause=REFUSED).__cause__ is REFUSED
    assert ConnectFailedError(address=PBX, cause="refused").__cause__ is None


@pytest.mark.parametrize(
    ("error", "fields"),
    [
        (TlsError(address=PBX, cause="x", certificate=True), {"address": PBX, "certificate": True}),
        (ConnectionClosedError(address=PBX), {"reason": "the peer closed the connection", "request": None}),
        (ReadTimeoutError(address=PBX, timeout=5, request="Ping"), {"address": PBX, "timeout": 5, "request": "Ping"}),
        (LoginRejectedError(address=PBX, username="u", reason="r"), {"address": PBX, "username": "u", "reason": "r"}),
        (ChallengeFailedError(address=PBX, reason="r"), {"address": PBX, "reason": "r"}),
        (FrameTooLargeError(what="w", limit=1), {"what": "w", "limit": 1}),
        (UnsupportedVersionError(address=PBX, banner="b"), {"address": PBX, "banner": "b"}),
        (UnknownValueError(vocabulary="v", value=1), {"vocabulary": "v", "value": 1}),
        (RequestRejectedError(request="q", reason="r"), {"request": "q", "reason": "r"}),
        (InputError(field="f", problem="p"), {"field": "f", "problem": "p"}),
        (EventsLostError(count=3), {"count": 3}),
        (ClientClosedError(what="w"), {"what": "w"}),
        (MissingCredentialsError(what="w"), {"what": "w"}),
    ],
)
def test_what_failed_can_be_read_from_fields(error: AsteriskError, fields: dict[str, object]) -> None:
    assert {name: getattr(error, name) for name in fields} == fields


def test_a_value_of_any_length_makes_a_short_message() -> None:
    error = UnknownValueError(vocabulary="HangupCause", value="9" * 5000)

    assert len(str(error)) < 150
    assert error.value == "9" * 5000
