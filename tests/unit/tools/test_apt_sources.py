"""Finding a Debian mirror in the machine's own apt sources."""

from pathlib import Path

import pytest

from tools.asterisk.apt_sources import Source, find_mirror, parse_deb822, parse_one_line, without_login
from tools.asterisk.errors import ProvisionError

DEBIAN_STANZAS = """\
# A comment before everything.
Types: deb deb-src
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
"""

VENDOR_STANZA = """\
Types: deb
URIs: https://vendor.example/stable/debian
Suites: bookworm
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mQINBF
 -----END PGP PUBLIC KEY BLOCK-----
"""


def apt_folder(tmp_path: Path, files: dict[str, str]) -> Path:
    """An /etc/apt with these files in it."""
    (tmp_path / "sources.list.d").mkdir()
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_a_stanza_gives_one_source_for_each_suite() -> None:
    keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"
    assert list(parse_deb822(DEBIAN_STANZAS)) == [
        Source("http://mirror.example/debian", "bookworm", ("main", "contrib"), keyring),
        Source("http://mirror.example/debian", "bookworm-updates", ("main", "contrib"), keyring),
        Source("http://mirror.example/debian-security", "bookworm-security", ("main",), keyring),
    ]


def test_a_key_written_into_a_stanza_belongs_to_that_field() -> None:
    (source,) = parse_deb822(VENDOR_STANZA)
    assert source.signed_by.startswith("-----BEGIN PGP")
    assert source.components == ("main",)


@pytest.mark.parametrize("line", ["Enabled: no", "Enabled: No", "enabled: false"])
def test_a_disabled_stanza_is_not_a_source(line: str) -> None:
    assert list(parse_deb822(f"{line}\nTypes: deb\nURIs: http://mirror.example/debian\nSuites: trixie\n")) == []


def test_a_stanza_of_source_packages_only_is_not_a_source() -> None:
    assert list(parse_deb822("Types: deb-src\nURIs: http://mirror.example/debian\nSuites: trixie\n")) == []


def test_the_one_line_format_is_read_with_and_without_options() -> None:
    text = """\
# deb http://commented.example/debian trixie main
deb-src http://mirror.example/debian trixie main
deb http://mirror.example/debian trixie main non-free-firmware # the usual one
 deb [arch=amd64 signed-by=/etc/apt/keyrings/vendor.gpg] https://vendor.example/linux/debian trixie stable
deb
"""
    assert list(parse_one_line(text)) == [
        Source("http://mirror.example/debian", "trixie", ("main", "non-free-firmware")),
        Source("https://vendor.example/linux/debian", "trixie", ("stable",), signed_by="/etc/apt/keyrings/vendor.gpg"),
    ]


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(Source("https://vendor.example/stable/debian", "bookworm", ("main",), "vendor.gpg"), id="key"),
        pytest.param(Source("https://vendor.example/linux/debian", "bookworm", ("stable",)), id="component"),
        pytest.param(Source("https://vendor.example/debian", "nodistro", ("main",)), id="suite"),
        pytest.param(Source("http://mirror.example/debian-security", "bookworm", ("main",)), id="path"),
        pytest.param(Source("http://mirror.example/ubuntu", "noble", ("main",)), id="another distribution"),
        pytest.param(Source("file:/media/debian", "bookworm", ("main",)), id="scheme"),
    ],
)
def test_what_is_not_debians_archive_is_told_apart(source: Source) -> None:
    assert not source.is_debian


def test_an_archive_below_other_folders_is_debians() -> None:
    assert Source("https://mirror.example/archive/debian/20260101T000000Z/", "sid", ("main",)).is_debian


def test_the_mirror_is_found_among_other_vendors_in_deb822_files(tmp_path: Path) -> None:
    files = {"sources.list.d/a-vendor.sources": VENDOR_STANZA, "sources.list.d/debian.sources": DEBIAN_STANZAS}
    assert find_mirror({}, apt_folder(tmp_path, files)) == "http://mirror.example/debian"


def test_the_mirror_is_found_among_other_vendors_in_one_line_files(tmp_path: Path) -> None:
    files = {
        "sources.list": "deb http://mirror.example/debian-security trixie-security main\n",
        "sources.list.d/a.list": "deb [signed-by=/etc/apt/keyrings/a.gpg] https://vendor.example/debian trixie main\n",
        "sources.list.d/b.list": "deb http://mirror.example/debian trixie main\n",
    }
    assert find_mirror({}, apt_folder(tmp_path, files)) == "http://mirror.example/debian"


def test_an_installation_disc_is_passed_over(tmp_path: Path) -> None:
    text = "deb cdrom:[Debian GNU/Linux 13 _Trixie_]/ trixie main\ndeb http://mirror.example/debian trixie main\n"
    assert find_mirror({}, apt_folder(tmp_path, {"sources.list": text})) == "http://mirror.example/debian"


def test_a_file_that_apt_itself_ignores_is_ignored(tmp_path: Path) -> None:
    files = {"sources.list.d/debian.sources.disabled": DEBIAN_STANZAS}
    with pytest.raises(ProvisionError, match="ASTERISK_MIRROR"):
        find_mirror({}, apt_folder(tmp_path, files))


def test_with_no_apt_at_all_the_error_says_what_to_set(tmp_path: Path) -> None:
    with pytest.raises(ProvisionError, match="set ASTERISK_MIRROR"):
        find_mirror({}, tmp_path / "absent")


def test_the_environment_overrides_the_sources(tmp_path: Path) -> None:
    files = {"sources.list.d/debian.sources": DEBIAN_STANZAS}
    environ = {"ASTERISK_MIRROR": "https://own.example/debian"}
    assert find_mirror(environ, apt_folder(tmp_path, files)) == "https://own.example/debian"


def test_an_override_that_is_no_web_address_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProvisionError, match="ASTERISK_MIRROR must be"):
        find_mirror({"ASTERISK_MIRROR": "mirror.example"}, tmp_path)


def test_a_login_in_an_address_is_cut_out_of_what_is_shown() -> None:
    text = "E: http://user:pa55@mirror.example/debian and https://mirror.example/x@y failed"
    assert without_login(text) == "E: http://mirror.example/debian and https://mirror.example/x@y failed"
