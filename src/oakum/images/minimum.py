"""`minimumRequiredVersion`: the kbld release that a configuration asks for (kbld: "2.3 Fields")."""
from __future__ import annotations

from oakum.images.errors import ConfigError
from oakum.late import pattern

EMULATED = "0.42.0"
"""The kbld release whose formats these are; written into locks, compared with what a configuration asks for."""

_VERSION = pattern(r"\s*(\d+(?:\.\d+)*)(?:-[0-9A-Za-z.-]+|[a-zA-Z][0-9A-Za-z.-]*)?(?:\+[0-9A-Za-z.-]+)?\s*")


def check(required: str, own: str = EMULATED) -> None:
    """Raise ConfigError unless `own` is at least `required` (empty asks for nothing)."""
    if not required:
        return
    if required.startswith("v"):
        raise ConfigError("Validating minimum version: Must not have prefix 'v' (e.g. '0.8.0')")
    match = _VERSION.fullmatch(required)
    if match is None:
        raise ConfigError(f"Parsing minimum version constraint: Malformed constraint: >={required}")
    if _segments(own) < _segments(match[1]):
        raise ConfigError(f"kbld version '{own}' does not meet the minimum required version '{required}'")


def _segments(version: str) -> tuple[int, ...]:
    numbers = [int(part) for part in version.split(".")]
    return tuple(numbers + [0] * (4 - len(numbers)))
