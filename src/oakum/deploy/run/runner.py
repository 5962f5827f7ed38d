"""The loop of applying what may be applied and waiting for what was (kapp spec, section 4.7)."""
from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from oakum.dataclass import dataclass, field
from oakum.deploy.apply.applier import Applied, Applier, Retryable
from oakum.deploy.apply.options import ApplyOptions, WaitOptions
from oakum.deploy.apply.strategy import UnknownStrategy
from oakum.deploy.cluster import places_of
from oakum.deploy.diff.change import EXISTS, NOOP
from oakum.deploy.errors import ApplyError, LockLost
from oakum.deploy.graph.graph import Node, Schedule
from oakum.deploy.run.plan import Planned
from oakum.deploy.run.progress import Progress
from oakum.deploy.run.waiter import Tracked, Waiter
from oakum.duration import format_duration
from oakum.errors import OakumError
from oakum.kube.workers import Rest, each


@dataclass(frozen=True)
class Attempt:
    """One try at a change."""

    planned: Planned
    applied: Applied | None = None
    error: OakumError | None = None

    @property
    def retryable(self) -> bool:
        """Whether trying again may help."""
        return isinstance(self.error, Retryable)


@dataclass()
class Runner:
    """Carries out `planned`. One thread decides, others apply and look."""

    planned: Sequence[Planned]
    applier: Applier
    waiter: Waiter
    progress: Progress
    apply_options: ApplyOptions
    wait_options: WaitOptions
    applied: int = 0
    waited: int = 0
    made: list[Planned] = field(default_factory=list)
    half_made: list[Planned] = field(default_factory=list)
    failures: list[ApplyError] = field(default_factory=list)
    tracked: list[Tracked] = field(default_factory=list)

    def run(self) -> None:
        """Apply and await everything. Raises ApplyError with what failed, LockLost with what was done until then."""
        try:
            self._run()
        except LockLost as e:
            made, half, planned = (_writes(some) for some in (self.made, self.half_made, self.planned))
            raise e.after(made, half, len(planned)) from e

    def _run(self) -> None:
        total = len(self.planned)
        by_node = {p.node: p for p in self.planned}
        schedule = Schedule(by_node)
        ready = [by_node[n] for n in schedule.ready()]
        while True:
            if ready:
                ready = self._apply(ready, total)
            if not self.tracked:
                break
            self.progress.section(f"waiting on {len(self.tracked)} changes [{self.waited}/{total} done]")
            ready += [by_node[n] for n in self._await(schedule)]
        self._finish(schedule, total)

    def _apply(self, ready: list[Planned], total: int) -> list[Planned]:
        """Apply all that is ready; returns those that are to be tried again. Raises ApplyError."""
        end = time.monotonic() + self.apply_options.timeout
        while True:
            self.progress.section(f"applying {len(ready)} changes [{self.applied}/{total} done]")
            attempts = each(ready, self._attempt, self.apply_options.concurrency)
            again = [a for a in attempts if a.retryable]
            self._note(attempts)
            if not again or any(a.applied is not None for a in attempts):
                return [a.planned for a in again]
            if time.monotonic() + self.apply_options.check_interval > end:
                limit = format_duration(self.apply_options.timeout)
                raise ApplyError(f"Timed out waiting after {limit}: Last error: {_failure(again[-1])}")
            time.sleep(self.apply_options.check_interval)
            ready = [a.planned for a in again]

    def _attempt(self, planned: Planned) -> Attempt | Rest[Attempt]:
        self.applier.cluster.guard()
        return self._made(planned, lambda: self._done(planned))

    def _made(self, planned: Planned, step: Callable[[], Applied | Rest[Applied]]) -> Attempt | Rest[Attempt]:
        try:
            applied = step()
            if isinstance(applied, Rest):
                return Rest(lambda: self._made(planned, applied.call))
            made = Attempt(planned, applied)
            self.made.append(planned)
        except LockLost:
            self.half_made.append(planned)
            raise
        except OakumError as e:
            made = Attempt(planned, None, e)
        lines = [planned.apply_text]
        if made.retryable:
            lines.append(f" ^ Retryable error: {made.error}")
        self.progress.notify(lines)
        if made.error is not None and not made.retryable and self.apply_options.exit_early:
            raise ApplyError(_failure(made)) from made.error
        return made

    def _done(self, planned: Planned) -> Applied | Rest[Applied]:
        if planned.apply == NOOP:
            return Applied(planned.change.existing)
        return self.applier.apply(planned.change)

    def _note(self, attempts: Sequence[Attempt]) -> None:
        for attempt in attempts:
            if not attempt.retryable:
                self.applied += 1
            if attempt.applied is not None:
                self.tracked.append(Tracked(attempt.planned, attempt.applied.stored, attempt.applied.gone,
                                            time.monotonic()))
            elif attempt.error is not None and not attempt.retryable:
                self.failures.append(ApplyError(_failure(attempt), places_of(attempt.error)))

    def _await(self, schedule: Schedule) -> list[Node]:
        """Wait until something settles; returns what may be applied because of it. Raises ApplyError."""
        freed: list[Node] = []
        over: set[int] = set()
        for outcome in self.waiter.any(self.tracked):
            if not outcome.over:
                outcome.tracked.unblocked = True
                freed += schedule.done(outcome.tracked.planned.node)
                continue
            over.add(id(outcome.tracked))
            if not outcome.error:
                self.waited += 1
            if outcome.failure:
                if self.wait_options.exit_early:
                    raise ApplyError(outcome.failure)
                self.failures.append(ApplyError(outcome.failure))
            else:
                freed += schedule.done(outcome.tracked.planned.node)
        self.tracked = [one for one in self.tracked if id(one) not in over]
        return freed

    def _finish(self, schedule: Schedule, total: int) -> None:
        if len(self.failures) == 1:
            raise self.failures[0]
        if self.failures:
            places = [place for failure in self.failures for place in failure.places]
            raise ApplyError("[" + ", ".join(map(str, self.failures)) + "]", places)
        if self.applied != total:
            blocked = [f"{p.apply_text}\n" + "".join(
                f"  [blocked] {b.resource.description}\n" for b in schedule.blockers(p.node)) for p in self.planned]
            raise ApplyError(f"Internal inconsistency: did not apply all changes: {total} != {self.applied}\n"
                             "Blocked changes:\n" + "".join(blocked))
        self.applier.cluster.guard()
        self.progress.section(f"applying complete [{self.applied}/{total} done]")
        self.progress.section(f"waiting complete [{self.waited}/{total} done]")


def _writes(planned: Sequence[Planned]) -> list[str]:
    return [p.apply_text for p in planned if p.apply not in (NOOP, EXISTS)]


def _failure(attempt: Attempt) -> str:
    if isinstance(attempt.error, UnknownStrategy):
        return str(attempt.error)
    return f"{attempt.planned.apply_text}: {attempt.error}"
