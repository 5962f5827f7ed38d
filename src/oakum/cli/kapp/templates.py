"""Rules written in ytt, evaluated by our own template engine (kapp spec, sections 3.11 and 5.5)."""
from __future__ import annotations

from oakum.deploy.errors import ConfigError
from oakum.deploy.resource import Resource
from oakum.deploy.values import floats
from oakum.errors import OakumError
from oakum.gostruct import BOOL, TEXT, Struct, decode
from oakum.typing import Any

# Its lines, and the types below, are those that the reference names in errors.
_CALL = """
#@ load("resource.star", "is_done")
#@ load("@ytt:data", "data")
---
result: #@ is_done(data.values)
"""
_RESULT = Struct("waitRuleContractV1Result", {"Result": Struct("resourcesmisc.WaitRuleContractV1ResultDetails", {
    "done": BOOL, "successful": BOOL, "message": TEXT, "unblockChanges": BOOL})})


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
        """What `is_done` of a Starlark text (`funcContractV1`) returns for the resource. Raises ConfigError."""
        try:
            documents = _render({"resource.star": function, "config.yml": _CALL}, resource.body)
        except OakumError as e:
            raise ConfigError(f"Evaluating: {e}") from e
        try:
            result: dict[str, Any] = decode({"Result": documents[0]["result"]}, _RESULT, kubernetes=True)
        except ValueError as e:
            raise ConfigError(f"Deserializing result: error unmarshaling JSON: while decoding JSON: {e}") from e
        return dict(result.get("Result") or {})


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
