"""The seam for authorization: who may do what."""

from dataclasses import dataclass
from typing import Protocol

from oakum.lab.api.calls import Caller


@dataclass(frozen=True, slots=True)
class Attempt:
    """A verb on a resource, or (with `path`) on a path that is no resource."""

    verb: str
    group: str = ""
    resource: str = ""
    subresource: str = ""
    namespace: str = ""
    name: str = ""
    path: str = ""

    @property
    def full_resource(self) -> str:
        """`pods/log`, `pods`."""
        return f"{self.resource}/{self.subresource}" if self.subresource else self.resource


class Authorizer(Protocol):
    """Decides; implemented by `oakum.lab.api.rbac`."""

    def reason(self, caller: Caller, attempt: Attempt) -> str | None:
        """Why the attempt is allowed, or None when it is not."""


class AllowAll:
    """Everybody may do everything."""

    def reason(self, caller: Caller, attempt: Attempt) -> str | None:
        """Always allowed."""
        return "no authorization"


def denial(caller: Caller, attempt: Attempt) -> str:
    """The sentence that a denied user reads."""
    if attempt.path:
        return f'User "{caller.name}" cannot {attempt.verb} path "{attempt.path}"'
    scope = f'in the namespace "{attempt.namespace}"' if attempt.namespace else "at the cluster scope"
    what = f'cannot {attempt.verb} resource "{attempt.full_resource}" in API group "{attempt.group}" {scope}'
    return f'User "{caller.name}" {what}'
