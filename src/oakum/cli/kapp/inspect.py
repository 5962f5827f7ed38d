"""`kapp inspect`."""
from __future__ import annotations

from oakum.cli.command import Invocation
from oakum.cli.kapp import session
from oakum.cli.kapp.session import Session


def run(call: Invocation) -> int:
    """Show an application's objects."""
    return session.run(call, _inspect)


def _inspect(s: Session) -> None:
    from oakum.deploy.app.labeled import LabeledApp
    from oakum.deploy.existing import Finder, Scope
    from oakum.deploy.inspect import raw_blocks, resource_table, status_table, tree_table
    from oakum.deploy.run.progress import Progress
    from oakum.kube.selector import Requirement, Selector

    flags, app = s.flags, s.app()
    spaces: tuple[str, ...] = (s.namespace,)
    ignore_all = flags["dangerous-ignore-failing-api-services"]
    used: set[str] | None = None
    if isinstance(app, LabeledApp):
        selector = app.selector
    else:
        meta = app.meta
        selector = Selector((Requirement(meta.label_key, "=", (meta.label_value,)),))
        spaces += meta.last_change.namespaces
        used = {f"{g}/{v}" if g else v for g, v in meta.used_gvs}

    def may_ignore(group_version: str) -> bool:
        return bool(ignore_all) or (used is not None and group_version not in used)

    s.client.discovery.may_ignore = may_ignore
    scope = Scope(None, spaces, flags["dangerous-scope-to-fallback-allowed-namespaces"])
    wanted = s.resource_filter()
    found = Finder(s.client, scope, may_ignore=may_ignore, log=Progress(s.ui.begin).info).find(selector)
    resources = [r for r in found if wanted is None or wanted.matches(r)]
    title = f"Resources in app '{app.title}'"
    if flags["raw"]:
        for block in raw_blocks(resources, managed_fields=flags["managed-fields"]):
            s.ui.block(block)
    elif flags["status"]:
        s.out.table(status_table(title, resources))
    elif flags["tree"]:
        s.out.table(tree_table(title, resources))
    else:
        s.out.table(resource_table(title, resources))
