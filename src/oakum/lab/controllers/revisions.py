"""ControllerRevisions: the templates that a StatefulSet or DaemonSet has had."""

from oakum.lab.api.calls import DeleteOptions, Options
from oakum.lab.api.cluster import Cluster
from oakum.lab.api.kinds import Resource
from oakum.lab.controllers.owning import owned, reference
from oakum.lab.controllers.rollout import template_hash
from oakum.lab.store import Obj, clone

_KEY = "controllerrevisions.apps"
_OPTIONS = Options(manager="kube-controller-manager")


class Revisions:
    """Records the templates of one kind's objects under names made from their hash."""

    def __init__(self, cluster: Cluster, resource: Resource) -> None:
        self._cluster = cluster
        self._resource = resource

    def of(self, owner: Obj) -> str:
        """The name of the revision with the owner's template; recorded when it is new."""
        mark = template_hash(owner["spec"]["template"])
        name = f"{owner['metadata']['name']}-{mark}"
        known = owned(self._cluster.store, _KEY, owner)
        highest = max((each["revision"] for each in known), default=0)
        found = next((each for each in known if each["metadata"]["name"] == name), None)
        if found is None:
            self._create(owner, name, highest + 1)
        elif found["revision"] < highest:
            metadata = found["metadata"]
            self._cluster.store.mutate(
                _KEY, metadata["name"], metadata["namespace"], lambda obj: obj.update(revision=highest + 1)
            )
        return name

    def _create(self, owner: Obj, name: str, number: int) -> None:
        template = {**clone(owner["spec"]["template"]), "$patch": "replace"}
        labels = {**((owner["spec"]["template"].get("metadata") or {}).get("labels") or {})}
        labels["controller.kubernetes.io/hash"] = name.rpartition("-")[2]
        body = {
            "apiVersion": "apps/v1",
            "kind": "ControllerRevision",
            "metadata": {"name": name, "labels": labels, "ownerReferences": [reference(self._resource, owner)]},
            "data": {"spec": {"template": template}},
            "revision": number,
        }
        self._cluster.create(self._cluster.resource(_KEY), body, owner["metadata"]["namespace"], _OPTIONS)

    def template(self, owner: Obj, name: str) -> Obj:
        """The template that a revision recorded; the owner's present one when the revision is gone."""
        found = self._cluster.store.find(_KEY, name, owner["metadata"]["namespace"])
        if found is None:
            present: Obj = owner["spec"]["template"]
            return present
        return {key: value for key, value in found["data"]["spec"]["template"].items() if key != "$patch"}

    def clean(self, owner: Obj, used: set[str]) -> None:
        """Delete the oldest revisions beyond the owner's history limit."""
        known = sorted(owned(self._cluster.store, _KEY, owner), key=lambda each: int(each["revision"]))
        idle = [each for each in known if each["metadata"]["name"] not in used]
        for each in idle[: max(0, len(idle) - owner["spec"].get("revisionHistoryLimit", 10))]:
            metadata = each["metadata"]
            resource = self._cluster.resource(_KEY)
            self._cluster.delete(resource, metadata["name"], metadata["namespace"], DeleteOptions())
