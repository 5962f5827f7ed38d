"""Tables as `kubectl get` shows them (`meta.k8s.io/v1 Table`), with the columns of the real server."""

from datetime import datetime

from oakum.lab.api.columns import Column, columns_of
from oakum.lab.api.kinds import Resource
from oakum.lab.api.listing import Page, metadata_of
from oakum.lab.store import Obj


class Tables:
    """Renders objects of one resource; `include` is the request's includeObject (Metadata, Object or None)."""

    def __init__(self, resource: Resource, now: datetime, include: str) -> None:
        self._now = now
        self._include = include or "Metadata"
        self._columns: list[Column] = columns_of(resource)
        self._headed = False

    def page(self, found: Page) -> Obj:
        """A whole list."""
        metadata: Obj = {"resourceVersion": str(found.version)}
        if found.token:
            metadata["continue"] = found.token
        if found.remaining is not None:
            metadata["remainingItemCount"] = found.remaining
        return self._table(found.items, metadata)

    def event(self, obj: Obj) -> Obj:
        """One object; of a watch's events only the first carries the column definitions."""
        if obj.get("kind") == "Status":
            return obj
        version = obj["metadata"].get("resourceVersion")
        table = self._table([obj], {"resourceVersion": version} if version else {})
        if self._headed:
            table["columnDefinitions"] = None
        self._headed = True
        return table

    def _table(self, items: list[Obj], metadata: Obj) -> Obj:
        return {
            "kind": "Table",
            "apiVersion": "meta.k8s.io/v1",
            "metadata": metadata,
            "columnDefinitions": [column.definition() for column in self._columns],
            "rows": [self._row(item) for item in items],
        }

    def _row(self, obj: Obj) -> Obj:
        row: Obj = {"cells": [column.cell(obj, self._now) for column in self._columns]}
        if self._include == "Object":
            row["object"] = obj
        elif self._include == "Metadata":
            head = {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1"}
            row["object"] = {**head, "metadata": metadata_of(obj)}
        else:
            row["object"] = None
        return row
