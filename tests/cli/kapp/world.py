"""An application with everything that commands look into: what it is given, and what a cluster makes of that."""
from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from oakum.kube.kinds import ResourceType

Body = dict[str, Any]
APP, PREFIX, AT = "kapp.k14s.io/app", "kapp.k14s.io/", "2024-01-01T00:00:00Z"
RBAC, TEST = "rbac.authorization.k8s.io/v1", "fuzz.test/v1"


def _type(api_version: str, resource: str, kind: str, namespaced: bool = True) -> ResourceType:
    group, _, version = api_version.rpartition("/")
    return ResourceType(group, version, resource, kind, namespaced)


KINDS = [
    *(_type("v1", kind.lower() + "s", kind) for kind in ("ConfigMap", "Secret", "Pod", "Service", "ServiceAccount", "Event")),
    *(_type("v1", kind.lower() + "s", kind, False) for kind in ("Namespace", "Node")),
    *(_type("apps/v1", kind.lower() + "s", kind) for kind in ("Deployment", "ReplicaSet", "StatefulSet")),
    *(_type(RBAC, kind.lower() + "s", kind) for kind in ("Role", "RoleBinding")),
    _type("coordination.k8s.io/v1", "leases", "Lease"), _type("batch/v1", "jobs", "Job"), _type(TEST, "fuzzes", "Fuzz"),
    _type("kappctrl.k14s.io/v1alpha1", "apps", "App"),
    _type("apiextensions.k8s.io/v1", "customresourcedefinitions", "CustomResourceDefinition", False)]


def _of_app(api_version: str, kind: str, name: str, notes: Mapping[str, str] | None = None, *, ours: bool = True, owner: Body | None = None,
            namespace: str = "default", **fields: Any) -> Body:
    group, uid = api_version.rpartition("/")[0], f"{kind}-{name}"
    identity = {f"{PREFIX}identity": f"v1;{namespace}/{group}/{kind}/{name};{api_version}"} if ours else {}
    of = owner["metadata"] if owner is not None else {"uid": uid}
    owners = [{"apiVersion": "apps/v1", "kind": owner["kind"], "name": of["name"], "uid": of["uid"]}] if owner is not None else []
    fieldset = {"manager": "kapp", "operation": "Update", "fieldsType": "FieldsV1", "fieldsV1": {"f:data": {"f:k": {}}}}
    return {"apiVersion": api_version, "kind": kind, **fields, "metadata": {
        "name": name, **({"namespace": namespace} if namespace else {}), "uid": uid, "resourceVersion": "1", "generation": 2,
        "creationTimestamp": AT, "labels": {APP: "123", f"{PREFIX}association": f"v1.{of['uid']}"}, "annotations": {**identity, **(notes or {})},
        "ownerReferences": owners, "managedFields": [fieldset, {**fieldset, "operation": "Apply"}]}}


def _conditions(**status: str) -> list[Body]:
    return [{"type": kind, "status": found, "reason": "R", "message": "M", "observedGeneration": 2} for kind, found in status.items()]


TEMPLATE = {"metadata": {"labels": {"app": "d"}}, "spec": {"containers": [{"name": "c", "image": "x", "envFrom": [{"configMapRef": {"name": "v"}}]}]}}
SCHEMA = {"type": "object", "required": ["spec"], "properties": {
    "n": {"type": "integer", "minimum": 1, "enum": [1, 2], "default": 1}, "l": {"type": "array", "items": {"type": "string", "maxLength": 5}}}}


def application() -> list[Body]:
    """The objects of the application in the cluster."""
    original = json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"k": "v"}})
    waiting = [{"name": "c", "restartCount": 2, "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off"}}}]
    deployment = _of_app("apps/v1", "Deployment", "d", {"deployment.kubernetes.io/revision": "2"},
                         spec={"replicas": 2, "selector": {"matchLabels": {"app": "d"}}, "template": TEMPLATE},
                         status={"observedGeneration": 2, "readyReplicas": 1, "conditions": _conditions(Available="False", Progressing="True")})
    replicas = _of_app("apps/v1", "ReplicaSet", "d-1", {"deployment.kubernetes.io/revision": "2"}, ours=False, owner=deployment,
                       spec={"replicas": 2}, status={"observedGeneration": 2, "conditions": _conditions(ReplicaFailure="True")})
    return [
        _of_app("v1", "ConfigMap", "a", {f"{PREFIX}original": original, f"{PREFIX}original-diff-md5": "0", f"{PREFIX}change-group": "g",
                                         f"{PREFIX}change-rule": "delete before deleting h", f"{PREFIX}renew-duration": "1h",
                                         f"{PREFIX}last-renewed-time": AT}, data={"k": "v"}, binaryData={"b": "eA=="}),
        _of_app("v1", "ConfigMap", "v-ver-1", {f"{PREFIX}versioned": "", f"{PREFIX}num-versions": "2"}, data={"k": "v"}),
        _of_app("v1", "Secret", "s", data={"k": "eA=="}),
        _of_app("v1", "Service", "svc", spec={"type": "LoadBalancer", "clusterIP": "10.0.0.1"}, status={"loadBalancer": {}}),
        _of_app("v1", "ServiceAccount", "sa", secrets=[{"name": "sa-token-abc"}], imagePullSecrets=[{"name": "sa-dockercfg-x"}]),
        deployment, replicas,
        _of_app("v1", "Pod", "d-1-x", {f"{PREFIX}deploy-logs": "for-existing", f"{PREFIX}deploy-logs-container-names": "c"}, ours=False,
                owner=replicas, spec={"initContainers": [{"name": "i"}], "containers": [{"name": "c"}]},
                status={"phase": "Pending", "containerStatuses": waiting, "conditions": _conditions(PodScheduled="False")}),
        _of_app("v1", "Pod", "p", spec={"containers": [{"name": "c"}]}, status={
            "phase": "Running", "containerStatuses": [{"name": "c", "state": {"running": {}}}], "conditions": _conditions(Ready="False")}),
        _of_app("apps/v1", "StatefulSet", "st", spec={"replicas": 2, "updateStrategy": {"rollingUpdate": {"partition": 1}}},
                status={"observedGeneration": 2, "updatedReplicas": 1}),
        _of_app("batch/v1", "Job", "j", spec={"template": TEMPLATE}, status={"active": 1, "conditions": _conditions(Failed="False")}),
        _of_app(RBAC, "Role", "r", rules=[{"apiGroups": [""], "resources": ["pods/log"], "verbs": ["get"]}]),
        _of_app(RBAC, "RoleBinding", "rb", roleRef={"kind": "Role", "name": "r"}, subjects=[{"kind": "ServiceAccount", "name": "sa"}]),
        _of_app("apiextensions.k8s.io/v1", "CustomResourceDefinition", "fuzzes.fuzz.test", namespace="", spec={
            "group": "fuzz.test", "scope": "Namespaced", "names": {"plural": "fuzzes", "kind": "Fuzz"},
            "versions": [{"name": "v1", "schema": {"openAPIV3Schema": SCHEMA}}]},
            status={"storedVersions": ["v1"], "conditions": _conditions(Established="True", NamesAccepted="False")}),
        _of_app(TEST, "Fuzz", "f", spec={"l": [{"x": 1}]}, status={"observedGeneration": 2, "conditions": _conditions(Ready="False", Half="True")}),
        _of_app("kappctrl.k14s.io/v1alpha1", "App", "k", spec={"fetch": [{"inline": {"pathsFrom": [{"secretRef": {"name": "s"}}]}}]},
                status={"observedGeneration": 2, "usefulErrorMessage": "u", "conditions": _conditions(Reconciling="False")})]


CHANGE = {"startedAt": AT, "finishedAt": AT, "successful": True, "description": "update: x", "namespaces": ["(cluster)", "default"]}
RECORD = {"labelKey": APP, "labelValue": "123", "lastChangeName": "app-change-1", "lastChange": CHANGE,
          "usedGVs": [{"Group": "", "Version": "v1"}], "usedGKs": [{"Group": k.group, "Kind": k.kind} for k in KINDS]}


def _kept(kind: str, name: str, labels: Mapping[str, str], api_version: str = "v1", **fields: Any) -> Body:
    return {"apiVersion": api_version, "kind": kind, **fields, "metadata": {
        "name": name, "namespace": "default", "uid": name, "resourceVersion": "1", "creationTimestamp": AT, "labels": dict(labels),
        "annotations": {f"{PREFIX}app-changes-use-app-label": ""}}}


def records(record: str = "", change: str = "") -> list[Body]:
    """What is kept of the application beside its objects; `record` and `change` are texts in place of the good ones."""
    return [
        _kept("ConfigMap", "app", {f"{PREFIX}is-app": ""}, data={"spec": record or json.dumps(RECORD)}),
        _kept("ConfigMap", "app-change-1", {f"{PREFIX}is-app-change": "", f"{PREFIX}app-change-app-label": "123"},
              data={"spec": change or json.dumps(CHANGE)}),
        _kept("Lease", "app-deploy-lock", {}, "coordination.k8s.io/v1", spec={
            "holderIdentity": "other", "leaseDurationSeconds": 30, "renewTime": "2024-01-01T00:00:00.000000Z", "leaseTransitions": 2}),
        _kept("Event", "e", {}, involvedObject={"uid": "StatefulSet-st"}, reason="FailedCreate", message="exceeded quota: q", lastTimestamp=AT)]


def wanted() -> list[Body]:
    """The documents that the application is made of, each of them changed since."""
    out = []
    for found in application():
        notes = {k: v for k, v in found["metadata"]["annotations"].items() if "original" not in k and "identity" not in k}
        if found["metadata"]["ownerReferences"]:
            continue
        name = found["metadata"]["name"].removesuffix("-ver-1")
        body = {k: v for k, v in found.items() if k != "status"} | {"metadata": {"name": name, "annotations": notes}}
        out.append(body | {"data": {"k": "dw=="}} if "data" in body else body | {"added": True})
    return out


_EVERYTHING = [{"allMatcher": {}}]
_FUZZ = [{"apiVersionKindMatcher": {"apiVersion": TEST, "kind": "Fuzz"}}]
CONFIG: Body = {
    "apiVersion": "kapp.k14s.io/v1alpha1", "kind": "Config", "minimumRequiredVersion": "0.1.0", "additionalLabels": {"extra": "1"},
    "rebaseRules": [{"path": ["data", "k"], "type": "copy", "sources": ["new", "existing"], "resourceMatchers": _EVERYTHING},
                    {"paths": [["spec", "l", {"allIndexes": True}, "x"], ["spec", {"regex": "^z"}]], "type": "remove", "resourceMatchers": _FUZZ}],
    "waitRules": [{"supportsObservedGeneration": True, "resourceMatchers": _FUZZ, "conditionMatchers": [
        {"type": "Ready", "status": "True", "success": True, "supportsObservedGeneration": True}, {"type": "Half", "status": "True", "unblockChanges": True}]}],
    "ownershipLabelRules": [{"path": ["metadata", "labels"], "resourceMatchers": _EVERYTHING}],
    "labelScopingRules": [{"path": ["spec", "selector"], "isDefault": False, "resourceMatchers": [{"apiGroupKindMatcher": {"apiGroup": "fuzz.test", "kind": "Fuzz"}}]}],
    "templateRules": [{"resourceMatchers": [{"apiVersionKindMatcher": {"apiVersion": "v1", "kind": "ConfigMap"}}], "affectedResources": {
        "objectReferences": [{"path": ["spec", "ref"], "nameKey": "n", "resourceMatchers": [{"customResourceMatcher": {}}]}]}}],
    "diffMaskRules": [{"path": ["data"], "resourceMatchers": [{"kindNamespaceNameMatcher": {"kind": "ConfigMap", "namespace": "default", "name": "a"}}]}],
    "diffAgainstLastAppliedFieldExclusionRules": [{"path": ["metadata", "annotations", "x"], "resourceMatchers": [{"hasAnnotationMatcher": {"keys": ["x"]}}]}],
    "diffAgainstExistingFieldExclusionRules": [{"path": ["spec", "l", {"index": 0}, "x"], "resourceMatchers": [{"andMatcher": {"matchers": [
        {"notMatcher": {"matcher": {"hasNamespaceMatcher": {"names": ["x"]}}}}, {"emptyFieldMatcher": {"path": ["spec", "z"]}}]}}]}],
    "changeGroupBindings": [{"name": "grp-{kind}", "resourceMatchers": _EVERYTHING}],
    "changeRuleBindings": [{"rules": ["upsert after upserting grp-Zzz"], "ignoreIfCyclical": True, "resourceMatchers": _EVERYTHING}],
    "preflightRules": [{"name": "CRDUpgradeSafety", "config": {"a": 1}}]}
