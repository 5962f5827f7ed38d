"""Objects that are somebody else's (kapp spec, section 2.5)."""
from __future__ import annotations

from collections.abc import Sequence

from oakum.deploy.app.listing import list_apps
from oakum.deploy.app.recorded import IS_APP
from oakum.deploy.diff.change import EXISTS_ANNOTATION, NOOP_ANNOTATION
from oakum.deploy.errors import InputError
from oakum.deploy.resource import Resource
from oakum.errors import OakumError
from oakum.kube.client import Client


def check_owner(existing: Sequence[Resource], new: Sequence[Resource], key: str, value: str, client: Client,
                namespace: str, allowed: Sequence[str] = ()) -> None:
    """No wanted object may carry the label of another application, but for those that are `allowed`.

    Raises InputError that lists those that do.
    """
    asked = {r.key for r in new if EXISTS_ANNOTATION not in r.annotations and NOOP_ANNOTATION not in r.annotations}
    taken = [r for r in existing if r.key in asked and key in r.labels and r.labels[key] != value]
    if not taken:
        return
    try:
        names = {app.meta.label_value: app.name for app in list_apps(client, namespace)}
    except OakumError:
        names = {}
    problems = []
    for r in taken:
        label = f"'{key}={r.labels[key]}'"
        owner = names.get(r.labels[key])
        if owner in allowed:
            continue
        whose = (f"a different app '{owner}' namespace: {namespace} (label {label})" if owner
                 else f"a different label {label}")
        problems.append(f"- Resource '{r.description}' is already associated with {whose}")
    if problems:
        raise InputError("Ownership errors:\n" + "\n".join(problems))


def check_not_records(existing: Sequence[Resource]) -> None:
    """Applications' own records are not to be deployed over or deleted. Raises InputError."""
    problems = [f"- Resource '{r.description}' has a disallowed label '{IS_APP}'" for r in existing
                if IS_APP in r.labels]
    if problems:
        raise InputError("Disallowed labels errors:\n" + "\n".join(problems))
