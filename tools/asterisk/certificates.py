"""TLS certificates for one run, from a throw-away authority."""

from pathlib import Path

import trustme

from .ports import HOST

__all__ = ["write_certificates"]


def write_certificates(folder: Path) -> None:
    """Write `ca.pem` (for clients), `server.pem` and `server.key` (for `localhost` and 127.0.0.1) into a folder."""
    authority = trustme.CA()
    server = authority.issue_cert("localhost", HOST)
    authority.cert_pem.write_to_path(folder / "ca.pem")
    server.private_key_pem.write_to_path(folder / "server.key")
    for index, certificate in enumerate(server.cert_chain_pems):
        certificate.write_to_path(folder / "server.pem", append=index > 0)
