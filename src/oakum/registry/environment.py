"""Logins from `KBLD_REGISTRY_*` variables.

`KBLD_REGISTRY_HOSTNAME`, `_USERNAME`, `_PASSWORD`, `_IDENTITY_TOKEN`, `_REGISTRY_TOKEN` make one login; the same names
with a common suffix (`KBLD_REGISTRY_HOSTNAME_1`) make further ones. The login whose host name
matches wins, right or wrong.
"""
from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from oakum.registry import reference
from oakum.registry.credentials import Credentials
from oakum.registry.errors import BadReference, CredentialsError
from oakum.registry.reference import Repository

PREFIX = "KBLD_REGISTRY_"
_FIELDS = {
    "HOSTNAME": "hostname",
    "USERNAME": "username",
    "PASSWORD": "password",
    "IDENTITY_TOKEN": "identity_token",
    "REGISTRY_TOKEN": "registry_token",
}


class EnvironmentKeychain:
    """The logins in `environ`, read when first asked for."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def lookup(self, repository: Repository) -> Credentials | None:
        """The login whose host name is the repository's registry."""
        for _, fields in sorted(self._groups.items()):
            if "hostname" in fields and _registry(fields["hostname"]) == repository.registry:
                return Credentials(**{field: value for field, value in fields.items() if field != "hostname"})
        return None

    @cached_property
    def _groups(self) -> dict[str, dict[str, str]]:
        groups: dict[str, dict[str, str]] = {}
        for variable, value in self._environ.items():
            if variable.startswith(PREFIX):
                field, suffix = _split(variable)
                groups.setdefault(suffix, {})[field] = value
        return groups


def _split(variable: str) -> tuple[str, str]:
    rest = variable.removeprefix(PREFIX)
    for name, field in _FIELDS.items():
        if rest == name or rest.startswith(name + "_"):
            return field, rest.removeprefix(name)
    raise CredentialsError(f"Unknown env variable '{variable}'")


def _registry(hostname: str) -> str:
    try:
        if not hostname:
            raise BadReference("strict validation requires the registry to be explicitly defined")
        return reference.parse_registry(hostname)
    except BadReference as error:
        raise CredentialsError(f"Parsing registry hostname: {error} (e.g. gcr.io, index.docker.io)") from error
