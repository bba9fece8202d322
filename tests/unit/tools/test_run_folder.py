"""What one run writes: configuration from templates, ports, and a folder that is always taken away."""

import os
import re
import socket
import ssl
from pathlib import Path

import pytest

from tools.asterisk.config_templates import CONFIG_FOLDER, render_all
from tools.asterisk.instance import User, _template_values
from tools.asterisk.ports import HOST, Ports, free_ports
from tools.asterisk.run_folder import RunFolder

PORTS = Ports(ami=10001, ami_tls=10002, http=10003, https=10004, sip=10005, agi=10006, websocket=10007)
NAMES = ("admin", "limited", "readonly", "single", "denied", "ari", "ari-readonly", "outbound", "phone")
VALUES = _template_values(PORTS, {name: User(name, f"secret-of-{name}") for name in NAMES})
FOLDERS = {"folder": "/srv/run", "module_folder": "/usr/lib/modules"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A provisioned root, as far as a run folder looks, whose asterisk user is the one that runs the tests."""
    for folder in ("etc", "srv", "usr/lib/some-arch/asterisk/modules"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "etc/passwd").write_text(f"root:x:0:0\nasterisk:x:{os.getuid()}:{os.getgid()}:PBX\n", encoding="utf-8")
    return tmp_path


def test_no_placeholder_is_left_in_any_file() -> None:
    files = render_all({**VALUES, **FOLDERS})
    assert sorted(files) == sorted(file.name for file in CONFIG_FOLDER.iterdir())
    assert [name for name, text in files.items() if "@@" in text] == []


def test_every_value_is_used_somewhere() -> None:
    everything = "\n".join(render_all({**VALUES, **FOLDERS}).values())
    assert [name for name, value in {**VALUES, **FOLDERS}.items() if value not in everything] == []


def test_a_value_that_is_missing_is_named() -> None:
    with pytest.raises(KeyError, match="admin_secret"):
        render_all({name: value for name, value in {**VALUES, **FOLDERS}.items() if name != "admin_secret"})


def test_no_template_listens_anywhere_but_on_loopback() -> None:
    files = render_all({**VALUES, **FOLDERS})
    addresses = re.findall(r"^(?:tls)?bind(?:addr)? = ([^:\n]+)", "\n".join(files.values()), re.MULTILINE)
    assert addresses == [HOST] * 5  # AMI, HTTP, both over TLS, SIP.


def test_extra_configuration_is_appended_as_it_is_or_makes_a_new_file() -> None:
    files = render_all({**VALUES, **FOLDERS}, {"manager.conf": "[more]\nsecret = @@{x}", "new.conf": "[general]"})
    assert files["manager.conf"].endswith("\n[more]\nsecret = @@{x}\n")
    assert "[admin]" in files["manager.conf"]
    assert files["new.conf"] == "\n[general]\n"


@pytest.mark.parametrize("name", ["../manager.conf", "manager", "/etc/manager.conf", ""])
def test_extra_configuration_for_anything_but_a_conf_file_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"such as manager\.conf"):
        render_all({**VALUES, **FOLDERS}, {name: "text"})


def test_free_ports_differ_and_can_be_listened_on() -> None:
    ports = free_ports()
    numbers = {getattr(ports, name) for name in Ports.__slots__}
    assert len(numbers) == len(Ports.__slots__)
    with socket.create_server((HOST, ports.ami)):
        pass


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_a_number_that_is_no_port_is_refused_by_name(port: int) -> None:
    with pytest.raises(ValueError, match=f"https port must be between 1 and 65535, not {port}"):
        Ports(ami=1, ami_tls=2, http=3, https=port, sip=5, agi=6, websocket=7)


def test_a_run_folder_holds_the_configuration_and_trusted_certificates_and_nobody_else_reads_it(root: Path) -> None:
    run = RunFolder.create(root, VALUES)
    try:
        assert run.path.stat().st_mode & 0o777 == 0o700
        assert f"astetcdir => {run.inside}/etc" in (run.path / "etc/asterisk.conf").read_text(encoding="utf-8")
        context = ssl.create_default_context(cafile=run.path / "tls/ca.pem")
        context.load_cert_chain(run.path / "tls/server.pem", run.path / "tls/server.key")
    finally:
        run.remove()
    assert not run.path.exists()


def test_a_script_is_executable(root: Path) -> None:
    run = RunFolder.create(root, VALUES)
    try:
        script = run.add_script("mine", "#!/bin/sh\n")
        assert script.stat().st_mode & 0o777 == 0o755
    finally:
        run.remove()


def test_runs_that_live_are_left_alone_and_what_a_dead_process_left_is_removed(root: Path) -> None:
    living = RunFolder.create(root, VALUES)
    dead = RunFolder.create(root, VALUES)
    dead._lock.close()  # What the kernel does when a process dies.
    # Its number has gone to another process, which must not be touched: our own.
    (dead.path / "run/asterisk.pid").write_text(f"{os.getpid()}\n", encoding="ascii")
    new = RunFolder.create(root, VALUES)
    try:
        assert living.path.exists()
        assert not dead.path.exists()
        assert new.path.exists()
    finally:
        living.remove()
        new.remove()


def test_a_run_folder_that_cannot_be_filled_is_taken_away(root: Path) -> None:
    with pytest.raises(KeyError):
        RunFolder.create(root, {})
    assert [entry.name for entry in (root / "srv").iterdir()] == ["asterisk-runs.lock"]
