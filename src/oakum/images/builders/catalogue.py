"""Every builder by the name that configuration has for it."""
from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module

from oakum.images.builders.embedded import Workshop
from oakum.images.builders.engine import Engine, Probe
from oakum.images.builders.protocol import Builder

_ENGINE = {
    "pack": "pack:PackBuilder",
    "ko": "ko:KoBuilder",
    "bazel": "bazel:BazelBuilder",
}
_EMBEDDED = {"go": "gobuild:GoBuilder", "python": "python:PythonBuilder", "files": "files:FilesBuilder"}
_ALONE = {"kubectlBuildkit": "kubectl_buildkit:KubectlBuildkitBuilder", "buildah": "buildah:BuildahBuilder"}


class Catalogue(Mapping[str, Builder]):
    """The builders, each made (and its module imported) when it is first asked for."""

    def __init__(self, workshop: Workshop, probe: Probe) -> None:
        self._workshop, self._probe = workshop, probe
        self._made: dict[str, Builder] = {}

    def __getitem__(self, name: str) -> Builder:
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(["", "docker", "buildx", "podman", *_ALONE, *_ENGINE, *_EMBEDDED])

    def __len__(self) -> int:
        return len(list(iter(self)))

    def _make(self, name: str) -> Builder:
        if name in ("", "docker"):
            return self._automatic()
        if name == "podman":
            return self._docker(Engine("podman", "Podman"))
        if name in _ALONE:
            return _load(_ALONE[name])()
        if name == "buildx":
            return _load("buildx:BuildxBuilder")(Engine(), self._workshop.transport)
        if name in _ENGINE:
            return _load(_ENGINE[name])(Engine())
        return _load(_EMBEDDED[name])(self._workshop)

    def _automatic(self) -> Builder:
        return _load("automatic:AutomaticBuilder")(self._docker(Engine()), self["go"], self._probe)

    @staticmethod
    def _docker(engine: Engine) -> Builder:
        return _load("docker:DockerBuilder")(engine, (engine.program, "build"))


def _load(where: str) -> Callable[..., Builder]:
    module, _, name = where.partition(":")
    found: Callable[..., Builder] = getattr(import_module(f"oakum.images.builders.{module}"), name)
    return found
