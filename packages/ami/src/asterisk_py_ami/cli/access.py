"""How to reach Asterisk and log in, from the options, the environment, a file or a question."""

from __future__ import annotations

import argparse
import getpass
import os
import stat
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ssl import SSLContext, create_default_context
from typing import TYPE_CHECKING, Final, NoReturn

from asterisk_py_ami.client import AmiClient
from asterisk_py_ami.connection import AmiConnection
from asterisk_py_ami.protocol.login import LoginMethod
from asterisk_py_ami.protocol.session import AmiSession
from asterisk_py_core.checks import check_timeout
from asterisk_py_core.credentials import Credentials
from asterisk_py_core.errors import ClientClosedError, InputError
from asterisk_py_core.net import check_target
from asterisk_py_core.stream import format_address, reason

from .output import PROGRAM

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

__all__ = ["UNSET", "Access", "add_options", "read_access"]

# The defaults of manager.conf's port and tlsbindaddr.
_PORT: Final = 5038
_TLS_PORT: Final = 5039

# AMI takes no longer line; more would be refused later.
_MAX_SECRET: Final = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Where Asterisk is, and who asks; *timeout* in seconds bounds connecting, the login and every answer."""

    host: str
    port: int
    credentials: Credentials
    ssl: SSLContext | None
    login: str
    timeout: float

    @property
    def address(self) -> str:
        """Where Asterisk is, as ``host:port``."""
        return format_address(self.host, self.port)

    def client(self) -> AmiClient:
        """Return a client that comes back by itself."""
        return AmiClient(
            self.host,
            self.port,
            credentials=self.credentials,
            ssl=self.ssl,
            login=self.login,
            timeout=self.timeout,
        )

    def session(self, *, events: str = "off") -> AmiSession:
        """Return a session for one connection, which wants the events of *events*."""
        return AmiSession(address=self.address, credentials=self.credentials, login=self.login, events=events)

    @asynccontextmanager
    async def connection(self, session: AmiSession | None = None) -> AsyncIterator[AmiConnection]:
        """Log in for as long as the block lasts, once: nothing is tried again."""
        connection = await AmiConnection.open(
            self.host, self.port, session or self.session(), ssl=self.ssl, timeout=self.timeout
        )
        try:
            yield connection
        finally:
            connection.log_off()
            await connection.aclose(ClientClosedError(what=PROGRAM))


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how to reach Asterisk and log in. What is not given is not set: see :data:`UNSET`."""
    group = parser.add_argument_group("connection", argument_default=argparse.SUPPRESS)
    group.add_argument("--host", help="default: ASTERISK_AMI_HOST, or 127.0.0.1")
    group.add_argument("--port", help=f"default: ASTERISK_AMI_PORT, or {_PORT}, with TLS {_TLS_PORT}")
    group.add_argument("--username", metavar="NAME", help="default: ASTERISK_AMI_USERNAME")
    group.add_argument(
        "--secret-file",
        metavar="FILE",
        help="its first line is the secret; - is standard input. Without it: ASTERISK_AMI_SECRET, or you are asked",
    )
    group.add_argument("--tls", action="store_true", help="encrypt, and verify the certificate")
    group.add_argument("--ca-file", metavar="FILE", help="the authority to verify it with, in PEM; implies --tls")
    group.add_argument(
        "--login", choices=[str(method) for method in LoginMethod], help="how the secret is proven (default: md5)"
    )
    group.add_argument("--timeout", metavar="SECONDS", help="for connecting, the login and an answer (default: 10)")
    group.add_argument("--secret", "--password", nargs="?", action=_Refused, help=argparse.SUPPRESS)


UNSET: Final = {
    "host": None,
    "port": None,
    "username": None,
    "secret_file": None,
    "tls": False,
    "ca_file": None,
    "login": LoginMethod.MD5,
    "timeout": "10",
}
"""What :func:`read_access` has to find for options that are not given; they may stand on both sides of the command."""


class _Refused(argparse.Action):
    """An option that other programs have, for a value that must not be here."""

    def __call__(self, *_: object) -> NoReturn:
        raise InputError(
            field="the secret",
            problem="must not be an argument, because every user of the machine sees those: "
            "set ASTERISK_AMI_SECRET, give --secret-file, or wait to be asked",
        )


def read_access(args: argparse.Namespace, environ: Mapping[str, str]) -> Access:
    """Return what *args* and *environ* say, asking for the secret if need be.

    Raises:
        InputError: an option or variable is unusable, or something is missing.
    """
    has_tls = args.tls or args.ca_file is not None
    host = args.host or environ.get("ASTERISK_AMI_HOST") or "127.0.0.1"
    port = _port(args.port or environ.get("ASTERISK_AMI_PORT") or str(_TLS_PORT if has_tls else _PORT))
    check_target(host, port)
    username = args.username or environ.get("ASTERISK_AMI_USERNAME")
    if not username:
        raise InputError(field="user name", problem="is missing: give --username, or set ASTERISK_AMI_USERNAME")
    timeout = check_timeout("--timeout", _seconds("--timeout", args.timeout))
    ssl = _tls_context(args.ca_file) if has_tls else None
    question = f"Secret of {username} on {format_address(host, port)}: "
    access = Access(
        host=host,
        port=port,
        credentials=Credentials(username, _secret(args.secret_file, environ, question)),
        ssl=ssl,
        login=args.login,
        timeout=timeout,
    )
    access.session()  # Made for what it refuses: credentials that fit no line.
    return access


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 5):
        raise InputError(field="port", problem=f"must be a number from 1 to 65535, not {text:.40}")
    return int(text)


def _seconds(field: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InputError(field=field, problem=f"must be a number of seconds, not {text!r}") from None


def _tls_context(ca_file: str | None) -> SSLContext:
    try:
        return create_default_context(cafile=ca_file)
    except OSError as error:
        raise InputError(field=f"CA file {ca_file}", problem=f"cannot be used: {reason(error)}") from error


def _secret(file: str | None, environ: Mapping[str, str], question: str) -> str:
    if file is not None:
        return _first_line(file)
    if secret := environ.get("ASTERISK_AMI_SECRET"):
        return secret
    if sys.stdin is None or not sys.stdin.isatty():
        raise InputError(
            field="secret",
            problem="is missing: set ASTERISK_AMI_SECRET, give --secret-file, or run on a terminal to be asked",
        )
    try:
        return getpass.getpass(question)
    except EOFError:
        raise InputError(field="secret", problem="was not given") from None


def _first_line(file: str) -> str:
    """Return the secret in *file*; what else is in there (as password managers print it) is not looked at."""
    try:
        with open(0 if file == "-" else file, "rb", closefd=file != "-") as opened:
            _check_mode(file, os.fstat(opened.fileno()).st_mode)
            line = opened.readline(_MAX_SECRET)
    except OSError as error:
        raise InputError(field=f"secret file {file}", problem=f"cannot be read: {reason(error)}") from error
    secret = line.decode("utf-8", "surrogateescape").removesuffix("\n").removesuffix("\r")
    if not secret:
        raise InputError(field=f"secret file {file}", problem="has no first line")
    return secret


def _check_mode(file: str, mode: int) -> None:
    """Refuse a file that everybody may read; its group may, as is usual for Asterisk's own files."""
    if os.name == "posix" and stat.S_ISREG(mode) and mode & stat.S_IROTH:
        problem = "can be read by every user of this machine: chmod o= it, and consider the secret known"
        raise InputError(field=f"secret file {file}", problem=problem)
