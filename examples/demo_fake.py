"""A fake PBX, made of the fakes that come with the three packages for your own tests."""

import asyncio
import itertools
import json
from pathlib import Path
from typing import Any

from asterisk_py_agi.testing import FakeAsteriskCall
from asterisk_py_ami.testing import FakeAmiServer, ReceivedAction
from asterisk_py_ari.testing import FakeAriServer, ReceivedRequest, Reply

__all__ = ["FakePbx"]

# What a real Asterisk 22 sent while these calls were made, byte for byte.
RECORDED_CALLS = Path(__file__).parent / "recorded_calls"
# Seconds between two events of a recorded call, so that it can be watched.
PACE = 0.01
END = b"\r\n\r\n"


class FakePbx:
    """Plays recorded calls when it is asked to originate one, or calls FastAGI, or has a call in Stasis."""

    title = "a fake PBX that replays calls of a real Asterisk 22"
    ours = True
    agi_port = 0

    async def open(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._callers: list[FakeAsteriskCall] = []
        self._numbers = itertools.count(1)
        self._ami, self._ari = FakeAmiServer(), FakeAriServer()
        self._ami.on("Originate", self._originate)
        await self.start()
        self.host, self.port, self.credentials = self._ami.host, self._ami.port, self._ami.credentials
        self.ari_url, self.ari_credentials = self._ari.url, self._ari.credentials

    async def stop(self) -> None:
        for caller in self._callers:
            caller.hang_up()
        self._ami.emit(b"Event: Shutdown\r\nPrivilege: system,all\r\nShutdown: Cleanly\r\nRestart: False\r\n\r\n")
        await self._ami.stop()
        await self._ari.stop()

    async def start(self) -> None:
        await self._ami.start()
        await self._ari.start()

    async def aclose(self) -> None:
        for task in self._tasks:
            task.cancel()
        await self._ami.stop()
        await self._ari.stop()

    def _originate(self, action: ReceivedAction) -> bytes:
        channel = action["Channel"]
        presses = "1" if action["Exten"] == "senddtmf" else ""
        if "@fastagi" in channel:
            self._spawn(self._call_agi(presses))
        elif "@stasis" in channel:
            self._spawn(self._enter_stasis(presses))
        else:
            name = "rejected" if "reject" in channel else action["Exten"]
            self._spawn(self._play((RECORDED_CALLS / f"{name}.bin").read_bytes().split(END)[:-1]))
        return b"Response: Success\r\nMessage: Originate successfully queued\r\n\r\n"

    def _spawn(self, call: Any) -> None:
        task = asyncio.create_task(call)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _play(self, messages: list[bytes]) -> None:
        for message in messages:
            self._ami.emit(message + END)
            await asyncio.sleep(PACE)

    async def _call_agi(self, presses: str) -> None:
        channel = self._new_channel()
        caller = FakeAsteriskCall("demo", environment={"agi_channel": channel["Channel"]})
        if presses:
            caller.press(presses)
        else:
            caller.on("WAIT FOR DIGIT", None)
        self._callers.append(caller)
        await caller.dial("127.0.0.1", self.agi_port)
        self._hang_up(channel)

    async def _enter_stasis(self, presses: str) -> None:
        channel = self._new_channel()
        path = f"/channels/{channel['Uniqueid']}"
        playback = {"id": "1", "media_uri": "sound:beep", "target_uri": f"channel:{path[10:]}", "state": "playing"}
        gone = asyncio.Event()

        def play(_: ReceivedRequest) -> Reply:
            self._ari.emit_event("PlaybackStarted", application="demo", playback=playback)
            if presses:
                self._ari.emit_event("ChannelDtmfReceived", **in_stasis(channel), digit=presses, duration_ms=100)
            return Reply(201, json.dumps(playback).encode())

        def hang_up(_: ReceivedRequest) -> Reply:
            gone.set()
            return Reply(204)

        self._ari.on("POST", f"{path}/answer", Reply(204))
        self._ari.on("POST", f"{path}/play*", play)
        self._ari.on("DELETE", path, hang_up)
        self._ari.emit_event("StasisStart", **in_stasis(channel), args=[])
        await gone.wait()
        self._ari.emit_event("StasisEnd", **in_stasis(channel))
        self._hang_up(channel)

    def _new_channel(self) -> dict[str, str]:
        number = next(self._numbers)
        channel = {"Channel": f"PJSIP/200-{number:08x}", "Uniqueid": f"1795431900.{number}"}
        self._ami.emit_event("Newchannel", **channel, ChannelState=4)
        self._ami.emit_event("Newstate", **channel, ChannelState=6)
        return channel

    def _hang_up(self, channel: dict[str, str]) -> None:
        self._ami.emit_event("Hangup", **channel, Cause=16)


def in_stasis(channel: dict[str, str]) -> dict[str, Any]:
    """Return how ARI's events say that *channel* is in the demo's application."""
    nobody = {"name": "", "number": ""}
    details = {
        "id": channel["Uniqueid"],
        "name": channel["Channel"],
        "state": "Up",
        "protocol_id": "",
        "caller": nobody,
        "connected": nobody,
        "accountcode": "",
        "dialplan": {"context": "stasis", "exten": "demo", "priority": 2, "app_name": "Stasis", "app_data": "demo"},
        "creationtime": "2026-11-23T07:28:02.046+0000",
        "language": "en",
    }
    return {"application": "demo", "channel": details}
