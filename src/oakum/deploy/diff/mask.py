"""Secret values shown as numbers (kapp spec, section 3.7)."""
from __future__ import annotations

from oakum.deploy.config.config import Config
from oakum.deploy.config.path import All, Index, Path
from oakum.deploy.resource import Resource
from oakum.typing import Any


class Mask:
    """Replaces values by `<-- value not shown (#N)`; the same value gets the same N wherever it occurs.

    `numbers` are those given so far, which several masks may share; it grows.
    """

    def __init__(self, config: Config, numbers: dict[str, int] | None = None) -> None:
        self._rules = config.mask_index
        self._numbers = {} if numbers is None else numbers

    def apply(self, resource: Resource) -> Resource:
        """The object with its masked values replaced; itself when no rule is for it."""
        rules = self._rules.of(resource)
        if not rules:
            return resource
        out = resource.copy()
        for rule in rules:
            self._at(out.body, rule.path)
        return out

    def _at(self, value: Any, path: Path) -> None:
        if not path:
            if isinstance(value, dict):
                for key in sorted(value):
                    value[key] = f"<-- value not shown (#{self._number(value[key])})"
            return
        part = path[0]
        if isinstance(part, All | Index):
            items = value if isinstance(value, list) else []
            for item in items if isinstance(part, All) else items[part.at:part.at + 1]:
                self._at(item, path[1:])
        elif isinstance(value, dict):
            self._at(value.get(str(part)), path[1:])

    def _number(self, value: Any) -> int:
        from oakum.yaml import gojson

        return self._numbers.setdefault(gojson.dumps(value), len(self._numbers) + 1)
