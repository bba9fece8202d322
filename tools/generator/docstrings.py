"""How what is generated is described: a sentence of ours, then facts."""

import textwrap
from typing import Final

__all__ = ["docstring"]

_WIDTH: Final = 120


def docstring(sentence: str, facts: str, *, indent: str = "    ") -> list[str]:
    """Return the lines of a docstring; where there is no sentence, the facts are all of it."""
    if not sentence:
        return _wrapped(f'"""{facts}"""', indent)
    return [*_wrapped(f'"""{sentence}', indent), "", *_wrapped(facts, indent), f'{indent}"""']


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)
