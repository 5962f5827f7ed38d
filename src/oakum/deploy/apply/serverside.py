"""Server-side apply: one write, fields owned by their managers (Kubernetes: "Server-Side Apply").

Conflicts with another manager are not forced: they are explained with both managers, the fields, and where we set them.
Fields that the two-write way set before, of this program or the reference, are taken over: what is not wanted any more
goes.
"""
from __future__ import annotations

import re

from oakum.dataclass import dataclass
from oakum.deploy.apply.managed import as_applied
from oakum.deploy.cluster import Cluster, ServerError, outgoing
from oakum.deploy.diff.change import Change
from oakum.deploy.diff.history import MANAGER, record_of_owned
from oakum.deploy.errors import ApplyError
from oakum.deploy.resource import Resource

ROUNDS = 10
_OWNER = re.compile(r'conflict with "([^"]*)"')


@dataclass(frozen=True)
class ServerSide:
    """Applies through `cluster`."""

    cluster: Cluster

    def apply(self, change: Change) -> Resource:
        """Create or update in one write. Raises ApplyError that explains conflicts, ServerError."""
        wanted = change.applied or change.resource
        body = outgoing(wanted)
        if isinstance(body["metadata"]["annotations"], dict):  # else the server shall say what is wrong with them
            body["metadata"]["annotations"] |= record_of_owned(wanted)
        target = change.new or wanted
        if change.existing is not None:
            self._take_over(change.existing)
        # Unknown fields are refused all the same; only looking for repeated ones, for which the server reads the body
        # once more, is left out.
        query = {"fieldManager": MANAGER, "force": "false", "fieldValidation": "Ignore"}
        try:
            return self.cluster.patch(target, body, "apply", query)
        except ServerError as e:
            if e.api is None or e.api.code != 409:
                raise
            raise ApplyError(_explained(target, e)) from e

    def _take_over(self, there: Resource) -> None:
        """Declare what we wrote by updates as applied. A further write, once for an object."""
        for _ in range(ROUNDS):
            entries = as_applied(there.metadata.get("managedFields"), MANAGER)
            if entries is None:
                return
            version = there.metadata.get("resourceVersion")
            steps = [{"op": "replace", "path": "/metadata/managedFields", "value": entries},
                     {"op": "replace", "path": "/metadata/resourceVersion", "value": version}]
            try:
                self.cluster.patch(there, steps, "json")
                return
            except ServerError as e:
                if e.api is None or not e.api.conflict:
                    raise
                there = self.cluster.get(there)


def _explained(target: Resource, error: ServerError) -> str:
    assert error.api is not None
    lines = []
    for field, message in error.api.field_causes():
        owner = next(iter(_OWNER.findall(message)), "another manager")
        where = target.origin.locate(field.lstrip(".")) if target.origin is not None else None
        ours = f"we ('{MANAGER}') set it in {where}" if where and where.whole else f"we ('{MANAGER}') set it"
        lines.append(f"- {field.lstrip('.')}: owned by '{owner}', {ours}")
    return (f"{error}\n" + "\n".join(lines) + "\nLeave the field out of your configuration to let the other manager "
            "have it, or take it over once with 'kubectl apply --server-side --force-conflicts'")
