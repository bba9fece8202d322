import pickle
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asterisk_py_core.credentials import Credentials
from asterisk_py_core.errors import InputError

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0"), max_size=40)
# A secret long enough not to be in the text by chance.
secrets = texts.map(lambda text: f"~~{text}~~")


@given(texts.filter(bool), secrets)
def test_020_no_secret_is_in_any_text_of_its_credentials(username: str, secret: str) -> None:
    credentials = Credentials(username, secret)
    assert credentials.reveal() == secret
    assert (
        repr(credentials) == str(credentials) == f"{credentials}" == f"Credentials(username={username!r}, secret='***')"
    )
    with pytest.raises(TypeError) as caught:
        pickle.dumps(credentials)
    assert secret not in str(caught.value)


@given(texts.filter(bool), secrets, secrets)
def test_credentials_are_equal_when_both_parts_are(username: str, secret: str, other: str) -> None:
    assert Credentials(username, secret) == Credentials(username, "".join(secret))
    assert (Credentials(username, secret) == Credentials(username, other)) == (secret == other)


@given(secrets, st.sampled_from("\r\n\0\ud800"), st.integers(0, 40))
def test_026_a_bad_character_anywhere_in_a_secret_is_refused_without_repeating_it(
    secret: str, bad: str, at: int
) -> None:
    broken = secret[:at] + bad + secret[at:]
    with pytest.raises(InputError) as caught:
        Credentials("admin", broken)
    ours = caught.value.__traceback__.tb_next if caught.value.__traceback__ else None
    error = traceback.TracebackException(InputError, caught.value, ours, capture_locals=True)
    assert "~~" not in "".join(error.format())
