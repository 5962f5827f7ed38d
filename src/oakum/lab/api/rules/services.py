"""Services, Ingresses and NetworkPolicies: defaults and validation."""

import ipaddress

from oakum.lab.api import names
from oakum.lab.api.gojson import GoStruct
from oakum.lab.api.rules.rules import Rules
from oakum.lab.api.rules.values import (
    PROTOCOLS,
    address,
    default,
    items,
    label_selector,
    named,
    network,
    one_of,
    ordinary_address,
    port,
    port_or_name,
    required_text,
)
from oakum.lab.api.status import FieldError, duplicate, forbidden, invalid, required, unsupported
from oakum.lab.store import Obj

_EXTERNAL = ("NodePort", "LoadBalancer")
_CLASS = "kubernetes.io/ingress.class"
_DISTRIBUTIONS = ("PreferClose", "PreferSameZone", "PreferSameNode")
_TYPES = ("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")


def _service(obj: Obj) -> None:
    spec = obj["spec"]
    default(spec, type="ClusterIP", sessionAffinity="None")
    kind = spec["type"]
    if spec["sessionAffinity"] == "None":
        spec.pop("sessionAffinityConfig", None)
    if spec["sessionAffinity"] == "ClientIP":
        default(spec, sessionAffinityConfig={"clientIP": {"timeoutSeconds": 10800}})
    for each in items(spec, "ports"):
        default(each, protocol="TCP")
        if not each.get("targetPort"):
            each["targetPort"] = each.get("port", 0)
    if kind == "ExternalName":
        return
    default(spec, internalTrafficPolicy="Cluster")
    if kind in _EXTERNAL or spec.get("externalIPs"):
        default(spec, externalTrafficPolicy="Cluster")
    if kind == "LoadBalancer":
        default(spec, allocateLoadBalancerNodePorts=True)


def _check_service(obj: Obj) -> list[FieldError]:
    spec = obj["spec"]
    errors = _kind_of_service(spec)
    errors += names.check_labels(spec.get("selector"), "spec.selector")
    errors += _affinity(spec)
    for index, each in enumerate(items(spec, "externalIPs")):
        at = f"spec.externalIPs[{index}]"
        errors += address(each, at) or ordinary_address(each, at)
    errors += one_of(spec, "type", "spec", _TYPES)
    ports = items(spec, "ports")
    if spec["type"] == "ClusterIP":
        errors += [
            forbidden(f"spec.ports[{index}].nodePort", "may not be used when `type` is 'ClusterIP'")
            for index, each in enumerate(ports)
            if each.get("nodePort")
        ]
    errors += _twice(ports) + _sources(spec) + _balancing(spec) + _policies(spec)
    return errors + one_of(spec, "trafficDistribution", "spec", _DISTRIBUTIONS)


def _kind_of_service(spec: Obj) -> list[FieldError]:
    """Complaints about what the type, or having no address, asks for or forbids; and about each port."""
    errors: list[FieldError] = []
    headless = spec.get("clusterIP") == "None"
    ports = items(spec, "ports")
    if not ports and not headless and spec["type"] != "ExternalName":
        errors.append(required("spec.ports"))
    if spec["type"] == "ExternalName":
        errors += named(names.subdomain, (spec.get("externalName") or "").rstrip("."), "spec.externalName")
    if spec["type"] in _EXTERNAL and headless:
        errors.append(invalid("spec.clusterIPs[0]", "None", f"may not be set to 'None' for {spec['type']} services"))
    taken: set[str] = set()
    for index, each in enumerate(ports):
        errors += _check_service_port(each, f"spec.ports[{index}]", len(ports) > 1, taken)
    return errors


def _affinity(spec: Obj) -> list[FieldError]:
    errors = one_of(spec, "sessionAffinity", "spec", ("ClientIP", "None"))
    seconds = ((spec.get("sessionAffinityConfig") or {}).get("clientIP") or {}).get("timeoutSeconds", 1)
    if spec["sessionAffinity"] == "ClientIP" and not 0 < seconds <= 86400:
        at = "spec.sessionAffinityConfig.clientIP.timeoutSeconds"
        errors.append(invalid(at, seconds, "must be greater than 0 and less than 86400"))
    return errors


def _sources(spec: Obj) -> list[FieldError]:
    errors: list[FieldError] = []
    sources = items(spec, "loadBalancerSourceRanges")
    if sources and spec["type"] != "LoadBalancer":
        errors.append(forbidden("spec.LoadBalancerSourceRanges", "may only be used when `type` is 'LoadBalancer'"))
    for index, each in enumerate(sources):
        errors += network(each.strip(), f"spec.LoadBalancerSourceRanges[{index}]")
    return errors


def _policies(spec: Obj) -> list[FieldError]:
    """Complaints about how traffic is passed on, and about the port that tells whether it is."""
    errors: list[FieldError] = []
    for key in ("externalTrafficPolicy", "internalTrafficPolicy"):
        errors += one_of(spec, key, "spec", ("Cluster", "Local"))
    policy, kind = spec.get("externalTrafficPolicy"), spec["type"]
    if policy and kind not in _EXTERNAL and not spec.get("externalIPs"):
        detail = "may only be set for externally-accessible services"
        errors.append(invalid("spec.externalTrafficPolicy", policy, detail))
    if check := spec.get("healthCheckNodePort"):
        if kind != "LoadBalancer" or policy != "Local":
            detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"
            errors.append(invalid("spec.healthCheckNodePort", check, detail))
        else:
            errors += port(check, "spec.healthCheckNodePort")
    return errors


def _balancing(spec: Obj) -> list[FieldError]:
    """Complaints about what only a load balancer has."""
    errors: list[FieldError] = []
    chosen = spec.get("loadBalancerClass")
    if spec["type"] != "LoadBalancer":
        wanted = [key for key in ("allocateLoadBalancerNodePorts", "loadBalancerClass") if spec.get(key) is not None]
        return [forbidden(f"spec.{key}", "may only be used when `type` is 'LoadBalancer'") for key in wanted]
    if chosen is not None:
        errors += [invalid("spec.loadBalancerClass", chosen, problem) for problem in names.qualified(chosen)]
    return errors


def _check_service_port(each: Obj, path: str, several: bool, taken: set[str]) -> list[FieldError]:
    errors: list[FieldError] = []
    name = each.get("name") or ""
    if several or name:
        errors += named(names.label, name, f"{path}.name")
        if name in taken:
            errors.append(duplicate(f"{path}.name", name))
        taken.update({name} - {""})
    errors += port(each.get("port") or 0, f"{path}.port")
    errors += one_of(each, "protocol", path, PROTOCOLS)
    errors += port_or_name(each["targetPort"], f"{path}.targetPort")
    if each.get("appProtocol") is not None:
        chosen = each["appProtocol"]
        errors += [invalid(f"{path}.appProtocol", chosen, problem) for problem in names.qualified(chosen)]
    return errors


def _twice(ports: list[Obj]) -> list[FieldError]:
    keys = [(each.get("protocol"), each.get("port")) for each in ports]
    zero = {"Name": "", "Protocol": "", "AppProtocol": None, "Port": 0, "TargetPort": 0, "NodePort": 0}
    return [
        duplicate(f"spec.ports[{index}]", GoStruct({**zero, "Protocol": key[0], "Port": key[1]}))
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


def _ingress(obj: Obj) -> None:
    """The group of a backend that is no Service is written even when it is none."""
    spec = obj["spec"]
    paths = [each for rule in items(spec, "rules") for each in items(rule.get("http"), "paths")]
    for backend in (spec.get("defaultBackend"), *(each.get("backend") for each in paths)):
        if (backend or {}).get("resource") is not None:
            backend["resource"].setdefault("apiGroup", None)


def _ingress_class(obj: Obj) -> None:
    if (parameters := obj["spec"].get("parameters")) is not None:
        default(parameters, scope="Cluster")


def _check_ingress_class(obj: Obj) -> list[FieldError]:
    controller = obj["spec"].get("controller") or ""
    if not controller:
        return [required("spec.controller")]
    if (parameters := obj["spec"].get("parameters")) is not None:
        at = "spec.parameters"
        errors = required_text(parameters, at, "kind", "name")
        errors += one_of(parameters, "scope", at, ("Cluster", "Namespace"))
        if parameters.get("scope") == "Namespace" and not parameters.get("namespace"):
            errors.append(required(f"{at}.namespace", "`parameters.scope` is set to 'Namespace'"))
        return errors
    problems = [] if "/" in controller else ["must be a domain-prefixed path (such as \"acme.io/foo\")"]
    return [invalid("spec.controller", controller, problem) for problem in problems]


def _check_ingress(obj: Obj) -> list[FieldError]:
    spec = obj["spec"]
    errors: list[FieldError] = []
    rules = items(spec, "rules")
    if not rules and spec.get("defaultBackend") is None:
        detail = "either `defaultBackend` or `rules` must be specified"
        errors.append(invalid("spec", spec or None, detail))
    if spec.get("defaultBackend") is not None:
        errors += _backend(spec["defaultBackend"], "spec.defaultBackend")
    for index, rule in enumerate(rules):
        errors += _ingress_rule(rule, f"spec.rules[{index}]")
    for index, each in enumerate(items(spec, "tls")):
        for position, host in enumerate(items(each, "hosts")):
            problems = names.wildcard(host) if "*" in host else names.subdomain(host)
            errors += [invalid(f"spec.tls[{index}].hosts[{position}]", host, problem) for problem in problems]
        if secret := each.get("secretName"):
            errors += [invalid(f"spec.tls[{index}].secretName", secret, text) for text in names.subdomain(secret)]
    if spec.get("ingressClassName") is not None:
        chosen = spec["ingressClassName"]
        errors += [invalid("spec.ingressClassName", chosen, problem) for problem in names.subdomain(chosen)]
    return errors


def _check_new_ingress(obj: Obj) -> list[FieldError]:
    """Complaints about a class that is chosen in both of the ways there are."""
    named_so = (obj["metadata"].get("annotations") or {}).get(_CLASS)
    chosen = obj["spec"].get("ingressClassName")
    if named_so is None or chosen is None or named_so == chosen:
        return []
    return [invalid(f"annotations.{_CLASS}", named_so, "must match `ingressClassName` when both are specified")]


def _ingress_rule(rule: Obj, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    host = rule.get("host")
    if host:
        if not address(host, ""):
            errors.append(invalid(f"{path}.host", host, "must be a DNS name, not an IP address"))
        problems = names.wildcard(host) if "*" in host else names.subdomain(host)
        errors += [invalid(f"{path}.host", host, problem) for problem in problems]
    http = rule.get("http")
    if http is None:
        return errors
    if not http.get("paths"):
        errors.append(required(f"{path}.http.paths"))
    for index, each in enumerate(items(http, "paths")):
        errors += _ingress_path(each, f"{path}.http.paths[{index}]")
    return errors


def _ingress_path(each: Obj, at: str) -> list[FieldError]:
    kind, value = each.get("pathType"), each.get("path") or ""
    if kind is None:
        return [required(f"{at}.pathType", "pathType must be specified")]
    errors = one_of(each, "pathType", at, ("Exact", "ImplementationSpecific", "Prefix"))
    if kind in ("Exact", "Prefix"):
        if not value.startswith("/"):
            errors.append(invalid(f"{at}.path", value, "must be an absolute path"))
        for part in ("//", "/./", "/../", "%2f", "%2F"):
            if part in value:
                errors.append(invalid(f"{at}.path", value, f"must not contain '{part}'"))
        for end in ("/..", "/."):
            if value.endswith(end):
                errors.append(invalid(f"{at}.path", value, f"cannot end with '{end}'"))
    elif kind == "ImplementationSpecific" and value and not value.startswith("/"):
        errors.append(invalid(f"{at}.path", value, "must be an absolute path"))
    return errors + _backend(each.get("backend") or {}, f"{at}.backend")


def _backend(backend: Obj, path: str) -> list[FieldError]:
    service, other = backend.get("service"), backend.get("resource")
    if service is not None and other is not None:
        return [invalid(path, "", "cannot set both resource and service backends")]
    if service is None:
        if other is None:
            return [invalid(path, "", "resource or service backend is required")]
        return required_text(other, f"{path}.resource", "kind", "name")
    errors = named(names.label, service.get("name"), f"{path}.service.name")
    chosen = service.get("port") or {}
    if not chosen.get("name") and not chosen.get("number"):
        errors.append(required(path, "port name or number is required"))
    elif chosen.get("name") and chosen.get("number"):
        errors.append(invalid(path, "", "cannot set both port name & port number"))
    elif chosen.get("number"):
        errors += port(chosen["number"], f"{path}.service.port.number")
    else:
        errors += port_or_name(chosen["name"], f"{path}.service.port.name")
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
    for direction, side in (("ingress", "from"), ("egress", "to")):
        for index, rule in enumerate(items(spec, direction)):
            at = f"spec.{direction}[{index}]"
            for position, each in enumerate(items(rule, "ports")):
                errors += _policy_port(each, f"{at}.ports[{position}]")
            for position, peer in enumerate(items(rule, side)):
                errors += _peer(peer, f"{at}.{side}[{position}]")
    kinds = items(spec, "policyTypes")
    if len(kinds) > 2:
        return [*errors, invalid("spec.policyTypes", kinds, "may not specify more than two policyTypes")]
    for index, kind in enumerate(kinds):
        if kind not in ("Ingress", "Egress"):
            errors.append(unsupported(f"spec.policyTypes[{index}]", kind, ["Ingress", "Egress"]))
    return errors


def _policy_port(each: Obj, path: str) -> list[FieldError]:
    errors = one_of(each, "protocol", path, ("TCP", "UDP", "SCTP"))
    chosen, last = each.get("port"), each.get("endPort")
    if chosen is not None:
        errors += port_or_name(chosen, f"{path}.port")
    if last is not None and isinstance(chosen, int) and last < chosen:
        errors.append(invalid(f"{path}.endPort", chosen, "must be greater than or equal to `port`"))
    elif last is not None and not isinstance(chosen, int):
        state = "not specified" if chosen is None else "non-numeric"
        errors.append(invalid(f"{path}.endPort", last, f"may not be specified when `port` is {state}"))
    return errors


def _peer(peer: Obj, path: str) -> list[FieldError]:
    if not peer:
        return [required(path, "must specify a peer")]
    block = peer.get("ipBlock")
    errors: list[FieldError] = []
    for key in ("podSelector", "namespaceSelector"):
        errors += label_selector(peer.get(key), f"{path}.{key}")
    if block is None:
        return errors
    if len(peer) > 1:
        return [*errors, forbidden(path, "may not specify both ipBlock and another peer")]
    cidr = block.get("cidr") or ""
    errors += network(cidr, f"{path}.ipBlock.cidr") if cidr else [required(f"{path}.ipBlock.cidr")]
    if not errors and str(ipaddress.ip_network(cidr, strict=False)) != cidr:
        errors.append(invalid(f"{path}.ipBlock.cidr", cidr, "must not have bits set beyond the prefix length"))
    for index, part in enumerate(items(block, "except")):
        at = f"{path}.ipBlock.except[{index}]"
        malformed = network(part, at)
        errors += malformed
        if not errors and not _inside(part, cidr):
            errors.append(invalid(at, part, "must be a strict subset of `cidr`"))
    return errors


def _inside(part: str, whole: str) -> bool:
    inner, outer = (ipaddress.ip_network(text, strict=False) for text in (part, whole))
    return inner != outer and inner.version == outer.version and inner.subnet_of(outer)  # type: ignore[arg-type]


RULES = {
    "services": Rules(
        name=names.label,
        default=_service,
        validate=_check_service,
        compare=_service_change,
        returns_deleted=True,
        creates_on_update=True,
    ),
    "ingresses.networking.k8s.io": Rules(
        default=_ingress, validate=_check_ingress, create=_check_new_ingress, generation=True
    ),
    "ingressclasses.networking.k8s.io": Rules(
        default=_ingress_class, validate=_check_ingress_class, generation=True
    ),
    "networkpolicies.networking.k8s.io": Rules(default=_policy, validate=_check_policy, generation=True),
}
