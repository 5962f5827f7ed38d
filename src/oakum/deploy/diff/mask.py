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
            out.body = self._at(out.body, rule.path)
        return out

    def _at(self, value: Any, path: Path) -> Any:
        """`value`, changed in place where that is possible, with what is at `path` masked."""
        if not path:
            if isinstance(value, dict):
                return {key: self._hidden(value[key]) for key in sorted(value)}
            # Nothing that is masked has another form on a server, but a file may.
            return value if value is None else self._hidden(value)
        part, rest = path[0], path[1:]
        if isinstance(part, All | Index):
            if isinstance(value, list):
                for at in range(len(value)) if isinstance(part, All) else range(part.at, min(part.at + 1, len(value))):
                    value[at] = self._at(value[at], rest)
        elif isinstance(value, dict) and part in value:
            value[str(part)] = self._at(value[str(part)], rest)
        return value

    def _hidden(self, value: Any) -> str:
        from oakum.yaml import gojson

        number = self._numbers.setdefault(gojson.dumps(value), len(self._numbers) + 1)
        return f"<-- value not shown (#{number})"
