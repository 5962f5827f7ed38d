"""Every builder by the name that configuration has for it."""
from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property

from oakum.images.builders.probe import Probe
from oakum.images.builders.protocol import Builder
from oakum.late import imported
from oakum.registry.layout import Layout
from oakum.registry.transport import Transport
from oakum.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oakum.images.builders.embedded import Workshop
    from oakum.images.builders.engine import Engine

KEPT_S = 30 * 24 * 3600.0
"""How long an image that is not asked for stays in the folder."""

_ENGINE = {
    "pack": "pack:PackBuilder",
    "ko": "ko:KoBuilder",
    "bazel": "bazel:BazelBuilder",
}
_EMBEDDED = {"go": "gobuild:GoBuilder", "python": "python:PythonBuilder", "files": "files:FilesBuilder"}
_ALONE = {"kubectlBuildkit": "kubectl_buildkit:KubectlBuildkitBuilder", "buildah": "buildah:BuildahBuilder"}


class Catalogue(Mapping[str, Builder]):
    """The builders, each made (and its module imported) when it is first asked for."""

    def __init__(self, layout: Layout, transport: Transport, probe: Probe) -> None:
        self._layout, self._transport, self._probe = layout, transport, probe
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
            return self._docker("podman", "Podman")
        if name in _ALONE:
            return _load(_ALONE[name])()
        if name == "buildx":
            return _load("buildx:BuildxBuilder")(_engine(), self._transport)
        if name in _ENGINE:
            return _load(_ENGINE[name])(_engine())
        return _load(_EMBEDDED[name])(self._workshop)

    def _automatic(self) -> Builder:
        return _load("automatic:AutomaticBuilder")(self._docker(), self["go"], self._probe)

    @cached_property
    def _workshop(self) -> Workshop:
        from oakum.images.builders.embedded import Workshop

        self._layout.prune(KEPT_S)
        return Workshop(self._layout, self._transport)

    @staticmethod
    def _docker(*program: str) -> Builder:
        engine = _engine(*program)
        return _load("docker:DockerBuilder")(engine, (engine.program, "build"))


def _engine(*program: str) -> Engine:
    from oakum.images.builders.engine import Engine

    return Engine(*program)


def _load(where: str) -> Callable[..., Builder]:
    found: Callable[..., Builder] = imported(f"oakum.images.builders.{where}")
    return found
