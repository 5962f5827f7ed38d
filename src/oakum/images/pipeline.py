"""The whole of kbld in one call: documents in, documents with every image built or pinned out.

`resolve_documents` is what the command and `oakum deploy` share; text exists only outside of it.
"""
from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence

from oakum.dataclass import dataclass, replace
from oakum.errors import OakumError
from oakum.images import annotation, decode, search
from oakum.images.config import Config, Override, merge
from oakum.images.errors import ConfigError, ResolveErrors
from oakum.images.options import Options, Tools
from oakum.images.resolution import Resolution, Resolver
from oakum.images.resolve import OverridingResolver, RegistryResolver
from oakum.images.resource import Document, items
from oakum.images.stop import StoppableLog, stopping
from oakum.typing import Any
from oakum.workers import Job, Workers

RESOLVERS = 8
"""Registry look-ups at a time when nothing is said about it: they wait more than they work."""


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


def cache_folder(environ: Mapping[str, str]) -> str:
    """Where images and build results are kept: `$XDG_CACHE_HOME/oakum`, else `~/.cache/oakum`."""
    # Never a folder that others may write to: what lies there is taken for what was built.
    base = environ.get("XDG_CACHE_HOME") or os.path.join(environ.get("HOME") or os.path.expanduser("~"), ".cache")
    return os.path.join(base, "oakum", "images")


def resolve_documents(
    documents: Sequence[Document], options: Options, tools: Tools, extra: Iterable[Override] = (),
    known: Mapping[str, Resolution] | None = None,
) -> Result:
    """Find, build, publish and pin the images in `documents`, configuration among them, in plain dicts.

    Only image values and the images annotation change, so that a field's path still leads to where it was written.
    `extra` overrides come after all configuration; `known` are the resolutions where they were found before. Raises
    ConfigError, or ResolveErrors with every image that failed.
    """
    resources, places, config = _separate(documents)
    config = merge([config, Config(overrides=tuple(extra))])
    rules = config.search_rules()
    found = sorted({image for document in resources for image in search.find(document, rules)})
    resolutions = dict(known) if known is not None else resolve_images(found, config, options, tools)
    rewritten = [_rewrite(document, rules, resolutions, options) for document in resources]
    return Result(rewritten, places, resolutions, config)


def resolve_images(images: Iterable[str], config: Config, options: Options, tools: Tools) -> dict[str, Resolution]:
    """The resolution of each of `images`, side by side. Raises ResolveErrors."""
    images = sorted(images)
    if options.pushed_only:
        _demand_destinations(images, config)
    log = StoppableLog(tools.log)
    resolver = _resolver(config, options, replace(tools, log=log))
    lookups = 1 if options.concurrency == 1 else max(options.concurrency, RESOLVERS)
    builds, asks = Workers(options.concurrency), Workers(lookups)
    with stopping(log, builds, asks) as jobs:
        for image in images:
            jobs.append((builds if _is_built(image, config) else asks).submit(resolver.resolve, image))
        return _outcomes(dict(zip(images, jobs, strict=True)))


def _outcomes(jobs: Mapping[str, Job[Resolution]]) -> dict[str, Resolution]:
    resolutions, failures = {}, []
    for image, job in jobs.items():
        try:
            resolutions[image] = job.result()
        except OakumError as error:
            failures.append((image, error))
    if failures:
        raise ResolveErrors(failures)
    return resolutions


def _resolver(config: Config, options: Options, tools: Tools) -> Resolver:
    transport = tools.transport
    resolver: Resolver = RegistryResolver(transport, verify=options.verify_digests, mirrors=options.mirrors)
    if options.rewrites:
        from oakum.images.rewriting import RewritingResolver

        resolver = RewritingResolver(resolver, options.rewrites)
    if config.sources:
        from oakum.images.building import BuildingResolver, producer

        resolver = BuildingResolver(resolver, config, producer(tools, options), allowed=options.build)
    resolver = OverridingResolver(resolver, config, transport, options.platform)
    if options.verify_key:
        from oakum.images.signing.required import SignatureRequired

        resolver = SignatureRequired(resolver, transport, options.verify_key)
    if options.keep_tag:
        from oakum.images.rewriting import TagKeepingResolver

        resolver = TagKeepingResolver(resolver)
    return resolver


def _separate(documents: Sequence[Document]) -> tuple[list[Document], list[Place], Config]:
    resources, places, configs = [], [], []
    for index, document in enumerate(documents):
        for path, item in items(document):
            if decode.is_config(item):
                configs.append(decode.parse(item))
            elif item:
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


def _is_built(image: str, config: Config) -> bool:
    override = config.override(image)
    if override is not None and override.preresolved:
        return False
    return config.source(override.new_image if override is not None else image) is not None


def _demand_destinations(images: Iterable[str], config: Config) -> None:
    """Refuse local builds before anything is built when a lock by digest is asked for."""
    for image in images:
        override = config.override(image)
        name = override.new_image if override is not None else image
        if _is_built(image, config) and config.destination(name) is None:
            raise ConfigError(
                f"Validating images lock: Expected ref to be in digest form, but '{image}' is built without being "
                f"pushed (hint: add a destination for it, or use '--lock-output')"
            )


