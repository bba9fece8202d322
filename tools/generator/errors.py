"""What can go wrong when the typed surface is generated."""

__all__ = ["CorrectionError", "DocumentationError", "GenerateError"]


class GenerateError(Exception):
    """The typed surface cannot be generated."""


class DocumentationError(GenerateError):
    """The documentation has a form that is not known here."""


class CorrectionError(GenerateError):
    """A correction does not fit what the documentation says (any more)."""
