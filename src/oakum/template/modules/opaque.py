"""Values of modules that a template can ask but not write out: addresses, URLs, assertions."""
from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from oakum.starlark import Builtin, Failure, repr_text, type_name
from oakum.typing import Any


class Opaque:
    """A value of type `starlark_type` with `members`; `refusal` says why it is no YAML."""

    unhashable_type = "struct"
    __slots__ = ("members", "refusal", "starlark_type", "subject")

    def __init__(self, kind: str, members: Mapping[str, Any], refusal: str, subject: Any = None) -> None:
        self.starlark_type = kind
        self.members = dict(members)
        self.refusal = refusal
        self.subject = subject

    def starlark_attr(self, name: str) -> Any:
        """The member `name`; raises AttributeError for none."""
        try:
            return self.members[name]
        except KeyError:
            raise AttributeError(name) from None

    def starlark_str(self) -> str:
        """As `str` writes it: the reference makes these of structs."""
        return "struct(...)"

    def starlark_attrs(self) -> list[str]:
        """The names of the members."""
        return list(self.members)

    def starlark_len(self) -> int:
        """How many members there are."""
        return len(self.members)

    def starlark_iterate(self) -> Iterator[str]:
        """The names of the members."""
        return iter(list(self.members))

    def starlark_items(self) -> list[tuple[str, Any]]:
        """The members by name."""
        return list(self.members.items())

    def starlark_contains(self, key: Any) -> bool:
        """Whether there is a member `key`."""
        return key in self.members

    def starlark_index(self, key: Any) -> Any:
        """The member `key`. Raises Failure for none."""
        if type(key) is not str:
            raise Failure(f"expected a string, but was {type_name(key)}")
        if key not in self.members:
            raise Failure(f"key {repr_text(key)} not in {self.starlark_type}")
        return self.members[key]

    def yaml_value(self) -> Any:
        """Raise Failure: it has no YAML."""
        raise Failure(self.refusal)


def without_string(kind: str) -> str:
    """The refusal of a value that has a method `string`."""
    return f"Unable to convert value: {kind} does not automatically encode (hint: use .string())"


def methods(prefix: str, functions: Mapping[str, Callable[[], Any]]) -> dict[str, Builtin]:
    """Members that take no arguments; failures are prefixed with `prefix`, but for its @ytt, and the name."""
    prefix = prefix and prefix.removeprefix("@ytt:") + "."
    return {name: Builtin(prefix + name, _plain(function)) for name, function in functions.items()}


def _plain(function: Callable[[], Any]) -> Callable[..., Any]:
    def call(*arguments: Any, **keywords: Any) -> Any:
        if arguments:
            raise Failure("expected no argument")
        return function()

    return call
