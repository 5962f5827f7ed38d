"""The form of the table `Changes` (kapp spec, section 3.8), of which there is one without changes too."""
from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from oakum.deploy.output import Cell, Column, Grid

APPLY_WORDS = ("create", "delete", "update", "noop", "exists")
WAIT_WORDS = ("reconcile", "delete", "noop")
COLUMNS = (Column("Namespace"), Column("Name"), Column("Kind"), Column("Version", hidden=True), Column("Age"),
           Column("Op"), Column("Op st.", "Op strategy"), Column("Wait to"), Column("Rs", "Reconcile state"),
           Column("Ri", "Reconcile info"))
SORT = ("Namespace", "Name", "Kind", "Version")


def counts(words: Sequence[tuple[str, str]]) -> tuple[str, str]:
    """The two closing lines of the table: what is applied, what is awaited. `words` has both for each change."""
    ops, waits = Counter(op for op, _ in words), Counter(wait for _, wait in words)
    return (", ".join(f"{ops[w]} {w}" for w in APPLY_WORDS), ", ".join(f"{waits[w]} {w}" for w in WAIT_WORDS))


def changes_grid(rows: Sequence[Sequence[Cell]], words: Sequence[tuple[str, str]]) -> Grid:
    """The table of these rows, each with what is applied and awaited in `words`."""
    ops, waits = counts(words)
    return Grid("Changes", "", COLUMNS, rows, SORT, (f"Op:      {ops}", f"Wait to: {waits}"))
