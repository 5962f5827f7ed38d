"""Overlays among the results of a run (ytt: overlays, which documents are overlays)."""
from __future__ import annotations

from oakum.template.overlay.engine import apply_documents
from oakum.template.overlay.errors import OverlayError
from oakum.template.rendered import RenderedFile
from oakum.yaml.emitter import is_empty
from oakum.yaml.nodes import Document, DocumentSet


def overlay_results(files: list[RenderedFile], *, explain: bool = False) -> list[RenderedFile]:
    """Apply the overlay documents among `files` (in file order) to all the other documents.

    Returns the files that had documents to apply them to; their document sets are changed in place. Where there are
    overlays, empty documents are dropped. Raises `OverlayError`, whose message starts with the files that hold
    overlays and, with `explain`, ends with what came closest to an item that matched nothing.
    """
    overlays = [(file.path, [document for document in file.documents.items if is_overlay(document)]) for file in files]
    overlays = [(path, documents) for path, documents in overlays if documents]
    if not overlays:
        return files
    left = _without_overlays(files) or [RenderedFile(overlays[0][0], DocumentSet())]
    sets = [file.documents for file in left]
    try:
        for _, documents in overlays:
            apply_documents(sets, documents)
    except OverlayError as error:
        order = ", ".join(path for path, _ in overlays)
        text = error.explained() if explain else str(error)
        raise OverlayError(f"Overlaying (in following order: {order}): {text}") from error
    return left


def is_overlay(document: Document) -> bool:
    """Whether `document` is applied to the others instead of being a result itself."""
    return bool(document.annotations) and "overlay/match" in (document.annotations or ())


def _without_overlays(files: list[RenderedFile]) -> list[RenderedFile]:
    for file in files:
        file.documents.items = [
            item for item in file.documents.items if not is_overlay(item) and not is_empty(item.value)
        ]
    return [file for file in files if file.documents.items]
