"""Every example in the documentation runs as it is written.

Those in Python run against an Asterisk of each protocol, which has an answer for all they ask, and a call for whoever
subscribes or waits for one.
"""

import asyncio
import shlex
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Final

import pytest

import asterisk_py_agi
import asterisk_py_ami
import asterisk_py_ari
from asterisk_py_agi import AgiServer
from asterisk_py_ami import Credentials
from asterisk_py_ami.cli.program import parse
from asterisk_py_ami.testing import FakeAmiServer
from asterisk_py_ari.testing import FakeAriServer
from tests.docs.ami_pbx import ANSWERS
from tests.docs.ami_pbx import client_of as ami_client_of
from tests.docs.ari_pbx import (
    CONNECTION_ID,
    MediaPbx,
    Peers,
    ari_server_of,
    media_connection_of,
    media_server_of,
    teach,
)
from tests.docs.ari_pbx import client_of as ari_client_of
from tests.docs.pages import PAGES, ROOT, Example, examples, files
from tests.docs.running import run

PYTHON: Final = [example for example in examples("python") if not example.file]
CONSOLE: Final = [
    pytest.param(line, id=str(example))
    for example in examples("console")
    for line in example.code.replace("\\\n", "").splitlines()
    if "asterisk-py-ami " in line
]


@pytest.fixture
async def ami_pbx() -> AsyncIterator[FakeAmiServer]:
    async with FakeAmiServer(secret="secret") as server:
        for action, answer in ANSWERS.items():
            server.on(action, answer)
        yield server


@pytest.fixture
async def ari_pbx() -> AsyncIterator[FakeAriServer]:
    async with FakeAriServer(secret="secret") as server:
        teach(server)
        yield server


@pytest.fixture
async def media_pbx() -> AsyncIterator[MediaPbx]:
    async with MediaPbx() as server:
        yield server


class LocalAgiServer(AgiServer):
    """Listens on a free port instead of 4573."""

    def __init__(self, host: str = "127.0.0.1", port: int = 4573, **options: Any) -> None:
        super().__init__(host, port if port != 4573 else 0, **options)


@pytest.mark.parametrize("example", PYTHON, ids=str)
async def test_each_example_in_python_runs(
    example: Example,
    ami_pbx: FakeAmiServer,
    ari_pbx: FakeAriServer,
    media_pbx: MediaPbx,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    peers = Peers()
    local_ami, local_ari = ami_client_of(ami_pbx), ari_client_of(ari_pbx)
    monkeypatch.setattr(asterisk_py_agi, "AgiServer", LocalAgiServer)
    monkeypatch.setattr(asterisk_py_ami, "AmiClient", local_ami)
    monkeypatch.setattr(asterisk_py_ari, "AriClient", local_ari)
    monkeypatch.setattr(asterisk_py_ari, "MediaServer", media_server_of(peers))
    monkeypatch.setattr(asterisk_py_ari, "AriServer", ari_server_of(peers))
    monkeypatch.setattr(asterisk_py_ari, "MediaConnection", media_connection_of(media_pbx))
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(asyncio.timeout(10))
        ami = await stack.enter_async_context(local_ami(credentials=Credentials("admin", "secret")))
        ari = await stack.enter_async_context(local_ari(app="demo", credentials=Credentials("ari", "secret")))
        printed = await run(example, ami=ami, ari=ari, connection_id=CONNECTION_ID)
        await peers.satisfied()
    # None that means to show something shows nothing.
    assert bool(printed) == ("print(" in example.code)
    for path, wanted in ((".answer()", "/channels/*/answer"), (".play(", "/channels/*/play*")):
        if "AriClient(" in example.code and path in example.code:
            assert ari_pbx.called("POST", wanted)
    assert media_pbx.answered == ("MediaConnection.connect" in example.code)
    assert len(peers.started) == ("MediaServer(" in example.code) + ("AriServer(" in example.code)


def test_no_page_has_lost_its_examples() -> None:
    pages = {str(example.page.relative_to(ROOT)) for example in examples("python")}
    # These two have none to lose.
    assert {str(page.relative_to(ROOT)) for page in PAGES} - pages <= {"docs/cli.md", "docs/reliability.md"}
    assert not {"README.md", "docs/ari-media.md", "packages/ari/README.md"} - {
        str(example.page.relative_to(ROOT)) for example in PYTHON
    }
    assert len(CONSOLE) > 5


@pytest.mark.parametrize("line", CONSOLE)
def test_each_command_line_is_one(line: str) -> None:
    command = line.partition("asterisk-py-ami ")[2].partition(" |")[0]
    parsed = parse(shlex.split(command, comments=True))
    assert callable(parsed.run)


# --- the pages that are files ----------------------------------------------------------------------------------------

TESTING: Final = ROOT / "docs/testing.md"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, code in files(TESTING).items():
        (tmp_path / name).write_text(code, encoding="utf-8")
    return tmp_path


def pytest_in(folder: Path, *options: str) -> str:
    strict = ["-W", "error::ResourceWarning", "-W", "error::pytest.PytestUnraisableExceptionWarning"]
    command = [sys.executable, "-m", "pytest", "-q", *strict, "-p", "no:cacheprovider", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False).stdout  # noqa: S603


def test_the_project_of_the_testing_page_passes_its_tests(project: Path) -> None:
    assert "6 passed" in pytest_in(project)


def test_the_project_of_the_testing_page_passes_with_anyio_too(project: Path) -> None:
    for path in project.iterdir():
        code = path.read_text(encoding="utf-8").replace("mark.asyncio", "mark.anyio")
        path.write_text(code.replace("pytest_asyncio", "pytest"), encoding="utf-8")
    with (project / "conftest.py").open("a", encoding="utf-8") as conftest:
        conftest.write('\n\n@pytest.fixture\ndef anyio_backend():\n    return "asyncio"\n')
    assert "6 passed" in pytest_in(project, "-p", "no:asyncio")
