"""The kinds that are waited for without any configuration (kapp spec, section 5.3), as one table at the end."""
from __future__ import annotations

from collections.abc import Callable, Sequence

from oakum.dataclass import dataclass
from oakum.deploy.resource import PREFIX, Resource
from oakum.deploy.wait import shapes
from oakum.deploy.wait.shapes import typed
from oakum.deploy.wait.state import (
    State,
    conditions,
    containers,
    deleting,
    fail,
    ok,
    ongoing,
    required,
    spec,
    status,
    unobserved,
)
from oakum.gostruct import Struct
from oakum.typing import Any

MIN_REPLICAS = PREFIX + "apps-v1-deployment-wait-minimum-replicas-available"
REVISION = "deployment.kubernetes.io/revision"


@dataclass(frozen=True)
class View:
    """What a rule may look at: the object, the objects that stem from it, and whether failing APIs are ignored.

    The object has the fields of the rule's shape alone; the others are as they came.
    """

    resource: Resource
    associated: Sequence[Resource] = ()
    ignore_failing_apis: bool = False


Judge = Callable[[View], State]


@dataclass(frozen=True)
class Rule:
    """A kind's rule, what it reads of an object (`shape`; None: it takes any), and the kinds (apiVersion, kind) of the
    objects that stem from one.

    `soon`: it is the API server itself that sees to such an object, in milliseconds.
    """

    judge: Judge
    shape: Struct | None
    associated: tuple[tuple[str, str], ...] = ()
    soon: bool = False

    def judged(self, resource: Resource, associated: Sequence[Resource], ignore_failing_apis: bool) -> State:
        """The verdict on an object. Raises Unreadable."""
        read = resource if self.shape is None else typed(resource, self.shape)
        return self.judge(View(read, associated, ignore_failing_apis))


def number(part: dict[str, Any], name: str) -> int:
    """A whole number in a spec or status, 0 when missing."""
    return int(part.get(name) or 0)


def deployment(view: View) -> State:
    """apps/v1 Deployment."""
    r = view.resource
    behind = unobserved(r)
    if behind:
        return behind
    for c in conditions(r):
        why = f"{c.get('reason', '')} (message: {c.get('message', '')})"
        if c.get("type") == "Progressing" and c.get("status") == "False":
            return fail(f"Deployment is not progressing: {why}")
        if c.get("type") == "ReplicaFailure" and c.get("status") == "True":
            return ongoing(f"Deployment has encountered replica failure: {why}")
    if MIN_REPLICAS in r.annotations and view.associated:
        return minimum_replicas(view)
    unavailable = number(status(r), "unavailableReplicas")
    if unavailable > 0:
        return ongoing(f"Waiting for {unavailable} unavailable replicas")
    wanted = number(spec(r), "replicas")
    missing = wanted - number(status(r), "readyReplicas")
    if missing > 0:
        return ongoing(f"Waiting for {missing}/{wanted} replicas to be ready")
    # Right after a change the old replicas may be enough. The reference, which looks every three seconds, hardly ever
    # meets that moment; a watch does.
    stale = 0 if spec(r).get("paused") else wanted - number(status(r), "updatedReplicas")
    return ongoing(f"Waiting for {stale} replicas to be updated") if stale > 0 else ok()


def minimum_replicas(view: View) -> State:
    """A Deployment is done when its newest ReplicaSet has enough available replicas."""
    r = view.resource
    text = r.annotations[MIN_REPLICAS]
    if spec(r).get("replicas") is None:
        return fail("Error: Failed to find spec.replicas")
    replicas = number(spec(r), "replicas")
    try:
        least = replicas * int(text[:-1]) // 100 if text.endswith("%") else int(text)
    except ValueError:
        why = f'strconv.Atoi: parsing "{text.rstrip("%")}": invalid syntax'
        return fail(f"Error: Failed to parse {MIN_REPLICAS}: {why}")
    least = min(least, replicas)
    if replicas > 0:
        least = max(least, 1)
    latest, problem = _latest_replica_set(view)
    if latest is None:
        return fail(f"Error: Failed to find latest replicaset: {problem}")
    behind = unobserved(latest)
    if behind:
        return behind
    available = number(status(latest), "availableReplicas")
    if available < least:
        return ongoing(f"Waiting for at least {least} available replicas (currently {available} available)")
    return ok()


def _latest_replica_set(view: View) -> tuple[Resource | None, str]:
    revision = view.resource.annotations.get(REVISION)
    if revision is None:
        return None, f"Expected to find '{REVISION}' but did not"
    for r in view.associated:
        if r.kind == "ReplicaSet" and r.group in ("apps", "extensions") and r.annotations.get(REVISION) == revision:
            return typed(r, shapes.REPLICA_SET), ""
    return None, f"Expected to find replica set (rev {revision}) in associated resources but did not"


def daemon_set(view: View) -> State:
    """apps/v1 DaemonSet."""
    r = view.resource
    behind = unobserved(r)
    if behind:
        return behind
    waiting = number(status(r), "desiredNumberScheduled") - number(status(r), "updatedNumberScheduled")
    if waiting > 0:
        return ongoing(f"Waiting for {waiting} updated pods to be scheduled")
    unavailable = number(status(r), "numberUnavailable")
    return ongoing(f"Waiting for {unavailable} unavailable pods") if unavailable > 0 else ok()


def stateful_set(view: View) -> State:
    """apps/v1 StatefulSet."""
    r = view.resource
    behind = unobserved(r)
    if behind:
        return behind
    if spec(r).get("replicas") is None:
        return fail("Error: Failed to find spec.replicas")
    wanted = number(spec(r), "replicas")
    partition = number((spec(r).get("updateStrategy") or {}).get("rollingUpdate") or {}, "partition")
    to_update = wanted - partition if partition > 0 else wanted
    waiting = to_update - number(status(r), "updatedReplicas")
    if waiting > 0:
        part = f" (updating only {to_update} of {wanted} total)" if partition > 0 else ""
        return ongoing(f"Waiting for {waiting} replicas to be updated{part}")
    unready = wanted - number(status(r), "readyReplicas")
    if unready > 0:
        return ongoing(f"Waiting for {unready} replicas to be ready")
    surplus = number(status(r), "replicas") - wanted
    return ongoing(f"Waiting for {surplus} replicas to be deleted") if surplus > 0 else ok()


def job(view: View) -> State:
    """batch/v1 Job."""
    r = view.resource
    for c in conditions(r):
        if c.get("type") == "Complete" and c.get("status") == "True":
            return ok("Completed")
        if c.get("type") == "Failed" and c.get("status") == "True":
            return fail(f"Failed with reason {c.get('reason', '')}: {c.get('message', '')}")
    active, failed, succeeded = (number(status(r), n) for n in ("active", "failed", "succeeded"))
    return ongoing(f"Waiting to complete ({active} active, {failed} failed, {succeeded} succeeded)")


def pod(view: View) -> State:
    """v1 Pod."""
    r = view.resource
    phase = status(r).get("phase")
    if phase == "Running":
        return required(r, "Initialized", "Ready", "PodScheduled")
    if phase in ("Failed", "Unknown"):
        return fail(f"Phase is {phase.lower()}")
    if phase == "Succeeded":
        return ok()
    if phase != "Pending":
        return ongoing("Undetermined phase")
    detail = _pending_detail(r)
    return ongoing(f"Pending: {detail}" if detail else "Pending")


def _pending_detail(r: Resource) -> str:
    for container in containers(r):
        waiting = (container.get("state") or {}).get("waiting")
        if waiting:
            message = f" (message: {waiting['message']})" if waiting.get("message") else ""
            return f"{waiting.get('reason', '')}{message}"
    for c in conditions(r):
        if c.get("type") == "PodScheduled" and c.get("reason") == "Unschedulable":
            return f"Unschedulable (message: {c.get('message', '')})"
    return ""


def service(view: View) -> State:
    """v1 Service."""
    s = spec(view.resource)
    if s.get("type") == "ExternalName":
        return ok("External service")
    if not s.get("clusterIP"):
        return ongoing("ClusterIP is empty")
    if s.get("type") == "LoadBalancer" and not (status(view.resource).get("loadBalancer") or {}).get("ingress"):
        return ongoing("Load balancer ingress is empty")
    return ok()


def definition(view: View) -> State:
    """CustomResourceDefinition."""
    return required(view.resource, "Established", "NamesAccepted")


def api_service(view: View) -> State:
    """APIService."""
    found = required(view.resource, "Available")
    if view.ignore_failing_apis and not found.successful:
        return ok(f"Ignoring ({found.message})")
    return found


def package(view: View) -> State:
    """kapp-controller's App, PackageInstall, PackageRepository."""
    r = view.resource
    behind = unobserved(r)
    if behind:
        return behind
    useful = status(r).get("usefulErrorMessage")
    for c in conditions(r):
        if c.get("status") != "True":
            continue
        if c.get("type") == "Reconciling":
            return ongoing("Reconciling")
        for kind, text in (("ReconcileFailed", "Reconcile failed"), ("DeleteFailed", "Delete failed")):
            if c.get("type") == kind:
                return fail(f"{text}: {c.get('reason', '')} (message: {useful or c.get('message', '')})")
    return deleting(r) or ok()


PODS = ("v1", "Pod")
REPLICA_SETS = ("apps/v1", "ReplicaSet")
PACKAGES = {("kappctrl.k14s.io/v1alpha1", "App"): Rule(package, shapes.PACKAGE),
            ("packaging.carvel.dev/v1alpha1", "PackageInstall"): Rule(package, shapes.PACKAGE),
            ("packaging.carvel.dev/v1alpha1", "PackageRepository"): Rule(package, shapes.PACKAGE)}
RULES: dict[tuple[str, str], Rule] = {
    **{(f"apiextensions.k8s.io/{v}", "CustomResourceDefinition"): Rule(definition, shapes.DEFINITION, soon=True)
       for v in ("v1", "v1beta1")},
    **{(f"apiregistration.k8s.io/{v}", "APIService"): Rule(api_service, shapes.API_SERVICE, soon=True)
       for v in ("v1", "v1beta1")},
    ("v1", "Pod"): Rule(pod, shapes.POD),
    ("v1", "Service"): Rule(service, shapes.SERVICE),
    ("apps/v1", "Deployment"): Rule(deployment, shapes.DEPLOYMENT, (REPLICA_SETS, PODS)),
    ("apps/v1", "DaemonSet"): Rule(daemon_set, shapes.DAEMON_SET, (REPLICA_SETS, PODS)),
    ("apps/v1", "StatefulSet"): Rule(stateful_set, shapes.STATEFUL_SET, (("v1", "PersistentVolumeClaim"), PODS)),
    ("batch/v1", "Job"): Rule(job, shapes.JOB, (("batch/v1", "Job"), PODS)),
}
"""CronJobs and every kind that is not here are done at once."""
