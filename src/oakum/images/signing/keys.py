"""Private and public keys: cosign's encrypted files, and plain PEM of any tool."""
from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping

from oakum.images.errors import ConfigError
from oakum.images.signing.secretbox import open_box
from oakum.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes

_COSIGN = ("ENCRYPTED SIGSTORE PRIVATE KEY", "ENCRYPTED COSIGN PRIVATE KEY")
_NO_PRIVATE = "Expected a private key in PEM form, as in the cosign.key of 'cosign generate-key-pair'"
_NO_PUBLIC = "Expected a public key in PEM form, as in the cosign.pub of 'cosign generate-key-pair'"
_SCRYPT_LIMIT = 128 * 1024 * 1024


def load_private(path: str, password: str) -> PrivateKeyTypes:
    """The private key in the file `path`, opened with `password`. Raises ConfigError."""
    serialization = _serialization()
    raw = _read(path, "signing key")
    found: PrivateKeyTypes
    try:
        if any(marker in raw for marker in _COSIGN):
            found = serialization.load_der_private_key(_decrypt(raw, password.encode()), None)
        else:
            secret = password.encode() if "ENCRYPTED" in raw else None
            found = serialization.load_pem_private_key(raw.encode(), secret)
    except (ValueError, TypeError, KeyError) as error:
        reason = f"{error} (hint: its password goes into COSIGN_PASSWORD)" if "ENCRYPTED" in raw else _NO_PRIVATE
        raise ConfigError(f"Reading signing key '{path}': {reason}") from error
    return found


def load_public(path: str) -> PublicKeyTypes:
    """The public key in the PEM file `path`. Raises ConfigError."""
    try:
        found: PublicKeyTypes = _serialization().load_pem_public_key(_read(path, "public key").encode())
    except ValueError as error:
        raise ConfigError(f"Reading public key '{path}': {_NO_PUBLIC}") from error
    return found


def _serialization() -> Any:
    try:
        from cryptography.hazmat.primitives import serialization
    except ImportError:
        raise ConfigError("Signing needs the cryptography package (hint: pip install 'oakum[sign]')") from None
    return serialization


def _read(path: str, what: str) -> str:
    try:
        with open(path, encoding="ascii", errors="replace") as file:
            return file.read()
    except OSError as error:
        raise ConfigError(f"Reading {what} '{path}': open {path}: {(error.strerror or '').lower()}") from error


def _decrypt(pem: str, password: bytes) -> bytes:
    body = "".join(line for line in pem.splitlines() if line and not line.startswith("-----"))
    box: Mapping[str, Any] = json.loads(base64.b64decode(body))
    kdf, cipher = box["kdf"], box["cipher"]
    if kdf["name"] != "scrypt" or cipher["name"] != "nacl/secretbox":
        raise ValueError(f"encrypted with {kdf['name']} and {cipher['name']}, which is not known")
    numbers = kdf["params"]
    key = hashlib.scrypt(
        password,
        salt=base64.b64decode(kdf["salt"]),
        n=int(numbers["N"]),
        r=int(numbers["r"]),
        p=int(numbers["p"]),
        maxmem=_SCRYPT_LIMIT,
        dklen=32,
    )
    return open_box(base64.b64decode(box["ciphertext"]), base64.b64decode(cipher["nonce"]), key)
