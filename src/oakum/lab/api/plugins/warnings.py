"""Warnings about fields that are valid and probably not what was meant."""

import base64
from collections.abc import Callable, Iterator

from oakum.lab.api import names
from oakum.lab.api.admission import Operation
from oakum.lab.api.plugins.gates import pod_spec_of
from oakum.lab.api.rules.values import amount, items
from oakum.lab.store import Obj, Store


def _service(obj: Obj) -> Iterator[str]:
    if items(obj["spec"], "externalIPs"):
        yield "spec.externalIPs is deprecated and may no longer be implemented in some clusters"
    if obj["spec"].get("externalName") and obj["spec"].get("type") != "ExternalName":
        yield 'spec.externalName is ignored when spec.type is not "ExternalName"'
    if obj["spec"].get("trafficDistribution") == "PreferClose":
        yield 'spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"'


def _slice(obj: Obj) -> Iterator[str]:
    if obj.get("addressType") == "FQDN":
        yield "spec.addressType: FQDN endpoints are deprecated"


def _ingress(obj: Obj) -> Iterator[str]:
    if "kubernetes.io/ingress.class" in (obj["metadata"].get("annotations") or {}):
        yield (
            'annotation "kubernetes.io/ingress.class" is deprecated, please use \'spec.ingressClassName\' instead'
        )


def _volume(obj: Obj) -> Iterator[str]:
    if obj["spec"].get("persistentVolumeReclaimPolicy") == "Recycle":
        told = "Instead, the recommended approach is to use dynamic provisioning."
        yield f"spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. {told}"


def _secret(obj: Obj) -> Iterator[str]:
    """What is no certificate in a Secret for TLS; whether a key fits is not looked at."""
    certificate = base64.b64decode((obj.get("data") or {}).get("tls.crt") or "")
    if obj.get("type") == "kubernetes.io/tls" and b"-----BEGIN " not in certificate:
        yield "tls: failed to find any PEM data in certificate input"


def _quota(obj: Obj) -> Iterator[str]:
    hard = obj["spec"].get("hard") or {}
    for name in ("cpu", "memory"):
        wanted, most = hard.get(f"requests.{name}"), hard.get(f"limits.{name}")
        if wanted is not None and most is not None and amount(wanted) > amount(most):
            yield f"ResourceQuota requests.{name} ({wanted}) should be less than limits.{name} ({most})"


def _driver(obj: Obj) -> Iterator[str]:
    if items(obj["spec"], "tokenRequests") and obj["spec"].get("serviceAccountTokenInSecrets") is None:
        yield (
            "spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true to prevent "
            "possible logging of tokens in volume attributes"
        )


def _pod_spec(spec: Obj, path: str) -> Iterator[str]:
    secrets = items(spec, "imagePullSecrets")
    yield from _repeated(secrets, f"{path}.imagePullSecrets")
    for index, secret in enumerate(secrets):
        if not secret.get("name"):
            yield f'{path}.imagePullSecrets[{index}].name: invalid empty name ""'
    for volume in items(spec, "volumes"):
        sources = items(volume.get("projected"), "sources")
        if sources and not any(sources):
            yield f'volume "{volume.get("name")}" (Projected) has no sources provided'
    for key in ("initContainers", "containers"):
        for index, container in enumerate(items(spec, key)):
            yield from _container(container, f"{path}.{key}[{index}]")
    ports = [
        (f"{path}.{key}[{index}].ports[{position}]", port)
        for key in ("initContainers", "containers")
        for index, container in enumerate(items(spec, key))
        for position, port in enumerate(items(container, "ports"))
    ]
    yield from _ports(ports)


def _repeated(found: list[Obj], path: str) -> Iterator[str]:
    names = [each.get("name") or "" for each in found]
    for index, name in enumerate(names):
        if name in names[:index]:
            yield f'{path}[{index}].name: duplicate name "{name}"'


def _container(container: Obj, path: str) -> Iterator[str]:
    names = [each.get("name") for each in items(container, "env")]
    for index, name in enumerate(names):
        if name in names[:index]:
            yield f'{path}.env[{index}]: hides previous definition of "{name}", which may be dropped when using apply'
    for key in ("limits", "requests"):
        for name in ("memory", "ephemeral-storage"):
            value = ((container.get("resources") or {}).get(key) or {}).get(name)
            if value is not None and amount(value) % 1:
                fault = f'fractional byte value "{value}" is invalid, must be an integer'
                yield f"{path}.resources.{key}[{name}]: {fault}"


def _ports(found: list[tuple[str, Obj]]) -> Iterator[str]:
    """Ports that are there twice, but for those that a host's address tells apart."""
    seen: dict[tuple[object, ...], str] = {}
    for path, port in found:
        host = (port.get("hostPort") or 0, port.get("hostIP") or "")
        if host[1] and not host[0]:
            shown = f"Name:{port.get('name') or ''} HostPort:0 ContainerPort:{port.get('containerPort')}"
            shown = f"{{{shown} Protocol:{port.get('protocol')} HostIP:{host[1]}}}"
            yield f"{path}: hostIP set without hostPort: {shown}"
        key = (port.get("containerPort"), port.get("protocol"), *host)
        if key in seen:
            yield f"{path}: duplicate port definition with {seen[key]}"
        seen.setdefault(key, path)


_NAMED_AFTER = (
    "pods", "replicationcontrollers", "deployments.apps", "replicasets.apps", "jobs.batch", "cronjobs.batch",
)  # fmt: skip
_SURPRISING = (
    "this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended"
)
_ENDLESS = "a negative value retains all historical revisions; a value >= 0 is recommended"
_CHECKS: dict[str, Callable[[Obj], Iterator[str]]] = {
    "ingresses.networking.k8s.io": _ingress,
    "persistentvolumes": _volume,
    "secrets": _secret,
    "services": _service,
    "endpointslices.discovery.k8s.io": _slice,
    "resourcequotas": _quota,
    "csidrivers.storage.k8s.io": _driver,
}


def warn_of_fields(store: Store, operation: Operation) -> None:
    """Add the warnings of the object's kind to the answer."""
    if operation.verb not in ("CREATE", "UPDATE") or operation.subresource:
        return
    key, name = operation.resource.key, operation.obj["metadata"].get("name") or ""
    if key in _NAMED_AFTER and (problems := names.label(name)):
        operation.options.warn(f"metadata.name: {_SURPRISING}: [{' '.join(problems)}]")
    if key == "statefulsets.apps" and (operation.obj["spec"].get("revisionHistoryLimit") or 0) < 0:
        operation.options.warn(f"spec.revisionHistoryLimit: {_ENDLESS}")
    check = _CHECKS.get(key)
    pods = pod_spec_of(key, operation.obj)
    for text in _pod_spec(pods[1], pods[0]) if pods else check(operation.obj) if check else ():
        operation.options.warn(text)
