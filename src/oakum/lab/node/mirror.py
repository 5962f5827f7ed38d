"""The lab's registry in the place of others: what `load-image` has put there under another registry's name."""

from dataclasses import dataclass

from oakum.lab.mirroring import mirrored
from oakum.registry.credentials import Credentials
from oakum.registry.reference import Reference, Repository


@dataclass(frozen=True, slots=True)
class Mirror:
    """A registry (`host:port`) with its login. It is a keychain of that login too."""

    registry: str
    credentials: Credentials

    def stand_in(self, reference: Reference) -> Reference | None:
        """Where the mirror would have an image of another registry; None for its own."""
        if reference.repository.registry == self.registry:
            return None
        repository = Repository(self.registry, mirrored(reference.repository))
        return Reference(repository, reference.tag, reference.digest)

    def lookup(self, repository: Repository) -> Credentials | None:
        """The login, for whatever of it (see `oakum.registry.credentials.Keychain`)."""
        return self.credentials
