"""`kbld inspect`: a table of the references in resources and where they came from."""
from __future__ import annotations

from oakum.cli.command import Invocation
from oakum.cli.kbld import session
from oakum.cli.table import Column, Table
from oakum.cli.ui import UI
from oakum.images import annotation, decode, search
from oakum.images.resource import describe
from oakum.typing import Any
from oakum.yaml import plain

_COLUMNS = (Column("Image"), Column("Metadata"), Column("Resource"))


def run(call: Invocation) -> int:
    """Print the table; returns the exit status."""
    return session.run(call, lambda ui: _run(call.flags, ui))


def _run(flags: dict[str, Any], ui: UI) -> None:
    resources, config = decode.split(session.documents(flags))
    rules = config.search_rules()
    rows = []
    for document in resources:
        known = annotation.read(document)
        name = describe(document)
        rows += [(image, _metadata(image, known), name) for image in search.find(document, rules)]
    ui.table(Table("Images", "images", _COLUMNS, rows, ("Image", "Resource"), fill_first=True, transpose=True))


def _metadata(image: str, known: list[dict[str, Any]]) -> str:
    entry = next((entry for entry in known if entry.get("url") == image), None)
    return "" if entry is None else plain.dump(entry.get("origins")).rstrip("\n")
