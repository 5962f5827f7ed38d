"""Rules written in ytt, evaluated by our own template engine (kapp spec, sections 3.11 and 5.5)."""
from __future__ import annotations

from oakum.deploy.errors import ConfigError
from oakum.deploy.resource import Resource
from oakum.deploy.values import floats
from oakum.errors import OakumError
from oakum.typing import Any

_CALL = """\
#@ load("resource.star", "is_done")
#@ load("@ytt:data", "data")
---
result: #@ is_done(data.values.resource)
"""


class YttTemplates:
    """`oakum.deploy.diff.rebase.Templates` on `oakum.template`. The engine is imported when a rule needs it."""

    def rebase(self, overlay: str, current: Resource, new: Resource, existing: Resource) -> Resource:
        """Apply an overlay (`overlayContractV1`): files resource.yml and overlay.yml, the others as data values.

        Raises ConfigError.
        """
        values = {"existing": existing.body, "new": new.body, "_current": current.body}
        try:
            documents = _render({"resource.yml": _json(current.body), "overlay.yml": overlay}, values)
        except OakumError as e:
            raise ConfigError(f"Applying ytt (overlayContractV1): Evaluating: {e}") from e
        if len(documents) != 1 or not isinstance(documents[0], dict):
            raise ConfigError("Applying ytt (overlayContractV1): Expected result to be exactly one document, "
                              f"but was {len(documents)}")
        return Resource(floats(documents[0]), current.origin, current.transient)

    def is_done(self, function: str, resource: Resource) -> dict[str, object]:
        """Call `is_done` of a Starlark text (`funcContractV1`) with the resource. Raises OakumError."""
        documents = _render({"resource.star": function, "call.yml": _CALL}, {"resource": resource.body})
        found = documents[0]["result"] if documents else None
        if not isinstance(found, dict):
            raise ConfigError("Expected is_done to return a dict")
        return found


def _render(texts: dict[str, str], values: dict[str, Any]) -> list[Any]:
    from oakum.template.files import FileKind, InputFile
    from oakum.template.render import render
    from oakum.yaml.values import to_plain

    texts = {**texts, "values.yml": f"#@data/values\n---\n{_json(values)}\n"}
    files = []
    for order, (name, text) in enumerate(texts.items()):
        starlark = name.endswith(".star")
        files.append(InputFile(
            name, _loader(text),
            FileKind.STARLARK if starlark else FileKind.YAML, template=name != "resource.yml",
            library=starlark, for_output=not starlark, order=order))
    return [to_plain(document) for file in render(files).files for document in file.documents.items]


def _loader(text: str) -> Any:
    return lambda: text.encode("utf-8", "surrogateescape")


def _json(value: Any) -> str:
    from oakum.yaml import gojson

    return gojson.dumps(value, escape_html=False)
