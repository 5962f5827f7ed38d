"""RBAC kinds: defaults and validation."""

from oakum.lab.api import names
from oakum.lab.api.gojson import go_struct
from oakum.lab.api.rules.rules import Rules
from oakum.lab.api.rules.values import default, items, label_selector
from oakum.lab.api.status import FieldError, invalid, required, unsupported
from oakum.lab.store import Obj

GROUP = "rbac.authorization.k8s.io"
_SUBJECTS = {"ServiceAccount": "", "User": GROUP, "Group": GROUP}


def _check_rules(obj: Obj) -> list[FieldError]:
    errors: list[FieldError] = []
    clusterwide = obj["kind"] == "ClusterRole"
    for index, rule in enumerate(items(obj, "rules")):
        at = f"rules[{index}]"
        if not rule.get("verbs"):
            errors.append(required(f"{at}.verbs", "verbs must contain at least one value"))
        if rule.get("nonResourceURLs"):
            errors += _paths(rule, at, clusterwide)
            continue
        if not rule.get("apiGroups"):
            errors.append(required(f"{at}.apiGroups", "resource rules must supply at least one api group"))
        if not rule.get("resources"):
            errors.append(required(f"{at}.resources", "resource rules must supply at least one resource"))
    if obj.get("aggregationRule") is not None:
        errors += _aggregation(items(obj["aggregationRule"], "clusterRoleSelectors"))
    return errors


def _aggregation(chosen: list[Obj]) -> list[FieldError]:
    at = "aggregationRule.clusterRoleSelectors"
    errors: list[FieldError] = []
    if not chosen:
        errors.append(required(at, "at least one clusterRoleSelector required if aggregationRule is non-nil"))
    for index, selector in enumerate(chosen):
        wrong = label_selector(selector, f"{at}[{index}]")
        errors += [*wrong, invalid(f"{at}[{index}]", None, "invalid label selector.")] if wrong else []
    return errors


def _paths(rule: Obj, at: str, clusterwide: bool) -> list[FieldError]:
    if not clusterwide:
        detail = "namespaced rules cannot apply to non-resource URLs"
        return [invalid(f"{at}.nonResourceURLs", rule["nonResourceURLs"], detail)]
    if any(rule.get(key) for key in ("apiGroups", "resources", "resourceNames")):
        detail = "rules cannot apply to both regular resources and non-resource URLs"
        return [invalid(f"{at}.nonResourceURLs", rule["nonResourceURLs"], detail)]
    return []


def _binding(obj: Obj) -> None:
    default(obj["roleRef"], apiGroup=GROUP)
    obj["roleRef"]["apiGroup"] = obj["roleRef"]["apiGroup"] or GROUP
    for subject in items(obj, "subjects"):
        if group := _SUBJECTS.get(subject.get("kind", "")):
            default(subject, apiGroup=group)


def _check_binding(obj: Obj) -> list[FieldError]:
    reference = obj["roleRef"]
    errors: list[FieldError] = []
    if reference["apiGroup"] != GROUP:
        errors.append(unsupported("roleRef.apiGroup", reference["apiGroup"], [GROUP]))
    kinds = ["ClusterRole"] if obj["kind"] == "ClusterRoleBinding" else ["Role", "ClusterRole"]
    if reference.get("kind") not in kinds:
        errors.append(unsupported("roleRef.kind", reference.get("kind", ""), kinds))
    if not reference.get("name"):
        errors.append(required("roleRef.name"))
    for index, subject in enumerate(items(obj, "subjects")):
        errors += _subject(subject, f"subjects[{index}]", obj["kind"])
    return errors


def _subject(subject: Obj, at: str, kind: str) -> list[FieldError]:
    errors = [] if subject.get("name") else [required(f"{at}.name")]
    if subject.get("kind") not in _SUBJECTS:
        errors.append(unsupported(f"{at}.kind", subject.get("kind", ""), list(_SUBJECTS)))
    elif subject["kind"] == "ServiceAccount":
        errors += [
            invalid(f"{at}.name", subject.get("name"), text) for text in names.subdomain(subject.get("name") or "a")
        ]
        if kind == "ClusterRoleBinding" and not subject.get("namespace"):
            errors.append(required(f"{at}.namespace"))
    elif subject.get("apiGroup") != GROUP:
        errors.append(unsupported(f"{at}.apiGroup", subject.get("apiGroup", ""), [GROUP]))
    return errors


def _same_role(new: Obj, old: Obj) -> list[FieldError]:
    if new["roleRef"] == old["roleRef"]:
        return []
    return [invalid("roleRef", go_struct(new["roleRef"], "APIGroup", "Kind", "Name"), "cannot change roleRef")]


def _start_role(obj: Obj) -> None:
    obj["rules"] = obj.get("rules") or None  # what an empty list comes back as


_ROLE = Rules(name=names.path_segment, start=_start_role, validate=_check_rules, creates_on_update=True)
_BINDING = Rules(
    name=names.path_segment, default=_binding, validate=_check_binding, compare=_same_role, creates_on_update=True
)
RULES = {
    f"roles.{GROUP}": _ROLE,
    f"clusterroles.{GROUP}": _ROLE,
    f"rolebindings.{GROUP}": _BINDING,
    f"clusterrolebindings.{GROUP}": _BINDING,
}
