"""The modules that a Go program was built from, which its linker leaves in the binary.

Format since Go 1.18: an aligned header of 32 bytes that starts with a magic, then two strings with varint lengths: the
toolchain's version and the module text (`path`, `mod`, `dep`, `=>`, `build` lines between 16-byte markers).
"""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from oakum.typing import IO

MAGIC = b"\xff Go buildinf:"
_INLINE = 2
_BLOCK = 1024 * 1024
_LONGEST = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True, order=True)
class Package:
    """A package by its package URL (purl-spec), with name and version."""

    name: str
    version: str
    purl: str


def modules(stream: IO[bytes]) -> list[Package]:
    """The toolchain and modules noted in a Go binary, none in another file. Memory stays small."""
    info = _find(stream)
    if len(info) < 33 or not info[15] & _INLINE:
        return []
    version, rest = _string(info[32:])
    text, _ = _string(rest)
    found = [Package("stdlib", version.removeprefix("go"), f"pkg:golang/stdlib@{version.removeprefix('go')}")]
    return found + list(_modules(text[16:-16] if len(text) > 32 else ""))


def _find(stream: IO[bytes]) -> bytes:
    """The header and what follows it, as much as there may be."""
    kept = b""
    while block := stream.read(_BLOCK):
        window = kept + block
        at = window.find(MAGIC)
        if at >= 0:
            return window[at:] + stream.read(_LONGEST)
        kept = window[-len(MAGIC) :]
    return b""


def _string(raw: bytes) -> tuple[str, bytes]:
    length = shift = at = 0
    while at < len(raw) and at < 10:
        byte = raw[at]
        at += 1
        length |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            break
    if length > _LONGEST:
        return "", b""
    # Surrogates keep one character for each byte of the markers around the module text.
    return raw[at : at + length].decode("latin-1"), raw[at + length :]


def _modules(text: str) -> Iterator[Package]:
    current: list[str] = []
    for line in text.encode("latin-1").decode("utf-8", "replace").splitlines():
        kind, *fields = line.split("\t")
        if kind == "=>" and fields:
            current = [fields[0], fields[1] if len(fields) > 1 else ""]
            continue
        if current:
            yield _package(*current)
        current = fields[:2] if kind in ("mod", "dep") and len(fields) >= 2 else []
    if current:
        yield _package(*current)


def _package(name: str, version: str) -> Package:
    known = "" if version in ("(devel)", "") else version
    return Package(name, known, f"pkg:golang/{name}" + (f"@{known}" if known else ""))
