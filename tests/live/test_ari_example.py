"""The example does on a real Asterisk what it says."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

from asterisk_py_ari import AriClient, Credentials
from asterisk_py_ari.events import (
    BridgeDestroyed,
    ChannelDestroyed,
    ChannelEnteredBridge,
    DeviceStateChanged,
    PlaybackFinished,
)
from examples.ari_pairs import main
from tests.live.ari import LIMIT, client, next_of, settled
from tools.asterisk import Asterisk

EXAMPLE = Path(__file__).parents[2] / "examples/ari_pairs.py"


async def until(ari: AriClient, *, it_listens: bool) -> None:
    """Wait for the application; Asterisk keeps it for as long as one of its channels is there."""
    async with asyncio.timeout(LIMIT):
        while ("pairs" in [each.name for each in await ari.applications.list()]) is not it_listens:
            pass


async def test_two_callers_talk_and_hear_a_beep_until_one_presses_hash(pbx: Asterisk) -> None:
    user = pbx.user("ari")
    example = asyncio.create_task(main(f"http://{pbx.host}:{pbx.http_port}", Credentials(user.username, user.secret)))
    async with client(pbx, app="watching", subscribe_all=True) as ari:
        await until(ari, it_listens=True)
        async with (
            ari.events(ChannelEnteredBridge) as entered,
            ari.events(PlaybackFinished) as played,
            ari.events(BridgeDestroyed) as destroyed,
            ari.events(ChannelDestroyed) as gone,
            ari.events(DeviceStateChanged) as devices,
        ):
            for exten, digits in (("answer", ""), ("senddtmf", "*#")):
                await ari.channels.originate(
                    "Local/pairs@stasis", context="scenarios", extension=exten, priority=1, variables={"DTMF": digits}
                )
            bridges = {(await next_of(entered, ChannelEnteredBridge)).bridge.id for _ in range(2)}
            assert len(bridges) == 1
            assert (await next_of(played, PlaybackFinished)).playback.target_uri == f"bridge:{min(bridges)}"
            assert (await next_of(destroyed, BridgeDestroyed)).bridge.id in bridges
            for _ in range(4):
                await next_of(gone, ChannelDestroyed)
            await settled(devices, legs=2)
        assert not example.done()
        example.cancel()
        await asyncio.wait([example])
        await until(ari, it_listens=False)


async def test_control_c_ends_it_without_a_word(pbx: Asterisk) -> None:
    user = pbx.user("ari")
    url = f"http://{pbx.host}:{pbx.http_port}"
    command = [sys.executable, "-W", "error", str(EXAMPLE), url, user.username]
    environment = os.environ | {"ASTERISK_ARI_SECRET": user.secret}
    program = await asyncio.create_subprocess_exec(
        *command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    async with client(pbx) as ari:
        await until(ari, it_listens=True)
    program.send_signal(signal.SIGINT)
    async with asyncio.timeout(LIMIT):
        said, _ = await program.communicate()
    assert (program.returncode, said) == (0, b"")
