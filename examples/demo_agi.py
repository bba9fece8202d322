"""The AGI part of the demo: one call that this program answers, and what the server tells of it."""

import asyncio
from collections.abc import Awaitable, Callable

from asterisk_py_agi import AgiServer, AgiSession, SessionEnded, SessionFailed, SessionHungUp, SessionStarted

__all__ = ["answer_a_call"]


async def answer_a_call(port: int, place_call: Callable[[int], Awaitable[None]], say: Callable[[str], object]) -> None:
    """Serve on *port* (0: a free one), let *place_call* call the script ``pin`` there, and *say* what happens."""
    server = AgiServer(port=port)

    @server.route("pin")
    async def pin(call: AgiSession) -> None:
        await call.answer()
        keyed = await call.get_data("beep", timeout=1.0, max_digits=4)
        say(f"  │ {call.request.channel}  keyed {keyed.digits or 'nothing'}")
        await call.set_variable("PIN_OK", "yes" if keyed.digits == "1234" else "no")

    async with server, server.events(SessionStarted, SessionHungUp, SessionFailed, SessionEnded) as events:
        calling = asyncio.ensure_future(place_call(server.port))
        async for event in events:
            match event:
                case SessionStarted():
                    say(f"  ┌ {event.request.channel}  is in AGI, {event.request.url}")
                case SessionFailed():
                    say(f"  │ the handler failed: {event.error}")
                case SessionHungUp():
                    say("  │ the caller hung up")
                case SessionEnded():
                    say(f"  └ {event.request.channel}  goes on in the dialplan after {event.duration:.1f} s")
                    break
        await calling
