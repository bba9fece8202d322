"""Every example in the documentation runs as it is written.

Those in Python run against a fake Asterisk that has an answer for each action they send, and plays a recorded call to
whoever subscribes. An ``async for`` that would go on for ever ends when what has come is handed out.
"""

import ast
import asyncio
import inspect
import shlex
import subprocess
import sys
from collections.abc import AsyncIterable, AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest

import asterisk_py_ami
from asterisk_py_ami import AmiClient, Credentials
from asterisk_py_ami.cli.program import parse
from asterisk_py_ami.testing import FakeAmiServer
from tests.docs.pages import ROOT, Example, examples, files

# Those that talk to another Asterisk than the one of AMI are run by tests of their own.
ELSEWHERE: Final = {ROOT / "packages/ari/README.md", ROOT / "docs/ari-media.md"}
PYTHON: Final = [example for example in examples("python") if not example.file and example.page not in ELSEWHERE]
CONSOLE: Final = [
    pytest.param(line, id=str(example))
    for example in examples("console")
    for line in example.code.replace("\\\n", "").splitlines()
    if "asterisk-py-ami " in line
]

SUCCESS: Final = b"Response: Success\r\n\r\n"


def listing(action: str, *items: bytes) -> bytes:
    complete = f"Event: {action}Complete\r\nEventList: Complete\r\nListItems: {len(items)}\r\n\r\n".encode()
    return b"Response: Success\r\nEventList: start\r\n\r\n" + b"".join(items) + complete


ORIGINATED: Final = (
    b"Response: Success\r\nMessage: Originate successfully queued\r\n\r\nEvent: OriginateResponse\r\n"
    b"Response: Success\r\nChannel: PJSIP/200-00000001\r\nReason: 4\r\nUniqueid: 1.1\r\n\r\n"
)
QUEUE: Final = (
    b"Event: QueueParams\r\nQueue: support\r\nCalls: 1\r\nStrategy: ringall\r\n\r\n",
    b"Event: QueueMember\r\nQueue: support\r\nName: Agent One\r\n\r\n",
    b"Event: QueueEntry\r\nQueue: support\r\nPosition: 1\r\nWait: 12\r\n\r\n",
)
CHANNEL: Final = (
    b"Event: CoreShowChannel\r\nChannel: PJSIP/200-00000001\r\nChannelState: 6\r\nUniqueid: 1.1\r\nLinkedid: 1.1\r\n"
    b"Duration: 00:01:02\r\n\r\n"
)
ANSWERS: Final = {
    **dict.fromkeys(["DBPut", "Hangup", "MyAction", "QueuePause", "Setvar", "UserEvent"], SUCCESS),
    "CoreShowChannels": listing("CoreShowChannels", CHANNEL),
    "DBGet": listing("DBGet", b"Event: DBGetResponse\r\nFamily: family\r\nKey: key\r\nVal: value\r\n\r\n"),
    "Getvar": b"Response: Success\r\nVariable: TENANT\r\nValue: 7\r\n\r\n",
    "Originate": ORIGINATED,
    "QueueStatus": listing("QueueStatus", *QUEUE),
    "Redirect": b"Response: Error\r\nMessage: Channel does not exist: PJSIP/200-00000001\r\n\r\n",
    "Status": listing("Status"),
}
DOOR: Final = b"Event: UserEvent\r\nUserEvent: DoorOpened\r\nDoor: 3\r\n\r\n"


def recorded_call() -> bytes:
    """Return the events of a call as Asterisk sent them, none of those that were an answer."""
    stream = (ROOT / "tests/transcripts/ami-one-call-burst.s2c.bin").read_bytes()
    events = [part for part in stream.split(b"\r\n\r\n") if part.startswith(b"Event: ") and b"\nActionID:" not in part]
    return b"\r\n\r\n".join([*events, b""])


class EndlessLoopsEnd(ast.NodeTransformer):
    """Ends each ``async for`` after what has come, and lets ``asyncio.run`` be called in a loop that runs."""

    def visit_AsyncFor(self, node: ast.AsyncFor) -> ast.AST:
        self.generic_visit(node)
        node.iter = ast.Call(ast.Name("_what_has_come", ast.Load()), [node.iter], [])
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        return ast.Await(node.args[0]) if ast.unparse(node.func) == "asyncio.run" else node


async def what_has_come(items: AsyncIterable[Any]) -> AsyncIterator[Any]:
    iterator = aiter(items)
    try:
        yield await anext(iterator)
        while getattr(items, "backlog", 0):
            yield await anext(iterator)
    finally:
        if inspect.isasyncgen(iterator):
            await iterator.aclose()


@pytest.fixture
async def pbx() -> AsyncIterator[FakeAmiServer]:
    async with FakeAmiServer(secret="secret") as server:
        for action, answer in ANSWERS.items():
            server.on(action, answer)
        yield server


@pytest.fixture
def local_client(pbx: FakeAmiServer, monkeypatch: pytest.MonkeyPatch) -> type[AmiClient]:
    """Let the examples' clients, which are for port 5038 of some host, connect to the fake one."""
    call = recorded_call() + DOOR

    class LocalClient(AmiClient):
        def __init__(self, host: str = "127.0.0.1", port: int = 5038, **options: Any) -> None:
            if port == 5038:
                host, port = pbx.host, pbx.port
            super().__init__(host, port, **options)

        def events(self, *types: Any, **options: Any) -> Any:
            subscription = super().events(*types, **options)
            asyncio.get_running_loop().call_soon(pbx.emit, call)
            return subscription

    monkeypatch.setattr(asterisk_py_ami, "AmiClient", LocalClient)
    return LocalClient


@pytest.mark.parametrize("example", PYTHON, ids=str)
async def test_each_example_in_python_runs(example: Example, local_client: type[AmiClient]) -> None:
    tree = ast.fix_missing_locations(EndlessLoopsEnd().visit(ast.parse(example.code)))
    code = compile(tree, str(example), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    printed: list[tuple[object, ...]] = []
    async with asyncio.timeout(10), local_client(credentials=Credentials("admin", "secret")) as ami:
        names = {"__name__": "example", "ami": ami, "_what_has_come": what_has_come}
        names["print"] = lambda *values: printed.append(values)
        running = eval(code, names)  # noqa: S307 - it is ours
        if running is not None:
            await running
    # None that means to show something shows nothing.
    assert bool(printed) == ("print(" in example.code)


def test_no_page_has_lost_its_examples() -> None:
    pages = {example.page.name for example in PYTHON}
    assert {"README.md", "events-and-actions.md", "reconnecting.md", "calls.md", "testing.md", "migrating.md"} <= pages
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
    assert "2 passed" in pytest_in(project)


def test_the_project_of_the_testing_page_passes_with_anyio_too(project: Path) -> None:
    for path in project.iterdir():
        code = path.read_text(encoding="utf-8").replace("mark.asyncio", "mark.anyio")
        path.write_text(code.replace("pytest_asyncio", "pytest"), encoding="utf-8")
    with (project / "conftest.py").open("a", encoding="utf-8") as conftest:
        conftest.write('\n\n@pytest.fixture\ndef anyio_backend():\n    return "asyncio"\n')
    assert "2 passed" in pytest_in(project, "-p", "no:asyncio")
