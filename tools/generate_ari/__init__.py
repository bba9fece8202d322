"""Generates the typed surface of the ARI package from the description of its REST interface that Asterisk ships.

`description` reads the JSON, `corrected` applies what the wire says otherwise (`corrections`) and folds operations that
do the same, and `render_*` write the modules with the names and types of the other modules here.
"""

from .description import Description, read
from .generate import generate

__all__ = ["Description", "generate", "read"]
