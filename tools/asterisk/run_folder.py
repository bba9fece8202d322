"""The folder of one run: configuration, certificates, logs, spool, database and control socket.

It lies inside the provisioned root, because Asterisk sees nothing outside it, and holds everything a run writes, so
that the root stays as it was installed and several runs share it.
"""

import fcntl
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from .config_templates import render_all
from .errors import StartError

__all__ = ["RunFolder"]

_PREFIX = "asterisk-run-"
_FOLDERS = (
    "agi-bin", "cache", "etc", "lib", "lib/keys", "log", "moh", "run", "sounds", "spool", "spool/recording", "tls",
)  # fmt: skip


class RunFolder:
    """Made by `create`, taken away by `remove`.

    A lock on a file in it tells that its maker lives: the kernel gives the lock up when that process dies, and the next
    run then ends the Asterisk that was left behind and removes the folder.

    Raises:
        BlockingIOError: another living process made it.
    """

    def __init__(self, root: Path, path: Path) -> None:
        self.root = root
        self.path = path
        self.inside = f"/{path.relative_to(root)}"
        self._lock = (path / "lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            raise

    @classmethod
    def create(
        cls, root: Path, values: Mapping[str, str], extra_config: Mapping[str, str] | None = None
    ) -> "RunFolder":
        """Make a folder with the configuration rendered from `values`, to which those that only it knows are added."""
        with _sweeping(root):
            path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=root / "srv"))
            run = cls(root, path)
        try:
            run._fill(values, extra_config)
        except BaseException:
            run.remove()
            raise
        return run

    def _fill(self, values: Mapping[str, str], extra_config: Mapping[str, str] | None) -> None:
        # Imported here because provisioning, often by root's own bare Python, needs nothing but the standard library.
        from .certificates import write_certificates  # noqa: PLC0415 - see above

        modules = next(self.root.glob("usr/lib/*/asterisk/modules"), None)
        if modules is None:
            raise StartError(f"there are no Asterisk modules in {self.root}: remove it and provision again")
        values = {**values, "folder": self.inside, "module_folder": f"/{modules.relative_to(self.root)}"}
        files = render_all(values, extra_config)
        for name in _FOLDERS:
            (self.path / name).mkdir()
        for name, text in files.items():
            (self.path / "etc" / name).write_text(text, encoding="utf-8")
        write_certificates(self.path / "tls")
        # One second of a 500 Hz square wave in 8 kHz mu-law: music enough for a test, and a minute of it to interrupt.
        second = (b"\x9f" * 8 + b"\x1f" * 8) * 500
        (self.path / "moh/tone.ulaw").write_bytes(second)
        (self.path / "sounds/second.ulaw").write_bytes(second)
        (self.path / "sounds/minute.ulaw").write_bytes(second * 60)
        self.add_script("hello", _HELLO_SCRIPT)
        self._give_to_asterisk()

    def add_script(self, name: str, text: str) -> Path:
        """Write an executable AGI script that `Local/NAME@script` runs, and return its path on this machine."""
        script = self.path / "agi-bin" / name
        script.write_text(text, encoding="utf-8")
        script.chmod(0o755)
        return script

    def _give_to_asterisk(self) -> None:
        """Make the user that Asterisk becomes the owner of everything; nobody else reads the secrets."""
        user, group = _ids(self.root, "asterisk")
        self.path.chmod(0o700)
        for folder, _, files in os.walk(self.path):
            for name in ("", *files):
                os.chown(Path(folder) / name, user, group)

    def remove(self) -> None:
        """Remove the folder; nothing of the run is left. Safe to call twice."""
        shutil.rmtree(self.path, ignore_errors=True)
        self._lock.close()


# Answers AGI over standard input and output with nothing but a shell: reads the environment, then runs two commands.
_HELLO_SCRIPT = """\
#!/bin/sh
while read -r line && [ -n "$line" ]; do :; done
printf 'VERBOSE "hello from a script" 1\\n'; read -r reply
printf 'SET VARIABLE FROM_SCRIPT hello\\n'; read -r reply
"""


def _ids(root: Path, name: str) -> tuple[int, int]:
    """User and group number of a user of the provisioned system, not of this machine."""
    for line in (root / "etc/passwd").read_text(encoding="utf-8").splitlines():
        fields = line.split(":")
        if fields[0] == name:
            return int(fields[2]), int(fields[3])
    raise StartError(f"there is no user {name} in {root}: remove it and provision again")


@contextmanager
def _sweeping(root: Path) -> Iterator[None]:
    """Remove what dead processes left behind, with no other process sweeping or making a folder meanwhile."""
    with (root / "srv/asterisk-runs.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for folder in (root / "srv").glob(f"{_PREFIX}*"):
            try:
                abandoned = RunFolder(root, folder)
            except (BlockingIOError, FileNotFoundError):  # Its maker lives, or has just removed it.
                continue
            _end_abandoned(abandoned)
            abandoned.remove()
        yield


def _end_abandoned(run: RunFolder) -> None:
    """Kill the Asterisk of a folder whose maker is dead, if it is that one: its command line names the folder."""
    try:
        pid = int((run.path / "run/asterisk.pid").read_text(encoding="ascii"))
        command_line = Path(f"/proc/{pid}/cmdline")
        if run.inside.encode() not in command_line.read_bytes():
            return
        os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + 5
        while command_line.read_bytes() and time.monotonic() < deadline:
            time.sleep(0.01)
    except (OSError, ValueError):
        return  # No process, or none any more.
