"""Values that do not fit the model they are for are kept as they came, so that a newer Asterisk costs nothing else.

The types say what Asterisk 22 documents. Where another version sends an integer for a text, or leaves out what was
required, the rest of the model is as good as ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, get_args

import msgspec

if TYPE_CHECKING:
    import logging
    from collections.abc import Iterable

__all__ = ["Sent", "Surprises", "fit", "fits", "listed"]

# How many kinds of surprises are logged: they repeat, and whoever sends them may invent more.
_LOGGED: Final = 256


class Sent:
    """What came from Asterisk keeps the text it was decoded from, where that is of use, and knows what does not fit."""

    # Outside the Struct's fields, so that they are neither compared nor sent.
    __slots__ = ("_misfits", "_raw")

    if TYPE_CHECKING:
        _misfits: tuple[str, ...]
        _raw: bytes | str

    @property
    def misfits(self) -> tuple[str, ...]:
        """What in it does not fit its type and was kept as it came (a missing value as ``None``); usually nothing."""
        return getattr(self, "_misfits", ())

    def __reduce__(self) -> tuple[Any, ...]:
        kept = {name: getattr(self, name) for name in Sent.__slots__ if hasattr(self, name)}
        return _rebuild, (type(self), msgspec.structs.asdict(self), kept)  # type: ignore[arg-type]  # all are Structs


def _rebuild(kind: type[Sent], fields: dict[str, Any], kept: dict[str, Any]) -> Sent:
    event = kind(**fields)
    for name, value in kept.items():
        getattr(Sent, name).__set__(event, value)
    return event


class Surprises:
    """Says each thing that was not expected to *logger* once, as a warning, and 256 of them at most."""

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger
        self._said: set[str] = set()

    def say(self, message: str, what: str) -> None:
        """Log *message*, with *what* in it, unless the same *what* was logged before."""
        if what not in self._said and len(self._said) < _LOGGED:
            self._said.add(what)
            self._logger.warning(message, what)


def fit(kind: Any, value: Any, path: str, misfits: list[str], *, strict: bool = True) -> Any:
    """Return *value*, which was JSON, as a *kind*, as far as it fits; of text, if it is not *strict*.

    What does not is left as it is, and what is missing is ``None``; *misfits* gets a line for each, which begins with
    *path*, as in ``StasisStart.channel.name: is missing``.
    """
    try:
        return msgspec.convert(value, kind, strict=strict)
    except (msgspec.ValidationError, UnicodeError) as error:  # The latter for half a surrogate pair as a number.
        problem = str(error)
    model = _part(kind, msgspec.Struct)
    if model is not None and isinstance(value, dict):
        return _model(model, value, path, misfits, strict=strict)
    items = _part(kind, list)
    if items is not None and isinstance(value, list):
        each_kind = get_args(items)[0]
        return [fit(each_kind, each, f"{path}[{number}]", misfits, strict=strict) for number, each in enumerate(value)]
    misfits.append(f"{path}: {problem}")
    return value


def fits(model: Sent, *names: str) -> bool:
    """Say whether the attributes *names* of *model* are what their types say."""
    odd = {misfit.partition(":")[0].partition(".")[2] for misfit in model.misfits}
    return odd.isdisjoint(names)


def listed(misfits: Iterable[str]) -> str:
    """Return *misfits* as a line of a message, 500 characters at most."""
    return "; ".join(misfits)[:500]


def _model(
    kind: type[msgspec.Struct], value: dict[str, Any], path: str, misfits: list[str], *, strict: bool
) -> msgspec.Struct:
    arguments = {}
    for field in msgspec.structs.fields(kind):
        where = f"{path}.{field.encode_name}"
        if field.encode_name in value:
            arguments[field.name] = fit(field.type, value[field.encode_name], where, misfits, strict=strict)
        elif field.required:
            arguments[field.name] = None
            misfits.append(f"{where}: is missing")
    # The constructor of a Struct does not look at types.
    return kind(**arguments)


def _part(kind: Any, wanted: type) -> Any:
    """Return *kind*, or what it is an alternative of, if that is a *wanted*: a Struct, or a list of something."""
    for each in (kind, *get_args(kind)) if getattr(kind, "__origin__", None) is not list else (kind,):
        origin = getattr(each, "__origin__", each)
        if isinstance(origin, type) and issubclass(origin, wanted) and (wanted is not list or get_args(each)):
            return each
    return None
