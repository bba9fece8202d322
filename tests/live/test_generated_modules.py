"""The generated modules are what the generators make of the Asterisk at hand."""

import os

import pytest

from tools import generate_agi, generate_ami, generate_ari
from tools.asterisk import Asterisk, cache_folder, root_folder
from tools.generator import COMMAND, source_folder

GENERATORS = {"ami": generate_ami.generate, "agi": generate_agi.generate, "ari": generate_ari.generate}
ARI_MODULES = ["events.py", "handles.py", "models.py", "resources/__init__.py"]
ARI_RESOURCES = [
    "applications", "asterisk", "bridges", "channels", "device_states", "endpoints", "events", "mailboxes", "playbacks",
    "recordings", "sounds",
]  # fmt: skip
MODULES = [
    ("ami", "actions.py"),
    ("ami", "events.py"),
    ("agi", "commands.py"),
    *(("ari", module) for module in ARI_MODULES),
    *(("ari", f"resources/{name}.py") for name in ARI_RESOURCES),
]


@pytest.mark.parametrize(("package", "module"), MODULES)
def test_generating_again_changes_no_byte(our_pbx: Asterisk, package: str, module: str) -> None:
    committed = (source_folder(package) / module).read_bytes()
    if f"Asterisk {our_pbx.version} ".encode() not in committed.partition(b"\n")[0]:
        pytest.skip(f"{module} comes from another version; this is {our_pbx.version}: {COMMAND}")
    assert GENERATORS[package](root_folder(cache_folder(os.environ)))[module].encode() == committed


def test_every_generated_module_of_ari_is_looked_at(our_pbx: Asterisk) -> None:
    del our_pbx
    generated = generate_ari.generate(root_folder(cache_folder(os.environ)))
    assert {("ari", module) for module in generated} <= set(MODULES)
