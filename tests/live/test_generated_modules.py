"""The generated modules are what the generators make of the Asterisk at hand."""

import os

import pytest

from tools import generate_agi, generate_ami
from tools.asterisk import Asterisk, cache_folder, root_folder
from tools.generator import COMMAND, source_folder

GENERATORS = {"ami": generate_ami.generate, "agi": generate_agi.generate}


@pytest.mark.parametrize(
    ("package", "module"), [("ami", "actions.py"), ("ami", "events.py"), ("agi", "commands.py")], ids="/".join
)
def test_generating_again_changes_no_byte(our_pbx: Asterisk, package: str, module: str) -> None:
    committed = (source_folder(package) / module).read_bytes()
    if f"Asterisk {our_pbx.version} ".encode() not in committed.partition(b"\n")[0]:
        pytest.skip(f"{module} comes from another version; this is {our_pbx.version}: {COMMAND}")
    assert GENERATORS[package](root_folder(cache_folder(os.environ)))[module].encode() == committed
