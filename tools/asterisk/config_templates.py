"""Render this tool's Asterisk configuration for one run."""

import string
from collections.abc import Mapping
from pathlib import Path

__all__ = ["CONFIG_FOLDER", "render_all"]

CONFIG_FOLDER = Path(__file__).parent / "config"


class _ConfigTemplate(string.Template):
    """Placeholders are `@@{name}`: Asterisk's own files are full of `${...}`."""

    delimiter = "@@"


def render_all(values: Mapping[str, str], extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return every configuration file by name.

    What `extra` holds under a name is appended to that file as it is, or makes a new one.

    Raises:
        KeyError: a template has a placeholder that `values` lacks.
        ValueError: a name in `extra` is not that of a `.conf` file.
    """
    files = {
        file.name: _ConfigTemplate(file.read_text(encoding="utf-8")).substitute(values)
        for file in sorted(CONFIG_FOLDER.glob("*.conf"))
    }
    for name, text in (extra or {}).items():
        if Path(name).name != name or not name.endswith(".conf"):
            raise ValueError(f"extra configuration must be for a file such as manager.conf, not {name!r}")
        files[name] = f"{files.get(name, '')}\n{text}\n"
    return files
