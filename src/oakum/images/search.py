"""Finding and replacing image references in documents by search rules (kbld: "searchRules")."""
from __future__ import annotations

from collections.abc import Callable, Sequence

from oakum.errors import YAMLError
from oakum.images.config import AnyIndex, SearchRule, repository_of
from oakum.typing import Any
from oakum.yaml import plain

Replace = Callable[[str], str]
"""Takes a reference as found, returns what stands there afterwards."""

_Path = tuple[str | int, ...]


def rewrite(document: dict[str, Any], rules: Sequence[SearchRule], replace: Replace) -> dict[str, Any]:
    """A copy of `document` with each reference passed through `replace`; mappings keep the order of their keys."""
    result = _Visit(rules, replace).inside(document, ())
    assert isinstance(result, dict)
    return result


def find(document: dict[str, Any], rules: Sequence[SearchRule]) -> list[str]:
    """Every reference in `document`, repeated ones too, keys in sorted order."""
    found: list[str] = []

    def note(image: str) -> str:
        found.append(image)
        return image

    _Visit(rules, note).inside(document, ())
    return found


class _Visit:
    def __init__(self, rules: Sequence[SearchRule], replace: Replace) -> None:
        self._rules, self._replace = rules, replace

    def inside(self, value: Any, path: _Path) -> Any:
        """`value` with its members visited."""
        if isinstance(value, dict):
            visited = {key: self._member(value[key], (*path, key)) for key in sorted(value)}
            return {key: visited[key] for key in value}
        if isinstance(value, list):
            return [self._member(item, (*path, at)) for at, item in enumerate(value)]
        return value

    def _member(self, value: Any, path: _Path) -> Any:
        rule = next((rule for rule in self._rules if _matches(rule, value, path)), None)
        if rule is None or not isinstance(value, str):
            return self.inside(value, path)
        if rule.strategy == "none":
            return value
        if rule.strategy in ("", "entireValue"):
            return self._replace(value)
        nested = _Visit(rule.rules, self._replace)
        return nested.json(value) if rule.strategy == "json" else nested.yaml(value)

    def json(self, text: str) -> str:
        """JSON text with its references replaced, encoded anew; other text as it is."""
        written = self._json(text)
        return text if written is None else written

    def yaml(self, text: str) -> str:
        """The documents in YAML text with their references replaced, each written anew; other text as it is.

        So is what can be read and not written, such as text with control characters.
        """
        written = self._json(text)
        if written is not None:
            return written
        try:
            found = [document for document in plain.load_all(text) if document is not None]
            return "".join("---\n" + plain.dump(self.inside(document, ())) for document in found)
        except YAMLError:
            return text

    def _json(self, text: str) -> str | None:
        from oakum.yaml import gojson, json_syntax

        try:
            return gojson.dumps(self.inside(json_syntax.loads(text), ()))
        except ValueError:  # also for a number beyond a float's range, which is no JSON to Go either
            return None


def _matches(rule: SearchRule, value: Any, path: _Path) -> bool:
    if rule.name:
        if path[-1] != rule.name:
            return False
    elif rule.path and not _on_path(rule, path):
        return False
    if rule.image:
        return isinstance(value, str) and value == rule.image
    if rule.image_repo:
        return isinstance(value, str) and repository_of(value) == rule.image_repo
    return True


def _on_path(rule: SearchRule, path: _Path) -> bool:
    return len(rule.path) == len(path) and all(
        isinstance(at, int) if isinstance(part, AnyIndex) else part == at and type(part) is type(at)
        for part, at in zip(rule.path, path, strict=True)
    )
