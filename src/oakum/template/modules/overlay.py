"""`@ytt:overlay`: overlays applied from a template, and the functions that choose what they are for."""
from __future__ import annotations

from oakum.starlark import Builtin, Module
from oakum.template.overlay.functions import FUNCTIONS, all_matcher


def overlay_module() -> Module:
    """The module: `apply`, `all`, `index`, `map_key`, `subset`, `and_op`, `or_op`, `not_op`."""
    members = {name: Builtin(f"overlay.{name}", function) for name, function in FUNCTIONS.items()}
    return Module("overlay", {**members, "all": all_matcher})
