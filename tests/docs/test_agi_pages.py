"""The files in the README of the AGI package and the example do what they say."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from asterisk_py_agi.testing import FakeAsteriskCall
from tests.docs.pages import ROOT, files

README: Final = ROOT / "packages/agi/README.md"
EXAMPLE: Final = ROOT / "examples/pin_check.py"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, code in files(README).items():
        (tmp_path / name).write_text(code, encoding="utf-8")
    return tmp_path


def python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603


def test_the_tests_of_the_readme_pass(project: Path) -> None:
    run = python(project, "-m", "pytest", "-q", "-W", "error::ResourceWarning", "-p", "no:cacheprovider")
    assert "3 passed" in run.stdout, run.stdout


async def test_the_script_of_the_readme_runs_on_standard_input(project: Path) -> None:
    environment = FakeAsteriskCall(caller_id="200").environment
    lines = [f"{name}: {value}\n" for name, value in environment.items() if "network" not in name]
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), asyncio.subprocess.PIPE)
    process = await asyncio.create_subprocess_exec(sys.executable, project / "script.py", **pipes)  # type: ignore[arg-type]
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("".join([*lines, "\n"]).encode())
    assert await process.stdout.readline() == b'SET VARIABLE "FROM_SCRIPT" "yes"\n'
    assert await process.communicate(b"200 result=1\n") == (b"", b"called from 200\n")
    assert process.returncode == 0


def test_the_other_files_of_the_readme_can_be_imported(project: Path) -> None:
    run = python(project, "-c", "import from_ami, pin_check; print(pin_check.server.port)")
    assert (run.stdout, run.stderr) == ("4573\n", "")


async def test_the_example_lets_calls_end_when_it_is_told_to_stop() -> None:
    process = await asyncio.create_subprocess_exec(sys.executable, str(EXAMPLE), "0", stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    port = int((await process.stdout.readline()).rsplit(b":", 1)[1])
    right, waiting = (FakeAsteriskCall("pin-check", args=["1234"]) for _ in range(2))
    right.press("99#1234")
    await right.dial("127.0.0.1", port)
    assert (right.played, right.variables) == (["vm-password", "vm-incorrect", "vm-password"], {"PIN_OK": "yes"})

    waiting.on("GET DATA", None)
    call = asyncio.ensure_future(waiting.dial("127.0.0.1", port))
    await waiting.wait_for("GET DATA")
    process.send_signal(signal.SIGTERM)
    waiting.reply(b"200 result=1234\n")
    await call
    assert (waiting.variables, waiting.status) == ({"PIN_OK": "yes"}, "SUCCESS")
    assert await process.wait() == 0


async def test_a_second_ctrl_c_ends_the_example_with_its_calls() -> None:
    pipes = dict.fromkeys(("stdout", "stderr"), asyncio.subprocess.PIPE)
    process = await asyncio.create_subprocess_exec(sys.executable, str(EXAMPLE), "0", **pipes)  # type: ignore[arg-type]
    assert process.stdout is not None
    assert process.stderr is not None
    port = int((await process.stdout.readline()).rsplit(b":", 1)[1])
    waiting = FakeAsteriskCall("pin-check", args=["1234"])
    waiting.on("GET DATA", None)
    call = asyncio.ensure_future(waiting.dial("127.0.0.1", port))
    await waiting.wait_for("GET DATA")
    process.send_signal(signal.SIGINT)
    assert b"waits 30 s at most for calls to end: 1" in await process.stderr.readline()
    process.send_signal(signal.SIGINT)
    async with asyncio.timeout(20):
        await call
        await process.communicate()
    assert process.returncode == -signal.SIGINT


def test_the_front_page_shows_the_same_server() -> None:
    assert files(ROOT / "README.md")["pin_check.py"] == files(README)["pin_check.py"]


def test_the_example_is_one_screen() -> None:
    assert len(EXAMPLE.read_text(encoding="utf-8").splitlines()) < 40
