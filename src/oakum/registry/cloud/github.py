"""GitHub's container registry: the token of a workflow or a user (GitHub: "Working with the Container registry")."""
from __future__ import annotations

from collections.abc import Mapping

from oakum.registry.connections import Connections
from oakum.registry.credentials import Credentials
from oakum.registry.reference import Repository


class GitHubKeychain:
    """`GITHUB_TOKEN` for ghcr.io."""

    def __init__(self, environ: Mapping[str, str], _: Connections) -> None:
        self._environ = environ

    def lookup(self, repository: Repository) -> Credentials | None:
        """The token, when there is one."""
        token = self._environ.get("GITHUB_TOKEN")
        if repository.registry != "ghcr.io" or not token:
            return None
        return Credentials(self._environ.get("GITHUB_ACTOR") or "unset", token)
