"""A network in memory, for the virtual clock: streams of core on one side, any asyncio protocol on the other.

It does what sockets do as far as a protocol can see: bytes arrive in a later turn of the loop, in pieces; a peer that
does not read fills a buffer; an end is a FIN or a reset. Nothing in it waits by the wall clock.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast
from unittest import mock

from asterisk_py_core import net
from asterisk_py_core.errors import ConnectFailedError

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from asterisk_py_core.stream import Stream

__all__ = ["VirtualNetwork", "VirtualTransport"]

# What the kernel would hold for a peer that does not read, and what asyncio lets a protocol write beyond it.
_HELD = 256 * 1024
_HIGH_WATER = 64 * 1024


class VirtualTransport(asyncio.Transport):
    """One end of a connection."""

    def __init__(self, protocol: asyncio.BaseProtocol, piece: int) -> None:
        super().__init__({"peername": ("127.0.0.1", 5038), "socket": mock.Mock()})
        self._protocol = protocol
        self._loop = asyncio.get_running_loop()
        self._piece = piece
        self._peer: VirtualTransport
        self._incoming = bytearray()
        self._outgoing = bytearray()
        self._is_reading = True
        self._is_closing = False
        self._is_lost = False
        self._is_full = False
        self._peer_has_ended = False
        self._turn: asyncio.Handle | None = None

    @classmethod
    def pair(cls, one: asyncio.BaseProtocol, other: asyncio.BaseProtocol, *, piece: int) -> VirtualTransport:
        """Connect two protocols, which are told at once; returns the end of *one*."""
        left, right = cls(one, piece), cls(other, piece)
        left._peer, right._peer = right, left
        other.connection_made(right)
        one.connection_made(left)
        return left

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self._protocol = protocol

    def get_protocol(self) -> asyncio.BaseProtocol:
        return self._protocol

    def is_closing(self) -> bool:
        return self._is_closing

    def is_reading(self) -> bool:
        return self._is_reading

    def pause_reading(self) -> None:
        self._is_reading = False

    def resume_reading(self) -> None:
        self._is_reading = True
        self._run_soon()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if not self._is_closing:
            self._outgoing += data
            self._run_soon()
            if len(self._outgoing) > _HIGH_WATER and not self._is_full:
                self._is_full = True
                self._protocol.pause_writing()

    def close(self) -> None:
        if not self._is_closing:
            self._is_closing = True
            self._run_soon()

    def abort(self) -> None:
        """Reset the connection: what was not sent is lost, on both sides."""
        self._is_closing = True
        self._outgoing.clear()
        self._loop.call_soon(self._lose, None)
        self._loop.call_soon(self._peer._lose, ConnectionResetError(104, "Connection reset by peer"))

    def _run_soon(self) -> None:
        if self._turn is None and not self._is_lost:
            self._turn = self._loop.call_soon(self._run)

    def _run(self) -> None:
        """Do one turn's work: send a piece, deliver a piece, and go on if there is more."""
        self._turn = None
        if self._is_lost:
            return
        self._send()
        self._deliver()
        if self._is_closing and not self._outgoing:
            self._peer._peer_has_ended = True
            self._peer._run_soon()
            self._lose(None)

    def _send(self) -> None:
        room = _HELD - len(self._peer._incoming)
        if self._outgoing and room > 0:
            data = self._outgoing[: min(self._piece, room)]
            del self._outgoing[: len(data)]
            if not self._peer._is_lost:
                self._peer._incoming += data
                self._peer._run_soon()
            if self._outgoing:
                self._run_soon()
        if self._is_full and len(self._outgoing) <= _HIGH_WATER // 4:
            self._is_full = False
            self._protocol.resume_writing()

    def _deliver(self) -> None:
        if not self._is_reading or self._is_closing:
            return
        if self._incoming:
            data = bytes(self._incoming[: self._piece])
            del self._incoming[: len(data)]
            self._peer._run_soon()
            if self._incoming or self._peer_has_ended:
                self._run_soon()
            if isinstance(self._protocol, asyncio.BufferedProtocol):
                self._protocol.get_buffer(len(data))[: len(data)] = data  # type: ignore[index]
                self._protocol.buffer_updated(len(data))
            else:
                cast("asyncio.Protocol", self._protocol).data_received(data)
        elif self._peer_has_ended and not cast("asyncio.Protocol", self._protocol).eof_received():
            self.close()

    def _lose(self, error: Exception | None) -> None:
        if not self._is_lost:
            self._is_lost = self._is_closing = True
            self._protocol.connection_lost(error)


class VirtualNetwork:
    """Connects `open_stream` to what *accept* makes: one server protocol for each connection, None to refuse it.

    *piece* is how many bytes go in one turn of the loop, *latency* how many seconds a connection takes to be made.
    ``attempts`` are the loop times at which somebody tried.
    """

    def __init__(
        self, accept: Callable[[], asyncio.BaseProtocol | None], *, piece: int = 1 << 16, latency: float = 0.0
    ) -> None:
        self._accept = accept
        self._piece = piece
        self._latency = latency
        self.attempts: list[float] = []

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(net, "_connect", self._connect)
        monkeypatch.setattr(net, "_start", self._start)

    async def _connect(self, _host: str, _port: int, address: str) -> asyncio.BaseProtocol:
        self.attempts.append(asyncio.get_running_loop().time())
        await asyncio.sleep(self._latency)
        protocol = self._accept()
        if protocol is None:
            raise ConnectFailedError(address=address, cause="Connection refused")
        return protocol

    async def _start(self, stream: Stream, protocol: asyncio.BaseProtocol, _host: str, _context: object) -> None:
        transport = VirtualTransport.pair(stream, protocol, piece=self._piece)
        try:
            await asyncio.sleep(0)
        except asyncio.CancelledError:
            transport.abort()  # As the real one does, which cuts the socket off.
            raise
