"""A caller who knows the PIN is let in: AGI(agi://127.0.0.1/pin-check,1234), then GotoIf on ${PIN_OK}.

Run it on a port: python examples/pin_check.py 4573. SIGTERM or Ctrl-C stops listening, lets the calls that run end
within 30 seconds, and exits; a second Ctrl-C ends them at once.
"""

import asyncio
import signal
import sys

from asterisk_py_agi import AgiServer, AgiSession

server = AgiServer(port=int(sys.argv[1]), drain_timeout=30.0)


@server.route("pin-check")
async def pin_check(call: AgiSession) -> None:
    """Ask three times at most for the PIN that the dialplan gives."""
    await call.answer()
    for _ in range(3):
        keyed = await call.get_data("vm-password", timeout=5.0, max_digits=4)
        if (keyed.digits,) == call.request.args:
            await call.set_variable("PIN_OK", "yes")
            break
        await call.stream_file("vm-incorrect")


async def main() -> None:
    """Serve until told to stop."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with server:
        print(f"listening on {server.host}:{server.port}", flush=True)
        await stop.wait()
        signal.signal(signal.SIGINT, signal.default_int_handler)


asyncio.run(main())
