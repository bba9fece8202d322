"""The libraries: one module each, imported only in the process that tries it."""

from typing import Final

__all__ = ["RUNNERS"]

# By protocol, then library: where its runner is.
RUNNERS: Final[dict[str, dict[str, str]]] = {
    "ami": {
        "ours": "ours.ami:OursAmi",
        "panoramisk": "panoramisk:PanoramiskAmi",
        "pyst2": "pyst2:Pyst2Ami",
        "pystrix": "pystrix:PystrixAmi",
        "asterisk-ami": "asterisk_ami:AsteriskAmi",
    },
    "agi": {
        "ours": "ours.agi:OursAgi",
        "panoramisk": "panoramisk:PanoramiskAgi",
        "pyst2": "pyst2:Pyst2Agi",
        "pystrix": "pystrix:PystrixAgi",
    },
    "ari": {
        "ours": "ours.ari:OursAri",
        "asyncari": "asyncari:AsyncariAri",
        "aioari": "aioari:AioariAri",
        "ari-client": "ari_client:AriClientAri",
    },
}
