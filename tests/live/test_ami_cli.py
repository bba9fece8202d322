"""Each command of the command line, as a process, against Asterisk."""

import asyncio
import contextlib
import json
import os
import re
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

import pytest

from asterisk_py_ami import AmiClient
from tests.live.ami import LIMIT, Watch, originate
from tools.asterisk import Asterisk

Command = Callable[..., Awaitable[Process]]


@pytest.fixture
async def command(pbx: Asterisk) -> AsyncIterator[Command]:
    """Start a command as the user who may do everything, or another; what still runs at the end is killed."""
    processes: list[Process] = []

    async def start(*argv: object, user: str = "admin", on: Asterisk = pbx, stdout: int = PIPE) -> Process:
        environ = environment(on, user)
        arguments = ["-m", "asterisk_py_ami", *map(str, argv)]
        process = await asyncio.create_subprocess_exec(
            sys.executable, *arguments, env=environ, stdin=DEVNULL, stdout=stdout, stderr=PIPE
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.communicate()


def environment(pbx: Asterisk, name: str) -> Mapping[str, str]:
    user = pbx.user(name)
    return os.environ | {
        "ASTERISK_AMI_HOST": pbx.host,
        "ASTERISK_AMI_PORT": str(pbx.ami_port),
        "ASTERISK_AMI_USERNAME": user.username,
        "ASTERISK_AMI_SECRET": user.secret,
    }


async def end_of(process: Process) -> tuple[int, str, str]:
    """Return the exit code, the output and what was said beside it."""
    async with asyncio.timeout(LIMIT):
        out, err = await process.communicate()
    assert process.returncode is not None
    assert "Traceback" not in err.decode()
    return process.returncode, out.decode(), err.decode()


async def line_with(process: Process, text: str) -> str:
    assert process.stdout is not None
    async with asyncio.timeout(LIMIT):
        while text not in (line := (await process.stdout.readline()).decode()):
            assert line, f"the output ended without {text!r}"
        return line


async def interrupt(process: Process) -> None:
    process.send_signal(signal.SIGINT)
    code, _, _ = await end_of(process)
    assert code == 130


async def test_check_tells_what_the_user_may_do(our_pbx: Asterisk, command: Command) -> None:
    del our_pbx  # For its users.
    code, out, err = await end_of(await command("check"))
    assert (code, err) == (0, "")
    assert re.search(r"OK +asterisk +\d+\.\d+", out)
    assert re.search(r"OK +read +system,call,.*,all\n", out)
    assert re.search(r"OK +write +system,call,.*,all\n", out)

    code, out, err = await end_of(await command("check", user="limited"))
    assert (code, err) == (0, "")
    assert re.search(r"- +asterisk +CoreSettings: Permission denied\n", out)
    assert re.search(r"- +read +not known\n", out)
    assert re.search(r"OK +write +call,originate\n", out)

    code, out, err = await end_of(await command("check", user="readonly"))
    assert (code, err) == (0, "")
    assert re.search(r"OK +read +system, at least \(FullyBooted came\)\n", out)
    assert re.search(r"- +write +nothing that needs a privilege\n", out)


async def test_check_over_tls_and_where_it_fails(our_pbx: Asterisk, command: Command) -> None:
    tls = ("--port", our_pbx.ami_tls_port)
    code, out, _ = await end_of(await command("check", *tls, "--ca-file", our_pbx.ca_file, "--login", "plain"))
    assert code == 0
    assert re.search(r"OK +tls +TLSv1\.[23], ", out)
    failing: list[tuple[tuple[object, ...], str, int, str]] = [
        ((*tls, "--tls"), "admin", 3, "tls"),
        (("--tls",), "admin", 3, "tls"),
        ((*tls, "--timeout", 1), "admin", 3, "banner"),
        ((), "denied", 4, "login"),
    ]
    for options, user, expected, step in failing:
        code, out, err = await end_of(await command("check", *options, user=user))
        assert (code, err) == (expected, "")
        assert re.search(rf"^FAIL  {step} ", out, re.MULTILINE)


async def test_ping_and_send(command: Command) -> None:
    code, out, err = await end_of(await command("ping", "--count", 2, "--interval", 0))
    assert (code, len(out.splitlines()), err) == (0, 3, "")

    code, out, err = await end_of(await command("send", "Command", "Command=core show version", "--json"))
    assert (code, err) == (0, "")
    assert json.loads(out)["Output"].startswith("Asterisk ")

    code, out, err = await end_of(await command("send", "Command", "Command=nonsense"))
    assert code == 1
    assert "Output: No such command 'nonsense'" in out

    code, out, err = await end_of(await command("send", "DeviceStateList", "--json"))
    assert (code, err) == (0, "")
    answer, *items, complete = [json.loads(line) for line in out.splitlines()]
    assert answer["EventList"] == "start"
    assert {item["Event"] for item in items} <= {"DeviceStateChange"}
    assert (complete["EventList"], complete["ListItems"]) == ("Complete", str(len(items)))

    code, out, err = await end_of(await command("send", "Hangup", "Channel=PJSIP/nobody-1"))
    assert (code, err) == (1, "asterisk-py-ami: Hangup was rejected: No such channel\n")


async def test_tail_prints_the_events_of_a_call_whatever_its_data_hold(ami: AmiClient, command: Command) -> None:
    lines = await command("tail", "--event", "Newexten", "Hangup")
    objects = await command("tail", "--json", "--event", "Newexten")
    await line_with(lines, "connected to")
    await line_with(objects, '"connected"')
    await originate(ami, "Local/payload@scenarios", variables={"PAYLOAD": "x%1b[2J%e9"})
    shown = await line_with(lines, "Application=NoOp")
    assert "AppData=x\\x1b[2J\\xe9\n" in shown
    assert "Cause-txt=" in await line_with(lines, " Hangup ")
    event = json.loads(await line_with(objects, '"NoOp"'))
    assert event["AppData"] == "x\x1b[2J\\xe9"
    await interrupt(lines)
    await interrupt(objects)


async def test_tail_survives_that_asterisk_is_restarted(own_pbx: Asterisk, command: Command) -> None:
    process = await command("tail", "--json", "--event", "FullyBooted", on=own_pbx)
    await line_with(process, "FullyBooted")
    await asyncio.to_thread(own_pbx.restart)
    lost: dict[str, Any] = json.loads(await line_with(process, '"reconnecting"'))
    assert lost["Epoch"] == 1
    found = json.loads(await line_with(process, '"Epoch": 2'))
    assert found["ConnectionState"] == "connected"
    await line_with(process, "FullyBooted")
    process.send_signal(signal.SIGINT)
    code, _, err = await end_of(process)
    assert code == 130
    assert re.search(r"connection to \S+ lost: .*; trying again in \d\.\d s\n", err)
    assert re.search(r"connected to \S+ again after \d+\.\d s; the events of that time are missing\n", err)


async def test_tail_ends_when_its_reader_leaves(command: Command) -> None:
    reading, writing = os.pipe()
    process = await command("tail", "--event", "UserEvent", stdout=writing)
    os.close(writing)
    # It connects and says so, and then nothing more happens.
    with os.fdopen(reading) as reader:
        assert "connected to" in await asyncio.to_thread(reader.readline)
    async with asyncio.timeout(LIMIT):
        assert await process.wait() == 141


async def test_calls_tells_of_calls_from_before_and_new_ones(ami: AmiClient, command: Command) -> None:
    watch = Watch(ami)
    action_id = await originate(ami, "Local/answer@scenarios")
    before = await watch.answer(action_id)
    process = await command("calls", "--json")
    await line_with(process, '"connected"')
    # What was there before is known by the time a call that came later is told of.
    await watch.answer(await originate(ami, "Local/busy@scenarios"))
    busy = json.loads(await line_with(process, '"Local/busy@scenarios'))["Call"]
    assert (busy["cause"], busy["dial_status"], busy["answered"], busy["gaps"]) == (17, "BUSY", None, [])
    assert await ami.hangup(str(before.channel), cause=16)
    call = json.loads(await line_with(process, f'"{before.channel}"'))["Call"]
    assert (call["linkedid"], call["cause"], call["gaps"]) == (before.uniqueid, 16, ["start", "answer"])
    await interrupt(process)


async def test_calls_prints_a_line_for_a_call_to_a_user_who_may_not_list_channels(
    our_pbx: Asterisk, ami: AmiClient, command: Command
) -> None:
    del our_pbx
    process = await command("calls", user="limited")
    await line_with(process, "connected to")
    await Watch(ami).call_over(await originate(ami, "Local/short@scenarios"))
    line = await line_with(process, "Channel=Local/short@scenarios")
    assert 'DialStatus=ANSWER Cause=16 Cause-txt="Normal Clearing"' in line
    process.send_signal(signal.SIGINT)
    code, _, err = await end_of(process)
    assert code == 130
    assert "Permission denied (it needs write = system or reporting)" in err
