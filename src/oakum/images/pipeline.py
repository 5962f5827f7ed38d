"""The whole of kbld in one call: documents in, documents with every image built or pinned out.

`resolve_documents` is what the command and `oakum deploy` share; text exists only outside of it.
"""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from oakum.dataclass import dataclass
from oakum.images import annotation, decode, search
from oakum.images.config import Config, Override, merge
from oakum.images.options import Options, Tools
from oakum.images.resolution import Resolution
from oakum.images.resolving import resolve_images
from oakum.images.resource import Document, members
from oakum.typing import Any


@dataclass(frozen=True, slots=True)
class Place:
    """Where an output document was in the input: the index there, and the path inside (`("items", 0)` in a List)."""

    index: int
    path: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """`documents` with images replaced, `places` where each was in the input, every image's resolution, the config."""

    documents: list[Document]
    places: list[Place]
    resolutions: dict[str, Resolution]
    config: Config


def resolve_documents(
    documents: Sequence[Document], options: Options, tools: Tools, extra: Iterable[Override] = (),
    known: Mapping[str, Resolution] | None = None,
) -> Result:
    """Find, build, publish and pin the images in `documents`, configuration among them, in plain dicts.

    Only image values and the images annotation change, so that a field's path still leads to where it was written.
    `extra` overrides come after all configuration; `known` are the resolutions where these images were found before.
    Raises ConfigError, or ResolveErrors with every image that failed.
    """
    resources, places, config = _separate(documents)
    config = merge([config, Config(overrides=tuple(extra))])
    rules = config.search_rules()
    found = sorted({image for document in resources for image in search.find(document, rules)})
    if known is None or sorted(known) != found:
        known = resolve_images(found, config, options, tools)
    resolutions = dict(known)
    rewritten = [_rewrite(document, rules, resolutions, options) for document in resources]
    return Result(rewritten, places, resolutions, config)


def _separate(documents: Sequence[Document]) -> tuple[list[Document], list[Place], Config]:
    resources, places, configs = [], [], []
    for index, document in enumerate(documents):
        for path, item in members(document):
            if decode.is_config(item):
                configs.append(decode.parse(item))
            elif item or path:
                resources.append(item)
                places.append(Place(index, path))
    return resources, places, merge(configs)


def _rewrite(
    document: Document, rules: Sequence[Any], resolutions: Mapping[str, Resolution], options: Options
) -> Document:
    used: list[Resolution] = []

    def replace(image: str) -> str:
        used.append(resolutions[image])
        return resolutions[image].url

    result = search.rewrite(document, rules, replace)
    if options.annotate and used:
        annotation.annotate(result, used)
    return result
