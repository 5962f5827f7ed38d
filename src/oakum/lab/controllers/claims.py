"""PersistentVolumeClaims: bound to a volume that fits, or to a new local folder of the default storage class."""

from collections.abc import Mapping
from pathlib import Path

from oakum.lab.api import clock
from oakum.lab.api.bootstrap import PROVISIONER
from oakum.lab.api.calls import DeleteOptions, Options
from oakum.lab.api.cluster import Cluster
from oakum.lab.api.rules.values import amount
from oakum.lab.controllers.manager import Key, Keys, itself
from oakum.lab.store import Obj

_CLAIMS, _VOLUMES = "persistentvolumeclaims", "persistentvolumes"
_PROTECTION = "kubernetes.io/pvc-protection"
_OPTIONS = Options(manager="kube-controller-manager")


class Claims:
    """Binds claims, releases volumes, and lets deleted claims go when no pod uses them."""

    def __init__(self, cluster: Cluster, folder: Path | None) -> None:
        self._cluster = cluster
        self._folder = folder

    @property
    def watches(self) -> Mapping[str, Keys]:
        """Claims, volumes (by their claim), and pods (by the claims that they use)."""
        return {_CLAIMS: itself, _VOLUMES: self._of_volume, "pods": _of_pod}

    def _of_volume(self, volume: Obj) -> list[Key]:
        bound = volume["spec"].get("claimRef")
        waiting = [key for claim in self._cluster.store.list(_CLAIMS).items for key in itself(claim) if _waits(claim)]
        return [*waiting, *([(bound["namespace"], bound["name"])] if bound else []), ("", volume["metadata"]["name"])]

    def reconcile(self, key: Key) -> None:
        """Take the next step for a claim, or (with an empty namespace) for a volume."""
        if not key[0]:
            self._release(key[1])
            return
        claim = self._cluster.store.find(_CLAIMS, key[1], key[0])
        if claim is None:
            self._release_all(key)
        elif claim["metadata"].get("deletionTimestamp"):
            if not self._is_used(key):
                self._cluster.remove_finalizer(self._cluster.resource(_CLAIMS), claim, _PROTECTION)
        elif _waits(claim):
            volume = self._fitting(claim) or self._provisioned(claim)
            if volume is not None:
                self._bind(claim, volume)

    def _is_used(self, key: Key) -> bool:
        return any(key in _of_pod(pod) for pod in self._cluster.store.list("pods", key[0]).items)

    def _fitting(self, claim: Obj) -> Obj | None:
        """The smallest volume that a claim can have."""
        spec = claim["spec"]
        wanted = amount(spec["resources"]["requests"]["storage"])
        fitting = [
            volume
            for volume in self._cluster.store.list(_VOLUMES).items
            if _is_free(volume, claim)
            and (not spec.get("volumeName") or spec["volumeName"] == volume["metadata"]["name"])
            and (volume["spec"].get("storageClassName") or "") == (spec.get("storageClassName") or "")
            and set(spec["accessModes"]) <= set(volume["spec"]["accessModes"])
            and amount(volume["spec"]["capacity"]["storage"]) >= wanted
        ]
        return min(fitting, key=lambda volume: amount(volume["spec"]["capacity"]["storage"]), default=None)

    def _provisioned(self, claim: Obj) -> Obj | None:
        spec, metadata = claim["spec"], claim["metadata"]
        chosen = self._cluster.store.find("storageclasses.storage.k8s.io", spec.get("storageClassName") or "")
        if chosen is None or chosen["provisioner"] != PROVISIONER or self._folder is None or spec.get("volumeName"):
            return None
        name = f"pvc-{metadata['uid']}"
        path = self._folder / name
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(0o777)
        body = {
            "metadata": {"name": name, "annotations": {"pv.kubernetes.io/provisioned-by": PROVISIONER}},
            "spec": {
                "accessModes": spec["accessModes"],
                "capacity": {"storage": spec["resources"]["requests"]["storage"]},
                "hostPath": {"path": str(path), "type": "DirectoryOrCreate"},
                "persistentVolumeReclaimPolicy": chosen.get("reclaimPolicy", "Delete"),
                "storageClassName": chosen["metadata"]["name"],
                "volumeMode": spec.get("volumeMode", "Filesystem"),
            },
        }
        return self._cluster.create(self._cluster.resource(_VOLUMES), body, "", _OPTIONS)

    def _bind(self, claim: Obj, volume: Obj) -> None:
        metadata = claim["metadata"]
        pointer = {"apiVersion": "v1", "kind": "PersistentVolumeClaim"}
        pointer |= {key: metadata[key] for key in ("name", "namespace", "uid", "resourceVersion")}

        def bind_volume(obj: Obj) -> None:
            obj["spec"]["claimRef"] = pointer
            obj["status"] = self._volume_status("Bound")

        def bind_claim(obj: Obj) -> None:
            obj["spec"]["volumeName"] = volume["metadata"]["name"]
            notes = obj["metadata"].setdefault("annotations", {})
            notes["pv.kubernetes.io/bind-completed"] = "yes"
            modes, capacity = volume["spec"]["accessModes"], volume["spec"]["capacity"]
            obj["status"] = {"phase": "Bound", "accessModes": modes, "capacity": capacity}

        self._cluster.store.mutate(_VOLUMES, volume["metadata"]["name"], "", bind_volume)
        self._cluster.store.mutate(_CLAIMS, metadata["name"], metadata["namespace"], bind_claim)

    def _volume_status(self, phase: str) -> Obj:
        return {"phase": phase, "lastPhaseTransitionTime": clock.stamp(self._cluster.now())}

    def _release_all(self, key: Key) -> None:
        for volume in self._cluster.store.list(_VOLUMES).items:
            bound = volume["spec"].get("claimRef") or {}
            if (bound.get("namespace"), bound.get("name")) == key:
                self._release(volume["metadata"]["name"])

    def _release(self, name: str) -> None:
        """A volume without its claim is released, and deleted when its class says so; a new one is available."""
        volume = self._cluster.store.find(_VOLUMES, name)
        if volume is None:
            return
        if volume["metadata"].get("deletionTimestamp"):
            self._cluster.remove_finalizer(self._cluster.resource(_VOLUMES), volume, "kubernetes.io/pv-protection")
            return
        bound = volume["spec"].get("claimRef")
        phase = "Available" if not (bound or {}).get("uid") else volume["status"]["phase"]
        claim = self._cluster.store.find(_CLAIMS, bound["name"], bound["namespace"]) if bound else None
        if bound and bound.get("uid") and (claim is None or claim["metadata"]["uid"] != bound["uid"]):
            phase = "Released"
        if phase != volume["status"].get("phase"):
            changed = {**volume, "status": self._volume_status(phase)}
            self._cluster.update(self._cluster.resource(_VOLUMES), name, changed, "", _OPTIONS, "status")
        if phase == "Released" and volume["spec"]["persistentVolumeReclaimPolicy"] == "Delete":
            self._delete_folder(volume)
            self._cluster.delete(self._cluster.resource(_VOLUMES), name, "", DeleteOptions())

    def _delete_folder(self, volume: Obj) -> None:
        """Remove a provisioned folder; never anything outside the lab's own."""
        import shutil

        path = Path((volume["spec"].get("hostPath") or {}).get("path", ""))
        if self._folder is not None and path.parent == self._folder and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)


def _waits(claim: Obj) -> bool:
    return claim["status"].get("phase") == "Pending" and not claim["metadata"].get("deletionTimestamp")


def _is_free(volume: Obj, claim: Obj) -> bool:
    bound = volume["spec"].get("claimRef")
    if bound is None:
        return not volume["metadata"].get("deletionTimestamp")
    metadata = claim["metadata"]
    same = (bound["namespace"], bound["name"]) == (metadata["namespace"], metadata["name"])
    return same and bound.get("uid") in (None, "", metadata["uid"])


def _of_pod(pod: Obj) -> list[Key]:
    namespace = pod["metadata"]["namespace"]
    claims = [each.get("persistentVolumeClaim") for each in pod["spec"].get("volumes") or []]
    return [(namespace, claim["claimName"]) for claim in claims if claim]
