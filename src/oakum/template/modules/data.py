"""`@ytt:data`: data values, and the files that a run was given (ytt: module data)."""
from __future__ import annotations

from typing import Any

from oakum.errors import TemplateError
from oakum.starlark import Builtin, Failure, Module, type_name
from oakum.template.tree import Place


def data_module(values: Any, place: Place) -> Module:
    """The module for a file at `place`: `values`, `list([path])` and `read(path)`."""

    def list_files(*args: Any, **kwargs: Any) -> Any:
        from oakum.starlark import List

        if len(args) > 1:
            raise Failure("expected exactly zero or one argument")
        try:
            return List(place.list_files(_string(args[0]) if args else ""))
        except TemplateError as error:
            raise Failure(str(error)) from error

    def read(*args: Any, **kwargs: Any) -> str:
        if len(args) != 1:
            raise Failure("expected exactly one argument")
        try:
            return place.find_file(_string(args[0]))[0].text
        except TemplateError as error:
            raise Failure(str(error)) from error

    members = {"values": values, "list": Builtin("data.list", list_files), "read": Builtin("data.read", read)}
    return Module("data", members)


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise Failure(f"expected a string, but was {type_name(value)}")
    return value
