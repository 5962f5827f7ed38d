"""A pod's volumes as folders below its own, ready to be mounted (Kubernetes core/v1: Volume)."""

import os
import shutil
import stat
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oakum.lab.files import make_passable
from oakum.lab.node.environment import Surroundings, resource_value
from oakum.lab.node.errors import ConfigFailed

_MODE = 0o644
_UPDATABLE = ("configMap", "secret", "projected", "downwardAPI")

Files = dict[str, tuple[bytes, int]]
"""Content and mode by path inside a volume."""

TokenFor = Callable[[dict[str, Any]], str]
"""A service account token for a `serviceAccountToken` projection of the pod."""


@dataclass(frozen=True, slots=True)
class Volumes:
    """Makes the volumes of one pod.

    `folder` holds them; `claims` the folders of PersistentVolumes by name; `first_id` is the owner outside of user 0.
    """

    folder: Path
    claims: Path
    surroundings: Surroundings
    token: TokenFor
    authority: bytes
    first_id: int = 0

    def make(self) -> dict[str, Path]:
        """The folder (or file) of each volume of the pod, by its name. Raises ConfigFailed when a source is missing."""
        return {volume["name"]: self._make(volume) for volume in self.surroundings.pod["spec"].get("volumes") or []}

    def refresh(self) -> None:
        """Bring the volumes whose sources may change up to date; a source that is gone leaves them as they are."""
        for volume in self.surroundings.pod["spec"].get("volumes") or []:
            if any(kind in volume for kind in _UPDATABLE):
                self._make(volume)

    def _make(self, volume: dict[str, Any]) -> Path:
        folder: Path = self.folder / volume["name"]
        if "persistentVolumeClaim" in volume:
            return self._claim(volume["persistentVolumeClaim"]["claimName"])
        if "hostPath" in volume:
            raise ConfigFailed(f'volume "{volume["name"]}": this lab mounts no folders of the host (hostPath)')
        files = self._files(volume)
        if files is None:
            self._folder(folder, 0o777)
        else:
            self._folder(folder, 0o755)
            publish(folder, files, self._own)
        return folder

    def _files(self, volume: dict[str, Any]) -> Files | None:
        """What a volume of files holds; None for a folder to write in."""
        if "configMap" in volume:
            source = volume["configMap"]
            return self._from_object("configmaps", {**source, "name": source["name"]}, source.get("defaultMode"))
        if "secret" in volume:
            source = volume["secret"]
            return self._from_object("secrets", {**source, "name": source["secretName"]}, source.get("defaultMode"))
        if "downwardAPI" in volume:
            return self._downward(volume["downwardAPI"], volume["downwardAPI"].get("defaultMode"))
        if "projected" in volume:
            return self._projected(volume["projected"])
        if "emptyDir" in volume or "ephemeral" in volume:
            return None
        kinds = ", ".join(kind for kind in volume if kind != "name") or "none"
        raise ConfigFailed(f'volume "{volume["name"]}": this lab has no volumes of the kind {kinds}')

    def _projected(self, projected: dict[str, Any]) -> Files:
        files: Files = {}
        mode = projected.get("defaultMode")
        for source in projected.get("sources") or []:
            if "configMap" in source:
                files |= self._from_object("configmaps", source["configMap"], mode)
            elif "secret" in source:
                files |= self._from_object("secrets", source["secret"], mode)
            elif "downwardAPI" in source:
                files |= self._downward(source["downwardAPI"], mode)
            elif "serviceAccountToken" in source:
                token = source["serviceAccountToken"]
                files[token["path"]] = (self.token(token).encode(), mode or _MODE)
        return files

    def _from_object(self, kind: str, source: dict[str, Any], mode: int | None) -> Files:
        name, optional = source["name"], bool(source.get("optional"))
        if kind == "configmaps" and name == "kube-root-ca.crt" and self.surroundings.find(kind, name) is None:
            data: dict[str, bytes] | None = {"ca.crt": self.authority}
        else:
            data = self.surroundings.data(kind, name, optional)
        if data is None:
            return {}
        if not source.get("items"):
            return {key: (value, mode or _MODE) for key, value in data.items()}
        files: Files = {}
        for item in source["items"]:
            if item["key"] in data:
                files[_inside(item["path"])] = (data[item["key"]], item.get("mode") or mode or _MODE)
            elif not optional:
                raise ConfigFailed(f"references non-existent {kind[:-1]} key: {item['key']}")
        return files

    def _downward(self, source: dict[str, Any], mode: int | None) -> Files:
        files: Files = {}
        for item in source.get("items") or []:
            if "fieldRef" in item:
                text = self.surroundings.field(item["fieldRef"]["fieldPath"])
            else:
                text = resource_value(item["resourceFieldRef"], self._container(item["resourceFieldRef"]))
            files[_inside(item["path"])] = (text.encode(), item.get("mode") or mode or _MODE)
        return files

    def _container(self, reference: dict[str, Any]) -> dict[str, Any]:
        name = reference.get("containerName")
        containers: list[dict[str, Any]] = self.surroundings.pod["spec"]["containers"]
        return next((each for each in containers if each["name"] == name), containers[0])

    def _claim(self, name: str) -> Path:
        claim = self.surroundings.find("persistentvolumeclaims", name)
        if claim is None:
            raise ConfigFailed(f'persistentvolumeclaim "{name}" not found')
        volume = claim["spec"].get("volumeName")
        if not volume or (claim.get("status") or {}).get("phase") != "Bound":
            raise ConfigFailed(f'persistentvolumeclaim "{name}" is not bound to a volume')
        folder: Path = self.claims / volume
        if not folder.is_dir() or folder.stat().st_uid < self.first_id:
            # Nobody in a container may have had it yet.
            self._folder(folder, 0o777)
        self._share(folder)
        return folder

    def _folder(self, folder: Path, mode: int) -> None:
        make_passable(folder, folder.parent.parent)
        folder.chmod(mode)
        self._own(folder)

    @property
    def _group(self) -> int | None:
        """The pod's `fsGroup`, as root can give it."""
        context = self.surroundings.pod["spec"].get("securityContext") or {}
        return context.get("fsGroup") if os.geteuid() == 0 else None

    def _own(self, path: Path) -> None:
        """Make a fresh file or folder the containers' user 0's, and readable for the group that the pod asks for."""
        if self.first_id or self._group is not None:
            os.chown(path, self.first_id, self.first_id + (self._group or 0), follow_symlinks=False)
        if self._group is not None:
            path.chmod(stat.S_IMODE(path.stat().st_mode) | (0o2550 if path.is_dir() else 0o440))

    def _share(self, folder: Path) -> None:
        """Let the pod's group read and write a folder that may have files already, with all below."""
        if self._group is None:
            return
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, -1, self.first_id + self._group, follow_symlinks=False)
            if not path.is_symlink():
                path.chmod(stat.S_IMODE(path.stat().st_mode) | (0o2770 if path.is_dir() else 0o660))


def publish(folder: Path, files: Files, own: Callable[[Path], None]) -> None:
    """Show `files` in `folder` all at once, as a kubelet does: links through `..data` to a folder that is replaced."""
    current = folder / "..data"
    if current.is_symlink() and _same(folder / os.readlink(current), files):
        return
    version = folder / f"..{uuid.uuid4().hex}"
    version.mkdir()
    version.chmod(0o755)
    own(version)
    for path, (content, mode) in files.items():
        place = version / path
        place.parent.mkdir(parents=True, exist_ok=True)
        for above in list(place.parents)[: len(Path(path).parts) - 1]:
            above.chmod(0o755)
            own(above)
        place.write_bytes(content)
        place.chmod(mode)
        own(place)
    old = folder / os.readlink(current) if current.is_symlink() else None
    fresh = folder / "..data_tmp"
    fresh.symlink_to(version.name)
    fresh.replace(current)
    shown = {path.split("/")[0] for path in files}
    for name in shown:
        if not (folder / name).is_symlink():
            (folder / name).symlink_to(f"..data/{name}")
    for link in folder.iterdir():
        if not link.name.startswith("..") and link.name not in shown:
            link.unlink()
    if old is not None:
        shutil.rmtree(old)


def _same(folder: Path, files: Files) -> bool:
    present = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
    return present.keys() == files.keys() and all(present[name].read_bytes() == files[name][0] for name in files)


def _inside(path: str) -> str:
    """A path of an item, which the API server has checked too. Raises ConfigFailed when it would leave the volume."""
    if path.startswith("/") or ".." in path.split("/"):
        raise ConfigFailed(f"the path {path} leads out of its volume")
    return path
