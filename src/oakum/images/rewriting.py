"""What a run does to references beyond kbld: other registries, tags that stay, notes on what was of no use."""
from __future__ import annotations

from collections.abc import Iterable, Iterator

from oakum.dataclass import dataclass, replace
from oakum.images.config import Config, ImageRef
from oakum.images.errors import ConfigError
from oakum.images.resolution import Resolution, Resolver
from oakum.registry import reference
from oakum.registry.errors import BadReference


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Repositories that begin with `before` (whole path elements, in full form) are taken from `after`."""

    before: str
    after: str

    @classmethod
    def parse(cls, text: str, flag: str = "--rewrite-registry") -> Rewrite:
        """From `from=to`, which was given by `flag`. Raises ConfigError."""
        before, equals, after = text.partition("=")
        if not equals or not before or not after:
            raise ConfigError(f"Expected {flag} of the form from=to, but found '{text}'")
        return cls(before.rstrip("/"), after.rstrip("/"))

    def apply(self, image: str) -> str:
        """`image` from its new place, or as it is."""
        try:
            full = str(reference.parse(image).repository)
        except BadReference:
            return image
        if full != self.before and not full.startswith(self.before + "/"):
            return image
        return self.after + full.removeprefix(self.before) + _suffix(image)


class RewritingResolver:
    """Takes images from elsewhere by the first rewrite that fits; `inner` sees the new names."""

    def __init__(self, inner: Resolver, rewrites: Iterable[Rewrite]) -> None:
        self._inner, self._rewrites = inner, tuple(rewrites)

    def resolve(self, image: str) -> Resolution:
        """The resolution of the image under its new name."""
        changed = (rewritten for rule in self._rewrites if (rewritten := rule.apply(image)) != image)
        return self._inner.resolve(next(changed, image))


class TagKeepingResolver:
    """Writes the tag that was asked for beside the digest: `repository:tag@sha256:hex`."""

    def __init__(self, inner: Resolver) -> None:
        self._inner = inner

    def resolve(self, image: str) -> Resolution:
        """The resolution with the tag of its last resolved origin, or of `image` itself."""
        found = self._inner.resolve(image)
        tags = [origin["resolved"]["tag"] for origin in found.origins if "resolved" in origin]
        tag = tags[-1] if tags else reference.split_tag(image.partition("@")[0])[1]
        if not tag or found.built or "@" not in found.url:
            return found
        base, _, digest = found.url.partition("@")
        return replace(found, url=f"{base}:{tag}@{digest}")


def unused(config: Config, images: Iterable[str]) -> Iterator[str]:
    """A sentence for each source, override and destination that none of `images` matched."""
    found = set(images)
    named = found | {entry.new_image for image in found if (entry := config.override(image)) is not None}
    for title, entries in (
        ("source", [entry.ref for entry in config.sources]),
        ("override or lock entry", [entry.ref for entry in config.overrides]),
        ("destination", [entry.ref for entry in config.destinations]),
    ):
        for ref in dict.fromkeys(entries):
            if not _used(ref, found if title.startswith("override") else named):
                yield f"unused {title}: no image matches '{ref.label}'"


def _used(ref: ImageRef, images: Iterable[str]) -> bool:
    return any(ref.matches(image) for image in images)


def _suffix(image: str) -> str:
    base, at, digest = image.partition("@")
    tag = reference.split_tag(base)[1]
    return (f":{tag}" if tag else "") + at + digest
