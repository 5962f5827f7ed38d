"""Putting a transport together from a process's environment."""
from __future__ import annotations

import os
from collections.abc import Mapping

from oakum.registry.connections import Connections, Options
from oakum.registry.credentials import Chain, Keychain
from oakum.registry.dockerconfig import DockerConfigKeychain
from oakum.registry.environment import EnvironmentKeychain
from oakum.registry.retry import RetryPolicy
from oakum.registry.transport import Transport


def connect(
    options: Options | None = None, environ: Mapping[str, str] | None = None, policy: RetryPolicy | None = None
) -> Transport:
    """A transport with the logins of `KBLD_REGISTRY_*`, then of Docker's or podman's file, then of active clouds.

    Raises CredentialsError for CA files that cannot be used and for an unknown cloud.
    """
    environ = os.environ if environ is None else environ
    connections = Connections(Options() if options is None else options, environ)
    keychains: list[Keychain] = [EnvironmentKeychain(environ), DockerConfigKeychain(environ)]
    if environ.get("KBLD_ACTIVE_KEYCHAINS"):
        from oakum.registry import cloud

        keychains += cloud.active(environ, connections)
    return Transport(connections, Chain(keychains), policy)
