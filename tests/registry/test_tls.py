"""TLS with an authority of our own: what is trusted, and what the refusals say."""
from __future__ import annotations

import datetime
import ipaddress
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from oakum.lab.registry import app
from oakum.lab.serving import HTTPServer, LoopThread, listen
from oakum.registry import manifests
from oakum.registry.errors import ConnectError, CredentialsError
from oakum.registry.reference import parse

from .conftest import Host, connect

NOW = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _certificate(
    subject: str, key: ec.EllipticCurvePrivateKey, issuer: str, signer: ec.EllipticCurvePrivateKey, *, authority: bool
) -> bytes:
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW)
        .not_valid_after(NOW + datetime.timedelta(days=36500))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    if not authority:
        address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        builder = builder.add_extension(x509.SubjectAlternativeName([address]), critical=False)
    return builder.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[Host]:
    """A registry with TLS on all loopback addresses, its certificate for 127.0.0.1 only; `ca.pem` lies beside it."""
    authority, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    (tmp_path / "ca.pem").write_bytes(_certificate("ca", authority, "ca", authority, authority=True))
    (tmp_path / "server.pem").write_bytes(_certificate("server", key, "ca", authority, authority=False))
    (tmp_path / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    listener = listen(host="0.0.0.0")
    with LoopThread("tls") as thread:
        server = HTTPServer(
            app(tmp_path / "registry", sync=False),
            listener,
            certificate=tmp_path / "server.pem",
            key=tmp_path / "key.pem",
        )
        thread.run(server.start())
        address = f"127.0.0.1:{listener.getsockname()[1]}"
        yield Host(address, connect(ca_files=(str(tmp_path / "ca.pem"),)))
        thread.run(server.stop())


def test_a_registry_of_our_own_authority_is_trusted(secure: Host) -> None:
    pushed = secure.push_image("app:1")
    assert manifests.resolve(secure.transport, secure.ref("app:1")).digest == pushed.digest


def test_an_unknown_authority_is_refused(secure: Host) -> None:
    words = "tls: failed to verify certificate: x509: certificate signed by unknown authority"
    with pytest.raises(ConnectError) as caught:
        manifests.get(connect(), parse(f"{secure.address}/app:1"))
    assert str(caught.value).startswith(f'Get "https://{secure.address}/v2/": {words}; Get "http://')


def test_another_name_than_the_certificates_is_refused(secure: Host, tmp_path: Path) -> None:
    other = secure.address.replace("127.0.0.1", "127.0.0.2")
    for authorities in [(str(tmp_path / "ca.pem"),), ()]:
        with pytest.raises(ConnectError, match=r"x509: certificate is valid for 127.0.0.1, not 127.0.0.2$"):
            manifests.get(connect(ca_files=authorities), parse(f"{other}/app:1"))


def test_verification_may_be_switched_off(secure: Host) -> None:
    secure.push_image("app:1")
    other = secure.address.replace("127.0.0.1", "127.0.0.2")
    assert manifests.get(connect(verify=False), parse(f"{other}/app:1")).raw


def test_files_that_hold_no_certificate_are_refused(tmp_path: Path) -> None:
    (tmp_path / "bad.pem").write_text("hello")
    with pytest.raises(CredentialsError, match=r"^Adding CA certificates from '.*bad.pem': failed$"):
        connect(ca_files=(str(tmp_path / "bad.pem"),))
    with pytest.raises(CredentialsError, match=r"^Reading CA certificates from '/nope': open /nope: no such file"):
        connect(ca_files=("/nope",))
