"""`kapp list`."""
from __future__ import annotations

from datetime import UTC, datetime

from oakum.cli.command import Invocation
from oakum.cli.kapp import session
from oakum.cli.kapp.session import Session

WRAP_AFTER = 40


def run(call: Invocation) -> int:
    """List applications."""
    return session.run(call, _list)


def _list(s: Session) -> None:
    from oakum.deploy.age import parse_age
    from oakum.deploy.app.listing import list_apps
    from oakum.deploy.app.recorded import parse_labels
    from oakum.deploy.output import Cell, Column, Grid, Verdict, age

    everywhere, now = s.flags["all-namespaces"], datetime.now(UTC)
    bounds = parse_age(s.flags["filter-age"], now)
    labels = parse_labels(s.flags["filter-labels"])
    namespace = "" if everywhere else s.namespace
    rows: list[list[Cell]] = []
    for app in list_apps(s.client, namespace, labels, bounds):
        change = app.meta.last_change
        successful = change.successful
        last: list[Cell] = ["", "", ""]  # of a change that has not ended, as in the reference
        if successful is not None:
            outcome = Verdict(str(successful).lower(), successful)
            last = [_joined(change.namespaces), outcome, age(change.started_at, now)]
        rows.append([app.namespace, app.name, app.meta.selector, *last])
    columns = (Column("Namespace", hidden=not everywhere), Column("Name"), Column("Label", hidden=True),
               Column("Namespaces"), Column("Lcs", "Last Change Successful"), Column("Lca", "Last Change Age"))
    where = "all namespaces" if everywhere else f"namespace '{namespace}'"
    s.out.table(Grid(f"Apps in {where}", "apps", columns, rows, ("Namespace", "Name"),
                     ("Lcs: Last Change Successful", "Lca: Last Change Age")))


def _joined(namespaces: tuple[str, ...]) -> str:
    """Names joined by commas, with a line break before the name that takes the letters of a line beyond forty.

    As in the reference, that name does not count in the line which it begins.
    """
    out, length = "", 0
    for name in namespaces:
        length += len(name)
        if length > WRAP_AFTER:
            out, length = out + "\n" if out else "", 0
        out += name + ","
    return out.removesuffix(",")
