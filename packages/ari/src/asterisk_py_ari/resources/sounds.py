# Generated from the documentation of Asterisk 22.10.1 by `make generate`; do not edit.
# ruff: noqa: A002 - the parameters are Asterisk's
"""The sounds that Asterisk has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from asterisk_py_ari.models import Sound
from asterisk_py_ari.protocol.operation import Operation, text

from .resource import Resource

if TYPE_CHECKING:
    import builtins

    from asterisk_py_ari.handles import SoundOperations

__all__ = ["Sounds"]

_LIST: Final = Operation(
    "sounds.list",
    "GET",
    "/sounds",
    refusals=(),
    query=(
        ("lang", "lang", text),
        ("format", "format", text),
    ),
    stands_for=("list",),
)
_GET: Final = Operation("sounds.get", "GET", "/sounds/{sound_id}", refusals=(), stands_for=("get",))


class Sounds(Resource):
    """The sounds that Asterisk has."""

    __slots__ = ()
    operations = (
        _LIST,
        _GET,
    )

    async def list(self, *, lang: str | None = None, format: str | None = None) -> builtins.list[Sound]:
        """Return all sounds, or those of a language or format.

        ``GET /sounds``.
        """
        return await self._caller.call(_LIST.request(lang=lang, format=format), list[Sound])

    async def get(self, sound_id: str | SoundOperations) -> Sound:
        """Return a sound and what it comes in.

        ``GET /sounds/{soundId}``.
        """
        return await self._caller.call(_GET.request(sound_id=sound_id), Sound)
