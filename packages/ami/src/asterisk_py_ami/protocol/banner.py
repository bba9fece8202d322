"""The first line that a server sends, by which Asterisk is told from everybody else."""

import re
from typing import Final

from asterisk_py_core.errors import UnsupportedVersionError

__all__ = ["cut_banner"]

_START: Final = b"Asterisk Call Manager/"
_BANNER: Final = re.compile(rb"Asterisk Call Manager/([0-9]{1,5}(?:\.[0-9]{1,5}){0,3})\r?\n")
_MAX_BANNER: Final = 256


def cut_banner(received: bytes, address: str) -> tuple[tuple[int, ...], bytes] | None:
    """Return the AMI version that *received* begins with, and what follows the banner; None while one may still come.

    *received* is all that came so far from *address*, which is for messages.

    Raises:
        UnsupportedVersionError: no banner of Asterisk begins so.
    """
    line, end, rest = received.partition(b"\n")
    if banner := _BANNER.fullmatch(line + end):
        return tuple(int(number) for number in banner[1].split(b".")), rest
    # What cannot become a banner any more is refused at once: a peer that waits for us would never end it.
    if end or len(line) > _MAX_BANNER or line[: len(_START)] != _START[: len(line)]:
        shown = line[:_MAX_BANNER].rstrip(b"\r").decode("utf-8", "backslashreplace")
        raise UnsupportedVersionError(address=address, banner=shown)
    return None
