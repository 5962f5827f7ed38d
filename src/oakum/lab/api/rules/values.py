"""Small checks that many kinds share."""

import ipaddress
from collections.abc import Callable, Iterable
from typing import Any

from oakum.lab.api import names
from oakum.lab.api.quantity import parse
from oakum.lab.api.status import FieldError, duplicate, invalid, required, unsupported
from oakum.lab.network import NODE_IP, POD_RANGE
from oakum.lab.store import Obj

IMMUTABLE = "field is immutable"
PORT_RANGE = "must be between 1 and 65535, inclusive"
PROTOCOLS = ("SCTP", "TCP", "UDP")


def items(obj: Any, key: str) -> list[Any]:
    """A list field, empty when it is missing."""
    return (obj.get(key) or []) if isinstance(obj, dict) else []


def default(obj: Obj, **values: Any) -> None:
    """Set the fields that are missing."""
    for key, value in values.items():
        if obj.get(key) is None:
            obj[key] = value


def one_of(obj: Obj, key: str, path: str, choices: Iterable[str]) -> list[FieldError]:
    """Complain about a field that is set to none of the choices."""
    value = obj.get(key)
    known = list(choices)
    return [unsupported(f"{path}.{key}", value, known)] if value is not None and value not in known else []


def required_text(obj: Obj, path: str, *keys: str) -> list[FieldError]:
    """Complain about texts (and lists) that are missing or empty."""
    return [required(f"{path}.{key}") for key in keys if not obj.get(key)]


def not_negative(obj: Obj, path: str, *keys: str) -> list[FieldError]:
    """Complain about negative numbers."""
    detail = "must be greater than or equal to 0"
    prefix = f"{path}." if path else ""
    return [invalid(f"{prefix}{key}", obj[key], detail) for key in keys if (obj.get(key) or 0) < 0]


def port(value: int, path: str) -> list[FieldError]:
    """Complain about a number that is no port."""
    return [] if 1 <= value <= 65535 else [invalid(path, value, PORT_RANGE)]


def port_or_name(value: Any, path: str) -> list[FieldError]:
    """Complain about what is neither a port number nor a port's name."""
    if isinstance(value, int):
        return port(value, path)
    return [invalid(path, value, problem) for problem in names.port_name(value)]


def unchanged(new: Any, old: Any, path: str) -> list[FieldError]:
    """Complain about a field that may not change."""
    return [] if new == old else [invalid(path, new, IMMUTABLE)]


def label_selector(selector: Obj | None, path: str) -> list[FieldError]:
    """Complaints about a LabelSelector."""
    errors = names.check_labels((selector or {}).get("matchLabels"), f"{path}.matchLabels")
    for index, item in enumerate(items(selector, "matchExpressions")):
        at = f"{path}.matchExpressions[{index}]"
        operator, values = item.get("operator"), item.get("values")
        if operator in ("In", "NotIn") and not values:
            errors.append(required(f"{at}.values", "must be specified when `operator` is 'In' or 'NotIn'"))
        elif operator in ("Exists", "DoesNotExist") and values:
            detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
            errors.append(FieldError(f"{at}.values", "FieldValueForbidden", f"Forbidden: {detail}"))
        elif operator not in ("In", "NotIn", "Exists", "DoesNotExist"):
            errors.append(invalid(f"{at}.operator", operator, "not a valid selector operator"))
        for position, value in enumerate(values or [] if operator in ("In", "NotIn") else []):
            errors += [invalid(f"{at}.values[{position}]", value, problem) for problem in names.label_value(value)]
        errors += [invalid(f"{at}.key", item.get("key"), problem) for problem in names.qualified(item.get("key") or "")]
    return errors


def unique(found: Iterable[tuple[str, Any]]) -> list[FieldError]:
    """Complain about values that occur twice; takes (path, value) pairs, None values are skipped."""
    seen: set[Any] = set()
    errors = []
    for path, value in found:
        if value is not None and value in seen:
            errors.append(duplicate(path, value))
        seen.add(value)
    return errors


def amount(value: Any) -> float:
    """A quantity as a number; 0 for what is none."""
    try:
        return float(parse(value))
    except ValueError:
        return 0.0


def named(check: Callable[[str], list[str]], value: str | None, path: str) -> list[FieldError]:
    """Complain about a missing or malformed name."""
    if not value:
        return [required(path)]
    return [invalid(path, value, problem) for problem in check(value)]


def address(text: str, path: str) -> list[FieldError]:
    """Complain about what is no IP address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return [invalid(path, text, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)")]
    return []


def ordinary_address(text: str, path: str) -> list[FieldError]:
    """Complain about an IP address that stands for no machine of the network."""
    found = ipaddress.ip_address(text)
    if found.is_unspecified:
        return [invalid(path, text, f"may not be unspecified ({text})")]
    if found.is_loopback:
        return [invalid(path, text, "may not be in the loopback range (127.0.0.0/8, ::1/128)")]
    if found.is_link_local:
        return [invalid(path, text, "may not be in the link-local range (169.254.0.0/16, fe80::/10)")]
    return []


def of_a_pod(text: str) -> bool:
    """Whether an IP address is one of the lab's own pods or its node, though they are loopback addresses."""
    return text == NODE_IP or ipaddress.ip_address(text) in POD_RANGE


def network(text: str, path: str) -> list[FieldError]:
    """Complain about what is no CIDR."""
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        text_ok = False
    else:
        text_ok = "/" in text
    return [] if text_ok else [invalid(path, text, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)")]


def int_or_percent(value: Any, path: str, most: int | None = None) -> list[FieldError]:
    """Complain about what is neither a count nor a percentage, or is a percentage above `most`."""
    if isinstance(value, str):
        if value.endswith("%") and value[:-1].isdigit():
            too_much = most is not None and int(value[:-1]) > most
            return [invalid(path, value, f"must not be greater than {most}%")] if too_much else []
        rule = "a valid percent string must be a numeric string followed by an ending '%'"
        detail = f"{rule} (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')"
        return [invalid(path, value, detail)]
    return [invalid(path, value, "must be greater than or equal to 0")] if isinstance(value, int) and value < 0 else []
