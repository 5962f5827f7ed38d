"""The last stage of a Dockerfile, as far as it says how the image is started and what is copied into it.

Dockerfile reference: FROM, ARG, ENV, WORKDIR, USER, EXPOSE, VOLUME, LABEL, STOPSIGNAL, ENTRYPOINT, CMD, COPY, ADD.
"""
from __future__ import annotations

import json
import posixpath
import re
import shlex
from collections.abc import Callable, Mapping

from oakum.dataclass import dataclass, field
from oakum.typing import Any

_VARIABLE = re.compile(r"\\\$|\$\{(\w+)(?::([-+])([^}]*))?\}|\$(\w+)")
_SPLIT = re.compile(r"\s+")
_MOUNTED = re.compile(r"--mount=(?:\S*,)?from=([^,\s]+)")
_TEXTS = {"USER": "User", "STOPSIGNAL": "StopSignal"}
_COMMANDS = {"ENTRYPOINT": "Entrypoint", "CMD": "Cmd"}
_REMOTE = re.compile(r"(?:https?|ftp|ssh|git)://|git@")


@dataclass(frozen=True, slots=True)
class Copy:
    """A COPY: `sources` from the context (or from `stage`) to `target` (absolute; a folder if it ends in /)."""

    sources: tuple[str, ...]
    target: str
    stage: str = ""


@dataclass(slots=True)
class Stage:
    """One stage: its base, the image configuration it sets (OCI image-spec "Image Configuration"), and its COPYs.

    `mounts` are images and stages that a RUN looks into; `remote` that an ADD takes something from an address.
    """

    base: str
    name: str = ""
    config: dict[str, Any] = field(default_factory=dict)
    copies: list[Copy] = field(default_factory=list)
    runs: bool = False
    mounts: list[str] = field(default_factory=list)
    remote: bool = False

    @property
    def folder(self) -> str:
        """The working directory."""
        return str(self.config.get("WorkingDir") or "/")


def parse(text: str, arguments: dict[str, str] | None = None) -> list[Stage]:
    """The stages of a Dockerfile. Instructions that say nothing about configuration or copies are passed over."""
    found: list[Stage] = []
    variables = dict(arguments or {})
    for instruction, rest in _instructions(text):
        if instruction == "FROM":
            found.append(_from(_expand(rest, variables), found))
        elif instruction == "ARG":
            name, equals, value = rest.partition("=")
            if equals or name not in variables:
                variables.setdefault(name, _expand(value.strip("\"'"), variables))
        elif found:
            _apply(found[-1], instruction, rest, variables)
    return found


def bases(stages: list[Stage]) -> list[str]:
    """The images that a build pulls: bases, and what COPY and RUN take from images, neither stages nor `scratch`."""
    names = {stage.name.lower() for stage in stages if stage.name}
    wanted = [stage.base for stage in stages]
    for stage in stages:
        wanted += [*(copy.stage for copy in stage.copies), *stage.mounts]
    return sorted({
        image for image in wanted if image and image != "scratch" and not image.isdigit() and image.lower() not in names
    })


def _instructions(text: str) -> list[tuple[str, str]]:
    found, pending = [], ""
    for line in text.splitlines():
        if line.lstrip().startswith("#") or (not line.strip() and not pending):
            continue
        pending += line.rstrip()
        if pending.endswith("\\"):
            pending = pending[:-1] + " "
            continue
        word, *rest = _SPLIT.split(pending.strip(), maxsplit=1)
        found.append((word.upper(), rest[0] if rest else ""))
        pending = ""
    return found


def _from(rest: str, before: list[Stage]) -> Stage:
    words = [word for word in rest.split() if not word.startswith("--")]
    name = words[2] if len(words) == 3 and words[1].lower() == "as" else ""
    base = words[0] if words else "scratch"
    parent = next((stage for stage in before if stage.name and stage.name.lower() == base.lower()), None)
    if parent is None:
        return Stage(base, name)
    config = json.loads(json.dumps(parent.config))
    return Stage(parent.base, name, config, list(parent.copies), parent.runs)


def _apply(stage: Stage, instruction: str, rest: str, variables: dict[str, str]) -> None:
    environment = dict(entry.partition("=")[::2] for entry in stage.config.get("Env", []))
    known = {**variables, **environment}
    config = stage.config
    if instruction in _TEXTS:
        config[_TEXTS[instruction]] = _expand(rest, known)
    elif instruction in _COMMANDS:
        config[_COMMANDS[instruction]] = _command(rest)
    elif instruction == "WORKDIR":
        config["WorkingDir"] = posixpath.normpath(posixpath.join(stage.folder, _expand(rest, known)))
    elif instruction == "ENV":
        config["Env"] = [f"{name}={value}" for name, value in (environment | _pairs(rest, known)).items()]
    elif instruction in _GROWING:
        name, entries = _GROWING[instruction]
        config[name] = {**config.get(name, {}), **entries(rest, known)}
    elif instruction in ("COPY", "ADD"):
        _copy(stage, _expand(rest, known), instruction == "ADD")
    elif instruction == "RUN":
        stage.runs = True
        stage.mounts += _MOUNTED.findall(_expand(rest, known))


def _ports(rest: str, known: dict[str, str]) -> dict[str, Any]:
    return {port if "/" in port else f"{port}/tcp": {} for port in _expand(rest, known).split()}


def _volumes(rest: str, known: dict[str, str]) -> dict[str, Any]:
    return {path: {} for path in _json_list(rest) or _expand(rest, known).split()}


def _copy(stage: Stage, rest: str, add: bool) -> None:
    flags = []
    while rest.startswith("--"):
        flag, _, rest = rest.partition(" ")
        flags.append(flag)
        rest = rest.lstrip()
    paths = _json_list(rest) or rest.split()
    if len(paths) < 2:
        return
    origin = next((flag.partition("=")[2] for flag in flags if flag.startswith("--from=")), "")
    target = posixpath.join(stage.folder, paths[-1])
    folder = paths[-1].endswith("/") or paths[-1] in (".", "./") or len(paths) > 2
    normal = posixpath.normpath(target)
    stage.remote |= add and any(map(_REMOTE.match, paths[:-1]))
    stage.copies.append(Copy(tuple(paths[:-1]), normal.rstrip("/") + "/" if folder else normal, origin))


def _command(rest: str) -> list[str]:
    return _json_list(rest) or ["/bin/sh", "-c", rest]


def _json_list(text: str) -> list[str]:
    try:
        value = json.loads(text)
    except ValueError:
        return []
    return [str(item) for item in value] if isinstance(value, list) else []


def _pairs(rest: str, known: dict[str, str]) -> dict[str, str]:
    try:
        words = shlex.split(rest)
    except ValueError:
        words = rest.split()
    if words and "=" not in words[0]:
        return {words[0]: _expand(rest[len(words[0]) :].strip(), known)}
    return {name: _expand(value, known) for name, _, value in (word.partition("=") for word in words)}


# Instructions that add to what earlier ones said: the field of the configuration, and the entries of one instruction.
_GROWING: dict[str, tuple[str, Callable[[str, dict[str, str]], Mapping[str, Any]]]] = {
    "LABEL": ("Labels", _pairs), "EXPOSE": ("ExposedPorts", _ports), "VOLUME": ("Volumes", _volumes),
}  # fmt: skip


def _expand(text: str, known: dict[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        name = match[1] or match[4]
        if name is None:
            return "$"
        found = known.get(name, "")
        if match[2] == "-":
            return found or match[3]
        if match[2] == "+":
            return match[3] if found else ""
        return found

    return _VARIABLE.sub(value, text)
