"""Endpoints and EndpointSlices: defaults and validation."""

import ipaddress

from oakum.lab.api import names
from oakum.lab.api.rules.rules import Rules
from oakum.lab.api.rules.values import (
    PROTOCOLS,
    address,
    default,
    items,
    named,
    of_a_pod,
    one_of,
    ordinary_address,
    port,
    unchanged,
)
from oakum.lab.api.status import FieldError, duplicate, invalid, required, unsupported
from oakum.lab.store import Obj

_FAMILIES = ("FQDN", "IPv4", "IPv6")


def _slice(obj: Obj) -> None:
    for each in items(obj, "ports"):
        default(each, protocol="TCP", name="")


def _endpoints(obj: Obj) -> None:
    for subset in items(obj, "subsets"):
        for each in items(subset, "ports"):
            default(each, protocol="TCP")


def _check_endpoints(obj: Obj) -> list[FieldError]:
    errors: list[FieldError] = []
    for index, subset in enumerate(items(obj, "subsets")):
        at = f"subsets[{index}]"
        if not items(subset, "addresses") and not items(subset, "notReadyAddresses"):
            errors.append(required(at, "must specify `addresses` or `notReadyAddresses`"))
        for key in ("addresses", "notReadyAddresses"):
            for position, each in enumerate(items(subset, key)):
                errors += _endpoint(each.get("ip") or "", f"{at}.{key}[{position}].ip")
                if host := each.get("hostname"):
                    errors += named(names.label, host, f"{at}.{key}[{position}].hostname")
        several = len(items(subset, "ports")) > 1
        for position, each in enumerate(items(subset, "ports")):
            here = f"{at}.ports[{position}]"
            if several or each.get("name"):
                errors += named(names.label, each.get("name"), f"{here}.name")
            errors += port(each.get("port") or 0, f"{here}.port")
            errors += one_of(each, "protocol", here, PROTOCOLS)
    return errors


def _endpoint(text: str, path: str) -> list[FieldError]:
    if malformed := address(text, path):
        return [*malformed, invalid(path, text, "must be a valid IP address")]
    return [] if of_a_pod(text) else ordinary_address(text, path)


def _check_slice(obj: Obj) -> list[FieldError]:
    kind = obj.get("addressType") or ""
    errors: list[FieldError] = []
    if kind not in _FAMILIES:
        errors.append(unsupported("addressType", kind, _FAMILIES) if kind else required("addressType"))
    taken: set[str] = set()
    for index, each in enumerate(items(obj, "ports")):
        at, name = f"ports[{index}]", each.get("name") or ""
        if name:
            errors += [invalid(f"{at}.name", name, problem) for problem in names.label(name)]
        if name in taken:
            errors.append(duplicate(f"{at}.name", name))
        taken.add(name)
        errors += one_of(each, "protocol", at, PROTOCOLS)
    for index, each in enumerate(items(obj, "endpoints")):
        at = f"endpoints[{index}].addresses"
        if not each.get("addresses"):
            errors.append(required(at, "must contain at least 1 address"))
        for position, text in enumerate(items(each, "addresses")):
            errors += _slice_address(text, kind, at, position)
    return errors


def _slice_address(text: str, kind: str, at: str, position: int) -> list[FieldError]:
    here = f"{at}[{position}]"
    if kind == "FQDN":
        return [invalid(here, text, problem) for problem in names.subdomain(text)]
    if kind not in _FAMILIES:
        return []
    if malformed := address(text, here):
        return malformed
    if ipaddress.ip_address(text).version != int(kind[-1]):
        return [invalid(at, text, f"must be an {kind} address")]
    return [] if of_a_pod(text) else ordinary_address(text, here)


def _same_slice(new: Obj, old: Obj) -> list[FieldError]:
    return unchanged(new.get("addressType"), old.get("addressType"), "addressType")


RULES = {
    "endpoints": Rules(default=_endpoints, validate=_check_endpoints, creates_on_update=True),
    "endpointslices.discovery.k8s.io": Rules(
        default=_slice, validate=_check_slice, compare=_same_slice, generation=True
    ),
}
