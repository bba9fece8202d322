"""The pages users read, and the examples in them."""

import re
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Final

__all__ = ["PAGES", "ROOT", "Example", "examples", "files"]

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md")), *sorted(ROOT.glob("packages/*/README.md"))]

# A block in a list is indented.
_FENCE: Final = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Example:
    """A block of code, and where it stands."""

    page: Path
    line: int
    language: str
    code: str

    @property
    def file(self) -> str:
        """The name of the file it is, if it says so in its first line."""
        named = re.match(r"# (\w+\.py)\n", self.code)
        return named[1] if named else ""

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def examples(language: str) -> list[Example]:
    """Return all blocks in *language*, page after page."""
    return [
        Example(page, text.count("\n", 0, block.start()) + 2, block[2], textwrap.dedent(block[3]))
        for page in PAGES
        for text in [page.read_text(encoding="utf-8")]
        for block in _FENCE.finditer(text)
        if block[2] == language
    ]


def files(page: Path) -> dict[str, str]:
    """Return the files that *page* consists of, by name."""
    return {each.file: each.code for each in examples("python") if each.page == page and each.file}
