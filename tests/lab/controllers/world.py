"""A cluster whose controllers run in the test's thread, with a node that says what the test wants it to say."""

from typing import Any

from oakum.lab.api.clock import stamp
from oakum.lab.api.cluster import Cluster
from oakum.lab.controllers import standard
from oakum.lab.store import Obj


class World:
    """Creates objects, lets the controllers settle, and plays the node."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.manager = standard(cluster, "CA")
        node = {"metadata": {"name": "one"}, "spec": {}}
        self.create("nodes", node, "")
        ready = {"conditions": [{"type": "Ready", "status": "True"}]}
        cluster.store.mutate("nodes", "one", "", lambda obj: obj.update(status=ready))

    def settle(self) -> None:
        """Let all controllers finish what is due."""
        self.manager.settle()

    def create(self, key: str, body: Obj, namespace: str = "default") -> Obj:
        return self.cluster.create(self.cluster.resource(key), body, namespace)

    def patch(self, key: str, name: str, patch: Obj) -> Obj:
        return self.cluster.patch(self.cluster.resource(key), name, patch, "merge", "default")[0]

    def delete(self, key: str, name: str, **options: Any) -> None:
        from oakum.lab.api.calls import DeleteOptions

        self.cluster.delete(self.cluster.resource(key), name, "default", DeleteOptions(**options))

    def all(self, key: str, namespace: str = "default") -> list[Obj]:
        return self.cluster.store.list(key, namespace).items

    def get(self, key: str, name: str, namespace: str = "default") -> Obj:
        return self.cluster.store.get(key, name, namespace)

    def names(self, key: str) -> list[str]:
        return [obj["metadata"]["name"] for obj in self.all(key)]

    def run_pods(self, phase: str = "Running", ready: bool = True) -> None:
        """Play the node once: new pods run, deleted pods go."""
        for pod in self.all("pods", ""):
            metadata = pod["metadata"]
            if metadata.get("deletionTimestamp"):
                self.cluster.store.delete("pods", metadata["name"], metadata["namespace"])
            elif pod["status"]["phase"] == "Pending" and pod["spec"].get("nodeName"):
                self._report(pod, phase, ready)
        self.settle()

    def _report(self, pod: Obj, phase: str, ready: bool) -> None:
        number = int(pod["metadata"]["resourceVersion"]) % 250
        now = stamp(self.cluster.now())

        def change(obj: Obj) -> None:
            conditions = [each for each in obj["status"].get("conditions", []) if each["type"] != "Ready"]
            state = {"type": "Ready", "status": str(ready), "lastTransitionTime": now}
            obj["status"] |= {"phase": phase, "podIP": f"127.97.0.{number}", "conditions": [*conditions, state]}

        self.cluster.store.mutate("pods", pod["metadata"]["name"], pod["metadata"]["namespace"], change)


def deployment(name: str = "web", replicas: int = 2, image: str = "web:1", **spec: Any) -> Obj:
    labels = {"app": name}
    containers = [{"name": "c", "image": image, "ports": [{"name": "http", "containerPort": 8080}]}]
    template = {"metadata": {"labels": labels}, "spec": {"containers": containers}}
    body = {"replicas": replicas, "selector": {"matchLabels": labels}, "template": template, **spec}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": body}
