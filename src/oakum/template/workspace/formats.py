"""The forms in which documents are printed: YAML, JSON, positions (ytt: output modes)."""
from __future__ import annotations

from collections.abc import Callable

from oakum.template.workspace.errors import OutputError
from oakum.typing import Any
from oakum.yaml.emitter import emit, is_empty
from oakum.yaml.nodes import Array, DocumentSet, Map


def print_yaml(documents: DocumentSet) -> str:
    """The documents as YAML, those that are empty left out."""
    return emit(documents)


def print_json(documents: DocumentSet) -> str:
    """The documents that are not empty as compact JSON, one behind the other with nothing between.

    Infinities and NaN cannot be written: nothing is. Raises OutputError for a key that is not a string.
    """
    from oakum.yaml.gojson import dumps

    try:
        return "".join(dumps(_plain(each.value)) for each in documents.items if not is_empty(each.value))
    except ValueError:
        return ""


def _print_positions(documents: DocumentSet) -> str:
    from oakum.template.workspace.positions import print_positions

    return print_positions(documents)


FORMATS: dict[str, Callable[[DocumentSet], str]] = {
    "yaml": print_yaml,
    "json": print_json,
    "pos": _print_positions,
}


def _plain(value: Any) -> Any:
    if isinstance(value, Map):
        return {_json_key(item.key): _plain(item.value) for item in value.items}
    if isinstance(value, Array):
        return [_plain(item.value) for item in value.items]
    return value


def _json_key(key: Any) -> str:
    if not isinstance(key, str):
        raise OutputError(f"Expected map key to be a string in JSON, but was {emit(key).strip()}")
    return key
