"""`delete`: everything an application has, and its record (kapp spec, section 7.7)."""
from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property

from oakum.dataclass import dataclass, field
from oakum.deploy.app.changes import KEEP_AFTER_FAILED_DELETE, Changes
from oakum.deploy.app.labeled import PREFIX as LABEL_PREFIX
from oakum.deploy.app.labeled import LabeledApp
from oakum.deploy.app.meta import AppMeta, namespaces_of
from oakum.deploy.app.recorded import RecordedApp
from oakum.deploy.apply.options import ApplyOptions, WaitOptions
from oakum.deploy.cluster import Cluster
from oakum.deploy.config.config import Config
from oakum.deploy.config.defaults import default_config
from oakum.deploy.diff.change import Differ
from oakum.deploy.diff.changeset import calculate
from oakum.deploy.diff.history import Comparing
from oakum.deploy.diff.mask import Mask
from oakum.deploy.diff.rebase import NoTemplates
from oakum.deploy.errors import ApplyError, ExitStatus, LockLost
from oakum.deploy.existing import Finder, Scope
from oakum.deploy.filters import ResourceExpression, ResourceFilter, filter_changes
from oakum.deploy.lock import Lock, LockOptions
from oakum.deploy.output import Output
from oakum.deploy.resource import PREFIX, Resource
from oakum.deploy.run.execution import Execution
from oakum.deploy.run.plan import Planned, Planner
from oakum.deploy.run.progress import Progress
from oakum.deploy.run.table import DiffOptions, rows_of, show
from oakum.deploy.wait.judge import Judge
from oakum.errors import OakumError
from oakum.kube.client import Client
from oakum.kube.selector import Requirement, Selector

OWNED = PREFIX + "owned-for-deletion"


@dataclass(frozen=True)
class DeleteOptions:
    """What a delete is asked to do: the command line's flags."""

    app: str
    namespace: str
    app_namespace: str = ""
    diff: DiffOptions = field(default_factory=DiffOptions)
    apply: ApplyOptions = field(default_factory=ApplyOptions)
    wait: WaitOptions = field(default_factory=lambda: WaitOptions(ignored=True))
    lock: LockOptions = field(default_factory=LockOptions)
    filter: ResourceFilter | ResourceExpression | None = None
    previous_app: str = ""
    ignore_failing_apis: bool = False
    only_fallback_namespaces: bool = False
    apply_exit_status: bool = False


@dataclass()
class Delete:
    """One delete. `numbers` are those that stand for masked values, which several may share."""

    client: Client
    options: DeleteOptions
    out: Output
    numbers: dict[str, int] = field(default_factory=dict)
    _recorded: RecordedApp | None = field(default=None, init=False)
    _meta: AppMeta | None = field(default=None, init=False)

    def run(self) -> None:
        """Do it. Raises OakumError for what failed, ExitStatus when the outcome is asked for as such."""
        options = self.options
        if options.app.startswith(LABEL_PREFIX):
            selector = LabeledApp(options.app).selector
        else:
            app = self._find()
            if app is None:
                return
            self._recorded, self._meta = app, app.meta
            selector = Selector((Requirement(self._meta.label_key, "=", (self._meta.label_value,)),))
        with self._lock:
            self._delete(selector)

    @cached_property
    def _lock(self) -> Lock:
        return Lock(self.client, self._recorded, LockOptions() if self.options.diff.run else self.options.lock)

    def _find(self) -> RecordedApp | None:
        """The application under its name or its previous one; says so when it is not there."""
        options = self.options
        space = options.app_namespace or options.namespace
        app = RecordedApp(self.client, options.app, space)
        if app.find():
            return app
        if options.previous_app:
            before = RecordedApp(self.client, options.previous_app, space)
            if before.find():
                return before
            self.out.line(str(before.missing()))
        self.out.line(str(app.missing()))
        return None

    def _delete(self, selector: Selector) -> None:
        options = self.options
        existing = self._owned(selector)
        chosen = [r for r in existing if options.filter is None or options.filter.matches(r)]
        differ = Differ(Comparing(Config(), NoTemplates()), options.diff.against_last_applied)
        changes = calculate(chosen, [], differ, versions=False)
        kept = filter_changes(changes, options.diff.filter)
        complete = len(chosen) == len(existing) and len(kept) == len(changes)
        judge = Judge(None, None, options.ignore_failing_apis)
        planner = Planner(judge, options.wait.enabled, options.apply.ignored, options.wait.ignored)
        planned = planner.plan(kept, default_config())
        mask = Mask(default_config(), self.numbers)
        rows = rows_of(planned, options.apply.default_update_strategy)
        show(rows, options.diff, self.out, mask, judge)
        if not complete:
            name, space = ((self._recorded.name, self._recorded.namespace) if self._recorded is not None
                           else (str(selector), options.namespace))
            self.out.line(f"App '{name}' (namespace: {space}) will not be fully deleted because some resources are "
                          "excluded by filters")
        if options.diff.run:
            if options.diff.exit_status:
                raise ExitStatus.diffed(bool(planned))
            return
        self.out.confirm()
        cluster = Cluster(self.client, guard=self._lock.check)
        execution = Execution(cluster, differ, mask, judge, options.apply, options.wait, self.out)
        self._carry_out(execution, planned, selector, existing, complete)
        if options.apply_exit_status:
            raise ExitStatus.applied(bool(planned))

    def _owned(self, selector: Selector) -> list[Resource]:
        found = self._finder.find(selector)
        for r in found:
            if r.transient and OWNED in r.annotations:
                r.transient = False
        return found

    @cached_property
    def _finder(self) -> Finder:
        options, meta = self.options, self._meta
        fallback = (options.namespace, *(meta.last_change.namespaces if meta else ()))
        self.client.discovery.may_ignore = self._may_ignore
        return Finder(self.client, Scope(None, fallback, options.only_fallback_namespaces),
                      may_ignore=self._may_ignore, log=Progress(self.out.begin).info)

    def _may_ignore(self, group_version: str) -> bool:
        if self.options.ignore_failing_apis:
            return True
        used = {f"{g}/{v}" if g else v for g, v in (self._meta.used_gvs if self._meta else ())}
        return self._meta is not None and group_version not in used

    def _carry_out(self, execution: Execution, planned: Sequence[Planned], selector: Selector,
                   existing: Sequence[Resource], complete: bool) -> None:
        app = self._recorded
        if app is None:
            execution.run(planned)
            if complete:
                self._check_gone(selector)
            return
        self._lock.check()
        changes = Changes(app)
        # Who may not list all namespaces finds what is left by those of the record.
        running = changes.begin("delete", namespaces_of(existing) if self._finder.limited else (), keep=0)
        try:
            execution.run(planned)
            if complete:
                self._check_gone(selector)
            self._lock.check()
            if complete:
                changes.delete(changes.history(), "Deleting app changes")
        except LockLost:
            with suppress(OakumError):
                running.give_up()
            raise
        except BaseException:
            # The failure itself is what the user must see, also when it cannot be recorded any more.
            with suppress(OakumError):
                running.finish(False)
                if complete:
                    changes.trim(KEEP_AFTER_FAILED_DELETE, self.out.line)
            raise
        if complete:
            app.delete()
        else:
            running.finish(True)

    def _check_gone(self, selector: Selector) -> None:
        """Look again, with what the server serves now: nothing may be left. Raises ApplyError."""
        self.client.discovery.refresh()
        left = self._finder.find(selector)
        if left:
            names = ", ".join(r.description for r in left)
            raise ApplyError(f"Expected all resources to be gone, but found: {names}")
