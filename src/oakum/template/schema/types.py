"""What a schema declares: a tree of types with defaults, documentation and rules."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from oakum.template.position import position
from oakum.template.validation.rules import Rules
from oakum.yaml.nodes import Item, Value


@dataclass(frozen=True, slots=True)
class Example:
    """An example value with its description."""

    description: str
    value: Value


@dataclass(frozen=True, slots=True)
class Documentation:
    """What a schema says to its readers; None where it says nothing."""

    title: str | None = None
    description: str | None = None
    deprecated: str | None = None
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True)
class AnyType:
    """Anything at all."""

    name = "any"


@dataclass(frozen=True, slots=True)
class ScalarType:
    """A string, integer, float (which takes integers, too) or boolean, by its name in messages."""

    name: str


@dataclass(frozen=True, slots=True)
class ArrayType:
    """An array, all of whose items are as one."""

    element: Declaration
    name = "array"


@dataclass(frozen=True, slots=True)
class MapType:
    """A map that has exactly these keys."""

    items: Mapping[object, Declaration]
    name = "map"


Type: TypeAlias = AnyType | ScalarType | ArrayType | MapType


@dataclass(frozen=True, slots=True)
class Declaration:
    """What the document, map item or array item `item` of a schema declares.

    `default` is the value of an item that is not given; it is to be copied before it is used.
    """

    item: Item
    type: Type
    default: Value
    nullable: bool = False
    documentation: Documentation = field(default_factory=Documentation)
    rules: Rules | None = None

    def expected(self) -> str:
        """The type and where it is declared, as messages show it."""
        return f"{self.type.name} (by {position(self.item)})"
