"""An application without a record: whatever a label selector finds (`-a label:tier=web`; kapp spec, section 2.7)."""
from __future__ import annotations

from oakum.deploy.errors import AppError
from oakum.kube.selector import Requirement, Selector, SelectorError, parse

PREFIX = "label:"


class LabeledApp:
    """The objects of a selector. It has no history and cannot be renamed."""

    def __init__(self, text: str) -> None:
        try:
            self.selector: Selector = parse(text.removeprefix(PREFIX))
        except SelectorError as e:
            raise AppError(f"Parsing app name (or label selector): {e}") from e
        self.namespace = ""

    @property
    def title(self) -> str:
        """The selector, in place of a name."""
        return str(self.selector)

    def _one(self) -> Requirement:
        if len(self.selector.requirements) != 1:
            raise AppError("Expected label selector to have one label KV")
        only = self.selector.requirements[0]
        if only.operator not in ("=", "==", "in"):
            raise AppError("Expected label selector to check for equality")
        if len(only.values) != 1:
            raise AppError("Expected label selector to check against single label value")
        return only

    @property
    def label_key(self) -> str:
        """The label that deploying puts on objects. Raises AppError when the selector is not one equality."""
        return self._one().key

    @property
    def label_value(self) -> str:
        """Its value."""
        return self._one().values[0]
