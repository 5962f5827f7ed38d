"""`kapp tools`: comparing and showing files, and labels in use."""
from __future__ import annotations

from collections import Counter

from oakum.cli.command import Invocation
from oakum.cli.kapp import session
from oakum.cli.kapp.session import Session
from oakum.parts import text


def diff(call: Invocation) -> int:
    """Compare files with other files."""
    return session.run(call, _diff)


def inspect(call: Invocation) -> int:
    """Show the resources in files."""
    return session.run(call, _inspect)


def labels(call: Invocation) -> int:
    """Count labels (or annotations, or owners) of the cluster's objects."""
    return session.run(call, _labels)


def _diff(s: Session) -> None:
    from oakum.cli.kapp.deploy import reader
    from oakum.cli.kapp.options import diff_options
    from oakum.deploy.apply.strategy import UNKNOWN
    from oakum.deploy.config.config import Config
    from oakum.deploy.diff.change import SHOWN, Differ
    from oakum.deploy.diff.changeset import calculate
    from oakum.deploy.diff.history import Comparing
    from oakum.deploy.diff.mask import Mask
    from oakum.deploy.diff.rebase import NoTemplates
    from oakum.deploy.run.plan import NO_WAIT
    from oakum.deploy.run.table import Row, show

    options = diff_options(s.flags, "")
    new, existing = reader(s.flags["file"])(), reader(s.flags["file2"])()
    differ = Differ(Comparing(Config(), NoTemplates()), options.against_last_applied)
    changes = calculate(existing, new, differ, versions=False)
    show([Row(c, SHOWN[c.op], UNKNOWN, NO_WAIT, "unknown") for c in changes], options, s.out, Mask(Config()), None)


def _inspect(s: Session) -> None:
    import sys

    from oakum.deploy.input import open_sources
    from oakum.deploy.inspect import raw_blocks, resource_table

    wanted = s.resource_filter()
    for source in open_sources(s.flags["file"], sys.stdin):
        resources = [r for r in source.resources() if wanted is None or wanted.matches(r)]
        if s.flags["raw"]:
            for r in resources:
                for block in raw_blocks([r]):
                    s.ui.block(block)
        else:
            s.out.table(resource_table(f"Resources in {source.title}", resources, sort=s.flags["sort"]))


def _labels(s: Session) -> None:
    from oakum.deploy.errors import InputError
    from oakum.deploy.existing import Finder, Scope
    from oakum.deploy.output import Cell, Column, Grid
    from oakum.kube.selector import Requirement, Selector

    accessor, values = s.flags["accessor"], s.flags["values"]
    if accessor not in ("labels", "annotations", "ownerrefs"):
        raise InputError("Unknown resource accessor")
    found = Finder(s.client, Scope()).find(Selector((Requirement("kapp", "!"),)))
    counts: Counter[tuple[str, str]] = Counter()
    for r in found:
        if accessor == "ownerrefs":
            pairs = {text(o.get("kind")): text(o.get("name")) for o in r.owners}
        else:
            pairs = dict(r.labels if accessor == "labels" else r.annotations)
        counts.update((key, value if values else "") for key, value in (pairs or {"": ""}).items())
    rows: list[list[Cell]] = [[key, value, str(n)] for (key, value), n in counts.items()]
    columns = (Column("Name"), Column("Value", hidden=not values), Column("Resources"))
    s.out.table(Grid("Labels", "labels", columns, rows, ("Name", "Value")))
