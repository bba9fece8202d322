"""Which protocols are held to the contract: all of them, or those of the one package that is installed.

``CONTRACT_PACKAGE=ami`` in the environment says that only asterisk-py-ami and what it needs are installed, as
`make contract-wheels` does it.
"""

import os
from importlib import import_module
from types import ModuleType
from typing import Final

from tests.contract.harness import Harness

__all__ = ["HARNESSES", "PACKAGES"]

# The harnesses of each package, by the module that has them. They import it, so they are imported only if it is there.
_BY_PACKAGE: Final = {
    "ami": {"tests.contract.harness_ami": ["AmiHarness"]},
    "agi": {"tests.contract.harness_agi": ["AgiHarness"]},
    "ari": {"tests.contract.harness_ari": ["AriHttpHarness", "AriWebSocketHarness"]},
}
_ALONE: Final = os.environ.get("CONTRACT_PACKAGE")
_HERE: Final = list(_BY_PACKAGE) if _ALONE is None else [_ALONE]

HARNESSES: Final[tuple[type[Harness], ...]] = tuple(
    getattr(import_module(module), name)
    for package in _HERE
    for module, names in _BY_PACKAGE[package].items()
    for name in names
)
PACKAGES: Final[dict[str, ModuleType]] = {
    package: import_module(f"asterisk_py_{package}") for package in ("core", *_HERE)
}
"""The packages under test by their short names, core among them."""
