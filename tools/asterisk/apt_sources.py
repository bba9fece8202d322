"""Find a Debian mirror in the machine's own apt sources.

Both formats of sources.list(5) are read: one line per source (`*.list`) and deb822 stanzas (`*.sources`). A source is
Debian's own when it has a Debian suite with the component `main`, a folder `debian` in its path and, if it names a key,
Debian's: other vendors publish under Debian's suite names too.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from .errors import ProvisionError

__all__ = ["Source", "find_mirror", "parse_deb822", "parse_one_line", "without_login"]

_SUITES = frozenset(
    {"oldoldstable", "oldstable", "stable", "testing", "unstable", "sid"}
    | {"buster", "bullseye", "bookworm", "trixie", "forky", "duke"}
)


@dataclass(frozen=True, slots=True)
class Source:
    """One place packages come from."""

    uri: str
    suite: str
    components: tuple[str, ...]
    signed_by: str = ""

    @property
    def is_debian(self) -> bool:
        """Whether this is Debian's archive, which holds every suite under one address."""
        address = urlsplit(self.uri)
        return (
            address.scheme in {"http", "https"}
            and "debian" in address.path.split("/")
            and self.suite in _SUITES
            and "main" in self.components
            and (not self.signed_by or "debian-archive" in self.signed_by)
        )


def parse_one_line(text: str) -> Iterator[Source]:
    """Yield the binary sources of a `*.list` file, in order."""
    for line in text.splitlines():
        match = re.match(r"\s*deb\s+(?:\[(?P<options>[^]]*)\]\s*)?(?P<rest>[^#]+)", line)
        words = match["rest"].split() if match else []
        if not match or len(words) < 2:
            continue
        options = dict(option.partition("=")[::2] for option in (match["options"] or "").split())
        yield Source(words[0], words[1], tuple(words[2:]), options.get("signed-by", ""))


def parse_deb822(text: str) -> Iterator[Source]:
    """Yield the enabled binary sources of a `*.sources` file: one for each pair of address and suite, in order."""
    for stanza in re.split(r"\n[ \t]*\n", text):
        fields = _fields(stanza)
        if "deb" not in fields.get("types", "").split() or fields.get("enabled", "yes").lower() in {"no", "false", "0"}:
            continue
        components = tuple(fields.get("components", "").split())
        for uri in fields.get("uris", "").split():
            for suite in fields.get("suites", "").split():
                yield Source(uri, suite, components, fields.get("signed-by", ""))


def _fields(stanza: str) -> dict[str, str]:
    """Fields by lower-case name; lines that begin with a blank continue the field before them."""
    fields: dict[str, str] = {}
    name = ""
    for line in stanza.splitlines():
        if line.startswith("#"):
            continue
        if line[:1].isspace():
            fields[name] = f"{fields.get(name, '')} {line.strip()}".strip()
        else:
            name, _, value = line.partition(":")
            name = name.strip().lower()
            fields[name] = value.strip()
    return fields


def find_mirror(environ: Mapping[str, str], apt_folder: Path = Path("/etc/apt")) -> str:
    """Return the address of a Debian archive: `ASTERISK_MIRROR`, or the first one in the machine's apt sources.

    Raises:
        ProvisionError: neither names one.
    """
    if given := environ.get("ASTERISK_MIRROR", "").strip():
        if urlsplit(given).scheme not in {"http", "https"}:
            raise ProvisionError("ASTERISK_MIRROR must be an http or https address of a Debian archive")
        return given
    for source in _sources(apt_folder):
        if source.is_debian:
            return source.uri
    raise ProvisionError(
        f"no Debian archive among the apt sources in {apt_folder}; "
        "set ASTERISK_MIRROR to the address of a Debian mirror"
    )


def _sources(apt_folder: Path) -> Iterator[Source]:
    parts = apt_folder / "sources.list.d"
    files = [apt_folder / "sources.list", *sorted([*parts.glob("*.list"), *parts.glob("*.sources")])]
    for file in files:
        if file.is_file():
            text = file.read_text(encoding="utf-8", errors="replace")
            yield from parse_deb822(text) if file.suffix == ".sources" else parse_one_line(text)


def without_login(text: str) -> str:
    """Return the text with `user:password@` cut out of every address in it."""
    return re.sub(r"(\w://)[^\s/@]+@", r"\1", text)
