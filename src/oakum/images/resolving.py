"""Every image of a run built or pinned, side by side."""
from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping

from oakum.dataclass import replace
from oakum.errors import OakumError
from oakum.images.config import Config
from oakum.images.errors import BuildError, ConfigError, ResolveErrors
from oakum.images.gate import Closed, Gate
from oakum.images.options import Options, Tools
from oakum.images.resolution import Resolution, Resolver
from oakum.images.resolve import OverridingResolver, RegistryResolver
from oakum.images.stop import StoppableLog, Stopped, stopping
from oakum.typing import TYPE_CHECKING
from oakum.workers import Job, Workers

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

Resolve = Callable[[str], Resolution]
"""As `Resolver.resolve`."""
RESOLVERS = 8
"""Registry look-ups at a time when nothing is said about it: they wait more than they work."""


def resolve_images(images: Iterable[str], config: Config, options: Options, tools: Tools) -> dict[str, Resolution]:
    """The resolution of each of `images`, side by side. Raises ResolveErrors, and what `tools.ready` raises."""
    images = sorted(images)
    if options.pushed_only:
        _demand_destinations(images, config)
    log = StoppableLog(tools.log)
    resolver = _resolver(config, options, replace(tools, log=log, ready=Gate(tools.ready)))
    look_up = build = _telling(resolver.resolve)
    if options.fail_fast:
        look_up, build = _failing_fast(log, look_up), _failing_fast(log, _until_stopped(log, build))
    lookups = 1 if options.concurrency == 1 else max(options.concurrency, RESOLVERS)
    builds, asks = Workers(options.concurrency), Workers(lookups)
    with stopping(log, builds, asks) as jobs:
        for image in images:
            jobs.append(builds.submit(build, image) if _is_built(image, config) else asks.submit(look_up, image))
        try:
            return _outcomes(dict(zip(images, jobs, strict=True)))
        except Closed as closed:
            raise closed.error from None


def _telling(resolve: Resolve) -> Resolve:
    """`resolve`, which raises BuildError for a file that the system refuses, as that is a failure of one image."""

    def resolving(image: str) -> Resolution:
        try:
            return resolve(image)
        except BrokenPipeError:
            raise  # nobody reads the log any more
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            raise BuildError(f"{where}{(error.strerror or str(error)).lower()}") from error

    return resolving


def _failing_fast(log: StoppableLog, resolve: Resolve) -> Resolve:
    """`resolve`, whose failure ends every build that runs."""

    def resolving(image: str) -> Resolution:
        try:
            return resolve(image)
        except OakumError:
            log.stop()
            raise

    return resolving


def _until_stopped(log: StoppableLog, resolve: Resolve) -> Resolve:
    """`resolve` for what is built: raises Stopped where a failure of another image ended it."""

    def building(image: str) -> Resolution:
        log.check()
        try:
            return resolve(image)
        except OakumError:
            log.check()
            raise

    return building


def _outcomes(jobs: Mapping[str, Job[Resolution]]) -> dict[str, Resolution]:
    resolutions, failures = {}, []
    for image, job in jobs.items():
        try:
            resolutions[image] = job.result()
        except OakumError as error:
            failures.append((image, error))
        except Stopped:
            continue  # for a failure that is told
    if failures:
        raise ResolveErrors(failures)
    return resolutions


def _resolver(config: Config, options: Options, tools: Tools) -> Resolver:
    transport = tools.transport
    key = _sign_key(options.sign_key) if options.sign_key else None
    resolver: Resolver = RegistryResolver(transport, verify=options.verify_digests, mirrors=options.mirrors)
    if options.rewrites:
        from oakum.images.rewriting import RewritingResolver

        resolver = RewritingResolver(resolver, options.rewrites)
    if config.sources:
        from oakum.images.building import BuildingResolver, producer

        resolver = BuildingResolver(resolver, config, producer(tools, options, key), allowed=options.build)
    resolver = OverridingResolver(resolver, config, transport, options.platform)
    if options.verify_key:
        from oakum.images.signing.required import SignatureRequired

        resolver = SignatureRequired(resolver, transport, options.verify_key)
    if options.keep_tag:
        from oakum.images.rewriting import TagKeepingResolver

        resolver = TagKeepingResolver(resolver)
    return resolver


def _sign_key(path: str) -> PrivateKeyTypes:
    """Read whatever there is to sign, so that a wrong one is known before it is needed."""
    from oakum.images.signing.keys import load_private

    return load_private(path, os.environ.get("COSIGN_PASSWORD", ""))


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
