"""Label and field selectors: the query forms and the `LabelSelector` type (apimachinery labels and fields)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from oakum.kube.selector import Requirement, Selector, SelectorError, parse
from oakum.lab.api import names
from oakum.lab.api.status import bad_request
from oakum.lab.store import Obj


def parse_labels(text: str) -> Selector:
    """The selector of a query; raises ApiError 400 for text that is none."""
    try:
        return parse(text, key=names.label_key, value=names.label_value)
    except SelectorError as error:
        raise bad_request(str(error)) from None


def selects(selector: Selector, labels: Mapping[str, str] | None) -> bool:
    """Whether labels fulfil all requirements."""
    return selector.matches(labels or {})


def of_labels(labels: Mapping[str, str] | None) -> Selector:
    """What has all of `labels`."""
    return Selector(tuple(Requirement(key, "=", (value,)) for key, value in (labels or {}).items()))


OPERATORS = {"In": "in", "NotIn": "notin", "Exists": "exists", "DoesNotExist": "!"}
"""The operators of a LabelSelector, as selectors write them."""


def of_object(selector: Mapping[str, Any] | None) -> Selector | None:
    """A `LabelSelector` (matchLabels, matchExpressions) as a selector; None, which selects nothing, for None.

    An operator that there is not, which validation refuses, selects nothing either.
    """
    if selector is None:
        return None
    rich = [
        Requirement(item["key"], OPERATORS[item["operator"]], tuple(item.get("values") or ()))
        if item["operator"] in OPERATORS
        else Requirement(item["key"], "in")
        for item in selector.get("matchExpressions") or []
    ]
    return Selector((*of_labels(selector.get("matchLabels")).requirements, *rich))


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
    if not labels and not terms:
        return None
    return lambda obj: selects(wanted, obj["metadata"].get("labels")) and all(term.matches(obj) for term in terms)
