"""The WebSocket's sense of time, with aiohttp's own socket on a virtual clock and nothing behind it."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
from aiohttp import WSMessage, WSMsgType
from aiohttp._websocket.reader import WebSocketDataQueue

from asterisk_py_ari.protocol.envelope import FrameDecoder
from asterisk_py_ari.transport.websocket import EventSocket
from asterisk_py_core.errors import ClientClosedError, ConnectionClosedError
from tests.virtual_clock import on_virtual_clock


class Wire:
    """What a socket is made of, as far as time is concerned: what is sent is noted, what arrives is fed."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.sent: list[tuple[float, WSMsgType]] = []
        self.closed_at: list[float] = []
        protocol = SimpleNamespace(_reading_paused=False, resume_reading=lambda: None, pause_reading=lambda: None)
        self.queue = WebSocketDataQueue(cast("Any", protocol), 2**16, loop=loop)

        async def send_frame(_: bytes, kind: WSMsgType) -> None:
            self.sent.append((loop.time(), kind))

        async def close(*_: object) -> None:
            self.sent.append((loop.time(), WSMsgType.CLOSE))
            self.queue.feed_eof()

        self.socket: aiohttp.ClientWebSocketResponse[Any] = aiohttp.ClientWebSocketResponse(
            self.queue,
            cast("Any", SimpleNamespace(send_frame=send_frame, close=close)),
            None,
            cast("Any", SimpleNamespace(connection=None, close=lambda: self.closed_at.append(loop.time()))),
            aiohttp.ClientWSTimeout(),
            autoclose=True,
            autoping=False,
            loop=loop,
        )

    def arrive(self, kind: WSMsgType, data: bytes = b"") -> None:
        self.queue.feed_data(WSMessage(kind, data, None), len(data))

    def abort(self) -> None:
        self.closed_at.append(asyncio.get_running_loop().time())


def made(wire: Wire) -> EventSocket:
    return EventSocket(wire.socket, FrameDecoder(cast("Any", None)), address="pbx:8088", abort=wire.abort)


@on_virtual_clock
async def test_091_a_silent_socket_is_pinged_after_20_s_and_dead_after_30() -> None:
    wire = Wire()
    socket = made(wire)
    cause = await socket.wait_ended()
    assert asyncio.get_running_loop().time() == 30
    assert wire.sent == [(20, WSMsgType.PING)]
    assert wire.closed_at == [30]
    assert isinstance(cause, ConnectionClosedError)
    assert cause.reason == "no frame for 30 s, not even an answer to a ping"
    await socket.aclose(cause)


@on_virtual_clock
async def test_091_any_frame_keeps_it_alive() -> None:
    wire = Wire()
    socket = made(wire)
    loop = asyncio.get_running_loop()
    for when, kind in ((15, WSMsgType.TEXT), (44, WSMsgType.PONG), (73, WSMsgType.BINARY), (102, WSMsgType.PING)):
        loop.call_at(when, wire.arrive, kind, b"{}")
    await socket.wait_ended()
    assert loop.time() == 132
    pings = [when for when, kind in wire.sent if kind is WSMsgType.PING]
    assert pings == [35, 64, 93, 122]
    assert (102, WSMsgType.PONG) in wire.sent
    await socket.aclose(ClientClosedError(what="the test"))


@on_virtual_clock
async def test_time_in_which_nothing_could_be_heard_is_no_silence_of_the_peer() -> None:
    wire = Wire()
    socket = made(wire)
    loop = asyncio.get_running_loop()
    clock = loop._clock  # type: ignore[attr-defined]
    loop.call_at(1, setattr, clock, "now", 601.0)  # As on a host that was suspended.
    loop.call_at(605, wire.arrive, WSMsgType.PONG)
    await socket.wait_ended()
    pings = [when for when, kind in wire.sent if kind is WSMsgType.PING]
    assert (pings, loop.time()) == ([601, 625], 635)
    await socket.aclose(ClientClosedError(what="the test"))


@on_virtual_clock
async def test_an_answer_that_could_not_be_read_in_time_is_no_silence_of_the_peer() -> None:
    wire = Wire()
    socket = made(wire)
    loop = asyncio.get_running_loop()
    clock = loop._clock  # type: ignore[attr-defined]
    loop.call_at(25, setattr, clock, "now", 625.0)  # Suspended, with a ping on its way.
    loop.call_at(29, wire.arrive, WSMsgType.PONG)  # The loop takes it in the turn in which it looks for silence.
    await socket.wait_ended()
    pings = [when for when, kind in wire.sent if kind is WSMsgType.PING]
    assert (pings, loop.time()) == ([20, 625, 645], 655)
    await socket.aclose(ClientClosedError(what="the test"))


@on_virtual_clock
async def test_what_became_of_the_socket_is_asked_with_a_ping_and_not_for_ever() -> None:
    wire = Wire()
    socket = made(wire)
    loop = asyncio.get_running_loop()
    await socket.settle()
    assert (loop.time(), wire.sent) == (1, [(0, WSMsgType.PING)])
    loop.call_at(1.5, wire.arrive, WSMsgType.PONG)
    await socket.settle()
    assert loop.time() == 1.5
    await socket.aclose(ClientClosedError(what="the test"))
    await socket.settle()
    assert loop.time() == 1.5


@on_virtual_clock
async def test_a_socket_whose_closing_is_cancelled_is_closed_all_the_same() -> None:
    wire = Wire()
    broken_off: list[bool] = []
    socket = EventSocket(
        wire.socket, FrameDecoder(cast("Any", None)), address="pbx:8088", abort=lambda: broken_off.append(True)
    )
    close, never = wire.socket.close, asyncio.Event()
    wire.socket.close = never.wait  # type: ignore[method-assign, assignment]  # A peer that answers nothing.
    closing = asyncio.create_task(socket.aclose(ClientClosedError(what="the test")))
    await asyncio.sleep(0.1)
    closing.cancel()
    await asyncio.wait([closing])
    await asyncio.sleep(0.1)
    assert broken_off == [True]
    await close()
    assert asyncio.all_tasks() == {asyncio.current_task()}
