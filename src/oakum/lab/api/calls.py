"""Who asks, and how: what every verb of the API takes beside its object."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from oakum.lab.api.status import FieldError, bad_request, unprocessable, unsupported


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated user."""

    name: str
    groups: tuple[str, ...] = ()
    uid: str = ""

    @property
    def is_master(self) -> bool:
        """Whether no rule limits this user."""
        return "system:masters" in self.groups


SYSTEM = Caller("system:apiserver", ("system:masters",))


@dataclass(frozen=True, slots=True)
class Options:
    """The options of a write, and where its warnings go.

    `repeated` are the paths of fields that the body states twice; `through` is the subresource by which a whole object
    is changed, under which the caller owns its fields.
    """

    caller: Caller = SYSTEM
    manager: str = "oakum-lab"
    dry_run: bool = False
    validation: str = "Ignore"
    force: bool = False
    warnings: list[str] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)
    through: str = ""

    def warn(self, message: str) -> None:
        """Add a warning for the client, once."""
        if message not in self.warnings:
            self.warnings.append(message)


@dataclass(frozen=True, slots=True)
class DeleteOptions:
    """`meta/v1.DeleteOptions`: grace in seconds, preconditions, and what happens to dependents."""

    grace: int | None = None
    uid: str = ""
    version: str = ""
    propagation: str = ""
    dry_run: bool = False


_POLICIES = ("Foreground", "Background", "Orphan")


def delete_options(body: dict[str, Any], query: Callable[[str], str]) -> DeleteOptions:
    """From a request's body or, where that says nothing, its query; raises ApiError 422 for values out of range."""
    grace = body.get("gracePeriodSeconds")
    if grace is None and query("gracePeriodSeconds"):
        grace = _number(query("gracePeriodSeconds"))
    policy = body.get("propagationPolicy") or query("propagationPolicy")
    errors: list[FieldError] = []
    orphan = body.get("orphanDependents")
    if orphan is None and query("orphanDependents"):
        orphan = query("orphanDependents") == "true"
    if policy and orphan is not None:
        both = "orphanDependents and deletionPropagation cannot be both set"
        errors.append(FieldError("propagationPolicy", "FieldValueInvalid", f'Invalid value: "{policy}": {both}'))
    elif policy and policy not in _POLICIES:
        errors.append(unsupported("propagationPolicy", policy, [*_POLICIES, "nil"]))
    if errors:
        raise unprocessable("DeleteOptions", "meta.k8s.io", "", errors)
    if not policy and orphan is not None:
        policy = "Orphan" if orphan else "Background"
    conditions = body.get("preconditions") or {}
    dry = body.get("dryRun") or ([query("dryRun")] if query("dryRun") else [])
    uid, version = conditions.get("uid") or "", conditions.get("resourceVersion") or ""
    return DeleteOptions(grace, uid, version, policy, dry_run(dry, "DeleteOptions"))


def dry_run(values: list[str], options: str) -> bool:
    """Whether a request is a rehearsal; raises ApiError 422 for anything but `All`."""
    if any(value != "All" for value in values):
        raise unprocessable(options, "meta.k8s.io", "", [unsupported("dryRun", values, ["All"])])
    return bool(values)


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise bad_request(f'strconv.ParseInt: parsing "{text}": invalid syntax') from None
