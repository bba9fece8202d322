"""`python -m tools.asterisk provision` installs Asterisk; `python -m tools.asterisk run` starts one to play with."""

import argparse
import signal
import sys
from typing import NoReturn

from . import Asterisk, AsteriskToolError, provision
from .provision import asterisk_version


def main() -> int:
    """Run the command and return the exit code: 0 done, 1 failed (the reason is on standard error)."""
    parser = argparse.ArgumentParser(prog="python -m tools.asterisk", description="A real Asterisk 22 on loopback.")
    commands = parser.add_subparsers(dest="command", required=True)
    installing = commands.add_parser("provision", help="install it into the cache, once; needs root")
    installing.add_argument(
        "--install-debootstrap", action="store_true", help="install debootstrap with apt-get when it is missing"
    )
    commands.add_parser("run", help="start it, print how to reach it, stop it on Ctrl-C; needs root")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, _stop)
    try:
        if arguments.command == "provision":
            root = provision(install_debootstrap=arguments.install_debootstrap)
            print(f"Asterisk {asterisk_version(root)} is in {root}")
            return 0
        return _run()
    except AsteriskToolError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _stop(_number: int, _frame: object) -> NoReturn:
    """End by an exception, so that what was started is stopped on the way out."""
    raise KeyboardInterrupt


def _run() -> int:
    """Keep one Asterisk in the foreground until Ctrl-C."""
    with Asterisk.start() as pbx:
        print(f"Asterisk {pbx.version} runs on {pbx.host} as process {pbx.pid}; Ctrl-C stops it.\n")
        print(f"AMI {pbx.ami_port}  AMI TLS {pbx.ami_tls_port}  HTTP {pbx.http_port}  HTTPS {pbx.https_port}")
        print(f"It calls FastAGI on {pbx.agi_port} and opens WebSockets to {pbx.websocket_port}.")
        print(f"Certificate authority: {pbx.ca_file}\n")
        print("Secrets, made for this run only and shown so that you can log in:")
        for name in ("admin", "limited", "readonly", "single", "denied", "ari", "ari-readonly"):
            print(f"  {name:<13}{pbx.user(name).secret}")
        sys.stdout.flush()
        try:
            print(f"Asterisk ended by itself with exit code {pbx.join()}", file=sys.stderr)
        except KeyboardInterrupt:
            return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
