"""The reference ytt, built by the ordinary Go client from the module that `reference/` requires.

`go.mod` requires the release that the recorded cases agree with, `newest.mod` the latest, for comparisons of time.
"""
from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

from testbed.process import Failed, run
from testbed.settings import HERE, cache

PROGRAM = "carvel.dev/ytt/cmd/ytt"
MODULES = {"ytt-go": "go.mod", "ytt-go-new": "newest.mod"}


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
        raise Failed("the reference ytt is built by go, which is neither on the PATH nor installed (the extra `go`)")
    program = _built(name)
    program.parent.mkdir(parents=True, exist_ok=True)
    partial = program.with_suffix(".partial")
    run(go, "build", "-trimpath", "-buildvcs=false", f"-modfile={MODULES[name]}", "-o", partial, PROGRAM,
        cwd=HERE / "reference", env={**os.environ, "CGO_ENABLED": "0"})
    partial.rename(program)
    return str(program)


def _built(name: str) -> Path:
    found = re.search(r"carvel\.dev/ytt (v\S+)", (HERE / "reference" / MODULES[name]).read_text())
    assert found, f"{MODULES[name]} requires carvel.dev/ytt"
    return cache() / f"ytt-{found[1]}" / name
