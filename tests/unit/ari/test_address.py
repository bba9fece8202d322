"""Addresses and names of applications are taken apart, or refused without repeating what may be secret."""

import traceback
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asterisk_py_ari.client import AriClient
from asterisk_py_ari.protocol.address import Address, application_names
from asterisk_py_core.credentials import Credentials
from asterisk_py_core.errors import InputError


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("http://127.0.0.1:8088", "http://127.0.0.1:8088/ari"),
        ("http://127.0.0.1:8088/", "http://127.0.0.1:8088/ari"),
        ("http://127.0.0.1:8088/ari", "http://127.0.0.1:8088/ari"),
        ("http://127.0.0.1:8088/ari/", "http://127.0.0.1:8088/ari"),
        ("https://pbx.example/asterisk", "https://pbx.example:443/asterisk/ari"),
        ("HTTP://PBX.example/a b/ari".replace(" ", "%20"), "http://pbx.example:80/a%20b/ari"),
        ("http://[::1]:8088", "http://[::1]:8088/ari"),
    ],
)
def test_an_address_may_have_a_prefix_and_ari_at_its_end(url: str, base: str) -> None:
    assert Address.parse(url).base == base


@pytest.mark.parametrize(
    "url",
    ["", "127.0.0.1:8088", "ws://127.0.0.1:8088", "http://", "http://:8088", "http://a:b", "http://a:0", "http://a:70000",
     "http://a#b", "http://a b", "http://a/\n", "http://[::1", None, b"http://a", 8088],
)  # fmt: skip
def test_what_is_no_address_is_refused(url: Any) -> None:
    with pytest.raises(InputError, match=r"^url "):
        Address.parse(url)


@given(
    secret=st.text("abcdefgh0123456789", min_size=8, max_size=12),
    shape=st.sampled_from(
        [
            "http://ari:{}@127.0.0.1:8088",
            "http://{}@127.0.0.1:8088",
            "http://127.0.0.1:8088?api_key=ari:{}",
            "http://127.0.0.1:8088/ari?API_KEY=ari:{}",
            "http://127.0.0.1:8088/api_key=ari:{}",
            "http://127.0.0.1:8088/ari/events?app=a&api_key=ari%3A{}",
            "https://ari:{}@[::1",
        ]
    ),
)
def test_095_an_address_with_a_secret_is_refused_without_repeating_it(secret: str, shape: str) -> None:
    url = shape.format(secret)
    with pytest.raises(InputError) as caught:
        AriClient(url, app="demo", credentials=Credentials("ari", "another"))
    error = caught.value
    assert error.__cause__ is None
    shown = [str(error), repr(error), repr(error.__dict__), "".join(traceback.format_exception(error))]
    assert [each for each in shown if secret in each] == []


@pytest.mark.parametrize(
    ("app", "names"),
    [
        ("demo", ("demo",)),
        (["a", "b", "a"], ("a", "b")),
        (("a b", "c/d", "Zoë"), ("a b", "c/d", "Zoë")),
        ("x" * 73, ("x" * 73,)),
    ],
)
def test_applications_are_one_name_or_several(app: Any, names: tuple[str, ...]) -> None:
    assert application_names(app) == names


@pytest.mark.parametrize(
    "app",
    [
        "",
        "a,b",
        'a"',
        "a'",
        "a(b",
        "a\\b",
        " a",
        "a\n",
        "a\0",
        "x" * 74,
        "ë" * 37,
        [],
        (),
        None,
        7,
        ["a", ""],
        ["a", 7],
    ],
)
def test_what_is_no_application_is_refused(app: Any) -> None:
    with pytest.raises(InputError, match=r"^app "):
        application_names(app)
