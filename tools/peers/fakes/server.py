"""A listening socket with a thread for each connection; what is said there is the subclass's."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from typing import TYPE_CHECKING, Self

from tools.peers.outcome import eventually

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Link", "Server"]


class Link:
    """One connection, from the server's side; `received` is all that came."""

    def __init__(self, sock: socket.socket) -> None:
        self.socket = sock
        self.received = b""
        self.ended = False
        self._lock = threading.Lock()

    def write(self, data: bytes) -> None:
        """Send *data*, in the order of the calls; a connection that is gone is not the case's problem."""
        with self._lock, contextlib.suppress(OSError):
            self.socket.sendall(data)

    def close(self) -> None:
        """Say that nothing more will come (FIN) and hear nothing more."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()

    def reset(self) -> None:
        """Break the connection (RST)."""
        with contextlib.suppress(OSError):
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


class Server:
    """Listens on a loopback port, and on the same one when it is started again."""

    def __init__(self) -> None:
        self.port = 0
        self.links: list[Link] = []
        self.accepted_at: list[float] = []
        self._listener: socket.socket | None = None
        self.on_connect: Callable[[Link], None] = self.greet

    def greet(self, link: Link) -> None:
        """Say what a server says first."""

    def hear(self, link: Link) -> None:
        """Look at `link.received`, which has grown."""

    def start(self) -> None:
        """Listen."""
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=512)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=[self._listener], daemon=True).start()

    def stop(self) -> None:
        """Refuse and cut all connections."""
        if self._listener is not None:
            # Closing alone leaves a thread in accept().
            with contextlib.suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        self.drop()

    def drop(self) -> None:
        """Cut all connections and go on listening."""
        for link in self.links:
            if not link.ended:
                link.close()

    def emit(self, data: bytes) -> None:
        """Write *data* to all connections."""
        for link in self.links:
            if not link.ended:
                link.write(data)

    @property
    def received(self) -> bytes:
        """All that came, connection by connection."""
        return b"".join(link.received for link in self.links)

    def got(self, data: bytes, count: int = 1, seconds: float = 3.0) -> bool:
        """Return whether *data* came so often within so many *seconds*."""
        return eventually(lambda: self.received.count(data) >= count, seconds)

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            self.accepted_at.append(time.monotonic())
            link = Link(sock)
            self.links.append(link)
            threading.Thread(target=self._serve, args=[link], daemon=True).start()

    def _serve(self, link: Link) -> None:
        self.on_connect(link)
        with contextlib.suppress(OSError):
            while data := link.socket.recv(65_536):
                link.received += data
                self.hear(link)
        link.ended = True
        link.socket.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
