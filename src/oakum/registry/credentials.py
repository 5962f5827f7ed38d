"""Credentials and where they come from: a keychain answers for a repository, or passes."""
from __future__ import annotations

from collections.abc import Iterable

from oakum.dataclass import dataclass, field
from oakum.http.login import basic
from oakum.registry.reference import Repository
from oakum.typing import Protocol


@dataclass(frozen=True, slots=True)
class Credentials:
    """A login. `identity_token` is an OAuth2 refresh token; `registry_token` a ready Bearer token. Never printed."""

    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    identity_token: str = field(default="", repr=False)
    registry_token: str = field(default="", repr=False)

    def basic(self) -> str:
        """The `Authorization` header of the Basic scheme (RFC 7617), empty without a user name and password."""
        if not (self.username or self.password):
            return ""
        return basic(self.username, self.password)


class Keychain(Protocol):
    """A source of credentials."""

    def lookup(self, repository: Repository) -> Credentials | None:
        """The login to use for `repository`, None when this source has none.

        Raises CredentialsError when the source itself is broken.
        """


class Chain:
    """Several keychains; the first that answers wins."""

    def __init__(self, keychains: Iterable[Keychain]) -> None:
        self._keychains = tuple(keychains)

    def lookup(self, repository: Repository) -> Credentials | None:
        """The first answer."""
        answers = (keychain.lookup(repository) for keychain in self._keychains)
        return next((answer for answer in answers if answer is not None), None)
