"""Generates the typed surface of the AMI package from the documentation that Asterisk ships.

`documentation` reads the XML, `corrected` applies what the wire says otherwise (`corrections`), and `render_events` and
`render_actions` write the modules with the names and types of the other modules here.
"""

from .documentation import Documentation, read
from .generate import generate

__all__ = ["Documentation", "generate", "read"]
