"""Requiring signatures: a resolver around a resolver."""
from __future__ import annotations

from oakum.images.errors import ConfigError
from oakum.images.resolution import Resolution, Resolver
from oakum.images.signing.cosign import verify
from oakum.images.signing.keys import load_public
from oakum.registry.reference import parse_digest
from oakum.registry.transport import Transport


class SignatureRequired:
    """Lets only images through that the public key in the file `key` has signed. Raises ConfigError for a bad key."""

    def __init__(self, inner: Resolver, transport: Transport, key: str) -> None:
        self._inner, self._transport, self._path = inner, transport, key
        self._key = load_public(key)

    def resolve(self, image: str) -> Resolution:
        """As the inner resolver. Raises ConfigError for an image without a good signature."""
        found = self._inner.resolve(image)
        if found.pending:
            return found  # there is no signature of what is not built
        if "@" not in found.url:
            raise ConfigError(f"Expected '{found.url}' to be signed, but it is in no registry")
        if not verify(self._transport, parse_digest(found.url), self._key):
            raise ConfigError(f"Expected '{found.url}' to be signed by the key '{self._path}', but it is not")
        return found
