"""The `@ytt:` modules: one file each, loaded when a template asks for it."""
from __future__ import annotations

from collections.abc import Callable, Mapping

from oakum.late import imported
from oakum.typing import Any

FILES = {
    "assert": "assert_",
    "base64": "base64_",
    "ip": "ip",
    "json": "json_",
    "math": "math_",
    "md5": "digests",
    "module": "module",
    "overlay": "overlay",
    "regexp": "regexp",
    "sha256": "digests",
    "struct": "struct_",
    "template": "template",
    "toml": "toml_",
    "url": "url",
    "version": "version",
    "yaml": "yaml_",
}


def find_module(name: str, warn: Callable[[str], object] = lambda text: None) -> Mapping[str, Any] | None:
    """What `load("@ytt:NAME", …)` can take from the module that needs no context; None when there is none.

    `warn` is told what a module has to say on standard error.
    """
    file = FILES.get(name)
    if file is None:
        return None
    make = imported(f"oakum.template.modules.{file}:{name}_module")
    return {name: make(warn) if name == "math" else make()}
