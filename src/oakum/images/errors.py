"""Errors of the image room."""
from __future__ import annotations

from collections.abc import Sequence

from oakum.errors import ImageError, OakumError


class ConfigError(ImageError):
    """A configuration document, lock or map that is wrong."""


class BuildError(ImageError):
    """A build or push that failed; the log says more."""


class ResolveErrors(ImageError):
    """Every image that failed, each with its reason, sorted by image."""

    def __init__(self, failures: Sequence[tuple[str, OakumError]]) -> None:
        self.failures = tuple(sorted(failures, key=lambda failure: failure[0]))
        super().__init__(
            "".join(f"\n- Resolving image '{image}': {error}" for image, error in self.failures)
        )
