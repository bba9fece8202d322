"""What every test of ARI is held to: no secret in any log, of any library, at any level."""

import base64
import logging
from collections.abc import Iterator

import pytest

SECRET = "a made-up secret"
"""What the fake server's user has, unless a test says otherwise."""
ENCODED = base64.b64encode(f"ari:{SECRET}".encode()).decode()
"""The login, as HTTP carries it."""


@pytest.fixture(autouse=True)
def no_secret_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    caplog.set_level(logging.DEBUG)
    yield
    formatter = logging.Formatter()
    for phase in ("setup", "call"):
        for record in caplog.get_records(phase):
            shown = formatter.format(record) + repr(record.args)
            assert SECRET not in shown, record.name
            assert ENCODED not in shown, record.name
