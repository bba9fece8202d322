"""Scripts on standard input and output: real processes, with the test as Asterisk at the other end of the pipes."""

import asyncio
import contextlib
import signal
import sys
import textwrap
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.agi.scripted import ENVIRONMENT

STDIO = ENVIRONMENT.replace(b"agi_network: yes\nagi_network_script: test\n", b"")

SCRIPT = """
import asyncio, contextlib, os, signal, subprocess, sys
from asterisk_py_agi import *

async def main():
{body}

asyncio.run(main())
"""


class Script:
    """A running script."""

    def __init__(self, process: Process) -> None:
        self.process = process

    def say(self, data: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(data)

    async def line(self) -> bytes:
        assert self.process.stdout is not None
        async with asyncio.timeout(20):
            return await self.process.stdout.readline()

    async def end(self, data: bytes = b"") -> tuple[bytes, str, int | None]:
        """Say *data*, close the pipe, and return what else was written, what was printed, and the exit code."""
        async with asyncio.timeout(20):
            written, printed = await self.process.communicate(data if self.process.stdin else None)
        return written, printed.decode(), self.process.returncode


def write_script(folder: Path, body: str) -> Path:
    path = folder / "script.py"
    path.write_text(SCRIPT.format(body=textwrap.indent(textwrap.dedent(body).strip(), "    ")), encoding="utf-8")
    return path


@contextlib.asynccontextmanager
async def script(folder: Path, body: str, *, stdin: Any = PIPE, stdout: Any = PIPE) -> AsyncIterator[Script]:
    path = write_script(folder, body)
    arguments = (sys.executable, "-X", "dev", "-W", "error", str(path))
    process = await asyncio.create_subprocess_exec(*arguments, stdin=stdin, stdout=stdout, stderr=PIPE)
    try:
        yield Script(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def test_a_script_is_a_session_like_any_other(tmp_path: Path) -> None:
    body = """
    async with AgiSession.from_stdio() as call:
        await call.set_variable("NAME", call.request.caller_id_name)
        value = await call.get_variable("X")
    print(value, call.hungup)
    """
    async with script(tmp_path, body) as running:
        running.say(STDIO)
        assert await running.line() == b'SET VARIABLE "NAME" "Ann"\n'
        running.say(b"200 result=1\n")
        assert await running.line() == b'GET VARIABLE "X"\n'
        assert await running.end(b"200 result=1 (a b)\n") == (b"", "a b False\n", 0)


async def test_what_a_script_prints_never_becomes_a_command(tmp_path: Path) -> None:
    body = """
    print("before", end="")
    sys.stdout.flush()
    async with AgiSession.from_stdio() as call:
        print("printed")
        os.write(1, b"written\\n")
        await (await asyncio.create_subprocess_exec("echo", "from a child")).wait()
        sys.stdout.flush()
        await call.noop()
    print("after")
    """
    async with script(tmp_path, body) as running:
        running.say(STDIO)
        # What was printed before there was a session is out of anybody's hands.
        assert await running.line() == b"beforeNOOP\n"
        written, printed, code = await running.end(b"200 result=0\n")
    assert (written, code) == (b"", 0)
    assert sorted(printed.split("\n")) == ["", "after", "from a child", "printed", "written"]


async def test_074_sighup_is_the_hangup(tmp_path: Path) -> None:
    body = """
    async with AgiSession.from_stdio() as call:
        await call.verbose("ready")
        await call.wait_hangup()
        try:
            await call.stream_file("beep")
        except AgiDeadChannelError:
            await call.set_variable("SAVED", "yes")
    print(call.hungup)
    """
    async with script(tmp_path, body) as running:
        running.say(STDIO)
        await running.line()
        running.say(b"200 result=1\n")
        running.process.send_signal(signal.SIGHUP)
        assert await running.line() == b'SET VARIABLE "SAVED" "yes"\n'
        assert await running.end(b"200 result=1\n") == (b"", "True\n", 0)


async def test_a_script_that_raises_fails(tmp_path: Path) -> None:
    body = """
    async with AgiSession.from_stdio() as call:
        1 / 0
    """
    async with script(tmp_path, body) as running:
        running.say(STDIO)
        assert await running.line() == b"failure\n"
        written, printed, code = await running.end()
    assert (written, code) == (b"", 1)
    assert "ZeroDivisionError" in printed


async def test_asterisk_closing_the_pipe_ends_the_command(tmp_path: Path) -> None:
    body = """
    async with AgiSession.from_stdio() as call:
        try:
            await call.wait_for_digit()
        except OutcomeUnknownError as error:
            print(error, call.hungup)
    """
    async with script(tmp_path, body) as running:
        running.say(STDIO)
        await running.line()
        _, printed, code = await running.end()
    assert printed.startswith("WAIT FOR DIGIT was sent to standard input and output and not answered")
    assert printed.endswith("True\n")
    assert code == 0


async def test_the_pipe_is_closed_at_the_end_of_the_block_though_the_script_goes_on(tmp_path: Path) -> None:
    body = """
    async with AgiSession.from_stdio() as call:
        pass
    await asyncio.sleep(60)
    """
    async with script(tmp_path, body) as running:
        running.say(STDIO)
        assert await running.line() == b""
        assert running.process.returncode is None


@pytest.mark.parametrize(
    ("said", "raised"),
    [
        (STDIO.replace(b"Ann", b"Ann\nagi_arg_1: x"), "DesyncError"),
        (b"", "ConnectionClosedError"),
        (STDIO[:40], "ConnectionClosedError"),
        (b"agi_x: " + b"x" * 9000, "FrameTooLargeError"),
    ],
    ids=["forged", "nothing", "half", "endless"],
)
async def test_067_what_describes_no_call_raises(tmp_path: Path, said: bytes, raised: str) -> None:
    body = """
    try:
        async with AgiSession.from_stdio():
            print("in the block")
    except AsteriskError as error:
        print(type(error).__name__)
    """
    async with script(tmp_path, body) as running:
        _, printed, code = await running.end(said)
    assert (printed, code) == (f"{raised}\n", 0)


async def test_066_an_environment_that_does_not_come_is_a_timeout(tmp_path: Path) -> None:
    body = """
    try:
        async with AgiSession.from_stdio(environment_timeout=0.05):
            pass
    except ReadTimeoutError as error:
        print(error)
    """
    async with script(tmp_path, body) as running:
        assert await running.line() == b"failure\n"
        _, printed, code = await running.end()
    assert printed == "the environment: standard input and output did not answer within 0.05 s\n"
    assert code == 0


@pytest.mark.parametrize("closed", ["<&-", ">&-", "<&- >&-", "</dev/null"])
async def test_a_program_without_standard_input_or_output_is_told(tmp_path: Path, closed: str) -> None:
    body = """
    try:
        async with AgiSession.from_stdio(environment_timeout=0.2):
            pass
    except (ConnectFailedError, ReadTimeoutError) as error:
        print(type(error).__name__, error, file=sys.stderr)
    """
    path = write_script(tmp_path, body)
    command = f"{sys.executable} -X dev -W error {path} {closed}"
    process = await asyncio.create_subprocess_shell(command, stdin=PIPE, stdout=PIPE, stderr=PIPE)
    async with asyncio.timeout(20):
        _, printed = await process.communicate()
    assert printed.decode().startswith("ConnectFailedError cannot connect to standard input and output: ")
    assert printed.decode().count("\n") == 1
    assert process.returncode == 0


# Asterisk sends SIGHUP behind the line "failure", and so at any moment from then on.


async def test_sighup_does_not_keep_a_script_that_has_failed_from_saying_why(tmp_path: Path) -> None:
    body = """
    def say_why(*error):  # As Python does, when the loop is closed.
        os.kill(os.getpid(), signal.SIGHUP)
        sys.__excepthook__(*error)
    sys.excepthook = say_why
    async with AgiSession.from_stdio() as call:
        1 / 0
    """
    async with script(tmp_path, body) as running:
        running.say(STDIO)
        assert await running.line() == b"failure\n"
        _, printed, code = await running.end()
    assert "ZeroDivisionError" in printed
    assert code == 1


@pytest.mark.parametrize("ended_by", ["the script", "asterisk"])
async def test_sighup_is_harmless_in_every_moment_of_handing_it_over(tmp_path: Path, ended_by: str) -> None:
    body = f"""
    set_handler = signal.signal
    def set_and_raise(number, handler):
        old = set_handler(number, handler)
        os.kill(os.getpid(), signal.SIGHUP)
        return old
    async with AgiSession.from_stdio() as call:
        signal.signal = set_and_raise
        if {ended_by == "asterisk"}:
            await call.wait_hangup()
    signal.signal = set_handler
    print("alive")
    """
    async with script(tmp_path, body) as running:
        running.say(STDIO)
        if ended_by == "the script":
            assert await running.line() == b""
        assert await running.end() == (b"", "alive\n", 0)


@pytest.mark.parametrize("ended_by", ["the script", "asterisk"])
async def test_after_the_session_sighup_is_the_scripts_own_again(tmp_path: Path, ended_by: str) -> None:
    body = f"""
    signal.signal(signal.SIGHUP, lambda *_: print("mine"))
    async with AgiSession.from_stdio() as call:
        if {ended_by == "asterisk"}:
            await call.wait_hangup()
            os.kill(os.getpid(), signal.SIGHUP)
    if {ended_by == "the script"}:
        os.kill(os.getpid(), signal.SIGHUP)
    """
    async with script(tmp_path, body) as running:
        running.say(STDIO)
        if ended_by == "the script":
            assert await running.line() == b""
        assert await running.end() == (b"", "mine\n", 0)


async def test_a_script_that_ignores_sighup_goes_on_doing_so(tmp_path: Path) -> None:
    body = """
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    async with AgiSession.from_stdio() as call:
        pass
    print(signal.getsignal(signal.SIGHUP) is signal.SIG_IGN)
    """
    async with script(tmp_path, body) as running:
        assert await running.end(STDIO) == (b"", "True\n", 0)


async def test_what_a_script_starts_after_the_session_is_ended_by_sighup_as_ever(tmp_path: Path) -> None:
    body = """
    async with AgiSession.from_stdio() as call:
        pass
    print(subprocess.run(["sh", "-c", "kill -HUP $$"]).returncode == -signal.SIGHUP)
    """
    async with script(tmp_path, body) as running:
        assert await running.end(STDIO) == (b"", "True\n", 0)


@pytest.mark.parametrize("taken", ["input", "output", "both"])
async def test_a_program_that_asterisk_has_not_started_is_told(tmp_path: Path, taken: str) -> None:
    body = """
    try:
        async with AgiSession.from_stdio():
            pass
    except ConnectFailedError as error:
        print(error, file=sys.stderr)
    """
    (tmp_path / "in").write_bytes(STDIO)
    with (tmp_path / "in").open("rb") as stdin, (tmp_path / "out").open("wb") as stdout:
        streams = {"stdin": PIPE if taken == "output" else stdin, "stdout": PIPE if taken == "input" else stdout}
        async with script(tmp_path, body, **streams) as running:
            _, printed, code = await running.end()
    assert printed.startswith("cannot connect to standard input and output: ")
    assert printed.count("\n") == 1, "and nothing is left open"
    assert code == 0
    assert (tmp_path / "out").read_bytes() == b""
