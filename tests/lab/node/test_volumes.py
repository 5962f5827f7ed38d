"""A pod's volumes."""

import os
import time
from pathlib import Path

import pytest

from oakum.lab import Lab

from .conftest import Cluster, delete, waiting


def test_volumes_show_maps_and_secrets_and_share_an_empty_folder(cluster: Cluster) -> None:
    cluster.create("configmaps", "map", data={"key": "from map"})
    volumes = [{"name": "map", "configMap": {"name": "map"}}, {"name": "shared", "emptyDir": {}}]
    mounts = [{"name": "map", "mountPath": "/map"}, {"name": "shared", "mountPath": "/shared"}]
    first = {"name": "first", "image": cluster.image, "args": ["put", "/shared/file", "from init"], "volumeMounts": mounts}
    spec = {"volumes": volumes, "initContainers": [first]}
    assert cluster.output("shared", "show", "/shared/file", volumeMounts=mounts, spec=spec) == "from init"
    assert cluster.output("map", "show", "/map/key", volumeMounts=mounts, spec=spec) == "from map"
    read_only = [{"name": "map", "mountPath": "/map", "readOnly": True}]
    cluster.pod("write", "put", "/map/key", "x", volumeMounts=read_only, spec={"volumes": volumes})
    cluster.phase("write", "Failed")


def test_a_claim_outlives_the_pod_that_wrote_it(cluster: Cluster) -> None:
    claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Mi"}}}
    cluster.create("persistentvolumeclaims", "data", spec=claim)
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]
    mounts = [{"name": "data", "mountPath": "/data"}]
    assert cluster.output("writer", "put", "/data/file", "kept", volumeMounts=mounts, spec={"volumes": volumes}) == ""
    delete(cluster, "writer", grace=0)
    shown = cluster.output("reader", "show", "/data/file", volumeMounts=mounts, spec={"volumes": volumes})
    assert shown == "kept"


def test_a_folder_of_the_host_is_not_mounted(cluster: Cluster) -> None:
    mounts = [{"name": "host", "mountPath": "/host"}]
    spec = {"volumes": [{"name": "host", "hostPath": {"path": "/etc"}}]}
    cluster.pod("curious", "show", "/host/passwd", volumeMounts=mounts, spec=spec)
    cluster.until(lambda pod: waiting(pod).get("reason") == "ContainerCreating", "curious")
    delete(cluster, "curious")
    cluster.gone("curious")


def test_a_config_map_that_changes_is_seen_by_the_running_container(cluster: Cluster) -> None:
    made = cluster.create("configmaps", "map", data={"key": "old"})
    volumes = {"volumes": [{"name": "map", "configMap": {"name": "map"}}]}
    cluster.pod("web", volumeMounts=[{"name": "map", "mountPath": "/map"}], spec=volumes)
    cluster.ready("web")
    uid = cluster.get("web")["metadata"]["uid"]
    name = made["metadata"]["name"]
    cluster.lab.cluster.store.mutate("configmaps", name, "default", lambda obj: obj.update(data={"key": "new"}))
    shown = cluster.lab.folder.node / "pods" / uid / "volumes" / "map" / "key"
    for _ in range(200):
        if shown.read_text() == "new":
            return
        time.sleep(0.02)
    raise AssertionError(shown.read_text())


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user's containers have one user and one group")
def test_volumes_are_for_the_group_that_the_pod_asks_for(cluster: Cluster) -> None:
    cluster.create("secrets", "secret", stringData={"key": "from secret"}, type="Opaque")
    claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Mi"}}}
    cluster.create("persistentvolumeclaims", "data", spec=claim)
    volumes = [
        {"name": "secret", "secret": {"secretName": "secret", "defaultMode": 0o400, "items": [{"key": "key", "path": "a/b"}]}},
        {"name": "data", "persistentVolumeClaim": {"claimName": "data"}},
        {"name": "empty", "emptyDir": {}},
    ]
    mounts = [
        {"name": "secret", "mountPath": "/secret"},
        {"name": "data", "mountPath": "/data"},
        {"name": "empty", "mountPath": "/below", "subPath": "a/b"},
    ]
    spec = {"volumes": volumes, "securityContext": {"runAsUser": 1000, "runAsGroup": 2000, "fsGroup": 3000}}
    options = {"volumeMounts": mounts, "spec": spec}
    assert cluster.output("reads", "show", "/secret/a/b", **options) == "from secret"
    assert cluster.output("writes", "put", "/below/file", "x", **options) == ""
    assert cluster.output("keeps", "put", "/data/file", "x", **options) == ""
    folder = next((cluster.lab.folder.node / "volumes").iterdir())
    first = folder.stat().st_uid
    assert ((folder / "file").stat().st_uid, (folder / "file").stat().st_gid) == (first + 1000, first + 3000)


def test_a_volume_shows_the_pods_own_fields(cluster: Cluster) -> None:
    items = [
        {"path": "labels", "fieldRef": {"fieldPath": "metadata.labels"}},
        {"path": "name", "fieldRef": {"fieldPath": "metadata.name"}},
        {"path": "cpu", "resourceFieldRef": {"containerName": "main", "resource": "limits.cpu", "divisor": "1m"}},
    ]
    container = {
        "name": "main",
        "image": cluster.image,
        "args": ["sleep"],
        "resources": {"limits": {"cpu": "250m"}},
        "volumeMounts": [{"name": "down", "mountPath": "/down"}],
    }
    spec = {"containers": [container], "volumes": [{"name": "down", "downwardAPI": {"items": items}}]}
    spec |= {"imagePullSecrets": [{"name": "login"}], "terminationGracePeriodSeconds": 0}
    cluster.create("pods", "shown", metadata={"labels": {"b": "2", "a": "1"}}, spec=spec)
    uid = cluster.ready("shown")["metadata"]["uid"]
    folder = cluster.lab.folder.node / "pods" / uid / "volumes" / "down"
    assert {item["path"]: (folder / item["path"]).read_text() for item in items} == {
        "labels": 'a="1"\nb="2"',
        "name": "shown",
        "cpu": "250",
    }


@pytest.mark.lab(runtime="simulated")
def test_a_pod_goes_also_when_some_of_its_files_have_to_stay(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(folder: Path) -> None:
        raise PermissionError(1, "Operation not permitted", str(folder))

    monkeypatch.setattr("oakum.lab.node.pods.remove_tree", refuse)
    cluster = Cluster(lab)
    cluster.pod("web")
    cluster.ready("web")
    delete(cluster, "web")
    cluster.gone("web")
