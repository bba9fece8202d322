"""Values that do not fit the model they are for are kept as they came, so that a newer Asterisk costs nothing else.

The types say what Asterisk 22 documents. Where another version sends an integer for a text, or leaves out what was
required, the rest of the model is as good as ever.
"""

from __future__ import annotations

from typing import Any, get_args

import msgspec

__all__ = ["fit"]


def fit(kind: Any, value: Any, path: str, misfits: list[str]) -> Any:
    """Return *value*, which was JSON, as a *kind*, as far as it fits.

    What does not is left as it is, and what is missing is ``None``; *misfits* gets a line for each, which names *path*.
    """
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        problem = str(error)
    model = _part(kind, msgspec.Struct)
    if model is not None and isinstance(value, dict):
        return _model(model, value, path, misfits)
    items = _part(kind, list)
    if items is not None and isinstance(value, list):
        return [fit(get_args(items)[0], each, f"{path}[{number}]", misfits) for number, each in enumerate(value)]
    misfits.append(f"{path}: {problem}")
    return value


def _model(kind: type[msgspec.Struct], value: dict[str, Any], path: str, misfits: list[str]) -> msgspec.Struct:
    arguments = {}
    for field in msgspec.structs.fields(kind):
        where = f"{path}.{field.encode_name}"
        if field.encode_name in value:
            arguments[field.name] = fit(field.type, value[field.encode_name], where, misfits)
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
