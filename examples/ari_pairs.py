"""Puts callers through, two by two. Who waits hears music; ``*`` plays a beep to both, ``#`` ends the call.

In extensions.conf ``exten => 600,1,Stasis(pairs)``, the password in ASTERISK_ARI_SECRET, and then
``python examples/ari_pairs.py http://127.0.0.1:8088 ari``.
"""

import asyncio
import contextlib
import os
import sys

from asterisk_py_ari import AriClient, Credentials, Resynchronized, StatusError
from asterisk_py_ari.events import ChannelDtmfReceived, StasisEnd, StasisStart
from asterisk_py_ari.models import Channel


async def talk(ari: AriClient, *pair: Channel) -> None:
    """Bridge *pair* until one of them hangs up or presses ``#``."""
    bridge = ari.bridge()  # Its id is chosen here, so nothing about it is missed.
    async with ari.events(ChannelDtmfReceived, StasisEnd, where=lambda event: any(map(event.concerns, pair))) as events:
        await bridge.create(type="mixing")
        try:
            await bridge.add_channel(pair)
            async for event in events:
                match event:
                    case ChannelDtmfReceived(digit="*"):
                        await bridge.play("sound:beep")
                    case ChannelDtmfReceived(digit="#") | StasisEnd():
                        break
        except StatusError as error:  # One of them hung up just then.
            print(error)
        finally:
            for each in (*(channel.hangup for channel in pair), bridge.destroy):
                with contextlib.suppress(StatusError):  # It may be gone already.
                    await each()


async def main(url: str, credentials: Credentials) -> None:
    """Serve callers until interrupted."""
    waiting: Channel | None = None
    async with AriClient(url, app="pairs", credentials=credentials) as ari, asyncio.TaskGroup() as calls:
        async for event in ari.events(StasisStart, StasisEnd, Resynchronized):
            match event:
                case Resynchronized() if waiting and waiting.id in event.gone:
                    waiting = None  # It hung up while Asterisk was away.
                case StasisEnd() if event.channel == waiting:
                    waiting = None
                case StasisStart() if waiting:
                    calls.create_task(talk(ari, waiting, event.channel))
                    waiting = None
                case StasisStart():
                    waiting = event.channel
                    with contextlib.suppress(StatusError):  # It may have hung up.
                        await waiting.start_moh()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main(sys.argv[1], Credentials(sys.argv[2], os.environ["ASTERISK_ARI_SECRET"])))
