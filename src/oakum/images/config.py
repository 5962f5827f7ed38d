"""What kbld's configuration says, as values (kbld: "2 Configuration")."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from operator import itemgetter

from oakum.dataclass import dataclass, field
from oakum.late import pattern
from oakum.typing import Any, TypeAlias, TypeVar

Origin = dict[str, Any]
"""Where an image came from: one key (`local`, `git`, `resolved`, `tagged`, …) with its details."""

LOCK_VERSION, LOCK_KIND = "imgpkg.carvel.dev/v1alpha1", "ImagesLock"
"""What an ImagesLock states as its `apiVersion` and `kind`."""
_SUFFIX = pattern(r"(?::[A-Za-z0-9_.-]+)?(?:@[a-z0-9]+:[0-9a-f]+)?\Z")


def repository_of(image: str) -> str:
    """`image` without an optional `:tag` and an optional `@alg:hex`."""
    if ":" not in image and "@" not in image:
        return image
    return image[: match.start()] if (match := _SUFFIX.search(image)) else image


@dataclass(frozen=True, slots=True)
class ImageRef:
    """Which references an entry is about: one exactly, or all of a repository."""

    image: str = ""
    image_repo: str = ""

    def matches(self, image: str) -> bool:
        """Whether the entry is about `image`, compared as written."""
        return image == self.image if self.image else repository_of(image) == self.image_repo

    @property
    def label(self) -> str:
        """The entry's own text."""
        return self.image or self.image_repo


@dataclass(frozen=True, slots=True)
class Source:
    """An image that is built from the folder `path` by `builder` (a key of `builders.registry`), with its options."""

    ref: ImageRef
    path: str
    builder: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Platform:
    """A platform of an image index (OCI image-spec 1.1, "Image Index", `platform`); empty members match anything."""

    os: str = ""
    architecture: str = ""
    variant: str = ""
    os_version: str = ""
    os_features: tuple[str, ...] = ()
    features: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TagSelection:
    """Choose the highest version within `constraints`.

    `prereleases` None leaves pre-releases out, an empty tuple lets all in, else those with one of the identifiers.
    `known` is False for a strategy other than `semver`, which is an error only for an image that it is about.
    """

    constraints: str = ""
    prereleases: tuple[str, ...] | None = None
    known: bool = True


@dataclass(frozen=True, slots=True)
class Override:
    """Use `new_image` instead; `preresolved` means as it stands."""

    ref: ImageRef
    new_image: str
    preresolved: bool = False
    tags: TagSelection | None = None
    platform: Platform | None = None
    origins: tuple[Origin, ...] = ()


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a built image is pushed, and the tags it gets there."""

    ref: ImageRef
    new_image: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AnyIndex:
    """A path part that every element of a list matches."""


ANY_INDEX = AnyIndex()
PathPart = str | int | AnyIndex


@dataclass(frozen=True, slots=True)
class SearchRule:
    """Where references are: by the key's name, its whole path, the value, or its repository; and what to do there.

    `strategy` is `entireValue`, `none`, `json` or `yaml`, or empty, which does what the first does but is not written
    into locks; `rules` are those for inside the last two.
    """

    name: str = ""
    path: tuple[PathPart, ...] = ()
    image: str = ""
    image_repo: str = ""
    strategy: str = ""
    rules: tuple[SearchRule, ...] = ()


IMAGE_KEY = SearchRule(name="image")


@dataclass(frozen=True)
class Config:
    """All configuration of a run, merged in the order of the inputs: the first entry that matches counts."""

    sources: tuple[Source, ...] = ()
    overrides: tuple[Override, ...] = ()
    destinations: tuple[Destination, ...] = ()
    keys: tuple[str, ...] = ()
    rules: tuple[SearchRule, ...] = ()

    def own_rules(self) -> tuple[SearchRule, ...]:
        """`keys`, then rules, each once."""
        return tuple(dict.fromkeys([*(SearchRule(name=key) for key in self.keys), *self.rules]))

    def search_rules(self) -> tuple[SearchRule, ...]:
        """The same, then the built-in one where it is not among them."""
        return tuple(dict.fromkeys([*self.own_rules(), IMAGE_KEY]))

    def source(self, image: str) -> Source | None:
        """The source that `image` is built from."""
        return _first(self._sources, image)

    def override(self, image: str) -> Override | None:
        """The override of `image`."""
        return _first(self._overrides, image)

    def destination(self, image: str) -> Destination | None:
        """The destination of `image`."""
        return _first(self._destinations, image)

    @cached_property
    def _sources(self) -> _Index[Source]:
        return _index(self.sources)

    @cached_property
    def _overrides(self) -> _Index[Override]:
        return _index(self.overrides)

    @cached_property
    def _destinations(self) -> _Index[Destination]:
        return _index(self.destinations)


_Entry = TypeVar("_Entry", Source, Override, Destination)


_Index: TypeAlias = dict[tuple[str, str], tuple[int, _Entry]]
"""The first entry for each image or repository, with its place: a lock names thousands, and each is asked for."""


def _index(entries: Iterable[_Entry]) -> _Index[_Entry]:
    found: _Index[_Entry] = {}
    for at, entry in enumerate(entries):
        name = (entry.ref.image, "" if entry.ref.image else entry.ref.image_repo)
        found.setdefault(name, (at, entry))
    return found


def _first(index: _Index[_Entry], image: str) -> _Entry | None:
    if not index:
        return None
    found = [index[name] for name in ((image, ""), ("", repository_of(image))) if name in index]
    return min(found, key=itemgetter(0))[1] if found else None


def merge(configs: Iterable[Config]) -> Config:
    """All of `configs` as one, in their order."""
    found = list(configs)
    return Config(
        tuple(entry for config in found for entry in config.sources),
        tuple(entry for config in found for entry in config.overrides),
        tuple(entry for config in found for entry in config.destinations),
        tuple(key for config in found for key in config.keys),
        tuple(rule for config in found for rule in config.rules),
    )
