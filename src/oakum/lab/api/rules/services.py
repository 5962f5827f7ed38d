"""Services, Endpoints, EndpointSlices, Ingresses and NetworkPolicies: defaults and validation."""

import ipaddress

from oakum.lab.api import names
from oakum.lab.api.rules.rules import Rules
from oakum.lab.api.rules.values import (
    PROTOCOLS,
    default,
    items,
    label_selector,
    named,
    one_of,
    port,
    port_or_name,
    unchanged,
    unique,
)
from oakum.lab.api.status import FieldError, forbidden, invalid, required
from oakum.lab.store import Obj

_TYPES = ("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")


def _service(obj: Obj) -> None:
    spec = obj["spec"]
    default(spec, type="ClusterIP", sessionAffinity="None")
    kind = spec["type"]
    if spec["sessionAffinity"] == "ClientIP":
        default(spec, sessionAffinityConfig={"clientIP": {"timeoutSeconds": 10800}})
    for each in items(spec, "ports"):
        default(each, protocol="TCP")
        if not each.get("targetPort"):
            each["targetPort"] = each.get("port", 0)
    if kind == "ExternalName":
        return
    default(spec, internalTrafficPolicy="Cluster")
    if kind in ("NodePort", "LoadBalancer") or spec.get("externalIPs"):
        default(spec, externalTrafficPolicy="Cluster")
    if kind == "LoadBalancer":
        default(spec, allocateLoadBalancerNodePorts=True)


def _check_service(obj: Obj) -> list[FieldError]:
    spec = obj["spec"]
    errors = one_of(spec, "type", "spec", _TYPES)
    headless = spec.get("clusterIP") == "None"
    if not spec.get("ports") and not headless and spec["type"] != "ExternalName":
        errors.append(required("spec.ports"))
    if spec["type"] == "ExternalName":
        errors += named(names.subdomain, (spec.get("externalName") or "").rstrip("."), "spec.externalName")
        if spec.get("clusterIP") not in (None, "", "None"):
            errors.append(forbidden("spec.clusterIPs[0]", "may not be set when `type` is 'ExternalName'"))
    if spec["type"] in ("LoadBalancer", "NodePort") and headless:
        errors.append(invalid("spec.clusterIPs[0]", "None", f"may not be set to 'None' for {spec['type']} services"))
    errors += names.check_labels(spec.get("selector"), "spec.selector")
    errors += one_of(spec, "sessionAffinity", "spec", ("ClientIP", "None"))
    several = len(items(spec, "ports")) > 1
    for index, each in enumerate(items(spec, "ports")):
        errors += _check_service_port(each, f"spec.ports[{index}]", several)
    errors += unique((f"spec.ports[{i}].name", each.get("name")) for i, each in enumerate(items(spec, "ports")))
    errors += _twice(items(spec, "ports"))
    return errors


def _check_service_port(each: Obj, path: str, several: bool) -> list[FieldError]:
    errors: list[FieldError] = []
    if several or each.get("name"):
        errors += named(names.label, each.get("name"), f"{path}.name")
    errors += port(each.get("port") or 0, f"{path}.port")
    errors += one_of(each, "protocol", path, PROTOCOLS)
    return errors + port_or_name(each["targetPort"], f"{path}.targetPort")


def _twice(ports: list[Obj]) -> list[FieldError]:
    keys = [(each.get("protocol"), each.get("port")) for each in ports]
    return [
        FieldError(
            f"spec.ports[{index}]",
            "FieldValueDuplicate",
            f'Duplicate value: {{"port":{key[1]},"protocol":"{key[0]}"}}',
        )
        for index, key in enumerate(keys)
        if key in keys[:index]
    ]


def _service_change(new: Obj, old: Obj) -> list[FieldError]:
    ours, theirs = new["spec"], old["spec"]
    if "ExternalName" in (ours["type"], theirs["type"]):
        return []
    before, after = theirs.get("clusterIPs") or [], ours.get("clusterIPs") or []
    if before and after != before:
        return [invalid("spec.clusterIPs[0]", after, "may not change once set")]
    return []


def _endpoints(obj: Obj) -> None:
    for subset in items(obj, "subsets"):
        for each in items(subset, "ports"):
            default(each, protocol="TCP")


def _slice(obj: Obj) -> None:
    for each in items(obj, "ports"):
        default(each, protocol="TCP", name="")


def _address(text: str, path: str) -> list[FieldError]:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return [invalid(path, text, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)")]
    return []


def _check_endpoints(obj: Obj) -> list[FieldError]:
    errors: list[FieldError] = []
    for index, subset in enumerate(items(obj, "subsets")):
        at = f"subsets[{index}]"
        for key in ("addresses", "notReadyAddresses"):
            for position, address in enumerate(items(subset, key)):
                errors += _address(address.get("ip", ""), f"{at}.{key}[{position}].ip")
        for position, each in enumerate(items(subset, "ports")):
            errors += port(each.get("port") or 0, f"{at}.ports[{position}].port")
    return errors


def _ingress_class(obj: Obj) -> None:
    if (parameters := obj["spec"].get("parameters")) is not None:
        default(parameters, scope="Cluster")


def _check_ingress(obj: Obj) -> list[FieldError]:
    spec = obj["spec"]
    errors: list[FieldError] = []
    rules = items(spec, "rules")
    if not rules and spec.get("defaultBackend") is None:
        detail = "either `defaultBackend` or `rules` must be specified"
        errors.append(invalid("spec", spec, detail))
    if spec.get("defaultBackend") is not None:
        errors += _backend(spec["defaultBackend"], "spec.defaultBackend")
    for index, rule in enumerate(rules):
        errors += _ingress_rule(rule, f"spec.rules[{index}]")
    return errors


def _ingress_rule(rule: Obj, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    host = rule.get("host")
    if host and not host.startswith("*."):
        errors += [invalid(f"{path}.host", host, problem) for problem in names.subdomain(host)]
    http = rule.get("http")
    if http is None:
        return errors
    if not http.get("paths"):
        errors.append(required(f"{path}.http.paths"))
    for index, each in enumerate(items(http, "paths")):
        at = f"{path}.http.paths[{index}]"
        kind = each.get("pathType")
        if not kind:
            errors.append(required(f"{at}.pathType", "pathType must be specified"))
        else:
            errors += one_of(each, "pathType", at, ("Exact", "ImplementationSpecific", "Prefix"))
        value = each.get("path") or ""
        if kind in ("Exact", "Prefix") and not value.startswith("/"):
            errors.append(invalid(f"{at}.path", value, "must be an absolute path"))
        if kind:
            errors += _backend(each.get("backend") or {}, f"{at}.backend")
    return errors


def _backend(backend: Obj, path: str) -> list[FieldError]:
    service = backend.get("service")
    if service is None:
        if backend.get("resource") is None:
            return [required(path, "resource or service backend is required")]
        return []
    errors = named(names.label1035, service.get("name"), f"{path}.service.name")
    chosen = service.get("port") or {}
    if not chosen.get("name") and not chosen.get("number"):
        errors.append(required(path, "port name or number is required"))
    elif chosen.get("name") and chosen.get("number"):
        errors.append(invalid(f"{path}.service", "", "cannot set both port name & port number"))
    elif chosen.get("number"):
        errors += port(chosen["number"], f"{path}.service.port.number")
    return errors


def _policy(obj: Obj) -> None:
    spec = obj["spec"]
    if not spec.get("policyTypes"):
        spec["policyTypes"] = ["Ingress", *(["Egress"] if spec.get("egress") else [])]
    for rule in items(spec, "ingress") + items(spec, "egress"):
        for each in items(rule, "ports"):
            default(each, protocol="TCP")


def _check_policy(obj: Obj) -> list[FieldError]:
    spec = obj["spec"]
    errors = label_selector(spec.get("podSelector"), "spec.podSelector")
    for index, kind in enumerate(items(spec, "policyTypes")):
        errors += one_of({"it": kind}, "it", f"spec.policyTypes[{index}]", ("Ingress", "Egress"))
    for direction, side in (("ingress", "from"), ("egress", "to")):
        for index, rule in enumerate(items(spec, direction)):
            for position, peer in enumerate(items(rule, side)):
                if not peer:
                    errors.append(required(f"spec.{direction}[{index}].{side}[{position}]", "must specify a peer"))
    return errors


def _same_slice(new: Obj, old: Obj) -> list[FieldError]:
    return unchanged(new.get("addressType"), old.get("addressType"), "addressType")


RULES = {
    "services": Rules(
        name=names.label,
        default=_service,
        validate=_check_service,
        compare=_service_change,
        returns_deleted=True,
    ),
    "endpoints": Rules(default=_endpoints, validate=_check_endpoints),
    "endpointslices.discovery.k8s.io": Rules(default=_slice, compare=_same_slice, generation=True),
    "ingresses.networking.k8s.io": Rules(validate=_check_ingress, generation=True),
    "ingressclasses.networking.k8s.io": Rules(default=_ingress_class, generation=True),
    "networkpolicies.networking.k8s.io": Rules(default=_policy, validate=_check_policy, generation=True),
}
