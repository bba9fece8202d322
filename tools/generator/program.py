"""The command line that all generators have."""

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from tools.asterisk import AsteriskToolError, cache_folder, root_folder

from .errors import GenerateError

__all__ = ["run"]


def run(name: str, folder: Path, generate: Callable[[Path], Mapping[str, str]]) -> int:
    """Write what *generate* makes of the provisioned Asterisk to *folder*, say which modules changed, and return 0.

    *name* is the generator's; what goes wrong is printed, and 1 returned.
    """
    parser = argparse.ArgumentParser(prog=f"python -m tools.{name}", description="Write the generated modules anew.")
    parser.add_argument("--into", type=Path, default=folder, help="the folder to write to")
    folder = parser.parse_args().into
    try:
        modules = generate(root_folder(cache_folder()))
    except (AsteriskToolError, GenerateError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    for module, text in modules.items():
        file = folder / module
        is_new = not file.is_file() or file.read_text(encoding="utf-8") != text
        file.write_text(text, encoding="utf-8")
        print(f"{module}: {'written' if is_new else 'as it was'}")
    return 0
