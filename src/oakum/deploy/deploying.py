"""`deploy`: from documents to an application in the cluster (kapp spec, section 4.1)."""
from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cached_property

from oakum import files
from oakum.dataclass import dataclass, field
from oakum.deploy.app.changes import Changes, Running
from oakum.deploy.app.labeled import PREFIX as LABEL_PREFIX
from oakum.deploy.app.labeled import LabeledApp
from oakum.deploy.app.meta import AppMeta, Used, namespaces_of
from oakum.deploy.app.recorded import RecordedApp, parse_labels
from oakum.deploy.apply import strategy
from oakum.deploy.apply.options import ApplyOptions, WaitOptions
from oakum.deploy.cluster import Cluster
from oakum.deploy.config.config import Config, extract
from oakum.deploy.config.defaults import default_config
from oakum.deploy.diff.change import UPDATE, Change, Differ
from oakum.deploy.diff.changeset import calculate
from oakum.deploy.diff.history import Comparing
from oakum.deploy.diff.mask import Mask
from oakum.deploy.diff.rebase import NoTemplates, Templates
from oakum.deploy.diff.versioned import counterparts
from oakum.deploy.errors import ExitStatus, InputError, LockLost
from oakum.deploy.existing import Finder, Scope
from oakum.deploy.filters import ResourceExpression, ResourceFilter, filter_changes
from oakum.deploy.lock import Lock, LockOptions
from oakum.deploy.logs.options import LogsOptions
from oakum.deploy.output import Output
from oakum.deploy.ownership import check_not_records, check_owner
from oakum.deploy.preflight.checks import run_preflight
from oakum.deploy.prepare import (
    Allowed,
    Placement,
    check_complete,
    label,
    parse_mapping,
    place,
    renew_nonces,
    unique,
)
from oakum.deploy.renew import renew
from oakum.deploy.resource import Resource
from oakum.deploy.run.execution import Execution
from oakum.deploy.run.plan import Planned, Planner
from oakum.deploy.run.progress import Progress
from oakum.deploy.run.table import DiffOptions, description, rows_of, show
from oakum.deploy.unlabeled import find_unlabeled
from oakum.deploy.wait.judge import Judge
from oakum.errors import OakumError
from oakum.kube.client import Client
from oakum.kube.selector import Requirement, Selector
from oakum.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oakum.deploy.logs.during import DeployLogs

POD = ("", "Pod")
READS_AT_ONCE = 24


@dataclass(frozen=True)
class DeployOptions:
    """What a deploy is asked to do: the command line's flags. `app_namespace` defaults to `namespace`."""

    app: str
    namespace: str
    app_namespace: str = ""
    diff: DiffOptions = field(default_factory=DiffOptions)
    apply: ApplyOptions = field(default_factory=ApplyOptions)
    wait: WaitOptions = field(default_factory=WaitOptions)
    logs: LogsOptions = field(default_factory=LogsOptions)
    lock: LockOptions = field(default_factory=LockOptions)
    filter: ResourceFilter | ResourceExpression | None = None
    into_ns: str = ""
    map_ns: tuple[str, ...] = ()
    allow_check: bool = False
    allow_ns: tuple[str, ...] = ()
    allow_all_ns: bool = False
    allow_cluster: bool = False
    patch: bool = False
    allow_empty: bool = False
    check_unlabeled: bool = True
    check_unlabeled_concurrency: int = 100
    override_ownership: bool = False
    override_ownership_of: tuple[str, ...] = ()
    scoping: bool = True
    changes_to_keep: int = 200
    metadata_file: str = ""
    disable_gk_scoping: bool = False
    labels: tuple[str, ...] = ()
    previous_app: str = ""
    preflight: tuple[str, ...] | None = None
    ignore_failing_apis: bool = False
    only_fallback_namespaces: bool = False
    apply_exit_status: bool = False
    version: str = "develop"

    def check(self) -> None:
        """Tell at once of values that no deploy could go by. Raises OakumError."""
        parse_mapping(self.map_ns)
        parse_labels(list(self.labels))
        filter_changes([], self.diff.filter)
        strategy.check(UPDATE, self.apply.default_update_strategy)
        if self.app.startswith(LABEL_PREFIX):
            _ = LabeledApp(self.app).label_key


@dataclass()
class Deploy:
    """One deploy. `read` gives the documents; it is called once the application's record is there.

    `numbers` are those that stand for masked values, which several deploys may share.
    """

    client: Client
    options: DeployOptions
    read: Callable[[], Sequence[Resource]]
    out: Output
    templates: Templates = field(default_factory=NoTemplates)
    numbers: dict[str, int] = field(default_factory=dict)
    _recorded: RecordedApp | None = field(default=None, init=False)
    _meta: AppMeta | None = field(default=None, init=False)
    _is_new: bool = field(default=False, init=False)
    _new_versions: frozenset[str] = field(default=frozenset(), init=False)

    def run(self) -> bool:
        """Do it; returns whether there was anything to change. Raises OakumError for what failed, ExitStatus when the
        outcome is asked for as such.
        """
        key, value = self._open()
        with self._lock:
            return self._run(key, value)

    def look(self, draft: Sequence[Resource] = ()) -> None:
        """Tell now what would stop `run`, as far as that shows without what is there; nothing is written.

        `draft` are documents (others than `read` gives, as they are changed) that differ from those in values only.
        What is found is not asked for again by `run`. Raises OakumError as `run`, with the same messages.
        """
        key, value = self._known()
        if self.options.metadata_file:
            try:
                files.check_writable(self.options.metadata_file)
            except OSError as e:
                raise InputError(_refusal(e)) from e
        self._lock.look()
        self.client.discovery.types()
        if not draft:
            return
        everything, config = self._input(draft, key, value)
        new = [r for r in everything if self._wanted(r)]
        self._check_allowed(new)
        if self._untouched:
            differ = Differ(Comparing(config, self.templates))
            if Planner(Judge(config)).plan(calculate([], new, differ), config):
                self.out.expect_answer()

    @cached_property
    def _lock(self) -> Lock:
        return Lock(self.client, self._recorded, LockOptions() if self.options.diff.run else self.options.lock)

    @cached_property
    def _cluster(self) -> Cluster:
        return Cluster(self.client, guard=self._lock.check)

    @property
    def _app_namespace(self) -> str:
        return self.options.app_namespace or self.options.namespace

    @property
    def _untouched(self) -> bool:
        """Whether it is sure that whatever is wanted is a change."""
        meta, options = self._meta, self.options
        return meta is not None and not (meta.last_change_name or options.previous_app or options.diff.filter)

    def _known(self) -> tuple[str, str]:
        """The application's label, or one like that which it would get."""
        options = self.options
        if options.app.startswith(LABEL_PREFIX):
            labeled = LabeledApp(options.app)
            return labeled.label_key, labeled.label_value
        app = self._recorded = RecordedApp(self.client, options.app, self._app_namespace)
        found = app.look(parse_labels(list(options.labels)))
        self._meta = app.meta if found else AppMeta(str(time.time_ns()))
        return self._meta.label_key, self._meta.label_value

    def _open(self) -> tuple[str, str]:
        """Find or make the record; returns the application's label."""
        options = self.options
        if options.app.startswith(LABEL_PREFIX):
            labeled = LabeledApp(options.app)
            return labeled.label_key, labeled.label_value
        app = self._recorded or RecordedApp(self.client, options.app, self._app_namespace)
        labels = parse_labels(list(options.labels))
        if options.diff.run:
            if not app.find() and not self._find_previous(app):
                self._is_new = True
                self._meta = AppMeta(str(time.time_ns()))
                return self._meta.label_key, self._meta.label_value
        else:
            with self.client.timed("RecordedApp: CreateOrUpdate"):
                self._is_new = app.prepare(labels, options.previous_app)
        self._recorded = app
        self._meta = app.meta
        return app.label_key, app.label_value

    def _find_previous(self, app: RecordedApp) -> bool:
        if not self.options.previous_app:
            return False
        app.name = self.options.previous_app
        return app.find()

    def _run(self, key: str, value: str) -> bool:
        options, out = self.options, self.out
        everything, config = self._input(self.read(), key, value)
        new = [r for r in everything if self._wanted(r)]
        if not new and not options.allow_empty and not options.patch:
            raise InputError("Trying to apply empty set of resources will result in deletion of resources on cluster. "
                             "Refusing to continue unless --dangerous-allow-empty-list-of-resources is specified.")
        all_existing = self._existing(key, value, everything, new)
        existing = [r for r in all_existing if self._wanted(r)]
        how = Comparing(config, self.templates, options.apply.server_side)
        differ = Differ(how, options.diff.against_last_applied)
        judge = Judge(config, self.templates, options.ignore_failing_apis, options.wait.strict)
        mask = Mask(config, self.numbers)
        changes = self._changes(existing, new, differ)
        planner = Planner(judge, options.wait.enabled, options.apply.ignored, options.wait.ignored)
        with self.client.timed("ClusterChangeSet: ChangeGraph: NewChangeGraph"):
            planned = planner.plan(changes, config)
        shown_by = Judge(None, None, options.ignore_failing_apis)
        rows = rows_of(planned, options.apply.default_update_strategy)
        show(rows, options.diff, out, mask, shown_by)
        self._check_allowed(new)
        if options.diff.run or not planned:
            self._write_metadata()
            self._finish_early(bool(planned))
            return bool(planned)
        run_preflight(planned, self._cluster, config, options.preflight)
        out.confirm()
        execution = Execution(self._cluster, differ, mask, judge, options.apply, options.wait, out)
        self._carry_out(execution, planned, description(rows), everything, all_existing)
        if options.apply_exit_status:
            raise ExitStatus.applied(changed=True)
        return True

    def _input(self, given: Sequence[Resource], key: str, value: str) -> tuple[list[Resource], Config]:
        options = self.options
        resources, config = extract(given, default_config(), options.version)
        check_complete(resources)
        resources = unique(resources)
        self._new_versions = frozenset(r.api_version for r in resources)
        self.client.discovery.may_ignore = self._may_ignore
        mapping = parse_mapping(options.map_ns)
        place(resources, Placement(options.namespace, options.into_ns, mapping), self._scope_of)
        renew_nonces(resources)
        label(resources, config, key, value, scoping=options.scoping)
        return resources, config

    def _scope_of(self, api_version: str, kind: str) -> bool | None:
        found = self.client.discovery.find(api_version, kind)
        return None if found is None else found.namespaced

    def _may_ignore(self, group_version: str) -> bool:
        """Whether it does not matter that an API cannot be used: it serves nothing of this application."""
        if self.options.ignore_failing_apis:
            return True
        used = {f"{g}/{v}" if g else v for g, v in (self._meta.used_gvs if self._meta else ())}
        return group_version not in used | self._new_versions

    def _wanted(self, resource: Resource) -> bool:
        return self.options.filter is None or self.options.filter.matches(resource)

    def _existing(self, key: str, value: str, everything: Sequence[Resource], new: Sequence[Resource],
                  ) -> list[Resource]:
        """What is there of this application, and of the wanted objects without its label."""
        options, meta = self.options, self._meta
        found: list[Resource] = []
        if not self._is_new:
            kinds = None
            if meta is not None and meta.used_gks is not None and not options.disable_gk_scoping:
                kinds = {*meta.used_gks, *Used.by(everything).gks, *([POD] if options.logs.enabled else [])}
            fallback = (options.namespace, *(meta.last_change.namespaces if meta else ()), *namespaces_of(everything))
            scope = Scope(frozenset(kinds) if kinds else None, fallback, options.only_fallback_namespaces)
            finder = Finder(self.client, scope, may_ignore=self._may_ignore, log=Progress(self.out.begin).info)
            found = finder.find(Selector((Requirement(key, "=", (value,)),)))
        have = {r.key for r in found}
        if options.check_unlabeled:
            missing = [r for r in new if r.key not in have]
            found += find_unlabeled(self._cluster, missing, min(options.check_unlabeled_concurrency, READS_AT_ONCE))
        if not options.override_ownership:
            check_owner(found, new, key, value, self.client, self._app_namespace, options.override_ownership_of)
        check_not_records(found)
        if options.patch:
            found = counterparts(new, found)
        return found

    def _changes(self, existing: list[Resource], new: list[Resource], differ: Differ) -> list[Change]:
        renew(new, existing)
        return filter_changes(calculate(existing, new, differ), self.options.diff.filter)

    def _check_allowed(self, new: Sequence[Resource]) -> None:
        options = self.options
        if options.allow_check:
            targets = (parse_mapping(options.map_ns) or {}).values()
            namespaces = frozenset({options.namespace, options.into_ns, *targets, *options.allow_ns} - {""})
            Allowed(namespaces, options.allow_all_ns and not options.allow_ns, options.allow_cluster).check(new)

    def _finish_early(self, pending: bool) -> None:
        diff = self.options.diff
        if diff.run and diff.exit_status:
            raise ExitStatus.diffed(pending)
        if self.options.apply_exit_status:
            raise ExitStatus.applied(changed=pending)

    def _carry_out(self, execution: Execution, planned: Sequence[Planned], what: str, everything: Sequence[Resource],
                   existing: Sequence[Resource]) -> None:
        self._lock.check()
        running = self._begin(what, everything, existing)
        self._write_metadata()
        try:
            execution.run(planned, self._logs(planned, existing))
        except LockLost:
            with suppress(OakumError):
                if running is not None:
                    running.give_up()
            raise
        except BaseException:
            # The failure itself is what the user must see, also when it cannot be recorded any more.
            with suppress(OakumError):
                self._end(running, False, everything, existing)
            raise
        self._end(running, True, everything, existing)

    def _begin(self, what: str, everything: Sequence[Resource], existing: Sequence[Resource]) -> Running | None:
        app = self._recorded
        if app is None:
            return None
        both, before = Used.by([*everything, *existing]), Used.known(self._meta)
        # What the record has come to know since it was read is of other deploys that run at the same time: that stays.
        return Changes(app).begin(f"update: {what}", namespaces_of(everything), keep=self.options.changes_to_keep,
                                  also=lambda meta: (both | (Used.known(meta) - before)).put_in(meta))

    def _end(self, running: Running | None, successful: bool, everything: Sequence[Resource],
             existing: Sequence[Resource]) -> None:
        options, app = self.options, self._recorded
        if running is None or app is None:
            return
        ours = Used.by(everything)
        both = ours | Used.by(existing)
        if options.patch or options.filter is not None or options.diff.filter:
            # Kinds outside this partial deploy must stay known, or later deploys would not prune them.
            ours |= Used.known(self._meta)

        def used(meta: AppMeta) -> AppMeta:
            return (ours | (Used.known(meta) - both)).put_in(meta) if successful else meta

        running.finish(successful, also=used)
        if not self._is_new:  # else this change is its only one
            with suppress(OakumError):  # who may not trim the history has deployed all the same
                Changes(app).trim(options.changes_to_keep, self.out.line)

    def _logs(self, planned: Sequence[Planned], existing: Sequence[Resource]) -> DeployLogs | None:
        """The logs that are shown meanwhile, when they are asked for."""
        options = self.options
        if not options.logs.enabled:
            return None
        from oakum.deploy.logs.during import DeployLogs

        selector = self._meta.selector if self._meta is not None else options.app.removeprefix(LABEL_PREFIX)
        spaces = tuple(sorted({options.namespace, *namespaces_of([p.change.resource for p in planned])}))
        return DeployLogs(self.client, selector, options.logs, self.out, existing, spaces)

    def _write_metadata(self) -> None:
        meta = self._recorded.meta if self._recorded is not None else self._meta
        if self.options.metadata_file and meta is not None:
            try:
                files.write(self.options.metadata_file, meta.to_text().encode(), 0o777)
            except OSError as e:  # by now more depends on the deploy than on this file
                self.out.line(f"Warning: {_refusal(e)}")


def _refusal(error: OSError) -> str:
    return f"open {error.filename}: {(error.strerror or str(error)).lower()}"
