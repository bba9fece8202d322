"""Where a provisioned Asterisk is kept, and that a broken-off provision is never taken for a finished one."""

import os
from pathlib import Path

import pytest

from tools.asterisk import NotProvisionedError, ProvisionError, find, provision
from tools.asterisk.cache import cache_folder, is_provisioned, root_folder
from tools.asterisk.provision import build


def install(folder: Path) -> None:
    """What debootstrap leaves behind, as far as this code looks."""
    (folder / "usr/sbin").mkdir(parents=True)
    (folder / "usr/sbin/asterisk").touch()


def version_22(_root: Path) -> str:
    return "22.10.1"


def not_called(_folder: Path) -> None:
    pytest.fail("a finished root is not built again")


@pytest.mark.parametrize(
    ("environ", "folder"),
    [
        pytest.param({"ASTERISK_CACHE": "/own", "XDG_CACHE_HOME": "/xdg", "HOME": "/home/me"}, "/own", id="own"),
        pytest.param({"XDG_CACHE_HOME": "/xdg", "HOME": "/home/me"}, "/xdg/asterisk-py", id="xdg"),
        pytest.param({"HOME": "/home/me"}, "/home/me/.cache/asterisk-py", id="home"),
        pytest.param({"ASTERISK_CACHE": "", "HOME": "/home/me"}, "/home/me/.cache/asterisk-py", id="empty"),
        pytest.param({"XDG_CACHE_HOME": "x", "HOME": "/home/me"}, "/home/me/.cache/asterisk-py", id="relative xdg"),
    ],
)
def test_the_cache_folder_is_chosen_from_the_environment(environ: dict[str, str], folder: str) -> None:
    assert cache_folder(environ) == Path(folder)


def test_a_relative_cache_folder_is_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert cache_folder({"ASTERISK_CACHE": "cache"}) == tmp_path / "cache"


def test_a_finished_provision_has_its_final_name_and_leaves_nothing_else(tmp_path: Path) -> None:
    root = build(tmp_path / "cache", install, version_22)
    assert is_provisioned(root)
    assert root.stat().st_mode & 0o777 == 0o755
    assert sorted(entry.name for entry in (tmp_path / "cache").iterdir()) == ["asterisk-22", "provision.lock"]


def test_a_provision_that_breaks_off_leaves_nothing_that_looks_finished(tmp_path: Path) -> None:
    def broken_off(folder: Path) -> None:
        install(folder)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(tmp_path, broken_off, version_22)
    assert not is_provisioned(root_folder(tmp_path))
    assert [entry.name for entry in tmp_path.iterdir()] == ["provision.lock"]


def test_what_a_killed_provision_left_behind_is_not_finished_and_is_removed_by_the_next(tmp_path: Path) -> None:
    left_behind = tmp_path / ".partial-killed"
    left_behind.mkdir()
    install(left_behind)
    assert not is_provisioned(root_folder(tmp_path))

    build(tmp_path, install, version_22)
    assert not left_behind.exists()


def test_a_root_without_asterisk_is_built_anew(tmp_path: Path) -> None:
    (root_folder(tmp_path) / "usr").mkdir(parents=True)
    assert is_provisioned(build(tmp_path, install, version_22))


def test_a_finished_root_is_kept(tmp_path: Path) -> None:
    first = build(tmp_path, install, version_22)
    assert build(tmp_path, not_called, version_22) == first
    assert provision({"ASTERISK_CACHE": str(tmp_path)}) == first


def test_another_release_than_22_is_refused_and_not_kept(tmp_path: Path) -> None:
    with pytest.raises(ProvisionError, match=r"expected Asterisk 22.*20\.5\.0"):
        build(tmp_path, install, lambda _root: "20.5.0")
    assert not is_provisioned(root_folder(tmp_path))


def test_without_root_the_error_names_attach_mode(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(ProvisionError, match=r"needs root.*ASTERISK_HOST"):
        provision({"ASTERISK_CACHE": str(tmp_path)})


def test_without_debootstrap_the_error_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ProvisionError, match="apt-get install debootstrap"):
        provision({"ASTERISK_CACHE": str(tmp_path)})


def test_with_nothing_provisioned_the_error_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(NotProvisionedError, match=r"make asterisk.*ASTERISK_HOST"):
        find({"ASTERISK_CACHE": str(tmp_path)})
