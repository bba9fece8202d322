"""`python -m tools.generate_agi`: write the generated module anew."""

import sys

from tools.generator import run, source_folder

from .generate import generate

if __name__ == "__main__":
    sys.exit(run("generate_agi", source_folder("agi"), generate))
