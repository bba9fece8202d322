"""Which TLS context is used, on either side of a connection."""

from __future__ import annotations

import ssl as tls
from typing import TYPE_CHECKING

from asterisk_py_core.errors import InputError
from asterisk_py_core.net import tls_context

if TYPE_CHECKING:
    from asterisk_py_ari.protocol.address import Address

__all__ = ["client_context", "server_context"]


def client_context(address: Address, ssl: object) -> tls.SSLContext | None:
    """Return the context for a connection to *address*: *ssl*, or for ``https`` one that verifies; None for ``http``.

    Raises:
        InputError: *ssl* is no context, or does not go with *address*.
    """
    if not address.is_tls:
        if ssl:
            raise InputError(field="ssl", problem="needs an address that begins with https://")
        return None
    if ssl is False:
        raise InputError(field="ssl", problem="is False, and the address begins with https://")
    return tls_context(True if ssl is None else ssl)


def server_context(ssl: object) -> tls.SSLContext | None:
    """Return *ssl*, a server's context, or None.

    Raises:
        InputError: it is anything else. Python finds out at each handshake that a context is for clients, and then
            nobody gets in and nobody is told.
    """
    if ssl is None:
        return None
    if not isinstance(ssl, tls.SSLContext) or ssl.protocol is tls.PROTOCOL_TLS_CLIENT:
        problem = "must be a server's SSLContext, like ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)"
        raise InputError(field="ssl", problem=problem)
    return ssl
