"""The Asterisk process of one run.

It runs by plain chroot, with nothing mounted: debootstrap made the few device nodes that Asterisk opens, and Asterisk
does not miss /proc. So there is no mount to undo. chroot(8) replaces itself by Asterisk, so the process we start is
Asterisk: signals go to our own unreaped child, whose number nobody else can get.
"""

import os
import signal
import subprocess
from pathlib import Path

from .errors import StartError
from .run_folder import RunFolder

__all__ = ["Process"]


class Process:
    """Starts and ends Asterisk in a run folder, any number of times, one at a time."""

    def __init__(self, run: RunFolder) -> None:
        self._run = run
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Process number of the running Asterisk.

        Raises:
            StartError: it does not run.
        """
        if self._child is None or self._child.poll() is not None:
            raise StartError("Asterisk is not running")
        return self._child.pid

    @property
    def is_running(self) -> bool:
        """Whether the process exists, frozen or not."""
        return self._child is not None and self._child.poll() is None

    def spawn(self) -> None:
        """Start the process and return at once."""
        if self.is_running:
            raise StartError("Asterisk is running already")
        # One left by a killed process would look like the new one's.
        self.control_socket.unlink(missing_ok=True)
        with (self._run.path / "log/output").open("ab") as output:
            self._child = subprocess.Popen(
                self._command("-f", "-U", "asterisk", "-G", "asterisk"),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=_environment(),
                # Ctrl-C in a terminal is for the tests, which then stop Asterisk themselves.
                start_new_session=True,
            )

    @property
    def control_socket(self) -> Path:
        """Where `cli` reaches Asterisk; it exists from early in the start."""
        return self._run.path / "run/asterisk.ctl"

    def terminate(self, timeout: float) -> None:
        """Ask for a stop that does not wait for calls, and kill after `timeout` seconds; nothing if it does not run."""
        self.thaw()
        self._signal(signal.SIGTERM)
        self.wait(timeout)

    def wait(self, timeout: float) -> None:
        """Wait for the end, and kill after `timeout` seconds."""
        if self._child is None:
            return
        try:
            self._child.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()

    def join(self) -> int | None:
        """Wait without a limit and return the exit code, negative for a signal; None if it never ran."""
        return self._child.wait() if self._child else None

    def kill(self) -> None:
        """End it with SIGKILL: no farewell on any connection but what the kernel sends."""
        self._signal(signal.SIGKILL)
        self.join()

    def freeze(self) -> None:
        """Stop it from running with every connection left open: what a client sees is silence."""
        self._signal(signal.SIGSTOP)
        # The signal takes effect a little later: until then a Ping may still be answered.
        os.waitid(os.P_PID, self.pid, os.WSTOPPED | os.WNOWAIT)

    def thaw(self) -> None:
        """Undo `freeze`."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        if self._child is not None:
            self._child.send_signal(number)  # Does nothing once the child is reaped.

    def cli(self, command: str, timeout: float) -> str:
        """Run one command of Asterisk's command line interface and return what it prints.

        Raises:
            StartError: it cannot be reached or does not answer within `timeout` seconds.
        """
        try:
            done = subprocess.run(
                self._command("-rx", command),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                env=_environment(),
                check=False,
                timeout=timeout,
            )
        except subprocess.TimeoutExpired as error:
            raise StartError(f"Asterisk did not answer the command {command!r} within {timeout} s") from error
        output = done.stdout.decode("utf-8", "surrogateescape")
        if done.returncode:
            raise StartError(f"Asterisk could not be asked {command!r}: {output.strip()}{done.stderr.decode().strip()}")
        return output

    def _command(self, *arguments: str) -> list[str]:
        config = f"{self._run.inside}/etc/asterisk.conf"
        return ["chroot", str(self._run.root), "/usr/sbin/asterisk", "-C", config, *arguments]


def _environment() -> dict[str, str]:
    """Only what Asterisk needs: ours may hold secrets, and AGI scripts would inherit them."""
    return {"PATH": os.defpath + ":/usr/sbin:/sbin", "LANG": "C.UTF-8", "HOME": "/nonexistent"}
