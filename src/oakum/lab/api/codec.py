"""A request's body into an object of a resource: type, fields, identity."""

from typing import Any

from oakum.lab.api import schema
from oakum.lab.api.calls import Options
from oakum.lab.api.decode import DecodeError, decode
from oakum.lab.api.gojson import described
from oakum.lab.api.kinds import Kind, Resource
from oakum.lab.api.schema import Struct
from oakum.lab.api.status import bad_request, invalid, unprocessable, unrecognized
from oakum.lab.store import Obj

_INTO = (
    'into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; '
    'Kind string "json:\\"kind,omitempty\\"" }'
)


_FORMER = {
    (f"{group}/{version}", group)
    for group, versions in {
        "apps": ("v1beta1", "v1beta2"),
        "batch": ("v1beta1",),
        "policy": ("v1beta1",),
        "autoscaling": ("v2beta1", "v2beta2"),
        "networking.k8s.io": ("v1beta1",),
        "storage.k8s.io": ("v1beta1",),
        "rbac.authorization.k8s.io": ("v1beta1", "v1alpha1"),
    }.items()
    for version in versions
}
"""Versions that are served no more, and that the real server can still read."""


def shape_of(resource: Resource) -> Struct:
    """The struct of a resource's objects."""
    if resource.custom is not None:
        return resource.custom.shape
    return shape_of_kind(resource.kind)


def shape_of_kind(kind: Kind) -> Struct:
    """The struct of a built-in kind; raises KeyError when there is none."""
    name = schema.type_name(kind.group, kind.version, kind.name)
    if name is None:
        raise KeyError(f"{kind.api_version} {kind.name}")
    return schema.struct(name)


def read(resource: Resource, body: Any, options: Options) -> Obj:
    """The object in a body, checked against the path's kind; unknown fields are dropped, warned of or refused.

    Raises ApiError 400.
    """
    return read_kind(resource.kind, shape_of(resource), body, options, resource)


def read_kind(kind: Kind, shape: Struct, body: Any, options: Options, resource: Resource | None = None) -> Obj:
    """The same for the kind of a subresource."""
    if body is None:
        body = {}
    if not isinstance(body, dict):
        raise unrecognized(kind.name, f"{no_object(body)} ({_shown(body)})")
    check_typed(body)
    version, name = body.get("apiVersion") or kind.api_version, body.get("kind") or kind.name
    custom = resource.custom if resource else None
    if version != kind.api_version:
        if custom or (version, kind.group) in _FORMER:
            raise bad_request(
                f"the API version in the data ({version}) does not match the expected API version ({kind.api_version})"
            )
        where = f'registered for version "{version}" in scheme "pkg/runtime/scheme.go:111"'
        short = version.rpartition("/")[2]
        raise bad_request(
            f'{name} in version "{short}" cannot be handled as a {kind.name}: no kind "{name}" is {where}'
        )
    if name != kind.name and custom:
        wrong = invalid("kind", name, f"must be {kind.name}")
        raise unprocessable(name, kind.group, (body.get("metadata") or {}).get("name") or "", [wrong])
    if name != kind.name:
        raise bad_request(
            f'{name} in version "{kind.version}" cannot be handled as a {kind.name}: '
            f"converting ({kind.version}.{name}) to ({kind.group.partition('.')[0] or 'core'}.{kind.name}): "
            "unknown conversion"
        )
    typed = {**body, "apiVersion": version, "kind": name}
    try:
        obj, unknown = custom.decode(typed) if custom else decode(shape, typed)
    except DecodeError as error:
        raise bad_request(_unhandled(kind, str(error))) from None
    complain(kind, unknown, options)
    if not isinstance(obj.get("metadata"), dict):
        obj["metadata"] = {}
    return {"apiVersion": version, "kind": name, **obj}


def check_typed(body: Obj) -> None:
    """Refuse an `apiVersion` or a `kind` that is no text (ApiError 400)."""
    for field in ("apiVersion", "kind"):
        value = body.get(field)
        if value is not None and not isinstance(value, str):
            into = f"Go struct field .{field} of type string"
            detail = f"json parse error: json: cannot unmarshal {described(value)} into {into}"
            raise bad_request(f"couldn't get version/kind; {detail}")


def complain(kind: Kind, unknown: list[str], options: Options) -> None:
    """Refuse unknown and repeated fields (`fieldValidation=Strict`, ApiError 400), warn of them, or let them go."""
    found = [f'unknown field "{path}"' for path in unknown]
    found += [f'duplicate field "{path}"' for path in options.repeated if path not in unknown]
    if found and options.validation == "Strict":
        raise bad_request(_unhandled(kind, f"strict decoding error: {', '.join(found)}"))
    if options.validation == "Warn":
        for text in found:
            options.warn(text)


def _unhandled(kind: Kind, detail: str) -> str:
    return f'{kind.name} in version "{kind.version}" cannot be handled as a {kind.name}: {detail}'


def _shown(body: Any) -> str:
    """The start of a body that is no JSON object, as the real server shows it."""
    import orjson

    return orjson.dumps(body)[:1024].hex()


def no_object(body: Any) -> str:
    """What Go's decoder says of JSON that is no object where one has to be."""
    return f"json: cannot unmarshal {described(body)} {_INTO}"
