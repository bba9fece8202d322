"""Who we are to Asterisk: a user name, and a secret that does not print.

One type is enough: every login of Asterisk (AMI, ARI) is a user name with a secret, so there is no bare secret to wrap.
"""

import hmac
from collections.abc import Callable
from typing import Any, NoReturn, final

from .errors import InputError

__all__ = ["Credentials"]


@final
class Credentials:
    """A user name and a secret; the secret leaves only through :meth:`reveal`.

    It is in no repr, str, format, log record, ``vars``, ``inspect.getmembers``, pickle (refused) or traceback with
    locals. Immutable, hashable, compared in constant time; ``copy`` and ``deepcopy`` give the same object.

    Raises:
        InputError: a value is no text, holds CR, LF or NUL, cannot be written as UTF-8 (bytes kept by
            ``surrogateescape`` can), or *username* is empty. The message never holds the value.
    """

    __slots__ = ("_sealed", "_username")

    _username: str
    _sealed: Callable[[], str]

    def __init__(self, username: str, secret: str) -> None:
        # Set first: a traceback with locals prints this object even where it was refused.
        object.__setattr__(self, "_username", username)
        object.__setattr__(self, "_sealed", _seal(secret))
        problem = _problem(secret)
        del secret  # For the same reason no local of this frame holds it where something is raised.
        if problem:
            raise InputError(field="secret", problem=problem)
        problem = _problem(username) or ("" if username else "must not be empty")
        if problem:
            raise InputError(field="username", problem=problem)

    @property
    def username(self) -> str:
        """The user name, which is no secret."""
        return self._username

    def reveal(self) -> str:
        """Return the secret. Do not bind it to a variable where something may raise."""
        return self._sealed()

    def __repr__(self) -> str:
        return f"Credentials(username={self._username!r}, secret='***')"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Credentials):
            return NotImplemented
        # As bytes, because compare_digest takes only ASCII as text.
        same_secret = hmac.compare_digest(_encode(self.reveal()), _encode(other.reveal()))
        return same_secret and self._username == other._username

    def __hash__(self) -> int:
        # Without the secret: a hash is short, printed freely and easy to compare with a guess.
        return hash((Credentials, self._username))

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"Credentials cannot be changed: {name}")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"Credentials cannot be changed: {name}")

    def __copy__(self) -> "Credentials":
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> "Credentials":
        return self

    def __getstate__(self) -> NoReturn:
        raise TypeError("Credentials cannot be pickled: the secret would be written out")

    def __reduce__(self) -> NoReturn:
        self.__getstate__()


def _seal(secret: str) -> Callable[[], str]:
    """Hide *secret* in a closure: a slot would still be shown by whatever walks attributes."""
    return lambda: secret


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _problem(value: object) -> str:
    """Say what is wrong with *value* without its text; empty if nothing is."""
    if not isinstance(value, str):
        return f"must be str, not {type(value).__name__}"
    if "\r" in value or "\n" in value or "\0" in value:
        return "must not hold CR, LF or NUL"
    try:
        _encode(value)
    except UnicodeEncodeError:
        # The error is not chained: it keeps the whole text in its `object`.
        return "cannot be written as UTF-8"
    return ""
