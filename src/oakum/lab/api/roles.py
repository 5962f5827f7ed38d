"""The roles that every cluster has."""

from oakum.lab.api.rbac import GROUP
from oakum.lab.store import Obj

_READ = ["get", "list", "watch"]
_WRITE = ["create", "delete", "deletecollection", "patch", "update"]
_LABEL = {"kubernetes.io/bootstrapping": "rbac-defaults"}

_CORE = [
    "configmaps",
    "endpoints",
    "events",
    "limitranges",
    "namespaces/status",
    "persistentvolumeclaims",
    "persistentvolumeclaims/status",
    "pods",
    "pods/log",
    "pods/status",
    "replicationcontrollers",
    "replicationcontrollers/scale",
    "replicationcontrollers/status",
    "resourcequotas",
    "resourcequotas/status",
    "serviceaccounts",
    "services",
    "services/status",
    "bindings",
    "namespaces",
]
_SETS = ["deployments", "replicasets", "statefulsets"]
_APPS = [
    "controllerrevisions",
    "daemonsets",
    "daemonsets/status",
    *_SETS,
    *(f"{each}/{part}" for each in _SETS for part in ("scale", "status")),
]
_OTHERS: list[tuple[str, list[str]]] = [
    ("apps", _APPS),
    ("autoscaling", ["horizontalpodautoscalers", "horizontalpodautoscalers/status"]),
    ("batch", ["cronjobs", "cronjobs/status", "jobs", "jobs/status"]),
    ("discovery.k8s.io", ["endpointslices"]),
    ("networking.k8s.io", ["ingresses", "ingresses/status", "networkpolicies"]),
    ("policy", ["poddisruptionbudgets", "poddisruptionbudgets/status"]),
]
_WRITABLE = {
    "": ["configmaps", "endpoints", "events", "persistentvolumeclaims", "pods", "replicationcontrollers",
         "replicationcontrollers/scale", "secrets", "serviceaccounts", "services", "pods/attach", "pods/exec",
         "pods/portforward", "pods/proxy", "services/proxy"],
    "apps": ["daemonsets", *_SETS, *(f"{each}/scale" for each in _SETS)],
    "autoscaling": ["horizontalpodautoscalers"],
    "batch": ["cronjobs", "jobs"],
    "networking.k8s.io": ["ingresses", "networkpolicies"],
    "policy": ["poddisruptionbudgets"],
    "coordination.k8s.io": ["leases"],
}  # fmt: skip
_DISCOVERY = [
    "/api",
    "/api/*",
    "/apis",
    "/apis/*",
    "/healthz",
    "/livez",
    "/openapi",
    "/openapi/*",
    "/readyz",
    "/version",
    "/version/",
]
_PUBLIC = ["/healthz", "/livez", "/readyz", "/version", "/version/"]


def _rule(group: str, resources: list[str], verbs: list[str]) -> Obj:
    return {"apiGroups": [group], "resources": resources, "verbs": verbs}


def _view() -> list[Obj]:
    return [_rule("", _CORE, _READ), *(_rule(group, resources, _READ) for group, resources in _OTHERS)]


def _edit() -> list[Obj]:
    writes = [_rule(group, resources, _WRITE) for group, resources in _WRITABLE.items()]
    extra = ["secrets", "pods/attach", "pods/exec", "pods/portforward", "pods/proxy", "services/proxy"]
    more = [_rule("", extra, _READ), _rule("coordination.k8s.io", ["leases"], _READ)]
    accounts = [_rule("", ["serviceaccounts"], ["impersonate"]), _rule("", ["serviceaccounts/token"], ["create"])]
    evictions = [_rule("", ["pods/eviction"], ["create"])]
    return [*_view(), *more, *writes, *accounts, *evictions]


def _admin() -> list[Obj]:
    reviews = _rule("authorization.k8s.io", ["localsubjectaccessreviews"], ["create"])
    return [*_edit(), _rule(GROUP, ["rolebindings", "roles"], [*_READ, *_WRITE]), reviews]


def _everything() -> list[Obj]:
    return [_rule("*", ["*"], ["*"]), {"nonResourceURLs": ["*"], "verbs": ["*"]}]


def _basic() -> list[Obj]:
    reviews = ["selfsubjectaccessreviews", "selfsubjectrulesreviews"]
    own = _rule("authentication.k8s.io", ["selfsubjectreviews"], ["create"])
    return [_rule("authorization.k8s.io", reviews, ["create"]), own]


def bootstrap_roles() -> list[tuple[str, Obj]]:
    """ClusterRoles and ClusterRoleBindings as (stored resource, object)."""
    rules = {
        "cluster-admin": _everything(),
        "admin": _admin(),
        "edit": _edit(),
        "view": _view(),
        "system:basic-user": _basic(),
        "system:discovery": [{"nonResourceURLs": _DISCOVERY, "verbs": ["get"]}],
        "system:public-info-viewer": [{"nonResourceURLs": _PUBLIC, "verbs": ["get"]}],
    }
    bound = {
        "cluster-admin": ["system:masters"],
        "system:basic-user": ["system:authenticated"],
        "system:discovery": ["system:authenticated"],
        "system:public-info-viewer": ["system:authenticated", "system:unauthenticated"],
    }
    roles = [(f"clusterroles.{GROUP}", _role(name, found)) for name, found in rules.items()]
    return roles + [(f"clusterrolebindings.{GROUP}", _binding(name, groups)) for name, groups in bound.items()]


def _metadata(name: str) -> Obj:
    return {
        "name": name,
        "labels": dict(_LABEL),
        "annotations": {"rbac.authorization.kubernetes.io/autoupdate": "true"},
    }


def _role(name: str, rules: list[Obj]) -> Obj:
    return {"apiVersion": f"{GROUP}/v1", "kind": "ClusterRole", "metadata": _metadata(name), "rules": rules}


def _binding(name: str, groups: list[str]) -> Obj:
    return {
        "apiVersion": f"{GROUP}/v1",
        "kind": "ClusterRoleBinding",
        "metadata": _metadata(name),
        "roleRef": {"apiGroup": GROUP, "kind": "ClusterRole", "name": name},
        "subjects": [{"apiGroup": GROUP, "kind": "Group", "name": group} for group in groups],
    }
