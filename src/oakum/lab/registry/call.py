"""One request to the registry, as its handlers see it."""

from dataclasses import dataclass

from starlette.requests import Request

from oakum.lab.registry.login import Access, Guard
from oakum.lab.registry.names import Digest, parse_digest
from oakum.lab.registry.refusal import Refusal
from oakum.lab.registry.repositories import Repository
from oakum.lab.registry.storage import Storage


@dataclass(frozen=True, slots=True)
class Call:
    """The request, what the URL's pattern matched, and the storage it works on."""

    request: Request
    storage: Storage
    guard: Guard
    parameters: dict[str, str]

    @property
    def name(self) -> str:
        """The repository's name."""
        return self.parameters["name"]

    @property
    def repository(self) -> Repository:
        """The repository."""
        return self.storage.repositories[self.name]

    def query(self, name: str) -> str | None:
        """A parameter of the query string."""
        return self.request.query_params.get(name)

    def digest(self, text: str) -> Digest:
        """The digest that `text` spells; raises Refusal DIGEST_INVALID."""
        digest = parse_digest(text)
        if digest is None:
            raise Refusal("DIGEST_INVALID", f"not a sha256 or sha512 digest: {text}", {"digest": text})
        return digest

    def may(self, access: Access) -> bool:
        """Whether the request's credentials allow something beyond what the route demanded."""
        try:
            self.guard.check(self.request, access)
        except Refusal:
            return False
        return True
