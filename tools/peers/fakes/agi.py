"""Asterisk's side of a FastAGI call: connects, says what it is told to, and hears the commands."""

import contextlib
import socket
import time
from typing import Final, Self

__all__ = ["ENVIRONMENT", "AgiConnection"]

# As Asterisk 22 sends it; the blank line that ends it is left to the case.
ENVIRONMENT: Final = (
    b"agi_network: yes\nagi_network_script: test\nagi_request: agi://127.0.0.1:4573/test\n"
    b"agi_channel: Local/200@default-0000002a;2\nagi_language: en\nagi_type: Local\nagi_uniqueid: 1795418684.85\n"
    b"agi_version: 22.10.1\nagi_callerid: 55\nagi_calleridname: Ann\nagi_callingpres: 0\nagi_callingani2: 0\n"
    b"agi_callington: 0\nagi_callingtns: 0\nagi_dnid: unknown\nagi_rdnis: unknown\nagi_context: default\n"
    b"agi_extension: 200\nagi_priority: 2\nagi_enhanced: 0.0\nagi_accountcode: ac\nagi_threadid: 139664741185216\n"
)


class AgiConnection:
    """One call. `commands` are the lines heard so far."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=5.0)
        self._buffer = b""
        self.commands: list[bytes] = []

    def write(self, data: bytes) -> bool:
        """Send *data*; returns whether the connection still stands, even if nobody reads."""
        try:
            self.socket.sendall(data)
        except TimeoutError:
            return True
        except OSError:
            return False
        return True

    def write_slowly(self, data: bytes) -> None:
        """Send *data*, each byte in a segment of its own."""
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in data:
            self.write(bytes([byte]))
            time.sleep(0.0005)

    def command(self, seconds: float = 3.0) -> bytes | None:
        """Return the next command, without its line end; None if there is none in so many *seconds*."""
        deadline = time.monotonic() + seconds
        while b"\n" not in self._buffer:
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            self.socket.settimeout(left)
            try:
                data = self.socket.recv(65_536)
            except OSError:
                return None
            if not data:
                return None
            self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\n")
        self.commands.append(line)
        return line

    def closed(self, seconds: float = 3.0) -> bool:
        """Return whether the other side closes within so many *seconds*; commands that come first can still be read."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self.socket.settimeout(left)
            try:
                data = self.socket.recv(65_536)
                if not data:
                    return True
                self._buffer += data
            except TimeoutError:
                return False
            except OSError:
                return True
        return False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self.socket.close()
