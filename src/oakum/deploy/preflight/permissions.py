"""May we do what is planned? Asked of the server with SelfSubjectAccessReviews, escalation rules included."""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from oakum.deploy.cluster import Cluster
from oakum.deploy.errors import InputError
from oakum.deploy.resource import Resource
from oakum.deploy.run.plan import Planned
from oakum.errors import KubeError
from oakum.kube.kinds import ResourceType
from oakum.kube.workers import each
from oakum.parts import mapping, mappings, text, texts
from oakum.typing import Any

REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
RBAC = "rbac.authorization.k8s.io"
ROLES, BINDINGS = ("Role", "ClusterRole"), ("RoleBinding", "ClusterRoleBinding")
ASKED_AT_ONCE = 8


def check_permissions(planned: Sequence[Planned], cluster: Cluster) -> None:
    """Raises InputError with a line for each change that is not permitted."""
    questions = [(p.change.resource, verb) for p in planned for verb in _verbs(p)]
    problems = each(questions, lambda q: _problem(cluster, *q), ASKED_AT_ONCE)
    found = [p for p in problems if p]
    if found:
        raise InputError("\n".join(found))


def _verbs(planned: Planned) -> tuple[str, ...]:
    if planned.apply == "delete":
        return ("delete",)
    return ("create", "update") if planned.apply in ("add", "update", "exists") else ()


def _problem(cluster: Cluster, resource: Resource, verb: str) -> str:
    kind = cluster.client.discovery.find(resource.api_version, resource.kind)
    if kind is None:
        return f'no matches for kind "{resource.kind}" in version "{resource.api_version}"'
    try:
        if resource.group == RBAC and resource.version == "v1" and verb != "delete":
            if resource.kind in ROLES:
                return _grant(cluster, resource, kind, verb, "escalate")
            if resource.kind in BINDINGS:
                return _grant(cluster, resource, kind, verb, "bind")
        return _denied(cluster, _attributes(kind, resource, verb), f"{kind.group}/{kind.version}")
    except InputError as e:
        return str(e)
    except KubeError as e:
        return f"unable to validate permissions: {e}"


def _attributes(kind: ResourceType, resource: Resource, verb: str) -> dict[str, str]:
    return {"group": kind.group, "version": kind.version, "resource": kind.resource, "verb": verb,
            "namespace": resource.namespace, "name": resource.name}


def _allowed(cluster: Cluster, spec: dict[str, Any]) -> tuple[bool, str]:
    body = {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview", "spec": spec}
    status = mapping(cluster.client.review(REVIEWS, body).get("status"))
    return bool(status.get("allowed")), text(status.get("evaluationError"))


def _denied(cluster: Cluster, attributes: dict[str, str], version: str) -> str:
    allowed, problem = _allowed(cluster, {"resourceAttributes": attributes})
    if allowed:
        return ""
    if problem:
        return f"unable to validate permissions: {problem}"
    return f'not permitted to "{attributes["verb"]}" {version}, Resource={attributes["resource"]}'


def _grant(cluster: Cluster, resource: Resource, kind: ResourceType, verb: str, special: str) -> str:
    """Roles and bindings hand out permissions, so one needs them oneself, or the right to hand out any."""
    if special == "bind":
        ref = mapping(resource.body.get("roleRef"))
        attributes = {"group": RBAC, "version": "v1", "verb": "bind", "name": text(ref.get("name")),
                      "resource": "clusterroles" if ref.get("kind") == "ClusterRole" else "roles",
                      "namespace": resource.namespace}
    else:
        attributes = _attributes(kind, resource, special)
    if _allowed(cluster, {"resourceAttributes": attributes})[0]:
        return ""
    own = _denied(cluster, _attributes(kind, resource, verb), f"{kind.group}/{kind.version}")
    if own:
        return own
    rules = _referred_rules(cluster, resource) if special == "bind" else mappings(resource.body.get("rules"))
    problems = [p for spec, what in _single(rules, resource.namespace) for p in [_missing(cluster, spec, what)] if p]
    if not problems:
        return ""
    head = f'potential privilege escalation, not permitted to "{verb}" {resource.api_version}, Kind={resource.kind}'
    return "\n".join([head, *problems])


def _missing(cluster: Cluster, spec: dict[str, Any], denied: str) -> str:
    allowed, problem = _allowed(cluster, spec)
    if allowed:
        return ""
    return f"unable to validate permissions: {problem}" if problem else denied


def _referred_rules(cluster: Cluster, binding: Resource) -> list[dict[str, Any]]:
    ref = mapping(binding.body.get("roleRef"))
    kind = text(ref.get("kind"))
    meta = {"name": text(ref.get("name")), **({"namespace": binding.namespace} if kind == "Role" else {})}
    role = Resource({"apiVersion": f"{RBAC}/v1", "kind": kind, "metadata": meta})
    found = cluster.client.discovery.find(role.api_version, role.kind)
    try:
        if found is None:
            raise InputError(f'no matches for kind "{kind}" in version "{RBAC}/v1"')
        return mappings(cluster.client.get(found, role.name, role.namespace).get("rules"))
    except KubeError as e:
        raise InputError(f'fetching rules for binding: fetching {kind} "{role.name}" for {binding.kind} '
                         f'"{binding.name}": {e}') from e


def _single(rules: Sequence[dict[str, Any]], namespace: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Each rule in its smallest parts: a review's spec, and the text for when it is denied."""
    for rule in rules:
        verbs = texts(rule.get("verbs"))
        for path, verb in product(texts(rule.get("nonResourceURLs")), verbs):
            yield {"nonResourceAttributes": {"path": path, "verb": verb}}, f'not permitted to "{verb}" {path}'
        for group, resource, verb, name in product(
            texts(rule.get("apiGroups")), texts(rule.get("resources")), verbs, texts(rule.get("resourceNames")) or [""]
        ):
            main, _, sub = resource.partition("/")
            attributes = {"group": group, "resource": main, "subresource": sub, "verb": verb,
                          "name": name, "namespace": namespace}
            yield {"resourceAttributes": attributes}, f'not permitted to "{verb}" {group}/, Resource={resource}'
