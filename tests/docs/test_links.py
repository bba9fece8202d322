"""What the pages point to is there."""

import re
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, ROOT

LINK = re.compile(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)")
OTHERS = [ROOT / name for name in ("ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")]


def anchors(page: Path) -> set[str]:
    """Return the names of the headings of *page*, as the site that shows them makes them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", [*PAGES, *OTHERS], ids=lambda page: str(page.relative_to(ROOT)))
def test_each_link_leads_somewhere(page: Path) -> None:
    for target, anchor in LINK.findall(page.read_text(encoding="utf-8")):
        linked = (page.parent / target).resolve() if target else page
        assert linked.exists(), target
        assert not anchor or anchor in anchors(linked), f"{target}#{anchor}"


def test_the_links_of_the_packages_to_the_repository_lead_somewhere() -> None:
    # Absolute, because the package index shows these pages without the repository around them.
    linked = [
        target
        for page in ROOT.glob("packages/*/README.md")
        for target in re.findall(r"/asterisk-py/blob/main/([^)#]+)", page.read_text(encoding="utf-8"))
    ]
    assert len(linked) >= 6
    assert [target for target in linked if not (ROOT / target).exists()] == []


def test_the_readme_lists_every_page_of_the_documentation() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [page.name for page in (ROOT / "docs").glob("*.md") if f"(docs/{page.name})" not in readme] == []
