"""What the generators of the packages' typed surfaces share: documentation, docstrings, finished modules, a program."""

from .docstrings import docstring
from .documentation import DOCUMENTATION, Parameter, parameter
from .errors import CorrectionError, DocumentationError, GenerateError
from .modules import COMMAND, finished, source_folder, violated
from .program import run

__all__ = [
    "COMMAND",
    "DOCUMENTATION",
    "CorrectionError",
    "DocumentationError",
    "GenerateError",
    "Parameter",
    "docstring",
    "finished",
    "parameter",
    "run",
    "source_folder",
    "violated",
]
