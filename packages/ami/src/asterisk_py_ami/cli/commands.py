"""``tail``, ``ping`` and ``send``."""

from __future__ import annotations

import asyncio
import contextlib
import difflib
import functools
from typing import TYPE_CHECKING, Final

from asterisk_py_ami.errors import rejection
from asterisk_py_ami.protocol.codec import encode_action
from asterisk_py_ami.protocol.gathering import ListGathering
from asterisk_py_ami.protocol.message import EVENT_CLASSES, AmiEvent
from asterisk_py_core.errors import (
    EventsLostError,
    InputError,
    OutcomeUnknownError,
    ReadTimeoutError,
    RequestRejectedError,
)
from asterisk_py_core.reconnect import ConnectionStateChanged

from .exits import Exit
from .output import clock, message_object, pairs, printable, to_json
from .printer import Printer

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from asterisk_py_ami.client import AmiClient
    from asterisk_py_ami.connection import AmiConnection
    from asterisk_py_ami.protocol.message import Message, Response
    from asterisk_py_core.errors import AsteriskError
    from asterisk_py_core.event_bus import EventSubscription

    from .access import Access
    from .output import Output, Terminal

__all__ = ["ping", "send", "tail"]

# How many events wait for an output that is not read: some 60 MB. What is dropped then is counted and said.
_BACKLOG: Final = 100_000

# They say in every event what its name says, too.
_NOT_SHOWN: Final = frozenset({"event", "privilege"})


# --- tail ------------------------------------------------------------------------------------------------------------


async def tail(args: argparse.Namespace, access: Access, terminal: Terminal) -> Exit:
    """Print events as they come, through every loss of the connection."""
    render = _event_json if args.json else functools.partial(_event_line, out=terminal.out)
    printer: Printer[AmiEvent] = Printer(terminal, access.address, render, as_json=args.json)
    wanted = {name.lower() for name in args.event or ()}
    for name in args.event or ():
        if name.lower() not in EVENT_CLASSES:  # Modules of others may send it, so it is waited for.
            likely = difflib.get_close_matches(name.lower(), EVENT_CLASSES, n=1)
            hint = f": did you mean {EVENT_CLASSES[likely[0]].__name__}?" if likely else ""
            await terminal.notice(f"no event of Asterisk 22 is called {name}{hint}")
    left: int | None = args.count
    client = access.client()
    async with contextlib.aclosing(client), _subscription(client, wanted) as events:
        await client.connect()
        while left is None or left > 0:
            try:
                batch = await events.recv_batch()
            except EventsLostError as error:
                await printer.lost(error)
                continue
            await printer.show(_at_most(left, batch))
            left = None if left is None else left - sum(isinstance(item, AmiEvent) for item in batch)
    return Exit.DONE


def _at_most(
    count: int | None, batch: list[AmiEvent | ConnectionStateChanged]
) -> Iterator[AmiEvent | ConnectionStateChanged]:
    """Yield *batch* up to its event number *count*."""
    for item in batch:
        if count == 0:
            return
        yield item
        count = None if count is None else count - isinstance(item, AmiEvent)


def _subscription(client: AmiClient, wanted: set[str]) -> EventSubscription[AmiEvent | ConnectionStateChanged]:
    if not wanted:
        return client.events(capacity=_BACKLOG)
    return client.events(
        where=lambda event: isinstance(event, ConnectionStateChanged) or event.name.lower() in wanted, capacity=_BACKLOG
    )


def _event_json(event: AmiEvent) -> str:
    return to_json(message_object(event))


def _event_line(event: AmiEvent, out: Output) -> str:
    headers = pairs(header for header in event if header[0].lower() not in _NOT_SHOWN)
    return f"{out.paint(clock(), 'dim')} {out.paint(printable(event.name), 'bold')} {headers}\n"


# --- ping ------------------------------------------------------------------------------------------------------------


async def ping(args: argparse.Namespace, access: Access, terminal: Terminal) -> Exit:
    """Print how long Asterisk takes to answer."""
    loop = asyncio.get_running_loop()
    times: list[float] = []
    async with access.connection() as connection:
        while len(times) < args.count:
            if times:  # A loss ends this wait, and then fails the request.
                await connection.wait_ended(loop.time() + args.interval)
            started = loop.time()
            response = await connection.request("Ping", timeout=access.timeout)
            if not response.is_success:
                raise rejection("Ping", response)
            times.append((loop.time() - started) * 1000)
            await terminal.out.write(f"answer from {access.address} in {times[-1]:.2f} ms\n")
        if len(times) > 1:
            mean = sum(times) / len(times)
            spread = f"least {min(times):.2f} ms, mean {mean:.2f} ms, most {max(times):.2f} ms"
            await terminal.out.write(f"{len(times)} answers: {spread}\n")
    return Exit.DONE


# --- send ------------------------------------------------------------------------------------------------------------


async def send(args: argparse.Namespace, access: Access, terminal: Terminal) -> Exit:
    """Send one action and print its answer, whatever it says, and the list that follows it."""
    headers = [_header(text) for text in args.headers]
    encode_action(args.action, headers)  # Refuses what it must before there is a connection.
    arrived: asyncio.Queue[list[AmiEvent] | None] = asyncio.Queue()
    # Events are off, so that what arrives are the items of lists.
    async with access.connection() as connection:
        connection.deliver_to(arrived.put_nowait)
        response = await connection.request(args.action, headers, timeout=access.timeout)
        await _show([response], terminal.out, as_json=args.json)
        if not response.is_success:
            raise rejection(args.action, response)
        if response.get("EventList", "").lower() != "start":
            return Exit.DONE
        loop = asyncio.get_running_loop()
        end = asyncio.create_task(connection.wait_ended(loop.time() + access.timeout))
        end.add_done_callback(lambda _: arrived.put_nowait(None))
        try:
            whole = await _show_list(arrived, response, terminal.out, as_json=args.json)
        finally:
            end.cancel()
        if not whole:
            raise _why_cut(connection, access, args.action)
        return Exit.DONE


async def _show_list(
    arrived: asyncio.Queue[list[AmiEvent] | None], response: Response, out: Output, *, as_json: bool
) -> bool:
    """Print the items of the list that *response* announced; return whether it came to its end."""
    gathering = ListGathering()
    while (batch := await arrived.get()) is not None:
        # All of its ActionIDs, and not any EventList: channel data may have forged a header into an item.
        items = [item for item in batch if response.action_id in item.get_all("ActionID")]
        await _show(items, out, as_json=as_json)
        gathering.end = next((item for item in items if gathering.ends_with(item)), None)
        if gathering.is_cancelled:
            raise RequestRejectedError(request="the list", reason="Asterisk cancelled it")
        if gathering.end is not None:
            return True
    return False


def _why_cut(connection: AmiConnection, access: Access, action: str) -> AsteriskError:
    if connection.cause is None:
        return ReadTimeoutError(address=access.address, timeout=access.timeout, request=f"the list of {action}")
    return OutcomeUnknownError(address=access.address, reason=str(connection.cause), request=action)


async def _show(messages: Sequence[Message], out: Output, *, as_json: bool) -> None:
    if as_json:
        text = "".join(to_json(message_object(message)) for message in messages)
    else:
        text = "".join(_paragraph(message, out) for message in messages)
    if text:
        await out.write(text)


def _paragraph(message: Message, out: Output) -> str:
    lines = [f"{out.paint(printable(name) + ':', 'dim')} {printable(value)}\n" for name, value in message]
    return "".join([*lines, "\n"])


def _header(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        # Not repeated: it may hold anything.
        raise InputError(field="a header", problem="must be Header=value, with the name before the first =")
    return name, value
