"""Role-based access control: rules of roles that are bound to a user, and who may hand them out."""

from collections.abc import Iterator
from typing import Any

from oakum.lab.api import status
from oakum.lab.api.admission import Operation
from oakum.lab.api.authorizer import Attempt
from oakum.lab.api.calls import Caller
from oakum.lab.api.rules.values import items
from oakum.lab.store import Obj, Store

GROUP = "rbac.authorization.k8s.io"
Rule = dict[str, Any]


class RoleBased:
    """The authorizer that reads Roles, ClusterRoles and their bindings from the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def reason(self, caller: Caller, attempt: Attempt) -> str | None:
        """Which binding allows the attempt; None when none does."""
        if caller.is_master:
            return ""
        for binding, rule in self.rules(caller, attempt.namespace):
            if allows(rule, attempt):
                return _told(binding)
        return None

    def rules(self, caller: Caller, namespace: str) -> Iterator[tuple[Obj, Rule]]:
        """The rules that a user has, with the binding that gives each: cluster-wide ones, then a namespace's."""
        for binding in self._store.list(f"clusterrolebindings.{GROUP}").items:
            if _binds(binding, caller):
                yield from ((binding, rule) for rule in self._role(binding, ""))
        if not namespace:
            return
        for binding in self._store.list(f"rolebindings.{GROUP}", namespace).items:
            if _binds(binding, caller):
                yield from ((binding, rule) for rule in self._role(binding, namespace))

    def role_rules(self, reference: Obj, namespace: str) -> list[Rule]:
        """The rules of a role that a binding names."""
        return self._role({"roleRef": reference}, namespace)

    def has_role(self, reference: Obj, namespace: str) -> bool:
        """Whether the role that a binding names is there."""
        return self._find(reference, namespace) is not None

    def _role(self, binding: Obj, namespace: str) -> list[Rule]:
        return items(self._find(binding["roleRef"], namespace), "rules")

    def _find(self, reference: Obj, namespace: str) -> Obj | None:
        clusterwide = reference["kind"] == "ClusterRole"
        key = f"{'clusterroles' if clusterwide else 'roles'}.{GROUP}"
        return self._store.find(key, reference["name"], "" if clusterwide else namespace)


def _binds(binding: Obj, caller: Caller) -> bool:
    return any(_is(subject, caller, binding) for subject in items(binding, "subjects"))


def _is(subject: Obj, caller: Caller, binding: Obj) -> bool:
    name = subject["name"]
    if subject["kind"] == "User":
        return bool(name == caller.name)
    if subject["kind"] == "Group":
        return name in caller.groups
    namespace = subject.get("namespace") or binding["metadata"].get("namespace", "")
    return caller.name == f"system:serviceaccount:{namespace}:{name}"


def _told(binding: Obj) -> str:
    metadata, reference = binding["metadata"], binding["roleRef"]
    where = f"/{metadata['namespace']}" if metadata.get("namespace") else ""
    named = f'"{metadata["name"]}{where}"'
    subjects = items(binding, "subjects")
    who = f'{subjects[0]["kind"]} "{subjects[0]["name"]}"' if subjects else ""
    return f'RBAC: allowed by {binding["kind"]} {named} of {reference["kind"]} "{reference["name"]}" to {who}'


def allows(rule: Rule, attempt: Attempt) -> bool:
    """Whether one rule covers an attempt."""
    if not _has(items(rule, "verbs"), attempt.verb):
        return False
    if attempt.path:
        return any(_covers_path(pattern, attempt.path) for pattern in items(rule, "nonResourceURLs"))
    names = items(rule, "resourceNames")
    return (
        _has(items(rule, "apiGroups"), attempt.group)
        and _covers_resource(items(rule, "resources"), attempt)
        and (not names or attempt.name in names)
    )


def _has(wanted: list[str], value: str) -> bool:
    return "*" in wanted or value in wanted


def _covers_resource(resources: list[str], attempt: Attempt) -> bool:
    if _has(resources, attempt.full_resource):
        return True
    return bool(attempt.subresource) and f"*/{attempt.subresource}" in resources


def _covers_path(pattern: str, path: str) -> bool:
    return path.startswith(pattern[:-1]) if pattern.endswith("*") else path == pattern


class NoEscalation:
    """Admission: nobody hands out rights that he does not have, unless he may `escalate` or `bind`."""

    def __init__(self, authorizer: RoleBased) -> None:
        self._authorizer = authorizer

    def __call__(self, store: Store, operation: Operation) -> None:
        """Refuse roles and bindings beyond the caller's own rights (ApiError 403)."""
        caller, resource, obj = operation.options.caller, operation.resource, operation.obj
        if resource.group != GROUP or operation.verb == "DELETE" or caller.is_master:
            return
        namespace = obj["metadata"].get("namespace", "")
        if "roleRef" in obj:
            rules, verb = self._authorizer.role_rules(obj["roleRef"], namespace), "bind"
            kind = "clusterroles" if obj["roleRef"]["kind"] == "ClusterRole" else "roles"
            name = obj["roleRef"]["name"]
        else:
            rules, verb, kind = items(obj, "rules"), "escalate", resource.plural
            name = obj["metadata"].get("name") or ""
            if operation.old is not None and operation.old.get("rules") == obj.get("rules"):
                return
        if "roleRef" in obj and not self._authorizer.has_role(obj["roleRef"], namespace):
            raise status.not_found(resource.plural, resource.group, name)
        if self._authorizer.reason(caller, Attempt(verb, GROUP, kind, "", namespace, name)) is not None:
            return
        missing = [rule for rule in _atoms(rules) if not self._held(caller, namespace, rule)]
        if missing:
            raise self._refused(operation, caller, missing)

    def _held(self, caller: Caller, namespace: str, rule: Rule) -> bool:
        return any(_includes(own, rule) for _, own in self._authorizer.rules(caller, namespace))

    def _refused(self, operation: Operation, caller: Caller, missing: list[Rule]) -> status.ApiError:
        lines = "\n".join(_shown(rule) for rule in _merged(missing))
        groups = " ".join(f'"{group}"' for group in caller.groups)
        detail = (
            f'user "{caller.name}" (groups=[{groups}]) is attempting to grant RBAC permissions not currently held:\n'
        )
        metadata = operation.obj["metadata"]
        resource = operation.resource
        return status.refused(resource.plural, resource.group, metadata.get("name") or "", detail + lines)


def _atoms(rules: list[Rule]) -> Iterator[Rule]:
    """Rules with one verb and one group, resource and name (or path) each."""
    for rule in rules:
        for verb in items(rule, "verbs"):
            for path in items(rule, "nonResourceURLs"):
                yield {"verbs": [verb], "nonResourceURLs": [path]}
            for group in items(rule, "apiGroups"):
                for resource in items(rule, "resources"):
                    atom = {"verbs": [verb], "apiGroups": [group], "resources": [resource]}
                    names = items(rule, "resourceNames")
                    yield from ({**atom, "resourceNames": [name]} for name in names) if names else [atom]


def _merged(atoms: list[Rule]) -> list[Rule]:
    """Atoms of the same things as one rule with all their verbs."""
    found: list[Rule] = []
    for atom in atoms:
        rest = {key: value for key, value in atom.items() if key != "verbs"}
        same = next((rule for rule in found if {**rule, "verbs": []} == {**rest, "verbs": []}), None)
        if same is None:
            found.append({**rest, "verbs": list(atom["verbs"])})
        else:
            same["verbs"] += atom["verbs"]
    return found


def _includes(own: Rule, atom: Rule) -> bool:
    if not _has(items(own, "verbs"), atom["verbs"][0]):
        return False
    if "nonResourceURLs" in atom:
        return any(_covers_path(pattern, atom["nonResourceURLs"][0]) for pattern in items(own, "nonResourceURLs"))
    names = items(own, "resourceNames")
    return (
        _has(items(own, "apiGroups"), atom["apiGroups"][0])
        and _has(items(own, "resources"), atom["resources"][0])
        and (not names or set(atom.get("resourceNames", [""])) <= set(names))
    )


def _shown(rule: Rule) -> str:
    def listed(key: str) -> str:
        return "[" + " ".join(f'"{value}"' for value in rule[key]) + "]"

    labels = {"apiGroups": "APIGroups", "resources": "Resources", "resourceNames": "ResourceNames"}
    labels |= {"nonResourceURLs": "NonResourceURLs", "verbs": "Verbs"}
    return "{" + ", ".join(f"{label}:{listed(key)}" for key, label in labels.items() if key in rule) + "}"
