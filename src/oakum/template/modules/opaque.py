"""Values of modules that a template can ask but not write out: addresses, URLs, assertions."""
from __future__ import annotations

from collections.abc import Callable, Mapping

from oakum.starlark import Builtin, Failure
from oakum.typing import Any


class Opaque:
    """A value of type `starlark_type` with `members`; `refusal` says why it is no YAML."""

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

    def yaml_value(self) -> Any:
        """Raise Failure: it has no YAML."""
        raise Failure(self.refusal)


def without_string(kind: str) -> str:
    """The refusal of a value that has a method `string`."""
    return f"Unable to convert value: {kind} does not automatically encode (hint: use .string())"


def methods(prefix: str, functions: Mapping[str, Callable[[], Any]]) -> dict[str, Builtin]:
    """Members that take no arguments; failures are prefixed with `prefix`, but for its @ytt, and the name."""
    prefix = prefix.removeprefix("@ytt:")
    return {name: Builtin(f"{prefix}.{name}", _plain(function)) for name, function in functions.items()}


def _plain(function: Callable[[], Any]) -> Callable[..., Any]:
    def call(*arguments: Any, **keywords: Any) -> Any:
        if arguments:
            raise Failure("expected no argument")
        return function()

    return call
