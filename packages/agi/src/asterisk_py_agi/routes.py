"""Which handler a call gets, by the exact name of the script it asks for."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeAlias

from asterisk_py_core.checks import shown
from asterisk_py_core.errors import InputError

if TYPE_CHECKING:
    from .session import AgiSession

__all__ = ["Handler", "OnHangup", "Route", "Routes", "check_script"]

Handler: TypeAlias = Callable[["AgiSession"], Awaitable[object]]
"""An async function of one argument, the call; also a ``functools.partial`` of one, or an object that is called so."""


class OnHangup(StrEnum):
    """What becomes of a handler when the caller hangs up."""

    TELL = "tell"
    """It goes on: :attr:`AgiSession.hungup` is true, and commands that need a live channel raise."""
    CANCEL = "cancel"
    """Its task is cancelled."""

    @classmethod
    def of(cls, word: object) -> OnHangup:
        """Return the member that *word* is or names; InputError otherwise."""
        try:
            return cls(word)  # type: ignore[arg-type]  # What is no word is no member either.
        except ValueError:
            raise InputError(field="on_hangup", problem=f'must be "tell" or "cancel", not {shown(word):.100}') from None


@dataclass(frozen=True, slots=True)
class Route:
    """A handler, and what becomes of it when the caller hangs up."""

    handler: Handler
    on_hangup: OnHangup

    @property
    def name(self) -> str:
        """The handler, for logs."""
        return getattr(self.handler, "__qualname__", None) or f"{shown(self.handler):.100}"

    def start(self, session: AgiSession) -> Awaitable[object]:
        """Call the handler, and return what to await.

        Raises:
            InputError: there is nothing to await; of a class, or what an extension made, only this shows it.
        """
        running: object = self.handler(session)
        if not inspect.isawaitable(running):
            kind = type(running).__name__
            raise InputError(field="handler", problem=f"must be an async function; it returned an object of {kind}")
        return running


class Routes:
    """The handlers by name; the one without a name is for all other calls."""

    def __init__(self) -> None:
        self._routes: dict[str | None, Route] = {}

    def add(self, script: str | None, route: Route) -> None:
        """Give the calls for *script* to *route*; None: those of no other route.

        Raises:
            InputError: it has a route already, or the handler is no async function.
        """
        _check_handler(route.handler)
        if script in self._routes:
            name = "the default route" if script is None else f"the route {script!r}"
            raise InputError(field="script", problem=f"must be new: {name} exists already")
        self._routes[script] = route

    def find(self, script: str) -> Route | None:
        """Return the route for *script*, compared byte for byte: nothing is decoded, folded or normalised."""
        return self._routes.get(script, self._routes.get(None))


def _check_handler(handler: object) -> None:
    """Refuse what is certainly no async function; of a class, or what an extension made, only the call shows it."""
    if not callable(handler):
        raise InputError(field="handler", problem=f"must be an async function, not {shown(handler):.100}")
    called: Any = handler
    while not (inspect.iscoroutinefunction(called) or inspect.iscoroutinefunction(type(called).__call__)):
        if isinstance(called, functools.partial):
            called = called.func
        elif hasattr(called, "__wrapped__"):
            called = called.__wrapped__
        elif inspect.isfunction(called) or inspect.ismethod(called):
            raise InputError(
                field="handler",
                problem=f'must be async: write "async def" for {called.__qualname__} '
                "(a decorator says with functools.wraps what it wraps)",
            )
        elif inspect.isroutine(called) or inspect.isclass(called):
            return
        else:
            called = type(called).__call__


def check_script(script: object) -> None:
    """Refuse what no call could ask for with InputError; a function is what ``@server.route`` without ``()`` gives."""
    if not isinstance(script, str) or not script or any(char in script for char in "?\r\n\0"):
        raise InputError(
            field="script", problem=f"must be a name without query and line ends, not {shown(script):.100}"
        )
    if script.startswith("/"):
        # Asterisk sends what follows the slash after the host (res/res_agi.c, launch_netscript).
        raise InputError(field="script", problem=f"must be what stands behind agi://host/, so not {script!r:.100}")
