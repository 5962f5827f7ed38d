"""Validation of where a pod may run and how it finds others: tolerations, affinity, spreading, names."""

from collections.abc import Iterator

from oakum.lab.api import names
from oakum.lab.api.rules.values import address, items, label_selector, one_of
from oakum.lab.api.status import FieldError, duplicate, forbidden, invalid, required, unsupported
from oakum.lab.store import Obj

_EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")
_RANGE = "must be in the range 1-100"
_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
_PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"


def tolerations(found: list[Obj], path: str) -> Iterator[FieldError]:
    """Complaints about tolerations."""
    for index, each in enumerate(found):
        at, key, operator = f"{path}[{index}]", each.get("key"), each.get("operator") or ""
        value, effect = each.get("value") or "", each.get("effect")
        if key:
            yield from (invalid(f"{at}.key", key, problem) for problem in names.qualified(key))
        elif operator != "Exists":
            detail = 'operator must be Exists when `key` is empty, which means "match all values and all keys"'
            yield invalid(f"{at}.operator", operator, detail)
        if each.get("tolerationSeconds") is not None and effect != "NoExecute":
            yield invalid(f"{at}.effect", effect or "", "effect must be 'NoExecute' when `tolerationSeconds` is set")
        if operator in ("", "Equal"):
            yield from (invalid(f"{at}.operator", value, problem) for problem in names.label_value(value))
        elif operator == "Exists":
            if value:
                yield invalid(f"{at}.operator", value, "value must be empty when `operator` is 'Exists'")
        else:
            known = ["Equal", "Exists", "Lt", "Gt"]
            yield unsupported(f"{at}.operator", operator, known if operator in known else known[:2])
        if effect:
            yield from one_of(each, "effect", at, _EFFECTS)


def affinity(found: Obj, path: str) -> Iterator[FieldError]:
    """Complaints about affinity to nodes and to other pods."""
    node = found.get("nodeAffinity") or {}
    if node.get(_REQUIRED) is not None:
        yield from node_selector(node[_REQUIRED], f"{path}.nodeAffinity.{_REQUIRED}")
    for index, each in enumerate(items(node, _PREFERRED)):
        at = f"{path}.nodeAffinity.{_PREFERRED}[{index}]"
        yield from _weight(each, at)
        yield from _expressions(each.get("preference") or {}, f"{at}.preference")
        yield from _node_fields(items(each.get("preference"), "matchFields"), f"{at}.preference.matchFields")
    for kind in ("podAffinity", "podAntiAffinity"):
        for index, each in enumerate(items(found.get(kind), _REQUIRED)):
            yield from _pod_term(each, f"{path}.{kind}.{_REQUIRED}[{index}]")
        for index, each in enumerate(items(found.get(kind), _PREFERRED)):
            at = f"{path}.{kind}.{_PREFERRED}[{index}]"
            yield from _weight(each, at)
            yield from _pod_term(each.get("podAffinityTerm") or {}, f"{at}.podAffinityTerm")


def node_selector(found: Obj, path: str) -> Iterator[FieldError]:
    """Complaints about a choice of nodes."""
    terms, at = items(found, "nodeSelectorTerms"), f"{path}.nodeSelectorTerms"
    if not terms:
        yield required(at, "must have at least one node selector term")
    for index, term in enumerate(terms):
        yield from _expressions(term, f"{at}[{index}]")
        yield from _node_fields(items(term, "matchFields"), f"{at}[{index}].matchFields")


def _weight(each: Obj, at: str) -> list[FieldError]:
    weight = each.get("weight") or 0
    return [] if 1 <= weight <= 100 else [invalid(f"{at}.weight", weight, _RANGE)]


def _node_fields(found: list[Obj], path: str) -> Iterator[FieldError]:
    """Complaints about a choice of nodes by their fields: only their name, and one at a time."""
    for index, each in enumerate(found):
        at, values = f"{path}[{index}]", items(each, "values")
        if each.get("operator") not in ("In", "NotIn"):
            yield invalid(f"{at}.operator", each.get("operator") or "", "not a valid selector operator")
        elif len(values) != 1:
            detail = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"
            yield required(f"{at}.values", detail)
        if each.get("key") != "metadata.name":
            yield invalid(f"{at}.key", each.get("key") or "", "not a valid field selector key")
        elif each.get("operator") in ("In", "NotIn"):
            for position, value in enumerate(values):
                yield from (invalid(f"{at}.values[{position}]", value, text) for text in names.subdomain(value))


def _expressions(term: Obj, path: str) -> Iterator[FieldError]:
    for index, each in enumerate(items(term, "matchExpressions")):
        at, operator, values = f"{path}.matchExpressions[{index}]", each.get("operator"), items(each, "values")
        if operator in ("In", "NotIn"):
            if not values:
                yield required(f"{at}.values", "must be specified when `operator` is 'In' or 'NotIn'")
            for position, value in enumerate(values):
                problems = names.label_value(value)
                yield from (invalid(f"{at}.values[{position}]", value, problem) for problem in problems)
        elif operator in ("Exists", "DoesNotExist"):
            if values:
                detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
                yield FieldError(f"{at}.values", "FieldValueForbidden", f"Forbidden: {detail}")
        elif operator in ("Gt", "Lt"):
            if len(values) != 1:
                yield required(f"{at}.values", "must be specified single value when `operator` is 'Lt' or 'Gt'")
        else:
            yield invalid(f"{at}.operator", operator, "not a valid selector operator")
        key = each.get("key") or ""
        yield from (invalid(f"{at}.key", key, problem) for problem in names.qualified(key))


def _pod_term(term: Obj, path: str) -> Iterator[FieldError]:
    yield from label_selector(term.get("labelSelector"), f"{path}.labelSelector")
    yield from label_selector(term.get("namespaceSelector"), f"{path}.namespaceSelector")
    for name in items(term, "namespaces"):
        yield from (invalid(f"{path}.namespace", name, problem) for problem in names.label(name))
    yield from _label_keys(term, path)
    key = term.get("topologyKey") or ""
    if not key:
        yield required(f"{path}.topologyKey", "can not be empty")
    yield from (invalid(f"{path}.topologyKey", key, problem) for problem in names.qualified(key))


def _label_keys(term: Obj, path: str) -> Iterator[FieldError]:
    """Complaints about labels whose values are the pod's own."""
    kinds = ("matchLabelKeys", "mismatchLabelKeys")
    for kind in kinds:
        if items(term, kind) and term.get("labelSelector") is None:
            yield forbidden(f"{path}.{kind}", "must not be specified when labelSelector is not set")
        elif items(term, kind):
            for index, key in enumerate(items(term, kind)):
                yield from (invalid(f"{path}.{kind}[{index}]", key, problem) for problem in names.qualified(key))
    for index, key in enumerate(items(term, kinds[0])):
        if key in items(term, kinds[1]):
            yield invalid(f"{path}.{kinds[0]}[{index}]", key, "exists in both matchLabelKeys and mismatchLabelKeys")


def spreading(found: list[Obj], path: str) -> Iterator[FieldError]:
    """Complaints about topology spread constraints."""
    pairs = [(each.get("topologyKey") or "", each.get("whenUnsatisfiable") or "") for each in found]
    for index, each in enumerate(found):
        at = f"{path}[{index}]"
        if each.get("maxSkew", 0) <= 0:
            yield invalid(f"{at}.maxSkew", each.get("maxSkew", 0), "must be greater than zero")
        key = each.get("topologyKey") or ""
        if not key:
            yield required(f"{at}.topologyKey", "can not be empty")
        else:
            yield from (invalid(f"{at}.topologyKey", key, problem) for problem in names.qualified(key))
        yield from one_of(each, "whenUnsatisfiable", at, ("DoNotSchedule", "ScheduleAnyway"))
        if pairs[index] in pairs[index + 1 :]:
            yield duplicate(f"{at}.{{topologyKey, whenUnsatisfiable}}", f"{{{', '.join(pairs[index])}}}")
        yield from _domains(each, at)
        for policy in ("nodeAffinityPolicy", "nodeTaintsPolicy"):
            yield from one_of(each, policy, at, ("Honor", "Ignore"))
        yield from _label_keys(each, at)
        yield from label_selector(each.get("labelSelector"), f"{at}.labelSelector")


def _domains(each: Obj, at: str) -> Iterator[FieldError]:
    least, otherwise = each.get("minDomains"), each.get("whenUnsatisfiable")
    if least is not None and least <= 0:
        yield invalid(f"{at}.minDomains", least, "must be greater than zero")
    elif least is not None and otherwise != "DoNotSchedule":
        detail = f"can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {otherwise}"
        yield invalid(f"{at}.minDomains", least, detail)


def resolving(spec: Obj, path: str) -> Iterator[FieldError]:
    """Complaints about a pod's own DNS configuration, which a pod without the cluster's has to have."""
    config, path = spec.get("dnsConfig"), f"{path}.dnsConfig"
    if spec.get("dnsPolicy") == "None":
        if config is None:
            yield required(path, "must provide `dnsConfig` when `dnsPolicy` is None")
        elif not items(config, "nameservers"):
            detail = "must provide at least one DNS nameserver when `dnsPolicy` is None"
            yield required(f"{path}.nameservers", detail)
    servers = items(config, "nameservers")
    if len(servers) > 3:
        yield invalid(f"{path}.nameservers", servers, "must not have more than 3 nameservers")
    for index, server in enumerate(servers):
        yield from address(server, f"{path}.nameservers[{index}]")
    for index, domain in enumerate(items(config, "searches")):
        problems = names.search_domain(domain.removesuffix("."))
        yield from (invalid(f"{path}.searches[{index}]", domain, problem) for problem in problems)
    for index, option in enumerate(items(config, "options")):
        if not option.get("name"):
            yield required(f"{path}.options[{index}]", "must not be empty")


def aliases(found: list[Obj], path: str) -> Iterator[FieldError]:
    """Complaints about a pod's entries for its hosts file."""
    for index, each in enumerate(found):
        yield from address(each.get("ip") or "", f"{path}[{index}].ip")
        for position, host in enumerate(items(each, "hostnames")):
            at = f"{path}[{index}].hostnames[{position}]"
            yield from (invalid(at, host, problem) for problem in names.subdomain(host))
