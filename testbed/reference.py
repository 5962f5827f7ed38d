"""The reference ytt, kbld and kapp, built by the ordinary Go client from the modules that `reference/` requires.

`go.mod` requires the ytt that the recorded cases agree with, `newest.mod` the latest, for comparisons of time.
"""
from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

from testbed.process import Failed, run
from testbed.settings import HERE, cache

MODULES = {"ytt-go": "go.mod", "ytt-go-new": "newest.mod", "kbld-go": "kbld.mod", "kapp-go": "kapp.mod"}


def names(tool: str) -> list[str]:
    """The references of `tool`, by their names in MODULES."""
    return [name for name in MODULES if name.startswith(f"{tool}-")]


def find(name: str = "ytt-go") -> str | None:
    """The path of the reference named `name` (a key of MODULES): on the PATH, else built here before, else None."""
    return shutil.which(name) or shutil.which(str(_built(name)))


def build(name: str = "ytt-go") -> str:
    """The same, built where there is none. Raises Failed when it cannot be, and says what is missing."""
    found = find(name)
    if found:
        return found
    go = shutil.which("go") or shutil.which("go", path=Path(sys.executable).parent)
    if go is None:
        raise Failed("the references are built by go, which is neither on the PATH nor installed (the extra `go`)")
    program, tool = _built(name), name.partition("-")[0]
    program.parent.mkdir(parents=True, exist_ok=True)
    partial = program.with_suffix(".partial")
    run(go, "build", "-trimpath", "-buildvcs=false", f"-modfile={MODULES[name]}", "-o", partial,
        f"carvel.dev/{tool}/cmd/{tool}", cwd=HERE / "reference", env={**os.environ, "CGO_ENABLED": "0"})
    partial.rename(program)
    return str(program)


def _built(name: str) -> Path:
    found = re.search(r"require carvel\.dev/(\w+) (v\S+)", (HERE / "reference" / MODULES[name]).read_text())
    assert found, f"{MODULES[name]} requires a module"
    return cache() / f"{found[1]}-{found[2]}" / name
