"""OpenAPI v3 and v2, made from the compact tables when somebody asks.

Left out, compared with a real server: descriptions, responses' media types other than JSON, and the connect verbs.
Kept: every type with its fields, defaults, list and patch semantics; every path with its verbs, kind and the
parameters that clients look for (`dryRun`, `fieldManager`, `fieldValidation`).
"""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from oakum.lab.api import schema
from oakum.lab.api.kinds import Catalog, Kind, Resource
from oakum.lab.api.schema import Field, ListOf, MapOf, Ref, Scalar, Shape

Document = dict[str, Any]

_LONG = [
    ("meta.", "io.k8s.apimachinery.pkg.apis.meta.v1."),
    ("machinery.", "io.k8s.apimachinery.pkg."),
    ("apiextensions.", "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions."),
    ("apiregistration.", "io.k8s.kube-aggregator.pkg.apis.apiregistration."),
]
_SCALARS: dict[str, Document] = {
    "s": {"type": "string"},
    "byte": {"type": "string", "format": "byte"},
    "b": {"type": "boolean"},
    "i": {"type": "integer"},
    "i32": {"type": "integer", "format": "int32"},
    "i64": {"type": "integer", "format": "int64"},
    "f": {"type": "number", "format": "double"},
    "o": {"type": "object"},
}
_WRITES = {"post": "create", "put": "update", "patch": "patch", "delete": "delete"}
_ACTIONS = {"post": "post", "put": "put", "patch": "patch", "delete": "delete"}


def long_name(name: str) -> str:
    """A type's public name."""
    for brief, prefix in _LONG:
        if name.startswith(brief):
            return prefix + name.removeprefix(brief)
    return f"io.k8s.api.{name}"


def paths_v3(catalog: Catalog) -> list[str]:
    """The documents that `/openapi/v3` lists: `api/v1`, `apis/apps/v1`, …"""
    listed = ["api", "apis"]
    for group, versions in catalog.groups().items():
        listed += [f"apis/{group}/{version}" if group else f"api/{version}" for version in versions]
        if group:
            listed.append(f"apis/{group}")
    return sorted([*listed, "version"])


def document_v3(catalog: Catalog, path: str) -> Document | None:
    """One document of OpenAPI v3, or None for a path that is not listed."""
    if path not in paths_v3(catalog):
        return None
    parts = path.split("/")
    group, version = ("", parts[1]) if len(parts) == 2 and parts[0] == "api" else [*parts[1:], "", ""][:2]
    resources = catalog.groups().get(group, {}).get(version, [])
    prefix = "#/components/schemas/"
    document: Document = {"openapi": "3.0.0", "info": {"title": "Kubernetes", "version": "1.36"}}
    document["paths"] = _paths(resources, prefix)
    document["components"] = {"schemas": _types(resources, prefix)}
    return document


def document_v2(catalog: Catalog) -> Document:
    """The whole OpenAPI v2 document."""
    prefix = "#/definitions/"
    types = {long_name(name): _type(name, prefix, 2) for name in schema.names()}
    for resource in catalog:
        if resource.custom is not None:
            types[custom_name(resource.kind)] = _custom_type(resource)
    document: Document = {"swagger": "2.0", "info": {"title": "Kubernetes", "version": "v1.36.0"}}
    return {**document, "paths": _paths(list(catalog), prefix), "definitions": types}


def custom_name(kind: Kind) -> str:
    """The type name of a custom kind: the group backwards, version, kind."""
    return ".".join([*reversed(kind.group.split(".")), kind.version, kind.name])


def _name_of(kind: Kind, custom: bool) -> str | None:
    if custom:
        return custom_name(kind)
    found = schema.type_name(kind.group, kind.version, kind.name)
    return long_name(found) if found else None


def _types(resources: list[Resource], prefix: str) -> Document:
    found: Document = {}
    pending = ["meta.DeleteOptions", "meta.Status", "meta.APIResourceList", "meta.Patch"]
    for resource in resources:
        if resource.custom is not None:
            found[custom_name(resource.kind)] = _custom_type(resource)
            found[custom_name(resource.kind) + "List"] = _custom_list(resource, prefix)
            pending += ["meta.ObjectMeta", "meta.ListMeta"]
            continue
        kinds = [resource.kind, *(sub.kind for sub in resource.subresources.values())]
        for kind in kinds:
            for name in (kind.name, f"{kind.name}List"):
                known = schema.type_name(kind.group or resource.group, kind.version or resource.kind.version, name)
                pending += [known] if known else []
    seen: set[str] = set()
    while pending:
        name = pending.pop()
        if name not in seen:
            seen.add(name)
            found[long_name(name)] = _type(name, prefix, 3)
            pending += _references(name)
    return dict(sorted(found.items()))


@cache
def _references(name: str) -> tuple[str, ...]:
    if schema.bare(name) is not None:
        return ()
    return tuple(ref for field in schema.struct(name).fields.values() for ref in _inside(field.shape))


def _inside(shape: Shape) -> Iterator[str]:
    if isinstance(shape, Ref):
        yield shape.name
    elif isinstance(shape, ListOf):
        yield from _inside(shape.item)
    elif isinstance(shape, MapOf):
        yield from _inside(shape.value)


def _type(name: str, prefix: str, version: int) -> Document:
    bare = schema.bare(name)
    if bare is not None:
        return _bare_v2(bare) if version == 2 else bare
    struct = schema.struct(name)
    render = _field_v3 if version == 3 else _field_v2
    document: Document = {"type": "object"}
    if required := [field.name for field in struct.fields.values() if field.required]:
        document["required"] = required
    document["properties"] = {field.name: render(field, prefix) for field in struct.fields.values()}
    if struct.kinds:
        kinds = [dict(zip(("group", "version", "kind"), kind.split("/"), strict=True)) for kind in struct.kinds]
        document["x-kubernetes-group-version-kind"] = kinds
    if struct.atomic:
        document["x-kubernetes-map-type"] = "atomic"
    return document


def _bare_v2(bare: Document) -> Document:
    if "oneOf" not in bare:
        return bare
    return {"type": "string", **({"format": bare["format"]} if "format" in bare else {})}


def _field_v3(field: Field, prefix: str) -> Document:
    document = _shape(field.shape, prefix, wrap=True)
    if field.has_default:
        document["default"] = field.default
    return document | _extensions(field)


def _field_v2(field: Field, prefix: str) -> Document:
    return _shape(field.shape, prefix, wrap=False) | _extensions(field)


def _extensions(field: Field) -> Document:
    extra: Document = {"enum": list(field.enum)} if field.enum else {}
    if isinstance(field.shape, ListOf):
        extra["x-kubernetes-list-type"] = field.shape.kind
        if field.shape.keys:
            extra["x-kubernetes-list-map-keys"] = list(field.shape.keys)
    if isinstance(field.shape, MapOf | Ref) and field.shape.atomic:
        extra["x-kubernetes-map-type"] = "atomic"
    if field.strategies:
        extra["x-kubernetes-patch-strategy"] = ",".join(field.strategies)
    if field.merge_key:
        extra["x-kubernetes-patch-merge-key"] = field.merge_key
    return extra


def _shape(shape: Shape, prefix: str, wrap: bool) -> Document:
    if isinstance(shape, Ref):
        reference = {"$ref": prefix + long_name(shape.name)}
        return {"allOf": [reference]} if wrap else reference
    if isinstance(shape, ListOf):
        return {"type": "array", "items": _shape(shape.item, prefix, wrap)}
    if isinstance(shape, MapOf):
        return {"type": "object", "additionalProperties": _shape(shape.value, prefix, wrap)}
    return dict(_SCALARS[shape.name]) if isinstance(shape, Scalar) else {"type": "object"}


def _custom_type(resource: Resource) -> Document:
    kind = resource.kind
    document = dict(resource.custom.schema) if resource.custom else {}
    document["x-kubernetes-group-version-kind"] = [{"group": kind.group, "version": kind.version, "kind": kind.name}]
    if "properties" in document:
        metadata = {"$ref": "#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"}
        typed = {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": {"allOf": [metadata]}}
        document["properties"] = {**document["properties"], **typed}
    return document


def _custom_list(resource: Resource, prefix: str) -> Document:
    kind = resource.kind
    items = {"type": "array", "items": {"$ref": prefix + custom_name(kind)}}
    metadata = {"allOf": [{"$ref": prefix + "io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta"}]}
    named = [{"group": kind.group, "version": kind.version, "kind": f"{kind.name}List"}]
    properties = {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": metadata, "items": items}
    return {"type": "object", "required": ["items"], "properties": properties, "x-kubernetes-group-version-kind": named}


def _paths(resources: list[Resource], prefix: str) -> Document:
    found: Document = {}
    for resource in resources:
        base = f"/apis/{resource.group}/{resource.kind.version}" if resource.group else f"/api/{resource.kind.version}"
        middle = "/namespaces/{namespace}" if resource.namespaced else ""
        plain = f"{base}{middle}/{resource.plural}"
        operate = _operator(resource, prefix)
        if resource.namespaced and "list" in resource.verbs:
            found[f"{base}/{resource.plural}"] = {"get": operate("get", "list", resource.kind)}
        found[plain] = _item({"get": "list", "post": "create", "delete": "deletecollection"}, resource, operate)
        single = {"get": "get", "put": "update", "patch": "patch", "delete": "delete"}
        if item := _item(single, resource, operate):
            found[f"{plain}/{{name}}"] = item
        for sub in resource.subresources.values():
            kind = sub.kind if sub.kind.version else Kind(resource.group, resource.kind.version, sub.kind.name)
            methods = {"get": "get", "put": "update", "patch": "patch", "post": "create"}
            operations = {method: operate(method, verb, kind) for method, verb in methods.items() if verb in sub.verbs}
            found[f"{plain}/{{name}}/{sub.name}"] = operations
    return found


Operate = Callable[[str, str, Kind], Document]


def _item(verbs: dict[str, str], resource: Resource, operate: Operate) -> Document:
    return {method: operate(method, verb, resource.kind) for method, verb in verbs.items() if verb in resource.verbs}


def _operator(resource: Resource, prefix: str) -> Operate:
    def operate(method: str, verb: str, kind: Kind) -> Document:
        operation: Document = {"x-kubernetes-action": verb if method == "get" else _ACTIONS[method]}
        operation["x-kubernetes-group-version-kind"] = {
            "group": kind.group,
            "version": kind.version,
            "kind": kind.name,
        }
        if method in ("post", "put", "patch"):
            names = ["dryRun", "fieldManager", "fieldValidation", *(["force"] if method == "patch" else [])]
            operation["parameters"] = [_parameter(name) for name in names]
            operation["requestBody"] = {"content": _body(method, kind, resource, prefix)}
        name = _name_of(kind, resource.custom is not None and kind == resource.kind)
        content = {"application/json": {"schema": {"$ref": prefix + name} if name else {"type": "object"}}}
        operation["responses"] = {"200": {"description": "OK", "content": content}}
        return operation

    return operate


def _body(method: str, kind: Kind, resource: Resource, prefix: str) -> Document:
    if method == "patch":
        forms = ["apply-patch+yaml", "json-patch+json", "merge-patch+json"]
        forms += [] if resource.custom else ["strategic-merge-patch+json"]
        patch = {"schema": {"$ref": prefix + long_name("meta.Patch")}}
        return {f"application/{form}": patch for form in forms}
    name = _name_of(kind, resource.custom is not None and kind == resource.kind)
    return {"*/*": {"schema": {"$ref": prefix + name} if name else {"type": "object"}}}


def _parameter(name: str) -> Document:
    kind = "boolean" if name == "force" else "string"
    return {"name": name, "in": "query", "schema": {"type": kind, "uniqueItems": True}}
