"""Generates the typed commands of the AGI package from the documentation that Asterisk ships.

`documentation` reads the XML, `corrections` says what the wire and Python have otherwise, and `render_commands` writes
the module.
"""

from .documentation import Command, read
from .generate import generate

__all__ = ["Command", "generate", "read"]
