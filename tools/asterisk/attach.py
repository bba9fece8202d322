"""Use an Asterisk that runs already, described by environment variables."""

import ipaddress
import os
from collections.abc import Mapping
from pathlib import Path

from .errors import AttachError
from .instance import Asterisk, User
from .ports import Ports

__all__ = ["attach", "find"]

# Asterisk's customary ports; the last two are where a test listens.
_PORTS = {
    "ASTERISK_AMI_PORT": 5038,
    "ASTERISK_AMI_TLS_PORT": 5039,
    "ASTERISK_HTTP_PORT": 8088,
    "ASTERISK_HTTPS_PORT": 8089,
    "ASTERISK_SIP_PORT": 5060,
    "ASTERISK_AGI_PORT": 4573,
    "ASTERISK_WEBSOCKET_PORT": 8765,
}


def find(environ: Mapping[str, str] = os.environ) -> Asterisk:
    """Return an Asterisk to use: the one `ASTERISK_HOST` names, else a new one started from the cache.

    Use it as a context manager: `with find() as pbx:`.

    Raises:
        AttachError: `ASTERISK_HOST` is set, and it or another variable will not do.
        NotProvisionedError: there is none in the cache; the message says what to run.
        StartError: the one in the cache did not start.
    """
    return attach(environ) if environ.get("ASTERISK_HOST") else Asterisk.start(environ)


def attach(environ: Mapping[str, str] = os.environ) -> Asterisk:
    """Return the Asterisk that the environment variables describe, without connecting; the README lists them.

    Raises:
        AttachError: a variable is missing or wrong, or the host is not this machine and not allowed to be another.
    """
    host = environ.get("ASTERISK_HOST", "")
    if not host:
        raise AttachError("ASTERISK_HOST is not set")
    if not _is_loopback(host) and environ.get("ASTERISK_ALLOW_REMOTE") != "1":
        raise AttachError(
            f"ASTERISK_HOST={host} is not this machine; the tests place calls and send secrets in the clear. "
            "Set ASTERISK_ALLOW_REMOTE=1 if you mean it"
        )
    users = {"admin": _user(environ, "AMI")}
    if environ.get("ASTERISK_ARI_USERNAME"):
        users["ari"] = _user(environ, "ARI")
    ca_file = environ.get("ASTERISK_CA_FILE")
    ports = Ports(*(_port(environ, name, default) for name, default in _PORTS.items()))
    return Asterisk(host, ports, users, ca_file=Path(ca_file) if ca_file else None, version="unknown")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _user(environ: Mapping[str, str], protocol: str) -> User:
    name, secret = f"ASTERISK_{protocol}_USERNAME", f"ASTERISK_{protocol}_SECRET"
    for variable in (name, secret):
        if not environ.get(variable):
            raise AttachError(f"{variable} is not set")
    return User(environ[name], environ[secret])


def _port(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        raise AttachError(f"{name} must be a port number, not {text!r}")
    return int(text)
