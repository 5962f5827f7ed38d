"""What is done with each change: applied how, awaited how (kapp spec, sections 3.1 and 5.1)."""
from __future__ import annotations

from collections.abc import Sequence

from oakum.dataclass import dataclass
from oakum.deploy.config.config import Config
from oakum.deploy.diff.change import ADD, DELETE, EXISTS, KEEP, NOOP, SHOWN, UPDATE, Change
from oakum.deploy.graph.graph import Graph, Node
from oakum.deploy.graph.rule import action_of
from oakum.deploy.resource import PREFIX
from oakum.deploy.wait.judge import Judge

DISABLE_WAIT = PREFIX + "disable-wait"
RECONCILE, GONE, NO_WAIT = "reconcile", "delete", "noop"


@dataclass(frozen=True)
class Planned:
    """A change with what is to be done: `apply` is an operation (or noop), `wait` what is waited for."""

    node: Node
    apply: str
    wait: str

    @property
    def change(self) -> Change:
        """The change."""
        return self.node.change

    @property
    def apply_text(self) -> str:
        """As a progress line names it."""
        return f"{SHOWN[self.apply]} {self.change.resource.description}"

    @property
    def wait_text(self) -> str:
        """As a progress line names it."""
        return f"{self.wait} {self.change.resource.description}"


@dataclass(frozen=True)
class Planner:
    """Decides by the flags; `judge` looks at objects that stay as they are."""

    judge: Judge
    wait: bool = True
    apply_ignored: bool = False
    wait_ignored: bool = False

    def apply_of(self, change: Change) -> str:
        """What is done to the cluster."""
        if change.op in (ADD, UPDATE, EXISTS):
            return change.op
        if change.op == DELETE and not (change.ignored and not self.apply_ignored):
            return DELETE
        return NOOP

    def wait_of(self, change: Change) -> str:
        """What is waited for."""
        if not self.wait or change.op == NOOP or DISABLE_WAIT in change.resource.annotations:
            return NO_WAIT
        if change.op == DELETE:
            return NO_WAIT if change.ignored and not self.wait_ignored else GONE
        if change.op == KEEP:
            assert change.existing is not None
            state = self.judge.state(change.existing)
            return NO_WAIT if state.done and state.successful else RECONCILE
        return RECONCILE

    def plan(self, changes: Sequence[Change], config: Config) -> list[Planned]:
        """The changes in which there is something to do, linked in order. Raises DeployError for wrong rules."""
        graph = Graph(changes, config, lambda change: action_of(change) if self.apply_of(change) != NOOP else None)
        planned = [Planned(node, self.apply_of(node.change), self.wait_of(node.change)) for node in graph.nodes]
        return [p for p in planned if (p.apply, p.wait) != (NOOP, NO_WAIT)]
