"""One version of a custom resource, as the verbs need it: its shape, its schema, its columns."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from oakum.lab.api.schema import Struct
from oakum.lab.api.status import FieldError
from oakum.lab.store import Obj


@dataclass(frozen=True, slots=True)
class CustomVersion:
    """What a CustomResourceDefinition says about one version of its objects.

    `prune` drops unknown fields and returns their paths beside the object; `default` fills in defaults.
    """

    shape: Struct
    schema: dict[str, Any]
    columns: tuple[dict[str, Any], ...]
    selectable: tuple[str, ...]
    scale: dict[str, str] | None
    prune_paths: Callable[[Obj], tuple[Obj, list[str]]]
    default: Callable[[Obj], Obj]
    check: Callable[[Obj], list[FieldError]]
    compare: Callable[[Obj, Obj], list[FieldError]]
    storage_version: str
    warning: str = ""

    def decode(self, body: Obj) -> tuple[Obj, list[str]]:
        """The pruned and defaulted object, and the paths of what was pruned."""
        pruned, unknown = self.prune_paths(body)
        return self.default(pruned), unknown

    def prune(self, body: Obj) -> Obj:
        """The object without unknown fields, and without defaults."""
        return self.prune_paths(body)[0]

    def validate(self, obj: Obj) -> list[FieldError]:
        """Complaints of the schema."""
        return self.check(obj)

    def transition(self, new: Obj, old: Obj) -> list[FieldError]:
        """Complaints of the rules that compare with the stored object."""
        return self.compare(new, old)
