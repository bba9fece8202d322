"""What the four packages have in common: versions in lock-step, exact pins, licences, metadata."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("core", "ami", "agi", "ari")
RUNTIME_DEPENDENCIES: dict[str, set[str]] = {"core": set(), "ami": set(), "agi": set(), "ari": {"aiohttp", "msgspec"}}

every_package = pytest.mark.parametrize("package", PACKAGES)


def read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def project(package: str) -> dict[str, Any]:
    found: dict[str, Any] = read(ROOT / "packages" / package / "pyproject.toml")["project"]
    return found


def test_all_packages_carry_the_same_version() -> None:
    assert (
        len(
            {project(package)["version"] for package in PACKAGES}
            | {read(ROOT / "pyproject.toml")["project"]["version"]}
        )
        == 1
    )


@every_package
def test_the_sibling_is_pinned_exactly(package: str) -> None:
    siblings = [line for line in project(package)["dependencies"] if line.startswith("asterisk-py-")]

    assert siblings == ([] if package == "core" else [f"asterisk-py-core=={project('core')['version']}"])


@every_package
def test_there_are_no_other_runtime_dependencies_than_agreed(package: str) -> None:
    foreign = {line.split(">=")[0] for line in project(package)["dependencies"] if not line.startswith("asterisk-py-")}

    assert foreign == RUNTIME_DEPENDENCIES[package]


@every_package
@pytest.mark.parametrize("licence", ["LICENSE-MIT", "LICENSE-APACHE"])
def test_each_package_ships_the_licences_of_the_root(package: str, licence: str) -> None:
    assert (ROOT / "packages" / package / licence).read_bytes() == (ROOT / licence).read_bytes()


@every_package
def test_each_package_can_be_shown_by_the_package_index(package: str) -> None:
    metadata = project(package)

    assert metadata["license"] == "MIT OR Apache-2.0"
    assert metadata["name"] == f"asterisk-py-{package}"
    assert {"Homepage", "Source", "Issues", "Changelog"} <= metadata["urls"].keys()
    assert "Typing :: Typed" in metadata["classifiers"]
    assert (ROOT / "packages" / package / metadata["readme"]).stat().st_size > 400
    assert (ROOT / "packages" / package / "src" / f"asterisk_py_{package}" / "py.typed").is_file()


def test_packages_are_configured_at_the_root_only() -> None:
    assert not [
        package
        for package in PACKAGES
        if read(ROOT / "packages" / package / "pyproject.toml")["tool"].keys() - {"hatch"}
    ]
