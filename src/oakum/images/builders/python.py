"""The embedded builder for a Python package: its wheel and what it needs onto a Python base image, without any daemon.

pip builds and chooses the wheels (for the base image's Python and platform, not for ours); they land in `/app`.
"""
from __future__ import annotations

import configparser
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from oakum.images import context
from oakum.images.builders import assemble
from oakum.images.builders.assemble import Base
from oakum.images.builders.embedded import Workshop, member
from oakum.images.builders.layer import Member
from oakum.images.builders.process import run
from oakum.images.builders.protocol import Built, Task
from oakum.images.config import Platform
from oakum.images.errors import BuildError
from oakum.images.log import Log
from oakum.typing import Any

TITLE = "embedded Python builder"
HOME = "app"
_TAGS = {"amd64": "x86_64", "arm64": "aarch64"}
_FLAVOURS = ("manylinux_2_28", "manylinux_2_17", "manylinux2014")
_NOT_THE_SAME_TWICE = ("direct_url.json", "RECORD", "INSTALLER", "REQUESTED")


class PythonBuilder:
    """Builds Python packages that have a `pyproject.toml`."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop

    def build(self, task: Task, log: Log) -> Built:
        """Build for each wanted platform. Raises BuildError."""
        return self._workshop.build(TITLE, task, log, lambda: self._make(task, log))

    def _make(self, task: Task, log: Log) -> str:
        if not task.options.get("base"):
            raise BuildError("Expected base to be specified, but was not (hint: a Python image, e.g. python:3.12-slim)")
        with tempfile.TemporaryDirectory(prefix="oakum-python-") as temporary:
            wheel = _wheel(task, Path(temporary), log)
            platforms = assemble.wanted_platforms(task.options)
            images = [(self._image(task, wheel, platform, log), platform) for platform in platforms]
        return assemble.index(self._workshop.layout, images)

    def _image(self, task: Task, wheel: Path, platform: Platform, log: Log) -> str:
        layout = self._workshop.layout
        base = self._workshop.pull(task.options["base"], platform, log)
        folder = wheel.parent / platform.architecture
        _install(task, wheel, folder, platform, _version(base), log)
        config = {"Env": [f"PYTHONPATH=/{HOME}"], "WorkingDir": "/", "Entrypoint": _entrypoint(task.options, folder)}
        made = self._workshop.layer(task, _members(folder), log)
        return assemble.image(layout, base, [made], config, platform)


def _wheel(task: Task, folder: Path, log: Log) -> Path:
    _pip(["wheel", "--no-deps", "--wheel-dir", str(folder), os.path.abspath(task.path)], task, log)
    found = list(folder.glob("*.whl"))
    if len(found) != 1:
        raise BuildError(f"Expected pip to make one wheel of '{task.path}', but found {len(found)}")
    return found[0]


def _install(task: Task, wheel: Path, target: Path, platform: Platform, version: str, log: Log) -> None:
    architecture = _TAGS.get(platform.architecture)
    if architecture is None:
        raise BuildError(f"No Python wheels for {platform.os}/{platform.architecture}")
    extras = ",".join(task.options.get("extras") or ())
    flavours = [word for flavour in _FLAVOURS for word in ("--platform", f"{flavour}_{architecture}")]
    wanted = ["--only-binary=:all:", "--implementation", "cp", "--python-version", version, *flavours]
    what = f"{wheel}[{extras}]" if extras else str(wheel)
    _pip(["install", "--no-compile", "--target", str(target), *wanted, what], task, log)


def _pip(arguments: list[str], task: Task, log: Log) -> None:
    flags = ["--disable-pip-version-check", "--no-input", "--quiet"]
    run([sys.executable, "-m", "pip", *arguments[:1], *flags, *arguments[1:]], task.name, log)


def _version(base: Base) -> str:
    """The Python release of the base image (`3.12`), which its `PYTHON_VERSION` says; else our own."""
    environment = ((base.config or {}).get("config") or {}).get("Env") or []
    named = dict(str(entry).partition("=")[::2] for entry in environment)
    match = re.match(r"\d+\.\d+", named.get("PYTHON_VERSION", ""))
    return match[0] if match else f"{sys.version_info.major}.{sys.version_info.minor}"


def _entrypoint(options: Mapping[str, Any], folder: Path) -> list[str]:
    if options.get("entrypoint"):
        return list(options["entrypoint"])
    if options.get("module"):
        return ["python", "-m", options["module"]]
    found = _scripts(folder)
    if len(found) != 1:
        raise BuildError(
            f"Expected one console script to start, but found {len(found)} (hint: set 'module' or 'entrypoint')"
        )
    module, _, function = found[0].partition(":")
    return ["python", "-c", f"import sys; from {module} import {function}; sys.exit({function}())"]


def _scripts(folder: Path) -> list[str]:
    """`module:function` of the console scripts of the package itself (the wheel that was asked for)."""
    scripts: list[str] = []
    for path in sorted(folder.glob("*.dist-info/entry_points.txt")):
        if (path.parent / "REQUESTED").exists():
            parser = configparser.ConfigParser()
            parser.read_string(path.read_text("utf-8"))
            scripts += parser["console_scripts"].values() if parser.has_section("console_scripts") else []
    return scripts


def _members(folder: Path) -> Iterator[Member]:
    """What pip installed, without the notes that differ from run to run and the scripts that name our interpreter."""
    for entry in context.walk(folder, ()):
        parts = entry.name.split("/")
        if parts[0] == "bin" or (parts[0].endswith(".dist-info") and parts[-1] in _NOT_THE_SAME_TWICE):
            continue
        yield member(f"{HOME}/{entry.name}", entry)
