import collections
import hashlib
import logging
import re
import traceback
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from asterisk_py_ami.errors import LoginInUseError
from asterisk_py_ami.events import FullyBooted, Hangup
from asterisk_py_ami.protocol.login import LoginMethod
from asterisk_py_ami.protocol.message import Response
from asterisk_py_ami.protocol.session import AmiSession, SessionState
from asterisk_py_core.credentials import Credentials
from asterisk_py_core.errors import (
    AsteriskError,
    ChallengeFailedError,
    DesyncError,
    FrameTooLargeError,
    InputError,
    LoginRejectedError,
    UnsupportedVersionError,
)

TRANSCRIPTS = Path(__file__).parents[2] / "transcripts"
ADDRESS = "127.0.0.1:5038"
PREFIX = "0123456789abcdef"
BANNER = b"Asterisk Call Manager/11.0.0\r\n"
CHALLENGE = f"Response: Success\r\nActionID: {PREFIX}-1\r\nChallenge: 134134167\r\n\r\n".encode()
ACCEPTED = f"Response: Success\r\nActionID: {PREFIX}-2\r\nMessage: Authentication accepted\r\n\r\n".encode()
EVENT = b"Event: Hangup\r\nCause: 16\r\n\r\n"


def make_session(secret: str = "secret", **options: Any) -> AmiSession:
    credentials = Credentials("admin", secret)
    action_ids = (f"{PREFIX}-{number}" for number in count(1))
    return AmiSession(address=ADDRESS, credentials=credentials, action_ids=action_ids, **options)


def state(session: AmiSession) -> SessionState:
    """Return the state; mypy takes an attribute it has seen compared for unchanged by the calls that follow."""
    return session.state


def with_locals(error: BaseException) -> str:
    """Return the traceback of *error* with the locals of all frames but the tests' own, which know the secret."""
    lines = list(traceback.walk_tb(error.__traceback__))
    assert error.__context__ is None
    ours = [frame.f_locals for frame, _ in lines if frame.f_code.co_filename != __file__]
    assert ours
    return f"{error!r} {ours!r}"


def refused(reason: str, number: int = 2) -> bytes:
    return f"Response: Error\r\nActionID: {PREFIX}-{number}\r\nMessage: {reason}\r\n\r\n".encode()


def test_a_login_by_md5_answers_the_challenge() -> None:
    session = make_session()
    assert state(session) is SessionState.GREETING
    assert session.data_to_send() == b""
    assert session.receive_data(BANNER) == []
    assert session.version == (11, 0, 0)
    assert session.data_to_send() == f"Action: Challenge\r\nActionID: {PREFIX}-1\r\nAuthType: MD5\r\n\r\n".encode()
    assert session.data_to_send() == b""
    assert session.receive_data(CHALLENGE) == []
    assert state(session) is SessionState.LOGIN
    # The key a real Asterisk took for this challenge and secret (ami-login-md5).
    assert (
        session.data_to_send()
        == (
            f"Action: Login\r\nActionID: {PREFIX}-2\r\nUsername: admin\r\nEvents: on\r\nAuthType: MD5\r\n"
            "Key: bbec02b7732a1c08a0ee41d8d6ba99fa\r\n\r\n"
        ).encode()
    )
    assert session.receive_data(ACCEPTED) == []
    assert state(session) is SessionState.READY
    assert session.next_action_id() == f"{PREFIX}-3"


def test_a_plain_login_is_sent_only_when_asked_for_and_only_after_the_banner() -> None:
    session = make_session(login="plain", events="call,system")
    assert session.receive_data(BANNER[:-1]) == []
    assert session.data_to_send() == b""
    assert session.receive_data(BANNER[-1:]) == []
    assert (
        session.data_to_send()
        == (
            f"Action: Login\r\nActionID: {PREFIX}-1\r\nUsername: admin\r\nEvents: call,system\r\nSecret: secret\r\n\r\n"
        ).encode()
    )
    session.receive_data(f"Response: Success\r\nActionID: {PREFIX}-1\r\n\r\n".encode())
    assert state(session) is SessionState.READY


def test_a_secret_of_any_bytes_is_hashed_as_it_is() -> None:
    session = make_session("p\u00e4ss\udcff")
    session.receive_data(BANNER + CHALLENGE)
    key = hashlib.md5(b"134134167p\xc3\xa4ss\xff", usedforsecurity=False).hexdigest()
    assert f"Key: {key}\r\n".encode() in session.data_to_send()


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_events_of_the_login_burst_come_in_order_however_the_bytes_are_cut(size: int) -> None:
    session = make_session()
    stream = BANNER + CHALLENGE + ACCEPTED + b"Event: FullyBooted\r\nStatus: Fully Booted\r\n\r\n" + EVENT
    messages = [m for at in range(0, len(stream), size) for m in session.receive_data(stream[at : at + size])]
    assert [type(message) for message in messages] == [FullyBooted, Hangup]
    assert session.receive_data(EVENT) == [Hangup(EVENT.rstrip())]
    assert session.stray_count == 0


def test_action_ids_have_64_random_bits_each_and_nothing_in_common() -> None:
    sessions = [AmiSession(address=ADDRESS, credentials=Credentials("admin", "x")) for _ in range(2)]
    ids = [session.next_action_id() for session in sessions for _ in range(1000)]
    assert all(re.fullmatch("[0-9a-f]{16}", each) for each in ids)
    # Among so many, each place of 64 has had every digit, unless something of one shows in the others.
    assert all(len(set(digits)) == 16 for digits in zip(*ids, strict=True))
    # Of 2,000 among 2**64, no two are equal but once in 10 million million runs.
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(
    "banner",
    [
        b"HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"\r\n",
        b"x" * 1_000_000,
        b"\x15\x03\x01\x00\x02\x02\x0a",
        b"Asterisk Call Manager/\r\n",
        b"Asterisk Call Manager/11.0.0 or so\r\n",
        b"Asterisk Call Manager/11..0\r\n",
        b"Asterisk Call Manager/" + b"1" * 300,
        b"asterisk call manager/11.0.0\r\n",
    ],
)
@pytest.mark.parametrize("login", LoginMethod)
def test_039_nothing_is_sent_to_a_peer_that_does_not_greet_as_asterisk_does(banner: bytes, login: LoginMethod) -> None:
    for pieces in ([banner], [banner[at : at + 1] for at in range(min(300, len(banner)))]):
        session = make_session(login=login)
        with pytest.raises(UnsupportedVersionError) as caught:
            collections.deque(map(session.receive_data, pieces), maxlen=0)
        assert session.data_to_send() == b""
        assert state(session) is SessionState.FAILED
        assert caught.value.address == ADDRESS
        assert len(caught.value.banner) <= 4 * 256
        assert not caught.value.is_retryable


@pytest.mark.parametrize(
    ("banner", "version"),
    [("1.0", (1, 0)), ("1.1", (1, 1)), ("2.8.0", (2, 8, 0)), ("5.0.2", (5, 0, 2)), ("11.0.0", (11, 0, 0))],
)
def test_039_the_version_is_read_from_the_banner_even_in_two_pieces(banner: str, version: tuple[int, ...]) -> None:
    data = f"Asterisk Call Manager/{banner}\r\n".encode()
    for cut in range(len(data)):
        session = make_session()
        assert session.receive_data(data[:cut]) == []
        assert session.version == ()
        session.receive_data(data[cut:])
        assert session.version == version
        assert state(session) is SessionState.CHALLENGE


def test_057_only_an_asterisk_before_14_is_believed_to_send_output_of_old() -> None:
    output = b"Response: Follows\r\n\r\nEvent: Hangup\r\n\r\n--END COMMAND--\r\n\r\n"
    for banner, kinds in ((b"2.8.0", [Response]), (b"11.0.0", [Response, Hangup])):
        session = make_session()
        session.receive_data(b"Asterisk Call Manager/" + banner + b"\r\n" + CHALLENGE + ACCEPTED)
        assert [type(message) for message in session.receive_data(output)][: len(kinds)] == kinds


@pytest.mark.parametrize("number", [1, 2])
def test_042_a_refused_login_names_address_and_user_and_asterisks_reason(number: int) -> None:
    session = make_session(login="plain" if number == 1 else "md5")
    session.receive_data(BANNER + (CHALLENGE if number == 2 else b""))
    session.data_to_send()
    with pytest.raises(LoginRejectedError) as caught:
        session.receive_data(refused("Authentication failed", number))
    assert type(caught.value) is LoginRejectedError
    assert str(caught.value) == f"{ADDRESS} refused the login of 'admin': Authentication failed"
    assert not caught.value.is_retryable
    assert state(session) is SessionState.FAILED
    assert session.data_to_send() == b""


def test_042_an_answer_that_is_no_success_is_a_refusal() -> None:
    session = make_session()
    session.receive_data(BANNER + CHALLENGE)
    with pytest.raises(LoginRejectedError, match="no reason was given"):
        session.receive_data(f"Response: Goodbye\r\nActionID: {PREFIX}-2\r\n\r\n".encode())


@pytest.mark.parametrize(("number", "kind"), [(1, ChallengeFailedError), (2, LoginRejectedError)])
def test_042_a_refusal_of_a_megabyte_is_cut(number: int, kind: type[AsteriskError]) -> None:
    session = make_session()
    session.receive_data(BANNER + (CHALLENGE if number == 2 else b""))
    with pytest.raises(kind) as caught:
        session.receive_data(refused("x" * 1_000_000, number))
    assert len(str(caught.value)) < 1200


def test_044_a_login_in_use_may_be_tried_again() -> None:
    session = make_session()
    session.receive_data(BANNER + CHALLENGE)
    with pytest.raises(LoginInUseError) as caught:
        session.receive_data(refused("Login Already In Use"))
    assert caught.value.is_retryable


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("Response: Success\r\nActionID: {id}", "holds none"),
        ("Response: Success\r\nActionID: {id}\r\nChallenge: ", "no number"),
        ("Response: Success\r\nActionID: {id}\r\nChallenge: abc", "no number"),
        ("Response: Success\r\nActionID: {id}\r\nChallenge: 12\r3", "no number"),
        ("Response: Success\r\nActionID: {id}\r\nChallenge: 12\n", None),
        ("Response: Success\r\nActionID: {id}\r\nChallenge: \u0661\u0662", "no number"),
        ("Response: Success\r\nActionID: {id}\r\nChallenge: " + "1" * 21, "no number"),
        ("Response: Error\r\nActionID: {id}\r\nMessage: Must specify AuthType", "Must specify AuthType"),
        ("Response: Error\r\nActionID: {id}", "without a reason"),
    ],
)
def test_045_without_a_usable_challenge_the_secret_is_not_sent(answer: str, reason: str | None) -> None:
    session = make_session()
    session.receive_data(BANNER)
    session.data_to_send()
    data = (answer.replace("{id}", f"{PREFIX}-1") + "\r\n\r\n").encode()
    if reason is None:
        session.receive_data(data)
        assert state(session) is SessionState.LOGIN
        return
    with pytest.raises(ChallengeFailedError, match=reason):
        session.receive_data(data)
    assert session.data_to_send() == b""
    assert state(session) is SessionState.FAILED


def test_045_without_md5_on_this_machine_there_is_an_error_and_no_plain_login(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_md5(*_args: object, **_options: object) -> object:
        raise ValueError("[digital envelope routines] unsupported")

    monkeypatch.setattr(hashlib, "md5", no_md5)
    with pytest.raises(ChallengeFailedError, match="MD5 is not to be had here"):
        make_session()
    assert make_session(login="plain").state is SessionState.GREETING


def test_045_answers_out_of_order_are_not_taken() -> None:
    session = make_session()
    session.receive_data(BANNER + ACCEPTED + refused("x", 3))
    assert state(session) is SessionState.CHALLENGE
    assert session.stray_count == 2
    session.receive_data(CHALLENGE)
    assert state(session) is SessionState.LOGIN


@pytest.mark.parametrize("action_id", [None, "", "L1", "0123456789ABCDEF-2", f"{PREFIX}-1", f"{PREFIX}-22"])
@pytest.mark.parametrize("kind", ["Success", "Error"])
def test_032_a_forged_answer_neither_accepts_nor_refuses_a_login(kind: str, action_id: str | None) -> None:
    session = make_session()
    session.receive_data(BANNER + CHALLENGE)
    header = "" if action_id is None else f"\r\nActionID: {action_id}"
    session.receive_data(f"Response: {kind}{header}\r\nMessage: x\r\n\r\n".encode())
    assert state(session) is SessionState.LOGIN
    assert session.stray_count == 1
    event = f"Event: OriginateResponse\r\nResponse: Success\r\nActionID: {PREFIX}-2\r\n\r\n".encode()
    session.receive_data(event)
    assert state(session) is SessionState.LOGIN
    session.receive_data(ACCEPTED)
    assert state(session) is SessionState.READY


def test_a_failed_session_receives_no_more() -> None:
    session = make_session()
    with pytest.raises(UnsupportedVersionError):
        session.receive_data(b"nonsense\r\n")
    with pytest.raises(DesyncError, match=f"session with {ADDRESS} has failed"):
        session.receive_data(BANNER)


def test_a_message_too_large_fails_the_login() -> None:
    session = make_session()
    session.receive_data(BANNER)
    with pytest.raises(FrameTooLargeError):
        session.receive_data(b"Response: Success\r\nX: " + b"x" * 2_000_000 + b"\r\n\r\n")
    assert state(session) is SessionState.FAILED


def test_junk_is_counted() -> None:
    session = make_session()
    session.receive_data(BANNER + CHALLENGE + ACCEPTED)
    (junk,) = session.receive_data(b"Hello: there\r\n\r\n")
    assert junk["Hello"] == "there"
    assert session.junk_count == 1


def test_what_an_early_close_means_is_said_by_the_state() -> None:
    session = make_session()
    assert "authlimit" in session.closed_reason
    session.receive_data(BANNER)
    assert session.closed_reason == "the peer closed during the login"
    session.receive_data(CHALLENGE + ACCEPTED)
    assert session.closed_reason == "the peer closed the connection"


@pytest.mark.parametrize(
    "events", ["on", "off", "ON", "Yes", "f", "call", "call,system", "call, dtmf", "none", "all", "0", "2147483647"]
)
def test_event_masks_asterisk_knows_are_taken(events: str) -> None:
    assert make_session(events=events).state is SessionState.GREETING


@pytest.mark.parametrize(
    "events",
    [
        "",
        "calls",
        "call,",
        "call;system",
        "on\r\n",
        "-1",
        "CALL",
        "call ",
        "on,call",
        "call,1",
        "2147483648",
        "9" * 5000,
    ],
)
def test_an_event_mask_that_would_silently_mean_less_is_refused(events: str) -> None:
    with pytest.raises(InputError, match="no event class of Asterisk"):
        make_session(events=events)


@pytest.mark.parametrize("events", [None, 5, ["call"], b"call", True])
def test_an_event_mask_that_is_no_text_is_refused(events: Any) -> None:
    with pytest.raises(InputError, match="events must be text such as 'on'"):
        make_session(events=events)


def test_a_login_method_that_does_not_exist_is_refused() -> None:
    with pytest.raises(InputError, match="login must be 'md5' or 'plain', not 'sha1'"):
        make_session(login="sha1")


def test_020_a_secret_too_long_for_a_line_is_refused_at_once_and_not_shown() -> None:
    with pytest.raises(InputError, match="header Secret makes a line of") as caught:
        make_session("hunter2" * 200, login="plain")
    assert "hunter2" not in with_locals(caught.value)
    assert make_session("hunter2" * 200).state is SessionState.GREETING


@pytest.mark.parametrize("login", LoginMethod)
@pytest.mark.parametrize("end", [ACCEPTED, refused("Authentication failed"), b"X: " + b"x" * 2_000_000 + b"\r\n\r\n"])
def test_020_the_secret_is_forgotten_with_the_login(
    login: LoginMethod, end: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    session = make_session("hunter2", login=login)
    session.receive_data(BANNER + (CHALLENGE if login is LoginMethod.MD5 else b""))
    frame = session.data_to_send()
    assert b"Secret: hunter2" in frame or b"Key: " in frame
    assert session._login._credentials is None
    key = frame.split(b": ")[-1].strip().decode()
    if login is LoginMethod.PLAIN:
        end = end.replace(b"-2", b"-1")
    shown = ""
    try:
        session.receive_data(end)
    except AsteriskError as error:
        shown = with_locals(error)
    else:
        assert state(session) is SessionState.READY
    for sink in (repr(session), repr(vars(session)), shown, caplog.text):
        assert "hunter2" not in sink
        assert key not in sink


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("ami-login-md5", SessionState.READY),
        ("ami-login-md5-badkey", LoginRejectedError),
        ("ami-login-md5-upperkey", LoginRejectedError),
        ("ami-challenge-noauthtype", ChallengeFailedError),
        ("ami-authtimeout", SessionState.CHALLENGE),
    ],
)
def test_042_045_a_recorded_login_ends_as_it_did(name: str, outcome: SessionState | type[AsteriskError]) -> None:
    stream = (TRANSCRIPTS / f"{name}.s2c.bin").read_bytes()
    for old, new in ((b"C1", b"-1"), (b"L1", b"-2")):
        stream = stream.replace(b"ActionID: " + old, b"ActionID: " + PREFIX.encode() + new)
    session = make_session()
    if isinstance(outcome, SessionState):
        session.receive_data(stream)
        assert state(session) is outcome
    else:
        with pytest.raises(outcome):
            session.receive_data(stream)


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("ami-login-fail", LoginRejectedError),
        ("ami-login-unknown-user", LoginRejectedError),
        ("ami-login-acl-denied", LoginRejectedError),
        ("ami-login-in-use", LoginInUseError),
        ("ami-boot", [None, "FullyBooted"]),
        ("ami-shutdown", [None, None, "Shutdown"]),
    ],
)
def test_042_044_048_a_recorded_plain_login_ends_as_it_did(name: str, outcome: Any) -> None:
    stream = (TRANSCRIPTS / f"{name}.s2c.bin").read_bytes().replace(b": L1\r\n", f": {PREFIX}-1\r\n".encode())
    session = make_session(login="plain")
    if isinstance(outcome, list):
        names = [message.get("Event") for message in session.receive_data(stream)]
        assert names[-1] == outcome[-1]
        assert state(session) is SessionState.READY
    else:
        with pytest.raises(outcome) as caught:
            session.receive_data(stream)
        assert type(caught.value) is outcome


def test_047_a_user_who_never_sees_fully_booted_is_logged_in_all_the_same() -> None:
    stream = (TRANSCRIPTS / "ami-perm-denied.s2c.bin").read_bytes().replace(b": L1\r\n", f": {PREFIX}-1\r\n".encode())
    session = make_session(login="plain")
    messages = session.receive_data(stream)
    assert state(session) is SessionState.READY
    assert {type(message) for message in messages} == {Response}
    assert [message.get("ActionID") for message in messages] == ["1", "2", "3", "4", "4b", "5"]
