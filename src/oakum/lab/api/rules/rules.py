"""The seam between the verbs and what is particular to a kind."""

from collections.abc import Callable
from dataclasses import dataclass

from oakum.lab.api import names
from oakum.lab.api.status import FieldError
from oakum.lab.store import Obj

Check = Callable[[Obj], list[FieldError]]
Compare = Callable[[Obj, Obj], list[FieldError]]


def _nothing(_: Obj) -> None:
    return None


def _no_errors(_: Obj) -> list[FieldError]:
    return []


def _no_differences(_: Obj, __: Obj) -> list[FieldError]:
    return []


@dataclass(frozen=True, slots=True)
class Rules:
    """How objects of one resource are named, defaulted, started and checked.

    `default` and `start` (a fresh object's status) edit in place; `validate` gets the new object (`create` too, when
    nobody has seen it yet), `compare` the new and the stored one; `strict` holds finalizers to their full names.
    `generation` says whether changes outside metadata and status are counted, `creates_on_update` whether a PUT of an
    object that is not there makes it.
    """

    name: Callable[[str], list[str]] = names.subdomain
    default: Callable[[Obj], None] = _nothing
    start: Callable[[Obj], None] = _nothing
    validate: Check = _no_errors
    create: Check = _no_errors
    compare: Compare = _no_differences
    strict: bool = True
    generation: bool = False
    versioned_updates: bool = False
    creates_on_update: bool = False
    returns_deleted: bool = False
