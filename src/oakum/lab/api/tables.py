"""Tables as `kubectl get` shows them (`meta.k8s.io/v1 Table`), with the columns of the real server."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from oakum.lab.api import clock, descriptions
from oakum.lab.api.administration_printers import ADMINISTRATION
from oakum.lab.api.columns import AGE, CREATED_AT, NAME, Cell, Column
from oakum.lab.api.gojson import quoted
from oakum.lab.api.jsonpath import find
from oakum.lab.api.kinds import Resource
from oakum.lab.api.listing import Page, metadata_of
from oakum.lab.api.printers import PRINTERS
from oakum.lab.store import Obj


class Tables:
    """Renders objects of one resource; `include` is the request's includeObject (Metadata, Object or None)."""

    def __init__(self, resource: Resource, now: datetime, include: str) -> None:
        self._now = now
        self._include = include or "Metadata"
        self._columns: list[Column] = _columns_of(resource)
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


def _columns_of(resource: Resource) -> list[Column]:
    """The columns of a resource's table."""
    if resource.custom is not None:
        return _custom(resource.custom.columns)
    known = descriptions.described(resource)
    columns = PRINTERS.get(resource.key) or ADMINISTRATION.get(resource.key) or [NAME, CREATED_AT]
    return [_described(column, known) for column in columns]


def _described(column: Column, known: Mapping[str, tuple[str, str]]) -> Column:
    if column.name not in known:
        return column
    kind, about = known[column.name]
    return replace(column, type=kind, description=about)


def _custom(columns: tuple[dict[str, Any], ...]) -> list[Column]:
    name = replace(NAME, description=descriptions.NAME)
    if columns:
        return [name, *(_printed(column) for column in columns)]
    return [name, replace(AGE, type="date", description=descriptions.created())]


def _printed(column: dict[str, Any]) -> Column:
    kind = column.get("type", "string")
    about = column.get("description") or f"Custom resource definition column (in JSONPath format): {column['jsonPath']}"
    cell = _by_path(column["jsonPath"], kind)
    return Column(column["name"], cell, kind, column.get("priority", 0), column.get("format", ""), about)


def _by_path(path: str, kind: str) -> Cell:
    def cell(obj: Obj, now: datetime) -> Any:
        found = find(obj, path)
        if not found:
            return None
        value = found[0]
        if kind == "date":
            return clock.age(value, now) if isinstance(value, str) else "<unknown>"
        if kind in ("integer", "number", "boolean") and not isinstance(value, dict | list):
            return value
        return value if isinstance(value, str) else quoted(value)

    return cell
