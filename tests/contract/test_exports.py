"""Each package gives its callers everything they need, and it is the same everywhere."""

import builtins
import importlib
from types import ModuleType

import pytest

import asterisk_py_core
from asterisk_py_core import errors
from tests.contract.harnesses import PACKAGES

PROTOCOLS = [package for name, package in PACKAGES.items() if name != "core"]

every_package = pytest.mark.parametrize("package", PACKAGES.values(), ids=lambda package: package.__name__)
every_protocol = pytest.mark.parametrize("package", PROTOCOLS, ids=lambda package: package.__name__)

# What whoever uses any protocol handles: states, events, policies.
SHARED = {
    "ConnectionState",
    "ConnectionStateChanged",
    "Event",
    "EventBus",
    "EventSubscription",
    "FilteredSubscription",
    "ReconnectPolicy",
}
# `import *` must not put these, which are errors of ours alone, in the place of what they are called after.
NAMED_AS_BUILTINS = {"ConnectionError", "TimeoutError"}
# FastAGI has no login (res/res_agi.c, launch_netscript), so its callers hold no credentials.
WITHOUT_A_LOGIN = ("agi",)


@every_package
def test_all_is_sorted_and_names_each_thing_once(package: ModuleType) -> None:
    assert package.__all__ == sorted(set(package.__all__))


@every_package
def test_every_name_is_there_and_has_a_docstring(package: ModuleType) -> None:
    undocumented = [name for name in package.__all__ if not getattr(package, name).__doc__]
    assert undocumented == []


@every_package
def test_nothing_public_is_left_out(package: ModuleType) -> None:
    public = {
        name for name, value in vars(package).items() if not name.startswith("_") and not isinstance(value, ModuleType)
    }
    assert public == set(package.__all__) | NAMED_AS_BUILTINS


@every_package
def test_importing_everything_hides_no_builtin(package: ModuleType) -> None:
    names: dict[str, object] = {}
    exec(f"from {package.__name__} import *", names)  # noqa: S102 - what a user's script says
    assert [name for name in names if hasattr(builtins, name)] == []
    assert names.keys() >= set(package.__all__)


@every_package
@pytest.mark.parametrize("name", sorted(NAMED_AS_BUILTINS))
def test_an_error_named_as_a_builtin_is_had_by_name_and_caught_by_either(package: ModuleType, name: str) -> None:
    assert getattr(package, name) is getattr(errors, name)
    assert issubclass(getattr(errors, name), getattr(builtins, name))


@every_protocol
def test_what_core_has_too_is_the_very_same_object(package: ModuleType) -> None:
    for name in set(package.__all__) & set(asterisk_py_core.__all__):
        assert getattr(package, name) is getattr(asterisk_py_core, name), name


@every_protocol
@pytest.mark.parametrize("name", sorted(set(errors.__all__) | SHARED))
def test_what_every_caller_needs_comes_from_the_package_it_imports(package: ModuleType, name: str) -> None:
    assert name in package.__all__ or name in NAMED_AS_BUILTINS
    assert hasattr(package, name)


@pytest.mark.parametrize("name", PACKAGES)
def test_where_there_is_a_login_there_are_credentials(name: str) -> None:
    has_them = getattr(PACKAGES[name], "Credentials", None) is asterisk_py_core.Credentials
    assert has_them is (name not in WITHOUT_A_LOGIN)


@every_package
def test_the_errors_of_a_package_have_one_root(package: ModuleType) -> None:
    exported = [getattr(package, name) for name in package.__all__]
    raised = [each for each in exported if isinstance(each, type) and issubclass(each, BaseException)]
    assert raised
    assert all(issubclass(each, asterisk_py_core.AsteriskError) for each in raised)


@every_package
def test_the_package_is_typed(package: ModuleType) -> None:
    resources = importlib.import_module("importlib.resources")
    assert (resources.files(package) / "py.typed").is_file()
