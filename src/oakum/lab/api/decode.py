"""A request's JSON into an object of its type, as Go's decoder and encoder leave it.

Unknown fields are collected and dropped, wrong types are refused with the decoder's message, and empty values go or
stay as `omitempty` makes them.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from oakum import gobase64
from oakum.gotime import parse_rfc3339
from oakum.lab.api import quantity
from oakum.lab.api.gojson import described
from oakum.lab.api.schema import Field, ListOf, MapOf, Ref, Scalar, Shape, Struct, resolved
from oakum.lab.store import Obj

_GO = {"s": "string", "b": "bool", "i": "int", "i32": "int32", "i64": "int64", "f": "float64", "byte": "[]uint8"}
_JSON: dict[str, type | tuple[type, ...]] = {"s": str, "b": bool, "f": (int, float)}
_LIMITS = {"i": 1 << 63, "i32": 1 << 31, "i64": 1 << 63}
_KEPT_TEXT = {
    "apiGroup", "appProtocol", "gmsaCredentialSpec", "gmsaCredentialSpecName", "holderIdentity", "ingressClassName",
    "loadBalancerClass", "preemptionPolicy", "runAsUserName", "runtimeClassName", "storageClassName", "timeZone",
    "volumeAttributesClassName",
}  # fmt: skip
"""Optional strings that are pointers in Go: empty is not the same as missing."""
_DROPPED_ZEROS = {
    "deprecated", "exclusiveMaximum", "exclusiveMinimum", "generation", "healthCheckNodePort", "hostIPC",
    "hostNetwork", "hostPID", "hostPort", "initialDelaySeconds", "minReadySeconds", "nodePort", "nullable", "number",
    "observedGeneration", "paused", "preserveUnknownFields", "publishNotReadyAddresses", "readOnly", "stdin",
    "stdinOnce", "tty", "uniqueItems", "unschedulable", "x-kubernetes-embedded-resource", "x-kubernetes-int-or-string",
}  # fmt: skip
"""Optional numbers and booleans that are plain values in Go: zero is the same as missing."""
_POINTERS_IN_STATUS = {"ready", "terminating", "terminatingReplicas", "collisionCount"}


_WRITTEN = {
    "availableReplicas", "currentHealthy", "currentMetrics", "deprecatedFirstTimestamp", "deprecatedLastTimestamp",
    "desiredHealthy", "disruptionsAllowed", "eventTime", "expectedPods", "firstTimestamp", "lastHeartbeatTime",
    "lastProbeTime", "lastTimestamp", "lastTransitionTime", "matchingPrecedence", "reportingComponent",
    "reportingInstance", "serviceName",
}  # fmt: skip
"""Optional fields that Go writes even when they are not set: plain times (as null), and values without `omitempty`."""


_WRITTEN_LISTS = {
    ("Role", "rules"), ("ClusterRole", "rules"), ("EndpointSlice", "endpoints"), ("CSINodeDriver", "topologyKeys"),
}  # fmt: skip
"""Optional lists without `omitempty`: empty is not the same as missing, and missing is null."""


class DecodeError(Exception):
    """The text after `cannot be handled as a …:`."""


@dataclass(slots=True)
class _Decoder:
    fill: bool = True
    unknown: list[str] = field(default_factory=list)

    def value(self, shape: Shape, value: Any, owner: str, go: str, path: str) -> Any:
        shape = resolved(shape)
        if isinstance(shape, Struct):
            return self.struct(shape, value, owner, go, path)
        if isinstance(shape, ListOf):
            return self.list(shape, value, owner, go, path)
        if isinstance(shape, MapOf):
            return self.map(shape, value, owner, go, path)
        return _scalar(shape.name, value, owner, go)

    def list(self, shape: ListOf, value: Any, owner: str, go: str, path: str) -> Any:
        if not isinstance(value, list):
            raise _mismatch(value, owner, go, _go_type(shape))
        zero = _zero(shape.item)
        return [
            zero if item is None and zero is not None else self.value(shape.item, item, owner, go, f"{path}[{index}]")
            for index, item in enumerate(value)
        ]

    def map(self, shape: MapOf, value: Any, owner: str, go: str, path: str) -> Any:
        if not isinstance(value, dict):
            raise _mismatch(value, owner, go, _go_type(shape))
        zero = _zero(shape.value)
        return {
            key: zero if item is None else self.value(shape.value, item, owner, go, f"{path}.{key}")
            for key, item in value.items()
        }

    def struct(self, shape: Struct, value: Any, owner: str, go: str, path: str) -> Obj:
        if not isinstance(value, dict):
            raise _mismatch(value, owner, go, _go_name(shape.name, package=True))
        name = shape.name.rpartition(".")[2]
        prefix = f"{path}." if path else ""
        decoded: Obj = {}
        for key, item in value.items():
            known = shape.fields.get(key)
            if known is None:
                self.unknown.append(prefix + key)
                if shape.open:
                    decoded[key] = item
            elif item is not None:
                inner = self.value(known.shape, item, name, f"{go}.{key}" if go else key, prefix + key)
                if not _omitted(known, inner, name):
                    decoded[key] = inner
        for known in shape.fields.values() if self.fill else ():
            if known.name not in decoded:
                self._fill(decoded, known, name)
        return decoded

    def _fill(self, decoded: Obj, known: Field, owner: str) -> None:
        """What Go writes for a value that was never set: zero for plain values, null for required lists."""
        shape = resolved(known.shape)
        plain = isinstance(shape, Scalar) and shape.name in _GO
        written = known.name in _WRITTEN and (known.has_default or not plain)
        if isinstance(shape, Struct) and known.has_default:
            decoded[known.name] = self.struct(shape, {}, "", "", "")
        elif isinstance(shape, ListOf | MapOf) and (known.required or (owner, known.name) in _WRITTEN_LISTS):
            decoded[known.name] = None
        elif known.name == "pathType":
            pass  # required, and a pointer in Go
        elif (known.required or written) and isinstance(shape, Scalar) and shape.name in _GO:
            decoded[known.name] = {"s": "", "b": False}.get(shape.name, None if shape.name == "byte" else 0)
        elif written:
            decoded[known.name] = None


def decode(shape: Struct, value: Any, fill: bool = True) -> tuple[Obj, list[str]]:
    """The object as its type holds it, and the paths of fields that the type does not have.

    `fill` adds the zero values that Go's encoder writes for missing fields. Raises DecodeError with the decoder's
    words when a value has the wrong JSON type.
    """
    decoder = _Decoder(fill)
    return decoder.struct(shape, value, "", "", ""), decoder.unknown


_KINDS = {"number": "int64", "array": "[]interface {}", "object": "map[string]interface {}"}


def conversion_problem(detail: str) -> str:
    """A complaint of the JSON decoder in the words of the converter that strategic merge patches go through."""
    found = re.fullmatch(r"json: cannot unmarshal (\w+).* of type (\S+)", detail)
    if found is None:
        return detail
    kind, wanted = _KINDS.get(found[1], found[1]), found[2]
    if wanted.startswith("[]"):
        return f"cannot restore slice from {kind}"
    if wanted.startswith("map["):
        return f"cannot restore map from {kind}"
    return f"cannot restore struct from: {kind}" if "." in wanted else f"cannot convert {kind} to {wanted}"


def _zero(shape: Shape) -> Any:
    """What Go's decoder leaves for a null inside a list or a map."""
    known = resolved(shape)
    if isinstance(known, Scalar):
        return {"s": "", "b": False, "i": 0, "i32": 0, "i64": 0, "f": 0}.get(known.name)
    return {} if isinstance(known, Struct | MapOf) else []


def _omitted(known: Field, value: Any, owner: str) -> bool:
    if known.required or (owner, known.name) in _WRITTEN_LISTS:
        return False
    if value == "" and isinstance(value, str):
        return known.name not in _KEPT_TEXT
    if isinstance(value, bool | int | float) and not value:
        in_status = owner.endswith("Status") and known.name not in _POINTERS_IN_STATUS and not isinstance(value, bool)
        return in_status or known.name in _DROPPED_ZEROS
    if value in ([], {}):
        return not isinstance(known.shape, Ref | Scalar)
    return False


def _scalar(kind: str, value: Any, owner: str, go: str) -> Any:
    if kind in ("s", "b", "f", *_LIMITS):
        _check(kind, value, owner, go)
    elif kind == "byte":
        _check_base64(value, owner, go)
    elif kind == "machinery.api.resource.Quantity":
        return _quantity(value)
    elif kind in ("meta.Time", "meta.MicroTime"):
        return _time(value, kind.endswith("MicroTime"))
    elif kind == "machinery.util.intstr.IntOrString" and (isinstance(value, bool) or not isinstance(value, int | str)):
        raise _mismatch(value, owner, go, "int32" if isinstance(value, bool | float) else "string")
    return value


def _check(kind: str, value: Any, owner: str, go: str) -> None:
    wanted: type | tuple[type, ...] = _JSON.get(kind, int)
    if not isinstance(value, wanted) or (isinstance(value, bool) and kind != "b"):
        raise _mismatch(value, owner, go, _GO[kind])
    if kind in _LIMITS and isinstance(value, int) and not -_LIMITS[kind] <= value < _LIMITS[kind]:
        raise _mismatch(value, owner, go, _GO[kind])


def _check_base64(value: Any, owner: str, go: str) -> None:
    if not isinstance(value, str):
        raise _mismatch(value, owner, go, _GO["byte"])
    try:
        gobase64.decode(value.encode("utf-8", "surrogateescape"))
    except ValueError as problem:
        raise DecodeError(str(problem)) from None


def _time(value: Any, micro: bool) -> str:
    if not isinstance(value, str):
        raise _mismatch(value, "", "", "string")
    try:
        moment = parse_rfc3339(value, micro=micro)
    except ValueError as problem:
        raise DecodeError(str(problem)) from None
    return moment.replace(tzinfo=None).isoformat(timespec="microseconds" if micro else "seconds") + "Z"


def _quantity(value: Any) -> str:
    try:
        return quantity.canonical(value if isinstance(value, str | int | float) else "x")
    except ValueError:
        raise DecodeError(f"quantities must match the regular expression '{quantity.PATTERN}'") from None


def _mismatch(value: Any, owner: str, path: str, go_type: str) -> DecodeError:
    where = f"Go struct field {owner}.{path}" if path else "Go value"
    return DecodeError(f"json: cannot unmarshal {described(value)} into {where} of type {go_type}")


def _go_type(shape: Shape) -> str:
    if isinstance(shape, ListOf):
        return f"[]{_go_type(shape.item)}"
    if isinstance(shape, MapOf):
        return f"map[string]{_go_type(shape.value)}"
    return _go_name(shape.name, package=True) if isinstance(shape, Ref | Struct) else _GO.get(shape.name, shape.name)


def _go_name(name: str, package: bool) -> str:
    head, _, kind = name.rpartition(".")
    module = head.rpartition(".")[2] if head != "meta" else "v1"
    return f"{module}.{kind}" if package and module else kind
