"""A Job's rules about its pods: which failures count, and which successes are enough.

Kubernetes batch/v1: PodFailurePolicy, SuccessPolicy.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from oakum.lab.store import Obj

COUNT, IGNORE, FAIL_JOB, FAIL_INDEX = "Count", "Ignore", "FailJob", "FailIndex"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a failed pod means for its Job: an action of PodFailurePolicy, and why."""

    action: str
    message: str = ""


def verdict(job: Obj, pod: Obj) -> Verdict:
    """By the first rule that a failed pod matches; a failure that none matches counts."""
    for number, rule in enumerate((job["spec"].get("podFailurePolicy") or {}).get("rules") or []):
        matched = next(_matches(rule, pod), "")
        if matched:
            return Verdict(rule["action"], f"{matched} matching {rule['action']} rule at index {number}")
    return Verdict(COUNT)


def success(job: Obj, done: Iterable[int]) -> str:
    """Why the indexes that are done are enough; the empty text when no rule says so."""
    succeeded = set(done)
    for number, rule in enumerate((job["spec"].get("successPolicy") or {}).get("rules") or []):
        counted = succeeded
        if "succeededIndexes" in rule:
            wanted = set(indexes(rule["succeededIndexes"]))
            counted = succeeded & wanted
            needed = rule.get("succeededCount", len(wanted))
        else:
            needed = rule["succeededCount"]
        if len(counted) >= needed:
            return f"Matched rules at index {number}"
    return ""


def indexes(text: str) -> Iterator[int]:
    """The numbers of `0,2-4`."""
    for part in filter(None, text.split(",")):
        first, _, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)


def _matches(rule: Obj, pod: Obj) -> Iterator[str]:
    """What of a pod a rule is about."""
    name = f"{pod['metadata']['namespace']}/{pod['metadata']['name']}"
    status = pod.get("status") or {}
    wanted = rule.get("onExitCodes")
    if wanted:
        for each in [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]:
            code = (each.get("state") or {}).get("terminated", {}).get("exitCode", 0)
            meant = code and wanted.get("containerName") in (None, each["name"])
            if meant and (code in wanted["values"]) == (wanted["operator"] == "In"):
                yield f"Container {each['name']} for pod {name} failed with exit code {code}"
        return
    conditions = {(each["type"], each["status"]) for each in status.get("conditions") or []}
    for condition in rule.get("onPodConditions") or []:
        if (condition["type"], condition.get("status", "True")) in conditions:
            yield f"Pod {name} has condition {condition['type']}"
