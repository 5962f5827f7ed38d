"""Waiting for any of the tracked changes (kapp spec, sections 5.3 to 5.7).

Objects are looked at when they are tracked, on every event of theirs, and at the check interval, which is also when
states that are still ongoing are reported: the lines are those of a polling implementation, the moment is the event's.
"""
from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from oakum.dataclass import dataclass
from oakum.deploy.apply.options import WaitOptions
from oakum.deploy.apply.strategy import orphans
from oakum.deploy.cluster import Cluster, ServerError, identified
from oakum.deploy.errors import ApplyError
from oakum.deploy.prepare import ASSOCIATION
from oakum.deploy.resource import PREFIX, Resource
from oakum.deploy.run.plan import GONE, NO_WAIT, Planned
from oakum.deploy.run.progress import Progress
from oakum.deploy.wait.judge import Judge
from oakum.deploy.wait.observe import Observer
from oakum.deploy.wait.state import State, deleting, fail, is_running, ok, ongoing
from oakum.duration import format_duration
from oakum.errors import OakumError
from oakum.kube.errors import ConnectError
from oakum.kube.workers import each

UNREACHABLE_SECONDS = 60.0
SOON_PAUSES = (0.02, 0.03, 0.05)
"""For what is done in a moment, so that nothing is said of that moment: the reference is later to look."""
STEADY_SECONDS = 1.25
"""How long it must last what an event says of a pod that runs: a kubelet looks every second, and has one that ends at
once for ready meanwhile. The reference, which looks every three seconds, seldom meets that moment; a watch always does.
A Deployment is done as soon as its pods are ready: it goes on to care for them."""
SETTLE_SECONDS = 3.0
"""The same where waiting is strict, of all that has pods, however it was found."""
SETTLING = "Ready, making sure that it stays so"
HIDE_ASSOCIATED = PREFIX + "disable-associated-resources-wait"


@dataclass()
class Tracked:
    """A change that has been applied: what is known of its object, since when, and whether it let dependents go on.

    `ready` is since when its object has been found done, where that has to last.
    """

    planned: Planned
    known: Resource | None
    gone: bool
    since: float
    polled: bool = False
    unblocked: bool = False
    lost: float | None = None
    ready: float | None = None


@dataclass(frozen=True)
class Outcome:
    """What was found of a tracked change: a state, or an error that ends the wait for it whatever its state is."""

    tracked: Tracked
    state: State | None = None
    error: str = ""
    lines: tuple[str, ...] = ()

    @property
    def settled(self) -> bool:
        """Whether there is no more to wait for, or dependents may go on now."""
        return self.over or (self.state is not None and self.state.unblock and not self.tracked.unblocked)

    @property
    def over(self) -> bool:
        """Whether there is no more to wait for."""
        return bool(self.error) or self.state is None or self.state.done

    @property
    def failure(self) -> str:
        """The message when it failed, empty when it did not."""
        planned = self.tracked.planned
        if self.error:
            return f"waiting on {planned.wait_text}: Errored: {self.error}"
        if self.state is not None and self.state.done and not self.state.successful:
            return f"waiting on {planned.wait_text}: Finished unsuccessfully ({self.state.message})"
        return ""


class Waiter:
    """Waits through `cluster` by the rules of `judge`, reporting to `progress`."""

    def __init__(self, cluster: Cluster, judge: Judge, options: WaitOptions, progress: Progress,
                 observer: Observer, faint: Callable[[str], str] = str) -> None:
        self._cluster = cluster
        self._judge = judge
        self._options = options
        self._progress = progress
        self._observer = observer
        self._faint = faint
        self._settle = SETTLE_SECONDS if options.strict else STEADY_SECONDS

    def any(self, tracked: Sequence[Tracked]) -> list[Outcome]:
        """The outcomes of those that settled; waits until there is one. Raises ApplyError on time-out.

        Raises what the cluster's guard raises, too.
        """
        start = tick = time.monotonic()
        due = list(tracked)
        while True:
            self._cluster.guard()
            outcomes = self._poll(due, report=True)
            settled = [o for o in outcomes if o.settled]
            while not settled:
                now = time.monotonic()
                left = start + self._options.timeout - now
                if left <= 0:
                    raise self._timed_out(tracked)
                settling = [t.ready + self._settle for t in tracked if t.ready is not None]
                pause = min([tick + self._options.check_interval, *settling]) - now
                if pause <= 0:
                    break
                self._observer.wait(min(pause, left))
                self._cluster.guard()
                settled = self._news(tracked)
            if settled:
                return settled
            tick = time.monotonic()
            due = [t for t in tracked if self._options.strict or t.ready is None or t.ready + self._settle <= tick]

    def _timed_out(self, tracked: Sequence[Tracked]) -> ApplyError:
        names = ", ".join(t.planned.change.resource.description for t in tracked)
        return ApplyError(f"Timed out waiting after {format_duration(self._options.timeout)} for resources: [{names}]")

    def _poll(self, due: Sequence[Tracked], *, report: bool) -> list[Outcome]:
        def told(found: Outcome) -> Outcome:
            if report or found.settled:
                self._report(found)
            return found

        # What takes no request needs no threads either: changing them would take as long as all the rest.
        known = [self._known(one) for one in due]
        for found in known:
            if found is not None:
                told(found)
        unknown = [one for one, found in zip(due, known, strict=True) if found is None]
        looked = iter(each(unknown, lambda one: told(self._look(one)), self._options.concurrency))
        return [found or next(looked) for found in known]

    def _news(self, tracked: Sequence[Tracked]) -> list[Outcome]:
        """Judge the objects that events have come for."""
        settled = []
        for one in tracked:
            event = self._observer.take(one.planned.change.resource)
            if event is None:
                continue
            try:
                found = self._judged(one, *event)
            except OakumError:
                # What could not be looked up now is looked up at the next interval.
                continue
            if found is not None and found.settled:
                self._report(found)
                settled.append(found)
        self._observer.forget_others()
        return settled

    def _judged(self, one: Tracked, kind: str, resource: Resource) -> Outcome | None:
        if one.planned.wait == GONE:
            there = one.planned.change.existing
            same = there is not None and resource.uid == there.uid
            return self._look(one) if kind == "DELETED" or not same else None
        if kind == "DELETED":
            return self._look(one)
        state = self._judge.state(identified(resource), self._associated(resource))
        if self._options.strict and state.done:
            return self._reconciled(one, first=False)
        if state.done and state.successful and is_running(resource):
            one.ready = one.ready or time.monotonic()
            return None
        one.ready = None
        return self._checked(one, state)

    def _known(self, one: Tracked) -> Outcome | None:
        """The outcome where what applying returned says that it is done; None where the cluster has to be asked."""
        if one.planned.wait == NO_WAIT:
            return Outcome(one, ok())
        if one.planned.wait == GONE:
            return self._checked(one, ok()) if one.gone else None
        if one.polled or one.known is None or one.known.name != one.planned.change.resource.name:
            return None
        with suppress(OakumError):  # which asking will tell
            state = self._judge.state(one.known)
            if state.done and state.successful and self._is_current(one):
                return self._checked(one, state)
        return None

    def _look(self, one: Tracked) -> Outcome:
        """Look at the object in the cluster."""
        first, one.polled = not one.polled, True
        try:
            if one.planned.wait == GONE:
                return self._checked(one, self._gone(one))
            return self._reconciled(one, first=first)
        except OakumError as e:
            return self._lost(one, e) or Outcome(one, None, str(e))

    def _lost(self, one: Tracked, error: OakumError) -> Outcome | None:
        """For a while, an API server that does not answer (it is being restarted, say) is waited for, too."""
        if not isinstance(error, ServerError) or not isinstance(error.cause, ConnectError):
            one.lost = None
            return None
        one.lost = one.lost or time.monotonic()
        if time.monotonic() - one.lost > UNREACHABLE_SECONDS:
            return None
        return Outcome(one, ongoing(f"API server cannot be reached: {error.cause}"))

    def _is_current(self, one: Tracked) -> bool:
        """Whether what is known of the object is what the write returned, or nothing can change the verdict."""
        return one.known is not one.planned.change.existing or (
            one.known is not None and not self._judge.needs_watching(one.known))

    def _reconciled(self, one: Tracked, *, first: bool) -> Outcome:
        found = self._cluster.get(one.planned.change.resource)
        one.lost = None
        rule = self._judge.built_in(found)
        for pause in SOON_PAUSES if first and rule is not None and rule.soon else ():
            if self._judge.state(found).done:
                break
            time.sleep(pause)
            found = self._cluster.get(found)
        associated = self._listed(found) if rule is not None and rule.associated else []
        state = self._judge.state(found, associated)
        children = () if state.done else self._children(found, associated)
        if self._options.strict:
            state, words = self._strictly(one, state, [found, *associated])
            children = (*children, *words)
        else:
            one.ready = None
        if not state.done:
            self._observer.track(found)
        return self._checked(one, state, children)

    def _strictly(self, one: Tracked, state: State, objects: Sequence[Resource]) -> tuple[State, tuple[str, ...]]:
        """The verdict that also knows what cannot go on and what may end any moment, and the last log lines of that."""
        from oakum.deploy.wait.stuck import last_words, may_yet_fail, refused, who_failed, why_stuck

        client, stuck = self._cluster.client, None
        if state.done and state.successful:
            one.ready = one.ready or time.monotonic()
            lasts = time.monotonic() - one.ready >= self._settle or not may_yet_fail(objects[0])
            return state if lasts else ongoing(SETTLING), ()
        one.ready = None
        if state.done:
            stuck = who_failed(objects)
        else:
            stuck = why_stuck(objects) or refused(client, objects[0], time.time() - (time.monotonic() - one.since))
            if stuck is not None:
                state = fail(f"{stuck.culprit.description}: {stuck.reason}")
        words = last_words(client, stuck) if stuck is not None else []
        return state, tuple(f"{self._faint(' ^ ')}{line}" for line in words)

    def _associated(self, resource: Resource) -> list[Resource]:
        """Only one rule looks at other objects than its own; for the others no request is made."""
        from oakum.deploy.wait.builtin import MIN_REPLICAS

        return self._listed(resource) if MIN_REPLICAS in resource.annotations else []

    def _listed(self, resource: Resource) -> list[Resource]:
        rule = self._judge.built_in(resource)
        label = resource.labels.get(ASSOCIATION)
        if rule is None or not label:
            return []
        client, found = self._cluster.client, []
        for api_version, kind_name in rule.associated:
            kind = client.discovery.find(api_version, kind_name)
            if kind is not None:
                found += client.list(kind, resource.namespace, labels=f"{ASSOCIATION}={label}").items
        out = [identified(Resource(o)) for o in found]
        return [r for r in out if r.uid != resource.uid]

    def _children(self, parent: Resource, associated: Sequence[Resource]) -> tuple[str, ...]:
        hide = parent.annotations.get(HIDE_ASSOCIATED)
        if hide is not None:
            if hide != "":
                raise ApplyError(f"Expected annotation '{HIDE_ASSOCIATED}' on resource '{parent.description}' to have "
                                 "value ''")
            return ()
        lines = []
        for child in sorted(associated, key=lambda r: r.description, reverse=True):
            state = self._judge.state(child)
            lines.append(f"{self._faint(' L ')}{state.word}: waiting on {child.description}")
            if state.message:
                lines.append(f"{self._faint('    ^ ')}{state.message}")
        return tuple(lines)

    def _gone(self, one: Tracked) -> State:
        there = one.planned.change.existing
        assert there is not None
        if orphans(one.planned.change):
            return ok("Resource orphaned")
        found = self._cluster.find(there)
        if found is None or found.uid != there.uid:
            return ok()
        self._observer.track(found)
        return deleting(found) or ongoing("")

    def _checked(self, one: Tracked, state: State, lines: tuple[str, ...] = ()) -> Outcome:
        """The outcome, unless the object took longer than it may."""
        limit = self._options.resource_timeout
        if limit and time.monotonic() - one.since > limit:
            return Outcome(one, state, f"Resource timed out waiting after {format_duration(limit)}", lines)
        return Outcome(one, state, "", lines)

    def _report(self, outcome: Outcome) -> None:
        planned, state = outcome.tracked.planned, outcome.state
        word = state.word if state is not None else "error"
        lines = [f"{word}: {planned.wait_text}"]
        orphaned = planned.wait == GONE and state is not None and state.done
        if state is not None and state.message and not orphaned:
            lines.append(f"{self._faint(' ^ ')}{state.message}")
        self._progress.notify([*lines, *outcome.lines])
