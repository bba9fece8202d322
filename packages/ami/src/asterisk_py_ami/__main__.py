"""``python -m asterisk_py_ami`` is ``asterisk-py-ami``."""

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
