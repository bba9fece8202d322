"""Connecting over TCP and TLS under one deadline; every way it can fail has one error."""

import asyncio
import builtins
import contextlib
import ipaddress
import socket
from collections.abc import Callable
from itertools import zip_longest
from ssl import SSLCertVerificationError, SSLContext, create_default_context
from typing import Any

from .checks import check_timeout, shown
from .errors import (
    AsteriskError,
    ConnectFailedError,
    ConnectTimeoutError,
    DnsError,
    InputError,
    TlsError,
)
from .stream import Stream, format_address, reason, set_options

__all__ = ["AddressInfo", "addresses", "check_target", "cut_off", "is_loopback", "open_stream", "tls_context"]

# RFC 8305 section 5: the wait before the next address is tried beside the ones under way.
_HEAD_START = 0.25

AddressInfo = tuple[int, int, int, str, Any]


async def open_stream(
    host: str,
    port: int,
    *,
    ssl: SSLContext | bool | None = None,
    timeout: float,
    on_data: Callable[[bytes], object],
    on_closed: Callable[[AsteriskError | None], object],
) -> Stream:
    """Connect to *host* and *port*, over TLS if *ssl* is true or a context, all within *timeout* seconds.

    ``ssl=True`` means ``ssl.create_default_context()``. The addresses of a name are tried side by side (RFC 8305). The
    callbacks are those of :class:`Stream`; none is called unless the stream is returned, and none before the caller has
    it in hand. Cancelling leaves nothing open.

    Raises:
        InputError: an argument is unusable; nothing was opened.
        DnsError: the name has no address.
        ConnectFailedError: no address accepts the connection.
        TlsError: the handshake failed; ``certificate`` says whether the peer's certificate was not trusted.
        ConnectTimeoutError: *timeout* seconds have passed.
    """
    check_target(host, port)
    check_timeout("timeout", timeout)
    context = tls_context(ssl)
    address = format_address(host, port)
    handed_over = False
    lost_before: AsteriskError | None = None

    def report(error: AsteriskError | None) -> None:
        nonlocal lost_before
        if handed_over:
            on_closed(error)
        else:
            lost_before = error

    stream = Stream(on_data=on_data, on_closed=report, on_connected=Stream.pause_reading, address=address)
    try:
        async with asyncio.timeout(timeout):
            sock = await _connect(host, port, address)
            await _start(stream, sock, host, context)
    except builtins.TimeoutError:
        raise ConnectTimeoutError(address=address, timeout=timeout) from None
    if lost_before is not None:
        raise ConnectFailedError(address=address, cause=lost_before)
    handed_over = True
    stream.resume_reading()
    return stream


def check_target(host: object, port: object, *, lowest_port: int = 1) -> None:
    """Refuse what cannot be connected to, or listened on.

    Raises:
        InputError: *host* is no bare name or IP address, or *port* is no int from *lowest_port* to 65535.
    """
    if not isinstance(host, str) or not host:
        raise InputError(field="host", problem="must be a name or an IP address")
    # The value is not repeated: what looks like `user:secret@host` is somebody's secret.
    if any(char in "@/[]\\" or char <= " " or char == "\x7f" for char in host):
        raise InputError(
            field="host", problem="must be a bare name or IP address, without scheme, user, path or brackets"
        )
    if ":" in host and not _is_ipv6(host):
        raise InputError(field="host", problem="must not hold a port: it is an argument of its own")
    if type(port) is not int or not lowest_port <= port <= 65_535:
        raise InputError(field="port", problem=f"must be an int from {lowest_port} to 65535, not {shown(port)}")


def is_loopback(host: str) -> bool:
    """Whether who listens on *host* is reached from this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_ipv6(host: str) -> bool:
    try:
        ipaddress.IPv6Address(host)
    except ValueError:
        return False
    return True


def tls_context(ssl: object) -> SSLContext | None:
    """Return the context that *ssl* stands for: itself, a verifying default for True, None for False and None.

    Raises:
        InputError: it is anything else.
    """
    if ssl is None or ssl is False:
        return None
    if ssl is True:
        return create_default_context()
    if isinstance(ssl, SSLContext):
        return ssl
    raise InputError(field="ssl", problem=f"must be an SSLContext, a bool or None, not {type(ssl).__name__}")


async def _connect(host: str, port: int, address: str) -> socket.socket:
    """Return a connected socket; all failures are ours."""
    candidates = await addresses(host, port, address)
    try:
        sock = await _first_to_connect(candidates)
    except OSError as error:
        raise ConnectFailedError(address=address, cause=reason(error)) from error
    set_options(sock)
    return sock


async def addresses(host: str, port: int, address: str) -> list[AddressInfo]:
    """Return the addresses of *host*; all failures are ours, with *address* in them."""
    try:
        return await _resolve(host, port)
    except UnicodeError as error:
        raise InputError(field="host", problem="is no valid host name") from error
    except OSError as error:
        raise DnsError(address=address, cause=reason(error)) from error


async def _resolve(host: str, port: int) -> list[AddressInfo]:
    """Return the addresses of *host*, families alternating so that one dead family costs one attempt."""
    try:
        # An IP address needs no resolver, and so no thread.
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except socket.gaierror:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    if not found:
        raise OSError("the name has no address")
    families: dict[int, list[AddressInfo]] = {}
    for info in found:
        families.setdefault(info[0], []).append(info)
    return [info for row in zip_longest(*families.values()) for info in row if info is not None]


async def _first_to_connect(candidates: list[AddressInfo]) -> socket.socket:
    """Return the first socket that connects; each address gets a head start over the next (RFC 8305)."""
    attempts: list[asyncio.Task[socket.socket]] = []
    winner: asyncio.Task[socket.socket] | None = None
    try:
        for number, candidate in enumerate(candidates, start=1):
            attempts.append(asyncio.create_task(_connect_one(candidate)))
            last = number == len(candidates)
            while running := [attempt for attempt in attempts if not attempt.done()]:
                await asyncio.wait(running, timeout=None if last else _HEAD_START, return_when=asyncio.FIRST_COMPLETED)
                winner = next((attempt for attempt in attempts if _has_socket(attempt)), None)
                if winner is not None:
                    return winner.result()
                if not last:
                    break
        raise _combined([error for attempt in attempts if (error := attempt.exception())])
    finally:
        for attempt in attempts:
            if attempt is not winner:
                attempt.cancel()  # One under way closes its socket in the next turn of the loop.
                if _has_socket(attempt):
                    attempt.result().close()


def _has_socket(attempt: asyncio.Task[socket.socket]) -> bool:
    return attempt.done() and not attempt.cancelled() and attempt.exception() is None


def _combined(errors: list[BaseException]) -> BaseException:
    reasons = list(dict.fromkeys(map(reason, errors)))
    if len(reasons) == 1:
        return errors[0]
    combined = OSError("; ".join(reasons))
    combined.__cause__ = errors[0]
    return combined


async def _connect_one(candidate: AddressInfo) -> socket.socket:
    family, kind, protocol, _name, address = candidate
    sock = socket.socket(family, kind, protocol)
    try:
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, address)
    except BaseException:
        sock.close()
        raise
    return sock


async def _start(stream: Stream, sock: socket.socket, host: str, context: SSLContext | None) -> None:
    """Put *stream* on *sock*, after the TLS handshake if there is a *context*; all failures are ours."""
    try:
        await asyncio.get_running_loop().create_connection(
            lambda: stream, sock=sock, ssl=context, server_hostname=host if context else None
        )
    except OSError as error:
        sock.close()
        if context is None:
            raise ConnectFailedError(address=stream.address, cause=reason(error)) from error
        certificate = isinstance(error, SSLCertVerificationError)
        raise TlsError(address=stream.address, cause=reason(error), certificate=certificate) from error
    except BaseException:
        cut_off(sock)
        raise


def cut_off(sock: socket.socket) -> None:
    """End a TLS handshake that was cancelled.

    asyncio says goodbye and gives the peer 30 s to answer. The transport owns the socket by then, so it is not ours to
    close; cut off, the transport closes it at once.
    """
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
