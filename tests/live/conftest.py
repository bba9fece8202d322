"""The live suite: our packages against a real Asterisk (tools/asterisk/README.md says which).

Everything below this folder has the ``live`` marker, which a plain ``pytest`` leaves out and ``make live`` selects.
One Asterisk serves the whole run; a test that ends, freezes or restarts one gets its own. Where none is to be had, the
suite fails and says what to do.
"""

import base64
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import ExitStack

import pytest

from asterisk_py_ami import AmiClient
from tests.live.ami import client
from tests.live.tables import (
    EVENTS,
    FIGURES,
    OPERATIONS,
    OUTCOMES,
    EventTable,
    OperationTable,
    OutcomeTable,
    print_tables,
)
from tools.asterisk import Asterisk, AsteriskToolError, find


def pytest_itemcollected(item: pytest.Item) -> None:
    item.add_marker(pytest.mark.live)


@pytest.fixture(scope="session")
def pbx() -> Iterator[Asterisk]:
    """The Asterisk of this run, ours or attached. Leave it as you found it."""
    with _find() as asterisk:
        yield asterisk


def _find() -> Asterisk:
    try:
        return find()
    except AsteriskToolError as error:
        problem = str(error)
    # Not in the handler, where the message would be shown twice.
    pytest.fail(problem, pytrace=False)


@pytest.fixture
def our_pbx(pbx: Asterisk) -> Asterisk:
    """The Asterisk of this run, if it has our users, certificates and settings."""
    if not pbx.owned:
        pytest.skip("needs an Asterisk started by the tests, and this one is attached (ASTERISK_HOST)")
    return pbx


@pytest.fixture
def own_pbx(our_pbx: Asterisk) -> Iterator[Asterisk]:
    """An Asterisk for one test alone, to end, freeze and restart."""
    del our_pbx  # Asked for its skip, and for the message where no Asterisk is to be had.
    with Asterisk.start() as asterisk:
        yield asterisk


@pytest.fixture
def own_pbx_with(our_pbx: Asterisk) -> Iterator[Callable[[Mapping[str, str]], Asterisk]]:
    """The same, with text appended to its configuration files."""
    del our_pbx
    with ExitStack() as started:
        yield lambda extra_config: started.enter_context(Asterisk.start(extra_config=extra_config))


@pytest.fixture
async def ami(pbx: Asterisk) -> AsyncIterator[AmiClient]:
    """A client of the run's Asterisk, logged in by the user who may do and see everything."""
    async with client(pbx) as connected:
        yield connected


@pytest.fixture(autouse=True)
def no_login_is_logged(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """No login of ARI in any log of any library, at any level."""
    pbx = next((name for name in ("own_pbx", "our_pbx", "pbx") if name in request.fixturenames), None)
    if pbx is None or not request.node.path.name.startswith("test_ari_"):
        yield
        return
    caplog.set_level(logging.DEBUG)
    users = [request.getfixturevalue(pbx).user(name) for name in ("ari", "ari-readonly")]
    yield
    logins = [base64.b64encode(f"{user.username}:{user.secret}".encode()).decode() for user in users]
    formatter = logging.Formatter()
    for record in caplog.get_records("call"):
        shown = formatter.format(record) + repr(record.args)
        assert not [secret for secret in (*logins, *(user.secret for user in users)) if secret in shown], record.name


@pytest.fixture
def event_table(pytestconfig: pytest.Config) -> EventTable:
    return pytestconfig.stash.setdefault(EVENTS, Counter())


@pytest.fixture
def action_table(pytestconfig: pytest.Config) -> OutcomeTable:
    return pytestconfig.stash.setdefault(OUTCOMES, {}).setdefault("AMI actions", {})


@pytest.fixture
def agi_table(pytestconfig: pytest.Config) -> OutcomeTable:
    return pytestconfig.stash.setdefault(OUTCOMES, {}).setdefault("AGI commands", {})


@pytest.fixture
def figures(pytestconfig: pytest.Config) -> list[str]:
    return pytestconfig.stash.setdefault(FIGURES, [])


@pytest.fixture
def operation_table(pytestconfig: pytest.Config) -> OperationTable:
    return pytestconfig.stash.setdefault(OPERATIONS, OperationTable())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    print_tables(terminalreporter, config.stash)
