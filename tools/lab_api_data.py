"""Writes the lab's two tables of the Kubernetes API from a recorded server's documents.

    python tools/lab_api_data.py RECORDED_FOLDER

The folder holds discovery-api.json.gz, discovery-apis.json.gz (aggregated discovery, v2), openapi-v3/*.json.gz and
tables.json.gz (the `columnDefinitions` of each resource's list as a Table, by `group/version/plural`).
Written are `kinds.txt` (one line a resource), `schemas.txt` (one paragraph a type, one line a field; without
descriptions, paths and unions) and `columns.txt` (one paragraph a resource, one line a column) in
src/oakum/lab/api/data.
"""

import gzip
import json
import sys
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent.parent / "src/oakum/lab/api/data"
FULL = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]
PREFIXES = [
    ("io.k8s.apimachinery.pkg.apis.meta.v1.", "meta."),
    ("io.k8s.apimachinery.pkg.", "machinery."),
    ("io.k8s.apiextensions-apiserver.pkg.apis.", ""),
    ("io.k8s.kube-aggregator.pkg.apis.", ""),
    ("io.k8s.api.", ""),
]
SCALARS = {
    ("string", None): "s",
    ("string", "byte"): "byte",
    ("boolean", None): "b",
    ("integer", "int32"): "i32",
    ("integer", "int64"): "i64",
    ("integer", None): "i",
    ("number", "double"): "f",
    ("object", None): "o",
}


def load(path: Path) -> Any:
    return json.loads(gzip.decompress(path.read_bytes()))


def short(name: str) -> str:
    name = name.rpartition("/")[2]
    for prefix, brief in PREFIXES:
        if name.startswith(prefix):
            return brief + name.removeprefix(prefix)
    return name


def kinds(folder: Path) -> str:
    lines = ["# group version plural Kind scope singular shortnames categories verbs subresources"]
    for part in ("discovery-api", "discovery-apis"):
        for group in load(folder / f"{part}.json.gz")["items"]:
            for version in group["versions"]:
                for resource in version["resources"]:
                    lines.append(kind(group["metadata"].get("name", ""), version["version"], resource))
    return "\n".join(lines) + "\n"


def kind(group: str, version: str, resource: dict[str, Any]) -> str:
    verbs = resource["verbs"]
    subs = [sub(item) for item in resource.get("subresources", [])]
    columns = [
        group,
        version,
        resource["resource"],
        resource["responseKind"]["kind"],
        resource["scope"][0],
        resource["singularResource"],
        ",".join(resource.get("shortNames", [])),
        ",".join(resource.get("categories", [])),
        "full" if verbs == FULL else ",".join(verbs),
        ";".join(subs),
    ]
    return " ".join(column or "-" for column in columns)


def sub(item: dict[str, Any]) -> str:
    kind = item["responseKind"]
    of = "/".join(filter(None, (kind["group"], kind["version"], kind["kind"])))
    return f"{item['subresource']}={of}:{','.join(item['verbs'])}"


def schemas(folder: Path) -> str:
    types: dict[str, Any] = {}
    for path in sorted((folder / "openapi-v3").iterdir()):
        types.update(load(path)["components"]["schemas"])
    lines = ["# @type group/version/Kind...   field type flags (* required, d= default, e= enum, see tools/)"]
    for name in sorted(types, key=short):
        lines += paragraph(short(name), types[name])
    return "\n".join(lines) + "\n"


def paragraph(name: str, schema: dict[str, Any]) -> list[str]:
    named = [f"{of['group']}/{of['version']}/{of['kind']}" for of in schema.get("x-kubernetes-group-version-kind", [])]
    if len(named) > 4:  # DeleteOptions and WatchEvent carry one for every group
        named = named[:1]
    head = " ".join(["@" + name, *named, *(["A"] if schema.get("x-kubernetes-map-type") == "atomic" else [])])
    if "properties" not in schema:
        bare = {key: value for key, value in schema.items() if not key.startswith("x-") and key != "description"}
        return [f"{head} = {json.dumps(bare, separators=(',', ':'))}"]
    required = schema.get("required", [])
    return [head] + [field(key, value, key in required) for key, value in schema["properties"].items()]


def field(name: str, schema: dict[str, Any], required: bool) -> str:
    flags = [f"d={json.dumps(schema['default'])}"] if "default" in schema else []
    if "enum" in schema:
        flags.append("e=" + "|".join(schema["enum"]))
    listed = schema.get("x-kubernetes-list-type")
    if listed == "map":
        flags.append("k=" + ",".join(schema["x-kubernetes-list-map-keys"]))
    elif listed:
        flags.append(listed)
    if "x-kubernetes-patch-strategy" in schema:
        flags.append("s=" + schema["x-kubernetes-patch-strategy"])
    if "x-kubernetes-patch-merge-key" in schema:
        flags.append("p=" + schema["x-kubernetes-patch-merge-key"])
    if schema.get("x-kubernetes-map-type") == "atomic":
        flags.append("A")
    if schema.get("x-kubernetes-map-type") == "granular":
        flags.append("G")
    return " ".join([name + ("*" if required else ""), kindred(schema), *flags])


def kindred(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return short(schema["$ref"])
    if "allOf" in schema:
        return kindred(schema["allOf"][0])
    if schema.get("type") == "array":
        return f"[{kindred(schema['items'])}]"
    if "additionalProperties" in schema:
        return "{" + kindred(schema["additionalProperties"]) + "}"
    return SCALARS[schema["type"], schema.get("format")]


def columns(folder: Path) -> str:
    lines = ["# group/version/plural, then its columns: name, type, description (=: that of the first of this name)"]
    first: dict[str, str] = {}
    for key, definitions in load(folder / "tables.json.gz").items():
        lines.append(f"@{key}")
        for each in definitions:
            name, about = each["name"], each["description"]
            same = first.get(name) == about
            first.setdefault(name, about)
            told = about.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", " ")
            lines.append("\t".join([name, each["type"], "=" if same else told]))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    recorded = Path(sys.argv[1])
    (DATA / "kinds.txt").write_text(kinds(recorded))
    (DATA / "schemas.txt").write_text(schemas(recorded))
    (DATA / "columns.txt").write_text(columns(recorded))
