"""NaCl's secretbox (XSalsa20 and Poly1305), which cosign encrypts its private keys with.

The `cryptography` package has Poly1305 but not XSalsa20; a key is a few hundred bytes, so plain Python will do.
"""
from __future__ import annotations

import struct

_SIGMA = b"expand 32-byte k"
_ROUNDS = (
    (4, 0, 12, 7), (8, 4, 0, 9), (12, 8, 4, 13), (0, 12, 8, 18), (9, 5, 1, 7), (13, 9, 5, 9), (1, 13, 9, 13),
    (5, 1, 13, 18), (14, 10, 6, 7), (2, 14, 10, 9), (6, 2, 14, 13), (10, 6, 2, 18), (3, 15, 11, 7), (7, 3, 15, 9),
    (11, 7, 3, 13), (15, 11, 7, 18), (1, 0, 3, 7), (2, 1, 0, 9), (3, 2, 1, 13), (0, 3, 2, 18), (6, 5, 4, 7),
    (7, 6, 5, 9), (4, 7, 6, 13), (5, 4, 7, 18), (11, 10, 9, 7), (8, 11, 10, 9), (9, 8, 11, 13), (10, 9, 8, 18),
    (12, 15, 14, 7), (13, 12, 15, 9), (14, 13, 12, 13), (15, 14, 13, 18),
)  # fmt: skip
"""One double round: target ^= rotate(sum of the two sources, bits)."""


def open_box(box: bytes, nonce: bytes, key: bytes) -> bytes:
    """The plain text of `box` (16 bytes of tag, then cipher text). Raises ValueError for a wrong key or other bytes."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.poly1305 import Poly1305

    stream = _xsalsa20(key, nonce, 32 + len(box) - 16)
    try:
        Poly1305.verify_tag(stream[:32], box[16:], box[:16])
    except InvalidSignature:
        raise ValueError("wrong password, or the key file was changed") from None
    return _xor(box[16:], stream[32:])


def seal(text: bytes, nonce: bytes, key: bytes) -> bytes:
    """The box that `open_box` opens."""
    from cryptography.hazmat.primitives.poly1305 import Poly1305

    stream = _xsalsa20(key, nonce, 32 + len(text))
    cipher = _xor(text, stream[32:])
    return Poly1305.generate_tag(stream[:32], cipher) + cipher


def _xor(one: bytes, two: bytes) -> bytes:
    return bytes(left ^ right for left, right in zip(one, two, strict=False))


def _xsalsa20(key: bytes, nonce: bytes, length: int) -> bytes:
    mixed = _core(_state(key, nonce[:16]), add=False)
    below = struct.pack("<8I", *(mixed[at] for at in (0, 5, 10, 15, 6, 7, 8, 9)))
    blocks = (
        struct.pack("<16I", *_core(_state(below, nonce[16:24] + struct.pack("<Q", counter)), add=True))
        for counter in range(-(-length // 64))
    )
    return b"".join(blocks)[:length]


def _state(key: bytes, rest: bytes) -> list[int]:
    sigma, words, tail = (struct.unpack(f"<{len(raw) // 4}I", raw) for raw in (_SIGMA, key, rest))
    return [sigma[0], *words[:4], sigma[1], *tail, sigma[2], *words[4:], sigma[3]]


def _core(state: list[int], *, add: bool) -> list[int]:
    mixed = list(state)
    for _ in range(10):
        for target, one, two, bits in _ROUNDS:
            total = (mixed[one] + mixed[two]) & 0xFFFFFFFF
            mixed[target] ^= ((total << bits) | (total >> (32 - bits))) & 0xFFFFFFFF
    return [(left + right) & 0xFFFFFFFF for left, right in zip(mixed, state, strict=True)] if add else mixed
