"""aiohttp's exceptions become ours here, and none of them goes any further.

They are never chained to ours: they and the frames they passed hold the request with its Authorization header.
"""

from __future__ import annotations

import os
import re
from ssl import SSLCertVerificationError, SSLError

import aiohttp

from asterisk_py_core.errors import (
    AsteriskError,
    ConnectFailedError,
    ConnectionClosedError,
    DnsError,
    FrameTooLargeError,
    MalformedFrameError,
    TlsError,
    UnsupportedVersionError,
)
from asterisk_py_core.stream import reason

__all__ = ["connect_failure", "lost", "silence", "socket_failure"]

_QUOTED = re.compile(r"b(['\"])(.*)\1")


def connect_failure(error: Exception, address: str) -> AsteriskError | None:
    """Return the error for what kept a connection to *address* from being made; None if it was made."""
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return DnsError(address=address, cause=reason(error.os_error))
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return TlsError(address=address, cause=reason(error.certificate_error), certificate=True)
    if isinstance(error, aiohttp.ClientConnectorError):
        cause = error.os_error
        if isinstance(error, aiohttp.ClientSSLError) or isinstance(cause, SSLError):
            certificate = isinstance(cause, SSLCertVerificationError)
            return TlsError(address=address, cause=reason(cause), certificate=certificate)
        failure = ConnectFailedError(address=address, cause=reason(cause))
        # Without its traceback, whose frames are aiohttp's.
        failure.__cause__ = OSError(*cause.args[:2])
        return failure
    return None


def lost(error: Exception, address: str) -> AsteriskError:
    """Return the error for what ended a connection to *address* that stood."""
    if isinstance(error, aiohttp.ClientResponseError):
        # aiohttp's word for an answer that is no HTTP; it quotes what came, as bytes.
        quoted = _QUOTED.search(error.message)
        return UnsupportedVersionError(address=address, banner=(quoted[2] if quoted else error.message)[:100])
    text = "the peer closed the connection"
    if isinstance(error, aiohttp.ClientPayloadError):
        text = "the peer closed the connection in the middle of an answer"
    elif isinstance(error, OSError) and error.errno is not None:
        text = os.strerror(error.errno)
    return ConnectionClosedError(address=address, reason=text)


def silence(address: str, seconds: float) -> AsteriskError:
    """Return the error for a WebSocket to *address* by which nothing came for so many *seconds*."""
    text = f"no frame for {seconds:g} s, not even an answer to a ping"
    return ConnectionClosedError(address=address, reason=text)


def socket_failure(error: object, address: str, *, frame_limit: int) -> AsteriskError:
    """Return the error for what aiohttp found wrong with a WebSocket to *address*."""
    if isinstance(error, aiohttp.WebSocketError):
        if error.code == aiohttp.WSCloseCode.MESSAGE_TOO_BIG:
            return FrameTooLargeError(what=f"a WebSocket frame from {address}", limit=frame_limit)
        return MalformedFrameError(f"{address} sent what is no WebSocket frame: {error}")
    return lost(error, address) if isinstance(error, Exception) else ConnectionClosedError(address=address)
