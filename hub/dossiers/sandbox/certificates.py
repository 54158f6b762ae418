"""Certificates of the sandbox's own making: a CA to be trusted, and another one that is not.

In a folder: `ca.pem` is for clients, `server.pem` is the server's key and chain, `other-ca.pem` and
`other-server.pem` are what the fault `wrong_certificate` shows. Whatever is there is used again, so
that a sandbox that comes back is still trusted. Keys are for their owner alone (0600).
"""

import os
import ssl
from pathlib import Path

import trustme

_ORGANIZATION = "motcua sandbox"


class Certificates:
    """The TLS side of the server, whose certificate can be changed while it serves."""

    def __init__(self, folder: Path, host: str) -> None:
        """Read the folder's certificates, or make them for `host` and this machine's own names."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.ca = folder / "ca.pem"
        self._right = _pair(self.ca, folder / "server.pem", host)
        self._wrong = _pair(folder / "other-ca.pem", folder / "other-server.pem", host)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        self.show(wrong=False)

    def show(self, *, wrong: bool) -> None:
        """Choose the certificate that connections get from now on."""
        self.context.load_cert_chain(self._wrong if wrong else self._right)


def _pair(ca_file: Path, server_file: Path, host: str) -> Path:
    if not (ca_file.exists() and server_file.exists()):
        ca = trustme.CA(organization_name=_ORGANIZATION)
        names = dict.fromkeys(("127.0.0.1", "localhost", "::1", host))
        server = ca.issue_cert(*names, organization_name=_ORGANIZATION)
        write_private(server_file, server.private_key_and_cert_chain_pem.bytes())
        ca_file.write_bytes(ca.cert_pem.bytes())
    return server_file


def write_private(file: Path, content: bytes) -> None:
    """Write a file that nobody but its owner may read, not even while it is written."""
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as out:
        os.fchmod(handle, 0o600)
        out.write(content)
