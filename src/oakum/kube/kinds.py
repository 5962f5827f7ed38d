"""A type of object that a server serves."""
from __future__ import annotations

from oakum.dataclass import dataclass
from oakum.kube.errors import RequestError
from oakum.url import quote


def _segment(what: str, name: str) -> str:
    """`name`, which must do as part of a path, as it is checked by client-go."""
    problems = [f"may not be '{name}'"] if name in (".", "..") else [
        f"may not contain '{letter}'" for letter in "/%" if letter in name]
    if problems:
        raise RequestError(f'invalid {what} "{name}": [{" ".join(problems)}]')
    return name


@dataclass(frozen=True, slots=True)
class ResourceType:
    """Group, version, plural name, kind, scope and verbs of one served type (API discovery)."""

    group: str
    version: str
    resource: str
    kind: str
    namespaced: bool
    verbs: frozenset[str] = frozenset()

    @property
    def api_version(self) -> str:
        """`group/version`, or `version` for the core group."""
        return f"{self.group}/{self.version}" if self.group else self.version

    def path(self, namespace: str = "", name: str = "") -> str:
        """The path of the collection (in `namespace`, or everywhere when empty) or of one object in it.

        Raises RequestError for names that no path can have.
        """
        parts = ["/apis" if self.group else "/api", self.api_version]
        if self.namespaced and namespace:
            parts += ["namespaces", quote(_segment("namespace", namespace))]
        parts.append(self.resource)
        if name:
            parts.append(quote(_segment("resource name", name), "*:"))
        return "/".join(parts)

    def describe(self) -> str:
        """As client-go prints a resource identifier."""
        return (f'schema.GroupVersionResource{{Group:"{self.group}", Version:"{self.version}", '
                f'Resource:"{self.resource}"}}')
