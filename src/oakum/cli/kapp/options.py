"""Flags turned into the options of `oakum.deploy`."""
from __future__ import annotations

from oakum.cli.kapp.session import Session
from oakum.deploy.apply.options import ApplyOptions, WaitOptions
from oakum.deploy.deleting import DeleteOptions
from oakum.deploy.deploying import DeployOptions
from oakum.deploy.lock import LockOptions
from oakum.deploy.logs.options import LogsOptions
from oakum.deploy.run.table import DiffOptions
from oakum.errors import UsageError
from oakum.typing import Any

Flags = dict[str, Any]


def diff_options(flags: Flags, prefix: str = "diff-") -> DiffOptions:
    """How differences are shown. Raises UsageError for the part that is not offered."""
    def value(name: str) -> Any:
        return flags[prefix + name]

    if prefix and value("ui-alpha"):
        raise UsageError(f"--{prefix}ui-alpha is not offered (hint: --{prefix}changes shows the changes here)")
    return DiffOptions(
        run=value("run"), exit_status=value("exit-status"), summary=value("summary"), changes=value("changes"),
        context=value("context"), line_numbers=value("line-numbers"), mask=value("mask"),
        against_last_applied=value("against-last-applied"), filter=value("filter"),
        changes_yaml=value("changes-yaml"), anchored=value("anchored"))


def apply_options(flags: Flags, prefix: str = "") -> ApplyOptions:
    """How changes are applied."""
    def value(name: str) -> Any:
        return flags[prefix + name]

    return ApplyOptions(
        timeout=value("apply-timeout"), check_interval=value("apply-check-interval"),
        concurrency=value("apply-concurrency"), default_update_strategy=value("apply-default-update-strategy"),
        exit_early=value("exit-early-on-apply-error"), ignored=value("apply-ignored"),
        server_side=bool(flags.get("server-side")))


def wait_options(flags: Flags, prefix: str = "") -> WaitOptions:
    """How changes are awaited."""
    def value(name: str) -> Any:
        return flags[prefix + name]

    return WaitOptions(
        enabled=value("wait"), ignored=value("wait-ignored"), timeout=value("wait-timeout"),
        resource_timeout=value("wait-resource-timeout"), check_interval=value("wait-check-interval"),
        concurrency=value("wait-concurrency"), exit_early=value("exit-early-on-wait-error"),
        strict=bool(flags.get("wait-strict")))


def lock_options(flags: Flags) -> LockOptions:
    """Whether and how the application is locked."""
    return LockOptions(bool(flags["lock"]), flags["lock-wait"], flags["lock-steal"])


def deploy_options(session: Session, app: str, extra_labels: tuple[str, ...] = ()) -> DeployOptions:
    """All of deploy's flags, for application `app`."""
    from oakum.cli.kapp.offline import VERSION

    flags = session.flags
    return DeployOptions(
        app=app, namespace=session.namespace, app_namespace=session.app_namespace, diff=diff_options(flags),
        apply=apply_options(flags), wait=wait_options(flags),
        logs=LogsOptions(flags["logs"], flags["logs-all"], unfinished=session.ui.program == "oakum"),
        lock=lock_options(flags), filter=session.resource_filter(), into_ns=flags["into-ns"],
        map_ns=tuple(flags["map-ns"]), allow_check=flags["allow-check"], allow_ns=tuple(flags["allow-ns"]),
        allow_all_ns=flags["allow-all-ns"], allow_cluster=flags["allow-cluster"], patch=flags["patch"],
        allow_empty=flags["dangerous-allow-empty-list-of-resources"],
        check_unlabeled=flags["existing-non-labeled-resources-check"],
        check_unlabeled_concurrency=flags["existing-non-labeled-resources-check-concurrency"],
        override_ownership=flags["dangerous-override-ownership-of-existing-resources"],
        override_ownership_of=tuple(flags["dangerous-ownership-override-allowed-apps"]),
        scoping=flags["default-label-scoping-rules"], changes_to_keep=flags["app-changes-max-to-keep"],
        metadata_file=flags["app-metadata-file-output"], disable_gk_scoping=flags["dangerous-disable-gk-scoping"],
        labels=(*flags["labels"], *extra_labels), previous_app=flags.get("prev-app", ""),
        preflight=tuple(flags["preflight"]) or None,
        ignore_failing_apis=flags.get("dangerous-ignore-failing-api-services", False),
        only_fallback_namespaces=flags.get("dangerous-scope-to-fallback-allowed-namespaces", False),
        apply_exit_status=flags["apply-exit-status"], version=VERSION)


def delete_options(session: Session, app: str, prefix: str = "") -> DeleteOptions:
    """All of delete's flags, for application `app`; `prefix` is that of the apply flags."""
    flags = session.flags
    return DeleteOptions(
        app=app, namespace=session.namespace, app_namespace=session.app_namespace, diff=diff_options(flags),
        apply=apply_options(flags, prefix), wait=wait_options(flags, prefix), lock=lock_options(flags),
        filter=session.resource_filter() if "filter-age" in flags and not prefix else None,
        previous_app=flags.get("prev-app", ""),
        ignore_failing_apis=flags.get("dangerous-ignore-failing-api-services", False),
        only_fallback_namespaces=flags.get("dangerous-scope-to-fallback-allowed-namespaces", False),
        apply_exit_status=flags[f"{prefix}apply-exit-status"])
