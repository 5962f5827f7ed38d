"""Applying overlays (ytt: overlays): to values, to one document after another, to all documents of a run.

What does the work is imported when it is first needed, since most runs apply no overlay.
"""
from __future__ import annotations

from collections.abc import Iterable, Sequence

from oakum.template.kinds import kind_of
from oakum.template.overlay.errors import OverlayError
from oakum.typing import Any
from oakum.yaml.nodes import Document, DocumentSet, Node


def apply(left: Any, right: Any) -> Any:
    """Apply the value `right` over the value `left`; return the result, in which `left` was changed in place.

    Both are document sets, maps, arrays or scalars. Raises `OverlayError`.
    """
    from oakum.template.overlay.copying import copy_value, strip
    from oakum.template.overlay.operation import merge_value
    from oakum.template.overlay.step import Step

    result = left
    if isinstance(right, DocumentSet):
        if not isinstance(left, DocumentSet):
            raise OverlayError(f"Expected document set, but was {kind_of(left)}")
        apply_documents([left], right.items)
    elif merge_value(left, Step(Document(right))):
        result = copy_value(right)
    if isinstance(result, Node):
        strip(result)
    return result


def apply_documents(left: Sequence[DocumentSet], overlays: Iterable[Document]) -> None:
    """Apply each document of `overlays`, in order, to the documents of all sets in `left`, in place.

    Raises `OverlayError`.
    """
    from oakum.template.overlay.operation import run
    from oakum.template.overlay.side import Side
    from oakum.template.overlay.step import Step

    side = Side(*(documents.items for documents in left))
    for document in overlays:
        run(Step(document), side)


def accumulate(left: Document, right: Document) -> Document:
    """The document that `right` makes of `left` (changed in place), without asking whether it is meant for it.

    For data values and their schema. A node that is merged keeps the annotations of the left side only. Raises
    `OverlayError`.
    """
    from oakum.template.overlay.copying import strip
    from oakum.template.overlay.operation import run
    from oakum.template.overlay.side import Side
    from oakum.template.overlay.step import Step

    holder = [left]
    run(Step(right, exactly=True), Side(holder))
    result = holder[0] if holder else Document(None, left.line, left.source)
    strip(result)
    return result
