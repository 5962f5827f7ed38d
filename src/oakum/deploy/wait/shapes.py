"""What the rules read of an object, by its kind, with the types that it has to have: those of Kubernetes' API."""
from __future__ import annotations

from oakum.deploy.resource import Resource
from oakum.gostruct import ANY, BOOL, INT32, INT64, STRING, Many, Named, Shape, Struct, decode
from oakum.typing import TypeAlias


class Unreadable(Exception):
    """An object in which something is of another type than its kind has there."""


def typed(resource: Resource, shape: Struct) -> Resource:
    """The object with the fields of `shape` alone. Raises Unreadable in the words of Go."""
    try:
        return Resource(decode(resource.body, shape, kubernetes=True), resource.origin, resource.transient)
    except ValueError as e:
        raise Unreadable(str(e)) from e


_Fields: TypeAlias = dict[str, Shape]
_METADATA = Struct("v1.ObjectMeta", {
    **dict.fromkeys(("name", "namespace", "uid", "creationTimestamp", "deletionTimestamp"), STRING),
    **dict.fromkeys(("labels", "annotations"), Named(STRING)), "generation": INT64, "finalizers": Many(STRING)})
_CONDITION: _Fields = {**dict.fromkeys(("type", "status", "reason", "message"), STRING), "observedGeneration": INT64}


def _kind(name: str, spec: _Fields | None = None, status: _Fields | None = None) -> Struct:
    conditions = Many(Struct(f"v1.{name}Condition", _CONDITION))
    known = {"observedGeneration": INT64, "conditions": conditions, **(status or {})}
    return Struct(f"v1.{name}", {
        "apiVersion": STRING, "kind": STRING, "metadata": _METADATA, "spec": Struct(f"v1.{name}Spec", spec or {}),
        "status": Struct(f"v1.{name}Status", known)})


def _counts(*names: str) -> _Fields:
    return dict.fromkeys(names, INT32)


_INGRESS = Struct("v1.LoadBalancerStatus", {"ingress": Many(ANY)})
_WAITING = Struct("v1.ContainerStateWaiting", {"reason": STRING, "message": STRING})
_CONTAINERS = Many(Struct("v1.ContainerStatus", {"state": Struct("v1.ContainerState", {"waiting": _WAITING})}))
_ROLLING = Struct("v1.RollingUpdateStatefulSetStrategy", _counts("partition"))

GENERIC = _kind("GenericResource")
"""Of what wait rules with conditions are for."""
PACKAGE = _kind("GenericResource", status={"usefulErrorMessage": STRING})
DEFINITION = _kind("CustomResourceDefinition")
API_SERVICE = _kind("APIService")
DEPLOYMENT = _kind("Deployment", {"paused": BOOL, **_counts("replicas")},
                   _counts("unavailableReplicas", "readyReplicas", "updatedReplicas"))
REPLICA_SET = _kind("ReplicaSet", _counts("replicas"), _counts("readyReplicas", "availableReplicas"))
DAEMON_SET = _kind("DaemonSet", status=_counts("desiredNumberScheduled", "updatedNumberScheduled", "numberUnavailable"))
STATEFUL_SET = _kind("StatefulSet", {
    "updateStrategy": Struct("v1.StatefulSetUpdateStrategy", {"rollingUpdate": _ROLLING}), **_counts("replicas")},
    _counts("updatedReplicas", "readyReplicas", "replicas"))
JOB = _kind("Job", status=_counts("active", "failed", "succeeded"))
POD = _kind("Pod", status={"phase": STRING, "initContainerStatuses": _CONTAINERS, "containerStatuses": _CONTAINERS})
SERVICE = _kind("Service", {"type": STRING, "clusterIP": STRING}, {"loadBalancer": _INGRESS})
CLAIM = _kind("PersistentVolumeClaim", {"storageClassName": STRING}, {"phase": STRING})
INGRESS = _kind("Ingress", {"ingressClassName": STRING}, {"loadBalancer": _INGRESS})
