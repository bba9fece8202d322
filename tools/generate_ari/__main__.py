"""`python -m tools.generate_ari`: write the generated modules anew."""

import sys

from tools.generator import run, source_folder

from .generate import generate

if __name__ == "__main__":
    sys.exit(run("generate_ari", source_folder("ari"), generate))
