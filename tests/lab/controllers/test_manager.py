import threading
from collections.abc import Mapping

import pytest

from oakum.errors import LabError
from oakum.lab.api.cluster import Cluster
from oakum.lab.controllers.manager import Key, Keys, Manager, itself
from oakum.lab.store import Obj


class Counting:
    """A controller that counts, and fails as often as it is told."""

    def __init__(self, failures: int = 0) -> None:
        self.seen: list[Key] = []
        self.done = threading.Event()
        self._failures = failures

    @property
    def watches(self) -> Mapping[str, Keys]:
        return {"configmaps": itself}

    def reconcile(self, key: Key) -> float | None:
        self.seen.append(key)
        if self._failures:
            self._failures -= 1
            raise LabError("not yet")
        self.done.set()
        return None


def create(cluster: Cluster, name: str) -> None:
    cluster.create(cluster.resource("configmaps"), {"metadata": {"name": name}}, "default")


def test_it_starts_with_what_is_there_and_follows_what_comes(cluster: Cluster) -> None:
    create(cluster, "a")
    counting = Counting()
    with Manager(cluster, [counting]):
        assert counting.done.wait(5)
        counting.done.clear()
        create(cluster, "b")
        assert counting.done.wait(5)
    assert counting.seen == [("default", "a"), ("default", "b")]


def test_a_failure_is_tried_again(cluster: Cluster) -> None:
    create(cluster, "a")
    counting = Counting(failures=2)
    with Manager(cluster, [counting]):
        assert counting.done.wait(5)
    assert len(counting.seen) == 3


def test_controllers_that_never_settle_are_noticed(cluster: Cluster) -> None:
    class Restless(Counting):
        def reconcile(self, key: Key) -> float | None:
            def change(obj: Obj) -> None:
                obj["data"] = {"n": obj["metadata"]["resourceVersion"]}

            cluster.store.mutate("configmaps", key[1], key[0], change)
            return None

    create(cluster, "a")
    with pytest.raises(LabError, match="do not settle"):
        Manager(cluster, [Restless()]).settle(steps=50)
