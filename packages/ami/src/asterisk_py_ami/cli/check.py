"""``check``: what stands between this machine and an AMI login, step by step, and what the login may do."""

from __future__ import annotations

import asyncio
import re
import ssl
from typing import TYPE_CHECKING, Final

from asterisk_py_ami.errors import LoginInUseError
from asterisk_py_core.errors import (
    AsteriskError,
    ChallengeFailedError,
    ConnectFailedError,
    ConnectTimeoutError,
    DnsError,
    LoginRejectedError,
    TlsError,
    UnsupportedVersionError,
)

from .exits import Exit, exit_for
from .output import printable

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from asterisk_py_ami.connection import AmiConnection
    from asterisk_py_ami.protocol.message import AmiEvent, Response
    from asterisk_py_ami.protocol.session import AmiSession

    from .access import Access
    from .output import Output, Terminal

__all__ = ["check"]

_HINTS: Final[tuple[tuple[type[AsteriskError], str], ...]] = (
    (DnsError, "is the name spelled right?"),
    (ConnectTimeoutError, "a firewall may drop the packets, or nothing has this address"),
    (UnsupportedVersionError, "this port is not AMI"),
    (ConnectFailedError, "does Asterisk run, and does manager.conf say enabled = yes, and this bindaddr and port?"),
    (LoginInUseError, "manager.conf says allowmultiplelogin = no, and the user is logged in elsewhere"),
    (LoginRejectedError, "Asterisk says the same of a wrong secret, an unknown user and an address it denies (ACL)"),
    (ChallengeFailedError, "--login plain needs no challenge; use it over TLS only"),
)
_TRUST: Final = "--ca-file names the authority to trust; --host has to be the name or address in the certificate"
_NO_TLS: Final = "does manager.conf say tlsenable = yes, and is this the port of tlsbindaddr (5039 by default)?"
_NO_BANNER: Final = "a TLS port says nothing without --tls; others close at once at authlimit or for a denied address"


async def check(_args: argparse.Namespace, access: Access, terminal: Terminal) -> Exit:
    """Print a line for each step, down to the first that fails, and return the exit code of that."""
    report = _Report(terminal.out)
    # Not all events, which may be many: FullyBooted is a `system` one, and comes with the login.
    session = access.session(events="system")
    agreed = _watch_handshake(access.ssl)
    events: list[AmiEvent] = []
    failed = "reachable"
    try:
        async with access.connection(session) as connection:
            connection.deliver_to(events.extend)
            await _report_steps(report, access, session, agreed, until="")
            failed = "ping"
            await _report_ping(report, connection, access)
            failed = "asterisk"
            await _report_privileges(report, connection, access, events)
    except AsteriskError as error:
        if failed == "reachable":
            failed = _failed_step(error, session)
            await _report_steps(report, access, session, agreed, until=failed)
        await report.line("FAIL", failed, str(error), _hint(error, failed))
        return exit_for(error)
    return Exit.DONE


class _Report:
    """Prints the lines: OK, FAIL, or - for what was not asked for or cannot be known."""

    _STYLES: Final = {"OK": "green", "FAIL": "red", "-": "dim"}

    def __init__(self, out: Output) -> None:
        self._out = out

    async def line(self, mark: str, step: str, text: str, hint: str = "") -> None:
        """Print the outcome of *step*, with a *hint* below it if there is one."""
        lines = [f"{self._out.paint(f'{mark:<4}', self._STYLES[mark])}  {step:<9}  {printable(text)}\n"]
        if hint:
            lines.append(f"{'':<4}  {'':<9}  {self._out.paint(hint, 'dim')}\n")
        await self._out.write("".join(lines))


# --- up to the login -------------------------------------------------------------------------------------------------


def _watch_handshake(context: ssl.SSLContext | None) -> list[str]:
    """Return a list that will hold what the TLS handshake agrees on, even if the login fails later."""
    agreed: list[str] = []
    if context is None:
        return agreed

    class Watched(ssl.SSLObject):
        def do_handshake(self) -> None:
            super().do_handshake()
            cipher = self.cipher()
            agreed.append(f"{self.version()}, {cipher[0] if cipher else 'no cipher'}")

    context.sslobject_class = Watched
    return agreed


def _failed_step(error: AsteriskError, session: AmiSession) -> str:
    if isinstance(error, TlsError):
        return "tls"
    if isinstance(error, ConnectFailedError | ConnectTimeoutError):
        return "reachable"
    return "login" if session.version else "banner"


async def _report_steps(report: _Report, access: Access, session: AmiSession, agreed: list[str], *, until: str) -> None:
    """Report the steps before the step *until* as done; all of them if it is empty."""
    if until == "reachable":
        return
    await report.line("OK", "reachable", access.address)
    if until == "tls":
        return
    if access.ssl is None:
        await report.line("-", "tls", "not asked for (--tls): all but an MD5 secret can be read on the way")
    else:
        await report.line("OK", "tls", f"{', '.join(agreed)}; the certificate is trusted for {access.host}")
    if until == "banner":
        return
    await report.line("OK", "banner", f"AMI {'.'.join(map(str, session.version))}")
    if not until:
        await report.line("OK", "login", f"as {access.credentials.username}, by {access.login}")


def _hint(error: AsteriskError, step: str) -> str:
    if isinstance(error, TlsError):
        return _TRUST if error.certificate else _NO_TLS
    known = next((hint for kind, hint in _HINTS if isinstance(error, kind)), "")
    return known or (_NO_BANNER if step == "banner" else "")


# --- what the login may do -------------------------------------------------------------------------------------------


async def _report_ping(report: _Report, connection: AmiConnection, access: Access) -> None:
    loop = asyncio.get_running_loop()
    started = loop.time()
    await connection.request("Ping", timeout=access.timeout)
    await report.line("OK", "ping", f"answered in {(loop.time() - started) * 1000:.2f} ms")


async def _report_privileges(
    report: _Report, connection: AmiConnection, access: Access, events: Iterable[AmiEvent]
) -> None:
    core = await connection.request("CoreSettings", timeout=access.timeout)
    version = core.get("AsteriskVersion")
    if core.is_success and version is not None:
        await report.line("OK", "asterisk", version)
    else:
        await report.line("-", "asterisk", f"CoreSettings: {core.message}", "it needs write = system or reporting")
    user = await _show_user(connection, access)
    if (read := _permissions(user, "read")) is not None:
        await report.line("OK" if read else "-", "read", read or "nothing: no events", "" if read else _IN_CONF)
    else:
        seen = ", ".join(event.name for event in events)
        known = f"system, at least ({seen} came)" if seen else "not known"
        await report.line("OK" if seen else "-", "read", known, "all of it is told to users with write = command")
    commands = await connection.request("ListCommands", timeout=access.timeout)
    write = _permissions(user, "write") or ",".join(_write_classes(commands))
    await report.line(
        "OK" if write else "-", "write", write or "nothing that needs a privilege", "" if write else _IN_CONF
    )


_IN_CONF: Final = "the classes are those of read = and write = in manager.conf"
# One word of Asterisk's command line, in which quotes and backslashes mean something else.
_PLAIN_NAME: Final = re.compile(r"[\w.@-]+")
_PRIVILEGE: Final = re.compile(r".*\(Priv: ([a-z]+),all\)")


async def _show_user(connection: AmiConnection, access: Access) -> Response | None:
    name = access.credentials.username
    if not _PLAIN_NAME.fullmatch(name):
        return None
    response = await connection.request("Command", {"Command": f"manager show user {name}"}, timeout=access.timeout)
    return response if response.is_success else None


def _permissions(user: Response | None, kind: str) -> str | None:
    """Return the classes after ``read perm:`` or ``write perm:``; None if they are not told."""
    for line in [] if user is None else user.output:
        name, colon, value = line.partition(":")
        if colon and name.strip() == f"{kind} perm":
            return "" if value.strip() == "<none>" else value.strip()
    return None


def _write_classes(commands: Response) -> list[str]:
    """Return the classes the user has for sure: ListCommands names what he may do, and which classes allow it.

    An action that one class alone allows proves that class (main/manager.c, action_listcommands).
    """
    proofs = [_PRIVILEGE.fullmatch(value) for _, value in commands]
    return list(dict.fromkeys(proof[1] for proof in proofs if proof))
