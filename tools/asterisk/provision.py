"""Install a real Asterisk 22 from Debian packages into the cache.

debootstrap installs a minimal Debian of the suite that carries Asterisk 22 into a folder: nothing of it touches the
machine's own packages. It needs root, because packages change owners and make device nodes. Where the kernel allows it,
debootstrap has mount and process namespaces of its own: what it mounts and starts goes away with it, however it ends.
"""

import fcntl
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from .apt_sources import find_mirror, without_login
from .cache import cache_folder, is_provisioned, root_folder
from .errors import ProvisionError

__all__ = ["asterisk_version", "build", "provision"]

_SUITE = "forky"
_SCRIPT = "/usr/share/debootstrap/scripts/sid"
_PACKAGES = "asterisk,asterisk-modules,asterisk-config"
_PARTIAL = ".partial-"
_OWN_NAMESPACES = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]

ATTACH_HINT = "Or use an Asterisk that runs already: set ASTERISK_HOST and friends (tools/asterisk/README.md)."


def provision(environ: Mapping[str, str] = os.environ, *, install_debootstrap: bool = False) -> Path:
    """Make sure that a finished Asterisk 22 is in the cache and return its root folder; at once if it is there already.

    Raises:
        ProvisionError: not root, no debootstrap, no mirror, or the installation failed.
    """
    cache = cache_folder(environ)
    root = root_folder(cache)
    if is_provisioned(root):
        return root
    if os.geteuid() != 0:
        raise ProvisionError(f"installing Asterisk needs root: run it with sudo. {ATTACH_HINT}")
    _require_debootstrap(install=install_debootstrap)
    mirror = find_mirror(environ)
    print(f"Installing Asterisk 22 into {root} (about a minute)", flush=True)
    return build(cache, lambda folder: _debootstrap(folder, mirror))


def build(cache: Path, bootstrap: Callable[[Path], None], read_version: Callable[[Path], str] | None = None) -> Path:
    """Let `bootstrap` fill a folder beside the final one, check that it holds Asterisk 22, and give it its final name.

    One process at a time does this; one that waited finds the finished root and leaves it as it is. What an interrupted
    run left behind is removed first.

    Raises:
        ProvisionError: it is not Asterisk 22, or something is still mounted in what has to be removed.
    """
    root = root_folder(cache)
    cache.mkdir(parents=True, exist_ok=True)
    with _locked(cache / "provision.lock"):
        if is_provisioned(root):
            return root
        for left_behind in [*cache.glob(f"{_PARTIAL}*"), root]:
            _remove(left_behind)
        partial = Path(tempfile.mkdtemp(prefix=_PARTIAL, dir=cache))
        try:
            # mkdtemp makes a folder for its owner only; Asterisk, running as its own user, has to pass through it.
            partial.chmod(0o755)
            bootstrap(partial)
            _require_22((read_version or asterisk_version)(partial))
            partial.rename(root)
        except BaseException:
            # If this cannot remove everything, the next run does, and the reason why we are here is worth more.
            with suppress(ProvisionError, OSError):
                _remove(partial)
            raise
    return root


def _require_22(version: str) -> None:
    if not version.startswith("22."):
        raise ProvisionError(f"expected Asterisk 22, but the packages hold {version}")


def asterisk_version(root: Path) -> str:
    """Return the version of the Asterisk in a root folder, such as `22.10.1`, by asking it.

    Raises:
        ProvisionError: it does not run or does not say.
    """
    answer = subprocess.run(
        ["chroot", root, "/usr/sbin/asterisk", "-V"], capture_output=True, text=True, check=False, timeout=30
    )
    if match := re.match(r"Asterisk (\d+(?:\.\d+)*)", answer.stdout):
        return match[1]
    raise ProvisionError(f"the Asterisk in {root} does not tell its version: {answer.stderr.strip()}")


def _require_debootstrap(*, install: bool) -> None:
    if shutil.which("debootstrap") and Path(_SCRIPT).exists():
        return
    if not install or not shutil.which("apt-get"):
        raise ProvisionError(
            "debootstrap is missing: install it (apt-get install debootstrap debian-archive-keyring), "
            f"or give --install-debootstrap. {ATTACH_HINT}"
        )
    print("Installing debootstrap", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-qq", "--no-install-recommends", "debootstrap", "debian-archive-keyring"],
    ):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ProvisionError(f"{' '.join(command)} failed:\n{without_login(done.stderr)}")


def _debootstrap(folder: Path, mirror: str) -> None:
    """Install into an existing empty folder.

    The signatures are always checked (`--force-check-gpg`): whatever the mirror is, what comes from it is Debian's.
    """
    command = ["debootstrap", "--variant=minbase", "--force-check-gpg", f"--include={_PACKAGES}"]
    command += [_SUITE, str(folder), mirror, _SCRIPT]
    if _is_possible(_OWN_NAMESPACES):
        command = [*_OWN_NAMESPACES, *command]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        last_lines = without_login("\n".join(done.stdout.splitlines()[-15:]))
        raise ProvisionError(f"debootstrap failed (exit code {done.returncode}):\n{last_lines}")
    # The installed packages' archives, which nobody needs again: a fifth of the size.
    for package in (folder / "var/cache/apt/archives").glob("*.deb"):
        package.unlink()
    # The machine's name servers, which debootstrap copies: an Asterisk for tests asks nobody outside the machine.
    (folder / "etc/resolv.conf").unlink(missing_ok=True)


def _is_possible(prefix: list[str]) -> bool:
    """Whether a command with this in front of it runs; in a container it may not."""
    if not shutil.which(prefix[0]):
        return False
    return subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0


def _remove(folder: Path) -> None:
    """Remove a folder, unless something is mounted in it: removing what is mounted would reach into the machine."""
    if not folder.exists():
        return
    # The kernel writes a blank in a path as \040.
    inside = f"{folder.resolve()}/".replace(" ", r"\040")
    mounts = Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()
    if any(line.split(" ")[1].startswith(inside) for line in mounts):
        raise ProvisionError(f"something is still mounted in {folder}: unmount it and remove the folder")
    shutil.rmtree(folder)


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
