"""The generated modules are what the generator makes of the Asterisk at hand."""

import os

import pytest

from tools.asterisk import Asterisk, cache_folder, root_folder
from tools.generate_ami import COMMAND, generate, package_folder


@pytest.mark.parametrize("module", ["actions.py", "events.py"])
def test_generating_again_changes_no_byte(our_pbx: Asterisk, module: str) -> None:
    committed = (package_folder() / module).read_bytes()
    if f"Asterisk {our_pbx.version} ".encode() not in committed.partition(b"\n")[0]:
        pytest.skip(f"{module} comes from another version; this is {our_pbx.version}: {COMMAND}")
    assert generate(root_folder(cache_folder(os.environ)))[module].encode() == committed
