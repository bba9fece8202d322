"""`python -m tools.generate_ami`: write the generated modules anew."""

import argparse
import sys
from pathlib import Path

from tools.asterisk import AsteriskToolError, cache_folder, root_folder

from .errors import GenerateError
from .generate import generate, package_folder


def main() -> int:
    """Write the modules, and say which changed."""
    parser = argparse.ArgumentParser(prog="python -m tools.generate_ami", description=__doc__)
    parser.add_argument("--into", type=Path, default=package_folder(), help="the folder to write to")
    folder: Path = parser.parse_args().into
    try:
        modules = generate(root_folder(cache_folder()))
    except (AsteriskToolError, GenerateError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    for name, text in modules.items():
        file = folder / name
        is_new = not file.is_file() or file.read_text(encoding="utf-8") != text
        file.write_text(text, encoding="utf-8")
        print(f"{name}: {'written' if is_new else 'as it was'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
