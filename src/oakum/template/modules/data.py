"""`@ytt:data`: data values, and the files that a run was given (ytt: module data)."""
from __future__ import annotations

from oakum.errors import TemplateError
from oakum.starlark import Builtin, Failure, Module
from oakum.template.arguments import exactly, string
from oakum.template.tree import Place
from oakum.typing import Any


def data_module(values: Any, place: Place) -> Module:
    """The module for a file at `place`: `values`, `list([path])` and `read(path)`."""

    def list_files(*args: Any, **kwargs: Any) -> Any:
        from oakum.starlark import List

        if len(args) > 1:
            raise Failure("expected exactly zero or one argument")
        try:
            return List(place.list_files(string(args[0]) if args else ""))
        except TemplateError as error:
            raise Failure(str(error)) from error

    def read(*args: Any, **kwargs: Any) -> str:
        exactly(args, 1)
        try:
            return place.find_file(string(args[0]))[0].text
        except TemplateError as error:
            raise Failure(str(error)) from error

    members = {"values": values, "list": Builtin("data.list", list_files), "read": Builtin("data.read", read)}
    return Module("data", members)
