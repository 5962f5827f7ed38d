"""kapp's commands around an application: its label, name, history, config maps, service accounts."""
from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from oakum.cli.command import Invocation
from oakum.cli.kapp import session
from oakum.cli.kapp.session import Session
from oakum.parts import mapping, mappings, text
from oakum.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from oakum.deploy.app.changes import Recorded
    from oakum.deploy.app.meta import ChangeMeta
    from oakum.deploy.app.recorded import RecordedApp

RBAC = "rbac.authorization.k8s.io/v1"


def label(call: Invocation) -> int:
    """Print the selector of an application's objects."""
    return session.run(call, lambda s: s.ui.block(str(s.selector())))


def rename(call: Invocation) -> int:
    """Give an application another name, or its record another namespace."""
    return session.run(call, _rename)


def collect(call: Invocation) -> int:
    """Delete the oldest change records."""
    return session.run(call, _collect)


def changes(call: Invocation) -> int:
    """List change records."""
    return session.run(call, _changes)


def config_maps(call: Invocation) -> int:
    """List the keys of an application's ConfigMaps."""
    return session.run(call, _config_maps)


def service_accounts(call: Invocation) -> int:
    """List an application's service accounts with the roles bound to them."""
    return session.run(call, _service_accounts)


def _recorded(s: Session) -> RecordedApp | None:
    """The application; None for one of a selector, which has no records."""
    from oakum.deploy.app.labeled import LabeledApp

    app = s.app()
    return None if isinstance(app, LabeledApp) else app


def _rename(s: Session) -> None:
    from oakum.deploy.app.labeled import LabeledApp
    from oakum.deploy.errors import AppError, InputError

    app = s.app()
    if not isinstance(app, LabeledApp) and not app.find():
        raise app.missing()
    name, namespace = s.flags["new-name"], s.flags["new-namespace"]
    if not name and not namespace:
        raise InputError("Expected either --new-name or/and --new-namespace to be supplied")
    target, where = name or app.title, namespace or s.namespace
    s.ui.line(f"Renaming '{app.title}' (namespace: {s.namespace}) to '{target}' (namespace: {where}) "
              "(app changes will not be renamed)")
    s.ui.confirm()
    if isinstance(app, LabeledApp):
        raise AppError("Not supported")
    app.rename(target, where)


def _collect(s: Session) -> None:
    from oakum.deploy.app.changes import Changes

    app = _recorded(s)
    if app is None:
        s.ui.line("Kept 0, deleted 0 app changes")
        return
    history = Changes(app)
    old, kept = history.excess(s.flags["max"])
    _show_changes(s, "App changes to delete", old)
    s.ui.confirm()
    history.delete(old)
    s.ui.line(f"Kept {kept}, deleted {len(old)} app changes")


def _changes(s: Session) -> None:
    from oakum.deploy.app.changes import Changes
    from oakum.deploy.errors import InputError

    before, after = (_moment(s.flags[name]) for name in ("before", "after"))
    if before and after and after >= before:
        raise InputError(f"After time {s.flags['after']} should be less than before time {s.flags['before']}")
    app = _recorded(s)
    found = Changes(app).history() if app is not None else ()
    _show_changes(s, "App changes", [c for c in found if _within(c.meta.started_at, after, before)])


def _within(at: datetime | None, after: datetime | None, before: datetime | None) -> bool:
    start = at or datetime.min.replace(tzinfo=UTC)
    return (after is None or start > after) and (before is None or start < before)


def _moment(given: str) -> datetime | None:
    from oakum.deploy.errors import InputError
    from oakum.deploy.resource import parse_time

    if not given:
        return None
    try:
        found = parse_time(given)
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    except ValueError as e:
        raise InputError(f"unrecognized time format {given}, supported formats: "
                         "[2006-01-02T15:04:05Z07:00 2006-01-02]") from e


def _show_changes(s: Session, title: str, found: Sequence[Recorded]) -> None:
    from oakum.deploy.app.meta import ZERO_TIME
    from oakum.deploy.output import Cell, Column, Grid, Verdict

    rows: list[list[Cell]] = []
    for c in sorted(found, key=lambda c: (_newest_first(c.meta), c.name)):
        m = c.meta
        outcome: Cell = "" if m.successful is None else Verdict(str(m.successful).lower(), m.successful)
        started, finished = (_seconds(t) if t != ZERO_TIME else "" for t in (m.started, m.finished))
        rows.append([c.name, started, finished, outcome, m.description, ",".join(m.namespaces)])
    columns = (Column("Name"), Column("Started At"), Column("Finished At"), Column("Successful"),
               Column("Description"), Column("Namespaces", hidden=True))
    s.out.table(Grid(title, "app changes", columns, rows))


def _newest_first(change: ChangeMeta) -> float:
    at = change.started_at
    return -at.timestamp() if at is not None else 0.0


def _seconds(stored: str) -> str:
    """A stored time without its fraction."""
    return stored.partition(".")[0].removesuffix("Z") + "Z"


def _find(s: Session, kinds: Sequence[tuple[str, str]]) -> list[Any]:
    """The application's objects of some kinds."""
    from oakum.deploy.existing import Finder, Scope

    selector = s.selector()
    return Finder(s.client, Scope(frozenset(kinds), (s.namespace,))).find(selector)


def _config_maps(s: Session) -> None:
    from oakum.deploy.output import Cell, Column, Grid
    from oakum.deploy.resource import Resource
    from oakum.kube.client import CONFIG_MAPS
    from oakum.kube.errors import ApiError

    try:  # without asking for the kinds that the server knows, which not every server can tell at all times
        found = [Resource(body) for body in s.client.list(CONFIG_MAPS, labels=str(s.selector())).items]
    except ApiError as e:
        if not e.forbidden:
            raise
        found = _find(s, [("", "ConfigMap")])
    rows: list[list[Cell]] = [[r.namespace, r.name, key, text(value)] for r in found
                              for key, value in (mapping(r.body.get("data")) or {"": ""}).items()]
    columns = (Column("Namespace"), Column("Name"), Column("Key"), Column("Value", hidden=not s.flags["values"]))
    s.out.table(Grid("Config map items", "config map items", columns, rows, ("Namespace", "Name", "Key")))


def _service_accounts(s: Session) -> None:
    from oakum.deploy.app.meta import CLUSTER
    from oakum.deploy.output import Cell, Column, Grid

    group = RBAC.partition("/")[0]
    found = _find(s, [("", "ServiceAccount"), *((group, k) for k in (
        "Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"))])
    found = [r for r in found if r.api_version in ("v1", RBAC)]
    rows: list[list[Cell]] = []
    accounts = {(r.namespace, r.name) for r in found if r.kind == "ServiceAccount"}
    roles = {(r.kind, r.namespace, r.name) for r in found if r.kind in ("Role", "ClusterRole")}
    bound, used = set(), set()
    for b in (r for r in found if r.kind.endswith("Binding")):
        ref = mapping(b.body.get("roleRef"))
        # Accounts and roles of others, which the application only refers to, are no counterparts; to the reference
        # neither is a ClusterRole that a RoleBinding refers to, or an account whose namespace is left out.
        role = (text(ref.get("kind")), b.namespace, text(ref.get("name")))
        subjects = {(text(x.get("namespace")), text(x.get("name")))
                    for x in mappings(b.body.get("subjects")) if x.get("kind") == "ServiceAccount"} & accounts
        where = b.namespace or CLUSTER
        if role in roles and subjects:
            used.add(role)
            bound |= subjects
            rows += [[*account, where, b.name, role[2]] for account in subjects]
        else:
            rows.append(["?", "?", where, b.name, "?"])
    rows += [[*account, "?", "?", "?"] for account in accounts - bound]
    rows += [["?", "?", space or CLUSTER, "?", name] for _, space, name in roles - used]
    columns = tuple(Column(t) for t in ("Namespace", "Name", "Binding/Role Namespace", "Binding", "Role"))
    s.out.table(Grid("Service accounts", "service accounts", columns, rows,
                     ("Namespace", "Name", "Binding/Role Namespace", "Binding", "Role")))
