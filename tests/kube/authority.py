"""Certificates of an authority that a test makes up."""
from __future__ import annotations

import datetime
import ipaddress
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

BEGIN = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)
END = BEGIN + datetime.timedelta(days=36500)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


class Authority:
    """It signs certificates for 127.0.0.1; its own is `pem`."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.pem = self._signed("authority", self._key, authority=True)

    def issue(self, name: str, ends: datetime.datetime = END) -> tuple[bytes, bytes]:
        """A certificate for `name` and its key, both PEM."""
        key = ec.generate_private_key(ec.SECP256R1())
        return self._signed(name, key, authority=False, ends=ends), key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())

    def server(self, folder: Path, *, clients: bool = False) -> ssl.SSLContext:
        """What a server needs; it wants certificates of `clients`. Files are left in `folder`."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.written(folder))
        if clients:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(cadata=self.pem.decode())
        return context

    def written(self, folder: Path) -> Path:
        """A file in `folder` with a server's certificate and key."""
        path = folder / "server.pem"
        path.write_bytes(b"".join(self.issue("server")))
        return path

    def _signed(self, name: str, key: ec.EllipticCurvePrivateKey, *, authority: bool,
                ends: datetime.datetime = END) -> bytes:
        address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        made = x509.CertificateBuilder(
            _name("authority"), _name(name), key.public_key(), x509.random_serial_number(), BEGIN, ends,
            ).add_extension(
                x509.BasicConstraints(ca=authority, path_length=None), critical=True).add_extension(
                    x509.SubjectAlternativeName([address]), critical=False)
        return made.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
