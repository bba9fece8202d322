"""``asterisk-py-ami``: follow, ask and check an Asterisk from the command line, with the standard library alone."""

from .program import main

__all__ = ["main"]
