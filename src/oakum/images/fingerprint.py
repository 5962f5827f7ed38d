"""What a build depends on, as one text: files, Dockerfile, options, base images, toolchain, destination."""
from __future__ import annotations

import json
import os
import re
from pathlib import Path

from oakum.errors import RegistryError
from oakum.images import platforms
from oakum.images.builders.probe import Probe
from oakum.images.config import Destination, Source
from oakum.images.hashes import FolderHashes
from oakum.registry import manifests, reference
from oakum.registry.transport import Transport
from oakum.typing import Any

VERSION = 3
_DOCKERFILE = frozenset({"docker", "buildx", "podman", "buildah"})
# Patterns are compiled when they are needed: an unchanged build should do little else than look.
# Options, one a line, that read or write elsewhere than in the folder and the image. An argument without a value takes
# that of the environment.
_OUTSIDE = (
    r"(?m)^(-[fotv]|--(file|ignorefile|secret|ssh|volume|env|build-context|cache-from|cache-to|output|tag|iidfile|"
    r"metadata-file)([=\n]|\Z)|--build-arg(=|\n|\Z)[^=\n]*$)"
)
_ARGUMENT = r"(?m)^--build-arg[=\n]([^=\n]+)=(.*)"
_REPLACED = r"=>\s*(\.\.|/)"


class Fingerprint:
    """Computes keys: `transport` asks for digests of base images, `probe` for Docker's engine, `hashes` reads files."""

    def __init__(self, transport: Transport, probe: Probe, hashes: FolderHashes) -> None:
        self._transport, self._probe, self._hashes = transport, probe, hashes

    def key(self, name: str, source: Source, destination: Destination | None) -> str | None:
        """The key of a build, None for one whose inputs cannot all be seen."""
        folder = Path(source.path)
        builder = self._builder(source, folder)
        about = self._about(builder, source, folder)
        if about is None or not folder.is_dir():
            return None
        where = destination.new_image if destination else ""
        parts = [VERSION, builder, name, where, dict(source.options), str(folder.resolve()), about]
        return json.dumps(parts, sort_keys=True)

    def embedded(self, source: Source) -> bool:
        """Whether the source is built without an engine, so that its result is in our own layout."""
        return self._builder(source, Path(source.path)) in ("go", "python", "files")

    def _builder(self, source: Source, folder: Path) -> str:
        if source.builder not in ("", "docker"):
            return source.builder
        if not any(folder.glob("*.go")) and not any(folder.glob("cmd/*/*.go")):
            return "docker"
        from oakum.images.builders import gosource

        return "go" if gosource.main_package(folder) and not self._probe.answers else "docker"

    def _about(self, builder: str, source: Source, folder: Path) -> Any:
        if builder in _DOCKERFILE:
            return self._dockerfile(source, folder)
        if builder == "go":
            return self._go(source, folder)
        if builder in ("python", "files"):
            base = self._digests([source.options["base"]] if source.options.get("base") else [])
            return None if base is None else [self._hashes.of(folder), base, _machine(source)]
        return None

    def _dockerfile(self, source: Source, folder: Path) -> Any:
        from oakum.images.builders import dockerfile

        options = source.options
        raw = options.get("rawOptions") or ()
        if options.get("pull") or options.get("noCache") or re.search(_OUTSIDE, "\n".join(raw)):
            return None
        path = folder / (options.get("file") or "Dockerfile")
        text = _text(path)
        stages = dockerfile.parse(text, dict(re.findall(_ARGUMENT, "\n".join(raw))))
        if not stages or any(stage.remote for stage in stages) or Path(f"{path}.dockerignore").exists():
            return None
        bases = self._digests(dockerfile.bases(stages))
        if bases is None:
            return None
        return [self._hashes.of(folder), text, bases, _history(folder), os.environ.get("DOCKER_DEFAULT_PLATFORM")]

    def _go(self, source: Source, folder: Path) -> Any:
        from oakum.images.builders import gosource

        found = gosource.toolchain()
        root = _module_root(folder)
        module = root / "go.mod"
        if found is None or (module.exists() and re.search(_REPLACED, module.read_text("utf-8", "replace"))):
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


def _text(path: Path) -> str:
    """A file's text, empty when it cannot be read."""
    try:
        return path.read_text("utf-8", "surrogateescape")
    except OSError:
        return ""


def _history(folder: Path) -> list[str]:
    """What git says of the folder's commits: an engine gets `.git` too, and programs write its state into what they
    build. Its other files change whenever it is used.
    """
    git = folder / ".git"
    refs = sorted(path for path in git.glob("refs/**/*") if path.is_file())
    return [f"{path} {_text(path)}" for path in (git / "HEAD", git / "packed-refs", *refs)] if git.is_dir() else []


def _module_root(folder: Path) -> Path:
    here = folder.resolve()
    return next((parent for parent in (here, *here.parents) if (parent / "go.mod").exists()), here)


def _machine(source: Source) -> list[str]:
    own = platforms.own()
    return list(source.options.get("platforms") or ()) or [f"{own.os}/{own.architecture}"]
