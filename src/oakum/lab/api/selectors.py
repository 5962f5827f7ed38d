"""Label and field selectors: the query forms and the `LabelSelector` type (apimachinery labels and fields)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from oakum.lab.api import label_queries
from oakum.lab.api.status import bad_request
from oakum.lab.store import Obj


@dataclass(frozen=True, slots=True)
class Requirement:
    """One condition on a label; the operator `never` stands for one that validation refuses."""

    key: str
    operator: str
    values: tuple[str, ...] = ()

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether labels fulfil it."""
        value = labels.get(self.key)
        if self.operator == "exists":
            return value is not None
        if self.operator == "absent":
            return value is None
        if self.operator == "in":
            return value in self.values
        if self.operator == "never":
            return False
        if self.operator == "notin":
            return value is None or value not in self.values
        try:
            return value is not None and _compares(self.operator, int(value), int(self.values[0]))
        except ValueError:
            return False


def _compares(operator: str, left: int, right: int) -> bool:
    return left > right if operator == ">" else left < right


Selector = tuple[Requirement, ...]


def parse_labels(text: str) -> Selector:
    """`a=b,c!=d,e in (f,g),h,!i` to requirements; raises ApiError 400 for other text."""
    return tuple(Requirement(*term) for term in label_queries.parse(text))


def selects(selector: Selector, labels: Mapping[str, str] | None) -> bool:
    """Whether labels fulfil all requirements."""
    return all(requirement.matches(labels or {}) for requirement in selector)


def of_object(selector: Mapping[str, Any] | None) -> Selector | None:
    """A `LabelSelector` (matchLabels, matchExpressions) to requirements; None, which selects nothing, for None."""
    if selector is None:
        return None
    plain = [Requirement(key, "in", (value,)) for key, value in (selector.get("matchLabels") or {}).items()]
    operators = {"In": "in", "NotIn": "notin", "Exists": "exists", "DoesNotExist": "absent"}
    rich = [
        Requirement(item["key"], operators.get(item["operator"], "never"), tuple(item.get("values") or ()))
        for item in selector.get("matchExpressions") or []
    ]
    return tuple(plain + rich)


_META = ("metadata.name", "metadata.namespace")
SELECTABLE: dict[str, tuple[str, ...]] = {
    "pods": (
        "spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "spec.hostNetwork",
        "status.phase", "status.podIP", "status.podIPs", "status.nominatedNodeName",
    ),
    "events": (
        "involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid",
        "involvedObject.apiVersion", "involvedObject.resourceVersion", "involvedObject.fieldPath", "reason",
        "reportingComponent", "source", "type",
    ),
    "secrets": ("type",),
    "namespaces": ("status.phase",),
    "nodes": ("spec.unschedulable",),
    "services": ("spec.clusterIP", "spec.type"),
    "replicationcontrollers": ("status.replicas",),
    "jobs.batch": ("status.successful",),
    "certificatesigningrequests.certificates.k8s.io": ("spec.signerName",),
}  # fmt: skip
"""The fields that a list may be filtered by, beside name and namespace."""


@dataclass(frozen=True, slots=True)
class FieldTerm:
    """One `path=value` or `path!=value`."""

    path: str
    value: str
    equal: bool

    def matches(self, obj: Obj) -> bool:
        """Whether the object's field has (or has not) the value; a missing field is an empty text."""
        return (_field(obj, self.path) == self.value) is self.equal


def _field(obj: Obj, path: str) -> str:
    value: Any = obj
    if path == "source":
        path = "source.component"
    for step in path.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    if isinstance(value, bool):
        return str(value).lower()
    if value is None:
        return "false" if path in ("spec.unschedulable", "spec.hostNetwork") else ""
    return str(value)


def parse_fields(text: str, resource: str, extra: tuple[str, ...] | None = None) -> tuple[FieldTerm, ...]:
    """`metadata.name=x,status.phase!=Running` to terms; raises ApiError 400 for a field that is not selectable."""
    terms = []
    for part in filter(None, text.split(",")):
        path, operator, value = _split_term(part)
        if not path and not value:
            continue
        if path not in (*_META, *SELECTABLE.get(resource, ()), *(extra or ())):
            raise bad_request(_unknown(path, known=resource in SELECTABLE or extra is not None))
        terms.append(FieldTerm(path, value, operator != "!="))
    return tuple(terms)


def _unknown(path: str, *, known: bool) -> str:
    if known:
        return f"field label not supported: {path}"
    return f'"{path}" is not a known field selector: only "metadata.name", "metadata.namespace"'


def _split_term(part: str) -> tuple[str, str, str]:
    for operator in ("!=", "==", "="):
        if operator in part:
            return part.partition(operator)
    raise bad_request(f"invalid selector: '{part}'; can't understand '{part}'")


def predicate(
    labels: str, fields: str, resource: str, extra: tuple[str, ...] | None = None
) -> Callable[[Obj], bool] | None:
    """One test for both selectors of a request; None when both are empty."""
    wanted, terms = parse_labels(labels), parse_fields(fields, resource, extra)
    if not wanted and not terms:
        return None
    return lambda obj: selects(wanted, obj["metadata"].get("labels")) and all(term.matches(obj) for term in terms)
