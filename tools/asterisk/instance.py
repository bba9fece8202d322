"""One real Asterisk for tests and demonstrations: where it listens, who may log in, and its life."""

import os
import secrets
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from .cache import cache_folder, is_provisioned, root_folder
from .errors import AttachError, NotOwnedError, NotProvisionedError, StartError
from .ports import HOST, Ports, free_ports
from .process import Process
from .provision import ATTACH_HINT, asterisk_version
from .run_folder import RunFolder

__all__ = ["Asterisk", "User"]

_AMI_USERS = ("admin", "limited", "readonly", "single", "denied")
_ARI_USERS = ("ari", "ari-readonly")
_OTHERS = ("outbound", "phone")


@dataclass(frozen=True, slots=True)
class User:
    """A name and secret that Asterisk knows."""

    username: str
    secret: str = field(repr=False)


class Asterisk:
    """A running Asterisk, ours (`Asterisk.start`) or somebody else's (`attach`).

    Every method blocks; from a coroutine use `await asyncio.to_thread(pbx.kill)`. What touches the process or its files
    (`stop`, `kill`, `restart`, `freeze`, `thaw`, `cli`, `log_text`, `add_script`) needs `owned` and raises
    `NotOwnedError` otherwise. As a context manager it always stops what it started and removes what it wrote.
    """

    def __init__(
        self, host: str, ports: Ports, users: Mapping[str, User], *, ca_file: Path | None, version: str
    ) -> None:
        self.host = host
        self.ami_port = ports.ami
        self.ami_tls_port = ports.ami_tls
        self.http_port = ports.http
        self.https_port = ports.https
        self.sip_port = ports.sip
        self.agi_port = ports.agi
        """Where a test listens for FastAGI."""
        self.websocket_port = ports.websocket
        """Where a test listens for the WebSockets that Asterisk opens."""
        self.version = version
        """Such as `22.10.1`; `unknown` when attached."""
        self._users = dict(users)
        self._ca_file = ca_file
        self._run: RunFolder | None = None
        self._process: Process | None = None

    @classmethod
    def start(
        cls,
        environ: Mapping[str, str] = os.environ,
        *,
        extra_config: Mapping[str, str] | None = None,
        wait: bool = True,
    ) -> Self:
        """Start the provisioned Asterisk on free loopback ports with new secrets.

        Args:
            environ: Where the cache folder is read from.
            extra_config: Text to append to configuration files, by file name.
            wait: Return when it has booted; otherwise at once.

        Raises:
            NotProvisionedError: there is none in the cache.
            StartError: not root, or it did not boot.
        """
        root = root_folder(cache_folder(environ))
        if not is_provisioned(root):
            raise NotProvisionedError(f"there is no Asterisk in {root}: run `make asterisk` first. {ATTACH_HINT}")
        if os.geteuid() != 0:
            raise StartError(f"starting the provisioned Asterisk needs root (chroot). {ATTACH_HINT}")
        ports = free_ports()
        users = {name: User(name, secrets.token_hex(16)) for name in (*_AMI_USERS, *_ARI_USERS, *_OTHERS)}
        version = asterisk_version(root)
        run = RunFolder.create(root, _template_values(ports, users), extra_config)
        pbx = cls(HOST, ports, users, ca_file=run.path / "tls/ca.pem", version=version)
        pbx._run = run
        pbx._process = Process(run)
        try:
            pbx.restart(wait=wait)
        except BaseException:
            pbx.close()
            raise
        return pbx

    @property
    def owned(self) -> bool:
        """Whether we started it and may do with it as we like."""
        return self._process is not None

    def user(self, name: str = "admin") -> User:
        """Return a user: AMI's `admin`, `limited`, `readonly`, `single`, `denied`; ARI's `ari`, `ari-readonly`.

        `outbound` is what Asterisk presents when it opens a WebSocket to a test; `phone` is a SIP account.

        Raises:
            AttachError: there is no such user; for an attached Asterisk the environment variables name all of them.
        """
        if name not in self._users:
            known = ", ".join(self._users)
            raise AttachError(f"no user {name!r} is known for the Asterisk on {self.host}, only {known}")
        return self._users[name]

    @property
    def ca_file(self) -> Path:
        """The certificate authority that a TLS client has to trust, as a PEM file.

        Raises:
            AttachError: attached with no ASTERISK_CA_FILE.
        """
        if self._ca_file is None:
            raise AttachError("set ASTERISK_CA_FILE to the authority of the attached Asterisk's certificate")
        return self._ca_file

    @property
    def is_running(self) -> bool:
        """Whether the process exists, frozen or not; an attached one is taken to run."""
        return self._process is None or self._process.is_running

    @property
    def pid(self) -> int:
        """Process number of the running Asterisk we own."""
        return self._owned()[1].pid

    def restart(self, *, wait: bool = True) -> None:
        """Start it again on the same ports, with the same users, after stopping it if it still runs."""
        _, process = self._owned()
        process.terminate(timeout=10)
        process.spawn()
        if wait:
            self.wait_booted()

    def stop(self, *, graceful: bool = False, timeout: float = 20.0) -> None:
        """Stop it as an administrator would; it can be started again with `restart`.

        Args:
            graceful: Refuse new calls and let those that run come to their end first.
            timeout: Seconds after which it is killed.
        """
        _, process = self._owned()
        if graceful and process.is_running:
            process.thaw()
            process.cli("core stop gracefully", timeout=10)
            process.wait(timeout)
        else:
            process.terminate(timeout)

    def kill(self) -> None:
        """End it with SIGKILL, as a crash or a power cut would; it can be started again with `restart`."""
        self._owned()[1].kill()

    def freeze(self) -> None:
        """Make it silent with every connection left open."""
        self._owned()[1].freeze()

    def thaw(self) -> None:
        """Let a frozen one go on."""
        self._owned()[1].thaw()

    def cli(self, command: str, *, timeout: float = 10.0) -> str:
        """Run a command such as `core show channels` and return its output; `timeout` is in seconds."""
        return self._owned()[1].cli(command, timeout)

    def wait_booted(self, timeout: float = 60.0) -> None:
        """Wait until Asterisk says that it has fully booted and AMI greets on its port.

        Raises:
            StartError: it ended, or `timeout` seconds passed; the message has the end of its log.
        """
        _, process = self._owned()
        deadline = time.monotonic() + timeout
        while process.is_running and time.monotonic() < deadline:
            if process.control_socket.exists() and self._is_booted(process):
                return
            time.sleep(0.05)
        reason = f"did not boot within {timeout} s" if process.is_running else "ended while it was starting"
        raise StartError(f"Asterisk {reason}; the end of its log:\n{self.log_text()[-2000:]}")

    def _is_booted(self, process: Process) -> bool:
        try:
            if "fully booted" not in process.cli("core waitfullybooted", timeout=30):
                return False
            with socket.create_connection((self.host, self.ami_port), timeout=5) as ami:
                return ami.recv(8) == b"Asterisk"
        except (OSError, StartError):
            return False

    def log_text(self) -> str:
        """Return what Asterisk has logged in this run (notices, warnings, errors) and printed."""
        run, _ = self._owned()
        logs = (run.path / "log/messages", run.path / "log/output")
        return "".join(log.read_text("utf-8", "surrogateescape") for log in logs if log.exists())

    def add_script(self, name: str, text: str) -> Path:
        """Write an executable AGI script that `Local/NAME@script` runs on standard input and output."""
        return self._owned()[0].add_script(name, text)

    def join(self) -> int | None:
        """Wait until it ends by itself and return its exit code."""
        return self._owned()[1].join()

    def close(self) -> None:
        """Stop what was started and remove what was written; nothing for an attached one. Safe to call twice."""
        if self._process is not None:
            self._process.terminate(timeout=10)
        if self._run is not None:
            self._run.remove()

    def _owned(self) -> tuple[RunFolder, Process]:
        if self._run is None or self._process is None:
            raise NotOwnedError(f"the Asterisk on {self.host} is attached: only its owner may do that")
        return self._run, self._process

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _template_values(ports: Ports, users: Mapping[str, User]) -> dict[str, str]:
    values = {f"{name}_port": str(getattr(ports, name)) for name in Ports.__slots__}
    for user in users.values():
        values[f"{user.username.replace('-', '_')}_secret"] = user.secret
    return values
