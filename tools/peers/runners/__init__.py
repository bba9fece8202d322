"""The libraries: one module each, imported only in the process that tries it."""

from typing import Final

__all__ = ["RUNNERS"]

# By protocol, then library: where its runner is. `agi` and `ari` of ours join with a class in `ours` and a line here.
RUNNERS: Final[dict[str, dict[str, str]]] = {
    "ami": {
        "ours": "ours:OursAmi",
        "panoramisk": "panoramisk:PanoramiskAmi",
        "pyst2": "pyst2:Pyst2Ami",
        "pystrix": "pystrix:PystrixAmi",
        "asterisk-ami": "asterisk_ami:AsteriskAmi",
    },
    "agi": {
        "panoramisk": "panoramisk:PanoramiskAgi",
        "pyst2": "pyst2:Pyst2Agi",
        "pystrix": "pystrix:PystrixAgi",
    },
    "ari": {
        "asyncari": "asyncari:AsyncariAri",
        "aioari": "aioari:AioariAri",
    },
}
