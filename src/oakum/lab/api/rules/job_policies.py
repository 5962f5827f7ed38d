"""Validation of when a Job has failed or succeeded, with the messages of the real server."""

from collections.abc import Iterator

from oakum.lab.api import names
from oakum.lab.api.gojson import GoStruct
from oakum.lab.api.rules.values import items
from oakum.lab.api.status import FieldError, invalid, required, unsupported
from oakum.lab.store import Obj

_ACTIONS = ("Count", "FailIndex", "FailJob", "Ignore")


def failure_policy(spec: Obj, path: str) -> Iterator[FieldError]:
    """Complaints about a job's policy for pods that fail."""
    containers = items(spec["template"]["spec"], "containers") + items(spec["template"]["spec"], "initContainers")
    known = {each.get("name") for each in containers}
    for index, rule in enumerate(items(spec.get("podFailurePolicy"), "rules")):
        at, action = f"{path}.rules[{index}]", rule.get("action") or ""
        if not action:
            yield required(f"{at}.action", "valid values: " + ", ".join(f'"{each}"' for each in _ACTIONS))
        elif action not in _ACTIONS:
            yield unsupported(f"{at}.action", action, _ACTIONS)
        elif action == "FailIndex" and spec.get("backoffLimitPerIndex") is None:
            yield invalid(f"{at}.action", action, "requires the backoffLimitPerIndex to be set")
        codes, conditions = rule.get("onExitCodes"), items(rule, "onPodConditions")
        if codes is not None:
            yield from _codes(codes, f"{at}.onExitCodes", known)
        for position, each in enumerate(conditions):
            kind = each.get("type") or ""
            here = f"{at}.onPodConditions[{position}].type"
            yield from (invalid(here, kind, problem) for problem in names.qualified(kind))
        if (codes is None) == (not conditions):
            detail = "specifying one of OnExitCodes and OnPodConditions is required"
            if codes is not None:
                detail = "specifying both OnExitCodes and OnPodConditions is not supported"
            yield FieldError(at, "FieldValueInvalid", f"Invalid value: {detail}")


def _codes(codes: Obj, at: str, known: set[str | None]) -> Iterator[FieldError]:
    operator, values = codes.get("operator") or "", items(codes, "values")
    if operator not in ("In", "NotIn"):
        yield unsupported(f"{at}.operator", operator, ["In", "NotIn"])
    if codes.get("containerName") is not None and codes["containerName"] not in known:
        detail = "must be one of the container or initContainer names in the pod template"
        yield invalid(f"{at}.containerName", codes["containerName"], detail)
    if not values:
        yield invalid(f"{at}.values", values, "at least one value is required")
    for position, value in enumerate(values):
        if operator == "In" and value == 0:
            yield invalid(f"{at}.values[{position}]", value, "must not be 0 for the In operator")


def success_policy(spec: Obj, path: str) -> Iterator[FieldError]:
    """Complaints about a job's policy for enough of its indexes."""
    policy = spec.get("successPolicy")
    if policy is None:
        return
    rules = items(policy, "rules")
    if spec.get("completionMode") != "Indexed":
        yield invalid(path, GoStruct({"Rules": rules}), "requires indexed completion mode")
        return
    if not rules:
        yield required(f"{path}.rules", "at least one rules must be specified when the successPolicy is specified")
    for index, rule in enumerate(rules):
        if rule.get("succeededCount") is None and rule.get("succeededIndexes") is None:
            detail = "at least one of succeededCount or succeededIndexes must be specified"
            yield required(f"{path}.rules[{index}]", detail)
