"""Ctrl-C while calls are under way: a real process, with the test as Asterisk and as the terminal."""

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from tests.unit.agi.scripted import ENVIRONMENT

# Nothing in it ends by itself within the time of this test.
PROGRAM = """
import asyncio
from asterisk_py_agi import AgiServer, AgiSession, ConnectionState

server = AgiServer(port=0, drain_timeout=3600.0)

@server.route()
async def wait(call: AgiSession) -> None:
    while True:
        await call.wait_for_digit()

async def say_port() -> None:
    await server.wait_for(ConnectionState.CONNECTED)
    print(server.port, flush=True)

async def serve_forever() -> None:
    saying = asyncio.create_task(say_port())
    await server.serve_forever()

async def serve_in_a_block() -> None:
    async with server:
        await say_port()
        await asyncio.Event().wait()

asyncio.run({main}())
"""


@pytest.mark.parametrize("main", ["serve_forever", "serve_in_a_block"])
async def test_083_the_first_ctrl_c_says_what_it_waits_for_and_the_second_ends_it(tmp_path: Path, main: str) -> None:
    path = tmp_path / "program.py"
    path.write_text(PROGRAM.format(main=main), encoding="utf-8")
    process = await asyncio.create_subprocess_exec(sys.executable, str(path), stdout=PIPE, stderr=PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        async with asyncio.timeout(20):
            port = int(await process.stdout.readline())
            callers = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
            for reader, writer in callers:
                writer.write(ENVIRONMENT)
                assert await reader.readline() == b'WAIT FOR DIGIT "-1"\n'
            process.send_signal(signal.SIGINT)
            said = await process.stderr.readline()
            assert said == b"AgiServer(127.0.0.1:0) waits 3600 s at most for calls to end: 2\n"
            # Calls go on; and after so many turns of its loop the program does nothing but wait for them.
            for reader, writer in callers * 20:
                writer.write(b"200 result=0\n")
                assert await reader.readline() == b'WAIT FOR DIGIT "-1"\n'
            process.send_signal(signal.SIGINT)
            for reader, writer in callers:
                assert await reader.read() == b"failure\n"
                writer.close()
                await writer.wait_closed()
            _, printed = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()
    assert process.returncode == -signal.SIGINT
    assert b"KeyboardInterrupt" in printed
    assert b"Task was destroyed" not in printed
