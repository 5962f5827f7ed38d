"""The types and descriptions of table columns, as the real server has them (`data/columns.txt`)."""

from collections.abc import Mapping
from functools import cache
from importlib import resources

from oakum.lab.api.kinds import Resource

NAME = (
    "Name must be unique within a namespace. Is required when creating resources, although some resources may allow a "
    "client to request the generation of an appropriate name automatically. Name is primarily intended for creation "
    "idempotence and configuration definition. Cannot be updated. More info: "
    "https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names"
)
"""What is said of the name's column in every table."""


def described(resource: Resource) -> Mapping[str, tuple[str, str]]:
    """Type and description by a column's name; empty for a resource that is not built in."""
    return _table().get(f"{resource.kind.api_version}/{resource.plural}", {})


def created() -> str:
    """What is said of the time of creation in the tables of custom resources."""
    return _table()["apiextensions.k8s.io/v1/customresourcedefinitions"]["Created At"][1]


@cache
def _table() -> dict[str, dict[str, tuple[str, str]]]:
    text = resources.files("oakum.lab.api").joinpath("data/columns.txt").read_text()
    found: dict[str, dict[str, tuple[str, str]]] = {}
    first: dict[str, str] = {}
    for part in text.split("\n@")[1:]:
        key, *lines = part.rstrip("\n").split("\n")
        found[key] = {}
        for line in lines:
            name, kind, about = line.split("\t")
            about = first.setdefault(name, about) if about == "=" else about
            first.setdefault(name, about)
            found[key][name] = (kind, about.replace("\\n", "\n").replace("\\\\", "\\"))
    return found
