"""The change table and the line differences before it (kapp spec, sections 3.6, 3.8, 3.10)."""
from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from oakum.dataclass import dataclass
from oakum.deploy.app.meta import CLUSTER
from oakum.deploy.apply.strategy import UNKNOWN, raw_strategy, shown_strategy
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
    """A change as the table has it: the words for what is applied and awaited, the strategy.

    `annotated` is the strategy as annotations and flags name it, None where that is no strategy.
    """

    change: Change
    op: str
    strategy: str
    wait: str
    annotated: str | None


def rows_of(planned: Sequence[Planned], default_update: str = "") -> list[Row]:
    """The rows of a plan."""
    out = []
    for p in planned:
        shown = shown_strategy(p.change, default_update)
        annotated = raw_strategy(p.change, default_update) if shown != UNKNOWN else None
        out.append(Row(p.change, SHOWN[p.apply], shown, p.wait, annotated))
    return out


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


def show(rows: Sequence[Row], options: DiffOptions, out: Output, mask: Mask, judge: Judge | None) -> None:
    """Print what was asked for: YAML, line differences, table."""
    if options.changes_yaml:
        _show_yaml(rows, out, mask)
    if options.changes:
        shown_by = mask if options.mask else None
        for row in rows:
            lines = row.change.lines(shown_by, options.anchored)
            out.begin(f"@@ {row.op} {row.change.resource.description} @@\n")
            out.block(view(lines, context=options.context, numbers=options.line_numbers, paint=out.paint))
    if options.summary:
        out.table(change_table(rows, judge))


def _show_yaml(rows: Sequence[Row], out: Output, mask: Mask) -> None:
    for row in rows:
        if row.op == NOOP:
            continue
        if row.annotated is None:
            return
        body, color = "", "green"
        if row.op == SHOWN[DELETE]:
            color = "red"
        elif row.op != SHOWN[EXISTS]:
            shown = mask.apply(row.change.resource)
            meta = {k: v for k, v in shown.metadata.items() if k != "managedFields"}
            body = text(dict(shown.body, metadata=meta))
        head = f"# {row.op}: {row.change.resource.description}"
        head += f" (strategy: {row.annotated})" if row.annotated else ""
        out.block(f"---\n{out.paint(head, color)}\n{body}\n")
