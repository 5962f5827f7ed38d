"""The columns of tables, kind by kind, as the real server's printers have them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from oakum.lab.api import clock
from oakum.lab.store import Obj

Cell = Callable[[Obj, datetime], Any]
NONE = "<none>"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its definition, and how a cell is read from an object. Priority 1 shows with `-o wide` only."""

    name: str
    cell: Cell
    type: str = "string"
    priority: int = 0
    format: str = ""
    description: str = ""

    def definition(self) -> Obj:
        """The `TableColumnDefinition`."""
        return {
            "name": self.name,
            "type": self.type,
            "format": self.format,
            "description": self.description,
            "priority": self.priority,
        }


def look(obj: Any, path: str, default: Any = None) -> Any:
    """A value by its dotted path."""
    for step in path.split("."):
        obj = obj.get(step) if isinstance(obj, dict) else None
    return default if obj is None else obj


def name(obj: Obj, _: datetime) -> Any:
    """The object's name."""
    return obj["metadata"].get("name", "")


def age(obj: Obj, now: datetime) -> Any:
    """How old the object is."""
    return clock.age(obj["metadata"].get("creationTimestamp") or "", now)


def text(path: str, default: Any = "") -> Cell:
    """A cell with one value."""
    return lambda obj, _: look(obj, path, default)


def number(path: str, default: int = 0) -> Cell:
    """A cell with a number."""
    return lambda obj, _: look(obj, path, default)


def count(path: str) -> Cell:
    """A cell with the number of items."""
    return lambda obj, _: len(look(obj, path, ()))


def since(path: str, default: str = NONE) -> Cell:
    """A cell with the age of a time."""
    return lambda obj, now: clock.age(found, now) if (found := look(obj, path)) else default


def labels(path: str) -> Cell:
    """A cell with labels as `a=b,c=d`."""

    def cell(obj: Obj, _: datetime) -> str:
        found = look(obj, path, {})
        return ",".join(f"{key}={value}" for key, value in sorted(found.items())) or NONE

    return cell


def selector(path: str) -> Cell:
    """A cell with a LabelSelector."""

    def cell(obj: Obj, _: datetime) -> str:
        from oakum.lab.api.subresources import selector_text

        return selector_text(look(obj, path)) or NONE

    return cell


def containers(path: str, field: str) -> Cell:
    """A cell with a field of each container."""
    return lambda obj, _: ",".join(str(each.get(field, "")) for each in look(obj, path, ()))


NAME = Column("Name", name, format="name")
AGE = Column("Age", age)
CREATED_AT = Column("Created At", lambda obj, _: obj["metadata"].get("creationTimestamp"), "date")


def wide(title: str, cell: Cell) -> Column:
    """A column for `-o wide`."""
    return Column(title, cell, priority=1)


def integer(title: str, cell: Cell) -> Column:
    """A column of numbers."""
    return Column(title, cell, "integer")
