"""What a build depends on, as one text: files, Dockerfile, options, base images, toolchain, destination."""
from __future__ import annotations

import json
import os

from oakum.errors import RegistryError
from oakum.images import platforms
from oakum.images.builders.probe import Probe
from oakum.images.config import Destination, Source
from oakum.images.hashes import FolderHashes, text_of
from oakum.late import pattern
from oakum.registry import manifests, reference
from oakum.registry.transport import Transport
from oakum.typing import Any

VERSION = 3
_DOCKERFILE = frozenset({"docker", "buildx", "podman", "buildah"})
# Options, one a line, that read or write elsewhere than in the folder and the image. An argument without a value takes
# that of the environment.
_OUTSIDE = pattern(
    r"(?m)^(-[fotv]|--(file|ignorefile|secret|ssh|volume|env|build-context|cache-from|cache-to|output|tag|iidfile|"
    r"metadata-file)([=\n]|\Z)|--build-arg(=|\n|\Z)[^=\n]*$)"
)
_ARGUMENT = pattern(r"(?m)^--build-arg[=\n]([^=\n]+)=(.*)")
_REPLACED = pattern(r"=>\s*(\.\.|/)")


class Fingerprint:
    """Computes keys: `transport` asks for digests of base images, `probe` for Docker's engine, `hashes` reads files."""

    def __init__(self, transport: Transport, probe: Probe, hashes: FolderHashes) -> None:
        self._transport, self._probe, self._hashes = transport, probe, hashes

    def key(self, name: str, source: Source, destination: Destination | None) -> str | None:
        """The key of a build, None for one whose inputs cannot all be seen."""
        if not os.path.isdir(source.path):
            return None
        builder = self._builder(source)
        about = self._about(builder, source)
        if about is None:
            return None
        where = destination.new_image if destination else ""
        parts = [VERSION, builder, name, where, dict(source.options), os.path.realpath(source.path), about]
        return json.dumps(parts, sort_keys=True)

    def embedded(self, source: Source) -> bool:
        """Whether the source is built without an engine, so that its result is in our own layout."""
        return self._builder(source) in ("go", "python", "files")

    def _builder(self, source: Source) -> str:
        if source.builder not in ("", "docker"):
            return source.builder
        from oakum.images.builders import gosource

        if not gosource.has_sources(source.path):
            return "docker"
        return "go" if gosource.main_package(source.path) and not self._probe.answers else "docker"

    def _about(self, builder: str, source: Source) -> Any:
        if builder in _DOCKERFILE:
            return self._dockerfile(source)
        if builder == "go":
            return self._go(source)
        if builder in ("python", "files"):
            base = self._digests([source.options["base"]] if source.options.get("base") else [])
            return None if base is None else [self._hashes.of(source.path), base, _machine(source)]
        return None

    def _dockerfile(self, source: Source) -> Any:
        from oakum.images.builders import dockerfile

        options = source.options
        raw = options.get("rawOptions") or ()
        if options.get("pull") or options.get("noCache") or _OUTSIDE.search("\n".join(raw)):
            return None
        path = os.path.join(source.path, options.get("file") or "Dockerfile")
        text = text_of(path)
        stages = dockerfile.parse(text, dict(_ARGUMENT.findall("\n".join(raw))))
        if not stages or any(stage.remote for stage in stages) or os.path.exists(f"{path}.dockerignore"):
            return None
        bases = self._digests(dockerfile.bases(stages))
        if bases is None:
            return None
        platform = os.environ.get("DOCKER_DEFAULT_PLATFORM")
        return [self._hashes.of(source.path), text, bases, _history(source.path), platform]

    def _go(self, source: Source) -> Any:
        from oakum.images.builders import gosource

        found = gosource.toolchain()
        root = _module_root(source.path)
        if found is None or _REPLACED.search(text_of(os.path.join(root, "go.mod"))):
            return None
        bases = self._digests([source.options["base"]] if source.options.get("base") else [])
        if bases is None or os.environ.get("GOFLAGS") or os.environ.get("GOWORK"):
            return None
        program = os.stat(found[0])
        told = sorted(item for item in os.environ.items() if item[0].startswith("GO"))
        return [self._hashes.of(root), found[0], program.st_size, program.st_mtime_ns, bases, _machine(source), told]

    def _digests(self, images: list[str]) -> list[str] | None:
        """The digests that base images have now, None when one cannot be told."""
        found = []
        for image in images:
            try:
                ref = reference.parse(image)
                found.append(ref.digest or manifests.resolve(self._transport, ref).digest)
            except RegistryError:
                return None
        return found


def _history(folder: str) -> list[str]:
    """What git says of the folder's commits: an engine gets `.git` too, and programs write its state into what they
    build. Its other files change whenever it is used.
    """
    git = os.path.join(folder, ".git")
    if not os.path.isdir(git):
        return []
    below = os.walk(os.path.join(git, "refs"))
    refs = sorted(os.path.join(place, name) for place, _, names in below for name in names)
    return [f"{path} {text_of(path)}" for path in (os.path.join(git, "HEAD"), os.path.join(git, "packed-refs"), *refs)]


def _module_root(folder: str) -> str:
    """The folder with the `go.mod` that `folder` belongs to, itself where there is none."""
    here = place = os.path.realpath(folder)
    while not os.path.exists(os.path.join(place, "go.mod")):
        place, below = os.path.dirname(place), place
        if place == below:
            return here
    return place


def _machine(source: Source) -> list[str]:
    own = platforms.own()
    return list(source.options.get("platforms") or ()) or [f"{own.os}/{own.architecture}"]
