"""Validation of a pod's volumes, with the messages of the real server."""

from collections.abc import Callable, Iterable, Iterator

from oakum.lab.api import names
from oakum.lab.api.rules.claim_checks import claim_spec
from oakum.lab.api.rules.environment_checks import field_path
from oakum.lab.api.rules.mount_checks import relative
from oakum.lab.api.rules.resource_checks import field as resource_field
from oakum.lab.api.rules.values import amount, items, named, one_of, required_text
from oakum.lab.api.status import FieldError, duplicate, forbidden, invalid, required, unsupported
from oakum.lab.store import Obj

_NEEDED: dict[str, tuple[str, ...]] = {
    "azureDisk": ("diskName", "diskURI"),
    "azureFile": ("secretName", "shareName"),
    "cephfs": ("monitors",),
    "cinder": ("volumeID",),
    "configMap": ("name",),
    "csi": ("driver",),
    "ephemeral": ("volumeClaimTemplate",),
    "gitRepo": ("repository",),
    "glusterfs": ("endpoints", "path"),
    "hostPath": ("path",),
    "image": ("reference",),
    "iscsi": ("targetPortal", "iqn"),
    "nfs": ("server", "path"),
    "persistentVolumeClaim": ("claimName",),
    "rbd": ("monitors", "image"),
    "secret": ("secretName",),
}
"""What each kind of volume cannot do without."""
_HOST = ("", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket")
_FIELDS = {"metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"}
_MODE = "must be a number between 0 and 0777 (octal), both inclusive"


def volumes(found: list[Obj], path: str) -> list[FieldError]:
    """Complaints about volumes."""
    errors: list[FieldError] = []
    seen: set[str] = set()
    for index, volume in enumerate(found):
        at, name = f"{path}[{index}]", volume.get("name") or ""
        kinds = [key for key in volume if key != "name"]
        errors += [forbidden(f"{at}.{kind}", "may not specify more than 1 volume type") for kind in kinds[1:]]
        if kinds:
            errors += source(kinds[0], volume[kinds[0]] or {}, f"{at}.{kinds[0]}")
        errors += [error for kind in kinds[1:] for error in _missing(kind, volume[kind] or {}, f"{at}.{kind}")]
        problems = named(names.label, name, f"{at}.name")
        errors += problems or ([duplicate(f"{at}.name", name)] if name in seen else [])
        seen.add(name)
    return errors


def _missing(kind: str, source: Obj, at: str) -> list[FieldError]:
    return required_text(source, at, *_NEEDED.get(kind, ()))


def source(kind: str, spec: Obj, at: str) -> Iterator[FieldError]:
    """Complaints about where a volume of a pod, or of the cluster, is."""
    yield from _missing(kind, spec, at)
    if kind in ("configMap", "secret"):
        yield from _mode(spec, "defaultMode", at)
        yield from _keys(spec, at)
    elif kind in _SOURCES:
        yield from _SOURCES[kind](spec, at)


def _empty(source: Obj, at: str) -> Iterator[FieldError]:
    if amount(source.get("sizeLimit")) < 0:
        yield forbidden(f"{at}.sizeLimit", "SizeLimit field must be a valid resource quantity")


def _host(source: Obj, at: str) -> Iterator[FieldError]:
    if ".." in (source.get("path") or "").split("/"):
        yield invalid(f"{at}.path", source["path"], "must not contain '..'")
    yield from one_of(source, "type", at, _HOST)


def _nfs(source: Obj, at: str) -> Iterator[FieldError]:
    path = source.get("path") or ""
    if not path.startswith("/"):
        yield invalid(f"{at}.path", path, "must be an absolute path")


def _driver(source: Obj, at: str) -> Iterator[FieldError]:
    name = source.get("driver")
    if name:
        yield from (invalid(f"{at}.driver", name, problem) for problem in names.subdomain(name.lower()))
    if source.get("nodePublishSecretRef") is not None:
        yield from required_text(source["nodePublishSecretRef"], f"{at}.nodePublishSecretRef", "name")


def _image(source: Obj, at: str) -> list[FieldError]:
    return one_of(source, "pullPolicy", at, ("Always", "IfNotPresent", "Never"))


def _channel(source: Obj, at: str) -> Iterator[FieldError]:
    if bool(items(source, "targetWWNs")) == bool(items(source, "wwids")):
        yield required(f"{at}.targetWWNs", "must specify either targetWWNs or wwids, but not both")


def _disk(source: Obj, at: str) -> Iterator[FieldError]:
    if not (source.get("diskURI") or "").startswith("https://"):
        known = "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd"
        yield unsupported(f"{at}.diskURI", source.get("diskURI") or "", [known])


def _ephemeral(source: Obj, at: str) -> Iterator[FieldError]:
    made = source.get("volumeClaimTemplate")
    if made is None:
        return
    at, metadata = f"{at}.volumeClaimTemplate", made.get("metadata") or {}
    yield from names.check_annotations(metadata.get("annotations"), f"{at}.metadata.annotations")
    yield from names.check_labels(metadata.get("labels"), f"{at}.metadata.labels")
    for key in ("name", "generateName", "namespace", "finalizers", "ownerReferences"):
        if metadata.get(key):
            yield forbidden(f"{at}.metadata.{key}", "cannot be set")
    yield from claim_spec(made.get("spec") or {}, f"{at}.spec")


def _downward(source: Obj, at: str) -> Iterator[FieldError]:
    yield from _mode(source, "defaultMode", at)
    yield from _fields(source, at)


def _projected(source: Obj, at: str) -> Iterator[FieldError]:
    yield from _mode(source, "defaultMode", at)
    taken: set[str] = set()
    for index, each in enumerate(items(source, "sources")):
        here = f"{at}.sources[{index}]"
        kinds = [kind for kind, value in each.items() if value is not None]
        yield from (forbidden(here, "may not specify more than 1 volume type per source") for _ in kinds[1:])
        for kind in ("secret", "configMap"):
            if each.get(kind) is not None:
                yield from required_text(each[kind], f"{here}.{kind}", "name")
                yield from _keys(each[kind], f"{here}.{kind}")
        if each.get("downwardAPI") is not None:
            yield from _fields(each["downwardAPI"], f"{here}.downwardAPI")
        if each.get("serviceAccountToken") is not None:
            yield from _token(each["serviceAccountToken"], at, here)
        for path, owner in _places(each):
            if path in taken:
                yield invalid(at, owner, "conflicting duplicate paths")
            taken.add(path)


def _token(token: Obj, at: str, here: str) -> Iterator[FieldError]:
    seconds = token.get("expirationSeconds") or 0
    if seconds < 600:
        detail = "may not specify a duration less than 10 minutes"
        yield invalid(f"{here}.serviceAccountToken.expirationSeconds", seconds, detail)
    yield from relative(token["path"], f"{at}.path") if token.get("path") else [required(f"{here}.path")]


def _places(each: Obj) -> Iterator[tuple[str, str]]:
    """The paths of the files of one source of a projection, with the name of what they come from."""
    for kind in ("secret", "configMap", "downwardAPI"):
        source = each.get(kind) or {}
        for item in items(source, "items"):
            if item.get("path"):
                yield item["path"], source.get("name") or ""
    token = (each.get("serviceAccountToken") or {}).get("path")
    if token:
        yield token, ""


_SOURCES: dict[str, Callable[[Obj, str], Iterable[FieldError]]] = {
    "azureDisk": _disk,
    "csi": _driver,
    "downwardAPI": _downward,
    "emptyDir": _empty,
    "ephemeral": _ephemeral,
    "fc": _channel,
    "hostPath": _host,
    "image": _image,
    "nfs": _nfs,
    "projected": _projected,
}


def _mode(source: Obj, key: str, at: str) -> list[FieldError]:
    value = source.get(key)
    return [invalid(f"{at}.{key}", value, _MODE)] if value is not None and not 0 <= value <= 0o777 else []


def _keys(source: Obj, at: str) -> list[FieldError]:
    errors: list[FieldError] = []
    for index, item in enumerate(items(source, "items")):
        here = f"{at}.items[{index}]"
        errors += [] if item.get("key") else [required(f"{here}.key")]
        errors += relative(item["path"], f"{here}.path") if item.get("path") else [required(f"{here}.path")]
        errors += _mode(item, "mode", here)
    return errors


def _fields(source: Obj, at: str) -> list[FieldError]:
    errors: list[FieldError] = []
    for item in items(source, "items"):
        errors += relative(item["path"], f"{at}.path") if item.get("path") else [required(f"{at}.path")]
        if item.get("fieldRef") is not None:
            errors += field_path(item["fieldRef"], f"{at}.fieldRef", _FIELDS)
        elif item.get("resourceFieldRef") is not None:
            errors += resource_field(item["resourceFieldRef"], f"{at}.resourceFieldRef", container=False)
        else:
            errors.append(required(at, "one of fieldRef and resourceFieldRef is required"))
        errors += _mode(item, "mode", at)
    return errors
