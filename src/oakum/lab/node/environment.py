"""A container's environment variables, command and arguments (Kubernetes core/v1: EnvVar, EnvFromSource)."""

import base64
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from oakum.lab.api.quantity import parse
from oakum.lab.node.capacity import capacity
from oakum.lab.node.errors import ConfigFailed
from oakum.lab.store import Obj

_REFERENCE = re.compile(r"\$(?:\$|\(([^()$\s][^()]*)\))")
_SUBSCRIPT = re.compile(r"(metadata\.(?:labels|annotations))\['(.*)'\]")
Find = Callable[[str, str], Obj | None]
"""Finds an object of the pod's namespace by resource (`configmaps`) and name."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where values come from: the pod, its addresses and node, and the objects of its namespace."""

    pod: Obj
    addresses: dict[str, str]
    find: Find

    def field(self, path: str) -> str:
        """The value of a `fieldRef`; raises ConfigFailed for a path that is not offered."""
        if path in self.addresses:
            return self.addresses[path]
        subscript = _SUBSCRIPT.fullmatch(path)
        if subscript:
            kind = subscript[1].rpartition(".")[2]
            return str((self.pod["metadata"].get(kind) or {}).get(subscript[2], ""))
        if path in ("metadata.labels", "metadata.annotations"):
            pairs = self.pod["metadata"].get(path.rpartition(".")[2]) or {}
            return "\n".join(f'{key}="{_escaped(value)}"' for key, value in sorted(pairs.items()))
        value: Any = self.pod
        for name in path.split("."):
            value = value.get(name) if isinstance(value, dict) else None
        if not isinstance(value, str):
            raise ConfigFailed(f"unsupported fieldPath: {path}")
        return value

    def data(self, kind: str, name: str, optional: bool) -> dict[str, bytes] | None:
        """The contents of a ConfigMap or Secret (`configmaps`, `secrets`); None when it is missing and optional."""
        found = self.find(kind, name)
        if found is None:
            if optional:
                return None
            raise ConfigFailed(f'{kind[:-1]} "{name}" not found')
        return contents(kind, found)


def contents(kind: str, obj: Obj) -> dict[str, bytes]:
    """The bytes of each key of a ConfigMap or Secret."""
    data = obj.get("data") or {}
    if kind == "secrets":
        return {key: base64.b64decode(value) for key, value in data.items()}
    binary = {key: base64.b64decode(value) for key, value in (obj.get("binaryData") or {}).items()}
    return {key: value.encode() for key, value in data.items()} | binary


def environment(
    container: dict[str, Any], image: list[str], services: Mapping[str, str], surroundings: Surroundings
) -> dict[str, str]:
    """The variables of a container, those of the image (`K=V`) and of Services below its own. Raises ConfigFailed."""
    found = dict(services)
    for pair in image:
        name, _, value = pair.partition("=")
        found[name] = value
    for source in container.get("envFrom") or []:
        found.update(_from(source, surroundings))
    for variable in container.get("env") or []:
        stated = _value(variable, found, container, surroundings)
        if stated is not None:
            found[variable["name"]] = stated
    return found


def expand(text: str, variables: Mapping[str, str]) -> str:
    """`$(NAME)` replaced by the variable's value where there is one; `$$` is a dollar sign."""

    def replacement(match: re.Match[str]) -> str:
        if match[0] == "$$":
            return "$"
        return variables.get(match[1], match[0])

    return _REFERENCE.sub(replacement, text)


def service_variables(services: list[Obj]) -> dict[str, str]:
    """The variables that tell a container of the Services in its namespace (Docker links and `*_SERVICE_*`)."""
    found: dict[str, str] = {}
    for service in services:
        address = service["spec"].get("clusterIP")
        if not address or address == "None" or not service["spec"].get("ports"):
            continue
        name = service["metadata"]["name"].upper().replace("-", "_").replace(".", "_")
        found |= dict(_service(name, address, service["spec"]["ports"]))
    return found


def _service(name: str, address: str, ports: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    yield f"{name}_SERVICE_HOST", address
    yield f"{name}_SERVICE_PORT", str(ports[0]["port"])
    for port in ports:
        if port.get("name"):
            yield f"{name}_SERVICE_PORT_{port['name'].upper().replace('-', '_')}", str(port["port"])
    for index, port in enumerate(ports):
        protocol, number = port.get("protocol", "TCP"), port["port"]
        url, prefix = f"{protocol.lower()}://{address}:{number}", f"{name}_PORT_{number}_{protocol}"
        if index == 0:
            yield f"{name}_PORT", url
        yield prefix, url
        yield f"{prefix}_PROTO", protocol.lower()
        yield f"{prefix}_PORT", str(number)
        yield f"{prefix}_ADDR", address


def _from(source: dict[str, Any], surroundings: Surroundings) -> dict[str, str]:
    prefix = source.get("prefix", "")
    for field, kind in (("configMapRef", "configmaps"), ("secretRef", "secrets")):
        if field in source:
            found = surroundings.data(kind, source[field]["name"], bool(source[field].get("optional")))
            return {prefix + key: value.decode("utf-8", "surrogateescape") for key, value in (found or {}).items()}
    return {}


def _value(
    variable: dict[str, Any], found: Mapping[str, str], container: dict[str, Any], surroundings: Surroundings
) -> str | None:
    source = variable.get("valueFrom")
    if not source:
        return expand(variable.get("value") or "", found)
    if "fieldRef" in source:
        return surroundings.field(source["fieldRef"]["fieldPath"])
    if "resourceFieldRef" in source:
        return resource_value(source["resourceFieldRef"], container)
    for field, kind in (("configMapKeyRef", "configmaps"), ("secretKeyRef", "secrets")):
        if field in source:
            return _key(kind, source[field], surroundings)
    return None


def _key(kind: str, reference: dict[str, Any], surroundings: Surroundings) -> str | None:
    optional = bool(reference.get("optional"))
    data = surroundings.data(kind, reference["name"], optional)
    value = (data or {}).get(reference["key"])
    if value is None:
        if optional:
            return None
        namespace = surroundings.pod["metadata"]["namespace"]
        label = {"configmaps": "ConfigMap", "secrets": "Secret"}[kind]
        raise ConfigFailed(f"couldn't find key {reference['key']} in {label} {namespace}/{reference['name']}")
    return value.decode("utf-8", "surrogateescape")


def resource_value(reference: dict[str, Any], container: dict[str, Any]) -> str:
    """The value of a `resourceFieldRef` of a container: in bytes or whole cores, divided and rounded up.

    Without a limit of its own a container has that of the node.
    """
    kind, _, name = reference["resource"].partition(".")
    stated = ((container.get("resources") or {}).get(kind) or {}).get(name)
    if stated is None:
        stated = capacity().get(name, "0") if kind == "limits" else "0"
    divisor = parse(reference.get("divisor") or "1") or 1
    return str(math.ceil(parse(stated) / divisor))


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
