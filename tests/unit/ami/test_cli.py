"""The command line as its users meet it: what it prints, where, and with which exit code it ends.

Commands run as ``main(argv)`` in a thread beside the fake Asterisk, and as a process of their own where signals, pipes
and terminals matter.
"""

import asyncio
import contextlib
import fcntl
import functools
import json
import logging
import os
import pty
import re
import signal
import socket
import ssl
import struct
import sys
import termios
import threading
import unicodedata
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import trustme

from asterisk_py_ami.calls.assembler import CallAssembler
from asterisk_py_ami.calls.record import Instant
from asterisk_py_ami.cli import main
from asterisk_py_ami.cli.calls import Table
from asterisk_py_ami.cli.exits import MEANINGS, Exit, exit_for
from asterisk_py_ami.cli.output import Output, message_object, pairs, printable
from asterisk_py_ami.client import AmiClient
from asterisk_py_ami.errors import LoginInUseError, PermissionDeniedError
from asterisk_py_ami.protocol.codec import Decoder
from asterisk_py_ami.protocol.message import AmiEvent
from asterisk_py_ami.testing import FakeAmiServer, ReceivedAction, fake_ami
from asterisk_py_core import errors
from asterisk_py_core.reconnect import ReconnectPolicy

ROOT = Path(__file__).parents[3]
SECRET = "a made-up secret"
ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")

pbx = pytest_asyncio.fixture(fake_ami)


# --- running it ------------------------------------------------------------------------------------------------------


@dataclass
class Result:
    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def events(self) -> list[dict[str, Any]]:
        return [each for each in self.objects if "Event" in each]


Run = Callable[..., Awaitable[Result]]
Start = Callable[..., "asyncio.Future[int]"]
Spawn = Callable[..., Awaitable[Process]]


@pytest.fixture(autouse=True)
def environment(pbx: FakeAmiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "TERM", "COLUMNS", "LINES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ASTERISK_AMI_HOST", pbx.host)
    monkeypatch.setenv("ASTERISK_AMI_PORT", str(pbx.port))
    monkeypatch.setenv("ASTERISK_AMI_USERNAME", "admin")
    monkeypatch.setenv("ASTERISK_AMI_SECRET", SECRET)


@pytest.fixture
def start() -> Start:
    """Start ``main`` in a thread; the future is its exit code."""

    def start(*argv: str) -> asyncio.Future[int]:
        loop = asyncio.get_running_loop()
        ended: asyncio.Future[int] = loop.create_future()

        def work() -> None:
            code = main(argv)
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(ended.set_result, code)

        # A daemon, so that a command that does not end fails its test and not the whole run.
        threading.Thread(target=work, daemon=True).start()
        return ended

    return start


@pytest.fixture
def run(start: Start, capfd: pytest.CaptureFixture[str]) -> Run:
    async def run(*argv: str | asyncio.Future[int]) -> Result:
        """Run a command to its end, or wait for the end of one that was started."""
        ended = argv[0] if argv and isinstance(argv[0], asyncio.Future) else start(*map(str, argv))
        async with asyncio.timeout(10):
            code = await ended
        result = Result(code, *capfd.readouterr())
        # Whatever a test is about: no secret, no traceback, errors on one line each.
        assert SECRET not in result.out + result.err
        assert "Traceback" not in result.err
        assert all(line.startswith("asterisk-py-ami: ") for line in result.err.splitlines())
        return result

    return run


@pytest.fixture
async def spawn() -> AsyncIterator[Spawn]:
    """Start ``python -m asterisk_py_ami`` as a process; whatever is left of it at the end is killed."""
    processes: list[Process] = []

    async def spawn(*argv: str, stdin: int = DEVNULL, stdout: int = PIPE, stderr: int = PIPE) -> Process:
        command = [sys.executable, "-m", "asterisk_py_ami", *argv]
        # Named, because readline puts COLUMNS and LINES into the environment of C behind Python's back.
        process = await asyncio.create_subprocess_exec(
            *command, env=os.environ, stdin=stdin, stdout=stdout, stderr=stderr, limit=1024
        )
        processes.append(process)
        return process

    yield spawn
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.communicate()


@pytest.fixture
def quick_reconnect(monkeypatch: pytest.MonkeyPatch) -> None:
    client = functools.partial(AmiClient, policy=ReconnectPolicy.fixed(0.1))
    monkeypatch.setattr("asterisk_py_ami.cli.access.AmiClient", client)


async def end_of(process: Process) -> tuple[int, str]:
    """Return the exit code of *process* and what it said on standard error."""
    async with asyncio.timeout(10):
        assert process.stderr is not None
        said = await process.stderr.read()
        return await process.wait(), said.decode()


async def line_of(process: Process) -> str:
    async with asyncio.timeout(10):
        assert process.stdout is not None
        return (await process.stdout.readline()).decode()


def end(pbx: FakeAmiServer) -> None:
    """End a command that stays connected: its login is refused when it comes back."""
    pbx.refuse_logins()
    pbx.drop()


def event(text: str) -> AmiEvent:
    (message,) = Decoder().receive_data(text.replace("\n", "\r\n").encode("utf-8", "surrogateescape") + b"\r\n\r\n")
    assert isinstance(message, AmiEvent)
    return message


# --- text ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Zoë 张伟", "Zoë 张伟"),
        ("\x1b]0;owned\x07", "\\x1b]0;owned\\x07"),
        ("a\r\nb\tc\x7f", "a\\x0d\\x0ab\\x09c\\x7f"),
        ("\x9b2J", "\\x9b2J"),
        ("evil\u202egnp.exe", "evil\\u202egnp.exe"),
        ("zero\u200bwidth \u2028 \U000e0001", "zero\\u200bwidth \\u2028 \\U000e0001"),
        (b"Jos\xe9".decode("utf-8", "surrogateescape"), "Jos\\xe9"),
        ("\ud800", "\\ud800"),
    ],
)
def test_text_from_asterisk_cannot_command_a_terminal(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_values_with_spaces_or_quotes_and_empty_ones_are_quoted() -> None:
    headers = [("Cause", "16"), ("Cause-txt", "Normal Clearing"), ("AccountCode", ""), ("Name", 'a"b'), ("X\x1b", "=")]
    assert pairs(headers) == 'Cause=16 Cause-txt="Normal Clearing" AccountCode="" Name="a\\"b" X\\x1b=='


def test_an_object_has_all_headers_in_order_and_repeated_ones_as_lists() -> None:
    message = event("Event: X\nB: 1\nChanVariable: a=1\nb: 2\nChanVariable: b=2\nchanvariable: c=3\nEmpty: ")
    assert list(message_object(message).items()) == [
        ("Event", "X"),
        ("B", ["1", "2"]),
        ("ChanVariable", ["a=1", "b=2", "c=3"]),
        ("Empty", ""),
    ]


def test_an_object_holds_no_lone_surrogate_for_bytes_that_are_not_utf_8() -> None:
    message = event(b"Event: X\nName: Jos\xe9 \xe5\xbc\xa0\nN\xe9: 1".decode("utf-8", "surrogateescape"))
    assert message_object(message) == {"Event": "X", "Name": "Jos\\xe9 张", "N\\xe9": "1"}


@pytest.mark.parametrize(
    ("environ", "can_redraw", "painted"),
    [
        ({}, True, "\x1b[31mx\x1b[0m"),
        ({"NO_COLOR": ""}, True, "\x1b[31mx\x1b[0m"),
        ({"NO_COLOR": "1"}, True, "x"),
        ({"TERM": "dumb"}, False, "x"),
    ],
)
def test_colour_is_for_terminals_that_want_it(environ: dict[str, str], painted: str, *, can_redraw: bool) -> None:
    controller, terminal = pty.openpty()
    with os.fdopen(controller, "rb"), os.fdopen(terminal, "w", encoding="utf-8") as stream:
        output = Output(stream, environ)
        assert output.is_terminal
        assert (output.can_redraw, output.paint("x", "red")) == (can_redraw, painted)


async def test_text_that_the_encoding_of_the_output_lacks_is_escaped(tmp_path: Path) -> None:
    with (tmp_path / "out").open("w", encoding="ascii") as stream:
        output = Output(stream)
        assert not output.is_terminal
        await output.write("张\n")
    assert (tmp_path / "out").read_text(encoding="ascii") == "\\u5f20\n"


async def test_a_standard_output_that_is_closed_is_an_error_of_the_output() -> None:
    with pytest.raises(OSError, match="Bad file descriptor"):
        await Output(None).write("x")


# --- exit codes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (PermissionDeniedError(request="X", reason="Permission denied"), 1),
        (errors.InputError(field="x", problem="is bad"), 2),
        (errors.DnsError(address="x:1", cause="no"), 3),
        (errors.TlsError(address="x:1", cause="no", certificate=True), 3),
        (errors.ConnectTimeoutError(address="x:1", timeout=1), 3),
        (errors.LoginTimeoutError(address="x:1", timeout=1), 3),
        (errors.ConnectionClosedError(address="x:1"), 3),
        (errors.UnsupportedVersionError(address="x:1", banner="SSH"), 3),
        (errors.LoginRejectedError(address="x:1", username="a", reason="no"), 4),
        (LoginInUseError(address="x:1", username="a", reason="no"), 4),
        (errors.ChallengeFailedError(address="x:1", reason="no"), 4),
        (errors.NotSentError(address="x:1"), 5),
        (errors.OutcomeUnknownError(address="x:1"), 5),
        (errors.ReadTimeoutError(address="x:1", timeout=1), 5),
        (errors.WriteTimeoutError(address="x:1", timeout=1), 5),
        (errors.FrameTooLargeError(what="a line", limit=1), 5),
    ],
    ids=lambda value: type(value).__name__,
)
def test_each_error_has_its_exit_code(error: errors.AsteriskError, code: int) -> None:
    assert exit_for(error) == code


def test_the_help_and_the_documentation_list_the_same_exit_codes(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["tail", "--help"])
    assert caught.value.code == 0
    text = capfd.readouterr().out
    documented = (ROOT / "docs/cli.md").read_text(encoding="utf-8")
    assert set(MEANINGS) == set(Exit)
    for code, meaning in MEANINGS.items():
        assert f"  {code:>3}  {meaning}\n" in text
        assert f"| {code} | {meaning} |" in documented


def test_the_version_is_that_of_the_package(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--version"])
    assert caught.value.code == 0
    assert re.fullmatch(r"asterisk-py-ami \d+\.\d+\.\d+\S*\n", capfd.readouterr().out)


@pytest.mark.parametrize(
    ("argv", "problem"),
    [
        ([], "say what to do: tail, ping, send, calls or check"),
        (["listen"], "invalid choice"),
        (["tail", "--nonsense=x"], "unknown options: --nonsense (see --help)"),
        (["tail", "Hangup"], "arguments without a meaning: 1"),
        (["tail", "--count", "0"], "--count: must be a number from 1 to"),
        (["tail", "--count", "9" * 5000], "--count: must be a number from 1 to"),
        (["ping", "--count", "x"], "--count: must be a number from 1 to"),
        (["ping", "--interval", "nan"], "--interval: must be a number of seconds"),
        (["ping", "--interval", "x"], "--interval: must be a number of seconds"),
        (["ping", "--port", "0"], "port must be an int from 1 to 65535"),
        (["ping", "--port", "ami"], "port must be a number from 1 to 65535, not ami"),
        (["ping", "--port", "9" * 5000], "port must be a number from 1 to 65535, not 99999"),
        (["ping", "--host", "admin:x@pbx"], "host must be a bare name"),
        (["ping", "--timeout", "0"], "--timeout must be a positive number of seconds"),
        (["ping", "--timeout", "soon"], "--timeout must be a number of seconds"),
        (["ping", "--login", "rot13"], "--login: invalid choice"),
        (["ping", "--ca-file", "/nonexistent"], "CA file /nonexistent cannot be used: No such file"),
        (["ping", "--ca-file", __file__], "cannot be used"),
        (["ping", "--secret-file", "/nonexistent"], "secret file /nonexistent cannot be read: No such file"),
        (["ping", "--username", "a" * 2000], "Username"),
        (["send"], "arguments are required: Action (see --help)"),
        (["send", "--json"], "arguments are required: Action (see --help)"),
        (["send", ""], "action name '' must be printable ASCII"),
        (["send", "Ping", "NoValue"], "a header must be Header=value"),
        (["send", "Ping", "=x"], "a header must be Header=value"),
        (["send", "Ping", "ActionID=1"], "ActionID is set by"),
        (["send", "Ping", "X=a\r\nAction: Logoff"], "must not hold CR, LF or NUL"),
        (["send", "Ping Pong"], "action name 'Ping Pong' must be printable ASCII"),
        (["send", "Ping", *["X=1"] * 130], "Asterisk takes 128"),
    ],
)
async def test_2_unusable_arguments_are_refused_before_anything_is_opened(
    run: Run, pbx: FakeAmiServer, argv: list[str], problem: str
) -> None:
    result = await run(*argv)
    assert (result.code, result.out) == (2, "")
    assert problem in result.err
    assert len(result.err.splitlines()) == 1
    assert pbx.connections == 0


async def test_3_nobody_listens(run: Run, unused_port: int) -> None:
    result = await run("ping", "--port", unused_port)
    assert (result.code, result.out) == (3, "")
    assert result.err == f"asterisk-py-ami: cannot connect to 127.0.0.1:{unused_port}: Connection refused\n"


@pytest.mark.parametrize("command", [["ping"], ["send", "Ping"], ["tail"], ["calls"]])
async def test_3_the_port_is_not_asterisk(run: Run, pbx: FakeAmiServer, command: list[str]) -> None:
    pbx.banner = b"SSH-2.0-\x1b[2J\r\n"
    result = await run(*command)
    assert (result.code, result.out) == (3, "")
    assert "greeted with" in result.err
    assert "\x1b" not in result.err
    assert pbx.received == []


async def test_3_the_port_is_silent(run: Run, pbx: FakeAmiServer) -> None:
    pbx.banner = b""
    result = await run("ping", "--timeout", "0.2")
    assert (result.code, result.out) == (3, "")
    assert "did not complete the login within 0.2 s" in result.err


@pytest.mark.parametrize("command", [["ping"], ["send", "Ping"], ["tail"], ["calls"]])
async def test_4_the_login_is_refused(run: Run, pbx: FakeAmiServer, command: list[str]) -> None:
    pbx.refuse_logins("no\x1b[2J\nway")
    result = await run(*command)
    assert (result.code, result.out) == (4, "")
    assert "refused the login of 'admin': no\\x1b[2J\\x0away" in result.err


async def test_5_the_answer_does_not_come(run: Run, pbx: FakeAmiServer) -> None:
    pbx.on("Ping", None)
    result = await run("ping", "--timeout", "0.2")
    assert (result.code, result.out) == (5, "")
    assert "Ping: 127.0.0.1" in result.err


async def test_5_the_connection_is_lost_while_an_answer_is_due(run: Run, start: Start, pbx: FakeAmiServer) -> None:
    pbx.on("Originate", None)
    ended = start("send", "Originate", "Channel=Local/1@x")
    async with asyncio.timeout(5):
        await pbx.wait_for_action("Originate")
    pbx.drop()
    result = await run(ended)
    assert (result.code, result.out) == (5, "")
    assert "Asterisk may have carried it out" in result.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
async def test_6_the_output_is_full(spawn: Spawn) -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    process = await spawn("ping", stdout=full)
    os.close(full)
    assert await end_of(process) == (6, "asterisk-py-ami: the output cannot be written: No space left on device\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("option", ["--help", "--version"])
@pytest.mark.parametrize("where", [">/dev/full", ">&-"])
async def test_6_so_is_that_of_help_and_version(option: str, where: str) -> None:
    shell = f'exec "$0" -m asterisk_py_ami {option} {where}'
    process = await asyncio.create_subprocess_exec("/bin/sh", "-c", shell, sys.executable, stdout=PIPE, stderr=PIPE)
    out, err = await process.communicate()
    assert (process.returncode, out) == (6, b"")
    assert re.fullmatch(rb"asterisk-py-ami: the output cannot be written: [\w ]+\n", err)


@pytest.mark.parametrize("command", [["tail"], ["calls"], ["ping", "--count", "100", "--interval", "100"]])
async def test_130_ctrl_c_logs_off_and_leaves_no_traceback(
    spawn: Spawn, pbx: FakeAmiServer, command: list[str]
) -> None:
    process = await spawn(*command)
    if command[0] == "calls":
        await pbx.wait_for_action("CoreShowChannels")
    else:
        await line_of(process)
    process.send_signal(signal.SIGINT)
    code, said = await end_of(process)
    assert code == 130
    assert re.sub(r"asterisk-py-ami: .*\n", "", said) == ""
    await pbx.wait_for_action("Logoff")


async def test_130_ctrl_c_at_the_question_for_the_secret(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_question: str) -> str:
        raise KeyboardInterrupt

    ask(monkeypatch, interrupt)
    assert await run("ping") == Result(130, "", "")


async def test_130_ctrl_c_works_while_nobody_reads_what_is_written(spawn: Spawn, pbx: FakeAmiServer) -> None:
    reading, writing = os.pipe()
    process = await spawn("tail", "--json", stdout=writing)
    os.close(writing)
    with os.fdopen(reading, "rb", buffering=0) as reader:
        assert b'"connected"' in await asyncio.to_thread(reader.read, 65536)
        pbx.emit(b"Event: Flood\r\n\r\n" * 20_000)  # Several times what a pipe holds.
        assert b"Flood" in await asyncio.to_thread(reader.read, 65536)
        process.send_signal(signal.SIGINT)
        code, said = await end_of(process)
    assert code == 130
    assert "Fatal" not in said


async def test_writing_to_a_reader_that_does_not_read_keeps_nobody_waiting() -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb", buffering=0) as reader, os.fdopen(writing, "w", encoding="utf-8") as stream:
        text = "x" * 1_000_000
        write = asyncio.create_task(Output(stream).write(text))
        async with asyncio.timeout(10):
            read = len(await asyncio.to_thread(reader.read, 65536))
            assert not write.done()
            while read < len(text):
                read += len(await asyncio.to_thread(reader.read, 65536))
            await write


async def test_141_the_reader_leaves_and_an_idle_tail_ends_at_once(spawn: Spawn, pbx: FakeAmiServer) -> None:
    reading, writing = os.pipe()
    process = await spawn("tail", stdout=writing)
    os.close(writing)
    with os.fdopen(reading) as reader:
        assert "connected to" in await asyncio.to_thread(reader.readline)
    code, said = await end_of(process)
    assert code == 141
    assert re.fullmatch(r"(asterisk-py-ami: connected to 127\.0\.0\.1:\d+\n)?", said)
    await pbx.wait_for_action("Logoff")


async def test_141_the_reader_has_gone_before_the_first_line(spawn: Spawn) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    process = await spawn("--help", stdout=writing)
    os.close(writing)
    assert await end_of(process) == (141, "")


# --- who asks, and where ---------------------------------------------------------------------------------------------


@pytest.fixture
def unused_port() -> Iterator[int]:
    # Bound and never listened on: nothing else can take it, and connecting is refused.
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def ask(monkeypatch: pytest.MonkeyPatch, answer: Callable[[str], str]) -> None:
    """Take the secret out of the environment, and answer the question for it on a terminal."""
    monkeypatch.delenv("ASTERISK_AMI_SECRET")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("getpass.getpass", answer)


def write_secret(path: Path, content: bytes, mode: int = 0o600) -> str:
    path.write_bytes(content)
    path.chmod(mode)
    return str(path)


@pytest.mark.parametrize(
    "argv",
    [
        ["tail", "--secret", SECRET],
        ["tail", f"--secret={SECRET}"],
        ["--password", SECRET, "tail"],
        ["tail", f"--password={SECRET}"],
        ["tail", "--secret"],
        ["tail", f"-p{SECRET}"],
        ["tail", f"--pass={SECRET}"],
        ["tail", SECRET],
    ],
)
async def test_a_secret_is_no_argument_and_is_not_repeated(run: Run, pbx: FakeAmiServer, argv: list[str]) -> None:
    result = await run(*argv)  # It also looks for the secret in what was printed.
    assert (result.code, result.out) == (2, "")
    assert pbx.connections == 0


@pytest.mark.parametrize(
    ("content", "mode"),
    [
        (SECRET.encode() + b"\n", 0o600),
        (SECRET.encode(), 0o400),
        (SECRET.encode() + b"\r\n", 0o640),
        (SECRET.encode() + b"\nurl: pbx.example\n", 0o600),
    ],
)
async def test_the_first_line_of_a_secret_file_is_the_secret(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, mode: int
) -> None:
    monkeypatch.setenv("ASTERISK_AMI_SECRET", "another")
    result = await run("ping", "--secret-file", write_secret(tmp_path / "s", content, mode))
    assert (result.code, result.err) == (0, "")


@pytest.mark.parametrize(
    ("content", "mode", "problem"),
    [
        (SECRET.encode(), 0o644, "can be read by every user of this machine"),
        (SECRET.encode(), 0o604, "can be read by every user of this machine"),
        (b"\n" + SECRET.encode(), 0o600, "has no first line"),
        (b"", 0o600, "has no first line"),
        (b"a\0b\n", 0o600, "secret must not hold CR, LF or NUL"),
    ],
)
async def test_an_unusable_secret_file_is_refused(
    run: Run, pbx: FakeAmiServer, tmp_path: Path, content: bytes, mode: int, problem: str
) -> None:
    result = await run("ping", "--secret-file", write_secret(tmp_path / "s", content, mode))
    assert (result.code, result.out) == (2, "")
    assert problem in result.err
    assert pbx.connections == 0


async def test_the_secret_comes_from_standard_input(spawn: Spawn) -> None:
    process = await spawn("ping", "--secret-file", "-", stdin=PIPE)
    async with asyncio.timeout(10):
        out, err = await process.communicate(SECRET.encode() + b"\n")
    assert (process.returncode, err) == (0, b"")
    assert out.startswith(b"answer from")


async def test_the_secret_is_asked_for_on_a_terminal(
    run: Run, pbx: FakeAmiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions: list[str] = []

    def answer(question: str) -> str:
        questions.append(question)
        return SECRET

    ask(monkeypatch, answer)
    assert (await run("ping")).code == 0
    assert questions == [f"Secret of admin on {pbx.host}:{pbx.port}: "]


async def test_no_answer_to_the_question_is_an_error(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(_question: str) -> str:
        raise EOFError

    ask(monkeypatch, answer)
    assert await run("ping") == Result(2, "", "asterisk-py-ami: secret was not given\n")


@pytest.mark.parametrize(
    ("variable", "problem"),
    [("ASTERISK_AMI_SECRET", "secret is missing"), ("ASTERISK_AMI_USERNAME", "user name is missing")],
)
async def test_without_a_terminal_what_is_missing_is_said(
    run: Run, monkeypatch: pytest.MonkeyPatch, variable: str, problem: str
) -> None:
    monkeypatch.setenv(variable, "")
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    result = await run("ping")
    assert (result.code, result.out) == (2, "")
    assert problem in result.err


async def test_options_stand_on_either_side_of_the_command_and_win_over_the_environment(
    run: Run, pbx: FakeAmiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASTERISK_AMI_HOST", "pbx.invalid")
    monkeypatch.setenv("ASTERISK_AMI_PORT", "1")
    monkeypatch.setenv("ASTERISK_AMI_USERNAME", "somebody")
    result = await run("--host", pbx.host, "--login", "plain", "ping", "--port", pbx.port, "--username", "admin")
    assert (result.code, result.err) == (0, "")
    assert pbx.called("Challenge") == []


@pytest.mark.parametrize(("option", "port"), [([], 5038), (["--tls"], 5039)])
async def test_the_port_follows_from_tls(
    run: Run, monkeypatch: pytest.MonkeyPatch, option: list[str], port: int
) -> None:
    monkeypatch.delenv("ASTERISK_AMI_PORT")
    # Loopback addresses nobody listens on, so that no Asterisk of this machine is met.
    result = await run("ping", "--host", "127.83.17.5", *option)
    assert result.code == 3
    assert f"127.83.17.5:{port}" in result.err


# --- tail ------------------------------------------------------------------------------------------------------------


async def test_tail_prints_a_line_for_each_event_of_the_wanted_names(
    run: Run, start: Start, pbx: FakeAmiServer
) -> None:
    ended = start("tail", "--event", "hangup", "UserEvent", "--event", "Foo", "--count", "3")
    await pbx.wait_for_login()
    pbx.emit_event("Newchannel", Channel="PJSIP/1")
    pbx.emit_event("Hangup", Channel="PJSIP/1", **{"Cause-txt": "User busy"})
    pbx.emit_event("Foo", Name="\x1b[2J", ChanVariable=["a=1", "b=2"])
    pbx.emit_event("UserEvent", UserEvent="x")
    pbx.emit_event("UserEvent", UserEvent="one too many")
    result = await run(ended)
    assert result.code == 0
    mark, *lines = [re.sub(r"^\d\d:\d\d:\d\d\.\d{3} ", "", line) for line in result.out.splitlines()]
    assert mark == f"-- connected to {pbx.host}:{pbx.port}"
    assert lines == [
        'Hangup Channel=PJSIP/1 Cause-txt="User busy"',
        "Foo Name=\\x1b[2J ChanVariable=a=1 ChanVariable=b=2",
        "UserEvent UserEvent=x",
    ]
    unknown, connected = result.err.splitlines()
    assert unknown == "asterisk-py-ami: no event of Asterisk 22 is called Foo"
    assert connected == f"asterisk-py-ami: connected to {pbx.host}:{pbx.port}"


async def test_tail_as_json_has_every_header(run: Run, start: Start, pbx: FakeAmiServer) -> None:
    ended = start("tail", "--json", "--event", "Foo", "--count", "1")
    await pbx.wait_for_login()
    pbx.emit(b"Event: Foo\r\nPrivilege: call,all\r\nName: Jos\xe9 \x1b[2J\r\nVariable: a\r\nvariable: b\r\n\r\n")
    result = await run(ended)
    assert result.events == [
        {"Event": "Foo", "Privilege": "call,all", "Name": "Jos\\xe9 \x1b[2J", "Variable": ["a", "b"]}
    ]
    assert result.out.isascii()
    assert "\x1b" not in result.out
    assert [each["ConnectionState"] for each in result.objects if "Event" not in each] == ["connecting", "connected"]


@pytest.mark.usefixtures("quick_reconnect")
@pytest.mark.parametrize("form", [[], ["--json"]])
async def test_tail_survives_a_restart_and_says_so_in_the_output_and_beside_it(
    run: Run, start: Start, pbx: FakeAmiServer, form: list[str]
) -> None:
    ended = start("tail", "--event", "Foo", "--count", "2", *form)
    await pbx.wait_for_login()
    pbx.emit_event("Foo", N=1)
    await pbx.stop()
    await pbx.start()
    await pbx.wait_for_login(2)
    pbx.emit_event("Foo", N=2)
    result = await run(ended)
    assert result.code == 0
    lost = r"connection to \S+ lost: the peer closed the connection; trying again in \d\.\d s"
    back = r"connected to \S+ again after \d\.\d s; the events of that time are missing"
    assert re.search(f"^asterisk-py-ami: {lost}$", result.err, re.MULTILINE)
    assert result.err.splitlines()[-1].endswith("the events of that time are missing")
    if form:
        states = [each["ConnectionState"] for each in result.objects if "Event" not in each]
        assert states[:3] == ["connecting", "connected", "reconnecting"]
        assert states[-1] == "connected"
        story = [each.get("N") or each["ConnectionState"] for each in result.objects]
        assert story.index("1") < story.index("reconnecting") < story.index("2")
        again = next(each for each in result.objects if each.get("Epoch") == 2)
        assert again["DownFor"] > 0
    else:
        assert re.search(f"N=1\n.* -- {lost}\n(.* -- .*\n)*.* -- {back}\n.*N=2\n", result.out)


@pytest.mark.usefixtures("quick_reconnect")
async def test_tail_says_of_a_name_that_no_event_has_it_and_waits_for_it(
    run: Run, start: Start, pbx: FakeAmiServer
) -> None:
    ended = start("tail", "--event", "Hangups", "--count", "1")
    await pbx.wait_for_login()
    pbx.emit_event("Hangups")
    result = await run(ended)
    assert result.code == 0
    assert "no event of Asterisk 22 is called Hangups: did you mean Hangup?" in result.err
    assert " Hangups " in result.out


@pytest.mark.usefixtures("quick_reconnect")
async def test_tail_ends_when_the_login_is_refused_after_a_restart(run: Run, start: Start, pbx: FakeAmiServer) -> None:
    ended = start("tail")
    await pbx.wait_for_login()
    end(pbx)
    result = await run(ended)
    assert result.code == 4
    assert "refused the login" in result.err.splitlines()[-1]


@pytest.mark.usefixtures("quick_reconnect")
@pytest.mark.parametrize("form", [[], ["--json"]])
async def test_what_tail_drops_because_nobody_reads_is_counted_and_said(
    run: Run, start: Start, pbx: FakeAmiServer, monkeypatch: pytest.MonkeyPatch, form: list[str]
) -> None:
    monkeypatch.setattr("asterisk_py_ami.cli.commands._BACKLOG", 10)
    ended = start("tail", *form)
    await pbx.wait_for_login()
    pbx.emit(b"Event: Foo\r\n\r\n" * 1000)
    end(pbx)
    result = await run(ended)
    assert result.code == 4
    said = [int(text.replace(",", "")) for text in re.findall(r": ([\d,]+) events were lost", result.err)]
    assert sum(said) > 0
    if form:
        dropped = [each["EventsLost"] for each in result.objects if "EventsLost" in each]
        assert dropped == said
    else:
        assert len(re.findall("-- [\\d,]+ events were lost", result.out)) == len(said)


# --- ping ------------------------------------------------------------------------------------------------------------


async def test_ping_prints_each_answer_and_then_a_summary(run: Run, pbx: FakeAmiServer) -> None:
    result = await run("ping", "--count", "3", "--interval", "0")
    assert (result.code, result.err) == (0, "")
    *answers, summary = result.out.splitlines()
    assert len(answers) == len(pbx.called("Ping")) == 3
    assert all(re.fullmatch(rf"answer from {pbx.host}:{pbx.port} in \d+\.\d\d ms", line) for line in answers)
    assert re.fullmatch(r"3 answers: least \S+ ms, mean \S+ ms, most \S+ ms", summary)


async def test_a_ping_that_is_refused_ends_with_1(run: Run, pbx: FakeAmiServer) -> None:
    pbx.on("Ping", b"Response: Error\r\nMessage: Permission denied\r\n\r\n")
    assert await run("ping") == Result(1, "", "asterisk-py-ami: Ping was rejected: Permission denied\n")


async def test_a_loss_between_two_pings_does_not_wait_for_the_next(run: Run, start: Start, pbx: FakeAmiServer) -> None:
    ended = start("ping", "--count", "2", "--interval", "1000")
    await pbx.wait_for_action("Ping")
    pbx.drop()
    result = await run(ended)
    assert result.code == 5
    assert "lost" in result.err or "not answered" in result.err or "not sent" in result.err


# --- send ------------------------------------------------------------------------------------------------------------

LIST = b"Response: Success\r\nEventList: start\r\n\r\nEvent: Item\r\nN: 1\r\n\r\n"
COMPLETE = b"Event: ListComplete\r\nEventList: Complete\r\nListItems: 2\r\n\r\n"


async def test_send_passes_headers_on_as_they_are_and_prints_the_answer(run: Run, pbx: FakeAmiServer) -> None:
    pbx.on("Originate", b"Response: Success\r\nMessage: queued \x1b[2J\r\n\r\n")
    result = await run(
        "send", "Originate", "Channel=Local/1@x", "Variable=A=1", "--timeout", "5", "Variable=B=2", "Empty="
    )
    assert (result.code, result.err) == (0, "")
    (action,) = pbx.called("Originate")
    assert action.headers[2:] == [("Channel", "Local/1@x"), ("Variable", "A=1"), ("Variable", "B=2"), ("Empty", "")]
    lines = result.out.splitlines()
    assert lines[0] == "Response: Success"
    assert lines[1].startswith("ActionID: ")
    assert lines[2:] == ["Message: queued \\x1b[2J", ""]
    assert action.get("Events") == ""
    assert pbx.called("Login")[0]["Events"] == "off"


async def test_send_prints_what_was_refused_and_ends_with_1(run: Run) -> None:
    result = await run("send", "Nonsense", "--json")
    assert result.code == 1
    assert result.objects[0]["Response"] == "Error"
    assert result.err.startswith("asterisk-py-ami: Nonsense was rejected: Invalid/unknown command: Nonsense")


async def test_send_prints_the_output_of_a_command_that_failed(run: Run, pbx: FakeAmiServer) -> None:
    pbx.on("Command", b"Response: Error\r\nMessage: Command output follows\r\nOutput: No such command\r\n\r\n")
    result = await run("send", "Command", "Command=nonsense")
    assert result.code == 1
    assert "Output: No such command\n" in result.out


async def test_send_prints_a_list_to_its_end_and_nothing_of_others(run: Run, pbx: FakeAmiServer) -> None:
    other = b"Event: Item\r\nActionID: another\r\nN: 9\r\n\r\n"
    pbx.on("List", LIST + other + b"Event: Item\r\nN: 2\r\n\r\n" + COMPLETE + b"Event: Late\r\nActionID: x\r\n\r\n")
    pbx.split(7)
    result = await run("send", "List", "--json")
    assert (result.code, result.err) == (0, "")
    assert [each.get("N", each.get("EventList")) for each in result.objects] == ["start", "1", "2", "Complete"]


async def test_a_header_forged_into_an_item_neither_ends_a_list_nor_hides_it(run: Run, pbx: FakeAmiServer) -> None:
    # Of a channel variable with line ends; the ActionID of some items comes last.
    forged = "Event: Item\r\nN: {}\r\nVariable: X=x\r\nActionID: forged\r\nEventList: {}\r\nActionID: {}\r\n\r\n"

    def answer(action: ReceivedAction) -> None:
        action.reply(LIST)
        for number, word in enumerate(("Complete", "Cancelled"), start=2):
            pbx.emit(forged.format(number, word, action["ActionID"]).encode())
        action.reply(COMPLETE)

    pbx.on("List", answer)
    result = await run("send", "List", "--json")
    assert (result.code, result.err) == (0, "")
    assert [each.get("N", each.get("EventList")) for each in result.objects] == ["start", "1", "2", "3", "Complete"]


async def test_a_list_that_asterisk_cancels_ends_with_1(run: Run, pbx: FakeAmiServer) -> None:
    pbx.on("List", LIST + b"Event: ListComplete\r\nEventList: Cancelled\r\n\r\n")
    result = await run("send", "List")
    assert result.code == 1
    assert "EventList: Cancelled" in result.out
    assert "Asterisk cancelled it" in result.err


async def test_a_list_without_an_end_ends_with_5_after_the_timeout(run: Run, pbx: FakeAmiServer) -> None:
    pbx.on("List", LIST)
    result = await run("send", "List", "--timeout", "0.2")
    assert result.code == 5
    assert "N: 1" in result.out
    assert "the list of List" in result.err


async def test_a_list_that_a_loss_cuts_ends_with_5(run: Run, start: Start, pbx: FakeAmiServer) -> None:
    pbx.on("List", LIST)
    ended = start("send", "List", "--timeout", "100")
    await pbx.wait_for_action("List")
    pbx.drop()
    result = await run(ended)
    assert result.code == 5
    assert "List was sent to" in result.err


# --- check -----------------------------------------------------------------------------------------------------------

COMMANDS = (
    b"Response: Success\r\nAbsoluteTimeout: Set absolute timeout.  (Priv: system,call,all)\r\n"
    b"Originate: Originate a call.  (Priv: originate,all)\r\nAtxfer: Attended transfer.  (Priv: call,all)\r\n"
    b"Bridge: Bridge two channels.  (Priv: call,all)\r\nPing: Keepalive command.  (Priv: <none>)\r\n\r\n"
)
DENIED = b"Response: Error\r\nMessage: Permission denied\r\n\r\n"


def steps(result: Result) -> dict[str, str]:
    """Return the mark of each step; hints have none."""
    found = [re.match(r"(OK|FAIL|-) +(\w+) ", line) for line in result.out.splitlines()]
    return {match[2]: match[1] for match in found if match}


async def test_check_says_that_all_is_well(run: Run, pbx: FakeAmiServer) -> None:
    user = b"Output:           username: admin\r\nOutput:          read perm: system,call,all\r\n"
    pbx.on("Command", b"Response: Success\r\n" + user + b"Output:         write perm: call,originate\r\n\r\n")
    pbx.on("CoreSettings", b"Response: Success\r\nAsteriskVersion: 22.10.1\x1b\r\n\r\n")
    pbx.on("ListCommands", COMMANDS)
    result = await run("check")
    assert (result.code, result.err) == (0, "")
    assert steps(result) == {"tls": "-"} | dict.fromkeys(
        ["reachable", "banner", "login", "ping", "asterisk", "read", "write"], "OK"
    )
    assert re.search(r"banner +AMI 11\.0\.0\n", result.out)
    assert re.search(r"asterisk +22\.10\.1\\x1b\n", result.out)
    assert re.search(r"read +system,call,all\n", result.out)
    assert re.search(r"write +call,originate\n", result.out)
    assert pbx.called("Command")[0]["Command"] == "manager show user admin"


async def test_check_finds_out_what_it_can_where_it_may_not_ask(run: Run, pbx: FakeAmiServer) -> None:
    for action in ("Command", "CoreSettings"):
        pbx.on(action, DENIED)
    pbx.on("ListCommands", COMMANDS)
    result = await run("check")
    assert (result.code, result.err) == (0, "")
    assert steps(result)["asterisk"] == "-"
    assert re.search(r"OK +read +system, at least \(FullyBooted came\)\n", result.out)
    assert re.search(r"OK +write +originate,call\n", result.out)


async def test_check_says_what_a_user_without_any_privilege_lacks(run: Run, pbx: FakeAmiServer) -> None:
    none = b"Output:  read perm: <none>\r\nOutput: write perm: <none>\r\n\r\n"
    pbx.on("Command", b"Response: Success\r\n" + none)
    result = await run("check")
    assert result.code == 0
    assert steps(result)["read"] == steps(result)["write"] == "-"
    assert result.out.count("in manager.conf") == 2


async def test_check_puts_no_odd_user_name_on_the_command_line_of_asterisk(run: Run) -> None:
    async with FakeAmiServer(username="a b; core stop now", secret=SECRET) as pbx:
        result = await run("check", "--port", pbx.port, "--username", "a b; core stop now")
        assert result.code == 0
        assert pbx.called("Command") == []


@pytest.fixture
def authority(tmp_path: Path) -> tuple[trustme.CA, str]:
    authority = trustme.CA()
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return authority, str(path)


async def test_check_tells_the_tls_version_even_where_the_login_fails(
    run: Run, authority: tuple[trustme.CA, str]
) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority[0].issue_cert("127.0.0.1").configure_cert(context)
    async with FakeAmiServer(ssl=context) as pbx:
        result = await run("check", "--port", pbx.port, "--ca-file", authority[1], "--login", "plain")
        assert result.code == 0
        assert re.search(r"OK +tls +TLSv1\.[23], \w+; the certificate is trusted for 127\.0\.0\.1\n", result.out)
        pbx.refuse_logins()
        result = await run("check", "--port", pbx.port, "--ca-file", authority[1], "--login", "plain")
    assert (result.code, result.err) == (4, "")
    assert steps(result) == {"reachable": "OK", "tls": "OK", "banner": "OK", "login": "FAIL"}


async def test_check_says_which_authority_is_missing(run: Run, authority: tuple[trustme.CA, str]) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority[0].issue_cert("127.0.0.1").configure_cert(context)
    async with FakeAmiServer(ssl=context) as pbx:
        result = await run("check", "--port", pbx.port, "--tls")
        assert pbx.received == []
    assert (result.code, result.err) == (3, "")
    assert steps(result) == {"reachable": "OK", "tls": "FAIL"}
    assert "--ca-file names the authority" in result.out


async def test_check_stops_at_a_port_without_tls(run: Run) -> None:
    result = await run("check", "--tls")
    assert result.code == 3
    assert steps(result) == {"reachable": "OK", "tls": "FAIL"}
    assert "tlsenable = yes" in result.out


async def test_check_stops_where_nobody_listens(run: Run, unused_port: int) -> None:
    result = await run("check", "--port", unused_port)
    assert (result.code, result.err) == (3, "")
    assert steps(result) == {"reachable": "FAIL"}
    assert "does Asterisk run" in result.out


@pytest.mark.parametrize(
    ("banner", "hint"), [(b"HTTP/1.1 400\r\n", "this port is not AMI"), (b"", "a TLS port says nothing without --tls")]
)
async def test_check_stops_at_a_port_that_is_no_plain_ami(
    run: Run, pbx: FakeAmiServer, banner: bytes, hint: str
) -> None:
    pbx.banner = banner
    result = await run("check", "--timeout", "0.3")
    assert result.code == 3
    assert steps(result) == {"reachable": "OK", "tls": "-", "banner": "FAIL"}
    assert hint in result.out


@pytest.mark.parametrize(
    ("refusal", "hint"),
    [("Authentication failed", "an unknown user"), ("Login Already In Use", "allowmultiplelogin = no")],
)
async def test_check_stops_at_a_refused_login(run: Run, pbx: FakeAmiServer, refusal: str, hint: str) -> None:
    pbx.refuse_logins(refusal)
    result = await run("check")
    assert (result.code, result.err) == (4, "")
    assert steps(result) == {"reachable": "OK", "tls": "-", "banner": "OK", "login": "FAIL"}
    assert hint in result.out


@pytest.mark.parametrize(("silent", "step"), [("Ping", "ping"), ("CoreSettings", "asterisk")])
async def test_check_stops_where_an_answer_does_not_come(run: Run, pbx: FakeAmiServer, silent: str, step: str) -> None:
    pbx.on(silent, None)
    result = await run("check", "--timeout", "0.3")
    assert (result.code, result.err) == (5, "")
    assert list(steps(result).items())[-1] == (step, "FAIL")


# --- calls -----------------------------------------------------------------------------------------------------------

ALICE = {"CallerIDName": "Alice", "CallerIDNum": "200", "Context": "internal", "Exten": "600"}


def call_event(name: str, uniqueid: str = "1.1", state: int = 6, **headers: object) -> bytes:
    fields = {"Channel": f"PJSIP/{uniqueid}", "ChannelState": state, "Linkedid": "1.1", "Uniqueid": uniqueid}
    lines = [f"{header}: {value}" for header, value in (fields | headers).items()]
    return "\r\n".join([f"Event: {name}", *lines, "", ""]).encode("utf-8", "surrogateescape")


def whole_call(uniqueid: str, **headers: object) -> bytes:
    """Return the events of a call of one channel, from its start to its end."""
    stages = [("Newchannel", 4, {}), ("Newstate", 6, {}), ("Hangup", 6, {"Cause": 16})]
    return b"".join(
        call_event(name, uniqueid, state, Linkedid=uniqueid, **(headers | last)) for name, state, last in stages
    )


CHANNELS = (
    b"Response: Success\r\nEventList: start\r\n\r\nEvent: CoreShowChannel\r\nChannel: PJSIP/old\r\nUniqueid: 1\r\n"
    b"Linkedid: 1\r\nChannelState: 6\r\nDuration: 00:01:00\r\n\r\n"
    b"Event: CoreShowChannelsComplete\r\nEventList: Complete\r\nListItems: 1\r\n\r\n"
)


async def until_followed(pbx: FakeAmiServer, count: int = 1) -> None:
    """Wait until the calls are asked for, and what the list still lacks has come: the Ping behind it says so."""
    await pbx.wait_for_action("CoreShowChannels", count)
    await pbx.wait_for_action("Ping", count)


@pytest.mark.usefixtures("quick_reconnect")
async def test_calls_prints_a_line_for_each_call_that_ends_where_there_is_no_terminal(
    run: Run, start: Start, pbx: FakeAmiServer
) -> None:
    pbx.on("CoreShowChannels", CHANNELS)
    ended = start("calls")
    await until_followed(pbx)
    dial = {"DestChannel": "PJSIP/1.2", "DestUniqueid": "1.2", "DestLinkedid": "1.1", "DestChannelState": 6}
    pbx.emit(call_event("Newchannel", "1.1", 4, **ALICE) + call_event("Newchannel", "1.2", 0))
    pbx.emit(call_event("DialEnd", "1.1", 4, **dial, DialStatus="BUSY"))
    pbx.emit(call_event("Hangup", "1.2", 0, Cause=17) + call_event("Hangup", "1.1", 4, Cause=16))
    pbx.emit(whole_call("3", CallerIDName="\x1b[2J"))
    pbx.on("CoreShowChannels", CHANNELS.replace(b"old", b"new").replace(b"id: 1", b"id: 9"))
    pbx.drop()
    await until_followed(pbx, 2)
    end(pbx)
    result = await run(ended)
    assert result.code == 4
    assert "\x1b" not in result.out
    lines = [line.partition(" ")[2] for line in result.out.splitlines()]
    assert lines[0] == f"-- connected to {pbx.host}:{pbx.port}"
    calls = [line for line in lines if not line.startswith("--")]
    assert re.fullmatch(
        r'Linkedid=1.1 Channel=PJSIP/1.1 Caller="Alice <200>" Exten=600@internal Dialled=PJSIP/1.2 Duration=\d\.\d '
        r'Billable=0.0 DialStatus=BUSY Cause=17 Cause-txt="User busy"',
        calls[0],
    )
    assert re.match(r"Linkedid=3 Channel=PJSIP/3 Caller=\\x1b\[2J .* Cause=16 ", calls[1])
    # The one from before was gone after the reconnection, and nobody knows why.
    assert re.fullmatch(
        r"Linkedid=1 Channel=PJSIP/old Duration=6\d\.\d Billable=\d\.\d Gaps=start,answer,connection,end", calls[2]
    )
    assert len(calls) == 3
    assert re.search(r"-- connected to \S+ again after", result.out)
    assert "again after" in result.err


async def test_calls_as_json_tells_all_that_is_known_of_a_call(run: Run, start: Start, pbx: FakeAmiServer) -> None:
    pbx.on("CoreShowChannels", CHANNELS)
    ended = start("calls", "--json")
    await until_followed(pbx)
    pbx.emit(whole_call("3", CallerIDName="Jos\udce9 \x1b[2J", Timestamp="1795435200.5"))
    end(pbx)
    result = await run(ended)
    assert result.code == 4
    assert result.out.isascii()
    (call,) = [each["Call"] for each in result.objects if "Call" in each]
    (leg,) = call["legs"]
    assert (call["linkedid"], call["cause"], call["dial_status"], call["gaps"]) == ("3", 16, None, [])
    assert call["started"] == call["ended"] == "2026-11-23T12:00:00.500+00:00"
    assert (leg["channel"], leg["state"], leg["caller_id_name"]) == ("PJSIP/3", "Up", "Jos\\xe9 \x1b[2J")
    states = [each["ConnectionState"] for each in result.objects if "ConnectionState" in each]
    assert states[:3] == ["connecting", "connected", "reconnecting"]


async def test_calls_says_what_it_may_not_ask_for(run: Run, start: Start, pbx: FakeAmiServer) -> None:
    pbx.on("CoreShowChannels", DENIED)
    ended = start("calls")
    await pbx.wait_for_action("CoreShowChannels")
    pbx.emit(whole_call("2"))
    end(pbx)
    result = await run(ended)
    assert "CoreShowChannels was rejected: Permission denied (it needs write = system or reporting)" in result.err
    assert "Linkedid=2 Channel=PJSIP/2" in result.out


@pytest.mark.usefixtures("quick_reconnect")
async def test_calls_that_are_dropped_because_nobody_reads_are_counted_and_said(
    run: Run, start: Start, pbx: FakeAmiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("asterisk_py_ami.cli.calls._BACKLOG", 10)
    pbx.on("CoreShowChannels", CHANNELS)
    ended = start("calls", "--json")
    await until_followed(pbx)
    pbx.emit(b"".join(whole_call(f"{number}.0") for number in range(1000)))
    end(pbx)
    result = await run(ended)
    dropped = sum(each["EventsLost"] for each in result.objects if "EventsLost" in each)
    printed = [each["Call"]["linkedid"] for each in result.objects if "Call" in each]
    assert dropped > 0
    assert dropped + len(printed) == 1000
    assert "events were lost" in result.err


async def test_what_the_library_warns_of_is_said_as_everything_is(run: Run, pbx: FakeAmiServer) -> None:
    handlers = list(logging.getLogger("asterisk_py_ami").handlers)
    pbx.on("Ping", b"Response: Success\r\nActionID: another\r\n\r\nResponse: Success\r\n\r\n")
    result = await run("ping")  # It also looks at how each line begins.
    assert result.code == 0
    assert "sent an answer to no request of ours" in result.err
    assert logging.getLogger("asterisk_py_ami").handlers == handlers


async def test_a_warning_cannot_command_a_terminal(run: Run, start: Start, pbx: FakeAmiServer) -> None:
    pbx.on("CoreShowChannels", b"Response: Error\r\nMessage: no \x1b[2J\r\n\r\n")
    ended = start("calls")
    await pbx.wait_for_action("CoreShowChannels")
    end(pbx)
    result = await run(ended)
    assert "CoreShowChannels was rejected: no \\x1b[2J" in result.err
    assert "\x1b" not in result.err


class Screen:
    """A terminal that a process is started on: what it shows, as bytes."""

    def __init__(self) -> None:
        self._controller, self.terminal = pty.openpty()
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 6, 90, 0, 0))
        os.set_blocking(self._controller, False)
        self.shown = ""

    async def wait_for(self, text: str) -> None:
        """Return when *text* was printed, in the last frame if frames are drawn."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(10):
            while text not in self.frame:
                readable = loop.create_future()
                loop.add_reader(self._controller, _settle, readable)
                try:
                    await readable
                finally:
                    loop.remove_reader(self._controller)
                self.shown += os.read(self._controller, 65536).decode()

    @property
    def frame(self) -> str:
        """What was drawn last, whole, without its styles; all that was printed if nothing is drawn."""
        before, *frames = self.shown.split("\x1b[H")
        whole = [frame for frame in frames if frame.endswith("\x1b[J")]
        return ANSI.sub("", whole[-1] if whole else before)

    def close(self) -> None:
        os.close(self._controller)
        os.close(self.terminal)


def _settle(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


@pytest.fixture
def screen() -> Iterator[Screen]:
    screen = Screen()
    yield screen
    screen.close()


@pytest.mark.parametrize("no_colour", ["", "1"])
async def test_calls_redraws_a_table_on_a_terminal(
    spawn: Spawn, pbx: FakeAmiServer, screen: Screen, monkeypatch: pytest.MonkeyPatch, no_colour: str
) -> None:
    monkeypatch.setenv("NO_COLOR", no_colour)
    monkeypatch.setenv("TERM", "xterm")
    pbx.on("CoreShowChannels", CHANNELS)
    process = await spawn("calls", stdout=screen.terminal)
    await screen.wait_for("calls: 1  channels: 1")
    pbx.emit(call_event("Newchannel", "2", 4, Linkedid="2", CallerIDName="\x1b]0;owned\x07"))
    await screen.wait_for("calls: 2  channels: 2")
    rows = screen.frame.splitlines()
    assert rows[1].strip() == f"connected to {pbx.host}:{pbx.port}"
    assert rows[2].split() == ["TIME", "ANSWERED", "STATE", "CALLER", "EXTEN", "CHANNEL"]
    assert re.match(r"0:01:0\d  0:00:0\d  Up +PJSIP/old$", rows[3])
    assert re.match(r"0:00:0\d +Ring +\\x1b\]0;owned\\x07 +PJSIP/2$", rows[4])
    assert all(len(row) < 90 for row in rows)
    assert "\x1b]" not in screen.shown
    assert ("\x1b[1m" in screen.shown) is not bool(no_colour)
    pbx.emit(call_event("Hangup", "1", Linkedid="1"))
    await screen.wait_for("calls: 1  channels: 1")
    for number in range(3, 10):
        pbx.emit(call_event("Newchannel", str(number), Linkedid="2"))
    await screen.wait_for("and 7 more")
    process.send_signal(signal.SIGINT)
    assert await end_of(process) == (130, "")


async def test_the_table_says_what_it_may_not_ask_for(
    spawn: Spawn, pbx: FakeAmiServer, screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    pbx.on("CoreShowChannels", DENIED)
    process = await spawn("calls", stdout=screen.terminal)
    await screen.wait_for("reporting)")
    assert "connected to" in screen.frame
    process.send_signal(signal.SIGINT)
    assert await end_of(process) == (130, "")


async def test_a_terminal_that_cannot_redraw_gets_lines(
    spawn: Spawn, pbx: FakeAmiServer, screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    pbx.on("CoreShowChannels", CHANNELS)
    process = await spawn("calls", stdout=screen.terminal, stderr=screen.terminal)
    await until_followed(pbx)
    pbx.emit(whole_call("3"))
    await screen.wait_for("Channel=PJSIP/3")
    assert screen.shown.count("connected to") == 1
    assert "\x1b" not in screen.shown
    process.send_signal(signal.SIGINT)
    async with asyncio.timeout(10):
        assert await process.wait() == 130
    # The prompt comes on a line of its own after the ^C.
    await screen.wait_for("\r\n\r\n")


def table(width: int, height: int, *data: bytes) -> list[str]:
    assembler = CallAssembler()
    for message in Decoder().receive_data(b"".join(data)):
        assert isinstance(message, AmiEvent)
        assembler.feed(message, Instant(1_795_435_200.0, 0.0))
    active = assembler.active(Instant(1_795_435_265.0, 65.0))
    return Table(Output(None), width, height).lines("head", ["said"], active)


@pytest.mark.parametrize("width", [1, 9, 30, 41, 60, 80, 300])
@pytest.mark.parametrize("height", [0, 3, 5, 24])
def test_the_table_fits_any_terminal(width: int, height: int) -> None:
    names = ["Zoë", "张伟张伟张伟张伟张伟张伟张伟", "e\u0301" * 300, "\x1b" * 100, "a" * 300, ""]
    lines = table(
        width,
        height,
        *(call_event("Newchannel", f"{n}", 4, Linkedid=f"{n}", CallerIDName=name) for n, name in enumerate(names)),
    )
    assert len(lines) <= max(1, height)
    assert all(text.isprintable() for text in lines)
    for line in lines:
        cells = sum(2 if unicodedata.east_asian_width(char) == "W" else char != "\u0301" for char in line)
        assert cells <= width


def test_the_table_shows_who_calls_whom_and_sets_in_the_other_channels_of_a_call() -> None:
    dial = {"DestChannel": "PJSIP/1.2", "DestUniqueid": "1.2", "DestLinkedid": "1.1", "DestChannelState": 5}
    lines = table(
        100,
        24,
        call_event("Newchannel", "1.1", 6, **ALICE),
        call_event("Newchannel", "1.2", 0),
        call_event("DialBegin", "1.1", 6, **dial, DialString="600"),
        call_event("Newchannel", "1.3", 0) + call_event("Hangup", "1.3", 0),
    )
    assert [re.split(" {2,}", line) for line in lines[3:]] == [
        ["0:01:05", "0:01:05", "Up", "Alice <200>", "600@internal", "PJSIP/1.1"],
        ["0:01:05", "Ringing", "600", "PJSIP/1.2"],
    ]
    assert lines[0] == "head  calls: 1  channels: 2"
    assert lines[4].index("PJSIP") == lines[3].index("PJSIP") + 2


async def test_the_marks_of_check_are_coloured_on_a_terminal(
    spawn: Spawn, screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    process = await spawn("check", stdout=screen.terminal)
    assert await end_of(process) == (0, "")
    await screen.wait_for("write")
    assert "\x1b[32mOK  \x1b[0m  login" in screen.shown
