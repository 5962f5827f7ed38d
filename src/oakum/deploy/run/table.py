"""The change table and the line differences before it (kapp spec, sections 3.6, 3.8, 3.10)."""
from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from oakum.dataclass import dataclass
from oakum.deploy.app.meta import CLUSTER
from oakum.deploy.apply.strategy import UnknownStrategy, raw_strategy, shown_strategy, strategy_of
from oakum.deploy.diff.change import DELETE, EXISTS, NOOP, SHOWN, Change
from oakum.deploy.diff.mask import Mask
from oakum.deploy.diff.view import view
from oakum.deploy.output import Cell, Grid, Output, Verdict, age, wrapped
from oakum.deploy.resource import Resource
from oakum.deploy.run.grid import changes_grid, counts
from oakum.deploy.run.plan import NO_WAIT, Planned
from oakum.deploy.values import text
from oakum.deploy.wait.judge import Judge
from oakum.deploy.wait.state import ok


@dataclass(frozen=True)
class DiffOptions:
    """What of the differences is shown; the values of the command line's flags."""

    run: bool = False
    exit_status: bool = False
    summary: bool = True
    changes: bool = False
    context: int = 2
    line_numbers: bool = True
    mask: bool = True
    against_last_applied: bool = True
    filter: str = ""
    changes_yaml: bool = False
    anchored: bool = False


@dataclass(frozen=True)
class Row:
    """A change as the table has it: the word for what is applied and awaited, the strategy."""

    change: Change
    op: str
    strategy: str
    wait: str


def rows_of(planned: Sequence[Planned], default_update: str = "") -> list[Row]:
    """The rows of a plan."""
    return [Row(p.change, SHOWN[p.apply], shown_strategy(p.change, default_update), p.wait) for p in planned]


def description(rows: Sequence[Row]) -> str:
    """The counts in one line, as a change record has them."""
    ops, waits = counts([(r.op, r.wait) for r in rows])
    return f"Op: {ops} / Wait to: {waits}"


def change_table(rows: Sequence[Row], judge: Judge | None) -> Grid:
    """The table `Changes`. Without a `judge`, as between files, all that exists is taken for done."""
    now = datetime.now(UTC)
    return changes_grid([_cells(row, judge, now) for row in rows], [(row.op, row.wait) for row in rows])


def _cells(row: Row, judge: Judge | None, now: datetime) -> list[Cell]:
    r, live = row.change.resource, row.change.existing
    state, info = live_state(live, judge)
    return [r.namespace or CLUSTER, r.name, r.kind, r.api_version, age(live.created if live else None, now),
            "" if row.op == NOOP else row.op, row.strategy, "" if row.wait == NO_WAIT else row.wait, state, info]


def live_state(live: Resource | None, judge: Judge | None) -> tuple[Cell, str]:
    """The cells `Rs` and `Ri` of an object in the cluster, empty without one."""
    if live is None:
        return "", ""
    state = judge.state(live) if judge is not None else ok()
    return Verdict(state.word, state.word == "ok"), wrapped(state.message)


def show(planned: Sequence[Planned], options: DiffOptions, out: Output, mask: Mask, judge: Judge,
         default_update: str = "") -> list[Row]:
    """Print what was asked for: YAML, line differences, table; returns the table's rows."""
    if options.changes_yaml:
        _show_yaml(planned, out, mask, default_update)
    if options.changes:
        shown_by = mask if options.mask else None
        for p in planned:
            lines = p.change.lines(shown_by, options.anchored)
            body = view(lines, context=options.context, numbers=options.line_numbers, paint=out.paint)
            out.block(f"@@ {SHOWN[p.apply]} {p.change.resource.description} @@\n{body}")
    rows = rows_of(planned, default_update)
    if options.summary:
        out.table(change_table(rows, judge))
    return rows


def _show_yaml(planned: Sequence[Planned], out: Output, mask: Mask, default_update: str) -> None:
    for p in planned:
        if p.apply == NOOP:
            continue
        try:
            strategy_of(p.change, default_update)
        except UnknownStrategy:
            return
        strategy = raw_strategy(p.change, default_update)
        head = f"# {SHOWN[p.apply]}: {p.change.resource.description}" + (f" (strategy: {strategy})" if strategy else "")
        body = ""
        if p.apply not in (DELETE, EXISTS):
            shown = mask.apply(p.change.resource)
            meta = {k: v for k, v in shown.metadata.items() if k != "managedFields"}
            body = text(dict(shown.body, metadata=meta))
        out.block(f"---\n{out.paint(head, 'red' if p.apply == DELETE else 'green')}\n{body}\n")
