"""The grammar of names, tags and digests (OCI distribution 1.1, "Pulling manifests"; image-spec, "Digests")."""

import hashlib
import re
from dataclasses import dataclass
from typing import Protocol

COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
NAME = rf"{COMPONENT}(?:/{COMPONENT})*"
TAG = r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}"
LONGEST_NAME = 255
HEX_LENGTH = {"sha256": 64, "sha512": 128}

_TAG = re.compile(TAG)
_HEX = re.compile(r"[a-f0-9]+")


class Hasher(Protocol):
    """The part of a hashlib object that uploads use."""

    def update(self, data: bytes, /) -> None:
        """Take in more content."""

    def hexdigest(self) -> str:
        """The digest so far, in lower-case hexadecimal."""
        ...


@dataclass(frozen=True, slots=True, order=True)
class Digest:
    """A content address: an algorithm that the registry can verify, and lower-case hexadecimal."""

    algorithm: str
    hex: str

    def __str__(self) -> str:
        return f"{self.algorithm}:{self.hex}"

    def hasher(self) -> Hasher:
        """A fresh hash object of this digest's algorithm."""
        return hashlib.new(self.algorithm)

    def matches(self, content: bytes) -> bool:
        """Whether `content` has this digest."""
        return hashlib.new(self.algorithm, content).hexdigest() == self.hex


def parse_digest(text: str) -> Digest | None:
    """The digest that `text` spells, or None when it is malformed or of an algorithm that cannot be verified."""
    algorithm, _, encoded = text.partition(":")
    if HEX_LENGTH.get(algorithm) != len(encoded) or not _HEX.fullmatch(encoded):
        return None
    return Digest(algorithm, encoded)


def digest_of(content: bytes) -> Digest:
    """The sha256 digest of `content`."""
    return Digest("sha256", hashlib.sha256(content).hexdigest())


def is_tag(text: str) -> bool:
    """Whether `text` is a valid tag."""
    return _TAG.fullmatch(text) is not None
