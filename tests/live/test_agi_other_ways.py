"""The two ways into AGI that are no server: a script that Asterisk starts, and AsyncAGI."""

import asyncio
import socket
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from asterisk_py_agi import AgiInvalidCommandError, AgiSession, NotSentError
from asterisk_py_ami import AmiClient
from asterisk_py_ami.events import AGIExecStart, AsyncAGIStart
from tests.live.agi import hang_up, status_of
from tests.live.ami import Watch, originate, within
from tools.asterisk import Asterisk

# Asterisk sees nothing but its own root, where there is no Python: it starts this, which hands both pipes and the
# signal on to a script outside, over three connections.
RELAY = """\
#!/bin/bash
exec 3<>/dev/tcp/127.0.0.1/{port} 4<>/dev/tcp/127.0.0.1/{port} 5<>/dev/tcp/127.0.0.1/{port} 6<&0
trap 'echo HUP >&5' HUP
cat <&6 >&3 &
cat <&4 &
while kill -0 $! 2>/dev/null; do wait $!; done
kill %1
"""
SCRIPT = """
import asyncio
from asterisk_py_agi import *

async def main():
    async with AgiSession.from_stdio() as call:
        print("to the console")
{body}

asyncio.run(main())
"""

Start = Callable[[str], AbstractAsyncContextManager[asyncio.subprocess.Process]]


@pytest.fixture
def start_script(our_pbx: Asterisk, ami: AmiClient, tmp_path: Path) -> Start:
    """Return what lets Asterisk start a script with this body; it has one call, with the arguments one and two."""

    @asynccontextmanager
    async def start(body: str) -> AsyncIterator[asyncio.subprocess.Process]:
        path = tmp_path / "script.py"
        path.write_text(SCRIPT.format(body=textwrap.indent(textwrap.dedent(body).strip(), " " * 8)), encoding="utf-8")
        loop = asyncio.get_running_loop()
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.setblocking(False)
            our_pbx.add_script("relay", RELAY.format(port=listener.getsockname()[1]))
            await originate(ami, "Local/relay@script/n", variables={"AGI_ARGS": ",one,two"})
            stdin, stdout, signals = [(await within(loop.sock_accept(listener)))[0] for _ in range(3)]
        with stdin, stdout, signals:
            process = await asyncio.create_subprocess_exec(
                sys.executable, str(path), stdin=stdin.fileno(), stdout=stdout.fileno(), stderr=subprocess.PIPE
            )
            # The script alone has them now, so that its end is the end of them.
            stdin.close()
            stdout.close()
            signals.setblocking(False)
            relaying = asyncio.ensure_future(_relay(signals, process))
            try:
                yield process
            finally:
                relaying.cancel()
                await asyncio.wait((relaying,))
                if process.returncode is None:
                    process.kill()
                    await process.communicate()

    return start


async def _relay(signals: socket.socket, process: asyncio.subprocess.Process) -> None:
    loop = asyncio.get_running_loop()
    while await loop.sock_recv(signals, 100):
        if process.returncode is None:
            process.send_signal(1)


async def test_a_script_that_asterisk_starts_commands_its_call(start_script: Start, ami: AmiClient) -> None:
    body = """
    await call.set_variable("FROM_SCRIPT", " ".join(call.request.args))
    assert (await call.stream_file("beep")).digit is None
    print(call.request.script.rpartition("/")[2], call.hungup)
    """
    watch = Watch(ami)
    async with start_script(body) as process:
        _, printed = await within(process.communicate())
    event = await watch.user_event("Agi")
    assert (event["AgiStatus"], event["FromScript"]) == ("SUCCESS", "one two")
    assert (printed, process.returncode) == (b"to the console\nrelay False\n", 0)


async def test_a_script_that_raises_fails_the_dialplan(start_script: Start, ami: AmiClient) -> None:
    watch = Watch(ami)
    async with start_script("1 / 0") as process:
        _, printed = await within(process.communicate())
    assert await status_of(watch) == "FAILURE"
    assert b"ZeroDivisionError" in printed


async def test_074_a_script_is_told_of_the_hangup(start_script: Start, ami: AmiClient) -> None:
    body = """
    await call.verbose("waiting")
    await call.wait_hangup()
    try:
        await call.stream_file("beep")
    except AgiDeadChannelError:
        await call.set_variable("AFTER", "x")
        print(await call.get_variable("AFTER"), call.hungup)
    """
    watch = Watch(ami)
    async with start_script(body) as process:
        begun = await watch.wait_for(AGIExecStart)
        await hang_up(ami, begun["Channel"])
        _, printed = await within(process.communicate())
    assert (printed, process.returncode) == (b"to the console\nx True\n", 0)


# --- AsyncAGI --------------------------------------------------------------------------------------------------------


async def entered(ami: AmiClient, watch: Watch) -> AsyncAGIStart:
    """Make a channel that is in AsyncAGI."""
    await originate(ami, "Local/asyncagi@scenarios/n")
    return await watch.wait_for(AsyncAGIStart)


async def test_a_channel_in_async_agi_is_commanded_through_ami(pbx: Asterisk, ami: AmiClient) -> None:
    del pbx
    watch = Watch(ami)
    start = await entered(ami, watch)
    async with AgiSession.from_async_agi(ami, start) as call:
        assert (call.request.script, call.request.extension) == ("async", "asyncagi")
        await call.answer()
        assert await call.get_variable("CHANNEL(name)") == start.channel
        for value in ('a "b" \\c', "é\t☎", "a)\n200 result=1 (b", ""):
            await call.set_variable("HARD", value.replace("\n", ""))
            assert await call.get_variable("HARD") == value.replace("\n", "")
        assert await call.get_full_variable("${URIDECODE(x%29%0A200 result=1 %28y)}") == "x)\n200 result=1 (y"
        assert (await call.stream_file("beep")).digit is None
        assert (await call.send("GOSUB", "gosub", "join", 1, "a,b")).text.startswith("200 result=0")
        with pytest.raises(AgiInvalidCommandError):
            await call.send("NO SUCH COMMAND")
        assert not call.hungup
    assert await status_of(watch) == "SUCCESS"


async def test_074_the_end_of_a_channel_in_async_agi_is_seen(pbx: Asterisk, ami: AmiClient) -> None:
    del pbx
    watch = Watch(ami)
    start = await entered(ami, watch)
    async with AgiSession.from_async_agi(ami, start) as call:
        await call.noop()
        await hang_up(ami, start.channel)
        await within(call.wait_hangup())
        assert call.hungup
        with pytest.raises(NotSentError):
            await call.noop()


async def test_two_channels_in_async_agi_do_not_hear_each_other(pbx: Asterisk, ami: AmiClient) -> None:
    del pbx
    starts = ami.events(AsyncAGIStart)
    for _ in range(2):
        await originate(ami, "Local/asyncagi@scenarios/n")
    first, second = [await within(starts.recv()) for _ in range(2)]
    async with AgiSession.from_async_agi(ami, first) as one, AgiSession.from_async_agi(ami, second) as other:
        names = [
            [*await asyncio.gather(one.get_variable("CHANNEL(name)"), other.get_variable("CHANNEL(name)"))]
            for _ in range(20)
        ]
    assert names == [[first.channel, second.channel]] * 20
