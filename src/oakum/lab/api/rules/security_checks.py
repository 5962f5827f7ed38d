"""Validation of security contexts, of containers and of whole pods, with the messages of the real server."""

import re
from collections.abc import Iterator

from oakum.lab.api.gojson import GoStruct, go_struct
from oakum.lab.api.rules.values import items, one_of
from oakum.lab.api.status import FieldError, duplicate, forbidden, invalid, required, unsupported
from oakum.lab.store import Obj

_ID = "must be between 0 and 2147483647, inclusive"
_PROFILES = ("Localhost", "RuntimeDefault", "Unconfined")
_CONTEXT = (
    "Capabilities", "Privileged", "SELinuxOptions", "WindowsOptions", "RunAsUser", "RunAsGroup", "RunAsNonRoot",
    "ReadOnlyRootFilesystem", "AllowPrivilegeEscalation", "ProcMount", "SeccompProfile", "AppArmorProfile",
)  # fmt: skip
_PARTS = {
    "Capabilities": ("Add", "Drop"),
    "WindowsOptions": ("GMSACredentialSpecName", "GMSACredentialSpec", "RunAsUserName", "HostProcess"),
    "SeccompProfile": ("Type", "LocalhostProfile"),
    "AppArmorProfile": ("Type", "LocalhostProfile"),
    "SELinuxOptions": ("User", "Role", "Type", "Level"),
}
_SYSCTL = r"^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$"
_WINDOWS = ("gmsaCredentialSpecName", "gmsaCredentialSpec", "runAsUserName")


def pod_context(spec: Obj, path: str) -> Iterator[FieldError]:
    """Complaints about a pod's security context, and what it shares with its host."""
    context = spec.get("securityContext") or {}
    yield from _shared(spec, path)
    at = f"{path}.securityContext"
    yield from _ids(context, at, "fsGroup", "runAsUser", "runAsGroup")
    for index, group in enumerate(items(context, "supplementalGroups")):
        yield from _ids({f"supplementalGroups[{index}]": group}, at, f"supplementalGroups[{index}]")
    if spec.get("shareProcessNamespace") and spec.get("hostPID"):
        detail = "ShareProcessNamespace and HostPID cannot both be enabled"
        yield invalid(f"{at}.shareProcessNamespace", True, detail)
    if spec.get("hostUsers") is False:
        for key, shown in (("hostNetwork", "hostNetwork"), ("hostPID", "HostPID"), ("hostIPC", "HostIPC")):
            if spec.get(key):
                yield forbidden(f"{path}.{shown}", "when `hostUsers` is false")
    yield from _sysctls(items(context, "sysctls"), f"{at}.sysctls")
    yield from one_of(context, "fsGroupChangePolicy", at, ("Always", "OnRootMismatch"))
    yield from _profile(context, "seccompProfile", at)
    yield from _windows(context, at)
    yield from _profile(context, "appArmorProfile", at)
    yield from one_of(context, "supplementalGroupsPolicy", at, ("Merge", "Strict"))
    yield from one_of(context, "seLinuxChangePolicy", at, ("Recursive",))


def context(found: Obj, path: str, pod: Obj) -> Iterator[FieldError]:
    """Complaints about the security context of a container of a pod."""
    yield from _ids(found, path, "runAsUser", "runAsGroup")
    mount = found.get("procMount")
    if mount is not None and mount not in ("Default", "Unmasked"):
        yield unsupported(f"{path}.procMount", mount, ["Default", "Unmasked"])
    elif mount == "Unmasked" and pod.get("hostUsers") is not False:
        yield invalid(f"{path}.procMount", mount, "`hostUsers` must be false to use `Unmasked`")
    yield from _profile(found, "seccompProfile", path)
    if found.get("allowPrivilegeEscalation") is False:
        shown, detail = go_struct(found, *_CONTEXT), "cannot set `allowPrivilegeEscalation` to false and `{}` to true"
        for name, fields in _PARTS.items():
            shown[name] = go_struct(shown[name], *fields) if shown[name] is not None else None
        if found.get("privileged"):
            yield invalid(path, shown, detail.format("privileged"))
        if "CAP_SYS_ADMIN" in items(found.get("capabilities"), "add"):
            raised = detail.replace("`{}` to true", "`capabilities.Add` CAP_SYS_ADMIN")
            yield invalid(path, shown, raised)
    yield from _windows(found, path)
    yield from _profile(found, "appArmorProfile", path)


def _shared(spec: Obj, path: str) -> Iterator[FieldError]:
    """Complaints about ports of the host: those of a pod in the host's network are its own."""
    if not spec.get("hostNetwork"):
        return
    for key in ("containers", "initContainers"):
        for index, each in enumerate(items(spec, key)):
            for position, port in enumerate(items(each, "ports")):
                host, at = port.get("hostPort") or 0, f"{path}.{key}[{index}].ports[{position}].hostPort"
                if host != port.get("containerPort"):
                    yield invalid(at, host, "must match `containerPort` when `hostNetwork` is true")


def _ids(found: Obj, path: str, *keys: str) -> Iterator[FieldError]:
    for key in keys:
        if not 0 <= (found.get(key) or 0) <= 2147483647:
            yield invalid(f"{path}.{key}", found[key], _ID)


def _sysctls(found: list[Obj], path: str) -> Iterator[FieldError]:
    seen: set[str] = set()
    for index, each in enumerate(found):
        at, name = f"{path}[{index}].name", each.get("name") or ""
        if not name:
            yield required(at)
        elif len(name) > 253 or not re.match(_SYSCTL, name):
            yield invalid(at, name, f"must have at most 253 characters and match regex {_SYSCTL}")
        elif name in seen:
            yield duplicate(at, name)
        seen.add(name)


def _profile(found: Obj, key: str, path: str) -> Iterator[FieldError]:
    profile = found.get(key)
    if profile is None:
        return
    at, kind, local = f"{path}.{key}", profile.get("type") or "", profile.get("localhostProfile")
    word = "seccomp" if key == "seccompProfile" else "AppArmor"
    if not kind:
        yield required(f"{at}.type", f"type is required when {key} is set")
    elif kind not in _PROFILES:
        yield unsupported(f"{at}.type", kind, _PROFILES)
    if kind == "Localhost" and not local:
        yield required(f"{at}.localhostProfile", f"must be set when {word} type is Localhost")
    elif kind != "Localhost" and local is not None:
        shown = GoStruct({"Type": kind, "LocalhostProfile": local}) if word == "seccomp" else local
        yield invalid(f"{at}.localhostProfile", shown, f"can only be set when {word} type is Localhost")


def _windows(found: Obj, path: str) -> Iterator[FieldError]:
    options = found.get("windowsOptions") or {}
    for key in _WINDOWS:
        if options.get(key) == "":
            yield invalid(f"{path}.windowsOptions.{key}", "", f"{key} cannot be an empty string")
