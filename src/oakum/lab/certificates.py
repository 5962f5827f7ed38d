"""The lab's own certificate authority, and the API server's certificate (RFC 5280)."""

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from oakum.lab.files import write_private
from oakum.lab.network import API_SERVICE_IP, CLUSTER_DOMAIN

_SERVICE = "kubernetes.default.svc"
_NAMES = ("localhost", "kubernetes", "kubernetes.default", _SERVICE, f"{_SERVICE}.{CLUSTER_DOMAIN}")
_LIFE = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class Certificates:
    """PEM files: the authority that clients trust, and the server's certificate and key."""

    authority: Path
    certificate: Path
    key: Path


def certificates(folder: Path, address: str = "127.0.0.1") -> Certificates:
    """The certificates of a lab that listens on `address`, made when `folder` has none for it yet.

    The authority's own key is not kept: another address has another authority.
    """
    found = Certificates(folder / "ca.crt", folder / "server.crt", folder / "server.key")
    if not found.key.exists() or not _covers(found.certificate, address):
        authority_key, server_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        name = _name("oakum-lab-ca")
        authority = _sign(_authority(name), name, authority_key.public_key(), authority_key)
        server = _sign(_server(address), name, server_key.public_key(), authority_key)
        write_private(found.authority, authority.public_bytes(serialization.Encoding.PEM))
        write_private(found.certificate, server.public_bytes(serialization.Encoding.PEM))
        # Last, since its presence says that all are there.
        write_private(found.key, _pem(server_key))
    return found


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _authority(name: x509.Name) -> x509.CertificateBuilder:
    usage = x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        crl_sign=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    builder = x509.CertificateBuilder().subject_name(name)
    return builder.add_extension(x509.BasicConstraints(True, 0), True).add_extension(usage, True)


def _covers(certificate: Path, address: str) -> bool:
    names = x509.load_pem_x509_certificate(certificate.read_bytes()).extensions
    stated = names.get_extension_for_class(x509.SubjectAlternativeName).value
    return ipaddress.ip_address(address) in stated.get_values_for_type(x509.IPAddress)


def _server(address: str) -> x509.CertificateBuilder:
    every = dict.fromkeys(("127.0.0.1", API_SERVICE_IP, address))
    addresses = [x509.IPAddress(ipaddress.ip_address(text)) for text in every]
    names = x509.SubjectAlternativeName([*(x509.DNSName(name) for name in _NAMES), *addresses])
    builder = x509.CertificateBuilder().subject_name(_name("kube-apiserver"))
    builder = builder.add_extension(x509.BasicConstraints(False, None), True).add_extension(names, False)
    return builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)


def _sign(
    builder: x509.CertificateBuilder,
    issuer: x509.Name,
    public: ec.EllipticCurvePublicKey,
    authority: ec.EllipticCurvePrivateKey,
) -> x509.Certificate:
    now = datetime.now(UTC)
    issuer_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key())
    builder = builder.issuer_name(issuer).public_key(public).serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + _LIFE)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(public), False)
    return builder.add_extension(issuer_key, False).sign(authority, hashes.SHA256())


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
