"""`inspect`: an application's objects as tables, a tree, or themselves (kapp spec, section 7.1)."""
from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from oakum.deploy.app.meta import CLUSTER
from oakum.deploy.diff.history import without_history
from oakum.deploy.output import Cell, Column, Grid, age
from oakum.deploy.prepare import ASSOCIATION
from oakum.deploy.resource import Resource
from oakum.deploy.run.table import live_state
from oakum.deploy.values import text
from oakum.deploy.wait.judge import Judge
from oakum.parts import text as part

COLUMNS = (Column("Namespace"), Column("Name"), Column("Kind"), Column("Version", hidden=True), Column("Owner"),
           Column("Rs", "Reconcile state"), Column("Ri", "Reconcile info"), Column("Age"))
SORT = ("Namespace", "Name", "Kind", "Version")
NOTES = ("Rs: Reconcile state", "Ri: Reconcile information")


def resource_table(title: str, resources: Sequence[Resource], *, sort: bool = True) -> Grid:
    """One row an object."""
    now = datetime.now(UTC)
    rows = [_cells(r, r.name, now) for r in resources]
    return Grid(title, "resources", COLUMNS, rows, SORT if sort else (), NOTES, fill_first=not sort)


def _cells(r: Resource, name: str, now: datetime) -> list[Cell]:
    there = r if r.uid or r.created else None
    state, info = live_state(there, Judge())
    owner = "" if there is None else "cluster" if r.transient else "kapp"
    return [r.namespace or CLUSTER, name, r.kind, r.api_version, owner, state, info, age(r.created, now)]


def tree_table(title: str, resources: Sequence[Resource]) -> Grid:
    """One row an object, those that stem from another below it."""
    now, by_uid = datetime.now(UTC), {r.uid: r for r in resources if r.uid}
    rows = []
    for r in resources:
        group, depth = _place(r, by_uid)
        prefix = f" L{'..' * (depth - 1)} " if depth else ""
        rows.append([group, *_cells(r, prefix + r.name, now)])
    columns = (Column("Group", hidden=True), *COLUMNS)
    return Grid(title, "resources", columns, rows, ("Group", "Owner", "Namespace"), NOTES, fill_first=True)


def _place(r: Resource, by_uid: dict[str, Resource]) -> tuple[str, int]:
    """What sorts an object below those that it stems from, and how deep it is."""
    parts = []
    label = r.labels.get(ASSOCIATION)
    if label:
        parts.append(f"lbl-{label}-2/child" if r.transient else f"lbl-{label}-1")
    parts.append("ref-" + "/".join(_chain(r, by_uid)))
    return "@".join(parts), max(part.count("/") for part in parts)


def _chain(r: Resource, by_uid: dict[str, Resource]) -> list[str]:
    seen, out = {r.uid}, [_identifier(r)]
    while True:
        owner = next((by_uid[uid] for o in r.owners if (uid := part(o.get("uid"))) in by_uid), None)
        if owner is None or owner.uid in seen:
            return out[::-1]
        seen.add(owner.uid)
        out.append(_identifier(owner))
        r = owner


def _identifier(r: Resource) -> str:
    return f"{r.namespace}${r.group}${r.kind}${r.name}"


def status_table(title: str, resources: Sequence[Resource]) -> Grid:
    """One record an object, with its status as YAML."""
    rows: list[list[Cell]] = []
    for r in sorted(resources, key=lambda r: (r.namespace or CLUSTER, r.name, r.kind)):
        status = r.body.get("status")
        rows.append([r.namespace or CLUSTER, r.name, r.kind, text(status).rstrip("\n") if status else ""])
    columns = (Column("Namespace"), Column("Name"), Column("Kind"), Column("Status"))
    return Grid(title, "resources", columns, rows, transpose=True)


def raw_blocks(resources: Sequence[Resource], *, managed_fields: bool = False) -> list[str]:
    """One YAML document an object, without our records."""
    out = []
    for r in sorted(resources, key=lambda r: (r.key, r.api_version)):
        clean = without_history(r)
        meta = {k: v for k, v in clean.metadata.items() if managed_fields or k != "managedFields"}
        out.append("---\n" + text(dict(clean.body, metadata=meta)))
    return out
