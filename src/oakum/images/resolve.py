"""From a reference to a digest: the registry's answer, and overrides around it (kbld: "3 Resolution pipeline")."""
from __future__ import annotations

from collections.abc import Sequence

from oakum.errors import RegistryError
from oakum.images import origins
from oakum.images.config import Config, Override, Platform, TagSelection
from oakum.images.errors import ConfigError
from oakum.images.resolution import Resolution, Resolver
from oakum.registry import manifests, reference
from oakum.registry.errors import BadReference
from oakum.registry.reference import Reference
from oakum.registry.transport import Transport
from oakum.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oakum.images.rewriting import Rewrite


class RegistryResolver:
    """Asks the registry for the digest of a tag; references by digest are only normalised.

    `verify` makes sure that the latter exist too. `mirrors` are asked first, in their order, and the origin where none
    of them answers; the name stays the origin's.
    """

    def __init__(self, transport: Transport, *, verify: bool = False, mirrors: Sequence[Rewrite] = ()) -> None:
        self._transport, self._verify, self._mirrors = transport, verify, mirrors

    def resolve(self, image: str) -> Resolution:
        """The digest reference of `image`. Raises BadReference, StatusError, ConnectError."""
        if "@" in image:
            return self._by_digest(image)
        ref = reference.parse_tag(image)
        return Resolution(str(ref.with_digest(self._digest(ref))), (origins.resolved(image, ref.tag),))

    def _digest(self, ref: Reference) -> str:
        for mirror in self._mirrors:
            there = mirror.apply(str(ref))
            if there == str(ref):
                continue
            try:
                return manifests.resolve(self._transport, reference.parse(there)).digest
            except RegistryError:
                # The origin decides, and its error is the one to show.
                continue
        return manifests.resolve(self._transport, ref).digest

    def _by_digest(self, image: str) -> Resolution:
        try:
            ref = reference.parse_digest(image)
        except BadReference as error:
            raise BadReference(f"Expected valid digest reference, but found '{image}', reason: {error}") from error
        if self._verify:
            self._digest(ref)
        return Resolution(str(ref))


class OverridingResolver:
    """Applies the override of an image, selects its tag and platform, and leaves the rest to `inner`."""

    def __init__(
        self, inner: Resolver, config: Config, transport: Transport, platform: Platform | None = None
    ) -> None:
        self._inner, self._config, self._transport, self._platform = inner, config, transport, platform

    def resolve(self, image: str) -> Resolution:
        """The resolution of what the override says, or of `image` itself."""
        override = self._config.override(image)
        if override is None:
            return self._selected(self._inner.resolve(image), self._platform)
        if override.preresolved:
            found = origins.add_preresolved(override.origins, override.new_image)
            return Resolution(override.new_image, found)
        return self._selected(self._inner.resolve(self._replacement(override)), override.platform or self._platform)

    def _replacement(self, override: Override) -> str:
        if override.tags is None:
            return override.new_image
        return f"{override.new_image}:{self._tag(override.new_image, override.tags)}"

    def _tag(self, image: str, selection: TagSelection) -> str:
        if not selection.known:
            raise ConfigError("Unknown tag selection strategy")
        from oakum.images import versions
        from oakum.registry import tags

        repository = reference.parse_repository(image)
        return versions.highest(tags.tags(self._transport, repository), selection.constraints, selection.prereleases)

    def _selected(self, found: Resolution, platform: Platform | None) -> Resolution:
        """`found` narrowed to a platform; an image that was only built locally has just the one it was built for."""
        if platform is None or "@" not in found.url:
            return found
        from oakum.images import platforms

        return platforms.select(self._transport, found, platform)
