"""Admission webhooks: defaults and validation."""

from collections.abc import Iterator

from oakum.lab.api import names
from oakum.lab.api.rules.rules import Rules
from oakum.lab.api.rules.values import default, items, label_selector, one_of, required_text
from oakum.lab.api.status import FieldError, duplicate, invalid, required, unsupported
from oakum.lab.store import Obj

_EFFECTS = ("None", "NoneOnDryRun")
_VERSIONS = ("v1", "v1beta1")
_OPERATIONS = ("CREATE", "UPDATE", "DELETE", "CONNECT", "*")


def _default(obj: Obj) -> None:
    for webhook in items(obj, "webhooks"):
        default(webhook, failurePolicy="Fail", matchPolicy="Equivalent", timeoutSeconds=10)
        default(webhook, namespaceSelector={}, objectSelector={})
        if obj["kind"].startswith("Mutating"):
            default(webhook, reinvocationPolicy="Never")
        for rule in items(webhook, "rules"):
            default(rule, scope="*")
        service = (webhook.get("clientConfig") or {}).get("service")
        if service is not None:
            default(service, port=443)


def _check(obj: Obj) -> list[FieldError]:
    errors: list[FieldError] = []
    seen: set[str] = set()
    for index, webhook in enumerate(items(obj, "webhooks")):
        at = f"webhooks[{index}]"
        errors += _webhook(webhook, at)
        if webhook.get("name") in seen:
            errors.append(duplicate(f"{at}.name", webhook["name"]))
        seen.add(webhook.get("name") or "")
    return errors


def _webhook(webhook: Obj, at: str) -> Iterator[FieldError]:
    name = webhook.get("name") or ""
    if not name:
        yield required(f"{at}.name")
    elif problems := names.subdomain(name):
        yield from (invalid(f"{at}.name", name, problem) for problem in problems)
    elif name.count(".") < 2:
        yield invalid(f"{at}.name", name, "should be a domain with at least three segments separated by dots")
    for index, rule in enumerate(items(webhook, "rules")):
        yield from _rule(rule, f"{at}.rules[{index}]")
    yield from one_of(webhook, "failurePolicy", at, ("Fail", "Ignore"))
    yield from one_of(webhook, "matchPolicy", at, ("Equivalent", "Exact"))
    if not webhook.get("sideEffects"):
        yield required(f"{at}.sideEffects", f"must specify one of {', '.join(_EFFECTS)}")
    else:
        yield from one_of(webhook, "sideEffects", at, _EFFECTS)
    if not 1 <= webhook["timeoutSeconds"] <= 30:
        detail = "the timeout value must be between 1 and 30 seconds"
        yield invalid(f"{at}.timeoutSeconds", webhook["timeoutSeconds"], detail)
    for key in ("namespaceSelector", "objectSelector"):
        yield from label_selector(webhook.get(key), f"{at}.{key}")
    yield from _client(webhook.get("clientConfig") or {}, f"{at}.clientConfig")
    versions = items(webhook, "admissionReviewVersions")
    if not versions:
        yield required(f"{at}.admissionReviewVersions", f"must specify one of {', '.join(_VERSIONS)}")
    elif not set(versions) & set(_VERSIONS):
        yield invalid(f"{at}.admissionReviewVersions", versions, f"must include at least one of {', '.join(_VERSIONS)}")


def _client(config: Obj, at: str) -> Iterator[FieldError]:
    url, service = config.get("url"), config.get("service")
    if (url is None) == (service is None):
        yield required(at, "exactly one of url or service is required")
    elif url is not None and not url.startswith("https://"):
        scheme = url.partition("://")[0] if "://" in url else ""
        yield invalid(f"{at}.url", scheme, "'https' is the only allowed URL scheme; desired format: https://host[/path]")
    elif service is not None:
        yield from required_text(service, f"{at}.service", "name", "namespace")


def _rule(rule: Obj, at: str) -> Iterator[FieldError]:
    for key in ("operations", "apiGroups", "apiVersions", "resources"):
        found = items(rule, key)
        if not found:
            yield required(f"{at}.{key}")
        elif len(found) > 1 and "*" in found:
            yield invalid(f"{at}.{key}", found, "if '*' is present, must not specify other " + _OTHERS[key])
    for index, operation in enumerate(items(rule, "operations")):
        if operation not in _OPERATIONS:
            yield unsupported(f"{at}.operations[{index}]", operation, _OPERATIONS)
    yield from one_of(rule, "scope", at, ("*", "Cluster", "Namespaced"))


_OTHERS = {
    "operations": "operations",
    "apiGroups": "API groups",
    "apiVersions": "API versions",
    "resources": "resources",
}
_GROUP = "admissionregistration.k8s.io"
_RULES = Rules(default=_default, validate=_check, generation=True, strict=False)
RULES = {f"{kind}webhookconfigurations.{_GROUP}": _RULES for kind in ("mutating", "validating")}
