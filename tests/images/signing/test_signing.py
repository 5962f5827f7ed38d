from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hypothesis import given
from hypothesis import strategies as st
from tests.images.conftest import Resolve, config
from tests.registry.conftest import Host

from oakum.images.errors import ConfigError, ResolveErrors
from oakum.images.signing import cosign, keys
from oakum.images.signing.secretbox import open_box, seal
from oakum.registry import blobs, manifests
from oakum.registry.reference import parse

KEYS = [
    ec.generate_private_key(ec.SECP256R1()),
    ed25519.Ed25519PrivateKey.generate(),
    rsa.generate_private_key(public_exponent=65537, key_size=2048),
]


@pytest.mark.parametrize("key", KEYS, ids=["ecdsa", "ed25519", "rsa"])
def test_a_signature_is_found_by_its_key_and_no_other(registry: Host, key: keys.PrivateKeyTypes) -> None:  # type: ignore[name-defined]  # only for checkers
    ref = registry.ref(f"app@{registry.push_image('app:1').digest}")
    cosign.sign(registry.transport, ref, key)
    assert cosign.verify(registry.transport, ref, key.public_key())
    other = ec.generate_private_key(ec.SECP256R1())
    assert not cosign.verify(registry.transport, ref, other.public_key())


def test_signatures_lie_where_cosign_looks_for_them(registry: Host) -> None:
    digest = registry.push_image("app:1").digest
    ref = registry.ref(f"app@{digest}")
    for key in (*KEYS[:2], KEYS[0]):
        cosign.sign(registry.transport, ref, key)
    place = parse(f"{ref.repository}:{digest.replace(':', '-')}.sig")
    layers = manifests.get(registry.transport, place).layers()
    assert [layer.media_type for layer in layers] == ["application/vnd.dev.cosign.simplesigning.v1+json"] * 2
    payload = json.loads(blobs.read(registry.transport, ref.repository, layers[0], 10_000))
    assert payload["critical"] == {
        "identity": {"docker-reference": str(ref.repository)},
        "image": {"docker-manifest-digest": digest},
        "type": "cosign container image signature",
    }
    assert base64.b64decode(layers[0].annotations["dev.cosignproject.cosign/signature"])


def test_a_signature_of_another_image_does_not_count(registry: Host) -> None:
    one, two = (registry.ref(f"app@{registry.push_image(f'app:{name}', name.encode()).digest}") for name in "ab")
    cosign.sign(registry.transport, one, KEYS[0])
    moved = manifests.get(registry.transport, one.repository.tag(f"{one.digest.replace(':', '-')}.sig"))
    manifests.put(registry.transport, two.repository.tag(f"{two.digest.replace(':', '-')}.sig"), moved)
    assert not cosign.verify(registry.transport, two, KEYS[0].public_key())


def test_what_is_built_can_be_signed_and_signatures_required(
    registry: Host, resolve: Resolve, work: Path, tmp_path: Path
) -> None:
    pem, none = serialization.Encoding.PEM, serialization.NoEncryption()
    (tmp_path / "key").write_bytes(KEYS[0].private_bytes(pem, serialization.PrivateFormat.PKCS8, none))
    public = KEYS[0].public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "pub").write_bytes(public)
    (work / "src").mkdir()
    (work / "src" / "page").write_text("x")
    sources = config(
        sources=[{"image": "app", "path": "src", "files": {"build": {}}}],
        destinations=[{"image": "app", "newImage": f"{registry.address}/built"}],
    )
    with pytest.raises(ResolveErrors, match=r"to be signed by the key '.*pub', but it is not"):
        resolve({"image": "app"}, sources, verify_key=str(tmp_path / "pub"))
    url = resolve({"image": "app"}, sources, sign_key=str(tmp_path / "key")).resolutions["app"].url
    assert resolve({"image": url}, verify_key=str(tmp_path / "pub")).resolutions[url].url == url


def _cosign_key(password: bytes) -> str:
    """A key file as `cosign generate-key-pair` writes it, made weaker to be quick."""
    der = KEYS[0].private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    salt, nonce = b"s" * 32, b"n" * 24
    secret = hashlib.scrypt(password, salt=salt, n=1024, r=8, p=1, dklen=32)
    box = {
        "kdf": {"name": "scrypt", "params": {"N": 1024, "r": 8, "p": 1}, "salt": base64.b64encode(salt).decode()},
        "cipher": {"name": "nacl/secretbox", "nonce": base64.b64encode(nonce).decode()},
        "ciphertext": base64.b64encode(seal(der, nonce, secret)).decode(),
    }
    body = base64.encodebytes(json.dumps(box).encode()).decode()
    return f"-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n{body}-----END ENCRYPTED SIGSTORE PRIVATE KEY-----\n"


def test_cosigns_key_files_are_opened_with_their_password(tmp_path: Path) -> None:
    path = tmp_path / "cosign.key"
    path.write_text(_cosign_key(b"pw"))
    assert keys.load_private(str(path), "pw").private_numbers() == KEYS[0].private_numbers()  # type: ignore[union-attr]  # an EC key
    with pytest.raises(ConfigError, match="wrong password, or the key file was changed .*COSIGN_PASSWORD"):
        keys.load_private(str(path), "no")


def test_plain_pem_keys_are_read(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(
        KEYS[1].private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    assert keys.load_private(str(path), "").public_key() == KEYS[1].public_key()
    path.write_text("nonsense")
    with pytest.raises(ConfigError, match="^Reading signing key '"):
        keys.load_private(str(path), "")
    with pytest.raises(ConfigError, match="no such file"):
        keys.load_private("nope", "")


# The example of "Cryptography in NaCl" (D. J. Bernstein, 2009), section 10.
NACL_KEY = "1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389"
NACL_NONCE = "69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37"
NACL_TEXT = (
    "be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffce5ecbaaf33bd751a1ac728d45e6c61296cdc3c0123"
    "3561f41db66cce314adb310e3be8250c46f06dceea3a7fa1348057e2f6556ad6b1318a024a838f21af1fde048977eb48f59ffd4924"
    "ca1c60902e52f0a089bc76897040e082f937763848645e0705"
)
NACL_BOX = (
    "f3ffc7703f9400e52a7dfb4b3d3305d98e993b9f48681273c29650ba32fc76ce48332ea7164d96a4476fb8c531a1186ac0dfc17c98"
    "dce87b4da7f011ec48c97271d2c20f9b928fe2270d6fb863d51738b48eeee314a7cc8ab932164548e526ae90224368517acfeabd6b"
    "b3732bc0e9da99832b61ca01b6de56244a9e88d5f9b37973f622a43d14a6599b1f654cb45a74e355a5"
)


def test_secretbox_gives_the_published_vector() -> None:
    box = seal(bytes.fromhex(NACL_TEXT), bytes.fromhex(NACL_NONCE), bytes.fromhex(NACL_KEY))
    assert box.hex() == NACL_BOX


@given(st.binary(max_size=200), st.binary(min_size=24, max_size=24), st.binary(min_size=32, max_size=32))
def test_what_is_sealed_can_be_opened(text: bytes, nonce: bytes, key: bytes) -> None:
    assert open_box(seal(text, nonce, key), nonce, key) == text
