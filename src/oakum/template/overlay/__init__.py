"""Overlays: one YAML structure applied over another, as ytt's `@overlay/*` annotations direct.

`apply(left, right)` is for values, as `overlay.apply` in a template needs it; `accumulate(left, right)` lays one data
values or schema document over another; `overlay_results(files)` applies the overlay documents of a run to the rest.
"""
from oakum.template.overlay.engine import accumulate, apply, apply_documents
from oakum.template.overlay.errors import OverlayError
from oakum.template.overlay.results import is_overlay, overlay_results

__all__ = ["OverlayError", "accumulate", "apply", "apply_documents", "is_overlay", "overlay_results"]
