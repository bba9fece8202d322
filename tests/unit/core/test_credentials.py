import copy
import dataclasses
import inspect
import json
import logging
import pickle
import traceback
from collections.abc import Callable
from typing import Any

import pytest

from asterisk_py_core.credentials import Credentials
from asterisk_py_core.errors import InputError

SECRET = "hunter2-\N{SNOWMAN}"
CREDENTIALS = Credentials("admin", SECRET)


def as_json() -> str:
    return json.dumps({"login": CREDENTIALS}, default=repr)


def as_log_record() -> str:
    record = logging.LogRecord("n", logging.DEBUG, "f", 1, "login %s %r %(x)s", (), None)
    record.args = (CREDENTIALS, CREDENTIALS)
    record.msg = "login %s %r"
    return record.getMessage()


def as_members() -> str:
    return repr(inspect.getmembers(CREDENTIALS))


def as_slots() -> str:
    return repr([getattr(CREDENTIALS, name) for name in Credentials.__slots__])


def as_nested_dataclass() -> str:
    holder = dataclasses.make_dataclass("Holder", ["credentials"])
    return repr(dataclasses.asdict(holder(CREDENTIALS)))


def as_exception_text() -> str:
    return repr(LookupError(CREDENTIALS)) + str(LookupError(CREDENTIALS))


def as_traceback_with_locals() -> str:
    credentials = CREDENTIALS
    text = ""
    try:
        int(credentials.username)
    except ValueError as error:
        text = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    return text


SINKS: list[Callable[[], str]] = [
    lambda: repr(CREDENTIALS),
    lambda: str(CREDENTIALS),
    lambda: f"{CREDENTIALS}",
    lambda: format(CREDENTIALS),
    lambda: "{0!r} {0!s} {0!a}".format(CREDENTIALS),  # noqa: UP032 - str.format is the sink under test
    lambda: "%s %r" % (CREDENTIALS, CREDENTIALS),  # noqa: UP031 - so is the % operator
    lambda: repr([CREDENTIALS, {"c": CREDENTIALS}]),
    as_json,
    as_log_record,
    as_members,
    as_slots,
    as_nested_dataclass,
    as_exception_text,
    as_traceback_with_locals,
]


@pytest.mark.parametrize("sink", SINKS)
def test_020_the_secret_is_in_no_text_made_of_credentials(sink: Callable[[], str]) -> None:
    text = sink()
    assert text
    assert "hunter2" not in text


def test_the_repr_says_who_and_not_what() -> None:
    assert repr(CREDENTIALS) == "Credentials(username='admin', secret='***')"
    assert CREDENTIALS.username == "admin"


def test_reveal_is_the_way_out() -> None:
    assert CREDENTIALS.reveal() == SECRET


@pytest.mark.parametrize("walk", [vars, dataclasses.asdict, dataclasses.fields, json.dumps])
def test_020_what_walks_attributes_finds_nothing_to_walk(walk: Callable[[object], object]) -> None:
    with pytest.raises(TypeError) as caught:
        walk(CREDENTIALS)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_020_pickle_is_refused(protocol: int) -> None:
    with pytest.raises(TypeError, match="Credentials cannot be pickled"):
        pickle.dumps(CREDENTIALS, protocol)
    with pytest.raises(TypeError):
        CREDENTIALS.__getstate__()


def test_a_copy_is_the_same_object() -> None:
    assert copy.copy(CREDENTIALS) is CREDENTIALS
    assert copy.deepcopy([CREDENTIALS])[0] is CREDENTIALS


def test_equal_credentials_are_equal_and_hash_alike() -> None:
    same = Credentials("admin", "".join(SECRET))
    assert same == CREDENTIALS
    assert len({same, CREDENTIALS}) == 1
    assert same != Credentials("admin", SECRET + " ")
    assert same != Credentials("Admin", SECRET)
    assert (same == "admin") is False


def test_the_hash_says_nothing_about_the_secret() -> None:
    assert hash(CREDENTIALS) == hash(Credentials("admin", "another"))


def test_credentials_cannot_be_changed() -> None:
    with pytest.raises(AttributeError, match="username"):
        setattr(CREDENTIALS, "username", "root")  # noqa: B010 - written so that the type checker lets it be tried
    with pytest.raises(AttributeError, match="cannot be changed"):
        del CREDENTIALS._sealed
    with pytest.raises(AttributeError):
        setattr(CREDENTIALS, "password", "x")  # noqa: B010 - as above
    assert CREDENTIALS.reveal() == SECRET


BAD_TEXTS = [
    ("hunter2\rAction: Ping", "must not hold CR, LF or NUL"),
    ("hunter2\nAction: Ping", "must not hold CR, LF or NUL"),
    ("hunter2\0", "must not hold CR, LF or NUL"),
    ("hunter2\ud800", "cannot be written as UTF-8"),
    (b"hunter2", "must be str, not bytes"),
    (None, "must be str, not NoneType"),
]


@pytest.mark.parametrize(("value", "problem"), BAD_TEXTS)
@pytest.mark.parametrize("field", ["username", "secret"])
def test_026_an_unusable_value_is_refused_by_name_and_never_repeated(field: str, value: object, problem: str) -> None:
    arguments: dict[str, Any] = {"username": "admin", "secret": "s", field: value}
    with pytest.raises(InputError) as caught:
        Credentials(**arguments)
    assert (caught.value.field, caught.value.problem) == (field, problem)
    assert "hunter2" not in str(caught.value)


def test_a_username_is_needed_and_a_secret_may_be_empty() -> None:
    with pytest.raises(InputError, match="username must not be empty"):
        Credentials("", "hunter2")
    assert Credentials("admin", "").reveal() == ""


def test_bytes_that_are_no_utf8_can_be_a_secret() -> None:
    secret = b"caf\xe9".decode("utf-8", "surrogateescape")
    assert Credentials("admin", secret) == Credentials("admin", secret)


@pytest.mark.parametrize(
    ("username", "secret"),
    [("admin", "hunter2\r"), ("admin", "hunter2\ud800"), ("admin", ["hunter2"]), ("", "hunter2"), ("a\n", "hunter2")],
)
def test_020_a_traceback_with_locals_of_our_own_refusal_holds_no_secret(username: str, secret: str) -> None:
    error: BaseException
    try:
        Credentials(username, secret)
    except InputError as refused:
        error = refused
    ours = error.__traceback__.tb_next if error.__traceback__ else None
    text = "".join(traceback.TracebackException(type(error), error, ours, capture_locals=True).format(chain=True))
    assert "in __init__" in text
    assert "hunter2" not in text
    assert error.__cause__ is None
    assert error.__context__ is None
