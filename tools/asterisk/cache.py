"""Where the provisioned Asterisk is kept, and how one knows that it is whole.

A root that has its final name is finished: it is built beside it under another name and renamed when complete, so an
interrupted provision can never be taken for a finished one.
"""

import os
from collections.abc import Mapping
from pathlib import Path

__all__ = ["cache_folder", "is_provisioned", "root_folder"]


def cache_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Return `ASTERISK_CACHE`, else `asterisk-py` in `XDG_CACHE_HOME`, else in `~/.cache`; the path is absolute."""
    if own := environ.get("ASTERISK_CACHE"):
        return Path(own).absolute()
    # The XDG base directory specification: a relative XDG_CACHE_HOME is invalid and is to be ignored.
    base = Path(environ.get("XDG_CACHE_HOME", ""))
    if not base.is_absolute():
        base = Path(environ["HOME"] if environ.get("HOME") else Path.home()) / ".cache"
    return base / "asterisk-py"


def root_folder(cache: Path) -> Path:
    """Return the root file system in a cache folder, whether it exists or not."""
    return cache / "asterisk-22"


def is_provisioned(root: Path) -> bool:
    """Whether a finished Asterisk is there."""
    return (root / "usr/sbin/asterisk").is_file()
