"""The calls that the demo itself handles: one handler over FastAGI, one over ARI, and both do the same."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

from asterisk_py_agi import AgiServer, AgiSession
from asterisk_py_ari import AriClient, AsteriskError, Resynchronized
from asterisk_py_ari.events import ChannelDtmfReceived, StasisEnd, StasisStart
from asterisk_py_ari.models import Channel

__all__ = ["agi_server", "answer_stasis_calls"]


def agi_server(port: int) -> AgiServer:
    """Return a server for *port* (0: a free one) that answers, beeps, and waits for a key."""
    server = AgiServer(port=port)

    @server.route("demo")
    async def demo(call: AgiSession) -> None:
        await call.answer()
        await call.stream_file("beep")
        key = await call.wait_for_digit()
        await call.set_variable("KEY", key or "")

    return server


@contextlib.asynccontextmanager
async def answer_stasis_calls(ari: AriClient, say: Callable[[str], object]) -> AsyncIterator[None]:
    """Handle what enters the application of *ari*, from now on until it is closed; *say* what goes wrong."""

    async def serve() -> None:
        async with asyncio.TaskGroup() as calls:
            async for event in starts:
                calls.create_task(handle(ari, event.channel, say))

    starts = ari.events(StasisStart)
    serving = asyncio.create_task(serve())
    try:
        yield
    finally:
        await ari.aclose()
        await serving


async def handle(ari: AriClient, channel: Channel, say: Callable[[str], object]) -> None:
    """Answer *channel*, beep, wait for a key, and hang up."""
    with ari.events(ChannelDtmfReceived, StasisEnd, Resynchronized) as events:
        try:
            await channel.answer()
            await channel.play("sound:beep")
            async for event in events:
                match event:
                    case ChannelDtmfReceived() if event.channel == channel:
                        await channel.hangup()
                        break
                    case StasisEnd() if event.channel == channel:
                        break
                    case Resynchronized() if channel.id in event.gone:  # It ended while the PBX was away.
                        break
        except AsteriskError as error:  # The caller, or the whole PBX, was gone first.
            say(f"│ {channel.name}  {error}")
