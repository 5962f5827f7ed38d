"""Rules for names, labels and annotations, with the wording of apimachinery's validation package."""

import re
from collections.abc import Mapping
from typing import Any

from oakum.lab.api.gojson import go_fields
from oakum.lab.api.status import FieldError, forbidden, invalid, required, too_long

_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = rf"{_LABEL}(\.{_LABEL})*"
_UNDERSCORED = r"_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?"
_SEARCH = rf"{_UNDERSCORED}(\.{_UNDERSCORED})*"
_LABEL1035 = r"[a-z]([-a-z0-9]*[a-z0-9])?"
_QUALIFIED = r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_VALUE = rf"({_QUALIFIED})?"
_CONFIG_KEY = r"[-._a-zA-Z0-9]+"
_OWNER = ("apiVersion", "kind", "name", "uid", "controller", "blockOwnerDeletion")


def _rule(text: str, pattern: str, *examples: str) -> str:
    shown = " or ".join(f"'{example}', " for example in examples)
    return f"{text} (e.g. {shown}regex used for validation is '{pattern}')"


SUBDOMAIN = _rule(
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', "
    "and must start and end with an alphanumeric character",
    _SUBDOMAIN,
    "example.com",
)
LABEL = _rule(
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', "
    "and must start and end with an alphanumeric character",
    _LABEL,
    "my-name",
    "123-abc",
)
LABEL1035 = _rule(
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', "
    "start with an alphabetic character, and end with an alphanumeric character",
    _LABEL1035,
    "my-name",
    "abc-123",
)
SEARCH = _rule(
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', "
    "and must start and end with an alphanumeric character",
    _SEARCH,
    "example.com",
)
WILDCARD = _rule(
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of "
    "lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
    rf"\*\.{_SUBDOMAIN}",
    "*.example.com",
)
QUALIFIED = _rule(
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
    _QUALIFIED,
    "MyName",
    "my.name",
    "123-abc",
)
VALUE = _rule(
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', "
    "and must start and end with an alphanumeric character",
    _VALUE,
    "MyValue",
    "my_value",
    "12345",
)
CONFIG_KEY = _rule(
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
    _CONFIG_KEY,
    "key.name",
    "KEY_NAME",
    "key-name",
)


def _longer(limit: int, unit: str) -> str:
    return f"must be no more than {limit} {unit}"


def subdomain(text: str) -> list[str]:
    """What is wrong with a DNS-1123 subdomain (most object names)."""
    return _problems(text, 253, _SUBDOMAIN, SUBDOMAIN)


def search_domain(text: str) -> list[str]:
    """What is wrong with a domain of a resolver's search list: a subdomain that may have underscores."""
    return _problems(text, 253, _SEARCH, SEARCH)


def wildcard(text: str) -> list[str]:
    """What is wrong with `*.` and a subdomain."""
    return _problems(text, 253, rf"\*\.{_SUBDOMAIN}", WILDCARD)


def label(text: str) -> list[str]:
    """What is wrong with a DNS-1123 label (names of namespaces, containers, ports)."""
    dotted = "." in text and re.fullmatch(_SUBDOMAIN, text)
    return _problems(text, 63, _LABEL, "must not contain dots" if dotted else LABEL)


def label1035(text: str) -> list[str]:
    """What is wrong with a DNS-1035 label (names of services)."""
    return _problems(text, 63, _LABEL1035, LABEL1035)


def path_segment(text: str) -> list[str]:
    """What is wrong with a name that only has to fit into a path (RBAC)."""
    if text in (".", ".."):
        return [f"may not be '{text}'"]
    return [f"may not contain '{mark}'" for mark in "/%" if mark in text]


def port_name(text: str) -> list[str]:
    """What is wrong with an IANA service name (names of container ports)."""
    problems = [] if len(text) <= 15 else ["must be no more than 15 characters"]
    if not re.fullmatch(r"[-a-z0-9]+", text):
        problems.append("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
    if not re.search(r"[a-z]", text):
        problems.append("must contain at least one letter (a-z)")
    if "--" in text:
        problems.append("must not contain consecutive hyphens")
    if text.startswith("-") or text.endswith("-"):
        problems.append("must not begin or end with a hyphen")
    return problems


def env_name(text: str) -> list[str]:
    """What is wrong with the name of an environment variable: printable ASCII without `=`."""
    if text and all(" " <= letter <= "~" and letter != "=" for letter in text):
        return []
    return ["a valid environment variable name must consist only of printable ASCII characters other than '='"]


def config_key(text: str) -> list[str]:
    """What is wrong with a key of a ConfigMap or Secret."""
    problems = _problems(text, 253, _CONFIG_KEY, CONFIG_KEY)
    if text in (".", ".."):
        problems.append(f"must not be '{text}'")
    elif text.startswith(".."):
        problems.append("must not start with '..'")
    return problems


def qualified(text: str) -> list[str]:
    """What is wrong with a label key, `name` or `prefix/name`."""
    prefix, slash, name = text.rpartition("/")
    if "/" in prefix:
        tail = "with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
        return [f"a qualified name {QUALIFIED} {tail}"]
    if slash and not prefix:
        return ["prefix part must be non-empty"]
    wrong = _problems(prefix, 253, _SUBDOMAIN, SUBDOMAIN, "bytes") if prefix else []
    problems = [f"prefix part {problem}" for problem in wrong]
    if not name:
        return [*problems, "name part must be non-empty", f"name part {QUALIFIED}"]
    return problems + [f"name part {problem}" for problem in _problems(name, 63, _QUALIFIED, QUALIFIED, "bytes")]


def label_key(text: str) -> list[str]:
    """What is wrong with the key of a label in a query; of one with several slashes more is said than elsewhere."""
    return [problem.replace("a qualified name must", "a valid label key must") for problem in qualified(text)]


def label_value(text: str) -> list[str]:
    """What is wrong with a label's value."""
    return _problems(text, 63, _VALUE, VALUE, "bytes")


def _problems(text: str, limit: int, pattern: str, rule: str, unit: str = "characters") -> list[str]:
    problems = [_longer(limit, unit)] if len(text.encode()) > limit else []
    if re.fullmatch(pattern, text) is None:
        problems.append(rule)
    return problems


def check_labels(labels: Mapping[str, str] | None, path: str) -> list[FieldError]:
    """Complaints about a map of labels."""
    errors = []
    for key, value in sorted((labels or {}).items()):
        errors += [invalid(path, key, problem) for problem in qualified(key)]
        errors += [invalid(path, value, problem) for problem in label_value(value)]
    return errors


def check_annotations(annotations: Mapping[str, str] | None, path: str) -> list[FieldError]:
    """Complaints about annotations: keys, and 256 KiB in all."""
    annotations = annotations or {}
    errors = [invalid(path, key, problem) for key in sorted(annotations) for problem in qualified(key.lower())]
    if sum(len(key.encode()) + len(value.encode()) for key, value in annotations.items()) > 256 * 1024:
        errors.append(too_long(path, 256 * 1024))
    return errors


def check_owner(reference: Mapping[str, Any], path: str) -> list[FieldError]:
    """Complaints about one owner reference."""
    errors = []
    version = reference.get("apiVersion") or ""
    if not version.rpartition("/")[2]:
        errors.append(invalid(f"{path}.apiVersion", version, "version must not be empty"))
    for key in ("kind", "name", "uid"):
        if not reference.get(key):
            errors.append(invalid(f"{path}.{key}", reference.get(key) or "", "must not be empty"))
    if version == "v1" and reference.get("kind") == "Event":
        errors.append(invalid(path, dict(reference), "/v1, Kind=Event is disallowed from being an owner"))
    return errors


def check_metadata(
    metadata: Mapping[str, Any], namespaced: bool, check: Any = subdomain, strict: bool = True
) -> list[FieldError]:
    """Complaints about an object's metadata; `check` is the rule for its name, `strict` that of built-in kinds."""
    errors: list[FieldError] = []
    if prefix := metadata.get("generateName"):
        trimmed = prefix[:-1] + "a" if prefix.endswith("-") else prefix
        errors += [invalid("metadata.generateName", prefix, problem) for problem in check(trimmed)]
    name = metadata.get("name")
    if not name:
        errors.append(required("metadata.name", "name or generateName is required"))
    else:
        errors += [invalid("metadata.name", name, problem) for problem in check(name)]
    if metadata.get("namespace") and not namespaced:
        errors.append(forbidden("metadata.namespace", "not allowed on this type"))
    errors += check_labels(metadata.get("labels"), "metadata.labels")
    errors += check_annotations(metadata.get("annotations"), "metadata.annotations")
    owners = metadata.get("ownerReferences") or []
    for owner in owners:
        errors += check_owner(owner, "metadata.ownerReferences")
    controllers = [owner for owner in owners if owner.get("controller")]
    if len(controllers) > 1:
        detail = 'Only one reference can have Controller set to true. Found "true" in references for {}/{} and {}/{}'
        names = [part for owner in controllers[:2] for part in (owner["kind"], owner["name"])]
        shown = [go_fields(owner, *_OWNER) for owner in owners]
        errors.append(invalid("metadata.ownerReferences", shown, detail.format(*names)))
    for index, finalizer in enumerate(metadata.get("finalizers") or []):
        errors += check_finalizer(finalizer, f"metadata.finalizers[{index}]", strict)
    return errors


def check_finalizer(name: str, path: str, strict: bool) -> list[FieldError]:
    """Complaints about one of metadata's finalizers; `strict` wants a domain, or one of the standard names."""
    field = path.partition("[")[0] if strict else path
    errors = [invalid(field, name, problem) for problem in qualified(name)]
    if strict and "/" not in name and name not in ("kubernetes", "orphan", "foregroundDeletion"):
        detail = "name is neither a standard finalizer name nor is it fully qualified"
        errors.append(invalid(path, name, detail))
    return errors


def generated(prefix: str, suffix: str) -> str:
    """A generated name: the prefix cut to 58 characters and five random ones."""
    return prefix[:58] + suffix
