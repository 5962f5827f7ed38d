"""A plan carried out: what applies, what looks and what waits, put together."""
from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, closing, nullcontext

from oakum.dataclass import dataclass
from oakum.deploy.apply.applier import Applier
from oakum.deploy.apply.options import ApplyOptions, WaitOptions
from oakum.deploy.cluster import Cluster
from oakum.deploy.diff.change import Differ
from oakum.deploy.diff.mask import Mask
from oakum.deploy.output import Output
from oakum.deploy.run.plan import Planned
from oakum.deploy.run.progress import Progress
from oakum.deploy.run.runner import Runner
from oakum.deploy.run.waiter import Waiter
from oakum.deploy.wait.judge import Judge
from oakum.deploy.wait.observe import Observer
from oakum.typing import Any


@dataclass(frozen=True)
class Execution:
    """How plans are carried out: where, compared, masked and judged by what, and told to whom."""

    cluster: Cluster
    differ: Differ
    mask: Mask
    judge: Judge
    apply: ApplyOptions
    wait: WaitOptions
    out: Output

    def run(self, planned: Sequence[Planned], beside: AbstractContextManager[Any] | None = None) -> None:
        """Apply and await `planned`, with `beside` (logs, say) open meanwhile. Raises ApplyError."""
        progress = Progress(self.out.begin)
        applier = Applier(self.cluster, self.differ, self.mask, self.apply,
                          lambda text: progress.info(f"Resources: {text}"))
        with closing(Observer(self.cluster.client)) as observer, beside or nullcontext():
            waiter = Waiter(self.cluster, self.judge, self.wait, progress, observer,
                            lambda text: self.out.paint(text, "faint"))
            Runner(planned, applier, waiter, progress, self.apply, self.wait).run()
