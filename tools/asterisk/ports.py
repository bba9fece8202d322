"""Choose free loopback ports for one Asterisk and for what tests run beside it."""

import random
import socket
from contextlib import ExitStack
from dataclasses import astuple, dataclass
from pathlib import Path

from .errors import StartError

__all__ = ["HOST", "Ports", "free_ports"]

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Ports:
    """The loopback ports of one run; Asterisk listens on the first five, tests on the last two."""

    ami: int
    ami_tls: int
    http: int
    https: int
    sip: int
    agi: int
    websocket: int

    def __post_init__(self) -> None:
        """Refuse what is no port number, naming it."""
        for name, port in zip(self.__slots__, astuple(self), strict=True):
            if not 0 < port < 65536:
                raise ValueError(f"{name} port must be between 1 and 65535, not {port}")


def free_ports() -> Ports:
    """Return ports on which nothing listens now.

    They lie below the range the kernel gives to outgoing connections. In that range a client that keeps trying to
    reach a stopped Asterisk can be given the very port it is calling and so connect to itself, or another program can
    be given it before Asterisk is started again.

    Raises:
        StartError: the machine has no such ports left.
    """
    first_outgoing = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text(encoding="ascii").split()[0])
    candidates = range(10_000, max(first_outgoing, 12_000))
    wanted = len(Ports.__slots__)
    found: list[int] = []
    with ExitStack() as held:
        for port in random.SystemRandom().sample(candidates, 1_000):
            if _hold(held, port):
                found.append(port)
            if len(found) == wanted:
                return Ports(*found)
    raise StartError(f"no {wanted} free ports on {HOST} between {candidates.start} and {candidates.stop - 1}")


def _hold(held: ExitStack, port: int) -> bool:
    """Bind TCP and UDP until all ports are chosen, so that none is chosen twice."""
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        candidate = held.enter_context(socket.socket(socket.AF_INET, kind))
        try:
            candidate.bind((HOST, port))
        except OSError:
            return False
    return True
