"""What a schema declares: a tree of types with defaults, documentation and rules."""
from __future__ import annotations

from collections.abc import Mapping

from oakum.record import NamedTuple
from oakum.template.position import position
from oakum.typing import TYPE_CHECKING, TypeAlias
from oakum.yaml.nodes import Item, Value

if TYPE_CHECKING:
    from oakum.template.validation.rules import Rules


class Example(NamedTuple):
    """An example value with its description."""

    description: str
    value: Value


class Documentation(NamedTuple):
    """What a schema says to its readers; None where it says nothing."""

    title: str | None = None
    description: str | None = None
    deprecated: str | None = None
    examples: tuple[Example, ...] = ()


class AnyType:
    """Anything at all."""

    name = "any"


class ScalarType(NamedTuple):
    """A string, integer, float (which takes integers, too) or boolean, by its name in messages."""

    name: str


class ArrayType(NamedTuple):
    """An array, all of whose items are as one."""

    element: Declaration

    @property
    def name(self) -> str:
        """The type as messages call it."""
        return "array"


class MapType(NamedTuple):
    """A map that has exactly these keys."""

    items: Mapping[object, Declaration]

    @property
    def name(self) -> str:
        """The type as messages call it."""
        return "map"


Type: TypeAlias = AnyType | ScalarType | ArrayType | MapType


class Declaration(NamedTuple):
    """What the document, map item or array item `item` of a schema declares.

    `default` is the value of an item that is not given; it is to be copied before it is used.
    """

    item: Item
    type: Type
    default: Value
    nullable: bool = False
    documentation: Documentation = Documentation()
    rules: Rules | None = None

    def expected(self) -> str:
        """The type and where it is declared, as messages show it; they do not show a type that was computed."""
        computed = self.item.source is not None and not self.item.line
        return f"{'' if computed else self.type.name} (by {position(self.item)})"
