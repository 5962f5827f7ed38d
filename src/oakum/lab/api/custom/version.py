"""One version of a custom resource, as the verbs need it: its shape, its schema, its columns."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from oakum.lab.api.custom import pruning, shapes, validation
from oakum.lab.api.decode import decode
from oakum.lab.api.schema import Struct, struct
from oakum.lab.api.status import FieldError, invalid
from oakum.lab.store import Obj, clone

Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CustomVersion:
    """What a CustomResourceDefinition says about one version of its objects."""

    shape: Struct
    schema: Schema
    columns: tuple[dict[str, Any], ...] = ()
    selectable: tuple[str, ...] = ()
    scale: dict[str, str] | None = None
    warning: str = ""
    storage: "CustomVersion | None" = None
    """The version that objects are stored in, when it is another one."""

    def stored(self, obj: Obj) -> Obj:
        """The object as it is stored: without what the storage version does not know."""
        return self.storage.prune(obj) if self.storage else obj

    def shown(self, obj: Obj) -> Obj:
        """A stored object in this version: with the defaults of the storage version, and pruned by this one."""
        if self.storage:
            obj = clone(obj)
            pruning.default(obj, self.storage.schema)
            return self.prune(obj)
        return obj

    def decode(self, body: Obj) -> tuple[Obj, list[str]]:
        """The pruned and defaulted object, and the paths of what was pruned; raises DecodeError for bad metadata."""
        obj, unknown = self._pruned(body, fill=True)
        pruning.default(obj, self.schema)
        return obj, unknown

    def prune(self, body: Obj) -> Obj:
        """The object without unknown fields, and without defaults."""
        return self._pruned(body, fill=False)[0]

    def _pruned(self, body: Obj, fill: bool) -> tuple[Obj, list[str]]:
        obj: Obj = clone(body)
        unknown = pruning.prune(obj, self.schema, root=True)
        metadata, more = decode(struct("meta.ObjectMeta"), obj.get("metadata") or {}, fill)
        obj["metadata"] = metadata
        return obj, [*unknown, *(f"metadata.{path}" for path in more)]

    def validate(self, obj: Obj) -> list[FieldError]:
        """Complaints of the schema and of its rules that look at the object alone."""
        return validation.validate(obj, self.schema) + list(self._scaled(obj))

    def _scaled(self, obj: Obj) -> Iterator[FieldError]:
        """Complaints about the numbers of replicas."""
        for key in ("specReplicasPath", "statusReplicasPath"):
            path = (self.scale or {}).get(key) or ""
            value: Any = obj
            for step in path.lstrip(".").split("."):
                value = value.get(step) if isinstance(value, dict) else None
            if isinstance(value, int) and value < 0:
                yield invalid(path, value, "should be a non-negative integer")

    def transition(self, new: Obj, old: Obj) -> list[FieldError]:
        """Complaints of the rules that compare with the stored object (`oldSelf`)."""
        return validation.transition(new, old, self.schema)


def version_of(version: Obj, warning: str = "", storage: CustomVersion | None = None) -> CustomVersion:
    """From one entry of a definition's `spec.versions`; see the fields for the others."""
    subresources = version.get("subresources") or {}
    schema: Schema = (version.get("schema") or {}).get("openAPIV3Schema") or {}
    return CustomVersion(
        shapes.root(schema),
        schema,
        tuple(version.get("additionalPrinterColumns") or ()),
        tuple(each["jsonPath"].lstrip(".") for each in version.get("selectableFields") or ()),
        subresources.get("scale"),
        warning,
        storage,
    )
