"""The outcome for one image, and the protocol of what finds it."""
from __future__ import annotations

from oakum.dataclass import dataclass, replace
from oakum.images.config import Origin
from oakum.typing import Protocol


@dataclass(frozen=True, slots=True)
class Resolution:
    """What an image is replaced with, where that came from, and whether it was built here just now.

    `pending`: it is still to be built, and `url` is no reference but says so.
    """

    url: str
    origins: tuple[Origin, ...] = ()
    built: bool = False
    pending: bool = False

    def then(self, url: str, origin: Origin) -> Resolution:
        """A further step to `url`."""
        return replace(self, url=url, origins=(*self.origins, origin))


class Resolver(Protocol):
    """Finds what to use for a reference."""

    def resolve(self, image: str) -> Resolution:
        """The resolution of `image`, the text as found. Raises OakumError when there is none."""
