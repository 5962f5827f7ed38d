"""The flags of kapp's commands, in groups (kapp spec, sections 1.2 to 1.5)."""
from __future__ import annotations

from oakum.cli.flag import Flag

COMMON, DIFF, APPLY, WAIT, FILTER, VALIDATION, MANGLING, LOGS, OTHER = SECTIONS = (
    "Common Flags:", "Diff Flags:", "Apply Flags:", "Wait Flags:", "Resource Filter Flags:",
    "Resource Validation Flags:", "Resource Mangling Flags:", "Logs Flags:", "Available/Other Flags:")
MINUTES_15 = 900.0


def check_preflight(names: list[str]) -> None:
    """Refuse names of no preflight check."""
    from oakum.deploy.preflight.checks import check_names

    check_names(names or [""])


def check_positive(number: int) -> None:
    """Refuse a concurrency that would do nothing."""
    if number < 1:
        raise ValueError(f"Expected maximum throttle to be >= 1, but was {number}")


GLOBAL = (
    Flag("debug", "Include debug output", "bool"),
    Flag("warnings", "Show warnings", "bool", default=True),
    Flag("profile", "Profile type (none, cpu)", default="none"),
    Flag("profile-output", "Name of the file to write the profile to", default="profile.pprof"),
    Flag("kube-api-qps", "Set Kubernetes API client QPS limit", "float32", default=1000.0),
    Flag("kube-api-burst", "Set Kubernetes API client burst limit", "int", default=1000),
    Flag("kubeconfig", "Path to the kubeconfig file ($KAPP_KUBECONFIG)"),
    Flag("kubeconfig-context", "Kubeconfig context override ($KAPP_KUBECONFIG_CONTEXT)"),
    Flag("kubeconfig-yaml", "Kubeconfig contents as YAML ($KAPP_KUBECONFIG_YAML)"),
)
NAMESPACE = (
    Flag("namespace", "Specified namespace ($KAPP_NAMESPACE or default from kubeconfig)", short="n", section=COMMON),)
APP_NAMESPACE = (
    Flag("app-namespace", "Set app namespace (to store app state)"),)
APP = (
    Flag("app", "Set app name (or label selector) (format: name, label:key=val, !key)", short="a", section=COMMON),
    *NAMESPACE, *APP_NAMESPACE)
FILES = (
    Flag("file", "Set file (format: /tmp/foo, https://..., -) (can repeat)", "strings", short="f", section=COMMON),
    Flag("sort", "Sort by namespace, name, etc.", "bool", default=True),)


def diff(prefix: str = "") -> tuple[Flag, ...]:
    """How differences are shown."""
    p = f"{prefix}-" if prefix else ""
    return (
        Flag(f"{p}run", "Show diff and exit successfully without any further action", "bool", section=DIFF),
        Flag(f"{p}exit-status", "Return specific exit status based on number of changes", "bool", section=DIFF),
        Flag(f"{p}ui-alpha", "Start UI server to inspect changes (alpha feature)", "bool", section=DIFF),
        Flag(f"{p}summary", "Show diff summary", "bool", default=True, section=DIFF),
        Flag(f"{p}changes", "Show changes", "bool", short="c", section=f"{COMMON}\n{DIFF}"),
        Flag(f"{p}context", "Show number of lines around changed lines", "int", default=2, section=DIFF),
        Flag(f"{p}line-numbers", "Show line numbers", "bool", default=True, section=DIFF),
        Flag(f"{p}mask", "Apply masking rules", "bool", default=True, section=DIFF),
        Flag(f"{p}against-last-applied", "Show changes against last applied copy when possible", "bool", default=True,
             section=DIFF),
        Flag(f"{p}filter", 'Set changes filter (example: {"and":[{"ops":["update"]},{"existingResource":{"kinds":'
             '["Deployment"]}]})', section=DIFF),
        Flag(f"{p}changes-yaml", "Print YAML to be applied", "bool", section=DIFF),
        Flag(f"{p}anchored", "Allow using anchored diff for large resources", "bool", section=DIFF),
    )


def apply(prefix: str = "", wait_ignored: bool = False) -> tuple[Flag, ...]:
    """How changes are applied and awaited; `wait_ignored` is that flag's default."""
    p = f"{prefix}-" if prefix else ""
    return (
        Flag(f"{p}apply-ignored", "Set to apply ignored changes", "bool", section=APPLY),
        Flag(f"{p}apply-timeout", "Maximum amount of time to wait in apply phase", "duration", default=MINUTES_15,
             section=APPLY),
        Flag(f"{p}apply-check-interval", "Amount of time to sleep between applies", "duration", default=1.0,
             section=APPLY),
        Flag(f"{p}apply-concurrency", "Maximum number of concurrent apply operations", "int", default=10,
             check=check_positive, section=APPLY),
        Flag(f"{p}apply-default-update-strategy", "Change default update strategy", section=APPLY),
        Flag(f"{p}apply-exit-status", "Return specific exit status based on number of changes", "bool", section=APPLY),
        Flag(f"{p}exit-early-on-apply-error", "Exit quickly on apply failure", "bool", default=True),
        Flag(f"{p}wait", "Set to wait for changes to be applied", "bool", default=True, section=WAIT),
        Flag(f"{p}wait-ignored", "Set to wait for ignored changes to be applied", "bool", default=wait_ignored,
             section=WAIT),
        Flag(f"{p}wait-timeout", "Maximum amount of time to wait in wait phase", "duration", default=MINUTES_15,
             section=WAIT),
        Flag(f"{p}wait-resource-timeout", "Maximum amount of time to wait for a resource in wait phase (0s means no "
             "timeout)", "duration", section=WAIT),
        Flag(f"{p}wait-check-interval", "Amount of time to sleep between checks while waiting", "duration",
             default=3.0, section=WAIT),
        Flag(f"{p}wait-concurrency", "Maximum number of concurrent wait operations", "int", default=5,
             check=check_positive, section=WAIT),
        Flag(f"{p}exit-early-on-wait-error", "Exit quickly on wait failure", "bool", default=True),
    )


FILTERS = tuple(Flag(name, text, kind, section=FILTER) for name, text, kind in (
    ("filter-age", "Set age filter (example: 5m-, 500h+, 10m-)", "string"),
    ("filter-kind", "Set kinds filter (example: Pod) (can repeat)", "strings"),
    ("filter-ns", "Set namespace filter (example: knative-serving) (can repeat)", "strings"),
    ("filter-name", "Set name filter (example: controller) (can repeat)", "strings"),
    ("filter-kind-name", "Set kind-name filter (example: Pod/controller) (can repeat)", "strings"),
    ("filter-kind-ns", "Set kind-namespace filter (example: Pod/, Pod/knative-serving) (can repeat)", "strings"),
    ("filter-kind-ns-name", "Set kind-namespace-name filter (example: Deployment/knative-serving/controller) "
     "(can repeat)", "strings"),
    ("filter-labels", "Set label filter (example: x=y)", "strings"),
    ("filter", 'Set filter (example: {"and":[{"not":{"resource":{"kinds":["foo%"]}}},{"resource":{"kinds":'
     '["!foo"]}}]})', "string")))
TYPES = (
    Flag("dangerous-ignore-failing-api-services", "Allow to ignore failing APIServices", "bool"),
    Flag("dangerous-scope-to-fallback-allowed-namespaces", "Scope resource searching to fallback allowed namespaces",
         "bool"),)
LOCK = (
    Flag("lock", "Hold a Lease on the app while it is being changed", "bool"),
    Flag("lock-wait", "Amount of time to wait for another holder of the lock", "duration"),
    Flag("lock-steal", "Take the lock over from another holder", "bool"),)
EXPLAIN = Flag("explain-errors", "Add to an error the file and line of the fields that the server blames, and hints "
               "(always on when stderr is a terminal)", "bool")
PREVIOUS = Flag("prev-app", "Set previous app name")

DEPLOY = (
    Flag("into-ns", "Place resources into namespace", section=MANGLING),
    Flag("map-ns", "Map resources from one namespace into another (could be specified multiple times)", "strings",
         section=MANGLING),
    Flag("allow-check", "Enable client-side allowing", "bool", section=VALIDATION),
    Flag("allow-ns", "Set allowed namespace for resources (does not apply to the app itself)", "strings",
         section=VALIDATION),
    Flag("allow-all-ns", "Set to allow all namespaces for resources (does not apply to the app itself)", "bool",
         section=VALIDATION),
    Flag("allow-cluster", "Set to allow cluster level for resources (does not apply to the app itself)", "bool",
         section=VALIDATION),
    Flag("patch", "Add or update existing resources only, never delete any", "bool", short="p"),
    Flag("dangerous-allow-empty-list-of-resources", "Allow to apply empty set of resources (same as running kapp "
         "delete)", "bool", section=APPLY),
    Flag("existing-non-labeled-resources-check", "Find and consider existing non-labeled resources in diff", "bool",
         default=True),
    Flag("existing-non-labeled-resources-check-concurrency", "Concurrency to check for existing non-labeled resources",
         "int", default=100),
    Flag("dangerous-override-ownership-of-existing-resources", "Steal existing resources from another app", "bool",
         section=APPLY),
    Flag("dangerous-ownership-override-allowed-apps", "Specify existing apps in the same namespace that existing "
         "resources can be stolen from", "strings"),
    Flag("default-label-scoping-rules", "Use default label scoping rules", "bool", default=True),
    Flag("app-changes-max-to-keep", "Maximum number of app changes to keep", "int", default=200),
    Flag("logs", "Show logs from Pods annotated as 'kapp.k14s.io/deploy-logs'", "bool", default=True, section=LOGS),
    Flag("logs-all", "Show logs from all Pods", "bool", section=LOGS),
    Flag("app-metadata-file-output", "Set filename to write app metadata"),
    Flag("dangerous-disable-gk-scoping", "Disable scoping of resource searching to used GroupKinds", "bool"),
    Flag("labels", "Set app label (format: key=val, key=) (can repeat)", "strings"),
    Flag("preflight", "preflight checks to run. Available preflight checks are [CRDUpgradeSafety,"
         "PermissionValidation]", "strings", check=check_preflight),
    Flag("wait-strict", "Fail as soon as a pod cannot start, with its last log lines, and wait for more kinds", "bool",
         section=WAIT),
    Flag("server-side", "Apply with one write and field ownership (server-side apply)", "bool", section=APPLY),
)
LIST = (
    *NAMESPACE,
    Flag("all-namespaces", "List apps in all namespaces", "bool", short="A"),
    Flag("filter-age", "Set age filter (example: 5m-, 500h+, 10m-)", section=FILTER),
    Flag("filter-labels", "Set label filter (example: x=y)", "strings", section=FILTER))
LOGS_FLAGS = (
    Flag("follow", "As new pods are added, new pod logs will be printed", "bool", short="f"),
    Flag("lines", "Limit to number of lines (use -1 to remove limit)", "int", default=10),
    Flag("container-tag", "Include container tag", "bool", default=True),
    Flag("pod-name", "Set pod name to filter logs (% acts as wildcard, e.g. 'app%')", short="m"),
    Flag("container-name", "Set container name to filter logs (% acts as wildcard, e.g. 'app%') (can repeat)",
         "strings", short="c"))
GROUP = Flag("group", "Set app group name", short="g", section=COMMON)
