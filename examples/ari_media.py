"""Talk to callers over media WebSockets: repeat what each says, and record it.

Asterisk connects to this program when a call reaches ``Dial(WebSocket/media/c(ulaw))``; README of asterisk-py-ari has
the section of websocket_client.conf. ``python -m examples.ari_media [PORT]``; pressing # hangs up, Ctrl-C ends it.
"""

import asyncio
import contextlib
import sys
from pathlib import Path

from asterisk_py_ari import AsteriskError, DtmfEnd, MediaConnection, MediaServer

FOLDER = Path("recordings")


async def talk(media: MediaConnection) -> None:
    """Echo the call until it ends, and keep its audio in a file named for the channel."""
    path = FOLDER / f"{media.start.channel_id.replace('/', '_')}.{media.start.format}"
    print(f"{media.start.channel}: recording {path}")
    try:
        async with media, asyncio.TaskGroup() as tasks:
            keys = tasks.create_task(watch_keys(media))
            with path.open("wb") as recording:
                async for frame in media:
                    recording.write(frame)
                    await media.send(frame)
            keys.cancel()
    except* AsteriskError as errors:
        print(f"{media.start.channel}: {errors.exceptions[0]}")
    else:
        print(f"{media.start.channel}: hung up")


async def watch_keys(media: MediaConnection) -> None:
    """Hang up when # is pressed."""
    async for key in media.events(DtmfEnd):
        print(f"{media.start.channel}: pressed {key.digit}")
        if key.digit == "#":
            await media.hangup()


async def main(port: int) -> None:
    """Take calls until interrupted."""
    async with MediaServer(port=port) as server, asyncio.TaskGroup() as calls:
        print(f"waiting for Asterisk on port {server.port}")
        async for media in server:
            calls.create_task(talk(media))


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 8765))
