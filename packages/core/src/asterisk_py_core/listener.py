"""Listening, plain or TLS: the sockets of one port, and a protocol for each connection that comes."""

import asyncio
import contextlib
import errno
import logging
import os
import socket
from collections.abc import Callable
from ssl import SSLContext
from typing import Any, NoReturn, Self

from .errors import ConnectionClosedError, ListenFailedError
from .net import AddressInfo, addresses, check_target, cut_off
from .stream import format_address, reason, set_options

__all__ = ["Listener"]

logger = logging.getLogger(__name__)

# Connections that the system keeps for us until they are accepted; it takes its own limit if that is lower.
_BACKLOG = 1024
# Out of file descriptors or memory: who connects waits in the backlog until a try some seconds later.
_EXHAUSTED = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
_EXHAUSTED_PAUSE = 1.0
# TLS handshakes at a time; who comes next waits in the backlog.
_HANDSHAKES = 64
_HANDSHAKE_TIMEOUT = 5.0
# So many connections are accepted before whatever else there is to do.
_AT_A_TIME = 64


class Listener:
    """The sockets that accept connections on one port, made by :meth:`open`; ``address`` is theirs as ``host:port``."""

    def __init__(self, sockets: list[socket.socket], host: str) -> None:
        self.port: int = sockets[0].getsockname()[1]
        self.address = format_address(host, self.port)
        self._sockets = sockets
        self._starting: set[asyncio.Task[None]] = set()
        self._accepted: set[socket.socket] = set()  # Those whose task has not begun.

    @classmethod
    async def open(cls, host: str, port: int) -> Self:
        """Listen on all addresses of *host*; *port* 0 takes a free one.

        Raises:
            InputError: an argument is unusable.
            DnsError: the name has no address.
            ListenFailedError: the port is taken, or the address is not this machine's.
        """
        check_target(host, port, lowest_port=0)
        address = format_address(host, port)
        found = await addresses(host, port, address)
        sockets: list[socket.socket] = []
        try:
            for info in found:
                # All of them on one port, also where the first has been given a free one.
                at = (info[4][0], sockets[0].getsockname()[1] if sockets else port, *info[4][2:])
                sockets.append(_listen(info, at))
        except OSError as error:
            for sock in sockets:
                sock.close()
            denied = isinstance(error, PermissionError)
            raise ListenFailedError(address=address, cause=reason(error), denied=denied) from error
        return cls(sockets, host)

    async def serve(
        self, make_protocol: Callable[[], asyncio.BaseProtocol], *, ssl: SSLContext | None = None
    ) -> NoReturn:
        """Accept connections, each with a protocol (a :class:`Stream`) of its own, until a socket fails.

        With *ssl* they are TLS; a handshake that is not done in 5 s ends, and hears of it nobody but the peer.

        Raises:
            ConnectionClosedError: no connection can be accepted any more.
        """
        accepting = [asyncio.create_task(self._accept(sock, make_protocol, ssl)) for sock in self._sockets]
        try:
            done, _ = await asyncio.wait(accepting, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            await self._stop(accepting, ssl)
            raise
        await self._stop(accepting, ssl)
        raise ConnectionClosedError(address=self.address, reason=done.pop().result())

    def close(self) -> None:
        """Accept nothing any more; the connections that were accepted live on."""
        for sock in self._sockets:
            sock.close()

    async def _stop(self, accepting: list[asyncio.Task[str]], ssl: SSLContext | None) -> None:
        # Who was accepted is served, a few turns of the loop from now; a handshake may take its peer seconds.
        for task in accepting if ssl is None else [*accepting, *self._starting]:
            task.cancel()
        await asyncio.wait([*accepting, *self._starting])
        while self._accepted:
            self._accepted.pop().close()

    async def _accept(
        self, sock: socket.socket, make_protocol: Callable[[], asyncio.BaseProtocol], ssl: SSLContext | None
    ) -> str:
        """Accept until that fails, and return why."""
        loop = asyncio.get_running_loop()
        with _Incoming(sock) as incoming:
            while True:
                try:
                    connection = await incoming.next()
                except ConnectionAbortedError:
                    continue
                except OSError as error:
                    if error.errno not in _EXHAUSTED:
                        return f"the listening socket failed: {reason(error)}"
                    logger.warning("%s accepts nothing for %g s: %s", self.address, _EXHAUSTED_PAUSE, reason(error))
                    await incoming.pause(_EXHAUSTED_PAUSE)
                    continue
                # Beside the others: a transport is ready some turns of the loop later, and a peer may take its time
                # over a handshake.
                self._accepted.add(connection)
                task = loop.create_task(self._begin(connection, make_protocol, ssl))
                self._starting.add(task)
                task.add_done_callback(self._starting.discard)
                if ssl is not None and len(self._starting) >= _HANDSHAKES:
                    await asyncio.wait(self._starting, return_when=asyncio.FIRST_COMPLETED)

    async def _begin(
        self, connection: socket.socket, make_protocol: Callable[[], asyncio.BaseProtocol], ssl: SSLContext | None
    ) -> None:
        self._accepted.discard(connection)
        timeout = None if ssl is None else _HANDSHAKE_TIMEOUT
        try:
            await asyncio.get_running_loop().connect_accepted_socket(
                make_protocol, connection, ssl=ssl, ssl_handshake_timeout=timeout
            )
        except OSError:
            pass  # The peer was gone before it was looked at, or does not speak TLS.
        except BaseException:
            cut_off(connection)
            raise


class _Incoming:
    """The connections that come to one listening socket.

    The loop watches the socket all the time: ``sock_accept`` begins to watch it for each connection, which is a quarter
    of what a short call costs. Windows' own loop cannot watch sockets, and accepts by itself.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._loop = asyncio.get_running_loop()
        self._readable = asyncio.Event()
        self._in_a_row = 0

    def __enter__(self) -> Self:
        self._watches = self._watch()
        return self

    def __exit__(self, *_: object) -> None:
        if self._watches:
            with contextlib.suppress(RuntimeError):  # The loop is closed, and watches nothing any more.
                self._loop.remove_reader(self._sock)

    async def next(self) -> socket.socket:
        """Return the next connection; raises the OSError of accepting it."""
        self._in_a_row += 1
        if self._in_a_row > _AT_A_TIME:
            self._in_a_row = 0
            await asyncio.sleep(0)
        if not self._watches:
            return (await self._loop.sock_accept(self._sock))[0]
        while True:
            try:
                connection, _ = self._sock.accept()
            except BlockingIOError:
                self._in_a_row = 0
                self._readable.clear()
                await self._readable.wait()
            else:
                connection.setblocking(False)
                return connection

    async def pause(self, seconds: float) -> None:
        """Do nothing for so long, however many are waiting."""
        if self._watches:
            self._loop.remove_reader(self._sock)
        await asyncio.sleep(seconds)
        if self._watches:
            self._watch()

    def _watch(self) -> bool:
        try:
            self._loop.add_reader(self._sock, self._readable.set)
        except NotImplementedError:
            return False
        return True


def _listen(info: AddressInfo, address: Any) -> socket.socket:
    sock = socket.socket(*info[:3])
    try:
        # A restarted server need not wait until the connections of the last one are forgotten. On Windows it need not
        # anyway, and the option would take the port from a program that listens.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, os.name == "posix")
        if info[0] == socket.AF_INET6:
            # Its own family only: the other one is another address.
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        set_options(sock)  # The sockets of accepted connections inherit them.
        sock.setblocking(False)
        sock.bind(address)
        sock.listen(_BACKLOG)
    except BaseException:
        sock.close()
        raise
    return sock
