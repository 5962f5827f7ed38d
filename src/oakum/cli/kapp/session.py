"""What kapp's commands share: the dialogue, the connection, and what flags and environment say of both."""
from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property

from oakum.cli import ui as dialogue
from oakum.cli.command import Invocation
from oakum.errors import DeployError, KubeError, OakumError, UsageError
from oakum.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from oakum.cli.table import Table
    from oakum.deploy.app.labeled import LabeledApp
    from oakum.deploy.app.recorded import RecordedApp
    from oakum.deploy.filters import ResourceExpression, ResourceFilter
    from oakum.deploy.output import Grid
    from oakum.kube.client import Client
    from oakum.kube.kubeconfig import ClusterConfig
    from oakum.kube.selector import Selector

CODES = {"red": "31", "green": "32", "faint": "2"}
DISCOVERY_ATTEMPTS = 10
PROFILES = ("none", "cpu", "heap", "goroutine", "threadcreate", "block", "mutex")


class Printer:
    """`oakum.deploy.output.Output` on a `UI`."""

    def __init__(self, ui: dialogue.UI) -> None:
        self.ui = ui
        self._paints = dialogue.colors(ui.stdout)

    def line(self, text: str) -> None:
        """A line of its own."""
        self.ui.line(text)

    def begin(self, text: str) -> None:
        """Progress."""
        self.ui.begin(text)

    def block(self, text: str) -> None:
        """Output proper."""
        self.ui.block(text)

    def table(self, grid: Grid) -> None:
        """A table."""
        self.ui.table(_table(grid))

    def check_columns(self, grid: Grid) -> None:
        """Refuse columns that are asked for and that such a table does not have."""
        self.ui.check_columns(_table(grid))

    def confirm(self) -> None:
        """Ask whether to go on."""
        self.ui.confirm()

    def expect_answer(self) -> None:
        """Refuse where it shows already that nobody can answer."""
        self.ui.expect_answer()

    def paint(self, text: str, color: str) -> str:
        """`text` in a colour where there are colours (`--color` is for tables only)."""
        return f"\x1b[{CODES[color]}m{text}\x1b[0m" if self._paints else text


def _table(grid: Grid) -> Table:
    from oakum.cli.table import Cell, Column, Table
    from oakum.deploy.output import Verdict

    rows = [[Cell(c.text, c.good) if isinstance(c, Verdict) else c for c in row] for row in grid.rows]
    return Table(grid.title, grid.content, [Column(c.title, c.long, c.hidden) for c in grid.columns], rows,
                 grid.sort_by, grid.notes, grid.fill_first, grid.transpose)


class Session:
    """One command's surroundings. The cluster is contacted when it is first needed, and then named once."""

    def __init__(self, call: Invocation, ui: dialogue.UI) -> None:
        self.flags: dict[str, Any] = call.flags
        self.ui = ui
        self.out = Printer(ui)
        self.timed: Callable[[str], AbstractContextManager[object]] = nullcontext
        if self.flags.get("debug"):
            from oakum.deploy.run.progress import Progress

            self.timed = Progress(ui.begin).timed
        self.numbers: dict[str, int] = {}
        """What stands for masked values: the same number in all of the command's applications."""

    def _setting(self, flag: str, variable: str) -> str:
        return str(self.flags.get(flag) or os.environ.get(variable, ""))

    @property
    def kubeconfig(self) -> dict[str, Any]:
        """What `kubeconfig.load` is to be given."""
        return {"path": self._setting("kubeconfig", "KAPP_KUBECONFIG") or None,
                "context": self._setting("kubeconfig-context", "KAPP_KUBECONFIG_CONTEXT") or None,
                "text": self._setting("kubeconfig-yaml", "KAPP_KUBECONFIG_YAML") or None}

    @cached_property
    def config(self) -> ClusterConfig:
        """Where the cluster is. Raises DeployError."""
        from oakum.kube.kubeconfig import NoConfig, load

        given = self.kubeconfig
        try:
            return load(**given)
        except KubeError as e:
            told = str(e)
            if isinstance(e, NoConfig):
                told += " (hint: Ensure cluster name is specified correctly in context configuration)"
            if not given["text"]:
                told = f"Building Kubernetes config: {told}"
            elif told.startswith("invalid configuration:"):
                told = f"Building Kubernetes config (explicit config given): {told}"
            raise DeployError(told) from e

    @property
    def rate(self) -> tuple[float, int] | None:
        """The most requests a second, and at once; None without a bound. Raises DeployError."""
        qps, burst = self.flags["kube-api-qps"], self.flags["kube-api-burst"]
        if qps <= 0:
            return None
        if burst <= 0:
            raise DeployError("Building Core clientset: burst is required to be greater than 0 when RateLimiter is not "
                              "set and QPS is set to greater than 0")
        return qps, burst

    @property
    def named(self) -> bool:
        """Whether anybody reads which cluster it is."""
        return self.ui.tty or self.ui.json

    @cached_property
    def connection(self) -> Client:
        """The connection, before anything is said of it."""
        from oakum.kube import connect

        warn = (lambda text: self.ui.begin(f"Warning: {text}\n")) if self.flags["warnings"] else None
        made = connect(self.config, warn=warn, rate=self.rate)
        made.discovery.attempts = DISCOVERY_ATTEMPTS
        made.timed = self.timed
        return made

    @cached_property
    def client(self) -> Client:
        """The connection. The first use says which cluster it is."""
        if self.named:
            from oakum.deploy.target import in_words

            self.ui.line(in_words(self.connection))
        return self.connection

    @property
    def namespace(self) -> str:
        """Where an application's state and its resources are by default."""
        return self._setting("namespace", "KAPP_NAMESPACE") or self.config.namespace or "default"

    @property
    def app_namespace(self) -> str:
        """Where the application's records are."""
        return str(self.flags.get("app-namespace") or self.namespace)

    def app(self) -> RecordedApp | LabeledApp:
        """The application that `--app` names, which need not exist. Raises AppError."""
        from oakum.deploy.app.labeled import PREFIX, LabeledApp
        from oakum.deploy.app.recorded import RecordedApp

        client, name = self.client, self.flags["app"]
        if name.startswith(PREFIX):
            return LabeledApp(name)
        return RecordedApp(client, name, self.app_namespace)

    def selector(self) -> Selector:
        """The selector of an existing application's objects. Raises AppError when it does not exist."""
        from oakum.deploy.app.labeled import LabeledApp
        from oakum.kube.selector import Requirement, Selector

        app = self.app()
        if isinstance(app, LabeledApp):
            return app.selector
        return Selector((Requirement(app.label_key, "=", (app.label_value,)),))

    def resource_filter(self) -> ResourceFilter | ResourceExpression | None:
        """What the `--filter-*` flags say; None when they say nothing. Raises InputError."""
        from datetime import UTC, datetime

        from oakum.deploy.age import parse_age
        from oakum.deploy.filters import ResourceFilter, parse_labels, parse_resource_expression

        flags = self.flags
        if flags.get("filter"):
            return parse_resource_expression(flags["filter"])
        kinds, spaces, names, kind_names, kind_spaces, whole = (
            tuple(flags[f"filter-{name}"])
            for name in ("kind", "ns", "name", "kind-name", "kind-ns", "kind-ns-name"))
        made = ResourceFilter(parse_age(flags["filter-age"], datetime.now(UTC)), kinds, spaces, names, kind_names,
                              kind_spaces, whole, parse_labels(flags["filter-labels"]))
        return None if made == ResourceFilter() else made


def run(call: Invocation, body: Callable[[Session], None]) -> int:
    """Run `body`; returns the exit status."""
    ui = dialogue.UI(call.root.name, call.flags)
    status = 0
    try:
        _profiled(call, body, ui)
        ui.line("Succeeded")
    except OakumError as error:
        status = _failed(ui, error, explain=_explains(call, ui))
    ui.close()
    return status


def _explains(call: Invocation, ui: dialogue.UI) -> bool:
    """Whether errors say more than the reference's, whose texts scripts may match: in `oakum`, when asked for with
    `--explain-errors`, and where a person reads them."""
    return ui.program == "oakum" or bool(call.flags.get("explain-errors")) or (not ui.json and ui.stderr.isatty())


def _failed(ui: dialogue.UI, error: OakumError, *, explain: bool) -> int:
    from oakum.deploy.cluster import places_of
    from oakum.deploy.errors import ApplyError, ExitStatus
    from oakum.kube.errors import DiscoveryError

    if isinstance(error, DiscoveryError):
        error = DeployError(f"{error} (possibly related issue: "
                            "https://github.com/vmware-tanzu/carvel-kapp/issues/12)")
    status, text = error.code if isinstance(error, ExitStatus) else 1, str(error)
    if isinstance(error, ApplyError):
        from oakum.cli.reflow import bullets

        text = bullets(text)
    if explain:
        from oakum.cli.hints import hint

        text += "".join(f"\n- {place}" for place in places_of(error))
        text += hint(text)
    ui.fail(DeployError(text))
    return status


def _timed(call: Invocation, body: Callable[[Session], None], ui: dialogue.UI) -> None:
    session = Session(call, ui)
    with session.timed("CommandRun"):
        body(session)


def _profiled(call: Invocation, body: Callable[[Session], None], ui: dialogue.UI) -> None:
    kind = call.flags.get("profile", "none")
    if kind not in PROFILES:
        raise UsageError(f"unknown profile '{kind}'")
    if kind == "none":
        _timed(call, body, ui)
        return
    if kind != "cpu":
        raise UsageError(f"profile '{kind}' is one of the reference's runtime and not available here (available: none, "
                         "cpu)")
    import cProfile

    from oakum import files

    files.check_writable(call.flags["profile-output"])
    profile = cProfile.Profile()
    try:
        profile.runcall(_timed, call, body, ui)
    finally:
        profile.dump_stats(call.flags["profile-output"])
