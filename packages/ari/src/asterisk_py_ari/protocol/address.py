"""Where ARI is: the address a user gives, taken apart and checked."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Self
from urllib.parse import quote, urlsplit

from asterisk_py_core.checks import shown
from asterisk_py_core.errors import InputError

from .requests import Request, check_text

__all__ = ["Address", "application_names", "events_target"]

_PORTS = {"http": 80, "https": 443}
# Asterisk makes a dialplan context `stasis-NAME` of it, and those have 80 bytes with their end; a longer name is
# answered with 500 (res/stasis/app.c; seen on 22.10.1).
MAX_APPLICATION_NAME = 73


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A web server and the path below which its ARI lies."""

    is_tls: bool
    host: str
    port: int
    prefix: str = ""
    """``prefix`` of http.conf, without ``/ari``; empty, or beginning with a slash."""

    @classmethod
    def parse(cls, url: object) -> Self:
        """Take *url* apart: ``http://127.0.0.1:8088``, with or without ``/ari`` at its end.

        Raises:
            InputError: it is no address of a web server, or holds a user, a password or a query. Those would end up in
                logs and process lists, so they are refused rather than moved elsewhere, and not repeated in the error.
        """
        if not isinstance(url, str):
            raise InputError(field="url", problem=f"must be text, not {type(url).__name__}")
        if "@" in url or "?" in url or "api_key" in url.lower():
            raise InputError(
                field="url", problem="must hold no user, password or query: pass credentials=Credentials(user, secret)"
            )
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            raise InputError(field="url", problem="is no valid address; it is like http://127.0.0.1:8088") from None
        if parts.scheme not in _PORTS or not host or parts.fragment or port == 0:
            raise InputError(field="url", problem="must be like http://127.0.0.1:8088 or https://pbx.example:8089")
        if any(char <= " " or char == "\x7f" or "\ud800" <= char <= "\udfff" for char in url):
            raise InputError(field="url", problem="must not hold spaces, control characters or half a surrogate pair")
        _check_host(host)
        prefix = parts.path.rstrip("/").removesuffix("/ari").rstrip("/")
        return cls(
            is_tls=parts.scheme == "https", host=host, port=port or _PORTS[parts.scheme], prefix=quote(prefix, "/%")
        )

    @property
    def origin(self) -> str:
        """Scheme, host and port, as a URL."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.is_tls else 'http'}://{host}:{self.port}"

    @property
    def base(self) -> str:
        """The URL that the target of a request follows."""
        return f"{self.origin}{self.prefix}/ari"


def _check_host(host: str) -> None:
    """Refuse now what the resolver and aiohttp would choke on later."""
    if ":" in host:
        return  # IPv6
    try:
        host.encode("idna")
    except UnicodeError:
        raise InputError(field="url", problem="has no valid host name") from None
    # `inet_aton` takes `127.1` and a mistyped `256.1.1.1`; aiohttp takes neither.
    if not host.isascii() or set(host) - set("0123456789."):
        return
    try:
        IPv4Address(host)
    except ValueError:
        raise InputError(field="url", problem="has an IPv4 address that is not like 127.0.0.1") from None


def events_target(apps: tuple[str, ...], *, subscribe_all: bool) -> str:
    """Return where the WebSocket of *apps* is: what follows ``/ari``.

    Raises:
        InputError: the names make a request line that is longer than Asterisk takes.
    """
    target = f"/events?app={quote(','.join(apps), safe=',')}" + ("&subscribeAll=true" if subscribe_all else "")
    return Request(operation="app", method="GET", path=target).target


def application_names(app: object) -> tuple[str, ...]:
    """Return the names of *app*, one name or several.

    Raises:
        InputError: there is none, one is no text, is empty, holds a comma (which would make two of it), or is too long.
    """
    names = (app,) if isinstance(app, str) else tuple(app) if isinstance(app, (list, tuple, set, frozenset)) else ()
    if not names:
        raise InputError(field="app", problem=f"must be the name of an application, or several, not {shown(app):.100}")
    for name in names:
        problem = _problem_of(name)
        if problem:
            raise InputError(field="app", problem=problem)
    return tuple(dict.fromkeys(names))


def _problem_of(name: object) -> str:
    if not isinstance(name, str) or not name:
        return f"must be a name, not {shown(name):.100}"
    # Asterisk takes the list apart as it does an application's arguments (app.c, __ast_app_separate_args).
    if name != name.strip() or any(char in ",\"'()\\" or char < " " or char == "\x7f" for char in name):
        problem = "must not hold a comma, quote, bracket, backslash or control character, nor begin or end with a space"
        return f"{problem}: {shown(name):.100}"
    if len(check_text("app", name).encode()) > MAX_APPLICATION_NAME:
        return f"is longer than {MAX_APPLICATION_NAME} bytes: {shown(name):.100}"
    return ""
