"""Warnings about fields that are valid and probably not what was meant."""

from collections.abc import Callable, Iterator

from oakum.lab.api.admission import Operation
from oakum.lab.api.rules.values import amount, items
from oakum.lab.store import Obj, Store


def _service(obj: Obj) -> Iterator[str]:
    if items(obj["spec"], "externalIPs"):
        yield "spec.externalIPs is deprecated and may no longer be implemented in some clusters"


def _slice(obj: Obj) -> Iterator[str]:
    if obj.get("addressType") == "FQDN":
        yield "spec.addressType: FQDN endpoints are deprecated"


def _quota(obj: Obj) -> Iterator[str]:
    hard = obj["spec"].get("hard") or {}
    for name in ("cpu", "memory"):
        wanted, most = hard.get(f"requests.{name}"), hard.get(f"limits.{name}")
        if wanted is not None and most is not None and amount(wanted) > amount(most):
            yield f"ResourceQuota requests.{name} ({wanted}) should be less than limits.{name} ({most})"


def _driver(obj: Obj) -> Iterator[str]:
    if items(obj["spec"], "tokenRequests") and obj["spec"].get("serviceAccountTokenInSecrets") is None:
        yield (
            "spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true to prevent "
            "possible logging of tokens in volume attributes"
        )


def _pod(obj: Obj) -> Iterator[str]:
    yield from _pod_spec(obj["spec"], "spec")


def _templated(obj: Obj) -> Iterator[str]:
    yield from _pod_spec(((obj["spec"].get("template") or {}).get("spec")) or {}, "spec.template.spec")


def _cron_job(obj: Obj) -> Iterator[str]:
    yield from _pod_spec(obj["spec"]["jobTemplate"]["spec"]["template"]["spec"], "spec.jobTemplate.spec.template.spec")


def _pod_spec(spec: Obj, path: str) -> Iterator[str]:
    for index, secret in enumerate(items(spec, "imagePullSecrets")):
        if not secret.get("name"):
            yield f'{path}.imagePullSecrets[{index}].name: invalid empty name ""'


_CHECKS: dict[str, Callable[[Obj], Iterator[str]]] = {
    "pods": _pod,
    "cronjobs.batch": _cron_job,
    **dict.fromkeys(("deployments.apps", "replicasets.apps", "statefulsets.apps", "daemonsets.apps"), _templated),
    **dict.fromkeys(("jobs.batch", "replicationcontrollers"), _templated),
    "services": _service,
    "endpointslices.discovery.k8s.io": _slice,
    "resourcequotas": _quota,
    "csidrivers.storage.k8s.io": _driver,
}


def warn_of_fields(store: Store, operation: Operation) -> None:
    """Add the warnings of the object's kind to the answer."""
    check = _CHECKS.get(operation.resource.key)
    if check is not None and operation.verb in ("CREATE", "UPDATE") and not operation.subresource:
        for text in check(operation.obj):
            operation.options.warn(text)
