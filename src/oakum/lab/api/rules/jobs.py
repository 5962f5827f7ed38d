"""Jobs and CronJobs: defaults and validation."""

from typing import Any

from oakum.lab.api import selectors
from oakum.lab.api.rules import pod_checks, pod_defaults
from oakum.lab.api.rules.cron_schedules import schedule_problem, zone_problem
from oakum.lab.api.rules.job_policies import failure_policy, success_policy
from oakum.lab.api.rules.rules import Rules
from oakum.lab.api.rules.values import default, label_selector, not_negative, one_of, unchanged
from oakum.lab.api.status import FieldError, invalid, required, unsupported
from oakum.lab.store import Obj, clone

_MOST = 100000
_JOB_LABELS = ("batch.kubernetes.io/controller-uid", "controller-uid")
_WITHOUT_END = (1 << 31) - 1
_NOT_GENERATED = "`selector` not auto-generated"
_JOB_NAMES = ("batch.kubernetes.io/job-name", "job-name")


def _job_spec(spec: Obj) -> None:
    if spec.get("completions") is None and spec.get("parallelism") is None:
        spec["completions"] = 1
    default(
        spec,
        parallelism=1,
        backoffLimit=6 if spec.get("backoffLimitPerIndex") is None else _WITHOUT_END,
        completionMode="NonIndexed",
        suspend=False,
        manualSelector=False,
        podReplacementPolicy="TerminatingOrFailed" if spec.get("podFailurePolicy") is None else "Failed",
    )
    pod_defaults.pod_spec(spec["template"]["spec"])


def _job(obj: Obj) -> None:
    _job_spec(obj["spec"])
    labels = (obj["spec"]["template"].get("metadata") or {}).get("labels")
    if labels:
        default(obj["metadata"], labels=dict(labels))


def _start_job(obj: Obj) -> None:
    """Label the pods of a new Job with its identity, and select them."""
    spec = obj["spec"]
    if not spec["manualSelector"]:
        metadata = obj["metadata"]
        labels = spec["template"].setdefault("metadata", {}).setdefault("labels", {})
        identity = dict.fromkeys(_JOB_LABELS, metadata["uid"]) | dict.fromkeys(_JOB_NAMES, metadata.get("name") or "")
        default(labels, **identity)
        spec["selector"] = spec.get("selector") or {}
        spec["selector"].setdefault("matchLabels", {})[_JOB_LABELS[0]] = metadata["uid"]
        default(metadata, labels=dict(labels))


def _cron_job(obj: Obj) -> None:
    spec = obj["spec"]
    default(spec, concurrencyPolicy="Allow", suspend=False, successfulJobsHistoryLimit=3, failedJobsHistoryLimit=1)
    pod_defaults.pod_spec(spec["jobTemplate"]["spec"]["template"]["spec"])


def _check_job_spec(spec: Obj, path: str) -> list[FieldError]:
    counts = ("parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished")
    errors = not_negative(spec, path, *counts)
    errors += _indexed(spec, path)
    errors += _policies(spec, path)
    errors += pod_checks.template(spec["template"], f"{path}.template")
    policy = spec["template"]["spec"].get("restartPolicy")
    at = f"{path}.template.spec.restartPolicy"
    if policy == "Always":
        errors.append(required(at, 'valid values: "OnFailure", "Never"'))
    elif policy not in ("OnFailure", "Never"):
        errors.append(unsupported(at, policy, ["OnFailure", "Never"]))
    return errors


def _indexed(spec: Obj, path: str) -> list[FieldError]:
    """Complaints about a job's completion mode, and what only an indexed one may have."""
    errors = one_of(spec, "completionMode", path, ("NonIndexed", "Indexed"))
    counts = ("backoffLimitPerIndex", "maxFailedIndexes")
    errors += not_negative(spec, path, *counts)
    if spec.get("maxFailedIndexes") is not None and spec.get("backoffLimitPerIndex") is None:
        errors.append(required(f"{path}.backoffLimitPerIndex", "when maxFailedIndexes is specified"))
    if spec.get("completionMode") != "Indexed":
        wanted = [(f"{path}.{key}", spec[key]) for key in counts if spec.get(key) is not None]
        return errors + [invalid(at, value, "requires indexed completion mode") for at, value in wanted]
    if spec.get("completions") is None:
        errors.append(required(f"{path}.completions", "when completion mode is Indexed"))
    if (spec.get("parallelism") or 0) > _MOST:
        detail = f"must be less than or equal to {_MOST} when completion mode is Indexed"
        errors.append(invalid(f"{path}.parallelism", spec["parallelism"], detail))
    return errors


def _policies(spec: Obj, path: str) -> list[FieldError]:
    errors = list(failure_policy(spec, f"{path}.podFailurePolicy"))
    errors += success_policy(spec, f"{path}.successPolicy")
    replacing = ("Failed",) if spec.get("podFailurePolicy") is not None else ("Failed", "TerminatingOrFailed")
    errors += one_of(spec, "podReplacementPolicy", path, replacing)
    manager = spec.get("managedBy")
    if manager is not None and ("/" not in manager or " " in manager):
        detail = 'must be a domain-prefixed path (such as "acme.io/foo")'
        errors.append(invalid(f"{path}.managedBy", manager, detail))
    return errors


def _check_job(obj: Obj) -> list[FieldError]:
    spec = obj["spec"]
    errors = _check_job_spec(spec, "spec")
    selector = spec.get("selector")
    labels = (spec["template"].get("metadata") or {}).get("labels")
    own = {_JOB_LABELS[0]: obj["metadata"]["uid"]}
    # A new Job's selector has our label in it; one that lacks it is an update, where the server does not say this.
    generated = not spec.get("manualSelector") and own.items() <= ((selector or {}).get("matchLabels") or {}).items()
    if generated and selector != {"matchLabels": own}:
        errors.append(invalid("spec.selector", selector, _NOT_GENERATED))
    if generated:
        errors += _labelled(obj, labels or {})
    errors += [required("spec.selector")] if selector is None else label_selector(selector, "spec.selector")
    matching = selectors.of_object(selector)
    if matching is None or not selectors.selects(matching, labels):
        errors.append(invalid("spec.template.metadata.labels", labels, "`selector` does not match template `labels`"))
    return errors


def _labelled(obj: Obj, labels: Obj) -> list[FieldError]:
    """Complaints about labels of the pods that contradict those of the job."""
    metadata = obj["metadata"]
    wanted = [(key, metadata["uid"]) for key in _JOB_LABELS] + [(key, metadata.get("name") or "") for key in _JOB_NAMES]
    at = "spec.template.metadata.labels"
    return [invalid(f"{at}[{key}]", labels, f"must be '{value}'") for key, value in wanted if labels.get(key) != value]


def _check_cron(obj: Obj) -> list[FieldError]:
    spec = obj["spec"]
    schedule = spec.get("schedule") or ""
    errors: list[FieldError] = []
    if not schedule:
        errors.append(required("spec.schedule"))
    elif problem := schedule_problem(schedule):
        errors.append(invalid("spec.schedule", schedule, problem))
    if spec.get("timeZone") is not None and (problem := zone_problem(spec["timeZone"])):
        errors.append(invalid("spec.timeZone", spec["timeZone"], problem))
    errors += one_of(spec, "concurrencyPolicy", "spec", ("Allow", "Forbid", "Replace"))
    limits = ("startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit")
    errors += not_negative(spec, "spec", *limits)
    job, at = spec["jobTemplate"]["spec"], "spec.jobTemplate.spec"
    errors += _check_job_spec(job, at)
    if job.get("selector") is not None:
        errors.append(invalid(f"{at}.selector", job["selector"], "`selector` will be auto-generated"))
    if job.get("manualSelector"):
        errors.append(unsupported(f"{at}.manualSelector", True, ["nil", "false"]))
    if len(obj["metadata"].get("name") or "") > 52:
        errors.append(invalid("metadata.name", obj["metadata"]["name"], "must be no more than 52 characters"))
    return errors


def _job_change(new: Obj, old: Obj) -> list[FieldError]:
    ours, theirs = new["spec"], old["spec"]
    errors = unchanged(ours.get("selector"), theirs.get("selector"), "spec.selector")
    if ours.get("completionMode") != "Indexed":
        errors += unchanged(ours.get("completions"), theirs.get("completions"), "spec.completions")
    if _pods(ours, theirs) != _pods(theirs, theirs):
        errors.append(invalid("spec.template", ours["template"], "field is immutable"))
    return errors + unchanged(ours.get("completionMode"), theirs.get("completionMode"), "spec.completionMode")


def _pods(spec: Obj, stored: Obj) -> Any:
    """The template without what may change while a job is suspended and has not started."""
    template = clone(spec["template"])
    if stored.get("suspend"):
        for key in ("nodeSelector", "tolerations", "schedulingGates"):
            template["spec"].pop(key, None)
    return template


RULES = {
    "jobs.batch": Rules(default=_job, validate=_check_job, compare=_job_change, start=_start_job, generation=True),
    "cronjobs.batch": Rules(default=_cron_job, validate=_check_cron, generation=True),
}
