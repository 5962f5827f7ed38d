"""The columns of tables, kind by kind."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from oakum.lab.api import clock
from oakum.lab.api.kinds import Resource
from oakum.lab.store import Obj

Cell = Callable[[Obj, datetime], Any]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its definition, and how a cell is read from an object."""

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


def _name(obj: Obj, _: datetime) -> Any:
    return obj["metadata"].get("name", "")


def _age(obj: Obj, now: datetime) -> Any:
    return clock.age(obj["metadata"].get("creationTimestamp") or "", now)


def _created(obj: Obj, _: datetime) -> Any:
    return obj["metadata"].get("creationTimestamp")


NAME = Column("Name", _name, format="name")
AGE = Column("Age", _age)
CREATED_AT = Column("Created At", _created, "date")


def columns_of(resource: Resource) -> list[Column]:
    """The columns of a resource's table."""
    return [NAME, CREATED_AT]
