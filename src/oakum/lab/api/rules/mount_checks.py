"""Validation of where a container has its volumes, with the messages of the real server."""

from collections.abc import Iterator, Mapping

from oakum.lab.api.rules.values import items, one_of
from oakum.lab.api.status import FieldError, forbidden, invalid, not_found_value, required
from oakum.lab.store import Obj

_PROPAGATION = ("Bidirectional", "HostToContainer", "None")
_BLOCK = "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode"


def mounts(spec: Obj, path: str, volumes: Mapping[str, Obj]) -> Iterator[FieldError]:
    """Complaints about a container's mounts and block devices; `volumes` are its pod's, by name."""
    found, devices = items(spec, "volumeMounts"), items(spec, "volumeDevices")
    yield from _mounts(spec, f"{path}.volumeMounts", volumes)
    yield from _devices(devices, f"{path}.volumeDevices", volumes, found)


def relative(text: str, path: str) -> list[FieldError]:
    """Complaints about a path that could lead out of its folder."""
    errors = [invalid(path, text, "must be a relative path")] if text.startswith("/") else []
    return [*errors, invalid(path, text, "must not contain '..'")] if ".." in text.split("/") else errors


def _mounts(spec: Obj, path: str, volumes: Mapping[str, Obj]) -> Iterator[FieldError]:
    taken: set[str] = set()
    named = {each.get("name") or "" for each in items(spec, "volumeDevices")}
    placed = {each.get("devicePath") or "" for each in items(spec, "volumeDevices")}
    for index, mount in enumerate(items(spec, "volumeMounts")):
        at, name, place = f"{path}[{index}]", mount.get("name") or "", mount.get("mountPath") or ""
        if not name:
            yield required(f"{at}.name")
        if name not in volumes:
            yield not_found_value(f"{at}.name", name)
        if not place:
            yield required(f"{at}.mountPath")
        if place in taken:
            yield invalid(f"{at}.mountPath", place, "must be unique")
        if name in named:
            yield invalid(f"{at}.name", name, "must not already exist in volumeDevices")
        if place in placed:
            yield invalid(f"{at}.mountPath", place, "must not already exist as a path in volumeDevices")
        taken.add(place)
        if mount.get("subPath"):
            yield from relative(mount["subPath"], f"{path}.subPath")
        if mount.get("subPathExpr"):
            if mount.get("subPath"):
                detail = "subPathExpr and subPath are mutually exclusive"
                yield invalid(f"{at}.subPathExpr", mount["subPathExpr"], detail)
            yield from relative(mount["subPathExpr"], f"{path}.subPathExpr")
        yield from _reach(mount, path, bool((spec.get("securityContext") or {}).get("privileged")))


def _reach(mount: Obj, path: str, privileged: bool) -> Iterator[FieldError]:
    """Complaints about what a mount shares with its host (the real server leaves out which mount it is)."""
    propagation, recursive = mount.get("mountPropagation"), mount.get("recursiveReadOnly")
    yield from one_of(mount, "mountPropagation", path, _PROPAGATION)
    if propagation == "Bidirectional" and not privileged:
        detail = "Bidirectional mount propagation is available only to privileged containers"
        yield forbidden(f"{path}.mountPropagation", detail)
    yield from one_of(mount, "recursiveReadOnly", path, ("Disabled", "Enabled", "IfPossible"))
    if recursive in ("Enabled", "IfPossible"):
        if not mount.get("readOnly"):
            yield forbidden(f"{path}.recursiveReadOnly", "may only be specified when readOnly is true")
        if propagation not in (None, "None"):
            detail = "may only be specified when mountPropagation is None or not specified"
            yield forbidden(f"{path}.recursiveReadOnly", detail)


def _devices(
    devices: list[Obj], path: str, volumes: Mapping[str, Obj], mounted: list[Obj]
) -> Iterator[FieldError]:
    names, places = ({each.get(key) or "" for each in mounted} for key in ("name", "mountPath"))
    seen: dict[str, set[str]] = {"name": set(), "devicePath": set()}
    for index, each in enumerate(devices):
        at, name, place = f"{path}[{index}]", each.get("name") or "", each.get("devicePath") or ""
        volume = volumes.get(name)
        if not name:
            yield required(f"{at}.name")
        if name in seen["name"]:
            yield invalid(f"{at}.name", name, "must be unique")
        if volume is not None and not {"persistentVolumeClaim", "ephemeral"} & set(volume):
            yield invalid(f"{at}.name", name, _BLOCK)
        if volume is None:
            yield not_found_value(f"{at}.name", name)
        if not place:
            yield required(f"{at}.devicePath")
        elif place in seen["devicePath"]:
            yield invalid(f"{at}.devicePath", place, "must be unique")
        elif ".." in place.split("/"):
            yield invalid(f"{at}.devicePath", place, "can not contain backsteps ('..')")
        seen["name"].add(name)
        seen["devicePath"].add(place)
        if name in names:
            yield invalid(f"{at}.name", name, "must not already exist in volumeMounts")
        if place in places:
            yield invalid(f"{at}.devicePath", place, "must not already exist as a path in volumeMounts")
